# Sixty-four calls of models at once, by four workers: whatever a budget is for, what
# is asked for never goes beyond it, and what is left is spent later (api 13;
# ckp 23.7; reliability.md, "budgets").

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Llm;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

# A call may cost an eighth of a dollar, and comes to half of that; sums are exact.

my $may = 0.125;
my $llm = LangOrch::Llm->start(script => {
    slow => sub { { text => 'ok', until => $_[0]{json}{messages}[-1]{content}, usage => {
        prompt_tokens => 1, completion_tokens => 50 } } },
    quick => sub { { text => 'ok', usage => { prompt_tokens => 1, completion_tokens => 50 } } },
});
my $site = LangOrch::Site->start(workers => 4);
my $at   = '/api/llm/budgets';
my $n    = 0;

my %llm = (llm => { profiles => { map { $_ => { model => $_, base_url => $llm->base_url,
    cost_per_1k => { prompt => 0, completion => 1.25 } } } qw(slow quick) } });

sub ask {
    my ($profile, $next) = @_;
    return { type => 'llm_action', prompt => 'go-{{word}}', profile => $profile,
        max_tokens => 100, retry => { max_retries => 0 }, next_node => $next };
}

sub asks {
    my ($id, $profile, %more) = @_;
    my $r = $site->post('/api/procedures', { %more, ckp_json => procedure($id, 'ask', {
        ask => ask($profile, 'end'), end => { type => 'terminate' } },
        variables_schema => { word => { type => 'string' } }, global_config => \%llm) });
    is $r->{status}, 201, "$id is there" or diag $r->{body};
    return $id;
}

# A loop of so many calls at a time.

sub loops {
    my ($id, $profile, %config) = @_;
    $site->import_document(procedure($id, 'fan', {
        fan => { type => 'loop', iterator => 'n', iterator_variable => 'i',
            concurrency => 64, body_node => 'ask', next_node => 'end' },
        ask => ask($profile, 'fan'),
        end => { type => 'terminate' },
    }, variables_schema => { n => { type => 'array' }, word => { type => 'string' } },
        global_config => { %llm, %config }));
    return $id;
}

sub budget {
    my ($name, %b) = @_;
    my $r = $site->put("$at/$name", \%b);
    is $r->{status}, 200, "budget $name" or diag $r->{body};
    return;
}

sub none { $site->del("$at/$_->{name}") for @{ $site->get($at)->{json} }; return }

sub use_of {
    my ($name) = @_;
    my ($b) = grep { $_->{name} eq $name } @{ $site->get($at)->{json} };
    return @{ $b->{use} };
}

sub heard { return grep { $_->{json}{messages}[-1]{content} eq "go-$_[0]" } $llm->calls('slow') }


# Sixty-four runs at once, of these procedures in turn: all go that fit, while none
# is answered; then what they came to leaves room for as many again.

sub parallel {
    my ($word, $fit, $budget, @ids) = @_;

    my $start = sub {
        my ($i) = @_;
        my $r = $site->post('/api/runs', { procedure_id => $ids[ $i % @ids ],
            input_vars => { word => $word } });
        return $r->{json}{run_id};
    };
    my @runs = map { $site->run_by_id($_) } $site->together(64, $start);

    until_true('the others are refused', sub {
        return 64 - $fit == grep { $_->get->{status} eq 'failed' } @runs });
    is scalar(heard($word)), $fit, "$fit are asked";
    my ($most) = sort { $b <=> $a } map { $_->{spent_usd} } use_of($budget);
    cmp_ok $most, '<=', 1, 'no more is spent than there is';

    $llm->release("go-$word");
    my @ends = map { $_->wait_final } @runs;
    is scalar(grep { $_->{status} eq 'completed' } @ends), $fit, 'they are answered';
    is scalar(heard($word)), $fit, 'and no other was asked';
    is_deeply [ grep { $_->{reserved_usd} } use_of($budget) ], [], 'nothing stays reserved';

    # eight of an eighth came to a half: there is room for four, which leaves a quarter

    my @more = map { $site->run_by_id($_) } $site->together(16, $start);
    my $done = grep { $_->wait_final->{status} eq 'completed' } @more;
    cmp_ok $done, '>=', 4 * $fit / 8, 'what was not used is for others';
    ($most) = sort { $b <=> $a } map { $_->{spent_usd} } use_of($budget);
    cmp_ok $most, '<=', 1, 'up to the budget';
    return;
}


subtest 'the site' => sub {
    budget('b', scope => 'site', limit_usd => 1);
    parallel('site', 8, 'b', map { asks("site-$_", 'slow') } 1 .. 4);
    none();
};

subtest 'a day' => sub {
    budget('b', scope => 'site', limit_usd => 1, period => 'day');
    parallel('day', 8, 'b', asks('of-a-day', 'slow'));
    none();
};

subtest 'a project' => sub {
    my $id = $site->post('/api/projects', { name => 'p' })->{json}{project_id};
    my @of = map { asks("project-$_", 'slow', project_id => $id) } 1 .. 3;
    budget('b', scope => 'project', target => $id, limit_usd => 1);
    parallel('project', 8, 'b', @of);
    none();
};

subtest 'a procedure' => sub {
    budget('b', scope => 'procedure', target => 'procedure-1', limit_usd => 1);
    parallel('procedure', 8, 'b', asks('procedure-1', 'slow'));
    none();
};

subtest 'each procedure' => sub {
    my @of = map { asks("each-$_", 'slow') } 1 .. 2;
    budget('b', scope => 'procedure', limit_usd => 1, period => 'month');
    parallel('each', 16, 'b', @of);
    none();
};

subtest 'a profile' => sub {
    budget('b', scope => 'profile', target => 'slow', limit_usd => 1);
    parallel('profile', 8, 'b', asks('of-a-profile', 'slow'));
    none();
};

subtest 'several at once: the least of them' => sub {
    my $of = asks('several', 'slow');
    budget('b', scope => 'site', limit_usd => 1);
    budget('wide', scope => 'procedure', target => $of, limit_usd => 4);
    budget('far', scope => 'procedure', target => 'another', limit_usd => 0);
    parallel('several', 8, 'b', $of);
    none();
};


# The calls of one run: those in flight wait for each other before they go beyond it.

sub paid_by {
    my ($run) = @_;
    $run->wait_final;
    my $paid = 0;
    $paid += $_->{payload}{cost_usd} for $run->events_of('llm_usage');
    return $paid;
}

subtest 'a run, by its document: they wait for each other' => sub {
    my $id   = loops('run-own', 'quick', max_cost_usd => 1);
    my $paid = paid_by($site->run($id, { n => [ 1 .. 64 ], word => 'x' }));
    cmp_ok $paid, '<=', 1, 'no more is paid';
    cmp_ok $paid, '>', 1 - $may, 'and no less than there is room for';
    is $paid, scalar($llm->calls('quick')) * $may / 2, 'which is what was asked';
};

subtest 'a run, by the site: what does not fit ends it' => sub {
    my $id = loops('run-site', 'slow');
    budget('b', scope => 'run', limit_usd => 1);
    my @runs = map { $site->run($id, { n => [ 1 .. 64 ], word => "run-$_" }) } 1 .. 2;
    is $_->wait_final->{status}, 'failed', 'it ends' for @runs;
    cmp_ok scalar(heard("run-$_")), '<=', 8, 'before more were asked than it has' for 1 .. 2;
    none();
};

subtest 'runs side by side, each by itself' => sub {
    my $id = loops('run-each', 'quick');
    budget('b', scope => 'run', limit_usd => 0.5);
    my @runs = map { $site->run($id, { n => [ 1 .. 16 ], word => 'x' }) } 1 .. 4;
    for my $run (@runs) {
        cmp_ok paid_by($run), '<=', 0.5, 'none beyond its own';
    }
    none();
};

subtest 'a call' => sub {
    my $of = asks('of-a-call', 'quick');
    budget('b', scope => 'call', limit_usd => $may - 0.001);
    my $before = $llm->calls('quick');
    my @runs = map { $site->run_by_id($_) } $site->together(64, sub {
        return $site->post('/api/runs', { procedure_id => $of, input_vars =>
            { word => 'x' } })->{json}{run_id} });
    is scalar(grep { $_->wait_final->{status} eq 'failed' } @runs), 64, 'none may';
    is scalar($llm->calls('quick')), $before, 'and none is asked';
    budget('b', scope => 'call', limit_usd => $may);
    is $site->run($of, { word => 'x' })->wait_final->{status}, 'completed',
        'one that may cost no more';
    none();
};

$site->log_is_calm;
done_testing;
