# A reload of NGINX loses nothing and fails nobody (G9).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(chain);
use LangOrch::Site;
use LangOrch::Stream;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => {
    work => sub {
        my ($call) = @_;
        return { result => 1, delay => 0.02 };
    },
});

my $site = LangOrch::Site->start(
    workers => 2, procedures => [ 'one-approval', 'log-only' ]);
$site->register($agent);
$site->import_document(chain('ten', 10));


subtest 'runs go on across reloads' => sub {
    my @runs;

    for (1 .. 5) {
        push @runs, map { $site->run('ten') } 1 .. 10;
        $site->reload;
    }

    is $_->wait_final->{status}, 'completed', 'a run completes' for @runs;

    my @torn = grep {
        my $seq = 0;
        grep { $_->{seq} != ++$seq } $_->events;
    } @runs;
    is scalar(@torn), 0, 'their events have no holes';

    my %step;
    $step{"$_->{json}{run_id}/$_->{json}{step_id}"}
        {$_->{headers}{'idempotency-key'}}++ for $agent->calls('work');
    is scalar(keys %step), 500, 'every step was sent';
    is scalar(grep { keys %$_ > 1 } values %step), 0, 'under one key each';
};


subtest 'nobody who asks meanwhile is turned away' => sub {
    my @answers = $site->together(3, sub {
        my ($part) = @_;

        if ($part == 0) {
            $site->reload for 1 .. 3;
            return;
        }
        return map { $site->post('/api/runs',
            { procedure_id => 'log-only' })->{status} } 1 .. 60;
    });

    is scalar(@answers), 120, 'all were answered';
    is scalar(grep { $_ != 201 } @answers), 0, 'with what they asked for';
};


subtest 'a stream is closed cleanly, and taken up again' => sub {
    my $run    = $site->run('one-approval');
    $run->wait_status('waiting_approval');
    my $stream = LangOrch::Stream->open($site, $run->path('/stream'));
    my @seen   = map { $stream->next->{id} } $run->events;

    $site->reload;
    is $stream->next, undef, 'it ends';
    ok $stream->ended_cleanly, 'as it should';

    $stream = LangOrch::Stream->open($site, $run->path('/stream'),
        last_event_id => $seen[-1]);
    $run->decide('approve');
    push @seen, map { $_->{id} } grep { $_->{event} eq 'run_event' }
        $stream->rest;
    is_deeply \@seen, [ map { $_->{event_id} } $run->events ],
        'nothing is missing';
};


until_true('the old workers are gone',
    sub { $site->workers(1) == $site->workers });
pass 'old workers end in their time';

$site->log_is_calm;
done_testing;
