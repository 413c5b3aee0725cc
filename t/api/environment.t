# A document against what is there now: agents and secrets (api 3.9, ckp 33).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;

my $site = LangOrch::Site->start(env => { LANGORCH_SECRET_KNOWN => 'x1y2z3' });

my $doc = procedure('needs', 'work', {
    work => sequence('other', step('one', action => 'pay')),
    other => { %{ sequence('end', step('two', action => 'fly')) },
        agent => 'mail' },
    end  => { type => 'terminate' },
}, global_config => { secrets_config => { secret_references => {
    a => 'known', b => 'unknown' } } });


sub told {
    my ($path, %more) = @_;
    my $r = $site->post($path, { %more });
    is $r->{status}, 200, 'answered' or diag $r->{body};
    my %told;
    push @{ $told{ $_->{id} } }, $_ for @{ $r->{json}{warnings} };
    return ($r->{json}, \%told);
}


subtest 'nothing is looked at unless it is asked for' => sub {
    my ($r, $told) = told('/api/procedures/compile', ckp_json => $doc);
    ok $r->{valid}, 'valid';
    ok !$told->{CKP142} && !$told->{CKP325}, 'silent about what is there';
};


subtest 'what is missing is told, and is no error' => sub {
    my ($r, $told) = told('/api/procedures/compile', ckp_json => $doc,
        check_environment => JSON::PP::true);
    ok $r->{valid}, 'still valid';
    is scalar @{ $told->{CKP142} || [] }, 2, 'no agent for two steps';
    is $told->{CKP142}[0]{code}, 'agent_not_registered', 'by its case';
    is scalar @{ $told->{CKP325} || [] }, 1, 'one secret has no value';
    is $told->{CKP325}[0]{path},
        '/global_config/secrets_config/secret_references/b', 'this one';
};


subtest 'an agent that comes online is seen' => sub {
    $site->post('/api/agents', { name => 'Till', channel => 'work',
        base_url => 'http://127.0.0.1:1', capabilities => ['pay'] });
    $site->post('/api/agents', { name => 'Post', channel => 'mail',
        base_url => 'http://127.0.0.1:1', capabilities => ['send'] });

    my ($r, $told) = told('/api/procedures/compile', ckp_json => $doc,
        check_environment => JSON::PP::true);
    is scalar @{ $told->{CKP142} || [] }, 1, 'one step is served';
    is $told->{CKP142}[0]{code}, 'action_not_offered',
        'the other\'s action is not';
    is $told->{CKP142}[0]{step_id}, 'two', 'and is named';
};


subtest 'a stored document is looked at as well' => sub {
    my $r = $site->post('/api/procedures', { ckp_json => $doc });
    is $r->{status}, 201, 'stored' or diag $r->{body};

    my ($got, $told) = told('/api/procedures/needs/1.0.0/compile',
        check_environment => JSON::PP::true);
    is scalar @{ $told->{CKP142} || [] }, 1, 'with its agents';
    is scalar @{ $told->{CKP325} || [] }, 1, 'and its secrets';

    ($got, $told) = told('/api/procedures/needs/1.0.0/compile');
    ok !$told->{CKP142}, 'when asked for';
    is $site->post('/api/procedures/none/1/compile',
        { check_environment => JSON::PP::true })->{status}, 404,
        'but not what is not there';
};


subtest 'check_environment is true or false' => sub {
    is $site->post('/api/procedures/compile', { ckp_json => $doc,
        check_environment => 'yes' })->{status}, 422, 'nothing else';
};


$site->log_is_calm;
done_testing;
