/*
 * The rows of a run that is born, whoever began it: a request or a trigger.
 */

#include "routes/ngx_lo_runs.h"
#include "claim/ngx_lo_born.h"
#include "store/ngx_lo_sql_api.h"


static ckp_code_t ngx_lo_birth_input(const ngx_lo_birth_t *b, ckp_run_t *run,
    ckp_input_kind_t kind, const json_t *data, ckp_turn_t *turn,
    ckp_err_t *err);
static const char *ngx_lo_birth_owner(const ngx_lo_birth_t *b,
    const ngx_lo_job_t *job, int64_t *id);
static ngx_int_t ngx_lo_birth_events(const ngx_lo_birth_t *b,
    ngx_lo_job_t *job, const ckp_turn_t *turn);
static ngx_int_t ngx_lo_birth_skip(const ngx_lo_birth_t *b, ngx_lo_job_t *job,
    ckp_run_t *run, ckp_turn_t *turn);


/* What readers of the run may see of its inputs (spec/api.md 1.15, 4). */

json_t *
ngx_lo_birth_shown(const json_t *inputs, const ckp_program_t *prog)
{
    void        *next;
    json_t      *v, *all;
    const char  *key;

    if (inputs == NULL) {
        return json_object();
    }

    v = ckp_program_redact(prog, inputs);
    if (v == NULL) {
        return NULL;
    }

    all = json_copy(v);
    json_decref(v);

    for (v = all, next = json_object_iter(v); next != NULL; /* void */) {
        key = json_object_iter_key(next);
        next = json_object_iter_next(v, next);

        if (key[0] == '_' && key[1] == '_') {
            (void) json_object_del(v, key);
        }
    }

    return all;
}


ckp_code_t
ngx_lo_birth_feed(const ngx_lo_birth_t *b, ckp_run_t *run, const json_t *start,
    ckp_turn_t *turn, ckp_err_t *err)
{
    return ngx_lo_birth_input(b, run, CKP_IN_START, start, turn, err);
}


static ckp_code_t
ngx_lo_birth_input(const ngx_lo_birth_t *b, ckp_run_t *run,
    ckp_input_kind_t kind, const json_t *data, ckp_turn_t *turn,
    ckp_err_t *err)
{
    uint8_t       seed[CKP_SEED_LEN];
    ckp_input_t   in;

    ngx_lo_rand_seed(seed);
    ngx_memzero(&in, sizeof(in));
    ngx_memzero(turn, sizeof(ckp_turn_t));

    in.kind = kind;
    in.now_ms = b->now_ms;
    in.seed = seed;
    in.ref = "";
    in.data = data;
    in.traced = ngx_lo_conf()->trace;
    in.agent_ms = (uint32_t) ngx_lo_conf()->agent_timeout;
    in.slot_ms = (uint32_t) ngx_lo_conf()->lease_wait;

    return ckp_run_feed(run, &in, turn, err);
}


ngx_int_t
ngx_lo_birth_put(ngx_lo_birth_t *b, ngx_lo_job_t *job, ckp_run_t *run,
    ckp_program_t *prog, ckp_turn_t *turn)
{
    const char     *owner;
    const json_t   *raw;
    ngx_lo_born_t   born;

    born.id = NGX_LO_NULL;
    owner = ngx_lo_birth_owner(b, job, &born.id);

    raw = (b->inputs != NULL && !json_equal(b->shown, b->inputs)) ? b->inputs
                                                                  : NULL;

    if (ckp_program_is_sensitive(prog)) {
        (void) ngx_lo_job_seal(job, 1);
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_api_run_add,
                       (const char *) b->run_id, b->procedure_id,
                       b->version, b->hash, "created", b->shown, raw,
                       b->trigger_type != NULL ? b->trigger_type : "manual",
                       b->triggered_by, b->project_id, b->case_id,
                       b->now_ms, b->mode, b->retry_of, b->actor,
                       (int64_t) turn->nevents, b->family, b->order_id, owner,
                       born.id)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_lo_birth_events(b, job, turn) != NGX_OK
        || ngx_lo_birth_skip(b, job, run, turn) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_lo_gate_after(&b->gate, job, b->run_id, b->now_ms) != NGX_OK) {
        return NGX_ERROR;
    }

    if (owner != NULL) {
        born.run_id = b->run_id;
        born.hash = b->hash;
        born.now_ms = b->now_ms;

        if (ngx_lo_born_watch(job, &born, prog, run) != NGX_OK) {
            return NGX_ERROR;
        }

        b->kept = 1;
    }

    return NGX_OK;
}


/* One that begins at its start and waits for nobody goes on here at once. */

static const char *
ngx_lo_birth_owner(const ngx_lo_birth_t *b, const ngx_lo_job_t *job,
    int64_t *id)
{
    if (b->point != NULL || b->gate.skipped
        || (b->gate.gate != NULL && json_object_size(b->gate.gate) != 0))
    {
        return NULL;
    }

    return ngx_lo_born_owner(job, id);
}


static ngx_int_t
ngx_lo_birth_events(const ngx_lo_birth_t *b, ngx_lo_job_t *job,
    const ckp_turn_t *turn)
{
    size_t              i;
    const ckp_event_t  *ev;

    for (i = 0; i < turn->nevents; i++) {
        ev = &turn->events[i];

        if (ngx_lo_job_add(job, &ngx_lo_sql_event_add,
                           (const char *) b->run_id, (int64_t) ev->seq,
                           ev->at_ms, ev->type, ev->path, ev->node_id,
                           ev->step_id, ev->attempt ? (int64_t) ev->attempt
                                                    : NGX_LO_NULL,
                           ev->payload, ev->delta)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* No place was free: the run is there, and over. */

static ngx_int_t
ngx_lo_birth_skip(const ngx_lo_birth_t *b, ngx_lo_job_t *job, ckp_run_t *run,
    ckp_turn_t *turn)
{
    json_t      *data;
    ckp_err_t    err = CKP_ERR_INIT;
    ckp_code_t   code;

    if (!b->gate.skipped) {
        return NGX_OK;
    }

    data = json_pack("{s:s, s:s}", "reason", "concurrency", "actor", "system");

    code = (data != NULL) ? ngx_lo_birth_input(b, run, CKP_IN_CANCEL, data,
                                               turn, &err)
                          : CKP_E_NOMEM;
    json_decref(data);

    return (code == CKP_OK) ? ngx_lo_birth_events(b, job, turn) : NGX_ERROR;
}
