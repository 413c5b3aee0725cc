/*
 * A sweep, slice by slice: no step of it is long, and none is on the loop.
 */

#include "core/ngx_lo_core.h"
#include "disk/ngx_lo_sweep.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_store.h"

#include <dirent.h>


#define NGX_LO_SWEEP_SLICE   256        /* names at once */
#define NGX_LO_SWEEP_MOST    10000      /* runs of one sweep */
#define NGX_LO_SWEEP_ORPHAN  3600       /* seconds that an orphan is left */
#define NGX_LO_SWEEP_NAME    37         /* a run id and its NUL */


typedef struct {
    char     run[NGX_LO_SWEEP_NAME];
    int64_t  changed;                   /* seconds since 1970 */
    int      goes;
} ngx_lo_sweep_name_t;

/* One slice: read by one task, removed by the next. */

typedef struct {
    ngx_lo_disk_t         disk;
    ngx_lo_sweep_t       *sweep;
    const char           *below;        /* "", or the folder that has them */
    DIR                  *dir;          /* NULL: not open yet, or at its end */
    ngx_lo_sweep_name_t   names[NGX_LO_SWEEP_SLICE];
    ngx_uint_t            n;
    int64_t               freed;
} ngx_lo_slice_t;

struct ngx_lo_sweep_s {
    int64_t              days;
    int64_t              until;
    ngx_uint_t           attached;      /* in the second of the folders */
    ngx_lo_slice_t      *slice;         /* between two tasks */
    ngx_lo_sweep_sum_t   sum;
    ngx_lo_sweep_pt      done;          /* NULL: nobody waits */
    void                *data;
};


static void ngx_lo_sweep_read(ngx_lo_sweep_t *s, DIR *dir);
static void ngx_lo_sweep_tidy(ngx_lo_disk_t *d);
static void ngx_lo_sweep_names(ngx_lo_disk_t *d);
static void ngx_lo_sweep_named(ngx_lo_disk_t *d);
static void ngx_lo_sweep_ask(ngx_lo_sweep_t *s, ngx_lo_slice_t *slice);
static void ngx_lo_sweep_told(ngx_lo_job_t *job, void *data);
static void ngx_lo_sweep_remove(ngx_lo_disk_t *d);
static void ngx_lo_sweep_removed(ngx_lo_disk_t *d);
static void ngx_lo_sweep_end(ngx_lo_sweep_t *s);


ngx_lo_sweep_t *
ngx_lo_sweep_start(int64_t days, ngx_msec_t budget, ngx_lo_sweep_pt done,
    void *data)
{
    ngx_lo_sweep_t  *s;

    s = ngx_calloc(sizeof(ngx_lo_sweep_t), ngx_cycle->log);

    if (s == NULL) {
        return NULL;
    }

    s->days = days;
    s->until = ngx_lo_boot_ms() + (int64_t) budget;
    s->sum.deleted = json_array();
    s->data = data;

    /* its answer never comes before this returns */

    if (s->sum.deleted != NULL) {
        ngx_lo_sweep_read(s, NULL);
    }

    if (s->slice == NULL) {
        json_decref(s->sum.deleted);
        ngx_free(s);
        return NULL;
    }

    s->slice = NULL;
    s->done = done;

    return s;
}


void
ngx_lo_sweep_forget(void *sweep)
{
    ngx_lo_sweep_t  *s = sweep;

    s->done = NULL;
    s->data = NULL;
    s->until = 0;
}


static void
ngx_lo_sweep_end(ngx_lo_sweep_t *s)
{
    if (s->done != NULL) {
        s->done(&s->sum, s->data);
    }

    json_decref(s->sum.deleted);
    ngx_free(s);
}


/* --- names ------------------------------------------------------------------------ */


static void
ngx_lo_sweep_clean(ngx_lo_disk_t *d)
{
    ngx_lo_slice_t  *slice = (ngx_lo_slice_t *) d;

    if (slice->dir != NULL) {
        (void) closedir(slice->dir);
    }
}


/* s->slice says whether there is one. */

static void
ngx_lo_sweep_read(ngx_lo_sweep_t *s, DIR *dir)
{
    ngx_lo_slice_t  *slice;

    slice = ngx_lo_disk_new(sizeof(ngx_lo_slice_t));
    s->slice = slice;

    if (slice == NULL) {
        if (dir != NULL) {
            (void) closedir(dir);
        }

        return;
    }

    slice->sweep = s;
    slice->dir = dir;
    slice->below = s->attached ? NGX_LO_DISK_ATTACHED "/" : "";
    slice->disk.work = (dir == NULL && !s->attached) ? ngx_lo_sweep_tidy
                                                     : ngx_lo_sweep_names;
    slice->disk.done = ngx_lo_sweep_named;
    slice->disk.clean = ngx_lo_sweep_clean;

    if (ngx_lo_disk_post(&slice->disk) != NGX_OK) {
        s->slice = NULL;
    }
}


/* What is of today may still be somebody's work. */

static void
ngx_lo_sweep_old(const char *root, const char *folder)
{
    int             dir;
    DIR            *all;
    char            path[NGX_LO_DISK_PATH];
    int64_t         bytes;
    const char     *unused;
    struct stat     st;
    struct dirent  *e;

    (void) snprintf(path, sizeof(path), "%s/x", folder);
    dir = ngx_lo_disk_parent(root, path, 0, &unused);
    all = (dir != -1) ? fdopendir(dir) : NULL;

    if (all == NULL) {
        if (dir != -1) {
            (void) close(dir);
        }

        return;
    }

    while ((e = readdir(all)) != NULL) {

        if (e->d_name[0] != '.' && strlen(e->d_name) < 64
            && fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0
            && time(NULL) - st.st_ctim.tv_sec > 24 * NGX_LO_SWEEP_ORPHAN)
        {
            (void) snprintf(path, sizeof(path), "%s/%.64s", folder,
                            e->d_name);
            bytes = 0;
            (void) ngx_lo_disk_remove(root, path, &bytes);
        }
    }

    (void) closedir(all);
}


static void
ngx_lo_sweep_tidy(ngx_lo_disk_t *d)
{
    ngx_lo_sweep_old(d->root, NGX_LO_DISK_INCOMING);
    ngx_lo_sweep_old(d->root, NGX_LO_DISK_TRASH);

    ngx_lo_sweep_names(d);
}


/* Folders that are called as runs are; others are not ours to judge. */

static ngx_uint_t
ngx_lo_sweep_is_run(const char *name)
{
    return strlen(name) == NGX_LO_SWEEP_NAME - 1
           && strspn(name, "0123456789abcdef-") == NGX_LO_SWEEP_NAME - 1;
}


static void
ngx_lo_sweep_names(ngx_lo_disk_t *d)
{
    int              dir;
    char             path[32];
    const char      *unused;
    struct stat      st;
    struct dirent   *e;
    ngx_lo_slice_t  *slice = (ngx_lo_slice_t *) d;

    if (slice->dir == NULL) {
        (void) snprintf(path, sizeof(path), "%sx", slice->below);
        dir = ngx_lo_disk_parent(d->root, path, 0, &unused);
        slice->dir = (dir != -1) ? fdopendir(dir) : NULL;

        if (slice->dir == NULL) {
            if (dir != -1) {
                (void) close(dir);
            }

            return;
        }
    }

    while (slice->n < NGX_LO_SWEEP_SLICE) {
        e = readdir(slice->dir);

        if (e == NULL) {
            (void) closedir(slice->dir);
            slice->dir = NULL;
            return;
        }

        if (ngx_lo_sweep_is_run(e->d_name)
            && fstatat(dirfd(slice->dir), e->d_name, &st,
                       AT_SYMLINK_NOFOLLOW) == 0)
        {
            ngx_memcpy(slice->names[slice->n].run, e->d_name,
                       NGX_LO_SWEEP_NAME);
            slice->names[slice->n++].changed = (int64_t) st.st_mtim.tv_sec;
        }
    }
}


/* --- which ------------------------------------------------------------------------ */


static void
ngx_lo_sweep_go_on(ngx_lo_sweep_t *s, DIR *dir)
{
    if (dir == NULL) {

        if (s->attached) {
            ngx_lo_sweep_end(s);
            return;
        }

        s->attached = 1;
    }

    if (ngx_lo_boot_ms() >= s->until
        || json_array_size(s->sum.deleted) >= NGX_LO_SWEEP_MOST)
    {
        if (dir != NULL) {
            (void) closedir(dir);
        }

        s->sum.more = 1;
        ngx_lo_sweep_end(s);
        return;
    }

    ngx_lo_sweep_read(s, dir);

    if (s->slice == NULL) {
        s->sum.failed = 1;
        ngx_lo_sweep_end(s);
        return;
    }

    s->slice = NULL;
}


/* The slice goes on in the next task: what a task holds ends behind `done`. */

static void
ngx_lo_sweep_named(ngx_lo_disk_t *d)
{
    DIR             *dir;
    ngx_lo_slice_t  *slice, *next;
    ngx_lo_sweep_t  *s;

    slice = (ngx_lo_slice_t *) d;
    s = slice->sweep;

    dir = slice->dir;
    slice->dir = NULL;

    if (slice->n == 0) {
        ngx_lo_sweep_go_on(s, dir);
        return;
    }

    next = ngx_lo_disk_new(sizeof(ngx_lo_slice_t));

    if (next == NULL) {
        if (dir != NULL) {
            (void) closedir(dir);
        }

        s->sum.failed = 1;
        ngx_lo_sweep_end(s);
        return;
    }

    next->sweep = s;
    next->below = slice->below;
    next->dir = dir;
    next->n = slice->n;
    ngx_memcpy(next->names, slice->names, sizeof(next->names));
    next->disk.clean = ngx_lo_sweep_clean;

    ngx_lo_sweep_ask(s, next);
}


static void
ngx_lo_sweep_ask(ngx_lo_sweep_t *s, ngx_lo_slice_t *slice)
{
    json_t        *names;
    int64_t        before;
    ngx_uint_t     i;
    ngx_lo_job_t  *job;

    before = ngx_lo_now_ms() - s->days * 86400000;
    names = json_array();
    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    for (i = 0; i < slice->n; i++) {
        (void) json_array_append_new(names, json_string(slice->names[i].run));
    }

    if (job == NULL || json_array_size(names) != slice->n) {
        json_decref(names);
        ngx_lo_job_free(job);
        ngx_lo_disk_free(&slice->disk);
        s->sum.failed = 1;
        ngx_lo_sweep_end(s);
        return;
    }

    (void) ngx_lo_job_add(job, &ngx_lo_sql_sweep_which, names, before);
    (void) ngx_lo_job_add(job, &ngx_lo_sql_sweep_rows, names, before);
    json_decref(names);

    s->slice = slice;
    ngx_lo_job_submit(job, ngx_lo_sweep_told, s);
}


/* Rows come in the order of the names, one for each. */

static void
ngx_lo_sweep_told(ngx_lo_job_t *job, void *data)
{
    size_t           i;
    json_t          *row;
    int64_t          old;
    const char      *state;
    ngx_lo_slice_t  *slice;
    ngx_lo_sweep_t  *s = data;

    slice = s->slice;
    s->slice = NULL;

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK
        || json_array_size(ngx_lo_job_rows(job, 0)) != slice->n)
    {
        ngx_lo_disk_free(&slice->disk);
        s->sum.failed = 1;
        ngx_lo_sweep_end(s);
        return;
    }

    old = ngx_lo_now_ms() / 1000 - ngx_max(s->days * 86400,
                                           NGX_LO_SWEEP_ORPHAN);

    json_array_foreach(ngx_lo_job_rows(job, 0), i, row) {
        state = ckp_json_str(row, "state");

        if (ngx_strcmp(state, "orphan") == 0) {
            slice->names[i].goes = (slice->names[i].changed < old);
            continue;
        }

        slice->names[i].goes = (ngx_strcmp(state, "over") == 0);

        if (s->attached) {
            continue;
        }

        if (slice->names[i].goes) {
            (void) json_array_append(s->sum.deleted,
                                     json_object_get(row, "name"));
        } else {
            s->sum.skipped++;
        }
    }

    slice->disk.work = ngx_lo_sweep_remove;
    slice->disk.done = ngx_lo_sweep_removed;

    if (ngx_lo_disk_post(&slice->disk) != NGX_OK) {
        s->sum.failed = 1;
        ngx_lo_sweep_end(s);
    }
}


static void
ngx_lo_sweep_remove(ngx_lo_disk_t *d)
{
    char             path[NGX_LO_DISK_PATH];
    ngx_uint_t       i;
    ngx_lo_slice_t  *slice = (ngx_lo_slice_t *) d;

    for (i = 0; i < slice->n; i++) {
        if (slice->names[i].goes) {
            (void) snprintf(path, sizeof(path), "%s%s", slice->below,
                            slice->names[i].run);
            (void) ngx_lo_disk_remove(d->root, path, &slice->freed);
        }
    }
}


static void
ngx_lo_sweep_removed(ngx_lo_disk_t *d)
{
    DIR             *dir;
    ngx_lo_slice_t  *slice = (ngx_lo_slice_t *) d;

    slice->sweep->sum.freed += slice->freed;

    dir = slice->dir;
    slice->dir = NULL;

    ngx_lo_sweep_go_on(slice->sweep, dir);
}
