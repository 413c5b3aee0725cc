# What a document says of the procedures that it calls, against those that are
# stored when it is imported or compiled, and which of their versions a run
# takes (ckp 10.10, CKP703 to CKP709).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence);
use LangOrch::Site;

my $agent = LangOrch::Agent->start(script => {
    work => sub {
        my ($call) = @_;
        my $hold = $call->{json}{params}{hold};
        return $hold ? { result => 1, until => $hold } : { result => 1 };
    },
});

my $site = LangOrch::Site->start;
$site->register($agent);

my %end = (type => 'terminate');


# A procedure that calls: {node => its members}, one after the other, then end.

sub calls {
    my ($id, $calls, %more) = @_;
    my %nodes = (end => { %end, outputs => delete $more{outputs} // {} });
    my @ids   = sort keys %$calls;

    for my $i (0 .. $#ids) {
        $nodes{ $ids[$i] } = { type => 'subflow', %{ $calls->{ $ids[$i] } },
            next_node => $ids[ $i + 1 ] // 'end' };
    }

    return procedure($id, $ids[0], \%nodes, %more);
}

# A child of that version that tells it.

sub kid {
    my ($id, $version, %more) = @_;

    return procedure($id, 'end', {
        end => { %end, outputs => { version => $version } } },
        version => $version, %more);
}

sub stored {
    my ($doc, $query) = @_;
    my $r = $site->post('/api/procedures' . ($query // ''),
        { ckp_json => $doc });

    BAIL_OUT("import: $r->{status} $r->{body}")
        if $r->{status} !~ /^20/;

    return $r->{json};
}

# "CKP704 /pointer" of each that is about children.

sub said {
    my ($list) = @_;
    return join ' ', map { "$_->{id} $_->{path}" =~ s{/workflow_graph/nodes}{}r }
        grep { $_->{id} =~ /^CKP70/ } @$list;
}

sub refused {
    my ($id) = @_;
    return $site->post('/api/runs', { procedure_id => $id });
}

sub version_of {
    my ($id) = @_;
    return $site->run($id)->wait_final->{output_vars}{v};
}


subtest 'what is not there yet is a warning' => sub {
    my $doc = calls('early', { a => { procedure_id => 'later',
        version => '1.0.0' } });
    my $p = stored($doc);

    is said($p->{diagnostics}), 'CKP704 /a/procedure_id', 'told at the import';
    ok $p->{valid}, 'which is no error';

    stored(kid('later', '1.0.0'));
    is said(stored($doc)->{diagnostics}), 'CKP704 /a/procedure_id',
        'the same document again is the same';
    is said(stored($doc, '?on_conflict=replace')->{diagnostics}), '',
        'until it asks to look again';

    my $again = $site->put('/api/procedures/early/1.0.0', { ckp_json =>
        calls('early', { a => { procedure_id => 'later', version => '^2' } }) });
    is said($again->{json}{diagnostics}),
        'CKP704 /a/procedure_id CKP707 /a/version', 'of no such version';

    $site->patch('/api/procedures/later/1.0.0/status', { status => 'archived' });
    is said($site->put('/api/procedures/early/1.0.0', { ckp_json => $doc })
            ->{json}{diagnostics}), 'CKP704 /a/procedure_id',
        'of one that refuses runs';
};


subtest 'an input that the child needs has to be mapped' => sub {
    stored(kid('needs', '1.0.0', variables_schema => {
        who => { type => 'string', required => JSON::PP::true } }));

    my $doc = calls('short', { a => { procedure_id => 'needs',
        version => '1.0.0', input_mapping => { whom => 'Ana' } } });
    my $p = stored($doc);

    is said($p->{diagnostics}),
        'CKP705 /a/input_mapping CKP706 /a/input_mapping/whom', 'told';
    ok !$p->{valid}, 'an error';

    my $r = refused('short');
    is $r->{status}, 422, 'so it starts no run';
    is said($r->{json}{errors}), 'CKP705 /a/input_mapping', 'and says why';

    $r = $site->post('/api/procedures?validate=strict', { ckp_json =>
        { %$doc, version => '1.0.1' } });
    is $r->{status}, 422, 'a strict import does not store it';
    is $r->{json}{code}, 'compile_error', 'for that reason';
    is $site->get('/api/procedures/short/1.0.1')->{status}, 404, 'really not';

    $site->put('/api/procedures/needs/1.0.0', { ckp_json =>
        kid('needs', '1.0.0', variables_schema => {
            who => { default => 'Ana' }, whom => {} }) });
    $r = $site->put('/api/procedures/short/1.0.0', { ckp_json => $doc });
    ok $r->{json}{valid}, 'when the child needs it no more it may run';
    is refused('short')->{status}, 201, 'and does';
};


subtest 'a circle is an error wherever it is closed' => sub {
    my %to = map { $_ => calls("ring-$_", { a => { version => '1.0.0',
        procedure_id => 'ring-' . ($_ % 3 + 1) } }) } 1 .. 3;

    ok stored($to{$_})->{valid}, "$_ leads nowhere back yet" for 1, 2;

    my $p = stored($to{3});
    is said($p->{diagnostics}), 'CKP703 /a/procedure_id', 'the last one does';
    like $p->{diagnostics}[0]{message},
        qr/ring-3 -> ring-1 -> ring-2 -> ring-3$/, 'and says which way';
    is refused('ring-3')->{status}, 422, 'it starts no run';

    my $r = $site->post('/api/procedures/compile', { ckp_json => $to{1} });
    ok !$r->{json}{valid}, 'a compilation sees it';
    is said($r->{json}{errors}), 'CKP703 /a/procedure_id', 'from everywhere';

    $r = $site->post('/api/procedures/ring-2/1.0.0/compile', {});
    is said($r->{json}{errors}), 'CKP703 /a/procedure_id',
        'also of a stored version';

    $r = $site->post('/api/procedures/ring-2/1.0.0/explain', {});
    is $r->{status}, 422, 'there is nothing to explain';
    like $r->{json}{detail}, qr/ring-2 -> ring-3.*CKP703/, 'and why';

    $r = $site->patch('/api/procedures/ring-3/1.0.0/status',
        { status => 'active' });
    is $r->{status}, 200, 'it may get another status';
    ok !$r->{json}{valid}, 'and stays as wrong as it was';
};


subtest 'what it calls may be in any form, and in any place' => sub {
    for my $doc (
        { procedure_id => 'flat', version => '1', start_node_id => 'a',
          nodes => [ { node_id => 'a', node_type => 'subflow',
            procedure_id => 'deep', version => '1' } ] },
        { id => 'deep', version => '1', entry => 'a', nodes => [
          { id => 'a', type => 'subflow', procedure_id => 'top',
            version => '1.0.0' } ] })
    {
        my $p = stored($doc);
        ok $p->{valid}, 'valid' or diag explain $p->{diagnostics};
    }

    my $r = $site->post('/api/procedures/compile', { ckp_json =>
        procedure('top', 'd', { d => { type => 'dag', next_node => 'end',
            tasks => [ { task_id => 't', subflow => { procedure_id => 'flat',
                version => '1' } } ] }, end => {%end} }) });
    is said($r->{json}{errors}), 'CKP703 /d/tasks/0/subflow/procedure_id',
        'a task of a dag, a list of nodes, a compact one';
};


subtest 'a version is one of the kinds that there are' => sub {
    my $r = $site->post('/api/procedures/compile', { ckp_json =>
        calls('kinds', { a => { procedure_id => 'many', version => '@test' },
                         b => { procedure_id => 'many' } },
            global_config => { subflow_policy => {
                require_pinned => JSON::PP::true, allow => ['other'] } },
            contract => { inputs => { type => 'text' } }) });

    is said($r->{json}{errors}), 'CKP709 /contract/inputs/type'
        . ' CKP708 /a/procedure_id CKP709 /a/version'
        . ' CKP707 /b CKP708 /b/procedure_id', 'all of them are told';
};


my @many = qw(1.0.0 1.2.0 1.2.7 1.10.0 2.0.0);

subtest 'a run takes the version that is meant' => sub {
    stored(kid('many', $_)) for @many;
    stored(kid('many', '1.3.0'));           # not the highest, but the newest

    for ([ '1.2.0', 'prod' ], [ '1.2.7', 'qa' ]) {
        my $r = $site->post("/api/procedures/many/$_->[0]/promote",
            { target_channel => $_->[1] });
        is $r->{status}, 200, "$_->[0] is in $_->[1]";
    }

    my %means = ('1.0.0' => '1.0.0', latest => '1.3.0', '' => '1.3.0',
        '^1.2' => '1.10.0', '~1.2.0' => '1.2.7', '>=1 <2' => '1.10.0',
        '1.x' => '1.10.0', '*' => '2.0.0', '@prod' => '1.2.0',
        '@qa' => '1.2.7', '@dev' => '1.3.0');

    for my $want (sort keys %means) {
        my $id = 'means-' . unpack 'H*', $want;

        stored(calls($id, { a => { procedure_id => 'many', version => $want,
                output_mapping => { v => 'version' } } },
            outputs => { v => '{{v}}' }));
        is version_of($id), $means{$want}, "\"$want\"";
    }

    $site->patch('/api/procedures/many/1.10.0/status',
        { status => 'archived' });
    is version_of('means-' . unpack 'H*', '^1.2'), '1.3.0',
        'one that runs goes before one that does not';
};


# Calls `moves` twice, and waits between.

sub twice {
    my ($policy, %more) = @_;
    my %call = (type => 'subflow', procedure_id => 'moves', version => '^1',
        version_policy => $policy);

    return procedure("twice-$policy", 'a', {
        a    => { %call, output_mapping => { a => 'version' },
                  next_node => 'hold' },
        hold => sequence('b', { step_id => 's', action => 'work',
                  params => { hold => '{{hold | null}}' } }),
        b    => { %call, output_mapping => { b => 'version' },
                  next_node => 'end' },
        end  => { %end, outputs => { v => '{{a}} {{b}}' } },
    }, variables_schema => { hold => {} }, %more);
}

subtest 'when the version is chosen is a matter of policy' => sub {
    stored(kid('moves', '1.0.0'));

    my %p = map { $_ => stored(twice($_)) }
        qw(pin_on_start pin_on_import floating);
    is said($p{pin_on_import}{diagnostics}), '', 'an import pins';
    is said($p{floating}{diagnostics}), 'CKP707 /a/version CKP707 /b/version',
        'nothing else does';

    my %runs = map { $_ => $site->run("twice-$_", { hold => $_ }) } keys %p;
    $_->wait_for('step_dispatched') for values %runs;
    stored(kid('moves', '1.1.0'));
    $agent->release($_) for keys %runs;

    my %saw = map { $_ => $runs{$_}->wait_final->{output_vars}{v} } keys %runs;
    is_deeply \%saw, { pin_on_start => '1.0.0 1.0.0',
        pin_on_import => '1.0.0 1.0.0', floating => '1.0.0 1.1.0' },
        'a run that is under way';

    %saw = map { $_ => version_of("twice-$_") } keys %runs;
    is_deeply \%saw, { pin_on_start => '1.1.0 1.1.0',
        pin_on_import => '1.0.0 1.0.0', floating => '1.1.0 1.1.0' },
        'one that starts then';

    is $site->get('/api/procedures/twice-pin_on_import/1.0.0')
            ->{json}{subflow_pins}{'moves@^1'}{version}, '1.0.0',
        'what the import chose is shown';
};


subtest 'what an import pinned stays until the next one' => sub {
    my $path = '/api/procedures/twice-pin_on_import/1.0.0';

    $site->patch("$path/status", { status => 'active' });
    is version_of('twice-pin_on_import'), '1.0.0 1.0.0', 'in another status';

    is $site->post("$path/promote", { target_channel => 'qa' })->{status}, 200,
        'promoted';
    is version_of('twice-pin_on_import'), '1.0.0 1.0.0', 'it stays';

    my $doc = $site->get($path)->{json}{ckp_json};
    is stored($doc, '?on_conflict=replace')->{procedure_id},
        'twice-pin_on_import', 'the same document, imported once more';
    is version_of('twice-pin_on_import'), '1.1.0 1.1.0', 'takes the new one';

    stored(kid('moves', '1.2.0'));
    $site->put($path, { ckp_json => $doc });
    is version_of('twice-pin_on_import'), '1.2.0 1.2.0', 'as a replacement does';
};


subtest 'what was not there at the import is an error of the run' => sub {
    my $doc = calls('pins', { a => { procedure_id => 'unborn', version => '^1',
            version_policy => 'pin_on_import',
            output_mapping => { v => 'version' } } },
        outputs => { v => '{{v}}' });

    is said(stored($doc)->{diagnostics}), 'CKP704 /a/procedure_id', 'told';
    stored(kid('unborn', '1.0.0'));

    my $end = $site->run('pins')->wait_final;
    is $end->{status}, 'failed', 'it is not chosen later';
    like $end->{error_message}, qr/import that again/, 'the run says what to do';

    stored($doc, '?on_conflict=replace');
    is version_of('pins'), '1.0.0', 'which helps';
};


$site->log_is_calm;

done_testing;
