# Files start runs: what is new below a folder that may be watched, once, also
# when the site was down (ckp 5.5).

use strict;
use warnings;

use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $box = tempdir('langorch-w-XXXXXX', TMPDIR => 1, CLEANUP => 1);
chmod 0755, $box;
my $site = LangOrch::Site->start(workers => 3,
    http => "langorch_watch $box;");
my $n = 0;


sub spew {
    my ($name, $text) = @_;
    my $path = "$box/$name";
    make_path($path =~ s{/[^/]*$}{}r);
    open my $out, '>', $path or die "$path: $!";
    print $out $text;
    close $out or die "$path: $!";
    return;
}


# A procedure that watches; its first look is over when this returns.

sub watches {
    my ($id, $path, %more) = @_;

    $site->import_document(procedure($id, 'end', {
        end => { type => 'terminate', outputs => { path =>
            '{{file_watch_path}}', event => '{{file_event}}', name =>
            '{{file_name}}', size => '{{file_size}}', by =>
            '{{triggered_by}}' } },
    }, trigger => { type => 'file_watch', file_watch => { path => $path,
        poll_interval_seconds => 3600, %more } }));

    my $r = $site->post("/api/triggers/$id/1.0.0",
        { trigger_type => 'file_watch' });
    is $r->{status}, 201, "$id watches" or diag $r->{body};
    is $r->{json}{event_source}, $path, 'there';

    my $t = $r->{json}{id};
    until_true('the first look is over', sub {
        return LangOrch::Store::value($site, 'SELECT count(*) FROM '
            . "trigger_files WHERE trigger = $t AND path IN ('', '!')");
    });
    return "/api/triggers/$id/1.0.0";
}


# Its next look is now, and over when this returns.

sub look {
    my ($id) = @_;
    LangOrch::Store::change($site, 'UPDATE triggers SET next_fire_at = 1 '
        . "WHERE procedure_id = '$id'");
    my $mark = 'ring-' . ++$n;
    $site->import_document(procedure($mark, 'end',
        { end => { type => 'terminate' } }));
    $site->post("/api/triggers/$mark/1.0.0", { trigger_type => 'scheduled',
        schedule => '@yearly' });
    until_true('it looked', sub {
        return LangOrch::Store::value($site, 'SELECT next_fire_at > 1 FROM '
            . "triggers WHERE procedure_id = '$id'");
    });
    return;
}


# What its runs were told, as "event name", when there are so many of them.

sub told {
    my ($id, $many) = @_;
    my @runs = until_runs($id, $many);
    return join ' ', sort map {
        my $o = $site->run_by_id($_->{run_id})->wait_final->{output_vars};
        "$o->{event}:$o->{name}" } @runs;
}


sub runs { return @{ $site->get("/api/runs?procedure_id=$_[0]")->{json} } }

sub until_runs {
    my ($id, $many) = @_;
    until_true("$id has $many runs", sub { return runs($id) == $many });
    return runs($id);
}


subtest 'what is new is told once, and what was there is not' => sub {
    spew('in/old.csv', 'old');
    watches('reads', "$box/in", pattern => '*.csv');
    is scalar(runs('reads')), 0, 'the first look tells nothing';

    spew('in/a.csv', 'abc');
    spew('in/b.txt', 'no');
    look('reads');
    is told('reads', 1), 'created:a.csv', 'the new one';

    my $run = (runs('reads'))[0];
    is $run->{trigger_type}, 'file_watch', 'how it began';
    is $run->{triggered_by}, "$box/in", 'by whom';
    my $out = $site->run_by_id($run->{run_id})->wait_final->{output_vars};
    is $out->{path}, "$box/in/a.csv", 'where it is';
    is $out->{size}, 3, 'how large';

    look('reads');
    spew('in/old.csv', 'longer');
    look('reads');
    is told('reads', 2), 'created:a.csv modified:old.csv', 'then a change';
};


subtest 'folders, patterns and single files' => sub {
    spew('deep/x/one.pdf', 1);
    watches('deep', "$box/deep", recursive => \1, pattern => '*.pdf',
        event_types => [ 'created', 'deleted' ]);
    watches('globbed', "$box/deep/**/t?o.pdf");
    watches('single', "$box/deep/wanted.pdf");
    spew('deep/x/y/two.pdf', 2);
    spew('deep/x/y/two.txt', 2);
    spew('deep/wanted.pdf', 3);
    unlink "$box/deep/x/one.pdf";
    symlink "$box/in/a.csv", "$box/deep/link.pdf";
    look($_) for qw(deep globbed single);

    is told('deep', 3), 'created:two.pdf created:wanted.pdf deleted:one.pdf',
        'all below';
    is told('globbed', 1), 'created:two.pdf', 'a pattern in the path';
    is told('single', 1), 'created:wanted.pdf', 'one file';
};


subtest 'a file that still grows waits' => sub {
    spew('slow/.keep', '');
    watches('slow', "$box/slow", stable_seconds => 3600);
    spew('slow/a', 'half');
    look('slow');
    until_true('it is seen', sub {
        return (LangOrch::Store::value($site, 'SELECT pending FROM trigger_files '
            . "WHERE path LIKE '%/slow/a'") // '') eq 'created';
    });
    is scalar(runs('slow')), 0, 'and not told';

    LangOrch::Store::change($site, "UPDATE trigger_files SET since = 1 "
        . "WHERE path LIKE '%/slow/a'");
    look('slow');
    is told('slow', 1), 'created:a', 'until it stays as it is';
};


subtest 'what the kernel tells is looked at without waiting' => sub {
    spew('live/x/.keep', '');
    watches('live', "$box/live", recursive => \1);
    spew('live/one', 1);
    is told('live', 1), 'created:one', 'a new file';
    spew('live/x/two', 2);
    is told('live', 2), 'created:one created:two', 'one in a folder of it';
    rename "$box/live/one", "$box/live/three";
    is told('live', 3), 'created:one created:three created:two', 'a name';

    watches('grows', "$box/grown", stable_seconds => 1)
        if spew('grown/.keep', '') || 1;
    spew('grown/a', 'all of it');
    is told('grows', 1), 'created:a', 'and what must stay as it is for a time';
};


subtest 'what may not be watched is not, and the history says so' => sub {
    my $url = watches('outside', '/etc');
    my $line = $site->get("$url/history")->{json}[0];
    is $line->{outcome}, 'error', 'noted';
    like $line->{detail}, qr/no folder that the site lets be watched/, 'why';

    symlink '/etc', "$box/etc";
    $url = watches('linked', "$box/etc");
    is $site->get("$url/history")->{json}[0]{outcome}, 'error',
        'by its real path';
};


subtest 'what came while the site was down is told when it is up' => sub {
    spew('night/.keep', '');
    watches('night', "$box/night");
    $site->kill9_all;
    spew('night/letter', 'x');
    LangOrch::Store::change($site, 'UPDATE triggers SET next_fire_at = 1 '
        . "WHERE procedure_id = 'night'");
    $site->restart;
    is told('night', 1), 'created:letter', 'once';
};


$site->log_is_calm;
done_testing;
