# The store is the only truth: when it cannot be had, the site says so and waits
# (G14, reliability.md 3), and it never makes up another.

use strict;
use warnings;

use IPC::Open2 qw(open2);
use Test::More;

use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

# Each worker looks at the file by itself; one makes what a test sees certain.

my $site = LangOrch::Site->start(workers => 1, procedures => ['log-only']);
my $file = $site->home . '/data/langorch.db';


# What readiness says of the store: status and word.

sub store_is {
    my $r = $site->get('/api/health/ready');
    return "$r->{status} $r->{json}{checks}{store}";
}


sub await_store {
    my ($want) = @_;
    until_true("the store is $want", sub { store_is() eq $want });
    return;
}


sub start_run {
    return $site->post('/api/runs', { procedure_id => 'log-only' });
}


subtest 'the file belongs to the workers alone' => sub {
    for my $path (grep { -f } $file, "$file-wal", "$file-shm") {
        my @stat = stat $path;
        is sprintf('%o', $stat[2] & 07777), '600', "$path has mode 600";
    }

    is LangOrch::Store::value($site,
        "SELECT value FROM meta WHERE key = 'schema_major'"), 1,
        'and names its schema';
};


subtest 'a writer from outside is waited for' => sub {
    my $sqlite = open2(my $said, my $say, 'sqlite3', '-batch', '-cmd',
        '.timeout 5000', $file);
    print {$say} "BEGIN IMMEDIATE;\nSELECT 'held';\n";
    $say->flush;
    is <$said>, "held\n", 'somebody else holds the lock';

    my @answers = $site->together(2, sub {
        my ($part) = @_;
        return start_run()->{status} if $part == 0;

        await_store('503 slow');
        print {$say} "COMMIT;\n";
        close $say;
        return 'let go';
    });

    is_deeply [ sort @answers ], [ 201, 'let go' ], 'and the run is made';
    close $say;
    waitpid $sqlite, 0;
    await_store('200 ok');
};


subtest 'a file that went away is not made anew' => sub {
    my $before = LangOrch::Store::value($site, 'SELECT COUNT(*) FROM runs');
    ok $before, 'there are runs';

    rename $file, "$file.away" or die "$file: $!";
    await_store('503 replaced');

    is $site->get('/api/health')->{status}, 200, 'the site lives';
    my $r = start_run();
    is $r->{status}, 503, 'but takes no work';
    ok $r->{headers}{'retry-after'}, 'and says when to ask again';
    is $site->get('/api/runs')->{status}, 503, 'nor does it read';

    $site->kill9_worker;
    ok !-f $file, 'not even a new worker makes one';

    rename "$file.away", $file or die "$file: $!";
    $site->reload;
    await_store('200 ok');
    is start_run()->{status}, 201, 'after a reload it goes on';
    is LangOrch::Store::value($site, 'SELECT COUNT(*) FROM runs'), $before + 1,
        'with all that was there';
};


subtest 'a file of a newer version is refused, in words' => sub {
    my $set = sub {
        system('sqlite3', '-cmd', '.timeout 5000', $file,
            "UPDATE meta SET value = '$_[0]' WHERE key = 'schema_major'") == 0
            or die 'sqlite3 failed';
    };

    $set->(99);
    $site->reload;
    await_store('503 schema');

    is $site->get('/api/health')->{status}, 200, 'the site lives';
    is start_run()->{status}, 503, 'and leaves the file alone';
    like $site->log, qr/has schema 99, this version knows 1/, 'the log tells';

    $set->(1);
    $site->reload;
    await_store('200 ok');
};


ok LangOrch::Store::is_sound($site), 'the file is sound';
is scalar(grep { /\[(?:alert|emerg)\]|Sanitizer/ && !$site->is_our_kill($_) }
    split /\n/, $site->log), 0, 'and the log has no alert';
done_testing;
