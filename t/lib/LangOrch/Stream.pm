package LangOrch::Stream;

# A reader of server-sent events.
#
#   my $stream = LangOrch::Stream->open($site, $path, last_event_id => 7);
#   $stream->status; $stream->headers;
#   my $message = $stream->next;     # { event, id, data, json }; undef: ended
#   my @all     = $stream->rest;

use strict;
use warnings;

use Carp qw(croak);
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);

use LangOrch::Http;
use LangOrch::Wait;


sub open {
    my ($class, $site, $path, %o) = @_;

    my $socket = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $site->port, Timeout => 5)
        or croak "stream: $!";

    my %headers = (Host => '127.0.0.1', Accept => 'text/event-stream',
        %{ $o{headers} || {} });
    $headers{'Last-Event-ID'} = $o{last_event_id} if defined $o{last_event_id};

    print {$socket} "GET $path HTTP/1.1\r\n",
        map({ "$_: $headers{$_}\r\n" } sort keys %headers), "\r\n";
    $socket->flush;

    my $self = bless {
        socket => $socket, raw => '', text => '', comments => [],
    }, $class;

    $self->read_head;
    return $self;
}


sub read_head {
    my ($self) = @_;
    my $end = time + $LangOrch::Wait::patience;

    until ($self->{raw} =~ /\r\n\r\n/) {
        $self->more($end) or croak 'stream: no answer';
        croak 'stream: no answer' if $self->{ended};
    }

    (my $head, $self->{raw}) = split /\r\n\r\n/, $self->{raw}, 2;
    my ($line, @fields) = split /\r\n/, $head;

    ($self->{status}) = $line =~ m{^HTTP/1.1 (\d+)};
    $self->{headers}
        = { map { /^([^:]+):\s*(.*)$/ ? (lc $1 => $2) : () } @fields };

    $self->{chunked} = ($self->{headers}{'transfer-encoding'} // '')
        =~ /chunked/i;

    $self->unwrap;
    return;
}


sub status   { return $_[0]{status} }
sub headers  { return $_[0]{headers} }
sub comments { return @{ $_[0]{comments} } }
sub retry    { return $_[0]{retry} }


# The next message; undef when the stream has ended; dies when neither comes.

sub next {
    my ($self, $limit) = @_;
    my $end = time + ($limit || $LangOrch::Wait::patience);

    while (1) {
        while ($self->{text} =~ s/\A(.*?)\n\n//s) {
            my $message = $self->message($1);
            return $message if $message;
        }

        return if $self->{ended};
        $self->more($end) or croak 'stream: no message within the time';
        $self->unwrap;
    }
}


sub rest {
    my ($self, $limit) = @_;
    my @all;

    while (my $message = $self->next($limit)) {
        push @all, $message;
    }
    return @all;
}


sub message {
    my ($self, $block) = @_;
    my %m;

    for my $line (split /\n/, $block) {
        if ($line =~ /^:/) {
            push @{ $self->{comments} }, $line;
        } elsif ($line =~ /^retry: (\d+)$/) {
            $self->{retry} = $1;
        } elsif ($line =~ /^(event|id|data): ?(.*)$/) {
            $m{$1} = defined $m{$1} ? "$m{$1}\n$2" : $2;
        } else {
            croak "stream: odd line: $line";
        }
    }

    return unless %m;
    $m{json} = eval { LangOrch::Http::decode($m{data}) };

    return \%m;
}


# Reads some bytes; false when the time is up.

sub more {
    my ($self, $end) = @_;

    my $left = $end - time;
    return 0 if $left <= 0;
    return 0 unless IO::Select->new($self->{socket})->can_read($left);

    my $n = sysread $self->{socket}, $self->{raw}, 65536, length $self->{raw};
    $self->{ended} = 1 if !$n;

    return 1;
}


sub unwrap {
    my ($self) = @_;

    if (!$self->{chunked}) {
        $self->{text} .= $self->{raw};
        $self->{raw} = '';
        $self->{ended} = 1 if $self->{status} == 204;
        return;
    }

    while ($self->{raw} =~ /\A([0-9a-fA-F]+)\r\n/) {
        my ($size, $skip) = (hex $1, length($1) + 2);

        if ($size == 0) {
            $self->{ended} = $self->{clean} = 1;
            return;
        }

        last if length $self->{raw} < $skip + $size + 2;

        $self->{text} .= substr $self->{raw}, $skip, $size;
        substr $self->{raw}, 0, $skip + $size + 2, '';
    }
    return;
}


# Whether it ended as HTTP wants it, not by a reset.

sub ended_cleanly { return $_[0]{clean} }
sub close         { return CORE::close($_[0]{socket}) }


1;
