/*
 * Workflows: lists of steps with `depends_on`, their runs, and the orders that
 * their steps move (spec/api.md 17, family D).  The members of its objects are
 * exact: none more, none less.
 */

#ifndef NGX_LO_FLOW_H
#define NGX_LO_FLOW_H

#include "api/ngx_lo_api.h"

/*
 * What the body of POST /workflows says: `definition` is it with the defaults
 * filled in, `steps` are [{id, max_retries}] in the order of `step_index`,
 * `doc` is the document that runs pin.  What is wrong is recorded
 * (ngx_lo_input_wrong_at); values are kept by the request.
 */

typedef struct {
    const char    *name;
    const json_t  *definition;
    const json_t  *steps;
    char           flow_id[37];
    char           hash[65];        /* of the document */
    char          *text;            /* the document; of the request's pool */
    void          *reading;         /* the inside of ngx_lo_flow_read */
} ngx_lo_flow_t;

/* The shape of the body, and the defaults; then what the compiler says, in a
 * thread when there is much.  Goes on with `known`; api->ctx is the flow.
 * NGX_AGAIN, what `known` says, NGX_DONE (answered), NGX_ERROR. */
ngx_int_t ngx_lo_flow_read(ngx_lo_api_t *api, ngx_lo_flow_t *flow,
    ngx_lo_resume_pt known);

/* RunDetail of a row of ngx_lo_sql_api_flow_run and the events of its tasks
 * (NULL: it was born just now).  New value; NULL: no memory. */
json_t *ngx_lo_flow_run_json(const json_t *row, const json_t *events);

#endif
