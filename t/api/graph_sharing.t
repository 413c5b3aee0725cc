# Agent workflows that others may use, and patterns that they are made of
# (api 18.1, 18.7).

use strict;
use warnings;

use Test::More;
use POSIX qw(strftime);
use Time::HiRes ();

use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 2, http => <<'END');
map $http_x_name   $name   { default $http_x_name; }
map $http_x_groups $groups { default $http_x_groups; }
langorch_user   $name;
langorch_groups $groups;
END

my $v1 = '/api/v1';

sub as {
    my ($name, $groups) = @_;
    return (headers => { 'X-Name' => $name, 'X-Groups' => $groups });
}

my @olga = as('olga', 'operator');
my @otto = as('otto', 'operator');
my @mira = as('mira', 'operator,claims');

sub graph {
    my ($name, %o) = @_;
    my $r = $site->post("$v1/workflows", { name => $name,
        nodes => [ { node_id => 'a', node_type => 'join' } ], %o }, @olga);
    is $r->{status}, 201, "$name is made" or diag $r->{body};
    return $r->{json}{id};
}

sub share {
    my ($id, %what) = @_;
    return $site->post("$v1/workflows/$id/permissions", \%what, @olga);
}

# What somebody may do, as the answers tell.

sub may {
    my ($id, @who) = @_;
    my %may;

    $may{view} = $site->get("$v1/workflows/$id", @who)->{status};
    $may{run}  = $site->post("$v1/workflows/$id/run", {}, @who)->{status};
    $may{edit} = $site->put("$v1/workflows/$id", { description => 'd' }, @who)
        ->{status};
    $may{share} = $site->get("$v1/workflows/$id/permissions", @who)->{status};

    return join ' ', map { "$_:$may{$_}" } qw(view run edit share);
}

sub listed {
    my ($id, @who) = @_;
    return scalar grep { $_->{id} eq $id }
        @{ $site->get("$v1/workflows?limit=100", @who)->{json} };
}


subtest 'rights are a ladder' => sub {
    my $id = graph('ladder');
    is may($id, @olga), 'view:200 run:201 edit:200 share:200', 'the owner';
    is may($id, @otto), 'view:403 run:403 edit:403 share:403', 'others';
    ok !listed($id, @otto), 'do not see it';

    my %want = (
        view   => 'view:200 run:403 edit:403 share:403',
        run    => 'view:200 run:201 edit:403 share:403',
        edit   => 'view:200 run:201 edit:200 share:403',
        delete => 'view:200 run:201 edit:200 share:403',
    );

    for my $right (qw(view run edit delete)) {
        my $r = share($id, user_id => 'otto', permission => $right);
        is $r->{status}, 201, "$right is given" or diag $r->{body};
        is may($id, @otto), $want{$right}, 'so much they may';
        is $site->get("$v1/workflows/$id", @otto)->{json}{permission}, $right,
            'and are told';
        ok listed($id, @otto), 'it is in their list';
    }

    my $all = $site->get("$v1/workflows/$id/permissions", @olga)->{json};
    is_deeply [ map { $_->{permission} } @$all ], [qw(view run edit delete)],
        'the owner sees all';
    is_deeply [ sort keys %{ $all->[0] } ], [ sort qw(id user_id organization_id
        permission granted_by granted_at expires_at) ], 'with who gave them';

    is $site->del("$v1/workflows/$id/permissions/$_->{id}", @olga)->{status},
        204, 'taken' for @$all;
    is may($id, @otto), 'view:403 run:403 edit:403 share:403', 'nothing is left';
    is $site->del("$v1/workflows/$id/permissions/$all->[0]{id}", @olga)
        ->{status}, 404, 'not twice';

    share($id, user_id => 'otto', permission => 'delete');
    is $site->del("$v1/workflows/$id", @otto)->{status}, 204, 'who may, removes';
};


subtest 'with all of a group' => sub {
    my $id = graph('group');
    is share($id, organization_id => 'claims', permission => 'run')->{status},
        201, 'shared';
    is may($id, @mira), 'view:200 run:201 edit:403 share:403', 'who is in it';
    is may($id, @otto), 'view:403 run:403 edit:403 share:403', 'who is not';
    ok listed($id, @mira), 'in the list of those';
    ok !listed($id, @otto), 'not of others';
};


subtest 'for a time' => sub {
    my $id  = graph('time');
    my $end = time + 2;
    my $r   = share($id, user_id => 'otto', permission => 'view',
        expires_at => strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $end));
    is $r->{status}, 201, 'given' or diag $r->{body};
    is $site->get("$v1/workflows/$id", @otto)->{status}, 200, 'it is theirs';
    until_true('it is over', sub {
        $site->get("$v1/workflows/$id", @otto)->{status} == 403 });

    # time() may lag behind by a tick

    cmp_ok Time::HiRes::time(), '>=', $end, 'not before';
};


subtest 'what is wrong with a right' => sub {
    my $id = graph('wrong');
    for (
        [ {}, 'permission' ],
        [ { permission => 'view' }, 'user_id' ],
        [ { permission => 'view', user_id => 'a', organization_id => 'b' }, 'user_id' ],
        [ { permission => 'own', user_id => 'a' }, 'permission' ],
        [ { permission => 'view', user_id => 7 }, 'user_id' ],
        [ { permission => 'view', user_id => 'a', expires_at => 'soon' }, 'expires_at' ],
        [ { permission => 'view', user_id => 'a',
            expires_at => '2001-01-01T00:00:00Z' }, 'expires_at' ],
    ) {
        my ($body, $place) = @$_;
        my $r = share($id, %$body);
        is $r->{status}, 422, "$place is refused";
        is $r->{json}{errors}[0]{loc}[1], $place, 'there';
    }
    is $site->post("$v1/workflows/none/permissions",
        { permission => 'view', user_id => 'a' }, @olga)->{status}, 404,
        'of no graph';
};


my @boss = as('boss', 'manager');

sub template {
    my (%o) = @_;
    return $site->post("$v1/workflow_templates", { name => 'pattern',
        template_data => {
            variables => { greeting => 'Hello', retries => 1 },
            nodes => [
                { node_id => 'a', node_type => 'join' },
                { node_id => 'b', node_type => 'human_gate',
                  retry_count => '{{retries}}',
                  config => { prompt => '{{greeting}}, {{ name }}?' } },
            ],
            metadata => { note => 'about {{other}}' },
            edges => [ { from_node_id => 'a', to_node_id => 'b' } ],
        }, %o }, @boss);
}


subtest 'a pattern becomes a graph' => sub {
    my $r = template(category => 'greetings', icon => 'hand',
        description => 'Greets', required_capabilities => ['hands'],
        estimated_cost => 0.5, example_input => { name => 'x' });
    is $r->{status}, 201, 'kept' or diag $r->{body};
    my $id = $r->{json}{id};
    is $r->{headers}{location} =~ s{^https?://[^/]+}{}r,
        "$v1/workflow_templates/$id", 'there';

    my $got = $site->get("$v1/workflow_templates/$id", @olga)->{json};
    is_deeply $got, $r->{json}, 'and read again';
    is $got->{template_data}{edges}[0]{to_node_id}, 'b', 'whole';

    my $made = $site->post("$v1/workflow_templates/$id/instantiate",
        { name => 'mine', variables => { name => 'Otto', retries => 2 } }, @olga);
    is $made->{status}, 201, 'a graph' or diag $made->{body};
    my $node = $made->{json}{nodes}[1];
    is $node->{config}{prompt}, 'Hello, Otto?',
        'its variables are filled in';
    is $made->{json}{metadata}{note}, 'about {{other}}', 'others stay';
    is $node->{retry_count}, 2, 'a text that is one becomes its value';
    is $made->{json}{owner_id}, 'olga', 'of who made it';
    is $made->{json}{name}, 'mine', 'by that name';
    is $made->{json}{description}, 'Greets', 'told as the pattern is';
    is $site->post("$v1/workflows/$made->{json}{id}/run", {}, @olga)->{status},
        201, 'it runs';

    my ($listed) = grep { $_->{id} eq $id }
        @{ $site->get("$v1/workflow_templates", @olga)->{json} };
    is $listed->{usage_count}, 1, 'the use is counted';
    ok !exists $listed->{template_data}, 'lists are short';
};


subtest 'patterns are found' => sub {
    template(name => 'official', category => 'forms',
        is_official => JSON::PP::true);
    my $names = sub {
        return join ' ', map { $_->{name} }
            @{ $site->get("$v1/workflow_templates?$_[0]", @olga)->{json} };
    };
    is $names->(''), 'official pattern', 'official ones first';
    is $names->('category=greetings'), 'pattern', 'by category';
    is $names->('is_official=true'), 'official', 'by origin';
    is $names->('skip=1&limit=1'), 'pattern', 'by pages';
};


subtest 'what is wrong with a pattern' => sub {
    is $site->post("$v1/workflow_templates", {}, @olga)->{status}, 403,
        'operators keep none';
    for (
        [ { name => '' }, 'name' ],
        [ { template_data => 7 }, 'template_data' ],
        [ { template_data => { nodes => {} } }, 'template_data.nodes' ],
        [ { template_data => { nodes => [], edges => 1 } }, 'template_data.edges' ],
        [ { template_data => { nodes => [], variables => [] } },
          'template_data.variables' ],
        [ { estimated_cost => 'much' }, 'estimated_cost' ],
    ) {
        my ($body, $place) = @$_;
        my $r = template(%$body);
        is $r->{status}, 422, "$place is refused" or diag $r->{body};
        my (undef, @loc) = @{ $r->{json}{errors}[0]{loc} };
        is join('.', @loc), $place, 'there';
    }

    my $id = template(template_data => { nodes => [
        { node_id => '{{id}}', node_type => 'join' } ] })->{json}{id};
    my $make = sub {
        return $site->post("$v1/workflow_templates/$id/instantiate", $_[0], @olga);
    };
    is $make->({ variables => { id => '' } })->{status}, 422,
        'a graph that is none is refused';
    is $make->({ variables => 7 })->{status}, 422, 'variables are an object';
    is $make->({})->{status}, 201, 'or nothing';

    my $big = template(template_data => { nodes => [], map({ ("m$_" =>
        [ ('{{v}}{{v}}') x 1000 ]) } 1 .. 10) })->{json}{id};
    my $r = $site->post("$v1/workflow_templates/$big/instantiate",
        { variables => { v => 'x' x 10_000 } }, @olga);
    is $r->{status}, 413, 'a little that becomes much is refused'
        or diag substr $r->{body}, 0, 300;
    is $site->get("$v1/workflow_templates/none", @olga)->{status}, 404, 'none such';
    is $site->post("$v1/workflow_templates/none/instantiate", {}, @olga)
        ->{status}, 404, 'nor a graph of it';
};


$site->log_is_calm;
done_testing;
