# Agents misbehave: each way has its outcome, and none harms the others
# (reliability.md 3, ckp 14.2).

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $MiB = 1 << 20;

# action => [ behaviour, error type, is the outcome definitive? ]

my %faults = (
    reset       => [ { reset => 1 },             'AgentUnavailable', 0 ],
    closed      => [ { close => 1 },             'AgentUnavailable', 0 ],
    hang        => [ { hang => 1 },              'TimeoutError',     0 ],
    drip        => [ { drip => 1, result => 'x' x 200 }, 'TimeoutError', 0 ],
    cut         => [ { cut => 9, result => 'x' x 99 }, 'AgentUnavailable', 0 ],
    too_long    => [ { length => 500, result => 1, hangup => 1 },
        'AgentUnavailable', 0 ],
    no_http     => [ { body => '' , status => 'abc' }, undef, 0 ],
    not_json    => [ { body => 'hello' },        'AgentProtocolError', 0 ],
    half_json   => [ { body => '{"status":' },   'AgentProtocolError', 0 ],
    no_body     => [ { body => '' },             'AgentProtocolError', 0 ],
    array       => [ { body => '[1]' },          'AgentProtocolError', 0 ],
    no_status   => [ { body => '{"result":1}' }, 'AgentProtocolError', 0 ],
    odd_status  => [ { body => '{"status":"fine"}' }, 'AgentProtocolError', 0 ],
    doubled     => [ { body => '{"status":"success","status":"error"}' },
        'AgentProtocolError', 0 ],
    coded       => [ { headers => { 'Content-Encoding' => 'gzip' },
        result => 1 },                           'AgentProtocolError', 0 ],
    huge        => [ { huge => 3 * $MiB },       'AgentProtocolError', 0 ],
    long_head   => [ { headers => { 'X-Long' => 'x' x 70_000 }, result => 1 },
        undef, 0 ],
    redirect    => [ { status => 302, body => '',
        headers => { Location => 'http://127.0.0.1:1/' } }, undef, 1 ],
    teapot      => [ { status => 418, body => '{}' }, 'AgentActionError', 1 ],
    broken      => [ { status => 500, body => 'oops' }, 'AgentActionError', 1 ],
    unavailable => [ { status => 503, body => '' }, 'AgentActionError', 1 ],
    no_content  => [ { status => 204, body => '',
        headers => { 'Content-Length' => undef } }, 'AgentProtocolError', 0 ],
    refusal     => [ { error => 'NoMoney: not enough' }, 'AgentActionError', 1 ],
);

my $agent = LangOrch::Agent->start(script => {
    map({ $_ => $faults{$_}[0] } keys %faults),
    good => { result => 'fine' },
});

my $site = LangOrch::Site->start(workers => 1);
my ($worker) = $site->workers;
my $agent_id = $site->register($agent)->{agent_id};

$site->import_document(procedure("fault-$_", 'main', {
    main => sequence('end', step($_, timeout_ms => 1500),
        step('after', action => 'good')),
    end => { type => 'terminate' },
})) for keys %faults, 'good';


# Three failures in a row would open the circuit of an agent: a good call
# between them keeps it closed.

for my $kind (sort keys %faults) {
    my ($behaviour, $type, $definite) = @{ $faults{$kind} };

    subtest "$kind fails the step, in time, and nothing else" => sub {
        is $site->run('fault-good')->wait_final->{status}, 'completed',
            'a healthy run before';

        my $begun = time;
        my $run   = $site->run("fault-$kind");
        my $end   = $run->wait_final;

        is $end->{status}, 'failed', 'the run fails';
        cmp_ok time - $begun, '<', 1.5 + 1 + 3, 'within its time';
        ok length $end->{error_message}, 'with a reason';

        my ($failed) = $run->events_of('step_failed');
        ok $failed, 'the step did' or return;
        is $failed->{payload}{error_type}, $type, "as $type" if defined $type;

        my @calls = grep { $_->{json}{run_id} eq $run->id }
            $agent->calls($kind);
        is scalar(@calls), 1, 'it was called once';
        is scalar($run->events_of('step_completed')), 0, 'nothing follows';
    };
}


subtest 'what an agent refuses is told in its words' => sub {
    my $run = $site->run('fault-refusal');
    like $run->wait_final->{error_message}, qr/not enough/, 'in the run';
};


subtest 'a connection on which an answer went wrong is not used again' => sub {
    for my $kind (qw(cut no_body huge)) {
        $site->run("fault-$kind")->wait_final;
        is $site->run('fault-good')->wait_final->{status}, 'completed',
            "after $kind all is well";
    }

    my %bad = map { $_->{conn} => 1 }
        grep { $_->{action} =~ /^(?:cut|huge)$/ } $agent->calls;
    my %last;
    $last{ $_->{conn} } = $_->{action} for $agent->calls;
    is scalar(grep { $last{$_} !~ /^(?:cut|huge)$/ } keys %bad), 0,
        'it was the last of its connection';
};


subtest 'nobody listens' => sub {
    $agent->kill9;
    my $run = $site->run('fault-good');
    my $end = $run->wait_final;
    is $end->{status}, 'failed', 'the run fails';
    my ($failed) = $run->events_of('step_failed');
    is $failed->{payload}{error_type}, 'AgentUnavailable', 'as unreachable';
    $agent->restart;
};


subtest 'no agent is there at all' => sub {
    $site->import_document(procedure('lonely', 'main', {
        main => { %{ sequence('end', step('x')) }, agent => 'nobody' },
        end  => { type => 'terminate' },
    }));
    my $end = $site->run('lonely')->wait_final;
    is $end->{status}, 'failed', 'the run fails';
    like $end->{error_message},
        qr/^No executor registered for channel='nobody', action='x'/,
        'in the words of the contract';
};


subtest 'an agent that failed too often is named' => sub {
    my $port = LangOrch::Site::free_port();
    my $r = $site->post('/api/agents', { agent_id => 'gone', name => 'Gone',
        channel => 'gone', base_url => "http://127.0.0.1:$port",
        capabilities => ['x'] });
    is $r->{status}, 201, 'one is registered where nobody is' or diag $r->{body};
    $site->import_document(procedure('vain', 'main', {
        main => { %{ sequence('end', step('x')) }, agent => 'gone' },
        end  => { type => 'terminate' },
    }));

    my ($end) = until_true('its circuit is open', sub {
        my $end = $site->run('vain')->wait_final;
        return $end->{error_message} =~ /^No executor/ && $end;
    });
    is $end->{error_message}, "No executor registered for channel='gone', action='x':"
        . " agent 'Gone' has failed too often: its circuit is open", 'and why nobody is';
};


subtest 'one that hangs holds nobody up' => sub {
    my @slow = map { $site->run('fault-hang') } 1 .. 20;
    $agent->wait_calls(21, 'hang');

    is $site->run('fault-good')->wait_final->{status}, 'completed',
        'a healthy run completes';
    is scalar(grep { $_->get->{status} ne 'failed' } @slow), 20,
        'while the others wait';
    $_->wait_final for @slow;

    # its health is asked for as well, and is well: then it begins anew

    until_true('an agent that never answers is asked no more', sub {
        return 1 if $site->get("/api/agents/$agent_id")->{json}{circuit_state} eq 'open';
        $_->wait_final for map { $site->run('fault-hang') } 1 .. 3;
        return;
    });
};


is_deeply [ $site->workers ], [$worker], 'one worker went through all of it';

$site->log_is_calm;
done_testing;
