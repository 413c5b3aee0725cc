# The timeline of a run can be read in full, in parts, and has no holes
# (api 5, G8).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Site;

my $site = LangOrch::Site->start;

$site->import_document(procedure('talk', 'talk', {
    talk => { type => 'sequence', next_node => 'end', steps => [
        map { { step_id => "say$_", action => 'log', message => "word $_" } }
            1 .. 30 ] },
    end => { type => 'terminate' },
}));

my $run = $site->run('talk');
$run->wait_final;
my @all = $run->events;


subtest 'events are numbered without a gap, in order' => sub {
    is_deeply [ map { $_->{seq} } @all ], [ 1 .. @all ], 'seq is 1, 2, 3';

    my @ids = map { $_->{event_id} } @all;
    is_deeply \@ids, [ sort { $a <=> $b } @ids ], 'ids rise';
    is scalar(grep { $_->{run_id} ne $run->id } @all), 0, 'all are its own';

    is $all[0]{event_type}, 'run_created', 'the first';
    is $all[-1]{event_type}, 'run_completed', 'the last';
    is scalar(grep { $_->{event_type} =~ /^run_(?:completed|failed|canceled)$/ }
        @all), 1, 'there is one end';
};


subtest 'an event has the members of the contract' => sub {
    my ($log) = grep { $_->{event_type} eq 'log' } @all;
    is $log->{node_id}, 'talk', 'its node';
    is $log->{step_id}, 'say1', 'its step';
    is $log->{payload}{message}, 'word 1', 'what it says';
    is $log->{payload}{level}, 'INFO', 'how loud';
    like $log->{created_at}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
        'when';

    my ($started) = grep { $_->{event_type} eq 'step_started' } @all;
    is $started->{payload}{action}, 'log', 'a start names its action';
    is $started->{payload}{key}, $run->id . ':talk:say1', 'and its key';
    is $started->{attempt}, 1, 'and its attempt';
};


subtest 'pages join without gap or overlap' => sub {
    my (@seen, $after);
    $after = 0;

    for (1 .. 100) {
        my $r = $site->get($run->path("/events?limit=7&after_id=$after"));
        push @seen, map { $_->{seq} } @{ $r->{json} };

        my $next = $r->{headers}{'x-next-after-id'};
        last unless defined $next;
        is $next, $r->{json}[-1]{event_id}, 'the next page begins there'
            if $after == 0;
        $after = $next;
    }

    is_deeply \@seen, [ 1 .. @all ], 'all of them, once';
};


subtest 'they can be chosen' => sub {
    my @some = $run->events('?types=node_started,node_completed');
    is scalar(@some), 4, 'by type';
    @some = $run->events('?node_id=end');
    is scalar(grep { $_->{node_id} ne 'end' } @some), 0, 'by node';
    cmp_ok scalar(@some), '>', 0, 'which there are';
};


subtest 'what cannot be read is refused' => sub {
    is $site->get('/api/runs/none/events')->{status}, 404, 'an unknown run';
    for my $query ('limit=0', 'limit=10001', 'limit=x', 'after_id=-1') {
        is $site->get($run->path("/events?$query"))->{status}, 422, $query;
    }
};


$site->log_is_calm;
done_testing;
