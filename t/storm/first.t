# Who is named in the configuration can log in as soon as the site says that it is
# ready, however slow its disk is; and later, when it took no write then.

use strict;
use warnings;

use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Fault;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $dir = tempdir(CLEANUP => 1);
LangOrch::Site::spew("$dir/jwt", join '', map { chr(97 + int rand 26) } 1 .. 40);
LangOrch::Site::spew("$dir/admin", "the-first-password\n");
chmod 0755, $dir;

my $fault = LangOrch::Fault->new;
my $conf  = "langorch_jwt_secret $dir/jwt;\n";

sub login {
    my ($site, $name) = @_;
    return $site->post('/api/auth/login',
        { username => $name, password => 'the-first-password' })->{status};
}


$fault->set(delay_ms => 200);
my $site = LangOrch::Site->start(workers => 2, fault => $fault, identity => 'on',
    http => "${conf}langorch_admin root $dir/admin;\n");
is login($site, 'root'), 200, 'at once, though the disk is slow';
$fault->well;


# Nobody is in it yet, and somebody else writes when the workers begin that have
# to make him.

my $other  = LangOrch::Site->start(workers => 1, identity => 'on', http => $conf);
my $let_go = LangOrch::Store::hold($other);
$other->configure(http => "${conf}langorch_admin ann $dir/admin;\n");
$other->reload;

until_true('it was tried', sub { $other->log =~ /"ann" could not be made yet/ }, 60);
is $other->get('/api/health/ready')->{json}{checks}{engine}, 'starting',
    'it is not ready without him';
$let_go->();
$other->await_ready;
is login($other, 'ann'), 200, 'and is when he is there';

done_testing;
