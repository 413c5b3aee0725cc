/*
 * Error handlers: which one matches, its recovery steps, its action.
 * Source: spec/ckp.md 15.3, 15.4.
 */

#include "node/step.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "node/frame.h"
#include "node/validate.h"
#include "step/shot.h"


static const ckp_handler_t *
handler_list(const ckp_fiber_t *f, const char *level, size_t *n)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);

    *n = 0;

    if (level[0] == 's') {
        *n = step == NULL ? 0 : step->nhandlers;
        return step == NULL ? NULL : step->handlers;
    }

    *n = ckp_fiber_node(f)->nhandlers;

    return ckp_fiber_node(f)->handlers;
}


const ckp_step_t *
ckp_handler_step(const ckp_fiber_t *f)
{
    const ckp_node_t *const  node = ckp_fiber_node(f);
    const int64_t            at = ckp_fiber_get_int(f, "h", "at");
    const char *const        type = node->ops->type;

    if (ckp_fiber_get(f, "h", "at") == NULL
        || (strcmp(type, "sequence") != 0 && strcmp(type, "processing") != 0))
    {
        return NULL;
    }

    return (size_t) at < node->u.sequence->nsteps
           ? &node->u.sequence->steps[at] : NULL;
}


const ckp_handler_t *
ckp_handler_current(const ckp_fiber_t *f)
{
    const char *const        level = ckp_fiber_get_str(f, "h", "lvl");
    const int64_t            i = ckp_fiber_get_int(f, "h", "i");
    const ckp_step_t *const  step = ckp_handler_step(f);

    if (level == NULL) {
        return NULL;
    }

    if (level[0] == 's') {
        return step != NULL && (size_t) i < step->nhandlers
               ? &step->handlers[i] : NULL;
    }

    return (size_t) i < ckp_fiber_node(f)->nhandlers
           ? &ckp_fiber_node(f)->handlers[i] : NULL;
}


/* --- matching ------------------------------------------------------------------ */

static bool
handler_text_in(const char *text, const char *part)
{
    const size_t  n = strlen(part);

    for (; *text != '\0'; text++) {
        size_t  i;

        for (i = 0; i < n && text[i] != '\0'; i++) {
            char  a = text[i];
            char  b = part[i];

            a = a >= 'A' && a <= 'Z' ? (char) (a + 32) : a;
            b = b >= 'A' && b <= 'Z' ? (char) (b + 32) : b;

            if (a != b) {
                break;
            }
        }

        if (i == n) {
            return true;
        }
    }

    return n == 0;
}


static bool
handler_code_is(const json_t *error, const char *code)
{
    const json_t *const  own = json_object_get(error, "code");
    const json_t *const  http = json_object_get(error, "http_status");
    char                 text[24];

    if (json_is_string(own) && strcmp(json_string_value(own), code) == 0) {
        return true;
    }

    for (int i = 0; i < 2; i++) {
        const json_t *const  v = i == 0 ? own : http;

        (void) snprintf(text, sizeof(text), "%lld",
                        (long long) json_integer_value(v));

        if (json_is_integer(v) && strcmp(text, code) == 0) {
            return true;
        }
    }

    return false;
}


static bool
handler_matches(ckp_fiber_t *f, const ckp_handler_t *h, const json_t *error)
{
    const char *const  text = ckp_json_str(error, "message");
    bool               any = h->ntypes == 0;
    bool               holds = true;

    for (size_t i = 0; i < h->ntypes && !any; i++) {
        any = h->types[i][0] == '\0' || strcmp(h->types[i], "*") == 0
              || ckp_error_named(error, h->types[i]);
    }

    if (!any) {
        return false;
    }

    any = h->ntexts == 0;

    for (size_t i = 0; i < h->ntexts && !any; i++) {
        any = text != NULL && handler_text_in(text, h->texts[i]);
    }

    if (!any) {
        return false;
    }

    any = h->ncodes == 0;

    for (size_t i = 0; i < h->ncodes && !any; i++) {
        any = handler_code_is(error, h->codes[i]);
    }

    if (!any || h->condition == NULL) {
        return any;
    }

    if (ckp_fiber_test(f, h->condition, &holds) != CKP_OK) {
        json_decref(ckp_fiber_error_take(f));
        return false;
    }

    return holds;
}


static const ckp_handler_t *
handler_find(ckp_fiber_t *f, const json_t *error, const char **level,
    size_t *index)
{
    static const char *const  levels[] = { "s", "n" };

    for (int l = 0; l < 2; l++) {
        size_t                      n;
        const ckp_handler_t *const  list = handler_list(f, levels[l], &n);

        for (size_t i = 0; i < n; i++) {
            if (handler_matches(f, &list[i], error)) {
                *level = levels[l];
                *index = i;
                return &list[i];
            }
        }
    }

    return NULL;
}


/* --- acting ---------------------------------------------------------------------- */

static const char *
handler_word(const ckp_handler_t *h)
{
    switch (h->after) {
    case CKP_AFTER_RETRY_NODE:
        return "retry_node";
    case CKP_AFTER_CONTINUE:
        return "continue";
    case CKP_AFTER_STOP:
        return "stop";
    case CKP_AFTER_FALLBACK:
        return "fallback_node";
    case CKP_AFTER_ACTION:
        break;
    }

    return ckp_handle_name(h->action);
}


ckp_code_t
ckp_handler_close(ckp_fiber_t *f, bool handled)
{
    json_t *const  prev = json_incref(ckp_fiber_get(f, "h", "prev"));
    ckp_code_t     rc = ckp_fiber_del(f, "h", NULL);

    if (rc == CKP_OK && handled) {
        rc = ckp_fiber_bind_error(f, prev);

    } else {
        json_decref(prev);
    }

    return rc;
}


static ckp_code_t
handler_propagate(ckp_fiber_t *f, json_t *error)
{
    const ckp_code_t  rc = ckp_handler_close(f, false);

    if (rc != CKP_OK) {
        json_decref(error);
        return rc;
    }

    return ckp_fiber_fail_json(f, error);
}


/* What the node did is undone before its error goes on. */

static ckp_code_t
handler_undo(ckp_fiber_t *f, json_t *error)
{
    const ckp_code_t  rc = ckp_handler_close(f, false);

    if (rc != CKP_OK) {
        json_decref(error);
        return rc;
    }

    return ckp_fiber_undo(f, "handler", error);
}


static ckp_code_t
handler_fallback(ckp_fiber_t *f, const ckp_handler_t *h, json_t *error)
{
    ckp_code_t  rc;

    if (h->fallback.kind == CKP_TO_NOTHING) {
        return handler_propagate(f, error);
    }

    rc = ckp_handler_close(f, false);

    if (rc == CKP_OK) {
        rc = ckp_fiber_divert(f, h->fallback, handler_word(h), error);
    }

    json_decref(error);

    return rc;
}


/* The next step, or the node's end when no step was about it. */

static ckp_code_t
handler_continue(ckp_fiber_t *f, const ckp_handler_t *h, bool assigns)
{
    const ckp_step_t *const  step = ckp_handler_step(f);
    json_t *const            value = h->default_output == NULL ? json_null()
                                     : json_incref(h->default_output);
    ckp_code_t               rc = ckp_handler_close(f, true);

    if (rc == CKP_OK && assigns && step != NULL
        && step->output_variable != NULL)
    {
        rc = ckp_fiber_var_set(f, step->output_variable, json_incref(value));
    }

    if (rc == CKP_OK && step == NULL) {
        rc = ckp_fiber_keyless(f);
    }

    if (rc == CKP_OK) {
        rc = step != NULL ? ckp_step_next(f)
             : ckp_fiber_done(f, ckp_fiber_node(f)->next, value);
    }

    json_decref(value);

    return rc;
}


/* How often this handler has tried already; counts one more.  `where`: "hc" in
 * this visit of the step, "rn" of the node. */

static ckp_code_t
handler_count(ckp_fiber_t *f, const char *where, uint32_t *used)
{
    char         name[32];
    ckp_code_t   rc = CKP_OK;

    (void) snprintf(name, sizeof(name), "%s%lld",
                    ckp_fiber_get_str(f, "h", "lvl"),
                    (long long) ckp_fiber_get_int(f, "h", "i"));

    *used = (uint32_t) ckp_fiber_get_int(f, where, name);

    if (ckp_fiber_get(f, where, NULL) == NULL) {
        rc = ckp_fiber_put(f, where, NULL, json_object());
    }

    return rc == CKP_OK ? ckp_fiber_put(f, where, name,
                                        json_integer(*used + 1))
                        : rc;
}


static ckp_code_t
handler_retry(ckp_fiber_t *f, const ckp_handler_t *h, json_t *error)
{
    const bool  step = ckp_handler_step(f) != NULL;
    uint32_t    used = 0;
    int64_t     ms;
    ckp_code_t  rc = handler_count(f, step ? "hc" : "rn", &used);

    if (rc == CKP_OK && used >= h->max_retries) {
        return handler_fallback(f, h, error);
    }

    ms = h->fixed_delay ? (int64_t) h->delay_ms
         : ckp_backoff_jitter_ms(&h->retry, used + 1, 0, ckp_fiber_run_id(f),
                                 ckp_fiber_path(f));

    if (rc == CKP_OK && !step) {
        rc = ckp_handler_again(f, ms, error);

    } else if (rc == CKP_OK) {
        rc = ckp_handler_close(f, true);
        rc = rc == CKP_OK ? ckp_step_again(f, h->max_retries, ms, error) : rc;
    }

    json_decref(error);

    return rc;
}


static ckp_code_t
handler_retry_node(ckp_fiber_t *f, const ckp_handler_t *h, json_t *error)
{
    uint32_t    used = 0;
    ckp_code_t  rc = handler_count(f, "rn", &used);

    if (rc == CKP_OK && used >= h->max_retries) {
        return handler_fallback(f, h, error);
    }

    if (rc == CKP_OK) {
        rc = ckp_handler_close(f, true);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_restart(f, "retry_node", error);
    }

    json_decref(error);

    return rc;
}


static ckp_code_t
handler_alert(ckp_fiber_t *f, const char *event, const json_t *error)
{
    const ckp_effect_t  fx = {
        .kind = CKP_FX_NOTIFY, .target = "host", .ref = "", .key = "",
        .body = json_pack("{s:s, s:o, s:s}", "event", event, "error",
                          ckp_error_text(error), "node_id",
                          ckp_fiber_node(f)->id)
    };

    return ckp_fiber_effect(f, &fx);
}


static ckp_code_t
handler_notify(ckp_fiber_t *f, const ckp_handler_t *h, const json_t *error)
{
    json_t *const  payload = h->metadata == NULL ? json_object()
                                                 : json_copy(h->metadata);
    ckp_code_t     rc;

    if (payload == NULL
        || json_object_set_new(payload, "error", ckp_error_text(error)) != 0
        || json_object_set(payload, "error_type",
                           json_object_get(error, "type")) != 0
        || json_object_set_new(payload, "handler_action",
                               json_string(handler_word(h))) != 0)
    {
        json_decref(payload);
        return CKP_E_NOMEM;
    }

    rc = ckp_fiber_emit(f, "step_error_notification", payload);

    return rc == CKP_OK ? handler_alert(f, "step_error", error) : rc;
}


static ckp_code_t
handler_tell(ckp_fiber_t *f, const ckp_handler_t *h, const json_t *error)
{
    ckp_code_t  rc = CKP_OK;

    if (h->notify) {
        rc = handler_notify(f, h, error);
    }

    if (rc != CKP_OK || h->after != CKP_AFTER_ACTION) {
        return rc;
    }

    if (h->action == CKP_HANDLE_ESCALATE) {
        rc = ckp_fiber_emit(f, "error_escalated",
                 json_pack("{s:n, s:o, s:s?}", "contact", "error",
                           ckp_error_text(error), "error_type",
                           ckp_json_str(error, "type")));

        return rc == CKP_OK ? handler_alert(f, "error_escalated", error) : rc;
    }

    if (h->action == CKP_HANDLE_SCREENSHOT_FAIL) {
        return ckp_fiber_emit(f, "screenshot_requested",
                   json_pack("{s:s, s:o}", "reason", "screenshot_and_fail",
                             "error", ckp_error_text(error)));
    }

    if (h->action == CKP_HANDLE_LOG) {
        return ckp_fiber_emit(f, "log", json_pack("{s:s, s:o}", "level",
                              "ERROR", "message", ckp_error_text(error)));
    }

    return CKP_OK;
}


/* error is stolen. */

static ckp_code_t
handler_act(ckp_fiber_t *f, const ckp_handler_t *h, json_t *error)
{
    bool        shot = false;
    ckp_code_t  rc = handler_tell(f, h, error);

    if (rc == CKP_OK && h->after == CKP_AFTER_ACTION
        && h->action == CKP_HANDLE_SCREENSHOT_FAIL)
    {
        rc = ckp_shot_take(f, "act", error, &shot);
    }

    if (rc != CKP_OK || shot) {
        json_decref(error);
        return rc;
    }

    return ckp_handler_act(f, error);
}


ckp_code_t
ckp_handler_act(ckp_fiber_t *f, json_t *error)
{
    const ckp_handler_t *const  h = ckp_handler_current(f);

    if (h == NULL) {
        json_decref(error);
        return CKP_E_BUG;
    }

    switch (h->after) {
    case CKP_AFTER_RETRY_NODE:
        return handler_retry_node(f, h, error);
    case CKP_AFTER_CONTINUE:
        json_decref(error);
        return handler_continue(f, h, false);
    case CKP_AFTER_STOP:
        return handler_propagate(f, error);
    case CKP_AFTER_FALLBACK:
        return handler_fallback(f, h, error);
    case CKP_AFTER_ACTION:
        break;
    }

    switch (h->action) {
    case CKP_HANDLE_RETRY:
        return handler_retry(f, h, error);
    case CKP_HANDLE_IGNORE:
        json_decref(error);
        return handler_continue(f, h, true);
    case CKP_HANDLE_LOG:
        json_decref(error);
        return handler_continue(f, h, false);
    case CKP_HANDLE_COMPENSATE:
        return handler_undo(f, error);
    case CKP_HANDLE_FAIL:
    case CKP_HANDLE_SCREENSHOT_FAIL:
    case CKP_HANDLE_ESCALATE:
    case CKP_HANDLE_GOTO:
        break;
    }

    return handler_fallback(f, h, error);
}


/* --- the way in ------------------------------------------------------------------- */

static ckp_code_t
handler_open(ckp_fiber_t *f, const char *level, size_t index,
    const json_t *error, json_t *prev)
{
    json_t *const  at = ckp_fiber_step(f) == NULL ? NULL
                        : json_integer(ckp_fiber_get_int(f, "at", NULL));

    return ckp_fiber_put(f, "h", NULL, json_pack("{s:s, s:I, s:o, s:O*, s:o*}",
               "lvl", level, "i", (json_int_t) index, "err",
               ckp_json_copy(error), "prev", prev, "at", at));
}


/* Its recovery steps take the place of the node's own for a while. */

static ckp_code_t
handler_recover(ckp_fiber_t *f)
{
    const int64_t      round = 1 + ckp_fiber_get_int(f, "rounds", NULL);
    const char *const  list = ckp_fiber_get_str(f, "list", NULL);
    json_t *const      held = ckp_fiber_get(f, "step", NULL);
    ckp_code_t         rc = ckp_fiber_put(f, "rounds", NULL,
                                          json_integer(round));

    /* branches that go on would end under them */

    if (rc == CKP_OK) {
        rc = ckp_fiber_reap_all(f, "canceled");
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "h", "round", json_integer(round));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "h", "was",
                           json_integer(ckp_fiber_get_int(f, "at", NULL)));
    }

    if (rc == CKP_OK && list != NULL) {
        rc = ckp_fiber_put(f, "h", "list", json_string(list));
    }

    if (rc == CKP_OK && held != NULL) {
        rc = ckp_fiber_put(f, "h", "step", ckp_json_copy(held));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "step", NULL);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "list", NULL, json_string("rec"));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "at", NULL, json_integer(0));
    }

    ckp_fiber_at_step(f, NULL);

    return rc == CKP_OK ? ckp_fiber_again(f) : rc;
}


ckp_code_t
ckp_handler_back(ckp_fiber_t *f)
{
    const char *const  list = ckp_fiber_get_str(f, "h", "list");
    json_t *const      held = ckp_fiber_get(f, "h", "step");
    ckp_code_t         rc = ckp_fiber_put(f, "at", NULL,
                              json_integer(ckp_fiber_get_int(f, "h", "was")));

    if (rc == CKP_OK) {
        rc = held == NULL ? ckp_fiber_del(f, "step", NULL)
             : ckp_fiber_put(f, "step", NULL, ckp_json_copy(held));
    }

    return rc != CKP_OK ? rc
           : list == NULL ? ckp_fiber_del(f, "list", NULL)
           : ckp_fiber_put(f, "list", NULL, json_string(list));
}


/* The node as a whole fails while a validation asks or a handler recovers: it
 * stands where these began. */

static ckp_code_t
handler_own_place(ckp_fiber_t *f)
{
    const char  *list = ckp_fiber_get_str(f, "list", NULL);
    ckp_code_t   rc = CKP_OK;

    if (list != NULL && strcmp(list, "val") == 0) {
        rc = ckp_validate_drop(f);
        list = ckp_fiber_get_str(f, "list", NULL);
    }

    if (rc == CKP_OK && list != NULL && strcmp(list, "rec") == 0) {
        ckp_fiber_at_step(f, NULL);
        rc = ckp_handler_back(f);
    }

    return rc;
}


ckp_code_t
ckp_node_failed(ckp_fiber_t *f, json_t *error)
{
    const ckp_handler_t  *h;
    const char           *level = "n";
    size_t                index = 0;
    json_t               *prev;
    ckp_code_t            rc;

    if (ckp_error_is_engine(error)) {
        return ckp_fiber_fail_json(f, error);
    }

    prev = json_incref(ckp_fiber_bound_error(f));
    rc = handler_own_place(f);
    rc = rc == CKP_OK ? ckp_fiber_bind_error(f, ckp_json_copy(error)) : rc;
    h = rc == CKP_OK ? handler_find(f, error, &level, &index) : NULL;

    if (rc == CKP_OK && h == NULL) {
        json_decref(prev);
        return ckp_fiber_fail_json(f, error);
    }

    if (rc == CKP_OK && h->metadata != NULL) {
        error = ckp_error_detailed(error, h->metadata);
        rc = error == NULL ? CKP_E_NOMEM
                           : ckp_fiber_bind_error(f, ckp_json_copy(error));
    }

    if (rc == CKP_OK) {
        rc = handler_open(f, level, index, error, prev);
    }

    json_decref(prev);

    if (rc != CKP_OK) {
        json_decref(error);
        return rc;
    }

    if (h->nrecovery > 0) {
        json_decref(error);
        return handler_recover(f);
    }

    return handler_act(f, h, error);
}


ckp_code_t
ckp_handler_resume(ckp_fiber_t *f, bool ok)
{
    const ckp_handler_t *const  h = ckp_handler_current(f);
    const ckp_step_t *const     step = ckp_handler_step(f);
    json_t *const               error = json_incref(ckp_fiber_get(f, "h",
                                                                  "err"));
    const ckp_code_t            rc = ckp_handler_back(f);

    if (rc != CKP_OK || h == NULL || error == NULL) {
        json_decref(error);
        return rc != CKP_OK ? rc : CKP_E_BUG;
    }

    ckp_fiber_at_step(f, step);

    return ok ? handler_act(f, h, error) : handler_propagate(f, error);
}
