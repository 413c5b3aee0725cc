/*
 * aggregate: one function, or a list of them, over all elements or over each
 * group of them.
 */

#include <string.h>

#include "data/collect_int.h"
#include "lang/aggregate.h"
#include "lang/value.h"

typedef struct {
    ckp_cc_t    *c;
    const char  *start;
    const char  *p;
} list_t;

static const char *const  cfn_names[] = {
    "count", "sum", "avg", "min", "max", "first", "last", "list", "unique"
};


ckp_cfn_t
ckp_cfn_find(const char *name, size_t len)
{
    for (size_t i = 0; i < CKP_CFN_NONE; i++) {
        if (strlen(cfn_names[i]) == len
            && memcmp(cfn_names[i], name, len) == 0)
        {
            return (ckp_cfn_t) i;
        }
    }

    return CKP_CFN_NONE;
}


ckp_cfn_t
ckp_cc_fn(ckp_cc_t *c, const char *param, ckp_cfn_t otherwise)
{
    const json_t *const  v = ckp_cc_param(c, param);
    const char *const    name = json_string_value(v);
    ckp_cfn_t            fn;

    if (v == NULL) {
        return otherwise;
    }

    fn = ckp_cfn_find(name == NULL ? "" : name,
                      json_string_length(v));

    if (fn == CKP_CFN_NONE) {
        ckp_cc_say(c, 224, param, "", "'%.40s' is none of count sum avg min "
                   "max first last list unique", name == NULL ? "" : name);
    }

    return fn;
}


/* --- the list ----------------------------------------------------------------- */


static void
list_space(list_t *l)
{
    l->p += strspn(l->p, " \t\r\n");
}


static bool
list_wrong(list_t *l, const char *what)
{
    ckp_cc_say(l->c, 220, NULL, "", "%s at column %zu", what,
               (size_t) (l->p - l->start) + 1);

    return false;
}


static size_t
list_word(const list_t *l)
{
    size_t  n = 0;

    while ((l->p[n] >= 'a' && l->p[n] <= 'z')
           || (l->p[n] >= 'A' && l->p[n] <= 'Z')
           || (l->p[n] >= '0' && l->p[n] <= '9') || l->p[n] == '_'
           || (l->p[n] & 0x80) != 0)
    {
        n++;
    }

    return n;
}


/* Where the ")" is that closes the "(" before `p`; NULL: nowhere. */
static const char *
list_close(const char *p)
{
    unsigned  depth = 1;
    char      quote = '\0';

    for ( /* void */ ; *p != '\0'; p++) {
        if (quote != '\0') {
            if (*p == '\\' && p[1] != '\0') {
                p++;

            } else if (*p == quote) {
                quote = '\0';
            }

        } else if (*p == '\'' || *p == '"') {
            quote = *p;

        } else if (*p == '(') {
            depth++;

        } else if (*p == ')' && --depth == 0) {
            return p;
        }
    }

    return NULL;
}


/* "(field)": the field, and the name that goes with it. */
static bool
list_field(list_t *l, ckp_ccol_t *col)
{
    ckp_cc_t *const    c = l->c;
    const char *const  end = list_close(++l->p);
    char              *before;
    char              *field;

    if (end == NULL) {
        return list_wrong(l, "\")\" expected");
    }

    list_space(l);

    if (end != l->p && !(end == l->p + 1 && *l->p == '*')) {
        col->part = ckp_cc_piece(c, CKP_CPART_KEY, NULL, l->p,
                                 (size_t) (end - l->p));
        before = ckp_arena_printf(c->t->arena, "%s_", cfn_names[col->fn]);
        field = col->part == NULL ? NULL
                : ckp_arena_strdup(c->t->arena, col->part->source);

        if (before == NULL || field == NULL) {
            if (!c->failed) {
                ckp_cc_nomem(c);
            }

            return false;
        }

        col->name = ckp_cc_name(c, before, field);
    }

    l->p = end + 1;
    list_space(l);

    return true;
}


/* "fn", "fn(field)", "fn(field) as name". */
static bool
list_one(list_t *l, ckp_ccol_t *col, bool *named)
{
    size_t  n = list_word(l);

    col->fn = ckp_cfn_find(l->p, n);

    if (n == 0) {
        return list_wrong(l, "a function expected");
    }

    if (col->fn == CKP_CFN_NONE) {
        ckp_cc_say(l->c, 224, NULL, "", "'%.*s' is none of count sum avg min "
                   "max first last list unique", (int) (n > 40 ? 40 : n),
                   l->p);
        return false;
    }

    col->name = cfn_names[col->fn];
    l->p += n;
    list_space(l);

    if (*l->p == '(' && !list_field(l, col)) {
        return false;
    }

    n = list_word(l);

    if (n == 2 && (l->p[0] | 0x20) == 'a' && (l->p[1] | 0x20) == 's') {
        l->p += n;
        list_space(l);
        n = list_word(l);

        if (n == 0) {
            return list_wrong(l, "a name expected");
        }

        col->name = ckp_arena_strndup(l->c->t->arena, l->p, n);
        *named = true;
        l->p += n;
        list_space(l);
    }

    if (col->name == NULL) {
        ckp_cc_nomem(l->c);
    }

    return col->name != NULL;
}


static void
list_read(ckp_cc_t *c, const char *text)
{
    ckp_collect_t *const  t = c->t;
    list_t                l = { .c = c, .start = text, .p = text };
    bool                  named = false;

    if (!ckp_cc_columns(c, CKP_COLLECT_COLS_MAX, NULL, &t->cols)) {
        return;
    }

    for ( ;; ) {
        list_space(&l);

        if (t->ncols == CKP_COLLECT_COLS_MAX) {
            (void) list_wrong(&l, "too many functions");
            return;
        }

        if (!list_one(&l, &t->cols[t->ncols], &named)) {
            return;
        }

        t->ncols++;

        if (*l.p != ',') {
            break;
        }

        l.p++;
    }

    if (*l.p != '\0') {
        (void) list_wrong(&l, "\",\" expected");
    }

    t->scalar = t->ncols == 1 && !named;
}


/* `op` and `field`, or what a bare function lacks. */
static void
aggregate_params(ckp_cc_t *c)
{
    ckp_collect_t *const  t = c->t;
    const json_t *const   field = ckp_cc_param(c, "field");
    ckp_ccol_t           *col;

    if (t->cols == NULL) {
        if (!ckp_cc_columns(c, 1, "op", &t->cols)) {
            return;
        }

        t->cols[0].fn = ckp_cc_fn(c, "op",
                                  ckp_cc_fn(c, "function", CKP_CFN_COUNT));
        t->scalar = true;

        if (t->cols[0].fn == CKP_CFN_NONE) {
            return;
        }

        t->cols[0].name = cfn_names[t->cols[0].fn];
        t->ncols = 1;
    }

    col = &t->cols[0];

    if (t->ncols != 1 || col->part != NULL || field == NULL) {
        return;
    }

    col->part = ckp_cc_part(c, CKP_CPART_KEY, "field", "", field);

    if (col->part != NULL && col->part->source != NULL && t->scalar) {
        const char *const  before = ckp_arena_printf(t->arena, "%s_",
                                                     cfn_names[col->fn]);

        if (before == NULL) {
            ckp_cc_nomem(c);
            return;
        }

        col->name = ckp_cc_name(c, before, col->part->source);
    }
}


/* Without a function at all the elements are counted. */
void
ckp_cc_aggregate(ckp_cc_t *c)
{
    const json_t *const  text = c->want->expression;

    if (json_is_string(text)
        && json_string_value(text)[strspn(json_string_value(text), " ")])
    {
        if (json_string_length(text) > CKP_EXPR_TEXT_MAX) {
            ckp_cc_say(c, 220, NULL, "", "more than %d bytes at column 1",
                       CKP_EXPR_TEXT_MAX);
            return;
        }

        list_read(c, json_string_value(text));

    } else if (text != NULL && !json_is_null(text) && !json_is_string(text)) {
        ckp_cc_say(c, 15, NULL, "", "an expression must be a string");
    }

    if (!c->failed) {
        aggregate_params(c);
    }

    ckp_cc_groups(c, "group_by");
}


/* --- running ---------------------------------------------------------------------- */


static ckp_code_t
apply_values(ckp_cr_t *r, ckp_cfn_t fn, bool field, const json_t *values,
    json_t **out)
{
    static const ckp_agg_t  aggs[] = { CKP_AGG_COUNT, CKP_AGG_SUM,
                                       CKP_AGG_AVG, CKP_AGG_MIN, CKP_AGG_MAX,
                                       CKP_AGG_FIRST, CKP_AGG_LAST };
    json_int_t              n = 0;

    if (fn == CKP_CFN_LIST) {
        *out = json_incref((json_t *) values);
        return CKP_OK;
    }

    if (fn == CKP_CFN_UNIQUE) {
        return ckp_cr_distinct(r, values, values, false, out);
    }

    if (fn != CKP_CFN_COUNT || !field) {
        *out = ckp_aggregate(aggs[fn], values, NULL);
        return *out == NULL ? ckp_cr_nomem(r) : CKP_OK;
    }

    for (size_t i = 0; i < json_array_size(values); i++) {
        n += json_is_null(json_array_get(values, i)) ? 0 : 1;
    }

    *out = json_integer(n);

    return *out == NULL ? ckp_cr_nomem(r) : CKP_OK;
}


ckp_code_t
ckp_cr_apply(ckp_cr_t *r, ckp_cfn_t fn, const ckp_cpart_t *part,
    const json_t *list, json_t **out)
{
    json_t      *values = NULL;
    ckp_code_t   rc = ckp_cr_values(r, part, list, &values);

    if (rc == CKP_OK) {
        rc = apply_values(r, fn, part != NULL, values, out);
    }

    json_decref(values);

    return rc;
}


/* The functions' values become members of `row`. */
static ckp_code_t
aggregate_into(ckp_cr_t *r, const json_t *list, json_t *row)
{
    const ckp_collect_t *const  t = r->t;
    ckp_code_t                  rc = CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < t->ncols; i++) {
        json_t  *v = NULL;

        rc = ckp_cr_apply(r, t->cols[i].fn, t->cols[i].part, list, &v);

        if (rc == CKP_OK) {
            rc = ckp_cr_set(r, row, t->cols[i].name, v);
        }
    }

    return rc;
}


static ckp_code_t
aggregate_group(ckp_cr_t *r, const json_t *group, json_t *made)
{
    const ckp_collect_t *const  t = r->t;
    const json_t *const         values = json_array_get(group,
                                                      CKP_GROUP_VALUES);
    json_t *const               row = json_object();
    ckp_code_t                  rc = row == NULL ? ckp_cr_nomem(r) : CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < t->ngroups; i++) {
        rc = ckp_cr_set(r, row, t->groups[i].name,
                        json_incref(json_array_get(values, i)));
    }

    if (rc == CKP_OK) {
        rc = aggregate_into(r, json_array_get(group, CKP_GROUP_ITEMS), row);
    }

    if (rc == CKP_OK && json_array_append(made, row) != 0) {
        rc = ckp_cr_nomem(r);
    }

    json_decref(row);

    return rc;
}


ckp_code_t
ckp_cr_aggregate(ckp_cr_t *r, const json_t *list, json_t **out)
{
    const ckp_collect_t *const  t = r->t;
    json_t                     *groups = NULL;
    json_t                     *made;
    ckp_code_t                  rc;

    if (t->ngroups == 0 && t->scalar) {
        return ckp_cr_apply(r, t->cols[0].fn, t->cols[0].part, list, out);
    }

    made = t->ngroups == 0 ? json_object() : json_array();

    if (made == NULL) {
        return ckp_cr_nomem(r);
    }

    if (t->ngroups == 0) {
        return ckp_cr_end(aggregate_into(r, list, made), made, out);
    }

    rc = ckp_cr_group(r, list, &groups);

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(groups); i++) {
        rc = aggregate_group(r, json_array_get(groups, i), made);
    }

    json_decref(groups);

    return ckp_cr_end(rc, made, out);
}
