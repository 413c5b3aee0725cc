# What sensitive runs leave beyond themselves lies sealed, too (ckp 21.1): results
# under a key, memory, child runs, what an operator says; also what was decrypted.

use strict;
use warnings;

use Test::More;
use File::Find qw(find);

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

# `make` gives what its step wants made, `use` says nothing of what it was given,
# and fails as long as it is told to.

my $failing = 0;
my $agent = LangOrch::Agent->start(script => {
    make => sub { return { result => { made => "$_[0]{json}{params}{from}-made" } } },
    use  => sub {
        return { error => 'Bad: so it is', retryable => JSON::PP::false }
            if ($_[0]{json}{params}{bad} // '') eq 'yes';
        return { result => { heard => 1 } };
    },
});
my $site = LangOrch::Site->start(workers => 2, env => {
    LANGORCH_SECRET_KEY_ONE => 'correct horse battery',
});
$site->register($agent);

my %pin = (type => 'string', sensitive => JSON::PP::true);

# Memory that later runs have.

my %far = (scope => 'project');

sub sensitive { return map { $_ => {%pin} } @_ }

sub uses {
    my ($next, $value, %more) = @_;
    return sequence($next, { step_id => 'use', action => 'use',
        params => { it => $value, %more } });
}

sub import_of {
    my ($id, $start, $nodes, %vars) = @_;
    return $site->import_document(procedure($id, $start,
        { %$nodes, end => $nodes->{end} // { type => 'terminate' } },
        variables_schema => \%vars));
}

# All bytes of the database, as they are on the disk.

sub bytes {
    my $all = '';
    find({ no_chdir => 1, wanted => sub {
        $all .= LangOrch::Site::slurp($_) if -f && /langorch\.db/ } },
        $site->home . '/data');
    return $all;
}

# What `use` was given by that run.

sub used_by {
    my ($run) = @_;
    return map { $_->{json}{params}{it} }
        grep { $_->{json}{run_id} eq $run->id } $agent->calls('use');
}

# Where it is, if it is: that tells more than that it is.

sub nowhere {
    my ($word, $what) = @_;
    return if ok index(bytes(), $word) < 0, "$what: it is not in the files";
    my @lines = split /\n/, do { my $db = $site->home . '/data/langorch.db';
        `sqlite3 -readonly $db .dump` };
    diag substr $_, 0, 900 for grep { index($_, $word) >= 0 } @lines;
    return;
}

sub ends {
    my ($run) = @_;
    my $end = $run->wait_final;
    is $end->{status}, 'completed', 'the run ends' or diag explain $end;
    return $end;
}


subtest 'a result under a key that others share' => sub {
    my $word = 'result-sentinel-5120';
    my %once = (idempotency_key => 'shared-{{n}}',
        idempotency_policy => { scope => 'global' });
    import_of('keyed', 'make', {
        make => sequence('hand', { step_id => 'make', action => 'make',
            params => { from => '{{pin}}' }, output_variable => 'it', %once }),
        hand => uses('end', '{{it.made}}'),
    }, sensitive(qw(pin it)), n => { default => 'a' });

    my $first = $site->run('keyed', { pin => $word });
    ends($first);
    my $second = $site->run('keyed', { pin => $word });
    ends($second);

    is scalar($agent->calls('make')), 1, 'it was made once';
    is_deeply [ used_by($first), used_by($second) ], [ ("$word-made") x 2 ],
        'and both have it';
    like LangOrch::Store::value($site, 'SELECT result FROM results'), qr/^!enc:v1:/,
        'its row is sealed';
    nowhere($word, 'a result');
};


subtest 'memory' => sub {
    my $word = 'memory-sentinel-5121';
    import_of('remembers', 'keep', {
        keep => { type => 'processing', next_node => 'look', operations => [
            { action => 'memory_set', key => 'last', %far, value => '{{pin}}' },
            { action => 'memory_append', key => 'all', %far, value => '{{pin}}' } ] },
        look => { type => 'processing', next_node => 'hand', operations => [
            { action => 'memory_get', key => 'last', %far, output_variable => 'it' },
            { action => 'memory_get', key => 'all', %far, output_variable => 'list' } ] },
        hand => uses('end', '{{it}} {{list.0}}'),
    }, sensitive(qw(pin it list)));
    import_of('open-book', 'keep', {
        keep => { type => 'processing', next_node => 'end', operations => [
            { action => 'memory_set', key => 'last', %far, value => '{{pin}}' } ] },
    }, pin => { type => 'string' });

    ends($site->run('open-book', { pin => 'an-open-memory' }));
    ok index(bytes(), 'an-open-memory') >= 0, 'what nobody calls sensitive is there';

    my $run = $site->run('remembers', { pin => $word });
    ends($run);
    is_deeply [ used_by($run) ], ["$word $word"], 'it is remembered';
    is_deeply [ map { substr $_->[0], 0, 1 } LangOrch::Store::rows($site,
        "SELECT value FROM memory WHERE procedure = 'remembers'") ], [ '!', '!' ],
        'its rows are sealed';
    nowhere($word, 'memory');
};


subtest 'what was decrypted, whatever the variables are' => sub {
    my $word = 'opened-sentinel-5122';
    import_of('closes', 'close', {
        close => { type => 'processing', next_node => 'end', operations => [
            { action => 'encrypt', source => '{{pin}}', key_reference => 'key_one',
                output_variable => 'closed' } ] },
        end => { type => 'terminate', outputs => { closed => '{{closed}}' } },
    }, sensitive('pin'));
    import_of('opens', 'open', {
        open => { type => 'processing', next_node => 'hand', operations => [
            { action => 'decrypt', source => '{{closed}}', key_reference => 'key_one',
                output_variable => 'it' } ] },
        hand => uses('ask', '{{it}}'),
        ask => { type => 'human_approval', prompt => 'On?', on_approve => 'end',
            on_reject => 'end' },
        end => { type => 'terminate', outputs => { done => 1 } },
    }, closed => { type => 'string' });

    my $closed = ends($site->run('closes', { pin => $word }))->{output_vars}{closed};
    like $closed, qr/^enc:v1:/, 'a text is encrypted';
    my $run = $site->run('opens', { closed => $closed });
    $run->wait_approval;
    $run->decide('approved');
    ends($run);
    is_deeply [ used_by($run) ], [$word], 'and opened';
    nowhere($word, 'what was decrypted');
};


subtest 'children of it, and a child that alone is' => sub {
    my $word = 'child-sentinel-5123';
    import_of('kid', 'hand', {
        hand => uses('ask', '{{pin}}'),
        ask => { type => 'human_approval', prompt => 'On?', on_approve => 'end',
            on_reject => 'end' },
        end => { type => 'terminate', outputs => { pin => '{{pin}}' } },
    }, sensitive('pin'));

    for my $how (qw(child_run inline)) {
        import_of("parent-$how", 'call', {
            call => { type => 'subflow', procedure_id => 'kid', version => '1.0.0',
                ($how eq 'child_run' ? (isolation => 'child_run') : ()),
                input_mapping => { pin => '{{pin}}' },
                output_mapping => { pin => 'pin' }, next_node => 'hand' },
            hand => uses('end', '{{pin}}'),
        }, sensitive('pin'));

        my $run = $site->run("parent-$how", { pin => "$word-$how" });
        my $asked = until_true('somebody is asked', sub {
            my ($one) = grep { $_->{status} eq 'pending' }
                @{ $site->get('/api/approvals?status=pending')->{json} };
            return $one;
        });
        nowhere($word, "$how, under way");
        $site->post("/api/approvals/$asked->{approval_id}/decision",
            { decision => 'approved' });
        ends($run);
        is_deeply [ used_by($run) ]->[-1], "$word-$how", "$how: it came back";
        nowhere($word, "$how, at its end");
    }

    # whoever calls it, and whatever that one calls sensitive

    import_of('careless', 'call', {
        call => { type => 'subflow', procedure_id => 'kid', version => '1.0.0',
            isolation => 'child_run', wait => JSON::PP::false, next_node => 'end',
            input_mapping => { pin => 'not a secret here' } },
    });
    my $careless = $site->run('careless');
    ends($careless);
    like LangOrch::Store::value($site, "SELECT input_raw FROM runs"
        . " WHERE parent_run_id = '" . $careless->id . q{'}), qr/^!enc:v1:/,
        'a child that is sensitive is born sealed, whoever calls it';

    # the value is made in the child run, and nobody else has it

    import_of('alone', 'make', {
        make => sequence('hand', { step_id => 'make', action => 'make',
            params => { from => $word . '-al' . 'one' }, output_variable => 'pin' }),
        hand => uses('end', '{{pin.made}}'),
    }, pin => { sensitive => JSON::PP::true });
    import_of('around', 'call', {
        call => { type => 'subflow', procedure_id => 'alone', version => '1.0.0',
            isolation => 'child_run', next_node => 'end' },
    });
    ends($site->run('around'));
    my ($made) = grep { /alone-made/ } map { $_->{json}{params}{it} // '' }
        $agent->calls('use');
    is $made, "$word-alone-made", 'a child makes one';
    nowhere("$word-alone-made", 'a child that alone is sensitive');
};


subtest 'what an operator changes' => sub {
    my $word = 'operator-sentinel-5124';
    import_of('set-back', 'first', {
        first  => uses('second', '{{pin}}'),
        second => uses('end', '{{pin}}', bad => '{{bad}}'),
    }, sensitive('pin'), bad => { type => 'string', default => 'yes' });

    my $run = $site->run('set-back', { pin => "$word-1" });
    is $run->wait_final->{status}, 'failed', 'it fails';
    my ($point) = grep { ($_->{node_id} // '') eq 'first' }
        @{ $site->get($run->path('/checkpoints'))->{json} };
    my $r = $site->post($run->path('/resume'), {
        checkpoint_id => $point->{checkpoint_id},
        input_vars => { pin => "$word-2", bad => 'no' } });
    is $r->{status}, 200, 'it is set back, with another value' or diag $r->{body};
    ends($run);
    is_deeply [ used_by($run) ], [ "$word-1", "$word-1", "$word-2" ], 'that it has';

    my $again = $site->post($run->path('/replay'), { from_node => 'second',
        input_vars => { pin => "$word-3" } })->{json};
    $again = $site->run_by_id($again->{run_id});
    ends($again);
    is_deeply [ used_by($again) ], ["$word-3"], 'a replay has its own';

    $again = $site->post($run->path('/retry'), {
        input_vars => { pin => "$word-4", bad => 'no' } })->{json};
    $again = $site->run_by_id($again->{run_id});
    ends($again);
    is_deeply [ used_by($again) ], [ ("$word-4") x 2 ], 'a retry, too';

    my $same = $site->post($again->path('/retry'), { new_run => JSON::PP::true,
        input_vars => { pin => '***REDACTED***' } })->{json};
    $same = $site->run_by_id($same->{run_id});
    ends($same);
    is_deeply [ used_by($same) ], [ ("$word-4") x 2 ],
        'the mask means what it was, sealed as that is';
    nowhere($word, 'what was changed');
};


subtest 'what people are shown, and what they answer' => sub {
    my $word = 'asked-sentinel-5125';
    import_of('asks', 'ask', {
        ask => { type => 'human_approval', prompt => 'Which one?',
            decision_type => 'provide_input', context_data => { pin => '{{pin}}' },
            on_approve => 'hand', on_reject => 'end',
            input_schema => { pin => {%pin} } },
        hand => uses('end', '{{pin}}'),
    }, sensitive('pin'));

    my $run = $site->run('asks', { pin => "$word-1" });
    my $asked = $run->wait_approval;
    my $r = $site->post("/api/approvals/$asked->{approval_id}/decision",
        { decision => 'approved', payload => { pin => "$word-2" } });
    is $r->{status}, 200, 'somebody answers' or diag $r->{body};
    ends($run);
    is_deeply [ used_by($run) ], ["$word-2"], 'the run has the answer';
    nowhere($word, 'questions and answers');
};


subtest 'under another key nobody has it, and nothing is done twice' => sub {
    import_of('recalls', 'look', {
        look => { type => 'processing', next_node => 'end', operations => [
            { action => 'memory_get', key => 'own', %far, output_variable => 'it' },
            { action => 'memory_set', key => 'own', %far, value => 'kept' } ] },
    }, sensitive('it'));
    ends($site->run('recalls'));

    my $made = $agent->calls('make');
    $site->stop;
    LangOrch::Site::spew($site->home . '/secrets.key', 'ab' x 32);
    $site->restart;

    for my $id (qw(keyed recalls)) {
        my $end = $site->run($id, $id eq 'keyed' ? { pin => 'x' } : {})->wait_final;
        is $end->{status}, 'failed', "$id fails";
        like $end->{error_message}, qr/not under the key of the site/, 'and says why';
    }
    is scalar($agent->calls('make')), $made, 'the work is not done again';
};


$site->log_is_calm;
done_testing;
