/*
 * What every room of the module may know: settings, the shared zone, bells,
 * metrics, log and random bytes.
 */

#ifndef NGX_LO_CORE_H
#define NGX_LO_CORE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <jansson.h>

#include "ckp.h"

#define NGX_LO_VERSION  "0.1.0"

/* --- settings (ngx_lo_conf.c) -------------------------------------------- */

typedef struct {
    ngx_str_t    store;             /* langorch_store; empty: module is off */
    ngx_uint_t   relaxed;           /* langorch_durability */
    ngx_uint_t   egress_open;       /* langorch_egress */
    ngx_array_t *allow;             /* langorch_allow: ngx_str_t */
    ngx_str_t    node_id;           /* langorch_node; default: host name */
    ngx_uint_t   runs_max;          /* langorch_runs_driven: per worker, 2500 */
    ngx_uint_t   calls_max;         /* langorch_calls: per worker, 512 */
    ngx_uint_t   queue_max;         /* langorch_store_queue: jobs, 8192 */
    ngx_uint_t   group_max;         /* langorch_store_group: jobs a sync, 256 */
    ngx_uint_t   readers;           /* langorch_store_readers: threads, 2 */
    ngx_uint_t   streams_max;       /* langorch_streams: per worker, 10000 */
    ngx_msec_t   lease_time;        /* langorch_lease: worker's, 15s */
    ngx_msec_t   drain_time;        /* langorch_drain: 10s */
    ngx_msec_t   poll_time;         /* langorch_poll: 1s */
    ngx_msec_t   health_time;       /* langorch_agent_health: 60s, 0 = off */
    ngx_msec_t   lease_wait;        /* langorch_agent_wait: 5s */
    ngx_msec_t   agent_timeout;     /* langorch_agent_timeout: 120s */
    size_t       body_max;          /* langorch_body: 1m */
    size_t       document_max;      /* langorch_document: 4m */
    size_t       reply_max;         /* langorch_agent_reply: 1m */
    ngx_str_t    base_url;          /* langorch_base_url; empty: from request */
    ngx_array_t *upstreams;         /* langorch_upstreams: ngx_str_t, names of
                                       site's own upstream{} agents may use */
    ngx_shm_zone_t        *zone;
    ngx_http_conf_ctx_t   *carrier;     /* server with `langorch_carrier` */
    ngx_str_t              carrier_uri; /* its internal location */
} ngx_lo_main_conf_t;

typedef struct {
    ngx_uint_t   api;               /* langorch_api: family mounted here */
    ngx_uint_t   identity;          /* 0 off, 1 optional, 2 on */
    ngx_str_t    mount;             /* location prefix without trailing "/" */
} ngx_lo_loc_conf_t;

extern ngx_module_t  ngx_http_langorch_module;

extern ngx_command_t  ngx_lo_commands[];
void *ngx_lo_create_main_conf(ngx_conf_t *cf);
char *ngx_lo_init_main_conf(ngx_conf_t *cf, void *conf);
void *ngx_lo_create_loc_conf(ngx_conf_t *cf);
char *ngx_lo_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child);

/* This worker's settings (of the cycle it was started with). */
ngx_lo_main_conf_t *ngx_lo_conf(void);

/* --- this worker ----------------------------------------------------------- */

/* "<node>:<pid>:<16 hex random>": names the worker in runs.owner. */
const char *ngx_lo_worker_id(void);
ngx_uint_t ngx_lo_worker_quits(void);       /* 1: draining, claim nothing */

/* Wall clock in ms, never going back within the worker; from ngx_timeofday. */
int64_t ngx_lo_now_ms(void);
/* CLOCK_BOOTTIME in ms: leases. */
int64_t ngx_lo_boot_ms(void);

/* --- bells (ngx_lo_bell.c): "look again" ------------------------------------ */

#define NGX_LO_BELL_RUNS      0x01      /* something may be due or in an inbox */
#define NGX_LO_BELL_STREAMS   0x02      /* events were committed */
#define NGX_LO_BELL_SETTINGS  0x04      /* agents or settings changed */
#define NGX_LO_BELL_N         3

typedef void (*ngx_lo_bell_pt)(void *data);

/* Who wakes in this worker; one listener a bit.  Called on the event loop. */
void ngx_lo_bell_listen(ngx_uint_t bit, ngx_lo_bell_pt look, void *data);

/* Rings every worker of this generation, the caller's included (posted, never
 * inside the call).  `here` = 1: only this worker. */
void ngx_lo_bell_ring(ngx_uint_t bits, ngx_uint_t here);

/* --- metrics (ngx_lo_metric.c): shared memory, summed over workers ---------- */

typedef enum {
    NGX_LO_M_RUN_STARTED,
    NGX_LO_M_RUN_COMPLETED,         /* label: status */
    NGX_LO_M_RUN_FAILURES,
    NGX_LO_M_STEP_TIMEOUT,
    NGX_LO_M_STEP_EXECUTION,        /* label: status */
    NGX_LO_M_RETRY_ATTEMPTS,
    NGX_LO_M_RECOVERED_RUNS,
    NGX_LO_M_POOL_SATURATION,
    NGX_LO_M_HTTP_REQUESTS,         /* label: code class is the exact code */
    NGX_LO_M_STORE_BUSY,
    NGX_LO_M_SSE_CONNECTIONS,       /* gauge */
    NGX_LO_M_RUN_DURATION,          /* histogram, seconds */
    NGX_LO_M_AGENT_DURATION,        /* histogram */
    NGX_LO_M_HTTP_DURATION,         /* histogram */
    NGX_LO_M_STORE_COMMIT,          /* histogram */
    NGX_LO_M_APPROVAL_WAIT,         /* histogram */
    NGX_LO_M_N
} ngx_lo_metric_t;

/* `label`: a value from the metric's own small table, or NULL. */
void ngx_lo_metric_add(ngx_lo_metric_t m, const char *label, int64_t n);
void ngx_lo_metric_observe(ngx_lo_metric_t m, const char *label,
    double seconds);

/* Prometheus text 0.0.4; `gauges` = rows counted in the store, an object
 * {"runs_active": {status: n}, "approvals_pending": n, "leases_active": n,
 * "queue_depth": {...}} or NULL.  NGX_ERROR: no memory. */
ngx_int_t ngx_lo_metric_text(ngx_pool_t *pool, const json_t *gauges,
    ngx_str_t *out);

/* --- shared zone (ngx_lo_zone.c) -------------------------------------------- */

ngx_int_t ngx_lo_zone_add(ngx_conf_t *cf, ngx_lo_main_conf_t *mcf);

/* The run this worker is feeding just now (0: none), so that whoever buries
 * this worker knows the culprit (reliability.md G13). */
void ngx_lo_zone_feeding(int64_t run);

/*
 * Workers that are known dead: calls `each` with the worker id and the run it
 * was feeding for every slot whose process is gone, and clears the slot.
 */
typedef void (*ngx_lo_zone_dead_pt)(const char *worker_id, int64_t feeding,
    void *data);
void ngx_lo_zone_bury(ngx_lo_zone_dead_pt each, void *data);

/* Serialises the writer threads of all workers, off the loop, fairly; survives
 * the death of its holder. */
void ngx_lo_zone_write_lock(void);
void ngx_lo_zone_write_unlock(void);

/* A number that grows whenever agents or settings change. */
ngx_uint_t ngx_lo_zone_settings(void);
void ngx_lo_zone_settings_changed(void);

/* --- log, text, random ----------------------------------------------------- */

/* 32 random bytes for an input; hex ids of n bytes (out: 2n + 1). */
void ngx_lo_rand_seed(uint8_t seed[32]);
void ngx_lo_rand_hex(char *out, size_t n);
void ngx_lo_uuid(char out[37]);             /* version 7 */

/* NUL-terminated copy in a pool; NULL: no memory. */
char *ngx_lo_cstr(ngx_pool_t *pool, const ngx_str_t *s);

/* Process hooks, called by the module. */
ngx_int_t ngx_lo_bell_init_module(ngx_cycle_t *cycle);
ngx_int_t ngx_lo_bell_init_process(ngx_cycle_t *cycle);
ngx_int_t ngx_lo_worker_start(ngx_cycle_t *cycle);
void ngx_lo_worker_end(ngx_cycle_t *cycle);

#endif
