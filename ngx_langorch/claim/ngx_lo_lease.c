/*
 * The worker's own lease: renewed in time, or its runs are another's.  Whoever
 * finds a worker dead or out of time frees its runs.
 */

#include "run/ngx_lo_run_int.h"

#include <signal.h>

#define NGX_LO_LEASE_TICK  1000         /* ms: a change is seen that soon */


static struct {
    ngx_event_t   renew;
    ngx_uint_t    pending;          /* jobs under way */
    int64_t       renewed_ms;       /* the last that was committed; 0: none */
    int64_t       steady_ms;        /* since then all were, in time */
    int64_t       since_ms;         /* our lease has had no gap since */
    int64_t       until_ms;         /* and has none before */
    int64_t       asked_ms;         /* when a renewal was written down */
    int64_t       asked;            /* for how long; no job under way was for
                                       less */
    int64_t       length;           /* how long the committed one lasts */
    char          boot_id[40];
    unsigned      stopped:1;
} ngx_lo_worker_lease;


static void
ngx_lo_lease_dead(const char *worker, int64_t feeding, void *data)
{
    int64_t        rest;
    ngx_lo_job_t  *job = data;

    (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_bury, worker);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_worker_gone, worker);

    if (feeding == 0) {
        return;
    }

    rest = ngx_lo_setting_said("worker_retry_delay_seconds")
           ? (int64_t) ngx_lo_conf()->crash_pause : NGX_LO_NULL;

    (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_culprit,
                          feeding > 0 ? feeding : -feeding,
                          feeding > 0 ? (int64_t) NGX_LO_CRASHED_FED
                                      : (int64_t) NGX_LO_CRASHED_LOADED,
                          ngx_lo_now_ms(), rest);
}


static void
ngx_lo_lease_buried(ngx_lo_job_t *job, void *data)
{
    (void) job;

    ngx_lo_worker_lease.pending--;

    if ((uintptr_t) data) {
        ngx_lo_claim_look(NULL);
    }
}


/*
 * An administrator may change how long a lease is.  A longer one counts when
 * the row says it, and no job under way says less; a shorter one at once.
 */
static int64_t
ngx_lo_lease_length(void)
{
    return ngx_min(ngx_lo_worker_lease.length,
                   (int64_t) ngx_lo_conf()->lease_time);
}


/* It was renewed by what we knew at that time. */

static void
ngx_lo_lease_lasts(int64_t at)
{
    ngx_lo_worker_lease.length = ngx_lo_worker_lease.asked;

    if (at > ngx_lo_worker_lease.until_ms) {
        ngx_lo_worker_lease.since_ms = at;
    }

    ngx_lo_worker_lease.until_ms = at + ngx_lo_lease_length();
}


/* `data`: when it was written down, and 1 if somebody was buried, too. */

static void
ngx_lo_lease_renewed(ngx_lo_job_t *job, void *data)
{
    int64_t    now;
    uintptr_t  at = (uintptr_t) data;

    if (ngx_lo_job_rc(job) == NGX_LO_JOB_OK) {
        ngx_lo_lease_lasts((int64_t) (at >> 1));

        now = ngx_lo_boot_ms();

        if (ngx_lo_worker_lease.renewed_ms == 0
            || now - ngx_lo_worker_lease.renewed_ms
               > ngx_lo_lease_length() / 2)
        {
            ngx_lo_worker_lease.steady_ms = now;
        }

        ngx_lo_worker_lease.renewed_ms = now;
    }

    ngx_lo_lease_buried(job, (void *) (at & 1));
}


/* A moment after a commit of ours is no time to lose a run in: who could judge
 * would have had to be steady, while we could not renew. */

ngx_uint_t
ngx_lo_lease_holds(int64_t at)
{
    int64_t  now;

    now = ngx_lo_boot_ms();

    return now - at <= ngx_lo_lease_length() / 2
           || (at >= ngx_lo_worker_lease.since_ms
               && now <= ngx_lo_worker_lease.until_ms);
}


/*
 * When nobody could write for a while, or all of us slept, everybody's lease
 * ran out and nobody is gone: who is the first again gives the others a whole
 * lease to come back.  Half a lease without a renewal of ours is such a while:
 * a job may be committed long after it was written down.
 */
static ngx_uint_t
ngx_lo_lease_may_judge(int64_t now)
{
    int64_t  lease;

    lease = ngx_lo_lease_length();

    return ngx_lo_worker_lease.renewed_ms != 0
           && now - ngx_lo_worker_lease.renewed_ms <= lease / 2
           && now - ngx_lo_worker_lease.steady_ms > lease;
}


/* Before the fifth part of it is over, and when it is to be another. */

static ngx_uint_t
ngx_lo_lease_is_due(int64_t next)
{
    int64_t  lease;

    lease = (int64_t) ngx_lo_conf()->lease_time;

    return lease != ngx_lo_worker_lease.asked
           || next - ngx_lo_worker_lease.asked_ms > lease / 5;
}


/* For how long we ask: what is longer waits for jobs that were for less. */

static int64_t
ngx_lo_lease_ask(int64_t now)
{
    int64_t  lease;

    lease = (int64_t) ngx_lo_conf()->lease_time;

    if (lease < ngx_lo_worker_lease.asked || ngx_lo_worker_lease.pending == 0) {
        ngx_lo_worker_lease.asked = lease;
    }

    ngx_lo_worker_lease.asked_ms = now;

    return ngx_lo_worker_lease.asked;
}


/* Keeps our lease, ends those that ran out, buries the dead. */

static void
ngx_lo_lease_renew(ngx_event_t *ev)
{
    int64_t        now, before;
    ngx_msec_t     tick;
    ngx_uint_t     base;
    ngx_lo_job_t  *job;

    (void) ev;

    if (ngx_lo_worker_lease.stopped) {
        return;
    }

    tick = ngx_min(ngx_lo_conf()->lease_time / 5, NGX_LO_LEASE_TICK);
    ngx_add_timer(&ngx_lo_worker_lease.renew, tick);

    now = ngx_lo_boot_ms();

    if (!ngx_lo_lease_is_due(now + (int64_t) tick)) {
        return;
    }

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        return;
    }

    (void) ngx_lo_job_add(job, &ngx_lo_sql_worker_renew, ngx_lo_worker_id(),
                          now + ngx_lo_lease_ask(now),
                          (const char *) ngx_lo_worker_lease.boot_id);

    /* those of another boot are gone in any case */

    before = ngx_lo_lease_may_judge(now) ? now : 0;

    (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_expire_runs, before,
                          (const char *) ngx_lo_worker_lease.boot_id);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_expire_workers, before,
                          (const char *) ngx_lo_worker_lease.boot_id);

    base = ngx_lo_job_len(job);
    ngx_lo_zone_bury(ngx_lo_lease_dead, job);
    base = (ngx_lo_job_len(job) != base);

    ngx_lo_worker_lease.pending++;
    ngx_lo_job_submit(job, ngx_lo_lease_renewed,
                      (void *) ((uintptr_t) now << 1 | base));
}


/* One that nobody has waited for yet has a number still, and nothing else. */

static ngx_uint_t
ngx_lo_lease_is_zombie(ngx_pid_t pid)
{
    int       fd;
    char      path[64], stat[256], *p;
    ssize_t   n;

    (void) snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);

    fd = open(path, O_RDONLY|O_CLOEXEC);

    if (fd == -1) {
        return 0;
    }

    n = read(fd, stat, sizeof(stat) - 1);
    (void) close(fd);

    stat[n > 0 ? n : 0] = '\0';

    /* "pid (name) state": Z zombie, X dead */

    p = strrchr(stat, ')');

    return p != NULL && p[1] == ' ' && (p[2] == 'Z' || p[2] == 'X');
}


/*
 * "<node>:<pid>:<random>" of this node whose process is no more.  After a
 * restart in a container the same number is often ours: it cannot be its.
 */
static ngx_uint_t
ngx_lo_lease_is_dead(const char *owner)
{
    size_t       len;
    ngx_int_t    pid;
    const char  *p, *end;
    ngx_str_t   *node;

    node = &ngx_lo_conf()->node_id;
    len = node->len;

    if (ngx_strncmp(owner, node->data, len) != 0 || owner[len] != ':') {
        return 0;
    }

    p = owner + len + 1;
    end = ngx_strchr(p, ':');
    pid = end ? ngx_atoi((u_char *) p, (size_t) (end - p)) : NGX_ERROR;

    if (pid <= 0 || ngx_strcmp(owner, ngx_lo_worker_id()) == 0) {
        return 0;
    }

    return pid == ngx_pid
           || (kill((pid_t) pid, 0) == -1 && ngx_errno == NGX_ESRCH)
           || ngx_lo_lease_is_zombie((ngx_pid_t) pid);
}


static void
ngx_lo_lease_survey(ngx_lo_job_t *job, void *data)
{
    size_t         i;
    json_t        *row;
    const char    *owner;
    ngx_lo_job_t  *bury;

    (void) data;

    ngx_lo_worker_lease.pending--;
    bury = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (bury == NULL) {
        return;
    }

    json_array_foreach(ngx_lo_job_rows(job, 0), i, row) {
        owner = ckp_json_str(row, "owner");

        if (owner != NULL && ngx_lo_lease_is_dead(owner)) {
            ngx_lo_lease_dead(owner, 0, bury);
        }
    }

    (void) ngx_lo_job_add(bury, &ngx_lo_sql_claim_orphans);

    ngx_lo_worker_lease.pending++;
    ngx_lo_job_submit(bury, ngx_lo_lease_buried, (void *) (uintptr_t) 1);
}


static void
ngx_lo_lease_boot_id(void)
{
    int      fd;
    ssize_t  n;

    ngx_memcpy(ngx_lo_worker_lease.boot_id, "unknown", sizeof("unknown"));

    fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY);

    if (fd == -1) {
        return;
    }

    n = read(fd, ngx_lo_worker_lease.boot_id, 36);
    ngx_lo_worker_lease.boot_id[n > 0 ? n : 0] = '\0';

    (void) close(fd);
}


ngx_int_t
ngx_lo_lease_start(ngx_cycle_t *cycle)
{
    ngx_lo_job_t  *job;

    ngx_memzero(&ngx_lo_worker_lease, sizeof(ngx_lo_worker_lease));
    ngx_lo_lease_boot_id();
    ngx_lo_worker_lease.length = (int64_t) ngx_lo_conf()->lease_time;

    ngx_lo_worker_lease.renew.handler = ngx_lo_lease_renew;
    ngx_lo_worker_lease.renew.data = &ngx_lo_worker_lease;
    ngx_lo_worker_lease.renew.log = cycle->log;
    ngx_lo_worker_lease.renew.cancelable = 1;

    ngx_lo_lease_renew(&ngx_lo_worker_lease.renew);

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job != NULL) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_workers);
        ngx_lo_worker_lease.pending++;
        ngx_lo_job_submit(job, ngx_lo_lease_survey, NULL);
    }

    return NGX_OK;
}


ngx_uint_t
ngx_lo_lease_pending(void)
{
    return ngx_lo_worker_lease.pending;
}


static void
ngx_lo_lease_gone(ngx_lo_job_t *job, void *data)
{
    (void) job;
    (void) data;
}


/* Nothing of ours is left: the row would only tell of a death. */

void
ngx_lo_lease_stop(void)
{
    ngx_lo_job_t  *job;

    ngx_lo_worker_lease.stopped = 1;

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job != NULL) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_claim_release_all,
                              ngx_lo_worker_id());
        (void) ngx_lo_job_add(job, &ngx_lo_sql_worker_gone,
                              ngx_lo_worker_id());
        ngx_lo_job_submit(job, ngx_lo_lease_gone, NULL);
        ngx_lo_job_forget(job);
    }

    if (ngx_lo_worker_lease.renew.timer_set) {
        ngx_del_timer(&ngx_lo_worker_lease.renew);
    }
}
