# Calls go where policy allows, take no orders from agents, and hold up nobody
# (architecture.md 8 "Carriers", reliability.md 6).

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);

use LangOrch::Agent;
use LangOrch::Doc qw(chain procedure sequence step);
use LangOrch::Site;

my $agent = LangOrch::Agent->start(script => {
    bossy => { result => 'mine', headers => {
        'X-Accel-Redirect'   => '/inner/',
        'X-Accel-Buffering'  => 'yes',
        'X-Accel-Limit-Rate' => '1',
    } },
    coded   => { result => 'x', headers => { 'Content-Encoding' => 'gzip' } },
    early   => { body => '', status => '102' },
    hang    => { hang => 1 },
    hangup  => { result => 'bye', hangup => 1 },
    chunked => { headers => { 'Content-Length' => undef,
            'Transfer-Encoding' => 'chunked' },
        body => "18\r\n{\"status\":\"success\",\"res\r\n"
            . "A\r\nult\":true}\r\n0\r\n\r\n" },
    broken  => { headers => { 'Content-Length' => undef,
            'Transfer-Encoding' => 'chunked' },
        body => "zz\r\n{}\r\n", hangup => 1 },
    both    => { headers => { 'Transfer-Encoding' => 'chunked' },
        body => "0\r\n\r\n" },
    mute    => { headers => { 'Content-Length' => undef }, hangup => 1,
        result => 'until the end' },
    good    => { result => 'fine' },
});


# A procedure of one step for each action of the script.

sub import_steps {
    my ($site, %more) = @_;

    $site->import_document(procedure("call-$_", 'main', {
        main => sequence('end', step($_, timeout_ms => 60_000, %more)),
        end  => { type => 'terminate', outputs => { result => "{{$_}}" } },
    })) for sort keys %{ $agent->{script} };

    return;
}


my $tls = LangOrch::Site::free_port();
my $dir = $agent->{dir};
system("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost"
    . " -keyout $dir/tls.key -out $dir/tls.crt -days 2 2>/dev/null") == 0
    or die 'no certificate';

my $site = LangOrch::Site->start(
    workers => 1,
    server  => "location /inner/ { internal; return 200 inner; }\n",
    http    => "server { listen 127.0.0.1:$tls ssl;"
        . " ssl_certificate $dir/tls.crt; ssl_certificate_key $dir/tls.key;"
        . ' location / { proxy_pass ' . $agent->url . "; } }\n",
);
$site->register($agent);
import_steps($site);


subtest 'a head gives no orders to this server' => sub {
    my $end = $site->run('call-bossy')->wait_final;
    is $end->{status}, 'completed', 'the run completes';
    is $end->{output_vars}{result}, 'mine', 'with what the agent said';
};


subtest 'a body may come in any form of HTTP/1.1' => sub {
    for my $action (qw(chunked mute hangup)) {
        is $site->run("call-$action")->wait_final->{status}, 'completed',
            $action;
    }
};


subtest 'a reply that cannot be believed fails the step' => sub {
    for my $action (qw(coded early broken both)) {
        my $run = $site->run("call-$action");
        is $run->wait_final->{status}, 'failed', $action;
        is scalar(grep { $_->{json}{run_id} eq $run->id } $agent->calls), 1,
            'after one call';
        is $site->run('call-good')->wait_final->{status}, 'completed',
            'the next is well';
    }
};


subtest 'an agent that closes after each answer is called all the same' => sub {
    is $site->run('call-hangup')->wait_final->{status}, 'completed', "call $_"
        for 1 .. 10;
};


subtest 'a certificate that nobody knows is not taken' => sub {
    $site->register($agent, agent_id => 'tls', channel => 'tls',
        base_url => "https://127.0.0.1:$tls");
    $site->import_document(procedure('tls', 'main', {
        main => { %{ sequence('end', step('good')) }, agent => 'tls' },
        end  => { type => 'terminate' },
    }));

    my $before = $agent->calls;
    is $site->run('tls')->wait_final->{status}, 'failed', 'the run fails';
    is scalar($agent->calls), $before, 'and the agent heard nothing';
};


subtest 'a target in an odd spelling is malformed, metadata are refused' => sub {
    my $try = sub {
        return $site->post('/api/agents', { name => 'x', channel => 'x',
            base_url => $_[0], concurrency_limit => 1, capabilities => ['*'] });
    };

    for my $url (qw(http://127.1/ http://2130706433/ http://0x7f000001/
        http://0177.0.0.1/ http://user@127.0.0.1/ http://127.0.0.1:0/
        http://127.0.0.1:65536/ ftp://127.0.0.1/ http:///x http://[::1/))
    {
        is $try->($url)->{status}, 422, $url;
    }

    for my $url (qw(http://169.254.169.254/ http://[::ffff:169.254.169.254]/
        http://[64:ff9b::a9fe:a9fe]/ http://[fd00:ec2::254]/))
    {
        my $r = $try->($url);
        is $r->{status}, 403, $url;
        like $r->{json}{type} // '', qr/source_not_allowed/, 'by name';
    }
};


subtest 'quitting does not wait for an agent that hangs' => sub {
    my @slow = map { $site->run('call-hang') } 1 .. 20;
    $agent->wait_calls(20, 'hang');

    my $begun = time;
    $site->stop;
    cmp_ok time - $begun, '<', 15, 'longer than the time to drain';

    $site->restart;
    $agent->wait_calls(40, 'hang');
    my $count = $agent->key_counts('hang');
    is scalar(keys %$count), 20, 'the calls come again, with their keys';

    $site->post($_->path('/cancel'), {}) for @slow;
    is $_->wait_final->{status}, 'canceled', 'a call is cut off by a cancel'
        for @slow;
};


subtest 'closed means closed, but for what is named' => sub {
    my $other = LangOrch::Agent->start;
    my $strict = LangOrch::Site->start(workers => 1, egress => 'strict',
        allow => [ '127.0.0.1:' . $agent->port ]);

    my $r = $strict->post('/api/agents', { name => 'x', channel => 'x',
        base_url => $other->url, concurrency_limit => 1,
        capabilities => ['*'] });
    is $r->{status}, 403, 'another port is refused';

    $r = $strict->post('/api/agents', { name => 'x', channel => 'y',
        base_url => 'http://localhost:' . $other->port, concurrency_limit => 1,
        capabilities => ['*'] });
    is $r->{status}, 403, 'and so it is by name';

    $strict->register($agent);
    import_steps($strict);
    is $strict->run('call-good')->wait_final->{status}, 'completed',
        'the named one is called';
    is scalar($other->calls), 0, 'the other one never';

    $strict->log_is_calm;
};


$site->log_is_calm;
done_testing;
