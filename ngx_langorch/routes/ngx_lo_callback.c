/*
 * Agents tell how the workflows went that they were given (spec/api.md 4.12).
 * The token goes before everything else; who has it may know of the run.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql_api.h"

#define NGX_LO_CALLBACK_MS     5000     /* an answer waits for the turn */
#define NGX_LO_CALLBACK_TOKEN  256      /* bytes of one that may be ours */
#define NGX_LO_CALLBACK_ERROR  2000     /* characters */

typedef struct {
    const char    *status;      /* "success", "failure", "progress" */
    const char    *error;
    const char    *node_id;
    const char    *step_id;
    const char    *message;
    const json_t  *output;      /* NULL: none */
    char           hash[2 * CKP_SHA256_LEN + 1];
    char          *ref;         /* of the delegation */
} ngx_lo_callback_t;


static ngx_int_t ngx_lo_callback_forbidden(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_callback_get(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_lo_callback_t *cb);
static ngx_int_t ngx_lo_callback_read(ngx_lo_api_t *api,
    ngx_lo_callback_t *cb);
static const char *ngx_lo_callback_word(ngx_lo_api_t *api);
static const char *ngx_lo_callback_error(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_callback_fits(ngx_lo_api_t *api,
    ngx_lo_callback_t *cb, const json_t *row);
static ngx_int_t ngx_lo_callback_closed(ngx_lo_api_t *api, const json_t *row);
static ngx_int_t ngx_lo_callback_write(ngx_lo_api_t *api,
    ngx_lo_callback_t *cb, const json_t *row);
static ngx_int_t ngx_lo_callback_late(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_callback_other(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_callback_written(ngx_lo_api_t *api,
    ngx_lo_job_t *job);
static ngx_int_t ngx_lo_callback_look(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_callback_taken(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_callback_answer(ngx_lo_api_t *api,
    ngx_uint_t resumed, const char *status, const char *message);


ngx_int_t
ngx_lo_callback_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t              len;
    uint8_t             sum[CKP_SHA256_LEN];
    const char         *token;
    ngx_lo_callback_t  *cb;

    token = ngx_lo_query_str(api, "token");
    len = (token != NULL) ? ngx_strlen(token) : 0;

    if (len == 0) {
        return ngx_lo_callback_forbidden(api);
    }

    cb = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_callback_t));
    if (cb == NULL) {
        return NGX_ERROR;
    }

    api->ctx = cb;

    ckp_sha256(token, ngx_min(len, NGX_LO_CALLBACK_TOKEN), sum);
    ckp_hex(sum, sizeof(sum), cb->hash);

    return ngx_lo_callback_get(api, job, cb);
}


static ngx_int_t
ngx_lo_callback_get(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_lo_callback_t *cb)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_api_delegation_get,
                          ngx_lo_api_seg(api, "run_id"),
                          (const char *) cb->hash);
}


static ngx_int_t
ngx_lo_callback_forbidden(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 403, "invalid_callback_token",
                              "Invalid or missing webhook callback token");
}


ngx_int_t
ngx_lo_callback_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t           rc;
    const char         *status;
    const json_t       *row;
    ngx_lo_callback_t  *cb;

    cb = api->ctx;
    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_run_404(api);
    }

    status = ckp_json_str(row, "status");

    if (status == NULL || ngx_strcmp(status, "repeated") == 0) {
        return ngx_lo_callback_forbidden(api);
    }

    rc = ngx_lo_callback_read(api, cb);

    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_strcmp(status, "open") != 0
        || ngx_lo_run_is_final(ckp_json_str(row, "run_status")))
    {
        return ngx_lo_callback_closed(api, row);
    }

    rc = ngx_lo_callback_fits(api, cb, row);

    return (rc == NGX_OK) ? ngx_lo_callback_write(api, cb, row) : rc;
}


/* --- the body ---------------------------------------------------------------- */


static ngx_int_t
ngx_lo_callback_read(ngx_lo_api_t *api, ngx_lo_callback_t *cb)
{
    cb->status = ngx_lo_callback_word(api);
    cb->error = ngx_lo_callback_error(api);
    cb->node_id = ngx_lo_input_str(api, "node_id", NGX_LO_OPTIONAL, 256);
    cb->step_id = ngx_lo_input_str(api, "step_id", NGX_LO_OPTIONAL, 256);
    cb->message = ngx_lo_input_str(api, "message", NGX_LO_OPTIONAL, 2000);
    cb->output = ngx_lo_input_object(api, "output", NGX_LO_OPTIONAL);
    (void) ngx_lo_input_object(api, "usage", NGX_LO_OPTIONAL);

    if (cb->output == NULL) {
        cb->output = ngx_lo_input_object(api, "output_vars", NGX_LO_OPTIONAL);
    }

    return ngx_lo_input_failed(api) ? ngx_lo_input_problem(api) : NGX_OK;
}


static const char *
ngx_lo_callback_word(ngx_lo_api_t *api)
{
    ngx_uint_t   i;
    const char  *word;

    static const struct {
        const char  *word;
        const char  *status;
    } words[] = {
        { "success", "success" },
        { "completed", "success" },
        { "succeeded", "success" },
        { "failure", "failure" },
        { "failed", "failure" },
        { "error", "failure" },
        { "progress", "progress" }
    };

    word = ngx_lo_input_word(api, "status", "success|completed|succeeded"
                             "|failure|failed|error|progress");

    for (i = 0; word != NULL && i < sizeof(words) / sizeof(words[0]); i++) {
        if (ngx_strcmp(words[i].word, word) == 0) {
            return words[i].status;
        }
    }

    return "success";
}


/* A longer text is cut, between two characters: what went wrong is told. */

static const char *
ngx_lo_callback_error(ngx_lo_api_t *api)
{
    size_t       i, n;
    u_char      *out;
    const char  *text;

    text = ngx_lo_input_str(api, "error", NGX_LO_OPTIONAL,
                            CKP_JSON_STRING_MAX);
    if (text == NULL) {
        return NULL;
    }

    n = 0;

    for (i = 0; text[i] != '\0'; i++) {
        if (((u_char) text[i] & 0xc0) != 0x80
            && ++n > NGX_LO_CALLBACK_ERROR)
        {
            break;
        }
    }

    if (text[i] == '\0') {
        return text;
    }

    out = ngx_pnalloc(api->r->pool, i + 1);

    if (out != NULL) {
        ngx_memcpy(out, text, i);
        out[i] = '\0';
    }

    return (const char *) out;
}


static ngx_int_t
ngx_lo_callback_fits(ngx_lo_api_t *api, ngx_lo_callback_t *cb,
    const json_t *row)
{
    ngx_uint_t   i;
    const char  *given, *expected;

    static const char *const  names[] = { "node_id", "step_id" };

    for (i = 0; i < 2; i++) {
        given = i ? cb->step_id : cb->node_id;
        expected = ckp_json_str(row, names[i]);

        if (given != NULL && expected != NULL
            && ngx_strcmp(given, expected) != 0)
        {
            return ngx_lo_api_problem(api, 400, "bad_request",
                                      "Callback %s '%s' does not match"
                                      " expected '%s'", names[i], given,
                                      expected);
        }
    }

    return NGX_OK;
}


/* --- what cannot be taken any more --------------------------------------------- */


static ngx_int_t
ngx_lo_callback_closed(ngx_lo_api_t *api, const json_t *row)
{
    const char  *run;

    run = ckp_json_str(row, "run_status");

    if (ngx_strcmp(ckp_json_str(row, "status"), "answered") == 0) {
        return ngx_lo_callback_answer(api, 0, "duplicate", "This workflow was"
                                      " answered before; callback ignored.");
    }

    if (ngx_lo_run_is_final(run)) {
        return ngx_lo_callback_answer(api, 0, run,
                                      "The run is over; callback ignored.");
    }

    return ngx_lo_api_problem(api, 409, "conflict", "Run %s is not paused"
                              " (status=%s). Callback ignored.",
                              ckp_json_str(row, "run_id"), run);
}


static ngx_int_t
ngx_lo_callback_answer(ngx_lo_api_t *api, ngx_uint_t resumed,
    const char *status, const char *message)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:b, s:s, s:s, s:s*}",
                                     "resumed", (int) resumed,
                                     "status", status, "run_id",
                                     ngx_lo_api_seg(api, "run_id"),
                                     "message", message));
}


/* --- what can ------------------------------------------------------------------- */


static ngx_int_t
ngx_lo_callback_write(ngx_lo_api_t *api, ngx_lo_callback_t *cb,
    const json_t *row)
{
    json_t        *data;
    ngx_int_t      rc;
    ngx_str_t      ref;
    const char    *run;
    ngx_uint_t     ends;
    ngx_lo_job_t  *job;

    run = ngx_lo_api_seg(api, "run_id");
    ref.data = (u_char *) ckp_json_str(row, "ref");
    ref.len = ngx_strlen(ref.data);
    cb->ref = ngx_lo_cstr(api->r->pool, &ref);
    ends = (ngx_strcmp(cb->status, "progress") != 0);

    data = json_pack("{s:s, s:O?, s:s?, s:s*, s:O*, s:O*, s:O*}",
                     "status", cb->status, "output", cb->output,
                     "error", cb->error, "message", cb->message,
                     "progress", json_object_get(api->body, "progress"),
                     "cost_usd", json_object_get(api->body, "cost_usd"),
                     "usage", json_object_get(api->body, "usage"));

    job = ngx_lo_api_job(api, 1);
    rc = (job != NULL && data != NULL && cb->ref != NULL) ? NGX_OK : NGX_ERROR;

    if (rc == NGX_OK && ends) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_delegation_answer, run,
                            (const char *) cb->ref);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_inbox_add, run, "callback",
                            (const char *) cb->ref, data, api->now_ms);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, ends ? &ngx_lo_sql_api_delegation_wake
                                      : &ngx_lo_sql_api_run_note,
                            run, api->now_ms);
    }

    json_decref(data);
    ngx_lo_api_missed(api, ngx_lo_callback_late);

    return (rc == NGX_OK) ? ngx_lo_api_then(api, job, ngx_lo_callback_written)
                          : NGX_ERROR;
}


/* Another callback, or the end of the run, was first. */

static ngx_int_t
ngx_lo_callback_late(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    job = ngx_lo_api_job(api, 0);

    if (job == NULL || ngx_lo_callback_get(api, job, api->ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_callback_other);
}


static ngx_int_t
ngx_lo_callback_other(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL || ckp_json_str(row, "status") == NULL) {
        return ngx_lo_callback_forbidden(api);
    }

    return ngx_lo_callback_closed(api, row);
}


static ngx_int_t
ngx_lo_callback_written(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_callback_t  *cb;

    (void) job;

    cb = api->ctx;
    ngx_lo_bell_ring(NGX_LO_BELL_RUNS, 0);

    if (ngx_strcmp(cb->status, "progress") == 0) {
        return ngx_lo_callback_answer(api, 0, "progress", NULL);
    }

    if (ngx_strcmp(cb->status, "success") == 0) {
        return ngx_lo_callback_answer(api, 1, "queued", NULL);
    }

    return ngx_lo_callback_look(api);
}


/* A failure is answered with what it does to the run. */

static ngx_int_t
ngx_lo_callback_look(ngx_lo_api_t *api)
{
    ngx_lo_job_t       *job;
    ngx_lo_callback_t  *cb;

    cb = api->ctx;
    job = ngx_lo_api_job(api, 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_delegation_taken,
                          ngx_lo_api_seg(api, "run_id"),
                          (const char *) cb->ref)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_callback_taken);
}


static ngx_int_t
ngx_lo_callback_taken(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_msec_t     waited;
    const char    *status;
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    status = ckp_json_str(row, "run_status");

    if (status != NULL && ngx_strcmp(status, "failed") == 0) {
        return ngx_lo_callback_answer(api, 0, "failed", NULL);
    }

    waited = ngx_current_msec - api->started;

    if (ckp_json_int(row, "n", 0) > 0 && waited < NGX_LO_CALLBACK_MS) {
        return ngx_lo_api_sleep(api, ngx_min(4 + waited / 2, 250),
                                ngx_lo_callback_look);
    }

    return ngx_lo_callback_answer(api, 1, "queued", NULL);
}
