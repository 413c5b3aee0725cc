/*
 * A transformation that runs: the names that an element gives, the steps that
 * are left, the result as it grows.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "data/collect_int.h"
#include "lang/value.h"


ckp_code_t
ckp_cr_nomem(ckp_cr_t *r)
{
    return ckp_fail(r->err, CKP_E_NOMEM, "", "no memory");
}


static ckp_code_t
run_fail(ckp_cr_t *r, ckp_code_t rc, const char *text)
{
    if (r->at == SIZE_MAX || rc == CKP_E_NOMEM) {
        return ckp_fail(r->err, rc, "", "%s", text);
    }

    return ckp_fail(r->err, rc, "", "element %zu: %s", r->at, text);
}


ckp_code_t
ckp_cr_fail(ckp_cr_t *r, const char *fmt, ...)
{
    char     text[200];
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    return run_fail(r, CKP_E_INVALID, text);
}


ckp_code_t
ckp_cr_charge(ckp_cr_t *r, size_t steps)
{
    if (steps >= r->left) {
        r->left = 0;
        return ckp_fail(r->err, CKP_E_LIMIT, "",
                        "a transformation of more than %d steps",
                        CKP_COLLECT_STEPS_MAX);
    }

    r->left -= (uint32_t) steps;

    return CKP_OK;
}


/* The members of the element, `item`, what reduce knows; beside an element the
 * source itself. */
static json_t *
run_name(const ckp_scope_t *scope, const char *name)
{
    const ckp_cr_t *const      r = scope->data;
    const ckp_cscope_t *const  names = &r->names;
    json_t *const              v = json_object_get(names->item, name);

    if (v != NULL) {
        return json_incref(v);
    }

    if (names->item == NULL) {
        return strcmp(name, "value") == 0
               || (r->in->name != NULL && strcmp(name, r->in->name) == 0)
               ? json_incref((json_t *) (r->in->source != NULL
                                         ? r->in->source : json_null()))
               : NULL;
    }

    if (strcmp(name, "item") == 0) {
        return json_incref((json_t *) names->item);
    }

    if (names->acc == NULL) {
        return NULL;
    }

    return strcmp(name, "acc") == 0 ? json_incref((json_t *) names->acc)
           : strcmp(name, "index") == 0
             ? json_integer((json_int_t) names->index) : NULL;
}


static void
run_open(ckp_cr_t *r, const json_t *item, bool alone)
{
    r->names.item = item;
    r->names.scope = (ckp_scope_t) {
        .get = run_name, .data = r, .outer = alone ? NULL : r->in->ev->scope
    };
    r->ev.scope = &r->names.scope;
    r->ev.budget = r->left < CKP_EVAL_STEPS_MAX ? r->left
                                                : CKP_EVAL_STEPS_MAX;
}


static ckp_code_t
run_close(ckp_cr_t *r, ckp_code_t rc, const ckp_err_t *err)
{
    const uint32_t  given = r->left < CKP_EVAL_STEPS_MAX ? r->left
                                                         : CKP_EVAL_STEPS_MAX;
    const ckp_code_t  out = ckp_cr_charge(r, given - r->ev.budget);

    if (out != CKP_OK) {
        return out;
    }

    return rc == CKP_OK ? rc : run_fail(r, rc, err->msg);
}


ckp_code_t
ckp_cr_value(ckp_cr_t *r, const ckp_cpart_t *part, const json_t *item,
    json_t **out)
{
    ckp_err_t   err = CKP_ERR_INIT;
    ckp_code_t  rc = CKP_OK;

    *out = NULL;

    if (part == NULL || part->value != NULL) {
        *out = json_incref((json_t *) (part == NULL ? item : part->value));
        return ckp_cr_charge(r, 1);
    }

    run_open(r, item, part->path != NULL);

    if (part->path != NULL) {
        *out = ckp_path_resolve(part->path, &r->ev);
        r->ev.budget -= r->ev.budget > 0 ? 1 : 0;

    } else if (part->expr != NULL) {
        rc = ckp_expr_value(part->expr, &r->ev, out, &err);

    } else {
        rc = ckp_template_render(part->text, &r->ev, out, &err);
    }

    rc = run_close(r, rc, &err);

    if (rc != CKP_OK) {
        json_decref(*out);
        *out = NULL;
    }

    return rc;
}


ckp_code_t
ckp_cr_field(ckp_cr_t *r, const ckp_cpart_t *part, const json_t *item,
    json_t **out)
{
    const ckp_code_t  rc = ckp_cr_value(r, part, item, out);

    if (rc == CKP_OK && *out == NULL) {
        *out = json_null();
    }

    return rc;
}


ckp_code_t
ckp_cr_test(ckp_cr_t *r, const ckp_cpart_t *part, const json_t *item,
    bool *holds)
{
    ckp_err_t   err = CKP_ERR_INIT;
    ckp_code_t  rc;
    json_t     *v = NULL;

    if (part != NULL && part->expr != NULL) {
        run_open(r, item, false);
        rc = ckp_expr_test(part->expr, &r->ev, holds, &err);

        return run_close(r, rc, &err);
    }

    rc = ckp_cr_value(r, part, item, &v);
    *holds = ckp_value_truthy(v);
    json_decref(v);

    return rc;
}


static ckp_code_t
run_count(ckp_cr_t *r, const json_t *value, size_t more)
{
    const size_t  room = CKP_EVAL_RESULT_MAX - r->bytes;
    const size_t  size = value == NULL ? 0 : ckp_json_size(value, room + 2);

    if (value == NULL) {
        return ckp_cr_nomem(r);
    }

    if (size + more > room) {
        return ckp_fail(r->err, CKP_E_LIMIT, "",
                        "a result of more than %d bytes",
                        CKP_EVAL_RESULT_MAX);
    }

    r->bytes += size + more;

    return CKP_OK;
}


ckp_code_t
ckp_cr_append(ckp_cr_t *r, json_t *list, json_t *value)
{
    const ckp_code_t  rc = run_count(r, value, 1);

    if (rc != CKP_OK) {
        json_decref(value);
        return rc;
    }

    return json_array_append_new(list, value) == 0 ? CKP_OK : ckp_cr_nomem(r);
}


/* Names come from data, too; what is stored with longer ones is not read. */
ckp_code_t
ckp_cr_set(ckp_cr_t *r, json_t *object, const char *name, json_t *value)
{
    const size_t  len = strlen(name);
    ckp_code_t    rc = run_count(r, value, len + 4);

    if (rc == CKP_OK && len > CKP_JSON_KEY_MAX) {
        rc = ckp_cr_fail(r, "a member name of %zu bytes, at most %d", len,
                         CKP_JSON_KEY_MAX);
    }

    if (rc != CKP_OK) {
        json_decref(value);
        return rc;
    }

    return json_object_set_new(object, name, value) == 0
           ? CKP_OK : ckp_cr_nomem(r);
}


ckp_code_t
ckp_cr_end(ckp_code_t rc, json_t *made, json_t **out)
{
    if (rc != CKP_OK) {
        json_decref(made);
        return rc;
    }

    *out = made;

    return CKP_OK;
}


bool
ckp_cr_flag(const ckp_cr_t *r, const char *name)
{
    return ckp_value_truthy(json_object_get(r->in->params, name));
}


const char *
ckp_cr_text(const ckp_cr_t *r, const char *name, const char *otherwise)
{
    const char *const  text = ckp_json_str(r->in->params, name);

    return text != NULL ? text : otherwise;
}
