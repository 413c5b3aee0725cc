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


#define NGX_LO_ADMIN_AGAIN  1000


static void ngx_lo_admin_try(ngx_event_t *ev);
static void ngx_lo_admin_made(ngx_lo_job_t *job, void *data);


static struct {
    ngx_event_t    again;
    ngx_lo_job_t  *job;             /* NULL: none is under way */
    unsigned       pending:1;
    unsigned       told:1;          /* that it failed, in the log */
} ngx_lo_admin;


void
ngx_lo_admin_start(void)
{
    ngx_memzero(&ngx_lo_admin, sizeof(ngx_lo_admin));

    if (ngx_lo_auth_conf()->admin.len == 0 || ngx_lo_store() == NULL) {
        return;
    }

    ngx_lo_admin.pending = 1;
    ngx_lo_admin.again.handler = ngx_lo_admin_try;
    ngx_lo_admin.again.data = &ngx_lo_admin;
    ngx_lo_admin.again.log = ngx_cycle->log;
    ngx_lo_admin.again.cancelable = 1;

    ngx_lo_admin_try(&ngx_lo_admin.again);
}


void
ngx_lo_admin_stop(void)
{
    if (ngx_lo_admin.again.timer_set) {
        ngx_del_timer(&ngx_lo_admin.again);
    }

    if (ngx_lo_admin.job != NULL) {
        ngx_lo_job_forget(ngx_lo_admin.job);
        ngx_lo_admin.job = NULL;
    }
}


ngx_uint_t
ngx_lo_admin_pending(void)
{
    return ngx_lo_admin.pending;
}


static void
ngx_lo_admin_try(ngx_event_t *ev)
{
    char                       id[37];
    ngx_lo_job_t              *job;
    const ngx_lo_auth_conf_t  *ac;

    ac = ngx_lo_auth_conf();
    job = ngx_lo_store() ? ngx_lo_job_new(ngx_lo_store(), 1) : NULL;

    if (job == NULL) {
        ngx_add_timer(ev, NGX_LO_ADMIN_AGAIN);
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
        ngx_add_timer(ev, NGX_LO_ADMIN_AGAIN);
        return;
    }

    ngx_lo_admin.job = job;
    ngx_lo_job_submit(job, ngx_lo_admin_made, NULL);
}


/* Every worker tries; who comes second misses.  What failed is tried again:
 * without that user nobody may be able to come in. */

static void
ngx_lo_admin_made(ngx_lo_job_t *job, void *data)
{
    const ngx_lo_auth_conf_t  *ac;

    (void) data;

    ac = ngx_lo_auth_conf();
    ngx_lo_admin.job = NULL;
    ngx_lo_admin.pending = 0;

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

        if (!ngx_lo_admin.told) {
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                          "langorch: user \"%V\" could not be made yet: %s",
                          &ac->admin, ngx_lo_job_error(job));
            ngx_lo_admin.told = 1;
        }

        ngx_lo_admin.pending = 1;
        ngx_add_timer(&ngx_lo_admin.again, NGX_LO_ADMIN_AGAIN);
    }
}
