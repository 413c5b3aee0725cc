/*
 * dag: tasks by data flow, run by hand (spec/ckp.md 11).
 */

#include "drive.h"

/* A document whose node `main` is a dag of these tasks, and more members. */
#define T_DAG(tasks, more)                                                    \
    T_GRAPH("main", "'main':{'type':'dag','next_node':'end','tasks':[" tasks  \
            "]" more "}," T_END, "")

#define T_SET(id, more)                                                       \
    "{'task_id':'" id "','step':{'action':'set_variable','variable':'" id     \
    "','value':'" id "'}" more "}"

#define T_FAIL(id, more)                                                      \
    "{'task_id':'" id "','step':{'action':'fail','message':'no'}" more "}"

#define T_CALL(id, more)                                                      \
    "{'task_id':'" id "','step':{'agent':'W','action':'go','params':{"        \
    "'id':'" id "'}}" more "}"

#define T_VALUE(id, text, more)                                               \
    "{'task_id':'" id "','expression':'" text "'" more "}"


/* The task events of a turn, as "started:a completed:a". */
static const char *
tasks(const t_run_t *t)
{
    static char  text[16384];

    text[0] = '\0';

    for (size_t i = 0; i < t->turn.nevents; i++) {
        const ckp_event_t *const  ev = &t->turn.events[i];

        if (strncmp(ev->type, "task_", 5) == 0) {
            const char *const  why = ckp_json_str(ev->payload, "reason");

            snprintf(text + strlen(text), sizeof(text) - strlen(text),
                     "%s%s:%s%s%s", text[0] == '\0' ? "" : " ", ev->type + 5,
                     ckp_json_str(ev->payload, "task_id"),
                     why == NULL ? "" : "/", why == NULL ? "" : why);
        }
    }

    return text;
}


static void
runs(const char *doc, const char *status, const char *story)
{
    t_run_t  t;

    t_run(&t, doc);

    if (strcmp(tasks(&t), story) != 0 || strcmp(t_status(&t), status) != 0) {
        fail_msg("%s: %s\n%s", t_status(&t), tasks(&t), t.story);
    }

    t_run_over(&t);
}


/* The ref of the n-th call or admission of the turn (from 0). */
static void
take(t_run_t *t, size_t n)
{
    for (size_t i = 0; i < t->turn.neffects; i++) {
        const ckp_effect_t *const  fx = &t->turn.effects[i];

        if ((fx->kind == CKP_FX_ADMIT || fx->kind == CKP_FX_CALL)
            && n-- == 0)
        {
            snprintf(t->ref, sizeof(t->ref), "%s", fx->ref);
            return;
        }
    }

    fail_msg("no such effect");
}


static const char *
variable(const char *doc, const char *name)
{
    static char  text[4096];
    t_run_t      t;

    t_run(&t, doc);
    assert_string_equal(t_status(&t), "completed");
    snprintf(text, sizeof(text), "%s", t_var(&t, name));
    t_run_over(&t);

    return text;
}


/* --- order -------------------------------------------------------------------- */


static void
tasks_run_when_what_they_wait_for_is_done(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_SET("d", ",'depends_on':['b','c']") ","
                    T_SET("b", ",'depends_on':['a']") ","
                    T_SET("c", ",'depends_on':['a']") "," T_SET("a", ""), ""));
    assert_string_equal(tasks(&t), "started:a completed:a started:b started:c "
                        "completed:b completed:c started:d completed:d");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "d"), "\"d\"");
    assert_int_equal(ckp_json_int(t_event(&t, "dag_started")->payload, "tasks",
                                  0), 4);
    assert_int_equal(ckp_json_int(t_event(&t, "dag_started")->payload,
                                  "levels", 0), 3);
    assert_int_equal(ckp_json_int(t_event(&t, "dag_completed")->payload,
                                  "completed", 0), 4);
    t_run_over(&t);
}


static void
a_task_has_a_path_and_its_own_node_id(void **state)
{
    t_run_t             t;
    const ckp_event_t  *ev;

    t_run(&t, T_DAG(T_CALL("fetch: all/b", ""), ""));
    ev = t_event(&t, "node_started");
    ev = t_event(&t, "step_started");
    assert_string_equal(ev->node_id, "fetch: all/b");
    assert_string_equal(ev->path, "main/t:fetch: all/b/step_1");
    t_admit(&t);
    t_ok(&t, json_pack("{s:i}", "n", 5));
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
levels_are_told(void **state)
{
    t_run_t             t;
    const ckp_event_t  *ev;

    t_run(&t, T_DAG(T_SET("a", "") "," T_SET("b", ",'depends_on':['a']") ","
                    T_SET("c", ",'depends_on':['a']"), ""));
    ev = t_event(&t, "level_started");
    assert_int_equal(ckp_json_int(ev->payload, "level", -1), 0);
    assert_int_equal(ckp_json_int(ev->payload, "total_levels", -1), 2);
    assert_int_equal(json_array_size(json_object_get(ev->payload, "tasks")),
                     1);
    ev = t_event(&t, "level_completed");
    assert_int_equal(ckp_json_int(ev->payload, "completed", -1), 1);
    assert_int_equal(ckp_json_int(ev->payload, "failed", -1), 0);
    assert_non_null(strstr(t.story, "level_completed level_started"));
    t_run_over(&t);
}


static void
no_more_run_at_once_than_max_parallel(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_CALL("a", "") "," T_CALL("b", "") "," T_CALL("c", ""),
                    ",'max_parallel':2"));
    assert_string_equal(tasks(&t), "started:a started:b");
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 2);
    take(&t, 1);
    t_admit(&t);
    t_ok(&t, json_object());
    assert_string_equal(tasks(&t), "completed:b started:c");
    t_run_over(&t);
}


static void
without_a_bound_all_that_are_ready_start_together(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_CALL("a", "") "," T_CALL("b", "") "," T_CALL("c", ""),
                    ""));
    assert_string_equal(tasks(&t), "started:a started:b started:c");
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 3);
    t_run_over(&t);
}


/* a -> c, b: without levels c starts as soon as a is done. */
static void
levels_hold_tasks_back_when_asked_to(void **state)
{
    static const char  flow[] = T_DAG(T_SET("a", "") "," T_CALL("b", "") ","
                                      T_SET("c", ",'depends_on':['a']"), "");
    static const char  held[] = T_DAG(T_SET("a", "") "," T_CALL("b", "") ","
                                      T_SET("c", ",'depends_on':['a']"),
                                      ",'scheduling':'levels'");
    t_run_t            t;

    t_run(&t, flow);
    assert_string_equal(tasks(&t), "started:a started:b completed:a started:c "
                        "completed:c");
    t_run_over(&t);

    t_run(&t, held);
    assert_string_equal(tasks(&t), "started:a started:b completed:a");
    t_admit(&t);
    t_ok(&t, json_object());
    assert_string_equal(tasks(&t), "completed:b started:c completed:c");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


/* --- conditions and rules ----------------------------------------------------- */


static void
conditions_of_edges_see_the_output_and_skips_go_on(void **state)
{
    runs(T_DAG(T_VALUE("a", "{\\'n\\': 5}", "") ","
               T_SET("b", ",'depends_on':[{'task':'a','condition':'n > 3'}]")
               "," T_SET("c", ",'depends_on':[{'task':'a','condition':"
                         "'output.n > 9'}]") ","
               T_SET("d", ",'depends_on':['c']"), ""),
         "completed", "started:a completed:a "
         "skipped:c/no_satisfied_dependency skipped:d/no_satisfied_dependency "
         "started:b completed:b");
}


static void
default_edges_are_for_when_no_other_holds(void **state)
{
    static const char  edges[] =
        ",'edges':[{'from':'a','to':'d','is_default':true},"
        "{'from':'a','to':'b','condition':'output == 1'},"
        "{'from':'a','to':'c','condition':'output == 2'}]";
    char               doc[4096];

    snprintf(doc, sizeof(doc), T_DAG(T_VALUE("a", "2", "") "," T_SET("b", "")
             "," T_SET("c", "") "," T_SET("d", ""), "%s"), edges);
    runs(doc, "completed", "started:a completed:a "
         "skipped:b/no_satisfied_dependency skipped:d/no_satisfied_dependency "
         "started:c completed:c");

    snprintf(doc, sizeof(doc), T_DAG(T_VALUE("a", "7", "") "," T_SET("b", "")
             "," T_SET("c", "") "," T_SET("d", ""), "%s"), edges);
    runs(doc, "completed", "started:a completed:a "
         "skipped:b/no_satisfied_dependency skipped:c/no_satisfied_dependency "
         "started:d completed:d");
}


static void
a_task_s_own_condition_is_asked_when_it_is_ready(void **state)
{
    runs(T_DAG(T_SET("a", "") "," T_SET("b", ",'depends_on':['a'],"
               "'condition':'a == \\'x\\''") ","
               T_SET("c", ",'depends_on':['a'],'condition':"
                     "'tasks.a.status == \\'completed\\''"), ""),
         "completed", "started:a completed:a skipped:b/condition started:c "
         "completed:c");
}


static void
what_follows_a_failure_goes_by_the_rules(void **state)
{
    runs(T_DAG(T_FAIL("a", ",'on_error':'continue'") ","
               T_SET("b", ",'depends_on':['a']") ","
               T_SET("c", ",'depends_on':['a'],'trigger_rule':'all_done'") ","
               T_SET("d", ",'depends_on':['b'],'trigger_rule':'always'") ","
               T_SET("e", ",'depends_on':[{'task':'a','on':'failure'}]") ","
               T_SET("f", ",'depends_on':['a'],'trigger_rule':'one_failed'")
               "," T_SET("g", ",'depends_on':['a'],'trigger_rule':"
                         "'none_failed'") ","
               T_SET("h", ",'depends_on':[{'task':'b','on':'settled'}]"), ""),
         "completed", "started:a failed:a skipped:b/upstream_failed "
         "skipped:g/upstream_failed started:c started:e started:f started:d "
         "started:h completed:c completed:e completed:f completed:d "
         "completed:h");
}


static void
one_success_does_not_wait_for_the_others(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_SET("a", "") "," T_CALL("b", "") ","
                    T_SET("c", ",'depends_on':['a','b'],"
                          "'trigger_rule':'one_success'"), ""));
    assert_non_null(strstr(tasks(&t), "completed:c"));
    assert_string_equal(t_status(&t), "running");
    t_admit(&t);
    t_ok(&t, json_object());
    assert_string_equal(tasks(&t), "completed:b");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


/* --- data ------------------------------------------------------------------------ */


static void
inputs_are_local_names(void **state)
{
    assert_string_equal(variable(T_DAG("{'task_id':'a','inputs':{'x':4,"
        "'y':'{{= 2 + 3 }}'},'steps':[{'action':'set_variable','variable':"
        "'r','value':'{{= x + inputs.y }}'}]}", ""), "r"), "9");
}


static void
outputs_are_read_by_task_and_by_context(void **state)
{
    assert_string_equal(variable(T_DAG(
        T_VALUE("a", "{\\'v\\': [1, 2]}", "") ","
        "{'task_id':'branch-b','depends_on':['a'],'step':{'action':"
        "'set_variable','variable':'r','value':{"
        "'one':'{{tasks.a.output.v[1]}}','s':'{{tasks[\\'a\\'].status}}',"
        "'n':'{{tasks.a.attempts}}','ctx':'{{= context.a.v[0] }}',"
        "'in':'{{= context.input.k }}','late':'{{tasks.c.status}}'}}},"
        T_VALUE("c", "tasks[\\'branch-b\\'].output", ",'depends_on':["
                "'branch-b']"), ""), "r"),
        "{\"one\":2,\"s\":\"completed\",\"n\":1,\"ctx\":1,\"in\":null,"
        "\"late\":null}");
}


static void
the_result_is_the_sink_s_output_or_one_of_each(void **state)
{
    assert_string_equal(variable(T_DAG(T_VALUE("a", "1 + 1", "") ","
        T_VALUE("b", "tasks.a.output * 10", ",'depends_on':['a']"),
        ",'output_variable':'r'"), "r"), "20");
    assert_string_equal(variable(T_DAG(T_VALUE("a", "1", "") ","
        T_VALUE("b", "2", ",'condition':'false'") ","
        "{'task_id':'c','noop':true}", ",'output_variable':'r'"), "r"),
        "{\"a\":1,\"b\":null,\"c\":null}");
}


static void
variables_take_outputs(void **state)
{
    static const char  doc[] = T_DAG("{'task_id':'a','expression':"
        "'{\\'x\\': {\\'y\\': 3}}','output_variable':'all','outputs':{"
        "'three':'$.x.y'}}", ",'outputs':{'out':'{{tasks.a.output.x}}',"
        "'whole':'{{result}}'}");

    assert_string_equal(variable(doc, "all"), "{\"x\":{\"y\":3}}");
    assert_string_equal(variable(doc, "three"), "3");
    assert_string_equal(variable(doc, "out"), "{\"y\":3}");
    assert_string_equal(variable(doc, "whole"), "{\"x\":{\"y\":3}}");
}


static void
the_node_tells_how_many_it_ran(void **state)
{
    t_run_t             t;
    const ckp_event_t  *ev = NULL;

    t_run(&t, T_DAG(T_SET("a", "") "," T_FAIL("b", ",'on_error':'continue'")
                    "," T_SET("c", ",'depends_on':['b']"), ""));

    for (size_t i = 0; i < t.turn.nevents; i++) {
        if (strcmp(t.turn.events[i].type, "node_completed") == 0
            && strcmp(t.turn.events[i].node_id, "main") == 0)
        {
            ev = &t.turn.events[i];
        }
    }

    assert_non_null(ev);
    assert_int_equal(ckp_json_int(ev->payload, "tasks_completed", -1), 1);
    assert_int_equal(ckp_json_int(ev->payload, "tasks_failed", -1), 1);
    assert_int_equal(ckp_json_int(ev->payload, "tasks_skipped", -1), 1);
    ev = t_event(&t, "dag_completed");
    assert_string_equal(json_string_value(json_array_get(
        json_object_get(ev->payload, "failed"), 0)), "b");
    t_run_over(&t);
}


/* --- failures ---------------------------------------------------------------------- */


static void
a_failure_lets_running_tasks_finish_and_starts_no_more(void **state)
{
    t_run_t        t;
    ckp_summary_t  sum;

    t_run(&t, T_DAG(T_CALL("a", "") "," T_FAIL("b", "") ","
                    T_SET("c", ",'depends_on':['a']") ","
                    T_SET("d", ",'depends_on':['b'],'trigger_rule':'always'"),
                    ""));
    assert_string_equal(tasks(&t), "started:a started:b failed:b");
    assert_string_equal(t_status(&t), "running");
    t_admit(&t);
    t_ok(&t, json_object());
    assert_string_equal(tasks(&t), "completed:a");
    ckp_run_summary(t.run, &sum);
    assert_string_equal(sum.status, "failed");
    assert_string_equal(ckp_json_str(sum.error, "type"), "TaskFailed");
    assert_string_equal(ckp_json_str(sum.error, "task_id"), "b");
    assert_string_equal(ckp_json_str(json_object_get(sum.error, "cause"),
                                     "message"), "no");
    t_run_over(&t);
}


static void
a_failure_may_cancel_what_runs(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_CALL("a", "") "," T_CALL("b", ""),
                    ",'cancel_running_on_fail':true"));
    take(&t, 1);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "broken");
    assert_string_equal(tasks(&t), "failed:b canceled:a");
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);

    t_run(&t, T_DAG(T_CALL("a", "") "," T_CALL("b", ",'on_error':'rollback'"),
                    ""));
    take(&t, 1);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "broken");
    assert_string_equal(tasks(&t), "failed:b canceled:a");
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


static void
handlers_of_the_node_see_a_failed_task(void **state)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("main", "'main':{'type':'dag','next_node':'end','tasks':["
          T_FAIL("a", "") "],'error_handlers':[{'error_type':'TaskFailed',"
          "'action':'goto','fallback_node':'other'}]},'other':{'type':"
          "'sequence','next_node':'end','steps':[{'action':'set_variable',"
          "'variable':'why','value':'{{error.cause.type}}'}]}," T_END, ""));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "why"), "\"ProcedureFailure\"");
    t_run_over(&t);
}


static void
handlers_of_a_task_belong_to_its_body(void **state)
{
    runs(T_DAG(T_FAIL("a", ",'error_handlers':[{'action':'ignore'}]") ","
               T_SET("b", ",'depends_on':['a']"), ""),
         "completed", "started:a completed:a started:b completed:b");
}


static void
inputs_that_cannot_be_made_fail_the_task(void **state)
{
    runs(T_DAG("{'task_id':'a','inputs':{'x':'{{= 1 / 0 }}'},'noop':true,"
               "'on_error':'continue'}", ""),
         "completed", "failed:a");
}


/* --- once more ----------------------------------------------------------------------- */


static void
steps_of_a_task_are_tried_again_by_its_policy(void **state)
{
    t_run_t             t;
    const ckp_event_t  *ev;

    t_run(&t, T_DAG(T_CALL("a", ",'retry':{'max_attempts':2,'base_delay_ms':"
                           "50}"), ",'output_variable':'r'"));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentUnavailable", "gone");
    assert_string_equal(tasks(&t), "retry:a waiting:a/retry");
    ev = t_event(&t, "task_retry");
    assert_int_equal(ckp_json_int(ev->payload, "attempt", 0), 2);
    assert_int_equal(ckp_json_int(ev->payload, "max_attempts", 0), 2);
    assert_int_equal(ckp_json_int(ev->payload, "delay_ms", 0), 50);
    t_tick(&t);
    t_admit(&t);
    t_ok(&t, json_string("done"));
    ev = t_event(&t, "task_completed");
    assert_int_equal(ckp_json_int(ev->payload, "attempts", 0), 2);
    assert_string_equal(t_var(&t, "r"), "\"done\"");
    t_run_over(&t);
}


static void
without_a_policy_a_step_is_not_tried_again(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_CALL("a", ""), ""));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentUnavailable", "gone");
    assert_string_equal(tasks(&t), "failed:a");
    t_run_over(&t);

    t_run(&t, T_DAG(T_CALL("a", ""), ",'max_retries':1"));
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentUnavailable", "gone");
    assert_string_equal(tasks(&t), "retry:a waiting:a/retry");
    t_run_over(&t);
}


static void
other_bodies_begin_again_as_a_whole(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_VALUE("a", "1 / n", ",'retry':{'max_attempts':3,"
                            "'base_delay_ms':20,'strategy':'fixed',"
                            "'retryable_errors':['ExpressionError']}"),
                    ",'output_variable':'r'"));
    assert_string_equal(tasks(&t), "started:a retry:a waiting:a/retry");
    assert_int_equal(t.turn.wake_at_ms, t.now + 20);
    t_tick(&t);
    assert_string_equal(tasks(&t), "retry:a waiting:a/retry");
    assert_non_null(strstr(t_event(&t, "node_started")->path, "t:a#2"));
    t_tick(&t);
    assert_string_equal(tasks(&t), "failed:a");
    assert_int_equal(ckp_json_int(t_event(&t, "task_failed")->payload,
                                  "attempts", 0), 3);
    t_run_over(&t);
}


static void
a_fallback_stands_in_for_what_failed(void **state)
{
    static const char  doc[] = T_DAG(
        T_FAIL("a", ",'fallback_task':'plan-b','output_variable':'r'") ","
        T_VALUE("plan-b", "\\'b for \\' + error.type", "") ","
        T_VALUE("c", "tasks.a.output + \\'!\\'", ",'depends_on':['a'],"
                "'output_variable':'c'"), "");

    runs(doc, "completed", "started:a fallback:a started:plan-b "
         "completed:plan-b completed:a started:c completed:c");
    assert_string_equal(variable(doc, "r"), "\"b for ProcedureFailure\"");
    assert_string_equal(variable(doc, "c"), "\"b for ProcedureFailure!\"");
}


static void
a_fallback_that_nobody_needs_is_skipped(void **state)
{
    runs(T_DAG(T_SET("a", ",'fallback_task':'b'") "," T_SET("b", "") ","
               T_SET("c", ",'depends_on':['b'],'trigger_rule':'always'"), ""),
         "completed", "started:a completed:a skipped:b/fallback_not_needed "
         "started:c completed:c");
}


static void
a_fallback_that_fails_leaves_the_first_error(void **state)
{
    t_run_t        t;
    ckp_summary_t  sum;

    t_run(&t, T_DAG(T_VALUE("a", "1 / 0", ",'fallback_task':'b'") ","
                    T_FAIL("b", ""), ""));
    assert_string_equal(tasks(&t), "started:a fallback:a started:b failed:b "
                        "failed:a");
    ckp_run_summary(t.run, &sum);
    assert_string_equal(ckp_json_str(json_object_get(sum.error, "cause"),
                                     "type"), "ExpressionError");
    t_run_over(&t);
}


static void
one_fallback_may_stand_in_for_several(void **state)
{
    runs(T_DAG(T_FAIL("a", ",'fallback_task':'z'") ","
               T_FAIL("b", ",'fallback_task':'z'") "," T_SET("z", ""), ""),
         "completed", "started:a started:b fallback:a started:z fallback:b "
         "started:z completed:z completed:a completed:z completed:b");
}


/* --- people ------------------------------------------------------------------------------ */


#define T_ASK(id, more)                                                       \
    "{'task_id':'" id "','approval':{'prompt':'Ok?'" more "}}"


static void
decide(t_run_t *t, const char *decision)
{
    char  id[64];

    snprintf(id, sizeof(id), "%s", t_said(t, "approval_requested",
                                          "approval_id"));
    t_feed(t, CKP_IN_DECISION, CKP_OUTCOME_OK, id,
           json_pack("{s:s, s:s}", "decision", decision, "decided_by", "ann"));
    assert_int_equal(t->rc, CKP_OK);
}


static void
an_approval_suspends_its_task_alone(void **state)
{
    t_run_t             t;
    const ckp_event_t  *ev;

    t_run(&t, T_DAG(T_ASK("ask", "") "," T_SET("b", "") ","
                    T_VALUE("c", "tasks.ask.output.decided_by",
                            ",'depends_on':['ask'],'output_variable':'who'"),
                    ""));
    assert_string_equal(tasks(&t), "started:ask started:b "
                        "waiting:ask/approval completed:b");
    ev = t_event(&t, "approval_requested");
    assert_string_equal(ev->node_id, "ask");
    assert_string_equal(t_status(&t), "waiting_approval");
    decide(&t, "approved");
    assert_string_equal(tasks(&t), "completed:ask started:c completed:c");
    assert_string_equal(t_var(&t, "who"), "\"ann\"");
    t_run_over(&t);
}


static void
a_rejection_fails_the_task_unless_it_may_go_on(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG("{'task_id':'ask','on_error':'continue','approval':{"
                    "'prompt':'Ok?'}}," T_VALUE("b",
                    "tasks.ask.output.decision", ",'depends_on':[{'task':"
                    "'ask','on':'failure'}],'output_variable':'r'"), ""));
    decide(&t, "rejected");
    assert_string_equal(tasks(&t), "failed:ask started:b completed:b");
    assert_string_equal(t_var(&t, "r"), "\"rejected\"");
    t_run_over(&t);

    t_run(&t, T_DAG(T_ASK("ask", ",'on_reject':'continue'"),
                    ",'output_variable':'r'"));
    decide(&t, "rejected");
    assert_string_equal(tasks(&t), "completed:ask");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


/* --- after the end, and after a crash -------------------------------------------------- */


static void
again(t_run_t *t)
{
    t_feed(t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s, s:s}", "kind", "retry", "actor", "ann"));
    assert_int_equal(t->rc, CKP_OK);
}


static void
a_retry_of_the_run_keeps_what_was_completed(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_SET("a", "") "," T_CALL("b", ",'depends_on':['a']") ","
                    T_SET("c", ",'depends_on':['b']") ","
                    T_CALL("d", ",'depends_on':['a']"),
                    ",'cancel_running_on_fail':true"));
    assert_string_equal(tasks(&t), "started:a completed:a started:b "
                        "started:d");
    take(&t, 0);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "broken");
    assert_string_equal(t_status(&t), "failed");

    again(&t);
    assert_null(strstr(tasks(&t), ":a"));
    assert_int_equal(t_count(&t, CKP_FX_ADMIT), 2);
    assert_string_equal(t_status(&t), "running");
    take(&t, 0);
    t_admit(&t);
    t_ok(&t, json_object());
    assert_non_null(strstr(tasks(&t), "completed:b"));
    assert_non_null(strstr(tasks(&t), "completed:c"));
    assert_string_equal(t_status(&t), "running");
    t_run_over(&t);
}


static void
a_retry_runs_again_what_failed_long_before_the_end(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_CALL("a", "") "," T_VALUE("b", "1 / 0", "") ","
                    T_SET("c", ",'depends_on':['a','b']"), ""));
    t_admit(&t);
    t_ok(&t, json_object());
    assert_string_equal(t_status(&t), "failed");
    again(&t);
    assert_string_equal(tasks(&t), "started:b failed:b");
    assert_non_null(strstr(t.story, "run_failed"));
    t_run_over(&t);
}


/* The state alone is enough to go on. */
static void
a_run_that_was_loaded_goes_on(void **state)
{
    t_run_t     t;
    json_t     *saved;
    ckp_run_t  *other;

    t_run(&t, T_DAG(T_CALL("a", "") "," T_SET("b", ",'depends_on':['a']"),
                    ""));
    t_admit(&t);
    saved = ckp_run_save(t.run);
    other = ckp_run_load(t.d.prog, "run", saved, &t.err);
    assert_non_null(other);
    ckp_run_free(t.run);
    t.run = other;
    json_decref(saved);

    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", json_pack("{s:b}", "crash",
                                                             1));
    assert_int_equal(t.rc, CKP_OK);

    if (t_count(&t, CKP_FX_ADMIT) > 0) {
        t_admit(&t);
    }

    t_ok(&t, json_object());
    assert_string_equal(tasks(&t), "completed:a started:b completed:b");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
a_dag_in_a_loop_begins_anew_each_time(void **state)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("l", "'l':{'type':'loop','iterator':3,'body_node':'d',"
          "'next_node':'end'},'d':{'type':'dag','tasks':["
          T_VALUE("a", "item + 1", ",'output_variable':'x'") ","
          T_VALUE("b", "x * 10", ",'depends_on':['a'],'output_variable':'y'")
          "]}," T_END, ",'variables_schema':{'x':{},'y':{}}"));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "y"), "30");
    t_run_over(&t);
}


static void
the_time_of_a_dag_may_be_over(void **state)
{
    t_run_t  t;

    t_run(&t, T_DAG(T_CALL("a", ""), ",'timeout_ms':1000"));
    t_admit(&t);
    assert_int_equal(t.turn.wake_at_ms, t.now + 1000);
    t_tick(&t);
    assert_non_null(strstr(t.story, "node_timeout"));
    assert_string_equal(t_status(&t), "failed");
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    t_run_over(&t);
}


/* --- what is refused ---------------------------------------------------------------------- */


#define T_AT  "/workflow_graph/nodes/main"


static void
faults_are_told(void **state)
{
    t_wants("CKP501", T_AT "/tasks", T_DAG("", ""));
    t_wants("CKP501", T_AT, T_GRAPH("main", "'main':{'type':'dag'}", ""));
    t_wants("CKP015", T_AT "/tasks", T_GRAPH("main", "'main':{'type':'dag',"
            "'tasks':7}", ""));
    t_wants("CKP018", T_AT "/tasks/0", T_DAG("{'noop':true}", ""));
    t_wants("CKP017", T_AT "/tasks/0/task_id", T_DAG("{'task_id':'','noop':"
            "true}", ""));
    t_wants("CKP102", T_AT "/tasks/1/id", T_DAG(T_SET("a", "") ",{'id':'a',"
            "'noop':true}", ""));
    t_wants("CKP502", T_AT "/tasks/0", T_DAG("{'task_id':'a'}", ""));
    t_wants("CKP502", T_AT "/tasks/0", T_DAG(T_SET("a", ",'noop':true"), ""));
    t_wants("CKP503", T_AT "/tasks/0/depends_on/0", T_DAG(T_SET("a",
            ",'depends_on':['x']"), ""));
    t_wants("CKP503", T_AT "/edges/0/to", T_DAG(T_SET("a", ""),
            ",'edges':[{'from':'a','to':'x'}]"));
    t_wants("CKP503", T_AT "/tasks/0/fallback_task", T_DAG(T_SET("a",
            ",'fallback_task':'a'"), ""));
    t_wants("CKP504", T_AT "/tasks/0/inputs/x", T_DAG(T_SET("a",
            ",'inputs':{'x':'{{tasks.b.output}}'}"), ""));
    t_wants("CKP504", T_AT "/outputs", T_DAG(T_SET("a", ""),
            ",'outputs':{'x':'{{tasks.b.output}}'}"));
    t_wants("CKP505", T_AT "/tasks/0/inputs/x", T_DAG(T_SET("a",
            ",'inputs':{'x':'{{tasks.b.output}}'}") "," T_SET("b", ""), ""));
    t_wants("CKP506", T_AT "/tasks/1", T_DAG(T_SET("a",
            ",'output_variable':'v'") "," T_SET("b",
            ",'output_variable':'v'"), ""));
    t_wants("CKP507", T_AT "/tasks/0", T_DAG(T_SET("a",
            ",'condition':'never'"), ""));
    t_wants("CKP507", T_AT "/tasks/0", T_DAG(T_SET("a",
            ",'trigger_rule':'one_failed'"), ""));
    t_wants("CKP510", T_AT "/tasks", T_DAG(T_SET("a",
            ",'depends_on':['a']"), ""));
    t_wants("CKP514", T_AT "/edges/1", T_DAG(T_SET("a", "") "," T_SET("b",
            ""), ",'edges':[{'from':'a','to':'b'},{'from':'a','to':'b'}]"));
    t_wants("CKP302", T_AT "/tasks/0/trigger_rule", T_DAG(T_SET("a",
            ",'trigger_rule':'some'"), ""));
    t_wants("CKP302", T_AT "/scheduling", T_DAG(T_SET("a", ""),
            ",'scheduling':'x'"));
    t_wants("CKP312", T_AT "/max_parallel", T_DAG(T_SET("a", ""),
            ",'max_parallel':0"));
    t_wants("CKP090", T_AT "/tasks/0/what", T_DAG(T_SET("a", ",'what':1"),
            ""));
    t_wants("CKP411", T_AT "/tasks/0/step", T_DAG("{'task_id':'a','step':{}}",
            ""));
    t_wants("CKP130", T_AT "/tasks/0/error_handlers/0/fallback_node",
            T_DAG(T_SET("a", ",'error_handlers':[{'action':'goto',"
                        "'fallback_node':'zz'}]"), ""));
}


static void
what_is_right_is_not_told(void **state)
{
    t_doc_t  t;

    t_compiles(&t, T_DAG(T_SET("a", ",'output_variable':'v'") ","
               T_SET("b", ",'depends_on':['a'],'output_variable':'v',"
                     "'inputs':{'x':'{{tasks.a.output}}'}") ","
               T_SET("c", ",'fallback_task':'d'") ","
               T_SET("d", ",'inputs':{'e':'{{tasks.c.error}}'}") ","
               T_SET("e", ",'depends_on':[{'task':'b','on':'failure'},"
                     "{'task':'b','on':'success','condition':'ok == yes'}]")
               "," T_ASK("f", ""), ""));
    assert_int_equal(json_array_size(t.list), 0);
    t_doc_free(&t);
}


static void
tasks_may_be_an_object(void **state)
{
    assert_string_equal(variable(T_GRAPH("main", "'main':{'type':'dag',"
        "'next_node':'end','output_variable':'r','tasks':{'_note':1,'a':{"
        "'expression':'3'},'b':{'depends_on':'a','expression':"
        "'tasks.a.output + 1'}}}," T_END, ""), "r"), "4");
}


/* --- many ------------------------------------------------------------------------------- */


/* `shape`: 'c' one after the other, 'd' all between the first and the last. */
static json_t *
many(size_t n, char shape)
{
    json_t *const  list = json_array();

    for (size_t i = 0; i < n; i++) {
        json_t *const  deps = json_array();
        char           id[24];

        snprintf(id, sizeof(id), "t%zu", i);

        if (i > 0 && (shape == 'c' || i + 1 < n)) {
            json_array_append_new(deps, json_sprintf("t%zu", shape == 'c'
                                                             ? i - 1 : 0));
        }

        for (size_t k = 1; shape == 'd' && i + 1 == n && k + 1 < n; k++) {
            json_array_append_new(deps, json_sprintf("t%zu", k));
        }

        json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "task_id", id,
            "expression", i == 0 || shape == 'd' ? "1" : "1 + 1",
            "depends_on", deps));
    }

    return json_pack("{s:s, s:s, s:{s:s}, s:{s:s, s:{s:{s:s, s:s, s:o},"
                     " s:{s:s}}}}", "procedure_id", "p", "version", "1",
                     "global_config", "checkpoint_strategy", "disabled",
                     "workflow_graph", "start_node", "main", "nodes",
                     "main", "type", "dag", "next_node", "end", "tasks", list,
                     "end", "type", "terminate");
}


static void
run_many(json_t *doc)
{
    t_run_t  t;

    memset(&t, 0, sizeof(t));
    t.now = 1700000000000;
    t_doc_take(&t.d, doc);
    assert_non_null(t.d.prog);
    t.run = ckp_run_new(t.d.prog, "run");
    t_inputs(&t, json_object());

    for (int i = 0; i < 10000; i++) {
        const ckp_input_t  in = { .now_ms = t.now, .seed = t.seed, .ref = "",
                                  .kind = i == 0 ? CKP_IN_RECOVER
                                                 : CKP_IN_TICK };

        assert_int_equal(ckp_run_feed(t.run, &in, &t.turn, &t.err), CKP_OK);

        if (t.turn.final) {
            break;
        }
    }

    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
a_chain_of_as_many_tasks_as_may_be_runs(void **state)
{
    run_many(many(2000, 'c'));
}


static void
a_diamond_of_as_many_tasks_as_may_be_runs(void **state)
{
    run_many(many(2000, 'd'));
}


static void
more_tasks_than_that_are_refused(void **state)
{
    t_doc_t  t;

    t_doc_take(&t, many(2001, 'c'));
    assert_null(t.prog);
    t_says(&t, "CKP006", T_AT "/tasks");
    t_doc_free(&t);
}


static json_t *
edges(size_t n)
{
    json_t *const  doc = many(200, 'x');
    json_t *const  list = json_array();

    for (size_t i = 0; i < 200 && json_array_size(list) < n; i++) {
        for (size_t k = i + 1; k < 200 && json_array_size(list) < n; k++) {
            json_array_append_new(list, json_pack("{s:o, s:o}", "from",
                json_sprintf("t%zu", i), "to", json_sprintf("t%zu", k)));
        }
    }

    json_t *const  node = json_object_get(json_object_get(
        json_object_get(doc, "workflow_graph"), "nodes"), "main");
    json_t        *task;
    size_t         at;

    json_array_foreach(json_object_get(node, "tasks"), at, task) {
        json_object_del(task, "depends_on");
    }

    json_object_set_new(node, "edges", list);

    return doc;
}


static void
edges_have_a_bound_of_their_own(void **state)
{
    t_doc_t  t;

    t_doc_take(&t, edges(10000));
    assert_non_null(t.prog);
    t_doc_free(&t);

    t_doc_take(&t, edges(10001));
    assert_null(t.prog);
    t_says(&t, "CKP006", T_AT "/edges/10000");
    t_doc_free(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(tasks_run_when_what_they_wait_for_is_done),
        cmocka_unit_test(a_task_has_a_path_and_its_own_node_id),
        cmocka_unit_test(levels_are_told),
        cmocka_unit_test(no_more_run_at_once_than_max_parallel),
        cmocka_unit_test(without_a_bound_all_that_are_ready_start_together),
        cmocka_unit_test(levels_hold_tasks_back_when_asked_to),
        cmocka_unit_test(conditions_of_edges_see_the_output_and_skips_go_on),
        cmocka_unit_test(default_edges_are_for_when_no_other_holds),
        cmocka_unit_test(a_task_s_own_condition_is_asked_when_it_is_ready),
        cmocka_unit_test(what_follows_a_failure_goes_by_the_rules),
        cmocka_unit_test(one_success_does_not_wait_for_the_others),
        cmocka_unit_test(inputs_are_local_names),
        cmocka_unit_test(outputs_are_read_by_task_and_by_context),
        cmocka_unit_test(the_result_is_the_sink_s_output_or_one_of_each),
        cmocka_unit_test(variables_take_outputs),
        cmocka_unit_test(the_node_tells_how_many_it_ran),
        cmocka_unit_test(
            a_failure_lets_running_tasks_finish_and_starts_no_more),
        cmocka_unit_test(a_failure_may_cancel_what_runs),
        cmocka_unit_test(handlers_of_the_node_see_a_failed_task),
        cmocka_unit_test(handlers_of_a_task_belong_to_its_body),
        cmocka_unit_test(inputs_that_cannot_be_made_fail_the_task),
        cmocka_unit_test(steps_of_a_task_are_tried_again_by_its_policy),
        cmocka_unit_test(without_a_policy_a_step_is_not_tried_again),
        cmocka_unit_test(other_bodies_begin_again_as_a_whole),
        cmocka_unit_test(a_fallback_stands_in_for_what_failed),
        cmocka_unit_test(a_fallback_that_nobody_needs_is_skipped),
        cmocka_unit_test(a_fallback_that_fails_leaves_the_first_error),
        cmocka_unit_test(one_fallback_may_stand_in_for_several),
        cmocka_unit_test(an_approval_suspends_its_task_alone),
        cmocka_unit_test(a_rejection_fails_the_task_unless_it_may_go_on),
        cmocka_unit_test(a_retry_of_the_run_keeps_what_was_completed),
        cmocka_unit_test(a_retry_runs_again_what_failed_long_before_the_end),
        cmocka_unit_test(a_run_that_was_loaded_goes_on),
        cmocka_unit_test(a_dag_in_a_loop_begins_anew_each_time),
        cmocka_unit_test(the_time_of_a_dag_may_be_over),
        cmocka_unit_test(faults_are_told),
        cmocka_unit_test(what_is_right_is_not_told),
        cmocka_unit_test(tasks_may_be_an_object),
        cmocka_unit_test(a_chain_of_as_many_tasks_as_may_be_runs),
        cmocka_unit_test(a_diamond_of_as_many_tasks_as_may_be_runs),
        cmocka_unit_test(more_tasks_than_that_are_refused),
        cmocka_unit_test(edges_have_a_bound_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
