/*
 * Agents asked over HTTP: what they can do, and whether they are there
 * (spec/api.md 8).  Replies are parsed, never echoed.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_agents.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"

#define NGX_LO_ASK_MS      5000
#define NGX_LO_ASK_BYTES   (256 * 1024)
#define NGX_LO_OFFERS_MAX  1000


static ngx_int_t ngx_lo_agents_probed(ngx_lo_api_t *api,
    const ngx_lo_call_reply_t *reply);
static ngx_int_t ngx_lo_agents_synced(ngx_lo_api_t *api,
    const ngx_lo_call_reply_t *reply);
static ngx_int_t ngx_lo_agents_sync_done(ngx_lo_api_t *api,
    ngx_lo_job_t *job);
static ngx_int_t ngx_lo_agents_checked(ngx_lo_api_t *api,
    const ngx_lo_call_reply_t *reply);
static ngx_int_t ngx_lo_agents_check_done(ngx_lo_api_t *api,
    ngx_lo_job_t *job);
static ngx_int_t ngx_lo_agents_502(ngx_lo_api_t *api, const char *base_url);
static json_t *ngx_lo_agent_capability(const json_t *v);


ngx_int_t
ngx_lo_agent_target(ngx_lo_api_t *api, const char *place, const char *url)
{
    ngx_str_t    text;
    ngx_int_t    rc;
    const char  *why;

    text.data = (u_char *) url;
    text.len = strlen(url);
    why = "Must be an http or https URL";

    rc = (text.len <= 2000 && ngx_lo_text_clean(&text))
         ? ngx_lo_target_check(url, &why) : NGX_ERROR;

    if (rc == NGX_DECLINED) {
        return ngx_lo_api_problem(api, 403, "source_not_allowed",
                                  "The outbound policy refuses this address");
    }

    if (rc != NGX_OK) {
        ngx_lo_input_wrong(api, place, "base_url", "url",
                           "Must be an http or https URL");
    }

    return NGX_OK;
}


const char *
ngx_lo_agent_url(ngx_lo_api_t *api, const char *base_url, const char *path)
{
    u_char  *url;
    size_t   len;

    len = strlen(base_url);

    while (len > 0 && base_url[len - 1] == '/') {
        len--;
    }

    url = ngx_pnalloc(api->r->pool, len + strlen(path) + 1);

    if (url != NULL) {
        *ngx_sprintf(url, "%*s%s", len, base_url, path) = '\0';
    }

    return (const char *) url;
}


ngx_int_t
ngx_lo_agent_call(ngx_lo_api_t *api, const char *base_url, const char *path,
    ngx_lo_reply_pt reply)
{
    const char             *url;
    ngx_lo_call_request_t   rq;

    static const ngx_lo_call_header_t  headers[] = {
        { "Accept", "application/json" }
    };

    url = ngx_lo_agent_url(api, base_url, path);

    if (url == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&rq, sizeof(rq));
    rq.carrier = NGX_LO_CARRIER_CURL;
    rq.url = url;
    rq.method = "GET";
    rq.headers = headers;
    rq.nheaders = 1;
    rq.timeout = NGX_LO_ASK_MS;
    rq.reply_max = NGX_LO_ASK_BYTES;

    return ngx_lo_api_call(api, &rq, reply);
}


/* A list, or an object with one. */

json_t *
ngx_lo_agent_offers(const ngx_lo_call_reply_t *reply)
{
    json_t     *v, *list;
    ckp_err_t   err = CKP_ERR_INIT;

    if (reply->outcome != CKP_OUTCOME_OK || reply->status != NGX_HTTP_OK
        || reply->body.len == 0)
    {
        return NULL;
    }

    v = ckp_json_parse((const char *) reply->body.data, reply->body.len, &err);

    list = ngx_lo_agent_capabilities(json_is_object(v)
                                     ? json_object_get(v, "capabilities") : v);
    json_decref(v);

    return list;
}


json_t *
ngx_lo_agent_capabilities(const json_t *list)
{
    size_t   i;
    json_t  *all, *v;

    if (!json_is_array(list) || json_array_size(list) > NGX_LO_OFFERS_MAX) {
        return NULL;
    }

    all = json_array();

    json_array_foreach(list, i, v) {
        if (json_array_append_new(all, ngx_lo_agent_capability(v)) != 0) {
            json_decref(all);
            return NULL;
        }
    }

    return all;
}


/* NULL: no capability. */

static json_t *
ngx_lo_agent_capability(const json_t *v)
{
    const char    *name, *type;
    const json_t  *description, *seconds;

    name = json_is_object(v) ? ckp_json_str(v, "name") : json_string_value(v);

    if (name == NULL || *name == '\0' || strlen(name) > 256) {
        return NULL;
    }

    type = ckp_json_str(v, "type");
    description = json_object_get(v, "description");
    seconds = json_object_get(v, "estimated_duration_s");

    if ((type != NULL && strcmp(type, "tool") != 0
         && strcmp(type, "workflow") != 0)
        || (description != NULL && !json_is_string(description)
            && !json_is_null(description))
        || (seconds != NULL && !json_is_number(seconds)
            && !json_is_null(seconds)))
    {
        return NULL;
    }

    return json_pack("{s:s, s:s, s:O?, s:O?, s:b}", "name", name,
                     "type", (type != NULL) ? type : "tool",
                     "description", description,
                     "estimated_duration_s", seconds, "is_batch",
                     (int) ckp_json_bool(v, "is_batch", false));
}


static ngx_int_t
ngx_lo_agents_502(ngx_lo_api_t *api, const char *base_url)
{
    return ngx_lo_api_problem(api, 502, "bad_gateway",
                              "Could not reach agent at %.800s/capabilities",
                              base_url);
}


ngx_int_t
ngx_lo_agents_probe_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t    rc;
    const char  *url;

    url = ngx_lo_query_str(api, "base_url");

    if (url == NULL || *url == '\0') {

        if (!ngx_lo_input_failed(api)) {
            ngx_lo_input_wrong(api, "query", "base_url", "missing",
                               "This field is required");
        }

        return ngx_lo_input_problem(api);
    }

    rc = ngx_lo_agent_target(api, "query", url);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_agent_call(api, url, "/capabilities", ngx_lo_agents_probed);
}


static ngx_int_t
ngx_lo_agents_probed(ngx_lo_api_t *api, const ngx_lo_call_reply_t *reply)
{
    json_t  *list;

    list = ngx_lo_agent_offers(reply);

    if (list == NULL) {
        return ngx_lo_agents_502(api, ngx_lo_query_str(api, "base_url"));
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, list);
}


ngx_int_t
ngx_lo_agents_sync_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_agents_get_prepare(api, job);
}


ngx_int_t
ngx_lo_agents_sync_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char    *url;
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_agent_404(api);
    }

    api->ctx = ngx_lo_api_keep(api, json_incref((json_t *) row));
    url = ckp_json_str(row, "base_url");

    return (url != NULL) ? ngx_lo_agent_call(api, url, "/capabilities",
                                             ngx_lo_agents_synced)
                         : NGX_ERROR;
}


static ngx_int_t
ngx_lo_agents_synced(ngx_lo_api_t *api, const ngx_lo_call_reply_t *reply)
{
    json_t         *list;
    const char     *id;
    ngx_lo_job_t   *job;

    id = ngx_lo_api_seg(api, "agent_id");
    list = ngx_lo_api_keep(api, ngx_lo_agent_offers(reply));

    if (list == NULL) {
        return ngx_lo_agents_502(api, ckp_json_str(api->ctx, "base_url"));
    }

    job = ngx_lo_api_job(api, 1);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_api_agent_put, id, NULL, NULL,
                          NULL, NGX_LO_NULL, NULL, list, api->now_ms)
           != NGX_OK
        || ngx_lo_agent_trail(api, job, id, "sync", NULL) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_api_agent_get, id, api->now_ms)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_agents_sync_done);
}


static ngx_int_t
ngx_lo_agents_sync_done(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    ngx_lo_agents_changed();

    row = ngx_lo_job_row(job, 2);

    return (row != NULL) ? ngx_lo_agent_answer(api, NGX_HTTP_OK, row)
                         : ngx_lo_agent_404(api);
}


ngx_int_t
ngx_lo_agents_check_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_agents_get_prepare(api, job);
}


ngx_int_t
ngx_lo_agents_check_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char    *url;
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    if (row == NULL) {
        return ngx_lo_agent_404(api);
    }

    url = ckp_json_str(row, "base_url");

    return (url != NULL) ? ngx_lo_agent_call(api, url, "/health",
                                             ngx_lo_agents_checked)
                         : NGX_ERROR;
}


/* The same change of the row as the background check makes. */

static ngx_int_t
ngx_lo_agents_checked(ngx_lo_api_t *api, const ngx_lo_call_reply_t *reply)
{
    char           now[CKP_TIME_LEN + 1];
    ngx_uint_t     ok;
    const char    *id, *why;
    ngx_lo_job_t  *job;

    ok = (reply->outcome == CKP_OUTCOME_OK && reply->status == NGX_HTTP_OK);
    why = ok ? NULL : (reply->why != NULL) ? reply->why : "health is not 200";

    id = ngx_lo_api_seg(api, "agent_id");
    ckp_time_text(ngx_lo_now_ms(), now);

    api->ctx = ngx_lo_api_keep(api,
                   json_pack("{s:s, s:b, s:s, s:o, s:s?, s:s}",
                             "agent_id", id, "reachable",
                             (int) (reply->status != 0),
                             "status", ok ? "online" : "offline",
                             "latency_ms", (reply->status != 0)
                             ? json_integer((json_int_t) reply->elapsed)
                             : json_null(),
                             "error", why, "checked_at", now));

    job = ngx_lo_api_job(api, 1);

    if (api->ctx == NULL || job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_admit_polled, id,
                          ok ? "online" : "offline", ngx_lo_now_ms(), why)
           != NGX_OK
        || ngx_lo_agent_trail(api, job, id, "health_check", api->ctx)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_agents_check_done);
}


static ngx_int_t
ngx_lo_agents_check_done(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_agents_changed();

    return ngx_lo_api_json(api, NGX_HTTP_OK, json_incref(api->ctx));
}
