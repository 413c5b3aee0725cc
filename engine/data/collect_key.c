/*
 * Values as keys: equal values have the same text, whatever the order of their
 * members, and 1 is 1.0.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/collect_int.h"

#define COLLECT_KEY_MAX  (2 * CKP_EVAL_RESULT_MAX)
#define TWO_63           9223372036854775808.0

static const char *const  collect_key_params[] = { "key", "field", NULL };


static void
key_number(ckp_buf_t *b, const json_t *v)
{
    const double  d = json_number_value(v);
    char          text[CKP_REAL_LEN];

    if (json_is_integer(v)) {
        ckp_buf_printf(b, "%lld", (long long) json_integer_value(v));

    } else if (d <= floor(d) && d >= -TWO_63 && d < TWO_63) {
        ckp_buf_printf(b, "%lld", (long long) d);

    } else {
        ckp_real_text(d, text);
        ckp_buf_puts(b, text);
    }
}


static int
key_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}


static void key_put(ckp_buf_t *b, const json_t *v, unsigned depth);


static void
key_object(ckp_buf_t *b, const json_t *v, unsigned depth)
{
    const size_t        n = json_object_size(v);
    const char **const  names = ckp_alloc((n + 1) * sizeof(char *));
    const char         *name;
    json_t             *value;
    size_t              i = 0;

    if (names == NULL) {
        b->failed = CKP_E_NOMEM;
        return;
    }

    json_object_foreach((json_t *) v, name, value) {
        names[i++] = name;
    }

    qsort(names, n, sizeof(char *), key_order);
    ckp_buf_puts(b, "{");

    for (i = 0; i < n; i++) {
        json_t *const  key = json_string_nocheck(names[i]);

        key_put(b, key, depth);
        json_decref(key);
        ckp_buf_puts(b, ":");
        key_put(b, json_object_get(v, names[i]), depth);
        ckp_buf_puts(b, ",");
    }

    ckp_buf_puts(b, "}");
    ckp_free(names);
}


/* No deeper than JSON texts may be. */
static void
key_put(ckp_buf_t *b, const json_t *v, unsigned depth)
{
    if (depth == 0 || b->failed != CKP_OK) {
        b->failed = b->failed != CKP_OK ? b->failed : CKP_E_LIMIT;
        return;
    }

    if (v == NULL) {
        ckp_buf_puts(b, "null");
        return;
    }

    switch (json_typeof(v)) {

    case JSON_OBJECT:
        key_object(b, v, depth - 1);
        break;

    case JSON_ARRAY:
        ckp_buf_puts(b, "[");

        for (size_t i = 0; i < json_array_size(v); i++) {
            key_put(b, json_array_get(v, i), depth - 1);
            ckp_buf_puts(b, ",");
        }

        ckp_buf_puts(b, "]");
        break;

    case JSON_INTEGER:
    case JSON_REAL:
        key_number(b, v);
        break;

    case JSON_STRING:
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        ckp_json_put(b, v);
        break;
    }
}


void
ckp_collect_key(ckp_buf_t *b, const json_t *v)
{
    key_put(b, v, CKP_JSON_DEPTH_HARD);
}


ckp_code_t
ckp_cr_find(ckp_cr_t *r, json_t *index, const ckp_buf_t *key, size_t *at,
    bool *found)
{
    const json_t  *known;

    *found = false;

    if (key->failed != CKP_OK) {
        return key->failed == CKP_E_NOMEM ? ckp_cr_nomem(r)
               : ckp_cr_fail(r, "its key is too long");
    }

    known = json_object_get(index, ckp_buf_str(key));

    if (known != NULL) {
        *found = true;
        *at = (size_t) json_integer_value(known);
        return CKP_OK;
    }

    return json_object_set_new(index, ckp_buf_str(key),
                                       json_integer((json_int_t) *at)) == 0
           ? CKP_OK : ckp_cr_nomem(r);
}


ckp_code_t
ckp_cr_values(ckp_cr_t *r, const ckp_cpart_t *part, const json_t *list,
    json_t **out)
{
    const size_t   bytes = r->bytes;
    json_t        *made;
    ckp_code_t     rc;

    if (part == NULL) {
        *out = json_incref((json_t *) list);
        return ckp_cr_charge(r, json_array_size(list));
    }

    made = json_array();
    rc = made == NULL ? ckp_cr_nomem(r) : CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(list); i++) {
        json_t  *v = NULL;

        r->at = i;
        rc = ckp_cr_field(r, part, json_array_get(list, i), &v);

        /* a computed value may be large: together they are as a result is */

        if (rc == CKP_OK && part->path == NULL && part->value == NULL) {
            rc = ckp_cr_append(r, made, v);

        } else if (rc == CKP_OK && json_array_append_new(made, v) != 0) {
            rc = ckp_cr_nomem(r);
        }
    }

    r->at = SIZE_MAX;
    r->bytes = bytes;

    return ckp_cr_end(rc, made, out);
}


ckp_code_t
ckp_cr_distinct(ckp_cr_t *r, const json_t *list, const json_t *keys,
    bool last, json_t **out)
{
    const size_t   n = json_array_size(list);
    json_t *const  index = json_object();
    json_t *const  made = json_array();
    bool *const    stays = ckp_calloc((n + 1) * sizeof(bool));
    ckp_code_t     rc = index == NULL || made == NULL || stays == NULL
                        ? ckp_cr_nomem(r) : CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < n; i++) {
        const size_t  at = last ? n - 1 - i : i;
        size_t        first = at;
        bool          found;
        ckp_buf_t     key;

        ckp_buf_init(&key, COLLECT_KEY_MAX);
        ckp_collect_key(&key, json_array_get(keys, at));
        rc = ckp_cr_find(r, index, &key, &first, &found);
        stays[at] = !found;
        ckp_buf_free(&key);
    }

    for (size_t i = 0; rc == CKP_OK && i < n; i++) {
        if (stays[i] && json_array_append(made, json_array_get(list, i)) != 0)
        {
            rc = ckp_cr_nomem(r);
        }
    }

    json_decref(index);
    ckp_free(stays);

    return ckp_cr_end(rc, made, out);
}


/* A new group whose values these are (stolen). */
static ckp_code_t
group_new(ckp_cr_t *r, json_t *groups, json_t *values)
{
    json_t *const  group = json_array();
    const int      bad = json_array_append_new(group, values);

    if (bad != 0 || json_array_append_new(group, json_array()) != 0) {
        json_decref(group);
        return ckp_cr_nomem(r);
    }

    return json_array_append_new(groups, group) == 0 ? CKP_OK
                                                     : ckp_cr_nomem(r);
}


static ckp_code_t
group_values(ckp_cr_t *r, const json_t *item, json_t **out)
{
    json_t *const  values = json_array();
    ckp_code_t     rc = values == NULL ? ckp_cr_nomem(r) : CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < r->t->ngroups; i++) {
        json_t  *v = NULL;

        rc = ckp_cr_field(r, r->t->groups[i].part, item, &v);

        if (rc == CKP_OK && json_array_append_new(values, v) != 0) {
            rc = ckp_cr_nomem(r);
        }
    }

    return ckp_cr_end(rc, values, out);
}


static ckp_code_t
group_element(ckp_cr_t *r, json_t *groups, json_t *index, json_t *item)
{
    json_t     *values = NULL;
    size_t      at = json_array_size(groups);
    bool        found = false;
    ckp_buf_t   key;
    ckp_code_t  rc = group_values(r, item, &values);

    if (rc != CKP_OK) {
        return rc;
    }

    ckp_buf_init(&key, COLLECT_KEY_MAX);
    ckp_collect_key(&key, values);
    rc = ckp_cr_find(r, index, &key, &at, &found);
    ckp_buf_free(&key);

    if (rc == CKP_OK && !found) {
        rc = group_new(r, groups, json_incref(values));
    }

    json_decref(values);

    if (rc == CKP_OK
        && json_array_append(json_array_get(json_array_get(groups, at),
                                            CKP_GROUP_ITEMS), item) != 0)
    {
        rc = ckp_cr_nomem(r);
    }

    return rc;
}


ckp_code_t
ckp_cr_group(ckp_cr_t *r, const json_t *list, json_t **out)
{
    json_t *const  groups = json_array();
    json_t *const  index = json_object();
    ckp_code_t     rc = groups == NULL || index == NULL ? ckp_cr_nomem(r)
                                                        : CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(list); i++) {
        r->at = i;
        rc = group_element(r, groups, index, json_array_get(list, i));
    }

    r->at = SIZE_MAX;
    json_decref(index);

    return ckp_cr_end(rc, groups, out);
}


/* --- deduplicate ---------------------------------------------------------------- */


void
ckp_cc_deduplicate(ckp_cc_t *c)
{
    ckp_cc_word(c, "keep", " first last ");
    c->t->main = ckp_cc_main(c, CKP_CPART_KEY, collect_key_params);
}


ckp_code_t
ckp_cr_deduplicate(ckp_cr_t *r, const json_t *list, json_t **out)
{
    const bool  last = strcmp(ckp_cr_text(r, "keep", "first"), "last") == 0;
    json_t     *keys = NULL;
    ckp_code_t  rc = ckp_cr_values(r, r->t->main, list, &keys);

    if (rc == CKP_OK) {
        rc = ckp_cr_distinct(r, list, keys, last, out);
    }

    json_decref(keys);

    return rc;
}
