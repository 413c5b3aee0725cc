# No spelling of a path leaves the folder of artifacts (api 6, reliability 6).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(approval);
use LangOrch::Http;
use LangOrch::Site;

my $site = LangOrch::Site->start(procedures => [approval('wait')]);
my $run  = $site->run('wait');
$run->wait_approval;
my $id   = $run->id;
my $data = $site->home . '/data';

is $site->put("/api/artifacts/$id/in", 'in')->{status}, 201, 'one is inside';

# what one of these would find
LangOrch::Site::spew("$data/secret", 'secret');
LangOrch::Site::spew("$data/artifacts/secret", 'secret');
chmod 0644, "$data/secret", "$data/artifacts/secret";
symlink "$data/secret", "$data/artifacts/$id/link";
symlink $data, "$data/artifacts/$id/dir";
symlink "$data/artifacts/$id", "$data/artifacts/00000000-0000-7000-8000-00000000000a";

my @outside = (
    "$id/../secret",
    "$id/../../secret",
    "$id/%2e%2e/secret",
    "$id/%2E%2E/secret",
    "$id/.%2e/secret",
    "$id/..%2fsecret",
    "$id/..%2Fsecret",
    "$id/%2e%2e%2fsecret",
    "$id/..%5csecret",
    "$id/..\\secret",
    "$id/..%c0%afsecret",
    "$id/%c0%ae%c0%ae/secret",
    "$id/%uff0e%uff0e/secret",
    "$id/....//secret",
    "$id/./secret",
    "$id/./in",
    "$id/%2e/in",
    "$id//in",
    "$id/in/",
    "$id/in/.",
    "$id/in%00.txt",
    "$id/in%0a",
    "$id/%7f",
    "$id/%",
    "$id/%2",
    "$id/%zz",
    "$id/link",
    "$id/dir/secret",
    "$id/%2fetc%2fpasswd",
    "$id//etc/passwd",
    "$id/" . 'a' x 300,
    "$id/" . join('/', ('a') x 20),
    "$id/" . join('/', ('a' x 200) x 6),
    "$id/",
    $id,
    '../secret',
    '..%2fsecret',
    '%2e%2e/secret',
    './in',
    '.incoming/x',
    '.trash/x',
    'secret',
    "secret/in",
    "$id%2fin",
    "$id%00/in",
    '%2e/in',
    '00000000-0000-7000-8000-00000000000a/in',
    "artifacts/$id/in",
    "/$id/in",
);

# the server itself puts some of them together before it looks who is asked, so
# bytes go out as they stand

sub raw {
    my ($method, $path, $body) = @_;
    my $r = LangOrch::Http::raw($site->port, "$method /api/artifacts/$path HTTP/1.1\r\n"
        . "Host: x\r\nConnection: close\r\nContent-Length: " . length($body // '')
        . "\r\n\r\n" . ($body // ''));
    return $r =~ m{^HTTP/1\.1 (\d+).*?\r\n\r\n(.*)}s ? ($1, $2) : (0, $r);
}

for my $path (@outside) {
    my $shown = length $path > 60 ? substr($path, 0, 57) . '...' : $path;
    $shown =~ s/\Q$id\E/RUN/g;

    my ($status, $body) = raw('GET', $path);
    like $status, qr/^40[04]$/, "GET $shown: $status";
    unlike $body, qr/secret"?$|root:|\Q$data\E/, '... tells nothing';

    ($status, $body) = raw('PUT', $path, 'planted');
    like $status, qr/^40[0459]$/, "PUT $shown: $status" unless $path =~ m{/link$};
}

is LangOrch::Site::slurp("$data/secret"), 'secret', 'what is outside is as it was';
is LangOrch::Site::slurp("$data/artifacts/secret"), 'secret', 'also in the folder';
is LangOrch::Site::slurp("$data/artifacts/$id/in"), 'in', 'and inside';

# a name that is a link becomes the file, and the link's target stays
is $site->put("/api/artifacts/$id/link", 'mine')->{status}, 200, 'a link is replaced';
ok !-l "$data/artifacts/$id/link", 'by a file';
is LangOrch::Site::slurp("$data/secret"), 'secret', 'its target is as it was';

# names that look odd and are names

for my $name ('...', '..a', 'a..', '.hidden', 'a b', "a'b", 'a&b', 'a;b', 'a:b', '~', '-rf',
    'con', '%25', '%252e%252e%252fsecret', '%C3%A9', 'a+b', 'a=b,c') {
    my ($status) = raw('PUT', "$id/" . $name =~ s/ /%20/gr, 'x');
    is $status, 201, "PUT $name";
    is((raw('GET', "$id/" . $name =~ s/ /%20/gr))[1], 'x', '... is there');
}

$site->log_is_calm;
done_testing;
