# An agent is tried: one call that belongs to no run (api 8).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Site;

my $agent = LangOrch::Agent->start(script => {
    pay    => [ { result => { receipt => 7, api_key => 'k-123456' } } ],
    refuse => [ { error => 'CardDeclined: ask for another', retryable => 0 } ],
    strange => [ { body => '{"hello":1}' } ],
    down   => [ { body => 'sorry', status => 503 } ],
    silent => [ { hang => 1 } ],
    long   => [ { huge => 3_000_000 } ],
});

my $site = LangOrch::Site->start;

$site->post('/api/agents', { agent_id => 'cash', name => 'Cash', channel => 'bank',
    base_url => $agent->url, capabilities => ['pay'] });

my $try = '/api/agents/cash/try';

sub tried {
    my ($action, %o) = @_;
    my $r = $site->post($try, { action => $action, %o });
    is $r->{status}, 200, "$action: an answer";
    return $r->{json};
}


subtest 'it is called as by a step' => sub {
    my $t = tried('pay', params => { amount => 3 }, timeout_ms => 5000);
    is $t->{outcome}, 'success', 'it did it';
    is $t->{http_status}, 200, 'with its status';
    is $t->{result}{receipt}, 7, 'what it gave';
    is $t->{result}{api_key}, '***REDACTED***', 'without what nobody may read';
    is $t->{error}, undef, 'no error';
    ok $t->{latency_ms} >= 0, 'how long it took';

    my ($call) = $agent->calls('pay');
    is_deeply $call->{json}{params}, { amount => 3 }, 'with the parameters';
    is $call->{json}{timeout_ms}, 5000, 'and the time it has';
    is $call->{headers}{'idempotency-key'}, $t->{idempotency_key}, 'under a key that is told';

    tried('pay');
    my @calls = $agent->calls('pay');
    is_deeply $calls[1]{json}{params}, {}, 'parameters may be left out';
    is scalar(keys %{ $agent->key_counts }), 2, 'each time is another';
};


subtest 'how it ends is told as a step would see it' => sub {
    my $t = tried('refuse');
    is $t->{outcome}, 'error', 'an error of its own';
    like $t->{error}{message}, qr/ask for another/, 'with its words';

    is tried('strange')->{outcome}, 'unknown', 'what is no answer';
    $t = tried('down');
    is "$t->{outcome} $t->{http_status}", 'unknown 503', 'a failure on the way';

    $t = tried('silent', timeout_ms => 300);
    is "$t->{outcome} $t->{error}{type}", 'unknown TimeoutError', 'silence';
    is $t->{http_status}, undef, 'has no status';

    $t = tried('long');
    is "$t->{outcome} $t->{error}{type}", 'unknown AgentProtocolError', 'too much of it';
};


subtest 'it belongs to no run and counts for nothing' => sub {
    is_deeply $site->get('/api/runs')->{json}, [], 'there is no run';
    is_deeply $site->get('/api/leases')->{json}, [], 'nor a lease';

    my $a = $site->get('/api/agents/cash')->{json};
    is "$a->{consecutive_failures} $a->{circuit_state}", '0 closed',
        'failures of trials do not close an agent off';
};


subtest 'it is noted, and its parameters are not' => sub {
    $site->post($try, { action => 'pay', params => { iban => 'not-for-the-trail' } });
    my $r = $site->get('/api/audit?resource_type=agent&limit=50');
    my @tries = grep { $_->{action} eq 'try' } @{ $r->{json}{events} };
    is $tries[0]{meta}{action}, 'pay', 'which action';
    is $tries[0]{resource_id}, 'cash', 'of whom';
    ok scalar(grep { $_->{meta}{action} eq 'silent' } @tries), 'also when nothing came back';
    unlike $r->{body}, qr/not-for-the-trail/, 'and no more';
};


subtest 'what is no trial is refused' => sub {
    my $n = () = $agent->calls;

    for my $bad ({}, { action => '' }, { action => 7 }, { action => 'x' x 257 },
        { action => 'pay', params => [] }, { action => 'pay', timeout_ms => 99 },
        { action => 'pay', timeout_ms => 50001 })
    {
        my $r = $site->post($try, $bad);
        is $r->{status}, 422, substr LangOrch::Http::encode($bad), 0, 60;
    }

    is $site->post('/api/agents/nobody/try', { action => 'pay' })->{status}, 404,
        'nobody of that name';
    is scalar(() = $agent->calls), $n, 'and nothing was sent';
};


subtest 'one must be a manager' => sub {
    my $paths = $site->get('/api/openapi.json')->{json}{paths};
    is $paths->{'/api/agents/{agent_id}/try'}{post}{'x-langorch-role'}, 'manager',
        'as the document says';
};


subtest 'an address that is refused by now is not called' => sub {
    $site->log_is_calm;
    $site->stop;

    my $strict = LangOrch::Site->start(state => $site->{state}, egress => 'strict',
        workers => 1);
    my $n = () = $agent->calls;
    my $r = $strict->post($try, { action => 'pay' });
    is "$r->{status} $r->{json}{code}", '403 source_not_allowed', 'refused';
    is scalar(() = $agent->calls), $n, 'nothing was sent';
    $strict->log_is_calm;
};

done_testing;
