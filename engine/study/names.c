/*
 * Who writes and who reads each variable: by the document, node by node and
 * step by step (spec/ckp.md 34, spec/api.md 3.10).
 */

#include <stdio.h>
#include <string.h>

#include "study/study_int.h"

#define NAMES_DEPTH_MAX  24

/* Members whose text is an expression, whatever the type of the node. */
static const char  names_conditions[] =
    " condition expression condition_expr condition_expression check while"
    " until continue_condition collect_expression condition_expression ";

/* Members whose plain text names a variable when there is one of that name. */
static const char  names_sources[] =
    " iterator items source source_variable array ";

/* Members that are lists of parts with places of their own. */
static const struct {
    const char  *key;
    const char  *made;              /* before the number; NULL: none is made */
} names_lists[] = {
    { "steps", "step_" }, { "operations", "op_" },
    { "cleanup_actions", "cleanup_" }, { "error_actions", "error_" },
    { "recovery_steps", "recovery_" }, { "tasks", NULL },
};

/* Never read: structure, and what people read. */
static const char  names_apart[] =
    " type node_type id step_id name description next_node metadata position"
    " tags action agent output_variable output iterator_variable iterator_var"
    " item_variable index_variable ";

typedef struct {
    ckp_study_t  *s;
    json_t       *places;           /* variable: {producers, consumers} */
    const char   *path;             /* where it is read now */
} names_t;


/* --- noting -------------------------------------------------------------------- */

static void
names_note(names_t *n, const char *name, size_t len, const char *what)
{
    json_t        *one;
    json_t        *list;
    const size_t   cut = strcspn(name, ".[");
    char           first[257];

    len = cut < len ? cut : len;

    if (len == 0 || len >= sizeof(first)) {
        return;
    }

    memcpy(first, name, len);
    first[len] = '\0';

    /* built-ins are no variables, unless one hides them */

    if (json_object_get(n->s->ps.names, first) == NULL) {
        return;
    }

    one = json_object_get(n->places, first);

    if (one == NULL) {
        one = json_pack("{s:[], s:[]}", "producers", "consumers");

        if (json_object_set_new(n->places, first, one) != 0) {
            n->s->nomem = true;
            return;
        }
    }

    list = json_object_get(one, what);

    if (json_array_size(list) > 0
        && strcmp(json_string_value(json_array_get(list,
                                        json_array_size(list) - 1)),
                  n->path) == 0)
    {
        return;
    }

    if (json_array_append_new(list, json_string(n->path)) != 0) {
        n->s->nomem = true;
    }
}


static void
names_ref(void *data, ckp_ref_t kind, const char *name, const char *second,
    bool in_expr)
{
    names_t *const  n = data;

    (void) in_expr;

    name = ckp_ref_variable(kind, name, second);

    if (name == NULL) {
        return;
    }

    names_note(n, name, strlen(name), "consumers");
}


static void
names_text(names_t *n, const char *key, const json_t *value)
{
    const char *const  text = json_string_value(value);
    ckp_err_t          err = CKP_ERR_INIT;

    if (key != NULL && ckp_word_in(names_conditions, key)) {
        ckp_expr_t *const  expr = ckp_expr_parse(text, strlen(text), &err);

        if (expr != NULL) {
            ckp_expr_refs(expr, names_ref, n);
            ckp_expr_free(expr);
            return;
        }

        n->s->nomem = n->s->nomem || err.code == CKP_E_NOMEM;
        err = (ckp_err_t) CKP_ERR_INIT;
    }

    if (strstr(text, "{{") != NULL) {
        ckp_template_t *const  t = ckp_template_new(value, &err);

        if (t != NULL) {
            ckp_template_refs(t, names_ref, n);
            ckp_template_free(t);
        }

        n->s->nomem = n->s->nomem || err.code == CKP_E_NOMEM;

        return;
    }

    if (key != NULL && ckp_word_in(names_sources, key)) {
        names_note(n, text, strlen(text), "consumers");
    }
}


/* --- walking -------------------------------------------------------------------- */

static void names_value(names_t *n, const char *key, const json_t *value,
    unsigned depth);


static bool
names_is_part(const char *key, const char **made)
{
    for (size_t i = 0; i < sizeof(names_lists) / sizeof(names_lists[0]); i++) {
        if (strcmp(names_lists[i].key, key) == 0) {
            *made = names_lists[i].made;
            return true;
        }
    }

    return false;
}


/* What the part itself writes: its own members, not those of parts in it. */
static void
names_writes(names_t *n, const json_t *part)
{
    json_t *const  own = json_object();
    json_t *const  written = json_object();
    const char    *key;
    const char    *made;
    json_t        *value;
    int            bad = own == NULL || written == NULL;

    json_object_foreach((json_t *) part, key, value) {
        if (!names_is_part(key, &made) && strcmp(key, "error_handlers") != 0) {
            bad |= json_object_set(own, key, value);
        }
    }

    n->s->nomem = n->s->nomem || bad != 0;

    ckp_names_written(&n->s->ps, own, written);

    json_object_foreach(written, key, value) {
        names_note(n, key, strlen(key), "producers");
    }

    json_decref(own);
    json_decref(written);
}


/* "fetch/s1", "fetch/op_2", "main/t:load", as paths of runs are. */
static const char *
names_path(names_t *n, const char *list, const char *made, const json_t *part,
    const char *id, size_t i)
{
    ckp_arena_t *const  arena = n->s->ps.arena;
    char                text[32];

    if (id == NULL || strcmp(list, "operations") == 0) {
        const char *const  own = ckp_json_str(part, "step_id");
        const char *const  old = ckp_json_str(part, "id");

        id = strcmp(list, "operations") == 0 ? NULL : own != NULL ? own : old;
    }

    if (id == NULL && made != NULL) {
        (void) snprintf(text, sizeof(text), "%s%zu", made, i + 1);
        id = text;
    }

    id = ckp_arena_printf(arena, strcmp(list, "tasks") == 0 ? "%s/t:%s"
                                                             : "%s/%s",
                          n->path, id == NULL ? "" : id);

    return id == NULL ? n->path : id;
}


static void
names_part(names_t *n, const char *list, const char *made, const json_t *part,
    const char *id, size_t i, unsigned depth)
{
    const char *const  outer = n->path;

    if (!json_is_object(part)) {
        return;
    }

    n->path = names_path(n, list, made, part, id, i);
    names_value(n, NULL, part, depth + 1);
    names_writes(n, part);
    n->path = outer;
}


static void
names_parts(names_t *n, const char *list, const char *made,
    const json_t *value, unsigned depth)
{
    const char  *key;
    json_t      *part;
    size_t       i;

    json_array_foreach(value, i, part) {
        names_part(n, list, made, part, NULL, i, depth);
    }

    json_object_foreach((json_t *) value, key, part) {
        names_part(n, list, NULL, part, key, 0, depth);
    }
}


static void
names_value(names_t *n, const char *key, const json_t *value, unsigned depth)
{
    const char    *name;
    const char    *made;
    const json_t  *member;
    size_t         i;

    if (depth > NAMES_DEPTH_MAX) {
        return;
    }

    if (json_is_string(value)) {
        names_text(n, key, value);

    } else if (json_is_array(value)) {
        json_array_foreach(value, i, member) {
            names_value(n, key, member, depth + 1);
        }

    } else {
        json_object_foreach((json_t *) value, name, member) {
            if (ckp_is_note(name) || ckp_word_in(names_apart, name)) {
                continue;
            }

            if (names_is_part(name, &made)
                && (json_is_array(member) || json_is_object(member)))
            {
                names_parts(n, name, made, member, depth);

            } else {
                names_value(n, name, member, depth + 1);
            }
        }
    }
}


/* --- the answer -------------------------------------------------------------------- */

static const char *
names_type(ckp_type_t type)
{
    switch (type) {
    case CKP_TYPE_ANY:
        return "any";
    case CKP_TYPE_STRING:
        return "string";
    case CKP_TYPE_PASSWORD:
        return "password";
    case CKP_TYPE_NUMBER:
        return "number";
    case CKP_TYPE_INTEGER:
        return "integer";
    case CKP_TYPE_BOOLEAN:
        return "boolean";
    case CKP_TYPE_ARRAY:
        return "array";
    case CKP_TYPE_OBJECT:
        return "object";
    }

    return "any";
}


/* The entry as the author wrote it, in whichever of the two spellings. */
static const json_t *
names_written_entry(const json_t *doc, const char *name)
{
    static const char *const  parts[] = { "required", "optional" };
    const json_t *const       schema = json_object_get(doc,
                                                       "variables_schema");

    for (size_t i = 0; i < 2; i++) {
        const json_t *const  part = json_object_get(schema, parts[i]);
        const json_t *const  entry = json_object_get(part, name);

        if (json_is_object(entry)
            && json_object_get(part, "type") == NULL)
        {
            return entry;
        }
    }

    return json_object_get(schema, name);
}


static json_t *
names_schema(const ckp_program_t *prog)
{
    json_t *const  flat = json_object();
    int            bad = flat == NULL;

    for (size_t i = 0; i < prog->nvars; i++) {
        const ckp_var_t *const  var = &prog->vars[i];
        const json_t *const     entry = names_written_entry(prog->doc,
                                                            var->name);
        json_t *const           own = json_object();

        if (json_is_object(entry)) {
            bad |= json_object_update(own, (json_t *) entry);
        }

        bad |= json_object_set_new(own, "type",
                                   json_string(names_type(var->type)));
        bad |= json_object_set_new(own, "required",
                                   json_boolean(var->required));

        if (var->fallback != NULL) {
            bad |= json_object_set(own, "default",
                   (json_t *) ckp_template_source(var->fallback));
        }

        bad |= json_object_set_new(flat, var->name, own);
    }

    return ckp_study_whole(flat, bad);
}


/* Names of `places` that have some of `what`. */
static json_t *
names_with(const json_t *places, const char *what)
{
    json_t *const  list = json_array();
    const char    *name;
    const json_t  *one;
    int            bad = list == NULL;

    json_object_foreach((json_t *) places, name, one) {
        if (json_array_size(json_object_get(one, what)) > 0) {
            bad |= json_array_append_new(list, json_string(name));
        }
    }

    return ckp_study_whole(list, bad);
}


static json_t *
names_answer(const ckp_study_t *s, const json_t *places, const json_t *inputs)
{
    json_t *const  required = json_array();
    json_t *const  missing = json_array();
    json_t *const  provided = json_array();
    const char    *name;
    json_t        *value;
    int            bad = 0;

    for (size_t i = 0; i < s->prog->nvars; i++) {
        const ckp_var_t *const  var = &s->prog->vars[i];
        const json_t *const     given = json_object_get(inputs, var->name);

        if (var->required) {
            bad |= json_array_append_new(required, json_string(var->name));
        }

        if (var->required && var->fallback == NULL
            && (given == NULL || json_is_null(given)))
        {
            bad |= json_array_append_new(missing, json_string(var->name));
        }
    }

    json_object_foreach((json_t *) inputs, name, value) {
        bad |= json_array_append_new(provided, json_string(name));
    }

    return ckp_study_whole(json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:O}",
                     "schema", names_schema(s->prog), "required", required,
                     "produced", names_with(places, "producers"),
                     "consumed", names_with(places, "consumers"),
                     "missing_inputs", missing, "provided", provided,
                     "dependencies", places), bad);
}


json_t *
ckp_study_variables(ckp_study_t *s, const json_t *inputs)
{
    names_t   n = { .s = s, .places = json_object() };
    json_t   *answer = NULL;

    if (s->ps.names == NULL) {
        ckp_names_gather(&s->ps);
    }

    for (size_t i = 0; !s->ps.nomem && i < s->ps.out.n; i++) {
        const ckp_entry_t *const  entry = &s->ps.out.entries[i];

        n.path = entry->id;
        names_value(&n, NULL, entry->at.value, 0);
        names_writes(&n, entry->at.value);
    }

    if (!s->ps.nomem && !s->nomem) {
        answer = names_answer(s, n.places, inputs);
    }

    json_decref(n.places);

    return answer;
}
