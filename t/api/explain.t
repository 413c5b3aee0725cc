# What a procedure would do, told without doing it (api 3.10).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;

my $site = LangOrch::Site->start;

sub document {
    my (%more) = @_;

    return procedure('told', 'work', {
        work  => sequence('route', step('fetch', action => 'extract_text')),
        route => { type => 'logic', rules => [
            { condition => '{{limit}} > 5', next_node => 'pay' } ],
            default_next_node => 'end' },
        pay   => sequence('end', step('send', action => 'send_email')),
        end   => { type => 'terminate' },
    }, variables_schema => { required => { limit => { type => 'number' } } },
       %more);
}

is $site->post('/api/procedures', { ckp_json => document() })->{status}, 201,
    'a procedure is there';

my $path = '/api/procedures/told/1.0.0/explain';


subtest 'without inputs the document is told' => sub {
    for my $r ($site->get($path), $site->post($path, {})) {
        is $r->{status}, 200, 'answered' or diag $r->{body};
        my $t = $r->{json};
        is $t->{procedure_id}, 'told', 'of this one';
        is $t->{version}, '1.0.0', 'in this version';
        is_deeply [ sort map { $_->{id} } @{ $t->{nodes} } ],
            [qw(end pay route work)], 'its nodes';
        ok((grep { $_->{from} eq 'route' && $_->{to} eq 'pay'
            && $_->{condition} eq '{{limit}} > 5' } @{ $t->{edges} }),
            'and why one leads to another');
        is_deeply $t->{variables}{missing_inputs}, ['limit'],
            'what it needs';
        is_deeply [ sort map { $_->{step_id} } @{ $t->{external_calls} } ],
            [ 'fetch', 'send' ], 'what goes out';
        my %risk = map { $_->{step_id} => $_->{risk} }
            @{ $t->{side_effect_risks} };
        is_deeply \%risk, { fetch => 'read', send => 'irreversible' },
            'and its risks';
        is_deeply [ map { $_->{node_id} } @{ $t->{route_trace} } ],
            [qw(work route pay end)], 'breadth first';
        is $t->{simulated_route}, undef, 'nothing was simulated';
        ok ref $t->{diagnostics} eq 'ARRAY', 'diagnostics are there';
    }
};


subtest 'with inputs the way is walked' => sub {
    my %way = (9 => [qw(work route pay end)], 1 => [qw(work route end)]);

    for my $limit (sort keys %way) {
        my $t = $site->post($path, { input_vars => { limit => 0 + $limit } })
            ->{json};
        is_deeply $t->{simulated_route}, $way{$limit}, "limit $limit";
        is_deeply $t->{simulated_unknowns}, [], 'which is sure';
        is_deeply $t->{variables}{missing_inputs}, [], 'nothing is missing';
    }
};


subtest 'nothing ran' => sub {
    is_deeply $site->get('/api/runs')->{json}, [], 'there is no run';
};


subtest 'a candidate takes the place of the stored document' => sub {
    my $doc = document();
    $doc->{workflow_graph}{nodes}{route}{default_next_node} = 'pay';

    my $t = $site->post($path, { ckp_json => $doc,
        input_vars => { limit => 1 } })->{json};
    is_deeply $t->{simulated_route}, [qw(work route pay end)], 'is told';

    for my $other ([ procedure_id => 'other' ], [ version => '9' ]) {
        is $site->post($path, { ckp_json => { %$doc, @$other } })->{status},
            422, "but not of another $other->[0]";
    }

    delete @$doc{qw(procedure_id version)};
    $t = $site->post($path, { ckp_json => $doc })->{json};
    is "$t->{procedure_id} $t->{version}", 'told 1.0.0',
        'which it need not say';
};


subtest 'what does not compile is not explained' => sub {
    my $doc = document();
    $doc->{workflow_graph}{nodes}{work}{next_node} = 'nowhere';

    my $r = $site->post($path, { ckp_json => $doc });
    is $r->{status}, 422, 'refused';
    is $r->{json}{code}, 'compile_error', 'by its code';
    like $r->{json}{detail}, qr/^IR compilation failed: .*; .*\[CKP\d+\]$/,
        'in one sentence';
    like $r->{json}{detail}, qr/work: next_node 'nowhere' is not a node/,
        'with each error';
    is ref $r->{json}{errors}, 'ARRAY', 'and a list';
};


subtest 'what is not there, and what is wrong' => sub {
    is $site->get('/api/procedures/none/1/explain')->{status}, 404,
        'no such procedure';
    is $site->get('/api/procedures/told/latest/explain')->{status}, 200,
        'latest is a version';
    is $site->post($path, { input_vars => [] })->{status}, 422,
        'inputs are an object';
};


$site->log_is_calm;
done_testing;
