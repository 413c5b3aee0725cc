/*
 * Pages of lists, and texts of the query for LIKE (spec/api.md 1.9).
 */

#ifndef NGX_LO_QUERY_H
#define NGX_LO_QUERY_H

#include "api/ngx_lo_api.h"

typedef struct {
    int64_t   limit;        /* as asked; statements get limit + 1 */
    int64_t   offset;
    int64_t   at;           /* of the cursor, NGX_LO_NULL: none */
    int64_t   id;
    unsigned  asc:1;        /* oldest first */
    unsigned  total:1;      /* the count is wanted, too */
} ngx_lo_page_t;

/* Reads limit (min..max), offset, order, cursor and total. */
void ngx_lo_page_read(ngx_lo_api_t *api, ngx_lo_page_t *page, int64_t min,
    int64_t max, int64_t otherwise);

/*
 * Cuts the row beyond the page, removes "_id" and "_rank", and sets
 * X-Next-Cursor, Link and (`total` = statement with n, when asked)
 * X-Total-Count.  Rows: `at` names the member with the time, or with the number
 * that they are sorted by.
 */
ngx_int_t ngx_lo_page_cut(ngx_lo_api_t *api, const ngx_lo_page_t *page,
    json_t *rows, const char *at);
ngx_int_t ngx_lo_page_total(ngx_lo_api_t *api, const ngx_lo_page_t *page,
    const ngx_lo_job_t *job, ngx_uint_t stmt);

/* There is more after that cursor: X-Next-Cursor and Link. */
ngx_int_t ngx_lo_page_more(ngx_lo_api_t *api, const char *cursor);

/* The cursor of such a row; NULL: no memory. */
char *ngx_lo_page_cursor(ngx_lo_api_t *api, int64_t at, int64_t id);

/* "%text%" or "text%", lower case, with the wildcards in it escaped by "\".
 * NULL when s is, or no memory. */
char *ngx_lo_like(ngx_lo_api_t *api, const char *s, ngx_uint_t anywhere);

/* ",a,b," from "a, b"; aliases of run states are resolved when `states`.
 * NULL when s is NULL or empty. */
char *ngx_lo_word_list(ngx_lo_api_t *api, const char *s, ngx_uint_t states);

/* What the client has of a stream: the largest of the ids it gives (header
 * Last-Event-ID, last_event_id, after_id); *asked = 0, and 0: it gave none. */
int64_t ngx_lo_query_resume(ngx_lo_api_t *api, ngx_uint_t *asked);

#endif
