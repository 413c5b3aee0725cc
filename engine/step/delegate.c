/*
 * Delegations: posted until they are accepted, then waited for.
 */

#include "step/delegate.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/sha.h"
#include "model/limits.h"
#include "step/artifact.h"
#include "step/attempt.h"
#include "node/step.h"
#include "step/usage.h"

#define DELEGATE_POSTS      3
#define DELEGATE_TOKENS     8       /* a crash may repeat a POST */
#define DELEGATE_TOKEN_LEN  64


bool
ckp_delegate_is(const ckp_fiber_t *f)
{
    return ckp_fiber_get(f, "step", "cb") != NULL;
}


static bool
delegate_is_workflow(const ckp_fiber_t *f)
{
    return ckp_json_bool(ckp_fiber_get(f, "step", "agent"), "workflow", false);
}


bool
ckp_delegate_wanted(const ckp_fiber_t *f)
{
    return delegate_is_workflow(f) && !ckp_fiber_step(f)->external.sync;
}


ckp_code_t
ckp_delegate_begin(ckp_fiber_t *f)
{
    const char *const  ref = ckp_fiber_get_str(f, "step", "ref");
    ckp_code_t         rc;

    rc = ckp_fiber_put(f, "step", "cb", json_string(ref));

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "dele",
                           json_pack("{s:i, s:[]}", "n", 0, "tok"));
    }

    return rc;
}


static json_t *
delegate_get(const ckp_fiber_t *f, const char *name)
{
    return json_object_get(ckp_fiber_get(f, "step", "dele"), name);
}


/* n.step.dele with one member changed; value is stolen. */

static ckp_code_t
delegate_put(ckp_fiber_t *f, const char *name, json_t *value)
{
    json_t *const  own = json_copy(ckp_fiber_get(f, "step", "dele"));

    /* without an object the value is dropped all the same */

    if (json_object_set_new(own, name, value) != 0) {
        json_decref(own);
        return CKP_E_NOMEM;
    }

    return ckp_fiber_put(f, "step", "dele", own);
}


/* --- tokens ------------------------------------------------------------------ */

static void
delegate_token(ckp_fiber_t *f, char *token, char *hash)
{
    ckp_rand_t *const  rand = ckp_fiber_rand(f);
    uint64_t           bits[DELEGATE_TOKEN_LEN / 16];
    uint8_t            sum[CKP_SHA256_LEN];

    for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
        bits[i] = ckp_rand_u64(rand);
    }

    ckp_hex((const uint8_t *) bits, sizeof(bits), token);
    ckp_sha256(token, DELEGATE_TOKEN_LEN, sum);
    ckp_hex(sum, sizeof(sum), hash);
}


/* The newest ones hold: an agent that knows the key may answer to the token of
 * the POST that it heard first. */

static ckp_code_t
delegate_keep_token(ckp_fiber_t *f, const char *hash)
{
    json_t *const  all = json_copy(delegate_get(f, "tok"));
    json_t        *row;
    ckp_code_t     rc;

    if (json_array_append_new(all, json_string(hash)) != 0) {
        json_decref(all);
        return CKP_E_NOMEM;
    }

    if (json_array_size(all) > DELEGATE_TOKENS) {
        (void) json_array_remove(all, 0);
    }

    row = json_pack("{s:s, s:s, s:s, s:s, s:O}",
                    "ref", ckp_fiber_get_str(f, "step", "cb"),
                    "path", ckp_fiber_path(f),
                    "node_id", ckp_fiber_node(f)->id,
                    "step_id", ckp_fiber_step(f)->id, "tokens", all);
    rc = delegate_put(f, "tok", all);

    if (rc != CKP_OK) {
        json_decref(row);
        return rc;
    }

    return ckp_fiber_write(f, "delegation", row);
}


/* --- what the agent is told ----------------------------------------------------- */

static json_t *
delegate_url(ckp_fiber_t *f, const char *token)
{
    const char *const  self = json_string_value(ckp_fiber_run_get(f, "meta",
                                                                  "self"));

    return json_sprintf("%s/runs/%s/callback%s%s",
                        self == NULL ? "/api" : self, ckp_fiber_run_id(f),
                        token == NULL ? "" : "?token=",
                        token == NULL ? "" : token);
}


static json_t *
delegate_step(const ckp_step_t *step)
{
    return json_pack("{s:s, s:s, s:O, s:I, s:I, s:I, s:s, s:s?}",
               "step_id", step->id, "action", step->action,
               "params", ckp_template_source(step->params),
               "timeout_ms", (json_int_t) step->timeout_ms,
               "wait_ms", (json_int_t) step->wait_ms,
               "wait_after_ms", (json_int_t) step->wait_after_ms,
               "workflow_dispatch_mode", step->external.sync ? "sync"
                                                             : "async",
               "output_variable", step->output_variable);
}


static json_t *
delegate_context(ckp_fiber_t *f)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    json_t *const            steps = json_array();
    size_t                   n;
    const ckp_step_t *const  all = ckp_steps_list(f, &n);

    for (size_t i = 0; i < n; i++) {
        if (json_array_append_new(steps, delegate_step(&all[i])) != 0) {
            json_decref(steps);
            return NULL;
        }
    }

    return json_pack("{s:s, s:s?, s:s, s:s, s:s, s:s, s:s, s:O, s:o}",
               "dispatch_mode", step->external.sync ? "sync" : "async",
               "channel", step->agent, "run_id", ckp_fiber_run_id(f),
               "procedure_id", ckp_fiber_program(f)->procedure_id,
               "node_id", ckp_fiber_node(f)->id,
               "current_step_id", step->id,
               "current_step_action", step->action,
               "current_step_params", ckp_fiber_get(f, "step", "params"),
               "node_steps", steps);
}


json_t *
ckp_delegate_params(ckp_fiber_t *f, json_t *params)
{
    json_t  *own;
    json_t  *context;
    char     token[DELEGATE_TOKEN_LEN + 1];
    char     hash[2 * CKP_SHA256_LEN + 1];
    int      bad;

    if (!delegate_is_workflow(f)) {
        return params;
    }

    own = json_copy(params);
    context = delegate_context(f);
    json_decref(params);

    bad = json_object_set(own, "_workflow_context", context);
    bad |= json_object_set(own, "workflow_context", context);
    json_decref(context);

    if (ckp_delegate_is(f)) {
        delegate_token(f, token, hash);
        bad |= json_object_set_new(own, "callback_url",
                                   delegate_url(f, token));
        bad |= delegate_keep_token(f, hash) != CKP_OK;
    }

    if (bad) {
        json_decref(own);
        return NULL;
    }

    return own;
}


/* --- the node's time stands still ------------------------------------------------ */

static ckp_code_t
delegate_hold(ckp_fiber_t *f)
{
    const int64_t  dl = ckp_fiber_get_int(f, "dl", NULL);
    ckp_code_t     rc;

    if (dl == 0) {
        return CKP_OK;
    }

    rc = delegate_put(f, "left", json_integer(dl - ckp_fiber_now(f)));

    return rc == CKP_OK ? ckp_fiber_del(f, "dl", NULL) : rc;
}


static ckp_code_t
delegate_go_on(ckp_fiber_t *f)
{
    const json_t *const  left = delegate_get(f, "left");

    return left == NULL ? CKP_OK
           : ckp_fiber_put(f, "dl", NULL, json_integer(ckp_fiber_now(f)
                           + (int64_t) json_integer_value(left)));
}


/* --- posting --------------------------------------------------------------------- */

static ckp_code_t
delegate_tell(ckp_fiber_t *f)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const json_t *const      agent = ckp_fiber_get(f, "step", "agent");

    return ckp_fiber_emit(f, "workflow_delegated",
               json_pack("{s:s, s:O?, s:o, s:s, s:s, s:s, s:o}",
                   "action", step->action,
                   "agent_url", json_object_get(agent, "base_url"),
                   "callback_url", delegate_url(f, NULL),
                   "resume_node_id", ckp_fiber_node(f)->id,
                   "resume_step_id", step->id, "dispatch_mode", "async",
                   "workflow_context", delegate_context(f)));
}


/* The agent has it: its slot is free, and the step waits. */

static ckp_code_t
delegate_accepted(ckp_fiber_t *f)
{
    const ckp_code_t  rc = ckp_attempt_unlease(f);

    return rc == CKP_OK ? delegate_tell(f) : rc;
}


static ckp_code_t
delegate_wait(ckp_fiber_t *f)
{
    const int64_t  until = ckp_fiber_now(f)
                           + (int64_t) ckp_fiber_step(f)->external.callback_ms;
    ckp_code_t     rc = delegate_accepted(f);

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "ph", json_string("cb"));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "until", json_integer(until));
    }

    if (rc == CKP_OK) {
        rc = delegate_hold(f);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "node_paused", json_pack("{s:s, s:s}",
                            "node_name", ckp_fiber_node(f)->name,
                            "reason", "workflow_pending"));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_sleep(f, until);
    }

    return rc == CKP_OK ? ckp_fiber_checkpoint(f, "callback", NULL, NULL) : rc;
}


static ckp_code_t
delegate_row_end(ckp_fiber_t *f)
{
    return ckp_fiber_write(f, "delegation_end",
               json_pack("{s:s, s:s}", "ref",
                         ckp_fiber_get_str(f, "step", "cb"), "status",
                         "void"));
}


static ckp_code_t
delegate_drop(ckp_fiber_t *f)
{
    ckp_code_t  rc = delegate_go_on(f);

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "step", "dele");
    }

    return rc == CKP_OK ? ckp_fiber_del(f, "step", "cb") : rc;
}


ckp_code_t
ckp_delegate_posted(ckp_fiber_t *f)
{
    const json_int_t  n = json_integer_value(delegate_get(f, "n"));

    return delegate_put(f, "n", json_integer(n + 1));
}


/* After 1 s and 2 s; then it is a failure. */

static ckp_code_t
delegate_lost(ckp_fiber_t *f, const char *why)
{
    const json_int_t  n = json_integer_value(delegate_get(f, "n"));
    ckp_code_t        rc;

    if (n < DELEGATE_POSTS) {
        return ckp_step_pause(f, "again", n * 1000);
    }

    (void) ckp_fiber_raise(f, "WorkflowDispatchError",
                           "the agent did not take the workflow: %.300s", why);

    rc = delegate_row_end(f);

    if (rc == CKP_OK) {
        rc = delegate_drop(f);
    }

    return rc == CKP_OK ? ckp_attempt_failed(f, true) : rc;
}


ckp_code_t
ckp_delegate_replied(ckp_fiber_t *f, const ckp_input_t *in)
{
    const char  *why;

    if (in != NULL && in->outcome == CKP_OUTCOME_OK) {
        return delegate_wait(f);
    }

    why = in == NULL ? "no answer in time" : ckp_json_str(in->data, "message");

    return delegate_lost(f, why == NULL ? "no answer" : why);
}


/* --- the callback ------------------------------------------------------------------ */

/* It may come before the answer to the POST that made it. */

static ckp_code_t
delegate_overtaken(ckp_fiber_t *f)
{
    ckp_code_t  rc = CKP_OK;

    if (ckp_attempt_is(f, "cb")) {
        const char *const  status = json_string_value(
                               ckp_fiber_run_get(f, "status", NULL));

        return status != NULL && strcmp(status, "paused") == 0
               ? ckp_fiber_resumed(f, "callback_resume") : CKP_OK;
    }

    if (ckp_attempt_is(f, "call")) {
        rc = ckp_attempt_abort(f, false);
    }

    return rc == CKP_OK ? delegate_accepted(f) : rc;
}


/* Members become variables, but for names that nobody may write to. */

static ckp_code_t
delegate_merge(ckp_fiber_t *f, const json_t *output, json_t **merged)
{
    const char  *name;
    json_t      *value;
    ckp_code_t   rc = CKP_OK;

    *merged = json_object();

    if (!ckp_fiber_step(f)->merge_output) {
        return *merged == NULL ? CKP_E_NOMEM : CKP_OK;
    }

    json_object_foreach((json_t *) output, name, value) {
        if (name[0] == '\0' || strpbrk(name, ".[") != NULL
            || strncmp(name, "__", 2) == 0 || strcmp(name, "secrets") == 0)
        {
            continue;
        }

        if (rc == CKP_OK) {
            rc = ckp_fiber_var_set(f, name, ckp_json_copy(value));
        }

        if (rc == CKP_OK && json_object_set(*merged, name, value) != 0) {
            rc = CKP_E_NOMEM;
        }
    }

    return rc;
}


static ckp_code_t
delegate_succeeded(ckp_fiber_t *f, const json_t *data)
{
    json_t *const  given = json_object_get(data, "output");
    json_t *const  output = given == NULL || json_is_null(given)
                            ? json_object() : ckp_json_copy(given);
    json_t        *merged = NULL;
    ckp_code_t     rc = output == NULL ? CKP_E_NOMEM
                        : delegate_merge(f, output, &merged);

    if (rc == CKP_E_INVALID) {
        json_decref(output);
        json_decref(merged);
        return ckp_attempt_failed(f, false);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "workflow_output_ready",
                            json_pack("{s:O, s:O}", "output", output,
                                      "output_vars", merged));
    }

    json_decref(merged);

    if (rc == CKP_OK) {
        json_t *const  answer = json_pack("{s:O}", "result", output);

        rc = answer == NULL ? CKP_E_NOMEM : ckp_artifacts_found(f, answer);
        json_decref(answer);
    }

    if (rc != CKP_OK) {
        json_decref(output);
        return rc;
    }

    return ckp_step_done(f, output, false);
}


static ckp_code_t
delegate_answered(ckp_fiber_t *f, const json_t *data, const char *status)
{
    const char *const  error = ckp_json_str(data, "error");
    ckp_code_t         rc = delegate_overtaken(f);

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "workflow_callback_received",
                 json_pack("{s:s, s:O?, s:s?}", "status", status,
                           "output", json_object_get(data, "output"),
                           "error", error));
    }

    if (rc == CKP_OK) {
        rc = ckp_usage_add(f, data);
    }

    if (rc == CKP_OK) {
        rc = delegate_drop(f);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "ph", json_string("over"));
    }

    if (rc != CKP_OK) {
        return rc;
    }

    if (strcmp(status, "success") == 0) {
        return delegate_succeeded(f, data);
    }

    (void) ckp_fiber_raise_json(f, json_pack("{s:s, s:s}",
               "type", "AgentWorkflowError", "message",
               error == NULL || *error == '\0'
               ? "Workflow callback reported failure" : error));

    return ckp_attempt_failed(f, false);
}


static ckp_code_t
delegate_timed_out(ckp_fiber_t *f)
{
    const int64_t  ms = ckp_fiber_step(f)->external.callback_ms;
    char           minutes[32];
    ckp_code_t     rc = delegate_row_end(f);

    (void) snprintf(minutes, sizeof(minutes), "%.6g", (double) ms / 60000);

    if (rc == CKP_OK) {
        rc = delegate_drop(f);
    }

    if (rc != CKP_OK) {
        return rc;
    }

    (void) ckp_fiber_raise(f, "CallbackTimeout", "Workflow webhook callback "
                           "timed out after %s minutes.", minutes);

    return ckp_attempt_failed(f, true);
}


ckp_code_t
ckp_delegate_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    const char *const  ref = ckp_fiber_get_str(f, "step", "cb");
    const char        *status;
    json_t            *progress;

    if (in->kind == CKP_IN_TICK) {
        return ckp_attempt_is(f, "cb") ? delegate_timed_out(f) : CKP_E_STATE;
    }

    if (in->kind != CKP_IN_CALLBACK || ref == NULL || in->ref == NULL
        || strcmp(ref, in->ref) != 0
        || !(ckp_attempt_is(f, "cb") || ckp_attempt_is(f, "call")
             || ckp_attempt_is(f, "again")))
    {
        return CKP_E_STATE;
    }

    status = ckp_json_str(in->data, "status");

    if (status == NULL || strcmp(status, "progress") != 0) {
        return delegate_answered(f, in->data, status != NULL
                                 && strcmp(status, "failure") == 0
                                 ? "failure" : "success");
    }

    progress = json_object_get(in->data, "progress");

    return ckp_fiber_emit(f, "workflow_progress",
               json_pack("{s:O?, s:O*}", "progress", progress, "message",
                         json_object_get(in->data, "message")));
}


/* --- giving up ----------------------------------------------------------------------- */

static ckp_code_t
delegate_cancel(ckp_fiber_t *f)
{
    const ckp_effect_t  fx = {
        .kind = CKP_FX_NOTIFY, .target = "agent", .ref = "", .key = "",
        .timeout_ms = CKP_DELEGATE_MS,
        .body = json_pack("{s:O, s:{s:s, s:s, s:s, s:s}}",
                    "agent", ckp_fiber_get(f, "step", "agent"), "cancel",
                    "run_id", ckp_fiber_run_id(f),
                    "node_id", ckp_fiber_node(f)->id,
                    "step_id", ckp_fiber_step(f)->id,
                    "callback_ref", ckp_fiber_get_str(f, "step", "cb"))
    };

    return ckp_fiber_effect(f, &fx);
}


ckp_code_t
ckp_delegate_end(ckp_fiber_t *f)
{
    ckp_code_t  rc = delegate_cancel(f);

    if (rc == CKP_OK && ckp_attempt_is(f, "call")) {
        rc = ckp_attempt_abort(f, false);
    }

    if (rc == CKP_OK && !ckp_attempt_is(f, "cb")) {
        rc = ckp_attempt_unlease(f);
    }

    if (rc == CKP_OK) {
        rc = delegate_row_end(f);
    }

    return rc == CKP_OK ? delegate_drop(f) : rc;
}
