# Whatever an address is spelled like: where nobody may go, nobody goes (reliability
# 6, "Outbound policy"; 7: 40 spellings, 0 connections at the canary).

use strict;
use warnings;

use JSON::PP;
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure);
use LangOrch::Llm;
use LangOrch::Site;
use LangOrch::Spellings;

my $canary = LangOrch::Agent->start;
my $port   = $canary->port;
my $llm    = LangOrch::Llm->start;
my $site   = LangOrch::Site->start(workers => 2, egress => 'strict',
    allow => ['127.0.0.1:' . $llm->port],
    env  => { LANGORCH_SECRET_KEEPER => 'a-token' },
    http => "langorch_secrets_timeout 1s;\nlangorch_alert_url "
        . $canary->url('/alerts') . ";\n");

my @spellings = LangOrch::Spellings::of($port);

cmp_ok scalar @spellings, '>=', 40, scalar(@spellings) . ' spellings';


# Malformed, or refused; and never a 5xx.

sub refused {
    my ($r, $what) = @_;
    return like $r->{status}, qr/^(?:403|422)$/, $what =~ s/[^ -~]/?/gr;
}


subtest 'when somebody registers it' => sub {
    my $n = 0;
    for my $url (@spellings) {
        refused($site->post('/api/agents', { name => 'x', channel => 'c' . ++$n,
            base_url => $url, capabilities => ['*'] }), "agent $url");
        refused($site->post('/api/mcp/servers', { name => "m$n", base_url => $url }),
            "tool server $url");
        refused($site->post('/api/llm/profiles', { name => "p$n", model => 'm',
            base_url => $url }), "profile $url");
    }
};


# A run of a node that goes to the address; each has failed.

sub all_fail {
    my ($what, $goes) = @_;
    my $n = 0;
    my %run;

    for my $url (@spellings) {
        my ($node, %more) = $goes->($url);
        my $id = "$what-" . ++$n;
        $site->post('/api/procedures', { ckp_json => procedure($id, 'main', {
            main => { %$node, next_node => 'end' },
            end  => { type => 'terminate', status => 'success' },
        }, %more) });

        # what is no address at all does not even compile

        my $r = $site->post('/api/runs', { procedure_id => $id });
        $run{$url} = $site->run_by_id($r->{json}{run_id}) if $r->{status} == 201;
        like $r->{status}, qr/^(?:201|404|422)$/,
            'it is taken, or not' if !$run{$url};
    }

    cmp_ok scalar(keys %run), '>', 20, scalar(keys %run) . " of them are run";
    for my $url (sort keys %run) {
        is $run{$url}->wait_final->{status}, 'failed',
            "$what " . LangOrch::Spellings::shown($url);
    }
    return;
}

sub one_step { return { type => 'sequence', steps => [ { step_id => 's',
    retry_config => { max_attempts => 1 }, @_ } ] } }

sub ask { return { type => 'llm_action', prompt => '?', retry => { max_retries => 0 }, @_ } }


subtest 'when a run goes there' => sub {
    $site->import_document(procedure('goes', 'main', {
        main => { %{ one_step(action => 'http_request', executor => 'internal',
            params => { url => '{{url}}' }) }, next_node => 'end' },
        end => { type => 'terminate', status => 'success' },
    }, variables_schema => { url => { type => 'string', required => JSON::PP::true } }));

    my @runs = map { [ $_, $site->run('goes', { url => $_ }) ] } @spellings;
    is $_->[1]->wait_final->{status}, 'failed', LangOrch::Spellings::shown($_->[0]) for @runs;
};


subtest 'when a document says where its model is' => sub {
    all_fail('model', sub { return (ask(profile => 'p'), global_config => { llm =>
        { profiles => { p => { model => 'm', base_url => $_[0] } } } }) });
};


subtest 'when it says where its secrets are' => sub {
    all_fail('keeper', sub { return (one_step(action => 'http_request',
        executor => 'internal', params => { url => $llm->url('/health'),
            headers => { X => '{{secrets.pin}}' } }), global_config => { secrets_config =>
        { provider => 'vault', vault_url => $_[0], vault_token => 'KEEPER' } }) });
};


subtest 'when an author names a picture' => sub {
    is $site->post('/api/llm/profiles', { name => 'seen', model => 'm',
        base_url => $llm->base_url })->{status}, 201, 'a model that may be asked';
    all_fail('picture', sub { return ask(profile => 'seen',
        attachments => [ { type => 'url', source => $_[0],
            required => JSON::PP::true } ]) });
};

is scalar($canary->calls), 0, 'the canary heard nothing';
is $site->get('/api/health')->{status}, 200, 'and the site lives';
$site->log_is_calm;
done_testing;
