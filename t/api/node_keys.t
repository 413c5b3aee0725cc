# Nodes under an idempotency key, shared by runs (ckp 20.4), over crashes.

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => {
    pay  => sub { return { result => { n => $_[1] } } },
    tell => sub { return { result => 'told' } },
    slow => { until => 'go', result => 'slow' },
});

my $site = LangOrch::Site->start(workers => 2);
$site->register($agent);


# A node of two steps under one key, and where it leads.

sub define {
    my ($id, $action, $policy, %more) = @_;
    $site->import_document(procedure($id, 'main', {
        main => { %{ sequence('end', step($action), step('tell')) },
            idempotency_key => 'order-{{input.key}}',
            idempotency_policy => $policy, inputs => { with => '{{input.with}}' },
            %more },
        end  => { type => 'terminate', outputs => { out => "{{$action}}",
            tell => '{{tell}}' } },
    }, variables_schema => { key => { type => 'string' },
        with => { type => 'string', default => '' } }));
    return;
}


subtest 'what another run did is not done again' => sub {
    define('pay1', 'pay', { scope => 'procedure' });
    my $first = $site->run('pay1', { key => 'a' });
    is_deeply $first->wait_final->{output_vars}, { out => { n => 1 }, tell => 'told' },
        'it is done';

    my $second = $site->run('pay1', { key => 'a', with => 'other' });
    is_deeply $second->wait_final->{output_vars}, { out => { n => 1 }, tell => 'told' },
        'its variables are there again';
    is scalar($agent->calls('pay')), 1, 'by no further call';
    is scalar($second->events_of('step_started')), 0, 'and no step of its own';

    my ($done) = grep { $_->{node_id} eq 'main' } $second->events_of('node_completed');
    is $done->{payload}{cached}, JSON::PP::true, 'it is told as known';
    is $done->{payload}{next_node}, 'end', 'and leads where it led';
    my ($odd) = $second->events_of('idempotency_mismatch');
    is_deeply [ @{ $odd->{payload} }{qw(key source_run_id)} ],
        [ 'order-a', $first->id ], 'other inputs are told';

    $site->run('pay1', { key => 'b' })->wait_final;
    is scalar($agent->calls('pay')), 2, 'another key is other work';
};


subtest 'what is under way is waited for, over the death of all' => sub {
    define('slow1', 'slow', { scope => 'global' });
    my $first = $site->run('slow1', { key => 's' });
    $agent->wait_calls(1, 'slow');
    my @others = map { $site->run('slow1', { key => 's' }) } 1 .. 3;
    $_->wait_for('node_started') for @others;

    $site->kill9_all;
    $agent->release('go');
    $site->restart;

    is $_->wait_final(60)->{status}, 'completed', 'completes' for $first, @others;
    my %keys = map { $_->{headers}{'idempotency-key'} => 1 } $agent->calls('slow');
    is scalar(keys %keys), 1, 'one key for all its calls';
    is scalar($_->events_of('step_started')), 0, 'the others did nothing' for @others;
};


subtest 'or it fails at once' => sub {
    unlink "$agent->{dir}/release-go";
    define('slow2', 'slow', { scope => 'global', on_in_progress => 'fail' });
    my $n = scalar($agent->calls('slow'));
    my $first = $site->run('slow2', { key => 'f' });
    $agent->wait_calls($n + 1, 'slow');
    my $busy = $site->run('slow2', { key => 'f' });
    is $busy->wait_final->{status}, 'failed', 'it fails';
    is +($busy->events_of('node_error'))[0]{payload}{error_type}, 'ResourceBusy',
        'because of another';

    $site->post($first->path('/cancel'), {});
    $first->wait_final;
    $agent->release('go');
    is $site->run('slow2', { key => 'f' })->wait_final->{status}, 'completed',
        'who was cancelled holds nobody up';
};


subtest 'of many runs at once one does it' => sub {
    my $n = scalar($agent->calls('pay'));
    define('race', 'pay', { scope => 'global' });
    my @runs = map { $site->run('race', { key => 'r' }) } 1 .. 12;
    is $_->wait_final->{status}, 'completed', 'completes' for @runs;
    is scalar($agent->calls('pay')), $n + 1, 'by one call';
};


subtest 'a record grows old' => sub {
    my $n = scalar($agent->calls('pay'));
    define('old', 'pay', { scope => 'global', ttl_seconds => 1 });
    $site->run('old', { key => 'o' })->wait_final;
    until_true('it is too old', sub {
        $site->run('old', { key => 'o' })->wait_final;
        return $agent->calls('pay') > $n + 1 ? 1 : undef;
    });
    is scalar($agent->calls('pay')), $n + 2, 'it is done once more';
};


subtest 'a run that is tried again keeps what it gives' => sub {
    my $doc = procedure('again', 'main', {
        main => { %{ sequence('end', step('pay'), step('moody')) },
            idempotency_key => '{{input.key}}', idempotency_policy => { scope => 'global' } },
        end => { type => 'terminate', outputs => { out => '{{moody}}' } },
    }, variables_schema => { key => { type => 'string' } });
    $site->import_document($doc);

    my $n   = scalar($agent->calls('pay'));
    my $run = $site->run('again', { key => 'k' });
    is $run->wait_final->{status}, 'failed', 'nobody offers its second step';
    is $site->post($run->path('/retry'), {})->{status}, 200, 'it is tried again';
    is $run->wait_final->{status}, 'failed', 'in vain';
    is scalar($agent->calls('pay')), $n + 1, 'its first step is kept';

    my $other = $site->run('again', { key => 'k' });
    is $other->wait_final->{status}, 'failed', 'a failure is nothing to keep';
    is scalar($agent->calls('pay')), $n + 2, 'another run begins anew';
};


$site->log_is_calm;
done_testing;
