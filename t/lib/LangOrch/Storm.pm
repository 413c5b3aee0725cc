package LangOrch::Storm;

# What goes on while a test breaks things: clients that create runs and ask again
# when nobody answered, readers that follow streams and come back, and at the end
# the judgement over all of it (reliability.md G1 to G11).
#
#   my $storm = LangOrch::Storm->new(procedure => 'ten', steps => 10);
#   $storm->load;                   # creates runs until calm()
#   ... break things ...
#   $storm->calm;
#   $storm->judge;
#
# Options of new: site (one of two workers), agent (whose steps take some ms),
# procedure and steps (a chain of ten).  LANGORCH_LONG=1 is the long form.

use strict;
use warnings;

use Carp qw(croak);
use Exporter qw(import);
use File::Temp qw(tempdir);
use IO::Select;
use IO::Socket::INET;
use POSIX qw(_exit);
use Storable qw(freeze thaw);
use Test::More ();
use Time::HiRes qw(time);
use Time::Local qw(timegm);

use LangOrch::Agent;
use LangOrch::Doc qw(chain);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Stream;
use LangOrch::Wait qw(until_true pause);

our @EXPORT_OK = qw(long_or);

# Every run has ended so many seconds after the last fault.

our $end_time = 30;


# The figure of the long form, or of the short one.

sub long_or { return $ENV{LANGORCH_LONG} ? $_[0] : $_[1] }


sub new {
    my ($class, %o) = @_;

    my $self = bless {
        procedure => 'ten', steps => 10, runs => [], statuses => {},
        behind => [], owner => $$, %o,
        dir => tempdir('langorch-s-XXXXXX', TMPDIR => 1, CLEANUP => 1),
    }, $class;

    $self->{agent} //= LangOrch::Agent->start(script => {
        work => sub {
            my ($call, $n) = @_;
            return { result => $call->{json}{step_id},
                delay => ($n % 7) / 100 };
        },
    });

    $self->{site} //= LangOrch::Site->start(workers => 2);
    $self->{site}->register($self->{agent});
    $self->{site}->import_document(chain($self->{procedure}, $self->{steps}));

    return $self;
}


sub site  { return $_[0]{site} }
sub agent { return $_[0]{agent} }
sub runs  { my ($s) = @_; return map { $s->{site}->run_by_id($_) } @{ $s->{runs} } }


# How often clients heard each status; 0 is a connection without an answer.

sub statuses { return $_[0]{statuses} }

sub heard {
    my ($self) = @_;
    return join ' ', map { "$_:$self->{statuses}{$_}" }
        sort keys %{ $self->{statuses} };
}


# --- who is there meanwhile --------------------------------------------------------

# Runs the sub in a process of its own; what it returns comes back by calm().

sub behind {
    my ($self, $take, $sub) = @_;

    pipe my $read, my $write or croak "pipe: $!";
    my $pid = fork // croak "fork: $!";

    if ($pid == 0) {
        my $value = eval { $sub->() } // { died => $@ };
        print {$write} freeze($value);
        close $write;
        _exit(0);
    }

    close $write;
    push @{ $self->{behind} }, { pid => $pid, from => $read, take => $take };
    return;
}


# A helper whose test is no more ends, too.

sub stopped {
    my ($self) = @_;
    return -e "$self->{dir}/stop" || getppid != $self->{owner};
}


# Creates a run and asks until it knows of it, as a client should: with the same
# key.  Returns its id, undef when it gave up.

sub create {
    my ($self, $key, $statuses) = @_;
    my $until = time + 60;

    while (time < $until) {
        my $r = $self->{site}->post('/api/runs',
            { procedure_id => $self->{procedure} }, timeout => 10,
            headers => { 'Idempotency-Key' => $key });

        $statuses->{ $r->{status} }++;
        return $r->{json}{run_id} if $r->{status} =~ /^20[01]$/;
        pause(0.05);
    }
    return;
}


# Clients that create runs one after the other, `pause` seconds apart.

sub load {
    my ($self, %o) = @_;

    for my $client (1 .. ($o{clients} || 2)) {
        $self->behind('take_load', sub {
            my ($n, %statuses, @ids) = (0);

            until ($self->stopped) {
                my $id = $self->create("$$-$client-" . ++$n, \%statuses);
                push @ids, $id if defined $id;
                pause($o{pause} // 0.02);
            }
            return { ids => \@ids, statuses => \%statuses };
        });
    }
    return;
}


sub take_load {
    my ($self, $said) = @_;

    push @{ $self->{runs} }, @{ $said->{ids} };
    $self->{statuses}{$_} += $said->{statuses}{$_}
        for keys %{ $said->{statuses} };
    return;
}


# Clients that look around, each time on a connection of its own, `rate` times a
# second together; how long each took is kept by quarters of the time.

sub asks {
    my ($self, %o) = @_;
    my @paths   = ('/api/health', '/api/runs?limit=5', '/api/procedures');
    my $clients = $o{clients} || 4;

    for my $client (1 .. $clients) {
        $self->behind('take_asks', sub {
            my (%statuses, @took);
            my $next = time;

            until ($self->stopped) {
                my $begun = time;
                my $r = $self->{site}->get($paths[ rand @paths ], timeout => 10);
                $statuses{ $r->{status} }++;
                push @took, [ $begun, time - $begun ];

                $next += $clients / $o{rate};
                my $left = $next - time;
                $left > 0 ? pause($left) : ($next = time);
            }
            return { statuses => \%statuses, took => \@took };
        });
    }
    return;
}


sub take_asks {
    my ($self, $said) = @_;

    $self->{asked}{$_} += $said->{statuses}{$_}
        for keys %{ $said->{statuses} };
    push @{ $self->{took} }, @{ $said->{took} };
    return;
}


# What 99 of 100 requests of asks() took at most, in seconds, between two points
# of time.

sub p99 {
    my ($self, $from, $to) = @_;
    my @took = sort { $a <=> $b } map { $_->[1] }
        grep { $_->[0] >= $from && $_->[0] < $to } @{ $self->{took} };
    return @took ? $took[ int(0.99 * $#took) ] : undef;
}


# So many readers of one run's stream, all in one process: each comes back with
# the last number that it heard, until it has heard the end.

sub crowd {
    my ($self, $run, $n) = @_;

    $self->behind('take_crowd', sub {
        my @all = map { { run => $run->id, ids => [], opened => 0,
            refused => 0 } } 1 .. $n;
        my $until = time + 3600;

        while (time < $until && getppid == $self->{owner}) {
            my @left = grep { !$_->{ended} } @all or last;
            $self->crowd_open($run, $_) for grep { !$_->{socket} } @left;

            my %of = map { ($_->{socket} => $_) } grep { $_->{socket} } @left;
            $self->crowd_hear($of{$_}) for IO::Select->new(
                map { $_->{socket} } values %of)->can_read(1);
        }
        delete @$_{qw(socket text)} for @all;
        return { all => \@all };
    });
    return;
}


sub crowd_open {
    my ($self, $run, $reader) = @_;

    $reader->{socket} = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
        PeerPort => $self->{site}->port, Timeout => 5);
    return $reader->{refused}++ unless $reader->{socket};

    $reader->{opened}++;
    $reader->{text} = '';
    my $last = $reader->{ids}[-1];
    print { $reader->{socket} } 'GET ', $run->path('/stream'),
        " HTTP/1.0\r\nHost: x\r\n",
        defined $last ? "Last-Event-ID: $last\r\n" : '', "\r\n";
    $reader->{socket}->flush;
    return;
}


sub crowd_hear {
    my ($self, $reader) = @_;

    if (!sysread $reader->{socket}, $reader->{text}, 65536,
        length $reader->{text})
    {
        $reader->{ended} = 1 if $reader->{text} =~ m{\AHTTP/1\.1 204};
        delete $reader->{socket};
        return;
    }

    while ($reader->{text} =~ s/\A(.*?)\r?\n\r?\n//s) {
        my $block = $1;
        $reader->{ended} = 1
            if $block =~ /^event: end$/m || $block =~ m{\AHTTP/1\.1 204};
        push @{ $reader->{ids} }, $1
            if $block =~ /^event: run_event$/m && $block =~ /^id: (\d+)$/m;
    }
    delete $reader->{socket} if $reader->{ended};
    return;
}


sub take_crowd {
    my ($self, $said) = @_;
    push @{ $self->{stories} }, @{ $said->{all} };
    return;
}


# Follows the stream of a run to its end, however often it breaks.

sub follow {
    my ($self, $run) = @_;

    $self->behind('take_story', sub {
        my $story = { run => $run->id, ids => [], opened => 0, refused => 0 };
        my $until = time + 240;

        until ($story->{ended} || time > $until
            || getppid != $self->{owner})
        {
            eval { $self->listen_to($run, $story); 1 }
                or $story->{refused}++;
            pause(0.05) unless $story->{ended};
        }
        return $story;
    });
    return;
}


sub listen_to {
    my ($self, $run, $story) = @_;

    my $ids    = $story->{ids};
    my $stream = LangOrch::Stream->open($self->{site}, $run->path('/stream'),
        @$ids ? (last_event_id => $ids->[-1]) : ());
    $story->{opened}++;
    $story->{ended} = 1 if $stream->status == 204;

    while (my $message = $stream->next(20)) {
        push @$ids, $message->{id} if $message->{event} eq 'run_event';
        $story->{ended} = 1        if $message->{event} eq 'end';
    }
    return;
}


sub take_story {
    my ($self, $story) = @_;
    push @{ $self->{stories} }, $story;
    return;
}


# Ends the clients; waits for the readers, whose runs have to end by themselves.

sub calm {
    my ($self) = @_;

    LangOrch::Site::spew("$self->{dir}/stop", '');
    $self->{calm_at} = time;

    for my $b (splice @{ $self->{behind} }) {
        local $/;
        my $said = thaw(readline $b->{from});
        waitpid $b->{pid}, 0;
        croak "a helper died: $said->{died}" if $said->{died};

        my $take = $b->{take};
        $self->$take($said);
    }
    return;
}


# --- the judgement -----------------------------------------------------------------

sub judge {
    my ($self) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my @runs = $self->runs;
    Test::More::cmp_ok(scalar(@runs), '>', 0, 'runs were acknowledged');
    Test::More::note(scalar(@runs) . ' runs; clients heard ' . $self->heard);

    my $until = ($self->{calm_at} // time) + $end_time;
    my %final = map { $_->id => $self->end_of($_, $until) } @runs;

    Test::More::is(
        join(' ', map { "$_=$final{$_}" }
            grep { $final{$_} ne 'completed' } sort keys %final),
        '', "all of them are there, and completed within $end_time s");

    $self->judge_calls(@runs);
    $self->judge_events(@runs);
    $self->judge_stories;
    $self->judge_rest;
    return;
}


sub end_of {
    my ($self, $run, $until) = @_;
    my $left = $until - time;
    my $end  = eval { $run->wait_final($left < 1 ? 1 : $left) };
    return $end ? $end->{status} : ($run->get // { status => 'lost' })->{status};
}


sub calls_of_runs { return grep { $_->{json}{run_id} } $_[0]{agent}->calls('work') }


# By call: steps in order, one key for each, none after its result.

sub judge_calls {
    my ($self, @runs) = @_;
    my (%last, %key, %n, @disorder);

    for my $call ($self->calls_of_runs) {
        my ($run, $step) = @{ $call->{json} }{qw(run_id step_id)};
        my ($number) = $step =~ /(\d+)/;

        push @disorder, "$run $step" if ($last{$run} // 0) > $number;
        $last{$run} = $number;
        $key{"$run/$step"}{ $call->{headers}{'idempotency-key'} } = 1;
        $n{$run}{$step}++;
    }

    Test::More::is("@disorder[0 .. ($#disorder > 4 ? 4 : $#disorder)]", '',
        'no step whose result was recorded was sent again');
    Test::More::is(scalar(grep { keys %$_ > 1 } values %key), 0,
        'a step that was sent again had the same key');
    Test::More::is(scalar(grep {
        keys %{ $n{ $_->id } // {} } != $self->{steps} } @runs), 0,
        'every step of every run was sent');

    $self->{repeated} = 0;
    for my $steps (values %n) {
        $self->{repeated} += $_ - 1 for values %$steps;
    }
    Test::More::note("$self->{repeated} calls were repeated");
    return;
}


# By event: no hole, one end, one result for each step, no call after it.

sub judge_events {
    my ($self, @runs) = @_;

    my %last;
    $last{"$_->{json}{run_id}/$_->{json}{step_id}"} = $_->{at}
        for $self->calls_of_runs;

    my @bad;
    for my $run (@runs) {
        my @events = $run->events('?limit=1000');
        my $seq    = 0;
        my @done   = grep { $_->{event_type} eq 'step_completed' } @events;

        push @bad, map { $run->id . " sent $_->{step_id} after its result" }
            grep { ($last{ $run->id . "/$_->{step_id}" } // 0)
                > seconds($_->{created_at}) + 0.002 } @done
            unless $self->{clock};
        push @bad, $run->id . ' has a hole' if grep { $_->{seq} != ++$seq } @events;
        push @bad, $run->id . ' has ' . @done . ' results'
            if @done != $self->{steps};
        push @bad, $run->id . ' has not one end' if 1
            != grep { $_->{event_type} =~ /^run_(?:completed|failed)$/ } @events;
    }

    Test::More::is_deeply([ @bad[ 0 .. ($#bad > 4 ? 4 : $#bad) ] ], [],
        'the timelines are whole');
    return;
}


sub seconds {
    my ($y, $mon, $d, $h, $min, $s) = $_[0] =~
        /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):([\d.]+)Z$/;
    return timegm(0, $min, $h, $d, $mon - 1, $y) + $s;
}


sub judge_stories {
    my ($self) = @_;
    my (@bad, %events);
    my ($opened, $refused) = (0, 0);

    for my $story (@{ $self->{stories} || [] }) {
        $events{ $story->{run} } //= join ' ', map { $_->{event_id} }
            $self->{site}->run_by_id($story->{run})->events('?limit=10000');

        push @bad, "$story->{run} did not end" unless $story->{ended};
        push @bad, "$story->{run} was told otherwise"
            unless "@{ $story->{ids} }" eq $events{ $story->{run} };
        $opened += $story->{opened};
        $refused += $story->{refused};
    }
    Test::More::note(scalar(@{ $self->{stories} || [] }) . ' streams were'
        . " opened $opened times, refused $refused");

    Test::More::is_deeply(\@bad, [],
        'each reader heard each event once, in order, and the end')
        if $self->{stories};
    return;
}


sub judge_rest {
    my ($self) = @_;
    my $site = $self->{site};

    until_true('no lease is left',
        sub { !@{ $site->get('/api/leases')->{json} || [1] } });
    Test::More::ok(LangOrch::Store::is_sound($site), 'the database is sound');
    return;
}


1;
