# What a run did, what it waits for and why it failed, in one answer (api 4.10).

use strict;
use warnings;

use JSON::PP qw(encode_json);
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step approval);
use LangOrch::Llm;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my @capabilities = ((map { { name => $_, type => 'tool' } }
    qw(plain flaky wrong slow)), { name => 'deliver', type => 'workflow' });

my $agent = LangOrch::Agent->start(capabilities => \@capabilities, script => {
    plain   => { result => 'done' },
    flaky   => [ ({ error => 'Busy: later', retryable => JSON::PP::true }) x 2,
        { result => 'at last' } ],
    wrong   => { error => 'No: never', retryable => JSON::PP::false },
    slow    => { until => 'go', result => 'slow' },
    deliver => { status => 202, body => '' },
});

my $site = LangOrch::Site->start(workers => 2, procedures => ['one-approval']);
$site->register($agent, agent_id => 'hand', capabilities => \@capabilities);


my %end = (end => { type => 'terminate' });
my $n = 0;

# A run of a procedure with these nodes, which begins with the node "main".

sub start {
    my ($nodes, %more) = @_;
    my $id = 'p' . ++$n;
    my %rest = encode_json($nodes) =~ /"end"/ ? %end : ();
    $site->import_document(procedure($id, 'main', { %$nodes, %rest }, %more));
    return $site->run($id);
}

sub diagnosed {
    my ($run) = @_;
    my $r = $site->get($run->path('/diagnostics'));
    is $r->{status}, 200, 'diagnosed';
    return $r->{json};
}


subtest 'what it did' => sub {
    my $run = start({ main => sequence('end', step('plain', action => 'plain'),
        step('flaky', action => 'flaky', retry_policy => { max_retries => 3,
            strategy => 'fixed', base_delay_ms => 20 })) });
    $run->wait_final;
    my $d = diagnosed($run);

    is $d->{run_id}, $run->id, 'the run';
    is $d->{thread_id}, $run->id, 'its thread';
    is $d->{status}, 'completed', 'its status';
    is $d->{last_node_id}, 'end', 'where it was last';
    is $d->{failure}, undef, 'nothing failed';
    is $d->{waiting_for}, undef, 'nothing is waited for';
    is $d->{waiting_since}, undef, 'since never';
    ok $d->{has_retry_event}, 'something was tried again';
    is $d->{total_events}, scalar(my @all = $run->events), 'its events';
    cmp_ok $d->{checkpoints}, '>=', 1, 'its checkpoints';

    is scalar @{ $d->{retries} }, 2, 'each retry';
    my $retry = $d->{retries}[1];
    is_deeply [ @$retry{qw(node_id step_id attempt delay_ms)} ],
        [ 'main', 'flaky', 3, 20 ], 'of which step, what comes, how late';
    like $retry->{error}, qr/later/, 'why';
    ok $retry->{at} ge $d->{retries}[0]{at}, 'when';

    my ($hand) = @{ $d->{agents} };
    is $hand->{agent_id}, 'hand', 'the agent';
    is $hand->{calls}, 4, 'its calls';
    is $hand->{errors}, 2, 'and those that failed';
    cmp_ok $hand->{avg_ms}, '>=', 0, 'how long they took';
    cmp_ok $hand->{avg_ms}, '<', 60_000, 'about';

    my %entry = map { ($_->{step_id} // '') => $_ } @{ $d->{idempotency_entries} };
    is $entry{flaky}{status}, 'completed', 'the journal: what became of a step';
    is $entry{flaky}{decision}, 'executed', 'it was done';
    ok $entry{flaky}{has_cached_result}, 'its result is known';
    ok $entry{flaky}{idempotency_key}, 'by a key';
    is_deeply $d->{llm}, { calls => 0, prompt_tokens => 0,
        completion_tokens => 0, cost_usd => 0, exchanges => [] },
        'no model was asked';
};


subtest 'what it had not to do' => sub {
    my $doc = procedure('known', 'main', {
        main => sequence('end', step('plain', action => 'plain',
            idempotency_key => 'one', idempotency_policy => { scope => 'global' }),
            step('never', action => 'plain', condition => 'false')),
        %end,
    });
    $site->import_document($doc);
    $site->run('known')->wait_final;
    my $run = $site->run('known');
    $run->wait_final;

    my %decision = map { ($_->{step_id} // '') => $_->{decision} }
        @{ diagnosed($run)->{idempotency_entries} };
    is $decision{plain}, 'reused', 'the result was there';
    ok !$decision{never} || $decision{never} eq 'skipped',
        'a step whose condition says no is not told as done';
};


# What is told of a step while and when it was made, and of a node that asked a
# model: status, whether a result is known, what was decided, whether by a key.

sub fates {
    my ($run) = @_;
    return map { ($_->{step_id} // '') => join ' ', $_->{status},
        $_->{has_cached_result} ? 'known' : 'unknown', $_->{decision},
        length($_->{idempotency_key} // '') ? 'key' : 'no key' }
        @{ diagnosed($run)->{idempotency_entries} };
}

subtest 'what became of each step' => sub {
    my $llm = LangOrch::Llm->start(script => { '*' => [ { text => 'Yes.' } ] });
    my $run = start({
        main => sequence('ask', step('never', action => 'plain', condition => 'false'),
            step('lost', action => 'wrong', error_handlers => [ { action => 'ignore' } ])),
        ask  => { type => 'llm_action', prompt => 'Well?', profile => 'p',
            next_node => 'last' },
        last => sequence('end', step('slow', action => 'slow')),
    }, global_config => { llm => { profiles => { p => {
        base_url => $llm->base_url, model => 'm' } } } });
    until_true('a call is under way', sub { my %f = fates($run); $f{slow} });

    my %fate = fates($run);
    is $fate{never}, 'skipped unknown skipped no key', 'one that was not to be made';
    is $fate{lost}, 'failed unknown executed key', 'one that failed';
    is $fate{ask}, 'completed known executed key', 'a node that asked a model';
    is $fate{slow}, 'started unknown executed key', 'one that is being made';

    # the journal of a version that wrote it for steps, too

    LangOrch::Store::change($site, 'INSERT INTO journal (run, path, node_id, step_id,'
        . " key, status, attempts, updated_at) SELECT id, 'last/slow', 'last', 'slow',"
        . " 'old', 'started', 1, 1 FROM runs WHERE run_id = '" . $run->id . q{'});
    my @slow = grep { $_->{step_id} eq 'slow' }
        @{ diagnosed($run)->{idempotency_entries} };
    is_deeply [ map { $_->{idempotency_key} } @slow ], ['old'],
        'what an older version wrote is told, once';
    $site->post($run->path('/cancel'));
    $run->wait_final;
};


my %failures = (
    agent_error => { main => sequence('end', step('s', action => 'wrong')) },
    no_executor => { main => sequence('end', step('s', action => 'nobody')) },
    timeout => { main => sequence('end', step('s', action => 'slow',
        timeout_ms => 100)) },
    validation => { main => sequence('end', { step_id => 's',
        action => 'parse_json', source => 'x{' }) },
    budget => { main => sequence('main', { step_id => 's', action => 'log',
        message => 'again' }) },
    procedure => { main => { type => 'terminate', status => 'failed',
        message => 'no good' } },
    approval_timeout => { main => { type => 'human_approval', prompt => 'Go?',
        timeout_ms => 50, on_approve => 'end' } },
    callback_timeout => { main => sequence('end', step('s', action => 'deliver',
        callback_timeout_ms => 100)) },
    llm_error => { main => { type => 'llm_action', prompt => 'Say it.',
        profile => 'p', next_node => 'end' } },
);

my $model = LangOrch::Llm->start(script => { '*' => [ { refuse => 400 } ] });

my %config = (
    budget => { max_node_visits => 5 },
    llm_error => { llm => { profiles => { p => { base_url => $model->base_url,
        model => 'm' } } } },
);

subtest 'why it failed' => sub {
    for my $class (sort keys %failures) {
        my $run = eval {
            start($failures{$class}, global_config => $config{$class} || {});
        };
        ok $run, "$class: a run" or do { diag $@; next };
        is $run->wait_final->{status}, 'failed', "$class: it fails";

        my $f = diagnosed($run)->{failure};
        is $f->{class}, $class, "$class: of that class"
            or diag explain $run->get, $run->story;
        is $f->{node_id}, 'main', "$class: where";
        ok length $f->{message}, "$class: with words";
        ok exists $f->{retryable}, "$class: worth another try, or not";
    }
};


subtest 'what wraps a failure has its class' => sub {
    $site->import_document(procedure('inner', 'main', $failures{agent_error}
        && { %{ $failures{agent_error} }, %end }));
    my $run = start({ main => { type => 'subflow', procedure_id => 'inner',
        next_node => 'end' } });
    is $run->wait_final->{status}, 'failed', 'it fails with its child';
    is diagnosed($run)->{failure}{class}, 'agent_error', 'as that did';

    my $held = $site->run('one-approval', { item => 'x' });
    $held->wait_status('waiting_approval');
    $site->post($held->path('/cancel'));
    is $held->wait_final->{status}, 'canceled', 'one is cancelled';
    is diagnosed($held)->{failure}{class}, 'cancelled', 'so it says';
};


subtest 'what models were told and said, where the document keeps it' => sub {
    my $llm = LangOrch::Llm->start(script => { '*' => [ { text => 'It is Ada.' } ] });
    my $asks = sub {
        my ($level) = @_;
        my $run = start({ main => { type => 'llm_action', next_node => 'end',
            prompt => 'Who is {{who}}?', profile => 'p' } },
            variables_schema => { who => { type => 'string', default => 'she' } },
            global_config => { audit_config => { audit_level => $level },
                llm => { profiles => { p => { base_url => $llm->base_url,
                    model => 'm' } } } });
        is $run->wait_final->{status}, 'completed', "$level: answered"
            or diag explain $run->story;
        return diagnosed($run)->{llm}{exchanges};
    };

    my ($one, @more) = @{ $asks->('detailed') };
    is scalar @more, 0, 'one question';
    is $one->{node_id}, 'main', 'of its node';
    like $one->{at}, qr/^\d{4}-/, 'when';
    is $one->{text}, 'It is Ada.', 'what was said';
    like $one->{messages}[-1]{content}, qr/^Who is she\?$/, 'what it was told';
    is_deeply $asks->('standard'), [], 'elsewhere it is not kept';
};


# What it waits for, and since when.

sub waits {
    my ($run, $for) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $d = until_true("a run waits for $for", sub {
        my $d = $site->get($run->path('/diagnostics'))->{json};
        return ($d->{waiting_for} // '') eq $for ? $d : undef;
    });
    like $d->{waiting_since}, qr/^\d{4}-/, "$for: since then";
    return $d;
}

subtest 'what it waits for' => sub {
    my $ask = $site->run('one-approval', { item => 'x' });
    my $d   = waits($ask, 'approval');
    is_deeply $d->{pending_approvals}, [ $ask->wait_approval->{approval_id} ],
        'which one';
    $site->post($ask->path('/cancel'));

    my $call = start({ main => sequence('end', step('s', action => 'deliver')) });
    waits($call, 'callback');
    my ($entry) = @{ diagnosed($call)->{idempotency_entries} };
    is $entry->{status}, 'delegated', 'the step is with its agent';

    my $timer = start({ main => sequence('end', step('s', action => 'wait',
        params => { duration_ms => 3_600_000 })) });
    waits($timer, 'timer');
    is $site->post($timer->path('/pause'), {})->{status}, 200, 'it is held';
    waits($timer, 'operator');

    $site->import_document(procedure('asks', 'main', { main => {
        type => 'human_approval', prompt => 'Go?', on_approve => 'end' }, %end }));
    my $parent = start({ main => { type => 'subflow', procedure_id => 'asks',
        isolation => 'child_run', next_node => 'end' } });
    waits($parent, 'child_run');

    my $slow = start({ main => sequence('end', step('s', action => 'slow')) });
    until_true('its agent is called', sub { $agent->calls('slow') > 1 });
    ($d) = diagnosed($slow);
    is scalar @{ $d->{active_leases} }, 1, 'a place at an agent is a lease';
    is $d->{active_leases}[0]{step_id}, 's', 'of its step';
    ok $d->{active_leases}[0]{is_active}, 'which is held';

    $site->post($_->path('/cancel'))
        for $call, $timer, $parent, $slow;
};


is $site->get('/api/runs/none/diagnostics')->{status}, 404, 'of no run, nothing';

$site->log_is_calm;
done_testing;
