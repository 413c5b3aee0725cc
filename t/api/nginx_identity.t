# Who NGINX says that somebody is: by a certificate, a password, or a service that it
# asks; and which role that is (api 1.6; docs/directives.md, langorch_user).

use strict;
use warnings;

use File::Temp qw(tempdir);
use JSON::PP qw(decode_json);
use MIME::Base64 qw(encode_base64);
use Test::More;

use LangOrch::Agent;
use LangOrch::Http;
use LangOrch::Site;

my $dir   = tempdir(CLEANUP => 1);
my $state = tempdir('langorch-t-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my ($tls, $basic, $asked) = map { LangOrch::Site::free_port() } 1 .. 3;


# An authority, what it vouches for, and somebody whom another one vouches for.

sub shell { system("($_[0]) >/dev/null 2>&1") == 0 or die "failed: $_[0]" }

sub issued {
    my ($ca, $name, $subject) = @_;
    shell("openssl req -newkey rsa:2048 -nodes -subj '$subject' -keyout $dir/$name.key"
        . " -out $dir/$name.csr && openssl x509 -req -in $dir/$name.csr -CA $dir/$ca.pem"
        . " -CAkey $dir/$ca.key -CAcreateserial -days 2 -out $dir/$name.pem");
    return;
}

for my $ca (qw(ours theirs)) {
    shell("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=$ca"
        . " -keyout $dir/$ca.key -out $dir/$ca.pem");
}
issued('ours', 'site', '/CN=localhost');
issued('ours', 'ada', '/O=ops/CN=ada');
issued('ours', 'bob', '/O=sales/CN=bob');
issued('theirs', 'eve', '/O=ops/CN=eve');
LangOrch::Site::spew("$dir/passwords", join '', map { "$_:{PLAIN}pw-$_\n" } qw(ada bob));
chmod 0644, glob "$dir/*";
chmod 0755, $dir;

# The service that is asked: whoever has the word is who the word says.

my $gate = LangOrch::Agent->start(web => sub {
    my ($who) = ($_[0]{headers}{'x-word'} // '') =~ /^word-of-(\w+)$/;
    return { status => 401, body => '' } unless $who;
    return { status => 200, body => '', headers => { 'X-Who' => $who,
        'X-Groups' => $who eq 'ada' ? 'ops, staff' : 'sales' } };
});

my $map = "langorch_role ops operator;\nlangorch_role sales approver;\n";
my $site = LangOrch::Site->start(workers => 1, state => $state, identity => 'on', http => <<"");
$map
map \$ssl_client_s_dn \$cert_name  { "~CN=(?<cn>[^,]+)" \$cn; default ""; }
map \$ssl_client_s_dn \$cert_group { "~O=(?<o>[^,]+)" \$o; default ""; }
map \$remote_user \$of { ada ops; bob sales; default ""; }
server {
    listen 127.0.0.1:$tls ssl;
    ssl_certificate $dir/site.pem;
    ssl_certificate_key $dir/site.key;
    ssl_client_certificate $dir/ours.pem;
    ssl_verify_client optional;
    langorch_identity on;
    langorch_user \$cert_name;
    langorch_groups \$cert_group;
    include $state/conf/langorch.conf;
}
server {
    listen 127.0.0.1:$basic;
    auth_basic site;
    auth_basic_user_file $dir/passwords;
    langorch_identity on;
    langorch_user \$remote_user;
    langorch_groups \$of;
    include $state/conf/langorch.conf;
}
server {
    listen 127.0.0.1:$asked;
    auth_request /gate;
    auth_request_set \$who \$upstream_http_x_who;
    auth_request_set \$groups \$upstream_http_x_groups;
    langorch_identity on;
    langorch_user \$who;
    langorch_groups \$groups;
    include $state/conf/langorch.conf;
    location = /gate { internal; proxy_pass @{[ $gate->url('/') ]}; proxy_pass_request_body off;
        proxy_set_header Content-Length ""; }
}


# Who one is there, as the site tells: "name role method", or the status.

sub who {
    my ($r) = @_;
    return $r->{status} == 200
        ? join ' ', @{ $r->{json} }{qw(identity role auth_method)} : $r->{status};
}

sub by_password {
    my ($pair) = @_;
    return LangOrch::Http::request($basic, 'GET', '/api/auth/me', undef, headers => $pair
        ? { Authorization => 'Basic ' . encode_base64($pair, '') } : {});
}

sub by_word {
    my ($word, %more) = @_;
    return LangOrch::Http::request($asked, $more{method} || 'GET', $more{path}
        || '/api/auth/me', $more{body}, headers => { $word ? ('X-Word' => $word) : () });
}

sub by_certificate {
    my ($name) = @_;
    my @own = $name ? ('--cert', "$dir/$name.pem", '--key', "$dir/$name.key") : ();
    open my $out, '-|', 'curl', '-s', '--cacert', "$dir/ours.pem", '-w', '\n%{http_code}',
        @own, "https://localhost:$tls/api/auth/me" or die "curl: $!";
    local $/;
    my ($body, $status) = <$out> =~ /\A(.*)\n(\d+)\z/s;
    return { status => $status, json => scalar eval { decode_json($body) } };
}


subtest 'by a certificate' => sub {
    is who(by_certificate('ada')), 'ada operator variable', 'whom the authority vouches for';
    is who(by_certificate('bob')), 'bob approver variable', 'with another group';
    is who(by_certificate()), 401, 'without one nobody';
    is who(by_certificate('eve')), 400, 'another authority vouches for nobody';
};


subtest 'by a password that NGINX knows' => sub {
    is who(by_password('ada:pw-ada')), 'ada operator variable', 'ada';
    is who(by_password('bob:pw-bob')), 'bob approver variable', 'bob';
    is who(by_password('ada:pw-bob')), 401, 'not by another one';
    is who(by_password()), 401, 'nor without';
};


subtest 'by a service that NGINX asks' => sub {
    is who(by_word('word-of-ada')), 'ada operator variable', 'the highest role of her groups';
    is who(by_word('word-of-bob')), 'bob approver variable', 'bob';
    is who(by_word('word-of-cyd')), 'cyd approver variable', 'anybody whom it knows';
    is who(by_word('nonsense')), 401, 'and nobody else';
    is who(by_word()), 401, 'nor without a word';

    my $make = sub { return by_word($_[0], method => 'POST', path => '/api/projects',
        body => { name => $_[1] })->{status} };
    is $make->('word-of-ada', 'hers'), 201, 'an operator may';
    is $make->('word-of-bob', 'his'), 403, 'an approver may not';
    $site->headers;
    my ($entry) = @{ by_word('word-of-ada', path => '/api/audit?category=project')
        ->{json}{events} };
    is "$entry->{actor} $entry->{auth_method}", 'ada variable', 'the audit has the name';
};


$site->log_is_calm;
done_testing;
