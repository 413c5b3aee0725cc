# Agent workflows: graphs of nodes and edges, their versions and runs (api 18).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => {
    score  => sub { return { result => { score => $_[0]{json}{params}{n} } } },
    flaky  => [ { error => 'not yet' }, { result => 'at last' } ],
    broken => sub { return { error => 'Broken: for good', retryable => 0 } },
    slow   => sub { return { result => 1, until => 'go' } },
    undo   => sub { return { result => 1 } },
});

my $site = LangOrch::Site->start(workers => 2);
$site->register($agent, agent_id => 'scorer', concurrency_limit => 20,
    capabilities => [qw(score flaky broken slow undo)]);

my $v1 = '/api/v1';

sub node {
    my ($id, $type, %o) = @_;
    return { node_id => $id, node_type => $type, %o };
}

sub edge {
    my ($from, $to, %o) = @_;
    return { from_node_id => $from, to_node_id => $to, %o };
}

sub create {
    my ($name, $nodes, $edges, %o) = @_;
    return $site->post("$v1/workflows",
        { name => $name, nodes => $nodes, edges => $edges, %o });
}

sub made {
    my $r = create(@_);
    is $r->{status}, 201, "$_[0] is made" or diag $r->{body};
    return $r->{json}{id};
}

sub begin {
    my ($id, %inputs) = @_;
    my $r = $site->post("$v1/workflows/$id/run", { inputs => \%inputs });
    is $r->{status}, 201, 'a run begins' or diag $r->{body};
    return $r->{json}{id};
}

sub seen { return $site->get("$v1/workflow_runs/$_[0]")->{json} }

sub ended {
    my ($id) = @_;
    return until_true("the run $id ends", sub {
        my $run = seen($id);
        return $run->{status} =~ /^(?:completed|failed|cancelled)$/ && $run;
    });
}

sub nodes_of { return map { ($_->{node_id} => $_) } @{ $_[0]{nodes} } }
sub words    { return join ' ', map { $_->{type} } @{ $_[0] } }


subtest 'a graph is kept with its defaults' => sub {
    my $r = create('two', [
        node('a', 'agent_call', action => 'score', inputs => { n => 1 }),
        node('b', 'join', name => 'Both', position => { x => 1, y => 2 }),
    ], [edge('a', 'b')], description => 'x', tags => ['t1', 't2'],
        metadata => { k => 1 }, max_retries => 2);

    my $g = $r->{json};
    is $r->{status}, 201, 'created' or diag $r->{body};
    like $r->{headers}{location}, qr{/api/v1/workflows/\Q$g->{id}\E$}, 'its place';
    ok $r->{headers}{etag}, 'with a tag';
    is_deeply [ @$g{qw(version owner_id on_error scheduling max_retries
        node_count edge_count permission)} ],
        [ 1, 'anonymous', 'fail', 'dataflow', 2, 2, 1, 'owner' ], 'its head';
    ok !$g->{is_public} && !$g->{is_template} && $g->{is_active}, 'its flags';
    is_deeply $g->{execution_levels}, [['a'], ['b']], 'its levels';

    my ($a, $b) = @{ $g->{nodes} };
    is $a->{name}, 'a', 'a name where none was given';
    is $a->{retry_count}, 2, 'attempts of the workflow';
    is $a->{retry_delay_seconds}, 5, 'and how long between them';
    is $a->{workflow_id}, $g->{id}, 'its graph';
    is $b->{name}, 'Both', 'a name that was given';
    is_deeply $b->{position}, { x => 1, y => 2 }, 'its place';
    ok !$g->{edges}[0]{is_default}, 'an edge is none by default';

    is $site->get("$v1/workflows/$g->{id}")->{body}, $r->{body},
        'read as it was answered';
    is $site->get("$v1/workflows/$g->{id}/")->{status}, 200,
        'with a slash at the end, too';

    my $list = $site->get("$v1/workflows/?tags=t1,t2&search=TWO")->{json};
    is scalar(@$list), 1, 'found by tags and text';
    ok !exists $list->[0]{nodes}, 'a list has no nodes';
    is_deeply $site->get("$v1/workflows?tags=t1,t9")->{json}, [],
        'all the tags must be there';
};


subtest 'what is wrong with a graph is told all together' => sub {
    my @cases = (
        [ 'nothing', [], [], 'Workflow must have at least one node' ],
        [ 'ends', [node('a', 'start')], [edge('a', 'z'), edge('y', 'a')],
            'Edge references non-existent to_node: z',
            'Edge references non-existent from_node: y' ],
        [ 'a circle', [map { node($_, 'join') } 'A', 'B'],
            [edge('A', 'B'), edge('B', 'A')],
            'Workflow contains cycle: A -> B -> A' ],
        [ 'alone', [map { node($_, 'join') } 'A', 'B', 'C'], [edge('A', 'B')],
            'Unreachable nodes detected: C' ],
        [ 'types', [node('a', 'dance'), node('b', 'agent_call'),
            node('c', 'tool_call'), node('d', 'condition')], [],
            'Node a has invalid node_type: dance',
            'agent_call node b must have agent_id or action',
            'tool_call node c must have action',
            'condition node d must have condition_expression in config' ],
        [ 'bindings', [node('a', 'agent_call', action => 'x',
            inputs => { k => '$nobody.y' })], [],
            'Node a input k references non-existent node: nobody' ],
        [ 'twice', [node('a', 'join'), node('a', 'join')], [],
            'Duplicate node id: a' ],
    );

    for my $case (@cases) {
        my ($name, $nodes, $edges, @errors) = @$case;
        my $r = create($name, $nodes, $edges);

        is $r->{status}, 400, $name;
        is $r->{json}{detail}{message}, 'Invalid workflow structure', 'told so';
        my %said = map { $_ => 1 } @{ $r->{json}{detail}{errors} };
        ok $said{$_}, "$name: $_" or diag $r->{body} for @errors;

        my $check = $site->post("$v1/workflows/validate",
            { name => 'x', nodes => $nodes, edges => $edges });
        ok !$check->{json}{valid}, 'validation says the same';
        is_deeply $check->{json}{errors}, $r->{json}{detail}{errors}, 'indeed';
    }

    my $ok = $site->post("$v1/workflows/validate", { name => 'x',
        nodes => [node('a', 'join'), node('b', 'join')],
        edges => [edge('a', 'b')] })->{json};
    ok $ok->{valid}, 'a good one is valid';
    is_deeply $ok->{execution_order}, ['a', 'b'], 'and in order';
    is_deeply $ok->{execution_levels}, [['a'], ['b']], 'by levels';
};


subtest 'shapes' => sub {
    my @cases = (
        [ { nodes => [] }, 'body name' ],
        [ { name => 'x' }, 'body nodes' ],
        [ { name => 'x', nodes => {} }, 'body nodes' ],
        [ { name => 'x', nodes => [3] }, 'body nodes 0' ],
        [ { name => 'x', nodes => [{}] }, 'body nodes 0 node_id' ],
        [ { name => 'x', nodes => [node('a', 'join', retry_count => 21)] },
            'body nodes 0 retry_count' ],
        [ { name => 'x', nodes => [node('a', 'join', inputs => [])] },
            'body nodes 0 inputs' ],
        [ { name => 'x', nodes => [], on_error => 'sing' }, 'body on_error' ],
        [ { name => 'x', nodes => [], edges => [{ from_node_id => 'a' }] },
            'body edges 0 to_node_id' ],
        [ { name => 7, nodes => [] }, 'body name' ],
    );

    for my $case (@cases) {
        my ($body, $place) = @$case;
        my $r = $site->post("$v1/workflows", $body);

        is $r->{status}, 422, "refused at $place" or diag $r->{body};
        ok scalar(grep { join(' ', @{ $_->{loc} }) eq $place }
            @{ $r->{json}{detail} }), 'which is told' or diag $r->{body};
    }
};


subtest 'a run, its nodes and its events' => sub {
    my $id = made('flow', [
        node('in', 'start', inputs => { n => '$input.n' }),
        node('rate', 'agent_call', agent_id => 'scorer', action => 'score',
            inputs => { n => '$in.n' }),
        node('high', 'condition', inputs => { score => '$rate.score' },
            config => { condition_expression => 'input.score > 5' }),
        node('yes', 'join', inputs => { all => '$rate' }),
        node('no', 'join'),
    ], [ edge('in', 'rate'), edge('rate', 'high'),
        edge('high', 'yes', condition => 'condition_result == true'),
        edge('high', 'no', is_default => LangOrch::Http::decode('true')) ]);

    my $r = $site->post("$v1/workflows/$id/run", { inputs => { n => 7 } });
    is $r->{status}, 201, 'begun';
    like $r->{headers}{location}, qr{/workflow_runs/\Q$r->{json}{id}\E$}, 'its place';
    is_deeply [ @{ $r->{json} }{qw(status nodes_completed nodes_total
        workflow_version triggered_by)} ], [ 'pending', 0, 5, 1, 'anonymous' ],
        'as it is born';
    is_deeply $r->{json}{input_data}, { n => 7 }, 'both names of its inputs';
    is $r->{json}{run_id}, $r->{json}{id}, 'and of its id';

    my $run  = ended($r->{json}{id});
    my %node = nodes_of($run);
    my ($listed) = @{ $site->get("/api/runs?procedure_id=$id")->{json} };
    is "$listed->{run_id} $listed->{workflow_name}", "$run->{id} flow",
        'it is in the list of runs, by the name of its graph';
    is $site->get("/api/runs/$run->{id}")->{json}{workflow_name}, 'flow',
        'and by itself';
    is $run->{status}, 'completed', 'it completes' or diag explain $run;
    is $node{yes}{status}, 'completed', 'the way that was taken';
    is $node{no}{status}, 'skipped', 'and the one that was not';
    is_deeply $node{rate}{outputs}, { score => 7 }, 'what a node gave';
    is_deeply $run->{context}{rate}, { score => 7 }, 'is in the context';
    is $run->{nodes_completed}, 4, 'how many completed';
    is_deeply $run->{execution_levels}, [['in'], ['rate'], ['high'],
        ['yes', 'no']], 'the levels';

    is_deeply [ map { $_->{node_id} }
        @{ $site->get("$v1/workflows/runs/$run->{id}/nodes")->{json} } ],
        [ map { $_->{node_id} } @{ $run->{nodes} } ], 'its nodes alone';
    is $site->get("$v1/workflows/runs/$run->{id}")->{json}{id}, $run->{id},
        'by its other path';

    my $events = $site->get("$v1/workflow_runs/$run->{id}/events")->{json};
    like words($events),
        qr/^workflow_started level_started node_started node_completed /,
        'its events begin';
    is $events->[-1]{type}, 'workflow_completed', 'and end';
    my ($done) = grep { $_->{type} eq 'node_completed'
        && $_->{data}{node_id} eq 'rate' } @$events;
    is $done->{data}{node_run_id}, $node{rate}{id}, 'a node by its id';
    is_deeply $done->{data}{output}, { score => 7 }, 'and what it gave';
    my ($call) = grep { $_->{type} eq 'agent_calling' } @$events;
    is_deeply [ @{ $call->{data} }{qw(node_id agent_id action)} ],
        [ 'rate', 'scorer', 'score' ], 'who is called';
    my @seq = map { $_->{seq} } @$events;
    is_deeply \@seq, [ sort { $a <=> $b } @seq ], 'in order';
    is_deeply [ map { $_->{seq} } @{ $site->get(
        "$v1/workflow_runs/$run->{id}/events?after_seq=$seq[-2]")->{json} } ],
        [ $seq[-1] ], 'from any of them on';

    is $site->get("$v1/workflows/$id/runs?status=completed")->{json}[0]{id},
        $run->{id}, 'listed';
    is_deeply $site->get("$v1/workflows/$id/runs?status=failed")->{json}, [],
        'by its status';
    is $site->get("$v1/workflow_runs/none")->{json}{detail},
        'Workflow run not found', 'an unknown one';
};


subtest 'attempts, fallbacks, failures' => sub {
    my $retry = ended(begin(made('flaky', [
        node('a', 'agent_call', action => 'flaky', retry_count => 3,
            retry_delay_seconds => 0) ], [])));
    is $retry->{status}, 'completed', 'tried again';
    is $retry->{nodes}[0]{attempt_number}, 2, 'once';
    is $retry->{outputs}, 'at last', 'the only output is the run\'s';

    my $fail = ended(begin(made('broken', [
        node('a', 'agent_call', action => 'broken', retry_count => 1),
        node('b', 'join') ], [edge('a', 'b')])));
    is $fail->{status}, 'failed', 'a failing node fails the run';
    like $fail->{error}, qr/a/, 'which says why';
    is { nodes_of($fail) }->{a}{status}, 'failed', 'the node, too';

    my $on = ended(begin(made('goes on', [
        node('a', 'agent_call', action => 'broken', retry_count => 1),
        node('b', 'join') ], [edge('a', 'b')], on_error => 'continue')));
    is { nodes_of($on) }->{b}{status}, 'skipped', 'what needs it is skipped';

    my $spare = ended(begin(made('spare', [
        node('a', 'agent_call', action => 'broken', retry_count => 1,
            fallback_node_id => 'b'),
        node('b', 'join', inputs => { here => 1 }), node('c', 'join') ],
        [edge('a', 'c')])));
    is $spare->{status}, 'completed', 'another stands in' or diag explain $spare;
};


subtest 'people decide' => sub {
    my $id = begin(made('gate', [ node('ask', 'human_gate',
        config => { prompt => 'Go?' }), node('end', 'end') ],
        [edge('ask', 'end')]));

    until_true('it waits', sub { seen($id)->{status} eq 'paused' });
    my ($a) = @{ $site->get("/api/approvals?run_id=$id")->{json} };
    is $a->{run_kind}, 'workflow', 'an approval of a workflow';
    is $site->post("/api/approvals/$a->{approval_id}/decision",
        { decision => 'approved' })->{status}, 200, 'is decided';
    is ended($id)->{status}, 'completed', 'and it goes on';
    like words($site->get("$v1/workflow_runs/$id/events")->{json}),
        qr/human_gate_waiting .*human_gate_decided/, 'its events tell';
};


subtest 'a run is cancelled' => sub {
    my $flow = made('slow', [ node('a', 'agent_call', action => 'slow') ], []);
    my $id   = begin($flow);
    until_true('it runs', sub { seen($id)->{status} eq 'running' });

    is $site->del("$v1/workflows/$flow")->{status}, 409,
        'a graph with active runs stays';
    my $r = $site->post("$v1/workflow_runs/$id/cancel");
    is $r->{status}, 200, 'cancelled';
    is $r->{json}{status}, 'cancelled', 'indeed';
    is seen($id)->{nodes}[0]{status}, 'cancelled', 'the node, too';

    $r = $site->post("$v1/workflow_runs/$id/cancel");
    is $r->{status}, 400, 'not twice';
    is $r->{json}{detail}, 'Can only cancel pending or running workflows', 'told';
    $agent->release('go');

    is $site->del("$v1/workflows/$flow")->{status}, 204, 'removed now';
    is $site->get("$v1/workflows/$flow")->{status}, 404, 'gone';
    is $site->get("$v1/workflow_runs/$id")->{status}, 200, 'its runs stay';
};


subtest 'versions' => sub {
    my $r  = create('versioned', [node('a', 'join')], []);
    my $id = $r->{json}{id};
    my $old = begin($id);

    my $same = $site->put("$v1/workflows/$id", { name => 'other name' });
    is $same->{status}, 200, 'renamed' or diag $same->{body};
    is $same->{json}{version}, 1, 'which is no new version';
    is $same->{json}{nodes}[0]{id}, $r->{json}{nodes}[0]{id}, 'nodes as before';

    my $new = $site->put("$v1/workflows/$id",
        { nodes => [node('a', 'join'), node('b', 'join')],
          edges => [edge('a', 'b')] });
    is $new->{json}{version}, 2, 'other nodes are';
    is $site->put("$v1/workflows/$id", { edges => [edge('a', 'z')] })->{status},
        400, 'what cannot run is refused';
    is $site->put("$v1/workflows/$id", { name => 'x' },
        headers => { 'If-Match' => $r->{headers}{etag} })->{status}, 412,
        'nor over somebody else\'s change';

    is_deeply [ map { $_->{version} }
        @{ $site->get("$v1/workflows/$id/versions")->{json} } ], [ 2, 1 ],
        'all are listed';
    is scalar(@{ $site->get("$v1/workflows/$id?version=1")->{json}{nodes} }), 1,
        'an old one is read';
    is ended($old)->{workflow_version}, 1, 'a run keeps its own';
    is ended(begin($id))->{workflow_version}, 2, 'a new one takes the newest';

    $site->put("$v1/workflows/$id", { is_active => LangOrch::Http::decode('false') });
    is $site->post("$v1/workflows/$id/run", {})->{status}, 409,
        'what is not active does not run';
};


$site->log_is_calm;
done_testing;
