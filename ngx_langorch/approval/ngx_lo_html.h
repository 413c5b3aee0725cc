/*
 * Pages for people without the console: text in, HTML out, and no script
 * (reliability.md 6, Browser).
 */

#ifndef NGX_LO_HTML_H
#define NGX_LO_HTML_H

#include "api/ngx_lo_api.h"

/* The page's beginning with its heading, and its end. */
void ngx_lo_html_begin(ckp_buf_t *b, const char *title);
void ngx_lo_html_end(ckp_buf_t *b);

/* Text as text: nothing in it means anything. */
void ngx_lo_html_text(ckp_buf_t *b, const char *s);

/* A value: text, or JSON that people can read. */
void ngx_lo_html_value(ckp_buf_t *b, const json_t *v);

/* The page is the answer; the buffer is freed.  NGX_DONE, NGX_ERROR. */
ngx_int_t ngx_lo_html_send(ngx_lo_api_t *api, ngx_uint_t status, ckp_buf_t *b);

/* A problem as a page: api->says. */
ngx_int_t ngx_lo_html_problem(ngx_lo_api_t *api, ngx_uint_t status,
    const json_t *problem);

/* --- the question and its fields (ngx_lo_ask_page.c) --------------------------- */

/* The page that asks, with a form that sends `token` and `hash` along. */
ngx_int_t ngx_lo_ask_page(ngx_lo_api_t *api, const json_t *row,
    const char *token, const char *hash);

/* What the form's fields say for an input_schema: new object, or NULL, no
 * memory.  What does not fit its type stays a text: the schema refuses it. */
json_t *ngx_lo_ask_fields(const json_t *schema, const json_t *form);

#endif
