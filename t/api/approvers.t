# Who asks, and who may answer a question: levels, lists, one's own runs, and
# several who have to agree (api 1.6 to 1.8, 7, ckp 22.1, 22.3).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(approval);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

# Names as another module of NGINX would give them.

my $site = LangOrch::Site->start(workers => 2, identity => 'on', http => <<'END');
map $http_x_name   $name   { default $http_x_name; }
map $http_x_groups $groups { default $http_x_groups; }
langorch_user   $name;
langorch_groups $groups;
langorch_approval_level board manager directors;
langorch_approval_level executive manager;
END


sub as {
    my ($name, $groups) = @_;
    return (headers => { 'X-Name' => $name, 'X-Groups' => $groups // '' });
}

sub decide {
    my ($approval, $body, @who) = @_;
    return $site->post("/api/approvals/$approval->{approval_id}/decision",
        ref $body ? $body : { decision => $body }, @who);
}

# Everything is started by olga, an operator, unless a test says otherwise.

sub operator { $site->headers('X-Name' => 'olga', 'X-Groups' => 'operator') }
operator();

# A run that waits for an answer, and its question.

sub ask {
    my ($id, %more) = @_;
    $site->import_document(approval($id, %more)) if %more;
    my $run = $site->run($id);
    return ($run, $run->wait_approval);
}


subtest 'who is not known is let in nowhere' => sub {
    $site->headers;
    is $site->get('/api/approvals')->{status}, 401, 'nobody';
    is $site->get('/api/health')->{status}, 200, 'but for health';
    is $site->get('/api/runs', as('x' x 300, 'admin'))->{status}, 401,
        'a name without end is none';
    is $site->get('/api/runs', as('system:timeout', 'admin'))->{status}, 401,
        'nor one of the system';
    is $site->get('/api/runs', as('ann'))->{status}, 200,
        'who has no group may look';

    my $r = $site->post('/api/runs', { procedure_id => 'x' }, as('ann'));
    is $r->{status}, 403, 'and no more';
    is $r->{json}{detail}, "Role 'operator' or higher is required", 'as told';
    is $site->post('/api/runs', { procedure_id => 'x' },
        as('ann', 'staff, operator'))->{status}, 404, 'the highest one counts';
    operator();
};


subtest 'the caller is who answered, whoever else is named' => sub {
    my ($run, $a) = ask('plain', approval_level => 'standard');
    is $run->get->{created_by}, 'olga', 'a run is its starter\'s';

    my $r = decide($a, { decision => 'yes', decided_by => 'the boss',
        comment => 'fine' }, as('ann', 'approver'));
    is $r->{json}{decided_by}, 'ann', 'she did it';
    is_deeply $r->{json}{decision_payload}, { decision => 'approved',
        comment => 'fine', on_behalf_of => 'the boss' }, 'for somebody';

    my ($row) = @{ $site->get('/api/audit?category=approval',
        as('eve', 'admin'))->{json}{events} };
    is $row->{actor}, 'ann', 'the audit knows';
    is $row->{auth_method}, 'variable', 'and how she was known';
};


subtest 'a level asks for a role' => sub {
    my %enough = (standard => 'approver', approver => 'approver',
        operator => 'operator', manager => 'manager', admin => 'admin',
        executive => 'manager', unheard => 'approver');
    my @roles = qw(viewer approver operator manager admin);

    for my $level (sort keys %enough) {
        my ($run, $a) = ask("level-$level", approval_level => $level);

        for my $role (@roles) {
            my $r = decide($a, 'yes', as('ann', $role));
            my $one = $site->get("/api/approvals/$a->{approval_id}",
                as('eve', $role))->{json};

            if ($role ne $enough{$level}) {
                is $r->{status}, 403, "$level: not $role";
                is $r->{json}{code}, $role eq 'viewer' ? 'forbidden'
                    : 'level_required', 'as told';
                is $r->{json}{required_level}, $level, 'what it asks for'
                    if $role ne 'viewer';
                ok !$one->{can_decide}, 'and was to be seen';
                next;
            }

            is $r->{status}, 200, "$level: $role";
            last;
        }
    }
};


subtest 'a level can ask for a group, too' => sub {
    my ($run, $a) = ask('board', approval_level => 'board');
    is decide($a, 'yes', as('max', 'manager'))->{status}, 403, 'not any';
    is decide($a, 'yes', as('kim', 'directors approver'))->{status}, 403,
        'nor the group alone';
    is decide($a, 'yes', as('max', 'manager,directors'))->{status}, 200, 'both';
};


subtest 'approvers are people, roles or groups' => sub {
    my ($run, $a) = ask('listed', approvers => [ 'ann', 'manager', 'finance' ]);
    is_deeply $a->{approvers}, [ 'ann', 'manager', 'finance' ], 'it says who';

    my $r = decide($a, 'yes', as('bob', 'approver'));
    is $r->{status}, 403, 'nobody else';
    is $r->{json}{code}, 'forbidden', 'as told';

    for my $who ([ 'ann', 'approver' ], [ 'max', 'manager' ], [ 'eve', 'admin' ],
        [ 'bob', 'approver finance' ])
    {
        my ($other, $b) = ask('listed');
        ok $site->get("/api/approvals/$b->{approval_id}", as(@$who))
            ->{json}{can_decide}, "$who->[0] can see it";
        is decide($b, 'yes', as(@$who))->{status}, 200, "$who->[0] may";
    }

    is decide($a, 'yes', as('ann', 'viewer'))->{status}, 403,
        'the list is beside the level, not in its place';
};


subtest 'who starts a run may be kept from deciding it' => sub {
    my ($run, $a) = ask('own', forbid_self_approval => JSON::PP::true);
    my $r = decide($a, 'yes', as('olga', 'admin'));
    is $r->{status}, 403, 'whatever the role';
    is $r->{json}{code}, 'forbidden', 'as told';
    ok $a->{forbid_self_approval}, 'it could be known';
    is decide($a, 'yes', as('ann', 'approver'))->{status}, 200, 'another one';

    my ($mine, $b) = ask('own-free', forbid_self_approval => JSON::PP::false);
    is decide($b, 'yes', as('olga', 'operator'))->{status}, 200,
        'else one may';
};


subtest 'several have to agree' => sub {
    my ($run, $a) = ask('three', required_approvals => 3);
    is $a->{required_approvals}, 3, 'it says how many';

    my $r = decide($a, { decision => 'yes', comment => 'ok' },
        as('ann', 'approver'));
    is $r->{status}, 200, 'one is taken';
    is $r->{json}{status}, 'pending', 'and not enough';
    is_deeply [ map { my %v = (%$_, decided_at => undef); delete $v{shown_hash}; \%v }
            @{ $r->{json}{votes} } ],
        [ { decided_by => 'ann', decision => 'approved', comment => 'ok',
            decided_at => undef } ], 'it is to be seen';
    ok !$site->get("/api/approvals/$a->{approval_id}", as('ann', 'approver'))
        ->{json}{can_decide}, 'she has had her say';

    $r = decide($a, 'no', as('ann', 'approver'));
    is $r->{status}, 409, 'nobody counts twice';
    is $r->{json}{code}, 'conflict', 'as told';
    is $r->{json}{approval}{status}, 'pending', 'with how it stands';

    decide($a, 'yes', as('bob', 'approver'));
    is $run->get->{status}, 'waiting_approval', 'two are not enough';
    $r = decide($a, 'yes', as('max', 'manager'));
    is $r->{json}{status}, 'approved', 'three are';
    is $r->{json}{decided_by}, 'max', 'the last one decides';
    is join(' ', map { $_->{decided_by} } @{ $r->{json}{votes} }),
        'ann bob max', 'all are on record';

    is $run->wait_final->{output_vars}{answer}, 'approved', 'the run goes on';
    is join(' ', map { $_->{payload}{decided_by} }
        $run->events_of('approval_vote_received')), 'ann bob max',
        'each is in its timeline';
    is scalar($run->events_of('approval_decision_received')), 1, 'one decides';

    my $rows = $site->get("/api/audit?category=approval&resource_id="
        . $a->{approval_id}, as('eve', 'admin'))->{json}{events};
    my @actors = grep { $_ ne 'olga' } map { $_->{actor} }
        grep { ($_->{resource_id} // '') eq $a->{approval_id} } @$rows;
    is join(' ', sort @actors), 'ann bob max', 'and in the audit';
};


subtest 'one no is enough' => sub {
    my ($run, $a) = ask('three');
    decide($a, 'yes', as('ann', 'approver'));
    is decide($a, 'no', as('bob', 'approver'))->{json}{status}, 'rejected',
        'whoever said yes before';
    is $run->wait_final->{output_vars}{answer}, 'rejected', 'the run hears it';
    is decide($a, 'yes', as('max', 'manager'))->{json}{code},
        'already_decided', 'and it is over';
};


subtest 'a choice has to be the same' => sub {
    my ($run, $a) = ask('colour', decision_type => 'select_option',
        required_approvals => 2, options => [ 'red', { value => 'blue',
            next_node => 'no' } ]);
    decide($a, 'red', as('ann', 'approver'));
    is decide($a, 'blue', as('bob', 'approver'))->{json}{status}, 'pending',
        'one each';
    is decide($a, 'blue', as('max', 'manager'))->{json}{status}, 'blue',
        'two are';
    is $run->wait_final->{output_vars}{answer}, 'rejected', 'where it leads';
};


subtest 'of sixty-four who vote at once as many count as are needed' => sub {
    my ($run, $a) = ask('five', required_approvals => 5);

    my @answers = $site->together(64, sub {
        return decide($a, 'yes', as("n$_[0]", 'approver'));
    });
    my @taken = grep { $_->{status} == 200 } @answers;

    is scalar(@taken), 5, 'five are taken';
    is scalar(grep { ($_->{json}{code} // '') eq 'already_decided' } @answers),
        59, 'the others hear that it is over';
    is scalar(grep { $_->{json}{status} eq 'approved' } @taken), 1,
        'one of them was the last';
    is $run->wait_final->{status}, 'completed', 'the run goes on';
    is scalar($run->events_of('approval_decision_received')), 1, 'once';

    ($run, $a) = ask('five');
    my @same = $site->together(64, sub {
        return decide($a, 'yes', as('n' . ($_[0] % 3), 'approver'))->{status};
    });
    is scalar(grep { $_ == 200 } @same), 3, 'three people have three votes';
    is $run->get->{status}, 'waiting_approval', 'however often they ask';
};


subtest 'who may answer changes with the level' => sub {
    my ($run, $a) = ask('rises', timeout_ms => 100, timeout_action => 'escalate',
        required_approvals => 2, escalation => { level => 'admin',
            timeout_ms => 3600000 });

    my $first = decide($a, 'yes', as('ann', 'approver'));
    $run->wait_for('approval_escalated');
    my $now = $site->get("/api/approvals/$a->{approval_id}")->{json};
    is $now->{approval_level}, 'admin', 'nobody answered in time';
    is $now->{escalation_count}, 1, 'as it tells';
    is decide($a, 'yes', as('bob', 'manager'))->{json}{required_level},
        'admin', 'now it is another\'s';
    is decide($a, 'no', as('eve', 'admin'))->{json}{status}, 'rejected',
        'who decides';
    ok +($run->wait_final, 1), 'the run goes on';
};


subtest 'approving can be apart from all other rights' => sub {
    $site->configure(server => "langorch_separation on;\n");
    $site->reload;

    my ($run, $a) = ask('apart', approval_level => 'operator');
    is decide($a, 'yes', as('max', 'manager'))->{status}, 403,
        'a manager is no approver by that';
    is decide($a, 'yes', as('ann', 'approver'))->{json}{code},
        'level_required', 'the level counts besides';
    is decide($a, 'yes', as('olga', 'operator approver'))->{status}, 403,
        'it is her own run';
    is decide($a, 'yes', as('max', 'manager approver'))->{status}, 200,
        'who is both may';

    ($run, $a) = ask('apart');
    is decide($a, 'yes', as('eve', 'admin'))->{status}, 200, 'an admin is both';
};


subtest 'names of roles can be the site\'s own' => sub {
    $site->configure(server => "langorch_role clerks operator;\n"
        . "langorch_role deciders approver;\n");
    $site->reload;
    $site->headers('X-Name' => 'olga', 'X-Groups' => 'clerks');

    my ($run, $a) = ask('plain');
    is decide($a, 'yes', as('ann', 'admin'))->{status}, 403,
        'then others mean nothing';
    is decide($a, 'yes', as('ann', 'deciders'))->{status}, 200, 'but these do';
};


$site->log_is_calm;
done_testing;
