#!/usr/bin/perl

# `./langorch bench api`: the HTTP surface, measured beside NGINX's own
# `return 200` in the same run.  A site of the release build whose store was
# filled before; ask.c asks.
#
# BENCH_SECONDS (5) is how long a row is measured, BENCH_WORKERS (2) how many
# workers the site has, BENCH_RUNS (100000) how many runs are stored before, each
# with ten events, BENCH_READERS (2000) how many follow one run, BENCH_IDLE
# (10000) how many streams are held open, BENCH_STATE a folder on another disk.

use strict;
use warnings;

use File::Basename qw(dirname);
use IPC::Open2 qw(open2);
use Time::HiRes qw(time);

use LangOrch::Bench qw(ask cores cpu_us said share_kib);
use LangOrch::Doc qw(approval procedure);
use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $top     = dirname(__FILE__) . '/../..';
my $seconds = $ENV{BENCH_SECONDS} || 5;
my $workers = $ENV{BENCH_WORKERS} || 2;
my $runs    = $ENV{BENCH_RUNS} // 100_000;
my $readers = $ENV{BENCH_READERS} // 2000;
my $idle    = $ENV{BENCH_IDLE} // 10_000;

my $site = LangOrch::Site->start(
    workers => $workers,
    server  => "keepalive_requests 1000000000;\n"
        . "location = /bare { return 200 \"ok\\n\"; }\n",
    $ENV{BENCH_STATE} ? (state => $ENV{BENCH_STATE}) : (),
);

$site->import_document(procedure('ends', 'end',
    { end => { type => 'terminate' } }));
$site->import_document(approval('asks'));

my $one = $site->run('ends');
$one->wait_final;
my $began = time;
fill();

printf "%d cores, %d workers, %s s a row; %d runs and %d events are stored"
    . " (%.0f s)\n\n", cores(), $workers, $seconds,
    LangOrch::Store::value($site, 'SELECT COUNT(*) FROM runs'),
    LangOrch::Store::value($site, 'SELECT COUNT(*) FROM events'),
    time - $began;

print join(' | ', sprintf('%-26s', 'request'), 'connections', 'answers/s',
    'p50 ms', 'p99 ms', 'µs nginx', '% of bare'), "\n";

my $bare;
my $id = $one->id;

row('return 200', 64, 'GET', '/bare');
row('GET /api/health', 64, 'GET', '/api/health');
row('GET /api/runs/{run_id}', 64, 'GET', "/api/runs/$id");
row('GET /api/runs/{run_id}', 1, 'GET', "/api/runs/$id");
row('GET /api/runs?limit=100', 16, 'GET', '/api/runs?limit=100');
row('GET /api/runs?limit=100', 1, 'GET', '/api/runs?limit=100');
row('POST /api/runs (durable)', 64, 'POST', '/api/runs',
    '{"procedure_id":"ends"}');
row('POST /api/runs (durable)', 1, 'POST', '/api/runs',
    '{"procedure_id":"ends"}');

until_true('the runs are done', sub { !LangOrch::Store::value($site,
    "SELECT COUNT(*) FROM runs WHERE status = 'created'") }, 300);

fan($readers) if $readers;
hold($idle)   if $idle;

print "\n";
exit($site->unrest ? 1 : 0);


sub row {
    my ($name, $connections, $method, $path, $body) = @_;

    my $before = cpu_us($site);
    my ($answer) = ask($site, 'ask', $connections, $seconds, $method, $path,
        $body // '');
    my $cpu = cpu_us($site) - $before;
    my $rate = $answer->{answers} / $answer->{seconds};

    $bare //= $rate;
    die "$name: $answer->{refusals} refusals\n" if $answer->{refusals};

    printf "%-26s | %11d | %9.0f | %6.2f | %6.2f | %8.1f | %9.0f\n", $name,
        $connections, $rate, $answer->{p50_ms}, $answer->{p99_ms},
        $cpu / ($answer->{answers} || 1), 100 * $rate / $bare;
    return;
}


# One event, and all who hear of it.

sub fan {
    my ($n) = @_;

    my $run  = $site->run('asks');
    my $asked = $run->wait_approval;
    my ($opened, $done) = follow($n, $run, sub {}, $asked);

    printf "\n1 event to %d readers: the first after %.1f ms, half after"
        . " %.1f ms, all after %.1f ms\n", $n, @$done{qw(first_ms half_ms last_ms)};
    return;
}


# Streams that nothing happens on.

sub hold {
    my ($n) = @_;

    my $run    = $site->run('asks');
    my $asked  = $run->wait_approval;
    my $before = share_kib($site);
    my $kib;

    follow($n, $run, sub { $kib = share_kib($site) - $before }, $asked);
    printf "%d idle streams: %.1f KiB each\n", $n, $kib / $n;
    return;
}


sub follow {
    my ($n, $run, $open, $asked) = @_;

    my $pid = open2(my $out, my $in, "$top/build/bench/ask", $site->port,
        'follow', $n, $run->path('/stream'), 'POST',
        "/api/approvals/$asked->{approval_id}/decision",
        '{"decision":"approved"}');

    my $opened = said($out);
    $open->();
    print {$in} "go\n";
    close $in;

    my $done = said($out);
    waitpid $pid, 0;
    return ($opened, $done);
}


# Runs as the first one, each with ten events, straight into the store.

sub fill {
    return unless $runs;

    my %own = (
        run_id     => "printf('%08x-0000-4000-8000-%012x', n, n)",
        created_at => 'r.created_at - n',
    );
    my @names  = grep { $_ ne 'id' } map { $_->[1] }
        LangOrch::Store::rows($site, 'PRAGMA table_info(runs)');
    my $names  = join ', ', @names;
    my $values = join ', ', map { $own{$_} // "r.$_" } @names;
    my $first  = $one->id;

    $site->stop;
    LangOrch::Store::change($site, <<"END");
PRAGMA synchronous = off;
PRAGMA cache_size = -400000;
BEGIN;
WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < $runs)
INSERT INTO runs ($names) SELECT $values FROM c, runs r WHERE r.run_id = '$first';
WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 10)
INSERT INTO events (run, seq, created_at, type, path, node_id, payload)
SELECT r.id, n, r.created_at + n, 'step_completed', 'a/s', 'a',
    '{"action":"work","output_variable":"result"}'
FROM runs r, c WHERE r.run_id <> '$first' ORDER BY r.id, n;
COMMIT;
END
    $site->launch;
    return;
}
