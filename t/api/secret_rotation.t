# Where the site checks for rotation, no run uses a value that is older than the run
# is, and asks once for all of its steps (docs/directives.md).

use strict;
use warnings;

use JSON::PP ();
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Vault;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => { '*' => sub { return { result => 1 } } });
my $vault = LangOrch::Vault->start(tokens => { 'the-token' => 0 }, kv2 => ['secret'],
    secrets => { 'secret/data/langorch/pin' => { value => 'value-1' } });
my $site = LangOrch::Site->start(workers => 1, env => { LANGORCH_SECRET_GIVEN => 'the-token' },
    http => 'langorch_vault ' . $vault->url . ' token=given;');

$site->register($agent);
for my $id (qw(outside inside)) {
    $site->import_document(procedure($id, 'main', {
        main => sequence('end', map { step($_, params => { pin => '{{secrets.pin}}' }) }
            qw(one two)),
        end => { type => 'terminate' },
    }, global_config => { secrets_config => {
        provider => $id eq 'outside' ? 'vault' : 'env' } }));
}

sub asked { return scalar $vault->calls('GET /v1/secret/data/langorch/pin') }

# The values that both steps of a run got, how often the keeper was asked, the run.

sub used {
    my ($id) = @_;
    my $n   = asked();
    my $run = $site->run($id);
    my $end = $run->wait_final;
    my @got = map { $_->{json}{params}{pin} }
        grep { $_->{headers}{'x-run-id'} eq $run->id } $agent->calls;
    return ("@got", asked() - $n, $run, $end);
}

sub rotate {
    my ($to) = @_;
    $vault->change(sub { $_[0]{secrets}{'secret/data/langorch/pin'} = { value => $to } });
    return;
}


subtest 'without it, what is known counts for a while' => sub {
    is join(' ', (used('outside'))[0, 1]), 'value-1 value-1 1', 'a run asks';
    rotate('value-2');
    my ($got, $n, $run) = used('outside');
    is "$got $n", 'value-1 value-1 0', 'the next one does not';
    is scalar(() = $run->events_of('secrets_cache_invalidated')), 0, 'and tells nothing';
};


subtest 'with it, each run asks, once' => sub {
    is $site->patch('/api/config', { secrets_rotation_check => JSON::PP::true })->{status},
        200, 'switched on';
    my $run;
    ok until_true('a run has the new value', sub {
        (my $got, undef, $run) = used('outside');
        return $got eq 'value-2 value-2';
    }, 10), 'soon';
    is scalar(() = $run->events_of('secrets_cache_invalidated')), 1, 'it is told, once';

    for my $i (3 .. 5) {
        rotate("value-$i");
        is join(' ', (used('outside'))[0, 1]), "value-$i value-$i 1", "rotated to $i";
    }
    ($run) = (used('inside'))[2];
    is scalar(() = $run->events_of('secrets_cache_invalidated')), 0,
        'a procedure without a keeper has nothing to tell';
};


subtest 'and nginx.conf may say so' => sub {
    $site->stop;
    $site = LangOrch::Site->start(workers => 1, env => {
        LANGORCH_SECRET_GIVEN => 'the-token' }, http => 'langorch_vault ' . $vault->url
        . " token=given;\nlangorch_secrets_rotation on;");
    is $site->get('/api/config')->{json}{secrets_rotation_check}, JSON::PP::true, 'it is on';
    is $site->patch('/api/config', { secrets_rotation_check => JSON::PP::false })->{status},
        409, 'and stays so';
    $site->log_is_calm;
};

done_testing;
