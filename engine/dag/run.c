/*
 * dag: the node itself: its beginning, what it starts next, its end
 * (spec/ckp.md 11.3, 11.5).
 */

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "dag/dag.h"
#include "node/step.h"


/* --- its end --------------------------------------------------------------------- */


static json_t *
run_failures(const ckp_fiber_t *f)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    json_t *const           list = json_array();

    for (size_t i = 0; list != NULL && i < dag->ntasks; i++) {
        if (ckp_dag_is(f, i, "failed")) {
            (void) json_array_append_new(list, json_string(dag->tasks[i].id));
        }
    }

    return list;
}


static double
run_cost(const ckp_fiber_t *f)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    double                  sum = 0;

    for (size_t i = 0; i < dag->ntasks; i++) {
        sum += json_number_value(ckp_dag_get(f, i, "c"));
    }

    return sum;
}


/* What node_completed tells beside the usual. */
static ckp_code_t
run_count(ckp_fiber_t *f, double cost)
{
    return ckp_fiber_put(f, "told", NULL, json_pack("{s:I, s:I, s:I, s:f}",
               "tasks_completed",
               (json_int_t) ckp_fiber_get_int(f, "sum", "completed"),
               "tasks_failed",
               (json_int_t) ckp_fiber_get_int(f, "sum", "failed"),
               "tasks_skipped",
               (json_int_t) ckp_fiber_get_int(f, "sum", "skipped"),
               "cost_usd", cost));
}


static ckp_code_t
run_complete(ckp_fiber_t *f)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    const ckp_target_t      on = { .kind = CKP_TO_NOTHING };
    const double            cost = run_cost(f);
    json_t *const           result = ckp_dag_result(f);
    ckp_code_t              rc = result == NULL ? CKP_E_NOMEM
                                 : run_count(f, cost);

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "dag_completed",
                 json_pack("{s:I, s:o, s:I, s:f}",
                     "completed",
                     (json_int_t) ckp_fiber_get_int(f, "sum", "completed"),
                     "failed", run_failures(f),
                     "skipped",
                     (json_int_t) ckp_fiber_get_int(f, "sum", "skipped"),
                     "total_cost_usd", cost));
    }

    if (rc == CKP_OK && dag->output_variable != NULL) {
        rc = ckp_fiber_var_set(f, dag->output_variable, json_incref(result));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_done(f, on, result);
    }

    json_decref(result);

    return rc;
}


/*
 * The state stays as it is: a retry of the run goes on from there, and what was
 * at work goes on then.  Frames are reaped here only for handlers, which may
 * stay in the node; otherwise leaving it does that.
 */
static ckp_code_t
run_give_up(ckp_fiber_t *f)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    ckp_code_t              rc = CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < dag->ntasks; i++) {
        if (ckp_dag_is(f, i, "running") || ckp_dag_is(f, i, "waiting")) {
            rc = ckp_fiber_emit(f, "task_canceled", json_pack("{s:s}",
                                "task_id", dag->tasks[i].id));
        }
    }

    return rc == CKP_OK && ckp_fiber_node(f)->nhandlers > 0
           ? ckp_fiber_reap_all(f, "stop") : rc;
}


/* on_error "rollback" fails as "fail" does, what was at work given up; between
 * the two the completed tasks are compensated for. */
static ckp_code_t
run_fail(ckp_fiber_t *f)
{
    const char *const    id = ckp_fiber_get_str(f, "stop", "task");
    json_t *const        cause = ckp_fiber_get(f, "stop", "err");
    const char *const    text = ckp_json_str(cause, "message");
    json_t              *message;
    json_t              *error;
    ckp_code_t           rc = run_give_up(f);

    if (rc != CKP_OK) {
        return rc;
    }

    message = json_sprintf("task '%s' failed: %s", id, text == NULL ? ""
                                                                    : text);
    rc = ckp_fiber_raise_json(f, json_pack("{s:s, s:o, s:s, s:O}", "type",
                              "TaskFailed", "message", message, "task_id", id,
                              "cause", cause));

    if (rc == CKP_E_NOMEM) {
        return rc;
    }

    error = ckp_fiber_error_take(f);

    if (error != NULL && ckp_fiber_get(f, "stop", "back") != NULL) {
        return ckp_fiber_undo(f, "rollback", error);
    }

    return error == NULL ? CKP_E_NOMEM : ckp_node_failed(f, error);
}


/* --- what comes next -------------------------------------------------------------- */


static ckp_code_t
run_start_next(ckp_fiber_t *f, int64_t head)
{
    char        key[24];
    size_t      task;
    ckp_code_t  rc;

    (void) snprintf(key, sizeof(key), "%lld", (long long) head);
    task = (size_t) ckp_fiber_get_int(f, "q", key);
    rc = ckp_fiber_del(f, "q", key);

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "qh", NULL, json_integer(head + 1));
    }

    return rc == CKP_OK ? ckp_dag_start(f, task) : rc;
}


static ckp_code_t
run_start_all(ckp_fiber_t *f)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    ckp_code_t              rc = CKP_OK;

    while (rc == CKP_OK && ckp_fiber_get(f, "stop", NULL) == NULL) {
        const int64_t  head = ckp_fiber_get_int(f, "qh", NULL);
        const int64_t  live = ckp_fiber_get_int(f, "live", NULL);

        if (head >= ckp_fiber_get_int(f, "qt", NULL)
            || (dag->max_parallel > 0 && live >= (int64_t) dag->max_parallel))
        {
            break;
        }

        rc = run_start_next(f, head);
    }

    return rc;
}


static ckp_code_t
run_rest(ckp_fiber_t *f)
{
    int64_t      until = CKP_NO_TIME;
    const char  *id;
    json_t      *at;

    json_object_foreach(ckp_fiber_get(f, "u", NULL), id, at) {
        if (json_integer_value(at) < until) {
            until = json_integer_value(at);
        }
    }

    return ckp_fiber_sleep(f, until);
}


ckp_code_t
ckp_dag_go_on(ckp_fiber_t *f)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    ckp_code_t              rc = run_start_all(f);

    if (rc != CKP_OK) {
        return rc;
    }

    if (ckp_fiber_get(f, "stop", NULL) != NULL
        && (ckp_fiber_get_int(f, "live", NULL) == 0
            || ckp_fiber_get(f, "stop", "now") != NULL))
    {
        return run_fail(f);
    }

    return ckp_dag_settled(f) == dag->ntasks ? run_complete(f) : run_rest(f);
}


/* --- its ways in --------------------------------------------------------------------- */


ckp_code_t
ckp_dag_enter(ckp_fiber_t *f)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    ckp_code_t              rc;

    ckp_fiber_at_step(f, NULL);
    rc = ckp_fiber_emit(f, "dag_started", json_pack("{s:I, s:I}",
             "tasks", (json_int_t) dag->ntasks,
             "levels", (json_int_t) dag->nlevels));

    if (rc == CKP_OK) {
        rc = ckp_dag_open(f);
    }

    return rc == CKP_OK ? ckp_dag_go_on(f) : rc;
}


ckp_code_t
ckp_dag_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    ckp_code_t  rc;

    /* recovery steps of a handler of the node */

    if (ckp_fiber_get_str(f, "list", NULL) != NULL
        && (in == NULL || in->kind != CKP_IN_RESUME))
    {
        return in == NULL ? ckp_steps_run(f) : ckp_steps_wake(f, in);
    }

    ckp_fiber_at_step(f, NULL);

    if (in == NULL) {
        return ckp_dag_go_on(f);
    }

    if (in->kind == CKP_IN_TICK) {
        return ckp_dag_tick(f);
    }

    if (in->kind == CKP_IN_RECOVER) {
        return CKP_OK;
    }

    if (in->kind != CKP_IN_RESUME) {
        return CKP_E_STATE;
    }

    rc = ckp_dag_reopen(f);

    return rc == CKP_OK ? ckp_dag_go_on(f) : rc;
}
