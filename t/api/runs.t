# A run is made, carried out, shown and found (api 4.1-4.3, 4.10, 4.11).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Site;

my $site = LangOrch::Site->start(
    procedures => [ 'log-only', 'one-approval' ]);


subtest 'a run is answered before it has begun, and then it runs' => sub {
    my $r = $site->post('/api/runs', { procedure_id => 'log-only',
        input_vars => { greeting => 'good day' }, case_id => 'C-7' });

    is $r->{status}, 201, 'created';
    is $r->{json}{status}, 'created', 'as it says';
    my $id = $r->{json}{run_id};
    like $id, qr/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a UUID';
    like $r->{headers}{location}, qr{/api/runs/\Q$id\E$}, 'at its address';

    my $run = $site->run_by_id($id)->wait_final;
    is $run->{status}, 'completed', 'it completes';
    is_deeply $run->{output_vars}, { said => 'good day' }, 'with its outputs';
    is_deeply $run->{input_vars}, { greeting => 'good day' }, 'and its inputs';
    is $run->{procedure_version}, '1.0.0', 'of that version';
    is $run->{thread_id}, $id, 'thread and run are one';
    is $run->{trigger_type}, 'manual', 'by hand';
    is $run->{created_by}, 'anonymous', 'of nobody known';
    is $run->{case_id}, 'C-7', 'for that case';
    is $run->{attempt}, 1, 'at the first attempt';
    cmp_ok $run->{duration_seconds}, '>=', 0, 'in some time';
    ok !defined $run->{error_message}, 'without an error';

    ok $run->{created_at} le $run->{started_at}
        && $run->{started_at} le $run->{ended_at}, 'one after the other';

    is $site->run_by_id($id)->story, 'run_created execution_started '
        . 'node_started step_started log step_completed step_started '
        . 'step_completed node_completed node_started node_completed '
        . 'run_completed', 'and tells it as a story';
};


subtest 'what cannot run does not begin' => sub {
    my $r = $site->post('/api/runs', { procedure_id => 'unknown' });
    is $r->{status}, 404, 'an unknown procedure';
    is $r->{json}{detail}, 'Procedure not found', 'says so';

    is $site->post('/api/runs', { procedure_id => 'log-only',
        procedure_version => '9.0.0' })->{status}, 404, 'an unknown version';

    $site->import_document(procedure('later', 'end',
        { end => { type => 'terminate' } }, effective_date => '2199-01-01'));
    $r = $site->post('/api/runs', { procedure_id => 'later' });
    is $r->{status}, 409, 'one whose time has not come';
    is $r->{json}{detail},
        'Procedure later version 1.0.0 is not effective before 2199-01-01',
        'says when it will';
};


subtest 'a default is a template, an alias a version' => sub {
    my $run = $site->post('/api/runs',
        { procedure_id => 'log-only', version => 'latest' })->{json};
    $run = $site->run_by_id($run->{run_id})->wait_final;
    is $run->{output_vars}{said}, 'hello', 'the default was taken';
};


subtest 'runs are listed, newest first, and filtered' => sub {
    my @ids = map { $site->run('one-approval', { item => "n$_" })->id } 1 .. 5;
    $site->run_by_id($_)->wait_status('waiting_approval') for @ids;

    my $list = sub {
        return [ map { $_->{run_id} }
            @{ $site->get("/api/runs?$_[0]")->{json} } ];
    };

    is_deeply $list->('procedure_id=one-approval'), [ reverse @ids ],
        'newest first';
    is_deeply $list->('procedure_id=one-approval&order=asc'), \@ids,
        'or oldest';
    is_deeply $list->('status=waiting_approval,failed'), [ reverse @ids ],
        'by status';
    is_deeply $list->("q=$ids[2]"), [ $ids[2] ], 'by the start of the id';
    is_deeply $list->('status=waiting_approval&limit=2&offset=1'),
        [ @ids[ 3, 2 ] ], 'by place';
    is_deeply $list->('limit=0'), [], 'none when none are wanted';
    is_deeply $list->('created_from=2199-01-01'), [], 'none of the future';

    my (@seen, $cursor);
    for (1 .. 9) {
        my $page = $site->get('/api/runs?procedure_id=one-approval&limit=2'
            . ($cursor ? "&cursor=$cursor" : '&total=true'));
        is $page->{headers}{'x-total-count'}, 5, 'the count, when asked'
            unless $cursor;
        push @seen, map { $_->{run_id} } @{ $page->{json} };
        $cursor = $page->{headers}{'x-next-cursor'} or last;

        # a page is stable against what comes meanwhile
        $site->run('one-approval') if @seen == 2;
    }
    is_deeply \@seen, [ reverse @ids ], 'page by page, none twice';
};


subtest 'diagnostics and checkpoints show the inside' => sub {
    my $run = $site->run('one-approval', { item => 'x' });
    $run->wait_status('waiting_approval');

    my $d = $site->get($run->path('/diagnostics'));
    is $d->{status}, 200, 'diagnosed';
    is $d->{json}{waiting_for}, 'approval', 'what it waits for';
    is scalar @{ $d->{json}{pending_approvals} }, 1, 'which one';
    cmp_ok $d->{json}{total_events}, '>', 3, 'how much happened';
    is_deeply $d->{json}{active_leases}, [], 'nothing is held';

    my $list = $site->get($run->path('/checkpoints'));
    is $list->{status}, 200, 'checkpoints';
    my ($cp) = grep { $_->{reason} eq 'approval' } @{ $list->{json} };
    ok $cp, 'one of the approval';

    my $r = $site->get($run->path("/checkpoints/$cp->{checkpoint_id}"));
    is $r->{status}, 200, 'which can be read';
    is ref $r->{json}{channel_values}, 'HASH', 'with its values';

    is $site->get($run->path('/checkpoints/none'))->{status}, 404,
        'another is not there';
    is $site->get('/api/runs/none/diagnostics')->{status}, 404,
        'nor of another run';
};


$site->log_is_calm;
done_testing;
