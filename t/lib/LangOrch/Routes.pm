package LangOrch::Routes;

# The routes of a site as it tells them (GET /api/openapi.json), and one object of
# every kind, so that a test can walk over all routes.
#
#   my $routes = LangOrch::Routes->new($site);
#   for my $op ($routes->all) { $site->request($op->{method}, $op->{url}, ...) }
#
# An operation: method, path (with {names}), url (with ids that are there where
# the site has such an object, else with "none"), op (its part of the document).

use strict;
use warnings;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);


sub new {
    my ($class, $site, %o) = @_;

    my $self = bless {
        site => $site,
        doc  => $site->get('/api/openapi.json')->{json},
        id   => {},
    }, $class;

    $self->populate unless $o{empty};
    return $self;
}


# Over a document that was got otherwise.

sub of {
    my ($class, $site, $doc) = @_;
    return bless { site => $site, doc => $doc, id => {} }, $class;
}


sub doc { return $_[0]{doc} }
sub id  { return $_[0]{id} }


# Ids by the name that paths give them; those of the workflows of steps by path,
# those of agent workflows apart.

sub populate {
    my ($self) = @_;
    my $site = $self->{site};

    my $agent = $self->{agent} = LangOrch::Agent->start;
    $site->register($agent);
    $site->import_document('one-approval');
    $site->import_document(procedure('shop', 'pay', {
        pay => sequence('end', step('charge')),
        end => { type => 'terminate', status => 'success' },
    }));

    my $run  = $self->{run} = $site->run('shop', { amount => 3 });
    my $held = $self->{held} = $site->run('one-approval');
    $run->wait_final;

    my $flow = $site->post('/workflows', { name => 'walk', steps => [
        { id => 'one', type => 'task', config => { action => 'noop',
            duration_seconds => 0 } } ] })->{json};
    my $started = $site->post("/workflows/$flow->{id}/runs", {})->{json};
    my $order   = $site->post('/orders', { amount => 5 })->{json};
    my $graph   = $site->post('/api/v1/workflows', { name => 'walk',
        nodes => [ { node_id => 'one', node_type => 'join' } ] })->{json};
    my $walked  = $site->post("/api/v1/workflows/$graph->{id}/run", {})->{json};
    my $saved   = $site->get($run->path('/checkpoints'))->{json};

    my $file    = $site->put('/api/artifacts/' . $run->id . '/file.txt',
        'text', headers => { 'Content-Type' => 'text/plain' })->{json};

    $site->post('/api/prompts', { name => 'asked', template => 'Why?' });
    $site->post('/api/llm/profiles', { name => 'tried', model => 'm',
        base_url => $agent->url });
    $site->put('/api/llm/budgets/few', { scope => 'site', limit_usd => 5 });

    $site->post('/api/triggers/shop/1.0.0', { trigger_type => 'scheduled',
        schedule => '0 0 29 2 *' });

    $self->{id} = {
        artifact_id   => $file->{artifact_id},
        name          => 'file.txt',
        procedure_id  => 'shop',
        version       => '1.0.0',
        run_id        => $run->id,
        checkpoint_id => $saved->[0]{checkpoint_id},
        approval_id   => $held->wait_approval->{approval_id},
        agent_id      => $site->get('/api/agents')->{json}[0]{agent_id},
        channel       => 'work',
        server_id     => $site->post('/api/mcp/servers',
            { name => 'tools', base_url => $agent->url })->{json}{server_id},
        project_id    => $site->post('/api/projects',
            { name => 'p' })->{json}{project_id},
        workflow_id   => $flow->{id},
        order_id      => $order->{id},
        '/runs/{run_id}' => $started->{id},
        '/api/secrets/{name}' => $site->post('/api/secrets',
            { name => 'kept', value => 'x' })->{json}{name},
        map({ ("/api/llm/profiles/{name}$_" => 'tried') } '', '/test'),
        '/api/llm/budgets/{name}' => 'few',
        map({ ("/api/prompts/{name}$_" => 'asked') }
            '', qw(/versions /labels /activate /render)),
    };

    $self->{graph} = { workflow_id => $graph->{id}, run_id => $walked->{id} };

    return;
}


sub url {
    my ($self, $path, %o) = @_;
    my $id = $path =~ m{^/api/v1/} ? $self->{graph} : $self->{id};

    return $path =~ s/\{(\w+)\}/
        $o{none} ? 'none' : $id->{$path} \/\/ $id->{$1} \/\/ 'none'
    /gexr;
}


sub all {
    my ($self) = @_;
    my $paths = $self->{doc}{paths};
    my @all;

    # what has no end is walked over by its own test

    for my $path (grep { $_ ne '/api/approvals/stream' } sort keys %$paths) {
        for my $method (sort keys %{ $paths->{$path} }) {
            push @all, {
                method => uc $method,
                path   => $path,
                url    => $self->url($path),
                none   => $self->url($path, none => 1),
                op     => $paths->{$path}{$method},
            };
        }
    }

    return @all;
}


# Parameters of an operation in `place` ("query", "path", "header").

sub parameters {
    my ($op, $place) = @_;
    return grep { $_->{in} eq $place } @{ $op->{op}{parameters} };
}


# The schema of its body, with what it refers to in place; undef: it has none.

sub body {
    my ($self, $op) = @_;

    my $schema = $op->{op}{requestBody}{content}{'application/json'}{schema}
        or return;
    my ($name) = ($schema->{'$ref'} // '') =~ m{([^/]+)$};

    return $name ? $self->{doc}{components}{schemas}{$name} : $schema;
}


1;
