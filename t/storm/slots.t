# Twenty triggers with a slot for each hour of a day, four workers, and kills of
# one worker or of all: no slot is missing, none has two runs (G6; ckp 5.2).
#
# The long form goes on for ten MINUTES by the clock, a slot each, with a kill
# every few seconds.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);

use LangOrch::Doc qw(procedure);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Storm qw(long_or);
use LangOrch::Wait qw(until_true);

my $triggers = 20;
my $slots    = long_or(168, 24);
my $site     = LangOrch::Site->start(workers => 4);
my $fired    = "SELECT COUNT(*) FROM trigger_history WHERE outcome = 'fired'";


# They are enabled together, in the store, with their first slot a while ago.

for my $n (1 .. $triggers) {
    $site->import_document(procedure("slot-$n", 'end', {
        end => { type => 'terminate',
            outputs => { at => '{{trigger.scheduled_for}}' } } },
        trigger => { type => 'scheduled', schedule => '0 * * * *',
            catchup => 'all', catchup_window_seconds => 86400 * 10 }));
    is $site->post("/api/triggers/slot-$n/1.0.0", { trigger_type => 'scheduled',
        enabled => JSON::PP::false })->{status}, 201, "trigger $n";
}

my $hour = 3600_000;
my $last = int(time * 1000 / $hour) * $hour;
my $from = $last - ($slots - 1) * $hour;

LangOrch::Store::change($site,
    "UPDATE triggers SET enabled = 1, next_fire_at = $from");

# workers look again when something is registered

$site->import_document(procedure('rings', 'end', {
    end => { type => 'terminate' } }));
$site->post('/api/triggers/rings/1.0.0',
    { trigger_type => 'scheduled', schedule => '0 0 29 2 *' });


# Kills, each as soon as a part more was fired than at the one before.

my $kills = 0;

for my $part (1 .. 12) {
    my $want = int($triggers * $slots * $part / 14);
    until_true("$want are fired", sub {
        return LangOrch::Store::value($site, $fired) >= $want }, 120);

    if ($part % 4 == 0) {
        $site->kill9_all;
        $site->restart;
    } else {
        $site->kill9_worker;
    }
    $kills++;
}

until_true('all are fired', sub {
    return LangOrch::Store::value($site, $fired) >= $triggers * $slots }, 120);
until_true('all runs have ended', sub {
    return LangOrch::Store::value($site, 'SELECT COUNT(*) FROM runs'
        . " WHERE status = 'completed'") >= $triggers * $slots }, 120);

is $kills, 12, 'all that among kills';

my %seen;

for my $n (1 .. $triggers) {
    my $rows = $site->get("/api/runs?procedure_id=slot-$n&limit=1000")->{json};
    $seen{"$n $_->{output_vars}{at}"}++ for @$rows;
}

# an hour may have gone by meanwhile: its slots are none of these

my @wanted = map { my $n = $_; map { "$n " . stamp($from + $_ * $hour) }
    0 .. $slots - 1 } 1 .. $triggers;
is_deeply [ grep { !$seen{$_} } @wanted ], [], 'no slot is missing';
is_deeply [ grep { $seen{$_} > 1 } sort keys %seen ], [], 'none has two runs';


# --- by the clock ----------------------------------------------------------------

my $minutes = $ENV{MINUTES} // long_or(10, 0);

subtest "$minutes minutes" => sub {
    my $minute = 60_000;

    for my $n (1 .. $triggers) {
        $site->import_document(procedure("min-$n", 'end', {
            end => { type => 'terminate',
                outputs => { at => '{{trigger.scheduled_for}}' } } },
            trigger => { type => 'scheduled', schedule => '* * * * *' }));
        is $site->post("/api/triggers/min-$n/1.0.0",
            { trigger_type => 'scheduled' })->{status}, 201, "trigger $n";
    }

    # whole minutes that have not begun yet

    my $first = (int(time * 1000 / $minute) + 1) * $minute;
    my $end   = $first + ($minutes - 1) * $minute;
    my $killed = 0;

    while (time * 1000 < $end + 5000) {
        ++$killed % 5 ? $site->kill9_worker : do { $site->kill9_all; $site->restart };
        until_true('some seconds pass', sub { rand() < 0.02 }, 60);
    }

    until_true('the last of them fired', sub {
        return $triggers <= LangOrch::Store::value($site, 'SELECT COUNT(*) FROM'
            . " trigger_history WHERE outcome = 'fired' AND due_at = $end");
    }, 60);
    cmp_ok $killed, '>=', 10, "$killed kills";

    my (%of, $late);
    for my $row (LangOrch::Store::rows($site, 'SELECT procedure_id, due_at, lag_ms'
        . ' FROM trigger_history WHERE outcome = \'fired\' AND due_at BETWEEN'
        . " $first AND $end AND procedure_id LIKE 'min-%'"))
    {
        $of{"$row->[0] $row->[1]"}++;
        $late = $row->[2] if !defined $late || $row->[2] > $late;
    }
    my @all = map { my $n = $_; map { "min-$n " . ($first + $_ * $minute) }
        0 .. $minutes - 1 } 1 .. $triggers;
    is_deeply [ grep { !$of{$_} } @all ], [], 'no slot is missing';
    is_deeply [ grep { $of{$_} > 1 } sort keys %of ], [], 'none was fired twice';
    note "the latest was $late ms late";

    is LangOrch::Store::value($site, "SELECT COUNT(*) FROM runs WHERE procedure_id LIKE"
        . " 'min-%'"), LangOrch::Store::value($site, "SELECT COUNT(*) FROM trigger_history"
        . " WHERE outcome = 'fired' AND procedure_id LIKE 'min-%'"), 'each has its run';
} if $minutes;

$site->log_is_calm;

done_testing;


sub stamp {
    my ($ms) = @_;
    my @t = gmtime($ms / 1000);
    return sprintf '%04d-%02d-%02dT%02d:%02d:%02d.000Z', $t[5] + 1900,
        $t[4] + 1, @t[ 3, 2, 1, 0 ];
}
