/*
 * http_request by this server itself: the request out, redirects hop by hop,
 * the reply in (spec/ckp.md 13.5).
 *
 * Each hop is a call of its own, so the outbound policy looks at each target.
 * What proves who we are goes to the origin that it was meant for, only.
 */

#include "run/ngx_lo_run_int.h"
#include "secret/ngx_lo_secret.h"
#include "wire/http.h"

#define NGX_LO_HTTP_HOPS      5
#define NGX_LO_HTTP_HEADERS   64
#define NGX_LO_HTTP_URL       8192


typedef struct {
    ngx_lo_effect_t  *effect;
    json_t           *rq;           /* as asked, secrets filled in; wiped */
    json_t           *headers;      /* of it, and those that we add */
    json_t           *sealed;       /* names of those with a secret inside */
    char             *url;          /* of this hop */
    const char       *method;
    char             *body;         /* NULL: none */
    ngx_uint_t        hops;
    ngx_msec_t        begun;
    ngx_msec_t        until;
    unsigned          carries:1;    /* a secret is in it still */
    unsigned          secret_body:1;
} ngx_lo_http_t;


static const char *ngx_lo_http_hop(ngx_lo_http_t *h);
static ngx_uint_t ngx_lo_http_has(const ngx_lo_http_t *h,
    const char *header);


static void
ngx_lo_http_free(void *own)
{
    ngx_lo_http_t  *h = own;

    if (h->body != NULL) {
        ngx_explicit_memzero(h->body, ngx_strlen(h->body));
        ckp_free(h->body);
    }

    if (h->url != NULL) {
        ngx_explicit_memzero(h->url, ngx_strlen(h->url));
        ngx_free(h->url);
    }

    json_decref(h->sealed);
    json_decref(h->headers);
    ngx_lo_secrets_wipe(h->rq);
    ngx_free(h);
}


static void
ngx_lo_http_failed(ngx_lo_http_t *h, ckp_outcome_t outcome, const char *type,
    const char *why, ngx_uint_t retryable, ngx_uint_t next)
{
    ngx_lo_effect_reply(h->effect, outcome,
                        json_pack("{s:s, s:s, s:b}", "type", type, "message",
                                  why, "retryable", (int) retryable), next);
}


/* --- the reply ----------------------------------------------------------------- */


static ngx_uint_t
ngx_lo_http_redirects(const ngx_lo_http_t *h, const ngx_lo_call_reply_t *reply)
{
    return ckp_json_bool(h->rq, "follow_redirects", true)
           && (reply->status == 301 || reply->status == 302
               || reply->status == 303 || reply->status == 307
               || reply->status == 308)
           && ckp_json_str(reply->headers, "location") != NULL;
}


/* Another origin gets none of our credentials. */

static void
ngx_lo_http_strip(ngx_lo_http_t *h)
{
    json_t      *value;
    const char  *name;

    json_object_foreach(h->headers, name, value) {

        if (ngx_strcasecmp((u_char *) name, (u_char *) "Authorization") == 0
            || ngx_strcasecmp((u_char *) name, (u_char *) "Cookie") == 0
            || json_object_get(h->sealed, name) != NULL)
        {
            (void) json_object_del(h->headers, name);
        }
    }

    h->carries = h->body != NULL && h->secret_body;
}


/* NULL: on its way; else why not. */

static const char *
ngx_lo_http_redirect(ngx_lo_http_t *h, const ngx_lo_call_reply_t *reply)
{
    ckp_buf_t   url;
    ngx_uint_t  same;

    if (++h->hops > NGX_LO_HTTP_HOPS) {
        return "more than 5 redirects";
    }

    ckp_buf_init(&url, NGX_LO_HTTP_URL);

    if (!ckp_http_follow(&url, h->url,
                         ckp_json_str(reply->headers, "location"))
        || url.failed != CKP_OK)
    {
        ckp_buf_free(&url);
        return "malformed redirect";
    }

    same = ckp_http_same_origin(h->url, ckp_buf_str(&url));

    /* 303 asks for a GET; browsers made one of 301 and 302, too */

    if (reply->status == 303
        || (reply->status < 303 && ngx_strcmp(h->method, "POST") == 0))
    {
        if (ngx_strcmp(h->method, "HEAD") != 0) {
            h->method = "GET";
        }

        if (h->body != NULL) {
            ngx_explicit_memzero(h->body, ngx_strlen(h->body));
            ckp_free(h->body);
            h->body = NULL;
        }

        (void) json_object_del(h->headers, "Content-Type");
    }

    if (!same) {
        ngx_lo_http_strip(h);

        if (h->carries) {
            ckp_buf_free(&url);
            return "a redirect would take a secret to another origin";
        }
    }

    ngx_explicit_memzero(h->url, ngx_strlen(h->url));
    ngx_free(h->url);

    h->url = ngx_alloc(url.len + 1, ngx_cycle->log);

    if (h->url != NULL) {
        ngx_memcpy(h->url, ckp_buf_str(&url), url.len + 1);
    }

    ckp_buf_free(&url);

    if (h->url == NULL) {
        return "no memory";
    }

    return ngx_lo_http_hop(h);
}


static json_t *
ngx_lo_http_value(const ngx_lo_http_t *h, const ngx_lo_call_reply_t *reply)
{
    char         type[128];
    size_t       n;
    json_t      *value;
    const char  *parse;

    parse = ckp_json_str(h->rq, "parse");
    n = ngx_min(reply->content_type.len, sizeof(type) - 1);

    if (n > 0) {
        ngx_memcpy(type, reply->content_type.data, n);
    }

    type[n] = '\0';

    value = ckp_http_body(parse, type, (const char *) reply->body.data,
                          reply->body.len);

    /* the body of an error is what it is: its status is what counts */

    if (value == NULL && (reply->status < 200 || reply->status > 299)) {
        value = ckp_http_body("text", type, (const char *) reply->body.data,
                              reply->body.len);
    }

    return value;
}


/* An attachment of a model: what it is, and no more, comes into the run. */

static ngx_uint_t
ngx_lo_http_attached(ngx_lo_http_t *h, const ngx_lo_call_reply_t *reply)
{
    json_t           *want;
    ngx_lo_effect_t  *e;

    e = h->effect;
    want = json_object_get(e->body, "attachment");

    if (want == NULL) {
        return 0;
    }

    if (reply->status < 200 || reply->status > 299) {
        ngx_lo_effect_reply(e, CKP_OUTCOME_OK,
                            json_pack("{s:I}", "status",
                                      (json_int_t) reply->status), 1);
        return 1;
    }

    ngx_lo_files_keep(e, want, reply);

    return 1;
}


static void
ngx_lo_http_answer(ngx_lo_http_t *h, const ngx_lo_call_reply_t *reply)
{
    json_t         *body, *data;
    unsigned long   refusals;

    if (ngx_lo_http_attached(h, reply)) {
        return;
    }

    refusals = ckp_memory_refusals();
    body = ngx_lo_http_value(h, reply);

    if (body == NULL && ckp_memory_refusals() == refusals) {
        ngx_lo_http_failed(h, CKP_OUTCOME_FAILED, "ParseError",
                           "the body is no JSON", 0, 1);
        return;
    }

    data = json_pack("{s:I, s:O?, s:o, s:I, s:s, s:o*}",
                     "status", (json_int_t) reply->status,
                     "headers", reply->headers, "body", body,
                     "duration_ms",
                     (json_int_t) (ngx_current_msec - h->begun),
                     "url", h->url,
                     "retry_after_ms", reply->retry_after == 0 ? NULL
                         : json_integer((json_int_t) reply->retry_after));

    ngx_lo_effect_reply(h->effect, CKP_OUTCOME_OK,
                        ckp_json_whole(data, refusals), 1);
}


static void
ngx_lo_http_done(const ngx_lo_call_reply_t *reply, void *data)
{
    const char     *why;
    ngx_lo_http_t  *h = data;

    h->effect->call = NULL;

    if (reply->outcome != CKP_OUTCOME_OK) {
        why = reply->why ? reply->why : "no answer";

        ngx_lo_http_failed(h, reply->outcome,
                           ngx_strcmp(why, "timeout") == 0 ? "TimeoutError"
                                                           : "HttpError",
                           why, reply->outcome == CKP_OUTCOME_UNKNOWN
                                && ngx_strcmp(why, "too large") != 0, 1);
        return;
    }

    if (!ngx_lo_http_redirects(h, reply)) {
        ngx_lo_http_answer(h, reply);
        return;
    }

    why = ngx_lo_http_redirect(h, reply);

    if (why != NULL) {
        ngx_lo_http_failed(h, CKP_OUTCOME_FAILED, "HttpError", why, 0, 1);
    }
}


/* --- the request ---------------------------------------------------------------- */


/* NULL: on its way; else why not. */

static const char *
ngx_lo_http_hop(ngx_lo_http_t *h)
{
    json_t                 *value;
    ngx_uint_t              n;
    const char             *name;
    ngx_lo_call_header_t    headers[NGX_LO_HTTP_HEADERS + 1];
    ngx_lo_call_request_t   rq;

    /* what the procedure may call is narrower than what the site may */

    if (!ckp_http_host_in(h->url, json_object_get(h->rq, "allow"))) {
        return "the host is not in egress_allowlist";
    }

    if (h->carries && !ngx_lo_secrets_may_go(h->url)) {
        return "secrets leave over https only";
    }

    n = 0;

    json_object_foreach(h->headers, name, value) {

        if (n == NGX_LO_HTTP_HEADERS) {
            return "too many headers";
        }

        headers[n].name = name;
        headers[n++].value = json_string_value(value);
    }

    if (!ngx_lo_http_has(h, "traceparent")) {
        headers[n].name = "traceparent";
        headers[n++].value = h->effect->trace;
    }

    ngx_memzero(&rq, sizeof(rq));

    /* NGINX's location verifies certificates, always */

    rq.unverified = !ckp_json_bool(h->rq, "verify_tls", true);
    rq.carrier = rq.unverified ? NGX_LO_CARRIER_CURL
                               : NGX_LO_CARRIER_UPSTREAM;
    rq.heads = 1;
    rq.url = h->url;
    rq.method = h->method;
    rq.headers = headers;
    rq.nheaders = n;
    rq.body = h->body;
    rq.body_len = h->body ? ngx_strlen(h->body) : 0;
    rq.reply_max = (size_t) ckp_json_int(h->rq, "max_bytes", 4 * 1024 * 1024);
    rq.timeout = (ngx_msec_int_t) (h->until - ngx_current_msec) > 1
                 ? h->until - ngx_current_msec : 1;

    h->effect->call = ngx_lo_call_start(&rq, ngx_lo_http_done, h);

    return h->effect->call != NULL ? NULL : "no memory";
}


static ngx_int_t
ngx_lo_http_add(ngx_lo_http_t *h, const char *name, const char *value)
{
    return json_object_set_new(h->headers, name, json_string(value)) == 0
           ? NGX_OK : NGX_ERROR;
}


/* Header names are those of the author: his spelling may be any. */

static ngx_uint_t
ngx_lo_http_has(const ngx_lo_http_t *h, const char *header)
{
    json_t      *value;
    const char  *name;

    json_object_foreach(h->headers, name, value) {
        if (ngx_strcasecmp((u_char *) name, (u_char *) header) == 0) {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_lo_http_auth(ngx_lo_http_t *h)
{
    json_t      *auth;
    ngx_int_t    rc;
    ckp_buf_t    b;
    const char  *type, *secret, *user, *header;

    auth = json_object_get(h->rq, "auth");

    if (auth == NULL) {
        return NGX_OK;
    }

    type = ckp_json_str(auth, "type");
    secret = ckp_json_str(auth, "secret");
    user = ckp_json_str(auth, "username");
    header = ckp_json_str(auth, "header");
    header = header ? header : "Authorization";

    ckp_buf_init(&b, 128 * 1024);

    if (type != NULL && ngx_strcmp(type, "basic") == 0) {
        ckp_http_basic(&b, user, secret);

    } else {
        ckp_buf_puts(&b, type && ngx_strcmp(type, "header") == 0 ? ""
                                                                 : "Bearer ");
        ckp_buf_puts(&b, secret);
    }

    rc = b.failed == CKP_OK ? ngx_lo_http_add(h, header, ckp_buf_str(&b))
                            : NGX_ERROR;

    /* a user and his password are another text than the password */

    if (rc == NGX_OK && b.len > sizeof("Basic ") - 1
        && type != NULL && ngx_strcmp(type, "basic") == 0)
    {
        rc = ngx_lo_secrets_hide(&h->effect->secrets,
                                 ckp_buf_str(&b) + sizeof("Basic ") - 1);
    }

    if (rc == NGX_OK) {
        (void) json_object_set_new(h->sealed, header, json_true());
        h->carries = 1;
    }

    if (b.data != NULL) {
        ngx_explicit_memzero(b.data, b.len);
    }

    ckp_buf_free(&b);

    return rc;
}


static ngx_int_t
ngx_lo_http_body(ngx_lo_http_t *h)
{
    json_t      *form, *body;
    ckp_buf_t    b;
    const char  *type;

    form = json_object_get(h->rq, "form");
    body = json_object_get(h->rq, "body");

    if (json_is_object(form)) {
        type = "application/x-www-form-urlencoded";

        ckp_buf_init(&b, 4 * 1024 * 1024);
        ckp_http_form(&b, form);
        ckp_buf_put(&b, "", 0);

        if (b.failed != CKP_OK) {
            ckp_buf_free(&b);
            return NGX_ERROR;
        }

        h->body = b.data;

        if (h->body == NULL) {
            return NGX_OK;
        }

    } else if (json_is_string(body)) {
        type = "text/plain; charset=utf-8";
        h->body = ckp_alloc(json_string_length(body) + 1);

        if (h->body != NULL) {
            ngx_memcpy(h->body, json_string_value(body),
                       json_string_length(body) + 1);
        }

    } else if (body != NULL && !json_is_null(body)) {
        type = "application/json";
        h->body = ckp_json_text(body);

    } else {
        return NGX_OK;
    }

    if (h->body == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_http_has(h, "Content-Type")
           ? NGX_OK : ngx_lo_http_add(h, "Content-Type", type);
}


/* What is sealed has a handle in it, before the values are filled in. */

static ngx_int_t
ngx_lo_http_seal(ngx_lo_http_t *h, const json_t *body)
{
    json_t      *value, *handles, *text;
    const char  *header, *handle;

    handles = h->effect->secrets;

    json_object_foreach(handles, handle, value) {
        json_object_foreach(json_object_get(body, "headers"), header, text) {
            if (ngx_strstr(json_string_value(text), handle) != NULL) {
                (void) json_object_set_new(h->sealed, header, json_true());
            }
        }
    }

    h->secret_body = ngx_lo_secrets_are_in(json_object_get(body, "body"),
                                           handles)
                     || ngx_lo_secrets_are_in(json_object_get(body, "form"),
                                              handles);
    h->carries = handles != NULL;

    return NGX_OK;
}


static ngx_int_t
ngx_lo_http_prepare(ngx_lo_http_t *h)
{
    ckp_buf_t         url;
    ngx_int_t         rc;
    const char       *key;
    ngx_lo_effect_t  *e = h->effect;

    h->sealed = json_object();

    if (h->sealed == NULL || ngx_lo_http_seal(h, e->body) != NGX_OK) {
        return NGX_ERROR;
    }

    h->rq = ngx_lo_secrets_fill(e->body, e->secrets);
    h->headers = json_copy(json_object_get(h->rq, "headers"));
    h->method = ckp_json_str(h->rq, "method");

    if (h->headers == NULL || h->method == NULL) {
        return NGX_ERROR;
    }

    ckp_buf_init(&url, NGX_LO_HTTP_URL);
    ckp_http_url(&url, ckp_json_str(h->rq, "url"),
                 json_object_get(h->rq, "query"));

    rc = url.failed == CKP_OK ? NGX_OK : NGX_ERROR;

    if (rc == NGX_OK) {
        h->url = ngx_alloc(url.len + 1, ngx_cycle->log);

        if (h->url == NULL) {
            rc = NGX_ERROR;

        } else {
            ngx_memcpy(h->url, ckp_buf_str(&url), url.len + 1);
        }
    }

    ckp_buf_free(&url);

    /* who understands it can tell a repetition from a new request */

    key = e->key;

    if (rc == NGX_OK && key[0] != '\0' && ngx_strcmp(h->method, "GET") != 0
        && ngx_strcmp(h->method, "HEAD") != 0
        && !ngx_lo_http_has(h, "Idempotency-Key"))
    {
        rc = ngx_lo_http_add(h, "Idempotency-Key", key);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_http_auth(h);
    }

    return rc == NGX_OK ? ngx_lo_http_body(h) : rc;
}


void
ngx_lo_to_http(ngx_lo_effect_t *e)
{
    const char     *why;
    ngx_lo_http_t  *h;

    if (ngx_lo_effect_secrets(e, NULL) != NGX_OK) {
        return;
    }

    h = ngx_calloc(sizeof(ngx_lo_http_t), ngx_cycle->log);

    if (h == NULL) {
        ngx_lo_effect_reply(e, CKP_OUTCOME_UNKNOWN,
                            json_pack("{s:s, s:s}", "type", "HttpError",
                                      "message", "no memory"), 0);
        return;
    }

    h->effect = e;
    h->begun = ngx_current_msec;
    h->until = h->begun + e->timeout_ms;

    e->own = h;
    e->own_free = ngx_lo_http_free;

    why = ngx_lo_http_prepare(h) == NGX_OK ? ngx_lo_http_hop(h)
                                           : "the request is too long";

    if (why != NULL) {
        ngx_lo_http_failed(h, CKP_OUTCOME_FAILED, "HttpError", why,
                           ngx_strcmp(why, "no memory") == 0, 0);
    }
}
