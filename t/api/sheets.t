# Spreadsheets of the artifacts' folder (ckp 13.3, parse_excel_data).

use strict;
use warnings;

use IO::Compress::Zip qw(zip $ZipError);
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(approval procedure);
use LangOrch::Site;

my $site = LangOrch::Site->start(
    workers    => 1,
    procedures => [ approval('box') ],
    http       => 'langorch_sheet 64k;',
);

my $data = $site->home . '/data';
my $root = "$data/artifacts";
my $keep = $site->run('box');
$keep->wait_approval;
my $box  = $keep->id;


# A workbook of sheets {name => rows of texts and numbers}.

sub workbook {
    my (@sheets) = @_;
    my $ns = 'http://schemas.openxmlformats.org';
    my (%part, $list, $rels);

    while (my ($name, $rows) = splice @sheets, 0, 2) {
        my $n = 1 + keys %part;
        my $y = 0;
        $part{"xl/worksheets/s$n.xml"} =
            "<worksheet xmlns=\"$ns/spreadsheetml/2006/main\"><sheetData>"
            . join('', map { my $row = $_; $y++; "<row r=\"$y\">" . join('', map {
                my $at = chr(65 + $_) . $y;
                my $v  = $row->[$_];
                $v =~ /^[\d.]+$/ ? "<c r=\"$at\"><v>$v</v></c>"
                    : "<c r=\"$at\" t=\"inlineStr\"><is><t>$v</t></is></c>"
            } 0 .. $#$row) . '</row>' } @$rows) . '</sheetData></worksheet>';
        $list .= "<sheet name=\"$name\" sheetId=\"$n\" r:id=\"r$n\"/>";
        $rels .= "<Relationship Id=\"r$n\" Type=\"$ns/officeDocument/2006/"
            . "relationships/worksheet\" Target=\"worksheets/s$n.xml\"/>";
    }

    $part{'xl/workbook.xml'} =
        "<workbook xmlns=\"$ns/spreadsheetml/2006/main\" xmlns:r=\""
        . "$ns/officeDocument/2006/relationships\"><sheets>$list</sheets></workbook>";
    $part{'xl/_rels/workbook.xml.rels'} =
        "<Relationships xmlns=\"$ns/package/2006/relationships\">$rels</Relationships>";

    my ($bytes, $zip);

    for my $name (sort keys %part) {
        if ($zip) {
            $zip->newStream(Name => $name);
        } else {
            $zip = IO::Compress::Zip->new(\$bytes, Name => $name) or die $ZipError;
        }
        $zip->print($part{$name});
    }

    $zip->close;
    return $bytes;
}


sub put {
    my ($name, $bytes) = @_;
    my $r = $site->put("/api/artifacts/$box/$name", $bytes,
        headers => { 'Content-Type' => 'application/octet-stream' });
    die "$name: $r->{status} $r->{body}" if $r->{status} !~ /^20[01]$/;
    return $r->{json}{uri};
}


my %then = (end => { type => 'terminate', outputs => { rows => '{{rows}}' } });

$site->import_document(procedure('read', 'read', {
    read => { type => 'processing', next_node => 'end', operations => [ {
        action => 'parse_excel_data', source => '{{file}}', sheet => '{{sheet}}',
        output_variable => 'rows' } ] },
    %then,
}, variables_schema => { file => {}, sheet => { default => '' } }));

sub read_sheet {
    my ($file, %more) = @_;
    my $run = $site->run('read', { file => $file, %more });
    my $end = $run->wait_final;
    return ($end, $run);
}


my $book = put('in/book%201.xlsx', workbook(
    first  => [ [ 'name', 'n' ], [ 'Ana', 1.5 ], [ 'Bob', 7 ] ],
    second => [ ['x'], ['last'] ],
));
my $csv = put('rows.csv', "name;n\nCleo;9\n");


subtest 'rows of files' => sub {
    my ($end) = read_sheet($book);
    is $end->{status}, 'completed', 'a workbook is read' or diag explain $end;
    is_deeply $end->{output_vars}{rows},
        [ { name => 'Ana', n => 1.5 }, { name => 'Bob', n => 7 } ], 'its first sheet';

    ($end) = read_sheet($book, sheet => 'second');
    is_deeply $end->{output_vars}{rows}, [ { x => 'last' } ], 'another by name';

    ($end) = read_sheet($csv);
    is_deeply $end->{output_vars}{rows}, [ { name => 'Cleo', n => '9' } ], 'CSV';

    ($end) = read_sheet([ "artifacts/$box/rows.csv", "$root/$box/rows.csv",
        "$box/rows.csv", "name\nDan\n" ]);
    is_deeply [ map { $_->{name} } @{ $end->{output_vars}{rows} } ],
        [ 'Cleo', 'Cleo', 'Cleo', 'Dan' ], 'several, by any name, and a text';
};


subtest 'what cannot be read says why' => sub {
    LangOrch::Site::spew("$data/outside.csv", "a\n1\n");
    chmod 0644, "$data/outside.csv";
    symlink "$data/outside.csv", "$root/$box/link.csv";

    my @cases = (
        [ "$box/none.xlsx", 'ParseError', qr/it is not there/ ],
        [ put('big.csv', "a\n" . "1\n" x 40_000), 'ParseError', qr/it is too large/ ],
        [ "/api/artifacts/$box/link.csv", 'ParseError', qr/it is not there/ ],
        [ put('old.xls', "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0"), 'UnsupportedFormat',
            qr/neither \.xlsx nor CSV/ ],
        [ put('bad.xlsx', "PK\3\4 and no more"), 'ParseError', qr/zip/ ],
        [ put('cut.xlsx', substr(workbook(a => [ ['x'] ]), 0, 300)), 'ParseError',
            qr/zip/ ],
        [ "/api/artifacts/$box/../../outside.csv", 'UnsupportedFormat', qr/not read/ ],
        [ "/api/artifacts/$box/%2e%2e/%2e%2e/outside.csv", 'UnsupportedFormat',
            qr/not read/ ],
        [ '../outside.csv', 'UnsupportedFormat', qr/not read/ ],
        [ "$data/outside.csv", 'UnsupportedFormat', qr/not read/ ],
        [ '/etc/hosts.csv', 'UnsupportedFormat', qr/not read/ ],
        [ '.trash/x.csv', 'UnsupportedFormat', qr/not read/ ],
        [ 'https://files.example/a.csv', 'UnsupportedFormat', qr/not read/ ],
    );

    for my $case (@cases) {
        my ($file, $type, $why) = @$case;
        my ($end, $run) = read_sheet($file);
        my $shown = $file =~ s/\Q$box\E|\Q$data\E/.../gr;
        my ($failed) = $run->events_of('run_failed');
        is $failed->{payload}{error_type}, $type, "$shown: $type";
        like $end->{error_message}, $why, '... with the reason';
        unlike $end->{error_message}, qr/\Q$root\E/, '... and no path of the server'
            if $file !~ /^\Q$data/;
    }

    my ($end, $run) = read_sheet($book, sheet => 'third');
    like $end->{error_message}, qr/no sheet "third"/, 'no such sheet';
};


subtest 'rows that were read are not read again' => sub {
    $site->import_document(procedure('kept', 'read', {
        read => { type => 'processing', next_node => 'ask', operations => [ {
            action => 'parse_excel_data', source => '{{file}}',
            output_variable => 'rows' } ] },
        ask  => { type => 'human_approval', prompt => 'Go on?', on_approve => 'end',
            on_reject => 'end' },
        %then,
    }, variables_schema => { file => {} }));

    my $run = $site->run('kept', { file => $csv });
    my $ask = $run->wait_approval;
    $site->kill9_all;
    unlink "$root/$box/rows.csv";
    $site->restart;

    $run->decide('approve');
    my $end = $run->wait_final;
    is $end->{status}, 'completed', 'the run goes on after a crash';
    is_deeply $end->{output_vars}{rows}, [ { name => 'Cleo', n => '9' } ],
        'with the rows, though the file is gone';
};


subtest 'an agent that can reads what is foreign here' => sub {
    my $agent = LangOrch::Agent->start(script => {
        parse_excel_data => [ { result => [ { old => 1 } ] } ] });
    $site->register($agent, name => 'reader', capabilities => ['parse_excel_data']);
    $site->import_document(procedure('abroad', 'read', {
        read => { type => 'sequence', agent => 'work', next_node => 'end',
            steps => [ { step_id => 's', action => 'parse_excel_data', params => {
                source => "artifacts/$box/old.xls" }, output_variable => 'rows' } ] },
        %then,
    }));

    my ($end) = $site->run('abroad')->wait_final;
    is_deeply $end->{output_vars}{rows}, [ { old => 1 } ], 'its rows are the rows';
    is scalar($agent->calls('parse_excel_data')), 1, 'of one call';

    ($end) = read_sheet("artifacts/$box/old.xls");
    is_deeply $end->{output_vars}{rows}, [ { old => 1 } ], 'also when nobody names it';
    is scalar($agent->calls('parse_excel_data')), 2, 'by one more';

    ($end) = read_sheet($book);
    is scalar(@{ $end->{output_vars}{rows} }), 2, 'what is not foreign is read here';
    is scalar($agent->calls('parse_excel_data')), 2, 'without it';
};


$site->log_is_calm;
done_testing;
