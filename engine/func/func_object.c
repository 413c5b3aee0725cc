/*
 * Functions over objects, over the kind of a value, and those that choose.
 */

#include <string.h>

#include "base/json.h"
#include "func/func_int.h"

typedef enum {
    OBJECT_KEYS,
    OBJECT_VALUES,
    OBJECT_ITEMS
} object_part_t;


static json_t *
object_part(object_part_t part, const char *key, json_t *member)
{
    switch (part) {

    case OBJECT_KEYS:
        return json_string_nocheck(key);

    case OBJECT_VALUES:
        return json_incref(member);

    case OBJECT_ITEMS:
        return json_pack("{s:s, s:O}", "key", key, "value", member);
    }

    return NULL;
}


static ckp_code_t
object_list(ckp_xc_t *c, const ckp_x_t *x, json_t *object, object_part_t part,
    json_t **out)
{
    json_t      *list;
    const char  *key;
    json_t      *member;

    if (!json_is_object(object) && !json_is_null(object)) {
        return ckp_x_fail(c, "%s() of %s, an object was expected",
                          x->func->name, ckp_value_type(object));
    }

    if (ckp_eval_step(c->ev, (uint32_t) json_object_size(object), c->err)
        != CKP_OK)
    {
        return CKP_E_LIMIT;
    }

    list = json_array();

    json_object_foreach(object, key, member) {
        if (json_array_append_new(list, object_part(part, key, member)) != 0) {
            json_decref(list);
            return ckp_x_nomem(c);
        }
    }

    return ckp_x_give(c, list, out);
}


CKP_FUNC(keys)
{
    return object_list(c, x, args[0], OBJECT_KEYS, out);
}


CKP_FUNC(values)
{
    return object_list(c, x, args[0], OBJECT_VALUES, out);
}


CKP_FUNC(items)
{
    return object_list(c, x, args[0], OBJECT_ITEMS, out);
}


/* What lies at a path, an index or a member's plain name; NULL: nothing. */
static json_t *
object_at(const json_t *v, const json_t *where)
{
    ckp_path_t  *path;
    json_t      *found;
    size_t       used;

    if (json_is_integer(where)) {
        return ckp_value_element(v, json_integer_value(where));
    }

    if (!json_is_string(where)) {
        return NULL;
    }

    found = json_object_get(v, json_string_value(where));

    if (found != NULL) {
        return json_incref(found);
    }

    path = ckp_path_parse(json_string_value(where), json_string_length(where),
                          &used, NULL);

    if (path == NULL) {
        return NULL;
    }

    found = (used == json_string_length(where)) ? ckp_path_below(path, v)
                                                : NULL;
    ckp_path_free(path);

    return found;
}


CKP_FUNC(get)
{
    json_t *const  v = object_at(args[0], args[1]);

    (void) c;

    if (v != NULL && !json_is_null(v)) {
        *out = v;
        return CKP_OK;
    }

    json_decref(v);
    *out = (x->n == 3) ? json_incref(args[2]) : json_null();

    return CKP_OK;
}


CKP_FUNC(has)
{
    json_t  *v = NULL;

    (void) c;
    (void) x;

    if (json_is_object(args[0]) || json_is_integer(args[1])) {
        v = object_at(args[0], args[1]);
    }

    *out = json_boolean(v != NULL);
    json_decref(v);

    return CKP_OK;
}


/* The first argument that is not null; the others are not evaluated. */
CKP_FUNC(coalesce)
{
    ckp_code_t  rc = CKP_OK;

    (void) args;

    for (size_t i = 0; i < x->n && rc == CKP_OK; i++) {
        json_decref(*out);
        rc = ckp_x_eval(c, x->kids[i], out);

        if (rc == CKP_OK && !json_is_null(*out)) {
            return CKP_OK;
        }
    }

    return rc;
}


CKP_FUNC(default)
{
    return ckp_func_coalesce(c, x, args, out);
}


CKP_FUNC(if)
{
    json_t            *condition;
    const ckp_code_t   rc = ckp_x_eval(c, x->kids[0], &condition);
    bool               holds;

    (void) args;

    if (rc != CKP_OK) {
        return rc;
    }

    holds = ckp_value_truthy(condition);
    json_decref(condition);

    if (!holds && x->n == 2) {
        *out = json_null();
        return CKP_OK;
    }

    return ckp_x_eval(c, x->kids[holds ? 1 : 2], out);
}


CKP_FUNC(type)
{
    (void) x;

    return ckp_x_give(c, json_string(ckp_value_type(args[0])), out);
}


CKP_FUNC(is_number)
{
    (void) c;
    (void) x;

    *out = json_boolean(json_is_number(args[0]));

    return CKP_OK;
}


CKP_FUNC(is_string)
{
    (void) c;
    (void) x;

    *out = json_boolean(json_is_string(args[0]));

    return CKP_OK;
}


CKP_FUNC(json)
{
    ckp_err_t  err = CKP_ERR_INIT;

    (void) x;

    if (!json_is_string(args[0])) {
        return ckp_x_fail(c, "json() of %s, a text was expected",
                          ckp_value_type(args[0]));
    }

    if (ckp_x_charge_value(c, args[0]) != CKP_OK) {
        return CKP_E_LIMIT;
    }

    *out = ckp_json_parse(json_string_value(args[0]),
                          json_string_length(args[0]), &err);

    if (*out == NULL && err.code == CKP_E_NOMEM) {
        return ckp_x_nomem(c);
    }

    return (*out == NULL) ? ckp_x_fail(c, "json(): %s", err.msg) : CKP_OK;
}


CKP_FUNC(to_json)
{
    ckp_buf_t  b;

    (void) x;

    ckp_buf_init(&b, CKP_EVAL_RESULT_MAX);
    ckp_json_put(&b, args[0]);

    return ckp_x_text(c, &b, out);
}
