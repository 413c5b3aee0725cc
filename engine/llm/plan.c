/*
 * plan_first: a plan is proposed, approved, and its steps are gone through one
 * by one.  n.plan is the list, n.pl.at its next step, n.steps {"0": result}.
 * Source: spec/ckp.md 24.1.
 */

#include "llm/planner.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "lang/template.h"
#include "node/frame.h"

#define PLAN_STEPS_MAX  100


static const ckp_planner_t *
plan_planner(const ckp_fiber_t *f)
{
    return ckp_fiber_node(f)->u.llm->planner;
}


/* --- the proposal ------------------------------------------------------ */

/* Why it cannot be carried out; NULL: it can.  Arguments may refer to results
 * that are not known yet, so they are judged when their step comes. */

static const char *
plan_against(const ckp_planner_t *p, const json_t *plan)
{
    const json_t  *step;
    size_t         i;

    if (json_array_size(plan) == 0) {
        return "The plan has no steps. Give another one, in the same form.";
    }

    if (json_array_size(plan) > PLAN_STEPS_MAX) {
        return "The plan has too many steps. Give a shorter one.";
    }

    json_array_foreach(plan, i, step) {
        const json_t *const  args = json_object_get(step, "args");

        if (ckp_tool_find(p, ckp_json_str(step, "tool")) == NULL
            || (args != NULL && !json_is_object(args)))
        {
            return "A step of the plan names no tool of yours, or its "
                   "arguments are no object. Give another plan.";
        }
    }

    return NULL;
}


/* Results as the placeholders of a plan see them. */

static json_t *
plan_results(const ckp_fiber_t *f)
{
    const json_t *const  all = ckp_fiber_get(f, "steps", NULL);
    json_t *const        list = json_array();

    for (size_t i = 0; i < json_object_size(all); i++) {
        char  at[24];

        (void) snprintf(at, sizeof(at), "%zu", i);
        (void) json_array_append(list, json_object_get(all, at));
    }

    return json_pack("{s:o}", "steps", list);
}


/* They come from a model: they see results of steps, and nothing of the run. */

static ckp_code_t
plan_args(ckp_fiber_t *f, const json_t *args, json_t **out)
{
    json_t *const          seen = plan_results(f);
    const ckp_scope_t      own = { .get = ckp_scope_object_get,
                                   .object = seen };
    ckp_err_t              err = CKP_ERR_INIT;
    ckp_template_t *const  t = seen == NULL ? NULL
                               : ckp_template_new(args, &err);
    ckp_eval_t             ev;
    ckp_code_t             rc = CKP_E_INVALID;

    if (t != NULL) {
        ckp_fiber_eval(f, &ev);
        ev.scope = &own;
        ev.missing = CKP_MISSING_EMPTY;
        rc = ckp_template_render(t, &ev, out, &err);
    }

    ckp_template_free(t);
    json_decref(seen);

    /* a placeholder that is none stays as it was written */

    if (rc == CKP_E_INVALID || rc == CKP_E_LIMIT) {
        *out = json_incref((json_t *) args);
        rc = err.code == CKP_E_NOMEM ? CKP_E_NOMEM : CKP_OK;
    }

    return rc;
}


static ckp_code_t
plan_step(ckp_fiber_t *f, size_t i)
{
    const json_t *const  step = json_array_get(ckp_fiber_get(f, "plan", NULL),
                                               i);
    json_t *const        none = json_object();
    const json_t        *given = json_object_get(step, "args");
    json_t              *args = NULL;
    char                 id[32];
    ckp_code_t           rc = none == NULL ? CKP_E_NOMEM
        : plan_args(f, given == NULL ? none : given, &args);

    (void) snprintf(id, sizeof(id), "step_%zu", i);

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "plq", NULL, json_object());
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "pl", "at",
                           json_integer((json_int_t) i + 1));
    }

    if (rc == CKP_OK) {
        rc = ckp_tool_want(f, ckp_json_str(step, "tool"), args, id);
    }

    json_decref(args);
    json_decref(none);

    return rc;
}


static ckp_code_t
plan_begin(ckp_fiber_t *f)
{
    ckp_code_t  rc = ckp_fiber_put(f, "pl", "ph", json_string("run"));

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "steps", NULL, json_object());
    }

    if (rc == CKP_OK) {
        rc = plan_step(f, 0);
    }

    if (rc == CKP_OK && ckp_fiber_get(f, "pl", "over") != NULL) {
        return ckp_planner_limit(f, "max_tool_calls", plan_planner(f)->calls);
    }

    return rc == CKP_OK ? ckp_tools_go(f) : rc;
}


static ckp_code_t
plan_ask(ckp_fiber_t *f, const json_t *plan)
{
    const ckp_planner_t *const  p = plan_planner(f);
    const ckp_fork_t            how = {
        .kind = CKP_FRAME_TOOL, .key = "plan", .start = p->approval,
        .round = (uint32_t) ckp_fiber_get_int(f, "pl", "asks") + 1,
        .local = json_pack("{s:O}", "args", plan)
    };
    ckp_code_t                  rc = how.local == NULL ? CKP_E_NOMEM
        : ckp_fiber_put(f, "pl", "asks",
                        json_integer((json_int_t) how.round));

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "llm", "ph", json_string("tools"));
    }

    if (rc != CKP_OK) {
        json_decref(how.local);
        return rc;
    }

    rc = ckp_fiber_fork(f, &how);

    return rc == CKP_OK
           ? ckp_fiber_sleep(f, ckp_fiber_get_int(f, "pl", "t0")
                                + p->elapsed_ms)
           : rc;
}


ckp_code_t
ckp_plan_proposed(ckp_fiber_t *f, const json_t *plan)
{
    const ckp_planner_t *const  p = plan_planner(f);
    const char *const           wrong = plan_against(p, plan);
    ckp_code_t                  rc;

    if (wrong != NULL) {
        return ckp_planner_again(f, wrong);
    }

    rc = ckp_fiber_emit(f, "plan_proposed", json_pack("{s:O}", "plan", plan));

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "plan", NULL, ckp_json_copy(plan));
    }

    if (rc != CKP_OK) {
        return rc;
    }

    return p->approval != NULL ? plan_ask(f, plan) : plan_begin(f);
}


ckp_code_t
ckp_plan_decided(ckp_fiber_t *f, const json_t *record)
{
    const char *const  id = json_string_value(ckp_fiber_run_get(f, "asked",
                                                                NULL));
    ckp_code_t         rc;

    if (record != NULL) {
        rc = ckp_fiber_emit(f, "plan_approved", json_pack("{s:s?}",
                            "approval_id", id));

        return rc == CKP_OK ? plan_begin(f) : rc;
    }

    rc = ckp_fiber_emit(f, "plan_rejected", json_pack("{s:s?}",
                                                      "approval_id", id));

    if (rc == CKP_OK) {
        (void) ckp_fiber_raise(f, "ApprovalRejected", "the plan was rejected");
        rc = ckp_llm_over(f);
    }

    return rc;
}


ckp_code_t
ckp_plan_next(ckp_fiber_t *f, bool *none)
{
    const json_t *const  call = ckp_tool_call(f, 0);
    const bool           bad = ckp_json_bool(call, "bad", false);
    const size_t         at = (size_t) ckp_fiber_get_int(f, "pl", "at");
    json_t *const        value = json_object_get(call, "val");
    const size_t         n = json_array_size(ckp_fiber_get(f, "plan", NULL));
    char                 key[24];
    ckp_code_t           rc;

    (void) snprintf(key, sizeof(key), "%zu", at - 1);
    rc = ckp_fiber_put(f, "steps", key, value == NULL ? json_null()
                                                      : json_incref(value));

    if (rc == CKP_OK && bad) {
        rc = ckp_fiber_put(f, "pl", "broke", json_true());
    }

    if (rc == CKP_OK && !bad && at < n) {
        return plan_step(f, at);
    }

    *none = true;

    return rc == CKP_OK ? ckp_fiber_del(f, "plq", NULL) : rc;
}
