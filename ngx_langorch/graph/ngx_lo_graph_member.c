/*
 * Members of bodies by tables: their kinds, their defaults, what is wrong with
 * them.
 */

#include "api/ngx_lo_input.h"
#include "graph/ngx_lo_graph_int.h"

#include <math.h>


static json_t *ngx_lo_graph_value(ngx_lo_graph_at_t *at,
    const ngx_lo_graph_member_t *m, const json_t *given);
static json_t *ngx_lo_graph_otherwise(ngx_lo_graph_at_t *at,
    const ngx_lo_graph_member_t *m);
static const char *ngx_lo_graph_wrong(const ngx_lo_graph_member_t *m,
    const json_t *v);
static const char *ngx_lo_graph_wrong_text(const ngx_lo_graph_member_t *m,
    const json_t *v);
static const char *ngx_lo_graph_wrong_number(const ngx_lo_graph_member_t *m,
    const json_t *v);


json_t *
ngx_lo_graph_members(ngx_lo_graph_at_t *at, const json_t *in,
    const ngx_lo_graph_member_t *m, const json_t *old)
{
    json_t        *out, *v;
    const json_t  *given;

    out = json_object();

    for ( /* void */ ; m->name != NULL; m++) {
        given = json_object_get(in, m->name);

        if (given == NULL && m->alias != NULL) {
            given = json_object_get(in, m->alias);
        }

        v = (given == NULL && old != NULL)
            ? json_incref(json_object_get(old, m->name))
            : ngx_lo_graph_value(at, m, given);

        if (json_object_set_new(out, m->name, v) != 0) {
            at->failed = 1;
        }
    }

    return out;
}


static json_t *
ngx_lo_graph_value(ngx_lo_graph_at_t *at, const ngx_lo_graph_member_t *m,
    const json_t *given)
{
    const char  *wrong;

    if (given == NULL
        || (json_is_null(given) && m->otherwise != NULL
            && m->kind != NGX_LO_GM_ANY))
    {
        return ngx_lo_graph_otherwise(at, m);
    }

    wrong = ngx_lo_graph_wrong(m, given);

    if (wrong == NULL) {
        return json_incref((json_t *) given);
    }

    ngx_lo_graph_say(at, m->name, "value_error", wrong);

    return json_null();
}


static json_t *
ngx_lo_graph_otherwise(ngx_lo_graph_at_t *at, const ngx_lo_graph_member_t *m)
{
    if (m->otherwise == NULL) {
        ngx_lo_graph_say(at, m->name, "missing", "This field is required");
        return json_null();
    }

    return ckp_json_parse(m->otherwise, ngx_strlen(m->otherwise), NULL);
}


/* NULL: it is as it must be. */

static const char *
ngx_lo_graph_wrong(const ngx_lo_graph_member_t *m, const json_t *v)
{
    switch (m->kind) {

    case NGX_LO_GM_TEXT:
    case NGX_LO_GM_TEXT_OR:
    case NGX_LO_GM_WORD:
        return ngx_lo_graph_wrong_text(m, v);

    case NGX_LO_GM_INT:
    case NGX_LO_GM_NUMBER:
        return ngx_lo_graph_wrong_number(m, v);

    case NGX_LO_GM_BOOL:
        return json_is_boolean(v) ? NULL : "Must be true or false";

    case NGX_LO_GM_OBJECT:
    case NGX_LO_GM_OBJECT_OR:
        return json_is_object(v) ? NULL : "Must be an object";

    case NGX_LO_GM_LIST:
        return json_is_array(v) ? NULL : "Must be a list";

    case NGX_LO_GM_ANY:
        return NULL;
    }

    return NULL;
}


static const char *
ngx_lo_graph_wrong_text(const ngx_lo_graph_member_t *m, const json_t *v)
{
    size_t       len;
    const char  *p;

    if (!json_is_string(v)) {
        return "Must be a string";
    }

    if (m->kind != NGX_LO_GM_WORD) {
        len = json_string_length(v);

        return (len > (size_t) m->max) ? "The text is too long"
               : (len < (size_t) m->min) ? "This field is required" : NULL;
    }

    len = json_string_length(v);

    for (p = m->words; p != NULL; p = strchr(p, '|'), p += (p != NULL)) {
        if (strcspn(p, "|") == len
            && memcmp(p, json_string_value(v), len) == 0)
        {
            return NULL;
        }
    }

    return "Is none of the words that are known here";
}


static const char *
ngx_lo_graph_wrong_number(const ngx_lo_graph_member_t *m, const json_t *v)
{
    double  n;

    n = json_number_value(v);

    if (!json_is_number(v)) {
        return "Must be a number";
    }

    if (m->kind == NGX_LO_GM_INT && n != floor(n)) {
        return "Must be an integer";
    }

    return (n < m->min) ? "Is too small" : (n > m->max) ? "Is too large" : NULL;
}


void
ngx_lo_graph_say(ngx_lo_graph_at_t *at, const char *name, const char *type,
    const char *msg)
{
    json_t  *loc;

    loc = json_pack("[s]", "body");

    if (at->list != NULL) {
        (void) json_array_append_new(loc, json_string(at->list));
        (void) json_array_append_new(loc, json_integer((json_int_t) at->i));
    }

    if (name != NULL) {
        (void) json_array_append_new(loc, json_string(name));
    }

    ngx_lo_input_wrong_at(at->api, loc, type, msg);
}
