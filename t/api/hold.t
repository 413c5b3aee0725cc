# An operator holds a run and lets go of it (api 4.6, ckp 31.2).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(chain approval);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => {
    work => sub {
        my ($call, $n) = @_;
        return $call->{json}{step_id} eq 's2'
            ? { result => 2, until => $call->{json}{run_id} } : { result => 1 };
    },
});

my $site = LangOrch::Site->start(workers => 2);
$site->register($agent);
$site->import_document(chain('three', 3));
$site->import_document(approval('asks'));

sub calls_of {
    my ($run) = @_;
    return join ' ', map { $_->{json}{step_id} }
        grep { $_->{json}{run_id} eq $run->id } $agent->calls('work');
}


subtest 'a run holds when the step under way is over' => sub {
    my $run = $site->run('three');
    until_true('the second step is called', sub { calls_of($run) =~ /s2/ });

    my $r = $site->post($run->path('/pause'), { reason => 'look at it' });
    is $r->{status}, 200, 'asked';

    $agent->release($run->id);
    my $paused = $run->wait_for('run_paused');
    is $paused->{payload}{reason}, 'look at it', 'it says why';
    is $run->get->{status}, 'paused', 'and is paused';
    is calls_of($run), 's1 s2', 'the third step was not begun';

    is $site->post($run->path('/pause'), {})->{status}, 409, 'once';

    $site->kill9_all;
    $site->restart;
    is $run->get->{status}, 'paused', 'a restart does not let go of it';

    is $site->post($run->path('/resume'), {})->{status}, 200, 'let go';
    is $run->wait_final->{status}, 'completed', 'it goes on';
    is calls_of($run), 's1 s2 s3', 'with the third step';

    my ($resumed) = grep { $_->{payload}{resume_reason} eq 'operator_resume' }
        $run->events_of('execution_resumed');
    ok $resumed, 'and tells of it';
};


subtest 'a run that waits for a person is held at once' => sub {
    my $run = $site->run('asks');
    my $a   = $run->wait_approval;

    $site->post($run->path('/pause'), {});
    $run->wait_for('run_paused');
    $site->post("/api/approvals/$a->{approval_id}/decision",
        { decision => 'approve' });
    $run->wait_for('approval_decision_received');
    is $run->get->{status}, 'paused', 'an answer is taken, no more';

    $site->post($run->path('/resume'), {});
    is $run->wait_final->{status}, 'completed', 'then it goes its way';
};


subtest 'what cannot be held or let go is told' => sub {
    my $run = $site->run('asks');
    my $a   = $run->wait_approval;

    is $site->post($run->path('/resume'), {})->{status}, 409, 'not held';
    $site->post($run->path('/cancel'), {});
    is $site->post($run->path('/pause'), {})->{status}, 409, 'over';
    is $site->post('/api/runs/none/pause', {})->{status}, 404, 'not there';
    is $site->post($run->path('/pause'), { reason => 7 })->{status}, 422,
        'no reason';
};


$site->log_is_calm;
done_testing;
