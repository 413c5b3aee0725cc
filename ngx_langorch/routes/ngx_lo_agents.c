/*
 * Agents registered, shown, changed and removed (spec/api.md 8).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_agents.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"


/* An agent as its body has it; NULL: not said. */

typedef struct {
    const char    *agent_id;
    const char    *name;
    const char    *channel;
    const char    *base_url;
    const char    *status;
    const char    *resource_key;
    const char    *pool_id;
    const json_t  *capabilities;
    int64_t        limit;
} ngx_lo_agent_t;


static ngx_int_t ngx_lo_agent_read(ngx_lo_api_t *api, ngx_lo_agent_t *a,
    ngx_uint_t required);
static void ngx_lo_agent_read_capabilities(ngx_lo_api_t *api,
    ngx_lo_agent_t *a);
static ngx_int_t ngx_lo_agent_derive(ngx_lo_api_t *api, ngx_lo_agent_t *a);
static ngx_int_t ngx_lo_agent_asked(ngx_lo_api_t *api,
    const ngx_lo_call_reply_t *reply);
static ngx_int_t ngx_lo_agent_add(ngx_lo_api_t *api, ngx_lo_agent_t *a);
static ngx_int_t ngx_lo_agent_added(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_agent_taken(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_agent_changed(ngx_lo_api_t *api, ngx_lo_job_t *job);
static const char *ngx_lo_agent_tag(ngx_lo_api_t *api, const json_t *row);
static ngx_int_t ngx_lo_agent_412(ngx_lo_api_t *api, const json_t *row);
static ngx_int_t ngx_lo_agent_gone(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_agent_removed(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_agent_404(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 404, "not_found", "Agent not found");
}


/* A tag of what people edit; failures and heartbeats do not change it. */

static const char *
ngx_lo_agent_tag(ngx_lo_api_t *api, const json_t *row)
{
    char        *text;
    u_char       sha[CKP_SHA256_LEN], *tag;
    json_t      *v;
    ngx_uint_t   i;

    static const char *const  members[] = {
        "agent_id", "name", "channel", "base_url", "concurrency_limit",
        "resource_key", "pool_id", "capabilities"
    };

    v = json_array();

    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        (void) json_array_append(v, json_object_get(row, members[i]));
    }

    text = ckp_json_canonical(v);
    json_decref(v);
    tag = ngx_pnalloc(api->r->pool, 2 * CKP_SHA256_LEN + 3);

    if (text == NULL || tag == NULL) {
        ckp_free(text);
        return NULL;
    }

    ckp_sha256(text, strlen(text), sha);
    ckp_free(text);

    tag[0] = '"';
    ckp_hex(sha, 16, (char *) tag + 1);
    tag[33] = '"';
    tag[34] = '\0';

    return (const char *) tag;
}


ngx_int_t
ngx_lo_agent_answer(ngx_lo_api_t *api, ngx_uint_t status, const json_t *row)
{
    const char  *tag;

    tag = ngx_lo_agent_tag(api, row);

    if (tag == NULL || ngx_lo_api_set(api, "ETag", tag) == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (api->r->method == NGX_HTTP_GET && ngx_lo_api_fresh(api, tag)) {
        return ngx_lo_api_empty(api, NGX_HTTP_NOT_MODIFIED);
    }

    return ngx_lo_api_json(api, status, json_incref((json_t *) row));
}


ngx_int_t
ngx_lo_agents_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *channel, *status, *pool;

    channel = ngx_lo_query_str(api, "channel");
    status = ngx_lo_query_word(api, "status", "online|offline|busy");
    pool = ngx_lo_query_str(api, "pool_id");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_agents, channel, status, pool,
                          api->now_ms);
}


ngx_int_t
ngx_lo_agents_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 0));
}


ngx_int_t
ngx_lo_agents_get_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_api_agent_get,
                          ngx_lo_api_seg(api, "agent_id"), api->now_ms);
}


ngx_int_t
ngx_lo_agents_get_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    return (row != NULL) ? ngx_lo_agent_answer(api, NGX_HTTP_OK, row)
                         : ngx_lo_agent_404(api);
}


/* --- what the body says -------------------------------------------------------- */


static ngx_int_t
ngx_lo_agent_read(ngx_lo_api_t *api, ngx_lo_agent_t *a, ngx_uint_t required)
{
    a->name = ngx_lo_input_str(api, "name", required, 256);
    a->channel = ngx_lo_input_str(api, "channel", required, 64);
    a->base_url = ngx_lo_input_str(api, "base_url", required, 2000);
    a->agent_id = ngx_lo_input_str(api, "agent_id", NGX_LO_OPTIONAL, 256);
    a->status = ngx_lo_input_word(api, "status", "online|offline|busy");
    a->resource_key = ngx_lo_input_str(api, "resource_key", NGX_LO_OPTIONAL,
                                       256);
    a->pool_id = ngx_lo_input_str(api, "pool_id", NGX_LO_OPTIONAL, 256);
    a->limit = ngx_lo_input_int(api, "concurrency_limit", 1, 1000,
                                NGX_LO_NULL);
    ngx_lo_agent_read_capabilities(api, a);

    if (a->channel != NULL && !ngx_lo_text_is_id(a->channel, "._:~@+- ", 64)) {
        ngx_lo_input_wrong(api, "body", "channel", "channel",
                           "Must be letters, digits and . _ : ~ @ + -");
    }

    if (a->base_url != NULL) {
        return ngx_lo_agent_target(api, "body", a->base_url);
    }

    return NGX_OK;
}


static void
ngx_lo_agent_read_capabilities(ngx_lo_api_t *api, ngx_lo_agent_t *a)
{
    const json_t  *list;

    list = ngx_lo_input_array(api, "capabilities", NGX_LO_OPTIONAL);
    if (list == NULL) {
        return;
    }

    a->capabilities = ngx_lo_api_keep(api, ngx_lo_agent_capabilities(list));

    if (a->capabilities == NULL) {
        ngx_lo_input_wrong(api, "body", "capabilities", "capability",
                           "Must be a list of names or capabilities");
    }
}


/* --- create ---------------------------------------------------------------------- */


ngx_int_t
ngx_lo_agents_create_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    ngx_lo_agent_t  *a;

    a = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_agent_t));
    if (a == NULL) {
        return NGX_ERROR;
    }

    api->ctx = a;

    rc = ngx_lo_agent_read(api, a, NGX_LO_REQUIRED);
    if (rc != NGX_OK) {
        return rc;
    }

    if (!ngx_lo_input_failed(api) && ngx_lo_agent_derive(api, a) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_agent_get, a->agent_id,
                          api->now_ms);
}


/* What is not said follows from channel and name. */

static ngx_int_t
ngx_lo_agent_derive(ngx_lo_api_t *api, ngx_lo_agent_t *a)
{
    u_char  *p, *id;

    if (a->limit == NGX_LO_NULL) {
        a->limit = 1;
    }

    if (a->resource_key == NULL || *a->resource_key == '\0') {
        p = ngx_pnalloc(api->r->pool, strlen(a->channel) + 9);
        if (p == NULL) {
            return NGX_ERROR;
        }

        *ngx_sprintf(p, "%s_default", a->channel) = '\0';
        a->resource_key = (const char *) p;
    }

    if (a->agent_id == NULL || *a->agent_id == '\0') {
        id = ngx_pnalloc(api->r->pool,
                         strlen(a->channel) + strlen(a->name) + 2);
        if (id == NULL) {
            return NGX_ERROR;
        }

        p = ngx_sprintf(id, "%s_%s", a->channel, a->name);
        *p = '\0';

        for (p = id + strlen(a->channel); *p != '\0'; p++) {
            *p = (*p == ' ') ? '_' : ngx_tolower(*p);
        }

        a->agent_id = (const char *) id;
    }

    if (!ngx_lo_is_agent_id(a->agent_id)) {
        ngx_lo_input_wrong(api, "body", "agent_id", "id",
                           "Is not an agent id or is reserved");
    }

    return NGX_OK;
}


ngx_int_t
ngx_lo_agents_create_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_agent_t  *a;

    a = api->ctx;

    if (ngx_lo_job_row(job, 0) != NULL) {
        return ngx_lo_agent_taken(api, job);
    }

    if (json_array_size(a->capabilities) == 0) {
        return ngx_lo_agent_call(api, a->base_url, "/capabilities",
                                 ngx_lo_agent_asked);
    }

    return ngx_lo_agent_add(api, a);
}


static ngx_int_t
ngx_lo_agent_asked(ngx_lo_api_t *api, const ngx_lo_call_reply_t *reply)
{
    ngx_lo_agent_t  *a;

    a = api->ctx;
    a->capabilities = ngx_lo_api_keep(api, ngx_lo_agent_offers(reply));

    return ngx_lo_agent_add(api, a);
}


static ngx_int_t
ngx_lo_agent_add(ngx_lo_api_t *api, ngx_lo_agent_t *a)
{
    ngx_lo_job_t  *job;

    if (a->capabilities == NULL) {
        a->capabilities = ngx_lo_api_keep(api, json_array());
    }

    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_agent_add, a->agent_id, a->name,
                          a->channel, a->base_url, a->limit, a->resource_key,
                          a->pool_id, a->capabilities, api->now_ms)
           != NGX_OK
        || ngx_lo_agent_trail(api, job, a->agent_id, "create", api->body)
           != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_api_agent_get, a->agent_id,
                          api->now_ms)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_agent_taken);

    return ngx_lo_api_then(api, job, ngx_lo_agent_added);
}


static ngx_int_t
ngx_lo_agent_added(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char            *path;
    const json_t    *row;
    ngx_lo_agent_t  *a;

    a = api->ctx;
    ngx_lo_agents_changed();

    path = ngx_lo_api_path(api, "agents", a->agent_id, NULL);
    row = ngx_lo_job_row(job, 2);

    if (path == NULL || row == NULL
        || ngx_lo_api_set_url(api, "Location", path) == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_agent_answer(api, NGX_HTTP_CREATED, row);
}


static ngx_int_t
ngx_lo_agent_taken(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_agent_t  *a;

    a = api->ctx;

    return ngx_lo_api_problem(api, 409, "conflict",
                              "Agent %s already exists", a->agent_id);
}


/* --- change ---------------------------------------------------------------------- */


ngx_int_t
ngx_lo_agents_put_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t        rc;
    ngx_lo_agent_t  *a;

    a = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_agent_t));
    if (a == NULL) {
        return NGX_ERROR;
    }

    api->ctx = a;

    rc = ngx_lo_agent_read(api, a, NGX_LO_OPTIONAL);
    if (rc != NGX_OK) {
        return rc;
    }

    if (a->name != NULL && *a->name == '\0') {
        ngx_lo_input_wrong(api, "body", "name", "missing",
                           "This field is required");
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_agents_get_prepare(api, job);
}


ngx_int_t
ngx_lo_agents_put_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char      *id;
    const json_t    *row;
    ngx_lo_agent_t  *a;

    a = api->ctx;
    id = ngx_lo_api_seg(api, "agent_id");
    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_agent_404(api);
    }

    if (ngx_lo_api_stale(api, ngx_lo_agent_tag(api, row))) {
        return ngx_lo_agent_412(api, row);
    }

    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_agent_put, id, a->name,
                          a->base_url, a->status, a->limit, a->pool_id,
                          a->capabilities, api->now_ms)
           != NGX_OK
        || ngx_lo_agent_trail(api, job, id, "update", api->body) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_api_agent_get, id, api->now_ms)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_agent_gone);

    return ngx_lo_api_then(api, job, ngx_lo_agent_changed);
}


static ngx_int_t
ngx_lo_agent_412(ngx_lo_api_t *api, const json_t *row)
{
    const char  *tag;

    tag = ngx_lo_agent_tag(api, row);

    if (tag == NULL || ngx_lo_api_set(api, "ETag", tag) == NGX_ERROR) {
        return NGX_ERROR;
    }

    return ngx_lo_api_problem(api, 412, "precondition_failed",
                              "It was changed since it was read");
}


static ngx_int_t
ngx_lo_agent_changed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    ngx_lo_agents_changed();

    row = ngx_lo_job_row(job, 2);

    return (row != NULL) ? ngx_lo_agent_answer(api, NGX_HTTP_OK, row)
                         : ngx_lo_agent_404(api);
}


static ngx_int_t
ngx_lo_agent_gone(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_agent_404(api);
}


/* --- remove ---------------------------------------------------------------------- */


ngx_int_t
ngx_lo_agents_delete_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_agents_get_prepare(api, job);
}


ngx_int_t
ngx_lo_agents_delete_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char    *id;
    const json_t  *row;

    id = ngx_lo_api_seg(api, "agent_id");
    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_agent_404(api);
    }

    if (ngx_lo_api_stale(api, ngx_lo_agent_tag(api, row))) {
        return ngx_lo_agent_412(api, row);
    }

    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_agent_del, id) != NGX_OK
        || ngx_lo_agent_trail(api, job, id, "delete", NULL) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_api_missed(api, ngx_lo_agent_gone);

    return ngx_lo_api_then(api, job, ngx_lo_agent_removed);
}


static ngx_int_t
ngx_lo_agent_removed(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_agents_changed();

    return ngx_lo_api_empty(api, NGX_HTTP_NO_CONTENT);
}
