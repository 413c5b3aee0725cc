/*
 * Whether a graph can run: what its clients are told when it cannot
 * (spec/api.md 18.2), and the document that its runs pin (spec/ckp.md 11.7).
 */

#include "api/ngx_lo_reply.h"
#include "graph/ngx_lo_graph.h"
#include "proc/ngx_lo_compile.h"


static ngx_int_t ngx_lo_graph_compiled(ngx_lo_api_t *api, ngx_lo_job_t *job);
static json_t *ngx_lo_graph_document(const ngx_lo_graph_t *g);
static json_t *ngx_lo_graph_plain(const json_t *list);
static ngx_int_t ngx_lo_graph_text(ngx_lo_api_t *api, ngx_lo_graph_t *g,
    const json_t *doc);
static ngx_uint_t ngx_lo_graph_ends(ngx_lo_graph_t *g);
static void ngx_lo_graph_faults(ngx_lo_graph_t *g, const json_t *doc,
    const json_t *errors);
static json_t *ngx_lo_graph_fault(const json_t *doc, const json_t *e);
static json_t *ngx_lo_graph_node_fault(int id, const char *node,
    const json_t *in, const json_t *e);
static json_t *ngx_lo_graph_levels(const json_t *doc);


ngx_int_t
ngx_lo_graph_check(ngx_lo_api_t *api, ngx_lo_graph_t *g,
    ngx_lo_resume_pt known)
{
    g->known = known;
    g->errors = ngx_lo_api_keep(api, json_array());
    g->doc = ngx_lo_api_keep(api, ngx_lo_graph_document(g));
    g->compiled = ngx_lo_compiled_new(api);

    if (g->errors == NULL || g->doc == NULL || g->compiled == NULL
        || ngx_lo_graph_text(api, g, g->doc) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* an edge to nowhere makes nonsense of all that would follow */

    if (ngx_lo_graph_ends(g)) {
        return known(api);
    }

    return ngx_lo_compile_alone(api, g->doc, g->compiled,
                                ngx_lo_graph_compiled);
}


static ngx_int_t
ngx_lo_graph_compiled(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_graph_t     *g;
    ngx_lo_compiled_t  *compiled;

    g = api->ctx;
    compiled = g->compiled;

    ngx_lo_graph_faults(g, g->doc, compiled->errors);

    if (json_array_size(g->errors) == 0) {
        g->levels = ngx_lo_api_keep(api, ngx_lo_graph_levels(g->doc));

        if (g->levels == NULL) {
            return NGX_ERROR;
        }
    }

    return g->known(api);
}


ngx_int_t
ngx_lo_graph_refuse(ngx_lo_api_t *api, const ngx_lo_graph_t *g,
    const char *message)
{
    if (json_array_size(g->errors) == 0) {
        return NGX_OK;
    }

    return ngx_lo_api_problem_json(api, 400, "bad_request",
                                   json_pack("{s:s, s:O}", "message", message,
                                             "errors", g->errors),
                                   json_pack("{s:O}", "errors", g->errors));
}


static json_t *
ngx_lo_graph_document(const ngx_lo_graph_t *g)
{
    char     version[24];
    json_t  *doc, *timeout;

    (void) snprintf(version, sizeof(version), "%lld", (long long) g->version);

    doc = json_pack("{s:s, s:s, s:O, s:s, s:O, s:O, s:O, s:o, s:o}",
                    "procedure_id", g->graph_id, "version", version,
                    "name", json_object_get(g->head, "name"),
                    "status", "active",
                    "max_retries", json_object_get(g->head, "max_retries"),
                    "on_error", json_object_get(g->head, "on_error"),
                    "scheduling", json_object_get(g->head, "scheduling"),
                    "nodes", ngx_lo_graph_plain(g->nodes),
                    "edges", ngx_lo_graph_plain(g->edges));

    timeout = json_object_get(g->head, "timeout_seconds");

    if (doc != NULL && json_is_number(timeout)
        && json_object_set(doc, "timeout_seconds", timeout) != 0)
    {
        json_decref(doc);
        return NULL;
    }

    return doc;
}


/* Without our own ids, and what is null is not there. */

static json_t *
ngx_lo_graph_plain(const json_t *list)
{
    int          bad;
    size_t       i;
    json_t      *out, *v, *member, *plain;
    const char  *key;

    out = json_array();
    bad = (out == NULL);

    json_array_foreach(list, i, v) {
        plain = json_object();

        json_object_foreach(v, key, member) {
            if (!json_is_null(member) && strcmp(key, "id") != 0
                && strcmp(key, "workflow_id") != 0)
            {
                bad |= json_object_set(plain, key, member);
            }
        }

        bad |= json_array_append_new(out, plain);
    }

    if (bad) {
        json_decref(out);
        return NULL;
    }

    return out;
}


static ngx_int_t
ngx_lo_graph_text(ngx_lo_api_t *api, ngx_lo_graph_t *g, const json_t *doc)
{
    char       *canonical, *text;
    u_char      sha[CKP_SHA256_LEN];
    ngx_str_t   s;

    canonical = ckp_json_canonical(doc);
    text = ckp_json_text(doc);
    g->text = NULL;

    if (canonical != NULL && text != NULL) {
        ckp_sha256(canonical, strlen(canonical), sha);
        ckp_hex(sha, sizeof(sha), g->hash);

        s.data = (u_char *) text;
        s.len = strlen(text);
        g->text = ngx_lo_cstr(api->r->pool, &s);
    }

    ckp_free(canonical);
    ckp_free(text);

    return (g->text != NULL) ? NGX_OK : NGX_ERROR;
}


/* 1: an edge has an end that is no node. */

static ngx_uint_t
ngx_lo_graph_ends(ngx_lo_graph_t *g)
{
    size_t       i, k;
    json_t      *ids, *v;
    const char  *id;

    static const char *const  ends[] = { "from_node_id", "to_node_id" };
    static const char *const  names[] = { "from_node", "to_node" };

    ids = json_object();

    json_array_foreach(g->nodes, i, v) {
        (void) json_object_set_new(ids, ckp_json_str(v, "node_id"),
                                   json_true());
    }

    json_array_foreach(g->edges, i, v) {
        for (k = 0; k < 2; k++) {
            id = ckp_json_str(v, ends[k]);

            if (json_object_get(ids, id) == NULL) {
                (void) json_array_append_new(g->errors,
                           json_sprintf("Edge references non-existent %s: %s",
                                        names[k], id));
            }
        }
    }

    json_decref(ids);

    return json_array_size(g->errors) > 0;
}


static void
ngx_lo_graph_faults(ngx_lo_graph_t *g, const json_t *doc,
    const json_t *errors)
{
    size_t   i, k;
    json_t  *e, *said, *text;

    json_array_foreach(errors, i, e) {
        text = ngx_lo_graph_fault(doc, e);

        json_array_foreach(g->errors, k, said) {
            if (json_equal(said, text)) {
                break;
            }
        }

        if (k == json_array_size(g->errors)) {
            (void) json_array_append(g->errors, text);
        }

        json_decref(text);
    }
}


/* The sentence of this family for a diagnostic; where it has none, the
 * diagnostic's own behind the node it is about. */

static json_t *
ngx_lo_graph_fault(const json_t *doc, const json_t *e)
{
    int            id;
    char           list[8];
    json_t        *text;
    size_t         i;
    const char    *s, *node, *path;
    const json_t  *in;

    s = ckp_json_str(e, "id");
    id = (s != NULL && strncmp(s, "CKP", 3) == 0) ? atoi(s + 3) : 0;
    path = ckp_json_str(e, "path");
    s = ckp_json_str(e, "message");
    node = NULL;
    in = NULL;

    if (path != NULL && sscanf(path, "/%7[a-z]/%zu", list, &i) == 2
        && strcmp(list, "nodes") == 0)
    {
        in = json_array_get(json_object_get(doc, "nodes"), i);
        node = ckp_json_str(in, "node_id");
    }

    if (id == 501) {
        return json_string("Workflow must have at least one node");
    }

    if (id == 510 && s != NULL && strstr(s, "cycle: ") != NULL) {
        return json_sprintf("Workflow contains cycle: %s",
                            strstr(s, "cycle: ") + 7);
    }

    text = (node != NULL) ? ngx_lo_graph_node_fault(id, node, in, e) : NULL;

    if (text != NULL) {
        return text;
    }

    return (node != NULL) ? json_sprintf("Node %s: %s", node,
                                         (s != NULL) ? s : "")
                          : json_string((s != NULL) ? s : "");
}


static json_t *
ngx_lo_graph_node_fault(int id, const char *node, const json_t *in,
    const json_t *e)
{
    size_t       len;
    const char  *s, *input, *type;

    switch (id) {

    case 102:
        return json_sprintf("Duplicate node id: %s", node);

    case 504:
        s = strstr(ckp_json_str(e, "message"), "there is no '");
        input = strstr(ckp_json_str(e, "path"), "/inputs/");

        if (s == NULL || input == NULL) {
            return NULL;
        }

        s += sizeof("there is no '") - 1;
        input += sizeof("/inputs/") - 1;
        len = strcspn(input, "/");

        return json_sprintf("Node %s input %.*s references non-existent node:"
                            " %.*s", node, (int) len, input,
                            (int) strcspn(s, "'"), s);

    case 515:
        return json_sprintf("Unreachable nodes detected: %s", node);

    case 516:
        type = ckp_json_str(in, "node_type");
        return json_sprintf("Node %s has invalid node_type: %s", node,
                            (type != NULL) ? type : "");

    case 517:
        return json_sprintf("agent_call node %s must have agent_id or action",
                            node);

    case 518:
        return json_sprintf("tool_call node %s must have action", node);

    case 519:
        return json_sprintf("condition node %s must have condition_expression"
                            " in config", node);
    }

    return NULL;
}


static json_t *
ngx_lo_graph_levels(const json_t *doc)
{
    size_t       i;
    json_t      *graph, *node, *levels;
    const char  *id;

    graph = ckp_document_graph(doc);
    levels = NULL;

    json_array_foreach(json_object_get(graph, "nodes"), i, node) {
        id = ckp_json_str(node, "id");

        if (id != NULL && strcmp(id, "main") == 0) {
            levels = json_incref(json_object_get(json_object_get(node, "data"),
                                                 "levels"));
            break;
        }
    }

    json_decref(graph);

    return levels;
}
