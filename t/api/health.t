# The site answers for itself: liveness, readiness, metrics, console (api 2).

use strict;
use warnings;

use Test::More;

use LangOrch::Site;

my $site = LangOrch::Site->start;


subtest 'health says who answers, without a store' => sub {
    for my $path ('/api/health', '/api/health/live', '/api/health/') {
        my $r = $site->get($path);
        is $r->{status}, 200, "$path is 200";
        is $r->{json}{status}, 'ok', 'it is ok';
        is $r->{json}{contract}, '1', 'of contract 1';
        like $r->{json}{version}, qr/^\d+\.\d+/, 'with a version';
        ok length $r->{json}{node_id}, 'and a node';
        like $r->{json}{time},
            qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'and the time';
    }
};


subtest 'ready names its checks' => sub {
    my $r = $site->get('/api/health/ready');
    is $r->{status}, 200, 'it is ready';
    is $r->{json}{status}, 'ready', 'and says so';
    is $r->{json}{checks}{store}, 'ok', 'the store commits';
    is $r->{json}{checks}{engine}, 'ok', 'the engine runs';
};


subtest 'every answer has the headers of the contract' => sub {
    my $r = $site->get('/api/health');
    is $r->{headers}{'content-type'}, 'application/json', 'JSON';
    is $r->{headers}{'cache-control'}, 'no-store', 'not to be stored';
    is $r->{headers}{'x-content-type-options'}, 'nosniff', 'not to be guessed';
    ok length $r->{headers}{'x-request-id'}, 'a request id is made';

    $r = $site->get('/api/health', headers => { 'X-Request-ID' => 'abc-42' });
    is $r->{headers}{'x-request-id'}, 'abc-42', 'or taken from the client';
};


subtest 'HEAD and OPTIONS follow from GET' => sub {
    my $r = $site->request('HEAD', '/api/health');
    is $r->{status}, 200, 'HEAD is answered';
    is $r->{body}, '', 'without a body';

    $r = $site->request('OPTIONS', '/api/runs');
    is $r->{status}, 204, 'OPTIONS is 204';
    like $r->{headers}{allow}, qr/\bGET\b/, 'and names GET';
    like $r->{headers}{allow}, qr/\bPOST\b/, 'and POST';
};


subtest 'metrics are Prometheus text' => sub {
    my $r = $site->get('/api/metrics');
    is $r->{status}, 200, 'they are there';
    is $r->{headers}{'content-type'},
        'text/plain; version=0.0.4; charset=utf-8', 'in their own type';

    my (%help, %type, @odd);
    for (split /\n/, $r->{body}) {
        if    (/^# HELP (\w+) \S/) { $help{$1}++ }
        elsif (/^# TYPE (\w+) (?:counter|gauge|histogram)$/) { $type{$1}++ }
        elsif (!/^[a-zA-Z_:]\w*(?:\{(?:\w+="[^"\n]*",?)*\})? [-+0-9.eEInfNa]+$/) {
            push @odd, $_;
        }
    }
    is "@odd", '', 'each line is HELP, TYPE or a sample';
    is_deeply \%help, \%type, 'each family has both';
    is scalar(grep { $_ > 1 } values %help), 0, 'and each once';

    ok $type{$_}, "$_ is one of them" for qw(
        langorch_run_started_total langorch_run_completed_total
        langorch_runs_active langorch_store_commit_duration_seconds
        langorch_http_requests_total langorch_build_info);
};


subtest 'the console is at /ui/ and / leads there' => sub {
    for my $path ('/', '/ui') {
        my $r = $site->get($path);
        is $r->{status}, 302, "$path redirects";
        like $r->{headers}{location}, qr{/ui/$}, 'to the console';
    }

    SKIP: {
        skip 'the console is not built', 9
            unless -f $site->home . '/console/ui/index.html';

        for my $path ('/ui/', '/ui/runs/some-run') {
            my $r = $site->get($path);
            is $r->{status}, 200, "$path is the console";
            is $r->{headers}{'cache-control'}, 'no-store', 'asked for anew';
            like $r->{headers}{'content-security-policy'},
                qr/^default-src 'none'; script-src 'self';/, 'under its policy';
        }

        my $r = $site->get('/ui/no/such/place/boot.js?v=1');
        is $r->{status}, 302, 'an address deeper than any page';
        is $r->{headers}{location}, '../boot.js?v=1',
            'is led upwards to its boot files';
        is $site->get('/ui/boot.js')->{status}, 200, 'which are there';
    }
};


$site->log_is_calm;
done_testing;
