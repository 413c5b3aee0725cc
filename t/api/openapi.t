# The interface is told as it is (api 2): the document is made of the route
# table, and what the server answers is what the document says.

use strict;
use warnings;

use Test::More;

use LangOrch::Routes;
use LangOrch::Schema;
use LangOrch::Site;

my $site = LangOrch::Site->start;
my $doc  = $site->get('/api/openapi.json')->{json};


subtest 'every route is told' => sub {
    is $doc->{openapi}, '3.1.0', 'as OpenAPI 3.1';

    my (%ids, @bad);

    for my $path (sort keys %{ $doc->{paths} }) {
        for my $method (sort keys %{ $doc->{paths}{$path} }) {
            my $op = $doc->{paths}{$path}{$method};

            push @bad, "$method $path: no summary" unless $op->{summary};
            push @bad, "$method $path: no tag"     unless $op->{tags}[0];
            push @bad, "$method $path: no answer"
                unless grep { /^(?:101|[23]\d\d)$/ } keys %{ $op->{responses} };
            push @bad, "$method $path: its id is another's"
                if $ids{ $op->{operationId} }++;
            push @bad, "$method $path: no role"
                if $op->{'x-langorch-role'} eq 'nobody';
        }
    }

    is_deeply \@bad, [], 'in full';
    cmp_ok scalar(keys %ids), '>=', 60, 'all of them';
    is_deeply [ missing_schemas($doc) ], [], 'and nothing it refers to lacks';
};


sub missing_schemas {
    my ($value) = @_;

    return map { missing_schemas($_) } @$value if ref $value eq 'ARRAY';
    return unless ref $value eq 'HASH';

    my $ref = $value->{'$ref'};
    return map { missing_schemas($_) } values %$value
        unless defined $ref && !ref $ref;

    my $found = $doc;
    $found = $found->{$_} for split m{/}, $ref =~ s{^#/}{}r;
    return $found ? () : $ref;
}


# --- answers are of the shape that is told ---------------------------------------

my $routes = LangOrch::Routes->new($site);
my %id     = %{ $routes->id };
my $held   = $routes->{held};

my %query = (
    '/api/procedures/{procedure_id}/diff' =>
        'from=1.0.0&to=1.0.0&format=lines',
    '/api/runs/cleanup/preview' => 'before=2001-01-01',
    '/api/agents/probe-capabilities' => 'base_url=' . $routes->{agent}->url,
);


# Holds an answer against what is told of its status.

sub fits {
    my ($method, $path, $r) = @_;

    my $op   = $doc->{paths}{$path}{ lc $method };
    my $told = $op->{responses}{ $r->{status} }
        or return fail("$method $path: $r->{status} is not told: $r->{body}");
    my ($media) = keys %{ $told->{content} || {} };

    if (!$media) {
        return is $r->{body}, '', "$method $path: $r->{status} without a body";
    }

    like $r->{headers}{'content-type'},
        $media eq '*/*' ? qr{^[-\w.+]+/[-\w.+]+} : qr{^\Q$media\E\b},
        "$method $path: $media";
    return if $media ne 'application/json';

    my $schema = $told->{content}{$media}{schema};
    is_deeply [
        LangOrch::Schema::faults($r->{json}, $schema, $doc),
        LangOrch::Schema::unknown($r->{json}, $schema, $doc),
    ], [], "$method $path: of its shape";
    return;
}


subtest 'what is read is of the shape that is told' => sub {
    my $n = 0;

    for my $op (grep { $_->{method} eq 'GET' } $routes->all) {
        my $path = $op->{path};
        next if $op->{url} =~ /\bnone\b/ || $path =~ m{stream$|/ws/|/answer$};

        fits('GET', $path, $site->get("$op->{url}?" . ($query{$path} // '')));
        $n++;
    }

    cmp_ok $n, '>=', 40, "$n of them";
};


subtest 'and what a change answers' => sub {
    fits('POST', '/api/runs',
        $site->post('/api/runs', { procedure_id => 'shop' }));
    fits('POST', '/api/runs/{run_id}/cancel',
        $site->post($held->path('/cancel'), {}));
    fits('POST', '/api/procedures/compile', $site->post(
        '/api/procedures/compile', { ckp_json => { procedure_id => 'x' } }));
    fits('POST', '/api/procedures/{procedure_id}/{version}/explain',
        $site->post('/api/procedures/shop/1.0.0/explain',
            { input_vars => { amount => 1 } }));
    fits('POST', '/api/procedures', $site->post('/api/procedures',
        { ckp_json => { %{ LangOrch::Site::document('log-only') },
            version => '7' } }));
    fits('PATCH', '/api/procedures/{procedure_id}/{version}/status',
        $site->patch('/api/procedures/log-only/7/status',
            { status => 'active' }));
    fits('DELETE', '/api/procedures/{procedure_id}/{version}',
        $site->del('/api/procedures/log-only/7'));
    fits('POST', '/api/agents/heartbeat', $site->post('/api/agents/heartbeat',
        { agent_id => $id{agent_id} }));
    fits('POST', '/api/agents/{agent_id}/health-check', $site->post(
        "/api/agents/$id{agent_id}/health-check", {}));
    fits('POST', '/api/agents/{agent_id}/circuit', $site->post(
        "/api/agents/$id{agent_id}/circuit", { action => 'close' }));
};


my $problem = $doc->{components}{schemas}{Problem};
for my $r ($site->get('/api/runs/none'), $site->get('/api/runs?limit=x')) {
    is_deeply [
        LangOrch::Schema::faults($r->{json}, $problem, $doc),
        LangOrch::Schema::unknown($r->{json}, $problem, $doc),
    ], [], "a $r->{status} is a Problem";
}

$site->log_is_calm;
done_testing;
