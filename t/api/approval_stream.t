# Questions as they come and go, and questions about a run that does not wait for
# them (api 7, 1.14).

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);

use LangOrch::Doc qw(approval);
use LangOrch::Site;
use LangOrch::Stream;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 2, procedures => ['one-approval']);

sub open_stream { return LangOrch::Stream->open($site, '/api/approvals/stream', @_) }

sub told { my ($m) = @_; return "$m->{json}{run_id} $m->{json}{status}" }

sub decision {
    my ($id, $word) = @_;
    return $site->post("/api/approvals/$id/decision", { decision => $word });
}

# The next message about one of these runs: other tests leave some behind.

sub next_of {
    my ($stream, @runs) = @_;
    while (my $m = $stream->next) {
        return $m if grep { $m->{json}{run_id} eq $_->id } @runs;
    }
    return;
}


subtest 'it begins with what is pending and goes on with what happens' => sub {
    my @runs = map { $site->run('one-approval') } 1 .. 3;
    my @asked = map { $_->wait_approval } @runs;
    decision($asked[1]{approval_id}, 'yes');

    my $stream = open_stream();
    is $stream->status, 200, 'it opens';
    like $stream->headers->{'content-type'}, qr{^text/event-stream}, 'as one';

    my @first = map { next_of($stream, @runs) } 1 .. 2;
    is join(', ', map { told($_) } @first), join(', ',
        map { $_->id . ' pending' } @runs[ 0, 2 ]), 'two wait';
    is $first[0]{event}, 'approval_update', 'so they are called';
    is_deeply [ sort keys %{ $first[0]{json} } ], [ sort qw(approval_id run_id
        node_id prompt status decided_by decided_at expires_at created_at
        approval_level) ], 'with all that is told';
    is $first[0]{json}{prompt}, 'Accept nothing?', 'as it was asked';
    cmp_ok $first[0]{id}, '<', $first[1]{id}, 'by rising numbers';

    decision($asked[0]{approval_id}, 'no');
    my $m = next_of($stream, @runs);
    is told($m), $runs[0]->id . ' rejected', 'an answer is told';
    is $m->{json}{decided_by}, 'anonymous', 'with who gave it';
    ok $m->{json}{decided_at}, 'and when';

    my $new = $site->run('one-approval');
    is told(next_of($stream, $new)), $new->id . ' pending', 'a new one, too';
    $site->post($new->path('/cancel'), {});
    is told(next_of($stream, $new)), $new->id . ' cancelled', 'and its end';
};


subtest 'it is a route like any other' => sub {
    my $closed = LangOrch::Site->start(workers => 1, identity => 'on', http =>
        "langorch_user \$http_x_user trusted;\n");
    my $path = '/api/approvals/stream';

    is $closed->get($path)->{status}, 401, 'not for everybody';
    my $stream = LangOrch::Stream->open($closed, $path,
        headers => { 'X-User' => 'ann' });
    is $stream->status, 200, 'but for all who may look';
    $closed->stop;

    for my $query (qw(last_event_id=x after_id=-1 follow=perhaps)) {
        my $r = $site->get("$path?$query");
        is $r->{status}, 422, $query;
        is $r->{json}{detail}[0]{loc}[0], 'query', 'it says where';
    }

    my $head = $site->request('HEAD', $path);
    is $head->{status}, 200, 'its head alone can be had';
    is $head->{headers}{'content-type'}, 'text/event-stream; charset=utf-8',
        'of that type';
    ok !defined $head->{headers}{'content-length'}, 'and no length';
    is $site->post($path, {})->{status}, 405, 'it is only read';
};


subtest 'who comes back misses nothing and hears nothing twice' => sub {
    my $run    = $site->run('one-approval');
    my $stream = open_stream();
    my $last   = next_of($stream, $run);
    $stream->close;

    my @later = map { $site->run('one-approval') } 1 .. 5;
    my %id = map { $_->id => $_->wait_approval->{approval_id} } @later;
    decision($id{ $later[$_]->id }, 'yes') for 0 .. 2;

    # on whatever worker, in pieces of any size

    my (@seen, $at);
    $at = $last->{id};

    while (@seen < 8) {
        my $again = open_stream(last_event_id => $at);
        for (1 .. 3) {
            last if @seen == 8;
            my $m = $again->next;
            cmp_ok $m->{id}, '>', $at, 'numbers rise';
            $at = $m->{id};
            push @seen, told($m);
        }
        $again->close;
    }

    is_deeply [ sort @seen ], [ sort((map { $_->id . ' pending' } @later),
        map { $later[$_]->id . ' approved' } 0 .. 2) ], 'all of it, once';

    my $query = LangOrch::Stream->open($site,
        "/api/approvals/stream?last_event_id=$at");
    decision($id{ $later[3]->id }, 'no');
    is told($query->next), $later[3]->id . ' rejected',
        'what comes next is next';

    my @now = LangOrch::Stream->open($site,
        '/api/approvals/stream?follow=false')->rest;
    is scalar(grep { $_->{json}{status} ne 'pending' } @now), 0,
        'who does not follow has what is pending';
    ok scalar(grep { $_->{json}{run_id} eq $later[4]->id } @now), 'all of it';

    my $lost = open_stream(last_event_id => $at + 1_000_000);
    is told(next_of($lost, $later[4])), $later[4]->id . ' pending',
        'a number that was never given begins anew';
};


subtest 'what the clock does is told, too' => sub {
    $site->import_document(approval('rises', timeout_ms => 300,
        timeout_action => 'escalate', escalation => { level => 'admin',
            timeout_ms => 300 }));

    my $stream = open_stream();
    my $run    = $site->run('rises');
    my @told   = map { next_of($stream, $run)->{json} } 1 .. 3;

    is join(' ', map { "$_->{status}/$_->{approval_level}" } @told),
        'pending/standard pending/admin timeout/admin',
        'it rises, and is over';
    cmp_ok $told[1]{expires_at}, 'gt', $told[0]{expires_at}, 'later';
};


subtest 'many readers on all workers hear the same' => sub {
    my $run  = $site->run('one-approval');
    my $id   = $run->wait_approval->{approval_id};
    my @read = map { open_stream() } 1 .. 16;
    next_of($_, $run) for @read;

    decision($id, 'yes');
    my %ids = map { my $m = next_of($_, $run);
        ("$m->{id} $m->{json}{status}" => 1) } @read;
    is scalar(keys %ids), 1, 'one message, with one number';
};


subtest 'a reload ends it, and who comes back goes on' => sub {
    my $run    = $site->run('one-approval');
    my $stream = open_stream();
    my $last   = next_of($stream, $run);

    $site->reload;
    1 while $stream->next;
    ok $stream->ended_cleanly, 'it ends as it should';

    decision($last->{json}{approval_id}, 'yes');
    my $again = open_stream(last_event_id => $last->{id});
    is told(next_of($again, $run)), $run->id . ' approved', 'here it is';
};


# --- questions beside a run ----------------------------------------------------------

sub aside {
    my ($run, %more) = @_;
    return $site->post('/api/approvals', { run_id => ref $run ? $run->id : $run,
        prompt => 'Is that so?', %more });
}


subtest 'a question beside a run holds nothing up' => sub {
    my $run = $site->run('one-approval', { item => 'the van' });
    $run->wait_approval;

    my $r = aside($run, options => [ 'blue', 'red' ], context_data =>
        { token => 'abc', n => 1 }, decision_type => 'select_option');
    is $r->{status}, 201, 'it is asked';
    like $r->{headers}{location}, qr{/api/approvals/\Q$r->{json}{approval_id}\E$},
        'and has a place';
    my $a = $r->{json};
    is $a->{status}, 'pending', 'it waits';
    is $a->{node_id}, 'adhoc', 'of no node';
    is_deeply $a->{options}, [ 'blue', 'red' ], 'with its options';
    isnt $a->{context_data}{token}, 'abc', 'and no secrets';

    my $e = $run->wait_for('approval_requested', 2);
    is $e->{node_id}, 'adhoc', 'it stands in the timeline';
    is $e->{payload}{approval_id}, $a->{approval_id}, 'as itself';

    is decision($a->{approval_id}, 'green')->{status}, 422, 'no such option';
    $r = decision($a->{approval_id}, 'red');
    is $r->{json}{status}, 'red', 'it is answered';
    is $run->wait_for('approval_decision_received')->{payload}{decision}, 'red',
        'the timeline knows';
    is decision($a->{approval_id}, 'blue')->{status}, 409, 'once';

    is $run->get->{status}, 'waiting_approval', 'the run waits for another one';
    $site->post("/api/approvals/" . $run->wait_approval->{approval_id}
        . '/decision', { decision => 'yes' });
    is $run->wait_final->{output_vars}{answer}, 'accepted the van',
        'and goes on with that';
};


subtest 'its time is up, and nothing else happens' => sub {
    my $run = $site->run('one-approval');
    $run->wait_approval;
    my $start = time;
    my $a = aside($run, timeout_ms => 1000)->{json};
    ok $a->{expires_at}, 'it knows when';

    my $e = $run->wait_for('approval_expired');
    cmp_ok time - $start, '>=', 0.99, 'not before';
    is $e->{payload}{approval_id}, $a->{approval_id}, 'it is told';

    my $now = $site->get("/api/approvals/$a->{approval_id}")->{json};
    is $now->{status}, 'timeout', 'it is over';
    is decision($a->{approval_id}, 'yes')->{json}{code}, 'already_decided',
        'and stays so';
    is $run->get->{status}, 'waiting_approval', 'the run knows nothing of it';
};


subtest 'it ends with its run' => sub {
    my $run = $site->run('one-approval');
    my $own = $run->wait_approval;
    my @ids = map { aside($run)->{json}{approval_id} } 1 .. 2;

    decision($own->{approval_id}, 'yes');
    $run->wait_final;

    is join(' ', map { $site->get("/api/approvals/$_")->{json}{status} } @ids),
        'cancelled cancelled', 'nobody can answer any more';
    is scalar($run->events_of('approval_voided')), 2, 'the timeline says so';
    is +($run->events)[-1]{event_type}, 'run_completed', 'before the end';
    is aside($run)->{status}, 409, 'and nobody can ask';
    is $site->del($run->path)->{status}, 200, 'all of it can go';
    is $site->get("/api/approvals/$ids[0]")->{status}, 404, 'with it';
};


subtest 'what cannot be asked is refused' => sub {
    my $run = $site->run('one-approval');
    $run->wait_approval;

    is aside('none')->{status}, 404, 'about no run';

    for my $bad (
        { prompt => '' }, { prompt => 7 }, { run_id => undef },
        { decision_type => 'guess' }, { decision_type => 'select_option' },
        { options => 'a' }, { options => [''] }, { options => [1] },
        { options => [ map {"o$_"} 1 .. 257 ] }, { timeout_ms => 999 },
        { timeout_ms => 'soon' }, { context_data => [] }, { node_id => [] },
    ) {
        is aside($run, %$bad)->{status}, 422,
            LangOrch::Http::encode($bad) =~ s/(.{60}).*/$1.../r;
    }

    my @answers = map { aside($run)->{status} } 1 .. 101;
    is scalar(grep { $_ == 201 } @answers), 100, 'a hundred are many';
    is $answers[-1], 409, 'and enough';
};


$site->log_is_calm;
done_testing;
