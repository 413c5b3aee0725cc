# Somebody sets the clock, by hours, to and fro: no call, retry, lease or circuit
# goes by it; dates do, and no slot of a schedule twice (G15).

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);

use LangOrch::Agent;
use LangOrch::Doc qw(approval chain procedure sequence step);
use LangOrch::Fault;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Storm;
use LangOrch::Wait qw(pause until_true);

my $hour = 3_600_000;

my $agent = LangOrch::Agent->start(script => {
    work => sub {
        my ($call) = @_;
        return { result => 1, $call->{json}{step_id} eq 's2'
            ? (until => $call->{json}{run_id}) : () };
    },
    weak => sub {
        my ($call) = @_;
        return $call->{headers}{'x-attempt'} == 1
            ? { error => 'Busy: not now', retryable => JSON::PP::true() }
            : { result => 1 };
    },
    dead => { reset => 1 },
});

my $fault = LangOrch::Fault->new;
my $site  = LangOrch::Site->start(workers => 2, fault => $fault,
    http => "langorch_lease 2s;\n");
$site->register($agent);
$site->import_document($_) for chain('three', 3), procedure('weak', 'main', {
    main => sequence('end', step('weak', timeout_ms => 60_000,
        retry_policy => { max_attempts => 3, strategy => 'fixed',
            base_delay_ms => 1500 })),
    end => { type => 'terminate' },
}), procedure('branches', 'both', {
    both => { type => 'parallel', next_node => 'end', branches => [
        { branch_id => 'a', start_node => 'long' },
        { branch_id => 'b', start_node => 'short' } ] },
    long  => sequence(undef, step('s2', action => 'work',
        timeout_ms => 120_000)),
    short => sequence(undef, step('weak', retry_policy => {
        max_attempts => 3, strategy => 'fixed', base_delay_ms => 1000 })),
    end => { type => 'terminate' },
});

my $now = 0;


# Sets the clock by so many ms, and waits until the site has seen it.

sub set_clock {
    my ($by) = @_;
    $now += $by;
    my $log = length $site->log;
    $fault->set(clock_ms => $now);
    until_true('both workers see it', sub {
        my %who = map { $_ => 1 }
            substr($site->log, $log) =~ /(\d+)#\d+: langorch: the clock was set/g;
        return 2 == keys %who;
    });
    return;
}

sub calls_of {
    my ($run, $action) = @_;
    return grep { $_->{json}{run_id} eq $run->id } $agent->calls($action);
}

sub called {
    my ($run, $action) = @_;
    return until_true("$action is called", sub { calls_of($run, $action) });
}


for my $by (5 * $hour, -5 * $hour, -3 * $hour, 27 * $hour) {
    my $name = sprintf '%+d hours', $by / $hour;

    subtest "$name: calls and retries go on as if nothing was" => sub {
        my @calls  = map { $site->run('three') } 1 .. 4;
        my $both   = $site->run('branches');
        my @weak   = map { $site->run('weak') } 1 .. 4;
        until_true('second steps are called', sub {
            return !grep { 2 != calls_of($_, 'work') } @calls;
        });
        called($both, 'work');
        called($_, 'weak') for @weak, $both;

        my $begun = time;
        set_clock($by);

        is $_->wait_final(8)->{status}, 'completed', 'a retry is made'
            for @weak;
        cmp_ok time - $begun, '<', 8, 'in its time';
        until_true('a retry beside a long call', sub {
            return calls_of($both, 'weak') > 1;
        });
        pause(2.5);                     # more than a lease
        is $both->get->{status}, 'running', 'the long call is not ended by it';

        $agent->release($_->id) for @calls, $both;
        is $_->wait_final(8)->{status}, 'completed', 'a call ends well'
            for @calls, $both;
        is scalar(grep { 3 != calls_of($_, 'work') } @calls), 0,
            'none was sent twice';
        is scalar(grep { $_->events_of('execution_resumed') } @calls, @weak), 0,
            'no lease ran out';

        # what is new has the new time

        my $run = $site->run('weak');
        my ($e) = $run->events;
        my $at  = LangOrch::Storm::seconds($e->{created_at});
        cmp_ok abs($at - time - $now / 1000), '<', 3, 'what is new is stamped so';
        $run->wait_final;
    };
}


subtest 'what was due before stays due' => sub {
    $site->import_document(approval('asleep'));
    my $run = $site->run('asleep');
    $run->wait_for('approval_requested');
    my $row = sub {
        my ($row) = LangOrch::Store::rows($site, 'SELECT owner, wake_at, epoch'
            . " FROM runs WHERE run_id = '" . $run->id . "'");
        return $row;
    };
    until_true('it is nobody\'s', sub { $row->()[0] eq '' });
    my $epoch = $row->()[2];

    # due since a second ago, and nobody had come to it when the clock was set

    my @workers = $site->workers;

    until_true('they are stopped, and not inside a transaction', sub {
        kill 'STOP', @workers;
        my $due = int((time - 1) * 1000) + $now;
        my $ok  = eval { LangOrch::Store::change($site, "UPDATE runs SET"
            . " wake_at = $due WHERE run_id = '" . $run->id . "'"); 1 };
        kill 'CONT', @workers if !$ok;
        return $ok;
    });
    $now -= 5 * $hour;
    $fault->set(clock_ms => $now);
    kill 'CONT', @workers;

    until_true('somebody takes it', sub { $row->()[2] > $epoch }, 8);
    $run->decide('approve');
    is $run->wait_final(8)->{status}, 'completed', 'and it goes on';
};


subtest 'a question expires by the date' => sub {
    $site->import_document(approval('late', timeout_ms => 2 * $hour,
        timeout_action => 'auto_approve'));
    my $run = $site->run('late');
    $run->wait_for('approval_requested');
    set_clock(3 * $hour);
    is $run->wait_final(8)->{status}, 'completed', 'soon after it has come';
};


subtest 'a slot fires once, whichever way the clock goes' => sub {
    $site->import_document(procedure('daily', 'end', {
        end => { type => 'terminate' },
    }, trigger => { type => 'scheduled', schedule => '0 0 29 2 *' }));
    my $r = $site->post('/api/triggers/daily/1.0.0',
        { trigger_type => 'scheduled' });
    is $r->{status}, 201, 'it is registered' or diag $r->{body};

    my $at = int((time + $now / 1000) * 1000) + 60_000;
    LangOrch::Store::change($site, 'UPDATE triggers SET'
        . " next_fire_at = $at WHERE procedure_id = 'daily'");

    my $runs = sub { return scalar @{
        $site->get('/api/runs?procedure_id=daily')->{json} } };

    set_clock(70_000);
    until_true('it fires', $runs, 5);
    set_clock(-70_000);
    set_clock(70_000);
    pause(1.5);
    is $runs->(), 1, 'once';
};


subtest 'an agent that failed is tried again' => sub {
    $site->register($agent, agent_id => 'dead', channel => 'dead',
        name => 'dead');
    $site->import_document(procedure('dead', 'main', {
        main => { %{ sequence('end', step('dead', retry_policy => {
            max_attempts => 3, strategy => 'fixed', base_delay_ms => 10 })) },
            agent => 'dead' },
        end => { type => 'terminate' },
    }));
    $site->run('dead')->wait_final;
    until_true('its circuit is open', sub {
        $site->get('/api/agents/dead')->{json}{circuit_state} eq 'open';
    });
    my $calls = () = $agent->calls('dead');

    set_clock(-4 * $hour);
    $site->run('dead')->wait_final;
    cmp_ok scalar(() = $agent->calls('dead')), '>', $calls,
        'not hours later, when the clock was set back';
};


ok LangOrch::Store::is_sound($site), 'the database is sound';
$site->log_is_calm;
done_testing;
