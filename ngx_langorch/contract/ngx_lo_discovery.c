/*
 * What the server tells of its language and of itself: node types, JSON Schema,
 * workers, and that it has no cases (spec/api.md 2, 16, 20).
 */

#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"

#define NGX_LO_WORKER_OLD_MS  (5 * 60 * 1000)


static json_t *ngx_lo_discovery_worker(ngx_lo_api_t *api, const json_t *row,
    int64_t boot);


ngx_int_t
ngx_lo_types_render(ngx_lo_api_t *api, ngx_lo_job_t *none)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK, ckp_language_types());
}


/* Editors ask again and again: they are spared the bytes. */

ngx_int_t
ngx_lo_schema_render(ngx_lo_api_t *api, ngx_lo_job_t *none)
{
    char         hash[33];
    u_char       sha[CKP_SHA256_LEN];
    ngx_int_t    rc;
    const char  *tag;

    rc = ngx_lo_api_json(api, NGX_HTTP_OK, ckp_language_schema());
    if (rc != NGX_DONE) {
        return rc;
    }

    ckp_sha256(api->out.data, api->out.len, sha);
    ckp_hex(sha, 16, hash);

    tag = ngx_lo_api_etag(api, hash);
    if (tag == NULL) {
        return NGX_ERROR;
    }

    api->cache = "no-cache";

    if (ngx_lo_api_fresh(api, tag)) {
        return ngx_lo_api_empty(api, NGX_HTTP_NOT_MODIFIED);
    }

    api->type = "application/schema+json";

    return NGX_DONE;
}


/* There are none, and the dashboard asks. */

ngx_int_t
ngx_lo_cases_render(ngx_lo_api_t *api, ngx_lo_job_t *none)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK, json_array());
}


ngx_int_t
ngx_lo_orchestrators_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_api_workers);
}


ngx_int_t
ngx_lo_orchestrators_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t    i;
    json_t   *list, *row, *one;
    int64_t   boot;

    list = json_array();
    boot = ngx_lo_boot_ms();

    json_array_foreach(ngx_lo_job_rows(job, 0), i, row) {

        one = ngx_lo_discovery_worker(api, row, boot);

        if (one == NULL || json_array_append_new(list, one) != 0) {
            json_decref(list);
            return NGX_ERROR;
        }

        if (json_is_null(one)) {
            (void) json_array_remove(list, json_array_size(list) - 1);
        }
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, list);
}


/*
 * One worker; null: nothing was heard of it for long.  Its name is
 * "<node>:<pid>:<random>", and its lease ends by the clock since the machine's
 * start, which is the time of its heartbeat and the lease's length.
 */
static json_t *
ngx_lo_discovery_worker(ngx_lo_api_t *api, const json_t *row, int64_t boot)
{
    char         at[CKP_TIME_LEN + 1];
    int64_t      until, silent;
    const char  *owner, *p, *pid;

    owner = ckp_json_str(row, "owner");
    until = ckp_json_int(row, "lease_until", 0);
    silent = boot - (until - (int64_t) ngx_lo_conf()->lease_time);

    if (owner == NULL || silent > NGX_LO_WORKER_OLD_MS) {
        return json_null();
    }

    pid = owner;

    for (p = owner; *p != '\0'; p++) {
        if (*p == ':' && strchr(p + 1, ':') != NULL) {
            pid = p;
        }
    }

    ckp_time_text(api->now_ms - ngx_max(silent, 0), at);

    return json_pack("{s:s, s:s, s:b, s:s, s:s%, s:I, s:O}",
                     "worker_id", owner,
                     "status", (until > boot) ? "online" : "offline",
                     "is_leader", (int) ckp_json_bool(row, "is_leader", 0),
                     "last_heartbeat_at", at,
                     "node_id", owner, (size_t) (pid - owner),
                     "pid", (json_int_t) strtoll(pid + 1, NULL, 10),
                     "runs_active", json_object_get(row, "runs_active"));
}
