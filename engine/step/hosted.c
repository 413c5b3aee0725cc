/*
 * Attempts of actions whose work is the host's: a call without an agent, and
 * its answer.  Source: spec/ckp.md 12.2, 13; design/reliability.md 1.
 */

#include "step/hosted.h"

#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "node/step.h"


int64_t
ckp_hosted_ms(const ckp_fiber_t *f)
{
    const ckp_step_t *const    step = ckp_fiber_step(f);
    const json_t *const        params = ckp_fiber_get(f, "step", "params");
    const ckp_hosted_t *const  own = ckp_op_hosted(step->op);
    const bool                 http = own != NULL && own->target != NULL
                                      && strcmp(own->target, "http") == 0;
    int64_t                    ms = step->timeout_ms;

    if (ms == 0 && http) {
        ms = ckp_json_int(params, "timeout_ms", 0);
    }

    if (ms <= 0) {
        ms = step->timeout.step_ms != 0 ? step->timeout.step_ms
             : http ? CKP_HTTP_MS : CKP_INTERNAL_MS;
    }

    return ms > CKP_CALL_MS_MAX ? CKP_CALL_MS_MAX : ms;
}


bool
ckp_hosted_is(const ckp_fiber_t *f)
{
    return ckp_fiber_get(f, "step", "host") != NULL;
}


/* body is stolen; what it carries of secrets goes with it. */

static ckp_code_t
hosted_call(ckp_fiber_t *f, json_t *body, bool again)
{
    const ckp_hosted_t *const  own = ckp_op_hosted(ckp_fiber_step(f)->op);
    json_t                    *secrets = NULL;
    char                       key[CKP_KEY_MAX + 1];
    ckp_code_t                 rc = ckp_fiber_secrets(f, body, &secrets);

    if (rc == CKP_OK && !again) {
        rc = ckp_fiber_secrets_told(f, secrets, ckp_fiber_step(f)->action);
    }

    if (rc != CKP_OK
        || (secrets != NULL
            && json_object_set(body, "secrets", secrets) != 0))
    {
        json_decref(secrets);
        json_decref(body);
        return rc == CKP_OK ? CKP_E_NOMEM : rc;
    }

    json_decref(secrets);

    const ckp_effect_t  fx = {
        .kind = CKP_FX_CALL, .target = own->target,
        .ref = ckp_fiber_get_str(f, "step", "ref"),
        .key = ckp_step_key(f, key), .body = body,
        .timeout_ms = (uint32_t) ckp_hosted_ms(f)
    };

    return ckp_fiber_effect(f, &fx);
}


static ckp_code_t
hosted_begin(ckp_fiber_t *f, json_t *body)
{
    const int64_t      until = ckp_fiber_now(f) + ckp_hosted_ms(f);
    const char *const  ref = ckp_fiber_ref(f);
    ckp_code_t         rc = ref == NULL ? CKP_E_NOMEM
                            : ckp_fiber_put(f, "step", "ref",
                                            json_string(ref));

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "host", json_true());
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "until", json_integer(until));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "ph", json_string("call"));
    }

    if (rc != CKP_OK) {
        json_decref(body);
        return rc;
    }

    rc = hosted_call(f, body, false);

    return rc == CKP_OK ? ckp_fiber_sleep(f, until) : rc;
}


ckp_code_t
ckp_hosted_start(ckp_fiber_t *f, const json_t *params, bool *asked)
{
    const ckp_hosted_t *const  own = ckp_op_hosted(ckp_fiber_step(f)->op);
    json_t                    *body = NULL;
    ckp_code_t                 rc;

    *asked = false;

    if (own == NULL || own->ask == NULL) {
        return CKP_OK;
    }

    rc = own->ask(f, params, false, &body);

    if (rc != CKP_OK || body == NULL) {
        json_decref(body);
        return rc;
    }

    *asked = true;

    return hosted_begin(f, body);
}


ckp_code_t
ckp_hosted_repeat(ckp_fiber_t *f)
{
    const ckp_hosted_t *const  own = ckp_op_hosted(ckp_fiber_step(f)->op);
    json_t *const              params = json_incref(ckp_fiber_get(f, "step",
                                                                  "params"));
    json_t                    *body = NULL;
    ckp_code_t                 rc;

    if (own == NULL || own->ask == NULL) {
        json_decref(params);
        return CKP_E_BUG;
    }

    rc = own->ask(f, params, true, &body);
    json_decref(params);

    if (rc == CKP_OK && body == NULL) {
        return CKP_E_BUG;
    }

    if (rc == CKP_OK) {
        return hosted_call(f, body, true);
    }

    json_decref(body);

    return rc == CKP_E_INVALID ? ckp_attempt_failed(f, true) : rc;
}


static ckp_code_t
hosted_result(ckp_fiber_t *f, const json_t *data, json_t **result)
{
    const ckp_hosted_t *const  own = ckp_op_hosted(ckp_fiber_step(f)->op);
    json_t *const              params = json_incref(ckp_fiber_get(f, "step",
                                                                  "params"));
    ckp_code_t                 rc = CKP_OK;

    if (own != NULL && own->after != NULL) {
        rc = own->after(f, params, data, result);

    } else {
        const json_t *const  v = json_object_get(data, "result");

        *result = v == NULL ? json_null() : ckp_json_copy(v);
    }

    json_decref(params);

    return rc == CKP_OK && *result == NULL ? CKP_E_NOMEM : rc;
}


ckp_code_t
ckp_hosted_answered(ckp_fiber_t *f, const json_t *data)
{
    json_t      *result = NULL;
    ckp_code_t   rc = hosted_result(f, data, &result);

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "ph", json_string("over"));
    }

    if (rc == CKP_OK) {
        return ckp_step_done(f, result, false);
    }

    json_decref(result);

    return rc == CKP_E_INVALID || rc == CKP_E_LIMIT
           ? ckp_attempt_failed(f, false) : rc;
}


ckp_code_t
ckp_hosted_rested(ckp_fiber_t *f, json_t *result)
{
    const ckp_hosted_t *const  own = ckp_op_hosted(ckp_fiber_step(f)->op);

    return own != NULL && own->after != NULL
           ? ckp_hosted_answered(f, result)
           : ckp_step_done(f, json_incref(result), false);
}


ckp_code_t
ckp_hosted_secrets(ckp_fiber_t *f, bool tell, json_t **out)
{
    json_t      *secrets = NULL;
    ckp_code_t   rc = ckp_fiber_secrets(f, ckp_fiber_get(f, "step", "params"),
                                        &secrets);

    if (rc == CKP_OK && tell) {
        rc = ckp_fiber_secrets_told(f, secrets, ckp_fiber_step(f)->action);
    }

    if (out == NULL || rc != CKP_OK) {
        json_decref(secrets);
        return rc;
    }

    *out = secrets;

    return CKP_OK;
}
