# Each limit of a request that no directive sets, from both sides: what comes up to it is
# taken, one more is refused with its place.  docs/api.md has them as a table, and a row
# that nobody tries here fails this test, as does a number that is another there.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Doc qw(approval procedure sequence step);
use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $top = abs_path(dirname(__FILE__) . '/../..');
my $dir = tempdir(CLEANUP => 1);
LangOrch::Site::spew("$dir/jwt", 'a secret of the site that is long enough' . "\n");
chmod 0755, $dir;
my $site = LangOrch::Site->start(workers => 1,
    http => "langorch_jwt_secret $dir/jwt;\nlangorch_logins 1000000;\n");
my $end = { type => 'terminate' };

$site->import_document(procedure('p', 'end', { end => $end }));
$site->import_document(approval('asks'));


# --- documents, compiled ----------------------------------------------------------

my $documents = 0;
our $strict   = 0;

sub compiled {
    my ($first, $nodes, %more) = @_;
    my $doc = { procedure_id => 'd' . $documents++, version => '1.0.0', status => 'active', %more,
        workflow_graph => { start_node => $first, nodes => { end => $end, %$nodes } } };
    return $site->post('/api/procedures' . ($strict ? '?validate=strict' : ''),
        { ckp_json => $doc });
}

# What is wrong with these is no limit of the document: a site that takes documents with
# errors takes it, and starts no run of it.

sub strictly { my ($sub) = @_; return sub { local $strict = 1; return $sub->(@_) } }

sub chained { return map { ("n$_" => { type => 'transform', transformations => [],
    next_node => $_ < $_[0] ? 'n' . ($_ + 1) : 'end' }) } 1 .. $_[0] }

sub steps { my ($n) = @_; return map { step("s$_") } 1 .. $n }

sub ruled {
    my (@conditions) = @_;
    return compiled('l', { l => { type => 'logic', default_next_node => 'end',
        rules => [ map { { condition => $_, next_node => 'end' } } @conditions ] } },
        variables_schema => { a => { type => 'integer', default => 1 } });
}

sub said { return compiled('a', { a => sequence('end', step('s', params => { t => $_[0] })) },
    variables_schema => { a => { type => 'string', default => '' } }) }

# A name that nobody has yet, of so many bytes.

my $names = 0;
sub named { my $text = 'n' . $names++ . 'x'; return $text . 'x' x ($_[0] - length $text) }

sub text { return 'x' x $_[0] }


my %try = (
    # what is true of all bodies
    'values inside values' => sub { my $n = $_[0] - 2;
        return $site->post('/api/runs', '{"procedure_id":"p","input_vars":{"x":'
            . '[' x $n . ']' x $n . '}}') },
    'values in a body' => sub { return $site->post('/api/runs', '{"procedure_id":"p",'
        . '"input_vars":{"x":[' . join(',', (1) x ($_[0] - 4)) . ']}}') },
    'bytes of a member\'s name' => sub { return $site->post('/api/runs',
        { procedure_id => 'p', input_vars => { text($_[0]) => 1 } }) },
    'bytes of a text' => sub { return compiled('end', {}, metadata => { text => text($_[0]) }) },

    # documents
    'nodes of a procedure' => sub { return compiled('n1', { chained($_[0] - 1) }) },
    'steps of a node' => sub { return compiled('a', { a => sequence('end', steps($_[0])) }) },
    'steps of a procedure' => sub { my ($n) = @_;
        my $full = int(($n - 1) / 500);
        return compiled('a1', { map { ("a$_" => sequence($_ > $full ? 'end' : 'a' . ($_ + 1),
            steps($_ > $full ? $n - 500 * $full : 500))) } 1 .. $full + 1 }) },
    'branches of a parallel node' => sub { my @names = map { "b$_" } 1 .. $_[0];
        return compiled('p', { p => { type => 'parallel', branches => [ map { {
            branch_id => $_, start_node => $_ } } @names ], next_node => 'end' },
            map { ($_ => { type => 'transform', transformations => [] }) } @names }) },
    'rules of a logic node' => sub { return ruled(('a == 1') x $_[0]) },
    'bytes of a template' => sub { return said('{{a}}' . text($_[0] - 5)) },
    'placeholders of a template' => sub { return said('{{a}}' x $_[0]) },
    'characters of an id in a document' => sub { my $id = text($_[0]);
        return compiled($id, { $id => { type => 'transform', transformations => [],
            next_node => 'end' } }) },
    'bytes of an expression' => strictly(sub {
        return ruled('a == 1' . ' ' x ($_[0] - 6)) }),
    'parentheses in an expression' => strictly(sub {
        return ruled('(' x $_[0] . 'a' . ')' x $_[0] . ' == 1') }),
    'bytes of a regular expression' => strictly(sub { return compiled('end', {},
        variables_schema => { a => { type => 'string', default => text($_[0]),
            validation => { regex => text($_[0]) } } }) }),
    'bytes of a schedule' => sub { return $site->post('/api/triggers/preview', {
        schedule => '0' . ' ' x ($_[0] - 8) . '0 1 1 *' }) },

    # lists
    'runs of a page' => sub { return $site->get("/api/runs?limit=$_[0]") },
    'events of a page' => sub { return $site->get('/api/runs/' . $site->run('p')->id
        . "/events?limit=$_[0]") },
    'entries of a page' => sub { return $site->get("/api/audit?limit=$_[0]") },
    'runs of a bulk request' => sub { return $site->post('/api/runs/bulk/cancel', {
        run_ids => [ map { sprintf '00000000-0000-7000-8000-%012x', $_ } 1 .. $_[0] ] }) },
    'slots of a preview' => sub { return $site->post('/api/triggers/preview',
        { schedule => '0 * * * *', count => $_[0] }) },

    # what is kept
    'bytes of a project\'s name' => sub {
        return $site->post('/api/projects', { name => named($_[0]) }) },
    'bytes of a project\'s description' => sub { return $site->post('/api/projects',
        { name => named(20), description => text($_[0]) }) },
    'bytes of a secret\'s name' => sub { return $site->post('/api/secrets',
        { name => named($_[0]), value => 'x' }) },
    'bytes of a secret' => sub { return $site->post('/api/secrets',
        { name => named(20), value => text($_[0]) }) },
    'tags of a secret' => sub { return $site->post('/api/secrets', { name => named(20),
        value => 'x', tags => [ map { "t$_" } 1 .. $_[0] ] }) },
    'bytes of a tag' => sub { return $site->post('/api/secrets', { name => named(20),
        value => 'x', tags => [ text($_[0]) ] }) },
    'bytes of a prompt\'s name' => sub { return $site->post('/api/prompts',
        { name => named($_[0]), template => 'x' }) },
    'bytes of a prompt' => sub { return $site->post('/api/prompts',
        { name => named(20), template => text($_[0]) }) },
    'bytes of a profile\'s name' => sub { return $site->post('/api/llm/profiles',
        { name => named($_[0]), model => 'm' }) },
    'bytes of a user\'s name' => sub { my $name = named($_[0]);
        return $site->post('/api/users', { username => $name, password => 'long enough',
            email => substr($name, 0, 20) . '@example.org' }) },
    'bytes of a password' => sub { my $name = named(20);
        return $site->post('/api/users', { username => $name, password => text($_[0]),
            email => "$name\@example.org" }) },
    'bytes of a token\'s name' => sub { return $site->post('/api/auth/tokens',
        { name => named($_[0]), identity => named(20) }) },
    'bytes of an Idempotency-Key' => sub { return $site->post('/api/runs',
        { procedure_id => 'p' }, headers => { 'Idempotency-Key' => named($_[0]) }) },
    'characters of a comment' => sub { my $run = $site->run('asks');
        return $site->post('/api/approvals/' . $run->wait_approval->{approval_id} . '/decision',
            { decision => 'approved', comment => text($_[0]) }) },
);


my $docs = LangOrch::Site::slurp("$top/docs/api.md");
my ($table) = $docs =~ /^## Limits of requests$(.*?)(?=^## |\z)/ms;
my %rows = map { $_->[0] => $_ } map { [ split /\s*\|\s*/ ] }
    ($table // '') =~ /^\| ((?!What|---).*) \|$/mg;

is_deeply [ sort keys %rows ], [ sort keys %try ], 'the table has those, and no others';


# Whether an answer says where it is wrong: a place in the request, in the document, or a
# byte of what is no JSON.

sub has_place {
    my ($r) = @_;
    my $j = $r->{json} // return 0;
    my @places = (map({ ref $_->{loc} ? "@{ $_->{loc} }" : $_->{path} } @{ $j->{errors} // [] }),
        map({ $_->{path} // $_->{pointer} } @{ $j->{diagnostics} // [] }));
    return scalar(grep { defined && length } @places) || $j->{detail} =~ /byte \d|line \d/
        || $j->{detail} =~ /^Cron schedule must/;
}

for my $what (sort keys %try) {
    subtest $what => sub {
        my (undef, $most, $beyond) = @{ $rows{$what} // [] };
        my $unit = $most =~ s/ KiB$// ? 1024 : $most =~ s/ MiB$// ? 1024 ** 2 : 1;
        $most =~ s/,//g;
        $most *= $unit;
        my ($status, $code) = $beyond =~ /^(\d+) `(\w+)`$/;

        my $r = $try{$what}->($most);
        cmp_ok $r->{status}, '<', 300, "$most are taken" or diag substr $r->{body}, 0, 600;

        $r = $try{$what}->($most + 1);
        is "$r->{status} $r->{json}{code}", "$status $code", 'one more is not'
            or diag substr $r->{body}, 0, 600;
        ok has_place($r), 'and it says where' or diag substr $r->{body}, 0, 600;
    };
}

$site->log_is_calm;
done_testing;
