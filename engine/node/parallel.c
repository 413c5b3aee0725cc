/*
 * parallel: several paths at once, each in variables of its own, joined when
 * all, one or the first of them has ended, or never (spec/ckp.md 10.4).
 */

#include <string.h>

#include "base/json.h"
#include "node/parallel_int.h"
#include "node/step.h"
#include "node/types.h"


static const ckp_parallel_t *
parallel_of(const ckp_fiber_t *f)
{
    return ckp_fiber_node(f)->u.parallel;
}


static ckp_code_t
parallel_more(ckp_fiber_t *f, const char *counter, int64_t by)
{
    return ckp_fiber_put(f, "par", counter,
               json_integer(by + ckp_fiber_get_int(f, "par", counter)));
}


/* --- the end ------------------------------------------------------------------ */

/* By branch, in the order of the document. */

static json_t *
parallel_by_branch(const ckp_fiber_t *f, const char *what)
{
    const ckp_parallel_t *const  par = parallel_of(f);
    json_t *const                all = json_object();

    for (size_t i = 0; all != NULL && i < par->nbranches; i++) {
        json_t *const  v = ckp_fiber_get(f, what, par->branches[i].id);

        if (v != NULL) {
            (void) json_object_set(all, par->branches[i].id, v);
        }
    }

    return all;
}


static ckp_code_t
parallel_merge(ckp_fiber_t *f, const json_t *branches)
{
    const char    *id;
    const char    *name;
    json_t        *delta;
    json_t        *value;

    if (parallel_of(f)->apart) {
        return CKP_OK;
    }

    json_object_foreach((json_t *) branches, id, delta) {
        json_object_foreach(delta, name, value) {
            const ckp_code_t  rc = ckp_fiber_var_set(f, name,
                                                     json_incref(value));

            if (rc != CKP_OK) {
                return rc;
            }
        }
    }

    return CKP_OK;
}


static json_t *
parallel_results(const ckp_fiber_t *f)
{
    const char *const  won = ckp_fiber_get_str(f, "par", "won");

    return json_pack("{s:o, s:o, s:s?}", "branches",
                     parallel_by_branch(f, "set"), "errors",
                     parallel_by_branch(f, "errs"), "winner", won);
}


static ckp_code_t
parallel_told(ckp_fiber_t *f)
{
    return ckp_fiber_emit(f, "parallel_completed",
               json_pack("{s:s?, s:I, s:I, s:I}", "winner",
                   ckp_fiber_get_str(f, "par", "won"), "completed",
                   (json_int_t) ckp_fiber_get_int(f, "par", "done"), "failed",
                   (json_int_t) ckp_fiber_get_int(f, "par", "failed"),
                   "canceled",
                   (json_int_t) ckp_fiber_get_int(f, "par", "canceled")));
}


static ckp_code_t
parallel_over(ckp_fiber_t *f)
{
    json_t *const  results = parallel_results(f);
    ckp_code_t     rc = results == NULL ? CKP_E_NOMEM
        : parallel_merge(f, json_object_get(results, "branches"));

    if (rc == CKP_OK) {
        rc = ckp_fiber_last_put(f, "parallel_results", json_incref(results));
    }

    if (rc == CKP_OK && parallel_of(f)->wait != CKP_WAIT_NONE) {
        rc = parallel_told(f);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_done(f, (ckp_target_t) { CKP_TO_NOTHING, NULL },
                            results);
    }

    json_decref(results);

    return rc;
}


/* --- starting ----------------------------------------------------------------- */

static ckp_code_t
parallel_start(ckp_fiber_t *f, const ckp_branch_t *branch, uint32_t round)
{
    const bool  alone = parallel_of(f)->wait == CKP_WAIT_NONE;
    ckp_code_t  rc = CKP_OK;

    if (round == 1) {
        rc = ckp_fiber_emit(f, "branch_started", json_pack("{s:s}",
                            "branch_id", branch->id));
    }

    if (rc != CKP_OK) {
        return rc;
    }

    return ckp_fiber_fork(f, &(ckp_fork_t) {
        .kind = CKP_FRAME_BRANCH, .key = branch->id, .round = round,
        .start = branch->start, .apart = true, .frozen = alone,
        .detached = alone
    });
}


/* Its condition may leave a branch out. */

static ckp_code_t
parallel_first(ckp_fiber_t *f, const ckp_branch_t *branch)
{
    bool        holds = true;
    ckp_code_t  rc = CKP_OK;

    if (branch->condition != NULL) {
        rc = ckp_fiber_test(f, branch->condition, &holds);
    }

    if (rc != CKP_OK || !holds || branch->start == NULL) {
        return rc;
    }

    if (parallel_of(f)->wait != CKP_WAIT_NONE) {
        rc = parallel_more(f, "live", 1);
    }

    return rc == CKP_OK ? parallel_start(f, branch, 1) : rc;
}


/* Those that waited to be tried again; *at: the next that still waits. */

static ckp_code_t
parallel_again(ckp_fiber_t *f, int64_t *at)
{
    const ckp_parallel_t *const  par = parallel_of(f);
    ckp_code_t                   rc = CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < par->nbranches; i++) {
        const char *const  id = par->branches[i].id;
        const int64_t      ms = ckp_fiber_get_int(f, "at", id);
        const int64_t      n = ckp_fiber_get_int(f, "tries", id);

        if (ms == 0) {
            continue;
        }

        if (ms > ckp_fiber_now(f)) {
            *at = ms < *at ? ms : *at;
            continue;
        }

        rc = ckp_fiber_del(f, "at", id);
        rc = rc == CKP_OK ? parallel_start(f, &par->branches[i],
                                           (uint32_t) n + 1)
                          : rc;
    }

    return rc;
}


static ckp_code_t
parallel_go_on(ckp_fiber_t *f)
{
    const ckp_parallel_t *const  par = parallel_of(f);
    int64_t                      at = CKP_NO_TIME;
    ckp_code_t                   rc = parallel_again(f, &at);

    while (rc == CKP_OK
           && ckp_fiber_get_int(f, "par", "next") < (int64_t) par->nbranches
           && ckp_fiber_get_int(f, "par", "live") < par->side)
    {
        const int64_t  i = ckp_fiber_get_int(f, "par", "next");

        rc = parallel_more(f, "next", 1);
        rc = rc == CKP_OK ? parallel_first(f, &par->branches[i]) : rc;
    }

    if (rc != CKP_OK) {
        return rc;
    }

    return ckp_fiber_get_int(f, "par", "live") > 0 ? ckp_fiber_sleep(f, at)
                                                   : parallel_over(f);
}


static ckp_code_t
parallel_enter(ckp_fiber_t *f)
{
    const ckp_parallel_t *const  par = parallel_of(f);
    json_t *const                ids = json_array();
    ckp_code_t                   rc;

    for (size_t i = 0; i < par->nbranches; i++) {
        (void) json_array_append_new(ids, json_string(par->branches[i].id));
    }

    rc = ckp_fiber_emit(f, "parallel_started", json_pack("{s:o, s:s}",
             "branches", ids, "wait_strategy", ckp_parallel_word(par->wait)));

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "par", NULL, json_pack("{s:i, s:i, s:i, s:i, "
                           "s:i}", "next", 0, "live", 0, "done", 0, "failed",
                           0, "canceled", 0));
    }

    return rc == CKP_OK ? parallel_go_on(f) : rc;
}


/* --- a branch has ended ------------------------------------------------------------ */

static const ckp_branch_t *
parallel_branch(const ckp_fiber_t *f, const char *id)
{
    const ckp_parallel_t *const  par = parallel_of(f);

    for (size_t i = 0; i < par->nbranches; i++) {
        if (strcmp(par->branches[i].id, id) == 0) {
            return &par->branches[i];
        }
    }

    return NULL;
}


/* Of the others that run: who lost, or who is stopped by a failure. */

static ckp_code_t
parallel_cancel(ckp_fiber_t *f, const char *but, const char *reason,
    bool reap)
{
    const ckp_parallel_t *const  par = parallel_of(f);
    ckp_code_t                   rc = CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < par->nbranches; i++) {
        const char *const  id = par->branches[i].id;
        const bool         rests = ckp_fiber_get_int(f, "at", id) != 0;

        if (strcmp(id, but) == 0
            || (!rests && !ckp_fiber_has_frame(f, id)))
        {
            continue;
        }

        rc = ckp_fiber_emit(f, "branch_canceled", json_pack("{s:s, s:s}",
                            "branch_id", id, "reason", reason));
        rc = rc == CKP_OK ? ckp_fiber_frame_told(f, id) : rc;

        if (rc == CKP_OK && reap) {
            rc = ckp_fiber_reap(f, id, "canceled");
            rc = rc == CKP_OK ? ckp_fiber_del(f, "at", id) : rc;
            rc = rc == CKP_OK ? parallel_more(f, "live", -1) : rc;
            rc = rc == CKP_OK ? parallel_more(f, "canceled", 1) : rc;
        }
    }

    return rc;
}


/* One branch decides for all. */

static ckp_code_t
parallel_won(ckp_fiber_t *f, const char *id)
{
    ckp_code_t  rc = ckp_fiber_put(f, "par", "won", json_string(id));

    return rc == CKP_OK ? parallel_cancel(f, id, "loser", true) : rc;
}


static ckp_code_t
parallel_completed(ckp_fiber_t *f, const ckp_child_t *child)
{
    const ckp_wait_t  wait = parallel_of(f)->wait;
    ckp_code_t        rc;

    rc = ckp_fiber_put(f, "set", child->key,
                       json_incref((json_t *) child->vars));

    if (rc == CKP_OK) {
        rc = parallel_more(f, "done", 1);
    }

    if (rc == CKP_OK) {
        rc = parallel_more(f, "live", -1);
    }

    if (rc == CKP_OK && (wait == CKP_WAIT_ANY || wait == CKP_WAIT_FIRST)) {
        rc = parallel_won(f, child->key);

        return rc == CKP_OK ? parallel_over(f) : rc;
    }

    return rc == CKP_OK ? ckp_fiber_again(f) : rc;
}


static json_t *
parallel_error(const ckp_child_t *child, const char *type)
{
    const char *const  text = ckp_json_str(child->error, "message");

    return json_pack("{s:s, s:o, s:O, s:{s:s}}", "type", type, "message",
               json_sprintf("branch '%s': %s", child->key,
                            text == NULL ? "failed" : text),
               "cause", child->error, "details", "branch_id", child->key);
}


/* Whether it is tried again; then `again` is set. */

static ckp_code_t
parallel_retry(ckp_fiber_t *f, const ckp_child_t *child, bool *again)
{
    const ckp_parallel_t *const  par = parallel_of(f);
    const uint32_t               n = child->round;
    const char                  *path;
    int64_t                      ms;
    ckp_code_t                   rc;

    *again = par->failure == CKP_BRANCH_RETRY && n < par->retry.max_attempts
             && ckp_error_retryable(child->error, &par->retry);

    if (!*again) {
        return CKP_OK;
    }

    path = ckp_fiber_node_path(f);
    ms = child->detached ? 0
         : ckp_backoff_jitter_ms(&par->retry, n, 0, ckp_fiber_run_id(f), path);

    rc = ckp_fiber_emit(f, "branch_retry", json_pack("{s:s, s:I, s:I}",
                        "branch_id", child->key, "attempt",
                        (json_int_t) n + 1, "delay_ms", (json_int_t) ms));

    if (rc != CKP_OK || child->detached) {
        return rc;
    }

    rc = ckp_fiber_put(f, "tries", child->key, json_integer(n));
    rc = rc == CKP_OK ? ckp_fiber_put(f, "at", child->key,
                            json_integer(ckp_fiber_now(f) + ms))
                      : rc;

    return rc == CKP_OK ? ckp_fiber_again(f) : rc;
}


/* Whether a failed branch makes the node fail now; its error is raised. */

static ckp_code_t
parallel_stops(ckp_fiber_t *f, const ckp_child_t *child, bool *stops)
{
    const ckp_parallel_t *const  par = parallel_of(f);
    const int64_t                live = ckp_fiber_get_int(f, "par", "live");
    const int64_t                next = ckp_fiber_get_int(f, "par", "next");
    const bool                   last = live <= 1
                                        && next >= (int64_t) par->nbranches;
    ckp_code_t                   rc;

    *stops = par->failure != CKP_BRANCH_CONTINUE
             && (par->wait != CKP_WAIT_ANY || last);

    if (!*stops) {
        return CKP_OK;
    }

    rc = parallel_cancel(f, child->key, "stop", false);

    return rc != CKP_OK ? rc
           : ckp_fiber_raise_json(f, parallel_error(child,
                 par->wait == CKP_WAIT_ANY ? "AllBranchesFailed"
                                           : "BranchFailed"));
}


static ckp_code_t
parallel_failed(ckp_fiber_t *f, const ckp_child_t *child)
{
    bool        stops = false;
    ckp_code_t  rc = parallel_stops(f, child, &stops);

    if (rc != CKP_OK) {
        return rc;
    }

    rc = ckp_fiber_put(f, "errs", child->key,
                       ckp_json_copy(child->error));

    if (rc == CKP_OK) {
        rc = parallel_more(f, "failed", 1);
    }

    if (rc == CKP_OK) {
        rc = parallel_more(f, "live", -1);
    }

    if (rc == CKP_OK && parallel_of(f)->wait == CKP_WAIT_FIRST) {
        rc = parallel_won(f, child->key);

        return rc == CKP_OK ? parallel_over(f) : rc;
    }

    return rc == CKP_OK ? ckp_fiber_again(f) : rc;
}


/* --- branches that nobody waits for ------------------------------------------------- */

static ckp_code_t
parallel_alone_done(ckp_fiber_t *f, const ckp_child_t *child)
{
    json_t *const  old = ckp_fiber_last_get(f, "parallel_results");
    json_t *const  results = old == NULL
        ? json_pack("{s:{}, s:{}, s:n}", "branches", "errors", "winner")
        : ckp_json_copy(old);
    json_t *const  into = json_object_get(results, "branches");

    if (into == NULL || json_object_set(into, child->key,
                                        (json_t *) child->vars) != 0)
    {
        json_decref(results);
        return CKP_E_NOMEM;
    }

    return ckp_fiber_last_put(f, "parallel_results", results);
}


static ckp_code_t
parallel_alone(ckp_fiber_t *f, const ckp_child_t *child)
{
    const ckp_branch_t *const  branch = parallel_branch(f, child->key);
    bool                       again = false;
    json_t                    *error;
    ckp_code_t                 rc;

    if (child->how != CKP_CHILD_FAILED) {
        return parallel_alone_done(f, child);
    }

    rc = parallel_retry(f, child, &again);

    if (rc != CKP_OK || again) {
        return rc == CKP_OK ? parallel_start(f, branch, child->round + 1)
                            : rc;
    }

    if (parallel_of(f)->failure == CKP_BRANCH_CONTINUE) {
        return CKP_OK;
    }

    error = parallel_error(child, "BranchFailed");
    rc = error == NULL ? CKP_E_NOMEM : ckp_frame_fail_run(f, error);
    json_decref(error);

    return rc;
}


static ckp_code_t
parallel_child(ckp_fiber_t *f, const ckp_child_t *child)
{
    bool        again = false;
    json_t     *keys;
    const char *name;
    json_t     *value;
    ckp_code_t  rc;

    if (parallel_branch(f, child->key) == NULL) {
        return CKP_E_BUG;
    }

    if (child->how == CKP_CHILD_FAILED) {
        rc = ckp_fiber_emit(f, "branch_failed", json_pack("{s:s, s:o, s:s?}",
                 "branch_id", child->key, "error",
                 ckp_error_text(child->error), "error_type",
                 ckp_json_str(child->error, "type")));

        if (rc != CKP_OK || child->detached) {
            return rc == CKP_OK ? parallel_alone(f, child) : rc;
        }

        rc = parallel_retry(f, child, &again);

        return rc != CKP_OK || again ? rc : parallel_failed(f, child);
    }

    keys = json_array();

    json_object_foreach((json_t *) child->vars, name, value) {
        (void) json_array_append_new(keys, json_string(name));
    }

    rc = ckp_fiber_emit(f, "branch_completed", json_pack("{s:s, s:o, s:I}",
             "branch_id", child->key, "delta_keys", keys, "duration_ms",
             (json_int_t) (ckp_fiber_now(f) - child->t0)));

    if (rc != CKP_OK) {
        return rc;
    }

    return child->detached ? parallel_alone(f, child)
                           : parallel_completed(f, child);
}


static ckp_code_t
parallel_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    /* a run that goes on: so do the branches that stood, by themselves */

    return in == NULL || in->kind == CKP_IN_TICK || in->kind == CKP_IN_RESUME
           ? parallel_go_on(f) : CKP_E_STATE;
}


const ckp_node_ops_t  ckp_node_parallel = {
    .type = "parallel",
    .parse = ckp_parallel_parse,
    .enter = parallel_enter,
    .wake = parallel_wake,
    .child = parallel_child,
};
