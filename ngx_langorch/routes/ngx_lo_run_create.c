/*
 * A run is asked for: which version, for which project (spec/api.md 4.1).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_assets.h"
#include "store/ngx_lo_sql_identity.h"


static ngx_int_t ngx_lo_create_ask(ngx_lo_api_t *api, ngx_lo_birth_t *b,
    ngx_lo_job_t *job);
static const json_t *ngx_lo_create_highest(const json_t *rows,
    const char *range);


ngx_int_t
ngx_lo_runs_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    const char      *version, *alias;
    const json_t    *row;
    ngx_lo_birth_t  *b;

    b = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_birth_t));
    if (b == NULL) {
        return NGX_ERROR;
    }

    api->ctx = b;

    b->procedure_id = ngx_lo_input_str(api, "procedure_id", NGX_LO_REQUIRED,
                                       1024);
    version = ngx_lo_input_str(api, "procedure_version", NGX_LO_OPTIONAL, 128);
    alias = ngx_lo_input_str(api, "version", NGX_LO_OPTIONAL, 128);
    b->channel = ngx_lo_input_word(api, "channel", "dev|qa|prod");
    b->inputs = ngx_lo_input_object(api, "input_vars", NGX_LO_OPTIONAL);
    b->project_id = ngx_lo_input_str(api, "project_id", NGX_LO_OPTIONAL, 64);
    b->case_id = ngx_lo_input_str(api, "case_id", NGX_LO_OPTIONAL, 256);
    b->mode = ngx_lo_run_mode(api);
    b->retry_of = ngx_lo_input_str(api, "retry_of_run_id", NGX_LO_OPTIONAL,
                                   64);
    b->gate.again = (b->retry_of != NULL);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    rc = ngx_lo_once_read(api, &b->once);
    if (rc != NGX_OK) {
        return rc;
    }

    if (version == NULL) {
        version = alias;
    }

    if (version != NULL && *version != '\0'
        && strcmp(version, "latest") != 0)
    {
        b->version = version;
    }

    if (b->version == NULL && b->project_id == NULL && b->retry_of == NULL
        && b->once.key == NULL)
    {
        row = ngx_lo_start_kept(api, b->procedure_id, b->channel);

        if (row != NULL) {
            return ngx_lo_birth_of(api, b, row);
        }

        b->plain = 1;
        b->number = ngx_lo_zone_kept(NGX_LO_KEPT_PROCEDURES);
    }

    return ngx_lo_create_ask(api, b, job);
}


/* What the start names: the versions, a project, the run that it repeats; and
 * an earlier answer. */

static ngx_int_t
ngx_lo_create_ask(ngx_lo_api_t *api, ngx_lo_birth_t *b, ngx_lo_job_t *job)
{
    char       today[CKP_TIME_LEN + 1];
    ngx_int_t  rc;

    ckp_time_text(api->now_ms, today);
    today[10] = '\0';

    if (b->version != NULL && ckp_version_is_range(b->version)) {
        b->range = b->version;
        b->version = NULL;

        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_runs,
                            b->procedure_id, b->channel,
                            (const char *) today);
    } else {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_run,
                            b->procedure_id, b->version, b->channel,
                            (const char *) today);
    }

    if (rc == NGX_OK && b->project_id != NULL) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_project_get, b->project_id);
    }

    if (rc == NGX_OK && b->retry_of != NULL) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_within_run, b->retry_of,
                            ngx_lo_api_projects(api));
    }

    return (rc == NGX_OK) ? ngx_lo_once_find(api, &b->once, job) : rc;
}


/* "normal" is another word for it (spec/ckp.md 27). */

const char *
ngx_lo_run_mode(ngx_lo_api_t *api)
{
    const char  *mode;

    mode = ngx_lo_input_word(api, "execution_mode",
                             "production|normal|dry_run|validation_only");

    return (mode != NULL && strcmp(mode, "normal") == 0) ? "production" : mode;
}


ngx_int_t
ngx_lo_runs_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    ngx_uint_t       n;
    const json_t    *row, *project, *origin;
    ngx_lo_birth_t  *b;

    b = api->ctx;
    n = 1;

    project = (b->project_id != NULL) ? ngx_lo_job_row(job, n++) : NULL;
    origin = (b->retry_of != NULL) ? ngx_lo_job_row(job, n++) : NULL;

    if (b->once.key != NULL) {
        rc = ngx_lo_once_again(api, &b->once, ngx_lo_job_row(job, n));
        if (rc != NGX_OK) {
            return rc;
        }
    }

    row = (b->range != NULL)
          ? ngx_lo_create_highest(ngx_lo_job_rows(job, 0), b->range)
          : ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Procedure not found");
    }

    if (b->project_id != NULL && project == NULL) {
        return ngx_lo_project_404(api);
    }

    if (b->retry_of != NULL && origin == NULL) {
        return ngx_lo_run_404(api);
    }

    if (b->plain) {
        ngx_lo_start_keep(api, b, row);
    }

    return ngx_lo_birth_of(api, b, row);
}


/* The highest in the range that may run; when none may, the highest, which then
 * says why not (spec/ckp.md 2, 10.10). */

static const json_t *
ngx_lo_create_highest(const json_t *rows, const char *range)
{
    size_t         i;
    json_t        *row;
    ngx_uint_t     runs, best_runs;
    const char    *version, *highest;
    const json_t  *best;

    best = NULL;
    best_runs = 0;
    highest = NULL;

    json_array_foreach(rows, i, row) {

        version = ckp_json_str(row, "version");

        if (version == NULL || !ckp_version_fits(range, version)) {
            continue;
        }

        runs = !ckp_json_bool(row, "refused", false)
               && !ckp_json_bool(row, "early", false);

        if (best == NULL || runs > best_runs
            || (runs == best_runs && ckp_version_order(version, highest) > 0))
        {
            best = row;
            best_runs = runs;
            highest = version;
        }
    }

    return best;
}
