/*
 * What the site keeps, by name, as this worker knows it: sealed texts, and the
 * names that there are not.
 *
 * All of it is forgotten when the number in the zone has grown: whoever changes
 * a secret lets it grow before he answers, so a run that was started afterwards
 * gets the new value on any worker.  What another NGINX of the store changed,
 * or one who died before he could say so, each hears of within two seconds
 * (duty/ngx_lo_settings_duty.c), and while he hears of nothing, because the
 * store stands, nothing is believed for longer than half a minute.
 */

#include "secret/ngx_lo_secret_int.h"
#include "store/ngx_lo_sql_assets.h"

#define NGX_LO_KEPT_MAX     1000       /* names */
#define NGX_LO_KEPT_AGE_MS  30000


struct ngx_lo_kept_look_s {
    ngx_lo_job_t            *job;       /* NULL: it is done */
    json_t                  *names;
    uint64_t                 number;
    ngx_lo_secret_known_pt   done;
    void                    *data;
};


static struct {
    json_t    *known;               /* name -> {row (or null), at} */
    uint64_t   number;              /* of the zone, when it was read */
} ngx_lo_kept;


static ngx_int_t ngx_lo_kept_read(ngx_lo_kept_look_t *look);
static void ngx_lo_kept_got(ngx_lo_job_t *job, void *data);
static void ngx_lo_kept_take(const json_t *rows, const json_t *names);
static ngx_uint_t ngx_lo_kept_knows(const json_t *names);
static void ngx_lo_kept_forget(void);


/* --- known -------------------------------------------------------------------- */


const json_t *
ngx_lo_kept_row(const char *name)
{
    const json_t  *row;

    row = json_object_get(json_object_get(ngx_lo_kept.known, name), "row");

    return json_is_object(row) ? row : NULL;
}


static ngx_uint_t
ngx_lo_kept_knows(const json_t *names)
{
    size_t         i;
    json_t        *name;
    int64_t        now;
    uint64_t       number;
    const json_t  *entry;

    number = ngx_lo_zone_kept(NGX_LO_KEPT_SECRETS);

    if (number != ngx_lo_kept.number) {
        ngx_lo_kept_forget();
        ngx_lo_kept.number = number;
    }

    now = ngx_lo_boot_ms();

    json_array_foreach(names, i, name) {
        entry = json_object_get(ngx_lo_kept.known, json_string_value(name));

        if (entry == NULL
            || now - ckp_json_int(entry, "at", 0) > NGX_LO_KEPT_AGE_MS)
        {
            return 0;
        }
    }

    return 1;
}


static void
ngx_lo_kept_forget(void)
{
    json_decref(ngx_lo_kept.known);
    ngx_lo_kept.known = NULL;
}


/* --- looking -------------------------------------------------------------------- */


ngx_lo_kept_look_t *
ngx_lo_kept_look(const json_t *names, ngx_lo_secret_known_pt done,
    void *data)
{
    ngx_lo_kept_look_t  *look;

    if (ngx_lo_store() == NULL || ngx_lo_kept_knows(names)) {
        return NULL;
    }

    look = ngx_calloc(sizeof(ngx_lo_kept_look_t), ngx_cycle->log);

    if (look == NULL) {
        return NULL;
    }

    look->names = json_incref((json_t *) names);
    look->done = done;
    look->data = data;

    if (ngx_lo_kept_read(look) != NGX_OK) {
        ngx_lo_kept_look_end(look);
        return NULL;
    }

    return look;
}


static ngx_int_t
ngx_lo_kept_read(ngx_lo_kept_look_t *look)
{
    ngx_lo_job_t  *job;

    look->number = ngx_lo_zone_kept(NGX_LO_KEPT_SECRETS);

    job = ngx_lo_job_new(ngx_lo_store(), 0);

    if (job == NULL) {
        return NGX_ERROR;
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_secrets_named, look->names)
        != NGX_OK)
    {
        ngx_lo_job_free(job);
        return NGX_ERROR;
    }

    look->job = job;
    ngx_lo_job_submit(job, ngx_lo_kept_got, look);

    return NGX_OK;
}


static void
ngx_lo_kept_got(ngx_lo_job_t *job, void *data)
{
    void                    *waits;
    ngx_uint_t               failed;
    ngx_lo_kept_look_t    *look = data;
    ngx_lo_secret_known_pt   done;

    look->job = NULL;
    failed = (ngx_lo_job_rc(job) != NGX_LO_JOB_OK);

    /* changed while it was read: it may be that of before */

    if (!failed && look->number != ngx_lo_zone_kept(NGX_LO_KEPT_SECRETS)
        && ngx_lo_kept_read(look) == NGX_OK)
    {
        return;
    }

    if (!failed) {
        ngx_lo_kept_take(ngx_lo_job_rows(job, 0), look->names);
    }

    done = look->done;
    waits = look->data;
    ngx_lo_kept_look_end(look);

    done(waits, failed);
}


void
ngx_lo_kept_look_end(ngx_lo_kept_look_t *look)
{
    if (look == NULL) {
        return;
    }

    if (look->job != NULL) {
        ngx_lo_job_forget(look->job);
    }

    json_decref(look->names);
    ngx_free(look);
}


static void
ngx_lo_kept_take(const json_t *rows, const json_t *names)
{
    size_t       i;
    json_t      *row, *name;
    int64_t      at;
    const char  *text;

    at = ngx_lo_boot_ms();

    if (json_object_size(ngx_lo_kept.known) > NGX_LO_KEPT_MAX) {
        ngx_lo_kept_forget();
    }

    if (ngx_lo_kept.known == NULL) {
        ngx_lo_kept.known = json_object();
    }

    json_array_foreach(names, i, name) {
        (void) json_object_set_new(ngx_lo_kept.known, json_string_value(name),
                                   json_pack("{s:n, s:I}", "row", "at",
                                             (json_int_t) at));
    }

    json_array_foreach(rows, i, row) {
        text = ckp_json_str(row, "name");

        (void) json_object_set_new(ngx_lo_kept.known, text ? text : "",
                                   json_pack("{s:O, s:I}", "row", row, "at",
                                             (json_int_t) at));
    }
}


void
ngx_lo_secrets_changed(void)
{
    ngx_lo_zone_kept_changed(NGX_LO_KEPT_SECRETS);
}


void
ngx_lo_kept_stop(void)
{
    ngx_lo_kept_forget();
}
