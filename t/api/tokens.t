# API tokens: shown once, worth no more than who made them, refused at once when
# they are revoked (api 1.6, 15.4).

use strict;
use warnings;

use JSON::PP;
use Test::More;

use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 2, identity => 'on',
    procedures => [], http => "langorch_user \$http_x_user trusted;\n"
        . "langorch_groups \$http_x_groups trusted;\n");

sub as {
    my ($name, $groups) = @_;
    return headers => { 'X-User' => $name, 'X-Groups' => $groups // $name };
}

sub bearer { return headers => { Authorization => "Bearer $_[0]" } }

sub make {
    my ($who, %body) = @_;
    my $r = $site->post('/api/auth/tokens', { name => 'ci', %body }, as($who));
    is $r->{status}, 201, "$who makes a token" or diag $r->{body};
    return $r->{json};
}


subtest 'a token is its maker, and is shown once' => sub {
    my $t = make('operator');
    is_deeply [ sort keys %$t ], [ qw(created_at expires_at identity name prefix
        projects role token token_id) ], 'its members';
    like $t->{token}, qr/^lo_[0-9a-f]{64}$/, 'its text';
    is $t->{prefix}, substr($t->{token}, 0, 11), 'its beginning';
    is "$t->{identity} $t->{role}", 'operator operator', 'whose';

    for my $h ({ Authorization => "Bearer $t->{token}" },
        { Authorization => "bearer  $t->{token}" }, { 'X-API-Key' => $t->{token} })
    {
        my $me = $site->get('/api/auth/me', headers => $h);
        is $me->{status}, 200, 'it is known' or diag $me->{body};
        is_deeply $me->{json}, { identity => 'operator', roles => ['operator'],
            role => 'operator', auth_method => 'api_token', mode => 'on',
            user_id => undef, email => undef, full_name => undef, separation => JSON::PP::false,
            projects => undef },
            'who it is';
    }

    my ($listed) = @{ $site->get('/api/auth/tokens', bearer($t->{token}))->{json} };
    ok !exists $listed->{token}, 'a list has it no more';
    is $listed->{token_id}, $t->{token_id}, 'but tells of it';

    my $r = $site->post('/api/procedures', { ckp_json => {} }, bearer($t->{token}));
    isnt $r->{status}, 403, 'it may what an operator may' or diag $r->{body};
    is $site->get('/api/audit/export', bearer($t->{token}))->{status}, 403,
        'and no more';

    # bodies come behind the question who asks, in one piece or in many

    my $long = { name => 'p', description => 'x' x 300_000 };
    $t = make('operator');
    is $site->post('/api/projects', { name => 'p' }, bearer($t->{token}))
        ->{status}, 201, 'a body that is read when the store has answered';
    $t = make('operator');
    is $site->post('/api/projects', $long, bearer($t->{token}))->{status}, 422,
        'a long one, too';
    $t = make('operator');
    is $site->request('POST', '/api/projects', 'no json', bearer($t->{token}))
        ->{status}, 400, 'and one that is none';
};


subtest 'nothing of it is in the database but its hash' => sub {
    my $t = make('viewer');
    my $all = join '', map { LangOrch::Site::slurp($_) }
        glob $site->home . '/data/langorch.db*';

    ok length $all, 'the store was read';
    unlike $all, qr/\Q$t->{token}\E/, 'it is not there';
    unlike $site->log, qr/\Q$t->{token}\E/, 'nor in the log';
};


subtest 'what is worth nothing is 401, in every mode' => sub {
    my %bad = (
        unknown => 'lo_' . 'a' x 64,  short => 'lo_abc',   empty => '',
        long    => 'lo_' . 'a' x 65,  huge  => 'lo_' . 'a' x 6000,
        other   => 'nonsense',        quote => "lo_' OR 1=1 --" . 'a' x 52,
    );

    my $open = LangOrch::Site->start(workers => 1);
    my $half = LangOrch::Site->start(workers => 1, identity => 'optional');

    for my $s ($site, $open, $half) {
        for my $kind (sort keys %bad) {
            my $r = $s->get('/api/runs', bearer($bad{$kind}));
            is "$r->{status} $r->{json}{code}", '401 invalid_token', $kind;
            is $r->{json}{detail}, 'Invalid or expired token', 'the sentence';
            is $r->{headers}{'www-authenticate'}, 'Bearer realm="langorch"', 'how';
        }
        is $s->get('/api/runs', headers => { 'X-API-Key' => $bad{unknown} })
            ->{status}, 401, 'as a key';
        is $s->get('/api/health', bearer($bad{unknown}))->{status}, 200,
            'nobody asks for it where all may';
    }
    is $open->get('/api/auth/me')->{json}{identity}, 'anonymous', 'who has none';
    is_deeply $open->get('/api/auth/me')->{json}{roles}, ['admin'], 'is all';
    is_deeply $half->get('/api/auth/me')->{json}{roles}, ['viewer'], 'or may look';
    $_->log_is_calm, $_->stop for $open, $half;
};


subtest 'no more than the maker has' => sub {
    my @try = (
        [ 'viewer', { role => 'operator' } ], [ 'operator', { role => 'manager' } ],
        [ 'operator', { identity => 'other' } ], [ 'manager', { role => 'admin' } ],
    );
    for (@try) {
        my $r = $site->post('/api/auth/tokens', { name => 'x', %{ $_->[1] } },
            as($_->[0]));
        is "$r->{status} $r->{json}{code}", '403 forbidden',
            "$_->[0] " . LangOrch::Http::encode($_->[1]);
    }
    is make('operator', role => 'viewer')->{role}, 'viewer', 'less, though';
    is make('admin', identity => 'robot', role => 'viewer')->{identity}, 'robot',
        'an administrator makes them for others';

    for my $bad ({}, { name => '' }, { name => 'x', role => 'god' },
        { name => 'x', expires_in_days => 0 }, { name => 'x', expires_in_days => 366 },
        { name => 'x', identity => 'system:x' }, { name => 'x' x 129 },
        { name => 'x', identity => 'x' x 256 })
    {
        is $site->post('/api/auth/tokens', $bad, as('admin'))->{status}, 422,
            LangOrch::Http::encode($bad);
    }
};


subtest 'revoked at once, on every worker, and only by whose it is' => sub {
    my $t    = make('operator');
    my @with = bearer($t->{token});
    my $path = "/api/auth/tokens/$t->{token_id}";

    is $site->get('/api/auth/me', @with)->{status}, 200, 'good' for 1 .. 8;
    is $site->del($path, as('other', 'manager'))->{status}, 404, 'not by others';
    is $site->get('/api/auth/me', @with)->{status}, 200, 'still good';
    is $site->del($path, @with)->{status}, 204, 'by itself';
    is $site->get('/api/auth/me', @with)->{status}, 401, 'no more' for 1 .. 12;
    is $site->del($path, as('operator'))->{status}, 404, 'once';

    $t = make('operator');
    is $site->del("/api/auth/tokens/$t->{token_id}", as('admin'))->{status}, 204,
        'by an administrator';
};


subtest 'it ends, and its last use is told' => sub {
    my $t = make('viewer', expires_in_days => 1);
    is $site->get('/api/auth/me', bearer($t->{token}))->{status}, 200, 'used';

    until_true('its use is told', sub {
        my ($l) = grep { $_->{token_id} eq $t->{token_id} }
            @{ $site->get('/api/auth/tokens', as('viewer'))->{json} };
        return $l->{last_used_at};
    });

    LangOrch::Store::change($site, "UPDATE api_tokens SET expires_at = 1"
        . " WHERE token_id = '$t->{token_id}'");
    until_true('nobody believes it longer than a moment', sub {
        return $site->get('/api/auth/me', bearer($t->{token}))->{status} == 401;
    }, 5);
};


subtest 'approving is apart where the site says so' => sub {
    my $apart = LangOrch::Site->start(workers => 1, identity => 'on', http =>
        "langorch_user \$http_x_user trusted;\nlangorch_separation on;\n"
        . "langorch_groups \$http_x_groups trusted;\n");

    for ([ 'operator', 403, 'operator' ], [ 'manager', 403, 'manager' ],
        [ 'operator,approver', 201, 'operator', 'approver' ], [ 'admin', 201, 'admin' ])
    {
        my ($groups, $status, @roles) = @$_;
        my @who = as('x', $groups);
        my $me = $apart->get('/api/auth/me', @who)->{json};
        is_deeply $me->{roles}, \@roles, $groups;
        ok $me->{separation}, 'and hears that approving is apart';
        my $r = $apart->post('/api/auth/tokens', { name => 'a', role => 'approver' },
            @who);
        is $r->{status}, $status, 'a token that approves';
        is_deeply $apart->get('/api/auth/me', bearer($r->{json}{token}))->{json}{roles},
            ['approver'], 'and no more' if $status == 201;
    }
    $apart->log_is_calm;
    $apart->stop;
};


subtest 'the trail says who, and how' => sub {
    my $t = make('operator');
    $site->post('/api/projects', { name => 'by token' }, bearer($t->{token}));
    my @e = @{ $site->get('/api/audit?limit=2', as('admin'))->{json}{events} };
    is "$e[0]{category} $e[0]{actor} $e[0]{auth_method}",
        'project operator api_token', 'what a token did';
    is "$e[1]{category}/$e[1]{action} $e[1]{resource_id}",
        "auth/token_create $t->{token_id}", 'and that it was made';
};


$site->log_is_calm;
done_testing;
