# What is too old goes by itself: runs, their checkpoints, the trail, kept
# answers, memory; once, whichever worker does it (ckp 2, 21.5; api 1.11, 14).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $day  = 86_400_000;
my $site = LangOrch::Site->start(workers => 4, procedures => ['one-approval'],
    http => "langorch_sweep 100ms;\nlangorch_run_days 10;\n"
        . "langorch_checkpoint_days 5;\nlangorch_audit_days 20;\n"
        . "langorch_idempotency 1h;\n");

for my $doc ([ 'plain' ], [ 'short', retention_days => 2 ],
    [ 'ever', retention_days => 0 ], [ 'brief', checkpoint_retention_days => 1 ],
    [ 'saved', checkpoint_retention_days => 0 ])
{
    my ($id, %config) = @$doc;
    $site->import_document(procedure($id, 'a', {
        a => sequence('end', { step_id => 's', action => 'log',
            message => 'here' }),
        end => { type => 'terminate' },
    }, global_config => { checkpoint_strategy => 'every_node', %config }));
}


sub value { return LangOrch::Store::value($site, $_[0]) }

sub rows_of {
    my ($table, $run) = @_;
    return value("SELECT count(*) FROM $table WHERE run = $run->{n}");
}

# A run that ended so many days ago.

sub ended {
    my ($procedure, $days) = @_;
    my $run = $site->run($procedure);
    $run->wait_final;
    $run->{n} = value(q{SELECT id FROM runs WHERE run_id = '} . $run->id . q{'});
    age($run, $days);
    return $run;
}

sub age {
    my ($run, $days) = @_;
    my $ms = int $days * $day;
    LangOrch::Store::change($site, "UPDATE runs SET ended_at = ended_at - $ms,"
        . q{ saved_gone = NULL WHERE run_id = '} . $run->id . q{'});
    return;
}

# The sweep has come by since now.

sub swept {
    my $was = value(q{SELECT until FROM duties WHERE name = 'sweep'}) // 0;
    until_true('two rounds', sub {
        return value(q{SELECT until FROM duties WHERE name = 'sweep'}) > $was + 200;
    });
    return;
}


subtest 'runs go with all they had' => sub {
    my $old  = ended('plain', 10.5);
    my $new  = ended('plain', 9.5);
    my $open = $site->run('one-approval', { item => 'x' });
    $open->wait_status('waiting_approval');
    LangOrch::Store::change($site, "UPDATE runs SET created_at = 1,"
        . q{ started_at = 1 WHERE run_id = '} . $open->id . q{'});

    until_true('it goes', sub { !$old->get });
    until_true('and what it had', sub {
        !grep { rows_of($_, $old) } qw(events journal checkpoints states graves);
    });

    swept();
    ok $new->get, 'one that is not old enough stays';
    cmp_ok scalar($new->events), '>', 2, 'with its events';
    is $open->get->{status}, 'waiting_approval',
        'one that is not over is never too old';
    $site->post($open->path('/cancel'));
};


subtest 'a procedure says for itself how long' => sub {
    my $short = ended('short', 2.5);
    my $ever  = ended('ever', 400);
    my $fresh = ended('short', 1.5);

    until_true('sooner than others', sub { !$short->get });
    swept();
    ok $ever->get, 'or never';
    ok $fresh->get, 'and not before';
};


subtest 'checkpoints go before their run' => sub {
    my %of = (
        plain => ended('plain', 5.5), young => ended('plain', 4.5),
        brief => ended('brief', 1.5), saved => ended('saved', 9),
    );
    my $kept = rows_of('checkpoints', $of{young});
    cmp_ok $kept, '>=', 2, 'there are some';

    until_true('they go', sub {
        !rows_of('checkpoints', $of{plain}) && !rows_of('checkpoints', $of{brief});
    });
    swept();

    is rows_of('checkpoints', $of{young}), $kept, 'not before their time';
    is rows_of('checkpoints', $of{saved}), $kept, 'or never';
    is_deeply $site->get($of{plain}->path('/checkpoints'))->{json}, [],
        'none are listed';
    is $of{plain}->get->{status}, 'completed', 'the run stays';
    cmp_ok scalar($of{plain}->events), '>', 3, 'with its events';
    is $site->post($of{plain}->path('/replay'), { from_node => 'a' })->{status}, 409,
        'nothing can begin there any more';
};


subtest 'other things age, too' => sub {
    my $now = int(time * 1000);
    my %sql = (
        audit => 'INSERT INTO audit (ts, category, action) VALUES'
            . " ($now - 20.5 * $day, 'x', 'old'), ($now - 19.5 * $day, 'x', 'new')",
        idempotency => 'INSERT INTO idempotency (scope, key, created_at) VALUES'
            . " ('s', 'old', $now - 3700000), ('s', 'new', $now - 3000000)",
        memory => 'INSERT INTO memory (project, procedure, key, n, expires_at)'
            . " VALUES ('p', 'p', 'old', 1, $now - 1),"
            . " ('p', 'p', 'new', 1, $now + $day), ('p', 'p', 'ever', 1, NULL)",
        results => 'INSERT INTO results (scope, key, run, expires_at) VALUES'
            . " ('p', 'old', 1, $now - 1), ('p', 'new', 1, $now + $day)",
    );
    my %name = (audit => 'action', idempotency => 'key', memory => 'key',
        results => 'key');

    for my $table (sort keys %sql) {
        LangOrch::Store::change($site, $sql{$table});
        until_true("what is old of $table goes", sub {
            !value("SELECT count(*) FROM $table WHERE $name{$table} = 'old'");
        });
        is value("SELECT count(*) FROM $table WHERE $name{$table} IN"
            . q{ ('new', 'ever')}), $table eq 'memory' ? 2 : 1,
            "$table: the rest stays";
    }
};


subtest 'a procedure says for itself how long the trail keeps it' => sub {
    my %of;
    for my $days (undef, 0, 2, 40) {
        my $id = 'audited-' . ($days // 'none');
        $site->import_document(procedure($id, 'end',
            { end => { type => 'terminate' } },
            defined $days
                ? (global_config => { audit_config => { retention_days => $days } })
                : ()));
        $of{$id} = $site->run($id);
        $of{$id}->wait_final;
    }

    # the site keeps 20 days: less than that is not for a procedure to say

    my $since = sub {
        my ($id, $days) = @_;
        LangOrch::Store::change($site, 'UPDATE audit SET ts = ts - '
            . int($days * $day) . " WHERE procedure_id = '$id'");
    };
    my $entries = sub {
        return value("SELECT count(*) FROM audit WHERE procedure_id = '$_[0]'");
    };

    $since->('audited-2', 19.5);
    $since->('audited-40', 39.5);
    $since->('audited-0', 4000);
    $since->('audited-none', 20.5);

    until_true('those of one that says nothing go as others do', sub {
        !$entries->('audited-none');
    });
    swept();
    is $entries->('audited-2'), 2, 'not sooner than the site says';
    is $entries->('audited-40'), 2, 'later, when the procedure says so';
    is $entries->('audited-0'), 2, 'or never';

    $site->post('/api/projects', { name => 'the newest entry stays' });
    $since->('audited-2', 1);
    $since->('audited-40', 1);
    until_true('when both say so, they go', sub {
        !$entries->('audited-2') && !$entries->('audited-40');
    });
    is $entries->('audited-0'), 2, 'those for ever stay';
};


subtest 'of all workers one does it, and another when that one dies' => sub {
    my %told = map { $_->[0] => 1 } LangOrch::Store::rows($site,
        q{SELECT event_id FROM audit WHERE action = 'retention'});
    my @old = map { $site->run('plain') } 1 .. 40;
    $_->wait_final for @old;
    my $ids = join ',', map { "'" . $_->id . "'" } @old;

    # whoever has the duty may be among those

    $site->kill9($site->workers);

    LangOrch::Store::change($site, "UPDATE runs SET ended_at = 1"
        . " WHERE run_id IN ($ids)");
    until_true('all of them go', sub {
        !value("SELECT count(*) FROM runs WHERE run_id IN ($ids)");
    }, 20);
    until_true('and what they had', sub {
        !value('SELECT count(*) FROM graves');
    }, 20);

    my $sum = 0;
    for my $row (LangOrch::Store::rows($site, 'SELECT event_id, meta FROM audit'
        . q{ WHERE action = 'retention' ORDER BY event_id}))
    {
        next if $told{ $row->[0] };
        $sum += $row->[1] =~ /"deleted":\s*(\d+)/ ? $1 : 0;
    }
    is $sum, scalar @old, 'the trail tells of each once';
};


$site->log_is_calm;
done_testing;
