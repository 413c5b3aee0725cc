package LangOrch::Llm;

# A service that speaks chat completions, with the process and the scripts of
# LangOrch::Agent: a script's names are models ('*': any other).
#
#   my $llm = LangOrch::Llm->start(script => {
#       'gpt-4' => [ { refuse => 429 }, { text => 'hello' } ],
#       '*'     => sub { my ($call, $n) = @_; return { text => "no $n" } },
#   });
#
# A behaviour is one of
#   text => text              an answer; more of it: finish, model, usage
#   tool_calls => [ [ name, { arguments } ], ... ]
#   stream => 1               the same as a stream of pieces
#   refuse => status          an error; message => text
# or any of the agent's own: body, status, headers, reset, close, hang, delay,
# until ...

use strict;
use warnings;

use parent 'LangOrch::Agent';

use LangOrch::Http;


sub start {
    my ($class, %o) = @_;

    my $script = delete $o{script} || { '*' => [ { text => 'ok' } ] };
    my %own;

    for my $model (keys %$script) {
        my $does = $script->{$model};
        $own{$model} = sub {
            my ($call, $n) = @_;
            my $b = ref $does eq 'CODE' ? $does->($call, $n)
                : $does->[ $n - 1 ] // $does->[-1];
            return $class->wrong($call) // $class->wire($call, $b);
        };
    }

    return $class->SUPER::start(%o, script => \%own);
}


# Other providers have the same behaviours in a form of their own: they override
# what follows.  What is no question of theirs is refused: a behaviour.

sub wrong { return }


sub base_url { return $_[0]->url('/v1') }


# A call is named by the model that it asks.

sub name_of {
    my ($self, $method, $path, $json) = @_;
    return $method eq 'POST' ? ($json // {})->{model} // '' : "$method $path";
}


sub wire {
    my ($class, $call, $b) = @_;

    if (defined $b->{refuse}) {
        return {
            %$b,
            status => $b->{refuse},
            body   => LangOrch::Http::encode($class->refusal($b)),
        };
    }

    return $b unless exists $b->{text} || $b->{tool_calls};

    return { %$b, $b->{stream} || $call->{json}{stream}
        ? $class->stream($call, $b) : (body => $class->whole($call, $b)) };
}


sub refusal { return { error => { message => $_[1]{message} // 'refused' } } }


sub tools {
    my ($b) = @_;
    my $n = 0;

    return map { {
        id       => 'call_' . ++$n,
        type     => 'function',
        function => {
            name      => $_->[0],
            arguments => LangOrch::Http::encode($_->[1]),
        },
    } } @{ $b->{tool_calls} || [] };
}


sub usage {
    my ($b) = @_;
    return $b->{usage} // {
        prompt_tokens => 12, completion_tokens => 8, total_tokens => 20,
    };
}


sub whole {
    my ($class, $call, $b) = @_;
    my @tools = tools($b);

    return LangOrch::Http::encode({
        id      => 'chatcmpl-1',
        object  => 'chat.completion',
        model   => $b->{model} // $call->{json}{model},
        choices => [ {
            index         => 0,
            finish_reason => $b->{finish} // (@tools ? 'tool_calls' : 'stop'),
            message       => {
                role    => 'assistant',
                content => $b->{text},
                @tools ? (tool_calls => \@tools) : (),
            },
        } ],
        usage => usage($b),
    });
}


# One piece for each character, and the arguments of a tool in two.

sub stream {
    my ($class, $call, $b) = @_;
    my @tools  = tools($b);
    my @deltas = map { { content => $_ } } split //, $b->{text} // '';

    for my $i (0 .. $#tools) {
        my ($head, $rest) = $tools[$i]{function}{arguments} =~ /^(.?)(.*)$/s;
        push @deltas,
            { tool_calls => [ { index => $i, id => $tools[$i]{id},
                function => { name => $tools[$i]{function}{name},
                    arguments => $head } } ] },
            { tool_calls => [ { index => $i,
                function => { arguments => $rest } } ] };
    }

    my @pieces = map { { model => $b->{model} // $call->{json}{model},
        choices => [ { index => 0, delta => $_ } ] } } @deltas;
    push @pieces, { choices => [ { index => 0, delta => {},
        finish_reason => $b->{finish} // 'stop' } ] };
    push @pieces, { choices => [], usage => usage($b) };

    return (
        headers => { 'Content-Type' => 'text/event-stream' },
        body    => join('', map { 'data: ' . LangOrch::Http::encode($_) . "\n\n" }
            @pieces) . "data: [DONE]\n\n",
    );
}


1;
