/*
 * What a site does once, whoever of its workers does it.
 */

#ifndef NGX_LO_DUTY_H
#define NGX_LO_DUTY_H

#include <ngx_config.h>
#include <ngx_core.h>

ngx_int_t ngx_lo_duty_start(ngx_cycle_t *cycle);
void ngx_lo_duty_stop(void);

/* What an administrator changed, taken over by this worker. */
void ngx_lo_settings_start(ngx_cycle_t *cycle);
void ngx_lo_settings_stop(void);

/* ngx_lo_metrics_push.c */
void ngx_lo_metrics_push_start(ngx_cycle_t *cycle);
void ngx_lo_metrics_push_stop(void);

/* ngx_lo_artifact_days.c */
void ngx_lo_artifact_days_start(ngx_cycle_t *cycle);
void ngx_lo_artifact_days_stop(void);

/* ngx_lo_stuck_duty.c */
void ngx_lo_stuck_duty_start(ngx_cycle_t *cycle);
void ngx_lo_stuck_duty_stop(void);

/* ngx_lo_sweep_duty.c */
void ngx_lo_sweep_duty_start(ngx_cycle_t *cycle);
void ngx_lo_sweep_duty_stop(void);

#endif
