# A file that cannot be trusted: the site says so in words, takes nothing, and
# never makes it up (reliability.md 3 "corrupt file at start").

use strict;
use warnings;

use Digest::SHA qw(sha1_hex);
use Test::More;

use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 2, procedures => ['log-only']);
my $file = $site->home . '/data/langorch.db';
$site->run('log-only')->wait_final for 1 .. 20;
$site->stop;
my $good = LangOrch::Site::slurp($file);


sub over {
    my ($bytes) = @_;
    open my $out, '+<:raw', $file or die $!;
    truncate $out, 0;
    print {$out} $bytes;
    close $out;
    unlink "$file-wal", "$file-shm";
    return;
}

sub says {
    my ($word) = @_;
    until_true("readiness says $word", sub {
        my $r = eval { $site->get('/api/health/ready') } or return;
        return $r->{status} == 503 && $r->{json}{checks}{store} eq $word;
    });
    return;
}


my %wrong = (
    'no database at all'        => 'hello, world ' x 1000,
    'the first page is garbage' => ('x' x 4096) . substr($good, 4096),
    'the end is missing'        => substr($good, 0, 4096 * 5),
);

for my $name (sort keys %wrong) {
    subtest $name => sub {
        my $log = length $site->log;
        over($wrong{$name});
        $site->restart(unready => 1);
        says('corrupt');

        is $site->get('/api/health')->{status}, 200, 'the site lives';
        for my $path ('/api/runs', '/api/procedures') {
            my $r = $site->get($path);
            is $r->{status}, 503, "$path is refused";
            is $r->{json}{code}, 'unavailable', 'by its code';
            like $r->{json}{detail}, qr/corrupt/, 'in words';
        }
        is $site->post('/api/runs', { procedure_id => 'log-only' })->{status},
            503, 'as is a run';
        like substr($site->log, $log),
            qr/cannot use \S+langorch\.db.*(?:not a database|malformed)/,
            'the log tells which file and why';

        is sha1_hex(LangOrch::Site::slurp($file)), sha1_hex($wrong{$name}),
            'nobody touched the file';

        over($good);
        $site->reload;
        until_true('it is ready', sub {
            return 6 == grep { $site->get('/api/health/ready')->{status} == 200 }
                1 .. 6;
        });
        is LangOrch::Store::value($site, 'SELECT COUNT(*) FROM runs'), 20,
            'a reload is enough when the file is right again';
        $site->stop;
    };
}


# A page that nobody reads at the start, spoilt while the site lay dead.

subtest 'a page inside is garbage, after all were killed' => sub {
    $site->restart;
    my $page = LangOrch::Store::value($site,
        "SELECT rootpage FROM sqlite_master WHERE name = 'graph_grants'");
    $site->run('log-only')->wait_final;
    $site->kill9_all;
    ok -s "$file-wal", 'the log of the store is left';

    my $log = length $site->log;
    open my $out, '+<:raw', $file or die $!;
    sysseek $out, 4096 * ($page - 1), 0;
    syswrite $out, 'x' x 4096;
    close $out;

    $site->restart(unready => 1);
    says('corrupt');
    like substr($site->log, $log), qr/cannot use \S+langorch\.db.*quick_check/,
        'the log tells how it is known';
    until_true('both workers say so', sub {
        return 8 == grep { ($site->get('/api/health/ready')->{json}{checks}{store}
            // '') eq 'corrupt' } 1 .. 8;
    });
    is $site->post('/api/runs', { procedure_id => 'log-only' })->{json}{code},
        'unavailable', 'a run is refused';

    $site->kill9_all;
    over($good);
};


subtest 'another file in its place, while it is open' => sub {
    $site->restart;
    $site->post('/api/runs', { procedure_id => 'log-only' });
    LangOrch::Site::spew("$file.other", $good);
    my @stat = stat $file;
    chown @stat[4, 5], "$file.other";
    rename "$file.other", $file or die $!;

    until_true('both workers say so', sub {
        return 6 == grep { ($site->get('/api/health/ready')->{json}{checks}{store}
            // '') eq 'replaced' } 1 .. 6;
    });
    is $site->post('/api/runs', { procedure_id => 'log-only' })->{json}{code},
        'unavailable', 'nothing is written to either';
    is sha1_hex(LangOrch::Site::slurp($file)), sha1_hex($good),
        'the other file is as it came';
};


my @unrest = grep { !/cannot use|was replaced/ } $site->unrest;
is_deeply \@unrest, [], 'the log has nothing else to say';
done_testing;
