/* Going on from a saved state: the same run set back, another one born with it.
 * Each states a sentence of spec/ckp.md 21 or of run/restore.c. */

#include "drive.h"

#define NODE(id, next)                                                        \
    "'" id "':{'type':'sequence','agent':'W','next_node':'" next "','steps':["\
    "{'step_id':'s','action':'work','output_variable':'" id "_r'}]},"

#define THREE  T_GRAPH("a", NODE("a", "b") NODE("b", "c") NODE("c", "end")    \
                       T_END, "")

#define TASK(id, more)                                                        \
    "{'task_id':'" id "','steps':[{'step_id':'s','agent':'W','action':'work'" \
    "}]" more "},"

#define LOOP                                                                  \
    T_GRAPH("each", "'each':{'type':'loop','iterator':[1,2,3],"               \
            "'iterator_variable':'x','body_node':'b','next_node':'end'},"     \
            "'b':{'type':'sequence','agent':'W','steps':[{'step_id':'s',"     \
            "'action':'work','params':{'x':'{{x}}'}}]}," T_END, "")


/* --- what is at hand ----------------------------------------------------- */

/* The newest checkpoint of the last turn, as a store would have it. */
static json_t *
t_saved(const t_run_t *t)
{
    for (size_t i = t->turn.nwrites; i-- > 0; ) {
        const ckp_write_t *const  w = &t->turn.writes[i];

        if (strcmp(w->table, "checkpoint") == 0) {
            json_t *const  read = json_deep_copy(w->row);

            json_object_set_new(read, "state", t_point(t, i));
            return read;
        }
    }

    fail_msg("no checkpoint in: %s", t->story);

    return NULL;
}


/* {checkpoint_id, state} and, when they are given, node and vars (stolen). */
static json_t *
t_from(const json_t *saved, const char *node, json_t *vars)
{
    return json_pack("{s:O, s:O, s:s*, s:o*}", "checkpoint_id",
                     json_object_get(saved, "checkpoint_id"), "state",
                     json_object_get(saved, "state"), "node", node, "vars",
                     vars);
}


static void
t_set_back(t_run_t *t, const json_t *saved, const char *node, json_t *vars)
{
    json_t *const  data = t_from(saved, node, vars);

    json_object_set_new(data, "kind", json_string("checkpoint"));
    t_feed(t, CKP_IN_RESUME, CKP_OUTCOME_OK, "", data);
}


/* Another run of the same program, born with the state; then it begins. */
static void
t_born(t_run_t *t, const t_run_t *of, const json_t *saved, const char *node,
    json_t *vars)
{
    memset(t, 0, sizeof(*t));
    t->now = of->now + 60000;
    t->d.prog = ckp_program_ref(of->d.prog);
    t->run = ckp_run_new(t->d.prog, "other");

    t_feed(t, CKP_IN_START, CKP_OUTCOME_OK, "",
           json_pack("{s:{s:s, s:s}, s:o}", "meta", "trigger_type", "manual",
                     "retry_of_run_id", "run", "from",
                     t_from(saved, node, vars)));
    assert_int_equal(t->rc, CKP_OK);
    assert_string_equal(t->story, "run_created");
    assert_int_equal(t->turn.neffects, 0);
    assert_string_equal(t_status(t), "created");
}


static void
t_begin(t_run_t *t)
{
    t_feed(t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t->rc, CKP_OK);
}


static void
t_born_over(t_run_t *t)
{
    ckp_run_free(t->run);
    ckp_program_unref(t->d.prog);
}


/* One step done. */
static void
t_step(t_run_t *t, int result)
{
    t_admit(t);
    assert_int_equal(t->rc, CKP_OK);
    t_ok(t, json_integer(result));
    assert_int_equal(t->rc, CKP_OK);
}


static int64_t
t_state_int(const t_run_t *t, const char *name)
{
    json_t *const  state = ckp_run_save(t->run);
    const int64_t  n = ckp_json_int(state, name, 0);

    json_decref(state);

    return n;
}


/* --- the same run -------------------------------------------------------- */

static void
test_what_came_after_the_point_runs_again_under_another_key(void **ctx)
{
    t_run_t        t;
    json_t        *saved;
    ckp_summary_t  sum;

    t_run(&t, THREE);
    t_step(&t, 1);
    saved = t_saved(&t);                    /* a is done */
    t_step(&t, 2);
    assert_string_equal(t.key, "run:c:s");
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t_status(&t), "failed");

    t_set_back(&t, saved, NULL, NULL);
    assert_string_equal(t.story, "execution_resumed node_started "
                        "step_started");
    assert_string_equal(t_said(&t, "execution_resumed", "resume_reason"),
                        "checkpoint_resume");
    assert_string_equal(t_said(&t, "execution_resumed", "entry_node_id"), "b");
    assert_string_equal(t_said(&t, "execution_resumed", "checkpoint_id"),
                        ckp_json_str(saved, "checkpoint_id"));
    assert_string_equal(t.key, "run@1:b:s");
    assert_string_equal(t_var(&t, "a_r"), "1");
    assert_string_equal(t_var(&t, "b_r"), "");

    ckp_run_summary(t.run, &sum);
    assert_string_equal(sum.status, "running");
    assert_int_equal(sum.attempt, 2);
    assert_int_equal(sum.ended_at_ms, 0);
    assert_null(sum.error);

    t_step(&t, 5);
    assert_string_equal(t.key, "run@1:c:s");
    t_step(&t, 6);
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "b_r"), "5");
    json_decref(saved);
    t_run_over(&t);
}


static void
test_from_the_last_state_it_is_a_retry(void **ctx)
{
    t_run_t  t;
    json_t  *saved;

    t_run(&t, THREE);
    t_step(&t, 1);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    saved = t_saved(&t);
    assert_string_equal(ckp_json_str(saved, "reason"), "final");

    t_set_back(&t, saved, NULL, NULL);
    assert_string_equal(t.story, "execution_resumed node_started "
                        "step_started");
    assert_string_equal(t.key, "run:b:s#1");
    json_decref(saved);
    t_run_over(&t);
}


static void
test_numbers_that_name_things_are_not_taken_back(void **ctx)
{
    t_run_t  t;
    json_t  *saved;
    int64_t  fx;

    t_run(&t, THREE);
    saved = t_saved(&t);                    /* its start */
    t_step(&t, 1);
    t_step(&t, 2);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    fx = t_state_int(&t, "fx");

    t_set_back(&t, saved, NULL, NULL);
    assert_true(t_state_int(&t, "fx") > fx);

    /* and set back twice it runs a third time */

    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    t_set_back(&t, saved, NULL, NULL);
    assert_string_equal(t.key, "run@2:a:s");
    json_decref(saved);
    t_run_over(&t);
}


static void
test_an_operator_may_go_to_a_node_with_other_values(void **ctx)
{
    t_run_t  t;
    json_t  *saved;

    t_run(&t, THREE);
    t_step(&t, 1);
    saved = t_saved(&t);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");

    t_set_back(&t, saved, "c", json_pack("{s:i}", "b_r", 40));
    assert_string_equal(t_said(&t, "execution_resumed", "entry_node_id"), "c");
    assert_string_equal(t.key, "run@1:c:s");
    assert_string_equal(t_var(&t, "b_r"), "40");
    t_step(&t, 3);
    assert_string_equal(t_status(&t), "completed");
    json_decref(saved);
    t_run_over(&t);
}


static void
test_a_run_that_moves_is_not_set_back(void **ctx)
{
    t_run_t  t;
    json_t  *saved;

    t_run(&t, THREE);
    saved = t_saved(&t);
    t_set_back(&t, saved, NULL, NULL);
    assert_int_equal(t.rc, CKP_E_STATE);

    t_step(&t, 1);
    t_step(&t, 2);
    t_step(&t, 3);
    assert_string_equal(t_status(&t), "completed");
    t_set_back(&t, saved, NULL, NULL);
    assert_int_equal(t.rc, CKP_E_STATE);
    json_decref(saved);
    t_run_over(&t);
}


/* Two branches: one waits for a workflow, the other is done; held meanwhile. */
static void
test_what_a_held_run_waits_for_is_given_up(void **ctx)
{
    t_run_t  t;
    json_t  *saved;

    t_run(&t, T_GRAPH("a", NODE("a", "q") "'q':{'type':'human_approval',"
                      "'prompt':'?','next_node':'end','on_reject':'end'},"
                      T_END, ""));
    saved = t_saved(&t);
    t_step(&t, 1);
    assert_non_null(t_row(&t, "approval"));
    t_feed(&t, CKP_IN_PAUSE, CKP_OUTCOME_OK, "", NULL);
    assert_string_equal(t_status(&t), "paused");

    t_set_back(&t, saved, NULL, NULL);
    assert_string_equal(t.story, "approval_voided node_canceled "
                        "execution_resumed node_started step_started");
    assert_string_equal(ckp_json_str(t_row(&t, "approval_end"), "status"),
                        "cancelled");
    assert_string_equal(t.key, "run@1:a:s");
    assert_string_equal(t_status(&t), "running");
    json_decref(saved);
    t_run_over(&t);
}


static void
test_what_is_set_back_still_has_to_fit(void **ctx)
{
    t_run_t  t;
    json_t  *saved;

    t_run(&t, T_GRAPH("a", NODE("a", "end") T_END, ",'variables_schema':{"
                      "'n':{'type':'number','default':3}}"));
    saved = t_saved(&t);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");

    t_set_back(&t, saved, NULL, json_pack("{s:[i]}", "n", 1));
    assert_string_equal(t.story, "execution_resumed error run_failed");
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "SchemaViolation");
    json_decref(saved);
    t_run_over(&t);
}


/* --- another run --------------------------------------------------------- */

static void
test_another_run_begins_behind_the_point(void **ctx)
{
    t_run_t        t;
    t_run_t        o;
    json_t        *saved;
    ckp_summary_t  sum;

    t_run(&t, THREE);
    t_step(&t, 1);
    saved = t_saved(&t);
    t_step(&t, 2);
    t_step(&t, 3);

    t_born(&o, &t, saved, NULL, json_pack("{s:i}", "a_r", 9));
    t_begin(&o);
    assert_string_equal(o.story, "execution_started execution_resumed "
                        "node_started step_started");
    assert_string_equal(t_said(&o, "execution_started", "entry_node_id"), "b");
    assert_string_equal(o.key, "other:b:s");
    assert_string_equal(t_var(&o, "a_r"), "9");
    assert_string_equal(ckp_json_str(t_row(&o, "checkpoint"), "reason"),
                        "start");
    assert_string_equal(ckp_json_str(t_row(&o, "checkpoint"), "parent_id"),
                        ckp_json_str(saved, "checkpoint_id"));

    ckp_run_summary(o.run, &sum);
    assert_int_equal(sum.attempt, 1);
    assert_int_equal(sum.started_at_ms, o.now);

    t_step(&o, 5);
    t_step(&o, 6);
    assert_string_equal(t_status(&o), "completed");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "a_r"), "1");
    json_decref(saved);
    t_born_over(&o);
    t_run_over(&t);
}


static void
test_its_question_is_another_one(void **ctx)
{
    t_run_t  t;
    t_run_t  o;
    json_t  *saved;
    char     id[64];

    t_run(&t, T_GRAPH("q", "'q':{'type':'human_approval','prompt':'?',"
                      "'next_node':'end','on_reject':'end'}," T_END, ""));
    saved = t_saved(&t);
    assert_string_equal(ckp_json_str(saved, "reason"), "approval");
    snprintf(id, sizeof(id), "%s", ckp_json_str(t_row(&t, "approval"),
                                                "approval_id"));

    t_born(&o, &t, saved, NULL, NULL);
    o.seed[5] = 7;
    t_begin(&o);
    assert_non_null(t_row(&o, "approval"));
    assert_null(t_row(&o, "approval_end"));
    assert_string_not_equal(ckp_json_str(t_row(&o, "approval"), "approval_id"),
                            id);
    assert_string_equal(t_status(&o), "waiting_approval");
    json_decref(saved);
    t_born_over(&o);
    t_run_over(&t);
}


static void
t_delegated(t_run_t *t)
{
    t_feed(t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t->ref,
           json_pack("{s:{s:s, s:s, s:s, s:i, s:b}}", "agent", "agent_id",
                     "w1", "base_url", "http://w", "resource_key", "w1",
                     "concurrency_limit", 2, "workflow", 1));
    t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_OK, t->ref,
           json_pack("{s:b}", "accepted", 1));
    assert_string_equal(t_status(t), "paused");
}


static void
test_its_workflow_is_another_one_and_the_first_goes_on(void **ctx)
{
    t_run_t  t;
    t_run_t  o;
    json_t  *saved;

    t_run(&t, T_GRAPH("a", NODE("a", "end") T_END, ""));
    t_delegated(&t);
    saved = t_saved(&t);
    assert_string_equal(ckp_json_str(saved, "reason"), "callback");

    t_born(&o, &t, saved, NULL, NULL);
    t_begin(&o);
    assert_int_equal(t_count(&o, CKP_FX_NOTIFY), 0);
    assert_null(t_row(&o, "delegation_end"));
    assert_string_equal(o.key, "other:a:s");
    t_step(&o, 1);
    assert_string_equal(t_status(&o), "completed");
    json_decref(saved);
    t_born_over(&o);
    t_run_over(&t);
}


static void
test_iterations_that_were_done_are_not_done_again(void **ctx)
{
    t_run_t  t;
    t_run_t  o;
    json_t  *saved;

    t_run(&t, LOOP);
    t_step(&t, 1);
    saved = t_saved(&t);                    /* of b in the first iteration */
    assert_string_equal(ckp_json_str(saved, "path"), "each[0]/b");

    t_born(&o, &t, saved, NULL, NULL);
    t_begin(&o);
    assert_null(strstr(o.story, "node_completed"));
    assert_string_equal(o.key, "other:each[1]/b/s");
    t_step(&o, 2);
    t_step(&o, 3);
    assert_string_equal(t_status(&o), "completed");

    t_step(&t, 2);
    t_step(&t, 3);
    assert_string_equal(t_status(&t), "completed");
    json_decref(saved);
    t_born_over(&o);
    t_run_over(&t);
}


/* b:y is called while b:x completes: its step is sent again, x's is not. */
static void
test_a_branch_that_was_under_way_is_sent_again(void **ctx)
{
    t_run_t  t;
    t_run_t  o;
    json_t  *saved;
    char     x[64];

    t_run(&t, T_GRAPH("p", "'p':{'type':'parallel','next_node':'end',"
                      "'branches':[{'branch_id':'x','start_node':'bx'},"
                      "{'branch_id':'y','start_node':'by'}]},"
                      "'bx':{'type':'sequence','agent':'W','steps':[{"
                      "'step_id':'s','action':'work'}]},"
                      "'by':{'type':'sequence','agent':'W','steps':[{"
                      "'step_id':'s','action':'work'}]}," T_END, ""));
    snprintf(x, sizeof(x), "%s", t.turn.effects[0].ref);
    t_admit(&t);                            /* y */
    snprintf(t.ref, sizeof(t.ref), "%s", x);
    t_step(&t, 1);                          /* x */
    saved = t_saved(&t);
    assert_string_equal(ckp_json_str(saved, "path"), "p/b:x/bx");

    t_born(&o, &t, saved, NULL, NULL);
    t_begin(&o);
    assert_int_equal(t_count(&o, CKP_FX_ADMIT), 1);
    assert_int_equal(t_count(&o, CKP_FX_ABORT), 0);
    assert_string_equal(o.key, "other:p/b:y/by/s");
    assert_null(t_row(&o, "lease_release"));
    t_step(&o, 2);
    assert_string_equal(t_status(&o), "completed");
    json_decref(saved);
    t_born_over(&o);
    t_run_over(&t);
}


static void
test_tasks_that_were_done_are_not_done_again(void **ctx)
{
    t_run_t  t;
    t_run_t  o;
    json_t  *saved;

    t_run(&t, T_GRAPH("g", "'g':{'type':'dag','next_node':'end','tasks':["
                      TASK("one", "") TASK("two", ",'depends_on':['one']")
                      "{'task_id':'three','depends_on':['two'],'steps':[{"
                      "'step_id':'c','action':'set_checkpoint','name':'here'},"
                      "{'step_id':'s','agent':'W','action':'work'}]}]},"
                      T_END, ""));
    t_step(&t, 1);
    t_step(&t, 2);
    saved = t_saved(&t);
    assert_string_equal(ckp_json_str(saved, "name"), "here");

    t_born(&o, &t, saved, NULL, NULL);
    t_begin(&o);
    assert_string_equal(o.key, "other:g/t:three/s");
    t_step(&o, 3);
    assert_string_equal(t_status(&o), "completed");
    json_decref(saved);
    t_born_over(&o);
    t_run_over(&t);
}


static void
test_it_undoes_only_what_it_did_itself(void **ctx)
{
    t_run_t  t;
    t_run_t  o;
    json_t  *saved;

    t_run(&t, T_GRAPH("a", "'a':{'type':'sequence','agent':'W','next_node':"
                      "'b','steps':[{'step_id':'s','action':'work',"
                      "'compensate':{'action':'unwork'}}]},"
                      NODE("b", "end") T_END, ""));
    t_step(&t, 1);
    saved = t_saved(&t);

    t_born(&o, &t, saved, NULL, NULL);
    t_begin(&o);
    t_admit(&o);
    t_failed(&o, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t_status(&o), "failed");
    assert_null(strstr(o.story, "compensation_started"));

    /* set back, the run still has to */

    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_non_null(strstr(t.story, "compensation_started"));
    t_step(&t, 0);
    assert_string_equal(t_status(&t), "failed");
    t_set_back(&t, saved, NULL, NULL);
    assert_string_equal(t.key, "run@1:b:s");
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_string_equal(t_status(&t), "failed");
    assert_null(strstr(t.story, "compensation_started"));
    json_decref(saved);
    t_born_over(&o);
    t_run_over(&t);
}


/* The same step, done before and after: an agent that knew the first undoing
 * would take the second for it. */
static void
test_what_was_done_twice_is_undone_twice(void **ctx)
{
    t_run_t  t;
    json_t  *saved;

    t_run(&t, T_GRAPH("o", NODE("o", "a")
                      "'a':{'type':'sequence','agent':'W','next_node':"
                      "'b','steps':[{'step_id':'s','action':'work',"
                      "'compensate':{'action':'unwork'}}]},"
                      NODE("b", "end") T_END, ""));
    t_step(&t, 1);
    saved = t_saved(&t);
    t_step(&t, 2);

    /* one that takes workers down is given up, and nothing is undone */

    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:b, s:i}", "crash", 1, "crashes", 3));
    assert_string_equal(t_status(&t), "failed");
    t_set_back(&t, saved, NULL, NULL);
    assert_string_equal(t.key, "run@1:a:s");
    t_step(&t, 3);
    t_admit(&t);
    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    assert_non_null(strstr(t.story, "compensation_started"));
    assert_non_null(strstr(t.key, "run@1:a/s/undo#2/"));
    t_step(&t, 0);
    assert_non_null(strstr(t.key, "run@1:a/s/undo/"));
    t_step(&t, 0);
    assert_string_equal(t_status(&t), "failed");
    json_decref(saved);
    t_run_over(&t);
}


static void
test_a_state_is_refused_that_nothing_follows(void **ctx)
{
    t_run_t      t;
    json_t      *saved;
    json_t      *state;
    const char  *entry;
    ckp_err_t    err = CKP_ERR_INIT;

    t_run(&t, T_GRAPH("a", NODE("a", "end") T_END, ""));
    t_step(&t, 1);
    saved = t_saved(&t);
    assert_string_equal(ckp_json_str(saved, "reason"), "final");
    state = json_object_get(saved, "state");

    assert_int_equal(ckp_program_from(t.d.prog, state, NULL, &entry, &err),
                     CKP_E_STATE);
    assert_string_equal(err.msg, "nothing follows it");
    err = (ckp_err_t) CKP_ERR_INIT;
    assert_int_equal(ckp_program_from(t.d.prog, state, "x", &entry, &err),
                     CKP_E_INVALID);
    assert_int_equal(ckp_program_from(t.d.prog, state, "a", &entry, NULL),
                     CKP_OK);
    assert_string_equal(entry, "a");
    json_decref(saved);
    t_run_over(&t);
}


static void
test_other_values_follow_the_rules_of_their_variables(void **ctx)
{
    t_doc_t    d;
    json_t    *vars = json_pack("{s:i, s:s, s:i}", "n", 3, "pin", "1234",
                                "made", 1);
    json_t    *given;
    json_t    *out;
    json_t    *errors;
    ckp_err_t  err = CKP_ERR_INIT;

    t_doc(&d, T_GRAPH("end", T_END, ",'variables_schema':{'n':{'type':"
                      "'number'},'pin':{'type':'string'}},'global_config':{"
                      "'strict_inputs':true}"));
    given = json_pack("{s:s, s:s, s:i}", "n", "7", "pin", "***REDACTED***",
                      "made", 2);
    assert_int_equal(ckp_program_change(d.prog, given, vars, &out, &errors,
                                        &err), CKP_OK);
    assert_int_equal(json_object_size(out), 2);
    assert_int_equal(ckp_json_int(out, "n", 0), 7);
    assert_int_equal(ckp_json_int(out, "made", 0), 2);
    json_decref(out);
    json_decref(given);

    given = json_pack("{s:s, s:i, s:i}", "n", "many", "else", 1, "__x", 1);
    assert_int_equal(ckp_program_change(d.prog, given, vars, &out, &errors,
                                        &err), CKP_E_INVALID);
    assert_string_equal(ckp_json_str(errors, "n"), "Must be a number");
    assert_string_equal(ckp_json_str(errors, "else"), "Unknown variable");
    assert_string_equal(ckp_json_str(errors, "__x"), "Reserved name");
    json_decref(errors);
    json_decref(given);
    json_decref(vars);
    t_doc_free(&d);
}


/* --- a workflow that is given up ----------------------------------------- */

static void
test_a_workflow_is_given_up_and_its_step_begins_again(void **ctx)
{
    t_run_t  t;
    char     ref[64];

    t_run(&t, T_GRAPH("a", NODE("a", "end") T_END, ""));
    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "kind", "callback"));
    assert_int_equal(t.rc, CKP_E_STATE);

    t_delegated(&t);
    snprintf(ref, sizeof(ref), "%s", t.ref);
    t_feed(&t, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
           json_pack("{s:s}", "kind", "callback"));
    assert_int_equal(t.rc, CKP_OK);
    assert_string_equal(t_said(&t, "execution_resumed", "resume_reason"),
                        "checkpoint_resume");
    assert_int_equal(t_count(&t, CKP_FX_NOTIFY), 1);
    assert_string_equal(ckp_json_str(t_row(&t, "delegation_end"), "ref"), ref);
    assert_string_equal(t.key, "run:a:s");

    t_feed(&t, CKP_IN_CALLBACK, CKP_OUTCOME_OK, ref,
           json_pack("{s:s}", "status", "success"));
    assert_int_equal(t.rc, CKP_E_STATE);
    t_step(&t, 1);
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(
            test_what_came_after_the_point_runs_again_under_another_key),
        cmocka_unit_test(test_from_the_last_state_it_is_a_retry),
        cmocka_unit_test(test_numbers_that_name_things_are_not_taken_back),
        cmocka_unit_test(test_an_operator_may_go_to_a_node_with_other_values),
        cmocka_unit_test(test_a_run_that_moves_is_not_set_back),
        cmocka_unit_test(test_what_a_held_run_waits_for_is_given_up),
        cmocka_unit_test(test_what_is_set_back_still_has_to_fit),
        cmocka_unit_test(test_another_run_begins_behind_the_point),
        cmocka_unit_test(test_its_question_is_another_one),
        cmocka_unit_test(
            test_its_workflow_is_another_one_and_the_first_goes_on),
        cmocka_unit_test(test_iterations_that_were_done_are_not_done_again),
        cmocka_unit_test(test_a_branch_that_was_under_way_is_sent_again),
        cmocka_unit_test(test_tasks_that_were_done_are_not_done_again),
        cmocka_unit_test(test_it_undoes_only_what_it_did_itself),
        cmocka_unit_test(test_what_was_done_twice_is_undone_twice),
        cmocka_unit_test(test_a_state_is_refused_that_nothing_follows),
        cmocka_unit_test(
            test_other_values_follow_the_rules_of_their_variables),
        cmocka_unit_test(
            test_a_workflow_is_given_up_and_its_step_begins_again)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
