# A provider says itself where it is asked: the issuer and the client are enough for
# single sign-on, and what could speak for another provider is not believed
# (docs/directives.md, langorch_oidc).

use strict;
use warnings;

use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Idp;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $dir = tempdir(CLEANUP => 1);
LangOrch::Site::spew("$dir/jwt", join '', map { chr(97 + int rand 26) } 1 .. 40);
chmod 0755, $dir;
$ENV{LANGORCH_SECRET_IDP} = 'it is: a fake+secret';

sub site {
    my ($idp, %more) = @_;
    return LangOrch::Site->start(workers => 1, identity => 'on', http =>
        "langorch_jwt_secret $dir/jwt;\nlangorch_role ops operator;\n"
        . 'langorch_oidc ' . $idp->url . " client=console groups=groups $more{words};\n");
}

sub idp {
    return LangOrch::Idp->start(client => 'console', secret => $ENV{LANGORCH_SECRET_IDP},
        @_);
}


# What came of a whole login: the status of its last answer, and who she is then.

sub login {
    my ($site, $idp, %who) = @_;
    my $out = $site->get('/api/auth/sso/login');
    return $out if $out->{status} != 302;

    my ($cookie) = $out->{headers}{'set-cookie'} =~ /^(langorch_oidc=[^;]*)/;
    my ($code, $state) = $idp->code_for($out->{headers}{location},
        { preferred_username => 'ada', groups => ['ops'], %who });
    my $back = $site->get("/api/auth/sso/callback?code=$code&state=$state",
        headers => { Cookie => $cookie });
    my ($session) = map { /^(langorch_token=[^;]*)/ }
        ref $back->{headers}{'set-cookie'} ? @{ $back->{headers}{'set-cookie'} }
        : $back->{headers}{'set-cookie'} // ();
    $back->{me} = $site->get('/api/auth/me', headers => { Cookie => $session })->{json}
        if $session;
    return $back;
}


subtest 'the issuer is enough' => sub {
    my $idp  = idp();
    my $site = site($idp, words => 'secret=idp');
    my $r    = login($site, $idp);
    is $r->{status}, 302, 'somebody comes in' or diag $r->{body};
    is "$r->{me}{identity} $r->{me}{role}", 'ada operator', 'as who she is there';

    is $site->get('/api/auth/me', headers => { Authorization =>
        'Bearer ' . $idp->token(preferred_username => 'ada', roles => ['ops']) })->{status},
        401, 'a token that it gave somebody else is no way in';

    $idp->rotate('k2');
    is login($site, $idp)->{status}, 302, 'with other keys as before';
    is login($site, $idp, aud => 'another')->{status}, 400, 'for another client: no';
    is login($site, $idp, iss => 'https://other.example')->{status}, 400,
        'of another issuer: no';
    $site->log_is_calm;
};


# Providers that name no other way expect the client's proof in a header, each half
# as a form has it (RFC 6749, 2.3.1).

subtest 'how the client proves itself' => sub {
    my $idp  = idp(basic => 1);
    my $site = site($idp, words => 'secret=idp');
    my $r    = login($site, $idp);
    is $r->{status}, 302, 'in the header where nothing else is said' or diag $r->{body};
    my ($call) = grep { $_->{path} eq '/token' } $idp->calls;
    unlike $call->{body}, qr/fake/, 'and not in the form';
};


subtest 'a provider that is away when the site starts' => sub {
    my $idp  = idp(down => 1);
    my $site = site($idp, words => 'secret=idp');
    my $r    = login($site, $idp);
    is $r->{status}, 503, 'nobody comes in' or diag $r->{body};
    ok $r->{headers}{'retry-after'}, 'for now';
    $idp->change(sub { $_[0]{down} = 0 });
    ok until_true('it is asked again', sub { login($site, $idp)->{status} == 302 }, 30),
        'and somebody does when it is back';
};


subtest 'what is not believed' => sub {
    for my $case (
        [ 'another issuer', issuer => 'https://other.example' ],
        [ 'one with a slash more', issuer => 'SELF/' ],
        [ 'no address for tokens', token_endpoint => undef ],
        [ 'addresses without TLS', token_endpoint => 'http://idp.example/token' ],
        [ 'another scheme', authorization_endpoint => 'javascript:alert(1)' ],
        [ 'keys without TLS', jwks_uri => 'http://idp.example/keys' ],
        [ 'a number as an address', jwks_uri => 7 ])
    {
        my ($why, $name, $value) = @$case;
        my $idp = idp();
        $value = $idp->url . '/' if ($value // '') eq 'SELF/';
        $idp->change(sub { $_[0]{says}{$name} = $value });
        my $site = site($idp, words => 'secret=idp');
        is login($site, $idp)->{status}, 503, $why;
        like LangOrch::Site::slurp($site->home . '/logs/error.log'),
            qr/no addresses from "[^"]+openid-configuration"/, 'is told in the log';
    }
};


subtest 'what the directive says is not asked for' => sub {
    my $idp  = idp();
    my $site = site($idp, words => 'secret=idp authorize=' . $idp->url
        . '/authorize token=' . $idp->url . '/token');
    is login($site, $idp)->{status}, 302, 'but the keys are';
    for my $bad ('http://idp.example client=c', 'https://idp.example',
        'some-name client=c token=https://idp.example/t')
    {
        ok !eval { LangOrch::Site->start(workers => 1, http =>
            "langorch_oidc $bad;\n"); 1 }, "langorch_oidc $bad";
    }
};

done_testing;
