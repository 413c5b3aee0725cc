# A start sees what was changed before it, on any worker: no worker believes for
# long what it read of a procedure (api 1.11, 4.1).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Site;
use LangOrch::Store;

my $site = LangOrch::Site->start(workers => 4);

sub ends {
    my ($version) = @_;
    return { ckp_json => procedure('ends', 'end', { end => { type => 'terminate' } },
        version => $version) };
}

# What starts on different workers say; each connection meets one of them.

sub started {
    my (%more) = @_;
    return map { $site->post('/api/runs', { procedure_id => 'ends', %more }) } 1 .. 6;
}

sub versions { return map { $_->{json}{procedure_version} // $_->{status} } started(@_) }


subtest 'a new version is what runs next' => sub {
    for my $n (1 .. 12) {
        is $site->post('/api/procedures', ends("$n.0.0"))->{status}, 201,
            "version $n";
        is_deeply [ versions() ], [ ("$n.0.0") x 6 ], 'runs';
    }
};


subtest 'one that may not run any more does not' => sub {
    my $path = '/api/procedures/ends/12.0.0';
    is $site->patch("$path/status", { status => 'archived' })->{status}, 200, 'archived';
    is_deeply [ versions() ], [ ('11.0.0') x 6 ], 'the one before it runs';
    is $site->patch("$path/status", { status => 'active' })->{status}, 200, 'active again';
    is_deeply [ versions() ], [ ('12.0.0') x 6 ], 'it runs again';
};


subtest 'a channel has what was promoted there last' => sub {
    is_deeply [ versions(channel => 'prod') ], [ (404) x 6 ], 'nothing at first';
    for my $version ('3.0.0', '7.0.0') {
        is $site->post("/api/procedures/ends/$version/promote",
            { target_channel => 'prod' })->{status}, 200, "$version is promoted";
        is_deeply [ versions(channel => 'prod') ], [ ($version) x 6 ], 'it runs';
    }
    is $site->post('/api/procedures/ends/7.0.0/rollback',
        { target_channel => 'prod' })->{status}, 200, 'that is taken back';
    is_deeply [ versions(channel => 'prod') ], [ ('3.0.0') x 6 ], 'the other runs';
};


subtest 'a change that nobody told of is seen after a second' => sub {
    started();
    LangOrch::Store::change($site, q{UPDATE procedures SET status = 'archived'
        WHERE procedure_id = 'ends' AND version = '12.0.0'});
    my $end = time + 10;
    my @seen;
    do { @seen = versions() } until !(grep { $_ eq '12.0.0' } @seen) || time > $end;
    is_deeply \@seen, [ ('11.0.0') x 6 ], 'the one before it runs';
};


subtest 'what is gone does not run' => sub {
    for my $n (1 .. 12) {
        $site->del("/api/procedures/ends/$n.0.0?force=true");
    }
    my @left = map { "$_->{version}" }
        @{ $site->get('/api/procedures/ends/versions')->{json} // [] }
        if $site->get('/api/procedures/ends')->{status} == 200;
    is_deeply [ versions() ], [ @left ? ($left[0]) x 6 : (404) x 6 ],
        @left ? 'the newest that is left does' : 'there is none';
};


$site->log_is_calm;
done_testing;
