# Who signed a post: each form, and what is none, as it comes through the door
# (reliability.md 6, "Webhooks in"; ckp 5.3).  Whatever is wrong is told alike.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha1_hex hmac_sha256 hmac_sha256_base64 hmac_sha256_hex
    hmac_sha512_hex sha256_hex);
use MIME::Base64 qw(encode_base64 encode_base64url);
use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Http;
use LangOrch::Site;

my ($key, $old, $lost) = map { "$_-" . int rand 1e9 } qw(made-up older left);
my ($std, $std_old)    = map { "bytes of $_ " . int rand 1e9 } qw(one another);

my $site = LangOrch::Site->start(workers => 2, env => {
    LANGORCH_SECRET_HOOK => $key, LANGORCH_SECRET_OLD => $old,
    LANGORCH_SECRET_STD => 'whsec_' . encode_base64($std, ''),
    LANGORCH_SECRET_STDOLD => 'whsec_' . encode_base64($std_old, ''),
    LANGORCH_SECRET_BARE => $std, LANGORCH_SECRET_EMPTY => '' });

my %std = (webhook_secret => 'STD', signature_scheme => 'standard_webhooks');

my %trigger = (
    own    => { previous_secret => 'OLD' },
    timed  => { require_timestamp => \1 },
    near   => { replay_window_seconds => 20 },
    once   => { dedupe_window_seconds => 300 },
    std    => { %std, previous_secret => 'STDOLD' },
    bare   => { %std, webhook_secret => 'BARE' },
    lost   => { webhook_secret => 'NOWHERE' },
    empty  => { webhook_secret => 'EMPTY' },
);

for my $id (sort keys %trigger) {
    $site->import_document(procedure($id, 'end', {
        end => { type => 'terminate' } }, variables_schema =>
        { order_id => { type => 'any' }, payload => { type => 'any' } },
        trigger => { type => 'webhook', webhook_secret => 'HOOK',
            %{ $trigger{$id} } }));
    is $site->post("/api/triggers/$id/1.0.0", { trigger_type => 'webhook' })
        ->{status}, 201, "$id is registered";
}


# --- what is sent ----------------------------------------------------------------

my $body = '{"order_id":42}';
my $now  = time;

sub mac  { return hmac_sha256_hex($_[0], $_[1] // $key) }
sub own  { return 'X-LangOrch-Signature' => $_[0] }
sub hub  { return 'X-Hub-Signature-256' => $_[0] }
sub at   { return 'X-LangOrch-Timestamp' => $_[0] }
sub good { return own('sha256=' . mac($_[0] // $body)) }

# A time, and a signature over it.

sub timed {
    my ($at, $text) = @_;
    return (at($at), own('sha256=' . mac("$at." . ($text // $body))));
}

sub list { return 'Webhook-Signature' => join ' ', @_ }

sub one {
    my ($id, $at, $with) = @_;
    return 'v1,' . encode_base64(hmac_sha256("$id.$at.$body", $with // $std), '');
}

# Standard Webhooks: what is signed, and what is said where that differs.

sub std {
    my (%o) = (id => 'msg_1', at => $now, @_);
    my %h = ('Webhook-Id' => $o{say_id} // $o{id}, 'Webhook-Timestamp' =>
        $o{say_at} // $o{at}, list(one(@o{qw(id at with)})), %{ $o{more} || {} });
    delete $h{$_} for @{ $o{without} || [] };
    return %h;
}

my $hex = mac($body);
my ($right, $wrong) = map { one('msg_1', $now, $_) } $std, 'guessed';


# --- the table: what, who, the answer, the body, the headers ---------------------

my @cases = (
    [ 'prefix and digits',       own => 202, $body, good() ],
    [ 'digits alone',            own => 202, $body, own($hex) ],
    [ 'prefix in capitals',      own => 202, $body, own("SHA256=$hex") ],
    [ 'digits in capitals',      own => 202, $body, own('sha256=' . uc $hex) ],
    [ 'the name in capitals',    own => 202, $body, 'X-LANGORCH-SIGNATURE' => $hex ],
    [ 'space around it',         own => 202, $body, own("  $hex  ") ],
    [ 'the older secret',        own => 202, $body, own(mac($body, $old)) ],
    [ 'by GitHub',               own => 202, $body, hub("sha256=$hex") ],
    [ 'by GitHub, the older',    own => 202, $body, hub('sha256=' . mac($body, $old)) ],
    [ 'ours beside a wrong one', own => 202, $body, good(), hub('sha256=' . '0' x 64) ],
    [ 'a wrong one beside',      own => 401, $body, hub("sha256=$hex"), own('0' x 64) ],
    [ 'ours, empty, beside',     own => 401, $body, hub("sha256=$hex"), own('') ],

    [ 'none',                    own => 401, $body ],
    [ 'empty',                   own => 401, $body, own('') ],
    [ 'the prefix alone',        own => 401, $body, own('sha256=') ],
    [ 'the prefix twice',        own => 401, $body, own("sha256=sha256=$hex") ],
    [ 'space after the prefix',  own => 401, $body, own("sha256= $hex") ],
    [ 'one digit less',          own => 401, $body, own(substr $hex, 1) ],
    [ 'one digit more',          own => 401, $body, own("${hex}0") ],
    [ 'a digit that is none',    own => 401, $body, own($hex =~ s/.$/g/r) ],
    [ 'the last digit',          own => 401, $body, own($hex =~ s/(.)$/$1 eq '0' ? 1 : 0/er) ],
    [ 'the first digit',         own => 401, $body, own($hex =~ s/^(.)/$1 eq '0' ? 1 : 0/er) ],
    [ 'two with a comma',        own => 401, $body, own("$hex,$hex") ],
    [ 'in Base64',               own => 401, $body, own(hmac_sha256_base64($body, $key)) ],
    [ 'as bytes of zero',        own => 401, $body, own('0' x 64) ],
    [ 'SHA-1',                   own => 401, $body, own('sha1=' . hmac_sha1_hex($body, $key)) ],
    [ 'SHA-512',                 own => 401, $body, own(hmac_sha512_hex($body, $key)) ],
    [ 'a hash without a key',    own => 401, $body, own(sha256_hex($body)) ],
    [ 'key and body hashed',     own => 401, $body, own(sha256_hex("$key$body")) ],
    [ 'of another key',          own => 401, $body, own(mac($body, 'guessed')) ],
    [ 'of no key',               own => 401, $body, own(mac($body, '')) ],
    [ 'of the name of the key',  own => 401, $body, own(mac($body, 'HOOK')) ],
    [ 'of the key and a line',   own => 401, $body, own(mac($body, "$key\n")) ],
    [ 'of a part of the key',    own => 401, $body, own(mac($body, substr $key, 1)) ],
    [ 'twice',                   own => 401, $body, own([ $hex, $hex ]) ],
    [ 'twice, one is wrong',     own => 401, $body, own([ $hex, '0' x 64 ]) ],
    [ 'by GitHub, twice',        own => 401, $body, hub([ ("sha256=$hex") x 2 ]) ],
    [ 'by GitHub, SHA-1',        own => 401, $body,
        'X-Hub-Signature' => 'sha1=' . hmac_sha1_hex($body, $key) ],
    [ 'the secret itself',       own => 401, $body, Authorization => "Bearer $key" ],
    [ 'in the form of others',   own => 401, $body, std(with => $key) ],

    [ 'a space more',            own => 401, "$body ", good() ],
    [ 'a line feed more',        own => 401, "$body\n", good() ],
    [ 'another number',          own => 401, '{"order_id":43}', good() ],
    [ 'the same JSON',           own => 401, '{"order_id": 42}', good() ],
    [ 'no body any more',        own => 401, '', good() ],
    [ 'no body',                 own => 202, '', good('') ],
    [ 'bytes that are no text',  own => 202, "\xff\x00\x80{", good("\xff\x00\x80{") ],
    [ 'long',                    own => 202, 'x' x 1_000_000, good('x' x 1_000_000) ],
    [ 'long, its end is another', own => 401, 'x' x 999_999 . 'y', good('x' x 1_000_000) ],

    [ 'with a time',             own => 202, $body, timed($now) ],
    [ 'some minutes old',        own => 202, $body, timed($now - 200) ],
    [ 'some minutes ahead',      own => 202, $body, timed($now + 280) ],
    [ 'older than the window',   own => 401, $body, timed($now - 301) ],
    [ 'far ahead',               own => 401, $body, timed($now + 900) ],
    [ 'of long ago',             own => 401, $body, timed(0) ],
    [ 'another time is said',    own => 401, $body, timed($now), at($now + 1) ],
    [ 'the time is not signed',  own => 401, $body, good(), at($now) ],
    [ 'no time is said',         own => 401, $body, own(mac("$now.$body")) ],
    [ 'the time in the body',    own => 401, "$now.$body", own(mac("$now.$body")) ],
    [ 'by GitHub, in the body',  own => 401, "$now.$body", hub(mac("$now.$body")) ],
    [ 'an empty time',           own => 401, $body, timed('') ],
    [ 'a time with a sign',      own => 401, $body, timed("+$now") ],
    [ 'a negative time',         own => 401, $body, timed("-$now") ],
    [ 'a time with a fraction',  own => 401, $body, timed("$now.0") ],
    [ 'a time in milliseconds',  own => 401, $body, timed($now * 1000) ],
    [ 'a time in words',         own => 401, $body, timed('2026-01-01T00:00:00Z') ],
    [ 'a time without an end',   own => 401, $body, timed('9' x 40) ],
    [ 'two times',               own => 401, $body, timed($now), at([ $now, $now ]) ],

    [ 'a time is wanted',        timed => 202, $body, timed($now) ],
    [ 'and not there',           timed => 401, $body, good() ],
    [ 'and not in that form',    timed => 401, $body, hub($hex), at($now) ],
    [ 'inside its own window',   near => 202, $body, timed($now) ],
    [ 'outside its own window',  near => 401, $body, timed($now - 60) ],
    [ 'sent once',               once => 202, $body, timed($now) ],
    [ 'sent again',              once => 409, $body, timed($now) ],
    [ 'again, not signed',       once => 401, $body, own('0' x 64) ],

    [ 'Standard Webhooks',       std => 202, $body, std() ],
    [ 'the older secret',        std => 202, $body, std(with => $std_old) ],
    [ 'one of two holds',        std => 202, $body, std(more => { list($wrong, $right) }) ],
    [ 'others beside it',        std => 202, $body, std(more => { list('v1a,x', 'v9', $right) }) ],
    [ 'the sixteenth',           std => 202, $body, std(more => { list(($wrong) x 15, $right) }) ],
    [ 'a long id',               std => 202, $body, std(id => 'i' x 256) ],
    [ 'bytes of a key',          bare => 202, $body, std() ],
    [ 'none of two',             std => 401, $body, std(more => { list(($wrong) x 2) }) ],
    [ 'the seventeenth',         std => 401, $body, std(more => { list(($wrong) x 16, $right) }) ],
    [ 'with a comma between',    std => 401, $body, std(more => { list("$wrong,$right") }) ],
    [ 'of another version',      std => 401, $body, std(more => { list($right =~ s/v1/v2/r) }) ],
    [ 'without a version',       std => 401, $body, std(more => { list($right =~ s/v1,//r) }) ],
    [ 'in digits',               std => 401, $body, std(more => {
        list('v1,' . hmac_sha256_hex("msg_1.$now.$body", $std)) }) ],
    [ 'empty',                   std => 401, $body, std(more => { list('') }) ],
    [ 'a version alone',         std => 401, $body, std(more => { list('v1,') }) ],
    [ 'none',                    std => 401, $body, std(without => ['Webhook-Signature']) ],
    [ 'no id',                   std => 401, $body, std(without => ['Webhook-Id']) ],
    [ 'no time',                 std => 401, $body, std(without => ['Webhook-Timestamp']) ],
    [ 'an empty id',             std => 401, $body, std(id => '') ],
    [ 'a dot in the id',         std => 401, $body, std(id => 'a.b') ],
    [ 'the dot moved',           std => 401, $body, std(id => 'a', at => "b.$now", say_id => 'a.b',
        say_at => $now) ],
    [ 'too long an id',          std => 401, $body, std(id => 'i' x 257) ],
    [ 'another id is said',      std => 401, $body, std(say_id => 'msg_2') ],
    [ 'another time is said',    std => 401, $body, std(say_at => $now + 1) ],
    [ 'older than the window',   std => 401, $body, std(at => $now - 301) ],
    [ 'far ahead',               std => 401, $body, std(at => $now + 900) ],
    [ 'a time that is none',     std => 401, $body, std(at => "${now}s") ],
    [ 'another body',            std => 401, "$body ", std() ],
    [ 'of another key',          std => 401, $body, std(with => 'guessed') ],
    [ 'of the key as it is kept', std => 401, $body,
        std(with => 'whsec_' . encode_base64($std, '')) ],
    [ 'twice',                   std => 401, $body, std(more => { list($right) }),
        'Webhook-Signature' => [ ($right) x 2 ] ],
    [ 'two ids',                 std => 401, $body, std(), 'Webhook-Id' => [ ('msg_1') x 2 ] ],
    [ 'in our form',             std => 401, $body, own(mac($body, $std)) ],

    [ 'a secret without a value', lost => 401, $body, own(mac($body, '')) ],
    [ 'by its name',             lost => 401, $body, own(mac($body, 'NOWHERE')) ],
    [ 'an empty secret',         empty => 401, $body, own(mac($body, '')) ],
);

cmp_ok scalar @cases, '>=', 60, scalar(@cases) . ' cases';

my (%taken, %told);

for my $case (@cases) {
    my ($what, $id, $want, $text, %headers) = @$case;
    my $r = $site->request('POST', "/api/triggers/webhook/$id", $text,
        headers => { 'Content-Type' => 'application/json', %headers });

    is $r->{status}, $want, "$id: $what" or diag $r->{body};
    $taken{$id}++ if $want == 202;
    $told{ join "\n", map { $r->{json}{$_} } qw(code title detail) }++
        if $want == 401;
}

is_deeply [ keys %told ], [ "invalid_signature\nUnauthorized\n"
    . 'Invalid or missing webhook signature' ], 'what is wrong is told alike';

for my $id (sort keys %trigger) {
    is scalar @{ $site->get("/api/runs?procedure_id=$id&limit=100")->{json} },
        $taken{$id} // 0, "$id: what was taken has a run, and nothing else";
}


# --- what no client library would send -------------------------------------------

sub raw {
    my ($head, $bytes) = @_;
    my $said = LangOrch::Http::raw($site->port, "POST /api/triggers/webhook/own"
        . " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n$head\r\n$bytes");
    return $said =~ m{^HTTP/1\.1 (\d+)} ? $1 : $said;
}

is raw("Transfer-Encoding: chunked\r\nX-LangOrch-Signature: $hex\r\n",
    "7\r\n" . substr($body, 0, 7) . "\r\n8\r\n" . substr($body, 7) . "\r\n0\r\n\r\n"),
    202, 'in chunks';
is raw("Content-Length: 15\r\nX-LangOrch-Signature: $hex\r\n"
    . "x-langorch-signature: $hex\r\n", $body), 401, 'twice, in other letters';
is raw("Content-Length: 15\r\nX_LangOrch_Signature: $hex\r\n", $body), 401,
    'a name that only looks like it';
is raw("Content-Length: 15\r\nX-LangOrch-Signature: $hex\0\r\n", $body), 400,
    'a byte that no header has';


# --- a header of the trigger's own -----------------------------------------------

$site->import_document(procedure('shop', 'end', { end => { type => 'terminate',
    outputs => { all => '{{trigger.headers}}' } } }, trigger => { type => 'webhook',
    webhook_secret => 'HOOK', authentication => { type => 'bearer',
        header => 'X-Shop-Key' } }));
$site->post('/api/triggers/shop/1.0.0', { trigger_type => 'webhook' });

sub shop { return $site->request('POST', '/api/triggers/webhook/shop', '{}',
    headers => { 'X-Shop-Key' => $_[0], 'X-Shop' => 'b 1' }) }

is shop("Bearer $old")->{status}, 401, 'a header of its own: another value';
is shop([ ("Bearer $key") x 2 ])->{status}, 401, 'twice';
my $r = shop("Bearer $key");
is $r->{status}, 202, 'the secret';
my $run = $site->run_by_id($r->{json}{run_id});
is $run->wait_final->{output_vars}{all}{'x-shop'}, 'b 1', 'headers are told';
unlike join('', map { $site->get($run->path($_))->{body} } '', '/events',
    '/checkpoints'), qr/\Q$key\E/, 'but not the one with the secret';

$site->log_is_calm;
done_testing;
