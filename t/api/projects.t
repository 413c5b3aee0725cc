# Projects hold procedures and runs together, tell what they cost, and leave
# them behind when they go (api 10).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Llm;
use LangOrch::Site;

my $llm  = LangOrch::Llm->start(script => { '*' => [ { text => 'ok' } ] });
my $site = LangOrch::Site->start(procedures => ['log-only'],
    http => 'langorch_llm_url ' . $llm->base_url . ';');


sub project {
    my (%body) = @_;
    my $r = $site->post('/api/projects', \%body);
    is $r->{status}, 201, 'a project is made' or diag $r->{body};
    return $r;
}


subtest 'projects are made, shown, listed by name and changed' => sub {
    is_deeply $site->get('/api/projects')->{json}, [], 'none at first';

    my $r = project(name => 'Winter', description => 'cold');
    my $p = $r->{json};
    is_deeply [ sort keys %$p ],
        [ qw(created_at description name project_id) ], 'its members';
    like $p->{project_id}, qr/^[0-9a-f]{8}-[0-9a-f-]{27}$/, 'a UUID';
    like $p->{created_at}, qr/^\d{4}-.*\.\d{3}Z$/, 'a time';
    like $r->{headers}{location}, qr{/api/projects/$p->{project_id}$}, 'where';

    project(name => 'Autumn');
    is_deeply [ map { $_->{name} } @{ $site->get('/api/projects')->{json} } ],
        [ 'Autumn', 'Winter' ], 'listed by name';
    is_deeply [ map { $_->{name} }
        @{ $site->get('/api/projects?limit=1&offset=1')->{json} } ],
        ['Winter'], 'in parts';

    my $path = "/api/projects/$p->{project_id}";
    my $got = $site->get($path);
    is_deeply $got->{json}, $p, 'shown';
    is $site->get($path, headers => { 'If-None-Match' =>
        $got->{headers}{etag} })->{status}, 304, 'known already';

    my $put = $site->put($path, { name => 'Spring' });
    is $put->{status}, 200, 'changed';
    is $put->{json}{name}, 'Spring', 'its name';
    is $put->{json}{description}, 'cold', 'what is not said stays';
    isnt $put->{headers}{etag}, $got->{headers}{etag}, 'another tag';

    my %old = (headers => { 'If-Match' => $got->{headers}{etag} });
    $r = $site->put($path, { name => 'Late' }, %old);
    is $r->{status}, 412, 'who read it before is too late';
    is $r->{headers}{etag}, $put->{headers}{etag}, 'and hears the tag';
    is $site->del($path, %old)->{status}, 412, 'to delete it, too';
    is $site->put($path, { description => undef }, headers => {
        'If-Match' => $put->{headers}{etag} })->{json}{description}, undef,
        'null takes away';
    is $site->get($path)->{json}{name}, 'Spring', 'nothing else was changed';
};


subtest 'what is wrong is said' => sub {
    for my $bad ({}, { name => '' }, { name => undef }, { name => 7 },
        { name => 'x' x 257 }, { name => 'x', description => [] })
    {
        my $r = $site->post('/api/projects', $bad);
        is $r->{status}, 422, LangOrch::Http::encode($bad);
        is $r->{json}{code}, 'validation_error', 'its code';
    }

    my $id = project(name => 'Wrong')->{json}{project_id};
    is $site->put("/api/projects/$id", $_)->{status}, 422,
        LangOrch::Http::encode($_)
        for { name => '' }, { name => undef }, { name => [] };
    is $site->put("/api/projects/$id", {})->{status}, 200, 'nothing is enough';

    for my $path ('/api/projects/none', '/api/projects/none/cost-summary') {
        my $r = $site->get($path);
        is $r->{status}, 404, $path;
        is $r->{json}{detail}, 'Project not found', 'the sentence';
    }

    is $site->put('/api/projects/none', { name => 'x' })->{status}, 404, 'put';
    is $site->del('/api/projects/none')->{status}, 404, 'delete';
    is $site->get("/api/projects/$id/cost-summary?period_days=$_")->{status},
        422, "a period of $_" for qw(0 366 x);
};


my $id = project(name => 'Work')->{json}{project_id};

subtest 'procedures and runs belong to one' => sub {
    my $doc = procedure('in-it', 'ask', {
        ask => { type => 'llm_action', prompt => 'hi', model => 'gpt-4',
            next_node => 'end' },
        end => { type => 'terminate' },
    });

    my $r = $site->post('/api/procedures', { ckp_json => $doc,
        project_id => 'none' });
    is $r->{status}, 404, 'an unknown one is refused';
    is $r->{json}{detail}, 'Project not found', 'the sentence';
    is_deeply $site->get('/api/procedures/in-it/versions')->{json}, [],
        'nothing was stored';

    $r = $site->post('/api/procedures', { ckp_json => $doc, project_id => $id });
    is $r->{json}{project_id}, $id, 'imported into it';

    $r = $site->post('/api/runs', { procedure_id => 'in-it',
        project_id => 'none' });
    is $r->{status}, 404, 'a run in an unknown one';
    is $r->{json}{detail}, 'Project not found', 'the sentence';

    my @runs = map { $site->run('in-it') } 1 .. 2;
    push @runs, $site->run('log-only', {}, project_id => $id);
    $site->run('log-only')->wait_final;
    $_->wait_final for @runs;

    is $_->get->{project_id}, $id, 'a run is in it' for @runs;
    is scalar @{ $site->get("/api/runs?project_id=$id")->{json} }, 3,
        'its runs are found';
    is scalar @{ $site->get("/api/procedures?project_id=$id")->{json} }, 1,
        'its procedures, too';
};


subtest 'it tells what its runs cost' => sub {
    my $sum = $site->get("/api/projects/$id/cost-summary")->{json};
    is $sum->{project_id}, $id, 'which';
    is $sum->{period_days}, 30, 'a month, when nobody says';
    is $sum->{run_count}, 3, 'runs';
    is $sum->{total_prompt_tokens}, 24, 'tokens that were sent';
    is $sum->{total_completion_tokens}, 16, 'tokens that came';
    ok abs($sum->{estimated_cost_usd} - 2 * (12 * .03 + 8 * .06) / 1000) < 1e-9,
        'dollars';
    is $site->get("/api/projects/$id/cost-summary?period_days=365")
        ->{json}{period_days}, 365, 'another period';
};


subtest 'when it goes, what was in it stays' => sub {
    is $site->del("/api/projects/$id")->{status}, 204, 'deleted';
    is $site->get("/api/projects/$id")->{status}, 404, 'gone';
    is $site->del("/api/projects/$id")->{status}, 404, 'once';
    is $site->get('/api/procedures/in-it')->{json}{project_id}, undef,
        'its procedure is in none';
    my @runs = @{ $site->get('/api/runs?procedure_id=in-it')->{json} };
    is scalar(@runs), 2, 'its runs are there';
    is $runs[0]{project_id}, undef, 'in none';

    my @trail = @{ $site->get("/api/audit?category=project&resource_id=$id")
        ->{json}{events} };
    is_deeply [ map { $_->{action} } @trail ], [ 'delete', 'create' ],
        'all was recorded';
};


$site->log_is_calm;
done_testing;
