# Who may: the role of every route, as the table has it, before anything else is
# looked at (api 1.6, 1.7).

use strict;
use warnings;

use Test::More;

use LangOrch::Routes;
use LangOrch::Site;

my @roles = qw(viewer approver operator manager admin);


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


subtest 'a viewer' => sub {
    my $site = LangOrch::Site->start(workers => 1, identity => 'optional');
    my %seen;

    for my $op (LangOrch::Routes->new($site, empty => 1)->all) {
        my $role = $op->{op}{'x-langorch-role'};
        my $r    = $site->request($op->{method}, $op->{none},
            $op->{method} eq 'GET' ? undef : '{"half":');
        $seen{$role}++;

        if ($role eq 'public' || $role eq 'viewer') {
            ok $r->{status} != 401 && $r->{status} != 403
                || $r->{json}{code} ne 'forbidden',
                "$op->{method} $op->{path} is for viewers";
            next;
        }
        is "$r->{status} $r->{json}{code}", '403 forbidden',
            "$op->{method} $op->{path} is not, before body and object";
        is $r->{json}{detail}, "Role '$role' or higher is required", 'and why';
    }

    ok $seen{$_}, "there are routes for $_" for qw(public viewer operator);
    $site->log_is_calm;
};

done_testing;
