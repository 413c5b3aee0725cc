package LangOrch::Bench;

# What the benches share: what a site uses, how often it answers, and how fast
# the machine itself is.

use strict;
use warnings;

use Exporter qw(import);
use File::Basename qw(dirname);
use Time::HiRes qw(time);

use LangOrch::Http;
use LangOrch::Site;

our @EXPORT_OK = qw(ask cores cpu_us limits limits_conf said share_kib);

my $program = dirname(__FILE__) . '/../../../build/bench/ask';


# Processor time of all processes of a site so far, in microseconds.

sub cpu_us {
    my ($site) = @_;
    my $sum = 0;

    for my $pid ($site->pids) {
        my $stat = LangOrch::Site::slurp("/proc/$pid/stat");
        my @field = split / /, $stat =~ s/^.*\) //sr;
        $sum += ($field[11] + $field[12]) * 10_000;
    }
    return $sum;
}


# KiB of memory that are the site's own: pages shared between its processes once.

sub share_kib {
    my ($site) = @_;
    my $kib = 0;

    for my $pid ($site->pids) {
        my $rollup = LangOrch::Site::slurp("/proc/$pid/smaps_rollup");
        $kib += $1 if $rollup =~ /^Pss:\s+(\d+)/m;
    }
    return $kib;
}


sub cores {
    return scalar(() = LangOrch::Site::slurp('/proc/cpuinfo') =~ /^processor/mg);
}


# What ask.c says of these arguments.

sub ask {
    my ($site, @args) = @_;
    open my $out, '-|', $program, $site->port, @args or die "ask: $!";
    my $said = said($out);
    close $out or die "ask failed\n";
    return $said;
}


sub said {
    my ($out) = @_;
    my $line = <$out> // die "ask said nothing\n";
    return LangOrch::Http::decode($line);
}


# --- what the machine can do -------------------------------------------------

# What a site has to have for limits(): an answer of NGINX's own, and the same
# through an upstream.

sub limits_conf {
    my $port = LangOrch::Site::free_port();

    return (
        http => "upstream bare { server 127.0.0.1:$port; keepalive 64; }\n"
            . "server { listen 127.0.0.1:$port; access_log off;\n"
            . "keepalive_requests 1000000000; keepalive_timeout 300s;\n"
            . "location / { return 200 \"ok\\n\"; } }\n",
        server => "keepalive_requests 1000000000;\n"
            . "access_log logs/access.log combined buffer=64k flush=1s;\n"
            . "location = /bare { return 200 \"ok\\n\"; }\n"
            . "location = /proxied { proxy_pass http://bare/;\n"
            . "proxy_http_version 1.1; proxy_set_header Connection ''; }\n",
    );
}


# Measured beside the figures that they bound: one line.

sub limits {
    my ($site, $seconds) = @_;
    my ($bare, $bare_us)       = answers($site, $seconds, '/bare');
    my ($proxied, $proxied_us) = answers($site, $seconds, '/proxied');

    return sprintf 'this machine: %.0f syncs/s of 4 KiB; return 200 %.0f/s, '
        . '%.1f µs; NGINX to NGINX %.0f/s, %.1f µs (both ends)',
        syncs($site), $bare, $bare_us, $proxied, $proxied_us;
}


sub answers {
    my ($site, $seconds, $path) = @_;
    my $before = cpu_us($site);
    my $answer = ask($site, 'ask', 64, $seconds, 'GET', $path, '');

    return ($answer->{answers} / $answer->{seconds},
        (cpu_us($site) - $before) / ($answer->{answers} || 1));
}


# Writes of 4 KiB a second into a file beside the database, each on the disk
# before the next.

sub syncs {
    my ($site) = @_;
    my $file = "$site->{state}/syncs";
    my $n    = 500;
    my @dd   = ('dd', 'if=/dev/zero', "of=$file", 'bs=4k', "count=$n",
        'status=none');

    system(@dd, 'conv=fsync') == 0 or die "dd failed\n";
    my $from = time;
    system(@dd, 'conv=notrunc', 'oflag=dsync') == 0 or die "dd failed\n";
    my $rate = $n / (time - $from);
    unlink $file;
    return $rate;
}

1;
