/*
 * Functions over arrays.  Each element looked at costs a step.
 */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "func/func_int.h"

#define FLATTEN_MAX  64

/* How the second argument of sum(a, f) finds a field of an element. */
typedef struct {
    ckp_path_t     *own;            /* made from a text */
    const ckp_path_t  *path;
    const ckp_x_t  *expr;           /* neither: evaluated for each element */
} field_t;


/* A null is an empty array; anything else that is none is an error. */
static ckp_code_t
list_of(ckp_xc_t *c, const ckp_x_t *x, const json_t *v)
{
    if (!json_is_array(v) && !json_is_null(v)) {
        return ckp_x_fail(c, "%s() of %s, an array was expected",
                          x->func->name, ckp_value_type(v));
    }

    return ckp_eval_step(c->ev, (uint32_t) json_array_size(v), c->err);
}


static ckp_code_t
list_append(ckp_xc_t *c, json_t *list, const json_t *v)
{
    return json_array_append(list, (json_t *) v) == 0 ? CKP_OK
                                                      : ckp_x_nomem(c);
}


/* A new list is given away, or ends when something failed. */
static ckp_code_t
list_end(ckp_code_t rc, json_t *list, json_t **out)
{
    if (rc != CKP_OK) {
        json_decref(list);
        return rc;
    }

    *out = list;

    return CKP_OK;
}


/* The members of the element, then `item`. */
static json_t *
list_element_get(const ckp_scope_t *scope, const char *name)
{
    json_t *const  v = json_object_get(scope->object, name);

    if (v != NULL) {
        return json_incref(v);
    }

    return strcmp(name, "item") == 0
           ? json_incref((json_t *) scope->object) : NULL;
}


static ckp_code_t
field_from_text(ckp_xc_t *c, const ckp_x_t *x, field_t *field)
{
    json_t      *v;
    ckp_code_t   rc = ckp_x_eval(c, x->kids[1], &v);
    size_t       used;

    if (rc != CKP_OK) {
        return rc;
    }

    if (!json_is_string(v)) {
        rc = ckp_x_fail(c, "%s() needs the name of a field", x->func->name);

    } else {
        field->own = ckp_path_parse(json_string_value(v),
                                    json_string_length(v), &used, NULL);
        field->path = field->own;

        if (field->own == NULL || used != json_string_length(v)) {
            rc = ckp_x_fail(c, "%s(): \"%.64s\" is no field", x->func->name,
                            json_string_value(v));
        }
    }

    json_decref(v);

    return rc;
}


static ckp_code_t
field_init(ckp_xc_t *c, const ckp_x_t *x, field_t *field)
{
    const ckp_x_t  *f;

    memset(field, 0, sizeof(*field));

    if (x->n < 2) {
        return CKP_OK;
    }

    f = x->kids[1];

    if (f->kind == CKP_X_PATH) {
        field->path = f->path;
        return CKP_OK;
    }

    if (f->kind == CKP_X_HOLE || f->kind == CKP_X_TEXT
        || (f->kind == CKP_X_CONST && json_is_string(f->value)))
    {
        return field_from_text(c, x, field);
    }

    field->expr = f;

    return CKP_OK;
}


/* *out: NULL when the element has no such field. */
static ckp_code_t
field_value(ckp_xc_t *c, const field_t *field, json_t *element, json_t **out)
{
    const ckp_scope_t *const  outer = c->ev->scope;
    ckp_scope_t               inner;
    ckp_code_t                rc;

    if (field->path != NULL) {
        *out = ckp_path_below(field->path, element);
        return CKP_OK;
    }

    if (field->expr == NULL) {
        *out = json_incref(element);
        return CKP_OK;
    }

    inner.get = list_element_get;
    inner.data = NULL;
    inner.object = element;
    inner.outer = outer;

    c->ev->scope = &inner;
    rc = ckp_x_eval(c, field->expr, out);
    c->ev->scope = outer;

    return rc;
}


/* A new array of the field's values, null where an element has none. */
static ckp_code_t
list_fields(ckp_xc_t *c, const ckp_x_t *x, const json_t *array, json_t **out)
{
    field_t     field;
    json_t     *list;
    json_t     *element;
    size_t      i;
    ckp_code_t  rc = list_of(c, x, array);

    *out = NULL;

    if (rc != CKP_OK) {
        return rc;
    }

    rc = field_init(c, x, &field);
    list = json_array();

    json_array_foreach((json_t *) array, i, element) {
        json_t  *v = NULL;

        if (rc == CKP_OK) {
            rc = field_value(c, &field, element, &v);
        }

        if (rc != CKP_OK) {
            break;
        }

        if (json_array_append_new(list, v == NULL ? json_null() : v) != 0) {
            rc = ckp_x_nomem(c);
        }
    }

    ckp_path_free(field.own);

    return list_end(rc, list, out);
}


static ckp_code_t
list_aggregate(ckp_xc_t *c, const ckp_x_t *x, const json_t *array,
    ckp_agg_t agg, json_t **out)
{
    json_t            *list;
    const ckp_code_t   rc = list_fields(c, x, array, &list);

    if (rc != CKP_OK) {
        return rc;
    }

    *out = ckp_aggregate(agg, list, NULL);
    json_decref(list);

    return (*out == NULL) ? ckp_x_nomem(c) : CKP_OK;
}


/* With a field: how many elements have it. */
static ckp_code_t
list_count_fields(ckp_xc_t *c, const ckp_x_t *x, const json_t *array,
    json_t **out)
{
    json_t            *list;
    json_t            *element;
    size_t             i;
    json_int_t         n = 0;
    const ckp_code_t   rc = list_fields(c, x, array, &list);

    if (rc != CKP_OK) {
        return rc;
    }

    json_array_foreach(list, i, element) {
        n += json_is_null(element) ? 0 : 1;
    }

    json_decref(list);

    return ckp_x_give(c, json_integer(n), out);
}


CKP_FUNC(count)
{
    json_t *const  v = args[0];
    size_t         n = 0;

    if (x->n == 2) {
        return list_count_fields(c, x, v, out);
    }

    if (json_is_string(v)) {
        n = ckp_text_length(json_string_value(v), json_string_length(v));

    } else if (json_is_array(v)) {
        n = json_array_size(v);

    } else if (json_is_object(v)) {
        n = json_object_size(v);

    } else if (!json_is_null(v)) {
        return ckp_x_fail(c, "%s() of a %s", x->func->name,
                          ckp_value_type(v));
    }

    return ckp_x_give(c, json_integer((json_int_t) n), out);
}


CKP_FUNC(sum)
{
    return list_aggregate(c, x, args[0], CKP_AGG_SUM, out);
}


CKP_FUNC(avg)
{
    return list_aggregate(c, x, args[0], CKP_AGG_AVG, out);
}


/* min(a), min(a, f), or the least of several values. */
static ckp_code_t
list_extreme(ckp_xc_t *c, const ckp_x_t *x, json_t **args, ckp_agg_t agg,
    json_t **out)
{
    json_t      *list;
    ckp_code_t   rc = CKP_OK;

    if ((json_is_array(args[0]) || json_is_null(args[0])) && x->n <= 2) {
        return list_aggregate(c, x, args[0], agg, out);
    }

    if (x->n == 2) {
        rc = ckp_x_eval(c, x->kids[1], &args[1]);
    }

    list = json_array();

    for (size_t i = 0; i < x->n && rc == CKP_OK; i++) {
        rc = list_append(c, list, args[i]);
    }

    if (rc == CKP_OK) {
        rc = ckp_x_give(c, ckp_aggregate(agg, list, NULL), out);
    }

    json_decref(list);

    return rc;
}


CKP_FUNC(min)
{
    return list_extreme(c, x, args, CKP_AGG_MIN, out);
}


CKP_FUNC(max)
{
    return list_extreme(c, x, args, CKP_AGG_MAX, out);
}


static ckp_code_t
list_end_of(ckp_xc_t *c, const ckp_x_t *x, const json_t *array, int64_t index,
    json_t **out)
{
    json_t  *v;

    if (!json_is_array(array) && !json_is_null(array)) {
        return ckp_x_fail(c, "%s() of %s, an array was expected",
                          x->func->name, ckp_value_type(array));
    }

    v = ckp_value_element(array, index);
    *out = (v == NULL) ? json_null() : v;

    return CKP_OK;
}


CKP_FUNC(first)
{
    return list_end_of(c, x, args[0], 0, out);
}


CKP_FUNC(last)
{
    return list_end_of(c, x, args[0], -1, out);
}


CKP_FUNC(pluck)
{
    return list_fields(c, x, args[0], out);
}


/* The first of equal elements stays; what costs is the comparing. */
CKP_FUNC(unique)
{
    json_t *const  list = json_array();
    ckp_code_t     rc = list_of(c, x, args[0]);
    json_t        *element;
    json_t        *kept;
    size_t         i;
    size_t         k;

    json_array_foreach(args[0], i, element) {
        bool  found = false;

        if (rc != CKP_OK) {
            break;
        }

        json_array_foreach(list, k, kept) {
            if (ckp_json_equal(kept, element)) {
                found = true;
                break;
            }
        }

        rc = ckp_eval_step(c->ev, (uint32_t) (k / 8), c->err);

        if (rc == CKP_OK && !found) {
            rc = list_append(c, list, element);
        }
    }

    return list_end(rc, list, out);
}


typedef struct {
    const json_t  *key;             /* NULL: there is none */
    json_t        *element;
    char          *text;            /* of arrays and objects */
    size_t         order;
} sort_t;


/* Numbers, then texts, then the rest by its JSON text, null last. */
static int
sort_rank(const sort_t *s)
{
    return json_is_number(s->key) ? 0
           : json_is_string(s->key) ? 1
           : (s->key == NULL || json_is_null(s->key)) ? 3 : 2;
}


static int
sort_compare(const void *one, const void *two)
{
    const sort_t *const  a = one;
    const sort_t *const  b = two;
    const int            rank = sort_rank(a) - sort_rank(b);
    int                  order = 0;

    if (rank != 0) {
        return rank;
    }

    if (sort_rank(a) < 2) {
        if (json_is_number(a->key)) {
            (void) ckp_value_order(a->key, b->key, &order);

        } else {
            order = strcmp(json_string_value(a->key),
                           json_string_value(b->key));
        }

    } else if (a->text != NULL && b->text != NULL) {
        order = strcmp(a->text, b->text);
    }

    return (order != 0) ? order : (a->order < b->order) ? -1 : 1;
}


static ckp_code_t
sort_list(ckp_xc_t *c, const json_t *array, const json_t *keys, json_t **out)
{
    const size_t   n = json_array_size(array);
    sort_t *const  rows = ckp_calloc(n * sizeof(sort_t));
    json_t *const  list = json_array();
    ckp_code_t     rc = (rows == NULL) ? ckp_x_nomem(c) : CKP_OK;

    for (size_t i = 0; i < n && rc == CKP_OK; i++) {
        rows[i].key = json_array_get(keys, i);
        rows[i].element = json_array_get(array, i);
        rows[i].order = i;

        if (sort_rank(&rows[i]) == 2) {
            rows[i].text = ckp_json_canonical(rows[i].key);
            rc = (rows[i].text == NULL) ? ckp_x_nomem(c) : CKP_OK;
        }
    }

    if (rc == CKP_OK && n > 1) {
        qsort(rows, n, sizeof(sort_t), sort_compare);
    }

    for (size_t i = 0; i < n && rc == CKP_OK; i++) {
        rc = list_append(c, list, rows[i].element);
    }

    for (size_t i = 0; rows != NULL && i < n; i++) {
        ckp_free(rows[i].text);
    }

    ckp_free(rows);

    return list_end(rc, list, out);
}


CKP_FUNC(sorted)
{
    json_t      *keys;
    ckp_code_t   rc = list_fields(c, x, args[0], &keys);

    if (rc == CKP_OK) {
        rc = sort_list(c, args[0], keys, out);
    }

    json_decref(keys);

    return rc;
}


CKP_FUNC(reversed)
{
    json_t *const  list = json_array();
    ckp_code_t     rc = list_of(c, x, args[0]);

    for (size_t i = json_array_size(args[0]); i > 0 && rc == CKP_OK; i--) {
        rc = list_append(c, list, json_array_get(args[0], i - 1));
    }

    return list_end(rc, list, out);
}


static ckp_code_t
flatten_into(ckp_xc_t *c, json_t *list, const json_t *array, int64_t depth)
{
    json_t      *element;
    size_t       i;
    ckp_code_t   rc = ckp_eval_step(c->ev, (uint32_t) json_array_size(array),
                                    c->err);

    json_array_foreach((json_t *) array, i, element) {
        if (rc != CKP_OK) {
            break;
        }

        rc = (json_is_array(element) && depth > 0)
             ? flatten_into(c, list, element, depth - 1)
             : list_append(c, list, element);
    }

    return rc;
}


CKP_FUNC(flatten)
{
    json_t     *list;
    int64_t     depth = 1;
    ckp_code_t  rc = list_of(c, x, args[0]);

    if (rc == CKP_OK && x->n == 2) {
        rc = ckp_func_whole(c, x, args[1], &depth);
    }

    list = json_array();

    if (rc == CKP_OK) {
        rc = flatten_into(c, list, args[0],
                          depth > FLATTEN_MAX ? FLATTEN_MAX : depth);
    }

    return list_end(rc, list, out);
}


CKP_FUNC(range)
{
    int64_t     part[3] = { 0, 0, 1 };
    json_t     *list;
    ckp_code_t  rc = CKP_OK;

    for (size_t i = 0; i < x->n && rc == CKP_OK; i++) {
        rc = ckp_func_whole(c, x, args[i], &part[x->n == 1 ? 1 : i]);
    }

    if (rc == CKP_OK && part[2] == 0) {
        rc = ckp_x_fail(c, "range() with step 0");
    }

    list = json_array();

    for (int64_t i = part[0];
         rc == CKP_OK && (part[2] > 0 ? i < part[1] : i > part[1]);
         i += part[2])
    {
        rc = ckp_eval_step(c->ev, 1, c->err);

        if (rc == CKP_OK && json_array_append_new(list, json_integer(i)) != 0)
        {
            rc = ckp_x_nomem(c);
        }
    }

    return list_end(rc, list, out);
}


CKP_FUNC(join)
{
    ckp_buf_t    b;
    json_t      *element;
    size_t       i;
    ckp_code_t   rc = list_of(c, x, args[0]);

    if (rc != CKP_OK) {
        return rc;
    }

    ckp_buf_init(&b, CKP_EVAL_RESULT_MAX);

    json_array_foreach(args[0], i, element) {
        if (i != 0 && x->n == 1) {
            ckp_buf_put(&b, ",", 1);

        } else if (i != 0) {
            ckp_value_text(&b, args[1]);
        }

        ckp_value_text(&b, element);
    }

    return ckp_x_text(c, &b, out);
}
