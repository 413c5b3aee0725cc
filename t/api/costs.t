# What a model costs: by the procedure, by nginx.conf or an administrator, by what
# everybody knows; and who asks is shown all of it (docs/api.md, Costs of models).

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure);
use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $llm = LangOrch::Agent->start(web => sub { return {
    ($_[0]{json}{model} eq 'slow' ? (until => 'told') : ()), body => '{"choices":[{"message":'
    . '{"role":"assistant","content":"x"}}],"model":"m","usage":{"prompt_tokens":1000,'
    . '"completion_tokens":1000,"prompt_tokens_details":{"cached_tokens":500}}}' } });

sub site {
    return LangOrch::Site->start(workers => 2, http => 'langorch_llm_url '
        . $llm->url('') . ";\n$_[0]");
}

sub asks {
    my ($site, $model) = @_;
    my $id = "ask-$model" =~ tr/a-zA-Z0-9-/-/cr;
    $site->import_document(procedure($id, 'a', {
        a => { type => 'llm_action', prompt => '?', model => $model, next_node => 'end',
            retry => { max_retries => 0 } },
        end => { type => 'terminate' } }));
    return $id;
}

sub cost { return $_[0]->run($_[1])->wait_final->{estimated_cost_usd} }

sub of {
    my ($site, $model) = @_;
    my ($one) = grep { $_->{model} eq $model } @{ $site->get('/api/llm/costs')->{json} };
    return $one;
}


subtest 'an administrator says what a model costs' => sub {
    my $site = site('');
    my $ask  = asks($site, 'ours');
    is_deeply of($site, 'gpt-4o'), { model => 'gpt-4o', prompt => 0.0025, quality => 94,
        completion => 0.01, cached => 0.00125, source => 'default' }, 'some are known';
    is of($site, 'ours'), undef, 'ours is not';
    ok !cost($site, $ask), 'and costs nothing';

    my $r = $site->patch('/api/config', { llm_model_cost_json => {
        ours => { prompt => 1, completion => 2, cached => 0.5 },
        'gpt-4o' => { prompt => 7 } } });
    is $r->{status}, 200, 'prices are said' or diag $r->{body};
    is_deeply LangOrch::Http::decode($r->{json}{llm_model_cost_json})->{ours},
        { prompt => 1, completion => 2, cached => 0.5 }, 'kept as a text';
    is_deeply of($site, 'ours'), { model => 'ours', prompt => 1, completion => 2,
        cached => 0.5, quality => undef, source => 'site' }, 'shown at once' for 1 .. 4;
    is of($site, 'gpt-4o')->{prompt}, 7, 'in the place of what was known';
    ok until_true('every worker goes by them', sub {
        return !grep { (cost($site, $ask) // 0) != 2.75 } 1 .. 4;
    }, 15), 'a half of the prompt at the price of a cache';

    my @names = map { $_->{model} } @{ $site->get('/api/llm/costs')->{json} };
    is_deeply \@names, [ sort @names ], 'by name';
    $site->restart;
    is cost($site, $ask), 2.75, 'after a restart, too';
    is $site->patch('/api/config', { llm_model_cost_json => undef })
        ->{json}{llm_model_cost_json}, undef, 'taken back';
    is of($site, 'ours'), undef, 'nobody says it';
    $site->log_is_calm;
};


subtest 'what is no price' => sub {
    my $site = site('');
    for my $case (
        [ 'a list', [], 'is no object of models' ],
        [ 'a text that is no JSON', '{', undef ],
        [ 'a price as a text', { m => { prompt => '1' } }, '/m/prompt' ],
        [ 'less than nothing', { m => { completion => -1 } }, '/m/completion' ],
        [ 'nothing of a model', { 'a/b' => {} }, '/a~1b' ],
        [ 'another member', { m => { prompt => 1, tokens => 1 } }, '/m/tokens' ],
        [ 'a quality of more than 100', { m => { prompt => 1, quality => 101 } },
            '/m/quality' ],
        [ 'a name of nothing', { '' => { prompt => 1 } }, 'is no name' ],
        [ 'too many', { map { ("m$_" => { prompt => 1 }) } 1 .. 1001 }, '1000' ])
    {
        my ($why, $value, $said) = @$case;
        my $r = $site->patch('/api/config', { llm_model_cost_json => $value });
        is $r->{status}, 422, $why or diag $r->{body};
        like $r->{json}{detail}[0]{msg}, qr/\Q$said/, 'and where' if $said;
    }
    is $site->patch('/api/config', { llm_model_cost_json => '{"m":{"prompt":1}}' })
        ->{status}, 200, 'a text that is one';
};


subtest 'nginx.conf says it' => sub {
    my $site = site("langorch_llm_cost ours prompt=2 completion=1;\n"
        . "langorch_llm_cost vendor/other completion=0.5 quality=60;\n");
    is cost($site, asks($site, 'ours')), 3, 'prices of a directive';
    is cost($site, asks($site, 'vendor/other')), 0.5, 'of several';
    is of($site, 'vendor/other')->{quality}, 60, 'shown';
    is $site->patch('/api/config', { llm_model_cost_json => {} })->{status}, 409,
        'and nobody else says otherwise';

    for my $bad ('m', 'm prompt', 'm prompt=x', 'm prompt=-1', 'm speed=1',
        'm prompt=1 prompt=2', "m prompt=1;\nlangorch_llm_cost m prompt=1")
    {
        ok !eval { site("langorch_llm_cost $bad;\n"); 1 }, "not $bad";
    }
    $site->log_is_calm;
};

subtest 'who does not answer in time' => sub {
    my $site = site("langorch_llm_timeout 1s;\n");
    my $end  = $site->run(asks($site, 'slow'))->wait_final;
    is $end->{status}, 'failed', 'is not waited for';
    like $end->{error_message}, qr/within 1000 ms/, 'and that is said';
    $llm->release('told');
    is $site->patch('/api/config', { llm_timeout_seconds => 5 })->{status}, 409,
        'as nginx.conf says';
};

done_testing;
