/*
 * The form of a document: which one it is, its list of nodes, and the id and
 * version under the spellings of the form (spec/ckp.md 1.2-1.4).
 */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "compile/parse_int.h"
#include "base/utf8.h"
#include "node/node.h"


/* Whether some element has both members. */
static bool
form_some_has(const json_t *nodes, const char *one, const char *two)
{
    const json_t  *node;
    size_t         i;

    json_array_foreach(nodes, i, node) {
        if (json_object_get(node, one) != NULL
            && json_object_get(node, two) != NULL)
        {
            return true;
        }
    }

    return false;
}


char
ckp_form_of(const json_t *doc)
{
    const json_t *const  nodes = json_object_get(doc, "nodes");
    const json_t *const  graph = json_object_get(doc, "workflow_graph");

    if (json_is_object(graph)) {
        return 'A';
    }

    if (json_is_array(nodes) && json_is_array(json_object_get(doc, "edges"))) {
        return 'E';
    }

    if (json_is_array(json_object_get(doc, "steps")) && nodes == NULL
        && graph == NULL)
    {
        return 'D';
    }

    if (json_is_array(nodes) && form_some_has(nodes, "id", "type")) {
        return 'C';
    }

    if ((json_is_array(nodes) && form_some_has(nodes, "node_id", "node_id"))
        || json_object_get(doc, "start_node_id") != NULL)
    {
        return 'B';
    }

    return 0;
}


/* --- the list of nodes ------------------------------------------------------ */


static bool
outline_grow(ckp_parse_t *ps)
{
    ckp_outline_t *const  out = &ps->out;
    const size_t          size = (out->size == 0) ? 32 : 2 * out->size;
    ckp_entry_t          *entries;

    if (out->n < out->size) {
        return true;
    }

    entries = ckp_parse_alloc(ps, size * sizeof(ckp_entry_t));

    if (entries == NULL) {
        return false;
    }

    if (out->n > 0) {
        memcpy(entries, out->entries, out->n * sizeof(ckp_entry_t));
    }

    out->entries = entries;
    out->size = size;

    return true;
}


/* 1-256 characters, none of them control, no '@' in front. */
static bool
outline_id_holds(ckp_parse_t *ps, const char *id, const ckp_at_t *at)
{
    if (ckp_utf8_names(id, CKP_ID_MAX) && id[0] != '@') {
        if (strstr(id, "{{") != NULL) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 212 },
                          "a node id is never a template");
        }

        return true;
    }

    ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 17 },
                  "'%.80s' cannot be a node id: 1 to %d characters, no "
                  "control characters, no '@' in front", id, CKP_ID_MAX);

    return false;
}


ckp_entry_t *
ckp_outline_add(ckp_parse_t *ps, const char *id, const ckp_at_t *at)
{
    ckp_outline_t *const  out = &ps->out;
    ckp_entry_t          *entry;

    if (!outline_id_holds(ps, id, at)) {
        return NULL;
    }

    if (json_object_get(out->index, id) != NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 102,
                                         .code = "duplicate_id" },
                      "there is a node '%.120s' already", id);
        return NULL;
    }

    if (out->n >= CKP_NODES_MAX) {
        return NULL;
    }

    if (!outline_grow(ps)
        || json_object_set_new(out->index, id,
                               json_integer((json_int_t) out->n)) != 0)
    {
        ps->nomem = true;
        return NULL;
    }

    entry = &out->entries[out->n++];
    memset(entry, 0, sizeof(ckp_entry_t));
    entry->id = id;
    entry->at = *at;
    entry->told = id;
    entry->owner = SIZE_MAX;

    return entry;
}


size_t
ckp_outline_find(const ckp_outline_t *out, const char *id)
{
    const json_t *const  at = json_object_get(out->index, id);

    return (at == NULL) ? out->n : (size_t) json_integer_value(at);
}


void
ckp_outline_free(ckp_outline_t *out)
{
    json_decref(out->index);
    out->index = NULL;
}


ckp_as_t
ckp_node_as(const char *type)
{
    static const struct {
        const char  *type;
        ckp_as_t     as;
    } known[] = {
        { "logic", CKP_AS_LOGIC },
        { "human_approval", CKP_AS_APPROVAL },
        { "terminate", CKP_AS_TERMINATE },
        { "subflow", CKP_AS_SUBFLOW },
        { "verification", CKP_AS_VERIFICATION },
        { "loop", CKP_AS_LOOP },
        { "parallel", CKP_AS_PARALLEL },
    };

    for (size_t i = 0; type != NULL && i < sizeof(known) / sizeof(known[0]);
         i++)
    {
        if (strcmp(known[i].type, type) == 0) {
            return known[i].as;
        }
    }

    return CKP_AS_NODE;
}


/* The type of each node, by any of its names; absent: sequence. */
static void
form_types(ckp_parse_t *ps)
{
    for (size_t i = 0; i < ps->out.n; i++) {
        ckp_entry_t *const  entry = &ps->out.entries[i];
        const json_t       *type = json_object_get(entry->at.value, "type");

        if (type == NULL || json_is_null(type)) {
            type = json_object_get(entry->at.value, "node_type");
        }

        if (type == NULL || json_is_null(type)) {
            entry->type = "sequence";

        } else if (json_is_string(type)) {
            entry->written = json_string_value(type);
            entry->type = ckp_alias_type(entry->written);
        }

        entry->at.as = ckp_node_as(entry->type);
        entry->ops = (entry->type == NULL) ? NULL : ckp_node_type(entry->type);

        if (entry->type != NULL && strcmp(entry->type, "loop") == 0) {
            ps->loops = true;
        }
    }
}


void
ckp_form_outline(ckp_parse_t *ps, const json_t *doc)
{
    ckp_outline_t *const  out = &ps->out;

    ckp_at_root(&out->root, doc, CKP_AS_ROOT);
    out->index = json_object();

    if (out->index == NULL) {
        ps->nomem = true;
        return;
    }

    out->form = ckp_form_of(doc);

    switch (out->form) {

    case 'A':
        ckp_form_ckp(ps);
        break;

    case 'B':
    case 'C':
        ckp_form_flat(ps);
        break;

    case 'D':
        ckp_form_steps(ps);
        break;

    case 'E':
        ckp_form_graph(ps);
        break;

    default:
        break;
    }

    form_types(ps);
}


bool
ckp_form_look(ckp_parse_t *ps, const json_t *doc)
{
    memset(ps, 0, sizeof(ckp_parse_t));
    ps->prog = ckp_program_new();

    if (ps->prog == NULL) {
        return false;
    }

    ps->arena = ps->prog->arena;
    ckp_form_outline(ps, doc);

    return !ps->nomem;
}


void
ckp_form_close(ckp_parse_t *ps)
{
    ckp_outline_free(&ps->out);
    json_decref(ps->names);
    ckp_program_unref(ps->prog);
}


/* --- id and version ----------------------------------------------------------- */


static bool
form_text_holds(const char *text, size_t max, const char *more)
{
    const size_t  len = strlen(text);

    if (len == 0 || len > max || !isalnum((unsigned char) text[0])
        || (text[0] & 0x80))
    {
        return false;
    }

    for (size_t i = 0; i < len; i++) {
        const unsigned char  c = (unsigned char) text[i];

        if (c > 0x7e || (!isalnum(c) && strchr(more, c) == NULL)) {
            return false;
        }
    }

    return true;
}


bool
ckp_id_holds(const char *id)
{
    return form_text_holds(id, 256, "._:~@+-");
}


bool
ckp_version_holds(const char *version)
{
    return form_text_holds(version, 64, "._+-");
}


/* [^a-z0-9]+ becomes "-"; not at the ends. */
static const char *
form_slug(ckp_parse_t *ps, const char *name)
{
    const size_t  len = strlen(name);
    char *const   slug = ckp_parse_alloc(ps, len + 1);
    size_t        n = 0;

    if (slug == NULL) {
        return NULL;
    }

    for (size_t i = 0; i < len; i++) {
        const unsigned char  c = (unsigned char) name[i];

        if (c < 0x80 && isalnum(c)) {
            slug[n++] = (char) tolower(c);

        } else if (n > 0 && slug[n - 1] != '-') {
            slug[n++] = '-';
        }
    }

    while (n > 0 && slug[n - 1] == '-') {
        n--;
    }

    slug[n] = '\0';

    return n > 0 ? slug : NULL;
}


const char *
ckp_root_id(ckp_parse_t *ps, ckp_at_t *where)
{
    const char  form = ps->out.form;

    if (ckp_parse_find(ps, &ps->out.root, "procedure_id", where)) {
        return json_string_value(where->value);
    }

    if ((form == 'C' || form == 'D' || form == 'E')
        && ckp_parse_find(ps, &ps->out.root, "id", where))
    {
        return json_string_value(where->value);
    }

    if ((form == 'D' || form == 'E')
        && ckp_parse_find(ps, &ps->out.root, "name", where)
        && json_is_string(where->value))
    {
        return form_slug(ps, json_string_value(where->value));
    }

    *where = ps->out.root;

    return NULL;
}


const char *
ckp_root_version(ckp_parse_t *ps, ckp_at_t *where)
{
    if (!ckp_parse_find(ps, &ps->out.root, "version", where)) {
        *where = ps->out.root;

        return (ps->out.form == 'D' || ps->out.form == 'E') ? "1" : NULL;
    }

    if (json_is_integer(where->value)) {
        return ckp_arena_printf(ps->arena, "%lld",
                                (long long) json_integer_value(where->value));
    }

    return json_string_value(where->value);
}
