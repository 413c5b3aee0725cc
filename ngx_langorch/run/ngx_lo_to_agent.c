/*
 * An agent's step: body and headers out, reply in (api.md 19).
 */

#include "run/ngx_lo_run_int.h"
#include "secret/ngx_lo_grant.h"
#include "secret/ngx_lo_secret.h"
#include "wire/agent.h"

#define NGX_LO_AGENT_HEADERS  8


/*
 * A value for a request's head: visible ASCII as it is, all else
 * percent-encoded, so that it can never carry CR, LF or NUL.
 */

void
ngx_lo_agent_head(ckp_buf_t *b, const char *s)
{
    static const char  hex[] = "0123456789ABCDEF";

    for ( ;; ) {
        size_t  n = 0;
        u_char  c;

        while ((c = (u_char) s[n]) > 0x20 && c < 0x7f && c != '%') {
            n++;
        }

        ckp_buf_put(b, s, n);

        if (c == '\0') {
            break;
        }

        char  out[3] = { '%', hex[c >> 4], hex[c & 15] };

        ckp_buf_put(b, out, 3);
        s += n + 1;
    }

    ckp_buf_put(b, "", 1);
}


static void
ngx_lo_agent_count(const ngx_lo_effect_t *e, ngx_uint_t failed,
    const char *why, ngx_msec_t elapsed)
{
    json_t      *agent;
    const char  *agent_id;

    agent = json_object_get(e->body, "agent");
    agent_id = ckp_json_str(agent, "agent_id");

    if (agent_id != NULL) {
        ngx_lo_admit_ended(agent_id, failed, why);
    }

    ngx_lo_metric_add(NGX_LO_M_AGENT_DURATION,
                      NGX_LO_LABELS(ckp_json_str(agent, "channel"),
                                    failed ? "failed" : "ok"),
                      (double) elapsed / 1000);
}


void
ngx_lo_agent_late(ngx_lo_effect_t *e)
{
    ngx_lo_agent_count(e, 1, "timeout", ngx_current_msec - e->asked);
}


static void
ngx_lo_agent_done(const ngx_lo_call_reply_t *reply, void *data)
{
    json_t           *answer;
    ngx_uint_t        failed;
    const char       *why;
    ckp_outcome_t     outcome;
    unsigned long     refusals;
    ngx_lo_effect_t  *e = data;

    e->call = NULL;
    refusals = ckp_memory_refusals();

    if (reply->outcome == CKP_OUTCOME_OK
        && ckp_json_bool(e->body, "accept", false))
    {
        answer = ckp_agent_accepted((int) reply->status,
                                    (const char *) reply->body.data,
                                    reply->body.len, &outcome);

    } else if (reply->outcome == CKP_OUTCOME_OK) {
        answer = ckp_agent_reply((int) reply->status,
                                 (const char *) reply->body.data,
                                 reply->body.len, true, &outcome);
    } else {
        outcome = reply->outcome;
        answer = ckp_agent_unreached(reply->why);
    }

    if (reply->retry_after != 0 && answer != NULL) {
        (void) json_object_set_new(answer, "retry_after_ms",
                                   json_integer(
                                       (json_int_t) reply->retry_after));
    }

    /* which failures count against the agent: spec/ckp.md 14.1 */

    failed = (reply->outcome != CKP_OUTCOME_OK || reply->status >= 500
              || outcome == CKP_OUTCOME_UNKNOWN);
    why = reply->why ? reply->why : "no usable answer";

    if (!reply->unsent) {
        ngx_lo_agent_count(e, failed, why, reply->elapsed);
    }

    ngx_lo_effect_reply(e, outcome, ckp_json_whole(answer, refusals), 1);
}


static void
ngx_lo_agent_refused(ngx_lo_effect_t *e, const char *why)
{
    ngx_lo_effect_reply(e, CKP_OUTCOME_UNKNOWN, ckp_agent_unreached(why), 0);
}


static ngx_int_t
ngx_lo_agent_start(ngx_lo_effect_t *e, const json_t *rq, ckp_buf_t *head,
    ckp_buf_t *url, const char *body)
{
    size_t                 i, at[NGX_LO_AGENT_HEADERS];
    char                   attempt[24];
    const char            *value;
    ngx_lo_call_header_t   headers[NGX_LO_AGENT_HEADERS];
    ngx_lo_call_request_t  call;

    static const struct {
        const char  *header;
        const char  *member;
    } names[] = {
        { "X-Run-ID",        "run_id" },
        { "X-Node-ID",       "node_id" },
        { "X-Step-ID",       "step_id" },
        { "X-Attempt",       NULL },
        { "Idempotency-Key", NULL },
        { "traceparent",     NULL },
    };

    (void) ngx_snprintf((u_char *) attempt, sizeof(attempt), "%L%Z",
                        ckp_json_int(rq, "attempt", 1));

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {

        value = (i == 3) ? attempt : (i == 4) ? e->key : (i == 5) ? e->trace
                         : ckp_json_str(rq, names[i].member);

        at[i] = head->len;
        ngx_lo_agent_head(head, value ? value : "");
    }

    if (head->failed != CKP_OK || url->failed != CKP_OK) {
        return NGX_ERROR;
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        headers[i].name = names[i].header;
        headers[i].value = head->data + at[i];
    }

    ngx_memzero(&call, sizeof(call));
    call.carrier = NGX_LO_CARRIER_UPSTREAM;
    call.url = ckp_buf_str(url);
    call.method = "POST";
    call.headers = headers;
    call.nheaders = sizeof(names) / sizeof(names[0]);
    call.body = body;
    call.body_len = ngx_strlen(body);
    call.timeout = e->timeout_ms;
    call.reply_max = ngx_lo_conf()->reply_max;

    e->call = ngx_lo_call_start(&call, ngx_lo_agent_done, e);

    return e->call ? NGX_OK : NGX_ERROR;
}


/* With its secrets, which are nowhere else. */

static char *
ngx_lo_agent_body(const ngx_lo_effect_t *e, const json_t *rq)
{
    char    *body;
    json_t  *filled;

    if (e->secrets == NULL) {
        return ckp_json_text(rq);
    }

    filled = ngx_lo_secrets_fill(rq, e->grants ? e->grants : e->secrets);
    body = filled ? ckp_json_text(filled) : NULL;
    ngx_lo_secrets_wipe(filled);

    return body;
}


void
ngx_lo_to_agent(ngx_lo_effect_t *e)
{
    char          *body;
    size_t         len;
    json_t        *rq;
    ckp_buf_t      head, url;
    ngx_int_t      rc;
    const char    *base;

    rq = json_object_get(e->body, "request");
    base = ckp_json_str(json_object_get(e->body, "agent"), "base_url");

    if (ngx_lo_effect_secrets(e, base) != NGX_OK) {
        return;
    }

    if (e->secrets != NULL && ngx_lo_grants_given()) {
        e->grants = ngx_lo_grants(json_object_get(e->body, "secrets"),
                                  e->secrets, e->run->run_id, ngx_lo_now_ms());

        if (e->grants == NULL) {
            ngx_lo_agent_refused(e, "no memory for grants, or one is too long");
            return;
        }
    }

    body = ngx_lo_agent_body(e, rq);

    if (body == NULL || base == NULL) {
        ckp_free(body);
        ngx_lo_agent_refused(e, "no memory");
        return;
    }

    ckp_buf_init(&head, 16384);
    ckp_buf_init(&url, 8192);

    len = ngx_strlen(base);

    while (len > 0 && base[len - 1] == '/') {
        len--;
    }

    ckp_buf_put(&url, base, len);
    ckp_buf_puts(&url, "/execute");

    rc = ngx_lo_agent_start(e, rq, &head, &url, body);

    ckp_buf_free(&head);
    ckp_buf_free(&url);

    if (e->secrets != NULL) {
        ngx_explicit_memzero(body, ngx_strlen(body));
    }

    ckp_free(body);

    if (rc != NGX_OK) {
        ngx_lo_agent_refused(e, "no memory");
    }
}
