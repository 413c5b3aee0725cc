# A reload every second under load, with streams open: no new connection fails,
# nothing is lost or sent again, old workers go in their time (G9).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Storm qw(long_or);
use LangOrch::Wait qw(pause until_true);

my $reloads = $ENV{RELOADS} || long_or(120, 8);

my $storm = LangOrch::Storm->new(steps => 30, procedure => 'thirty');
my $site  = $storm->site;

# a run that lasts as long as the storm, for the crowd

my $paced = LangOrch::Agent->start(script => {
    pace => { result => 1, delay => 0.3 } });
$site->register($paced, agent_id => 'paced', channel => 'paced',
    name => 'paced');
$site->import_document(procedure('paced', 'main', {
    main => { %{ sequence('end', map { step("p$_", action => 'pace') }
        1 .. 3 * $reloads) }, agent => 'paced' },
    end => { type => 'terminate' },
}));

$storm->crowd($site->run('paced'), long_or(500, 40));
$storm->asks(rate => long_or(200, 40));
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

is join(' ', grep { $_ != 200 } keys %{ $storm->{asked} }), '',
    'no new connection failed';
note 'p99 of requests: ', $storm->p99(0, 9e9), ' s of ',
    scalar @{ $storm->{took} };
is join(' ', grep { $_ != 201 } keys %{ $storm->statuses }), '',
    'whoever asked was answered, with what he asked for';
ok scalar(grep { $_->{opened} > 1 } @{ $storm->{stories} }),
    'streams were closed and taken up again';

until_true('the old workers are gone',
    sub { $site->workers(1) == 2 && $site->workers == 2 }, 25);
pass 'old workers end in their time';

$site->log_is_calm;
done_testing;
