package LangOrch::Store;

# What the database of a site holds, past its API: for promises about rows.
# Reads through Debian's sqlite3 program.

use strict;
use warnings;

use Carp qw(croak);
use IPC::Open2 qw(open2);


# The rows of a query, each an array of texts.

sub rows {
    my ($site, $sql) = @_;

    open my $out, '-|', 'sqlite3', '-readonly', '-cmd', '.timeout 5000',
        '-separator', "\x1f", $site->home . '/data/langorch.db', $sql
        or croak "sqlite3: $!";

    my @rows = map { chomp; [ split /\x1f/, $_, -1 ] } <$out>;
    close $out or croak "sqlite3 failed: $sql";

    return @rows;
}


sub value {
    my ($site, $sql) = @_;
    my ($row) = rows($site, $sql);
    return $row ? $row->[0] : undef;
}


# What no route of the API does yet: rows that a test needs.

sub change {
    my ($site, $sql) = @_;

    system('sqlite3', '-cmd', '.timeout 5000', $site->home . '/data/langorch.db', $sql) == 0
        or croak "sqlite3 failed: $sql";
    return;
}


# Somebody else writes, and takes his time: a sub that lets go, also from a process
# that was forked meanwhile.

sub hold {
    my ($site) = @_;

    open2(my $said, my $say, 'sqlite3', '-batch', '-cmd', '.timeout 5000',
        $site->home . '/data/langorch.db');
    print {$say} "BEGIN IMMEDIATE;\nSELECT 'held';\n";
    $say->flush;
    croak 'sqlite3 does not hold the store' if (<$said> // '') ne "held\n";

    return sub { print {$say} "ROLLBACK;\n"; $say->flush; return };
}


sub is_sound { return value($_[0], 'PRAGMA integrity_check') eq 'ok' }


1;
