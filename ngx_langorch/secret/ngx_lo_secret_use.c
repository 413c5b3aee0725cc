/*
 * Who uses what the site keeps: gathered for a moment, then written down, and
 * the same use at most once a minute.  It is for people, so a crash may take
 * the last moment of it.
 */

#include "secret/ngx_lo_secret_int.h"
#include "store/ngx_lo_sql_assets.h"

#define NGX_LO_USE_WAIT_MS   1000
#define NGX_LO_USE_AGAIN_MS  60000
#define NGX_LO_USES_MAX      1000


static struct {
    json_t       *fresh;            /* [[name, user or null]] */
    json_t       *told;             /* "name\nuser" -> when */
    ngx_event_t   timer;
} ngx_lo_uses;


static void ngx_lo_uses_write(ngx_event_t *ev);


void
ngx_lo_secrets_start(void)
{
    ngx_memzero(&ngx_lo_uses, sizeof(ngx_lo_uses));

    ngx_lo_store_sealer(&ngx_lo_row_sealer);

    ngx_lo_uses.timer.handler = ngx_lo_uses_write;
    ngx_lo_uses.timer.data = &ngx_lo_uses;
    ngx_lo_uses.timer.log = ngx_cycle->log;
    ngx_lo_uses.timer.cancelable = 1;
}


void
ngx_lo_secrets_quit(void)
{
    if (ngx_lo_uses.timer.timer_set) {
        ngx_del_timer(&ngx_lo_uses.timer);
        ngx_lo_uses_write(&ngx_lo_uses.timer);
    }
}


void
ngx_lo_secret_used(const char *name, const char *user)
{
    int64_t   now;
    json_t   *key, *told;

    if (ngx_lo_uses.timer.handler == NULL
        || json_array_size(ngx_lo_uses.fresh) >= NGX_LO_USES_MAX)
    {
        return;
    }

    if (json_object_size(ngx_lo_uses.told) >= NGX_LO_USES_MAX) {
        json_decref(ngx_lo_uses.told);
        ngx_lo_uses.told = NULL;
    }

    if (ngx_lo_uses.told == NULL) {
        ngx_lo_uses.told = json_object();
    }

    now = ngx_lo_boot_ms();
    key = json_sprintf("%s\n%s", name, user ? user : "");
    told = json_object_get(ngx_lo_uses.told, key ? json_string_value(key)
                                                 : "");

    if (key == NULL
        || (told != NULL
            && now - json_integer_value(told) < NGX_LO_USE_AGAIN_MS))
    {
        json_decref(key);
        return;
    }

    (void) json_object_set_new(ngx_lo_uses.told, json_string_value(key),
                               json_integer(now));
    json_decref(key);

    if (ngx_lo_uses.fresh == NULL) {
        ngx_lo_uses.fresh = json_array();
    }

    (void) json_array_append_new(ngx_lo_uses.fresh,
                                 json_pack("[s, s?]", name, user));

    if (!ngx_lo_uses.timer.timer_set) {
        ngx_add_timer(&ngx_lo_uses.timer, NGX_LO_USE_WAIT_MS);
    }
}


static void
ngx_lo_uses_wrote(ngx_lo_job_t *job, void *data)
{
    (void) job;
    (void) data;
}


static void
ngx_lo_uses_write(ngx_event_t *ev)
{
    size_t         i;
    json_t        *use, *fresh;
    int64_t        now;
    const char    *user;
    ngx_lo_job_t  *job;

    (void) ev;

    now = ngx_lo_now_ms();
    fresh = ngx_lo_uses.fresh;
    ngx_lo_uses.fresh = NULL;

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        json_decref(fresh);
        return;
    }

    json_array_foreach(fresh, i, use) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_secret_used,
                              json_string_value(json_array_get(use, 0)), now);

        user = json_string_value(json_array_get(use, 1));

        if (user != NULL) {
            (void) ngx_lo_job_add(job, &ngx_lo_sql_secret_user,
                                  json_string_value(json_array_get(use, 0)),
                                  user, now);
        }
    }

    json_decref(fresh);
    ngx_lo_job_submit(job, ngx_lo_uses_wrote, NULL);
}
