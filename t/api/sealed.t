# What a procedure calls sensitive lies sealed where the site keeps it (ckp 21.1),
# and comes back for those who go on with it.

use strict;
use warnings;

use Test::More;
use File::Find qw(find);

use LangOrch::Agent;
use LangOrch::Doc qw(procedure);
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => {
    '*' => sub { return { result => { heard => length $_[0]{json}{params}{pin} } } },
});
my $site = LangOrch::Site->start(workers => 2);
$site->register($agent, channel => 'work', capabilities => ['*']);

sub use_pin {
    my ($id) = @_;
    return { type => 'sequence', agent => 'work', next_node => $_[1], steps => [
        { step_id => $id, action => $id, params => { pin => '{{pin}}' },
          output_variable => "did_$id" } ] };
}

sub document {
    my ($id, $sensitive) = @_;
    return procedure($id, 'first', {
        first => use_pin("before_$id", 'ask'),
        ask   => { type => 'human_approval', prompt => 'On?',
            on_approve => 'second', on_reject => 'end' },
        second => use_pin("after_$id", 'end'),
        end    => { type => 'terminate', outputs => { pin => '{{pin}}' } },
    }, variables_schema => { pin => { type => 'string',
        $sensitive ? (sensitive => JSON::PP::true) : () } });
}

$site->import_document(document('sealed', 1));
$site->import_document(document('plain', 0));

# All bytes of the database, as they are on the disk.

sub bytes {
    my $all = '';
    find({ no_chdir => 1, wanted => sub {
        $all .= LangOrch::Site::slurp($_) if -f && /langorch\.db/ } },
        $site->home . '/data');
    return $all;
}

sub pins {
    my ($action) = @_;
    return map { $_->{json}{params}{pin} } $agent->calls("${action}_sealed");
}


my $pin = 'tango-whiskey-7741';
my $run = $site->run('sealed', { pin => $pin });
my $asked = $run->wait_approval;


subtest 'nothing of it can be read in the files' => sub {
    my $other = $site->run('plain', { pin => 'an-open-word-0815' });
    $other->wait_approval;
    ok index(bytes(), 'an-open-word-0815') >= 0, 'what nobody calls sensitive can';
    ok index(bytes(), $pin) < 0, 'what somebody does cannot';

    my $state = LangOrch::Store::value($site, 'SELECT state FROM checkpoints c'
        . " JOIN runs r ON r.id = c.run WHERE r.run_id = '@{[ $run->id ]}'");
    like $state, qr/^!enc:v1:[-\w]+\z/, 'a state is sealed whole';
};


subtest 'who looks sees the mask' => sub {
    my ($point) = @{ $site->get($run->path('/checkpoints'))->{json} };
    my $r = $site->get($run->path("/checkpoints/$point->{checkpoint_id}"));
    is $r->{status}, 200, 'the state is shown' or diag $r->{body};
    ok ref $r->{json}{state} || ref $r->{json}{channel_values}, 'as one';
    unlike $r->{body}, qr/\Q$pin/, 'without it';
    unlike $r->{body}, qr/enc:v1/, 'nor sealed';
    isnt $run->get->{input_vars}{pin}, $pin, 'the inputs are masked';
};


subtest 'the run goes on with it, also after a crash' => sub {
    $site->kill9_all;
    $site->restart;
    $site->post("/api/approvals/$asked->{approval_id}/decision",
        { decision => 'approved' });
    is $run->wait_final->{status}, 'completed', 'it ends';
    is_deeply [ pins('before'), pins('after') ], [ $pin, $pin ],
        'agents had it, before and after';
    ok index(bytes(), $pin) < 0, 'the files still do not';
};


subtest 'so does one that begins at one of its states' => sub {
    my $r = $site->post($run->path('/replay'), { from_node => 'ask' });
    like $r->{status}, qr/^20[01]$/, 'begun' or diag $r->{body};

    my $again = $site->run_by_id($r->{json}{run_id});
    until_true('it waits or ends', sub {
        $again->get->{status} =~ /waiting_approval|completed|failed/ });
    $again->decide('approved') if $again->get->{status} eq 'waiting_approval';
    is $again->wait_final->{status}, 'completed', 'and ends'
        or diag explain $again->get;
    is_deeply [ grep { $_ ne $pin } pins('before'), pins('after') ], [],
        'with it';
    ok index(bytes(), $pin) < 0, 'and the files still do not have it';
};


sub with_key {
    my ($text) = @_;
    my $file = $site->home . '/secrets.key';
    my $had  = LangOrch::Site::slurp($file);
    $site->stop;
    LangOrch::Site::spew($file, $text);
    $site->restart;
    return $had;
}

# How often a worker said that it could not load a run.

sub complaints {
    return scalar grep { /cannot be loaded/ } split /\n/,
        LangOrch::Site::slurp($site->home . '/logs/error.log');
}


subtest 'another key does not open it' => sub {
    my $held  = $site->run('sealed', { pin => $pin });
    my $asked = $held->wait_approval;
    my $busy  = $site->run('sealed', { pin => $pin });
    $busy->wait_approval;
    my $quiet = $site->run('plain', { pin => 'x' });
    $quiet->wait_approval;
    my $key = with_key(join '', map { sprintf '%02x', $_ } 1 .. 32);

    my $r = $site->post("/api/approvals/$asked->{approval_id}/decision",
        { decision => 'approved' });
    is $r->{status}, 503, 'nobody can tell it anything';
    is $r->{json}{code}, 'secrets_locked', 'and is told why';
    $r = $site->post($run->path('/retry'), { new_run => JSON::PP::true });
    is "$r->{status} $r->{json}{code}", '503 secrets_locked',
        'nor can its inputs be had again';
    my ($point) = @{ $site->get($held->path('/checkpoints'))->{json} };
    $r = $site->get($held->path("/checkpoints/$point->{checkpoint_id}"));
    is "$r->{status} $r->{json}{code}", '503 secrets_locked', 'or its states';

    my $plain = $site->run('plain', { pin => 'x' });
    $plain->decide('approved') if $plain->wait_approval;
    is $plain->wait_final->{status}, 'completed', 'others run';
    $quiet->decide('approved');
    is $quiet->wait_final->{status}, 'completed', 'also those of before';

    # a cancel makes it due, and each look fails; but it is said once a worker

    my $shut = sub {
        return LangOrch::Store::value($site, "SELECT shut FROM runs WHERE run_id = '"
            . $busy->id . q{'});
    };
    is $site->post($busy->path('/cancel'))->{status}, 200, 'a cancel is taken';
    until_true('it is looked at', sub { $shut->() >= 1 });
    my $wake = LangOrch::Store::value($site,
        "SELECT wake_at FROM runs WHERE run_id = '" . $busy->id . q{'});
    cmp_ok $wake, '>', 0, 'and has a pause';

    for my $n (2 .. 6) {
        LangOrch::Store::change($site, 'UPDATE runs SET wake_at = 0'
            . " WHERE run_id = '" . $busy->id . q{'});
        until_true("look $n", sub { $shut->() >= $n });
    }
    my $pause = LangOrch::Store::value($site, 'SELECT wake_at / 1000 -'
        . q{ CAST(strftime('%s', 'now') AS INTEGER) FROM runs WHERE run_id = '}
        . $busy->id . q{'});
    cmp_ok $pause, '>', 15, 'the pause grows';
    cmp_ok complaints(), '<=', 2, 'the log has a line a worker, not one a look';
    cmp_ok complaints(), '>=', 1, 'but has it';

    with_key($key);
    is $busy->wait_final->{status}, 'canceled',
        'with its key it goes on at once, however long the pause was';
    is $shut->(), 0, 'and nothing is held against it';
    $held->decide('approved');
    is $held->wait_final->{status}, 'completed', 'the other one, too';
};


done_testing;
