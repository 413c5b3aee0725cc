# A keeper whose certificate an authority of the site's own vouches for is asked
# by its name, and nobody else who says that he is it (langorch_vault ca=).

use strict;
use warnings;

use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Site;
use LangOrch::Vault;

my $dir   = tempdir(CLEANUP => 1);
my $agent = LangOrch::Agent->start(script => {
    '*' => sub { return { result => { said => $_[0]{json}{params}{pin} } } } });
my $vault = LangOrch::Vault->start(tokens => { 'the-token' => 0 },
    kv2 => ['secret'],
    secrets => { 'secret/data/langorch/pin' => { value => 'it-is-there' } });


# An authority, and what it vouches for: 127.0.0.1.

sub shell { system("($_[0]) >/dev/null 2>&1") == 0 or die "failed: $_[0]" }

for my $ca (qw(ours theirs)) {
    shell("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=$ca"
        . " -keyout $dir/$ca.key -out $dir/$ca.pem");
}
LangOrch::Site::spew("$dir/ext", "subjectAltName=IP:127.0.0.1\n");
shell("openssl req -newkey rsa:2048 -nodes -subj /CN=vault"
    . " -keyout $dir/tls.key -out $dir/tls.csr");
shell("openssl x509 -req -in $dir/tls.csr -CA $dir/ours.pem -days 2"
    . " -CAkey $dir/ours.key -CAcreateserial -extfile $dir/ext"
    . " -out $dir/tls.pem");
chmod 0644, glob "$dir/*";
chmod 0755, $dir;


# What an agent gets of a secret where the keeper is asked over TLS.

sub said {
    my ($words) = @_;
    my $port = LangOrch::Site::free_port();
    my $site = LangOrch::Site->start(workers => 1,
        env  => { LANGORCH_SECRET_GIVEN => 'the-token' },
        http => "langorch_vault https://127.0.0.1:$port token=given$words;"
            . " server { listen 127.0.0.1:$port ssl;"
            . " ssl_certificate $dir/tls.pem; ssl_certificate_key $dir/tls.key;"
            . ' location / { proxy_pass ' . $vault->url . '; } }');
    $site->register($agent);
    $site->import_document(procedure('uses', 'main', {
        main => sequence('end', step('use',
            params => { pin => '{{secrets.pin}}' })),
        end => { type => 'terminate', outputs => { out => '{{use}}' } },
    }, global_config => { retry_policy => { max_attempts => 1 },
        secrets_config => { provider => 'vault' } }));
    my $end = $site->run('uses')->wait_final;
    $site->log_is_calm;
    return $end;
}


is said(" ca=$dir/ours.pem")->{output_vars}{out}{said}, '***REDACTED***',
    'one that our authority vouches for is asked';
is +($agent->calls)[-1]{json}{params}{pin}, 'it-is-there',
    'and the agent gets what it has';

for my $case ([ 'another authority', " ca=$dir/theirs.pem" ],
    [ 'those whom the system trusts', '' ])
{
    my ($who, $words) = @$case;
    my $calls = () = $agent->calls;
    my $end   = said($words);
    is $end->{status}, 'failed', "to $who it is a stranger";
    is scalar(my @now = $agent->calls), $calls, 'and nothing is sent';
}


# What is no certificate is told when the configuration is read.

LangOrch::Site::spew("$dir/none.pem", "nothing\n");

for my $file ("$dir/none.pem", "$dir/missing.pem") {
    ok !eval { LangOrch::Site->start(http =>
        "langorch_vault https://127.0.0.1:1 token=given ca=$file;"); 1 },
        "not " . ($file =~ s{.*/}{}r);
}

done_testing;
