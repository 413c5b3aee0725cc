/*
 * Keys that stand for results, in the run and beyond it.
 */

#include "step/keyed.h"

#include <string.h>

#include "base/json.h"
#include "base/sha.h"

#define KEYED_HASH_LEN  32


const char *
ckp_keyed_key(const ckp_keyed_t *k)
{
    return ckp_fiber_get_str(k->f, k->at, "key");
}


ckp_code_t
ckp_keyed_hash(const ckp_keyed_t *k, const json_t *with)
{
    char *const  text = with == NULL ? NULL : ckp_json_canonical(with);
    uint8_t      sum[CKP_SHA256_LEN];
    char         hex[2 * CKP_SHA256_LEN + 1];

    if (with != NULL && text == NULL) {
        return CKP_E_NOMEM;
    }

    ckp_sha256(text == NULL ? "" : text, text == NULL ? 0 : strlen(text), sum);
    ckp_free(text);
    ckp_hex(sum, sizeof(sum), hex);

    return ckp_fiber_put(k->f, k->at, "hash",
                         json_stringn(hex, KEYED_HASH_LEN));
}


json_t *
ckp_keyed_known(const ckp_keyed_t *k, json_t **failure)
{
    const char *const  key = ckp_keyed_key(k);
    json_t *const      result = ckp_fiber_run_get(k->f, k->results, key);

    *failure = result == NULL && k->policy->failures
               ? ckp_fiber_run_get(k->f, k->failures, key) : NULL;

    return result;
}


ckp_code_t
ckp_keyed_compare(const ckp_keyed_t *k, const json_t *hash,
    const json_t *source)
{
    const char *const  key = ckp_keyed_key(k);
    const char *const  own = ckp_fiber_get_str(k->f, k->at, "hash");
    const char *const  other = json_string_value(hash != NULL ? hash
                                   : ckp_fiber_run_get(k->f, k->hashes, key));

    if (own == NULL || other == NULL || strcmp(own, other) == 0) {
        return CKP_OK;
    }

    return ckp_fiber_emit(k->f, "idempotency_mismatch",
               json_pack("{s:s, s:O*}", "key", key, "source_run_id", source));
}


json_t *
ckp_keyed_error(const json_t *failure)
{
    static const char *const  place[] = { "node_id", "step_id", "task_id",
                                          "path", "attempt", "ts" };
    json_t *const             error = ckp_json_copy(failure);

    for (size_t i = 0; i < sizeof(place) / sizeof(place[0]); i++) {
        (void) json_object_del(error, place[i]);
    }

    if (error != NULL
        && json_object_set_new(error, "retryable", json_false()) != 0)
    {
        json_decref(error);
        return NULL;
    }

    return error;
}


/* --- beyond the fiber ------------------------------------------------------ */

bool
ckp_keyed_asks(const ckp_keyed_t *k)
{
    /* who asked once asks again, though those beside it may have ended: one of
     * them may have done it while this waited for a slot */

    return k->policy->scope != CKP_ONCE_RUN
           || ckp_fiber_get(k->f, k->at, "claim") != NULL
           || json_object_size(ckp_fiber_run_get(k->f, "fibers", NULL)) > 1;
}


static json_t *
keyed_scope(const ckp_keyed_t *k)
{
    const ckp_program_t *const  prog = ckp_fiber_program(k->f);
    const char                 *project;

    switch (k->policy->scope) {

    case CKP_ONCE_RUN:
        return json_sprintf("run:%s%s", ckp_fiber_key_run(k->f), k->kind);

    case CKP_ONCE_PROCEDURE:
        return json_sprintf("procedure:%s%s", prog->procedure_id, k->kind);

    case CKP_ONCE_PROJECT:
        project = json_string_value(ckp_fiber_run_get(k->f, "meta",
                                                      "project_id"));
        project = project != NULL ? project : prog->project_id;

        return json_sprintf("project:%s%s", project == NULL ? "" : project,
                            k->kind);

    case CKP_ONCE_GLOBAL:
        break;
    }

    return json_sprintf("global%s", k->kind);
}


ckp_code_t
ckp_keyed_claim(const ckp_keyed_t *k)
{
    return ckp_fiber_get(k->f, k->at, "claim") != NULL ? CKP_OK
           : ckp_fiber_put(k->f, k->at, "claim", keyed_scope(k));
}


json_t *
ckp_keyed_ask(const ckp_keyed_t *k)
{
    static const char *const  words[] = { "wait", "fail", "proceed" };

    if (ckp_keyed_claim(k) != CKP_OK) {
        return NULL;
    }

    return json_pack("{s:O, s:s, s:I, s:s, s:b, s:O?, s:I}",
               "scope", ckp_fiber_get(k->f, k->at, "claim"),
               "key", ckp_keyed_key(k),
               "ttl_s", (json_int_t) k->policy->ttl_s,
               "on_in_progress", words[k->policy->busy],
               "cache_failures", (int) k->policy->failures,
               "hash", ckp_fiber_get(k->f, k->at, "hash"),
               "wait_ms", (json_int_t) k->wait_ms);
}


/* --- the end --------------------------------------------------------------- */

/* state[where][key] of the run; value is stolen. */

static ckp_code_t
keyed_keep(const ckp_keyed_t *k, const char *where, json_t *value)
{
    ckp_code_t  rc = CKP_OK;

    if (ckp_fiber_run_get(k->f, where, NULL) == NULL) {
        rc = ckp_fiber_run_put(k->f, where, NULL, json_object());
    }

    if (rc != CKP_OK) {
        json_decref(value);
        return rc;
    }

    return ckp_fiber_run_put(k->f, where, ckp_keyed_key(k), value);
}


static ckp_code_t
keyed_write(const ckp_keyed_t *k, const char *status, json_t *result)
{
    json_t *const  claim = ckp_fiber_get(k->f, k->at, "claim");
    ckp_code_t     rc;

    if (claim == NULL) {
        return CKP_OK;
    }

    rc = ckp_fiber_write(k->f, "once",
             json_pack("{s:s, s:O, s:s, s:s, s:I, s:O*, s:O*}",
                 "path", k->path, "scope", claim,
                 "key", ckp_keyed_key(k), "status", status,
                 "ttl_s", (json_int_t) k->policy->ttl_s,
                 "hash", ckp_fiber_get(k->f, k->at, "hash"),
                 "result", result));

    return rc == CKP_OK ? ckp_fiber_del(k->f, k->at, "claim") : rc;
}


static ckp_code_t
keyed_end(const ckp_keyed_t *k, const char *where, const char *status,
    json_t *value)
{
    json_t *const  hash = ckp_fiber_get(k->f, k->at, "hash");
    ckp_code_t     rc = keyed_keep(k, where, json_incref(value));

    if (rc == CKP_OK && hash != NULL) {
        rc = keyed_keep(k, k->hashes, json_incref(hash));
    }

    return rc == CKP_OK ? keyed_write(k, status, value) : rc;
}


ckp_code_t
ckp_keyed_done(const ckp_keyed_t *k, json_t *result)
{
    return keyed_end(k, k->results, "completed", result);
}


ckp_code_t
ckp_keyed_failed(const ckp_keyed_t *k, json_t *error)
{
    if (!k->policy->failures
        || json_is_true(json_object_get(error, "retryable")))
    {
        return ckp_keyed_gone(k);
    }

    return keyed_end(k, k->failures, "failed", error);
}


ckp_code_t
ckp_keyed_gone(const ckp_keyed_t *k)
{
    return keyed_write(k, "gone", NULL);
}
