# Who is limited to projects sees nothing of the others, whatever he tries: by id,
# by list, by what he makes (docs/api.md, Project scopes).

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256);
use File::Temp qw(tempdir);
use JSON::PP qw(encode_json);
use MIME::Base64 qw(encode_base64url);
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Stream;
use LangOrch::Wait qw(until_true);

my $secret = join '', map { chr(97 + int rand 26) } 1 .. 48;
my $dir    = tempdir(CLEANUP => 1);
LangOrch::Site::spew("$dir/jwt", "$secret\n");
chmod 0755, $dir;

my $agent = LangOrch::Agent->start(script => { work => [ { until => 'go' } ] });
my $site  = LangOrch::Site->start(workers => 2, identity => 'on',
    http => "langorch_jwt_secret $dir/jwt;\nlangorch_jwt_projects projects;\n"
        . "langorch_sso /oauth;\n"
        . "langorch_user \$http_x_user trusted;\n"
        . "langorch_groups \$http_x_groups trusted;\n"
        . "langorch_projects \$http_x_projects trusted;\n");

my %root = ('X-User' => 'root', 'X-Groups' => 'admin', 'X-Projects' => '*');
$site->headers(%root);


sub as {
    my ($role, $projects, %more) = @_;
    return headers => { %root, 'X-User' => "a $role", 'X-Groups' => $role,
        'X-Projects' => $projects, %more };
}

# Nothing but what is given: the site's own headers are those of root.

sub bare { return headers => { map({ $_ => '' } keys %root), %{ $_[0] } } }

sub bearer { return bare({ Authorization => "Bearer $_[0]" }) }

sub jwt {
    my (%claims) = @_;
    my $text = join '.', map { encode_base64url(encode_json($_)) }
        { alg => 'HS256' }, { sub => 'jay', exp => time + 3600, role => 'operator', %claims };
    return "$text." . encode_base64url(hmac_sha256($text, $secret));
}

sub ids { return [ sort map { $_->{ $_[1] } } @{ $_[0]{json} } ] }

sub refused {
    my ($r, $status, $code, $name) = @_;
    my $got = ref $r->{json} eq 'HASH' ? $r->{json}{code} // '' : '';
    is "$r->{status} $got", "$status $code", $name or diag $r->{body};
    return;
}

# 403, and which member of the body says too much.

sub beyond {
    my ($r, $member, $name) = @_;
    refused($r, 403, 'forbidden', $name);
    is_deeply [ map { $_->{loc} } @{ $r->{status} == 403 ? $r->{json}{errors} || [] : [] } ],
        [ [ 'body', $member ] ], "$name: where";
    return;
}


# --- two teams, and what belongs to nobody ---------------------------------------

my ($A, $B, $C) = map { $site->post('/api/projects', { name => $_ })->{json}{project_id} }
    qw(ours theirs third);

sub asks {
    my ($id, %more) = @_;
    return procedure($id, 'ask', {
        ask => { type => 'human_approval', prompt => "Of $id?", on_approve => 'end',
            on_reject => 'end' },
        end => { type => 'terminate' } }, %more);
}

sub import_to {
    my ($project, $doc, @as) = @_;
    return $site->post('/api/procedures', { ckp_json => $doc,
        defined $project ? (project_id => $project) : () }, @as);
}

for ([ $A, 'a-asks' ], [ $B, 'b-asks' ], [ undef, 'free-asks' ]) {
    is import_to($_->[0], asks($_->[1]))->{status}, 201, "$_->[1] is there";
}
my %run = map { $_ => $site->run("$_-asks") } qw(a b free);
my %ask = map { $_ => $run{$_}->wait_approval->{approval_id} } sort keys %run;

my @b = as(operator => $B);


subtest 'who one is' => sub {
    my $me = sub { $site->get('/api/auth/me', as(viewer => $_[0])) };

    is_deeply $me->($B)->{json}{projects}, [$B], 'one project';
    is_deeply $me->("$A, $B")->{json}{projects}, [ $A, $B ], 'two';
    is_deeply $me->('')->{json}{projects}, [], 'none: nothing was said';
    is $me->('*')->{json}{projects}, undef, 'all of the site';
    refused($me->(join ',', map { "p$_" } 1 .. 65), 401, 'invalid_token',
        'more than there may be are nobody');
    refused($me->('x' x 65), 401, 'invalid_token', 'what is no id is nobody');
};


subtest 'lists, and what counts' => sub {
    is_deeply ids($site->get('/api/runs', @b), 'run_id'), [ $run{b}->id ], 'runs';
    is_deeply ids($site->get('/api/runs', as(viewer => '')), 'run_id'), [],
        'none for who has no project';
    is_deeply ids($site->get('/api/runs', as(viewer => "$A,$B")), 'run_id'),
        [ sort map { $run{$_}->id } qw(a b) ], 'of two projects';

    for my $q ("project_id=$A", 'procedure_id=a-asks', 'q=a-asks', 'q=' . $run{a}->id,
        "project_id=$A&status=waiting_approval", 'parent_run_id=' . $run{a}->id,
        'case_id=x', "project_id=$C")
    {
        my $r = $site->get("/api/runs?$q&total=true", @b);
        is_deeply $r->{json}, [], "runs?$q";
        is $r->{headers}{'x-total-count'}, 0, 'nor are they counted';
    }

    for my $q ('status=waiting_approval', 'status=waiting_approval,failed', 'q=asks',
        'trigger_type=manual', "project_id=$B", 'order=asc', 'procedure_id=b-asks',
        'created_from=2020-01-01')
    {
        my $r = $site->get("/api/runs?$q&total=true", @b);
        is_deeply ids($r, 'run_id'), [ $run{b}->id ], "runs?$q";
        is $r->{headers}{'x-total-count'}, 1, 'one';
    }

    my $page = $site->get('/api/runs?limit=1');
    my $r = $site->get('/api/runs?limit=100&cursor='
        . $page->{headers}{'x-next-cursor'}, @b);
    ok !grep({ $_->{run_id} ne $run{b}->id } @{ $r->{json} }),
        q{another's cursor leads nowhere else};

    $r = $site->get('/api/approvals?total=true', @b);
    is_deeply ids($r, 'approval_id'), [ $ask{b} ], 'questions';
    is $r->{headers}{'x-total-count'}, 1, 'counted';
    is_deeply ids($site->get("/api/approvals?run_id=" . $run{a}->id, @b),
        'approval_id'), [], 'of a run';
    is_deeply ids($site->get('/api/approvals?status=pending&limit=1', @b),
        'approval_id'), [ $ask{b} ], 'the limit is of those';

    $r = $site->get('/api/procedures?total=true', @b);
    is_deeply ids($r, 'procedure_id'), ['b-asks'], 'procedures';
    is $r->{headers}{'x-total-count'}, 1, 'counted';

    for my $q ("project_id=$A", 'search=a-asks', 'intent=a+asks') {
        is_deeply $site->get("/api/procedures?$q&latest_only=true", @b)->{json}, [],
            "procedures?$q";
    }
    is_deeply ids($site->get('/api/projects', @b), 'project_id'), [$B], 'projects';

    my $queue = $site->get('/api/runs/queue', @b)->{json};
    is $queue->{depth_by_status}{waiting_approval}, 1, 'how many wait';
    is $site->get('/api/runs/queue')->{json}{depth_by_status}{waiting_approval}, 3,
        'who has all sees all';

    my $sum = $site->get('/api/runs/metrics/summary', @b)->{json};
    is $sum->{gauges}{approvals_pending}, 1, 'figures';
    is_deeply [ $sum->{counters}, $sum->{histograms} ], [ {}, {} ],
        'those of all alike are nobody\'s';
};


subtest 'what it costs' => sub {
    $site->put("/api/llm/budgets/$_->[0]", { limit_usd => 1, scope => $_->[1],
        $_->[2] ? (target => $_->[2]) : () }) for [ 'all', 'site' ], [ 'a', 'project', $A ],
        [ 'b', 'project', $B ], [ 'each', 'project' ], [ 'ap', 'procedure', 'a-asks' ],
        [ 'bp', 'procedure', 'b-asks' ];
    is_deeply ids($site->get('/api/llm/budgets', @b), 'name'), [ 'b', 'bp' ], 'budgets';

    is $site->get("/api/projects/$B/cost-summary", @b)->{json}{run_count}, 1, 'a project';
    is $site->get("/api/projects/$A/cost-summary", @b)->{status}, 404, 'another';

    LangOrch::Store::change($site, "INSERT INTO events (run, seq, created_at, type, payload)"
        . " SELECT id, 900, created_at, 'llm_usage',"
        . " '{\"model\":\"m ' || procedure_id || '\",\"cost_usd\":1}' FROM runs");
    is_deeply [ map { $_->{key} } @{ $site->get('/api/llm/usage?group_by=model', @b)
        ->{json}{rows} } ], ['m b-asks'], 'what was asked of models';
    LangOrch::Store::change($site, 'DELETE FROM events WHERE seq = 900');
};


subtest 'what is elsewhere is not there' => sub {
    my $a = $run{a}->id;

    for my $path ("/api/runs/$a", "/api/runs/$a/events", "/api/runs/$a/stream",
        "/api/runs/$a/diagnostics", "/api/runs/$a/checkpoints", "/api/runs/$a/artifacts",
        "/api/approvals/$ask{a}", "/api/projects/$A", '/api/procedures/a-asks',
        '/api/procedures/a-asks/1.0.0', '/api/procedures/a-asks/1.0.0/explain',
        '/api/procedures/free-asks', '/api/runs/' . $run{free}->id)
    {
        refused($site->get($path, @b), 404, 'not_found', $path);
        is $site->get($path, as(viewer => "$A,$B"))->{status},
            $path =~ /free/ || $path =~ $run{free}->id ? 404 : 200, 'it is for others'
            unless $path =~ /stream/;
    }

    is_deeply $site->get('/api/procedures/a-asks/versions', @b)->{json}, [], 'versions';
    refused($site->post("/api/runs/$a/cancel", {}, @b), 404, 'not_found', 'cancelled');
    refused($site->post("/api/runs/$a/replay", { from_node => 'ask' }, @b), 404, 'not_found',
        'replayed');
    refused($site->del("/api/runs/$a", @b), 404, 'not_found', 'removed');
    refused($site->post("/api/approvals/$ask{a}/decision", { decision => 'approve' },
        as(admin => $B)), 404, 'not_found', 'answered, also by an administrator');
    refused($site->post("/api/approvals/$ask{a}/links", {}, as(admin => $B)), 404,
        'not_found', 'a link');
    is $run{a}->get->{status}, 'waiting_approval', 'nothing became of it';

    my $r = $site->post('/api/runs/bulk/cancel', { run_ids => [ $a, 'nope',
        $run{free}->id ] }, @b)->{json};
    is_deeply $r->{succeeded}, [], 'many at once';
    is_deeply [ map { "$_->{status} $_->{detail}" } @{ $r->{failed} } ],
        [ ('404 Run not found') x 3 ], 'are not there either';
    is_deeply $site->post('/api/runs/bulk/delete', { run_ids => [$a] }, @b)->{json}
        {succeeded}, [], 'nor to be removed';
};


subtest 'what is made' => sub {
    refused($site->post('/api/runs', { procedure_id => 'a-asks' }, @b), 404, 'not_found',
        'a run of what is elsewhere');
    refused($site->post('/api/runs', { procedure_id => 'free-asks' }, @b), 404,
        'not_found', 'or in no project');
    beyond($site->post('/api/runs', { procedure_id => 'b-asks', project_id => $A }, @b),
        'project_id', 'a run in another project');
    refused($site->post('/api/runs', { procedure_id => 'b-asks',
        retry_of_run_id => $run{a}->id }, @b), 404, 'not_found', 'repeats what is elsewhere');

    my $r = $site->post('/api/runs', { procedure_id => 'b-asks' }, @b);
    is "$r->{status} $r->{json}{project_id}", "201 $B", 'one of its own';
    is $site->del("/api/runs/$r->{json}{run_id}", @b)->{status}, 200, 'and removed';

    refused($site->post('/api/approvals', { run_id => $run{a}->id, prompt => 'x' }, @b),
        404, 'not_found', 'a question about a run elsewhere');
    is $site->post('/api/approvals', { run_id => $run{b}->id, prompt => 'x' }, @b)
        ->{status}, 201, 'about one of its own';

    refused($site->post('/api/projects', { name => 'mine' }, as(admin => $B)), 403,
        'forbidden', 'no project is made');
    refused($site->del("/api/projects/$B", as(admin => $B)), 403, 'forbidden',
        'nor dissolved, which would set free what is in it');
    is $site->put("/api/projects/$B", { description => 'B' }, @b)->{status}, 200,
        'its own is described';
};


subtest 'documents come to where they may be' => sub {
    my $r = import_to(undef, asks('new'), @b);
    is "$r->{status} $r->{json}{project_id}", "201 $B", 'who has one need not name it';

    beyond(import_to(undef, asks('two'), as(operator => "$A,$B")), 'project_id',
        'who has two must');
    beyond(import_to(undef, asks('none'), as(operator => '')), 'project_id',
        'who has none can make none');
    beyond(import_to($A, asks('new2'), @b), 'project_id', 'another project');
    beyond(import_to(undef, asks('new2', project_id => $A), @b), 'project_id',
        'what the document names');
    beyond(import_to(undef, asks('new2', trigger => { type => 'scheduled',
        schedule => '0 0 * * *', project_id => $A }), @b), 'project_id',
        'where its trigger puts its runs');
    beyond(import_to(undef, asks('new2', trigger => { type => 'scheduled',
        schedule => '0 0 * * *', timezone => 'Nowhere/At_all', project_id => $A }), @b),
        'project_id', 'also one that cannot be registered today');
    beyond(import_to($B, { %{ asks('a-asks') }, version => '2.0.0' }, @b), 'ckp_json',
        'a newer version of what others call by its name');
    beyond(import_to($B, asks('a-asks'), @b), 'ckp_json', 'the same');
    is $site->get('/api/procedures/a-asks')->{json}{version}, '1.0.0', 'it is as it was';

    beyond($site->put('/api/procedures/b-asks/1.0.0', { ckp_json =>
        asks('b-asks', project_id => $A, name => 'x') }, @b), 'project_id', 'moved away');
    refused($site->put('/api/procedures/a-asks/1.0.0', { ckp_json => asks('a-asks') }, @b),
        404, 'not_found', 'replaced');
    refused($site->put('/api/procedures/a-asks/1.0.0', { ckp_json => asks('a-asks') },
        as(operator => $B, 'If-Match' => '"x"')), 404, 'not_found', 'also with a tag');
    is $site->put('/api/procedures/b-asks/1.0.0', { ckp_json => asks('b-asks',
        name => 'named') }, @b)->{json}{project_id}, $B, 'changed where it is';

    # where a document says one project and whoever imported it another

    is import_to($B, asks('placed', project_id => $A))->{json}{project_id}, $B, 'placed';
    is $site->patch('/api/procedures/placed/1.0.0/status', { status => 'active' }, @b)
        ->{json}{project_id}, $B, 'another status moves nothing';
};


subtest 'of those who take an id at one moment one gets it' => sub {
    for my $id (map { "raced-$_" } 1 .. 4) {
        my @got = $site->together(8, sub {
            my $n = $_[0];
            return import_to(undef, { %{ asks($id) }, version => "1.$n" },
                as(operator => $n % 2 ? $A : $B))->{status};
        });
        is_deeply [ sort @got ], [ (201) x 4, (403) x 4 ], 'and its own versions';
        is LangOrch::Store::value($site, 'SELECT COUNT(DISTINCT project_id)'
            . " FROM procedures WHERE procedure_id = '$id'"), 1, 'it lies in one project';
    }
};


subtest 'triggers' => sub {
    for ([ 'a-asks', $A ], [ 'b-asks', $B ]) {
        is $site->post("/api/triggers/$_->[0]/1.0.0", { trigger_type => 'scheduled',
            schedule => '0 0 29 2 *' })->{status}, 201, "$_->[0] has one";
    }
    my @m = as(manager => $B);
    is_deeply ids($site->get('/api/triggers', @m), 'procedure_id'), ['b-asks'], 'listed';
    is_deeply $site->get('/api/triggers?procedure_id=a-asks', @m)->{json}, [],
        'by their name';

    for my $path ('', '/history', '/preview', '/backfills') {
        my @got = map { my $r = $site->get("/api/triggers/$_/1.0.0$path", @m);
            "$r->{status} " . ($r->{body} =~ s/"(?:instance|request_id)":"[^"]*"//gr) }
            qw(a-asks nope);
        is $got[0], $got[1], "trigger$path";
    }
    is $site->post('/api/triggers/a-asks/1.0.0/fire', {}, @m)->{status}, 404, 'fired';
    is $site->post('/api/triggers/a-asks/1.0.0', { trigger_type => 'webhook' }, @m)
        ->{status}, 404, 'registered';
    beyond($site->post('/api/triggers/b-asks/1.0.0', { trigger_type => 'scheduled',
        schedule => '0 0 29 2 *', project_id => $A }, @m), 'project_id', 'for another');

    my $r = $site->post('/api/triggers/b-asks/1.0.0/fire', {}, @m);
    is $r->{status}, 202, 'its own is fired';
    is $site->get("/api/runs/$r->{json}{run_id}", @m)->{json}{project_id}, $B, 'there';

    # a trigger that puts its runs elsewhere is not for who may not put them there

    $site->post('/api/triggers/b-asks/1.0.0', { trigger_type => 'scheduled',
        schedule => '0 0 29 2 *', project_id => $A });
    beyond($site->post('/api/triggers/b-asks/1.0.0/fire', {}, @m), 'project_id',
        'fired into another');
    $site->post('/api/triggers/b-asks/1.0.0', { trigger_type => 'scheduled',
        schedule => '0 0 29 2 *' });
};


subtest 'events' => sub {
    for ([ $A, 'a-hears' ], [ $B, 'b-hears' ]) {
        import_to($_->[0], procedure($_->[1], 'end', { end => { type => 'terminate' } }));
        is $site->post("/api/triggers/$_->[1]/1.0.0", { trigger_type => 'event',
            event_source => 'bus://orders' })->{status}, 201, "$_->[1] listens";
    }
    my $tell = sub { $site->post('/api/events?source=bus://orders', { payload => {} }, @_)
        ->{json}{delivered_to} };
    is $tell->(@b), 1, 'who is limited tells those that he may see';
    is $tell->(), 2, 'others tell all';

    for my $of (qw(run.failed run.completed approval.requested)) {
        beyond($site->post('/api/triggers/b-hears/1.0.0', { trigger_type => 'event',
            event_source => "internal://$of" }, as(manager => $B)), 'event_source',
            "$of is told of all projects");
        beyond(import_to(undef, asks('listens', trigger => { type => 'event',
            event_source => "internal://$of" }), @b), 'event_source', 'by a document, too');
    }
    is $site->post('/api/triggers/b-hears/1.0.0', { trigger_type => 'event',
        event_source => 'internal://paid' }, as(manager => $B))->{status}, 201,
        'what procedures tell by themselves is for all';
};


subtest 'page after page' => sub {
    my @own;
    for (1 .. 4) {
        $site->run('a-hears');
        push @own, $site->run('b-hears')->id;
    }
    for my $order (qw(asc desc)) {
        my ($cursor, @seen) = ('');
        while (@seen < 50) {
            my $r = $site->get("/api/runs?procedure_id=b-hears&limit=2&order=$order$cursor", @b);
            push @seen, map { $_->{run_id} } @{ $r->{json} };
            last unless $r->{headers}{'x-next-cursor'};
            $cursor = "&cursor=$r->{headers}{'x-next-cursor'}";
        }
        my %got = map { $_ => 1 } @seen;
        is_deeply [ grep { !$got{$_} } @own ], [], "all of them, $order";
        is scalar(@seen), scalar(keys %got), 'each once';
    }

    my $all = $site->get('/api/runs?limit=1000', @b)->{json};
    my @walk;
    for (my $at = 0; $at < 50; $at += 3) {
        push @walk, @{ $site->get("/api/runs?limit=3&offset=$at", @b)->{json} };
    }
    is_deeply [ map { $_->{run_id} } @walk ], [ map { $_->{run_id} } @$all ], 'by offset';
    is_deeply [ grep { ($_->{project_id} // '') ne $B } @$all ], [], 'all of its own';
    my $two = $site->get('/api/runs?limit=1000', as(viewer => "$A,$B"))->{json};
    is_deeply [ map { $_->{created_at} } @$two ],
        [ sort { $b cmp $a } map { $_->{created_at} } @$two ], 'of two projects in one order';
};


subtest 'leases' => sub {
    $site->register($agent);
    for ([ $A, 'a-works' ], [ $B, 'b-works' ]) {
        import_to($_->[0], procedure($_->[1], 'do', {
            do  => sequence('end', step('work')),
            end => { type => 'terminate' } }));
    }
    my %works = map { $_ => $site->run("$_-works")->id } qw(a b);
    my $held = until_true('two slots are held', sub {
        my $r = $site->get('/api/leases');
        return @{ $r->{json} } == 2 ? $r->{json} : undef;
    });
    my %lease = map { $_->{run_id} => $_->{lease_id} } @$held;

    is_deeply ids($site->get('/api/leases', @b), 'run_id'), [ $works{b} ], 'listed';
    is_deeply $site->get("/api/leases?run_id=$works{a}", @b)->{json}, [], 'of a run';
    is $site->del("/api/leases/$lease{$works{a}}", @b)->{status}, 404, 'taken away';
    is scalar(@{ $site->get('/api/leases')->{json} }), 2, 'they are still held';
    $agent->release('go');
    $site->run_by_id($_)->wait_final for values %works;
};


subtest 'questions as they come' => sub {
    my $stream = LangOrch::Stream->open($site, '/api/approvals/stream',
        headers => { as(operator => $B) }->{headers});
    my $more = $site->run('a-asks');
    $more->wait_approval;
    my $mine = $site->run('b-asks');
    $mine->wait_approval;

    my %told;
    until_true('a question of its own', sub {
        my $m = $stream->next or die 'the stream ended';
        return $told{ $m->{json}{run_id} } = $m->{json}{run_id} eq $mine->id;
    });
    ok exists $told{ $run{b}->id }, 'what is pending, and what comes';
    is_deeply [ grep { $site->get("/api/runs/$_", @b)->{status} != 200 } keys %told ], [],
        'all of it its own';
    $stream->close;
    $_->decide('approve') for $more, $mine;

    my @all = LangOrch::Stream->open($site, '/api/approvals/stream?follow=false&after_id=0',
        headers => { as(operator => $B) }->{headers})->rest;
    ok !grep({ ($_->{json}{run_id} // '') eq $more->id } @all), 'nor by what was before';
};


# --- whence it comes ----------------------------------------------------------------

sub token {
    my ($body, @as) = @_;
    return $site->post('/api/auth/tokens', { name => 'ci', %$body }, @as);
}

subtest 'a token sees no more than who makes it' => sub {
    my $r = token({}, @b);
    is_deeply $r->{json}{projects}, [$B], 'it has what its maker has' or diag $r->{body};
    my $t = $r->{json}{token};
    is_deeply $site->get('/api/auth/me', bearer($t))->{json}{projects}, [$B], 'it says so';
    is $site->get('/api/runs/' . $run{a}->id, bearer($t))->{status}, 404, 'and is held to';
    is $site->get('/api/runs/' . $run{b}->id, bearer($t))->{status}, 200, 'its own';

    beyond(token({ projects => [ $A, $B ] }, @b), 'projects', 'more');
    beyond(token({ projects => [$A] }, bearer($t)), 'projects', 'a token of a token');
    $r = token({ projects => [] }, bearer($t));
    is_deeply $r->{json}{projects}, [], 'less, though';
    is_deeply $site->get('/api/runs', bearer($r->{json}{token}))->{json}, [], 'nothing';
    is_deeply token({ projects => undef }, bearer($t))->{json}{projects}, [$B],
        'null is what one has';

    refused(token({ identity => 'other' }, as(admin => $B)), 403, 'forbidden',
        'for others: administrators of the whole site');
    is_deeply token({ identity => 'other', projects => [$A] })->{json}{projects}, [$A],
        'who may';
    is token({})->{json}{projects}, undef, 'the whole site';

    for my $bad ([7], 'x', {}, ['*'], [''], [ map { "p$_" } 1 .. 65 ], ['nope']) {
        refused(token({ projects => $bad }), 422, 'validation_error',
            LangOrch::Http::encode([$bad]));
    }

    ok !grep({ $_->{identity} ne 'a admin' }
        @{ $site->get('/api/auth/tokens', as(admin => $B))->{json} }), 'only its own';
    my $other = token({})->{json}{token_id};
    refused($site->del("/api/auth/tokens/$other", as(admin => $B)), 404, 'not_found',
        q{another's is not his to revoke});
    is $site->del("/api/auth/tokens/$other")->{status}, 204, 'it was there';
};


subtest 'a user' => sub {
    my $user = sub { $site->post('/api/users', { username => $_[0], role => 'admin',
        email => "$_[0]\@example.org", password => 'correct horse', projects => $_[1] }) };
    my $login = sub { $site->post('/api/auth/login', { username => $_[0],
        password => 'correct horse' }, bare({}))->{json}{access_token} };

    my $r = $user->('bea', [$B]);
    is_deeply $r->{json}{projects}, [$B], 'is limited' or diag $r->{body};
    my $path = "/api/users/$r->{json}{user_id}";
    refused($user->('eve', ['nope']), 422, 'validation_error', 'to what is there');

    my $t = $login->('bea');
    is_deeply ids($site->get('/api/projects', bearer($t)), 'project_id'), [$B],
        'so is the session';
    refused($site->get('/api/users', bearer($t)), 403, 'forbidden', 'users are the site\'s');
    is $site->get($path, bearer($t))->{status}, 200, 'but oneself';
    my $own = token({}, bearer($t))->{json}{token};

    is_deeply $site->put($path, { projects => [ $A, $B ] })->{json}{projects}, [ $A, $B ],
        'gets another';
    is $site->get('/api/runs/' . $run{a}->id, bearer($t))->{status}, 200, 'at once';
    is $site->get('/api/runs/' . $run{a}->id, bearer($own))->{status}, 404,
        'what was made before is no wider';
    is_deeply $site->put($path, { full_name => 'Bea' })->{json}{projects}, [ $A, $B ],
        'what is not said stays';

    $site->put($path, { projects => [$A] });
    is $site->get('/api/runs/' . $run{b}->id, bearer($own))->{status}, 404,
        'a token is no wider than its owner';
    is $site->put($path, { projects => undef })->{json}{projects}, undef, 'the whole site';
    is $site->get('/api/users', bearer($t))->{status}, 200, 'is his again';

    refused($site->put($path, { projects => [$A] }, bearer($t)), 400, 'bad_request',
        'the last administrator of the site stays one');
};


subtest 'a token from elsewhere' => sub {
    my $with = sub { return $site->get('/api/projects', bearer(jwt(@_))) };

    is_deeply ids($with->(projects => [$B]), 'project_id'), [$B], 'a list';
    is_deeply ids($with->(projects => "$A $B"), 'project_id'), [ sort $A, $B ], 'a text';
    is_deeply $with->()->{json}, [], 'nothing said is nothing seen';
    is_deeply $with->(projects => undef)->{json}, [], 'null, too';
    is scalar(@{ $with->(projects => '*')->{json} }), 3, 'the whole site';

    for my $bad (7, { a => 1 }, [ $B, 7 ], [ map { "p$_" } 1 .. 65 ], JSON::PP::true) {
        refused($with->(projects => $bad), 401, 'invalid_token',
            'malformed: ' . LangOrch::Http::encode([$bad]));
    }

    $site->post('/api/users', { username => 'jay', email => 'j@example.org',
        password => 'correct horse', projects => [$B] });
    is_deeply ids($with->(projects => '*'), 'project_id'), [$B],
        'a user of the site is no more by a token from elsewhere';
};


subtest 'whom single sign-on brings' => sub {
    my $come = sub {
        my $r = $site->get('/api/auth/sso/callback', as(operator => $_[0], 'X-User' => 'sue'));
        my ($cookie) = ($r->{headers}{'set-cookie'} // '') =~ /^(langorch_token=[^;]+)/;
        return $r->{status} == 302 ? $site->get('/api/auth/me', bare({ Cookie => $cookie }))
            ->{json} : $r->{status};
    };
    is_deeply $come->($B)->{projects}, [$B], 'is limited as was said';
    is $come->('*')->{projects}, undef, 'by the last login';
    is_deeply $come->('')->{projects}, [], 'of whom nothing was said';
    is $come->('x' x 65), 400, 'what is malformed brings nobody';
};


subtest 'a link is no way around' => sub {
    my $r = $site->post('/api/users', { username => 'lee', email => 'l@example.org',
        role => 'approver', password => 'correct horse', projects => [$B] });
    my $link = sub { my $l = $site->post("/api/approvals/$ask{$_[0]}/links",
        { identity => 'lee' })->{json}{url} =~ s{^https?://[^/]+}{}r;
        return $site->get($l, bare({ Accept => 'text/html' }))->{status} };
    is $link->('b'), 200, 'to a question of its own';
    isnt $link->('a'), 200, 'to another';
};


subtest 'deputies of others are not for an administrator of some projects' => sub {
    my %body = (deputy => 'somebody', until => LangOrch::Store::value($site,
        "SELECT strftime('%Y-%m-%d', 'now', '+30 days')"));
    is $site->post('/api/approvals/deputies', { %body, identity => 'else' })->{status}, 201,
        'one is named';
    is_deeply $site->get('/api/approvals/deputies', as(admin => $B))->{json}, [], 'not shown';
    refused($site->post('/api/approvals/deputies', { %body, identity => 'else' },
        as(admin => $B)), 403, 'forbidden', 'nor named by him');
};


subtest 'an answer that was kept is not for others' => sub {
    my %key = ('Idempotency-Key' => 'once');
    my $as  = sub { return headers => { %root, 'X-Projects' => $_[0], %key } };

    my $first = $site->post('/api/runs', { procedure_id => 'a-asks' }, $as->('*'));
    is $first->{status}, 201, 'somebody starts a run';
    refused($site->post('/api/runs', { procedure_id => 'a-asks' }, $as->($B)), 404,
        'not_found', 'the same key with other projects');
    is $site->post('/api/runs', { procedure_id => 'a-asks' }, $as->('*'))->{json}{run_id},
        $first->{json}{run_id}, 'with the same ones it is that run';
};


subtest 'what moves, and what is dissolved' => sub {
    import_to($B, asks('moves'), @b);
    my $run = $site->run('moves');
    import_to($A, { %{ asks('moves') }, version => '1.1.0' });
    is $site->get('/api/procedures/moves/1.0.0', @b)->{status}, 404,
        'a procedure that others have versions of is not its own any more';
    is $site->get('/api/procedures/moves/1.0.0', as(viewer => "$A,$B"))->{status}, 200,
        'it is for who has both';
    is $site->get($run->path, @b)->{status}, 200, 'its run stays where it is';

    import_to($C, asks('left'));
    my $left = $site->run('left');
    my @c = as(operator => $C);
    is $site->get($left->path, @c)->{status}, 200, 'a third team';
    is $site->del("/api/projects/$C")->{status}, 204, 'is dissolved';
    is $site->get($left->path, @c)->{status}, 404, 'and has nothing';
    is_deeply $site->get('/api/runs', @c)->{json}, [], 'at all';
};


$site->log_is_calm;
done_testing;
