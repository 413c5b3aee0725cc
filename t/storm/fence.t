# A worker that is stopped between a commit and the call that it allows, and wakes
# when others have its runs: it knows, and does not send the call that they have
# sent again meanwhile; nor one of a run that was cancelled (G3, G4, G11).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(chain);
use LangOrch::Fault;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Storm qw(long_or);
use LangOrch::Wait qw(until_true);

my $rounds = $ENV{ROUNDS} || long_or(50, 2);

# The first step waits until it is told, by run: its result and the beginning of
# the second are one commit.

my $agent = LangOrch::Agent->start(script => {
    work => sub {
        my ($call) = @_;
        return { result => 1, $call->{json}{step_id} eq 's1'
            ? (until => $call->{json}{run_id}) : () };
    },
});

my $fault = LangOrch::Fault->new;
my $site  = LangOrch::Site->start(workers => 2, fault => $fault,
    http => "langorch_lease 1s;\n");
$site->register($agent);
$site->import_document(chain('two', 2));


sub calls_of {
    my ($run) = @_;
    return join ' ', map { $_->{json}{step_id} }
        grep { $_->{json}{run_id} eq $run->id } $agent->calls('work');
}

sub owner_of {
    my ($run) = @_;
    my $owner = LangOrch::Store::value($site,
        "SELECT owner FROM runs WHERE run_id = '" . $run->id . "'") // '';
    return $owner =~ /:(\d+):[0-9a-f]+\z/ ? $1 : 0;
}

sub is_stopped {
    my ($pid) = @_;
    my $stat = eval { LangOrch::Site::slurp("/proc/$pid/stat") } // '';
    return $stat =~ /\) T /;
}

sub is_dispatched {
    my ($run) = @_;
    return LangOrch::Store::value($site, "SELECT COUNT(*) FROM events e"
        . " JOIN runs r ON r.id = e.run WHERE r.run_id = '" . $run->id
        . "' AND e.type = 'step_dispatched' AND e.step_id = 's2'");
}


# A run whose second step is committed and not sent, and the worker that stopped
# there.  It may have stopped behind another commit of its own: then again.

sub stopped_between {
    for my $try (1 .. 20) {
        my $run = $site->run('two');
        until_true('the first step is called', sub { calls_of($run) eq 's1' });
        my $pid = owner_of($run) or next;

        $fault->halt($pid);
        $agent->release($run->id);
        until_true('it stops', sub { is_stopped($pid) });
        return ($run, $pid) if is_dispatched($run) && calls_of($run) eq 's1';

        kill 'CONT', $pid;
        $run->wait_final;
    }
    die 'it never stopped there';
}


for my $round (1 .. $rounds) {
    subtest "round $round" => sub {
        my ($run, $pid) = stopped_between();
        my $log = length $site->log;

        until_true('another has it', sub {
            my $owner = owner_of($run);
            return $owner != $pid && calls_of($run) eq 's1 s2';
        });

        kill 'CONT', $pid;
        until_true('it lets go of it, or sends it', sub {
            return substr($site->log, $log) =~ / $pid#.*a call is not sent/
                || calls_of($run) ne 's1 s2';
        });

        is $run->wait_final->{status}, 'completed', 'the run completes';
        is calls_of($run), 's1 s2', 'the second step was sent once';
        is scalar($run->events_of('step_completed')), 2, 'two results';
    };
}


subtest 'a moment is no time to lose a run in' => sub {
    my $log = length $site->log;
    my ($run, $pid) = stopped_between();
    kill 'CONT', $pid;

    is $run->wait_final->{status}, 'completed', 'the run completes';
    is calls_of($run), 's1 s2', 'the second step was sent';
    is scalar($run->events_of('execution_resumed')), 0, 'by who had it';
    unlike substr($site->log, $log), qr/a call is not sent/, 'at once';
};


# The answer of a step waits with the worker that sleeps, and the cancellation is
# told to another: when he wakes he has the answer first.

subtest 'what was cancelled meanwhile goes no further' => sub {
    for my $round (1 .. 5) {
        my $run = $site->run('two');
        until_true('the first step is called', sub { calls_of($run) eq 's1' });
        my $pid = owner_of($run);

        kill 'STOP', $pid;
        $agent->release($run->id);
        until_true('it is cancelled', sub {
            return $site->post($run->path('/cancel'), {}, timeout => 0.1)
                ->{status} == 200;
        });
        kill 'CONT', $pid;

        is $run->wait_final->{status}, 'canceled', 'the run is cancelled';
        is calls_of($run), 's1', 'the second step was not sent';
    }
};


# A cancellation is in the store and the bell was lost: who has the run in memory makes
# a turn that has not seen it, which is refused.

subtest 'a cancellation that nobody told of' => sub {
    for my $round (1 .. 5) {
        my $run = $site->run('two');
        until_true('the first step is called', sub { calls_of($run) eq 's1' });

        my $which = "WHERE run_id = '" . $run->id . "'";
        LangOrch::Store::change($site, 'BEGIN;'
            . " UPDATE runs SET cancellation_requested = 1, wake_at = 0 $which;"
            . ' INSERT INTO inbox (run, kind, data, created_at)'
            . " SELECT id, 'cancel', '{}', 0 FROM runs $which; COMMIT;");
        $agent->release($run->id);

        is $run->wait_final->{status}, 'canceled', 'the run is cancelled';
        is is_dispatched($run), 0, 'the second step has not begun';
        is calls_of($run), 's1', 'nor was it sent';
    }
};


until_true('no lease is left', sub { !@{ $site->get('/api/leases')->{json} } });
ok LangOrch::Store::is_sound($site), 'the database is sound';
$site->log_is_calm;
done_testing;
