/*
 * Keys that stand for results, in the run and beyond it.
 */

#include "step/once.h"

#include <string.h>

#include "base/json.h"
#include "base/sha.h"
#include "step/attempt.h"
#include "node/step.h"

#define ONCE_HASH_LEN  32


static const char *
once_key(const ckp_fiber_t *f)
{
    return ckp_fiber_get(f, "step", "own") == NULL ? NULL
           : ckp_fiber_get_str(f, "step", "key");
}


/* What the parameters are, in short: n.step.hash. */

static ckp_code_t
once_hash(ckp_fiber_t *f)
{
    char *const  text = ckp_json_canonical(ckp_fiber_get(f, "step", "params"));
    uint8_t      sum[CKP_SHA256_LEN];
    char         hex[2 * CKP_SHA256_LEN + 1];

    if (text == NULL) {
        return CKP_E_NOMEM;
    }

    ckp_sha256(text, strlen(text), sum);
    ckp_free(text);
    ckp_hex(sum, sizeof(sum), hex);

    return ckp_fiber_put(f, "step", "hash", json_stringn(hex, ONCE_HASH_LEN));
}


/* The key is the identity; other parameters are told, no more. */

static ckp_code_t
once_compare(ckp_fiber_t *f, const json_t *hash, const json_t *source)
{
    const char *const  own = ckp_fiber_get_str(f, "step", "hash");
    const char *const  other = json_string_value(hash);

    if (own == NULL || other == NULL || strcmp(own, other) == 0) {
        return CKP_OK;
    }

    return ckp_fiber_emit(f, "idempotency_mismatch",
               json_pack("{s:s, s:O*}", "key",
                         ckp_fiber_get_str(f, "step", "key"),
                         "source_run_id", source));
}


/* The failure of before, which no further attempt mends. */

static ckp_code_t
once_fail(ckp_fiber_t *f, const json_t *failure)
{
    json_t *const  error = json_deep_copy(failure);

    if (error == NULL) {
        return CKP_E_NOMEM;
    }

    (void) json_object_set_new(error, "retryable", json_false());
    (void) ckp_fiber_raise_json(f, error);

    return ckp_step_refused(f, CKP_E_INVALID);
}


ckp_code_t
ckp_once_known(ckp_fiber_t *f, bool *known)
{
    const char *const  key = once_key(f);
    const json_t      *result;
    const json_t      *failure = NULL;
    ckp_code_t         rc;

    *known = false;

    if (key == NULL) {
        return CKP_OK;
    }

    rc = once_hash(f);
    result = ckp_fiber_run_get(f, "keyed", key);

    if (ckp_fiber_step(f)->external.once.failures) {
        failure = ckp_fiber_run_get(f, "keyf", key);
    }

    if (rc != CKP_OK || (result == NULL && failure == NULL)) {
        return rc;
    }

    *known = true;
    rc = once_compare(f, ckp_fiber_run_get(f, "keyh", key), NULL);

    return rc != CKP_OK ? rc
           : result != NULL ? ckp_step_cached(f, result, NULL)
           : once_fail(f, failure);
}


/* --- beyond the fiber ------------------------------------------------------------ */

bool
ckp_once_asks(const ckp_fiber_t *f)
{
    return once_key(f) != NULL
           && (ckp_fiber_step(f)->external.once.scope != CKP_ONCE_RUN
               || json_object_size(ckp_fiber_run_get(f, "fibers", NULL)) > 1);
}


static json_t *
once_scope(ckp_fiber_t *f)
{
    const ckp_program_t *const  prog = ckp_fiber_program(f);
    const char                 *project;

    switch (ckp_fiber_step(f)->external.once.scope) {

    case CKP_ONCE_RUN:
        return json_sprintf("run:%s", ckp_fiber_run_id(f));

    case CKP_ONCE_PROCEDURE:
        return json_sprintf("procedure:%s", prog->procedure_id);

    case CKP_ONCE_PROJECT:
        project = json_string_value(ckp_fiber_run_get(f, "meta",
                                                      "project_id"));
        project = project != NULL ? project : prog->project_id;

        return json_sprintf("project:%s", project == NULL ? "" : project);

    case CKP_ONCE_GLOBAL:
        break;
    }

    return json_string("global");
}


json_t *
ckp_once_ask(ckp_fiber_t *f)
{
    static const char *const  words[] = { "wait", "fail", "proceed" };
    const ckp_once_t *const   once = &ckp_fiber_step(f)->external.once;

    if (!ckp_once_asks(f)) {
        return NULL;
    }

    if (ckp_fiber_get(f, "step", "claim") == NULL
        && ckp_fiber_put(f, "step", "claim", once_scope(f)) != CKP_OK)
    {
        return NULL;
    }

    return json_pack("{s:O, s:s, s:I, s:s, s:b, s:O?, s:I}",
               "scope", ckp_fiber_get(f, "step", "claim"),
               "key", ckp_fiber_get_str(f, "step", "key"),
               "ttl_s", (json_int_t) once->ttl_s,
               "on_in_progress", words[once->busy],
               "cache_failures", (int) once->failures,
               "hash", ckp_fiber_get(f, "step", "hash"),
               "wait_ms", (json_int_t) ckp_attempt_ms(f));
}


ckp_code_t
ckp_once_answered(ckp_fiber_t *f, const json_t *data, bool *known)
{
    const json_t *const  result = json_object_get(data, "result");
    const json_t *const  failure = json_object_get(data, "failure");
    const json_t *const  source = json_object_get(data, "source_run_id");
    ckp_code_t           rc;

    *known = result != NULL || failure != NULL;

    if (!*known) {
        return CKP_OK;
    }

    rc = once_compare(f, json_object_get(data, "hash"), source);

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "step", "claim");
    }

    return rc != CKP_OK ? rc
           : result != NULL ? ckp_step_cached(f, result, source)
           : once_fail(f, failure);
}


/* --- the end ----------------------------------------------------------------------- */

/* state[where][key] of the run; value is stolen. */

static ckp_code_t
once_keep(ckp_fiber_t *f, const char *where, json_t *value)
{
    ckp_code_t  rc = CKP_OK;

    if (ckp_fiber_run_get(f, where, NULL) == NULL) {
        rc = ckp_fiber_run_put(f, where, NULL, json_object());
    }

    if (rc != CKP_OK) {
        json_decref(value);
        return rc;
    }

    return ckp_fiber_run_put(f, where, ckp_fiber_get_str(f, "step", "key"),
                             value);
}


static ckp_code_t
once_write(ckp_fiber_t *f, const char *status, json_t *result)
{
    json_t *const  claim = ckp_fiber_get(f, "step", "claim");
    ckp_code_t     rc;

    if (claim == NULL) {
        return CKP_OK;
    }

    rc = ckp_fiber_write(f, "once",
             json_pack("{s:s, s:O, s:s, s:s, s:I, s:O*}",
                 "path", ckp_fiber_path(f), "scope", claim,
                 "key", ckp_fiber_get_str(f, "step", "key"),
                 "status", status,
                 "ttl_s",
                 (json_int_t) ckp_fiber_step(f)->external.once.ttl_s,
                 "result", result));

    return rc == CKP_OK ? ckp_fiber_del(f, "step", "claim") : rc;
}


ckp_code_t
ckp_once_done(ckp_fiber_t *f, json_t *result)
{
    json_t *const  hash = ckp_fiber_get(f, "step", "hash");
    ckp_code_t     rc;

    if (once_key(f) == NULL) {
        return CKP_OK;
    }

    rc = once_keep(f, "keyed", json_incref(result));

    if (rc == CKP_OK && hash != NULL) {
        rc = once_keep(f, "keyh", json_incref(hash));
    }

    return rc == CKP_OK ? once_write(f, "completed", result) : rc;
}


ckp_code_t
ckp_once_failed(ckp_fiber_t *f, json_t *error)
{
    json_t *const  hash = ckp_fiber_get(f, "step", "hash");
    ckp_code_t     rc;

    if (once_key(f) == NULL) {
        return CKP_OK;
    }

    if (!ckp_fiber_step(f)->external.once.failures
        || json_is_true(json_object_get(error, "retryable")))
    {
        return ckp_once_gone(f);
    }

    rc = once_keep(f, "keyf", json_incref(error));

    if (rc == CKP_OK && hash != NULL) {
        rc = once_keep(f, "keyh", json_incref(hash));
    }

    return rc == CKP_OK ? once_write(f, "failed", error) : rc;
}


ckp_code_t
ckp_once_gone(ckp_fiber_t *f)
{
    return once_write(f, "gone", NULL);
}
