/*
 * A file is sent to a run: by people, or by the agent that works for it
 * elsewhere.
 *
 * The life of an upload.
 *   asked     who sends it, and does the run exist; nothing is read yet
 *   received  into a file where NGINX keeps bodies
 *   moved     hashed, synced and given its name, by a thread
 *   told      its row, the note for the run's timeline and the audit's row are
 *             one transaction
 * A file that has its name and no row yet was not acknowledged: it is sent once
 * more, or goes with its run.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "artifact/ngx_lo_artifacts.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_api.h"

#define NGX_LO_PUT_TOKEN    256         /* bytes of one that may be ours */
#define NGX_LO_PUT_NOTE_MS  1000        /* an answer waits for its event */

typedef struct {
    ngx_lo_artifact_t  a;               /* first: as other files have it */
    char               id[37];          /* of one that is new */
    const char        *kind;            /* NULL: as it was, or "file" */
    const char        *node_id;
    const char        *step_id;
    char               sha256[2 * CKP_SHA256_LEN + 1];
    int64_t            size;
    ngx_msec_t         told;            /* when it was written */
    unsigned           known:1;
} ngx_lo_put_t;


static const char *ngx_lo_put_header(ngx_lo_api_t *api, const char *name);
static const char *ngx_lo_put_type(ngx_lo_api_t *api, ngx_lo_put_t *put);
static ngx_int_t ngx_lo_put_may(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_put_received(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_put_moved(ngx_lo_api_t *api, ngx_lo_disk_t *d);
static ngx_int_t ngx_lo_put_failed(ngx_lo_api_t *api, int err);
static ngx_int_t ngx_lo_put_rows(ngx_lo_api_t *api, ngx_lo_put_t *put);
static ngx_int_t ngx_lo_put_told(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_put_look(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_put_left(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_put_answer(ngx_lo_api_t *api, json_t *row);


/* --- asked ------------------------------------------------------------------------ */


ngx_int_t
ngx_lo_artifacts_put_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char           hash[2 * CKP_SHA256_LEN + 1];
    uint8_t        sum[CKP_SHA256_LEN];
    ngx_int_t      rc;
    ngx_lo_put_t  *put;

    put = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_put_t));
    if (put == NULL) {
        return NGX_ERROR;
    }

    api->ctx = put;
    rc = ngx_lo_artifact_named(api, &put->a);

    if (rc != NGX_OK) {
        return rc;
    }

    put->kind = ngx_lo_put_header(api, "X-Artifact-Kind");
    put->node_id = ngx_lo_put_header(api, "X-Node-ID");
    put->step_id = ngx_lo_put_header(api, "X-Step-ID");
    put->a.type = ngx_lo_put_type(api, put);

    if (put->kind != NULL && !ngx_lo_text_is_id(put->kind, "._:+-", 64)) {
        ngx_lo_input_wrong(api, "header", "X-Artifact-Kind", "format",
                           "Must be 1 to 64 letters, digits and . _ : + -");
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_api_artifact_at, put->a.run_id,
                       put->a.uri)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (api->token == NULL) {
        return NGX_OK;
    }

    ckp_sha256(api->token, ngx_min(strlen(api->token), NGX_LO_PUT_TOKEN),
               sum);
    ckp_hex(sum, sizeof(sum), hash);

    return ngx_lo_job_add(job, &ngx_lo_sql_api_delegation_get, put->a.run_id,
                          (const char *) hash);
}


/* Agents get ids of nodes and steps in this form, too: percent-encoded. */

static const char *
ngx_lo_put_header(ngx_lo_api_t *api, const char *name)
{
    u_char      *dst, *src;
    ngx_str_t    s;
    const char  *value;

    value = ngx_lo_api_header(api, name);

    if (value == NULL || *value == '\0') {
        return NULL;
    }

    s.data = ngx_pnalloc(api->r->pool, strlen(value) + 1);
    if (s.data == NULL) {
        return NULL;
    }

    dst = s.data;
    src = (u_char *) value;
    ngx_unescape_uri(&dst, &src, strlen(value), 0);
    *dst = '\0';
    s.len = (size_t) (dst - s.data);

    if (s.len > 256 || !ngx_lo_text_clean(&s)) {
        ngx_lo_input_wrong(api, "header", name, "format",
                           "Must be at most 256 bytes without control"
                           " characters");
        return NULL;
    }

    return (const char *) s.data;
}


/* Tools that know nothing send one of these. */

static const char *
ngx_lo_put_type(ngx_lo_api_t *api, ngx_lo_put_t *put)
{
    ngx_uint_t   i;
    const char  *type;

    static const char *const  unasked[] = {
        "application/octet-stream", "application/x-www-form-urlencoded", NULL
    };

    type = ngx_lo_api_header(api, "Content-Type");

    if (type == NULL || strlen(type) > 255 || strchr(type, '/') == NULL) {
        return ngx_lo_artifact_type(api, put->a.name);
    }

    for (i = 0; unasked[i] != NULL; i++) {
        if (ngx_strcasecmp((u_char *) type, (u_char *) unasked[i]) == 0) {
            return ngx_lo_artifact_type(api, put->a.name);
        }
    }

    return type;
}


ngx_int_t
ngx_lo_artifacts_put_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t      rc;
    const json_t  *row;
    ngx_lo_put_t  *put = api->ctx;

    rc = ngx_lo_put_may(api, job);

    if (rc != NGX_OK) {
        return rc;
    }

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_run_404(api);
    }

    put->known = (ckp_json_str(row, "artifact_id") != NULL);

    if (!put->known && ckp_json_int(row, "n", 0) >= NGX_LO_ARTIFACTS_MAX) {
        return ngx_lo_api_problem(api, 409, "conflict",
                                  "The run has %d artifacts already",
                                  NGX_LO_ARTIFACTS_MAX);
    }

    return ngx_lo_api_receive(api, ngx_lo_put_received);
}


/* A token is good as long as its workflow is not reported as done. */

static ngx_int_t
ngx_lo_put_may(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *status;

    if (api->token == NULL) {
        return NGX_OK;
    }

    if (ngx_lo_job_row(job, 1) == NULL) {
        return ngx_lo_run_404(api);
    }

    status = ckp_json_str(ngx_lo_job_row(job, 1), "status");

    if (status != NULL && ngx_strcmp(status, "open") == 0) {
        return NGX_OK;
    }

    return ngx_lo_api_problem(api, 403, "invalid_callback_token",
                              "Invalid or missing webhook callback token");
}


/* --- received, moved -------------------------------------------------------------- */


static ngx_int_t
ngx_lo_put_received(ngx_lo_api_t *api)
{
    ngx_lo_put_t       *put = api->ctx;
    ngx_lo_disk_put_t  *d;

    d = ngx_lo_disk_put(put->a.path, api->upload
                        ? (const char *) api->upload->file.name.data : "");

    return ngx_lo_api_disk(api, d ? &d->disk : NULL, ngx_lo_put_moved);
}


static ngx_int_t
ngx_lo_put_moved(ngx_lo_api_t *api, ngx_lo_disk_t *d)
{
    ngx_lo_put_t       *put = api->ctx;
    ngx_lo_disk_put_t  *p = (ngx_lo_disk_put_t *) d;

    if (p->err != 0) {
        return ngx_lo_put_failed(api, p->err);
    }

    put->size = (int64_t) p->size;
    ngx_memcpy(put->sha256, p->sha256, sizeof(put->sha256));

    return ngx_lo_put_rows(api, put);
}


static ngx_int_t
ngx_lo_put_failed(ngx_lo_api_t *api, int err)
{
    switch (err) {

    case EISDIR:
    case ENOTDIR:
    case EEXIST:
    case ENOTEMPTY:
    case ELOOP:
        return ngx_lo_api_problem(api, 409, "conflict",
                                  "A folder and a file would have one name");

    case ENAMETOOLONG:
        return ngx_lo_artifact_404(api);

    default:
        ngx_log_error(NGX_LOG_ERR, api->r->connection->log, err,
                      "an artifact cannot be stored");

        return ngx_lo_api_problem(api, 503, "unavailable",
                                  "The artifact cannot be stored now");
    }
}


/* --- told ------------------------------------------------------------------------- */


static ngx_int_t
ngx_lo_put_note(ngx_lo_api_t *api, ngx_lo_job_t *job, ngx_lo_put_t *put)
{
    json_t     *data;
    ngx_int_t   rc;

    data = json_pack("{s:s?, s:s?, s:{s:s, s:s, s:s, s:s, s:s, s:I}}",
                     "node_id", put->node_id, "step_id", put->step_id,
                     "payload", "artifact_id", put->id,
                     "kind", put->kind ? put->kind : "file",
                     "uri", put->a.uri, "name", put->a.name,
                     "mime_type", put->a.type,
                     "size_bytes", (json_int_t) put->size);

    rc = (data != NULL) ? ngx_lo_job_add(job, &ngx_lo_sql_api_artifact_note,
                                         (const char *) put->id, data,
                                         api->now_ms)
                        : NGX_ERROR;
    json_decref(data);

    return rc == NGX_OK ? ngx_lo_job_add(job, &ngx_lo_sql_api_run_note,
                                         put->a.run_id, api->now_ms)
                        : rc;
}


static ngx_int_t
ngx_lo_put_audit(ngx_lo_api_t *api, ngx_lo_job_t *job, ngx_lo_put_t *put)
{
    json_t          *meta;
    ngx_int_t        rc;
    ngx_lo_trail_t   trail;

    meta = json_pack("{s:s, s:I, s:s}", "run_id", put->a.run_id,
                     "size_bytes", (json_int_t) put->size, "sha256",
                     put->sha256);

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "artifact";
    trail.action = "upload";
    trail.description = put->known ? "Artifact replaced" : "Artifact uploaded";
    trail.resource_type = "artifact";
    trail.resource_id = put->a.path;
    trail.run = put->a.run_id;
    trail.meta = meta;

    rc = (meta != NULL) ? ngx_lo_api_audit(api, job, &trail) : NGX_ERROR;
    json_decref(meta);

    return rc;
}


/* 0 rows that are there, 1 a new one, 2 and 3 its run hears of it, 4 audit,
 * 5 what there is now */

static ngx_int_t
ngx_lo_put_rows(ngx_lo_api_t *api, ngx_lo_put_t *put)
{
    ngx_lo_job_t  *job;

    ngx_lo_uuid(put->id);
    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_artifact_again, put->a.run_id,
                          put->a.uri, put->kind, put->a.name, put->a.type,
                          put->size, (const char *) put->sha256,
                          put->node_id, put->step_id)
           != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_api_artifact_add, put->a.run_id,
                          put->a.uri, put->kind, put->a.name, put->a.type,
                          put->size, (const char *) put->sha256,
                          put->node_id, put->step_id, (const char *) put->id,
                          api->now_ms)
           != NGX_OK
        || ngx_lo_put_note(api, job, put) != NGX_OK
        || ngx_lo_put_audit(api, job, put) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_api_artifact_row, put->a.run_id,
                          put->a.uri)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_put_told);
}


static ngx_int_t
ngx_lo_put_told(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t        *row;
    ngx_lo_put_t  *put = api->ctx;

    row = ngx_lo_api_keep(api, json_incref((json_t *) ngx_lo_job_row(job, 5)));

    if (row == NULL) {

        /* the run was deleted while its file came */

        ngx_lo_disk_drop(put->a.path);

        return ngx_lo_run_404(api);
    }

    put->known = (ngx_lo_job_count(job, 1) == 0);

    if (ngx_lo_job_count(job, 2) == 0) {
        return ngx_lo_put_answer(api, row);
    }

    put->told = ngx_current_msec;
    ngx_lo_bell_ring(NGX_LO_BELL_RUNS, 0);

    return ngx_lo_put_look(api);
}


/* Who reads the run's events after the answer finds the one of this. */

static ngx_int_t
ngx_lo_put_look(ngx_lo_api_t *api)
{
    ngx_lo_job_t  *job;
    ngx_lo_put_t  *put = api->ctx;

    job = ngx_lo_api_job(api, 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_artifact_noted, put->a.run_id)
           != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_api_artifact_row, put->a.run_id,
                          put->a.uri)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_put_left);
}


static ngx_int_t
ngx_lo_put_left(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t        *row;
    ngx_msec_t     waited;
    ngx_lo_put_t  *put = api->ctx;

    waited = ngx_current_msec - put->told;

    if (ckp_json_int(ngx_lo_job_row(job, 0), "n", 0) > 0
        && waited < NGX_LO_PUT_NOTE_MS)
    {
        return ngx_lo_api_sleep(api, 4 + waited / 2, ngx_lo_put_look);
    }

    row = (json_t *) ngx_lo_job_row(job, 1);

    return (row != NULL) ? ngx_lo_put_answer(api, row) : ngx_lo_run_404(api);
}


static ngx_int_t
ngx_lo_put_answer(ngx_lo_api_t *api, json_t *row)
{
    ngx_lo_put_t  *put = api->ctx;

    if (ngx_lo_artifact_shown(api, row) != NGX_OK) {
        return NGX_ERROR;
    }

    if (put->known) {
        return ngx_lo_api_json(api, NGX_HTTP_OK, json_incref(row));
    }

    if (ngx_lo_api_set_url(api, "Location", put->a.uri + sizeof("/api") - 1)
        == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_json(api, NGX_HTTP_CREATED, json_incref(row));
}
