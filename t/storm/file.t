# A file that cannot be trusted: the site says so in words, takes nothing, and
# never makes it up (reliability.md 3 "corrupt file at start").

use strict;
use warnings;

use Digest::SHA qw(sha1_hex);
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(chain);
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

# Each of the two workers finds out by itself, and logs it once.

sub says {
    my ($word, $log) = @_;
    until_true('both workers have looked', sub {
        return 2 == (() = substr($site->log, $log)
            =~ /\[crit\].*(?:cannot use|was replaced or removed)/g);
    });
    my $r = $site->get('/api/health/ready');
    is $r->{status}, 503, 'the site is not ready';
    is $r->{json}{checks}{store}, $word, 'readiness says why';
    return;
}


sub is_ready {
    until_true('it is ready', sub {
        return 6 == grep { $site->get('/api/health/ready')->{status} == 200 }
            1 .. 6;
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
        says('corrupt', $log);

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
        is_ready();
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
    says('corrupt', $log);
    like substr($site->log, $log), qr/cannot use \S+langorch\.db.*quick_check/,
        'the log tells how it is known';
    is $site->post('/api/runs', { procedure_id => 'log-only' })->{json}{code},
        'unavailable', 'a run is refused';

    $site->kill9_all;
    over($good);
};


# A backup that is put in the place of a file whose log has more.

sub put {
    my ($bytes) = @_;
    LangOrch::Site::spew("$file.other", $bytes);
    my @stat = stat $file;
    chown @stat[4, 5], "$file.other";
    rename "$file.other", $file or die $!;
    return;
}


sub runs { return LangOrch::Store::value($site, 'SELECT COUNT(*) FROM runs') }


subtest 'another file in its place, while it is open' => sub {
    $site->restart;
    is_ready();
    $site->run('log-only')->wait_final for 1 .. 5;
    is runs(), 25, 'the log has runs that the backup has not';
    link $file, "$file.before" or die $!;

    my $log = length $site->log;
    put($good);
    says('replaced', $log);
    is $site->post('/api/runs', { procedure_id => 'log-only' })->{json}{code},
        'unavailable', 'nothing is written to either';
    is sha1_hex(LangOrch::Site::slurp($file)), sha1_hex($good),
        'the other file is as it came';
    ok !-e "$file-wal", 'and no log lies beside it';

    $site->reload;
    is_ready();
    is runs(), 20, 'after a reload the other file is the store';
    $site->run('log-only')->wait_final for 1 .. 3;
    $site->restart;
    is_ready();
    is runs(), 23, 'what it took stays';
    ok LangOrch::Store::is_sound($site), 'and it is sound';

    $site->stop;
    rename "$file.before", $file or die $!;
    is runs(), 25, 'the file that was there before has all that was in its log';
    ok LangOrch::Store::is_sound($site), 'and is sound';
};


subtest 'another file, and a worker that starts anew before anybody looked' => sub {
    $site->restart;
    is_ready();
    $site->run('log-only')->wait_final for 1 .. 5;
    my $log = length $site->log;
    put($good);
    kill 'KILL', ($site->workers)[0];

    until_true('both workers have looked', sub {
        return 2 <= (() = substr($site->log, $log)
            =~ /(?:is another than the workers have|was replaced or removed)/g);
    });
    is sha1_hex(LangOrch::Site::slurp($file)), sha1_hex($good),
        'the other file is as it came';
    $site->reload;
    is_ready();
    is runs(), 20, 'after a reload it is the store';
    ok LangOrch::Store::is_sound($site), 'and sound';
};


subtest 'another file, and a reload before anybody looked' => sub {
    $site->run('log-only')->wait_final for 1 .. 5;
    put($good);
    $site->reload;
    is_ready();
    $site->run('log-only')->wait_final for 1 .. 3;
    $site->restart;
    is_ready();
    is runs(), 23, 'the new configuration has the other file to itself';
    ok LangOrch::Store::is_sound($site), 'and it is sound';
};


subtest 'a backup that was taken while runs went on' => sub {
    my $agent = LangOrch::Agent->start;
    $site->register($agent);
    $site->import_document(chain('four', 4));
    my @ids = map { $site->run('four')->id } 1 .. 40;

    system('sqlite3', '-cmd', '.timeout 5000', $file, ".backup '$file.copy'") == 0
        or die 'no backup';
    my $copy = LangOrch::Site::slurp("$file.copy");
    unlink "$file.copy";
    $site->run_by_id($_)->wait_final for @ids;

    my $log = length $site->log;
    put($copy);
    $site->reload;
    is_ready();
    is scalar(grep { $site->run_by_id($_)->wait_final->{status} ne 'completed' }
        @ids), 0, 'what was under way in it goes on to its end';
    ok LangOrch::Store::is_sound($site), 'it is sound';

    my %keys;
    $keys{ $_->{json}{run_id} . $_->{json}{step_id} }
        { $_->{headers}{'idempotency-key'} } = 1 for $agent->calls('work');
    is scalar(grep { keys %$_ != 1 } values %keys), 0,
        'a step that is sent again has the key that it had';
};


my @unrest = grep { !/cannot use|was replaced|exited on signal 9|read failed/ } $site->unrest;
is_deeply \@unrest, [], 'the log has nothing else to say';
done_testing;
