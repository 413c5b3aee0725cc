# What runs did is told to a collector: spans of runs, nodes and steps under the ids
# that calls had, a log record of each event, figures; what it cannot take now it is
# told later, and runs do not wait for it (api 2, 1.16).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Vault;
use LangOrch::Wait qw(until_true);

package Collector {
    our @ISA = ('LangOrch::Vault');

    sub reply_to {
        my ($s, $issued, $call) = @_;
        return { status => $s->{status} // 200, body => '{}' };
    }
}

my $collector = Collector->start;
my $agent = LangOrch::Agent->start(script => {
    work => sub { return { result => 'done' } },
    fail => sub { return { error => 'Broken: no', retryable => JSON::PP::false } },
});
$ENV{LANGORCH_SECRET_COLLECTOR} = 'Bearer fake-collector-key';

my $site = LangOrch::Site->start(workers => 2, egress => 'open', http =>
    'langorch_otlp ' . $collector->url . '/v1/traces secret=collector environment=test;'
    . "\n");
$site->register($agent);

for my $action (qw(work fail)) {
    $site->import_document(procedure("does-$action", 'each', {
        each => { type => 'loop', iterator => [ 1, 2 ], iterator_variable => 'i',
            body_node => 'main', next_node => 'end' },
        main => sequence(undef, step($action)),
        end  => { type => 'terminate', status => 'success' },
    }));
}

sub told {
    my ($signal) = @_;
    return grep { $_->{path} eq "/v1/$signal" } $collector->calls;
}

sub flat {
    my ($attributes) = @_;
    return map { $_->{key} => (values %{ $_->{value} })[0] } @$attributes;
}

sub spans {
    my ($run) = @_;
    my %seen;
    return grep { my %a = flat($_->{attributes});
            $a{run_id} eq $run->id && !$seen{ $_->{spanId} }++ }
        map { @{ $_->{json}{resourceSpans}[0]{scopeSpans}[0]{spans} } } told('traces');
}


subtest 'a run is a trace' => sub {
    my $run = $site->run('does-work');
    is $run->wait_final->{status}, 'completed', 'it runs';
    until_true('its span is told', sub { grep { $_->{name} eq 'execute_run' } spans($run) });

    my @all = spans($run);
    is join(' ', sort map { $_->{name} } @all),
        'execute_run node each node end node main node main step work step work',
        'a span for all that ended';
    my %by = map { $_->{spanId} => $_ } @all;
    is scalar(keys %by), scalar @all, 'each has an id';
    is scalar(keys %{ { map { $_->{traceId} => 1 } @all } }), 1, 'in one trace';

    for my $s (grep { $_->{name} eq 'step work' } @all) {
        my $node = $by{ $s->{parentSpanId} // '' };
        is $node && $node->{name}, 'node main', 'a step is in its node';
        my $loop = $by{ $node->{parentSpanId} // '' };
        is $loop && $loop->{name}, 'node each', 'which is in the loop';
        is $by{ $loop->{parentSpanId} // '' }{name}, 'execute_run', 'which is in the run';
        cmp_ok $s->{startTimeUnixNano}, '<=', $s->{endTimeUnixNano}, 'times are times';
        my ($call) = grep { ($_->{headers}{traceparent} // '') =~ /\Q$s->{spanId}\E/ }
            $agent->calls;
        like $call->{headers}{traceparent}, qr/^00-\Q$s->{traceId}\E-/,
            'the agent was called under it';
    }

    my ($first) = told('traces');
    my %about = flat($first->{json}{resourceSpans}[0]{resource}{attributes});
    is "$about{'service.name'} $about{'deployment.environment'}", 'langorch test', 'by us';
    is $first->{headers}{authorization}, 'Bearer fake-collector-key', 'with its secret';
    is $first->{headers}{'content-type'}, 'application/json', 'as JSON';
};


subtest 'a failed one says so' => sub {
    my $run = $site->run('does-fail');
    is $run->wait_final->{status}, 'failed', 'it fails';
    until_true('its span is told', sub { grep { $_->{name} eq 'execute_run' } spans($run) });
    my %bad = map { $_->{name} => $_ } grep { ($_->{status}{code} // 0) == 2 } spans($run);
    ok $bad{execute_run}, 'the run has an error';
    like $bad{'step fail'}{status}{message}, qr/no/, 'the step its own';

    my %records = map { my %a = flat($_->{attributes});
            ($a{run_id} // '') eq $run->id ? ($_->{body}{stringValue} => $_) : () }
        map { @{ $_->{json}{resourceLogs}[0]{scopeLogs}[0]{logRecords} } } told('logs');
    ok $records{$_}, "a record of $_" for qw(run_created step_started step_failed run_failed);
    is $records{step_failed}{severityText}, 'ERROR', 'that one is an error';
    is $records{step_failed}{traceId}, $bad{execute_run}{traceId}, 'in the trace';
};


subtest 'figures' => sub {
    until_true('they are told', sub { told('metrics') });
    my ($m) = told('metrics');
    my %kind = map { my $p = $_; map { ("$p->{name} $_" => $p) } grep { ref $p->{$_} } keys %$p }
        @{ $m->{json}{resourceMetrics}[0]{scopeMetrics}[0]{metrics} };
    ok scalar(grep { /^langorch_http_requests_total sum$/ } keys %kind), 'a counter is a sum';
    ok scalar(grep { / histogram$/ } keys %kind), 'a histogram is one';
    unlike join(' ', keys %kind), qr/[{}]/, 'labels are apart';
};


subtest 'a collector that is away is told later, in order' => sub {
    $collector->change(sub { $_[0]{status} = 503 });
    my $run = $site->run('does-work');
    is $run->wait_final->{status}, 'completed', 'the run does not wait';
    my $n = scalar told('traces');
    until_true('it was tried', sub { scalar told('traces') > $n });
    $collector->change(sub { $_[0]{status} = 200 });
    $n = $collector->calls;
    until_true('and told', sub {
        my @calls = $collector->calls;
        return grep { $_->{path} eq '/v1/traces' && $_->{body} =~ /\Q@{[ $run->id ]}\E/ }
            @calls[ $n .. $#calls ];
    }, 20);
    my %figures = map { /^langorch_otlp_export_total\{(.*?)\} (\d+)/ ? ($1 => $2) : () }
        split /\n/, $site->get('/api/metrics')->{body};
    ok $figures{'outcome="ok",signal="traces"'}, 'it is counted';
    ok $figures{'outcome="failed",signal="traces"'}, 'so is what failed';
};

ok !eval { LangOrch::Site->start(workers => 1, http => "langorch_otlp $_;\n"); 1 }, $_
    for 'ftp://x', 'https://x colour=red';

$site->log_is_calm;
done_testing;
