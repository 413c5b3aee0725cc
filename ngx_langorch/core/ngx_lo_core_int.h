/*
 * What lies in the shared zone.  The layout has a number, and the zone's name
 * carries it, so that two versions of the module never share one.
 */

#ifndef NGX_LO_CORE_INT_H
#define NGX_LO_CORE_INT_H

#include "core/ngx_lo_core.h"
#include "core/ngx_lo_figures.h"

#include <pthread.h>

#define NGX_LO_ZONE_LAYOUT  7
#define NGX_LO_ZONE_SLOTS   256
#define NGX_LO_ZONE_BUCKETS 4096        /* rates that are in use */
#define NGX_LO_ZONE_TURNS   256
#define NGX_LO_ZONE_LIVE    32          /* answers that are shown at once */
#define NGX_LO_ZONE_MIN     (1024 * 1024)

#define NGX_LO_BODY_HARD    (64 * 1024 * 1024)

#define NGX_LO_ID_MAX       192         /* "<node>:<pid>:<16 hex>" and NUL */

/* Tokens of one rate. */
typedef struct {
    uint64_t     key;                       /* hash; 0: free */
    int64_t      at_ms;                     /* when it was counted last */
    double       tokens;
} ngx_lo_bucket_t;

/* A worker, alive or not yet buried. */
typedef struct {
    ngx_pid_t    pid;                       /* 0: the slot is free */
    uint64_t     generation;                /* configuration it runs under */
    ngx_uint_t   number;                    /* ngx_worker */
    ngx_uint_t   dead;                      /* its place was taken again */
    int64_t      feeding;
    uint64_t     runs;                      /* live ones */
    int64_t      gauge[NGX_LO_M_N];         /* ends with the worker */
    char         id[NGX_LO_ID_MAX];
} ngx_lo_slot_t;

typedef struct {
    uint64_t         generation;            /* grows with each configuration */
    uint64_t         settings;
    uint64_t         kept[NGX_LO_KEPT_N];

    pthread_mutex_t  turn;                  /* who may wait for `write` */
    pthread_mutex_t  write;
    ngx_pid_t        holder;                /* of `write`; 0: nobody */
    ngx_pid_t        next;                  /* of `turn` */

    uint64_t         file_generation;
    uint64_t         file_dev;
    uint64_t         file_ino;
    uint64_t         file_wal;          /* inodes beside it; 0: none */
    uint64_t         file_shm;
    uint64_t         file_bad;          /* somebody found it damaged */
    uint64_t         file_seen;

    uint64_t         seed;                  /* that nobody outside knows */
    ngx_lo_bucket_t  buckets[NGX_LO_ZONE_BUCKETS];
    uint64_t         turns[NGX_LO_ZONE_TURNS];

    uint64_t         live_last;             /* number of the newest answer */
    uint64_t         live_changes;
    struct ngx_lo_live_s  *live[NGX_LO_ZONE_LIVE];  /* NULL: not needed yet */

    ngx_lo_slot_t    slots[NGX_LO_ZONE_SLOTS];
    ngx_lo_figures_t figures;
} ngx_lo_zone_t;

/* NULL: no zone in this configuration. */
ngx_lo_zone_t *ngx_lo_zone(void);
void ngx_lo_zone_lock(void);        /* short, never over a system call */
void ngx_lo_zone_unlock(void);
ngx_lo_slot_t *ngx_lo_zone_slot(void);      /* ours; NULL: none */

/* Zeroed memory of the zone, with its lock held; NULL: there is none left. */
void *ngx_lo_zone_calloc(size_t size);

/* --- labels (ngx_lo_labels.c) ------------------------------------------------ */

/* The same names, each with the value `__other__`. */
size_t ngx_lo_labels_other(char *out, const char *labels, size_t len);
void ngx_lo_labels_plain(ckp_buf_t *b, const char *labels);

/* Gauges that are counted when somebody asks. */
#define NGX_LO_COUNTED_GAUGES                                                 \
    "runs_active", "approvals_pending", "leases_active", "queue_depth",       \
    "agent_circuit_open", "build_info"

/* --- arguments of directives (ngx_lo_conf_check.c) --------------------------- */

/* NGX_CONF_OK, or what is wrong with the place of the file. */
char *ngx_lo_conf_local_disk(ngx_conf_t *cf, ngx_str_t *path);

/* 1: host, host:port, [IPv6]:port or CIDR. */
ngx_uint_t ngx_lo_conf_is_target(ngx_str_t *target);
ngx_uint_t ngx_lo_conf_is_host(const u_char *p, size_t len);
char *ngx_lo_conf_name(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* langorch_secrets_key (ngx_lo_conf_key.c) */
char *ngx_lo_conf_key(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Warns when everybody is an administrator of the server that is being merged,
 * and it listens to more than this machine. */
void ngx_lo_conf_is_open(ngx_conf_t *cf);

/* --- directives (ngx_lo_conf_set.c) ------------------------------------------- */

char *ngx_lo_conf_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_lo_conf_allow(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_lo_conf_names(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_lo_conf_base_url(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_lo_conf_url(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_lo_conf_carrier(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_lo_conf_cost(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* --- between what and what (ngx_lo_limit.c) ----------------------------------- */

/* The `post` of each directive that is a number, a size or a time. */
extern ngx_conf_num_bounds_t  ngx_lo_bounds_many;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_rate;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_crashes;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_group;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_spin;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_readers;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_age;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_days;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_body;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_reply;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_memory;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_file;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_zone;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_lease;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_drain;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_poll;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_sweep;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_once;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_call;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_often;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_answer;
extern ngx_conf_num_bounds_t  ngx_lo_bounds_session;

/* --- artifacts (ngx_lo_conf_disk.c) ------------------------------------------- */

char *ngx_lo_conf_artifacts(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* The folder of artifacts, when none is named, and threads for its files. */
ngx_int_t ngx_lo_conf_disk(ngx_conf_t *cf, ngx_lo_main_conf_t *mcf);

#endif
