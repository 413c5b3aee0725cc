# What runs leave, and what is sent to them: rows, bytes, events, away with them
# (api 6).

use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(approval procedure sequence step);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(procedures => ['log-only', approval('wait')]);
my $root = $site->home . '/data/artifacts';

my $agent = LangOrch::Agent->start(
    capabilities => [ { name => 'deliver', type => 'workflow' }, 'shoot', 'report' ],
    script => {
        deliver => { status => 202, body => '' },
        shoot   => sub {
            my ($call) = @_;
            my $run = $call->{json}{run_id};
            return { result => { screenshot =>
                "$root/$run/shot 1.png",
                artifacts => [
                    { uri => 'https://files.example/a?x=1', kind => 'page' },
                    { uri => "artifacts/$run/in/b.txt", name => 'b' },
                    { uri => 's3://bucket/c' },
                ],
                artifact_uri => '../../etc/passwd' } };
        },
    });
$site->register($agent, capabilities => [ { name => 'deliver', type => 'workflow' },
    'shoot' ]);


sub put {
    my ($path, $body, %headers) = @_;
    return $site->put("/api/artifacts/$path", $body,
        headers => { 'Content-Type' => 'text/plain', %headers });
}

sub created { return $_[0]->events_of('artifact_created') }


my $waiting = $site->run('wait');
$waiting->wait_approval;
my $w = $waiting->id;

my $over = $site->run('log-only');
$over->wait_final;


subtest 'a file is sent to a run' => sub {
    my $r = put("$w/report.txt", 'hello', 'X-Artifact-Kind' => 'report',
        'X-Node-ID' => 'a%20node', 'X-Step-ID' => 's');
    is $r->{status}, 201, 'created';

    my $a = $r->{json};
    is $a->{uri}, "/api/artifacts/$w/report.txt", 'with its address';
    is $a->{run_id}, $w, 'of its run';
    is $a->{kind}, 'report', 'of its kind';
    is $a->{node_id}, 'a node', 'ids come as agents have them';
    is $a->{step_id}, 's', 'both';
    is $a->{name}, 'report.txt', 'its name';
    is $a->{mime_type}, 'text/plain', 'its type';
    is $a->{size_bytes}, 5, 'its size';
    is $a->{sha256}, sha256_hex('hello'), 'its hash';
    like $a->{created_at}, qr/^\d{4}-.*Z$/, 'its time';
    is $r->{headers}{location}, $site->url($a->{uri}), 'Location';

    my ($event) = created($waiting);
    is $event->{payload}{artifact_id}, $a->{artifact_id}, 'the timeline has it';
    is $event->{payload}{uri}, $a->{uri}, 'by its address';
    is $event->{node_id}, 'a node', 'at its node';
    is $waiting->get->{status}, 'waiting_approval', 'the run still waits';

    is $site->get($a->{uri})->{body}, 'hello', 'and the bytes are there';
    is -s "$root/$w/report.txt", 5, 'as a file';

    my ($audit) = @{ $site->get('/api/audit?category=artifact')->{json}{events} };
    is $audit->{action}, 'upload', 'audited';
    is $audit->{resource_id}, "$w/report.txt", 'by name';
};


subtest 'the same name again replaces it' => sub {
    my ($before) = @{ $site->get("/api/runs/$w/artifacts")->{json} };
    my $r = put("$w/report.txt", 'hello again', 'Content-Type' => 'text/csv');
    is $r->{status}, 200, 'replaced';
    is $r->{json}{artifact_id}, $before->{artifact_id}, 'the same artifact';
    is $r->{json}{sha256}, sha256_hex('hello again'), 'of other bytes';
    is $r->{json}{kind}, 'report', 'of the kind that it was';
    is $r->{json}{mime_type}, 'text/csv', 'of the type that it is now';
    is $site->get("/api/artifacts/$w/report.txt")->{body}, 'hello again', 'read';
    is scalar(created($waiting)), 1, 'and told once';
};


subtest 'names, types, sizes' => sub {
    my $r = put("$w/deep/er/%C3%A9t%C3%A9%20%25.csv", 'a,b', 'Content-Type' => '');
    is $r->{status}, 201, 'folders and any letters';
    is $r->{json}{uri}, "/api/artifacts/$w/deep/er/%C3%A9t%C3%A9%20%25.csv",
        'encoded once';
    is $site->get($r->{json}{uri})->{body}, 'a,b', 'and found by it';
    is $site->get($r->{json}{uri})->{headers}{'content-type'}, 'text/csv',
        'its type is that of its name';

    $r = put("$w/form.json", '{}',
        'Content-Type' => 'application/x-www-form-urlencoded');
    is $r->{json}{mime_type}, 'application/json', 'what tools say unasked is none';
    is $r->{json}{kind}, 'file', 'the kind is file';

    $r = put("$w/nothing", '');
    is $r->{status}, 201, 'an empty file';
    is $r->{json}{size_bytes}, 0, 'has no bytes';
    is $r->{json}{sha256}, sha256_hex(''), 'and their hash';
    is $site->get("/api/artifacts/$w/nothing")->{status}, 200, 'and is there';

    is put("$w/deep", 'x')->{status}, 409, 'a folder is no file';
    is put("$w/report.txt/x", 'x')->{status}, 409, 'nor the reverse';
    is put("$w/k", 'x', 'X-Artifact-Kind' => 'a b')->{status}, 422, 'a bad kind';
    is put("$w/k", 'x', 'X-Node-ID' => '%00')->{status}, 422, 'a bad node';
    is put('00000000-0000-7000-8000-000000000000/x', 'x')->{status}, 404,
        'no such run';
    is $site->get("/api/artifacts/$w/k")->{status}, 404, 'nothing came of those';
};


subtest 'a run that is over takes files, and tells nothing' => sub {
    my $id = $over->id;
    is put("$id/late.txt", 'x')->{status}, 201, 'taken';
    is scalar(created($over)), 0, 'not told';
    is scalar(@{ $site->get("/api/runs/$id/artifacts")->{json} }), 1, 'listed';
};


subtest 'lists and single ones' => sub {
    my @all = @{ $site->get("/api/runs/$w/artifacts")->{json} };
    is_deeply [ map { $_->{name} } @all ],
        [ 'report.txt', "deep/er/\x{e9}t\x{e9} %.csv", 'form.json', 'nothing' ],
        'oldest first';

    my $one = $site->get("/api/runs/$w/artifacts/$all[0]{artifact_id}");
    is_deeply $one->{json}, $all[0], 'one is as in the list';

    my $content = "/api/runs/$w/artifacts/$all[0]{artifact_id}/content";
    is $site->get($content)->{body}, 'hello again', 'its bytes';

    is $site->get('/api/runs/none/artifacts')->{status}, 404, 'no such run';
    is $site->get("/api/runs/$w/artifacts/none")->{status}, 404, 'no such one';
    is $site->get("/api/runs/$w/artifacts/none/content")->{status}, 404, 'nor bytes';
    is $site->get('/api/runs/' . $over->id . "/artifacts/$all[0]{artifact_id}")
        ->{status}, 404, 'nor by another run';
    is $site->post("/api/runs/$w/artifacts", {})->{status}, 405, 'no POST';
    is $site->del("/api/artifacts/$w/report.txt")->{status}, 405, 'no DELETE by name';
};


subtest 'one is deleted' => sub {
    my ($id) = map { $_->{artifact_id} } grep { $_->{name} eq 'form.json' }
        @{ $site->get("/api/runs/$w/artifacts")->{json} };

    is $site->del("/api/runs/$w/artifacts/$id")->{status}, 204, 'away';
    is $site->del("/api/runs/$w/artifacts/$id")->{status}, 404, 'once';
    is $site->get("/api/runs/$w/artifacts/$id")->{status}, 404, 'its row';
    until_true('its bytes', sub { !-e "$root/$w/form.json" });
    is $site->get("/api/artifacts/$w/form.json")->{status}, 404, 'and address';
    ok -e "$root/$w/nothing", 'others stay';
};


subtest 'what an agent reports' => sub {
    $site->import_document(procedure('shooting', 'main', {
        main => sequence('end', step('shoot')),
        end  => { type => 'terminate' },
    }));

    my $run = $site->run('shooting');
    is $run->wait_final->{status}, 'completed', 'it completes';
    my $id  = $run->id;
    my %at  = map { $_->{uri} => $_ } @{ $site->get("/api/runs/$id/artifacts")->{json} };

    is_deeply [ sort keys %at ], [ sort "/api/artifacts/$id/shot%201.png",
        'https://files.example/a?x=1', "/api/artifacts/$id/in/b.txt",
        's3://bucket/c', '../../etc/passwd' ],
        'files of the folder have an address, the rest is as it was said'
        or diag explain [ keys %at ];
    is_deeply [ sort map { $_->{payload}{uri} } created($run) ],
        [ sort keys %at ], 'each is told';

    my $shot = $at{"/api/artifacts/$id/shot%201.png"};
    is $shot->{kind}, 'screenshot', 'its kind';
    is $shot->{node_id}, 'main', 'its node';
    is $shot->{step_id}, 'shoot', 'its step';
    is $site->get($shot->{uri})->{status}, 404, 'no bytes before they are there';

    put("$id/shot%201.png", "\x89PNG\r\n", 'Content-Type' => 'image/png');
    is $site->get($shot->{uri})->{headers}{'content-type'}, 'image/png', 'then they are';
    my ($now) = grep { $_->{artifact_id} eq $shot->{artifact_id} }
        @{ $site->get("/api/runs/$id/artifacts")->{json} };
    is $now->{size_bytes}, 6, 'and its row knows them';

    my $away = $at{'https://files.example/a?x=1'}{artifact_id};
    my $page = $site->get("/api/runs/$id/artifacts/$away/content");
    is $page->{status}, 302, 'what lies elsewhere';
    is $page->{headers}{location}, 'https://files.example/a?x=1', 'is there';

    my $s3 = $at{'s3://bucket/c'}{artifact_id};
    is $site->get("/api/runs/$id/artifacts/$s3/content")->{status}, 404,
        'unless no browser could go there';
};


subtest 'the token of a workflow is enough' => sub {
    $site->import_document(procedure('working', 'main', {
        main => sequence('end', step('deliver')),
        end  => { type => 'terminate' },
    }));

    my $run = $site->run('working');
    $run->wait_status('paused');
    my ($call)  = $agent->calls('deliver');
    my ($token) = $call->{json}{params}{callback_url} =~ /token=(\w+)/;
    my $id = $run->id;

    is put("$id/out.txt?token=$token", 'x')->{status}, 201, 'its file';
    is put("$id/out.txt?token=wrong", 'x')->{status}, 403, 'not with another';
    is put("$id/out.txt?token=", 'x')->{status}, 403, 'nor with none';
    is put("$w/out.txt?token=$token", 'x')->{status}, 403, 'nor to another run';
    is scalar(created($run)), 1, 'told';
    is $run->get->{status}, 'paused', 'the run still waits';

    my ($by) = map { $_->{actor} } grep { $_->{action} eq 'upload' }
        @{ $site->get('/api/audit?category=artifact')->{json}{events} };
    is $by, 'callback token', 'the audit says by what';

    $site->post("/api/runs/$id/callback?token=$token", { status => 'success' });
    $run->wait_final;
    is put("$id/out.txt?token=$token", 'x')->{status}, 403, 'it ends with the work';
};


subtest 'a run takes its artifacts along' => sub {
    is $site->del("/api/runs/$w")->{status}, 200, 'deleted';
    is $site->get("/api/artifacts/$w/report.txt")->{status}, 404, 'its addresses';
    until_true('its folder goes', sub { !-e "$root/$w" });
    is LangOrch::Store::value($site, "SELECT COUNT(*) FROM artifacts WHERE run NOT IN"
        . ' (SELECT id FROM runs)'), 0, 'its rows';
};


$site->log_is_calm;
done_testing;
