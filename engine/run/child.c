/*
 * Child runs: runs of their own that a node of another run made.
 * Source: spec/ckp.md 10.10, 31.2.
 *
 * The life of a child run.
 *   born     in the turn of the node: the write `child`      ckp_fiber_bear
 *   runs     by any worker, as any other run
 *   late     its active time is over: it is canceled         ckp_child_late
 *   recalled its node was left: the write `child_cancel`     ckp_fiber_recall
 *   over     its last turn has the write `parent`            ckp_child_tell
 *   told     the run around is fed CKP_IN_CHILD
 *
 * kin, in the state of a child run:
 *   {parent {run_id, awaited, maps, budget_ms?}, stack [procedure_id ...],
 *    doubles (step/double.c), legacy? (model/heir.h)}
 *   stack: the procedures around it, the outermost first
 *
 * given: outputs that it declared, before they are masked for readers; stop
 * {reason, late?}: it was told to end.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "model/heir.h"
#include "model/limits.h"
#include "step/double.h"


/* --- born ---------------------------------------------------------------- */

void
ckp_fiber_child_id(ckp_fiber_t *f, char *id)
{
    const char *const  name = ckp_arena_printf(f->run->arena, "%s/%s",
                                               ckp_fiber_key_run(f),
                                               ckp_fiber_node_path(f));

    /* without memory the turn does not hold, whatever the id is */

    ckp_uuid8(name == NULL ? "" : name, id);
}


json_t *
ckp_fiber_child_meta(ckp_fiber_t *f, const ckp_program_t *prog,
    const char *id)
{
    static const char *const  same[] = {
        "self", "triggered_by", "actor", "project_id", "case_id", NULL
    };
    const json_t *const  own = ckp_run_get(f->run, "meta", NULL);
    json_t *const        meta = json_pack("{s:s, s:s, s:s, s:n, s:s, s:s, s:s}",
                                    "run_id", id,
                                    "procedure_id", prog->procedure_id,
                                    "procedure_version", prog->version,
                                    "trigger_type",
                                    "execution_mode", ckp_fiber_mode(f),
                                    "parent_run_id", f->run->id,
                                    "traceparent", ckp_fiber_parent(f));
    int                  bad = meta == NULL;

    for (size_t i = 0; same[i] != NULL; i++) {
        json_t *const  v = json_object_get(own, same[i]);

        bad |= v != NULL && json_object_set(meta, same[i], v) != 0;
    }

    /* a project that only the document of this run names is this run's */

    if (f->run->prog->project_id != NULL
        && !json_is_string(json_object_get(meta, "project_id")))
    {
        bad |= json_object_set_new(meta, "project_id",
                                   json_string(f->run->prog->project_id));
    }

    if (bad != 0) {
        json_decref(meta);
        return NULL;
    }

    return meta;
}


/* The procedures around what the fiber calls, the outermost first. */

static json_t *
child_stack(const ckp_fiber_t *f)
{
    json_t *const  stack = json_array();
    json_t *const  around = ckp_run_get(f->run, "kin", "stack");
    const json_t  *own = ckp_run_get(f->run, "fibers", f->id);
    size_t         at;
    int            bad = stack == NULL;

    bad |= around != NULL && json_array_extend(stack, around) != 0;
    bad |= json_array_append_new(stack,
                                 json_string(f->run->prog->procedure_id));
    at = json_array_size(stack);

    for ( ; own != NULL; own = ckp_run_get(f->run, "fibers",
                                           ckp_json_str(own, "up")))
    {
        const char *const           hash = ckp_json_str(own, "prog");
        const ckp_program_t *const  prog = hash == NULL ? NULL
                                           : ckp_run_linked(f->run, hash);

        bad |= prog != NULL
               && json_array_insert_new(stack, at,
                                        json_string(prog->procedure_id)) != 0;

        if (ckp_json_str(own, "up") == NULL) {
            break;
        }
    }

    if (bad != 0) {
        json_decref(stack);
        return NULL;
    }

    return stack;
}


static json_t *
child_kin(ckp_fiber_t *f, const ckp_bear_t *how)
{
    json_t *const  kin = json_pack("{s:{s:s, s:b, s:b}, s:o, s:o}",
                             "parent", "run_id", f->run->id, "awaited",
                             how->awaited, "maps", how->maps,
                             "stack", child_stack(f),
                             "doubles", ckp_double_pass(f));
    int            bad = kin == NULL;

    if (how->budget_ms > 0) {
        bad |= json_object_set_new(json_object_get(kin, "parent"),
                                   "budget_ms",
                                   json_integer(how->budget_ms));
    }

    if (how->inherits) {
        bad |= json_object_set_new(kin, "legacy",
                                   ckp_program_legacy(f->prog));
    }

    if (bad != 0) {
        json_decref(kin);
        return NULL;
    }

    return kin;
}


static json_t *
child_events(const ckp_turn_t *turn)
{
    json_t *const  list = json_array();

    for (size_t i = 0; i < turn->nevents; i++) {
        const ckp_event_t *const  ev = &turn->events[i];

        if (json_array_append_new(list, json_pack("{s:I, s:I, s:s, s:s, s:O, "
                "s:s?}", "seq", (json_int_t) ev->seq, "at",
                (json_int_t) ev->at_ms, "type", ev->type, "path", ev->path,
                "payload", ev->payload, "delta", ev->delta)) != 0)
        {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}


/* The place that it needs among the runs of its procedure (26.1): new object,
 * or NULL.  A start that repeats another one is no matter here: the visit of
 * the node tells which it is. */

static ckp_code_t
child_place(ckp_fiber_t *f, const ckp_program_t *prog, const json_t *data,
    json_t **place)
{
    json_t      *gate = NULL;
    ckp_err_t    err = CKP_ERR_INIT;
    ckp_code_t   rc = ckp_program_gate(prog, data, f->run->now, &gate, &err);

    *place = json_incref(json_object_get(gate, "place"));
    json_decref(gate);

    return rc == CKP_E_INVALID || rc == CKP_E_LIMIT
           ? ckp_fiber_raise(f, "SubflowFailed", "'%s': %s",
                             prog->procedure_id, err.msg) : rc;
}


/* Its first turn, which is part of ours: *events is a new array. */

static ckp_code_t
child_start(const ckp_fiber_t *f, const ckp_bear_t *how, ckp_program_t *prog,
    const json_t *data, json_t **events)
{
    ckp_run_t *const   run = ckp_run_new(prog, how->id);
    const ckp_input_t  in = { .kind = CKP_IN_START, .now_ms = f->run->now,
                              .ref = "", .data = data,
                              .traced = f->run->in->traced,
                              .agent_ms = f->run->in->agent_ms,
                              .slot_ms = f->run->in->slot_ms };
    ckp_turn_t         turn;
    ckp_err_t          err = CKP_ERR_INIT;
    ckp_code_t         rc = run == NULL || data == NULL ? CKP_E_NOMEM
                            : ckp_run_feed(run, &in, &turn, &err);

    *events = rc == CKP_OK ? child_events(&turn) : NULL;
    ckp_run_free(run);

    return rc == CKP_OK && *events == NULL ? CKP_E_NOMEM : rc;
}


/* What readers of the child run see of its inputs. */

static json_t *
child_shown(const ckp_program_t *prog, const json_t *inputs)
{
    json_t *const  masked = ckp_program_redact(prog, inputs);
    json_t *const  shown = json_object();
    const char    *name;
    json_t        *value;
    int            bad = masked == NULL || shown == NULL;

    json_object_foreach(masked, name, value) {
        bad |= strncmp(name, "__", 2) != 0
               && json_object_set(shown, name, value) != 0;
    }

    json_decref(masked);

    if (bad != 0) {
        json_decref(shown);
        return NULL;
    }

    return shown;
}


static ckp_code_t
child_count(ckp_fiber_t *f)
{
    if (ckp_run_get_int(f->run, "counts", "children") >= CKP_CHILD_RUNS_MAX) {
        return ckp_fiber_raise(f, "LimitExceeded", "more than %d child runs",
                               CKP_CHILD_RUNS_MAX);
    }

    return ckp_fiber_count(f, "children");
}


ckp_code_t
ckp_fiber_bear(ckp_fiber_t *f, const ckp_bear_t *how)
{
    ckp_program_t *const  prog = (ckp_program_t *) ckp_run_linked(f->run,
                                                                  how->hash);
    json_t               *events = NULL;
    json_t               *place = NULL;
    json_t               *data;
    json_t               *shown;
    ckp_code_t            rc = prog == NULL ? CKP_E_BUG : child_count(f);

    if (rc != CKP_OK) {
        return rc;
    }

    data = json_pack("{s:O, s:O, s:O, s:o}", "meta", how->meta, "inputs",
                     how->inputs, "vars", how->vars, "kin", child_kin(f, how));
    rc = data == NULL ? CKP_E_NOMEM : child_place(f, prog, data, &place);
    rc = rc == CKP_OK ? child_start(f, how, prog, data, &events) : rc;
    json_decref(data);

    if (rc != CKP_OK) {
        json_decref(place);
        return rc;
    }

    shown = child_shown(prog, how->inputs);

    return ckp_fiber_write(f, "child",
               json_pack("{s:s, s:s, s:s, s:s, s:O, s:o, s:O*, s:o, s:o*}",
                   "run_id", how->id, "procedure_id", prog->procedure_id,
                   "version", prog->version, "hash", how->hash,
                   "meta", how->meta, "shown", shown, "raw",
                   json_equal(shown, how->inputs) ? NULL : how->inputs,
                   "events", events, "place", place));
}


ckp_code_t
ckp_fiber_recall(ckp_fiber_t *f, const char *id, const char *reason)
{
    return ckp_fiber_write(f, "child_cancel",
               json_pack("{s:s, s:s, s:O?}", "run_id", id, "reason", reason,
                         "actor", ckp_run_get(f->run, "meta", "actor")));
}


/* --- its time ------------------------------------------------------------ */

/* While it undoes what it did, other limits count. */

int64_t
ckp_child_budget_at(const ckp_run_t *run)
{
    const char *const    status = ckp_run_get_str(run, "status", NULL);
    const json_t *const  parent = ckp_run_get(run, "kin", "parent");
    const int64_t        budget = ckp_json_int(parent, "budget_ms", 0);

    if (budget == 0 || status == NULL || strcmp(status, "running") != 0
        || ckp_run_get(run, "stop", NULL) != NULL)
    {
        return INT64_MAX;
    }

    return ckp_run_get_int(run, "active", "since") + budget
           - ckp_run_get_int(run, "active", "ms");
}


ckp_code_t
ckp_child_late(ckp_run_t *run)
{
    json_t *const  data = json_pack("{s:s, s:O?, s:b}", "reason", "timeout",
                                    "actor", ckp_run_get(run, "meta", "actor"),
                                    "late", 1);
    const ckp_input_t  in = { .kind = CKP_IN_CANCEL, .now_ms = run->now,
                              .ref = "", .data = data };
    const ckp_code_t   rc = data == NULL ? CKP_E_NOMEM
                            : ckp_run_cancel(run, &in);

    json_decref(data);

    return rc;
}


/* --- its end ------------------------------------------------------------- */

static bool
child_is_awaited(const ckp_run_t *run)
{
    return ckp_json_bool(ckp_run_get(run, "kin", "parent"), "awaited", false);
}


/* It ends because it was told to: remembered until it has. */

ckp_code_t
ckp_child_stopped(ckp_run_t *run, const json_t *data)
{
    if (ckp_run_get(run, "kin", NULL) == NULL
        || ckp_run_get(run, "stop", NULL) != NULL)
    {
        return CKP_OK;
    }

    return ckp_run_put(run, "stop", NULL, json_pack("{s:O?, s:b}", "reason",
                       json_object_get(data, "reason"), "late",
                       ckp_json_bool(data, "late", false)));
}


/* outputs are borrowed; NULL: it declares none. */

ckp_code_t
ckp_child_gives(ckp_run_t *run, json_t *outputs)
{
    return outputs == NULL || !child_is_awaited(run) ? CKP_OK
           : ckp_run_put(run, "given", NULL, ckp_json_copy(outputs));
}


static json_t *
child_error(const ckp_run_t *run)
{
    const json_t *const  stop = ckp_run_get(run, "stop", NULL);
    const char *const    reason = ckp_json_str(stop, "reason");

    if (ckp_json_bool(stop, "late", false)) {
        return ckp_error_new("TimeoutError",
                             "the child procedure took too long");
    }

    if (stop != NULL) {
        return json_pack("{s:s, s:o}", "type", "RunCanceled", "message",
                         json_sprintf("the child run was canceled%s%s",
                                      reason == NULL ? "" : ": ",
                                      reason == NULL ? "" : reason));
    }

    return ckp_error_new("ProcedureFailure",
                         "the procedure ended as canceled");
}


/* {status, outputs?, vars?} or {status, error} */

static json_t *
child_news(const ckp_run_t *run, const char *status)
{
    const json_t *const  parent = ckp_run_get(run, "kin", "parent");
    json_t *const        given = ckp_run_get(run, "given", NULL);
    const bool           all = given == NULL
                               || ckp_json_bool(parent, "maps", false);

    if (strcmp(status, "completed") == 0) {
        return json_pack("{s:s, s:O*, s:O*}", "status", status, "outputs",
                         given, "vars",
                         all ? ckp_run_get(run, "vars", NULL) : NULL);
    }

    if (strcmp(status, "failed") == 0) {
        return json_pack("{s:s, s:O}", "status", status, "error",
                         ckp_run_get(run, "error", "object"));
    }

    return json_pack("{s:s, s:o}", "status", status, "error",
                     child_error(run));
}


ckp_code_t
ckp_child_tell(ckp_run_t *run, const char *status)
{
    if (!child_is_awaited(run)) {
        return CKP_OK;
    }

    return ckp_run_write(run, "parent", "", json_pack("{s:O, s:o}", "run_id",
               json_object_get(ckp_run_get(run, "kin", "parent"), "run_id"),
               "data", child_news(run, status)));
}
