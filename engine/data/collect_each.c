/*
 * Transformations that look at one element after the other: filter, map,
 * reduce, flatten, group_by.
 */

#include <string.h>

#include "data/collect_int.h"
#include "lang/value.h"

#define COLLECT_FLATTEN_MAX  64

static const char *const  collect_key_params[] = { "key", "field", NULL };
static const char *const  collect_field_params[] = { "field", NULL };


/* --- filter ------------------------------------------------------------------- */


/* Without a condition the elements that count as true. */
void
ckp_cc_filter(ckp_cc_t *c)
{
    c->t->main = ckp_cc_main(c, CKP_CPART_EXPR, NULL);
}


ckp_code_t
ckp_cr_filter(ckp_cr_t *r, const json_t *list, json_t **out)
{
    json_t *const  made = json_array();
    ckp_code_t     rc = made == NULL ? ckp_cr_nomem(r) : CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(list); i++) {
        json_t *const  item = json_array_get(list, i);
        bool           holds = false;

        r->at = i;
        rc = ckp_cr_test(r, r->t->main, item, &holds);

        if (rc == CKP_OK && holds) {
            rc = ckp_cr_append(r, made, json_incref(item));
        }
    }

    return ckp_cr_end(rc, made, out);
}


/* --- map ------------------------------------------------------------------------ */


static void
map_fields(ckp_cc_t *c, const json_t *fields)
{
    ckp_collect_t *const  t = c->t;
    const char           *name;
    const json_t         *value;

    if (!json_is_object(fields)) {
        ckp_cc_say(c, 15, "fields", "", "'fields' must be an object");
        return;
    }

    if (!ckp_cc_columns(c, json_object_size(fields), "fields", &t->cols)) {
        return;
    }

    json_object_foreach((json_t *) fields, name, value) {
        ckp_ccol_t *const  col = &t->cols[t->ncols];
        ckp_buf_t          below;

        ckp_buf_init(&below, 2 * CKP_JSON_KEY_MAX + 2);
        ckp_pointer_push(&below, name);
        col->name = name;
        col->part = ckp_cc_part(c, json_is_string(value)
                                   && strstr(json_string_value(value), "{{")
                                      == NULL
                                   ? CKP_CPART_EXPR : CKP_CPART_MAP,
                                "fields", ckp_buf_str(&below), value);
        ckp_buf_free(&below);
        t->ncols++;
    }
}


void
ckp_cc_map(ckp_cc_t *c)
{
    const json_t *const  fields = ckp_cc_param(c, "fields");

    if (fields != NULL) {
        map_fields(c, fields);
        return;
    }

    c->t->main = ckp_cc_main(c, CKP_CPART_MAP, collect_field_params);
}


/* An object of the fields; one that was written as null is null. */
static ckp_code_t
map_object(ckp_cr_t *r, const json_t *item, json_t **out)
{
    const ckp_collect_t *const  t = r->t;
    json_t *const               made = json_object();
    ckp_code_t                  rc = made == NULL ? ckp_cr_nomem(r) : CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < t->ncols; i++) {
        json_t  *v = NULL;

        rc = t->cols[i].part == NULL ? CKP_OK
             : ckp_cr_field(r, t->cols[i].part, item, &v);

        if (rc == CKP_OK
            && json_object_set_new(made, t->cols[i].name,
                                           v == NULL ? json_null() : v) != 0)
        {
            rc = ckp_cr_nomem(r);
        }
    }

    return ckp_cr_end(rc, made, out);
}


ckp_code_t
ckp_cr_map(ckp_cr_t *r, const json_t *list, json_t **out)
{
    const bool     drop = ckp_cr_flag(r, "drop_null");
    json_t *const  made = json_array();
    ckp_code_t     rc = made == NULL ? ckp_cr_nomem(r) : CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(list); i++) {
        const json_t *const  item = json_array_get(list, i);
        json_t              *v = NULL;

        r->at = i;
        rc = r->t->cols != NULL ? map_object(r, item, &v)
                                : ckp_cr_field(r, r->t->main, item, &v);

        if (rc == CKP_OK && drop && json_is_null(v)) {
            json_decref(v);

        } else if (rc == CKP_OK) {
            rc = ckp_cr_append(r, made, v);
        }
    }

    return ckp_cr_end(rc, made, out);
}


/* --- reduce ----------------------------------------------------------------------- */


void
ckp_cc_reduce(ckp_cc_t *c)
{
    c->t->main = ckp_cc_main(c, CKP_CPART_EXPR, NULL);
}


/* What has grown large is paid for each time, or many elements would copy it
 * as often. */
static ckp_code_t
reduce_charge(ckp_cr_t *r, const json_t *acc)
{
    if (json_is_string(acc)) {
        return ckp_cr_charge(r, json_string_length(acc) / 64);
    }

    if (json_is_array(acc) || json_is_object(acc)) {
        return ckp_cr_charge(r, ckp_json_size(acc, CKP_EVAL_RESULT_MAX) / 64);
    }

    return CKP_OK;
}


ckp_code_t
ckp_cr_reduce(ckp_cr_t *r, const json_t *list, json_t **out)
{
    const json_t *const  initial = json_object_get(r->in->params, "initial");
    const size_t         n = json_array_size(list);
    const bool           given = initial != NULL && !json_is_null(initial);
    json_t              *acc = json_incref((json_t *) initial);
    ckp_code_t           rc = CKP_OK;

    if (!given) {
        json_decref(acc);
        acc = n == 0 ? json_null() : json_incref(json_array_get(list, 0));
    }

    for (size_t i = given ? 0 : 1; rc == CKP_OK && i < n; i++) {
        json_t  *next = NULL;

        r->at = i;
        r->names.acc = acc;
        r->names.index = i;
        rc = ckp_cr_field(r, r->t->main, json_array_get(list, i), &next);

        if (rc == CKP_OK) {
            rc = reduce_charge(r, next);
        }

        json_decref(acc);
        acc = next;
    }

    r->names.acc = NULL;

    return ckp_cr_end(rc, acc, out);
}


/* --- flatten ------------------------------------------------------------------------ */


void
ckp_cc_flatten(ckp_cc_t *c)
{
    c->t->main = ckp_cc_main(c, CKP_CPART_KEY, collect_field_params);
}


/* As deep as COLLECT_FLATTEN_MAX. */
static ckp_code_t
flatten_into(ckp_cr_t *r, json_t *made, json_t *v, int64_t depth)
{
    ckp_code_t  rc = ckp_cr_charge(r, 1);

    if (!json_is_array(v) || depth <= 0) {
        return rc == CKP_OK ? ckp_cr_append(r, made, json_incref(v)) : rc;
    }

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(v); i++) {
        rc = flatten_into(r, made, json_array_get(v, i), depth - 1);
    }

    return rc;
}


/* An element without the nested array adds nothing. */
ckp_code_t
ckp_cr_flatten(ckp_cr_t *r, const json_t *list, json_t **out)
{
    const int64_t  asked = ckp_json_int(r->in->params, "depth", 1);
    const int64_t  depth = asked > COLLECT_FLATTEN_MAX ? COLLECT_FLATTEN_MAX
                                                       : asked;
    json_t *const  made = json_array();
    ckp_code_t     rc = made == NULL ? ckp_cr_nomem(r) : CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(list); i++) {
        json_t  *v = NULL;

        r->at = i;
        rc = ckp_cr_value(r, r->t->main, json_array_get(list, i), &v);

        if (rc == CKP_OK && v != NULL
            && (r->t->main == NULL || !json_is_null(v)))
        {
            rc = flatten_into(r, made, v, depth);
        }

        json_decref(v);
    }

    return ckp_cr_end(rc, made, out);
}


/* --- group_by ------------------------------------------------------------------------- */


void
ckp_cc_group_by(ckp_cc_t *c)
{
    c->t->main = ckp_cc_main(c, CKP_CPART_KEY, collect_key_params);
}


static ckp_code_t
group_add(ckp_cr_t *r, json_t *groups, const char *name, json_t *item)
{
    json_t     *group = json_object_get(groups, name);
    ckp_code_t  rc = CKP_OK;

    if (group == NULL) {
        rc = ckp_cr_set(r, groups, name, json_array());
        group = json_object_get(groups, name);
    }

    return rc == CKP_OK ? ckp_cr_append(r, group, json_incref(item)) : rc;
}


/* Groups are named by the text of their key: "" is that of null. */
ckp_code_t
ckp_cr_group_by(ckp_cr_t *r, const json_t *list, json_t **out)
{
    json_t *const  groups = json_object();
    ckp_code_t     rc = groups == NULL ? ckp_cr_nomem(r) : CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(list); i++) {
        json_t *const  item = json_array_get(list, i);
        json_t        *key = NULL;
        ckp_buf_t      b;

        r->at = i;
        rc = ckp_cr_field(r, r->t->main, item, &key);
        ckp_buf_init(&b, CKP_EVAL_RESULT_MAX);
        ckp_value_text(&b, key);
        json_decref(key);

        if (rc == CKP_OK && b.failed != CKP_OK) {
            rc = b.failed == CKP_E_NOMEM ? ckp_cr_nomem(r)
                 : ckp_cr_fail(r, "its key is too long");
        }

        if (rc == CKP_OK) {
            rc = group_add(r, groups, ckp_buf_str(&b), item);
        }

        ckp_buf_free(&b);
    }

    return ckp_cr_end(rc, groups, out);
}
