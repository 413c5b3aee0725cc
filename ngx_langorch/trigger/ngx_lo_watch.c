/*
 * Files that triggers watch (spec/ckp.md 5.5).  When a look is due, one worker
 * takes it by moving the trigger on to the next; what it sees is compared with
 * what is known, and what became of it is told and known from then on in one
 * transaction.  What is told goes the way of events.
 *
 * The first look of a registration tells nothing: it is what later ones are
 * compared with.  A row with an empty path says which registration that is.
 */

#include "store/ngx_lo_sql_trigger.h"
#include "trigger/ngx_lo_fire_int.h"
#include "trigger/ngx_lo_scan.h"
#include "trigger/ngx_lo_watch.h"

#include "trigger/watch.h"

#define NGX_LO_WATCH_FIRST  ""          /* names of rows that are no files */
#define NGX_LO_WATCH_WRONG  "!"


typedef struct {
    ngx_queue_t     link;
    json_t         *row;            /* of the registration */
    json_t         *known;          /* [{path, mtime, size, since, pending}] */
    ngx_lo_scan_t  *scan;           /* in its thread */
    ngx_lo_job_t   *job;
} ngx_lo_watch_t;


static void ngx_lo_watch_taken(ngx_lo_job_t *job, void *data);
static void ngx_lo_watch_seen(ngx_lo_disk_t *d);
static ngx_int_t ngx_lo_watch_compare(ngx_lo_watch_t *w, ngx_lo_job_t *job,
    const ngx_lo_scan_t *s);
static ngx_uint_t ngx_lo_watch_waits(const json_t *rows);
static ngx_int_t ngx_lo_watch_begin(ngx_lo_watch_t *w, ngx_lo_job_t *job,
    const json_t *files, int64_t now);
static ngx_int_t ngx_lo_watch_wrong(ngx_lo_watch_t *w, ngx_lo_job_t *job,
    ngx_lo_scan_rc_t rc);
static void ngx_lo_watch_written(ngx_lo_job_t *job, void *data);
static void ngx_lo_watch_end(ngx_lo_watch_t *w, ngx_uint_t failed);
static void ngx_lo_watch_free(ngx_lo_watch_t *w);


static ngx_queue_t  ngx_lo_watches;


ngx_int_t
ngx_lo_watch_look(const json_t *row, int64_t now)
{
    int64_t          id, wait;
    ngx_lo_watch_t  *w;

    w = ngx_calloc(sizeof(ngx_lo_watch_t), ngx_cycle->log);

    if (w == NULL) {
        return NGX_ERROR;
    }

    if (ngx_lo_watches.next == NULL) {
        ngx_queue_init(&ngx_lo_watches);
    }

    ngx_queue_insert_tail(&ngx_lo_watches, &w->link);

    w->row = json_incref((json_t *) row);
    w->job = ngx_lo_fire_job(1);

    if (w->job == NULL) {
        ngx_lo_watch_free(w);
        return NGX_ERROR;
    }

    id = ckp_json_int(row, "id", 0);
    wait = ckp_json_int(json_object_get(row, "settings"),
                        "poll_interval_seconds", 60) * 1000;

    (void) ngx_lo_job_add(w->job, &ngx_lo_sql_trigger_advance, id,
                          ckp_json_int(row, "rev", 0),
                          ckp_json_int(row, "next_fire_at", 0), now + wait);
    (void) ngx_lo_job_add(w->job, &ngx_lo_sql_trigger_files, id);

    ngx_lo_job_submit(w->job, ngx_lo_watch_taken, w);

    return NGX_OK;
}


static void
ngx_lo_watch_taken(ngx_lo_job_t *job, void *data)
{
    ngx_lo_watch_t  *w = data;

    w->job = NULL;

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK) {
        ngx_lo_watch_end(w, ngx_lo_job_rc(job) != NGX_LO_JOB_GUARD);
        return;
    }

    w->known = ngx_lo_job_rows_take(job, 1);
    w->scan = ngx_lo_scan_new(json_object_get(w->row, "settings"));

    if (w->known == NULL || w->scan == NULL) {
        ngx_lo_watch_end(w, 0);
        return;
    }

    w->scan->notices = ngx_lo_notice_fd();
    w->scan->disk.data = w;
    w->scan->disk.done = ngx_lo_watch_seen;

    if (ngx_lo_disk_post(&w->scan->disk) != NGX_OK) {
        w->scan = NULL;
        ngx_lo_watch_end(w, 0);
    }
}


static void
ngx_lo_watch_seen(ngx_lo_disk_t *d)
{
    ngx_int_t        rc;
    ngx_lo_job_t    *job;
    ngx_lo_scan_t   *s = (ngx_lo_scan_t *) d;
    ngx_lo_watch_t  *w = d->data;

    w->scan = NULL;
    ngx_lo_notice_know(ckp_json_int(w->row, "id", 0), s->heard, s->nheard);

    job = ngx_lo_fire_job(1);

    if (job == NULL) {
        ngx_lo_watch_end(w, 0);
        return;
    }

    rc = (s->rc == NGX_LO_SCAN_OK) ? ngx_lo_watch_compare(w, job, s)
         : (s->rc == NGX_LO_SCAN_NOWHERE) ? NGX_DECLINED
                                          : ngx_lo_watch_wrong(w, job, s->rc);

    if (rc != NGX_OK) {
        ngx_lo_job_free(job);
        ngx_lo_watch_end(w, 0);
        return;
    }

    w->job = job;
    ngx_lo_job_submit(job, ngx_lo_watch_written, w);
}


/* NGX_DECLINED: nothing is new. */

static ngx_int_t
ngx_lo_watch_compare(ngx_lo_watch_t *w, ngx_lo_job_t *job,
    const ngx_lo_scan_t *s)
{
    size_t      i;
    json_t     *one, *sum;
    int64_t     id, rev, now, first;
    ngx_int_t   rc;

    id = ckp_json_int(w->row, "id", 0);
    rev = ckp_json_int(w->row, "rev", 0);
    now = ngx_lo_now_ms();
    first = 0;

    for (i = json_array_size(w->known); i > 0; i--) {
        one = json_array_get(w->known, i - 1);

        if (strcmp(ckp_json_str(one, "path"), NGX_LO_WATCH_FIRST) == 0) {
            first = ckp_json_int(one, "size", 0);
            (void) json_array_remove(w->known, i - 1);

        } else if (strcmp(ckp_json_str(one, "path"), NGX_LO_WATCH_WRONG)
                   == 0)
        {
            (void) json_array_remove(w->known, i - 1);
        }
    }

    if (first != rev) {
        return ngx_lo_watch_begin(w, job, s->files, now);
    }

    sum = ckp_watch_compare(json_object_get(w->row, "settings"), w->known,
                            s->files, now);
    if (sum == NULL) {
        return NGX_ERROR;
    }

    rc = NGX_DECLINED;

    if (json_array_size(json_object_get(sum, "rows")) > 0
        || json_array_size(json_object_get(sum, "gone")) > 0)
    {
        rc = NGX_OK;

        if (ngx_lo_job_add(job, &ngx_lo_sql_trigger_files_tell, id, now,
                           json_object_get(sum, "events")) != NGX_OK
            || ngx_lo_job_add(job, &ngx_lo_sql_trigger_files_put, id,
                              json_object_get(sum, "rows")) != NGX_OK
            || ngx_lo_job_add(job, &ngx_lo_sql_trigger_files_gone, id,
                              json_object_get(sum, "gone")) != NGX_OK)
        {
            rc = NGX_ERROR;
        }
    }

    if (rc == NGX_OK && ngx_lo_watch_waits(json_object_get(sum, "rows"))) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_trigger_sooner, id, now
                            + ckp_json_int(json_object_get(w->row,
                                                           "settings"),
                                           "stable_seconds", 0) * 1000);
    }

    json_decref(sum);

    return rc;
}


/* One is told when it has been as it is for long enough. */

static ngx_uint_t
ngx_lo_watch_waits(const json_t *rows)
{
    size_t   i;
    json_t  *one;

    json_array_foreach((json_t *) rows, i, one) {
        if (json_object_get(one, "pending") != NULL) {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_lo_watch_begin(ngx_lo_watch_t *w, ngx_lo_job_t *job, const json_t *files,
    int64_t now)
{
    int64_t  id;

    id = ckp_json_int(w->row, "id", 0);

    if (ngx_lo_job_add(job, &ngx_lo_sql_trigger_files_drop, id) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_trigger_files_put, id, files)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_trigger_files_mark, id,
                          NGX_LO_WATCH_FIRST, ckp_json_int(w->row, "rev", 0),
                          now);
}


/* Told once for a registration. */

static ngx_int_t
ngx_lo_watch_wrong(ngx_lo_watch_t *w, ngx_lo_job_t *job, ngx_lo_scan_rc_t rc)
{
    ngx_int_t       noted;
    ngx_lo_fire_t  *f;

    f = ngx_lo_fire_new();

    if (f == NULL) {
        return NGX_ERROR;
    }

    f->b.now_ms = ngx_lo_now_ms();
    f->procedure_id = ckp_json_str(w->row, "procedure_id");
    f->version = ckp_json_str(w->row, "version");
    f->type = "file_watch";
    f->source = ckp_json_str(json_object_get(w->row, "settings"),
                             "event_source");

    noted = ngx_lo_job_add(job, &ngx_lo_sql_trigger_files_mark,
                           ckp_json_int(w->row, "id", 0), NGX_LO_WATCH_WRONG,
                           ckp_json_int(w->row, "rev", 0), f->b.now_ms);

    if (noted == NGX_OK) {
        noted = ngx_lo_fire_note(f, job, "error", NULL,
                                 (rc == NGX_LO_SCAN_OUTSIDE)
                                 ? "The path lies under no folder that the"
                                   " site lets be watched"
                                 : "There are more files than can be watched");
    }

    ngx_lo_fire_free(f);

    return noted;
}


static void
ngx_lo_watch_written(ngx_lo_job_t *job, void *data)
{
    ngx_lo_watch_t  *w = data;

    w->job = NULL;

    /* what was told is looked at with the next look of the clock */

    ngx_lo_watch_end(w, ngx_lo_job_rc(job) != NGX_LO_JOB_OK
                        && ngx_lo_job_rc(job) != NGX_LO_JOB_GUARD);
}


static void
ngx_lo_watch_end(ngx_lo_watch_t *w, ngx_uint_t failed)
{
    ngx_lo_watch_free(w);
    ngx_lo_clock_over(failed);
}


static void
ngx_lo_watch_free(ngx_lo_watch_t *w)
{
    ngx_queue_remove(&w->link);

    if (w->job != NULL) {
        ngx_lo_job_forget(w->job);
    }

    if (w->scan != NULL) {
        ngx_lo_disk_forget(&w->scan->disk);
    }

    json_decref(w->row);
    json_decref(w->known);
    ngx_free(w);
}


void
ngx_lo_watch_stop(void)
{
    ngx_queue_t  *q;

    while (ngx_lo_watches.next != NULL && !ngx_queue_empty(&ngx_lo_watches)) {
        q = ngx_queue_head(&ngx_lo_watches);
        ngx_lo_watch_free(ngx_queue_data(q, ngx_lo_watch_t, link));
    }
}
