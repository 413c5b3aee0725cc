/*
 * dag: one task at work.  Its body runs in a frame of its own; what the frame
 * tells and how it ends is what the task is (spec/ckp.md 11.2, 11.4).
 */

#include <string.h>

#include "base/json.h"
#include "dag/dag.h"


/* --- its inputs ----------------------------------------------------------------- */


/* Names that go before variables inside the body: `inputs`, each of them, and
 * for a fallback the error that it is there for. */
static json_t *
task_local(const ckp_dag_task_t *task, const json_t *inputs,
    const json_t *error)
{
    json_t *const  local = inputs == NULL ? json_object()
                                          : json_copy((json_t *) inputs);
    int            bad = local == NULL;

    bad |= inputs == NULL
           ? json_object_set_new(local, "inputs", json_object())
           : json_object_set(local, "inputs", (json_t *) inputs);

    if (task->as_input) {
        bad |= json_object_set(local, "input",
                               json_object_get(local, "inputs"));
    }

    if (error != NULL) {
        bad |= json_object_set(local, "error", (json_t *) error);
    }

    if (bad) {
        json_decref(local);
        return NULL;
    }

    return local;
}


static ckp_code_t
task_inputs(ckp_fiber_t *f, size_t i, json_t **inputs)
{
    const ckp_dag_task_t *const  task = &ckp_fiber_node(f)->u.dag->tasks[i];

    *inputs = NULL;

    return task->inputs == NULL ? CKP_OK
           : ckp_dag_render(f, i, task->inputs, NULL, inputs);
}


/* --- its frame -------------------------------------------------------------------- */


/* inputs is lent.  `who` runs in the frame, for `i`. */
static ckp_code_t
task_fork(ckp_fiber_t *f, size_t i, size_t who, const json_t *inputs)
{
    const ckp_dag_t *const       dag = ckp_fiber_node(f)->u.dag;
    const ckp_dag_task_t *const  task = &dag->tasks[i];
    const ckp_dag_task_t *const  body = &dag->tasks[who];
    const char *const            count = i == who ? "r" : "rf";
    const int64_t                round = 1 + json_integer_value(
                                                 ckp_dag_get(f, i, count));
    const ckp_fork_t             how = {
        .kind = CKP_FRAME_TASK, .start = body->body,
        .key = i == who ? task->id : task->spare_key,
        .round = (uint32_t) round,
        .local = task_local(body, inputs, i == who ? NULL
                                          : ckp_dag_get(f, i, "err"))
    };
    ckp_code_t                   rc = how.local == NULL ? CKP_E_NOMEM : CKP_OK;

    if (rc == CKP_OK) {
        rc = ckp_dag_put(f, i, count, json_integer(round));
    }

    if (rc != CKP_OK) {
        json_decref(how.local);
        return rc;
    }

    return ckp_fiber_fork(f, &how);
}


static ckp_code_t
task_tell_start(ckp_fiber_t *f, size_t i, const json_t *inputs)
{
    const ckp_dag_task_t *const  task = &ckp_fiber_node(f)->u.dag->tasks[i];

    return ckp_fiber_emit(f, "task_started", json_pack("{s:s, s:I, s:o}",
               "task_id", task->id, "level", (json_int_t) task->level,
               "inputs", inputs == NULL ? json_object()
                                        : json_incref((json_t *) inputs)));
}


/* An attempt: the first, or one more. */
static ckp_code_t
task_attempt(ckp_fiber_t *f, size_t i, json_t *inputs, bool first)
{
    const ckp_dag_task_t *const  task = &ckp_fiber_node(f)->u.dag->tasks[i];
    const int64_t                now = ckp_fiber_now(f);
    const int64_t                n = json_integer_value(ckp_dag_get(f, i,
                                                                    "a"));
    ckp_code_t                   rc;

    rc = ckp_dag_put(f, i, "s", json_string("running"));

    if (rc == CKP_OK) {
        rc = ckp_dag_put(f, i, "a", json_integer(n + 1));
    }

    if (rc == CKP_OK && first) {
        rc = ckp_dag_put(f, i, "t0", json_integer(now));
    }

    if (rc == CKP_OK && task->keeps_inputs) {
        rc = ckp_dag_put(f, i, "in", json_incref(inputs));
    }

    if (rc == CKP_OK && first) {
        rc = task_tell_start(f, i, inputs);
    }

    return rc == CKP_OK ? task_fork(f, i, i, inputs) : rc;
}


/* The error that was raised is the task's. */
static ckp_code_t
task_refused(ckp_fiber_t *f, size_t i, bool spare)
{
    json_t *const  error = ckp_fiber_error_take(f);
    ckp_code_t     rc;

    if (error == NULL) {
        return CKP_E_NOMEM;
    }

    rc = ckp_dag_failed(f, i, spare, error);
    json_decref(error);

    return rc;
}


static ckp_code_t
task_go(ckp_fiber_t *f, size_t i, bool first)
{
    json_t      *inputs;
    ckp_code_t   rc = task_inputs(f, i, &inputs);

    if (rc == CKP_E_INVALID) {
        return task_refused(f, i, false);
    }

    if (rc == CKP_OK) {
        rc = task_attempt(f, i, inputs, first);
    }

    json_decref(inputs);

    return rc;
}


ckp_code_t
ckp_dag_start(ckp_fiber_t *f, size_t i)
{
    json_t *const  error = json_incref(ckp_dag_get(f, i, "err"));
    ckp_code_t     rc;

    rc = ckp_dag_count(f, "live", NULL, 1);

    if (rc == CKP_OK) {
        rc = ckp_dag_level_open(f,
                           ckp_fiber_node(f)->u.dag->tasks[i].level);
    }

    if (rc == CKP_OK) {
        rc = error == NULL ? task_go(f, i, true)
                           : ckp_dag_failed(f, i, false, error);
    }

    json_decref(error);

    return rc;
}


/* Its fallback runs in its place. */
ckp_code_t
ckp_dag_stand_in(ckp_fiber_t *f, size_t i)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    const size_t            who = dag->tasks[i].fallback;
    json_t                 *inputs = NULL;
    ckp_code_t              rc;

    rc = ckp_fiber_emit(f, "task_fallback", json_pack("{s:s, s:s}", "task_id",
             dag->tasks[i].id, "fallback_task", dag->tasks[who].id));

    if (rc == CKP_OK) {
        rc = ckp_dag_put(f, i, "fb", json_true());
    }

    if (rc == CKP_OK) {
        rc = task_inputs(f, who, &inputs);
    }

    if (rc == CKP_E_INVALID) {
        return task_refused(f, i, true);
    }

    if (rc == CKP_OK && dag->tasks[who].spare) {
        rc = ckp_dag_put(f, who, "t0", json_integer(ckp_fiber_now(f)));
    }

    if (rc == CKP_OK) {
        rc = task_tell_start(f, who, inputs);
    }

    if (rc == CKP_OK) {
        rc = task_fork(f, i, who, inputs);
    }

    json_decref(inputs);

    return rc;
}


/* --- its end ------------------------------------------------------------------------ */


/* Form E: what becomes of the body's result. */
static ckp_code_t
task_shape(ckp_fiber_t *f, size_t i, const json_t *result, json_t **out)
{
    const ckp_dag_task_t *const  task = &ckp_fiber_node(f)->u.dag->tasks[i];
    json_t *const                in = ckp_dag_get(f, i, "in");
    json_t                      *names;
    ckp_code_t                   rc;

    if (task->shape == NULL) {
        *out = result == NULL ? json_null() : json_incref((json_t *) result);
        return CKP_OK;
    }

    names = json_pack("{s:O?, s:o}", "result", result, "inputs",
                      in == NULL ? json_object() : json_incref(in));

    if (names == NULL) {
        return CKP_E_NOMEM;
    }

    rc = ckp_dag_render(f, i, task->shape, names, out);
    json_decref(names);

    return rc;
}


/* Its variables are set from its output. */
static ckp_code_t
task_assign(ckp_fiber_t *f, size_t i, const json_t *out)
{
    const ckp_dag_task_t *const  task = &ckp_fiber_node(f)->u.dag->tasks[i];
    ckp_code_t                   rc = CKP_OK;

    if (task->output_variable != NULL) {
        rc = ckp_fiber_var_set(f, task->output_variable,
                               json_incref((json_t *) out));
    }

    return rc == CKP_OK && task->noutputs > 0
           ? ckp_fiber_map(f, task->outputs, task->noutputs, out) : rc;
}


static ckp_code_t
task_tell_end(ckp_fiber_t *f, size_t i, const json_t *out, int64_t t0,
    int64_t attempts)
{
    const json_t *const  cost = ckp_dag_get(f, i, "c");

    return ckp_fiber_emit(f, "task_completed",
               json_pack("{s:s, s:O, s:I, s:I, s:f}",
                   "task_id", ckp_fiber_node(f)->u.dag->tasks[i].id,
                   "output", out,
                   "duration_ms", (json_int_t) (ckp_fiber_now(f) - t0),
                   "attempts", (json_int_t) attempts,
                   "cost_usd", json_number_value(cost)));
}


/* The fallback itself is told of, too; what it gave counts as the output of
 * the task it ran for. */
static ckp_code_t
task_spare_done(ckp_fiber_t *f, size_t who, const json_t *out, int64_t t0)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    ckp_code_t              rc = task_assign(f, who, out);

    if (rc == CKP_OK && dag->tasks[who].spare) {
        rc = ckp_dag_put(f, who, "ran", json_string("completed"));

        if (rc == CKP_OK) {
            rc = ckp_dag_put(f, who, "out", json_incref((json_t *) out));
        }

        if (rc == CKP_OK) {
            rc = ckp_dag_put(f, who, "a", json_integer(1));
        }
    }

    return rc == CKP_OK ? task_tell_end(f, who, out, t0, 1) : rc;
}


static ckp_code_t
task_done(ckp_fiber_t *f, size_t i, const json_t *out)
{
    const int64_t  t0 = json_integer_value(ckp_dag_get(f, i, "t0"));
    const int64_t  n = json_integer_value(ckp_dag_get(f, i, "a"));
    ckp_code_t     rc = task_assign(f, i, out);

    if (rc == CKP_OK) {
        rc = ckp_dag_put(f, i, "out", json_incref((json_t *) out));
    }

    if (rc == CKP_OK) {
        rc = task_tell_end(f, i, out, t0, n);
    }

    if (rc == CKP_OK) {
        rc = ckp_dag_count(f, "live", NULL, -1);
    }

    return rc == CKP_OK ? ckp_dag_settle(f, i, CKP_DAG_COMPLETED) : rc;
}


static ckp_code_t
task_ended(ckp_fiber_t *f, size_t i, bool spare, const ckp_child_t *child)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    const size_t            who = spare ? dag->tasks[i].fallback : i;
    json_t                 *out = NULL;
    ckp_code_t              rc;

    if (child->how == CKP_CHILD_FAILED) {
        return ckp_dag_failed(f, i, spare, child->error);
    }

    rc = task_shape(f, who, child->result, &out);

    if (rc == CKP_OK && spare) {
        rc = task_spare_done(f, who, out, child->t0);
    }

    if (rc == CKP_OK) {
        rc = task_done(f, i, out);
    }

    json_decref(out);

    return rc == CKP_E_INVALID ? task_refused(f, i, spare) : rc;
}


ckp_code_t
ckp_dag_child(ckp_fiber_t *f, const ckp_child_t *child)
{
    bool          spare;
    const size_t  task = ckp_dag_find(ckp_fiber_node(f)->u.dag, child->key,
                                      &spare);
    ckp_code_t    rc;

    if (task == CKP_DAG_NONE) {
        return CKP_E_BUG;
    }

    rc = task_ended(f, task, spare, child);

    return rc == CKP_OK ? ckp_dag_go_on(f) : rc;
}


/* --- time and hearsay ------------------------------------------------------------------ */


/* Those whose wait is over, in the order of the document. */
ckp_code_t
ckp_dag_tick(ckp_fiber_t *f)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    const int64_t           now = ckp_fiber_now(f);
    ckp_code_t              rc = CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < dag->ntasks
                       && json_object_size(ckp_fiber_get(f, "u", NULL)) > 0;
         i++)
    {
        const json_t *const  at = ckp_fiber_get(f, "u", dag->tasks[i].id);

        if (at == NULL || json_integer_value(at) > now) {
            continue;
        }

        rc = ckp_fiber_del(f, "u", dag->tasks[i].id);

        if (rc == CKP_OK) {
            rc = task_go(f, i, false);
        }
    }

    return rc == CKP_OK ? ckp_dag_go_on(f) : rc;
}


static ckp_code_t
task_waits(ckp_fiber_t *f, const char *id, const char *reason)
{
    return ckp_fiber_emit(f, "task_waiting", json_pack("{s:s, s:s}", "task_id",
                                                       id, "reason", reason));
}


/* Steps and models try again by themselves; the task counts it. */
static ckp_code_t
task_retried(ckp_fiber_t *f, size_t i, const char *id, bool spare,
    const json_t *payload)
{
    const int64_t  n = json_integer_value(ckp_dag_get(f, i, "a"));
    const int64_t  ms = ckp_json_int(payload, "delay_ms", 0);
    const int64_t  retries = ckp_json_int(payload, "max_retries", 0);
    ckp_code_t     rc = spare ? CKP_OK
                        : ckp_dag_put(f, i, "a", json_integer(n + 1));

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "task_retry",
                 json_pack("{s:s, s:I, s:I, s:I, s:O?, s:O?}",
                     "task_id", id,
                     "attempt", (json_int_t) ckp_json_int(payload, "attempt",
                                                          n + 1),
                     "max_attempts", (json_int_t) (retries + 1),
                     "delay_ms", (json_int_t) ms,
                     "error", json_object_get(payload, "error"),
                     "error_type", json_object_get(payload, "error_type")));
    }

    return rc == CKP_OK && ms > 0 ? task_waits(f, id, "retry") : rc;
}


static ckp_code_t
task_costs(ckp_fiber_t *f, size_t i, const json_t *payload)
{
    const json_t *const  cost = json_object_get(payload, "cost_usd");
    const double         sum = json_number_value(ckp_dag_get(f, i, "c"))
                               + json_number_value(cost);

    return json_number_value(cost) <= 0 ? CKP_OK
           : ckp_dag_put(f, i, "c", json_real(sum));
}


ckp_code_t
ckp_dag_heard(ckp_fiber_t *f, const char *key, const char *type,
    const json_t *payload)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    bool                    spare;
    const size_t            task = ckp_dag_find(dag, key, &spare);
    const char             *id;

    if (task == CKP_DAG_NONE) {
        return CKP_OK;
    }

    id = dag->tasks[spare ? dag->tasks[task].fallback : task].id;

    if (strcmp(type, "step_retry") == 0 || strcmp(type, "llm_retry") == 0) {
        return task_retried(f, task, id, spare, payload);
    }

    if (strcmp(type, "approval_requested") == 0) {
        return task_waits(f, id, "approval");
    }

    if (strcmp(type, "workflow_delegated") == 0) {
        return task_waits(f, id, "delegation");
    }

    return strcmp(type, "cost") == 0 ? task_costs(f, task, payload) : CKP_OK;
}
