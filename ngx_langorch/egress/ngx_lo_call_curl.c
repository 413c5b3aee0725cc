/*
 * Calls by libcurl's multi interface on the event loop: what is no agent's work.
 *
 * libcurl resolves nothing here: it is told the address that policy allowed.
 */

#include "egress/ngx_lo_call_int.h"
#include "egress/ngx_lo_peers.h"

#include <curl/curl.h>
#include <openssl/err.h>


#define NGX_LO_CURL_CONNECT  5000L


typedef struct {
    CURLM        *multi;
    ngx_event_t   timer;
    ngx_queue_t   sockets;          /* ngx_connection_t by its `queue` */
} ngx_lo_curl_t;

typedef struct {
    ngx_lo_call_t      *call;
    CURL               *easy;
    struct curl_slist  *headers;
    struct curl_slist  *resolve;
    const char         *fault;          /* why the reply was not taken */
} ngx_lo_curl_call_t;


static ngx_int_t ngx_lo_curl_open(ngx_lo_call_t *call);
static void ngx_lo_curl_close(ngx_lo_call_t *call);
static ngx_int_t ngx_lo_curl_target(ngx_lo_curl_call_t *cc);
static ngx_int_t ngx_lo_curl_limits(ngx_lo_curl_call_t *cc);
static ngx_int_t ngx_lo_curl_message(ngx_lo_curl_call_t *cc);
static ngx_int_t ngx_lo_curl_headers(ngx_lo_curl_call_t *cc);
static ngx_int_t ngx_lo_curl_add(struct curl_slist **list, const char *text);
static size_t ngx_lo_curl_body(char *bytes, size_t size, size_t n, void *data);
static int ngx_lo_curl_socket(CURL *easy, curl_socket_t s, int what,
    void *data, void *known);
static int ngx_lo_curl_close_socket(void *data, curl_socket_t s);
static ngx_connection_t *ngx_lo_curl_find(curl_socket_t s);
static ngx_connection_t *ngx_lo_curl_connection(curl_socket_t s);
static void ngx_lo_curl_unwatched(CURL *easy);
static ngx_int_t ngx_lo_curl_watch(ngx_event_t *ev, ngx_int_t event,
    ngx_uint_t wanted);
static void ngx_lo_curl_forget(ngx_connection_t *c);
static int ngx_lo_curl_timer(CURLM *multi, long ms, void *data);
static void ngx_lo_curl_timer_handler(ngx_event_t *ev);
static void ngx_lo_curl_event_handler(ngx_event_t *ev);
static void ngx_lo_curl_act(curl_socket_t s, int what);
static void ngx_lo_curl_done(ngx_lo_curl_call_t *cc, CURLcode code);
static const char *ngx_lo_curl_why(CURLcode code);


const ngx_lo_carrier_ops_t  ngx_lo_carrier_curl = {
    ngx_lo_curl_open,
    ngx_lo_curl_close
};


static ngx_lo_curl_t  ngx_lo_curl;


/* --- one call ------------------------------------------------------------------ */


static ngx_int_t
ngx_lo_curl_open(ngx_lo_call_t *call)
{
    ngx_lo_curl_call_t  *cc;

    cc = ngx_pcalloc(call->pool, sizeof(ngx_lo_curl_call_t));

    if (cc == NULL) {
        return NGX_ERROR;
    }

    cc->call = call;
    cc->easy = curl_easy_init();

    if (cc->easy == NULL) {
        return NGX_ERROR;
    }

    call->carried = cc;

    if (ngx_lo_curl_target(cc) != NGX_OK
        || ngx_lo_curl_limits(cc) != NGX_OK
        || ngx_lo_curl_message(cc) != NGX_OK
        || ngx_lo_curl_headers(cc) != NGX_OK
        || curl_multi_add_handle(ngx_lo_curl.multi, cc->easy) != CURLM_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_lo_curl_close(ngx_lo_call_t *call)
{
    ngx_lo_curl_call_t  *cc = call->carried;

    /* one that was never added is no error to libcurl */

    (void) curl_multi_remove_handle(ngx_lo_curl.multi, cc->easy);

    curl_easy_cleanup(cc->easy);
    curl_slist_free_all(cc->headers);
    curl_slist_free_all(cc->resolve);

    /* NGINX takes what libcurl leaves there for an error of its own */

    ERR_clear_error();
}


/* The URL as it was checked, and for its name the address that was. */

static ngx_int_t
ngx_lo_curl_target(ngx_lo_curl_call_t *cc)
{
    u_char            *p;
    ngx_str_t          address;
    u_char             text[NGX_SOCKADDR_STRLEN];
    u_char             line[NGX_LO_HOST_MAX + NGX_SOCKADDR_STRLEN + 16];
    ngx_lo_target_t   *t;

    t = &cc->call->target;

    if (curl_easy_setopt(cc->easy, CURLOPT_URL, cc->call->url.data)
        != CURLE_OK)
    {
        return NGX_ERROR;
    }

    if (t->kind == NGX_LO_HOST_ADDRESS) {
        return NGX_OK;
    }

    address.data = text;
    address.len = ngx_sock_ntop(&t->address.sockaddr, t->socklen, text,
                                NGX_SOCKADDR_STRLEN, 0);

    p = ngx_slprintf(line, line + sizeof(line) - 1, "%s:%ui:%V", t->host,
                     (ngx_uint_t) t->port, &address);
    *p = '\0';

    if (ngx_lo_curl_add(&cc->resolve, (char *) line) != NGX_OK
        || curl_easy_setopt(cc->easy, CURLOPT_RESOLVE, cc->resolve)
           != CURLE_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* No redirect, no proxy, no other protocol, no connection left over. */

static ngx_int_t
ngx_lo_curl_limits(ngx_lo_curl_call_t *cc)
{
    CURL      *easy;
    CURLcode   rc;

    easy = cc->easy;

    rc = curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    rc |= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    rc |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
    rc |= curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
#if (LIBCURL_VERSION_NUM >= 0x075500)
    rc |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    rc |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS,
                           (long) (CURLPROTO_HTTP|CURLPROTO_HTTPS));
#endif
    rc |= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                           (long) CURL_HTTP_VERSION_1_1);
    rc |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                           NGX_LO_CURL_CONNECT);
    rc |= curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    rc |= curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    rc |= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION,
                           ngx_lo_curl_close_socket);
    rc |= curl_easy_setopt(easy, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);

    return rc == CURLE_OK ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_lo_curl_message(ngx_lo_curl_call_t *cc)
{
    CURL           *easy;
    CURLcode        rc;
    ngx_lo_call_t  *call;

    easy = cc->easy;
    call = cc->call;

    rc = curl_easy_setopt(easy, CURLOPT_PRIVATE, cc);
    rc |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ngx_lo_curl_body);
    rc |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, cc);

    if (call->has_body) {
        rc |= curl_easy_setopt(easy, CURLOPT_POST, 1L);
        rc |= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body.data);
        rc |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                               (curl_off_t) call->body.len);
    }

    if (ngx_strcmp(call->method.data, "HEAD") == 0) {
        rc |= curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);

    } else {
        rc |= curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method.data);
    }

    return rc == CURLE_OK ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_lo_curl_headers(ngx_lo_curl_call_t *cc)
{
    u_char         *line, *p, *last;
    ngx_uint_t      i;
    ngx_keyval_t   *h;
    ngx_lo_call_t  *call;

    call = cc->call;

    /* what libcurl would add on its own */

    if (ngx_lo_curl_add(&cc->headers, "Expect:") != NGX_OK) {
        return NGX_ERROR;
    }

    for (i = 0; i < call->nheaders; i++) {
        h = &call->headers[i];

        line = ngx_pnalloc(call->pool, h->key.len + h->value.len + 3);

        if (line == NULL) {
            return NGX_ERROR;
        }

        last = line + h->key.len + h->value.len + 2;

        /* an empty value is written so that it is sent, not left out */

        p = h->value.len == 0
            ? ngx_slprintf(line, last, "%V;", &h->key)
            : ngx_slprintf(line, last, "%V: %V", &h->key, &h->value);
        *p = '\0';

        if (ngx_lo_curl_add(&cc->headers, (char *) line) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_explicit_memzero(line, (size_t) (p - line));
    }

    if (curl_easy_setopt(cc->easy, CURLOPT_HTTPHEADER, cc->headers)
        != CURLE_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_lo_curl_add(struct curl_slist **list, const char *text)
{
    struct curl_slist  *longer;

    longer = curl_slist_append(*list, text);

    if (longer == NULL) {
        return NGX_ERROR;
    }

    *list = longer;

    return NGX_OK;
}


static size_t
ngx_lo_curl_body(char *bytes, size_t size, size_t n, void *data)
{
    ngx_lo_curl_call_t  *cc = data;

    cc->fault = ngx_lo_call_reply_add(cc->call, (u_char *) bytes, size * n);

    return cc->fault == NULL ? size * n : 0;
}


/* --- libcurl's sockets and its timer on the loop --------------------------------- */


static int
ngx_lo_curl_socket(CURL *easy, curl_socket_t s, int what, void *data,
    void *known)
{
    ngx_connection_t  *c;

    c = ngx_lo_curl_find(s);

    if (what == CURL_POLL_REMOVE) {
        if (c != NULL) {
            ngx_lo_curl_forget(c);
        }

        return 0;
    }

    if (c == NULL) {
        c = ngx_lo_curl_connection(s);
    }

    if (c == NULL
        || ngx_lo_curl_watch(c->read, NGX_READ_EVENT, what & CURL_POLL_IN)
           != NGX_OK
        || ngx_lo_curl_watch(c->write, NGX_WRITE_EVENT, what & CURL_POLL_OUT)
           != NGX_OK)
    {
        ngx_lo_curl_unwatched(easy);
    }

    /* an error would end all of libcurl's transfers for good */

    return 0;
}


static void
ngx_lo_curl_unwatched(CURL *easy)
{
    ngx_lo_curl_call_t  *cc;

    if (curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **) &cc) == CURLE_OK
        && cc != NULL)
    {
        ngx_lo_call_end(cc->call, CKP_OUTCOME_UNKNOWN, "no free connection");
    }
}


/*
 * libcurl may close a socket first and say so later; by then its number may be
 * another's.
 */

static int
ngx_lo_curl_close_socket(void *data, curl_socket_t s)
{
    ngx_connection_t  *c;

    c = ngx_lo_curl_find(s);

    if (c != NULL) {
        ngx_lo_curl_forget(c);
    }

    return close(s);
}


static ngx_connection_t *
ngx_lo_curl_find(curl_socket_t s)
{
    ngx_queue_t       *q;
    ngx_connection_t  *c;

    for (q = ngx_queue_head(&ngx_lo_curl.sockets);
         q != ngx_queue_sentinel(&ngx_lo_curl.sockets);
         q = ngx_queue_next(q))
    {
        c = ngx_queue_data(q, ngx_connection_t, queue);

        if (c->fd == s) {
            return c;
        }
    }

    return NULL;
}


static ngx_connection_t *
ngx_lo_curl_connection(curl_socket_t s)
{
    ngx_connection_t  *c;

    if (!ngx_lo_peers_make_room()) {
        return NULL;
    }

    c = ngx_get_connection(s, ngx_cycle->log);

    if (c == NULL) {
        return NULL;
    }

    c->data = NULL;
    c->log = ngx_cycle->log;
    c->read->log = c->log;
    c->write->log = c->log;
    c->read->handler = ngx_lo_curl_event_handler;
    c->write->handler = ngx_lo_curl_event_handler;

    ngx_queue_insert_head(&ngx_lo_curl.sockets, &c->queue);

    return c;
}


/* By level, not by edge: libcurl does not promise to read all there is. */

static ngx_int_t
ngx_lo_curl_watch(ngx_event_t *ev, ngx_int_t event, ngx_uint_t wanted)
{
    if (wanted && !ev->active) {
        return ngx_add_event(ev, event, NGX_LEVEL_EVENT);
    }

    if (!wanted && ev->active) {
        return ngx_del_event(ev, event, 0);
    }

    return NGX_OK;
}


/* The descriptor is libcurl's; only its place in the loop is ours. */

static void
ngx_lo_curl_forget(ngx_connection_t *c)
{
    (void) ngx_lo_curl_watch(c->read, NGX_READ_EVENT, 0);
    (void) ngx_lo_curl_watch(c->write, NGX_WRITE_EVENT, 0);

    if (c->read->posted) {
        ngx_delete_posted_event(c->read);
    }

    if (c->write->posted) {
        ngx_delete_posted_event(c->write);
    }

    c->read->closed = 1;
    c->write->closed = 1;

    ngx_queue_remove(&c->queue);
    ngx_memzero(&c->queue, sizeof(ngx_queue_t));

    ngx_free_connection(c);
    c->fd = (ngx_socket_t) -1;
}


static int
ngx_lo_curl_timer(CURLM *multi, long ms, void *data)
{
    ngx_event_t  *timer;

    timer = &ngx_lo_curl.timer;

    if (timer->timer_set) {
        ngx_del_timer(timer);
    }

    if (ms >= 0) {
        ngx_add_timer(timer, (ngx_msec_t) ms);
    }

    return 0;
}


static void
ngx_lo_curl_timer_handler(ngx_event_t *ev)
{
    ngx_lo_curl_act(CURL_SOCKET_TIMEOUT, 0);
}


static void
ngx_lo_curl_event_handler(ngx_event_t *ev)
{
    ngx_connection_t  *c = ev->data;

    ngx_lo_curl_act(c->fd, ev->write ? CURL_CSELECT_OUT : CURL_CSELECT_IN);
}


static void
ngx_lo_curl_act(curl_socket_t s, int what)
{
    int                  left;
    CURLMsg             *msg;
    ngx_lo_curl_call_t  *cc;

    (void) curl_multi_socket_action(ngx_lo_curl.multi, s, what, &left);

    ERR_clear_error();

    for ( ;; ) {
        msg = curl_multi_info_read(ngx_lo_curl.multi, &left);

        if (msg == NULL) {
            return;
        }

        if (msg->msg == CURLMSG_DONE
            && curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE,
                                 (char **) &cc)
               == CURLE_OK)
        {
            ngx_lo_curl_done(cc, msg->data.result);
        }
    }
}


static void
ngx_lo_curl_done(ngx_lo_curl_call_t *cc, CURLcode code)
{
    long                  status;
    char                 *type;
    curl_off_t            later;
    const char           *why;
    ngx_lo_call_reply_t  *reply;

    reply = &cc->call->reply;

    if (curl_easy_getinfo(cc->easy, CURLINFO_RESPONSE_CODE, &status)
        == CURLE_OK)
    {
        reply->status = (ngx_uint_t) status;
    }

    if (curl_easy_getinfo(cc->easy, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK
        && type != NULL)
    {
        reply->content_type.data = (u_char *) type;
        reply->content_type.len = ngx_strlen(type);

        reply->content_type.data = ngx_pstrdup(cc->call->pool,
                                               &reply->content_type);
        if (reply->content_type.data == NULL) {
            reply->content_type.len = 0;
        }
    }

    if (curl_easy_getinfo(cc->easy, CURLINFO_RETRY_AFTER, &later) == CURLE_OK
        && later > 0)
    {
        reply->retry_after = (ngx_msec_t) ngx_min(later, 24 * 3600) * 1000;
    }

    why = (cc->fault != NULL) ? cc->fault : ngx_lo_curl_why(code);

    ngx_lo_call_end(cc->call, why == NULL ? CKP_OUTCOME_OK
                                          : CKP_OUTCOME_UNKNOWN, why);
}


/* In the words of the other carrier; libcurl has more of them than we need. */

static const char *
ngx_lo_curl_why(CURLcode code)
{
    switch ((int) code) {

    case CURLE_OK:
        return NULL;

    case CURLE_OPERATION_TIMEDOUT:
        return "timeout";

    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        return "refused";

    case CURLE_PARTIAL_FILE:
        return "truncated";

    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return "malformed head";

    case CURLE_OUT_OF_MEMORY:
        return "no memory";

    default:
        return "reset";
    }
}


/* --- this worker ----------------------------------------------------------------- */


ngx_int_t
ngx_lo_curl_start(ngx_cycle_t *cycle)
{
    CURLMcode  rc;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return NGX_ERROR;
    }

    ngx_memzero(&ngx_lo_curl, sizeof(ngx_lo_curl));
    ngx_queue_init(&ngx_lo_curl.sockets);

    ngx_lo_curl.multi = curl_multi_init();

    if (ngx_lo_curl.multi == NULL) {
        return NGX_ERROR;
    }

    ngx_lo_curl.timer.handler = ngx_lo_curl_timer_handler;
    ngx_lo_curl.timer.data = &ngx_lo_curl;
    ngx_lo_curl.timer.log = cycle->log;
    ngx_lo_curl.timer.cancelable = 1;

    rc = curl_multi_setopt(ngx_lo_curl.multi, CURLMOPT_SOCKETFUNCTION,
                           ngx_lo_curl_socket);
    rc |= curl_multi_setopt(ngx_lo_curl.multi, CURLMOPT_TIMERFUNCTION,
                            ngx_lo_curl_timer);

    return rc == CURLM_OK ? NGX_OK : NGX_ERROR;
}


void
ngx_lo_curl_stop(void)
{
    if (ngx_lo_curl.multi == NULL) {
        return;
    }

    (void) curl_multi_cleanup(ngx_lo_curl.multi);
    ngx_lo_curl.multi = NULL;

    if (ngx_lo_curl.timer.timer_set) {
        ngx_del_timer(&ngx_lo_curl.timer);
    }
}
