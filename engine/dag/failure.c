/*
 * dag: a task that failed: tried again by the dag, stood in for by its
 * fallback, or given up, and what that means for the others (spec/ckp.md 11.5,
 * 16).
 */

#include <string.h>

#include "base/json.h"
#include "dag/dag.h"
#include "node/step.h"


/* --- once more ---------------------------------------------------------------------- */


/* The wait before the next attempt; -1: there is none. */
static int64_t
failure_wait(ckp_fiber_t *f, const ckp_dag_task_t *task, size_t i,
    const json_t *error)
{
    const int64_t  n = json_integer_value(ckp_dag_get(f, i, "a"));
    const int64_t  spent = ckp_fiber_now(f)
                           - json_integer_value(ckp_dag_get(f, i, "t0"));
    json_t        *path;
    int64_t        ms;

    if (!task->restarts || n < 1 || n >= (int64_t) task->retry.max_attempts
        || ckp_error_is_engine(error)
        || !ckp_error_retryable(error, &task->retry))
    {
        return -1;
    }

    path = json_sprintf("%s/t:%s", ckp_fiber_path(f), task->id);
    ms = ckp_backoff_jitter_ms(&task->retry, (uint32_t) n,
             (uint32_t) json_integer_value(ckp_dag_get(f, i, "prev")),
             ckp_fiber_run_id(f), path == NULL ? task->id
                                               : json_string_value(path));
    json_decref(path);

    return task->retry.max_elapsed_ms != 0
           && spent + ms > task->retry.max_elapsed_ms ? -1 : ms;
}


static ckp_code_t
failure_again(ckp_fiber_t *f, const ckp_dag_task_t *task, size_t i,
    int64_t ms, const json_t *error)
{
    const int64_t  n = json_integer_value(ckp_dag_get(f, i, "a"));
    const int64_t  at = ckp_fiber_now(f) + ms;
    ckp_code_t     rc;

    rc = ckp_fiber_emit(f, "task_retry",
             json_pack("{s:s, s:I, s:I, s:I, s:o, s:s?}",
                 "task_id", task->id, "attempt", (json_int_t) (n + 1),
                 "max_attempts", (json_int_t) task->retry.max_attempts,
                 "delay_ms", (json_int_t) ms, "error", ckp_error_text(error),
                 "error_type", ckp_json_str(error, "type")));

    if (rc == CKP_OK) {
        rc = ckp_fiber_count(f, "retries");
    }

    if (rc == CKP_OK && ms > 0) {
        rc = ckp_fiber_emit(f, "task_waiting", json_pack("{s:s, s:s}",
                            "task_id", task->id, "reason", "retry"));
    }

    if (rc == CKP_OK) {
        rc = ckp_dag_put(f, i, "s", json_string("waiting"));
    }

    if (rc == CKP_OK) {
        rc = ckp_dag_put(f, i, "prev", json_integer(ms));
    }

    return rc == CKP_OK ? ckp_fiber_put(f, "u", task->id, json_integer(at))
                        : rc;
}


/* --- for good -------------------------------------------------------------------------- */


static ckp_code_t
failure_tell(ckp_fiber_t *f, const char *id, int64_t attempts,
    const json_t *error)
{
    return ckp_fiber_emit(f, "task_failed", json_pack("{s:s, s:o, s:I, s:s?}",
               "task_id", id, "error", ckp_error_text(error),
               "attempts", (json_int_t) attempts,
               "error_type", ckp_json_str(error, "type")));
}


/* A person's decision is the output, whichever way it went. */
static ckp_code_t
failure_decision(ckp_fiber_t *f, const ckp_dag_task_t *task, size_t i)
{
    json_t *const  record = json_object_get(ckp_fiber_approvals(f),
                                           task->id);
    json_t        *out = NULL;
    json_t        *names;
    ckp_code_t     rc = CKP_OK;

    if (task->kind != CKP_DAG_BODY_APPROVAL || record == NULL) {
        return CKP_OK;
    }

    if (task->shape == NULL) {
        return ckp_dag_put(f, i, "out", json_incref(record));
    }

    names = json_pack("{s:O, s:O?}", "result", record, "inputs",
                      ckp_dag_get(f, i, "in"));

    if (names == NULL) {
        return CKP_E_NOMEM;
    }

    rc = ckp_dag_render(f, i, task->shape, names, &out);
    json_decref(names);

    if (rc == CKP_E_INVALID) {
        json_decref(ckp_fiber_error_take(f));
        return CKP_OK;
    }

    return rc == CKP_OK ? ckp_dag_put(f, i, "out", out) : rc;
}


/* No task starts any more; the ones at work may finish, or are given up. */
static ckp_code_t
failure_stop(ckp_fiber_t *f, const ckp_dag_task_t *task, const json_t *error)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    const bool              back = task->on_error == CKP_DAG_ROLLBACK;
    ckp_code_t              rc = CKP_OK;

    if (ckp_fiber_get(f, "stop", NULL) == NULL) {
        rc = ckp_fiber_put(f, "stop", NULL, json_pack("{s:s, s:o}", "task",
                           task->id, "err", ckp_json_copy(error)));
    }

    if (rc == CKP_OK && (back || dag->cancels)) {
        rc = ckp_fiber_put(f, "stop", "now", json_true());
    }

    if (rc == CKP_OK && back) {
        rc = ckp_fiber_put(f, "stop", "back", json_true());
    }

    return rc;
}


static ckp_code_t
failure_final(ckp_fiber_t *f, size_t i, const json_t *error)
{
    const ckp_dag_task_t *const  task = &ckp_fiber_node(f)->u.dag->tasks[i];
    const int64_t                n = json_integer_value(ckp_dag_get(f, i,
                                                                    "a"));
    ckp_code_t                   rc = failure_decision(f, task, i);

    if (rc == CKP_OK) {
        rc = ckp_dag_put(f, i, "err", ckp_json_copy(error));
    }

    if (rc == CKP_OK) {
        rc = failure_tell(f, task->id, n, error);
    }

    if (rc == CKP_OK) {
        rc = ckp_dag_count(f, "live", NULL, -1);
    }

    if (rc == CKP_OK && task->on_error != CKP_DAG_CONTINUE) {
        rc = failure_stop(f, task, error);
    }

    return rc == CKP_OK ? ckp_dag_settle(f, i, CKP_DAG_FAILED) : rc;
}


/* The fallback failed as well: the first error is the one that counts. */
static ckp_code_t
failure_spare(ckp_fiber_t *f, size_t i, const json_t *error)
{
    const ckp_dag_t *const       dag = ckp_fiber_node(f)->u.dag;
    const ckp_dag_task_t *const  who = &dag->tasks[dag->tasks[i].fallback];
    json_t *const                first = json_incref(ckp_dag_get(f, i, "err"));
    ckp_code_t                   rc = failure_tell(f, who->id, 1, error);

    if (rc == CKP_OK && who->spare) {
        rc = ckp_dag_put(f, dag->tasks[i].fallback, "ran",
                         json_string("failed"));
    }

    if (rc == CKP_OK) {
        rc = failure_final(f, i, first == NULL ? error : first);
    }

    json_decref(first);

    return rc;
}


ckp_code_t
ckp_dag_failed(ckp_fiber_t *f, size_t i, bool spare, const json_t *error)
{
    const ckp_dag_task_t *const  task = &ckp_fiber_node(f)->u.dag->tasks[i];
    int64_t                      ms;
    ckp_code_t                   rc;

    if (spare) {
        return failure_spare(f, i, error);
    }

    ms = failure_wait(f, task, i, error);

    if (ms >= 0) {
        return failure_again(f, task, i, ms, error);
    }

    if (task->fallback == CKP_DAG_NONE || ckp_error_is_engine(error)) {
        return failure_final(f, i, error);
    }

    rc = ckp_dag_put(f, i, "err", ckp_json_copy(error));

    return rc == CKP_OK ? ckp_dag_stand_in(f, i) : rc;
}
