# An agent gets a grant instead of a secret's value, and exchanges it while the run is
# under way: for that secret, and as nothing else (docs/ckp.md, Grants).

use strict;
use warnings;

use File::Temp qw(tempdir);
use JSON::PP qw(decode_json encode_json);
use MIME::Base64 qw(decode_base64url encode_base64url);
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $sentinel = 'a-value-that-nobody-shows';
my $dir = tempdir(CLEANUP => 1);
LangOrch::Site::spew("$dir/jwt", join '', map { chr(97 + int rand 26) } 1 .. 40);
chmod 0644, "$dir/jwt";
chmod 0755, $dir;

my $agent = LangOrch::Agent->start(script => {
    use  => sub { return { result => { said => $_[0]{json}{params}{pin} } } },
    held => [ { result => 1, until => 'told' } ] });

sub site {
    my ($http) = @_;
    my $site = LangOrch::Site->start(workers => 2, http => $http, env => {
        LANGORCH_SECRET_PIN => $sentinel, LANGORCH_SECRET_OTHER => 'another-value',
        LANGORCH_SECRET_PAIR => qq({"user":"bob","pass":"$sentinel"}) });
    $site->register($agent);
    return $site;
}

my $n = 0;

# What the agent got for {{secrets.$name}} in a step, and the run.

sub given {
    my ($site, $action, $name, %config) = @_;
    my $id = 'uses-' . ++$n;
    $site->import_document(procedure($id, 'main', {
        main => sequence('end', step($action, params => { pin => "{{secrets.$name}}" })),
        end => { type => 'terminate', outputs => { out => "{{$action}}" } },
    }, global_config => { secrets_config => { delivery => 'grant', %config } }));
    my $run = $site->run($id);
    my $call = until_true('the agent is called', sub {
        return (grep { $_->{headers}{'x-run-id'} eq $run->id } $agent->calls($action))[0];
    });
    return ($call->{json}{params}{pin}, $run);
}

sub exchange {
    my ($site, $name, $grant) = @_;
    return $site->get("/api/agent-credentials/$name", headers => defined $grant
        ? { Authorization => "Bearer $grant" } : {});
}

my $on = site("langorch_jwt_secret $dir/jwt;\nlangorch_secrets_grants on;");


subtest 'a grant is exchanged while the run is under way' => sub {
    my ($grant, $run) = given($on, 'held', 'pin');
    unlike $grant, qr/\Q$sentinel/, 'the agent does not get the value';
    my $claims = decode_json(decode_base64url((split /\./, $grant)[1]));
    is "$claims->{aud} $claims->{sub} $claims->{secret_name}",
        'agent_credential ' . $run->id . ' pin', 'but a grant for it';
    is $claims->{exp} - $claims->{iat}, 300, 'of five minutes';

    for (1 .. 3) {
        my $r = exchange($on, 'pin', $grant);
        is_deeply $r->{json}, { secret_name => 'pin', value => $sentinel },
            'which it exchanges' or diag $r->{body};
        is $r->{headers}{'cache-control'}, 'no-store', 'and nobody keeps';
    }
    my @told = @{ $on->get('/api/audit?category=secret_mgmt&action=exchange')
        ->{json}{events} };
    is scalar @told, 3, 'each time is in the audit';
    is "$told[0]{resource_id} $told[0]{meta}{run_id}", 'pin ' . $run->id, 'with the run';
    is scalar(() = $run->events_of('secret_accessed')), 1, 'its use in the timeline';

    is exchange($on, 'other', $grant)->{status}, 401, 'not for another secret';
    is exchange($on, 'pin')->{status}, 401, 'nor is nothing a grant';
    is $on->get('/api/auth/me', headers => { Authorization => "Bearer $grant" })->{status},
        401, 'it is no session';

    my ($head, $body, $sig) = split /\./, $grant;
    my $forge = sub { my %c = (%$claims, @_);
        return join '.', $head, encode_base64url(encode_json(\%c)), $sig };
    for my $case ([ 'a longer time', $forge->(exp => time + 9999) ],
        [ 'another run', $forge->(sub => 'x') ],
        [ 'another name', $forge->(secret_name => 'other') ],
        [ 'no algorithm', join '.', encode_base64url('{"alg":"none"}'), $body, '' ],
        [ 'another signature', "$head.$body." . encode_base64url('x' x 32) ],
        [ 'no token', 'nonsense' ])
    {
        my ($why, $forged) = @$case;
        my $name = $why eq 'another name' ? 'other' : 'pin';
        is exchange($on, $name, $forged)->{status}, 401, $why;
    }

    $agent->release('told');
    is $run->wait_final->{status}, 'completed', 'the run is over';
    is exchange($on, 'pin', $grant)->{status}, 403, 'and so is the grant';
};


subtest 'what comes back is masked, and nothing is kept' => sub {
    my ($grant, $run) = given($on, 'use', 'pair.pass');
    is $run->wait_final->{output_vars}{out}{said}, '***REDACTED***', 'the grant';
    unlike LangOrch::Http::encode([ $run->events ]), qr/\Q$grant/, 'no event has it';
    unlike LangOrch::Site::slurp($on->home . '/logs/error.log'), qr/\Q$sentinel/,
        'nor has a log the value';
    is scalar(LangOrch::Store::rows($on, "SELECT 1 FROM audit WHERE instr(meta, '$sentinel')"
        . " OR instr(meta, '$grant')")), 0, 'nor the audit either';
};


subtest 'where the site gives none' => sub {
    my ($got) = given($on, 'use', 'pin', delivery => 'value');
    is $got, $sentinel, 'who wants values gets values';
    my ($grant) = given($on, 'use', 'pin');
    for my $http ('', 'langorch_secrets_grants on;', "langorch_jwt_secret $dir/jwt;") {
        my $site = site($http);
        my ($value) = given($site, 'use', 'pin');
        is $value, $sentinel, 'values leave as ever';
        is exchange($site, 'pin', $grant)->{status}, 404, 'and nothing is exchanged';
        $site->stop;
    }
    $on->log_is_calm;
};

done_testing;
