# What a worker does at once, from both sides: as much as a directive allows goes on,
# what is beyond waits or is refused.

use strict;
use warnings;

use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(approval chain procedure sequence step);
use LangOrch::Metrics;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Stream;
use LangOrch::Vault;
use LangOrch::Wait qw(until_true);

# A call waits until its run is let go of.

sub agent {
    return LangOrch::Agent->start(script => { '*' => sub {
        my $until = $_[0]{json}{params}{until};
        return { result => 1, defined $until ? (until => $until) : () } } });
}

sub site {
    my ($agent, %directives) = @_;
    my $site = LangOrch::Site->start(workers => 1, http => join '',
        map { "langorch_$_ $directives{$_};\n" } sort keys %directives);
    $site->register($agent) if $agent;
    return $site;
}

sub import_held {
    my ($site, $id, %more) = @_;
    my $main = sequence('end', step('hold', params => { until => '{{until}}' }, %more));
    $site->import_document(procedure($id, 'main', { main => $main,
        end => { type => 'terminate' } }, variables_schema => { until => {} },
        global_config => { retry_policy => { max_attempts => 1 } }));
    return;
}

sub over {
    my ($site) = @_;
    $site->log_is_calm;
    $site->stop;
    return;
}

sub dispatched { return scalar $_[0]->events_of('step_dispatched') }

my $written = 0;

sub connections {
    my ($agent) = @_;
    my %of = map { $_->{conn} => 1 } grep { $_->{method} eq 'POST' } $agent->calls;
    return scalar keys %of;
}


subtest 'langorch_calls' => sub {
    my $agent = agent();
    my $site  = site($agent, calls => 4, agent_health => 0);
    import_held($site, 'held');

    my @runs = map { $site->run('held', { until => 'go' }) } 1 .. 9;
    $agent->wait_calls(4);
    for my $run (@runs) {
        until_true('its call is committed', sub { dispatched($run) });
    }
    $agent->release('go');
    is_deeply [ map { $_->wait_final->{status} } @runs ], [ ('completed') x 9 ],
        'the others wait, and come to their turn';
    is connections($agent), 4, 'four were under way at once, never five';

    # who waits in vain was not let down by the agent

    import_held($site, 'short', timeout_ms => 300);
    my @held = map { $site->run('held', { until => 'late' }) } 1 .. 4;
    $agent->wait_calls(13);
    my @late = map { $site->run('short', { until => 'late' }) } 1 .. 4;
    is_deeply [ map { $_->wait_final->{status} } @late ], [ ('failed') x 4 ],
        'nobody waits for ever';
    is $site->get('/api/agents')->{json}[0]{circuit_state} // 'none', 'closed',
        'and the agent is not blamed';
    $agent->release('late');
    $_->wait_final for @held;
    is scalar(my @all = $agent->calls), 13, 'nor was it called';
    over($site);
};


subtest 'langorch_runs_driven' => sub {
    my $agent = agent();
    my $site  = site($agent, runs_driven => 3, poll => '60s');
    import_held($site, 'held');
    $site->import_document(approval('ask'));

    # those that wait for a person are not held in memory

    $site->run('ask')->wait_approval for 1 .. 5;

    my @runs = map { $site->run_by_id($_) } $site->together(12, sub {
        return $site->run('held', { until => 'go' })->id });
    $agent->wait_calls(3);

    is scalar(grep { dispatched($_) } @runs), 3, 'three are driven';
    $agent->release('go');
    is scalar(grep { $_->wait_final->{status} eq 'completed' } @runs), 12,
        'the others are when there is room, before anybody looks by himself';
    is connections($agent), 3, 'three at once, never four';
    over($site);
};


subtest 'langorch_streams' => sub {
    my $site = site(undef, streams => 2);
    $site->import_document(approval('ask'));
    my $run  = $site->run('ask');
    my $open = sub { return LangOrch::Stream->open($site, $run->path('/stream')) };

    my @streams = map { $open->() } 1 .. 2;
    is_deeply [ map { $_->status } @streams ], [ 200, 200 ], 'two are open';
    my $more = $open->();
    is $more->status, 503, 'one more is refused';
    ok $more->headers->{'retry-after'}, 'for now';

    shift @streams;
    until_true('one that left makes room', sub {
        my $next = $open->();
        return $next->status == 200 && push @streams, $next;
    });
    @streams = ();
    over($site);
};


# One write a request.

my $projects = 0;

sub write_one {
    my ($site, $i) = @_;
    return $site->post('/api/projects', { name => "project $$ $i" });
}

subtest 'langorch_store_queue' => sub {
    my $site = site(undef, store_queue => 8, store_group => 2);
    my $dir  = tempdir(CLEANUP => 1);
    my $let_go = LangOrch::Store::hold($site);

    my @got = $site->together(41, sub {
        my ($i) = @_;

        if ($i == 0) {
            until_true('those without a place are told', sub {
                return (() = glob "$dir/*") >= 30 });
            $let_go->();
            return;
        }

        my $r = write_one($site, $i);
        LangOrch::Site::spew("$dir/$i", '') if $r->{status} != 201;
        return $r;
    });

    my @kept    = grep { $_->{status} == 201 } @got;
    my @refused = grep { $_->{status} == 503 } @got;
    is @kept + @refused, 40, 'each is told';
    cmp_ok scalar @kept, '<=', 10, 'eight wait for the two that are tried';
    cmp_ok scalar @kept, '>=', 5, 'they are kept';
    is_deeply [ grep { $_->{json}{code} ne 'store_busy' || !$_->{headers}{'retry-after'} }
        @refused ], [], 'the others may come again';

    $let_go = LangOrch::Store::hold($site);
    @got = $site->together(6, sub {
        my ($i) = @_;
        return write_one($site, $i) if $i > 0;
        LangOrch::Wait::pause(0.1);     # they come while nobody can write
        $let_go->();
        return;
    });
    is scalar(grep { $_->{status} == 201 } @got), 5, 'as many as have a place are kept';
    over($site);
};


# How many commits so many writes take that wait for the same moment.

sub commits {
    my ($site, $n) = @_;
    my $count = sub {
        my $text = $site->get('/api/metrics')->{body};
        return $text =~ /^langorch_store_commit_duration_seconds_count (\d+)/m ? $1 : 0;
    };
    my $before = $count->();
    my $dir    = tempdir(CLEANUP => 1);
    my $let_go = LangOrch::Store::hold($site);

    my @got = $site->together($n + 1, sub {
        my ($i) = @_;

        if ($i == 0) {
            until_true('all have asked', sub { return (() = glob "$dir/*") == $n });
            $site->get('/api/health') for 1 .. 3;
            $let_go->();
            return;
        }

        LangOrch::Site::spew("$dir/$i", '');
        return write_one($site, $i);
    });
    is scalar(grep { $_->{status} == 201 } @got), $n, 'all are written';
    return $count->() - $before;
}

subtest 'langorch_store_group' => sub {
    my $alone = site(undef, store_group => 1);
    cmp_ok commits($alone, 24), '>=', 24, 'each has a sync of its own';
    over($alone);

    my $shared = site(undef, store_group => 24);
    cmp_ok commits($shared, 24), '<', 24, 'together they share one';
    over($shared);
};


# How often threads of the worker but its loop go to sleep for so many writes, where
# no sync has to be waited for.

sub sleeps {
    my ($site, $n) = @_;
    my ($pid) = $site->workers;
    my $slept = sub {
        my $sum = 0;
        for my $file (grep { !m{/$pid/status$} } glob "/proc/$pid/task/*/status") {
            my ($k) = LangOrch::Site::slurp($file) =~ /^voluntary_ctxt_switches:\s*(\d+)/m;
            $sum += $k;
        }
        return $sum;
    };
    my $before = $slept->();
    write_one($site, ++$written) for 1 .. $n;
    return $slept->() - $before;
}

subtest 'langorch_store_spin' => sub {
    plan skip_all => 'one processor alone: it never spins' if `nproc` < 2;
    plan skip_all => 'no disk that is memory' if !-w '/dev/shm';

    my ($never, $long) = map { LangOrch::Site->start(workers => 1,
        http => "langorch_store_spin $_;\n",
        state => tempdir(DIR => '/dev/shm', CLEANUP => 1)) } 0, 1000;

    # whoever has no processor for a while does not sleep either, so in one round

    until_true('one sleeps after each write, one is awake for the next that comes',
        sub { return sleeps($never, 100) > 95 && sleeps($long, 100) < 50 });
    over($_) for $never, $long;
};


subtest 'langorch_secrets_reply' => sub {
    my $reply = sub {
        my ($n) = @_;
        my ($before, $after) = ('{"data":{"data":{"value":"pin"},"metadata":{"version":1},"pad":"',
            '"}}');
        return { status => 200, body => $before
            . 'x' x ($n - length($before) - length $after) . $after };
    };
    my $vault = LangOrch::Vault->start(tokens => { token => 0 }, does => {
        map { ("secret/data/langorch/s$_" => $reply->($_)) } 2048, 2049 });
    my $agent = agent();
    my $site  = LangOrch::Site->start(workers => 1,
        env => { LANGORCH_SECRET_TOKEN => 'token' },
        http => 'langorch_vault ' . $vault->url . " token=token;\nlangorch_secrets_reply 2k;\n");
    $site->register($agent);

    for my $n (2048, 2049) {
        $site->import_document(procedure("use-$n", 'main', {
            main => sequence('end', step('use', params => { pin => "{{secrets.s$n}}" })),
            end => { type => 'terminate' } }, global_config => {
            retry_policy => { max_attempts => 1 },
            secrets_config => { provider => 'vault' } }));
    }

    is $site->run('use-2048')->wait_final->{status}, 'completed', 'is read';
    is(($agent->calls)[-1]{json}{params}{pin}, 'pin', 'and used');
    my $long = $site->run('use-2049');
    is $long->wait_final->{status}, 'failed', 'is not';
    is +($long->events_of('run_failed'))[0]{payload}{error_type}, 'SecretNotFound',
        'as what it is';
    over($site);
};


# A call that nobody answers while the worker that made it leaves.

sub reloaded {
    my ($drain, $then) = @_;
    my $agent = agent();
    my $site  = site($agent, drain => $drain);
    import_held($site, 'held');
    my $run = $site->run('held', { until => 'go' });
    $agent->wait_calls(1);
    $site->reload;
    $then->($agent);
    $agent->release('go');
    is $run->wait_final->{status}, 'completed', 'the run completes';
    my $keys = $agent->key_counts;
    is scalar(keys %$keys), 1, 'its step has one key';
    over($site);
    return (values %$keys)[0];
}

subtest 'langorch_drain' => sub {
    is reloaded('60s', sub { }), 1, 'who answers in time is not asked again';
    is reloaded('200ms', sub { $_[0]->wait_calls(2) }), 2,
        'who does not is, by the next owner';
};


subtest 'langorch_poll' => sub {
    my @sites = map { site(undef, poll => $_) } '50ms', '60s';
    my (@runs, @epochs);

    my $epoch = sub {
        my ($i) = @_;
        return LangOrch::Store::value($sites[$i], 'SELECT epoch FROM runs WHERE owner IS NULL'
            . " AND run_id = '" . $runs[$i]->id . q{'}) // 0;
    };

    # it is due, and nobody rings

    for my $i (1, 0) {
        $sites[$i]->import_document(approval('ask'));
        $runs[$i] = $sites[$i]->run('ask');
        $runs[$i]->wait_approval;
        until_true('nobody holds it', sub { $epochs[$i] = $epoch->($i) });
        LangOrch::Store::change($sites[$i], 'UPDATE runs SET wake_at = 1');
    }
    until_true('who looks often finds it', sub { $epoch->(0) > $epochs[0] });
    is $epoch->(1), $epochs[1], 'who looks seldom does not';

    my $other = $sites[1]->run('ask');
    $other->decide('approved');
    $other->wait_final;
    until_true('but for a bell', sub { $epoch->(1) > $epochs[1] });
    over($_) for @sites;
};


# Sets of labels that a run of 64 metrics for each of 120 items leaves behind.

sub series {
    my ($site) = @_;
    $site->import_document(procedure('many', 'each', {
        each => { type => 'loop', iterator => 'items', iterator_variable => 'i',
            body_node => 'one', next_node => 'end' },
        one => { type => 'processing', operations => [ { action => 'log', message => 'x' } ],
            telemetry => { custom_metrics => [ map { { name => "many_$_",
                labels => { item => '{{i}}', text => 'y' x 100 } } } 1 .. 64 ] } },
        end => { type => 'terminate' },
    }, variables_schema => { items => { type => 'array', default => [ 1 .. 120 ] } }));
    is $site->run('many')->wait_final->{status}, 'completed', 'a run measures much';

    my ($sets, $sum) = (0, 0);
    my $m = LangOrch::Metrics->read($site->get('/api/metrics')->{body});
    for my $set (map { $m->all("langorch_many_$_") } 1 .. 64) {
        $sets++ if $set->{labels}{item} ne '__other__';
        $sum += $set->{value};
    }
    ok $sum == 64 * 120 || $site->log =~ /custom metric "\w+" is not counted/,
        'each time is counted, or the log tells of a name without room';
    over($site);
    return $sets;
}

subtest 'langorch_zone' => sub {
    is series(site(undef)), 64 * 120, 'there is room for all';
    cmp_ok series(site(undef, zone => '1m')), '<', 64 * 120, 'or not, and some count as others';
};


done_testing;
