/*
 * The body of a graph: its members, their kinds, their defaults.
 */

#include "api/ngx_lo_input.h"
#include "graph/ngx_lo_graph_int.h"


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
