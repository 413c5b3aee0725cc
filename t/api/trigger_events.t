# Events start runs: those that procedures emit, that runs are themselves, and
# that are pushed; each once, to who wants it (ckp 5.4).

use strict;
use warnings;

use JSON::PP qw(encode_json);
use Test::More;

use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 4);


# A procedure that listens, and tells what it was given.

sub listens {
    my ($id, $source, %trigger) = @_;

    $site->import_document(procedure($id, $trigger{hold} ? 'hold' : 'end', {
        $trigger{hold} ? (hold => { type => 'human_approval', prompt => '?',
            on_approve => 'end', on_reject => 'end' }) : (),
        end => { type => 'terminate', outputs => { got => '{{event_payload}}',
            source => '{{event_source}}', id => '{{event_message_id}}',
            attributes => '{{event_attributes}}', by => '{{triggered_by}}',
            type => '{{trigger.event_type}}' } },
    }, trigger => { type => 'event', event_source => $source,
        map({ $_ => $trigger{$_} } grep { $_ ne 'hold' } keys %trigger) }));

    my $r = $site->post("/api/triggers/$id/1.0.0", { trigger_type => 'event' });
    is $r->{status}, 201, "$id listens" or diag $r->{body};
    return "/api/triggers/$id/1.0.0";
}


sub emits {
    my ($id, $name, $payload, %more) = @_;

    $site->import_document(procedure($id, 'tell', {
        tell => { type => 'sequence', next_node => 'end', steps => [ {
            step_id => 'tell', action => 'emit_event', name => $name,
            payload => $payload, output_variable => 'told', %more } ] },
        end => { type => 'terminate', outputs => { told => '{{told}}' } },
    }));

    return $site->run($id);
}


sub runs { return @{ $site->get("/api/runs?procedure_id=$_[0]")->{json} } }

sub first_run {
    my ($id) = @_;
    my $run = until_true("$id has a run", sub { return (runs($id))[0] });
    return $site->run_by_id($run->{run_id})->wait_final;
}


# What was told before is delivered by now: a later event has arrived.

my $n = 0;

sub all_delivered {
    my $id = 'mark-' . ++$n;
    listens($id, "internal://$id");
    push_event($id, { payload => {} });
    first_run($id);
    until_true('nothing is on its way', sub {
        return LangOrch::Store::value($site, 'SELECT count(*) FROM '
            . 'trigger_queue WHERE due_at IS NOT NULL') == 0;
    });
    return;
}


sub push_event {
    my ($source, $event, %headers) = @_;
    return $site->request('POST', '/api/events'
        . (defined $source ? "?source=$source" : ''),
        ref $event ? encode_json($event) : $event, headers =>
        { 'Content-Type' => 'application/json', %headers });
}


use LangOrch::Store;

subtest 'what a step emits starts who listens, once' => sub {
    listens('ships', 'internal://paid');
    listens('bills', 'internal://paid', event_filter =>
        { 'order.total_gt' => 100 });
    my $run = emits('shop', 'paid', { order => { total => 30 } })->wait_final;
    is_deeply $run->{output_vars}{told}, { delivered_to => 1 },
        'it knows how many want it';

    my $end = first_run('ships');
    is_deeply $end->{output_vars}{got}, { order => { total => 30 } },
        'what was told';
    is $end->{output_vars}{source}, 'internal://paid', 'by its source';
    is $end->{trigger_type}, 'event', 'an event began it';
    is $end->{triggered_by}, 'internal://paid', 'that one';

    all_delivered();
    is scalar(runs('ships')), 1, 'once';
    is scalar(runs('bills')), 0, 'the filter of the other does not hold';

    $run = emits('nobody', 'unheard', 1)->wait_final;
    is_deeply $run->{output_vars}{told}, { delivered_to => 0 }, 'nobody';
};


subtest 'the end of a run is an event, but not of what an event began' => sub {
    my $url = listens('follows', 'internal://run.completed', event_filter =>
        { procedure_id_starts_with => 'plain' });
    listens('alarm', 'internal://run.failed');
    listens('chain', 'internal://run.completed', event_filter =>
        { procedure_id => 'follows' });

    $site->import_document(procedure('plain', 'end',
        { end => { type => 'terminate' } }));
    $site->import_document(procedure('broken', 'end',
        { end => { type => 'terminate', status => 'failed' } }));

    my $id = $site->run('plain')->wait_final->{run_id};
    my $got = first_run('follows')->{output_vars}{got};
    is $got->{run_id}, $id, 'the run';
    is $got->{status}, 'completed', 'how it ended';

    $id = $site->run('broken')->wait_final->{run_id};
    is first_run('alarm')->{output_vars}{got}{run_id}, $id, 'a failure';

    all_delivered();
    is scalar(runs('chain')), 0, 'no chain goes on by itself';
    is scalar(runs('follows')), 1, 'and nobody hears what it did not ask for';

    listens('asks', 'internal://approval.requested');
    $site->import_document('one-approval');
    my $held = $site->run('one-approval');
    my $asked = $held->wait_approval;
    is first_run('asks')->{output_vars}{got}{approval_id},
        $asked->{approval_id}, 'a question is one, too';
};


subtest 'events are pushed as envelopes and as CloudEvents' => sub {
    listens('bus', 'kafka://orders', event_type => ['made'],
        dedupe_window_seconds => 300);

    my $r = push_event('kafka://orders', { type => 'made', message_id => 'm-1',
        payload => { n => 1 }, attributes => { shop => 'b' } });
    is $r->{status}, 202, 'taken' or diag $r->{body};
    is $r->{json}{delivered_to}, 1, 'one wants it';
    my $out = first_run('bus')->{output_vars};
    is_deeply [ @{$out}{qw(id got attributes type)} ], [ 'm-1', { n => 1 },
        { shop => 'b' }, 'made' ], 'all of it arrives';

    is push_event('kafka://orders', { type => 'other', payload => {} })
        ->{json}{delivered_to}, 0, 'another type is not wanted';
    push_event('kafka://orders', { type => 'made', message_id => 'm-1',
        payload => { n => 2 } });
    all_delivered();
    is scalar(runs('bus')), 1, 'the same message is the same';
    is $site->get('/api/triggers/bus/1.0.0/history')->{json}[0]{outcome},
        'deduped', 'and remembered so';

    listens('cloud', 'internal://com.example.paid');
    $r = push_event(undef, { specversion => '1.0', id => '7', source => '/s',
        type => 'com.example.paid', data => { n => 3 } },
        'Content-Type' => 'application/cloudevents+json');
    is $r->{json}{delivered_to}, 1, 'structured, by its type' or diag $r->{body};
    $out = first_run('cloud')->{output_vars};
    is_deeply $out->{got}, { n => 3 }, 'its data';
    is $out->{id}, '/s#7', 'its name';
    is $out->{attributes}{type}, 'com.example.paid', 'its attributes';

    listens('binary', 'internal://text');
    $r = push_event(undef, 'hello', 'Content-Type' => 'text/plain',
        'ce-specversion' => '1.0', 'ce-id' => '8', 'ce-source' => '/s',
        'ce-type' => 'text', 'ce-own' => 'x');
    is $r->{status}, 202, 'binary' or diag $r->{body};
    $out = first_run('binary')->{output_vars};
    is_deeply $out->{got}, { payload => 'hello' }, 'its bytes';
    is $out->{attributes}{own}, 'x', 'its own attributes';

    for my $case ([ { specversion => '0.3', id => 1 }, qr/1\.0/,
            'Content-Type' => 'application/cloudevents+json' ],
        [ '{"half":', qr/no JSON/ ], [ { type => 'a' }, qr/payload/ ],
        [ { payload => 1 }, qr/source/ ],
        [ [], qr/batches/, 'Content-Type' =>
            'application/cloudevents-batch+json' ]) {
        my ($event, $why, @headers) = @$case;
        my $r = push_event(undef, $event, @headers);
        is $r->{status}, 422, 'refused';
        like $r->{body}, $why, "because $why";
    }
};


subtest 'an event that finds no free run comes again' => sub {
    my $url = listens('busy', 'internal://busy', hold => 1,
        max_concurrent_runs => 1);
    push_event('busy', { payload => { n => 1 } });
    my $first = until_true('one begins', sub { return (runs('busy'))[0] });
    push_event('busy', { payload => { n => 2 } });
    until_true('the other finds no room', sub {
        return grep { $_->{outcome} eq 'concurrency_limited' }
            @{ $site->get("$url/history")->{json} };
    });

    $site->post("/api/runs/$first->{run_id}/cancel");
    until_true('it comes again', sub { return runs('busy') == 2 });
    is scalar(grep { $_->{outcome} eq 'concurrency_limited' }
        @{ $site->get("$url/history")->{json} }), 1, 'and was noted once';
};


subtest 'while workers are killed none is lost and none comes twice' => sub {
    listens('counts', 'internal://count');

    for my $i (1 .. 20) {
        is push_event('count', { payload => { n => $i } })->{status}, 202,
            "event $i";
        $site->kill9_worker if $i % 7 == 0;
    }

    until_true('all arrive', sub { return runs('counts') >= 20 });
    all_delivered();
    my %got;
    $got{ $_->{input_vars}{event_payload}{n} }++ for runs('counts');
    is_deeply \%got, { map { $_ => 1 } 1 .. 20 }, 'each once';
};


$site->log_is_calm;
done_testing;
