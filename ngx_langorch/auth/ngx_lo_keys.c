/*
 * Keys that are fetched: one exchange at a time, in each worker.
 */

#include "auth/ngx_lo_auth_conf.h"
#include "auth/ngx_lo_keys.h"
#include "core/ngx_lo_core.h"
#include "egress/ngx_lo_call.h"

#define NGX_LO_KEYS_MS       5000       /* of one exchange */
#define NGX_LO_KEYS_BYTES    (64 * 1024)
#define NGX_LO_KEYS_REST_MS  10000      /* between two that tokens ask for */
#define NGX_LO_KEYS_FAIL_MS  10000      /* until what failed is tried again */


struct ngx_lo_keys_look_s {
    ngx_queue_t      queue;
    ngx_lo_keys_pt   done;
    void            *data;
};


static struct {
    ngx_pool_t      *pool;              /* of the set */
    ngx_lo_jwks_t   *set;               /* NULL: none came yet */
    ngx_lo_call_t   *call;
    ngx_event_t      timer;
    ngx_queue_t      waits;
    ngx_msec_t       asked;             /* when a token asked for the last */
    unsigned         once:1;            /* one did */
    unsigned         up:1;
} ngx_lo_keys;


static void ngx_lo_keys_tick(ngx_event_t *ev);
static ngx_int_t ngx_lo_keys_ask(void);
static void ngx_lo_keys_came(const ngx_lo_call_reply_t *reply, void *data);
static const char *ngx_lo_keys_take(const ngx_str_t *text);


void
ngx_lo_keys_start(void)
{
    if (ngx_lo_auth_conf()->keys_url == NULL) {
        return;
    }

    ngx_memzero(&ngx_lo_keys, sizeof(ngx_lo_keys));
    ngx_queue_init(&ngx_lo_keys.waits);

    ngx_lo_keys.timer.handler = ngx_lo_keys_tick;
    ngx_lo_keys.timer.data = &ngx_lo_keys;
    ngx_lo_keys.timer.log = ngx_cycle->log;
    ngx_lo_keys.timer.cancelable = 1;
    ngx_lo_keys.up = 1;

    ngx_add_timer(&ngx_lo_keys.timer, 1);
}


void
ngx_lo_keys_stop(void)
{
    if (!ngx_lo_keys.up) {
        return;
    }

    ngx_lo_keys.up = 0;

    if (ngx_lo_keys.timer.timer_set) {
        ngx_del_timer(&ngx_lo_keys.timer);
    }

    if (ngx_lo_keys.call != NULL) {
        ngx_lo_call_abort(ngx_lo_keys.call);
        ngx_lo_keys.call = NULL;
    }

    if (ngx_lo_keys.pool != NULL) {
        ngx_destroy_pool(ngx_lo_keys.pool);
        ngx_lo_keys.pool = NULL;
        ngx_lo_keys.set = NULL;
    }
}


ngx_uint_t
ngx_lo_keys_signed(const ckp_jwt_t *jwt, const char *text)
{
    return ngx_lo_keys.set != NULL
           && ngx_lo_jwks_signed(ngx_lo_keys.set, jwt, text);
}


/* --- fetched ---------------------------------------------------------------------- */


static void
ngx_lo_keys_tick(ngx_event_t *ev)
{
    if (ngx_lo_keys.call == NULL && ngx_lo_keys_ask() != NGX_OK) {
        ngx_add_timer(ev, NGX_LO_KEYS_FAIL_MS);
    }
}


static ngx_int_t
ngx_lo_keys_ask(void)
{
    ngx_lo_call_request_t  rq;

    ngx_memzero(&rq, sizeof(rq));
    rq.carrier = NGX_LO_CARRIER_CURL;
    rq.url = ngx_lo_auth_conf()->keys_url;
    rq.method = "GET";
    rq.timeout = NGX_LO_KEYS_MS;
    rq.reply_max = NGX_LO_KEYS_BYTES;

    ngx_lo_keys.call = ngx_lo_call_start(&rq, ngx_lo_keys_came, NULL);

    return (ngx_lo_keys.call != NULL) ? NGX_OK : NGX_ERROR;
}


static void
ngx_lo_keys_came(const ngx_lo_call_reply_t *reply, void *data)
{
    const char          *why;
    ngx_msec_t           next;
    ngx_queue_t         *q;
    ngx_lo_keys_look_t  *look;

    (void) data;

    ngx_lo_keys.call = NULL;
    next = ngx_lo_auth_conf()->keys_valid;

    why = (reply->outcome != CKP_OUTCOME_OK) ? reply->why
          : (reply->status != 200) ? "the answer is not 200"
          : ngx_lo_keys_take(&reply->body);

    if (why != NULL) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "langorch: no keys from \"%s\": %s",
                      ngx_lo_auth_conf()->keys_url, why);
        next = ngx_min(next, NGX_LO_KEYS_FAIL_MS);
    }

    ngx_add_timer(&ngx_lo_keys.timer, next);

    while (!ngx_queue_empty(&ngx_lo_keys.waits)) {
        q = ngx_queue_head(&ngx_lo_keys.waits);
        look = ngx_queue_data(q, ngx_lo_keys_look_t, queue);

        ngx_queue_remove(q);
        look->done(look->data);
        ngx_free(look);
    }
}


/* NULL: the set is held from now on; else why not, static text. */

static const char *
ngx_lo_keys_take(const ngx_str_t *text)
{
    const char     *why;
    ngx_pool_t     *pool;
    ngx_lo_jwks_t  *set;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, ngx_cycle->log);
    if (pool == NULL) {
        return "there is no memory";
    }

    set = ngx_lo_jwks_new(pool, (const char *) text->data, text->len, &why);

    if (set == NULL) {
        ngx_destroy_pool(pool);
        return why;
    }

    if (ngx_lo_keys.pool != NULL) {
        ngx_destroy_pool(ngx_lo_keys.pool);
    }

    ngx_lo_keys.pool = pool;
    ngx_lo_keys.set = set;

    return NULL;
}


/* --- waited for ------------------------------------------------------------------- */


/*
 * Whoever sends nonsense makes us ask once in a while, and no more often: a
 * name that is not in the newest set is nobody's for ten seconds.
 */
static ngx_uint_t
ngx_lo_keys_helps(const char *text)
{
    ckp_jwt_t   jwt;
    ngx_uint_t  helps;

    if (!ckp_jwt_read(&jwt, text, ngx_strlen(text))) {
        return 0;
    }

    helps = jwt.alg != CKP_JWT_HS256 && jwt.alg != CKP_JWT_OTHER
            && (ngx_lo_keys.set == NULL
                || !ngx_lo_jwks_names(ngx_lo_keys.set, &jwt));
    ckp_jwt_free(&jwt);

    return helps;
}


ngx_lo_keys_look_t *
ngx_lo_keys_look(const char *text, ngx_lo_keys_pt done, void *data)
{
    ngx_lo_keys_look_t  *look;

    if (!ngx_lo_keys.up || !ngx_lo_keys_helps(text)) {
        return NULL;
    }

    if (ngx_lo_keys.call == NULL) {

        if (ngx_lo_keys.once
            && (ngx_msec_t) (ngx_current_msec - ngx_lo_keys.asked)
               < NGX_LO_KEYS_REST_MS)
        {
            return NULL;
        }

        ngx_lo_keys.once = 1;
        ngx_lo_keys.asked = ngx_current_msec;

        if (ngx_lo_keys_ask() != NGX_OK) {
            return NULL;
        }
    }

    look = ngx_alloc(sizeof(ngx_lo_keys_look_t), ngx_cycle->log);

    if (look != NULL) {
        look->done = done;
        look->data = data;
        ngx_queue_insert_tail(&ngx_lo_keys.waits, &look->queue);
    }

    return look;
}


void
ngx_lo_keys_look_end(ngx_lo_keys_look_t *look)
{
    if (look != NULL) {
        ngx_queue_remove(&look->queue);
        ngx_free(look);
    }
}
