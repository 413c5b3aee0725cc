/*
 * This worker: its settings, its name, its clocks, and whether it drains.
 */

#include "core/ngx_lo_core_int.h"

#include <time.h>


#define NGX_LO_CLOCK_NOISE  1000        /* ms back that are not told */


typedef struct {
    ngx_lo_main_conf_t  *mcf;
    int64_t              now_ms;        /* the newest that was told */
    ngx_uint_t           quits;
    char                 id[NGX_LO_ID_MAX];
} ngx_lo_self_t;


static ngx_lo_self_t  ngx_lo_self;


void
ngx_lo_self_start(ngx_lo_main_conf_t *mcf)
{
    char    nonce[17];
    u_char *p;

    ngx_lo_self.mcf = mcf;
    ngx_lo_self.quits = 0;

    ngx_lo_rand_hex(nonce, 8);

    p = ngx_snprintf((u_char *) ngx_lo_self.id, NGX_LO_ID_MAX - 1, "%V:%P:%s",
                     &mcf->node_id, ngx_pid, nonce);
    *p = '\0';
}


void
ngx_lo_self_quit(void)
{
    ngx_lo_self.quits = 1;
}


ngx_lo_main_conf_t *
ngx_lo_conf(void)
{
    return ngx_lo_self.mcf;
}


const char *
ngx_lo_worker_id(void)
{
    return ngx_lo_self.id;
}


ngx_uint_t
ngx_lo_worker_quits(void)
{
    return ngx_lo_self.quits || ngx_exiting || ngx_terminate || ngx_quit;
}


int64_t
ngx_lo_now_ms(void)
{
    int64_t      now;
    ngx_time_t  *tp;

    tp = ngx_timeofday();
    now = (int64_t) tp->sec * 1000 + tp->msec;

    /* corrections are followed; what is less is not worth a disorder */

    if (now > ngx_lo_self.now_ms
        || ngx_lo_self.now_ms - now > NGX_LO_CLOCK_NOISE)
    {
        ngx_lo_self.now_ms = now;
    }

    return ngx_lo_self.now_ms;
}


void
ngx_lo_periods(int64_t ms, char day[CKP_TIME_LEN + 1],
    char month[CKP_TIME_LEN + 1])
{
    ckp_time_text(ms, day);
    day[sizeof("2024-02-17") - 1] = '\0';

    ckp_time_text(ms, month);
    month[sizeof("2024-02") - 1] = '\0';
}


int64_t
ngx_lo_clock_offset(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_REALTIME, &ts);

    return (int64_t) ts.tv_sec * 1000 + ts.tv_nsec / 1000000
           - ngx_lo_boot_ms();
}


int64_t
ngx_lo_boot_ms(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_BOOTTIME, &ts);

    return (int64_t) ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
