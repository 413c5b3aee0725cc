/*
 * What the files of the resource "agents" share.
 */

#ifndef NGX_LO_AGENTS_H
#define NGX_LO_AGENTS_H

#include "api/ngx_lo_api.h"

ngx_int_t ngx_lo_agent_404(ngx_lo_api_t *api);

/* The Agent of a row, with its ETag; `status` of the answer. */
ngx_int_t ngx_lo_agent_answer(ngx_lo_api_t *api, ngx_uint_t status,
    const json_t *row);

/* Capabilities in full from what a client or an agent wrote: texts and objects.
 * NULL: it is no such list, or no memory.  New value. */
json_t *ngx_lo_agent_capabilities(const json_t *list);

/* Checks an address to call: recorded as wrong in `place`, or NGX_DONE with the
 * refusal of the outbound policy.  NGX_OK also when it is wrong. */
ngx_int_t ngx_lo_agent_target(ngx_lo_api_t *api, const char *place,
    const char *url);

/* base_url + path, the request's; NULL: no memory. */
const char *ngx_lo_agent_url(ngx_lo_api_t *api, const char *base_url,
    const char *path);

/* GET base_url + path.  As ngx_lo_api_call. */
ngx_int_t ngx_lo_agent_call(ngx_lo_api_t *api, const char *base_url,
    const char *path, ngx_lo_reply_pt reply);

/* Capabilities in the reply to GET /capabilities; NULL: none.  New value. */
json_t *ngx_lo_agent_offers(const ngx_lo_call_reply_t *reply);

/* Adds the audit row of a change to an agent. */
ngx_int_t ngx_lo_agent_trail(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *agent_id, const char *action, const json_t *meta);

/* Tells every worker that agents are others now. */
void ngx_lo_agents_changed(void);

#endif
