# Nothing that comes from a document, a run or a client ends a line in the head of a
# call, whatever it is put into (reliability.md 6: CR, LF or NUL; 7: header injection).

use strict;
use warnings;

use JSON::PP;
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure);
use LangOrch::Llm;
use LangOrch::Mcp;
use LangOrch::Site;

my @bad = ("a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "\r\nX-Evil: 1\r\n\r\n{}",
    "a\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n", "a\0X-Evil: 1", "a\x{2028}X-Evil: 1",
    "a\x{85}X-Evil: 1", "a%0d%0aX-Evil: 1", "a\x{560d}\x{560a}X-Evil: 1");

my $web   = LangOrch::Agent->start(web => sub { return { body => '{}' } });
my $agent = LangOrch::Agent->start;
my $llm   = LangOrch::Llm->start;
my $mcp   = LangOrch::Mcp->start(form => 'streamable-http', tools => {
    say => sub { return { structured => 1 } } });
my $site  = LangOrch::Site->start(workers => 2,
    env => { LANGORCH_SECRET_PIN => 's3cret' });
$site->register($agent);
$site->post('/api/mcp/servers', { name => 'tools', base_url => $mcp->base_url,
    protocol => 'streamable-http' });


# Where a run's own text could come into a head, as a step or a node has it.

sub http { return { type => 'sequence', steps => [ { step_id => 's', action => 'http_request',
    executor => 'internal', params => { url => $web->url('/'), @_ } } ] } }

my %places = (
    'a header'       => http(headers => { 'X-Own' => '{{word}}' }),
    'Authorization'  => http(headers => { Authorization => 'Bearer {{word}}' }),
    'the host'       => http(headers => { Host => '{{word}}' }),
    'the type'       => http(headers => { 'Content-Type' => '{{word}}' }, method => 'POST',
        body => 'x'),
    'the query'      => http(query => { q => '{{word}}', '{{word}}' => 1 }),
    'the address'    => http(url => $web->url('/{{word}}')),
    'a name'         => http(auth => { type => 'basic', username => '{{word}}',
        secret => 'PIN' }),
    'the method'     => http(method => '{{word}}'),
    'the key'        => { type => 'sequence', agent => 'work', steps => [ { step_id => 's',
        action => 'work', idempotency_key => '{{word}}' } ] },
    'the key of a tool' => { type => 'sequence', agent => 'tools', steps => [ {
        step_id => 's', action => 'say', idempotency_key => '{{word}}' } ] },
    'a prompt'       => { type => 'llm_action', prompt => '{{word}}', profile => 'p',
        retry => { max_retries => 0 } },
);

my %llm = (llm => { profiles => { p => { model => 'm', base_url => $llm->base_url } } });

sub runs {
    my ($id, $node, %more) = @_;
    my $r = $site->post('/api/procedures', { ckp_json => procedure($id, 'main', {
        main => { %$node, next_node => 'end' }, end => { type => 'terminate' },
    }, variables_schema => { word => { type => 'string' } },
        global_config => { retry_policy => { max_attempts => 1 }, %llm }, %more) });

    for my $word (@bad) {
        my $s = $site->post('/api/runs', { procedure_id => $id,
            input_vars => { word => $word } });
        next if $s->{status} != 201;
        my $end = $site->run_by_id($s->{json}{run_id})->wait_final;
        fail "$id: it ended as $end->{status}" if $end->{status} !~ /^(?:completed|failed)$/;
    }
    return;
}

# What any of them heard that nobody may say.

sub evil {
    return map { "$_->{method} $_->{path} " . LangOrch::Http::encode($_->{headers}) }
        grep { exists $_->{headers}{'x-evil'} || $_->{path} =~ m{^/evil}
            || $_->{method} !~ /^[A-Z]+$/ || grep { /[\r\n\0]/ } %{ $_->{headers} } }
        map { $_->calls } $web, $agent, $llm, $mcp;
}


for my $place (sort keys %places) {
    runs($place =~ tr/a-zA-Z/-/csr, $places{$place});
    is_deeply [ evil() ], [], $place;
}


subtest 'what a client says' => sub {
    $site->import_document(procedure('told', 'main', { main => { type => 'sequence',
        agent => 'work', next_node => 'end', steps => [ { step_id => 's', action => 'work' } ] },
        end => { type => 'terminate' } }));

    for my $word (@bad) {
        my $r = $site->post('/api/runs', { procedure_id => 'told', case_id => $word,
            input_vars => { word => $word } });
        $site->run_by_id($r->{json}{run_id})->wait_final if $r->{status} == 201;
    }
    is_deeply [ evil() ], [], 'of his case';

    my $line = "POST /api/runs HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        . "Content-Type: application/json\r\nContent-Length: 23\r\n";
    for my $head ("traceparent: 00-%0d%0aX-Evil: 1", "tracestate: a=b\rX-Evil: 1",
        "X-Request-Id: a\rX-Evil: 1", "Idempotency-Key: a\x{b}X-Evil: 1")
    {
        LangOrch::Http::raw($site->port, "$line$head\r\n\r\n" . '{"procedure_id":"told"}');
    }
    $site->run('told')->wait_final;
    is_deeply [ evil() ], [], 'of his trace';
};


subtest 'what is registered' => sub {
    for my $word (@bad) {
        for my $try ([ '/api/agents', { name => 'x', channel => 'x', capabilities => ['*'],
                base_url => $web->url("/$word") } ],
            [ '/api/mcp/servers', { name => 'x', base_url => $web->url("/$word") } ],
            [ '/api/llm/profiles', { name => 'x', model => 'm', base_url => $web->url("/$word") } ],
            [ '/api/llm/profiles', { name => 'y', model => 'm', base_url => $llm->base_url,
                extra_headers => { 'X-Own' => $word } } ],
            [ '/api/llm/profiles', { name => 'y', model => 'm', base_url => $llm->base_url,
                extra_headers => { $word => 'x' } } ])
        {
            my $r = $site->post(@$try);
            cmp_ok $r->{status}, '<', 500, "$try->[0]: no fault" or diag $r->{body};
            $site->post("/api/llm/profiles/$_/test", {}) for $try->[0] =~ /profiles/ ? qw(x y) : ();
            $site->del("/api/llm/profiles/$_") for qw(x y);
        }
    }
    is_deeply [ evil() ], [], 'of a profile, an agent or a tool server';
};

cmp_ok scalar($web->calls), '>', 10, 'calls were made';
cmp_ok scalar($agent->calls), '>', 5, 'to agents, too';
cmp_ok scalar($llm->calls), '>', 5, 'and to models';
$site->log_is_calm;
done_testing;
