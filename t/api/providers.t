# Providers that are asked in a form of their own: what leaves, what comes back
# whole, in pieces, refused, and with tools (spec/ckp.md 23.1, 24.1; api 13).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Anthropic;
use LangOrch::Azure;
use LangOrch::Doc qw(procedure);
use LangOrch::Llm;
use LangOrch::Ollama;
use LangOrch::Site;

# A model that finds a customer by a tool, then two at once, and tells of all.

sub planner {
    my ($call) = @_;
    my @told = map { $_->{role} eq 'tool' ? $_->{content}
        : ref $_->{content} ? map { $_->{content} }
            grep { $_->{type} eq 'tool_result' } @{ $_->{content} } : () }
        @{ $call->{json}{messages} };

    return @told == 0 ? { tool_calls => [ [ find => { name => 'Ann' } ] ] }
        : @told == 1 ? { text => 'Two more.', stream => 1, tool_calls =>
            [ [ find => { name => 'Bob' } ], [ find => { name => 'Eve' } ] ] }
        : { text => join ', ', @told };
}


my %script = (
    plain  => [ { text => 'hello', model => 'plain-1' } ],
    piece  => [ { text => 'in pieces', stream => 1 } ],
    breaks => [ { text => 'half', stream => 1, breaks => 'overloaded_error' } ],
    cut    => [ { text => 'hello', finish => 'length' } ],
    busy   => [ { refuse => 429, message => 'too many' } ],
    full   => [ { refuse => 529, kind => 'overloaded_error',
        message => 'full' } ],
    never  => [ { refuse => 400, message => 'no such thing' } ],
    empty  => [ { body => '{}' } ],
    picture => [ { text => 'a dot' } ],
    shop   => \&planner,
);

my $agent = LangOrch::Agent->start(script => {
    find => sub { { result => 'customer ' . $_[0]{json}{params}{name} } } });
my $spare = LangOrch::Llm->start;
my %server = (
    anthropic    => LangOrch::Anthropic->start(script => \%script),
    azure_openai => LangOrch::Azure->start(script => \%script),
    ollama       => LangOrch::Ollama->start(script => \%script),
);

my $site = LangOrch::Site->start(workers => 1,
    env => { LANGORCH_SECRET_KEY => 'k-provider' });
$site->register($agent);
my $n = 0;


sub asked {
    my ($provider, $model, $node, %profile) = @_;
    my $id = 'asks-' . ++$n;

    $site->import_document(procedure($id, 'ask', {
        ask => { type => 'llm_action', prompt => 'Say it.', profile => 'p',
            outputs => { t => 'text' }, next_node => 'end',
            retry => { max_retries => 0 }, %$node },
        end => { type => 'terminate', outputs => { t => '{{t}}' } },
    }, global_config => { llm => { profiles => {
        p => { provider => $provider, model => $model,
            base_url => $server{$provider}->base_url,
            $provider eq 'ollama' ? () : (secret_name => 'key'), %profile },
        spare => { base_url => $spare->base_url, model => 'spare' },
    } } }, tools => { find => { action => 'find', agent => 'work',
        description => 'Finds a customer.', parameters => {
            type => 'object', required => ['name'] } } }));

    my $run = $site->run($id);
    return ($run, $run->wait_final);
}


for my $provider (sort keys %server) {
    my $llm = $server{$provider};

    subtest "$provider answers" => sub {
        my ($run, $end) = asked($provider, 'plain', { stop => 'END',
            system_prompt => 'Be kind.', max_tokens => 99, temperature => 0.2 });
        is $end->{output_vars}{t}, 'hello', 'a text'
            or diag $end->{error_message};

        my ($done) = $run->events_of('llm_call_completed');
        is $done->{payload}{model_used}, 'plain-1', 'who answered';
        is $done->{payload}{finish_reason}, 'stop', 'why it ended';
        is_deeply [ @{ $done->{payload} }{qw(prompt_tokens completion_tokens
            total_tokens)} ], [ 12, 8, 20 ], 'what it took';

        ($run, $end) = asked($provider, 'piece', {});
        is $end->{output_vars}{t}, 'in pieces', 'a stream';
        ($done) = $run->events_of('llm_usage');
        is_deeply [ @{ $done->{payload} }{qw(prompt_tokens completion_tokens)} ],
            [ 12, 8 ], 'and what that took';

        ($run, $end) = asked($provider, 'cut', {});
        ($done) = $run->events_of('llm_call_completed');
        is $done->{payload}{finish_reason}, 'length', 'one that was cut';
    };

    subtest "$provider calls tools" => sub {
        my ($run, $end) = asked($provider, 'shop',
            { planner => { tools => ['find'] } });
        is $end->{output_vars}{t}, 'customer Ann, customer Bob, customer Eve',
            'one, then two' or diag $end->{error_message};
    };

    subtest "$provider refuses" => sub {
        my ($run, $end) = asked($provider, 'never', {});
        is $end->{status}, 'failed', 'it fails';
        like $end->{error_message}, qr/HTTP 400: no such thing/, 'with its words';

        ($run, $end) = asked($provider, 'busy', { fallback_models => ['spare'] });
        is $end->{output_vars}{t}, 'ok', 'another one answers for a busy one';

        ($run, $end) = asked($provider, 'empty', {});
        like $end->{error_message}, qr/the answer has no/, 'no answer is one';
    };

    subtest "$provider is shown a picture" => sub {
        my ($run, $end) = asked($provider, 'picture', { attachments => [
            { type => 'image', source => 'data:image/png;base64,aGk=' } ] });
        is $end->{status}, 'completed', 'and says what it sees'
            or diag $end->{error_message};
        my ($call) = $llm->calls('picture');
        like $call->{body}, qr/aGk=/, 'its bytes were sent';
    };

    subtest "$provider as a profile of the site is tried" => sub {
        $site->post('/api/llm/profiles', { name => $provider, model => 'plain',
            provider => $provider, base_url => $llm->base_url,
            secret_name => 'key' });
        my $r = $site->post("/api/llm/profiles/$provider/test", {});
        if ($provider ne 'ollama') {    # which has none
            unlike $r->{body}, qr/k-provider/, 'without its key';
        }
        ok $r->{json}{ok}, 'it answers' or diag $r->{body};
        is $r->{json}{response}, 'hello', 'with a text';
    };
}


subtest 'what Anthropic is sent' => sub {
    my ($call) = $server{anthropic}->calls('plain');
    is $call->{headers}{'x-api-key'}, 'k-provider', 'the key';
    is $call->{headers}{'anthropic-version'}, '2023-06-01', 'the version';
    is_deeply $call->{json}, { model => 'plain', max_tokens => 99,
        temperature => 0.2, stop_sequences => ['END'], system => 'Be kind.',
        messages => [ { role => 'user', content => [
            { type => 'text', text => 'Say it.' } ] } ] }, 'and the question';

    asked('anthropic', 'bare', { top_p => 0.5, seed => 1, json_mode => \1 });
    ($call) = $server{anthropic}->calls('bare');
    is $call->{json}{max_tokens}, 4096, 'a bound that nobody gave';

    my ($run, $end) = asked('anthropic', 'own', {},
        extra_headers => { 'Anthropic-Version' => '2024-01-01' });
    ($call) = $server{anthropic}->calls('own');
    is $call->{headers}{'anthropic-version'}, '2024-01-01', 'its own version';
};


subtest 'one that is overloaded is like one that is unavailable' => sub {
    for my $model (qw(full breaks)) {
        my ($run, $end) = asked('anthropic', $model,
            { fallback_models => ['spare'] });
        is $end->{output_vars}{t}, 'ok', "$model: another one answers";
        my ($event) = $run->events_of('llm_fallback');
        is $event->{payload}{reason}, '503', 'and the timeline says why';
    }

    my ($run, $end) = asked('ollama', 'breaks', {});
    is $end->{status}, 'failed', 'half an answer is none';
};


subtest 'what Azure is sent' => sub {
    my ($call) = $server{azure_openai}->calls('plain');
    is $call->{headers}{'api-key'}, 'k-provider', 'the key';
    is $call->{path}, '/openai/deployments/plain/chat/completions'
        . '?api-version=2024-10-21', 'the deployment';

    asked('azure_openai', 'v', {}, api_version => '2025-01-01-preview');
    ($call) = $server{azure_openai}->calls('v');
    like $call->{path}, qr/api-version=2025-01-01-preview$/, 'another version';
};


subtest 'what Ollama is sent' => sub {
    my ($call) = $server{ollama}->calls('plain');
    is $call->{headers}{authorization}, undef, 'no key, when there is none';
    is_deeply $call->{json}, { model => 'plain', stream => \0,
        messages => [ { role => 'system', content => 'Be kind.' },
            { role => 'user', content => 'Say it.' } ],
        options => { temperature => 0.2, num_predict => 99,
            stop => ['END'] } }, 'the question';

    ($call) = $server{ollama}->calls('picture');
    is_deeply $call->{json}{messages}[0]{images}, ['aGk='], 'a picture';
};


$site->log_is_calm;
done_testing;
