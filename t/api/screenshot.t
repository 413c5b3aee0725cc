# Pictures of failures, by the agent that failed (ckp 15.5).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;

my $agent = LangOrch::Agent->start(script => {
    click      => { error => 'ElementNotFound: no button' },
    screenshot => { result => { screenshot => 'http://files.example/x.png' } },
});
my $blind = LangOrch::Agent->start(script => { '*' => { error => 'Boom: no' } });
my $slow  = LangOrch::Agent->start(script => {
    click      => { error => 'ElementNotFound: no button' },
    screenshot => { reset => 1 },
});

my $site = LangOrch::Site->start;
$site->register($agent, name => 'eye', channel => 'web',
    capabilities => [ 'click', 'screenshot' ]);
$site->register($blind, name => 'blind', channel => 'blind', capabilities => ['click']);
$site->register($slow, name => 'slow', channel => 'slow');


sub run_click {
    my ($channel, $config, %more) = @_;
    my $id = "p-$channel-" . int rand 1e9;

    $site->import_document(procedure($id, 'main', {
        main => { type => 'sequence', agent => $channel, next_node => 'end',
            steps => [ step('click') ], %more },
        end  => { type => 'terminate' },
    }, global_config => $config));

    my $run = $site->run($id);
    return ($run, $run->wait_final);
}


subtest 'a failure is pictured' => sub {
    my ($run, $end) = run_click('web', { screenshot_on_fail => JSON::PP::true });
    is $end->{status}, 'failed', 'it fails';
    is $end->{error_message}, 'ElementNotFound: no button', 'as it did before';

    my ($made) = $run->events_of('artifact_created');
    is $made->{payload}{kind}, 'screenshot', 'there is a picture';
    is $made->{payload}{name}, 'fail-main-click', 'of that step';
    is $made->{payload}{uri}, 'http://files.example/x.png', 'where the agent has it';
    is scalar($agent->calls('screenshot')), 1, 'by one call';

    my ($call) = $agent->calls('screenshot');
    isnt $call->{headers}{'idempotency-key'},
        ($agent->calls('click'))[0]{headers}{'idempotency-key'},
        'with a key of its own';
    like $run->story, qr/step_failed screenshot_requested artifact_created/,
        'before it is handled';
};


subtest 'a handler may want it' => sub {
    my ($run, $end) = run_click('web', {},
        error_handlers => [ { action => 'screenshot_and_fail' } ]);
    is $end->{status}, 'failed', 'it fails';
    is scalar($run->events_of('artifact_created')), 1, 'with a picture';
};


subtest 'who cannot is not asked, and a failing call is no failure' => sub {
    my ($run) = run_click('blind', { screenshot_on_fail => JSON::PP::true });
    is scalar($run->events_of('screenshot_requested')), 1, 'it is told';
    is scalar($blind->calls('screenshot')), 0, 'and nobody asked';

    my $end;
    ($run, $end) = run_click('slow', { screenshot_on_fail => JSON::PP::true });
    is $end->{error_message}, 'ElementNotFound: no button', 'the error stays';
    is scalar($run->events_of('artifact_created')), 0, 'without a picture';
};


$site->log_is_calm;
done_testing;
