# Actions of the engine that need the host's rows: orders, memory, checkpoints
# (ckp.md 13.1, 13.5, 13.6, 24.2).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Site;
use LangOrch::Store;

my $site = LangOrch::Site->start(workers => 1);

my $serial = 0;


# The run of these operations, with the inputs and more members of the document.

sub operations {
    my ($operations, $inputs, %more) = @_;
    my $id = $more{procedure_id} || 'ops-' . ++$serial;

    $site->import_document(procedure($id, 'p', {
        p   => { type => 'processing', next_node => 'end', operations => $operations },
        end => { type => 'terminate' },
    }, variables_schema => { map { $_ => {} } keys %{ $inputs || {} } }, %more));

    my $run = $site->run($id, $inputs || {});
    return ($run->wait_final, $run);
}


sub why {
    my ($run) = @_;
    my ($event) = $run->events_of('run_failed');
    return $event ? $event->{payload}{error_type} : 'none';
}

# An order in the store, and what it is now.

sub order {
    my ($id, $status, $amount) = @_;
    LangOrch::Store::change($site, "INSERT INTO orders VALUES ('$id', '$status', $amount, 0, 0)");
    return $id;
}

sub status { return LangOrch::Store::value($site, "SELECT status FROM orders WHERE order_id = '$_[0]'") }


subtest 'an order goes its way with the steps of a run' => sub {
    my $o = order('o1', 'pending', 10);
    my ($end) = operations([ map { { action => $_, order_id => '{{o}}', output_variable => $_ } }
            qw(validate_order charge_payment ship_order) ], { o => $o });

    is $end->{status}, 'completed', 'completed';
    is status($o), 'shipped', 'shipped';
    is $end->{output_vars}{ship_order}{status}, 'success', 'the result says so';
};


subtest 'an order that is not what it has to be fails the step and keeps its state' => sub {
    for my $case ([ 'o2', 'charged', 5, 'validate_order' ], [ 'o3', 'pending', 0, 'validate_order' ],
        [ 'o4', 'pending', 5, 'ship_order' ], [ undef, undef, undef, 'validate_order' ])
    {
        my ($id, $status, $amount, $action) = @$case;
        order($id, $status, $amount) if $id;

        my ($end, $run) = operations([ { action => $action, order_id => '{{o}}' } ],
            { o => $id // 'nobody' });

        is $end->{status}, 'failed', 'failed';
        is why($run), 'OrderActionError', 'why';
        is status($id), $status, 'nothing changed' if $id;
        is scalar(() = $run->events_of('step_started')), 1, 'one attempt is told';
    }
};


subtest 'a refused change undoes its turn, not what was before' => sub {
    my $o = order('o5', 'pending', 7);
    my ($end, $run) = operations([
        { action => 'validate_order', order_id => $o },
        { action => 'wait', duration_ms => 20 },
        { action => 'validate_order', order_id => $o,
            error_handlers => [ { error_type => 'OrderActionError', action => 'ignore',
                default_output => 'was refused' } ], output_variable => 'r' },
        { action => 'charge_payment', order_id => $o },
    ]);

    is $end->{status}, 'completed', 'a handler takes it';
    is $end->{output_vars}{r}, 'was refused', 'with its output';
    is status($o), 'charged', 'the rest went on';
    is scalar(() = $run->events_of('step_completed')), 3, 'three were completed';
};


subtest 'a refused attempt is tried again like any other' => sub {
    my $o = order('o6', 'validated', 7);
    my ($end, $run) = operations([ { action => 'validate_order', order_id => $o,
        retry_policy => { max_attempts => 3, base_delay_ms => 1 } } ]);

    is $end->{status}, 'failed', 'failed';
    is scalar(() = $run->events_of('step_retry')), 2, 'after three attempts';
};


subtest 'a task waits, may fail, and then changes its order' => sub {
    my $o = order('o7', 'pending', 7);
    my ($end) = operations([ { action => 'simulate_task', business_action => 'validate_order',
        duration_ms => 30, order_id => $o, output_variable => 'r' } ]);

    is_deeply $end->{output_vars}{r},
        { action => 'validate_order', status => 'success', duration => 0.03 }, 'its result';
    is status($o), 'validated', 'the order';

    my ($failed, $run) = operations([ { action => 'simulate_task', duration_ms => 1,
        business_action => 'charge_payment', order_id => $o, fail_probability => 1 } ]);
    is why($run), 'TaskExecutionError', 'a task that always fails';
    is status($o), 'validated', 'changes nothing';

    ($failed, $run) = operations([ { action => 'simulate_task', duration_ms => 20,
        business_action => 'ship_order', order_id => $o } ]);
    is why($run), 'OrderActionError', 'an order in the wrong state, after the wait';
};

done_testing;
