# Every member of bodies that are good otherwise with every wrong type: an answer
# that says so, and the same worker afterwards (issue "Bad input", reliability.md
# 4).  Bad parameters of all routes are in routes_input.t.

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Http;
use LangOrch::Site;

my $agent = LangOrch::Agent->start(capabilities => ['pay']);
my $site  = LangOrch::Site->start(workers => 1,
    procedures => [ 'log-only', 'one-approval' ]);
my ($worker) = $site->workers;

my $run = $site->run('one-approval');
my $ask = $run->wait_approval->{approval_id};
$site->post('/api/agents', { name => 'a', channel => 'c', agent_id => 'known',
    base_url => $agent->url, capabilities => ['pay'] });

my $project = $site->post('/api/projects', { name => 'p' })->{json}{project_id};

$site->post('/api/secrets', { name => 'known', value => 'v' });
$site->post('/api/prompts', { name => 'known', template => 'x {{a}}' });
$site->post('/api/llm/profiles', { name => 'known', model => 'm' });

my %profile = (description => 'd', provider => 'openai_compatible',
    base_url => $agent->url, model => 'm', secret_name => 's',
    task_classes => ['t'], temperature => 1, top_p => 1, max_tokens => 1,
    stop => 's', timeout_ms => 1, max_retries => 1, fallbacks => [],
    extra_headers => { a => 'b' }, cost_per_1k => { prompt => 1 },
    json_schema => {}, budget_usd_per_run => 1, max_cost_usd_per_call => 1,
    min_quality => 1, enabled => \1, is_default => \0);

my @values = (undef, 7, -1, 1.5, 9_007_199_254_740_993, '', 'text', ' ',
    "line\nbreak", "\x{1F600}", 'x' x 3000, [], {}, [ 1, 'a', {}, [] ],
    { a => { b => [] } }, JSON::PP::true, JSON::PP::false);

# method, path, members of a good body; '+' marks bodies that change nothing of
# use when they happen to be right

my @routes = (
    [ POST => '/api/runs', { procedure_id => 'log-only', procedure_version => 1,
        version => 1, channel => 'dev', input_vars => {}, project_id => 'p',
        case_id => 'c', execution_mode => 'production',
        retry_of_run_id => 'r' } ],
    [ POST => '/api/procedures', { ckp_json => {}, project_id => 'p' } ],
    [ POST => '/api/procedures/compile', { ckp_json => {} } ],
    [ POST => '/api/procedures/log-only/latest/compile', { ckp_json => {} } ],
    [ PUT => '/api/procedures/log-only/9.9.9', { ckp_json => {} } ],
    [ PATCH => '/api/procedures/log-only/9.9.9/status', { status => 'x' } ],
    [ POST => '/api/runs/none/cancel', { reason => 'x' } ],
    [ POST => '/api/runs/none/retry', { input_vars => {}, new_run => 1,
        from_checkpoint_id => 'x' } ],
    [ POST => "/api/approvals/$ask/decision", { status => 'perhaps',
        decision => 'perhaps', resolved_decision => 'x', option => 'x',
        decided_by => 'x', comment => 'x', payload => {}, input => {} } ],
    [ POST => '/api/agents', { name => 'a', channel => 'c',
        agent_id => 'known', base_url => $agent->url, resource_key => 'r',
        pool_id => 'p', concurrency_limit => 1, capabilities => ['pay'] } ],
    [ PUT => '/api/agents/known', { name => 'a', status => 'online',
        base_url => $agent->url, concurrency_limit => 1, pool_id => 'p',
        capabilities => ['pay'] } ],
    [ POST => '/api/agents/heartbeat', { agent_id => 'known',
        status => 'online', cpu_percent => 1, memory_percent => 1 } ],
    [ POST => '/api/agents/known/circuit', { action => 'open' } ],
    [ POST => '/api/secrets', { name => 's', value => 'v', description => 'd',
        provider_hint => 'db', tags => ['t'] } ],
    [ PUT => '/api/secrets/known', { value => 'v', description => 'd',
        provider_hint => 'db', tags => ['t'] } ],
    [ POST => '/api/llm/profiles', { name => 's', %profile } ],
    [ PUT => '/api/llm/profiles/known', { %profile } ],
    [ POST => '/api/prompts', { name => 's', template => 'x {{a}}',
        system => 'y', variables => { a => { type => 'string' } },
        output_schema => { type => 'object' }, model => 'm', profile => 'p',
        description => 'd', tags => ['t'] } ],
    [ PUT => '/api/prompts/known', { template => 'x {{a}}',
        system => 'y', variables => { a => { type => 'string' } },
        output_schema => { type => 'object' }, model => 'm', profile => 'p',
        description => 'd', tags => ['t'] } ],
    [ POST => '/api/prompts/known/activate', { version => 1 } ],
    [ POST => '/api/prompts/known/render', { version => 1,
        variables => { a => 1 } } ],
    [ POST => '/api/projects', { name => 'p', description => 'd' } ],
    [ PUT => "/api/projects/$project", { name => 'p', description => 'd' } ],
);

for (@routes) {
    my ($method, $path, $good) = @$_;
    my ($asked, @bad) = (0);

    for my $name (sort keys %$good) {
        for my $value (@values) {
            my $r = $site->request($method, $path,
                { %$good, $name => $value });
            $asked++;
            push @bad, "$name: $r->{status} "
                . LangOrch::Http::encode([$value]) unless answered($r);
        }
    }

    for my $body (map({ LangOrch::Http::encode($_) } @values), '', '{', '{"a"',
        "{\"\xff\":1}")
    {
        my $r = $site->request($method, $path, $body);
        $asked++;
        push @bad, "body: $r->{status} " . substr $body, 0, 40
            unless answered($r);
    }

    is_deeply \@bad, [], "$method $path had an answer to all $asked bodies";
}


# 2xx when it happened to be right, or a problem of the client's.

sub answered {
    my ($r) = @_;

    return 1 if $r->{status} =~ /^2/;
    return 0 unless $r->{status} =~ /^4\d\d$/;

    my $p = $r->{json} || {};
    return $r->{headers}{'content-type'} eq 'application/problem+json'
        && $p->{status} == $r->{status} && length $p->{code}
        && length $p->{title} && exists $p->{detail};
}


is_deeply [ $site->workers ], [$worker], 'the same worker gave all of them';
is $site->get($run->path)->{status}, 200, 'and still reads its store';

$site->log_is_calm;
done_testing;
