/*
 * Triggers in the life of a worker.
 */

#include "trigger/ngx_lo_fire.h"
#include "trigger/ngx_lo_trigger.h"
#include "trigger/ngx_lo_watch.h"


void
ngx_lo_trigger_start(ngx_cycle_t *cycle)
{
    ngx_lo_notice_start(cycle);
    ngx_lo_clock_start(cycle);

    if (ngx_lo_conf()->trigger_sync) {
        ngx_lo_trigger_sync_start();
    }
}


void
ngx_lo_trigger_quit(void)
{
    ngx_lo_clock_stop();
    ngx_lo_notice_stop();
}


void
ngx_lo_trigger_stop(void)
{
    ngx_lo_clock_stop();
    ngx_lo_notice_stop();
    ngx_lo_trigger_sync_stop();
    ngx_lo_watch_stop();
    ngx_lo_fire_stop();
}
