# Two versions of a procedure side by side (api 3.13).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;

my $site = LangOrch::Site->start;

my $old = procedure('two', 'work', {
    work => sequence('end', step('one')),
    gone => sequence('end', step('x')),
    end  => { type => 'terminate' },
}, version => '1', global_config => { max_retries => 1 });

my $new = procedure('two', 'work', {
    work => sequence('end', step('one'), step('two')),
    end  => { type => 'terminate' },
    come => sequence('end', step('y')),
}, version => '2', global_config => { max_retries => 2 },
    variables_schema => { v => { type => 'string' } });

$site->post('/api/procedures', { ckp_json => $_ }) for $old, $new;


subtest 'what changed is told' => sub {
    my $r = $site->get('/api/procedures/two/diff?from=1&to=2');
    is $r->{status}, 200, 'answered' or diag $r->{body};
    my $d = $r->{json};
    is_deeply [ @$d{qw(procedure_id from to)} ], [qw(two 1 2)], 'of what';
    ok !$d->{identical}, 'they differ';
    is_deeply $d->{summary}, {
        nodes_added => ['come'], nodes_removed => ['gone'],
        nodes_changed => ['work'], variables_changed => ['v'],
        config_changed => ['max_retries'],
    }, 'in short';

    my %change = map { $_->{path} => $_ } @{ $d->{changes} };
    is_deeply $change{'/global_config/max_retries'},
        { op => 'replace', path => '/global_config/max_retries', from => 1,
          to => 2 }, 'and place by place';
    is $change{'/workflow_graph/nodes/work/steps/1'}{op}, 'add',
        'a step is new';
    is $change{'/workflow_graph/nodes/gone'}{op}, 'remove', 'a node is gone';
    ok !exists $d->{lines}, 'lines are shown when asked for';
};


subtest 'a version is the same as itself' => sub {
    my $d = $site->get('/api/procedures/two/diff?from=2&to=latest')->{json};
    ok $d->{identical}, 'identical';
    is_deeply $d->{changes}, [], 'without a change';
    is $d->{to}, '2', 'latest is this one';
};


subtest 'line by line' => sub {
    my $d = $site->get('/api/procedures/two/diff?from=1&to=2&format=lines')
        ->{json};
    my %kinds;
    push @{ $kinds{ $_->{kind} } }, $_ for @{ $d->{lines} };

    ok scalar(grep { $_->{text} eq '    "max_retries": 1' }
        @{ $kinds{del} }), 'the old line goes';
    my ($line) = grep { $_->{text} eq '    "max_retries": 2' }
        @{ $kinds{add} };
    ok $line, 'the new line comes';
    is $line->{a}, undef, 'which has no number in the old one';
    cmp_ok $line->{b}, '>', 0, 'but in the new one';
    is $kinds{same}[0]{text}, '{', 'what is the same stays';
};


subtest 'both must be named, and be there' => sub {
    is $site->get("/api/procedures/two/diff$_")->{status}, 422, $_ || 'none'
        for '', '?from=1', '?to=1', '?from=&to=1', '?from=1&to=2&format=x';
    is $site->get('/api/procedures/two/diff?from=1&to=3')->{status}, 404,
        'no such version';
    is $site->get('/api/procedures/no/diff?from=1&to=2')->{status}, 404,
        'no such procedure';
};


$site->log_is_calm;
done_testing;
