# The power goes: what had not been synced is gone, or is there in part.  Nothing
# that was acknowledged is lost, the file is sound, and runs go on (G1).
#
# SEED=n repeats the moments of a run of this test, CUTS=n is how many.

use strict;
use warnings;

use Test::More;

use LangOrch::Fault;
use LangOrch::Site;
use LangOrch::Storm qw(long_or);
use LangOrch::Store;
use LangOrch::Wait qw(pause);

my $cuts = $ENV{CUTS} || long_or(2000, 8);
my $seed = $ENV{SEED} // time;
srand $seed;
note "SEED=$seed";

my $fault = LangOrch::Fault->new(power => 1);
my $storm = LangOrch::Storm->new(site => LangOrch::Site->start(workers => 2,
    fault => $fault));
my $site  = $storm->site;

$storm->load(pause => long_or(0.3, 0.02));
my ($lost, $unsound) = (0, 0);

for my $cut (1 .. $cuts) {
    pause(0.2 + rand 0.4);

    # nothing of it, most of it, half of it

    $lost += $fault->cut($site, keep => (0, 0.9, 0.5)[ $cut % 3 ]);
    $site->restart;
    $unsound++ unless LangOrch::Store::is_sound($site);
}

$storm->calm;
$storm->judge;
cmp_ok $lost, '>', 0, 'writes were lost that had not been synced';
note "$lost writes were";
is $unsound, 0, 'after each cut the file was sound';

$site->log_is_calm;
done_testing;
