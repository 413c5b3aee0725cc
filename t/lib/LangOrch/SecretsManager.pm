package LangOrch::SecretsManager;

# A server that speaks GetSecretValue of AWS Secrets Manager.  It believes a
# request only when its signature is right, by an own reading of Signature
# Version 4; what is wrong with one is in the message of its answer.
#
#   LangOrch::SecretsManager->start(region => 'eu-central-1',
#       keys => { AKID => { secret => '...', session => '...' } },
#       secrets => { 'prod/db' => { AWSCURRENT => '{"password":"x"}' } });
#
# denied { id => 1 }; does { id => behaviours of LangOrch::Agent }; change as that
# of LangOrch::Vault.

use strict;
use warnings;

use parent 'LangOrch::Vault';

use Digest::SHA qw(sha256_hex hmac_sha256 hmac_sha256_hex);

use LangOrch::Http;


sub name_of { my ($self, $method, $path, $json) = @_;
    return ($json // {})->{SecretId} // "$method $path" }


sub wrong {
    my ($status, $type, $message) = @_;
    return LangOrch::Vault::json($status, {
        __type => "com.amazonaws.secretsmanager#$type", message => $message });
}


sub reply_to {
    my ($s, $seen, $call) = @_;

    my $why = forged($s, $call);
    return wrong(400, 'InvalidSignatureException', $why) if $why;
    return wrong(400, 'UnknownOperationException', 'which')
        if $call->{headers}{'x-amz-target'} ne 'secretsmanager.GetSecretValue';

    my $id   = $call->{json}{SecretId};
    my $does = ($s->{does}{$id} || [])->[ $call->{n} - 1 ];
    return $does if $does;
    return wrong(400, 'AccessDeniedException', 'no') if $s->{denied}{$id};

    my $stage = $call->{json}{VersionStage} // 'AWSCURRENT';
    my $text  = $s->{secrets}{$id}{$stage};
    return wrong(400, 'ResourceNotFoundException', 'none') unless defined $text;

    return LangOrch::Vault::json(200, { Name => $id, SecretString => $text,
        VersionStages => [$stage] });
}


# What is wrong with its signature; undef: nothing.

sub forged {
    my ($s, $call) = @_;
    my $h = $call->{headers};

    my ($id, $day, $region, $service, $names, $signature) =
        ($h->{authorization} // '') =~ m{^AWS4-HMAC-SHA256\ Credential=([^/]+)
            /(\d{8})/([^/]+)/([^/]+)/aws4_request,\ SignedHeaders=([^,]+),
            \ Signature=([0-9a-f]{64})$}x or return 'no authorization';

    my $key = $s->{keys}{$id} or return 'unknown key';
    return 'another region'  if $region ne $s->{region};
    return 'another service' if $service ne 'secretsmanager';
    return 'another session'
        if ($h->{'x-amz-security-token'} // '') ne ($key->{session} // '');

    my ($stamp) = ($h->{'x-amz-date'} // '') =~ /^($day T\d{6}Z)$/x
        or return 'another day';
    my %signed = map { $_ => 1 } split /;/, $names;
    for my $name (qw(host x-amz-date x-amz-target content-type),
        $key->{session} ? 'x-amz-security-token' : ())
    {
        return "$name is not signed" unless $signed{$name};
    }
    return 'names are not in their order'
        if $names ne join ';', sort keys %signed;

    my $canonical = join "\n", $call->{method}, $call->{path}, '',
        (map { "$_:$h->{$_}" } sort keys %signed), '', $names,
        sha256_hex($call->{body});
    my $scope = "$day/$region/$service/aws4_request";
    my $text  = join "\n", 'AWS4-HMAC-SHA256', $stamp, $scope,
        sha256_hex($canonical);

    my $k = "AWS4$key->{secret}";
    $k = hmac_sha256($_, $k) for $day, $region, $service, 'aws4_request';
    return hmac_sha256_hex($text, $k) eq $signature ? undef : 'wrong signature';
}


1;
