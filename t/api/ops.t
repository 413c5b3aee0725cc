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

sub status {
    return LangOrch::Store::value($site, "SELECT status FROM orders WHERE order_id = '$_[0]'");
}


subtest 'an order goes its way with the steps of a run' => sub {
    my $o = order('o1', 'pending', 10);
    my ($end) = operations([ map { { action => $_, order_id => '{{o}}', output_variable => $_ } }
            qw(validate_order charge_payment ship_order) ], { o => $o });

    is $end->{status}, 'completed', 'completed';
    is status($o), 'shipped', 'shipped';
    is $end->{output_vars}{ship_order}{status}, 'success', 'the result says so';
};


subtest 'an order that is not what it has to be fails the step and keeps its state' => sub {
    for my $case ([ 'o2', 'charged', 5, 'validate_order' ],
        [ 'o3', 'pending', 0, 'validate_order' ],
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


subtest 'a run remembers for itself' => sub {
    my ($end) = operations([
        { action => 'memory_set', key => 'k', value => { a => 1 } },
        { action => 'memory_get', key => 'k', output_variable => 'got' },
        { action => 'memory_append', key => 'l', value => 1 },
        { action => 'memory_append', key => 'l', value => 2 },
        { action => 'memory_append', key => 'l', value => 3, max_items => 2,
            output_variable => 'list' },
        { action => 'set_variable', variable => 'seen', value => '{{memory.k.a}}' },
        { action => 'memory_delete', key => 'k' },
        { action => 'memory_get', key => 'k', output_variable => 'gone' },
        { action => 'memory_set', key => 'short', value => 1, ttl_seconds => 1 },
        { action => 'wait', duration_ms => 1100 },
        { action => 'memory_get', key => 'short', output_variable => 'over' },
    ]);

    my $v = $end->{output_vars};
    is_deeply $v->{got}, { a => 1 }, 'what was set';
    is_deeply $v->{list}, [ 2, 3 ], 'the newest of what was appended';
    is $v->{seen}, 1, 'as a name of templates';
    is $v->{gone}, undef, 'what was deleted is gone';
    is $v->{over}, undef, 'and what is over, too';
};


subtest 'a project remembers for all its runs' => sub {
    my %shared = (scope => 'project', key => 'k');
    my $get    = { action => 'memory_get', %shared, output_variable => 'got' };

    my ($one) = operations([
        { action => 'memory_set', %shared, value => [ 'a', 'b' ] },
        { action => 'memory_append', %shared, value => 'c', output_variable => 'now' },
    ], {}, project_id => 'p1');
    is_deeply $one->{output_vars}{now}, [qw(a b c)], 'the list so far';

    my ($two) = operations([$get], {}, project_id => 'p1');
    is_deeply $two->{output_vars}{got}, [qw(a b c)], 'another procedure of it sees it';

    my ($other) = operations([$get], {}, project_id => 'p2');
    is $other->{output_vars}{got}, undef, 'another project does not';

    operations([ { action => 'memory_append', %shared, value => 'd', max_items => 2 } ], {},
        project_id => 'p1');
    ($two) = operations([$get], {}, project_id => 'p1');
    is_deeply $two->{output_vars}{got}, [qw(c d)], 'the oldest go';

    operations([ { action => 'memory_delete', %shared } ], {}, project_id => 'p1');
    ($two) = operations([$get], {}, project_id => 'p1');
    is $two->{output_vars}{got}, undef, 'and all of them, when told';
    is LangOrch::Store::value($site, 'SELECT count(*) FROM memory'), 0, 'no row is left';

    my %own = (procedure_id => 'lonely', version => '1');
    operations([ { action => 'memory_set', %shared, value => 7 } ], {}, %own);
    my ($again) = operations([$get], {}, %own, version => '2');
    is $again->{output_vars}{got}, 7, 'a procedure without project has one of its own';
};


subtest 'many append at once, and nothing is lost' => sub {
    my @runs = map {
        $site->import_document(procedure("append-$_", 'p', {
            p => { type => 'processing', next_node => 'end', operations => [ {
                    action => 'memory_append', scope => 'project', key => 'all', value => $_ } ] },
            end => { type => 'terminate' },
        }, project_id => 'many'));
        $site->run("append-$_");
    } 1 .. 12;
    $_->wait_final for @runs;

    my ($end) = operations([ { action => 'memory_get', scope => 'project', key => 'all',
        output_variable => 'got' } ], {}, project_id => 'many');
    is_deeply [ sort { $a <=> $b } @{ $end->{output_vars}{got} } ], [ 1 .. 12 ], 'all are there';
};


subtest 'memory is refused where it is wrong' => sub {
    for my $op ({ action => 'memory_get', scope => 'world' }, { action => 'memory_get', key => '' },
        { action => 'memory_set', key => 'x' x 257, value => 1 })
    {
        my (undef, $run) = operations([$op]);
        is why($run), 'TypeMismatch', 'a wrong parameter';
    }
};


subtest 'a checkpoint is restored, and the run goes on elsewhere' => sub {
    $site->import_document(procedure('back', 'a', {
        a => { type => 'processing', next_node => 'b', operations => [
            { action => 'set_variable', variable => 'v', value => 'before' },
            { action => 'set_checkpoint', name => 'here', output_variable => 'cp' },
            { action => 'set_variable', variable => 'v', value => 'after' },
            { action => 'set_variable', variable => 'late', value => 1 } ] },
        b => { type => 'processing', next_node => 'wrong', operations => [
            { action => 'restore_checkpoint', name => 'here', next_node => 'c',
                output_variable => 'r' } ] },
        c     => { type => 'terminate', outputs =>
                { v => '{{v}}', late => '{{late}}', r => '{{r}}' } },
        wrong => { type => 'terminate', status => 'failed' },
    }, variables_schema => { v => { default => '' }, late => { default => undef } }));

    my $end = $site->run('back')->wait_final;
    is $end->{status}, 'completed', 'it went where it was told';
    is $end->{output_vars}{v}, 'before', 'with the values of then';
    is $end->{output_vars}{late}, undef, 'and none that came later';
    ok $end->{output_vars}{r}{restored}, 'the result says so';

    my (undef, $run) = operations([ { action => 'restore_checkpoint', name => 'nowhere' } ]);
    is why($run), 'CheckpointNotFound', 'one that is not there';
};


subtest 'a checkpoint is restored ten times, not more' => sub {
    $site->import_document(procedure('again', 'a', {
        a => { type => 'processing', next_node => 'b', operations => [
            { action => 'set_checkpoint', name => 'here' } ] },
        b => { type => 'processing', next_node => 'end', operations => [
            { action => 'restore_checkpoint', name => 'here', next_node => 'b' } ] },
        end => { type => 'terminate' },
    }));

    my $run = $site->run('again');
    is $run->wait_final->{status}, 'failed', 'failed';
    is why($run), 'LimitExceeded', 'why';
    is scalar(grep { ($_->{payload}{action} // '') eq 'restore_checkpoint' }
        $run->events_of('step_completed')), 10, 'after ten';
};


subtest 'times are told by the clocks of their zones' => sub {
    plan skip_all => 'no zone database' unless -f '/usr/share/zoneinfo/Europe/Berlin';

    my ($end) = operations([
        { action => 'get_timestamp', timezone => 'Asia/Kolkata', format => '%z',
            output_variable => 'k' },
        { action => 'calculate', output_variable => 'b',
            expression => q{format_date('2026-07-01T22:30:00Z', '%F %H:%M', 'Europe/Berlin')} },
        { action => 'calculate', output_variable => 'n',
            expression => q{format_date('2061-01-01', '%F %H:%M %z', 'America/New_York')} },
    ]);

    is $end->{output_vars}{k}, '+0530', 'India';
    is $end->{output_vars}{b}, '2026-07-02 00:30', 'Berlin in summer';
    is $end->{output_vars}{n}, '2060-12-31 19:00 -0500', 'New York in winter, far ahead';

    for my $zone ('Nowhere/City', '../../../etc/passwd', '/etc/passwd', 'Europe') {
        my (undef, $run) = operations([ { action => 'get_timestamp', timezone => $zone } ]);
        is why($run), 'ExpressionError', "$zone is none";
    }
};

$site->log_is_calm;

done_testing;
