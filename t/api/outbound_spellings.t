# Whatever an address is spelled like: where nobody may go, nobody goes (reliability
# 6, "Outbound policy"; 7: 40 spellings, 0 connections at the canary).

use strict;
use warnings;

use IO::Socket::INET;
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure);
use LangOrch::Site;

my $canary = LangOrch::Agent->start;
my $port   = $canary->port;
my $site   = LangOrch::Site->start(workers => 2, egress => 'strict');

my @spellings = map { s/PORT/$port/r } qw(
    http://127.0.0.1:PORT/              http://127.1:PORT/
    http://127.0.1:PORT/                http://2130706433:PORT/
    http://0x7f000001:PORT/             http://0x7f.0.0.1:PORT/
    http://0177.0.0.1:PORT/             http://017700000001:PORT/
    http://127.0.0.01:PORT/             http://0.0.0.0:PORT/
    http://0:PORT/                      http://localhost:PORT/
    http://LOCALHOST:PORT/              http://localhost.:PORT/
    http://127.0.0.1.:PORT/             http://127.255.255.254:PORT/
    http://[::1]:PORT/                  http://[0:0:0:0:0:0:0:1]:PORT/
    http://[::]:PORT/                   http://[::ffff:127.0.0.1]:PORT/
    http://[::ffff:7f00:1]:PORT/        http://[::127.0.0.1]:PORT/
    http://[64:ff9b::7f00:1]:PORT/      http://[64:ff9b::127.0.0.1]:PORT/
    http://[2002:7f00:1::]:PORT/        http://[fe80::1]:PORT/
    http://[fc00::1]:PORT/              http://[fd12:3456::1]:PORT/
    http://[ff02::1]:PORT/              http://[::1%25lo]:PORT/
    http://user@127.0.0.1:PORT/         http://user:pw@127.0.0.1:PORT/
    http://example.org@127.0.0.1:PORT/  http://127.0.0.1%23@example.org:PORT/
    http://127.0.0.1:PORT@example.org/  http://127%2e0%2e0%2e1:PORT/
    http://%31%32%37.0.0.1:PORT/        http:\\\\127.0.0.1:PORT/
    http:/127.0.0.1:PORT/               http:127.0.0.1:PORT
    //127.0.0.1:PORT/                   https://127.0.0.1:PORT/
    ftp://127.0.0.1:PORT/               gopher://127.0.0.1:PORT/_x
    file:///etc/passwd                  unix:/run/x.sock
    dict://127.0.0.1:PORT/              http://unix:/run/x.sock:/
    http://10.0.0.1:PORT/               http://172.16.0.1:PORT/
    http://192.168.1.1:PORT/            http://100.64.0.1:PORT/
    http://169.254.169.254/             http://[fd00:ec2::254]/
    http://169.254.1.1:PORT/            http://224.0.0.1:PORT/
    http://255.255.255.255:PORT/        http://198.18.0.1:PORT/
    http://0x7f000001:PORT/a            http://127.0.0.1:0/
    http://127.0.0.1:65536/             http://127.0.0.1:PORTx/
);

# full-width digits and dots, as some libraries read them

push @spellings, "http://\x{ff11}\x{ff12}\x{ff17}.0.0.1:$port/",
    "http://127\x{3002}0\x{3002}0\x{3002}1:$port/", "http://127.0.0.1:$port\r\nX: y/",
    "http://127.0.0.1\t:$port/", "http:// 127.0.0.1:$port/";

cmp_ok scalar @spellings, '>=', 40, scalar(@spellings) . ' spellings';


# Malformed, or refused; and never a 5xx.

sub refused {
    my ($r, $what) = @_;
    return like $r->{status}, qr/^(?:403|422)$/, $what =~ s/[^ -~]/?/gr;
}


subtest 'when somebody registers it' => sub {
    my $n = 0;
    for my $url (@spellings) {
        refused($site->post('/api/agents', { name => 'x', channel => 'c' . ++$n,
            base_url => $url, capabilities => ['*'] }), "agent $url");
        refused($site->post('/api/mcp/servers', { name => "m$n", base_url => $url }),
            "tool server $url");
    }
};


subtest 'when a run goes there' => sub {
    $site->import_document(procedure('goes', 'main', {
        main => { type => 'sequence', next_node => 'end', steps => [ { step_id => 'get',
            action => 'http_request', executor => 'internal', url => '{{url}}',
            retry_config => { max_attempts => 1 } } ] },
        end => { type => 'terminate', status => 'success' },
    }, variables_schema => { url => { type => 'string', required => JSON::PP::true } }));

    my @runs = map { [ $_, $site->run('goes', { url => $_ }) ] } @spellings;
    is $_->[1]->wait_final->{status}, 'failed', $_->[0] =~ s/[^ -~]/?/gr for @runs;
};

is scalar($canary->calls), 0, 'the canary heard nothing';
is $site->get('/api/health')->{status}, 200, 'and the site lives';
$site->log_is_calm;
done_testing;
