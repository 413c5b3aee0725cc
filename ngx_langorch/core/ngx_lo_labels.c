/*
 * Labels of figures as a text: a="x",b="y", in the order of their names, values
 * escaped as Prometheus has it.  Equal labels have equal texts.
 */

#include "core/ngx_lo_core_int.h"


#define NGX_LO_LABELS_MAX      16
#define NGX_LO_LABEL_NAME_MAX  64
#define NGX_LO_LABEL_MAX       128      /* bytes of a value, not escaped */


typedef struct {
    char         name[NGX_LO_LABEL_NAME_MAX + 1];
    const char  *value;
} ngx_lo_label_t;


static size_t ngx_lo_labels_put(char *out, size_t at, const char *name,
    const char *value);
static void ngx_lo_labels_name(char *out, const char *name);


size_t
ngx_lo_labels_core(char *out, ngx_lo_metric_t m, const char *const *values)
{
    size_t             at;
    ngx_uint_t         i;
    const char *const *names;

    at = 0;
    names = ngx_lo_metrics[m].labels;

    for (i = 0; values != NULL && names[i] != NULL; i++) {
        at = ngx_lo_labels_put(out, at, names[i],
                               values[i] ? values[i] : "");
    }

    out[at] = '\0';

    return at;
}


size_t
ngx_lo_labels_named(char *out, ngx_lo_metric_t m, const json_t *labels)
{
    ngx_uint_t   i;
    const char  *values[4];

    for (i = 0; ngx_lo_metrics[m].labels[i] != NULL; i++) {
        values[i] = json_string_value(json_object_get(labels,
                                              ngx_lo_metrics[m].labels[i]));
    }

    return ngx_lo_labels_core(out, m, values);
}


size_t
ngx_lo_labels_own(char *out, const json_t *labels)
{
    void            *it;
    size_t           at, i, n;
    json_t          *all;
    const char      *value;
    ngx_lo_label_t   list[NGX_LO_LABELS_MAX], own;

    n = 0;
    at = 0;
    all = (json_t *) labels;

    for (it = json_object_iter(all); it != NULL && n < NGX_LO_LABELS_MAX;
         it = json_object_iter_next(all, it))
    {
        value = json_string_value(json_object_iter_value(it));
        ngx_lo_labels_name(own.name, json_object_iter_key(it));
        own.value = value ? value : "";

        for (i = n; i > 0 && ngx_strcmp(list[i - 1].name, own.name) > 0; i--) {
            list[i] = list[i - 1];
        }

        list[i] = own;
        n++;
    }

    for (i = 0; i < n; i++) {

        /* two names that became the same: the first one counts */

        if (i == 0 || ngx_strcmp(list[i - 1].name, list[i].name) != 0) {
            at = ngx_lo_labels_put(out, at, list[i].name, list[i].value);
        }
    }

    out[at] = '\0';

    return at;
}


/* [a-zA-Z_][a-zA-Z0-9_]*, none that Prometheus has a use for itself. */

static void
ngx_lo_labels_name(char *out, const char *name)
{
    size_t  at;
    u_char  c;

    at = 0;

    if ((name[0] >= '0' && name[0] <= '9') || name[0] == '\0'
        || (name[0] == '_' && name[1] == '_') || ngx_strcmp(name, "le") == 0)
    {
        ngx_memcpy(out, "label_", 6);
        at = 6;
    }

    for ( ; *name != '\0' && at < NGX_LO_LABEL_NAME_MAX; name++) {
        c = (u_char) *name;

        out[at++] = ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                     || (c >= '0' && c <= '9')) ? (char) c : '_';
    }

    out[at] = '\0';
}


static size_t
ngx_lo_labels_put(char *out, size_t at, const char *name, const char *value)
{
    size_t  len;

    len = ngx_strlen(value);

    if (len > NGX_LO_LABEL_MAX) {

        for (len = NGX_LO_LABEL_MAX;
             len > 0 && ((u_char) value[len] & 0xc0) == 0x80;
             len--) { /* not within a character */ }
    }

    if (at > 0) {
        out[at++] = ',';
    }

    at += ngx_strlen(strcpy(out + at, name));
    out[at++] = '=';
    out[at++] = '"';

    for ( ; len > 0; len--, value++) {

        if (*value == '\\' || *value == '"' || *value == '\n') {
            out[at++] = '\\';
        }

        out[at++] = (*value == '\n') ? 'n' : *value;
    }

    out[at++] = '"';

    return at;
}


/* The end of the label that begins there: past its closing quote. */

static size_t
ngx_lo_labels_end(const char *labels, size_t len, size_t at)
{
    for (at++; at < len && labels[at] != '"'; at++) {
        at += (labels[at] == '\\');
    }

    return ngx_min(at + 1, len);
}


size_t
ngx_lo_labels_other(char *out, const char *labels, size_t len)
{
    size_t  i, at;

    at = 0;

    for (i = 0; i < len; /* void */ ) {
        out[at++] = labels[i];

        if (labels[i++] != '=') {
            continue;
        }

        ngx_memcpy(out + at, "\"__other__\"", 11);
        at += 11;
        i = ngx_lo_labels_end(labels, len, i);
    }

    out[at] = '\0';

    return at;
}


/* As the summary of the API has them: {a=x,b=y}. */

void
ngx_lo_labels_plain(ckp_buf_t *b, const char *labels)
{
    ngx_uint_t  quoted;

    if (labels[0] == '\0') {
        return;
    }

    ckp_buf_puts(b, "{");

    for (quoted = 0; *labels != '\0'; labels++) {

        if (*labels == '"') {
            quoted = !quoted;
            continue;
        }

        if (quoted && *labels == '\\') {
            labels++;
            ckp_buf_put(b, *labels == 'n' ? "\n" : labels, 1);
            continue;
        }

        ckp_buf_put(b, labels, 1);
    }

    ckp_buf_puts(b, "}");
}
