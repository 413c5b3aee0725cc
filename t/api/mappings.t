# What an agent's answer gives to variables, in a real NGINX (spec/ckp.md 9.1,
# 13.3): the parsers are linked in and see the bytes of the wire.

use strict;
use warnings;
use utf8;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;

my $page = <<'END';
<!DOCTYPE html>
<html><body><h1 class="big title">Bücher &amp; mehr</h1>
<ul><li>Eins<li>Zwei</ul><p>Order #4711 &euro; 5</p></body></html>
END

my $agent = LangOrch::Agent->start(script => {
    page  => { result => $page },
    rows  => { result => { rows => [ { id => 1, open => JSON::PP::true }, { id => 2 } ] } },
    said  => { result => "```json\n{\"a\": {\"b\": [1, 2]}}\n```" },
    prose => { result => 'I cannot do that.' },
});

my $site = LangOrch::Site->start(workers => 1);
$site->register($agent);


sub outputs_of {
    my ($id, $action, %maps) = @_;

    my $doc = procedure($id, 'main', {
        main => sequence('end', step('one', action => $action, outputs => \%maps)),
        end  => { type => 'terminate' },
    });

    $site->import_document($doc);

    my $run = $site->run($id);

    return ($run->wait_final, $run);
}


subtest 'a page is searched' => sub {
    my ($end) = outputs_of('page', 'page',
        title => "xpath: //h1[contains(\@class,'title')]",
        items => 'xpath: //li',
        order => 'regex: #([0-9]+)',
        none  => 'xpath: //table',
    );

    is $end->{status}, 'completed', 'completed';
    is $end->{output_vars}{title}, 'Bücher & mehr', 'one hit is its text';
    is_deeply $end->{output_vars}{items}, [ 'Eins', 'Zwei' ], 'several are an array';
    is $end->{output_vars}{order}, '4711', 'the first group';
    ok exists $end->{output_vars}{none}, 'what finds nothing is there ...';
    is $end->{output_vars}{none}, undef, '... and null';
};


subtest 'values and texts are read as JSON' => sub {
    my ($end) = outputs_of('rows', 'rows',
        ids   => '$.rows[*].id',
        open  => '$.rows[?(@.open == true)].id',
        first => 'json: rows[0].id',
    );
    is_deeply $end->{output_vars}{ids}, [ 1, 2 ], 'all hits';
    is_deeply $end->{output_vars}{open}, [1], 'filtered ones';
    is $end->{output_vars}{first}, 1, 'a dotted path';

    ($end) = outputs_of('said', 'said', b => 'json_extract: a.b', whole => 'text');
    is_deeply $end->{output_vars}{b}, [ 1, 2 ], 'without its fence';
    like $end->{output_vars}{whole}, qr/^```json/, 'the whole text';
};


subtest 'what is no JSON is null and told, or fails the step' => sub {
    my ($end, $run) = outputs_of('prose', 'prose', a => 'json_extract: a');
    my ($told) = $run->events_of('output_mapping_failed');

    is $end->{status}, 'completed', 'completed';
    is $end->{output_vars}{a}, undef, 'null';
    is $told->{payload}{variable}, 'a', 'the variable is told';
    is $told->{payload}{mapping}, 'json_extract: a', 'the mapping, too';

    ($end, $run) = outputs_of('must', 'prose', a => { from => '$.a', on_missing => 'fail' });
    my ($failed) = $run->events_of('run_failed');

    is $end->{status}, 'failed', 'failed';
    is $failed->{payload}{error_type}, 'TransformError', 'as it was told to';
};


$site->log_is_calm;
done_testing;
