/*
 * An agent is tried: one call as a step would make it, which belongs to no run
 * and is kept nowhere (spec/api.md 8, 19).  That it was made is audited before
 * it leaves, since nobody may hear how it ended.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_agents.h"
#include "routes/ngx_lo_routes.h"
#include "wire/agent.h"

#define NGX_LO_TRIAL_ACTION  256
#define NGX_LO_TRIAL_MS      30000      /* where nobody says */
#define NGX_LO_TRIAL_MOST    50000      /* the request itself ends at 60 s */
#define NGX_LO_TRIAL_BYTES   (1024 * 1024)
#define NGX_LO_TRIAL_HEADS   5


typedef struct {
    const char    *action;
    const json_t  *params;
    ngx_msec_t     timeout;
    const char    *url;             /* of POST /execute */
    char           key[48];         /* of no run: nobody repeats it */
} ngx_lo_trial_t;


static ngx_int_t ngx_lo_trial_noted(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_trial_heard(ngx_lo_api_t *api,
    const ngx_lo_call_reply_t *reply);


/* --- what is asked ------------------------------------------------------------ */


ngx_int_t
ngx_lo_agents_try_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char             id[37];
    ngx_lo_trial_t  *t;

    t = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_trial_t));

    if (t == NULL) {
        return NGX_ERROR;
    }

    api->ctx = t;
    t->action = ngx_lo_input_str(api, "action", NGX_LO_REQUIRED,
                                 NGX_LO_TRIAL_ACTION);
    t->params = ngx_lo_input_object(api, "params", NGX_LO_OPTIONAL);
    t->timeout = (ngx_msec_t) ngx_lo_input_int(api, "timeout_ms", 100,
                                               NGX_LO_TRIAL_MOST,
                                               NGX_LO_TRIAL_MS);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    ngx_lo_uuid(id);
    *ngx_sprintf((u_char *) t->key, "try:%s", id) = '\0';

    return ngx_lo_agents_get_prepare(api, job);
}


ngx_int_t
ngx_lo_agents_try_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t          *meta;
    ngx_int_t        rc;
    const char      *base;
    const json_t    *row;
    ngx_lo_trial_t  *t = api->ctx;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_agent_404(api);
    }

    base = ckp_json_str(row, "base_url");
    t->url = base ? ngx_lo_agent_url(api, base, "/execute") : NULL;

    meta = ngx_lo_api_keep(api, json_pack("{s:s, s:s}", "action", t->action,
                                          "idempotency_key", t->key));
    job = ngx_lo_api_job(api, 1);

    if (t->url == NULL || meta == NULL || job == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_lo_agent_trail(api, job, ngx_lo_api_seg(api, "agent_id"), "try",
                            meta);

    return (rc == NGX_OK) ? ngx_lo_api_then(api, job, ngx_lo_trial_noted)
                          : NGX_ERROR;
}


/* The body of a step whose run is this trial; NULL: no memory. */

static char *
ngx_lo_trial_body(const ngx_lo_trial_t *t)
{
    char    *text;
    json_t  *v, *params;

    params = t->params ? json_incref((json_t *) t->params) : json_object();
    v = params ? json_pack("{s:s, s:o, s:s, s:s, s:s, s:i, s:s, s:I}",
                           "action", t->action, "params", params,
                           "run_id", t->key, "node_id", "try",
                           "step_id", "try", "attempt", 1, "path", "",
                           "timeout_ms", (json_int_t) t->timeout)
               : NULL;
    text = v ? ckp_json_text(v) : NULL;
    json_decref(v);

    return text;
}


static ngx_int_t
ngx_lo_trial_noted(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    char                   *body;
    size_t                  max;
    ngx_int_t               rc;
    ngx_lo_trial_t         *t = api->ctx;
    ngx_lo_call_header_t    heads[NGX_LO_TRIAL_HEADS] = {
        { "X-Run-ID",        t->key },
        { "X-Node-ID",       "try" },
        { "X-Step-ID",       "try" },
        { "X-Attempt",       "1" },
        { "Idempotency-Key", t->key },
    };
    ngx_lo_call_request_t   rq;

    (void) job;

    body = ngx_lo_trial_body(t);

    if (body == NULL) {
        return NGX_ERROR;
    }

    max = ngx_lo_conf()->reply_max;

    ngx_memzero(&rq, sizeof(rq));
    rq.carrier = NGX_LO_CARRIER_UPSTREAM;
    rq.url = t->url;
    rq.method = "POST";
    rq.headers = heads;
    rq.nheaders = NGX_LO_TRIAL_HEADS;
    rq.body = body;
    rq.body_len = ngx_strlen(body);
    rq.timeout = t->timeout;
    rq.reply_max = ngx_min(max, NGX_LO_TRIAL_BYTES);

    rc = ngx_lo_api_call(api, &rq, ngx_lo_trial_heard);
    ckp_free(body);

    return rc;
}


/* --- what is heard ------------------------------------------------------------ */


/* Steals `data`; what nobody may read is masked by its name. */

static json_t *
ngx_lo_trial_answer(const ngx_lo_trial_t *t, json_t *data,
    ckp_outcome_t outcome, const ngx_lo_call_reply_t *reply)
{
    json_t      *shown, *v;
    ngx_uint_t   ok;

    static const char *const  words[] = { "success", "error", "unknown" };

    ok = (outcome == CKP_OUTCOME_OK);
    shown = data ? ckp_program_redact(NULL, data) : NULL;

    v = shown ? json_pack("{s:s, s:o, s:O?, s:o, s:I, s:s}",
            "outcome", words[ok ? 0 : outcome == CKP_OUTCOME_FAILED ? 1 : 2],
            "http_status", reply->status
                           ? json_integer((json_int_t) reply->status)
                           : json_null(),
            "result", ok ? json_object_get(shown, "result") : NULL,
            "error", ok ? json_null() : json_incref(shown),
            "latency_ms", (json_int_t) reply->elapsed,
            "idempotency_key", t->key)
              : NULL;

    json_decref(shown);
    json_decref(data);

    return v;
}


static ngx_int_t
ngx_lo_trial_heard(ngx_lo_api_t *api, const ngx_lo_call_reply_t *reply)
{
    json_t          *data;
    ckp_outcome_t    outcome;
    ngx_lo_trial_t  *t = api->ctx;

    if (reply->outcome == CKP_OUTCOME_FAILED) {
        return ngx_lo_api_problem(api, 403, "source_not_allowed",
                                  "The outbound policy refuses this address");
    }

    if (reply->outcome == CKP_OUTCOME_OK) {
        data = ckp_agent_reply((int) reply->status,
                               (const char *) reply->body.data,
                               reply->body.len, true, &outcome);
    } else {
        outcome = reply->outcome;
        data = ckp_agent_unreached(reply->why);
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           ngx_lo_trial_answer(t, data, outcome, reply));
}
