/*
 * The life of a worker; its header tells it.
 */

#include "ngx_lo_worker.h"
#include "api/ngx_lo_api.h"
#include "auth/ngx_lo_admin.h"
#include "auth/ngx_lo_issuer.h"
#include "auth/ngx_lo_keys.h"
#include "auth/ngx_lo_proof.h"
#include "store/ngx_lo_store.h"
#include "duty/ngx_lo_duty.h"
#include "egress/ngx_lo_call.h"
#include "otlp/ngx_lo_otlp.h"
#include "push/ngx_lo_push.h"
#include "run/ngx_lo_program.h"
#include "run/ngx_lo_run.h"
#include "secret/ngx_lo_secret.h"
#include "trigger/ngx_lo_trigger.h"


#define NGX_LO_DRAIN_TICK  50       /* ms between two looks at what is left */


typedef struct {
    ngx_uint_t    up;               /* started, not yet ended */
    ngx_uint_t    draining;
    ngx_msec_t    drain_until;
    ngx_event_t   drain;            /* keeps NGINX from exiting meanwhile */
} ngx_lo_worker_t;


static ngx_uint_t ngx_lo_worker_works(void);
static ngx_int_t ngx_lo_worker_rooms(ngx_cycle_t *cycle);
static void ngx_lo_worker_quit(ngx_uint_t forced);
static void ngx_lo_worker_drain(ngx_event_t *ev);


static ngx_lo_worker_t    ngx_lo_worker;
static ngx_connection_t   ngx_lo_worker_ident;      /* of the drain's timer */


ngx_int_t
ngx_lo_worker_start(ngx_cycle_t *cycle)
{
    ngx_lo_main_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_langorch_module);

    if (!ngx_lo_worker_works() || mcf == NULL || mcf->store.len == 0) {
        return NGX_OK;
    }

    ngx_memzero(&ngx_lo_worker, sizeof(ngx_lo_worker_t));

    ngx_lo_worker_ident.fd = (ngx_socket_t) -1;

    ngx_lo_worker.drain.handler = ngx_lo_worker_drain;
    ngx_lo_worker.drain.data = &ngx_lo_worker_ident;
    ngx_lo_worker.drain.log = cycle->log;

    ngx_lo_memory_start();
    ngx_lo_self_start(mcf);

    if (ngx_lo_zone_enter(ngx_lo_worker_id()) != NGX_OK) {

        /* only who buries us would miss it: our lease runs out instead */

        ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                      "langorch: no slot is free for this worker");
    }

    ngx_lo_metric_start();

    if (ngx_lo_bell_init_process(cycle) != NGX_OK) {
        ngx_lo_zone_leave();
        return NGX_ERROR;
    }

    ngx_lo_bell_on_quit(ngx_lo_worker_quit);
    ngx_lo_worker.up = 1;

    if (ngx_lo_worker_rooms(cycle) != NGX_OK) {
        ngx_lo_worker_end(cycle);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* NGINX's cache manager and loader are processes, too, and have no part. */

static ngx_uint_t
ngx_lo_worker_works(void)
{
    return ngx_process == NGX_PROCESS_WORKER
           || ngx_process == NGX_PROCESS_SINGLE;
}


static ngx_int_t
ngx_lo_worker_rooms(ngx_cycle_t *cycle)
{
    ngx_lo_store_compiler(ngx_lo_program_prepare);

    if (ngx_lo_store_start(cycle) != NGX_OK
        || ngx_lo_egress_start(cycle) != NGX_OK
        || ngx_lo_push_start(cycle) != NGX_OK
        || ngx_lo_duty_start(cycle) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_lo_settings_start(cycle);
    ngx_lo_artifact_days_start(cycle);
    ngx_lo_api_denied_start(cycle);
    ngx_lo_secrets_start();
    ngx_lo_keys_start();
    ngx_lo_issuer_start();
    ngx_lo_admin_start();
    ngx_lo_trigger_start(cycle);
    ngx_lo_otlp_start(cycle);

    return ngx_lo_run_start(cycle);
}


/* NGINX calls it between two turns of the loop, when it was told to quit. */

static void
ngx_lo_worker_quit(ngx_uint_t forced)
{
    ngx_event_t  *ev;

    ev = &ngx_lo_worker.drain;

    if (forced) {
        if (ev->timer_set) {
            ngx_del_timer(ev);
        }

        return;
    }

    if (!ngx_lo_worker.up || ngx_lo_worker.draining) {
        return;
    }

    ngx_lo_worker.draining = 1;
    ngx_lo_worker.drain_until = ngx_current_msec + ngx_lo_conf()->drain_time;

    ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0, "langorch: draining");

    ngx_lo_self_quit();
    ngx_lo_duty_stop();
    ngx_lo_settings_stop();
    ngx_lo_artifact_days_stop();
    ngx_lo_trigger_quit();
    ngx_lo_run_quit();
    ngx_lo_push_quit();
    ngx_lo_secrets_quit();
    ngx_lo_api_denied_quit();

    ngx_add_timer(ev, NGX_LO_DRAIN_TICK);
}


static void
ngx_lo_worker_drain(ngx_event_t *ev)
{
    if ((ngx_lo_run_idle() && ngx_lo_store_idle())
        || (ngx_msec_int_t) (ngx_current_msec - ngx_lo_worker.drain_until) >= 0)
    {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0, "langorch: drained");
        return;
    }

    ngx_add_timer(ev, NGX_LO_DRAIN_TICK);
}


void
ngx_lo_worker_end(ngx_cycle_t *cycle)
{
    if (!ngx_lo_worker.up) {
        return;
    }

    ngx_lo_worker.up = 0;
    ngx_lo_self_quit();

    if (ngx_lo_worker.drain.timer_set) {
        ngx_del_timer(&ngx_lo_worker.drain);
    }

    ngx_lo_duty_stop();
    ngx_lo_settings_stop();
    ngx_lo_artifact_days_stop();
    ngx_lo_otlp_stop();
    ngx_lo_api_denied_stop();
    ngx_lo_trigger_stop();
    ngx_lo_run_stop(cycle);
    ngx_lo_secrets_stop();
    ngx_lo_issuer_stop();
    ngx_lo_admin_stop();
    ngx_lo_keys_stop();
    ngx_lo_proof_stop();
    ngx_lo_egress_stop(cycle);
    ngx_lo_store_stop(cycle);
    ngx_lo_bell_exit_process(cycle);
    ngx_lo_zone_leave();
}
