# Secrets that HashiCorp Vault has: how they are asked for, how young they are,
# what happens when they cannot be had, and that nobody else sees them
# (ckp 28.1, 28.3).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Vault;
use LangOrch::Wait qw(until_true);

my $sentinel = 'sEnTiNeL-7c21-';
my $agent    = LangOrch::Agent->start(script => {
    '*' => sub { return { result => { said => $_[0]{json}{params}{pin} } } } });
my $vault = LangOrch::Vault->start(
    space   => 'team',
    roles   => { 'role-1' => "${sentinel}role", 'role-2' => "${sentinel}own" },
    tokens  => { "${sentinel}given" => 0 },
    kv2     => [ 'secret', 'other' ],
    secrets => { map { $_->[0] => $_->[1] }
        [ 'secret/data/langorch/pin'     => { value => "${sentinel}1" } ],
        [ 'secret/data/langorch/db/main' => { password => "${sentinel}db" } ],
        [ 'secret/data/langorch/pair'    =>
            { user => 'bob', pass => "${sentinel}pair" } ],
        [ 'secret/data/langorch/grown'   => [ { value => "${sentinel}old" },
            { value => "${sentinel}new" } ] ],
        [ 'secret/data/langorch/gone'    => [ undef ] ],
        [ 'secret/data/langorch/deep/it' => { value => "${sentinel}deep" } ],
        [ 'secret/data/langorch/hidden'  => { value => 'x' } ],
        [ 'plain/own/old'                => { value => "${sentinel}v1" } ],
        map { [ "secret/data/langorch/$_" => { value => "$sentinel$_" } ] }
            qw(many slow busy shut later named ruled) },
    denied  => { 'secret/data/langorch/hidden' => 1 });

my $site = LangOrch::Site->start(workers => 1,
    env => { LANGORCH_SECRET_VAULT_ROLE => 'role-1',
        LANGORCH_SECRET_VAULT_PROOF => "${sentinel}role",
        LANGORCH_SECRET_OWN_ROLE => 'role-2',
        LANGORCH_SECRET_OWN_PROOF => "${sentinel}own",
        LANGORCH_SECRET_GIVEN => "${sentinel}given",
        LANGORCH_SECRET_NEAR => 'it is near' },
    http => 'langorch_vault ' . $vault->url . ' namespace=team'
        . ' role_id=vault_role secret_id=vault_proof;'
        . "\nlangorch_secrets_timeout 1s;\nlangorch_secrets_absent 1s;\n");
$site->register($agent);


# A run of one step that sends a secret; what the agent got of it.

my $n = 0;

sub uses {
    my ($name, $config, %more) = @_;
    my $id = 'uses-' . ++$n;

    $site->import_document(procedure($id, 'main', {
        main => sequence('end', step('use',
            params => { pin => "{{secrets.$name}}" })),
        end => { type => 'terminate', outputs => { out => '{{use}}' } },
    }, global_config => {
        retry_policy => { max_attempts => 1 }, %more,
        secrets_config => { provider => 'vault', %$config } }));
    return $id;
}


sub used {
    my ($name, $config, %more) = @_;
    return again(uses($name, $config || {}, %more));
}


sub again {
    my ($id) = @_;
    my $run = $site->run($id);
    my $end = $run->wait_final;
    my ($call) = grep { $_->{headers}{'x-run-id'} eq $run->id }
        $agent->calls('use');
    return ($call ? $call->{json}{params}{pin} : undef, $end, $run);
}


sub asked { return scalar $vault->calls("GET /v1/secret/data/langorch/$_[0]") }
sub logins { return scalar $vault->calls('POST /v1/auth/approle/login') }


subtest 'a run gets what Vault has' => sub {
    my ($value, $end, $run) = used('pin');
    is $value, "${sentinel}1", 'the value' or diag $end->{error_message};
    is $end->{status}, 'completed', 'the run goes on';
    is $end->{output_vars}{out}{said}, '***REDACTED***',
        'what comes back is masked';
    is scalar(() = $run->events_of('secret_accessed')), 1, 'it is told, once';

    my ($login) = $vault->calls('POST /v1/auth/approle/login');
    is_deeply $login->{json}, { role_id => 'role-1',
        secret_id => "${sentinel}role" }, 'after a login';

    is((used('main', { secret_references => { main => 'db/main' } }))[0],
        "${sentinel}db", 'a key is a path, an only member the value');
    is((used('pair.pass'))[0], "${sentinel}pair", 'a member by its name');
    is_deeply(LangOrch::Http::decode((used('pair'))[0]), { user => 'bob',
        pass => "${sentinel}pair" }, 'several are a JSON text');
    is((used('g', { secret_references => { g => { key => 'grown',
        version => 1 } } }))[0], "${sentinel}old", 'an older version');
    is((used('grown'))[0], "${sentinel}new", 'else the newest');
    is((used('it', { path_prefix => 'langorch/deep' }))[0], "${sentinel}deep",
        'a longer prefix');

    is logins(), 1, 'one login was enough for all of it';
};


subtest 'a procedure may have credentials of its own' => sub {
    my %own = (vault_url => $vault->url, namespace => 'team',
        mount_point => 'plain', kv_version => 1, path_prefix => 'own');

    is((used('old', { %own, role_id => 'own_role',
        secret_id => 'own_proof' }))[0], "${sentinel}v1", 'a role');
    is((used('old', { %own, vault_token => 'given' }))[0], "${sentinel}v1",
        'a token');
    my ($asked) = $vault->calls('GET /v1/plain/own/old');
    like $asked->{headers}{'x-vault-token'}, qr/^hvs/, 'the one of a login';
    ok until_true('what it may is looked at', sub {
        $vault->calls('GET /v1/auth/token/lookup-self') }), 'is it good';

    for my $c ([ vault_url => 'http://127.0.0.1:1' ], [ mount_point => 'auth' ],
        [ namespace => 'root' ], [ path_prefix => 'langorchestra' ],
        [ kv_version => 1 ])
    {
        my (undef, $end) = used('pin', { @$c });
        like $end->{error_message}, qr/\Q$c->[0] is not the site's/,
            "the site's are not for another $c->[0]";
    }

    my ($value, $end) = used('x', { secret_references => { x => '../pin' } });
    like $end->{error_message}, qr/cannot be asked so/, 'nor for a way out';
};


# Before anything is changed: what the site hears of a change a second later makes
# it ask anew.

subtest 'fifty runs ask once' => sub {
    $vault->change(sub { $_[0]{does}{'secret/data/langorch/many'}
        = [ { until => 'go', body =>
            '{"data":{"data":{"value":"' . $sentinel . 'many"},"metadata":{}}}',
        } ] });
    my $id   = uses('many', {});
    my @runs = map { $site->run($id) } 1 .. 50;
    $vault->wait_calls(1, 'GET /v1/secret/data/langorch/many');
    $vault->release('go');
    is scalar(grep { $_->wait_final->{status} eq 'completed' } @runs), 50,
        'all of them get it';
    is asked('many'), 1, 'by one question';
};


subtest 'what is known stays known, until it is too old or taken back' => sub {
    my $id = uses('pin', {});
    my $before = asked('pin');
    is((again($id))[0], "${sentinel}1", 'known');
    is asked('pin'), $before, 'nobody was asked';

    $vault->change(sub { $_[0]{secrets}{'secret/data/langorch/pin'}{value}
        = "${sentinel}2" });
    is((again($id))[0], "${sentinel}1", 'for five minutes');
    is((used('pin', { cache_ttl => 0 }))[0], "${sentinel}2",
        'who takes nothing old gets the new one');

    $vault->change(sub { $_[0]{secrets}{'secret/data/langorch/pin'}{value}
        = "${sentinel}3" });
    my $short = uses('pin', { secret_references => { pin => { key => 'pin',
        ttl_seconds => 1 } } });
    until_true('the time is over', sub { (again($short))[0] eq "${sentinel}3" });

    $vault->change(sub { $_[0]{secrets}{'secret/data/langorch/pin'}{value}
        = "${sentinel}4" });
    is((again($id))[0], "${sentinel}3", 'as it is known');
    is $site->post('/api/secrets', { name => 'named', provider_hint => 'vault' })
        ->{status}, 201, 'the site says who has a secret';
    is((again($id))[0], "${sentinel}4", 'and with that all is asked anew');
    is((used('named', { provider => 'env' }))[0], "${sentinel}named",
        'its entry counts for every provider');
};


subtest 'who is refused logs in again' => sub {
    my $before = logins();
    $vault->change(sub { $_[0]{epoch}++ });
    my ($value, $end) = used('pin', { cache_ttl => 0 });
    is $value, "${sentinel}4", 'the run does not see it'
        or diag $end->{error_message};
    is logins(), $before + 1, 'one more login';

    my $asked = asked('hidden');
    (undef, $end) = used('hidden', {}, retry_policy => { max_attempts => 3,
        apply_to => 'external' });
    like $end->{error_message}, qr/'hidden' has no value: .*does not give it/,
        'what is denied stays denied';
    is asked('hidden'), $asked + 2, 'with another token, too';

    my ($r) = grep { $_->{provider} eq 'vault' }
        @{ $site->get('/api/secrets/providers')->{json} };
    ok $r->{configured} && $r->{healthy} && !defined $r->{error},
        'the keeper is well';
};


subtest 'what cannot be had now is tried again' => sub {
    my %retry = (retry_policy => { apply_to => 'external',
        max_attempts => 3, delay_ms => 20,
        respect_retry_after => JSON::PP::false });
    my %does = (slow => { hang => 1 }, busy => { status => 429, body => '{}',
        headers => { 'Retry-After' => 60 } }, shut => { status => 503,
        body => '{"errors":["Vault is sealed"]}' });

    for my $key (sort keys %does) {
        $vault->change(sub { $_[0]{does}{"secret/data/langorch/$key"}
            = [ $does{$key} ] });
        my ($value, $end, $run) = used($key, {}, %retry);
        is $value, "$sentinel$key", "$key: at last"
            or diag $end->{error_message};
        is asked($key), 2, 'by the second attempt';
    }

    $vault->change(sub { $_[0]{does}{'secret/data/langorch/later'}
        = { status => 500, body => '{}' } });
    my ($value, $end, $run) = used('later', {}, %retry);
    is $end->{status}, 'failed', 'one that is ill to the end';
    like $end->{error_message},
        qr/'later' has no value: the provider 'vault' is not answering/, 'is told';
    is asked('later'), 3, 'after three attempts';
    my ($failed) = $run->events_of('step_failed');
    is $failed->{payload}{error_type}, 'SecretNotFound', 'its type';

    $vault->change(sub { $_[0]{does}{'secret/data/langorch/near'}
        = { status => 502, body => '<html>' } });
    is((used('near'))[0], 'it is near', 'the environment stands in for it');
    like $site->log, qr/secret "near": its provider is not available/,
        'and the log says so';

    $vault->change(sub { $_[0]{does}{'secret/data/langorch/ruled'}
        = { huge => 300_000 } });
    (undef, $end) = used('ruled');
    like $end->{error_message}, qr/cannot be understood: too large/,
        'an answer without end';
};


subtest 'what Vault does not have' => sub {
    for my $key (qw(nothing gone)) {
        my (undef, $end) = used($key);
        like $end->{error_message}, qr/'$key' has no value: .*does not have it/,
            $key;
    }
    my $asked = asked('nothing');
    used('nothing');
    cmp_ok asked('nothing'), '<=', $asked + 1, 'which is known for a moment';
    until_true('it is asked again', sub { used('nothing');
        asked('nothing') > $asked });
    is((used('nothing', { secret_references => { nothing => { key => 'nothing',
        required => JSON::PP::false } } }))[0], '', 'it may be optional');
};


subtest 'a token is renewed before it ends' => sub {
    $vault->change(sub { $_[0]{lease} = 3; $_[0]{epoch}++ });
    my $id = uses('pin', { cache_ttl => 0 });
    is((again($id))[0], "${sentinel}4", 'a login');
    my $logins = logins();

    until_true('it was renewed twice', sub {
        again($id);
        return $vault->calls('POST /v1/auth/token/renew-self') >= 2;
    }, 20);
    is logins(), $logins, 'without another login';
};


subtest 'nobody else sees any of it' => sub {
    my ($value, $end, $run) = used('pin');
    is $value, "${sentinel}4", 'it was used just now';

    my @paths = ('/api/secrets', '/api/secrets/named', '/api/secrets/providers',
        '/api/audit?limit=1000', '/api/metrics', '/api/config',
        '/api/runs?limit=1000', map { $run->path($_) } '', '/events',
        '/diagnostics', '/checkpoints', '/stream?follow=false');
    unlike $site->get($_)->{body}, qr/\Q$sentinel\E|tOkEn/, $_ for @paths;

    $site->log_is_calm;
    $site->stop;

    my @files = grep { -f } glob "$site->{home}/{data,logs,run,tmp,tmp/*}/*";
    cmp_ok scalar(grep { /langorch\.db/ } @files), '>=', 1, 'the database';
    unlike LangOrch::Site::slurp($_), qr/\Q$sentinel\E|tOkEn/, $_ for @files;
};


subtest 'the outbound policy holds for keepers' => sub {
    my $strict = LangOrch::Site->start(workers => 1, egress => 'strict',
        allow => [ '127.0.0.1:' . $agent->port ],
        env => { LANGORCH_SECRET_GIVEN => "${sentinel}given" },
        http => 'langorch_vault ' . $vault->url . ' namespace=team token=given;');
    $site = $strict;
    $strict->register($agent);
    my $before = () = $vault->calls;
    my (undef, $end) = used('pin');
    like $end->{error_message}, qr/refused address/, 'it is not asked';
    is scalar(() = $vault->calls), $before, 'by nobody';
    $strict->log_is_calm;
};


done_testing;
