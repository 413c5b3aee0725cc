package LangOrch::Doc;

# Procedures for tests, as short as their tests need them.

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT_OK = qw(procedure sequence step chain approval);


# procedure('id', first node's id, { id => node }, %more members)

sub procedure {
    my ($id, $start, $nodes, %more) = @_;

    return {
        procedure_id   => $id,
        version        => '1.0.0',
        workflow_graph => { start_node => $start, nodes => $nodes },
        %more,
    };
}


sub sequence {
    my ($next, @steps) = @_;

    return {
        type  => 'sequence',
        agent => 'work',
        steps => \@steps,
        defined $next ? (next_node => $next) : (),
    };
}


# An agent's step whose result lands in a variable of its own name.

sub step {
    my ($id, %more) = @_;

    return {
        step_id         => $id,
        action          => $more{action} // $id,
        params          => { step => $id },
        output_variable => $id,
        %more,
    };
}


# n agent steps s1 .. sn of action `work`, one after the other.

sub chain {
    my ($id, $n, %more) = @_;

    return procedure($id, 'main', {
        main => sequence('end', map { step("s$_", action => 'work') } 1 .. $n),
        end  => { type => 'terminate', status => 'success' },
    }, %more);
}


sub approval {
    my ($id, %more) = @_;

    return procedure($id, 'ask', {
        ask => {
            type       => 'human_approval',
            prompt     => 'Go on?',
            on_approve => 'yes',
            on_reject  => 'no',
            %more,
        },
        yes => { type => 'terminate', outputs => { answer => 'approved' } },
        no  => { type => 'terminate', outputs => { answer => 'rejected' } },
    });
}


1;
