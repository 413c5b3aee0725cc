# Slots that are over are fired on purpose: once each, as many runs at once as
# was said, stopped and gone on with, whatever dies meanwhile (api, backfills).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(approval procedure);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 4);

# 2 January 2026, by the hour; the schedule itself is far from any slot now.

my $from = '2026-01-02T00:00:00.000Z';
my $to   = '2026-01-02T19:00:00.000Z';


sub registered {
    my ($document, %settings) = @_;

    $document->{trigger} = { type => 'scheduled', schedule => '0 * 2 1 *',
        %settings };
    $site->import_document($document);
    my $url = "/api/triggers/$document->{procedure_id}/1.0.0";
    $site->post($url, { trigger_type => 'scheduled' });
    return $url;
}


sub ends {
    my ($id, %more) = @_;
    return procedure($id, 'end', { end => { type => 'terminate',
        outputs => { at => '{{trigger.scheduled_for}}' } } }, %more);
}


sub backfill {
    my ($url, %o) = @_;
    my $r = $site->post("$url/backfills", { from => $from, to => $to, %o });
    is $r->{status}, 201, 'a backfill is made' or diag $r->{body};
    return $r->{json};
}


sub now { return $site->get("$_[0]/backfills/$_[1]{backfill_id}")->{json} }


sub wait_status {
    my ($url, $b, $status) = @_;
    return until_true("it is $status", sub {
        my $n = now($url, $b);
        return $n->{status} eq $status ? $n : undef;
    });
}


sub runs {
    my ($id) = @_;
    return @{ $site->get("/api/runs?procedure_id=$id&limit=1000")->{json} };
}


subtest 'each slot of the time is fired once, in order' => sub {
    my $url = registered(ends('hourly'));
    my $b   = backfill($url, max_parallel => 3);
    is_deeply [ @$b{qw(status total fired skipped from to schedule timezone
        max_parallel next_slot ended_at)} ], [ 'running', 20, 0, 0, $from, $to,
        '0 * 2 1 *', 'UTC', 3, $from, undef ], 'which says what it will do';

    my $end = wait_status($url, $b, 'completed');
    is_deeply [ @$end{qw(fired skipped active next_slot)} ],
        [ 20, 0, 0, undef ], 'all were fired';
    ok $end->{ended_at}, 'and when that was';

    my @runs = reverse runs('hourly');
    is_deeply [ sort map { $_->{output_vars}{at} } @runs ],
        [ map { sprintf '2026-01-02T%02d:00:00.000Z', $_ } 0 .. 19 ],
        'a run of each';
    is_deeply [ map { @$_{qw(trigger_type triggered_by)} } $runs[0] ],
        [ 'scheduled', "backfill:$b->{backfill_id}" ], 'which tells of it';

    my $again = wait_status($url, backfill($url), 'completed');
    is_deeply [ @$again{qw(fired skipped)} ], [ 0, 20 ],
        'what was fired is not fired again';
    is scalar(runs('hourly')), 20, 'there are no more runs';
    is_deeply [ map { $_->{backfill_id} } @{ $site->get("$url/backfills")
        ->{json} } ], [ map { $_->{backfill_id} } $again, $b ], 'newest first';
};


subtest 'no more runs at once than it may have; paused, it fires nothing' => sub {
    my $url = registered(approval('asking'));
    my $b   = backfill($url, max_parallel => 2);

    until_true('two wait for somebody', sub {
        return scalar(grep { $_->{status} eq 'waiting_approval' }
            runs('asking')) == 2 });
    my $n = now($url, $b);
    is_deeply [ @$n{qw(fired active next_slot)} ],
        [ 2, 2, '2026-01-02T02:00:00.000Z' ], 'and the third slot is next';

    is $site->post("$url/backfills", { from => $from })->{status}, 409,
        'a second one is refused meanwhile';

    my $stop = $site->post("$url/backfills/$b->{backfill_id}/pause", {});
    is $stop->{json}{status}, 'paused', 'it is paused';
    decide($_) for runs('asking');
    until_true('they end', sub {
        return scalar(grep { $_->{status} eq 'completed' } runs('asking')) == 2 });

    # a whole other one goes through while this one rests

    my $other = registered(ends('beside'));
    wait_status($other, backfill($other), 'completed');
    is now($url, $b)->{fired}, 2, 'nothing was fired';

    is $site->post("$url/backfills/$b->{backfill_id}/resume", {})
        ->{json}{status}, 'running', 'it goes on';
    until_true('with the next', sub { return now($url, $b)->{fired} == 4 });

    is $site->post("$url/backfills/$b->{backfill_id}/cancel", {})
        ->{json}{status}, 'canceled', 'it is canceled';
    is $site->post("$url/backfills/$b->{backfill_id}/$_", {})->{status}, 409,
        "and cannot be told to $_" for qw(pause resume cancel);
    decide($_) for grep { $_->{status} ne 'completed' } runs('asking');
    $n = now($url, $b);
    is_deeply [ @$n{qw(status fired)} ], [ 'canceled', 4 ], 'that was it';
};


sub decide {
    my ($run) = @_;
    my $r = LangOrch::Run->new($site, $run->{run_id});
    return if $r->get->{status} eq 'completed';
    $site->post('/api/approvals/' . $r->wait_approval->{approval_id}
        . '/decision', { decision => 'yes' });
    return;
}


subtest 'what cannot be fired pauses it, with the reason' => sub {
    my $url = registered(ends('wants', variables_schema => {
        n => { type => 'number', required => JSON::PP::true } }));
    my $b   = backfill($url);
    my $n   = wait_status($url, $b, 'paused');
    like $n->{reason}, qr/input/i, 'it says why';
    is_deeply [ @$n{qw(fired skipped next_slot)} ], [ 0, 0, $from ],
        'and stands where it stood';

    $site->post($url, { trigger_type => 'scheduled',
        input_mapping => { n => 7 } });
    is $site->post("$url/backfills/$b->{backfill_id}/cancel", {})->{status},
        200, 'another one with other settings';
    $n = wait_status($url, backfill($url), 'completed');
    is $n->{fired}, 20, 'fires what was refused';
};


subtest 'workers and the site may die' => sub {
    my $url = registered(ends('dies'));
    my $b   = backfill($url, from => '2026-01-01T00:00:00Z',
        to => '2026-01-03T00:00:00Z', max_parallel => 5);
    is $b->{total}, 24, 'only its slots count';

    until_true('it is under way', sub { return now($url, $b)->{fired} >= 5 });
    $site->kill9_all;
    $site->restart;

    my $n = wait_status($url, $b, 'completed');
    is $n->{fired} + $n->{skipped}, 24, 'it goes on to its end';
    my @runs = until_true('all have ended', sub {
        my @r = runs('dies');
        return (grep { $_->{status} ne 'completed' } @r) ? undef : \@r });
    my %at;
    $at{ $_->{output_vars}{at} }++ for @{ $runs[0] };
    is_deeply [ values %at ], [ (1) x 24 ], 'each slot has one run';
};


subtest 'what is no backfill is refused' => sub {
    my $url = registered(ends('plain'));
    my $try = sub {
        my $r = $site->post("$url/backfills", $_[0]);
        return $r->{status} . ' ' . join '/',
            @{ ($r->{json}{errors} // [ {} ])->[0]{loc} // [] };
    };
    is $try->({}), '422 body/from', 'without a beginning';
    is $try->({ from => 'soon' }), '422 body/from', 'that is none';
    is $try->({ from => $to, to => $from }), '422 body/from', 'behind the end';
    is $try->({ from => $from, to => '2999-01-01T00:00:00Z' }), '422 body/to',
        'in the future';
    is $try->({ from => $from, to => $to, max_parallel => $_ }),
        '422 body/max_parallel', "$_ at once" for 0, 101;
    is $try->({ from => '2026-01-03T00:00:00Z', to => '2026-01-04T00:00:00Z' }),
        '422 body/from', 'without a slot';
    is $site->post('/api/triggers/none/1.0.0/backfills', { from => $from })
        ->{status}, 404, 'of no trigger';
    is $site->get("$url/backfills/none")->{status}, 404, 'of no such id';
    is $site->post("$url/backfills/none/pause", {})->{status}, 404, 'nor there';

    registered(ends('dense'), schedule => '* * * * *');
    is $site->post('/api/triggers/dense/1.0.0/backfills', {
        from => '2026-01-01T00:00:00Z', to => '2026-01-04T11:19:00Z' })->{status},
        201, '5000 slots are fine';
    $site->post('/api/triggers/dense/1.0.0/backfills/' . $site->get(
        '/api/triggers/dense/1.0.0/backfills')->{json}[0]{backfill_id}
        . '/cancel', {});
    my $r = $site->post('/api/triggers/dense/1.0.0/backfills', {
        from => '2026-01-01T00:00:00Z', to => '2026-01-04T11:20:00Z' });
    is $r->{status}, 422, 'one more is not';
    like $r->{body}, qr/5000/, 'which is told';
};


$site->log_is_calm;

done_testing;
