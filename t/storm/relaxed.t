# `langorch_durability relaxed`: commits are not synced, so the power may take the
# newest, never one from between, and the file is sound; a kill takes none (G1).
#
# SEED=n repeats what the cuts of a run of this test leave, CUTS=n is how many.

use strict;
use warnings;

use List::Util qw(max);
use Test::More;

use LangOrch::Fault;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Storm qw(long_or);

my $cuts = $ENV{CUTS} || long_or(200, 4);
my $seed = $ENV{SEED} // time;
srand $seed;
note "SEED=$seed";

my $written = 0;

sub site {
    my ($fault, $durability) = @_;
    return LangOrch::Site->start(workers => 1, fault => $fault,
        http => "langorch_durability $durability;\n");
}

sub write_some {
    my ($site, $n) = @_;
    my @told = map { $site->post('/api/projects', { name => 'p' . ++$written })->{status} } 1 .. $n;
    return is_deeply \@told, [ (201) x $n ], 'each is told that it is there';
}

# The numbers of those that are there.

sub there {
    my ($site) = @_;
    return sort { $a <=> $b } map { $_->{name} =~ /^p(\d+)$/ ? $1 : () }
        @{ $site->get('/api/projects?limit=1000')->{json} };
}


subtest 'a commit is synced, or is not' => sub {
    for my $durability (qw(full relaxed)) {
        my $fault = LangOrch::Fault->new;
        my $site  = site($fault, $durability);
        my $ready = $site->get('/api/health/ready')->{json}{checks};
        is $ready->{durability}, $durability eq 'full' ? undef : 'relaxed', 'readiness says so';

        my $before = $fault->seen('sync');
        write_some($site, 20);
        my $syncs = $fault->seen('sync') - $before;
        $durability eq 'full' ? cmp_ok $syncs, '>=', 20, 'each has its sync'
            : is $syncs, 0, 'there is none';
        $site->log_is_calm;
        $site->stop;
    }
};


my $fault = LangOrch::Fault->new(power => 1);
my $site  = site($fault, 'relaxed');

subtest 'a kill takes nothing' => sub {
    my @before = there($site);
    write_some($site, 20);
    $site->kill9_all;
    $site->restart;
    my @after = there($site);
    is @after, @before + 20, 'all are there';
};


subtest 'the power takes the newest' => sub {
    my $lost = 0;

    for my $cut (1 .. $cuts) {
        my @before = there($site);
        my $first  = $written + 1;

        write_some($site, 10 + int rand 30);
        $fault->cut($site, keep => (0.9, 0.98)[ $cut % 2 ]);
        $site->restart;

        my @after = there($site);
        my $last  = max(0, @after);
        is_deeply \@after, [ grep { $_ <= $last } @before, $first .. $written ],
            'up to one they are there, behind it none';
        ok LangOrch::Store::is_sound($site), 'the file is sound';
        $lost += $written - $last;
    }

    cmp_ok $lost, '>', 0, 'some were lost';
};

$site->log_is_calm;
done_testing;
