# What is asked wrongly of saved states is told, and nothing happens (api 1.5,
# 4.5 to 4.7).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => {
    work => { error => 'Bad: so it is', retryable => JSON::PP::false },
    slow => { until => 'never' },
    cancel => { ok => JSON::PP::true },
});

my $site = LangOrch::Site->start(procedures => [ 'one-approval', 'log-only' ]);
$site->register($agent);

my %nodes = (
    a   => sequence('b', { step_id => 'a', action => 'log', message => 'a' }),
    b   => sequence('end', step('b', action => 'work')),
    end => { type => 'terminate' },
);

for my $doc ([ 'loose' ], [ 'strict', strict_inputs => JSON::PP::true ]) {
    my ($id, %config) = @$doc;
    $site->import_document(procedure($id, 'a', {%nodes}, variables_schema => {
        n => { type => 'number', default => 1, validation => { max => 9 } },
    }, global_config => { checkpoint_strategy => 'every_node', %config }));
}

my $run = $site->run('loose');
$run->wait_final;
my $done = $site->run('log-only');
$done->wait_final;

sub points {
    my ($of) = @_;
    return map { $_->{checkpoint_id} }
        @{ $site->get($of->path('/checkpoints'))->{json} };
}

my ($point) = grep { $_->{reason} eq 'node' }
    @{ $site->get($run->path('/checkpoints'))->{json} };
$point = $point->{checkpoint_id};
my ($foreign) = points($done);
my $story = $run->story;

# Refused with this status; with 422 the member that it is about.

sub refused {
    my ($what, $body, $status, $about) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $r = $site->post($run->path("/$what"), $body);
    my $told = "$what: " . JSON::PP->new->canonical->allow_nonref->encode($body);
    is $r->{status}, $status, $told or diag explain $r;
    return $r unless defined $about;
    is_deeply $r->{json}{errors}[0]{loc}, [ 'body', $about ], "$told: $about";
    return $r;
}


subtest 'bodies of another shape' => sub {
    for my $what (qw(resume replay)) {
        refused($what, { checkpoint_id => 7 }, 422, 'checkpoint_id');
        refused($what, { checkpoint_id => 'x' x 65 }, 422, 'checkpoint_id');
        refused($what, { from_node => [] }, 422, 'from_node');
        refused($what, { from_node => 'x' x 1025 }, 422, 'from_node');
        refused($what, { from_node => 'b', input_vars => 'x' }, 422,
            'input_vars');
        refused($what, [], 422);
    }
    refused(replay => {}, 422, 'checkpoint_id');
    refused(replay => { from_node => 'b', execution_mode => 'wet' }, 422,
        'execution_mode');
    refused(retry => { from_checkpoint_id => 7 }, 422, 'from_checkpoint_id');
    refused(retry => { input_vars => [] }, 422, 'input_vars');
    refused(retry => { new_run => 'x' }, 422, 'new_run');
};


subtest 'points that are not there' => sub {
    for my $what (qw(resume replay)) {
        my $r = refused($what, { checkpoint_id => 'none' }, 404);
        is $r->{json}{detail}, 'Checkpoint not found', "$what: says what";
        refused($what, { checkpoint_id => $foreign }, 404);
        refused($what, { from_node => 'z' }, 422, 'from_node');
        refused($what, { checkpoint_id => $point, from_node => 'z' }, 422,
            'from_node');
        my $later = refused($what, { from_node => 'end' }, 409);
        like $later->{json}{detail}, qr/before node end/,
            "$what: it did not come there";
        is $site->post("/api/runs/none/$what", { from_node => 'a' })->{status},
            404, "$what: no run";
    }
    refused(retry => { from_checkpoint_id => 'none' }, 404);
    refused(retry => { from_checkpoint_id => $foreign }, 404);
};


subtest 'values that do not fit' => sub {
    for my $what (qw(resume replay)) {
        for my $case ([ { n => 'x' }, 'n', 'Must be a number' ],
            [ { n => 10 }, 'n', 'Must be at most 9' ],
            [ { __x => 1 }, '__x', 'Reserved name' ],
            [ { secrets => {} }, 'secrets', 'Reserved name' ])
        {
            my ($vars, $name, $why) = @$case;
            my $r = refused($what,
                { checkpoint_id => $point, input_vars => $vars }, 422);
            is_deeply $r->{json}{errors}, { $name => $why }, "$what: $why";
        }
    }

    my $strict = $site->run('strict');
    $strict->wait_final;
    my $r = $site->post($strict->path('/resume'),
        { from_node => 'b', input_vars => { other => 1 } });
    is $r->{status}, 422, 'one that is not declared, where that counts';
    is_deeply $r->{json}{errors}, { other => 'Unknown variable' }, 'says which';
    is $strict->get->{status}, 'failed', 'it stays as it was';
};


subtest 'states of a run that do not allow it' => sub {
    my $final = (points($done))[0];
    my $r = $site->post($done->path('/replay'), { checkpoint_id => $final });
    is $r->{status}, 409, 'nothing follows an end';
    like $r->{json}{detail}, qr/nothing follows/, 'as it is told';

    my $waits = $site->run('one-approval');
    $waits->wait_approval;
    my ($start) = points($waits);

    $site->import_document(procedure('slow', 'a', {
        a => sequence(undef, step('a', action => 'slow')) }));
    my $runs = $site->run('slow');
    until_true('its agent is called', sub { $agent->calls('slow') });

    for my $case ([ completed => $done ], [ waiting_approval => $waits ],
        [ running => $runs ])
    {
        my ($state, $of) = @$case;
        for my $body ({}, { checkpoint_id => (points($of))[0] }) {
            my $r = $site->post($of->path('/resume'), $body);
            is $r->{status}, 409, "no resume while $state";
            is $of->get->{status}, $state, 'it stays so';
        }
    }

    $r = $site->post($runs->path('/retry'), { from_checkpoint_id => $start });
    is $r->{status}, 409, 'no retry before its end';
    is $r->{json}{detail}, 'Run ' . $runs->id
        . ' is running; only finished runs can be retried', 'as it is told';

    $site->post($_->path('/cancel'), {}) for $waits, $runs;
    is $site->post($waits->path('/resume'), { checkpoint_id => $start })
        ->{status}, 409, 'nor a resume of one that was cancelled';
};


is $run->get->{status}, 'failed', 'after all of that it is as it was';
is $run->story, $story, 'and nothing happened to it';

$site->log_is_calm;
done_testing;
