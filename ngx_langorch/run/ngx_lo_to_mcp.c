/*
 * A step of a tool server (MCP): plain REST, or JSON-RPC over streamable HTTP
 * (spec/ckp.md 14.2, api.md 8).
 *
 * The life of a call in the latter form.
 *   greet    initialize; the server may name a session
 *   agree    notifications/initialized
 *   call     tools/call; a session that the server forgot is begun once more
 * A session is kept for the next call to that server by this worker.
 */

#include "run/ngx_lo_run_int.h"
#include "secret/ngx_lo_secret.h"
#include "wire/mcp.h"

#define NGX_LO_MCP_HEADERS   12
#define NGX_LO_MCP_SESSIONS  64
#define NGX_LO_MCP_ID        256    /* bytes of a session's name */


typedef enum {
    NGX_LO_MCP_PLAIN,
    NGX_LO_MCP_GREET,
    NGX_LO_MCP_AGREE,
    NGX_LO_MCP_CALL
} ngx_lo_mcp_stage_t;


typedef struct {
    char  server[NGX_LO_MCP_ID];    /* server_id and its address; "": free */
    char  session[NGX_LO_MCP_ID];   /* "": the server names none */
} ngx_lo_mcp_session_t;


typedef struct {
    ngx_lo_mcp_stage_t  stage;
    ngx_msec_t          until;
    char               *auth;       /* "Bearer ..."; wiped; NULL: none */
    char                server[NGX_LO_MCP_ID];
    char                session[NGX_LO_MCP_ID];
    unsigned            kept:1;     /* the session was there before */
} ngx_lo_mcp_t;


/* Of this worker: a hint, as any session may end at any time. */

static ngx_lo_mcp_session_t  ngx_lo_mcp_sessions[NGX_LO_MCP_SESSIONS];


static void ngx_lo_mcp_go(ngx_lo_effect_t *e, ngx_uint_t later);


static void
ngx_lo_mcp_free(void *own)
{
    ngx_lo_mcp_t  *m = own;

    if (m->auth != NULL) {
        ngx_explicit_memzero(m->auth, ngx_strlen(m->auth));
        ckp_free(m->auth);
    }

    ngx_free(m);
}


/* --- sessions ---------------------------------------------------------------- */

static ngx_lo_mcp_session_t *
ngx_lo_mcp_session(const char *server)
{
    ngx_uint_t  n;

    n = ngx_crc32_short((u_char *) server, ngx_strlen(server))
        % NGX_LO_MCP_SESSIONS;

    return &ngx_lo_mcp_sessions[n];
}


static void
ngx_lo_mcp_recall(ngx_lo_mcp_t *m)
{
    ngx_lo_mcp_session_t  *s;

    s = ngx_lo_mcp_session(m->server);

    if (ngx_strcmp(s->server, m->server) == 0) {
        ngx_memcpy(m->session, s->session, NGX_LO_MCP_ID);
        m->stage = NGX_LO_MCP_CALL;
        m->kept = 1;
    }
}


static void
ngx_lo_mcp_keep(ngx_lo_mcp_t *m, const ngx_lo_call_reply_t *reply)
{
    const char            *id;
    ngx_lo_mcp_session_t  *s;

    id = ckp_json_str(reply->headers, "mcp-session-id");

    if (id != NULL && ngx_strlen(id) < NGX_LO_MCP_ID) {
        ngx_cpystrn((u_char *) m->session, (u_char *) id, NGX_LO_MCP_ID);
    }

    s = ngx_lo_mcp_session(m->server);
    ngx_memcpy(s->server, m->server, NGX_LO_MCP_ID);
    ngx_memcpy(s->session, m->session, NGX_LO_MCP_ID);
}


static void
ngx_lo_mcp_lose(ngx_lo_mcp_t *m)
{
    ngx_lo_mcp_session_t  *s;

    s = ngx_lo_mcp_session(m->server);

    if (ngx_strcmp(s->server, m->server) == 0) {
        s->server[0] = '\0';
    }

    m->session[0] = '\0';
    m->stage = NGX_LO_MCP_GREET;
    m->kept = 0;
}


/* --- answers -------------------------------------------------------------------- */

static void
ngx_lo_mcp_count(ngx_lo_effect_t *e, const char *why)
{
    json_t      *server;
    const char  *id;

    server = json_object_get(e->body, "agent");
    id = ckp_json_str(server, "agent_id");

    if (id != NULL) {
        ngx_lo_admit_server_ended(id, why);
    }

    ngx_lo_metric_add(NGX_LO_M_AGENT_DURATION,
                      NGX_LO_LABELS(ckp_json_str(server, "channel"),
                                    why ? "failed" : "ok"),
                      (double) (ngx_current_msec - e->asked) / 1000);
}


void
ngx_lo_mcp_late(ngx_lo_effect_t *e)
{
    ngx_lo_mcp_count(e, "timeout");
}


/* data is stolen. */

static void
ngx_lo_mcp_answer(ngx_lo_effect_t *e, ckp_outcome_t outcome, json_t *data,
    const char *why, ngx_uint_t next)
{
    ngx_lo_mcp_count(e, why);
    ngx_lo_effect_reply(e, outcome, data, next);
}


static const char *
ngx_lo_mcp_type(const ngx_lo_call_reply_t *reply)
{
    return ckp_json_str(reply->headers, "content-type");
}


static json_t *
ngx_lo_mcp_find(const ngx_lo_call_reply_t *reply, ckp_mcp_id_t id)
{
    return ckp_mcp_response(ngx_lo_mcp_type(reply),
                            (const char *) reply->body.data,
                            reply->body.len, id);
}


/* Which failures count against the server: spec/ckp.md 14.1. */

static void
ngx_lo_mcp_called(ngx_lo_effect_t *e, const ngx_lo_call_reply_t *reply)
{
    json_t         *data, *response;
    ckp_outcome_t   outcome;
    unsigned long   refusals;
    ngx_lo_mcp_t   *m = e->own;

    refusals = ckp_memory_refusals();

    if (m->stage == NGX_LO_MCP_PLAIN) {
        data = ckp_mcp_rest((int) reply->status,
                            (const char *) reply->body.data, reply->body.len,
                            &outcome);

    } else if (reply->status < 200 || reply->status > 299) {
        data = ckp_mcp_refused((int) reply->status, &outcome);

    } else {
        response = ngx_lo_mcp_find(reply, CKP_MCP_CALL);
        data = ckp_mcp_result(response, &outcome);
        json_decref(response);
    }

    if (reply->retry_after != 0 && data != NULL) {
        (void) json_object_set_new(data, "retry_after_ms",
                                   json_integer((json_int_t)
                                                reply->retry_after));
    }

    ngx_lo_mcp_answer(e, outcome, ckp_json_whole(data, refusals),
                      outcome == CKP_OUTCOME_UNKNOWN ? "no usable answer"
                                                     : NULL, 1);
}


static void
ngx_lo_mcp_greeted(ngx_lo_effect_t *e, const ngx_lo_call_reply_t *reply)
{
    json_t         *response;
    ckp_outcome_t   outcome;
    ngx_lo_mcp_t   *m = e->own;

    response = (reply->status >= 200 && reply->status <= 299)
               ? ngx_lo_mcp_find(reply, CKP_MCP_INITIALIZE) : NULL;

    if (json_object_get(response, "result") == NULL) {
        json_decref(response);

        ngx_lo_mcp_answer(e, CKP_OUTCOME_UNKNOWN,
                          ckp_mcp_refused((int) reply->status, &outcome),
                          "no session", 1);
        return;
    }

    json_decref(response);
    ngx_lo_mcp_keep(m, reply);
    m->stage = NGX_LO_MCP_AGREE;
    ngx_lo_mcp_go(e, 1);
}


static void
ngx_lo_mcp_done(const ngx_lo_call_reply_t *reply, void *data)
{
    ngx_lo_effect_t  *e = data;
    ngx_lo_mcp_t     *m = e->own;

    e->call = NULL;

    if (reply->unsent) {
        ngx_lo_effect_reply(e, reply->outcome, ckp_mcp_unreached(reply->why),
                            1);
        return;
    }

    if (reply->outcome != CKP_OUTCOME_OK) {
        ngx_lo_mcp_answer(e, reply->outcome, ckp_mcp_unreached(reply->why),
                          reply->why ? reply->why : "no answer", 1);
        return;
    }

    switch (m->stage) {

    case NGX_LO_MCP_GREET:
        ngx_lo_mcp_greeted(e, reply);
        return;

    case NGX_LO_MCP_AGREE:
        m->stage = NGX_LO_MCP_CALL;
        ngx_lo_mcp_go(e, 1);
        return;

    case NGX_LO_MCP_CALL:

        /* it does not know the session any more, so it did nothing */

        if (m->kept && (reply->status == 404 || reply->status == 400)) {
            ngx_lo_mcp_lose(m);
            ngx_lo_mcp_go(e, 1);
            return;
        }

        break;

    case NGX_LO_MCP_PLAIN:
        break;
    }

    ngx_lo_mcp_called(e, reply);
}


/* --- requests ---------------------------------------------------------------------- */

/* What is said at this stage; with its secrets, which are nowhere else. */

static char *
ngx_lo_mcp_body(const ngx_lo_effect_t *e, const ngx_lo_mcp_t *m)
{
    char        *body;
    json_t      *v, *filled, *params;
    const char  *action;

    action = ckp_json_str(json_object_get(e->body, "request"), "action");
    params = json_object_get(json_object_get(e->body, "request"), "params");
    v = NULL;

    switch (m->stage) {

    case NGX_LO_MCP_PLAIN:
        v = json_pack("{s:O}", "arguments", params);
        break;

    case NGX_LO_MCP_GREET:
        v = ckp_mcp_initialize();
        break;

    case NGX_LO_MCP_AGREE:
        v = ckp_mcp_initialized();
        break;

    case NGX_LO_MCP_CALL:
        v = ckp_mcp_call(action ? action : "", params);
        break;
    }

    if (v == NULL) {
        return NULL;
    }

    if (e->secrets == NULL) {
        body = ckp_json_text(v);

    } else {
        filled = ngx_lo_secrets_fill(v, e->secrets);
        body = filled ? ckp_json_text(filled) : NULL;
        ngx_lo_secrets_wipe(filled);
    }

    json_decref(v);

    return body;
}


static void
ngx_lo_mcp_url(const ngx_lo_effect_t *e, const ngx_lo_mcp_t *m, ckp_buf_t *url)
{
    size_t       len;
    u_char      *p;
    const char  *base, *action;
    u_char       name[768 + 1];

    base = ckp_json_str(json_object_get(e->body, "agent"), "base_url");
    len = base ? ngx_strlen(base) : 0;

    if (m->stage != NGX_LO_MCP_PLAIN) {
        ckp_buf_put(url, base ? base : "", len);
        return;
    }

    while (len > 0 && base[len - 1] == '/') {
        len--;
    }

    action = ckp_json_str(json_object_get(e->body, "request"), "action");
    action = action ? action : "";

    ckp_buf_put(url, base ? base : "", len);
    ckp_buf_puts(url, "/tools/");

    len = ngx_min(ngx_strlen(action), 256);
    p = (u_char *) ngx_escape_uri(name, (u_char *) action, len,
                                  NGX_ESCAPE_URI_COMPONENT);
    ckp_buf_put(url, (const char *) name, (size_t) (p - name));
}


typedef struct {
    ngx_lo_call_header_t  list[NGX_LO_MCP_HEADERS];
    size_t                at[NGX_LO_MCP_HEADERS];   /* in `text` */
    ngx_uint_t            n;
    ckp_buf_t             text;
} ngx_lo_mcp_head_t;


/* `plain`: as it stands; it was made by us. */

static void
ngx_lo_mcp_header(ngx_lo_mcp_head_t *h, const char *name, const char *value,
    ngx_uint_t plain)
{
    if (value == NULL || *value == '\0' || h->n == NGX_LO_MCP_HEADERS) {
        return;
    }

    h->list[h->n].name = name;
    h->at[h->n] = h->text.len;

    if (plain) {
        ckp_buf_put(&h->text, value, ngx_strlen(value) + 1);

    } else {
        ngx_lo_agent_head(&h->text, value);
    }

    h->n++;
}


static void
ngx_lo_mcp_headers(const ngx_lo_effect_t *e, const ngx_lo_mcp_t *m,
    ngx_lo_mcp_head_t *h)
{
    char         attempt[24];
    json_t      *rq;
    ngx_uint_t   i;

    rq = json_object_get(e->body, "request");

    (void) ngx_snprintf((u_char *) attempt, sizeof(attempt), "%L%Z",
                        ckp_json_int(rq, "attempt", 1));

    ngx_lo_mcp_header(h, "X-Run-ID", ckp_json_str(rq, "run_id"), 0);
    ngx_lo_mcp_header(h, "X-Node-ID", ckp_json_str(rq, "node_id"), 0);
    ngx_lo_mcp_header(h, "X-Step-ID", ckp_json_str(rq, "step_id"), 0);
    ngx_lo_mcp_header(h, "X-Attempt", attempt, 1);
    ngx_lo_mcp_header(h, "Idempotency-Key", e->key, 0);
    ngx_lo_mcp_header(h, "traceparent", e->trace, 1);
    ngx_lo_mcp_header(h, "Authorization", m->auth, 1);

    if (m->stage != NGX_LO_MCP_PLAIN) {
        ngx_lo_mcp_header(h, "Accept", CKP_MCP_ACCEPT, 1);
        ngx_lo_mcp_header(h, "Mcp-Session-Id", m->session, 0);
    }

    if (m->stage == NGX_LO_MCP_AGREE || m->stage == NGX_LO_MCP_CALL) {
        ngx_lo_mcp_header(h, "MCP-Protocol-Version", CKP_MCP_VERSION, 1);
    }

    for (i = 0; i < h->n && h->text.failed == CKP_OK; i++) {
        h->list[i].value = h->text.data + h->at[i];
    }
}


static ngx_int_t
ngx_lo_mcp_send(ngx_lo_effect_t *e, ngx_lo_mcp_t *m, const char *body,
    const char *url)
{
    ngx_msec_int_t          left;
    ngx_lo_mcp_head_t       head;
    ngx_lo_call_request_t   call;

    ngx_memzero(&head, sizeof(head));
    ckp_buf_init(&head.text, 16384);
    ngx_lo_mcp_headers(e, m, &head);

    left = (ngx_msec_int_t) (m->until - ngx_current_msec);

    ngx_memzero(&call, sizeof(call));
    call.carrier = NGX_LO_CARRIER_UPSTREAM;
    call.url = url;
    call.method = "POST";
    call.headers = head.list;
    call.nheaders = head.n;
    call.body = body;
    call.body_len = ngx_strlen(body);
    call.timeout = left > 1 ? (ngx_msec_t) left : 1;
    call.reply_max = ngx_lo_conf()->reply_max;
    call.heads = 1;

    if (head.text.failed == CKP_OK) {
        e->call = ngx_lo_call_start(&call, ngx_lo_mcp_done, e);
    }

    if (head.text.data != NULL) {
        ngx_explicit_memzero(head.text.data, head.text.len);
    }

    ckp_buf_free(&head.text);

    return e->call ? NGX_OK : NGX_ERROR;
}


/* The request of this stage.  `later`: outside of ngx_lo_effects_perform. */

static void
ngx_lo_mcp_go(ngx_lo_effect_t *e, ngx_uint_t later)
{
    char          *body;
    ckp_buf_t      url;
    ngx_int_t      rc;
    ngx_lo_mcp_t  *m = e->own;

    ckp_buf_init(&url, 8192);
    ngx_lo_mcp_url(e, m, &url);
    body = ngx_lo_mcp_body(e, m);

    rc = (body != NULL && url.failed == CKP_OK)
         ? ngx_lo_mcp_send(e, m, body, ckp_buf_str(&url)) : NGX_ERROR;

    ckp_buf_free(&url);

    if (body != NULL) {
        ngx_explicit_memzero(body, ngx_strlen(body));
        ckp_free(body);
    }

    if (rc != NGX_OK) {
        ngx_lo_effect_reply(e, CKP_OUTCOME_UNKNOWN,
                            ckp_mcp_unreached("no memory"), later);
    }
}


/* --- the start -------------------------------------------------------------------------- */

/* What proves who we are: NGX_OK, or NGX_ERROR and the effect is gone. */

static ngx_int_t
ngx_lo_mcp_auth(ngx_lo_effect_t *e, ngx_lo_mcp_t *m, const char *url)
{
    char                  *value;
    json_t                *agent;
    size_t                 len;
    const char            *name;
    ngx_lo_secret_lack_t   lack;

    agent = json_object_get(e->body, "agent");
    name = ckp_json_str(agent, "secret_name");

    if (name == NULL || *name == '\0') {
        return NGX_OK;
    }

    value = ngx_lo_secret_named(name, &lack);

    if (value == NULL || !ngx_lo_secrets_may_go(url)) {
        ngx_lo_effect_reply(e, CKP_OUTCOME_FAILED,
            json_pack("{s:s, s:s, s:b}", "type",
                      value || lack.forbidden ? "SecretForbidden"
                                              : "SecretNotFound", "message",
                      value ? "secrets leave over https only"
                            : "the secret of the tool server is not there",
                      "retryable", (int) lack.later), 0);
        ngx_lo_secret_free(value);
        return NGX_ERROR;
    }

    len = ngx_strlen(value) + sizeof("Bearer ");
    m->auth = ckp_alloc(len);

    if (m->auth != NULL) {
        *ngx_snprintf((u_char *) m->auth, len - 1, "Bearer %s", value) = '\0';
    }

    /* what comes back is looked through for it, too */

    if (m->auth == NULL || ngx_lo_secrets_hide(&e->secrets, value) != NGX_OK) {
        ngx_lo_secret_free(value);
        ngx_lo_effect_reply(e, CKP_OUTCOME_UNKNOWN,
                            ckp_mcp_unreached("no memory"), 0);
        return NGX_ERROR;
    }

    ngx_lo_secret_free(value);

    return NGX_OK;
}


void
ngx_lo_to_mcp(ngx_lo_effect_t *e)
{
    json_t        *agent;
    const char    *base, *protocol, *id;
    ngx_lo_mcp_t  *m;

    agent = json_object_get(e->body, "agent");
    base = ckp_json_str(agent, "base_url");
    id = ckp_json_str(agent, "agent_id");
    protocol = ckp_json_str(agent, "protocol");

    if (ngx_lo_effect_secrets(e, base) != NGX_OK) {
        return;
    }

    m = ngx_calloc(sizeof(ngx_lo_mcp_t), ngx_cycle->log);

    if (m == NULL || base == NULL || id == NULL) {
        ngx_free(m);
        ngx_lo_effect_reply(e, CKP_OUTCOME_UNKNOWN,
                            ckp_mcp_unreached("no memory"), 0);
        return;
    }

    e->own = m;
    e->own_free = ngx_lo_mcp_free;
    m->until = ngx_current_msec + e->timeout_ms;

    if (ngx_lo_mcp_auth(e, m, base) != NGX_OK) {
        return;
    }

    if (protocol != NULL && ngx_strcmp(protocol, "streamable-http") == 0) {
        (void) ngx_snprintf((u_char *) m->server, NGX_LO_MCP_ID - 1,
                            "%s %s%Z", id, base);
        m->stage = NGX_LO_MCP_GREET;
        ngx_lo_mcp_recall(m);
    }

    ngx_lo_mcp_go(e, 0);
}
