# What stands before every route: pages of other origins, how often, how long it
# took, which request it was (api 1.12, 1.13, 1.16).

use strict;
use warnings;

use Test::More;

use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $exposed = 'ETag, Link, Location, Retry-After, X-Next-Cursor,'
    . ' X-Total-Count, X-Next-After-Id, X-Request-ID, Idempotent-Replayed,'
    . ' X-LangOrch-Deduplicated';

my $site = LangOrch::Site->start(workers => 1, procedures => ['log-only'],
    http => 'langorch_cors https://app.example http://localhost:3000;'
        . "\nlangorch_server_timing on;\n");

sub from {
    my ($origin, $method, $path, %more) = @_;
    return $site->request($method, $path, $method eq 'POST' ? '{' : undef,
        headers => { Origin => $origin, %more });
}


subtest 'a page of a listed origin may ask' => sub {
    for my $r (from('https://app.example', 'GET', '/api/runs'),
        from('http://localhost:3000', 'GET', '/api/runs/none'),
        from('https://app.example', 'POST', '/api/runs'),
        from('https://app.example', 'GET', '/api/nowhere'),
        from('https://app.example', 'DELETE', '/api/health'))
    {
        my $h = $r->{headers};
        like $h->{'access-control-allow-origin'},
            qr{^https?://(?:app\.example|localhost:3000)$}, "$r->{status}: it";
        is $h->{'access-control-allow-credentials'}, 'true', 'as who it is';
        is $h->{'access-control-expose-headers'}, $exposed, 'and sees these';
        is $h->{vary}, 'Origin', 'caches keep it apart';
    }

    my $run = $site->run('log-only');
    $run->wait_final;
    is from('https://app.example', 'GET', $run->path('/stream?follow=false'))
        ->{headers}{'access-control-allow-origin'}, 'https://app.example',
        'also a stream';
};


subtest 'another may not' => sub {
    for my $origin ('https://evil.example', 'https://app.example.evil',
        'http://app.example', 'https://app.example:8443', 'null', '*')
    {
        my $h = from($origin, 'GET', '/api/runs')->{headers};
        ok !exists $h->{'access-control-allow-origin'}, $origin;
        is $h->{vary}, 'Origin', 'and caches know why';
    }
};


subtest 'a browser that asks first' => sub {
    my $r = from('https://app.example', 'OPTIONS', '/api/runs',
        'Access-Control-Request-Method' => 'POST',
        'Access-Control-Request-Headers' => 'content-type');
    my $h = $r->{headers};

    is "$r->{status} $r->{body}", '204 ', 'hears';
    is $h->{'access-control-allow-origin'}, 'https://app.example', 'that it may';
    is $h->{'access-control-max-age'}, 600, 'for so long';
    is $h->{'access-control-allow-methods'},
        'GET, POST, PUT, PATCH, DELETE, OPTIONS', 'what';
    is $h->{'access-control-allow-headers'}, 'Authorization, Content-Type,'
        . ' If-Match, If-None-Match, Idempotency-Key, Last-Event-ID,'
        . ' X-API-Key, X-Requested-With', 'and with what';

    $h = from('https://evil.example', 'OPTIONS', '/api/runs',
        'Access-Control-Request-Method' => 'POST')->{headers};
    ok !exists $h->{"access-control-allow-$_"}, "not one that may not: $_"
        for qw(origin methods headers);
};


subtest 'each answer says how long it took, and which it was' => sub {
    for my $r ($site->get('/api/health'), $site->get('/api/nowhere'),
        $site->post('/api/runs', '{'))
    {
        like $r->{headers}{'server-timing'}, qr/^app;dur=\d+\.\d{3}$/,
            "$r->{status}: how long";
    }

    is $site->get('/api/health', headers => { 'X-Request-ID' => 'abc-1' })
        ->{headers}{'x-request-id'}, 'abc-1', 'the client says which';
    is $site->get('/api/health', headers => { 'X-Request-ID' => 'x' x 128 })
        ->{headers}{'x-request-id'}, 'x' x 128, 'at some length';

    for my $id ('a b', 'x' x 129, '') {
        like $site->get('/api/health', headers => { 'X-Request-ID' => $id })
            ->{headers}{'x-request-id'}, qr/^[0-9a-f]{16}$/,
            'or the server does: ' . substr $id, 0, 9;
    }

    $site->post('/api/projects', { name => 'p' },
        headers => { 'X-Request-ID' => 'trail-7' });
    is $site->get('/api/audit?category=project')->{json}{events}[0]{request_id},
        'trail-7', 'the audit trail knows it';
};

$site->log_is_calm;


subtest 'anybody, but as nobody' => sub {
    my $any = LangOrch::Site->start(workers => 1,
        http => "langorch_cors *;\n");
    my $h = $any->get('/api/runs', headers => { Origin => 'https://x.example' })
        ->{headers};
    is $h->{'access-control-allow-origin'}, '*', 'may ask';
    ok !exists $h->{'access-control-allow-credentials'}, 'without a cookie';
    ok !exists $any->get('/api/runs')->{headers}{'server-timing'},
        'and no times are told unless asked for';
    $any->log_is_calm;
    $any->stop;
};


subtest 'by default there is nothing of it' => sub {
    my $plain = LangOrch::Site->start(workers => 1, http => "langorch_rate 5;\n");
    my $h = $plain->get('/api/health', headers => { Origin => 'https://x.example' })
        ->{headers};
    ok !exists $h->{$_}, $_ for qw(vary access-control-allow-origin);

    my @r = map { $plain->get('/api/runs') } 1 .. 8;
    is scalar(grep { $_->{status} == 200 } @r), 5, 'a limit lets five through';
    my ($no) = grep { $_->{status} == 429 } @r;
    is $no->{json}{code}, 'rate_limited', 'and tells the others';
    like $no->{headers}{'retry-after'}, qr/^(?:[1-9]|1[0-2])$/, 'when to come';
    is $plain->get('/api/health')->{status}, 200, 'health is not counted';
    is $plain->get('/api/nowhere')->{status}, 404, 'nor what is not there';
    $plain->log_is_calm;
};

done_testing;
