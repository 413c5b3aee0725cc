# A file of an older version with runs in it becomes one of this version when a
# site begins, and what was there goes on (reliability 3: an upgrade).
#
# The last steps of the schema that move rows are taken back by hand, as the
# version before them had left the file.

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(approval chain);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => { work => sub {
    my ($call) = @_;
    return { result => 1, $call->{json}{params}{held} ? (until => 'go') : () };
} });

my $site = LangOrch::Site->start(workers => 2);
$site->register($agent);
$site->import_document(approval('ask'));
$site->import_document(chain('three', 3));
my $held = chain('held', 2);
$held->{workflow_graph}{nodes}{main}{steps}[0]{params} = { held => JSON::PP::true };
$site->import_document($held);
$site->post('/api/secrets', { name => 'kept', value => 'before' });

my $over = $site->run('three');
$over->wait_final;
my $waits = $site->run('ask');
$waits->wait_approval;
my $calls = $site->run('held');
until_true('a call is under way', sub { $agent->calls == 4 });

my $newest = LangOrch::Store::value($site, "SELECT value FROM meta WHERE key = 'schema_step'");
is $newest, 37, 'a step that is new has its way back below';
my $points = $site->get($over->path('/checkpoints'))->{json};
my @events = $over->events;

$site->kill9_all;

# Each of them backwards, the newest first: each state was whole, checkpoints had a
# tree more, leases lay by run, nobody counted changes.

is LangOrch::Store::value($site, 'SELECT count(*) FROM checkpoints WHERE part'), 0,
    'there is none that the version before could not read';

my @back = (
    'ALTER TABLE checkpoints DROP COLUMN part;',
    q{ALTER TABLE checkpoints RENAME TO now; DROP INDEX checkpoints_run;
      CREATE TABLE checkpoints (run INTEGER NOT NULL, checkpoint_id TEXT NOT NULL UNIQUE,
          parent_id TEXT, seq INTEGER, node_id TEXT, path TEXT, reason TEXT, name TEXT,
          state TEXT, created_at INTEGER);
      INSERT INTO checkpoints SELECT * FROM now; DROP TABLE now;
      CREATE INDEX checkpoints_run ON checkpoints (run, seq);},
    q{ALTER TABLE leases RENAME TO now;
      CREATE TABLE leases (run INTEGER NOT NULL, path TEXT NOT NULL,
          lease_id TEXT NOT NULL, resource_key TEXT, agent_id TEXT, node_id TEXT,
          step_id TEXT, acquired_at INTEGER, expires_at INTEGER, released_at INTEGER,
          PRIMARY KEY (run, path)) WITHOUT ROWID;
      INSERT INTO leases SELECT run, path, lease_id, resource_key, agent_id, node_id,
          step_id, acquired_at, expires_at, released_at FROM now; DROP TABLE now;
      CREATE INDEX leases_held ON leases (resource_key, expires_at)
          WHERE released_at IS NULL;},
    join(' ', map({ "DROP TRIGGER $_;" } qw(secrets_new secrets_set secrets_gone
        llm_profiles_new llm_profiles_set llm_profiles_gone llm_budgets_new
        llm_budgets_gone)), 'DROP TABLE numbers;'),
);

LangOrch::Store::change($site, "BEGIN; @back UPDATE meta SET value = value - "
    . @back . " WHERE key = 'schema_step'; COMMIT;");
is LangOrch::Store::value($site, 'SELECT count(*) FROM leases'), 1,
    'the older file has a slot that is held';

$site->restart;


subtest 'the file is of this version' => sub {
    is LangOrch::Store::value($site, "SELECT value FROM meta WHERE key = 'schema_step'"),
        $newest, 'all of its steps are done';
    ok LangOrch::Store::is_sound($site), 'and it is sound';
};


subtest 'what was over is as it was' => sub {
    is_deeply $site->get($over->path('/checkpoints'))->{json}, $points,
        'its checkpoints';
    is_deeply [ $over->events ], \@events, 'its events';

    my $r = $site->post($over->path('/replay'), { checkpoint_id => $points->[-1]{checkpoint_id} });
    is $r->{status}, 201, 'another begins with one of them' or diag $r->{body};
    is $site->run_by_id($r->{json}{run_id})->wait_final->{status}, 'completed', 'and ends';
};


subtest 'what was under way goes on' => sub {
    $waits->decide('approved');
    is $waits->wait_final->{status}, 'completed', 'who waited for a person';

    $agent->release('go');
    is $calls->wait_final->{status}, 'completed', 'whose call was broken off';
    is scalar(grep { $_ > 1 } values %{ $agent->key_counts }), 1,
        'which was made again, by the same key';
    is LangOrch::Store::value($site, 'SELECT count(*) FROM leases'), 0, 'no slot is held';
};


subtest 'what the last step counts is counted' => sub {
    my $n = sub { LangOrch::Store::value($site, "SELECT n FROM numbers WHERE kept = 'secrets'") };
    my $before = $n->();
    $site->put('/api/secrets/kept', { value => 'after' });
    cmp_ok $n->(), '>', $before, 'a secret that changes';
};

$site->log_is_calm;
done_testing;
