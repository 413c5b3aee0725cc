/*
 * What a template says, with its variables: a graph (spec/api.md 18.7).
 *
 * Every "{{name}}" in its texts whose variable is known is replaced; a text
 * that is nothing else becomes the value itself, of whatever kind.  Others stay
 * as they are: prompts may be templates of the language.
 */

#include "graph/ngx_lo_graph_int.h"

#include "ckp.h"

#define NGX_LO_TEMPLATE_MAX  (4 * 1024 * 1024)


typedef struct {
    const json_t  *given;
    const json_t  *otherwise;
    size_t         left;                /* bytes that may still be made */
    ngx_uint_t     failed;              /* too many, or no memory */
} ngx_lo_fill_t;


static json_t *ngx_lo_fill(ngx_lo_fill_t *f, const json_t *v);


static const json_t *
ngx_lo_fill_value(const ngx_lo_fill_t *f, const char *name, size_t len)
{
    json_t  *v;

    v = json_object_getn(f->given, name, len);

    return (v != NULL) ? v : json_object_getn(f->otherwise, name, len);
}


/* The variable that begins at "{{"; *len: bytes of the whole placeholder. */

static const json_t *
ngx_lo_fill_find(const ngx_lo_fill_t *f, const char *s, size_t *len)
{
    const char  *name, *end;

    end = strstr(s, "}}");

    if (end == NULL) {
        return NULL;
    }

    *len = (size_t) (end - s) + 2;

    for (name = s + 2; *name == ' '; name++) { /* void */ }

    while (end > name && end[-1] == ' ') {
        end--;
    }

    return ngx_lo_fill_value(f, name, (size_t) (end - name));
}


static void
ngx_lo_fill_put(ckp_buf_t *out, const json_t *v)
{
    char  *text;

    if (json_is_string(v)) {
        ckp_buf_put(out, json_string_value(v), json_string_length(v));
        return;
    }

    text = ckp_json_text(v);

    if (text == NULL) {
        out->failed = CKP_E_NOMEM;
        return;
    }

    ckp_buf_puts(out, text);
    ckp_free(text);
}


static json_t *
ngx_lo_fill_text(ngx_lo_fill_t *f, const json_t *in)
{
    size_t         len;
    json_t        *v;
    ckp_buf_t      out;
    const char    *s, *next;
    const json_t  *value;

    s = json_string_value(in);
    next = strstr(s, "{{");

    if (next == NULL) {
        return json_incref((json_t *) in);
    }

    value = ngx_lo_fill_find(f, next, &len);

    if (value != NULL && next == s && s[len] == '\0') {
        return json_incref((json_t *) value);
    }

    ckp_buf_init(&out, f->left);

    for ( /* void */ ; next != NULL; next = strstr(s, "{{")) {
        ckp_buf_put(&out, s, (size_t) (next - s));
        value = ngx_lo_fill_find(f, next, &len);

        if (value == NULL) {
            ckp_buf_puts(&out, "{{");
            s = next + 2;
            continue;
        }

        ngx_lo_fill_put(&out, value);
        s = next + len;
    }

    ckp_buf_puts(&out, s);

    v = (out.failed == CKP_OK) ? json_stringn(out.data, out.len) : NULL;
    f->left -= ngx_min(f->left, out.len);
    ckp_buf_free(&out);

    return v;
}


static json_t *
ngx_lo_fill_object(ngx_lo_fill_t *f, const json_t *in)
{
    json_t      *out, *v;
    const char  *name;

    out = json_object();

    json_object_foreach((json_t *) in, name, v) {
        if (json_object_set_new(out, name, ngx_lo_fill(f, v)) != 0) {
            f->failed = 1;
            break;
        }
    }

    return out;
}


static json_t *
ngx_lo_fill(ngx_lo_fill_t *f, const json_t *v)
{
    size_t   i;
    json_t  *out, *item;

    if (json_is_string(v)) {
        return ngx_lo_fill_text(f, v);
    }

    if (json_is_object(v)) {
        return ngx_lo_fill_object(f, v);
    }

    if (!json_is_array(v)) {
        return json_incref((json_t *) v);
    }

    out = json_array();

    json_array_foreach(v, i, item) {
        if (json_array_append_new(out, ngx_lo_fill(f, item)) != 0) {
            f->failed = 1;
            break;
        }
    }

    return out;
}


json_t *
ngx_lo_graph_fill(const json_t *data, const json_t *variables)
{
    json_t         *out;
    ngx_lo_fill_t   f;

    f.given = variables;
    f.otherwise = json_object_get(data, "variables");
    f.left = NGX_LO_TEMPLATE_MAX;
    f.failed = 0;

    out = ngx_lo_fill_object(&f, data);

    if (f.failed) {
        json_decref(out);
        return NULL;
    }

    (void) json_object_del(out, "variables");

    return out;
}
