# Clients that take every connection NGINX gives them do not stop the runs: a
# quarter of the connections is kept for calls (reliability.md 3 and 4).

use strict;
use warnings;

use IO::Socket::INET;
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $waits = LangOrch::Agent->start(script => {
    work => sub { return { result => 1, until => 'go' } },
});
my $works = LangOrch::Agent->start;

my $site = LangOrch::Site->start(workers => 1);
my $conf = LangOrch::Site::slurp($site->home . '/nginx.conf');
$conf =~ s/worker_connections \d+/worker_connections 256/ or die;
LangOrch::Site::spew($site->home . '/nginx.conf', $conf);
$site->restart;

$site->register($waits, channel => 'first',  agent_id => 'first',
    name => 'first');
$site->register($works, channel => 'second', agent_id => 'second',
    name => 'second');

$site->import_document(procedure('two', 'main', {
    main => sequence('end',
        step('s1', action => 'work', agent => 'first'),
        (map { step("s$_", action => 'work', agent => 'second') } 2 .. 4)),
    end => { type => 'terminate' },
}));

my $run = $site->run('two');
until_true('the first step is called', sub { $waits->calls('work') });


# Half a request each: who only waits for one could be sent away again.

my @clients;

sub is_full { return $site->log =~ /256 worker_connections are not enough/ }

until_true('NGINX has no connection left for clients', sub {
    for (1 .. 10) {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
            PeerPort => $site->port) or last;
        push @clients, $socket;
        print {$socket} "GET /api/health HTTP/1.1\r\n";
        $socket->flush;
    }
    return is_full();
});

cmp_ok scalar(@clients), '<', 256 - 40, 'a quarter is not for clients';
cmp_ok scalar(@clients), '>', 120,      'all others are';

$waits->release('go');

until_true('the last step is called', sub {
    return 3 == $works->calls('work');
});
pass 'runs go on over connections of their own';

close $_ for @clients;
is $run->wait_final->{status}, 'completed', 'and end';

is_deeply [ grep { !/worker_connections are not enough/ } $site->unrest ], [],
    'the log has nothing else to say';

$site->stop;
done_testing;
