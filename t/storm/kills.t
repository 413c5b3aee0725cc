# Kills at random moments, of one worker, of all, of the master alone: nothing
# recorded is lost or sent again (reliability.md 7 "Crash storm").
#
# SEED=n repeats the moments of a run of this test, KILLS=n is how many.

use strict;
use warnings;

use Test::More;

use LangOrch::Storm qw(long_or);
use LangOrch::Wait qw(pause until_true);

my $kills = $ENV{KILLS} || long_or(1000, 16);
my $seed  = $ENV{SEED} // time;
srand $seed;
note "SEED=$seed";

my $storm = LangOrch::Storm->new;
my $site  = $storm->site;

$storm->load(pause => long_or(0.5, 0.02));


# Who outlives the master serves on, but nobody replaces him: the site is started
# again when they have been told to go.

sub orphan_and_restart {
    $site->kill9($site->master);
    until_true('the master is dead', sub { !$site->master });

    is $site->get('/api/health')->{status}, 200, 'orphans serve';
    $site->restart;
    return;
}


for my $kill (1 .. $kills) {
    pause(rand 0.4);
    $storm->follow($site->run_by_id($_)) for $kill % 4 == 1 ? one_run() : ();

    if ($kill % 8 == 0) {
        orphan_and_restart();
    } elsif ($kill % 2) {
        $site->kill9_worker;
    } else {
        $site->kill9_all;
        $site->restart;
    }
}


sub one_run {
    my $id = $storm->create("followed-$kills-" . rand, $storm->statuses);
    push @{ $storm->{runs} }, $id;
    return $id;
}


$storm->calm;
$storm->judge;
$site->log_is_calm;
done_testing;
