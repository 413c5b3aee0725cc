/*
 * Variables of a run: assignment by dotted name within the limits.
 * Source: spec/ckp.md 8.6.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "lang/path.h"
#include "model/limits.h"


json_t *
ckp_fiber_var_get(const ckp_fiber_t *f, const char *name)
{
    json_t      *at = ckp_run_get(f->run, "vars", NULL);
    const char  *p = name;
    json_t      *whole = json_object_get(at, name);

    if (whole != NULL || strchr(name, '.') == NULL) {
        return whole;
    }

    while (at != NULL) {
        const char *const  dot = strchr(p, '.');

        if (dot == NULL) {
            return json_object_get(at, p);
        }

        at = json_object_getn(at, p, (size_t) (dot - p));
        p = dot + 1;
    }

    return NULL;
}


/* The value of the first name of a dotted one after the assignment. */

static ckp_code_t
vars_nested(ckp_fiber_t *f, const char *name, size_t first, json_t *value,
    json_t **out)
{
    json_t *const  vars = ckp_run_get(f->run, "vars", NULL);
    json_t *const  old = json_object_getn(vars, name, first);
    json_t *const  holder = json_object();
    ckp_err_t      err = CKP_ERR_INIT;
    ckp_code_t     rc;

    if (json_is_object(old)) {
        (void) json_object_setn_new(holder, name, first, json_deep_copy(old));
    }

    rc = ckp_path_assign(holder, name, value, &err);

    if (rc == CKP_OK) {
        *out = json_incref(json_object_getn(holder, name, first));

        if (*out == NULL) {
            rc = CKP_E_NOMEM;
        }

    } else if (rc != CKP_E_NOMEM) {
        rc = ckp_fiber_raise(f, "TypeMismatch", "%s", err.msg);
    }

    json_decref(holder);

    return rc;
}


static size_t
vars_size(ckp_run_t *run)
{
    if (!run->seeded) {
        run->vars_bytes = ckp_json_size(ckp_run_get(run, "vars", NULL),
                                        2 * CKP_VARS_MAX);
        run->seeded = true;
    }

    return run->vars_bytes;
}


/* value is stolen. */

static ckp_code_t
vars_put(ckp_fiber_t *f, const char *name, json_t *value)
{
    ckp_run_t *const     run = f->run;
    const json_t *const  old = ckp_run_get(run, "vars", name);
    const size_t         total = vars_size(run);
    const size_t         bytes = ckp_json_size(value, 2 * CKP_VALUE_MAX);
    const size_t         before = old == NULL ? 0
                                  : ckp_json_size(old, 2 * CKP_VARS_MAX);

    if (bytes > CKP_VALUE_MAX
        || total - (before < total ? before : total) + bytes > CKP_VARS_MAX)
    {
        json_decref(value);
        return ckp_fiber_raise(f, "VariablesTooLarge", "variable \"%.60s\" of "
                               "%zu bytes is too much", name, bytes);
    }

    run->vars_bytes = total - (before < total ? before : total) + bytes;

    return ckp_run_put(run, "vars", name, value);
}


ckp_code_t
ckp_fiber_var_set(ckp_fiber_t *f, const char *name, json_t *value)
{
    const size_t  first = strcspn(name, ".[");
    char          own[256];
    json_t       *whole = NULL;
    ckp_code_t    rc;

    if (value == NULL) {
        return CKP_E_NOMEM;
    }

    if (name[first] == '\0') {
        return vars_put(f, name, value);
    }

    if (first == 0 || first >= sizeof(own)) {
        json_decref(value);
        return ckp_fiber_raise(f, "TypeMismatch", "\"%.60s\" names no variable",
                               name);
    }

    memcpy(own, name, first);
    own[first] = '\0';

    rc = vars_nested(f, name, first, value, &whole);

    return rc == CKP_OK ? vars_put(f, own, whole) : rc;
}
