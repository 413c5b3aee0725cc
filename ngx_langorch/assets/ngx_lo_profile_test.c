/*
 * A profile is tried: one short question, whose answer is told and kept nowhere
 * (spec/api.md 13).
 */

#include "api/ngx_lo_reply.h"
#include "assets/ngx_lo_asset.h"
#include "assets/ngx_lo_profile.h"
#include "secret/ngx_lo_secret.h"
#include "store/ngx_lo_sql_assets.h"
#include "wire/llm.h"

#define NGX_LO_TRY_MS      30000
#define NGX_LO_TRY_BYTES   (1024 * 1024)
#define NGX_LO_TRY_TEXT    120          /* characters that are shown */
#define NGX_LO_TRY_LINES   32           /* of a head */
#define NGX_LO_TRY_URL     8192


typedef struct {
    const json_t  *body;            /* the profile */
    const char    *base;
    const char    *secret;          /* its name; NULL: none */
    json_t        *texts;           /* what may not be shown */
    ngx_msec_t     began;
} ngx_lo_try_t;


static ngx_int_t ngx_lo_try(ngx_lo_api_t *api, json_t *profile);
static ngx_int_t ngx_lo_try_go(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_try_heard(ngx_lo_api_t *api,
    const ngx_lo_call_reply_t *reply);


static ngx_int_t
ngx_lo_try_failed(ngx_lo_api_t *api, const char *why)
{
    ngx_lo_try_t  *t = api->ctx;

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:b, s:O?, s:n, s:n, s:s}", "ok", 0,
                                     "model", json_object_get(t->body,
                                                              "model"),
                                     "response", "latency_ms", "error", why));
}


/* --- who is asked ---------------------------------------------------------------- */


ngx_int_t
ngx_lo_profiles_test_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_llm_profile_get,
                          ngx_lo_api_seg(api, "name"));
}


ngx_int_t
ngx_lo_profiles_test_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);

    if (row == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "Profile '%s' not found",
                                  ngx_lo_api_seg(api, "name"));
    }

    return ngx_lo_try(api, json_incref(json_object_get(row, "body")));
}


/* The profile that counts where none is named, or else what the site says. */

ngx_int_t
ngx_lo_config_llm_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_llm_profiles);
}


ngx_int_t
ngx_lo_config_llm_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t      i;
    json_t     *row, *body;
    ngx_str_t  *model;

    json_array_foreach(ngx_lo_job_rows(job, 0), i, row) {
        body = json_object_get(row, "body");

        if (ckp_json_bool(body, "is_default", false)) {
            return ngx_lo_try(api, json_incref(body));
        }
    }

    model = &ngx_lo_conf()->llm_model;

    return ngx_lo_try(api, (model->len > 0)
                           ? json_pack("{s:s%}", "model", model->data,
                                       model->len)
                           : json_object());
}


/* Steals the profile. */

static ngx_int_t
ngx_lo_try(ngx_lo_api_t *api, json_t *profile)
{
    json_t              *names;
    ngx_int_t            rc;
    ngx_lo_try_t        *t;
    ngx_lo_main_conf_t  *conf;

    profile = ngx_lo_api_keep(api, profile);
    t = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_try_t));

    if (t == NULL || profile == NULL) {
        return NGX_ERROR;
    }

    conf = ngx_lo_conf();
    api->ctx = t;
    t->body = profile;
    t->base = ckp_json_str(t->body, "base_url");
    t->secret = ckp_json_str(t->body, "secret_name");
    t->texts = ngx_lo_api_keep(api, json_object());

    /* what the profile leaves out is the site's, as in a run */

    if (t->base == NULL || *t->base == '\0') {
        t->base = ngx_lo_cstr(api->r->pool, &conf->llm_url);

        if (t->secret == NULL && conf->llm_secret.len > 0) {
            t->secret = ngx_lo_cstr(api->r->pool, &conf->llm_secret);
        }
    }

    if (t->base == NULL || *t->base == '\0') {
        return ngx_lo_try_failed(api, "Neither the profile nor the site has an"
                                      " address");
    }

    if (t->secret == NULL || *t->secret == '\0') {
        return ngx_lo_try_go(api);
    }

    names = json_pack("[s]", t->secret);
    rc = ngx_lo_api_secrets(api, names, ngx_lo_try_go);
    json_decref(names);

    return rc;
}


/* --- what is asked ---------------------------------------------------------------- */


/* NULL: it was answered, or no memory (*rc). */

static const char *
ngx_lo_try_auth(ngx_lo_api_t *api, ngx_int_t *rc)
{
    char                  *value;
    u_char                *line;
    ngx_lo_try_t          *t = api->ctx;
    ngx_lo_secret_lack_t   lack;

    if (!ngx_lo_secrets_may_go(t->base)) {
        *rc = ngx_lo_try_failed(api, "Its key would go over plain HTTP");
        return NULL;
    }

    value = ngx_lo_secret_named(t->secret, &lack);

    if (value == NULL) {
        *rc = ngx_lo_try_failed(api, "Its secret has no value");
        return NULL;
    }

    line = ngx_pnalloc(api->r->pool, ngx_strlen(value) + sizeof("Bearer "));
    *rc = NGX_ERROR;

    if (line != NULL) {
        *ngx_sprintf(line, "Bearer %s", value) = '\0';
        (void) json_object_set_new(t->texts, "key", json_string(value));
    }

    ngx_lo_secret_free(value);

    return (const char *) line;
}


static const char *
ngx_lo_try_provider(const ngx_lo_try_t *t)
{
    return ckp_json_str(t->body, "provider");
}


static char *
ngx_lo_try_body(const ngx_lo_try_t *t)
{
    char    *text;
    json_t  *v;

    v = json_pack("{s:O, s:[{s:s, s:s}], s:i}",
                  "model", json_object_get(t->body, "model"), "messages",
                  "role", "user", "content", "Answer with the word: ready",
                  "max_tokens", 16);
    text = v ? ckp_llm_body(ngx_lo_try_provider(t), v) : NULL;
    json_decref(v);

    return text;
}


/* The request's; NULL: no memory. */

static const json_t *
ngx_lo_try_head(ngx_lo_api_t *api, const char *auth)
{
    json_t        *head, *v;
    const char    *name;
    ngx_lo_try_t  *t = api->ctx;

    head = ngx_lo_api_keep(api, json_object());

    json_object_foreach(json_object_get(t->body, "extra_headers"), name, v) {

        if (json_is_string(v)
            && !(auth != NULL && strcasecmp(name, "authorization") == 0))
        {
            (void) json_object_set(head, name, v);
            (void) json_object_set(t->texts, name, v);
        }
    }

    if (auth != NULL) {
        (void) json_object_set_new(head, "Authorization", json_string(auth));
    }

    return (head != NULL
            && ckp_llm_head(ngx_lo_try_provider(t), head, auth != NULL) == 0)
           ? head : NULL;
}


static ngx_uint_t
ngx_lo_try_lines(const json_t *head, ngx_lo_call_header_t *lines)
{
    json_t      *v;
    ngx_uint_t   n;
    const char  *name;

    n = 0;

    json_object_foreach((json_t *) head, name, v) {
        if (n < NGX_LO_TRY_LINES) {
            lines[n].name = name;
            lines[n++].value = json_string_value(v);
        }
    }

    return n;
}


/* The request's; NULL: no memory. */

static const char *
ngx_lo_try_url(ngx_lo_api_t *api)
{
    u_char           *url;
    ckp_buf_t         b;
    ngx_lo_try_t     *t = api->ctx;
    ckp_llm_where_t   where;

    where.provider = ngx_lo_try_provider(t);
    where.base = t->base;
    where.model = ckp_json_str(t->body, "model");
    where.api_version = ckp_json_str(t->body, "api_version");

    ckp_buf_init(&b, NGX_LO_TRY_URL);
    ckp_llm_url(&where, &b);
    url = (b.failed == CKP_OK) ? ngx_pnalloc(api->r->pool, b.len + 1) : NULL;

    if (url != NULL) {
        ngx_memcpy(url, ckp_buf_str(&b), b.len + 1);
    }

    ckp_buf_free(&b);

    return (const char *) url;
}


static ngx_int_t
ngx_lo_try_go(ngx_lo_api_t *api)
{
    char                   *body;
    int64_t                 ms;
    ngx_int_t               rc;
    const char             *auth, *url;
    const json_t           *head;
    ngx_lo_try_t           *t = api->ctx;
    ngx_lo_call_header_t    lines[NGX_LO_TRY_LINES];
    ngx_lo_call_request_t   rq;

    auth = NULL;

    if (t->secret != NULL && *t->secret != '\0') {
        auth = ngx_lo_try_auth(api, &rc);

        if (auth == NULL) {
            return rc;
        }
    }

    url = ngx_lo_try_url(api);
    head = ngx_lo_try_head(api, auth);
    body = ngx_lo_try_body(t);

    if (url == NULL || head == NULL || body == NULL) {
        ckp_free(body);
        return NGX_ERROR;
    }

    ms = ckp_json_int(t->body, "timeout_ms", NGX_LO_TRY_MS);

    ngx_memzero(&rq, sizeof(rq));
    rq.carrier = NGX_LO_CARRIER_UPSTREAM;
    rq.url = url;
    rq.method = "POST";
    rq.headers = lines;
    rq.nheaders = ngx_lo_try_lines(head, lines);
    rq.body = body;
    rq.body_len = ngx_strlen(body);
    rq.timeout = (ngx_msec_t) ngx_min(ngx_max(ms, 1), NGX_LO_TRY_MS);
    rq.reply_max = NGX_LO_TRY_BYTES;

    t->began = ngx_current_msec;
    rc = ngx_lo_api_call(api, &rq, ngx_lo_try_heard);
    ckp_free(body);

    return rc;
}


/* --- what is heard ----------------------------------------------------------------- */


/* New string of at most `most` characters. */

static json_t *
ngx_lo_try_cut(const char *s, size_t most)
{
    size_t  i;

    for (i = 0; s[i] != '\0'; i++) {
        if (((u_char) s[i] & 0xc0) != 0x80 && most-- == 0) {
            break;
        }
    }

    return json_stringn(s, i);
}


static ngx_int_t
ngx_lo_try_heard(ngx_lo_api_t *api, const ngx_lo_call_reply_t *reply)
{
    json_t         *data, *v, *text;
    const char     *s;
    ngx_uint_t      ok;
    ngx_lo_try_t   *t = api->ctx;
    ckp_outcome_t   outcome;

    if (reply->outcome == CKP_OUTCOME_OK) {
        data = ckp_llm_reply(ngx_lo_try_provider(t), (int) reply->status,
                             (const char *) reply->body.data, reply->body.len,
                             &outcome);
    } else {
        outcome = reply->outcome;
        data = ckp_llm_unreached(reply->why);
    }

    if (data == NULL) {
        return NGX_ERROR;
    }

    ok = (outcome == CKP_OUTCOME_OK);
    s = ckp_json_str(data, ok ? "text" : "message");
    text = ngx_lo_try_cut(s ? s : "", ok ? NGX_LO_TRY_TEXT : 1000);

    v = json_pack("{s:b, s:O?, s:o, s:o, s:o}", "ok", (int) ok,
                  "model", json_object_get(ok && json_object_get(data, "model")
                                           ? data : t->body, "model"),
                  "response", ok ? json_incref(text) : json_null(),
                  "latency_ms", reply->outcome == CKP_OUTCOME_OK
                      ? json_integer((json_int_t) (ngx_current_msec
                                                   - t->began))
                      : json_null(),
                  "error", ok ? json_null() : json_incref(text));

    json_decref(text);
    json_decref(data);

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           ngx_lo_secrets_scrub(v, t->texts));
}
