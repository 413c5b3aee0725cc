# Credentials that a machine of AWS gives: an instance's metadata service and a
# container's address are asked when nginx.conf says so, and again before what they
# gave has ended (ckp 28.1; reliability 6, "Outbound policy").

use strict;
use warnings;

use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Agent;
use LangOrch::Doc qw(procedure sequence step);
use LangOrch::Metadata;
use LangOrch::SecretsManager;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $sentinel = 'sEnTiNeL-7c1d-';
my $role     = '/latest/meta-data/iam/security-credentials/site@role';
my @keys     = map { [ "AKID$_", "${sentinel}$_" ] } 1 .. 9;
my $dir      = tempdir(CLEANUP => 1);

my $agent = LangOrch::Agent->start(script => { '*' => sub {
    return { result => { said => $_[0]{json}{params}{pin} } } } });

sub keeper {
    return LangOrch::SecretsManager->start(region => 'eu-central-1',
        keys => { map { ($_->[0] => { secret => $_->[1], session => "session of $_->[0]" }) }
            @keys },
        secrets => { pin => { AWSCURRENT => "${sentinel}pin" } });
}

# A site that may call nobody but the agent and the keeper: what a directive names is
# asked all the same, and nothing else is.

sub site {
    my ($aws, $words, %env) = @_;
    my $site = LangOrch::Site->start(workers => 1, egress => 'strict',
        allow => [ map { '127.0.0.1:' . $_->port } $agent, $aws ], env => \%env,
        http => "langorch_secrets_ttl 0;\nlangorch_secrets_absent 0;\n"
            . "langorch_secrets_timeout 1s;\nlangorch_secrets_over_http on;\n"
            . 'langorch_aws eu-central-1 endpoint=' . $aws->url . " $words;\n");
    $site->register($agent);
    $site->import_document(procedure('uses', 'main', {
        main => sequence('end', step('use', params => { pin => '{{secrets.pin}}' })),
        end  => { type => 'terminate' } }, global_config => {
        retry_policy => { max_attempts => 1 }, secrets_config => { provider => 'aws' } }));
    return $site;
}

sub used {
    my ($site) = @_;
    my $run = $site->run('uses');
    my $end = $run->wait_final;
    my ($call) = grep { $_->{headers}{'x-run-id'} eq $run->id } $agent->calls('use');
    return $call ? $call->{json}{params}{pin} : "failed: $end->{error_message}";
}

# By which keys a keeper was asked, in their order, each once.

sub by {
    my ($aws) = @_;
    my %seen;
    return grep { !$seen{$_}++ } map { $_->{headers}{authorization} =~ m{Credential=([^/]+)} }
        $aws->calls;
}

sub nothing_told {
    my ($site) = @_;
    my $told = join '', $site->log, map { $site->get($_)->{body} }
        qw(/api/config /api/secrets/providers /api/audit?limit=1000 /api/runs);
    unlike $told, qr/\Q$sentinel\E|metadata-token|session of/, 'nothing of it is told';
    $site->log_is_calm;
    $site->stop;
    return;
}


subtest 'an instance has a role' => sub {
    my $aws  = keeper();
    my $meta = LangOrch::Metadata->start(keys => \@keys, life => 3600, role => 'site@role');
    my $site = site($aws, 'credentials=instance metadata=' . $meta->url);

    is used($site), "${sentinel}pin", 'what it gives is good' for 1 .. 3;
    is_deeply [ map { "$_->{method} $_->{path}" } $meta->calls ],
        [ 'PUT /latest/api/token', 'GET /latest/meta-data/iam/security-credentials/',
            "GET $role" ], 'asked once, and in that order'
        or diag explain [ map { "$_->{method} $_->{path}" } $meta->calls ];
    is_deeply [ by($aws) ], ['AKID1'], 'and used';
    nothing_told($site);
};


subtest 'it is asked again before what it gave has ended' => sub {
    my $aws  = keeper();
    my $meta = LangOrch::Metadata->start(keys => \@keys, life => 6, role => 'r');
    my $site = site($aws, 'credentials=instance metadata=' . $meta->url);

    my @said;
    until_true('three are used, one after the other', sub {
        push @said, used($site);
        return by($aws) >= 3;
    }, 60);
    is_deeply [ grep { $_ ne "${sentinel}pin" } @said ], [], 'and nobody misses one';

    # what is refused is asked for anew

    my ($now) = reverse by($aws);
    $meta->change(sub { $_[0]{life} = 3600 });
    $aws->change(sub { delete $_[0]{keys}{$now} });
    is used($site), "${sentinel}pin", 'one that is refused is another one next';
    nothing_told($site);
};


subtest 'who says nothing' => sub {
    my $aws  = keeper();
    my $meta = LangOrch::Metadata->start(keys => \@keys, life => 3, role => 'r');
    my $site = site($aws, 'credentials=instance metadata=' . $meta->url);

    is used($site), "${sentinel}pin", 'at first it speaks';
    $meta->change(sub { $_[0]{does}{'/latest/api/token'} = { hang => 1 } });
    until_true('what it gave ends', sub { used($site) =~ /^failed/ }, 30);
    like used($site), qr/no value: .*not available|no value/, 'and then there is nothing';
    my ($aws_is) = grep { $_->{provider} eq 'aws' } @{ $site->get('/api/secrets/providers')
        ->{json} };
    ok $aws_is->{configured} && !$aws_is->{healthy}, 'which is told' or diag explain $aws_is;

    $meta->change(sub { $_[0]{does} = {}; $_[0]{life} = 3600 });
    is used($site), "${sentinel}pin", 'until it speaks again';
    nothing_told($site);
};


subtest 'who has no role, or nonsense' => sub {
    my $aws  = keeper();
    my $meta = LangOrch::Metadata->start(keys => \@keys, life => 3600);
    my $site = site($aws, 'credentials=instance metadata=' . $meta->url);

    like used($site), qr/^failed/, 'no role';
    my $list = '/latest/meta-data/iam/security-credentials/';
    my %wrong = (
        'a name of two words' => { $list => { body => 'two words' } },
        'a very long name'    => { $list => { body => 'r' x 65 } },
        'no name'             => { $list => { body => '' } },
        'a line for a head'   => { '/latest/api/token' => { body => "tok\ten" } },
        'no JSON'             => { "${list}r" => { body => '<html>' } },
        'no success'          => { "${list}r" => { body => '{"Code":"Failed"}' } },
        'no end'              => { "${list}r" => { body =>
            '{"AccessKeyId":"a","SecretAccessKey":"b","Token":"c"}' } },
        'what is over'        => { "${list}r" => { body => '{"AccessKeyId":"a",'
            . '"SecretAccessKey":"b","Token":"c","Expiration":"2020-01-01T00:00:00Z"}' } },
        'a redirect'          => { '/latest/api/token' => { status => 302, body => '',
            headers => { Location => $agent->url } } },
        'an error'            => { '/latest/api/token' => { status => 500, body => '' } },
    );
    for my $what (sort keys %wrong) {
        $meta->change(sub { $_[0]{role} = 'r'; $_[0]{does} = $wrong{$what} });
        like used($site), qr/^failed/, $what;
    }
    is_deeply [ $aws->calls ], [], 'nobody was asked with that';
    $meta->change(sub { $_[0]{does} = {} });
    is used($site), "${sentinel}pin", 'it is good as soon as that is';
    nothing_told($site);
};


subtest 'a container shows what its file has' => sub {
    my $aws  = keeper();
    my $meta = LangOrch::Metadata->start(keys => \@keys, life => 6, proof => 'first-proof');
    LangOrch::Site::spew("$dir/proof", "first-proof\n");
    chmod 0755, $dir;

    my $site = site($aws, 'credentials=container',
        AWS_CONTAINER_CREDENTIALS_FULL_URI => $meta->url('/container/creds'),
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE => "$dir/proof");
    is used($site), "${sentinel}pin", 'and gets them';

    # another one, as it is written from time to time

    LangOrch::Site::spew("$dir/new", 'second-proof');
    rename "$dir/new", "$dir/proof" or die $!;
    $meta->change(sub { $_[0]{proof} = 'second-proof' });
    until_true('the next ones are got with it', sub {
        used($site);
        return by($aws) >= 2;
    }, 60);
    is used($site), "${sentinel}pin", 'and used';

    unlink "$dir/proof";
    until_true('without it there are none', sub { used($site) =~ /^failed/ }, 60);
    nothing_told($site);
};


subtest 'what nginx.conf cannot mean' => sub {
    my $site  = LangOrch::Site->start(workers => 1);
    my $tried = sub {
        my ($words, %env) = @_;
        LangOrch::Site::spew($site->home . '/http.d/test.conf', "langorch_aws eu $words;\n");
        my $env = join ' ', 'env', @{ $site->{env} }, map { "$_='$env{$_}'" } sort keys %env;
        return qx($env $site->{nginx} -t -p $site->{home}/ -c $site->{home}/nginx.conf \\
            -e $site->{home}/logs/test.log 2>&1);
    };
    like $tried->('key=a'), qr/needs secret/, 'half a key';
    like $tried->('credentials=instance key=a secret=b'), qr/both a key/, 'two of them';
    like $tried->('credentials=laptop'), qr/other "credentials"/, 'an unknown one';
    like $tried->('key=a secret=b metadata=http://x'), qr/without "credentials"/, 'half of it';
    like $tried->('credentials=instance metadata=ftp://x'), qr/begin with http/, 'a scheme';
    like $tried->('credentials=container'), qr/AWS_CONTAINER_CREDENTIALS/, 'no container';
    like $tried->('credentials=container',
        AWS_CONTAINER_CREDENTIALS_FULL_URI => 'http://example.org/x'), qr/https/, 'a far one';
    like $tried->('credentials=container', AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE => 'x',
        AWS_CONTAINER_CREDENTIALS_RELATIVE_URI => '/x'), qr/no path/, 'a path from nowhere';
    unlike $tried->('credentials=container', AWS_CONTAINER_CREDENTIALS_RELATIVE_URI => '/x'),
        qr/emerg/, 'as a container has it';
    unlike $tried->('credentials=instance'), qr/emerg/, 'as an instance has it';
    unlink $site->home . '/http.d/test.conf';
};

done_testing;
