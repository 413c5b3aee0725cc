# What a model is shown of files: their bytes on the wire and nowhere else
# (ckp 23.8).

use strict;
use warnings;

use MIME::Base64 qw(encode_base64);
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(approval procedure);
use LangOrch::Llm;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $png  = "\x89PNG\r\n\x1a\n" . join '', map { chr } 0 .. 255;
my $rows = "name,mail\nAna,ana\@example.org\nMARKER-OF-A-FILE,bo\@example.org\n";

my $llm = LangOrch::Llm->start(script => {
    plain => [ { text => 'seen' } ],
    back  => [ { text => 'write to <EMAIL_2>' } ],
    held  => sub { return { text => 'late', until => 'go' } },
    late  => sub { return { text => 'late', until => 'gone' } },
});

my $web = LangOrch::Agent->start(web => sub {
    my ($call) = @_;
    return $call->{path} eq '/note' ? { body => 'from afar', headers => {
            'Content-Type' => 'text/plain; charset=utf-8' } }
        : $call->{path} eq '/wide' ? { body => 'wide ' x 2500 }
        : $call->{path} eq '/large' ? { body => 'x' x (5 * 1024 * 1024 + 1) }
        : { status => 404, body => 'no' };
});

my $site = LangOrch::Site->start(
    workers    => 1,
    procedures => [ approval('box') ],
    http       => 'langorch_llm_url ' . $llm->base_url . '; '
        . 'langorch_llm_model plain; langorch_file_memory 1; langorch_attached 20k;',
);

my $data = $site->home . '/data';
my $root = "$data/artifacts";
my $keep = $site->run('box');
$keep->wait_approval;
my $box  = $keep->id;


sub put {
    my ($name, $bytes) = @_;
    my $r = $site->put("/api/artifacts/$box/$name", $bytes,
        headers => { 'Content-Type' => 'application/octet-stream' });
    die "$name: $r->{status} $r->{body}" if $r->{status} !~ /^20[01]$/;
    return $r->{json}{uri};
}


sub begun {
    my ($id, $attachments, %more) = @_;

    $site->import_document(procedure($id, 'ask', {
        ask => { type => 'llm_action', prompt => 'What is it?', outputs =>
            { t => 'text' }, next_node => 'end', retry => { max_retries => 0 },
            attachments => $attachments, %more },
        end => { type => 'terminate', outputs => { t => '{{t}}' } },
    }));

    return $site->run($id);
}

sub asked {
    my $run = begun(@_);
    return ($run, $run->wait_final);
}

# What the last call of a model had beside the prompt.

sub shown {
    my ($model) = @_;
    my $content = ($llm->calls($model))[-1]{json}{messages}[-1]{content};
    return ref $content ? [ @$content[ 1 .. $#$content ] ] : $content;
}


put('p.png', $png);
put('t.csv', $rows);


subtest 'bytes of the store go to the model, and into no row' => sub {
    my ($run, $end) = asked('both', [
        { type => 'image', source => "/api/artifacts/$box/p.png", required =>
            JSON::PP::true },
        { type => 'csv', source => "artifacts/$box/t.csv", description => 'rows',
            required => JSON::PP::true },
    ]);

    is $end->{status}, 'completed', 'it completes' or diag explain $end;
    is_deeply shown('plain'), [
        { type => 'image_url', image_url => { url => 'data:image/png;base64,'
            . encode_base64($png, '') } },
        { type => 'text', text => "[rows]\n$rows" },
    ], 'the parts of the contract';

    ok !grep({ LangOrch::Http::encode($_) =~ /MARKER/ } $run->events),
        'the timeline has none of it';
    ok !grep({ -f && LangOrch::Site::slurp($_) =~ /MARKER-OF-A-FILE/ }
        glob "$data/*"), 'nor has the store';
};


subtest 'a file is named in any of its ways' => sub {
    for my $source ("artifact://$box/t.csv", "$root/$box/t.csv",
        "file://$root/$box/t.csv", "$box/t.csv") {
        my $id = 'way-' . ($source =~ tr/a-z//cdr);
        my (undef, $end) = asked($id, [ { type => 'file', source => $source,
            required => JSON::PP::true } ]);
        is $end->{status}, 'completed', $source =~ s/\Q$root\E|\Q$box\E/.../gr;
        is shown('plain')->[0]{text}, "[file]\n$rows", '... is the file';
    }
};


subtest 'what an address gives is looked at, sent, and forgotten' => sub {
    my ($run, $end) = asked('far', [
        { type => 'url', source => $web->url('/note') },
        { type => 'url', source => $web->url('/none') },
        { type => 'text', source => $web->url('/large') },
    ]);

    is $end->{status}, 'completed', 'it completes';
    is_deeply shown('plain'), [ { type => 'text', text => "[url]\nfrom afar" } ],
        'what is there is shown';

    my @why = map { $_->{payload}{reason} } $run->events_of('attachment_skipped');
    is_deeply [ sort @why ], [ 'HTTP 404', 'too large' ], 'the others are told';

    until_true('the copy is removed',
        sub { !glob "$root/.attached/" . $run->id . '/*' });
    pass 'and the copy is removed';
};


subtest 'copies of a run have a limit' => sub {
    my ($run, $end) = asked('wide', [ map { { type => 'url',
        source => $web->url('/wide') } } 1 .. 2 ]);

    is $end->{status}, 'completed', 'it completes';
    is scalar(@{ shown('plain') }), 1, 'with one of two';
    my ($skipped) = $run->events_of('attachment_skipped');
    is $skipped->{payload}{reason}, 'the run has too many copies', 'it is told why';
};


subtest 'data of persons is masked in files, too' => sub {
    my ($run, $end) = asked('masked', [ { type => 'csv',
        source => "/api/artifacts/$box/t.csv" } ],
        model => 'back', pii => { pre => 'tokenize', types => ['email'],
            restore => JSON::PP::true });

    is shown('back')->[0]{text},
        "[csv]\nname,mail\nAna,<EMAIL_1>\nMARKER-OF-A-FILE,<EMAIL_2>\n",
        'the model sees tokens';
    is $end->{output_vars}{t}, 'write to bo@example.org', 'the run sees values';

    my ($told) = $run->events_of('pii_redacted');
    is $told->{payload}{counts}{email}, 2, 'how many is told' or diag explain $told;
};


subtest 'what cannot be shown is skipped, or fails the node' => sub {
    put('big.txt', 'x' x (5 * 1024 * 1024 + 1));
    put('doc.pdf', "%PDF-1.4\n\0\xff\xfe");
    put('empty.txt', '');
    LangOrch::Site::spew("$data/outside.txt", 'outside');
    chmod 0644, "$data/outside.txt";
    symlink "$data/outside.txt", "$root/$box/link.txt";
    mkdir "$root/$box/folder.txt";

    my @cases = (
        [ 'none.txt', 'it is not there' ],
        [ 'big.txt', 'it is too large' ],
        [ 'doc.pdf', 'it is no text' ],
        [ 'p.png', 'it is no text' ],
        [ 'empty.txt', 'it is empty' ],
        [ 'link.txt', 'it is not there' ],
        [ 'folder.txt', 'it is not there' ],
        [ '../../outside.txt', 'it lies elsewhere' ],
        [ '%2e%2e/%2e%2e/outside.txt', 'it lies elsewhere' ],
        [ '..%2f..%2foutside.txt', 'it lies elsewhere' ],
    );

    my ($run, $end) = asked('skipped', [ map { {
        type => 'text', source => "/api/artifacts/$box/$_->[0]",
    } } @cases ]);

    is $end->{status}, 'completed', 'it goes on without them';
    is_deeply shown('plain'), [], 'and shows none';

    my %why = map { $_->{payload}{source} => $_->{payload}{reason} }
        $run->events_of('attachment_skipped');
    is $why{"/api/artifacts/$box/$_->[0]"}, $_->[1], "$_->[0]: $_->[1]"
        for @cases;

    for my $case (@cases[ 0, 1, 2, 7 ]) {
        my $calls = $llm->calls('plain');
        ($run, $end) = asked('needed-' . ($case->[0] =~ tr/a-z//cdr), [ {
            type => 'text', source => "/api/artifacts/$box/$case->[0]",
            required => JSON::PP::true } ]);
        is $end->{status}, 'failed', "needed $case->[0]: it fails";
        my ($failed) = $run->events_of('run_failed');
        is $failed->{payload}{error_type}, 'LLMCallError', '... LLMCallError';
        like $end->{error_message}, qr/attachment .*: \Q$case->[1]\E/,
            '... with the reason';
        is scalar($llm->calls('plain')), $calls, '... and asks nobody';
    }
};


subtest 'runs wait for room in memory, and none is lost' => sub {
    my @runs = map { begun("room-$_", [ { type => 'text',
        source => "/api/artifacts/$box/t.csv" } ]) } 1 .. 8;
    is scalar(grep { $_->wait_final->{status} eq 'completed' } @runs), 8,
        'all complete';
};


subtest 'after a crash the same bytes are sent again' => sub {
    my $run = begun('again', [ { type => 'csv',
        source => "/api/artifacts/$box/t.csv" } ], model => 'held');
    until_true('the model is asked', sub { $llm->calls('held') > 0 });
    $site->kill9_all;
    $llm->release('go');
    $site->restart;

    is $run->wait_final->{output_vars}{t}, 'late', 'it completes';
    my @calls = $llm->calls('held');
    is scalar(@calls), 2, 'by a second call';
    is_deeply $calls[1]{json}, $calls[0]{json}, 'of the same body';
    is $calls[1]{headers}{'idempotency-key'}, $calls[0]{headers}{'idempotency-key'},
        'with the same key';
};


subtest 'a file that changed meanwhile is not sent' => sub {
    my $run = begun('changed', [ { type => 'csv',
        source => "/api/artifacts/$box/t.csv" } ], model => 'late');
    until_true('the model is asked', sub { $llm->calls('late') > 0 });
    $site->kill9_all;
    LangOrch::Site::spew("$root/$box/t.csv", 'other rows');
    $llm->release('gone');
    $site->restart;

    my $end = $run->wait_final;
    is $end->{status}, 'failed', 'it fails';
    like $end->{error_message}, qr/it has changed/, 'and says why';
    is scalar($llm->calls('late')), 1, 'what was not looked at did not leave';
};


$site->log_is_calm;
done_testing;
