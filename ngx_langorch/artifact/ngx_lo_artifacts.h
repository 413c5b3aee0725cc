/*
 * Artifacts over HTTP: what the files of the resource share (spec/api.md 6).
 */

#ifndef NGX_LO_ARTIFACTS_H
#define NGX_LO_ARTIFACTS_H

#include "api/ngx_lo_api.h"

#define NGX_LO_ARTIFACTS_MAX  10000     /* of a run, by uploads */

/* A file of a run, as the request names it; the texts live as long as it. */

typedef struct {
    const char  *run_id;
    const char  *path;          /* "<run id>/<name>" */
    const char  *name;
    const char  *uri;
    const char  *type;          /* NULL: not known yet */
} ngx_lo_artifact_t;

/* From {run_id} and {name...}.  NGX_OK; NGX_DONE: the answer is 404. */
ngx_int_t ngx_lo_artifact_named(ngx_lo_api_t *api, ngx_lo_artifact_t *a);

/* From an address of ours.  NGX_DECLINED: it is somebody else's. */
ngx_int_t ngx_lo_artifact_of(ngx_lo_api_t *api, const char *uri,
    ngx_lo_artifact_t *a);

ngx_int_t ngx_lo_artifact_404(ngx_lo_api_t *api);

/* The rows as this mount shows them: changed in place.  NGX_ERROR: no
 * memory. */
ngx_int_t ngx_lo_artifact_shown(ngx_lo_api_t *api, json_t *row);

/* What a file of that name is; never NULL. */
const char *ngx_lo_artifact_type(ngx_lo_api_t *api, const char *name);

/* Answers with the bytes, or their beginning (`preview`).  NGX_AGAIN. */
ngx_int_t ngx_lo_artifact_send(ngx_lo_api_t *api, ngx_lo_artifact_t *a);

/* Whether a part is wanted of that many bytes under that tag, which NGINX then
 * cuts out.  NGX_OK; NGX_DONE: the answer is 416. */
ngx_int_t ngx_lo_artifact_range(ngx_lo_api_t *api, off_t size,
    const char *tag);

#endif
