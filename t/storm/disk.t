# A disk that takes nothing: runs are held and go on when it does, nobody is told
# a thing that is not so, and no step is sent twice for it (G14, reliability.md 3).
#
# Begins before the others: a disk is looked at once a second.

use strict;
use warnings;

use Errno qw(EDQUOT ENOSPC EROFS);
use IPC::Open2 qw(open2);
use Test::More;
use Time::HiRes qw(time);

use LangOrch::Agent;
use LangOrch::Doc qw(chain);
use LangOrch::Fault;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(pause until_true);

# The second step waits until it is told, by run.

my $agent = LangOrch::Agent->start(script => {
    work => sub {
        my ($call) = @_;
        return { result => 1, $call->{json}{step_id} eq 's2'
            ? (until => $call->{json}{run_id}) : () };
    },
});

# leases are shorter than any of the faults, so that one that is not renewed
# would be seen

my $fault = LangOrch::Fault->new;
my $site  = LangOrch::Site->start(workers => 2, fault => $fault,
    http => "langorch_lease 2s;\n");
$site->register($agent);
$site->import_document(chain('three', 3));


sub calls_of {
    my ($run) = @_;
    return join ' ', map { $_->{json}{step_id} }
        grep { $_->{json}{run_id} eq $run->id } $agent->calls('work');
}

sub under_way {
    my ($n) = @_;
    my @runs = map { $site->run('three') } 1 .. $n;
    until_true('the second steps are called',
        sub { $n == grep { calls_of($_) eq 's1 s2' } @runs });
    return @runs;
}

sub ready { return $site->get('/api/health/ready')->{json}{checks}{store} }

sub go_on {
    my ($from, @runs) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    until_true('both workers write again', sub {
        return 8 == grep { ready() eq 'ok' } 1 .. 8;
    });
    cmp_ok time - $from, '<', 10, 'it writes again within ten seconds';

    for my $run (@runs) {
        is $run->wait_final->{status}, 'completed', 'a run goes on';
        is calls_of($run), 's1 s2 s3', 'no step was sent again';
        my @seq = map { $_->{seq} } $run->events;
        is_deeply \@seq, [ 1 .. @seq ], 'its events have no hole';
        is scalar($run->events_of('execution_resumed')), 0,
            'it was in memory throughout';
    }
    return;
}


# What callers see while the store takes no writes, but can be read; what was
# logged since is behind $log.

sub refuses {
    my ($word, $run, $log) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $begun = time;
    my $r = $site->post('/api/runs', { procedure_id => 'three' });
    is $r->{status}, 503, 'a run is refused';
    cmp_ok time - $begun, '<', 2, 'soon';

    # each worker learns it by a write of its own

    until_true('both workers know', sub {
        my %who = map { $_ => 1 }
            substr($site->log, $log) =~ /(\d+)#\d+: store: cannot commit/g;
        return 2 == keys %who;
    });
    is ready(), $word, 'readiness says so';
    $r = $site->post('/api/runs', { procedure_id => 'three' });
    is $r->{status}, 503, 'as is the next';
    is $r->{json}{code}, 'unavailable', 'by its code';
    like $r->{headers}{'retry-after'} // '', qr/^\d+$/, 'with a time';

    is $site->get('/api/health')->{status}, 200, 'the site lives';
    is $run->get->{status}, 'running', 'and can be read';
    is $site->get('/api/health/ready')->{status}, 503, 'it is not ready';
    return;
}


my @faults = (
    [ 'the disk is full',     'full',     [ write => ENOSPC ] ],
    [ 'a quota is used up',   'full',     [ write => EDQUOT ] ],
    [ 'it may be read alone', 'readonly', [ write => EROFS ],
        [ open => EROFS ] ],
);

for (@faults) {
    my ($name, $word, @ops) = @$_;

    subtest $name => sub {
        my @runs = under_way(6);

        my $log = length $site->log;
        $fault->set(torn => 1);
        $fault->fail(@$_) for @ops;
        $agent->release($_->id) for @runs;
        refuses($word, $runs[0], $log);

        pause(2.5);                     # longer than a lease
        is scalar(grep { $_->get->{status} eq 'running' } @runs), 6,
            'all runs wait';

        $fault->well;
        go_on(time, @runs);
    };
}


subtest 'who comes back later finds his runs' => sub {
    my @runs = under_way(6);
    my %owner = map { $_->id => owner_of($_) } @runs;
    my ($late) = sort values %owner;

    my $log = length $site->log;
    $fault->fail(write => ENOSPC);
    refuses('full', $runs[0], $log);          # since then nobody renewed his lease
    kill 'STOP', $late;
    pause(2.5);
    $fault->well;

    # the other one writes again: he has renewed his lease, and judged

    until_true('the other writes again', sub {
        my $r = $site->post('/api/runs', { procedure_id => 'three',
            input_vars => {} }, timeout => 1);
        return $r->{status} == 201;
    });
    pause(0.8);
    is_deeply { map { $_->id => owner_of($_) } @runs }, \%owner,
        'all runs are whose they were';

    kill 'CONT', $late;
    $agent->release($_->id) for @runs;
    go_on(time, @runs);
};


sub owner_of {
    my ($run) = @_;
    my $owner = LangOrch::Store::value($site,
        "SELECT owner FROM runs WHERE run_id = '" . $run->id . "'") // '';
    return $owner =~ /:(\d+):[0-9a-f]+\z/ ? $1 : 0;
}


subtest 'somebody else holds the lock for long' => sub {
    my @runs = under_way(6);

    my $pid = open2(my $said, my $say, 'sqlite3', '-batch', '-cmd',
        '.timeout 5000', $site->home . '/data/langorch.db');
    print {$say} "BEGIN EXCLUSIVE;\nSELECT 'held';\n";
    $say->flush;
    is <$said>, "held\n", 'it is theirs';

    $agent->release($_->id) for @runs;
    until_true('jobs were not tried', sub {
        $site->log =~ /jobs were not tried/;
    });
    is $runs[0]->get->{status}, 'running', 'runs wait';

    print {$say} "ROLLBACK;\n.quit\n";
    close $say;
    waitpid $pid, 0;
    go_on(time, @runs);
};


subtest 'a slow disk is told, and waited for' => sub {
    my @runs = under_way(6);

    $fault->set(delay_ms => 1500);
    $agent->release($_->id) for @runs;
    until_true('readiness says slow', sub { ready() eq 'slow' });
    is $site->post('/api/runs', { procedure_id => 'three' })->{status}, 201,
        'a run is taken';

    $fault->well;
    go_on(time, @runs);
};


subtest 'a worker that is stopped inside a transaction is ended' => sub {
    my @runs = under_way(6);
    my @before = $site->workers;

    # it holds the lock of all workers while it syncs

    $fault->set(delay_ms => 3000);
    $agent->release($_->id) for @runs;
    until_true('somebody syncs', sub { ready() eq 'slow' });

    my $stopped;
    until_true('he who syncs is stopped', sub {
        for my $pid (@before) {
            kill 'STOP', $pid;
            pause(0.01);
            return $stopped = $pid if sleeps_in_sync($pid);
            kill 'CONT', $pid;
        }
        return;
    });
    $site->{killed}{$stopped} = 1;
    $fault->well;

    until_true('another takes his place', sub {
        return 2 == $site->workers && !grep { $_ == $stopped } $site->workers;
    });
    like $site->log, qr/worker $stopped was stopped inside a transaction/,
        'the log tells';

    is $_->wait_final->{status}, 'completed', 'a run goes on' for @runs;
    like calls_of($_), qr/^s1 s2(?: s2)? s3(?: s3)?$/, 'nearly as if nothing was'
        for @runs;
};

# A thread of it is in the shim's nanosleep, by its number of the call.

sub sleeps_in_sync {
    my ($pid) = @_;
    return grep { (eval { LangOrch::Site::slurp($_) } // '') =~ /^35 / }
        glob "/proc/$pid/task/*/syscall";
}


ok LangOrch::Store::is_sound($site), 'the database is sound';

my @unrest = grep { !/cannot (?:commit|write|use)/ } $site->unrest;
is_deeply \@unrest, [], 'the log has nothing else to say';
done_testing;
