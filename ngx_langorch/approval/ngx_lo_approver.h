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
 */
ngx_lo_may_t ngx_lo_approver_may(ngx_lo_api_t *api, const json_t *row,
    const char *by);

/* The refusal: 403, or 409 for who has voted. */
ngx_int_t ngx_lo_approver_refuse(ngx_lo_api_t *api, const json_t *row,
    ngx_lo_may_t why);

/* A row as it is shown to the caller: new object; NULL: no memory. */
json_t *ngx_lo_approval_shown(ngx_lo_api_t *api, const json_t *row);

/* For those who follow the approvals: behind what changes this one. */
ngx_int_t ngx_lo_approval_changed(ngx_lo_job_t *job, const char *id);

/* 409 with the approval as it is now. */
ngx_int_t ngx_lo_approval_conflict(ngx_lo_api_t *api, const json_t *row,
    const char *code, const char *detail);

#endif
