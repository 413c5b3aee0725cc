# Fifty equal requests while the first of them is being written: the disk is slow,
# so that all look before it is done, and one makes the run (G7).  The first turns
# of the others were made, too: nobody hears of them, and they hold no place.

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(chain);
use LangOrch::Fault;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Storm qw(long_or);

my $agent = LangOrch::Agent->start(script => { work => { result => 1 } });
my $fault = LangOrch::Fault->new;
my $site  = LangOrch::Site->start(workers => 2, fault => $fault,
    http => "langorch_runs_driven 20;\n");
my $count  = 'SELECT COUNT(*) FROM runs';
my $rounds = long_or(50, 2);

$site->register($agent);
$site->import_document(chain('one', 1));

for my $round (1 .. $rounds) {
    my $before = LangOrch::Store::value($site, $count);

    $fault->set(delay_ms => 200);
    my @answers = $site->together(50, sub {
        my $r = $site->post('/api/runs', { procedure_id => 'one' },
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

# more were refused than may be driven at once

is scalar(grep { $site->run('one')->wait_final->{status} eq 'completed' } 1 .. 8),
    8, 'there is room for others';
is scalar($agent->calls('work')), $rounds + 8, 'each run has called once';

$site->log_is_calm;
done_testing;
