# Tokens that others signed: one key, one algorithm, whatever a token says
# (api 1.6); and credentials in the address, which the log does not have.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256);
use File::Temp qw(tempdir);
use JSON::PP qw(encode_json);
use MIME::Base64 qw(encode_base64url);
use Test::More;

use LangOrch::Http;
use LangOrch::Site;

my $dir = tempdir(CLEANUP => 1);
chmod 0755, $dir;


sub run_openssl {
    my (@args) = @_;
    open my $out, '-|', 'openssl', @args or die "openssl: $!";
    binmode $out;
    local $/;
    my $said = <$out>;
    close $out or die "openssl @args failed";
    return $said;
}

sub make_key {
    my ($name, @how) = @_;
    run_openssl('genpkey', '-quiet', '-out', "$dir/$name.pem", @how);
    return run_openssl('pkey', '-in', "$dir/$name.pem", '-pubout', '-outform', 'DER');
}

sub rsa {
    my ($name, $bits, %more) = @_;
    make_key($name, '-algorithm', 'RSA', '-pkeyopt', "rsa_keygen_bits:$bits");
    my ($n) = run_openssl('rsa', '-in', "$dir/$name.pem", '-noout', '-modulus')
        =~ /=([0-9A-F]+)/;
    return { kty => 'RSA', kid => $name, e => 'AQAB', use => 'sig',
        n => encode_base64url(pack 'H*', $n), %more };
}

my $ed = substr make_key('ed', '-algorithm', 'ED25519'), -32;
my $ec = substr make_key('ec', '-algorithm', 'EC', '-pkeyopt',
    'ec_paramgen_curve:P-256'), -64;

my %jwk = (
    rsa   => rsa('rsa', 2048),
    other => rsa('other', 2048, alg => 'PS256'),
    small => rsa('small', 1024),
    ed    => { kty => 'OKP', kid => 'ed', crv => 'Ed25519',
        x => encode_base64url($ed) },
    ec    => { kty => 'EC', kid => 'ec', crv => 'P-256',
        x => encode_base64url(substr $ec, 0, 32),
        y => encode_base64url(substr $ec, 32) },
    oct   => { kty => 'oct', kid => 'oct', k => encode_base64url('x' x 32) },
);

# Keys that are right, but for what they say of themselves.

$jwk{shown}  = { %{ $jwk{ed} },  kid => 'shown', d => encode_base64url('x' x 32) };
$jwk{signs}  = { %{ $jwk{ed} },  kid => 'signs', key_ops => ['sign'] };
$jwk{seals}  = { %{ $jwk{rsa} }, kid => 'seals', use => 'enc' };
$jwk{wide}   = { %{ $jwk{rsa} }, kid => 'wide',
    e => encode_base64url("\1" . "\0" x 14 . "\1") };
my @odd = qw(shown signs seals wide);

sub keys_are {
    my (@names) = @_;
    LangOrch::Site::spew("$dir/keys.json",
        encode_json({ keys => [ map { $jwk{$_} } @names ] }));
    return;
}


# A number of DER, as 32 bytes.

sub number { return substr(("\0" x 32) . $_[0], -32) }

sub signature {
    my ($alg, $key, $text) = @_;
    LangOrch::Site::spew("$dir/text", $text);
    my @of = ('-in', "$dir/text", '-inkey', "$dir/$key.pem", '-sign', '-rawin');

    return run_openssl('pkeyutl', @of) if $alg eq 'EdDSA';

    my @pss = $alg eq 'PS256' ? ('-pkeyopt', 'rsa_padding_mode:pss', '-pkeyopt',
        'rsa_pss_saltlen:digest') : ();
    my $sig = run_openssl('pkeyutl', @of, '-digest', 'sha256', @pss);

    if ($alg eq 'ES256') {
        my ($r, $s) = unpack 'x3 C/a x C/a', $sig;
        return number($r) . number($s);
    }
    return $sig;
}

sub token {
    my ($alg, $key, %o) = @_;
    my %head = (alg => $o{alg} // $alg, exists $o{kid}
        ? (defined $o{kid} ? (kid => $o{kid}) : ()) : (kid => $key));
    my $text = join '.', map { encode_base64url(encode_json($_)) } \%head,
        { sub => 'eve', exp => time + 600, groups => [ 'staff', 'ops' ],
            iss => 'idp', aud => [ 'us', 'them' ], %{ $o{claims} || {} } };
    my $sig = $o{sig} // signature($alg, $key, $text);
    return "$text." . encode_base64url($sig . ($o{more} // ''));
}

keys_are(qw(rsa other small ed ec oct), @odd);

my $site = LangOrch::Site->start(workers => 1, identity => 'on',
    http => "langorch_jwt_keys $dir/keys.json;\n"
    . "langorch_jwt_issuer idp;\nlangorch_jwt_audience us;\n"
    . "langorch_jwt_roles groups;\nlangorch_role ops operator;\n"
    . "langorch_user \$http_x_user trusted;\n"
    . "langorch_groups \$http_x_groups trusted;\n");

$site->headers('X-User' => 'op', 'X-Groups' => 'ops');
$site->import_document('log-only');
$site->headers;

sub me { return $site->get('/api/auth/me', headers =>
    { Authorization => "Bearer $_[0]" }) }


subtest 'each kind of key' => sub {
    for ([ RS256 => 'rsa' ], [ PS256 => 'rsa' ], [ PS256 => 'other' ],
        [ ES256 => 'ec' ], [ EdDSA => 'ed' ])
    {
        my $r = me(token(@$_));
        is $r->{status}, 200, "@$_" or diag $r->{body};
        is "$r->{json}{identity} $r->{json}{role}", 'eve operator',
            'by the map of the site';
        is me(token(@$_, kid => undef))->{status}, 200, 'a token without kid';
    }
};


subtest 'what is forged' => sub {
    my $public = LangOrch::Site::slurp("$dir/keys.json");
    my $pem = run_openssl('pkey', '-in', "$dir/rsa.pem", '-pubout');

    my %bad = (
        'PS256 key, RS256 token' => token('RS256', 'other'),
        'a key that is too small' => token('RS256', 'small'),
        map({ ("a key that is $_" => token($jwk{$_}{kty} eq 'RSA' ? ('RS256', 'rsa')
            : ('EdDSA', 'ed'), kid => $_)) } @odd),
        'the kid of another'     => token('RS256', 'rsa', kid => 'other'),
        'the kid of another kind' => token('RS256', 'rsa', kid => 'ec'),
        'an unknown kid'         => token('RS256', 'rsa', kid => 'new'),
        'bytes behind'           => token('RS256', 'rsa', more => "\0"),
        'ES256, bytes behind'    => token('ES256', 'ec', more => "\0"),
        'ES256, zeros'           => token('ES256', 'ec', sig => "\0" x 64),
        'ES256, in DER'          => token('ES256', 'ec', sig => "\x30\x06\x02\x01\x01\x02\x01\x01"),
        'EdDSA, zeros'           => token('EdDSA', 'ed', sig => "\0" x 64),
        'nothing signed'         => token('RS256', 'rsa', sig => 'x'),
        'alg of another kind'    => token('RS256', 'rsa', alg => 'ES256'),
        'alg none'               => token('RS256', 'rsa', alg => 'none'),
        'who else'               => token('RS256', 'rsa', claims => { iss => 'me' }),
        'for others'             => token('RS256', 'rsa', claims => { aud => 'them' }),
        'not yet'                => token('RS256', 'rsa', claims => { nbf => time + 120 }),
        'over'                   => token('RS256', 'rsa', claims => { exp => time - 61 }),
    );

    # signed with what everybody knows, as if that were a secret

    for my $known ($pem, $public, 'x' x 32, '') {
        for my $kid ('rsa', 'oct', undef) {
            my $text = token('HS256', 'rsa', sig => 'x', kid => $kid) =~ s/\.[^.]*$//r;
            $bad{ 'HS256 with ' . length($known) . ($kid // '') } =
                "$text." . encode_base64url(hmac_sha256($text, $known));
        }
    }

    for my $kind (sort keys %bad) {
        my $r = me($bad{$kind});
        is "$r->{status} $r->{json}{code}", '401 invalid_token', $kind;
    }
};


subtest 'other keys after a reload' => sub {
    my $old = token('RS256', 'rsa');
    $jwk{new} = rsa('new', 2048);
    keys_are(qw(new ec));
    is me($old)->{status}, 200, 'not before';
    $site->reload;
    is me($old)->{status}, 401, 'the old one is nobody\'s';
    is me(token('RS256', 'new'))->{status}, 200, 'the new one is somebody\'s';
    is me(token('ES256', 'ec'))->{status}, 200, 'one that stayed, too';
};


subtest 'in the address, where headers cannot be' => sub {
    my $run = $site->request('POST', '/api/runs', { procedure_id => 'log-only' },
        headers => { 'X-User' => 'op', 'X-Groups' => 'ops' })->{json}{run_id};
    my $t = token('ES256', 'ec');

    my $r = $site->get("/api/runs/$run/stream?follow=false&access_token=$t");
    is $r->{status}, 200, 'a stream' or diag $r->{body};
    like $r->{body}, qr/"event_type":"run_created"/, 'of events';
    is $site->get("/api/runs/$run/stream?follow=false&access_token=$t$_")->{status},
        401, "a wrong one ($_)" for 'A', '%00', '.';
    is $site->get("/api/artifacts/$run/none?access_token=$t")->{status}, 404, 'bytes';
    is $site->get("/api/runs/$run?access_token=$t")->{status}, 401, 'nothing else';
    is $site->request('POST', "/api/runs?access_token=$t",
        { procedure_id => 'log-only' })->{status}, 401, 'and no change';
    like LangOrch::Http::raw($site->port, "GET /api/v1/ws/workflow_runs/none?token=$t"
        . " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        . "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        . "\r\n", until => qr/\r\n\r\n/), qr{^HTTP/1\.1 404 }, 'a WebSocket';

    my $log = join '', map { LangOrch::Site::slurp($_) } glob $site->home . '/logs/*';
    like $log, qr/access_token=\*{9,}/, 'the log has asterisks';
    unlike $log, qr/\Q@{[ (split m{\.}, $t)[2] ]}\E/, 'and not the token';
};


$site->log_is_calm;
done_testing;
