# The small print of procedures (api 1.3, 3.1-3.9), sentence by sentence.

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use JSON::PP;
use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Site;

my $site = LangOrch::Site->start;
my $end  = { end => { type => 'terminate' } };

sub keep {
    my ($doc, $query) = @_;
    return $site->post('/api/procedures' . ($query // ''), { ckp_json => $doc });
}

sub small { my ($id, %more) = @_; return procedure($id, 'end', $end, %more) }


subtest 'a document comes back as it was written' => sub {
    my $graph = '"workflow_graph":{"start_node":"end","nodes":{"end":'
        . '{"type":"terminate"}}}';
    my $text = '{"version":"1","procedure_id":"faithful","_z":1,"_a":1.0,'
        . '"_big":9007199254740993,"_small":-0.001,"_deep":{"b":[],"a":null},'
        . $graph . '}';
    my $r = $site->post('/api/procedures', qq({"ckp_json":$text}));
    is $r->{status}, 201, 'stored' or diag $r->{body};

    my $body = $site->get('/api/procedures/faithful/1')->{body};
    like $body, qr/"ckp_json":\Q$text\E/, 'members in order, numbers as they were';

    my $sorted = JSON::PP->new->canonical->encode(small('hash', _b => 2, _a => 1));
    is keep(small('hash', _b => 2, _a => 1))->{json}{content_hash},
        sha256_hex($sorted), 'its hash is that of the sorted text';
};


subtest 'what the document does not say' => sub {
    my $p = keep(small('plain'))->{json};
    is "$p->{name} $p->{status} $p->{release_channel}", 'plain draft dev',
        'is the id, draft and dev';
    $p = keep(small('said', name => 'Said', status => 'approved',
        release => { channel => 'qa' }, effective_date => '2030-01-01'))->{json};
    is "$p->{name} $p->{status} $p->{release_channel} $p->{effective_date}",
        'Said approved qa 2030-01-01', 'else what it says';
    is keep(small('odd', status => 'in review'))->{json}{status}, 'in review',
        'another status is kept';
};


subtest 'a channel that is none' => sub {
    my $doc = small('moon', release => { channel => 'moon' });
    my $r = $site->post('/api/procedures?validate=strict', { ckp_json => $doc });
    is $r->{status}, 422, 'is refused where all is';
    is $r->{json}{errors}[0]{path}, '/release/channel', 'and told where';

    $r = keep($doc);
    is $r->{status}, 201, 'else it is kept';
    ok !$r->{json}{valid}, 'as one that does not run';
    is $site->post('/api/runs', { procedure_id => 'moon' })->{status}, 422,
        'so it runs in no channel';
};


subtest 'ids and versions' => sub {
    for my $bad (qw(compile webhook sync preview), '', 'a b', '-a', 'a/b',
        "a\x{e9}", 'x' x 257)
    {
        is keep(small($bad))->{status}, 422, 'no id: ' . substr $bad, 0, 20;
    }
    for my $bad (qw(versions latest diff deployments), 'a b', 'v:1', '~1',
        'x' x 65)
    {
        my $r = keep(small('v', version => $bad));
        is $r->{status}, 422, 'no version: ' . substr $bad, 0, 20;
    }
    for my $good ('a._:~@+-9', 'x' x 256) {
        is keep(small($good))->{status}, 201, 'an id: ' . substr $good, 0, 20;
        is $site->get("/api/procedures/$good/1.0.0")->{json}{procedure_id},
            $good, 'which is found';
    }
    is keep(small('v', version => $_))->{status}, 201, 'a version: ' . substr $_, 0, 9
        for '1.2.3-rc.1+build', 'x' x 64;
    is keep(small('v', version => 7))->{json}{version}, '7', 'a number is one';

    my $r = keep({ version => '1', workflow_graph => {} });
    is "$r->{status} $r->{json}{detail}",
        '422 CKP must contain procedure_id and version at the root.', 'neither';
};


subtest 'what is refused in any case' => sub {
    my %many = map { ("n$_" => { type => 'terminate' }) } 1 .. 2001;
    my $r = keep(procedure('many', 'n1', \%many));
    is "$r->{status} $r->{json}{code}", '422 compile_error',
        'a document beyond a limit';
    ok((grep { $_->{id} eq 'CKP006' } @{ $r->{json}{errors} }), 'by CKP006');

    $r = keep({ name => 'steps', steps => [ { id => 'a', config => {
        action => 'x' }, depends_on => ['b'] } ] });
    is "$r->{status} $r->{json}{code}", '422 compile_error', 'a broken step list';
    $r = keep({ procedure_id => 'g', name => 'g', version => 1, nodes => [
        { id => 'a', type => 'nothing' } ], edges => [] });
    is "$r->{status} $r->{json}{code}", '422 compile_error', 'a broken graph';
    is $site->get("/api/procedures/$_")->{status}, 404, "$_ is not stored"
        for qw(many steps g);

    $r = $site->post('/api/procedures', { ckp_json => small('p'),
        project_id => 'none' });
    is "$r->{status} $r->{json}{detail}", '404 Project not found',
        'and one for a project that is not there';
};


subtest 'replaced' => sub {
    keep(small('swap', name => 'First', status => 'approved',
        description => 'Once', effective_date => '2020-01-01'));
    my $old = $site->get('/api/procedures/swap/1.0.0')->{json};

    my $r = $site->put('/api/procedures/swap/1.0.0',
        { ckp_json => { workflow_graph => { start_node => 'no', nodes => $end } } });
    is $r->{status}, 200, 'the id and the version may be left out';
    is join('|', @{ $r->{json} }{qw(name status description effective_date)}),
        'First|approved|Once|2020-01-01', 'so may what stays';
    ok !$r->{json}{valid}, 'valid is what the last compile said';
    is ref $r->{json}{diagnostics}, 'ARRAY', 'which is told';

    my ($e) = @{ $site->get('/api/audit?category=procedure&action=update')
        ->{json}{events} };
    is_deeply [ @{ $e->{meta} }{qw(hash old_hash)} ],
        [ $r->{json}{content_hash}, $old->{content_hash} ],
        'the trail has both hashes';

    for my $part (qw(procedure_id version)) {
        my $bad = $site->put('/api/procedures/swap/1.0.0',
            { ckp_json => { %{ small('swap') }, $part => 'other' } });
        is "$bad->{status} $bad->{json}{detail}",
            "422 $part in CKP does not match target $part", "another $part";
    }
    is $site->put('/api/procedures/none/1', { ckp_json => {
        workflow_graph => {} } })->{status}, 404, 'what is not there';
    is keep({ %{ small('swap', name => 'Second') } })->{json}{detail},
        'Procedure swap version 1.0.0 already exists', 'an import is no PUT';
};


subtest 'runs keep what they began with' => sub {
    $site->import_document('one-approval');
    my $held = $site->run('one-approval');
    $held->wait_approval;
    $site->put('/api/procedures/one-approval/1.0.0',
        { ckp_json => small('one-approval') });
    $held->decide('approve');
    like $held->wait_final && $held->story, qr/approval_decision_received/,
        'the document of then';
    is $site->run('one-approval')->wait_final->{status}, 'completed',
        'new ones have the new one';
};


subtest 'a status' => sub {
    keep(small('st'));
    my $path = '/api/procedures/st/1.0.0';
    my $r = $site->patch("$path/status", { status => 'great' });
    is "$r->{status} $r->{json}{detail}", "422 Invalid status 'great'. Must be"
        . " one of: ['draft', 'active', 'approved', 'inactive', 'deprecated',"
        . " 'archived']", 'another word';
    is $site->patch("$path/status", {})->{json}{errors}[0]{loc}[1], 'status',
        'none';
    is $site->patch('/api/procedures/none/1/status', { status => 'active' })
        ->{status}, 404, 'of nothing';

    my $one = $site->patch("$path/status", { status => 'active' })->{json};
    my $two = $site->patch("$path/status", { status => 'active' })->{json};
    is $two->{updated_at}, $one->{updated_at}, 'the same changes nothing';
    is scalar @{ $site->get('/api/audit?category=procedure&action=status'
        . '&resource_id=st')->{json}{events} }, 1, 'and leaves no trace';

    $site->patch("$path/status", { status => 'inactive' });
    is $site->post('/api/runs', { procedure_id => 'st' })->{status}, 409,
        'inactive starts no run';
};


subtest 'compiled, and nothing more' => sub {
    my $r = $site->post('/api/procedures/compile', { ckp_json => {} });
    is $r->{status}, 200, 'anything that is an object';
    ok !$r->{json}{valid} && @{ $r->{json}{errors} } > 1, 'with all its errors';

    my $doc = procedure('c', 'a', { a => { type => 'sequence', agent => 'web',
        next_node => 'end', steps => [ { action => 'navigate' },
        { action => 'log', message => 'x' } ], _note => 1 }, %$end });
    $r = $site->post('/api/procedures/compile', { ckp_json => $doc })->{json};
    ok $r->{valid}, 'a good one';
    is "$r->{start_node} $r->{node_count} $r->{step_count}", 'a 2 2', 'counted';
    is join(' ', map { "$_->{action}:$_->{kind}" } @{ $r->{bindings} }),
        'navigate:agent_http log:internal', 'and who does what';
    is $site->get('/api/procedures/c')->{status}, 404, 'is not stored';
    is $site->post('/api/procedures/none/1/compile', {})->{status}, 404,
        'the stored one has to be there';
    is $site->post('/api/procedures/st/latest/compile', undef)->{json}{valid},
        JSON::PP::true, 'and needs no body';
};


subtest 'the newest, and the one of a channel' => sub {
    is $site->get('/api/procedures/none')->{status}, 404, 'of nothing';
    is $site->get('/api/procedures/st?channel=prod')->{status}, 404,
        'where none is active';
    is $site->get('/api/procedures/v')->{json}{version}, '7', 'the last import';
};

$site->log_is_calm;
done_testing;
