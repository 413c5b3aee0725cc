package LangOrch::WebSocket;

# A client of WebSockets, frame by frame (RFC 6455).
#
#   my $ws = LangOrch::WebSocket->open($site, $path, headers => {...});
#   $ws->status; $ws->headers;       # of the handshake
#   my $frame = $ws->next;           # { opcode, text, json, code }; undef: ended
#   $ws->say('ping'); $ws->frame(9, 'x'); $ws->raw($bytes);
#
# Options: headers (undef takes one away), first (bytes sent with the head).

use strict;
use warnings;

use Carp qw(croak);
use Digest::SHA qw(sha1_base64);
use IO::Select;
use IO::Socket::INET;
use MIME::Base64 qw(encode_base64);
use Time::HiRes qw(time);

use LangOrch::Http;
use LangOrch::Wait;

use constant { TEXT => 1, CLOSE => 8, PING => 9, PONG => 10 };


sub open {
    my ($class, $site, $path, %o) = @_;

    my $socket = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $site->port, Timeout => 5)
        or croak "websocket: $!";

    my $key     = encode_base64(join('', map { chr int rand 256 } 1 .. 16), '');
    my %headers = (
        Host => '127.0.0.1', Upgrade => 'websocket',
        Connection => 'keep-alive, Upgrade', 'Sec-WebSocket-Version' => 13,
        'Sec-WebSocket-Key' => $key, %{ $o{headers} || {} });

    my $self = bless { socket => $socket, raw => '', key => $key }, $class;

    $self->raw(join '', "GET $path HTTP/1.1\r\n",
        map({ "$_: $headers{$_}\r\n" }
            grep { defined $headers{$_} } sort keys %headers),
        "\r\n", $o{first} // '');

    $self->read_head;
    return $self;
}


sub read_head {
    my ($self) = @_;
    my $end = time + $LangOrch::Wait::patience;

    until ($self->{raw} =~ /\r\n\r\n/) {
        $self->more($end) or croak 'websocket: no answer';
        croak 'websocket: no answer' if $self->{ended};
    }

    (my $head, $self->{raw}) = split /\r\n\r\n/, $self->{raw}, 2;
    my ($line, @fields) = split /\r\n/, $head;

    ($self->{status}) = $line =~ m{^HTTP/1.1 (\d+)};
    $self->{headers}
        = { map { /^([^:]+):\s*(.*)$/ ? (lc $1 => $2) : () } @fields };
    return;
}


sub status  { return $_[0]{status} }
sub headers { return $_[0]{headers} }

# Whether the server has read our key.

sub accepted {
    my ($self) = @_;
    my $want = sha1_base64(
        $self->{key} . '258EAFA5-E914-47DA-95CA-C5AB0DC85B11') . '=';

    return ($self->{headers}{'sec-websocket-accept'} // '') eq $want;
}


# A masked frame; the last of its message unless told otherwise.

sub frame {
    my ($self, $opcode, $text, %o) = @_;
    return $self->raw(frame_of($opcode, $text, %o));
}


sub frame_of {
    my ($opcode, $text, %o) = @_;

    my $n    = length $text;
    my $mask = pack 'N', int rand 2**32;
    my $head = pack 'C', ($o{more} ? 0 : 0x80) | $opcode;

    $head .= $n < 126 ? pack('C', 0x80 | $n)
        : $n < 65536  ? pack('Cn', 0x80 | 126, $n)
        :               pack('CQ>', 0x80 | 127, $n);

    return $head . $mask . ($text ^ substr($mask x ($n / 4 + 1), 0, $n));
}


sub say { my ($self, $text) = @_; return $self->frame(TEXT, $text) }


sub raw {
    my ($self, $bytes) = @_;
    local $SIG{PIPE} = 'IGNORE';

    while (length $bytes) {
        my $n = syswrite $self->{socket}, $bytes;
        return 0 unless defined $n;
        substr $bytes, 0, $n, '';
    }
    return 1;
}


# The next frame; undef when the connection has ended; dies when neither comes.

sub next {
    my ($self, $limit) = @_;
    my $end = time + ($limit || $LangOrch::Wait::patience);

    while (1) {
        my $frame = $self->take;
        return $frame if $frame;
        return if $self->{ended};
        $self->more($end) or croak 'websocket: no frame within the time';
    }
}


# The next message that has events, past what keeps the connection alive.

sub event {
    my ($self) = @_;

    while (my $frame = $self->next) {
        return $frame->{json} if $frame->{opcode} == TEXT;
        return if $frame->{opcode} == CLOSE;
    }
    return;
}


# All events up to the end, and the code of that.

sub rest {
    my ($self) = @_;
    my @all;

    while (my $frame = $self->next) {
        push @all, $frame->{json} if $frame->{opcode} == TEXT;
        return \@all, $frame->{code} if $frame->{opcode} == CLOSE;
    }
    return \@all, undef;
}


sub take {
    my ($self) = @_;
    return if length $self->{raw} < 2;

    my ($first, $n) = unpack 'CC', $self->{raw};
    croak 'websocket: a server does not mask' if $n & 0x80;
    my $at = 2;

    if ($n == 126) {
        return if length $self->{raw} < 4;
        ($n, $at) = (unpack('x2 n', $self->{raw}), 4);
    } elsif ($n == 127) {
        return if length $self->{raw} < 10;
        ($n, $at) = (unpack('x2 Q>', $self->{raw}), 10);
    }

    return if length $self->{raw} < $at + $n;
    my $text = substr $self->{raw}, $at, $n;
    substr $self->{raw}, 0, $at + $n, '';

    my %frame = (opcode => $first & 15, text => $text);
    $frame{code} = unpack 'n', $text if $frame{opcode} == CLOSE && $n >= 2;
    $frame{json} = eval { LangOrch::Http::decode($text) }
        if $frame{opcode} == TEXT;

    return \%frame;
}


sub more {
    my ($self, $end) = @_;

    my $left = $end - time;
    return 0 if $left <= 0;
    return 0 unless IO::Select->new($self->{socket})->can_read($left);

    my $n = sysread $self->{socket}, $self->{raw}, 65536, length $self->{raw};
    $self->{ended} = 1 if !$n;

    return 1;
}


sub close { my ($self) = @_; return CORE::close $self->{socket} }


1;
