# What an administrator says about leases and the key of the site's model while it
# runs (api 16): every worker goes by it, and a key is taken and never given.

use strict;
use warnings;

use Test::More;
use Time::HiRes qw(clock_gettime);

use LangOrch::Doc qw(procedure);
use LangOrch::Http;
use LangOrch::Llm;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $llm = LangOrch::Llm->start(script => { '*' => [ { text => 'yes' } ] });
my $site = LangOrch::Site->start(workers => 2,
    http => 'langorch_llm_url ' . $llm->base_url . ";\nlangorch_llm_model plain;\n");

sub config { my (%body) = @_; return $site->patch('/api/config', \%body) }

sub db { return join '', map { LangOrch::Site::slurp($_) } glob $site->home . '/data/*' }


subtest 'a lease is as long as it is said' => sub {

    # how long each worker asked for, at most

    my $least = sub {
        return LangOrch::Store::value($site, 'SELECT min(lease_until) FROM workers')
            - 1000 * clock_gettime(7);
    };
    my $most = sub {
        return LangOrch::Store::value($site, 'SELECT max(lease_until) FROM workers')
            - 1000 * clock_gettime(7);
    };
    my $r = config(lease_ttl_seconds => 600);
    is $r->{status}, 200, 'longer' or diag $r->{body};
    is $r->{json}{sources}{lease_ttl_seconds}, 'runtime', 'by somebody';
    until_true('each worker asks for that', sub { $least->() > 300_000 });
    $site->reload;
    is $site->get('/api/config')->{json}{lease_ttl_seconds}, 600, 'also after a reload';
    until_true('so do new workers', sub { $least->() > 300_000 });

    config(lease_ttl_seconds => 0.5);
    until_true('shorter, at once', sub { $most->() <= 500 });
    is config(lease_ttl_seconds => $_)->{status}, 422, "not $_" for 0.09, 3601, 'long', -1;
    is config(lease_ttl_seconds => undef)->{json}{lease_ttl_seconds}, 15, 'taken back';
    until_true('and all go by that', sub { $least->() > 5000 && $most->() <= 15_000 });
};


$site->import_document(procedure('asks', 'ask', {
    ask => { type => 'llm_action', prompt => 'Say yes.', outputs => { t => 'text' },
        next_node => 'end', retry => { max_retries => 0 } },
    end => { type => 'terminate', outputs => { t => '{{t}}' } },
}));

sub asked_with {
    my ($what) = @_;
    my $end = $site->run('asks')->wait_final;
    is $end->{status}, 'completed', "$what: it is answered" or diag $end->{error_message};
    return ($llm->calls)[-1]{headers}{authorization};
}


subtest 'a key is taken, used and never given' => sub {
    is asked_with('no key'), undef, 'nothing is said';
    my $c = $site->get('/api/config')->{json};
    ok !$c->{llm_key_set}, 'there is none';
    ok +(grep { $_ eq 'llm_api_key' } @{ $c->{mutable} }), 'there may be one';

    my $r = config(llm_api_key => 'sk-first-of-all');
    is $r->{status}, 200, 'it is taken' or diag $r->{body};
    ok $r->{json}{llm_key_set}, 'there is one now';
    ok !exists $r->{json}{llm_api_key}, 'which is not shown';
    unlike $r->{body}, qr/sk-first/, 'nowhere';
    until_true('each worker uses it', sub {
        my %said = map { (asked_with('a key') // 'none') => 1 } 1 .. 4;
        return keys %said == 1 && $said{'Bearer sk-first-of-all'};
    });

    config(llm_api_key => 'sk-second-one', lease_ttl_seconds => 20);
    is asked_with('another key'), 'Bearer sk-second-one', 'the next one uses that';
    $site->restart;
    is asked_with('a restart'), 'Bearer sk-second-one', 'also after a restart';
    until_true('and it is well known', sub { $site->get('/api/config')->{json}{llm_key_set} });

    my ($s) = grep { $_->{name} eq 'llm_api_key' } @{ $site->get('/api/secrets')->{json} };
    is "$s->{provider_hint} $s->{version}", 'db 2', 'it is a secret as others are';

    for my $wrong ('', 7, 'x' x 65537) {
        my $bad = config(llm_api_key => $wrong);
        is $bad->{status}, 422, 'what is none is refused';
        is_deeply $bad->{json}{errors}[0]{loc}, [qw(body llm_api_key)], 'with its place';
    }
    my $lost = config(llm_api_key => 'sk-never-kept', debug => JSON::PP::true);
    is $lost->{status}, 422, 'with something wrong beside it nothing is kept';
    unlike $lost->{body}, qr/sk-never/, 'and it is not told back';

    my $all = db() . $site->log . $site->get('/api/audit?limit=100')->{body};
    unlike $all, qr/\Q$_\E/, 'it is in no file and no entry'
        for qw(sk-first-of-all sk-second-one sk-never-kept);

    $r = config(llm_api_key => undef);
    ok !$r->{json}{llm_key_set}, 'null takes it away';
    until_true('on each worker', sub {
        return !grep {
            my $end = $site->run('asks')->wait_final;
            $end->{status} ne 'completed' || defined +($llm->calls)[-1]{headers}{authorization};
        } 1 .. 4;
    });
};


subtest 'where a directive names it that is the key' => sub {
    my $named = LangOrch::Site->start(workers => 1,
        env  => { LANGORCH_SECRET_MINE => 'from the environment' },
        http => "langorch_llm_secret mine;\n");
    my $c = $named->get('/api/config')->{json};
    ok $c->{llm_key_set}, 'it may come from elsewhere';
    is $c->{sources}{llm_api_key}, 'directive', 'whose name the directive says';

    is $named->patch('/api/config', { llm_api_key => 'sk-mine' })->{status}, 200, 'set here';
    is $named->get('/api/secrets/mine')->{status}, 200, 'it has that name';
    is LangOrch::Store::value($named, "SELECT count(*) FROM settings"), 0,
        'which no setting says';
    $named->log_is_calm;
    $named->stop;

    my $locked = LangOrch::Site->start(workers => 1);
    unlink $locked->home . '/secrets.key' or die "secrets.key: $!";
    $locked->restart;
    my $r = $locked->patch('/api/config', { llm_api_key => 'sk-x', lease_ttl_seconds => 9 });
    is "$r->{status} $r->{json}{code}", '503 secrets_locked', 'where nothing can be sealed';
    is $locked->get('/api/config')->{json}{lease_ttl_seconds}, 15, 'nothing is done';
    $locked->log_is_calm;
};


subtest 'what is only shown says so' => sub {
    for my $name (qw(host port debug db_pool_size worker_poll_interval llm_gateway_headers
        apigee_enabled sso_enabled worker_embedded llm_key_set))
    {
        my $r = config($name => 1);
        is $r->{status}, 422, "$name is not changed here";
        is_deeply $r->{json}{errors}[0]{loc}, [ 'body', $name ], 'with its place';
    }
};


$site->log_is_calm;
done_testing;
