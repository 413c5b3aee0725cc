# Workers tell each other that there is something to look at, and wake only whom
# it concerns (api 5): who reads a stream hears of what another worker commits
# without a look of his own, also after a time in which nobody read any.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(time);

use LangOrch::Doc qw(approval);
use LangOrch::Site;
use LangOrch::Stream;

use constant STREAMS => 12;         # more than workers: each has some
use constant PATIENCE => 9;         # s, of all of them together

# Nobody looks by himself for longer than that; a stream does each 15 s.

my $site = LangOrch::Site->start(workers => 4, http => "langorch_poll 60s;\n");
$site->import_document(approval('ask'));


sub watch {
    my ($run) = @_;
    return map { LangOrch::Stream->open($site, $run->path('/stream')) } 1 .. STREAMS;
}

# How many of the streams have a message like that before the time is up.

sub hear {
    my ($like, @streams) = @_;
    my $end = time + PATIENCE;
    my $n   = 0;

    for my $stream (@streams) {
        while (my $message = $stream->next($end - time)) {
            $n++, last if $like->($message);
        }
    }
    return $n;
}


for my $time ('the first time', 'when streams had been there and left') {
    subtest $time => sub {
        my $run = $site->run('ask');
        my @streams = watch($run);
        is hear(sub { ($_[0]{json}{event_type} // '') eq 'approval_requested' }, @streams),
            STREAMS, 'each stream hears of the question';

        $run->decide('approved');
        is hear(sub { $_[0]{event} eq 'end' }, @streams), STREAMS,
            'and of the end, whichever worker drove the run there';
    };
}

$site->log_is_calm;
done_testing;
