package LangOrch::Anthropic;

# The scripts of LangOrch::Llm behind Anthropic Messages, as strict as the
# service is about what it is sent.

use strict;
use warnings;

use parent 'LangOrch::Llm';

use LangOrch::Http;

my %finish = (stop => 'end_turn', length => 'max_tokens',
    tool_calls => 'tool_use');


sub base_url { return $_[0]->url('/v1') }


sub refused {
    my ($status, $type, $why) = @_;
    return { status => $status, body => LangOrch::Http::encode({
        type => 'error', error => { type => $type, message => $why } }) };
}


# The first thing that is wrong with a question.

sub wrong {
    my ($class, $call) = @_;
    my ($h, $q) = @$call{qw(headers json)};
    my $bad = sub { return refused(400, 'invalid_request_error', @_) };

    return refused(404, 'not_found_error', $call->{path})
        if $call->{path} ne '/v1/messages';
    return refused(401, 'authentication_error', 'x-api-key')
        if !defined $h->{'x-api-key'} || defined $h->{authorization};
    return $bad->('anthropic-version')
        if ($h->{'anthropic-version'} // '') !~ /^\d{4}-\d\d-\d\d$/;
    return $bad->('max_tokens') if ($q->{max_tokens} // 0) < 1;

    my %known = map { $_ => 1 } qw(model max_tokens messages system temperature
        top_p stop_sequences tools tool_choice stream);
    my ($extra) = grep { !$known{$_} } sort keys %$q;
    return $bad->("$extra: Extra inputs are not permitted") if $extra;
    return $bad->('temperature') if ($q->{temperature} // 0) > 1;
    return $bad->('temperature and top_p')
        if defined $q->{temperature} && defined $q->{top_p};

    my $why = turns($q->{messages});
    return $why ? $bad->($why) : undef;
}


# Sides take turns; nothing is empty; what was called is answered at once.

sub turns {
    my ($all) = @_;
    my @open;

    for my $i (0 .. $#$all) {
        my ($role, $blocks) = @{ $all->[$i] }{qw(role content)};
        return "messages.$i: role" if $role ne ('user', 'assistant')[$i % 2];
        return "messages.$i: empty" if !@$blocks;

        for (@$blocks) {
            return "messages.$i: an empty text"
                if $_->{type} eq 'text' && $_->{text} eq '';
        }

        my @told = map { $_->{tool_use_id} }
            grep { $_->{type} eq 'tool_result' } @$blocks;
        return "messages.$i: tool_use ids without tool_result: @open"
            if "@open" ne "@told";

        @open = map { $_->{id} } grep { $_->{type} eq 'tool_use' } @$blocks;
        return "messages.$i: input" if grep { ref $_->{input} ne 'HASH' }
            grep { $_->{type} eq 'tool_use' } @$blocks;
    }

    return;
}


sub refusal {
    my ($class, $b) = @_;
    return { type => 'error', error => { type => $b->{kind} // 'api_error',
        message => $b->{message} // 'refused' } };
}


sub usage {
    my ($b) = @_;
    return $b->{usage} // { input_tokens => 9, output_tokens => 8,
        cache_read_input_tokens => 3, cache_creation_input_tokens => 0 };
}


sub message {
    my ($call, $b, @content) = @_;
    my $tools = $b->{tool_calls} && @{ $b->{tool_calls} };

    return {
        id => 'msg_1', type => 'message', role => 'assistant',
        model => $b->{model} // $call->{json}{model}, content => \@content,
        stop_reason => $finish{ $b->{finish} // ($tools ? 'tool_calls'
            : 'stop') }, stop_sequence => undef, usage => usage($b),
    };
}


sub blocks {
    my ($b) = @_;
    my $n = 0;

    return (
        length($b->{text} // '') ? { type => 'text', text => $b->{text} } : (),
        map { { type => 'tool_use', id => 'toolu_' . ++$n, name => $_->[0],
            input => $_->[1] } } @{ $b->{tool_calls} || [] });
}


sub whole {
    my ($class, $call, $b) = @_;
    return LangOrch::Http::encode(message($call, $b, blocks($b)));
}


# A text comes by its characters, the arguments of a tool in two.

sub stream {
    my ($class, $call, $b) = @_;
    my $whole = message($call, $b);
    my $end   = delete $whole->{stop_reason};
    my @said  = [ message_start => { message => { %$whole, usage => {
        %{ usage($b) }, output_tokens => 1 } } } ];
    my $i = 0;

    for my $block (blocks($b)) {
        my @deltas;

        if ($block->{type} eq 'text') {
            @deltas = map { { type => 'text_delta', text => $_ } }
                split //, $block->{text};
            $block->{text} = '';
        } else {
            my ($head, $rest) = LangOrch::Http::encode($block->{input})
                =~ /^(.?)(.*)$/s;
            @deltas = map { { type => 'input_json_delta',
                partial_json => $_ } } '', $head, $rest;
            $block->{input} = {};
        }

        push @said, [ content_block_start => { index => $i,
            content_block => $block } ], [ ping => {} ],
            (map { [ content_block_delta => { index => $i, delta => $_ } ] }
                @deltas), [ content_block_stop => { index => $i } ];
        $i++;
    }

    push @said, $b->{breaks}
        ? [ error => { error => { type => $b->{breaks}, message => 'broken' } } ]
        : ([ message_delta => { delta => { stop_reason => $end },
            usage => { output_tokens => usage($b)->{output_tokens} } } ],
            [ message_stop => {} ]);

    return (
        headers => { 'Content-Type' => 'text/event-stream' },
        body    => join '', map { "event: $_->[0]\ndata: "
            . LangOrch::Http::encode({ type => $_->[0], %{ $_->[1] } })
            . "\n\n" } @said,
    );
}


1;
