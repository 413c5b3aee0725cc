#!/usr/bin/perl

# Follows the chain of an audit trail: of a database, or of an export of all of
# it (GET /api/audit/export).  `./langorch audit verify` calls it.
#
#   audit.pl [--head HASH] [--part] FILE     FILE "-": an export on stdin
#
# Ends with 0 when each entry says what it said when it was written, and follows
# the one before; with 1 when not, and says where.  With --head an entry with that
# hash must be among them: the last of an earlier time.  With --part entries may
# be missing, as in an export with filters: each is looked at by itself.

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);

my $root = '0' x 64;
my $most = 20;              # faults that are told one by one
my ($head, $part, $file);

while (@ARGV) {
    my $arg = shift @ARGV;
    if    ($arg eq '--head' && @ARGV) { $head = lc shift @ARGV }
    elsif ($arg eq '--part')          { $part = 1 }
    elsif (!defined $file)            { $file = $arg }
    else                              { usage() }
}
usage() if !defined $file || defined $head && $head !~ /^[0-9a-f]{64}$/;

my ($n, $before, $gone, $faults, $seen_head) = (0, 0, 0, 0, !defined $head);
my ($last, $last_id);

is_database($file) ? from_database($file) : from_export($file);

fault('there is no entry with the hash that was to be among them') if !$seen_head;
fault("$before entries are from before the chain began, and none is in it")
    if !$n && $before;

print "audit: $n entries in the chain, $gone removed by age",
    $before ? ", $before from before it began" : '', "\n";
print "audit: the last is $last_id, $last\n" if $n;
print $faults ? "audit: BROKEN, $faults faults\n" : "audit: nothing was changed\n";
exit($faults ? 1 : 0);


sub usage {
    die "usage: audit.pl [--head HASH] [--part] FILE\n";
}


sub fault {
    my ($what) = @_;
    print "audit: $what\n" if ++$faults <= $most;
    return;
}


sub is_database {
    my ($name) = @_;
    return 0 if $name eq '-';
    open my $in, '<:raw', $name or die "audit: $name: $!\n";
    read $in, my $magic, 16;
    return defined $magic && $magic eq "SQLite format 3\0";
}


# --- one entry ---------------------------------------------------------------------

# The text that was hashed, and what stands beside it: prev, hash, from which
# entry on others are gone, and what those stood behind.

sub entry {
    my ($id, $text, $prev, $hash, $from, $from_prev) = @_;

    if (!defined $hash) {
        fault("entry $id has no hash") if $n;
        $before++;
        return;
    }

    $n++;
    fault("entry $id does not say what it said when it was written")
        if sha256_hex("$prev\n$text") ne $hash;

    follows($id, $prev, $from, $from_prev) if !$part;

    $gone += $id - $from if defined $from;
    $seen_head = 1 if defined $head && $hash eq $head;
    ($last, $last_id) = ($hash, $id);
    return;
}


sub follows {
    my ($id, $prev, $from, $from_prev) = @_;

    my $first  = $from // $id;
    my $behind = defined $from ? $from_prev // '' : $prev;

    if (!defined $last_id) {
        fault("entry $first is not the first, and what was before is missing")
            if $behind ne $root;
    }
    elsif ($first != $last_id + 1) {
        fault($first > $last_id + 1 ? 'entries ' . ($last_id + 1) . ' to '
            . ($first - 1) . ' are missing' : "entry $first comes twice");
    }
    elsif ($behind ne $last) {
        fault("entry $first does not stand behind entry $last_id");
    }

    return;
}


# --- where they come from --------------------------------------------------------------

# An export has what was hashed as it is, with the hashes at the end of the line.

sub from_export {
    my ($name) = @_;
    my $in = \*STDIN;

    if ($name ne '-') {
        open $in, '<:raw', $name or die "audit: $name: $!\n";
    }

    while (my $line = <$in>) {
        chomp $line;
        my ($text, $rest) = $line =~ /^(\{"event_id":.*),("prev":.*)\}$/s;
        my ($id) = $line =~ /^\{"event_id":(\d+),/;

        if (!defined $text || !defined $id) {
            fault("line $. is no entry");
            next;
        }

        my %more = $rest =~ /"(\w+)":(?:"?(\w+)"?)/g;
        $_ = $_ eq 'null' ? undef : $_ for values %more;
        entry($id, "$text}", @more{qw(prev hash gone_from gone_prev)});
    }

    return;
}


my @columns;

sub from_database {
    my ($name) = @_;

    @columns = map { [ split /:/ ] } qw(category action actor description
        resource_type resource_id meta:raw source_ip auth_method request_id
        procedure_id storage_location prev:own hash:own gone_from:own gone_prev:own);

    my $sql = "SELECT event_id, strftime('%Y-%m-%dT%H:%M:%S', ts / 1000, 'unixepoch')"
        . " || printf('.%03dZ', ts % 1000), "
        . join(', ', map { "CASE WHEN $_->[0] IS NULL THEN '-' ELSE hex($_->[0]) END" }
            @columns) . ' FROM audit ORDER BY event_id';

    open my $out, '-|', 'sqlite3', '-readonly', '-cmd', '.timeout 5000',
        '-separator', '|', $name, $sql or die "audit: sqlite3: $!\n";

    while (my $line = <$out>) {
        chomp $line;
        from_row(split /\|/, $line, -1);
    }

    close $out or die "audit: $name could not be read\n";
    return;
}


sub from_row {
    my ($id, $ts, @values) = @_;
    my $text = "{\"event_id\":$id,\"ts\":\"$ts\"";
    my @own;

    for my $i (0 .. $#values) {
        my ($name, $kind) = @{ $columns[$i] };
        my $value = $values[$i] eq '-' ? undef : pack 'H*', $values[$i];

        if (($kind // '') eq 'own') {
            push @own, $value;
            next;
        }

        $text .= ",\"$name\":" . (!defined $value ? 'null'
            : defined $kind ? $value : quoted($value));
    }

    entry($id, "$text}", @own);
    return;
}


# As the site writes JSON: nothing is escaped that need not be.

sub quoted {
    my ($s) = @_;
    my %short = ("\b" => 'b', "\t" => 't', "\n" => 'n', "\f" => 'f', "\r" => 'r',
        '"' => '"', '\\' => '\\');

    $s =~ s{([\x00-\x1f"\\])}
           {$short{$1} ? "\\$short{$1}" : sprintf '\\u%04x', ord $1}ge;
    return "\"$s\"";
}
