/*
 * sort: stable, by one key or several.  Numbers come before texts, these before
 * everything else by its JSON text; null and what is missing have a side of
 * their own, whatever the direction.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/collect_int.h"
#include "lang/value.h"

static const char *const  sort_key_params[] = { "key", "field", NULL };

typedef struct {
    json_t        **keys;               /* by column, then element */
    char          **texts;              /* of keys of other types; or NULL */
    size_t          ncols;
    const bool     *descending;         /* by column */
    bool            nulls_first;
} sort_t;

typedef struct {
    const sort_t  *sort;
    size_t         at;                  /* where the element was */
} sort_row_t;


static void
sort_keys(ckp_cc_t *c, const json_t *keys)
{
    ckp_collect_t *const  t = c->t;
    char                  below[40];

    if (!json_is_array(keys)) {
        ckp_cc_say(c, 15, "keys", "", "'keys' must be an array");
        return;
    }

    if (!ckp_cc_columns(c, json_array_size(keys), "keys", &t->cols)) {
        return;
    }

    for (size_t i = 0; i < json_array_size(keys); i++) {
        const json_t *const  one = json_array_get(keys, i);
        const bool           plain = json_is_string(one);
        ckp_ccol_t *const    col = &t->cols[t->ncols];

        (void) snprintf(below, sizeof(below), plain ? "/%zu" : "/%zu/key", i);
        col->part = ckp_cc_part(c, CKP_CPART_KEY, "keys", below,
                                plain ? one : json_object_get(one, "key"));
        col->directed = json_object_get(one, "descending") != NULL;
        col->descending = ckp_value_truthy(json_object_get(one,
                                                           "descending"));
        t->ncols += col->part != NULL ? 1 : 0;

        if (!plain && json_object_get(one, "key") == NULL) {
            (void) snprintf(below, sizeof(below), "/%zu", i);
            ckp_cc_say(c, 401, "keys", below, "a key without 'key'");
        }
    }
}


void
ckp_cc_sort(ckp_cc_t *c)
{
    ckp_collect_t *const  t = c->t;
    const json_t *const   keys = ckp_cc_param(c, "keys");

    ckp_cc_word(c, "nulls", " first last ");

    if (keys != NULL) {
        sort_keys(c, keys);
        return;
    }

    if (ckp_cc_columns(c, 1, "key", &t->cols)) {
        t->cols[0].part = ckp_cc_main(c, CKP_CPART_KEY, sort_key_params);
        t->ncols = 1;
    }
}


static int
sort_rank(const json_t *v)
{
    return json_is_number(v) ? 0 : json_is_string(v) ? 1
           : json_is_null(v) ? 3 : 2;
}


static int
sort_pair(const sort_t *s, size_t a, size_t b)
{
    const json_t *const  x = s->keys[a];
    const json_t *const  y = s->keys[b];
    const int            rank = sort_rank(x);
    ckp_num_t            m;
    ckp_num_t            n;

    if (rank != sort_rank(y)) {
        return rank - sort_rank(y);
    }

    if (rank == 0) {
        (void) ckp_num_of(x, &m);
        (void) ckp_num_of(y, &n);
        return ckp_num_order(&m, &n);
    }

    if (rank == 1) {
        return strcmp(json_string_value(x), json_string_value(y));
    }

    return rank == 2 ? strcmp(s->texts[a], s->texts[b]) : 0;
}


static int
sort_compare(const void *one, const void *two)
{
    const sort_row_t *const  a = one;
    const sort_row_t *const  b = two;
    const sort_t *const      s = a->sort;

    for (size_t k = 0; k < s->ncols; k++) {
        const size_t  x = a->at * s->ncols + k;
        const size_t  y = b->at * s->ncols + k;
        const bool    none = json_is_null(s->keys[x]);
        int           order;

        if (none != json_is_null(s->keys[y])) {
            return none == s->nulls_first ? -1 : 1;
        }

        order = sort_pair(s, x, y);

        if (order != 0) {
            return s->descending[k] ? -order : order;
        }
    }

    return a->at < b->at ? -1 : 1;
}


static ckp_code_t
sort_read(ckp_cr_t *r, const json_t *list, sort_t *s)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        r->at = i;

        for (size_t k = 0; k < s->ncols; k++) {
            const size_t  at = i * s->ncols + k;
            ckp_code_t    rc = ckp_cr_field(r, r->t->cols[k].part,
                                            json_array_get(list, i),
                                            &s->keys[at]);

            if (rc != CKP_OK) {
                return rc;
            }

            if (sort_rank(s->keys[at]) != 2) {
                continue;
            }

            s->texts[at] = ckp_json_canonical(s->keys[at]);

            if (s->texts[at] == NULL) {
                return ckp_cr_nomem(r);
            }
        }
    }

    return CKP_OK;
}


static ckp_code_t
sort_rows(ckp_cr_t *r, const json_t *list, const sort_t *s, json_t **out)
{
    const size_t       n = json_array_size(list);
    sort_row_t *const  rows = ckp_calloc((n + 1) * sizeof(sort_row_t));
    json_t *const      made = json_array();
    ckp_code_t         rc = rows == NULL || made == NULL ? ckp_cr_nomem(r)
                                                         : CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < n; i++) {
        rows[i] = (sort_row_t) { .sort = s, .at = i };
    }

    if (rc == CKP_OK && n > 1) {
        qsort(rows, n, sizeof(sort_row_t), sort_compare);
    }

    for (size_t i = 0; rc == CKP_OK && i < n; i++) {
        if (json_array_append(made, json_array_get(list, rows[i].at)) != 0) {
            rc = ckp_cr_nomem(r);
        }
    }

    ckp_free(rows);

    return ckp_cr_end(rc, made, out);
}


ckp_code_t
ckp_cr_sort(ckp_cr_t *r, const json_t *list, json_t **out)
{
    const ckp_collect_t *const  t = r->t;
    const bool                  down = ckp_cr_flag(r, "descending");
    const size_t                cells = json_array_size(list) * t->ncols;
    bool                        descending[CKP_COLLECT_COLS_MAX];
    sort_t                      s = { .ncols = t->ncols,
                                      .descending = descending };
    ckp_code_t                  rc;

    s.keys = ckp_calloc((cells + 1) * sizeof(json_t *));
    s.texts = ckp_calloc((cells + 1) * sizeof(char *));
    s.nulls_first = strcmp(ckp_cr_text(r, "nulls", "last"), "first") == 0;

    for (size_t k = 0; k < t->ncols; k++) {
        descending[k] = t->cols[k].directed ? t->cols[k].descending : down;
    }

    rc = s.keys == NULL || s.texts == NULL ? ckp_cr_nomem(r)
         : sort_read(r, list, &s);

    if (rc == CKP_OK) {
        rc = sort_rows(r, list, &s, out);
    }

    for (size_t i = 0; s.keys != NULL && s.texts != NULL && i < cells; i++) {
        json_decref(s.keys[i]);
        ckp_free(s.texts[i]);
    }

    ckp_free(s.keys);
    ckp_free(s.texts);

    return rc;
}
