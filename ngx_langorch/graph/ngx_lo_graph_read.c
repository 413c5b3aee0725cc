/*
 * The body of a graph: its members, their kinds, their defaults.
 */

#include "api/ngx_lo_input.h"
#include "graph/ngx_lo_graph.h"

#include <math.h>


/* How a member must be. */

typedef enum {
    NGX_LO_GM_TEXT,         /* a text, not empty */
    NGX_LO_GM_TEXT_OR,      /* a text or null */
    NGX_LO_GM_WORD,         /* one of `words` */
    NGX_LO_GM_INT,          /* min..max, or null when absent is */
    NGX_LO_GM_NUMBER,       /* 0..max, or null when absent is */
    NGX_LO_GM_BOOL,
    NGX_LO_GM_OBJECT,
    NGX_LO_GM_OBJECT_OR,    /* an object or null */
    NGX_LO_GM_LIST,
    NGX_LO_GM_ANY
} ngx_lo_graph_kind_t;

typedef struct {
    const char           *name;
    const char           *alias;
    ngx_lo_graph_kind_t   kind;
    double                min;
    double                max;
    const char           *words;
    const char           *otherwise;    /* JSON; NULL: it must be there */
} ngx_lo_graph_member_t;


#define NGX_LO_GM_NONE  { NULL, NULL, NGX_LO_GM_ANY, 0, 0, NULL, NULL }

static const ngx_lo_graph_member_t  ngx_lo_graph_head[] = {
    { "name", NULL, NGX_LO_GM_TEXT, 1, 255, NULL, NULL },
    { "description", NULL, NGX_LO_GM_TEXT_OR, 0, 65536, NULL, "null" },
    { "timeout_seconds", NULL, NGX_LO_GM_INT, 1, 31536000, NULL, "null" },
    { "max_retries", NULL, NGX_LO_GM_INT, 0, 20, NULL, "3" },
    { "on_error", NULL, NGX_LO_GM_WORD, 0, 0, "fail|continue|rollback",
      "\"fail\"" },
    { "scheduling", NULL, NGX_LO_GM_WORD, 0, 0, "dataflow|levels",
      "\"dataflow\"" },
    { "tags", NULL, NGX_LO_GM_LIST, 0, 0, NULL, "[]" },
    { "is_public", NULL, NGX_LO_GM_BOOL, 0, 0, NULL, "false" },
    { "is_template", NULL, NGX_LO_GM_BOOL, 0, 0, NULL, "false" },
    { "is_active", NULL, NGX_LO_GM_BOOL, 0, 0, NULL, "true" },
    { "metadata", NULL, NGX_LO_GM_OBJECT, 0, 0, NULL, "{}" },
    { "organization_id", NULL, NGX_LO_GM_TEXT_OR, 0, 256, NULL, "null" },
    NGX_LO_GM_NONE
};

static const ngx_lo_graph_member_t  ngx_lo_graph_node[] = {
    { "node_id", "id", NGX_LO_GM_TEXT, 1, 100, NULL, NULL },
    { "name", NULL, NGX_LO_GM_TEXT_OR, 0, 255, NULL, "null" },
    { "node_type", "type", NGX_LO_GM_TEXT, 1, 64, NULL, NULL },
    { "agent_id", NULL, NGX_LO_GM_TEXT_OR, 0, 255, NULL, "null" },
    { "action", "tool_name", NGX_LO_GM_TEXT_OR, 0, 255, NULL, "null" },
    { "inputs", NULL, NGX_LO_GM_OBJECT, 0, 0, NULL, "{}" },
    { "outputs", NULL, NGX_LO_GM_ANY, 0, 0, NULL, "null" },
    { "config", NULL, NGX_LO_GM_OBJECT, 0, 0, NULL, "{}" },
    { "position", NULL, NGX_LO_GM_OBJECT_OR, 0, 0, NULL, "null" },
    { "retry_count", NULL, NGX_LO_GM_INT, 0, 20, NULL, "null" },
    { "retry_delay_seconds", NULL, NGX_LO_GM_NUMBER, 0, 86400, NULL, "5" },
    { "timeout_seconds", NULL, NGX_LO_GM_NUMBER, 0, 31536000, NULL, "null" },
    { "fallback_node_id", NULL, NGX_LO_GM_TEXT_OR, 0, 100, NULL, "null" },
    NGX_LO_GM_NONE
};

static const ngx_lo_graph_member_t  ngx_lo_graph_edge[] = {
    { "from_node_id", "from", NGX_LO_GM_TEXT, 1, 100, NULL, NULL },
    { "to_node_id", "to", NGX_LO_GM_TEXT, 1, 100, NULL, NULL },
    { "condition", NULL, NGX_LO_GM_ANY, 0, 0, NULL, "null" },
    { "label", NULL, NGX_LO_GM_TEXT_OR, 0, 255, NULL, "null" },
    { "is_default", NULL, NGX_LO_GM_BOOL, 0, 0, NULL, "false" },
    NGX_LO_GM_NONE
};


typedef struct {
    ngx_lo_api_t  *api;
    const char    *list;            /* "nodes", "edges"; NULL: the body */
    size_t         i;
    ngx_uint_t     failed;          /* no memory */
} ngx_lo_graph_at_t;


static json_t *ngx_lo_graph_members(ngx_lo_graph_at_t *at, const json_t *in,
    const ngx_lo_graph_member_t *m, const json_t *old);
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
static void ngx_lo_graph_say(ngx_lo_graph_at_t *at, const char *name,
    const char *type, const char *msg);
static json_t *ngx_lo_graph_list(ngx_lo_graph_at_t *at, const char *name,
    const ngx_lo_graph_member_t *m, const json_t *old);
static ngx_int_t ngx_lo_graph_ids(ngx_lo_graph_t *g);
static int ngx_lo_graph_id(ngx_lo_graph_t *g, json_t *v);


ngx_int_t
ngx_lo_graph_read(ngx_lo_api_t *api, ngx_lo_graph_t *g, const json_t *old)
{
    ngx_lo_graph_at_t  at;

    ngx_memzero(&at, sizeof(at));
    at.api = api;

    g->head = ngx_lo_api_keep(api,
                              ngx_lo_graph_members(&at, api->body,
                                                   ngx_lo_graph_head, old));
    g->nodes = ngx_lo_api_keep(api,
                               ngx_lo_graph_list(&at, "nodes",
                                                 ngx_lo_graph_node, old));
    g->edges = ngx_lo_api_keep(api,
                               ngx_lo_graph_list(&at, "edges",
                                                 ngx_lo_graph_edge, old));

    g->given = json_object_get(api->body, "nodes") != NULL
               || json_object_get(api->body, "edges") != NULL;

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (at.failed || g->head == NULL || g->nodes == NULL || g->edges == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_graph_ids(g);
}


/* A list of objects; absent it is the old one, or empty. */

static json_t *
ngx_lo_graph_list(ngx_lo_graph_at_t *at, const char *name,
    const ngx_lo_graph_member_t *m, const json_t *old)
{
    size_t         i;
    json_t        *list;
    const json_t  *given, *v;

    at->list = NULL;
    given = json_object_get(at->api->body, name);

    if (given == NULL && old != NULL) {
        return json_deep_copy(json_object_get(old, name));
    }

    if (given == NULL && *name == 'n') {
        ngx_lo_graph_say(at, name, "missing", "This field is required");
        return NULL;
    }

    if (given != NULL && !json_is_array(given)) {
        ngx_lo_graph_say(at, name, "list_type", "Must be a list");
        return NULL;
    }

    list = json_array();
    at->list = name;

    json_array_foreach(given, i, v) {
        at->i = i;

        if (!json_is_object(v)) {
            ngx_lo_graph_say(at, NULL, "object_type", "Must be an object");
            continue;
        }

        if (json_array_append_new(list, ngx_lo_graph_members(at, v, m, NULL))
            != 0)
        {
            at->failed = 1;
        }
    }

    at->list = NULL;

    return list;
}


static json_t *
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

    return json_loads(m->otherwise, JSON_DECODE_ANY, NULL);
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


static void
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


/* Names and attempts that others give, and ids. */

static ngx_int_t
ngx_lo_graph_ids(ngx_lo_graph_t *g)
{
    int       bad;
    size_t    i;
    json_t   *v, *retries;

    bad = 0;
    retries = json_object_get(g->head, "max_retries");

    json_array_foreach(g->nodes, i, v) {

        if (json_is_null(json_object_get(v, "name"))) {
            bad |= json_object_set(v, "name", json_object_get(v, "node_id"));
        }

        if (json_is_null(json_object_get(v, "retry_count"))) {
            bad |= json_object_set(v, "retry_count", retries);
        }

        bad |= ngx_lo_graph_id(g, v);
    }

    json_array_foreach(g->edges, i, v) {
        bad |= ngx_lo_graph_id(g, v);
    }

    return bad ? NGX_ERROR : NGX_OK;
}


/* What was there before keeps its own. */

static int
ngx_lo_graph_id(ngx_lo_graph_t *g, json_t *v)
{
    char  id[37];

    if (json_object_get(v, "id") != NULL) {
        return 0;
    }

    ngx_lo_uuid(id);

    return json_object_set_new(v, "id", json_string(id))
           | json_object_set_new(v, "workflow_id", json_string(g->graph_id));
}
