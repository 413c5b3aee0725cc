# What was recorded is never sent again, what was under way is, with the same
# key (G1-G4, architecture 7).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(chain procedure sequence step);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Stream;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => {
    work => sub {
        my ($call, $n) = @_;
        return $call->{json}{step_id} eq 's3' && $call->{json}{params}{hold}
            ? { result => $n, until => $call->{json}{params}{hold} }
            : { result => $n };
    },
});

my $site = LangOrch::Site->start(workers => 2, procedures => ['one-approval']);
$site->register($agent);

$site->import_document(procedure('five', 'main', {
    main => sequence('end', map { step("s$_", action => 'work',
        params => { hold => '{{hold}}' }) } 1 .. 5),
    end => { type => 'terminate', outputs => { s1 => '{{s1}}', s5 => '{{s5}}' } },
}, variables_schema => { hold => {} }));


# The calls of a run, as "s1 s2 s3 s3".

sub steps_of {
    my ($run) = @_;
    return join ' ', map { $_->{json}{step_id} }
        grep { $_->{json}{run_id} eq $run->id } $agent->calls('work');
}

sub keys_of {
    my ($run, $step) = @_;
    my %keys = map { $_->{headers}{'idempotency-key'} => 1 }
        grep { $_->{json}{run_id} eq $run->id && $_->{json}{step_id} eq $step }
        $agent->calls('work');
    my @keys = sort keys %keys;
    return @keys;
}

sub has_no_holes {
    my ($run) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my @seq = map { $_->{seq} } $run->events;
    return is_deeply \@seq, [ 1 .. @seq ], 'its events have no hole';
}


subtest 'everything is killed while a step is under way' => sub {
    my $run = $site->run('five', { hold => 'all' });
    until_true('the third step is called', sub { steps_of($run) =~ /s3/ });

    $site->kill9_all;
    $agent->release('all');
    $site->restart;

    my $end = $run->wait_final;
    is $end->{status}, 'completed', 'the run goes on';
    is steps_of($run), 's1 s2 s3 s3 s4 s5', 'the third alone was sent again';
    is scalar(keys_of($run, 's3')), 1, 'with the same key';
    has_no_holes($run);

    my ($resumed) = $run->events_of('execution_resumed');
    is $resumed->{payload}{resume_reason}, 'crash_recovery', 'it tells of it';
};


subtest 'one worker is killed: whichever, the run goes on' => sub {
    for my $i (0, 1) {
        my $run = $site->run('five', { hold => "one$i" });
        until_true('the third step is called', sub { steps_of($run) =~ /s3/ });

        $site->kill9_worker(($site->workers)[$i]);
        $agent->release("one$i");

        is $run->wait_final->{status}, 'completed', 'it completes';
        like steps_of($run), qr/^s1 s2 s3(?: s3)? s4 s5$/,
            'at most the third was sent again';
        is scalar(keys_of($run, 's3')), 1, 'with the same key';
        has_no_holes($run);
    }
};


subtest 'the agent dies with its call, and comes back' => sub {
    $site->import_document(procedure('patient', 'main', {
        main => sequence('end', step('s3', action => 'work',
            params => { hold => 'agent' },
            retry_policy => { max_attempts => 20, strategy => 'fixed',
                base_delay_ms => 200 })),
        end => { type => 'terminate' },
    }));
    my $run = $site->run('patient');
    until_true('it is called', sub { steps_of($run) });

    $agent->kill9;
    $run->wait_for('step_retry');
    $agent->release('agent');
    $agent->restart;

    is $run->wait_final->{status}, 'completed', 'the run completes';
    is scalar(keys_of($run, 's3')), 1, 'with one key';
};


subtest 'a decision that was acknowledged is kept' => sub {
    my @runs = map { $site->run('one-approval') } 1 .. 5;
    $_->wait_approval for @runs;
    is $_->decide('approve')->{status}, 200, 'decided' for @runs;

    $site->kill9_all;
    $site->restart;

    is $_->wait_final->{output_vars}{answer}, 'accepted nothing',
        'it counts' for @runs;
    has_no_holes($_) for @runs;
};


subtest 'a run that was acknowledged is kept' => sub {
    my @runs = map { $site->run('five') } 1 .. 20;
    $site->kill9_all;
    $site->restart;

    is $_->wait_final->{status}, 'completed', 'each completes' for @runs;
    my $twice = grep { steps_of($_) !~ /^(s1 )+(s2 )+(s3 )+(s4 )+s5( s5)*$/ }
        @runs;
    is $twice, 0, 'in order';
};


subtest 'a stream goes on where it was' => sub {
    my $run = $site->run('five', { hold => 'stream' });
    until_true('the third step is called', sub { steps_of($run) =~ /s3/ });

    my $stream = LangOrch::Stream->open($site, $run->path('/stream'));
    my @seen   = map { $stream->next->{id} } 1 .. 5;

    $site->kill9_all;
    $agent->release('stream');
    $site->restart;

    $stream = LangOrch::Stream->open($site, $run->path('/stream'),
        last_event_id => $seen[-1]);
    push @seen, map { $_->{id} } grep { $_->{event} eq 'run_event' }
        $stream->rest;

    is_deeply \@seen, [ map { $_->{event_id} } $run->events ],
        'each event once, in order';
};


subtest 'a procedure may want no run to go on after a crash' => sub {
    $site->import_document(procedure('once-only', 'main', {
        main => sequence('end', map { step("s$_", action => 'work',
            params => { hold => '{{hold}}' }) } 1 .. 3),
        end => { type => 'terminate' },
    }, variables_schema => { hold => {} },
        global_config => { resume_on_failure => JSON::PP::false() }));

    # a worker that leaves hands over what it does: that is no crash

    $site->configure(http => "langorch_drain 200ms;\n");
    $site->reload;
    my $handed = $site->run('once-only', { hold => 'reload' });
    until_true('its third step is called', sub { steps_of($handed) =~ /s3/ });
    $site->reload;
    until_true('another worker has it', sub { steps_of($handed) =~ /s3.*s3/ });
    $agent->release('reload');
    is $handed->wait_final->{status}, 'completed', 'a reload fails no run';
    is scalar(keys_of($handed, 's3')), 1, 'its step has one key';

    my $torn = $site->run('once-only', { hold => 'crash' });
    until_true('its third step is called', sub { steps_of($torn) =~ /s3/ });
    $site->kill9_all;
    $agent->release('crash');
    $site->restart;

    my $end = $torn->wait_final;
    is $end->{status}, 'failed', 'a crash does';
    is steps_of($torn), 's1 s2 s3', 'nothing is sent again';
    like $end->{error_message}, qr/interrupted/, 'it says why';

    my $failure = $site->get($torn->path('/diagnostics'))->{json}{failure};
    is $failure->{class}, 'internal', 'the failure has a class';
    has_no_holes($torn);
};


ok LangOrch::Store::is_sound($site), 'the database is sound';

$site->log_is_calm;
done_testing;
