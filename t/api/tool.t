# The tool makes a site for anybody, from anywhere, and leaves the machine as it
# was: run, pids, stop, two side by side, state that stays.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Http;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $tool = abs_path(dirname(__FILE__) . '/../../langorch');

plan skip_all => 'the console is not built'
    unless -f dirname($tool) . '/html/dist/index.html';

my $notes = File::Temp->new;
my @states;

# Its exit code and what it printed; what it told people is kept for failures.

sub tool {
    my (@args) = @_;
    my $pid = open my $out, '-|';

    if ($pid == 0) {
        open STDERR, '>>', $notes->filename;
        exec($tool, @args) or exit 127;
    }

    my $said = join '', <$out>;
    close $out;
    return ($? >> 8, $said);
}

sub new_state {
    my $state = tempdir('langorch-tool-XXXXXX', TMPDIR => 1, CLEANUP => 1);
    chmod 0755, $state;
    push @states, $state;
    return $state;
}

END {
    my $status = $?;
    tool('stop', '--state', $_) for @states;
    diag(LangOrch::Site::slurp($notes->filename))
        unless Test::More->builder->is_passing;
    $? = $status;
}

chdir '/' or die;
my ($one, $two) = (new_state(), new_state());
my ($port, $port2) = map { LangOrch::Site::free_port() } 1, 2;

sub get { return LangOrch::Http::request($_[0], 'GET', $_[1]) }


my ($rc, $said) = tool('run', '--state', $one, '--port', $port, '--detach',
    '--workers', 1);
is $rc, 0, 'run --detach ends well';
is $said, "LangOrch is ready: http://127.0.0.1:$port/ui/\n", 'and says where';

is get($port, '/api/health')->{status}, 200, 'it serves the API';
is get($port, '/ui/')->{status}, 200, 'and the console';

my %by = map { $_->{procedure_id} => $_ }
    @{ get($port, '/api/runs?limit=100')->{json} };
is $by{'customer-onboarding'}{status}, 'completed',
    'one run of the demo completed';
is $by{'supplier-invoice'}{status}, 'waiting_approval', 'one waits';

my $retries = get($port,
    "/api/runs/$by{'customer-onboarding'}{run_id}/events?types=step_retry");
is scalar @{ $retries->{json} }, 1, 'its busy register was asked twice';

# a register that is busy for each of them at first is no agent that is broken

my @started = map { LangOrch::Http::request($port, 'POST', '/api/runs',
    { procedure_id => 'customer-onboarding', input_vars =>
        get($port, "/api/runs/$by{'customer-onboarding'}{run_id}")->{json}{input_vars} })
    ->{json}{run_id} } 1 .. 4;
until_true('four that are begun at once complete', sub {
    return 4 == grep { get($port, "/api/runs/$_")->{json}{status} eq 'completed' }
        @started;
});


($rc, $said) = tool('pids', '--state', $one);
my @pids = split /\n/, $said;
is scalar(@pids), 2, 'a master and a worker';
is scalar(grep { /^\d+$/ && kill 0, $_ } @pids), 2, 'that live';

($rc, $said) = tool('run', '--state', $one, '--port', $port2, '--detach',
    '--no-demo');
isnt $rc, 0, 'one state has one site';


($rc) = tool('run', "--state=$two", "--port=$port2", '--no-demo', '--detach');
is $rc, 0, 'another state has another';
is_deeply get($port2, '/api/runs')->{json}, [], 'with its own runs';


# The worst end, then another port: the state is the same.

kill 'KILL', @pids;
select undef, undef, undef, 0.05 while grep { kill 0, $_ } @pids;
is((tool('pids', '--state', $one))[1], '', 'nothing lives');

$port = LangOrch::Site::free_port();
($rc) = tool('run', '--state', $one, '--port', $port, '--detach');
is $rc, 0, 'it starts again after that';

my @runs = @{ get($port, '/api/runs?limit=100')->{json} };
is scalar(@runs), @started + keys %by, 'with the runs it had, and no more';
is scalar @{ get($port, '/api/agents')->{json} }, 6, 'nor other agents';

my ($waiting) = grep { $_->{status} eq 'waiting_approval'
    && $_->{procedure_id} eq 'supplier-invoice' } @runs;
my $approval = get($port,
    "/api/approvals?run_id=$waiting->{run_id}")->{json}[0];
LangOrch::Http::request($port, 'POST',
    "/api/approvals/$approval->{approval_id}/decision",
    { decision => 'approve' });

my $run;
for (1 .. 300) {
    $run = get($port, "/api/runs/$waiting->{run_id}")->{json};
    last if $run->{status} eq 'completed';
    select undef, undef, undef, 0.05;
}
is $run->{status}, 'completed', 'the one that waited goes on when decided';
like $run->{output_vars}{payment_id}, qr/^PAY-/, 'at the new address';


for my $state ($one, $two) {
    ($rc) = tool('stop', '--state', $state);
    is $rc, 0, 'stop ends well';
    is((tool('pids', '--state', $state))[1], '', 'and nothing is left');
}

isnt((tool('run', '--port', 'x'))[0], 0, 'a port is a number');
isnt((tool('run', '--state'))[0], 0, 'an option has its value');
isnt((tool('dance'))[0], 0, 'there is no such command');


# Who calls `test` learns that a part failed, whichever it is.

my $broken = tempdir(CLEANUP => 1);

for my $name (qw(make prove)) {
    LangOrch::Site::spew("$broken/$name", "#!/bin/sh\nexit 1\n");
    chmod 0755, "$broken/$name";
}

for my $part (qw(unit golden sim api storm)) {
    local $ENV{PATH} = "$broken:$ENV{PATH}";
    isnt((tool('test', $part))[0], 0, "tests that fail are told: $part");
}

done_testing;
