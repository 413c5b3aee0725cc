# An agent's slots are held while it works, shown, and can be taken away
# (api 9, ckp 14.1).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(chain);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => {
    work => sub { return { result => 1, until => 'go' } },
});

my $site = LangOrch::Site->start;
$site->register($agent, agent_id => 'narrow', concurrency_limit => 2);
$site->import_document(chain('one', 1));

sub held {
    return @{ $site->get('/api/leases?resource_key=work_default')->{json} };
}


my @runs = map { $site->run('one') } 1 .. 4;
$agent->wait_calls(2);
until_true('two leases are held', sub { held() == 2 });

my ($lease) = held();
is $lease->{resource_key}, 'work_default', 'a lease names its resource';
is $lease->{node_id}, 'main', 'its node';
is $lease->{step_id}, 's1', 'its step';
ok $lease->{is_active}, 'it is held';
ok !defined $lease->{released_at}, 'not given back';
ok $lease->{acquired_at} lt $lease->{expires_at}, 'for a time';

is scalar @{ $site->get("/api/leases?run_id=$lease->{run_id}")->{json} }, 1,
    'a lease is found by its run';
is_deeply $site->get('/api/leases?stale=true')->{json}, [],
    'none has run out';
is $site->get('/api/agents/narrow')->{json}{active_leases}, 2,
    'the agent shows how many';
is scalar($agent->calls), 2, 'no third call goes out';

my $waiting = until_true('a run waits for a slot', sub {
    my ($run) = grep { $_->events_of('pool_saturated') } @runs;
    return $run;
});
is $site->get($waiting->path('/diagnostics'))->{json}{waiting_for}, 'lease',
    'a run that waits says for what';


is $site->del("/api/leases/$lease->{lease_id}")->{status}, 204,
    'a lease can be taken away';
is $site->del("/api/leases/$lease->{lease_id}")->{status}, 204, 'twice';
is $site->del('/api/leases/none')->{status}, 404, 'if there is one';

ok scalar($site->run_by_id($lease->{run_id})
    ->events_of('lease_force_released')), 'the run tells of it';
$agent->wait_calls(3);
pass 'and another takes the slot';

$agent->release('go');
is $_->wait_final->{status}, 'completed', 'a run completes' for @runs;
is scalar($agent->calls), 4, 'each call was made once';

until_true('all leases are given back', sub { held() == 0 });
is $site->get('/api/agents/narrow')->{json}{active_leases}, 0,
    'the agent is idle';

$site->log_is_calm;
done_testing;
