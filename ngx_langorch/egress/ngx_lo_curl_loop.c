/*
 * libcurl's sockets and its timer on the event loop.
 *
 * libcurl may close a socket and tell us later, or never: one that is given up
 * while it connects, for instance.  By then its number may be another's, and
 * the kernel has forgotten it.  So each is known by its inode, too, and one
 * that is not there any more is forgotten without a word to the kernel.
 */

#include "egress/ngx_lo_curl.h"
#include "egress/ngx_lo_peers.h"

#include <openssl/err.h>
#include <sys/stat.h>


typedef struct {
    CURLM             *multi;
    ngx_event_t        timer;
    ngx_queue_t        sockets;     /* ngx_lo_curl_socket_t */
} ngx_lo_curl_t;

typedef struct {
    ngx_queue_t        queue;
    ngx_connection_t  *c;
    curl_socket_t      fd;
    ino_t              ino;         /* of what `fd` was when we began */
} ngx_lo_curl_socket_t;


static int ngx_lo_curl_socket(CURL *easy, curl_socket_t s, int what,
    void *data, void *known);
static ngx_lo_curl_socket_t *ngx_lo_curl_find(curl_socket_t s);
static ngx_lo_curl_socket_t *ngx_lo_curl_begin(curl_socket_t s);
static ngx_int_t ngx_lo_curl_inode(curl_socket_t s, ino_t *ino);
static ngx_int_t ngx_lo_curl_watch(ngx_event_t *ev, ngx_int_t event,
    ngx_uint_t wanted);
static void ngx_lo_curl_forget(ngx_lo_curl_socket_t *cs);
static int ngx_lo_curl_timer(CURLM *multi, long ms, void *data);
static void ngx_lo_curl_timer_handler(ngx_event_t *ev);
static void ngx_lo_curl_event_handler(ngx_event_t *ev);
static void ngx_lo_curl_act(curl_socket_t s, int what);


static ngx_lo_curl_t  ngx_lo_curl;


CURLM *
ngx_lo_curl_multi(void)
{
    return ngx_lo_curl.multi;
}


static int
ngx_lo_curl_socket(CURL *easy, curl_socket_t s, int what, void *data,
    void *known)
{
    ino_t                  ino;
    ngx_lo_curl_socket_t  *cs;

    cs = ngx_lo_curl_find(s);

    if (cs != NULL
        && (what == CURL_POLL_REMOVE
            || ngx_lo_curl_inode(s, &ino) != NGX_OK || ino != cs->ino))
    {
        ngx_lo_curl_forget(cs);
        cs = NULL;
    }

    if (what == CURL_POLL_REMOVE) {
        return 0;
    }

    if (cs == NULL) {
        cs = ngx_lo_curl_begin(s);
    }

    if (cs == NULL
        || ngx_lo_curl_watch(cs->c->read, NGX_READ_EVENT, what & CURL_POLL_IN)
           != NGX_OK
        || ngx_lo_curl_watch(cs->c->write, NGX_WRITE_EVENT,
                             what & CURL_POLL_OUT)
           != NGX_OK)
    {
        ngx_lo_curl_unwatched(easy);
    }

    /* an error would end all of libcurl's transfers for good */

    return 0;
}


int
ngx_lo_curl_close_socket(void *data, curl_socket_t s)
{
    ngx_lo_curl_socket_t  *cs;

    cs = ngx_lo_curl_find(s);

    if (cs != NULL) {
        ngx_lo_curl_forget(cs);
    }

    return close(s);
}


static ngx_lo_curl_socket_t *
ngx_lo_curl_find(curl_socket_t s)
{
    ngx_queue_t           *q;
    ngx_lo_curl_socket_t  *cs;

    for (q = ngx_queue_head(&ngx_lo_curl.sockets);
         q != ngx_queue_sentinel(&ngx_lo_curl.sockets);
         q = ngx_queue_next(q))
    {
        cs = ngx_queue_data(q, ngx_lo_curl_socket_t, queue);

        if (cs->fd == s) {
            return cs;
        }
    }

    return NULL;
}


static ngx_lo_curl_socket_t *
ngx_lo_curl_begin(curl_socket_t s)
{
    ino_t                  ino;
    ngx_connection_t      *c;
    ngx_lo_curl_socket_t  *cs;

    if (ngx_lo_curl_inode(s, &ino) != NGX_OK || !ngx_lo_peers_make_room()) {
        return NULL;
    }

    cs = ngx_calloc(sizeof(ngx_lo_curl_socket_t), ngx_cycle->log);

    if (cs == NULL) {
        return NULL;
    }

    c = ngx_get_connection(s, ngx_cycle->log);

    if (c == NULL) {
        ngx_free(cs);
        return NULL;
    }

    c->data = NULL;
    c->log = ngx_cycle->log;
    c->read->log = c->log;
    c->write->log = c->log;
    c->read->handler = ngx_lo_curl_event_handler;
    c->write->handler = ngx_lo_curl_event_handler;

    cs->c = c;
    cs->fd = s;
    cs->ino = ino;

    ngx_queue_insert_head(&ngx_lo_curl.sockets, &cs->queue);

    return cs;
}


static ngx_int_t
ngx_lo_curl_inode(curl_socket_t s, ino_t *ino)
{
    struct stat  st;

    if (fstat(s, &st) == -1) {
        return NGX_DECLINED;
    }

    *ino = st.st_ino;

    return NGX_OK;
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
ngx_lo_curl_forget(ngx_lo_curl_socket_t *cs)
{
    ino_t              ino;
    ngx_connection_t  *c;

    c = cs->c;

    if (ngx_lo_curl_inode(cs->fd, &ino) == NGX_OK && ino == cs->ino) {
        (void) ngx_lo_curl_watch(c->read, NGX_READ_EVENT, 0);
        (void) ngx_lo_curl_watch(c->write, NGX_WRITE_EVENT, 0);

    } else {
        c->read->active = 0;
        c->write->active = 0;
    }

    if (c->read->posted) {
        ngx_delete_posted_event(c->read);
    }

    if (c->write->posted) {
        ngx_delete_posted_event(c->write);
    }

    c->read->closed = 1;
    c->write->closed = 1;

    ngx_free_connection(c);
    c->fd = (ngx_socket_t) -1;

    ngx_queue_remove(&cs->queue);
    ngx_free(cs);
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
    int       left;
    CURLMsg  *msg;

    (void) curl_multi_socket_action(ngx_lo_curl.multi, s, what, &left);

    ERR_clear_error();

    for ( ;; ) {
        msg = curl_multi_info_read(ngx_lo_curl.multi, &left);

        if (msg == NULL) {
            return;
        }

        if (msg->msg == CURLMSG_DONE) {
            ngx_lo_curl_done(msg->easy_handle, msg->data.result);
        }
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
