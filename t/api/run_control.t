# People stop, repeat and remove runs (api 4.4, 4.5, 4.8, G11).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(chain procedure sequence step);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => {
    slow  => { until => 'never' },
    work  => { result => { done => 1 } },
    moody => sub {
        my ($call, $n) = @_;
        return $call->{json}{params}{good} || $n > 1
            ? { result => 'well' } : { error => 'Moody: not today',
                retryable => JSON::PP::false };
    },
});

my $site = LangOrch::Site->start(procedures => ['one-approval']);
$site->register($agent);

$site->import_document(procedure('slow', 'main', {
    main => sequence('end', step('slow'), step('after', action => 'work')),
    end  => { type => 'terminate' },
}));

$site->import_document(procedure('moody', 'main', {
    main => sequence('end', step('before', action => 'work'),
        step('moody', params => { good => '{{good}}' }),
        step('after', action => 'work')),
    end => { type => 'terminate' },
}, variables_schema => { good => {} }));


subtest 'a cancelled run starts no further step' => sub {
    my $run = $site->run('slow');
    $agent->wait_calls(1, 'slow');

    my $r = $site->post($run->path('/cancel'), { reason => 'no longer' });
    is $r->{status}, 200, 'cancelled';
    is $r->{json}{status}, 'canceled', 'at once';

    my $now = $run->wait_final;
    is $now->{status}, 'canceled', 'it stays so';
    ok length $now->{ended_at}, 'and has ended';
    is $agent->calls('work'), 0, 'the next step was not sent';
    like $run->story, qr/run_cancel_requested .*run_canceled$/, 'as it tells';

    is_deeply $site->get('/api/leases')->{json}, [], 'nothing is held';

    $r = $site->post($run->path('/cancel'));
    is $r->{status}, 200, 'again changes nothing';
    is $r->{json}{ended_at}, $now->{ended_at}, 'not even the time';
};


subtest 'a cancelled run asks nobody any more' => sub {
    my $run = $site->run('one-approval');
    my $approval = $run->wait_approval;

    $site->post($run->path('/cancel'));
    is $run->wait_final->{status}, 'canceled', 'cancelled';
    is $site->get("/api/approvals/$approval->{approval_id}")->{json}{status},
        'cancelled', 'so is its question';

    my $r = $site->post("/api/approvals/$approval->{approval_id}/decision",
        { decision => 'approve' });
    is $r->{status}, 409, 'which nobody can answer';
    is $r->{json}{code}, 'already_decided', 'as it is told';
};


subtest 'a failed run goes on where it failed' => sub {
    my $run = $site->run('moody');
    my $failed = $run->wait_final;
    is $failed->{status}, 'failed', 'failed';
    like $failed->{error_message}, qr/not today/, 'for that reason';

    my $before = $agent->calls('work');
    my $r = $site->post($run->path('/retry'));
    is $r->{status}, 200, 'tried again';
    is $r->{json}{run_id}, $run->id, 'as the same run';
    is $r->{json}{attempt}, 2, 'a second time';
    ok !defined $r->{json}{error_message}, 'the error is gone';
    ok !defined $r->{json}{ended_at}, 'and the end';

    is $run->wait_final->{status}, 'completed', 'it completes';
    is $agent->calls('work') - $before, 1, 'what was done is not done again';

    my ($resumed) = $run->events_of('execution_resumed');
    is $resumed->{payload}{resume_reason}, 'retry_fallback', 'as it tells';
};


subtest 'with other inputs it is another run' => sub {
    my $run = $site->run('moody', { good => '' });
    $run->wait_final;

    my $r = $site->post($run->path('/retry'), { input_vars => { good => 1 } });
    is $r->{status}, 201, 'made';
    isnt $r->{json}{run_id}, $run->id, 'a new one';
    is $r->{json}{retry_of_run_id}, $run->id, 'that knows the old';
    is $site->run_by_id($r->{json}{run_id})->wait_final->{status}, 'completed',
        'it completes';
};


subtest 'only a finished run can be retried' => sub {
    my $run = $site->run('one-approval');
    $run->wait_status('waiting_approval');

    my $r = $site->post($run->path('/retry'));
    is $r->{status}, 409, 'not one that waits';
    is $r->{json}{detail}, 'Run ' . $run->id
        . ' is waiting_approval; only finished runs can be retried', 'and why';

    $run->decide('approve');
    $run->wait_final;
    is $site->post($run->path('/retry'))->{status}, 409,
        'nor one that completed';
    is $site->post('/api/runs/none/retry')->{status}, 404, 'nor none';
};


subtest 'a deleted run takes everything along' => sub {
    my $run = $site->run('one-approval');
    my $approval = $run->wait_approval;

    my $r = $site->del($run->path);
    is $r->{status}, 200, 'deleted, though it was active';
    is_deeply $r->{json}, { deleted => JSON::PP::true, run_id => $run->id },
        'as it says';

    is $site->get($run->path)->{status}, 404, 'gone';
    is $site->get($run->path('/events'))->{status}, 404, 'with its events';
    is $site->get("/api/approvals/$approval->{approval_id}")->{status}, 404,
        'and its approval';
    is $site->del($run->path)->{status}, 404, 'once';
};


subtest 'a run is cancelled while its agent is being called, many times' => sub {
    my @runs = map { $site->run('slow') } 1 .. 10;
    $agent->wait_calls(11, 'slow');

    my @answers = $site->together(10, sub {
        return $site->post($runs[ $_[0] ]->path('/cancel'))->{status};
    });
    is_deeply \@answers, [ (200) x 10 ], 'all are answered';
    is $_->wait_final->{status}, 'canceled', 'cancelled' for @runs;
};


# Sockets to that agent, with a call on each.

sub calls_open {
    my ($to)   = @_;
    my ($text) = LangOrch::Site::slurp('/proc/net/tcp');
    my $hex    = sprintf '0100007F:%04X', $to->port;
    return scalar grep { /^\s*\d+: \S+ $hex 01/ } split /\n/, $text;
}


subtest 'what was being called is hung up, long before it would end' => sub {
    my $held = LangOrch::Agent->start(script => { held => { hang => 1 } });
    $site->register($held, agent_id => 'held', channel => 'held',
        name => 'held');
    $site->import_document(procedure('held', 'main', {
        main => { %{ sequence('end', step('held'), step('after',
            action => 'held')) }, agent => 'held' },
        end => { type => 'terminate' },
    }));
    my @runs = map { $site->run('held') } 1 .. 8;
    $held->wait_calls(8);
    is calls_open($held), 8, 'eight calls are open';

    for my $run (@runs) {
        is $site->post($run->path('/cancel'))->{status}, 200, 'cancelled';
    }
    until_true('all are hung up', sub { !calls_open($held) });
    is scalar($held->calls), 8, 'nothing else was called';
};


$site->log_is_calm;
done_testing;
