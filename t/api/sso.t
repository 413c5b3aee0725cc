# Whom NGINX knows gets a session (api 15.3).

use strict;
use warnings;

use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Site;

my $dir = tempdir(CLEANUP => 1);
LangOrch::Site::spew("$dir/jwt", join '', map { chr(97 + int rand 26) } 1 .. 40);
chmod 0755, $dir;

my $vouch = "langorch_user \$http_x_user trusted;\n"
    . "langorch_groups \$http_x_groups trusted;\n";

my $site = LangOrch::Site->start(workers => 2, identity => 'on', http =>
    "langorch_jwt_secret $dir/jwt;\nlangorch_sso /oauth/start?a=b;\n$vouch");
my $none = LangOrch::Site->start(workers => 1, identity => 'on');

sub as { return headers => { 'X-User' => $_[0], 'X-Groups' => $_[1] } }

sub cookie {
    my ($r) = @_;
    my ($c) = ($r->{headers}{'set-cookie'} // '') =~ /^(langorch_token=[^;]+)/;
    return headers => { Cookie => $c // '' };
}


subtest 'where there is none' => sub {
    is_deeply $none->get('/api/auth/sso/status')->{json},
        { sso_enabled => JSON::PP::false }, 'it is told';
    for my $path (qw(login callback)) {
        my $r = $none->get("/api/auth/sso/$path");
        is "$r->{status} $r->{json}{detail}", '400 SSO is not enabled', $path;
    }
    my $r = $none->post('/api/auth/login', { username => 'a', password => 'b' });
    is $r->{status}, 400, 'and without a key nobody logs in';
};


subtest 'to where it begins' => sub {
    is_deeply $site->get('/api/auth/sso/status')->{json},
        { sso_enabled => JSON::PP::true }, 'there is one';

    my %to = ('' => '', 'from=/ui/runs' => '&from=%2Fui%2Fruns',
        'from=//evil.example' => '', 'from=https://evil.example' => '',
        'from=/%5Cevil.example' => '', 'from=' => '',
        'from=/' . 'x' x 3000 => '');
    for my $query (sort keys %to) {
        my $r = $site->get("/api/auth/sso/login?$query");
        is $r->{status}, 302, substr $query, 0, 40;
        like $r->{headers}{location}, qr{/oauth/start\?a=b\Q$to{$query}\E$}, 'to';
    }
    is $site->get('/api/auth/sso/login?from=/%0d%0aX:y')->{status}, 422,
        'not with the end of a line in it';
};


subtest 'and back' => sub {
    my $r = $site->get('/api/auth/sso/callback');
    is "$r->{status} $r->{json}{detail}", '400 Invalid or expired SSO state',
        'nobody is nobody';

    $r = $site->get('/api/auth/sso/callback', as('zoe', 'operator'));
    is $r->{status}, 302, 'somebody is' or diag $r->{body};
    is $r->{headers}{location} =~ s{^http://[^/]+}{}r, '/ui/', 'on to the console';
    my @zoe = cookie($r);

    my $me = $site->get('/api/auth/me', @zoe)->{json};
    is "$me->{identity} $me->{role} $me->{auth_method}", 'zoe operator cookie',
        'with a session';

    $r = $site->get('/api/auth/sso/callback', as('zoe', 'manager'));
    is $site->get('/api/auth/me', @zoe)->{json}{role}, 'manager', 'another role' for 1 .. 4;

    my @admin = as('root', 'admin');
    my ($user) = @{ $site->get('/api/users', @admin)->{json} };
    is "$user->{username} $user->{sso_provider}", 'zoe nginx', 'a user';

    is $site->put("/api/users/$user->{user_id}", { is_active => JSON::PP::false },
        @admin)->{status}, 200, 'switched off';
    is $site->get('/api/auth/me', @zoe)->{status}, 401, 'is out';
    is $site->get('/api/auth/sso/callback', as('zoe', 'admin'))->{status}, 400,
        'and stays so';

    $r = $site->get('/api/auth/sso/callback', as('ann', 'admin'));
    my @ann = cookie($r);
    $site->get('/api/auth/sso/callback', as('ann', 'viewer'));
    is $site->get('/api/auth/me', @ann)->{json}{role}, 'admin',
        'the last administrator stays one';
};


$_->log_is_calm for $site, $none;
done_testing;
