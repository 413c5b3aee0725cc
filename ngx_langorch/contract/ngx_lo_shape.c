/*
 * JSON Schema of what routes and shapes tell.
 */

#include "contract/ngx_lo_contract.h"


static json_t *ngx_lo_schema_plain(const char *s, size_t len);
static json_t *ngx_lo_schema_words(const char *s, size_t len);
static json_t *ngx_lo_schema_range(const char *s, size_t len);
static json_t *ngx_lo_schema_named(const char *s, size_t len);
static json_t *ngx_lo_schema_or_null(json_t *v);
static ngx_int_t ngx_lo_schema_member(const ngx_lo_told_t *t,
    ngx_uint_t request, json_t *members, json_t *required);


static const struct {
    const char  *word;
    const char  *type;          /* NULL: any */
    const char  *format;
} ngx_lo_schema_types[] = {
    { "bool", "boolean", NULL },
    { "int", "integer", NULL },
    { "num", "number", NULL },
    { "time", "string", "date-time" },
    { "list", "string", NULL },
    { "obj", "object", NULL },
    { "any", NULL, NULL }
};


json_t *
ngx_lo_schema_type(const char *type, size_t len)
{
    if (len > 0 && type[len - 1] == '?') {
        return ngx_lo_schema_or_null(ngx_lo_schema_plain(type, len - 1));
    }

    return ngx_lo_schema_plain(type, len);
}


static json_t *
ngx_lo_schema_plain(const char *s, size_t len)
{
    if (len == 0) {
        return json_pack("{s:s}", "type", "string");
    }

    if (*s == '[') {
        return json_pack("{s:s, s:o}", "type", "array", "items",
                         ngx_lo_schema_type(s + 1, len - 2));
    }

    if (*s == '{') {
        return json_pack("{s:s, s:o}", "type", "object",
                         "additionalProperties",
                         ngx_lo_schema_type(s + 1, len - 2));
    }

    if (*s >= '0' && *s <= '9') {
        return ngx_lo_schema_range(s, len);
    }

    if (*s >= 'A' && *s <= 'Z') {
        return json_pack("{s:o}", "$ref",
                         json_sprintf("#/components/schemas/%.*s", (int) len,
                                      s));
    }

    return (memchr(s, '|', len) != NULL) ? ngx_lo_schema_words(s, len)
                                         : ngx_lo_schema_named(s, len);
}


static json_t *
ngx_lo_schema_words(const char *s, size_t len)
{
    size_t       n;
    json_t      *list;
    const char  *bar, *last;

    list = json_array();
    last = s + len;

    for ( /* void */ ; s < last; s += n + 1) {
        bar = memchr(s, '|', (size_t) (last - s));
        n = (size_t) (((bar != NULL) ? bar : last) - s);

        if (n > 0 && json_array_append_new(list, json_stringn(s, n)) != 0) {
            json_decref(list);
            return NULL;
        }
    }

    return json_pack("{s:s, s:o}", "type", "string", "enum", list);
}


static json_t *
ngx_lo_schema_range(const char *s, size_t len)
{
    char    *end;
    json_t  *v;

    v = json_pack("{s:s, s:I}", "type", "integer", "minimum",
                  (json_int_t) strtoll(s, &end, 10));

    if (v != NULL && end + 1 < s + len
        && json_object_set_new(v, "maximum",
                               json_integer(strtoll(end + 1, NULL, 10))) != 0)
    {
        json_decref(v);
        return NULL;
    }

    return v;
}


static json_t *
ngx_lo_schema_named(const char *s, size_t len)
{
    ngx_uint_t  i;

    for (i = 0;
         i < sizeof(ngx_lo_schema_types) / sizeof(ngx_lo_schema_types[0]); i++)
    {
        if (strlen(ngx_lo_schema_types[i].word) != len
            || ngx_memcmp(ngx_lo_schema_types[i].word, s, len) != 0)
        {
            continue;
        }

        return json_pack("{s:s*, s:s*}", "type", ngx_lo_schema_types[i].type,
                         "format", ngx_lo_schema_types[i].format);
    }

    ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                  "no such type in the words of a route or shape: \"%*s\"",
                  len, s);

    return json_object();
}


/* Steals v. */

static json_t *
ngx_lo_schema_or_null(json_t *v)
{
    json_t  *type, *words;

    type = json_object_get(v, "type");
    words = json_object_get(v, "enum");

    if (v == NULL || json_object_size(v) == 0) {
        return v;
    }

    if (type == NULL) {
        return json_pack("{s:[o, {s:s}]}", "anyOf", v, "type", "null");
    }

    if (json_object_set_new(v, "type", json_pack("[O, s]", type, "null")) != 0
        || (words != NULL
            && json_array_append_new(words, json_null()) != 0))
    {
        json_decref(v);
        return NULL;
    }

    return v;
}


json_t *
ngx_lo_schema_default(const ngx_lo_told_t *t)
{
    const char  *s;

    s = (const char *) t->otherwise.data;

    if (t->type.len == 4 && ngx_memcmp(t->type.data, "bool", 4) == 0) {
        return json_boolean(*s == 't');
    }

    if (t->type.len > 0 && t->type.data[0] >= '0' && t->type.data[0] <= '9') {
        return json_integer(strtoll(s, NULL, 10));
    }

    return json_stringn(s, t->otherwise.len);
}


json_t *
ngx_lo_schema_shape(const ngx_lo_shape_t *shape)
{
    json_t         *v, *members, *required, *all;
    ngx_int_t       rc;
    const char     *words;
    ngx_lo_told_t   t;

    members = json_object();
    required = json_array();
    all = json_array();
    rc = NGX_OK;

    for (words = shape->words;
         rc == NGX_OK && ngx_lo_told_next(&words, &t); /* void */)
    {
        if (t.mark != '+') {
            rc = ngx_lo_schema_member(&t, shape->request, members, required);
            continue;
        }

        rc = json_array_append_new(all,
                 ngx_lo_schema_type((const char *) t.type.data, t.type.len))
             == 0 ? NGX_OK : NGX_ERROR;
    }

    v = (rc == NGX_OK)
        ? json_pack("{s:s, s:s, s:O}", "description", shape->summary,
                    "type", "object", "properties", members)
        : NULL;

    if (v != NULL && json_array_size(required) > 0) {
        (void) json_object_set(v, "required", required);
    }

    if (v != NULL && json_array_size(all) > 0) {
        (void) json_object_set(v, "allOf", all);
    }

    json_decref(members);
    json_decref(required);
    json_decref(all);

    return v;
}


static ngx_int_t
ngx_lo_schema_member(const ngx_lo_told_t *t, ngx_uint_t request,
    json_t *members, json_t *required)
{
    json_t  *name, *type;

    name = json_stringn((const char *) t->name.data, t->name.len);
    type = ngx_lo_schema_type((const char *) t->type.data, t->type.len);

    if (name == NULL || type == NULL
        || json_object_set(members, json_string_value(name), type) != 0)
    {
        json_decref(name);
        json_decref(type);
        return NGX_ERROR;
    }

    json_decref(type);

    if (t->mark == '!' || (!request && t->mark != '~')) {
        return json_array_append_new(required, name) == 0 ? NGX_OK
                                                          : NGX_ERROR;
    }

    json_decref(name);

    return NGX_OK;
}
