# Which version is active in which channel (api 3.12): promoted, rolled back, and
# never two at once.

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Site;

my $site = LangOrch::Site->start;


sub version {
    my ($id, $version, %more) = @_;
    my $r = $site->post('/api/procedures', { ckp_json => procedure($id, 'end',
        { end => { type => 'terminate' } }, version => $version, %more) });
    die $r->{body} if $r->{status} != 201;
    return $r;
}

sub promote {
    my ($id, $version, $to, %more) = @_;
    return $site->post("/api/procedures/$id/$version/promote",
        { target_channel => $to, %more });
}

sub rollback {
    my ($id, $version, $in, %more) = @_;
    return $site->post("/api/procedures/$id/$version/rollback",
        { target_channel => $in, %more });
}

sub get { return $site->get("/api/procedures/$_[0]/$_[1]")->{json} }

version('pay', $_) for qw(1.0.0 2.0.0 3.0.0);


subtest 'a version is promoted' => sub {
    my $r = promote('pay', '1.0.0', 'prod', reason => 'first');
    is $r->{status}, 200, 'to prod';
    is $r->{json}{previous_channel_version}, undef, 'where nobody was';
    like $r->{headers}{etag}, qr/^"/, 'with its tag';

    my $p = $r->{json}{promoted};
    is $p->{status}, 'active', 'it is active';
    is $p->{release_channel}, 'prod', 'there';
    is $p->{promoted_by}, 'anonymous', 'by whom';
    like $p->{promoted_at}, qr/Z$/, 'and when';

    my $detail = get('pay', '1.0.0');
    is_deeply $detail->{ckp_json}{release}, {
        channel => 'prod', promoted_from_version => undef,
        promoted_at => $p->{promoted_at}, promoted_by => 'anonymous',
    }, 'the document says so, too';
    is $detail->{ckp_json}{status}, 'active', 'and its status';
    ok $detail->{valid}, 'it still compiles';
    is $site->get('/api/procedures/pay?channel=prod')->{json}{version},
        '1.0.0', 'who asks for the channel gets it';
    is $site->run('pay', {}, channel => 'prod')->wait_final->{status},
        'completed', 'and it runs there';
};


subtest 'the next one takes its place' => sub {
    my $r = promote('pay', '2.0.0', 'prod');
    is $r->{json}{previous_channel_version}, '1.0.0', 'it says whose';
    is $r->{json}{promoted}{promoted_from_version}, '1.0.0', 'and remembers';
    is get('pay', '1.0.0')->{status}, 'deprecated', 'that one is deprecated';
    is get('pay', '1.0.0')->{ckp_json}{status}, 'deprecated',
        'also in its document';
    is $site->post('/api/runs', { procedure_id => 'pay',
        procedure_version => '1.0.0' })->{status}, 409, 'and starts no run';

    $r = promote('pay', '2.0.0', 'prod');
    is $r->{status}, 200, 'once more is nothing new';
    is $r->{json}{promoted}{promoted_from_version}, '1.0.0',
        'and forgets nothing';
};


subtest 'only forward' => sub {
    is promote('pay', '2.0.0', 'dev')->{json}{detail},
        'Cannot promote from prod to dev. Use forward channels only.',
        'not back';
    my $r = promote('pay', '3.0.0', 'moon');
    is $r->{status}, 422, 'nor to where there is no channel';
    like $r->{json}{detail}, qr/^Invalid target_channel 'moon'/, 'as it says';
    is $site->post('/api/procedures/pay/3.0.0/promote', {})->{json}{errors}[0]
        {loc}[1], 'target_channel', 'nor to nowhere';
    is promote('pay', '9', 'qa')->{status}, 404, 'an unknown version';
    is promote('pay', 'latest', 'qa')->{status}, 404,
        'and the latest is none to be changed';
};


subtest 'rolled back to the one before' => sub {
    my $r = rollback('pay', '2.0.0', 'prod', reason => 'it was wrong');
    is $r->{status}, 200, 'without saying which';
    is $r->{json}{replaced_version}, '2.0.0', 'this one goes';
    is $r->{json}{restored}{version}, '1.0.0', 'that one is back';
    is $r->{json}{restored}{status}, 'active', 'active';
    is get('pay', '2.0.0')->{status}, 'deprecated', 'the other is deprecated';
    is $site->get('/api/procedures/pay?channel=prod')->{json}{version},
        '1.0.0', 'as the channel says';
};


subtest 'what cannot be restored' => sub {
    my $says = sub {
        my ($r, $status, $what, $name) = @_;
        is $r->{status}, $status, $name;
        like $r->{json}{detail}, $what, 'and hears why';
    };

    $says->(rollback('pay', '2.0.0', 'prod'), 422,
        qr/^Rollback can only be performed from an active version\. /,
        'not from one that is not active');
    $says->(rollback('pay', '1.0.0', 'qa'), 422,
        qr/^Rollback can only be performed from an active version\. /,
        'nor in another channel');
    $says->(rollback('pay', '1.0.0', 'prod'), 422,
        qr/^rollback_to_version is required when promoted_from_version is not /,
        'the first one has none before it');
    $says->(rollback('pay', '1.0.0', 'prod', rollback_to_version => '1.0.0'),
        422, qr/is the current version/, 'not to itself');
    $says->(rollback('pay', '1.0.0', 'prod', rollback_to_version => '7'), 404,
        qr/^Rollback target version 7 not found/, 'nor to what is not there');
    $says->(rollback('pay', '1.0.0', 'prod', rollback_to_version => '3.0.0'),
        422, qr/^Rollback target version 3\.0\.0 is in dev, not prod\.$/,
        'nor to what is elsewhere');

    for my $status (qw(archived draft)) {
        $site->patch('/api/procedures/pay/2.0.0/status',
            { status => $status });
        $says->(rollback('pay', '1.0.0', 'prod',
            rollback_to_version => '2.0.0'), 422,
            qr/ is $status and cannot be restored\.$/, "nor to one $status");
    }
};


subtest 'what went where is kept' => sub {
    my $all = $site->get('/api/procedures/pay/deployments')->{json};
    is join(' ', map { "$_->{action}:$_->{deployed_version}:$_->{status}" }
        @$all), 'rollback:1.0.0:active promote:2.0.0:rolled_back'
        . ' promote:2.0.0:replaced promote:1.0.0:replaced', 'newest first';
    is $all->[0]{reason}, 'it was wrong', 'with the reason';
    is $all->[0]{replaced_version}, '2.0.0', 'and whom it replaced';
    is scalar @{ $site->get('/api/procedures/pay/deployments?limit=1&offset=1')
        ->{json} }, 1, 'a page of it';
    is_deeply $site->get('/api/procedures/none/deployments')->{json}, [],
        'of an unknown procedure nothing';

    my $audit = $site->get('/api/audit?category=procedure_release')->{json};
    my ($back, $there) = @{ $audit->{events} }[0, 2];
    is $back->{action}, 'rollback', 'the audit trail knows';
    is_deeply $back->{meta}, { procedure_id => 'pay', from_version => '2.0.0',
        restored_version => '1.0.0', target_channel => 'prod',
        replaced_version => '2.0.0', reason => 'it was wrong' }, 'all of it';
    is $there->{meta}{previous_channel_version}, '1.0.0', 'of promotions too';
};


subtest 'a document does not move a version that was promoted' => sub {
    my $doc = get('pay', '1.0.0')->{ckp_json};
    $doc->{release} = { channel => 'dev' };
    my $r = $site->put('/api/procedures/pay/1.0.0', { ckp_json => $doc });
    is $r->{json}{release_channel}, 'prod', 'it stays where it is';
    delete $doc->{release};
    delete $doc->{status};
    $r = $site->put('/api/procedures/pay/1.0.0', { ckp_json => $doc });
    is $r->{json}{release_channel}, 'prod', 'also without a word of it';
    is $r->{json}{status}, 'active', 'and stays active';
    is $r->{json}{promoted_by}, 'anonymous', 'by whom it was made so';
};


subtest 'a tag of what was read' => sub {
    version('tag', '1');
    my $etag = $site->get('/api/procedures/tag/1')->{headers}{etag};
    my @if   = (headers => { 'If-Match' => $etag });
    my $path = '/api/procedures/tag/1/promote';

    $site->patch('/api/procedures/tag/1/status', { status => 'approved' });
    my $r = $site->post($path, { target_channel => 'qa' }, @if);
    is $r->{status}, 412, 'that is old by now';
    is get('tag', '1')->{status}, 'approved', 'nothing was done';
    $if[1]{'If-Match'} = $r->{headers}{etag};
    is $site->post($path, { target_channel => 'qa' }, @if)->{status}, 200,
        'the new one does';
};


subtest 'at the same moment' => sub {
    version('race', "$_.0") for 1 .. 6;
    my @r = $site->together(6, sub { promote('race', ($_[0] + 1) . '.0', 'qa') });

    is scalar(grep { $_->{status} == 200 } @r), 6, 'all are promoted';
    my @active = grep { $_->{status} eq 'active' }
        @{ $site->get('/api/procedures/race/versions')->{json} };
    is scalar @active, 1, 'and one is active';

    my ($last) = @{ $site->get('/api/procedures/race/deployments')->{json} };
    is $active[0]{version}, $last->{deployed_version}, 'the last of them';
    is scalar(grep { $_->{json}{previous_channel_version} // '' } @r), 5,
        'each but the first replaced one';
};


subtest 'other forms, and what does not compile' => sub {
    my $r = $site->post('/api/procedures', { ckp_json => {
        name => 'steps', version => '1', status => 'draft',
        steps => [ { id => 'a', config => { action => 'pack' } } ],
    } });
    is $r->{status}, 201, 'a list of steps' or diag $r->{body};
    $r = promote('steps', '1', 'qa');
    is $r->{status}, 200, 'is promoted'
        or diag $r->{body};
    ok get('steps', '1')->{valid}, 'and compiles as before';

    version('broken', '1', workflow_graph => { start_node => 'no', nodes =>
        { end => { type => 'terminate' } } });
    is promote('broken', '1', 'qa')->{status}, 200,
        'a broken one, where the site does not mind';
};

$site->log_is_calm;
done_testing;
