# What of a version is being edited is kept for the builder (api 3.11), and is
# nobody else's.

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Http;
use LangOrch::Site;

my $site = LangOrch::Site->start;
$site->import_document(procedure('shop', 'end',
    { end => { type => 'terminate' } }));

my $path = '/api/procedures/shop/1.0.0/builder-draft';


subtest 'until one is saved there is none' => sub {
    my $r = $site->get($path);
    is $r->{status}, 200, 'which is no error';
    is_deeply $r->{json}, { procedure_id => 'shop', version => '1.0.0',
        draft => undef, updated_at => undef }, 'but null';
    like $r->{headers}{etag}, qr/^"[^"]+"$/, 'with a tag';

    is $site->get('/api/procedures/shop/9/builder-draft')->{status}, 404,
        'of a version that is not there';
    is $site->put('/api/procedures/shop/9/builder-draft', { draft => {} })
        ->{status}, 404, 'nor can one be saved';
};


my $draft = { nodes => [ { id => "\x{e9}", x => 1.5, big => 9007199254740993 } ],
    text => "'; DROP TABLE drafts; --", none => undef };

subtest 'it comes back as it was' => sub {
    my $none = $site->get($path)->{headers}{etag};
    my $r = $site->put($path, { draft => $draft },
        headers => { 'If-Match' => $none });
    is $r->{status}, 200, 'saved';
    is_deeply $r->{json}{draft}, $draft, 'the answer has it';

    my $again = $site->get($path);
    is_deeply $again->{json}, $r->{json}, 'so has the next look';
    is $again->{headers}{etag}, $r->{headers}{etag}, 'with the same tag';
    is $site->get($path, headers => { 'If-None-Match' => $r->{headers}{etag} })
        ->{status}, 304, 'which spares the bytes';

    my $detail = $site->get('/api/procedures/shop/1.0.0')->{json};
    is_deeply $detail->{builder_draft}, $draft, 'the procedure shows it';
    is $detail->{builder_draft_updated_at}, $r->{json}{updated_at}, 'and when';
    is $site->run('shop')->wait_final->{status}, 'completed',
        'and runs as it is stored';
};


subtest 'two editors' => sub {
    my $mine = $site->get($path)->{headers}{etag};
    is $site->put($path, { draft => { of => 'another' } })->{status}, 200,
        'one saves';
    my $r = $site->put($path, { draft => { of => 'me' } },
        headers => { 'If-Match' => $mine });
    is $r->{status}, 412, 'the other hears of it';
    is $r->{headers}{etag}, $site->get($path)->{headers}{etag},
        'with the tag of now';
    is $site->get($path)->{json}{draft}{of}, 'another', 'and changed nothing';

    my $tag = $r->{headers}{etag};
    my @r = $site->together(5, sub { $site->put($path,
        { draft => { of => $_[0] } }, headers => { 'If-Match' => $tag }) });
    is scalar(grep { $_->{status} == 200 } @r), 1, 'of five at once one saves';
    is scalar(grep { $_->{status} == 412 } @r), 4, 'and four hear of it';
};


subtest 'what is no draft' => sub {
    for my $body ({}, { draft => undef }, { draft => [] }, { draft => 'x' }) {
        my $r = $site->put($path, $body);
        is $r->{status}, 422, LangOrch::Http::encode($body);
        is_deeply $r->{json}{errors}[0]{loc}, [ 'body', 'draft' ], 'says so';
    }
    is $site->put($path, '{"draft":{"x":"' . 'y' x (4 << 20) . '"}}')->{status},
        413, 'more than 4 MiB';
    is $site->put($path, { draft => { map { $_ => 'y' x 1_000_000 } 1 .. 4 } })
        ->{status}, 200, 'almost 4 MiB is one';
};


subtest 'forgotten' => sub {
    is $site->del($path)->{status}, 204, 'it goes';
    is $site->del($path)->{status}, 204, 'once more is no error';
    is $site->get($path)->{json}{draft}, undef, 'there is none';

    $site->put($path, { draft => { a => 1 } });
    $site->del('/api/procedures/shop/1.0.0?force=true');
    is $site->get($path)->{status}, 404, 'it goes with its version';
    $site->import_document(procedure('shop', 'end',
        { end => { type => 'terminate' } }));
    is $site->get($path)->{json}{draft}, undef, 'and does not come back';

    my %did = map { $_->{action} => 1 } @{ $site->get(
        '/api/audit?category=procedure')->{json}{events} };
    ok $did{draft_save} && $did{draft_delete}, 'all of it is in the trail';
};

$site->log_is_calm;
done_testing;
