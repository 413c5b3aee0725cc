package LangOrch::Http;

# One HTTP exchange with the site under test, on a connection of its own: so
# that any worker may get it.
#
# request() answers { status, headers, body, json }; header names are in lower
# case, json is undef when the body is none.  A body that is a reference is sent
# as JSON, any other as it stands.  No answer at all is status 0, with the
# reason in `why`.

use strict;
use warnings;

use HTTP::Tiny;
use IO::Socket::INET;
use JSON::PP;

my $json = JSON::PP->new->utf8->canonical->allow_nonref;


sub request {
    my ($port, $method, $path, $body, %o) = @_;

    my %headers = %{ $o{headers} || {} };
    my %arg     = (headers => \%headers);

    if (defined $body) {
        $arg{content} = ref $body ? $json->encode($body) : $body;
        $headers{'Content-Type'} //= 'application/json';
    }

    my $http = HTTP::Tiny->new(
        timeout      => $o{timeout} || 30,
        max_redirect => 0,
        keep_alive   => 0,
        no_proxy     => ['127.0.0.1'],
    );

    return answer($http->request($method, "http://127.0.0.1:$port$path",
        \%arg));
}


sub answer {
    my ($r) = @_;

    if ($r->{status} == 599) {
        return { status => 0, headers => {}, body => '', why => $r->{content} };
    }

    my $type = $r->{headers}{'content-type'} // '';
    my $data;

    if ($type =~ m{^application/(?:[a-z.]+\+)?json\b}) {
        $data = eval { $json->decode($r->{content}) };
    }

    return {
        status  => $r->{status},
        headers => $r->{headers},
        body    => $r->{content} // '',
        json    => $data,
    };
}


# Sends bytes as they stand, and reads until the server closes, `timeout` seconds
# have gone, or what came matches `until`: for what no client library would send.

sub raw {
    my ($port, $bytes, %o) = @_;

    my $socket = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 5)
        or return '';

    local $SIG{PIPE} = 'IGNORE';
    my $reply = '';

    eval {
        local $SIG{ALRM} = sub { die "time\n" };
        alarm($o{timeout} || 5);

        print {$socket} $bytes;
        $socket->flush;
        shutdown($socket, 1) if $o{shutdown};

        while (sysread($socket, my $part, 65536)) {
            $reply .= $part;
            last if $o{until} && $reply =~ $o{until};
        }

        alarm 0;
    };
    alarm 0;

    return $reply;
}


sub decode { return $json->decode($_[0]) }
sub encode { return $json->encode($_[0]) }


1;
