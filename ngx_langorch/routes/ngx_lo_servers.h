/*
 * What the files of the resource "mcp" share.
 */

#ifndef NGX_LO_SERVERS_H
#define NGX_LO_SERVERS_H

#include "api/ngx_lo_api.h"

ngx_int_t ngx_lo_server_404(ngx_lo_api_t *api);
ngx_int_t ngx_lo_server_trail(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *server_id, const char *action, const json_t *meta);

/* data: the tools, or {result} or an error {type, message} of one; lent for the
 * call.  NULL: the server did not answer. */
typedef ngx_int_t (*ngx_lo_talk_pt)(ngx_lo_api_t *api, const json_t *data,
    ckp_outcome_t outcome);

/*
 * A talk with one server, in the form that it speaks, from the greeting on: the
 * list of its tools, or a call of one.  It is what api->ctx points to, and may
 * begin the route's own struct.
 */
typedef struct {
    const json_t    *server;        /* its row */
    const char      *tool;          /* NULL: the list is wanted */
    json_t          *arguments;     /* lent */
    ngx_lo_talk_pt   heard;         /* once, at the end */

    /* of ngx_lo_talk.c */

    ngx_uint_t       stage;
    ngx_uint_t       pages;
    json_t          *tools;
    const char      *cursor;
    const char      *session;
    json_t          *texts;         /* what may not be shown */
} ngx_lo_talk_t;

/* As ngx_lo_api_call. */
ngx_int_t ngx_lo_talk_begin(ngx_lo_api_t *api);

#endif
