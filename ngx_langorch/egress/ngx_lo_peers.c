/*
 * Peers chosen by the call, and their idle connections.
 */

#include "egress/ngx_lo_peers.h"
#include "egress/ngx_lo_detached.h"
#include "egress/ngx_lo_reserve.h"

#include <ngx_sha1.h>


#define NGX_LO_IDLE_MAX       256
#define NGX_LO_IDLE_REQUESTS  10000
#define NGX_LO_IDLE_AGE       3600000

/* shorter than what usual servers wait, so that a call rarely meets a
 * connection that its agent is closing just then */

#define NGX_LO_IDLE_TIME      4000


/*
 * The address, and behind it what else tells connections apart: connect() looks
 * at the address only, while whoever compares lengths and bytes (as NGINX's
 * keepalive module would, in front of this one) sees all of it.
 */
typedef struct {
    socklen_t         len;
    union {
        ngx_sockaddr_t  address;
        u_char          bytes[sizeof(struct sockaddr_in6) + 20];
    } u;
} ngx_lo_peer_key_t;

typedef struct {
    ngx_queue_t        idle;            /* the last used first */
    ngx_queue_t        free;
} ngx_lo_peers_t;

typedef struct {
    ngx_queue_t        queue;
    ngx_lo_peers_t    *peers;
    ngx_connection_t  *connection;
    ngx_lo_peer_key_t  key;
} ngx_lo_idle_t;

typedef struct {
    ngx_lo_peers_t       *peers;
    ngx_lo_detached_t    *detached;
    ngx_http_upstream_t  *upstream;
    ngx_str_t             name;
    ngx_lo_peer_key_t     key;
} ngx_lo_peer_t;


static ngx_uint_t ngx_lo_peers_are_ours(ngx_http_upstream_srv_conf_t *us);
static ngx_int_t ngx_lo_peers_init_upstream(ngx_conf_t *cf,
    ngx_http_upstream_srv_conf_t *us);
static ngx_int_t ngx_lo_peers_init_peer(ngx_http_request_t *r,
    ngx_http_upstream_srv_conf_t *us);
static void ngx_lo_peers_key(ngx_lo_peer_key_t *key,
    const ngx_lo_target_t *target);
static ngx_int_t ngx_lo_peers_get(ngx_peer_connection_t *pc, void *data);
static void ngx_lo_peers_take(ngx_peer_connection_t *pc, ngx_connection_t *c);
static void ngx_lo_peers_free(ngx_peer_connection_t *pc, void *data,
    ngx_uint_t state);
static ngx_uint_t ngx_lo_peers_is_good(ngx_lo_peer_t *peer,
    ngx_connection_t *c, ngx_uint_t state);
static void ngx_lo_peers_keep(ngx_lo_peer_t *peer, ngx_connection_t *c);
static void ngx_lo_peers_idle_handler(ngx_event_t *ev);
static void ngx_lo_peers_write_handler(ngx_event_t *ev);
static void ngx_lo_peers_close(ngx_connection_t *c);
static ngx_int_t ngx_lo_peers_set_session(ngx_peer_connection_t *pc,
    void *data);
static void ngx_lo_peers_save_session(ngx_peer_connection_t *pc, void *data);


static u_char  ngx_lo_peers_name[] = NGX_LO_PEERS_NAME;

static ngx_lo_peers_t  *ngx_lo_peers_here;      /* this worker's; NULL: none */


/* --- configuration ------------------------------------------------------------ */


char *
ngx_lo_peers(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_upstream_server_t    *server;
    ngx_http_upstream_srv_conf_t  *us;

    us = ngx_http_conf_get_module_srv_conf(cf, ngx_http_upstream_module);

    if (us->host.len != sizeof(NGX_LO_PEERS_NAME) - 1
        || ngx_strncmp(us->host.data, NGX_LO_PEERS_NAME, us->host.len) != 0)
    {
        return "belongs into the upstream \"" NGX_LO_PEERS_NAME "\"";
    }

    if (us->peer.init_upstream == ngx_lo_peers_init_upstream) {
        return "is duplicate";
    }

    us->peer.init_upstream = ngx_lo_peers_init_upstream;
    us->flags = NGX_HTTP_UPSTREAM_CREATE;

    /* an upstream without servers is refused; this one's come with the calls */

    server = ngx_array_push(us->servers);

    if (server == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(server, sizeof(ngx_http_upstream_server_t));
    server->name.data = ngx_lo_peers_name;
    server->name.len = sizeof(ngx_lo_peers_name) - 1;
    server->down = 1;

    return NGX_CONF_OK;
}


ngx_int_t
ngx_lo_peers_init(ngx_conf_t *cf)
{
    ngx_url_t                      url;
    ngx_http_upstream_srv_conf_t  *us;

    ngx_memzero(&url, sizeof(ngx_url_t));

    ngx_str_set(&url.url, NGX_LO_PEERS_NAME);
    url.no_resolve = 1;

    us = ngx_http_upstream_add(cf, &url, 0);

    if (us == NULL) {
        return NGX_ERROR;
    }

    if (!ngx_lo_peers_are_ours(us)) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "the upstream \"%V\" needs langorch_peers", &us->host);
        return NGX_ERROR;
    }

    return us->servers == NULL ? ngx_lo_peers_init_upstream(cf, us) : NGX_OK;
}


/* Made by us, or by a block that the directive has put its mark into. */

static ngx_uint_t
ngx_lo_peers_are_ours(ngx_http_upstream_srv_conf_t *us)
{
    ngx_uint_t                   i;
    ngx_http_upstream_server_t  *server;

    if (us->servers == NULL) {
        return 1;
    }

    server = us->servers->elts;

    for (i = 0; i < us->servers->nelts; i++) {
        if (server[i].name.data == ngx_lo_peers_name) {
            return 1;
        }
    }

    return 0;
}


void
ngx_lo_peers_start(ngx_cycle_t *cycle)
{
    ngx_uint_t                       i;
    ngx_http_upstream_srv_conf_t   **us;
    ngx_http_upstream_main_conf_t   *umcf;

    ngx_lo_peers_here = NULL;

    if (ngx_lo_conf()->carrier == NULL) {
        return;
    }

    umcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_upstream_module);
    us = umcf->upstreams.elts;

    for (i = 0; i < umcf->upstreams.nelts; i++) {
        if (us[i]->host.len == sizeof(ngx_lo_peers_name) - 1
            && ngx_strncmp(us[i]->host.data, ngx_lo_peers_name,
                           us[i]->host.len)
               == 0)
        {
            ngx_lo_peers_here = us[i]->peer.data;
            return;
        }
    }
}


static ngx_int_t
ngx_lo_peers_init_upstream(ngx_conf_t *cf, ngx_http_upstream_srv_conf_t *us)
{
    ngx_uint_t       i;
    ngx_lo_idle_t   *idle;
    ngx_lo_peers_t  *peers;

    peers = ngx_palloc(cf->pool, sizeof(ngx_lo_peers_t));
    idle = ngx_pcalloc(cf->pool, NGX_LO_IDLE_MAX * sizeof(ngx_lo_idle_t));

    if (peers == NULL || idle == NULL) {
        return NGX_ERROR;
    }

    ngx_queue_init(&peers->idle);
    ngx_queue_init(&peers->free);

    for (i = 0; i < NGX_LO_IDLE_MAX; i++) {
        idle[i].peers = peers;
        ngx_queue_insert_tail(&peers->free, &idle[i].queue);
    }

    us->peer.data = peers;
    us->peer.init = ngx_lo_peers_init_peer;

    return NGX_OK;
}


/* --- one exchange -------------------------------------------------------------- */


static ngx_int_t
ngx_lo_peers_init_peer(ngx_http_request_t *r, ngx_http_upstream_srv_conf_t *us)
{
    ngx_lo_call_t      *call;
    ngx_lo_peer_t      *peer;
    ngx_lo_detached_t  *d;

    d = ngx_lo_detached_of(r);

    if (d == NULL) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "the upstream \"%V\" is for calls only", &us->host);
        return NGX_ERROR;
    }

    peer = ngx_pcalloc(r->pool, sizeof(ngx_lo_peer_t));

    if (peer == NULL) {
        return NGX_ERROR;
    }

    call = d->call;

    peer->peers = us->peer.data;
    peer->detached = d;
    peer->upstream = r->upstream;
    peer->name.data = (u_char *) call->target.authority;
    peer->name.len = ngx_strlen(call->target.authority);

    ngx_lo_peers_key(&peer->key, &call->target);

    r->upstream->peer.data = peer;
    r->upstream->peer.get = ngx_lo_peers_get;
    r->upstream->peer.free = ngx_lo_peers_free;
    r->upstream->peer.tries = 1;
#if (NGX_HTTP_SSL)
    r->upstream->peer.set_session = ngx_lo_peers_set_session;
    r->upstream->peer.save_session = ngx_lo_peers_save_session;
#endif

    return NGX_OK;
}


static void
ngx_lo_peers_key(ngx_lo_peer_key_t *key, const ngx_lo_target_t *target)
{
    ngx_sha1_t  sha1;

    ngx_memcpy(&key->u.address, &target->address, target->socklen);
    key->len = target->socklen;

    if (!target->tls) {
        return;
    }

    ngx_sha1_init(&sha1);
    ngx_sha1_update(&sha1, target->host, ngx_strlen(target->host));
    ngx_sha1_final(key->u.bytes + key->len, &sha1);

    key->len += 20;
}


static ngx_int_t
ngx_lo_peers_get(ngx_peer_connection_t *pc, void *data)
{
    ngx_queue_t    *q;
    ngx_lo_idle_t  *idle;
    ngx_lo_peer_t  *peer = data;

    pc->sockaddr = &peer->key.u.address.sockaddr;
    pc->socklen = peer->key.len;
    pc->name = &peer->name;
    pc->cached = 0;
    pc->connection = NULL;

    for (q = ngx_queue_head(&peer->peers->idle);
         q != ngx_queue_sentinel(&peer->peers->idle);
         q = ngx_queue_next(q))
    {
        idle = ngx_queue_data(q, ngx_lo_idle_t, queue);

        if (idle->key.len == peer->key.len
            && ngx_memcmp(idle->key.u.bytes, peer->key.u.bytes, peer->key.len)
               == 0)
        {
            ngx_queue_remove(q);
            ngx_queue_insert_head(&peer->peers->free, q);

            ngx_lo_peers_take(pc, idle->connection);

            return NGX_DONE;
        }
    }

    if (!ngx_lo_peers_make_room()) {
        peer->detached->fault = "no free connection";
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_uint_t
ngx_lo_peers_make_room(void)
{
    ngx_queue_t    *q;
    ngx_lo_idle_t  *idle;

    if (ngx_cycle->free_connection_n > 1 || ngx_lo_reserve_give()) {
        return 1;
    }

    if (ngx_lo_peers_here == NULL
        || ngx_queue_empty(&ngx_lo_peers_here->idle))
    {
        return 0;
    }

    q = ngx_queue_last(&ngx_lo_peers_here->idle);
    idle = ngx_queue_data(q, ngx_lo_idle_t, queue);

    ngx_queue_remove(q);
    ngx_queue_insert_head(&ngx_lo_peers_here->free, q);

    ngx_lo_peers_close(idle->connection);

    return ngx_lo_reserve_give();
}


static void
ngx_lo_peers_take(ngx_peer_connection_t *pc, ngx_connection_t *c)
{
    c->idle = 0;
    c->sent = 0;
    c->data = NULL;
    c->log = pc->log;
    c->read->log = pc->log;
    c->write->log = pc->log;
    c->pool->log = pc->log;

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }

    pc->connection = c;
    pc->cached = 1;
}


static void
ngx_lo_peers_free(ngx_peer_connection_t *pc, void *data, ngx_uint_t state)
{
    ngx_lo_peer_t  *peer = data;

    pc->tries = 0;

    if (pc->connection != NULL
        && ngx_lo_peers_is_good(peer, pc->connection, state))
    {
        ngx_lo_peers_keep(peer, pc->connection);
        pc->connection = NULL;
    }
}


/* A whole request went out, a whole reply came back, and nothing else. */

static ngx_uint_t
ngx_lo_peers_is_good(ngx_lo_peer_t *peer, ngx_connection_t *c, ngx_uint_t state)
{
    if ((state & NGX_PEER_FAILED)
        || c->read->eof || c->read->error || c->read->timedout
        || c->write->error || c->write->timedout)
    {
        return 0;
    }

    if (!peer->upstream->keepalive || !peer->upstream->request_body_sent
        || ngx_lo_detached_is_spoiled(peer->detached))
    {
        return 0;
    }

    if (c->requests >= NGX_LO_IDLE_REQUESTS
        || ngx_current_msec - c->start_time > NGX_LO_IDLE_AGE
        || ngx_terminate || ngx_exiting)
    {
        return 0;
    }

    return ngx_handle_read_event(c->read, 0) == NGX_OK;
}


static void
ngx_lo_peers_keep(ngx_lo_peer_t *peer, ngx_connection_t *c)
{
    ngx_queue_t    *q;
    ngx_lo_idle_t  *idle;

    if (ngx_queue_empty(&peer->peers->free)) {
        q = ngx_queue_last(&peer->peers->idle);
        ngx_queue_remove(q);

        idle = ngx_queue_data(q, ngx_lo_idle_t, queue);
        ngx_lo_peers_close(idle->connection);

    } else {
        q = ngx_queue_head(&peer->peers->free);
        ngx_queue_remove(q);

        idle = ngx_queue_data(q, ngx_lo_idle_t, queue);
    }

    ngx_queue_insert_head(&peer->peers->idle, q);

    idle->connection = c;
    idle->key = peer->key;

    c->read->delayed = 0;
    ngx_add_timer(c->read, NGX_LO_IDLE_TIME);

    if (c->write->timer_set) {
        ngx_del_timer(c->write);
    }

    c->write->handler = ngx_lo_peers_write_handler;
    c->read->handler = ngx_lo_peers_idle_handler;

    /* the request's log ends with it */

    c->data = idle;
    c->idle = 1;
    c->log = ngx_cycle->log;
    c->read->log = ngx_cycle->log;
    c->write->log = ngx_cycle->log;
    c->pool->log = ngx_cycle->log;

    if (c->read->ready) {
        ngx_lo_peers_idle_handler(c->read);
    }
}


/* Idle for too long, closed by the other side, or the other side speaks up. */

static void
ngx_lo_peers_idle_handler(ngx_event_t *ev)
{
    int                n;
    char               byte[1];
    ngx_lo_idle_t     *idle;
    ngx_connection_t  *c;

    c = ev->data;
    idle = c->data;

    if (!c->close && !c->read->timedout) {
        n = recv(c->fd, byte, 1, MSG_PEEK);

        if (n == -1 && ngx_socket_errno == NGX_EAGAIN) {
            ev->ready = 0;

            if (ngx_handle_read_event(c->read, 0) == NGX_OK) {
                return;
            }
        }
    }

    ngx_queue_remove(&idle->queue);
    ngx_queue_insert_head(&idle->peers->free, &idle->queue);

    ngx_lo_peers_close(c);
}


static void
ngx_lo_peers_write_handler(ngx_event_t *ev)
{
    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, ev->log, 0, "langorch idle peer write");
}


static void
ngx_lo_peers_close(ngx_connection_t *c)
{
#if (NGX_HTTP_SSL)

    if (c->ssl != NULL) {
        c->ssl->no_wait_shutdown = 1;
        c->ssl->no_send_shutdown = 1;

        if (ngx_ssl_shutdown(c) == NGX_AGAIN) {
            c->ssl->handler = ngx_lo_peers_close;
            return;
        }
    }

#endif

    ngx_destroy_pool(c->pool);
    ngx_close_connection(c);

    ngx_lo_reserve_fill();
}


#if (NGX_HTTP_SSL)

static ngx_int_t
ngx_lo_peers_set_session(ngx_peer_connection_t *pc, void *data)
{
    return NGX_OK;
}


static void
ngx_lo_peers_save_session(ngx_peer_connection_t *pc, void *data)
{
    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, pc->log, 0, "langorch session not kept");
}

#endif
