/*
 * From node to node: entering, completing, failing, going elsewhere.
 * Source: spec/ckp.md 8.3, 9, 15.4, 15.6, 17.
 */

#include "run/run_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "model/event.h"
#include "model/limits.h"
#include "node/step.h"


/* Of a text for people: cut as a payload's `error` is. */

static json_t *
route_error_text(const json_t *error)
{
    const char *const  text = ckp_json_str(error, "message");

    return ckp_text_cut(text == NULL ? "" : text, 500);
}


ckp_code_t
ckp_fiber_go(ckp_fiber_t *f, const ckp_node_t *node, json_t *more)
{
    const char *const  path[] = { "fibers", f->id, "n", NULL };
    json_t *const      n = json_pack("{s:s, s:o*}", "id", node->id, "rn",
                                     more);

    f->node = node;
    f->at = NULL;
    f->step = NULL;
    f->ready = CKP_FIBER_ENTER;
    f->handling = false;
    ckp_run_over(f->run, f->id, false);

    if (ckp_state_put(&f->run->state, path, n) != CKP_OK) {
        return CKP_E_NOMEM;
    }

    return ckp_fiber_own_del(f, "wake");
}


/* Counts a visit; fails when the frame has had too many. */

static ckp_code_t
route_count(ckp_fiber_t *f, int64_t *visit)
{
    const char *const  hops_path[] = { "fibers", f->id, "hops", NULL };
    const char *const  vis_path[] = { "fibers", f->id, "vis", f->node->id,
                                      NULL };
    ckp_state_t *const  s = &f->run->state;
    const int64_t      hops = 1 + json_integer_value(ckp_state_get(s,
                                                                 hops_path));

    *visit = 1 + json_integer_value(ckp_state_get(s, vis_path));

    if (ckp_state_put(s, hops_path, json_integer(hops)) != CKP_OK
        || ckp_state_put(s, vis_path, json_integer(*visit)) != CKP_OK)
    {
        return CKP_E_NOMEM;
    }

    if (hops > (int64_t) f->prog->config.max_node_visits) {
        return ckp_fiber_raise(f, "MaxVisitsExceeded", "more than %u node "
                               "executions",
                               f->prog->config.max_node_visits);
    }

    return CKP_OK;
}


/* The one way on from a node that is over. */

static ckp_code_t
route_to(ckp_fiber_t *f, ckp_target_t to, const json_t *result)
{
    if (to.kind == CKP_TO_NODE && !ckp_frame_stops(f, to.node)) {
        return ckp_fiber_go(f, to.node, NULL);
    }

    return ckp_fiber_leave(f, to.kind, result);
}


static ckp_code_t
route_skip(ckp_fiber_t *f, const char *reason)
{
    const ckp_code_t  rc = ckp_fiber_emit(f, "node_skipped",
                               json_pack("{s:s, s:s}", "node_name",
                                         f->node->name, "reason", reason));

    return rc == CKP_OK ? route_to(f, f->node->next, NULL) : rc;
}


/* The node's deadline, if it has one. */

static ckp_code_t
route_deadline(ckp_fiber_t *f)
{
    const ckp_node_t *const  node = f->node;
    const uint32_t           ms = node->timeout_ms != 0 ? node->timeout_ms
                                  : node->timeout.node_ms;

    /* theirs mean something else: 22.1, 17.1 */

    if (ms == 0 || strcmp(node->ops->type, "human_approval") == 0
        || strcmp(node->ops->type, "subflow") == 0)
    {
        return CKP_OK;
    }

    return ckp_fiber_put(f, "dl", NULL, json_integer(f->run->now + ms));
}


ckp_code_t
ckp_fiber_enter(ckp_fiber_t *f)
{
    const ckp_node_t *const  node = f->node;
    json_t                  *in = NULL;
    int64_t                  visit = 1;
    bool                     holds = true;
    bool                     held = false;
    ckp_code_t               rc = route_count(f, &visit);

    f->ready = CKP_FIBER_REST;

    if (ckp_fiber_put(f, "visit", NULL, json_integer(visit)) != CKP_OK
        || ckp_fiber_put(f, "t0", NULL, json_integer(f->run->now)) != CKP_OK
        || ckp_run_put(f->run, "last", "node", json_string(node->id))
           != CKP_OK)
    {
        return CKP_E_NOMEM;
    }

    if (rc == CKP_OK && node->condition != NULL
        && strcmp(node->ops->type, "logic") != 0)
    {
        rc = ckp_fiber_test(f, node->condition, &holds);
    }

    if (rc != CKP_OK) {
        return rc;
    }

    if (!holds) {
        return route_skip(f, "condition");
    }

    rc = ckp_fiber_trace(f);

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "node_started", json_pack("{s:s, s:s}",
                            "node_name", node->name, "node_type",
                            node->ops->type));
    }

    if (rc == CKP_OK && node->inputs != NULL) {
        rc = ckp_fiber_render(f, node->inputs, &in);

        if (rc == CKP_OK) {
            rc = ckp_fiber_put(f, "in", NULL, in);
        }
    }

    if (rc == CKP_OK) {
        rc = route_deadline(f);
    }

    if (rc == CKP_OK) {
        rc = ckp_sla_begin(f);
    }

    if (rc == CKP_OK && node->idempotency_key != NULL) {
        rc = ckp_replay_begin(f, &held);
    }

    return rc == CKP_OK && !held ? node->ops->enter(f) : rc;
}


/* --- completing -------------------------------------------------------------- */

/* What nests is a boundary, whose state is worth keeping by itself. */

static bool
route_is_boundary(const ckp_node_t *node)
{
    return node->ops->child != NULL;
}


/*
 * A body that runs thousands of times may not keep its state as often: each has
 * all that the loop goes over.  What must survive a crash is in the events.
 */

static ckp_code_t
route_may_save(ckp_fiber_t *f, bool *may)
{
    const int64_t  before = ckp_run_get_int(f->run, "saved", NULL);
    int64_t        bytes;

    *may = ckp_fiber_is_top(f) || before < CKP_SAVED_MAX;

    if (!*may || ckp_fiber_is_top(f)) {
        return CKP_OK;
    }

    bytes = (int64_t) ckp_json_size(f->run->state.root, CKP_SAVED_MAX);

    return ckp_run_put(f->run, "saved", NULL, json_integer(before + bytes));
}


static ckp_code_t
route_checkpoint(ckp_fiber_t *f, const ckp_node_t *node, const char *path)
{
    const ckp_save_t   save = f->prog->config.save;
    bool               may;
    ckp_code_t         rc;
    const ckp_place_t  place = { .node_id = node->id, .path = path };

    if (node->is_checkpoint) {
        return ckp_run_checkpoint(f->run, "is_checkpoint", &place, NULL, NULL);
    }

    if (save == CKP_SAVE_DISABLED
        || (save == CKP_SAVE_CRITICAL && !route_is_boundary(node)))
    {
        return CKP_OK;
    }

    rc = route_may_save(f, &may);

    return rc == CKP_OK && may
           ? ckp_run_checkpoint(f->run, "node", &place, NULL, NULL) : rc;
}


static ckp_code_t
route_told(ckp_fiber_t *f, ckp_target_t to, bool known)
{
    const int64_t  t0 = ckp_fiber_get_int(f, "t0", NULL);
    const int64_t  retries = ckp_fiber_get_int(f, "rt", NULL);
    json_t *const  payload = json_pack("{s:s, s:s?, s:I, s:o*, s:o*}",
                       "node_name", f->node->name, "next_node",
                       to.kind == CKP_TO_NODE ? to.node->id : NULL,
                       "duration_ms", (json_int_t) (f->run->now - t0),
                       "retry_count", retries > 0 ? json_integer(retries)
                                                  : NULL,
                       "cached", known ? json_true() : NULL);

    /* what the node itself has to add, such as counts */

    (void) json_object_update(payload, ckp_fiber_get(f, "told", NULL));

    return ckp_fiber_emit(f, "node_completed", payload);
}


/* It is complete, by its work or by what is known of it. */

static ckp_code_t
route_completed(ckp_fiber_t *f, ckp_target_t to, const json_t *result,
    bool known)
{
    const ckp_node_t *const  node = f->node;
    const char *const        path = ckp_fiber_node_path(f);
    ckp_code_t               rc = ckp_sla_end(f, &to);

    if (rc == CKP_OK && !known) {
        rc = ckp_fiber_undoable(f, node->undo, result);
    }

    if (rc == CKP_OK && !known) {
        rc = ckp_fiber_measured(f, result);
    }

    if (rc == CKP_OK) {
        rc = route_told(f, to, known);
    }

    if (rc != CKP_OK) {
        return rc;
    }

    ckp_run_over(f->run, f->id, true);

    if (to.kind == CKP_TO_NODE && !ckp_frame_stops(f, to.node)) {
        rc = ckp_fiber_go(f, to.node, NULL);
        return rc == CKP_OK ? route_checkpoint(f, node, path) : rc;
    }

    /* who goes on from that checkpoint leaves the frame, too */

    rc = ckp_fiber_put(f, "leave", NULL, json_pack("{s:i, s:O?}", "to",
                       (int) to.kind, "result", result));

    if (rc == CKP_OK) {
        rc = route_checkpoint(f, node, path);
    }

    return rc == CKP_OK ? ckp_fiber_leave(f, to.kind, result) : rc;
}


ckp_code_t
ckp_fiber_done(ckp_fiber_t *f, ckp_target_t to, const json_t *result)
{
    const ckp_node_t *const  node = f->node;
    ckp_code_t               rc;

    f->step = NULL;

    if (to.kind == CKP_TO_NOTHING) {
        to = node->next;
    }

    rc = ckp_fiber_reap_all(f, "canceled");

    if (rc == CKP_OK && strcmp(node->ops->type, "terminate") != 0) {
        rc = ckp_fiber_map(f, node->outputs, node->noutputs, result);
    }

    if (rc == CKP_OK) {
        rc = ckp_replay_done(f, to, result);
    }

    return rc == CKP_OK ? route_completed(f, to, result, false) : rc;
}


ckp_code_t
ckp_fiber_known(ckp_fiber_t *f, ckp_target_t to, const json_t *result)
{
    f->step = NULL;

    return route_completed(f, to, result, true);
}


ckp_code_t
ckp_fiber_keyless(ckp_fiber_t *f)
{
    return ckp_replay_forget(f);
}


/* --- failing ------------------------------------------------------------------- */

static ckp_code_t
route_node_error(ckp_fiber_t *f, const char *by, const json_t *error)
{
    ckp_code_t  rc = ckp_sla_end(f, NULL);

    f->step = NULL;
    ckp_run_over(f->run, f->id, true);

    if (rc == CKP_OK) {
        rc = ckp_replay_failed(f, error);
    }

    return rc != CKP_OK ? rc : ckp_fiber_emit(f, "node_error",
               json_pack("{s:s, s:o, s:s?, s:s*}", "node_name", f->node->name,
                          "error", route_error_text(error),
                          "error_type", ckp_json_str(error, "type"),
                          "handled_by", by));
}


/* Control goes to `to` with the error bound in the frame. */

static ckp_code_t
route_leave(ckp_fiber_t *f, ckp_target_t to, const json_t *error)
{
    if (ckp_fiber_own_put(f, "err", ckp_json_copy(error)) != CKP_OK) {
        return CKP_E_NOMEM;
    }

    const ckp_code_t  rc = ckp_fiber_reap_all(f, "canceled");

    return rc == CKP_OK ? route_to(f, to, NULL) : rc;
}


ckp_code_t
ckp_fiber_divert(ckp_fiber_t *f, ckp_target_t to, const char *by,
    const json_t *error)
{
    const ckp_code_t  rc = route_node_error(f, by, error);

    return rc == CKP_OK ? route_leave(f, to, error) : rc;
}


static ckp_code_t
route_routed(ckp_fiber_t *f, ckp_target_t to, const json_t *error)
{
    return ckp_fiber_emit(f, "error_routed", json_pack("{s:s, s:s?, s:o, "
               "s:s?}", "from", f->node->id, "to",
               to.kind == CKP_TO_NODE ? to.node->id : NULL,
               "error", route_error_text(error),
               "error_type", ckp_json_str(error, "type")));
}


ckp_code_t
ckp_fiber_escalate(ckp_fiber_t *f, ckp_target_t to, const json_t *error)
{
    ckp_code_t  rc = route_node_error(f, "escalate_to", error);

    if (rc == CKP_OK) {
        rc = route_routed(f, to, error);
    }

    return rc == CKP_OK ? route_leave(f, to, error) : rc;
}


ckp_code_t
ckp_fiber_restart(ckp_fiber_t *f, const char *by, const json_t *error)
{
    json_t *const  kept = json_incref(ckp_fiber_get(f, "rn", NULL));
    const int64_t  tries = 1 + ckp_fiber_get_int(f, "rt", NULL);
    ckp_code_t     rc = ckp_replay_forget(f);

    if (rc == CKP_OK) {
        rc = route_node_error(f, by, error);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_reap_all(f, "canceled");
    }

    if (rc != CKP_OK) {
        json_decref(kept);
        return rc;
    }

    rc = ckp_fiber_go(f, f->node, kept);

    return rc == CKP_OK && f->node->telemetry != NULL
           && f->node->telemetry->retries
           ? ckp_fiber_put(f, "rt", NULL, json_integer(tries)) : rc;
}


static const ckp_on_error_t *
route_named(const ckp_on_error_t *list, size_t n, const json_t *error)
{
    for (size_t i = 0; i < n; i++) {
        if (ckp_error_named(error, list[i].type)) {
            return &list[i];
        }
    }

    return NULL;
}


/* The step's own way goes before that of its node. */

static const ckp_on_error_t *
route_on_error(const ckp_fiber_t *f, const json_t *error)
{
    const ckp_node_t *const      node = f->node;
    const ckp_step_t *const      step = f->step;
    const ckp_on_error_t *const  own = step == NULL ? NULL
        : route_named(step->on_error, step->non_error, error);

    return own != NULL ? own
                       : route_named(node->on_error, node->non_error, error);
}


ckp_code_t
ckp_fiber_fail_json(ckp_fiber_t *f, json_t *error)
{
    const ckp_on_error_t  *route = NULL;
    ckp_code_t             rc;

    if (error == NULL) {
        return CKP_E_NOMEM;
    }

    if (!ckp_error_is_engine(error)) {
        route = route_on_error(f, error);
    }

    rc = route_node_error(f, route == NULL ? NULL : "on_error", error);

    if (rc == CKP_OK && route != NULL) {
        rc = route_routed(f, route->to, error);

        if (rc == CKP_OK) {
            rc = route_leave(f, route->to, error);
        }

    } else if (rc == CKP_OK && ckp_fiber_is_top(f)) {
        rc = ckp_run_failed(f->run, f, error);

    } else if (rc == CKP_OK && ckp_error_is_engine(error)) {

        /* no frame is asked about errors of the engine itself */

        rc = ckp_run_failed(f->run, f, error);

    } else if (rc == CKP_OK) {
        rc = ckp_frame_failed(f, error);
    }

    json_decref(error);

    return rc;
}


ckp_code_t
ckp_fiber_fail_run(ckp_fiber_t *f, json_t *error)
{
    ckp_code_t  rc = error == NULL ? CKP_E_NOMEM
                     : route_node_error(f, NULL, error);

    if (rc == CKP_OK) {
        rc = ckp_frame_sub(f) == NULL ? ckp_run_failed(f->run, f, error)
                                      : ckp_sub_failed(f, error);
    }

    json_decref(error);

    return rc;
}


ckp_code_t
ckp_fiber_fail(ckp_fiber_t *f, const char *type, const char *fmt, ...)
{
    char     text[480];
    va_list  args;
    json_t  *error;

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    (void) ckp_fiber_raise(f, type, "%s", text);
    error = ckp_fiber_error_take(f);

    return error == NULL ? CKP_E_NOMEM : ckp_node_failed(f, error);
}


/* The node's own time is over: what it does is given up. */

ckp_code_t
ckp_fiber_node_timeout(ckp_fiber_t *f)
{
    const ckp_node_t *const     node = f->node;
    const ckp_timeout_t *const  policy = &node->timeout;
    const uint32_t              ms = node->timeout_ms != 0 ? node->timeout_ms
                                     : policy->node_ms;
    ckp_code_t                  rc = ckp_fiber_abandon(f, NULL);

    f->step = NULL;

    if (rc == CKP_OK) {
        rc = ckp_fiber_reap_all(f, "timeout");
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "dl", NULL);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "node_timeout", json_pack("{s:I, s:s*}",
                 "timeout_ms", (json_int_t) ms, "policy",
                 policy->fail_open ? "fail_open" : NULL));
    }

    if (rc != CKP_OK) {
        return rc;
    }

    if (policy->fail_open) {
        rc = ckp_replay_forget(f);

        return rc != CKP_OK ? rc
               : ckp_fiber_done(f, (ckp_target_t) { .kind = CKP_TO_NOTHING },
                                policy->default_output);
    }

    if (policy->escalate_to.kind == CKP_TO_NODE) {
        (void) ckp_fiber_raise(f, "TimeoutError", "the node took longer than "
                               "%u ms", ms);

        json_t *const  error = ckp_fiber_error_take(f);

        rc = ckp_fiber_escalate(f, policy->escalate_to, error);
        json_decref(error);

        return rc;
    }

    return ckp_fiber_fail(f, "TimeoutError", "the node took longer than %u ms",
                          ms);
}
