# How many runs of a procedure may be active: who comes then waits, is refused,
# is over at once, or takes the place of another (ckp 26.1, 31.2, api 4.1).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(approval procedure);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 2);

# Nobody looks by himself for long: a place that is free must be told of.

my $limits = $site->home . '/conf/limits.conf';
LangOrch::Site::spew($limits,
    LangOrch::Site::slurp($limits) =~ s/langorch_poll 1s;/langorch_poll 60s;/r);
$site->reload;


# A procedure that holds its place until somebody says yes.

sub holds {
    my ($id, %limit) = @_;
    my $doc = approval($id);
    $doc->{variables_schema} = { who => { type => 'string' } };
    $doc->{global_config} = { concurrency => { max_concurrent_runs => 1, %limit } };
    return $site->import_document($doc);
}

# One that gives it back after a moment.

sub passes {
    my ($id, %limit) = @_;
    return $site->import_document(procedure($id, 'a', {
        a   => { type => 'sequence', next_node => 'end', steps => [ {
            step_id => 's', action => 'wait', params => { duration_ms => 5 } } ] },
        end => { type => 'terminate' },
    }, global_config => { concurrency => { max_concurrent_runs => 1, %limit } }));
}

sub start {
    my ($id, $inputs, %more) = @_;
    return $site->post('/api/runs',
        { procedure_id => $id, input_vars => $inputs || {}, %more });
}

sub statuses { return join ' ', map { $_->get->{status} } @_ }


# The most runs of the procedure that were ever between start and end, by the
# order of commits.

sub most_at_once {
    my ($id) = @_;
    my ($n, $most) = (0, 0);

    for (LangOrch::Store::rows($site, "SELECT e.type FROM events e JOIN runs r"
        . " ON r.id = e.run WHERE r.procedure_id = '$id' AND e.type IN"
        . " ('execution_started', 'run_completed', 'run_failed', 'run_canceled')"
        . " ORDER BY e.event_id"))
    {
        $n += $_->[0] eq 'execution_started' ? 1 : -1;
        $most = $n if $n > $most;
    }
    return $most;
}


subtest 'who finds no place waits, and is next when one is free' => sub {
    holds('two', max_concurrent_runs => 2);
    my @runs = map { $site->run('two') } 1 .. 5;

    $_->wait_approval for @runs[ 0, 1 ];
    is statuses(@runs), 'waiting_approval waiting_approval created created'
        . ' created', 'two are active, three wait';

    $runs[1]->decide('approve');
    $runs[2]->wait_approval;
    is statuses(@runs), 'waiting_approval completed waiting_approval created'
        . ' created', 'the oldest of them comes first';

    $site->post($runs[0]->path('/cancel'), {});
    $runs[3]->wait_approval;
    is $runs[4]->get->{status}, 'created', 'then the next, whatever the end was';

    $runs[2]->decide('reject');
    $runs[4]->wait_approval;
    $_->decide('approve') for @runs[ 3, 4 ];
    $runs[4]->wait_final;
    is most_at_once('two'), 2, 'there were never more than two';
};


subtest 'sixty-four that start together never share a place' => sub {
    passes('few', max_concurrent_runs => 3);

    my @ids = map { $_->{json}{run_id} } $site->together(64, sub {
        return start('few');
    });

    is scalar(@ids), 64, 'all are accepted';
    is $site->run_by_id($_)->wait_final(60)->{status}, 'completed', 'and done'
        for @ids;
    is most_at_once('few'), 3, 'three at a time';
    is +LangOrch::Store::value($site, 'SELECT count(*) FROM runs WHERE'
        . " procedure_id = 'few' AND queued = 1"), 0, 'nobody is left waiting';
};


subtest 'a key of their own gives runs places of their own' => sub {
    holds('keyed', key => '{{who}}');
    my @runs = map { $site->run('keyed', { who => $_ }) } qw(ann bob ann);

    $_->wait_approval for @runs[ 0, 1 ];
    is $runs[2]->get->{status}, 'created', 'only the same key waits';
    $runs[0]->decide('approve');
    $runs[2]->wait_approval;
    $_->decide('approve') for @runs[ 1, 2 ];
};


subtest 'versions share their places, unless they are told not to' => sub {
    for my $scope (qw(procedure version)) {
        holds("by-$scope", scope => $scope);
        my $first = $site->run("by-$scope");
        $first->wait_approval;

        my $doc = approval("by-$scope");
        $doc->{version} = '2.0.0';
        $doc->{global_config}{concurrency}
            = { max_concurrent_runs => 1, scope => $scope };
        $site->import_document($doc);

        my $second = $site->run("by-$scope");

        if ($scope eq 'version') {
            $second->wait_approval;
            pass 'a version of its own has a place of its own';
        } else {
            is $second->get->{status}, 'created', 'another version waits';
            $first->decide('approve');
            $second->wait_approval;
        }
    }
};


subtest 'who may not wait is refused' => sub {
    holds('reject', on_limit => 'reject', max_concurrent_runs => 3);

    my @answers = $site->together(64, sub { return start('reject') });
    my @taken   = grep { $_->{status} == 201 } @answers;
    my @refused = grep { $_->{status} == 429 } @answers;

    is scalar(@taken),   3,  'as many as there are places';
    is scalar(@refused), 61, 'and no more';
    is $refused[0]{json}{code}, 'concurrency_limit', 'they are told why';
    is $refused[0]{headers}{'retry-after'}, 5, 'and when to come again';

    my $listed = $site->get('/api/runs?procedure_id=reject')->{json};
    is scalar(@$listed), 3, 'a refused start is no run';

    $site->run_by_id($taken[0]{json}{run_id})->decide('approve');
    $site->run_by_id($taken[0]{json}{run_id})->wait_final;
    is start('reject')->{status}, 201, 'the next one has the place';
};


subtest 'who is skipped is there, and over' => sub {
    holds('skip', on_limit => 'skip');
    my $first = $site->run('skip');
    $first->wait_approval;

    my $skipped = sub {
        $site->get('/api/metrics')->{body}
            =~ /^langorch_run_completed_total\{status="canceled"\} (\d+)$/m ? $1 : 0;
    };
    my $before = $skipped->();
    my $r = start('skip');
    is $r->{status}, 201, 'it is made';
    is $r->{json}{status}, 'canceled', 'and over';
    is $skipped->(), $before + 1, 'and counted';
    ok $r->{json}{ended_at}, 'at once';

    my $run = $site->run_by_id($r->{json}{run_id});
    is_deeply { %{ $run->get }, updated_at => 0 }, { %{ $r->{json} },
        updated_at => 0 }, 'the answer is what is stored';
    is $run->story, 'run_created run_cancel_requested run_canceled',
        'it never began';
    is +($run->events_of('run_canceled'))[0]{payload}{reason}, 'concurrency',
        'it says why';

    $first->decide('approve');
    $first->wait_final;
    is $site->post($run->path('/retry'))->{status}, 200, 'tried again';
    $run->wait_approval;
};


# Fails when it is approved, and has one place.

$site->import_document(procedure('back', 'ask', {
    ask => { type => 'human_approval', prompt => 'Go on?',
        on_approve => 'no', on_reject => 'end' },
    no  => { type => 'terminate', status => 'failed', message => 'no' },
    end => { type => 'terminate' },
}, global_config => { concurrency => { max_concurrent_runs => 1 } }));

# They have the place one after the other, in this order.

sub in_turn {
    for my $run (@_) {
        my ($asks) = @{ until_true('one alone has the place', sub {
            my $r = $site->get('/api/runs?procedure_id=back&status='
                . 'waiting_approval')->{json};
            return @$r == 1 ? $r : undef;
        }) };
        is $asks->{run_id}, $run->id, 'it is its turn';
        $run->decide('reject');
        is $run->wait_final->{status}, 'completed', 'and it completes';
    }
    return;
}

subtest 'one that is set back waits for a place, before those that are new' => sub {
    my $first = $site->run('back');
    $first->wait_approval;
    $first->decide('approve');
    is $first->wait_final->{status}, 'failed', 'one has failed';
    my $before = $first->story;

    my $second = $site->run('back');
    $second->wait_approval;
    my $third = $site->run('back');
    is $site->post($first->path('/resume'), { from_node => 'ask' })->{status},
        200, 'it is set back';
    my $r = $site->post($first->path('/replay'), { from_node => 'ask' });
    is $r->{status}, 201, 'and repeated';

    # all have been looked at when one has come by that needs no place

    holds('free', max_concurrent_runs => 9);
    my $open = $site->run('free');
    $open->wait_approval;
    $open->decide('approve');
    $open->wait_final;
    is $first->story, $before, 'it has no place yet';
    is $first->get->{status}, 'created', 'so it waits';

    in_turn($second, $first, $third, $site->run_by_id($r->{json}{run_id}));
};


subtest 'one that is set back while it is held has its place' => sub {
    my $held = $site->run('back');
    $held->wait_approval;
    $site->post($held->path('/pause'), {});
    $held->wait_for('run_paused');
    my $next = $site->run('back');

    is $site->post($held->path('/resume'), { from_node => 'ask' })->{status},
        200, 'set back';
    $held->wait_for('approval_requested', 2);
    in_turn($held, $next);
};


subtest 'who comes takes the place of the oldest' => sub {
    holds('evict', on_limit => 'cancel_oldest', max_concurrent_runs => 2);
    my @runs = map { $site->run('evict') } 1 .. 2;
    $_->wait_approval for @runs;

    push @runs, $site->run('evict');
    is $runs[0]->wait_final->{status}, 'canceled', 'the oldest goes';
    is +($runs[0]->events_of('run_canceled'))[0]{payload}{reason},
        'concurrency', 'it says why';
    $runs[2]->wait_approval;
    is $runs[1]->get->{status}, 'waiting_approval', 'the other stays';

    my @ids = map { $_->{json}{run_id} } $site->together(32, sub {
        return start('evict');
    });

    until_true('two are left', sub {
        my $r = $site->get('/api/runs?procedure_id=evict'
            . '&status=created,running,waiting_approval,paused')->{json};
        return @$r == 2 && !grep { $_->{status} ne 'waiting_approval' } @$r;
    });

    is most_at_once('evict'), 2, 'never more than two were active';
};


subtest 'one that waits can be cancelled, deleted and held up by a retry' => sub {
    holds('single');
    my @runs = map { $site->run('single') } 1 .. 4;
    $runs[0]->wait_approval;

    is $site->post($runs[1]->path('/cancel'), { reason => 'no more' })
        ->{json}{status}, 'canceled', 'cancelled while it waits';
    is $runs[1]->story, 'run_created run_cancel_requested run_canceled',
        'it never began';
    is $site->del($runs[2]->path)->{status}, 200, 'deleted while it waits';

    $runs[0]->decide('approve');
    $runs[3]->wait_approval;
    pass 'the next in line is the one that is left';

    is $site->post($runs[1]->path('/retry'))->{json}{status}, 'created',
        'the cancelled one is tried again';
    is $runs[3]->get->{status}, 'waiting_approval', 'behind who is active';
    $runs[3]->decide('approve');
    $runs[1]->decide('approve');
    is $runs[1]->wait_final->{status}, 'completed', 'and has its turn';
    is most_at_once('single'), 1, 'one at a time';
};


subtest 'what waits outlives the death of all' => sub {
    holds('alive');
    my @runs = map { $site->run('alive') } 1 .. 3;
    my $first = $runs[0]->wait_approval;

    $site->kill9_all;
    $site->restart;

    for my $run (@runs) {
        $run->decide('approve');
        is $run->wait_final->{status}, 'completed', 'each has its turn';
    }
    is most_at_once('alive'), 1, 'one at a time';
};


$site->log_is_calm;
done_testing;
