# A run that nothing will move is told of: in the log, and to the site's webhook,
# once, by one of the workers; one that waits for something is not (api 19).
#
# Begins before the others: looks come twice a minute.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);

use LangOrch::Agent;
use LangOrch::Doc qw(approval procedure);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $hook = LangOrch::Agent->start(web => sub { return { status => 204,
    body => '' } });
my $site = LangOrch::Site->start(workers => 2,
    http => 'langorch_alert_url ' . $hook->url('/alerts') . ';');

$site->import_document(approval('asks'));
$site->import_document(procedure('parent', 'sub', {
    sub => { type => 'subflow', procedure_id => 'asks', version => '1.0.0',
        isolation => 'child_run', next_node => 'end' },
    end => { type => 'terminate' },
}));
$site->import_document(procedure('waits', 'w', {
    w => { type => 'sequence', next_node => 'end', steps => [
        { step_id => 'w', action => 'wait', params => { duration_ms => 3_600_000 } } ] },
    end => { type => 'terminate' },
}));


# The alerts of a run so far.

sub alerts {
    my ($run) = @_;
    return grep { $_->{path} eq '/alerts' && $_->{json}{run_id} eq $run->id }
        $hook->calls;
}


# As after a fault of ours: the row says so, and nobody's memory does.

sub spoil {
    my ($run, $set) = @_;
    my $old = int(time * 1000) - 301_000;
    LangOrch::Store::change($site,
        "UPDATE runs SET updated_at = $old, $set WHERE run_id = '"
        . $run->id . "'");
    return;
}


# Runs that wait for a person, for a child, and for a time, for a long while.

my ($asks, $parent, $waits) = map { $site->run($_) } qw(asks parent waits);
$asks->wait_approval;
until_true('they rest', sub {
    my $n = LangOrch::Store::value($site, 'SELECT COUNT(*) FROM runs'
        . " WHERE owner IS NULL AND status <> 'created'");
    return $n == 4;
});

my $late   = $site->run('asks');
my $lost   = $site->run('asks');
my $shut   = $site->run('asks');
$_->wait_approval for $late, $lost, $shut;

my $far = int(time * 1000) - 301_000;
spoil($_, 'seq = seq') for $asks, $parent, $waits;
spoil($late, "wake_at = $far, owner = (SELECT owner FROM workers LIMIT 1)");
spoil($lost, 'wake_at = NULL, owner = NULL');
LangOrch::Store::change($site, "UPDATE approvals SET status = 'voided' WHERE"
    . " run = (SELECT id FROM runs WHERE run_id = '" . $lost->id . "')");
spoil($shut, 'shut = 7');


my %why = (
    $late->id => 'its timer is overdue',
    $lost->id => 'it waits for nothing that is known',
    $shut->id => 'the run cannot be loaded',
);

for my $run ($late, $lost, $shut) {
    my $alert = until_true('it is told of', sub { return (alerts($run))[0] }, 60);
    my $body  = $alert->{json};
    is $body->{event}, 'run_stuck', 'what it is';
    is $body->{error}, $why{ $run->id }, 'and why';
    is_deeply [ @$body{qw(procedure_id procedure_version)} ],
        [ 'asks', '1.0.0' ], 'whose run';
    like $body->{at}, qr/^20\d\d-/, 'and when';
    my $id = $run->id;
    like $site->log, qr/run $id: nothing will move it: $why{$id}/, 'the log, too';
}


# The next look tells of none of them again: it is the one that finds this one.

my $last = $site->run('asks');
$last->wait_approval;
spoil($last, 'shut = 7');
until_true('the next look', sub { return (alerts($last))[0] }, 60);
is scalar(alerts($_)), 1, 'once a day' for $late, $lost, $shut;
is scalar(alerts($_)), 0, 'and not who waits for something'
    for $asks, $parent, $waits;


# More than one look tells of; and some that a worker just took: due at once.

my @many = map { $site->run('asks') } 1 .. 25;
my @due  = map { $site->run('asks') } 1 .. 3;
$_->wait_approval for @many, @due;
until_true('they rest', sub { return 0 == LangOrch::Store::value($site,
    "SELECT COUNT(*) FROM runs WHERE owner IS NOT NULL AND run_id <> '"
    . $late->id . "'") });

my $ids = join ',', map { "'" . $_->id . "'" } @many;
LangOrch::Store::change($site, "UPDATE runs SET updated_at = $far WHERE run_id"
    . " IN ($ids); UPDATE approvals SET status = 'voided' WHERE run IN (SELECT"
    . " id FROM runs WHERE run_id IN ($ids)); INSERT INTO duties VALUES"
    . " ('stuck long-ago', 'x', 1), ('stuck today', 'x', "
    . (int(time * 1000) + 80_000_000) . ')');

spoil($_, 'wake_at = 0, owner = (SELECT owner FROM workers LIMIT 1)') for @due;

my $told = sub { return grep { alerts($_) } @many };
until_true('all twenty-five are told of', sub { return 25 == $told->() }, 120);
is_deeply [ grep { $_ != 1 } map { scalar alerts($_) } @many ], [], 'each once';
is scalar(map { alerts($_) } @due), 0, 'and not who is about to go on';

until_true('what is over is forgotten', sub {
    return 0 == LangOrch::Store::value($site, 'SELECT COUNT(*) FROM duties'
        . " WHERE name LIKE 'stuck %' AND until <= 1");
}, 60);
is LangOrch::Store::value($site, 'SELECT COUNT(*) FROM duties'
    . " WHERE name = 'stuck today'"), 1, 'and what is not stays';

$site->log_is_calm;

done_testing;
