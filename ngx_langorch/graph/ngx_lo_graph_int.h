/*
 * What the routes of graphs share.
 */

#ifndef NGX_LO_GRAPH_INT_H
#define NGX_LO_GRAPH_INT_H

#include "graph/ngx_lo_graph.h"
#include "store/ngx_lo_sql_graph.h"

/* Adds the look-up of the path's graph; `version` or NGX_LO_NULL. */
ngx_int_t ngx_lo_graph_find(ngx_lo_api_t *api, ngx_lo_job_t *job,
    int64_t version);

/* Adds what stores it: a new one, or (rev > 0) the change of that revision;
 * then its look-up, at g->answer. */
ngx_int_t ngx_lo_graph_store(ngx_lo_api_t *api, ngx_lo_graph_t *g,
    ngx_lo_job_t *job, int64_t rev);

/* WorkflowFull with its ETag. */
ngx_int_t ngx_lo_graph_answer(ngx_lo_api_t *api, ngx_uint_t status,
    const json_t *row);

/* The ETag of a row, quoted; NULL: no memory.  And the refusal with it. */
const char *ngx_lo_graph_tag(ngx_lo_api_t *api, const json_t *row);
ngx_int_t ngx_lo_graph_412(ngx_lo_api_t *api, const char *tag);

#endif
