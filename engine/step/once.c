/*
 * Steps with a rendered key.
 */

#include "step/once.h"

#include "base/json.h"
#include "step/attempt.h"
#include "step/keyed.h"
#include "node/step.h"


/* false: the step has no key of its own. */

static bool
once_of(const ckp_fiber_t *f, ckp_keyed_t *k)
{
    if (ckp_fiber_get(f, "step", "own") == NULL || ckp_fiber_step(f) == NULL) {
        return false;
    }

    *k = (ckp_keyed_t) {
        .f = (ckp_fiber_t *) f, .at = "step", .kind = "",
        .path = ckp_fiber_path((ckp_fiber_t *) f),
        .policy = &ckp_fiber_step(f)->external.once,
        .results = "keyed", .failures = "keyf", .hashes = "keyh",
        .wait_ms = ckp_attempt_ms(f)
    };

    return ckp_keyed_key(k) != NULL;
}


/* The failure of before, which no further attempt mends. */

static ckp_code_t
once_fail(ckp_fiber_t *f, const json_t *failure)
{
    return ckp_step_refused(f, ckp_fiber_raise_json(f,
                                                    ckp_keyed_error(failure)));
}


ckp_code_t
ckp_once_known(ckp_fiber_t *f, bool *known)
{
    ckp_keyed_t  k;
    json_t      *result;
    json_t      *failure;
    ckp_code_t   rc;

    *known = false;

    if (!once_of(f, &k)) {
        return CKP_OK;
    }

    rc = ckp_keyed_hash(&k, ckp_fiber_get(f, "step", "params"));
    result = ckp_keyed_known(&k, &failure);

    if (rc != CKP_OK || (result == NULL && failure == NULL)) {
        return rc;
    }

    *known = true;
    rc = ckp_keyed_compare(&k, NULL, NULL);

    return rc != CKP_OK ? rc
           : result != NULL ? ckp_step_cached(f, result, NULL)
           : once_fail(f, failure);
}


bool
ckp_once_asks(const ckp_fiber_t *f)
{
    ckp_keyed_t  k;

    return once_of(f, &k) && ckp_keyed_asks(&k);
}


json_t *
ckp_once_ask(ckp_fiber_t *f)
{
    ckp_keyed_t  k;

    return once_of(f, &k) ? ckp_keyed_ask(&k) : NULL;
}


ckp_code_t
ckp_once_answered(ckp_fiber_t *f, const json_t *data, bool *known)
{
    const json_t *const  result = json_object_get(data, "result");
    const json_t *const  failure = json_object_get(data, "failure");
    const json_t *const  source = json_object_get(data, "source_run_id");
    ckp_keyed_t          k;
    ckp_code_t           rc = CKP_OK;

    *known = result != NULL || failure != NULL;

    if (!*known) {
        return CKP_OK;
    }

    if (once_of(f, &k)) {
        rc = ckp_keyed_compare(&k, json_object_get(data, "hash"), source);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "step", "claim");
    }

    return rc != CKP_OK ? rc
           : result != NULL ? ckp_step_cached(f, result, source)
           : once_fail(f, failure);
}


ckp_code_t
ckp_once_done(ckp_fiber_t *f, json_t *result)
{
    ckp_keyed_t  k;

    return once_of(f, &k) ? ckp_keyed_done(&k, result) : CKP_OK;
}


ckp_code_t
ckp_once_failed(ckp_fiber_t *f, json_t *error)
{
    ckp_keyed_t  k;

    return once_of(f, &k) ? ckp_keyed_failed(&k, error) : CKP_OK;
}


ckp_code_t
ckp_once_gone(ckp_fiber_t *f)
{
    ckp_keyed_t  k;

    return once_of(f, &k) ? ckp_keyed_gone(&k) : CKP_OK;
}
