# What a request must not be, for every route that the site tells: parameters,
# bodies, hostile texts (api 1.1, 1.2, 1.5, 1.11).

use strict;
use warnings;
use utf8;

use Test::More;

use LangOrch::Http;
use LangOrch::Routes;
use LangOrch::Schema;
use LangOrch::Site;

my $site   = LangOrch::Site->start(workers => 1);
my $routes = LangOrch::Routes->new($site);
my ($worker) = $site->workers;
my @all      = $routes->all;

# Streams do not end by themselves; `follow` ends them.

sub asked {
    my ($op, $query) = @_;
    return $op->{url} . '?' . $query
        . ($op->{path} =~ /stream$/ && $query !~ /^follow=/ ? '&follow=false' : '');
}

sub escaped {
    my ($text) = @_;
    utf8::encode($text) if utf8::is_utf8($text);
    return $text =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ger;
}


# Whether the answer says that this is what is wrong.

sub blames {
    my ($r, @place) = @_;
    return 0 unless $r->{status} == 422 && ref $r->{json}{errors} eq 'ARRAY';
    return scalar grep { "@{ $_->{loc} }" eq "@place" } @{ $r->{json}{errors} };
}


# Values that a parameter of that schema must not have, and some that it may.

sub values_of {
    my ($schema, $name) = @_;

    my ($type) = map { ref $_ ? $_->[0] : $_ } $schema->{type} // '';
    my $min    = $schema->{minimum};
    my $max    = $schema->{maximum};

    return ([ 'x', '1.5', '', '%201', '1x', '99999999999999999999',
            defined $min ? $min - 1 : (), defined $max ? $max + 1 : () ],
        [ $min // (), $max // () ]) if $type eq 'integer';
    return ([ 'maybe', 'TRUE', '2' ], [ 'true', 'false', '1', '0' ])
        if $type eq 'boolean';
    return ([ 'nonsense', 'x' x 300 ], $schema->{enum}) if $schema->{enum};
    return ([ 'yesterday', '2026-13-01', '2026-02-30T00:00:00Z' ],
        [ '2026-02-17', '2026-02-17T09:30:00Z', '2026-02-17T09:30:00' ])
        if ($schema->{format} // '') eq 'date-time';
    return ([ '!', 'x', "%00", 'a' x 500 ], []) if $name eq 'cursor';
    return ([ "%01", "%ff%fe", "a%0ab" ], []);
}


subtest 'a parameter that is malformed is 422, and says which' => sub {
    for my $op (grep { $_->{method} eq 'GET' } @all) {
        for my $p (LangOrch::Routes::parameters($op, 'query')) {
            my $name = $p->{name};
            my ($bad, $good) = values_of($p->{schema}, $name);

            my @wrong = grep {
                !blames($site->get(asked($op, "$name=$_")), 'query', $name)
            } @$bad;
            is_deeply \@wrong, [], "$op->{path}?$name: none of "
                . substr "@$bad", 0, 60;

            @wrong = grep {
                my $r = $site->get(asked($op, "$name=$_"));
                $r->{status} >= 500 && $r->{status} != 502
                    || blames($r, 'query', $name)
            } @$good;
            is_deeply \@wrong, [], "$op->{path}?$name: any of @$good";

            next if !@$good || !@$bad || $name eq 'follow';
            ok !blames($site->get(asked($op,
                "$name=$bad->[0]&$name=$good->[0]")), 'query', $name),
                'the last of a name counts';
        }

        next if $op->{path} =~ /stream$/ || $op->{url} =~ /none/;
        my $plain = $site->get($op->{url});
        is $site->get("$op->{url}?color=blue&&=&x=%zz&%")->{status},
            $plain->{status}, "$op->{path}: what is not known is ignored";
    }
};


my @shapes = ('[]', '"x"', '1', 'null', 'true', '[{}]', '-0.5e3');

subtest 'a body that is no object is 422' => sub {
    for my $op (grep { $routes->body($_) } @all) {
        my @wrong = grep {
            my $r = $site->request($op->{method}, $op->{url}, $_);
            $r->{status} != 422 || $r->{json}{errors}[0]{loc}[0] ne 'body'
        } grep { $op->{path} !~ /callback$/ } @shapes;
        is_deeply \@wrong, [], "$op->{method} $op->{path}";

        my $r = $site->request($op->{method}, $op->{url}, '{"a":');
        is "$r->{status} $r->{json}{code}",
            $op->{path} =~ /callback$/ ? '403 invalid_callback_token'
                                       : '400 malformed_json', 'half an object'
            if $op->{path} !~ /callback$/;
        is $site->request($op->{method}, $op->{url}, 'a=b', headers =>
            { 'Content-Type' => 'application/x-www-form-urlencoded' })
            ->{status}, 415, 'a form';
        my $long = $op->{method} . " $op->{url} HTTP/1.1\r\nHost: x\r\n"
            . "Content-Type: application/json\r\nContent-Length: 5000000\r\n\r\n";
        like LangOrch::Http::raw($site->port, $long, timeout => 3,
            until => qr/\r\n\r\n/), qr{^HTTP/1\.1 413 }, 'more than may be';
    }
};


# Every member with every type; those that fit are left to others.

my @values = (undef, 7, -1, 1.5, 9_007_199_254_740_993, '', 'text', ' ',
    "line\nbreak", "\x{1F600}", "\x{202e}evil", 'x' x 3000, [], {},
    [ 1, 'a', {}, [] ], { a => { b => [] } }, JSON::PP::true, JSON::PP::false,
    "'; DROP TABLE procedures; --", '{{secrets.x}}');

subtest 'members of every type: never a 5xx' => sub {
    for my $op (grep { $routes->body($_) } @all) {
        my $schema = $routes->body($op);
        my @names  = sort keys %{ $schema->{properties} };
        my $url    = $op->{method} eq 'DELETE' ? $op->{none} : $op->{url};
        my (@broke, @taken);

        for my $name (@names) {
            for my $value (@values) {
                my $r = $site->request($op->{method}, $url, {
                    (map { $_ => 'x' } @{ $schema->{required} || [] }),
                    $name => $value });

                push @broke, [ $name, $value, $r->{status} ]
                    if $r->{status} >= 500 && $r->{status} != 502
                        || $r->{status} < 200;
                push @taken, [ $name, $value, $r->{status} ]
                    if $r->{status} < 300 && LangOrch::Schema::faults($value,
                        $schema->{properties}{$name}, $routes->doc);
            }
        }

        is_deeply \@broke, [], "$op->{method} $op->{path}: @names";
        is_deeply \@taken, [], 'and none of what is told not to fit'
            or diag explain \@taken;
    }
};


my @hostile = ("'", '"', "' OR '1'='1", "'; DROP TABLE procedures; --",
    '%', '_', '\\', '%%%', '${jndi:ldap://x}', '{{secrets.x}}', '<script>',
    "\x{1F600}", "\x{202e}\x{5d0}", '../../etc/passwd', 'x' x 2000, '-1', 'null',
    '0x41', 'é' x 300, ' ', '*', '?', ';', '$1');

subtest 'hostile texts do nothing' => sub {
    my $state = sub {
        return join ' ', map { scalar @{ $site->get($_)->{json} } }
            qw(/api/procedures /api/runs /api/agents /api/projects
                /api/approvals /workflows);
    };
    my $before = $state->();

    for my $op (@all) {
        my @broke;

        for my $text (@hostile) {
            my $url = $op->{path} =~ s/\{\w+\.*\}/escaped($text)/ger;
            my $query = join '&', map { "$_->{name}=" . escaped($text) }
                LangOrch::Routes::parameters($op, 'query');
            my $body = $op->{method} eq 'GET' ? undef : {};

            for my $try ($op->{path} eq $url ? () : $url,
                $query ? asked({ %$op, url => $op->{none} }, $query) : ())
            {
                next if $op->{path} !~ /\{/ && $op->{method} ne 'GET';
                my $r = $site->request($op->{method}, $try, $body);
                push @broke, "$r->{status} $text"
                    if $r->{status} >= 500 && $r->{status} != 502
                        || $r->{status} < 200;

                # NGINX itself takes the dots out, and is elsewhere then

                push @broke, "no problem of ours: $text"
                    if $r->{status} >= 400 && $text !~ /\.\./
                        && !($r->{headers}{'content-type'}
                            eq 'application/problem+json'
                            && $r->{json}{status} == $r->{status}
                            && $r->{json}{code} && $r->{json}{title});
            }
        }

        is_deeply \@broke, [], "$op->{method} $op->{path}";
    }

    is $state->(), $before, 'all is as it was';
};


subtest 'a key of idempotency is visible ASCII' => sub {
    my $n = 0;

    for my $op (grep { $routes->body($_) } @all) {
        next unless grep { $_->{name} eq 'Idempotency-Key' }
            LangOrch::Routes::parameters($op, 'header');
        $n++;

        for my $key ('a b', 'x' x 256, "a\tb", '') {
            is $site->request($op->{method}, $op->{url}, {
                procedure_id => 'shop', amount => 1 },
                headers => { 'Idempotency-Key' => $key })->{status}, 422,
                "$op->{method} $op->{path}: '" . substr($key, 0, 9) . "'";
        }
    }

    cmp_ok $n, '>=', 3, "$n routes take one";
};

is_deeply [ $site->workers ], [$worker], 'the same worker took all of it';
$site->log_is_calm;
done_testing;
