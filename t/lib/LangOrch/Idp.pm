package LangOrch::Idp;

# An identity provider: its keys, and tokens for the codes of logins, as LangOrch
# asks for them by OpenID Connect (code flow, PKCE).
#
#   my $idp = LangOrch::Idp->start(client => 'console', secret => 's');
#   $idp->change(sub { $_[0]{keys} = [ ... ] });
#   my $code = $idp->code_for($authorize_url, { preferred_username => 'ada' });
#   $idp->token(%claims)                     signed with the first of its keys
#
# State: keys (names; each is made when it is asked for), codes, client, secret,
# lies { claim => value }: what every identity token says instead; down; says: what
# its own description says instead, or besides; basic: how the client proves itself
# is the header, not the form.

use strict;
use warnings;

use parent 'LangOrch::Vault';

use Digest::SHA qw(sha256);
use File::Temp qw(tempdir);
use JSON::PP qw(encode_json);
use MIME::Base64 qw(decode_base64 encode_base64url);

use LangOrch::Http;

my $pems = tempdir(CLEANUP => 1);


# --- keys ------------------------------------------------------------------------

sub openssl {
    my (@args) = @_;
    open my $out, '-|', 'openssl', @args or die "openssl: $!";
    binmode $out;
    local $/;
    my $said = <$out>;
    close $out or die "openssl @args failed";
    return $said;
}


sub key {
    my ($name) = @_;
    my $pem = "$pems/$name.pem";

    openssl('genpkey', '-quiet', '-algorithm', 'ED25519', '-out', $pem) unless -f $pem;
    my $public = substr openssl('pkey', '-in', $pem, '-pubout', '-outform', 'DER'), -32;
    return { kty => 'OKP', crv => 'Ed25519', kid => $name, use => 'sig',
        x => encode_base64url($public) };
}


sub signed {
    my ($name, $claims) = @_;
    my $text = join '.', map { encode_base64url(encode_json($_)) }
        { alg => 'EdDSA', kid => $name }, $claims;

    key($name);
    my $file = "$pems/text.$$";
    open my $out, '>:raw', $file or die $!;
    print {$out} $text;
    close $out;
    return "$text." . encode_base64url(openssl('pkeyutl', '-sign', '-rawin', '-in',
        $file, '-inkey', "$pems/$name.pem"));
}


# --- in its own process ----------------------------------------------------------

sub start {
    my ($class, %state) = @_;
    return $class->SUPER::start(keys => ['k1'], codes => {}, lies => {}, down => 0,
        %state, jwks => [ map { key($_) } @{ $state{keys} || ['k1'] } ]);
}


sub rotate {
    my ($self, @names) = @_;
    my @jwks = map { key($_) } @names;
    $self->change(sub { @{ $_[0] }{qw(keys jwks)} = (\@names, \@jwks) });
    return;
}


sub token {
    my ($self, %claims) = @_;
    my $state = LangOrch::Http::decode(LangOrch::Vault::slurp("$self->{dir}/state"));
    return signed($claims{_key} // $state->{keys}[0], { sub => 'ada', exp => time + 600,
        map { $_ => $claims{$_} } grep { !/^_/ } keys %claims });
}


sub unescape { return $_[0] =~ s/\+/ /gr =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ger }

sub fields { return map { unescape($_) } map { split /=/, $_, 2 } split /&/, $_[0] // '' }


# What the browser comes back with, after somebody logged in there.

sub code_for {
    my ($self, $url, $who) = @_;
    my %q = fields($url =~ s/^[^?]*\?//r);
    my $code = 'code-' . int rand 1e9;

    my $id = signed(LangOrch::Http::decode(LangOrch::Vault::slurp("$self->{dir}/state"))
        ->{keys}[0], { sub => 'u-1', iss => $self->url, aud => $q{client_id},
        exp => time + 300, nonce => $q{nonce}, %$who });
    $self->change(sub { $_[0]{codes}{$code} = { id_token => $id,
        challenge => $q{code_challenge}, uri => $q{redirect_uri} } });
    return ($code, $q{state});
}


sub described {
    my ($s, $call) = @_;
    my $url = "http://$call->{headers}{host}";
    return LangOrch::Vault::json(200, { issuer => $url, jwks_uri => "$url/keys",
        authorization_endpoint => "$url/authorize", token_endpoint => "$url/token",
        ($s->{basic} ? () : (token_endpoint_auth_methods_supported =>
            [ 'client_secret_basic', 'client_secret_post' ])), %{ $s->{says} || {} } });
}


sub reply_to {
    my ($s, $issued, $call) = @_;

    return { status => 503, body => 'down' } if $s->{down};
    return LangOrch::Vault::json(200, { keys => $s->{jwks} })
        if $call->{path} eq '/keys';
    return described($s, $call) if $call->{path} eq '/.well-known/openid-configuration';
    return { status => 404, body => '' } if $call->{path} ne '/token';

    my %form = fields($call->{body});
    my $code = $s->{codes}{ $form{code} // '' };
    my ($head) = ($call->{headers}{authorization} // '') =~ /^Basic (\S+)$/;
    my @proof = map { unescape($_) } split /:/, decode_base64($head // ''), 2;

    my $good = $code && !$issued->{ $form{code} }++
        && $form{grant_type} eq 'authorization_code'
        && $form{client_id} eq $s->{client}
        && ($s->{basic} ? !defined $form{client_secret}
            && "@proof" eq "$s->{client} $s->{secret}"
            : ($form{client_secret} // '') eq ($s->{secret} // ''))
        && $form{redirect_uri} eq $code->{uri}
        && encode_base64url(sha256($form{code_verifier})) eq $code->{challenge};

    return LangOrch::Vault::json(400, { error => 'invalid_grant' }) unless $good;
    return LangOrch::Vault::json(200, { id_token => $code->{id_token},
        access_token => 'at', token_type => 'Bearer' });
}


1;
