# A start that repeats another has the run of that one, or is refused
# (ckp 26.2, api 4.1).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(approval);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 2);


sub doc {
    my ($id, %dedupe) = @_;
    my $doc = approval($id);
    $doc->{variables_schema} = { order => { type => 'string' },
        note => { type => 'string' } };
    $doc->{global_config}{dedupe} = { window_seconds => 3600, %dedupe };
    return $site->import_document($doc);
}

sub start {
    my ($id, $inputs, %o) = @_;
    return $site->post('/api/runs',
        { procedure_id => $id, input_vars => $inputs, %{ $o{body} || {} } },
        %o);
}


subtest 'of fifty equal starts one makes a run' => sub {
    doc('once');

    my @answers = $site->together(50, sub {
        return start('once', { order => '7' });
    });

    my @made  = grep { $_->{status} == 201 } @answers;
    my @found = grep { $_->{status} == 200 } @answers;
    my %ids   = map { $_->{json}{run_id} => 1 } @answers;

    is scalar(@made),  1,  'one is new';
    is scalar(@found), 49, 'the others are told of it';
    is scalar(keys %ids), 1, 'all have the same run';
    is $found[0]{headers}{'x-langorch-deduplicated'}, 1, 'they can tell';
    ok !$made[0]{headers}{'x-langorch-deduplicated'}, 'and the first, too';
    is $found[0]{headers}{location}, $made[0]{headers}{location}, 'where it is';
    is scalar @{ $site->get('/api/runs?procedure_id=once')->{json} }, 1,
        'there is one run';

    is start('once', { order => '8' })->{status}, 201, 'other inputs are new';
    is start('once', { order => '7', note => 'x' })->{status}, 201,
        'all of them count';
};


subtest 'a key says what is the same' => sub {
    doc('keyed', key => '{{order}}');

    my $first = start('keyed', { order => 'a', note => '1' })->{json}{run_id};
    is start('keyed', { order => 'a', note => '2' })->{json}{run_id}, $first,
        'the rest does not matter';
    is start('keyed', { order => 'b', note => '1' })->{status}, 201, 'it does';
    is start('keyed', { note => 'x' })->{status}, 201,
        'who has no key is like nobody' for 1 .. 2;
};


subtest 'a duplicate can be refused' => sub {
    doc('refuse', on_duplicate => 'reject');

    my $first = start('refuse', { order => 'a' });
    my $r     = start('refuse', { order => 'a' });
    is $r->{status}, 409, 'it is';
    is $r->{json}{code}, 'duplicate', 'as it is told';
    is $r->{json}{existing_run_id}, $first->{json}{run_id}, 'with the first';
};


subtest 'only runs of some statuses count' => sub {
    doc('active', statuses => [ 'created', 'running', 'waiting_approval' ]);

    my $run = $site->run('active', { order => 'a' });
    $run->wait_approval;
    is start('active', { order => 'a' })->{status}, 200, 'an active one does';

    $run->decide('approve');
    $run->wait_final;
    is start('active', { order => 'a' })->{status}, 201, 'a finished one not';
};


subtest 'after the window it is a start like any other' => sub {
    doc('soon', window_seconds => 1);
    my $first = start('soon', { order => 'a' })->{json}{run_id};
    is start('soon', { order => 'a' })->{json}{run_id}, $first, 'inside';

    my $next = until_true('the window closes', sub {
        my $r = start('soon', { order => 'a' });
        return $r->{status} == 201 && $r->{json}{run_id};
    });
    isnt $next, $first, 'behind';
};


subtest 'who repeats on purpose is no duplicate' => sub {
    doc('again');
    my $run = $site->run('again', { order => 'a' });
    $run->decide('reject');
    $run->wait_final;

    my $r = $site->post($run->path('/retry'), { new_run => JSON::PP::true });
    is $r->{status}, 201, 'a retry is a new run';
    is start('again', { order => 'a' })->{json}{run_id}, $r->{json}{run_id},
        'and the one that others repeat';
};


subtest 'an Idempotency-Key keeps the answer that it had' => sub {
    doc('both', window_seconds => 1);
    my $first = start('both', { order => 'a' })->{json}{run_id};

    my %o = (headers => { 'Idempotency-Key' => 'k1' });
    is start('both', { order => 'a' }, %o)->{json}{run_id}, $first,
        'the run that was there';

    until_true('the window closes', sub {
        return start('both', { order => 'a' })->{status} == 201;
    });

    my $r = start('both', { order => 'a' }, %o);
    is $r->{status}, 200, 'the same answer';
    is $r->{json}{run_id}, $first, 'whatever happened since';
    is $r->{headers}{'idempotent-replayed'}, 'true', 'as it says';
};


subtest 'what is not allowed is told before it is stored' => sub {
    for my $case (
        [ concurrency => { max_concurrent_runs => 0 }, 'CKP312' ],
        [ concurrency => { max_concurrent_runs => 1, on_limit => 'x' },
            'CKP302' ],
        [ dedupe => { window_seconds => 0 }, 'CKP312' ],
        [ dedupe => { window_seconds => 9, statuses => ['lost'] }, 'CKP302' ],
    ) {
        my $doc = approval('wrong');
        $doc->{global_config}{ $case->[0] } = $case->[1];
        my $r = $site->post('/api/procedures?validate=strict',
            { ckp_json => $doc });
        is $r->{status}, 422, "$case->[0] is judged";
        is $r->{json}{errors}[0]{id}, $case->[2], "as $case->[2]";
    }
};


$site->log_is_calm;
done_testing;
