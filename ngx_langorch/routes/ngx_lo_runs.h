/*
 * What the files of the resource "runs" share.
 */

#ifndef NGX_LO_RUNS_H
#define NGX_LO_RUNS_H

#include "api/ngx_lo_api.h"
#include "api/ngx_lo_once.h"
#include "control/ngx_lo_point.h"
#include "run/ngx_lo_gate.h"

/* A run about to be born; the texts live as long as the request.  The last
 * members are for runs of another family than L: zero otherwise. */

typedef struct ngx_lo_birth_s  ngx_lo_birth_t;

struct ngx_lo_birth_s {
    const char      *procedure_id;
    const char      *version;       /* NULL: the newest that may run */
    const char      *range;         /* of versions, until one is chosen */
    const char      *channel;       /* NULL: any */
    const char      *project_id;    /* NULL: the procedure's */
    const char      *case_id;
    const char      *mode;          /* NULL: the document's */
    const char      *retry_of;
    uint64_t         number;        /* of procedures, before they were asked */
    unsigned         plain:1;       /* names a procedure and nothing else */
    const char      *action;        /* of the audit row; NULL: create, retry */
    ngx_lo_point_t  *point;         /* it begins there; NULL: at its start */
    const json_t    *inputs;        /* an object, or NULL */
    const char      *hash;          /* of the document */
    ngx_lo_once_t    once;
    ngx_lo_gate_t    gate;
    ngx_uint_t       tries;
    char             run_id[37];
    ngx_str_t        answer;
    char            *location;      /* path below the mount */

    int64_t          now_ms;
    const char      *trigger_type;  /* NULL: "manual" */
    const char      *triggered_by;
    const char      *actor;

    const char      *family;        /* "d", "w" */
    const char      *path;          /* of the collection; NULL: runs */
    const json_t    *shown;         /* the inputs that readers may see */
    const json_t    *about;         /* what `tell` needs to know */
    const char      *order_id;      /* no other run of it may be active */
    ngx_uint_t       status;        /* of the answer; 0: 201 */
    unsigned         kept:1;        /* the run in memory lives on: not ours */
    json_t          *(*tell)(ngx_lo_api_t *api, ngx_lo_birth_t *b);
    ngx_lo_render_pt taken;         /* the order has an active run, or none */
};

/* --- what can be started, as this worker knows it (ngx_lo_start.c) ----------- */

/*
 * The row of ngx_lo_sql_api_procedure_run for a start that names a procedure
 * and maybe a channel.  NULL: it has to be asked for.  Lent until the next call
 * of either.
 */
const json_t *ngx_lo_start_kept(ngx_lo_api_t *api, const char *procedure_id,
    const char *channel);

/* Keeps the row that was asked for when the number was b->number. */
void ngx_lo_start_keep(ngx_lo_api_t *api, const ngx_lo_birth_t *b,
    const json_t *row);

/* The row of ngx_lo_sql_api_procedure_run: refuses, or goes on with the
 * program.  Also when `b->hash` and the version are known already: row NULL. */
ngx_int_t ngx_lo_birth_of(ngx_lo_api_t *api, ngx_lo_birth_t *b,
    const json_t *row);

/* Writes the run, which was fed START, then answers 201. */
ngx_int_t ngx_lo_birth_rows(ngx_lo_api_t *api, ngx_lo_birth_t *b,
    ckp_run_t *run, ckp_program_t *prog, ckp_turn_t *turn);

/* The execution_mode that the body asks for; NULL: none. */
const char *ngx_lo_run_mode(ngx_lo_api_t *api);

/* What readers of the run may see of its inputs (spec/api.md 1.15, 4): new
 * object; NULL: no memory. */
json_t *ngx_lo_birth_shown(const json_t *inputs, const ckp_program_t *prog);

/* Without a request (ngx_lo_birth_put.c): START is fed at b->now_ms; then the
 * run's rows are added behind ngx_lo_gate_before. */
ckp_code_t ngx_lo_birth_feed(const ngx_lo_birth_t *b, ckp_run_t *run,
    const json_t *start, ckp_turn_t *turn, ckp_err_t *err);
ngx_int_t ngx_lo_birth_put(ngx_lo_birth_t *b, ngx_lo_job_t *job,
    ckp_run_t *run, ckp_program_t *prog, ckp_turn_t *turn);

/* A guard of the gate missed: the run that is repeated, or a refusal. */
ngx_int_t ngx_lo_birth_gated(ngx_lo_api_t *api, ngx_lo_job_t *job);

ngx_uint_t ngx_lo_run_is_final(const char *status);
ngx_int_t ngx_lo_run_404(ngx_lo_api_t *api);

/* NGX_OK, or NGX_DONE with the answer: the first statement finds a run. */
ngx_int_t ngx_lo_run_found(ngx_lo_api_t *api, ngx_lo_job_t *job);

#endif
