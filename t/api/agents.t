# Agents are registered, changed, looked after and removed (api 8).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure);
use LangOrch::Site;

my $agent = LangOrch::Agent->start(
    capabilities => [ 'pay', { name => 'plan', type => 'workflow' } ]);
my $site = LangOrch::Site->start;

my %new = (name => 'Cash Desk', channel => 'bank', base_url => $agent->url);


subtest 'an agent is registered' => sub {
    my $r = $site->post('/api/agents', { %new, capabilities => ['pay'],
        concurrency_limit => 3, pool_id => 'p1' });

    is $r->{status}, 201, 'registered';
    my $a = $r->{json};
    is $a->{agent_id}, 'bank_cash_desk', 'its id is made from its names';
    is $a->{resource_key}, 'bank_default', 'its key from its channel';
    is $a->{status}, 'online', 'online';
    is $a->{concurrency_limit}, 3, 'with its limit';
    is $a->{circuit_state}, 'closed', 'trusted';
    is $a->{active_leases}, 0, 'idle';
    is $a->{consecutive_failures}, 0, 'without failures';
    is $a->{capabilities}[0]{name}, 'pay', 'a name is a capability';
    is $a->{capabilities}[0]{type}, 'tool', 'of the plain kind';

    $r = $site->post('/api/agents', \%new);
    is $r->{status}, 409, 'once';
};


subtest 'what it can do is asked when nobody says' => sub {
    my $r = $site->post('/api/agents', { %new, agent_id => 'asked' });
    is $r->{status}, 201, 'registered';
    is_deeply [ map { "$_->{name}:$_->{type}" } @{ $r->{json}{capabilities} } ],
        [ 'pay:tool', 'plan:workflow' ], 'it was asked';

    $r = $site->post('/api/agents', { %new, agent_id => 'silent',
        base_url => 'http://127.0.0.1:1' });
    is $r->{status}, 201, 'one that does not answer is registered too';
    is_deeply $r->{json}{capabilities}, [], 'without any';

    $r = $site->get('/api/agents/probe-capabilities?base_url=' . $agent->url);
    is $r->{status}, 200, 'a look before';
    is scalar @{ $r->{json} }, 2, 'shows them';

    $r = $site->get(
        '/api/agents/probe-capabilities?base_url=http://127.0.0.1:1');
    is $r->{status}, 502, 'or that nobody is there';
    is $r->{json}{detail},
        'Could not reach agent at http://127.0.0.1:1/capabilities', 'in words';
    is $site->get('/api/agents/probe-capabilities')->{status}, 422,
        'a look needs an address';
};


subtest 'what is no agent is refused' => sub {
    for my $bad ({ name => '' }, { channel => undef }, { base_url => 'x' },
        { base_url => 'ftp://h/' }, { base_url => 'http://u:p@h/' },
        { concurrency_limit => 0 }, { concurrency_limit => 1001 },
        { concurrency_limit => 'many' }, { agent_id => 'a b' },
        { agent_id => 'x' x 65 }, { agent_id => 'pools' },
        { capabilities => 'all' }, { base_url => "http://h/\r\nX: y" })
    {
        my $r = $site->post('/api/agents', { %new, agent_id => 'bad', %$bad });
        is $r->{status}, 422, LangOrch::Http::encode($bad) =~ s/\s/ /gr;
    }
};


subtest 'an agent is found' => sub {
    my $ids = sub {
        return join ' ', sort map { $_->{agent_id} }
            @{ $site->get("/api/agents?$_[0]")->{json} };
    };

    is $ids->('channel=bank'), 'asked bank_cash_desk silent', 'by channel';
    is $ids->('pool_id=p1'), 'bank_cash_desk', 'by pool';
    is $ids->('channel=none'), '', 'or not';
    is $site->get('/api/agents/asked')->{json}{name}, 'Cash Desk', 'by id';

    my $r = $site->get('/api/agents/none');
    is $r->{status}, 404, 'an unknown one is not';
    is $r->{json}{detail}, 'Agent not found', 'as it says';
};


subtest 'an agent is changed' => sub {
    my $r = $site->put('/api/agents/asked', { concurrency_limit => 9,
        name => undef });
    is $r->{status}, 200, 'changed';
    is $r->{json}{concurrency_limit}, 9, 'that';
    is $r->{json}{name}, 'Cash Desk', 'and nothing else';

    is_deeply $site->put('/api/agents/asked', { capabilities => [] })
        ->{json}{capabilities}, [], 'an empty list clears';
    is scalar @{ $site->post('/api/agents/asked/sync-capabilities')
        ->{json}{capabilities} }, 2, 'asking again fills';
    is $site->put('/api/agents/none', {})->{status}, 404, 'if it is there';
};


subtest 'its health is asked' => sub {
    my $r = $site->post('/api/agents/asked/health-check');
    is $r->{status}, 200, 'asked';
    ok $r->{json}{reachable}, 'it is there';
    is $r->{json}{status}, 'online', 'online';

    $r = $site->post('/api/agents/silent/health-check');
    ok !$r->{json}{reachable}, 'the other is not';
    is $r->{json}{status}, 'offline', 'offline';
    ok length $r->{json}{error}, 'for some reason';

    $site->post('/api/agents/silent/health-check') for 1 .. 2;
    my $a = $site->get('/api/agents/silent')->{json};
    is $a->{consecutive_failures}, 3, 'three times';
    is $a->{circuit_state}, 'open', 'opens its circuit';
    ok length $a->{circuit_open_at}, 'then';

    $r = $site->post('/api/agents/silent/circuit', { action => 'close' });
    is $r->{json}{circuit_state}, 'closed', 'a person may close it';
    is $site->post('/api/agents/silent/circuit', { action => 'x' })->{status},
        422, 'or open it, no more';
};


subtest 'an agent is removed' => sub {
    is $site->del('/api/agents/silent')->{status}, 204, 'removed';
    is $site->get('/api/agents/silent')->{status}, 404, 'gone';
    is $site->del('/api/agents/silent')->{status}, 404, 'once';
};


subtest 'actions and leases have their lists' => sub {
    my $actions = $site->get('/api/actions')->{json};
    is_deeply [ sort keys %$actions ],
        [qw(api database desktop email file generic web)], 'the channels';
    is_deeply $actions->{generic},
        [qw(wait screenshot log set_checkpoint restore_checkpoint)],
        'the generic ones';
    is_deeply $actions->{api},
        [qw(http_request graphql_query soap_request websocket_connect)],
        'those of api';

    my $live = $site->get('/api/actions?live=true')->{json};
    ok scalar(grep { $_ eq 'pay' } @{ $live->{bank} || [] }),
        'with those of agents, when asked';
    ok scalar(grep { $_ eq 'set_variable' } @{ $live->{internal} || [] }),
        'and the engine\'s own';

    is_deeply $site->get('/api/leases')->{json}, [], 'nothing is leased';
};


subtest 'a run that begins behind its agent finds it, on any worker' => sub {
    my $hurry = LangOrch::Agent->start(script => {
        hurry => sub { return { result => 1 } },
    });
    my @n = 1 .. 20;
    $site->import_document(procedure("behind-$_", 'main', {
        main => { type => 'sequence', agent => "new$_", next_node => 'end',
            steps => [ { step_id => 's', action => 'hurry' } ] },
        end  => { type => 'terminate' },
    })) for @n;

    my @runs = map {
        $site->register($hurry, channel => "new$_", name => "n$_");
        $site->run("behind-$_");
    } @n;
    is_deeply [ grep { $_ ne 'completed' } map { $_->wait_final->{status} }
        @runs ], [], 'each of them';
};


$site->log_is_calm;
done_testing;
