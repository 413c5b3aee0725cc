# Data of persons as somebody sees them who wants them: written otherwise, cut in two,
# in what a model said before, in arguments of tools, in what was remembered, and in
# answers that others have (ckp 23.1, 23.6, 24.1, 24.2).

use strict;
use warnings;
use utf8;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure);
use LangOrch::Http;
use LangOrch::Llm;
use LangOrch::Site;

my $agent = LangOrch::Agent->start(script => { '*' => sub { return { result => 'sent' } } });
my $llm = LangOrch::Llm->start(script => {
    wrong => [ { text => 'Dear <EMAIL_1>' }, { text => '{"n": 1}' } ],
    acts  => [ { text => 'I write to <EMAIL_1>', tool_calls =>
        [ [ mail => { to => [ '<EMAIL_1>', { more => '<EMAIL_1>' } ] } ] ] }, { text => 'done' } ],
    leaks => [ { text => '', tool_calls => [ [ mail => { to => "\x{ff42}o\@example.com" } ] ] },
        { text => 'done' } ],
    cut   => [ { text => 'half of', finish => 'length' }, { text => 'all of it' } ],
    never => [ { text => 'no JSON' }, { text => 'no JSON either' }, { text => '{"n": 2}' } ],
    tells => sub { return { text => 'ask eve@example.com' } },
    mine  => sub { return { text => "$_[0]{headers}{authorization} $_[1]" } },
    echo  => sub { return { text => 'it is <EMAIL_1>' } },
    '*'   => sub { return { text => "answer $_[1]" } },
});
my $site = LangOrch::Site->start(workers => 2, env => { LANGORCH_SECRET_ONE => 'k-one',
        LANGORCH_SECRET_TWO => 'k-two' }, http => 'langorch_llm_url ' . $llm->base_url . ';');
$site->register($agent);

my $n = 0;

sub asks {
    my ($node, %more) = @_;
    my $id = 'asks-' . ++$n;
    $site->import_document(procedure($id, 'ask', {
        ask => { type => 'llm_action', prompt => '{{x}}', outputs => { t => 'text' },
            retry => { max_retries => 0 }, next_node => 'end', %$node },
        end => { type => 'terminate', outputs => { t => '{{t}}' } },
        %{ delete $more{nodes} || {} },
    }, variables_schema => { x => { type => 'string', default => 'it' } }, %more));
    return $id;
}

sub sent_of {
    my ($run) = @_;
    return map { LangOrch::Http::encode($_->{json}) }
        grep { index($_->{headers}{'idempotency-key'} // '', $run->id) == 0 } $llm->calls;
}

sub sent {
    my ($text, $pii, %node) = @_;
    my $run = $site->run(asks({ model => 'any', pii => $pii, %node }), { x => $text });
    is $run->wait_final->{status}, 'completed', 'it is asked';
    my ($call) = grep { index($_->{headers}{'idempotency-key'} // '', $run->id) == 0 } $llm->calls;
    return $call->{json}{messages}[-1]{content};
}


subtest 'written in other letters' => sub {
    my %is = (
        "card \x{ff14}\x{ff11}\x{ff11}\x{ff11} \x{ff11}111 1111 1111." => 'card [CREDIT_CARD].',
        "\x{664}\x{661}\x{661}\x{661}\x{661}\x{661}\x{661}\x{661}\x{661}\x{661}\x{661}\x{661}"
            . "\x{661}\x{661}\x{661}\x{661}" => '[CREDIT_CARD]',
        "4111\x{a0}1111\x{2011}1111\x{202f}1111" => '[CREDIT_CARD]',
        "41\x{200b}11111\x{2060}111111111" => '[CREDIT_CARD]',
        "ann\x{ff20}example\x{ff0e}com" => '[EMAIL]',
        "a\x{ad}nn\@exam\x{200d}ple.com!" => '[EMAIL]!',
        "\x{1d7d9}23-45-6789" => '[SSN]',
        "caf\x{e9} \x{200b}\x{ff21} \x{4e2d}\x{6587}, ann\@example.com" =>
            "caf\x{e9} \x{200b}\x{ff21} \x{4e2d}\x{6587}, [EMAIL]",
    );
    is sent($_, { pre => 'mask' }), $is{$_}, 'is found' for sort keys %is;

    my $wide = "ann\x{ff20}example.com";
    my $run = $site->run(asks({ model => 'echo', pii => { pre => 'tokenize' } }), { x => $wide });
    is $run->wait_final->{output_vars}{t}, "it is $wide", 'and comes back as it was written';
};


subtest 'where a long text is cut' => sub {
    for my $before (61_420 .. 61_445) {
        next if $before % 3;
        my $text = ('x' x 9 . ' ') x int($before / 10) . 'x' x ($before % 10)
            . ' 4111 1111 1111 1111 end';
        unlike sent($text, { pre => 'mask', types => ['credit_card'] }), qr/1111/, "at $before";
    }
};


subtest 'what a model said goes back to it masked' => sub {
    my $id = asks({ model => 'wrong', pii => { pre => 'tokenize' }, repair => { max_attempts => 1 },
        output_schema => { type => 'object', required => ['n'] } });
    my $run = $site->run($id, { x => 'Write to ann@example.com' });
    is $run->wait_final->{status}, 'completed', 'after one that was no good'
        or diag $run->get->{error_message};
    my @sent = sent_of($run);
    is @sent, 2, 'two questions';
    unlike $_, qr/ann\@/, 'without the address' for @sent;
};


subtest 'arguments of tools' => sub {
    my %tools = (tools => { mail => { action => 'mail', agent => 'work',
        parameters => { type => 'object' } } });
    my $id = asks({ model => 'acts', pii => { pre => 'tokenize' },
        planner => { tools => ['mail'] } }, %tools);
    my $run = $site->run($id, { x => 'Write to ann@example.com' });
    is $run->wait_final->{status}, 'completed', 'it acts' or diag $run->get->{error_message};
    is_deeply +($agent->calls('mail'))[-1]{json}{params}{to},
        [ 'ann@example.com', { more => 'ann@example.com' } ], 'on what its words stand for';
    unlike $_, qr/ann\@/, 'which it never sees' for sent_of($run);

    my $calls = $agent->calls('mail');
    $run = $site->run(asks({ model => 'leaks', pii => { post => 'block' },
        planner => { tools => ['mail'] } }, %tools));
    is $run->wait_final->{status}, 'failed', 'data in them are refused as in a text';
    is scalar($agent->calls('mail')), $calls, 'and nobody gets them';
};


subtest 'what was remembered is masked for who asks' => sub {
    my $then = sub {
        my (%first) = @_;
        return asks({ model => 'tells', memory => { scope => 'run' }, next_node => 'again',
            %first }, nodes => { again => { type => 'llm_action', model => 'echo',
            prompt => 'And bob@example.com?', memory => { scope => 'run' },
            pii => { pre => 'tokenize' }, outputs => { t => 'text' }, next_node => 'end' } });
    };
    my $run = $site->run($then->(), { x => 'I am ann@example.com' });
    $run->wait_final;
    my ($first, $second) = sent_of($run);
    like $first, qr/ann\@/, 'one asks as it stands';
    unlike $second, qr/(?:ann|eve|bob)\@/, 'another does not';

    $run = $site->run($then->(pii => { pre => 'tokenize' }), { x => 'I am ann@example.com' });
    is $run->wait_final->{output_vars}{t}, 'it is bob@example.com',
        'and a word for one is not that of another';
    (undef, $second) = sent_of($run);
    like $second, qr/I am \[EMAIL\]/, 'the one of before stands for nobody';
};


sub answer { return $site->run(@_)->wait_final->{output_vars}{t} }

my %kept = (cache => { ttl_seconds => 3600, scope => 'global' });

subtest 'an answer for others is masked as they say' => sub {
    my $plain = asks({ model => 'tells', %kept });
    my $masks = asks({ model => 'tells', %kept, pii => { post => 'mask' } });
    my $block = asks({ model => 'tells', %kept, pii => { post => 'block' } });
    is answer($plain), 'ask eve@example.com', 'as it is';
    is answer($masks), 'ask [EMAIL]', 'masked';
    is $site->run($block)->wait_final->{status}, 'failed', 'or refused';
    is answer($_), answer($_), 'the same again' for $plain, $masks;
};


subtest 'what is no whole answer is for nobody else' => sub {
    my $id = asks({ model => 'cut', %kept });
    is answer($id), 'half of', 'one that was cut';
    is answer($id), 'all of it', 'the next asks again';
    is answer($id), 'all of it', 'and that is kept';

    $id = asks({ model => 'never', %kept, output_schema => { type => 'object' }, repair => {
        max_attempts => 1, on_exhausted => 'default', default => { n => 0 } } });
    is answer($id), '{"n":0}', 'what stands in for an answer';
    is answer($id), '{"n": 2}', 'is none';
};


subtest 'in whose name it was asked' => sub {
    for my $who (qw(one two)) {
        is $site->post('/api/llm/profiles', { name => $who, model => 'mine', secret_name => $who,
            base_url => $llm->base_url })->{status}, 201, "$who has a key";
    }
    my %id = map { ($_ => asks({ profile => $_, %kept })) } qw(one two);
    my ($one, $two) = map { answer($id{$_}) } qw(one two);
    like $one, qr/k-one|REDACTED/, 'asked with the one';
    isnt $two, $one, 'and with the other';
    is scalar($llm->calls('mine')), 2, 'each asked for itself';
    is answer($id{one}), $one, 'and has that again';
};


$site->log_is_calm;
done_testing;
