# The module stands in any configuration, and the shipped one is complete.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Copy qw(copy);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Site;

my $top  = abs_path(dirname(__FILE__) . '/../..');
my $site = LangOrch::Site->start(
    procedures => ['log-only'],
    server     => "location /flows/engine/ { langorch_api; }\n",
);
my $module = $site->home . '/module/ngx_http_langorch_module.so';


# `nginx -t` of a text, in a folder of its own: passed?, what it said.

sub test_conf {
    my ($text, $dir) = @_;
    $dir ||= tempdir(CLEANUP => 1);

    make_path("$dir/tmp");
    LangOrch::Site::spew("$dir/nginx.conf", $text);

    my $env  = join ' ', 'env', @{ $site->{env} };
    my $said = qx($env $site->{nginx} -t -p $dir/ -c $dir/nginx.conf \\
        -e $dir/error.log 2>&1);
    return ($? == 0, $said);
}


# The smallest configuration around some lines of the http level.

sub around {
    my ($http, $location) = @_;

    return "load_module $module;\npid pid;\nevents {}\nhttp {\n"
        . join('', map { "${_}_temp_path tmp;\n" }
            qw(client_body proxy fastcgi uwsgi scgi))
        . "access_log off;\n$http\nserver { listen 127.0.0.1:1; "
        . ($location // '') . "}\n}\n";
}


subtest 'loading it changes nothing' => sub {
    my ($passed, $said) = test_conf(around(''));
    ok $passed, 'without a directive of its own' or diag $said;
};


subtest 'what cannot be is refused, in words' => sub {
    for my $line ('langorch_store;', 'langorch_store a b;',
        'langorch_durability most;', 'langorch_egress wide;',
        'langorch_allow;', 'langorch_allow 10.0.0.0/33;',
        'langorch_store /a; langorch_store /b;', 'langorch_cors here;',
        'langorch_cors https://a/;', 'langorch_cors "https://a,b";',
        'langorch_rate -1;', 'langorch_body 65m;', 'langorch_document 1g;',
        'langorch_idempotency 0;',
        'langorch_run_days -1;', 'langorch_checkpoint_days x;',
        'langorch_audit_days 36501;', 'langorch_sweep 0;',
        'langorch_validate loose;', 'langorch_if_match maybe;')
    {
        my ($passed, $said) = test_conf(around($line));
        ok !$passed, $line;
        like $said, qr/\[emerg\].*nginx\.conf:\d+/, 'with its place';
    }

    for my $line ('langorch_user name;', 'langorch_user $http_x;',
        'langorch_groups $arg_g;', 'langorch_user $remote_user maybe;',
        'langorch_projects $http_p;', 'langorch_projects team;', 'langorch_jwt_projects "";',
        'langorch_jwt_projects a; langorch_jwt_projects b;',
        'langorch_role staff boss;', 'langorch_approval_level admin viewer;',
        'langorch_approval_level board chief;')
    {
        my ($passed, $said) = test_conf(around($line));
        ok !$passed, $line;
        like $said, qr/\[emerg\].*nginx\.conf:\d+/, 'with its place';
    }

    my ($passed) = test_conf(around('', 'langorch_identity maybe;'));
    ok !$passed, 'identity is off, optional or on';
    ($passed) = test_conf(around('', 'location /api/ { langorch_api x; }'));
    ok !$passed, 'the API has no argument';
    ($passed) = test_conf(around('', 'location /api/ { langorch_api; }'));
    ok !$passed, 'an API needs a store';
    ($passed) = test_conf(around('langorch_user $http_x trusted;'));
    ok $passed, 'what a client says can be trusted, by name';
};


subtest 'the shipped configuration passes' => sub {
    my $dir = tempdir(CLEANUP => 1);
    chmod 0755, $dir;
    make_path("$dir/data");

    for my $file (glob "$top/conf/*.conf $top/conf/mime.types") {
        copy($file, $dir) or die "$file: $!";
    }

    is system("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=test "
        . "-keyout $dir/tls.key -out $dir/tls.crt -days 2 2>/dev/null"), 0,
        'with a certificate';

    my $text = LangOrch::Site::slurp("$top/conf/nginx.conf");
    $text =~ s{/usr/lib/nginx/modules/ngx_http_langorch_module.so}{$module};
    $text =~ s{/etc/nginx/langorch/|/var/log/nginx/}{$dir/}g;
    $text =~ s{/var/lib/nginx/langorch/(\w+)}{$dir/$1}g;
    $text =~ s{/var/lib/langorch/}{$dir/data/}g;
    $text =~ s{/run/nginx}{$dir/nginx};
    $text =~ s{listen 443}{listen 127.0.0.1:1};

    my ($passed, $said) = test_conf($text, $dir);
    ok $passed, 'as it is' or diag $said;
};


subtest 'the prefix of a location is the mount' => sub {
    is $site->get('/flows/engine/health')->{status}, 200, 'any prefix serves';

    my $r = $site->post('/flows/engine/runs', { procedure_id => 'log-only' });
    is $r->{status}, 201, 'all of it';
    like $r->{headers}{location}, qr{/flows/engine/runs/\Q$r->{json}{run_id}\E$},
        'and its addresses lead back to it';
    is $site->get('/flows/else')->{status}, 404, 'the rest is NGINX\'s own';
};


$site->log_is_calm;
done_testing;
