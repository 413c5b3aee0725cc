# What the server tells of itself holds against the standards, by validators of
# others: the OpenAPI document, and the JSON Schema of procedures, which every
# valid document that we have fits (api 2).

use strict;
use warnings;

use File::Basename qw(basename dirname);
use File::Copy qw(copy);
use File::Path qw(make_path);
use File::Spec;
use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Http;
use LangOrch::Site;

plan skip_all => 'npm is missing: nothing to hold the contract against'
    unless grep { -x "$_/npm" } split /:/, $ENV{PATH};

my $top  = File::Spec->rel2abs(dirname(__FILE__) . '/../..');
my $room = "$top/build/contract";
my $here = tempdir('langorch-t-XXXXXX', TMPDIR => 1, CLEANUP => 1);


# The validators, once for each lock file.

sub packages {
    make_path($room);

    my $lock = LangOrch::Site::slurp("$top/t/contract/package-lock.json");
    copy("$top/t/contract/$_", "$room/$_") or die "$_: $!"
        for qw(package.json package-lock.json validate.mjs);

    return if (eval { LangOrch::Site::slurp("$room/stamp") } // '') eq $lock;

    system("cd '$room' && npm ci --no-audit --no-fund --loglevel=error >&2") == 0
        or die 'npm ci failed';
    LangOrch::Site::spew("$room/stamp", $lock);
    return;
}


# What the validator says.

sub faults {
    my (@args) = @_;
    open my $said, '-|', 'node', "$room/validate.mjs", @args or die "node: $!";
    my @lines = <$said>;
    close $said;
    return @lines || $? ? join '', @lines, "(status $?)" : '';
}


packages();

my $site = LangOrch::Site->start(workers => 1);

LangOrch::Site::spew("$here/openapi.json",
    $site->get('/api/openapi.json')->{body});
is faults('openapi', "$here/openapi.json"), '', 'it is an OpenAPI document';


# --- the schema of procedures -----------------------------------------------------

my $r = $site->get('/api/schema/ckp');
is $r->{headers}{'content-type'}, 'application/schema+json', 'a JSON Schema';
is $site->get('/api/schema/ckp', headers =>
    { 'If-None-Match' => $r->{headers}{etag} })->{status}, 304,
    'which is sent once';
LangOrch::Site::spew("$here/schema.json", $r->{body});


# Every document of ours that compiles; golden ones lie in their cases, too.

sub documents {
    my ($value) = @_;

    return map { documents($_) } @$value if ref $value eq 'ARRAY';
    return if ref $value ne 'HASH';
    return $value if $value->{workflow_graph} && $value->{procedure_id};
    return map { documents($_) } values %$value;
}

# A golden case is often but nodes, the first of which begins.

sub case {
    my ($file, $text) = @_;

    return unless ref $file eq 'HASH' && ref $file->{nodes} eq 'HASH';
    my ($start) = $text =~ /"nodes"\s*:\s*\{\s*"([^"]+)"/;

    return {
        procedure_id => 'golden', version => '1',
        variables_schema => $file->{variables} // {},
        global_config    => $file->{config} // {},
        workflow_graph   => { start_node => $start, nodes => $file->{nodes} },
        %{ $file->{more} || {} },
    };
}


# The texts of a file: of documentation its examples.

sub texts {
    my ($path) = @_;
    my $text = LangOrch::Site::slurp($path);
    return $path =~ /\.md$/ ? $text =~ /^```json\n(.*?)^```$/msg : $text;
}

my (@files, $n);

for my $path (map { glob } "$top/t/golden/*/*.json", "$top/t/golden/*/*/*.json",
    "$top/t/api/procedures/*.json", "$top/conf/demo/*.json",
    "$top/t/fuzz/corpus/document/*", "$top/docs/ckp.md", "$top/README.md",
    "$top/../shared/samples/*.json")
{
    my @texts = texts($path);
    my $value = [ map { eval { LangOrch::Http::decode($_) } } @texts ];
    my @docs  = (documents($value), case($value->[0], $texts[0]));
    push @docs, grep { ref eq 'HASH' && ($_->{nodes} || $_->{steps}) } @$value
        if !@docs;

    for my $doc (@docs) {
        my $told = $site->post('/api/procedures/compile',
            { ckp_json => $doc })->{json};
        next unless $told && $told->{valid};

        my $file = sprintf '%s/%04d-%s', $here, ++$n, basename($path);
        LangOrch::Site::spew($file, LangOrch::Http::encode($doc));
        push @files, $file;
    }
}

cmp_ok scalar @files, '>', 20, scalar(@files) . ' documents compile';
is faults('schema', "$here/schema.json", @files), '', 'all of them fit';


# And what is plainly wrong does not.

my %wrong = (
    'a node without its type\'s member' => { type => 'subflow' },
    'a word that is none'    => { type => 'terminate', status => 'perhaps' },
    'a type that is none'    => { type => 'nothing' },
    'steps that are none'    => { type => 'sequence', steps => 'x' },
    'a time that is none'    => { type => 'sequence', timeout_ms => 'soon' },
);

for my $name (sort keys %wrong) {
    LangOrch::Site::spew("$here/wrong.json", LangOrch::Http::encode({
        procedure_id => 'p', version => '1',
        workflow_graph => { start_node => 'a', nodes => { a => $wrong{$name} } },
    }));
    isnt faults('schema', "$here/schema.json", "$here/wrong.json"), '',
        "$name does not";
}

$site->log_is_calm;
done_testing;
