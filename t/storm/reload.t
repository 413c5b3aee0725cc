# A reload every second under load, with streams open: no new connection fails,
# nothing is lost or sent again, old workers go in their time (G9).

use strict;
use warnings;

use Test::More;

use LangOrch::Storm qw(long_or);
use LangOrch::Wait qw(pause until_true);

my $reloads = $ENV{RELOADS} || long_or(120, 8);

my $storm = LangOrch::Storm->new(steps => 30, procedure => 'thirty');
my $site  = $storm->site;

$storm->load(pause => long_or(0.3, 0.1));

for my $reload (1 .. $reloads) {
    if ($reload % 2) {
        my $id = $storm->create("followed-$reload", $storm->statuses);
        push @{ $storm->{runs} }, $id;
        $storm->follow($site->run_by_id($id));
    }

    kill 'HUP', $site->master;
    pause(1);
}

$storm->calm;
$storm->judge;

is join(' ', grep { $_ != 201 } keys %{ $storm->statuses }), '',
    'whoever asked was answered, with what he asked for';
ok scalar(grep { $_->{opened} > 1 } @{ $storm->{stories} }),
    'streams were closed and taken up again';

until_true('the old workers are gone',
    sub { $site->workers(1) == 2 && $site->workers == 2 }, 25);
pass 'old workers end in their time';

$site->log_is_calm;
done_testing;
