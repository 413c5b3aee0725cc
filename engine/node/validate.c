/*
 * Validations, judged and acted upon; see validate.h.
 */

#include <string.h>

#include "base/json.h"
#include "lang/value.h"
#include "node/step.h"
#include "node/validate_int.h"
#include "node/verdict.h"

#define VALID_TEXT_MAX  (1024 * 1024)


/* --- judging ---------------------------------------------------------------- */

/* The text of a result: itself, its member `text`, or all of it as JSON. */
static void
valid_text(const json_t *value, ckp_buf_t *b)
{
    const json_t *const  text = json_object_get(value, "text");

    ckp_value_text(b, json_is_string(text) ? text : value);
}


static bool
valid_contains(const json_t *value, const json_t *expected)
{
    ckp_buf_t  whole;
    bool       all = true;

    ckp_buf_init(&whole, VALID_TEXT_MAX);
    valid_text(value, &whole);

    for (size_t i = 0; all && i < json_array_size(expected); i++) {
        ckp_buf_t  part;

        ckp_buf_init(&part, VALID_TEXT_MAX);
        ckp_value_text(&part, json_array_get(expected, i));
        all = whole.failed == CKP_OK && part.failed == CKP_OK
              && strstr(ckp_buf_str(&whole), ckp_buf_str(&part)) != NULL;
        ckp_buf_free(&part);
    }

    ckp_buf_free(&whole);

    return all;
}


/* null and absent bounds are open. */
static bool
valid_in_range(const json_t *value, const json_t *expected)
{
    const json_t *const  low = json_array_get(expected, 0);
    const json_t *const  high = json_array_get(expected, 1);
    ckp_num_t            v;
    ckp_num_t            bound;

    if (!ckp_num_of(value, &v)) {
        return false;
    }

    if (low != NULL && !json_is_null(low)
        && (!ckp_num_of(low, &bound) || ckp_num_order(&v, &bound) < 0))
    {
        return false;
    }

    return high == NULL || json_is_null(high)
           || (ckp_num_of(high, &bound) && ckp_num_order(&v, &bound) <= 0);
}


static bool
valid_in(const json_t *value, const json_t *expected)
{
    for (size_t i = 0; i < json_array_size(expected); i++) {
        if (ckp_value_equal(value, json_array_get(expected, i))) {
            return true;
        }
    }

    return false;
}


/* One expected value may stand in a list of one. */
static bool
valid_equals(const json_t *value, const json_t *expected)
{
    return ckp_value_equal(value, expected)
           || (json_array_size(expected) == 1
               && ckp_value_equal(value, json_array_get(expected, 0)));
}


/* `expected` may be one value instead of a list. */
static bool
valid_compare(ckp_valid_kind_t kind, const json_t *value, json_t *expected)
{
    json_t *const  list = json_is_array(expected) ? json_incref(expected)
                          : json_pack("[O]", expected);
    bool           holds = false;

    if (kind == CKP_VALID_TEXT) {
        holds = valid_contains(value, list);

    } else if (kind == CKP_VALID_RANGE) {
        holds = valid_in_range(value, list);

    } else if (kind == CKP_VALID_IN) {
        holds = valid_in(value, list);

    } else if (kind == CKP_VALID_EQUALS) {
        holds = valid_equals(value, expected);
    }

    json_decref(list);

    return holds;
}


/* What it is about: its source, what the agent said, the last result. */
static ckp_code_t
valid_value(ckp_fiber_t *f, const ckp_valid_t *v, json_t **value)
{
    json_t  *held;

    if (v->source != NULL) {
        return ckp_verdict_source(f, v->source, value);
    }

    held = v->ask != NULL ? ckp_fiber_get(f, "v", "res")
                          : ckp_fiber_get(f, "res", NULL);
    *value = held == NULL ? json_null() : json_incref(held);

    return CKP_OK;
}


/* *why: new string when there is more to tell. */
static ckp_code_t
valid_test(ckp_fiber_t *f, const ckp_valid_t *v, bool *holds, json_t **why)
{
    json_t      *value = NULL;
    json_t      *expected = NULL;
    ckp_code_t   rc;

    *holds = false;
    *why = NULL;

    if (v->kind == CKP_VALID_CUSTOM) {
        return ckp_fiber_test(f, v->condition, holds);
    }

    if (v->ask != NULL && ckp_fiber_get(f, "v", "err") != NULL) {
        *why = json_incref(ckp_fiber_get(f, "v", "err"));
        return CKP_OK;
    }

    rc = valid_value(f, v, &value);

    if (rc == CKP_OK && v->kind == CKP_VALID_ELEMENT) {
        *holds = v->ask != NULL || ckp_value_truthy(value);

    } else if (rc == CKP_OK && v->kind == CKP_VALID_SCHEMA) {
        rc = ckp_verdict_schema(f, v->schema, value, why);
        *holds = rc == CKP_OK && *why == NULL;

    } else if (rc == CKP_OK) {
        rc = ckp_fiber_render(f, v->expected, &expected);
        *holds = rc == CKP_OK && valid_compare(v->kind, value, expected);
    }

    json_decref(value);
    json_decref(expected);

    return rc;
}


/* --- asking an agent ---------------------------------------------------------- */

static const ckp_validations_t *
valid_list(const ckp_fiber_t *f, const ckp_step_t *step)
{
    return step != NULL ? step->validations
                        : ckp_fiber_node(f)->u.sequence->validations;
}


/* Aside goes what was going on; its place is taken by one step that asks. */
static ckp_code_t
valid_ask(ckp_fiber_t *f, size_t i)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const int64_t            asked = ckp_fiber_get_int(f, "vn", NULL);
    json_t                  *held = NULL;
    ckp_code_t               rc;

    if (step != NULL) {
        held = ckp_json_copy(ckp_fiber_get(f, "step", NULL));

        if (json_object_set_new(held, "ph", json_string("retry")) != 0) {
            json_decref(held);
            return CKP_E_NOMEM;
        }
    }

    rc = ckp_fiber_put(f, "v", NULL, json_pack("{s:I, s:s*, s:I, s:s*, s:o*}",
             "i", (json_int_t) i,
             "of", step == NULL ? NULL : step->id,
             "at", (json_int_t) ckp_fiber_get_int(f, "at", NULL),
             "list", ckp_fiber_get_str(f, "list", NULL), "step", held));

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "list", NULL, json_string("val"));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "at", NULL, json_integer(0));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "step", NULL);
    }

    /* asked again in one visit it is another call */

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "k0", NULL, json_integer(asked));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "vn", NULL, json_integer(asked + 1));
    }

    ckp_fiber_at_step(f, NULL);

    return rc == CKP_OK ? ckp_fiber_again(f) : rc;
}


/* The list and place that "val" took the place of. */
static ckp_code_t
valid_back(ckp_fiber_t *f)
{
    const char *const  list = ckp_fiber_get_str(f, "v", "list");
    json_t *const      held = ckp_fiber_get(f, "v", "step");
    const int64_t      at = ckp_fiber_get_int(f, "v", "at");
    ckp_code_t         rc = list == NULL ? ckp_fiber_del(f, "list", NULL)
                            : ckp_fiber_put(f, "list", NULL,
                                            json_string(list));

    ckp_fiber_at_step(f, NULL);

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "at", NULL, json_integer(at));
    }

    return rc != CKP_OK ? rc
           : ckp_fiber_put(f, "step", NULL, held == NULL
                               ? json_pack("{s:s}", "ph", "done")
                               : ckp_json_copy(held));
}


ckp_code_t
ckp_validate_went(ckp_fiber_t *f)
{
    const ckp_code_t  rc = valid_back(f);

    return rc == CKP_OK ? ckp_fiber_again(f) : rc;
}


ckp_code_t
ckp_validate_drop(ckp_fiber_t *f)
{
    const ckp_code_t  rc = valid_back(f);

    return rc == CKP_OK ? ckp_fiber_del(f, "v", NULL) : rc;
}


ckp_code_t
ckp_validate_answered(ckp_fiber_t *f, json_t *result)
{
    return ckp_fiber_put(f, "v", "res", json_incref(result));
}


ckp_code_t
ckp_validate_refused(ckp_fiber_t *f, const json_t *error)
{
    return ckp_fiber_put(f, "v", "err", ckp_error_text(error));
}


const ckp_step_t *
ckp_validate_asks(const ckp_fiber_t *f)
{
    const int64_t                   i = ckp_fiber_get_int(f, "v", "i");
    const ckp_step_t *const         step = ckp_step_under(f,
                                        ckp_fiber_get_str(f, "v", "list"),
                                        ckp_fiber_get_int(f, "v", "at"));
    const bool                      node = ckp_fiber_get(f, "v", "of") == NULL;
    const ckp_validations_t *const  vs = valid_list(f, node ? NULL : step);

    return vs == NULL || i < 0 || (size_t) i >= vs->n ? NULL
                                                      : vs->list[i].ask;
}


/* --- acting ------------------------------------------------------------------- */

/* Whether the node may begin once more for it; counted. */
static ckp_code_t
valid_retries(ckp_fiber_t *f, const ckp_valid_t *v, size_t i, bool *again)
{
    const ckp_step_t *const   step = ckp_fiber_step(f);
    const ckp_retry_t *const  policy = &ckp_fiber_program(f)->config.retry;
    const int64_t             max = v->max_retries >= 0 ? v->max_retries
                                    : (int64_t) policy->max_attempts - 1;
    json_t *const             name = json_sprintf("v:%s:%zu", step == NULL
                                                  ? "" : step->id, i);
    const char *const         key = json_string_value(name);
    ckp_code_t                rc = name == NULL ? CKP_E_NOMEM : CKP_OK;
    int64_t                   used = 0;

    if (rc == CKP_OK && ckp_fiber_get(f, "rn", NULL) == NULL) {
        rc = ckp_fiber_put(f, "rn", NULL, json_object());
    }

    if (rc == CKP_OK) {
        used = ckp_fiber_get_int(f, "rn", key);
        rc = ckp_fiber_put(f, "rn", key, json_integer(used + 1));
    }

    json_decref(name);
    *again = used < max;

    return rc;
}


/* error is stolen. */
static ckp_code_t
valid_throw(ckp_fiber_t *f, json_t *error)
{
    if (error == NULL) {
        return CKP_E_NOMEM;
    }

    return ckp_fiber_step(f) != NULL ? ckp_step_failed(f, error)
                                     : ckp_node_failed(f, error);
}


static ckp_code_t
valid_act(ckp_fiber_t *f, const ckp_valid_t *v, size_t i, json_t *error)
{
    const bool  own = ckp_fiber_get_str(f, "list", NULL) == NULL;
    bool        again = false;
    ckp_code_t  rc = CKP_OK;

    /* what cleans up or recovers fails alone, not the node around it */

    if (own && v->on_failure == CKP_VALID_FAIL) {
        return ckp_fiber_fail_run(f, error);
    }

    if (own && v->on_failure == CKP_VALID_RETRY_NODE) {
        rc = valid_retries(f, v, i, &again);
    }

    if (rc == CKP_OK && !again) {
        return valid_throw(f, error);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_restart(f, "retry_node", error);
    }

    json_decref(error);

    return rc;
}


/* Tells of it, and does what its word says.  *holds: as if it held. */
static ckp_code_t
valid_failed(ckp_fiber_t *f, const ckp_valid_t *v, size_t i,
    const json_t *why, bool *holds)
{
    json_t      *message = NULL;
    json_t      *error;
    ckp_code_t   rc = ckp_verdict_message(f, v->message, "validation", v->id,
                                          why, &message);

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "validation_failed",
                 json_pack("{s:s, s:s, s:O, s:s}", "validation_id", v->id,
                           "check", v->check, "message", message,
                           "on_failure", v->word));
    }

    *holds = v->on_failure == CKP_VALID_GO_ON
             || (v->on_failure != CKP_VALID_SKIP && ckp_verdict_is_dry(f));

    if (rc != CKP_OK || *holds) {
        json_decref(message);
        return rc;
    }

    if (ckp_fiber_get(f, "v", NULL) != NULL) {
        rc = ckp_fiber_del(f, "v", NULL);
    }

    if (rc == CKP_OK && v->on_failure == CKP_VALID_SKIP) {
        rc = ckp_step_skip(f, "validation");

    } else if (rc == CKP_OK) {
        error = ckp_verdict_error(f, "ValidationFailed", message,
                    json_pack("{s:s, s:s}", "validation_id", v->id, "check",
                              v->check));
        rc = error == NULL ? CKP_E_NOMEM : valid_act(f, v, i, error);
    }

    json_decref(message);

    return rc;
}


/* Whether the agent must look first, and has not yet. */
static bool
valid_must_ask(const ckp_fiber_t *f, const ckp_valid_t *v)
{
    return v->ask != NULL && ckp_fiber_get(f, "v", "res") == NULL
           && ckp_fiber_get(f, "v", "err") == NULL;
}


static ckp_code_t
valid_one(ckp_fiber_t *f, const ckp_valid_t *v, size_t i, bool *holds)
{
    json_t      *why = NULL;
    ckp_code_t   rc;

    *holds = true;

    if (v->ask != NULL && ckp_verdict_is_dry(f)) {
        return CKP_OK;          /* nobody looks in a dry run */
    }

    if (valid_must_ask(f, v)) {
        *holds = false;
        return valid_ask(f, i);
    }

    rc = valid_test(f, v, holds, &why);

    if (rc == CKP_OK && !*holds) {
        rc = valid_failed(f, v, i, why, holds);
    }

    json_decref(why);

    /* the answer was for this one alone */

    if (rc == CKP_OK && *holds && ckp_fiber_get(f, "v", NULL) != NULL) {
        rc = ckp_fiber_del(f, "v", NULL);
    }

    return rc;
}


static ckp_code_t
valid_all(ckp_fiber_t *f, bool *holds)
{
    const ckp_validations_t *const  vs = valid_list(f, ckp_fiber_step(f));
    const int64_t                   from = ckp_fiber_get_int(f, "v", "i");
    ckp_code_t                      rc = CKP_OK;

    *holds = true;

    for (size_t i = (size_t) from; vs != NULL && i < vs->n; i++) {
        rc = valid_one(f, &vs->list[i], i, holds);

        if (rc != CKP_OK || !*holds) {
            break;
        }
    }

    if (rc == CKP_E_INVALID || rc == CKP_E_LIMIT) {
        *holds = false;
        rc = ckp_fiber_get(f, "v", NULL) == NULL ? CKP_OK
             : ckp_fiber_del(f, "v", NULL);
        rc = rc == CKP_OK ? valid_throw(f, ckp_fiber_error_take(f)) : rc;
    }

    return rc;
}


ckp_code_t
ckp_validate_node(ckp_fiber_t *f, bool *holds)
{
    *holds = true;

    return ckp_fiber_node(f)->u.sequence->validations == NULL
           ? CKP_OK : valid_all(f, holds);
}


ckp_code_t
ckp_validate_step(ckp_fiber_t *f, bool *holds)
{
    *holds = true;

    return ckp_fiber_step(f)->validations == NULL ? CKP_OK
                                                  : valid_all(f, holds);
}
