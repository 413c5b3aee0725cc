/*
 * What a run left: its list, one of them, and away with it.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "artifact/ngx_lo_artifacts.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql_api.h"


static ngx_int_t ngx_lo_artifacts_gone(ngx_lo_api_t *api, ngx_lo_job_t *job);


/* --- names ----------------------------------------------------------------------- */


ngx_int_t
ngx_lo_artifact_404(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 404, "not_found", "Artifact not found");
}


static const char *
ngx_lo_artifact_keep(ngx_lo_api_t *api, const ckp_buf_t *b)
{
    ngx_str_t  s;

    s.data = (u_char *) ckp_buf_str(b);
    s.len = b->len;

    return ngx_lo_cstr(api->r->pool, &s);
}


/* A path that is one, in all its spellings; NGX_DECLINED: it has no name. */

static ngx_int_t
ngx_lo_artifact_fill(ngx_lo_api_t *api, const ckp_buf_t *path,
    ngx_lo_artifact_t *a)
{
    ngx_str_t    run;
    ckp_buf_t    uri;
    const char  *slash;

    a->path = ngx_lo_artifact_keep(api, path);
    slash = a->path ? strchr(a->path, '/') : NULL;

    if (slash == NULL) {
        return a->path ? NGX_DECLINED : NGX_ERROR;
    }

    run.data = (u_char *) a->path;
    run.len = (size_t) (slash - a->path);

    ckp_buf_init(&uri, 4 * CKP_ARTIFACT_PATH_MAX);
    ckp_artifact_uri(&uri, a->path);

    a->run_id = ngx_lo_cstr(api->r->pool, &run);
    a->name = slash + 1;
    a->uri = (uri.failed == CKP_OK) ? ngx_lo_artifact_keep(api, &uri) : NULL;
    a->type = NULL;

    ckp_buf_free(&uri);

    return (a->run_id != NULL && a->uri != NULL) ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_lo_artifact_named(ngx_lo_api_t *api, ngx_lo_artifact_t *a)
{
    ngx_int_t         rc;
    ckp_buf_t         path;
    const char       *run;
    const ngx_str_t  *rest;

    run = ngx_lo_api_seg(api, "run_id");
    rest = ngx_lo_api_rest(api);

    ckp_buf_init(&path, CKP_ARTIFACT_PATH_MAX);
    ckp_buf_puts(&path, run);
    ckp_buf_puts(&path, "/");

    rc = (strchr(run, '/') == NULL
          && ckp_artifact_decode((const char *) rest->data, rest->len, &path)
          && ckp_artifact_is_path(ckp_buf_str(&path), path.len))
         ? ngx_lo_artifact_fill(api, &path, a) : NGX_DECLINED;

    ckp_buf_free(&path);

    return (rc == NGX_DECLINED) ? ngx_lo_artifact_404(api) : rc;
}


ngx_int_t
ngx_lo_artifact_of(ngx_lo_api_t *api, const char *uri, ngx_lo_artifact_t *a)
{
    ngx_int_t  rc;
    ckp_buf_t  path;

    ckp_buf_init(&path, CKP_ARTIFACT_PATH_MAX);

    rc = (uri != NULL && ckp_artifact_path(uri, NULL, &path))
         ? ngx_lo_artifact_fill(api, &path, a) : NGX_DECLINED;

    ckp_buf_free(&path);

    return rc;
}


/* Rows have the address of the usual mount. */

ngx_int_t
ngx_lo_artifact_shown(ngx_lo_api_t *api, json_t *row)
{
    json_t      *shown;
    ngx_str_t   *mount;
    const char  *uri;

    mount = &api->conf->mount;
    uri = ckp_json_str(row, "uri");

    if (uri == NULL
        || ngx_strncmp(uri, CKP_ARTIFACT_URI, sizeof(CKP_ARTIFACT_URI) - 1)
           != 0
        || (mount->len == 4 && ngx_memcmp(mount->data, "/api", 4) == 0))
    {
        return NGX_OK;
    }

    shown = json_sprintf("%.*s%s", (int) mount->len, (char *) mount->data,
                         uri + sizeof("/api") - 1);

    return (shown != NULL && json_object_set_new(row, "uri", shown) == 0)
           ? NGX_OK : NGX_ERROR;
}


const char *
ngx_lo_artifact_type(ngx_lo_api_t *api, const char *name)
{
    size_t                     len;
    u_char                    *lower;
    ngx_str_t                 *type;
    ngx_uint_t                 hash;
    const char                *dot;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(api->r, ngx_http_core_module);
    dot = strrchr(name, '.');
    len = (dot != NULL && strchr(dot, '/') == NULL) ? strlen(dot + 1) : 0;
    lower = (len > 0) ? ngx_pnalloc(api->r->pool, len) : NULL;

    if (lower == NULL) {
        return "application/octet-stream";
    }

    hash = ngx_hash_strlow(lower, (u_char *) dot + 1, len);
    type = ngx_hash_find(&clcf->types_hash, hash, lower, len);

    return (type != NULL) ? ngx_lo_cstr(api->r->pool, type)
                          : "application/octet-stream";
}


/* --- list, get ------------------------------------------------------------------- */


ngx_int_t
ngx_lo_artifacts_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *run;

    run = ngx_lo_api_seg(api, "run_id");

    if (ngx_lo_job_add(job, &ngx_lo_sql_api_run_known, run) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_artifacts, run);
}


ngx_int_t
ngx_lo_artifacts_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t      i;
    json_t     *rows, *row;
    ngx_int_t   rc;

    rc = ngx_lo_run_found(api, job);
    if (rc != NGX_OK) {
        return rc;
    }

    rows = ngx_lo_job_rows_take(job, 1);

    json_array_foreach(rows, i, row) {
        if (ngx_lo_artifact_shown(api, row) != NGX_OK) {
            json_decref(rows);
            return NGX_ERROR;
        }
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, rows);
}


ngx_int_t
ngx_lo_artifacts_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_api_artifact_get,
                          ngx_lo_api_seg(api, "run_id"),
                          ngx_lo_api_seg(api, "artifact_id"));
}


ngx_int_t
ngx_lo_artifacts_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t  *row;

    row = (json_t *) ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_artifact_404(api);
    }

    if (ngx_lo_artifact_shown(api, row) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, json_incref(row));
}


/* --- delete ---------------------------------------------------------------------- */


ngx_int_t
ngx_lo_artifacts_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_artifacts_get_prepare(api, job);
}


ngx_int_t
ngx_lo_artifacts_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t          *row;
    const char      *run, *id;
    ngx_lo_trail_t   trail;

    row = ngx_lo_api_keep(api, json_incref((json_t *) ngx_lo_job_row(job, 0)));

    if (row == NULL) {
        return ngx_lo_artifact_404(api);
    }

    api->ctx = row;
    run = ngx_lo_api_seg(api, "run_id");
    id = ngx_lo_api_seg(api, "artifact_id");
    job = ngx_lo_api_job(api, 1);

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "artifact";
    trail.action = "delete";
    trail.description = "Artifact deleted";
    trail.resource_type = "artifact";
    trail.resource_id = id;
    trail.run = run;
    trail.meta = row;

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_artifact_del, run, id) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_api_artifact_others, run,
                          ckp_json_str(row, "uri"))
           != NGX_OK
        || ngx_lo_api_audit(api, job, &trail) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_artifacts_gone);

    return ngx_lo_api_then(api, job, ngx_lo_artifacts_gone);
}


/* The bytes go with the last of their rows. */

static ngx_int_t
ngx_lo_artifacts_gone(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t          rc;
    ngx_lo_artifact_t  a;

    rc = ngx_lo_artifact_of(api, ckp_json_str(api->ctx, "uri"), &a);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_OK && ngx_lo_job_rc(job) == NGX_LO_JOB_OK
        && ngx_strcmp(a.run_id, ngx_lo_api_seg(api, "run_id")) == 0
        && ckp_json_int(ngx_lo_job_row(job, 1), "n", 1) == 0)
    {
        ngx_lo_disk_drop(a.path);
    }

    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}
