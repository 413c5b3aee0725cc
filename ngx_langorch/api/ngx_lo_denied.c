/*
 * Who was refused is in the audit, too; some of it, when there is a flood
 * (reliability.md 6, Roles).
 */

#include "api/ngx_lo_api_int.h"

#define NGX_LO_DENIED_EACH  6           /* one address has a sixth of all */


static ngx_uint_t ngx_lo_denied_counts(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_denied_add(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_uint_t status, const char *code);
static void ngx_lo_denied_wrote(ngx_lo_job_t *job, void *data);


void
ngx_lo_api_denied(ngx_lo_api_t *api, ngx_uint_t status, const char *code)
{
    ngx_lo_job_t  *job;

    if (api->denied || api->route == NULL || ngx_lo_store() == NULL
        || !ngx_lo_denied_counts(api))
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


/*
 * Routes that ask for no role have their own word for it: a login that failed,
 * a webhook's history.  One address cannot take the room of all others.
 */
static ngx_uint_t
ngx_lo_denied_counts(ngx_lo_api_t *api)
{
    char        key[128];
    int64_t     most;
    ngx_str_t  *addr;

    most = (int64_t) ngx_lo_conf()->denials;
    addr = &api->r->connection->addr_text;

    if (most == 0 || api->route->role == NGX_LO_PUBLIC) {
        return 0;
    }

    (void) snprintf(key, sizeof(key), "denied:%.*s",
                    (int) ngx_min(addr->len, 100), (char *) addr->data);

    return ngx_lo_rate_take(key, ngx_max(most / NGX_LO_DENIED_EACH, 1)) == 0
           && ngx_lo_rate_take("denied", most) == 0;
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
