# Who does a step when several could: pools in turn, past those that are full;
# limits of a run and of all runs (ckp 14.1, 26.3).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start;


sub agent {
    my ($name, $channel, %more) = @_;
    my $script = delete $more{script} || { '*' => { result => $name } };
    my $agent  = LangOrch::Agent->start(script => $script);
    $site->register($agent, name => $name, channel => $channel, %more);
    return $agent;
}


sub start {
    my ($id, $config, @steps) = @_;

    $site->import_document(procedure($id, 'main', {
        main => { type => 'sequence', steps => \@steps, next_node => 'end' },
        end  => { type => 'terminate' },
    }, $config ? (global_config => $config) : ()));

    return $site->run($id);
}


sub on { my ($channel, $id, %more) = @_; return step($id, agent => $channel, %more) }


subtest 'members of a pool take turns' => sub {
    my @agents = map { agent("turn$_", 'turns', pool_id => 'p1',
        resource_key => "turn$_") } 1 .. 3;
    $site->import_document(procedure('turns', 'main', {
        main => { type => 'sequence', next_node => 'end',
            steps => [ on('turns', 'work') ] },
        end => { type => 'terminate' },
    }));

    $_->wait_final for map { $site->run('turns') } 1 .. 9;
    is_deeply [ map { scalar($_->calls('work')) } @agents ], [ 3, 3, 3 ],
        'three each';
};


subtest 'a run stays with the agent that it knows' => sub {
    my @agents = map { agent("stay$_", 'stays', pool_id => 'p1',
        resource_key => "stay$_") } 1 .. 2;
    my $run = start('stays', undef, map { on('stays', "s$_") } 1 .. 5);
    is $run->wait_final->{status}, 'completed', 'it completes';
    is_deeply [ sort map { scalar($_->calls) } @agents ], [ 0, 5 ],
        'by one of them';
    is scalar($run->events_of('agent_affinity_changed')), 0, 'without a move';
};


subtest 'the first pool in order goes before the next, unless it is full' => sub {
    my $first  = agent('first', 'order', pool_id => 'a', resource_key => 'o1',
        concurrency_limit => 1, script => { '*' => { until => 'go', result => 1 } });
    my $second = agent('second', 'order', pool_id => 'b', resource_key => 'o2');

    $site->import_document(procedure('order', 'main', {
        main => { type => 'sequence', next_node => 'end',
            steps => [ on('order', 'work') ] },
        end => { type => 'terminate' },
    }));

    my $held = $site->run('order');
    $first->wait_calls(1, 'work');

    my $other = $site->run('order');
    is $other->wait_final->{status}, 'completed', 'the second pool does it';
    is scalar($second->calls('work')), 1, 'once';
    $first->release('go');
    is $held->wait_final->{status}, 'completed', 'and the first one its own';
};


subtest 'an agent that is open is passed over, then tried once' => sub {
    my $bad  = agent('bad', 'broken', pool_id => 'a', resource_key => 'b1',
        script => { '*' => { reset => 1 } });
    my $good = agent('good', 'broken', pool_id => 'b', resource_key => 'b2');
    my $run = start('broken', undef, on('broken', 'work', retry_policy =>
        { max_attempts => 6, strategy => 'fixed', base_delay_ms => 60 }));

    is $run->wait_final->{status}, 'completed', 'the other one does it';
    is scalar($bad->calls('work')), 3, 'after three failures';
    my ($moved) = $run->events_of('agent_affinity_changed');
    ok $moved, 'which is told';
};


subtest 'no more calls of a run at once than it wants' => sub {
    my $agent = agent('wide', 'wide', script => { '*' => { delay => 0.2, result => 1 } });

    $site->import_document(procedure('wide', 'fan', {
        fan => { type => 'parallel', next_node => 'end', branches =>
            [ map { { branch_id => "b$_", start_node => "n$_" } } 1 .. 5 ] },
        (map { ("n$_" => { type => 'sequence', next_node => 'end',
            steps => [ on('wide', "w$_", action => 'work') ] }) } 1 .. 5),
        end => { type => 'terminate' },
    }, global_config => { rate_limiting => { max_concurrent => 2 } }));

    my $run = $site->run('wide');
    is $run->wait_final->{status}, 'completed', 'it completes';

    my @at = sort { $a <=> $b } map { $_->{at} } $agent->calls('work');
    is scalar(@at), 5, 'five calls';
    cmp_ok $at[2] - $at[0], '>=', 0.18, 'the third waited for the first';
    cmp_ok $at[4] - $at[2], '>=', 0.18, 'the fifth for the third';
};


subtest 'no more calls in a minute than all may make' => sub {
    my $agent = agent('slow', 'slow');
    my @steps = map { on('slow', "s$_", action => 'work') } 1 .. 4;
    my $run = start('slow', { rate_limiting => { enabled => JSON::PP::true,
        max_requests_per_minute => 3, max_wait_ms => 300 } }, @steps);
    my $end = $run->wait_final;

    is $end->{status}, 'failed', 'the fourth waits too long';
    is scalar($agent->calls('work')), 3, 'three were made';
    my ($limited) = $run->events_of('rate_limited');
    is $limited->{payload}{limit}, 3, 'the limit is told';
    my ($failed) = $run->events_of('step_failed');
    is $failed->{payload}{error_type}, 'RateLimitExceeded', 'as the error';

    $run = start('quick', { rate_limiting => { enabled => JSON::PP::true,
        max_requests_per_minute => 600, max_wait_ms => 5000,
        scope => 'version' } }, @steps);
    is $run->wait_final->{status}, 'completed', 'others have limits of their own';
};


subtest 'all workers share what a minute has' => sub {
    my $agent = agent('shared', 'shared');
    $site->import_document(procedure('shared', 'main', {
        main => { type => 'sequence', next_node => 'end',
            steps => [ on('shared', 'one', action => 'work') ] },
        end => { type => 'terminate' },
    }, global_config => { max_retries => 0, rate_limiting => {
        enabled => JSON::PP::true, max_requests_per_minute => 5,
        max_wait_ms => 50 } }));

    my @ids = $site->together(24, sub {
        return $site->post('/api/runs',
            { procedure_id => 'shared' })->{json}{run_id};
    });
    my @ends = map { $site->run_by_id($_)->wait_final->{status} } @ids;

    is scalar(grep { $_ eq 'completed' } @ends), 5, 'as many as it has';
    is scalar($agent->calls('work')), 5, 'were asked';
};


subtest 'what waits for its turn is told when it had it' => sub {
    agent('turned', 'turned');
    $site->import_document(procedure('turned', 'fan', {
        fan => { type => 'parallel', next_node => 'end', branches =>
            [ map { { branch_id => "b$_", start_node => "n$_" } } 1 .. 31 ] },
        (map { ("n$_" => { type => 'sequence', steps =>
            [ on('turned', "w$_", action => 'work') ] }) } 1 .. 31),
        end => { type => 'terminate' },
    }, global_config => { rate_limiting => { enabled => JSON::PP::true,
        max_requests_per_minute => 30, max_wait_ms => 9000 } }));

    my $run = $site->run('turned');
    is $run->wait_final->{status}, 'completed', 'it completes';
    my @waited = $run->events_of('rate_limited');
    is scalar(@waited), 1, 'one had to wait';
    cmp_ok $waited[0]{payload}{waited_ms}, '>', 0, 'for a while';
};


subtest 'a call goes on while its run is read again' => sub {
    my $slow  = agent('patient', 'patient', concurrency_limit => 100,
        script => { '*' => { until => 'all', result => 1 } });
    my $tight = agent('tight', 'tight', concurrency_limit => 1,
        script => { '*' => { delay => 0.02, result => 1 } });

    $site->import_document(procedure('both', 'fan', {
        fan => { type => 'parallel', next_node => 'end', branches => [
            { branch_id => 'a', start_node => 'slow' },
            { branch_id => 'b', start_node => 'quick' } ] },
        slow  => { type => 'sequence', steps => [ on('patient', 'slow') ] },
        quick => { type => 'sequence', steps =>
            [ map { on('tight', "q$_", action => 'quick', retry_policy =>
                { max_attempts => 9, strategy => 'fixed', base_delay_ms => 20 }) }
                1 .. 4 ] },
        end => { type => 'terminate' },
    }));

    # both workers want the one slot: guards miss, and states are read again

    my @runs = map { $site->run('both') } 1 .. 8;
    $tight->wait_calls(32, 'quick', 30);
    $slow->release('all');
    is $_->wait_final->{status}, 'completed', 'completes' for @runs;
    is scalar($slow->calls('slow')), 8, 'and was asked once';
};


$site->log_is_calm;
done_testing;
