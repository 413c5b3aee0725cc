/*
 * What of a version is being edited: the builder's own, never run
 * (spec/api.md 3.11).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "proc/ngx_lo_procedures.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_proc.h"

#define NGX_LO_NO_DRAFT  "none"


/* A draft becomes what is stored of it. */

typedef struct {
    ngx_lo_think_t   think;
    json_t          *row;
    json_t          *draft;
    char            *text;          /* NULL: no memory */
    char             tag[33];
} ngx_lo_draft_text_t;


static const char *ngx_lo_draft_tag(const json_t *row);
static ngx_int_t ngx_lo_draft_answer(ngx_lo_api_t *api, json_t *v,
    const char *tag);
static ngx_int_t ngx_lo_draft_known(ngx_lo_api_t *api, const json_t *row);
static void ngx_lo_draft_work(ngx_lo_think_t *t);
static void ngx_lo_draft_clean(ngx_lo_think_t *t);
static ngx_int_t ngx_lo_draft_written(ngx_lo_api_t *api, ngx_lo_think_t *t);
static ngx_int_t ngx_lo_draft_save(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const ngx_lo_draft_text_t *w);
static ngx_int_t ngx_lo_draft_saved(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_draft_removed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_draft_missed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_draft_trail(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const json_t *row, const char *action);
static ngx_lo_job_t *ngx_lo_draft_job(ngx_lo_api_t *api, const json_t *row);


ngx_int_t
ngx_lo_draft_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_draft_get,
                          ngx_lo_api_seg(api, "procedure_id"),
                          ngx_lo_api_seg(api, "version"));
}


ngx_int_t
ngx_lo_draft_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t  *row;

    row = (json_t *) ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_procedure_404(api);
    }

    return ngx_lo_draft_answer(api, json_copy(row), ngx_lo_draft_tag(row));
}


static const char *
ngx_lo_draft_tag(const json_t *row)
{
    const char  *tag;

    tag = ckp_json_str(row, "_tag");

    return (tag != NULL) ? tag : NGX_LO_NO_DRAFT;
}


/* Steals v. */

static ngx_int_t
ngx_lo_draft_answer(ngx_lo_api_t *api, json_t *v, const char *tag)
{
    const char  *etag;

    etag = ngx_lo_api_etag(api, tag);

    if (v == NULL || etag == NULL) {
        json_decref(v);
        return NGX_ERROR;
    }

    if (api->r->method != NGX_HTTP_PUT && ngx_lo_api_fresh(api, etag)) {
        json_decref(v);
        return ngx_lo_api_empty(api, NGX_HTTP_NOT_MODIFIED);
    }

    (void) json_object_del(v, "_id");
    (void) json_object_del(v, "_tag");
    (void) json_object_del(v, "_hash");

    return ngx_lo_api_json(api, NGX_HTTP_OK, v);
}


ngx_int_t
ngx_lo_draft_put_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) ngx_lo_input_object(api, "draft", NGX_LO_REQUIRED);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_draft_get_prepare(api, job);
}


ngx_int_t
ngx_lo_draft_put_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t             rc;
    const json_t         *row;
    ngx_lo_draft_text_t  *w;

    row = ngx_lo_job_row(job, 0);

    rc = ngx_lo_draft_known(api, row);
    if (rc != NGX_OK) {
        return rc;
    }

    w = ngx_lo_think_new(sizeof(ngx_lo_draft_text_t));
    if (w == NULL) {
        return NGX_ERROR;
    }

    w->think.work = ngx_lo_draft_work;
    w->think.clean = ngx_lo_draft_clean;
    w->row = json_incref((json_t *) row);
    w->draft = json_incref((json_t *) ngx_lo_input_object(api, "draft",
                                                          NGX_LO_REQUIRED));

    return ngx_lo_api_think(api, &w->think, ngx_lo_think_is_large(w->draft),
                            ngx_lo_draft_written);
}


static void
ngx_lo_draft_work(ngx_lo_think_t *t)
{
    u_char                sha[CKP_SHA256_LEN];
    ngx_lo_draft_text_t  *w = (ngx_lo_draft_text_t *) t;

    w->text = ckp_json_text(w->draft);

    if (w->text != NULL) {
        ckp_sha256(w->text, strlen(w->text), sha);
        ckp_hex(sha, 16, w->tag);
    }
}


static void
ngx_lo_draft_clean(ngx_lo_think_t *t)
{
    ngx_lo_draft_text_t  *w = (ngx_lo_draft_text_t *) t;

    ckp_free(w->text);
    json_decref(w->row);
    json_decref(w->draft);
}


static ngx_int_t
ngx_lo_draft_written(ngx_lo_api_t *api, ngx_lo_think_t *t)
{
    ngx_lo_job_t         *job;
    ngx_lo_draft_text_t  *w = (ngx_lo_draft_text_t *) t;

    job = (w->text != NULL) ? ngx_lo_draft_job(api, w->row) : NULL;

    if (job == NULL || ngx_lo_draft_save(api, job, w) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_draft_saved);
}


/* The version is there, and its draft the one that the client saw. */

static ngx_int_t
ngx_lo_draft_known(ngx_lo_api_t *api, const json_t *row)
{
    u_char       quoted[128];
    const char  *tag;

    if (row == NULL) {
        return ngx_lo_procedure_404(api);
    }

    tag = ngx_lo_draft_tag(row);
    *ngx_snprintf(quoted, sizeof(quoted) - 1, "\"%s\"", tag) = '\0';

    if (!ngx_lo_api_stale(api, (const char *) quoted)) {
        return NGX_OK;
    }

    if (ngx_lo_api_etag(api, tag) == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_api_problem(api, 412, "precondition_failed",
                              "It was changed since it was read");
}


/* A change of what was read; with If-Match of that and nothing later. */

static ngx_lo_job_t *
ngx_lo_draft_job(ngx_lo_api_t *api, const json_t *row)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_api_job(api, 1);

    if (job == NULL) {
        return NULL;
    }

    if (ngx_lo_api_header(api, "If-Match") != NULL
        && ngx_lo_job_add(job, &ngx_lo_sql_draft_same,
                          ckp_json_int(row, "_id", 0), ngx_lo_draft_tag(row))
           != NGX_OK)
    {
        return NULL;
    }

    ngx_lo_api_missed(api, ngx_lo_draft_missed);

    return job;
}


static ngx_int_t
ngx_lo_draft_save(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const ngx_lo_draft_text_t *w)
{
    char     tag[64], at[CKP_TIME_LEN + 1];
    json_t  *v;

    *ngx_sprintf((u_char *) tag, "%s-%xL", w->tag, api->now_ms) = '\0';
    ckp_time_text(api->now_ms, at);

    v = ngx_lo_api_keep(api, json_pack("{s:O, s:O, s:O, s:s, s:s}",
                                       "procedure_id",
                                       json_object_get(w->row, "procedure_id"),
                                       "version",
                                       json_object_get(w->row, "version"),
                                       "draft", w->draft, "updated_at", at,
                                       "_tag", tag));
    api->ctx = v;

    if (v == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_draft_put,
                          ckp_json_int(w->row, "_id", 0),
                          (const char *) w->text, (const char *) tag,
                          api->now_ms)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_draft_trail(api, job, w->row, "draft_save");
}


static ngx_int_t
ngx_lo_draft_saved(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t  *v;

    v = api->ctx;

    return ngx_lo_draft_answer(api, json_copy(v), ngx_lo_draft_tag(v));
}


ngx_int_t
ngx_lo_draft_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_draft_get_prepare(api, job);
}


ngx_int_t
ngx_lo_draft_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t      rc;
    const json_t  *row;
    ngx_lo_job_t  *next;

    row = ngx_lo_job_row(job, 0);

    rc = ngx_lo_draft_known(api, row);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ckp_json_str(row, "_tag") == NULL) {
        return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
    }

    next = ngx_lo_draft_job(api, row);

    if (next == NULL
        || ngx_lo_job_add(next, &ngx_lo_sql_draft_del,
                          ckp_json_int(row, "_id", 0)) != NGX_OK
        || ngx_lo_draft_trail(api, next, row, "draft_delete") != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, next, ngx_lo_draft_removed);
}


static ngx_int_t
ngx_lo_draft_removed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}


/* Between look and change somebody else was there: the look again tells what
 * the client is to hear.  Without If-Match only the version can have gone. */

static ngx_int_t
ngx_lo_draft_missed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_job_t  *next;

    next = ngx_lo_api_job(api, 0);

    if (next == NULL || ngx_lo_draft_get_prepare(api, next) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, next, api->route->render);
}


static ngx_int_t
ngx_lo_draft_trail(ngx_lo_api_t *api, ngx_lo_job_t *job, const json_t *row,
    const char *action)
{
    ngx_int_t       rc;
    ngx_lo_trail_t  trail;

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "procedure";
    trail.action = action;
    trail.description = (action[6] == 's') ? "Builder draft saved"
                                           : "Builder draft removed";
    trail.resource_type = "procedure";
    trail.resource_id = ckp_json_str(row, "procedure_id");
    trail.procedure = trail.resource_id;
    trail.hash = ckp_json_str(row, "_hash");
    trail.meta = json_pack("{s:O}", "version",
                           json_object_get(row, "version"));

    if (trail.meta == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_lo_api_audit(api, job, &trail);
    json_decref((json_t *) trail.meta);

    return rc;
}
