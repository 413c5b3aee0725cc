/*
 * Agent workflows: graphs of nodes and edges, their versions and runs
 * (spec/api.md 18, family W).
 */

#ifndef NGX_LO_GRAPH_H
#define NGX_LO_GRAPH_H

#include "api/ngx_lo_api.h"

/* What a caller may do with a graph: a ladder (spec/api.md 18.1). */
#define NGX_LO_GRAPH_NONE    0
#define NGX_LO_GRAPH_VIEW    1
#define NGX_LO_GRAPH_RUN     2
#define NGX_LO_GRAPH_EDIT    3
#define NGX_LO_GRAPH_DELETE  4
#define NGX_LO_GRAPH_OWNER   5

/*
 * A graph as a body gives it: `head` has every member of Workflow that people
 * choose, `nodes` and `edges` all of theirs with the defaults filled in and ids
 * made.  Kept by the request.
 */
typedef struct {
    json_t        *head;
    json_t        *nodes;
    json_t        *edges;
    json_t        *levels;          /* [[node_id]]: in which order they begin */
    json_t        *errors;          /* what is wrong with the graph: texts */
    char           graph_id[37];
    int64_t        version;
    char           hash[65];        /* of the document that runs pin */
    char          *text;
    json_t        *doc;             /* that document, while it is compiled */
    void          *compiled;
    ngx_lo_resume_pt  known;
    int64_t        rev;             /* of what it changes */
    ngx_uint_t     answer;          /* the statement that reads it again */
    unsigned       given:1;         /* the body has nodes or edges */
    unsigned       same:1;          /* it runs as before: no new version */
} ngx_lo_graph_t;

/* The body's shape.  `old`: the graph it changes, whose values stand for what
 * is absent; NULL: the defaults do.  NGX_OK, NGX_DONE (422), NGX_ERROR. */
ngx_int_t ngx_lo_graph_read(ngx_lo_api_t *api, ngx_lo_graph_t *g,
    const json_t *old);

/* Whether it can run: fills errors, levels, text and hash, in a thread when it
 * is large, and goes on with `known`; api->ctx is the graph.  NGX_AGAIN, what
 * `known` says, NGX_ERROR. */
ngx_int_t ngx_lo_graph_check(ngx_lo_api_t *api, ngx_lo_graph_t *g,
    ngx_lo_resume_pt known);

/* NGX_OK, or 400 with all that is wrong. */
ngx_int_t ngx_lo_graph_refuse(ngx_lo_api_t *api, const ngx_lo_graph_t *g,
    const char *message);

/* --- rights (ngx_lo_graph_may.c) ------------------------------------------ */

/* What the caller may do with the graph of a row (owner_id, is_public,
 * granted). */
ngx_uint_t ngx_lo_graph_may(ngx_lo_api_t *api, const json_t *row);
const char *ngx_lo_graph_right(ngx_uint_t may);

/* The groups of the caller, for statements; kept by the request. */
const json_t *ngx_lo_graph_groups(ngx_lo_api_t *api);

ngx_int_t ngx_lo_graph_403(ngx_lo_api_t *api, const char *what);
ngx_int_t ngx_lo_graph_404(ngx_lo_api_t *api);

/* The first row of a job, if there is one and the caller may `need` it; else
 * the answer was given and NULL returned (*rc). */
const json_t *ngx_lo_graph_row(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_uint_t need, const char *what, ngx_int_t *rc);

/* --- views (ngx_lo_graph_show.c) -------------------------------------------- */

/* WorkflowFull of a row with its definition.  New; NULL: no memory. */
json_t *ngx_lo_graph_full(ngx_lo_api_t *api, const json_t *row);

/* WorkflowRun of a row; NodeRuns of its events, in the order they began. */
json_t *ngx_lo_graph_run_json(const json_t *row);
json_t *ngx_lo_graph_nodes_json(const json_t *row, const json_t *events);

/* A run's result as this family shows it: what is no object was wrapped into
 * one (spec/ckp.md 11.7).  Lent. */
const json_t *ngx_lo_graph_bare(const json_t *outputs);

/* The id of a node's run: the same for the same two.  New. */
json_t *ngx_lo_graph_node_run_id(const char *run_id, const char *node_id);

/* What a client of this family hears of an event; NULL with *skip = 1: nothing.
 * NULL otherwise: no memory. */
json_t *ngx_lo_graph_event(const json_t *row, const json_t *ev,
    ngx_uint_t *skip);

#endif
