# Procedures are found by what they are, and by what they are for (api 3.2,
# ckp 30).

use strict;
use warnings;
use utf8;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Http;
use LangOrch::Site;

my $site = LangOrch::Site->start;


sub keep {
    my ($id, %more) = @_;
    return $site->import_document(procedure($id, 'end',
        { end => { type => 'terminate' } }, %more));
}

# The ids that a query finds, in its order.

sub found {
    my ($query) = @_;
    my $r = $site->get("/api/procedures?$query");
    return $r->{status} == 200
        ? join ' ', map { $_->{procedure_id} } @{ $r->{json} }
        : "$r->{status} $r->{body}";
}

sub escaped { return join '', map { sprintf '%%%02X', ord } split //, $_[0] }

sub bytes { my ($s) = @_; utf8::encode($s); return escaped($s) }


keep('pay', name => 'Pay out', tags => [ 'bank', 'a,b' ],
    description => '100% of it_all', retrieval_metadata => {
        domain => 'Finance', intents => ['pay salary'],
        keywords => [ 'wage', 'bonus' ], tags => ['monthly'],
        negative_intents => ['refund money', 'cancel'],
    });
keep('refund', name => 'Émile', tags => [ 'bank', 'shop' ],
    retrieval_metadata => { business_domain => 'sales',
        primary_intents => [ 'refund money', 'pay back' ] });
keep('plain', status => 'active', release => { channel => 'qa' });


subtest 'by their tags: all of them' => sub {
    is found('tags=bank'), 'refund pay', 'one';
    is found('tags=bank,monthly'), 'pay', 'two, of document and metadata';
    is found('tags=bank,bank'), 'refund pay', 'the same one twice';
    is found('tags=%20bank%20,%20shop'), 'refund', 'with blanks around them';
    is found('tags=bank,none'), '', 'one that nobody has';
    is found('tags=ban'), '', 'a part of one is none';
    is found('tags=BANK'), '', 'upper case is another';
    is found('tags=a,b'), '', 'a tag with a comma cannot be asked for';
    is found('tags=' . join ',', 'bank', 1 .. 200), '', 'many';
    is found('tags=,'), 'plain refund pay', 'none at all';
    is found('tags=%25'), '', 'nothing is a wildcard';
};


subtest 'by a text of theirs' => sub {
    is found('search=PAY'), 'refund pay', 'id, name, intents; any case';
    is found('search=' . bytes('éMILE')), 'refund', 'beyond ASCII, too';
    is found('search=wage'), 'pay', 'a keyword';
    is found('search=finance'), 'pay', 'the domain';
    is found('search=sales'), 'refund', 'the business domain';
    is found('search=monthly'), 'pay', 'a tag';
    is found('search=100%25%20of'), 'pay', 'a percent sign is one';
    is found('search=it_a'), 'pay', 'so is an underscore';
    is found('search=it.a'), '', 'and a dot';
    is found('search=%25'), 'pay', 'nothing is a wildcard';
    is found('search=cancel'), '', 'what it is not for does not count';
    is found('search=out%20bank'), '', 'nor what spans two of them';
    is found('search='), 'plain refund pay', 'nothing is anything';
};


subtest 'by a text of the metadata' => sub {
    is found('metadata_search=' . escaped('"wage","bonus"')), 'pay',
        'its JSON';
    is found('metadata_search=MONEY'), 'refund pay', 'in any case';
    is found('metadata_search=%25'), '', 'a percent sign is one';
    is found('metadata_search=pay_'), '', 'and an underscore';
};


subtest 'by what somebody wants' => sub {
    is found('intent=pay%20the%20salary'), 'pay refund',
        'who has more of the words comes first';
    is found('intent=back'), 'refund', 'who has none is none';
    is found('intent=PAY-wage!%20bonus'), 'pay refund',
        'words, whatever stands between them';
    is found('intent=pay%20money%20refund'), 'refund',
        'who is not for it is left out';
    is found('intent=pay%20money'), 'refund pay',
        'a part of what one is not for does not do that';
    is found('intent=pay%20cancel'), 'refund', 'one word may be all of it';
    is found('intent=%25%27%3B--'), '', 'no word finds nothing';

    my $r = $site->get('/api/procedures?intent=pay&limit=1&total=true');
    is $r->{headers}{'x-total-count'}, 2, 'counted';
    is $r->{json}[0]{procedure_id}, 'refund', 'the first page';
    ok !exists $r->{json}[0]{_rank}, 'without the rank';
    my $next = $r->{headers}{'x-next-cursor'};
    is found("intent=pay&limit=1&cursor=$next"), 'pay', 'the next';
    is found('intent=pay&limit=1&offset=1'), 'pay', 'or so';
};


subtest 'by where and how they are' => sub {
    is found('channel=qa'), 'plain', 'the channel';
    is found('status=active'), 'plain', 'the status';
    is found('status=draft&channel=dev&search=p'), 'refund pay', 'together';
    is found('project_id=none'), '', 'the project';
    is found('order=asc'), 'pay refund plain', 'oldest first';

    keep('pay', version => '2.0.0', name => 'Second');
    is found('latest_only=true'), 'pay plain refund', 'one of each';
    is found('latest_only=1&search=wage'), '',
        'what an older version had does not count';
    is found('search=wage'), 'pay', 'unless it is asked for';
    is found("$_=x") =~ s/ .*//sr, 422, "$_=x" for qw(channel latest_only
        order limit offset total cursor);
};


subtest 'what is found follows the document' => sub {
    my $doc = $site->get('/api/procedures/refund/1.0.0')->{json}{ckp_json};
    delete $doc->{name};
    $doc->{tags} = ['new'];
    $site->put('/api/procedures/refund/1.0.0', { ckp_json => $doc });
    is found('tags=shop'), '', 'the tags of before are gone';
    is found('tags=new'), 'refund', 'the new ones count';
    is found('search=' . bytes('émile')), 'refund', 'the name was kept';

    $site->del('/api/procedures/refund/1.0.0');
    is found('tags=new'), '', 'gone is gone';
};


subtest 'pages stay as they are while others come' => sub {
    keep("page$_") for 1 .. 5;
    my $r = $site->get('/api/procedures?search=page&limit=2&total=1');
    is $r->{headers}{'x-total-count'}, 5, 'five';
    like $r->{headers}{link}, qr{^<http://[^>]+search=page[^>]*>; rel="next"$},
        'a link to the next';
    my @seen = map { $_->{procedure_id} } @{ $r->{json} };
    keep('page6');

    while (my $next = $r->{headers}{'x-next-cursor'}) {
        $r = $site->get("/api/procedures?search=page&limit=2&cursor=$next");
        push @seen, map { $_->{procedure_id} } @{ $r->{json} };
    }
    is "@seen", 'page5 page4 page3 page2 page1', 'each once';
};

$site->log_is_calm;
done_testing;
