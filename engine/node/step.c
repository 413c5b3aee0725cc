/*
 * Steps in order: finding the next, its condition and parameters, and what a
 * result changes.  The attempt itself is in attempt.c.
 * Source: spec/ckp.md 12.2, 19.3, 20.
 */

#include "node/step.h"

#include <string.h>

#include "base/json.h"
#include "base/sha.h"
#include "model/event.h"
#include "model/limits.h"
#include "node/terminate.h"


json_t *
ckp_error_text(const json_t *error)
{
    const char *const  text = ckp_json_str(error, "message");

    return ckp_text_cut(text == NULL ? "" : text, CKP_ERROR_TEXT_MAX);
}


/* --- the list --------------------------------------------------------------- */

static const ckp_step_t *
step_list(const ckp_fiber_t *f, size_t *n)
{
    const ckp_node_t *const  node = ckp_fiber_node(f);
    const char *const        list = ckp_fiber_get_str(f, "list", NULL);

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

    if (strcmp(list, "clean") == 0) {
        *n = node->u.terminate->ncleanup;
        return node->u.terminate->cleanup;
    }

    *n = node->u.terminate->nerror_actions;
    return node->u.terminate->error_actions;
}


const ckp_step_t *
ckp_step_at(const ckp_fiber_t *f)
{
    const int64_t            at = ckp_fiber_get_int(f, "at", NULL);
    size_t                   n;
    const ckp_step_t *const  steps = step_list(f, &n);

    return at >= 0 && (size_t) at < n ? &steps[at] : NULL;
}


/* Is there anything of this node that a later mapping may want? */

static bool
step_keeps_result(const ckp_fiber_t *f)
{
    return ckp_fiber_node(f)->noutputs > 0
           && ckp_fiber_get_str(f, "list", NULL) == NULL;
}


static ckp_code_t
step_list_end(ckp_fiber_t *f)
{
    const ckp_node_t *const  node = ckp_fiber_node(f);
    const char *const        list = ckp_fiber_get_str(f, "list", NULL);

    ckp_fiber_at_step(f, NULL);

    if (list == NULL) {
        json_t *const     result = json_incref(ckp_fiber_get(f, "res", NULL));
        const ckp_code_t  rc = ckp_fiber_done(f, node->next, result);

        json_decref(result);

        return rc;
    }

    if (strcmp(list, "rec") == 0) {
        return ckp_handler_resume(f, true);
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

/* A key that fits a header: visible ASCII of at most 255 bytes. */

static json_t *
step_fit_key(const char *text)
{
    uint8_t  sum[CKP_SHA256_LEN];
    char     hex[2 * CKP_SHA256_LEN + 1];
    size_t   n;

    for (n = 0; text[n] > 0x20 && text[n] < 0x7f; n++) { /* count them */ }

    /* room for "#k" behind it */

    if (text[n] == '\0' && n <= CKP_KEY_MAX - 8) {
        return json_string(text);
    }

    ckp_sha256(text, strlen(text), sum);
    ckp_hex(sum, sizeof(sum), hex);

    return json_string(hex);
}


static json_t *
step_own_key(ckp_fiber_t *f)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    json_t *const            full = ckp_fiber_is_plain(f)
        ? json_sprintf("%s:%s:%s", ckp_fiber_run_id(f), ckp_fiber_node(f)->id,
                       step->id)
        : json_sprintf("%s:%s", ckp_fiber_run_id(f), ckp_fiber_path(f));
    json_t *const            key = full == NULL ? NULL
                                   : step_fit_key(json_string_value(full));

    json_decref(full);

    return key;
}


/* n.step.key; with a rendered key also n.step.own. */

static ckp_code_t
step_make_key(ckp_fiber_t *f)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    json_t                  *key = NULL;
    ckp_eval_t               ev;
    ckp_err_t                err = CKP_ERR_INIT;
    ckp_buf_t                b;
    ckp_code_t               rc = CKP_OK;

    if (step->idempotency_key != NULL) {
        ckp_fiber_eval(f, &ev);
        ckp_buf_init(&b, CKP_TEMPLATE_OUT_MAX);
        rc = ckp_template_render_text(step->idempotency_key, &ev, &b, &err);

        if (rc == CKP_OK && b.len > 0) {
            key = step_fit_key(ckp_buf_str(&b));
            rc = ckp_fiber_put(f, "step", "own", json_true());
        }

        ckp_buf_free(&b);

        if (rc == CKP_E_INVALID || rc == CKP_E_LIMIT) {
            return ckp_fiber_raise(f, "TemplateError", "idempotency_key: %s",
                                   err.msg);
        }
    }

    if (key == NULL) {
        key = step_own_key(f);
    }

    return rc == CKP_OK ? ckp_fiber_put(f, "step", "key", key) : rc;
}


static json_t *
step_journal_row(ckp_fiber_t *f, const char *status, const json_t *result)
{
    char  key[CKP_KEY_MAX + 1];

    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:O*}",
                     "path", ckp_fiber_path(f),
                     "node_id", ckp_fiber_node(f)->id,
                     "step_id", ckp_fiber_step(f)->id,
                     "key", ckp_step_key(f, key),
                     "status", status,
                     "attempts", (json_int_t) ckp_fiber_get_int(f, "step",
                                                                "try"),
                     "result", result);
}


static ckp_code_t
step_skip(ckp_fiber_t *f)
{
    ckp_code_t  rc = ckp_fiber_emit(f, "step_skipped",
                                    json_pack("{s:s}", "reason", "condition"));

    if (rc == CKP_OK) {
        rc = ckp_fiber_write(f, "journal", step_journal_row(f, "skipped",
                                                            NULL));
    }

    return rc == CKP_OK ? ckp_step_next(f) : rc;
}


/* Before the first attempt there is none to be tried again. */

static ckp_code_t
step_refused(ckp_fiber_t *f, ckp_code_t rc)
{
    json_t  *error;

    if (rc != CKP_E_INVALID) {
        return rc;
    }

    error = ckp_fiber_error_take(f);

    return error == NULL ? CKP_E_NOMEM : ckp_step_failed(f, error);
}


static ckp_code_t
step_cached(ckp_fiber_t *f, json_t *result)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    ckp_code_t               rc = CKP_OK;

    if (step->output_variable != NULL && !json_is_null(result)) {
        rc = ckp_fiber_var_set(f, step->output_variable, json_incref(result));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_map(f, step->outputs, step->noutputs, result);
    }

    if (rc != CKP_OK) {
        return step_refused(f, rc);
    }

    rc = ckp_fiber_emit(f, "step_completed", json_pack("{s:s, s:s*, s:b}",
                        "action", step->action, "output_variable",
                        step->output_variable, "cached", 1));

    if (rc == CKP_OK) {
        rc = ckp_fiber_write(f, "journal",
                             step_journal_row(f, "completed", result));
    }

    if (rc == CKP_OK && step_keeps_result(f)) {
        rc = ckp_fiber_put(f, "res", NULL, json_incref(result));
    }

    return rc == CKP_OK ? ckp_step_next(f) : rc;
}


/* After the pause: a result known already, or the first attempt. */

static ckp_code_t
step_go(ckp_fiber_t *f)
{
    const ckp_code_t  rc = step_make_key(f);
    json_t           *known = NULL;

    if (rc != CKP_OK) {
        return step_refused(f, rc);
    }

    if (ckp_fiber_get(f, "step", "own") != NULL) {
        known = ckp_fiber_run_get(f, "keyed",
                                  ckp_fiber_get_str(f, "step", "key"));
    }

    return known != NULL ? step_cached(f, known) : ckp_attempt_start(f);
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
        return step_skip(f);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_render(f, step->params, &params);
    }

    if (rc != CKP_OK) {
        return step_refused(f, rc);
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
    json_t *const  held = ckp_fiber_get(f, "h", "step");
    const json_t  *last = held != NULL ? held
                          : ckp_fiber_get(f, "step", NULL);
    const char    *ph = ckp_json_str(last, "ph");
    int64_t        k = 0;
    ckp_code_t     rc = CKP_OK;

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

    if (list != NULL && strcmp(list, "rec") == 0) {
        const int64_t  at = ckp_fiber_get_int(f, "h", "at");

        rc = ckp_fiber_put(f, "at", NULL, json_integer(at));

        if (rc == CKP_OK) {
            rc = ckp_fiber_del(f, "list", NULL);
        }
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


/* --- the end of a step -------------------------------------------------------------- */

/* Form C: "ticket.fetch" fills `ticket`, when that has no value yet. */

static ckp_code_t
step_auto_output(ckp_fiber_t *f, const json_t *result)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const char *const        dot = strchr(step->action, '.');
    const json_t            *value = result;
    char                     name[128];

    if (!step->auto_output || dot == NULL || dot == step->action
        || (size_t) (dot - step->action) >= sizeof(name)
        || !(json_is_object(result) || json_is_array(result)
             || json_is_string(result)))
    {
        return CKP_OK;
    }

    memcpy(name, step->action, (size_t) (dot - step->action));
    name[dot - step->action] = '\0';

    const json_t *const  old = ckp_fiber_var_get(f, name);

    if (old != NULL && !json_is_null(old)) {
        return CKP_OK;
    }

    if (json_object_size(result) == 1
        && json_object_get(result, name) != NULL)
    {
        value = json_object_get(result, name);
    }

    return ckp_fiber_var_set(f, name, json_incref((json_t *) value));
}


static ckp_code_t
step_assign(ckp_fiber_t *f, json_t *result, bool fail_open)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    ckp_code_t               rc = CKP_OK;

    if (step->output_variable != NULL && (fail_open || !json_is_null(result))) {
        rc = ckp_fiber_var_set(f, step->output_variable, json_incref(result));

    } else if (step->output_variable == NULL) {
        rc = step_auto_output(f, result);
    }

    return rc == CKP_OK ? ckp_fiber_map(f, step->outputs, step->noutputs,
                                        result)
                        : rc;
}


static ckp_code_t
step_told(ckp_fiber_t *f, const json_t *result)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const int64_t            tries = ckp_fiber_get_int(f, "step", "try");
    const int64_t            t0 = ckp_fiber_get_int(f, "step", "t0");
    const bool               all = ckp_fiber_program(f)->config.detailed;
    json_t *const            agent = ckp_fiber_get(f, "step", "agent");

    return ckp_fiber_emit(f, "step_completed",
               json_pack("{s:s, s:s*, s:O*, s:I, s:o*, s:O*, s:O*}",
                   "action", step->action,
                   "output_variable", step->output_variable,
                   "agent_id", json_object_get(agent, "agent_id"),
                   "duration_ms", (json_int_t) (ckp_fiber_now(f) - t0),
                   "retry_count", tries > 1 ? json_integer(tries - 1) : NULL,
                   "params", all ? ckp_fiber_get(f, "step", "params") : NULL,
                   "result", all ? result : NULL));
}


ckp_code_t
ckp_step_done(ckp_fiber_t *f, json_t *result, bool fail_open)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const char *const        key = ckp_fiber_get_str(f, "step", "key");
    ckp_code_t               rc = result == NULL ? CKP_E_NOMEM
                                  : step_assign(f, result, fail_open);

    if (rc == CKP_E_INVALID) {
        json_decref(result);
        return ckp_attempt_failed(f, false);
    }

    if (rc == CKP_OK && !fail_open
        && ckp_fiber_get(f, "step", "own") != NULL && key != NULL)
    {
        rc = ckp_fiber_run_put(f, "keyed", key, json_incref(result));
    }

    if (rc == CKP_OK) {
        rc = step_told(f, result);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_write(f, "journal", step_journal_row(f, "completed",
                                                            result));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_count(f, "done");
    }

    if (rc == CKP_OK && step_keeps_result(f)) {
        rc = ckp_fiber_put(f, "res", NULL, json_incref(result));
    }

    json_decref(result);

    if (rc == CKP_OK && step->wait_after_ms > 0
        && strcmp(ckp_fiber_mode(f), "dry_run") != 0)
    {
        return ckp_step_pause(f, "after", step->wait_after_ms);
    }

    return rc == CKP_OK ? ckp_step_next(f) : rc;
}


static ckp_code_t
step_best_effort(ckp_fiber_t *f, const char *list, const json_t *error)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    ckp_code_t               rc;

    if (strcmp(list, "rec") != 0) {
        rc = ckp_fiber_emit(f, "cleanup_action_failed",
                 json_pack("{s:s, s:o, s:s?}", "action", step->action, "error",
                           ckp_error_text(error), "error_type",
                           ckp_json_str(error, "type")));

        return rc == CKP_OK ? ckp_step_next(f) : rc;
    }

    rc = ckp_fiber_emit(f, "recovery_step_failed",
             json_pack("{s:s, s:o, s:s?}", "step_id", step->id, "error",
                       ckp_error_text(error), "error_type",
                       ckp_json_str(error, "type")));

    if (rc != CKP_OK) {
        return rc;
    }

    return ckp_handler_current(f)->recovery_required
           ? ckp_handler_resume(f, false) : ckp_step_next(f);
}


static ckp_code_t
step_failed_told(ckp_fiber_t *f, const json_t *error)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    ckp_code_t               rc;

    rc = ckp_fiber_emit(f, "step_failed",
             json_pack("{s:s, s:o, s:s?, s:I}", "action", step->action,
                 "error", ckp_error_text(error),
                 "error_type", ckp_json_str(error, "type"), "attempts",
                 (json_int_t) ckp_fiber_get_int(f, "step", "try")));

    if (rc == CKP_OK) {
        rc = ckp_fiber_write(f, "journal", step_journal_row(f, "failed",
                                                            NULL));
    }

    if (rc == CKP_OK && ckp_fiber_program(f)->config.screenshot_on_fail) {
        rc = ckp_fiber_emit(f, "screenshot_requested",
                 json_pack("{s:s, s:o}", "reason", "screenshot_on_fail",
                           "error", ckp_error_text(error)));
    }

    return rc;
}


ckp_code_t
ckp_step_failed(ckp_fiber_t *f, json_t *error)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const char *const        list = ckp_fiber_get_str(f, "list", NULL);
    const char *const        type = ckp_json_str(error, "type");
    const ckp_target_t       escalate = step->timeout.escalate_to;
    ckp_code_t               rc = ckp_fiber_put(f, "step", "ph",
                                                json_string("failed"));

    if (rc == CKP_OK && list != NULL && !ckp_error_is_engine(error)) {
        rc = step_best_effort(f, list, error);
        json_decref(error);
        return rc;
    }

    if (rc == CKP_OK) {
        rc = step_failed_told(f, error);
    }

    if (rc != CKP_OK) {
        json_decref(error);
        return rc;
    }

    if (escalate.kind == CKP_TO_NODE && type != NULL
        && strcmp(type, "TimeoutError") == 0)
    {
        rc = ckp_fiber_divert(f, escalate, "escalate_to", error);
        json_decref(error);
        return rc;
    }

    return ckp_node_failed(f, error);
}
