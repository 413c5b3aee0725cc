# Tasks run by data flow, and no completed one twice: after a kill, after a
# retry, in all three forms (ckp 11).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $agent    = LangOrch::Agent->start(script => {
    work => sub {
        my ($call, $n) = @_;
        my $p = $call->{json}{params};
        return { error => 'No: not yet', retryable => JSON::PP::false }
            if $p->{fails} && $n <= $p->{fails};
        return { result => { of => $call->{json}{node_id} },
            $p->{hold} ? (until => $p->{hold}) : () };
    },
});

my $site = LangOrch::Site->start(workers => 2);
$site->register($agent);


sub task {
    my ($id, $deps, %params) = @_;
    return { task_id => $id, depends_on => $deps,
        step => { agent => 'work', action => 'work', params => \%params } };
}

sub import_dag {
    my ($id, $tasks, %more) = @_;
    return $site->import_document({
        procedure_id => $id, version => '1', workflow_graph => {
            start_node => 'main', nodes => {
                main => { type => 'dag', tasks => $tasks, next_node => 'end',
                    output_variable => 'out', %more },
                end => { type => 'terminate', outputs => { out => '{{out}}' } },
            } } });
}

# The tasks of a run that the agent was called for, as "a b c".

sub called {
    my ($run) = @_;
    return join ' ', map { $_->{json}{node_id} }
        grep { $_->{json}{run_id} eq $run->id } $agent->calls('work');
}


subtest 'independent tasks run at the same time' => sub {
    import_dag('diamond', [ task('a', []), task('b', ['a'], hold => 'b'),
        task('c', ['a'], hold => 'c'), task('d', [ 'b', 'c' ]) ]);
    my $run = $site->run('diamond');

    until_true('both are called', sub { called($run) =~ /b/ && called($run) =~ /c/ });
    $agent->release('c');
    until_true('c is done', sub { $run->events_of('task_completed') == 2 });
    unlike called($run), qr/d/, 'd waits for both';
    $agent->release('b');

    my $end = $run->wait_final;
    is $end->{status}, 'completed', 'the run completes';
    is_deeply $end->{output_vars}, { out => { of => 'd' } }, 'with the output of the sink';

    my ($first) = $run->events_of('step_started');
    is $first->{node_id}, 'a', 'a task is the node of its events';
    is $first->{payload}{path}, 'main/t:a/step_1', 'and of their paths';
    my ($done) = grep { $_->{node_id} eq 'main' } $run->events_of('node_completed');
    is $done->{payload}{tasks_completed}, 4, 'the dag tells how many it ran';
};


subtest 'a kill in the midst repeats no completed task' => sub {
    import_dag('killed', [ task('a', []), task('b', ['a'], hold => 'k'),
        task('c', ['a']), task('d', [ 'b', 'c' ]) ]);
    my $run = $site->run('killed');

    until_true('b is called, c is done', sub {
        called($run) =~ /b/ && $run->events_of('task_completed') == 2;
    });
    $site->kill9_all;
    $agent->release('k');
    $site->restart;

    is $run->wait_final->{status}, 'completed', 'the run goes on';
    my @calls = split / /, called($run);
    is scalar(grep { $_ eq 'a' } @calls), 1, 'a was called once';
    is scalar(grep { $_ eq 'c' } @calls), 1, 'so was c';
    is scalar(grep { $_ eq 'd' } @calls), 1, 'and d';

    my %keys = map { $_->{headers}{'idempotency-key'} => 1 }
        grep { $_->{json}{run_id} eq $run->id && $_->{json}{node_id} eq 'b' }
        $agent->calls('work');
    is scalar(keys %keys), 1, 'b kept its key';
};


subtest 'a retry keeps what was completed' => sub {
    my $before = () = $agent->calls('work');
    import_dag('again', [ task('a', []),
        task('b', ['a'], fails => $before + 2), task('c', ['b']) ]);
    my $run = $site->run('again');

    my $end = $run->wait_final;
    is $end->{status}, 'failed', 'the run fails';
    like $end->{error_message}, qr/task 'b' failed/, 'and says why';
    is called($run), 'a b', 'nothing started behind it';

    is $site->post($run->path('/retry'))->{status}, 200, 'it is tried again';
    is $run->wait_final->{status}, 'completed', 'it completes';
    is called($run), 'a b b c', 'without the task that was done';
};


subtest 'a list of steps' => sub {
    $site->import_document({ name => 'Some steps', steps => [
        map { { id => $_->[0], type => 'task', depends_on => $_->[1],
            config => { action => 'go', duration_seconds => 0.05,
                fail_probability => 0, max_retries => 0 } } }
            [ a => [] ], [ 'b-1' => ['a'] ], [ c => ['b-1'] ] ] });
    my $end = $site->run('some-steps')->wait_final;

    is $end->{status}, 'completed', 'it runs';
    is $end->{output_vars}{tasks}{'b-1'}{status}, 'success', 'its outputs are by task';
    is scalar(keys %{ $end->{output_vars}{tasks} }), 3, 'of all of them';

    my $r = $site->post('/api/procedures', { ckp_json => { name => 'x', steps => [
        { id => 'a', config => { action => 'go' }, depends_on => ['a'] } ] } });
    is $r->{status}, 422, 'a cycle is refused';
};


subtest 'a graph of nodes and edges' => sub {
    $site->import_document({ name => 'A graph', nodes => [
        { node_id => 'ask', node_type => 'human_gate',
            inputs => { sum => '$input.sum' } },
        { node_id => 'big', node_type => 'condition', inputs => { n => '$input.sum' },
            config => { condition_expression => 'input.n > 100' } },
        { node_id => 'pay', node_type => 'agent_call', agent_id => 'work',
            action => 'work', inputs => { by => '$ask.decided_by' } },
        { node_id => 'small', node_type => 'end', inputs => { v => 1 } },
    ], edges => [
        { source => 'big', target => 'ask', condition => 'true' },
        { source => 'big', target => 'small', is_default => JSON::PP::true },
        { source => 'ask', target => 'pay' },
    ] });

    my $run = $site->run('a-graph', { sum => 500 });
    is $run->wait_approval->{node_id}, 'ask', 'the gate asks';
    is $run->decide('approve')->{status}, 200, 'somebody decides';
    my $end = $run->wait_final;
    is $end->{status}, 'completed', 'it completes';
    is_deeply $end->{output_vars}, { pay => { of => 'pay' }, small => undef },
        'each sink has its output, a skipped one none';

    my ($call) = grep { $_->{json}{run_id} eq $run->id } $agent->calls('work');
    ok exists $call->{json}{params}{by}, 'the call had what it was bound to';
};


subtest 'tasks are drawn' => sub {
    my $g = $site->get('/api/procedures/diamond/1/graph')->{json};
    my ($main) = grep { $_->{id} eq 'main' } @{ $g->{nodes} };

    is_deeply $main->{data}{order}, [qw(a b c d)], 'in their order';
    is_deeply $main->{data}{levels}, [ ['a'], [ 'b', 'c' ], ['d'] ], 'by levels';
    is scalar(grep { $_->{id} =~ /^main\./ } @{ $g->{nodes} }), 4, 'as nodes';
    ok scalar(grep { $_->{source} eq 'main.c' && $_->{target} eq 'main.d' }
        @{ $g->{edges} }), 'with edges';
};


$site->log_is_calm;
done_testing;
