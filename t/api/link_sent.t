# A link to answer by is sent by the site's webhook, and told to nobody else
# (docs/api.md, Answering by a link).

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(approval);
use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $fails = 0;
my $hook  = LangOrch::Agent->start(web => sub {
    return { status => $fails++ < 2 ? 500 : 204, body => '' };
});

my @settings = (workers => 2, identity => 'on',
    env  => { LANGORCH_SECRET_ALERT => 'signing' });
my $names = <<'END';
map $http_x_name   $name   { default $http_x_name; }
map $http_x_groups $groups { default $http_x_groups; }
langorch_user   $name;
langorch_groups $groups;
END

my $site = LangOrch::Site->start(@settings,
    http => $names . 'langorch_alert_url ' . $hook->url('/alerts') . ';');
my @olga = (headers => { 'X-Name' => 'olga', 'X-Groups' => 'operator' });
my @root = (headers => { 'X-Name' => 'root', 'X-Groups' => 'admin' });


sub asks {
    my ($at) = @_;
    $at->headers(%{ $olga[1] });
    $at->import_document(approval('asks'));
    my $run = $at->run('asks');
    return ($run, "/api/approvals/" . $run->wait_approval->{approval_id});
}


subtest 'the webhook gets the link, whoever made it does not' => sub {
    my ($run, $url) = asks($site);
    my $r = $site->post("$url/links", { identity => 'ada', send => JSON::PP::true },
        @root);
    is $r->{status}, 201, 'it is made' or diag $r->{body};
    is_deeply [ @{ $r->{json} }{qw(identity sent url)} ],
        [ 'ada', JSON::PP::true, undef ], 'for her, without its address';
    unlike $r->{body}, qr/token=/, 'nor its token';

    my $calls = $hook->wait_calls(3);
    is scalar(@$calls), 3, 'it is tried until it is taken';
    my ($call) = grep { $_->{json}{event} eq 'approval_link' } reverse @$calls;
    is_deeply [ @{ $call->{json} }{qw(run_id identity link_id expires_at)} ],
        [ $run->id, 'ada', @{ $r->{json} }{qw(link_id expires_at)} ],
        'what is to be delivered, to whom';
    my $id = $run->id;
    my $alert = qr/alert approval_link of run \Q$id\E was not taken at try/;
    my @tried = $site->log =~ /$alert (\d) of 3: status 500/g;
    is_deeply \@tried, [ 1, 2 ], 'the log tells of each try that failed';
    is $call->{headers}{'x-langorch-signature'}, 'sha256=' . hmac_sha256_hex(
        "$call->{headers}{'x-langorch-timestamp'}.$call->{body}", 'signing'),
        'signed';

    my ($path) = $call->{json}{url} =~ m{^http://[^/]+(/.*)};
    my $page = LangOrch::Http::request($site->port, 'GET', $path, undef,
        headers => { Accept => 'text/html' });
    is $page->{status}, 200, 'it leads to the page';

    my ($token) = $path =~ /token=(\w+)/;
    my $audit = $site->get('/api/audit?limit=1000', @root)->{body};
    like $audit, qr/link_create/, 'the audit tells that it was made';
    unlike $audit, qr/\Q$token\E/, 'not what it is';
    unlike $site->log, qr/\Q$token\E/, 'and no log does';
};


subtest 'a link that is not to be sent is told as ever' => sub {
    my $run = $site->run('asks');
    my $r = $site->post('/api/approvals/' . $run->wait_approval->{approval_id}
        . '/links', { identity => 'ada' }, @root);
    like $r->{json}{url}, qr/token=/, 'with its address';
    ok !$r->{json}{sent}, 'and not sent';
};


subtest 'a site without a webhook says so' => sub {
    my $mute = LangOrch::Site->start(@settings, http => $names);
    my ($run, $url) = asks($mute);
    my $r = $mute->post("$url/links", { identity => 'ada',
        send => JSON::PP::true }, @root);
    is $r->{status}, 422, 'refused';
    is_deeply $r->{json}{errors}[0]{loc}, [ 'body', 'send' ], 'for that';
    $mute->log_is_calm;
};

$site->log_is_calm;

done_testing;
