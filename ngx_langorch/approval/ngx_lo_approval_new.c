/*
 * A question about a run that does not wait for the answer: whoever asks looks
 * for it (spec/api.md 7, POST /api/approvals).  The run is told of it, so that
 * it stands in the timeline, is over in time, and ends with the run.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "approval/ngx_lo_approver.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql_api.h"

#define NGX_LO_ASIDE_OPTIONS   256
#define NGX_LO_ASIDE_MS_MAX    (366LL * 24 * 3600 * 1000)


typedef struct {
    const char    *run;
    const char    *node;
    const char    *prompt;
    const char    *type;
    const char    *level;
    const json_t  *options;         /* NULL: none */
    const json_t  *context;         /* the same; nothing that is secret */
    int64_t        expires;         /* NGX_LO_NULL: never */
    char           id[37];
    ngx_uint_t     shows;           /* index of the statement that reads it */
} ngx_lo_aside_t;


static void ngx_lo_aside_read(ngx_lo_api_t *api, ngx_lo_aside_t *a);
static const json_t *ngx_lo_aside_options(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_aside_rows(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_lo_aside_t *a);
static json_t *ngx_lo_aside_told(const ngx_lo_aside_t *a);
static ngx_int_t ngx_lo_aside_missed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_aside_refused(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_approvals_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t          *context;
    ngx_lo_aside_t  *a;

    a = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_aside_t));
    if (a == NULL) {
        return NGX_ERROR;
    }

    api->ctx = a;
    ngx_lo_aside_read(api, a);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (a->context != NULL) {
        context = ckp_program_redact(NULL, a->context);
        a->context = ngx_lo_api_keep(api, context);

        if (a->context == NULL) {
            return NGX_ERROR;
        }
    }

    ngx_lo_uuid(a->id);
    ngx_lo_api_missed(api, ngx_lo_aside_missed);

    return ngx_lo_aside_rows(api, job, a);
}


static void
ngx_lo_aside_read(ngx_lo_api_t *api, ngx_lo_aside_t *a)
{
    int64_t  ms;

    a->run = ngx_lo_input_str(api, "run_id", NGX_LO_REQUIRED, 64);
    a->prompt = ngx_lo_input_str(api, "prompt", NGX_LO_REQUIRED, 10000);
    a->node = ngx_lo_input_str(api, "node_id", NGX_LO_OPTIONAL, 256);
    a->type = ngx_lo_input_word(api, "decision_type",
                                "approve_reject|select_option|pick_one"
                                "|provide_input|acknowledge");
    a->level = ngx_lo_input_str(api, "approval_level", NGX_LO_OPTIONAL, 64);
    a->context = ngx_lo_input_object(api, "context_data", NGX_LO_OPTIONAL);
    a->options = ngx_lo_aside_options(api);
    ms = ngx_lo_input_int(api, "timeout_ms", 1000, NGX_LO_ASIDE_MS_MAX, 0);

    a->expires = ms ? api->now_ms + ms : NGX_LO_NULL;

    if (a->node == NULL || *a->node == '\0') {
        a->node = "adhoc";
    }

    if (a->level == NULL || *a->level == '\0') {
        a->level = "standard";
    }

    if (a->type == NULL) {
        a->type = "approve_reject";

    } else if (strcmp(a->type, "pick_one") == 0) {
        a->type = "select_option";
    }

    if (strcmp(a->type, "select_option") == 0 && a->options == NULL) {
        ngx_lo_input_wrong(api, "body", "options", "missing",
                           "There is nothing to select");
    }
}


/* Texts, each of them once there for somebody to choose. */

static const json_t *
ngx_lo_aside_options(ngx_lo_api_t *api)
{
    size_t         i, len;
    json_t        *v;
    const json_t  *options;

    options = ngx_lo_input_array(api, "options", NGX_LO_OPTIONAL);

    if (json_array_size(options) > NGX_LO_ASIDE_OPTIONS) {
        ngx_lo_input_wrong(api, "body", "options", "too_long",
                           "Must have at most 256 options");
        return NULL;
    }

    json_array_foreach(options, i, v) {
        len = json_string_length(v);

        if (len == 0 || len > 256) {
            ngx_lo_input_wrong(api, "body", "options", "string",
                               "Must be texts of 1 to 256 bytes");
            return NULL;
        }
    }

    return json_array_size(options) != 0 ? options : NULL;
}


static ngx_int_t
ngx_lo_aside_rows(ngx_lo_api_t *api, ngx_lo_job_t *job, ngx_lo_aside_t *a)
{
    json_t          *told;
    ngx_int_t        rc;
    const char      *id;
    ngx_lo_trail_t   trail;

    id = a->id;
    told = ngx_lo_aside_told(a);

    rc = (told == NULL) ? NGX_ERROR
         : ngx_lo_job_add(job, &ngx_lo_sql_api_approval_add, id, a->run,
                          a->node, a->prompt, a->type, a->options, a->context,
                          a->level, api->now_ms, a->expires);

    if (rc == NGX_OK) {
        rc = ngx_lo_approval_changed(job, id);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_approval_told, id, "note",
                            "approval_requested", told, api->now_ms);
    }

    json_decref(told);

    if (rc == NGX_OK) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_approval_due, id,
                            api->now_ms);
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "approval";
    trail.action = "create";
    trail.description = "Approval requested";
    trail.resource_type = "approval";
    trail.resource_id = id;
    trail.run = a->run;

    if (rc == NGX_OK) {
        rc = ngx_lo_api_audit(api, job, &trail);
    }

    a->shows = ngx_lo_job_len(job);

    return (rc == NGX_OK) ? ngx_lo_job_add(job, &ngx_lo_sql_api_approval_get,
                                           id)
                          : NGX_ERROR;
}


/* Data of the NOTE: what the timeline says, and until when it is open. */

static json_t *
ngx_lo_aside_told(const ngx_lo_aside_t *a)
{
    char     until[CKP_TIME_LEN + 1];
    int64_t  exp;

    exp = (a->expires == NGX_LO_NULL) ? 0 : a->expires;

    if (exp != 0) {
        ckp_time_text(exp, until);
    }

    return json_pack("{s:s, s:{s:s, s:I}, s:{s:s, s:s, s:s, s:s, s:s, s:s?}}",
                     "node_id", a->node,
                     "asked", "id", a->id, "exp", (json_int_t) exp,
                     "payload", "approval_id", a->id, "node_name", a->node,
                     "prompt", a->prompt, "decision_type", a->type,
                     "approval_level", a->level,
                     "expires_at", exp ? until : NULL);
}


ngx_int_t
ngx_lo_approvals_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char            *path;
    const json_t    *row;
    ngx_lo_aside_t  *a;

    a = api->ctx;
    row = ngx_lo_job_row(job, a->shows);
    path = ngx_lo_api_path(api, "approvals", a->id, NULL);

    if (row == NULL || path == NULL) {
        return NGX_ERROR;
    }

    ngx_lo_bell_ring(NGX_LO_BELL_RUNS|NGX_LO_BELL_STREAMS, 0);

    if (ngx_lo_api_set_url(api, "Location", path) == NGX_ERROR) {
        return NGX_ERROR;
    }

    return ngx_lo_api_json(api, NGX_HTTP_CREATED,
                           ngx_lo_approval_shown(api, row, NULL));
}


static ngx_int_t
ngx_lo_aside_missed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_aside_t  *a;

    a = api->ctx;
    job = ngx_lo_api_job(api, 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_run_known, a->run) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_aside_refused);
}


static ngx_int_t
ngx_lo_aside_refused(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char    *status;
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_run_404(api);
    }

    status = ckp_json_str(row, "status");

    if (ngx_lo_run_is_final(status)) {
        return ngx_lo_api_problem(api, 409, "conflict", "Run %s is %s",
                                  ckp_json_str(row, "run_id"), status);
    }

    return ngx_lo_api_problem(api, 409, "conflict",
                              "Run %s has %s questions open beside it",
                              ckp_json_str(row, "run_id"), NGX_LO_ASIDES_MAX);
}
