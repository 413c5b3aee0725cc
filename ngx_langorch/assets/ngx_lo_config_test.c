/*
 * Is the site's webhook there?  One alert is sent, and what came of it is told
 * (spec/api.md 16).
 */

#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "run/ngx_lo_alert.h"
#include "secret/ngx_lo_secret.h"
#include "store/ngx_lo_sql_assets.h"

#define NGX_LO_TEST_MS     5000
#define NGX_LO_TEST_BYTES  65536


static ngx_int_t ngx_lo_config_alert_go(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_config_alert_heard(ngx_lo_api_t *api,
    const ngx_lo_call_reply_t *reply);


ngx_int_t
ngx_lo_config_alert_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_settings);
}


static ngx_int_t
ngx_lo_config_alert_failed(ngx_lo_api_t *api, const char *why)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:b, s:n, s:s}", "ok", 0, "status",
                                     "error", why));
}


ngx_int_t
ngx_lo_config_alert_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t     *names, *url;
    ngx_int_t   rc;

    /* what was said last, also where this worker does not go by it yet */

    url = ngx_lo_api_keep(api, ngx_lo_config_value("alert_webhook_url",
                                                   ngx_lo_job_rows(job, 0)));

    if (!json_is_string(url)) {
        return ngx_lo_config_alert_failed(api, "The site has no address for"
                                               " alerts");
    }

    api->ctx = url;

    names = json_pack("[s]", NGX_LO_ALERT_SECRET);
    rc = ngx_lo_api_secrets(api, names, ngx_lo_config_alert_go);
    json_decref(names);

    return rc;
}


static ngx_int_t
ngx_lo_config_alert_go(ngx_lo_api_t *api)
{
    char                    at[CKP_TIME_LEN + 1];
    json_t                 *v;
    ngx_int_t               rc;
    ngx_str_t               body;
    ngx_lo_alert_head_t     head;
    ngx_lo_call_request_t   rq;

    ckp_time_text(api->now_ms, at);

    v = json_pack("{s:s, s:s, s:s, s:s}", "event", "test",
                  "message", "A test of the site's alerts",
                  "triggered_by", api->actor, "at", at);
    rc = (v != NULL) ? ngx_lo_json_text(api->r->pool, v, &body) : NGX_ERROR;
    json_decref(v);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memzero(&rq, sizeof(rq));
    rq.carrier = NGX_LO_CARRIER_CURL;
    rq.url = json_string_value(api->ctx);
    rq.method = "POST";
    rq.body = ngx_lo_cstr(api->r->pool, &body);
    rq.body_len = body.len;
    rq.timeout = NGX_LO_TEST_MS;
    rq.reply_max = NGX_LO_TEST_BYTES;

    if (rq.body == NULL) {
        return NGX_ERROR;
    }

    if (ngx_lo_alert_sign(rq.body, &head)) {
        rq.headers = head.lines;
        rq.nheaders = 2;
    }

    return ngx_lo_api_call(api, &rq, ngx_lo_config_alert_heard);
}


static ngx_int_t
ngx_lo_config_alert_heard(ngx_lo_api_t *api, const ngx_lo_call_reply_t *reply)
{
    char        text[64];
    ngx_uint_t  ok;

    if (reply->outcome != CKP_OUTCOME_OK) {
        return ngx_lo_config_alert_failed(api, reply->why);
    }

    ok = (reply->status >= 200 && reply->status < 300);
    (void) snprintf(text, sizeof(text), "It answered %d",
                    (int) reply->status);

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:b, s:i, s:s?}", "ok", (int) ok,
                                     "status", (int) reply->status,
                                     "error", ok ? NULL : text));
}
