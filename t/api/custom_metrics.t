# What nodes measure of their own (ckp 19.1, api 2): over workers, a reload, a
# commit that is refused, and up to the bound.

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Metrics;
use LangOrch::Site;

my $agent = LangOrch::Agent->start(script => { work => sub { return { result => $_[1] } } });
my $site  = LangOrch::Site->start(workers => 2);
$site->register($agent, concurrency_limit => 1);


sub scrape {
    my (%o) = @_;
    my $r = $site->get('/api/metrics',
        headers => $o{open} ? { Accept => 'application/openmetrics-text' } : {});
    my $m = LangOrch::Metrics->read($r->{body}, %o);
    fail "it can be read: $_" for $m->errors;
    return $m;
}


# A procedure of one node that does nothing but measure.

sub define {
    my ($id, $metrics, %more) = @_;
    $site->import_document(procedure($id, 'a', {
        a => { type => 'processing', next_node => 'end',
            telemetry => { custom_metrics => $metrics },
            operations => [ { action => 'log', message => 'x' } ] },
        end => { type => 'terminate' },
    }, variables_schema => { n => { type => 'number', default => 1 },
        who => { type => 'string', default => 'nobody' } }, %more));
    return;
}

sub run { return $site->run(@_)->wait_final }


subtest 'counters add up over workers, gauges are the last word' => sub {
    define('orders', [ 'orders',
        { name => 'revenue_usd_total', value => '{{n}}', labels => { shop => '{{who}}' } },
        { name => 'queue length', value => '{{n}}', type => 'gauge' },
        { name => 'size', value => '{{n}}', type => 'histogram' } ]);

    my @runs = map { $site->run('orders', { n => 2.5, who => 'north' }) } 1 .. 20;
    is $_->wait_final->{status}, 'completed', 'a run completes' for @runs;
    run('orders', { n => 7, who => 'south' });

    my $m = scrape();
    is $m->type('langorch_orders'), 'counter', 'a name is a counter';
    is $m->value('langorch_orders'), 21, 'of all of them';
    is $m->value('langorch_revenue_usd_total', shop => 'north'), 50, 'with values';
    is $m->value('langorch_revenue_usd_total', shop => 'south'), 7, 'by label';
    is $m->type('langorch_queue_length'), 'gauge', 'another type, a name made to fit';
    is $m->value('langorch_queue_length'), 7, 'the last value counts';
    is $m->type('langorch_size'), 'histogram', 'and histograms';
    is $m->value('langorch_size'), 21, 'with their count';
    is $m->series('langorch_size')->{_sum}, 57, 'and sum';
};


subtest 'a reload forgets nothing' => sub {
    $site->reload;
    is scrape()->value('langorch_orders'), 21, 'it is still there';
    run('orders', { n => 1, who => 'north' });
    is scrape()->value('langorch_orders'), 22, 'and goes on';
};


subtest 'OpenMetrics has them, too' => sub {
    my $m = scrape(open => 1);
    is $m->value('langorch_orders'), 22, 'a counter gets its end';
    is $m->value('langorch_revenue_usd', shop => 'south'), 7, 'one that has it keeps it';

    define('unlike', [ { name => 'revenue_usd', type => 'gauge', value => 3 } ]);
    run('unlike');
    $m = scrape(open => 1);
    is $m->type('langorch_revenue_usd_total'), 'unknown',
        'a name that two would have is told as it is';
    is $m->value('langorch_revenue_usd_total', shop => 'south'), 7, 'with its number';
};


subtest 'texts from outside cannot break the format' => sub {
    define('texts', [ { name => 'odd"name\\', labels => { 'a-b' => '{{who}}', '9' => 'x',
        le => 'y', '__name__' => 'z' } } ]);
    my $text = "a\"b\\c\nd\x{e4}\x{1f600}";
    run('texts', { who => $text });
    my ($s) = scrape()->all('langorch_odd_name_');
    is $s->{labels}{a_b}, $text =~ s/([\x{80}-\x{10ffff}]+)/my $b = $1; utf8::encode($b); $b/er,
        'a value stays what it is';
    is_deeply [ sort grep { $_ ne 'a_b' } keys %{ $s->{labels} } ],
        [ qw(label_9 label___name__ label_le) ], 'names are made to fit';
};


subtest 'names of the site are its own' => sub {
    define('clash', [ 'run_started_total', 'run_duration_seconds_count', 'queue_depth',
        { name => 'run_started', type => 'gauge', value => 4 } ]);
    my $before = scrape()->value('langorch_run_started_total');
    run('clash');
    my $m = scrape();
    is $m->value('langorch_run_started_total'), $before + 1, 'the site counts alone';
    is $m->value("langorch_custom_$_->[0]"), $_->[1], "custom_$_->[0]"
        for [ run_started_total => 1 ], [ run_duration_seconds_count => 1 ],
            [ queue_depth => 1 ], [ run_started => 4 ];
};


subtest 'one type a name: the first one counts' => sub {
    define('again', [ { name => 'orders', type => 'gauge', value => 99 } ]);
    run('again');
    my $m = scrape();
    is $m->type('langorch_orders'), 'counter', 'it stays what it was';
    is $m->value('langorch_orders'), 22, 'and has its number';
};


subtest 'a procedure may switch it off' => sub {
    define('off', [ 'never_seen' ], global_config => { telemetry_enabled => JSON::PP::false });
    run('off');
    is scrape()->type('langorch_never_seen'), undef, 'nothing is counted';
};


# The metric is in the turn that also wants the one slot of the agent: where two
# workers want it, one turn is refused and made again.

subtest 'a turn that was refused does not count twice' => sub {
    $site->import_document(procedure('slot', 'a', {
        a => { type => 'processing', next_node => 'b',
            telemetry  => { custom_metrics => [ 'turns' ] },
            operations => [ { action => 'log', message => 'x' } ] },
        b => { %{ sequence('end', step('work')) },
            telemetry => { custom_metrics => [ 'worked' ] } },
        end => { type => 'terminate' },
    }));
    my @runs = map { $site->run('slot') } 1 .. 30;
    is scalar(grep { $_->wait_final(60)->{status} eq 'completed' } @runs), 30, 'all complete';
    my $m = scrape();
    is $m->value('langorch_turns'), 30, 'each counted once';
    is $m->value('langorch_worked'), 30, 'and its work';
    is $m->value('langorch_step_execution_total', node_id => 'b', status => 'completed'), 30,
        'and its step';
};


# 64 metrics for each of 170 items are more than there is room for.

subtest 'there is a bound, behind which all count as one' => sub {
    $site->import_document(procedure('many', 'each', {
        each => { type => 'loop', iterator => 'items', iterator_variable => 'i',
            body_node => 'one', next_node => 'end' },
        one => { type => 'processing', operations => [ { action => 'log', message => 'x' } ],
            telemetry => { custom_metrics => [ map { { name => "many_$_",
                labels => { item => '{{i}}', who => '{{who}}' } } } 1 .. 64 ] } },
        end => { type => 'terminate' },
    }, variables_schema => { who => { type => 'string', default => '' },
        items => { type => 'array', default => [ 1 .. 170 ] } }));
    is run('many')->{status}, 'completed', 'a run measures very much';

    my $m = scrape();
    my ($lines, $sum, $others) = (0, 0, 0);
    for my $family (map { "langorch_many_$_" } 1 .. 64) {
        my @all = $m->all($family);
        $lines += @all;
        $sum   += $_->{value} for @all;
        $others++ if grep { $_->{labels}{item} eq '__other__' && $_->{labels}{who} eq '__other__' }
            @all;
    }
    is $sum, 64 * 170, 'nothing is lost';
    ok $lines <= 10_000 && $lines > 9_000, "in $lines series";
    ok $others > 0, 'some of which are all others';

    define('late', [ 'too_late' ]);
    run('late');
    is scrape()->type('langorch_too_late'), undef, 'there is no room for another name';
    like $site->log, qr/custom metric "too_late" is not counted/, 'which the log tells';
    is scrape()->value('langorch_orders'), 22, 'others go on';
    run('orders', { n => 1, who => 'north' });
    is scrape()->value('langorch_orders'), 23, 'as before';
};


$site->log_is_calm;
done_testing;
