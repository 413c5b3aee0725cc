/*
 * Bells: "look again", to each worker of this configuration.
 *
 * The master makes an eventfd for every worker before it forks, and a page that
 * all of them share: the bits that say where to look, and those that the
 * worker would not look for.  A ring sets bits and writes to the descriptor,
 * once until the worker has looked; whom it does not concern it does not wake.
 * A lost ring costs a second, because everyone who listens also polls.
 */

#include "core/ngx_lo_core_int.h"

#include <sys/eventfd.h>


/* Of one worker; a cache line, because each is written by many. */

typedef struct {
    ngx_atomic_t  rung;
    ngx_atomic_t  deaf;             /* bits that need not ring */
    u_char        rest[NGX_CPU_CACHE_LINE - 2 * sizeof(ngx_atomic_t)];
} ngx_lo_bell_t;

typedef struct {
    ngx_shm_t      shm;             /* ngx_lo_bell_t for each worker */
    ngx_socket_t  *fds;
    ngx_uint_t     n;
} ngx_lo_bells_t;

typedef struct {
    ngx_lo_bell_pt  look;
    void           *data;
} ngx_lo_listener_t;

typedef struct {
    ngx_lo_bells_t       *bells;
    ngx_connection_t     *c;
    ngx_lo_bell_quit_pt   quit;
    ngx_lo_listener_t     listeners[NGX_LO_BELL_N];
} ngx_lo_ear_t;


static ngx_lo_bell_t *ngx_lo_bell_own(void);
static void ngx_lo_bell_close(void *data);
static void ngx_lo_bell_handler(ngx_event_t *rev);


/* The bells of the newest configuration, and what this worker made of them. */
static ngx_lo_bells_t  *ngx_lo_bells;
static ngx_lo_ear_t     ngx_lo_ear;


ngx_int_t
ngx_lo_bell_init_module(ngx_cycle_t *cycle)
{
    ngx_uint_t           i;
    ngx_core_conf_t     *ccf;
    ngx_lo_bells_t      *bells;
    ngx_pool_cleanup_t  *cln;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    cln = ngx_pool_cleanup_add(cycle->pool, sizeof(ngx_lo_bells_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    bells = cln->data;
    ngx_memzero(bells, sizeof(ngx_lo_bells_t));

    bells->n = (ccf->master && ccf->worker_processes > 0)
               ? (ngx_uint_t) ccf->worker_processes : 1;

    bells->fds = ngx_palloc(cycle->pool, bells->n * sizeof(ngx_socket_t));
    if (bells->fds == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < bells->n; i++) {
        bells->fds[i] = (ngx_socket_t) -1;
    }

    bells->shm.size = ngx_align(bells->n * sizeof(ngx_lo_bell_t),
                                ngx_pagesize);
    bells->shm.log = cycle->log;
    ngx_str_set(&bells->shm.name, "langorch bells");

    if (ngx_shm_alloc(&bells->shm) != NGX_OK) {
        return NGX_ERROR;
    }

    cln->handler = ngx_lo_bell_close;

    for (i = 0; i < bells->n; i++) {
        bells->fds[i] = eventfd(0, EFD_NONBLOCK|EFD_CLOEXEC);

        if (bells->fds[i] == (ngx_socket_t) -1) {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                          "eventfd() failed");
            return NGX_ERROR;
        }
    }

    ngx_lo_bells = bells;

    return NGX_OK;
}


static void
ngx_lo_bell_close(void *data)
{
    ngx_uint_t       i;
    ngx_lo_bells_t  *bells = data;

    for (i = 0; i < bells->n; i++) {
        if (bells->fds[i] != (ngx_socket_t) -1) {
            (void) close(bells->fds[i]);
        }
    }

    if (ngx_lo_bells == bells) {
        ngx_lo_bells = NULL;
    }

    ngx_shm_free(&bells->shm);
}


ngx_int_t
ngx_lo_bell_init_process(ngx_cycle_t *cycle)
{
    ngx_socket_t  fd;

    /* the listeners of the configuration before, in single process mode */

    ngx_memzero(&ngx_lo_ear, sizeof(ngx_lo_ear_t));

    if (ngx_lo_bells == NULL || ngx_worker >= ngx_lo_bells->n) {
        ngx_log_error(NGX_LOG_ALERT, cycle->log, 0,
                      "langorch: no bell for worker %ui", ngx_worker);
        return NGX_ERROR;
    }

    fd = ngx_lo_bells->fds[ngx_worker];

    ngx_lo_ear.bells = ngx_lo_bells;
    ngx_lo_ear.c = ngx_lo_eventfd_watch(fd, ngx_lo_bell_handler, NULL,
                                        cycle->log);
    if (ngx_lo_ear.c == NULL) {
        return NGX_ERROR;
    }

    /* NGINX calls the handlers of idle connections when it shuts down */

    ngx_lo_ear.c->idle = 1;

    /* one before us may have died between the ring and the look */

    ngx_lo_bell_own()->deaf = 0;
    ngx_lo_bell_own()->rung = (1 << NGX_LO_BELL_N) - 1;

    ngx_lo_eventfd_write(fd);

    return NGX_OK;
}


void
ngx_lo_bell_exit_process(ngx_cycle_t *cycle)
{
    if (ngx_lo_ear.c != NULL) {
        ngx_lo_eventfd_unwatch(ngx_lo_ear.c);
        ngx_lo_ear.c = NULL;
        ngx_lo_ear.bells->fds[ngx_worker] = (ngx_socket_t) -1;
    }
}


void
ngx_lo_bell_listen(ngx_uint_t bit, ngx_lo_bell_pt look, void *data)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_LO_BELL_N; i++) {
        if (bit & (1 << i)) {
            ngx_lo_ear.listeners[i].look = look;
            ngx_lo_ear.listeners[i].data = data;
        }
    }
}


static ngx_lo_bell_t *
ngx_lo_bell_own(void)
{
    return (ngx_lo_bell_t *) ngx_lo_ear.bells->shm.addr + ngx_worker;
}


void
ngx_lo_bell_heed(ngx_uint_t bits, ngx_uint_t on)
{
    if (ngx_lo_ear.bells == NULL) {
        return;
    }

    if (on) {
        (void) __atomic_and_fetch(&ngx_lo_bell_own()->deaf,
                                  ~(ngx_atomic_t) bits, __ATOMIC_SEQ_CST);

    } else {
        (void) __atomic_or_fetch(&ngx_lo_bell_own()->deaf, bits,
                                 __ATOMIC_SEQ_CST);
    }
}


void
ngx_lo_bell_on_quit(ngx_lo_bell_quit_pt quit)
{
    ngx_lo_ear.quit = quit;
}


void
ngx_lo_bell_ring(ngx_uint_t bits, ngx_uint_t here)
{
    ngx_uint_t       i;
    ngx_atomic_t     old, wanted;
    ngx_lo_bell_t   *bell;
    ngx_lo_bells_t  *bells;

    bells = ngx_lo_ear.bells;
    if (bells == NULL) {
        return;
    }

    bell = (ngx_lo_bell_t *) bells->shm.addr;

    for (i = 0; i < bells->n; i++) {

        if ((here && i != ngx_worker) || bells->fds[i] == (ngx_socket_t) -1) {
            continue;
        }

        wanted = bits & ~__atomic_load_n(&bell[i].deaf, __ATOMIC_SEQ_CST);

        /* most of the time it was rung before, and is not written to */

        old = __atomic_load_n(&bell[i].rung, __ATOMIC_SEQ_CST);

        if ((old & wanted) == wanted) {
            continue;
        }

        old = __atomic_fetch_or(&bell[i].rung, wanted, __ATOMIC_SEQ_CST);

        if ((old & wanted) != wanted) {
            ngx_lo_eventfd_write(bells->fds[i]);
        }
    }
}


static void
ngx_lo_bell_handler(ngx_event_t *rev)
{
    ngx_uint_t         i;
    ngx_atomic_t       bits;
    ngx_connection_t  *c;

    c = rev->data;

    if (c->close) {

        /* not an event: a shutdown began, or has lasted too long */

        c->close = 0;

        if (ngx_lo_ear.quit != NULL) {
            ngx_lo_ear.quit(c->error);
        }

        return;
    }

    ngx_lo_eventfd_read(rev);

    bits = __atomic_exchange_n(&ngx_lo_bell_own()->rung, 0, __ATOMIC_SEQ_CST);

    for (i = 0; i < NGX_LO_BELL_N; i++) {
        if ((bits & ((ngx_atomic_t) 1 << i)) == 0
            || ngx_lo_ear.listeners[i].look == NULL)
        {
            continue;
        }

        ngx_lo_ear.listeners[i].look(ngx_lo_ear.listeners[i].data);
    }
}


/* --- eventfds on the loop --------------------------------------------------- */


ngx_connection_t *
ngx_lo_eventfd_watch(ngx_socket_t fd, ngx_event_handler_pt handler, void *data,
    ngx_log_t *log)
{
    ngx_connection_t  *c;

    c = ngx_get_connection(fd, log);
    if (c == NULL) {
        return NULL;
    }

    c->data = data;
    c->read->handler = handler;
    c->read->log = log;
    c->write->log = log;

    if (ngx_handle_read_event(c->read, 0) != NGX_OK) {
        ngx_free_connection(c);
        return NULL;
    }

    return c;
}


void
ngx_lo_eventfd_unwatch(ngx_connection_t *c)
{
    ngx_close_connection(c);
}


void
ngx_lo_eventfd_read(ngx_event_t *rev)
{
    uint64_t           n;
    ngx_connection_t  *c;

    c = rev->data;

    /*
     * Where events are edges each write is one, whatever the counter holds;
     * else one read empties it, and nothing there is no error.
     */

    if (!(ngx_event_flags & NGX_USE_CLEAR_EVENT)
        && read(c->fd, &n, sizeof(n)) == -1 && ngx_errno != NGX_EAGAIN)
    {
        ngx_log_error(NGX_LOG_ALERT, rev->log, ngx_errno,
                      "read() of an eventfd failed");
    }

    rev->ready = 0;
    (void) ngx_handle_read_event(rev, 0);
}


void
ngx_lo_eventfd_write(ngx_socket_t fd)
{
    uint64_t  one;

    one = 1;

    /* EAGAIN means that the counter is full: then it was rung often enough */

    while (write(fd, &one, sizeof(one)) == -1 && errno == EINTR) {
        /* again */
    }
}
