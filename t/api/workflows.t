# Workflows of steps and the orders that they move (api 17): the members of its
# objects are exact.

use strict;
use warnings;

use Test::More;

use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 2);

sub step {
    my ($id, $action, %o) = @_;
    my $needs = delete $o{needs} || [];
    return { id => $id, type => 'task', depends_on => $needs,
        config => { action => $action, duration_seconds => 0, %o } };
}

sub workflow {
    my ($name, @steps) = @_;
    my $r = $site->post('/workflows', { name => $name, steps => \@steps });
    is $r->{status}, 201, "$name is created" or diag $r->{body};
    return $r->{json}{id};
}

sub order {
    return $site->post('/orders', { amount => $_[0] // 10 })->{json}{id};
}

sub begin {
    my ($id, %body) = @_;
    return $site->post("/workflows/$id/runs", \%body);
}

sub ended {
    my ($id) = @_;
    return until_true("the run $id ends", sub {
        my $run = $site->get("/runs/$id")->{json};
        return $run->{status} =~ /^(?:completed|failed)$/ && $run;
    });
}

sub members { return join ' ', sort keys %{ $_[0] } }

my @three = (
    step('validate', 'validate_order'),
    step('charge', 'charge_payment', needs => ['validate']),
    step('ship', 'ship_order', needs => ['charge']),
);


subtest 'a workflow is kept as it was sent, with its defaults' => sub {
    my $r = $site->post('/workflows', { name => 'plain', steps => [
        { id => 'b', type => 'x', config => { action => 'noop', more => [1] },
            depends_on => ['a'] },
        { id => 'a', type => 'y', config => { action => 'noop' } },
    ] });

    is $r->{status}, 201, 'created';
    is members($r->{json}), 'created_at definition id name', 'exact members';
    like $r->{headers}{location}, qr{/workflows/\Q$r->{json}{id}\E$}, 'its place';
    is_deeply $r->{json}{definition}, { name => 'plain', steps => [
        { id => 'b', type => 'x', depends_on => ['a'], config => {
            action => 'noop', more => [1], duration_seconds => 1,
            fail_probability => 0, max_retries => 0 } },
        { id => 'a', type => 'y', depends_on => [], config => {
            action => 'noop', duration_seconds => 1, fail_probability => 0,
            max_retries => 0 } },
    ] }, 'the definition';

    my $get = $site->get("/workflows/$r->{json}{id}");
    is $get->{body}, $r->{body}, 'read as it was answered';

    my $list = $site->get('/workflows/')->{json};
    is members($list->[0]), 'created_at id name', 'a list has no definitions';
    is $list->[0]{name}, 'plain', 'the newest first';

    is $site->get('/workflows/none')->{status}, 404, 'an unknown one';
    is $site->get('/workflows/none')->{json}{detail}, 'Workflow not found',
        'is not found';
    is $site->get('/api/procedures')->{body}, '[]', 'none is a procedure';
};


subtest 'what is wrong with it is told with its place' => sub {
    my $ok = step('a', 'noop');

    my @cases = (
        [ 'no name', { steps => [$ok] }, 'name', 'This field is required' ],
        [ 'no steps', { name => 'w' }, 'steps', 'This field is required' ],
        [ 'empty steps', { name => 'w', steps => [] }, 'steps',
            'Must have at least 1 step' ],
        [ 'steps of another kind', { name => 'w', steps => {} }, 'steps', qr/./ ],
        [ 'a step of another kind', { name => 'w', steps => [1] }, 'steps/0',
            'Must be an object' ],
        [ 'no id', { name => 'w', steps => [{ %$ok, id => undef }] },
            'steps/0/id', qr/./ ],
        [ 'no config', { name => 'w', steps => [{ id => 'a', type => 'x' }] },
            'steps/0/config', 'This field is required' ],
        [ 'no action', { name => 'w', steps => [{ %$ok, config => {} }] },
            'steps/0/config/action', 'This field is required' ],
        [ 'a duration below 0', { name => 'w',
            steps => [step('a', 'x', duration_seconds => -1)] },
            'steps/0/config/duration_seconds', 'Must be at least 0' ],
        [ 'a probability above 1', { name => 'w',
            steps => [step('a', 'x', fail_probability => 1.5)] },
            'steps/0/config/fail_probability', 'Must be at most 1' ],
        [ 'half a retry', { name => 'w',
            steps => [step('a', 'x', max_retries => 0.5)] },
            'steps/0/config/max_retries', 'Must be an integer' ],
        [ 'text for a number', { name => 'w',
            steps => [step('a', 'x', duration_seconds => 'long')] },
            'steps/0/config/duration_seconds', 'Must be a number' ],
        [ 'needs of another kind', { name => 'w',
            steps => [{ %$ok, depends_on => 'a' }] }, 'steps/0/depends_on', qr/./ ],
        [ 'an id twice', { name => 'w', steps => [$ok, $ok] }, 'steps/1/id',
            "Duplicate step id: 'a'" ],
        [ 'an unknown need', { name => 'w',
            steps => [step('a', 'x', needs => ['z'])] }, 'steps/0/depends_on/0',
            "Step 'a' depends on 'z' which is not defined in this workflow" ],
        [ 'a circle', { name => 'w', steps => [step('a', 'x', needs => ['b']),
            step('b', 'x', needs => ['a'])] }, 'steps',
            'Circular dependency detected among workflow steps' ],
        [ 'a step that needs itself', { name => 'w',
            steps => [step('a', 'x', needs => ['a'])] }, 'steps',
            'Circular dependency detected among workflow steps' ],
    );

    for my $case (@cases) {
        my ($name, $body, $place, $msg) = @$case;
        my $r = $site->post('/workflows', $body);

        is $r->{status}, 422, $name;
        my ($said) = grep { join('/', @{ $_->{loc} }) eq "body/$place" }
            @{ $r->{json}{detail} };
        ok $said, "$name: its place" or diag $r->{body};
        ref $msg ? like($said->{msg}, $msg, "$name: why")
                 : is($said->{msg}, $msg, "$name: why");
    }
};


subtest 'steps move an order, one after the other' => sub {
    my $flow  = workflow('orders', @three);
    my $order = order(42.5);
    my $r     = begin($flow, order_id => $order);

    is $r->{status}, 202, 'accepted';
    like $r->{headers}{location}, qr{/runs/\Q$r->{json}{id}\E$}, 'its place';
    is members($r->{json}), 'completed_at id order_id started_at status steps'
        . ' workflow_id workflow_name', 'exact members';
    is $r->{json}{status}, 'pending', 'not begun';
    is members($r->{json}{steps}[0]), 'completed_at error_message id max_retries'
        . ' retry_count started_at status step_id step_index',
        'exact members of a step';
    is_deeply [ map { "$_->{step_index} $_->{step_id} $_->{status}" }
        @{ $r->{json}{steps} } ],
        [ '0 validate pending', '1 charge pending', '2 ship pending' ],
        'all steps are pending';

    my $run = ended($r->{json}{id});
    is $run->{status}, 'completed', 'it completes';
    is_deeply [ map { $_->{status} } @{ $run->{steps} } ],
        [ ('completed') x 3 ], 'with all its steps';
    is_deeply [ map { $_->{id} } @{ $run->{steps} } ],
        [ map { $_->{id} } @{ $r->{json}{steps} } ], 'which keep their ids';
    ok $run->{steps}[1]{started_at} ge $run->{steps}[0]{completed_at},
        'none begins before the one before ends';

    my $after = $site->get("/orders/$order")->{json};
    is members($after), 'amount created_at id status updated_at',
        'exact members of an order';
    is $after->{status}, 'shipped', 'it is shipped';
    is $after->{amount}, 42.5, 'of its amount';

    my ($listed) = grep { $_->{id} eq $run->{id} }
        @{ $site->get("/runs?order_id=$order&status=completed")->{json} };
    is members($listed), 'completed_at id order_id started_at status'
        . ' workflow_id workflow_name', 'a list has no steps';
    is_deeply $site->get("/runs?order_id=$order&status=failed")->{json}, [],
        'filters count';
    is $site->get('/runs?status=queued')->{status}, 422, 'an unknown status';
};


subtest 'an order that is not as it must be fails the step' => sub {
    my $flow  = workflow('ship first', step('ship', 'ship_order',
        max_retries => 2), step('never', 'noop', needs => ['ship']));
    my $order = order();
    my $run   = ended(begin($flow, order_id => $order)->{json}{id});

    is $run->{status}, 'failed', 'the run fails';
    is $run->{steps}[0]{status}, 'failed', 'with the step';
    is $run->{steps}[0]{retry_count}, 2, 'after its retries';
    like $run->{steps}[0]{error_message}, qr/ship_order/, 'which says why';
    is $run->{steps}[1]{status}, 'pending', 'later steps were never begun';
    ok !defined $run->{steps}[1]{started_at}, 'indeed';
    is $site->get("/orders/$order")->{json}{status}, 'pending',
        'the order is as it was';
};


subtest 'one active run an order' => sub {
    my $flow  = workflow('slow', step('wait', 'noop', duration_seconds => 600));
    my $order = order();
    my @r = $site->together(8, sub { begin($flow, order_id => $order) });

    my ($won) = grep { $_->{status} == 202 } @r;
    is scalar(grep({ $_->{status} == 202 } @r)), 1, 'one of eight begins';
    is scalar(grep({ $_->{status} == 409 } @r)), 7, 'the others are told';
    my ($lost) = grep { $_->{status} == 409 } @r;
    is $lost->{json}{detail},
        "Order $order already has an active run: $won->{json}{id}", 'which';

    until_true('it runs', sub {
        $site->get("/runs/$won->{json}{id}")->{json}{status} eq 'running' });
    is $site->get("/runs/$won->{json}{id}")->{json}{steps}[0]{status}, 'running',
        'and so does its step';
};


subtest 'who is unknown' => sub {
    my $flow = workflow('any', step('a', 'noop'));

    is begin('none')->{json}{detail}, 'Workflow not found', 'a workflow';
    is begin($flow, order_id => 'none')->{status}, 404, 'an order';
    is begin($flow, order_id => 'none')->{json}{detail}, 'Order not found',
        'is told';
    is begin($flow, order_id => 7)->{status}, 422, 'of the wrong kind';
    is $site->get('/runs/none')->{json}{detail}, 'Run not found', 'a run';
    is $site->get('/orders/none')->{json}{detail}, 'Order not found', 'to read';

    my $run = begin($flow)->{json}{id};
    is ended($run)->{status}, 'completed', 'a run needs no order';
    is $site->get("/api/runs/$run")->{status}, 404,
        'what is a run here is none of a procedure';
    is_deeply $site->get('/api/runs')->{json}, [], 'nor listed there';
};


subtest 'orders' => sub {
    my $r = $site->post('/orders', { amount => 7 });
    is $r->{status}, 201, 'created';
    is $site->get("/orders/$r->{json}{id}")->{body}, $r->{body},
        'read as it was answered';

    is $site->post('/orders', { amount => $_ })->{status}, 422, 'refused: '
        . (defined $_ ? $_ : 'null') for 0, -1, 'ten', undef, [], {};

    my %key = (headers => { 'Idempotency-Key' => 'one' });
    my $one = $site->post('/orders', { amount => 3 }, %key);
    my $two = $site->post('/orders', { amount => 3 }, %key);
    is $two->{body}, $one->{body}, 'the same key is the same order';
    is $two->{headers}{'idempotent-replayed'}, 'true', 'said again';
    is $site->post('/orders', { amount => 4 }, %key)->{status}, 422,
        'not with another body';
};


subtest 'one key begins one run' => sub {
    my $flow = workflow('keyed', step('a', 'noop'));
    my %key  = (headers => { 'Idempotency-Key' => 'run' });
    my @r = $site->together(4, sub {
        return $site->post("/workflows/$flow/runs", {}, %key) });
    my %ids = map { $_->{json}{id} => 1 } grep { $_->{status} == 202 } @r;

    is scalar(keys %ids), 1, 'of four at once, too';
    is LangOrch::Store::value($site,
        "SELECT COUNT(*) FROM runs WHERE procedure_id = '$flow'"), 1,
        'there is one';
};


subtest 'a run goes on after all was killed' => sub {
    my $flow  = workflow('long', step('a', 'validate_order'),
        step('b', 'noop', needs => ['a'], duration_seconds => 1.5),
        step('c', 'charge_payment', needs => ['b']));
    my $order = order();
    my $id    = begin($flow, order_id => $order)->{json}{id};

    my $before = until_true('b is running', sub {
        my $run = $site->get("/runs/$id")->{json};
        return $run->{steps}[1]{status} eq 'running' && $run;
    });

    $site->kill9_all;
    $site->restart;

    my $run = ended($id);
    is $run->{status}, 'completed', 'it completes';
    is $run->{started_at}, $before->{started_at}, 'it began when it began';
    is_deeply $run->{steps}[0], $before->{steps}[0],
        'what was done is as it was';
    is $site->get("/orders/$order")->{json}{status}, 'charged',
        'the order went one way';
};


subtest 'people are led to the console' => sub {
    my %html = (headers => { Accept =>
        'text/html,application/xhtml+xml,*/*;q=0.8' });

    my $r = $site->get('/workflows/x%20y', %html);
    is $r->{status}, 302, 'a browser';
    like $r->{headers}{location}, qr{/ui/workflows/x%20y$}, 'to its page';
    like $site->get('/runs', %html)->{headers}{location},
        qr{/ui/workflows/runs$}, 'of the runs, too';
    is $site->get('/workflows', headers => { Accept =>
        'application/json, text/html;q=0.9' })->{status}, 200, 'programs not';
    is $site->get('/workflows', headers => { Accept => '*/*' })->{status}, 200,
        'nor who takes anything';
};


$site->log_is_calm;
done_testing;
