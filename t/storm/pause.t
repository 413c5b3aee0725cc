# A worker that is stopped past its lease and wakes again: others have taken its
# runs, and nothing that it still wants to write is taken (G4, reliability.md 3).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(chain procedure sequence step);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Storm qw(long_or);
use LangOrch::Wait qw(until_true);

my $rounds = $ENV{ROUNDS} || long_or(100, 4);

# The second step waits until it is told, by run.

my $agent = LangOrch::Agent->start(script => {
    work => sub {
        my ($call) = @_;
        return { result => $call->{n}, $call->{json}{step_id} eq q{s2}
            ? (until => $call->{json}{run_id}) : () };
    },
    weak => [ ({ error => 'Busy: not now', retryable => JSON::PP::true() }) x 8,
        { result => 1 } ],
});

my $site = LangOrch::Site->start(workers => 2, http => "langorch_lease 1s;\n",
    procedures => ['one-approval']);
$site->register($agent);
$site->import_document($_) for chain('three', 3), procedure('weak', 'main', {
    main => sequence('end', step('weak', retry_policy => { max_attempts => 9,
        strategy => 'fixed', base_delay_ms => 200 })),
    end => { type => 'terminate' },
});


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

# A request may reach the worker that sleeps, and wait with it: ask again.

sub start_run {
    return until_true('a run is taken', sub {
        my $r = $site->post('/api/runs', { procedure_id => 'three' },
            timeout => 1);
        return $r->{status} == 201 ? $site->run_by_id($r->{json}{run_id}) : undef;
    });
}


for my $round (1 .. $rounds) {
    subtest "round $round" => sub {
        my @runs = map { start_run() } 1 .. 6;
        until_true('the second steps are called', sub {
            return 6 == grep { calls_of($_) eq 's1 s2' } @runs;
        });

        my $sleeper = owner_of($runs[0]);
        ok $sleeper, 'a worker has it';
        my @his = grep { owner_of($_) == $sleeper } @runs;

        kill 'STOP', $sleeper;
        until_true('others have his runs', sub {
            return !grep { my $o = owner_of($_); !$o || $o == $sleeper } @his;
        });
        until_true('their calls are repeated', sub {
            return !grep { calls_of($_) ne 's1 s2 s2' } @his;
        });

        # both get their answer: he who slept, and he who has the run

        $agent->release($_->id) for @runs;

        if ($round % 2) {
            kill 'CONT', $sleeper;
        }
        until_true('the runs end', sub {
            return @his == grep { LangOrch::Store::value($site,
                "SELECT status FROM runs WHERE run_id = '" . $_->id . "'")
                eq 'completed' } @his;
        });
        kill 'CONT', $sleeper;

        is $_->wait_final->{status}, 'completed', 'a run completes' for @runs;
        is join(',', map { calls_of($_) } @his),
            join(',', ('s1 s2 s2 s3') x @his),
            'what was under way was repeated once, nothing else';

        for my $run (@runs) {
            my @seq = map { $_->{seq} } $run->events;
            is_deeply \@seq, [ 1 .. @seq ], 'no hole';
            is scalar($run->events_of('step_completed')), 3, 'three results';
        }

        # unless it was a transaction of his that he slept in

        my $ended = $site->log
            =~ /worker $sleeper was stopped inside a transaction/;
        $site->{killed}{$sleeper} = 1 if $ended;
        ok $ended || scalar(grep { $_ == $sleeper } $site->workers),
            'he who slept is a worker still';
    };
}


# It wants to be woken again and again, by whom it belongs to; others are taken
# around it.

subtest 'what somebody has is nobody else\'s' => sub {
    my $run = $site->run('weak');
    for (1 .. 10) {
        my $other = $site->run('one-approval');
        $other->wait_approval;
        $other->decide('approve');
    }
    is $run->wait_final->{status}, 'completed', 'it completes';
    is scalar($run->events_of('step_retry')), 8, 'at the ninth time';
    is LangOrch::Store::value($site, "SELECT epoch FROM runs WHERE run_id = '"
        . $run->id . "'"), 1, 'and was one worker\'s all the time';
};


subtest 'all of them sleep for long' => sub {
    my @runs = map { start_run() } 1 .. 6;
    until_true('the second steps are called', sub {
        return 6 == grep { calls_of($_) eq 's1 s2' } @runs;
    });

    my @workers = $site->workers;
    kill 'STOP', @workers;
    $agent->release($_->id) for @runs;
    LangOrch::Wait::pause(3);           # three leases: nobody could renew his
    kill 'CONT', @workers;

    is $_->wait_final->{status}, 'completed', 'a run completes' for @runs;
    like calls_of($_), qr/^s1 s2(?: s2)? s3$/, 'at most one call was repeated'
        for @runs;
};


subtest 'one that died without a lease leaves nothing behind' => sub {
    my @runs = map { start_run() } 1 .. 4;
    until_true('the second steps are called', sub {
        return 4 == grep { calls_of($_) eq 's1 s2' } @runs;
    });

    # as when it slept, lost its lease, took runs, and died before it had another

    $site->kill9_all;
    LangOrch::Store::change($site, 'DELETE FROM workers');
    $agent->release($_->id) for @runs;
    $site->restart;

    is $_->wait_final(10)->{status}, 'completed', 'a run goes on' for @runs;
};


ok LangOrch::Store::is_sound($site), 'the database is sound';
$site->log_is_calm;
done_testing;
