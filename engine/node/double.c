/*
 * Test doubles: an override of the test data, a dry run's or a mock's answer,
 * in this order.
 */

#include "node/double.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "node/step.h"


static const json_t *
double_find(ckp_fiber_t *f)
{
    const json_t *const      all = ckp_fiber_program(f)->config.overrides;
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const json_t            *found;
    char                     both[512];

    if (all == NULL) {
        return NULL;
    }

    (void) snprintf(both, sizeof(both), "%s.%s", ckp_fiber_node(f)->id,
                    step->id);

    found = json_object_get(all, ckp_fiber_path(f));
    found = found != NULL ? found : json_object_get(all, both);

    return found != NULL ? found : json_object_get(all, step->id);
}


const json_t *
ckp_double_node(ckp_fiber_t *f)
{
    const json_t *const  all = ckp_fiber_program(f)->config.overrides;
    const json_t        *found = json_object_get(all,
                                                 ckp_fiber_node_path(f));

    return found != NULL ? found
                         : json_object_get(all, ckp_fiber_node(f)->id);
}


/* One of a __sequence__ by attempt; the last one repeats. */

static const json_t *
double_pick(ckp_fiber_t *f, const json_t *value)
{
    const json_t *const  many = json_object_get(value, "__sequence__");
    const size_t         n = json_array_size(many);
    const int64_t        attempt = ckp_fiber_get_int(f, "step", "try");

    if (n == 0) {
        return value;
    }

    return json_array_get(many, (size_t) attempt > n ? n - 1
                                : (size_t) (attempt - 1));
}


static ckp_code_t
double_override(ckp_fiber_t *f, const json_t *value)
{
    const json_t *const  picked = double_pick(f, value);
    const json_t *const  error = json_object_get(picked, "__error__");
    const int64_t        wait = ckp_json_int(picked, "__delay_ms__", -1);
    const json_t        *result = picked;
    ckp_code_t           rc;

    rc = ckp_fiber_emit(f, "step_test_override_applied",
             json_pack("{s:s, s:O}", "step_id", ckp_fiber_step(f)->id,
                       "override", picked));

    if (rc != CKP_OK) {
        return rc;
    }

    if (error != NULL) {
        const char *const  type = ckp_json_str(error, "type");
        const char *const  message = ckp_json_str(error, "message");
        json_t *const      own = json_is_object(error)
                                 ? json_deep_copy(error) : json_object();

        (void) json_object_set_new(own, "type", json_string(type == NULL
                                   ? "AgentActionError" : type));
        (void) json_object_set_new(own, "message", json_string(message == NULL
                                   ? "an error of the test data" : message));

        return ckp_fiber_raise_json(f, own);
    }

    if (wait >= 0) {
        result = json_object_get(picked, "value");
        result = result == NULL ? json_null() : result;
    }

    if (wait > 0 && strcmp(ckp_fiber_mode(f), "dry_run") != 0) {
        rc = ckp_fiber_put(f, "step", "res", json_deep_copy(result));
        return rc == CKP_OK ? ckp_step_pause(f, "op", wait) : rc;
    }

    return ckp_step_done(f, json_deep_copy(result), false);
}


static ckp_code_t
double_answer(ckp_fiber_t *f, bool dry)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    json_t *const            result = json_pack("{s:b, s:s, s:s}",
                                 dry ? "dry_run" : "mocked", 1,
                                 dry ? "skipped_action" : "action",
                                 step->action, "binding", "external");
    const ckp_code_t         rc = ckp_fiber_emit(f,
        dry ? "dry_run_step_skipped" : "step_mock_applied",
        json_pack("{s:s, s:s, s:s?}", "action", step->action, "binding",
                  "external", "ref", step->agent));

    if (rc != CKP_OK) {
        json_decref(result);
        return rc;
    }

    return ckp_step_done(f, result, false);
}


ckp_code_t
ckp_double_step(ckp_fiber_t *f, bool *doubled)
{
    const ckp_step_t *const    step = ckp_fiber_step(f);
    const json_t *const        value = double_find(f);
    const ckp_hosted_t *const  own = ckp_op_hosted(step->op);
    const bool                 external = step->bind == CKP_BIND_EXTERNAL
                                          || step->op == NULL
                                          || (own != NULL
                                              && own->target != NULL
                                              && strcmp(own->target, "http")
                                                 == 0);
    const bool                 dry = strcmp(ckp_fiber_mode(f), "dry_run") == 0;

    *doubled = true;

    if (value != NULL) {
        return double_override(f, value);
    }

    if (external && (dry || ckp_fiber_program(f)->config.mock)) {
        return double_answer(f, dry);
    }

    *doubled = false;

    return CKP_OK;
}
