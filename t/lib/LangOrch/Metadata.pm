package LangOrch::Metadata;

# What a machine of AWS says of itself: the metadata service of an instance
# (version 2, a token first) and the credentials of a container.
#
#   my $meta = LangOrch::Metadata->start(keys => [ [ 'AKID1', 'secret' ] ],
#       life => 3600, proof => 'what a container shows');
#
# Each time credentials are given they are the next of `keys`, then the last;
# they end `life` seconds later, and the session's token is "session of <id>".
# role: of the instance, undef: it has none.  does { path => behaviour of
# LangOrch::Agent }; change as that of LangOrch::Vault.

use strict;
use warnings;

use parent 'LangOrch::Vault';

use POSIX qw(strftime);
use Time::HiRes qw(time);

my $latest = '/latest/meta-data/iam/security-credentials/';


sub name_of { my ($self, $method, $path) = @_; return "$method $path" }

sub text { return { status => $_[0], body => $_[1],
    headers => { 'Content-Type' => 'text/plain' } } }


sub reply_to {
    my ($s, $given, $call) = @_;
    my ($path, $h) = @{$call}{qw(path headers)};

    return $s->{does}{$path} if $s->{does}{$path};

    if ($path eq '/container/creds') {
        return text(403, 'who?')
            if defined $s->{proof} && ($h->{authorization} // '') ne $s->{proof};
        return credentials($s, $given);
    }

    if ($path eq '/latest/api/token') {
        return text(405, '') if $call->{method} ne 'PUT';
        return text(400, 'how long?')
            if ($h->{'x-aws-ec2-metadata-token-ttl-seconds'} // '') !~ /^\d+$/;
        my $token = 'metadata-token-' . ++$given->{tokens} . '==';
        $given->{good}{$token} = 1;
        return text(200, $token);
    }

    return text(401, '') unless $given->{good}{ $h->{'x-aws-ec2-metadata-token'} // '' };
    return text(404, '') unless defined $s->{role};
    return text(200, "$s->{role}\n") if $path eq $latest;
    return credentials($s, $given) if $path eq "$latest$s->{role}";
    return text(404, '');
}


sub credentials {
    my ($s, $given) = @_;
    my $n = $given->{credentials}++;
    my ($id, $secret) = @{ $s->{keys}[ $n > $#{ $s->{keys} } ? -1 : $n ] };

    return LangOrch::Vault::json(200, { Code => 'Success', Type => 'AWS-HMAC',
        AccessKeyId => $id, SecretAccessKey => $secret, Token => "session of $id",
        Expiration => strftime('%Y-%m-%dT%H:%M:%SZ', gmtime(time + $s->{life})) });
}


1;
