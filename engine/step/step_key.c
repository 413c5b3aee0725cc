/*
 * The key of a step, its record in the journal, and its end by a result that is
 * known already.  Source: spec/ckp.md 20; design/reliability.md 1.
 */

#include "node/step.h"

#include <string.h>

#include "base/json.h"
#include "base/sha.h"
#include "model/limits.h"
#include "node/validate.h"


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
    const char *const  tail = ckp_fiber_is_plain(f)
        ? ckp_fiber_join(f, ckp_fiber_node(f)->id, ':', ckp_fiber_step(f)->id)
        : ckp_fiber_path(f);
    const char *const  full = tail == NULL ? NULL
        : ckp_fiber_join(f, ckp_fiber_key_run(f), ':', tail);

    return full == NULL ? NULL : step_fit_key(full);
}


ckp_code_t
ckp_key_render(ckp_fiber_t *f, const ckp_template_t *t, json_t **key)
{
    ckp_eval_t  ev;
    ckp_err_t   err = CKP_ERR_INIT;
    ckp_buf_t   b;
    ckp_code_t  rc;

    *key = NULL;

    if (t == NULL) {
        return CKP_OK;
    }

    ckp_fiber_eval(f, &ev);
    ckp_buf_init(&b, CKP_TEMPLATE_OUT_MAX);
    rc = ckp_template_render_text(t, &ev, &b, &err);

    if (rc == CKP_OK && b.len > 0) {
        *key = step_fit_key(ckp_buf_str(&b));
        rc = *key == NULL ? CKP_E_NOMEM : CKP_OK;
    }

    ckp_buf_free(&b);

    return ckp_fiber_rendered(f, rc, &ev, "idempotency_key: ", &err);
}


/* n.step.key; with a rendered key also n.step.own. */

ckp_code_t
ckp_step_make_key(ckp_fiber_t *f)
{
    json_t      *key;
    ckp_code_t   rc = ckp_key_render(f, ckp_fiber_step(f)->idempotency_key,
                                     &key);

    if (rc == CKP_OK && key != NULL) {
        rc = ckp_fiber_put(f, "step", "own", json_true());
    }

    if (rc != CKP_OK) {
        json_decref(key);
        return rc;
    }

    return ckp_fiber_put(f, "step", "key", key == NULL ? step_own_key(f)
                                                       : key);
}


const char *
ckp_step_key(const ckp_fiber_t *f, char *out)
{
    const char *const  key = ckp_fiber_get_str(f, "step", "key");
    const int64_t      k = ckp_fiber_get_int(f, "step", "k");
    size_t             len = key == NULL ? 0 : strlen(key);

    len = len < CKP_KEY_MAX ? len : CKP_KEY_MAX;
    memcpy(out, key == NULL ? "" : key, len);

    if (k > 0 && len < CKP_KEY_MAX) {
        char          digits[CKP_INT_LEN];
        const size_t  n = ckp_int_text(k, digits);
        const size_t  room = CKP_KEY_MAX - ++len;

        out[len - 1] = '#';
        memcpy(out + len, digits, n < room ? n : room);
        len += n < room ? n : room;
    }

    out[len] = '\0';

    return out;
}


ckp_code_t
ckp_step_cached(ckp_fiber_t *f, const json_t *known, const json_t *source)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    json_t *const            result = json_incref((json_t *) known);
    ckp_code_t               rc = CKP_OK;

    if (step->output_variable != NULL && !json_is_null(result)) {
        rc = ckp_fiber_var_set(f, step->output_variable, json_incref(result));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_map(f, step->outputs, step->noutputs, result);
    }

    if (rc != CKP_OK) {
        json_decref(result);
        return ckp_step_refused(f, rc);
    }

    rc = ckp_fiber_emit(f, "step_completed", json_pack("{s:s, s:s*, s:b, s:O*}",
                        "action", step->action, "output_variable",
                        step->output_variable, "cached", 1, "source_run_id",
                        source));

    if (rc == CKP_OK) {
        rc = ckp_step_keep(f, result);
    }

    json_decref(result);

    return rc == CKP_OK ? ckp_step_next(f) : rc;
}


ckp_code_t
ckp_step_keep(ckp_fiber_t *f, json_t *result)
{
    const ckp_node_t *const  node = ckp_fiber_node(f);
    const char *const        list = ckp_fiber_get_str(f, "list", NULL);

    if (list != NULL) {
        return strcmp(list, "val") == 0 ? ckp_validate_answered(f, result)
                                        : CKP_OK;
    }

    return node->noutputs > 0 || node->u.sequence->keeps
           || (node->telemetry != NULL && node->telemetry->nmeasures > 0)
           ? ckp_fiber_put(f, "res", NULL, json_incref(result)) : CKP_OK;
}
