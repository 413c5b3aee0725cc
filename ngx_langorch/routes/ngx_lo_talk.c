/*
 * Talks with tool servers on behalf of a request (spec/api.md 8).
 */

#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_servers.h"
#include "secret/ngx_lo_secret.h"
#include "wire/mcp.h"

#define NGX_LO_TALK_MS     5000
#define NGX_LO_TALK_BYTES  (1024 * 1024)
#define NGX_LO_TALK_PAGES  20       /* of a list of tools */


enum {
    NGX_LO_TALK_GREET,
    NGX_LO_TALK_AGREE,
    NGX_LO_TALK_ASK
};


static ngx_int_t ngx_lo_talk_go(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_talk_reply(ngx_lo_api_t *api,
    const ngx_lo_call_reply_t *reply);


static ngx_uint_t
ngx_lo_talk_streams(const ngx_lo_talk_t *t)
{
    return ngx_strcmp(ckp_json_str(t->server, "protocol"), "rest") != 0;
}


ngx_int_t
ngx_lo_talk_begin(ngx_lo_api_t *api)
{
    json_t         *names;
    ngx_int_t       rc;
    const char     *name;
    ngx_lo_talk_t  *t;

    t = api->ctx;
    t->stage = ngx_lo_talk_streams(t) ? NGX_LO_TALK_GREET : NGX_LO_TALK_ASK;
    t->pages = 0;
    t->tools = NULL;
    t->cursor = NULL;
    t->session = NULL;
    t->texts = ngx_lo_api_keep(api, json_object());

    name = ckp_json_str(t->server, "secret_name");

    if (name == NULL || *name == '\0') {
        return ngx_lo_talk_go(api);
    }

    names = json_pack("[s]", name);
    rc = ngx_lo_api_secrets(api, names, ngx_lo_talk_go);
    json_decref(names);

    return rc;
}


/* --- what is said -------------------------------------------------------------- */

static json_t *
ngx_lo_talk_message(const ngx_lo_talk_t *t)
{
    if (!ngx_lo_talk_streams(t)) {
        return t->tool ? json_pack("{s:O?}", "arguments", t->arguments) : NULL;
    }

    switch (t->stage) {

    case NGX_LO_TALK_GREET:
        return ckp_mcp_initialize();

    case NGX_LO_TALK_AGREE:
        return ckp_mcp_initialized();

    default:
        return t->tool ? ckp_mcp_call(t->tool, t->arguments)
                       : ckp_mcp_list(t->cursor);
    }
}


static char *
ngx_lo_talk_url(ngx_lo_api_t *api, const ngx_lo_talk_t *t)
{
    u_char      *url, *p;
    size_t       len, tool;
    const char  *base;

    base = ckp_json_str(t->server, "base_url");
    len = ngx_strlen(base);
    tool = t->tool ? ngx_strlen(t->tool) : 0;

    url = ngx_pnalloc(api->r->pool, len + 3 * tool + sizeof("/tools/"));

    if (url == NULL) {
        return NULL;
    }

    if (ngx_lo_talk_streams(t)) {
        *ngx_cpymem(url, base, len) = '\0';
        return (char *) url;
    }

    while (len > 0 && base[len - 1] == '/') {
        len--;
    }

    p = ngx_cpymem(url, base, len);
    p = ngx_cpymem(p, "/tools", sizeof("/tools") - 1);

    if (tool > 0) {
        *p++ = '/';
        p = (u_char *) ngx_escape_uri(p, (u_char *) t->tool, tool,
                                      NGX_ESCAPE_URI_COMPONENT);
    }

    *p = '\0';

    return (char *) url;
}


/* NULL: there is none, or it may not leave. */

static const char *
ngx_lo_talk_auth(ngx_lo_api_t *api, ngx_lo_talk_t *t)
{
    char                  *value;
    u_char                *p;
    const char            *name;
    ngx_lo_secret_lack_t   lack;

    name = ckp_json_str(t->server, "secret_name");

    if (name == NULL || *name == '\0'
        || !ngx_lo_secrets_may_go(ckp_json_str(t->server, "base_url")))
    {
        return NULL;
    }

    value = ngx_lo_secret_named(name, &lack);
    p = value ? ngx_pnalloc(api->r->pool, ngx_strlen(value) + 8) : NULL;

    if (p != NULL && (t->texts == NULL
                      || ngx_lo_secrets_hide(&t->texts, value) != NGX_OK))
    {
        p = NULL;
    }

    if (p != NULL) {
        *ngx_sprintf(p, "Bearer %s", value) = '\0';
    }

    ngx_lo_secret_free(value);

    return (const char *) p;
}


static ngx_int_t
ngx_lo_talk_go(ngx_lo_api_t *api)
{
    json_t                 *message;
    char                   *body;
    ngx_int_t               rc;
    ngx_uint_t              n;
    const char             *auth;
    ngx_lo_talk_t          *t;
    ngx_lo_call_header_t    headers[4];
    ngx_lo_call_request_t   rq;

    t = api->ctx;
    message = ngx_lo_talk_message(t);
    body = message ? ckp_json_text(message) : NULL;
    auth = ngx_lo_talk_auth(api, t);
    json_decref(message);

    n = 0;
    headers[n].name = "Accept";
    headers[n++].value = CKP_MCP_ACCEPT;

    if (auth != NULL) {
        headers[n].name = "Authorization";
        headers[n++].value = auth;
    }

    if (t->session != NULL) {
        headers[n].name = "Mcp-Session-Id";
        headers[n++].value = t->session;
    }

    if (t->stage != NGX_LO_TALK_GREET && ngx_lo_talk_streams(t)) {
        headers[n].name = "MCP-Protocol-Version";
        headers[n++].value = CKP_MCP_VERSION;
    }

    ngx_memzero(&rq, sizeof(rq));
    rq.carrier = NGX_LO_CARRIER_UPSTREAM;
    rq.url = ngx_lo_talk_url(api, t);
    rq.method = body ? "POST" : "GET";
    rq.headers = headers;
    rq.nheaders = n;
    rq.body = body;
    rq.body_len = body ? ngx_strlen(body) : 0;
    rq.timeout = t->tool ? 6 * NGX_LO_TALK_MS : NGX_LO_TALK_MS;
    rq.reply_max = NGX_LO_TALK_BYTES;
    rq.heads = 1;

    rc = rq.url ? ngx_lo_api_call(api, &rq, ngx_lo_talk_reply) : NGX_ERROR;
    ckp_free(body);

    return rc;
}


/* --- what is heard --------------------------------------------------------------- */

static json_t *
ngx_lo_talk_response(const ngx_lo_call_reply_t *reply, ckp_mcp_id_t id)
{
    return ckp_mcp_response(ckp_json_str(reply->headers, "content-type"),
                            (const char *) reply->body.data, reply->body.len,
                            id);
}


static ngx_int_t
ngx_lo_talk_greeted(ngx_lo_api_t *api, ngx_lo_talk_t *t,
    const ngx_lo_call_reply_t *reply)
{
    json_t      *response;
    ngx_str_t    id;
    ngx_uint_t   fits;

    response = ngx_lo_talk_response(reply, CKP_MCP_INITIALIZE);
    fits = json_is_object(json_object_get(response, "result"));
    json_decref(response);

    if (!fits) {
        return t->heard(api, NULL, CKP_OUTCOME_UNKNOWN);
    }

    id.data = (u_char *) ckp_json_str(reply->headers, "mcp-session-id");
    id.len = id.data ? ngx_strlen(id.data) : 0;
    t->session = id.len ? ngx_lo_cstr(api->r->pool, &id) : NULL;
    t->stage = NGX_LO_TALK_AGREE;

    return ngx_lo_talk_go(api);
}


/* One page of a list; the next is asked for, up to a bound. */

static ngx_int_t
ngx_lo_talk_listed(ngx_lo_api_t *api, ngx_lo_talk_t *t, const json_t *value)
{
    json_t     *tools;
    ngx_str_t   next;

    tools = ngx_lo_secrets_scrub(ckp_mcp_tools(value), t->texts);

    if (tools == NULL) {
        return t->heard(api, NULL, CKP_OUTCOME_UNKNOWN);
    }

    if (t->tools == NULL) {
        t->tools = ngx_lo_api_keep(api, tools);

    } else {
        (void) json_array_extend(t->tools, tools);
        json_decref(tools);
    }

    next.data = (u_char *) ckp_json_str(value, "nextCursor");
    next.len = next.data ? ngx_strlen(next.data) : 0;

    if (next.len > 0 && ++t->pages < NGX_LO_TALK_PAGES) {
        t->cursor = ngx_lo_cstr(api->r->pool, &next);
        return ngx_lo_talk_go(api);
    }

    return t->heard(api, t->tools, CKP_OUTCOME_OK);
}


static ngx_int_t
ngx_lo_talk_called(ngx_lo_api_t *api, ngx_lo_talk_t *t,
    const ngx_lo_call_reply_t *reply)
{
    json_t         *response, *data;
    ngx_int_t       rc;
    ckp_outcome_t   outcome;

    if (ngx_lo_talk_streams(t)) {
        response = ngx_lo_talk_response(reply, CKP_MCP_CALL);
        data = ckp_mcp_result(response, &outcome);
        json_decref(response);

    } else {
        data = ckp_mcp_rest((int) reply->status,
                            (const char *) reply->body.data, reply->body.len,
                            &outcome);
    }

    data = ngx_lo_secrets_scrub(data, t->texts);
    rc = t->heard(api, outcome == CKP_OUTCOME_UNKNOWN ? NULL : data, outcome);
    json_decref(data);

    return rc;
}


static ngx_int_t
ngx_lo_talk_reply(ngx_lo_api_t *api, const ngx_lo_call_reply_t *reply)
{
    json_t         *v;
    ngx_int_t       rc;
    ckp_err_t       err = CKP_ERR_INIT;
    ngx_lo_talk_t  *t;

    t = api->ctx;

    if (reply->outcome != CKP_OUTCOME_OK
        || reply->status < 200 || reply->status > 299)
    {
        return t->heard(api, NULL, CKP_OUTCOME_UNKNOWN);
    }

    if (t->stage == NGX_LO_TALK_GREET) {
        return ngx_lo_talk_greeted(api, t, reply);
    }

    if (t->stage == NGX_LO_TALK_AGREE) {
        t->stage = NGX_LO_TALK_ASK;
        return ngx_lo_talk_go(api);
    }

    if (t->tool != NULL) {
        return ngx_lo_talk_called(api, t, reply);
    }

    v = ngx_lo_talk_streams(t)
        ? ngx_lo_talk_response(reply, CKP_MCP_LIST)
        : ckp_json_parse((const char *) reply->body.data, reply->body.len,
                         &err);

    rc = ngx_lo_talk_listed(api, t, ngx_lo_talk_streams(t)
                                    ? json_object_get(v, "result") : v);
    json_decref(v);

    return rc;
}
