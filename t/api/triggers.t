# Triggers are registered, shown, switched off and fired by hand (api 11; ckp 5).

use strict;
use warnings;

use Test::More;

use LangOrch::Doc qw(procedure);
use LangOrch::Run;
use LangOrch::Site;

my $site = LangOrch::Site->start(workers => 2);


# A procedure that tells what it was given and by whom it was started.

sub told {
    my ($id, %more) = @_;

    $site->import_document(procedure($id, 'end', {
        end => { type => 'terminate', outputs => { n => '{{n}}',
            by => '{{triggered_by}}', type => '{{trigger_type}}',
            payload => '{{trigger.payload}}' } },
    }, variables_schema => { n => { type => 'number', default => 1 } },
        %more));

    return "/api/triggers/$id/1.0.0";
}


sub ended {
    my ($r) = @_;
    return LangOrch::Run->new($site, $r->{json}{run_id})->wait_final;
}


subtest 'a schedule is registered, and knows when it fires next' => sub {
    my $url = told('nightly');

    my $r = $site->get($url);
    is $r->{status}, 200, 'there is none yet';
    is $r->{body}, 'null', 'which is null, and no error';

    $r = $site->post($url, { trigger_type => 'scheduled',
        schedule => '30 2 * * *', timezone => 'Europe/Berlin',
        dedupe_window_seconds => 5, max_concurrent_runs => 2 });
    is $r->{status}, 201, 'registered' or diag $r->{body};

    my $t = $r->{json};
    is $t->{trigger_type}, 'scheduled', 'of that type';
    is $t->{schedule}, '30 2 * * *', 'with its schedule';
    is $t->{timezone}, 'Europe/Berlin', 'in its zone';
    is $t->{dedupe_window_seconds}, 5, 'its window';
    is $t->{max_concurrent_runs}, 2, 'its limit';
    ok $t->{enabled}, 'it is on';
    like $t->{next_fire_at}, qr/^\d{4}-\d\d-\d\dT0[01]:30:00\.000Z$/,
        'its next time is one of the zone';
    is $t->{last_fired_at}, undef, 'it never fired';
    ok $r->{headers}{etag}, 'with a tag';

    is_deeply $site->get($url)->{json}, $t, 'it is shown as it was answered';
    is_deeply $site->get('/api/triggers?procedure_id=nightly')->{json}, [$t],
        'and listed';
    is_deeply $site->get('/api/triggers?trigger_type=webhook')->{json}, [],
        'by type';

    $r = $site->post($url, { trigger_type => 'webhook',
        webhook_secret => 'HOOK' });
    is $r->{status}, 201, 'replaced';
    is $r->{json}{id}, $t->{id}, 'it is the same registration';
    is $r->{json}{next_fire_at}, undef, 'that no clock fires any more';

    my ($row) = grep { $_->{action} eq 'upsert' } @{ $site->get(
        '/api/audit?category=trigger')->{json}{events} };
    is $row->{resource_id}, 'nightly', 'the audit tells of it';
};


subtest 'what cannot be is refused, and told why' => sub {
    my $url = told('wrong');

    my @wrong = (
        [ {}, qr/required/ ],
        [ { trigger_type => 'manual' }, qr/scheduled\|webhook/ ],
        [ { trigger_type => 'scheduled' },
            qr/scheduled triggers require a cron schedule/ ],
        [ { trigger_type => 'scheduled', schedule => '* * * * * *' },
            qr/Cron schedule must use exactly 5 fields in UTC/ ],
        [ { trigger_type => 'scheduled', schedule => '60 * * * *' },
            qr/minutes of 0 to 59/ ],
        [ { trigger_type => 'scheduled', schedule => '0 0 30 2 *' },
            qr/never fires/ ],
        [ { trigger_type => 'scheduled', schedule => '@daily',
            timezone => 'Mars/Base' }, qr/time zone/ ],
        [ { trigger_type => 'scheduled', schedule => 5 }, qr/string/ ],
        [ { trigger_type => 'scheduled', schedule => '@daily',
            max_concurrent_runs => 0 }, qr/1 or more/ ],
        [ { trigger_type => 'scheduled', schedule => '@daily',
            dedupe_window_seconds => -1 }, qr/0 or more/ ],
        [ { trigger_type => 'scheduled', schedule => '@daily',
            enabled => 'yes' }, qr/boolean/ ],
        [ { trigger_type => 'webhook' },
            qr/webhook triggers require webhook_secret/ ],
        [ { trigger_type => 'webhook', webhook_secret => 'not a name' },
            qr/name of a secret/ ],
        [ { trigger_type => 'webhook', webhook_secret => 'A',
            allowed_sources => ['10.0.0.0/33'] }, qr/allowed_sources/ ],
        [ { trigger_type => 'webhook', webhook_secret => 'A',
            allowed_sources => '300.1.1.1' }, qr/allowed_sources/ ],
        [ { trigger_type => 'event' }, qr/event triggers require event_source/ ],
        [ { trigger_type => 'file_watch' },
            qr/file_watch triggers require event_source/ ],
    );

    for my $case (@wrong) {
        my $r = $site->post($url, $case->[0]);
        is $r->{status}, 422, 'refused';
        like $r->{body}, $case->[1], "because $case->[1]";
    }

    is $site->get($url)->{body}, 'null', 'nothing was registered';
    is $site->post('/api/triggers/none/1', { trigger_type => 'scheduled',
        schedule => '@daily' })->{status}, 404, 'no such version';
};


subtest 'fired by hand it makes a run, with or without a registration' => sub {
    my $url = told('by-hand');

    my $r = $site->post("$url/fire", { input_vars => { n => 4 } });
    is $r->{status}, 202, 'taken' or diag $r->{body};
    is $r->{json}{trigger_type}, 'manual', 'nothing is registered';
    is $r->{json}{triggered_by}, 'api:manual', 'who did it';
    is $r->{json}{status}, 'created', 'it is there';

    my $run = ended($r);
    is_deeply $run->{output_vars}, { n => 4, by => 'api:manual',
        type => 'manual', payload => { n => 4 } }, 'the run knows its origin';

    $site->post($url, { trigger_type => 'scheduled', schedule => '@yearly' });
    $r = $site->post("$url/fire");
    is $r->{json}{trigger_type}, 'scheduled', 'the type that is registered';
    is ended($r)->{trigger_type}, 'scheduled', 'and the run has it';

    my ($born) = grep { $_->{event_type} eq 'run_created' }
        LangOrch::Run->new($site, $r->{json}{run_id})->events;
    my $t = $site->get($url)->{json};
    is $born->{payload}{trigger_id}, $t->{id}, 'run_created names the trigger';
    is $born->{payload}{triggered_by}, 'api:manual', 'and who fired it';
    is $t->{last_run_id}, $r->{json}{run_id}, 'the trigger knows its last run';
    ok $t->{last_fired_at}, 'and when that was';

    my $all = $site->get("$url/history")->{json};
    is_deeply [ map { $_->{outcome} } @$all ], [qw(fired fired)],
        'both are in the history';
    is $all->[0]{run_id}, $r->{json}{run_id}, 'newest first';
    is $site->get("$url/history?outcome=deduped")->{body}, '[]', 'by outcome';

    my $page = $site->get("$url/history?limit=1");
    is @{ $page->{json} }, 1, 'in pages';
    my $next = $page->{headers}{'x-next-cursor'};
    is_deeply $site->get("$url/history?limit=1&cursor=$next")->{json},
        [ $all->[1] ], 'one after the other';
};


subtest 'a firing that cannot be is refused and remembered' => sub {
    my $url = told('refuses');

    is $site->post('/api/triggers/none/1/fire')->{status}, 404, 'no version';

    my $r = $site->post("$url/fire", { input_vars => { n => 'many' } });
    is $r->{status}, 422, 'inputs are checked';
    is_deeply $r->{json}{errors}, { n => 'Must be a number' }, 'one by one';

    $site->request('PATCH', '/api/procedures/refuses/1.0.0/status',
        { status => 'archived' });
    $r = $site->post("$url/fire");
    is $r->{status}, 409, 'what may not run does not';
    is $r->{json}{code}, 'procedure_not_runnable', 'as a start says it';

    is_deeply [ map { $_->{outcome} } @{ $site->get("$url/history")->{json} } ],
        [qw(not_runnable invalid_inputs)], 'the history has both';
    is_deeply $site->get('/api/runs?procedure_id=refuses')->{json}, [],
        'and there is no run';
};


subtest 'a trigger starts as many runs as it may, and no more' => sub {
    my $url = '/api/triggers/holds/1.0.0';

    $site->import_document(procedure('holds', 'ask', {
        ask => { type => 'human_approval', prompt => 'Well?',
            on_approve => 'end', on_reject => 'end' },
        end => { type => 'terminate' },
    }));
    $site->post($url, { trigger_type => 'scheduled', schedule => '@yearly',
        max_concurrent_runs => 2 });

    my @all = $site->together(12, sub { $site->post("$url/fire") });
    is scalar(grep { $_->{status} == 202 } @all), 2, 'two of twelve';

    my ($full) = grep { $_->{status} == 429 } @all;
    is $full->{json}{code}, 'concurrency_limit', 'the others are told';
    is $full->{headers}{'retry-after'}, 5, 'and when to come again';
};


subtest 'one key fires once' => sub {
    my $url = told('once');
    my %key = (headers => { 'Idempotency-Key' => 'k-1' });

    my @all = $site->together(8, sub {
        $site->request('POST', "$url/fire", { input_vars => { n => 2 } }, %key);
    });
    my %runs = map { ($_->{json}{run_id} // '') => 1 }
        grep { $_->{status} == 202 } @all;

    is scalar(keys %runs), 1, 'one run';
    is_deeply [ grep { $_->{status} != 202 } @all ], [], 'for all who asked';
    is @{ $site->get('/api/runs?procedure_id=once')->{json} }, 1, 'one row';
    is $site->request('POST', "$url/fire", { input_vars => { n => 3 } },
        %key)->{status}, 422, 'another body is another request';
};


subtest 'switched off it stays visible, purged it is gone' => sub {
    my $url = told('off');

    is $site->request('DELETE', $url)->{status}, 404, 'there must be one';
    $site->post($url, { trigger_type => 'scheduled', schedule => '@daily' });

    is $site->request('DELETE', $url, undef, headers => {
        'If-Match' => '"another"' })->{status}, 412, 'that was seen';
    is $site->request('DELETE', $url)->{status}, 204, 'off';

    my $t = $site->get($url)->{json};
    ok !$t->{enabled}, 'it is not on';
    is $t->{next_fire_at}, undef, 'and will not fire';
    is_deeply $site->get('/api/triggers?procedure_id=off&enabled=true')->{json},
        [], 'by that, too';

    is $site->request('DELETE', "$url?purge=true")->{status}, 204, 'purged';
    is $site->get($url)->{body}, 'null', 'gone';
};


subtest 'documents have triggers, which are registered together' => sub {
    told('doc-a', trigger => { type => 'scheduled', schedule_config =>
        { cron => '0 9 * * MON-FRI', timezone => 'America/New_York' } });
    told('doc-b', trigger => { type => 'webhook', webhook_config =>
        { secret => 'HOOK', allowed_sources => ['10.0.0.0/8'] } });
    told('doc-c', trigger => { type => 'event', event =>
        { provider => 'kafka', topic => 'orders' } });
    told('doc-d', trigger => { type => 'manual' });
    my $own = told('doc-e', trigger => { type => 'scheduled',
        schedule => '@daily' });

    $site->post($own, { trigger_type => 'scheduled', schedule => '@hourly' });
    is $site->get('/api/triggers/doc-a/1.0.0')->{body}, 'null',
        'nothing by itself';

    my $r = $site->post('/api/triggers/sync');
    is $r->{status}, 200, 'done' or diag $r->{body};
    is $r->{json}{synced}, 3, 'three are registered';
    is_deeply $r->{json}{skipped}, [ { procedure_id => 'doc-e',
        version => '1.0.0', reason => 'registered through the API' } ],
        'what the API said stays';

    my %t = map { $_->{procedure_id} => $_ }
        @{ $site->get('/api/triggers')->{json} };
    is $t{'doc-a'}{schedule}, '0 9 * * MON-FRI', 'the schedule of a block';
    is $t{'doc-a'}{timezone}, 'America/New_York', 'with its zone';
    is_deeply $t{'doc-b'}{allowed_sources}, ['10.0.0.0/8'], 'sources';
    is $t{'doc-c'}{event_source}, 'kafka://orders', 'an event source';
    is $t{'doc-e'}{schedule}, '@hourly', 'not the one of its document';

    $site->request('DELETE', '/api/triggers/doc-a/1.0.0');
    $site->post('/api/triggers/sync');
    ok !$site->get('/api/triggers/doc-a/1.0.0')->{json}{enabled},
        'what was switched off stays off';

    $site->put('/api/procedures/doc-c/1.0.0', { ckp_json => procedure('doc-c',
        'end', { end => { type => 'terminate' } }) });
    $site->post('/api/triggers/sync');
    is $site->get('/api/triggers/doc-c/1.0.0')->{body}, 'null',
        'what a document says no more is gone';

    $site->request('DELETE', '/api/procedures/doc-b/1.0.0');
    is $site->get('/api/triggers/doc-b/1.0.0')->{body}, 'null',
        'it goes with its version';
};


subtest 'what is not said is as the document has it' => sub {
    my $url = told('over', trigger => { type => 'webhook',
        webhook_secret => 'FROM_DOC', input_mapping => { n => '/n' } });

    my $r = $site->post($url, { trigger_type => 'webhook',
        dedupe_window_seconds => 60 });
    is $r->{status}, 201, 'registered' or diag $r->{body};
    is $r->{json}{webhook_secret}, 'FROM_DOC', 'its secret';
    is_deeply $r->{json}{input_mapping}, { n => '/n' }, 'its mapping';
    is $r->{json}{dedupe_window_seconds}, 60, 'and what was said';
};


subtest 'times of a schedule are told without one' => sub {
    my $r = $site->post('/api/triggers/preview', { schedule => '30 2 * * *',
        timezone => 'Europe/Berlin', from => '2026-03-28T00:00:00Z',
        count => 3 });
    is $r->{status}, 200, 'told' or diag $r->{body};
    is_deeply $r->{json}{next}, [ '2026-03-28T01:30:00.000Z',
        '2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z' ],
        'over a change of clocks';
    is $r->{json}{description}, 'at 02:30, Europe/Berlin', 'in words';

    for my $wrong ([ '61 * * * *', qr/minutes of 0 to 59 in its first field/ ],
        [ '0 24 * * *', qr/hours of 0 to 23/ ], [ '0 0 0 * *', qr/days of 1/ ],
        [ '0 0 1 X *', qr/months of 1/ ], [ '0 0 * * 8', qr/weekdays of 0/ ],
        [ '0 0 * *', qr/exactly 5 fields/ ], [ '@never', qr/unknown name/ ],
        [ '0 0 30 2 *', qr/never fires/ ])
    {
        my $r = $site->post('/api/triggers/preview', { schedule => $wrong->[0] });
        is $r->{status}, 422, "$wrong->[0] is refused";
        like $r->{json}{detail}, $wrong->[1], 'and told why';
    }
    is $site->post('/api/triggers/preview', { schedule => '@daily',
        count => 51 })->{status}, 422, 'at most fifty';

    my $url = told('looks');
    is $site->get("$url/preview")->{status}, 404, 'of none';
    $site->post($url, { trigger_type => 'scheduled', schedule => '@hourly' });
    is @{ $site->get("$url/preview?count=7")->{json}{next} }, 7, 'of one';
};


subtest 'zones are known by their names, and by no other' => sub {
    my $status = sub {
        return $site->post('/api/triggers/preview', { schedule => '@daily',
            timezone => $_[0] })->{status};
    };
    is $status->("Mars/Base$_"), 422, "no zone $_" for 1 .. 1100;
    is $status->($_), 200, $_ for qw(Asia/Tokyo America/Argentina/Ushuaia
        Etc/GMT+5);
    is $status->($_), 422, $_ for qw(Asia asia/tokyo Asia/Tokyo/ right/Asia/Tokyo
        ../zoneinfo/Asia/Tokyo leapseconds), 'x' x 64;
};


$site->log_is_calm;
done_testing;
