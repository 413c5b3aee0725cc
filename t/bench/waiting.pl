#!/usr/bin/perl

# `./langorch bench waiting [runs]`: that many runs (100,000) wait for one moment;
# what each of them costs in memory meanwhile, and how long it takes from that
# moment until all have ended.
#
# BENCH_WORKERS (2) how many workers the site has, BENCH_CLIENTS (4) how many
# make runs at once, BENCH_STATE a folder on another disk for the database,
# BENCH_SYNC_MS what each sync of the disk takes longer.

use strict;
use warnings;

use IO::Socket::INET;
use POSIX ();
use Time::HiRes qw(sleep time);

use LangOrch::Bench qw(share_kib);
use LangOrch::Fault;
use LangOrch::Site;
use LangOrch::Store;

my $n       = $ARGV[0] || 100_000;
my $workers = $ENV{BENCH_WORKERS} || 2;
my $clients = $ENV{BENCH_CLIENTS} || 4;
my $fault   = $ENV{BENCH_SYNC_MS} ? LangOrch::Fault->new : undef;

$fault->set(delay_ms => $ENV{BENCH_SYNC_MS}) if $fault;

my $site = LangOrch::Site->start(
    workers => $workers,
    server  => "keepalive_requests 1000000000;\n",
    $fault ? (fault => $fault) : (),
    $ENV{BENCH_STATE} ? (state => $ENV{BENCH_STATE}) : (),
);

$site->import_document({
    procedure_id     => 'bench-waits',
    version          => '1.0.0',
    variables_schema => { ms => { type => 'integer' } },
    workflow_graph   => {
        start_node => 'rest',
        nodes      => {
            rest => { type => 'sequence', next_node => 'end', steps => [ {
                step_id => 's', action => 'wait', params =>
                    { duration_ms => '{{ms}}' } } ] },
            end => { type => 'terminate' },
        },
    },
});

# The moment: late enough for all of them to be made first.

my $before = share_kib($site);
my $begun  = time;
my $moment = $begun + 30 + $n / 500;
my @made   = map { child($_) } 0 .. $clients - 1;

waitpid $_, 0 for @made;
printf "%d runs made in %.1f s, %d workers%s\n", $n, time - $begun, $workers,
    $fault ? ", each sync $ENV{BENCH_SYNC_MS} ms longer" : '';
die "they came too late\n" if time > $moment - 10;

# A run that waits for long is in nobody's memory, once a turn has said so.

until_settled();
my $while = share_kib($site);
printf "RSS of the site: %.1f MiB before, %.1f MiB while they wait: %.0f bytes "
    . "a run\n", $before / 1024, $while / 1024, ($while - $before) * 1024 / $n;

sleep 0.05 while time < $moment;

my ($over, $last) = (0, 0);

while ($over < $n) {
    sleep 0.2;
    $over = LangOrch::Store::value($site,
        q{SELECT count(*) FROM runs WHERE status = 'completed'});
    $last = time;
    die "$over of $n had ended after ten minutes\n" if $last > $moment + 600;
}

printf "all had ended %.1f s after the moment: %.0f runs a second; RSS then: "
    . "%.1f MiB\n", $last - $moment, $n / ($last - $moment), share_kib($site) / 1024;
exit($site->unrest ? 1 : 0);


# A process that makes its part of the runs, on one connection.

sub child {
    my ($i) = @_;
    my $pid = fork // die "fork: $!";

    return $pid if $pid;

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $site->port) or POSIX::_exit(1);

    for (my $k = $i; $k < $n; $k += $clients) {
        my $ms   = int(1000 * ($moment - time));
        my $body = qq({"procedure_id":"bench-waits","input_vars":{"ms":$ms}});

        syswrite $socket, "POST /api/runs HTTP/1.1\r\nHost: x\r\nContent-Type: "
            . 'application/json' . "\r\nContent-Length: " . length($body)
            . "\r\n\r\n$body";
        my $answer = '';

        while ($answer !~ /\r\n\r\n/
            || $answer !~ /^Content-Length: (\d+)\r\n.*?\r\n\r\n(.*)/ims
            || length $2 < $1)
        {
            sysread $socket, $answer, 8192, length $answer or POSIX::_exit(1);
        }

        $answer =~ m{^HTTP/1.1 201} or POSIX::_exit(1);
    }

    POSIX::_exit(0);
}


sub until_settled {
    my $end = time + 60;

    while (time < $end) {
        sleep 0.5;
        return unless LangOrch::Store::value($site, 'SELECT count(*) FROM runs'
            . q{ WHERE owner IS NOT NULL AND status NOT IN ('completed', 'failed')});
    }

    die "they do not rest\n";
}
