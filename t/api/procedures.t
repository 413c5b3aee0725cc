# Documents come in, are found, changed and go (api 3.1-3.8).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure sequence);
use LangOrch::Site;

my $site = LangOrch::Site->start;

sub import_it {
    my ($doc, $query) = @_;
    return $site->post('/api/procedures' . ($query // ''),
        { ckp_json => $doc });
}

my $doc = procedure('pay-out', 'end', { end => { type => 'terminate' } },
    name => 'Pay out', description => 'Sends money', tags => ['bank'],
    retrieval_metadata => { domain => 'Finance', keywords => ['salary'] });


subtest 'an import is answered with the procedure' => sub {
    my $r = import_it($doc);

    is $r->{status}, 201, 'created';
    like $r->{headers}{location}, qr{/api/procedures/pay-out/1\.0\.0$},
        'at its address';
    like $r->{headers}{etag}, qr/^"[^"]+"$/, 'with a strong tag';

    my $p = $r->{json};
    is $p->{procedure_id}, 'pay-out', 'id';
    is $p->{version}, '1.0.0', 'version';
    is $p->{name}, 'Pay out', 'name';
    is $p->{status}, 'draft', 'a draft unless it says otherwise';
    is $p->{release_channel}, 'dev', 'in the channel dev';
    is_deeply $p->{tags}, ['bank'], 'tags';
    like $p->{content_hash}, qr/^[0-9a-f]{64}$/, 'hash';
    ok $p->{valid}, 'valid';
    is $p->{created_by}, 'anonymous', 'by whom';
    is ref $p->{diagnostics}, 'ARRAY', 'and what the compiler says';
    ok exists $p->{$_}, "$_ is there" for qw(id effective_date project_id
        created_at updated_at promoted_at promoted_by promoted_from_version);
};


subtest 'the same again is the same' => sub {
    my $again = import_it($doc);
    is $again->{status}, 200, 'an equal document is no conflict';

    my %other = (%$doc, name => 'Pay out more');
    my $r = import_it(\%other);
    is $r->{status}, 409, 'a different one is';
    is $r->{json}{detail}, 'Procedure pay-out version 1.0.0 already exists',
        'and hears why';

    $r = import_it(\%other, '?on_conflict=replace');
    is $r->{status}, 200, 'unless it asks to replace';
    is $r->{json}{name}, 'Pay out more', 'which it does';
};


subtest 'what cannot be a procedure is refused' => sub {
    my $r = import_it({ version => '1', workflow_graph => {} });
    is $r->{status}, 422, 'without an id';
    is $r->{json}{detail}, 'CKP must contain procedure_id and version at the root.',
        'in the words of the contract';

    is import_it({ %$doc, procedure_id => 'a b' })->{status}, 422, 'a space';
    is import_it({ %$doc, procedure_id => 'compile' })->{status}, 422,
        'a reserved word';
    is import_it({ %$doc, version => 'latest' })->{status}, 422,
        'a reserved version';
    is $site->post('/api/procedures', { ckp_json => [] })->{status}, 422,
        'an array';
    is $site->post('/api/procedures', {})->{status}, 422, 'nothing';
};


subtest 'what does not compile is kept, unless strict' => sub {
    my $broken = procedure('broken', 'nowhere',
        { end => { type => 'terminate' } });

    my $r = import_it($broken, '?validate=strict');
    is $r->{status}, 422, 'strict refuses it';
    is $r->{json}{code}, 'compile_error', 'as a compile error';
    my ($error) = grep { $_->{severity} eq 'error' } @{ $r->{json}{errors} };
    like $error->{id}, qr/^CKP\d{3}$/, 'with its diagnostic';
    like $error->{path}, qr{^/workflow_graph/}, 'which points into it';
    is $site->get('/api/procedures/broken/1.0.0')->{status}, 404, 'not stored';

    $r = import_it($broken);
    is $r->{status}, 201, 'lenient keeps it';
    ok !$r->{json}{valid}, 'as not valid';

    $r = $site->post('/api/runs', { procedure_id => 'broken' });
    is $r->{status}, 422, 'but it starts no run';
    is $r->{json}{code}, 'compile_error', 'for that reason';
    is $r->{json}{detail}, 'Procedure broken version 1.0.0 does not compile',
        'which it says';
};


subtest 'versions are listed, newest first' => sub {
    import_it({ %$doc, version => '1.1.0', status => 'active' });

    my $all = $site->get('/api/procedures/pay-out/versions')->{json};
    is join(' ', map { $_->{version} } @$all), '1.1.0 1.0.0', 'both';
    is_deeply $site->get('/api/procedures/unknown/versions')->{json}, [],
        'none of what is not known';

    my $latest = $site->get('/api/procedures/pay-out/latest');
    is $latest->{json}{version}, '1.1.0', 'latest is the newest';
    is $site->get('/api/procedures/pay-out')->{json}{version}, '1.1.0',
        'as is no version';
    is_deeply $latest->{json}{ckp_json}{retrieval_metadata},
        $doc->{retrieval_metadata}, 'the document comes back';

    my $r = $site->get('/api/procedures/pay-out/9.9.9');
    is $r->{status}, 404, 'an unknown one is not found';
    is $r->{json}{detail}, 'Procedure not found', 'and says so';
};


subtest 'the list can be searched' => sub {
    my $list = sub {
        my ($query) = @_;
        return join ' ', sort map { "$_->{procedure_id}/$_->{version}" }
            @{ $site->get("/api/procedures?$query")->{json} };
    };

    is $list->('search=PAY%20OUT'), 'pay-out/1.0.0 pay-out/1.1.0', 'by name';
    is $list->('search=salary'), 'pay-out/1.0.0 pay-out/1.1.0', 'by keyword';
    is $list->('status=active'), 'pay-out/1.1.0', 'by status';
    is $list->('latest_only=true&search=pay'), 'pay-out/1.1.0', 'the latest';
    is $list->('search=100%25'), '', 'a percent sign is itself';

    my $page = $site->get('/api/procedures?limit=2&total=true');
    is scalar @{ $page->{json} }, 2, 'a page';
    is $page->{headers}{'x-total-count'}, 3, 'of so many';

    my $cursor = $page->{headers}{'x-next-cursor'};
    ok length $cursor, 'with a cursor';
    $page = $site->get("/api/procedures?limit=2&cursor=$cursor");
    is scalar @{ $page->{json} }, 1, 'to the rest';
    ok !$page->{headers}{'x-next-cursor'}, 'where it ends';
};


subtest 'a document is replaced when nobody else did' => sub {
    my $old  = $site->get('/api/procedures/pay-out/1.0.0');
    my $path = '/api/procedures/pay-out/1.0.0';

    my $r = $site->put($path, { ckp_json => { %$doc, name => 'Third' } },
        headers => { 'If-Match' => $old->{headers}{etag} });
    is $r->{status}, 200, 'with the tag of what was read';
    is $r->{json}{name}, 'Third', 'it is another';

    $r = $site->put($path, { ckp_json => { %$doc, name => 'Fourth' } },
        headers => { 'If-Match' => $old->{headers}{etag} });
    is $r->{status}, 412, 'the old tag fails';
    is $site->get($path)->{json}{name}, 'Third', 'and changes nothing';

    my $now = $site->get($path);
    is $site->get($path,
        headers => { 'If-None-Match' => $now->{headers}{etag} })->{status},
        304, 'who has it already is told so';

    is $site->put($path, { ckp_json => { %$doc, procedure_id => 'else' } })
        ->{status}, 422, 'another id does not fit';
};


subtest 'a status refuses runs, and takes them again' => sub {
    my $path = '/api/procedures/pay-out/1.0.0';
    my $run  = { procedure_id => 'pay-out', procedure_version => '1.0.0' };

    my $r = $site->patch("$path/status", { status => 'archived' });
    is $r->{status}, 200, 'archived';
    is $site->get($path)->{json}{ckp_json}{status}, 'archived', 'as it says';

    $r = $site->post('/api/runs', $run);
    is $r->{status}, 409, 'starts nothing';
    is $r->{json}{code}, 'procedure_not_runnable', 'for that reason';

    $site->patch("$path/status", { status => 'active' });
    is $site->post('/api/runs', $run)->{status}, 201, 'active does';

    is $site->patch("$path/status", { status => 'great' })->{status}, 422,
        'there is no other';
};


subtest 'what is deleted is gone' => sub {
    my $path = '/api/procedures/pay-out/1.1.0';

    my $r = $site->del($path);
    is $r->{status}, 200, 'deleted';
    is $r->{json}{version}, '1.1.0', 'as it says';
    is $site->get($path)->{status}, 404, 'gone';
    is $site->del($path)->{status}, 404, 'once';

    $site->import_document('one-approval');
    my $waiting = $site->run('one-approval');
    $waiting->wait_status('waiting_approval');

    $r = $site->del('/api/procedures/one-approval/1.0.0');
    is $r->{status}, 409, 'not while a run needs it';
    is $r->{json}{code}, 'active_runs', 'for that reason';

    is $site->del('/api/procedures/one-approval/1.0.0?force=true')->{status},
        200, 'unless forced';
    $waiting->decide('approve');
    is $waiting->wait_final->{status}, 'completed', 'and the run goes on';
};


$site->log_is_calm;
done_testing;
