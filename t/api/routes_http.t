# What holds for every route, walked over the table that the site tells: methods,
# paths, headers (api 1.1, 1.2, 1.10, 1.16).

use strict;
use warnings;

use Test::More;

use LangOrch::Http;
use LangOrch::Routes;
use LangOrch::Site;

my $site   = LangOrch::Site->start(workers => 1);
my $routes = LangOrch::Routes->new($site);
my ($worker) = $site->workers;
my @methods  = qw(GET POST PUT PATCH DELETE);

my %has;        # path -> method -> 1
$has{ $_->{path} }{ $_->{method} } = 1 for $routes->all;


# What every answer carries.

sub common {
    my ($r) = @_;
    my $h = $r->{headers};

    return join ', ',
        ($h->{'x-request-id'} // '') =~ /^[!-~]{1,128}$/ ? () : 'no request id',
        ($h->{'x-content-type-options'} // '') eq 'nosniff' ? () : 'sniffed',
        $h->{'cache-control'} ? () : 'no Cache-Control';
}


subtest 'a method that a path has not' => sub {
    for my $path (sort keys %has) {
        my $url   = $routes->url($path, none => 1);
        my @other = grep { !$has{$path}{$_} } @methods;
        my $allow = join ', ', map { $_ eq 'GET' ? 'GET, HEAD' : $_ }
            (grep { $has{$path}{$_} } @methods), 'OPTIONS';

        my @wrong = grep {
            my $r = $site->request($_, $url);
            $r->{status} != 405 || $r->{json}{code} ne 'method_not_allowed'
                || $r->{headers}{allow} ne $allow || common($r);
        } @other, qw(PROPFIND FROB);
        is_deeply \@wrong, [], "$path says what it has: $allow";

        my $r = $site->request('OPTIONS', $url);
        is "$r->{status} $r->{headers}{allow} $r->{body}", "204 $allow ",
            'also when it is asked';
        is common($r), '', 'in all the usual headers';
        ok !exists $r->{headers}{'content-type'}, 'and without a type';
    }
};


# A head as it is sent, and what comes behind it.

sub head_of {
    my ($method, $url) = @_;
    my $bytes = LangOrch::Http::raw($site->port,
        "$method $url HTTP/1.1\r\nHost: 127.0.0.1:" . $site->port
            . "\r\nConnection: close\r\n\r\n",
        timeout => 5);
    my ($head, $body) = split /\r\n\r\n/, $bytes, 2;
    my %h = map { /^([^:]+): (.*)$/ ? (lc $1, $2) : () }
        split /\r\n/, $head // '';
    my ($status) = ($head // '') =~ m{^HTTP/1\.1 (\d+)};
    return ($status, \%h, $body);
}


subtest 'HEAD is GET without the bytes' => sub {
    for my $op (grep { $_->{method} eq 'GET' } $routes->all) {
        for my $url ($op->{path} =~ /stream$/ ? () : $op->{url}, $op->{none}) {
            my ($status, $head, $body) = head_of('HEAD', $url);
            my $r = $site->get($url);

            is $status, $r->{status}, "HEAD $url: $status";
            is $head->{'content-type'}, $r->{headers}{'content-type'}, 'type';
            is $body, '', 'and nothing behind it';
            next if $op->{path} =~ m{/health|/metrics|/orchestrators|/export};
            next if $r->{status} != 200;
            is $head->{'content-length'}, length $r->{body}, 'the length';
        }
    }
};


subtest 'a slash at the end says nothing' => sub {

    # below a run's artifacts it would be part of a name

    for my $op (grep { $_->{path} !~ m{/artifacts/\{run_id\}/|stream$} }
        $routes->all)
    {
        my $r = $site->request($op->{method} eq 'GET' ? 'GET' : 'OPTIONS',
            "$op->{url}/");
        my $same = $site->request(
            $op->{method} eq 'GET' ? 'GET' : 'OPTIONS', $op->{url});
        is $r->{status}, $same->{status}, "$op->{method} $op->{url}/";
        isnt $site->request('OPTIONS', "$op->{url}//")->{status}, 204,
            'two of them do';
    }
};


subtest 'a segment is what is between slashes, then decoded once' => sub {
    for my $path (grep { /\{\w+\}/ } sort keys %has) {
        my ($first) = $path =~ /\{(\w+)\}/;

        # with a slash that is none in an id, the path has as many segments

        my $url = $path =~ s/\{\w+\}/a%2Fb/gr;
        my $r   = $site->request('OPTIONS', $url);
        is $r->{status}, 204, "$url is the same path";
        $url = $path =~ s/\{\w+\}/a%2fb%252F%01/gr;
        is $site->request('OPTIONS', $url)->{status}, 404, 'control bytes are none';
    }

    is $site->get('/api/%72uns')->{status}, 200, 'letters may be encoded';
    is $site->get('/api/procedures/%73hop/latest')->{json}{procedure_id},
        'shop', 'also in ids';
    is $site->get('/api/procedures/%2573hop')->{status}, 404, 'once';
    is $site->get('/api/procedures/a%2Fb/latest')->{json}{code}, 'not_found',
        'what has a slash in it is no id of ours';
    is $site->get('/api/procedures//latest')->{json}{code}, 'no_route',
        'nothing is no id';
};


subtest 'what is no path of ours' => sub {
    for my $url ('/api/', '/api/none', '/api/runs/a/b/c/d/e/f/g/h/i/j',
        '/api/' . 'x' x 3000, '/api/%ff', '/workflows/a/b/c', '/runs/a/b',
        '/orders/a/b')
    {
        my $r = $site->get($url);
        is "$r->{status} $r->{json}{code}", '404 no_route', substr $url, 0, 40;
        is common($r), '', 'in all the usual headers';
    }
};


subtest 'tags' => sub {
    my $n = 0;

    for my $op (grep { $_->{method} eq 'GET' && $_->{url} !~ /none/ }
        $routes->all)
    {
        my $r      = $site->get($op->{url});
        my $tagged = grep { $_->{name} eq 'If-None-Match' }
            LangOrch::Routes::parameters($op, 'header');
        is !!$r->{headers}{etag}, !!$tagged, "$op->{url}: "
            . ($tagged ? 'has one' : 'has none');
        next unless $tagged && ++$n;

        my $tag = $r->{headers}{etag};
        like $tag, qr/^"[!#-~]+"$/, 'a strong one';

        for my $same ($tag, qq("x", $tag), "W/$tag", '*') {
            my $spared = $site->get($op->{url},
                headers => { 'If-None-Match' => $same });
            is "$spared->{status} $spared->{body}", '304 ', "$same is true";
            is $spared->{headers}{etag}, $tag, 'and told again';
        }
        is $site->get($op->{url}, headers => { 'If-None-Match' => '"x"' })
            ->{status}, 200, 'another is not';
    }

    cmp_ok $n, '>=', 6, "$n routes have tags";
};


subtest 'a change of what is not what was read' => sub {
    for my $op (grep { $_->{method} ne 'GET' } $routes->all) {
        next unless grep { $_->{name} eq 'If-Match' }
            LangOrch::Routes::parameters($op, 'header');

        my $get = $site->get($op->{url}
            =~ s{/(?:promote|rollback|status|activate)$}{}r);
        next if $get->{status} != 200;
        my $tag = $get->{headers}{etag};

        my %good = (
            'procedures' => { ckp_json => $get->{json}{ckp_json} },
            'status'     => { status => 'approved' },
            'promote'    => { target_channel => 'dev' },
            'rollback'   => { target_channel => 'dev' },
            'draft'      => { draft => {} },
            'agents'     => { name => 'x' },
            'projects'   => { name => 'x' },
            'activate'   => { version => 1 },
            'prompts'    => { template => 'x' },
            'triggers'   => {},
        );
        my ($kind) = map { $good{$_} } grep { $op->{path} =~ /\Q$_/ }
            qw(status promote rollback draft activate agents projects prompts
                triggers procedures);

        for my $old ('"x"', "W/$tag", '"x", "y"') {
            my $r = $site->request($op->{method}, $op->{url},
                $op->{method} eq 'DELETE' ? undef : $kind || {},
                headers => { 'If-Match' => $old });
            is $r->{status}, 412, "$op->{method} $op->{url} if $old"
                or diag $r->{body};
            is $r->{json}{code}, 'precondition_failed', 'says so';
            is $r->{headers}{etag}, $tag, 'with the tag of now';
        }
        is $site->get($op->{url}
                =~ s{/(?:promote|rollback|status|activate)$}{}r)
            ->{headers}{etag}, $tag, 'nothing was changed';
    }
};

is_deeply [ $site->workers ], [$worker], 'the same worker took all of it';
$site->log_is_calm;
done_testing;
