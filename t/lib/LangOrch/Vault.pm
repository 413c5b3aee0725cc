package LangOrch::Vault;

# A server that speaks what LangOrch uses of HashiCorp Vault: AppRole, tokens
# with a lease, both versions of the KV engine.
#
#   my $vault = LangOrch::Vault->start(
#       roles   => { 'role-1' => 'its secret_id' },
#       secrets => { 'secret/data/langorch/pin' => { value => '1234' },
#                    'kv/plain' => { value => 'x' } });
#   $vault->change(sub { $_[0]{secrets}{'kv/plain'}{value} = 'y' });
#
# State: roles; tokens { token => ttl } that were given, 0 for ever; lease (what
# a login gives, in seconds); renewable; space (a namespace that is asked for);
# kv2 (mounts of version 2, `secret` alone); epoch (tokens of logins in another
# one are worth nothing); denied { path => 1 }; does { path => behaviour } of
# LangOrch::Agent, instead of an answer.  A secret of version 2 may be a list:
# its versions, undef one that was deleted.

use strict;
use warnings;

use parent 'LangOrch::Agent';

use File::Temp qw(tempdir);
use Time::HiRes qw(time);

use LangOrch::Http;


sub start {
    my ($class, %state) = @_;
    my $dir = tempdir('langorch-v-XXXXXX', TMPDIR => 1, CLEANUP => 1);
    my %issued;

    %state = (lease => 3600, renewable => JSON::PP::true, epoch => 1,
        roles => {}, tokens => {}, secrets => {}, kv2 => ['secret'], %state);
    keep($dir, \%state);

    return $class->SUPER::start(dir => $dir, web => sub {
        return $class->can('reply_to')->(LangOrch::Http::decode(
            slurp("$dir/state")), \%issued, $_[0]);
    });
}


sub slurp {
    my ($path) = @_;
    open my $in, '<:raw', $path or die "$path: $!";
    local $/;
    return scalar <$in>;
}


sub keep {
    my ($dir, $state) = @_;
    open my $out, '>:raw', "$dir/state.new" or die $!;
    print {$out} LangOrch::Http::encode($state);
    close $out;
    rename "$dir/state.new", "$dir/state" or die $!;
    return;
}


sub change {
    my ($self, $sub) = @_;
    my $state = LangOrch::Http::decode(slurp("$self->{dir}/state"));
    $sub->($state);
    keep($self->{dir}, $state);
    return;
}


# --- in its own process ----------------------------------------------------------

sub name_of { my ($self, $method, $path) = @_; return "$method $path" }


sub json {
    my ($status, $v) = @_;
    return { status => $status, body => LangOrch::Http::encode($v) };
}


sub wrong { my ($status, @why) = @_; return json($status, { errors => \@why }) }


sub reply_to {
    my ($s, $issued, $call) = @_;
    my ($path, $query) = split /\?/, $call->{path}, 2;
    my $h = $call->{headers};

    return wrong(404) unless $path =~ s{^/v1/}{};
    return wrong(400, 'no request header') unless $h->{'x-vault-request'};
    return wrong(404, 'no handler for route')
        if ($s->{space} // '') ne ($h->{'x-vault-namespace'} // '');

    my $does = $s->{does}{$path};
    $does = $does->[ $call->{n} - 1 ] if ref $does eq 'ARRAY';
    return $does if $does;

    return login($s, $issued, $call)
        if $path eq 'auth/approle/login' && $call->{method} eq 'POST';

    my $token = $h->{'x-vault-token'} // '';
    my $left  = alive($s, $issued, $token);
    return wrong(403, 'permission denied') unless defined $left;

    return renew($s, $issued, $token)
        if $path eq 'auth/token/renew-self' && $call->{method} eq 'POST';
    return json(200, { data => { id => $token, ttl => $left,
        renewable => $s->{renewable} } }) if $path eq 'auth/token/lookup-self';

    return wrong(405) unless $call->{method} eq 'GET';
    return wrong(403, 'permission denied') if $s->{denied}{$path};
    return secret($s, $path, $query // '');
}


sub login {
    my ($s, $issued, $call) = @_;
    my $own = $s->{roles}{ $call->{json}{role_id} // '' };

    return wrong(400, 'invalid role or secret ID')
        if !defined $own || ($call->{json}{secret_id} // '') ne $own;

    my $token = sprintf 'hvs.%d.%s', 1 + keys %$issued, 'tOkEn' . 'x' x 20;
    $issued->{$token} = { epoch => $s->{epoch}, until => time + $s->{lease} };

    return json(200, { data => undef, auth => { client_token => $token,
        lease_duration => $s->{lease}, renewable => $s->{renewable},
        policies => ['default'] } });
}


# Seconds that it has left; undef: it is none.

sub alive {
    my ($s, $issued, $token) = @_;
    return $s->{tokens}{$token} if defined $s->{tokens}{$token};

    my $t = $issued->{$token} or return;
    return if $t->{epoch} != $s->{epoch} || $t->{until} < time;
    return int($t->{until} - time);
}


sub renew {
    my ($s, $issued, $token) = @_;

    return wrong(400, 'lease is not renewable') unless $s->{renewable};
    $issued->{$token}{until} = time + $s->{lease} if $issued->{$token};

    return json(200, { auth => { client_token => $token,
        lease_duration => $s->{tokens}{$token} // $s->{lease},
        renewable => $s->{renewable} } });
}


sub secret {
    my ($s, $path, $query) = @_;
    my ($mount) = $path =~ m{^([^/]+)/};
    my $value   = $s->{secrets}{$path};

    return wrong(404) unless defined $value;
    return json(200, { lease_duration => 2764800, data => $value })
        unless grep { $_ eq $mount } @{ $s->{kv2} };

    my @all = ref $value eq 'ARRAY' ? @$value : ($value);
    my ($n) = $query =~ /^version=(\d+)$/;
    $n ||= @all;
    return wrong(404) if $n > @all;

    my $meta = { version => $n, destroyed => JSON::PP::false,
        deletion_time => defined $all[ $n - 1 ] ? '' : '2020-01-01T00:00:00Z' };
    return json(defined $all[ $n - 1 ] ? 200 : 404,
        { data => { data => $all[ $n - 1 ], metadata => $meta } });
}


1;
