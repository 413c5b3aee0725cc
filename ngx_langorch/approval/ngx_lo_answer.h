/*
 * The words of a decision and what they mean for this question (spec/api.md 7,
 * spec/ckp.md 22.3).
 */

#ifndef NGX_LO_ANSWER_H
#define NGX_LO_ANSWER_H

#include "api/ngx_lo_api.h"

typedef struct {
    const char    *word;        /* as the client sent it */
    const char    *status;      /* approved, rejected, or an option */
    const json_t  *payload;     /* an object, or NULL */
    const json_t  *shown;       /* the same without what nobody may read */
} ngx_lo_answer_t;

/* Takes word and payload from the body; what is wrong is recorded. */
void ngx_lo_answer_read(ngx_lo_api_t *api, ngx_lo_answer_t *a);

/* Fits the answer to the question; NGX_DONE: it does not (422). */
ngx_int_t ngx_lo_answer_check(ngx_lo_api_t *api, ngx_lo_answer_t *a,
    const json_t *approval);

#endif
