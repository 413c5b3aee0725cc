# A question that nobody answers is told of again, in the timeline and to the
# site's webhook, until somebody does (ckp 22.1).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(approval);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $hook = LangOrch::Agent->start(web => sub { return { status => 204,
    body => '' } });
my $site = LangOrch::Site->start(workers => 2,
    http => 'langorch_alert_url ' . $hook->url('/alerts') . ';');


sub reminded {
    my ($run) = @_;
    return grep { $_->{json}{event} eq 'approval_reminder'
        && $_->{json}{run_id} eq $run->id } $hook->calls;
}


$site->import_document(approval('asks', reminder_ms => 300,
    escalation_contact => 'lead@example.org'));

my $run = $site->run('asks');
my $ask = $run->wait_approval;

until_true('it is told of three times', sub {
    return scalar(my @r = reminded($run)) >= 3 }, 30);

my @told = $run->events_of('approval_reminder');
cmp_ok scalar(@told), '>=', 3, 'the timeline has it';
is_deeply [ map { $_->{payload}{count} } @told[ 0 .. 2 ] ], [ 1, 2, 3 ],
    'with its number';
is $told[0]{payload}{approval_id}, $ask->{approval_id}, 'and its question';
my ($first) = reminded($run);
is $first->{json}{contact} // $first->{json}{escalation_contact},
    'lead@example.org', 'the webhook hears whom it is for';
is $first->{json}{node_id}, $ask->{node_id}, 'and of which node';

$site->kill9_all;
$site->restart;
my $before = () = reminded($run);
until_true('it goes on after a crash', sub {
    return scalar(my @r = reminded($run)) > $before }, 30);

$site->post("/api/approvals/$ask->{approval_id}/decision",
    { decision => 'yes' });
is $run->wait_final->{status}, 'completed', 'somebody answers';
is +($run->events)[-1]{event_type}, 'run_completed', 'and that is the end of it';

$site->log_is_calm;

done_testing;
