# Notices by webhooks and agents, and the site's alerts (ckp.md 13.5, api.md 19).

use strict;
use warnings;

use Test::More;

use Digest::SHA qw(hmac_sha256_hex);

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $fails = 0;

my $hook = LangOrch::Agent->start(web => sub {
    my ($call) = @_;
    return if $call->{path} =~ m{^/(?:execute|health|capabilities)};
    return { status => 500, body => '' } if $call->{path} eq '/moody' && $fails++ < 2;
    return { status => 500, body => '' } if $call->{path} eq '/broken';
    return { status => 204, body => '' };
});

my $pager = LangOrch::Agent->start(script => {
    send_message => { result => {} },
    send_email   => { result => {} },
    page         => { error  => 'Broken: no paper' },
});

my $site = LangOrch::Site->start(
    workers => 1,
    http    => 'langorch_alert_url ' . $hook->url('/alerts') . ';',
    env     => { LANGORCH_SECRET_ALERT => 'signing' },
);

$site->register($pager, name => 'chat', channel => 'Chat',
    capabilities => ['send_message']);
$site->register($pager, name => 'mail', channel => 'EMAIL',
    capabilities => ['send_email']);
$site->register($pager, name => 'pager', channel => 'pager', capabilities => ['page']);

my $serial = 0;

sub notify {
    my ($params, %config) = @_;
    my $id = 'notify-' . ++$serial;

    $site->import_document(procedure($id, 'p', {
        p => { type => 'processing', next_node => 'end', operations => [ {
            action => 'notify', subject => 'S', message => 'M {{run_id}}',
            recipients => ['ann'], output_variable => 'r', %$params } ] },
        end => { type => 'terminate' },
    }, global_config => \%config));

    my $run = $site->run($id);
    my $end = $run->wait_final(20);
    return ($end->{output_vars}{r}, $run, $end);
}

sub sent { return grep { $_->{path} eq $_[0] } $hook->calls }


subtest 'a webhook of the procedure' => sub {
    my ($r, $run) = notify({ channel => 'webhook', data => { n => 1 } },
        notifications => { webhook_url => $hook->url('/mine') });
    my ($call) = sent('/mine');

    is_deeply $r, { delivered => JSON::PP::true, via => 'webhook' }, 'delivered';
    is $call->{json}{event}, 'notification', 'what it is';
    is $call->{json}{message}, 'M ' . $run->id, 'the message';
    is_deeply $call->{json}{recipients}, ['ann'], 'whom it is for';
    is_deeply $call->{json}{data}, { n => 1 }, 'its data';
    is $call->{json}{run_id}, $run->id, 'whose it is';
    is $call->{json}{node_id}, 'p', 'and where';

    my ($event) = $run->events_of('notification');
    is $event->{payload}{subject}, 'S', 'the event tells it';
    is scalar(() = $run->events_of('notification')), 1, 'once';
};


subtest 'without one the site\'s own' => sub {
    my ($r) = notify({ channel => 'webhook' });
    is $r->{via}, 'webhook', 'delivered';
    is +(sent('/alerts'))[-1]{json}{event}, 'notification', 'there';
};


subtest 'a webhook is tried three times' => sub {
    my ($r) = notify({ channel => 'webhook' },
        notifications => { webhook_url => $hook->url('/moody') });
    ok $r->{delivered}, 'the third try counts';
    is scalar(() = sent('/moody')), 3, 'three';

    ($r) = notify({ channel => 'webhook' },
        notifications => { webhook_url => $hook->url('/broken') });
    ok !$r->{delivered}, 'a fourth is not made';
    is $r->{via}, undef, 'by nobody';
    is scalar(() = sent('/broken')), 3, 'three';
};


subtest 'agents deliver' => sub {
    my ($r) = notify({ channel => 'chat' });
    is_deeply $r, { delivered => JSON::PP::true, via => 'agent' }, 'of that channel';
    my ($call) = $pager->calls('send_message');
    is $call->{json}{params}{subject}, 'S', 'with the notice';

    ($r) = notify({ channel => 'email', recipients => 'bob@example.org' });
    ($call) = $pager->calls('send_email');
    is_deeply $call->{json}{params}{to}, ['bob@example.org'], 'email has its own names';
    like $call->{json}{params}{body}, qr/^M /, 'for the text, too';

    ($r) = notify({ channel => 'ops' },
        notifications => { channels => { ops => { agent => 'Chat', action => 'send_message' } } });
    ok $r->{delivered}, 'a channel that the procedure maps';

    ($r) = notify({ channel => 'pager' });
    ok !$r->{delivered}, 'an agent without a fitting action is none';

    ($r) = notify({ channel => 'ops' },
        notifications => { channels => { ops => { agent => 'pager', action => 'page' } } });
    ok !$r->{delivered}, 'nor is one that says no';
};


subtest 'what nobody delivers is an error only when it has to arrive' => sub {
    my ($r, $run, $end) = notify({ channel => 'nowhere' });
    is_deeply $r, { delivered => JSON::PP::false, via => undef }, 'told by the result';

    ($r, $run, $end) = notify({ channel => 'nowhere', required => JSON::PP::true });
    is $end->{status}, 'failed', 'failed';
    is +($run->events_of('run_failed'))[0]{payload}{error_type}, 'NoExecutorError', 'why';

    ($r) = notify({ channel => 'webhook' }, egress_allowlist => ['*.example.org'],
        notifications => { webhook_url => $hook->url('/far') });
    ok !$r->{delivered}, 'a webhook the procedure may not call';
    is scalar(() = sent('/far')), 0, 'is not called';

    ($r) = notify({ channel => 'chat' }, execution_mode => 'dry_run');
    ok !$r->{delivered}, 'nor anybody in a dry run';
};


subtest 'a secret is no text for people' => sub {
    notify({ channel => 'webhook', message => 'pin {{secrets.alert}}' });
    is +(sent('/alerts'))[-1]{json}{message}, 'pin ***REDACTED***', 'masked';
};


subtest 'a failed run is an alert, signed' => sub {
    my (undef, $run) = notify({ channel => 'nowhere', required => JSON::PP::true });
    my $call = until_true('the alert', sub {
        (grep { ($_->{json}{run_id} // '') eq $run->id } sent('/alerts'))[0];
    });

    is $call->{json}{event}, 'run_failed', 'what happened';
    like $call->{json}{error}, qr/nowhere/, 'the error';
    is $call->{json}{procedure_id}, "notify-$serial", 'the procedure';
    is $call->{json}{procedure_version}, '1.0.0', 'its version';
    like $call->{json}{at}, qr/^\d{4}-.*Z$/, 'when';

    my $stamp = $call->{headers}{'x-langorch-timestamp'};
    is $call->{headers}{'x-langorch-signature'},
        'sha256=' . hmac_sha256_hex("$stamp.$call->{body}", 'signing'), 'the signature';
};

$site->log_is_calm;

done_testing;
