# An answer is bound to what was shown; links by which one answers once, on a page
# that needs no script and no login; deputies (docs/api.md, Questions to people).

use strict;
use warnings;

use Digest::SHA qw(sha256_base64 sha256_hex);
use JSON::PP;
use Test::More;

use LangOrch::Doc qw(approval);
use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 2, identity => 'on', http => <<'END');
map $http_x_name   $name   { default $http_x_name; }
map $http_x_groups $groups { default $http_x_groups; }
langorch_user   $name;
langorch_groups $groups;
langorch_approval_level board approver directors;
END
$site->headers('X-Name' => 'olga', 'X-Groups' => 'operator');

my $n = 0;
my $html = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

sub as {
    my ($name, $groups) = @_;
    return (headers => { 'X-Name' => $name, 'X-Groups' => $groups // 'approver' });
}

my @ada = as('ada', 'admin');

# A run that waits, and its question as olga sees it.

sub ask {
    my (%more) = @_;
    my $id = 'asks' . ++$n;
    $site->import_document(approval($id, %more));
    my $run = $site->run($id);
    return ($run, $run->wait_approval);
}

sub link_of {
    my ($approval, $body, @who) = @_;
    return $site->post("/api/approvals/$approval->{approval_id}/links", $body, @who);
}

# The page behind a link, and what its form sends: as a browser would.

sub path_of { return $_[0] =~ m{^http://[^/]+(/.*)$} ? $1 : die "no link: $_[0]" }

sub look {
    my ($url) = @_;
    return LangOrch::Http::request($site->port, 'GET', path_of($url), undef,
        headers => { Accept => $html });
}

sub hidden {
    my ($page) = @_;
    return $page->{body} =~ /<input type="hidden" name="(\w+)" value="([^"]*)">/g;
}

sub send_form {
    my ($url, %fields) = @_;
    my $path = path_of($url) =~ s/\?.*//r;
    my $form = join '&', map {
        my $v = $fields{$_};
        utf8::encode($v) if utf8::is_utf8($v);
        $_ . '=' . $v =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ger
    } sort keys %fields;
    return LangOrch::Http::request($site->port, 'POST', $path, $form,
        headers => { 'Content-Type' => 'application/x-www-form-urlencoded',
            Accept => $html });
}

sub shown { return $site->get("/api/approvals/$_[0]{approval_id}", @ada)->{json} }


subtest 'an answer is bound to what was shown' => sub {
    my ($run, $q) = ask(prompt => 'Pay?', context_data => { amount => 12 });

    my %seen = map { $_ => $q->{$_} } qw(approval_id context_data decision_type
        input_schema node_id options prompt run_id);
    is $q->{shown_hash}, sha256_hex(JSON::PP->new->canonical->utf8->encode(\%seen)),
        'the hash is that of what everybody can see';

    my $path = "/api/approvals/$q->{approval_id}/decision";
    my $r = $site->post($path, { decision => 'approve', shown_hash => 'ab' x 32 },
        as('paul'));
    is "$r->{status} $r->{json}{code}", '409 conflict', 'another question';
    is shown($q)->{status}, 'pending', 'is not answered by it';

    $r = $site->post($path,
        { decision => 'approve', shown_hash => $q->{shown_hash} }, as('paul'));
    is $r->{status}, 200, 'this one is';
    is $r->{json}{votes}[0]{shown_hash}, $q->{shown_hash}, 'and the vote says so';
    my ($e) = grep { $_->{action} eq 'decide' } @{ $site->get(
        "/api/audit?resource_id=$q->{approval_id}")->{json}{events} };
    is $e->{meta}{shown_hash}, $q->{shown_hash}, 'and the audit';
};


subtest 'a link is a page, and the page an answer, once' => sub {
    my ($run, $q) = ask(prompt => "Delete <script>alert(1)</script> & all?",
        context_data => { who => '"><img src=x>', sum => { eur => 3 } });

    my $r = link_of($q, {}, as('paul'));
    is $r->{status}, 201, 'paul makes one for himself' or diag $r->{body};
    my $url = $r->{json}{url};
    is $r->{json}{identity}, 'paul', 'it is his';
    like $url, qr{/api/approvals/\Q$q->{approval_id}\E/answer\?token=lo_[0-9a-f]{64}$},
        'an address';

    my $page = look($url);
    is "$page->{status} $page->{headers}{'content-type'}",
        '200 text/html; charset=utf-8', 'a page';
    unlike $page->{body}, qr/<script|<img|onclick|javascript:/i, 'without script';
    like $page->{body}, qr/Delete &lt;script&gt;alert\(1\)&lt;\/script&gt; &amp; all\?/,
        'what is asked is text';
    like $page->{body}, qr/&quot;&gt;&lt;img src=x&gt;/, 'so is what it is about';
    my $csp = $page->{headers}{'content-security-policy'};
    like $csp, qr/default-src 'none'.*frame-ancestors 'none'/, 'nothing else is loaded';
    my ($style) = $page->{body} =~ m{<style>(.*?)</style>}s;
    my $sum = sha256_base64($style) . '=';
    like $csp, qr/'sha256-\Q$sum\E'/, 'but this style';
    is $page->{headers}{'referrer-policy'}, 'no-referrer', 'nobody is told the address';
    is $page->{headers}{'cache-control'}, 'no-store', 'nobody keeps it';

    is look($url)->{status}, 200, 'looking is not answering';
    is shown($q)->{status}, 'pending', 'not even twice';

    my %form = hidden($page);
    $r = send_form($url, %form, decision => 'maybe');
    is $r->{status}, 422, 'what is no answer';
    like $r->{headers}{'content-type'}, qr{^text/html}, 'is told on a page';
    $r = send_form($url, %form, shown => 'ab' x 32, decision => 'approve');
    is $r->{status}, 409, 'a page about something else';

    my @all = $site->together(8, sub {
        return send_form($url, %form, decision => 'approve', comment => 'fine <b>');
    });
    is scalar(grep { $_->{status} == 200 } @all), 1, 'of eight, one is the answer';
    is $run->wait_final->{output_vars}{answer} // 'approved', 'approved', 'the run goes on';

    my $done = shown($q);
    is "$done->{status} $done->{decided_by} $done->{comment}", 'approved paul fine <b>',
        'his answer';
    is $done->{votes}[0]{shown_hash}, $done->{shown_hash}, 'to what he saw';
    my ($e) = grep { $_->{action} eq 'decide' } @{ $site->get(
        "/api/audit?resource_id=$q->{approval_id}")->{json}{events} };
    is "$e->{actor} $e->{auth_method}", 'paul link', 'the audit says how';

    my $dead = look($url);
    is $dead->{status}, 404, 'the link is none any more';
    unlike $dead->{body}, qr/Delete/, 'and shows nothing';
};


subtest 'whose link it may be' => sub {
    my ($run, $q) = ask(approvers => [ 'paul', 'quinn' ], forbid_self_approval => JSON::PP::true);

    is link_of($q, {}, as('vera', 'viewer'))->{status}, 403, 'a viewer has none';
    is link_of($q, {}, as('zoe'))->{status}, 403, 'nor who may not answer';
    is link_of($q, { identity => 'quinn' }, as('paul'))->{status}, 403,
        'nor one for somebody else';
    is link_of($q, { expires_in_seconds => 59 }, as('paul'))->{status}, 422, 'too short';

    my $r = link_of($q, { identity => 'quinn' }, @ada);
    is $r->{status}, 201, 'an administrator makes it for anybody';
    my $quinn = $r->{json}{url};
    is look($quinn)->{status}, 200, 'who may answer then';
    is look(link_of($q, { identity => 'zoe' }, @ada)->{json}{url})->{status}, 403,
        'if he may at all';
    is look(link_of($q, { identity => 'olga', role => 'admin' }, @ada)->{json}{url})
        ->{status}, 403, 'and not who is not asked';

    is look($quinn =~ s/..$/00/r)->{status}, 404, 'nearly the same is nothing';
    my ($run2, $other) = ask();
    is look($quinn =~ s/\Q$q->{approval_id}/$other->{approval_id}/r)->{status}, 404,
        'it is for one question';
    is $site->get('/api/runs', headers => { 'X-Name' => '', 'X-Groups' => '',
        Authorization => 'Bearer ' . ($quinn =~ /token=(\w+)/)[0] })->{status}, 401,
        'and for nothing else';

    LangOrch::Store::change($site, 'UPDATE approval_links SET expires_at = 1'
        . q{ WHERE identity = 'quinn'});
    is look($quinn)->{status}, 404, 'its time ends';

    $r = link_of($q, {}, as('paul'));
    is $site->del("/api/approvals/$q->{approval_id}/links", as('paul'))->{status}, 204,
        'he ends it himself';
    is look($r->{json}{url})->{status}, 404, 'it is none then';
    is look('http://x/api/approvals/none/answer?token=short')->{status}, 404, 'nonsense';

    my $log = LangOrch::Site::slurp($site->home . '/logs/access.log');
    unlike $log, qr/token=lo_/, 'no log has a token';
};


subtest 'forms for input and choices' => sub {
    my ($run, $q) = ask(decision_type => 'provide_input', input_schema => {
        amount => { type => 'number', required => JSON::PP::true },
        ok     => { type => 'boolean' },
        kind   => { type => 'string', validation => { allowed_values => [ 'a', 'b' ] } },
        tags   => { type => 'array' },
    });
    my $url  = link_of($q, {}, as('paul'))->{json}{url};
    my $page = look($url);
    like $page->{body}, qr/type="number" step="any" name="f:amount"/, 'a number';
    like $page->{body}, qr/<select name="f:ok">/, 'a yes or no';
    like $page->{body}, qr/<textarea rows="4" name="f:tags">/, 'a list';

    my %form = hidden($page);
    my $r = send_form($url, %form, decision => 'submitted', 'f:amount' => 'much');
    is $r->{status}, 422, 'what does not fit';
    like $r->{body}, qr/amount/, 'is named';
    $r = send_form($url, %form, decision => 'submitted', 'f:amount' => '12.5',
        'f:ok' => 'true', 'f:tags' => '["x"]', 'f:kind' => '');
    is $r->{status}, 200, 'what fits' or diag $r->{body};
    my $p = shown($q)->{decision_payload};
    is_deeply [ @$p{qw(amount ok tags)} ], [ 12.5, JSON::PP::true, ['x'] ],
        'comes as what it is';

    ($run, $q) = ask(decision_type => 'select_option', options => [ 'red', 'gr"een' ],
        option_routes => { red => 'yes' });
    $url = link_of($q, {}, as('paul'))->{json}{url};
    $page = look($url);
    like $page->{body}, qr/value="gr&quot;een"/, 'choices are buttons';
    is send_form($url, hidden($page), decision => 'gr"een')->{status}, 200, 'one is chosen';
    is shown($q)->{status}, 'gr"een', 'that one';
};


subtest 'a deputy answers for somebody, for a time' => sub {
    my $until = '2999-01-01T00:00:00Z';
    my $soon  = do { my @t = gmtime(time + 86400);
        sprintf '%d-%02d-%02dT%02d:%02d:%02dZ', $t[5] + 1900, $t[4] + 1, @t[3, 2, 1, 0] };
    my $name = sub {
        my ($body, @who) = @_;
        return $site->post('/api/approvals/deputies', $body, @who);
    };

    is $name->({ deputy => 'dan', until => $until }, as('paul'))->{status}, 422,
        'not for ever';
    is $name->({ deputy => 'paul', until => $soon }, as('paul'))->{status}, 422,
        'not oneself';
    is $name->({ deputy => 'dan', until => $soon, identity => 'quinn' }, as('paul'))
        ->{status}, 403, 'not for others';
    is $name->({ deputy => 'dan', until => $soon }, as('vera', 'viewer'))->{status}, 403,
        'who may not approve has nothing to lend';

    my $r = $name->({ deputy => 'dan', until => $soon, reason => 'away' },
        as('paul', 'approver,directors'));
    is "$r->{status} $r->{json}{identity} $r->{json}{deputy}", '201 paul dan', 'named'
        or diag $r->{body};
    my $deputy = $r->{json}{deputy_id};
    is scalar @{ $site->get('/api/approvals/deputies', as('dan'))->{json} }, 1, 'he sees it';
    is scalar @{ $site->get('/api/approvals/deputies', as('zoe'))->{json} }, 0,
        'others do not';

    # by name, two of them needed

    my ($run, $q) = ask(approvers => [ 'paul', 'quinn' ], required_approvals => 2);
    my $path = "/api/approvals/$q->{approval_id}";
    is $site->get($path, as('zoe'))->{json}{can_decide}, JSON::PP::false, 'zoe may not';
    is $site->get($path, as('dan'))->{json}{can_decide}, JSON::PP::true, 'dan may';
    is $site->get("/api/approvals?run_id=$q->{run_id}", as('dan'))->{json}[0]{can_decide},
        JSON::PP::true, 'the list says so, too';
    is $site->post("$path/decision", { decision => 'yes' }, as('dan', 'viewer'))->{status},
        403, 'a role is not lent';

    $r = $site->post("$path/decision", { decision => 'yes' }, as('dan'));
    is $r->{status}, 200, 'he answers' or diag $r->{body};
    is "$r->{json}{votes}[0]{decided_by} $r->{json}{votes}[0]{deputy_of}", 'dan paul',
        'for paul, and it is said';
    is $site->post("$path/decision", { decision => 'yes' }, as('paul'))->{status}, 409,
        'paul has nothing left to say';
    is $site->post("$path/decision", { decision => 'yes' }, as('quinn'))->{status}, 200,
        'another one has';
    is shown($q)->{status}, 'approved', 'that were two';

    # by a group

    ($run, $q) = ask(approval_level => 'board');
    $path = "/api/approvals/$q->{approval_id}/decision";
    is $site->post($path, { decision => 'yes' }, as('zoe'))->{json}{code},
        'level_required', 'who is not in the group';
    is $site->post($path, { decision => 'yes' }, as('dan'))->{status}, 200,
        'and who stands for one who is';

    # nobody approves his own by a friend

    $name->({ deputy => 'dan', until => $soon, identity => 'olga' }, @ada);
    ($run, $q) = ask(approvers => [ 'olga', 'quinn' ],
        forbid_self_approval => JSON::PP::true);
    $path = "/api/approvals/$q->{approval_id}/decision";
    is $site->post($path, { decision => 'yes' }, as('dan'))->{status}, 403,
        'the deputy of who started it';

    is $site->del("/api/approvals/deputies/$deputy", as('zoe'))->{status}, 404,
        'others end nothing';
    is $site->del("/api/approvals/deputies/$deputy", as('paul'))->{status}, 204, 'paul does';
    ($run, $q) = ask(approvers => ['paul']);
    is $site->post("/api/approvals/$q->{approval_id}/decision", { decision => 'yes' },
        as('dan'))->{status}, 403, 'it is over';
    my %did = map { $_->{action} => 1 }
        @{ $site->get('/api/audit?category=approval', @ada)->{json}{events} };
    ok $did{$_}, "the audit has $_" for qw(deputy_create deputy_delete link_create links_end);
};

$site->log_is_calm;
done_testing;
