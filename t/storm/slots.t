# Twenty triggers with a slot for each hour of a day, four workers, and kills of
# one worker or of all: no slot is missing, none has two runs (G6; ckp 5.2).

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

$site->log_is_calm;

done_testing;


sub stamp {
    my ($ms) = @_;
    my @t = gmtime($ms / 1000);
    return sprintf '%04d-%02d-%02dT%02d:%02d:%02d.000Z', $t[5] + 1900,
        $t[4] + 1, @t[ 3, 2, 1, 0 ];
}
