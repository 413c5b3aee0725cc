# A run that goes through many nodes without a rest has one state whole, and of
# those after it what changed (ckp 21): each of them is a point like any other.

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => { work => sub {
    my ($call) = @_;
    my $params = $call->{json}{params};
    return $params->{bad} eq 'yes'
        ? { error => 'Bad: so it is', retryable => JSON::PP::false }
        : { result => $params->{seen}, $params->{bad} eq 'late' ? (until => 'go') : () };
} });

my $site = LangOrch::Site->start(workers => 2);
$site->register($agent);

my $nodes = 80;

for my $id ('open', 'sealed') {
    $site->import_document(procedure($id, 'n1', {
        (map { ("n$_" => sequence($_ == $nodes ? 'work' : 'n' . ($_ + 1), {
            step_id => 's', action => 'set_variable',
            params => { variable => 'v', value => $_ } })) } 1 .. $nodes),
        work => sequence('end', step('work', params => {
            bad => '{{bad}}', seen => '{{v}}', pin => '{{pin}}' })),
        end => { type => 'terminate' },
    }, variables_schema => { bad => { default => 'no' },
        pin => { default => '-', $id eq 'sealed' ? (sensitive => JSON::PP::true) : () } }));
}

sub value { return LangOrch::Store::value($site, $_[0]) }

sub points_of {
    my ($run) = @_;
    return map { $_->{node_id} => $_ } grep { $_->{reason} eq 'node' }
        @{ $site->get($run->path('/checkpoints'))->{json} };
}

sub seen_by_agent {
    my ($run) = @_;
    return map { "$_->{json}{params}{seen} $_->{json}{params}{pin}" }
        grep { $_->{json}{run_id} eq $run->id } $agent->calls('work');
}


for my $case ([ 'open', '-' ], [ 'sealed', 'tango-7741' ]) {
    my ($id, $pin) = @$case;

    subtest "$id: a point from the midst of a turn" => sub {
        my $run = $site->run($id, { bad => 'yes', pin => $pin });
        is $run->wait_final->{status}, 'failed', 'the run fails at its end';

        my $rows = 'FROM checkpoints c JOIN runs r ON r.id = c.run'
            . " WHERE r.run_id = '@{[ $run->id ]}'";
        cmp_ok value("SELECT count(*) $rows AND part"), '>=', $nodes - 5,
            'most of its states are told by what changed';
        cmp_ok value("SELECT max(length(state)) $rows AND part"), '<',
            value("SELECT min(length(state)) $rows AND part IS NULL"), 'which is less';

        my %points = points_of($run);

        for my $n (1, 2, 40, 63, 64, 65, 66, $nodes) {
            my $point = $points{"n$n"};
            my $shown = $site->get($run->path("/checkpoints/$point->{checkpoint_id}"))->{json};
            is $shown->{channel_values}{vars}{v}, $n, "that of n$n has what was there then";
            is $shown->{metadata}{seq}, $point->{step}, 'and says when';
        }

        my $r = $site->post($run->path('/replay'), { input_vars => { bad => 'no' },
            checkpoint_id => $points{n40}{checkpoint_id} });
        is $r->{status}, 201, 'another begins with it' or diag $r->{body};
        my $other = $site->run_by_id($r->{json}{run_id});
        is $other->wait_final->{status}, 'completed', 'and ends';
        is $other->events_of('node_completed'), $nodes - 40 + 2, 'without what was done';
        is_deeply [ seen_by_agent($other) ], [ "$nodes $pin" ], 'with what was known';

        is $site->post($run->path('/resume'), { input_vars => { bad => 'no' },
            checkpoint_id => $points{n70}{checkpoint_id} })->{status}, 200,
            'the run itself goes back to one';
        $site->kill9_all;
        $site->restart;
        is $run->wait_final->{status}, 'completed', 'though its worker dies, and ends';
        is +(seen_by_agent($run))[-1], "$nodes $pin", 'with what was known';
        is scalar(grep { $_->{node_id} eq 'n70' } $run->events_of('node_started')), 1,
            'what was done is not done again';
        is scalar(grep { $_->{node_id} eq 'n71' } $run->events_of('node_started')), 2,
            'what came after is';
    };
}


subtest 'a run whose newest state is told by what changed goes on after a crash' => sub {
    my $run  = $site->run('open', { bad => 'late' });
    my $rows = "checkpoints WHERE run = (SELECT id FROM runs WHERE run_id = '@{[ $run->id ]}')";
    until_true('its call is under way', sub { seen_by_agent($run) });
    is value("SELECT part FROM $rows ORDER BY seq DESC LIMIT 1"), 1, 'so it is';

    $site->kill9_all;
    $agent->release('go');
    $site->restart;
    is $run->wait_final->{status}, 'completed', 'it completes';
    is_deeply [ seen_by_agent($run) ], [ ("$nodes -") x 2 ], 'the call was made again';
    is $run->events_of('node_completed'), $nodes + 2, 'and nothing else';
};


subtest 'a point whose whole state is gone is none any more' => sub {
    my $run = $site->run('open');
    $run->wait_final;
    my %points = points_of($run);
    my $n10    = $points{n10}{checkpoint_id};
    my $id     = $run->id;

    LangOrch::Store::change($site, 'DELETE FROM checkpoints WHERE rowid = (SELECT min(c.rowid)'
        . " FROM checkpoints c JOIN runs r ON r.id = c.run WHERE r.run_id = '$id');");

    is $site->get($run->path("/checkpoints/$n10"))->{status}, 404, 'it is not shown';
    is $site->post($run->path('/replay'), { checkpoint_id => $n10 })->{status}, 404,
        'no run begins with it';
    is $site->post($run->path('/replay'), { checkpoint_id => $points{n75}{checkpoint_id} })
        ->{status}, 201, 'one begins with a point of which all is there';
};

$site->log_is_calm;
done_testing;
