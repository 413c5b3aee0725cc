# A question waits for a person, is answered once, and the run goes on where the
# answer says (api 7, ckp 22, G5).

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);
use Time::Local qw(timegm);

use LangOrch::Doc qw(approval procedure);
use LangOrch::Site;

my $site = LangOrch::Site->start(procedures => ['one-approval']);


sub decision {
    my ($approval, $body) = @_;
    return $site->post("/api/approvals/$approval->{approval_id}/decision",
        $body);
}


sub stamp {
    my ($y, $m, @rest) = $_[0] =~ /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):([\d.]+)Z$/;
    my ($d, $h, $min, $s) = @rest;
    return timegm(int $s, $min, $h, $d, $m - 1, $y) + $s - int $s;
}


subtest 'a question shows what it is about' => sub {
    my $run = $site->run('one-approval', { item => 'the van' });
    my $a   = $run->wait_approval;

    is $a->{prompt}, 'Accept the van?', 'its text is filled in';
    is $a->{decision_type}, 'approve_reject', 'a yes or no';
    is_deeply $a->{context_data}, { item => 'the van' }, 'its context';
    is $a->{run_id}, $run->id, 'its run';
    is $a->{node_id}, 'ask', 'its node';
    is $a->{procedure_id}, 'one-approval', 'its procedure';
    ok $a->{can_decide}, 'I may answer';
    ok !defined $a->{expires_at}, 'for ever';

    my $one = $site->get("/api/approvals/$a->{approval_id}");
    is $one->{json}{run_status}, 'waiting_approval', 'the run waits';
    is $site->get('/api/approvals/none')->{status}, 404, 'no other is there';

    my $r = decision($a, { decision => 'approve', comment => 'it is old',
        decided_by => 'Ann' });
    is $r->{status}, 200, 'answered';
    is $r->{json}{status}, 'approved', 'yes';
    is $r->{json}{decided_by}, 'Ann', 'by her';
    is $r->{json}{comment}, 'it is old', 'with a word';
    ok !$r->{json}{can_decide}, 'once';

    my $end = $run->wait_final;
    is_deeply $end->{output_vars}, { answer => 'accepted the van' },
        'the run went that way';
    is scalar($run->events_of('step_completed')), 1,
        'without doing again what it had done';
};


subtest 'yes and no have many words' => sub {
    my %words = (
        approve => 'accepted', approved => 'accepted', yes => 'accepted',
        reject  => 'refused',  rejected => 'refused',  no  => 'refused',
    );

    for my $word (sort keys %words) {
        for my $member (qw(status decision resolved_decision option)) {
            my $run = $site->run('one-approval');
            is decision($run->wait_approval, { $member => $word })->{status},
                200, "$member: $word";
            like $run->wait_final->{output_vars}{answer}, qr/^$words{$word}/,
                "is $words{$word}";
        }
    }
};


subtest 'what is no answer decides nothing' => sub {
    my $run = $site->run('one-approval');
    my $a   = $run->wait_approval;

    for my $body ({}, { decision => 'perhaps' }, { decision => 7 },
        { decision => undef }, [], { decision => '' })
    {
        is decision($a, $body)->{status}, 422,
            LangOrch::Http::encode($body) . ' is refused';
    }
    is decision($a, '{')->{status}, 400, 'as is half an object';

    is $run->get->{status}, 'waiting_approval', 'the run waits';
    is decision($a, { decision => 'no' })->{status}, 200, 'for a real one';
};


subtest 'the second answer hears the first' => sub {
    my $run = $site->run('one-approval');
    my $a   = $run->wait_approval;
    decision($a, { decision => 'approve' });

    my $r = decision($a, { decision => 'reject' });
    is $r->{status}, 409, 'too late';
    is $r->{json}{code}, 'already_decided', 'as it is told';
    is $r->{json}{detail}, 'Approval not found or already decided', 'in words';
    is $r->{json}{approval}{status}, 'approved', 'with the answer that counts';

    is decision({ approval_id => 'none' }, { decision => 'approve' })->{status},
        404, 'what is not asked cannot be answered';
    is $run->wait_final->{output_vars}{answer}, 'accepted nothing',
        'the first one counts';
};


subtest 'of sixty-four answers one counts' => sub {
    my $run = $site->run('one-approval');
    my $a   = $run->wait_approval;

    my @answers = $site->together(64, sub {
        return decision($a,
            { decision => $_[0] % 2 ? 'approve' : 'reject',
              decided_by => "person$_[0]" })->{status};
    });

    is scalar(grep { $_ == 200 } @answers), 1,  'one decides';
    is scalar(grep { $_ == 409 } @answers), 63, 'the others hear which';
    is $run->wait_final->{status}, 'completed', 'the run goes on';
    is scalar($run->events_of('approval_decision_received')), 1, 'once';
};


subtest 'a list to choose from takes only what is on it' => sub {
    $site->import_document(approval('choose',
        decision_type => 'select_option',
        options       => [ 'red', { value => 'blue', label => 'Blue',
            next_node => 'no' } ]));

    my $run = $site->run('choose');
    my $a   = $run->wait_approval;

    is decision($a, { decision => 'approve' })->{status}, 422, 'no yes';
    is decision($a, { decision => 'green' })->{status}, 422, 'no other';

    my $r = decision($a, { decision => 'blue' });
    is $r->{json}{status}, 'blue', 'it is stored as itself';
    is $run->wait_final->{output_vars}{answer}, 'rejected',
        'and goes where it says';

    $run = $site->run('choose');
    $run->decide('red');
    is $run->wait_final->{output_vars}{answer}, 'approved',
        'or where yes would go';
};


subtest 'a question for text checks the text' => sub {
    $site->import_document(procedure('fill', 'ask', {
        ask => { type => 'human_approval', prompt => 'How much?',
            decision_type => 'provide_input', input_schema => {
                amount => { type => 'number', required => JSON::PP::true } },
            next_node => 'end' },
        end => { type => 'terminate', outputs => { amount => '{{amount}}' } },
    }));

    my $run = $site->run('fill');
    my $a   = $run->wait_approval;
    is $a->{decision_type}, 'provide_input', 'it says so';

    is decision($a, { decision => 'submitted', payload => { amount => 'x' } })
        ->{status}, 422, 'not any';

    my $r = decision($a, { decision => 'submitted', input => { amount => 12 } });
    is $r->{status}, 200, 'the right one';
    is $r->{json}{status}, 'approved', 'is a yes';
    is $run->wait_final->{output_vars}{amount}, 12, 'and becomes a variable';
};


subtest 'time answers when nobody does' => sub {
    my %expected = (auto_approve => [ 'approved', 'approved' ],
        auto_reject => [ 'rejected', 'rejected' ]);

    for my $action (sort keys %expected) {
        $site->import_document(approval("late-$action", timeout_ms => 300,
            timeout_action => $action));

        my $run = $site->run("late-$action");
        my $a   = $run->wait_for('approval_requested')->{payload};
        ok length $a->{expires_at}, 'it knows when';

        my ($status, $answer) = @{ $expected{$action} };
        is $run->wait_final->{output_vars}{answer}, $answer, "$action goes on";
        is scalar($run->events_of('approval_expired')), 1, 'as it tells';

        my $now = $site->get("/api/approvals/$a->{approval_id}")->{json};
        is $now->{status}, $status, 'the question is answered';
        is $now->{decided_by}, 'system:timeout', 'by the clock';
        is decision($now, { decision => 'approve' })->{status}, 409,
            'nobody else may';
    }

    $site->import_document(approval('late', timeout_ms => 300));
    my $run = $site->run('late');
    is $run->wait_final->{output_vars}{answer}, 'rejected',
        'without an action it goes where no would';
};


subtest 'a no that leads nowhere fails the run' => sub {
    $site->import_document(procedure('only-yes', 'ask', {
        ask => { type => 'human_approval', prompt => '?', on_approve => 'end' },
        end => { type => 'terminate' },
    }));
    my $run = $site->run('only-yes');
    $run->decide('reject', comment => 'never');
    is $run->wait_final->{status}, 'failed', 'as it must';
};


subtest 'an answer and the clock compete, and both know who won' => sub {
    $site->import_document(approval('race', timeout_ms => 400,
        timeout_action => 'auto_reject'));

    my @told = $site->together(24, sub {
        my ($n) = @_;
        my $run = $site->run('race');
        my $a   = $run->wait_approval;

        # from a little before its time is up to a little after it

        my $at = stamp($a->{expires_at}) + ($n - 16) / 500;
        1 while time < $at;

        my $r = decision($a, { decision => 'approve' });
        return [ $r->{status}, $run->wait_final->{output_vars}{answer} ];
    });

    my %seen = map { ("$_->[0] $_->[1]" => 1) } @told;
    is join(', ', grep { !/^(?:200 approved|409 rejected)$/ } sort keys %seen),
        '', 'what the client heard is what the run did';
};


subtest 'where nobody vouches for names, they are what is said' => sub {
    $site->import_document(approval('pair', required_approvals => 2,
        approvers => [ 'ann', 'bob', 'kim' ],
        forbid_self_approval => JSON::PP::true));

    my $run = $site->run('pair');
    my $a   = $run->wait_approval;
    ok $a->{can_decide}, 'whoever asks could be one of them';
    is decision($a, { decision => 'yes' })->{status}, 403, 'anonymous is not';
    is decision($a, { decision => 'yes', decided_by => 'eve' })->{status}, 403,
        'nor is she';
    is decision($a, { decision => 'yes', decided_by => 'system:timeout' })
        ->{status}, 422, 'nor is the clock';
    is decision($a, { decision => 'yes', decided_by => 'ann' })->{json}{status},
        'pending', 'she is one';
    is decision($a, { decision => 'yes', decided_by => 'ann' })->{status}, 409,
        'not two';
    is decision($a, { decision => 'yes', decided_by => 'kim' })->{json}{status},
        'approved', 'these are two';
    is $run->wait_final->{output_vars}{answer}, 'approved', 'as it asked for';
};


subtest 'what is submitted is checked by either kind of schema' => sub {
    $site->import_document(procedure('schema', 'ask', {
        ask => { type => 'human_approval', prompt => '?', next_node => 'end',
            decision_type => 'provide_input', input_schema => {
                type => 'object', required => ['pin'], properties => {
                    pin => { type => 'string', minLength => 4 } } } },
        end => { type => 'terminate', outputs => { n => '{{pin.length}}' } },
    }));

    my $run = $site->run('schema');
    my $a   = $run->wait_approval;
    is decision($a, { decision => 'submitted' })->{status}, 422, 'nothing';
    is decision($a, { decision => 'submitted', payload => { pin => '1' } })
        ->{status}, 422, 'too little';
    is decision($a, { decision => 'submitted', payload => { pin => '1234' } })
        ->{status}, 200, 'what it asks for';
    is $run->wait_final->{output_vars}{n}, 4, 'is used';

    $site->import_document(procedure('secret', 'ask', {
        ask => { type => 'human_approval', prompt => '?', next_node => 'end',
            decision_type => 'provide_input', input_schema => {
                code => { type => 'password', required => JSON::PP::true } } },
        end => { type => 'terminate', outputs => { n => '{{code.length}}' } },
    }));

    $run = $site->run('secret');
    $a   = $run->wait_approval;
    my $r = decision($a, { decision => 'submitted',
        payload => { code => 'open sesame' } });
    is $r->{json}{decision_payload}{code}, '***REDACTED***',
        'a password is not shown';
    is $run->wait_final->{output_vars}{n}, 11, 'but it arrives';
    unlike join('', map { $site->get($_)->{body} } "/api/audit?limit=10",
        "/api/approvals/$a->{approval_id}", $run->path('/events')),
        qr/open sesame/, 'nobody can read it';
};


subtest 'an acknowledgement knows no no' => sub {
    $site->import_document(approval('seen', decision_type => 'acknowledge'));
    my $run = $site->run('seen');
    my $a   = $run->wait_approval;
    is decision($a, { decision => 'no' })->{status}, 422, 'it is refused';
    is decision($a, { decision => 'acknowledged' })->{json}{status},
        'approved', 'it is seen';
    is $run->wait_final->{output_vars}{answer}, 'approved', 'the run goes on';
};


subtest 'questions are listed' => sub {
    my @runs = map { $site->run('one-approval') } 1 .. 3;
    $_->wait_approval for @runs;
    $runs[0]->decide('approve');

    my $pending = $site->get('/api/approvals?status=pending')->{json};
    is scalar(@$pending), 2, 'those that wait';
    is_deeply [ map { $_->{run_id} } @$pending ],
        [ map { $_->id } @runs[ 2, 1 ] ], 'newest first';

    my $page = $site->get('/api/approvals?status=pending&limit=1&total=true');
    is $page->{headers}{'x-total-count'}, 2, 'counted';
    is scalar @{ $page->{json} }, 1, 'paged';
    is $site->get('/api/approvals?procedure_id=choose&limit=1000')->{json}[0]
        {procedure_id}, 'choose', 'by procedure';
    is $site->get('/api/approvals?limit=1001')->{status}, 422, 'within bounds';
};


$site->log_is_calm;
done_testing;
