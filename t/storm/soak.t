# Some of everything for long: runs, reads, streams, a reload now and then, a kill
# less often.  Memory stays, the log of the store stays small, nothing becomes
# slower (reliability.md 7 "Soak").
#
# SOAK=seconds: eight hours are 28800.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);

use LangOrch::Site;
use LangOrch::Storm qw(long_or);
use LangOrch::Wait qw(pause);

my $seconds = $ENV{SOAK} || long_or(1200, 12);
my $MiB     = 1 << 20;

# a sanitizer keeps what was freed: that is not the worker's memory

my $storm = LangOrch::Storm->new(site => LangOrch::Site->start(workers => 2,
    env => { ASAN_OPTIONS => 'detect_leaks=0:quarantine_size_mb=1' }));
my $site  = $storm->site;

# as many runs as can be judged at the end, in whatever time

$storm->asks(rate => 20);
$storm->load(clients => 2, pause => $seconds > 2000 ? $seconds / 2000 : 0.2);


# Resident MiB of the largest worker that serves, and of the store's log.

sub figures {
    my ($most) = sort { $b <=> $a } map {
        (eval { LangOrch::Site::slurp("/proc/$_/status") } // '')
            =~ /VmRSS:\s+(\d+)/ ? $1 / 1024 : () } $site->workers;
    return ($most // 0, (-s $site->home . '/data/langorch.db-wal' // 0) / $MiB);
}


my $begun = time;
my $n     = 0;
my (@rss, $wal);

while ((my $now = time - $begun) < $seconds) {
    my ($most, $log) = figures();
    push @rss, [ $now, $most ];
    $wal = $log if $log > ($wal // 0);

    # 48 parts: a reload in each, a kill in every third, none in the first and
    # last

    if ($now >= ($n + 1) * $seconds / 48) {
        $n++;
        if    ($n % 3 == 0)     { $site->kill9_worker }
        elsif ($seconds > 240)  { $site->reload }
        elsif ($n % 12 == 1)    { $site->reload }
        my $id = $storm->create("followed-$n", $storm->statuses);
        push @{ $storm->{runs} }, $id;
        $storm->follow($site->run_by_id($id));
    }
    pause($seconds > 240 ? 1 : 0.1);
}

my $end = time;
$storm->calm;
$storm->judge;


sub most_of {
    my ($from, $to) = @_;
    my ($most) = sort { $b <=> $a } map { $_->[1] }
        grep { $_->[0] >= $from && $_->[0] < $to } @rss;
    return $most;
}

my $quarter = $seconds / 4;
my ($first, $last) = (most_of(0, $quarter), most_of(3 * $quarter, $seconds));
my ($fast, $slow) = ($storm->p99($begun, $begun + $quarter),
    $storm->p99($end - $quarter, $end));
note sprintf 'memory %.1f MiB, then %.1f; log of the store %.1f MiB; p99 '
    . '%.1f ms, then %.1f', $first, $last, $wal, 1000 * $fast, 1000 * $slow;

cmp_ok $wal, '<', 64, 'the log of the store stays small';
cmp_ok $last, '<', 1.2 * $first + long_or(8, 64), 'memory stays';

# a neighbour is more than a short time can tell from

cmp_ok $slow, '<', long_or(1.2 * $fast + 0.005, 5), 'nothing becomes slower';

# requests that a killed worker had

cmp_ok $storm->{asked}{0} // 0, '<', 10 * (1 + $n / 3), 'few had no answer';
delete $storm->{asked}{0};
is join(' ', grep { $_ != 200 } keys %{ $storm->{asked} }), '',
    'all others had theirs';

$site->log_is_calm;
done_testing;
