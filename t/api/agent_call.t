# What an agent gets, and on what connection (api 19, reliability.md 1).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(chain procedure sequence step);
use LangOrch::Site;

my $agent = LangOrch::Agent->start(script => {
    work  => { result => { n => 7, list => [ 1, { a => undef } ] } },
    empty => { body => '{"status":"success"}' },
    moody => [ { error => 'Busy: later', retryable => JSON::PP::true },
        { result => 'ok' } ],
});

my $named = LangOrch::Agent->start;

my $site = LangOrch::Site->start(
    workers => 1,
    http    => 'langorch_upstreams till; upstream till { server 127.0.0.1:' . $named->port
        . '; keepalive 4; }',
);

$site->register($agent);
$site->import_document(chain('five', 5));


subtest 'a call has the body and the headers of the contract' => sub {
    $site->import_document(procedure('one', 'main', {
        main => sequence('end', step('pay', action => 'work', timeout_ms => 9000,
            params => { amount => '{{amount}}', to => 'Ann & {{name}}' },
            memo => 'inline')),
        end => { type => 'terminate', outputs => { pay => '{{pay}}' } },
    }, variables_schema => { amount => {}, name => {} }));

    my $run  = $site->run('one', { amount => 12.5, name => "B\x{f6}rge" });
    my $end  = $run->wait_final;
    my ($call) = $agent->calls('work');

    is $call->{method}, 'POST', 'POST';
    is $call->{path}, '/execute', 'execute';
    like $call->{headers}{'content-type'}, qr{^application/json}, 'JSON';

    my $body = $call->{json};
    is $body->{action}, 'work', 'the action';
    is $body->{params}{amount}, 12.5, 'a number stays a number';
    is $body->{params}{to}, "Ann & B\x{f6}rge", 'text is filled in';
    is $body->{params}{memo}, 'inline', 'inline parameters too';
    is $body->{run_id}, $run->id, 'the run';
    is $body->{node_id}, 'main', 'the node';
    is $body->{step_id}, 'pay', 'the step';
    is $body->{attempt}, 1, 'the attempt';
    is $body->{path}, 'main/pay', 'the path';
    is $body->{timeout_ms}, 9000, 'the time it has';

    my $h = $call->{headers};
    is $h->{'x-run-id'}, $run->id, 'X-Run-ID';
    is $h->{'x-node-id'}, 'main', 'X-Node-ID';
    is $h->{'x-step-id'}, 'pay', 'X-Step-ID';
    is $h->{'x-attempt'}, 1, 'X-Attempt';
    is $h->{'idempotency-key'}, $run->id . ':main:pay', 'Idempotency-Key';
    is $h->{'content-length'}, length $call->{body}, 'its length';
    is $h->{host}, '127.0.0.1:' . $agent->port, 'Host';

    is_deeply $end->{output_vars}{pay}, { n => 7, list => [ 1, { a => undef } ] },
        'the result comes back as it is';

    my ($event) = $run->events_of('step_dispatched');
    is $event->{payload}{executor}, 'agent_http', 'the event says how';
    like $event->{payload}{agent_url}, qr/^\Q@{[ $agent->url ]}\E/, 'and where';
};


subtest 'the key stays while the outcome is open, and grows when it is not'
    => sub {
    $site->import_document(procedure('moody', 'main', {
        main => sequence('end', step('moody',
            retry_policy => { max_attempts => 2, base_delay_ms => 1 })),
        end => { type => 'terminate' },
    }));

    my $run = $site->run('moody');
    is $run->wait_final->{status}, 'completed', 'it completes';
    my @keys = map { $_->{headers}{'idempotency-key'} } $agent->calls('moody');
    is_deeply \@keys, [ $run->id . ':main:moody', $run->id . ':main:moody#1' ],
        'a refusal that was recorded makes another key';
    is_deeply [ map { $_->{headers}{'x-attempt'} } $agent->calls('moody') ],
        [ 1, 2 ], 'attempts are counted';
};


subtest 'a result may be absent' => sub {
    $site->import_document(procedure('empty', 'main', {
        main => sequence('end', step('empty')),
        end  => { type => 'terminate', outputs => { empty => '{{empty}}' } },
    }));
    is_deeply $site->run('empty')->wait_final->{output_vars}, { empty => {} },
        'it is an empty object then';
};


subtest 'values cannot reach into the head' => sub {
    $site->import_document(procedure('odd', 'main', {
        main => sequence('end', { %{ step('work') }, step_id => "st\x{e9}p",
            idempotency_key => "k {{inject}}\x{20ac}" }),
        end => { type => 'terminate' },
    }, variables_schema => { inject => {} }));
    my $run = $site->run('odd', { inject => "a\r\nX-Evil: 1" });
    is $run->wait_final->{status}, 'completed', 'it completes';

    my ($call) = grep { $_->{json}{run_id} eq $run->id } $agent->calls('work');
    ok !exists $call->{headers}{'x-evil'}, 'no header was smuggled in';
    is $call->{headers}{'x-step-id'}, 'st%C3%A9p', 'other letters are encoded';
    like $call->{headers}{'idempotency-key'}, qr/^[\x21-\x7e]{1,255}$/,
        'a key is visible ASCII';
};


subtest 'connections are used again' => sub {
    my $before = $agent->calls;
    $site->run('five')->wait_final for 1 .. 4;

    my @calls = $agent->calls;
    my %conn  = map { $_->{conn} => 1 } @calls[ $before .. $#calls ];
    is scalar(@calls) - $before, 20, 'twenty calls';
    cmp_ok scalar(keys %conn), '<=', 2, 'on one connection or two';
};


subtest 'an agent may be behind an upstream of the site' => sub {
    $site->register($named, agent_id => 'till', channel => 'till',
        base_url => 'http://till');
    $site->import_document(procedure('named', 'main', {
        main => { %{ sequence('end', step('one'), step('two')) },
            agent => 'till' },
        end => { type => 'terminate' },
    }));

    is $site->run('named')->wait_final->{status}, 'completed', 'it is reached';
    is scalar($named->calls), 2, 'by both calls';
    my %conn = map { $_->{conn} => 1 } $named->calls;
    is scalar(keys %conn), 1, 'on one connection';
};


subtest 'no call is lost among many' => sub {
    my $before = $agent->calls;
    my @runs   = map { $site->run('five') } 1 .. 60;
    is $_->wait_final->{status}, 'completed', 'a run completes' for @runs;

    is $agent->calls - $before, 300, 'three hundred calls';
    my $count = $agent->key_counts;
    is scalar(grep { $_ > 1 } values %$count), 0, 'each once';
};


$site->log_is_calm;
done_testing;
