# Who knows the old password gives himself another; what began with the old one is
# over (docs/api.md, Users).

use strict;
use warnings;

use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $dir = tempdir(CLEANUP => 1);
my $old = 'old-' . int rand 1e9;
my $new = 'new-' . int rand 1e9;
LangOrch::Site::spew("$dir/jwt", join '', map { chr(97 + int rand 26) } 1 .. 40);
LangOrch::Site::spew("$dir/admin", "$old\n");
chmod 0755, $dir;

my $site = LangOrch::Site->start(workers => 2, identity => 'on', http =>
    "langorch_jwt_secret $dir/jwt;\nlangorch_admin root $dir/admin;\n"
    . "set_real_ip_from 127.0.0.1;\nreal_ip_header X-Real-IP;\n");

my $from = 0;

sub addr { return 'X-Real-IP' => '10.1.0.' . ++$from }

sub login {
    my ($name, $password) = @_;
    return $site->post('/api/auth/login', { username => $name, password => $password },
        headers => { addr() });
}

sub bearer { return headers => { Authorization => "Bearer $_[0]", addr() } }

sub change {
    my ($token, $current, $password) = @_;
    return $site->put('/api/auth/password',
        { current_password => $current, password => $password }, bearer($token));
}

# Sessions say the second in which they began.

sub another_second {
    my $now = time;
    until_true('the next second', sub { time > $now });
    return;
}

sub me { return $site->get('/api/auth/me', bearer($_[0]))->{status} }

my $admin = login('root', $old)->{json}{access_token};
my $other = login('root', $old)->{json}{access_token};

my $r = change($admin, 'nonsense-of-mine', $new);
is "$r->{status} $r->{json}{code}", '403 forbidden', 'who does not know the old one';
is change($admin, $old, 'short')->{status}, 422, 'one that is too short';
is me($other), 200, 'nothing has ended';

another_second();

$r = change($admin, $old, $new);
is $r->{status}, 200, 'who does' or diag $r->{body};
my $fresh = $r->{json}{access_token};
like $r->{headers}{'set-cookie'}[0], qr/^langorch_token=\Q$fresh\E;/, 'has a new session';
is me($fresh), 200, 'that counts' for 1 .. 4;
is me($_), 401, 'those from before are over' for $admin, $other;
is login('root', $old)->{status}, 401, 'the old password is none';
is login('root', $new)->{status}, 200, 'the new one is';

# an administrator gives somebody another one: whoever had the old one is out

my $u = $site->post('/api/users', { username => 'ann', email => 'ann@example.org',
    password => "first-$old" }, bearer($fresh))->{json};
my $ann = login('ann', "first-$old")->{json}{access_token};
is me($ann), 200, 'ann is in';
another_second();
is $site->put("/api/users/$u->{user_id}", { password => "second-$old" }, bearer($fresh))
    ->{status}, 200, 'she gets another password';
is me($ann), 401, 'and is out';
$ann = login('ann', "second-$old")->{json}{access_token};
is $site->put("/api/users/$u->{user_id}", { full_name => 'Ann' }, bearer($fresh))
    ->{status}, 200, 'another name';
is me($ann), 200, 'ends nothing';

my %did = map { ("$_->{category}/$_->{action}" => $_) }
    @{ $site->get('/api/audit', bearer($fresh))->{json}{events} };
is $did{'auth/password_failed'}{resource_id}, 'root', 'the audit has the wrong try';
is $did{'user_mgmt/password'}{actor}, 'root', 'and the change';

my $t = $site->post('/api/auth/tokens', { name => 't', identity => 'robot',
    role => 'viewer' }, bearer($fresh))->{json}{token};
is change($t, 'x' x 9, 'y' x 9)->{status}, 409, 'a program has no password';

$site->log_is_calm;
done_testing;
