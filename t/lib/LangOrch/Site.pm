package LangOrch::Site;

# A site of its own for a test: a free port, a folder, Debian's NGINX with the
# module as it was built (the instrumented one with LANGORCH_SANITIZE=1).
#
#   my $site = LangOrch::Site->start(procedures => ['one-approval']);
#   my $run  = $site->run('one-approval');
#   ...
#   $site->log_is_calm;
#
# With LANGORCH_VALGRIND=1 it runs under valgrind, and what that finds counts as
# an alert does.
#
# Options of start: procedures (names of t/api/procedures or documents), workers
# (2), http and server (configuration for those levels), demo, egress, identity,
# allow, env, state (an older site's folder), fault (a LangOrch::Fault).

use strict;
use warnings;

use Carp qw(croak);
use File::Basename qw(dirname);
use File::Path qw(remove_tree);
use File::Spec;
use File::Temp qw(tempdir);
use IO::Socket::INET;
use POSIX qw(:sys_wait_h _exit);
use Storable qw(freeze thaw);
use Test::More ();

use LangOrch::Http;
use LangOrch::Run;
use LangOrch::Wait qw(until_true);

my $top = File::Spec->rel2abs(dirname(__FILE__) . '/../../..');
my %alive;
my $valgrind = $ENV{LANGORCH_VALGRIND};


# --- start and end -------------------------------------------------------------

sub start {
    my ($class, %o) = @_;

    my $self = bless {
        options => \%o,
        owner   => $$,
        killed  => {},
        state   => $o{state} || tempdir('langorch-t-XXXXXX', TMPDIR => 1),
    }, $class;

    chmod 0755, $self->{state};
    $alive{$self} = $self;

    for my $try (1 .. 5) {
        $self->{port} = free_port();
        $self->write;
        last if eval { $self->launch; 1 };
        croak $@ if $try == 5 || $self->log !~ /Address already in use/;
        spew("$self->{home}/logs/error.log", '');
    }

    $self->import_document($_) for @{ $o{procedures} || [] };

    return $self;
}


# Writes the configuration: `./langorch site` makes it, as it does for users.

sub write {
    my ($self) = @_;
    my $o = $self->{options};

    my @args = ('--state', $self->{state}, '--port', $self->{port},
        '--workers', $o->{workers} || 2);

    push @args, '--no-demo'               unless $o->{demo};
    push @args, '--egress', $o->{egress}  if $o->{egress};
    push @args, '--identity', $o->{identity} if $o->{identity};
    push @args, map { ('--allow', $_) } @{ $o->{allow} || [] };

    local %ENV = (%ENV, %{ $o->{env} || {} });
    open my $out, '-|', "$top/langorch", 'site', @args
        or croak "cannot run langorch: $!";
    my @lines = <$out>;
    close $out or croak 'langorch site failed';

    my %said;
    for (@lines) {
        chomp;
        my ($name, $value) = split /=/, $_, 2;
        push @{ $said{$name} }, $value;
    }

    $self->{home}  = $said{home}[0];
    $self->{nginx} = $said{nginx}[0];
    $self->{env}   = $said{env} || [];

    $self->configure(http => $o->{http}, server => $o->{server});
    return;
}


# Replaces the site's own directives of the http or server level.

sub configure {
    my ($self, %level) = @_;

    # what the test says itself is not said by what the site has for everybody

    my %own = map { $_ => 1 } ($level{http} // '') =~ /(?:^|;)\s*(langorch_\w+)/mg;

    for my $file (map { "$self->{home}/$_" } %own ? qw(conf/limits.conf nginx.conf) : ()) {
        spew($file, join q(), grep {
            !/^(langorch_\w+|    langorch_durability)/ || !$own{$1 =~ s/ //gr} }
            map { "$_\n" } split /\n/, slurp($file));
    }

    for my $level (grep { defined $level{$_} } sort keys %level) {
        spew("$self->{home}/$level.d/test.conf", $level{$level});
    }
    return;
}


sub launch {
    my ($self, %o) = @_;

    my @command = ('env', @{ $self->{env} },
        map { "$_=$self->{options}{env}{$_}" }
            sort keys %{ $self->{options}{env} || {} });
    push @command, $self->fault_env if $self->{options}{fault};
    push @command, "LD_PRELOAD=$top/build/storm/fault.so"
        if $valgrind && !$self->{options}{fault};
    push @command, $self->valgrind if $valgrind;
    push @command, $self->{nginx}, '-p', "$self->{home}/",
        '-c', "$self->{home}/nginx.conf", '-e', "$self->{home}/logs/error.log";

    my $said = "$self->{home}/run/start.log";
    my $pid  = fork // croak "fork: $!";

    if ($pid == 0) {
        chdir $self->{home};
        open STDOUT, '>', $said;
        open STDERR, '>&', \*STDOUT;
        exec(@command) or _exit(127);
    }

    waitpid $pid, 0;
    croak 'nginx did not start: ' . slurp($said) if $?;

    $self->await_ready unless $o{unready};
    return;
}


# NGINX keeps its configuration until it is gone: only what nobody points at any
# more is a leak.

sub valgrind {
    my ($self) = @_;
    return qw(valgrind -q --trace-children=yes --child-silent-after-fork=no
        --leak-check=full --show-leak-kinds=definite
        --errors-for-leak-kinds=definite --num-callers=30 --keep-debuginfo=yes),
        "--suppressions=$top/t/storm/valgrind.supp",
        "--log-file=$self->{home}/logs/valgrind.%p";
}


# What it said, without its numbers of processes.

sub valgrind_said {
    my ($self) = @_;
    return map { s/^==\d+== ?//r } map { split /\n/, slurp($_) }
        glob "$self->{home}/logs/valgrind.*";
}


# What stands between it and its disk, behind the sanitizer's library.

sub fault_env {
    my ($self) = @_;
    my $fault  = $self->{options}{fault};
    my %env    = $fault->env;
    my ($first) = map { /^LD_PRELOAD=(.*)/ } @{ $self->{env} };

    return ('LD_PRELOAD=' . join(':', grep { defined } $first, $fault->library),
        map { "$_=$env{$_}" } sort keys %env);
}


sub await_ready {
    my ($self, $limit) = @_;

    return until_true('the site is ready', sub {
        croak 'nginx ended: ' . $self->log_tail unless $self->pids;
        return $self->get('/api/health/ready')->{status} == 200;
    }, $limit);
}


sub free_port {
    my $socket = IO::Socket::INET->new(
        Listen => 1, LocalAddr => '127.0.0.1', ReuseAddr => 1)
        or croak "no free port: $!";
    return $socket->sockport;
}


sub stop {
    my ($self) = @_;

    for my $signal (qw(QUIT TERM KILL)) {
        my @pids = $self->pids or last;
        my $master = $self->master;
        kill $signal, $master ? $master : @pids;
        eval { until_true('the site ends', sub { !$self->pids }, 20) };
    }

    return;
}


sub DESTROY { return }


END {
    my $status = $?;

    for my $self (grep { $_->{owner} == $$ } values %alive) {
        my $failed = $status || !Test::More->builder->is_passing;

        Test::More::diag("the end of its log:\n" . $self->log_tail) if $failed;
        $self->stop;

        if ($failed && $ENV{LANGORCH_KEEP}) {
            Test::More::diag("kept: $self->{home}");
        } elsif (!$self->{options}{state}) {
            remove_tree($self->{state}, $self->{home});
        }
    }

    $? = $status;
}


# --- processes -----------------------------------------------------------------

# Ours are those that work in our folder.

sub pids {
    my ($self) = @_;
    my $home = $self->{home} or return;

    return grep { (readlink("/proc/$_/cwd") // '') eq $home && is_nginx($_) }
        map { m{^/proc/(\d+)$} } glob '/proc/[0-9]*';
}


sub is_nginx {
    my ($pid) = @_;
    my $comm = eval { slurp("/proc/$pid/comm") } // '';
    return $comm eq "nginx\n" || ($valgrind && $comm =~ /^memcheck/);
}


sub title {
    my ($pid) = @_;
    return eval { slurp("/proc/$pid/cmdline") } // '' unless $valgrind;

    # there NGINX cannot call itself anything: who made it tells

    my ($parent) = (eval { slurp("/proc/$pid/stat") } // '') =~ /\) \S (\d+)/;
    return is_nginx($parent // 0) ? 'nginx: worker process'
                                  : 'nginx: master process';
}


# A worker that was just born has its master's title, too: the file says who is.

sub master {
    my ($self) = @_;
    my ($named) = (eval { slurp("$self->{home}/run/nginx.pid") } // '') =~ /(\d+)/;
    my ($pid)   = grep { $_ == ($named // 0) && title($_) =~ /^nginx: master/ }
        $self->pids;
    return $pid;
}


# Workers that serve; `all` counts those too that are about to end.

sub workers {
    my ($self, $all) = @_;
    my $kind = $all ? qr/^nginx: worker/ : qr/^nginx: worker process(?! is)/;
    return grep { title($_) =~ $kind } $self->pids;
}


# Kills one worker, and waits until the master has started another.

sub kill9_worker {
    my ($self, $pid) = @_;

    my @before = $self->workers;
    $pid //= $before[ rand @before ];
    $self->kill9($pid);

    until_true('another worker takes its place', sub {
        return $self->workers >= @before
            && !grep { $_ == $pid } $self->workers;
    });

    return $pid;
}


sub kill9_all {
    my ($self) = @_;

    # one that is being born while the others die is met the next time

    until_true('all are dead', sub {
        my @pids = $self->pids or return 1;
        $self->kill9(@pids);
        return;
    });
    return;
}


sub kill9 {
    my ($self, @pids) = @_;

    $self->{killed}{$_} = 1 for @pids;
    kill 'KILL', @pids;
    return;
}


# Starts again on the same state, after kill9_all or stop; `unready`: one that
# will not be ready.

sub restart {
    my ($self, %o) = @_;
    $self->stop if $self->pids;
    $self->launch(%o);
    return;
}


# A new generation of workers serves when this returns; the old one may still be
# draining.

sub reload {
    my ($self) = @_;

    my %old = map { $_ => 1 } $self->workers(1);
    kill 'HUP', $self->master;

    until_true('new workers serve', sub {
        my @now = $self->workers;
        return @now && !grep { $old{$_} } @now;
    });

    return;
}


# --- requests ------------------------------------------------------------------

sub request {
    my ($self, $method, $path, $body, %o) = @_;
    $o{headers} = { %{ $self->{headers} || {} }, %{ $o{headers} || {} } };
    return LangOrch::Http::request($self->{port}, $method, $path, $body, %o);
}


# Sent with every request that says nothing else.

sub headers { my ($self, %headers) = @_; $self->{headers} = \%headers; return }


sub get   { my ($s, $p, %o) = @_; return $s->request('GET', $p, undef, %o) }
sub del   { my ($s, $p, %o) = @_; return $s->request('DELETE', $p, undef, %o) }
sub post  { my ($s, $p, $b, %o) = @_; return $s->request('POST', $p, $b, %o) }
sub put   { my ($s, $p, $b, %o) = @_; return $s->request('PUT', $p, $b, %o) }
sub patch { my ($s, $p, $b, %o) = @_; return $s->request('PATCH', $p, $b, %o) }

sub url  { return "http://127.0.0.1:$_[0]{port}" . ($_[1] // '') }
sub port { return $_[0]{port} }
sub home { return $_[0]{home} }


# A document, or the name of one in t/api/procedures; dies when it is refused.

sub import_document {
    my ($self, $doc) = @_;

    $doc = document($doc) unless ref $doc;
    my $r = $self->post('/api/procedures?validate=strict', { ckp_json => $doc });

    croak "import of $doc->{procedure_id}: $r->{status} $r->{body}"
        unless $r->{status} =~ /^20[01]$/;

    return $r->{json};
}


sub document {
    my ($name) = @_;
    return LangOrch::Http::decode(slurp("$top/t/api/procedures/$name.json"));
}


sub run {
    my ($self, $procedure, $inputs, %more) = @_;

    my $r = $self->post('/api/runs',
        { procedure_id => $procedure, input_vars => $inputs || {}, %more });

    croak "run of $procedure: $r->{status} $r->{body}"
        unless $r->{status} =~ /^20[01]$/;

    return LangOrch::Run->new($self, $r->{json}{run_id});
}


sub run_by_id { return LangOrch::Run->new(@_) }


# Makes the agent of a test known to the site; it offers everything unless
# `capabilities` says what.

sub register {
    my ($self, $agent, %o) = @_;

    my $r = $self->post('/api/agents', {
        name              => 'test agent',
        channel           => 'work',
        base_url          => $agent->url,
        concurrency_limit => 1000,
        capabilities      => ['*'],
        %o,
    });

    croak "register: $r->{status} $r->{body}" unless $r->{status} == 201;
    return $r->{json};
}


# Runs the sub in n processes that start at the same moment; the values they
# return, in no order.  $_[0] is the process's number.

sub together {
    my ($self, $n, $sub) = @_;

    croak 'together: how many, and what' if $n !~ /^\d{1,4}\z/;

    pipe my $gate, my $open or croak "pipe: $!";
    my @from;

    for my $i (0 .. $n - 1) {
        pipe my $read, my $write or croak "pipe: $!";
        my $pid = fork // croak "fork: $!";

        if ($pid == 0) {
            close $open;
            sysread $gate, my $byte, 1;
            my $value = eval { freeze([ $sub->($i) ]) } // freeze([]);
            print {$write} $value;
            close $write;
            _exit(0);
        }

        close $write;
        push @from, [ $pid, $read ];
    }

    close $gate;
    close $open;

    my @values;
    for (@from) {
        my ($pid, $read) = @$_;
        local $/;
        push @values, @{ thaw(scalar <$read>) };
        waitpid $pid, 0;
    }

    return @values;
}


# --- its log -------------------------------------------------------------------

sub log { return eval { slurp("$_[0]{home}/logs/error.log") } // '' }


sub log_tail {
    my ($self) = @_;
    my @lines = split /\n/, $self->log;
    return join "\n", @lines > 25 ? @lines[ -25 .. -1 ] : @lines;
}


# What no test may leave behind: an alert of ours, or a sanitizer's report.  A port
# that was free may be another test's for a moment: NGINX itself tries again.

sub unrest {
    my ($self) = @_;

    return grep {
        (/\[(?:alert|crit|emerg)\]/ && !$self->is_our_kill($_)
            && !/ bind\(\) to \S+ failed \(98: /
            && !($valgrind && /setrlimit\(/))
            || /AddressSanitizer|runtime error:|LeakSanitizer/
            || ($valgrind && /^(?:Invalid |Conditional |Use of |Syscall )/)
    } split(/\n/, $self->log), $self->valgrind_said;
}


sub is_our_kill {
    my ($self, $line) = @_;
    return $line =~ /worker process (\d+) exited on signal 9/
        && $self->{killed}{$1};
}


sub log_is_calm {
    my ($self) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my @unrest = $self->unrest;
    Test::More::diag($_) for @unrest[ 0 .. ($#unrest > 19 ? 19 : $#unrest) ];

    return Test::More::ok(!@unrest,
        'no alert and no sanitizer report in the log');
}


# --- files ---------------------------------------------------------------------

sub slurp {
    my ($path) = @_;
    open my $in, '<:raw', $path or croak "$path: $!";
    local $/;
    return scalar(<$in>) // '';
}


sub spew {
    my ($path, $text) = @_;
    open my $out, '>:raw', $path or croak "$path: $!";
    print {$out} $text;
    close $out or croak "$path: $!";
    return;
}


1;
