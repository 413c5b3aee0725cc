/*
 * Documents imported, replaced, and given a status (spec/api.md 3.1, 3.6, 3.8).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "proc/ngx_lo_procedures.h"
#include "routes/ngx_lo_routes.h"
#include "run/ngx_lo_program.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_assets.h"
#include "store/ngx_lo_sql_identity.h"

#define NGX_LO_TRIES     5
#define NGX_LO_STATUSES  "draft|active|approved|inactive|deprecated|archived"


static ngx_int_t ngx_lo_procedure_known(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_procedure_restate(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_procedure_same(ngx_lo_api_t *api, const json_t *row);
static ngx_int_t ngx_lo_procedure_read(ngx_lo_api_t *api,
    const ngx_lo_document_t *d, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_procedure_taken(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_procedure_again(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_procedure_store(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_procedure_added(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_procedure_replaced(ngx_lo_api_t *api,
    ngx_lo_job_t *job);
static ngx_int_t ngx_lo_procedure_answer(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_uint_t status);
static ngx_int_t ngx_lo_procedure_fill(ngx_lo_api_t *api, const char *name,
    const char *value, json_t *doc, const char *msg);
static ngx_int_t ngx_lo_procedure_wrong_status(ngx_lo_api_t *api);


ngx_int_t
ngx_lo_procedures_import_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t           rc;
    const char         *validate, *conflict;
    const json_t       *doc;
    ngx_lo_document_t  *d;

    (void) ngx_lo_api_projects(api);

    d = ngx_lo_document_new(api);
    if (d == NULL) {
        return NGX_ERROR;
    }

    doc = ngx_lo_input_object(api, "ckp_json", NGX_LO_REQUIRED);
    d->project = ngx_lo_input_str(api, "project_id", NGX_LO_OPTIONAL, 64);
    validate = ngx_lo_query_word(api, "validate", "lenient|strict");
    conflict = ngx_lo_query_word(api, "on_conflict", "error|replace");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    d->strict = ngx_lo_document_strict(validate);
    d->replace = (conflict != NULL && *conflict == 'r');

    rc = ngx_lo_document_head(api, d, doc);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_lo_document_know(api, &d, 1, ngx_lo_procedure_known);
}


/* Of an import or a replacement. */

static ngx_int_t
ngx_lo_procedure_known(ngx_lo_api_t *api)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_api_job(api, 0);

    if (job == NULL || ngx_lo_procedure_read(api, api->ctx, job) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, api->route->render);
}


/* The version; the project that the request names, if it names one; and whether
 * the name is somebody else's, where that matters. */

static ngx_int_t
ngx_lo_procedure_read(ngx_lo_api_t *api, const ngx_lo_document_t *d,
    ngx_lo_job_t *job)
{
    ngx_int_t      rc;
    const json_t  *within;

    within = ngx_lo_api_projects(api);
    rc = ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_get, d->id, d->version);

    if (rc == NGX_OK && d->project != NULL) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_project_get, d->project);
    }

    if (rc == NGX_OK && within != NULL) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_within_name, d->id, within);
    }

    return rc;
}


/* Whoever asks for it by its name would get the newest version, and that would
 * be this one. */

static ngx_int_t
ngx_lo_procedure_taken(ngx_lo_api_t *api)
{
    ngx_lo_input_wrong(api, "body", "ckp_json", "scope",
                       "Its procedure_id has versions outside of the projects"
                       " that the caller is limited to");

    return ngx_lo_input_forbidden(api, "A procedure of this id is outside of"
                                       " the caller's projects");
}


/* Somebody else wrote between our look and our change: what is there now is
 * looked at as if it had been there before. */

static ngx_int_t
ngx_lo_procedure_again(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_job_t       *next;
    ngx_lo_document_t  *d;

    d = api->ctx;

    if (d->tries++ == NGX_LO_TRIES) {
        return ngx_lo_api_problem(api, 409, "conflict",
                                  "It was changed at the same moment");
    }

    next = ngx_lo_api_job(api, 0);

    if (next == NULL || ngx_lo_procedure_read(api, d, next) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, next, api->route->render);
}


ngx_int_t
ngx_lo_procedures_import_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t           rc;
    const char         *hash;
    const json_t       *row;
    ngx_lo_document_t  *d;

    d = api->ctx;
    row = ngx_lo_job_row(job, 0);

    if (d->project != NULL && ngx_lo_job_row(job, 1) == NULL) {
        return ngx_lo_project_404(api);
    }

    if (api->who.projects != NULL
        && ngx_lo_job_row(job, d->project ? 2 : 1) != NULL)
    {
        return ngx_lo_procedure_taken(api);
    }

    if (row != NULL) {
        hash = ckp_json_str(row, "content_hash");

        d->same = (hash != NULL && strcmp(hash, d->hash) == 0);

        if (d->same && !d->replace) {
            return ngx_lo_procedure_same(api, row);
        }

        if (!d->replace) {
            return ngx_lo_api_problem(api, 409, "conflict",
                                      "Procedure %s version %s already exists",
                                      d->id, d->version);
        }

        return ngx_lo_procedure_replace(api, row);
    }

    d->old = NULL;
    rc = ngx_lo_document_within(api, d);

    return (rc == NGX_OK) ? ngx_lo_document_check(api, ngx_lo_procedure_store)
                          : rc;
}


static ngx_int_t
ngx_lo_procedure_store(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_document_t  *d;

    d = api->ctx;

    /* what it calls may be another today, and else nothing */

    if (d->same && d->old != NULL && !d->compiled.calls) {
        return ngx_lo_procedure_same(api, d->old);
    }

    job = ngx_lo_api_job(api, 1);

    if (job == NULL || ngx_lo_document_store(api, d, job) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_procedure_again);

    return ngx_lo_api_then(api, job, (d->old != NULL)
                                     ? ngx_lo_procedure_replaced
                                     : ngx_lo_procedure_added);
}


static ngx_int_t
ngx_lo_procedure_same(ngx_lo_api_t *api, const json_t *row)
{
    json_t  *v;

    v = ngx_lo_procedure_json(row, 0);

    if (v == NULL || ngx_lo_procedure_etag(api, row) == NULL
        || json_object_set(v, "diagnostics",
                           json_object_get(row, "diagnostics")) != 0)
    {
        json_decref(v);
        return NGX_ERROR;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, v);
}


static ngx_int_t
ngx_lo_procedure_added(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char               *path;
    ngx_lo_document_t  *d;

    d = api->ctx;
    path = ngx_lo_api_path(api, "procedures", d->id, d->version);

    if (path == NULL
        || ngx_lo_api_set_url(api, "Location", path) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_procedure_answer(api, job, NGX_HTTP_CREATED);
}


ngx_int_t
ngx_lo_procedure_replace(ngx_lo_api_t *api, const json_t *old)
{
    ngx_int_t           rc;
    ngx_lo_document_t  *d;

    d = api->ctx;
    d->old = ngx_lo_api_keep(api, json_incref((json_t *) old));

    if (d->old == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_lo_document_within(api, d);

    return (rc == NGX_OK) ? ngx_lo_document_check(api, ngx_lo_procedure_store)
                          : rc;
}


static ngx_int_t
ngx_lo_procedure_replaced(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_procedure_answer(api, job, NGX_HTTP_OK);
}


/* The row as it was read at the end of the transaction that wrote it. */

static ngx_int_t
ngx_lo_procedure_answer(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_uint_t status)
{
    json_t             *v;
    const json_t       *row;
    ngx_lo_document_t  *d;

    d = api->ctx;

    row = ngx_lo_job_row(job, d->row);

    if (row == NULL) {
        return NGX_ERROR;
    }

    if (ngx_lo_conf()->trigger_sync) {
        ngx_lo_bell_ring(NGX_LO_BELL_TRIGGERS, 0);
    }

    if (d->compiled.prog != NULL) {
        ngx_lo_program_put(d->hash, d->compiled.prog);
    }

    v = ngx_lo_procedure_json(row, 0);

    if (v == NULL || ngx_lo_procedure_etag(api, row) == NULL) {
        json_decref(v);
        return NGX_ERROR;
    }

    if (d->compiled.all != NULL) {
        (void) json_object_set(v, "diagnostics", d->compiled.all);
    }

    return ngx_lo_api_json(api, status, v);
}


ngx_int_t
ngx_lo_procedures_put_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t             *copy;
    ngx_int_t           rc;
    const char         *validate;
    const json_t       *doc;
    ngx_lo_document_t  *d;

    d = ngx_lo_document_new(api);
    if (d == NULL) {
        return NGX_ERROR;
    }

    doc = ngx_lo_input_object(api, "ckp_json", NGX_LO_REQUIRED);
    validate = ngx_lo_query_word(api, "validate", "lenient|strict");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    d->strict = ngx_lo_document_strict(validate);

    copy = ngx_lo_api_keep(api, json_copy((json_t *) doc));
    if (copy == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_lo_procedure_fill(api, "procedure_id",
                               ngx_lo_api_said(api, "procedure_id"), copy,
                               "procedure_id in CKP does not match target"
                               " procedure_id");
    if (rc == NGX_OK) {
        rc = ngx_lo_procedure_fill(api, "version",
                                   ngx_lo_api_seg(api, "version"), copy,
                                   "version in CKP does not match target"
                                   " version");
    }

    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_lo_document_head(api, d, copy);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_lo_document_know(api, &d, 1, ngx_lo_procedure_known);
}


/* An absent id is that of the path; another one is a mistake. */

static ngx_int_t
ngx_lo_procedure_fill(ngx_lo_api_t *api, const char *name, const char *value,
    json_t *doc, const char *msg)
{
    char           text[32];
    const char    *s;
    const json_t  *v;

    v = json_object_get(doc, name);

    if (v == NULL) {

        if (strcmp(name, "procedure_id") == 0
            && json_object_get(doc, "id") != NULL)
        {
            return NGX_OK;
        }

        return json_object_set_new(doc, name, json_string(value)) == 0
               ? NGX_OK : NGX_ERROR;
    }

    s = json_string_value(v);

    if (json_is_integer(v)) {
        (void) snprintf(text, sizeof(text), "%lld",
                        (long long) json_integer_value(v));
        s = text;
    }

    if (s == NULL || strcmp(s, value) != 0) {
        return ngx_lo_api_problem(api, 422, "validation_error", "%s", msg);
    }

    return NGX_OK;
}


ngx_int_t
ngx_lo_procedures_put_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t       *row;
    ngx_lo_document_t  *d;

    d = api->ctx;
    row = ngx_lo_job_row(job, 0);

    /* it is looked for by what the document says, as it is stored */

    if (row == NULL || api->hidden) {
        return ngx_lo_procedure_404(api);
    }

    if (ngx_lo_api_stale(api, ngx_lo_procedure_tag(api, row))) {
        return ngx_lo_procedure_412(api, row);
    }

    /* a derived id (forms B and C) is known only now */

    if (strcmp(d->id, ngx_lo_api_seg(api, "procedure_id")) != 0) {
        return ngx_lo_api_problem(api, 422, "validation_error",
                                  "procedure_id in CKP does not match target"
                                  " procedure_id");
    }

    return ngx_lo_procedure_replace(api, row);
}


ngx_int_t
ngx_lo_procedures_status_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *v;

    v = json_object_get(api->body, "status");

    if (v == NULL || !json_is_string(v)) {
        ngx_lo_input_wrong(api, "body", "status",
                           v == NULL ? "missing" : "string_type",
                           "This field is required");
        return ngx_lo_input_problem(api);
    }

    if (ngx_lo_input_word(api, "status", NGX_LO_STATUSES) == NULL) {

        /* the sentence of the contract says it, not the list */

        return ngx_lo_procedure_wrong_status(api);
    }

    return ngx_lo_procedure_exact(api, job);
}


static ngx_int_t
ngx_lo_procedure_wrong_status(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 422, "validation_error",
                              "Invalid status '%.64s'. Must be one of: ['draft',"
                              " 'active', 'approved', 'inactive',"
                              " 'deprecated', 'archived']",
                              ckp_json_str(api->body, "status"));
}


ngx_int_t
ngx_lo_procedures_status_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t             *doc;
    ngx_int_t           rc;
    const char         *status, *now;
    const json_t       *row;
    ngx_lo_document_t  *d;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_procedure_404(api);
    }

    if (ngx_lo_api_stale(api, ngx_lo_procedure_tag(api, row))) {
        return ngx_lo_procedure_412(api, row);
    }

    status = ckp_json_str(api->body, "status");
    now = ckp_json_str(row, "status");

    if (now != NULL && strcmp(status, now) == 0) {

        if (ngx_lo_procedure_etag(api, row) == NULL) {
            return NGX_ERROR;
        }

        return ngx_lo_api_json(api, NGX_HTTP_OK,
                               ngx_lo_procedure_json(row, 0));
    }

    d = (api->ctx != NULL) ? api->ctx : ngx_lo_document_new(api);
    doc = ngx_lo_api_keep(api, json_copy(json_object_get(row, "ckp_json")));

    if (d == NULL || doc == NULL
        || json_object_set_new(doc, "status", json_string(status)) != 0)
    {
        return NGX_ERROR;
    }

    rc = ngx_lo_document_head(api, d, doc);
    if (rc != NGX_OK) {
        return rc;
    }

    d->moved = 1;
    d->old = ngx_lo_api_keep(api, json_incref((json_t *) row));

    return (d->old != NULL)
           ? ngx_lo_document_know(api, &d, 1, ngx_lo_procedure_restate)
           : NGX_ERROR;
}


static ngx_int_t
ngx_lo_procedure_restate(ngx_lo_api_t *api)
{
    ngx_lo_document_t  *d;

    d = api->ctx;

    return ngx_lo_procedure_replace(api, d->old);
}
