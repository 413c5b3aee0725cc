# Loops, branches and child procedures inside each other: every path of a run has
# its own steps and keys, and a crash repeats only what was under way (ckp 8.2,
# 10.3, 10.4, 10.10).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => {
    work => sub {
        my ($call) = @_;
        my $p = $call->{json}{params};
        return $p->{hold} ? { result => $p->{v}, until => $p->{hold} }
                          : { result => $p->{v} };
    },
});

my $site = LangOrch::Site->start(workers => 2);
$site->register($agent);

sub do_work {
    my ($v, $hold) = @_;
    return { step_id => 'do', action => 'work', output_variable => 'got',
        params => { v => $v, hold => $hold } };
}

sub keys_of {
    my ($run) = @_;
    my %n;
    $n{ $_->{headers}{'idempotency-key'} }++
        for grep { $_->{json}{run_id} eq $run->id } $agent->calls('work');
    return \%n;
}

my %end = (type => 'terminate', outputs => { all => '{{all}}' });


subtest 'each iteration is called once, under a key of its own' => sub {
    $site->import_document(procedure('each', 'each', {
        each => { type => 'loop', iterator => 'rows', body_node => 'in',
            collect_variable => 'all', collect_expression => 'got',
            concurrency => 3, next_node => 'end' },
        in  => sequence(undef, do_work('{{item}}')),
        end => {%end},
    }, variables_schema => { rows => { type => 'array' } }));

    my $run = $site->run('each', { rows => [ 1 .. 20 ] });
    my $end = $run->wait_final;

    is $end->{status}, 'completed', 'all of them';
    is_deeply $end->{output_vars}{all}, [ 1 .. 20 ], 'in their order';
    is_deeply keys_of($run),
        { map { ($run->id . ":each[$_]/in/do" => 1) } 0 .. 19 }, 'once each';
};


subtest 'branches wait for different things' => sub {
    $site->import_document(procedure('fan', 'fan', {
        fan => { type => 'parallel', next_node => 'end', branches => [
            { branch_id => 'machine', start_node => 'm' },
            { branch_id => 'person',  start_node => 'p' } ] },
        m   => sequence(undef, do_work('M')),
        p   => { type => 'human_approval', prompt => '?', on_approve => '@end',
            on_reject => '@end', output_variable => 'said' },
        end => { type => 'terminate', outputs => { got => '{{got}}',
            said => '{{said.decision}}' } },
    }));

    my $run = $site->run('fan');
    my $a   = $run->wait_approval;

    $run->wait_for('branch_completed');
    $site->post("/api/approvals/$a->{approval_id}/decision",
        { decision => 'approve' });

    my $end = $run->wait_final;
    is_deeply $end->{output_vars}, { got => 'M', said => 'approved' },
        'what both wrote is there';
};


my $kid = procedure('kid', 'k', {
    k => sequence('out', do_work('{{n}}', '{{hold | null}}')),
    out => { type => 'terminate', outputs => { twice => '{{= got * 2 }}' } },
}, variables_schema => { n => { type => 'number', required => JSON::PP::true },
    hold => {} });

my $parent = procedure('parent', 'each', {
    each => { type => 'loop', iterator => 'rows', body_node => 'call',
        collect_variable => 'all', collect_expression => 'twice',
        next_node => 'end' },
    call => { type => 'subflow', procedure_id => 'kid', version => '^1.0',
        input_mapping => { n => 'item', hold => '{{hold}}' },
        output_mapping => { twice => 'twice' } },
    end => {%end},
}, variables_schema => { rows => { type => 'array' }, hold => {} });


subtest 'a child procedure is called for each item' => sub {
    $site->import_document($kid);
    $site->import_document($parent);

    my $run = $site->run('parent', { rows => [ 1, 2, 3 ] });
    my $end = $run->wait_final;

    is $end->{status}, 'completed', 'it ends';
    is_deeply $end->{output_vars}{all}, [ 2, 4, 6 ], 'with what they gave';
    is scalar($run->events_of('subflow_started')), 3, 'three times';
};


subtest 'everything is killed inside a child inside a loop' => sub {
    my $run = $site->run('parent', { rows => [ 1, 2 ], hold => 'all' });

    until_true('the child calls', sub { keys %{ keys_of($run) } == 1 });
    $site->kill9_all;
    $agent->release('all');
    $site->restart;

    my $end = $run->wait_final;
    is $end->{status}, 'completed', 'the run goes on';
    is_deeply $end->{output_vars}{all}, [ 2, 4 ], 'to its end';
    is_deeply [ sort keys %{ keys_of($run) } ],
        [ map { $run->id . ":each[$_]/call/sub/k/do" } 0, 1 ],
        'with the keys that it had';

    my @seq = map { $_->{seq} } $run->events;
    is_deeply \@seq, [ 1 .. @seq ], 'its events have no hole';
};


subtest 'a run keeps the child that it began with' => sub {
    my $run = $site->run('parent', { rows => [ 5, 6 ], hold => 'pin' });

    until_true('the child calls', sub { keys %{ keys_of($run) } == 1 });
    $site->import_document({ %$kid, version => '1.1.0' });
    $agent->release('pin');

    my $end = $run->wait_final;
    is_deeply $end->{output_vars}{all}, [ 10, 12 ], 'it completes';
    my %versions = map { $_->{payload}{version} => 1 }
        $run->events_of('subflow_started');
    is_deeply [ keys %versions ], ['1.0.0'], 'with the version of its start';

    my $later = $site->run('parent', { rows => [7] });
    $later->wait_final;
    my ($started) = $later->events_of('subflow_started');
    is $started->{payload}{version}, '1.1.0', 'a later run takes the newer';
};


subtest 'a child that is not there fails the node' => sub {
    $site->import_document(procedure('orphan', 'call', {
        call => { type => 'subflow', procedure_id => 'nobody' },
    }));

    my $end = $site->run('orphan')->wait_final;
    is $end->{status}, 'failed', 'and the run';
    like $end->{error_message}, qr/nobody.*no such procedure/, 'which says so';
};


$site->log_is_calm;

done_testing;
