# Each limit has its bounds: what lies in them passes the configuration test, one
# beyond does not, and docs/directives.md, conf/limits.conf and GET /api/config
# agree about them.

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Site;

my $top    = abs_path(dirname(__FILE__) . '/../..');
my $site   = LangOrch::Site->start(workers => 1);
my $module = $site->home . '/module/ngx_http_langorch_module.so';
my $limits = $site->get('/api/config')->{json}{limits};

my %bytes = (k => 1024, m => 1024**2, g => 1024**3);
my %ms    = (ms => 1, s => 1000, m => 60_000, h => 3600_000, d => 86400_000);


# What nginx would read there: "64m" is a size or a time.

sub number {
    my ($text, $unit) = @_;
    my ($n, $of) = $text =~ /^(\d+)(ms|[kmghsd]?)$/ or die "no number: $text";

    return $of eq '' ? $n * ($unit eq 'ms' ? 1000 : 1)
        : $n * ($unit eq 'ms' ? $ms{$of} : $bytes{$of});
}


sub test_conf {
    my ($lines) = @_;
    my $dir = tempdir(CLEANUP => 1);

    make_path("$dir/tmp");
    LangOrch::Site::spew("$dir/nginx.conf", "load_module $module;\npid pid;\n"
        . "events {}\nhttp {\n"
        . join('', map { "${_}_temp_path tmp;\n" }
            qw(client_body proxy fastcgi uwsgi scgi))
        . "access_log off;\n$lines}\n");

    my $env  = join ' ', 'env', @{ $site->{env} };
    my $said = qx($env $site->{nginx} -t -p $dir/ -c $dir/nginx.conf \\
        -e $dir/error.log 2>&1);
    return ($? == 0, $said);
}


# As a directive would say it.

sub value_of {
    my ($name, $n) = @_;

    return $n . (($limits->{$name}{unit} // '') eq 'ms' ? 'ms' : '');
}


subtest 'the table of limits is what holds' => sub {
    my $text = LangOrch::Site::slurp("$top/docs/directives.md");
    $text =~ s/.*^## All limits$//ms;
    my %rows = map { $_->[0] => $_ } map { [ split /\s*\|\s*/ ] }
        $text =~ /^\| `(langorch_\w+` \| .*) \|$/mg;
    my %table = map { (my $name = $_) =~ s/`$//; $name => $rows{$_} } keys %rows;

    is_deeply [ sort keys %table ], [ sort keys %$limits ],
        'there are those, and no others';

    my $conf = LangOrch::Site::slurp("$top/conf/limits.conf");
    my %said = $conf =~ /^#?(langorch_\w+) (\w+);$/mg;
    is_deeply [ sort keys %said ], [ sort keys %$limits ],
        'conf/limits.conf has each of them';

    for my $name (sort keys %$limits) {
        my $unit = $limits->{$name}{unit} // '';
        my (undef, $default, $least, $most, $then) = @{ $table{$name} };
        is number($least, $unit), $limits->{$name}{min}, "the least $name";
        is number($most, $unit), $limits->{$name}{max}, "the most $name";
        is number($default, $unit), $limits->{$name}{default},
            "$name unless somebody says it";
        is number($said{$name}, $unit), $limits->{$name}{default},
            'and in conf/limits.conf';
        ok length $then, 'and what happens then';
    }
};


subtest 'the least and the most pass' => sub {
    for my $side (qw(min max)) {
        my ($passed, $said) = test_conf(join '', map {
            "$_ " . value_of($_, $limits->{$_}{$side}) . ";\n" } sort keys %$limits);
        ok $passed, $side or diag $said;
    }
};


subtest 'one beyond does not' => sub {
    for my $name (sort keys %$limits) {
        my ($min, $max) = @{ $limits->{$name} }{qw(min max)};

        for my $n ($min > 0 ? $min - 1 : (), $max + 1) {
            my $value = value_of($name, $n);
            my ($passed, $said) = test_conf("$name $value;\n");
            ok !$passed, "$name $value";
            like $said, qr/\[emerg\].*nginx\.conf:\d+/, 'with its place';
        }
    }
};


$site->log_is_calm;
$site->stop;

done_testing;
