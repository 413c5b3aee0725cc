# Streams whose readers are slow, and streams that others would make slow
# (api 1.14).

use strict;
use warnings;

use Test::More;
use IO::Socket::INET;
use Socket qw(SOL_SOCKET SO_RCVBUF pack_sockaddr_in inet_aton);

use LangOrch::Doc qw(approval procedure);
use LangOrch::Site;
use LangOrch::Stream;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 2, http => <<'END', server => <<'END2');
gzip            on;
gzip_min_length 0;
gzip_proxied    any;
gzip_types      *;
END
send_timeout 1s;
END2

$site->import_document(approval('asks'));

# A run with more events than sockets hold.

$site->import_document(procedure('many', 'each', {
    each => { type => 'loop', iterator => 'rows', body_node => 'say',
        max_iterations => 5000, next_node => 'end' },
    say => { type => 'sequence', steps => [
        { step_id => 'one', action => 'log',
          params => { message => 'x' x 800 } },
        { step_id => 'two', action => 'set_variable',
          params => { variable => 'v', value => 1 } } ] },
    end => { type => 'terminate' },
}, variables_schema => { rows => { type => 'array' } }));


subtest 'where answers are compressed, streams tell each event when it happens' => sub {
    my $run    = $site->run('asks');
    my $asked  = $run->wait_approval;
    my $stream = LangOrch::Stream->open($site, $run->path('/stream'),
        headers => { 'Accept-Encoding' => 'gzip' });
    is $stream->headers->{'content-encoding'}, undef, 'a stream is not';

    my $m;
    do { $m = $stream->next } until $m->{json}{event_type} eq 'approval_requested';
    ok $m, 'all up to the question is there, though nothing more happens';

    $site->post("/api/approvals/$asked->{approval_id}/decision",
        { decision => 'yes' });
    my @rest = $stream->rest;
    is $rest[-1]{event}, 'end', 'and the rest after the answer';
};


subtest 'a reader that does not read is cut off, and goes on later' => sub {
    my $run = $site->run('many', { rows => [ 1 .. 1200 ] });
    is $run->wait_final->{status}, 'completed', 'a long run';

    # a window that is as small as it can be

    socket my $socket, AF_INET(), SOCK_STREAM(), 0 or die "socket: $!";
    setsockopt $socket, SOL_SOCKET, SO_RCVBUF, pack 'i', 2048 or die "rcvbuf: $!";
    connect $socket, pack_sockaddr_in($site->port, inet_aton('127.0.0.1'))
        or die "connect: $!";
    syswrite $socket, 'GET ' . $run->path('/stream')
        . " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

    my $open = sub {
        my ($n) = $site->get('/api/metrics')->{body}
            =~ /^langorch_sse_connections\S* (\d+)/m;
        return $n;
    };
    until_true('the server has sent what it can', sub { $open->() == 1 });
    until_true('and gives up', sub { $open->() == 0 }, 30);

    my $got = '';
    while (sysread $socket, $got, 65536, length $got) { }
    my ($last) = $got =~ /.*^id: (\d+)\r?\n(?=data: [^\n]*\}\r?\n)/ms;
    ok $last, 'it has a part of it';

    my @events = $run->events;
    cmp_ok $last, '<', $events[-1]{event_id}, 'not all';

    my @rest = LangOrch::Stream->open($site, $run->path('/stream'),
        last_event_id => $last)->rest;
    is_deeply [ map { $_->{id} } grep { $_->{event} eq 'run_event' } @rest ],
        [ map { $_->{event_id} } grep { $_->{event_id} > $last } @events ],
        'it resumes without a gap';
};


$site->log_is_calm;
done_testing;
