# Child procedures in runs of their own: the parent waits and hears of their
# end whatever is killed, and cancels them with itself (ckp 10.10, 31.2).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => {
    work => sub {
        my ($call) = @_;
        my $p = $call->{json}{params};
        return $p->{hold} ? { result => $p->{v}, until => $p->{hold} }
                          : { result => $p->{v} };
    },
});

my $site = LangOrch::Site->start(workers => 2);
$site->register($agent);

my %work = (step_id => 'do', action => 'work', output_variable => 'got',
    params => { v => '{{n}}', hold => '{{hold | null}}' });

$site->import_document(procedure('kid', 'k', {
    k   => sequence('out', {%work}),
    out => { type => 'terminate', outputs => { twice => '{{= got * 2 }}' } },
}, variables_schema => {
    n => { type => 'number', required => JSON::PP::true }, hold => {} }));


# A parent of that kid; more members of its subflow node.

sub parent_of {
    my ($id, %more) = @_;

    $site->import_document(procedure($id, 'call', {
        call => { type => 'subflow', procedure_id => 'kid', version => '^1',
            isolation => 'child_run', next_node => 'end',
            input_mapping => { n => 'n', hold => '{{hold}}' }, %more },
        end => { type => 'terminate', outputs => {
            twice => '{{twice | none}}', all => '{{subflow_output}}' } },
    }, variables_schema => { n => { default => 4 }, hold => {} }));
    return;
}

parent_of('parent', output_mapping => { twice => 'twice' });


# The child runs of a run.

sub children {
    my ($run) = @_;
    my $r = $site->get('/api/runs?parent_run_id=' . $run->id);
    return map { $site->run_by_id($_->{run_id}) } @{ $r->{json} };
}

sub child {
    my ($run) = @_;
    return until_true('a child run', sub { (children($run))[0] });
}

sub waits_for {
    my ($run) = @_;
    return $site->get($run->path('/diagnostics'))->{json}{waiting_for};
}


subtest 'the parent waits, and has what its child run gave' => sub {
    my $run = $site->run('parent', { n => 21, hold => 'one' });
    my $kid = child($run);

    $run->wait_status('paused');
    is waits_for($run), 'child_run', 'it says for what';

    my $shown = $kid->wait_status('running');
    is $shown->{procedure_id}, 'kid', 'of the child procedure';
    is $shown->{parent_run_id}, $run->id, 'with its parent';
    is_deeply $shown->{input_vars}, { n => 21, hold => 'one' }, 'its inputs';

    $agent->release('one');
    is $run->wait_final->{output_vars}{twice}, 42, 'its outputs come back';

    my ($started) = $run->events_of('subflow_started');
    is $started->{payload}{child_run_id}, $kid->id, 'the event tells which';
    my ($born) = $kid->events_of('run_created');
    is $born->{payload}{parent_run_id}, $run->id, 'and it tells of whom';
    is scalar(children($run)), 1, 'there is one';
};


subtest 'a loop has child runs beside each other' => sub {
    $site->import_document(procedure('each', 'each', {
        each => { type => 'loop', iterator => 'rows', body_node => 'call',
            concurrency => 4, collect_variable => 'all',
            collect_expression => 'twice', next_node => 'end' },
        call => { type => 'subflow', procedure_id => 'kid', version => '1.0.0',
            isolation => 'child_run', input_mapping => { n => 'item' },
            output_mapping => { twice => 'twice' } },
        end => { type => 'terminate', outputs => { all => '{{all}}' } },
    }, variables_schema => { rows => { type => 'array' } }));

    my $run = $site->run('each', { rows => [ 1 .. 12 ] });
    is_deeply $run->wait_final->{output_vars}{all},
        [ map { 2 * $_ } 1 .. 12 ], 'in the order of the items';
    is scalar(children($run)), 12, 'one each';
};


subtest 'cancelling goes down, and not up' => sub {
    my $run = $site->run('parent', { hold => 'down' });
    my $kid = child($run);
    $kid->wait_for('step_dispatched');

    $site->post($run->path('/cancel'), { reason => 'enough' });
    is $run->get->{status}, 'canceled', 'the parent is canceled';
    is $kid->wait_final->{status}, 'canceled', 'so is its child run';

    parent_of('patient', on_failure => 'continue');
    $run = $site->run('patient', { hold => 'up' });
    $kid = child($run);
    $site->post($kid->path('/cancel'), { reason => 'not this one' });

    my $end = $run->wait_final;
    is $end->{status}, 'completed', 'a canceled child run is a failed one';
    is $end->{output_vars}{all}{error}{type}, 'RunCanceled', 'and says so';
    $agent->release($_) for qw(down up);
};


subtest 'deleting a child run under way fails its parent' => sub {
    my $run = $site->run('parent', { hold => 'gone' });
    my $kid = child($run);

    is $site->del($kid->path)->{status}, 200, 'it is deleted';
    is $site->get($kid->path)->{status}, 404, 'it is gone';
    is $run->wait_final->{status}, 'failed', 'its parent does not hang';
    is $site->del($run->path)->{status}, 200, 'and can be deleted';
    $agent->release('gone');
};


subtest 'nobody waits for one that is only begun' => sub {
    parent_of('sender', wait => JSON::PP::false);

    my $run = $site->run('sender', { hold => 'later' });
    my $end = $run->wait_final;
    my $kid = child($run);

    is $end->{output_vars}{all}{run_id}, $kid->id, 'its id is the result';
    $kid->wait_for('step_dispatched');
    $agent->release('later');
    is $kid->wait_final->{status}, 'completed', 'it goes on by itself';
};


subtest 'child runs wait for a place, as others do' => sub {
    for my $way (qw(queue skip)) {
        $site->import_document(procedure("one-$way", 'k', {
            k => sequence(undef, {%work}),
        }, variables_schema => { n => {}, hold => {} }, global_config => {
            concurrency => { max_concurrent_runs => 1, on_limit => $way } }));
        parent_of("of-$way", procedure_id => "one-$way",
            on_failure => 'continue', input_mapping => { hold => '{{hold}}' });
    }

    my @runs = map { $site->run('of-queue', { hold => 'place' }) } 1, 2;
    until_true('one works', sub {
        my %n;
        $n{ child($_)->get->{status} }++ for @runs;
        return ($n{running} // 0) == 1 && ($n{created} // 0) == 1;
    });
    $agent->release('place');
    is $_->wait_final->{status}, 'completed', 'the other one after it'
        for @runs;

    my $first = $site->run('of-skip', { hold => 'skip' });
    child($first)->wait_for('step_dispatched');
    my $second = $site->run('of-skip')->wait_final;
    is $second->{output_vars}{all}{error}{type}, 'RunCanceled',
        'one that may not wait is canceled';
    like $second->{output_vars}{all}{error}{message}, qr/concurrency/, 'so';
    $agent->release('skip');
    $first->wait_final;
};


subtest 'a child run has so much time' => sub {
    parent_of('hasty', timeout_ms => 300);

    my $run = $site->run('hasty', { hold => 'never' });
    my $end = $run->wait_final;

    is $end->{status}, 'failed', 'the parent fails';
    like $end->{error_message}, qr/took too long/, 'because of it';
    is child($run)->wait_final->{status}, 'canceled', 'the child is canceled';
    $agent->release('never');
};


subtest 'a parent that is tried again makes another child run' => sub {
    $site->import_document(procedure('kid', 'k', {
        k => { type => 'terminate', status => 'failed', message => 'no' },
    }, version => '1.1.0', variables_schema => { n => {}, hold => {} }));

    my $run = $site->run('parent');
    is $run->wait_final->{status}, 'failed', 'it failed';
    my ($failed) = $run->events_of('subflow_failed');
    like $failed->{payload}{error}, qr/no/, 'as its child run did';

    $site->post($run->path('/retry'), {});
    until_true('another child run', sub { children($run) == 2 });
    is $run->wait_final->{status}, 'failed', 'with the version it had';
    $site->del('/api/procedures/kid/1.1.0');
};


# The store as it was when all was dead: child runs that are over whose parents
# have not heard of it.

sub unheard {
    return LangOrch::Store::value($site,
        'SELECT count(*) FROM runs k JOIN runs p ON p.run_id = k.parent_run_id'
        . " JOIN inbox i ON i.run = p.id AND i.kind = 'child'"
        . " WHERE k.status = 'completed' AND p.status <> 'completed'");
}


subtest 'everything is killed between an end and its news' => sub {
    my $found = 0;
    my @runs;

    for my $round (1 .. 20) {
        my $hold = "round$round";
        my @new  = map { $site->run('parent', { n => $_, hold => $hold }) }
            1 .. 24;
        child($_)->wait_for('step_dispatched') for @new;

        $agent->release($hold);
        until_true('some child run is over', sub {
            LangOrch::Store::value($site, 'SELECT count(*) FROM runs WHERE'
                . " status = 'completed' AND parent_run_id IN ("
                . join(',', map { "'" . $_->id . "'" } @new) . ')');
        });
        $site->kill9_all;
        $found += unheard();
        $site->restart;

        push @runs, @new;
        is $_->wait_final->{status}, 'completed', 'it hears of it' for @new;
        last if $found;
    }

    ok $found, 'such a moment was met';
    is scalar(grep { my $r = $_; scalar(children($r)) != 1 } @runs), 0,
        'each parent has one child run';
    is scalar(grep { $_->events_of('subflow_completed') != 1 } @runs), 0,
        'and has heard of it once';
};


ok LangOrch::Store::is_sound($site), 'the database is sound';

$site->log_is_calm;
done_testing;
