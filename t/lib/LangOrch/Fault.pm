package LangOrch::Fault;

# A disk and a clock that do what a test says; t/storm/fault.c does it.
#
#   my $fault = LangOrch::Fault->new;
#   my $site  = LangOrch::Site->start(fault => $fault);
#   $fault->fail('sync', EIO, skip => 3, times => 1);
#   $fault->well;
#   $fault->halt($worker);          # stops as soon as it has committed something
#   $fault->cut($site);             # the power goes: only what was synced is left
#
# Operations: write sync read truncate open.  Options of new: power (writes are
# kept apart until they are synced, for cut).

use strict;
use warnings;

use Carp qw(croak);
use File::Basename qw(dirname);
use File::Spec;
use File::Temp qw(tempdir);

use LangOrch::Wait qw(until_true);

my $library = File::Spec->rel2abs(
    dirname(__FILE__) . '/../../../build/storm/fault.so');

# Numbers of 64 bits, five for each operation, then some more.

my %op    = (write => 0, sync => 1, read => 2, truncate => 3, open => 4);
my %field = (skip => 0, times => 1, error => 2, seen => 3, fired => 4);
my %more  = (files => 25, torn => 26, delay_ms => 27, clock_ms => 28,
    halt => 29, pill => 30);


sub new {
    my ($class, %o) = @_;

    croak "first: make -C t storm" unless -f $library;

    my $dir  = tempdir('langorch-f-XXXXXX', TMPDIR => 1, CLEANUP => 1);
    my $self = bless { dir => $dir, file => "$dir/control", %o }, $class;

    chmod 0777, $dir;
    LangOrch::Site::spew($self->{file}, "\0" x (8 * 31));
    chmod 0666, $self->{file};
    open $self->{out}, '+<:raw', $self->{file} or croak $!;
    $self->set(files => 3);

    return $self;
}


sub library { return $library }


sub env {
    my ($self) = @_;
    return (LANGORCH_FAULT => $self->{file},
        $self->{power} ? (LANGORCH_FAULT_DIR => $self->{dir}) : ());
}


sub put {
    my ($self, $n, $value) = @_;
    sysseek $self->{out}, 8 * $n, 0;
    syswrite($self->{out}, pack 'q<', $value) == 8 or croak $!;
    return;
}


sub look {
    my ($self, $n) = @_;
    sysseek $self->{out}, 8 * $n, 0;
    sysread($self->{out}, my $bytes, 8) == 8 or croak $!;
    return unpack 'q<', $bytes;
}


# files, torn, delay_ms, clock_ms, halt, pill (1: the engine dies of the text
# "a poison pill" in a regular expression)

sub set {
    my ($self, %o) = @_;
    $self->put($more{$_}, $o{$_}) for keys %o;
    return;
}


# From now on: `skip` of these go well, then `times` (all) fail with the error.

sub fail {
    my ($self, $op, $error, %o) = @_;
    my $at = 5 * $op{$op};

    $self->put($at + $field{times}, 0);
    $self->put($at + $field{error}, $error);
    $self->put($at + $field{skip}, $o{skip} // 0);
    $self->put($at + $field{fired}, 0);
    $self->put($at + $field{times}, $o{times} // -1);
    return;
}


# The process stops behind its next commit, before it does what that allows.

sub halt {
    my ($self, $pid) = @_;
    $self->set(halt => $pid);
    return;
}


# Nothing fails any more.

sub well {
    my ($self) = @_;
    $self->put(5 * $_ + $field{times}, 0) for values %op;
    $self->set(torn => 0, delay_ms => 0, files => 3, halt => 0, pill => 0);
    return;
}


sub seen  { my ($self, $op) = @_; return $self->look(5 * $op{$op} + $field{seen}) }
sub fired { my ($self, $op) = @_; return $self->look(5 * $op{$op} + $field{fired}) }

sub wait_fired {
    my ($self, $op, $n) = @_;
    return until_true("$op failed", sub { $self->fired($op) >= ($n || 1) });
}


# --- the power -------------------------------------------------------------------

# Kills all, and leaves on the disk what was synced; of what was not: nothing, or
# with `keep => p` each write with that probability, the last of them torn.
# Returns how many writes were not synced.

sub cut {
    my ($self, $site, %o) = @_;

    croak 'not made for it' unless $self->{power};
    $site->kill9_all;

    my $file = $site->home . '/data/langorch.db';
    my $n    = 0;

    for my $kind (qw(db wal)) {
        my $path = $kind eq 'db' ? $file : "$file-wal";
        my $kept = eval { LangOrch::Site::slurp("$self->{dir}/$kind.kept") } // '';
        my $log  = eval { LangOrch::Site::slurp("$self->{dir}/$kind.log") } // '';

        my @lost = records($log);
        $n += @lost;
        my @luck = grep { rand() < ($o{keep} // 0) } @lost;
        $luck[-1][2] = substr $luck[-1][2], 0, 512 * int rand 8
            if @luck && $luck[-1][0] == 0;

        for my $rec (@luck) {
            my ($what, $at, $data) = @$rec;
            if ($what) { $kept = substr $kept, 0, $at; next }
            $kept .= "\0" x ($at - length $kept) if length $kept < $at;
            substr($kept, $at, length $data) = $data;
        }

        write_over($path, $kept) if -e $path || length $kept;
        LangOrch::Site::spew("$self->{dir}/$kind.kept", $kept);
        LangOrch::Site::spew("$self->{dir}/$kind.log", '');
        chmod 0666, glob "$self->{dir}/$kind.*";
    }

    unlink "$file-shm";
    return $n;
}


# [kind, at, bytes] of each write; the last may be cut by the kill.

sub records {
    my ($log) = @_;
    my @all;

    for (my $at = 0; $at + 24 <= length $log; ) {
        my ($kind, $where, $len) = unpack 'q<q<q<', substr $log, $at, 24;
        $at += 24;
        last if $at + $len > length $log;
        push @all, [ $kind, $where, substr $log, $at, $len ];
        $at += $len;
    }
    return @all;
}


# The file keeps its owner and number.

sub write_over {
    my ($path, $bytes) = @_;
    my @stat = stat dirname($path);

    open my $out, -e $path ? '+<:raw' : '>:raw', $path or croak "$path: $!";
    truncate $out, 0;
    print {$out} $bytes;
    close $out or croak "$path: $!";

    chmod 0600, $path;
    chown $stat[4], $stat[5], $path;
    return;
}


1;
