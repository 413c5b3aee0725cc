# Whatever lies in the tables that grow, an answer reads what it shows: every
# statement that goes over them goes by an index (api 1.9, 4.2).  The
# statements are those of ngx_langorch/sql, the plans SQLite's own.

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Find qw(find);
use File::Spec;
use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Site;
use LangOrch::Store;

my $top  = File::Spec->rel2abs(dirname(__FILE__) . '/../..');
my $text = qr/"(?:[^"\\]|\\.)*"/;

# Tables that runs and people fill.

my @grow = qw(
    runs events checkpoints journal states approvals votes audit artifacts
    leases delegations results idempotency memory inbox
    trigger_history trigger_seen trigger_queue
);

# Those that look at all of one, and why they may.

my %may = (
    claim_inbox => 'of the inbox there is what nobody took yet, for a moment',
    map({ $_ => 'what is held right now' }
        qw(api_leases api_leases_active api_leases_within api_lease_get
           api_lease_note api_lease_wake api_run_leases lease_release
           turn_leases_gone sweep_leases)),
    map({ $_ => 'runs that could not be loaded, by an index of their own' }
        qw(claim_unshut stuck_shut)),
);


# A file of C as the compiler sees it; headers of others are empty.

my $empty = tempdir(CLEANUP => 1);

for my $name (qw(ngx_config.h ngx_core.h ngx_http.h sqlite3.h)) {
    open my $out, '>', "$empty/$name" or die "$name: $!";
    close $out;
}

sub compiled {
    my ($file) = @_;

    open my $out, '-|', $ENV{CC} || 'cc', '-E', '-P', '-I', $empty,
        '-I', "$top/ngx_langorch", '-I', "$top/engine", $file or die "cc: $!";
    local $/;
    my $code = <$out>;
    close $out or die "cc: $file";
    return $code;
}


# Of string literals side by side, what they say.

sub said {
    my ($literals) = @_;
    my $all = '';

    while ($literals =~ /"((?:[^"\\]|\\.)*)"/g) {
        $all .= $1 =~ s/\\(.)/$1/gr;
    }
    return $all;
}


my %sql;

find({ no_chdir => 1, wanted => sub {
    return unless /\.c\z/;
    my $code = compiled($_);
    my $begins = () = $code =~ /\{\s*"\w+",\s*"/g;
    my $found  = 0;

    while ($code =~ /\{\s*($text)\s*,\s*((?:$text\s*)+),\s*((?:$text\s*)+),\s*([-()\d]+)\s*\}/g) {
        my ($name, $sql, $types, $changes) = (said($1), said($2), said($3), $4);

        # of a statement of many rows one

        $sql .= ' (' . join(', ', ('?') x length $types) . ')' if $changes eq '(-2)';
        $sql{$name} = $sql;
        $found++;
    }
    is $found, $begins, "every statement of $_ is read" if $found != $begins;
} }, "$top/ngx_langorch/sql");

cmp_ok scalar(keys %sql), '>', 200, 'the statements are found';


my $site  = LangOrch::Site->start;
my $names = join '|', @grow;

# What is a function of the site's own connections, sqlite3 does not know: another
# one with the same arguments.

sub way_of {
    my ($name) = @_;
    my $known = $sql{$name} =~ s/\blo_chain\(/printf('', /r;
    return map { $_->[0] =~ s/^[|` -]+//r }
        LangOrch::Store::rows($site, "EXPLAIN QUERY PLAN $known");
}

for my $name (sort keys %sql) {
    my @plan = way_of($name);
    my %alias = reverse map { $_ => $_ } @grow;

    # the names that tables go by in this statement

    while ($sql{$name} =~ /\b($names)(?: AS)? ([a-z])\b/g) {
        $alias{$2} = $1;
    }

    my @all = grep { /^SCAN (\w+)/ && $alias{$1} } @plan;
    ok scalar @plan, "$name has a plan" unless @plan || $sql{$name} =~ /^INSERT/;

    if ($may{$name}) {
        ok scalar @all, "$name still has to be excused: $may{$name}";
    } else {
        is_deeply \@all, [], "$name goes by an index" if @all;
    }
}

pass 'no other statement goes over all of a table that grows';


# Lists come in their order by the index itself, so a page costs a page.

for my $name (grep { /^api_runs_(?:any|parent|case|project|of|in|trigger)_(?:asc|desc)\z/ }
    sort keys %sql)
{
    is_deeply [ grep { /TEMP B-TREE/ } way_of($name) ], [],
        "$name needs not sort";
}


# A count of all has to look at all of them, but not at their rows.

is_deeply [ grep { /\b(?:SCAN|SEARCH) runs\b/ && !/COVERING INDEX/ }
    way_of('api_runs_all_count') ], [], 'all runs are counted by indexes alone';

done_testing;
