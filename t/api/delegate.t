# Workflows that agents run on their own: a POST, a wait, a callback
# (ckp 14.3, api 4.12).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Http;
use LangOrch::Site;

my @capabilities = map { { name => $_, type => 'workflow' } }
    qw(deliver refuse late gone again twice);

my $agent = LangOrch::Agent->start(
    capabilities => [ @capabilities, 'plain' ],
    script       => {
        deliver => { status => 202, body => '' },
        again   => { status => 202, body => '' },
        late    => { status => 202, body => '' },
        gone    => { status => 202, body => '' },
        twice   => [ { status => 503, body => '' }, { status => 202, body => '' } ],
        refuse  => { status => 503, body => '' },
        plain   => { result => 'done' },
    },
);

my $site = LangOrch::Site->start;
$site->register($agent, capabilities => [ @capabilities, 'plain' ]);


sub start {
    my ($action, %more) = @_;
    my $handlers = delete $more{handlers};
    my $id       = "p-$action-" . int rand 1e9;

    $site->import_document(procedure($id, 'main', {
        main => { %{ sequence('end', step($action, %more)) },
            $handlers ? (error_handlers => $handlers) : () },
        end  => { type => 'terminate', outputs => { out => "{{$action}}" } },
    }));

    return $site->run($id);
}


# The path and query of the newest callback URL of that action.

sub callback_url {
    my ($action) = @_;
    my @calls = $agent->calls($action);
    my $url   = $calls[-1]{json}{params}{callback_url};

    $url =~ m{^http://[^/]+(/.*)$} or die "callback_url: $url";
    return $1;
}


sub delegated {
    my ($action, %more) = @_;
    my $run = start($action, %more);
    $run->wait_for('workflow_delegated');
    $run->wait_status('paused');
    return ($run, callback_url($action));
}


subtest 'a callback completes the step' => sub {
    my ($run, $url) = delegated('deliver');

    like $url, qr{^/api/runs/\Q$run->{id}\E/callback\?token=[0-9a-f]{64}$},
        'the agent is told where to report';

    my ($call) = $agent->calls('deliver');
    my $context = $call->{json}{params}{workflow_context};
    is $context->{run_id}, $run->id, 'and what it is about';
    is $context->{node_steps}[0]{action}, 'deliver', 'with the steps';

    my ($told) = $run->events_of('workflow_delegated');
    unlike LangOrch::Http::encode($told), qr/token=/, 'the token is not told';

    my $r = $site->post($url, { status => 'success', output => { n => 3 },
        cost_usd => 0.5, usage => { prompt_tokens => 12 },
        node_id => 'main', step_id => 'deliver' });
    is $r->{status}, 200, 'taken';
    is_deeply $r->{json},
        { resumed => JSON::PP::true, status => 'queued', run_id => $run->id },
        'and said so';

    my $end = $run->wait_final;
    is $end->{status}, 'completed', 'the run completes';
    is_deeply $end->{output_vars}, { out => { n => 3 } }, 'with the output';
    is $end->{total_prompt_tokens}, 12, 'tokens are summed';
    is $end->{estimated_cost_usd}, 0.5, 'as is the cost';

    my @resumed = map { $_->{payload}{resume_reason} }
        $run->events_of('execution_resumed');
    is_deeply \@resumed, ['callback_resume'], 'resumed by it';
    is scalar($agent->calls('deliver')), 1, 'one POST';

    $r = $site->post($url, { status => 'success' });
    is $r->{status}, 200, 'once more is no error';
    is $r->{json}{status}, 'duplicate', 'but a duplicate';
};


subtest 'nobody reports without the token' => sub {
    my ($run, $url) = delegated('late');
    my $path = $run->path('/callback');

    for my $query ('', '?token=', '?token=' . 'a' x 64, '?token=%', "?x=1") {
        my $r = $site->post("$path$query", { status => 'success' });
        is $r->{status}, 403, "'$query' is refused";
        is $r->{json}{code}, 'invalid_callback_token', 'as it must be';
    }

    my ($other) = delegated('late');
    (my $token) = $url =~ /(\?token=.*)/;
    is $site->post($other->path("/callback$token"), {})->{status}, 403,
        'a token of another run';
    is $site->post("/api/runs/nope/callback", {})->{status}, 403,
        'an unknown run without a token';
    is $site->post("/api/runs/nope/callback$token", {})->{status}, 404,
        'and with one';

    for my $bad ({ status => 'odd' }, { output => [1] }, { error => 7 }) {
        is $site->post($url, $bad)->{status}, 422, 'a body that is wrong';
    }

    my $r = $site->post($url, { node_id => 'other' });
    is $r->{status}, 400, 'a callback of another node';
    is $r->{json}{detail},
        "Callback node_id 'other' does not match expected 'main'",
        'and why';

    is $run->get->{status}, 'paused', 'all that changed nothing';
    $_->{site}->post($_->path('/cancel'), {}) for $run, $other;
};


subtest 'progress is told and changes nothing' => sub {
    my ($run, $url) = delegated('late');
    my $r = $site->post($url, { status => 'progress', progress => 40,
        message => 'packed' });

    is_deeply $r->{json}, { resumed => JSON::PP::false,
        status => 'progress', run_id => $run->id }, 'answered';
    my $event = $run->wait_for('workflow_progress');
    is $event->{payload}{progress}, 40, 'told';
    is $run->get->{status}, 'paused', 'it goes on waiting';

    is $site->post($url, {})->{json}{status}, 'queued', 'then it succeeds';
    is $run->wait_final->{status}, 'completed', 'and the run completes';
};


subtest 'failure is answered with what it does' => sub {
    my ($run, $url) = delegated('again');
    my $r = $site->post($url, { status => 'failed', error => 'no stock' });

    is_deeply $r->{json},
        { resumed => JSON::PP::false, status => 'failed', run_id => $run->id },
        'nothing handles it';
    is $run->get->{error_message}, 'no stock', 'the run fails by it';

    ($run, $url) = delegated('again',
        handlers => [ { error_type => 'AgentWorkflowError', action => 'ignore' } ]);
    $r = $site->post($url, { status => 'error' });
    is $r->{json}{status}, 'queued', 'a handler goes on';
    is $run->wait_final->{status}, 'completed', 'to the end';
};


subtest 'a retry is another delegation with a token of its own' => sub {
    my ($run, $first) = delegated('again', retry_policy =>
        { max_attempts => 2, strategy => 'fixed', base_delay_ms => 10 });

    is $site->post($first, { status => 'failure' })->{json}{status}, 'queued',
        'tried again';
    $run->wait_for('workflow_delegated', 2);
    $run->wait_status('paused');
    my $second = callback_url('again');
    isnt $second, $first, 'another token';

    is $site->post($first, {})->{status}, 403, 'the old one is worth nothing';
    is $site->post($second, {})->{json}{status}, 'queued', 'the new one is';
    is $run->wait_final->{status}, 'completed', 'it completes';
};


subtest 'it is posted again until it is taken' => sub {
    my ($run) = delegated('twice');
    is scalar($agent->calls('twice')), 2, 'two POSTs';
    my @urls = map { $_->{json}{params}{callback_url} } $agent->calls('twice');
    isnt $urls[0], $urls[1], 'with two tokens';
    (my $old = $urls[0]) =~ s{^http://[^/]+}{};
    is $site->post($old, {})->{json}{status}, 'queued',
        'the first of which holds as well';
    is $run->wait_final->{status}, 'completed', 'it completes';
};


subtest 'no callback in time fails the step' => sub {
    my ($run, $url) = delegated('late', callback_timeout_ms => 300);
    my $end = $run->wait_final;

    is $end->{status}, 'failed', 'it fails';
    like $end->{error_message}, qr/^Workflow webhook callback timed out/,
        'by its time';
    like $site->get('/api/metrics')->{body},
        qr/langorch_callback_timeout_total\{callback_type="workflow"\} 1/,
        'which is counted';
    my $r = $site->post($url, {});
    is $r->{status}, 200, 'a late one is no error';
    is $r->{json}{status}, 'failed', 'it hears what became of the run';
};


subtest 'a cancel tells the agent' => sub {
    my ($run, $url) = delegated('gone');
    $site->post($run->path('/cancel'), {});
    is $run->wait_final->{status}, 'canceled', 'it is cancelled';

    my $told = LangOrch::Wait::until_true('the agent is told', sub {
        my ($call) = grep { $_->{path} eq '/cancel' } $agent->calls;
        return grep({ $_->{json}{run_id} eq $run->id }
            grep { $_->{path} eq '/cancel' } $agent->calls) ? 1 : undef;
    });
    ok $told, 'the agent is told';
    is $site->post($url, {})->{json}{status}, 'canceled',
        'and hears it again if it reports';
};


subtest 'sync mode waits for the answer itself' => sub {
    my $run = start('deliver', workflow_dispatch_mode => 'sync',
        timeout_ms => 2000);
    my $end = $run->wait_final;
    is $end->{status}, 'failed', 'an empty 202 is no answer';
    my @calls = $agent->calls('deliver');
    ok !exists $calls[-1]{json}{params}{callback_url}, 'no callback is asked for';
    is $calls[-1]{json}{params}{workflow_context}{dispatch_mode}, 'sync',
        'the context says so';
};


subtest 'a delegation outlives all workers' => sub {
    my ($run, $url) = delegated('deliver');
    $site->kill9_all;
    $site->restart;

    is $site->post($url, { output => { n => 4 } })->{json}{status}, 'queued',
        'the callback is taken';
    my $end = $run->wait_final;
    is_deeply $end->{output_vars}, { out => { n => 4 } }, 'and completes it';
    is scalar(grep { $_->{json}{run_id} eq $run->id } $agent->calls('deliver')),
        1, 'without another POST';
};


subtest 'of many callbacks at once one counts' => sub {
    my ($run, $url) = delegated('deliver');
    my @said = $site->together(12, sub {
        return $site->post($url, { output => { n => $_[0] } })->{json}{status};
    });
    is scalar(grep { $_ eq 'queued' } @said), 1, 'one is taken';
    is scalar(grep { $_ eq 'duplicate' } @said), 11, 'the others are late';
    is $run->wait_final->{status}, 'completed', 'it completes';
};


subtest 'an operator gives up waiting' => sub {
    my ($run, $url) = delegated('again');
    my $n = $agent->calls('again');

    is $site->post($run->path('/resume'), {})->{status}, 200, 'taken';
    $run->wait_for('workflow_delegated', 2);
    my @calls = $agent->calls('again');
    is @calls, $n + 1, 'the agent is asked once more';
    is $calls[-1]{headers}{'idempotency-key'},
        $calls[-2]{headers}{'idempotency-key'},
        'with the same key: nobody knows what became of the work';
    is $site->post($url, { status => 'success' })->{status}, 403,
        'the first report is not wanted any more';

    $run->wait_status('paused');
    is $site->post(callback_url('again'), { status => 'success' })->{status},
        200, 'the second is';
    is $run->wait_final->{status}, 'completed', 'and completes it';
    my ($resumed) = $run->events_of('execution_resumed');
    is $resumed->{payload}{resume_reason}, 'checkpoint_resume', 'as it tells';
};


$site->log_is_calm;
done_testing;
