# Users have a password, begin sessions with it, and are worth what they are by
# now (api 1.6, 15.1, 15.2, 15.5, 15.6).

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256);
use File::Temp qw(tempdir);
use JSON::PP qw(encode_json decode_json);
use MIME::Base64 qw(encode_base64url decode_base64url);
use Test::More;
use Time::HiRes qw(time);

use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $dir    = tempdir(CLEANUP => 1);
my $secret = join '', map { chr(97 + int rand 26) } 1 .. 48;
my $root   = 'root-' . int rand 1e9;

LangOrch::Site::spew("$dir/jwt", "$secret\n");
LangOrch::Site::spew("$dir/admin", "$root\n");
chmod 0755, $dir;

my $site = LangOrch::Site->start(workers => 2, identity => 'on', http =>
    "langorch_jwt_secret $dir/jwt;\nlangorch_admin root $dir/admin;\n"
    . "langorch_session 1h;\nset_real_ip_from 127.0.0.1;\n"
    . "real_ip_header X-Real-IP;\n");

# Each login is from another address, so that the limit is that of the name.

my $from = 0;

sub login {
    my ($name, $password, $s) = @_;
    return ($s // $site)->post('/api/auth/login',
        { username => $name, password => $password },
        headers => { 'X-Real-IP' => '10.0.0.' . ++$from });
}

sub bearer { return headers => { Authorization => "Bearer $_[0]" } }

sub token {
    my ($claims, %o) = @_;
    my $text = encode_base64url(encode_json($o{head} // { alg => 'HS256' })) . '.'
        . encode_base64url(encode_json($claims));
    return "$text." . encode_base64url(hmac_sha256($text, $o{key} // $secret));
}

until_true('the first administrator is there', sub {
    return LangOrch::Store::value($site, 'SELECT count(*) FROM users') == 1;
});

my $r = login('root', $root);
is $r->{status}, 200, 'and may come in' or diag $r->{body};
my @root = bearer($r->{json}{access_token});


sub user {
    my ($name, %more) = @_;
    my $u = $site->post('/api/users', { username => $name, password => "pw of $name",
        email => "$name\@example.org", %more }, @root);
    is $u->{status}, 201, "$name is made" or diag $u->{body};
    return $u->{json};
}


subtest 'a session has a token and a cookie' => sub {
    my $s = $r->{json};
    is_deeply [ sort keys %$s ], [ qw(access_token expires_in identity roles
        token_type) ], 'what is answered';
    is "$s->{token_type} $s->{identity} $s->{expires_in}", 'bearer root 3600', 'of it';

    my $claims = decode_json(decode_base64url((split /\./, $s->{access_token})[1]));
    is $claims->{sub}, 'root', 'whose it is';
    is_deeply $claims->{roles}, ['admin'], 'what he is';
    is $claims->{exp} - $claims->{iat}, 3600, 'for how long';

    my ($set, $device) = @{ $r->{headers}{'set-cookie'} };
    like $device, qr/^langorch_device=[^;]+; HttpOnly; SameSite=Strict; Path=\/api\/auth; /,
        'the browser is known';
    like $set, qr/^langorch_token=\Q$s->{access_token}\E;/, 'and has it';
    like $set, qr/; HttpOnly; SameSite=Strict; Path=\/; Max-Age=3600$/,
        'and no page sees it, none of other sites sends it';

    my $me = $site->get('/api/auth/me', @root)->{json};
    is "$me->{identity} $me->{role} $me->{auth_method}", 'root admin jwt', 'by token';
    $me = $site->get('/api/auth/me', headers => { Cookie =>
        "a=b; langorch_token=$s->{access_token}; c=d" })->{json};
    is "$me->{identity} $me->{auth_method}", 'root cookie', 'by cookie';
};


subtest 'the cookie alone changes nothing for pages of others' => sub {
    my $cookie = "langorch_token=$r->{json}{access_token}";
    my $post = sub { return $site->post('/api/projects', { name => 'p' },
        headers => { Cookie => $cookie, @_ }) };

    for my $with ([], [ Origin => 'https://evil.example' ], [ Origin => 'null' ],
        [ 'X-Requested-With' => 'XMLHttpRequest' ])
    {
        my $a = $post->(@$with);
        is "$a->{status} $a->{json}{code}", '403 csrf', "with @$with";
    }
    is $post->(Origin => $site->url)->{status}, 201, 'from our own page';
    is $post->('X-Requested-With' => 'langorch')->{status}, 201, 'or who says so';
    is $site->get('/api/projects', headers => { Cookie => $cookie })->{status}, 200,
        'looking is free';
};


subtest 'what is wrong is 401, and says nothing more' => sub {
    user('ada', role => 'operator');
    my ($known, $unknown);

    for ([ 'ada', 'wrong' ], [ 'nobody', 'wrong' ], [ 'ada', 'PW OF ADA' ]) {
        my $at = time;
        my $a  = login(@$_);
        is "$a->{status} $a->{json}{detail}", '401 Invalid username or password',
            "@$_";
        $_->[0] eq 'ada' ? ($known = time - $at) : ($unknown = time - $at);
        ok !$a->{headers}{'set-cookie'}, 'no cookie';
    }
    cmp_ok $unknown, '>', $known / 8, 'an unknown name costs as much';

    my @bad = ({}, { username => 'ada' }, { username => 'ada', password => '' },
        { username => 7, password => 'x' }, { username => 'x' x 129, password => 'x' });
    is $site->post('/api/auth/login', $_)->{status}, 422, encode_json($_) for @bad;

    my @e = @{ $site->get('/api/audit?category=auth&action=login_failed', @root)
        ->{json}{events} };
    is scalar(@e), 3, 'each is written down';
};


subtest 'forged tokens' => sub {
    my %good = (sub => 'eve', exp => time + 600, roles => ['admin']);
    is $site->get('/api/auth/me', bearer(token(\%good)))->{json}{role}, 'admin',
        'who has the key says who is what';

    my %bad = (
        'another key'   => token(\%good, key => 'x' x 48),
        'no key'        => token(\%good, key => ''),
        'alg none'      => token(\%good, head => { alg => 'none' }),
        'no alg'        => token(\%good, head => {}),
        'other alg'     => token(\%good, head => { alg => 'HS512' }),
        'RS256 by HMAC' => token(\%good, head => { alg => 'RS256' }),
        'no end'        => token({ sub => 'eve' }),
        'over'          => token({ %good, exp => time - 61 }),
        'not yet'       => token({ %good, nbf => time + 70 }),
        'nobody'        => token({ %good, sub => '' }),
        'the system'    => token({ %good, sub => 'system:x' }),
        'a user of ours, claimed' => token({ %good, sub => 'ada', uid => 'x' }),
        'one who is gone' => token({ %good, sub => 'gone', uid => 'x' }),
        'uid of no text' => token({ %good, uid => undef }),
        'crit'          => token(\%good, head => { alg => 'HS256', crit => ['x'] }),
    );
    $bad{'bytes behind'} = token(\%good) . 'AAAA';
    $bad{'a part behind'} = token(\%good) . '.e30';
    $bad{'padding'} = token(\%good) . '=';
    $bad{'unsigned'} = token(\%good) =~ s/[^.]*$//r;
    $bad{'other claims'} = do {
        my @p = split /\./, token(\%good);
        join '.', $p[0], encode_base64url(encode_json({ %good, sub => 'mallory' })), $p[2];
    };

    for my $kind (sort keys %bad) {
        my $a = $site->get('/api/auth/me', bearer($bad{$kind}));
        is "$a->{status} $a->{json}{code}", '401 invalid_token', $kind;
    }
};


subtest 'a user who changes is another one at once' => sub {
    my $u = user('bob', role => 'manager');
    my $s = login('bob', 'pw of bob')->{json};
    my @with = bearer($s->{access_token});
    my $key  = $site->post('/api/auth/tokens', { name => 'k' }, @with)->{json}{token};
    my $path = "/api/users/$u->{user_id}";

    is_deeply [ sort keys %$u ], [ qw(created_at email full_name is_active projects
        role sso_provider updated_at user_id username) ], 'no hash in it';
    is $site->get('/api/users', @with)->{status}, 200, 'a manager sees users';
    is $site->put($path, { role => 'viewer' }, @root)->{status}, 200, 'no more';
    is $site->get('/api/users', @with)->{status}, 403, 'at once' for 1 .. 6;
    is $site->get('/api/users', bearer($key))->{status}, 403, 'for his tokens, too';
    is $site->get($path, @with)->{json}{role}, 'viewer', 'he sees himself';
    is $site->get('/api/users/other', @with)->{status}, 403, 'and nobody else';

    is $site->put($path, { is_active => JSON::PP::false }, @root)->{status}, 200, 'off';
    is $site->get('/api/auth/me', @with)->{status}, 401, 'his session' for 1 .. 4;
    is $site->get('/api/auth/me', bearer($key))->{status}, 401, 'his token';
    is login('bob', 'pw of bob')->{status}, 401, 'his password';
    is $site->get('/api/auth/me', bearer(token({ sub => 'bob', exp => time + 60,
        roles => ['admin'] })))->{status}, 401, 'who vouches for him elsewhere';

    is $site->put($path, { is_active => JSON::PP::true, password => 'another one' },
        @root)->{status}, 200, 'on again';
    is login('bob', 'pw of bob')->{status}, 401, 'not with the old password';
    is login('bob', 'another one')->{status}, 200, 'with the new one';

    is $site->del($path, @root)->{status}, 204, 'gone';
    is $site->get('/api/auth/me', @with)->{status}, 401, 'his session';
    is $site->get('/api/auth/me', bearer($key))->{status}, 401, 'his token';
    user('bob', role => 'admin');
    is $site->get('/api/auth/me', @with)->{status}, 401, 'another bob is not he';
    is $site->get('/api/auth/me', bearer($key))->{status}, 401, 'for tokens, too';
};


subtest 'users are told apart, and one administrator stays' => sub {
    my $a = $site->post('/api/users', { username => 'ada', password => 'long enough',
        email => 'x@y' }, @root);
    is "$a->{status} $a->{json}{detail}", "400 Username 'ada' already exists", 'name';
    is_deeply $a->{json}{errors}[0]{loc}, [qw(body username)], 'and where that is';
    $a = $site->post('/api/users', { username => 'ada2', password => 'long enough',
        email => 'ADA@example.org' }, @root);
    is "$a->{status} $a->{json}{detail}", "400 Email 'ADA\@example.org' already exists",
        'address';
    is_deeply $a->{json}{errors}[0]{loc}, [qw(body email)], 'and where that is';
    is $site->post('/api/users', { username => 'x', email => 'a@b',
        password => 'long enough', %$_ }, @root)->{status}, 422, encode_json($_)
        for { password => 'short' }, { email => 'none' }, { role => 'god' },
        { username => '' }, { username => 'system:x' }, { username => 'x' x 129 };

    my ($bob, $me) = map { my $n = $_; grep { $_->{username} eq $n }
        @{ $site->get('/api/users', @root)->{json} } } qw(bob root);
    is $site->put("/api/users/$bob->{user_id}", { role => 'viewer' }, @root)
        ->{status}, 200, 'one of two goes down';

    for ([ 'put', { role => 'viewer' } ], [ 'put', { is_active => JSON::PP::false } ],
        [ 'del' ])
    {
        my ($how, @body) = @$_;
        $a = $site->$how("/api/users/$me->{user_id}", @body, @root);
        is "$a->{status} $a->{json}{detail}", '400 Cannot delete the last admin user',
            encode_json($_);
    }
    $a = $site->get("/api/users/$me->{user_id}", @root);
    is $site->put("/api/users/$me->{user_id}", { full_name => 'R' }, headers => {
        $root[1]->%*, 'If-Match' => '"old"' })->{status}, 412, 'not what was read';
    is $site->put("/api/users/$me->{user_id}", { full_name => 'R' }, @root)
        ->{json}{full_name}, 'R', 'the rest of him may change';
    is $site->get('/api/users/none', @root)->{status}, 404, 'nobody';
    is $site->$_('/api/users/none', ($_ eq 'put' ? {} : ()), @root)->{status}, 404, $_
        for qw(put del);
};


subtest 'a session that is ended stays so' => sub {
    my $s = login('ada', 'pw of ada')->{json}{access_token};
    is $site->get('/api/auth/me', bearer($s))->{status}, 200, 'open';
    my $cookie = "langorch_token=$s";
    is $site->post('/api/auth/logout', undef, headers => { Cookie => $cookie })
        ->{json}{code}, 'csrf', 'not by a page of others';
    my $out = $site->post('/api/auth/logout', undef, headers => {
        Cookie => $cookie, 'X-Requested-With' => 'langorch' });
    is $out->{status}, 204, 'ended';
    like $out->{headers}{'set-cookie'}, qr/^langorch_token=;.*Max-Age=0/, 'its cookie';
    is $site->get('/api/auth/me', bearer($s))->{status}, 401, 'over' for 1 .. 6;
    is $site->post('/api/auth/logout')->{status}, 204, 'nobody may, too';
    is $site->post('/api/auth/logout', undef, bearer('junk'))->{status}, 204, 'always';
    $site->restart;
    is $site->get('/api/auth/me', bearer($s))->{status}, 401, 'also after a restart';
    is $site->get('/api/auth/me', @root)->{status}, 200, 'others go on';
    is scalar(@{ $site->get('/api/users', @root)->{json} }), 3,
        'and no other first administrator';
};


subtest 'too often is 429' => sub {
    my @s = map { login('mallory', "guess $_")->{status} } 1 .. 12;
    my $a = login('mallory', 'guess');
    is "$a->{status} $a->{json}{code}", '429 rate_limited', 'the guesser waits'
        or diag "@s";
    like $a->{headers}{'retry-after'}, qr/^[1-9]\d*$/, 'and hears how long';

    my @one = (headers => { 'X-Real-IP' => '10.9.9.9' });
    $a = $site->post('/api/auth/login', { username => "n$_", password => 'x' }, @one)
        for 1 .. 12;
    is $a->{status}, 429, 'one address with many names, too';
    is login('ada', 'pw of ada')->{status}, 200, 'others come in';
};


subtest 'nothing secret is kept' => sub {
    my $all = join '', map { LangOrch::Site::slurp($_) }
        glob $site->home . '/data/langorch.db*';
    unlike $all . $site->log, qr/\Q$_\E/, 'not there' for $root, $secret, 'pw of ada';
};

$site->log_is_calm;
done_testing;
