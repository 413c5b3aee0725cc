/*
 * Test doubles of a question to a model: an override of the test data, a dry
 * run's or a mock's answer.  Source: spec/ckp.md 27.
 */

#include "llm/llm.h"

#include <string.h>

#include "base/json.h"
#include "op/op_int.h"
#include "step/double.h"


/* A value that stands for the outputs: its members are assigned. */

static bool
double_is_outputs(const ckp_llm_t *llm, const json_t *value)
{
    for (size_t i = 0; i < llm->noutputs; i++) {
        if (json_object_get(value, llm->outputs[i].variable) != NULL) {
            return true;
        }
    }

    return false;
}


ckp_code_t
ckp_llm_give(ckp_fiber_t *f, const json_t *value)
{
    const ckp_node_t *const  node = ckp_fiber_node(f);
    const ckp_llm_t *const   llm = node->u.llm;
    json_t                  *text;
    ckp_code_t               rc = CKP_OK;

    if (!double_is_outputs(llm, value)) {
        text = ckp_op_text(value);
        rc = text == NULL ? CKP_E_NOMEM
             : ckp_llm_take(f, json_string_value(text), NULL, true);
        json_decref(text);

        return rc;
    }

    for (size_t i = 0; rc == CKP_OK && i < llm->noutputs; i++) {
        json_t *const  v = json_object_get(value, llm->outputs[i].variable);

        if (v != NULL) {
            rc = ckp_fiber_var_set(f, llm->outputs[i].variable,
                                   ckp_json_copy(v));
        }
    }

    return rc == CKP_OK ? ckp_fiber_done(f, node->next, value) : rc;
}


static ckp_code_t
double_raise(ckp_fiber_t *f, const json_t *error)
{
    const char *const  type = ckp_json_str(error, "type");
    const char *const  message = ckp_json_str(error, "message");
    json_t *const      own = json_is_object(error) ? ckp_json_copy(error)
                                                   : json_object();

    (void) json_object_set_new(own, "type", json_string(type == NULL
                               ? "LLMCallError" : type));
    (void) json_object_set_new(own, "message", json_string(message == NULL
                               ? "an error of the test data" : message));

    return ckp_fiber_raise_json(f, own);
}


/* One of a __sequence__ by round; the last one repeats. */

static const json_t *
double_pick(ckp_fiber_t *f, const json_t *value)
{
    const json_t *const  many = json_object_get(value, "__sequence__");
    const size_t         n = json_array_size(many);
    const int64_t        round = ckp_llm_int(f, "try");

    if (n == 0) {
        return value;
    }

    return json_array_get(many, round < 1 ? 0
                          : (size_t) round > n ? n - 1 : (size_t) round - 1);
}


static ckp_code_t
double_override(ckp_fiber_t *f, const json_t *value)
{
    const json_t *const  picked = double_pick(f, value);
    const json_t *const  error = json_object_get(picked, "__error__");
    const int64_t        wait = ckp_json_int(picked, "__delay_ms__", -1);
    const json_t        *given = picked;
    ckp_code_t           rc;

    rc = ckp_fiber_emit(f, "step_test_override_applied",
             json_pack("{s:s, s:O}", "step_id", ckp_fiber_node(f)->id,
                       "override", picked));

    if (rc != CKP_OK) {
        return rc;
    }

    if (error != NULL) {
        (void) double_raise(f, error);

        return ckp_llm_failed(f, NULL, false);
    }

    if (wait >= 0) {
        given = json_object_get(picked, "value");
        given = given == NULL ? json_null() : given;
    }

    if (wait > 0 && strcmp(ckp_fiber_mode(f), "dry_run") != 0) {
        const int64_t  until = ckp_fiber_now(f) + wait;

        rc = ckp_fiber_put(f, "llm", "res", ckp_json_copy(given));
        rc = rc == CKP_OK ? ckp_llm_put_int(f, "until", until) : rc;
        rc = rc == CKP_OK ? ckp_fiber_put(f, "llm", "ph",
                                          json_string("double")) : rc;

        return rc == CKP_OK ? ckp_fiber_sleep(f, until) : rc;
    }

    return ckp_llm_give(f, given);
}


static ckp_code_t
double_stand_in(ckp_fiber_t *f, bool dry)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    const ckp_code_t        rc = ckp_fiber_emit(f,
        dry ? "dry_run_step_skipped" : "step_mock_applied",
        json_pack("{s:s, s:s, s:s?}", "action", "llm_action", "binding", "llm",
                  "ref", llm->profile != NULL ? llm->profile : llm->model));

    return rc != CKP_OK ? rc
           : ckp_llm_take(f, dry ? "{\"dry_run\": true}"
                                 : "{\"mocked\": true}", NULL, true);
}


ckp_code_t
ckp_llm_double(ckp_fiber_t *f, bool *doubled)
{
    const bool           dry = strcmp(ckp_fiber_mode(f), "dry_run") == 0;
    const json_t *const  value = ckp_double_node(f);

    *doubled = true;

    if (value != NULL) {
        const ckp_code_t  rc = ckp_llm_put_int(f, "try",
                                               1 + ckp_llm_int(f, "try"));

        return rc == CKP_OK ? double_override(f, value) : rc;
    }

    if (dry || ckp_double_mocks(f)) {
        return double_stand_in(f, dry);
    }

    *doubled = false;

    return CKP_OK;
}
