/*
 * Notices of the kernel that something changed in a folder (inotify): then the
 * look of a trigger comes at once, and not when it is due.  A worker hears of
 * the folders that it looked at itself; where nothing is heard, because that
 * worker is gone or the file system tells nothing, the looks are as often as
 * poll_interval_seconds says.
 */

#include "store/ngx_lo_sql_trigger.h"
#include "trigger/ngx_lo_fire_int.h"
#include "trigger/ngx_lo_watch.h"

#include <sys/inotify.h>

#define NGX_LO_NOTICE_MAX    1024       /* folders of a worker */
#define NGX_LO_NOTICE_PAUSE  500        /* ms in which notices are gathered */
#define NGX_LO_NOTICE_BYTES  4096


typedef struct {
    int       wd;
    int64_t   trigger;
    unsigned  changed:1;
} ngx_lo_notice_t;


static struct {
    ngx_connection_t  *c;               /* NULL: nothing is heard */
    ngx_event_t        timer;
    ngx_lo_notice_t    known[NGX_LO_NOTICE_MAX];
    ngx_uint_t         n;
} ngx_lo_notices;


static void ngx_lo_notice_read(ngx_event_t *rev);
static void ngx_lo_notice_mark(const struct inotify_event *ev);
static void ngx_lo_notice_tell(ngx_event_t *ev);
static void ngx_lo_notice_told(ngx_lo_job_t *job, void *data);


void
ngx_lo_notice_start(ngx_cycle_t *cycle)
{
    int  fd;

    ngx_memzero(&ngx_lo_notices, sizeof(ngx_lo_notices));

    if (ngx_lo_conf()->watch == NULL) {
        return;
    }

    ngx_lo_notices.timer.handler = ngx_lo_notice_tell;
    ngx_lo_notices.timer.data = &ngx_lo_notices;
    ngx_lo_notices.timer.log = cycle->log;
    ngx_lo_notices.timer.cancelable = 1;

    fd = inotify_init1(IN_NONBLOCK|IN_CLOEXEC);

    if (fd == -1) {
        ngx_log_error(NGX_LOG_WARN, cycle->log, ngx_errno,
                      "langorch: no notices of files, they are looked at");
        return;
    }

    ngx_lo_notices.c = ngx_lo_eventfd_watch(fd, ngx_lo_notice_read, NULL,
                                            cycle->log);

    if (ngx_lo_notices.c == NULL) {
        (void) close(fd);
    }
}


void
ngx_lo_notice_stop(void)
{
    if (ngx_lo_notices.timer.timer_set) {
        ngx_del_timer(&ngx_lo_notices.timer);
    }

    if (ngx_lo_notices.c != NULL) {
        ngx_lo_eventfd_unwatch(ngx_lo_notices.c);
        ngx_lo_notices.c = NULL;
    }
}


int
ngx_lo_notice_fd(void)
{
    return (ngx_lo_notices.c != NULL
            && ngx_lo_notices.n < NGX_LO_NOTICE_MAX)
           ? ngx_lo_notices.c->fd : -1;
}


void
ngx_lo_notice_know(int64_t trigger, const int *wds, ngx_uint_t n)
{
    ngx_uint_t        i, k;
    ngx_lo_notice_t  *one;

    for (i = 0; i < n; i++) {

        for (k = 0; k < ngx_lo_notices.n; k++) {
            one = &ngx_lo_notices.known[k];

            if (one->wd == wds[i] && one->trigger == trigger) {
                break;
            }
        }

        if (k == ngx_lo_notices.n && k < NGX_LO_NOTICE_MAX) {
            one = &ngx_lo_notices.known[ngx_lo_notices.n++];
            one->wd = wds[i];
            one->trigger = trigger;
            one->changed = 0;
        }
    }
}


static void
ngx_lo_notice_read(ngx_event_t *rev)
{
    char                        *p;
    ssize_t                      n;
    ngx_connection_t            *c;
    const struct inotify_event  *ev;
    char                         buf[NGX_LO_NOTICE_BYTES]
                                 __attribute__((aligned(8)));

    c = rev->data;

    for ( ;; ) {
        n = read(c->fd, buf, sizeof(buf));

        if (n <= 0) {
            break;
        }

        for (p = buf; p < buf + n; p += sizeof(*ev) + ev->len) {
            ev = (const struct inotify_event *) (void *) p;
            ngx_lo_notice_mark(ev);
        }
    }

    if (!ngx_lo_notices.timer.timer_set) {
        ngx_add_timer(&ngx_lo_notices.timer, NGX_LO_NOTICE_PAUSE);
    }
}


/* Too many came (wd -1): then anything may have changed. */

static void
ngx_lo_notice_mark(const struct inotify_event *ev)
{
    ngx_uint_t        i;
    ngx_lo_notice_t  *one;

    for (i = ngx_lo_notices.n; i > 0; i--) {
        one = &ngx_lo_notices.known[i - 1];

        if (one->wd != ev->wd && ev->wd != -1) {
            continue;
        }

        if (ev->mask & IN_IGNORED) {
            *one = ngx_lo_notices.known[--ngx_lo_notices.n];

        } else {
            one->changed = 1;
        }
    }
}


static void
ngx_lo_notice_tell(ngx_event_t *ev)
{
    ngx_uint_t     i, n;
    ngx_lo_job_t  *job;

    (void) ev;

    job = ngx_lo_worker_quits() ? NULL : ngx_lo_fire_job(1);

    if (job == NULL) {
        return;
    }

    n = 0;

    for (i = 0; i < ngx_lo_notices.n; i++) {

        if (ngx_lo_notices.known[i].changed) {
            ngx_lo_notices.known[i].changed = 0;
            n++;

            (void) ngx_lo_job_add(job, &ngx_lo_sql_trigger_sooner,
                                  ngx_lo_notices.known[i].trigger,
                                  ngx_lo_now_ms());
        }
    }

    if (n == 0) {
        ngx_lo_job_free(job);
        return;
    }

    ngx_lo_job_submit(job, ngx_lo_notice_told, NULL);
}


static void
ngx_lo_notice_told(ngx_lo_job_t *job, void *data)
{
    (void) data;

    if (ngx_lo_job_rc(job) == NGX_LO_JOB_OK) {
        ngx_lo_bell_ring(NGX_LO_BELL_TRIGGERS, 1);
    }
}
