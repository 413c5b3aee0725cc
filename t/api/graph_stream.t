# Runs of agent workflows, followed: over WebSockets, and as server-sent events
# (api 18.12).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Site;
use LangOrch::Stream;
use LangOrch::Wait qw(until_true);
use LangOrch::WebSocket;

my $agent = LangOrch::Agent->start(script => {
    work => sub { return { result => { n => $_[0]{json}{params}{n} } } },
    slow => sub { return { result => 1, until => $_[0]{json}{params}{gate} } },
});

my $site = LangOrch::Site->start(workers => 2, http => <<'END');
map $http_x_name   $name   { default $http_x_name; }
map $http_x_groups $groups { default $http_x_groups; }
langorch_user   $name;
langorch_groups $groups;
langorch_cors   https://console.example;
END
$site->headers('X-Name' => 'olga', 'X-Groups' => 'operator');
$site->register($agent, capabilities => [qw(work slow)]);

my $v1 = '/api/v1';

sub graph {
    my ($name, $action, %o) = @_;
    my $r = $site->post("$v1/workflows", { name => $name, nodes => [
        { node_id => 'a', node_type => 'agent_call', action => 'work',
          inputs => { n => 7 } },
        { node_id => 'b', node_type => 'agent_call', action => $action,
          inputs => { gate => '$input.gate' } } ],
        edges => [ { from_node_id => 'a', to_node_id => 'b' } ], %o });
    is $r->{status}, 201, "$name is made" or diag $r->{body};
    return $r->{json}{id};
}

# Runs of the slow one go on when their own gate is opened.

my $gate = 'g0';

sub begin {
    $gate++;
    return $site->post("$v1/workflows/$_[0]/run",
        { inputs => { gate => $gate } })->{json}{id};
}

sub go { return $agent->release($gate) }

sub socket_of {
    my ($run, %o) = @_;
    my $query = delete $o{query} // '';
    my %headers = ('X-Name' => 'olga', 'X-Groups' => 'operator',
        %{ $o{headers} || {} });
    return LangOrch::WebSocket->open($site, "$v1/ws/workflow_runs/$run$query",
        %o, headers => \%headers);
}

sub events { return $site->get("$v1/workflow_runs/$_[0]/events")->{json} }

my $quick = graph('quick', 'work');
my $slow  = graph('slow', 'slow');

my $ended = begin($quick);
until_true('a run ends', sub {
    $site->get("$v1/workflow_runs/$ended")->{json}{status} eq 'completed' });


subtest 'a run that is over is told from its beginning, and that was it' => sub {
    my $ws = socket_of($ended);
    is $ws->status, 101, 'the protocol is another';
    ok $ws->accepted, 'for this key';

    my ($all, $code) = $ws->rest;
    my $first = shift @$all;

    is $first->{type}, 'connected', 'a greeting';
    is $first->{seq}, 0, 'that is no event';
    is_deeply $first->{data}, { workflow_run_id => $ended,
        status => 'completed', user_id => 'olga' }, 'with where it stands';
    is_deeply $all, events($ended), 'then all that the list has';
    is $all->[0]{type}, 'workflow_started', 'from the first';
    is $all->[-1]{type}, 'workflow_completed', 'to the last';
    is $code, 1000, 'a normal end';
};


subtest 'it goes on after a number' => sub {
    my $events = events($ended);
    my ($all) = socket_of($ended, query => "?after_seq=$events->[2]{seq}")->rest;
    shift @$all;
    is_deeply $all, [ @$events[ 3 .. $#$events ] ], 'with the next';

    my ($none, $code) = socket_of($ended,
        query => "?after_seq=$events->[-1]{seq}")->rest;
    is scalar(@$none), 1, 'nothing is left';
    is $code, 1000, 'which is told';
};


subtest 'a run is followed while it runs' => sub {
    my $run = begin($slow);
    my $ws  = socket_of($run);
    my @seen;

    while (my $e = $ws->event) {
        push @seen, $e;
        last if $e->{type} eq 'agent_calling' && $e->{data}{node_id} eq 'b';
    }
    is $seen[0]{type}, 'connected', 'it begins';
    is $seen[-1]{type}, 'agent_calling', 'it is at the slow one';
    my $figures = $site->get('/api/metrics')->{body};
    like $figures, qr/^langorch_ws_connections 1$/m, 'one is counted';
    like $figures, qr/^langorch_sse_connections 0$/m, 'as no event stream';

    $ws->say('ping');
    is $ws->next->{text}, 'pong', 'who asks hears that it is alive';
    $ws->say('something else');
    $ws->frame(LangOrch::WebSocket::PING, 'hello');
    my $frame = $ws->next;
    is_deeply [ @$frame{qw(opcode text)} ], [ LangOrch::WebSocket::PONG, 'hello' ],
        'also in the words of the protocol; what means nothing is passed over';

    go();
    my ($rest, $code) = $ws->rest;
    shift @seen;
    is_deeply [ @seen, @$rest ], events($run), 'all of it, once, in order';
    is $code, 1000, 'and the end';
};


subtest 'frames that come with the head are read' => sub {
    my $run = begin($slow);
    my $ws  = socket_of($run, first => LangOrch::WebSocket::frame_of(
        LangOrch::WebSocket::TEXT, 'ping'));
    my $frame;
    do { $frame = $ws->next } until !$frame || $frame->{text} eq 'pong';
    ok $frame, 'answered';

    $ws->frame(LangOrch::WebSocket::CLOSE, pack 'n', 1000);
    my (undef, $code) = $ws->rest;
    is $code, 1000, 'a client that says good-bye hears it back';
    is $ws->next, undef, 'and that was all';
    go();
};


subtest 'what breaks the protocol ends the connection, not the worker' => sub {
    my $run = begin($slow);
    my %bad = (
        'a message over 4 KiB' => [ 1009, LangOrch::WebSocket::frame_of(1, 'x' x 5000) ],
        'one in pieces'        => [ 1009, map { LangOrch::WebSocket::frame_of(
            $_ ? 0 : 1, 'x' x 3000, more => 1) } 0 .. 1 ],
        'no mask'              => [ 1002, pack 'CCa2', 0x81, 2, 'hi' ],
        'no such frame'        => [ 1002, LangOrch::WebSocket::frame_of(5, 'x') ],
        'no UTF-8'             => [ 1007, LangOrch::WebSocket::frame_of(1, "\xff\xfe") ],
    );

    for my $what (sort keys %bad) {
        my ($want, @bytes) = @{ $bad{$what} };
        my $ws = socket_of($run);
        $ws->raw($_) for @bytes;
        my (undef, $code) = $ws->rest;
        is $code, $want, $what;
    }

    my $ws = socket_of($run);
    my $pings = LangOrch::WebSocket::frame_of(LangOrch::WebSocket::PING, '') x 3000;
    $ws->raw($pings);
    my $n = 0;
    while ($n < 3000 and my $frame = $ws->next) {
        $n++ if $frame->{opcode} == LangOrch::WebSocket::PONG;
    }
    is $n, 3000, 'many questions have as many answers';
    $ws->close;

    go();
};


subtest 'what is no handshake is told so' => sub {
    my $path = "$v1/ws/workflow_runs/$ended";
    my $r = $site->get($path);
    is $r->{status}, 426, 'a plain request';
    is $r->{headers}{upgrade}, 'websocket', 'what it takes';
    is $r->{json}{code}, 'upgrade_required', 'in words';

    my %refused = (
        426 => { 'Sec-WebSocket-Version' => 8 },
        400 => { 'Sec-WebSocket-Key' => 'short' },
        403 => { Origin => 'https://elsewhere.example' },
    );
    for my $status (sort keys %refused) {
        is socket_of($ended, headers => $refused{$status})->status, $status,
            join ' ', %{ $refused{$status} };
    }
    is socket_of($ended, headers => { Connection => 'close' })->status, 400,
        'a connection that is not upgraded';
    is socket_of($ended, headers => { 'Sec-WebSocket-Key' => undef })->status,
        400, 'no key';

    for my $origin ('https://console.example', 'http://127.0.0.1') {
        is socket_of($ended, headers => { Origin => $origin })->status, 101,
            "a page of $origin";
    }
};


subtest 'who may not read is told before, or as soon as that is so' => sub {
    my $run = begin($slow);
    my %otto = (headers => { 'X-Name' => 'otto', 'X-Groups' => 'viewer' });

    is socket_of('none')->status, 404, 'no such run';
    is socket_of($run, %otto)->status, 403, 'of somebody else';

    my $shared = $site->post("$v1/workflows/$slow/permissions",
        { user_id => 'otto', permission => 'view' });
    is $shared->{status}, 201, 'shared' or diag $shared->{body};

    my $ws = socket_of($run, %otto);
    is $ws->event->{data}{user_id}, 'otto', 'then they may';
    until_true('the slow one is asked', sub {
        my $e = $ws->event;
        return $e->{type} eq 'agent_calling' && $e->{data}{node_id} eq 'b';
    });

    is $site->del("$v1/workflows/$slow/permissions/$shared->{json}{id}")
        ->{status}, 204, 'shared no longer';
    go();
    my ($all, $code) = $ws->rest;
    is $code, 1008, 'they are told';
    is_deeply $all, [], 'and read nothing more';
};


subtest 'a reload says good-bye, and the next worker goes on' => sub {
    my $run = begin($slow);
    my $ws  = socket_of($run);
    my $last;
    until_true('the slow one is asked', sub {
        $last = $ws->event;
        return $last->{type} eq 'agent_calling' && $last->{data}{node_id} eq 'b';
    });

    $site->reload;
    my ($rest, $code) = $ws->rest;
    is $code, 1001, 'the worker goes';

    my $again = socket_of($run, query => "?after_seq=$last->{seq}");
    is $again->event->{type}, 'connected', 'another one has it';
    go();
    my ($all) = $again->rest;
    is $all->[-1]{type}, 'workflow_completed', 'to the end';
    is_deeply [ map { $_->{seq} } @$all ], [ map { $_->{seq} }
        grep { $_->{seq} > $last->{seq} } @{ events($run) } ], 'without a gap';
};


subtest 'the same as server-sent events' => sub {
    my $path   = "$v1/workflow_runs/$ended/stream";
    my %who    = (headers => { 'X-Name' => 'olga', 'X-Groups' => 'operator' });
    my @all    = LangOrch::Stream->open($site, $path, %who)->rest;
    my $events = events($ended);

    is_deeply [ map { $_->{json} } @all ], $events, 'all that the list has';
    is_deeply [ map { $_->{id} } @all ], [ map { $_->{seq} } @$events ],
        'by its numbers';
    is $all[0]{event}, 'workflow_event', 'so they are called';

    my @rest = LangOrch::Stream->open($site, $path, %who,
        last_event_id => $all[1]{id})->rest;
    is scalar(@rest), @all - 2, 'it goes on after a number';
    is(LangOrch::Stream->open($site, $path, %who,
        last_event_id => $all[-1]{id})->status, 204, 'who has all is told');
    is $site->get("$v1/workflow_runs/none/stream")->{status}, 404,
        'no such run';
};


$site->log_is_calm;
done_testing;
