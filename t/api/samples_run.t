# The customer's procedures run to their ends, as they are but for the length of
# their waits.  They are data that lie beside the project, not in it.

use strict;
use warnings;

use File::Basename qw(dirname);
use Test::More;

use LangOrch::Agent;
use LangOrch::Http;
use LangOrch::Llm;
use LangOrch::Site;
use LangOrch::Wait qw(until_true);

my $folder = $ENV{LANGORCH_SAMPLES} || dirname(__FILE__) . '/../../../shared/samples';

plan skip_all => 'no samples here' unless glob "$folder/*.json";

my %portal;     # by run: the invoice that was asked for

my $agent = LangOrch::Agent->start(script => {
    search_email => sub {
        my ($call) = @_;
        my ($n) = $call->{json}{params}{target} =~ /^(\d+)@/;
        return { result => [ map { { id => $_ } } 1 .. $n ] };
    },
    download_attachment => sub {
        my ($call) = @_;
        return { result => [ map { {
            invoice_number  => "INV-$_->{id}",
            amount          => 100 * $_->{id},
            requester_email => "who$_->{id}\@company.com",
        } } @{ $call->{json}{params}{target} } ] };
    },
    type => sub {
        my ($call) = @_;
        my $p = $call->{json}{params};
        $portal{ $call->{json}{run_id} } = $p->{value}
            if ($p->{target} // '') eq '#invoice-search';
        return { result => {} };
    },
    extract_table_data => sub {
        my ($call) = @_;
        my ($n) = $portal{ $call->{json}{run_id} } =~ /(\d+)$/;
        return { error => 'ElementNotFoundException: no table' } if $n == 13;
        return { result => { vendor_status => $n == 14 ? 'Blocked' : 'Active',
            amount => $n == 2 ? 1 : 100 * $n } };
    },
    copy_to_clipboard => { result => '5100000042' },
    compose_email     => sub { return { result => $_[0]{json}{params} } },
    take_screenshot   => { result => 'data:image/png;base64,iVBORw0KGgo=' },
    select_all_text   => sub {
        my $prices = $_[0]{json}{params}{target} =~ /price/;
        my @texts  = $prices ? ('51.77', '53.74') : ('One', 'Two');
        return { result => { texts => \@texts, count => 2, text => $texts[0] } };
    },
    extract_text => { result => { text => '1000' } },
    '*'          => { result => { ok => JSON::PP::true } },
});

my $llm = LangOrch::Llm->start(script => { '*' => [ {
    text => LangOrch::Http::encode({ metadata => { vendor_code => 'V7',
        vendor_name => 'Seven', invoice_date => '2026-02-01' },
        confidence => 90 }) } ] });

my $site = LangOrch::Site->start(
    http => 'langorch_llm_url ' . $llm->base_url . '; '
        . 'langorch_llm_model any;',
    env => {
        LANGORCH_SECRET_VENDOR_PORTAL_CREDS =>
            '{"username":"robot","password":"open-sesame"}',
        LANGORCH_SECRET_DB_CONNECTION => 'db://example',
    },
);

$site->register($agent, agent_id => lc, name => $_, channel => $_)
    for qw(EMAIL WEB DESKTOP DATABASE MasterAgent);


sub sample {
    my ($name) = @_;
    my $doc = LangOrch::Http::decode(
        LangOrch::Site::slurp("$folder/$name.json"));
    return ref $doc->{ckp_json} eq 'HASH' ? $doc->{ckp_json} : $doc;
}


# The same without its pauses; `set` gives nodes other members.

sub quick {
    my ($v) = @_;
    return [ map { quick($_) } @$v ] if ref $v eq 'ARRAY';
    return $v unless ref $v eq 'HASH';

    my %own = map { $_ => quick($v->{$_}) } keys %$v;
    $own{$_} = 1 for grep { /^wait_\w+_ms$|delay_ms$/ } keys %own;
    $own{duration_seconds} /= 1000 if defined $own{duration_seconds};
    $own{max_requests_per_minute} = 100_000 if $own{max_requests_per_minute};
    return \%own;
}


sub invoices {
    my ($id, %set) = @_;
    my $doc = quick(sample('sample_workflow_multi_agent'));
    my $nodes = $doc->{workflow_graph}{nodes};

    $doc->{procedure_id} = $id;
    $nodes->{$_} = { %{ $nodes->{$_} }, %{ $set{$_} } } for keys %set;
    $site->import_document($doc);
    return $doc;
}


# One of the others as it is, begun.

sub plain {
    my ($name, $inputs) = @_;
    my $doc = sample($name);
    $site->import_document($doc);
    return $site->run($doc->{procedure_id}, $inputs);
}


sub started {
    my ($id, $n, %more) = @_;
    return $site->run($id, { execution_date => '2026-02-09',
        email_inbox => "$n\@company.com" }, %more);
}


sub sent {
    my ($run, $action) = @_;
    return grep { $_->{json}{run_id} eq $run->id } $agent->calls($action);
}


invoices('invoices');


subtest 'few invoices need nobody' => sub {
    my $run = started('invoices', 2);
    my $end = $run->wait_final;

    is $end->{status}, 'completed', 'it completes' or diag $end->{error_message};
    is $end->{output_vars}{total_processed}, 2, 'both were processed';
    is $end->{trigger_type}, 'manual', 'whatever its trigger says';
    ok !$run->events_of('approval_requested'), 'nobody is asked';

    is scalar(sent($run, 'execute_query')), 2, 'both are in the tracking';
    is_deeply [ map { $_->{json}{params}{parameters}{vendor} }
        sent($run, 'execute_query') ], [ ('Seven') x 2 ],
        'with what the model found';
    is((sent($run, 'execute_query'))[0]{json}{params}{connection_string},
        'db://example', 'by the secret');

    my ($warned) = grep { ($_->{payload}{check_id} // '') eq 'amounts_match' }
        $run->events;
    ok $warned, 'an amount that differs is told';

    my ($password) = grep { $_->{json}{step_id} eq 'enter_password' }
        sent($run, 'type');
    is $password->{json}{params}{value}, 'open-sesame', 'the portal is entered';
    unlike LangOrch::Http::encode([ $run->events ]), qr/open-sesame|db:/,
        'secrets stay secret';

    my ($mail) = grep { $_->{json}{node_id} eq 'send_summary_email' }
        sent($run, 'send_email');
    like $mail->{json}{params}{value}{body}, qr/Total Processed: 2\n/,
        'the summary is sent';
};


subtest 'a model is asked with the picture' => sub {
    my ($call) = $llm->calls('gpt-4');
    my $content = $call->{json}{messages}[-1]{content};
    is ref $content, 'ARRAY', 'in parts';
    is $content->[-1]{image_url}{url}, 'data:image/png;base64,iVBORw0KGgo=',
        'as it was taken';
};


subtest 'many invoices need a yes, and one that fails stops no other' => sub {
    my $run = started('invoices', 13);
    my $ask = $run->wait_approval;

    is $ask->{prompt}, 'Found 13 invoices to process. Proceed with batch?',
        'somebody is asked';
    is $ask->{context_data}{total_amount}, 9100, 'with the sum';
    is $run->decide('approve')->{status}, 200, 'who approves';

    my $end = $run->wait_final;
    is $end->{status}, 'completed', 'it completes' or diag $end->{error_message};
    is scalar(sent($run, 'execute_query')), 12, 'twelve were processed';
    is $end->{output_vars}{total_processed}, 12, 'as the report says';

    my ($failed, @more) = $run->events_of('loop_iteration_failed');
    is $failed->{payload}{iteration}, 12, 'the one that failed is told';
    is_deeply \@more, [], 'and no other';
};


subtest 'a vendor that is blocked ends it' => sub {
    my $run = started('invoices', 14);
    $run->decide('approve');

    my $end = $run->wait_final;
    is $end->{status}, 'failed', 'it fails';
    is $end->{error_message}, 'Vendor is not active in portal', 'and says why';
    is scalar(sent($run, 'execute_query')), 12, 'after those before';

    my ($mail) = grep { $_->{json}{node_id} eq 'error_notification_node' }
        sent($run, 'send_email');
    like $mail->{json}{params}{body}, qr/^Failed Node: check_validation_result$/m,
        'as people are told';
};


subtest 'a no ends it' => sub {
    my $run = started('invoices', 11);
    $run->wait_approval;
    is $run->decide('reject')->{status}, 200, 'rejected';

    is $run->wait_final->{status}, 'completed', 'that is an end, too';
    my @mails = sent($run, 'send_email');
    is_deeply [ map { $_->{json}{params}{subject} } @mails ],
        ['Invoice Batch Processing Rejected'], 'the team is told';
};


subtest 'who does not answer is passed over' => sub {
    invoices('late', request_human_approval => { timeout_ms => 200 });
    my $run = started('late', 11);

    until_true('the executive is asked', sub {
        return grep { $_->{node_id} eq 'escalate_to_executive' }
            $run->wait_approval });
    is $run->decide('approve')->{status}, 200, 'who approves';
    is $run->wait_final->{status}, 'completed', 'it completes';
    ok scalar(grep { $_->{event_type} =~ /escalat/ } $run->events), 'as is told';
    is scalar(sent($run, 'execute_query')), 11, 'with its work';
};


subtest 'nobody at all answers' => sub {
    invoices('mute', map { $_ => { timeout_ms => 100 } }
        qw(request_human_approval escalate_to_executive));
    my $run = started('mute', 11);

    is $run->wait_final->{status}, 'completed', 'it ends';
    is((sent($run, 'send_email'))[0]{json}{node_id}, 'notify_rejection',
        'as rejected');
};


subtest 'no invoice at all' => sub {
    my $run = started('invoices', 0);
    my $end = $run->wait_final;

    is $end->{status}, 'failed', 'it fails';
    is $end->{output_vars}{failed_node}, 'fetch_emails', 'where it failed';
    my ($mail) = sent($run, 'send_email');
    like $mail->{json}{params}{body},
        qr/Error Details: .*No invoice emails found/, 'as people are told';
};


subtest 'a dry run walks through all of it, as it was written' => sub {
    my $doc = sample('sample_workflow_multi_agent');
    $site->import_document({ %$doc, procedure_id => 'dry' });
    my $before = () = $agent->calls;
    my $run    = started('dry', 2, execution_mode => 'dry_run');

    is $run->wait_final->{status}, 'completed', 'it completes';
    is scalar(() = $agent->calls), $before, 'no agent was asked';
};


subtest 'a catalogue of books' => sub {
    my $end = plain('books_price_monitor.ckp')->wait_final;

    is $end->{status}, 'completed', 'it completes' or diag $end->{error_message};
    is_deeply $end->{output_vars}{all_titles}, [ 'One', 'Two' ], 'with the titles';
    is $end->{output_vars}{books_on_page}, 2, 'counted';
    is $end->{output_vars}{total_in_catalogue}, '1000', 'of a thousand';
};


subtest 'a greeting' => sub {
    my $run = plain('sample.procedure');

    is $run->wait_final->{status}, 'completed', 'it completes';
    is(($run->events_of('log'))[0]{payload}{message},
        'e2e test run: hello e2e', 'with the default');
    is plain('sample.procedure', { greeting => 'ciao' })->wait_final
        ->{output_vars}{greeting}, 'ciao', 'or another';
};


subtest 'a payload by its number' => sub {
    for my $id (undef, 7) {
        my $end = plain('simple_http_test.ckp',
            { defined $id ? (post_id => $id) : () })->wait_final;

        is $end->{status}, 'completed', 'it completes';
        is_deeply $end->{output_vars}, { result => 'ok', response => {
            id => $id // 1, title => 'Demo post ' . ($id // 1),
            source => 'internal-mock' } }, 'a number stays one';
    }

    my $r = $site->post('/api/runs', { procedure_id => 'simple-http-test',
        input_vars => { post_id => 101 } });
    is $r->{status}, 422, 'one too large is refused';
};


subtest 'a question, whatever is answered' => sub {
    for my $decision (qw(approve reject)) {
        my $run = plain('hil.procedure');
        is $run->wait_approval->{prompt}, 'E2E test: please approve or reject',
            'somebody is asked';
        is $run->decide($decision)->{status}, 200, $decision;
        is $run->wait_final->{status}, 'completed', 'it completes';
    }

    my $doc = sample('hil.procedure');
    my $ask = $doc->{workflow_graph}{nodes}{gate};
    $ask->{timeout_ms} = delete $ask->{timeout_minutes};
    $site->import_document({ %$doc, procedure_id => 'nobody' });
    is $site->run('nobody')->wait_final->{status}, 'completed',
        'nobody needs to';
};


# What may fail by chance is begun again, each time with an order of its own.

sub delivered {
    my ($workflow, $doc) = @_;
    my %retries = map { $_->{id} => $_->{config}{max_retries} } @{ $doc->{steps} };

    for (1 .. 30) {
        my $order = $site->post('/orders', { amount => 10 })->{json}{id};
        my $id = $site->post("/workflows/$workflow/runs",
            { order_id => $order })->{json}{id};
        my $run = until_true("the run $id ends", sub {
            my $run = $site->get("/runs/$id")->{json};
            return $run->{status} =~ /^(?:completed|failed)$/ && $run;
        });

        return ($run, $site->get("/orders/$order")->{json})
            if $run->{status} eq 'completed';

        my ($failed) = grep { $_->{status} eq 'failed' } @{ $run->{steps} };
        is $failed->{retry_count}, $retries{ $failed->{step_id} },
            "$failed->{step_id} failed after all its retries";
    }

    return;
}


for my $name (qw(order-processing simple-pipeline diamond-workflow slow-order
                 flaky-order full-order-with-notifications))
{
    subtest $name => sub {
        my $doc = quick(sample($name));
        my $r   = $site->post('/workflows', $doc);
        is $r->{status}, 201, 'is taken' or diag $r->{body};

        my ($run, $order) = delivered($r->{json}{id}, $doc);
        is $run->{status}, 'completed', 'it completes';
        is_deeply [ sort map { $_->{step_id} } grep {
            $_->{status} eq 'completed' } @{ $run->{steps} } ],
            [ sort map { $_->{id} } @{ $doc->{steps} } ], 'with all its steps';
        is $order->{status}, $name =~ /order/ ? 'shipped' : 'pending',
            'and its order';
    };
}


$site->log_is_calm;
done_testing;
