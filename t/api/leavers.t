# Clients leave whenever they like: with a FIN or a reset, before the answer, in
# the middle of a body, out of a stream.  Nothing of theirs stays behind.

use strict;
use warnings;

use IO::Socket::INET;
use Socket qw(SOL_SOCKET SO_LINGER);
use Test::More;
use Time::HiRes qw(sleep);

use LangOrch::Agent;
use LangOrch::Doc qw(chain);
use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => {
    work => sub { return { result => 1, until => 'go' } },
});
my $site = LangOrch::Site->start(workers => 1,
    procedures => [ 'log-only', 'one-approval' ]);
my ($worker) = $site->workers;

$site->register($agent);
$site->import_document(chain('one', 1));

my $waits = $site->run('one-approval');
$waits->wait_approval;

# A listener that accepts nobody and whose queue is full: whoever calls it stays
# in the middle of connecting.

my $deaf = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
    or die "listen: $!";
my @queue = map { IO::Socket::INET->new(Blocking => 0,
    PeerAddr => '127.0.0.1', PeerPort => $deaf->sockport) } 1 .. 4;
my $unanswered = 'http://127.0.0.1:' . $deaf->sockport;


sub bytes {
    my ($method, $path, $body) = @_;
    $body = $body ? LangOrch::Http::encode($body) : '';
    return "$method $path HTTP/1.1\r\nHost: x\r\nContent-Length: "
        . length($body) . "\r\nContent-Type: application/json\r\n\r\n$body";
}


# The pause before leaving lets it happen at different moments of a request; it
# is not waited for anything.

sub leave {
    my ($bytes, $pause, $reset) = @_;

    my $socket = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $site->port) or die "connect: $!";

    print {$socket} $bytes;
    $socket->flush;
    sleep $pause if $pause;
    setsockopt $socket, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0 if $reset;
    close $socket;
    return;
}


my $doc   = LangOrch::Site::document('log-only');
my $start = bytes(POST => '/api/runs', { procedure_id => 'log-only' });
my $n     = 0;

my @requests = (
    bytes(GET => '/api/runs'),
    $start,
    substr($start, 0, -5),
    substr($start, 0, 30),
    bytes(POST => '/api/procedures', { ckp_json => $doc }),
    bytes(GET => $waits->path('/stream')),
    bytes(GET => $waits->path('/events')),
    bytes(GET => '/api/metrics'),
    bytes(GET => '/api/agents/probe-capabilities?base_url=' . $agent->url),
    bytes(GET => "/api/agents/probe-capabilities?base_url=$unanswered"),
    bytes(POST => '/api/agents', { name => 'left', channel => 'left',
        base_url => $agent->url }),
    bytes(POST => '/api/agents', { name => 'deaf', channel => 'deaf',
        base_url => $unanswered }),
);

for my $pause (0, 0.0003, 0.001, 0.003, 0.01) {
    for my $round (1 .. 8) {
        for my $reset (0, 1) {
            leave($_, $pause, $reset), $n++ for @requests;
        }
    }
    for my $reset (0, 1) {
        my $run = $site->run('one');
        leave(bytes(POST => $run->path('/cancel')), $pause, $reset);
        $run = $site->run('one');
        leave(bytes(DELETE => $run->path), $pause, $reset);
        $n += 2;
    }
}


sub streams {
    my ($streams) = $site->get('/api/metrics')->{body}
        =~ /^langorch_sse_connections (\d+)$/m;
    return $streams;
}

until_true('no stream is left', sub { streams() == 0 });
pass "$n clients left, and no stream of theirs stayed";

# Their runs are nobody's business but the site's.

until_true('every run that was begun is over', sub {
    my $open = $site->get('/api/runs?procedure_id=log-only'
        . '&status=created&status=running&limit=1')->{json};
    return !@$open;
});
cmp_ok scalar(@{ $site->get('/api/runs?procedure_id=log-only'
    . '&status=completed')->{json} }), '>', 0, 'runs of who left were driven';

is_deeply [ $site->workers ], [$worker], 'the same worker served all of them';
is $site->get($waits->path)->{status}, 200, 'and serves the next';

$agent->release('go');
$site->reload;
until_true('the old worker ends', sub {
    return !grep { $_ == $worker } $site->workers(1);
});
pass 'and it ends when it is asked to';

$site->log_is_calm;
done_testing;
