/*
 * Values under a check and the words about them; see verdict.h.
 */

#include "node/verdict.h"

#include <string.h>

#include "base/json.h"
#include "lang/schema.h"
#include "model/limits.h"
#include "op/op_int.h"


ckp_code_t
ckp_verdict_source(ckp_fiber_t *f, const ckp_template_t *t, json_t **out)
{
    const char *const  name = json_string_value(ckp_template_source(t));

    if (name != NULL && ckp_template_is_constant(t)) {
        json_t *const  value = ckp_fiber_var_get(f, name);

        if (value != NULL) {
            *out = json_incref(value);
            return CKP_OK;
        }
    }

    return ckp_fiber_render(f, t, out);
}


ckp_code_t
ckp_verdict_schema(ckp_fiber_t *f, const json_t *schema, const json_t *value,
    json_t **why)
{
    json_t           *errors = NULL;
    ckp_err_t         err = CKP_ERR_INIT;
    const ckp_code_t  rc = ckp_schema_check(schema, value, &errors, &err);

    *why = NULL;

    if (rc == CKP_E_INVALID || rc == CKP_E_LIMIT) {
        return ckp_fiber_raise(f, "SchemaViolation", "%s", err.msg);
    }

    if (rc == CKP_OK && json_array_size(errors) > 0) {
        const json_t *const  first = json_array_get(errors, 0);
        const char *const    path = ckp_json_str(first, "path");

        *why = json_sprintf("%s%s%s", path == NULL ? "" : path,
                            path == NULL || *path == '\0' ? "" : ": ",
                            ckp_json_str(first, "message"));
    }

    const bool  lost = rc == CKP_OK && *why == NULL
                       && json_array_size(errors) > 0;

    json_decref(errors);

    return lost ? CKP_E_NOMEM : rc;
}


ckp_code_t
ckp_verdict_message(ckp_fiber_t *f, const ckp_template_t *t, const char *what,
    const char *id, const json_t *why, json_t **text)
{
    const char *const  reason = json_string_value(why);
    json_t            *value = NULL;

    *text = NULL;

    if (t != NULL) {
        const ckp_code_t  rc = ckp_fiber_render(f, t, &value);

        if (rc != CKP_OK) {
            return rc;
        }

        *text = ckp_op_text(value);
        json_decref(value);

        if (*text == NULL) {
            return CKP_E_NOMEM;
        }

        if (json_string_length(*text) > 0) {
            return CKP_OK;
        }

        json_decref(*text);
    }

    *text = json_sprintf("%s '%s' failed%s%s", what, id,
                         reason == NULL ? "" : ": ",
                         reason == NULL ? "" : reason);

    return *text == NULL ? CKP_E_NOMEM : CKP_OK;
}


json_t *
ckp_verdict_error(ckp_fiber_t *f, const char *type, const json_t *message,
    json_t *details)
{
    const ckp_code_t  rc = ckp_fiber_raise_json(f,
        json_pack("{s:s, s:O, s:o}", "type", type, "message", message,
                  "details", details));

    return rc == CKP_E_INVALID ? ckp_fiber_error_take(f) : NULL;
}


bool
ckp_verdict_is_dry(const ckp_fiber_t *f)
{
    return strcmp(ckp_fiber_mode(f), "dry_run") == 0;
}
