# A run that waits for a person costs rows, not memory, and goes on from any
# worker (architecture 6).
#
# Ten thousand of them: WAITING=n tests another number.  From a hundred thousand
# on, without a sanitizer, it tells also what one costs:
#
#   LANGORCH_SANITIZE= WAITING=100000 prove -It/lib t/api/waiting.t

use strict;
use warnings;

use Test::More;

use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $many = $ENV{WAITING} || 10_000;
my $site = LangOrch::Site->start(workers => 2, procedures => ['one-approval']);


# Memory that belongs to the workers alone, in KiB.

sub memory {
    my $kib = 0;
    for my $pid ($site->workers) {
        my $rollup = LangOrch::Site::slurp("/proc/$pid/smaps_rollup");
        $kib += $1 while $rollup =~ /^Private_\w+:\s+(\d+) kB/mg;
    }
    return $kib;
}

sub start_many {
    my ($n) = @_;

    $site->together(4, sub {
        my ($part) = @_;
        for (1 .. $n / 4) {
            $site->run('one-approval', { item => "item $part-$_" });
        }
        return 1;
    });
    return;
}

sub waiting {
    my $r = $site->get(
        '/api/runs?status=waiting_approval&limit=0&total=true');
    return $r->{headers}{'x-total-count'} // -1;
}


# What the first half costs is mostly pools and caches that the others share: the
# caches of the database above all, which have a size of their own.

my $warm = $many / 2;
start_many($warm);
until_true('the first ones wait', sub { waiting() == $warm }, 60);
my $before = memory();

start_many($many - $warm);
until_true('all of them wait', sub { waiting() == $many }, 300);
my $grown = memory() - $before;

note "$many waiting runs: $before KiB and $grown KiB more";
SKIP: {
    skip 'a sanitizer keeps freed memory', 1 if $ENV{LANGORCH_SANITIZE};
    skip 'caches of the database still grow', 1 if $many < 100_000;
    cmp_ok $grown * 1024, '<', 300 * ($many - $warm),
        'a run that waits costs less than 300 bytes of it';
}


subtest 'the workers that started them need not be there' => sub {
    $site->kill9_worker($_) for $site->workers;
    is waiting(), $many, 'they still wait';
};


subtest 'a decision wakes its run' => sub {
    my @some = @{ $site->get(
        '/api/approvals?status=pending&limit=200')->{json} };
    is scalar(@some), 200, 'two hundred questions';

    my @answers = $site->together(4, sub {
        my ($part) = @_;
        return map {
            $site->post("/api/approvals/$some[$_]{approval_id}/decision",
                { decision => 'approve' })->{status}
        } grep { $_ % 4 == $part } 0 .. $#some;
    });
    is scalar(grep { $_ == 200 } @answers), 200, 'are answered';

    for my $run (map { $site->run_by_id($_->{run_id}) } @some) {
        my $end = $run->wait_final;
        next if $end->{status} eq 'completed';
        fail 'run ' . $run->id . " is $end->{status}";
    }
    is waiting(), $many - 200, 'and only their runs went on';
};


$site->log_is_calm;
done_testing;
