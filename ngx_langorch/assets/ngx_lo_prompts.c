/*
 * Prompts that procedures name: versions that never change, one of which is
 * meant by the name alone (spec/api.md 13, spec/ckp.md 23.4).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_query.h"
#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "store/ngx_lo_sql_assets.h"

#define NGX_LO_PROMPT_NAME  256
#define NGX_LO_PROMPT_TEXT  65536
#define NGX_LO_PROMPT_NOTE  4096
#define NGX_LO_PROMPT_TAGS  50
#define NGX_LO_PROMPT_WORD  128


typedef struct {
    const char    *name;
    const char    *description;
    const json_t  *tags;            /* NULL: none */
    json_t        *body;            /* what the version is; the request's */
    int64_t        from;            /* versions, for the audit; 0: none */
    int64_t        to;
} ngx_lo_prompt_t;


static ngx_lo_prompt_t *ngx_lo_prompt_new(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_prompt_read(ngx_lo_api_t *api, ngx_lo_prompt_t *p);
static ngx_int_t ngx_lo_prompt_trail(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const char *action, const char *description);
static ngx_int_t ngx_lo_prompt_exists(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_prompt_changed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_prompt_gone(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_prompt_404(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 404, "not_found",
                              "Prompt '%s' or its version was not found",
                              ngx_lo_api_seg(api, "name"));
}


/* --- shown --------------------------------------------------------------------- */


json_t *
ngx_lo_prompt_shown(const json_t *row)
{
    json_t  *v, *body;

    body = json_object_get(row, "body");

    v = json_pack("{s:O, s:O, s:O?, s:O?, s:O?, s:O?, s:O?, s:O?, s:O?, s:O?,"
                  " s:O, s:O, s:O}",
                  "name", json_object_get(row, "name"),
                  "version", json_object_get(row, "version"),
                  "template", json_object_get(body, "template"),
                  "system", json_object_get(body, "system"),
                  "variables", json_object_get(body, "variables"),
                  "output_schema", json_object_get(body, "output_schema"),
                  "model", json_object_get(body, "model"),
                  "profile", json_object_get(body, "profile"),
                  "description", json_object_get(body, "description"),
                  "tags", json_object_get(body, "tags"),
                  "created_by", json_object_get(row, "created_by"),
                  "created_at", json_object_get(row, "created_at"),
                  "active", json_object_get(row, "active"));

    return v;
}


ngx_int_t
ngx_lo_prompts_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char        *like;
    int64_t      limit, offset;
    const char  *search, *tag;

    limit = ngx_lo_query_int(api, "limit", 1, 1000, 1000);
    offset = ngx_lo_query_int(api, "offset", 0, INT32_MAX, 0);
    search = ngx_lo_query_str(api, "search");
    tag = ngx_lo_query_str(api, "tag");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    search = (search && *search) ? search : NULL;
    like = ngx_lo_like(api, search, 1);

    if (search != NULL && like == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_prompts, like,
                          (tag && *tag) ? tag : NULL, limit, offset);
}


ngx_int_t
ngx_lo_prompts_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_asset_list(api, ngx_lo_job_rows_take(job, 0));
}


ngx_int_t
ngx_lo_prompts_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t  version;

    version = ngx_lo_query_int(api, "version", 1, INT32_MAX, NGX_LO_NULL);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_prompt_get,
                          ngx_lo_api_seg(api, "name"), version);
}


ngx_int_t
ngx_lo_prompts_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    return (row != NULL) ? ngx_lo_asset_answer(api, NGX_HTTP_OK, row,
                                               ngx_lo_prompt_shown(row))
                         : ngx_lo_prompt_404(api);
}


ngx_int_t
ngx_lo_prompts_versions_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    int64_t  limit, offset;

    limit = ngx_lo_query_int(api, "limit", 1, 1000, 1000);
    offset = ngx_lo_query_int(api, "offset", 0, INT32_MAX, 0);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_prompt_versions,
                       ngx_lo_api_seg(api, "name"), limit, offset) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_prompt_get,
                          ngx_lo_api_seg(api, "name"), NGX_LO_NULL);
}


ngx_int_t
ngx_lo_prompts_versions_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return (ngx_lo_job_row(job, 1) != NULL)
           ? ngx_lo_asset_list(api, ngx_lo_job_rows_take(job, 0))
           : ngx_lo_prompt_404(api);
}


/* --- made and changed -------------------------------------------------------------- */


static ngx_lo_prompt_t *
ngx_lo_prompt_new(ngx_lo_api_t *api)
{
    ngx_lo_prompt_t  *p;

    p = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_prompt_t));
    api->ctx = p;

    return p;
}


/* What a version is; NGX_DONE: it was refused. */

static ngx_int_t
ngx_lo_prompt_read(ngx_lo_api_t *api, ngx_lo_prompt_t *p)
{
    const char    *text, *system, *model, *profile;
    const json_t  *variables, *schema;

    text = ngx_lo_input_str(api, "template", NGX_LO_REQUIRED,
                            NGX_LO_PROMPT_TEXT);
    system = ngx_lo_input_str(api, "system", NGX_LO_OPTIONAL,
                              NGX_LO_PROMPT_TEXT);
    variables = ngx_lo_input_object(api, "variables", NGX_LO_OPTIONAL);
    schema = ngx_lo_input_object(api, "output_schema", NGX_LO_OPTIONAL);
    model = ngx_lo_input_str(api, "model", NGX_LO_OPTIONAL,
                             NGX_LO_PROMPT_NAME);
    profile = ngx_lo_input_str(api, "profile", NGX_LO_OPTIONAL,
                               NGX_LO_PROMPT_NAME);
    p->description = ngx_lo_input_str(api, "description", NGX_LO_OPTIONAL,
                                      NGX_LO_PROMPT_NOTE);
    p->tags = ngx_lo_asset_texts(api, "tags", NGX_LO_PROMPT_TAGS,
                                 NGX_LO_PROMPT_WORD);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    p->body = ngx_lo_api_keep(api,
                  json_pack("{s:s, s:s*, s:o, s:O*, s:s*, s:s*, s:s*, s:o}",
                            "template", text, "system", system, "variables",
                            variables ? json_incref((json_t *) variables)
                                      : json_object(),
                            "output_schema", schema, "model", model,
                            "profile", profile, "description", p->description,
                            "tags", p->tags ? json_incref((json_t *) p->tags)
                                            : json_array()));

    if (p->body == NULL || ngx_lo_prompt_check(api, p->body) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_input_failed(api) ? ngx_lo_input_problem(api) : NGX_OK;
}


static ngx_int_t
ngx_lo_prompt_trail(ngx_lo_api_t *api, ngx_lo_job_t *job, const char *action,
    const char *description)
{
    ngx_lo_prompt_t  *p;

    p = api->ctx;

    return ngx_lo_prompt_moved(api, job, &(ngx_lo_prompt_move_t) {
               .name = p->name, .action = action, .description = description,
               .from = p->from, .to = p->to });
}


static json_t *
ngx_lo_prompt_version(int64_t version)
{
    return version ? json_integer((json_int_t) version) : json_null();
}


ngx_int_t
ngx_lo_prompt_moved(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const ngx_lo_prompt_move_t *move)
{
    json_t          *meta;
    ngx_int_t        rc;
    ngx_lo_trail_t   trail;

    meta = json_pack("{s:s*, s:o, s:o}", "label", move->label,
                     "from_version", ngx_lo_prompt_version(move->from),
                     "to_version", ngx_lo_prompt_version(move->to));

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "prompt";
    trail.action = move->action;
    trail.description = move->description;
    trail.resource_type = "prompt";
    trail.resource_id = move->name;
    trail.meta = meta;

    rc = (meta != NULL) ? ngx_lo_api_audit(api, job, &trail) : NGX_ERROR;
    json_decref(meta);

    return rc;
}


ngx_int_t
ngx_lo_prompts_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t         rc;
    ngx_lo_prompt_t  *p;

    p = ngx_lo_prompt_new(api);
    if (p == NULL) {
        return NGX_ERROR;
    }

    p->name = ngx_lo_input_str(api, "name", NGX_LO_REQUIRED,
                               NGX_LO_PROMPT_NAME);
    p->to = 1;

    if (p->name != NULL
        && !ngx_lo_text_is_id(p->name, "_.-", NGX_LO_PROMPT_NAME))
    {
        ngx_lo_input_wrong(api, "body", "name", "name",
                           "Must begin with a letter or digit, and have"
                           " letters, digits and _ . - only");
    }

    rc = ngx_lo_prompt_read(api, p);
    if (rc != NGX_OK) {
        return rc;
    }

    ngx_lo_api_missed(api, ngx_lo_prompt_exists);

    if (ngx_lo_job_add(job, &ngx_lo_sql_prompt_add, p->name, p->description,
                       p->tags, api->now_ms) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_prompt_version_add, p->name,
                          p->body, api->actor, api->now_ms) != NGX_OK
        || ngx_lo_prompt_trail(api, job, "create", "Prompt created")
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_prompt_get, p->name, NGX_LO_NULL);
}


ngx_int_t
ngx_lo_prompts_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char             *path;
    const json_t     *row;
    ngx_lo_prompt_t  *p;

    p = api->ctx;
    row = ngx_lo_job_row(job, 3);
    path = ngx_lo_api_path(api, "prompts", p->name, NULL);

    if (row == NULL || path == NULL
        || ngx_lo_api_set_url(api, "Location", path) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_asset_answer(api, NGX_HTTP_CREATED, row,
                               ngx_lo_prompt_shown(row));
}


static ngx_int_t
ngx_lo_prompt_exists(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_prompt_t  *p;

    (void) job;

    p = api->ctx;

    return ngx_lo_api_problem(api, 409, "conflict",
                              "Prompt '%s' exists already", p->name);
}


ngx_int_t
ngx_lo_prompts_put_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t         rc;
    ngx_lo_prompt_t  *p;

    p = ngx_lo_prompt_new(api);
    if (p == NULL) {
        return NGX_ERROR;
    }

    p->name = ngx_lo_api_seg(api, "name");
    rc = ngx_lo_prompt_read(api, p);

    return (rc == NGX_OK) ? ngx_lo_job_add(job, &ngx_lo_sql_prompt_get,
                                           p->name, NGX_LO_NULL)
                          : rc;
}


ngx_int_t
ngx_lo_prompts_put_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t         rc;
    const json_t     *row;
    ngx_lo_prompt_t  *p;

    p = api->ctx;
    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_prompt_404(api);
    }

    rc = ngx_lo_asset_match(api, row);
    if (rc != NGX_OK) {
        return rc;
    }

    p->from = ckp_json_int(row, "_latest", 0);
    p->to = p->from + 1;
    job = ngx_lo_api_job(api, 1);

    /* guarded in any case: another one's version has that number now */

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_prompt_put, p->name,
                          ckp_json_str(row, "_tag"), p->description, p->tags,
                          api->now_ms) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_prompt_version_add, p->name,
                          p->body, api->actor, api->now_ms) != NGX_OK
        || ngx_lo_prompt_trail(api, job, "update", "Prompt got a new version")
           != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_prompt_get, p->name, p->to)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_prompt_lost);

    return ngx_lo_api_then(api, job, ngx_lo_prompt_changed);
}


static ngx_int_t
ngx_lo_prompt_changed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t         n;
    const json_t  *row;

    /* a new version takes a statement more than a choice */

    n = (api->route->method == NGX_HTTP_PUT) ? 3 : 2;
    row = ngx_lo_job_row(job, n);

    return (row != NULL) ? ngx_lo_asset_answer(api, NGX_HTTP_OK, row,
                                               ngx_lo_prompt_shown(row))
                         : NGX_ERROR;
}


ngx_int_t
ngx_lo_prompt_lost(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_header(api, "If-Match")
           ? ngx_lo_asset_412(api)
           : ngx_lo_api_problem(api, 409, "conflict",
                                "The prompt was changed at the same time");
}


ngx_int_t
ngx_lo_prompts_activate_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_prompt_t  *p;

    p = ngx_lo_prompt_new(api);
    if (p == NULL) {
        return NGX_ERROR;
    }

    p->name = ngx_lo_api_seg(api, "name");
    p->to = ngx_lo_input_int(api, "version", 1, INT32_MAX, 0);

    if (p->to == 0 && !ngx_lo_input_failed(api)) {
        ngx_lo_input_wrong(api, "body", "version", "missing",
                           "This field is required");
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_prompt_get, p->name, NGX_LO_NULL)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_prompt_get, p->name, p->to);
}


ngx_int_t
ngx_lo_prompts_activate_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t         rc;
    const json_t     *row;
    ngx_lo_prompt_t  *p;

    p = api->ctx;
    row = ngx_lo_job_row(job, 0);

    if (row == NULL || ngx_lo_job_row(job, 1) == NULL) {
        return ngx_lo_prompt_404(api);
    }

    rc = ngx_lo_asset_match(api, row);
    if (rc != NGX_OK) {
        return rc;
    }

    p->from = ckp_json_int(row, "_used", 0);
    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_prompt_activate, p->name, p->to,
                          api->now_ms, ngx_lo_asset_guard(api, row)) != NGX_OK
        || ngx_lo_prompt_trail(api, job, "activate",
                               "Version of a prompt activated") != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_prompt_get, p->name, p->to)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_prompt_lost);

    return ngx_lo_api_then(api, job, ngx_lo_prompt_changed);
}


/* --- removed ------------------------------------------------------------------------ */


ngx_int_t
ngx_lo_prompts_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *name;

    name = ngx_lo_api_seg(api, "name");

    if (ngx_lo_job_add(job, &ngx_lo_sql_prompt_get, name, NGX_LO_NULL)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_prompt_user, name);
}


ngx_int_t
ngx_lo_prompts_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t         rc;
    const json_t     *row, *user;
    ngx_lo_prompt_t  *p;

    row = ngx_lo_job_row(job, 0);
    user = ngx_lo_job_row(job, 1);

    if (row == NULL) {
        return ngx_lo_prompt_404(api);
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

    p = ngx_lo_prompt_new(api);
    if (p == NULL) {
        return NGX_ERROR;
    }

    p->name = ngx_lo_api_seg(api, "name");
    p->from = ckp_json_int(row, "_used", 0);
    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_prompt_del, p->name,
                          ngx_lo_asset_guard(api, row)) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_prompt_versions_del, p->name)
           != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_prompt_labels_del, p->name)
           != NGX_OK
        || ngx_lo_prompt_trail(api, job, "delete", "Prompt deleted") != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_prompt_lost);

    return ngx_lo_api_then(api, job, ngx_lo_prompt_gone);
}


static ngx_int_t
ngx_lo_prompt_gone(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    (void) job;

    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}
