# Labels of prompts: a word that means a version is moved, and procedures that name
# it ask otherwise from then on, without a change of theirs (docs/api.md, Prompts).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Llm;
use LangOrch::Site;

my $llm  = LangOrch::Llm->start(script => { '*' => [ { text => 'fine' } ] });
my $site = LangOrch::Site->start(workers => 2, http => 'langorch_llm_url '
    . $llm->base_url . '; langorch_llm_model usual;');

$site->post('/api/prompts', { name => 'greet', template => 'one' });
$site->put('/api/prompts/greet', { template => $_ }) for 'two', 'three';

my $at = '/api/prompts/greet/labels';

sub asks {
    my ($id, $ref) = @_;
    return $site->import_document(procedure($id, 'ask', {
        ask => { type => 'llm_action', prompt_ref => $ref, next_node => 'end',
            retry => { max_retries => 0 } },
        end => { type => 'terminate', outputs => { t => '{{llm_output}}' } } }));
}

# What the model was told by a run, and which version that was.

sub told {
    my $run = $site->run($_[0]);
    my $end = $run->wait_final;
    my ($call) = grep { index($_->{headers}{'idempotency-key'}, $run->id) == 0 } $llm->calls;
    my ($done) = $run->events_of('llm_call_completed');
    return $end->{status} . ' ' . ($call ? $call->{json}{messages}[-1]{content} : '-')
        . ' ' . ($done ? $done->{payload}{prompt_ref} : '-');
}


subtest 'a label means a version, until it is moved' => sub {
    is_deeply $site->get($at)->{json}, [], 'there is none at first';
    my $r = $site->put("$at/production", { version => 1 });
    is $r->{status}, 200, 'it is set' or diag $r->{body};
    is "$r->{json}{label} $r->{json}{version} $r->{json}{updated_by}",
        'production 1 anonymous', 'to that';

    asks('greets', 'greet@production');
    is told('greets'), 'completed one greet@1', 'who names it asks by that version';
    is $site->put("$at/production", { version => 2 })->{status}, 200, 'it is moved';
    is told('greets'), 'completed two greet@2', 'and by this one from then on' for 1 .. 4;

    $site->put("$at/staging", { version => 3 });
    is join(' ', map { "$_->{label}=$_->{version}" } @{ $site->get($at)->{json} }),
        'production=2 staging=3', 'all of them are shown';
    is_deeply [ map { $_->{labels} } @{ $site->get('/api/prompts/greet/versions')->{json} } ],
        [ ['staging'], ['production'], [] ], 'with their versions';
    my ($entry) = grep { ($_->{meta}{from_version} // 0) == 1 }
        @{ $site->get('/api/audit?category=prompt&action=label')->{json}{events} };
    is_deeply $entry->{meta}, { label => 'production', from_version => 1, to_version => 2 },
        'the audit has both versions';
};


subtest 'what a document says of one is looked at' => sub {
    asks('asks-none', 'greet@nobody');
    my $env = sub { return grep { /CKP804/ } map { ref ? $_->{id} : $_ } @{ $site->post(
        "/api/procedures/$_[0]/1.0.0/compile", { check_environment => \1 })
        ->{json}{warnings} } };
    ok $env->('asks-none'), 'there is no such label';
    ok !$env->('greets'), 'there is this one';
    like told('asks-none'), qr/^failed -/, 'a question by none fails';
};


subtest 'what cannot be' => sub {
    for my $case ([ 'one that is a version', '3', { version => 1 }, 422 ],
        [ 'a range', '1.x', { version => 1 }, 422 ],
        [ 'a word of our own', 'latest', { version => 1 }, 422 ],
        [ 'one with a blank', 'my%20label', { version => 1 }, 422 ],
        [ 'a long one', 'x' x 65, { version => 1 }, 422 ],
        [ 'no version', 'production', {}, 422 ],
        [ 'one as a text', 'production', { version => '1' }, 422 ],
        [ 'a version that is not there', 'production', { version => 4 }, 404 ])
    {
        my ($why, $label, $body, $status) = @$case;
        my $r = $site->put("$at/$label", $body);
        is $r->{status}, $status, $why or diag $r->{body};
    }
    is $site->put('/api/prompts/none/labels/a', { version => 1 })->{status}, 404,
        'a prompt that is not there';
    is $site->del("$at/none")->{status}, 404, 'a label that is not there';
    is $site->del("$at/production")->{status}, 409, 'one that a procedure names';
    is $site->del("$at/staging")->{status}, 204, 'another one goes';
    is $site->put("$at/l$_", { version => 1 })->{status}, 200, "label $_" for 2 .. 20;
    is $site->put("$at/l21", { version => 1 })->{status}, 409, 'and no more than twenty';

    my $tag = $site->get('/api/prompts/greet')->{headers}{etag};
    is $site->put("$at/l2", { version => 2 }, headers => { 'If-Match' => $tag })
        ->{status}, 200, 'as it was read';
    is $site->put("$at/l2", { version => 3 }, headers => { 'If-Match' => $tag })
        ->{status}, 412, 'and not once more';

    $site->del("/api/procedures/$_/1.0.0?force=true") for qw(greets asks-none);
    is $site->del('/api/prompts/greet')->{status}, 204, 'a prompt goes with its labels';
    $site->post('/api/prompts', { name => 'greet', template => 'new' });
    is_deeply $site->get($at)->{json}, [], 'one of that name has none';
};

$site->log_is_calm;
done_testing;
