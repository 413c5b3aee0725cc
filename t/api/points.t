# Runs go on from saved states: the same run, or another one (api 4.5 to 4.7,
# ckp 21).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step approval);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

# `c` fails as long as it is told to.

my $agent = LangOrch::Agent->start(script => {
    work => sub {
        my ($call) = @_;
        my $params = $call->{json}{params};

        return $params->{bad} && $params->{bad} eq 'yes'
            ? { error => 'Bad: so it is', retryable => JSON::PP::false }
            : { result => $params->{x} // 'done' };
    },
});

my $site = LangOrch::Site->start(procedures => ['one-approval'], workers => 2);
$site->register($agent);

$site->import_document(procedure('abc', 'a', {
    a => sequence('b', step('a', action => 'work')),
    b => sequence('c', step('b', action => 'work', params => { x => '{{n}}' })),
    c => sequence('end', step('c', action => 'work',
        params => { bad => '{{bad}}' })),
    end => { type => 'terminate' },
}, variables_schema => {
    n    => { type => 'number', default => 1 },
    bad  => { default => 'no' },
    pin  => { sensitive => JSON::PP::true },
}));

sub calls_of {
    my ($run) = @_;
    return join ' ', map { $_->{json}{step_id} }
        grep { $_->{json}{run_id} eq $run->id } $agent->calls('work');
}

sub keys_of {
    my ($run) = @_;
    return map { $_->{headers}{'idempotency-key'} }
        grep { $_->{json}{run_id} eq $run->id } $agent->calls('work');
}

sub point_after {
    my ($run, $node) = @_;
    my ($found) = grep { ($_->{node_id} // '') eq $node
            && $_->{reason} eq 'node' }
        @{ $site->get($run->path('/checkpoints'))->{json} };
    return $found->{checkpoint_id};
}


subtest 'a failed run is set back to a checkpoint' => sub {
    my $run = $site->run('abc', { bad => 'yes' });
    is $run->wait_final->{status}, 'failed', 'it failed';
    my $point = point_after($run, 'a');

    my $r = $site->post($run->path('/resume'),
        { checkpoint_id => $point, input_vars => { bad => 'no', n => 7 } });
    is $r->{status}, 200, 'taken';
    is $r->{json}{status}, 'created', 'as one that is about to run';
    is $r->{json}{attempt}, 2, 'for the second time';
    ok !defined $r->{json}{ended_at}, 'and has not ended';

    is $run->wait_final->{status}, 'completed', 'it completes';
    is calls_of($run), 'a b c b c', 'from there, no earlier';
    my $id = $run->id;
    is_deeply [ keys_of($run) ], [ "$id:a:a", "$id:b:b", "$id:c:c",
        "$id\@1:b:b", "$id\@1:c:c" ], 'what runs again has other keys';
    is $run->get->{output_vars}{b}, 7, 'with the other values';

    my ($resumed) = $run->events_of('execution_resumed');
    is $resumed->{payload}{resume_reason}, 'checkpoint_resume', 'it tells';
    is $resumed->{payload}{checkpoint_id}, $point, 'from where';
    is $resumed->{payload}{entry_node_id}, 'b', 'and what comes next';

    my ($start) = grep { $_->{reason} eq 'start' }
        @{ $site->get($run->path('/checkpoints'))->{json} };
    is $start->{parent_checkpoint_id}, $point, 'a state of it is kept there';

    is $site->post($run->path('/resume'), { checkpoint_id => $point })
        ->{status}, 409, 'a completed run is not set back';
};


subtest 'without a point it goes on from the newest' => sub {
    my $run = $site->run('abc', { bad => 'yes' });
    $run->wait_final;

    is $site->post($run->path('/resume'), { input_vars => { bad => 'no' } })
        ->{status}, 200, 'taken';
    is $run->wait_final->{status}, 'completed', 'it completes';
    is calls_of($run), 'a b c c', 'what was done is not done again';
};


subtest 'from a node: the state before its last visit' => sub {
    my $run = $site->run('abc', { bad => 'yes' });
    $run->wait_final;

    is $site->post($run->path('/resume'),
        { from_node => 'b', input_vars => { bad => 'no' } })->{status}, 200,
        'taken';
    is $run->wait_final->{status}, 'completed', 'it completes';
    is calls_of($run), 'a b c b c', 'from that node';
};


subtest 'a run that was set back stands nowhere it stood before' => sub {
    my %marked = (is_checkpoint => JSON::PP::true);

    $site->import_document(procedure('marked', 'a', {
        a => { %{ sequence('b', step('a', action => 'work')) }, %marked },
        b => { %{ sequence('c', step('b', action => 'work')) }, %marked },
        c => sequence('end', step('c', action => 'work',
            params => { bad => '{{bad}}' })),
        end => { type => 'terminate' },
    }, variables_schema => { bad => { default => 'no' } }, global_config => {
        checkpoint_strategy => 'disabled' }));

    for my $case ([ 'abc', 'a', 'a b c a b c a b c' ],
        [ 'marked', 'b', 'a b c b c b c' ])
    {
        my ($id, $node, $calls) = @$case;
        my $run = $site->run($id, { bad => 'yes' });
        $run->wait_final;

        for my $n (2, 3) {
            my $bad = $n == 2 ? 'yes' : 'no';
            is $site->post($run->path('/resume'), { from_node => $node,
                input_vars => { bad => $bad } })->{status}, 200, 'taken';
            $run->wait_for('execution_resumed', $n - 1);
            $run->wait_final;
        }

        is $run->get->{status}, 'completed', "$id: it completes";
        is calls_of($run), $calls, 'twice from there, no later';
    }
};


subtest 'a checkpoint and a node: that state, at that node' => sub {
    my $run = $site->run('abc', { bad => 'yes' });
    $run->wait_final;

    is $site->post($run->path('/resume'), { from_node => 'c',
        checkpoint_id => point_after($run, 'a'),
        input_vars => { bad => 'no' } })->{status}, 200, 'taken';
    is $run->wait_final->{status}, 'completed', 'it completes';
    is calls_of($run), 'a b c c', 'past the node between';
};


subtest 'another run begins at a point of the first' => sub {
    my $run = $site->run('abc', { n => 3, pin => 'secret-7' });
    $run->wait_final;
    my $before = $run->story;

    my $r = $site->post($run->path('/replay'), {
        checkpoint_id => point_after($run, 'a'), input_vars => { n => 5 } });
    is $r->{status}, 201, 'made';
    is $r->{json}{retry_of_run_id}, $run->id, 'it knows of which';
    is $r->{json}{attempt}, 1, 'a run of its own';
    is_deeply $r->{json}{input_vars}, { n => 5, pin => '***REDACTED***' },
        'with these inputs';
    like $r->{headers}{location}, qr{/api/runs/\Q$r->{json}{run_id}\E$},
        'where it is';

    my $other = $site->run_by_id($r->{json}{run_id});
    is $other->wait_final->{status}, 'completed', 'it completes';
    is calls_of($other), 'b c', 'from there';
    is_deeply [ keys_of($other) ], [ map { $other->id . ":$_:$_" } qw(b c) ],
        'under its own keys';
    is $other->get->{output_vars}{b}, 5, 'with the other value';
    unlike $site->get($other->path($_))->{body}, qr/secret-7/,
        "nothing of what is masked is in its $_"
        for '', qw(/events /checkpoints /diagnostics);
    is $run->story, $before, 'the first is as it was';
    like $other->story,
        qr/^run_created execution_started execution_resumed node_started/,
        'its timeline says how it began';

    my ($start) = grep { $_->{reason} eq 'start' }
        @{ $site->get($other->path('/checkpoints'))->{json} };
    is $start->{parent_checkpoint_id}, point_after($run, 'a'),
        'and its first checkpoint of which it comes';
};


subtest 'a replay may be a dry run, and is made once for its key' => sub {
    my $run = $site->run('abc');
    $run->wait_final;

    my %body = (from_node => 'b', execution_mode => 'dry_run');
    my @r = map { $site->post($run->path('/replay'), \%body,
        headers => { 'Idempotency-Key' => 'again' }) } 1 .. 2;
    is $r[0]{status}, 201, 'made';
    is $r[1]{json}{run_id}, $r[0]{json}{run_id}, 'once';
    is $r[1]{headers}{'idempotent-replayed'}, 'true', 'as it is told';

    my $other = $site->run_by_id($r[0]{json}{run_id});
    is $other->wait_final->{execution_mode}, 'dry_run', 'dry';
    is calls_of($other), '', 'so nobody is called';

    my $final = (grep { $_->{reason} eq 'final' }
        @{ $site->get($run->path('/checkpoints'))->{json} })[0];
    my $r = $site->post($run->path('/replay'),
        { checkpoint_id => $final->{checkpoint_id} });
    is $r->{status}, 409, 'nothing follows its end';
    like $r->{json}{detail}, qr/nothing follows/, 'as it is told';
};


subtest 'a replayed question is asked anew' => sub {
    my $run = $site->run('one-approval');
    my $first = $run->wait_approval;
    my ($point) = grep { $_->{reason} eq 'approval' }
        @{ $site->get($run->path('/checkpoints'))->{json} };

    my $r = $site->post($run->path('/replay'),
        { checkpoint_id => $point->{checkpoint_id} });
    my $other = $site->run_by_id($r->{json}{run_id});
    my $second = $other->wait_approval;
    isnt $second->{approval_id}, $first->{approval_id}, 'another question';

    $other->decide('approve');
    is $other->wait_final->{status}, 'completed', 'its answer is for it alone';
    is $run->get->{status}, 'waiting_approval', 'the first still waits';
    $run->decide('reject');
    $run->wait_final;
};


subtest 'a retry with inputs may begin at a checkpoint' => sub {
    my $run = $site->run('abc', { bad => 'yes', pin => 'secret-7' });
    $run->wait_final;

    my $r = $site->post($run->path('/retry'), {
        from_checkpoint_id => point_after($run, 'b'),
        input_vars => { bad => 'no', pin => '***REDACTED***' } });
    is $r->{status}, 201, 'made';
    my $other = $site->run_by_id($r->{json}{run_id});
    is $other->wait_final->{status}, 'completed', 'it completes';
    is calls_of($other), 'c', 'from there';

    is $site->post($run->path('/retry'), { from_checkpoint_id => 'none' })
        ->{status}, 404, 'no such checkpoint';

    $r = $site->post($run->path('/retry'), { new_run => JSON::PP::true });
    is $r->{status}, 201, 'new_run alone repeats it';
    is $site->run_by_id($r->{json}{run_id})->wait_final->{status}, 'failed',
        'as it was';
};


subtest 'a run without checkpoints has no points' => sub {
    $site->import_document(procedure('none', 'a', {
        a => sequence(undef, step('a', action => 'work',
            params => { bad => 'yes' })),
    }, global_config => { checkpoint_strategy => 'disabled' }));

    my $run = $site->run('none');
    $run->wait_final;
    is_deeply $site->get($run->path('/checkpoints'))->{json}, [], 'none';
    is $site->post($run->path('/replay'), { from_node => 'a' })->{status},
        409, 'no replay';
    is $site->post($run->path('/resume'), {})->{status}, 404, 'no resume';
    is $site->post($run->path('/retry'), {})->{status}, 200, 'but a retry';
    $run->wait_final;
};


subtest 'a run that is held may be set back' => sub {
    my $run = $site->run('one-approval');
    my $asked = $run->wait_approval;
    my ($point) = grep { $_->{reason} eq 'start' }
        @{ $site->get($run->path('/checkpoints'))->{json} };

    $site->post($run->path('/pause'), {});
    $run->wait_for('run_paused');
    is $site->post($run->path('/resume'),
        { checkpoint_id => $point->{checkpoint_id} })->{status}, 200, 'taken';

    $run->wait_for('approval_requested', 2);
    is $site->get("/api/approvals/$asked->{approval_id}")->{json}{status},
        'cancelled', 'its question is void';
    is $run->get->{attempt}, 1, 'it was not over';
    isnt $run->wait_approval->{approval_id}, $asked->{approval_id},
        'it asks again';
    $run->decide('approve');
    is $run->wait_final->{status}, 'completed', 'and completes';
};


subtest 'a run that is held goes on with other values' => sub {
    $site->import_document(procedure('asks', 'ask', {
        ask => { type => 'human_approval', prompt => 'Go on?',
            on_approve => 'b', on_reject => 'end' },
        b   => sequence('end', step('b', action => 'work',
            params => { x => '{{n}}' })),
        end => { type => 'terminate' },
    }, variables_schema => { n => { type => 'number', default => 1 } }));

    my $run   = $site->run('asks');
    my $asked = $run->wait_approval;
    $site->post($run->path('/pause'), {});
    $run->wait_for('run_paused');

    is $site->post($run->path('/resume'), { input_vars => { n => 'x' } })
        ->{status}, 422, 'by the rules of its variables';
    is $run->get->{status}, 'paused', 'else it stays held';
    is $site->post($run->path('/resume'), { input_vars => { n => 7 } })
        ->{status}, 200, 'taken';
    $run->wait_status('waiting_approval');
    is $run->wait_approval->{approval_id}, $asked->{approval_id},
        'it stands where it stood';
    $run->decide('approve');
    is $run->wait_final->{output_vars}{b}, 7, 'and goes on with them';
    is +($run->events_of('execution_resumed'))[0]{payload}{resume_reason},
        'operator_resume', 'the timeline says why';
};


subtest 'runs survive what kills their workers while they are set back' => sub {
    my @runs = map { $site->run('abc', { bad => 'yes' }) } 1 .. 6;
    $_->wait_final for @runs;
    my %body = (from_node => 'a', input_vars => { bad => 'no' });
    my @forks;

    for my $run (@runs) {
        is $site->post($run->path('/resume'), \%body)->{status}, 200, 'taken';
        push @forks, $site->post($run->path('/replay'), \%body)
            ->{json}{run_id};
    }
    $site->kill9_all;
    $site->restart;

    for my $run (@runs) {
        is $run->wait_final->{status}, 'completed', 'it completes';
        my %seen;
        $seen{$_}++ for keys_of($run);
        my $id = $run->id;
        is_deeply [ sort keys %seen ], [ sort map { ("$id:$_:$_",
            "$id\@1:$_:$_") } qw(a b c) ], 'it is set back once';
        is $seen{"$id:a:a"}, 1, 'keys of before are not called again';
    }

    for my $fork (map { $site->run_by_id($_) } @forks) {
        is $fork->wait_final->{status}, 'completed', 'the other run, too';
        my %seen = map { $_ => 1 } keys_of($fork);
        is_deeply [ sort keys %seen ], [ map { $fork->id . ":$_:$_" }
            qw(a b c) ], 'under keys of its own';
    }
};


$site->log_is_calm;
done_testing;
