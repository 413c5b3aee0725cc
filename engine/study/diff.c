/*
 * Two documents side by side: what was added, removed, replaced, and in which
 * nodes, variables and settings (spec/api.md 3.13).
 */

#include <string.h>

#include "study/diff_int.h"
#include "study/study_int.h"

#define DIFF_PATH_MAX  (64 * 1100)


/* --- changes, place by place ----------------------------------------------------- */

typedef struct {
    json_t     *changes;
    ckp_buf_t   path;
    int         bad;
} diff_t;


/* NULL stands for what is not there. */
static void
diff_add(diff_t *d, const char *op, const json_t *from, const json_t *to)
{
    d->bad |= json_array_append_new(d->changes,
                  json_pack("{s:s, s:s, s:O?, s:O?}", "op", op,
                            "path", ckp_buf_str(&d->path), "from", from,
                            "to", to));
}


static void
diff_push(diff_t *d, const char *key, size_t index)
{
    if (key != NULL) {
        ckp_pointer_push(&d->path, key);

    } else {
        ckp_buf_printf(&d->path, "/%zu", index);
    }
}


static void
diff_pop(diff_t *d, size_t len)
{
    if (d->path.failed == CKP_OK && d->path.data != NULL) {
        d->path.len = len;
        d->path.data[len] = '\0';
    }
}


static void diff_value(diff_t *d, const json_t *a, const json_t *b);


static void
diff_member(diff_t *d, const char *key, size_t index, const json_t *a,
    const json_t *b)
{
    const size_t  len = d->path.len;

    diff_push(d, key, index);

    if (a == NULL) {
        diff_add(d, "add", NULL, b);

    } else if (b == NULL) {
        diff_add(d, "remove", a, NULL);

    } else {
        diff_value(d, a, b);
    }

    diff_pop(d, len);
}


static void
diff_objects(diff_t *d, const json_t *a, const json_t *b)
{
    const char  *key;
    json_t      *value;

    json_object_foreach((json_t *) a, key, value) {
        diff_member(d, key, 0, value, json_object_get(b, key));
    }

    json_object_foreach((json_t *) b, key, value) {
        if (json_object_get(a, key) == NULL) {
            diff_member(d, key, 0, NULL, value);
        }
    }
}


/* What both begin and end with is the same; between, element by element.  The
 * last ones are removed first, so that the places of the others stay. */
static void
diff_arrays(diff_t *d, const json_t *a, const json_t *b)
{
    size_t  na = json_array_size(a);
    size_t  nb = json_array_size(b);
    size_t  i = 0;

    while (i < na && i < nb && ckp_json_equal(json_array_get(a, i),
                                              json_array_get(b, i)))
    {
        i++;
    }

    while (na > i && nb > i && ckp_json_equal(json_array_get(a, na - 1),
                                              json_array_get(b, nb - 1)))
    {
        na--;
        nb--;
    }

    for ( ; i < na && i < nb; i++) {
        diff_member(d, NULL, i, json_array_get(a, i), json_array_get(b, i));
    }

    while (na > i) {
        na--;
        diff_member(d, NULL, na, json_array_get(a, na), NULL);
    }

    for ( ; i < nb; i++) {
        diff_member(d, NULL, i, NULL, json_array_get(b, i));
    }
}


/* As deep as documents nest, which is bounded when they are parsed. */
static void
diff_value(diff_t *d, const json_t *a, const json_t *b)
{
    if (json_is_object(a) && json_is_object(b)) {
        diff_objects(d, a, b);

    } else if (json_is_array(a) && json_is_array(b)) {
        diff_arrays(d, a, b);

    } else if (!ckp_json_equal(a, b)) {
        diff_add(d, "replace", a, b);
    }
}


static json_t *
diff_changes(const json_t *from, const json_t *to)
{
    diff_t  d = { .changes = json_array() };

    ckp_buf_init(&d.path, DIFF_PATH_MAX);
    diff_value(&d, from, to);

    d.bad |= d.path.failed;
    ckp_buf_free(&d.path);

    return ckp_diff_whole(d.changes, d.bad);
}


/* --- the summary ------------------------------------------------------------------ */

/* The nodes of a document in any form: {id: node}; what the form made for one
 * goes with it. */
static json_t *
diff_nodes(const json_t *doc)
{
    json_t *const  nodes = json_object();
    ckp_parse_t    ps;
    int            bad = nodes == NULL || !ckp_form_look(&ps, doc);

    if (nodes == NULL) {
        return NULL;
    }

    if (bad == 0) {
        for (size_t i = 0; i < ps.out.n; i++) {
            const ckp_entry_t *const  entry = &ps.out.entries[i];

            if (entry->owner == SIZE_MAX) {
                bad |= json_object_set(nodes, entry->id,
                                       (json_t *) entry->at.value);
            }
        }
    }

    ckp_form_close(&ps);

    return ckp_diff_whole(nodes, bad);
}


/* The variables of both spellings: {name: entry}. */
static json_t *
diff_variables(const json_t *doc)
{
    const json_t *const  schema = json_object_get(doc, "variables_schema");
    json_t *const        flat = json_object();
    const char          *part;
    const char          *name;
    json_t              *value;
    json_t              *entry;
    int                  bad = flat == NULL;

    json_object_foreach((json_t *) schema, part, value) {
        const bool  nested = (strcmp(part, "required") == 0
                              || strcmp(part, "optional") == 0)
                             && json_is_object(value)
                             && !json_is_string(json_object_get(value,
                                                                "type"));

        if (!nested) {
            bad |= json_object_set(flat, part, value);
            continue;
        }

        json_object_foreach(value, name, entry) {
            bad |= json_object_set_new(flat, name,
                                       json_pack("{s:s, s:O}", "in", part,
                                                 "entry", entry));
        }
    }

    return ckp_diff_whole(flat, bad);
}


/* Names whose values differ; of `only`: 'a' added, 'r' removed, 'c' changed,
 * 0 all of them.  Both are borrowed, NULL: nothing in it. */
static json_t *
diff_names(const json_t *a, const json_t *b, char only)
{
    json_t *const  list = json_array();
    const char    *name;
    json_t        *value;
    int            bad = list == NULL;

    json_object_foreach((json_t *) a, name, value) {
        const json_t *const  other = json_object_get(b, name);
        const bool           gone = other == NULL;

        if (gone ? (only == 'r' || only == 0)
                 : ((only == 'c' || only == 0)
                    && !ckp_json_equal(value, other)))
        {
            bad |= json_array_append_new(list, json_string(name));
        }
    }

    json_object_foreach((json_t *) b, name, value) {
        if (json_object_get(a, name) == NULL && (only == 'a' || only == 0)) {
            bad |= json_array_append_new(list, json_string(name));
        }
    }

    return ckp_diff_whole(list, bad);
}


static json_t *
diff_summary(const json_t *from, const json_t *to)
{
    json_t *const  a = diff_nodes(from);
    json_t *const  b = diff_nodes(to);
    json_t *const  va = diff_variables(from);
    json_t *const  vb = diff_variables(to);
    const bool     lost = a == NULL || b == NULL || va == NULL || vb == NULL;
    json_t *const  summary = lost ? NULL
        : json_pack("{s:o, s:o, s:o, s:o, s:o}",
        "nodes_added", diff_names(a, b, 'a'),
        "nodes_removed", diff_names(a, b, 'r'),
        "nodes_changed", diff_names(a, b, 'c'),
        "variables_changed", diff_names(va, vb, 0),
        "config_changed", diff_names(json_object_get(from, "global_config"),
                                     json_object_get(to, "global_config"),
                                     0));

    json_decref(a);
    json_decref(b);
    json_decref(va);
    json_decref(vb);

    return summary;
}


json_t *
ckp_document_diff(const json_t *from, const json_t *to, bool lines)
{
    const unsigned long  refusals = ckp_memory_refusals();
    json_t *const        diff = json_pack("{s:b, s:o, s:o}",
                                    "identical", ckp_json_equal(from, to),
                                    "summary", diff_summary(from, to),
                                    "changes", diff_changes(from, to));

    if (diff != NULL && lines
        && json_object_set_new(diff, "lines", ckp_diff_lines(from, to)) != 0)
    {
        json_decref(diff);
        return NULL;
    }

    return ckp_json_whole(diff, refusals);
}
