# A disk that fails now and then, at each place where it can: a write, a sync, a
# read.  What was told is true, the file is sound, nothing recorded is sent again
# (G1, G14, reliability.md 3 "EIO or failed sync").

use strict;
use warnings;

use Errno qw(EIO ENOSPC);
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(chain);
use LangOrch::Fault;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Storm qw(long_or);
use LangOrch::Wait qw(until_true);

my $places = $ENV{PLACES} || long_or(60, 2);

my $agent = LangOrch::Agent->start;
my $fault = LangOrch::Fault->new;
my $site  = LangOrch::Site->start(workers => 1, fault => $fault,
    procedures => ['one-approval']);
my ($worker) = $site->workers;
$site->register($agent);
$site->import_document(chain('four', 4));

my $serial = 0;


# Creates a run as a client should: the same request until it is answered.

sub insist {
    my ($answers) = @_;
    my $key = 'key-' . ++$serial;

    return until_true('the run is taken', sub {
        my $r = $site->post('/api/runs', { procedure_id => 'four' },
            headers => { 'Idempotency-Key' => $key });
        $answers->{ $r->{status} }++;
        return $r->{status} =~ /^20[01]$/
            ? $site->run_by_id($r->{json}{run_id}) : undef;
    });
}


sub is_whole {
    my ($run) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    is $run->wait_final->{status}, 'completed', 'the run completes';

    my @calls = grep { $_->{json}{run_id} eq $run->id } $agent->calls('work');
    my (%key, %n, @order);
    for my $call (@calls) {
        my $step = $call->{json}{step_id};
        push @order, $step if !$n{$step}++;
        $key{ $call->{headers}{'idempotency-key'} } = 1;
    }
    is "@order", 's1 s2 s3 s4', 'each step was sent, in order';
    is scalar(keys %key), 4, 'with one key each';
    is join(' ', map { $_->{json}{step_id} } @calls),
        join(' ', map { ($_) x $n{$_} } @order),
        'none after the result of a later one';

    my @seq = map { $_->{seq} } $run->events;
    is_deeply \@seq, [ 1 .. @seq ], 'its events have no hole';
    is scalar($run->events_of('step_completed')), 4, 'it has four results';
    return scalar(@calls) - 4;
}


subtest 'a commit goes to the log in one piece' => sub {
    is_whole(insist({}));               # the log has been begun
    $fault->set(files => 2);

    my %had = map { $_ => $fault->seen($_) } qw(write sync);
    is_whole(insist({}));
    my %n = map { $_ => $fault->seen($_) - $had{$_} } qw(write sync);

    cmp_ok $n{sync}, '>=', 5, 'a run of four steps is committed step by step';
    cmp_ok $n{write}, '<=', $n{sync} + 2,
        "$n{write} writes for $n{sync} syncs";
    $fault->set(files => 3);
};


for my $kind ([ sync => EIO ], [ write => EIO ], [ write => ENOSPC ],
    [ truncate => EIO ])
{
    my ($op, $error) = @$kind;
    my $repeated = 0;

    for my $skip (0 .. $places - 1) {
        subtest "$op number " . ($skip + 1) . " fails with $error" => sub {
            my %answers;

            $fault->set(torn => $skip % 2);
            $fault->fail($op, $error, skip => $skip, times => 1);

            my @runs = map { insist(\%answers) } 1 .. 3;
            is join(' ', grep { !/^(?:201|503)$/ } keys %answers), '',
                'clients hear that it is done, or that it cannot be now';
            $repeated += is_whole($_) for @runs;

            $fault->well;
        };
    }
    note "$op: $repeated calls were repeated";
}


# Whoever takes the run may have it in the file, and not know: nobody else would
# ever take it.

subtest 'a claim, whose answer is lost, is given back' => sub {
    for my $skip (0 .. 5) {
        my $run = $site->run('one-approval');
        my $id  = $run->wait_approval->{approval_id};
        until_true('it is nobody\'s', sub {
            return LangOrch::Store::value($site, "SELECT owner IS NULL FROM runs"
                . " WHERE run_id = '" . $run->id . "'");
        });

        $fault->fail('sync', EIO, skip => $skip, times => 1);
        until_true('it is decided', sub {
            return $site->post("/api/approvals/$id/decision",
                { decision => 'approve' })->{status} =~ /^(?:200|409)$/;
        });
        is $run->wait_final->{status}, 'completed', "the run goes on: $skip";
        $fault->well;
    }
};


subtest 'a sync fails for good' => sub {
    my $before = LangOrch::Store::value($site, 'SELECT COUNT(*) FROM runs');

    $fault->fail('sync', EIO);
    my $r = $site->post('/api/runs', { procedure_id => 'four' });
    is $r->{status}, 503, 'a run is refused';
    until_true('readiness tells', sub {
        $site->get('/api/health/ready')->{json}{checks}{store} eq 'io';
    });
    is $site->get('/api/runs?limit=1')->{status}, 200, 'reads go on';
    is $site->post('/api/runs', { procedure_id => 'four' })->{json}{code},
        'unavailable', 'writes are refused by their code';
    my $calls = () = $agent->calls('work');
    $fault->wait_fired('sync', 2);
    is scalar(() = $agent->calls('work')), $calls, 'nothing is sent';

    $fault->well;
    is_whole(insist({}));
    cmp_ok LangOrch::Store::value($site, 'SELECT COUNT(*) FROM runs'), '<=',
        $before + 2, 'what was refused is not there, or once';
};


subtest 'a read fails' => sub {
    my $run = insist({});
    is_whole($run);

    $fault->fail('read', EIO);
    my %answers;
    until_true('somebody has to read', sub {
        $answers{ $site->get($_)->{status} }++
            for '/api/runs?limit=100', $run->path('/events'), '/api/audit';
        return $fault->fired('read');
    });
    is join(' ', grep { !/^(?:200|503)$/ } keys %answers), '',
        'clients hear that it cannot be now';
    is $site->get('/api/health')->{status}, 200, 'the site lives';

    $fault->well;
    is_whole(insist({}));
    is_whole($run);
};


is_deeply [ $site->workers ], [$worker], 'one worker went through all of it';
ok LangOrch::Store::is_sound($site), 'the database is sound';

my @unrest = grep { !/cannot (?:commit|write|read|use)/ } $site->unrest;
is_deeply \@unrest, [], 'the log has nothing else to say';
done_testing;
