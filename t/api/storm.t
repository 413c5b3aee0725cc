# Twenty kills at random moments, half of one worker, half of all: nothing
# recorded is lost or sent again (reliability.md 7 "Crash storm").
#
# SEED=n repeats the moments of a run of this test.

use strict;
use warnings;

use Test::More;
use Time::Local qw(timegm);

use LangOrch::Agent;
use LangOrch::Doc qw(chain);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(pause until_true);

my $kills = $ENV{KILLS} || 20;
my $seed  = $ENV{SEED} // time;
srand $seed;
note "SEED=$seed";

my $agent = LangOrch::Agent->start(script => {
    work => sub {
        my ($call, $n) = @_;
        return { result => $call->{json}{step_id}, delay => ($n % 7) / 100 };
    },
});

my $site = LangOrch::Site->start(workers => 2);
$site->register($agent);
$site->import_document(chain('ten', 10));


# New runs arrive all the time; some of these requests meet a dead server.

my $refused = 0;
my @ids;

sub arrive {
    my $r = $site->post('/api/runs', { procedure_id => 'ten' }, timeout => 10);
    if ($r->{status} == 201) { push @ids, $r->{json}{run_id} }
    else                     { $refused++ }
    return;
}


for my $kill (1 .. $kills) {
    arrive() for 1 .. 8;
    pause(rand 0.4);

    if ($kill % 2) {
        $site->kill9_worker;
    } else {
        $site->kill9_all;
        $site->restart;
    }
}

my @runs  = map { $site->run_by_id($_) } @ids;
my %final = map { $_->id => eval { $_->wait_final(60) } } @runs;

cmp_ok scalar(@runs), '>=', 4 * $kills, 'many runs were acknowledged';
is scalar(grep { !$_ || $_->{status} ne 'completed' } values %final), 0,
    'all of them complete';


# By call: in the order of steps, none after its result was recorded.

my (%calls, %key, @disorder);

for my $call ($agent->calls('work')) {
    my ($run, $step) = @{ $call->{json} }{qw(run_id step_id)};
    my ($number) = $step =~ /(\d+)/;

    push @disorder, "$run $step" if ($calls{$run}{last} // 0) > $number;
    $calls{$run}{last} = $number;
    $calls{$run}{n}{$step}++;
    $key{"$run/$step"}{ $call->{headers}{'idempotency-key'} } = 1;
}

is_deeply \@disorder, [], 'no recorded step was sent again';
is scalar(grep { keys %$_ > 1 } values %key), 0,
    'a step that was sent again had the same key';
is scalar(grep { keys %{ $calls{ $_->id }{n} } != 10 } @runs), 0,
    'every step of every run was sent';

my $extra = 0;
for my $run (@runs) {
    $extra += $_ - 1 for values %{ $calls{ $run->id }{n} };
}
note "$extra calls were repeated, $refused requests met nobody";


# By event: no hole, one end, one result for each step, no call after it.

my %last_call;
for my $call ($agent->calls('work')) {
    $last_call{"$call->{json}{run_id}/$call->{json}{step_id}"} = $call->{at};
}

my @bad;
for my $run (@runs) {
    my @events = $run->events;
    my $seq    = 0;

    push @bad, map { $run->id . " sent $_->{step_id} after its result" }
        grep { $last_call{ $run->id . "/$_->{step_id}" }
            > seconds($_->{created_at}) + 0.002 }
        grep { $_->{event_type} eq 'step_completed' } @events;

    push @bad, $run->id . ' has a hole'
        if grep { $_->{seq} != ++$seq } @events;
    push @bad, $run->id . ' has not ten results'
        if 10 != grep { $_->{event_type} eq 'step_completed' } @events;
    push @bad, $run->id . ' has not one end'
        if 1 != grep { $_->{event_type} =~ /^run_(?:completed|failed)$/ } @events;
}
is_deeply \@bad, [], 'the timelines are whole';

until_true('no lease is left',
    sub { !@{ $site->get('/api/leases')->{json} || [1] } });
ok LangOrch::Store::is_sound($site), 'the database is sound';

sub seconds {
    my ($y, $mon, $d, $h, $min, $s) = $_[0] =~
        /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):([\d.]+)Z$/;
    return timegm(0, $min, $h, $d, $mon - 1, $y) + $s;
}


$site->log_is_calm;
done_testing;
