# What cannot be recorded waits until it can: runs are held, not failed, and the
# answers of agents already under way are not asked for again (G14,
# reliability.md 3).

use strict;
use warnings;

use File::Temp qw(tempdir);
use IPC::Open2 qw(open2);
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(chain);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => {
    work => sub {
        my ($call) = @_;
        my $step = $call->{json}{step_id};
        return $step eq 's2' ? { result => 2, until => $call->{json}{run_id} }
                             : { result => 1 };
    },
});


# A run whose second step is with the agent.

sub under_way {
    my ($site) = @_;
    my $run = $site->run('three');
    until_true('the second step is called', sub { calls($run) eq 's1 s2' });
    return $run;
}

sub calls {
    my ($run) = @_;
    return join ' ', map { $_->{json}{step_id} }
        grep { $_->{json}{run_id} eq $run->id } $agent->calls('work');
}

sub new_site {
    my (%o) = @_;
    my $site = LangOrch::Site->start(workers => 1, %o);
    $site->register($agent);
    $site->import_document(chain('three', 3));
    return $site;
}

sub goes_on {
    my ($run) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    is $run->wait_final->{status}, 'completed', 'the run goes on';
    is calls($run), 's1 s2 s3', 'and no step was sent again';
    my @seq = map { $_->{seq} } $run->events;
    is_deeply \@seq, [ 1 .. @seq ], 'its events have no hole';
    ok !$run->events_of('execution_resumed'), 'it was in memory throughout';
    return;
}


subtest 'somebody else holds the lock' => sub {
    my $site = new_site();
    my $run  = under_way($site);

    my $pid = open2(my $said, my $say, 'sqlite3', '-batch',
        $site->home . '/data/langorch.db');
    print {$say} "BEGIN IMMEDIATE;\nSELECT 'held';\n";
    $say->flush;
    is <$said>, "held\n", 'for long';

    $agent->release($run->id);
    until_true('a job was not tried', sub {
        $site->log =~ /jobs were not tried/;
    });
    is $run->get->{status}, 'running', 'the run waits';

    print {$say} "ROLLBACK;\n.quit\n";
    close $say;
    waitpid $pid, 0;

    goes_on($run);
    $site->log_is_calm;
};


subtest 'the disk is full' => sub {
    my $disk = tempdir('langorch-disk-XXXXXX', TMPDIR => 1);
    plan skip_all => 'no small disk can be made here'
        if system("mount -t tmpfs -o size=64m none $disk 2>/dev/null") != 0;

    my $site = eval { new_site(state => $disk) };
    my $run  = eval { under_way($site) };
    ok $run, 'a run is under way on a small disk' or diag $@;

    if ($run) {
        system("cat /dev/zero > $disk/filler 2>/dev/null");

        $agent->release($run->id);
        until_true('readiness says so', sub {
            $site->get('/api/health/ready')->{json}{checks}{store} eq 'full';
        });
        is $run->get->{status}, 'running', 'the run waits';
        my $r = $site->post('/api/runs', { procedure_id => 'three' });
        is $r->{status}, 503, 'a new one is refused';

        unlink "$disk/filler";
        goes_on($run);

        my @unrest = grep { !/cannot commit|cannot write/ } $site->unrest;
        is_deeply \@unrest, [], 'the log has nothing else to say';
    }

    $site->stop if $site;
    undef $site;
    system('umount', $disk);
    rmdir $disk;
};


done_testing;
