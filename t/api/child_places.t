# Child procedures as tasks of a dag and as tools of a planner, in the run and
# in runs of their own, across a crash (ckp 10.10, 11.2, 24.1).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence);
use LangOrch::Llm;
use LangOrch::Site;

# The model calls each tool once, with 7, then says what it was told.

my $llm = LangOrch::Llm->start(script => { '*' => sub {
    my ($call) = @_;
    my @said = grep { $_->{role} eq 'tool' } @{ $call->{json}{messages} };
    my @wish = map { [ $_ => { n => 7 } ] } qw(inside apart);

    return @said < @wish ? { text => undef, tool_calls => [ $wish[@said] ] }
        : { text => join ' ', map { $_->{content} } @said };
} });

my $agent = LangOrch::Agent->start(script => {
    work => sub {
        my ($call) = @_;
        my $p = $call->{json}{params};
        return $p->{hold} ? { result => $p->{v}, until => $p->{hold} }
                          : { result => $p->{v} };
    },
});

my $site = LangOrch::Site->start(workers => 2,
    http => 'langorch_llm_url ' . $llm->base_url . ';');
$site->register($agent);

$site->import_document(procedure('kid', 'k', {
    k   => sequence('out', { step_id => 'do', action => 'work',
        output_variable => 'got',
        params => { v => '{{n}}', hold => '{{hold | null}}' } }),
    out => { type => 'terminate', outputs => { twice => '{{= got * 2 }}' } },
}, variables_schema => {
    n => { type => 'number', required => JSON::PP::true }, hold => {} }));

my %kid   = (procedure_id => 'kid', version => '^1',
    version_policy => 'pin_on_import');
my %apart = (%kid, isolation => 'child_run');


# Runs of the child that belong to a run.

sub children {
    my ($run) = @_;
    my $r = $site->get('/api/runs?parent_run_id=' . $run->id);
    return map { $site->run_by_id($_->{run_id}) } @{ $r->{json} };
}


$site->import_document(procedure('tasks', 'd', {
    d => { type => 'dag', output_variable => 'all', next_node => 'end',
        tasks => [
            { task_id => 'a', subflow => { %kid,
                input_mapping => { n => 'n' } } },
            { task_id => 'b', depends_on => ['a'], subflow => { %apart,
                input_mapping => { n => '{{tasks.a.output.twice}}',
                                   hold => '{{hold | null}}' } } },
            { task_id => 'c', depends_on => ['b'],
                expression => 'tasks.b.output.twice' },
        ] },
    end => { type => 'terminate', outputs => { all => '{{all}}' } },
}, variables_schema => { n => { default => 5 }, hold => {} }));


subtest 'a dag goes on with what its children gave' => sub {
    my $run = $site->run('tasks');
    is $run->wait_final->{output_vars}{all}, 20, 'from task to task';

    my @kids = children($run);
    is scalar(@kids), 1, 'one of them was a run of its own';
    is_deeply $kids[0]->get->{output_vars}, { twice => 20 }, 'which is kept';

    my ($call) = grep { $_->{json}{run_id} eq $run->id } $agent->calls('work');
    is $call->{json}{path}, 'd/t:a/sub/k/do', 'the other has its path';
};


subtest 'a crash makes no second child' => sub {
    my $before = $agent->calls('work');
    my $run    = $site->run('tasks', { hold => 'crash' });
    $run->wait_status('paused');
    $agent->wait_calls($before + 2, 'work');
    $site->kill9_worker;
    $agent->release('crash');

    is $run->wait_final->{output_vars}{all}, 20, 'it goes on';
    is scalar(children($run)), 1, 'there is one child run';
};


subtest 'a planner has children as tools' => sub {
    $site->import_document(procedure('tools', 'ask', {
        ask => { type => 'llm_action', prompt => 'Twice seven.', model => 'm',
            planner => { tools => [qw(inside apart)] },
            outputs => { t => 'text' }, next_node => 'end' },
        end => { type => 'terminate', outputs => { t => '{{t}}' } },
    }, variables_schema => { t => {} }, tools => {
        map { $_->[0] => { subflow => $_->[1], parameters => {
            type => 'object', required => ['n'],
            properties => { n => { type => 'number' } } } } }
            [ inside => \%kid ], [ apart => \%apart ] }));

    my $run = $site->run('tools');
    is $run->wait_final->{output_vars}{t} =~ s/\s//gr,
        '{"twice":14}{"twice":14}', 'the model hears what they gave';

    my @kids = children($run);
    is scalar(@kids), 1, 'one of them was a run of its own';
    is $kids[0]->get->{input_vars}{n}, 7, 'with the arguments of the model';
};


subtest 'a tool whose child needs more is told at the import' => sub {
    my $r = $site->post('/api/procedures/compile', { ckp_json =>
        procedure('poor', 'ask', {
            ask => { type => 'llm_action', prompt => 'x', model => 'm',
                planner => { tools => [
                    { name => 'twice', subflow => \%kid, parameters => {
                        type => 'object',
                        properties => { m => { type => 'number' } } } } ] },
                next_node => 'end' },
            end => { type => 'terminate' } }) });
    my $tool = '/workflow_graph/nodes/ask/planner/tools/0';

    is_deeply { map { $_->{id} => $_->{path} }
            @{ $r->{json}{errors} }, @{ $r->{json}{warnings} } },
        { CKP705 => "$tool/parameters/properties",
          CKP706 => "$tool/parameters/properties/m" },
        'its parameters are the inputs of the child';
};


$site->log_is_calm;

done_testing;
