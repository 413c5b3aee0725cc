/*
 * Who may answer a question (spec/ckp.md 22.1, api.md 1.7, 1.8, 7).
 */

#ifndef NGX_LO_APPROVER_H
#define NGX_LO_APPROVER_H

#include "api/ngx_lo_api.h"


typedef enum {
    NGX_LO_MAY,
    NGX_LO_MAY_NOT_LEVEL,       /* another role or group is asked for */
    NGX_LO_MAY_NOT_LISTED,      /* not one of the approvers */
    NGX_LO_MAY_NOT_SELF,        /* the run is the caller's own */
    NGX_LO_MAY_NOT_TWICE        /* has voted already */
} ngx_lo_may_t;

/*
 * Whether the caller, who answers as `by`, may answer the question of the row
 * (of ngx_lo_sql_api_approval_get).  Whether it is still open is not looked at.
 * `deputes` are those whose deputy he is (rows of ngx_lo_sql_deputy_of); NULL:
 * nobody's.
 */
ngx_lo_may_t ngx_lo_approver_may(ngx_lo_api_t *api, const json_t *row,
    const char *by, const json_t *deputes);

/* For whom the caller answers, because he may not by himself; NULL: for
 * himself.  Lent by `deputes`. */
const char *ngx_lo_approver_for(ngx_lo_api_t *api, const json_t *row,
    const char *by, const json_t *deputes);

/* The refusal: 403, or 409 for who has voted. */
ngx_int_t ngx_lo_approver_refuse(ngx_lo_api_t *api, const json_t *row,
    ngx_lo_may_t why);

/* A row as it is shown to the caller: new object; NULL: no memory. */
json_t *ngx_lo_approval_shown(ngx_lo_api_t *api, const json_t *row,
    const json_t *deputes);

/*
 * What an answer is bound to: the SHA-256, as hexadecimal text, of what is
 * shown of the question and never changes.  NGX_ERROR: no memory.
 * Source: docs/api.md, Questions to people.
 */
#define NGX_LO_SHOWN_LEN  (2 * CKP_SHA256_LEN)

ngx_int_t ngx_lo_approval_hash(const json_t *row,
    char out[NGX_LO_SHOWN_LEN + 1]);

/* Whose deputy the caller is, to be asked beside the approval. */
ngx_int_t ngx_lo_approver_ask(ngx_lo_api_t *api, ngx_lo_job_t *job);

/* For those who follow the approvals: behind what changes this one. */
ngx_int_t ngx_lo_approval_changed(ngx_lo_job_t *job, const char *id);

/* 409 with the approval as it is now. */
ngx_int_t ngx_lo_approval_conflict(ngx_lo_api_t *api, const json_t *row,
    const char *code, const char *detail);

#endif
