# A run can be watched as it happens, and the watching taken up again anywhere
# (api 1.14, 5, G8).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(chain procedure);
use LangOrch::Site;
use LangOrch::Stream;

my $agent = LangOrch::Agent->start(script => {
    work => sub {
        my ($call) = @_;
        return { result => 1, until => $call->{json}{step_id} };
    },
});

my $site = LangOrch::Site->start(
    workers => 2, procedures => [ 'log-only', 'one-approval' ]);
$site->register($agent);
$site->import_document(chain('four', 4));


sub watch {
    my ($run, %o) = @_;
    return LangOrch::Stream->open($site, $run->path('/stream'), %o);
}


subtest 'a stream is one in its head and its first line' => sub {
    my $run = $site->run('log-only');
    $run->wait_final;
    my $stream = watch($run);

    is $stream->status, 200, 'opened';
    is $stream->headers->{'content-type'}, 'text/event-stream; charset=utf-8',
        'a stream';
    is $stream->headers->{'cache-control'}, 'no-store', 'kept nowhere';
    is $stream->headers->{'x-accel-buffering'}, 'no', 'held back nowhere';
    ok !defined $stream->headers->{'content-length'}, 'without a length';

    my @messages = $stream->rest;
    is $stream->retry, 2000, 'come again after 2 s';

    my $end = pop @messages;
    my @all = $run->events;
    is_deeply [ map { $_->{json} } @messages ], \@all, 'the events as they are';
    is scalar(grep { $_->{event} ne 'run_event' } @messages), 0,
        'under one name';
    is_deeply [ map { $_->{id} } @messages ], [ map { $_->{event_id} } @all ],
        'with their ids';

    is $end->{event}, 'end', 'then the end';
    is_deeply $end->{json}, { run_id => $run->id, status => 'completed' },
        'which says how';
    is $end->{id}, $all[-1]{event_id}, 'at the last id';
    ok $stream->ended_cleanly, 'closed as it should be';
};


subtest 'a stream ends, however many events there are' => sub {
    $site->import_document(procedure('many', 'each', {
        each => { type => 'loop', iterator => 'rows', body_node => 'say',
            max_iterations => 500, next_node => 'end' },
        say => { type => 'sequence', steps => [ { step_id => 'one',
            action => 'log', params => { message => 'x' } } ] },
        end => { type => 'terminate' },
    }, variables_schema => { rows => { type => 'array' } }));
    my $run = $site->run('many', { rows => [ 1 .. 100 ] });
    $run->wait_final;
    my @all = $run->events;
    cmp_ok @all, '>', 401, 'there are many';

    for my $left (199 .. 201, 399 .. 401) {
        my @rest = watch($run, last_event_id => $all[-$left - 1]{event_id})->rest;
        is @rest, $left + 1, "$left that are left";
        is $rest[-1]{event}, 'end', 'and the end';
    }
};


subtest 'what happens is shown while it happens' => sub {
    my $run    = $site->run('four');
    my $stream = watch($run);
    my @types;

    for my $step ('s1' .. 's4') {
        while (my $m = $stream->next) {
            push @types, $m->{json}{event_type};
            last if $types[-1] eq 'step_dispatched';
        }
        is $types[-1], 'step_dispatched', "$step is seen before it is answered";
        $agent->release($step);
    }

    push @types, map { $_->{json}{event_type} // $_->{event} } $stream->rest;
    is $types[-2], 'run_completed', 'to its end';
};


subtest 'it is taken up after any event, on any worker' => sub {
    my $run = $site->run('log-only');
    $run->wait_final;
    my @all = $run->events;
    my @bad;

    for my $i (0 .. $#all - 1) {
        my @got = map { $_->{id} }
            watch($run, last_event_id => $all[$i]{event_id})->rest;
        pop @got;
        push @bad, $i
            if "@got" ne "@{[ map { $_->{event_id} } @all[ $i + 1 .. $#all ] ]}";
    }
    is_deeply \@bad, [], 'exactly what came after it';

    is watch($run, last_event_id => $all[-1]{event_id})->status, 204,
        'nothing after the last: stop asking';

    my $stream = LangOrch::Stream->open($site, $run->path('/stream?after_id='
        . $all[1]{event_id}), last_event_id => $all[3]{event_id});
    is $stream->next->{id}, $all[4]{event_id}, 'the largest id wins';
};


subtest 'without follow it ends with what there is' => sub {
    my $run = $site->run('one-approval');
    $run->wait_status('waiting_approval');

    my $stream = LangOrch::Stream->open($site,
        $run->path('/stream?follow=false'));
    my @messages = $stream->rest;
    is scalar(@messages), scalar($run->events), 'all, and no end';
};


# More than a worker lets look at once, and some who leave while others wait.

subtest 'three hundred watch one run, over two workers' => sub {
    my $run = $site->run('one-approval');
    $run->wait_status('waiting_approval');
    my @streams = map { watch($run) } 1 .. 300;
    $_->next for @streams;

    $run->decide('approve');
    $#streams = 249;
    $run->wait_final;
    my @ids = map { $_->{event_id} } $run->events;
    shift @ids;

    my @others;
    for my $stream (@streams) {
        my @seen = map { $_->{id} } grep { $_->{event} eq 'run_event' }
            $stream->rest;
        push @others, "@seen" if "@seen" ne "@ids";
    }
    is_deeply \@others, [], 'each sees the rest';
};


is(LangOrch::Stream->open($site, '/api/runs/none/stream')->status, 404,
    'an unknown run cannot be watched');

is $site->get('/api/health')->{status}, 200, 'the site goes on';

$site->log_is_calm;
done_testing;
