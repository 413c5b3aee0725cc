package LangOrch::Mcp;

# A tool server (MCP) on loopback, in a process of its own; what it was asked is
# read as of LangOrch::Agent.
#
#   my $server = LangOrch::Mcp->start(form => 'streamable-http', tools => {
#       add => sub { my ($arguments) = @_; return { structured => { sum => 3 } } },
#   });
#
# A tool returns what becomes of its call: { structured => any }, { content =>
# [blocks] }, { result => any } (of the plain form), { error => text }, or {
# status => n, body => bytes } as it stands.
#
# Options: form ("rest", the default, or "streamable-http"), sse (answers are
# event streams), sessions (0: it names none), token (what Authorization must
# bear), pages (tools a page).  forget() ends all sessions.

use strict;
use warnings;

use parent 'LangOrch::Agent';

use LangOrch::Http;


sub start {
    my ($class, %o) = @_;
    return $class->SUPER::start(form => 'rest', sessions => 1, pages => 100, %o);
}


sub base_url {
    my ($self) = @_;
    return $self->url($self->{form} eq 'rest' ? '' : '/mcp');
}


sub forget {
    my ($self) = @_;
    return $self->release('forget-' . ++$self->{forgotten});
}


# Calls of that method of JSON-RPC, or of that tool.

sub asked {
    my ($self, $method) = @_;
    return grep { (($_->{json} || {})->{method} // '') eq $method } $self->calls;
}


sub used {
    my ($self, $tool) = @_;
    return grep {
        ($_->{method} eq 'POST' && $_->{path} =~ m{/tools/\Q$tool\E$})
            || ((($_->{json} || {})->{method} // '') eq 'tools/call'
                && $_->{json}{params}{name} eq $tool)
    } $self->calls;
}


# --- in the server's process ----------------------------------------------------

sub behaviour {
    my ($self, $call) = @_;

    if (defined $self->{token}
        && ($call->{headers}{authorization} // '') ne "Bearer $self->{token}")
    {
        return { status => 401, body => '{}' };
    }

    return $self->{form} eq 'rest' ? $self->plain($call) : $self->rpc($call);
}


sub tools {
    my ($self) = @_;
    return map { { name => $_, description => "the tool $_",
        inputSchema => { type => 'object' } } } sort keys %{ $self->{tools} };
}


sub plain {
    my ($self, $call) = @_;

    if ($call->{method} eq 'GET' && $call->{path} eq '/tools') {
        return { body => LangOrch::Http::encode({ tools => [ $self->tools ] }) };
    }

    my ($name) = $call->{path} =~ m{^/tools/([^/]+)$};
    my $tool = defined $name ? $self->{tools}{$name} : undef;
    return { status => 404, body => '{}' } unless $tool;

    my $does = $tool->($call->{json}{arguments}, $call);
    return $does if $does->{status} || $does->{reset} || $does->{hang};

    return { body => LangOrch::Http::encode(exists $does->{error}
        ? { result => $does->{error}, isError => JSON::PP::true }
        : { result => $does->{result} // $does->{structured},
            isError => JSON::PP::false }) };
}


sub rpc {
    my ($self, $call) = @_;

    return { status => 405, body => '' } unless $call->{method} eq 'POST';

    my $rq     = $call->{json} || {};
    my $method = $rq->{method} // '';

    $self->{known} = {} if $self->was_told_to_forget;

    if ($method eq 'initialize') {
        my $id = 'session-' . ++$self->{serial_session};
        $self->{known}{$id} = 1;
        return $self->message($rq->{id}, { protocolVersion => '2025-06-18',
            capabilities => { tools => {} },
            serverInfo   => { name => 'test', version => '1' } },
            $self->{sessions} ? ('Mcp-Session-Id' => $id) : ());
    }

    my $session = $call->{headers}{'mcp-session-id'} // '';
    return { status => 404, body => '{}' }
        if $self->{sessions} && !$self->{known}{$session};

    return { status => 202, body => '' } if $method eq 'notifications/initialized';
    return $self->listed($rq)            if $method eq 'tools/list';
    return $self->called($rq, $call)     if $method eq 'tools/call';

    return $self->fault($rq->{id}, -32601, 'no such method');
}


sub was_told_to_forget {
    my ($self) = @_;
    my $n = ($self->{forgets} || 0) + 1;
    return 0 unless -e "$self->{dir}/release-forget-$n";
    $self->{forgets} = $n;
    return 1;
}


sub listed {
    my ($self, $rq) = @_;

    my @all  = $self->tools;
    my $from = $rq->{params}{cursor} // 0;
    my $to   = $from + $self->{pages};
    my @page = @all[ $from .. ($to > @all ? $#all : $to - 1) ];

    return $self->message($rq->{id}, { tools => \@page,
        $to < @all ? (nextCursor => "$to") : () });
}


sub called {
    my ($self, $rq, $call) = @_;

    my $tool = $self->{tools}{ $rq->{params}{name} }
        or return $self->fault($rq->{id}, -32602, 'no such tool');
    my $does = $tool->($rq->{params}{arguments}, $call);
    return $does if $does->{status} || $does->{reset} || $does->{hang};

    return $self->message($rq->{id}, {
        content => $does->{content} || [ { type => 'text',
            text => $does->{error} // LangOrch::Http::encode($does->{structured}
                // $does->{result}) } ],
        exists $does->{structured} ? (structuredContent => $does->{structured}) : (),
        exists $does->{error} ? (isError => JSON::PP::true) : (),
    });
}


sub fault {
    my ($self, $id, $code, $text) = @_;
    return $self->answer_of({ jsonrpc => '2.0', id => $id,
        error => { code => $code, message => $text } });
}


sub message {
    my ($self, $id, $result, %headers) = @_;
    return $self->answer_of({ jsonrpc => '2.0', id => $id, result => $result },
        %headers);
}


sub answer_of {
    my ($self, $message, %headers) = @_;

    my $body = LangOrch::Http::encode($message);

    if ($self->{sse}) {
        $headers{'Content-Type'} = 'text/event-stream';
        $body = ": hello\n\ndata: " . LangOrch::Http::encode(
            { jsonrpc => '2.0', method => 'notifications/progress' })
            . "\n\nevent: message\ndata: $body\n\n";
    }

    return { body => $body, headers => \%headers };
}


1;
