# The customer's procedures are taken as they are.  They are data that lie
# beside the project, not in it.

use strict;
use warnings;

use File::Basename qw(basename dirname);
use Test::More;

use LangOrch::Http;
use LangOrch::Site;

my $folder = $ENV{LANGORCH_SAMPLES} || dirname(__FILE__) . '/../../../shared/samples';
my @files  = glob "$folder/*.json";

plan skip_all => 'no samples here' unless @files;

my $site = LangOrch::Site->start;


sub form {
    my ($doc) = @_;
    return 'A' if ref $doc->{workflow_graph} eq 'HASH';
    return 'E' if ref $doc->{nodes} eq 'ARRAY' && ref $doc->{edges} eq 'ARRAY';
    return 'D' if ref $doc->{steps} eq 'ARRAY' && !$doc->{nodes};
    return 'B or C';
}


# Some are kept inside an envelope, as a client would post them.

sub inner {
    my ($doc) = @_;
    return ref $doc->{ckp_json} eq 'HASH' ? $doc->{ckp_json} : $doc;
}


for my $file (@files) {
    my $name = basename($file);
    my $doc  = inner(LangOrch::Http::decode(LangOrch::Site::slurp($file)));
    my $form = form($doc);

    subtest "$name, form $form" => sub {
        my $r = $site->post('/api/procedures', { ckp_json => $doc });
        is $r->{status}, 201, 'is imported' or diag $r->{body};

        my @errors = grep { $_->{severity} eq 'error' }
            @{ $r->{json}{diagnostics} || [] };
        is_deeply \@errors, [], 'without an error';
        ok $r->{json}{valid}, 'and can be run';

        my ($id, $version) = @{ $r->{json} }{qw(procedure_id version)};
        is $site->get("/api/procedures/$id/$version/graph")->{status}, 200,
            'it is drawn';
        is_deeply $site->get("/api/procedures/$id/$version")->{json}{ckp_json},
            $doc, 'and kept as it was';
    };
}


$site->log_is_calm;
done_testing;
