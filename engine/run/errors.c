/*
 * What an error is called, whether trying again makes sense, and how it is
 * raised.  Source: spec/ckp.md 15.2, 15.3, 16.1.
 */

#include "run/run_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

#define ERROR_NAME_MAX  128


/* Lower case, without _ - and spaces, without Exception or Error at its end. */

static void
error_normal(const char *name, size_t len, char *out)
{
    static const char *const  tails[] = { "exception", "error" };
    size_t                    n = 0;

    for (size_t i = 0; i < len && n < ERROR_NAME_MAX - 1; i++) {
        const char  c = name[i];

        if (c != '_' && c != '-' && c != ' ') {
            out[n++] = c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
        }
    }

    out[n] = '\0';

    for (int t = 0; t < 2; t++) {
        const size_t  tail = strlen(tails[t]);

        if (n > tail && strcmp(out + n - tail, tails[t]) == 0) {
            out[n - tail] = '\0';
            return;
        }
    }
}


static bool
error_is_called(const char *own, const char *name, size_t len)
{
    char  a[ERROR_NAME_MAX];
    char  b[ERROR_NAME_MAX];

    if (own == NULL) {
        return false;
    }

    error_normal(own, strlen(own), a);
    error_normal(name, len, b);

    if (b[0] == '\0') {
        return false;
    }

    if (strcmp(a, b) == 0) {
        return true;
    }

    /* "Timeout*" is the one pattern besides "*" */

    return strcmp(b, "timeout*") == 0
           && (strcmp(a, "timeout") == 0 || strcmp(a, "callbacktimeout") == 0);
}


static bool
error_has_code(const json_t *error, const char *name, size_t len)
{
    static const char *const  members[] = { "http_status", "code" };
    char                      text[24];

    for (int i = 0; i < 2; i++) {
        const json_t *const  v = json_object_get(error, members[i]);
        const char          *own = json_string_value(v);

        if (json_is_integer(v)) {
            (void) snprintf(text, sizeof(text), "%lld",
                            (long long) json_integer_value(v));
            own = text;
        }

        if (own != NULL && strlen(own) == len && memcmp(own, name, len) == 0) {
            return true;
        }
    }

    return false;
}


bool
ckp_error_named(const json_t *error, const char *name)
{
    const json_t *const  cause = json_object_get(error, "cause");

    while (*name != '\0') {
        size_t  len = strcspn(name, "|");
        size_t  end = len;

        while (end > 0 && name[end - 1] == ' ') {
            end--;
        }

        while (end > 0 && *name == ' ') {
            name++;
            end--;
            len--;
        }

        if ((end == 1 && *name == '*')
            || error_is_called(ckp_json_str(error, "type"), name, end)
            || error_is_called(ckp_json_str(error, "agent_error_type"), name,
                               end)
            || error_is_called(ckp_json_str(cause, "type"), name, end)
            || error_has_code(error, name, end))
        {
            return true;
        }

        name += len;
        name += *name == '|' ? 1 : 0;
    }

    return false;
}


bool
ckp_error_is_engine(const json_t *error)
{
    static const char *const  types[] = {
        "RunTimeout", "RunCanceled", "EngineRestarted", "VariablesTooLarge",
        "LimitExceeded", "CrashLoop", "InternalError"
    };
    const char *const  type = ckp_json_str(error, "type");

    for (size_t i = 0; type != NULL && i < sizeof(types) / sizeof(types[0]);
         i++)
    {
        if (strcmp(type, types[i]) == 0) {
            return true;
        }
    }

    return false;
}


static bool
error_in(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(word, words[i]) == 0) {
            return true;
        }
    }

    return false;
}


static bool
error_by_default(const json_t *error)
{
    static const char *const  yes[] = {
        "TimeoutError", "AgentActionError", "AgentUnavailable",
        "AgentWorkflowError", "CallbackTimeout", "WorkflowDispatchError",
        "MCPToolError", "NoExecutorError", "ResourceBusy", "RateLimitExceeded",
        "HttpError", "LLMCallError", "OrderActionError", "TaskExecutionError"
    };
    static const int  no[] = { 400, 401, 403, 404, 405, 409, 410, 413, 422 };
    const char *const    type = ckp_json_str(error, "type");
    const json_t *const  own = json_object_get(error, "retryable");
    const int64_t        status = ckp_json_int(error, "http_status", 0);

    if (json_is_boolean(own)) {
        return json_is_true(own);
    }

    if (type == NULL || !error_in(type, yes, sizeof(yes) / sizeof(yes[0]))) {
        return false;
    }

    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        if (status == no[i]) {
            return false;
        }
    }

    return true;
}


json_t *
ckp_error_detailed(json_t *error, const json_t *more)
{
    json_t *const  old = json_object_get(error, "details");
    json_t *const  own = json_copy(error);
    json_t *const  all = json_is_object(old) ? json_copy(old)
                         : old == NULL || json_is_null(old) ? json_object()
                         : json_pack("{s:O}", "details", old);
    const bool     good = json_object_update(all, (json_t *) more) == 0
                          && json_object_set(own, "details", all) == 0;

    json_decref(all);
    json_decref(error);

    if (!good) {
        json_decref(own);
        return NULL;
    }

    return own;
}


bool
ckp_error_retryable(const json_t *error, const ckp_retry_t *policy)
{
    if (policy == NULL) {
        return error_by_default(error);
    }

    for (size_t i = 0; i < policy->nnon_retryable; i++) {
        if (ckp_error_named(error, policy->non_retryable[i])) {
            return false;
        }
    }

    for (size_t i = 0; i < policy->nretryable; i++) {
        if (ckp_error_named(error, policy->retryable[i])) {
            return true;
        }
    }

    return policy->nretryable == 0 && error_by_default(error);
}


/* --- raising ------------------------------------------------------------ */

ckp_code_t
ckp_fiber_raise_json(ckp_fiber_t *f, json_t *error)
{
    if (error == NULL) {
        return CKP_E_NOMEM;
    }

    if (f->error == NULL) {
        f->error = error;

    } else {
        json_decref(error);
    }

    return CKP_E_INVALID;
}


const json_t *
ckp_fiber_raised(const ckp_fiber_t *f)
{
    return f->error;
}


json_t *
ckp_error_new(const char *type, const char *message)
{
    return json_pack("{s:s, s:s}", "type", type, "message", message);
}


ckp_code_t
ckp_fiber_raise(ckp_fiber_t *f, const char *type, const char *fmt, ...)
{
    char     text[480];
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    json_t  *error = ckp_error_new(type, text);

    if (error == NULL) {

        /* cut in the middle of a character, or memory ran out */

        error = ckp_error_new(type, "an error without a readable text");
    }

    return ckp_fiber_raise_json(f, error);
}


/* The task of a dag that it happened in; NULL: in none. */

static const char *
error_task(const ckp_fiber_t *f)
{
    const json_t  *own = ckp_run_get(f->run, "fibers", f->id);

    while (own != NULL && json_object_get(own, "prog") == NULL) {
        const char *const  kind = ckp_json_str(own, "kind");
        const char *const  up = ckp_json_str(own, "up");

        if (kind != NULL && strcmp(kind, "task") == 0) {
            return ckp_json_str(own, "key");
        }

        own = up == NULL ? NULL : ckp_run_get(f->run, "fibers", up);
    }

    return NULL;
}


json_t *
ckp_fiber_error_take(ckp_fiber_t *f)
{
    static const char *const  members[] = {
        "node_id", "step_id", "task_id", "path", "attempt", "retryable", "code",
        "http_status", "agent_error_type", "details", "cause", "ts", NULL
    };
    char     ts[CKP_TIME_LEN + 1];
    json_t  *error = f->error;

    f->error = NULL;

    if (error == NULL) {
        error = ckp_error_new("InternalError", "an error without a name");
    }

    ckp_time_text(f->run->now, ts);

    json_t *const  own = json_pack("{s:O?, s:O?, s:s?, s:s?, s:s?, s:s, s:i, "
                             "s:s}",
                             "type", json_object_get(error, "type"),
                             "message", json_object_get(error, "message"),
                             "node_id", f->node == NULL ? NULL : f->node->id,
                             "step_id", f->step == NULL ? NULL : f->step->id,
                             "task_id", error_task(f),
                             "path", ckp_fiber_path(f), "attempt",
                             f->step == NULL ? 0
                             : (int) ckp_fiber_get_int(f, "step", "try"),
                             "ts", ts);

    for (const char *const *m = members; own != NULL && *m != NULL; m++) {
        json_t *const  v = json_object_get(error, *m);

        if (v != NULL) {
            (void) json_object_set(own, *m, v);

        } else if (json_object_get(own, *m) == NULL) {
            (void) json_object_set_new(own, *m, json_null());
        }
    }

    if (own != NULL && json_is_null(json_object_get(own, "retryable"))) {
        (void) json_object_set_new(own, "retryable",
                             json_boolean(ckp_error_retryable(own, NULL)));
    }

    json_decref(error);

    return own;
}
