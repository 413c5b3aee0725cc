# Keys of an identity provider that the site gets by itself: they are changed, and
# nobody has to reload; the provider is away, and tokens still count (api 1.6).

use strict;
use warnings;

use Test::More;

use LangOrch::Idp;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $idp  = LangOrch::Idp->start;
my $site = LangOrch::Site->start(workers => 1, identity => 'on', http =>
    'langorch_jwt_keys ' . $idp->url . "/keys 1s;\nlangorch_role ops operator;\n"
    . "langorch_jwt_roles groups;\n");

sub me {
    return $site->get('/api/auth/me', headers => { Authorization => "Bearer $_[0]" });
}

sub fetched { return scalar grep { $_->{path} eq '/keys' } $idp->calls }


subtest 'keys come from the address' => sub {
    my $r = me($idp->token(groups => ['ops']));
    is $r->{status}, 200, 'somebody is known' or diag $r->{body};
    is "$r->{json}{identity} $r->{json}{role} $r->{json}{auth_method}",
        'ada operator jwt', 'as the token says';
    is me($idp->token(_key => 'other'))->{status}, 401, 'not by a key that is not there';
};


subtest 'they are changed' => sub {
    my $old = $idp->token;
    $idp->rotate('k2');
    until_true('the old key is nobody any more', sub { me($old)->{status} == 401 }, 10);
    is me($idp->token)->{status}, 200, 'the new one is';
};


subtest 'the provider is away' => sub {
    $idp->change(sub { $_[0]{down} = 1 });
    my $n = fetched();
    until_true('it was asked', sub { fetched() > $n }, 10);
    is me($idp->token)->{status}, 200, 'what was known counts on';
    $idp->change(sub { $_[0]{down} = 0 });
};


# A set that counts for a week: only who names a new key makes the site look.

subtest 'a new key before its time' => sub {
    my $slow = LangOrch::Site->start(workers => 1, identity => 'on', http =>
        'langorch_jwt_keys ' . $idp->url . "/keys 7d;\n");
    my $ask = sub { return $slow->get('/api/auth/me',
        headers => { Authorization => "Bearer $_[0]" })->{status} };

    is $ask->($idp->token), 200, 'the set is there';
    $idp->rotate('k2', 'k3');
    my $n = fetched();
    is $ask->($idp->token(_key => 'k3')), 200, 'the request waits for the newer set';
    is $ask->($idp->token(_key => 'k4')), 401, 'a name that nobody has';
    is $ask->($idp->token(_key => "f$_")), 401, 'nor another' for 1 .. 20;

    # the first site asks each second, and this one once

    my $mine = sub { return scalar grep { $_->{path} eq '/keys' } $idp->calls };
    $site->stop;
    my $quiet = $mine->();
    is $ask->($idp->token(_key => "g$_")), 401, 'nonsense' for 1 .. 10;
    cmp_ok $mine->() - $quiet, '<=', 1, 'does not make it ask and ask';
    $slow->log_is_calm;
};


subtest 'what the configuration may not say' => sub {
    for my $bad ('http://idp.example/keys', 'https://idp.example/keys 1ms',
        'https://a.example/k 9w')
    {
        ok !eval { LangOrch::Site->start(workers => 1,
            http => "langorch_jwt_keys $bad;\n"); 1 }, $bad;
    }
};

done_testing;
