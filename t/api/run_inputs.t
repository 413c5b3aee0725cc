# Inputs are checked before a run exists (api 4.1, ckp 3.4): a sentence for each
# variable that fails.

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Site;

my $site = LangOrch::Site->start;

my %schema = (
    required => {
        name => { type => 'string', validation => { min => 2, max => 5 } },
    },
    optional => {
        amount  => { type => 'number', validation => { min => 1, max => 10 } },
        count   => { type => 'integer' },
        agreed  => { type => 'boolean' },
        list    => { type => 'array', validation => { max => 2 } },
        object  => { type => 'object' },
        color   => { type => 'string',
            validation => { allowed_values => [ 'red', 'blue' ] } },
        code    => { type => 'string', validation => { regex => '[A-Z]\d+' } },
        mail    => { type => 'string', validation => { format => 'email' } },
        filled  => { type => 'string', required => JSON::PP::true,
            default => 'by default' },
        hidden  => { type => 'password' },
    },
);

$site->import_document(procedure('inputs', 'end', {
    end => { type => 'terminate', outputs => { amount => '{{amount}}',
        filled => '{{filled}}', extra => '{{extra}}' } },
}, variables_schema => \%schema));

sub start_with {
    my ($inputs) = @_;
    return $site->post('/api/runs',
        { procedure_id => 'inputs', input_vars => $inputs });
}


my @cases = (
    [ {},                        name => 'This field is required' ],
    [ { name => undef },         name => 'This field is required' ],
    [ { name => '  ' },          name => 'This field is required' ],
    [ { name => 7 },             name => 'Must be a string' ],
    [ { name => 'x' },           name => 'Must be at least 2 characters' ],
    [ { name => 'abcdef' },      name => 'Must be at most 5 characters' ],
    [ { amount => 'much' },      amount => 'Must be a number' ],
    [ { amount => 0.5 },         amount => 'Must be at least 1' ],
    [ { amount => 11 },          amount => 'Must be at most 10' ],
    [ { count => 1.5 },          count => 'Must be an integer' ],
    [ { agreed => 'yes' },       agreed => 'Must be a boolean (true/false)' ],
    [ { list => {} },            list => 'Must be a valid array' ],
    [ { list => [ 1, 2, 3 ] },   list => 'Must be at most 2 items' ],
    [ { object => [] },          object => 'Must be a valid object' ],
    [ { color => 'green' },      color => 'Must be one of: red, blue' ],
    [ { code => 'A1x' },
        code => 'Does not match required pattern: [A-Z]\d+' ],
    [ { code => "A1\n" },
        code => 'Does not match required pattern: [A-Z]\d+' ],
    [ { mail => 'nobody' },      mail => 'Must be a valid email' ],
    [ { secrets => {} },         secrets => 'Reserved name' ],
    [ { __x => 1 },              __x => 'Reserved name' ],
    [ { hidden => '***REDACTED***' }, hidden => undef ],
);

for (@cases) {
    my ($inputs, $variable, $sentence) = @$_;
    my $all = { ($variable eq 'name' ? () : (name => 'Ann')), %$inputs };
    my $r   = start_with($all);
    my $is  = LangOrch::Http::encode($inputs) =~ s/\n/\\n/gr;

    subtest "$is is refused" => sub {
        is $r->{status}, 422, 'as wrong';
        is $r->{json}{code}, 'invalid_inputs', 'inputs';
        is $r->{json}{detail}{message}, 'Invalid input_vars', 'in one place';
        is_deeply [ keys %{ $r->{json}{errors} } ], [$variable], 'that one';
        is $r->{json}{errors}{$variable}, $sentence, 'with this sentence'
            if defined $sentence;
        is_deeply $r->{json}{detail}{errors}, $r->{json}{errors}, 'twice';
    };
}


subtest 'every variable that fails is named' => sub {
    my $r = start_with({ amount => 'x', count => 'y', color => 'z' });
    is_deeply [ sort keys %{ $r->{json}{errors} } ],
        [qw(amount color count name)], 'all four';
};


subtest 'what is right starts, converted and filled in' => sub {
    my $r = start_with({ name => "\x{e9}\x{e9}", amount => ' 5 ', extra => 'e',
        code => 'A12', list => [ 1, 2 ] });
    is $r->{status}, 201, 'started';

    my $run = $site->run_by_id($r->{json}{run_id})->wait_final;
    is_deeply $run->{output_vars},
        { amount => 5, filled => 'by default', extra => 'e' },
        'numbers from text, defaults, undeclared ones';
};


subtest 'no run came of what was refused' => sub {
    is scalar @{ $site->get('/api/runs?procedure_id=inputs')->{json} }, 1,
        'only one is there';
};


$site->log_is_calm;
done_testing;
