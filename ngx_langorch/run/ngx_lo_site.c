/*
 * What the site has for questions to models, as this worker knows it: its
 * profiles, and whether there are budgets, read again when the number in the
 * zone has grown.
 *
 * Whoever changes one lets the number grow before he answers, and no run is fed
 * while it is being read: a question that comes after a change sees it, on any
 * worker.  What another NGINX of the store changed is heard of within two
 * seconds (duty/ngx_lo_settings_duty.c), and nothing is believed for longer
 * than half a minute.
 */

#include "run/ngx_lo_run_int.h"
#include "store/ngx_lo_sql_assets.h"

#define NGX_LO_SITE_AGE_MS    30000
#define NGX_LO_SITE_PAUSE_MS  1000      /* the store did not answer */


static struct {
    ngx_lo_job_t  *job;             /* under way; NULL: none */
    json_t        *rows;            /* all of each, by name; NULL: never read */
    json_t        *seen;            /* what runs see */
    uint64_t       number;          /* of the zone, when it was read */
    uint64_t       asked;           /* the same of the job */
    int64_t        read_ms;
    int64_t        failed_ms;
    ngx_uint_t     budgets;         /* there are some */
} ngx_lo_site;


static ngx_int_t ngx_lo_site_read(void);
static void ngx_lo_site_got(ngx_lo_job_t *job, void *data);
static void ngx_lo_site_take(const json_t *rows);
static json_t *ngx_lo_site_show(void);


const json_t *
ngx_lo_site_models(void)
{
    return ngx_lo_site.seen;
}


ngx_uint_t
ngx_lo_site_fresh(void)
{
    int64_t     now;
    ngx_uint_t  known;

    if (ngx_lo_store() == NULL) {
        return 1;
    }

    now = ngx_lo_boot_ms();
    known = (ngx_lo_site.rows != NULL
             && ngx_lo_site.number == ngx_lo_zone_kept(NGX_LO_KEPT_MODELS));

    if (known && now - ngx_lo_site.read_ms <= NGX_LO_SITE_AGE_MS) {
        return 1;
    }

    if (now - ngx_lo_site.failed_ms < NGX_LO_SITE_PAUSE_MS) {
        return 1;               /* what is known has to do */
    }

    if (ngx_lo_site.job == NULL && ngx_lo_site_read() != NGX_OK) {
        ngx_lo_site.failed_ms = now;
        return 1;
    }

    return known;
}


static ngx_int_t
ngx_lo_site_read(void)
{
    ngx_lo_job_t  *job;

    job = ngx_lo_job_new(ngx_lo_store(), 0);

    if (job == NULL
        || ngx_lo_job_add(job, &ngx_lo_sql_llm_profiles) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_budgets_any) != NGX_OK)
    {
        ngx_lo_job_free(job);
        return NGX_ERROR;
    }

    ngx_lo_site.asked = ngx_lo_zone_kept(NGX_LO_KEPT_MODELS);
    ngx_lo_site.job = job;
    ngx_lo_job_submit(job, ngx_lo_site_got, NULL);

    return NGX_OK;
}


static void
ngx_lo_site_got(ngx_lo_job_t *job, void *data)
{
    (void) data;

    ngx_lo_site.job = NULL;

    if (ngx_lo_job_rc(job) == NGX_LO_JOB_OK) {
        ngx_lo_site.budgets = (ngx_lo_job_row(job, 1) != NULL);
        ngx_lo_site_take(ngx_lo_job_rows(job, 0));

    } else {
        ngx_lo_site.failed_ms = ngx_lo_boot_ms();
    }

    /* changed while it was read: whoever goes on finds that out */

    ngx_lo_runs_go_on();
}


static void
ngx_lo_site_take(const json_t *rows)
{
    size_t       i;
    json_t      *row, *all;
    const char  *name;

    all = json_object();

    json_array_foreach(rows, i, row) {
        name = ckp_json_str(row, "name");
        (void) json_object_set(all, name ? name : "",
                               json_object_get(row, "body"));
    }

    json_decref(ngx_lo_site.rows);
    json_decref(ngx_lo_site.seen);
    ngx_lo_site.rows = all;
    ngx_lo_site.seen = ngx_lo_site_show();
    ngx_lo_site.number = ngx_lo_site.asked;
    ngx_lo_site.read_ms = ngx_lo_boot_ms();
    ngx_lo_site.failed_ms = 0;
}


static void
ngx_lo_site_costs(json_t *seen)
{
    const ngx_str_t  *costs;

    costs = &ngx_lo_conf()->llm_costs;

    if (costs->len > 0) {
        (void) json_object_set_new(seen, "costs",
                   ckp_json_parse((const char *) costs->data, costs->len,
                                  NULL));
    }
}


/* The lines of a head may be worth hiding: they stay here. */

static json_t *
ngx_lo_site_show(void)
{
    size_t            i;
    json_t           *seen, *profiles, *body, *own;
    const char       *name;
    const ngx_str_t  *model;

    static const char *const  hidden[] = {
        "extra_headers", "description", "enabled", "is_default"
    };

    profiles = json_object();
    seen = json_pack("{s:o}", "profiles", profiles);
    model = &ngx_lo_conf()->llm_model;

    if (ngx_lo_site.budgets) {
        (void) json_object_set_new(seen, "budgets", json_true());
    }

    if (model->len > 0) {
        (void) json_object_set_new(seen, "model",
                   json_stringn((const char *) model->data, model->len));
    }

    if (ngx_lo_conf()->keeper_fresh) {
        (void) json_object_set_new(seen, "rotation", json_true());
    }

    (void) json_object_set_new(seen, "timeout_ms",
               json_integer((json_int_t) ngx_lo_conf()->llm_timeout));
    ngx_lo_site_costs(seen);

    json_object_foreach(ngx_lo_site.rows, name, body) {

        if (!ckp_json_bool(body, "enabled", true)) {
            continue;
        }

        if (ckp_json_bool(body, "is_default", false)) {
            (void) json_object_set_new(seen, "default_profile",
                                       json_string(name));
        }

        own = json_copy(body);

        for (i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
            (void) json_object_del(own, hidden[i]);
        }

        (void) json_object_set_new(profiles, name, own);
    }

    return seen;
}


/* Only to the address that they belong to: the profile may have been changed
 * since the question was asked. */

void
ngx_lo_site_headers(const json_t *profile, json_t *headers)
{
    json_t        *value;
    const char    *name, *base, *own;
    const json_t  *row;

    if (!ckp_json_bool(profile, "site", false)) {
        return;
    }

    name = ckp_json_str(profile, "name");
    row = json_object_get(ngx_lo_site.rows, name ? name : "");
    base = ckp_json_str(profile, "base_url");
    own = ckp_json_str(row, "base_url");

    if (ngx_strcmp(base ? base : "", own ? own : "") != 0) {
        return;
    }

    json_object_foreach(json_object_get(row, "extra_headers"), name, value) {
        if (json_object_get(headers, name) == NULL) {
            (void) json_object_set(headers, name, value);
        }
    }
}


void
ngx_lo_site_stop(void)
{
    if (ngx_lo_site.job != NULL) {
        ngx_lo_job_forget(ngx_lo_site.job);
        ngx_lo_site.job = NULL;
    }

    json_decref(ngx_lo_site.rows);
    json_decref(ngx_lo_site.seen);
    ngx_memzero(&ngx_lo_site, sizeof(ngx_lo_site));
}
