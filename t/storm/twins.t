# Fifty equal requests while the first of them is being written: the disk is slow,
# so that all look before it is done, and one makes the run (G7).

use strict;
use warnings;

use Test::More;

use LangOrch::Fault;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Storm qw(long_or);

my $fault = LangOrch::Fault->new;
my $site  = LangOrch::Site->start(workers => 2, fault => $fault,
    procedures => ['log-only']);
my $count = 'SELECT COUNT(*) FROM runs';

for my $round (1 .. long_or(50, 2)) {
    my $before = LangOrch::Store::value($site, $count);

    $fault->set(delay_ms => 200);
    my @answers = $site->together(50, sub {
        my $r = $site->post('/api/runs', { procedure_id => 'log-only' },
            headers => { 'Idempotency-Key' => "twin-$round" });
        return [ $r->{status}, $r->{json}{run_id} // $r->{json}{code} ];
    });
    $fault->well;

    my %runs = map { $_->[1] => 1 } grep { $_->[0] == 201 } @answers;
    is scalar(@answers), 50, 'all were answered';
    is scalar(keys %runs), 1, 'those that were told of a run, of one';
    is join(' ', grep { $_ ne 'idempotency_in_flight' && $_ ne 'store_busy' }
        map { $_->[1] } grep { $_->[0] != 201 } @answers), '',
        'the others that it is being made';
    is LangOrch::Store::value($site, $count) - $before, 1, 'one there is';
}

$site->log_is_calm;
done_testing;
