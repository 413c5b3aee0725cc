# What happens when a step fails for good is written in the procedure
# (ckp 15).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;

my $agent = LangOrch::Agent->start(script => {
    broken => { error => 'ElementNotFound: no button', error_code => 'E7' },
    moody  => [ { error => 'Moody: no' }, { result => 'then' } ],
    fixer  => { result => 'fixed' },
    good   => { result => 'good' },
});

my $site = LangOrch::Site->start;
$site->register($agent);

my $n = 0;


# A run of: step, then `after`.  The nodes plan_b and last are there for handlers,
# and reachable only on paper.

sub run_with {
    my ($step, $handlers, %o) = @_;
    my $id = 'h' . ++$n;

    $site->import_document(procedure($id, 'start', {
        start => { type => 'logic', default_next_node => 'main', rules => [
            { condition => '1 == 2', next_node => 'plan_b' },
            { condition => '1 == 2', next_node => 'last' } ] },
        main => { %{ sequence('end', $step, step('after', action => 'good')) },
            error_handlers => $handlers, %{ $o{node} || {} } },
        plan_b => sequence('end', step('rescue', action => 'good',
            params => { because => '{{error.message}}',
                type => '{{error.agent_error_type}}' })),
        last => { type => 'terminate', status => 'success',
            outputs => { way => 'last' } },
        end => { type => 'terminate', outputs => { way => 'end',
            step => "{{$step->{step_id}}}" } },
    }, global_config => { max_retries => 0, %{ $o{config} || {} } }));

    my $run = $site->run($id);
    return ($run, $run->wait_final);
}

my $broken = step('broken');


subtest 'without a handler the run fails' => sub {
    my ($run, $end) = run_with($broken, []);
    is $end->{status}, 'failed', 'it does';
    like $end->{error_message}, qr/no button/, 'and says why';
};


subtest 'ignore goes on with what it has instead' => sub {
    my ($run, $end) = run_with($broken,
        [ { action => 'ignore', default_output => 'nothing' } ]);
    is_deeply $end->{output_vars}, { way => 'end', step => 'nothing' },
        'the next step came';
};


subtest 'goto takes another way, knowing the error' => sub {
    my ($run, $end) = run_with($broken,
        [ { action => 'goto', fallback_node => 'plan_b' } ]);
    is $end->{status}, 'completed', 'it completes';

    my ($call) = grep { $_->{json}{step_id} eq 'rescue' } $agent->calls('good');
    like $call->{json}{params}{because}, qr/no button/, 'the error is told';
    is $call->{json}{params}{type}, 'ElementNotFound', 'with its type';

    my ($error) = $run->events_of('node_error');
    ok length $error->{payload}{handled_by}, 'the node ended handled';
};


subtest 'the first handler that fits acts, alone' => sub {
    my ($run, $end) = run_with($broken, [
        { error_type => 'Timeout*', action => 'goto', fallback_node => 'last' },
        { error_type => 'element_not_found', action => 'ignore' },
        { error_type => '*', action => 'goto', fallback_node => 'last' },
    ]);
    is $end->{output_vars}{way}, 'end', 'by type, however it is spelled';

    ($run, $end) = run_with($broken, [
        { trigger => { error_code => 'other' }, action => 'ignore' },
        { trigger => { error_text_contains => 'NO BUTTON' }, action => 'goto',
            fallback_node => 'last' },
    ]);
    is $end->{output_vars}{way}, 'last', 'by what it says';
};


subtest 'retry tries again, so often' => sub {
    my ($run, $end) = run_with(step('moody'),
        [ { action => 'retry', max_retries => 2, delay_ms => 5 } ]);
    is $end->{status}, 'completed', 'it completes';
    is $end->{output_vars}{step}, 'then', 'at the second try';

    my $before = $agent->calls('broken');
    ($run, $end) = run_with($broken, [ { action => 'retry', max_retries => 2,
        delay_ms => 5, fallback_node => 'last' } ]);
    is $agent->calls('broken') - $before, 3, 'one and two more';
    is $end->{output_vars}{way}, 'last', 'then the other way';
};


subtest 'recovery steps come first' => sub {
    my ($run, $end) = run_with($broken, [ { error_type => '*',
        recovery_steps => [ { step_id => 'fix', action => 'fixer' } ],
        recovery_strategy => 'continue' } ]);
    is $end->{status}, 'completed', 'it goes on';
    is scalar($agent->calls('fixer')), 1, 'after they were done';
};


subtest 'a node has its own way out' => sub {
    my ($run, $end) = run_with($broken, [],
        node => { on_error => { '*' => 'last' } });
    is $end->{output_vars}{way}, 'last', 'by on_error';
    is scalar($run->events_of('error_routed')), 1, 'as it tells';
};


subtest 'and so has the procedure' => sub {
    my ($run, $end) = run_with($broken, [], config => { on_failure => 'last' });
    is $end->{status}, 'completed', 'it recovers';
    my ($done) = $run->events_of('run_completed');
    is $done->{payload}{recovered_via}, 'last', 'and says how';
};


subtest 'escalation tells people' => sub {
    my ($run, $end) = run_with($broken,
        [ { action => 'escalate', fallback_node => 'last' } ]);
    is scalar($run->events_of('error_escalated')), 1, 'it does';
    is $end->{output_vars}{way}, 'last', 'and goes on';
};


$site->log_is_calm;
done_testing;
