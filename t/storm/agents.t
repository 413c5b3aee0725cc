# Agents that hang, drip, drown and lie, many at a time: each call ends as it
# should and in its time, memory stays bounded, and nothing is left over: no
# descriptor, no connection, no slot (G12, G13, reliability.md 3).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(chain procedure sequence step);
use LangOrch::Site;
use LangOrch::Storm qw(long_or);
use LangOrch::Wait qw(until_true);

my $rounds = $ENV{ROUNDS} || long_or(50, 2);
my $each   = 6;                         # runs of each kind in a round
my $MiB    = 1 << 20;

my %ways = (
    hang      => { hang => 1 },
    drip      => { drip => 1, result => 'x' x 400 },
    drown     => { huge => 50 * $MiB },
    garbage   => { body => join('', map { chr($_ * 7 % 256) } 1 .. 5000) },
    too_short => { length => 3, result => 'x' x 500 },
    too_long  => { length => 9000, result => 1 },
    reset     => { reset => 1 },
    close     => { close => 1 },
    cut       => { cut => 5, result => 'x' x 99 },
    redirect  => { status => 302, body => '',
        headers => { Location => 'http://127.0.0.1:1/' } },
    broken    => { status => 500, body => 'oops' },
    head      => { headers => { 'X-Long' => 'x' x 200_000 }, result => 1 },
);

my $bad  = LangOrch::Agent->start(script => \%ways);
my $good = LangOrch::Agent->start;

# a sanitizer keeps what was freed: that is not the worker's memory

my $site = LangOrch::Site->start(workers => 1,
    env    => { ASAN_OPTIONS => 'detect_leaks=0:quarantine_size_mb=1' },
    server => "location = /figures { stub_status; }\n");
my ($worker) = $site->workers;

$site->register($good);

# An agent that fails three times in a row is not asked for a while: there are
# enough of each kind, and between rounds they are trusted anew.

my @agents;

for my $way (sort keys %ways) {
    for my $n (1 .. $each) {
        push @agents, "$way-$n";
        $site->register($bad, channel => $way, agent_id => "$way-$n",
            name => "$way $n");
    }

    $site->import_document(procedure("way-$way", 'main', {
        main => { %{ sequence('end', step($way, timeout_ms => 1000,
            retry_policy => { max_attempts => 2, strategy => 'fixed',
                base_delay_ms => 50 })) }, agent => $way },
        end => { type => 'terminate' },
    }));
}
$site->import_document(chain('ten', 10));


# What the worker holds: descriptors, connections of NGINX, resident pages.

sub figures {
    my %f;
    $f{fds} = () = glob "/proc/$worker/fd/*";
    my $said = $site->get('/figures')->{body};
    ($f{connections}) = $said =~ /Active connections: (\d+)/;
    my ($kB) = LangOrch::Site::slurp("/proc/$worker/status") =~ /VmRSS:\s+(\d+)/;
    $f{MiB} = $kB / 1024;
    return \%f;
}

sub sockets_to {
    my ($port) = @_;
    my $hex = sprintf '0100007F:%04X', $port;
    my ($text) = LangOrch::Site::slurp('/proc/net/tcp');
    return scalar grep { /^\s*\d+: \S+ $hex 01/ } split /\n/, $text;
}


sub round {
    $site->post("/api/agents/$_/circuit", { action => 'close' }) for @agents;

    my @runs;
    for my $way (sort keys %ways) {
        push @runs, map { [ $way, $site->run("way-$way") ] } 1 .. $each;
    }

    my @healthy = map { $site->run('ten') } 1 .. 10;
    is scalar(grep { $_->wait_final->{status} eq 'completed' } @healthy), 10,
        'healthy runs complete';

    my @odd;
    for (@runs) {
        my ($way, $run) = @$_;
        my $end = $run->wait_final;
        push @odd, "$way: $end->{status}" if $end->{status} ne 'failed';
        push @odd, "$way: no reason"      if !length($end->{error_message} // '');
    }
    is "@odd", '', 'all others fail, with a reason';
    return;
}


round();                                # warms up: pools, caches, threads
$bad->restart;
$good->restart;
until_true('no call is left', sub {
    return !sockets_to($bad->port) && !sockets_to($good->port);
});
my $before = figures();
note join ' ', map { "$_=$before->{$_}" } sort keys %$before;

for my $round (1 .. $rounds) {
    subtest "round $round" => sub { round() };
}

# connections that are kept for the next call end with the agents

$_->kill9 for $bad, $good;
until_true('no connection is left', sub {
    return !sockets_to($bad->port) && !sockets_to($good->port);
});
my $after;
until_true('descriptors are as before', sub {
    $after = figures();
    return $after->{fds} <= $before->{fds};
}, 15);
note join ' ', map { "$_=$after->{$_}" } sort keys %$after;

is $after->{connections}, $before->{connections}, 'connections are as before';
is scalar(@{ $site->get('/api/leases')->{json} }), 0, 'no slot is held';
cmp_ok $after->{MiB} - $before->{MiB}, '<', long_or(64, 48),
    'memory is bounded, whatever was sent';
is_deeply [ $site->workers ], [$worker], 'one worker went through all of it';

$site->log_is_calm;
done_testing;
