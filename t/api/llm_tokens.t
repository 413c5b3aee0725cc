# Whoever watches a run sees an answer of a model grow, at any worker, and sees
# nothing of it that he may not see (ckp 23.1; api 5).

use strict;
use warnings;

use Test::More;

use LangOrch::Anthropic;
use LangOrch::Azure;
use LangOrch::Doc qw(procedure);
use LangOrch::Llm;
use LangOrch::Ollama;
use LangOrch::Site;
use LangOrch::Stream;

my $so_far = "tw\x{f6}, ";
my $key = 'k-very-secret-0123';

# Each stops in front of its mark until it is released.

my %says = (
    plain  => "One, tw\x{f6}, #three.",
    leaky  => "The key is $key, #and k-very-se is none.",
    masked => 'Mail to #a@b.example.',
    long   => ('x' x 30000) . '#end',
);

my %script = map { my $name = $_; ($name => sub {
    my ($call, $n) = @_;
    return { text => $says{$name}, halt => [ '"#"', "$name-$n" ] };
}) } keys %says;

my %server = (
    openai_compatible => LangOrch::Llm->start(script => \%script),
    anthropic         => LangOrch::Anthropic->start(script => \%script),
    azure_openai      => LangOrch::Azure->start(script => \%script),
    ollama            => LangOrch::Ollama->start(script => \%script),
);

my $site = LangOrch::Site->start(workers => 2,
    env => { LANGORCH_SECRET_KEY => $key });
my $n = 0;


# Starts a question; its node is `ask`.

sub asks {
    my ($provider, $model, $node, %more) = @_;
    my $id = 'tells-' . ++$n;
    my $own = delete $more{profile};

    $site->import_document(procedure($id, 'ask', {
        ask => { type => 'llm_action', prompt => 'Say it.', profile => 'p',
            outputs => { t => 'text' }, next_node => 'end',
            retry => { max_retries => 0 }, %$node },
        end => { type => 'terminate', outputs => { t => '{{t}}' } },
    }, %more, global_config => { llm => { profiles => { p => {
        provider => $provider, model => $model,
        base_url => $server{$provider}->base_url,
        $provider eq 'ollama' ? () : (secret_name => 'key'),
        %{ $own || {} },
    } } } }));

    return $site->run($id);
}


sub watch { return LangOrch::Stream->open($site, $_[0]->path('/stream')) }


# Lets the newest call of a model go on.

sub go_on {
    my ($llm, $model) = @_;
    $llm->release("$model-" . scalar(my @calls = $llm->calls($model)));
    return;
}


# What a reader has of the answer as soon as it ends with `end`, and the last
# message of it.

sub grown {
    my ($stream, $end) = @_;
    my ($text, $to, $last) = ('', 0);

    while ($text !~ /\Q$end\E\z/) {
        my $m = $stream->next or last;
        next if $m->{event} ne 'llm_token';
        $last = $m;
        $text = '' if $m->{json}{from} != $to;
        $text .= $m->{json}{delta};
        $to = $m->{json}{to};
    }
    return ($text, $last);
}


for my $provider (sort keys %server) {
    subtest "an answer of $provider grows where it is watched" => sub {
        my $run     = asks($provider, 'plain', { stream => JSON::PP::true });
        my @streams = map { watch($run) } 1 .. 6;
        my $llm     = $server{$provider};

        for my $stream (@streams) {
            my ($text, $m) = grown($stream, $so_far);
            is $text, "One, $so_far", 'what is said so far';
            is_deeply [ @{ $m->{json} }{qw(run_id node_id)} ],
                [ $run->id, 'ask' ], 'who says it';
            ok !exists $m->{id}, 'without an id: nothing to go on behind';
        }

        is scalar(grep { $_->{event_type} =~ /token/ } $run->events), 0,
            'the timeline knows nothing of it';
        go_on($llm, 'plain');

        my @rest = $streams[0]->rest;
        my ($more) = grep { $_->{event} eq 'llm_token' } @rest;
        is $more->{json}{delta}, '#three.', 'and what came then';
        is $rest[-1]{event}, 'end', 'to the end of the run';
        is $run->wait_final->{output_vars}{t}, $says{plain}, 'all of it counts';

        my ($used) = $run->events_of('llm_usage');
        is $used->{payload}{completion_tokens}, 8, 'what it took is known';
    };
}


subtest 'who comes later sees what was said, and goes on behind an event' => sub {
    my $run = asks('openai_compatible', 'plain', { stream => JSON::PP::true });
    my $llm = $server{openai_compatible};
    my ($first) = watch($run);
    grown($first, $so_far);

    my $late = LangOrch::Stream->open($site, $run->path('/stream'),
        last_event_id => ($run->events)[-1]{event_id});
    is +(grown($late, $so_far))[0], "One, $so_far", 'from its beginning';
    go_on($llm, 'plain');
    $run->wait_final;

    my $over = watch($run);
    is scalar(grep { $_->{event} eq 'llm_token' } $over->rest), 0,
        'of an answer that is over the timeline tells';
};


subtest 'a key that comes in pieces is not seen' => sub {
    my $run    = asks('openai_compatible', 'leaky', { stream => JSON::PP::true });
    my $stream = watch($run);
    my ($text) = grown($stream, '***, ');
    is $text, 'The key is ***REDACTED***, ', 'it is masked while it comes';

    $server{openai_compatible}->release('leaky-1');
    my @rest = $stream->rest;
    $text .= $_->{json}{delta}
        for grep { $_->{event} eq 'llm_token' } @rest;
    is $text, 'The key is ***REDACTED***, #and k-very-se is none.',
        'what only begins like it is not';
    is scalar(grep { $_->{data} =~ /\Q$key\E/ } @rest), 0, 'nowhere';
};


subtest 'what may have to be masked as a whole is not shown' => sub {
    my @cases = (
        [ 'a run with a sensitive variable', {}, variables_schema => {
            pin => { type => 'string', default => '1234', sensitive => JSON::PP::true } } ],
        [ 'an answer that is read as JSON', { json_mode => JSON::PP::true } ],
        [ 'an answer that is masked', { pii => { post => 'mask' } } ],
        [ 'one that nobody asked for', { stream => JSON::PP::false },
            profile => { stream => JSON::PP::true } ],
    );

    my $llm = $server{openai_compatible};

    for my $case (@cases) {
        my ($name, $node, %more) = @$case;
        my $before = () = $llm->calls('masked');
        my $run    = asks('openai_compatible', 'masked',
            { stream => JSON::PP::true, %$node }, %more);
        my $stream = watch($run);
        $llm->wait_calls($before + 1, 'masked');

        # as long as another one takes to be seen

        my $other = asks('openai_compatible', 'plain',
            { stream => JSON::PP::true });
        grown(watch($other), $so_far);
        go_on($llm, $_) for qw(plain masked);
        $other->wait_final;

        is $run->wait_final->{status}, 'completed', "$name counts";
        is scalar(grep { $_->{event} eq 'llm_token' } $stream->rest), 0,
            'and is not shown';
    }
};


subtest 'a profile may ask for it' => sub {
    my $run = asks('openai_compatible', 'plain', {},
        profile => { stream => JSON::PP::true });
    my $stream = watch($run);
    is +(grown($stream, $so_far))[0], "One, $so_far", 'and it is seen';
    my $llm = $server{openai_compatible};
    go_on($llm, 'plain');
    is $run->wait_final->{status}, 'completed', 'as ever';
};


subtest 'of a long answer the end is kept' => sub {
    my $run = asks('openai_compatible', 'long', { stream => JSON::PP::true });
    my $stream = watch($run);
    my ($text) = grown($stream, 'x' x 4000);
    like $text, qr/\Ax+\z/, 'it is seen';
    $server{openai_compatible}->release('long-1');
    is length $run->wait_final->{output_vars}{t}, 30004, 'and counts whole';
};


$site->log_is_calm;

done_testing;
