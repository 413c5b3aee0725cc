/*
 * An agent is told that nobody waits for its workflow any more (spec/ckp.md
 * 14.3): once, best effort, whatever becomes of the run.
 */

#include "run/ngx_lo_run_int.h"


static void
ngx_lo_agent_cancelled(const ngx_lo_call_reply_t *reply, void *data)
{
    (void) reply;
    (void) data;
}


void
ngx_lo_agent_cancel(const ngx_lo_effect_t *e)
{
    char                   *body;
    size_t                  len;
    ckp_buf_t               url;
    const char             *base;
    ngx_lo_call_request_t   call;

    base = ckp_json_str(json_object_get(e->body, "agent"), "base_url");
    body = ckp_json_text(json_object_get(e->body, "cancel"));

    if (base == NULL || body == NULL) {
        ckp_free(body);
        return;
    }

    len = ngx_strlen(base);

    while (len > 0 && base[len - 1] == '/') {
        len--;
    }

    ckp_buf_init(&url, 8192);
    ckp_buf_put(&url, base, len);
    ckp_buf_puts(&url, "/cancel");

    ngx_memzero(&call, sizeof(call));
    call.carrier = NGX_LO_CARRIER_UPSTREAM;
    call.url = ckp_buf_str(&url);
    call.method = "POST";
    call.body = body;
    call.body_len = ngx_strlen(body);
    call.timeout = e->timeout_ms;
    call.reply_max = ngx_lo_conf()->reply_max;

    if (url.failed != CKP_OK
        || ngx_lo_call_start(&call, ngx_lo_agent_cancelled, NULL) == NULL)
    {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "run %s: an agent could not be told of its cancelled"
                      " workflow", e->run->run_id);
    }

    ckp_buf_free(&url);
    ckp_free(body);
}
