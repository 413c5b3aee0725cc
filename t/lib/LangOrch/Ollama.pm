package LangOrch::Ollama;

# The scripts of LangOrch::Llm behind the chat of Ollama, as strict as it is
# about what it is sent.

use strict;
use warnings;

use parent 'LangOrch::Llm';

use LangOrch::Http;


sub base_url { return $_[0]->url('') }


sub refusal { return { error => $_[1]{message} // 'refused' } }


sub wrong {
    my ($class, $call) = @_;
    my $q   = $call->{json};
    my $bad = sub { return { status => 400,
        body => LangOrch::Http::encode({ error => $_[0] }) } };

    return { status => 404, body => '404 page not found' }
        if $call->{path} ne '/api/chat';

    my ($extra) = grep { !/^(?:model|messages|stream|format|tools|options)$/ }
        sort keys %$q;
    return $bad->("unknown field $extra") if $extra;
    return $bad->('stream') if !ref $q->{stream};
    return $bad->('stop') if $q->{options}{stop}
        && ref $q->{options}{stop} ne 'ARRAY';

    for my $m (@{ $q->{messages} }) {
        return $bad->('content') if ref $m->{content};
        return $bad->('tool_name') if $m->{role} eq 'tool' && !$m->{tool_name};
        return $bad->('arguments') if grep {
            ref $_->{function}{arguments} ne 'HASH' } @{ $m->{tool_calls} || [] };
    }

    return;
}


sub piece {
    my ($call, $b, %more) = @_;
    return { model => $b->{model} // $call->{json}{model},
        created_at => '2024-01-01T00:00:00Z', done => JSON::PP::false, %more };
}


sub tools {
    my ($b) = @_;
    return $b->{tool_calls} ? (tool_calls => [ map { { function => {
        name => $_->[0], arguments => $_->[1] } } } @{ $b->{tool_calls} } ]) : ();
}


sub last_piece {
    my ($call, $b, %message) = @_;
    return piece($call, $b, done => JSON::PP::true,
        message => { role => 'assistant', content => '', %message },
        done_reason => $b->{finish} // 'stop', total_duration => 5,
        prompt_eval_count => 12, eval_count => 8);
}


sub whole {
    my ($class, $call, $b) = @_;
    return LangOrch::Http::encode(last_piece($call, $b,
        content => $b->{text} // '', tools($b)));
}


sub stream {
    my ($class, $call, $b) = @_;
    my @pieces = map { piece($call, $b, message => { role => 'assistant',
        content => $_ }) } split //, $b->{text} // '';

    push @pieces, piece($call, $b, message => { role => 'assistant',
        content => '', tools($b) }) if $b->{tool_calls};
    push @pieces, $b->{breaks} ? { error => 'broken' } : last_piece($call, $b);

    return (
        headers => { 'Content-Type' => 'application/x-ndjson' },
        body    => join '', map { LangOrch::Http::encode($_) . "\n" } @pieces,
    );
}


1;
