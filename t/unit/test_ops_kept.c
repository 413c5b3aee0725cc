/* Actions that outlive their step: orders, memory, checkpoints, notices. */

#include "drive.h"

#define OPS(ops)                                                              \
    T_GRAPH("p", "'p':{'type':'processing','next_node':'end','operations':["  \
            ops "]}," T_END, "")

#define TASK  "{'action':'simulate_task','business_action':'ship_order',"     \
              "'order_id':'o1'"


static void
test_an_order_changes_in_the_turn_of_its_step(void **ctx)
{
    t_run_t  t;

    t_run(&t, OPS("{'action':'validate_order','order_id':'o1',"
                  "'output_variable':'r'}"));
    assert_string_equal(ckp_json_str(t_row(&t, "order"), "order_id"), "o1");
    assert_string_equal(ckp_json_str(t_row(&t, "order"), "from"), "pending");
    assert_string_equal(ckp_json_str(t_row(&t, "order"), "to"), "validated");
    assert_string_equal(ckp_json_str(t_row(&t, "order"), "path"), "p/op_1");
    assert_string_equal(t_var(&t, "r"), "{\"action\":\"validate_order\","
                        "\"status\":\"success\",\"order_id\":\"o1\"}");
    t_run_over(&t);
}


static void
test_without_an_order_or_in_a_dry_run_nothing_changes(void **ctx)
{
    t_run_t  t;

    t_run(&t, OPS("{'action':'ship_order','order_id':null},"
                  "{'action':'simulate_task','duration_ms':0,"
                  "'business_action':'send_notification','order_id':'o1'},"
                  "{'action':'simulate_task','duration_ms':0,"
                  "'business_action':'ship_order'}"));
    assert_null(t_row(&t, "order"));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    t_run(&t, T_GRAPH("p", "'p':{'type':'processing','next_node':'end',"
                      "'operations':[" TASK "}]}," T_END, ",'global_config':"
                      "{'execution_mode':'dry_run'}"));
    assert_null(t_row(&t, "order"));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


/* As the host does it: the state before the turn, REFUSED, RECOVER. */

static void
t_refused(t_run_t *t, json_t *before, const char *path)
{
    ckp_err_t  err = CKP_ERR_INIT;

    ckp_run_free(t->run);
    t->run = ckp_run_load(t->d.prog, "run", before, &err);
    assert_non_null(t->run);
    json_decref(before);

    t_feed(t, CKP_IN_REFUSED, CKP_OUTCOME_OK, path,
           json_pack("{s:b}", "order", 1));
    assert_int_equal(t->rc, CKP_OK);
    assert_true(t->turn.checkpoint);
    t_feed(t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t->rc, CKP_OK);
}


static void
test_a_refused_order_fails_its_step_once(void **ctx)
{
    t_run_t  t;

    t_run(&t, OPS("{'action':'wait','duration_ms':5},"
                  "{'action':'validate_order','order_id':'o1',"
                  "'retry_policy':{'max_attempts':2,'base_delay_ms':10}}"));

    json_t *const  before = ckp_run_save(t.run);

    t_tick(&t);
    assert_non_null(t_row(&t, "order"));
    t_refused(&t, before, "p/op_2");
    t_tick(&t);
    assert_null(t_row(&t, "order"));
    assert_string_equal(t_said(&t, "step_retry", "error"),
                        "validate_order: order 'o1' is not pending, not there,"
                        " or of no amount");

    t_tick(&t);
    assert_non_null(t_row(&t, "order"));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
test_a_task_takes_its_time_and_then_changes_the_order(void **ctx)
{
    t_run_t  t;

    t_run(&t, OPS(TASK ",'duration_ms':1500,'output_variable':'r'}"));
    assert_int_equal(t.turn.wake_at_ms, t.now + 1500);
    assert_null(t_row(&t, "order"));
    t_tick(&t);
    assert_string_equal(ckp_json_str(t_row(&t, "order"), "from"), "charged");
    assert_string_equal(t_var(&t, "r"), "{\"action\":\"ship_order\","
                        "\"status\":\"success\",\"duration\":1.5}");
    t_run_over(&t);

    t_run(&t, OPS(TASK "}"));
    assert_int_equal(t.turn.wake_at_ms, t.now + 1000);
    t_run_over(&t);
}


static void
test_chance_is_that_of_the_attempt_or_of_the_seed(void **ctx)
{
    t_run_t  t;
    size_t   failed = 0;

    t_run(&t, OPS(TASK ",'duration_ms':0,'fail_probability':1}"));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "TaskExecutionError");
    assert_null(t_row(&t, "order"));
    t_run_over(&t);

    for (int i = 0; i < 200; i++) {
        char  text[512];
        bool  first = false;

        for (int again = 0; again < 2; again++) {
            snprintf(text, sizeof(text), OPS("{'action':'simulate_task',"
                     "'duration_ms':0,'fail_probability':0.5,'seed':%d}"), i);
            t_run(&t, text);

            const bool  fails = strcmp(t_status(&t), "failed") == 0;

            assert_true(again == 0 || fails == first);
            first = fails;
            t_run_over(&t);
        }

        failed += first ? 1 : 0;
    }

    assert_in_range(failed, 60, 140);
}


/* --- memory -------------------------------------------------------------------- */

static void
test_a_project_s_memory_is_written_with_the_step_and_read_before(void **ctx)
{
    const json_t  *row;
    t_run_t        t;

    t_run(&t, T_GRAPH("p", "'p':{'type':'processing','next_node':'end',"
                      "'operations':[{'action':'memory_set','key':'k','value':"
                      "1},{'action':'memory_append','key':'k','value':2,"
                      "'max_items':5,'output_variable':'r'}]}," T_END,
                      ",'project_id':'pr','global_config':{'memory':{'scope':"
                      "'project','retention_days':1}}"));
    row = t_row(&t, "memory");
    assert_string_equal(ckp_json_str(row, "op"), "set");
    assert_string_equal(ckp_json_str(row, "project"), "pr");
    assert_string_equal(ckp_json_str(row, "procedure"), "*");
    assert_int_equal(ckp_json_int(row, "expires_at", 0), t.now + 86400000);
    assert_int_equal(t_count(&t, CKP_FX_CALL), 1);

    t_ok(&t, json_pack("[i, i]", 0, 1));
    row = t_row(&t, "memory");
    assert_string_equal(ckp_json_str(row, "op"), "append");
    assert_int_equal(json_integer_value(json_object_get(row, "value")), 2);
    assert_int_equal(ckp_json_int(row, "max_items", 0), 5);
    assert_string_equal(t_var(&t, "r"), "[0,1,2]");
    t_run_over(&t);
}


static void
test_a_dry_run_writes_no_memory_of_others(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("p", "'p':{'type':'processing','next_node':'end',"
                      "'operations':[{'action':'memory_set','key':'k','scope':"
                      "'project','value':1}]}," T_END, ",'global_config':"
                      "{'execution_mode':'dry_run'}"));
    assert_null(t_row(&t, "memory"));
    t_run_over(&t);
}


static void
test_a_run_s_memory_has_an_end(void **ctx)
{
    t_run_t  t;

    t_run(&t, OPS("{'action':'set_variable','variable':'v','value':"
                  "{'a':'{{= join(range(40000), \\u0022,\\u0022) }}'}},"
                  "{'action':'memory_set','key':'1','value':'{{v}}'},"
                  "{'action':'memory_set','key':'1','value':'{{v}}'},"
                  "{'action':'memory_set','key':'2','value':'{{v}}'},"
                  "{'action':'memory_set','key':'3','value':'{{v}}'},"
                  "{'action':'memory_set','key':'4','value':'{{v}}'},"
                  "{'action':'memory_set','key':'5','value':'{{v}}'}"));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "VariablesTooLarge");
    assert_string_equal(t_event(&t, "step_failed")->step_id, "op_7");
    t_run_over(&t);
}


/* --- checkpoints ------------------------------------------------------------------ */

static void
test_a_checkpoint_is_asked_for_and_its_variables_come_back(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("p", "'p':{'type':'processing','next_node':'bad',"
                      "'operations':[{'action':'set_variable','variable':'v',"
                      "'value':2},{'action':'restore_checkpoint','name':'n',"
                      "'next_node':'end'}]},'bad':{'type':'terminate','status':"
                      "'failed'}," T_END, ""));
    assert_string_equal(ckp_json_str(t.turn.effects[0].body, "op"),
                        "checkpoint");
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:s, s:{s:i, s:i}}", "checkpoint_id", "c1", "vars",
                     "v", 1, "w", 3));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "v"), "1");
    assert_string_equal(t_var(&t, "w"), "3");
    t_run_over(&t);
}


static void
test_a_checkpoint_that_is_none_is_an_error(void **ctx)
{
    t_run_t  t;

    t_run(&t, OPS("{'action':'restore_checkpoint','name':'n'}"));
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref, json_object());
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "CheckpointNotFound");
    t_run_over(&t);

    t_wants("CKP130", NULL, OPS("{'action':'restore_checkpoint','name':'n',"
                                "'next_node':'nowhere'}"));
    t_wants("CKP414", NULL, OPS("{'action':'restore_checkpoint'}"));
}


/* --- notices ----------------------------------------------------------------------- */

static void
test_a_notice_is_told_once_and_goes_its_route(void **ctx)
{
    const json_t  *route;
    t_run_t        t;

    t_run(&t, T_GRAPH("p", "'p':{'type':'processing','next_node':'end',"
                      "'operations':[{'action':'notify','channel':'ops',"
                      "'message':{'a':1},'output_variable':'r'}]}," T_END,
                      ",'global_config':{'notifications':{'channels':{'ops':"
                      "{'agent':'Chat','action':'say'}}}}"));
    assert_string_equal(t_said(&t, "notification", "message"), "{\"a\":1}");
    assert_string_equal(t.turn.effects[0].target, "notify");
    route = json_object_get(t.turn.effects[0].body, "route");
    assert_string_equal(ckp_json_str(route, "agent"), "Chat");

    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    assert_null(strstr(t.story, "notification"));
    assert_int_equal(t_count(&t, CKP_FX_CALL), 1);

    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:b, s:s}", "delivered", 1, "via", "agent"));
    assert_string_equal(t_var(&t, "r"),
                        "{\"delivered\":true,\"via\":\"agent\"}");
    t_run_over(&t);
}


static void
test_a_notice_that_must_arrive_is_an_error_when_it_does_not(void **ctx)
{
    t_run_t  t;

    t_run(&t, OPS("{'action':'send_notification','channel':'c','required':"
                  "true}"));
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
           json_pack("{s:b, s:n}", "delivered", 0, "via"));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "NoExecutorError");
    t_run_over(&t);

    t_run(&t, OPS("{'action':'notify','required':true}"));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "NoExecutorError");
    t_run_over(&t);
}


static void
test_a_screenshot_of_the_engine_is_an_artifact(void **ctx)
{
    t_run_t  t;

    t_run(&t, OPS("{'action':'screenshot','uri':'s3://b/x.png'}"));
    assert_string_equal(ckp_json_str(t_row(&t, "artifact"), "kind"),
                        "screenshot");
    assert_string_equal(ckp_json_str(t_row(&t, "artifact"), "uri"),
                        "s3://b/x.png");
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_an_order_changes_in_the_turn_of_its_step),
        cmocka_unit_test(
            test_without_an_order_or_in_a_dry_run_nothing_changes),
        cmocka_unit_test(test_a_refused_order_fails_its_step_once),
        cmocka_unit_test(
            test_a_task_takes_its_time_and_then_changes_the_order),
        cmocka_unit_test(test_chance_is_that_of_the_attempt_or_of_the_seed),
        cmocka_unit_test(
            test_a_project_s_memory_is_written_with_the_step_and_read_before),
        cmocka_unit_test(test_a_dry_run_writes_no_memory_of_others),
        cmocka_unit_test(test_a_run_s_memory_has_an_end),
        cmocka_unit_test(
            test_a_checkpoint_is_asked_for_and_its_variables_come_back),
        cmocka_unit_test(test_a_checkpoint_that_is_none_is_an_error),
        cmocka_unit_test(test_a_notice_is_told_once_and_goes_its_route),
        cmocka_unit_test(
            test_a_notice_that_must_arrive_is_an_error_when_it_does_not),
        cmocka_unit_test(test_a_screenshot_of_the_engine_is_an_artifact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
