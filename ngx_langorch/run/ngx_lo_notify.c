/*
 * Telling people: alerts to the site's webhook, and the action `notify` by a
 * webhook or an agent (spec/ckp.md 13.5, api.md 19).
 *
 * The life of a message.
 *   made      its text is written               ngx_lo_alert, ngx_lo_to_notify
 *   sent      three times at most, with a pause between
 *   over      an action of a run is answered; an alert is forgotten
 *
 * An alert outlives its run and delays nobody; a worker that ends forgets it.
 */

#include "run/ngx_lo_alert.h"
#include "run/ngx_lo_run_int.h"
#include "secret/ngx_lo_secret.h"
#include "wire/agent.h"
#include "wire/http.h"

#define NGX_LO_NOTICE_TRIES    3
#define NGX_LO_NOTICE_ABOUT    128
#define NGX_LO_NOTICE_MS       5000
#define NGX_LO_NOTICE_PAUSE    1000
#define NGX_LO_NOTICES_MAX     1000     /* alerts under way in a worker */
#define NGX_LO_NOTICE_AGENT    25       /* asked 200 ms apart: five seconds */


typedef struct {
    ngx_queue_t       queue;        /* an alert: ngx_lo_notices.alerts */
    ngx_lo_effect_t  *effect;       /* NULL: an alert */
    ngx_lo_call_t    *call;
    ngx_event_t       timer;
    ngx_uint_t        tries;
    ngx_lo_secret_look_t  *look;    /* for what it is signed with */
    const char       *via;          /* static text */
    char              about[NGX_LO_NOTICE_ABOUT];   /* for the log */
    char             *url;
    char             *body;
} ngx_lo_notice_t;


static struct {
    ngx_queue_t  alerts;
    ngx_uint_t   n;
} ngx_lo_notices;


static void ngx_lo_notice_send(ngx_lo_notice_t *n);
static void ngx_lo_notice_ask(ngx_lo_notice_t *n);
static void ngx_lo_alert_known(void *data, ngx_uint_t failed);


static void
ngx_lo_notice_free(void *own)
{
    ngx_lo_notice_t  *n = own;

    if (n->timer.timer_set) {
        ngx_del_timer(&n->timer);
    }

    if (n->call != NULL) {
        ngx_lo_call_abort(n->call);
    }

    ngx_lo_secrets_look_end(n->look);

    if (n->effect == NULL) {
        ngx_queue_remove(&n->queue);
        ngx_lo_notices.n--;
    }

    /* a link to answer by is worth as much as a password */

    if (n->body != NULL) {
        ngx_explicit_memzero(n->body, ngx_strlen(n->body));
    }

    ckp_free(n->body);
    ckp_free(n->url);
    ngx_free(n);
}


static ngx_lo_notice_t *
ngx_lo_notice_new(ngx_lo_effect_t *e)
{
    ngx_lo_notice_t  *n;

    n = ngx_calloc(sizeof(ngx_lo_notice_t), ngx_cycle->log);

    if (n == NULL) {
        return NULL;
    }

    n->effect = e;
    (void) snprintf(n->about, sizeof(n->about), "a notice%s%s",
                    e ? " of run " : "", e ? e->run->run_id : "");
    n->timer.data = n;
    n->timer.log = ngx_cycle->log;
    n->timer.cancelable = 1;

    if (e == NULL) {
        ngx_queue_insert_tail(&ngx_lo_notices.alerts, &n->queue);
        ngx_lo_notices.n++;

    } else {
        e->own = n;
        e->own_free = ngx_lo_notice_free;
    }

    return n;
}


/* The effect, and with it the notice, ends. */

static void
ngx_lo_notice_over(ngx_lo_notice_t *n, ngx_uint_t delivered, ngx_uint_t next)
{
    if (n->effect == NULL) {
        ngx_lo_notice_free(n);
        return;
    }

    ngx_lo_effect_reply(n->effect, CKP_OUTCOME_OK,
                        json_pack("{s:b, s:s?}", "delivered", (int) delivered,
                                  "via", delivered ? n->via : NULL), next);
}


/* --- sending ----------------------------------------------------------------------- */


static void
ngx_lo_notice_again(ngx_event_t *ev)
{
    ngx_lo_notice_send(ev->data);
}


static void
ngx_lo_notice_done(const ngx_lo_call_reply_t *reply, void *data)
{
    ngx_uint_t        good, over, level;
    ngx_lo_notice_t  *n = data;

    n->call = NULL;

    good = reply->outcome == CKP_OUTCOME_OK && reply->status >= 200
           && reply->status < 300;

    if (good) {
        ngx_lo_notice_over(n, 1, 1);
        return;
    }

    level = NGX_LOG_NOTICE;
    over = reply->outcome == CKP_OUTCOME_FAILED
           || n->tries >= NGX_LO_NOTICE_TRIES;

    if (over) {
        level = NGX_LOG_WARN;
    }

    ngx_log_error(level, ngx_cycle->log, 0,
                  "langorch: %s was not taken at try %ui of %d%s: %s %ui",
                  n->about, n->tries, NGX_LO_NOTICE_TRIES,
                  over ? ", and is given up" : "",
                  reply->why ? reply->why : "status", reply->status);

    if (over) {
        ngx_lo_notice_over(n, 0, 1);
        return;
    }

    /* a second, two seconds, and a little chance */

    n->timer.handler = ngx_lo_notice_again;
    ngx_add_timer(&n->timer, NGX_LO_NOTICE_PAUSE * n->tries
                             + (ngx_msec_t) ngx_random() % 200);
}


/* "<timestamp>.<body>" under the secret `alert`: as webhooks to us are. */

ngx_uint_t
ngx_lo_alert_sign(const char *body, ngx_lo_alert_head_t *head)
{
    char         *secret;
    size_t        len;
    uint8_t       sum[CKP_DIGEST_MAX];
    ckp_buf_t     text;
    ckp_bytes_t   key;

    ngx_lo_secret_lack_t  lack;

    secret = ngx_lo_secret_named(NGX_LO_ALERT_SECRET, &lack);

    if (secret == NULL) {
        return 0;
    }

    (void) ngx_sprintf((u_char *) head->stamp, "%T%Z", ngx_time());

    ckp_buf_init(&text, 1024 * 1024);
    ckp_buf_puts(&text, head->stamp);
    ckp_buf_puts(&text, ".");
    ckp_buf_puts(&text, body);

    key.data = secret;
    key.len = ngx_strlen(secret);
    len = ckp_hmac("sha256", &key, ckp_buf_str(&text), text.len, sum);
    ckp_buf_free(&text);

    ngx_lo_secret_free(secret);

    ngx_memcpy(head->signature, "sha256=", 7);
    ckp_hex(sum, len, head->signature + 7);

    head->lines[0].name = "X-LangOrch-Timestamp";
    head->lines[0].value = head->stamp;
    head->lines[1].name = "X-LangOrch-Signature";
    head->lines[1].value = head->signature;

    return len > 0;
}


static void
ngx_lo_notice_send(ngx_lo_notice_t *n)
{
    ngx_lo_alert_head_t     head;
    ngx_lo_call_request_t   rq;

    ngx_memzero(&rq, sizeof(rq));
    rq.carrier = NGX_LO_CARRIER_CURL;
    rq.url = n->url;
    rq.method = "POST";
    rq.body = n->body;
    rq.body_len = ngx_strlen(n->body);
    rq.timeout = NGX_LO_NOTICE_MS;
    rq.reply_max = 65536;

    if (n->effect == NULL && ngx_lo_alert_sign(n->body, &head)) {
        rq.headers = head.lines;
        rq.nheaders = 2;
    }

    /* no memory for a call counts as a try, and its end is told by the timer */

    if (n->tries == NGX_LO_NOTICE_TRIES) {
        ngx_lo_notice_over(n, 0, 1);
        return;
    }

    n->tries++;
    n->call = ngx_lo_call_start(&rq, ngx_lo_notice_done, n);

    if (n->call == NULL) {
        n->timer.handler = ngx_lo_notice_again;
        ngx_add_timer(&n->timer, NGX_LO_NOTICE_PAUSE);
    }
}


/* --- alerts ------------------------------------------------------------------------ */


static char *
ngx_lo_notice_text(const ngx_str_t *s)
{
    char  *copy;

    copy = ckp_alloc(s->len + 1);

    if (copy != NULL) {
        ngx_memcpy(copy, s->data, s->len);
        copy[s->len] = '\0';
    }

    return copy;
}


/* Whose run it is, and when. */

static json_t *
ngx_lo_notice_whose(const ngx_lo_run_t *run, const json_t *more)
{
    char     at[CKP_TIME_LEN + 1];
    json_t  *body;

    ckp_time_text(ngx_lo_now_ms(), at);

    body = json_pack("{s:O?, s:s, s:O?, s:s?, s:s?, s:O?, s:s}",
                     "event", json_object_get(more, "event"),
                     "run_id", run->run_id,
                     "error", json_object_get(more, "error"),
                     "procedure_id", ckp_program_id(run->prog),
                     "procedure_version", ckp_program_version(run->prog),
                     "node_id", json_object_get(more, "node_id"),
                     "at", at);

    (void) json_object_update_missing(body, (json_t *) more);

    return body;
}


static ngx_int_t
ngx_lo_alert_begin(const json_t *body)
{
    json_t           *names;
    const char       *event, *run;
    ngx_lo_notice_t  *n;

    if (ngx_lo_notices.alerts.next == NULL) {
        ngx_queue_init(&ngx_lo_notices.alerts);
    }

    if (ngx_lo_notices.n >= NGX_LO_NOTICES_MAX) {
        return NGX_BUSY;
    }

    n = ngx_lo_notice_new(NULL);

    if (n == NULL) {
        return NGX_ERROR;
    }

    event = ckp_json_str(body, "event");
    run = ckp_json_str(body, "run_id");
    (void) snprintf(n->about, sizeof(n->about), "alert %s of run %s",
                    event ? event : "?", run ? run : "?");

    n->url = ngx_lo_notice_text(&ngx_lo_conf()->alert_url);
    n->body = ckp_json_text(body);

    if (n->url == NULL || n->body == NULL) {
        ngx_lo_notice_free(n);
        return NGX_ERROR;
    }

    names = json_pack("[s]", NGX_LO_ALERT_SECRET);
    n->look = ngx_lo_secrets_look(names, ngx_lo_alert_known, n);
    json_decref(names);

    if (n->look == NULL) {
        ngx_lo_notice_send(n);
    }

    return NGX_OK;
}


ngx_int_t
ngx_lo_alert_tell(json_t *body)
{
    ngx_int_t  rc;

    rc = (ngx_lo_conf()->alert_url.len == 0) ? NGX_DECLINED
         : (body == NULL) ? NGX_ERROR : ngx_lo_alert_begin(body);

    json_decref(body);

    return rc;
}


void
ngx_lo_alert(const ngx_lo_effect_t *e)
{
    if (ngx_lo_conf()->alert_url.len == 0) {
        return;
    }

    if (ngx_lo_alert_tell(ngx_lo_notice_whose(e->run, e->body)) == NGX_BUSY) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "run %s: too many alerts are under way: one is dropped",
                      e->run->run_id);
    }
}


/* Whether it is signed is known.  One that cannot be signed is told, too. */

static void
ngx_lo_alert_known(void *data, ngx_uint_t failed)
{
    ngx_lo_notice_t  *n = data;

    (void) failed;

    n->look = NULL;
    ngx_lo_notice_send(n);
}


void
ngx_lo_alerts_stop(void)
{
    ngx_queue_t  *q;

    while (ngx_lo_notices.n > 0) {
        q = ngx_queue_head(&ngx_lo_notices.alerts);
        ngx_lo_notice_free(ngx_queue_data(q, ngx_lo_notice_t, queue));
    }
}


/* --- notify ------------------------------------------------------------------------- */


/* {agent: ...}; NULL: nobody now.  Asked as an attempt is, without a slot. */

static json_t *
ngx_lo_notice_agent(const ngx_lo_effect_t *e, const char *channel,
    const char *action)
{
    json_t           *data;
    ngx_lo_effect_t   ask;

    ngx_memzero(&ask, sizeof(ask));
    ask.run = e->run;
    ask.kind = CKP_FX_ADMIT;
    ask.body = json_pack("{s:s, s:s, s:s}", "channel", channel, "action",
                         action, "executor", "agent");

    data = ngx_lo_admit_ask(&ask, 1);
    json_decref(ask.body);

    return data;
}


static json_t *
ngx_lo_notice_request(const ngx_lo_effect_t *e, const char *action)
{
    json_t  *params, *notice;

    notice = json_object_get(e->body, "notice");
    params = json_copy(notice);

    if (ngx_strcmp(action, "send_email") == 0) {
        (void) json_object_set(params, "to",
                               json_object_get(notice, "recipients"));
        (void) json_object_set(params, "body",
                               json_object_get(notice, "message"));
    }

    return json_pack("{s:s, s:o, s:s, s:O?, s:O?, s:i, s:O?, s:i}",
                     "action", action, "params", params,
                     "run_id", e->run->run_id,
                     "node_id", json_object_get(e->body, "node_id"),
                     "step_id", json_object_get(e->body, "step_id"),
                     "attempt", 1, "path", json_object_get(e->body, "path"),
                     "timeout_ms", NGX_LO_NOTICE_MS);
}


static void
ngx_lo_notice_ask_again(ngx_event_t *ev)
{
    ngx_lo_notice_ask(ev->data);
}


/* The agent's answer: what it says of itself counts. */

static void
ngx_lo_notice_told(const ngx_lo_call_reply_t *reply, void *data)
{
    json_t           *answer;
    ckp_outcome_t     outcome;
    ngx_lo_notice_t  *n = data;

    n->call = NULL;

    if (reply->outcome != CKP_OUTCOME_OK) {
        ngx_lo_notice_over(n, 0, 1);
        return;
    }

    answer = ckp_agent_reply((int) reply->status,
                             (const char *) reply->body.data, reply->body.len,
                             true, &outcome);
    json_decref(answer);

    ngx_lo_notice_over(n, outcome == CKP_OUTCOME_OK, 1);
}


static ngx_int_t
ngx_lo_notice_call(ngx_lo_notice_t *n, const json_t *agent, const char *action)
{
    char                   *body;
    size_t                  len;
    json_t                 *request;
    ckp_buf_t               url;
    const char             *base;
    ngx_lo_call_request_t   rq;

    base = ckp_json_str(agent, "base_url");
    request = ngx_lo_notice_request(n->effect, action);
    body = request ? ckp_json_text(request) : NULL;
    json_decref(request);

    if (base == NULL || body == NULL) {
        ckp_free(body);
        return NGX_ERROR;
    }

    for (len = ngx_strlen(base); len > 0 && base[len - 1] == '/'; len--) {
        /* void */
    }

    ckp_buf_init(&url, 8192);
    ckp_buf_put(&url, base, len);
    ckp_buf_puts(&url, "/execute");

    ngx_memzero(&rq, sizeof(rq));
    rq.carrier = NGX_LO_CARRIER_UPSTREAM;
    rq.url = ckp_buf_str(&url);
    rq.method = "POST";
    rq.body = body;
    rq.body_len = ngx_strlen(body);
    rq.timeout = NGX_LO_NOTICE_MS;
    rq.reply_max = ngx_lo_conf()->reply_max;

    if (url.failed == CKP_OK) {
        n->call = ngx_lo_call_start(&rq, ngx_lo_notice_told, n);
    }

    ckp_buf_free(&url);
    ckp_free(body);

    return n->call != NULL ? NGX_OK : NGX_ERROR;
}


/* The first action of the route that somebody offers. */

static void
ngx_lo_notice_ask(ngx_lo_notice_t *n)
{
    size_t       i;
    json_t      *route, *action, *data, *agent;
    ngx_uint_t   unknown;

    route = json_object_get(n->effect->body, "route");
    unknown = 0;

    json_array_foreach(json_object_get(route, "actions"), i, action) {

        data = ngx_lo_notice_agent(n->effect, ckp_json_str(route, "agent"),
                                   json_string_value(action));
        agent = json_object_get(data, "agent");
        unknown += (data == NULL);

        if (agent != NULL
            && ngx_lo_notice_call(n, agent, json_string_value(action))
               == NGX_OK)
        {
            json_decref(data);
            return;
        }

        json_decref(data);
    }

    /* all slots are taken, or the agents are not known yet */

    if (unknown && ++n->tries < NGX_LO_NOTICE_AGENT) {
        n->timer.handler = ngx_lo_notice_ask_again;
        ngx_add_timer(&n->timer, 200);
        return;
    }

    ngx_lo_notice_over(n, 0, n->tries > 0);
}


static ngx_int_t
ngx_lo_notice_hook(ngx_lo_notice_t *n, const json_t *route)
{
    json_t      *body, *more;
    const char  *url;

    url = ckp_json_str(route, "url");

    if (url == NULL && ngx_lo_conf()->alert_url.len == 0) {
        return NGX_DECLINED;
    }

    if (url != NULL && !ckp_http_host_in(url, json_object_get(route, "allow")))
    {
        return NGX_DECLINED;
    }

    more = json_pack("{s:s, s:O?}", "event", "notification", "node_id",
                     json_object_get(n->effect->body, "node_id"));
    (void) json_object_update(more, json_object_get(n->effect->body,
                                                    "notice"));

    body = ngx_lo_notice_whose(n->effect->run, more);
    (void) json_object_del(body, "error");
    json_decref(more);

    n->body = ckp_json_text(body);
    json_decref(body);

    if (url == NULL) {
        n->url = ngx_lo_notice_text(&ngx_lo_conf()->alert_url);

    } else {
        n->url = ckp_alloc(ngx_strlen(url) + 1);

        if (n->url != NULL) {
            ngx_memcpy(n->url, url, ngx_strlen(url) + 1);
        }
    }

    return n->url != NULL && n->body != NULL ? NGX_OK : NGX_DECLINED;
}


void
ngx_lo_to_notify(ngx_lo_effect_t *e)
{
    json_t           *route;
    ngx_lo_notice_t  *n;

    route = json_object_get(e->body, "route");
    n = ngx_lo_notice_new(e);

    if (n == NULL) {
        ngx_lo_effect_reply(e, CKP_OUTCOME_OK,
                            json_pack("{s:b, s:n}", "delivered", 0, "via"), 0);
        return;
    }

    if (!ckp_json_bool(route, "webhook", false)) {
        n->via = "agent";
        ngx_lo_notice_ask(n);
        return;
    }

    n->via = "webhook";

    if (ngx_lo_notice_hook(n, route) != NGX_OK) {
        ngx_lo_notice_over(n, 0, 0);
        return;
    }

    ngx_lo_notice_send(n);
}
