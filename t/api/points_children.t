# Saved states and procedures in procedures: a state inside of a child, child
# runs of a run that is set back or repeated, and child runs themselves
# (api 4.5 to 4.7, ckp 10.10, 21).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => {
    work => sub {
        my ($call) = @_;
        my $params = $call->{json}{params};

        return $params->{bad} && $params->{bad} eq 'yes'
            ? { error => 'Bad: so it is', retryable => JSON::PP::false }
            : { result => 'done' };
    },
});

my $site = LangOrch::Site->start(workers => 2);
$site->register($agent);

my %end = (end => { type => 'terminate' });

# `kid` fails when it is told to, or asks somebody first.

$site->import_document(procedure('kid', 'how', {
    how => { type => 'logic', rules => [ {
        condition => "how == 'ask'", next_node => 'ask' } ],
        default_next_node => 'k' },
    ask => { type => 'human_approval', prompt => 'Go on?', on_approve => 'k',
        on_reject => 'k' },
    k   => sequence('end', step('k', action => 'work',
        params => { bad => '{{how}}' })),
    %end,
}, variables_schema => { how => { default => 'no' } }));

# `a`, the child run, then `c`, which fails when it is told to.

$site->import_document(procedure('parent', 'a', {
    a    => sequence('call', step('a', action => 'work')),
    call => { type => 'subflow', procedure_id => 'kid',
        isolation => 'child_run', next_node => 'c',
        input_mapping => { how => '{{how}}' } },
    c    => sequence('end', step('c', action => 'work',
        params => { bad => '{{bad}}' })),
    %end,
}, variables_schema => { how => { default => 'no' },
    bad => { default => 'no' } }));

sub kids {
    my ($run) = @_;
    return map { $site->run_by_id($_->{run_id}) } @{ $site->get(
        '/api/runs?order=asc&parent_run_id=' . $run->id)->{json} };
}

sub calls_of {
    my ($run) = @_;
    return join ' ', map { $_->{json}{step_id} }
        grep { $_->{json}{run_id} eq $run->id } $agent->calls('work');
}

sub point_after {
    my ($run, $node) = @_;
    my ($found) = grep { ($_->{node_id} // '') eq $node
            && $_->{reason} eq 'node' }
        @{ $site->get($run->path('/checkpoints'))->{json} };
    return $found->{checkpoint_id};
}

sub asked {
    my ($run, $nth) = @_;
    my $kid = until_true('a child run', sub { (kids($run))[ $nth ] });
    $kid->wait_status('waiting_approval');
    $run->wait_status('paused');
    return $kid;
}


subtest 'a point may be inside of a child procedure' => sub {
    $site->import_document(procedure('inner', 'i', {
        i => sequence('j', step('i', action => 'work')),
        j => sequence('k', step('j', action => 'work',
            params => { bad => '{{bad}}' })),
        k => { type => 'terminate' },
    }, variables_schema => { bad => {} }));
    $site->import_document(procedure('outer', 'o', {
        o   => { type => 'subflow', procedure_id => 'inner',
            input_mapping => { bad => '{{bad}}' }, next_node => 'end' },
        end => { type => 'terminate' },
    }, variables_schema => { bad => {} }));

    my $run = $site->run('outer', { bad => 'yes' });
    is $run->wait_final->{status}, 'failed', 'it failed inside';

    # nobody has the child's document in memory any more

    $site->kill9_all;
    $site->restart;
    is $site->post($run->path('/resume'),
        { checkpoint_id => point_after($run, 'i') })->{status}, 200, 'taken';
    $run->wait_for('run_failed', 2);
    is calls_of($run), 'i j j', 'it goes on inside';

    my $r = $site->post($run->path('/replay'), { from_node => 'j' });
    is $r->{status}, 201, 'and so does another run';
    my $other = $site->run_by_id($r->{json}{run_id});
    $other->wait_final;
    is calls_of($other), 'j', 'in the child';
};


subtest 'child runs are others, too' => sub {
    my $run = $site->run('parent', { bad => 'yes' });
    is $run->wait_final->{status}, 'failed', 'it failed behind its child';
    my $point = point_after($run, 'a');

    is $site->post($run->path('/resume'),
        { checkpoint_id => $point, input_vars => { bad => 'no' } })->{status},
        200, 'set back before it';
    is $run->wait_final->{status}, 'completed', 'it completes';
    is scalar(kids($run)), 2, 'with another child run';

    my $fork = $site->post($run->path('/replay'),
        { checkpoint_id => $point, input_vars => { bad => 'no' } });
    is $fork->{status}, 201, 'replayed from there';
    $fork = $site->run_by_id($fork->{json}{run_id});
    is $fork->wait_final->{status}, 'completed', 'it completes';
    is scalar(kids($fork)), 1, 'with a child run of its own';
    is scalar(kids($run)), 2, 'the first one has its two';
};


subtest 'one that waits for its child run is set back: that one is given up' => sub {
    my $run   = $site->run('parent', { how => 'ask' });
    my $first = asked($run, 0);

    is $site->post($run->path('/resume'), { from_node => 'call' })->{status},
        200, 'taken';
    my $second = asked($run, 1);

    isnt $second->id, $first->id, 'there is another child run';
    is $first->wait_final->{status}, 'canceled', 'the first is cancelled';

    $second->decide('approve');
    is $run->wait_final->{status}, 'completed', 'the second one is heard';
    is scalar(kids($run)), 2, 'and no more are made';
    is calls_of($run), 'a c', 'what came before is not done again';
};


subtest 'one that waits is repeated: the child runs do not meet' => sub {
    my $run   = $site->run('parent', { how => 'ask' });
    my $first = asked($run, 0);

    my $r = $site->post($run->path('/replay'),
        { checkpoint_id => point_after($run, 'a') });
    is $r->{status}, 201, 'made';
    my $fork   = $site->run_by_id($r->{json}{run_id});
    my $second = asked($fork, 0);

    $second->decide('approve');
    is $fork->wait_final->{status}, 'completed', 'its child run is heard';
    is $first->get->{status}, 'waiting_approval', 'the other still asks';
    is $run->get->{status}, 'paused', 'and is waited for';

    $first->decide('approve');
    is $run->wait_final->{status}, 'completed', 'it is heard, too';
};


subtest 'a child run that is held is set back, and its parent hears the end' => sub {
    my $run = $site->run('parent', { how => 'ask' });
    my $kid = asked($run, 0);

    $site->post($kid->path('/pause'), {});
    $kid->wait_for('run_paused');
    is $site->post($kid->path('/resume'), { from_node => 'how',
        input_vars => { how => 'no' } })->{status}, 200, 'taken';

    is $kid->wait_final->{status}, 'completed', 'the child run completes';
    is $run->wait_final->{status}, 'completed', 'and so does its parent';
    is scalar(kids($run)), 1, 'with that one';
};


subtest 'a child run that failed goes on, and its parent stays as it ended' => sub {
    my $run = $site->run('parent', { how => 'yes' });
    is $run->wait_final->{status}, 'failed', 'it failed with its child run';
    my ($kid) = kids($run);
    my $story = $run->story;

    is $site->post($kid->path('/resume'), { input_vars => { how => 'no' } })
        ->{status}, 200, 'the child run is set right';
    is $kid->wait_final->{status}, 'completed', 'it completes';
    is $run->get->{status}, 'failed', 'its parent had ended';
    is $run->story, $story, 'and hears nothing';

    is $site->post($run->path('/resume'), { input_vars => { how => 'no' } })
        ->{status}, 200, 'that one goes on, too';
    is $run->wait_final->{status}, 'completed', 'and completes';
    is calls_of($run), 'a c', 'behind what was done';
};


subtest 'a child run is repeated for itself' => sub {
    my $run = $site->run('parent');
    $run->wait_final;
    my ($kid) = kids($run);
    my $story = $run->story;

    my $r = $site->post($kid->path('/replay'), { from_node => 'k' });
    is $r->{status}, 201, 'made';
    is $r->{json}{parent_run_id}, undef, 'nobody waits for it';
    my $other = $site->run_by_id($r->{json}{run_id});
    is $other->wait_final->{status}, 'completed', 'it completes';
    is $run->story, $story, 'nobody hears of it';
    is scalar(kids($run)), 1, 'the parent has its one child run';
};


$site->log_is_calm;
done_testing;
