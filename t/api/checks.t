# What must hold is checked, and what does not is done about (ckp 10.6, 15.7).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;

my $agent = LangOrch::Agent->start(script => {
    count            => { result => { count => 3, text => 'three' } },
    wait_for_element => [ { error => 'no such element' }, { result => {} } ],
    extract_text     => { result => { text => 'all is well' } },
    click            => { result => 'clicked' },
});

my $site = LangOrch::Site->start;
$site->register($agent);

my $n = 0;


# A run of: count, the node `check`, then the end by one of two ways.

sub run_with {
    my ($check, %config) = @_;
    my $id = 'c' . ++$n;

    $site->import_document(procedure($id, 'start', {
        start => { type => 'logic', default_next_node => 'main', rules => [
            { condition => '1 == 2', next_node => 'other' } ] },
        main => sequence('check', step('got', action => 'count')),
        check => { next_node => 'end', %$check },
        other => { type => 'terminate', outputs => { way => 'other' } },
        end   => { type => 'terminate', outputs => { way => 'end' } },
    }, global_config => { max_retries => 0, %config }));

    my $run = $site->run($id);
    return ($run, $run->wait_final);
}


sub verify {
    my ($check, %more) = @_;
    return { type => 'verification', checks => [ $check ], %more };
}


subtest 'a verification that holds passes' => sub {
    my ($run, $end) = run_with(verify(
        { id => 'three', condition => '{{got.count}} == 3' }));
    is $end->{status}, 'completed', 'the run goes on';
    my ($passed) = $run->events_of('verification_passed');
    is $passed->{payload}{checks}, 1, 'and that is told';
};


subtest 'a check that fails the workflow says which' => sub {
    my ($run, $end) = run_with(verify({ id => 'four',
        condition => '{{got.count}} == 4', message => '{{got.count}}, not 4' },
        error_handlers => [ { action => 'ignore' } ], on_error => 'other'));
    is $end->{status}, 'failed', 'whatever handlers say';
    is $end->{error_message}, '3, not 4', 'in its own words';

    my ($failed) = $run->events_of('verification_failed');
    is_deeply $failed->{payload}, { check_id => 'four',
        condition => '{{got.count}} == 4', message => '3, not 4',
        on_fail => 'fail_workflow' }, 'the event has all of it';
};


subtest 'on_failure is asked, all the same' => sub {
    my ($run, $end) = run_with(verify(
        { id => 'four', condition => '{{got.count}} == 4' }),
        on_failure => 'other');
    is $end->{status}, 'completed', 'it saves the run';
    is_deeply $end->{output_vars}, { way => 'other' }, 'by its way';
};


subtest 'other words go other ways' => sub {
    for my $case ([ warn => 'end' ], [ 'goto:other' => 'other' ],
        [ raise => 'other' ])
    {
        my ($word, $way) = @$case;
        my ($run, $end) = run_with(verify({ id => 'four', on_fail => $word,
            condition => '{{got.count}} == 4' }, on_error => 'other'));
        is $end->{status}, 'completed', "$word: goes on";
        is $end->{output_vars}{way}, $way, "$word: to $way";
    }
};


subtest 'the agent looks before a step, and after a node' => sub {
    my ($run, $end) = run_with({
        %{ sequence('end', step('press', action => 'click', validation => {
            id => 'there', check => 'element_exists', target => '#b',
            on_failure => 'retry_node', max_retries => 1 })) },
        validations => [ { id => 'well', check => 'screen_text_contains',
            target => '#s', expected_values => ['well'] } ],
    });

    is $end->{status}, 'completed', 'it holds in the end';
    is scalar $agent->calls('wait_for_element'), 2, 'the element came late';
    is scalar $agent->calls('click'), 1, 'and then it was pressed, once';
    is scalar $agent->calls('extract_text'), 1, 'the text was read';

    my ($failed) = $run->events_of('validation_failed');
    is $failed->{payload}{validation_id}, 'there', 'the first look is told';
    like $failed->{payload}{message}, qr/no such element/, 'with its reason';
};


subtest 'a validation that fails is an error of its own type' => sub {
    my ($run, $end) = run_with({
        %{ sequence('end', step('again', action => 'count')) },
        validations => [ { id => 'range', check => 'value_in_range',
            source => '{{again.count}}', expected_values => [4, undef] } ],
        error_handlers => [ { error_type => 'ValidationFailed',
            action => 'goto', fallback_node => 'other' } ],
    });
    is $end->{output_vars}{way}, 'other', 'handlers catch it';
};


$site->log_is_calm;
done_testing;
