# The bytes of artifacts: whole, in parts, their beginning; heads that keep what
# they are from becoming part of the console (api 6).

use strict;
use warnings;

use Test::More;
use Time::HiRes ();

use LangOrch::Doc qw(approval);
use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $port2 = LangOrch::Site::free_port();
my $site  = LangOrch::Site->start(
    procedures => [approval('wait')],
    workers    => 1,
    server     => "listen 127.0.0.1:$port2 http2;\n",
);
my $run = $site->run('wait');
$run->wait_approval;
my $id  = $run->id;
my $dir = $site->home . "/data/artifacts/$id";


sub put {
    my ($name, $body, $type) = @_;
    my $r = $site->put("/api/artifacts/$id/$name", $body,
        headers => { 'Content-Type' => $type });
    die "put $name: $r->{status}" unless $r->{status} =~ /^20[01]$/;
    return;
}

sub bytes {
    my ($name, %headers) = @_;
    return $site->get("/api/artifacts/$id/$name", headers => \%headers);
}


my $text = join '', map { chr(ord('a') + $_ % 26) } 0 .. 99;
put('a.txt', $text, 'text/plain');
put('empty', '', 'text/plain');


subtest 'whole' => sub {
    my $r = bytes('a.txt');
    is $r->{status}, 200, 'there';
    is $r->{body}, $text, 'all of it';
    my $h = $r->{headers};
    is $h->{'content-type'}, 'text/plain', 'its type';
    is $h->{'content-length'}, 100, 'its length';
    is $h->{'cache-control'}, 'private, max-age=60', 'kept for a minute';
    is $h->{'x-content-type-options'}, 'nosniff', 'nobody guesses';
    is $h->{'accept-ranges'}, 'bytes', 'parts may be asked for';
    like $h->{etag}, qr/^"[^"]+"$/, 'a strong tag';
    ok !exists $h->{'content-disposition'}, 'shown, not saved';

    my $again = bytes('a.txt', 'If-None-Match' => $h->{etag});
    is $again->{status}, 304, 'nothing new';
    is $again->{body}, '', 'no bytes';
    is $again->{headers}{etag}, $h->{etag}, 'the tag';
    is bytes('a.txt', 'If-None-Match' => '"other"')->{status}, 200, 'of another';

    my $head = $site->request('HEAD', "/api/artifacts/$id/a.txt");
    is $head->{status}, 200, 'HEAD';
    is $head->{headers}{'content-length'}, 100, 'tells the length';

    put('b.txt', 'one', 'text/plain');
    my $one = bytes('b.txt')->{headers}{etag};
    put('b.txt', 'two', 'text/plain');
    isnt bytes('b.txt')->{headers}{etag}, $one, 'other bytes, another tag';
    is bytes('b.txt', 'If-None-Match' => $one)->{body}, 'two', 'which are sent';
};


subtest 'in parts' => sub {
    my $tag = bytes('a.txt')->{headers}{etag};

    for (
        [ 'bytes=0-0',           206, 'bytes 0-0/100',   1 ],
        [ 'bytes=0-99',          206, 'bytes 0-99/100',  100 ],
        [ 'bytes=10-19',         206, 'bytes 10-19/100', 10 ],
        [ 'bytes=90-',           206, 'bytes 90-99/100', 10 ],
        [ 'bytes=90-1000',       206, 'bytes 90-99/100', 10 ],
        [ 'bytes=-7',            206, 'bytes 93-99/100', 7 ],
        [ 'bytes=-1000',         206, 'bytes 0-99/100',  100 ],
        [ 'Bytes= 3 - 5 ',       206, 'bytes 3-5/100',   3 ],
        [ 'bytes=100-',          416, 'bytes */100' ],
        [ 'bytes=100-200',       416, 'bytes */100' ],
        [ 'bytes=-0',            416, 'bytes */100' ],
        [ 'bytes=200-300,400-',  416, 'bytes */100' ],
        [ 'bytes=5-4',           200 ],
        [ 'bytes=',              200 ],
        [ 'bytes=-',             200 ],
        [ 'bytes=a-b',           200 ],
        [ 'bytes=1-2;3',         200 ],
        [ 'bytes=0-0,',          200 ],
        [ 'bytes=0-99999999999999999999', 200 ],
        [ 'bytes=99999999999999999999-',  200 ],
        [ 'items=0-5',           200 ],
        [ '0-5',                 200 ],
    ) {
        my ($range, $status, $part, $n) = @$_;
        my $r = bytes('a.txt', Range => $range);
        is $r->{status}, $status, "$range: $status";
        is $r->{headers}{'content-range'}, $part, '... which' if $part;
        is length $r->{body}, $n // 100, '... bytes' if $status != 416;
        if ($status == 416) {
            is $r->{json}{code}, 'range_not_satisfiable', '... as a problem';
            is $r->{headers}{'cache-control'}, 'no-store', '... not kept';
        }
    }

    my $r = bytes('a.txt', Range => 'bytes=0-1,4-5,500-');
    is $r->{status}, 206, 'several';
    like $r->{headers}{'content-type'}, qr{^multipart/byteranges}, 'in one answer';
    like $r->{body}, qr/\bab\r.*\bef\r/s, 'those that there are';

    is bytes('a.txt', Range => 'bytes=1-2', 'If-Range' => $tag)->{body}, 'bc',
        'of this file';
    for my $other ('"other"', 'Wed, 21 Oct 2026 07:28:00 GMT') {
        is bytes('a.txt', Range => 'bytes=1-2', 'If-Range' => $other)->{status}, 200,
            'a part of another file is all of this';
        is bytes('a.txt', Range => 'bytes=900-', 'If-Range' => $other)->{status}, 200,
            'wherever it lay';
    }

    is bytes('empty', Range => 'bytes=0-')->{status}, 416, 'nothing has no part';
    is bytes('empty')->{status}, 200, 'but is there';
    is $site->request('HEAD', "/api/artifacts/$id/a.txt", undef,
        headers => { Range => 'bytes=900-' })->{status}, 416, 'HEAD, too';
};


subtest 'saved' => sub {
    put("d/%C3%A9t%C3%A9%20%22x%22.txt", 'x', 'text/plain');
    my $r = $site->get("/api/artifacts/$id/d/%C3%A9t%C3%A9%20%22x%22.txt?download=1");
    is $r->{headers}{'content-disposition'},
        q{attachment; filename*=UTF-8''%C3%A9t%C3%A9%20%22x%22.txt}, 'under its name';
    is $site->get("/api/artifacts/$id/a.txt?download=0")
        ->{headers}{'content-disposition'}, undef, 'when that is wanted';
    is $site->get("/api/artifacts/$id/a.txt?download=maybe")->{status}, 422,
        'and said so';
};


subtest 'what a browser could run' => sub {
    my $sandbox = q{sandbox; default-src 'none'};

    for (
        [ 'p.html', 'text/html',                 $sandbox ],
        [ 'p.htm',  'Text/HTML; charset=utf-8',  $sandbox ],
        [ 'p.svg',  'image/svg+xml',             $sandbox ],
        [ 'p.xml',  'text/xml',                  $sandbox ],
        [ 'p.xht',  'application/xhtml+xml',     $sandbox ],
        [ 'p.bin',  'application/octet-stream',  $sandbox ],
        [ 'p.odd',  'made/up',                   $sandbox ],
        [ 'p.plain', 'text/plainer',             $sandbox ],
        [ 'p.png',  'image/png',                 undef ],
        [ 'p.json', 'application/json',          undef ],
        [ 'p.pdf',  'application/pdf',           undef ],
        [ 'p.txt',  'text/plain; charset=utf-8', undef ],
        [ 'p.mp4',  'video/mp4',                 undef ],
    ) {
        my ($name, $type, $csp) = @$_;
        put($name, 'x', $type);
        my $r = bytes($name);
        is $r->{headers}{'content-security-policy'}, $csp,
            "$type " . ($csp ? 'is in a sandbox' : 'is harmless');
        is $r->{headers}{'content-type'}, $type, '... as it is';
    }

    for my $script ('text/javascript', 'application/javascript; charset=utf-8') {
        put('p.js', 'x', $script);
        is bytes('p.js')->{headers}{'content-type'}, 'text/plain; charset=utf-8',
            "$script is text";
    }
};


subtest 'a look at its beginning' => sub {
    my $look = sub {
        my ($name, $n) = @_;
        return $site->get("/api/artifacts/$id/$name?preview=$n");
    };

    my $r = $look->('a.txt', 10);
    is $r->{status}, 200, 'a text';
    is $r->{body}, substr($text, 0, 10), 'as much as was wanted';
    is $r->{headers}{'content-type'}, 'text/plain; charset=utf-8', 'as plain text';
    is $r->{headers}{'x-truncated'}, 'true', 'there is more';

    for my $n (100, 65536) {
        $r = $look->('a.txt', $n);
        is $r->{body}, $text, "$n: all of it";
        is $r->{headers}{'x-truncated'}, 'false', 'no more';
    }

    put('u.txt', "a\xc3\xa9\xf0\x9f\x98\x80z", 'text/html');
    for ([ 1, 'a' ], [ 2, 'a' ], [ 3, "a\xc3\xa9" ], [ 6, "a\xc3\xa9" ],
        [ 7, "a\xc3\xa9\xf0\x9f\x98\x80" ]) {
        is $look->('u.txt', $_->[0])->{body}, $_->[1], "$_->[0] bytes end with a character";
    }

    put('bin', "ab\0cd", 'text/plain');
    put('latin', "caf\xe9", 'text/plain');
    put('cut', "caf\xc3", 'text/plain');
    is $look->($_, 50)->{status}, 415, "$_ is no text" for qw(bin latin cut);
    is $look->('bin', 2)->{status}, 200, 'as far as it is one';
    is $look->('empty', 5)->{body}, '', 'of nothing';
    is $look->('a.txt', $_)->{status}, 422, "preview=$_" for qw(0 65537 -1 x);
    is $look->('none', 5)->{status}, 404, 'of what is not there';
};


subtest 'files of the folder without a row' => sub {
    system('cp', "$dir/a.txt", "$dir/shared.csv") == 0 or die 'cp';
    chmod 0644, "$dir/shared.csv";
    is bytes('shared.csv')->{body}, $text, 'are there for who shares it';
    is bytes('shared.csv')->{headers}{'content-type'}, 'text/csv', 'by their names';

    mkdir "$dir/folder" or die;
    system('mkfifo', "$dir/pipe") == 0 or die 'mkfifo';
    symlink '/etc/passwd', "$dir/link" or die;
    symlink '/etc', "$dir/links" or die;
    is bytes($_)->{status}, 404, "$_ is no file"
        for qw(folder pipe link links/passwd a.txt/x none);
};


subtest 'large ones, while others ask' => sub {
    my $size = 20 * 1024 * 1024;
    my $big  = 'x' x $size;
    my $done;

    my @answers = $site->together(2, sub {
        my ($i) = @_;
        if ($i == 0) {
            my $r = $site->put("/api/artifacts/$id/big", $big,
                headers => { 'Content-Type' => 'text/plain' }, timeout => 120);
            return { put => $r->{status}, size => $r->{json}{size_bytes} };
        }
        my ($worst, $n) = (0, 0);
        my $end = Time::HiRes::time() + 60;
        while (Time::HiRes::time() < $end) {
            my $t0 = Time::HiRes::time();
            my $ok = $site->get('/api/health')->{status} == 200;
            my $ms = (Time::HiRes::time() - $t0) * 1000;
            $worst = $ms if $ms > $worst;
            $n++;
            last if !$ok || (-e "$dir/big" && $n > 10);
        }
        return { asked => $n, worst => $worst };
    });

    my %all = map { %$_ } @answers;
    is $all{put}, 201, '20 MiB are taken';
    is $all{size}, $size, 'all of them';
    cmp_ok $all{asked}, '>', 10, 'others were answered meanwhile';
    cmp_ok $all{worst}, '<', 1000, 'promptly' or diag "$all{worst} ms";

    my $r = bytes('big');
    is length $r->{body}, $size, 'and they come back';
    is bytes('big', Range => 'bytes=20971519-')->{body}, 'x', 'to the last';

    SKIP: {
        skip 'no curl', 2 if system('curl --version >/dev/null 2>&1') != 0;
        my $file = $site->home . '/run/got';
        is qx(curl -s --http2-prior-knowledge -o $file -w '%{http_code} %{http_version}' \\
            http://127.0.0.1:$port2/api/artifacts/$id/big), '200 2', 'by HTTP/2, too';
        is -s $file, $size, 'all of it';
        is qx(curl -s --http2-prior-knowledge -T $file -w '%{http_code}' -o /dev/null \\
            http://127.0.0.1:$port2/api/artifacts/$id/big2), '201', 'and there';
        is -s "$dir/big2", $size, 'all of it';
    }
};


subtest 'too large' => sub {
    my $r = LangOrch::Http::raw($site->port, "PUT /api/artifacts/$id/huge HTTP/1.1\r\n"
        . "Host: x\r\nContent-Length: 67108865\r\nExpect: 100-continue\r\n\r\n", shutdown => 1);
    like $r, qr{^HTTP/1\.1 413 .*too_large}s, 'is refused by its length';
    unlike $r, qr/100 Continue/, 'before it is sent';

    $r = LangOrch::Http::raw($site->port, "PUT /api/artifacts/none/x HTTP/1.1\r\nHost: x\r\n"
        . "Content-Length: 10\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n", shutdown => 1);
    like $r, qr{HTTP/1\.1 404 }, 'as is what has no run';
    ok !-e "$dir/huge", 'nothing is left of it';
};


subtest 'who leaves in the middle' => sub {
    LangOrch::Http::raw($site->port, "PUT /api/artifacts/$id/half HTTP/1.1\r\n"
        . "Host: x\r\nContent-Length: 1000\r\n\r\nabc", shutdown => 1);
    is bytes('half')->{status}, 404, 'leaves nothing';
    my $tmp = $site->home . '/tmp/body';
    until_true('no body is kept', sub { !grep { -f } glob "$tmp/* $tmp/*/* $tmp/*/*/*" });
    ok !(() = glob $site->home . '/data/artifacts/.incoming/*'), 'no upload either';
};


$site->log_is_calm;
done_testing;
