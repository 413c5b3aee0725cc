# Secrets that AWS Secrets Manager and Azure Key Vault have (ckp 28.1, 28.3).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::KeyVault;
use LangOrch::SecretsManager;
use LangOrch::Site;

my $sentinel = 'sEnTiNeL-90aa-';
my $agent    = LangOrch::Agent->start(script => {
    '*' => sub { return { result => { said => $_[0]{json}{params}{pin} } } } });
my $aws = LangOrch::SecretsManager->start(
    region  => 'eu-central-1',
    keys    => { AKIDONE => { secret => "${sentinel}key" },
        AKIDTWO => { secret => "${sentinel}two", session => 'for an hour' } },
    secrets => { 'prod/pin' => { AWSCURRENT => "${sentinel}aws",
            AWSPREVIOUS => "${sentinel}before" },
        bundle => { AWSCURRENT => qq({"user":"u","password":"${sentinel}pw"}) },
        busy => { AWSCURRENT => "${sentinel}busy" } },
    denied  => { hidden => 1 });
my $azure = LangOrch::KeyVault->start(
    tenant  => 't-1',
    clients => { 'c-1' => "${sentinel}a&b", 'c-2' => "${sentinel}own" },
    secrets => { 'db-main' => [ "${sentinel}old", "${sentinel}azure" ] },
    denied  => { hidden => 1 });

my $vaults = 'langorch_azure ' . $azure->url . ' login=' . $azure->url
    . ' tenant=t-1 client=c-1 secret=az_secret;';
my $site = LangOrch::Site->start(workers => 1,
    env => { LANGORCH_SECRET_AWS_ID => 'AKIDONE',
        LANGORCH_SECRET_AWS_KEY => "${sentinel}key",
        LANGORCH_SECRET_TWO_ID => 'AKIDTWO',
        LANGORCH_SECRET_TWO_KEY => "${sentinel}two",
        LANGORCH_SECRET_TWO_SESSION => 'for an hour',
        LANGORCH_SECRET_BAD => "${sentinel}bad",
        LANGORCH_SECRET_AZ_SECRET => "${sentinel}a&b",
        LANGORCH_SECRET_AZ_OWN => "${sentinel}own" },
    http => join "\n", $vaults, map { 'langorch_aws eu-central-1 endpoint='
        . $aws->url . " $_;" } 'key=aws_id secret=aws_key',
        'profile=two key=two_id secret=two_key session=two_session',
        'profile=bad key=aws_id secret=bad', 'profile=none key=no secret=no');
$site->register($agent);


# A run of one step that sends a secret; what the agent got of it.

my $n = 0;

sub used {
    my ($name, $provider, $config, %more) = @_;
    my $id = 'uses-' . ++$n;

    $site->import_document(procedure($id, 'main', {
        main => sequence('end', step('use',
            params => { pin => "{{secrets.$name}}" })),
        end => { type => 'terminate', outputs => { out => '{{use}}' } },
    }, global_config => {
        retry_policy => { max_attempts => 1 }, %more,
        secrets_config => { provider => $provider, %{ $config || {} } } }));

    my $run = $site->run($id);
    my $end = $run->wait_final;
    my ($call) = grep { $_->{headers}{'x-run-id'} eq $run->id }
        $agent->calls('use');
    return ($call ? $call->{json}{params}{pin} : undef, $end, $run);
}


sub named { return { secret_references => { $_[0] => { @_[ 1 .. $#_ ] } } } }


subtest 'AWS gives what it is asked for with a good signature' => sub {
    my ($value, $end) = used('pin', 'aws', named(pin => key => 'prod/pin'));
    is $value, "${sentinel}aws", 'a text' or diag $end->{error_message};
    is $end->{output_vars}{out}{said}, '***REDACTED***', 'which is masked';

    is((used('p', 'aws_secrets_manager', named(p => key => 'prod/pin',
        version => 'AWSPREVIOUS')))[0], "${sentinel}before", 'an older one');
    is((used('pin', 'aws', { %{ named(pin => key => 'prod/pin') },
        profile_name => 'two' }))[0], "${sentinel}aws",
        'credentials that end, by another profile');
};


subtest 'a member of a JSON secret' => sub {
    is((used('bundle.password', 'aws'))[0], "${sentinel}pw", 'by its name');
    is((used('bundle', 'aws', { secret_field => 'password' }))[0],
        "${sentinel}pw", 'the usual one');
    is((used('bundle', 'aws', { secret_field => 'none' }))[0],
        qq({"user":"u","password":"${sentinel}pw"}), 'else all of it');
    like +(used('bundle.none', 'aws'))[1]{error_message},
        qr/has no member 'none'/, 'one that it does not have';
};


subtest 'AWS refuses' => sub {
    my %says = (hidden => qr/does not give it to us/,
        nothing => qr/does not have it/);
    like +(used($_, 'aws'))[1]{error_message}, $says{$_}, $_
        for sort keys %says;

    my ($value, $end, $run) = used('bundle', 'aws', { profile_name => 'bad' });
    like $end->{error_message}, qr/does not take our credentials/,
        'a wrong signature';
    my ($failed) = $run->events_of('step_failed');
    is $failed->{payload}{error_type}, 'SecretForbidden', 'its type';

    my $calls = () = $aws->calls;
    like +(used('bundle', 'aws', { profile_name => 'none' }))[1]{error_message},
        qr/or they have no value/, 'credentials that nobody has';
    like +(used('bundle', 'aws', { profile_name => 'x' }))[1]{error_message},
        qr/no such profile_name/, 'nor who is asked';
    like +(used('bundle', 'aws', { endpoint_url => 'http://127.0.0.1:1' }))[1]
        {error_message}, qr/endpoint_url is not the site's/, 'nor where';
    like +(used('bundle', 'aws', { region_name => 'a.b/c' }))[1]
        {error_message}, qr/cannot be asked so/, 'a region that is none';
    is scalar(() = $aws->calls), $calls, 'without a question';
};


subtest 'AWS that is busy is asked again' => sub {
    $aws->change(sub { $_[0]{does}{busy} = [ { status => 400,
        body => '{"__type":"ThrottlingException"}' } ] });
    my ($value, $end) = used('busy', 'aws', {}, retry_policy => {
        apply_to => 'external', max_attempts => 2, delay_ms => 20 });
    is $value, "${sentinel}busy", 'by the step' or diag $end->{error_message};
};


subtest 'Azure gives what it has, after one login' => sub {
    my ($value, $end) = used('db_main', 'azure');
    is $value, "${sentinel}azure", 'with - for _ in its name'
        or diag $end->{error_message};
    is((used('d', 'azure_keyvault', named(d => key => 'db_main',
        version => 'v1')))[0], "${sentinel}old", 'an older one');
    is scalar(() = $azure->calls('POST /t-1/oauth2/v2.0/token')), 1,
        'one token was enough';

    $azure->change(sub { $_[0]{epoch}++ });
    is((used('db_main', 'azure', { cache_ttl => 0 }))[0], "${sentinel}azure",
        'one that is refused is replaced');
    is scalar(() = $azure->calls('POST /t-1/oauth2/v2.0/token')), 2,
        'by another login';

    $azure->change(sub { $_[0]{lease} = 1; $_[0]{epoch}++ });
    used('db_main', 'azure', { cache_ttl => 0 });
    LangOrch::Wait::until_true('it ends', sub {
        used('db_main', 'azure', { cache_ttl => 0 });
        return $azure->calls('POST /t-1/oauth2/v2.0/token') >= 4;
    });
    $azure->change(sub { $_[0]{lease} = 3600 });
};


subtest 'Azure refuses' => sub {
    like +(used('hidden', 'azure'))[1]{error_message},
        qr/does not give it to us/, 'what is denied';
    like +(used('nothing', 'azure'))[1]{error_message},
        qr/does not have it/, 'what there is not';
    like +(used('x', 'azure', named(x => key => 'a/b')))[1]{error_message},
        qr/cannot be asked so/, 'what is no name';

    my %own = (tenant_id => 't-1', client_id => 'c-2', client_secret => 'az_own');
    is((used('db_main', 'azure', { %own, vault_url => $azure->url }))[0],
        "${sentinel}azure", 'a procedure may have its own credentials');
    like +(used('db_main', 'azure', { %own, client_id => 'c-1' }))[1]
        {error_message}, qr/does not take our credentials/, 'good ones';
    like +(used('db_main', 'azure', { client_id => 'c-2' }))[1]{error_message},
        qr/go together/, 'all of them';
    like +(used('db_main', 'azure', { vault_url => 'https://127.0.0.1:1' }))[1]
        {error_message}, qr/vault_url is not the site's/,
        "the site's are for the site's vault";
};


subtest 'both are well, and nobody else sees any of it' => sub {
    used('db_main', 'azure', { cache_ttl => 0 });
    used('bundle', 'aws', { cache_ttl => 0 });
    my %all = map { $_->{provider} => $_ }
        @{ $site->get('/api/secrets/providers')->{json} };
    ok $all{$_}{configured} && $all{$_}{healthy}, $_ for qw(aws azure);
    ok !$all{vault}{configured}, 'the third is not there';

    my ($value, $end, $run) = used('bundle', 'aws');
    unlike $site->get($_)->{body}, qr/\Q$sentinel\E|tOkEn|for an hour/, $_
        for '/api/secrets/providers', '/api/audit?limit=1000', '/api/metrics',
        '/api/config', map { $run->path($_) } '', '/events', '/diagnostics';

    $site->log_is_calm;
    $site->stop;
    unlike LangOrch::Site::slurp($_), qr/\Q$sentinel\E|tOkEn|for an hour/, $_
        for grep { -f } glob "$site->{home}/{data,logs,run,tmp,tmp/*}/*";
};


done_testing;
