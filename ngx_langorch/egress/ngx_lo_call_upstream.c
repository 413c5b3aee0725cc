/*
 * Calls by NGINX's own upstream machinery: a request without a client sends one
 * subrequest through the carrier's location, whose proxy_pass does the rest.
 */

#include "egress/ngx_lo_detached.h"


typedef struct {
    ngx_str_t   name;
    ngx_uint_t  method;
} ngx_lo_method_t;


static ngx_int_t ngx_lo_carrier_open(ngx_lo_call_t *call);
static void ngx_lo_carrier_close(ngx_lo_call_t *call);
static void ngx_lo_detached_unhurried(ngx_lo_detached_t *d);
static void ngx_lo_detached_connection(ngx_lo_detached_t *d);
static ngx_int_t ngx_lo_detached_request(ngx_lo_detached_t *d);
static ngx_int_t ngx_lo_detached_headers(ngx_lo_detached_t *d);
static ngx_int_t ngx_lo_detached_send(ngx_lo_detached_t *d);
static ngx_int_t ngx_lo_detached_request_body(ngx_lo_detached_t *d);
static ngx_uint_t ngx_lo_detached_method(ngx_str_t *name);
static u_char *ngx_lo_detached_log(ngx_log_t *log, u_char *buf, size_t len);
static u_char *ngx_lo_detached_log_request(ngx_http_request_t *r,
    ngx_http_request_t *sr, u_char *buf, size_t len);
static void ngx_lo_detached_event(ngx_event_t *ev);
static void ngx_lo_detached_woken(ngx_http_request_t *r);
static void ngx_lo_detached_wipe(ngx_http_request_t *r);


const ngx_lo_carrier_ops_t  ngx_lo_carrier_upstream = {
    ngx_lo_carrier_open,
    ngx_lo_carrier_close
};


static const ngx_lo_method_t  ngx_lo_methods[] = {
    { ngx_string("GET"), NGX_HTTP_GET },
    { ngx_string("HEAD"), NGX_HTTP_HEAD },
    { ngx_string("POST"), NGX_HTTP_POST },
    { ngx_string("PUT"), NGX_HTTP_PUT },
    { ngx_string("PATCH"), NGX_HTTP_PATCH },
    { ngx_string("DELETE"), NGX_HTTP_DELETE },
    { ngx_string("OPTIONS"), NGX_HTTP_OPTIONS },
    { ngx_null_string, 0 }
};


/* --- made ------------------------------------------------------------------ */


static ngx_int_t
ngx_lo_carrier_open(ngx_lo_call_t *call)
{
    ngx_connection_t   *c;
    ngx_lo_detached_t  *d;

    if (ngx_lo_conf()->carrier == NULL) {
        ngx_lo_call_end(call, CKP_OUTCOME_FAILED, "no langorch_carrier");
        return NGX_OK;
    }

    d = ngx_pcalloc(call->pool, sizeof(ngx_lo_detached_t));

    if (d == NULL) {
        return NGX_ERROR;
    }

    d->call = call;

    ngx_lo_detached_connection(d);

    c = &d->connection;

    d->request = ngx_http_create_request(c);

    if (d->request == NULL) {
        return NGX_ERROR;
    }

    c->data = d->request;
    call->carried = d;

    if (ngx_lo_detached_request(d) != NGX_OK
        || ngx_lo_detached_send(d) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_run_posted_requests(c);

    ngx_lo_detached_unhurried(d);

    return NGX_OK;
}


/*
 * A worker that was told to quit waits for timers, but how long it waits for
 * calls is the engine's to say: those of the exchange do not count.
 */

static void
ngx_lo_detached_unhurried(ngx_lo_detached_t *d)
{
    ngx_connection_t  *c;

    if (d->sub->upstream == NULL) {
        return;
    }

    c = d->sub->upstream->peer.connection;

    if (c != NULL) {
        c->read->cancelable = 1;
        c->write->cancelable = 1;
    }
}


/*
 * Both events say that they are registered with epoll, so that nobody registers
 * descriptor -1; the write event is ready, so that nobody waits for the client.
 */

static void
ngx_lo_detached_connection(ngx_lo_detached_t *d)
{
    ngx_connection_t    *c;
    struct sockaddr_in  *sin;

    c = &d->connection;

    c->fd = (ngx_socket_t) -1;
    c->pool = d->call->pool;
    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);
    c->start_time = ngx_current_msec;
    c->tcp_nodelay = NGX_TCP_NODELAY_DISABLED;
    c->tcp_nopush = NGX_TCP_NOPUSH_DISABLED;

    c->read = &d->read;
    c->write = &d->write;

    d->read.data = c;
    d->read.handler = ngx_lo_detached_event;
    d->read.active = 1;
    d->read.log = &d->log;

    d->write.data = c;
    d->write.write = 1;
    d->write.handler = ngx_lo_detached_event;
    d->write.active = 1;
    d->write.ready = 1;
    d->write.log = &d->log;

    /* rules about clients that a site has for all its servers find one */

    sin = &d->address.sockaddr_in;
    sin->sin_family = AF_INET;
    sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    c->sockaddr = &d->address.sockaddr;
    c->socklen = sizeof(struct sockaddr_in);
    c->local_sockaddr = c->sockaddr;
    c->local_socklen = c->socklen;
    ngx_str_set(&c->addr_text, "127.0.0.1");

    d->listening.sockaddr = c->sockaddr;
    d->listening.socklen = c->socklen;
    d->listening.addr_text = c->addr_text;
    c->listening = &d->listening;

    c->buffer = &d->buffer;

    d->log = *ngx_cycle->log;
    d->log.handler = ngx_lo_detached_log;
    d->log.data = &d->log_ctx;
    d->log.action = NULL;
    d->log.connection = c->number;

    d->log_ctx.connection = c;
    c->log = &d->log;

    d->http.conf_ctx = ngx_lo_conf()->carrier;
    d->http.addr_conf = &d->addr_conf;
    d->addr_conf.default_server = ngx_http_get_module_srv_conf(d->http.conf_ctx,
                                                        ngx_http_core_module);
    c->data = &d->http;
}


static ngx_int_t
ngx_lo_detached_request(ngx_lo_detached_t *d)
{
    ngx_http_request_t  *r;

    r = d->request;

    /*
     * What an agent does wrong is no error of this site: it is told by the
     * call's outcome.  Debug logs stay as they are.
     */

    if (d->log.log_level > NGX_LOG_CRIT && d->log.log_level <= NGX_LOG_DEBUG) {
        d->log.log_level = NGX_LOG_CRIT;
    }

    r->blocked = 1;
    r->logged = 1;
    r->log_handler = ngx_lo_detached_log_request;
    r->write_event_handler = ngx_lo_detached_woken;

    /* limits on clients do not count calls */

    r->limit_conn_status = 1;
    r->limit_req_status = 1;

    r->http_version = NGX_HTTP_VERSION_11;
    ngx_str_set(&r->http_protocol, "HTTP/1.1");
    ngx_str_set(&r->schema, "http");
    r->method = ngx_lo_detached_method(&d->call->method);
    r->method_name = d->call->method;
    ngx_str_set(&r->uri, "/");
    r->unparsed_uri = r->uri;

    r->headers_in.server.data = (u_char *) d->call->target.host;
    r->headers_in.server.len = ngx_strlen(d->call->target.host);

    ngx_http_set_ctx(r, d, ngx_http_langorch_module);

    if (ngx_lo_detached_headers(d) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_lo_detached_request_body(d);
}


static ngx_int_t
ngx_lo_detached_headers(ngx_lo_detached_t *d)
{
    ngx_uint_t           i;
    ngx_keyval_t        *given;
    ngx_table_elt_t     *h;
    ngx_http_request_t  *r;

    r = d->request;

    if (ngx_list_init(&r->headers_in.headers, r->pool, 8,
                      sizeof(ngx_table_elt_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < d->call->nheaders; i++) {
        given = &d->call->headers[i];
        h = ngx_list_push(&r->headers_in.headers);

        if (h == NULL) {
            return NGX_ERROR;
        }

        ngx_memzero(h, sizeof(ngx_table_elt_t));

        h->key = given->key;
        h->value = given->value;
        h->lowcase_key = ngx_pnalloc(r->pool, h->key.len);

        if (h->lowcase_key == NULL) {
            return NGX_ERROR;
        }

        h->hash = ngx_hash_strlow(h->lowcase_key, h->key.data, h->key.len);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_lo_detached_request_body(ngx_lo_detached_t *d)
{
    ngx_buf_t           *b;
    ngx_http_request_t  *r;

    r = d->request;

    r->request_body = ngx_pcalloc(r->pool, sizeof(ngx_http_request_body_t));

    if (r->request_body == NULL) {
        return NGX_ERROR;
    }

    if (!d->call->has_body) {
        return NGX_OK;
    }

    r->headers_in.content_length_n = (off_t) d->call->body.len;

    if (d->call->body.len == 0) {
        return NGX_OK;
    }

    b = ngx_calloc_buf(r->pool);
    r->request_body->bufs = ngx_alloc_chain_link(r->pool);

    if (b == NULL || r->request_body->bufs == NULL) {
        return NGX_ERROR;
    }

    b->memory = 1;
    b->start = d->call->body.data;
    b->pos = b->start;
    b->last = b->start + d->call->body.len;
    b->end = b->last;
    b->last_buf = 1;

    r->request_body->bufs->buf = b;
    r->request_body->bufs->next = NULL;

    return NGX_OK;
}


static ngx_int_t
ngx_lo_detached_send(ngx_lo_detached_t *d)
{
    ngx_http_request_t          *r;
    ngx_http_post_subrequest_t  *ps;

    r = d->request;

    ps = ngx_palloc(r->pool, sizeof(ngx_http_post_subrequest_t));

    if (ps == NULL) {
        return NGX_ERROR;
    }

    ps->handler = ngx_lo_detached_done;
    ps->data = d;

    if (ngx_http_subrequest(r, &ngx_lo_conf()->carrier_uri, NULL, &d->sub, ps,
                            0)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    d->sub->method = r->method;
    d->sub->method_name = r->method_name;

    return NGX_OK;
}


static ngx_uint_t
ngx_lo_detached_method(ngx_str_t *name)
{
    const ngx_lo_method_t  *m;

    for (m = ngx_lo_methods; m->name.len != 0; m++) {
        if (m->name.len == name->len
            && ngx_strncmp(m->name.data, name->data, name->len) == 0)
        {
            return m->method;
        }
    }

    return NGX_HTTP_UNKNOWN;
}


static u_char *
ngx_lo_detached_log(ngx_log_t *log, u_char *buf, size_t len)
{
    u_char              *p;
    ngx_lo_detached_t   *d;
    ngx_http_log_ctx_t  *ctx;

    p = buf;

    if (log->action != NULL) {
        p = ngx_slprintf(p, buf + len, " while %s", log->action);
    }

    ctx = log->data;
    d = (ngx_lo_detached_t *) ((u_char *) ctx
                               - offsetof(ngx_lo_detached_t, log_ctx));

    return ngx_slprintf(p, buf + len, ", call: \"%V %s\"", &d->call->method,
                        d->call->target.authority);
}


/* It is the mark of our requests, too: who has it is one (detached_of). */

static u_char *
ngx_lo_detached_log_request(ngx_http_request_t *r, ngx_http_request_t *sr,
    u_char *buf, size_t len)
{
    return buf;
}


ngx_lo_detached_t *
ngx_lo_detached_of(ngx_http_request_t *r)
{
    if (r->main->log_handler != ngx_lo_detached_log_request) {
        return NULL;
    }

    return ngx_http_get_module_ctx(r->main, ngx_http_langorch_module);
}


static void
ngx_lo_detached_event(ngx_event_t *ev)
{
    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, ev->log, 0, "langorch detached event");
}


/* The parent is woken when its subrequest ends; the call knows that already. */

static void
ngx_lo_detached_woken(ngx_http_request_t *r)
{
    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "langorch detached request woken");
}


/* --- freed -------------------------------------------------------------------- */


/*
 * The request's cleanup closes the peer's connection when the exchange is under
 * way still.  Then nothing may be left that knows the request or connection.
 */

static void
ngx_lo_carrier_close(ngx_lo_call_t *call)
{
    ngx_lo_detached_t   *d = call->carried;

    ngx_http_request_t  *r;

    r = d->request;

    if (d->sub != NULL) {
        ngx_lo_detached_wipe(d->sub);
    }

    r->blocked = 0;
    r->count = 1;

    /* the count keeps NGINX from closing the request on its way */

    r->count++;
    ngx_http_free_request(r, 0);

    if (d->read.posted) {
        ngx_delete_posted_event(&d->read);
    }

    if (d->write.posted) {
        ngx_delete_posted_event(&d->write);
    }

    if (d->read.timer_set) {
        ngx_del_timer(&d->read);
    }

    if (d->write.timer_set) {
        ngx_del_timer(&d->write);
    }
}


/* The head as it was sent may hold keys. */

static void
ngx_lo_detached_wipe(ngx_http_request_t *r)
{
    ngx_chain_t  *cl;

    if (r->upstream == NULL) {
        return;
    }

    for (cl = r->upstream->request_bufs; cl != NULL; cl = cl->next) {
        if (cl->buf->temporary) {
            ngx_explicit_memzero(cl->buf->start,
                                 (size_t) (cl->buf->end - cl->buf->start));
        }
    }
}
