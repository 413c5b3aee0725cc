# Two NGINX of one store: what is changed at one of them is so at the other within
# seconds: secrets, profiles, settings (api 1.17, 12, 13, 16).

use strict;
use warnings;

use File::Copy qw(copy);
use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Llm;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $agent = LangOrch::Agent->start(script => { '*' => sub { return { result => 1 } } });
my $llm = LangOrch::Llm->start(script => { '*' => [ { text => 'yes' } ] });
my $http = 'langorch_llm_url ' . $llm->base_url . '; langorch_llm_model usual; ';

my $one = LangOrch::Site->start(workers => 2, http => $http . 'langorch_node one;');

# the other one's data and key are those of the first

my $state = tempdir('langorch-t-XXXXXX', TMPDIR => 1, CLEANUP => 1);
symlink $one->home . '/data', "$state/data" or die "symlink: $!";
copy($one->home . '/secrets.key', "$state/secrets.key") or die "copy: $!";
my $two = LangOrch::Site->start(workers => 2, http => $http . 'langorch_node two;',
    state => $state);

$one->register($agent);
$one->import_document(procedure('uses', 'main', {
    main => sequence('end', step('use', params => { pin => '{{secrets.pin}}' })),
    end => { type => 'terminate' } }, global_config => { retry_policy => { max_attempts => 1 } }));
$one->import_document(procedure('asks', 'ask', {
    ask => { type => 'llm_action', prompt => 'Well?', profile => 'mine', next_node => 'end',
        retry => { max_retries => 0 } },
    end => { type => 'terminate' } }));


# What the agent got from a run of that one, or '' when there is no value.

sub used_at {
    my ($site) = @_;
    my $run = $site->run('uses');
    $run->wait_final;
    my ($call) = grep { $_->{headers}{'x-run-id'} eq $run->id } $agent->calls('use');
    return $call ? $call->{json}{params}{pin} : '';
}

# The model that a run of that one asked, or ''.

sub asked_at {
    my ($site) = @_;
    my $run = $site->run('asks');
    $run->wait_final;
    my ($call) = grep { index($_->{headers}{'idempotency-key'} // '', $run->id) == 0 }
        $llm->calls;
    return $call ? $call->{json}{model} : '';
}

# Every worker of the other one, as often as it is asked; sooner than what is believed
# without being told would be forgotten.

sub soon {
    my ($what, $want, $got) = @_;
    ok until_true($what, sub { return !grep { $got->() ne $want } 1 .. 6 }, 15), $what;
    return;
}


subtest 'a secret' => sub {
    is $two->post('/api/secrets', { name => 'pin', value => 'first-value' })->{status}, 201,
        'made at one';
    soon('used at the other', 'first-value', sub { used_at($one) });
    is used_at($two), 'first-value', 'and where it was made';

    is $one->put('/api/secrets/pin', { value => 'second-value' })->{status}, 200, 'changed';
    is used_at($one), 'second-value', 'at once where that was';
    soon('soon at the other', 'second-value', sub { used_at($two) });

    is $two->del('/api/secrets/pin')->{status}, 204, 'removed';
    soon('it is nowhere', '', sub { used_at($one) });
};


subtest 'a profile' => sub {
    my $at = '/api/llm/profiles';
    is $two->post($at, { name => 'mine', model => 'm-1' })->{status}, 201, 'made at one';
    soon('asked at the other', 'm-1', sub { asked_at($one) });
    is $one->put("$at/mine", { model => 'm-2' })->{status}, 200, 'changed';
    is asked_at($one), 'm-2', 'at once where that was';
    soon('soon at the other', 'm-2', sub { asked_at($two) });
    is $two->del("$at/mine")->{status}, 204, 'removed';
    soon('the site\'s own model is asked again', 'usual', sub { asked_at($one) });
};


subtest 'a setting' => sub {
    my $seen = sub { return $two->get('/api/config')->{json}{limits}{langorch_crashes}{value} };
    $one->patch('/api/config', { worker_max_attempts => 7 });
    soon('holds at the other', 7, $seen);
    $two->patch('/api/config', { worker_max_attempts => undef });
    soon('and is taken back', 3, $seen);
};


$_->log_is_calm for $one, $two;
done_testing;
