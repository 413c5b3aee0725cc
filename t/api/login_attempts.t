# How often passwords may be tried, and that nobody is kept out by a stranger
# (api 15.1; reliability 4).

use strict;
use warnings;

use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $dir = tempdir(CLEANUP => 1);
LangOrch::Site::spew("$dir/jwt", 'a secret of the site that is long enough' . "\n");
LangOrch::Site::spew("$dir/admin", "pw of root\n");
chmod 0755, $dir;

# langorch_logins: one comes back each ten seconds, so those that count are asked for at once.

my $site = LangOrch::Site->start(workers => 2, identity => 'on', http =>
    "langorch_jwt_secret $dir/jwt;\nlangorch_admin root $dir/admin;\n"
    . "langorch_logins 6;\nset_real_ip_from 127.0.0.1;\nreal_ip_header X-Real-IP;\n");

until_true('the first administrator is there', sub {
    return LangOrch::Store::value($site, 'SELECT count(*) FROM users') == 1;
});

sub try_as {
    my ($name, $password, $from, %heads) = @_;
    return $site->post('/api/auth/login', { username => $name, password => $password },
        headers => { 'X-Real-IP' => $from, %heads });
}

# Tries at once, over both workers; how many were let to try, and the last refusal.

sub tried {
    my ($n, $sub) = @_;
    my @r = $site->together($n, sub { my $r = $sub->($_[0]);
        return { status => $r->{status}, after => $r->{headers}{'retry-after'},
            code => $r->{json}{code} } });
    my ($no) = grep { $_->{status} == 429 } @r;
    return (scalar(grep { $_->{status} == 401 } @r), $no);
}

# Within what comes back meanwhile: as many as the bucket has, and few more.

sub about {
    my ($n, $most, $what) = @_;
    ok $n >= $most && $n < 2 * $most, "$what: $most and what came back" or diag $n;
    return;
}

my $known = try_as('root', 'pw of root', '10.1.0.1');
is $known->{status}, 200, 'who knows it comes in' or diag $known->{body};
my ($device) = map { /^(langorch_device=[^;]+)/ ? $1 : () } @{ $known->{headers}{'set-cookie'} };
my @root = (headers => { Authorization => "Bearer $known->{json}{access_token}" });
my @name = map { "user$_" } 0 .. 3;
is $site->post('/api/users', { username => $_, password => "pw of $_",
    email => "$_\@example.org", role => 'viewer' }, @root)->{status}, 201, "$_ is made" for @name;


subtest 'an address has so many' => sub {
    my ($n, $no) = tried(24, sub { try_as("nobody$_[0]", 'x', '10.2.0.1') });
    about($n, 6, 'names that there are not');
    is $no->{code}, 'rate_limited', 'the others wait';
    like $no->{after}, qr/^[1-9]\d?$/, 'and hear how long';

    ($n) = tried(24, sub { try_as("nobody$_[0]", 'x', sprintf '2001:db8:1:2::%x', $_[0] + 1) });
    about($n, 6, 'a net of version 6 is one of them');
};


subtest 'a name has so many, and one address half of them' => sub {
    my $net = '10.3';
    for my $name ('user0', 'there-is-no-such-name') {
        my ($n) = tried(24, sub { try_as($name, 'x', "$net.0.1") });
        about($n, 3, "$name from one place");
        ($n) = tried(40, sub { try_as($name, 'x', "$net.1.$_[0]") });
        ok $n >= 3 && $n < 9, "$name from everywhere: what that one left" or diag $n;
        $net = '10.4';
    }
};


subtest 'a stranger at one address keeps nobody out' => sub {
    my ($n, $no) = tried(40, sub { try_as('user1', 'guess', '10.5.0.1') });
    ok $no, 'he has to wait';
    is try_as('user1', 'pw of user1', '10.5.0.2')->{status}, 200, 'who it is does not';
};


subtest 'nor do many, who came in with this browser before' => sub {
    my $r = try_as('user2', 'pw of user2', '10.6.0.1');
    my ($mine) = map { /^(langorch_device=[^;]+)/ ? $1 : () } @{ $r->{headers}{'set-cookie'} };

    my ($n, $no) = tried(48, sub { try_as('user2', 'guess', "10.7.0.$_[0]") });
    ok $no, 'the name has none left';
    is try_as('user2', 'pw of user2', '10.6.0.2')->{status}, 429, 'not even for its owner';
    is try_as('user2', 'pw of user2', '10.6.0.1', Cookie => $mine)->{status}, 200,
        'but with what his browser has';

    ($n) = tried(24, sub { try_as('user2', 'guess', "10.8.0.$_[0]", Cookie => $mine) });
    ok $n >= 5 && $n < 12, 'who took that from him has as many as he' or diag $n;
    is try_as('user2', 'guess', '10.6.0.3', Cookie => $device)->{status}, 429,
        'that of another user is worth nothing';
    (my $forged = $mine) =~ s/.$/$& eq '0' ? '1' : '0'/e;
    is try_as('user2', 'guess', '10.6.0.4', Cookie => $forged)->{status}, 429, 'nor one made up';
};


subtest 'what a browser has is no session' => sub {
    my ($value) = $device =~ /=(.*)/;
    is $site->get('/api/auth/me', headers => { Cookie => $device })->{status}, 401, 'as it is';
    is $site->get('/api/auth/me', headers => { Cookie => "langorch_token=$value" })->{status},
        401, 'by the other name';
    is $site->get('/api/auth/me', headers => { Authorization => "Bearer $value" })->{status},
        401, 'or as a token';
};


subtest 'at his own password he has tries of his own' => sub {
    my $in = try_as('user3', 'pw of user3', '10.9.0.1');
    my @mine = (headers => { Authorization => "Bearer $in->{json}{access_token}" });
    tried(40, sub { try_as('user3', 'guess', "10.10.0.$_[0]") });

    my @s = $site->together(24, sub { return $site->put('/api/auth/password',
        { current_password => 'guess', password => 'another one' }, @mine)->{status} });
    about(scalar(grep { $_ == 403 } @s), 6, 'whoever found his session');
    is scalar(grep { $_ == 429 } @s) + scalar(grep { $_ == 403 } @s), 24, 'the rest waits';
};


$site->log_is_calm;
done_testing;
