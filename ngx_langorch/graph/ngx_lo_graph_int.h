/*
 * What the routes of graphs share.
 */

#ifndef NGX_LO_GRAPH_INT_H
#define NGX_LO_GRAPH_INT_H

#include "graph/ngx_lo_graph.h"
#include "store/ngx_lo_sql_graph.h"

/* --- members of bodies (ngx_lo_graph_member.c) ------------------------------ */

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

/* Where in the body. */
typedef struct {
    ngx_lo_api_t  *api;
    const char    *list;            /* "nodes", "edges"; NULL: the body */
    size_t         i;
    ngx_uint_t     failed;          /* no memory */
} ngx_lo_graph_at_t;

/* The members of `m` out of `in`; what is absent is that of `old`, or the
 * default.  What is wrong is recorded.  New; NULL or at->failed: no memory. */
json_t *ngx_lo_graph_members(ngx_lo_graph_at_t *at, const json_t *in,
    const ngx_lo_graph_member_t *m, const json_t *old);

/* Records that something is wrong there. */
void ngx_lo_graph_say(ngx_lo_graph_at_t *at, const char *name,
    const char *type, const char *msg);

/* --- graphs (ngx_lo_graph_put.c) --------------------------------------------- */

/* Adds the look-up of the path's graph; `version` or NGX_LO_NULL. */
ngx_int_t ngx_lo_graph_find(ngx_lo_api_t *api, ngx_lo_job_t *job,
    int64_t version);

/* Adds what stores it: a new one, or (rev > 0) the change of that revision;
 * then its look-up, at g->answer. */
ngx_int_t ngx_lo_graph_store(ngx_lo_api_t *api, ngx_lo_graph_t *g,
    ngx_lo_job_t *job, int64_t rev);

/* A template's graph with these variables; `data.variables` has the values of
 * those that are absent.  New; NULL: it would be too large, or no memory. */
json_t *ngx_lo_graph_fill(const json_t *data, const json_t *variables);

/* The first row of a job as a run's; as ngx_lo_graph_row. */
const json_t *ngx_lo_graph_run_row(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_uint_t need, const char *what, ngx_int_t *rc);

/* WorkflowFull with its ETag. */
ngx_int_t ngx_lo_graph_answer(ngx_lo_api_t *api, ngx_uint_t status,
    const json_t *row);

/* The ETag of a row, quoted; NULL: no memory.  And the refusal with it. */
const char *ngx_lo_graph_tag(ngx_lo_api_t *api, const json_t *row);
ngx_int_t ngx_lo_graph_412(ngx_lo_api_t *api, const char *tag);

#endif
