# Planners: a model that calls tools, across a crash and with a person's word
# (spec/ckp.md 24.1).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure);
use LangOrch::Llm;
use LangOrch::Site;

# The model wants each tool of its script in turn, then says what it was told.

my $llm = LangOrch::Llm->start(script => { '*' => sub {
    my ($call) = @_;
    my @said = grep { $_->{role} eq 'tool' } @{ $call->{json}{messages} };
    my @wish = $call->{json}{model} eq 'shop'
        ? ([ find => { name => 'Ann' } ], [ refund => { sum => 12 } ])
        : ([ find => { name => 'Bob' } ]);

    return @said < @wish ? { text => undef, tool_calls => [ $wish[@said] ] }
        : { text => join ', ', map { $_->{content} } @said };
} });

my $agent = LangOrch::Agent->start(script => {
    find   => [ { result => 'customer 7' } ],
    slow   => [ { hang => 1 }, { result => 'late' } ],
    refund => [ { result => { paid => 12 } } ],
});

my $site = LangOrch::Site->start(
    workers => 1,
    http    => 'langorch_llm_url ' . $llm->base_url . ';',
);

$site->register($agent);


sub planned {
    my ($id, $model, $planner, %tools) = @_;

    $site->import_document(procedure($id, 'ask', {
        ask => { type => 'llm_action', prompt => 'Refund Ann.',
            model => $model, planner => $planner,
            outputs => { t => 'text' }, next_node => 'end' },
        end => { type => 'terminate', outputs => { t => '{{t}}' } },
    }, variables_schema => { t => { type => 'string' } }, tools => {
        find   => { action => 'find', agent => 'work',
            parameters => { type => 'object', required => ['name'] } },
        refund => { action => 'refund', agent => 'work',
            side_effects => 'write', approval => 'human' },
        %tools,
    }));

    return $site->run($id);
}


subtest 'a planner calls tools, and a person lets one of them run' => sub {
    my $run = planned('shop', 'shop', { tools => [ 'find', 'refund' ] });
    my $approval = $run->wait_approval;

    is_deeply $approval->{context_data}{args}, { sum => 12 },
        'the person sees what it is about';
    is scalar($agent->calls('refund')), 0, 'which was not done yet';

    is $run->decide('approve')->{status}, 200, 'and agrees';
    my $end = $run->wait_final;
    is $end->{status}, 'completed', 'it ends';
    like $end->{output_vars}{t}, qr/^customer 7, \{"paid":\s*12\}$/,
        'with what the tools gave';

    my ($call) = $agent->calls('find');
    is $call->{json}{path}, 'ask/tool[1.find]/find', 'a tool has a path';
    is $call->{json}{params}{name}, 'Ann', 'and the arguments of the model';
    my ($done) = $run->events_of('planner_completed');
    is $done->{payload}{tool_calls}, 2, 'the calls are counted';
};


subtest 'a crash repeats no call that was completed' => sub {
    my $run = planned('crash', 'crash', { tools => ['find'] },
        find => { action => 'slow', agent => 'work' });
    $agent->wait_calls(1, 'slow');
    my $asked = $llm->calls('crash');
    $site->kill9_worker;

    is $run->wait_final->{output_vars}{t}, 'late', 'it goes on';
    is_deeply [ values %{ $agent->key_counts('slow') } ], [2],
        'the call in flight is made again, under its key';
    is $llm->calls('crash') - $asked, 1, 'the model is not asked again before';
};


subtest 'limits hold' => sub {
    my $run = planned('bound', 'shop', { tools => ['find'],
        max_tool_calls => 1, on_limit => 'return_partial',
        max_iterations => 1 });
    is $run->wait_final->{status}, 'completed', 'what there is, is returned';
    my ($event) = $run->events_of('guardrail_exceeded');
    is $event->{payload}{limit}, 'max_iterations', 'and the limit told';
};


$site->log_is_calm;
done_testing;
