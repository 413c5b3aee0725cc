/*
 * Labels of prompts: words that mean a version until they are moved to another
 * one, as "production" (completes spec/ckp.md 23.4).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "store/ngx_lo_sql_assets.h"

#define NGX_LO_LABEL_NAME  64           /* bytes */
#define NGX_LO_LABELS_MAX  20           /* of one prompt */


typedef struct {
    const char  *name;
    const char  *label;
    int64_t      to;                /* the version; 0: none any more */
} ngx_lo_label_t;


static ngx_int_t ngx_lo_label_moved(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_label_gone(ngx_lo_api_t *api, ngx_lo_job_t *job);


/* A word that can be no version, and no range of them. */

static ngx_uint_t
ngx_lo_label_is_one(const char *s)
{
    return ngx_lo_text_is_id(s, "_-", NGX_LO_LABEL_NAME)
           && !(s[0] >= '0' && s[0] <= '9') && !ckp_version_is_range(s)
           && ngx_strcmp(s, "latest") != 0;
}


/* --- shown ----------------------------------------------------------------------- */


ngx_int_t
ngx_lo_prompt_labels_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *name;

    name = ngx_lo_api_seg(api, "name");

    if (ngx_lo_job_add(job, &ngx_lo_sql_prompt_get, name, NGX_LO_NULL)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_prompt_labels, name,
                          (const char *) NULL);
}


ngx_int_t
ngx_lo_prompt_labels_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return (ngx_lo_job_row(job, 0) == NULL)
           ? ngx_lo_prompt_404(api)
           : ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 1));
}


/* --- moved and removed ----------------------------------------------------------- */


static ngx_int_t
ngx_lo_label_look(ngx_lo_api_t *api, ngx_lo_job_t *job, int64_t version)
{
    ngx_lo_label_t  *l;

    l = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_label_t));

    if (l == NULL) {
        return NGX_ERROR;
    }

    api->ctx = l;
    l->name = ngx_lo_api_seg(api, "name");
    l->label = ngx_lo_api_seg(api, "label");
    l->to = version;

    if (ngx_lo_job_add(job, &ngx_lo_sql_prompt_get, l->name,
                       version ? version : NGX_LO_NULL) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_prompt_labels, l->name,
                          (const char *) NULL) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_prompt_label_user, l->name,
                          l->label);
}


ngx_int_t
ngx_lo_prompt_label_put_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t  version;

    version = ngx_lo_input_int(api, "version", 1, INT32_MAX, 0);

    if (version == 0 && !ngx_lo_input_failed(api)) {
        ngx_lo_input_wrong(api, "body", "version", "missing",
                           "This field is required");
    }

    if (!ngx_lo_label_is_one(ngx_lo_api_seg(api, "label"))) {
        ngx_lo_input_wrong(api, "path", "label", "value_error",
                           "Is no word of 1 to 64 letters, digits, _ and -"
                           " that begins with a letter and is neither a"
                           " version nor \"latest\"");
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_label_look(api, job, version);
}


ngx_int_t
ngx_lo_prompt_label_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_label_look(api, job, 0);
}


/* The version that the label means now; 0: it is not there. */

static int64_t
ngx_lo_label_from(const json_t *labels, const char *label)
{
    size_t       i;
    json_t      *row;
    const char  *name;

    json_array_foreach(labels, i, row) {
        name = ckp_json_str(row, "label");

        if (name != NULL && ngx_strcmp(name, label) == 0) {
            return ckp_json_int(row, "version", 0);
        }
    }

    return 0;
}


static ngx_int_t
ngx_lo_label_trail(ngx_lo_api_t *api, ngx_lo_job_t *job, int64_t from)
{
    ngx_lo_label_t  *l;

    l = api->ctx;

    return ngx_lo_prompt_moved(api, job, &(ngx_lo_prompt_move_t) {
               .name = l->name, .label = l->label,
               .action = l->to ? "label" : "unlabel",
               .description = l->to ? "Label of a prompt moved"
                                    : "Label of a prompt removed",
               .from = from, .to = l->to });
}


ngx_int_t
ngx_lo_prompt_label_put_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t          from;
    ngx_int_t        rc;
    const json_t    *row, *labels;
    ngx_lo_label_t  *l;

    l = api->ctx;
    row = ngx_lo_job_row(job, 0);
    labels = ngx_lo_job_rows(job, 1);
    from = ngx_lo_label_from(labels, l->label);

    if (row == NULL) {
        return ngx_lo_prompt_404(api);
    }

    rc = ngx_lo_asset_match(api, row);
    if (rc != NGX_OK) {
        return rc;
    }

    if (from == 0 && json_array_size(labels) >= NGX_LO_LABELS_MAX) {
        return ngx_lo_api_problem(api, 409, "conflict",
                                  "The prompt has %d labels already",
                                  NGX_LO_LABELS_MAX);
    }

    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_prompt_touch, l->name,
                          ngx_lo_asset_guard(api, row), api->now_ms) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_prompt_label_put, l->name,
                          l->label, l->to, api->actor, api->now_ms) != NGX_OK
        || ngx_lo_label_trail(api, job, from) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_prompt_labels, l->name, l->label)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_prompt_lost);

    return ngx_lo_api_then(api, job, ngx_lo_label_moved);
}


static ngx_int_t
ngx_lo_label_moved(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 3);

    return (row != NULL) ? ngx_lo_api_json(api, NGX_HTTP_OK,
                                           json_incref((json_t *) row))
                         : NGX_ERROR;
}


ngx_int_t
ngx_lo_prompt_label_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t          from;
    ngx_int_t        rc;
    const json_t    *row, *user;
    ngx_lo_label_t  *l;

    l = api->ctx;
    row = ngx_lo_job_row(job, 0);
    user = ngx_lo_job_row(job, 2);
    from = ngx_lo_label_from(ngx_lo_job_rows(job, 1), l->label);

    if (row == NULL || from == 0) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Prompt '%s' has no label '%s'", l->name,
                                  l->label);
    }

    rc = ngx_lo_asset_match(api, row);
    if (rc != NGX_OK) {
        return rc;
    }

    if (user != NULL) {
        return ngx_lo_api_problem(api, 409, "conflict",
                                  "Procedure '%s' version %s refers to it",
                                  ckp_json_str(user, "procedure_id"),
                                  ckp_json_str(user, "version"));
    }

    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_prompt_touch, l->name,
                          ngx_lo_asset_guard(api, row), api->now_ms) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_prompt_label_del, l->name,
                          l->label) != NGX_OK
        || ngx_lo_label_trail(api, job, from) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_prompt_lost);

    return ngx_lo_api_then(api, job, ngx_lo_label_gone);
}


static ngx_int_t
ngx_lo_label_gone(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}
