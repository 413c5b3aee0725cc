# http_request as the server itself makes it (ckp.md 13.5, 28).

use strict;
use warnings;

use IO::Socket::INET;
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure);
use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $other = LangOrch::Agent->start(web => sub {
    my ($call) = @_;
    return { body => LangOrch::Http::encode($call) };
});

my $web = LangOrch::Agent->start(
    script => { ask => { result => 'from the agent' } },
    web    => sub {
        my ($call) = @_;
        my $path = $call->{path};

        return if $path =~ m{^/(?:execute|health|capabilities)};
        return { body => LangOrch::Http::encode($call) } if $path =~ m{^/echo};
        return { status => $1, body => 'no', headers =>
                { 'Content-Type' => 'text/plain', 'X-Hint' => "caf\xe9" } }
            if $path =~ m{^/status/(\d+)};
        return { status => $1, body => '', headers => { Location => "/echo?to=$1" } }
            if $path =~ m{^/moved/(\d+)};
        return { status => 302, body => '', headers =>
                { Location => '/loop/' . ($1 + 1) } }
            if $path =~ m{^/loop/(\d+)};
        return { status => 302, body => '', headers =>
                { Location => $1 > 1 ? '/hops/' . ($1 - 1) : '/echo?at=last' } }
            if $path =~ m{^/hops/(\d+)};
        return { status => 307, body => '', headers =>
                { Location => $other->url('/echo') } }
            if $path =~ m{^/away};
        return { status => 302, body => '', headers =>
                { Location => 'http://10.1.2.3/' } }
            if $path =~ m{^/inside};
        return { huge => $1 } if $path =~ m{^/huge/(\d+)};
        return { hang => 1 }  if $path =~ m{^/hang};
        return { reset => 1 } if $path =~ m{^/reset};
        return { body => "\xff\xfe\x00", headers =>
                { 'Content-Type' => 'image/x' } }
            if $path =~ m{^/bytes};
        return { body => 'plain', headers => { 'Content-Type' => 'text/plain' } };
    },
);

our $site = LangOrch::Site->start(
    workers => 1,
    env     => {
        LANGORCH_SECRET_PIN    => 's3cret-pin',
        LANGORCH_SECRET_BASIC  => 'ann:pass',
        LANGORCH_SECRET_BUNDLE => '{"code":"c-4711","n":7}',
    },
);

my $serial = 0;


# The run of one http_request with these parameters.

sub request {
    my ($params, %more) = @_;
    my $id = 'http-' . ++$serial;

    $site->import_document(procedure($id, 'p', {
        p => {
            type       => 'processing',
            next_node  => 'end',
            operations => [ { action => 'http_request', params => $params,
                    output_variable => 'r', %{ $more{op} || {} } } ],
        },
        end => { type => 'terminate', outputs => { r => '{{r}}' } },
    }, global_config => $more{config} || {}));

    my $run = $site->run($id);
    return ($run->wait_final, $run);
}


sub result { return (request(@_))[0]{output_vars}{r} }


sub error {
    my ($end, $run) = request(@_);
    my ($event) = $run->events_of('run_failed');
    return $event ? $event->{payload} : { error_type => 'none' };
}


subtest 'a GET brings status, headers, body, time and URL' => sub {
    my $r = result({ url => $web->url('/echo'), query => { a => 'x y', l => [ 1, 2 ] },
        headers => { 'X-Mine' => 'yes' } });

    is $r->{status}, 200, 'status';
    is $r->{url}, $web->url('/echo?a=x%20y&l=1&l=2'), 'the query is in the URL';
    is $r->{body}{method}, 'GET', 'JSON is parsed';
    is $r->{body}{headers}{'x-mine'}, 'yes', 'headers are sent';
    is $r->{body}{body}, '', 'nothing else';
    ok !exists $r->{body}{headers}{'idempotency-key'}, 'a GET needs no key';
    like $r->{headers}{'content-type'}, qr{json}, 'headers come back';
    like $r->{duration_ms}, qr/^\d+$/, 'and how long it took';
};


subtest 'a body is JSON, text or a form' => sub {
    my $r = result({ url => $web->url('/echo'), body => { n => [ 1, undef ] } });
    is $r->{body}{method}, 'POST', 'a body makes a POST';
    is $r->{body}{body}, '{"n":[1,null]}', 'JSON';
    is $r->{body}{headers}{'content-type'}, 'application/json', 'and says so';
    like $r->{body}{headers}{'idempotency-key'}, qr/:p:op_1$/, 'with a key';

    $r = result({ url => $web->url('/echo'), method => 'PUT', body => 'plain',
        headers => { 'content-type' => 'text/x-mine' } });
    is $r->{body}{method}, 'PUT', 'the method it says';
    is $r->{body}{body}, 'plain', 'text as it is';
    is $r->{body}{headers}{'content-type'}, 'text/x-mine', 'its own type';

    $r = result({ url => $web->url('/echo'), form => { a => '1&2', b => 'c' } });
    is $r->{body}{body}, 'a=1%262&b=c', 'a form';
    like $r->{body}{headers}{'content-type'}, qr{x-www-form-urlencoded}, 'its type';

    $r = result({ url => $web->url('/echo'), method => 'DELETE' });
    is $r->{body}{method}, 'DELETE', 'without a body, too';
};


subtest 'what came is read as it should be' => sub {
    is result({ url => $web->url('/') })->{body}, 'plain', 'text';
    is result({ url => $web->url('/bytes') })->{body}, '//4A', 'bytes';
    is result({ url => $web->url('/'), parse => 'base64' })->{body}, 'cGxhaW4=',
        'as base64';
    is ref result({ url => $web->url('/echo'), parse => 'text' })->{body}, '',
        'as text';
    is error({ url => $web->url('/'), parse => 'json' })->{error_type},
        'ParseError', 'no JSON';
};


subtest 'a status that was not expected is an error' => sub {
    my ($end, $run) = request({ url => $web->url('/status/404') });
    is $end->{status}, 'failed', 'failed';
    my ($event) = $run->events_of('step_failed');
    is $event->{payload}{error_type}, 'HttpError', 'HttpError';
    is $event->{payload}{error}, 'HTTP 404', 'the status';

    my $r = result({ url => $web->url('/status/404'), expect_status => [ 200, 404 ] });
    is $r->{status}, 404, 'unless it is expected';
    is $r->{headers}{'x-hint'}, "caf\x{e9}", 'old bytes in a header are text';

    ($end, $run) = request({ url => $web->url('/status/503') },
        op => { retry_policy => { max_attempts => 2, base_delay_ms => 1 } });
    is scalar(my @tries = $run->events_of('step_retry')), 1, '503 is tried again';
};


subtest 'redirects are followed, each a target of its own' => sub {
    my $r = result({ url => $web->url('/moved/302') });
    is $r->{url}, $web->url('/echo?to=302'), 'the last URL is told';

    $r = result({ url => $web->url('/moved/303'), body => 'x' });
    is $r->{body}{method}, 'GET', '303 asks for a GET';
    is $r->{body}{body}, '', 'without the body';

    $r = result({ url => $web->url('/moved/308'), method => 'PUT', body => 'x' });
    is $r->{body}{method}, 'PUT', '308 keeps the method';
    is $r->{body}{body}, 'x', 'and the body';

    $r = result({ url => $web->url('/moved/302'), follow_redirects => JSON::PP::false,
        expect_status => 302 });
    is $r->{status}, 302, 'none is followed where nobody wants it';

    is result({ url => $web->url('/hops/5') })->{url}, $web->url('/echo?at=last'),
        'five are';
    like error({ url => $web->url('/hops/6') })->{error}, qr/5 redirects/, 'six are not';
    like error({ url => $web->url('/loop/1') })->{error}, qr/5 redirects/, 'five at most';
    is scalar(grep { $_->{path} =~ m{^/loop} } $web->calls), 6, 'and no more';
};


subtest 'credentials stay with the origin they were meant for' => sub {
    my $r = result({ url => $web->url('/away'), body => 'x',
        headers => { Authorization => 'Bearer mine', 'X-Key' => '{{secrets.pin}}',
            'X-Open' => 'o' } });

    is $r->{url}, $other->url('/echo'), 'it went on';
    is $r->{body}{headers}{authorization}, undef, 'without Authorization';
    is $r->{body}{headers}{'x-key'}, undef, 'without what carried a secret';
    is $r->{body}{headers}{'x-open'}, 'o', 'with the rest';

    like error({ url => $web->url('/away'), body => '{{secrets.pin}}' })->{error},
        qr/another origin/, 'a body with a secret goes nowhere else';
};


subtest 'secrets are filled in where it leaves and scrubbed where it returns' => sub {
    my ($end, $run) = request({ url => $web->url('/echo'),
        query   => { code => '{{secrets.bundle.code}}' },
        headers => { 'X-Key' => 'k={{secrets.pin}}' } });
    my ($call) = (grep { $_->{path} =~ /code=/ } $web->calls)[-1];

    is $call->{headers}{'x-key'}, 'k=s3cret-pin', 'the value arrives';
    is $call->{path}, '/echo?code=c-4711', 'a member of one, too';

    my $all = LangOrch::Http::encode([ $end, $run->events ]);
    unlike $all, qr/s3cret-pin|c-4711/, 'and is nowhere else';
    like $all, qr/REDACTED/, 'an echo is masked';
    ok $run->events_of('secret_accessed'), 'its use is told';
};


subtest 'auth by the name of a secret' => sub {
    my %sent;
    for my $auth ({ type => 'bearer', secret => 'pin' }, { type => 'basic', secret => 'basic' },
        { type => 'basic', username => 'bob', secret => 'pin' },
        { type => 'api_key', secret => 'pin' },
        { type => 'header', header => 'X-Own', secret => 'bundle', field => 'n' })
    {
        request({ url => $web->url('/echo?auth'), auth => $auth });
        my $call = ($web->calls)[-1];
        push @{ $sent{ $auth->{type} } }, $call->{headers};
    }

    is $sent{bearer}[0]{authorization}, 'Bearer s3cret-pin', 'bearer';
    is $sent{basic}[0]{authorization}, 'Basic YW5uOnBhc3M=', 'basic';
    is $sent{basic}[1]{authorization}, 'Basic Ym9iOnMzY3JldC1waW4=', 'basic with a name';
    is $sent{api_key}[0]{'x-api-key'}, 's3cret-pin', 'a key';
    is $sent{header}[0]{'x-own'}, '7', 'a header of its own';

    is error({ url => $web->url('/echo'), auth => { secret => 'nope' } })->{error_type},
        'SecretNotFound', 'one that is not there';
    is error({ url => $web->url('/echo?{{secrets.bundle.x}}') })->{error_type},
        'SecretNotFound', 'a member that is not there';
    is result({ url => $web->url('/echo'), headers => { 'X-Maybe' => '{{secrets.nope}}' } },
        config => { secrets_config => { secret_references =>
            { nope => { key => 'nope', required => JSON::PP::false } } } })
        ->{body}{headers}{'x-maybe'}, '', 'unless nobody needs it';
};


subtest 'limits hold' => sub {
    is result({ url => $web->url('/huge/1000') })->{status}, 200, 'a small one';
    is result({ url => $web->url('/status/200'), max_bytes => 2 })->{body}, 'no',
        'one that just fits';
    like error({ url => $web->url('/status/200'), max_bytes => 1 })->{error},
        qr/too large/, 'one of a byte more';
    like error({ url => $web->url('/huge/1000'), max_bytes => 500 })->{error},
        qr/too large/, 'a large one';
    my ($end, $run) = request({ url => $web->url('/hang'), timeout_ms => 300 });
    is +($run->events_of('step_timeout'))[0]{payload}{binding}, 'internal', 'time';
    is error({ url => $web->url('/reset') })->{error_type}, 'HttpError', 'a reset';
    is error({ url => $web->url('/echo') }, config =>
        { egress_allowlist => ['*.example.org'] })->{error_type},
        'HttpError', 'the procedure may narrow its targets';
    ok result({ url => $web->url('/echo') },
        config => { egress_allowlist => ['127.*'] }), 'to those it names';
};


subtest 'an agent of the step goes first, where one offers it' => sub {
    my $agent = LangOrch::Agent->start(script => { http_request => { result => 'mine' } });
    $site->register($agent, channel => 'ask');

    is result({ url => $web->url('/echo') }, op => { agent => 'ask' }), 'mine', 'the agent';
    is result({ url => $web->url('/echo') }, op => { agent => 'none' })->{status}, 200,
        'no agent: the server itself';
};


subtest 'the outbound policy holds for each hop' => sub {
    my $strict = LangOrch::Site->start(workers => 1, egress => 'strict',
        allow => [ '127.0.0.1:' . $web->port ]);
    local $site = $strict;

    is result({ url => $web->url('/echo') })->{status}, 200, 'who is named may be called';
    my $before = () = $other->calls;
    my $e = error({ url => $other->url('/echo') });
    is $e->{error_type}, 'HttpError', 'who is not may not';
    like $e->{error}, qr/refused address/, 'and says so';
    like error({ url => $web->url('/inside') })->{error}, qr/refused address/,
        'nor by a redirect';
    is scalar(() = $other->calls), $before, 'nothing went there';

    $strict->log_is_calm;
};

subtest 'a certificate counts unless the procedure says that it does not' => sub {
    my $dir  = $web->{dir};
    my $port = LangOrch::Site::free_port();

    system("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost"
        . " -keyout $dir/tls.key -out $dir/tls.crt -days 2 2>/dev/null") == 0
        or die 'no certificate';

    my $pid = fork // die "fork: $!";

    if ($pid == 0) {
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null';
        open STDIN, '<', '/dev/null';
        exec 'openssl', 's_server', '-www', '-accept', "127.0.0.1:$port", '-cert',
            "$dir/tls.crt", '-key', "$dir/tls.key";
    }

    until_true('the TLS server', sub {
        IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port");
    });

    is error({ url => "https://127.0.0.1:$port/" })->{error_type}, 'HttpError',
        'one that nobody vouches for';

    my $r = result({ url => "https://127.0.0.1:$port/", verify_tls => JSON::PP::false });
    is $r->{status}, 200, 'nobody asks';
    like $r->{headers}{'content-type'}, qr{text/html}, 'headers come by that way, too';

    kill 'KILL', $pid;
    waitpid $pid, 0;
};


subtest 'a dry run and a mock send nothing' => sub {
    my $before = () = $web->calls;

    my $r = result({ url => $web->url('/echo') }, config => { execution_mode => 'dry_run' });
    is $r->{skipped_action}, 'http_request', 'a dry run says what it skipped';
    $r = result({ url => $web->url('/echo') },
        config => { mock_external_calls => JSON::PP::true });
    ok $r->{mocked}, 'a mock stands for it';
    is scalar(() = $web->calls), $before, 'nothing was sent';
};

$site->log_is_calm;

done_testing;
