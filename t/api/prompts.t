# Prompts that the site stores: versions, the one in use, and runs that name
# them (api 13; ckp 23.4).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Llm;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $llm  = LangOrch::Llm->start(script => {
    '*'    => [ { text => 'fine' } ],
    fussy  => [ { text => 'no' }, { text => '{"kind": "claim"}' } ],
    held   => [ { text => 'late', until => 'told' } ],
});
my $site = LangOrch::Site->start(workers => 2,
    http => 'langorch_llm_url ' . $llm->base_url . '; '
        . 'langorch_llm_model usual;');

my $n = 0;


# A run that asks by a stored prompt; what the model was told.

sub asked {
    my ($ref, %node) = @_;
    my $id = 'asks-' . ++$n;

    $site->import_document(procedure($id, 'ask', {
        ask => { type => 'llm_action', prompt_ref => $ref,
            next_node => 'end', retry => { max_retries => 0 }, %node },
        end => { type => 'terminate', outputs => { t => '{{llm_output}}' } },
    }, variables_schema => { letter => { type => 'string',
        default => 'dear all' } }));

    my $run = $site->run($id);
    my $end = $run->wait_final;
    my ($call) = grep { index($_->{headers}{'idempotency-key'}, $run->id) == 0 }
        $llm->calls;

    return ($run, $end, $call ? $call->{json} : undef, $id);
}


sub said { return [ map { $_->{content} } @{ $_[0]{messages} } ] }


subtest 'a prompt is stored, and has versions that never change' => sub {
    is_deeply $site->get('/api/prompts')->{json}, [], 'none at first';

    my $r = $site->post('/api/prompts', { name => 'sort',
        template => 'Sort: {{text}}', system => 'You sort letters.',
        variables => { text => { type => 'string', required => \1 } },
        description => 'by kind', tags => ['letters', 'kind'] });
    is $r->{status}, 201, 'stored' or diag $r->{body};
    like $r->{headers}{location}, qr{/api/prompts/sort$}, 'where';
    ok $r->{headers}{etag}, 'with a tag';

    my $p = $r->{json};
    is $p->{version}, 1, 'its first version';
    ok $p->{active}, 'which is the one in use';
    is $p->{output_schema}, undef, 'what was not said is null';
    is $p->{created_by}, 'anonymous', 'who made it';

    $r = $site->put('/api/prompts/sort', { template => 'Sort it: {{text}}',
        variables => { text => { type => 'string', required => \1 } } });
    is $r->{status}, 200, 'changed' or diag $r->{body};
    is $r->{json}{version}, 2, 'which is a new version';
    is $r->{json}{system}, undef, 'of what was sent and nothing else';

    my $old = $site->get('/api/prompts/sort?version=1')->{json};
    is $old->{template}, 'Sort: {{text}}', 'the old one is as it was';
    ok !$old->{active}, 'but it is not in use';
    is $site->get('/api/prompts/sort')->{json}{version}, 2, 'the newest is';

    is_deeply [ map { [ @$_{qw(version)}, $_->{active} ? 1 : 0 ] }
        @{ $site->get('/api/prompts/sort/versions')->{json} } ],
        [ [2, 1], [1, 0] ], 'all of them, newest first';

    $r = $site->post('/api/prompts', { name => 'sort', template => 'x' });
    is $r->{status}, 409, 'a name is taken once';
};


subtest 'of changes at the same time none is lost, and none is two' => sub {
    $site->post('/api/prompts', { name => 'busy', template => 'x' });
    my @answers = $site->together(8, sub {
        my $r = $site->put('/api/prompts/busy', { template => "by $_[0]" });
        return [ $r->{status}, $r->{json}{version}, $_[0] ];
    });

    my @good = sort { $a->[1] <=> $b->[1] } grep { $_->[0] == 200 } @answers;
    is scalar(grep { $_->[0] != 200 && $_->[0] != 409 } @answers), 0,
        'each is taken, or is told of another';
    is_deeply [ map { $_->[1] } @good ], [ 2 .. @good + 1 ],
        'a version for each that was taken';
    is_deeply [ map { $site->get("/api/prompts/busy?version=$_->[1]")
        ->{json}{template} } @good ], [ map { "by $_->[2]" } @good ],
        'which is what was sent';
    $site->del('/api/prompts/busy');
};


subtest 'lists are searched' => sub {
    $site->post('/api/prompts', { name => 'greet', template => 'Hello',
        description => 'Kindly', tags => ['hello'] });

    my $names = sub { [ map { $_->{name} }
        @{ $site->get("/api/prompts?$_[0]")->{json} } ] };

    is_deeply $names->(''), ['greet', 'sort'], 'by name';
    is_deeply $names->('search=KIND'), ['greet'], 'in names and descriptions';
    is_deeply $names->('tag=hello'), ['greet'], 'by tag';
    is_deeply $names->('tag=hell'), [], 'a whole tag';
    is_deeply $names->('limit=1&offset=1'), ['sort'], 'in pages';

    my ($one) = @{ $site->get('/api/prompts?search=sort')->{json} };
    is $one->{latest_version}, 2, 'with the newest version';
    is $one->{active_version}, undef, 'none has been chosen';
};


subtest 'what is wrong with a prompt is told where it is' => sub {
    my $where = sub {
        my $r = $site->post('/api/prompts', { name => 'bad', @_ });
        return "$r->{status} " . join ' ', map { join '/', @{ $_->{loc} } }
            @{ $r->{json}{errors} // $r->{json}{detail} // [] };
    };

    is $where->(template => '{{= 1 + }}'), '422 body/template', 'a template';
    is $where->(template => 'x', system => '{{secrets.key}}'),
        '422 body/system', 'a secret';
    is $where->(template => 'x', variables => { a => { type => 'no' } }),
        '422 body/variables/a/type', 'a variable';
    is $where->(template => ''), '422 body/template', 'no template';
    is $where->(template => 'x', name => 'a b'), '422 body/name', 'a name';
    is $where->(template => 'x' x 70000), '422 body/template', 'its size';
};


subtest 'a prompt is shown with its variables, and nobody is asked' => sub {
    my $calls = () = $llm->calls;
    my $r = $site->post('/api/prompts/sort/render',
        { variables => { text => 'abc', more => 1 } });
    is_deeply $r->{json}, { prompt => 'Sort it: abc', system => undef,
        missing => [], unused => ['more'] }, 'with all that it needs';

    $r = $site->post('/api/prompts/sort/render', { version => 1 });
    is_deeply $r->{json}, { prompt => 'Sort: ', system => 'You sort letters.',
        missing => ['text'], unused => [] }, 'another version, with nothing';

    $r = $site->post('/api/prompts/sort/render',
        { variables => { text => { a => 1 } } });
    is $r->{status}, 422, 'a value of another type';
    is_deeply $r->{json}{errors}[0]{loc}, ['body', 'variables', 'text'],
        'is told where it is';

    is $site->post('/api/prompts/none/render', {})->{status}, 404, 'no prompt';
    is $site->post('/api/prompts/sort/render', { version => 9 })->{status},
        404, 'no version';
    is scalar(() = $llm->calls), $calls, 'no model heard of it';
};


subtest 'a run uses the version that its name means' => sub {
    my ($run, $end, $sent) = asked('sort',
        prompt_vars => { text => '{{letter}}' });
    is $end->{status}, 'completed', 'it completes' or diag explain $end;
    is_deeply said($sent), ['Sort it: dear all'], 'the newest';
    my ($done) = $run->events_of('llm_call_completed');
    is $done->{payload}{prompt_ref}, 'sort@2', 'which is told';

    ($run, $end, $sent) = asked('sort@1', prompt_vars => { text => 'x' });
    is_deeply said($sent), ['You sort letters.', 'Sort: x'], 'that one';

    my $r = $site->post('/api/prompts/sort/activate', { version => 1 });
    is $r->{status}, 200, 'another is chosen' or diag $r->{body};
    ok $r->{json}{active}, 'and in use';

    ($run, $end, $sent) = asked('sort', prompt_vars => { text => 'x' });
    ($done) = $run->events_of('llm_call_completed');
    is $done->{payload}{prompt_ref}, 'sort@1', 'for runs from then on';

    is $site->post('/api/prompts/sort/activate', { version => 9 })->{status},
        404, 'one that there is not cannot be chosen';
    is $site->get('/api/prompts?search=sort')->{json}[0]{active_version}, 1,
        'so it stays';
};


subtest 'it brings its model and its schema' => sub {
    $site->post('/api/prompts', { name => 'judge', template => 'Which?',
        model => 'fussy', output_schema => { type => 'object',
            required => ['kind'] } });

    my ($run, $end, $sent) = asked('judge');
    is $sent->{model}, 'fussy', 'the model is asked';
    is $end->{status}, 'completed', 'until it fits' or diag explain $end;
    is scalar($run->events_of('llm_repair')), 1, 'which takes a repair';

    ($run, $end, $sent) = asked('judge', model => 'other',
        output_schema => { type => 'string' });
    is $sent->{model}, 'other', 'but the node goes before it';
};


subtest 'after a crash a run stays with the text that it used' => sub {
    $site->post('/api/prompts', { name => 'long', template => 'Text one',
        model => 'held' });
    $site->import_document(procedure('crashes', 'ask', {
        ask => { type => 'llm_action', prompt_ref => 'long',
            next_node => 'end' },
        end => { type => 'terminate', outputs => { t => '{{llm_output}}' } },
    }));

    my $run = $site->run('crashes');
    until_true('the model is asked', sub { $llm->calls('held') });
    $site->put('/api/prompts/long', { template => 'Text two' });
    $site->kill9_all;
    $llm->release('told');
    $site->restart;

    is $run->wait_final->{output_vars}{t}, 'late', 'it goes on';
    my @calls = $llm->calls('held');
    is_deeply [ map { @{ said($_->{json}) } } @calls ],
        [ ('Text one') x @calls ], 'with the same text';
    is scalar(keys %{ { map { $_->{headers}{'idempotency-key'} => 1 }
        @calls } }), 1, 'and the same key';
    my ($done) = $run->events_of('llm_call_completed');
    is $done->{payload}{prompt_ref}, 'long@1', 'which is told';
};


subtest 'tasks and children use them, too' => sub {
    $site->post('/api/prompts', { name => 'task', template => 'Do {{it}}' });
    $site->import_document(procedure('child', 'ask', {
        ask => { type => 'llm_action', prompt_ref => 'task',
            next_node => 'end' },
        end => { type => 'terminate' },
    }, variables_schema => { it => { type => 'string' } }));
    $site->import_document(procedure('tasks', 'all', {
        all => { type => 'dag', next_node => 'sub', tasks => [
            { task_id => 'one', llm => { prompt_ref => 'task',
                prompt_vars => { it => 'one' } } },
            { task_id => 'two', llm => { prompt_ref => 'task@1',
                prompt_vars => { it => 'two' } } } ] },
        sub => { type => 'subflow', procedure_id => 'child',
            input_mapping => { it => 'three' }, next_node => 'end' },
        end => { type => 'terminate' },
    }));

    my $run = $site->run('tasks');
    is $run->wait_final->{status}, 'completed', 'they complete'
        or diag explain $run->get;
    is_deeply [ sort map { @{ said($_->{json}) } } grep {
        index(LangOrch::Http::encode($_->{json}), 'Do ') > 0 } $llm->calls ],
        [ 'Do one', 'Do three', 'Do two' ], 'each with its own';
};


subtest 'what is not there or does not fit fails the node' => sub {
    my ($run, $end) = asked('nowhere');
    is $end->{status}, 'failed', 'no prompt';
    is $end->{error}{type} // ($run->events_of('run_failed'))[0]{payload}
        {error_type}, 'PromptTemplateError', 'by its type';
    like $end->{error_message}, qr/nowhere/, 'and its name';

    ($run, $end) = asked('sort@^9', prompt_vars => { text => 'x' });
    is $end->{status}, 'failed', 'no version of the range';

    ($run, $end) = asked('sort', prompt_vars => { text => { a => 1 } });
    like $end->{error_message}, qr/variable 'text'/, 'a variable';
};


subtest 'a compilation tells when it is asked to' => sub {
    my $doc = procedure('c', 'ask', { ask => { type => 'llm_action',
        prompt_ref => 'gone@2', next_node => 'end' },
        end => { type => 'terminate' } });
    my $told = sub {
        my $r = $site->post('/api/procedures/compile',
            { ckp_json => $doc, check_environment => $_[0] });
        return join ' ', map { /(CKP80\d)/ } map { ref ? $_->{id} : $_ }
            @{ $r->{json}{warnings} };
    };

    is $told->(\0), '', 'not without';
    is $told->(\1), 'CKP804', 'with';
};


subtest 'it is removed when nobody needs it' => sub {
    my $r = $site->del('/api/prompts/judge');
    is $r->{status}, 409, 'not while a procedure names it';
    like $r->{json}{detail}, qr/asks-\d+/, 'which is told';

    my $tag = $site->get('/api/prompts/greet')->{headers}{etag};
    is $site->request(DELETE => '/api/prompts/greet', undef,
        headers => { 'If-Match' => '"other"' })->{status}, 412,
        'not when it is another';
    is $site->request(PUT => '/api/prompts/greet', { template => 'Hi' },
        headers => { 'If-Match' => $tag })->{status}, 200, 'changed with it';
    is $site->request(PUT => '/api/prompts/greet', { template => 'Ho' },
        headers => { 'If-Match' => $tag })->{status}, 412, 'once';
    is $site->del('/api/prompts/greet')->{status}, 204, 'removed';
    is $site->get('/api/prompts/greet')->{status}, 404, 'it is gone';

    $r = $site->post('/api/prompts', { name => 'greet', template => 'Again' });
    is $r->{json}{version}, 1, 'its name is free, and begins anew';
};


subtest 'changes are in the audit, with both versions' => sub {
    my $rows = $site->get('/api/audit?category=prompt&resource_id=sort')
        ->{json}{events};
    is_deeply [ map { [ $_->{action}, @{ $_->{meta} }{
        qw(from_version to_version)} ] } reverse @$rows ], [
        [ 'create', undef, 1 ], [ 'update', 1, 2 ], [ 'activate', 2, 1 ] ],
        'who changed what into what';
};


$site->log_is_calm;
done_testing;
