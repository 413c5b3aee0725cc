/*
 * The first administrator, whom only the configuration can name
 * (spec/api.md 15.6): made when there is none.
 */

#include "auth/ngx_lo_admin.h"
#include "auth/ngx_lo_auth_conf.h"
#include "auth/ngx_lo_proof.h"
#include "core/ngx_lo_core.h"
#include "store/ngx_lo_sql.h"
#include "store/ngx_lo_sql_identity.h"


static void ngx_lo_admin_made(ngx_lo_job_t *job, void *data);


void
ngx_lo_admin_start(void)
{
    char                       id[37];
    ngx_lo_job_t              *job;
    const ngx_lo_auth_conf_t  *ac;

    ac = ngx_lo_auth_conf();

    if (ac->admin.len == 0 || ngx_lo_store() == NULL) {
        return;
    }

    job = ngx_lo_job_new(ngx_lo_store(), 1);

    if (job == NULL) {
        return;
    }

    ngx_lo_uuid(id);

    if (ngx_lo_job_add(job, &ngx_lo_sql_user_first, (const char *) id,
                       (const char *) ac->admin.data, ac->admin_stored,
                       ngx_lo_now_ms()) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_audit_add, ngx_lo_now_ms(),
                          "user_mgmt", "create", "system:configuration",
                          "The first administrator was made", "user",
                          (const char *) ac->admin.data, NULL, NULL, NULL,
                          NULL, NULL, NULL, NULL) != NGX_OK)
    {
        ngx_lo_job_free(job);
        return;
    }

    ngx_lo_job_submit(job, ngx_lo_admin_made, NULL);
}


/* Every worker tries; who comes second misses. */

static void
ngx_lo_admin_made(ngx_lo_job_t *job, void *data)
{
    const ngx_lo_auth_conf_t  *ac;

    (void) data;

    ac = ngx_lo_auth_conf();

    switch (ngx_lo_job_rc(job)) {

    case NGX_LO_JOB_OK:
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "langorch: user \"%V\" is the first administrator",
                      &ac->admin);
        ngx_lo_proof_changed();
        break;

    case NGX_LO_JOB_GUARD:
        break;

    case NGX_LO_JOB_BUSY:
    case NGX_LO_JOB_ERROR:
    case NGX_LO_JOB_UNKNOWN:
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "langorch: user \"%V\" could not be made: %s", &ac->admin,
                      ngx_lo_job_error(job));
    }
}
