# What is wrong with a request is told as a problem (api 1.2, 1.5), and no
# request, however bad, takes the worker down.

use strict;
use warnings;

use Test::More;

use LangOrch::Http;
use LangOrch::Site;

my $site    = LangOrch::Site->start(workers => 1);
my ($worker) = $site->workers;


# A problem object of that status and code, in full.

sub is_problem {
    my ($r, $status, $code, $name) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    subtest $name => sub {
        is $r->{status}, $status, "status $status"
            or diag(substr $r->{body} // '', 0, 300);
        is $r->{headers}{'content-type'}, 'application/problem+json', 'type';

        my $p = $r->{json} || {};
        is $p->{code}, $code, "code $code";
        is $p->{status}, $status, 'the same status';
        is $p->{type}, "urn:langorch:error:$code", 'the URN of the code';
        ok length $p->{title}, 'a title';
        ok exists $p->{detail}, 'a detail';
        ok length $p->{instance}, 'the path';
        is $p->{request_id}, $r->{headers}{'x-request-id'}, 'the request id';
    };
    return;
}


my %malformed = (
    'half an object'        => '{"procedure_id":',
    'no JSON at all'        => 'hello',
    'bytes after the value' => '{} {}',
    'a name twice'          => '{"procedure_id":"a","procedure_id":"b"}',
    'a name twice, deep'    => '{"ckp_json":{"a":[{"b":1,"b":2}]}}',
    'invalid UTF-8'         => "{\"procedure_id\":\"\xff\xfe\"}",
    'a lone surrogate'      => '{"procedure_id":"\ud800"}',
    'a NUL'                 => '{"procedure_id":"a\u0000b"}',
    'a byte order mark'     => "\xef\xbb\xbf{}",
    'a number too large'    => '{"input_vars":{"n":1e999}}',
    'an integer too large'  => '{"input_vars":{"n":9223372036854775808}}',
    'nesting of 65'         => '{"input_vars":' . '[' x 64 . ']' x 64 . '}',
    'nesting of 100,000'    => '[' x 100_000,
);

for my $name (sort keys %malformed) {
    is_problem $site->post('/api/runs', $malformed{$name}), 400,
        'malformed_json', "$name is malformed";
}


my %wrong = (
    'an array'               => [],
    'a text'                 => '"x"',
    'nothing'                => {},
    'a number as id'         => { procedure_id => 5 },
    'an array as inputs'     => { procedure_id => 'log-only', input_vars => [] },
    'an object as version'   =>
        { procedure_id => 'log-only', procedure_version => {} },
    'a mode that is none'    =>
        { procedure_id => 'log-only', execution_mode => 'maybe' },
);

$site->import_document('log-only');

for my $name (sort keys %wrong) {
    my $r = $site->post('/api/runs', $wrong{$name});
    is_problem $r, 422, 'validation_error', "$name is the wrong shape";
    is ref $r->{json}{detail}, 'ARRAY', 'the detail is a list';
    is_deeply $r->{json}{errors}, $r->{json}{detail}, 'and so is errors';
    is ref $r->{json}{errors}[0]{loc}, 'ARRAY', 'that says where';
    is $r->{json}{errors}[0]{loc}[0], 'body', 'in the body';
}


is_problem $site->get('/api/nowhere'), 404, 'no_route',
    'a path that is none is no route';
is_problem $site->get('/api/runs/no-such-run'), 404, 'not_found',
    'an unknown run is not found';
is $site->get('/api/runs/no-such-run')->{json}{detail}, 'Run not found',
    'in the sentence of the contract';

my $r = $site->request('PATCH', '/api/runs', {});
is_problem $r, 405, 'method_not_allowed', 'a method that the path has not';
like $r->{headers}{allow}, qr/\bGET\b.*\bPOST\b|\bPOST\b.*\bGET\b/,
    'tells which it has';

is_problem $site->request('TRACE', '/api/runs'), 405, 'method_not_allowed',
    'TRACE is refused'
    if $site->request('TRACE', '/api/runs')->{headers}{'content-type'}
        =~ /problem/;
is $site->request('TRACE', '/api/runs')->{status}, 405, 'TRACE is 405';

is_problem $site->post('/api/runs', 'a=1',
    headers => { 'Content-Type' => 'application/x-www-form-urlencoded' }),
    415, 'unsupported_media_type', 'a form is not JSON';
is $site->post('/api/runs', { procedure_id => 'log-only' },
    headers => { 'Content-Type' => 'application/merge-patch+json' })->{status},
    201, 'a +json type is';

my $plain = '{"procedure_id":"log-only"}';
like LangOrch::Http::raw($site->port, "POST /api/runs HTTP/1.1\r\nHost: x\r\n"
    . 'Content-Length: ' . length($plain) . "\r\nConnection: close\r\n\r\n$plain"),
    qr{^HTTP/1\.1 201 }, 'no type at all is JSON';

is_problem $site->post('/api/runs',
    '{"procedure_id":"' . 'x' x (1 << 20) . '"}'),
    413, 'too_large', 'more than 1 MiB is too large';
is_problem $site->post('/api/procedures',
    '{"ckp_json":{"x":"' . 'x' x (4 << 20) . '"}}'),
    413, 'too_large', 'more than 4 MiB of a procedure is too large';

for my $query ('limit=x', 'limit=-1', 'limit=100000', 'offset=-1',
    'cursor=%00', 'created_from=yesterday')
{
    my $bad = $site->get("/api/runs?$query");
    is_problem $bad, 422, 'validation_error', "?$query is refused";
    is $bad->{json}{errors}[0]{loc}[0], 'query', 'as part of the query';
}
is $site->get('/api/runs?color=blue&limit=5&limit=6')->{status}, 200,
    'what is not known is ignored';


subtest 'no path, SQL or version of the server is told' => sub {
    for my $bad ($site->get('/api/nowhere'), $site->post('/api/runs', '{'),
        $site->get("/api/runs/x'%20OR%201=1"), $site->get('/api/%zz'))
    {
        unlike $bad->{body}, qr{nginx|SELECT|sqlite|/home|/tmp|\.c:\d}i,
            "$bad->{status} keeps quiet";
    }
};


subtest 'bytes that are no HTTP at all are no end either' => sub {
    for my $bytes ("\x16\x03\x01\x02", "GET /api/health\r\n\r\n",
        "POST /api/runs HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{",
        "POST /api/runs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked"
            . "\r\n\r\nzz\r\n",
        "GET /api/runs/%00%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    {
        LangOrch::Http::raw($site->port, $bytes, shutdown => 1, timeout => 3);
    }
    is $site->get('/api/health')->{status}, 200, 'the site answers';
};


is_deeply [ $site->workers ], [$worker], 'the same worker took all of it';

$site->log_is_calm;
done_testing;
