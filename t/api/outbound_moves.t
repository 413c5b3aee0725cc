# Names that move, and answers that point elsewhere: the address that was looked at
# is the one that is called, each time, by whatever calls (reliability.md 6,
# "Outbound policy": rebinding, redirects).

use strict;
use warnings;

use JSON::PP;
use Test::More;

use LangOrch::Agent;
use LangOrch::Dns;
use LangOrch::Doc qw(procedure);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

# Two servers of one port: one may be called, the other is a canary.

my $canary = LangOrch::Agent->start;
my $port   = $canary->port;
my $good   = LangOrch::Agent->start(address => '127.0.0.2', port => $port, web => sub {
    my ($call) = @_;
    return $call->{path} =~ /away/ ? { status => 302, body => '', headers => {
            Location => "http://127.0.0.1:$port/caught" } }
        : $call->{path} =~ m{/chat/completions} ? { body => JSON::PP::encode_json({
            model => 'm', choices => [ { index => 0, finish_reason => 'stop',
                message => { role => 'assistant', content => 'hello' } } ] }) }
        : $call->{path} eq '/' ? { body => '{}' } : undef;
});
my $dns = LangOrch::Dns->start;

# One worker: each remembers names by itself.

my $site = LangOrch::Site->start(workers => 1, egress => 'strict', allow => ['127.0.0.2/32'],
    server => 'resolver 127.0.0.1:' . $dns->port . " ipv6=off;\nresolver_timeout 5s;\n",
    http   => "langorch_alert_url http://alerts.test:$port/alerts;\n");


# What goes out, by the host and the path that it goes to: nodes of procedures.

my %kinds = (
    http => sub {
        my ($base) = @_;
        return { type => 'sequence', steps => [ { step_id => 's', action => 'http_request',
            executor => 'internal', params => { url => "$base/" } } ] };
    },
    model => sub {
        my ($base, $more) = @_;
        $more->{global_config}{llm} = { profiles => { p => { model => 'm',
            base_url => $base } } };
        return { type => 'llm_action', prompt => '?', profile => 'p', max_tokens => 5,
            retry => { max_retries => 0 } };
    },
    agent => sub {
        my ($base, $more, $id) = @_;
        my $r = $site->post('/api/agents', { name => $id, channel => $id, base_url => $base,
            capabilities => ['work'] });
        is $r->{status}, 201, "an agent at $base" or diag $r->{body};
        return { type => 'sequence', agent => $id, steps => [ { step_id => 's',
            action => 'work' } ] };
    },
    tool => sub {
        my ($base, $more, $id) = @_;
        my $r = $site->post('/api/mcp/servers', { name => $id, base_url => $base,
            protocol => 'rest' });
        is $r->{status}, 201, "a tool server at $base" or diag $r->{body};
        return { type => 'sequence', steps => [ { step_id => 's', action => 'work',
            agent => $id } ] };
    },
);

my $n = 0;

sub imported {
    my ($kind, $base) = @_;
    my $id   = "$kind-" . ++$n;
    my %more = (global_config => { retry_policy => { max_attempts => 1 } });
    my $node = $kinds{$kind}->($base, \%more, $id);
    $site->import_document(procedure($id, 'main', { main => { %$node, next_node => 'end' },
        end => { type => 'terminate' } }, %more));
    return $id;
}

sub ends { return $site->run($_[0])->wait_final->{status} }

sub heard { return scalar $canary->calls }

# Agents are looked after, too.

sub asked { return scalar grep { $_->{path} !~ m{/(?:health|alerts)$} } $good->calls }


for my $kind (sort keys %kinds) {
    subtest "$kind: a name that moves" => sub {
        $dns->say("$kind.test" => ['127.0.0.2']);
        my $id = imported($kind, "http://$kind.test:$port");
        my $before = asked();
        is ends($id), 'completed', 'it goes where it may';
        cmp_ok scalar(asked()), '>', $before, 'and is heard';

        # NGINX may know the address of before for some seconds

        $dns->say("$kind.test" => ['127.0.0.1']);
        until_true('it has moved', sub { return ends($id) eq 'failed' });
        my $then = asked();
        is ends($id), 'failed', 'where it may not, it does not go';
        is scalar(asked()), $then, 'nor where it was';

        $dns->say("$kind.test" => ['127.0.0.2'], ['127.0.0.1']);
        ends($id) for 1 .. 12;
        $dns->say("$kind.test" => [ '127.0.0.2', '127.0.0.1' ]);
        until_true('both are known', sub { return ends($id) eq 'failed' });
        is ends($id), 'failed', 'a name of both is refused' for 1 .. 4;
        is heard(), 0, 'nobody reached the canary';
    };

    subtest "$kind: an answer that points elsewhere" => sub {
        my $id = imported($kind, "http://127.0.0.2:$port/away");
        my $before = asked();
        is ends($id), 'failed', 'it fails';
        cmp_ok scalar(asked()), '>', $before, 'it was asked';
        is heard(), 0, 'and nobody went there';
    };
}


subtest 'an alert goes nowhere else either' => sub {
    $dns->say('alerts.test' => ['127.0.0.2']);
    my $at = sub { return grep { $_->{path} eq '/alerts' } $good->calls };
    ends(imported('http', "http://127.0.0.1:$port"));
    until_true('the alert', sub { return $at->() });

    $dns->say('alerts.test' => ['127.0.0.1']);
    until_true('it has moved', sub {
        ends(imported('http', "http://127.0.0.1:$port"));
        return $site->log =~ /was not taken at try .*: refused address/;
    });
    is heard(), 0, 'nobody reached the canary';
};


subtest 'what an operator tries, too' => sub {
    $dns->say('try.test' => ['127.0.0.1']);
    my $name = $site->post('/api/llm/profiles', { name => 'try', model => 'm',
        base_url => "http://try.test:$port" })->{json}{name};
    my $r = $site->post("/api/llm/profiles/$name/test", {});
    is "$r->{status} $r->{json}{ok}", '200 0', 'the test of a profile';

    my $agent = $site->post('/api/agents', { name => 'try', channel => 'try',
        base_url => "http://try.test:$port", capabilities => ['*'] })->{json}{agent_id};
    $site->post("/api/agents/$agent/$_", {}) for qw(sync-capabilities health-check);
    my $server = $site->post('/api/mcp/servers', { name => 'try',
        base_url => "http://try.test:$port" })->{json}{server_id};
    $site->get("/api/mcp/servers/$server/tools");
    $site->post("/api/mcp/servers/$server/$_", {}) for qw(test ping);
    is heard(), 0, 'nobody reached the canary';
};

$site->log_is_calm;
done_testing;
