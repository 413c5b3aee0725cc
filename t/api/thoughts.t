# Documents at their limit are compiled off the loop: one worker answers others
# meanwhile, and outlives the clients that left (api 1.2, 3; reliability 4).

use strict;
use warnings;

use IO::Socket::INET;
use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 1,
    http => "log_format order '\$request_method \$uri \$status';\n"
        . "access_log logs/order.log order;\n");


# A document of nearly four megabytes, with nearly as many nodes and steps as may
# be; or of some nodes.

sub large {
    my ($id, $last) = @_;
    $last //= 1800;
    my %nodes = (end => { type => 'terminate' });

    for my $n (0 .. $last) {
        my $next = $n == $last ? 'end' : 'n' . ($n + 1);
        $nodes{"n$n"} = { type => 'sequence', agent => 'work', next_node => $next,
            steps => [ map { { step_id => "s$n-$_", action => 'work',
                condition => "i > $_", params => { text => 'x' x 270,
                    of => "{{i}} and $_", list => [ 1 .. 8 ] } } }
                0 .. 4 ] };
    }
    return procedure($id, 'n0', \%nodes,
        variables_schema => { i => { type => 'number', default => 1 } });
}

sub graph {
    my ($name) = @_;
    my @ids = map { "n$_" } 0 .. 200;
    return { name => $name, nodes => [ map { { node_id => $_,
            node_type => 'agent_call', name => $_, action => 'work',
            inputs => { text => 'y' x 900 } } } @ids ],
        edges => [ map { { from_node_id => $ids[$_], to_node_id => $ids[$_ + 1] } }
            0 .. $#ids - 1 ] };
}

my $limit = LangOrch::Http::encode({ ckp_json => large('none') });
cmp_ok length $limit, '>', 3_600_000, 'a document is as large as may be';
cmp_ok length $limit, '<', 4 * 1024 * 1024, 'and within the limit';
my $body = LangOrch::Http::encode({ ckp_json => large('large', 150) });


sub open_socket {
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $site->port) or die "connect: $!";
    return $socket;
}

# All of a request but its last byte.

sub begun {
    my ($method, $path, $text) = @_;
    my $socket = open_socket();
    print {$socket} "$method $path HTTP/1.1\r\nHost: x\r\n"
        . "Content-Type: application/json\r\nContent-Length: " . length($text)
        . "\r\n\r\n", substr $text, 0, -1;
    $socket->flush;
    return $socket;
}

# The question how it is, but its last byte; and that.

sub health_begun {
    my $socket = open_socket();
    print {$socket} "GET /api/health HTTP/1.1\r\nHost: x\r\n\r";
    $socket->flush;
    return $socket;
}

sub end_of {
    my ($socket, $byte) = @_;
    print {$socket} $byte;
    $socket->flush;
    return;
}

# The connection stays: of one that ends, NGINX logs the request when its client
# has gone, and that would be no order.

sub status_of {
    my ($socket) = @_;
    local $/ = "\r\n\r\n";
    my $head = <$socket> // '';
    my ($len) = $head =~ /^Content-Length: (\d+)/mi;
    my $text = '';
    read $socket, $text, $len if $len;
    diag $head, substr $text, 0, 700 if $head !~ m{^HTTP/1\.1 20};
    return $head =~ m{^HTTP/1\.1 (\d+)} ? $1 : 'none';
}

# What is written meanwhile comes to the worker in one turn of its loop, when it
# has read what was written before: else a thread may be done before the loop hears
# of the second request.

sub at_once {
    my ($write) = @_;
    my ($worker) = $site->workers;

    $site->get('/api/projects') for 1 .. 3;
    kill 'STOP', $worker;
    until_true('the worker stands', sub {
        return LangOrch::Site::slurp("/proc/$worker/stat") =~ /\) T / });
    $write->();
    kill 'CONT', $worker;
    return;
}

# What was answered, in that order; who asked whether the site is ready may be
# told of late.

sub order {
    return grep { m{/health |/compile|/runs|/graph|/diff|-draft|/promote|/rollback} } split /\n/,
        LangOrch::Site::slurp($site->home . '/logs/order.log');
}


for my $case (
    [ 'compiled', 'POST', '/api/procedures/compile', $limit, 200 ],
    [ 'imported', 'POST', '/api/procedures?on_conflict=replace', $body, 20 ],
    [ 'replaced', 'PUT', '/api/procedures/large/1.0.0', $body, 200 ],
    [ 'explained', 'POST', '/api/procedures/large/1.0.0/explain', $body, 200 ],
    )
{
    my ($what, $method, $path, $text, $status) = @$case;

    subtest "others are answered while documents are $what" => sub {
        my $before = () = order();
        my @sockets = map { begun($method, $path, $text) } 1 .. 4;
        my $health  = health_begun();

        # the end of one, of the question, of the others

        at_once(sub {
            for my $n (0 .. $#sockets) {
                end_of($sockets[$n], substr $text, -1);
                end_of($health, "\n") if $n == 0;
            }
        });

        is status_of($health), 200, 'health is answered';
        like status_of($_), qr/^$status/, 'so is each document' for @sockets;

        # small ones may be done before the question is asked

        return if $text ne $limit;

        my @order = until_true('all of it is logged', sub {
            my @all = order();
            return @all >= $before + 5 ? [ @all[$before .. $#all] ] : undef;
        });
        @order = @{ $order[0] };
        like $order[0], qr{/health}, 'and before the one that came before it'
            or diag explain \@order;
    };
}


# Which of two was answered first: what is asked behind the other.

sub first_answered {
    my ($what, $status, @request) = @_;
    my $before = () = order();
    my ($socket, $health) = (begun(@request), health_begun());

    at_once(sub {
        end_of($socket, substr $request[2], -1);
        end_of($health, "\n");
    });

    is status_of($health), 200, "health is answered while $what";
    is status_of($socket), $status, 'and so is that';
    my @order = until_true('both are logged', sub {
        my @all = order();
        return @all >= $before + 2 ? [ @all[$before .. $#all] ] : undef;
    });
    return $order[0][0];
}


# The answer to what is asked behind it comes before its own.

sub is_answered_meanwhile {
    my ($what, @rest) = @_;
    like first_answered($what, @rest), qr{/health}, 'later';
    return;
}


subtest 'stored ones are compiled and compared where they are read' => sub {
    my $other = large('none');
    $other->{version} = '2.0.0';
    $other->{workflow_graph}{nodes}{n9}{steps}[0]{action} = 'other';
    is $site->post('/api/procedures', $_)->{status}, 201, 'one is stored'
        for $limit, { ckp_json => $other };
    is_answered_meanwhile('a draft is saved', 200, 'PUT',
        '/api/procedures/none/1.0.0/builder-draft',
        LangOrch::Http::encode({ draft => $other }));

    is_answered_meanwhile('one is promoted', 200, 'POST',
        '/api/procedures/none/1.0.0/promote', '{"target_channel":"dev"}');
    is_answered_meanwhile('another is, in its place', 200, 'POST',
        '/api/procedures/none/2.0.0/promote', '{"target_channel":"dev"}');
    is_answered_meanwhile('that is taken back', 200, 'POST',
        '/api/procedures/none/2.0.0/rollback', '{"target_channel":"dev"}');

    # a worker knows it from then on

    $site->restart;
    is_answered_meanwhile('a run begins', 201, 'POST', '/api/runs',
        '{"procedure_id":"none","version":"1.0.0"}');

    is_answered_meanwhile('two are compared', 200, 'GET',
        '/api/procedures/none/diff?from=1.0.0&to=2.0.0', ' ');
    is_answered_meanwhile('one is drawn', 200, 'GET',
        '/api/procedures/none/1.0.0/graph', ' ');
};


subtest 'what is said of a large document is what is said of a small one' => sub {
    my $doc = large('large', 150);
    $doc->{workflow_graph}{nodes}{n7}{next_node} = 'nowhere';
    my $r = $site->post('/api/procedures/compile', { ckp_json => $doc });
    is $r->{status}, 200, 'it is compiled';
    is_deeply [ map { $_->{path} } grep { $_->{id} eq 'CKP130' }
        @{ $r->{json}{errors} } ], ['/workflow_graph/nodes/n7/next_node'],
        'and judged';

    $r = $site->post('/api/procedures', substr($body, 0, -1) . ',}');
    is "$r->{status} $r->{json}{code}", '400 malformed_json', 'a text that is none';
    is $site->get('/api/procedures/large/1.0.0')->{status}, 200, 'a stored one is there';
    $r = $site->patch('/api/procedures/large/1.0.0/status', { status => 'approved' });
    is $r->{status}, 200, 'it gets another state' or diag $r->{body};
    is $r->{json}{status}, 'approved', 'which it has';
};


subtest 'graphs are compiled so, too' => sub {
    my $text = LangOrch::Http::encode(graph('wide'));
    my @sockets = map { begun('POST', '/api/v1/workflows', $text) } 1 .. 3;
    for my $socket (@sockets) {
        print {$socket} substr $text, -1;
        $socket->flush;
    }
    is $site->get('/api/health')->{status}, 200, 'health is answered';
    is status_of($_), 201, 'they are made' for @sockets;
};


subtest 'clients that leave take nothing with them' => sub {
    for my $case ([ 'POST', '/api/procedures/compile' ],
        [ 'POST', '/api/procedures?on_conflict=replace' ],
        [ 'PUT', '/api/procedures/large/1.0.0' ])
    {
        my @sockets = map { begun(@$case, $body) } 1 .. 7;

        # before the end, in a thread, in line, and later

        close shift @sockets;
        for my $socket (@sockets) {
            print {$socket} substr $body, -1;
            $socket->flush;
        }
        close shift @sockets;
        close splice @sockets, 3, 1;
        $site->get('/api/health');
        close shift @sockets;
        $site->get('/api/health');
        close shift @sockets;
        like status_of($_), qr/^20/, 'who stays is answered' for @sockets;
    }
    is $site->get('/api/health')->{status}, 200, 'the worker lives';
    is $site->get('/api/procedures/large/1.0.0')->{status}, 200, 'with its document';
};


$site->log_is_calm;
done_testing;
