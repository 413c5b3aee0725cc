# One Idempotency-Key makes one run (api 1.11, G7).

use strict;
use warnings;

use Test::More;

use LangOrch::Site;

my $site = LangOrch::Site->start(procedures => ['log-only'], workers => 2);

sub create {
    my ($key, $inputs) = @_;
    return $site->post('/api/runs',
        { procedure_id => 'log-only', input_vars => $inputs || {} },
        headers => { 'Idempotency-Key' => $key });
}

sub count { return scalar @{ $site->get('/api/runs?limit=1000')->{json} } }


subtest 'the same again is answered, not done' => sub {
    my $first = create('one');
    my $again = create('one');

    is $first->{status}, 201, 'made';
    ok !$first->{headers}{'idempotent-replayed'}, 'for the first time';
    is $again->{status}, 201, 'answered alike';
    is $again->{body}, $first->{body}, 'with the same bytes';
    is $again->{headers}{'idempotent-replayed'}, 'true', 'and says so';
    is count(), 1, 'there is one run';
};


subtest 'another body with the key is refused' => sub {
    my $r = create('one', { greeting => 'else' });
    is $r->{status}, 422, 'refused';
    is $r->{json}{code}, 'idempotency_mismatch', 'for that reason';
    is count(), 1, 'still one run';
};


subtest 'only success is kept' => sub {
    is create('bad', { greeting => 7 })->{status}, 422, 'wrong inputs';
    is create('bad', { greeting => 'right' })->{status}, 201,
        'may be corrected';
};


subtest 'a key has a form' => sub {
    is create('x' x 255)->{status}, 201, '255 characters';
    cmp_ok create('x' x 256)->{status}, '>=', 400, 'not 256';
    cmp_ok create('a b')->{status}, '>=', 400, 'visible ones';
};


subtest 'of fifty at once one makes the run' => sub {
    my $before  = count();
    my @answers = $site->together(50, sub {
        my $r = create('race');
        return [ $r->{status}, $r->{json}{run_id}, $r->{json}{code} ];
    });

    my %ids  = map { $_->[1] => 1 } grep { $_->[0] == 201 } @answers;
    my @rest = grep { $_->[0] != 201 } @answers;

    is scalar(@answers), 50, 'all were answered';
    is scalar(keys %ids), 1, 'with one run';
    is scalar(grep { ($_->[2] // '') ne 'idempotency_in_flight' } @rest), 0,
        'or that it is being made';
    is count() - $before, 1, 'and one there is';
};


subtest 'the key outlives everybody' => sub {
    my $id = create('kept')->{json}{run_id};
    $site->kill9_all;
    $site->restart;
    is create('kept')->{json}{run_id}, $id, 'it is the same run';
};


$site->log_is_calm;
done_testing;
