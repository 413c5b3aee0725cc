# Who may: the role of every route, as the table has it, before anything else is
# looked at (api 1.6, 1.7).

use strict;
use warnings;

use Test::More;

use LangOrch::Routes;
use LangOrch::Site;

my @roles = qw(viewer approver operator manager admin);

# For the role alone: what a route says of its object is another matter.

sub refuses {
    my ($r) = @_;
    return $r->{status} == 403 && ref $r->{json} eq 'HASH'
        && $r->{json}{code} eq 'forbidden' && $r->{json}{detail} =~ /^Role '/;
}


subtest 'nobody' => sub {
    my $site = LangOrch::Site->start(workers => 1, identity => 'on');
    my $open = LangOrch::Site->start(workers => 1);

    for my $op (LangOrch::Routes->new($open, empty => 1)->all) {
        my $r = $site->request($op->{method}, $op->{none}, '{"half":');

        if ($op->{op}{'x-langorch-role'} eq 'public') {
            isnt $r->{status}, 401, "$op->{method} $op->{path} is for all";
            next;
        }
        is "$r->{status} $r->{json}{code}", '401 unauthenticated',
            "$op->{method} $op->{path} wants to know who";
        is $r->{json}{detail}, 'Authentication required', 'and says so';
        is $r->{headers}{'www-authenticate'}, 'Bearer realm="langorch"', 'how';

        $r = $site->request($op->{method}, $op->{none}, undef,
            headers => { Authorization => 'Bearer nonsense' });
        is "$r->{status} $r->{json}{detail}", '401 Invalid or expired token',
            'nonsense is nobody';
    }
    $site->log_is_calm;
    $_->stop for $site, $open;
};


# A name that somebody vouches for, and its groups, which are roles.

subtest 'each role' => sub {
    my $site = LangOrch::Site->start(workers => 1, identity => 'on', http =>
        "langorch_user \$http_x_user trusted;\n"
        . "langorch_groups \$http_x_groups trusted;\n");
    my @as = map { [ headers => { 'X-User' => "a $_", 'X-Groups' => $_ } ] } @roles;
    my %rank = map { $roles[$_] => $_ } 0 .. $#roles;

    my $doc = $site->get('/api/openapi.json', @{ $as[0] })->{json};
    my %seen;

    for my $op (LangOrch::Routes->of($site, $doc)->all) {
        my $role = $op->{op}{'x-langorch-role'};
        my $what = "$op->{method} $op->{path}";
        my @ask  = ($op->{method}, $op->{none},
            $op->{method} eq 'GET' ? undef : '{"half":');
        $seen{$role}++;
        next if $role eq 'public';

        my $own = $site->request(@ask, @{ $as[ $rank{$role} ] });
        ok !refuses($own), "$what: $role may" or diag $own->{body};
        isnt $own->{status}, 401, 'and is known';
        next unless $rank{$role};

        my $r = $site->request(@ask, @{ $as[ $rank{$role} - 1 ] });
        is "$r->{status} $r->{json}{code}", '403 forbidden',
            "$roles[ $rank{$role} - 1 ] may not, before body and object";
        is $r->{json}{detail}, "Role '$role' or higher is required", 'and why';
    }

    ok $seen{$_}, "there are routes for $_" for qw(public viewer operator);
    $site->log_is_calm;
    $site->stop;
};


subtest 'nobody, where that may look' => sub {
    my $site = LangOrch::Site->start(workers => 1, identity => 'optional');

    for my $op (LangOrch::Routes->new($site, empty => 1)->all) {
        my $role = $op->{op}{'x-langorch-role'};
        my $r    = $site->request($op->{method}, $op->{none});
        my $may  = $role eq 'public' || $role eq 'viewer';

        is !!refuses($r), !$may, "$op->{method} $op->{path} for $role";
    }
    $site->log_is_calm;
};

done_testing;
