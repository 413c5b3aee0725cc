# Many runs at once: cancelled, removed, cleaned up by age; and the queue
# (api 4.8, 4.9, 4.13).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => {
    work => sub { return { until => 'never' } },
    cancel => { ok => JSON::PP::true() },
});

my $site = LangOrch::Site->start(workers => 2,
    procedures => ['one-approval', 'log-only']);

$site->register($agent);
$site->import_document(procedure('stuck', 'main', {
    main => sequence(undef, step('s', action => 'work')),
}));

# Tables with rows of runs; results that a procedure shares outlive the run that
# had them.

my @tables = grep { $_ ne 'results' } map { $_->[0] } LangOrch::Store::rows($site,
    q{SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c}
    . q{ WHERE m.type = 'table' AND c.name = 'run' ORDER BY m.name});
cmp_ok scalar @tables, '>=', 12, "rows of runs are in @tables";

sub left { LangOrch::Store::value($site, "SELECT count(*) FROM $_[0]") }

sub all_gone {
    my ($about) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    until_true('nothing is left', sub { !grep { left($_) } @tables }, 20);
    return is_deeply [ map { left($_) } @tables ], [ map { 0 } @tables ], $about;
}

sub bulk {
    my ($what, $ids, %more) = @_;
    return $site->post("/api/runs/bulk/$what", { run_ids => $ids, %more });
}


subtest 'many are cancelled, each by itself' => sub {
    my @asks = map { $site->run('one-approval', { item => "i$_" }) } 1 .. 3;
    $_->wait_status('waiting_approval') for @asks;
    my $done = $site->run('log-only');
    $done->wait_final;

    my $r = bulk(cancel => [ $asks[0]->id, 'none', $asks[1]->id, $asks[0]->id,
        $done->id ], reason => 'no more');

    is $r->{status}, 200, 'answered';
    is $r->{json}{requested}, 4, 'each id counts once';
    is_deeply [ sort @{ $r->{json}{succeeded} } ],
        [ sort $asks[0]->id, $asks[1]->id, $done->id ],
        'those that are over now, or were';
    is_deeply $r->{json}{failed}, [ { run_id => 'none', status => 404,
        detail => 'Run not found' } ], 'and the one that is not there';

    is $_->get->{status}, 'canceled', 'cancelled' for @asks[ 0, 1 ];
    is $asks[2]->get->{status}, 'waiting_approval', 'another goes on';
    is $done->get->{status}, 'completed', 'what was over stays';

    my ($told) = $asks[0]->events_of('run_canceled');
    is $told->{payload}{reason}, 'no more', 'the reason is told';
    bulk(delete => [ map { $_->id } @asks, $done ]);
};


subtest 'many are removed, those that go on are cancelled first' => sub {
    my @runs = map { $site->run('one-approval', { item => "i$_" }) } 1 .. 2;
    $_->wait_status('waiting_approval') for @runs;
    push @runs, $site->run('stuck');
    until_true('the agent is called', sub { $agent->calls('work') });
    push @runs, map { $site->run('log-only') } 1 .. 60;
    $_->wait_final for @runs[ 3 .. $#runs ];

    my $r = bulk(delete => [ map { $_->id } @runs ]);
    is $r->{status}, 200, 'answered';
    is scalar @{ $r->{json}{succeeded} }, scalar @runs, 'all are gone'
        or diag explain $r->{json}{failed};
    is $_->get, undef, 'not there any more' for @runs[ 0, 2, 40 ];
    all_gone('nor is anything they had');

    my ($audit) = LangOrch::Store::rows($site, 'SELECT action, meta FROM audit'
        . q{ WHERE action = 'delete' AND resource_id = '} . $runs[5]->id . q{'});
    ok $audit, 'the trail knows of each';
    like $audit->[1], qr/"log-only"/, 'of which procedure it was';
    like $audit->[1], qr/"completed"/, 'and how it had ended';
};


subtest 'a large run goes at once, and what it had in slices' => sub {
    my $run = $site->run('log-only');
    $run->wait_final;

    LangOrch::Store::change($site, 'WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL'
        . ' SELECT i + 1 FROM n WHERE i < 6000) INSERT INTO events (run, seq,'
        . q{ type) SELECT (SELECT id FROM runs WHERE run_id = '} . $run->id
        . q{'), i, 'x' FROM n});
    LangOrch::Store::change($site, 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL'
        . ' SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO journal (run, path)'
        . q{ SELECT (SELECT id FROM runs WHERE run_id = '} . $run->id
        . q{'), 'p' || i FROM n});

    is $site->del($run->path)->{status}, 200, 'removed';
    is $site->get($run->path)->{status}, 404, 'gone';
    is $site->get($run->path('/events'))->{status}, 404, 'with its events';
    all_gone('a moment later in the tables, too');
};


subtest 'what is asked wrongly is told' => sub {
    for my $what (qw(cancel delete)) {
        for my $case (
            [ {}, 'run_ids' ], [ { run_ids => 'x' }, 'run_ids' ],
            [ { run_ids => [] }, 'run_ids' ],
            [ { run_ids => [ ('x') x 501 ] }, 'run_ids' ],
            [ { run_ids => [7] }, 'run_ids' ],
            [ { run_ids => ['x'], reason => 7 }, 'reason' ])
        {
            my $r = $site->post("/api/runs/bulk/$what", $case->[0]);
            is $r->{status}, 422, "$what: refused";
            is $r->{json}{errors}[0]{loc}[1], $case->[1], "$what: of $case->[1]";
        }
    }
};


subtest 'cleaning up is seen before it is done' => sub {
    my @old = map { $site->run('log-only') } 1 .. 4;
    $_->wait_final for @old;
    my $open = $site->run('one-approval', { item => 'x' });
    $open->wait_status('waiting_approval');
    my $new = $site->run('log-only');
    $new->wait_final;

    my $ids = join ',', map { "'" . $_->id . "'" } @old, $open;
    LangOrch::Store::change($site,
        "UPDATE runs SET created_at = 1000 WHERE run_id IN ($ids)");
    LangOrch::Store::change($site, q{UPDATE runs SET status = 'failed',}
        . q{ created_at = 2000 WHERE run_id = '} . $old[3]->id . q{'});

    my $q = 'before=2001-01-01T00:00:00Z';
    my $p = $site->get("/api/runs/cleanup/preview?$q")->{json};
    is $p->{count}, 4, 'those that are over and old enough';
    is_deeply $p->{by_status}, { completed => 3, failed => 1 }, 'by state';
    is $p->{oldest}, '1970-01-01T00:00:01.000Z', 'since when';
    is $p->{newest}, '1970-01-01T00:00:02.000Z', 'until when';
    is_deeply [ sort @{ $p->{sample} } ], [ sort map { $_->id } @old ], 'some';
    is $p->{before}, '2001-01-01T00:00:00.000Z', 'before when';
    is $site->get("/api/runs/cleanup/preview?$q&status=failed")->{json}{count},
        1, 'of one state';

    my $dry = $site->del("/api/runs/cleanup/history?$q&dry_run=true")->{json};
    is_deeply $dry, { deleted_count => 4, before => $p->{before},
        status => undef, dry_run => JSON::PP::true() }, 'tried';
    ok $_->get, 'and nothing done' for @old;

    my $failed = $site->del("/api/runs/cleanup/history?$q&status=failed");
    is_deeply $failed->{json}, { deleted_count => 1, before => $p->{before},
        status => 'failed' }, 'those that failed';
    is $old[3]->get, undef, 'are gone';
    ok $old[0]->get, 'others are not';

    is $site->del("/api/runs/cleanup/history?$q")->{json}{deleted_count}, 3,
        'then the others';
    is $_->get, undef, 'gone' for @old;
    is $open->get->{status}, 'waiting_approval', 'not the one that goes on';
    ok $new->get, 'nor the new one';

    my @trail = LangOrch::Store::rows($site,
        q{SELECT meta FROM audit WHERE action = 'cleanup' ORDER BY event_id});
    is scalar @trail, 2, 'the trail knows of both';
    like $trail[1][0], qr/"deleted":\s*3/, 'and how many went';

    for my $wrong ('', 'before=', 'before=soon', "$q&status=running",
        "$q&status=x")
    {
        is $site->del("/api/runs/cleanup/history?$wrong")->{status}, 422,
            "'$wrong' is refused";
    }
    bulk(delete => [ $open->id, $new->id ]);
    all_gone('and nothing of them is left');
};


subtest 'the queue tells what is next' => sub {
    my $run = $site->run('one-approval', { item => 'x' });
    $run->wait_status('waiting_approval');
    $site->run('log-only')->wait_final;

    my $q = $site->get('/api/runs/queue');
    is $q->{status}, 200, 'answered';
    is $q->{json}{depth_by_status}{waiting_approval}, 1, 'one waits';
    is $q->{json}{depth_by_status}{completed}, 1, 'one is done';
    is $q->{json}{depth_by_status}{failed}, 0, 'none failed';
    is $q->{json}{total_done}, 1, 'done in all';
    is $q->{json}{total_failed}, 0, 'failed in all';
    is $q->{json}{total_running}, 0, 'at work';

    # one whose turn it is, which nobody has taken

    LangOrch::Store::change($site, 'UPDATE runs SET wake_at = '
        . '32503680000000, priority = 7 WHERE run_id = \'' . $run->id . '\'');
    my ($job) = grep { $_->{run_id} eq $run->id }
        @{ $site->get('/api/runs/queue')->{json}{next_jobs} };
    is_deeply $job, { job_id => $run->id, run_id => $run->id,
        status => 'waiting_approval', priority => 7, attempts => 1,
        max_attempts => 3, available_at => '3000-01-01T00:00:00.000Z',
        locked_by => undef }, 'it is told when it is next';
};


$site->log_is_calm;
done_testing;
