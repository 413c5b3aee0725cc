/*
 * The shared zone: which workers there are, one writer at a time, counters.
 * It is a hint and never the truth; whatever it forgets, the store knows.
 */

#include "core/ngx_lo_core_int.h"

#include <errno.h>
#include <signal.h>
#include <time.h>


static ngx_int_t ngx_lo_zone_init(ngx_shm_zone_t *shm_zone, void *data);
static ngx_int_t ngx_lo_zone_mutexes(ngx_lo_zone_t *zone);
static ngx_uint_t ngx_lo_zone_is_dead(const ngx_lo_slot_t *slot);
static ngx_uint_t ngx_lo_zone_is_stopped(ngx_lo_zone_t *zone, ngx_pid_t pid);
static ngx_int_t ngx_lo_zone_take(pthread_mutex_t *mutex,
    const struct timespec *until);


static ngx_lo_slot_t  *ngx_lo_zone_mine;


ngx_int_t
ngx_lo_zone_add(ngx_conf_t *cf, ngx_lo_main_conf_t *mcf)
{
    u_char     *p;
    ngx_str_t   name;

    p = ngx_pnalloc(cf->pool, 64);
    if (p == NULL) {
        return NGX_ERROR;
    }

    /* the size tells two builds apart whose layout number nobody raised */

    name.data = p;
    name.len = (size_t) (ngx_snprintf(p, 64, "langorch:%d:%uz",
                                      NGX_LO_ZONE_LAYOUT,
                                      sizeof(ngx_lo_zone_t)) - p);

    mcf->zone = ngx_shared_memory_add(cf, &name, mcf->zone_size,
                                      &ngx_http_langorch_module);
    if (mcf->zone == NULL) {
        return NGX_ERROR;
    }

    mcf->zone->init = ngx_lo_zone_init;

    return NGX_OK;
}


static ngx_int_t
ngx_lo_zone_init(ngx_shm_zone_t *shm_zone, void *data)
{
    uint8_t           seed[32];
    ngx_lo_zone_t    *zone;
    ngx_slab_pool_t  *pool;

    if (data != NULL) {
        shm_zone->data = data;
        return NGX_OK;
    }

    pool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (shm_zone->shm.exists) {
        shm_zone->data = pool->data;
        return NGX_OK;
    }

    zone = ngx_slab_calloc(pool, sizeof(ngx_lo_zone_t));
    if (zone == NULL || ngx_lo_zone_mutexes(zone) != NGX_OK) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "langorch_zone: %uz bytes are not enough",
                      shm_zone->shm.size);
        return NGX_ERROR;
    }

    ngx_lo_rand_seed(seed);
    ngx_memcpy(&zone->seed, seed, sizeof(zone->seed));
    ngx_lo_figures_init(&zone->figures);

    pool->data = zone;
    pool->log_nomem = 0;
    shm_zone->data = zone;

    return NGX_OK;
}


static ngx_int_t
ngx_lo_zone_mutexes(ngx_lo_zone_t *zone)
{
    ngx_int_t            rc;
    pthread_mutexattr_t  attr;

    if (pthread_mutexattr_init(&attr) != 0) {
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    if (pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED) == 0
        && pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST) == 0
        && pthread_mutex_init(&zone->turn, &attr) == 0
        && pthread_mutex_init(&zone->write, &attr) == 0)
    {
        rc = NGX_OK;
    }

    pthread_mutexattr_destroy(&attr);

    return rc;
}


ngx_lo_zone_t *
ngx_lo_zone(void)
{
    ngx_lo_main_conf_t  *mcf;

    mcf = ngx_lo_conf();

    return (mcf == NULL || mcf->zone == NULL) ? NULL : mcf->zone->data;
}


void
ngx_lo_zone_lock(void)
{
    ngx_shmtx_lock(&((ngx_slab_pool_t *)
                     ngx_lo_conf()->zone->shm.addr)->mutex);
}


void
ngx_lo_zone_unlock(void)
{
    ngx_shmtx_unlock(&((ngx_slab_pool_t *)
                       ngx_lo_conf()->zone->shm.addr)->mutex);
}


void *
ngx_lo_zone_calloc(size_t size)
{
    return ngx_slab_calloc_locked((ngx_slab_pool_t *)
                                  ngx_lo_conf()->zone->shm.addr, size);
}


void
ngx_lo_zone_new_generation(ngx_shm_zone_t *shm_zone)
{
    ngx_lo_zone_t  *zone;

    zone = shm_zone->data;

    if (zone != NULL) {
        (void) __atomic_add_fetch(&zone->generation, 1, __ATOMIC_SEQ_CST);
    }
}


/* --- slots ----------------------------------------------------------------- */


ngx_int_t
ngx_lo_zone_enter(const char *worker_id)
{
    uint64_t        generation;
    ngx_uint_t      i;
    ngx_lo_slot_t  *slot, *mine;
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();
    if (zone == NULL) {
        return NGX_ERROR;
    }

    mine = NULL;

    ngx_lo_zone_lock();

    generation = __atomic_load_n(&zone->generation, __ATOMIC_SEQ_CST);

    for (i = 0; i < NGX_LO_ZONE_SLOTS; i++) {
        slot = &zone->slots[i];

        if (slot->pid == 0) {
            mine = (mine == NULL) ? slot : mine;
            continue;
        }

        /* whoever stood at our place, or had our pid, is gone */

        if (slot->pid == ngx_pid
            || (slot->generation == generation && slot->number == ngx_worker))
        {
            slot->dead = 1;
        }
    }

    if (mine != NULL) {
        ngx_memzero(mine, sizeof(ngx_lo_slot_t));
        mine->pid = ngx_pid;
        mine->generation = generation;
        mine->number = ngx_worker;
        (void) ngx_cpystrn((u_char *) mine->id, (u_char *) worker_id,
                           NGX_LO_ID_MAX);
    }

    ngx_lo_zone_unlock();

    ngx_lo_zone_mine = mine;

    return (mine == NULL) ? NGX_ERROR : NGX_OK;
}


void
ngx_lo_zone_leave(void)
{
    if (ngx_lo_zone_mine != NULL) {
        ngx_lo_zone_lock();
        ngx_lo_zone_mine->pid = 0;
        ngx_lo_zone_unlock();
        ngx_lo_zone_mine = NULL;
    }
}


ngx_lo_slot_t *
ngx_lo_zone_slot(void)
{
    return ngx_lo_zone_mine;
}


void
ngx_lo_zone_feeding(int64_t run)
{
    if (ngx_lo_zone_mine != NULL) {
        __atomic_store_n(&ngx_lo_zone_mine->feeding, run, __ATOMIC_RELEASE);
    }
}


void
ngx_lo_zone_runs(ngx_uint_t n)
{
    if (ngx_lo_zone_mine != NULL) {
        __atomic_store_n(&ngx_lo_zone_mine->runs, n, __ATOMIC_RELAXED);
    }
}


ngx_uint_t
ngx_lo_zone_runs_least(void)
{
    uint64_t        runs, least;
    ngx_uint_t      i;
    ngx_lo_slot_t  *slot;
    ngx_lo_zone_t  *zone;

    least = NGX_MAX_UINT32_VALUE;
    zone = ngx_lo_zone();

    for (i = 0; ngx_lo_zone_mine != NULL && i < NGX_LO_ZONE_SLOTS; i++) {
        slot = &zone->slots[i];

        if (slot->pid != 0 && !slot->dead
            && slot->generation == ngx_lo_zone_mine->generation)
        {
            runs = __atomic_load_n(&slot->runs, __ATOMIC_RELAXED);
            least = ngx_min(least, runs);
        }
    }

    return (ngx_uint_t) least;
}


void
ngx_lo_zone_bury(ngx_lo_zone_dead_pt each, void *data)
{
    ngx_uint_t      i, buried;
    ngx_lo_slot_t   copy;
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();
    if (zone == NULL) {
        return;
    }

    for (i = 0; i < NGX_LO_ZONE_SLOTS; i++) {

        if (!ngx_lo_zone_is_dead(&zone->slots[i])) {
            continue;
        }

        /* of all who see it dead, one buries it */

        ngx_lo_zone_lock();

        copy = zone->slots[i];
        buried = (copy.pid != 0 && ngx_lo_zone_is_dead(&copy));

        if (buried) {
            zone->slots[i].pid = 0;
        }

        ngx_lo_zone_unlock();

        if (buried) {
            each(copy.id, copy.feeding, data);
        }
    }
}


static ngx_uint_t
ngx_lo_zone_is_dead(const ngx_lo_slot_t *slot)
{
    if (slot->pid == 0 || slot == ngx_lo_zone_mine) {
        return 0;
    }

    return slot->dead || (kill(slot->pid, 0) == -1 && errno == ESRCH);
}


/* --- one writer at a time -------------------------------------------------- */


/*
 * Two locks make it fair: whoever waits for `write` holds `turn`, and the one
 * who just wrote has to queue for `turn` like all others.
 */
ngx_int_t
ngx_lo_zone_write_lock(ngx_msec_t wait)
{
    ngx_int_t        rc, others;
    ngx_lo_zone_t   *zone;
    struct timespec  until;

    zone = ngx_lo_zone();
    if (zone == NULL) {
        return NGX_ERROR;
    }

    (void) clock_gettime(CLOCK_MONOTONIC, &until);

    until.tv_sec += (time_t) (wait / 1000);
    until.tv_nsec += (long) (wait % 1000) * 1000000;

    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }

    others = (__atomic_load_n(&zone->holder, __ATOMIC_RELAXED) != 0);

    rc = ngx_lo_zone_take(&zone->turn, &until);
    if (rc != NGX_OK) {
        return rc;
    }

    __atomic_store_n(&zone->next, ngx_pid, __ATOMIC_RELEASE);

    rc = ngx_lo_zone_take(&zone->write, &until);

    if (rc == NGX_OK) {
        __atomic_store_n(&zone->holder, ngx_pid, __ATOMIC_RELEASE);
    }

    __atomic_store_n(&zone->next, 0, __ATOMIC_RELEASE);

    (void) pthread_mutex_unlock(&zone->turn);

    return (rc == NGX_OK && others) ? NGX_AGAIN : rc;
}


static ngx_int_t
ngx_lo_zone_take(pthread_mutex_t *mutex, const struct timespec *until)
{
    switch (pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, until)) {

    case 0:
        return NGX_OK;

    case EOWNERDEAD:

        /* what it guards is the order of writers; the data is the store's */

        return pthread_mutex_consistent(mutex) == 0 ? NGX_OK : NGX_ERROR;

    case ETIMEDOUT:
        return NGX_BUSY;

    default:
        return NGX_ERROR;
    }
}


void
ngx_lo_zone_write_unlock(void)
{
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();

    __atomic_store_n(&zone->holder, 0, __ATOMIC_RELEASE);

    (void) pthread_mutex_unlock(&zone->write);
}


ngx_pid_t
ngx_lo_zone_free_stopped(void)
{
    ngx_pid_t       pid;
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();

    /* it may hold the lock, or stand before it and let nobody pass */

    pid = __atomic_load_n(&zone->holder, __ATOMIC_ACQUIRE);

    if (!ngx_lo_zone_is_stopped(zone, pid)) {
        pid = __atomic_load_n(&zone->next, __ATOMIC_ACQUIRE);

        if (!ngx_lo_zone_is_stopped(zone, pid)) {
            return 0;
        }
    }

    return kill(pid, SIGKILL) == 0 ? pid : 0;
}


/* Only a worker of ours; another process may have its pid meanwhile. */

static ngx_uint_t
ngx_lo_zone_is_stopped(ngx_lo_zone_t *zone, ngx_pid_t pid)
{
    int         fd;
    char        path[64], stat[256], *p;
    ssize_t     n;
    ngx_uint_t  i, ours;

    ours = 0;

    for (i = 0; i < NGX_LO_ZONE_SLOTS; i++) {
        ours |= (zone->slots[i].pid == pid);
    }

    if (pid == 0 || pid == ngx_pid || !ours) {
        return 0;
    }

    (void) snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);

    fd = open(path, O_RDONLY|O_CLOEXEC);
    if (fd == -1) {
        return 0;
    }

    n = read(fd, stat, sizeof(stat) - 1);
    (void) close(fd);

    if (n <= 0) {
        return 0;
    }

    stat[n] = '\0';

    /* "pid (name) state": T stopped, t traced */

    p = strrchr(stat, ')');

    return p != NULL && p[1] == ' ' && (p[2] == 'T' || p[2] == 't');
}


ngx_int_t
ngx_lo_zone_file(uint64_t dev, uint64_t ino, ngx_uint_t *first)
{
    uint64_t        mine;
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();
    *first = 1;

    if (zone == NULL) {
        return NGX_OK;
    }

    mine = (ngx_lo_zone_mine == NULL) ? 0 : ngx_lo_zone_mine->generation;

    if (!zone->file_seen || mine > zone->file_generation) {
        *first = !zone->file_seen || zone->file_bad || zone->file_dev != dev
                 || zone->file_ino != ino;

        zone->file_seen = 1;
        zone->file_bad = 0;
        zone->file_generation = mine;
        zone->file_dev = dev;
        zone->file_ino = ino;

        return NGX_OK;
    }

    *first = 0;

    return (zone->file_dev == dev && zone->file_ino == ino) ? NGX_OK
                                                             : NGX_DECLINED;
}


ngx_uint_t
ngx_lo_zone_file_other(uint64_t dev, uint64_t ino)
{
    uint64_t        mine;
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();
    mine = (ngx_lo_zone_mine == NULL) ? 0 : ngx_lo_zone_mine->generation;

    return zone != NULL && zone->file_seen && mine <= zone->file_generation
           && (zone->file_dev != dev || zone->file_ino != ino);
}


void
ngx_lo_zone_file_set_bad(void)
{
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();

    if (zone != NULL) {
        zone->file_bad = 1;
    }
}


ngx_uint_t
ngx_lo_zone_file_bad(void)
{
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();

    return zone != NULL && zone->file_bad;
}


void
ngx_lo_zone_file_logs(uint64_t wal, uint64_t shm)
{
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();

    if (zone != NULL) {
        zone->file_wal = wal;
        zone->file_shm = shm;
    }
}


void
ngx_lo_zone_file_logs_had(uint64_t *wal, uint64_t *shm)
{
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();

    *wal = (zone != NULL) ? zone->file_wal : 0;
    *shm = (zone != NULL) ? zone->file_shm : 0;
}


ngx_uint_t
ngx_lo_zone_file_seen(void)
{
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();

    return zone != NULL && zone->file_seen;
}


/* --- counters --------------------------------------------------------------- */


ngx_uint_t
ngx_lo_zone_settings(void)
{
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();

    return (zone == NULL) ? 0 : (ngx_uint_t) __atomic_load_n(&zone->settings,
                                                             __ATOMIC_ACQUIRE);
}


void
ngx_lo_zone_settings_changed(void)
{
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();

    if (zone != NULL) {
        (void) __atomic_add_fetch(&zone->settings, 1, __ATOMIC_RELEASE);
    }
}


/* What this worker heard of by itself. */

static uint64_t  ngx_lo_zone_heard[NGX_LO_KEPT_N];


uint64_t
ngx_lo_zone_kept(ngx_lo_kept_t what)
{
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();

    return ngx_lo_zone_heard[what]
           + (zone == NULL ? 0 : __atomic_load_n(&zone->kept[what],
                                                 __ATOMIC_ACQUIRE));
}


void
ngx_lo_zone_kept_heard(ngx_lo_kept_t what)
{
    ngx_lo_zone_heard[what]++;
}


void
ngx_lo_zone_kept_changed(ngx_lo_kept_t what)
{
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();

    if (zone != NULL) {
        (void) __atomic_add_fetch(&zone->kept[what], 1, __ATOMIC_RELEASE);
    }
}
