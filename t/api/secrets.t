# Secrets that the site keeps: told of, changed, used by runs, and given to
# nobody else (api 12; ckp 28).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $sentinel = 'sEnTiNeL-4b1f-9d';
my $agent    = LangOrch::Agent->start(script => {
    '*' => sub { return { result => { said => $_[0]{json}{params}{pin} } } },
});
my $site = LangOrch::Site->start(env => {
    LANGORCH_SECRET_PIN => 'of the environment',
    LANGORCH_SECRET_ELSEWHERE => 'it is here', LANGORCH_SECRET_ALERT => 'x' });
$site->register($agent);


# A run of one step that sends a secret; its call.

my $n = 0;

sub used {
    my ($name, %config) = @_;
    my $id = 'uses-' . ++$n;

    $site->import_document(procedure($id, 'main', {
        main => sequence('end', step('use',
            params => { pin => "{{secrets.$name}}" })),
        end => { type => 'terminate', outputs => { out => '{{use}}' } },
    }, global_config => { retry_policy => { max_attempts => 1 },
        secrets_config => { %config } }));

    my $run = $site->run($id);
    my $end = $run->wait_final;
    my ($call) = grep { $_->{headers}{'x-run-id'} eq $run->id }
        $agent->calls('use');
    return ($call ? $call->{json}{params}{pin} : undef, $run, $end, $id);
}


subtest 'what is told of a secret is all but its value' => sub {
    is_deeply $site->get('/api/secrets')->{json}, [], 'none at first';

    my $r = $site->post('/api/secrets', { name => 'pin', value => $sentinel,
        description => 'of the vault', tags => ['a', 'b'] });
    is $r->{status}, 201, 'kept' or diag $r->{body};
    like $r->{headers}{location}, qr{/api/secrets/pin$}, 'where';

    my $s = $r->{json};
    is_deeply [ sort keys %$s ], [ sort qw(secret_id name description
        provider_hint tags created_by created_at updated_at version
        last_used_at used_by) ], 'its members';
    is $s->{provider_hint}, 'db', 'here, when nobody says';
    is $s->{version}, 1, 'its first value';
    is_deeply $s->{tags}, [ 'a', 'b' ], 'tags';
    is_deeply $s->{used_by}, [], 'nobody used it';
    is $s->{last_used_at}, undef, 'ever';

    is_deeply $site->get('/api/secrets/pin')->{json}, $s, 'shown';
    is_deeply $site->get('/api/secrets')->{json}, [$s], 'listed';

    $r = $site->post('/api/secrets', { name => 'pin', value => 'y' });
    is $r->{status}, 400, 'once';
    is $r->{json}{detail}, "Secret 'pin' already exists. Use PUT to update.",
        'the sentence';

    $r = $site->get('/api/secrets/none');
    is $r->{status}, 404, 'unknown';
    is $r->{json}{detail}, "Secret 'none' not found", 'the sentence';
};


subtest 'a run gets it, before the environment' => sub {
    my ($value, $run, $end, $id) = used('pin');
    is $value, $sentinel, 'the agent has the value';
    is $end->{status}, 'completed', 'the run goes on';
    is $end->{output_vars}{out}{said}, '***REDACTED***', 'what it said is masked';

    my $s = until_true('its use is known', sub {
        my $s = $site->get('/api/secrets/pin')->{json};
        return @{ $s->{used_by} } ? $s : undef;
    });
    is_deeply $s->{used_by}, [$id], 'by whom';
    ok $s->{last_used_at} ge $s->{created_at}, 'when';
    is $s->{version}, 1, 'it is no other for that';

    my ($seen) = @{ $site->get('/api/audit?category=secret_mgmt&action=access')
        ->{json}{events} };
    is $seen->{resource_id}, 'pin', 'the audit knows';
    is $seen->{meta}{run_id}, $run->id, 'which run';
};


subtest 'a new value is for the runs that start then' => sub {
    for my $i (1 .. 8) {
        my $r = $site->put('/api/secrets/pin', { value => "$sentinel-$i" });
        is $r->{json}{version}, $i + 1, 'a new version';
        my ($value) = used('pin');
        is $value, "$sentinel-$i", 'on any worker';
    }

    my $r = $site->put('/api/secrets/pin', { description => undef,
        tags => [] });
    is $r->{json}{version}, 9, 'another description is no new value';
    is $r->{json}{description}, undef, 'null takes it away';
    is((used('pin'))[0], "$sentinel-8", 'the value is as it was');

    my $tag = $site->get('/api/secrets/pin')->{headers}{etag};
    $site->put('/api/secrets/pin', { value => "$sentinel-9" });
    is $site->put('/api/secrets/pin', { value => 'late' },
        headers => { 'If-Match' => $tag })->{status}, 412, 'too late';
    is $site->del('/api/secrets/pin', headers => { 'If-Match' => $tag })
        ->{status}, 412, 'to delete it, too';
    is((used('pin'))[0], "$sentinel-9", 'nothing was changed');
    is $site->put('/api/secrets/none', { value => 'x' })->{status}, 404,
        'only what is there';
};


subtest 'it stands in for every provider' => sub {
    is((used('pin', provider => $_))[0], "$sentinel-9", $_)
        for qw(env db vault aws azure);

    my ($value, undef, $end) = used('nowhere', provider => 'vault');
    is $value, undef, 'what nobody has is not sent';
    like $end->{error_message}, qr/'nowhere' has no value: the provider 'vault'/,
        'and it is said why';
    is((used('elsewhere', provider => 'vault'))[0], 'it is here',
        'the environment is asked at last');
    is((used('elsewhere', provider => $_->[0], $_->[1] => $_->[2]))[0],
        'it is here', "also where $_->[0] is named with its $_->[1]")
        for [ vault => vault_url => 'https://vault.example' ],
            [ aws => profile_name => 'other' ],
            [ azure => vault_url => 'https://some.vault.example' ];

    my $r = $site->post('/api/secrets', { name => 'elsewhere',
        provider_hint => 'env' });
    is $r->{status}, 201, 'an entry may name who has it';
    is((used('elsewhere'))[0], 'it is here', 'then that one is asked');

    $r = $site->put('/api/secrets/elsewhere', { provider_hint => 'azure' });
    is $r->{json}{provider_hint}, 'azure', 'another one';
    is $site->put('/api/secrets/elsewhere', { provider_hint => 'db' })
        ->{status}, 422, 'here needs a value';

    my @all = @{ $site->get('/api/secrets/providers')->{json} };
    is_deeply [ map { $_->{provider} } @all ], [ qw(db env vault aws azure) ],
        'providers';
    ok $all[0]{configured} && $all[0]{healthy} && !defined $all[0]{error},
        'this one works';
    ok !$all[2]{configured} && !defined $all[2]{healthy} && $all[2]{error},
        'that one is not there';
};


subtest 'a member of a secret that is JSON' => sub {
    $site->post('/api/secrets', { name => 'bundle',
        value => '{"user":"bob","pass":"' . $sentinel . '-json"}' });
    is((used('bundle.pass'))[0], "$sentinel-json", 'by its name');
    like +(used('bundle.none'))[2]{error_message}, qr/no member 'none'/,
        'or none';
};


subtest 'a compilation that looks around knows it' => sub {
    my $doc = procedure('looks', 'end', { end => { type => 'terminate' } },
        global_config => { secrets_config => { secret_references => {
            one => 'bundle', two => 'nobody' } } });
    my $r = $site->post('/api/procedures/compile', { ckp_json => $doc,
        check_environment => JSON::PP::true });
    is_deeply [ map { $_->{field} } grep { $_->{id} eq 'CKP325' }
        @{ $r->{json}{warnings} } ], ['two'], 'only the other is missed';
};


subtest 'what is wrong is said' => sub {
    my %good = (name => 'good', value => 'x');

    for my $bad ({}, { name => 'x' }, { value => 'x' }, { %good, value => '' },
        { %good, value => 7 }, { %good, value => 'x' x 65537 },
        { %good, name => '1x' }, { %good, name => 'a b' },
        { %good, name => 'x' x 257 }, { %good, name => 'providers' },
        { %good, provider_hint => 'file' }, { %good, tags => 'a' },
        { %good, tags => [7] }, { %good, description => {} })
    {
        my $r = $site->post('/api/secrets', $bad);
        is $r->{status}, 422, substr LangOrch::Http::encode($bad), 0, 60;
        unlike $r->{body}, qr/xxx/, 'it is not said again';
    }

    is $site->post('/api/secrets', { %good, value => 'x' x 65536 })->{status},
        201, 'as long as may be';
    is length +(used('good'))[0], 65536, 'it arrives';
};


subtest 'what is deleted is gone' => sub {
    is $site->del('/api/secrets/pin')->{status}, 204, 'deleted';
    is $site->get('/api/secrets/pin')->{status}, 404, 'gone';
    is $site->del('/api/secrets/pin')->{status}, 404, 'once';
    is((used('pin'))[0], 'of the environment', 'the environment has one');

    is_deeply [ map { $_->{action} } grep { $_->{action} ne 'access' }
        @{ $site->get('/api/audit?category=secret_mgmt&resource_id=pin'
            . '&limit=1000')->{json}{events} } ],
        [ 'delete', ('update') x 10, 'create' ], 'all was recorded';

    $site->post('/api/secrets', { name => 'pin', value => "$sentinel-new" });
    is_deeply $site->get('/api/secrets/pin')->{json}{used_by}, [],
        'a new one begins anew';
};


subtest 'its value is in no answer, no event, no log and no file' => sub {
    my ($value, $run) = used('pin');
    is $value, "$sentinel-new", 'it was used just now';

    my @paths = ('/api/secrets', '/api/secrets/pin', '/api/audit?limit=1000',
        '/api/metrics', '/api/runs/metrics/summary', '/api/runs?limit=1000',
        '/api/secrets/providers', map { $run->path($_) } '', '/events',
        '/diagnostics', '/checkpoints', '/stream?follow=false');

    unlike $site->get($_)->{body}, qr/\Q$sentinel\E/, $_ for @paths;

    $site->stop;

    my @files = grep { -f } glob
        "$site->{home}/{data,logs,run,tmp,tmp/*}/*";
    cmp_ok scalar(grep { /langorch\.db/ } @files), '>=', 1, 'the database is there';
    unlike LangOrch::Site::slurp($_), qr/\Q$sentinel\E/, $_ for @files;
};


subtest 'with another key it stays shut, and without one all of it' => sub {
    my $file = "$site->{home}/secrets.key";
    is sprintf('%o', (stat $file)[2] & 07777), '600', 'the key is for one alone';
    like LangOrch::Site::slurp($file), qr/^[0-9a-f]{64}$/, 'it is made by chance';
    rename $file, "$file.old";

    LangOrch::Site::spew($file, '0' x 64);
    $site->launch;
    my ($value, undef, $end) = used('pin');
    is $value, undef, 'another key does not open it';
    like $end->{error_message}, qr/sealed under another key/, 'which is said';
    my ($db) = @{ $site->get('/api/secrets/providers')->{json} };
    ok $db->{configured} && !$db->{healthy}, 'the provider is ill';
    $site->stop;

    unlink $file;
    $site->launch;
    my $r = until_true('a site without a key serves', sub {
        my $r = $site->get('/api/health/ready');
        return $r->{status} == 200 ? $r : undef;
    });
    is $r->{json}{checks}{secrets}, 'locked', 'and says so';

    $r = $site->post('/api/secrets', { name => 'new', value => 'x' });
    is $r->{status}, 503, 'nothing is kept';
    is $r->{json}{code}, 'secrets_locked', 'for that reason';
    like $r->{json}{detail}, qr/^SECRETS_ENCRYPTION_KEY must be configured/,
        'the sentence';
    ok $r->{headers}{'retry-after'}, 'try again later';
    is $site->put('/api/secrets/pin', { value => 'x' })->{status}, 503,
        'nor changed';
    is $site->put('/api/secrets/pin', { description => 'd' })->{status}, 200,
        'but for what is told';
    is $site->get('/api/secrets/pin')->{status}, 200, 'which is shown';
    ok !$site->get('/api/secrets/providers')->{json}[0]{configured},
        'there is no such provider';
    like +(used('pin'))[2]{error_message}, qr/secrets are locked/,
        'a run does not take another for it';
    is((used('elsewhere'))[0], 'it is here', 'the environment is as it was');
    $site->stop;

    rename "$file.old", $file;
    $site->launch;
    is((used('pin'))[0], "$sentinel-new", 'with its key it opens again');
    until_true('it is ready', sub {
        my $r = $site->get('/api/health/ready');
        return $r->{status} == 200 && $r->{json}{checks}{secrets} eq 'ok';
    });
};


$site->log_is_calm;
done_testing;
