# A run that takes every worker down that drives it: after three of them it is
# failed and let alone, and nobody else's run suffers (G13).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(chain procedure sequence step);
use LangOrch::Fault;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(pause until_true);

my $agent = LangOrch::Agent->start;
my $fault = LangOrch::Fault->new;
my $site  = LangOrch::Site->start(workers => 2, fault => $fault);
$site->register($agent);
$site->import_document($_) for chain('ten', 10), procedure('pill', 'main', {
    main => sequence('take', map { step($_, action => 'work') }
        'first', 'second'),
    take => { type => 'logic', default_next_node => 'end', rules => [
        { condition => q{what matches '^a poison'}, next_node => 'end' } ] },
    end => { type => 'terminate', outputs => { what => '{{what}}' } },
}, variables_schema => { what => { type => 'string' } });


sub deaths {
    my @pids = $site->log =~ /worker process (\d+) exited on signal 9/g;
    $site->{killed}{$_} = 1 for @pids;
    return scalar @pids;
}

# Its steps, and the keys of the last, whose result nobody ever recorded.

sub calls_of {
    my ($run) = @_;
    my (@steps, %keys);
    for my $call (grep { $_->{json}{run_id} eq $run->id } $agent->calls('work')) {
        push @steps, $call->{json}{step_id};
        $keys{ $call->{headers}{'idempotency-key'} } = 1
            if $steps[-1] eq 'second';
    }
    return join ' ', @steps, scalar(keys %keys) . ' key';
}


my ($run, @others);

subtest 'it is failed after three deaths' => sub {
    @others = map { $site->run('ten') } 1 .. 10;
    $fault->set(pill => 1);
    $run = $site->run('pill', { what => 'a poison pill' });

    my $end = $run->wait_final;
    is $end->{status}, 'failed', 'it fails';
    my ($failed) = $run->events_of('run_failed');
    is $failed->{payload}{error_type}, 'CrashLoop', 'for that reason';
    until_true('two workers serve', sub { $site->workers == 2 });
    is deaths(), 3, 'three workers died of it';
    is calls_of($run), 'first second second second 1 key',
        'what it had recorded was not done again';

    my @seq = map { $_->{seq} } $run->events;
    is_deeply \@seq, [ 1 .. @seq ], 'its events have no hole';
};


subtest 'others go on' => sub {
    is $_->wait_final->{status}, 'completed', 'a run completes' for @others;
    is deaths(), 3, 'nobody dies of it any more';
    is $site->run('pill', { what => 'bread' })->wait_final->{status},
        'completed', 'nor is the procedure to blame';
};


subtest 'an operator may try it again' => sub {
    $fault->set(pill => 0);
    is $site->post($run->path('/retry'), {})->{status}, 200, 'he does';
    until_true('it completes',
        sub { $run->get->{status} eq 'completed' });
    is calls_of($run), 'first second second second second 1 key',
        'from where it stood';
};


subtest 'he may be wrong' => sub {
    my $before = deaths();
    $fault->set(pill => 1);
    my $again = $site->run('pill', { what => 'a poison pill' });
    is $again->wait_final->{status}, 'failed', 'it fails';

    $site->post($again->path('/retry'), {});
    until_true('it is failed again', sub {
        return 2 == scalar($again->events_of('run_failed'));
    });
    until_true('two workers serve', sub { $site->workers == 2 });
    my $cost = deaths() - $before;
    cmp_ok $cost, '<=', 6, "at the price of $cost workers, no more";
};


# langorch_crash_pause, as an administrator says it: the run rests, others do not.

subtest 'it rests after each death' => sub {
    my $before = deaths();
    my $said = $site->patch('/api/config', { worker_max_attempts => 2,
        worker_retry_delay_seconds => 3600 })->{json};
    is $said->{worker_retry_delay_seconds}, 3600, 'an hour';
    until_true('each worker goes by it', sub {
        return !grep { $site->get('/api/config')->{json}{limits}{langorch_crash_pause}{value}
            != 3_600_000 } 1 .. 8;
    });
    $fault->set(pill => 1);
    my $pill = $site->run('pill', { what => 'a poison pill' });
    my $of = sub { return LangOrch::Store::value($site, "SELECT $_[0] FROM runs"
        . " WHERE run_id = '" . $pill->id . q{'}) };

    until_true('a worker dies of it', sub { deaths() == $before + 1 });
    until_true('it belongs to nobody', sub { !length($of->('owner') // '')
        && $of->('crashes') == 1 });
    cmp_ok $of->('wake_at') / 1000, '>', time + 3000, 'and will not for an hour';
    is $site->run('ten')->wait_final->{status}, 'completed', 'others go on';
    is deaths(), $before + 1, 'and nobody dies meanwhile';

    $fault->set(pill => 0);
    is $site->post($pill->path('/cancel'), {})->{status}, 200, 'it can be cancelled';
    is $pill->wait_final->{status}, 'canceled', 'at once';
};


ok LangOrch::Store::is_sound($site), 'the database is sound';
$site->log_is_calm;
done_testing;
