/*
 * What every room of the module may know: settings, the shared zone, bells,
 * metrics, log and random bytes.
 */

#ifndef NGX_LO_CORE_H
#define NGX_LO_CORE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include "value/json.h"

#include "ckp.h"

#define NGX_LO_VERSION  "0.1.0"

/* --- settings (ngx_lo_conf.c) -------------------------------------------- */

/* The surfaces that a location can serve (spec/api.md 1.1). */
#define NGX_LO_FAMILY_L   1         /* procedures: `langorch_api;` */
#define NGX_LO_FAMILY_D   2         /* `langorch_api workflows;` */
#define NGX_LO_FAMILY_W   3         /* `langorch_api agents;` */
#define NGX_LO_FAMILIES   4         /* with the one that is none */

typedef struct {
    ngx_str_t    group;
    ngx_uint_t   role;              /* auth/ngx_lo_role.h */
} ngx_lo_role_t;

typedef struct {
    ngx_str_t    word;              /* approval_level of a procedure */
    ngx_uint_t   role;              /* the least that decides it */
    ngx_str_t    group;             /* and is in; empty: in any */
} ngx_lo_level_t;

typedef struct {
    ngx_str_t    store;             /* langorch_store; empty: module is off */
    ngx_uint_t   relaxed;           /* langorch_durability */
    ngx_uint_t   egress_open;       /* langorch_egress */
    ngx_uint_t   api_rate;          /* langorch_rate: requests a minute; 0 */
    ngx_msec_t   once_time;         /* langorch_idempotency: 24h */
    ngx_uint_t   strict;            /* 1: documents with errors are refused */
    ngx_uint_t   must_match;        /* 1: changes need an If-Match */
    ngx_array_t *allow;             /* langorch_allow: ngx_str_t */
    ngx_str_t    node_id;           /* langorch_node; default: host name */
    ngx_uint_t   runs_max;          /* langorch_runs_driven: per worker, 2500 */
    ngx_uint_t   calls_max;         /* langorch_calls: per worker, 512 */
    ngx_uint_t   queue_max;         /* langorch_store_queue: jobs, 8192 */
    ngx_uint_t   group_max;         /* langorch_store_group: jobs a sync, 256 */
    ngx_uint_t   spin_us;           /* langorch_store_spin: 150, 0 = never */
    ngx_uint_t   readers;           /* langorch_store_readers: threads, 2 */
    ngx_uint_t   streams_max;       /* langorch_streams: per worker, 10000 */
    ngx_msec_t   lease_time;        /* langorch_lease: worker's, 15s */
    ngx_uint_t   crashes_max;       /* langorch_crashes: of a run, 3 */
    ngx_msec_t   crash_pause;       /* langorch_crash_pause: 0 */
    ngx_msec_t   drain_time;        /* langorch_drain: 10s */
    ngx_msec_t   poll_time;         /* langorch_poll: 1s */
    ngx_msec_t   sweep_time;        /* langorch_sweep: 60s */
    ngx_uint_t   run_days;          /* langorch_run_days: 0, for ever */
    ngx_uint_t   checkpoint_days;   /* langorch_checkpoint_days: 30 */
    ngx_uint_t   audit_days;        /* langorch_audit_days: 0, for ever */
    ngx_uint_t   denials;           /* langorch_audit_denials: a minute; 0 */
    ngx_msec_t   health_time;       /* langorch_agent_health: 60s, 0 = off */
    ngx_msec_t   lease_wait;        /* langorch_agent_wait: 5s */
    ngx_msec_t   agent_timeout;     /* langorch_agent_timeout: 120s */
    size_t       body_max;          /* langorch_body: 1m */
    size_t       document_max;      /* langorch_document: 4m */
    size_t       body_memory;       /* langorch_body_memory: 256m */
    size_t       reply_max;         /* langorch_agent_reply: 1m */
    ngx_str_t    artifacts;         /* langorch_artifacts: folder, with a NUL;
                                       default: "artifacts" by the store */
    size_t       upload_max;        /* langorch_upload: 64m */
    ngx_uint_t   artifact_days;     /* langorch_artifact_days: 30 */
    size_t       sheet_max;         /* langorch_sheet: 16m */
    size_t       attached_max;      /* langorch_attached: 256m */
    size_t       file_memory;       /* langorch_file_memory: 256m */
    ngx_str_t    base_url;          /* langorch_base_url; empty: from request */
    ngx_array_t *upstreams;         /* langorch_upstreams: ngx_str_t, names of
                                       site's own upstream{} agents may use */
    size_t       zone_size;         /* langorch_zone: 8m */
    ngx_str_t    alert_url;         /* langorch_alert_url; empty: no alerts */
    ngx_str_t    push_url;          /* langorch_metrics_url; empty: figures are
                                       pushed nowhere */
    ngx_str_t    push_job;          /* langorch_metrics_job: "langorch" */
    ngx_msec_t   push_time;         /* langorch_metrics_interval: 30s */
    ngx_str_t    llm_url;           /* langorch_llm_url; empty: profiles only */
    ngx_str_t    llm_model;         /* langorch_llm_model */
    ngx_str_t    llm_secret;        /* langorch_llm_secret: its name */
    ngx_str_t    llm_costs;         /* langorch_llm_cost: JSON text of a table
                                       (llm/prices.h), with a NUL; empty */
    ngx_msec_t   llm_timeout;       /* langorch_llm_timeout: 60s */
    size_t       llm_reply_max;     /* langorch_llm_reply: 4m */
    ngx_flag_t   plain_secrets;     /* langorch_secrets_over_http: off */
    ngx_flag_t   trace;             /* langorch_trace: off */
    ngx_flag_t   trigger_sync;      /* langorch_trigger_sync: off */
    ngx_array_t *watch;             /* langorch_watch: ngx_str_t, folders; NULL:
                                       nothing may be watched */
    ngx_str_t    secrets_key_file;  /* langorch_secrets_key */
    u_char       secrets_key[32];   /* what is in it */
    ngx_uint_t   secrets_open;      /* 1: there is a key */
    json_t      *keepers;           /* langorch_vault and its like: an array of
                                       places (secret/); NULL: none */
    ngx_msec_t   keeper_ttl;        /* langorch_secrets_ttl: 5m */
    ngx_msec_t   keeper_absent;     /* langorch_secrets_absent: 5s */
    ngx_msec_t   keeper_timeout;    /* langorch_secrets_timeout: 5s */
    size_t       keeper_reply_max;  /* langorch_secrets_reply: 256k */
    ngx_uint_t   keeper_max;        /* langorch_secrets_known: per worker,
                                       1000 */
    ngx_flag_t   keeper_fresh;      /* langorch_secrets_rotation: off */
    ngx_flag_t   grants;            /* langorch_secrets_grants: off */
    ngx_msec_t   session_time;      /* langorch_session: 8h */
    ngx_uint_t   logins;            /* langorch_logins: a minute, 10 */
    ngx_array_t *environ;           /* ngx_keyval_t: LANGORCH_SECRET_* */
    ngx_array_t *levels;            /* langorch_approval_level: ngx_lo_level_t;
                                       NULL: none */
    void        *auth;              /* auth/ngx_lo_auth_conf.h; NULL: nothing */
    void        *otlp;              /* otlp/ngx_lo_otlp.h; NULL: no collector */
    ngx_uint_t   fixed;             /* settings that a directive says, by bit */
    ngx_uint_t   apis;              /* locations with `langorch_api` */
    ngx_str_t    mount;             /* of the first that serves procedures */
    ngx_str_t    mounts[NGX_LO_FAMILIES];   /* by family; data NULL: nowhere */
    ngx_shm_zone_t        *zone;
    ngx_http_conf_ctx_t   *carrier;     /* server with `langorch_carrier` */
    ngx_str_t              carrier_uri; /* its internal location */
    ngx_http_core_loc_conf_t  *carrier_loc;     /* the same: its resolver */
} ngx_lo_main_conf_t;

typedef struct {
    ngx_uint_t   api;               /* langorch_api: family mounted here */
    ngx_uint_t   identity;          /* 0 off, 1 optional, 2 on */
    ngx_int_t    user;              /* langorch_user: index of a variable, or
                                       NGX_CONF_UNSET */
    ngx_int_t    groups;            /* langorch_groups: the same */
    ngx_int_t    projects;          /* langorch_projects: the same */
    ngx_array_t *roles;             /* langorch_role: ngx_lo_role_t; NULL: a
                                       group is the role of its name */
    ngx_flag_t   separation;        /* langorch_separation */
    ngx_str_t    mount;             /* location prefix without trailing "/" */
    ngx_array_t *cors;              /* langorch_cors: ngx_str_t; NULL: none */
    ngx_flag_t   timing;            /* langorch_server_timing: off */
} ngx_lo_loc_conf_t;

extern ngx_module_t  ngx_http_langorch_module;

extern ngx_command_t  ngx_lo_commands[];
void *ngx_lo_create_main_conf(ngx_conf_t *cf);
char *ngx_lo_init_main_conf(ngx_conf_t *cf, void *conf);

/* What no directive says; texts have no default here. */
void ngx_lo_conf_defaults(ngx_lo_main_conf_t *mcf);
void *ngx_lo_create_loc_conf(ngx_conf_t *cf);
char *ngx_lo_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child);

/* Named by directives, provided by other files and by the rooms above. */
char *ngx_lo_conf_api(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);                                        /* ngx_lo_conf_mount */
char *ngx_lo_conf_cors(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);                                        /* ngx_lo_conf_cors */
ngx_int_t ngx_lo_api_handler(ngx_http_request_t *r);    /* api/ */
char *ngx_lo_peers(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);                                        /* egress/ */

char *ngx_lo_who_variable(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_lo_who_map(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_lo_auth_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_lo_otlp_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_lo_who_level(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);                                        /* auth/ */
char *ngx_lo_keeper_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);                                        /* secret/ */

/* This worker's settings (of the cycle it was started with); NULL before. */
ngx_lo_main_conf_t *ngx_lo_conf(void);

/* --- settings that change while the site runs (ngx_lo_setting.c) ------------ */

typedef enum {
    NGX_LO_SETTING_COUNT,           /* ngx_uint_t, from min to max */
    NGX_LO_SETTING_SECONDS,         /* ngx_msec_t, from min to max ms */
    NGX_LO_SETTING_MINUTES,         /* the same, told otherwise */
    NGX_LO_SETTING_FLAG,            /* ngx_flag_t */
    NGX_LO_SETTING_URL,             /* ngx_str_t of at most max bytes */
    NGX_LO_SETTING_TEXT,
    NGX_LO_SETTING_NAME,            /* the same, as ngx_lo_setting_is_name() */
    NGX_LO_SETTING_SECRET,          /* the name of a secret, which is what is
                                       kept of the value that is said */
    NGX_LO_SETTING_COSTS            /* the same: JSON of llm/prices.h */
} ngx_lo_setting_kind_t;

typedef struct {
    const char             *key;
    ngx_lo_setting_kind_t   kind;
    size_t                  offset;     /* in ngx_lo_main_conf_t */
    int64_t                 min;
    int64_t                 max;
} ngx_lo_setting_t;

/* At most as many as `fixed` has bits; the last one has no key. */
extern const ngx_lo_setting_t  ngx_lo_settings[];

/* Notes which of them nginx.conf says: before defaults are. */
void ngx_lo_settings_fix(ngx_lo_main_conf_t *mcf);

/* 1: it is a text. */
ngx_uint_t ngx_lo_setting_is_text(ngx_uint_t i);

/* 1: 1 to 64 letters, digits and . - _ : that are not dots alone. */
ngx_uint_t ngx_lo_setting_is_name(const char *text);

/* 1: a directive says it, so nobody else does. */
ngx_uint_t ngx_lo_setting_fixed(ngx_uint_t i);
ngx_uint_t ngx_lo_setting_said(const char *key);

/* What it is unless somebody changed it: new value. */
json_t *ngx_lo_setting_default(ngx_uint_t i);

/* This worker's settings are from now on these {key: value}, each of its kind;
 * those that are not there are the default.  1: one is another. */
ngx_uint_t ngx_lo_settings_apply(const json_t *values);

/* The worker ends: all are the default, and nothing is held. */
void ngx_lo_settings_end(void);

/* --- limits (ngx_lo_limit.c) -------------------------------------------------- */

/* {directive: {value, default, unit, min, max}} of all that counts, sizes or
 * lasts; NULL: no memory. */
json_t *ngx_lo_limits(void);

/* --- environment (ngx_lo_environ.c) ----------------------------------------- */

#define NGX_LO_SECRET_PREFIX  "LANGORCH_SECRET_"

/* Keeps the variables of that prefix: workers do not have the environment that
 * NGINX was started with. */
ngx_int_t ngx_lo_environ_keep(ngx_conf_t *cf, ngx_lo_main_conf_t *mcf);

/* The value of a variable that was kept; NULL: none. */
const char *ngx_lo_environ(const char *name);

/* --- time zones (ngx_lo_tz.c) ------------------------------------------------ */

/* Reads all zones of the system; before the workers are born. */
ngx_int_t ngx_lo_tz_load(ngx_log_t *log);

/* As ckp_zone_pt (base/clock.h), for any thread: the bytes live as long as the
 * worker, and no file is read for them. */
const char *ngx_lo_tz(void *data, const char *name, size_t *len);

/* --- this worker ----------------------------------------------------------- */

/* "<node>:<pid>:<16 hex random>": names the worker in runs.owner. */
const char *ngx_lo_worker_id(void);
ngx_uint_t ngx_lo_worker_quits(void);       /* 1: draining, claim nothing */

/* Written by ngx_lo_worker.c alone: who we are; that we drain. */
void ngx_lo_self_start(ngx_lo_main_conf_t *mcf);
void ngx_lo_self_quit(void);

/* Wall clock in ms, for stamps and dates; from ngx_timeofday.  It jumps, to and
 * fro, when somebody sets it: never measure with it. */
int64_t ngx_lo_now_ms(void);

/* The day ("2024-02-17") and the month ("2024-02") of such a time, in UTC. */
void ngx_lo_periods(int64_t ms, char day[CKP_TIME_LEN + 1],
    char month[CKP_TIME_LEN + 1]);

/* CLOCK_BOOTTIME in ms: leases, ages, waits. */
int64_t ngx_lo_boot_ms(void);
/* Wall clock less CLOCK_BOOTTIME, both read now: changes when it is set. */
int64_t ngx_lo_clock_offset(void);

/* Before the worker's threads: JSON values come from kept blocks. */
void ngx_lo_memory_start(void);

/* Before there are JSON values: names of large objects are hashed with a number
 * that nobody knows. */
void ngx_lo_memory_seed(void);

/* A block as by malloc(), kept by the thread that frees it; NULL: no memory.
 * Its size is what it really holds. */
void *ngx_lo_memory_get(size_t size);
void ngx_lo_memory_put(void *p);        /* NULL is fine */
size_t ngx_lo_memory_size(void *p);

/* --- bells (ngx_lo_bell.c): "look again" ------------------------------------ */

#define NGX_LO_BELL_RUNS      0x01      /* runs are due or have an inbox */
#define NGX_LO_BELL_STREAMS   0x02      /* events were committed */
#define NGX_LO_BELL_SETTINGS  0x04      /* agents or settings changed */
#define NGX_LO_BELL_SWEEP     0x08      /* runs were removed */
#define NGX_LO_BELL_TRIGGERS  0x10      /* there are others, or events came */
#define NGX_LO_BELL_LIVE      0x20      /* models say more */
#define NGX_LO_BELL_N         6

typedef void (*ngx_lo_bell_pt)(void *data);

/* Who wakes in this worker; one listener a bit.  Called on the event loop. */
void ngx_lo_bell_listen(ngx_uint_t bit, ngx_lo_bell_pt look, void *data);

/* Rings every worker of this generation that heeds one of the bits, the
 * caller's included (posted, never inside the call).  `here` = 1: only this
 * worker. */
void ngx_lo_bell_ring(ngx_uint_t bits, ngx_uint_t here);

/* Whether this worker is to be woken for these bits; it is for all at first.
 * Who begins to heed them looks by himself afterwards. */
void ngx_lo_bell_heed(ngx_uint_t bits, ngx_uint_t on);

/*
 * Called once when NGINX begins to shut this worker down: `forced` = 1 when
 * worker_shutdown_timeout is over as well.
 */
typedef void (*ngx_lo_bell_quit_pt)(ngx_uint_t forced);
void ngx_lo_bell_on_quit(ngx_lo_bell_quit_pt quit);

/*
 * An eventfd on the event loop: `handler` runs when somebody wrote to it; it
 * has to call ngx_lo_eventfd_read.  NULL: no connection is free.  Unwatching
 * closes the descriptor.
 */
ngx_connection_t *ngx_lo_eventfd_watch(ngx_socket_t fd,
    ngx_event_handler_pt handler, void *data, ngx_log_t *log);
void ngx_lo_eventfd_unwatch(ngx_connection_t *c);
void ngx_lo_eventfd_read(ngx_event_t *rev);
void ngx_lo_eventfd_write(ngx_socket_t fd);     /* any thread */

/* --- metrics (ngx_lo_metric.c): shared memory, totals over workers ---------- */

/* Families of api.md 2; behind each the values that go with it, in the order of
 * the labels' names. */
typedef enum {
    NGX_LO_M_RUN_STARTED,
    NGX_LO_M_RUN_COMPLETED,         /* status */
    NGX_LO_M_RUN_FAILURES,
    NGX_LO_M_RUN_DURATION,          /* histogram: status */
    NGX_LO_M_STEP_EXECUTION,        /* node_id, status */
    NGX_LO_M_STEP_TIMEOUT,          /* node_id, step_id */
    NGX_LO_M_RETRY_ATTEMPTS,        /* node_id, step_id */
    NGX_LO_M_APPROVAL_WAIT,         /* histogram: outcome */
    NGX_LO_M_CALLBACK_TIMEOUT,      /* callback_type */
    NGX_LO_M_SLA_BREACH,
    NGX_LO_M_TRIGGER_FIRED,         /* outcome, trigger_type */
    NGX_LO_M_TRIGGER_LAG,           /* histogram: trigger_type */
    NGX_LO_M_POOL_SATURATION,       /* pool_id */
    NGX_LO_M_AGENT_DURATION,        /* histogram: channel, outcome */
    NGX_LO_M_LLM_REQUESTS,          /* model, outcome, profile */
    NGX_LO_M_LLM_TOKENS,            /* kind, model, profile */
    NGX_LO_M_LLM_LATENCY,           /* histogram: model, profile */
    NGX_LO_M_LLM_COST,              /* model, profile */
    NGX_LO_M_HTTP_REQUESTS,         /* code, method, route */
    NGX_LO_M_HTTP_DURATION,         /* histogram: route */
    NGX_LO_M_SSE_CONNECTIONS,       /* gauge: ends with the worker */
    NGX_LO_M_WS_CONNECTIONS,        /* gauge: the same */
    NGX_LO_M_STORE_COMMIT,          /* histogram */
    NGX_LO_M_STORE_BUSY,
    NGX_LO_M_RECOVERED_RUNS,
    NGX_LO_M_OTLP_EXPORT,           /* outcome, signal */
    NGX_LO_M_N
} ngx_lo_metric_t;

#define NGX_LO_METRIC_NAME_MAX  128
#define NGX_LO_LABELS_SIZE      6144

/* The values of labels, such as NGX_LO_LABELS("ok", "m"). */
#define NGX_LO_LABELS(...)  ((const char *const []) { __VA_ARGS__ })

/* Adds to a counter or gauge, or observes: n is seconds of a histogram. */
void ngx_lo_metric_add(ngx_lo_metric_t m, const char *const *labels, double n);

/* The same in two parts, for what counts later; `out` has NGX_LO_LABELS_SIZE
 * bytes, the length is returned. */
size_t ngx_lo_labels_core(char *out, ngx_lo_metric_t m,
    const char *const *labels);
size_t ngx_lo_labels_named(char *out, ngx_lo_metric_t m,
    const json_t *labels);                          /* {name: text} */
void ngx_lo_metric_put(ngx_lo_metric_t m, const char *labels, size_t len,
    double n);

/* The family of that name (without prefix); NGX_DECLINED: none. */
ngx_int_t ngx_lo_metric_find(const char *name);

/*
 * Custom metrics (spec/ckp.md 19.1): labels {name: text}; how the name is
 * exported, without "langorch_" (NGX_LO_METRIC_NAME_MAX + 8 bytes); counting.
 */
size_t ngx_lo_labels_own(char *out, const json_t *labels);
void ngx_lo_metric_own_name(char *out, const char *name,
    ckp_metric_kind_t kind);
void ngx_lo_metric_put_own(const char *name, ckp_metric_kind_t kind,
    const char *labels, size_t len, double n);

/* A worker begins. */
void ngx_lo_metric_start(void);

/*
 * Prometheus text 0.0.4, or OpenMetrics 1.0; `gauges` = rows counted in the
 * store, an object {"runs_active": {status: n}, "approvals_pending": n,
 * "leases_active": n, "queue_depth": {...}, "agent_circuit_open": {...}} or
 * NULL.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_lo_metric_text(ngx_pool_t *pool, const json_t *gauges,
    ngx_uint_t open, ngx_str_t *out);

/* The same as {"counters": {}, "gauges": {}, "histograms": {}} with the keys of
 * api.md 2 (GET /api/runs/metrics/summary); `counted` 0: the store's gauges
 * alone.  New; NULL: no memory. */
json_t *ngx_lo_metric_summary(const json_t *gauges, ngx_uint_t counted);

/* --- shared zone (ngx_lo_zone.c) -------------------------------------------- */

ngx_int_t ngx_lo_zone_add(ngx_conf_t *cf, ngx_lo_main_conf_t *mcf);

/* The master made a new configuration. */
void ngx_lo_zone_new_generation(ngx_shm_zone_t *shm_zone);

/* This worker takes a slot; NGX_ERROR: none is free.  And gives it back: a slot
 * that was given back is not buried. */
ngx_int_t ngx_lo_zone_enter(const char *worker_id);
void ngx_lo_zone_leave(void);

/* The run this worker is feeding just now (0: none; negative: it is loading
 * that one), so that whoever buries this worker knows the culprit
 * (reliability.md G13). */
void ngx_lo_zone_feeding(int64_t run);

/* How many runs this worker drives; the fewest that one of its generation does,
 * itself included (a large number: no zone). */
void ngx_lo_zone_runs(ngx_uint_t n);
ngx_uint_t ngx_lo_zone_runs_least(void);

/*
 * Workers that are known dead: calls `each` with the worker id and the run it
 * was feeding for every slot whose process is gone, and clears the slot.
 */
typedef void (*ngx_lo_zone_dead_pt)(const char *worker_id, int64_t feeding,
    void *data);
void ngx_lo_zone_bury(ngx_lo_zone_dead_pt each, void *data);

/*
 * Serialises the writer threads of all workers, off the loop, fairly; survives
 * the death of its holder.  Waits at most `wait` ms.
 *
 * NGX_OK held · NGX_AGAIN held, but others were before us · NGX_BUSY not held ·
 * NGX_ERROR not held and never will be: go on, the store has a lock of its own.
 */
ngx_int_t ngx_lo_zone_write_lock(ngx_msec_t wait);
void ngx_lo_zone_write_unlock(void);

/* After NGX_BUSY: ends the holder when it is a worker of ours that somebody
 * stopped (SIGSTOP, debugger) inside its transaction.  Its pid, or 0. */
ngx_pid_t ngx_lo_zone_free_stopped(void);

/*
 * Every worker of this zone and configuration has the same file open: NGX_OK
 * when `dev` and `ino` are that file's, or the first seen; NGX_DECLINED when
 * not.  *first = 1: nobody before us looked at it since the start, or since an
 * earlier configuration found it damaged.  Call it with the write lock held.
 */
ngx_int_t ngx_lo_zone_file(uint64_t dev, uint64_t ino, ngx_uint_t *first);

/* 1: the file that the workers of this configuration have is another; nothing
 * is remembered.  With the write lock held. */
ngx_uint_t ngx_lo_zone_file_other(uint64_t dev, uint64_t ino);

/* A worker of this configuration found it damaged: nobody takes it until there
 * is a newer one.  With the write lock held. */
void ngx_lo_zone_file_set_bad(void);
ngx_uint_t ngx_lo_zone_file_bad(void);

/* Which log and index (inodes; 0: none) stand beside the file, for whoever
 * finds another file in its place.  With the write lock held. */
void ngx_lo_zone_file_logs(uint64_t wal, uint64_t shm);
void ngx_lo_zone_file_logs_had(uint64_t *wal, uint64_t *shm);

/* 1: there was a file since the site started; one that is missing is lost. */
ngx_uint_t ngx_lo_zone_file_seen(void);

/* A number that grows whenever agents or settings change. */
ngx_uint_t ngx_lo_zone_settings(void);
void ngx_lo_zone_settings_changed(void);

/*
 * The same of what workers keep a copy of: whoever changes it in the store says
 * so before he answers, and whoever uses his copy looks first whether it is of
 * this number.
 */
typedef enum {
    NGX_LO_KEPT_SECRETS,
    NGX_LO_KEPT_MODELS,
    NGX_LO_KEPT_WHO,
    NGX_LO_KEPT_SETTINGS,
    NGX_LO_KEPT_PROCEDURES,
    NGX_LO_KEPT_N
} ngx_lo_kept_t;

uint64_t ngx_lo_zone_kept(ngx_lo_kept_t what);
void ngx_lo_zone_kept_changed(ngx_lo_kept_t what);

/* This worker alone found that it changed: another NGINX did it. */
void ngx_lo_zone_kept_heard(ngx_lo_kept_t what);

/* --- what models are saying (ngx_lo_live.c) ---------------------------------- */

#define NGX_LO_LIVE_TEXT   16384        /* bytes of an answer; older ones go */
#define NGX_LO_LIVE_NAME   192

/*
 * An answer that is coming, in shared memory and nowhere else: whoever watches
 * the run at any worker sees it grow, and what counts is the reply.
 */
typedef struct ngx_lo_live_s {
    uint64_t      number;               /* of this answer; 0: free */
    ngx_pid_t     pid;                  /* of the worker that gets it */
    uint64_t      changed;              /* number of its last change */
    uint64_t      total;                /* bytes so far; the last `len` of them
                                           are in `text` */
    uint32_t      len;
    unsigned      ended;                /* there will be no more */
    char          run_id[40];
    char          node[NGX_LO_LIVE_NAME];
    char          path[NGX_LO_LIVE_NAME];
    char          text[NGX_LO_LIVE_TEXT];
} ngx_lo_live_t;

/* Begins one; 0: it is not shown, because others are or there is no memory, or
 * a name is too long. */
uint64_t ngx_lo_live_open(const char *run_id, const char *node,
    const char *path);

/* What came next, cut anywhere; the end.  0 as a number is fine. */
void ngx_lo_live_add(uint64_t number, const char *text, size_t len);
void ngx_lo_live_end(uint64_t number);

/* The number of the last change of any; 0: none yet. */
uint64_t ngx_lo_live_changes(void);

/* A copy of the next one from place *at on (0 at first, then moved on) that has
 * changed after `since` and is of that run (NULL: of any).  NGX_DECLINED: there
 * is no more. */
ngx_int_t ngx_lo_live_next(ngx_uint_t *at, uint64_t since, const char *run_id,
    ngx_lo_live_t *out);

/* --- rates and turns (ngx_lo_rate.c) ----------------------------------------- */

/* Takes one of `per_minute` that all workers share under the key: 0, or how
 * many ms it takes until there may be one. */
ngx_msec_t ngx_lo_rate_take(const char *key, int64_t per_minute);

/* The same for who can wait: how many ms it takes until the caller may go, 0 or
 * up to `most`, and the one that comes then is the caller's.
 * NGX_LO_RATE_NEVER: it would take longer, and nothing was taken. */
#define NGX_LO_RATE_NEVER  ((ngx_msec_t) -1)
ngx_msec_t ngx_lo_rate_reserve(const char *key, int64_t per_minute,
    ngx_msec_t most);

/* One that was taken is not needed. */
void ngx_lo_rate_give(const char *key, int64_t per_minute);

/* 0, 1, 2 ... over all workers, for whose turn it is. */
ngx_uint_t ngx_lo_turn_next(const char *name);

/* --- log, text, random ----------------------------------------------------- */

/* 32 random bytes for an input; hex ids of n bytes (out: 2n + 1). */
void ngx_lo_rand_seed(uint8_t seed[32]);
void ngx_lo_rand_hex(char *out, size_t n);
void ngx_lo_uuid(char out[37]);             /* version 7 */

/* A lease's, which names its run (version 8: 48 bits of the run's number, the
 * rest at random), and the run of such a one; 0: it is none. */
void ngx_lo_lease_id(char out[37], int64_t run);
int64_t ngx_lo_lease_run(const char *id);

/* The one of a text, the same each time (version 8: made of its SHA-256). */
void ngx_lo_uuid_of(const char *text, size_t len, char out[37]);

/*
 * Compact JSON, on the loop.  Lent until the next call of either, or a copy in
 * a pool without a NUL.  NULL, NGX_ERROR: no memory, or nested too deeply.
 */
const ckp_buf_t *ngx_lo_json_lend(const json_t *v);
ngx_int_t ngx_lo_json_text(ngx_pool_t *pool, const json_t *v, ngx_str_t *out);

/* NUL-terminated copy in a pool; NULL: no memory. */
char *ngx_lo_cstr(ngx_pool_t *pool, const ngx_str_t *s);

/* Process hooks, called by the module and ngx_lo_worker.c. */
ngx_int_t ngx_lo_bell_init_module(ngx_cycle_t *cycle);
ngx_int_t ngx_lo_bell_init_process(ngx_cycle_t *cycle);
void ngx_lo_bell_exit_process(ngx_cycle_t *cycle);

#endif
