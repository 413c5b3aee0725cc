# Many runs through one worker: what it holds after them is what it held before,
# memory, descriptors and connections (reliability.md 7 "Sanitizers").
#
# RUNS=n is how many are measured, after a third of them that warm up.  A
# sanitizer's memory is no measure: the figure of the slope is for the build as it
# is used (LANGORCH_SANITIZE=0).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(chain);
use LangOrch::Site;
use LangOrch::Storm qw(long_or);
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $runs  = $ENV{RUNS} || long_or(100_000, 1500);
my $plain = !$ENV{LANGORCH_SANITIZE};

my $agent = LangOrch::Agent->start;
my $site  = LangOrch::Site->start(workers => 1, procedures => ['log-only'],
    env    => { ASAN_OPTIONS => 'detect_leaks=0:quarantine_size_mb=1' },
    server => "location = /figures { stub_status; }\n");
my ($worker) = $site->workers;
$site->register($agent);
$site->import_document(chain('two', 2));

my $made = 0;


# Of ten runs one calls an agent, twice; some requests are refused.

sub make_runs {
    my ($n) = @_;
    my $clients = 4;

    $site->together($clients, sub {
        for my $i (1 .. $n / $clients) {
            my $r = $site->post('/api/runs', { procedure_id =>
                $i % 10 ? 'log-only' : 'two' });
            $site->post('/api/runs', { procedure_id => 'none' })
                if $i % 50 == 0;
            die $r->{status} if $r->{status} != 201;
        }
        return 1;
    });
    $made += $clients * int($n / $clients);

    until_true('all have ended', sub {
        return $made == LangOrch::Store::value($site,
            "SELECT COUNT(*) FROM runs WHERE status = 'completed'");
    }, 600);
    return;
}


sub figures {
    my %f;
    $f{fds} = () = glob "/proc/$worker/fd/*";
    ($f{connections}) = $site->get('/figures')->{body}
        =~ /Active connections: (\d+)/;
    my ($kB) = LangOrch::Site::slurp("/proc/$worker/status") =~ /VmRSS:\s+(\d+)/;
    $f{MiB} = $kB / 1024;
    return \%f;
}


make_runs($runs / 3);
my $before = figures();
make_runs($runs);
my $after;
until_true('descriptors are as before', sub {
    $after = figures();
    return $after->{fds} <= $before->{fds}
        && $after->{connections} <= $before->{connections};
});

note join ' ', map { sprintf '%s=%.1f..%.1f', $_, $before->{$_}, $after->{$_} }
    sort keys %$after;
my $slope = ($after->{MiB} - $before->{MiB}) * 100_000 / $runs;
note sprintf '%.2f MiB more in 100,000 runs', $slope;

# pages come one by one: a short measure says little

cmp_ok $after->{MiB} - $before->{MiB}, '<',
    $plain && $runs >= 100_000 ? $runs / 100_000 : 16, 'memory stays';
pass 'so do descriptors and connections';
is_deeply [ $site->workers ], [$worker], 'one worker did all of it';

$site->log_is_calm;
done_testing;
