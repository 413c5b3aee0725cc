# Each limit that a directive sets, from both sides: what comes up to it is served,
# one more is not, or waits.  Those that other tests show are named with them; a
# directive without either fails this test.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(approval chain procedure sequence step);
use LangOrch::Llm;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Vault;
use LangOrch::Wait qw(until_true);

my $top = abs_path(dirname(__FILE__) . '/../..');

# Shown elsewhere, both sides: a test that says the directive, or what it is.

my %elsewhere = (
    langorch_attached        => 'api/attachments.t',
    langorch_audit_denials   => 'api/audit_chain.t',
    langorch_audit_days      => 'api/retention.t',
    langorch_body_memory     => 'api/bodies.t',
    langorch_checkpoint_days => 'api/retention.t',
    langorch_crashes         => 'api/damaged.t',
    langorch_crash_pause     => 'storm/poison.t',
    langorch_logins          => 'api/login_attempts.t',
    langorch_metrics_interval => 'api/metrics_push.t',
    langorch_file_memory     => 'api/attachments.t',
    langorch_idempotency     => 'api/retention.t',
    langorch_lease           => 'storm/pause.t',
    langorch_llm_timeout     => 'api/costs.t',
    langorch_rate            => 'api/front.t',
    langorch_run_days        => 'api/retention.t',
    langorch_secrets_absent  => 'api/secret_providers.t',
    langorch_secrets_timeout => 'api/secret_providers.t',
    langorch_session         => 'api/login.t',
    langorch_sheet           => 'api/sheets.t',
    langorch_sweep           => 'api/retention.t',
    map { ("langorch_$_" => 'api/limits_load.t') } qw(calls drain poll runs_driven
        secrets_reply store_group store_queue store_spin streams zone),
);

my $agent = LangOrch::Agent->start(
    script => {
        size => sub { return { body => filled($_[0]{json}{params}{bytes},
            '{"status":"success","result":"', '"}') } },
        slow => sub { return { result => 1, delay => $_[0]{json}{params}{s} } },
        hold => sub { return { result => 1, until => $_[0]{json}{params}{name} } },
        '*'  => sub { return { result => $_[0]{json}{params}{pin} } },
    });
my $llm = LangOrch::Llm->start(script => { '*' => sub {
    my ($n) = $_[0]{json}{messages}[-1]{content} =~ /(\d+)/;
    return { headers => { 'Content-Type' => 'application/json' },
        body => filled($n, '{"choices":[{"finish_reason":"stop","message":'
            . '{"role":"assistant","content":"', '"}}]}') } } });
my $vault = LangOrch::Vault->start(tokens => { token => 0 },
    secrets => { map { ("secret/data/langorch/$_" => { value => $_ }) }
        qw(a b c aged) });


# A text of so many bytes between two others.

sub filled {
    my ($n, $before, $after) = @_;
    return $before . 'x' x ($n - length($before) - length $after) . $after;
}


my $site = LangOrch::Site->start(workers => 1, env => {
        LANGORCH_SECRET_TOKEN => 'token' },
    http => 'langorch_llm_url ' . $llm->base_url . '; langorch_llm_model m;'
        . 'langorch_vault ' . $vault->url . ' token=token;' . join ' ', map {
        "langorch_$_;\n" } 'body 4k', 'document 8k', 'upload 16k',
        'agent_timeout 1s', 'agent_reply 4k', 'agent_wait 500ms', 'llm_reply 4k',
        'agent_health 0', 'secrets_known 2', 'secrets_ttl 2s');
$site->register($agent);
$site->register($agent, name => 'narrow', channel => 'narrow',
    concurrency_limit => 1, resource_key => 'narrow');

my $small = LangOrch::Site->start(workers => 1,
    http => "langorch_store_readers 3;\nlangorch_agent_health 200ms;\n");
$small->register($agent);


# What a run of that one step came to.

my $runs = 0;

sub done {
    my ($step, %more) = @_;
    my $id = 'r' . ++$runs;
    my $main = sequence('end', $step);

    $main->{agent} = $more{agent} if $more{agent};
    $site->import_document(procedure($id, 'main', { main => $main,
        end => { type => 'terminate' } }, global_config => {
        retry_policy => { max_attempts => 1 }, %{ $more{config} || {} } }));
    return $site->run($id)->wait_final;
}

sub used {
    my ($name) = @_;
    return done(step('use', params => { pin => "{{secrets.$name}}" }),
        config => { secrets_config => { provider => 'vault' } });
}

sub asked { return scalar $vault->calls("GET /v1/secret/data/langorch/$_[0]") }


sub is_problem {
    my ($r, $status, $code, $what) = @_;
    is $r->{status}, $status, $what or diag $r->{body};
    is $r->{json}{code}, $code, 'in words';
    return;
}

sub failed_so {
    my ($end, $type, $what) = @_;
    is $end->{status}, 'failed', $what;
    my ($told) = $site->run_by_id($end->{run_id})->events_of('run_failed');
    is $told->{payload}{error_type}, $type, 'as what it is';
    return;
}


my %pair;

$pair{langorch_body} = sub {
    my $body = sub { return filled($_[0], '{"procedure_id":"none","pad":"', '"}') };
    isnt $site->post('/api/runs', $body->(4096))->{status}, 413, 'is read';
    is_problem($site->post('/api/runs', $body->(4097)), 413, 'too_large', 'is not');
};

$pair{langorch_document} = sub {
    my $text = sub {
        my ($id, $n) = @_;
        my $doc = LangOrch::Http::encode({ ckp_json =>
            chain($id, 1, provenance => { part => '@' }) });
        return $doc =~ s/\@/'x' x ($n + 1 - length $doc)/er;
    };
    is $site->post('/api/procedures', $text->('fits', 8192))->{status}, 201, 'is kept';
    is_problem($site->post('/api/procedures', $text->('long', 8193)), 413,
        'too_large', 'is not');
};

$pair{langorch_upload} = sub {
    $site->import_document(approval('box'));
    my $box = $site->run('box');
    $box->wait_approval;
    my $put = sub { return $site->put('/api/artifacts/' . $box->id . "/f$_[0]",
        'x' x $_[0], headers => { 'Content-Type' => 'application/octet-stream' }) };
    is $put->(16384)->{status}, 201, 'is kept';
    is_problem($put->(16385), 413, 'too_large', 'is not');
    $site->post($box->path('/cancel'));
};

$pair{langorch_artifact_days} = sub {
    my %of = map {
        my $run = $site->run('box');
        $run->wait_approval;
        $site->put('/api/artifacts/' . $run->id . '/f', 'x', headers =>
            { 'Content-Type' => 'application/octet-stream' });
        $site->post($run->path('/cancel'));
        $run->wait_final;
        LangOrch::Store::change($site, 'UPDATE runs SET ended_at = ended_at - '
            . $_ * 86_400_000 . q{ WHERE run_id = '} . $run->id . q{'});
        ($_ => $run->id);
    } 29.9, 30.1;
    is_deeply $site->post('/api/artifacts-admin/cleanup')->{json}{deleted_runs},
        [ $of{30.1} ], 'older ones go, younger ones stay';
};

$pair{langorch_agent_timeout} = sub {
    is done(step('a', action => 'slow', params => { s => 0.2 }))->{status},
        'completed', 'in time';
    failed_so(done(step('a', action => 'slow', params => { s => 2 })),
        'TimeoutError', 'too late');
};

$pair{langorch_agent_reply} = sub {
    is done(step('a', action => 'size', params => { bytes => 4096 }))->{status},
        'completed', 'is read';
    failed_so(done(step('a', action => 'size', params => { bytes => 4097 })),
        'AgentProtocolError', 'is not');
};

$pair{langorch_agent_wait} = sub {
    my $held = sub {
        my ($name, $wait) = @_;
        my $id = "wait-$name";
        $site->import_document(procedure($id, 'main', { main => {
            %{ sequence('end', step('h', action => 'hold',
                timeout_ms => 60_000, params => { name => $name })) }, agent => 'narrow' },
            end => { type => 'terminate' } }));
        my $run = $site->run($id);
        $agent->wait_calls(1 + $wait, 'hold');
        return $run;
    };
    my $n = () = $agent->calls('hold');
    my $first = $held->('soon', $n);
    my $pid = fork // die $!;
    if ($pid == 0) {
        LangOrch::Wait::pause(0.2);
        $agent->release('soon');
        POSIX::_exit(0);
    }
    is done(step('a'), agent => 'narrow')->{status}, 'completed',
        'a slot that is free in time';
    waitpid $pid, 0;
    is $first->wait_final->{status}, 'completed', 'is that of another';

    $first = $held->('late', $n + 1);
    failed_so(done(step('a'), agent => 'narrow'), 'ResourceBusy', 'too late');
    $agent->release('late');
    $first->wait_final;
};

$pair{langorch_agent_health} = sub {
    my $port = $small->port;
    my $seen = sub { return scalar grep { $_->{path} eq '/health' } $agent->calls };
    my $n = $seen->();
    until_true('one site asks again and again', sub { $seen->() >= $n + 3 });
    my $own = LangOrch::Agent->start(script => { '*' => [ { result => 1 } ] });
    $site->register($own, name => 'unasked', channel => 'unasked');
    $n = $seen->();
    until_true('three times more', sub { $seen->() >= $n + 3 });
    is scalar(grep { $_->{path} eq '/health' } $own->calls), 0,
        'the other, with 0, never';
};

$pair{langorch_llm_reply} = sub {
    my $ask = sub {
        my ($n) = @_;
        $site->import_document(procedure("llm$n", 'ask', { ask => { type =>
            'llm_action', prompt => "$n", retry => { max_retries => 0 },
            next_node => 'end' }, end => { type => 'terminate' } }));
        return $site->run("llm$n")->wait_final;
    };
    is $ask->(4096)->{status}, 'completed', 'is read';
    failed_so($ask->(4097), 'LLMCallError', 'is not');
};

$pair{langorch_secrets_known} = sub {
    used($_) for qw(a b a);
    is asked('a'), 1, 'two are known';
    used($_) for qw(c a b);
    is asked('a'), 1, 'of three the one that was used last';
    is asked('b'), 2, 'not the one that was used least lately';
};

$pair{langorch_secrets_ttl} = sub {
    used('aged') for 1 .. 2;
    is asked('aged'), 1, 'what is young is not asked for again';
    until_true('what is old is', sub { used('aged'); asked('aged') == 2 });
};

$pair{langorch_store_readers} = sub {
    my $threads = sub {
        my ($pid) = $_[0]->workers;
        return scalar(() = glob "/proc/$pid/task/*");
    };
    is $threads->($small) - $threads->($site), 1, 'three, where there are two';
};


subtest 'every directive of the table is shown' => sub {
    my @all = sort keys %{ $site->get('/api/config')->{json}{limits} };
    is_deeply [ sort keys %pair, keys %elsewhere ], \@all, 'here or elsewhere, once';

    for my $name (sort keys %elsewhere) {
        my $text = LangOrch::Site::slurp("$top/t/$elsewhere{$name}");
        ok $text =~ /\Q$name\E\b/, "$name in $elsewhere{$name}";
    }
};


for my $name (qw(langorch_body langorch_document langorch_upload),
    sort grep { !/_(body|document|upload)$/ } keys %pair)
{
    subtest $name => $pair{$name};
}


for ($site, $small) {
    $_->log_is_calm;
    $_->stop;
}

done_testing;
