# Hashes, HMAC, encryption and agents' secrets (ckp.md 13.2, 28).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Http;
use LangOrch::Site;

my $agent = LangOrch::Agent->start(script => {
    '*' => sub { my ($call) = @_; return { result => { echo => $call->{json}{params} } } },
});

my $site = LangOrch::Site->start(workers => 1, env => {
    LANGORCH_SECRET_KEY_ONE => 'correct horse',
    LANGORCH_SECRET_KEY_TWO => 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
    LANGORCH_SECRET_PIN     => 'pin-4711',
});

$site->register($agent);

my $serial = 0;

sub operations {
    my (@operations) = @_;
    my $id = 'ops-' . ++$serial;

    $site->import_document(procedure($id, 'p', {
        p   => { type => 'processing', next_node => 'end', operations => \@operations },
        end => { type => 'terminate' },
    }));

    my $run = $site->run($id);
    return ($run->wait_final, $run);
}

sub value { return (operations({ output_variable => 'r', @_ }))[0]{output_vars}{r} }

sub error {
    my (undef, $run) = operations({@_});
    return +($run->events_of('run_failed'))[0]{payload}{error_type};
}


subtest 'digests need nobody, HMAC needs a key' => sub {
    is value(action => 'hash', value => 'abc', algorithm => 'md5'),
        '900150983cd24fb0d6963f7d28e17f72', 'md5';
    is value(action => 'hash', value => 'abc', encoding => 'base64'),
        'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=', 'sha256 in base64';
    is value(action => 'hash', value => 'what do ya want for nothing?',
        algorithm => 'hmac_sha256', key_reference => 'key_one'),
        'd0d70d65e857184c888d2dbec2a4c176115e18ed9b034b828ba99a9a3294ca7f', 'hmac_sha256';
    like value(action => 'hash', value => 'a', algorithm => 'hmac_sha512',
        key_reference => 'key_one'), qr/^[0-9a-f]{128}$/, 'hmac_sha512';
    isnt value(action => 'hash', value => 'a', algorithm => 'hmac_sha256',
        key_reference => 'key_one'),
        value(action => 'hash', value => 'a', algorithm => 'hmac_sha256',
        key_reference => 'key_two'), 'the key counts';
};


subtest 'what is encrypted comes back as it was' => sub {
    for my $key (qw(key_one key_two)) {
        for my $plain ('text', '', "B\x{f6}rge", 5, { a => [ 1, undef ] }, [1]) {
            my ($end) = operations(
                { action => 'set_variable', variable => 'x', value => $plain },
                { action => 'encrypt', source => '{{x}}', key_reference => $key,
                    aad => 'bound', output_variable => 's' },
                { action => 'decrypt', source => '{{s}}', key_reference => $key,
                    aad => 'bound', output_variable => 'r' });

            like $end->{output_vars}{s}, qr/^enc:v1:[A-Za-z0-9_-]{38,}$/, 'sealed';
            is_deeply $end->{output_vars}{r}, $plain, 'opened';
        }
    }
};


subtest 'nothing else opens it' => sub {
    my $s = value(action => 'encrypt', value => 'text', key_reference => 'key_one');

    isnt $s, value(action => 'encrypt', value => 'text', key_reference => 'key_one'),
        'it is never the same';
    is value(action => 'decrypt', value => $s, key_reference => 'key_one'), 'text', 'key';
    is error(action => 'decrypt', value => $s, key_reference => 'key_two'),
        'DecryptError', 'another key';
    is error(action => 'decrypt', value => $s, key_reference => 'key_one', aad => 'x'),
        'DecryptError', 'another context';
    is error(action => 'decrypt', value => substr($s, 0, -2) . 'zz',
        key_reference => 'key_one'), 'DecryptError', 'another text';
    is error(action => 'encrypt', value => 'x', key_reference => 'key_none'),
        'SecretNotFound', 'no key';
};


subtest 'an agent gets the value of a secret, and nobody else' => sub {
    $site->import_document(procedure('agent-secret', 'main', {
        main => sequence('end', step('use', action => 'login',
            params => { pin => '{{secrets.pin}}', text => 'is {{secrets.pin}}!' })),
        end => { type => 'terminate' },
    }));

    my $run = $site->run('agent-secret');
    my $end = $run->wait_final;
    my ($call) = $agent->calls('login');

    is $call->{json}{params}{pin}, 'pin-4711', 'its value';
    is $call->{json}{params}{text}, 'is pin-4711!', 'within a text';
    is $end->{output_vars}{use}{echo}{text}, 'is ***REDACTED***!', 'an echo is masked';
    unlike LangOrch::Http::encode([ $end, $run->events ]), qr/pin-4711/, 'nowhere else';

    my ($told) = $run->events_of('secret_accessed');
    is_deeply $told->{payload}, { name => 'pin', purpose => 'login', path => 'main/use' },
        'its use is told';
};


subtest 'a secret that is not there fails the step that uses it' => sub {
    $site->import_document(procedure('no-secret', 'main', {
        main => sequence('end', step('use', params => { k => '{{secrets.absent}}' })),
        end  => { type => 'terminate' },
    }));

    my $run = $site->run('no-secret');
    is $run->wait_final->{status}, 'failed', 'failed';
    is +($run->events_of('step_failed'))[0]{payload}{error_type}, 'SecretNotFound', 'why';
    is scalar(() = $agent->calls('use')), 0, 'the agent was not called';
};

$site->log_is_calm;

done_testing;
