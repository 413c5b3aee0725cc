# Budgets of models: what a call may cost is reserved before it goes, by all
# workers together; a warning, a person's word, the end (ckp 23.7; api 13).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Llm;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

# A call may cost 10 cents: 100 tokens at a dollar for a thousand.

my $llm  = LangOrch::Llm->start(script => {
    slow => sub { { text => 'ok', until => 'go', usage => {
        prompt_tokens => 1, completion_tokens => 100 } } },
    cheap => sub { { text => 'ok', usage => {
        prompt_tokens => 1, completion_tokens => 10 } } },
    never => [ { refuse => 400 } ],
    hangs => [ { hang => 1 }, { text => 'at last', usage => {
        prompt_tokens => 1, completion_tokens => 100 } } ],
});

my $site = LangOrch::Site->start(workers => 4);
my $at   = '/api/llm/budgets';


sub asks {
    my ($id, $model, %more) = @_;
    return $site->import_document(procedure($id, 'ask', {
        ask => { type => 'llm_action', prompt => '?', profile => 'p',
            max_tokens => 100, next_node => 'end', outputs => { t => 'text' },
            retry => { max_retries => 0 } },
        end => { type => 'terminate', outputs => { t => '{{t}}' } },
    }, global_config => { llm => { profiles => { p => { model => $model,
        base_url => $llm->base_url,
        cost_per_1k => { prompt => 0, completion => 1 } } } } }, %more));
}


sub budget {
    my ($name, %b) = @_;
    my $r = $site->put("$at/$name", \%b);
    is $r->{status}, 200, "budget $name" or diag $r->{body};
    return $r->{json};
}

sub none { $site->del("$at/$_->{name}") for @{ $site->get($at)->{json} }; return }

sub use_of {
    my ($name) = @_;
    my ($b) = grep { $_->{name} eq $name } @{ $site->get($at)->{json} };
    return $b->{use};
}

sub cents { return sprintf '%.0f', 100 * ($_[0] // 0) }


subtest 'a budget is set, shown and removed' => sub {
    my $b = budget('all', scope => 'site', limit_usd => 2.5, period => 'day');
    is_deeply [ @$b{qw(name scope target period limit_usd warn_at on_limit
        stop_usd use)} ], [ 'all', 'site', undef, 'day', 2.5, 0.8, 'stop', undef,
        [] ], 'what it is';
    is budget('all', scope => 'site', limit_usd => 3)->{period}, 'total',
        'another one in its place';
    is scalar(@{ $site->get($at)->{json} }), 1, 'it is one';

    my $wrong = sub { my $r = $site->put("$at/x", { scope => 'site',
        limit_usd => 1, @_ }); return "$r->{status} "
        . join ' ', map { $_->{loc}[-1] } @{ $r->{json}{errors} || [] } };
    is $wrong->(scope => 'moon'), '422 scope', 'a scope';
    is $wrong->(limit_usd => -1), '422 limit_usd', 'a limit';
    is $wrong->(limit_usd => undef), '422 limit_usd', 'no limit';
    is $wrong->(warn_at => 2), '422 warn_at', 'a part of it';
    is $wrong->(target => 'x'), '422 target', 'a target of all';
    is $wrong->(scope => 'run', period => 'day'), '422 period', 'a run by days';
    is $wrong->(stop_usd => 2), '422 stop_usd', 'an end without a question';
    is $wrong->(on_limit => 'approve', stop_usd => 0.5), '422 stop_usd',
        'an end before its limit';
    is $site->put("$at/%20", { scope => 'site', limit_usd => 1 })->{status}, 422,
        'a name';

    is $site->del("$at/all")->{status}, 204, 'removed';
    is $site->del("$at/all")->{status}, 404, 'once';
    my @told = @{ $site->get('/api/audit?category=llm')->{json}{events} };
    is $told[0]{action}, 'delete', 'which the audit tells';
};


subtest '64 calls at once do not go beyond it' => sub {
    budget('all', scope => 'site', limit_usd => 1, period => 'day');
    asks('many', 'slow');

    my @runs = map { $site->run_by_id($_) } $site->together(64, sub {
        return $site->post('/api/runs', { procedure_id => 'many',
            input_vars => {} })->{json}{run_id};
    });

    until_true('54 runs are refused', sub {
        54 == grep { $_->get->{status} eq 'failed' } @runs });
    my @asked = $llm->calls('slow');
    is scalar(@asked), 10, 'ten are asked';
    my $b = use_of('all')->[0];
    is cents($b->{reserved_usd}), 100, 'all of it is reserved';
    is cents($b->{spent_usd}), 100, 'and counts as spent';

    $llm->release('go');
    my @ends = map { $_->wait_final } @runs;
    is scalar(grep { $_->{status} eq 'completed' } @ends), 10, 'ten are answered';
    is scalar($llm->calls('slow')), 10, 'and no other was asked';

    my ($not) = grep { $_->{status} eq 'failed' } @ends;
    like $not->{error_message}, qr/the budget 'all' is exceeded/, 'why';
    my ($run) = grep { $_->id eq $not->{run_id} } @runs;
    my ($event) = $run->events_of('budget_exceeded');
    like $event->{payload}{message}, qr/^the budget 'all' is exceeded/,
        'and which';

    is_deeply [ map { cents($_) } @{ use_of('all')->[0] }{qw(spent_usd
        reserved_usd)} ], [ 100, 0 ], 'what they came to is what is spent';
    my $paid = 0;
    $paid += $_->{cost_usd}
        for @{ $site->get('/api/llm/usage')->{json}{rows} };
    is cents($paid), 100, 'as the runs tell it';
    none();
};


subtest 'what is not used is given back' => sub {
    budget('all', scope => 'site', limit_usd => 0.13);
    asks('cheap', 'cheap');
    asks('never', 'never');

    for my $n (1 .. 4) {
        is $site->run('cheap')->wait_final->{status}, 'completed', "call $n";
        is cents(use_of('all')->[0]{spent_usd}), $n, "$n cents";
        is $site->run('never')->wait_final->{status}, 'failed', 'one fails';
    }
    is $site->run('cheap')->wait_final->{status}, 'failed',
        'what a call may cost has to fit';
    none();
};


subtest 'it counts for whom it is for' => sub {
    asks('cheap-2', 'cheap');
    my $try = sub { $site->run($_[0])->wait_final->{status} };

    budget('one', scope => 'procedure', target => 'cheap-2', limit_usd => 0.1);
    is join(' ', map { $try->($_) } qw(cheap-2 cheap-2 cheap)),
        'completed failed completed', 'one procedure';
    none();

    budget('each', scope => 'procedure', limit_usd => 0.1, period => 'month');
    is join(' ', map { $try->($_) } qw(cheap cheap-2 cheap)),
        'completed completed failed', 'each of them by itself';
    is_deeply [ sort map { $_->{subject} } @{ use_of('each') } ],
        [qw(cheap cheap-2)], 'as is shown';
    none();

    budget('p', scope => 'profile', target => 'q', limit_usd => 0);
    is $try->('cheap'), 'completed', 'another profile';
    budget('p', scope => 'profile', target => 'p', limit_usd => 0);
    is $try->('cheap'), 'failed', 'a profile';
    none();

    budget('c', scope => 'call', limit_usd => 0.09);
    is $try->('cheap'), 'failed', 'a call that may cost more';
    budget('c', scope => 'call', limit_usd => 0.1);
    is $try->('cheap'), 'completed', 'one that may not';
    none();

    budget('r', scope => 'run', limit_usd => 0.1);
    is join(' ', map { $try->($_) } qw(cheap cheap)), 'completed completed',
        'each run by itself';
    budget('off', scope => 'site', limit_usd => 0, enabled => \0);
    is $try->('cheap'), 'completed', 'one that is off';
    none();
};


subtest 'a warning comes before the end' => sub {
    budget('w', scope => 'site', limit_usd => 0.2, warn_at => 0.55);
    my @runs = map { my $r = $site->run('cheap'); $r->wait_final; $r } 1 .. 2;
    is scalar($runs[0]->events_of('log')), 0, 'half of it';
    $site->run('cheap')->wait_final;
    budget('w', scope => 'site', limit_usd => 0.2, warn_at => 0.6);
    my $run = $site->run('cheap');
    $run->wait_final;
    my @told = map { $_->{payload} } $run->events_of('log');
    is scalar(@told), 1, 'more than that';
    is $told[0]{level}, 'WARNING', 'is told';
    is $told[0]{data}{budget}, 'w', 'with which it is';
    is cents($told[0]{data}{max_cost_usd}), 20, 'and what it has';
    none();
};


subtest 'a person may allow more, up to the end' => sub {
    budget('a', scope => 'site', limit_usd => 0.1, on_limit => 'approve',
        stop_usd => 0.12);
    is $site->run('cheap')->wait_final->{status}, 'completed', 'the first';

    my $run = $site->run('cheap');
    my $approval = $run->wait_approval;
    is $approval->{context_data}{budget}, 'a', 'what it is about';
    is cents($approval->{context_data}{estimate_usd}), 10, 'how much';
    is scalar(grep { $_->{headers}{'idempotency-key'} =~ /^\Q${\$run->id}\E/ }
        $llm->calls('cheap')), 0, 'nobody was asked yet';
    $run->decide('approve');
    is $run->wait_final->{status}, 'completed', 'it is allowed';

    budget('a', scope => 'site', limit_usd => 0.1, on_limit => 'approve');
    $run = $site->run('cheap');
    $run->wait_approval;
    $run->decide('reject');
    is $run->wait_final->{status}, 'failed', 'it is not';
    like $run->get->{error_message}, qr/nobody allowed more/, 'and why';

    budget('a', scope => 'site', limit_usd => 0.1, on_limit => 'approve',
        stop_usd => 0.11);
    is $site->run('cheap')->wait_final->{status}, 'failed',
        'beyond the end nobody is asked';
    none();
};


subtest 'calls of one run wait for each other before they go beyond it' => sub {
    my $far = LangOrch::Llm->start(script => { m => sub { { text => 'ok',
        usage => { prompt_tokens => 1, completion_tokens => 50 } } } });
    my $doc = procedure('wide', 'fan', {
        fan => { type => 'loop', iterator => 'n', iterator_variable => 'i',
            concurrency => 64, body_node => 'ask', next_node => 'end' },
        ask => { type => 'llm_action', prompt => '{{i}}', profile => 'p',
            max_tokens => 100, retry => { max_retries => 0 },
            next_node => 'fan' },
        end => { type => 'terminate' },
    }, variables_schema => { n => { type => 'array' } });

    # sums of eighths are exact

    for my $most (5, 1) {
        $doc->{procedure_id} = "wide-$most";
        $doc->{global_config} = { max_cost_usd => $most, llm => { profiles => {
            p => { model => 'm', base_url => $far->base_url, cost_per_1k =>
                { prompt => 0, completion => 1.25 } } } } };
        $site->import_document($doc);
        my $run = $site->run("wide-$most", { n => [ 1 .. 64 ] });
        my $end = $run->wait_final;
        my $paid = 0;
        $paid += $_->{payload}{cost_usd} for $run->events_of('llm_usage');

        is $end->{status}, $most == 5 ? 'completed' : 'failed', "$most dollars"
            or diag $end->{error_message};
        is cents($paid), $most == 5 ? 400 : 94, 'no more is paid';
    }
};


subtest 'a call that is made again after a crash is paid for once' => sub {
    asks('hangs', 'hangs');
    budget('k', scope => 'site', limit_usd => 0.15);
    my $run = $site->run('hangs');
    $llm->wait_calls(1, 'hangs');
    is cents(use_of('k')->[0]{reserved_usd}), 10, 'it is reserved';

    $site->kill9_all;
    $site->restart;
    is $run->wait_final->{output_vars}{t}, 'at last', 'it is asked again';
    is_deeply [ map { cents($_) } @{ use_of('k')->[0] }{qw(spent_usd
        reserved_usd)} ], [ 10, 0 ], 'and counted once';
    none();
};


subtest 'one that is canceled gives back what it reserved' => sub {
    my $hang = LangOrch::Llm->start(script => { '*' => [ { hang => 1 } ] });
    budget('x', scope => 'site', limit_usd => 0.15);
    $site->import_document(procedure('stays', 'ask', {
        ask => { type => 'llm_action', prompt => '?', profile => 'p',
            max_tokens => 100, next_node => 'end' },
        end => { type => 'terminate' },
    }, global_config => { llm => { profiles => { p => { model => 'm',
        base_url => $hang->base_url,
        cost_per_1k => { prompt => 0, completion => 1 } } } } }));

    my $run = $site->run('stays');
    $hang->wait_calls(1, 'm');
    $site->post($run->path('/cancel'), {});
    $run->wait_final;
    is cents(use_of('x')->[0]{spent_usd}), 0, 'all of it';
};


$site->log_is_calm;
done_testing;
