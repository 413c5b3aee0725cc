# What builders and dashboards ask of the server itself: node types, workers, and
# cases, of which there are none (api 2, 16, 20).

use strict;
use warnings;

use Test::More;

use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 2);


subtest 'node types and what they have' => sub {
    my %type = map { $_->{type} => $_ } @{ $site->get('/api/node-types')->{json} };

    is join(' ', sort keys %type), 'dag human_approval llm_action logic loop'
        . ' parallel processing sequence subflow terminate transform'
        . ' verification', 'all twelve';
    is $type{loop}{color}, '#8B5CF6', 'with the colour they are drawn in';
    is_deeply $type{loop}{transitions}, [qw(body_node next_node)],
        'where they lead';
    is_deeply $type{terminate}{transitions}, [], 'an end leads nowhere';

    my %field = map { $_->{name} => $_ } @{ $type{human_approval}{fields} };
    is_deeply $field{timeout_action}{enum}, [qw(auto_approve approve
        auto_reject reject escalate fail)], 'words to choose from';
    is $field{required_approvals}{default}, 1, 'defaults';
    is $field{on_approve}{type}, 'node', 'types';
    ok $field{error_handlers}{common} && !$field{on_approve}{common},
        'and which of them all have';
    my ($body) = grep { $_->{name} eq 'body_node' } @{ $type{loop}{fields} };
    ok $body->{required}, 'and which must be there';
};


sub workers { return @{ $site->get('/api/orchestrators')->{json} } }

subtest 'workers' => sub {
    my @all = until_true('both have said so', sub {
        my @w = workers();
        return @w == 2 && \@w;
    });
    is_deeply [ sort map { $_->{pid} } @{ $all[0] } ], [ sort $site->workers ],
        'one for each process';
    cmp_ok scalar(grep { $_->{is_leader} } @{ $all[0] }), '<=', 1,
        'of whom one does what a site does once';

    for my $w (@{ $all[0] }) {
        is $w->{status}, 'online', "$w->{pid} is there";
        like $w->{worker_id}, qr/^\Q$w->{node_id}:$w->{pid}:\E/, 'by its name';
        like $w->{last_heartbeat_at}, qr/Z$/, 'and was heard';
    }

    my $dead = $site->kill9_worker;
    until_true('the dead one is gone', sub {
        my %there = map { $_->{pid} => 1 } workers();
        return !$there{$dead} && 2 == grep { $there{$_} } $site->workers;
    });
    pass 'who died is followed by another';
};


is_deeply $site->get($_)->{json}, [], "$_ is empty"
    for qw(/api/cases /api/cases/queue);
is $site->get('/api/cases/1')->{status}, 404, 'there is nothing below';

$site->log_is_calm;
done_testing;
