/*
 * The life of a call, whoever carries it.
 */

#include "egress/ngx_lo_call_int.h"
#include "egress/ngx_lo_peers.h"
#include "egress/ngx_lo_reserve.h"


#define NGX_LO_CALL_POOL  2048


typedef struct {
    ngx_queue_t   calls;
    ngx_queue_t   waiting;          /* those that have no room, oldest first */
    ngx_uint_t    ncalls;           /* that have it */
    ngx_uint_t    up;
} ngx_lo_egress_t;


static ngx_lo_call_t *ngx_lo_call_new(const ngx_lo_call_request_t *rq);
static void ngx_lo_call_queue(ngx_lo_call_t *call);
static void ngx_lo_call_next(void);
static void ngx_lo_call_resolve(ngx_lo_call_t *call);
static void ngx_lo_call_resolved(ngx_resolver_ctx_t *ctx);
static void ngx_lo_call_choose(ngx_lo_call_t *call, ngx_resolver_ctx_t *ctx);
static void ngx_lo_call_open(ngx_lo_call_t *call);
static void ngx_lo_call_deadline(ngx_event_t *ev);
static void ngx_lo_call_ended(ngx_event_t *ev);
static void ngx_lo_call_free(ngx_lo_call_t *call);


static ngx_lo_egress_t  ngx_lo_egress;


ngx_lo_call_t *
ngx_lo_call_start(const ngx_lo_call_request_t *rq, ngx_lo_call_done_pt done,
    void *data)
{
    const char     *why;
    ngx_lo_call_t  *call;

    call = ngx_lo_egress.up ? ngx_lo_call_new(rq) : NULL;

    if (call == NULL) {
        return NULL;
    }

    call->done = done;
    call->data = data;
    call->piece = rq->piece;
    call->starting = 1;

    ngx_add_timer(&call->deadline, rq->timeout);

    why = ngx_lo_call_unfit(rq);

    if (why != NULL
        || ngx_lo_target_parse(&call->target, (char *) call->url.data, &why)
           != NGX_OK)
    {
        ngx_lo_call_end(call, CKP_OUTCOME_FAILED, why);

    } else {
        ngx_lo_call_queue(call);
        ngx_lo_call_next();
    }

    call->starting = 0;

    return call;
}


static ngx_lo_call_t *
ngx_lo_call_new(const ngx_lo_call_request_t *rq)
{
    ngx_pool_t     *pool;
    ngx_lo_call_t  *call;

    pool = ngx_create_pool(NGX_LO_CALL_POOL, ngx_cycle->log);

    if (pool == NULL) {
        return NULL;
    }

    call = ngx_pcalloc(pool, sizeof(ngx_lo_call_t));

    if (call == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    call->pool = pool;
    call->reply_max = rq->reply_max;
    call->ca = rq->ca;
    call->named = rq->named;
    call->unverified = rq->unverified;
    call->sealed = rq->sealed;
    call->started = ngx_current_msec;

    call->ops = (rq->carrier == NGX_LO_CARRIER_CURL) ? &ngx_lo_carrier_curl
                                                     : &ngx_lo_carrier_upstream;
    if (ngx_lo_call_copy(call, rq) != NGX_OK) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    if (rq->heads) {
        call->reply.headers = json_object();
    }

    call->deadline.handler = ngx_lo_call_deadline;
    call->deadline.data = call;
    call->deadline.log = ngx_cycle->log;
    call->deadline.cancelable = 1;

    call->ended.handler = ngx_lo_call_ended;
    call->ended.data = call;
    call->ended.log = ngx_cycle->log;

    ngx_queue_insert_tail(&ngx_lo_egress.calls, &call->queue);

    return call;
}


/* --- room ------------------------------------------------------------------- */


static void
ngx_lo_call_queue(ngx_lo_call_t *call)
{
    ngx_queue_insert_tail(&ngx_lo_egress.waiting, &call->waiting);
    call->waits = 1;
}


static void
ngx_lo_call_unqueue(ngx_lo_call_t *call)
{
    if (call->waits) {
        ngx_queue_remove(&call->waiting);
        call->waits = 0;
    }
}


/* Those that waited longest have what room there is. */

static void
ngx_lo_call_next(void)
{
    ngx_lo_call_t  *call;

    while (ngx_lo_egress.up && !ngx_queue_empty(&ngx_lo_egress.waiting)
           && ngx_lo_egress.ncalls < ngx_lo_conf()->calls_max)
    {
        call = ngx_queue_data(ngx_queue_head(&ngx_lo_egress.waiting),
                              ngx_lo_call_t, waiting);

        ngx_lo_call_unqueue(call);
        call->counted = 1;
        call->started = ngx_current_msec;
        ngx_lo_egress.ncalls++;

        ngx_lo_call_resolve(call);
    }
}


ngx_uint_t
ngx_lo_call_waits(const ngx_lo_call_t *call)
{
    return call->waits;
}


/* --- where to ------------------------------------------------------------- */


static void
ngx_lo_call_resolve(ngx_lo_call_t *call)
{
    ngx_str_t             host;
    ngx_resolver_ctx_t   *ctx, temp;
    ngx_lo_main_conf_t   *mcf;
    struct sockaddr_in    sin;

    if (ngx_lo_target_is_localhost(&call->target)) {
        ngx_memzero(&sin, sizeof(sin));
        sin.sin_family = AF_INET;
        sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

        ngx_lo_target_set(&call->target, (struct sockaddr *) &sin, sizeof(sin));
    }

    if (call->target.kind != NGX_LO_HOST_NAME || call->target.socklen != 0) {
        ngx_lo_call_open(call);
        return;
    }

    mcf = ngx_lo_conf();

    if (mcf->carrier_loc == NULL) {
        ngx_lo_call_end(call, CKP_OUTCOME_UNKNOWN, "no resolver");
        return;
    }

    host.data = (u_char *) call->target.host;
    host.len = ngx_strlen(call->target.host);

    ngx_memzero(&temp, sizeof(temp));
    temp.name = host;

    ctx = ngx_resolve_start(mcf->carrier_loc->resolver, &temp);

    if (ctx == NULL || ctx == NGX_NO_RESOLVER) {
        ngx_lo_call_end(call, CKP_OUTCOME_UNKNOWN,
                        ctx == NULL ? "no memory" : "no resolver");
        return;
    }

    ctx->name = host;
    ctx->handler = ngx_lo_call_resolved;
    ctx->data = call;
    ctx->timeout = mcf->carrier_loc->resolver_timeout;
    ctx->cancelable = 1;

    call->resolving = ctx;

    if (ngx_resolve_name(ctx) != NGX_OK) {
        call->resolving = NULL;
        ngx_lo_call_end(call, CKP_OUTCOME_UNKNOWN, "no such host");
    }
}


static void
ngx_lo_call_resolved(ngx_resolver_ctx_t *ctx)
{
    ngx_lo_call_t  *call = ctx->data;

    call->resolving = NULL;

    if (ctx->state != NGX_OK || ctx->naddrs == 0) {
        ngx_lo_call_end(call, CKP_OUTCOME_UNKNOWN, "no such host");

    } else {
        ngx_lo_call_choose(call, ctx);
    }

    ngx_resolve_name_done(ctx);
}


/*
 * One address that is refused refuses the name: whoever mixes public and inner
 * addresses under one name is up to something.
 */

static void
ngx_lo_call_choose(ngx_lo_call_t *call, ngx_resolver_ctx_t *ctx)
{
    ngx_uint_t  i, n, n4;

    n4 = 0;

    for (i = 0; i < ctx->naddrs; i++) {
        ngx_lo_target_set(&call->target, ctx->addrs[i].sockaddr,
                          ctx->addrs[i].socklen);

        if (!call->named && !ngx_lo_policy_allows(&call->target)) {
            ngx_lo_call_end(call, CKP_OUTCOME_FAILED, "refused address");
            return;
        }

        n4 += (ctx->addrs[i].sockaddr->sa_family == AF_INET);
    }

    /* any of them, but IPv6 only where there is nothing else: a machine may
       have no way to it */

    n = (ngx_uint_t) ngx_random() % (n4 > 0 ? n4 : ctx->naddrs);

    for (i = 0; i < ctx->naddrs; i++) {

        if (n4 > 0 && ctx->addrs[i].sockaddr->sa_family != AF_INET) {
            continue;
        }

        if (n-- == 0) {
            break;
        }
    }

    ngx_lo_target_set(&call->target, ctx->addrs[i].sockaddr,
                      ctx->addrs[i].socklen);

    ngx_lo_call_open(call);
}


static void
ngx_lo_call_open(ngx_lo_call_t *call)
{
    size_t  len;

    if (!call->named && !ngx_lo_policy_allows(&call->target)) {
        ngx_lo_call_end(call, CKP_OUTCOME_FAILED, "refused address");
        return;
    }

    /* only NGINX knows what the site's own upstreams are */

    if (call->target.kind == NGX_LO_HOST_UPSTREAM) {
        call->ops = &ngx_lo_carrier_upstream;
    }

    /* the dynamic upstream may have an idle connection for it, and asks late */

    if ((call->ops == &ngx_lo_carrier_curl
         || call->target.kind == NGX_LO_HOST_UPSTREAM)
        && !ngx_lo_peers_make_room())
    {
        ngx_lo_call_end(call, CKP_OUTCOME_UNKNOWN, "no free connection");
        return;
    }

    len = ngx_strlen(call->target.uri);

    call->uri.data = ngx_pnalloc(call->pool, len + 1);

    if (call->uri.data != NULL) {
        call->uri.len = len;

        if (call->target.uri[0] != '/') {
            call->uri.data[0] = '/';
            call->uri.len++;
        }

        ngx_memcpy(call->uri.data + call->uri.len - len, call->target.uri, len);
    }

    if (call->uri.data == NULL || call->ops->open(call) != NGX_OK) {
        ngx_lo_call_end(call, CKP_OUTCOME_UNKNOWN, "no memory");
    }
}


/* --- the end ---------------------------------------------------------------- */


void
ngx_lo_call_end(ngx_lo_call_t *call, ckp_outcome_t outcome, const char *why)
{
    if (call->over) {
        return;
    }

    ngx_lo_call_unqueue(call);

    call->over = 1;
    call->reply.outcome = outcome;
    call->reply.why = why;
    call->reply.elapsed = ngx_current_msec - call->started;

    if (call->deadline.timer_set) {
        ngx_del_timer(&call->deadline);
    }

    if (call->resolving != NULL) {
        ngx_resolve_name_done(call->resolving);
        call->resolving = NULL;
    }

    /* a caller that starts again at once must not hold up the loop */

    if (call->starting) {
        ngx_post_event(&call->ended, &ngx_posted_next_events);

    } else {
        ngx_post_event(&call->ended, &ngx_posted_events);
    }
}


static void
ngx_lo_call_deadline(ngx_event_t *ev)
{
    ngx_lo_call_t  *call = ev->data;

    call->reply.unsent = call->waits;

    ngx_lo_call_end(call, CKP_OUTCOME_UNKNOWN,
                    call->waits ? "no room for a call in its time" : "timeout");
}


static void
ngx_lo_call_ended(ngx_event_t *ev)
{
    void                 *data;
    ngx_lo_call_t        *call = ev->data;
    ngx_lo_call_done_pt   done;

    done = call->done;
    data = call->data;
    call->done = NULL;

    if (call->carried != NULL) {
        call->ops->close(call);
        call->carried = NULL;
    }

    ngx_queue_remove(&call->queue);
    ngx_lo_egress.ncalls -= call->counted;

    ngx_lo_reserve_fill();
    ngx_lo_call_next();

    if (done != NULL) {

        if (call->reply.outcome == CKP_OUTCOME_UNKNOWN) {
            ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                          "langorch: call to %s: %s", call->target.authority,
                          call->reply.why);
        }

        call->reply.body.data = call->bytes;
        call->reply.body.len = call->nbytes;

        done(&call->reply, data);
    }

    ngx_lo_call_free(call);
}


/* Bodies and heads may have carried secrets: none stays in freed memory. */

static void
ngx_lo_call_free(ngx_lo_call_t *call)
{
    ngx_uint_t  i;

    for (i = 0; i < call->nheaders; i++) {
        ngx_explicit_memzero(call->headers[i].value.data,
                             call->headers[i].value.len);
    }

    if (call->has_body) {
        ngx_explicit_memzero(call->body.data, call->body.len);
    }

    if (call->bytes != NULL) {
        if (call->sealed) {
            ngx_explicit_memzero(call->bytes, call->nbytes);
        }

        ngx_free(call->bytes);
    }

    json_decref(call->reply.headers);

    ngx_destroy_pool(call->pool);
}


void
ngx_lo_call_abort(ngx_lo_call_t *call)
{
    if (call->done == NULL) {
        return;
    }

    call->done = NULL;

    ngx_lo_call_end(call, CKP_OUTCOME_UNKNOWN, "aborted");
}


ngx_int_t
ngx_lo_target_check(const char *url, const char **why)
{
    ngx_lo_target_t     target;
    struct sockaddr_in  sin;

    *why = NULL;

    if (ngx_lo_target_parse(&target, url, why) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_lo_target_is_localhost(&target)) {
        ngx_memzero(&sin, sizeof(sin));
        sin.sin_family = AF_INET;
        sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

        ngx_lo_target_set(&target, (struct sockaddr *) &sin, sizeof(sin));
    }

    if (!ngx_lo_policy_allows(&target)) {
        *why = "refused address";
        return NGX_DECLINED;
    }

    return NGX_OK;
}


ngx_int_t
ngx_lo_egress_start(ngx_cycle_t *cycle)
{
    ngx_queue_init(&ngx_lo_egress.calls);
    ngx_queue_init(&ngx_lo_egress.waiting);

    ngx_lo_egress.ncalls = 0;

    /* connections without a descriptor stay out of epoll only there */

    if (!(ngx_event_flags & NGX_USE_CLEAR_EVENT)) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "langorch: calls need \"use epoll\"");
        return NGX_ERROR;
    }

    ngx_lo_reserve_start(cycle);
    ngx_lo_peers_start(cycle);

    if (ngx_lo_policy_start(cycle) != NGX_OK
        || ngx_lo_curl_start(cycle) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_egress.up = 1;

    return NGX_OK;
}


void
ngx_lo_egress_stop(ngx_cycle_t *cycle)
{
    ngx_queue_t    *q;
    ngx_lo_call_t  *call;

    if (!ngx_lo_egress.up) {
        return;
    }

    ngx_lo_egress.up = 0;

    /* the loop turns no more: what the ends would post is done here */

    while (!ngx_queue_empty(&ngx_lo_egress.calls)) {
        q = ngx_queue_head(&ngx_lo_egress.calls);
        call = ngx_queue_data(q, ngx_lo_call_t, queue);

        ngx_lo_call_abort(call);

        if (call->ended.posted) {
            ngx_delete_posted_event(&call->ended);
        }

        ngx_lo_call_ended(&call->ended);
    }

    ngx_lo_curl_stop();
    ngx_lo_reserve_stop();
}
