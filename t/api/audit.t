# Who changed what is told (api 14): a page of it, or all of it, which may be more
# than fits into memory.

use strict;
use warnings;

use IO::Socket::INET;
use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 1, procedures => ['one-approval']);

for my $n (1 .. 3) {
    my $p = $site->post('/api/projects', { name => "project $n" })->{json};
    $site->put("/api/projects/$p->{project_id}", { description => 'x' });
}
my $held = $site->run('one-approval');
$held->decide('approve');
$held->wait_final;

sub page {
    my ($query) = @_;
    return $site->get('/api/audit?' . ($query // ''))->{json};
}

sub actions { return join ' ', map { "$_->{category}/$_->{action}" } @{ $_[0] } }


subtest 'an entry says who, what, to what, from where' => sub {
    my $page = page();
    my ($e)  = grep { $_->{category} eq 'project' && $_->{action} eq 'create' }
        @{ $page->{events} };

    is $e->{actor}, 'anonymous', 'who';
    is $e->{resource_type}, 'project', 'to what';
    like $e->{resource_id}, qr/^[0-9a-f-]{36}$/, 'to which';
    is $e->{source_ip}, '127.0.0.1', 'from where';
    like $e->{request_id}, qr/^[0-9a-f]{16}$/, 'by which request';
    like $e->{ts}, qr/Z$/, 'and when';
    ok length $e->{description}, 'in words';
    is "$page->{limit} $page->{offset}", '200 0', 'the page is told';
    is $page->{next_cursor}, undef, 'there is no other';
    ok !exists $page->{total}, 'and it is not counted unless asked for';

    my @ids = map { $_->{event_id} } @{ $page->{events} };
    is_deeply \@ids, [ sort { $b <=> $a } @ids ], 'newest first';
    is_deeply [ map { $_->{event_id} } @{ page('order=asc')->{events} } ],
        [ reverse @ids ], 'or oldest first';
};


subtest 'filters' => sub {
    is actions(page('category=approval')->{events}), 'approval/decide',
        'a category';
    is scalar @{ page('category=project&action=create')->{events} }, 3,
        'and an action';
    my $one = page('category=project&limit=1')->{events}[0];
    is scalar @{ page("resource_type=project&resource_id=$one->{resource_id}")
        ->{events} }, 2, 'one object';
    is scalar @{ page('actor=anonymous')->{events} },
        scalar @{ page()->{events} }, 'somebody';
    is scalar @{ page('actor=nobody')->{events} }, 0, 'somebody else';
    is actions(page('search=IMPORTED')->{events}), 'procedure/create',
        'a text of the description, in any case';
    is scalar @{ page('search=%25')->{events} }, 0, 'nothing is a wildcard';
    is scalar @{ page('category=nothing')->{events} }, 0,
        'a category that is none has nothing';

    my @all = @{ page('order=asc')->{events} };
    is page("since=$all[2]{ts}&order=asc&limit=1")->{events}[0]{ts}, $all[2]{ts},
        'since a time';
    cmp_ok page("until=$all[2]{ts}")->{events}[0]{ts}, 'le', $all[2]{ts},
        'until one';
    is scalar @{ page('since=2999-01-01')->{events} }, 0, 'since some day';
};


subtest 'page by page' => sub {
    my $all = page()->{events};
    my $r   = $site->get('/api/audit?limit=2&total=true');
    is $r->{json}{total}, scalar @$all, 'counted';
    is $r->{headers}{'x-total-count'}, scalar @$all, 'also in the head';
    is $r->{headers}{'x-next-cursor'}, $r->{json}{next_cursor}, 'the next one';
    like $r->{headers}{link}, qr/rel="next"/, 'has an address';

    my @seen = @{ $r->{json}{events} };
    $site->post('/api/projects', { name => 'later' });

    while (my $next = $r->{json}{next_cursor}) {
        $r = $site->get("/api/audit?limit=2&cursor=$next");
        push @seen, @{ $r->{json}{events} };
    }
    is_deeply [ map { $_->{event_id} } @seen ],
        [ map { $_->{event_id} } @$all ], 'each once, whatever is added';
    is scalar @{ page('limit=2&offset=2')->{events} }, 2, 'or by an offset';
};


subtest 'nobody changes it' => sub {
    is $site->request($_, '/api/audit')->{status}, 405, $_
        for qw(POST PUT PATCH DELETE);
};


subtest 'all of it, as lines' => sub {
    my $r = $site->get('/api/audit/export');
    is $r->{headers}{'content-type'}, 'application/x-ndjson', 'of JSON';
    my @lines = map { LangOrch::Http::decode($_) } split /\n/, $r->{body};
    is_deeply \@lines, page('order=asc')->{events}, 'the same entries';

    $r = $site->get('/api/audit/export?category=approval&format=ndjson');
    is scalar(split /\n/, $r->{body}), 1, 'or some of them';
    is $site->get('/api/audit/export?category=none')->{body}, '', 'or none';
    is $site->get('/api/audit/export?format=csv')->{status}, 422,
        'in no other form';
    my $head = $site->request('HEAD', '/api/audit/export');
    is "$head->{status} $head->{body}", '200 ', 'HEAD has no lines';
};


subtest 'what is about a procedure says so, under its label' => sub {
    my $id = 'labelled';
    my $label = sub {
        return procedure($id, 'ask', {
            ask => { type => 'human_approval', prompt => 'On?',
                on_approve => 'end', on_reject => 'end' },
            end => { type => 'terminate' },
        }, global_config => { audit_config => { storage_location => $_[0],
            retention_days => 400 } });
    };
    $site->import_document($label->('vault-7'));
    my $run = $site->run($id);
    $run->decide('approve');
    $run->wait_final;
    $site->patch("/api/procedures/$id/1.0.0/status", { status => 'approved' });

    my $of = sub { page("procedure_id=$id&order=asc")->{events} };
    is actions($of->()), 'procedure/create run/create approval/decide'
        . ' procedure/status', 'its versions, its runs, what was said of those';
    is_deeply [ map { $_->{storage_location} } @{ $of->() } ], [ ('vault-7') x 4 ],
        'each with the label';

    my $r = $site->post('/api/procedures?on_conflict=replace',
        { ckp_json => $label->('vault-8') });
    is $r->{status}, 200, 'another label' or diag $r->{body};
    is $site->del($run->path)->{status}, 200, 'the run is removed';
    is $site->del("/api/procedures/$id/1.0.0")->{status}, 200,
        'the version is, too';

    my @all = @{ $of->() };
    is actions([ @all[4 .. $#all] ]), 'procedure/update run/delete'
        . ' procedure/delete', 'all of that is told';
    is_deeply [ map { $_->{storage_location} } @all ],
        [ ('vault-7') x 4, 'vault-8', 'vault-7', 'vault-8' ],
        'with the label of the document that it is about, also when that is gone';

    my ($other) = @{ page('category=project')->{events} };
    is $other->{procedure_id}, undef, 'what is about no procedure has none';
    is $other->{storage_location}, undef, 'and no label';
    my $lines = $site->get("/api/audit/export?procedure_id=$id");
    is scalar(split /\n/, $lines->{body}), scalar @all, 'the export has the filter, too';
};


subtest 'more than fits into memory' => sub {
    my $n = 30_000;
    LangOrch::Store::change($site, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
        . " SELECT i + 1 FROM n WHERE i < $n) INSERT INTO audit (ts, category,"
        . " action, actor, description, meta) SELECT 1767225600000 + i, 'config',"
        . " 'fill', 'test', 'Filled', json_object('i', i, 'x',"
        . " hex(zeroblob(1000))) FROM n");

    my ($worker) = $site->workers;
    my $rss = sub {
        my ($kb) = LangOrch::Site::slurp("/proc/$worker/status")
            =~ /^VmRSS:\s+(\d+)/m;
        return $kb;
    };
    my $before = $rss->();

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $site->port) or die;
    print {$socket} "GET /api/audit/export?category=config HTTP/1.1\r\n"
        . "Host: x\r\nConnection: close\r\n\r\n";

    # who does not read makes it wait

    sysread $socket, my $reply, 1000;
    is $site->get('/api/health')->{status}, 200, 'meanwhile others are served';
    my $most = $rss->();

    while (sysread $socket, my $part, 1 << 16) {
        $reply .= $part;
        my $now = $rss->();
        $most = $now if $now > $most;
    }

    my ($head, $body) = split /\r\n\r\n/, $reply, 2;
    like $head, qr/^Transfer-Encoding: chunked/mi, 'in pieces';
    is scalar(() = $body =~ /"event_id":/g), $n, 'all lines came';
    like $body, qr/\r\n0\r\n\r\n\z/, 'to the end';
    cmp_ok length $body, '>', 60_000_000, length($body) . ' bytes';

    # what an instrumented worker has freed it keeps for a while

    cmp_ok $most - $before, '<', 30_000, ($most - $before) . ' KiB of memory'
        unless $ENV{LANGORCH_SANITIZE};
};


subtest 'a reader that leaves' => sub {
    for (1 .. 5) {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $site->port) or die;
        print {$socket} "GET /api/audit/export HTTP/1.1\r\nHost: x\r\n\r\n";
        sysread $socket, my $some, 100_000;
        setsockopt $socket, Socket::SOL_SOCKET(), Socket::SO_LINGER(),
            pack 'ii', 1, 0 if $_ % 2;
        close $socket;
    }
    is $site->get('/api/health')->{status}, 200, 'leaves nothing behind';
};

$site->log_is_calm;
done_testing;
