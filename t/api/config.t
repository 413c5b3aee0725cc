# The site's configuration is told, and settings change while it runs (api 16).

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_hex);
use JSON::PP ();
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure);
use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Store;
use LangOrch::Wait qw(until_true);

my $site = LangOrch::Site->start(workers => 2,
    http => "langorch_calls 77;\n",
    env  => { LANGORCH_SECRET_ALERT => 'signing' });

sub config { return $site->get('/api/config')->{json} }


subtest 'who asks is told, and by whom it was said' => sub {
    my $r = $site->get('/api/config');
    is $r->{status}, 200, 'answered' or diag $r->{body};
    my $c = $r->{json};
    is $c->{port}, $site->port, 'which server this is';
    is $c->{db_dialect}, 'sqlite', 'where it keeps what it knows';
    is $c->{rate_limit_max_concurrent}, 77, 'what a directive says';
    is $c->{sources}{rate_limit_max_concurrent}, 'directive', 'by a directive';
    is $c->{checkpoint_retention_days}, 30, 'what nobody says';
    is $c->{sources}{checkpoint_retention_days}, 'default', 'by default';
    is $c->{alert_webhook_url}, undef, 'and what there is not';
    ok !(grep { $_ eq 'rate_limit_max_concurrent' } @{ $c->{mutable} }),
        'what a directive says cannot be changed';
    ok +(grep { $_ eq 'alert_webhook_url' } @{ $c->{mutable} }), 'others can';

    my $limits = $c->{limits};
    is_deeply $limits->{langorch_calls}, { value => 77, default => 512,
        min => 1, max => 1_000_000 }, 'a limit has its value and its bounds';
    is_deeply $limits->{langorch_body}, { value => 1024 * 1024, unit => 'bytes',
        default => 1024 * 1024, min => 1024, max => 64 * 1024 * 1024 },
        'a size its unit';
    is_deeply $limits->{langorch_lease}, { value => 15_000, unit => 'ms',
        default => 15_000, min => 100, max => 3_600_000 }, 'a time, too';
};


subtest 'what cannot be is refused, and nothing of it is done' => sub {
    my $before = config();

    for my $case (
        [ {}, 400, 'nothing', 'No fields to update' ],
        [ { debug => \1 }, 422, 'what is told only' ],
        [ { nothing => 1 }, 422, 'what there is not' ],
        [ { checkpoint_retention_days => -1 }, 422, 'days before today' ],
        [ { checkpoint_retention_days => 36501 }, 422, 'too many of them' ],
        [ { checkpoint_retention_days => '3' }, 422, 'a number as a text' ],
        [ { alert_webhook_url => 'ftp://x/' }, 422, 'another scheme' ],
        [ { alert_webhook_url => '' }, 422, 'an empty address' ],
        [ { alert_webhook_url => 'http://' . 'x' x 2042 }, 422, 'a long one' ],
        [ { rate_limit_max_concurrent => 5 }, 409, 'what a directive says' ],
        [ { worker_concurrency => 9, rate_limit_max_concurrent => 5 }, 409,
            'that beside another' ],
        [ [], 422, 'a list' ],
        )
    {
        my ($body, $status, $what, $detail) = @$case;
        my $r = $site->patch('/api/config', $body);
        is $r->{status}, $status, $what or diag $r->{body};
        is $r->{json}{detail}, $detail, 'with the reason' if $detail;
    }
    is_deeply config(), $before, 'all is as it was';
};


subtest 'what was changed is so on every worker, until it is taken back' => sub {
    my $r = $site->patch('/api/config', { worker_concurrency => 1,
        checkpoint_retention_days => 36500, run_retention_days => 0 });
    is $r->{status}, 200, 'it is answered' or diag $r->{body};
    is $r->{json}{worker_concurrency}, 1, 'with what is now';
    is $r->{json}{sources}{worker_concurrency}, 'runtime', 'and who said so';
    is config()->{worker_concurrency}, 1, 'whoever asks next hears it'
        for 1 .. 6;

    # a worker shows among its limits what it goes by

    my $effective = sub {
        my ($n) = @_;
        my %seen;
        $seen{ config()->{limits}{langorch_runs_driven}{value} }++ for 1 .. 12;
        return keys %seen == 1 && $seen{$n};
    };
    ok until_true('all workers go by it', sub { $effective->(1) }, 5), 'soon';

    $site->restart;
    is config()->{worker_concurrency}, 1, 'a restart changes nothing';
    ok until_true('all go by it again', sub { $effective->(1) }, 5), 'nor there';

    my ($row) = LangOrch::Store::rows($site, 'SELECT action, meta FROM audit'
        . " WHERE category = 'config'");
    is $row->[0], 'patch', 'the audit tells it';
    like $row->[1], qr/worker_concurrency/, 'by its name';

    $r = $site->patch('/api/config', { worker_concurrency => undef });
    is $r->{json}{worker_concurrency}, 2500, 'null is the default again';
    is $r->{json}{sources}{worker_concurrency}, 'default', 'by nobody';
    ok until_true('all go by that', sub { $effective->(2500) }, 5), 'everywhere';
};


# Where both sides are is the directive's word (docs/directives.md).

subtest 'a setting may be what its directive may be' => sub {
    my %of = (checkpoint_retention_days => ['checkpoint_days'],
        run_retention_days => ['run_days'], artifact_retention_days => ['artifact_days'],
        worker_concurrency => ['runs_driven'], llm_timeout_seconds => [ 'llm_timeout', 1000 ],
        auth_token_expire_minutes => [ 'session', 60_000 ]);

    for my $name (sort keys %of) {
        my ($directive, $unit) = (@{ $of{$name} }, 1);
        my $limit = config()->{limits}{"langorch_$directive"};
        my ($min, $max) = map { $limit->{$_} / $unit } qw(min max);
        my $try   = sub { return $site->patch('/api/config', { $name => $_[0] })->{status} };

        is $try->($_), 200, "$name may be $_" for $min, $max;
        is $try->($_), 422, "$name may not be $_" for $min - 1, $max + 1;
        is $try->(undef), 200, 'and is as it was';
    }
    is $site->patch('/api/config', { secrets_rotation_check => $_ })->{status}, 422,
        'a flag is true or false' for 1, 'true';
    for my $on (JSON::PP::true, JSON::PP::false) {
        is $site->patch('/api/config', { secrets_rotation_check => $on })
            ->{json}{secrets_rotation_check}, $on, 'and is what was said';
    }
    is $site->patch('/api/config', { llm_timeout_seconds => 2.5 })
        ->{json}{llm_timeout_seconds}, 2.5, 'a time may be less than whole';
    $site->patch('/api/config', { llm_timeout_seconds => undef,
        secrets_rotation_check => undef });
};


my $hook = LangOrch::Agent->start(web => sub {
    my ($call) = @_;
    return { status => $call->{path} eq '/broken' ? 500 : 204, body => '' };
});
sub tested { return $site->post('/api/config/test-alert', {})->{json} }


subtest 'the webhook of alerts is tried, and used' => sub {
    is_deeply tested(), { ok => JSON::PP::false, status => undef,
        error => 'The site has no address for alerts' }, 'there is none';

    is $site->patch('/api/config', { alert_webhook_url => $hook->url('/broken') })
        ->{status}, 200, 'there is one';
    is_deeply tested(), { ok => JSON::PP::false, status => 500,
        error => 'It answered 500' }, 'which does not work';

    $site->patch('/api/config', { alert_webhook_url => 'http://127.0.0.1:1/' });
    my $r = tested();
    ok !$r->{ok} && !defined $r->{status} && length $r->{error},
        'nobody is there' or diag explain $r;

    $site->patch('/api/config', { alert_webhook_url => $hook->url('/told-here') });
    is_deeply tested(), { ok => JSON::PP::true, status => 204, error => undef },
        'another one does';
    my ($call) = grep { $_->{path} eq '/told-here' } $hook->calls;
    is $call->{json}{event}, 'test', 'it heard of it';
    my $stamp = $call->{headers}{'x-langorch-timestamp'};
    is $call->{headers}{'x-langorch-signature'}, 'sha256='
        . hmac_sha256_hex("$stamp.$call->{body}", 'signing'), 'signed';
    unlike LangOrch::Http::encode([ LangOrch::Store::rows($site,
        "SELECT meta FROM audit WHERE category = 'config'") ]), qr/told-here/,
        'the audit does not show addresses';

    # a run that fails on any worker finds it there

    $site->import_document(procedure('fails', 'f', { f => { type => 'terminate',
        status => 'failed' } }));
    until_true('it is told of failures', sub {
        $site->run('fails')->wait_final;
        return grep { ($_->{json}{event} // '') eq 'run_failed' } $hook->calls;
    }, 10);
};


subtest 'the model of the site is tried' => sub {
    my $r = $site->post('/api/config/test-llm', {});
    is $r->{status}, 200, 'answered' or diag $r->{body};
    like $r->{json}{error}, qr/address/, 'there is none';

    my $llm = LangOrch::Agent->start(web => sub { return { body => '{"choices":[{'
        . '"message":{"role":"assistant","content":"ready"},'
        . '"finish_reason":"stop"}],"model":"m-1"}' } });
    $site->patch('/api/config', { llm_base_url => $llm->url, llm_default_model => 'm-1' });

    my ($said) = until_true('each worker asks it', sub {
        my @said = map { $site->post('/api/config/test-llm', {})->{json} } 1 .. 6;
        return !(grep { !$_->{ok} } @said) && $said[0];
    }, 10);
    is $said->{response}, 'ready', 'it answers' or diag explain $said;
    is $said->{model}, 'm-1', 'by its name';
    is +($llm->calls)[-1]{json}{model}, 'm-1', 'which it was asked for';
};


$site->log_is_calm;
done_testing;
