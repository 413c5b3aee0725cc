# Results under an idempotency key, shared by runs (ckp 20.2, 20.3).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;

my $agent = LangOrch::Agent->start(script => {
    pay   => sub { return { result => { n => $_[1] } } },
    slow  => { until => 'go', result => 'slow' },
    never => { error => 'No: never', retryable => JSON::PP::false },
    twice => [ { error => 'No: never', retryable => JSON::PP::false },
        { result => 'at last' } ],
});

my $site = LangOrch::Site->start;
$site->register($agent);


sub define {
    my ($id, $action, $policy, %more) = @_;
    $site->import_document(procedure($id, 'main', {
        main => sequence('end', step($action, idempotency_key => '{{input.key}}',
            params => { key => '{{input.key}}', with => '{{input.with}}' },
            idempotency_policy => $policy, %more)),
        end  => { type => 'terminate', outputs => { out => "{{$action}}" } },
    }, variables_schema => { key => { type => 'string' },
        with => { type => 'string', default => '' } }));
    return;
}


subtest 'a result of another run is taken' => sub {
    define('pay1', 'pay', { scope => 'procedure' });
    my $first  = $site->run('pay1', { key => 'a' });
    is_deeply $first->wait_final->{output_vars}{out}, { n => 1 }, 'it is made';

    my $second = $site->run('pay1', { key => 'a', with => 'other' });
    is_deeply $second->wait_final->{output_vars}{out}, { n => 1 }, 'once';
    is scalar($agent->calls('pay')), 1, 'by one call';

    my ($done) = $second->events_of('step_completed');
    ok $done->{payload}{cached}, 'it is told as known';
    is $done->{payload}{source_run_id}, $first->id, 'and from where';
    my ($odd) = $second->events_of('idempotency_mismatch');
    is $odd->{payload}{source_run_id}, $first->id,
        'other parameters are told';

    $site->run('pay1', { key => 'b' })->wait_final;
    is scalar($agent->calls('pay')), 2, 'another key is another result';
};


subtest 'scopes are apart' => sub {
    define('pay2', 'pay', { scope => 'procedure' });
    $site->run('pay2', { key => 'a' })->wait_final;
    is scalar($agent->calls('pay')), 3, 'of another procedure';
    define('pay3', 'pay', { scope => 'global' });
    define('pay4', 'pay', { scope => 'global' });
    $_->wait_final for map { $site->run($_, { key => 'a' }) } 'pay3';
    $_->wait_final for map { $site->run($_, { key => 'a' }) } 'pay4';
    is scalar($agent->calls('pay')), 4, 'the global one is shared';
};


subtest 'what is under way is waited for' => sub {
    define('slow1', 'slow', { scope => 'global' });
    my $first = $site->run('slow1', { key => 'w' });
    $agent->wait_calls(1, 'slow');
    my @others = map { $site->run('slow1', { key => 'w' }) } 1 .. 3;
    $_->wait_for('step_started') for @others;
    $agent->release('go');

    is $_->wait_final->{status}, 'completed', 'completes' for $first, @others;
    is scalar($agent->calls('slow')), 1, 'one call for all';
};


subtest 'or not' => sub {
    define('slow2', 'slow', { scope => 'global', on_in_progress => 'fail' });
    define('slow3', 'slow', { scope => 'global', on_in_progress => 'proceed' });
    define('held', 'hold', { scope => 'global' });
    my $held = $site->run('held', { key => 'h' });
    $held->wait_final;                  # nobody offers it: the key is free again

    $agent->restart;
    unlink "$agent->{dir}/release-go";
    my $first = $site->run('slow2', { key => 'f' });
    $agent->wait_calls(2, 'slow');

    my $busy = $site->run('slow2', { key => 'f' })->wait_final;
    is $busy->{status}, 'failed', 'it fails';
    like $busy->{error_message}, qr/under way/, 'because of another';

    my $more = $site->run('slow3', { key => 'f' });
    $agent->wait_calls(3, 'slow');
    $agent->release('go');
    is $_->wait_final->{status}, 'completed', 'completes' for $first, $more;
};


subtest 'who ends without a result lets others try' => sub {
    unlink "$agent->{dir}/release-go";
    define('slow4', 'slow', { scope => 'global' });
    my $first = $site->run('slow4', { key => 'c' });
    $agent->wait_calls(4, 'slow');
    my $other = $site->run('slow4', { key => 'c' });
    $other->wait_for('step_started');
    $site->post($first->path('/cancel'), {});
    $agent->wait_calls(5, 'slow');
    $agent->release('go');
    is $other->wait_final->{status}, 'completed', 'the next one makes it';
};


subtest 'a failure is replayed when that is wanted' => sub {
    define('never1', 'never', { scope => 'global', cache_failures => JSON::PP::true });
    $site->run('never1', { key => 'n' })->wait_final;
    my $again = $site->run('never1', { key => 'n' })->wait_final;
    is $again->{status}, 'failed', 'it fails again';
    is scalar($agent->calls('never')), 1, 'without a call';

    define('twice1', 'twice', { scope => 'global' });
    $site->run('twice1', { key => 't' })->wait_final;
    is $site->run('twice1', { key => 't' })->wait_final->{status}, 'completed',
        'otherwise it is done again';
};


subtest 'a result grows old' => sub {
    define('old', 'pay', { scope => 'global', ttl_seconds => 1 });
    my $n = scalar($agent->calls('pay'));
    my $first = $site->run('old', { key => 'o' })->wait_final;
    LangOrch::Wait::until_true('it is too old', sub {
        $site->run('old', { key => 'o' })->wait_final;
        return $agent->calls('pay') > $n + 1 ? 1 : undef;
    });
    is scalar($agent->calls('pay')), $n + 2, 'it is made once more';
};


subtest 'of many runs at once one makes it' => sub {
    my $n = scalar($agent->calls('pay'));
    define('race', 'pay', { scope => 'global' });
    my @runs = map { $site->run('race', { key => 'r' }) } 1 .. 20;
    is $_->wait_final->{status}, 'completed', 'completes' for @runs;
    is scalar($agent->calls('pay')), $n + 1, 'by one call';
};


$site->log_is_calm;
done_testing;
