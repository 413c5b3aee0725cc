/*
 * A firing: what came becomes a run, or a line of the trigger's history.
 *
 * The life of a firing.
 *   new      its memory; whoever fires says what came      ngx_lo_fire_new
 *   looked   the version may run, and has a program
 *   born     inputs are made and checked, START is fed
 *   written  slot, duplicate, limit, run, history and audit: one transaction
 *   told     why there is no run, when there is none       outcome
 *   freed    behind `done`, or when the worker stops
 *
 * Nobody has to wait for it: a request that goes forgets it, and it runs on.
 * Source: spec/ckp.md 5, spec/api.md 11, reliability.md G6, G7.
 */

#ifndef NGX_LO_FIRE_H
#define NGX_LO_FIRE_H

#include "routes/ngx_lo_runs.h"

typedef enum {
    NGX_LO_FIRED,
    NGX_LO_FIRE_DEDUPED,
    NGX_LO_FIRE_FULL,               /* as many runs are active as may be */
    NGX_LO_FIRE_NOT_RUNNABLE,
    NGX_LO_FIRE_INVALID,            /* its inputs are */
    NGX_LO_FIRE_UNKNOWN,            /* there is no such version */
    NGX_LO_FIRE_LOST,               /* another one was first: of this slot, or
                                       with this Idempotency-Key */
    NGX_LO_FIRE_BUSY,               /* the store takes nothing now */
    NGX_LO_FIRE_ERROR
} ngx_lo_fire_outcome_t;

typedef struct ngx_lo_fire_s  ngx_lo_fire_t;

typedef void (*ngx_lo_fired_pt)(ngx_lo_fire_t *f, void *data);

struct ngx_lo_fire_s {
    ngx_queue_t      link;
    ngx_pool_t      *pool;

    /* what is fired; texts of the pool (ngx_lo_fire_text) */

    const char      *procedure_id;
    const char      *version;
    const char      *type;          /* trigger_type of the run */
    const char      *by;            /* triggered_by */
    const char      *actor;
    const char      *source;        /* for the history */
    const char      *self;          /* where callbacks come; NULL: what the
                                       registration knows */
    const char      *identity;      /* what comes again is the same; NULL: no */
    const char      *payload_hash;
    const char      *address;       /* of the audit row, all three */
    const char      *method;
    const char      *request_id;
    json_t          *row;           /* of ngx_lo_sql_trigger_of, ours; NULL: it
                                       is looked for */
    json_t          *came;          /* payload, headers ...: ours, an object */
    json_t          *given;         /* inputs of the type; ours, or NULL */
    int64_t          due_at;        /* the slot; NGX_LO_NULL: none */
    int64_t          next_at;       /* the slot after it; NGX_LO_NULL: none */
    const char      *missed;        /* slots before it that nobody was there
                                       for, in words; NULL: none */
    int64_t          missed_at;     /* the last of them */
    int64_t          queued;        /* an event's row; 0: none */
    int64_t          backfill;      /* its row; 0: it is none's */
    int64_t          next_slot;     /* of a backfill; NGX_LO_NULL: none */
    int64_t          told_at;       /* when that was told */
    unsigned         later:1;       /* it waits for a free run already */
    unsigned         unfit:1;       /* not to be started */
    unsigned         by_hand:1;     /* given as it is: nothing is mapped */

    /* more statements of the transaction, before the run's: NGX_OK */

    void            *ctx;           /* of `also` */
    ngx_int_t      (*also)(ngx_lo_fire_t *f, ngx_lo_job_t *job);

    /* what became of it */

    ngx_lo_fire_outcome_t  outcome;
    char                   detail[256];
    const char            *code;    /* of NOT_RUNNABLE: a problem's */
    json_t                *errors;  /* of INVALID, NOT_RUNNABLE; or NULL */
    char                   twin[64];    /* of DEDUPED: the run; or "" */
    ngx_lo_birth_t         b;       /* run_id, version, hash */

    /* the inside */

    void            *data;
    ngx_lo_fired_pt  done;          /* NULL: nobody waits */
    ngx_lo_job_t    *job;
    ngx_uint_t       tries;
    ngx_uint_t       at_seen;       /* guards of the transaction, index + 1 */
    ngx_uint_t       at_free;
    ngx_uint_t       at_note;
};

/* NULL: no memory. */
ngx_lo_fire_t *ngx_lo_fire_new(void);

/* A copy in its pool; NULL: no memory, or s is. */
const char *ngx_lo_fire_text(ngx_lo_fire_t *f, const char *s);

/* Steals the firing: `done` comes once, later, unless it is forgotten.
 * NGX_ERROR: it ended at once, and `done` does not come. */
ngx_int_t ngx_lo_fire_start(ngx_lo_fire_t *f, ngx_lo_fired_pt done, void *data);

/* One that was not started. */
void ngx_lo_fire_free(ngx_lo_fire_t *f);
void ngx_lo_fire_forget(void *fire);

/* Those under way end here; their jobs' ends come no more. */
void ngx_lo_fire_stop(void);

/* A row of the history, and what is too many goes: `f` has procedure_id,
 * version, type, source, payload_hash, due_at.  run_id NULL: none. */
ngx_int_t ngx_lo_fire_note(ngx_lo_fire_t *f, ngx_lo_job_t *job,
    const char *outcome, const char *run_id, const char *detail);

#endif
