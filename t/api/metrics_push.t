# Figures are pushed where an administrator says, by one of the workers, and what is
# not taken is told once (api 2, 16).

use strict;
use warnings;

use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure);
use LangOrch::Metrics;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $gateway = LangOrch::Agent->start(web => sub {
    my ($call) = @_;
    return { status => $call->{path} =~ m{^/full} ? 507 : 200, body => '' };
});
my $site = LangOrch::Site->start(workers => 2, allow => [ '127.0.0.1:' . $gateway->port ]);

sub config { return $site->patch('/api/config', {@_}) }

sub pushed { my ($path) = @_; return grep { $_->{path} eq $path } $gateway->calls }

sub warned { my @lines = $site->log =~ /figures are not taken/g; return scalar @lines }


subtest 'what a scraper reads is sent' => sub {
    $site->import_document(procedure('short', 'end', { end => { type => 'terminate' } }));
    $site->run('short')->wait_final for 1 .. 3;

    # langorch_metrics_interval: once a second is what it may be

    is config(metrics_push_interval_seconds => 1,
        metrics_push_url => $gateway->url('/gate/'))->{status}, 200, 'somebody says where';
    my $call = until_true('it comes', sub { (pushed('/gate/metrics/job/langorch'))[0] });
    is $call->{method}, 'PUT', 'in the place of what was there';
    like $call->{headers}{'content-type'}, qr{^text/plain; version=0\.0\.4}, 'as what it is';

    my $m = LangOrch::Metrics->read($call->{body});
    is_deeply [ $m->errors ], [], 'it can be read';
    is $m->value('langorch_run_started_total'), 3, 'with what was counted';
    ok defined $m->value('langorch_runs_active', status => 'running'),
        'and what is counted in the store';
    until_true('and again', sub { pushed('/gate/metrics/job/langorch') >= 3 });
};


subtest 'another job, another place' => sub {
    config(metrics_push_job => 'site-7.b');
    until_true('it has another name', sub { pushed('/gate/metrics/job/site-7.b') });

    is config(metrics_push_job => $_)->{status}, 422, "no name: '$_'"
        for '', '..', 'a/b', 'a b', 'x' x 65, "a\x{e9}";
    is config(metrics_push_interval_seconds => $_)->{status}, 422, "no time: $_"
        for 0.9, 3601;
    is config(metrics_push_job => undef)->{json}{metrics_push_job}, 'langorch', 'taken back';
};


subtest 'what is not taken is told once' => sub {
    is warned(), 0, 'all was well';
    config(metrics_push_url => $gateway->url('/full'));
    until_true('it is tried again', sub { pushed('/full/metrics/job/langorch') >= 3 });
    until_true('it is told', sub { warned() == 1 });

    config(metrics_push_url => $gateway->url('/gate'));
    my $n = pushed('/gate/metrics/job/langorch');
    until_true('it is well again', sub { pushed('/gate/metrics/job/langorch') > $n + 1 });
    is warned(), 1, 'that was all';

    config(metrics_push_url => 'http://169.254.10.10/');
    until_true('an address that nobody may call is told, too', sub { warned() == 2 });
};


subtest 'a worker that dies is not missed' => sub {
    config(metrics_push_url => $gateway->url('/last'));
    until_true('they come', sub { pushed('/last/metrics/job/langorch') });
    $site->kill9_all;
    $site->restart;
    my $n = pushed('/last/metrics/job/langorch');
    until_true('and after a restart', sub { pushed('/last/metrics/job/langorch') > $n });
    is config(metrics_push_url => undef)->{json}{metrics_push_url}, undef, 'until it is enough';
};


$site->log_is_calm;
done_testing;
