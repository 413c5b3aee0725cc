/*
 * The language as data: node types for builders (spec/api.md 2).
 */

#include <string.h>

#include "study/describe_int.h"
#include "study/draw_int.h"


bool
ckp_describe_each(const char *object, ckp_describe_pt visit, void *data)
{
    const ckp_word_row_t *const  tables[] = { ckp_words_nodes,
                                              ckp_words_parts };

    for (size_t t = 0; t < 2; t++) {
        for (const ckp_word_row_t *row = tables[t]; row->object != NULL;
             row++)
        {
            if (strcmp(row->object, object) == 0 && !visit(row, data)) {
                return false;
            }
        }
    }

    return true;
}


bool
ckp_describe_required(const char *object, const char *name)
{
    const char *const  names = ckp_words_required(object);

    return names != NULL && ckp_word_in(names, name);
}


json_t *
ckp_describe_default(const char *text)
{
    const size_t  n = strlen(text);

    return text[0] == '"' ? json_stringn(text + 1, n - 2)
                          : ckp_json_parse(text, n, NULL);
}


json_t *
ckp_describe_words(const char *type)
{
    json_t *const  words = json_array();
    const char    *end;

    for (const char *s = type; *s != '\0'; s = (*end == '\0') ? end : end + 1)
    {
        end = s + strcspn(s, "|");

        if (*s != '*'
            && json_array_append_new(words,
                   json_stringn(s, (size_t) (end - s))) != 0)
        {
            json_decref(words);
            return NULL;
        }
    }

    return words;
}


/* --- node types ---------------------------------------------------------------- */


typedef struct {
    json_t      *fields;
    const char  *type;          /* whose rows go before those of all types */
    bool         common;
    bool         has;
} describe_t;


static bool
describe_same(const ckp_word_row_t *row, void *data)
{
    describe_t *const  d = data;

    d->has = d->has || strcmp(row->name, d->type) == 0;

    return true;
}


/* Whether the type itself says what the member is. */
static bool
describe_overrides(const char *type, const char *name)
{
    describe_t  d = { .type = name };

    (void) ckp_describe_each(type, describe_same, &d);

    return d.has;
}


static const char *
describe_type(const char *type)
{
    static const struct {
        char         first;
        const char  *shown;
    } refs[] = { { '@', "object" }, { '[', "array" }, { '{', "object" } };

    for (size_t i = 0; i < 3; i++) {
        if (type[0] == refs[i].first) {
            return refs[i].shown;
        }
    }

    return (strchr(type, '|') != NULL) ? "enum"
           : strcmp(type, "text") == 0 ? "string"
           : strcmp(type, "int") == 0 ? "integer"
           : strcmp(type, "num") == 0 ? "number"
           : strcmp(type, "bool") == 0 ? "boolean"
           : strcmp(type, "expr") == 0 ? "expression"
           : strcmp(type, "ms") == 0 ? "duration_ms"
           : strcmp(type, "list") == 0 ? "array"
           : strcmp(type, "texts") == 0 ? "string[]" : type;
}


static bool
describe_field(const ckp_word_row_t *row, void *data)
{
    describe_t *const  d = data;
    const bool         words = strchr(row->type, '|') != NULL;
    json_t            *otherwise = json_null();

    if (d->common && (describe_overrides(d->type, row->name)
                      || strcmp(row->name, "type") == 0))
    {
        return true;
    }

    if (row->otherwise != NULL) {
        otherwise = ckp_describe_default(row->otherwise);
    }

    return json_array_append_new(d->fields,
               json_pack("{s:s, s:s, s:b, s:o, s:o, s:s, s:b}",
                         "name", row->name,
                         "type", describe_type(row->type),
                         "required", (int) ckp_describe_required(row->object,
                                                                 row->name),
                         "default", otherwise,
                         "enum", words ? ckp_describe_words(row->type)
                                       : json_null(),
                         "help", row->help,
                         "common", (int) d->common)) == 0;
}


static json_t *
describe_fields(const char *type)
{
    describe_t  d = { .fields = json_array(), .type = type };

    if (!ckp_describe_each(type, describe_field, &d)) {
        json_decref(d.fields);
        return NULL;
    }

    d.common = true;

    if (!ckp_describe_each("node", describe_field, &d)) {
        json_decref(d.fields);
        return NULL;
    }

    return d.fields;
}


/* " a b " as a list. */
static json_t *
describe_list(const char *names)
{
    json_t *const  list = json_array();
    size_t         len;

    for (const char *s = names; *s != '\0'; s += len) {
        s += strspn(s, " ");
        len = strcspn(s, " ");

        if (len > 0 && json_array_append_new(list, json_stringn(s, len)) != 0)
        {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}


json_t *
ckp_language_types(void)
{
    json_t *const  all = json_array();

    for (const ckp_word_type_t *t = ckp_words_types; t->type != NULL; t++) {

        json_t *const  one =
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o}",
                      "type", t->type, "title", t->title,
                      "color", ckp_draw_color(t->type),
                      "category", t->category, "description", t->help,
                      "transitions", describe_list(t->transitions),
                      "fields", describe_fields(t->type));

        if (json_array_append_new(all, one) != 0) {
            json_decref(all);
            return NULL;
        }
    }

    return all;
}
