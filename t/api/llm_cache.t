# Answers of models that other runs may have, by the content of the question
# (spec/ckp.md 23.1, 20.2).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Llm;
use LangOrch::Site;

my $llm = LangOrch::Llm->start(script => {
    slow  => sub { { text => "answer $_[1]", until => 'go' } },
    fails => [ { refuse => 400 }, { text => 'better' } ],
    echo  => sub { { text => 'to <EMAIL_1>' } },
    '*'   => sub { { text => "$_[0]{json}{model} $_[1]" } },
});

my $site = LangOrch::Site->start(workers => 4,
    http => 'langorch_llm_url ' . $llm->base_url . ';');


sub asks {
    my ($id, $model, $scope, %node) = @_;
    return $site->import_document(procedure($id, 'ask', {
        ask => { type => 'llm_action', prompt => 'About {{x}}?', model => $model,
            cache => { ttl_seconds => 3600, scope => $scope },
            outputs => { t => 'text' }, retry => { max_retries => 0 },
            next_node => 'end', %node },
        end => { type => 'terminate', outputs => { t => '{{t}}' } },
    }, variables_schema => { x => { type => 'string', default => 'it' } }));
}

sub answer { return $site->run(@_)->wait_final->{output_vars}{t} }


subtest 'the same question is paid once' => sub {
    asks('one', 'm', 'procedure');
    is answer('one'), 'm 1', 'the first';
    is answer('one'), 'm 1', 'another run has it';
    is answer('one', { x => 'that' }), 'm 2', 'another question';
    is scalar($llm->calls('m')), 2, 'two calls';

    asks('two', 'm', 'procedure');
    is answer('two'), 'm 3', 'another procedure asks itself';

    asks('all-1', 'g', 'global');
    asks('all-2', 'g', 'global');
    asks('all-3', 'g', 'global', temperature => 0.1);
    is join(' ', map { answer($_) } qw(all-1 all-2 all-3)), 'g 1 g 1 g 2',
        'unless it is for all, with other parameters';

    asks('own', 'r', 'run');
    is join(' ', map { answer('own') } 1, 2), 'r 1 r 2', 'or for the run alone';
};


subtest 'many at once ask once' => sub {
    asks('slow', 'slow', 'procedure');
    my @ids = $site->together(16, sub {
        return $site->post('/api/runs', { procedure_id => 'slow',
            input_vars => {} })->{json}{run_id};
    });

    $llm->wait_calls(1, 'slow');
    $llm->release('go');
    my %said = map { $_ => 1 } map { $site->run_by_id($_)->wait_final
        ->{output_vars}{t} } @ids;
    is_deeply [ keys %said ], ['answer 1'], 'all have the same answer';
    is scalar($llm->calls('slow')), 1, 'of one call';
};


subtest 'a failure is no answer' => sub {
    asks('fails', 'fails', 'procedure');
    is $site->run('fails')->wait_final->{status}, 'failed', 'it fails';
    is answer('fails'), 'better', 'the next asks again';
    is answer('fails'), 'better', 'and that is kept';
    is scalar($llm->calls('fails')), 2, 'two calls';
};


subtest 'what was masked goes to nobody else' => sub {
    asks('pii', 'echo', 'procedure', pii => { pre => 'tokenize' });
    is answer('pii', { x => 'ann@example.com' }), 'to ann@example.com', 'one';
    is answer('pii', { x => 'bob@example.com' }), 'to bob@example.com',
        'another, whose question looks the same';
    is answer('pii', { x => 'ann@example.com' }), 'to ann@example.com',
        'the first again';
    is scalar($llm->calls('echo')), 2, 'two calls';
};


$site->log_is_calm;
done_testing;
