/*
 * Internal actions that read text into values: JSON and CSV.
 * Source: spec/ckp.md 13.3.
 */

#include "node/op_int.h"

#include <string.h>

#include "base/json.h"
#include "lang/path.h"
#include "lang/value.h"

#define OP_CSV_ROWS_MAX  100000


const char *
ckp_op_unfence(const char *text, size_t *len)
{
    const char  *p = text;
    const char  *end = text + *len;

    while (p < end && strchr(" \t\r\n", *p) != NULL) {
        p++;
    }

    while (end > p && strchr(" \t\r\n", end[-1]) != NULL) {
        end--;
    }

    if (end - p >= 6 && memcmp(p, "```", 3) == 0
        && memcmp(end - 3, "```", 3) == 0)
    {
        const char *const  line = memchr(p, '\n', (size_t) (end - p));

        p = line != NULL ? line + 1 : p + 3;
        end = end - 3 > p ? end - 3 : p;
    }

    *len = (size_t) (end - p);

    return p;
}


static ckp_code_t
op_parse_json(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const json_t *const  v = ckp_op_source(f, params);
    const char *const    path = ckp_json_str(params, "path");
    const char *const    on = ckp_json_str(params, "on_invalid");
    ckp_err_t            err = CKP_ERR_INIT;
    json_t              *value;

    if (json_is_string(v)) {
        size_t             len = json_string_length(v);
        const char *const  text = ckp_op_unfence(json_string_value(v), &len);

        value = ckp_json_parse(text, len, &err);

    } else {
        value = v == NULL ? json_null() : json_incref((json_t *) v);
    }

    if (value == NULL) {
        if (on != NULL && strcmp(on, "null") == 0) {
            *result = json_null();
            return CKP_OK;
        }

        if (on != NULL && strcmp(on, "keep") == 0) {
            *result = json_incref((json_t *) v);
            return CKP_OK;
        }

        return ckp_fiber_raise(f, "ParseError", "%s", err.msg);
    }

    *result = value;

    if (path != NULL && *path != '\0') {
        size_t             used;
        ckp_path_t *const  p = ckp_path_parse(path, strlen(path), &used, &err);
        json_t *const      at = p == NULL ? NULL : ckp_path_below(p, value);

        ckp_path_free(p);
        json_decref(value);

        *result = at == NULL ? json_null() : at;
    }

    return CKP_OK;
}


typedef struct {
    const char  *p;
    const char  *end;
    char         delimiter;
    char         quote;
    bool         infer;
} csv_t;


/* One cell; *last: it ended its row. */

static json_t *
csv_cell(csv_t *c, bool *last)
{
    ckp_buf_t  b;
    bool       quoted = false;
    json_t    *v;
    json_t    *number;

    ckp_buf_init(&b, CKP_JSON_STRING_MAX);

    if (c->p < c->end && *c->p == c->quote) {
        quoted = true;
        c->p++;

        while (c->p < c->end) {
            if (*c->p == c->quote) {
                if (c->p + 1 == c->end || c->p[1] != c->quote) {
                    c->p++;
                    break;
                }

                c->p++;
            }

            ckp_buf_put(&b, c->p++, 1);
        }
    }

    while (c->p < c->end && *c->p != c->delimiter && *c->p != '\n'
           && *c->p != '\r')
    {
        ckp_buf_put(&b, c->p++, 1);
    }

    *last = c->p >= c->end || *c->p != c->delimiter;

    if (*last) {
        c->p += c->p < c->end && *c->p == '\r' ? 1 : 0;
        c->p += c->p < c->end && *c->p == '\n' ? 1 : 0;

    } else {
        c->p++;
    }

    v = json_stringn(ckp_buf_str(&b), b.len);
    ckp_buf_free(&b);

    if (c->infer && !quoted && v != NULL) {
        if (ckp_value_number(v, &number)) {
            json_decref(v);
            return number;
        }

        if (strcmp(json_string_value(v), "true") == 0
            || strcmp(json_string_value(v), "false") == 0)
        {
            number = json_boolean(json_string_value(v)[0] == 't');
            json_decref(v);
            return number;
        }
    }

    return v;
}


static json_t *
csv_row(csv_t *c)
{
    json_t *const  row = json_array();
    bool           last = false;

    while (!last) {
        if (json_array_append_new(row, csv_cell(c, &last)) != 0) {
            json_decref(row);
            return NULL;
        }
    }

    return row;
}


static bool
csv_is_empty(const json_t *row)
{
    return json_array_size(row) == 1
           && json_string_length(json_array_get(row, 0)) == 0
           && json_is_string(json_array_get(row, 0));
}


static json_t *
csv_named(const json_t *row, const json_t *names)
{
    json_t *const  o = json_object();

    for (size_t i = 0; i < json_array_size(names); i++) {
        json_t *const  name = ckp_op_text(json_array_get(names, i));
        json_t *const  v = json_array_get(row, i);

        if (name != NULL) {
            (void) json_object_set(o, json_string_value(name),
                                   v == NULL ? json_null() : v);
        }

        json_decref(name);
    }

    return o;
}


static char
csv_char(const json_t *params, const char *name, char otherwise)
{
    const char *const  s = ckp_json_str(params, name);

    if (s != NULL && strcmp(s, "\\t") == 0) {
        return '\t';
    }

    return s == NULL || *s == '\0' ? otherwise : *s;
}


static ckp_code_t
op_parse_csv(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const json_t *const  v = ckp_op_source(f, params);
    const bool           skip = ckp_json_bool(params, "skip_empty", true);
    const bool           header = ckp_json_bool(params, "header", true);
    const bool           infer = ckp_json_bool(params, "infer_types", false);
    json_t              *names = json_incref(json_object_get(params,
                                                             "columns"));

    if (!json_is_string(v)) {
        json_decref(names);
        return ckp_fiber_raise(f, "TypeMismatch", "the source is no text");
    }

    size_t       len = json_string_length(v);
    csv_t        c = { .p = ckp_op_unfence(json_string_value(v), &len),
                       .delimiter = csv_char(params, "delimiter", ','),
                       .quote = csv_char(params, "quote", '"') };
    json_t *const  rows = json_array();

    c.end = c.p + len;

    for (bool first = header; c.p < c.end; first = false) {
        c.infer = infer && !first;

        json_t *const  row = csv_row(&c);

        if (row == NULL || json_array_size(rows) > OP_CSV_ROWS_MAX) {
            json_decref(row);
            json_decref(rows);
            json_decref(names);
            return ckp_fiber_raise(f, "ParseError", "too many rows");
        }

        if (first) {
            if (!json_is_array(names)) {
                json_decref(names);
                names = json_incref(row);
            }

        } else if (!skip || !csv_is_empty(row)) {
            (void) json_array_append_new(rows, json_is_array(names)
                                         ? csv_named(row, names)
                                         : json_incref(row));
        }

        json_decref(row);
    }

    json_decref(names);
    *result = rows;

    return CKP_OK;
}


const ckp_op_t  ckp_ops_parse[] = {
    { "parse_json", " source value data path on_invalid ",
      " source|value|data ", true, false, op_parse_json },
    { "parse_csv", " source value data delimiter header columns quote "
      "infer_types skip_empty ", " source|value|data ", true, false,
      op_parse_csv },
    { .action = NULL }
};
