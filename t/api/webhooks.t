# Posts that start runs: who may send, who signed, what repeats (api 11.7;
# ckp 5.3; reliability.md 6).

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256 hmac_sha256_hex);
use JSON::PP qw(encode_json);
use MIME::Base64 qw(encode_base64);
use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Run;
use LangOrch::Site;
use LangOrch::Store;

my $secret = 'made-up-' . int(rand 1e9);
my $older  = 'older-' . int(rand 1e9);
my $key    = 'bytes-of-a-key-' . int(rand 1e9);
my $whsec  = 'whsec_' . encode_base64($key, '');

my $site = LangOrch::Site->start(workers => 4, env => {
    LANGORCH_SECRET_HOOK => $secret, LANGORCH_SECRET_OLD => $older,
    LANGORCH_SECRET_STD => $whsec, LANGORCH_SECRET_USER => "u:$secret" });


# A procedure with a webhook; where to post.

sub hooked {
    my ($id, %trigger) = @_;
    my $schema = delete $trigger{schema} || {};

    $site->import_document(procedure($id, 'end', {
        end => { type => 'terminate', outputs => { order => '{{order_id}}',
            payload => '{{trigger.payload}}', by => '{{triggered_by}}',
            headers => '{{trigger.headers}}' } },
    }, variables_schema => { order_id => { type => 'any' },
        payload => { type => 'any' }, %$schema },
        trigger => { type => 'webhook', webhook_secret => 'HOOK',
            %trigger }));

    my $r = $site->post("/api/triggers/$id/1.0.0",
        { trigger_type => 'webhook' });
    is $r->{status}, 201, "$id is registered" or diag $r->{body};

    return "/api/triggers/webhook/$id";
}


sub sends {
    my ($url, $body, %headers) = @_;
    return $site->request('POST', $url, $body, headers =>
        { 'Content-Type' => 'application/json', %headers });
}


sub signed {
    my ($url, $body, %headers) = @_;
    return sends($url, $body, 'X-LangOrch-Signature' =>
        'sha256=' . hmac_sha256_hex($body, $secret), %headers);
}


sub outcomes {
    my ($id) = @_;
    return [ map { $_->{outcome} }
        @{ $site->get("/api/triggers/$id/1.0.0/history")->{json} } ];
}


subtest 'a signed post starts a run that knows what came' => sub {
    my $url = hooked('orders');

    is sends('/api/triggers/webhook/none', '{}')->{status}, 404,
        'nobody is there';

    my $r = signed($url, '{"order_id":42}', 'X-Shop' => 'b 1',
        Authorization => 'Basic eDp5');
    is $r->{status}, 202, 'taken' or diag $r->{body};
    is_deeply [ sort keys %{ $r->{json} } ], [ qw(procedure_id
        procedure_version run_id status trigger_type) ], 'what is told';

    my $run = LangOrch::Run->new($site, $r->{json}{run_id})->wait_final;
    is $run->{output_vars}{order}, 42, 'the body is its input';
    is_deeply $run->{output_vars}{payload}, { order_id => 42 }, 'its payload';
    is $run->{output_vars}{headers}{'x-shop'}, 'b 1', 'its headers';
    is_deeply [ grep { /authorization|signature/ }
        keys %{ $run->{output_vars}{headers} } ], [], 'but no credentials';
    is $run->{triggered_by}, 'webhook:127.0.0.1', 'who sent it';
    is $run->{trigger_type}, 'webhook', 'how it began';

    my ($audit) = @{ $site->get('/api/audit?category=run&resource_id='
        . $r->{json}{run_id})->{json}{events} };
    is $audit->{actor}, 'webhook:127.0.0.1', 'the audit names it';
    is $audit->{meta}{trigger_type}, 'webhook', 'and how';
};


subtest 'what is not signed is refused before anything is told' => sub {
    my $url  = hooked('strict', schema =>
        { n => { type => 'number', required => \1 } });
    my $body = '{"n":"none"}';
    my $mac  = hmac_sha256_hex($body, $secret);

    for my $case (
        [ 'none' ], [ 'empty', 'X-LangOrch-Signature' => '' ],
        [ 'of another', 'X-LangOrch-Signature' =>
            hmac_sha256_hex($body, 'guessed') ],
        [ 'of other bytes', 'X-LangOrch-Signature' =>
            hmac_sha256_hex("$body ", $secret) ],
        [ 'old', 'X-LangOrch-Timestamp' => time - 301,
            'X-LangOrch-Signature' => hmac_sha256_hex(
                (time - 301) . ".$body", $secret) ],
        [ 'twice', 'X-LangOrch-Signature' => [ $mac, $mac ] ],
        [ 'GitHub, wrong', 'X-Hub-Signature-256' => "sha256=0$mac" ],
    ) {
        my ($what, @headers) = @$case;
        my $r = sends($url, $body, @headers);
        is $r->{status}, 401, $what;
        is $r->{json}{detail}, 'Invalid or missing webhook signature',
            'in one sentence';
    }

    is_deeply outcomes('strict'), [ ('bad_signature') x 7 ], 'remembered';
    is signed($url, $body)->{status}, 422, 'who signs hears what is wrong';
    is outcomes('strict')->[0], 'invalid_inputs', 'and so does the history';
    is_deeply $site->get('/api/runs?procedure_id=strict')->{json}, [], 'no run';
};


subtest 'other forms of signatures, and secrets that change' => sub {
    my $url = hooked('forms', previous_secret => 'OLD');
    my $at  = time;

    is sends($url, '{"a":1}', 'X-Hub-Signature-256' => 'sha256='
        . hmac_sha256_hex('{"a":1}', $secret))->{status}, 202, 'GitHub';
    is sends($url, '{"a":2}', 'X-LangOrch-Timestamp' => $at,
        'X-LangOrch-Signature' => hmac_sha256_hex("$at.{\"a\":2}", $secret))
        ->{status}, 202, 'with a time';
    is sends($url, '{"a":3}', 'X-LangOrch-Signature' =>
        hmac_sha256_hex('{"a":3}', $older))->{status}, 202, 'the older secret';

    $url = hooked('standard', webhook_secret => 'STD',
        signature_scheme => 'standard_webhooks', dedupe_window_seconds => 60);
    my %std = ('Webhook-Id' => 'msg_1', 'Webhook-Timestamp' => $at,
        'Webhook-Signature' => 'v1,'
            . encode_base64(hmac_sha256("msg_1.$at.{}", $key), ''));
    is sends($url, '{}', %std)->{status}, 202, 'Standard Webhooks';
    is sends($url, '{}', %std)->{status}, 409, 'whose id says it repeats';
    is sends($url, '{}', %std, 'Webhook-Id' => 'msg_2')->{status}, 401,
        'another id is signed by nobody';

    $url = hooked('timed', require_timestamp => \1);
    is signed($url, '{}')->{status}, 401, 'a time may be wanted';

    $url = hooked('bearer', authentication => { type => 'bearer' });
    is sends($url, '{}', Authorization => "Bearer $secret")->{status}, 202,
        'the secret itself';
    is signed($url, '{}')->{status}, 401, 'when that is what is wanted';

    $url = hooked('basic', webhook_secret => 'USER',
        authentication => { type => 'basic' });
    is sends($url, '{}', Authorization => 'Basic '
        . encode_base64("u:$secret", ''))->{status}, 202, 'or as a password';

    is signed(hooked('lost', webhook_secret => 'NOWHERE'), '{}')->{status},
        401, 'a secret without a value signs nothing';

    $url = hooked('unsigned', webhook_config =>
        { authentication => { type => 'none' } });
    is sends($url, '{}')->{status}, 202,
        'unsigned where nobody needs a name';
};


subtest 'only those who may send are heard' => sub {
    my $url = hooked('elsewhere', allowed_sources =>
        ['192.0.2.0/24', '2001:db8::/32']);
    my $r = signed($url, '{}');
    is $r->{status}, 403, 'another address';
    is $r->{json}{code}, 'source_not_allowed', 'says so';
    is_deeply outcomes('elsewhere'), ['source_not_allowed'], 'remembered';

    is signed(hooked('here', allowed_sources => '127.0.0.0/8'), '{}')
        ->{status}, 202, 'one of the list';
};


subtest 'of two hundred equal posts one starts a run' => sub {
    my $url = hooked('flood', dedupe_window_seconds => 300);
    my @all = $site->together(200, sub {
        my $r = signed($url, '{"order_id":7}');
        return { status => $r->{status}, run => $r->{status} == 202
            ? $r->{json}{run_id} : $r->{json}{existing_run_id} };
    });

    is scalar(grep { $_->{status} == 202 } @all), 1, 'one is taken';
    is scalar(grep { $_->{status} == 409 } @all), 199, 'the others repeat it';
    is scalar(keys %{ { map { $_->{run} => 1 } @all } }), 1,
        'and all are told which run';
    is scalar(@{ $site->get('/api/runs?procedure_id=flood')->{json} }), 1,
        'there is one';

    my $r = signed($url, '{"order_id":7}');
    is_deeply $r->{json}{detail}, { message => 'Duplicate webhook payload',
        existing_run_id => $all[0]{run} }, 'in words';
    is signed($url, '{"order_id":8}')->{status}, 202, 'another body is new';
    is signed($url, '{"order_id":8}', 'Idempotency-Key' => 'x')->{status},
        202, 'and so is another name';
    is signed($url, '{"order_id":9}', 'Idempotency-Key' => 'x')->{status},
        409, 'the same name is not';

    LangOrch::Store::change($site, 'UPDATE trigger_seen SET expires_at = 1');
    is signed($url, '{"order_id":8}')->{status}, 202, 'after its window it is';
    is signed($url, '{"order_id":8}')->{status}, 409, 'and begins anew';
};


subtest 'a body that is no object is still a payload' => sub {
    my $url = hooked('bodies');
    my $type = 'application/x-www-form-urlencoded';
    my %want = (
        '[1,2]' => { order => undef, payload => [1, 2] },
        'order_id=a+b&x=1' => { order => 'a b',
            payload => { order_id => 'a b', x => 1 } },
        'not JSON' => { order => undef, payload => undef },
        ''         => { order => undef, payload => undef },
    );

    for my $body (sort keys %want) {
        my $r = signed($url, $body, $body =~ /=/ ? ('Content-Type' => $type)
            : ('Content-Type' => 'text/plain'));
        is $r->{status}, 202, "'$body'" or diag $r->{body};
        my $out = LangOrch::Run->new($site, $r->{json}{run_id})
            ->wait_final->{output_vars};
        is_deeply { map { $_ => $out->{$_} } qw(order payload) }, $want{$body},
            'is what it is';
    }

    $url = hooked('mapped', input_mapping => { order_id => '/order/id',
        payload => '{{trigger.headers["x-shop"]}}' });
    my $r = signed($url, '{"order":{"id":5},"payload":1}', 'X-Shop' => 'b');
    my $run = LangOrch::Run->new($site, $r->{json}{run_id})->wait_final;
    is_deeply $run->{input_vars}, { order_id => 5, payload => 'b' },
        'a mapping takes what it names, and nothing else';
};


subtest 'a body has its limit, and a procedure its rate' => sub {
    my $url = hooked('limits');
    is signed($url, 'x' x (1024 * 1024 + 1))->{status}, 413, 'too large';

    my %seen;
    my @all = $site->together(8, sub {
        my %n;
        $n{ sends($url, '{}')->{status} }++ for 1 .. 90;
        return \%n;
    });
    for my $n (@all) { $seen{$_} += $n->{$_} for keys %$n }

    cmp_ok $seen{401}, '>=', 599, 'six hundred a minute are looked at';
    cmp_ok $seen{429}, '>', 0, 'then nobody is';
    cmp_ok scalar(@{ outcomes('limits') }), '<=', 70,
        'and the history is not filled by strangers';
};


subtest 'what was taken is there after everything died' => sub {
    my $url = hooked('durable', dedupe_window_seconds => 300);
    my $r   = signed($url, '{"order_id":1}');
    $site->kill9_all;
    $site->restart;

    my $run = LangOrch::Run->new($site, $r->{json}{run_id})->wait_final;
    is $run->{status}, 'completed', 'the run';
    is signed($url, '{"order_id":1}')->{status}, 409, 'and its name';
};


subtest 'no secret is told anywhere' => sub {
    my $all = join '', map { $site->get($_)->{body} } '/api/triggers',
        '/api/audit?limit=1000', '/api/triggers/forms/1.0.0/history';
    unlike $all, qr/\Q$secret\E|\Q$older\E|\Q$whsec\E/, 'not by the API';
    unlike $site->log, qr/\Q$secret\E|\Q$older\E|\Q$whsec\E/, 'nor the log';
};


$site->log_is_calm;
done_testing;
