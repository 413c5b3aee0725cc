# Sixty-four deciders of one approval while workers are killed: one answer counts,
# everybody is told the same one, and the run goes on once (G5).

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);

use LangOrch::Site;
use LangOrch::Storm qw(long_or);
use LangOrch::Wait qw(pause);

my $rounds = $ENV{ROUNDS} || long_or(30, 3);
my $site   = LangOrch::Site->start(workers => 2, procedures => ['one-approval']);


# Asks until it is answered: what it heard, and what counts.

sub decide {
    my ($id, $decision) = @_;
    my $until = time + 30;

    while (time < $until) {
        my $r = $site->post("/api/approvals/$id/decision",
            { decision => $decision }, timeout => 5);
        return [ $r->{status}, ($r->{status} == 200 ? $r->{json}
            : $r->{json}{approval})->{status} ]
            if $r->{status} == 200 || $r->{status} == 409;
        pause(0.05);
    }
    return [ 0, 'nothing' ];
}


for my $round (1 .. $rounds) {
    subtest "round $round" => sub {
        my $run = $site->run('one-approval');
        my $id  = $run->wait_approval->{approval_id};

        my @told = $site->together(65, sub {
            my ($n) = @_;

            if ($n == 64) {
                pause(rand 0.05);
                if ($round % 3 == 0) { $site->kill9_all; $site->restart }
                else                 { $site->kill9_worker }
                return;
            }
            return decide($id, $n % 2 ? 'approve' : 'reject');
        });

        # those of the test's other processes

        $site->{killed}{$_} = 1 for $site->log =~
            /worker process (\d+) exited on signal 9/g;

        is scalar(@told), 64, 'all were answered';
        cmp_ok scalar(grep { $_->[0] == 200 } @told), '<=', 1,
            'at most one heard that he decided';

        my %say = map { $_->[1] => 1 } @told;
        is scalar(keys %say), 1, 'all heard of one decision';

        my $end = $run->wait_final;
        my ($said) = keys %say;
        is $end->{output_vars}{answer},
            ($said eq 'approved' ? 'accepted' : 'refused') . ' nothing',
            'it is what the run did';
        is scalar($run->events_of('approval_decision_received')), 1, 'once';
        is scalar($run->events_of('step_completed')), 1,
            'and no step was done again';
    };
}

$site->log_is_calm;
done_testing;
