/* A question: asked, decided, expired, escalated, voided. */

#include "drive.h"

/* The first node makes each way one that leads somewhere. */
#define ASK(more)                                                             \
    T_GRAPH("x",                                                              \
        "'x':{'type':'logic','rules':[{'condition':'1 == 2','next_node':"     \
        "'late'},{'condition':'1 == 3','next_node':'no'},{'condition':"       \
        "'1 == 4','next_node':'yes'}],'default_next_node':'q'},"              \
        "'q':{'type':'human_approval','prompt':'ok?'," more "},"              \
        "'yes':{'type':'terminate','outputs':{'way':'y-{{approval.q."         \
        "decided_by}}'}},"                                                    \
        "'no':{'type':'terminate','outputs':{'way':'n'}},"                    \
        "'late':{'type':'terminate','outputs':{'way':'l'}}", "")

#define WAYS  "'on_approve':'yes','on_reject':'no'"


static void
t_decide(t_run_t *t, const char *decision)
{
    const json_t *const  row = t_row(t, "approval");
    char                 id[64];

    snprintf(id, sizeof(id), "%s", ckp_json_str(row, "approval_id"));
    t_feed(t, CKP_IN_DECISION, CKP_OUTCOME_OK, id,
           json_pack("{s:s, s:s}", "decision", decision, "decided_by",
                     "ana"));
}


static const char *
t_way(const t_run_t *t)
{
    ckp_summary_t  sum;

    ckp_run_summary(t->run, &sum);

    return sum.outputs == NULL ? "" : ckp_json_str(sum.outputs, "way");
}


static void
test_a_run_waits_for_a_person(void **ctx)
{
    t_run_t        t;
    ckp_summary_t  sum;

    t_run(&t, ASK(WAYS));
    assert_non_null(strstr(t.story, "node_started approval_requested "
                           "node_paused checkpoint_saved"));
    assert_string_equal(t_status(&t), "waiting_approval");
    assert_true(t.turn.idle);
    assert_int_equal(t.turn.wake_at_ms, 0);
    ckp_run_summary(t.run, &sum);
    assert_string_equal(sum.waiting_for, "approval");

    t.now += 3600 * 1000;
    t_decide(&t, "approved");
    assert_non_null(strstr(t.story, "approval_decision_received "
                           "execution_resumed node_completed"));
    assert_string_equal(t_way(&t), "y-ana");
    ckp_run_summary(t.run, &sum);
    assert_int_equal(sum.active_ms, 0);     /* waiting is not working */
    t_run_over(&t);
}


static void
test_a_second_decision_does_not_fit(void **ctx)
{
    t_run_t  t;
    char     id[64];

    t_run(&t, ASK("'next_node':'yes'"));
    snprintf(id, sizeof(id), "%s", ckp_json_str(t_row(&t, "approval"),
                                                "approval_id"));
    t_feed(&t, CKP_IN_DECISION, CKP_OUTCOME_OK, "other",
           json_pack("{s:s}", "decision", "approved"));
    assert_int_equal(t.rc, CKP_E_STATE);
    t_feed(&t, CKP_IN_DECISION, CKP_OUTCOME_OK, id,
           json_pack("{s:s}", "decision", "approved"));
    assert_int_equal(t.rc, CKP_OK);
    t_feed(&t, CKP_IN_DECISION, CKP_OUTCOME_OK, id,
           json_pack("{s:s}", "decision", "rejected"));
    assert_int_equal(t.rc, CKP_E_STATE);
    t_run_over(&t);
}


static void
test_no_leads_where_it_should_or_fails_the_run(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK(WAYS));
    t_decide(&t, "rejected");
    assert_string_equal(t_way(&t), "n");
    t_run_over(&t);

    t_run(&t, ASK("'on_approve':'yes'"));
    t_decide(&t, "rejected");
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "ApprovalRejected");
    t_run_over(&t);
}


static void
test_an_option_goes_where_it_is_mapped_and_else_is_no_yes(void **ctx)
{
    static const char *const  doc = ASK(WAYS ",'options':['Approve',"
        "{'value':'other','next_node':'late'},'perhaps']");
    t_run_t  t;

    t_run(&t, doc);
    t_decide(&t, "Approve");
    assert_string_equal(t_way(&t), "y-ana");
    t_run_over(&t);

    t_run(&t, doc);
    t_decide(&t, "other");
    assert_string_equal(t_way(&t), "l");
    t_run_over(&t);

    t_run(&t, doc);
    t_decide(&t, "perhaps");
    assert_string_equal(t_way(&t), "n");
    t_run_over(&t);
}


static void
test_time_decides_as_it_was_told(void **ctx)
{
    static const struct {
        const char  *action;
        const char  *way;
        const char  *status;
    } rows[] = {
        { "'timeout_action':'auto_approve',", "y-system:timeout",
          "approved" },
        { "'timeout_action':'auto_reject',", "n", "rejected" },
        { "", "n", "timeout" },
        { "'on_timeout':'late',", "l", "timeout" }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char     text[1024];
        t_run_t  t;

        snprintf(text, sizeof(text), ASK("'timeout_ms':500,%s" WAYS),
                 rows[i].action);
        t_run(&t, text);
        assert_int_equal(t.turn.wake_at_ms, t.now + 500);
        t_tick(&t);
        assert_string_equal(t.turn.events[0].type, "approval_expired");
        assert_string_equal(t_way(&t), rows[i].way);
        assert_string_equal(ckp_json_str(t_row(&t, "approval_end"),
                                         "status"), rows[i].status);
        t_run_over(&t);
    }
}


static void
test_expiry_that_fails_is_an_error(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'timeout_ms':500,'timeout_action':'fail'," WAYS));
    t_tick(&t);
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "ApprovalTimeout");
    t_run_over(&t);
}


static void
test_escalation_in_place_keeps_the_question_open(void **ctx)
{
    t_run_t        t;
    const json_t  *row;

    t_run(&t, ASK("'timeout_ms':500,'timeout_action':'escalate','escalation':"
                  "{'timeout_ms':700,'level':'admin','max_escalations':1},"
                  WAYS));
    t_tick(&t);
    assert_string_equal(t.story, "approval_expired approval_escalated");
    row = t_row(&t, "approval_end");
    assert_string_equal(ckp_json_str(row, "status"), "pending");
    assert_string_equal(ckp_json_str(row, "approval_level"), "admin");
    assert_int_equal(t.turn.wake_at_ms, t.now + 700);
    assert_string_equal(t_status(&t), "waiting_approval");
    t_tick(&t);
    assert_string_equal(t_way(&t), "n");
    t_run_over(&t);
}


static void
test_reminders_repeat(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'reminder_ms':100," WAYS));

    for (int i = 1; i <= 3; i++) {
        t_tick(&t);
        assert_string_equal(t.story, "approval_reminder");
        assert_int_equal(t_count(&t, CKP_FX_NOTIFY), 1);
        assert_int_equal(ckp_json_int(t.turn.events[0].payload, "count", 0),
                         i);
    }

    t_run_over(&t);
}


static void
test_cancel_voids_the_question(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK(WAYS));
    t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "reason", "enough"));
    assert_string_equal(t.story, "run_cancel_requested approval_voided "
                        "node_canceled run_canceled");
    assert_string_equal(ckp_json_str(t_row(&t, "approval_end"), "status"),
                        "cancelled");
    t_run_over(&t);
}


static void
test_a_submitted_object_becomes_variables(void **ctx)
{
    t_run_t  t;
    char     id[64];

    t_run(&t, ASK("'decision_type':'provide_input','input_schema':{'n':"
                  "{'type':'number'}},'output_variable':'d',"
                  "'next_node':'yes'"));
    snprintf(id, sizeof(id), "%s", ckp_json_str(t_row(&t, "approval"),
                                                "approval_id"));
    t_feed(&t, CKP_IN_DECISION, CKP_OUTCOME_OK, id,
           json_pack("{s:s, s:{s:i, s:i}}", "decision", "approved",
                     "payload", "n", 4, "m", 5));
    assert_string_equal(t_var(&t, "n"), "4");
    assert_string_equal(t_var(&t, "m"), "");
    assert_non_null(strstr(t_var(&t, "d"), "\"decision\":\"approved\""));
    t_run_over(&t);
}


static void
test_who_may_answer_stands_with_the_question(void **ctx)
{
    t_run_t        t;
    const json_t  *row;

    t_run(&t, ASK(WAYS ",'approvers':['ana','manager'],'required_approvals':3,"
                  "'forbid_self_approval':true,'options':['a','b',"
                  "{'value':'c','next_node':'late'}],'option_routes':"
                  "{'a':'late'}"));
    row = t_row(&t, "approval");
    assert_int_equal(json_array_size(json_object_get(row, "approvers")), 2);
    assert_int_equal(ckp_json_int(row, "required_approvals", 0), 3);
    assert_true(ckp_json_bool(row, "forbid_self_approval", false));

    char *const  mapped = ckp_json_text(json_object_get(row, "mapped"));

    assert_string_equal(mapped, "[\"a\",\"c\"]");
    ckp_free(mapped);
    t_run_over(&t);

    t_run(&t, ASK(WAYS ",'approvers':[]"));
    row = t_row(&t, "approval");
    assert_null(json_object_get(row, "approvers"));
    assert_false(ckp_json_bool(row, "forbid_self_approval", true));
    t_run_over(&t);
}


static void
test_who_may_answer_is_judged(void **ctx)
{
    static const struct {
        const char  *id;
        const char  *path;
        const char  *more;
    } rows[] = {
        { "CKP302", "required_approvals", "'required_approvals':0" },
        { "CKP302", "required_approvals", "'required_approvals':101" },
        { "CKP015", "approvers/1", "'approvers':['ana',7]" },
        { "CKP015", "approvers/0", "'approvers':['']" },
        { "CKP015", "approvers", "'approvers':'ana'" },
        { "CKP442", "approval_level", "'approval_level':'board'" }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char  text[1024];
        char  path[128];

        snprintf(text, sizeof(text), ASK(WAYS ",%s"), rows[i].more);
        snprintf(path, sizeof(path), "/workflow_graph/nodes/q/%s",
                 rows[i].path);
        t_wants(rows[i].id, path, text);
    }
}


static void
test_a_no_for_want_of_an_answer_is_a_decision_too(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'timeout_ms':500,'timeout_action':'auto_reject',"
                  "'on_timeout':'late','output_variable':'d'," WAYS));
    t_tick(&t);
    assert_string_equal(t_said(&t, "approval_decision_received",
                               "decided_by"), "system:timeout");
    assert_non_null(strstr(t_var(&t, "d"), "\"decision\":\"rejected\""));
    assert_string_equal(t_way(&t), "l");
    t_run_over(&t);
}


/* asked is stolen. */
static void
t_note(t_run_t *t, const char *type, const char *member, json_t *value)
{
    t_feed(t, CKP_IN_NOTE, CKP_OUTCOME_OK, type,
           json_pack("{s:s, s:o, s:{s:s}}", "node_id", "adhoc", member, value,
                     "payload", "approval_id", "side"));
}


static void
test_a_question_beside_the_run_is_told_and_over_in_time(void **ctx)
{
    t_run_t        t;
    const json_t  *row;

    t_run(&t, ASK("'timeout_ms':5000," WAYS));
    t_note(&t, "approval_requested", "asked", json_pack("{s:s, s:I}", "id",
           "side", "exp", (json_int_t) t.now + 900));
    assert_string_equal(t.story, "approval_requested");
    assert_string_equal(t_event(&t, "approval_requested")->node_id, "adhoc");
    assert_string_equal(t_status(&t), "waiting_approval");
    assert_int_equal(t.turn.wake_at_ms, t.now + 900);

    t_tick(&t);
    assert_string_equal(t.story, "approval_expired");
    row = t_row(&t, "approval_end");
    assert_string_equal(ckp_json_str(row, "approval_id"), "side");
    assert_string_equal(ckp_json_str(row, "status"), "timeout");
    assert_string_equal(t_status(&t), "waiting_approval");
    assert_int_equal(t.turn.wake_at_ms, t.now + 4100);

    t_note(&t, "approval_decision_received", "over", json_string("side"));
    assert_int_equal(t.rc, CKP_E_STATE);
    t_run_over(&t);
}


static void
test_a_question_beside_the_run_ends_with_it_or_before(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK(WAYS));
    t_note(&t, "approval_requested", "asked",
           json_pack("{s:s, s:i}", "id", "side", "exp", 0));
    assert_int_equal(t.turn.wake_at_ms, 0);
    t_note(&t, "approval_decision_received", "over", json_string("side"));
    assert_string_equal(t.story, "approval_decision_received");
    t_note(&t, "approval_requested", "asked",
           json_pack("{s:s, s:i}", "id", "last", "exp", 0));
    t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "", json_object());
    assert_string_equal(t.story, "run_cancel_requested approval_voided "
                        "node_canceled approval_voided run_canceled");
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_run_waits_for_a_person),
        cmocka_unit_test(test_a_second_decision_does_not_fit),
        cmocka_unit_test(test_no_leads_where_it_should_or_fails_the_run),
        cmocka_unit_test(
            test_an_option_goes_where_it_is_mapped_and_else_is_no_yes),
        cmocka_unit_test(test_time_decides_as_it_was_told),
        cmocka_unit_test(test_expiry_that_fails_is_an_error),
        cmocka_unit_test(test_escalation_in_place_keeps_the_question_open),
        cmocka_unit_test(test_reminders_repeat),
        cmocka_unit_test(test_cancel_voids_the_question),
        cmocka_unit_test(test_a_submitted_object_becomes_variables),
        cmocka_unit_test(test_who_may_answer_stands_with_the_question),
        cmocka_unit_test(test_who_may_answer_is_judged),
        cmocka_unit_test(test_a_no_for_want_of_an_answer_is_a_decision_too),
        cmocka_unit_test(
            test_a_question_beside_the_run_is_told_and_over_in_time),
        cmocka_unit_test(
            test_a_question_beside_the_run_ends_with_it_or_before)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
