# Profiles of models that the site has: made, changed, tried, used by runs; and
# what runs have used (api 13; ckp 23.2).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Llm;
use LangOrch::Site;

my $near = LangOrch::Llm->start(script => {
    busy => [ { refuse => 429 } ],
    sick => [ { refuse => 500, message => 'the key k-far is unwell' } ],
    '*'  => [ { text => 'near' } ],
});
my $far  = LangOrch::Llm->start(script => { '*' => [ { text => 'far' } ] });
my $site = LangOrch::Site->start(workers => 2,
    env  => { LANGORCH_SECRET_FAR_KEY => 'k-far' },
    http => 'langorch_llm_url ' . $near->base_url . '; '
        . 'langorch_llm_model usual;');

my $at = '/api/llm/profiles';
my $n  = 0;


# A run of one question; its end, and the call to that server.

sub asked {
    my ($server, %node) = @_;
    my $id = 'asks-' . ++$n;
    my $config = delete $node{config} || {};

    $site->import_document(procedure($id, 'ask', {
        ask => { type => 'llm_action', prompt => 'Well?', next_node => 'end',
            retry => { max_retries => 0 }, %node },
        end => { type => 'terminate', outputs => { t => '{{llm_output}}' } },
    }, global_config => $config));

    my $run = $site->run($id);
    my $end = $run->wait_final;
    my ($call) = grep { index($_->{headers}{'idempotency-key'} // '',
        $run->id) == 0 } $server->calls;

    return ($run, $end, $call);
}


sub wrong {
    my ($r) = @_;
    return "$r->{status} " . join ' ', map { join '/', @{ $_->{loc} } }
        @{ $r->{json}{errors} // [] };
}


subtest 'a profile is made, shown and changed' => sub {
    is_deeply $site->get($at)->{json}, [], 'none at first';

    my $r = $site->post($at, { name => 'far', model => 'f1',
        base_url => $far->base_url, secret_name => 'far_key',
        task_classes => ['plan'], temperature => 0.3,
        extra_headers => { 'X-Team' => 'blue' },
        cost_per_1k => { prompt => 1, completion => 2 } });
    is $r->{status}, 201, 'made' or diag $r->{body};
    like $r->{headers}{location}, qr{/api/llm/profiles/far$}, 'where';

    my $p = $r->{json};
    is $p->{provider}, 'openai_compatible', 'asked in the usual way';
    is $p->{timeout_ms}, 60000, 'within a minute';
    ok $p->{enabled} && !$p->{is_default}, 'usable, and not the default';
    is $p->{circuit_state}, 'closed', 'it has not failed';
    is_deeply $p->{extra_headers}, { 'X-Team' => '***REDACTED***' },
        'lines of the head are not shown';

    is_deeply $site->get("$at/far")->{json}, $p, 'found by its name';
    is_deeply [ map { $_->{name} } @{ $site->get($at)->{json} } ], ['far'],
        'and in the list';
    is $site->post($at, { name => 'far', model => 'x' })->{status}, 409,
        'a name is taken once';

    $r = $site->put("$at/far", { temperature => undef, max_tokens => 7,
        extra_headers => { 'X-Team' => '***REDACTED***', 'X-Two' => 'b' } });
    is $r->{status}, 200, 'changed' or diag $r->{body};
    is $r->{json}{temperature}, undef, 'what is null is taken away';
    is $r->{json}{max_tokens}, 7, 'what is sent is new';
    is $r->{json}{model}, 'f1', 'the rest stays';
    is $site->get("$at/none")->{status}, 404, 'another is not there';
};


subtest 'what is wrong with a profile is told where it is' => sub {
    my $try = sub { wrong($site->post($at, { name => 'bad', model => 'm',
        @_ })) };

    is $try->(model => ''), '422 body/model', 'no model';
    is $try->(temperature => 3), '422 body/temperature', 'a number';
    is $try->(base_url => 'ftp://x'), '422 body/base_url', 'an address';
    is $try->(provider => 'none'), '422 body/provider', 'a provider';
    is $try->(extra_headers => { "a b" => 'x' }), '422 body/extra_headers',
        'a line of the head';
    is $try->(extra_headers => { X => '***REDACTED***' }),
        '422 body/extra_headers/X', 'a mask';
    is $try->(fallbacks => ['far', 'nobody']), '422 body/fallbacks/1',
        'a fallback that is not there';
    is $try->(fallbacks => ['bad']), '422 body/fallbacks', 'itself';
    is $try->(task_classes => [1]), '422 body/task_classes', 'no names';
    is $try->(description => 'x' x 20000), '422 body/description body',
        'its size';

    $site->post($at, { name => 'one', model => 'm', fallbacks => ['far'] });
    $site->post($at, { name => 'two', model => 'm', fallbacks => ['one'] });
    is wrong($site->put("$at/far", { fallbacks => ['two'] })),
        '422 body/fallbacks', 'a circle';

    my $r = $site->del("$at/one");
    is $r->{status}, 409, 'one that another falls back to is not removed';
    like $r->{json}{detail}, qr/'two'/, 'which is told';
    is $site->del("$at/two")->{status}, 204, 'that other is';
    is $site->del("$at/one")->{status}, 204, 'then this one';
};


subtest 'a run is asked by the profile that it names' => sub {
    my ($run, $end, $call) = asked($far, profile => 'far');
    is $end->{output_vars}{t}, 'far', 'of the site';
    is $call->{json}{model}, 'f1', 'its model';
    is $call->{json}{max_tokens}, 7, 'its parameters';
    is $call->{headers}{authorization}, 'Bearer k-far', 'its key';
    is $call->{headers}{'x-team'}, 'blue', 'and its lines';
    is $call->{headers}{'x-two'}, 'b', 'all of them';
    ok !grep({ LangOrch::Http::encode($_) =~ /blue|k-far/ } $run->events),
        'which are not in the timeline';
    ok !grep({ LangOrch::Http::encode($_) =~ /blue|k-far/ }
        map { $site->get($run->path("/checkpoints/$_->{checkpoint_id}"))
            ->{json} } @{ $site->get($run->path('/checkpoints'))->{json} }),
        'nor in its states';

    ($run, $end, $call) = asked($far, task_class => 'plan');
    is $call->{json}{model}, 'f1', 'and by a class of tasks';

    ($run, $end, $call) = asked($far, profile => 'far', config => { llm => {
        profiles => { far => { model => 'own' } } } });
    is $call->{json}{model}, 'own', 'what the document says goes before it';

    ($run, $end, $call) = asked($near, profile => 'far', config => { llm => {
        profiles => { far => { base_url => $near->base_url } } } });
    is $end->{output_vars}{t}, 'near', 'also another address';
    is $call->{headers}{authorization}, undef, 'which gets no key';
    is $call->{headers}{'x-team'}, undef, 'and no lines';
};


subtest 'a change counts for what is asked afterwards, on any worker' => sub {
    for my $i (1 .. 6) {
        $site->put("$at/far", { model => "f$i" });
        my ($run, $end, $call) = asked($far, profile => 'far');
        is $call->{json}{model}, "f$i", "change $i";
    }

    $site->post($at, { name => 'usual', model => 'u1', is_default => \1 });
    my ($run, $end, $call) = asked($near);
    is $call->{json}{model}, 'u1', 'the default of the site';

    $site->put("$at/far", { is_default => \1 });
    is_deeply [ map { $_->{name} } grep { $_->{is_default} }
        @{ $site->get($at)->{json} } ], ['far'], 'there is one default';
    $site->put("$at/far", { is_default => \0 });

    $site->put("$at/far", { enabled => \0 });
    ($run, $end, $call) = asked($near, profile => 'far');
    is $call->{json}{model}, 'usual', 'one that is disabled is not there';
    $site->put("$at/far", { enabled => \1 });
};


subtest 'a profile is tried' => sub {
    my $r = $site->post("$at/far/test", {});
    is $r->{status}, 200, 'an answer';
    ok $r->{json}{ok}, 'it works' or diag $r->{body};
    is $r->{json}{response}, 'far', 'what it said';
    ok $r->{json}{latency_ms} >= 0, 'how long it took';
    is $r->{json}{error}, undef, 'and no error';

    $site->post($at, { name => 'sick', model => 'sick',
        base_url => $near->base_url, secret_name => 'far_key' });
    $r = $site->post("$at/sick/test", {});
    is $r->{status}, 200, 'a failure is an answer, too';
    ok !$r->{json}{ok}, 'it does not work';
    like $r->{json}{error}, qr/unwell/, 'what was wrong';
    unlike $r->{body}, qr/k-far/, 'without the key';

    $site->post($at, { name => 'keyless', model => 'm',
        base_url => $near->base_url, secret_name => 'nowhere' });
    $r = $site->post("$at/keyless/test", {});
    like $r->{json}{error}, qr/secret/, 'without its secret it is not asked';

    $site->post($at, { name => 'away', model => 'm',
        base_url => 'http://127.0.0.1:1/v1' });
    ok !$site->post("$at/away/test", {})->{json}{ok}, 'nobody is there';
    is $site->post("$at/none/test", {})->{status}, 404, 'no profile';
};


subtest 'what runs have used is told' => sub {
    asked($near, model => 'busy');

    my $by = sub { return { map { $_->{key} => $_ }
        @{ $site->get("/api/llm/usage?group_by=$_[0]")->{json}{rows} } } };

    my $rows = $by->('profile');
    is $rows->{far}{calls}, 10, 'calls of a profile'
        or diag explain $rows;
    is $rows->{far}{errors}, 0, 'none failed';
    ok $rows->{far}{prompt_tokens} > 0 && $rows->{far}{completion_tokens} > 0,
        'tokens';
    ok $rows->{far}{cost_usd} > 0, 'what they cost';
    ok $rows->{far}{p95_latency_ms} >= 0 && $rows->{far}{avg_latency_ms} >= 0,
        'how long they took';

    is $by->('model')->{busy}{errors}, 1, 'one that failed';
    is $by->('procedure')->{'asks-1'}{calls}, 1, 'of a procedure';
    is_deeply [ keys %{ $by->('project') } ], [''], 'of no project';

    my ($day, @more) = keys %{ $by->('day') };
    like $day, qr/^\d{4}-\d\d-\d\d$/, 'of a day';

    my $u = $site->get('/api/llm/usage?to=2020-01-01T00:00:00Z')->{json};
    is_deeply $u->{rows}, [], 'of a time when there was nothing';
    is $u->{from}, '2019-12-02T00:00:00.000Z', 'a month of it';
    is $site->get('/api/llm/usage?from=2021-01-01T00:00:00Z'
        . '&to=2020-01-01T00:00:00Z')->{status}, 422, 'no time at all';
    is $site->get('/api/llm/usage?group_by=mood')->{status}, 422,
        'by something else';
};


subtest 'changes are in the audit, without what is secret' => sub {
    my $r = $site->get('/api/audit?category=llm&resource_id=far');
    my @rows = reverse @{ $r->{json}{events} };
    is $rows[0]{action}, 'create', 'who made it';
    is_deeply [ sort @{ $rows[1]{meta}{members} } ],
        [ qw(extra_headers max_tokens temperature) ], 'what was changed';
    unlike $r->{body}, qr/blue/, 'and not into what';
};


$site->log_is_calm;
done_testing;
