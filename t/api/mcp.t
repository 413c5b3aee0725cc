# Tool servers: configured, listed, and used by steps in both forms (ckp 14.1,
# 14.2, api 8).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Mcp;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my %tools = (
    add   => sub { return { structured => { sum => $_[0]{a} + $_[0]{b} } } },
    say   => sub { return { content => [ { type => 'text', text => 'hello' } ],
        result => 'hello' } },
    fail  => sub { return { error => 'out of stock' } },
    break => sub { return { status => 503, body => '' } },
    drop  => sub { return { reset => 1 } },
    hold  => sub { return { hang => 1 } },
);

my $site = LangOrch::Site->start(env => { LANGORCH_SECRET_TOOLS => 's3cr3t-tools' });


sub server {
    my ($name, $server, %more) = @_;
    my $r = $site->post('/api/mcp/servers', { name => $name,
        base_url => $server->base_url, protocol => $server->{form}, %more });
    is $r->{status}, 201, "$name is configured" or diag $r->{body};
    return $r->{json};
}


sub run_step {
    my ($agent, $action, %more) = @_;
    my $id = "p-$action-" . int rand 1e9;

    $site->import_document(procedure($id, 'main', {
        main => { type => 'sequence', next_node => 'end', steps =>
            [ step($action, agent => $agent, %more) ] },
        end => { type => 'terminate', outputs => { out => "{{$action}}" } },
    }));

    my $run = $site->run($id);
    return ($run, $run->wait_final);
}


subtest 'servers are configured, shown, changed and removed' => sub {
    is_deeply $site->get('/api/mcp/servers')->{json}, [], 'none at first';

    for my $bad ({}, { name => 'x' }, { name => 'x', base_url => 'ftp://x/' },
        { name => 'x', base_url => 'http://127.0.0.1/', protocol => 'odd' },
        { name => 'x', base_url => 'http://127.0.0.1/', enabled => 'yes' })
    {
        is $site->post('/api/mcp/servers', $bad)->{status}, 422, 'a wrong one';
    }

    my $r = $site->post('/api/mcp/servers',
        { name => 'one', base_url => 'http://127.0.0.1:9/' });
    is $r->{status}, 201, 'made';
    my $s = $r->{json};
    is $s->{protocol}, 'rest', 'plain by default';
    is $s->{status}, 'unknown', 'not looked at yet';
    is $s->{tool_count}, 0, 'no tools are known';
    ok $s->{enabled}, 'in use';
    like $r->{headers}{location}, qr{/api/mcp/servers/\Q$s->{server_id}\E$}, 'where';

    my $path = "/api/mcp/servers/$s->{server_id}";
    is $site->get($path)->{json}{name}, 'one', 'shown';
    $r = $site->put($path, { name => 'two', enabled => JSON::PP::false });
    is $r->{json}{name}, 'two', 'changed';
    ok !$r->{json}{enabled}, 'out of use';
    is $site->put($path, { name => '' })->{status}, 422, 'a name it must have';
    is $site->del($path)->{status}, 204, 'removed';
    is $site->get($path)->{status}, 404, 'gone';
    is $site->put($path, { name => 'x' })->{status}, 404, 'gone';
    is $site->del($path)->{status}, 404, 'gone';

    my @trail = map { $_->{action} } reverse @{
        $site->get('/api/audit?category=mcp')->{json}{events} };
    is_deeply \@trail, [ 'create', 'update', 'delete' ], 'all was recorded';
};


for my $form ('rest', 'streamable-http') {
    for my $sse ($form eq 'rest' ? (0) : (0, 1)) {
        subtest "steps by $form" . ($sse ? ' with event streams' : '') => sub {
            my $mcp = LangOrch::Mcp->start(form => $form, sse => $sse,
                tools => \%tools);
            my $s = server("tools-$form-$sse", $mcp);

            my ($run, $end) = run_step($s->{name}, 'add', params => { a => 1, b => 2 });
            is $end->{status}, 'completed', 'it completes';
            is_deeply $end->{output_vars}{out}, { sum => 3 }, 'with the result';

            my ($sent) = $run->events_of('step_dispatched');
            is $sent->{payload}{executor}, 'mcp_tool', 'by a tool';
            is $sent->{payload}{agent_id}, $s->{server_id}, 'of that server';

            my ($call) = $mcp->used('add');
            is $call->{headers}{'x-run-id'}, $run->id, 'it knows the run';
            is $call->{headers}{'idempotency-key'}, $run->id . ':main:add', 'and the key';

            ($run, $end) = run_step($s->{name}, 'say');
            is $end->{output_vars}{out}, 'hello', 'a text is a result';

            ($run, $end) = run_step($s->{name}, 'fail');
            is $end->{status}, 'failed', 'an error fails the step';
            is $end->{error_message}, 'out of stock', 'and says why';
            my ($failed) = $run->events_of('step_failed');
            is $failed->{payload}{error_type}, 'MCPToolError', 'by its name';

            ($run, $end) = run_step($s->{name}, 'drop');
            is(($run->events_of('step_failed'))[0]{payload}{error_type},
                'MCPToolError', 'no answer is one, too');

            ($run, $end) = run_step($s->{name}, 'hold', timeout_ms => 200);
            my ($late) = $run->events_of('step_timeout');
            is $late->{payload}{binding}, 'mcp_tool', 'its time is limited';

            $site->del("/api/mcp/servers/$s->{server_id}");
        };
    }
}


subtest 'a session is kept, and begun anew when the server forgot it' => sub {
    my $mcp = LangOrch::Mcp->start(form => 'streamable-http', tools => \%tools);
    my $s = server('sessions', $mcp);

    run_step('sessions', 'add', params => { a => $_, b => 1 }) for 1 .. 4;
    cmp_ok scalar($mcp->asked('initialize')), '<=', 2, 'one a worker at most';
    is scalar($mcp->used('add')), 4, 'four calls';

    $mcp->forget;
    my ($run, $end) = run_step('sessions', 'add', params => { a => 5, b => 1 });
    is_deeply $end->{output_vars}{out}, { sum => 6 }, 'it goes on';
    is scalar($run->events_of('step_retry')), 0, 'without another attempt';
    $site->del("/api/mcp/servers/$s->{server_id}");
};


subtest 'a server without sessions' => sub {
    my $mcp = LangOrch::Mcp->start(form => 'streamable-http', sessions => 0,
        tools => \%tools);
    my $s = server('stateless', $mcp);
    my (undef, $end) = run_step('stateless', 'add', params => { a => 1, b => 1 });
    is_deeply $end->{output_vars}{out}, { sum => 2 }, 'it works';
    $site->del("/api/mcp/servers/$s->{server_id}");
};


subtest 'its credential is a secret' => sub {
    my $mcp = LangOrch::Mcp->start(form => 'streamable-http', tools => \%tools,
        token => 's3cr3t-tools');
    my $s = server('guarded', $mcp, secret_name => 'tools');
    my ($run, $end) = run_step('guarded', 'add', params => { a => 1, b => 1 });
    is $end->{status}, 'completed', 'it is given';
    unlike LangOrch::Http::encode([ $run->events ]), qr/s3cr3t/, 'and told nobody';

    $site->put("/api/mcp/servers/$s->{server_id}", { secret_name => 'absent' });
    until_true('it is told', sub {
        my ($other) = run_step('guarded', 'add', params => { a => 1, b => 1 });
        my ($failed) = $other->events_of('step_failed') or return;
        return $failed->{payload}{error_type} eq 'SecretNotFound';
    });
    $site->del("/api/mcp/servers/$s->{server_id}");
};


subtest 'tools are listed, and decide who is asked' => sub {
    my $one = LangOrch::Mcp->start(tools => { left => $tools{say}, both => $tools{say} });
    my $two = LangOrch::Mcp->start(form => 'streamable-http', pages => 2, tools =>
        { map { $_ => $tools{say} } qw(right both more yet) });
    my $s1 = server('alpha', $one);
    my $s2 = server('beta', $two);
    my $s3 = $site->post('/api/mcp/servers',
        { name => 'gamma', base_url => 'http://127.0.0.1:1/' })->{json};

    my $r = $site->get('/api/mcp/tools')->{json};
    is_deeply [ map { "$_->{server}:$_->{name}" } @{ $r->{tools} } ],
        [ qw(alpha:both alpha:left beta:both beta:more beta:right beta:yet) ],
        'of all servers, over all pages';
    is_deeply [ map { $_->{server_id} } @{ $r->{errors} } ], [ $s3->{server_id} ],
        'one cannot be reached';
    is $site->get("/api/mcp/servers/$s2->{server_id}")->{json}{tool_count}, 4,
        'they are remembered';
    is $site->get("/api/mcp/servers/$s3->{server_id}")->{json}{status}, 'offline',
        'as is that it cannot be reached';

    my $n = () = $one->calls;
    $site->get('/api/mcp/tools');
    is scalar(() = $one->calls), $n, 'and not asked for again';
    is_deeply [ map { $_->{name} } @{ $site->get(
        "/api/mcp/tools?search=RIG&server_id=$s2->{server_id}")->{json}{tools} } ],
        ['right'], 'searched';
    $site->get('/api/mcp/tools?refresh=true');
    is scalar(() = $one->calls), $n + 1, 'unless that is wanted';

    $site->del("/api/mcp/servers/$s3->{server_id}");

    until_true('the right one is asked', sub {
        my (undef, $end) = run_step('anybody', 'right');
        return $end->{status} eq 'completed';
    });
    is scalar($two->used('right')) > 0, 1, 'who has the tool';
    my (undef, $end) = run_step('anybody', 'nothing');
    like $end->{error_message}, qr/^No executor registered/, 'nobody has that';

    # an agent goes before tools, unless the step wants a tool

    my $agent = LangOrch::Agent->start(script => { '*' => { result => 'agent' } });
    $site->register($agent, channel => 'anybody');
    until_true('the agent is known', sub {
        my (undef, $e) = run_step('anybody', 'left');
        return $e->{output_vars}{out} eq 'agent';
    });
    (undef, $end) = run_step('anybody', 'left', executor => 'mcp');
    is $end->{output_vars}{out}, 'hello', 'which it can';
    (undef, $end) = run_step('nobody', 'left', executor => 'agent');
    is $end->{status}, 'failed', 'or must not';

    $r = $site->post("/api/mcp/tools/$s1->{server_id}/left/call", { arguments => {} });
    is $r->{status}, 200, 'a tool is tried';
    is $r->{json}{result}, 'hello', 'and answers';
    is $site->post("/api/mcp/tools/nope/left/call", {})->{status}, 404, 'no such server';

    my $t = $site->post("/api/mcp/tools/$s2->{server_id}/right/call", {});
    is $t->{json}{result}, 'hello', 'in either form';
    $site->del("/api/mcp/servers/$_->{server_id}") for $s1, $s2;
};


subtest 'five failures open the circuit' => sub {
    my $mcp = LangOrch::Mcp->start(tools => \%tools);
    my $s = server('broken', $mcp);
    my (undef, $end) = run_step('broken', 'break', retry_policy =>
        { max_attempts => 9, strategy => 'fixed', base_delay_ms => 60 });
    is $end->{status}, 'failed', 'it fails';
    is scalar($mcp->used('break')), 5, 'after five calls';
    like $end->{error_message}, qr/^No executor registered/, 'then nobody is left';
};


$site->log_is_calm;
done_testing;
