# A body may come in any pieces and by any protocol; it stays in memory up to the
# limit of its route, and nothing of it goes through a file.

use strict;
use warnings;

use File::Temp;
use IO::Socket::INET;
use Test::More;

use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $port2 = LangOrch::Site::free_port();
my $site  = LangOrch::Site->start(
    workers => 1,
    server  => "listen 127.0.0.1:$port2 http2;\n",
);


# A document of about that many bytes.

sub document {
    my ($id, $size) = @_;
    my $doc = LangOrch::Site::document('log-only');
    $doc->{procedure_id} = $id;
    $doc->{description}  = 'x' x ($size > 900_000 ? 900_000 : $size);
    $doc->{provenance}   = { map { ("part$_" => 'y' x 100_000) }
        1 .. ($size - length $doc->{description}) / 100_000 };
    return LangOrch::Http::encode({ ckp_json => $doc });
}


# The status of a POST that is written in those pieces.

sub post_pieces {
    my ($head, @pieces) = @_;

    my $socket = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $site->port) or die "connect: $!";
    local $SIG{PIPE} = 'IGNORE';

    print {$socket} "POST /api/procedures HTTP/1.1\r\nHost: x\r\n"
        . "Content-Type: application/json\r\nConnection: close\r\n$head\r\n\r\n";

    for my $piece (@pieces) {
        print {$socket} $piece or last;
        $socket->flush;
        select undef, undef, undef, 0.002;      # pieces, not one segment
    }

    my $line = <$socket> // '';
    return $line =~ m{^HTTP/1\.1 (\d+)} ? $1 : "nothing: $line";
}

sub cut {
    my ($text, $n) = @_;
    return unpack "(a$n)*", $text;
}

sub chunked {
    return (map { sprintf "%x\r\n%s\r\n", length, $_ } @_), "0\r\n\r\n";
}


subtest 'of a known length' => sub {
    for my $size (10, 60_000, 70_000, 3_000_000) {
        my $doc  = document("known$size", $size);
        my $head = 'Content-Length: ' . length $doc;
        is post_pieces($head, cut($doc, 50_000)), 201, "$size bytes in pieces";
        is $site->get("/api/procedures/known$size/1.0.0")->{json}{ckp_json}
            {description}, 'x' x ($size > 900_000 ? 900_000 : $size),
            'all of it is there';
    }
};


subtest 'in chunks' => sub {
    for my $size (10, 70_000, 3_000_000) {
        my $doc = document("chunks$size", $size);
        is post_pieces('Transfer-Encoding: chunked',
            chunked(cut($doc, 70_001))), 201, "$size bytes";
    }
    is post_pieces('Transfer-Encoding: chunked',
        cut(join('', chunked(cut(document('small', 9), 7))), 100)), 201,
        'of seven bytes, and pieces that do not end with them';
};


subtest 'beyond the limit of the route' => sub {
    my $much = 'z' x 5_000_000;
    is post_pieces('Content-Length: 5000000', cut($much, 500_000)), 413,
        'as the head says';
    is post_pieces('Transfer-Encoding: chunked',
        chunked(cut($much, 500_000))), 413, 'as it turns out';
    is $site->get('/api/health')->{status}, 200, 'the worker lives';
};


subtest 'cut off' => sub {
    my $doc = document('cut', 200_000);
    for my $reset (0, 1) {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $site->port) or die;
        print {$socket} "POST /api/procedures HTTP/1.1\r\nHost: x\r\n"
            . 'Content-Length: ' . length($doc) . "\r\n\r\n"
            . substr $doc, 0, 100_000;
        $socket->flush;
        setsockopt $socket, Socket::SOL_SOCKET(), Socket::SO_LINGER(),
            pack 'ii', 1, 0 if $reset;
        close $socket;
    }
    is $site->get('/api/procedures/cut/1.0.0')->{status}, 404,
        'is not imported';
};


subtest 'all of them together' => sub {
    my $small = LangOrch::Site->start(workers => 1,
        http => "langorch_body_memory 4m;\n");
    my $doc = document('much', 3_000_000);

    # five that announce three megabytes and send almost one

    my @half = map {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $small->port) or die;
        print {$socket} "POST /api/procedures HTTP/1.1\r\nHost: x\r\n"
            . 'Content-Length: ' . length($doc) . "\r\n\r\n"
            . substr $doc, 0, 900_000;
        $socket->flush;
        $socket;
    } 1 .. 5;

    my $r = until_true('one is too many', sub {
        my $r = $small->post('/api/procedures', $doc);
        return $r->{status} == 503 && $r;
    });
    is $r->{json}{code}, 'unavailable', 'it hears so';
    is $r->{headers}{'retry-after'}, 2, 'and when to come again';
    is $small->get('/api/health')->{status}, 200, 'others do not';

    close $_ for @half;
    until_true('there is room again', sub {
        return $small->post('/api/procedures', $doc)->{status} =~ /^20[01]$/;
    });
    pass 'and when they are gone';
    $small->log_is_calm;
    $small->stop;
};


subtest 'over HTTP/2, and when asked first' => sub {
    my $file = File::Temp->new;
    for my $how ([ 'h2', $port2, '--http2-prior-knowledge' ],
        [ 'expect', $site->port, '--http1.1', '-H', 'Expect: 100-continue' ])
    {
        my ($name, $port, @options) = @$how;

        for my $size (10, 2_000_000) {
            LangOrch::Site::spew($file->filename, document("$name$size", $size));

            open my $curl, '-|', 'curl', '-s', '-o', '/dev/null', '-w',
                '%{http_code}', '--noproxy', '*', @options, '-H',
                'Content-Type: application/json', '--data-binary',
                '@' . $file->filename,
                "http://127.0.0.1:$port/api/procedures" or die;
            is scalar(<$curl>), 201, "$size bytes ($name)";
            close $curl;
        }
    }
};


unlike $site->log, qr/buffered to a temporary file/, 'no file was written';
$site->log_is_calm;
done_testing;
