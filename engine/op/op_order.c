/*
 * Internal actions of the order demonstration: a task that takes its time and
 * may fail, and what it does to an order.  Source: spec/ckp.md 13.6.
 *
 * The change of an order is a write of the same turn as the step's result.  The
 * host refuses the whole turn when the order is not what it has to be; then it
 * says so (CKP_IN_REFUSED), the run remembers it under `refused`, and the next
 * time the step comes here it fails.
 */

#include "op/op_int.h"

#include <string.h>

#include "base/json.h"
#include "base/sha.h"
#include "model/limits.h"

static const struct {
    const char  *action;
    const char  *from;
    const char  *to;
} order_actions[] = {
    { "validate_order", "pending", "validated" },
    { "charge_payment", "validated", "charged" },
    { "ship_order", "charged", "shipped" }
};


/*
 * Was it refused a moment ago?  Each refusal answers once.  A retry without a
 * wait is in the same turn as what failed before it, and is refused with it: so
 * they are counted.
 */

static ckp_code_t
order_refused(ckp_fiber_t *f, bool *refused)
{
    const char *const  path = ckp_fiber_path(f);
    const json_int_t   n = json_integer_value(ckp_fiber_run_get(f, "refused",
                                                                path));

    *refused = n > 0;

    return *refused ? ckp_fiber_run_put(f, "refused", path,
                                        n == 1 ? json_null()
                                               : json_integer(n - 1))
                    : CKP_OK;
}


/* Unknown actions, and tasks without an order, change nothing. */

static ckp_code_t
order_apply(ckp_fiber_t *f, const char *action, const char *order_id)
{
    const bool  dry = strcmp(ckp_fiber_mode(f), "dry_run") == 0;
    bool        refused = false;
    size_t      i = 0;
    ckp_code_t  rc;

    while (i < 3 && strcmp(order_actions[i].action, action) != 0) {
        i++;
    }

    if (i == 3 || order_id == NULL || *order_id == '\0' || dry) {
        return CKP_OK;
    }

    rc = order_refused(f, &refused);

    if (rc == CKP_OK && refused) {
        return ckp_fiber_raise(f, "OrderActionError", "%s: order '%.80s' is "
                               "not %s, not there, or of no amount", action,
                               order_id, order_actions[i].from);
    }

    return rc != CKP_OK ? rc
           : ckp_fiber_write(f, "order",
                 json_pack("{s:s, s:s, s:s, s:s}", "order_id", order_id,
                           "from", order_actions[i].from,
                           "to", order_actions[i].to,
                           "path", ckp_fiber_path(f)));
}


static ckp_code_t
order_run(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const  action = ckp_fiber_step(f)->op->action;
    const char *const  order_id = ckp_json_str(params, "order_id");
    const ckp_code_t   rc = order_apply(f, action, order_id);

    if (rc != CKP_OK) {
        return rc;
    }

    *result = json_pack("{s:s, s:s, s:s?}", "action", action, "status",
                        "success", "order_id", order_id);

    return *result == NULL ? CKP_E_NOMEM : CKP_OK;
}


/* --- tasks that take their time ------------------------------------------------- */

/* In [0, 1): the same for the same attempt of the same task. */

static double
order_chance(ckp_fiber_t *f, const json_t *params)
{
    const json_t *const  seed = json_object_get(params, "seed");
    const json_int_t     n = (json_int_t) ckp_fiber_get_int(f, "step", "try");
    uint8_t              sum[CKP_SHA256_LEN];
    uint64_t             bits = 0;
    json_t *const        own = seed != NULL && !json_is_null(seed)
                               ? json_pack("[O, I]", seed, n)
                               : json_pack("[s, s, I]", ckp_fiber_run_id(f),
                                           ckp_fiber_path(f), n);
    char *const          text = ckp_json_text(own);

    ckp_sha256(text == NULL ? "" : text, text == NULL ? 0 : strlen(text), sum);

    for (int i = 0; i < 8; i++) {
        bits = bits << 8 | sum[i];
    }

    ckp_free(text);
    json_decref(own);

    return (double) (bits >> 11) / 9007199254740992.0;
}


static ckp_code_t
order_task_end(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const  given = ckp_json_str(params, "business_action");
    const char *const  action = given == NULL ? "" : given;
    const double       chance = json_number_value(
                                    json_object_get(params,
                                                    "fail_probability"));
    const int64_t      ms = ckp_json_int(params, "duration_ms", 1000);

    if (chance > 0 && order_chance(f, params) < chance) {
        return ckp_fiber_raise(f, "TaskExecutionError",
                               "the task '%.80s' failed, as it may",
                               *action == '\0' ? ckp_fiber_step(f)->id
                                               : action);
    }

    const ckp_code_t  rc = order_apply(f, action,
                                       ckp_json_str(params, "order_id"));

    if (rc != CKP_OK) {
        return rc;
    }

    *result = json_pack("{s:s, s:s, s:o}", "action", action, "status",
                        "success", "duration",
                        ms % 1000 == 0 ? json_integer(ms / 1000)
                                       : json_real((double) ms / 1000));

    return *result == NULL ? CKP_E_NOMEM : CKP_OK;
}


static ckp_code_t
order_task(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const json_t *const  duration = json_object_get(params, "duration_ms");
    const json_t *const  chance = json_object_get(params, "fail_probability");
    const int64_t        ms = ckp_json_int(params, "duration_ms", 1000);

    if ((duration != NULL && !json_is_null(duration)
         && !json_is_number(duration))
        || (chance != NULL && !json_is_null(chance)
            && !json_is_number(chance)))
    {
        return ckp_fiber_raise(f, "TypeMismatch",
                               "duration_ms and fail_probability are numbers");
    }

    if (ms <= 0 || strcmp(ckp_fiber_mode(f), "dry_run") == 0) {
        return order_task_end(f, params, result);
    }

    *result = json_null();

    return ckp_fiber_sleep(f, ckp_fiber_now(f) + (ms > CKP_WAIT_MS_MAX
                                                  ? CKP_WAIT_MS_MAX : ms));
}


/* A result of the test data stands as it is. */

ckp_code_t
ckp_op_task_after(ckp_fiber_t *f, const json_t *params, const json_t *data,
    json_t **result)
{
    if (data != NULL && !json_is_null(data)) {
        *result = json_incref((json_t *) data);
        return CKP_OK;
    }

    return order_task_end(f, params, result);
}


const ckp_op_t  ckp_ops_order[] = {
    { "simulate_task",
      " business_action duration_ms fail_probability order_id seed config ",
      NULL, false, true, order_task },
    { "validate_order", " order_id ", " order_id ", false, true, order_run },
    { "charge_payment", " order_id ", " order_id ", false, true, order_run },
    { "ship_order", " order_id ", " order_id ", false, true, order_run },
    { .action = NULL }
};
