/*
 * What the files of api/ share: the parts of a request's life.
 */

#ifndef NGX_LO_API_INT_H
#define NGX_LO_API_INT_H

#include "api/ngx_lo_api.h"

/* Finds the route: NGX_OK, NGX_DONE (404, 405, OPTIONS), NGX_ERROR. */
ngx_int_t ngx_lo_api_match(ngx_lo_api_t *api);

/* The problem for what NGINX refused, r->err_status; NGX_DONE. */
ngx_int_t ngx_lo_api_refused(ngx_lo_api_t *api);

/* The credential that the query of a GET has, where the route may have one;
 * NULL: none.  From now on it is not in the address that the log has. */
const char *ngx_lo_asked(ngx_lo_api_t *api);

/* A refusal, 401 or 403, is told to the audit: once for a request, and so many
 * a minute as the site says (ngx_lo_denied.c). */
void ngx_lo_api_denied(ngx_lo_api_t *api, ngx_uint_t status, const char *code);

/* What a stage returned: sends, submits, or waits. */
void ngx_lo_api_step(ngx_lo_api_t *api, ngx_int_t rc);

/* The body is read and parsed: the request goes on. */
ngx_int_t ngx_lo_api_read_all(ngx_lo_api_t *api);

/* Submits the job that was set up. */
void ngx_lo_api_submit(ngx_lo_api_t *api);

/* The timer's handler: the end of a sleep, or of patience. */
void ngx_lo_api_woken(ngx_event_t *ev);

/* Forgets whatever is under way. */
void ngx_lo_api_drop(ngx_lo_api_t *api);

/* 1: a person asks, with a browser, where programs ask for JSON; then the page
 * of the console answers (302).  Source: spec/api.md 1.1. */
ngx_uint_t ngx_lo_page_wanted(ngx_lo_api_t *api);
ngx_int_t ngx_lo_page_show(ngx_lo_api_t *api);

#endif
