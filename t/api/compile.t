# A document is judged, and drawn, without being stored or run (api 3.5, 3.9).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;

my $site = LangOrch::Site->start;

sub compile {
    my ($doc) = @_;
    return $site->post('/api/procedures/compile', { ckp_json => $doc });
}


subtest 'a good document is valid, and counted' => sub {
    my $r = compile(procedure('good', 'work', {
        work => sequence('end', step('one'),
            { step_id => 'two', action => 'log', message => 'x' }),
        end => { type => 'terminate' },
    }));

    is $r->{status}, 200, 'answered';
    ok $r->{json}{valid}, 'valid';
    is_deeply $r->{json}{errors}, [], 'without errors';
    is $r->{json}{start_node}, 'work', 'from there';
    is $r->{json}{node_count}, 2, 'two nodes';
    is $r->{json}{step_count}, 2, 'two steps';

    my %kind = map { $_->{step_id} => $_->{kind} } @{ $r->{json}{bindings} };
    is $kind{two}, 'internal', 'log is the engine\'s';
    isnt $kind{one}, 'internal', 'the other is not';

    is $site->get('/api/procedures/good/1.0.0')->{status}, 404,
        'nothing is stored';
};


subtest 'all errors are told, not only the first' => sub {
    my $r = compile(procedure('bad', 'work', {
        work  => sequence('nowhere', step('one'), step('one')),
        what  => { type => 'dance', next_node => 'end' },
        route => { type => 'logic', rules => [
            { condition => '{{x}} ==', next_node => 'end' } ] },
        end => { type => 'terminate', status => 'maybe' },
    }));

    is $r->{status}, 200, 'answered';
    ok !$r->{json}{valid}, 'not valid';

    my %at = map { $_->{id} => $_ } @{ $r->{json}{errors} };
    ok $at{$_}, "$_ is among them" for qw(CKP102 CKP110 CKP130);
    cmp_ok scalar @{ $r->{json}{errors} }, '>=', 4, 'and more';

    is $at{CKP110}{path}, '/workflow_graph/nodes/what/type',
        'each points to its place';
    is $at{CKP110}{severity}, 'error', 'with its weight';
    is $at{CKP110}{node_id}, 'what', 'and its node';
    ok length $at{CKP110}{message}, 'and a sentence';
};


subtest 'any object is an answer, nothing else is' => sub {
    for my $doc ({}, { nodes => 5 }, { workflow_graph => { nodes => [] } },
        { procedure_id => [], version => {}, workflow_graph => {
            start_node => 7, nodes => { a => 'b', c => undef, d => [] } } })
    {
        my $r = compile($doc);
        is $r->{status}, 200, 'an object is judged';
        ok !$r->{json}{valid}, 'as not valid';
    }

    is compile([])->{status}, 422, 'an array is not';
    is compile('x')->{status}, 422, 'nor is a text';
};


# Every field of a document with every wrong type: an answer each time.

subtest 'a wrong type in any field is a diagnostic, never a fault' => sub {
    my @wrong = (undef, 7, 1.5, 'text', [], {}, [ 1, 'a', {} ], { a => [] },
        JSON::PP::true);

    my $template = sub {
        return {
            procedure_id => 'p', version => '1', name => 'n', status => 'draft',
            global_config => { max_retries => 1, retry_policy => {},
                on_failure => 'end', timeout_ms => 1 },
            variables_schema => { required => { a => { type => 'string',
                validation => { min => 1 } } }, optional => {} },
            workflow_graph => { start_node => 'work', nodes => {
                work => { type => 'sequence', agent => 'x', next_node => 'ask',
                    is_checkpoint => 1, timeout_ms => 5, retry_policy => {},
                    error_handlers => [ { error_type => '*',
                        action => 'retry', max_retries => 1 } ],
                    steps => [ { step_id => 's', action => 'log', params => {},
                        retry_config => { max_attempts => 2 },
                        condition => '1 == 1', output_variable => 'v' } ] },
                ask => { type => 'human_approval', prompt => 'x',
                    options => ['a'], on_approve => 'end', on_reject => 'end',
                    timeout_ms => 5, context_data => {} },
                route => { type => 'logic', rules => [ { condition => '1 == 1',
                    next_node => 'end' } ], default_next_node => 'end' },
                calc => { type => 'processing', operations => [ {
                    action => 'set_variable', variable => 'q',
                    value => 1 } ], next_node => 'end' },
                end => { type => 'terminate', status => 'success',
                    outputs => {}, cleanup_actions => [] } } },
        };
    };

    my @paths = paths($template->(), []);
    my ($asked, @bad) = (0);

    for my $path (@paths) {
        for my $wrong (@wrong) {
            my $doc = $template->();
            put($doc, $path, $wrong);
            my $r = compile($doc);
            $asked++;
            push @bad, "$r->{status} for " . join '/', @$path
                unless $r->{status} == 200
                    && defined $r->{json}{valid};
        }
    }

    cmp_ok $asked, '>', 400, 'that were many';
    is_deeply \@bad, [], 'each had an answer';
};


subtest 'the graph is drawn, of documents that do not compile too' => sub {
    my $doc = procedure('drawn', 'read', {
        read  => sequence('route', step('one')),
        route => { type => 'logic', rules => [
            { condition => '{{one.n}} > 5', next_node => 'ask' } ],
            default_next_node => 'end' },
        ask => { type => 'human_approval', prompt => '?', on_approve => 'end',
            on_reject => 'nowhere' },
        lost => { type => 'dance' },
        end  => { type => 'terminate' },
    });

    $site->post('/api/procedures', { ckp_json => $doc });
    my $g = $site->get('/api/procedures/drawn/latest/graph')->{json};

    my %node = map { $_->{id} => $_ } @{ $g->{nodes} };
    is join(' ', map { $_->{id} } @{ $g->{nodes} }), 'read route ask end lost',
        'breadth first, then what is not reached';
    ok $node{read}{data}{isStart}, 'the start';
    ok $node{end}{data}{isEnd}, 'the end';
    is $node{read}{data}{color}, '#3B82F6', 'a sequence is blue';
    is $node{read}{data}{stepCount}, 1, 'with its steps';

    my %seen;
    $seen{"$_->{position}{x},$_->{position}{y}"}++ for values %node;
    is scalar(keys %seen), 5, 'no two in one place';

    my %edge = map { ("$_->{source}>$_->{target}" => $_) } @{ $g->{edges} };
    is $edge{'read>route'}{label}, '', 'the plain successor';
    ok !$edge{'read>route'}{animated}, 'is still';
    is $edge{'route>ask'}{label}, '{{one.n}} > 5', 'a rule has its condition';
    ok $edge{'route>ask'}{animated}, 'and moves';
    is $edge{'route>end'}{label}, 'default', 'the default';
    is $edge{'ask>end'}{label}, 'approve', 'the decision';
    ok !$edge{'ask>nowhere'}, 'no edge leads to nothing';

    is $site->get('/api/procedures/unknown/latest/graph')->{status}, 404,
        'what is not there is not drawn';
};


# All places below a value, as lists of keys.

sub paths {
    my ($value, $here) = @_;

    my @below = ref $value eq 'HASH' ? map { [ $_, $value->{$_} ] }
            sort keys %$value
        : ref $value eq 'ARRAY' ? map { [ $_, $value->[$_] ] } 0 .. $#$value
        :                         ();

    return map { ([ @$here, $_->[0] ], paths($_->[1], [ @$here, $_->[0] ])) }
        @below;
}


sub put {
    my ($value, $path, $new) = @_;
    my @path = @$path;
    my $last = pop @path;

    for (@path) {
        $value = ref $value eq 'HASH' ? $value->{$_} : $value->[$_];
    }
    if (ref $value eq 'HASH') { $value->{$last} = $new }
    else                      { $value->[$last] = $new }
    return;
}


$site->log_is_calm;
done_testing;
