/*
 * What takes longer than was agreed: told when it happens, by the fiber's
 * alarm, once per visit (spec/ckp.md 18).
 *
 * n.sl: when the node will have taken too long; n.late: it has; fiber.rest: the
 * alarm that stands behind that of the agreement.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "node/step.h"


static const char *
sla_word(const ckp_sla_t *sla)
{
    return sla->breach == CKP_BREACH_FAIL ? "fail"
           : sla->breach == CKP_BREACH_ESCALATE ? "escalate" : "warn";
}


static ckp_code_t
sla_told(ckp_run_t *run, const ckp_place_t *at, const ckp_sla_t *sla,
    int64_t ms)
{
    const char *const  handler = sla->handler.kind == CKP_TO_NODE
                                 ? sla->handler.node->id : NULL;
    ckp_code_t         rc;

    rc = ckp_run_emit(run, at, json_pack("{s:I, s:I, s:I, s:I, s:s, s:s*}",
             "max_duration_ms", (json_int_t) sla->max_ms, "limit_ms",
             (json_int_t) sla->max_ms, "elapsed_ms", (json_int_t) ms,
             "actual_duration_ms", (json_int_t) ms, "on_breach",
             sla_word(sla), "escalation_handler", handler));

    if (rc == CKP_OK && sla->notify) {
        const ckp_effect_t  fx = {
            .kind = CKP_FX_NOTIFY, .target = "host", .ref = "", .key = "",
            .body = json_pack("{s:s, s:s?, s:I}", "event", "sla_breached",
                              "node_id", at->node_id, "elapsed_ms",
                              (json_int_t) ms)
        };

        rc = ckp_run_effect(run, &fx);
    }

    return rc;
}


static json_t *
sla_error(const ckp_sla_t *sla)
{
    return json_pack("{s:s, s:o}", "type", "SlaBreached", "message",
                     json_sprintf("took longer than %lld ms",
                                  (long long) sla->max_ms));
}


/* --- a node ------------------------------------------------------------- */

ckp_code_t
ckp_sla_begin(ckp_fiber_t *f)
{
    const ckp_sla_t *const  sla = f->node->sla;

    if (sla == NULL
        || (!sla->waits && strcmp(f->node->ops->type, "human_approval") == 0))
    {
        return CKP_OK;
    }

    return ckp_fiber_put(f, "sl", NULL, json_integer(f->run->now
                                                     + sla->max_ms));
}


/*
 * The agreement's alarm, when that is what rang; *over: nothing else did, or
 * the node was left.
 */

ckp_code_t
ckp_sla_tick(ckp_fiber_t *f, bool *over)
{
    const ckp_sla_t *const  sla = f->node->sla;
    const int64_t           at = ckp_fiber_get_int(f, "sl", NULL);
    const json_t *const     rest = ckp_fiber_own_get(f, "rest");
    const int64_t           then = json_integer_value(rest);
    const ckp_place_t       place = {
        .type = "sla_breached", .path = ckp_fiber_node_path(f),
        .node_id = f->node->id
    };
    ckp_code_t              rc;

    *over = false;

    if (sla == NULL || at == 0 || at > f->run->now) {
        return CKP_OK;
    }

    rc = ckp_fiber_del(f, "sl", NULL);

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "late", NULL, json_true());
    }

    if (rc == CKP_OK) {
        rc = sla_told(f->run, &place, sla, f->run->now
                      - ckp_fiber_get_int(f, "t0", NULL));
    }

    if (rc == CKP_OK && sla->breach == CKP_BREACH_FAIL) {
        *over = true;
        rc = ckp_fiber_abandon(f, NULL);
        f->step = NULL;

        return rc == CKP_OK ? ckp_fiber_raise_json(f, sla_error(sla)) : rc;
    }

    if (rc == CKP_OK && sla->breach == CKP_BREACH_ESCALATE && sla->at_once) {
        json_t *const  error = sla_error(sla);

        *over = true;
        rc = ckp_fiber_abandon(f, NULL);
        rc = rc == CKP_OK ? ckp_fiber_divert(f, sla->handler, "sla", error)
                          : rc;
        json_decref(error);

        return rc;
    }

    /* the alarm that it stood in front of */

    *over = rest != NULL && (then < 0 || then > f->run->now);

    if (rc == CKP_OK && *over) {
        rc = ckp_fiber_own_put(f, "wake", json_integer(then));
    }

    return rc == CKP_OK ? ckp_fiber_own_del(f, "rest") : rc;
}


int64_t
ckp_sla_sleep(ckp_fiber_t *f, int64_t until_ms)
{
    const int64_t  at = ckp_fiber_get_int(f, "sl", NULL);

    if (at == 0 || at >= until_ms) {
        (void) ckp_fiber_own_del(f, "rest");
        return until_ms;
    }

    return ckp_fiber_own_put(f, "rest", json_integer(until_ms == CKP_NO_TIME
                                                     ? -1 : until_ms))
           == CKP_OK ? at : until_ms;
}


/* The node has ended: where an escalation leads instead. */

ckp_code_t
ckp_sla_end(ckp_fiber_t *f, ckp_target_t *to)
{
    const ckp_sla_t *const  sla = f->node->sla;
    const int64_t           ms = f->run->now - ckp_fiber_get_int(f, "t0",
                                                                 NULL);
    json_t                 *error;
    ckp_code_t              rc;

    if (sla == NULL || ckp_fiber_get(f, "late", NULL) == NULL) {
        return CKP_OK;
    }

    rc = ckp_fiber_emit(f, "sla_resolved", json_pack("{s:I}",
                        "actual_duration_ms", (json_int_t) ms));

    if (rc != CKP_OK || to == NULL || sla->breach != CKP_BREACH_ESCALATE) {
        return rc;
    }

    *to = sla->handler;
    (void) ckp_fiber_raise_json(f, sla_error(sla));
    error = ckp_fiber_error_take(f);

    return error == NULL ? CKP_E_NOMEM : ckp_fiber_bind_error(f, error);
}


/* --- the run ------------------------------------------------------------ */

int64_t
ckp_sla_run_at(const ckp_run_t *run)
{
    const ckp_sla_t *const  sla = run->prog->config.sla;

    if (sla == NULL || ckp_run_get(run, "late", NULL) != NULL
        || ckp_run_get(run, "started_at", NULL) == NULL)
    {
        return INT64_MAX;
    }

    return ckp_run_get_int(run, "started_at", NULL) + sla->max_ms;
}


ckp_code_t
ckp_sla_run_tick(ckp_run_t *run)
{
    const ckp_sla_t *const  sla = run->prog->config.sla;
    const ckp_place_t       place = { .type = "sla_breached" };
    json_t                 *error;
    ckp_fiber_t             top;
    ckp_code_t              rc;

    rc = ckp_run_put(run, "late", NULL, json_true());

    if (rc == CKP_OK) {
        rc = sla_told(run, &place, sla, run->now
                      - ckp_run_get_int(run, "started_at", NULL));
    }

    if (rc != CKP_OK || sla->breach == CKP_BREACH_WARN) {
        return rc;
    }

    rc = ckp_run_abandon_all(run, "canceled");
    error = sla_error(sla);

    if (rc != CKP_OK || error == NULL) {
        json_decref(error);
        return rc != CKP_OK ? rc : CKP_E_NOMEM;
    }

    ckp_fiber_open(&top, run, "1");

    if (sla->breach == CKP_BREACH_FAIL || top.node == NULL) {
        rc = ckp_run_failed(run, top.node == NULL ? NULL : &top, error);

    } else {
        rc = ckp_fiber_own_put(&top, "err", ckp_json_copy(error));
        rc = rc == CKP_OK ? ckp_fiber_go(&top, sla->handler.node, NULL) : rc;
    }

    ckp_fiber_close(&top);
    json_decref(error);

    return rc;
}


ckp_code_t
ckp_sla_run_end(ckp_run_t *run)
{
    const ckp_place_t  place = { .type = "sla_resolved" };
    ckp_code_t         rc;

    if (!json_is_true(ckp_run_get(run, "late", NULL))) {
        return CKP_OK;
    }

    rc = ckp_run_put(run, "late", NULL, json_string("over"));

    return rc != CKP_OK ? rc
           : ckp_run_emit(run, &place, json_pack("{s:I}",
                 "actual_duration_ms", (json_int_t) (run->now
                 - ckp_run_get_int(run, "started_at", NULL))));
}
