#!/usr/bin/perl

# `./langorch bench [1 16 128 ...]`: durable agent steps, measured.  A site of
# the release build in a folder of its own, load.c as client and agent; a row
# for each number of runs outstanding.  With `inside` first: runs of twenty
# nodes that call nobody.
#
# What the machine can do at most is measured in the same run.  BENCH_SECONDS
# (10) is how long a row is measured, BENCH_WORKERS how many workers the site has
# (one for two cores: each has a thread that writes), BENCH_STATE a folder on
# another disk for its database, BENCH_SYNC_MS what each sync of the disk takes
# longer.

use strict;
use warnings;

use File::Basename qw(dirname);
use Time::HiRes qw(time);

use LangOrch::Bench qw(cores cpu_us limits limits_conf share_kib);
use LangOrch::Fault;
use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $top     = dirname(__FILE__) . '/../..';
my $seconds = $ENV{BENCH_SECONDS} || 10;
my $workers = $ENV{BENCH_WORKERS} || int(cores() / 2) || 1;
my $inside  = @ARGV && $ARGV[0] eq 'inside' && shift @ARGV;
my @rows    = @ARGV ? @ARGV : (1, 16, 128);
my $fault   = $ENV{BENCH_SYNC_MS} ? LangOrch::Fault->new : undef;

$fault->set(delay_ms => $ENV{BENCH_SYNC_MS}) if $fault;

my $site = LangOrch::Site->start(
    workers => $workers,
    limits_conf(),
    $fault ? (fault => $fault) : (),
    $ENV{BENCH_STATE} ? (state => $ENV{BENCH_STATE}) : (),
);

my $agent_port = LangOrch::Site::free_port();

$site->import_document({
    procedure_id   => 'bench-five',
    version        => '1.0.0',
    workflow_graph => {
        start_node => 'work',
        nodes      => {
            work => {
                type      => 'sequence',
                agent     => 'bench',
                next_node => 'end',
                steps     => [
                    map { {
                        step_id         => "s$_",
                        action          => 'count',
                        params          => { step => $_ },
                        output_variable => "r$_",
                    } } 1 .. 5
                ],
            },
            end => { type => 'terminate' },
        },
    },
});

# Twenty nodes that call nobody: a choice and a variable, in turn.

$site->import_document({
    procedure_id     => 'bench-inside',
    version          => '1.0.0',
    variables_schema => { n => { type => 'number', default => 5 } },
    workflow_graph   => {
        start_node => 'n1',
        nodes      => {
            (map { ("n$_" => $_ % 2
                ? { type => 'logic', default_next_node => 'n' . ($_ + 1),
                    rules => [ { condition => 'n > 100', next_node => 'n20' } ] }
                : { type => 'sequence', next_node => 'n' . ($_ + 1),
                    steps => [ { step_id => 's', action => 'set_variable',
                        params => { variable => "v$_", value => '{{n}} of it' } } ] }
            ) } 1 .. 19),
            n20 => { type => 'terminate' },
        },
    },
});

my $r = $site->post('/api/agents', {
    name => 'bench', channel => 'bench', concurrency_limit => 1000,
    base_url => "http://127.0.0.1:$agent_port", capabilities => ['*'],
});
die "agent: $r->{status} $r->{body}" unless $r->{status} == 201;

printf "%d cores, %d workers, %s s a row; idle RSS of the site: %.1f MiB\n",
    cores(), $workers, $seconds, share_kib($site) / 1024;
print limits($site, 2), "\n\n";

my $unit    = $inside ? 'run' : 'step';
my @columns = ('outstanding', 'runs/s', 'steps/s', 'p50 ms', 'p99 ms',
    "µs/$unit nginx", "µs/$unit load", "commits/$unit", "bytes/$unit", 'RSS MiB');
print join(' | ', @columns), "\n";

measure($_) for @rows;

print "\n";
exit($site->unrest ? 1 : 0);


sub measure {
    my ($outstanding) = @_;

    my %before = figures();
    my $port = $inside ? 0 : $agent_port;
    my $said = qx($top/build/bench/load $site->{port} $port \\
        $outstanding $seconds);
    die "load failed\n" if $?;
    my %after = figures();

    my $load  = LangOrch::Http::decode($said);
    my $steps = ($inside ? $load->{runs} : $load->{steps}) || 1;

    printf join(' | ', '%11d', '%6.0f', '%7.0f', '%6.1f', '%6.1f', '%13.1f',
        '%12.1f', '%12.2f', '%10.0f', '%7.1f') . "\n",
        $outstanding,
        $load->{runs} / $load->{seconds},
        $load->{steps} / $load->{seconds},
        $load->{p50_ms},
        $load->{p99_ms},
        ($after{cpu_us} - $before{cpu_us}) / $steps,
        $load->{cpu_us} / $steps,
        ($after{commits} - $before{commits}) / $steps,
        ($after{written} - $before{written}) / $steps,
        share_kib($site) / 1024;
    return;
}


# What the processes of the site have used so far.

sub figures {
    my %sum = (cpu_us => cpu_us($site), written => 0);

    for my $pid ($site->pids) {
        my $io = LangOrch::Site::slurp("/proc/$pid/io");
        $sum{written} += $1 if $io =~ /^write_bytes: (\d+)/m;
    }

    my $metrics = $site->get('/api/metrics')->{body};
    $sum{commits} = $metrics
        =~ /^langorch_store_commit_duration_seconds_count(?:\{[^}]*\})? (\S+)/m
        ? $1 : 0;

    return %sum;
}
