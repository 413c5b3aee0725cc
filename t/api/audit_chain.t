# The audit trail is a chain: what was changed, left out or put in is found by
# `./langorch audit verify`, in the database and in an export; what went because
# of its age is no hole.  Refusals are in it, a flood of them is not (api 1.8, 14;
# reliability 6).

use strict;
use warnings;

use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $tool = '../langorch';
my $dir  = tempdir(CLEANUP => 1);
my $site = LangOrch::Site->start(workers => 2,
    http => "langorch_sweep 100ms;\nlangorch_audit_days 20;\n");

for my $i (1 .. 3) {
    $site->post('/api/projects',
        { name => "p$i \"quoted\" \\ \x{e9}", description => "tab\there" });
}


# What the tool says of a file, and how it ends.

sub verified {
    my (@args) = @_;
    open my $out, '-|', $tool, 'audit', 'verify', @args or die "$tool: $!";
    local $/;
    my $said = <$out> // '';
    close $out;
    return { ok => $? == 0, said => $said };
}

sub database { return $site->home . '/data/langorch.db' }

sub kept {
    my ($name, $text) = @_;
    open my $out, '>:raw', "$dir/$name" or die "$dir/$name: $!";
    print {$out} $text;
    close $out or die "$dir/$name: $!";
    return "$dir/$name";
}

sub export { return $site->get('/api/audit/export' . ($_[0] // ''))->{body} }

# A copy of the database in which something was done.

sub with {
    my ($name, $sql) = @_;
    system('sqlite3', database(), ".backup '$dir/$name'") == 0 or die 'sqlite3';
    system('sqlite3', "$dir/$name", $sql) == 0 or die 'sqlite3';
    return verified("$dir/$name");
}


subtest 'entries follow each other' => sub {
    my @lines = split /\n/, export();
    my @rows  = map { LangOrch::Http::decode($_) } @lines;
    cmp_ok scalar @rows, '>=', 3, 'there are some';
    is $rows[0]{prev}, '0' x 64, 'the first has none before it';
    is $rows[$_]{prev}, $rows[ $_ - 1 ]{hash}, "$_ follows"
        for 1 .. $#rows;

    for my $file (database(), kept('export', export())) {
        my $v = verified($file);
        ok $v->{ok}, 'nothing was changed' or diag $v->{said};
        like $v->{said}, qr/^audit: ${\ scalar @rows} entries/m, 'all were looked at';
        like $v->{said}, qr/\Q$rows[-1]{hash}/, 'and which is the last';
    }

    ok verified('--head', $rows[1]{hash}, database())->{ok},
        'one that was the last once is still there';
    ok !verified('--head', 'ab' x 32, database())->{ok}, 'one that never was is not';

    my $some = kept('part', export('?category=project'));
    ok verified('--part', $some)->{ok}, 'some of them, each by itself';
};


subtest 'what somebody did to them is found' => sub {
    like with('text', q{UPDATE audit SET actor = 'nobody' WHERE event_id = 2})->{said},
        qr/entry 2 does not say what it said/, 'another actor';
    like with('hole', 'DELETE FROM audit WHERE event_id = 2')->{said},
        qr/entries 2 to 2 are missing/, 'one that was taken out';
    like with('start', 'DELETE FROM audit WHERE event_id = 1')->{said},
        qr/entry 2 is not the first/, 'the first, too';
    like with('bare', q{INSERT INTO audit (ts, category, action) VALUES (1, 'x', 'y')})
        ->{said}, qr/has no hash/, 'one that nobody hashed';

    my $last = LangOrch::Store::value($site, 'SELECT hash FROM audit'
        . ' ORDER BY event_id DESC LIMIT 1');
    system('sqlite3', database(), ".backup '$dir/tail'") == 0 or die 'sqlite3';
    system('sqlite3', "$dir/tail", 'DELETE FROM audit WHERE event_id ='
        . ' (SELECT max(event_id) FROM audit)') == 0 or die 'sqlite3';
    ok !verified('--head', $last, "$dir/tail")->{ok}, 'the last, by its hash';

    my @lines = split /\n/, export();
    my $swapped = kept('swapped', join("\n", @lines[1, 0, 2 .. $#lines]) . "\n");
    ok !verified($swapped)->{ok}, 'an export in another order';
    (my $other = export()) =~ s/127\.0\.0\.1/127.0.0.2/;
    like verified(kept('other', $other))->{said}, qr/BROKEN/, 'or with another address';
};


subtest 'what is too old leaves no hole' => sub {
    my $old = sub {
        my ($where) = @_;
        LangOrch::Store::change($site,
            "UPDATE audit SET ts = ts - 30 * 86400000 WHERE $where");
        until_true("they go: $where", sub {
            LangOrch::Store::value($site, "SELECT count(*) FROM audit WHERE $where"
                . ' AND event_id < (SELECT max(event_id) FROM audit)') == 0;
        });
    };
    $site->post('/api/projects', { name => "q$_" }) for 1 .. 7;

    # in the middle, beside it, between both, at the beginning

    $old->('event_id = 4');
    $old->('event_id = 6');
    $old->('event_id = 5');
    $old->('event_id IN (1, 2)');

    for my $file (database(), kept('aged', export())) {
        my $v = verified($file);
        ok $v->{ok}, 'it is a chain' or diag $v->{said};
        like $v->{said}, qr/, 5 removed by age/, 'and says how many went';
    }

    my ($row) = LangOrch::Store::rows($site,
        'SELECT gone_from, gone_prev FROM audit WHERE event_id = 7');
    is $row->[0], 4, 'who stayed says what went before it';
    $old->('event_id > 0');
    $site->post('/api/projects', { name => 'after all that' });

    # the newest stayed, with another time than it was written with

    until_true('the last of them goes', sub {
        LangOrch::Store::value($site, 'SELECT count(*) FROM audit') == 1;
    });
    my $v = verified(database());
    ok $v->{ok}, 'when nearly all went, too' or diag $v->{said};
};


subtest 'many write, and one is killed' => sub {
    my $n = LangOrch::Store::value($site, 'SELECT count(*) FROM audit');
    my ($worker) = $site->workers;
    $site->together(24, sub { return $site->post('/api/projects', { name => 'at once' }) });
    $site->kill9_worker($worker);
    my @more = $site->together(24,
        sub { return $site->post('/api/projects', { name => 'after it' }) });
    is scalar(grep { $_->{status} == 201 } @more), 24, 'all of them are made';

    my $v = verified(database());
    ok $v->{ok}, 'one chain of all workers' or diag $v->{said};
    is LangOrch::Store::value($site, 'SELECT count(*) FROM audit') - $n, 48,
        'with an entry of each';
};


subtest 'an older database begins its chain where it is' => sub {
    LangOrch::Store::change($site, 'UPDATE audit SET prev = NULL, hash = NULL,'
        . ' gone_from = NULL, gone_prev = NULL');
    my $n = LangOrch::Store::value($site, 'SELECT count(*) FROM audit');
    $site->post('/api/projects', { name => "new $_" }) for 1 .. 2;

    my $v = verified(database());
    ok $v->{ok}, 'what is from before has no hash' or diag $v->{said};
    like $v->{said}, qr/ 2 entries .* \Q$n\E from before it began/, 'and is counted';
};


subtest 'refusals are told, floods are not' => sub {
    my $shut = LangOrch::Site->start(workers => 2, identity => 'on',
        http => "langorch_audit_denials 12;\nlangorch_user \$http_x_user trusted;\n"
            . "langorch_groups \$http_x_groups trusted;\n"
            . "set_real_ip_from 127.0.0.1;\nreal_ip_header X-Real-IP;\n");
    my $denied = sub {
        return LangOrch::Store::value($shut,
            q{SELECT count(*) FROM audit WHERE action = 'denied'});
    };
    my $as = sub { return (headers => { 'X-User' => $_[0], 'X-Groups' => $_[1] }) };

    is $shut->get('/api/runs')->{status}, 401, 'nobody';
    is $shut->post('/api/projects', { name => 'x' }, $as->('vera', 'viewer'))->{status},
        403, 'somebody who may not';
    until_true('both are in the audit', sub { $denied->() == 2 });

    my $e = $shut->get('/api/audit?action=denied&actor=vera', $as->('ada', 'admin'))
        ->{json}{events}[0];
    is "$e->{category} $e->{resource_id} $e->{meta}{method} $e->{meta}{code}",
        'auth /projects POST forbidden', 'who, what';
    is "$e->{auth_method} $e->{source_ip}", 'variable 127.0.0.1', 'by what, from where';

    is $shut->get('/api/runs')->{status}, 401, 'and again' for 1 .. 40;
    is $denied->(), 2, 'one address has its share';

    # who is known has his, wherever he comes from; all of it is counted

    my $from = sub { return (headers => { 'X-User' => 'mona', 'X-Groups' => 'viewer',
        'X-Real-IP' => "10.1.0.$_[0]" }) };
    is $shut->post('/api/projects', { name => 'x' }, $from->($_))->{status}, 403, 'refused'
        for 1 .. 9;
    my $mona = q{SELECT count(*) FROM audit WHERE action = 'denied' AND actor = 'mona'};
    until_true('she has her share', sub { LangOrch::Store::value($shut, $mona) >= 2 });

    $shut->reload;
    my $more = sub {
        my %seen;
        for my $e (@{ $shut->get('/api/audit?action=denied_more', $as->('ada', 'admin'))
            ->{json}{events} })
        {
            $seen{all} += $e->{meta}{count};
            $seen{$_} += $e->{meta}{from}{$_} for keys %{ $e->{meta}{from} };
        }
        return \%seen;
    };
    until_true('the rest is told together, none is missing', sub {
        return ($more->()->{all} // 0) + $denied->() == 2 + 40 + 9 });
    cmp_ok $more->()->{'127.0.0.1'}, '>', 30, 'by address';
    cmp_ok LangOrch::Store::value($shut, $mona), '<', 6, 'and not one by one';
    is $shut->post('/api/projects', { name => 'ours' }, $as->('ada', 'admin'))->{status},
        201, 'others go on';
    my $v = verified($shut->home . '/data/langorch.db');
    ok $v->{ok}, 'all of it in the chain' or diag $v->{said};
    $shut->log_is_calm;
};

$site->log_is_calm;
done_testing;
