# The list of runs: every filter, alone and with others, page by page in either
# order, and how many there are (api 1.9, 4.2).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Store;

my $site = LangOrch::Site->start(workers => 2, procedures => ['log-only']);

for my $id (qw(pay.out Pay.in)) {
    $site->import_document(procedure($id, 'end',
        { end => { type => 'terminate' } }));
}


# Runs as a site gets them in months; the end of one is what nobody waits for.

my $t0 = 1_770_000_000_000;
my @runs;

sub row {
    my (%v) = @_;
    my $n  = @runs;
    my $id = sprintf '%012x-7000-8000-%012x', $v{created_at}, $n;
    $id =~ s/^(.{8})(.{4})/$1-$2/;

    push @runs, { run_id => $id, status => 'completed', procedure_id => 'pay.out',
        procedure_version => '1', trigger_type => 'manual', %v };
    return;
}

row(created_at => $t0 + $_ * 1000,
    procedure_id  => (qw(pay.out Pay.in other))[ $_ % 3 ],
    procedure_version => $_ % 2 ? '1' : '2',
    status        => (qw(completed failed canceled running created paused
        waiting_approval))[ $_ % 7 ],
    trigger_type  => (qw(manual scheduled webhook))[ $_ % 3 ],
    project_id    => $_ % 5 ? undef : 'site',
    case_id       => $_ % 4 ? undef : 'c-4',
    parent_run_id => $_ % 6 ? undef : 'above') for 0 .. 83;

# of one moment

row(created_at => $t0 + 100_000) for 1 .. 5;

# of another family: theirs are elsewhere

row(created_at => $t0 + 101_000, family => 'd');

my @columns = qw(run_id created_at status procedure_id procedure_version
    trigger_type project_id case_id parent_run_id family);

LangOrch::Store::change($site, 'INSERT INTO runs (updated_at, '
    . join(', ', @columns) . ') VALUES ' . join ', ', map {
        my $r = $_;
        '(0, ' . join(', ', map { defined $r->{$_} ? "'$r->{$_}'" : 'NULL' }
            @columns) . ')'
    } @runs);

pop @runs;                      # the one of the other family


sub iso {
    my ($ms) = @_;
    my @t = gmtime int $ms / 1000;
    return sprintf '%04d-%02d-%02dT%02d:%02d:%02d.%03dZ', $t[5] + 1900,
        $t[4] + 1, @t[3, 2, 1, 0], $ms % 1000;
}

sub ids_of {
    my ($r) = @_;
    return join "\n", map { $_->{run_id} } @$r;
}


# The list says what the rows say, in both orders, in one page and in small
# ones, with the count.

sub holds {
    my ($query, $sub) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my @want = grep { $sub->() } @runs;
    my $all  = $site->get("/api/runs?limit=1000&total=true&order=asc&$query");

    is $all->{status}, 200, "$query: listed";
    is ids_of($all->{json}), ids_of(\@want), "$query: " . @want;
    is $all->{headers}{'x-total-count'}, scalar @want, "$query: counted";

    for my $order (qw(asc desc)) {
        my (@seen, $cursor);

        do {
            my $r = $site->get("/api/runs?limit=7&order=$order&$query"
                . ($cursor ? "&cursor=$cursor" : ''));
            push @seen, @{ $r->{json} };
            $cursor = $r->{headers}{'x-next-cursor'};
        } while ($cursor && @seen <= @runs);

        is ids_of(\@seen), ids_of($order eq 'asc' ? \@want : [ reverse @want ]),
            "$query: page by page, $order";
    }

    my $skip = $site->get("/api/runs?limit=2&offset=1&order=asc&$query");
    is ids_of($skip->{json}), ids_of([ grep { $_ } @want[ 1, 2 ] ]),
        "$query: some, behind others";
    return scalar @want;
}

my ($from, $to) = map { iso($t0 + $_ * 1000) } 20, 60;

sub in { my ($v, @all) = @_; return grep { defined $v && $v eq $_ } @all }

my @filters = (
    [ 'x=1', sub { 1 } ],
    [ 'procedure_id=pay.out', sub { $_->{procedure_id} eq 'pay.out' } ],
    [ 'procedure_version=2', sub { $_->{procedure_version} eq '2' } ],
    [ 'project_id=site', sub { in($_->{project_id}, 'site') } ],
    [ 'case_id=c-4', sub { in($_->{case_id}, 'c-4') } ],
    [ 'parent_run_id=above', sub { in($_->{parent_run_id}, 'above') } ],
    [ 'trigger_type=webhook', sub { $_->{trigger_type} eq 'webhook' } ],
    [ 'status=failed', sub { $_->{status} eq 'failed' } ],
    [ 'status=cancelled,queued', sub { in($_->{status}, 'canceled', 'created') } ],
    [ "created_from=$from", sub { $_->{created_at} >= $t0 + 20_000 } ],
    [ "created_to=$to", sub { $_->{created_at} <= $t0 + 60_000 } ],
    [ 'q=AY.O', sub { $_->{procedure_id} eq 'pay.out' } ],
);

cmp_ok holds(@$_), '>', 2, 'there are some' for @filters;

for my $i (1 .. $#filters) {
    for my $j ($i + 1 .. $#filters) {
        my ($a, $b) = @filters[ $i, $j ];
        next if "$a->[0] $b->[0]" =~ /^status.* status/;
        holds("$a->[0]&$b->[0]", sub { $a->[1]->() && $b->[1]->() })
            if ($i + $j) % 3 == 0;
    }
}


subtest 'a text finds the beginning of an id' => sub {
    my $run = $runs[40];

    for my $n (1, 5, 8, 9, 20, 36) {
        my $q = substr $run->{run_id}, 0, $n;
        holds("q=$q", sub { index($_->{run_id}, $q) == 0 });
    }

    holds('q=' . uc substr($run->{run_id}, 0, 12), sub {
        index($_->{run_id}, substr $run->{run_id}, 0, 12) == 0
    });
    holds('q=%25', sub { 0 });
    holds('q=zz', sub { 0 });
};


subtest 'who comes later does not move the pages' => sub {
    my $first = $site->get('/api/runs?limit=3&status=completed');
    $site->run('pay.out')->wait_final;

    my $second = $site->get('/api/runs?limit=3&status=completed&cursor='
        . $first->{headers}{'x-next-cursor'});
    my %seen = map { $_->{run_id} => 1 } @{ $first->{json} };

    is scalar(grep { $seen{ $_->{run_id} } } @{ $second->{json} }), 0,
        'no run twice';
    like $first->{headers}{link}, qr/cursor=.*rel="next"/, 'the link leads on';
};


subtest 'what is no filter is told' => sub {
    for my $q ('status=&limit=1001', 'limit=-1', 'offset=x', 'cursor=zz',
        'order=up', 'total=2', 'created_from=yesterday', 'trigger_type=moon')
    {
        my $r = $site->get("/api/runs?$q");
        is $r->{status}, 422, $q;
        is $r->{json}{errors}[0]{loc}[0], 'query', "$q: of the query";
    }

    is_deeply $site->get('/api/runs?limit=0')->{json}, [], 'none are none';
    is_deeply $site->get('/api/runs?status=sleeping')->{json}, [],
        'a state that does not exist has no runs';
};


$site->log_is_calm;
done_testing;
