# Arrays of a run's inputs become what its outputs show (ckp.md 10.9, 13.4).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Site;

my $site = LangOrch::Site->start(workers => 1);

my @towns = qw(Rom Oslo Bern);
my @orders = map { { id => $_, town => $towns[ $_ % 3 ], amount => 10 * $_ } } 1 .. 9;

my $serial = 0;


# The run of a `transform` node over orders, with more members of the node.

sub transforms {
    my ($transformations, %more) = @_;
    my $id = 'transforms-' . ++$serial;

    $site->import_document(procedure($id, 't', {
        t => {
            type            => 'transform',
            transformations => $transformations,
            next_node       => 'end',
            %more,
        },
        end => { type => 'terminate' },
    }, variables_schema => { required => { orders => { type => 'array' } } }));

    my $run = $site->run($id, { orders => \@orders });
    return ($run->wait_final, $run);
}


subtest 'each transformation sees what those before it made' => sub {
    my ($end) = transforms([
        { type => 'filter', source_variable => 'orders', expression => 'amount > 20',
            output_variable => 'big' },
        { type => 'aggregate', source_variable => 'big',
            expression => 'count, sum(amount) as turnover',
            params => { group_by => 'town' }, output_variable => 'towns' },
        { type => 'sort', source_variable => 'towns', expression => 'turnover',
            params => { descending => JSON::PP::true() }, output_variable => 'towns' },
        { type => 'map', source_variable => 'towns', expression => '{{town}}: {{turnover}}',
            output_variable => 'lines' },
    ]);

    is $end->{status}, 'completed', 'completed';
    is_deeply $end->{output_vars}{towns}, [
        { town => 'Rom',  count => 3, turnover => 180 },
        { town => 'Bern', count => 2, turnover => 130 },
        { town => 'Oslo', count => 2, turnover => 110 },
    ], 'groups in their order';
    is_deeply $end->{output_vars}{lines}, [ 'Rom: 180', 'Bern: 130', 'Oslo: 110' ],
        'and their texts';
};


subtest 'a transformation that fails fails the run, unless it says otherwise' => sub {
    my %divides = (type => 'map', source_variable => 'orders',
        expression => '1 / (id - 3)', output_variable => 'x');

    my ($end, $run) = transforms([ \%divides ]);
    my ($event) = $run->events_of('run_failed');

    is $end->{status}, 'failed', 'failed';
    is $event->{payload}{error_type}, 'TransformError', 'as a TransformError';
    like $end->{error_message}, qr/transformation 1 \(map\): element 2: /, 'that tells the element';

    ($end) = transforms([ { %divides, on_error => 'null' } ]);
    is $end->{status}, 'completed', 'null stands for what failed';
    ok exists $end->{output_vars}{x} && !defined $end->{output_vars}{x}, 'in its variable';
};


subtest 'ten thousand elements hold nobody up' => sub {
    my @many = map { { id => $_, k => $_ % 100 } } 1 .. 10_000;

    $site->import_document(procedure('many', 't', {
        t => { type => 'transform', next_node => 'end', transformations => [ map { {
            type => 'aggregate', source_variable => 'rows', expression => 'count, sum(id)',
            params => { group_by => 'k' }, output_variable => "out_$_",
        } } 1 .. 8 ] },
        end => {
            type    => 'terminate',
            outputs => { n => '{{out_8.length}}', first => '{{out_8.0.sum_id}}' },
        },
    }, variables_schema => { required => { rows => { type => 'array' } } }));

    my $end = $site->run('many', { rows => \@many })->wait_final;

    is $end->{status}, 'completed', 'completed';
    is_deeply $end->{output_vars}, { n => 100, first => 495_100 }, 'with all of them';
};


subtest 'operations do the same' => sub {
    $site->import_document(procedure('ops', 'p', {
        p => { type => 'processing', next_node => 'end', operations => [
            { action => 'filter', source => 'orders', condition => '{{least}} <= amount',
                output => 'some' },
            { action => 'aggregate', source => 'some', function => 'sum', field => 'amount',
                output => 'sum' },
        ] },
        end => { type => 'terminate', outputs => { sum => '{{sum}}' } },
    }, variables_schema => { required => { orders => { type => 'array' } },
        optional => { least => { type => 'number', default => 80 } } }));

    my $end = $site->run('ops', { orders => \@orders })->wait_final;
    is_deeply $end->{output_vars}, { sum => 170 }, 'a sum';

    $end = $site->run('ops', { orders => [ { amount => 1 } ], least => 1 })->wait_final;
    is_deeply $end->{output_vars}, { sum => 1 }, 'and one with another bound';
};


$site->log_is_calm;

done_testing;
