/*
 * Which version counts in which channel (spec/api.md 3.12): what promotion and
 * rollback share.
 *
 * Each is one transaction: the version that becomes active, those that stop
 * being it, the deployment, the audit row.  It is guarded by the documents that
 * were read and by "no other is active there", so two at the same moment cannot
 * both be; the slower one looks again.
 */

#ifndef NGX_LO_CHANNELS_H
#define NGX_LO_CHANNELS_H

#include "proc/ngx_lo_procedures.h"

/* A version that gets another status, and its document with that. */

typedef struct {
    const json_t       *row;        /* kept */
    const char         *status;
    ngx_lo_document_t  *d;
} ngx_lo_release_version_t;

typedef struct {
    const char    *action;          /* "promote", "rollback" */
    const char    *channel;         /* where to */
    const char    *reason;          /* NULL: none was said */
    const json_t  *current;         /* the version of the path; kept */
    const char    *to;              /* rollback: to which version */
    const char    *replaced;        /* NULL: nobody was active there */
    const char    *from;            /* promote: the one before it; NULL: none */
    const json_t  *others;          /* who were active there, kept */
    ngx_array_t    versions;        /* those that change, the new one last */
    const ngx_lo_compiled_t  *compiled;     /* promote, at strict sites */
    ngx_uint_t     row;             /* the statement that reads the answer */
    ngx_uint_t     tries;
} ngx_lo_release_t;

/* Reads the body into api->ctx and adds the reading of the versions; answers
 * 422 itself. */
ngx_int_t ngx_lo_release_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *action);

/* Keeps the version of the path; answers 404 and 412 itself (NGX_DONE). */
ngx_int_t ngx_lo_release_known(ngx_lo_api_t *api, ngx_lo_job_t *job);

/* 1, 2, 3 for dev, qa, prod; 0: none of them. */
ngx_uint_t ngx_lo_release_rank(const char *channel);

/* Takes rel->others, which are active no longer, and `row`, which becomes it,
 * with these members of `release` (stolen; null: as they are); hashes what they
 * are then, and goes on with `known`. */
ngx_int_t ngx_lo_release_change(ngx_lo_api_t *api, const json_t *row,
    json_t *release, ngx_lo_resume_pt known);

/* Adds: that version has that status; those that were active have not any more;
 * what went where, the audit row, and the reading of the answer. */
ngx_int_t ngx_lo_release_status(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const ngx_lo_release_version_t *version);
ngx_int_t ngx_lo_release_retire(ngx_lo_api_t *api, ngx_lo_job_t *job);
ngx_lo_release_version_t *ngx_lo_release_new(ngx_lo_api_t *api);
ngx_int_t ngx_lo_release_end(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *deployed);

/* Writes all of it, or looks again, and answers 200. */
ngx_int_t ngx_lo_release_submit(ngx_lo_api_t *api, ngx_lo_job_t *job);

#endif
