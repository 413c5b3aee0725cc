/*
 * Internal actions that make text or look into it.
 * Source: spec/ckp.md 13.2.
 */

#include "op/op_int.h"

#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "lang/regex.h"
#include "lang/value.h"


/* {name} takes its value; what no value is known for stays as it is. */

static ckp_code_t
op_format_string(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const    names[] = { "template", "value", "pattern", NULL };
    const json_t *const  text = ckp_op_param(params, names);
    const json_t *const  values = json_object_get(params, "values");
    const char          *p;
    ckp_buf_t            b;

    if (!json_is_string(text)) {
        *result = ckp_op_text(text);
        return *result == NULL ? CKP_E_NOMEM : CKP_OK;
    }

    ckp_buf_init(&b, CKP_EVAL_RESULT_MAX);

    for (p = json_string_value(text); *p != '\0'; ) {
        const char *const  end = *p == '{' ? strchr(p, '}') : NULL;
        json_t            *v = NULL;

        if (end != NULL) {
            v = json_object_getn(values, p + 1, (size_t) (end - p - 1));
        }

        if (v == NULL) {
            ckp_buf_put(&b, p++, 1);
            continue;
        }

        ckp_value_text(&b, v);
        p = end + 1;
    }

    *result = b.failed == CKP_OK ? json_stringn(ckp_buf_str(&b), b.len) : NULL;
    ckp_buf_free(&b);

    return *result != NULL ? CKP_OK
           : ckp_fiber_raise(f, "LimitExceeded", "the text is too long");
}


static void
op_csv_cell(ckp_buf_t *b, const json_t *v, const char *delimiter)
{
    json_t *const      text = ckp_op_text(v);
    const char *const  s = json_string_value(text);

    if (s == NULL) {
        b->failed = CKP_E_NOMEM;
        return;
    }

    if (strpbrk(s, "\"\r\n") == NULL && strstr(s, delimiter) == NULL) {
        ckp_buf_puts(b, s);
        json_decref(text);
        return;
    }

    ckp_buf_puts(b, "\"");

    for (const char *p = s; *p != '\0'; p++) {
        ckp_buf_put(b, p, 1);

        if (*p == '"') {
            ckp_buf_puts(b, "\"");
        }
    }

    ckp_buf_puts(b, "\"");
    json_decref(text);
}


static void
op_csv_row(ckp_buf_t *b, const json_t *row, const json_t *columns,
    const char *delimiter)
{
    const size_t  n = json_array_size(columns);

    if (json_is_array(row)) {
        for (size_t i = 0; i < json_array_size(row); i++) {
            ckp_buf_puts(b, i == 0 ? "" : delimiter);
            op_csv_cell(b, json_array_get(row, i), delimiter);
        }

    } else {
        for (size_t i = 0; i < n; i++) {
            const char *const  name = json_string_value(
                                          json_array_get(columns, i));

            ckp_buf_puts(b, i == 0 ? "" : delimiter);
            op_csv_cell(b, name == NULL ? NULL : json_object_get(row, name),
                        delimiter);
        }
    }

    ckp_buf_puts(b, "\r\n");
}


static void
op_csv(ckp_buf_t *b, const json_t *v, const json_t *params)
{
    const char *const  given = ckp_json_str(params, "delimiter");
    const char *const  delimiter = given == NULL || *given == '\0' ? ","
                                                                   : given;
    json_t            *columns = json_incref(json_object_get(params,
                                                             "columns"));
    const json_t      *first = json_array_get(v, 0);
    const char        *name;
    json_t            *value;

    if (!json_is_array(columns) && json_is_object(first)) {
        json_decref(columns);
        columns = json_array();

        json_object_foreach((json_t *) first, name, value) {
            (void) json_array_append_new(columns, json_string(name));
        }
    }

    if (json_is_array(columns)) {
        op_csv_row(b, columns, NULL, delimiter);
    }

    for (size_t i = 0; i < json_array_size(v); i++) {
        op_csv_row(b, json_array_get(v, i), columns, delimiter);
    }

    json_decref(columns);
}


/* --- XML ------------------------------------------------------------------------ */

static void
op_xml_text(ckp_buf_t *b, const json_t *v)
{
    json_t *const  text = ckp_op_text(v);

    if (text == NULL) {
        b->failed = CKP_E_NOMEM;
        return;
    }

    for (const char *p = json_string_value(text); *p != '\0'; p++) {
        const unsigned char  c = (unsigned char) *p;

        ckp_buf_puts(b, c == '<' ? "&lt;" : c == '>' ? "&gt;"
                        : c == '&' ? "&amp;" : c == '"' ? "&quot;" : "");

        /* what XML cannot have at all is left out */

        if (strchr("<>&\"", c) == NULL
            && (c >= 0x20 || c == '\t' || c == '\n' || c == '\r'))
        {
            ckp_buf_put(b, p, 1);
        }
    }

    json_decref(text);
}


/* Letters, digits, _ - . and what lies beyond ASCII; others become _. */

static void
op_xml_name(ckp_buf_t *b, const char *name)
{
    const unsigned char  first = (unsigned char) name[0];

    if (!(isalpha(first) || first == '_' || first >= 0x80)) {
        ckp_buf_puts(b, "_");
    }

    for (const char *p = name; *p != '\0'; p++) {
        const unsigned char  c = (unsigned char) *p;

        ckp_buf_put(b, isalnum(c) || strchr("_-.", c) != NULL || c >= 0x80
                       ? p : "_", 1);
    }
}


static void op_xml_element(ckp_buf_t *b, const char *name, const json_t *v,
    int depth);


/* As parse_xml reads it: "@name" is an attribute, "#text" the text. */

static void
op_xml_object(ckp_buf_t *b, const json_t *v, int depth)
{
    const char  *key;
    json_t      *value;

    json_object_foreach((json_t *) v, key, value) {
        if (key[0] == '@' && key[1] != '\0') {
            ckp_buf_puts(b, " ");
            op_xml_name(b, key + 1);
            ckp_buf_puts(b, "=\"");
            op_xml_text(b, value);
            ckp_buf_puts(b, "\"");
        }
    }

    ckp_buf_puts(b, ">");

    json_object_foreach((json_t *) v, key, value) {
        if (strcmp(key, "#text") == 0) {
            op_xml_text(b, value);

        } else if (key[0] != '@' || key[1] == '\0') {
            op_xml_element(b, key, value, depth + 1);
        }
    }
}


/* An array gives its name to each of its elements. */

static void
op_xml_element(ckp_buf_t *b, const char *name, const json_t *v, int depth)
{
    size_t   i;
    json_t  *one;

    if (depth > CKP_JSON_DEPTH_MAX) {
        b->failed = CKP_E_LIMIT;
        return;
    }

    if (json_is_array(v)) {
        json_array_foreach(v, i, one) {
            op_xml_element(b, json_is_array(one) ? "item" : name, one,
                           depth + 1);
        }

        return;
    }

    ckp_buf_puts(b, "<");
    op_xml_name(b, name);

    if (json_is_object(v)) {
        op_xml_object(b, v, depth);

    } else {
        ckp_buf_puts(b, ">");
        op_xml_text(b, v);
    }

    ckp_buf_puts(b, "</");
    op_xml_name(b, name);
    ckp_buf_puts(b, ">");
}


/* One member is the document's element; anything else stands in <root>. */

static void
op_xml(ckp_buf_t *b, const json_t *v)
{
    void *const  it = json_object_size(v) == 1
                      ? json_object_iter((json_t *) v) : NULL;
    json_t      *list;

    if (it != NULL && !json_is_array(json_object_iter_value(it))
        && json_object_iter_key(it)[0] != '@'
        && json_object_iter_key(it)[0] != '#')
    {
        op_xml_element(b, json_object_iter_key(it),
                       json_object_iter_value(it), 1);
        return;
    }

    if (!json_is_array(v)) {
        op_xml_element(b, "root", v, 1);
        return;
    }

    list = json_pack("{s:O}", "item", v);
    op_xml_element(b, "root", list, 1);
    json_decref(list);
}


static void
op_json(ckp_buf_t *b, const json_t *v, bool pretty)
{
    char *const  text = pretty ? ckp_json_indented(v) : ckp_json_text(v);

    if (text == NULL) {
        b->failed = CKP_E_NOMEM;
        return;
    }

    ckp_buf_puts(b, text);
    ckp_free(text);
}


static ckp_code_t
op_format_data(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const json_t *const  source = ckp_op_source(f, params);
    const json_t *const  v = source == NULL ? json_null() : source;
    const char *const    given = ckp_json_str(params, "format");
    const char *const    format = given == NULL ? "json" : given;
    ckp_buf_t            b;

    ckp_buf_init(&b, CKP_EVAL_RESULT_MAX);

    if (strcmp(format, "json") == 0 || strcmp(format, "json_pretty") == 0) {
        op_json(&b, v, format[4] != '\0');

    } else if (strcmp(format, "csv") == 0 && json_is_array(v)) {
        op_csv(&b, v, params);

    } else if (strcmp(format, "text") == 0) {
        ckp_value_text(&b, v);

    } else if (strcmp(format, "xml") == 0) {
        op_xml(&b, v);

    } else {
        return ckp_fiber_raise(f, "UnsupportedFormat",
                               "a %s does not become %.40s",
                               ckp_value_type(v), format);
    }

    *result = b.failed == CKP_OK ? json_stringn(ckp_buf_str(&b), b.len) : NULL;
    ckp_buf_free(&b);

    return *result != NULL ? CKP_OK
           : ckp_fiber_raise(f, "TransformError", "the text is too long");
}


/* --- searching ------------------------------------------------------------------- */

/* What a hit becomes: one group, or all that have a name. */
typedef struct {
    const ckp_regex_t  *re;
    const char         *text;
    size_t              len;
    bool                named;
    size_t              group;
} search_t;


static json_t *
op_span(const search_t *s, const ckp_span_t *spans, size_t n, size_t group)
{
    if (group >= n || spans[group].start == SIZE_MAX) {
        return json_null();
    }

    return json_stringn(s->text + spans[group].start,
                        spans[group].end - spans[group].start);
}


static json_t *
op_hit(const search_t *s, const ckp_span_t *spans, size_t n)
{
    json_t      *hit;
    const char  *name;
    size_t       group;

    if (!s->named) {
        return op_span(s, spans, n, s->group == SIZE_MAX ? (n > 1 ? 1 : 0)
                                                         : s->group);
    }

    hit = json_object();

    for (size_t i = 0; (name = ckp_regex_name(s->re, i, &group)) != NULL; i++)
    {
        if (json_object_set_new(hit, name, op_span(s, spans, n, group)) != 0) {
            json_decref(hit);
            return NULL;
        }
    }

    return hit;
}


static json_t *
op_hits(const search_t *s, bool all)
{
    json_t      *hits = all ? json_array() : json_null();
    ckp_span_t   spans[CKP_REGEX_GROUPS_MAX];
    size_t       from = 0;

    while (from <= s->len) {
        const size_t  n = ckp_regex_match(s->re, s->text, s->len, from, spans,
                                          CKP_REGEX_GROUPS_MAX);

        if (n == 0) {
            break;
        }

        if (!all) {
            return op_hit(s, spans, n);
        }

        if (json_array_append_new(hits, op_hit(s, spans, n)) != 0) {
            json_decref(hits);
            return NULL;
        }

        /* an empty match must not be found again */

        from = spans[0].end > spans[0].start ? spans[0].end
                                             : spans[0].end + 1;
    }

    return hits;
}


/* A number, a name, or neither: named groups together, else the first. */

static bool
op_search_group(search_t *s, const json_t *group)
{
    const char *const  wanted = json_string_value(group);
    const char        *name;
    size_t             number;

    s->group = SIZE_MAX;
    s->named = false;

    if (group == NULL || json_is_null(group)) {
        s->named = ckp_regex_name(s->re, 0, &number) != NULL;
        return true;
    }

    if (json_is_integer(group) && json_integer_value(group) >= 0) {
        s->group = (size_t) json_integer_value(group);
        return true;
    }

    for (size_t i = 0; wanted != NULL
                       && (name = ckp_regex_name(s->re, i, &number)) != NULL;
         i++)
    {
        if (strcmp(name, wanted) == 0) {
            s->group = number;
            return true;
        }
    }

    return false;
}


static ckp_code_t
op_extract_regex(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const json_t *const  v = ckp_op_source(f, params);
    const char *const    pattern = ckp_json_str(params, "pattern");
    ckp_err_t            err = CKP_ERR_INIT;
    search_t             s = { .re = NULL };

    if (pattern == NULL) {
        return ckp_fiber_raise(f, "TypeMismatch", "no pattern is given");
    }

    ckp_regex_t *const  re = ckp_regex_new(pattern, false,
                                           ckp_json_str(params, "flags"),
                                           &err);

    if (re == NULL) {
        return ckp_fiber_raise(f, "ExpressionError", "%s", err.msg);
    }

    s.re = re;

    if (!op_search_group(&s, json_object_get(params, "group"))) {
        ckp_regex_free(re);
        return ckp_fiber_raise(f, "ExpressionError",
                               "the pattern has no such group");
    }

    json_t *const  text = ckp_op_text(v == NULL ? json_null() : v);

    if (text != NULL) {
        s.text = json_string_value(text);
        s.len = json_string_length(text);
        *result = op_hits(&s, ckp_json_bool(params, "all", false));
    }

    json_decref(text);
    ckp_regex_free(re);

    return *result == NULL ? CKP_E_NOMEM : CKP_OK;
}


const ckp_op_t  ckp_ops_text[] = {
    { "format_string", " template value pattern values ",
      " template|value|pattern ", true, false, op_format_string },
    { "format_data", " source value data format columns delimiter ",
      " source|value|data ", true, false, op_format_data },
    { "extract_regex", " source value data pattern group all flags ",
      " pattern ", true, false, op_extract_regex },
    { .action = NULL }
};
