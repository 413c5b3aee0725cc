/*
 * Steps in order: finding the next, its condition and parameters.  The attempt
 * itself is in attempt.c, what a result changes in step_end.c.
 * Source: spec/ckp.md 12.2.
 */

#include "node/step.h"

#include <string.h>

#include "base/json.h"
#include "model/event.h"
#include "model/limits.h"
#include "step/once.h"
#include "step/shot.h"
#include "node/terminate.h"
#include "node/validate.h"


json_t *
ckp_error_text(const json_t *error)
{
    const char *const  text = ckp_json_str(error, "message");

    return ckp_text_cut(text == NULL ? "" : text, CKP_ERROR_TEXT_MAX);
}


/* --- the list --------------------------------------------------------------- */

static const ckp_step_t *
step_list(const ckp_fiber_t *f, const char *list, size_t *n)
{
    const ckp_node_t *const  node = ckp_fiber_node(f);

    *n = 0;

    if (list == NULL) {
        *n = node->u.sequence->nsteps;
        return node->u.sequence->steps;
    }

    if (strcmp(list, "rec") == 0) {
        const ckp_handler_t *const  h = ckp_handler_current(f);

        *n = h == NULL ? 0 : h->nrecovery;
        return h == NULL ? NULL : h->recovery;
    }

    if (strcmp(list, "val") == 0) {
        *n = 1;
        return ckp_validate_asks(f);
    }

    if (strcmp(list, "clean") == 0) {
        *n = node->u.terminate->ncleanup;
        return node->u.terminate->cleanup;
    }

    *n = node->u.terminate->nerror_actions;
    return node->u.terminate->error_actions;
}


const ckp_step_t *
ckp_steps_list(const ckp_fiber_t *f, size_t *n)
{
    return step_list(f, ckp_fiber_get_str(f, "list", NULL), n);
}


const ckp_step_t *
ckp_step_under(const ckp_fiber_t *f, const char *list, int64_t at)
{
    size_t                   n;
    const ckp_step_t *const  steps = step_list(f, list, &n);

    return steps != NULL && at >= 0 && (size_t) at < n ? &steps[at] : NULL;
}


const ckp_step_t *
ckp_step_at(const ckp_fiber_t *f)
{
    return ckp_step_under(f, ckp_fiber_get_str(f, "list", NULL),
                          ckp_fiber_get_int(f, "at", NULL));
}


/* All of the node's own are done: what must hold then. */

/* restore_checkpoint may have said where it goes on. */

static ckp_target_t
step_jump(const ckp_fiber_t *f, ckp_target_t next)
{
    const char *const        jump = ckp_fiber_get_str(f, "jump", NULL);
    const ckp_node_t *const  node = jump == NULL ? NULL
                                    : ckp_program_node(ckp_fiber_program(f),
                                                       jump);

    return node == NULL ? next
           : (ckp_target_t) { .kind = CKP_TO_NODE, .node = node };
}


static ckp_code_t
step_all_done(ckp_fiber_t *f)
{
    const ckp_node_t *const  node = ckp_fiber_node(f);
    bool                     holds;
    ckp_code_t               rc = ckp_validate_node(f, &holds);
    json_t                  *result;

    if (rc != CKP_OK || !holds) {
        return rc;
    }

    result = json_incref(ckp_fiber_get(f, "res", NULL));
    rc = ckp_fiber_done(f, step_jump(f, node->next), result);
    json_decref(result);

    return rc;
}


static ckp_code_t
step_list_end(ckp_fiber_t *f)
{
    const char *const  list = ckp_fiber_get_str(f, "list", NULL);

    ckp_fiber_at_step(f, NULL);

    if (list == NULL) {
        return step_all_done(f);
    }

    if (strcmp(list, "rec") == 0) {
        return ckp_handler_resume(f, true);
    }

    if (strcmp(list, "val") == 0) {
        return ckp_validate_went(f);
    }

    return ckp_terminate_went(f, list);
}


ckp_code_t
ckp_step_next(ckp_fiber_t *f)
{
    const int64_t  at = ckp_fiber_get_int(f, "at", NULL);
    ckp_code_t     rc = ckp_fiber_put(f, "at", NULL, json_integer(at + 1));

    ckp_fiber_at_step(f, NULL);

    /* what is left of it is replaced by the next one's, in one change */

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "ph", json_string("done"));
    }

    if (rc == CKP_OK && ckp_fiber_get_str(f, "list", NULL) == NULL) {
        rc = ckp_fiber_del(f, "hc", NULL);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "k0", NULL);
    }

    return rc == CKP_OK ? ckp_fiber_again(f) : rc;
}


ckp_code_t
ckp_step_pause(ckp_fiber_t *f, const char *ph, int64_t ms)
{
    const int64_t     until = ckp_fiber_now(f) + ms;
    const ckp_code_t  rc = ckp_fiber_put(f, "step", "ph", json_string(ph));

    if (rc != CKP_OK
        || ckp_fiber_put(f, "step", "until", json_integer(until)) != CKP_OK)
    {
        return CKP_E_NOMEM;
    }

    return ckp_fiber_sleep(f, until);
}


/* --- the beginning ------------------------------------------------------------ */

ckp_code_t
ckp_step_skip(ckp_fiber_t *f, const char *reason)
{
    const ckp_code_t  rc = ckp_fiber_emit(f, "step_skipped",
                               json_pack("{s:s}", "reason", reason));

    return rc == CKP_OK ? ckp_step_next(f) : rc;
}


/* Before the first attempt there is none to be tried again. */

ckp_code_t
ckp_step_refused(ckp_fiber_t *f, ckp_code_t rc)
{
    json_t  *error;

    if (rc != CKP_E_INVALID) {
        return rc;
    }

    error = ckp_fiber_error_take(f);

    return error == NULL ? CKP_E_NOMEM : ckp_step_failed(f, error);
}


/* After the pause: a result known already, or the first attempt. */

static ckp_code_t
step_go(ckp_fiber_t *f)
{
    bool        known = false;
    ckp_code_t  rc = ckp_step_make_key(f);

    if (rc != CKP_OK) {
        return ckp_step_refused(f, rc);
    }

    rc = ckp_once_known(f, &known);

    return rc != CKP_OK || known ? rc : ckp_attempt_start(f);
}


static ckp_code_t
step_begin(ckp_fiber_t *f)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const int64_t            k = ckp_fiber_get_int(f, "k0", NULL);
    const bool               dry = strcmp(ckp_fiber_mode(f), "dry_run") == 0;
    json_t                  *params = NULL;
    bool                     holds = true;
    ckp_code_t               rc = CKP_OK;

    if (ckp_fiber_run_put(f, "last", "step", json_string(step->id)) != CKP_OK
        || ckp_fiber_put(f, "step", NULL, json_pack("{s:s, s:i, s:I, s:b}",
               "ph", "begin", "try", 0, "k", (json_int_t) k, "amb", 1))
           != CKP_OK)
    {
        return CKP_E_NOMEM;
    }

    if (step->condition != NULL) {
        rc = ckp_fiber_test(f, step->condition, &holds);
    }

    if (rc == CKP_OK && !holds) {
        return ckp_step_skip(f, "condition");
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_render_params(f, step, &params);
    }

    if (rc != CKP_OK) {
        return ckp_step_refused(f, rc);
    }

    rc = ckp_fiber_put(f, "step", "params", params);

    if (rc == CKP_OK && step->wait_ms > 0 && !dry
        && strcmp(step->action, "wait") != 0)
    {
        return ckp_step_pause(f, "pre", step->wait_ms);
    }

    return rc == CKP_OK ? step_go(f) : rc;
}


ckp_code_t
ckp_steps_run(ckp_fiber_t *f)
{
    const ckp_step_t *const  step = ckp_step_at(f);
    const char *const        ph = ckp_fiber_get_str(f, "step", "ph");

    if (step == NULL) {
        return step_list_end(f);
    }

    ckp_fiber_at_step(f, step);

    return ph != NULL && strcmp(ph, "retry") == 0 ? ckp_attempt_start(f)
                                                  : step_begin(f);
}


/* --- waking ---------------------------------------------------------------------- */

/* The run was retried: the step that failed, or was cut short, once more. */

static ckp_code_t
step_resume(ckp_fiber_t *f)
{
    const json_t  *last;
    const char    *ph;
    int64_t        k = 0;
    ckp_code_t     rc = ckp_fiber_get(f, "v", NULL) == NULL ? CKP_OK
                        : ckp_validate_drop(f);

    last = ckp_fiber_get(f, "h", "step");
    last = last != NULL ? last : ckp_fiber_get(f, "step", NULL);
    ph = ckp_json_str(last, "ph");

    if (json_object_get(last, "shot") != NULL) {
        ph = ckp_shot_before(last, ph);
    }

    /* one that was done but for what follows it is not done again */

    if (rc == CKP_OK && ph != NULL && strcmp(ph, "after") == 0) {
        rc = ckp_fiber_put(f, "at", NULL,
                 json_integer(1 + ckp_fiber_get_int(f, "at", NULL)));
        ph = "done";
    }

    if (ph != NULL && strcmp(ph, "done") != 0) {
        k = ckp_json_int(last, "k", 0);
    }

    /* a reply that was recorded makes the next call another one */

    if (ph != NULL && strcmp(ph, "failed") == 0
        && !ckp_json_bool(last, "amb", true))
    {
        k++;
    }

    const char *const  list = ckp_fiber_get_str(f, "list", NULL);

    if (rc == CKP_OK && list != NULL && strcmp(list, "rec") == 0) {
        rc = ckp_handler_back(f);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "k0", NULL, json_integer(k));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "step", NULL);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "h", NULL);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "hc", NULL);
    }

    return rc == CKP_OK ? ckp_fiber_again(f) : rc;
}


ckp_code_t
ckp_steps_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    const ckp_step_t *const  step = ckp_step_at(f);
    const char *const        ph = ckp_fiber_get_str(f, "step", "ph");

    if (in == NULL) {
        return ckp_steps_run(f);
    }

    if (in->kind == CKP_IN_RESUME) {
        return step_resume(f);
    }

    if (step == NULL || ph == NULL) {
        return CKP_E_STATE;
    }

    ckp_fiber_at_step(f, step);

    if (in->kind == CKP_IN_TICK && strcmp(ph, "pre") == 0) {
        return step_go(f);
    }

    if (in->kind == CKP_IN_TICK && strcmp(ph, "after") == 0) {
        return ckp_step_next(f);
    }

    return ckp_attempt_wake(f, in);
}
