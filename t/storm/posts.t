# Two hundred equal posts at a time to four workers, one of which dies among them,
# also right behind its commit, when nobody was told yet: there is one run, and
# whoever got no answer hears of it when he asks again (G7; api 11.7).

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use Test::More;
use Time::HiRes qw(time);

use LangOrch::Doc qw(procedure);
use LangOrch::Fault;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Storm qw(long_or);
use LangOrch::Wait qw(pause until_true);

my $rounds = $ENV{ROUNDS} || long_or(40, 4);
my $fault  = LangOrch::Fault->new;
my $site   = LangOrch::Site->start(workers => 4, fault => $fault,
    env => { LANGORCH_SECRET_HOOK => 'a-secret' });

# Each round has a procedure of its own, and so a rate of its own.

sub taken {
    my ($id) = @_;
    $site->import_document(procedure($id, 'end', {
        end => { type => 'terminate', outputs => { n => '{{n}}' } },
    }, variables_schema => { n => { type => 'number' } },
        trigger => { type => 'webhook', webhook_secret => 'HOOK',
            dedupe_window_seconds => 3600 }));
    is $site->post("/api/triggers/$id/1.0.0", { trigger_type => 'webhook' })->{status}, 201,
        'there is somebody to take them';
    return;
}

sub is_stopped {
    my ($pid) = @_;
    return (eval { LangOrch::Site::slurp("/proc/$pid/stat") } // '') =~ /\) [Tt] /;
}

# One post: its status, and the run that it was told of.

sub posts {
    my ($id, $body) = @_;
    my $r = $site->request('POST', "/api/triggers/webhook/$id", $body, timeout => 20,
        headers => { 'Content-Type' => 'application/json',
            'X-LangOrch-Signature' => hmac_sha256_hex($body, 'a-secret') });
    my $told = ref $r->{json} eq 'HASH' ? $r->{json} : {};
    return [ $r->{status}, $told->{run_id} // $told->{existing_run_id} ];
}

# As a sender does: until somebody says that it is there.

sub sends {
    my ($id, $body) = @_;
    my $until = time + 60;
    my @heard;

    while (time < $until) {
        push @heard, posts($id, $body);
        last if $heard[-1][0] =~ /^(?:202|409)$/;
        pause(0.05);
    }
    return \@heard;
}


for my $round (1 .. $rounds) {
    subtest "round $round" => sub {
        my $id     = "taken-$round";
        my $behind = $round % 2;
        my @before = $site->workers;
        my $victim = $before[ rand @before ];
        taken($id);
        $fault->halt($victim) if $behind;

        my @told = $site->together(201, sub {
            my ($n) = @_;
            return sends($id, qq({"n":$round})) if $n < 200;

            # behind its commit, or at any moment

            $behind ? eval { until_true('it stops', sub { is_stopped($victim) }, 5) }
                    : pause(rand 0.05);
            $site->kill9($victim);
            return { killed => $victim };
        });
        $fault->well;

        $site->{killed}{$victim} = 1;
        my @heard = grep { ref eq 'ARRAY' } @told;
        until_true('another worker takes its place', sub { $site->workers >= 4 });

        is scalar(@heard), 200, 'all of them came to an end';
        is scalar(grep { $_->[-1][0] !~ /^(?:202|409)$/ } @heard), 0,
            'each heard at last that it is there';

        my @all  = map { @$_ } @heard;
        my %code = map { $_->[0] => 1 } @all;
        my %run  = map { $_->[1] => 1 } grep { $_->[0] =~ /^(?:202|409)$/ } @all;
        is scalar(keys %run), 1, 'all of the same run';
        cmp_ok scalar(grep { $_->[0] == 202 } @all), '<=', 1, 'which one began';
        is_deeply [ grep { !/^(?:0|202|409|503)$/ } keys %code ], [],
            'who had to ask again was told so, or nothing';

        my ($one) = keys %run;
        my $end = $site->run_by_id($one)->wait_final;
        is "$end->{status} $end->{output_vars}{n}", "completed $round", 'it runs';
        is LangOrch::Store::value($site, 'SELECT COUNT(*) FROM runs'), $round, 'it is one';

        note join ' ', map { my $c = $_; "$c:" . grep { $_->[0] == $c } @all } sort keys %code;
    };
}

$site->log_is_calm;
done_testing;
