/*
 * A question to a model: in the way of its provider out, an answer in
 * (spec/ckp.md 23.1; wire/llm.h).
 *
 * A profile of the procedure says where and with which key; what it leaves out
 * is the site's: langorch_llm_url, langorch_llm_model, langorch_llm_secret.
 */

#include "egress/ngx_lo_breaker.h"
#include "run/ngx_lo_run_int.h"
#include "secret/ngx_lo_secret.h"
#include "wire/llm.h"

#define NGX_LO_LLM_HEADERS   32
#define NGX_LO_LLM_FAILURES  5          /* in a row open the circuit */
#define NGX_LO_LLM_URL       8192


/* The performer's own: where it is asked, which names its circuit. */

typedef struct {
    ngx_uint_t           over;
    ngx_lo_llm_shown_t  *shown;         /* NULL: it is not */
    char                 url[1];
} ngx_lo_llm_t;


static void
ngx_lo_llm_free(void *own)
{
    ngx_lo_llm_t  *llm = own;

    ngx_lo_llm_shown_end(llm->shown);

    if (!llm->over) {
        ngx_lo_breaker_left(llm->url);
    }

    ngx_free(llm);
}


static void
ngx_lo_llm_failed(ngx_lo_effect_t *e, const char *type, const char *message)
{
    ngx_lo_effect_reply(e, CKP_OUTCOME_FAILED,
                        json_pack("{s:s, s:s, s:b}", "type", type, "message",
                                  message, "retryable", 0), 0);
}


/* The word of its profile; NULL: the usual one. */

static const char *
ngx_lo_llm_provider(const ngx_lo_effect_t *e)
{
    return ckp_json_str(json_object_get(e->body, "profile"), "provider");
}


/* --- the reply ----------------------------------------------------------- */


static void
ngx_lo_llm_piece(const char *bytes, size_t len, void *data)
{
    ngx_lo_llm_t     *llm;
    ngx_lo_effect_t  *e = data;

    llm = e->own;

    ngx_lo_llm_shown_add(llm->shown, bytes, len);
}


static void
ngx_lo_llm_done(const ngx_lo_call_reply_t *reply, void *data)
{
    json_t           *answer;
    ngx_uint_t        failed;
    ngx_lo_llm_t     *llm;
    ckp_outcome_t     outcome;
    unsigned long     refusals;
    ngx_lo_effect_t  *e = data;

    e->call = NULL;
    refusals = ckp_memory_refusals();
    llm = e->own;
    llm->over = !reply->unsent;
    ngx_lo_llm_shown_end(llm->shown);
    llm->shown = NULL;

    if (reply->outcome == CKP_OUTCOME_OK) {
        answer = ckp_llm_reply(ngx_lo_llm_provider(e), (int) reply->status,
                               (const char *) reply->body.data,
                               reply->body.len, &outcome);
        failed = (reply->status >= 500
                  || (reply->status < 300 && outcome != CKP_OUTCOME_OK));

    } else {
        outcome = reply->outcome;
        answer = ckp_llm_unreached(reply->why);
        failed = 1;
    }

    /* what the policy of this site refuses it refuses the next time, too */

    if (reply->outcome == CKP_OUTCOME_FAILED) {
        (void) json_object_set_new(answer, "retryable", json_false());
        (void) json_object_del(answer, "reason");
        failed = 0;
    }

    if (reply->retry_after != 0) {
        (void) json_object_set_new(answer, "retry_after_ms",
                                   json_integer(
                                       (json_int_t) reply->retry_after));
    }

    if (llm->over) {
        ngx_lo_breaker_ended(llm->url, failed, NGX_LO_LLM_FAILURES);
    }

    ngx_lo_effect_reply(e, outcome, ckp_json_whole(answer, refusals), 1);
}


void
ngx_lo_llm_late(ngx_lo_effect_t *e)
{
    ngx_lo_llm_t  *llm;

    llm = e->own;
    llm->over = 1;

    ngx_lo_breaker_ended(llm->url, 1, NGX_LO_LLM_FAILURES);
}


/* --- the request --------------------------------------------------------- */


static ngx_int_t
ngx_lo_llm_site_text(const ngx_str_t *s, char *out, size_t size)
{
    if (s->len == 0 || s->len >= size) {
        return NGX_DECLINED;
    }

    ngx_memcpy(out, s->data, s->len);
    out[s->len] = '\0';

    return NGX_OK;
}


/* The profile's address, or the site's; NGX_DECLINED: there is none. */

static ngx_int_t
ngx_lo_llm_base(const ngx_lo_effect_t *e, char *out, size_t size,
    ngx_uint_t *ours)
{
    size_t       len;
    const char  *base;

    base = ckp_json_str(json_object_get(e->body, "profile"), "base_url");
    *ours = (base == NULL || *base == '\0');

    if (*ours) {
        return ngx_lo_llm_site_text(&ngx_lo_conf()->llm_url, out, size);
    }

    len = ngx_strlen(base);

    if (len >= size) {
        return NGX_DECLINED;
    }

    ngx_memcpy(out, base, len + 1);

    return NGX_OK;
}


/* The site's key, where the profile has none and the address is the site's. */

static ngx_int_t
ngx_lo_llm_site_key(ngx_lo_effect_t *e, json_t *headers)
{
    char                   name[512], *value;
    json_t                *line;
    ngx_int_t              rc;
    ngx_lo_secret_lack_t   lack;

    if (ngx_lo_llm_site_text(&ngx_lo_conf()->llm_secret, name, sizeof(name))
        != NGX_OK
        || json_object_get(headers, "Authorization") != NULL)
    {
        return NGX_OK;
    }

    value = ngx_lo_secret_named(name, &lack);

    if (value == NULL) {
        return lack.later ? NGX_AGAIN : NGX_DECLINED;
    }

    line = json_sprintf("Bearer %s", value);

    if (e->secrets == NULL) {
        e->secrets = json_object();
    }

    /* what comes back is looked through for it, too */

    rc = (line != NULL
          && json_object_set_new(e->secrets, "$llm", json_string(value)) == 0
          && json_object_set_new(headers, "Authorization", line) == 0)
         ? NGX_OK : NGX_ERROR;

    ngx_lo_secret_free(value);

    return rc;
}


/* Whether its Authorization is a key of ours, and no line of a profile: a
 * handle in it was filled, or it is the site's. */

static ngx_uint_t
ngx_lo_llm_keyed(const ngx_lo_effect_t *e, const json_t *headers)
{
    const char  *before, *now;

    before = ckp_json_str(json_object_get(e->body, "headers"),
                          "Authorization");
    now = ckp_json_str(headers, "Authorization");

    if (before == NULL || now == NULL) {
        return json_object_get(e->secrets, "$llm") != NULL;
    }

    return ngx_strcmp(before, now) != 0;
}


/* A head of its own, with the texts of secrets; NULL: it was answered. */

static json_t *
ngx_lo_llm_headers(ngx_lo_effect_t *e, const char *base, ngx_uint_t ours)
{
    json_t     *headers;
    ngx_int_t   rc;

    if (ngx_lo_effect_secrets(e, base) != NGX_OK) {
        return NULL;
    }

    headers = json_object_get(e->body, "headers");
    headers = (e->secrets != NULL) ? ngx_lo_secrets_fill(headers, e->secrets)
                                   : json_deep_copy(headers);

    if (headers == NULL) {
        ngx_lo_effect_reply(e, CKP_OUTCOME_UNKNOWN,
                            ckp_llm_unreached("no memory"), 0);
        return NULL;
    }

    ngx_lo_site_headers(json_object_get(e->body, "profile"), headers);
    rc = ours ? ngx_lo_llm_site_key(e, headers) : NGX_OK;

    if (rc == NGX_OK
        && ckp_llm_head(ngx_lo_llm_provider(e), headers,
                        ngx_lo_llm_keyed(e, headers)) != 0)
    {
        rc = NGX_ERROR;
    }

    if (rc == NGX_OK) {
        return headers;
    }

    ngx_lo_secrets_wipe(headers);

    if (rc == NGX_DECLINED || rc == NGX_AGAIN) {
        ngx_lo_effect_reply(e, CKP_OUTCOME_FAILED,
            json_pack("{s:s, s:s, s:b}", "type", "SecretNotFound", "message",
                      "the secret of langorch_llm_secret has no value",
                      "retryable", rc == NGX_AGAIN), 0);
    } else {
        ngx_lo_effect_reply(e, CKP_OUTCOME_UNKNOWN,
                            ckp_llm_unreached("no memory"), 0);
    }

    return NULL;
}


/* The request, of which a copy is changed; one that names no model gets the
 * site's. */

static json_t *
ngx_lo_llm_request(const ngx_lo_effect_t *e)
{
    char     model[256];
    json_t  *rq, *own;

    rq = json_object_get(e->body, "request");

    if (json_object_get(rq, "model") != NULL
        || ngx_lo_llm_site_text(&ngx_lo_conf()->llm_model, model,
                                sizeof(model)) != NGX_OK)
    {
        return json_incref(rq);
    }

    own = json_copy(rq);
    (void) json_object_set_new(own, "model", json_string(model));

    return own;
}


static ngx_int_t
ngx_lo_llm_start(ngx_lo_effect_t *e, const char *url, json_t *headers,
    const char *body)
{
    json_t                 *value;
    ngx_uint_t              n;
    const char             *name;
    ngx_uint_t              traced;
    ngx_lo_llm_t           *llm = e->own;
    ngx_lo_call_header_t    lines[NGX_LO_LLM_HEADERS + 2];
    ngx_lo_call_request_t   rq;

    n = 0;
    traced = 0;

    json_object_foreach(headers, name, value) {
        if (n < NGX_LO_LLM_HEADERS && json_is_string(value)) {
            lines[n].name = name;
            lines[n++].value = json_string_value(value);
            traced |= (strcasecmp(name, "traceparent") == 0);
        }
    }

    if (!traced) {
        lines[n].name = "traceparent";
        lines[n++].value = e->trace;
    }

    lines[n].name = "Idempotency-Key";
    lines[n++].value = e->key;

    ngx_memzero(&rq, sizeof(rq));
    rq.carrier = NGX_LO_CARRIER_UPSTREAM;
    rq.url = url;
    rq.method = "POST";
    rq.headers = lines;
    rq.nheaders = n;
    rq.body = body;
    rq.body_len = ngx_strlen(body);
    rq.timeout = e->timeout_ms ? e->timeout_ms : 60000;
    rq.reply_max = ngx_lo_conf()->llm_reply_max;
    rq.piece = (llm->shown != NULL) ? ngx_lo_llm_piece : NULL;

    e->call = ngx_lo_call_start(&rq, ngx_lo_llm_done, e);

    return e->call ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_lo_llm_own(ngx_lo_effect_t *e, const char *base)
{
    size_t         len;
    ngx_lo_llm_t  *llm;

    len = ngx_strlen(base);
    llm = ngx_calloc(sizeof(ngx_lo_llm_t) + len, ngx_cycle->log);

    if (llm == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(llm->url, base, len + 1);
    llm->shown = ngx_lo_llm_shown(e, ngx_lo_llm_provider(e));
    e->own = llm;
    e->own_free = ngx_lo_llm_free;

    return NGX_OK;
}


static void
ngx_lo_llm_send(ngx_lo_effect_t *e, const char *base, json_t *headers)
{
    json_t           *rq;
    ckp_buf_t         url;
    ngx_int_t         rc;
    const json_t     *profile;
    ckp_llm_where_t   where;

    rq = ngx_lo_llm_request(e);
    profile = json_object_get(e->body, "profile");

    where.provider = ckp_json_str(profile, "provider");
    where.api_version = ckp_json_str(profile, "api_version");
    where.base = base;
    where.model = ckp_json_str(rq, "model");

    ckp_buf_init(&url, NGX_LO_LLM_URL);
    ckp_llm_url(&where, &url);
    json_decref(rq);

    rc = (e->text != NULL && url.failed == CKP_OK
          && ngx_lo_llm_own(e, base) == NGX_OK)
         ? ngx_lo_llm_start(e, ckp_buf_str(&url), headers, e->text)
         : NGX_ERROR;

    ckp_buf_free(&url);

    /* the call has its own */

    ckp_free(e->text);
    e->text = NULL;

    if (rc != NGX_OK) {
        ngx_lo_effect_reply(e, CKP_OUTCOME_UNKNOWN,
                            ckp_llm_unreached("no memory"), 0);
    }
}


static void
ngx_lo_llm_ask(ngx_lo_effect_t *e)
{
    char         base[NGX_LO_LLM_URL];
    json_t      *headers;
    ngx_uint_t   ours;

    if (ngx_lo_llm_base(e, base, sizeof(base), &ours) != NGX_OK) {
        ngx_lo_llm_failed(e, "LLMCallError", "there is no model: neither the "
                          "profile nor the site has an address");
        return;
    }

    if (ngx_lo_breaker_open(base)) {
        ngx_lo_effect_reply(e, CKP_OUTCOME_FAILED, ckp_llm_shut(), 0);
        return;
    }

    headers = ngx_lo_llm_headers(e, base, ours);

    if (headers == NULL) {
        ngx_lo_breaker_left(base);
        return;
    }

    ngx_lo_llm_send(e, base, headers);
    ngx_lo_secrets_wipe(headers);
}


void
ngx_lo_to_llm(ngx_lo_effect_t *e)
{
    json_t  *rq;

    if (e->text == NULL) {
        rq = ngx_lo_llm_request(e);
        e->text = rq ? ckp_llm_body(ngx_lo_llm_provider(e), rq) : NULL;
        json_decref(rq);
    }

    ngx_lo_llm_ask(e);
}


void
ngx_lo_llm_attach(ngx_lo_effect_t *e, void (*ready)(ngx_lo_effect_t *e))
{
    json_t  *rq, *own;

    rq = ngx_lo_llm_request(e);
    own = json_deep_copy(rq);
    json_decref(rq);

    ngx_lo_files_fill(e, own, ready);
}
