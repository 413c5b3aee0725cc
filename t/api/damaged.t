# Rows that are not what we wrote, and runs that take down whoever loads them: that
# run fails and says why, all the others go on.

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(approval chain procedure);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 2);
$site->import_document(approval('ask'));
$site->import_document(procedure('around', 'call', {
    call => { type => 'subflow', procedure_id => 'ask', version => '^1',
        isolation => 'child_run', next_node => 'end' },
    end => { type => 'terminate' },
}));


# One that waits for a person, held by nobody, and its neighbour.

sub waiting {
    my ($procedure) = @_;
    my $run = $site->run($procedure // 'ask');
    my $asks = !$procedure ? $run : until_true('its child is there', sub {
        my ($child) = @{ $site->get('/api/runs?parent_run_id=' . $run->id)->{json} };
        return $child && $site->run_by_id($child->{run_id});
    });

    $asks->wait_approval;
    until_true('nobody holds it', sub { !length of($asks, 'owner') });
    return ($asks, $run);
}

sub of {
    my ($run, $column) = @_;
    return LangOrch::Store::value($site, "SELECT $column FROM runs WHERE run_id = '"
        . $run->id . q{'});
}

sub change {
    my ($run, $sql) = @_;
    my $id = of($run, 'id');
    LangOrch::Store::change($site, $sql =~ s/\bID\b/$id/gr);
    return;
}

my $deep = join ' || ', map { "replace(hex(zeroblob(100000)), '00', '$_')" } '[', ']';

# What a run's state is read from: a saved one, and what came later.

my $later = 'DELETE FROM states WHERE run = ID; DELETE FROM checkpoints WHERE run = ID;'
    . ' UPDATE events SET delta = %s WHERE run = ID AND seq = (SELECT max(seq) FROM events'
    . ' WHERE run = ID AND delta IS NOT NULL)';

my %damage = (
    'a saved state that nests without end' =>
        "UPDATE states SET state = $deep WHERE run = ID;"
        . " UPDATE checkpoints SET state = $deep WHERE run = ID",
    'a change that nests without end' => sprintf($later, $deep),
    'a change that is cut off'        => sprintf($later, 'substr(delta, 1, 9)'),
    'a word to it that nests without end' =>
        "INSERT INTO inbox (run, kind, data) VALUES (ID, 'note', $deep)",
);


# Decides both; the damaged one fails so, the other completes.

sub fails_alone {
    my ($run, $type, $text) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my ($other) = waiting();
    my $seq = of($run, 'seq');

    for ($run, $other) {
        is $_->decide('approved')->{status}, 200, 'it is decided';
    }
    my $end = $run->wait_final;
    is $end->{status}, 'failed', 'it fails';
    like $end->{error_message}, $text, 'and says why';
    my @failed = $run->events_of('run_failed');
    is $failed[0]{payload}{error_type}, $type, 'as what it is';
    is $failed[0]{seq}, $seq + 1, 'its events have no hole';
    is $other->wait_final->{status}, 'completed', 'the other is not concerned';
    return;
}

for my $what (sort keys %damage) {
    subtest $what => sub {
        my ($run) = waiting();
        change($run, $damage{$what});
        fails_alone($run, 'InternalError', qr/damaged/);
        ok !@{ $site->get('/api/approvals?status=pending&run_id=' . $run->id)->{json} },
            'nobody is asked any more';
    };
}


subtest 'who waits for it hears of it' => sub {
    my ($child, $parent) = waiting('around');
    change($child, $damage{'a change that is cut off'});
    fails_alone($child, 'InternalError', qr/damaged/);
    is $parent->wait_final->{status}, 'failed', 'the run around it fails';
    like $parent->get->{error_message}, qr/damaged/, 'for that reason';
};


# What it held is free, though nobody knows any more what that was.

subtest 'its place at an agent is free again' => sub {
    my $agent = LangOrch::Agent->start(script => { '*' => sub {
        return { result => 1, $_[1] == 1 ? (hang => 1) : () } } });
    $site->register($agent, concurrency_limit => 1, resource_key => 'one');
    $site->import_document(chain('call', 1));
    my $run = $site->run('call');
    $agent->wait_calls(1);

    $site->kill9_all;
    change($run, $damage{'a change that is cut off'});
    $site->restart;
    is $run->wait_final->{status}, 'failed', 'it fails';
    is $site->run('call')->wait_final->{status}, 'completed', 'another one gets it';
};


# Three workers died while they loaded it: the fourth does not try.

subtest 'a run that takes down whoever loads it' => sub {
    my ($twice) = waiting();
    change($twice, 'UPDATE runs SET crashes = 2, crashed = 2 WHERE id = ID');
    $twice->decide('approved');
    is $twice->wait_final->{status}, 'completed', 'twice may be chance';

    my ($thrice) = waiting();
    change($thrice, 'UPDATE runs SET crashes = 3, crashed = 2 WHERE id = ID');
    fails_alone($thrice, 'CrashLoop', qr/too often/);

    # langorch_crashes, as an administrator says it

    for my $n (0, 101) {
        is $site->patch('/api/config', { worker_max_attempts => $n })->{status}, 422,
            "not $n";
    }
    $site->patch('/api/config', { worker_max_attempts => 5 });
    is $site->get('/api/runs/queue')->{status}, 200, 'the queue tells it';
    until_true('each worker goes by it', sub {
        return !grep { $site->get('/api/config')->{json}{limits}{langorch_crashes}{value} != 5 }
            1 .. 8;
    });
    my ($four) = waiting();
    change($four, 'UPDATE runs SET crashes = 4, crashed = 2 WHERE id = ID');
    $four->decide('approved');
    is $four->wait_final->{status}, 'completed', 'five may be allowed';
    my ($five) = waiting();
    change($five, 'UPDATE runs SET crashes = 5, crashed = 2 WHERE id = ID');
    fails_alone($five, 'CrashLoop', qr/too often/);
};


is scalar(grep { !$site->is_our_kill($_) } $site->log =~ /.*exited on signal.*/g), 0,
    'no worker was hurt';
ok LangOrch::Store::is_sound($site), 'the database is sound';
$site->log_is_calm;
done_testing;
