/*
 * The language as JSON Schema 2020-12, for editors (spec/api.md 2).
 *
 * It is looser than the compiler: what is only a warning is no fault, members
 * nobody knows are let through, and the other forms are hardly looked at.
 */

#include <string.h>

#include "study/describe_int.h"

#define SCHEMA_DEFS  "#/$defs/"

typedef struct {
    const char  *object;
    ckp_as_t     as;
    json_t      *members;       /* "properties" */
    json_t      *needs;         /* "allOf": what has to be there */
    bool         common;
    const char  *type;          /* of a node; NULL: of something else */
} schema_t;


/* --- a type ------------------------------------------------------------------- */


static json_t *
schema_ref(const char *name, size_t len)
{
    return json_pack("{s:o}", "$ref",
                     json_sprintf(SCHEMA_DEFS "%.*s", (int) len, name));
}


/* [@step], {@variable} or @retry; its object may be absent as null. */
static json_t *
schema_of_ref(const char *type)
{
    const size_t  len = strlen(type);

    if (type[0] == '[') {
        return json_pack("{s:[s, s], s:o}", "type", "array", "null", "items",
                         schema_ref(type + 2, len - 3));
    }

    if (type[0] == '{') {
        return json_pack("{s:[s, s], s:o}", "type", "object", "null",
                         "additionalProperties",
                         schema_ref(type + 2, len - 3));
    }

    return json_pack("{s:[o, {s:s}]}", "anyOf", schema_ref(type + 1, len - 1),
                     "type", "null");
}


static json_t *
schema_words(const char *type)
{
    json_t *const  words = ckp_describe_words(type);
    const size_t   len = strlen(type);

    if (words == NULL) {
        return NULL;
    }

    if (type[len - 1] == '*') {
        return json_pack("{s:[{s:o}, {s:[s, s]}]}", "anyOf", "enum", words,
                         "type", "string", "null");
    }

    if (json_array_append_new(words, json_null()) != 0) {
        json_decref(words);
        return NULL;
    }

    return json_pack("{s:o}", "enum", words);
}


static json_t *
schema_type(const char *type)
{
    static const struct {
        const char  *word;
        const char  *types[2];
    } plain[] = {
        { "bool", { "boolean", NULL } },
        { "int", { "integer", NULL } },
        { "num", { "number", NULL } },
        { "object", { "object", NULL } },
        { "list", { "array", NULL } },
        { "texts", { "string", "array" } },
        { "expr", { "string", "boolean" } },
    };

    if (type[0] == '@' || type[0] == '[' || type[0] == '{') {
        return schema_of_ref(type);
    }

    if (strchr(type, '|') != NULL) {
        return schema_words(type);
    }

    if (strcmp(type, "any") == 0) {
        return json_object();
    }

    if (strcmp(type, "ms") == 0) {
        return json_pack("{s:[s, s, s], s:i, s:s}", "type", "number", "string",
                         "null", "minimum", 0, "pattern",
                         "^\\s*[0-9]+(\\.[0-9]*)?\\s*$");
    }

    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (strcmp(plain[i].word, type) == 0) {
            return plain[i].types[1] == NULL
                   ? json_pack("{s:[s, s]}", "type", plain[i].types[0], "null")
                   : json_pack("{s:[s, s, s]}", "type", plain[i].types[0],
                               plain[i].types[1], "null");
        }
    }

    return json_pack("{s:[s, s]}", "type", "string", "null");
}


/* --- an object ------------------------------------------------------------------ */


/* A member, under its own and its old names. */
static bool
schema_member(schema_t *s, const ckp_word_row_t *row)
{
    json_t      *one = schema_type(row->type);
    const char  *alias;

    if (one == NULL
        || json_object_set_new(one, "description",
                               json_string(row->help)) != 0
        || (row->otherwise != NULL
            && json_object_set_new(one, "default",
                   ckp_describe_default(row->otherwise)) != 0)
        || json_object_set(s->members, row->name, one) != 0)
    {
        json_decref(one);
        return false;
    }

    json_decref(one);

    for (size_t i = 0; (alias = ckp_alias_nth(s->as, row->name, i)) != NULL;
         i++)
    {
        if (json_object_get(s->members, alias) == NULL
            && json_object_set_new(s->members, alias,
                   json_pack("{s:b, s:o}", "deprecated", 1, "description",
                             json_sprintf("Another name of %s", row->name)))
               != 0)
        {
            return false;
        }
    }

    return true;
}


/* One of its names has to be there. */
static bool
schema_need(schema_t *s, const ckp_word_row_t *row)
{
    json_t *const  any = json_array();
    const char    *name = row->name;

    for (size_t i = 0; name != NULL; i++) {
        if (json_array_append_new(any, json_pack("{s:[s]}", "required", name))
            != 0)
        {
            json_decref(any);
            return false;
        }

        name = ckp_alias_nth(s->as, row->name, i);
    }

    return json_array_append_new(s->needs, json_pack("{s:o}", "anyOf", any))
           == 0;
}


static bool
schema_row(const ckp_word_row_t *row, void *data)
{
    schema_t *const  s = data;

    if (s->common && json_object_get(s->members, row->name) != NULL) {
        return true;
    }

    if (!s->common && ckp_describe_required(row->object, row->name)
        && !schema_need(s, row))
    {
        return false;
    }

    return schema_member(s, row);
}


/* All names of a node type. */
static json_t *
schema_type_names(const char *type)
{
    json_t *const  names = json_array();
    const char    *name = type;

    for (size_t i = 0; name != NULL; i++) {
        if (json_array_append_new(names, json_string(name)) != 0) {
            json_decref(names);
            return NULL;
        }

        name = ckp_alias_type_nth(type, i);
    }

    return names;
}


/* `object` as a schema; of a node type with the members of all types. */
static json_t *
schema_object(const char *object, ckp_as_t as, const char *help)
{
    const bool  node = ckp_node_type(object) != NULL;
    schema_t    s = { .object = object, .as = as,
                      .members = json_object(), .needs = json_array() };
    json_t     *v = NULL;
    bool        ok = ckp_describe_each(object, schema_row, &s);

    s.common = true;
    ok = ok && (!node || ckp_describe_each("node", schema_row, &s));

    if (ok) {
        v = json_pack("{s:s, s:s, s:O}", "type", "object", "description",
                      help, "properties", s.members);
    }

    if (v != NULL && json_array_size(s.needs) > 0
        && json_object_set(v, "allOf", s.needs) != 0)
    {
        json_decref(v);
        v = NULL;
    }

    json_decref(s.members);
    json_decref(s.needs);

    return v;
}


/* --- the whole -------------------------------------------------------------------- */


/* Which type it is decides what it has; without one it is a sequence. */
static json_t *
schema_any_node(void)
{
    json_t *const  cases = json_array();
    json_t *const  names = json_array();
    json_t        *some;
    bool           ok = true;

    ok = json_array_append_new(cases,
             json_pack("{s:{s:{s:[s]}}, s:o}", "if", "not", "required", "type",
                       "then", schema_ref("sequence", 8))) == 0;

    for (const ckp_word_type_t *t = ckp_words_types; ok && t->type != NULL;
         t++)
    {
        some = schema_type_names(t->type);

        if (some == NULL || json_array_extend(names, some) != 0) {
            json_decref(some);
            ok = false;
            break;
        }

        ok = json_array_append_new(cases,
                 json_pack("{s:{s:[s], s:{s:{s:o}}}, s:o}", "if",
                           "required", "type", "properties", "type", "enum",
                           some, "then",
                           schema_ref(t->type, strlen(t->type)))) == 0;
    }

    if (!ok) {
        json_decref(cases);
        json_decref(names);
        return NULL;
    }

    return json_pack("{s:s, s:s, s:{s:{s:o}}, s:o}",
                     "type", "object", "description",
                     "A node; its type decides what it has",
                     "properties", "type", "enum", names, "allOf", cases);
}


/* {required: {}, optional: {}}, or by name. */
static json_t *
schema_variables(void)
{
    json_t *const  one = json_pack("{s:[{s:s, s:{s:s}}, {s:s}]}", "anyOf",
                                   "type", "object", "additionalProperties",
                                   "$ref", SCHEMA_DEFS "variable",
                                   "$ref", SCHEMA_DEFS "variable");

    return json_pack("{s:s, s:{s:O, s:o}}", "description",
                     "The variables, by name or by whether a run needs them",
                     "properties", "required", one, "optional", one);
}


static json_t *
schema_defs(void)
{
    static const struct {
        const char  *object;
        ckp_as_t     as;
        const char  *help;
    } parts[] = {
        { "document", CKP_AS_ROOT, "A procedure" },
        { "graph", CKP_AS_OTHER, "The nodes, and where a run begins" },
        { "config", CKP_AS_CONFIG, "What holds for the whole run" },
        { "variable", CKP_AS_OTHER, "What a run is given, or makes" },
        { "validation", CKP_AS_OTHER, "What must hold for a variable" },
        { "step", CKP_AS_STEP, "One action" },
        { "handler", CKP_AS_OTHER, "What is done about an error" },
        { "retry", CKP_AS_RETRY, "How something is tried again" },
        { "rule", CKP_AS_RULE, "A condition and where it leads" },
        { "branch", CKP_AS_BRANCH, "What runs beside others" },
        { "check", CKP_AS_CHECK, "What must hold" },
        { "transformation", CKP_AS_TRANSFORM, "What is done with data" },
        { "task", CKP_AS_TASK, "What is done when others are" },
    };

    json_t *const  defs = json_object();
    bool           ok = true;

    for (size_t i = 0; ok && i < sizeof(parts) / sizeof(parts[0]); i++) {
        ok = json_object_set_new(defs, parts[i].object,
                 schema_object(parts[i].object, parts[i].as, parts[i].help))
             == 0;
    }

    for (const ckp_word_type_t *t = ckp_words_types; ok && t->type != NULL;
         t++)
    {
        ok = json_object_set_new(defs, t->type,
                 schema_object(t->type, ckp_node_as(t->type), t->help)) == 0;
    }

    ok = ok && json_object_set_new(defs, "anynode", schema_any_node()) == 0
         && json_object_set_new(defs, "variables", schema_variables()) == 0;

    if (!ok) {
        json_decref(defs);
        return NULL;
    }

    return defs;
}


json_t *
ckp_language_schema(void)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:[s]}, s:{s:s},"
                     " s:{s:[{s:[s]}, {s:[s]}]}, s:o}",
                     "$schema", "https://json-schema.org/draft/2020-12/schema",
                     "$id", "urn:langorch:schema:ckp",
                     "title", "CKP procedure",
                     "description",
                     "A procedure of LangOrch.  The compiler knows more: what"
                     " is right here may still be wrong there",
                     "type", "object",
                     "if", "required", "workflow_graph",
                     "then", "$ref", SCHEMA_DEFS "document",
                     "else", "anyOf", "required", "nodes", "required", "steps",
                     "$defs", schema_defs());
}
