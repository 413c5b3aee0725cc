# A secret goes where it is for, and nowhere else: each kind of use, by servers
# that say again what they heard; then every way out of the site is walked over
# (reliability.md 6, "Secrets").

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use File::Find qw(find);
use MIME::Base64 qw(encode_base64);
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Llm;
use LangOrch::Mcp;
use LangOrch::Routes;
use LangOrch::Run;
use LangOrch::Site;
use LangOrch::Stream;
use LangOrch::Vault;
use LangOrch::Wait qw(until_true);

my $word = 'sEnTiNeL' . int rand 1e9;

sub value { return "$word-$_[0]" }

# One of several lines, with what JSON and addresses write in their own way.

sub pem { return "-----BEGIN $word-----\nab/cd+\"ef\" == $word\n-----END $word-----\n" }

my @env = qw(ENVED MODEL TOOLS HOOKED BEARER ALERT COLLECTOR VAULT_TOKEN);
my @kept = qw(pin asked basic bundle page pages pem);


# --- who hears them, and says so -------------------------------------------------

sub heard { return LangOrch::Http::encode([ @{ $_[0] }{qw(path headers body)} ]) }

my $agent = LangOrch::Agent->start(script => {
    tell  => sub { return { result => { said => heard($_[0]), plain => $_[0]{json},
        artifacts => [ { uri => "https://files.example/?k=$_[0]{json}{params}{pin}",
            name => "of $_[0]{json}{params}{pin}" } ] } } },
    break => sub { return { error => 'Broken: ' . heard($_[0]), error_code => 'x',
        retryable => JSON::PP::false } },
    noise => sub { return { status => 500, body => heard($_[0]) } },
});
my $web = LangOrch::Agent->start(web => sub {
    my ($call) = @_;
    return { status => $call->{path} =~ /bad/ ? 500 : 200, body => heard($call),
        headers => { 'X-Heard' => $call->{headers}{'x-key'} // 'nothing' } };
});
my $hook = LangOrch::Agent->start(web => sub { return { status => 500,
    body => heard($_[0]) } });
my $llm = LangOrch::Llm->start(script => {
    good => sub { { text => 'I heard ' . heard($_[0]), stream => 1 } },
    bad  => sub { { refuse => 400, message => 'no: ' . heard($_[0]) } },
});
my $mcp = LangOrch::Mcp->start(form => 'streamable-http', tools => {
    say => sub { return { structured => { heard => value('tools') } } },
});
my $vault = LangOrch::Vault->start(tokens => { value('vault_token') => 0 },
    secrets => { 'secret/data/langorch/found' => { value => value('vaulted') } });

package Collector {
    our @ISA = ('LangOrch::Vault');
    sub reply_to { return { status => 200, body => '{}' } }
}
my $collector = Collector->start;

my $site = LangOrch::Site->start(workers => 2,
    env  => { map { ("LANGORCH_SECRET_$_" => value(lc)) } @env },
    http => "error_log logs/error.log debug;\n"
        . 'langorch_alert_url ' . $hook->url('/alerts') . ";\n"
        . 'langorch_vault ' . $vault->url . " token=vault_token;\n"
        . 'langorch_otlp ' . $collector->url . "/v1/traces secret=collector;\n");
$site->register($agent, name => 'echo', channel => 'echo');
$site->post('/api/mcp/servers', { name => 'toolbox', base_url => $mcp->base_url,
    protocol => 'streamable-http', secret_name => 'tools' });

for my $name (@kept) {
    my $value = $name eq 'basic' ? 'bob:' . value('basic')
        : $name eq 'bundle' ? LangOrch::Http::encode({ code => value('bundle') })
        : $name eq 'pem' ? pem()
        : $name eq 'pages' ? value('page') . "-$word"     # begins as another does
        : value($name);
    is $site->post('/api/secrets', { name => $name, value => $value })->{status}, 201,
        "$name is kept";
}


# --- each kind of use -------------------------------------------------------------

my @runs;

sub runs {
    my ($id, $nodes, %more) = @_;
    $site->import_document(procedure($id, 'main', {
        end => { type => 'terminate', outputs => { out => '{{out}}' } }, %$nodes },
        global_config => { retry_policy => { max_attempts => 1 }, logging_level => 'DEBUG',
            %{ delete $more{config} || {} } }, %more));
    my $run = $site->run($id);
    push @runs, $run;
    return $run;
}

sub steps { return { main => { %{ sequence('end', @_) }, agent => 'echo' } } }

sub calls { my ($id, $action, %params) = @_;
    return step($id, action => $action, params => \%params, output_variable => 'out') }

sub http { my ($id, %params) = @_;
    return step($id, action => 'http_request', executor => 'internal', output_variable => 'out',
        params => { url => $web->url("/$id"), %params }) }

my %all = (pin => '{{secrets.pin}}', deep => { list => [ 'a {{secrets.asked}} b',
    '{{secrets.bundle.code}}' ] }, pem => 'it is {{secrets.pem}}.',
    both => '{{secrets.page}} {{secrets.pages}}', env => '{{secrets.enved}}');

my %ends = (
    tells  => runs('tells', steps(calls('one', 'tell', %all))),
    breaks => runs('breaks', steps(calls('one', 'break', %all))),
    noise  => runs('noise', steps(calls('one', 'noise', %all))),
    vaults => runs('vaults', steps(calls('one', 'tell', pin => '{{secrets.found}}')),
        config => { secrets_config => { provider => 'vault' } }),
    asks   => runs('asks', steps(
        http('head', headers => { 'X-Key' => 'k {{secrets.page}}' }),
        http('query', query => { key => '{{secrets.page}}' }),
        http('body', method => 'POST', body => { key => '{{secrets.page}}',
            pem => '{{secrets.pem}}' }),
        http('form', method => 'POST', form => { pem => '{{secrets.pem}}' },
            query => { pem => '{{secrets.pem}}' }),
        http('basic', auth => { type => 'basic', secret => 'basic' }),
        http('bearer', auth => { type => 'bearer', secret => 'asked' }))),
    bad    => runs('bad', steps(http('bad', method => 'POST', body => '{{secrets.page}}'))),
    models => runs('models', { main => { type => 'llm_action', prompt => 'Say it.',
        profile => 'p', next_node => 'end', outputs => { out => 'text' } } }, config => {
        llm => { profiles => { p => { model => 'good', base_url => $llm->base_url,
            secret_name => 'model' } } } }),
    refused => runs('refused', { main => { type => 'llm_action', prompt => 'Say it.',
        profile => 'p', next_node => 'end', retry => { max_retries => 0 } } }, config => {
        llm => { profiles => { p => { model => 'bad', base_url => $llm->base_url,
            secret_name => 'model' } } } }),
    tools  => runs('tools', { main => { type => 'sequence', next_node => 'end',
        steps => [ step('say', agent => 'toolbox', action => 'say',
            output_variable => 'out') ] } }),
    waits  => runs('waits', {
        main => { %{ sequence('ask', calls('one', 'tell', %all)) }, agent => 'echo' },
        ask  => { type => 'human_approval', prompt => 'Is {{out.said}} right?',
            on_approve => 'end', on_reject => 'end', context_data => { seen => '{{out}}' } },
    }),
);

my @of_fail = qw(breaks noise bad refused);
for my $id (sort grep { $_ ne 'waits' } keys %ends) {
    my $end = $ends{$id}->wait_final;
    my $want = grep({ $_ eq $id } @of_fail) ? 'failed' : 'completed';
    is $end->{status}, $want, "$id: it ran" or diag $end->{error_message};
}
my $approval = $ends{waits}->wait_approval;


# Posts: by a bearer in a header of its own, and signed.

for my $case ([ bearer => { authentication => { type => 'bearer', header => 'X-Shop-Key' } } ],
    [ hooked => {} ])
{
    my ($id, $more) = @$case;
    $site->import_document(procedure($id, 'end', { end => { type => 'terminate',
        outputs => { all => '{{trigger}}' } } }, trigger => { type => 'webhook',
        webhook_secret => uc $id, %$more }));
    $site->post("/api/triggers/$id/1.0.0", { trigger_type => 'webhook' });
    my $r = $site->request('POST', "/api/triggers/webhook/$id", '{}', headers => {
        'Content-Type' => 'application/json', $id eq 'bearer'
            ? ('X-Shop-Key' => 'Bearer ' . value('bearer'))
            : ('X-LangOrch-Signature' => hmac_sha256_hex('{}', value('hooked'))) });
    is $r->{status}, 202, "$id: a post" or diag $r->{body};
    push @runs, LangOrch::Run->new($site, $r->{json}{run_id});
    is $runs[-1]->wait_final->{status}, 'completed', 'has a run';
}


# It was really used: each value was heard by somebody.

my $heard = join "\n", map { heard($_) } map { $_->calls }
    $agent, $web, $llm, $mcp, $vault, $collector;
until_true('the collector is told', sub { return $collector->calls });
$heard .= join "\n", map { heard($_) } $collector->calls;
like $heard, qr/\Q${\value($_)}\E/, "$_ was used"
    for qw(pin asked bundle enved page model tools collector vault_token vaulted);
like $heard, qr/\Q${\encode_base64('bob:' . value('basic'), '')}\E/, 'basic was used';


# --- every way out ----------------------------------------------------------------

my $hidden = join '|', map { quotemeta } $word, map { ($_, substr $_, 0, 20) }
    map { encode_base64($_, '') =~ s/=+$//r } 'bob:' . value('basic'), map { value($_) }
        qw(pin asked bundle page model tools bearer hooked alert);

sub clean {
    my ($text, $what) = @_;
    return 1 if $text !~ /(.{0,60}(?:$hidden).{0,20})/;
    diag "$what: $1";
    return;
}

my $routes = LangOrch::Routes->new($site);
my @gets   = grep { $_->{method} eq 'GET' } $routes->all;
cmp_ok scalar(@gets), '>', 60, scalar(@gets) . ' routes are read';


# An answer, whole; of a stream what is there now.

sub answer {
    my ($url) = @_;
    return $site->get($url)->{body} if $url !~ m{/stream\b|/ws\b};

    my $stream = LangOrch::Stream->open($site, $url);
    return '' if $stream->status != 200;
    my $text = '';
    eval { while (my $m = $stream->next(1)) { $text .= join "\n", values %$m }; 1 };
    $stream->close;
    return $text;
}

my @dirty;

for my $op (@gets) {
    my @urls = ($op->{url});

    if ($op->{path} =~ /\{run_id\}/ && $op->{path} !~ m{^/runs|^/api/v1}) {
        push @urls, map { my $id = $_->id; $routes->url($op->{path} =~ s/\{run_id\}/$id/r) }
            @runs;
    }
    push @urls, map { $op->{path} =~ s/\{approval_id\}/$approval->{approval_id}/r }
        $op->{path} =~ /\{approval_id\}/ ? 1 : ();
    push @urls, map { $op->{path} =~ s/\{procedure_id\}/$_/r
        =~ s/\{version\}/1.0.0/r =~ s/\{(\w+)\}/none/gr } (sort keys %ends, qw(bearer hooked))
        if $op->{path} =~ /\{procedure_id\}/;
    push @urls, map { $op->{path} =~ s/\{name\}/$_/r } @kept, 'tools'
        if $op->{path} =~ m{/secrets/\{name\}};
    push @urls, "$op->{url}?limit=1000"
        if grep { $_->{name} eq 'limit' } LangOrch::Routes::parameters($op, 'query');

    for my $url (map { m{/stream$} && !/follow/ && m{/runs/} ? "$_?follow=false" : $_ } @urls) {
        push @dirty, $url if !clean(answer($url), $url);
    }
}
is_deeply \@dirty, [], 'no answer has it';

# What an operator tries is told to him, without them as well.

my ($server) = grep { $_->{name} eq 'toolbox' } @{ $site->get('/api/mcp/servers')->{json} };
$site->post('/api/llm/profiles', { name => "try-$_", model => $_, secret_name => 'model',
    base_url => $llm->base_url }) for qw(good bad);

for my $try ([ '/api/llm/profiles/try-good/test' ], [ '/api/llm/profiles/try-bad/test' ],
    [ "/api/mcp/tools/$server->{server_id}/say/call", { arguments => {} } ],
    [ '/api/config/test-alert' ])
{
    my $r = $site->post($try->[0], $try->[1] // {});
    is $r->{status}, 200, $try->[0] or diag $r->{body};
    ok clean($r->{body}, $try->[0]), 'without it';
}

my $live = LangOrch::Stream->open($site, '/api/approvals/stream');
my $first = eval { LangOrch::Http::encode($live->next(5)) } // '';
ok clean($first, 'approvals'), 'nor the stream of approvals';
$live->close;


# What is told to others: alerts, and the collector; by those who ended.

until_true('the alerts are told', sub {
    my %of = map { ($_->{json}{run_id} // '') => 1 } $hook->calls;
    return @of_fail == grep { $of{ $ends{$_}->id } } @of_fail;
});
ok clean(join("\n", map { $_->{body} } $hook->calls), 'alerts'), 'nor an alert';
ok clean(join("\n", map { $_->{body} } $collector->calls), 'OTLP'), 'nor the collector';
ok clean(join("\n", map { LangOrch::Http::encode($_->{headers}) } $hook->calls), 'alerts'),
    'nor the head of an alert';


# Files: while it runs, with the log of the database, and when it has ended.

sub files {
    my %of;
    find({ no_chdir => 1, wanted => sub {
        $of{$_} = LangOrch::Site::slurp($_) if -f && !-l } },
        map { $site->home . "/$_" } qw(data run tmp));
    return %of;
}

sub files_are_clean {
    my ($when) = @_;
    my %of = files();
    ok scalar(grep { /langorch\.db$/ } keys %of), "$when: the database is there";
    is_deeply [ grep { !clean($of{$_}, $_) } sort keys %of ], [], "$when: no file has it";
    return;
}

files_are_clean('while it runs');
$site->stop;
files_are_clean('at its end');

# NGINX's own lines of the heads that it reads and sends are its own; ours are all
# others.

my @log = split /\n/, $site->log =~ s/http proxy header:\n".*?\r\n\r\n"//gsr;
cmp_ok scalar(grep { /\[debug\]/ } @log), '>', 1000, 'the log tells all there is';
my @told = grep { !/\[debug\] .*?(?:http (?:proxy )?header|http script|http cookie|proxy header)/ }
    grep { /$hidden/ } @log;
is_deeply [ map { substr $_, 0, 300 } @told ], [], 'nor the log';

my $access = "$site->{home}/logs/access.log";
ok clean(-f $access ? LangOrch::Site::slurp($access) : '', 'access'), 'nor the list of requests';

$site->log_is_calm;
done_testing;
