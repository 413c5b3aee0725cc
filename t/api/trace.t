# Trace context: taken from who asks for a run, told to whoever is called, and in
# events when the site wants it (api 1.16, ckp 19.1).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Llm;
use LangOrch::Mcp;
use LangOrch::Site;

my $agent = LangOrch::Agent->start(script => {
    work  => sub { return { result => $_[1] } },
    moody => [ { error => 'Moody: no', retryable => JSON::PP::true }, { result => 1 } ],
});
my $llm  = LangOrch::Llm->start;
my $site = LangOrch::Site->start(workers => 2, egress => 'open');
$site->register($agent);

my $hex     = qr/[0-9a-f]/;
my $context = qr/^00-($hex{32})-($hex{16})-0([01])$/;


sub define {
    my ($id, %node) = @_;
    $site->import_document(procedure($id, 'main', {
        main => { %{ sequence('ask', step('work'), step('moody', retry_config =>
            { max_attempts => 3, base_delay_ms => 1 }),
            { step_id => 'get', action => 'http_request', executor => 'internal',
              url => $agent->url('/health') }) }, %node },
        ask => { type => 'llm_action', prompt => 'x', profile => 'p', next_node => 'end' },
        end => { type => 'terminate' },
    }, global_config => { llm => { profiles => { p => { base_url => $llm->base_url,
        model => 'm' } } } },
    variables_schema => { trace => { type => 'string', default => '' } }));
    return;
}


# [name of the call, trace, span, flag] of all calls of a run, in their order.

sub calls_of {
    my ($run) = @_;
    my @all = grep { ($_->{json}{run_id} // '') eq $run->id } $agent->calls;
    return map {
        my @ids = $_->{headers}{traceparent} =~ $context;
        fail "no context: $_->{headers}{traceparent}" unless @ids;
        [ "$_->{json}{step_id} $_->{json}{attempt}", @ids ]
    } @all;
}


define('plain');

subtest 'calls of a run share a trace, each with a span of its own' => sub {
    my $run = $site->run('plain');
    is $run->wait_final->{status}, 'completed', 'it completes';
    my @calls = calls_of($run);
    is_deeply [ map { $_->[0] } @calls ], [ 'work 1', 'moody 1', 'moody 2' ], 'three calls';
    my %traces = map { $_->[1] => 1 } @calls;
    my %spans  = map { $_->[2] => 1 } @calls;
    is scalar(keys %traces), 1, 'one trace';
    is scalar(keys %spans), 3, 'three spans';

    my ($asked) = $llm->calls;
    like $asked->{headers}{traceparent}, qr/^00-$calls[0][1]-$hex{16}-01$/, 'a model hears it';
    my ($got) = grep { ($_->{path} // '') eq '/health' && $_->{headers}{traceparent} }
        $agent->calls;
    like $got->{headers}{traceparent}, qr/^00-$calls[0][1]-$hex{16}-01$/,
        'an address, too';

    is scalar(grep { exists $_->{payload}{_trace_id} } $run->events), 0,
        'events say nothing of it';

    my $other = $site->run('plain');
    $other->wait_final;
    isnt +(calls_of($other))[0][1], $calls[0][1], 'another run is another trace';
};


subtest 'the trace of who asked is gone on with' => sub {
    my $parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';
    my $r = $site->post('/api/runs', { procedure_id => 'plain' },
        headers => { traceparent => $parent });
    my $run = $site->run_by_id($r->{json}{run_id});
    $run->wait_final;
    my @calls = calls_of($run);
    is $_->[1], '4bf92f3577b34da6a3ce929d0e0e4736', 'the same trace' for @calls;
    is $_->[3], 0, 'with its flag' for @calls;
    isnt $calls[0][2], '00f067aa0ba902b7', 'the span is ours';

    for my $odd ('00-0-0-00', '00-' . '0' x 32 . '-00f067aa0ba902b7-01', 'x' x 4000) {
        $r = $site->post('/api/runs', { procedure_id => 'plain' },
            headers => { traceparent => $odd });
        is $r->{status}, 201, 'what is none is no error';
        $run = $site->run_by_id($r->{json}{run_id});
        $run->wait_final;
        unlike +(calls_of($run))[0][1], qr/^0+$/, 'and not taken';
    }
};


subtest 'a tool hears it, too' => sub {
    my $mcp = LangOrch::Mcp->start(tools => { look => sub { return { found => 1 } } });
    my $r = $site->post('/api/mcp/servers', { name => 'shop', base_url => $mcp->base_url });
    is $r->{status}, 201, 'a server is registered';
    $site->import_document(procedure('tool', 'main', { main => { type => 'sequence',
        steps => [ { step_id => 's', action => 'look', executor => 'mcp', agent => 'shop' } ] } }));
    my $run = $site->run('tool');
    is $run->wait_final->{status}, 'completed', 'it is used'
        or diag explain [ map { $_->{payload} } $run->events ];
    my @heard = grep { $_ } map { $_->{headers}{traceparent} }
        grep { ($_->{headers}{'x-run-id'} // '') eq $run->id } $mcp->calls;
    ok @heard > 0, 'it heard of it';
    like $_, $context, 'as all do' for @heard;
};


subtest 'a node may say its own' => sub {
    define('own', telemetry => { trace_id => '{{trace}}', span_id => '00f067aa0ba902b7' });
    my $run = $site->run('own', { trace => '0AF7651916CD43DD8448EB211C80319C' });
    $run->wait_final;
    is_deeply [ @$_[1, 2] ], [ '0af7651916cd43dd8448eb211c80319c', '00f067aa0ba902b7' ],
        'its calls have it' for calls_of($run);
    is $run->get->{status}, 'completed', 'and all goes well';
    unlike +($llm->calls)[-1]{headers}{traceparent}, qr/0af7651916cd43dd/,
        'those of the next node do not';

    $run = $site->run('own', { trace => 'nonsense' });
    $run->wait_final;
    unlike +(calls_of($run))[0][1], qr/^(?:0+|0af7.*)$/, 'nonsense is replaced';
    is +($run->events_of('expression_warning'))[0]{payload}{where}, 'telemetry.trace_id',
        'and told';
};


subtest 'events tell it when the site wants to know' => sub {
    $site->configure(http => 'langorch_trace on;');
    $site->reload;
    my $run = $site->run('plain');
    is $run->wait_final->{status}, 'completed', 'a run completes';
    my ($trace) = map { $_->[1] } calls_of($run);
    my @events = $run->events;
    is scalar(grep { ($_->{payload}{_trace_id} // '') eq $trace } @events), scalar(@events),
        'all have the trace';
    is scalar(grep { ($_->{payload}{_span_id} // '') =~ /^$hex{16}$/ } @events),
        scalar(@events), 'and a span';

    my ($call) = grep { $_->[0] eq 'moody 2' } calls_of($run);
    my ($told) = grep { $_->{step_id} && $_->{step_id} eq 'moody' && $_->{attempt} == 2 }
        $run->events_of('step_dispatched');
    is $told->{payload}{_span_id}, $call->[2], 'of the call that they tell of';
};

$site->log_is_calm;
done_testing;
