/*
 * What an administrator changed is taken over by each worker: read when the
 * number in the zone has grown, at the start, and each second and a half, since
 * another NGINX of the same store may have changed it (spec/api.md 16: within
 * 2 s).
 *
 * The numbers of what else workers keep copies of are read with it: who sees
 * that one has grown forgets his copies.
 */

#include "core/ngx_lo_core.h"
#include "duty/ngx_lo_duty.h"
#include "store/ngx_lo_sql_assets.h"
#include "store/ngx_lo_store.h"

#define NGX_LO_SETTINGS_PERIOD  500
#define NGX_LO_SETTINGS_AGE_MS  1500


static struct {
    ngx_event_t    timer;
    ngx_lo_job_t  *job;             /* under way; NULL: none */
    uint64_t       number;          /* of the zone, of what was taken */
    uint64_t       asked;           /* the same of the job */
    int64_t        read_ms;
    int64_t        numbers[NGX_LO_KEPT_N];      /* of the store */
    unsigned       known:1;
} ngx_lo_settings_duty;


static void
ngx_lo_settings_number(const json_t *row, const char *name, ngx_lo_kept_t what)
{
    int64_t      n;
    const char  *kept;

    kept = ckp_json_str(row, "kept");
    n = ckp_json_int(row, "n", 0);

    if (kept == NULL || ngx_strcmp(kept, name) != 0) {
        return;
    }

    /* the first time as well: a copy may be older than the number */

    if (!ngx_lo_settings_duty.known || n != ngx_lo_settings_duty.numbers[what])
    {
        ngx_lo_zone_kept_heard(what);
    }

    ngx_lo_settings_duty.numbers[what] = n;
}


static void
ngx_lo_settings_got(ngx_lo_job_t *job, void *data)
{
    size_t   i;
    json_t  *row, *values;

    (void) data;

    ngx_lo_settings_duty.job = NULL;

    if (ngx_lo_job_rc(job) != NGX_LO_JOB_OK) {
        return;                     /* the next tick asks again */
    }

    values = json_object();

    json_array_foreach(ngx_lo_job_rows(job, 0), i, row) {
        (void) json_object_set(values, ckp_json_str(row, "key"),
                               json_object_get(row, "value"));
    }

    json_array_foreach(ngx_lo_job_rows(job, 1), i, row) {
        ngx_lo_settings_number(row, "secrets", NGX_LO_KEPT_SECRETS);
        ngx_lo_settings_number(row, "models", NGX_LO_KEPT_MODELS);
    }

    ngx_lo_settings_duty.known = 1;
    ngx_lo_settings_duty.number = ngx_lo_settings_duty.asked;
    ngx_lo_settings_duty.read_ms = ngx_lo_boot_ms();

    /* what runs see of models has settings of the site in it */

    if (ngx_lo_settings_apply(values)) {
        ngx_lo_zone_kept_changed(NGX_LO_KEPT_MODELS);
    }

    json_decref(values);
}


static void
ngx_lo_settings_tick(ngx_event_t *ev)
{
    uint64_t       number;
    ngx_lo_job_t  *job;

    number = ngx_lo_zone_kept(NGX_LO_KEPT_SETTINGS);

    if (ngx_lo_settings_duty.job == NULL && ngx_lo_store() != NULL
        && (!ngx_lo_settings_duty.known
            || number != ngx_lo_settings_duty.number
            || ngx_lo_boot_ms() - ngx_lo_settings_duty.read_ms
               >= NGX_LO_SETTINGS_AGE_MS - NGX_LO_SETTINGS_PERIOD))
    {
        job = ngx_lo_job_new(ngx_lo_store(), 0);

        if (job != NULL && ngx_lo_job_add(job, &ngx_lo_sql_settings) == NGX_OK
            && ngx_lo_job_add(job, &ngx_lo_sql_numbers) == NGX_OK)
        {
            ngx_lo_settings_duty.asked = number;
            ngx_lo_settings_duty.job = job;
            ngx_lo_job_submit(job, ngx_lo_settings_got, NULL);

        } else {
            ngx_lo_job_free(job);
        }
    }

    ngx_add_timer(ev, NGX_LO_SETTINGS_PERIOD);
}


void
ngx_lo_settings_start(ngx_cycle_t *cycle)
{
    ngx_memzero(&ngx_lo_settings_duty, sizeof(ngx_lo_settings_duty));

    ngx_lo_settings_duty.timer.handler = ngx_lo_settings_tick;
    ngx_lo_settings_duty.timer.data = &ngx_lo_settings_duty;
    ngx_lo_settings_duty.timer.log = cycle->log;
    ngx_lo_settings_duty.timer.cancelable = 1;

    ngx_lo_settings_tick(&ngx_lo_settings_duty.timer);
}


void
ngx_lo_settings_stop(void)
{
    if (ngx_lo_settings_duty.timer.timer_set) {
        ngx_del_timer(&ngx_lo_settings_duty.timer);
    }

    /* a worker that ends stops it when it begins to and when it is done */

    if (ngx_lo_settings_duty.job != NULL) {
        ngx_lo_job_forget(ngx_lo_settings_duty.job);
        ngx_lo_settings_duty.job = NULL;
    }

    ngx_lo_settings_end();
}
