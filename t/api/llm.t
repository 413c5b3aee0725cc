# Questions to models: what leaves, what comes back, what is tried then
# (spec/ckp.md 23; api 19).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Llm;
use LangOrch::Site;

my $llm = LangOrch::Llm->start(script => {
    plain  => [ { text => 'hello', model => 'plain-1' } ],
    piece  => [ { text => 'in pieces', stream => 1 } ],
    busy   => [ { refuse => 429 } ],
    sick   => [ { refuse => 500 }, { text => 'better' } ],
    never  => [ { refuse => 400, message => 'no such thing' } ],
    mute   => [ { body => '{"choices":[]}' } ],
    slow   => [ { hang => 1 } ],
    repair => [ { text => 'ten' }, { text => "```json\n{\"n\": 10}\n```" } ],
    leaky  => [ sub_text('the key is sk-site-key') ],
    dead   => [ { refuse => 500 } ],
    '*'    => [ { text => 'other' } ],
});

my $far = LangOrch::Llm->start(script => { '*' => [ { text => 'far' } ] });

my $site = LangOrch::Site->start(
    workers => 1,
    env     => { LANGORCH_SECRET_SITE_KEY => 'sk-site-key',
        LANGORCH_SECRET_FAR_KEY => 'sk-far-key' },
    http    => 'langorch_llm_url ' . $llm->base_url . '/; '
        . 'langorch_llm_model plain; langorch_llm_secret site_key;',
);


sub sub_text { return { text => $_[0] } }


# A run of one question; its end's outputs show `t`, the whole answer.

sub asked {
    my ($id, $node, %more) = @_;

    $site->import_document(procedure($id, 'ask', {
        ask => { type => 'llm_action', prompt => 'Say {{what}}.',
            outputs => { t => 'text' }, next_node => 'end',
            retry => { max_retries => 0 }, %$node },
        end => { type => 'terminate', outputs => { t => '{{t}}',
            telemetry => '{{telemetry}}' } },
    }, variables_schema => { what => { type => 'string',
        default => 'something' } }, %more));

    my $run = $site->run($id);
    return ($run, $run->wait_final);
}


subtest 'a question has the body and the head of the contract' => sub {
    my ($run, $end) = asked('plain', { system_prompt => 'Be kind.',
        temperature => 0.2, max_tokens => 99, stop => 'END' });

    is $end->{status}, 'completed', 'it completes';
    is $end->{output_vars}{t}, 'hello', 'with the answer';

    my ($call) = $llm->calls('plain');
    is $call->{path}, '/v1/chat/completions', 'the path';
    is $call->{headers}{authorization}, 'Bearer sk-site-key', 'the key';
    like $call->{headers}{'content-type'}, qr{^application/json}, 'JSON';
    is $call->{headers}{'idempotency-key'}, $run->id . ':ask:ask',
        'the idempotency key';

    my $body = $call->{json};
    is $body->{model}, 'plain', "the site's model";
    is $body->{temperature}, 0.2, 'the temperature';
    is $body->{max_tokens}, 99, 'the bound';
    is $body->{stop}, 'END', 'the end';
    is_deeply $body->{messages}, [
        { role => 'system', content => 'Be kind.' },
        { role => 'user', content => 'Say something.' },
    ], 'the messages';

    my ($done) = $run->events_of('llm_call_completed');
    is $done->{payload}{model_used}, 'plain-1', 'who answered';
    is $done->{payload}{total_tokens}, 20, 'what it took';
    ok !grep({ LangOrch::Http::encode($_) =~ /sk-site-key|Say something/ }
        $run->events), 'neither key nor question is in the timeline';
};


subtest 'an answer may come in pieces' => sub {
    my ($run, $end) = asked('piece', { model => 'piece' });
    is $end->{output_vars}{t}, 'in pieces', 'they are put together';
    my ($use) = $run->events_of('llm_usage');
    is $use->{payload}{prompt_tokens}, 12, 'with what they took';
};


subtest 'a profile has an address and a key of its own' => sub {
    my ($run, $end) = asked('far', { profile => 'far' }, global_config => {
        llm => { profiles => { far => { base_url => $far->base_url,
            model => 'f1', secret_name => 'far_key',
            extra_headers => { 'X-Team' => 'blue' } } } },
    });

    is $end->{output_vars}{t}, 'far', 'it is asked';
    my ($call) = $far->calls('f1');
    is $call->{headers}{authorization}, 'Bearer sk-far-key', 'with its key';
    is $call->{headers}{'x-team'}, 'blue', 'and its lines';

    ($run, $end) = asked('keyless', { profile => 'far' }, global_config => {
        llm => { profiles => { far => { base_url => $far->base_url,
            model => 'f2' } } },
    });
    ($call) = $far->calls('f2');
    ok !exists $call->{headers}{authorization},
        "the site's key does not go there";

    ($run, $end) = asked('lost', { profile => 'far' }, global_config => {
        llm => { profiles => { far => { base_url => $far->base_url,
            model => 'f3', secret_name => 'nowhere' } } },
    });
    is $end->{status}, 'failed', 'a key without a value fails it';
    is scalar($far->calls('f3')), 0, 'before anything is sent';
};


subtest 'another model answers where one is busy' => sub {
    my ($run, $end) = asked('busy', { model => 'busy',
        fallback_models => [ 'plain' ] });
    is $end->{output_vars}{t}, 'hello', 'the other one';
    my ($event) = $run->events_of('llm_fallback');
    is_deeply $event->{payload}, { from => 'busy', to => 'plain',
        reason => '429' }, 'the timeline says why';
};


subtest 'a failure is tried again, a refusal is not' => sub {
    my ($run, $end) = asked('sick', { model => 'sick',
        retry => { max_retries => 1, delay_ms => 1 } });
    is $end->{output_vars}{t}, 'better', 'the second time';
    my $keys = $llm->key_counts('sick');
    is_deeply [ values %$keys ], [2], 'under the same key: the first may have '
        . 'been answered';

    ($run, $end) = asked('never', { model => 'never',
        retry => { max_retries => 3, delay_ms => 1 } });
    is $end->{status}, 'failed', 'no';
    like $end->{error_message}, qr/no such thing/, 'and why';
    is scalar($llm->calls('never')), 1, 'once';

    ($run, $end) = asked('mute', { model => 'mute' });
    like $end->{error_message}, qr/no choices/, 'an answer without choices';
};


subtest 'no question waits longer than it may' => sub {
    my ($run, $end) = asked('slow', { model => 'slow',
        llm_timeout_ms => 300 });
    is $end->{status}, 'failed', 'it fails';
    my ($event) = $run->events_of('llm_call_failed');
    is $event->{payload}{error_type}, 'TimeoutError', 'for its time';
};


subtest 'an answer that does not fit is repaired' => sub {
    my ($run, $end) = asked('repair', { model => 'repair',
        outputs => { t => 'json: n' }, output_schema => { type => 'object',
            required => ['n'] } });
    is $end->{output_vars}{t}, 10, 'by another call';
    is $end->{output_vars}{telemetry}{total_tokens}, 40, 'both are counted';
    my @calls = $llm->calls('repair');
    is scalar(@{ $calls[1]{json}{messages} }), 4, 'which saw the first answer';
};


subtest 'an attachment at an address is fetched' => sub {
    my ($run, $end) = asked('attached', { model => 'attached', attachments => [
        { type => 'url', source => $far->url('/health') },
        { type => 'url', source => $far->url('/nothing') },
    ] });

    my ($call) = $llm->calls('attached');
    my $parts = $call->{json}{messages}[0]{content};
    is scalar(@$parts), 2, 'the prompt and what there is';
    like $parts->[1]{text}, qr/"status":\s*"ok"/, 'as text';
    my ($event) = $run->events_of('attachment_skipped');
    is $event->{payload}{reason}, 'HTTP 404', 'the other is told';
};


subtest 'a key that comes back is masked' => sub {
    my ($run, $end) = asked('leaky', { model => 'leaky' });
    unlike $end->{output_vars}{t}, qr/sk-site-key/, 'it is not in the answer';
};


subtest 'a crash in the midst of a question loses nothing' => sub {
    my $slow = LangOrch::Llm->start(script => { '*' => [
        { hang => 1 }, { text => 'after all' } ] });
    $site->import_document(procedure('crashes', 'ask', {
        ask => { type => 'llm_action', prompt => 'x', profile => 'p',
            outputs => { t => 'text' }, next_node => 'end' },
        end => { type => 'terminate', outputs => { t => '{{t}}' } },
    }, global_config => { llm => { profiles => { p => {
        base_url => $slow->base_url, model => 'm' } } } }));

    my $run = $site->run('crashes');
    $slow->wait_calls(1, 'm');
    $site->kill9_worker;
    is $run->wait_final->{output_vars}{t}, 'after all', 'it is asked again';
    is_deeply [ values %{ $slow->key_counts('m') } ], [2],
        'under the same key';
};


subtest 'who fails five times is not asked for a while' => sub {
    my $bad = LangOrch::Llm->start(script => { '*' => [ { refuse => 500 } ] });
    my ($run, $end) = asked('shut', { profile => 'bad',
        fallback_models => ['good'],
        retry => { max_retries => 5, delay_ms => 1 } }, global_config => {
        llm => { profiles => {
            bad  => { base_url => $bad->base_url, model => 'b' },
            good => { base_url => $far->base_url, model => 'g' } } } });

    is $end->{output_vars}{t}, 'far', 'another one is';
    is scalar($bad->calls('b')), 5, 'after five calls';
    my ($event) = $run->events_of('llm_fallback');
    is $event->{payload}{reason}, 'circuit_open', 'which the timeline says';
};


$site->log_is_calm;
done_testing;
