/*
 * pivot: rows by `index`, a column for each value of `columns`, in a cell the
 * function of the `values` that meet there.
 */

#include <string.h>

#include "data/collect_int.h"
#include "lang/value.h"

/* What a group of elements has besides: its elements by column. */
#define PIVOT_CELLS  (CKP_GROUP_ITEMS + 1)

/* While a table is made. */
typedef struct {
    ckp_cr_t      *r;
    json_t        *names;           /* of columns, in order: name -> true */
    const json_t  *fill;
} pivot_t;


void
ckp_cc_pivot(ckp_cc_t *c)
{
    static const char *const  needed[] = { "columns", "values" };
    ckp_collect_t *const      t = c->t;

    for (size_t i = 0; i < 2; i++) {
        if (ckp_cc_param(c, needed[i]) == NULL) {
            ckp_cc_say(c, 401, needed[i], "", "a pivot needs '%s'", needed[i]);
        }
    }

    t->main = ckp_cc_part(c, CKP_CPART_KEY, "columns", "",
                          ckp_cc_param(c, "columns"));
    t->other = ckp_cc_part(c, CKP_CPART_KEY, "values", "",
                           ckp_cc_param(c, "values"));
    t->fn = ckp_cc_fn(c, "fn", CKP_CFN_FIRST);
    ckp_cc_groups(c, "index");
}


/* The name of the element's column: new string. */
static ckp_code_t
pivot_column(pivot_t *p, const json_t *item, json_t **out)
{
    json_t      *v = NULL;
    ckp_buf_t    b;
    ckp_code_t   rc = ckp_cr_field(p->r, p->r->t->main, item, &v);

    ckp_buf_init(&b, CKP_JSON_KEY_MAX);
    ckp_value_text(&b, v);
    json_decref(v);

    if (rc == CKP_OK && b.failed == CKP_E_LIMIT) {
        rc = ckp_cr_fail(p->r, "a column's name of more than %d bytes",
                         CKP_JSON_KEY_MAX);
    }

    if (rc == CKP_OK) {
        *out = b.failed == CKP_OK
               ? json_stringn_nocheck(ckp_buf_str(&b), b.len) : NULL;
        rc = *out == NULL ? ckp_cr_nomem(p->r) : CKP_OK;
    }

    ckp_buf_free(&b);

    return rc;
}


/* All columns as they come, whatever the row. */
static ckp_code_t
pivot_names(pivot_t *p, const json_t *list)
{
    ckp_code_t  rc = CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(list); i++) {
        json_t  *name = NULL;

        p->r->at = i;
        rc = pivot_column(p, json_array_get(list, i), &name);

        if (rc == CKP_OK
            && json_object_set(p->names, json_string_value(name),
                                       json_true()) != 0)
        {
            rc = ckp_cr_nomem(p->r);
        }

        json_decref(name);
    }

    p->r->at = SIZE_MAX;

    return rc;
}


/* The elements of one row by the name of their column. */
static ckp_code_t
pivot_split(pivot_t *p, const json_t *items, json_t *cells)
{
    ckp_code_t  rc = CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(items); i++) {
        json_t *const  item = json_array_get(items, i);
        json_t        *name = NULL;
        json_t        *cell;

        rc = pivot_column(p, item, &name);

        if (rc != CKP_OK) {
            break;
        }

        cell = json_object_get(cells, json_string_value(name));

        if (cell == NULL) {
            cell = json_array();

            if (json_object_set_new(cells, json_string_value(name),
                                            cell) != 0)
            {
                rc = ckp_cr_nomem(p->r);
            }
        }

        if (rc == CKP_OK && json_array_append(cell, item) != 0) {
            rc = ckp_cr_nomem(p->r);
        }

        json_decref(name);
    }

    return rc;
}


static ckp_code_t
pivot_split_all(pivot_t *p, json_t *groups)
{
    ckp_code_t  rc = CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(groups); i++) {
        json_t *const  group = json_array_get(groups, i);
        json_t *const  cells = json_object();

        rc = pivot_split(p, json_array_get(group, CKP_GROUP_ITEMS), cells);

        if (json_array_append_new(group, cells) != 0) {
            rc = rc == CKP_OK ? ckp_cr_nomem(p->r) : rc;
        }
    }

    return rc;
}


/* A column of the name of an index is left out: the index is there. */
static ckp_code_t
pivot_row(pivot_t *p, const json_t *group, json_t *row)
{
    const ckp_collect_t *const  t = p->r->t;
    const json_t *const         values = json_array_get(group,
                                                      CKP_GROUP_VALUES);
    const json_t *const         cells = json_array_get(group, PIVOT_CELLS);
    const char                 *name;
    json_t                     *value;
    ckp_code_t                  rc = CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < t->ngroups; i++) {
        rc = ckp_cr_set(p->r, row, t->groups[i].name,
                        json_incref(json_array_get(values, i)));
    }

    json_object_foreach(p->names, name, value) {
        const json_t *const  cell = json_object_get(cells, name);
        json_t              *v = json_incref((json_t *) p->fill);

        if (rc != CKP_OK || json_object_get(row, name) != NULL) {
            json_decref(v);
            continue;
        }

        if (cell != NULL) {
            json_decref(v);
            v = NULL;
            rc = ckp_cr_apply(p->r, t->fn, t->other, cell, &v);
        }

        if (rc == CKP_OK) {
            rc = ckp_cr_charge(p->r, 1);
        }

        if (rc == CKP_OK) {
            rc = ckp_cr_set(p->r, row, name, v);

        } else {
            json_decref(v);
        }
    }

    return rc;
}


ckp_code_t
ckp_cr_pivot(ckp_cr_t *r, const json_t *list, json_t **out)
{
    const json_t *const  fill = json_object_get(r->in->params, "fill");
    pivot_t              p = { .r = r, .names = json_object(),
                               .fill = fill == NULL ? json_null() : fill };
    json_t *const        made = json_array();
    json_t              *groups = NULL;
    ckp_code_t           rc = p.names == NULL || made == NULL
                              ? ckp_cr_nomem(r)
                              : ckp_cr_group(r, list, &groups);

    if (rc == CKP_OK) {
        rc = pivot_names(&p, list);
    }

    if (rc == CKP_OK) {
        rc = pivot_split_all(&p, groups);
    }

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(groups); i++) {
        json_t *const  row = json_object();

        rc = row == NULL ? ckp_cr_nomem(r)
             : pivot_row(&p, json_array_get(groups, i), row);

        if (json_array_append_new(made, row) != 0 && rc == CKP_OK) {
            rc = ckp_cr_nomem(r);
        }
    }

    json_decref(p.names);
    json_decref(groups);

    return ckp_cr_end(rc, made, out);
}
