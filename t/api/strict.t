# A site may be stricter: no document with errors, no change without If-Match
# (api 1.10, 3.1, 3.12).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Site;

my $site = LangOrch::Site->start(
    http => "langorch_validate strict;\nlangorch_if_match required;\n");

my $broken = procedure('broken', 'no', { end => { type => 'terminate' } });
my $fine   = procedure('fine', 'end', { end => { type => 'terminate' } });


subtest 'a document with errors is refused unless the request insists' => sub {
    my $r = $site->post('/api/procedures', { ckp_json => $broken });
    is $r->{status}, 422, 'refused';
    is $r->{json}{code}, 'compile_error', 'for that reason';

    $r = $site->post('/api/procedures?validate=lenient',
        { ckp_json => $broken });
    is $r->{status}, 201, 'kept when it is said so';

    my @if = (headers => { 'If-Match' => $r->{headers}{etag} });
    my $p = $site->post('/api/procedures/broken/1.0.0/promote',
        { target_channel => 'qa' }, @if);
    is $p->{status}, 422, 'it cannot be promoted';
    is $p->{json}{code}, 'compile_error', 'because of its errors';
    like $p->{json}{errors}[0]{id}, qr/^CKP/, 'which it tells';

    $r = $site->put('/api/procedures/broken/1.0.0', { ckp_json => $broken },
        @if);
    is $r->{status}, 422, 'nor replaced by another like it';

    $r = $site->post('/api/procedures', { ckp_json => $fine });
    @if = (headers => { 'If-Match' => $r->{headers}{etag} });
    is $site->post('/api/procedures/fine/1.0.0/promote',
        { target_channel => 'qa' }, @if)->{status}, 200, 'a good one can';
};


subtest 'a promotion looks at what is called now' => sub {
    my $calls = procedure('calls', 'kid', {
        kid => { type => 'subflow', procedure_id => 'kid', version => '^1' } });
    my $kid   = sub { $site->post('/api/procedures', { ckp_json => procedure(
        'kid', 'end', { end => { type => 'terminate' } }, @_) }) };

    my $r = $site->post('/api/procedures', { ckp_json => $calls });
    is $r->{status}, 201, 'what is not there yet is no error';

    my $promoted = sub {
        my ($channel) = @_;
        my $tag = $site->get('/api/procedures/calls/1.0.0')->{headers}{etag};
        return $site->post('/api/procedures/calls/1.0.0/promote',
            { target_channel => $channel }, headers => { 'If-Match' => $tag });
    };

    $kid->(version => '1.0.0');
    is $promoted->('dev')->{status}, 200, 'it fits';

    $kid->(version => '1.1.0', variables_schema => {
        who => { required => JSON::PP::true } });
    $r = $promoted->('qa');
    is $r->{status}, 422, 'until a newer one needs more';
    is $r->{json}{errors}[0]{id}, 'CKP705', 'which is told';
    is $site->get('/api/procedures/calls/1.0.0')->{json}{release_channel},
        'dev', 'it stays where it was';
};


subtest 'a change says what it changes' => sub {
    my $doc = $site->get('/api/openapi.json')->{json};
    my $n   = 0;

    for my $path (sort keys %{ $doc->{paths} }) {
        for my $method (sort keys %{ $doc->{paths}{$path} }) {
            my $op = $doc->{paths}{$path}{$method};
            next unless grep { $_->{name} eq 'If-Match' }
                @{ $op->{parameters} };

            my $url = $path =~ s/\{\w+\}/none/gr;
            my $r   = $site->request(uc $method, $url, undef);
            is $r->{status}, 428, "$method $path without If-Match";
            is $r->{json}{code}, 'precondition_required', 'says so';
            isnt $site->request(uc $method, $url, undef, headers =>
                { 'If-Match' => '"x"' })->{status}, 428, 'with it is looked at';
            $n++;
        }
    }

    cmp_ok $n, '>', 8, 'all that can be edited';
};

$site->log_is_calm;
done_testing;
