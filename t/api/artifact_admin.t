# The folder of artifacts as a whole: what is in it, and making room (api 6).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(approval);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(procedures => ['log-only', approval('wait')]);
my $root = $site->home . '/data/artifacts';

# files of the worker's user, as an agent makes them that shares the folder

sub own {
    my ($uid, $gid) = (stat $root)[ 4, 5 ];
    chown $uid, $gid, @_;
    return;
}

sub stats   { return $site->get('/api/artifacts-admin/stats')->{json} }
sub cleanup { return $site->post('/api/artifacts-admin/cleanup' . ($_[0] // '')) }

is_deeply stats(), { total_folders => 0, total_bytes => 0, artifacts_dir => $root },
    'nothing yet';
is_deeply cleanup()->{json}, { deleted_runs => [], freed_bytes => 0, skipped => 0 },
    'nothing to clean';

my $active = $site->run('wait');
$active->wait_approval;
my @over = map { $site->run('log-only') } 1 .. 3;
$_->wait_final for @over;

for my $run ($active, @over) {
    my $id = $run->id;
    is $site->put("/api/artifacts/$id/a/b.txt", 'x' x 10)->{status}, 201, 'a file';
    is $site->put("/api/artifacts/$id/c.txt", 'x' x 5)->{status}, 201, 'another';
}

is stats()->{total_folders}, 4, 'a folder a run';
is stats()->{total_bytes}, 60, 'all of their bytes';

# one is over for three days, one is old and active
my $day = 86400_000;
LangOrch::Store::change($site, "UPDATE runs SET ended_at = ended_at - 3 * $day"
    . " WHERE run_id = '" . $over[0]->id . "'");
LangOrch::Store::change($site, "UPDATE runs SET created_at = created_at - 900 * $day"
    . " WHERE run_id = '" . $active->id . "'");

subtest 'by age' => sub {
    my $r = cleanup('?before=2');
    is $r->{status}, 200, 'cleaned';
    is_deeply $r->{json}{deleted_runs}, [ $over[0]->id ], 'what is old enough';
    is $r->{json}{freed_bytes}, 15, 'its bytes';
    is $r->{json}{skipped}, 3, 'the rest stays';

    ok !-e "$root/" . $over[0]->id, 'its folder is gone';
    is_deeply $site->get('/api/runs/' . $over[0]->id . '/artifacts')->{json}, [],
        'its rows';
    is $over[0]->get->{status}, 'completed', 'not the run';
    is stats()->{total_bytes}, 45, 'as the sum says';

    my ($audit) = grep { $_->{action} eq 'cleanup' && $_->{meta}{deleted_runs} }
        @{ $site->get('/api/audit?category=artifact')->{json}{events} };
    is $audit->{meta}{freed_bytes}, 15, 'audited';
};

subtest 'orphans' => sub {
    my @orphans = map { "00000000-0000-7000-8000-00000000000$_" } 1 .. 2;
    for (@orphans, 'shared') {
        mkdir "$root/$_" or die;
        LangOrch::Site::spew("$root/$_/x", 'x' x 100);
        own("$root/$_/x", "$root/$_");
    }
    utime time - 4000, time - 4000, "$root/$orphans[0]";

    my $r = cleanup('?before=1');
    is $r->{json}{freed_bytes}, 0, 'a young one stays';
    ok -e "$root/$orphans[0]", 'by the days that were said';

    $r = cleanup('?before=0');
    ok !-e "$root/$orphans[0]", 'an old one goes';
    ok -e "$root/$orphans[1]", 'one of this hour never';
    ok -e "$root/shared/x", 'what is called otherwise is not ours';
    is_deeply [ sort @{ $r->{json}{deleted_runs} } ],
        [ sort map { $_->id } @over[ 1, 2 ] ], 'all that is over';
    is $r->{json}{freed_bytes}, 130, 'all of their bytes';
    is $r->{json}{skipped}, 1, 'but not what runs';
    is $site->get('/api/artifacts/' . $active->id . '/c.txt')->{status}, 200,
        'however old it is';
};

subtest 'many' => sub {
    my @names = map { sprintf '10000000-0000-7000-8000-%012d', $_ } 1 .. 600;
    for (@names) {
        mkdir "$root/$_" or die;
        own("$root/$_");
        utime time - 9000, time - 9000, "$root/$_";
    }
    is cleanup('?before=0')->{status}, 200, 'slice by slice';
    ok !(grep { -e "$root/$_" } @names), 'all of them';
};

is cleanup("?before=$_")->{status}, 422, "before=$_" for qw(-1 36501 x);
is $site->get('/api/artifacts-admin/cleanup')->{status}, 405, 'only by POST';

$site->log_is_calm;
done_testing;
