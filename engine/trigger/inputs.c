/*
 * What a fired run is given.  Pointers look into what came; templates see it as
 * `trigger`, and nothing else.
 */

#include "trigger/inputs.h"

#include "base/json.h"
#include "lang/template.h"


static ckp_code_t
inputs_render(const json_t *value, const json_t *trigger, int64_t now_ms,
    json_t **out, ckp_err_t *err)
{
    ckp_template_t *const  t = ckp_template_new(value, err);
    json_t *const          names = json_object();
    char                   now[CKP_TIME_LEN + 1];
    ckp_code_t             rc;

    ckp_time_text(now_ms, now);
    (void) json_object_set(names, "trigger", (json_t *) trigger);
    (void) json_object_set_new(names, "now", json_string(now));
    (void) json_object_set_new(names, "today", json_stringn(now, 10));
    (void) json_object_set_new(names, "timestamp", json_integer(now_ms));

    if (t == NULL || names == NULL) {
        rc = err->code != CKP_OK ? err->code
             : ckp_fail(err, CKP_E_NOMEM, "", "no memory");

    } else {
        const ckp_scope_t  scope = { .get = ckp_scope_object_get,
                                     .object = names };
        ckp_eval_t         ev = { .scope = &scope, .now_ms = now_ms,
                                  .missing = CKP_MISSING_EMPTY,
                                  .budget = CKP_EVAL_STEPS_MAX };

        rc = ckp_template_render(t, &ev, out, err);
    }

    ckp_template_free(t);
    json_decref(names);

    return rc;
}


/* What is not there is no input: then the variable's default counts. */

static ckp_code_t
inputs_map(const json_t *mapping, const json_t *trigger, int64_t now_ms,
    json_t *out, ckp_err_t *err)
{
    const char    *name;
    const json_t  *value;

    json_object_foreach((json_t *) mapping, name, value) {
        const char *const  text = json_string_value(value);
        json_t            *v = NULL;

        if (text != NULL && text[0] == '/') {
            v = ckp_pointer_get(json_object_get(trigger, "payload"), text);
            v = json_incref(v);

        } else if (inputs_render(value, trigger, now_ms, &v, err) != CKP_OK) {
            return err->code;
        }

        if (v != NULL && json_object_set_new(out, name, v) != 0) {
            return ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        }
    }

    return CKP_OK;
}


ckp_code_t
ckp_trigger_inputs(const json_t *settings, const json_t *trigger,
    const json_t *given, int64_t now_ms, json_t **out, ckp_err_t *err)
{
    const json_t *const  constants = json_object_get(settings, "input_vars");
    const json_t *const  mapping = json_object_get(settings, "input_mapping");
    const unsigned long  refusals = ckp_memory_refusals();
    json_t              *all = NULL;
    ckp_code_t           rc = CKP_OK;

    *out = NULL;

    if (constants != NULL) {
        rc = inputs_render(constants, trigger, now_ms, &all, err);
    }

    if (rc == CKP_OK) {
        *out = json_is_object(all) ? json_copy(all) : json_object();

        if (*out == NULL) {
            rc = ckp_fail(err, CKP_E_NOMEM, "", "no memory");

        } else if (mapping != NULL) {
            rc = inputs_map(mapping, trigger, now_ms, *out, err);

        } else if (given != NULL
                   && json_object_update(*out, (json_t *) given) != 0)
        {
            rc = ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        }
    }

    json_decref(all);

    /* what a template did not find may be what there was no memory for */

    if (ckp_memory_refusals() != refusals) {
        *err = (ckp_err_t) CKP_ERR_INIT;
        rc = ckp_fail(err, CKP_E_NOMEM, "", "no memory");
    }

    if (rc != CKP_OK) {
        json_decref(*out);
        *out = NULL;
    }

    return rc;
}
