# Where a webhook takes posts from: addresses, CIDRs and names, of both kinds of
# addresses, as NGINX knows the client behind a proxy (docs/api.md, Webhooks).

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use Test::More;

use LangOrch::Dns;
use LangOrch::Doc qw(procedure);
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $dns = LangOrch::Dns->start;
$dns->say('partner.test' => [ '192.0.2.7', '192.0.2.8' ]);
$dns->say('moved.test' => ['192.0.2.9'], ['203.0.113.9']);

my $site = LangOrch::Site->start(workers => 2, env => { LANGORCH_SECRET_HOOK => 'topsecret' },
    http => "set_real_ip_from 127.0.0.1;\nreal_ip_header X-Real-IP;\nresolver_timeout 3s;\n",
    server => 'resolver 127.0.0.1:' . $dns->port . " ipv6=off;\n");
my $n = 0;

sub hook {
    my ($sources) = @_;
    my $id = 'hook-' . ++$n;
    $site->import_document(procedure($id, 'end', { end => { type => 'terminate' } }));
    my $r = $site->post("/api/triggers/$id/1.0.0", { trigger_type => 'webhook',
        webhook_secret => 'HOOK', allowed_sources => $sources });
    return ($r->{status}, $id, $r);
}

sub post {
    my ($id, $from) = @_;
    my $body = '{"n":' . ++$n . '}';
    return $site->post("/api/triggers/webhook/$id", $body, headers => {
        'X-Real-IP' => $from, 'X-LangOrch-Signature' => hmac_sha256_hex($body, 'topsecret') })
        ->{status};
}


subtest 'addresses and CIDRs' => sub {
    my ($status, $id) = hook([ '192.0.2.0/28', '2001:db8::/32', '198.51.100.4' ]);
    is $status, 201, 'registered';
    for my $case (
        [ '192.0.2.1', 202 ], [ '192.0.2.15', 202 ], [ '192.0.2.16', 403 ],
        [ '198.51.100.4', 202 ], [ '198.51.100.5', 403 ],
        [ '2001:db8::1', 202 ], [ '2001:db8:ffff::1', 202 ], [ '2001:db9::1', 403 ],
        [ '::ffff:192.0.2.1', 202 ], [ '::ffff:192.0.2.16', 403 ], [ '::1', 403 ])
    {
        is post($id, $case->[0]), $case->[1], $case->[0];
    }
    is post($id, 'nonsense'), 403, 'what is no address leaves that of the proxy';
};


subtest 'names' => sub {
    my ($status, $id, $r) = hook([ '10.0.0.0/8', 'Partner.Test' ]);
    is $status, 201, 'registered' or diag $r->{body};
    is post($id, '192.0.2.8'), 202, 'one of its addresses' for 1 .. 3;
    is post($id, '192.0.2.10'), 403, 'another one';
    is post($id, '10.1.2.3'), 202, 'what is listed beside it';
    my ($entry) = grep { $_->{outcome} eq 'source_not_allowed' }
        @{ $site->get("/api/triggers/$id/1.0.0/history")->{json} };
    ok $entry, 'and that is in the history';

    (undef, $id) = hook([ 'nobody.test', 'moved.test' ]);
    is post($id, '192.0.2.9'), 202, 'behind one that does not exist';
    $dns->say('moved.test' => ['203.0.113.9']);
    ok until_true('names are looked up again', sub { post($id, '203.0.113.9') == 202 }, 20),
        'where it is now';
    ok until_true('on all workers', sub {
        return !grep { post($id, '192.0.2.9') != 403 } 1 .. 4 }, 20), 'and not where it was';
};


subtest 'what is no source' => sub {
    for my $bad ('300.1.1.1', '10.0.0.0/33', '*.test', 'a b', '-a.test', 'a..test', 'a.test.',
        'http://a.test', 'a_b.test', 'x' x 254, '')
    {
        is +(hook([$bad]))[0], 422, "not '$bad'";
    }
    $site->log_is_calm;
};

done_testing;
