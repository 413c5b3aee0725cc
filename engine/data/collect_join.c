/*
 * join: two arrays of objects by equal keys, or the texts of one array.  A key
 * that is null or missing is equal to none.
 */

#include <string.h>

#include "data/collect_int.h"
#include "lang/value.h"

#define JOIN_KEY_MAX  (2 * CKP_EVAL_RESULT_MAX)

/* While two sides are joined. */
typedef struct {
    ckp_cr_t      *r;
    const json_t  *left;
    const json_t  *right;
    json_t        *index;           /* key -> positions in `right` */
    bool          *met;             /* by position in `right` */
    bool           keep_left;
    bool           keep_right;
    const char    *prefix;
    json_t        *made;
} join_t;

static const char *const  join_text_params[] = { "field", NULL };


static void
join_on(ckp_cc_t *c)
{
    ckp_collect_t *const  t = c->t;
    const json_t *const   on = ckp_cc_param(c, "on");

    if (on == NULL || (!json_is_string(on) && !json_is_object(on))) {
        ckp_cc_say(c, on == NULL ? 401 : 15, "on", "",
                   on == NULL ? "a join 'with' others needs 'on'"
                              : "'on' must be a name or {left, right}");
        return;
    }

    if (json_is_string(on)) {
        t->main = ckp_cc_part(c, CKP_CPART_KEY, "on", "", on);
        t->other = t->main;
        t->scalar = true;               /* one name for both sides */

    } else {
        t->main = ckp_cc_part(c, CKP_CPART_KEY, "on", "/left",
                              json_object_get(on, "left"));
        t->other = ckp_cc_part(c, CKP_CPART_KEY, "on", "/right",
                               json_object_get(on, "right"));
    }

    if (!c->failed && (t->main == NULL || t->other == NULL)) {
        ckp_cc_say(c, 401, "on", "", "'on' names the keys of both sides");
    }
}


void
ckp_cc_join(ckp_cc_t *c)
{
    ckp_cc_word(c, "how", " inner left right full ");

    if (ckp_cc_param(c, "with") != NULL) {
        join_on(c);
        return;
    }

    c->t->main = ckp_cc_main(c, CKP_CPART_KEY, join_text_params);
}


/* --- one text --------------------------------------------------------------------- */


static ckp_code_t
join_text(ckp_cr_t *r, const json_t *list, json_t **out)
{
    const json_t *const  separator = json_object_get(r->in->params,
                                                     "separator");
    ckp_buf_t            b;
    ckp_code_t           rc = CKP_OK;

    ckp_buf_init(&b, CKP_EVAL_RESULT_MAX);

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(list); i++) {
        json_t  *v = NULL;

        r->at = i;
        rc = ckp_cr_value(r, r->t->main, json_array_get(list, i), &v);

        if (i > 0 && separator == NULL) {
            ckp_buf_puts(&b, ",");

        } else if (i > 0) {
            ckp_value_text(&b, separator);
        }

        ckp_value_text(&b, v);
        json_decref(v);
    }

    r->at = SIZE_MAX;

    if (rc == CKP_OK && b.failed == CKP_E_LIMIT) {
        rc = ckp_fail(r->err, CKP_E_LIMIT, "",
                      "a result of more than %d bytes", CKP_EVAL_RESULT_MAX);
    }

    if (rc == CKP_OK) {
        *out = b.failed == CKP_OK
               ? json_stringn_nocheck(ckp_buf_str(&b), b.len) : NULL;
        rc = *out == NULL ? ckp_cr_nomem(r) : CKP_OK;
    }

    ckp_buf_free(&b);

    return rc;
}


/* --- two arrays --------------------------------------------------------------------- */


/* The key's text in `b` (to be freed); *none: it has no key. */
static ckp_code_t
join_key(join_t *j, const ckp_cpart_t *part, const json_t *item, ckp_buf_t *b,
    bool *none)
{
    json_t      *v = NULL;
    ckp_code_t   rc = ckp_cr_field(j->r, part, item, &v);

    ckp_buf_init(b, JOIN_KEY_MAX);
    *none = v == NULL || json_is_null(v);

    if (rc == CKP_OK && !*none) {
        ckp_collect_key(b, v);

        if (b->failed != CKP_OK) {
            rc = b->failed == CKP_E_NOMEM ? ckp_cr_nomem(j->r)
                 : ckp_cr_fail(j->r, "its key is too long");
        }
    }

    json_decref(v);

    return rc;
}


static ckp_code_t
join_index_one(join_t *j, size_t i)
{
    json_t      *places;
    ckp_buf_t    b;
    bool         none;
    ckp_code_t   rc = join_key(j, j->r->t->other,
                               json_array_get(j->right, i), &b, &none);

    if (rc == CKP_OK && !none) {
        places = json_object_get(j->index, ckp_buf_str(&b));

        if (places == NULL) {
            places = json_array();

            if (json_object_set_new(j->index, ckp_buf_str(&b), places)
                != 0)
            {
                rc = ckp_cr_nomem(j->r);
            }
        }

        if (rc == CKP_OK
            && json_array_append_new(places, json_integer((json_int_t) i))
               != 0)
        {
            rc = ckp_cr_nomem(j->r);
        }
    }

    ckp_buf_free(&b);

    return rc;
}


/* With a prefix every member of the right side has it, but for a key that both
 * sides have under one name. */
static ckp_code_t
join_right_members(join_t *j, json_t *row, const json_t *right, bool alone)
{
    const ckp_collect_t *const  t = j->r->t;
    const char                 *name;
    json_t                     *value;
    ckp_code_t                  rc = CKP_OK;

    json_object_foreach((json_t *) right, name, value) {
        const bool  key = t->scalar && t->main->source != NULL
                          && strcmp(t->main->source, name) == 0;
        ckp_buf_t   b;

        if (key && !alone) {
            continue;
        }

        ckp_buf_init(&b, JOIN_KEY_MAX);
        ckp_buf_puts(&b, key ? "" : j->prefix);
        ckp_buf_puts(&b, name);
        rc = b.failed != CKP_OK ? ckp_cr_nomem(j->r)
             : ckp_cr_set(j->r, row, ckp_buf_str(&b), json_incref(value));
        ckp_buf_free(&b);

        if (rc != CKP_OK) {
            break;
        }
    }

    return rc;
}


/* Either may be NULL: the other has no match. */
static ckp_code_t
join_row(join_t *j, const json_t *left, const json_t *right)
{
    json_t *const  row = json_object();
    const char    *name;
    json_t        *value;
    ckp_code_t     rc = row == NULL ? ckp_cr_nomem(j->r)
                                    : ckp_cr_charge(j->r, 1);

    json_object_foreach((json_t *) left, name, value) {
        if (rc == CKP_OK) {
            rc = ckp_cr_set(j->r, row, name, json_incref(value));
        }
    }

    if (rc == CKP_OK) {
        rc = join_right_members(j, row, right, left == NULL);
    }

    if (rc == CKP_OK && json_array_append(j->made, row) != 0) {
        rc = ckp_cr_nomem(j->r);
    }

    json_decref(row);

    return rc;
}


static ckp_code_t
join_left(join_t *j, size_t i)
{
    const json_t *const  item = json_array_get(j->left, i);
    const json_t        *places = NULL;
    ckp_buf_t            b;
    bool                 none;
    ckp_code_t           rc = join_key(j, j->r->t->main, item, &b, &none);

    if (rc == CKP_OK && !none) {
        places = json_object_get(j->index, ckp_buf_str(&b));
    }

    ckp_buf_free(&b);

    if (rc == CKP_OK && places == NULL && j->keep_left) {
        return join_row(j, item, NULL);
    }

    for (size_t k = 0; rc == CKP_OK && k < json_array_size(places); k++) {
        const size_t  at = (size_t) json_integer_value(json_array_get(places,
                                                                      k));

        j->met[at] = true;
        rc = join_row(j, item, json_array_get(j->right, at));
    }

    return rc;
}


static ckp_code_t
join_objects(join_t *j, const json_t *list, const char *side)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!json_is_object(json_array_get(list, i))) {
            j->r->at = i;
            return ckp_cr_fail(j->r, "no object, on the %s side", side);
        }
    }

    return CKP_OK;
}


static ckp_code_t
join_all(join_t *j)
{
    ckp_code_t  rc = join_objects(j, j->left, "left");

    if (rc == CKP_OK) {
        rc = join_objects(j, j->right, "right");
    }

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(j->right); i++) {
        j->r->at = i;
        rc = join_index_one(j, i);
    }

    for (size_t i = 0; rc == CKP_OK && i < json_array_size(j->left); i++) {
        j->r->at = i;
        rc = join_left(j, i);
    }

    for (size_t i = 0; rc == CKP_OK && j->keep_right
                       && i < json_array_size(j->right); i++)
    {
        j->r->at = i;

        if (!j->met[i]) {
            rc = join_row(j, NULL, json_array_get(j->right, i));
        }
    }

    return rc;
}


/* `with`: a value, or the name of a variable. */
static ckp_code_t
join_other_side(ckp_cr_t *r, json_t **out)
{
    const json_t *const  with = json_object_get(r->in->params, "with");
    const char *const    name = json_string_value(with);
    json_t              *v;
    size_t               used;

    if (name == NULL) {
        *out = ckp_collect_list(with);
        return *out == NULL ? ckp_cr_nomem(r) : CKP_OK;
    }

    ckp_path_t *const  path = ckp_path_parse(name, json_string_length(with),
                                             &used, NULL);

    if (path == NULL || used != json_string_length(with)) {
        ckp_path_free(path);
        return ckp_cr_fail(r, "\"%.60s\" names no variable", name);
    }

    v = ckp_path_resolve(path, r->in->ev);
    ckp_path_free(path);
    *out = ckp_collect_list(v);
    json_decref(v);

    return *out == NULL ? ckp_cr_nomem(r) : CKP_OK;
}


ckp_code_t
ckp_cr_join(ckp_cr_t *r, const json_t *list, json_t **out)
{
    const char *const  how = ckp_cr_text(r, "how", "inner");
    const bool         full = strcmp(how, "full") == 0;
    json_t            *right = NULL;
    join_t             j = { .r = r, .left = list,
                             .prefix = ckp_cr_text(r, "prefix", "") };
    ckp_code_t         rc;

    if (r->t->other == NULL) {
        return join_text(r, list, out);
    }

    rc = join_other_side(r, &right);
    j.right = right;
    j.keep_left = full || strcmp(how, "left") == 0;
    j.keep_right = full || strcmp(how, "right") == 0;
    j.index = json_object();
    j.made = json_array();
    j.met = ckp_calloc(json_array_size(right) + 1);

    if (rc == CKP_OK) {
        rc = j.index == NULL || j.made == NULL || j.met == NULL
             ? ckp_cr_nomem(r) : join_all(&j);
    }

    json_decref(j.index);
    json_decref(right);
    ckp_free(j.met);

    return ckp_cr_end(rc, j.made, out);
}
