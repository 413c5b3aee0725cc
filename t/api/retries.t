# Steps are tried again as their policy says, and end in their time
# (ckp 16, 17).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;

my $agent = LangOrch::Agent->start(script => {
    third  => [ ({ status => 503, body => '' }) x 2, { result => 'third' } ],
    never  => { error => 'Busy: later' },
    denied => { status => 403, body => '' },
    final  => { error => 'No: never', retryable => JSON::PP::false },
    hang   => [ { hang => 1 }, { result => 'late' } ],
    reset  => [ { reset => 1 }, { result => 'after all' } ],
    later  => [ { status => 429, body => '', headers => { 'Retry-After' => 1 } },
        { result => 1 } ],
    good   => { result => 1 },
});

my $site = LangOrch::Site->start;
$site->register($agent);


sub run_step {
    my ($action, %more) = @_;
    my $config = delete $more{config};
    my $id     = "p-$action-" . int rand 1e9;

    $site->import_document(procedure($id, 'main', {
        main => sequence('end', step($action, %more)),
        end  => { type => 'terminate', outputs => { out => "{{$action}}" } },
    }, $config ? (global_config => $config) : ()));

    my $run = $site->run($id);
    return ($run, $run->wait_final);
}

my %quick = (max_attempts => 3, strategy => 'fixed', base_delay_ms => 20);


subtest 'a failing step is tried until it succeeds' => sub {
    my ($run, $end) = run_step('third', retry_policy => \%quick);

    is $end->{status}, 'completed', 'it completes';
    is_deeply $end->{output_vars}, { out => 'third' }, 'with what came last';

    my @retries = $run->events_of('step_retry');
    is scalar(@retries), 2, 'two retries';
    is $retries[0]{payload}{delay_ms}, 20, 'after the pause of the policy';
    is scalar($agent->calls('third')), 3, 'three calls';
};


subtest 'it is not tried more often than that' => sub {
    my ($run, $end) = run_step('never', retry_policy => \%quick);
    is $end->{status}, 'failed', 'it fails';
    is scalar($agent->calls('never')), 3, 'three calls';

    my ($failed) = $run->events_of('step_failed');
    is $failed->{payload}{attempts}, 3, 'as it tells';
};


subtest 'only a step that asks is tried again' => sub {
    run_step('never');
    is scalar($agent->calls('never')), 4, 'one call more';

    run_step('never', retry_on_failure => JSON::PP::true,
        config => { max_retries => 1, retry_delay_ms => 5 });
    is scalar($agent->calls('never')), 6, 'with the policy of all: two';

    run_step('never', retry_on_failure => JSON::PP::true,
        config => { max_retries => 0 });
    is scalar($agent->calls('never')), 7, 'none is a number too';
};


subtest 'what will not change is not tried again' => sub {
    run_step('denied', retry_policy => \%quick);
    is scalar($agent->calls('denied')), 1, 'a status that is final';
    run_step('final', retry_policy => \%quick);
    is scalar($agent->calls('final')), 1, 'an agent that says so';
};


subtest 'pauses grow as the table says' => sub {
    my ($run) = run_step('never', retry_policy => { max_attempts => 4,
        strategy => 'exponential_backoff', base_delay_ms => 10,
        multiplier => 3, max_delay_ms => 50 });
    is_deeply [ map { $_->{payload}{delay_ms} } $run->events_of('step_retry') ],
        [ 10, 30, 50 ], 'up to the cap';
};


subtest 'an agent may ask for a longer pause' => sub {
    my ($run, $end) = run_step('later', retry_policy => \%quick);
    is $end->{status}, 'completed', 'it completes';
    my ($retry) = $run->events_of('step_retry');
    cmp_ok $retry->{payload}{delay_ms}, '>=', 1000, 'it was given';
};


subtest 'an attempt ends with its time, and the key stays' => sub {
    my ($run, $end) = run_step('hang', timeout_ms => 200,
        retry_policy => \%quick);

    is $end->{status}, 'completed', 'the next one answers';
    is scalar($run->events_of('step_timeout')), 1, 'one timed out';

    my @keys = map { $_->{headers}{'idempotency-key'} } $agent->calls('hang');
    is scalar(@keys), 2, 'two calls';
    is $keys[0], $keys[1], 'with one key: the first may have been heard';
};


subtest 'so it is after a reset' => sub {
    my ($run, $end) = run_step('reset', retry_policy => \%quick);
    is $end->{status}, 'completed', 'it completes';
    my @keys = map { $_->{headers}{'idempotency-key'} } $agent->calls('reset');
    is $keys[0], $keys[1], 'with one key';
};


subtest 'a run has a time too' => sub {
    my ($run, $end) = run_step('hang', config => { timeout_ms => 300 });
    is $end->{status}, 'completed', 'in time';

    $site->import_document(procedure('endless', 'main', {
        main => { type => 'sequence', steps => [ { step_id => 'w',
            action => 'wait', duration_ms => 60_000 } ], next_node => 'end' },
        end => { type => 'terminate' },
    }, global_config => { timeout_ms => 300 }));

    $run = $site->run('endless');
    $end = $run->wait_final;
    is $end->{status}, 'failed', 'or it fails';
    is scalar($run->events_of('run_timeout')), 1, 'as it tells';
};


subtest 'a pause outlives everybody' => sub {
    $site->import_document(procedure('pause', 'main', {
        main => { type => 'sequence', steps => [ { step_id => 'w',
            action => 'wait', duration_ms => 1500 } ], next_node => 'end' },
        end => { type => 'terminate' },
    }));
    my $run = $site->run('pause');
    $run->wait_for('step_started');
    $site->kill9_all;
    $site->restart;

    is $run->wait_final->{status}, 'completed', 'it ends';
    my %at = map { $_->{event_type} => $_->{created_at} } $run->events;
    cmp_ok seconds($at{step_completed}) - seconds($at{step_started}), '>=', 1.4,
        'not before its time';
};


sub seconds {
    my ($h, $m, $s) = $_[0] =~ /T(\d+):(\d+):([\d.]+)Z/;
    return $h * 3600 + $m * 60 + $s;
}


$site->log_is_calm;
done_testing;
