package LangOrch::Agent;

# An agent on loopback, in a process of its own, that does what its script says
# and writes down each call before it answers: so that a test can count what was
# really sent, whatever was killed in between.
#
#   my $agent = LangOrch::Agent->start(script => {
#       charge => [ { hang => 1 }, { result => { paid => JSON::PP::true } } ],
#       '*'    => sub { my ($call, $n) = @_; return { result => $n } },
#   });
#
# A script gives an action its behaviours: the n-th call gets the n-th, later
# calls the last one.  Or a sub, which is called in the agent's process.
#
# A behaviour is one of
#   result => any                   a success with that result
#   error => text, retryable => 0|1, ...   a well-formed error
#   body => bytes, status => n, headers => { }   an answer as it stands
#   reset => 1      closes with RST instead of an answer
#   close => 1      closes without an answer
#   hang => 1       never answers
#   cut => n        the success, ended after n bytes of its body
#   length => n     the success with a wrong Content-Length
#   huge => n       a success whose result has n bytes
#   drip => n       n bytes of the success each 50 ms
# and also
#   delay => s      waits before it answers
#   halt => [ text, name ]   stops in front of that text until release(name)
#   until => name   waits until the test calls release(name)
#   hangup => 1     closes the connection after the answer
#
# Options besides: port, address (of loopback), dir.
#
# With `web => sub { my ($call) = @_; ... }` it is any web server, too: what the
# sub gives is the behaviour, undef leaves the call to the script.
#
# Its other answers: GET /health 200, GET /capabilities what `capabilities`
# lists; `health => sub` and `fail_health => 1` change the former.

use strict;
use warnings;

use Carp qw(croak);
use File::Temp qw(tempdir);
use IO::Select;
use IO::Socket::INET;
use POSIX qw(_exit);
use Socket qw(SOL_SOCKET SO_LINGER);
use Time::HiRes qw(time);

use LangOrch::Http;
use LangOrch::Wait qw(until_true);

my %alive;


# --- in the test's process -------------------------------------------------------

sub start {
    my ($class, %o) = @_;

    my $self = bless {
        script       => { '*' => [ { result => { ok => JSON::PP::true } } ] },
        capabilities => ['*'],
        %o,
        owner => $$,
        dir   => $o{dir} || tempdir('langorch-a-XXXXXX', TMPDIR => 1,
            CLEANUP => 1),
    }, $class;

    $self->listen;
    $self->run;
    $alive{$self} = $self;

    return $self;
}


sub listen {
    my ($self) = @_;

    $self->{listener} = IO::Socket::INET->new(
        Listen    => 1024,
        LocalAddr => $self->{address} || '127.0.0.1',
        LocalPort => $self->{port} || 0,
        ReuseAddr => 1,
    ) or croak "agent: cannot listen: $!";

    $self->{port} = $self->{listener}->sockport;
    return;
}


sub run {
    my ($self) = @_;

    $self->{pid} = fork // croak "fork: $!";

    if ($self->{pid} == 0) {
        eval { $self->serve; 1 } or print STDERR "agent: $@";
        _exit(0);
    }

    close delete $self->{listener};
    return;
}


sub url  { return "http://127.0.0.1:$_[0]{port}" . ($_[1] // '') }
sub port { return $_[0]{port} }


# A crash of the agent; restart() brings it back at the same address.

sub kill9 {
    my ($self) = @_;
    my $pid = delete $self->{pid} or return;
    kill 'KILL', $pid;
    waitpid $pid, 0;
    return;
}


sub restart {
    my ($self) = @_;
    $self->kill9;
    $self->listen;
    $self->run;
    return;
}


sub release {
    my ($self, $name) = @_;
    open my $out, '>', "$self->{dir}/release-$name" or croak $!;
    close $out;
    return;
}


# The calls so far, oldest first: { n, at, conn, method, path, headers, body,
# json, action }; those of one action, when it is given.

sub calls {
    my ($self, $action) = @_;

    open my $in, '<:raw', "$self->{dir}/calls" or return;
    my @calls = map { LangOrch::Http::decode($_) } grep { /\n\z/ } <$in>;
    close $in;

    return grep { !defined $action || $_->{action} eq $action } @calls;
}


sub wait_calls {
    my ($self, $n, $action) = @_;

    return until_true("$n calls of " . ($action // 'any action'), sub {
        my @calls = $self->calls($action);
        return @calls >= $n ? \@calls : undef;
    });
}


# How often each Idempotency-Key came.

sub key_counts {
    my ($self, $action) = @_;
    my %count;
    $count{ $_->{headers}{'idempotency-key'} // '' }++ for $self->calls($action);
    return \%count;
}


END {
    my $status = $?;
    for my $self (grep { $_->{owner} == $$ } values %alive) {
        $self->kill9;
    }
    $? = $status;
}


# --- in the agent's process -------------------------------------------------------

sub serve {
    my ($self) = @_;

    $SIG{PIPE} = 'IGNORE';
    $SIG{$_} = 'DEFAULT' for qw(INT TERM);

    $self->{conns}  = {};
    $self->{serial} = 0;
    $self->{seen}   = {};
    $self->{seen}{ $_->{action} }++ for $self->calls;

    open $self->{journal}, '>>:raw', "$self->{dir}/calls" or croak $!;
    $self->{journal}->autoflush(1);
    $self->{listener}->blocking(0);

    my $parent = getppid;

    while (getppid == $parent) {
        my $now  = time;
        my @busy = grep { $_->{answer} } values %{ $self->{conns} };

        my ($read, $write) = map { IO::Select->new(@$_) } (
            [ $self->{listener},
                map { $_->{socket} } values %{ $self->{conns} } ],
            [ map { $_->{socket} } grep { $_->{at} <= $now } @busy ],
        );

        # something that waits is looked at again soon

        my ($can_read, $can_write) = IO::Select->select(
            $read, $write, undef, @busy ? 0.005 : 0.5);

        for my $socket (@{ $can_read || [] }) {
            if ($socket == $self->{listener}) {
                $self->accept;
            } else {
                $self->read($self->{conns}{$socket});
            }
        }

        $self->push_out($_) for grep { $_ }
            map { $self->{conns}{$_} } @{ $can_write || [] };
    }

    return;
}


sub accept {
    my ($self) = @_;

    while (my $socket = $self->{listener}->accept) {
        $socket->blocking(0);
        $self->{conns}{$socket} = {
            socket => $socket, in => '', id => ++$self->{serial},
        };
    }
    return;
}


sub read {
    my ($self, $c) = @_;
    return unless $c;

    my $n = sysread $c->{socket}, $c->{in}, 262144, length $c->{in};

    if (!defined $n) {
        return if $!{EAGAIN} || $!{EINTR};
        return $self->end($c);
    }
    return $self->end($c) if $n == 0;

    $self->next_request($c);
    return;
}


sub next_request {
    my ($self, $c) = @_;

    return if $c->{answer};
    my $head = index $c->{in}, "\r\n\r\n";
    return if $head < 0;

    my ($line, @fields) = split /\r\n/, substr $c->{in}, 0, $head;
    my ($method, $path) = split / /, $line;
    my %headers = map { /^([^:]+):\s*(.*)$/ ? (lc $1 => $2) : () } @fields;

    my $size = $headers{'content-length'} || 0;
    return if length($c->{in}) < $head + 4 + $size;

    my $body = substr $c->{in}, $head + 4, $size;
    $c->{in} = substr $c->{in}, $head + 4 + $size;

    my $json = eval { LangOrch::Http::decode($body) };
    $json = undef unless ref $json eq 'HASH';
    my $action = $self->name_of($method, $path, $json);

    my $call = {
        at     => time,         conn    => $c->{id},
        method => $method,      path    => $path,
        body   => $body,        headers => \%headers,
        json   => $json,        action  => $action,
        n      => ++$self->{seen}{$action},
    };

    print { $self->{journal} } LangOrch::Http::encode($call), "\n";

    $self->answer($c, $call);
    return;
}


# What a call is counted and scripted by.

sub name_of {
    my ($self, $method, $path, $json) = @_;
    return $method eq 'POST' ? ($json // {})->{action} // '' : "$method $path";
}


# --- what a behaviour becomes --------------------------------------------------------

sub behaviour {
    my ($self, $call) = @_;

    my $own = $self->{web} && $self->{web}->($call);
    return $own if $own;

    if ($call->{method} eq 'GET') {
        return { body => '{"status":"ok"}',
            status => $self->{fail_health} ? 503 : 200 }
            if $call->{path} =~ m{/health$};

        return { body => LangOrch::Http::encode(
            { capabilities => $self->{capabilities} }) }
            if $call->{path} =~ m{/capabilities$};

        return { status => 404, body => '{}' };
    }

    my $script = $self->{script}{ $call->{action} } // $self->{script}{'*'};
    return { status => 404, body => '{}' } unless defined $script;

    return $script->($call, $call->{n}) if ref $script eq 'CODE';
    return $script if ref $script eq 'HASH';

    return $script->[ $call->{n} - 1 ] // $script->[-1];
}


sub answer {
    my ($self, $c, $call) = @_;
    my $b = $self->behaviour($call);

    return if $b->{hang};
    return $self->end($c) if $b->{close};

    if ($b->{reset}) {
        setsockopt $c->{socket}, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0);
        return $self->end($c);
    }

    my ($head, $body) = message($b);

    $c->{answer} = $b;
    $c->{at}     = time + ($b->{delay} || 0);
    $c->{out}    = $head . (defined $b->{cut} ? substr($body, 0, $b->{cut}) : $body);
    return;
}


sub message {
    my ($b) = @_;

    my $body = $b->{body};
    my $what = $b->{huge} ? { data => 'x' x $b->{huge} } : $b->{result};

    if (!defined $body) {
        my %more = map { $_ => $b->{$_} } grep { exists $b->{$_} }
            qw(error error_type error_code http_status retryable cost usage
               artifacts);

        $body = LangOrch::Http::encode(exists $b->{error}
            ? { status => 'error', %more }
            : { status => 'success', result => $what, %more });
    }

    my %headers = (
        'Content-Type'   => 'application/json',
        'Content-Length' => $b->{length} // length $body,
        'Connection'     => $b->{hangup} ? 'close' : 'keep-alive',
        %{ $b->{headers} || {} },
    );

    my $status = $b->{status} || 200;

    return (join("\r\n", "HTTP/1.1 $status Whatever",
        map({ "$_: $headers{$_}" } grep { defined $headers{$_} }
            sort keys %headers), '', ''), $body);
}


sub push_out {
    my ($self, $c) = @_;
    my $b = $c->{answer} or return;

    return if $c->{at} > time;

    if (defined $b->{until} && !-e "$self->{dir}/release-$b->{until}") {
        $c->{at} = time + 0.01;
        return;
    }

    my $size = length $c->{out};
    $size = $b->{drip} if $b->{drip} && $b->{drip} < $size;

    if ($b->{halt}) {
        my ($mark, $name) = @{ $b->{halt} };
        my $at = -e "$self->{dir}/release-$name" ? -1
            : index $c->{out}, $mark;

        if ($at == 0) {
            $c->{at} = time + 0.01;
            return;
        }
        $size = $at if $at > 0 && $at < $size;
    }

    my $n = syswrite $c->{socket}, $c->{out}, $size;

    if (!defined $n) {
        return if $!{EAGAIN} || $!{EINTR};
        return $self->end($c);
    }

    substr $c->{out}, 0, $n, '';
    $c->{at} = time + 0.05 if $b->{drip};
    return if length $c->{out};

    delete @$c{qw(answer out at)};

    # an answer that is not whole can only end with its connection

    return $self->end($c) if $b->{hangup} || defined $b->{cut};

    $self->next_request($c);
    return;
}


sub end {
    my ($self, $c) = @_;
    delete $self->{conns}{ $c->{socket} };
    close $c->{socket};
    return;
}


1;
