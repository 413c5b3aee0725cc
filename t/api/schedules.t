# Schedules fire by themselves: once for each slot whatever the number of
# workers, late when nobody was there, and never for what is too old (G6; ckp 5.2).

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);

use LangOrch::Doc qw(procedure);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 4);
my $n    = 0;


# A trigger that does not fire by itself for years.

sub registered {
    my ($id, %settings) = @_;

    $site->import_document(procedure($id, 'end', {
        end => { type => 'terminate',
            outputs => { at => '{{trigger.scheduled_for}}', n => '{{n}}',
                by => '{{triggered_by}}' } },
    }, variables_schema => { n => { type => 'number', default => 1 } },
        trigger => { type => 'scheduled', schedule => '0 0 29 2 *',
            %settings }));

    my $url = "/api/triggers/$id/1.0.0";
    my $r   = $site->post($url, { trigger_type => 'scheduled' });
    is $r->{status}, 201, "$id is registered" or diag $r->{body};

    return $url;
}


# Its next slots come in `ms` (the past is negative), as if the schedule had
# said so; workers look again when something else is registered.

sub due {
    my ($ms, @ids) = @_;

    my $at = int(time * 1000) + $ms;
    my $in = join ',', map { "'$_'" } @ids;
    LangOrch::Store::change($site,
        "UPDATE triggers SET next_fire_at = $at WHERE procedure_id IN ($in)");
    registered('rings-' . ++$n);

    return $at;
}


sub runs    { return @{ $site->get("/api/runs?procedure_id=$_[0]")->{json} } }
sub history { return @{ $site->get("$_[0]/history")->{json} } }


subtest 'a slot fires once, at its time, whoever of the workers does it' => sub {
    my @ids  = map { "many-$_" } 1 .. 20;
    my %url  = map { $_ => registered($_) } @ids;
    my $at   = due(1500, @ids);

    for my $id (@ids) {
        my $run = until_true("$id fires", sub { return (runs($id))[0] });
        is $run->{trigger_type}, 'scheduled', 'a clock did it';
        is $run->{triggered_by}, 'scheduler', 'and nobody else';
    }

    # whoever is slow has seen by now that another one was first

    my @late = map { my $id = $_; map { [ $id, $_ ] } history($url{$id}) } @ids;
    is @late, 20, 'each has one line in its history';
    is scalar(map { runs($_) } @ids), 20, 'and one run';

    for my $line (map { $_->[1] } @late) {
        cmp_ok $line->{lag_ms}, '>=', 0, 'never before its time';
        cmp_ok $line->{lag_ms}, '<', 1000, 'within a second of it';
    }

    my $t = $site->get($url{$ids[0]})->{json};
    like $t->{next_fire_at}, qr/^20\d\d-02-29T00:00/, 'it waits for the next';
};


subtest 'the run knows its slot, and what it is given' => sub {
    my $url = registered('given', input_vars =>
        { n => '{{trigger.id}}' });
    my $at  = due(300, 'given');
    my $run = until_true("it fires", sub { return (runs('given'))[0] });
    my $end = $site->run_by_id($run->{run_id})->wait_final;
    my $t   = $site->get($url)->{json};

    is $end->{output_vars}{n}, $t->{id}, 'its constants may be templates';
    is $end->{output_vars}{at}, (history($url))[0]{due_at}, 'its slot';
    is $end->{output_vars}{by}, 'scheduler', 'its origin';
    is $t->{last_run_id}, $run->{run_id}, 'the trigger knows its run';
};


subtest 'late within the grace it fires, later it is passed over' => sub {
    my $url = registered('late');
    due(-100_000, 'late');
    until_true('it fires late', sub { return runs('late') });
    cmp_ok((history($url))[0]{lag_ms}, '>=', 100_000, 'the history knows it');

    $url = registered('too-late');
    due(-130_000, 'too-late');
    my $line = until_true('it is passed over', sub {
        return (history($url))[0];
    });
    is $line->{outcome}, 'error', 'and remembered';
    like $line->{detail}, qr/^1 due times from .* were missed$/, 'with words';
    is_deeply [ runs('too-late') ], [], 'without a run';
    like $site->get($url)->{json}{next_fire_at}, qr/02-29/, 'it goes on';
};


subtest 'what was missed is caught up when the trigger says so' => sub {

    # hours that turn half an hour away from now: none comes meanwhile

    my $half   = time - 1800;
    my $minute = int($half / 60) % 60;
    my $hourly = "$minute * * * *";
    my $url    = registered('all', schedule => $hourly, catchup => 'all');
    my $from   = (int($half / 60) * 60 - 3 * 3600) * 1000;

    LangOrch::Store::change($site, 'UPDATE triggers SET next_fire_at = '
        . "$from WHERE procedure_id = 'all'");
    registered('rings-' . ++$n);

    until_true('all four fire', sub { return runs('all') == 4 });
    my @due = map { $_->{due_at} } reverse history($url);
    is_deeply [ @due ], [ sort @due ], 'in their order';
    my $slot = sprintf ':%02d:00.000Z', $minute;
    like $due[0], qr/T\d\d\Q$slot\E$/, 'each at its slot';

    $url = registered('one', schedule => $hourly, catchup => 'one');
    LangOrch::Store::change($site, 'UPDATE triggers SET next_fire_at = '
        . "$from WHERE procedure_id = 'one'");
    registered('rings-' . ++$n);
    until_true('it fires', sub { return runs('one') });
    until_true('the others are remembered', sub { return history($url) == 2 });
    is scalar(runs('one')), 1, 'once';
};


subtest 'a slot that cannot be is over as well' => sub {
    my $url = registered('stopped');
    $site->patch('/api/procedures/stopped/1.0.0/status',
        { status => 'archived' });
    due(200, 'stopped');

    my $line = until_true('it is tried', sub { return (history($url))[0] });
    is $line->{outcome}, 'not_runnable', 'why';
    ok $line->{due_at}, 'which slot';
    is scalar(history($url)), 1, 'once';
    like $site->get($url)->{json}{next_fire_at}, qr/02-29/, 'and it goes on';
};


subtest 'a trigger that is off does not fire' => sub {
    my $url = registered('off');
    $site->request('DELETE', $url);
    registered('on');
    due(-1000, 'off', 'on');
    until_true('the other one does', sub { return runs('on') });
    is_deeply [ runs('off') ], [], 'it does not';
};


subtest 'while workers are killed no slot is lost, and none fires twice' => sub {
    my @ids = map { "kill-$_" } 1 .. 12;
    my %url = map { $_ => registered($_) } @ids;

    for my $round (1 .. 3) {
        my @now = @ids[ ($round - 1) * 4 .. $round * 4 - 1 ];
        due(300, @now);
        $site->kill9_worker;
        for my $id (@now) {
            until_true("$id fires", sub { return runs($id) });
        }
    }

    is_deeply [ map { scalar runs($_) } @ids ], [ (1) x 12 ], 'one run each';
    is_deeply [ map { scalar history($url{$_}) } @ids ], [ (1) x 12 ],
        'one line each';
};


subtest 'what was due while the site was down fires when it is up' => sub {
    registered('down');
    my $at = int(time * 1000) + 50;
    LangOrch::Store::change($site, "UPDATE triggers SET next_fire_at = $at"
        . " WHERE procedure_id = 'down'");
    $site->kill9_all;
    $site->restart;
    until_true('it fires', sub { return runs('down') });
    is scalar(runs('down')), 1, 'once';
};


subtest 'documents are registered by themselves when the site wants it' => sub {
    $site->import_document(procedure('auto-old', 'end', {
        end => { type => 'terminate' } }, trigger =>
        { type => 'scheduled', schedule => '@monthly' }));
    is $site->get('/api/triggers/auto-old/1.0.0')->{body}, 'null', 'not yet';

    $site->configure(http => 'langorch_trigger_sync on;');
    $site->reload;
    until_true('at the start', sub {
        return $site->get('/api/triggers/auto-old/1.0.0')->{body} ne 'null';
    });

    $site->import_document(procedure('auto-new', 'end', {
        end => { type => 'terminate' } }, trigger =>
        { type => 'scheduled', schedule => '@weekly' }));
    is $site->get('/api/triggers/auto-new/1.0.0')->{json}{schedule},
        '@weekly', 'and at the import';
};


$site->log_is_calm;
done_testing;
