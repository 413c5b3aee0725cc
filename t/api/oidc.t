# Single sign-on by the site itself: code flow with PKCE, and whatever is not the
# answer to this browser's question is refused (docs/api.md, Single sign-on).

use strict;
use warnings;

use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;

use LangOrch::Idp;
use LangOrch::Site;

my $dir = tempdir(CLEANUP => 1);
LangOrch::Site::spew("$dir/jwt", join '', map { chr(97 + int rand 26) } 1 .. 40);
chmod 0755, $dir;

my $idp = LangOrch::Idp->start(client => 'console', secret => 'fake-client-secret');
$ENV{LANGORCH_SECRET_IDP} = 'fake-client-secret';

my $site = LangOrch::Site->start(workers => 2, identity => 'on', http =>
    "langorch_jwt_secret $dir/jwt;\nlangorch_role ops operator;\n"
    . 'langorch_jwt_keys ' . $idp->url . "/keys;\n"
    . 'langorch_oidc ' . $idp->url . ' client=console secret=idp authorize='
    . $idp->url . '/authorize token=' . $idp->url . "/token groups=groups;\n");


# A browser: it goes where it is led, and keeps cookies by name.

sub browser { return { cookies => {} } }

sub go {
    my ($b, $path) = @_;
    my $r = $site->get($path, headers => { Cookie => join '; ',
        map { "$_=$b->{cookies}{$_}" } sort keys %{ $b->{cookies} } });
    my $set = $r->{headers}{'set-cookie'} // [];
    for my $cookie (ref $set ? @$set : $set) {
        my ($name, $value) = $cookie =~ /^(\w+)=([^;]*)/ or next;
        $b->{cookies}{$name} = $value;
        delete $b->{cookies}{$name} if $value eq '';
    }
    return $r;
}

sub out {
    my ($b, $from) = @_;
    my $r = go($b, '/api/auth/sso/login' . ($from ? "?from=$from" : ''));
    return $r->{headers}{location};
}

sub back {
    my ($b, $code, $state) = @_;
    return go($b, "/api/auth/sso/callback?code=$code&state=$state");
}

sub refused {
    my ($r, $why) = @_;
    return is "$r->{status} $r->{json}{detail}", '400 Invalid or expired SSO state', $why;
}


subtest 'out, and back as somebody' => sub {
    ok $site->get('/api/auth/sso/status')->{json}{sso_enabled}, 'there is one';
    my $b   = browser();
    my $url = out($b, '/ui/runs?a=1');
    my %q   = LangOrch::Idp::fields($url =~ s/^[^?]*\?//r);

    like $url, qr{^\Q@{[ $idp->url ]}\E/authorize\?}, 'to the provider';
    is "$q{response_type} $q{client_id} $q{code_challenge_method}", 'code console S256',
        'for a code, with PKCE';
    like $q{scope}, qr/\bopenid\b/, 'and an identity';
    like $q{redirect_uri}, qr{/api/auth/sso/callback$}, 'to come back here';
    unlike $b->{cookies}{langorch_oidc}, qr/\Q$q{code_challenge}/, 'the verifier is apart';

    my $r = back($b, $idp->code_for($url, { preferred_username => 'ada',
        groups => ['ops'] }));
    is $r->{status}, 302, 'back' or diag $r->{body};
    like $r->{headers}{location}, qr{^(?:http://[^/]+)?/ui/runs\?a=1$}, 'to where she was';
    my $me = go($b, '/api/auth/me')->{json};
    is "$me->{identity} $me->{role} $me->{auth_method}", 'ada operator cookie', 'as ada';
    ok !$b->{cookies}{langorch_oidc}, 'the login is over';

    my @ada = (headers => { Cookie => "langorch_token=$b->{cookies}{langorch_token}" });
    my $user = $site->get("/api/users/$me->{user_id}", @ada)->{json};
    is "$user->{username} $user->{sso_provider}", 'ada oidc', 'a user of the site';
};


subtest 'the projects that the provider says' => sub {
    my $all = $site;
    $site = LangOrch::Site->start(workers => 1, identity => 'on', http =>
        "langorch_jwt_secret $dir/jwt;\nlangorch_jwt_projects teams;\n"
        . 'langorch_jwt_keys ' . $idp->url . "/keys;\n"
        . 'langorch_oidc ' . $idp->url . ' client=console secret=idp authorize='
        . $idp->url . '/authorize token=' . $idp->url . "/token;\n");

    my $come = sub {
        my $b = browser();
        my $r = back($b, $idp->code_for(out($b), { preferred_username => 'tom', @_ }));
        return $r->{status} == 302 ? go($b, '/api/auth/me')->{json}{projects} : $r->{status};
    };
    is_deeply $come->(teams => [ 'one', 'two' ]), [ 'one', 'two' ], 'are a user\'s';
    is_deeply $come->(), [], 'said by the last login: nothing is none';
    is $come->(teams => ['*']), undef, 'the whole site';
    is $come->(teams => 7), 400, 'malformed is nobody';
    $site->log_is_calm;
    $site->stop;
    $site = $all;
};


subtest 'what is no answer to this' => sub {
    my $b = browser();
    my $url = out($b);
    my ($code, $state) = $idp->code_for($url, { preferred_username => 'eve' });

    refused(back(browser(), $code, $state), 'another browser');
    refused(back($b, $code, 'x' . substr $state, 1), 'another state');
    refused(go($b, '/api/auth/sso/callback'), 'nothing at all');
    refused(go($b, "/api/auth/sso/callback?state=$state&error=access_denied"),
        'the provider says no');

    my $forged = { cookies => { %{ $b->{cookies} } } };
    $forged->{cookies}{langorch_oidc} =~ s/.$/0/;
    $forged->{cookies}{langorch_oidc} .= '0';
    refused(back($forged, $code, $state), 'a cookie that we did not sign');
    refused(back($b, 'nonsense', $state), 'a code that is none');

    is back($b, $code, $state)->{status}, 302, 'the code is still good';
    my $again = browser();
    $again->{cookies} = { %{ $b->{cookies} } };
    refused(back($again, $code, $state), 'and used up then');

    for my $lie ([ nonce => 'f' x 32 ], [ aud => 'another' ], [ iss => 'https://evil' ],
        [ exp => time - 600 ], [ preferred_username => '' ],
        [ preferred_username => 'system:x' ], [ preferred_username => 'x' x 200 ])
    {
        my $c = browser();
        my ($k, $s) = $idp->code_for(out($c), { preferred_username => 'eve', @$lie });
        refused(back($c, $k, $s), "a token with another $lie->[0]");
    }

    is $site->get('/api/auth/me', headers => { Cookie => 'langorch_token='
        . $b->{cookies}{langorch_token} })->{json}{role}, 'viewer', 'no group, no role';
    my $f = browser();
    out($f);
    is $site->get('/api/auth/me', headers => { Authorization =>
        "Bearer $f->{cookies}{langorch_oidc}" })->{status}, 401,
        'the cookie of a login is no session';
};


subtest 'the provider' => sub {
    my $b = browser();
    my ($code, $state) = $idp->code_for(out($b), { preferred_username => 'ada' });
    $idp->change(sub { $_[0]{down} = 1 });
    is back($b, $code, $state)->{status}, 502, 'is away, and that is said';
    $idp->change(sub { $_[0]{down} = 0 });
    is back($b, $code, $state)->{status}, 302, 'is back';

    $idp->rotate('k9');
    $b = browser();
    is back($b, $idp->code_for(out($b), { preferred_username => 'ada' }))->{status}, 302,
        'has other keys';
    for my $to ('//evil.example', 'https://evil.example', '/%5Cevil.example') {
        $b = browser();
        my $r = back($b, $idp->code_for(out($b, $to), { preferred_username => 'ada' }));
        like $r->{headers}{location}, qr{^(?:http://127[^/]+)?/ui/$}, "nobody is led to $to";
    }
    my $log = LangOrch::Site::slurp($site->home . '/logs/error.log');
    unlike $log, qr/fake-client-secret|id_token/, 'no log has what is secret';
};

done_testing;
