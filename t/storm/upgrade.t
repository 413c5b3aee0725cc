# Another binary takes over (USR2, WINCH, QUIT) while runs are in flight and
# streams are open: nobody is turned away, nothing is lost (G9).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(chain);
use LangOrch::Site;
use LangOrch::Storm qw(long_or);
use LangOrch::Wait qw(pause until_true);

my $upgrades = $ENV{UPGRADES} || long_or(20, 2);

my $storm = LangOrch::Storm->new(steps => 30, procedure => 'thirty');
my $site  = $storm->site;

# a binary that is started by another sees of its environment what is named

my $conf = LangOrch::Site::slurp($site->home . '/nginx.conf');
LangOrch::Site::spew($site->home . '/nginx.conf', join '',
    map({ "env $_;\n" } qw(LD_PRELOAD ASAN_OPTIONS UBSAN_OPTIONS)), $conf);
$site->reload;

# The runs that are followed are not over before the old binary is gone.

my $followed = chain('followed', 30);
my $nodes    = $followed->{workflow_graph}{nodes};

$nodes->{main}{next_node} = 'ask';
$nodes->{ask} = {
    type => 'human_approval', prompt => 'Is it gone?', on_approve => 'end',
};
$site->import_document($followed);

$storm->load(pause => long_or(0.3, 0.1));

for my $upgrade (1 .. $upgrades) {
    my $old = $site->master;

    my $id = do {
        local $storm->{procedure} = 'followed';
        $storm->create("followed-$upgrade", $storm->statuses);
    };
    my $run = $site->run_by_id($id);

    push @{ $storm->{runs} }, $id;
    $storm->follow($run);

    my %before = map { $_ => 1 } $site->workers(1);
    kill 'USR2', $old;
    until_true('a second master has its workers', sub {
        return 2 <= grep { !$before{$_} } $site->workers;
    });
    pause(1);                           # both binaries drive runs

    # the old binary stays, without workers, until it is told to go

    kill 'WINCH', $old;
    until_true('the old workers are told', sub {
        return !grep { $before{$_} } $site->workers;
    });
    pause(0.5);
    kill 'QUIT', $old;
    until_true('the old master is gone', sub { !-e "/proc/$old" }, 25);

    isnt $site->master, $old, 'another binary serves';

    $run->decide('approve');
}

$storm->calm;
$storm->judge;

is join(' ', grep { $_ != 201 } keys %{ $storm->statuses }), '',
    'whoever asked was answered, with what he asked for';
ok scalar(grep { $_->{opened} > 1 } @{ $storm->{stories} }),
    'streams were closed and taken up again';
is scalar($site->workers(1)), 2, 'two workers are left';

$site->log_is_calm;
done_testing;
