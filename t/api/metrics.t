# Figures of the site as scrapers read them: every family with its labels, true
# over workers and reloads (api 2).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(approval procedure sequence step);
use LangOrch::Llm;
use LangOrch::Metrics;
use LangOrch::Site;
use LangOrch::Stream;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => {
    work  => sub { return { result => $_[1] } },
    moody => [ { error => 'Moody: no', retryable => JSON::PP::true }, { result => 1 } ],
    never => { error => 'No: never', retryable => JSON::PP::false },
    slow  => { until => 'never', result => 1 },
});
my $llm = LangOrch::Llm->start;

my $site = LangOrch::Site->start(workers => 2, egress => 'open');
my $agent_id = $site->register($agent)->{agent_id};


sub scrape {
    my $r = $site->get('/api/metrics');
    my $m = LangOrch::Metrics->read($r->{body});
    return $m unless $m->errors;
    fail "it can be read: $_" for $m->errors;
    return $m;
}

my $p = 'langorch_';

# family => [type, help, labels of its series]
my %families = map { my ($name, @rest) = @$_; ("$p$name" => \@rest) } (
    [ run_started_total => 'counter', 'Runs that began executing', '' ],
    [ run_completed_total => 'counter', 'Runs that reached a final status', 'status' ],
    [ run_failures_total => 'counter', 'Runs that ended failed', '' ],
    [ run_duration_seconds => 'histogram', 'Wall time from start to final status', 'status' ],
    [ runs_active => 'gauge', 'Runs not in a final status', 'status' ],
    [ step_execution_total => 'counter', 'Steps executed', 'node_id status' ],
    [ step_timeout_total => 'counter', 'Steps that hit timeout_ms', 'node_id step_id' ],
    [ retry_attempts_total => 'counter', 'Retries of steps', 'node_id step_id' ],
    [ approval_wait_seconds => 'histogram', 'Time from request to decision', 'outcome' ],
    [ approvals_pending => 'gauge', 'Approvals waiting', '' ],
    [ callback_timeout_total => 'counter', 'Waits that expired', 'callback_type' ],
    [ sla_breach_total => 'counter', 'SLA breaches of nodes', '' ],
    [ trigger_fired_total => 'counter', 'Trigger deliveries by outcome', 'outcome trigger_type' ],
    [ trigger_lag_seconds => 'histogram', 'Due time to run creation', 'trigger_type' ],
    [ queue_depth => 'gauge', 'Waiting items', 'queue_type' ],
    [ pool_saturation_total => 'counter', 'Dispatches that found a pool full', 'pool_id' ],
    [ agent_request_duration_seconds => 'histogram', 'Calls to agents', 'channel outcome' ],
    [ agent_circuit_open => 'gauge', '1 while the circuit is open', 'agent_id' ],
    [ llm_requests_total => 'counter', 'LLM calls', 'model outcome profile' ],
    [ llm_tokens_total => 'counter', 'Tokens used', 'kind model profile' ],
    [ llm_latency_seconds => 'histogram', 'LLM call time', 'model profile' ],
    [ llm_cost_usd_total => 'counter', 'Estimated cost', 'model profile' ],
    [ leases_active => 'gauge', 'Unreleased, unexpired leases', '' ],
    [ http_requests_total => 'counter', 'API requests by route pattern', 'code method route' ],
    [ http_request_duration_seconds => 'histogram', 'API request time', 'route' ],
    [ sse_connections => 'gauge', 'Open event streams', '' ],
    [ ws_connections => 'gauge', 'Open WebSockets', '' ],
    [ store_commit_duration_seconds => 'histogram', 'Store commits', '' ],
    [ store_busy_total => 'counter', 'Commits that had to wait for the writer', '' ],
    [ engine_recovered_runs_total => 'counter', 'Runs resumed after a crash', '' ],
    [ otlp_export_total => 'counter', 'Exports to the collector', 'outcome signal' ],
    [ build_info => 'gauge', 'Build', 'nginx version' ],
);


subtest 'what happens is counted where it happens' => sub {
    $site->import_document(procedure('busy', 'main', {
        main => sequence('ask', step('work'), step('moody', retry_config =>
            { max_attempts => 3, base_delay_ms => 10 }),
            step('slow', timeout_ms => 100, error_handlers => [ { action => 'ignore' } ]),
            step('left', condition => '1 > 2')),
        ask  => { type => 'llm_action', prompt => 'x', profile => 'p', next_node => 'end' },
        end  => { type => 'terminate' },
    }, global_config => { llm => { profiles => { p => { base_url => $llm->base_url,
        model => 'gpt-4' } } } }));
    $site->import_document(procedure('fails', 'main',
        { main => sequence(undef, step('never')) }));
    $site->import_document(approval('asks'));

    my $before = scrape();
    is $site->run('busy')->wait_final->{status}, 'completed', 'a run completes';
    is $site->run('fails')->wait_final->{status}, 'failed', 'another fails';
    my $yes = $site->run('asks');
    my $no  = $site->run('asks');
    my $off = $site->run('asks');
    $yes->decide('approve');
    $no->decide('reject');
    $off->wait_approval;
    $site->post($off->path('/cancel'), {});
    $_->wait_final for $yes, $no, $off;
    my $m = scrape();

    my $grown = sub {
        my ($family, %labels) = @_;
        return $m->value("$p$family", %labels) - $before->value("$p$family", %labels);
    };
    is $grown->('run_started_total'), 5, 'runs that began';
    is $grown->('run_completed_total', status => $_->[0]), $_->[1], "runs $_->[0]"
        for [ completed => 3 ], [ failed => 1 ], [ canceled => 1 ];
    is $grown->('run_failures_total'), 1, 'failures';
    is $grown->('run_duration_seconds', status => 'completed'), 3, 'times of runs';
    is $grown->('step_execution_total', node_id => 'main', status => $_->[0]), $_->[1],
        "steps $_->[0]" for [ completed => 2 ], [ failed => 2 ], [ skipped => 1 ];
    is $grown->('retry_attempts_total', node_id => 'main', step_id => 'moody'), 1, 'retries';
    is $grown->('step_timeout_total', node_id => 'main', step_id => 'slow'), 1, 'timeouts';
    is $grown->('approval_wait_seconds', outcome => $_), 1, "waits for a person: $_"
        for qw(approved rejected cancelled);
    is $grown->('agent_request_duration_seconds', channel => 'work', outcome => 'ok'), 4,
        'answers of agents';
    is $grown->('agent_request_duration_seconds', channel => 'work', outcome => 'failed'), 1,
        'and none';
    is $grown->('llm_requests_total', model => 'gpt-4', profile => 'p', outcome => 'ok'), 1,
        'calls of a model';
    ok $grown->('llm_tokens_total', model => 'gpt-4', profile => 'p', kind => $_) > 0,
        "tokens: $_" for qw(prompt completion);
    ok $grown->('llm_cost_usd_total', model => 'gpt-4', profile => 'p') > 0, 'cost';
    is $grown->('http_requests_total', code => 201, method => 'POST', route => '/api/runs'), 5,
        'requests by route';
    is $m->value("${p}approvals_pending"), 0, 'nobody is asked now';
    is $m->value("${p}queue_depth", queue_type => 'approval_queue'), 0, 'by no queue';
    is $m->value("${p}runs_active", status => 'running'), 0, 'nothing runs';
    is $m->value("${p}agent_circuit_open", agent_id => $agent_id), 0,
        'the circuit is closed';
};


subtest 'each family is there, as it is told' => sub {
    my $m = scrape();

    for my $family (sort keys %families) {
        my ($type, $help, $labels) = @{ $families{$family} };
        is $m->type($family), $type, "$family is a $type";
        is $m->help($family), $help, 'with its help';

        my @odd = grep { $_ ne $labels }
            map { join ' ', sort keys %{ $_->{labels} } } $m->all($family);
        is "@odd", '', 'and its labels';
    }

    my @more = grep { !$families{$_} } $m->names;
    is "@more", '', 'and no other';
};


subtest 'OpenMetrics when it is asked for' => sub {
    my $open = 'application/openmetrics-text';
    my @cases = (
        [ "$open; version=1.0.0; charset=utf-8", 1 ],
        [ "$open;version=1.0.0,$open;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5", 1 ],
        [ "text/plain;version=0.0.4, $open;q=0.1", 0 ],
        [ '*/*', 0 ], [ "$open;q=0", 0 ],
    );

    for (@cases) {
        my ($accept, $wanted) = @$_;
        my $r = $site->get('/api/metrics', headers => { Accept => $accept });
        is $r->{headers}{'content-type'}, $wanted
            ? 'application/openmetrics-text; version=1.0.0; charset=utf-8'
            : 'text/plain; version=0.0.4; charset=utf-8', $accept;
        is_deeply [ LangOrch::Metrics->read($r->{body}, open => $wanted)->errors ], [],
            'can be read';
    }

    my $m = LangOrch::Metrics->read(
        $site->get('/api/metrics', headers => { Accept => $open })->{body}, open => 1);
    is $m->type('langorch_run_started'), 'counter', 'a counter without its end';
    ok $m->value('langorch_run_started') > 0, 'has its number';
};


subtest 'promtool has nothing against it' => sub {
    plan skip_all => 'promtool is not installed' if system('command -v promtool > /dev/null');
    open my $out, '|-', 'promtool check metrics > /dev/null' or die $!;
    print {$out} $site->get('/api/metrics')->{body};
    close $out;
    is $?, 0, 'it agrees';
};


subtest 'the same as a summary' => sub {
    my $s = $site->get('/api/runs/metrics/summary')->{json};
    my $m = scrape();

    is_deeply [ sort keys %$s ], [ qw(counters gauges histograms) ], 'in three parts';
    is $s->{counters}{'run_completed_total{status=failed}'},
        $m->value("${p}run_completed_total", status => 'failed'), 'counters';
    is $s->{counters}{'retry_attempts_total{node_id=main,step_id=moody}'}, 1,
        'with sorted labels';
    is $s->{gauges}{'queue_depth{queue_type=run_queue}'}, 0, 'gauges';
    is $s->{gauges}{sse_connections}, 0, 'without labels';

    my $h = $s->{histograms}{'run_duration_seconds{status=completed}'};
    is_deeply [ sort keys %$h ], [ qw(avg count max min p95 sum) ], 'histograms';
    is $h->{count}, 3, 'have their count';
    ok $h->{min} <= $h->{avg} && $h->{avg} <= $h->{max} && $h->{p95} <= $h->{max},
        'and plausible figures';
};


subtest 'a reload forgets nothing' => sub {
    my $before = scrape();
    $site->reload;
    my $m = scrape();
    is $m->value("${p}run_started_total"), $before->value("${p}run_started_total"),
        'what was counted stays';
    $site->run('fails')->wait_final;
    is scrape()->value("${p}run_started_total"), $m->value("${p}run_started_total") + 1,
        'and goes on';
};


subtest 'open streams are those of workers that live' => sub {
    my $run = $site->run('asks');
    $run->wait_approval;
    my @streams = map { LangOrch::Stream->open($site, $run->path('/stream')) } 1 .. 3;
    $_->next for @streams;
    is scrape()->value("${p}sse_connections"), 3, 'three';
    is scrape()->value("${p}approvals_pending"), 1, 'one question';
    $streams[0]->close;
    until_true('one has left', sub { scrape()->value("${p}sse_connections") == 2 });
    $site->kill9_all;
    $site->restart;
    is scrape()->value("${p}sse_connections"), 0, 'none after the death of all';
    $run->decide('approve');
    $run->wait_final;
};


$site->log_is_calm;
done_testing;
