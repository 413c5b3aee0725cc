# The whole matrix: every route of the table, every role, every kind of
# credential; and what is no credential any more (api 1.6, 1.7).

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256);
use File::Temp qw(tempdir);
use JSON::PP qw(encode_json);
use MIME::Base64 qw(encode_base64url);
use Test::More;

use LangOrch::Routes;
use LangOrch::Site;
use LangOrch::Store;

my @roles  = qw(viewer approver operator manager admin);
my %rank   = map { $roles[$_] => $_ } 0 .. $#roles;
my $secret = join '', map { chr(97 + int rand 26) } 1 .. 48;
my $dir    = tempdir(CLEANUP => 1);

LangOrch::Site::spew("$dir/jwt", "$secret\n");
chmod 0755, $dir;

my $conf = "langorch_jwt_secret $dir/jwt;\nlangorch_user \$http_x_user trusted;\n"
    . "langorch_groups \$http_x_groups trusted;\n";


sub jwt {
    my (%o) = @_;
    my $text = join '.', map { encode_base64url(encode_json($_)) }
        { alg => 'HS256' }, { sub => 'somebody', exp => time + 3600, %o };
    return "$text." . encode_base64url(hmac_sha256($text, $o{_key} // $secret));
}

sub bearer { return { Authorization => "Bearer $_[0]" } }

sub vouched { return { 'X-User' => "a $_[0]", 'X-Groups' => $_[0] } }


# A token of the API for each role, that its admin made.

sub token {
    my ($site, $role, %more) = @_;
    my $r = $site->post('/api/auth/tokens', { name => 'ci', role => $role,
        identity => "ci $role", %more }, headers => vouched('admin'));
    return $r->{json}{token} // die $r->{body};
}


# What each kind of credential is as headers, by the role that it is worth.

sub kinds {
    my ($site) = @_;
    my %token = map { $_ => token($site, $_) } @roles;

    return (
        variable  => sub { vouched($_[0]) },
        token     => sub { bearer($token{ $_[0] }) },
        'a key'   => sub { { 'X-API-Key' => $token{ $_[0] } } },
        JWT       => sub { bearer(jwt(sub => "j $_[0]", roles => [ $_[0] ])) },
        cookie    => sub { { Cookie => 'langorch_token='
            . jwt(sub => "c $_[0]", role => $_[0]), 'X-Requested-With' => 'langorch' } },
    );
}


# Half a body, and ids that nobody has: who may is told something else.  What a
# route says of its object is none of the role.

sub ask {
    my ($site, $op, $headers, $query) = @_;
    my $r = $site->request($op->{method}, $op->{none} . ($query // ''),
        $op->{method} eq 'GET' ? undef : '{"half":', headers => $headers);

    return 'no answer' if $r->{status} == 0;
    return 'in' if $r->{status} !~ /^40[13]$/ || $r->{json}{code} eq 'forbidden'
        && $r->{json}{detail} !~ /^Role '/;
    return "$r->{status} $r->{json}{code}";
}


sub routes_of {
    my ($site) = @_;
    my $doc = $site->get('/api/openapi.json', headers => vouched('viewer'))->{json};
    return map { { %$_, role => $_->{op}{'x-langorch-role'},
        what => "$_->{method} $_->{path}", asks => $_->{method} eq 'GET'
            && scalar grep { $_->{name} eq 'access_token' }
                LangOrch::Routes::parameters($_, 'query') } }
        LangOrch::Routes->of($site, $doc)->all;
}


# All of it: what differs from what the table says is shown.

sub walk {
    my ($site, $may) = @_;
    my %kind = kinds($site);
    my @all  = routes_of($site);
    my $n    = 0;

    cmp_ok scalar(@all), '>', 150, scalar(@all) . ' routes';

    for my $kind (sort keys %kind) {
        for my $role (@roles) {
            my $headers = $kind{$kind}->($role);
            my @wrong;

            for my $op (@all) {
                my $want = $op->{role} eq 'public' || $may->($role, $op->{role})
                    ? 'in' : '403 forbidden';
                my $got = ask($site, $op, $headers);
                push @wrong, "$op->{what}: $got, not $want" if $got ne $want;
                $n++;
            }
            is_deeply \@wrong, [], "$kind of $role";
        }
    }

    note "$n requests";
    return @all;
}


# None of these is anybody, whatever route it is.

sub strangers {
    my ($site, @all) = @_;
    my %gone = map { $_ => token($site, 'admin') } qw(revoked expired);

    my ($id) = map { $_->{token_id} } grep { $gone{revoked} =~ /^\Q$_->{prefix}\E/ }
        @{ $site->get('/api/auth/tokens', headers => vouched('admin'))->{json} };
    is $site->del("/api/auth/tokens/$id", headers => vouched('admin'))->{status}, 204,
        'one is revoked';
    LangOrch::Store::change($site, 'UPDATE api_tokens SET expires_at = 1 WHERE prefix = '
        . "'" . substr($gone{expired}, 0, 11) . "'");

    my $admin = { roles => ['admin'] };
    my %with = (
        'a revoked token' => bearer($gone{revoked}),
        'one that is over' => bearer($gone{expired}),
        'one that never was' => bearer('lo_' . 'a' x 64),
        'nonsense' => bearer('nonsense'),
        'a JWT that is over' => bearer(jwt(%$admin, exp => time - 100)),
        'a JWT without an end' => bearer(jwt(%$admin, exp => undef)),
        'a JWT of another key' => bearer(jwt(%$admin, _key => 'x' x 48)),
        'an empty one' => { Authorization => 'Bearer ' },
        'a cookie of another key' => { 'X-Requested-With' => 'langorch',
            Cookie => 'langorch_token=' . jwt(%$admin, _key => 'x' x 48) },
        'a JWT as a key' => { 'X-API-Key' => jwt(%$admin) },
    );

    for my $kind (sort keys %with) {
        my @wrong;
        for my $op (grep { $_->{role} ne 'public' } @all) {
            my $got = ask($site, $op, $with{$kind});
            push @wrong, "$op->{what}: $got" if $got ne '401 invalid_token';
        }
        is_deeply \@wrong, [], $kind;
    }

    my (@none, @forged, @asked);
    my $jwt = jwt(sub => 'root', %$admin);

    for my $op (grep { $_->{role} ne 'public' } @all) {
        my $got = ask($site, $op, {});
        push @none, "$op->{what}: $got" if $got ne '401 unauthenticated';

        $got = ask($site, $op, { Cookie => "langorch_token=$jwt" });
        push @forged, "$op->{what}: $got"
            if $got ne ($op->{method} eq 'GET' ? 'in' : '403 csrf');

        $got = ask($site, $op, {}, "?access_token=$jwt");
        push @asked, "$op->{what}: $got"
            if $got ne ($op->{asks} ? 'in' : '401 unauthenticated');
    }

    is_deeply \@none, [], 'nobody';
    is_deeply \@forged, [], 'a cookie alone only looks';
    is_deeply \@asked, [], 'in the address: where no header can be sent';
    return;
}


subtest 'each role includes those below it' => sub {
    my $site = LangOrch::Site->start(workers => 2, identity => 'on', http => $conf);
    my @all  = walk($site, sub { return $rank{ $_[0] } >= $rank{ $_[1] } });
    strangers($site, @all);
    $site->log_is_calm;
    $site->stop;
};


subtest 'where starting and approving are apart' => sub {
    my $site = LangOrch::Site->start(workers => 2, identity => 'on',
        http => "${conf}langorch_separation on;\n");

    my @all = walk($site, sub {
        my ($role, $wants) = @_;
        return $role =~ /^(?:approver|admin)$/ if $wants eq 'approver';
        return $rank{$role} >= $rank{$wants};
    });

    # who has both is both

    my @both = grep { ask($site, $_, { 'X-User' => 'both',
        'X-Groups' => 'operator approver' }) ne 'in' }
        grep { $_->{role} =~ /^(?:approver|operator)$/ } @all;
    is_deeply [ map { $_->{what} } @both ], [], 'two roles are two roles';
    $site->log_is_calm;
};

# --- somebody limited to projects ---------------------------------------------------

# What routes answer about an object that is there, and not in his projects, is
# what they answer about one that nobody has.

my %names = (run => 'run_id', procedure => 'procedure_id', approval => 'approval_id',
    lease => 'lease_id', project => 'project_id');

sub told {
    my ($r, $id) = @_;
    my $text = join ' ', $r->{status}, $r->{headers}{allow} // '', $r->{body};
    $text =~ s/"request_id":"[^"]*"/"request_id":""/g;
    $text =~ s/\Q$id\E/none/g;
    return $text;
}

# Bodies that are looked at, and ones with which something would be done.

sub bodies {
    my ($op, $routes) = @_;
    return (undef) if $op->{method} eq 'GET';

    my $schema = $routes->body($op);
    my %least  = map { $_ => { prompt => 'Why?', decision => 'approve', status => 'active',
            target_channel => 'dev', draft => {}, trigger_type => 'webhook',
            from => '2026-01-01' }->{$_} // 'x' } @{ $schema->{required} || [] };
    my $doc = { procedure_id => $routes->id->{procedure_id}, version => '1.0.0',
        workflow_graph => { start_node => 'end', nodes => { end => { type => 'terminate' } } } };

    $least{ckp_json} = $doc if $schema->{properties}{ckp_json};
    $least{input_vars} = {} if $schema->{properties}{input_vars};

    return ('{"half":', '{}', encode_json(\%least));
}

sub hides {
    my ($site, $routes, $op, $headers) = @_;
    my $id   = $routes->id->{ $names{ $op->{op}{'x-langorch-scope'} } } // 'none';
    my $none = $op->{url} =~ s/\Q$id\E/none/r;

    for my $body (bodies($op, $routes)) {
        my $other = $body;
        $other =~ s/\Q$id\E/none/g if defined $other;

        # an approval of a run, a run of a procedure: named by the body

        if ($op->{path} !~ /\{/ && defined $body && $body !~ /half/) {
            my $of = $names{ $op->{op}{'x-langorch-scope'} };
            $body  = encode_json({ prompt => 'Why?', $of => $id });
            $other = encode_json({ prompt => 'Why?', $of => 'none' });
        }
        my @got = map { told($site->request($op->{method}, $_->[0], $_->[1],
            headers => $headers), $id) } [ $op->{url}, $body ], [ $none, $other ];

        return "$op->{what}: $got[0], not $got[1]" if $got[0] ne $got[1];
    }
    return;
}


subtest 'who is limited to projects' => sub {
    my $site = LangOrch::Site->start(workers => 2, identity => 'on',
        http => "${conf}langorch_projects \$http_x_projects trusted;\n");
    $site->headers(%{ vouched('admin') }, 'X-Projects' => '*');

    my $routes = LangOrch::Routes->new($site);
    my $mine   = $site->post('/api/projects', { name => 'mine' })->{json}{project_id};
    my %token  = map { $_ => token($site, $_, projects => [$mine]) } qw(viewer admin);
    my %as     = (
        variable => { %{ vouched('admin') }, 'X-Projects' => $mine },
        token    => { 'X-User' => '', 'X-Groups' => '', %{ bearer($token{admin}) } },
    );
    my @known = map { $routes->id->{$_} } qw(run_id approval_id project_id artifact_id);

    for my $kind (sort keys %as) {
        my (@wrong, %seen);

        for my $op (grep { $_->{op}{'x-langorch-role'} ne 'public' } $routes->all) {
            my $scope = $op->{op}{'x-langorch-scope'} // 'none';
            $op->{what} = "$op->{method} $op->{path}";
            $seen{$scope}++;

            if ($scope eq 'site') {
                my $r = $site->request($op->{method}, $op->{url},
                    $op->{method} eq 'GET' ? undef : '{"half":', headers => $as{$kind});
                push @wrong, "$op->{what}: $r->{status} $r->{body}"
                    if $r->{status} != 403 || $r->{json}{detail} !~ /limited to projects$/;

            } elsif ($names{$scope}) {
                push @wrong, hides($site, $routes, $op, $as{$kind});

            } elsif ($scope =~ /^(?:open|own|within)$/) {
                next if $op->{method} ne 'GET';
                my $r = $site->get($op->{url}, headers => $as{$kind});
                my ($leaks) = grep { index($r->{body}, $_) >= 0 } @known;
                push @wrong, "$op->{what}: $r->{status}"
                    if $r->{status} >= 500 || defined $leaks;

            } else {
                push @wrong, "$op->{what}: nobody said what projects mean for it";
            }
        }
        is_deeply \@wrong, [], "$kind, of " . join ', ',
            map { "$seen{$_} $_" } sort keys %seen;
    }

    # a role that does not suffice is told before that

    my $r = $site->post('/api/users', {}, headers => { 'X-User' => '', 'X-Groups' => '',
        %{ bearer($token{viewer}) } });
    like $r->{json}{detail}, qr/^Role 'admin'/, 'the role comes first';
    $site->log_is_calm;
};

done_testing;
