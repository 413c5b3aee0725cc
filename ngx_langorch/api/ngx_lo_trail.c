/*
 * Who did it: a request's row in the audit.
 */

#include "api/ngx_lo_api.h"
#include "store/ngx_lo_sql.h"


ngx_int_t
ngx_lo_api_audit(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const ngx_lo_trail_t *trail)
{
    char        *addr;
    ngx_int_t    rc;
    json_t      *meta;

    addr = ngx_lo_cstr(api->r->pool, &api->r->connection->addr_text);
    if (addr == NULL) {
        return NGX_ERROR;
    }

    meta = NULL;

    if (trail->meta != NULL) {
        meta = ckp_program_redact(NULL, trail->meta);
        if (meta == NULL) {
            return NGX_ERROR;
        }
    }

    rc = ngx_lo_job_add(job, &ngx_lo_sql_audit_add, api->now_ms,
                        trail->category, trail->action, api->actor,
                        trail->description, trail->resource_type,
                        trail->resource_id, meta, addr, api->who.method,
                        api->request_id, trail->run, trail->procedure,
                        trail->hash);
    json_decref(meta);

    return rc;
}
