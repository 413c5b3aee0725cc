# Two NGINX of one database, each with workers, zone and bells of its own: a slot fires
# once, a webhook's message starts one run wherever it arrives, and what one of them
# leaves behind the other ends (G5, G6).

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use File::Temp qw(tempdir);
use Test::More;
use Time::HiRes qw(time);

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Storm qw(long_or);
use LangOrch::Wait qw(until_true);

my %env = (env => { LANGORCH_SECRET_HOOK => 'topsecret' });
my $one = LangOrch::Site->start(workers => 2, http => 'langorch_node one;', %env);

# the other one's data are those of the first

my $state = tempdir('langorch-t-XXXXXX', TMPDIR => 1, CLEANUP => 1);
symlink $one->home . '/data', "$state/data" or die "symlink: $!";
my $two = LangOrch::Site->start(workers => 2, http => 'langorch_node two;',
    state => $state, %env);

my @nodes = ($one, $two);
my $agent = LangOrch::Agent->start(script => { '*' => sub { return { result => 1 } } });
$one->register($agent);

sub value { return LangOrch::Store::value($one, $_[0]) }


subtest 'both are workers of one site' => sub {
    my %seen = map { $_->{node_id} => 1 } @{ $one->get('/api/orchestrators')->{json} };
    is join(' ', sort keys %seen), 'one two', 'each sees the other';
    $one->import_document(procedure('by-x', 'end', { end => { type => 'terminate' } }));
    is $two->run('by-x')->wait_final->{status}, 'completed', 'what one has the other runs';
};


subtest 'a message is one run, wherever it arrives' => sub {
    $one->import_document(procedure('hook', 'main', {
        main => sequence('end', step('work')), end => { type => 'terminate' } },
        trigger => { type => 'webhook', webhook_secret => 'HOOK',
            dedupe_window_seconds => 600 }));
    is $one->post('/api/triggers/hook/1.0.0', { trigger_type => 'webhook' })->{status}, 201,
        'registered with one of them';

    for my $round (1 .. long_or(30, 4)) {
        my $body = qq({"n":$round});
        my $sig  = 'sha256=' . hmac_sha256_hex($body, 'topsecret');
        my @got  = $one->together(24, sub {
            my ($i) = @_;
            my $r = LangOrch::Http::request($nodes[$i % 2]->port, 'POST',
                '/api/triggers/webhook/hook', $body,
                headers => { 'X-LangOrch-Signature' => $sig });
            return [ $r->{status}, $r->{json}{run_id} // $r->{json}{existing_run_id} ];
        });
        is scalar(grep { $_->[0] == 202 } @got), 1, 'one is taken';
        is scalar(grep { $_->[0] == 409 } @got), 23, 'the others are told that it was';
        my %runs = map { ($_->[1] // '') => 1 } @got;
        is scalar(keys %runs), 1, 'and of which run';
    }
    until_true('all of them end', sub { !value("SELECT COUNT(*) FROM runs WHERE"
        . " procedure_id = 'hook' AND status NOT IN ('completed', 'failed')") }, 60);
    is value("SELECT COUNT(*) FROM runs WHERE procedure_id = 'hook' AND status = 'failed'"), 0,
        'whichever of them drives it';
    my $keys = $agent->key_counts('work');
    is scalar(grep { $_ > 1 } values %$keys), 0, 'each did its work once';
};


subtest 'a slot fires once, also when one of them dies' => sub {
    my $hour  = 3600_000;
    my $slots = long_or(168, 12);
    my $from  = (int(time * 1000 / $hour) - $slots + 1) * $hour;

    for my $n (1 .. 10) {
        $one->import_document(procedure("slot-$n", 'end', { end => { type => 'terminate',
            outputs => { at => '{{trigger.scheduled_for}}' } } },
            trigger => { type => 'scheduled', schedule => '0 * * * *', catchup => 'all',
                catchup_window_seconds => 86400 * 10 }));
        $one->post("/api/triggers/slot-$n/1.0.0", { trigger_type => 'scheduled',
            enabled => JSON::PP::false });
    }
    LangOrch::Store::change($one, 'UPDATE triggers SET enabled = 1, next_fire_at ='
        . " $from WHERE procedure_id LIKE 'slot-%'");

    # workers look again when something is registered

    for my $i (0, 1) {
        $nodes[$i]->import_document(procedure("rings-$i", 'end', {
            end => { type => 'terminate' } }));
        $nodes[$i]->post("/api/triggers/rings-$i/1.0.0",
            { trigger_type => 'scheduled', schedule => '0 0 29 2 *' });
    }

    my $fired = "SELECT COUNT(*) FROM trigger_history WHERE outcome = 'fired'"
        . " AND procedure_id LIKE 'slot-%'";
    until_true('a half is fired', sub { value($fired) >= 5 * $slots }, 120);
    $one->kill9_all;
    until_true('all are fired', sub {
        return LangOrch::Store::value($two, $fired) >= 10 * $slots }, 120);
    until_true('all runs have ended', sub { return !LangOrch::Store::value($two,
        "SELECT COUNT(*) FROM runs WHERE status <> 'completed'") }, 120);

    my %seen;
    for my $n (1 .. 10) {
        $seen{"$n $_->{output_vars}{at}"}++
            for @{ $two->get("/api/runs?procedure_id=slot-$n&limit=1000")->{json} };
    }
    is_deeply [ grep { $seen{$_} > 1 } sort keys %seen ], [], 'none has two runs';
    cmp_ok scalar(keys %seen), '>=', 10 * $slots, 'none is missing';
    $two->log_is_calm;
};

done_testing;
