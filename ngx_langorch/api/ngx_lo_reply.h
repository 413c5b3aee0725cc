/*
 * Answers: JSON, problems, pages, tags.  All of them record the answer and
 * return NGX_DONE, so a route ends with `return ngx_lo_api_...`; the bytes go
 * out when the route has returned.
 */

#ifndef NGX_LO_REPLY_H
#define NGX_LO_REPLY_H

#include "api/ngx_lo_api.h"

/* `v` is stolen; NULL means that there was no memory to make it. */
ngx_int_t ngx_lo_api_json(ngx_lo_api_t *api, ngx_uint_t status, json_t *v);

/* JSON text that exists already; lives as long as the request. */
ngx_int_t ngx_lo_api_text(ngx_lo_api_t *api, ngx_uint_t status,
    const char *type, const ngx_str_t *text);

/* The bytes of a file that was opened; its descriptor is taken. */
ngx_int_t ngx_lo_api_file(ngx_lo_api_t *api, const char *type,
    ngx_lo_disk_open_t *o);

ngx_int_t ngx_lo_api_empty(ngx_lo_api_t *api, ngx_uint_t status);

/*
 * The problem object of spec/api.md 1.5.  `code` is one of its list, the
 * sentence becomes `detail`.  503 carries Retry-After.
 */
ngx_int_t ngx_lo_api_problem(ngx_lo_api_t *api, ngx_uint_t status,
    const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* `detail` and the members of `more` (an object or NULL) are stolen. */
ngx_int_t ngx_lo_api_problem_json(ngx_lo_api_t *api, ngx_uint_t status,
    const char *code, json_t *detail, json_t *more);

/* Before a stream is opened (push/): NGX_OK; NGX_DONE: only its head was asked
 * for, and is the answer.  Behind it: the request is the stream's now, or the
 * refusal. */
ngx_int_t ngx_lo_api_stream_head(ngx_lo_api_t *api);
ngx_int_t ngx_lo_api_stream(ngx_lo_api_t *api, ngx_int_t opened);

/* For a stream of frames: NGX_OK, and the answer has what the handshake asks
 * for; NGX_DONE: it is no request for one (426), a wrong one (400), or one of a
 * page that the site does not know (403).  Source: RFC 6455, 4.2. */
ngx_int_t ngx_lo_api_upgrade(ngx_lo_api_t *api);

/* A header of the answer; both texts must live as long as the request. */
ngx_int_t ngx_lo_api_set(ngx_lo_api_t *api, const char *name,
    const char *value);

/* `fmt` below the mount, as an absolute URL in `name` (Location). */
ngx_int_t ngx_lo_api_set_url(ngx_lo_api_t *api, const char *name,
    const char *path);

/* Scheme and host of absolute URLs: the configured ones, else the request's;
 * empty when it names none.  Source: spec/api.md 1.1. */
ngx_int_t ngx_lo_api_base(ngx_lo_api_t *api, ngx_str_t *base);

/* The path for a URL: each text is escaped.  NULL: no memory. */
char *ngx_lo_api_path(ngx_lo_api_t *api, const char *collection,
    const char *id, const char *sub);

/* A strong ETag from a text (hash): sets the header, lends the quoted tag. */
const char *ngx_lo_api_etag(ngx_lo_api_t *api, const char *text);

/* 1: If-None-Match has the tag (the route answers ngx_lo_api_empty 304). */
ngx_uint_t ngx_lo_api_fresh(ngx_lo_api_t *api, const char *tag);

/* 1: there is an If-Match and it does not have the tag: answer 412. */
ngx_uint_t ngx_lo_api_stale(ngx_lo_api_t *api, const char *tag);

/* Sends the answer.  What ngx_http_finalize_request wants. */
ngx_int_t ngx_lo_api_send(ngx_lo_api_t *api);

/* The headers that every answer carries; api/ sets them itself except for a
 * request that becomes a stream. */
ngx_int_t ngx_lo_api_common(ngx_lo_api_t *api);

#endif
