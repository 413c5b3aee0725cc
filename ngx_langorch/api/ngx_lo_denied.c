/*
 * Who was refused is in the audit, too; some of it, when there is a flood, and
 * then how many there were beside it (reliability.md 6, Roles).
 */

#include "api/ngx_lo_api_int.h"
#include "store/ngx_lo_sql.h"

#define NGX_LO_DENIED_EACH   6          /* one address has a sixth of all, and
                                           one who is known, too */
#define NGX_LO_DENIED_MS     60000      /* the rest is told that late */
#define NGX_LO_DENIED_NAMES  20         /* addresses that are told apart */
#define NGX_LO_DENIED_KEY    256


/* Those that have no entry of their own, until they are told together. */

static struct {
    ngx_event_t   timer;
    json_t       *from;                 /* {address: how many}; NULL: none */
    int64_t       others;               /* of addresses beyond those */
    int64_t       since_ms;
} ngx_lo_denied;


static ngx_int_t ngx_lo_denied_add(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_uint_t status, const char *code);
static void ngx_lo_denied_wrote(ngx_lo_job_t *job, void *data);
static void ngx_lo_denied_count(ngx_lo_api_t *api);
static void ngx_lo_denied_tell(ngx_event_t *ev);


void
ngx_lo_api_denied(ngx_lo_api_t *api, ngx_uint_t status, const char *code)
{
    ngx_lo_job_t  *job;

    /* routes that ask for no role have their own word for it: a login that
     * failed, a webhook's history */

    if (api->denied || api->route == NULL || ngx_lo_store() == NULL
        || api->route->role == NGX_LO_PUBLIC || !ngx_lo_api_denial(api))
    {
        return;
    }

    api->denied = 1;
    job = ngx_lo_job_new(ngx_lo_store(), 1);

    if (job == NULL) {
        return;
    }

    if (ngx_lo_denied_add(api, job, status, code) != NGX_OK) {
        ngx_lo_job_free(job);
        return;
    }

    ngx_lo_job_submit(job, ngx_lo_denied_wrote, NULL);
}


/* One address, or one who is known by name, cannot take the room of others. */

ngx_uint_t
ngx_lo_api_denial(ngx_lo_api_t *api)
{
    char        key[NGX_LO_DENIED_KEY];
    int64_t     most, each;
    ngx_str_t  *addr;

    most = (int64_t) ngx_lo_conf()->denials;
    each = ngx_max(most / NGX_LO_DENIED_EACH, 1);
    addr = &api->r->connection->addr_text;

    if (most == 0) {
        return 0;
    }

    (void) snprintf(key, sizeof(key), "denied:%.*s",
                    (int) ngx_min(addr->len, 100), (char *) addr->data);

    if (ngx_lo_rate_take(key, each) != 0) {
        ngx_lo_denied_count(api);
        return 0;
    }

    if (api->who.method != NULL) {
        (void) snprintf(key, sizeof(key), "denied as %.200s", api->actor);

        if (ngx_lo_rate_take(key, each) != 0) {
            ngx_lo_denied_count(api);
            return 0;
        }
    }

    if (ngx_lo_rate_take("denied", most) != 0) {
        ngx_lo_denied_count(api);
        return 0;
    }

    return 1;
}


static ngx_int_t
ngx_lo_denied_add(ngx_lo_api_t *api, ngx_lo_job_t *job, ngx_uint_t status,
    const char *code)
{
    char             method[16];
    json_t          *meta;
    ngx_int_t        rc;
    ngx_lo_trail_t   trail;

    (void) snprintf(method, sizeof(method), "%.*s",
                    (int) api->r->method_name.len,
                    (char *) api->r->method_name.data);

    meta = json_pack("{s:i, s:s, s:s}", "status", (int) status, "code", code,
                     "method", method);
    if (meta == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "auth";
    trail.action = "denied";
    trail.description = "Request refused";
    trail.resource_type = "route";
    trail.resource_id = api->route->path;
    trail.meta = meta;

    rc = ngx_lo_api_audit(api, job, &trail);
    json_decref(meta);

    return rc;
}


/* Whoever waits for the refusal does not wait for this. */

static void
ngx_lo_denied_wrote(ngx_lo_job_t *job, void *data)
{
    (void) job;
    (void) data;
}


/* --- the rest ------------------------------------------------------------------- */


void
ngx_lo_api_denied_start(ngx_cycle_t *cycle)
{
    ngx_memzero(&ngx_lo_denied, sizeof(ngx_lo_denied));

    ngx_lo_denied.timer.handler = ngx_lo_denied_tell;
    ngx_lo_denied.timer.data = &ngx_lo_denied;
    ngx_lo_denied.timer.log = cycle->log;
    ngx_lo_denied.timer.cancelable = 1;
}


static void
ngx_lo_denied_count(ngx_lo_api_t *api)
{
    char           addr[NGX_SOCKADDR_STRLEN];
    int64_t        n;
    ngx_str_t     *text;
    ngx_event_t   *ev;

    ev = &ngx_lo_denied.timer;

    if (ngx_lo_denied.from == NULL) {
        ngx_lo_denied.from = json_object();
        ngx_lo_denied.others = 0;
        ngx_lo_denied.since_ms = api->now_ms;
    }

    text = &api->r->connection->addr_text;
    (void) snprintf(addr, sizeof(addr), "%.*s",
                    (int) ngx_min(text->len, sizeof(addr) - 1),
                    (char *) text->data);

    n = ckp_json_int(ngx_lo_denied.from, addr, 0);

    if (n == 0 && json_object_size(ngx_lo_denied.from) >= NGX_LO_DENIED_NAMES) {
        ngx_lo_denied.others++;

    } else {
        (void) json_object_set_new(ngx_lo_denied.from, addr,
                                   json_integer((json_int_t) n + 1));
    }

    if (!ev->timer_set && !ngx_lo_worker_quits()) {
        ngx_add_timer(ev, NGX_LO_DENIED_MS);
    }
}


/* One entry of this worker for a minute of them. */

static void
ngx_lo_denied_tell(ngx_event_t *ev)
{
    char           since[CKP_TIME_LEN + 1];
    json_t        *n, *meta;
    int64_t        all;
    ngx_lo_job_t  *job;
    const char    *addr;

    (void) ev;

    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;
    all = ngx_lo_denied.others;

    json_object_foreach(ngx_lo_denied.from, addr, n) {
        all += json_integer_value(n);
    }

    ckp_time_text(ngx_lo_denied.since_ms, since);
    meta = json_pack("{s:I, s:s, s:O, s:I}", "count", (json_int_t) all, "since",
                     since, "from", ngx_lo_denied.from, "others",
                     (json_int_t) ngx_lo_denied.others);

    if (job != NULL && meta != NULL
        && ngx_lo_job_add(job, &ngx_lo_sql_audit_add, ngx_lo_now_ms(), "auth",
                          "denied_more", "system:audit",
                          "Refusals that have no entry of their own", "route",
                          NULL, meta, NULL, NULL, NULL, NULL, NULL, NULL)
           == NGX_OK)
    {
        ngx_lo_job_submit(job, ngx_lo_denied_wrote, NULL);

    } else {
        ngx_lo_job_free(job);
    }

    json_decref(meta);
    ngx_lo_api_denied_stop();
}


void
ngx_lo_api_denied_stop(void)
{
    json_decref(ngx_lo_denied.from);
    ngx_lo_denied.from = NULL;

    if (ngx_lo_denied.timer.timer_set) {
        ngx_del_timer(&ngx_lo_denied.timer);
    }
}


void
ngx_lo_api_denied_quit(void)
{
    if (ngx_lo_denied.from != NULL) {
        ngx_lo_denied_tell(&ngx_lo_denied.timer);
    }
}
