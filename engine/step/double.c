/*
 * Test doubles: an override of the test data, a dry run's or a mock's answer,
 * in this order.  Those of the run hold in the procedures inside it, too.
 */

#include "step/double.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "node/frame.h"
#include "node/step.h"


static const ckp_config_t *
double_config(const ckp_fiber_t *f)
{
    return &ckp_fiber_run_program(f)->config;
}


/* Of a child run: those of the run around it, whatever its own procedure
 * says. */

static const json_t *
double_given(const ckp_fiber_t *f)
{
    return ckp_fiber_run_get(f, "kin", "doubles");
}


static const json_t *
double_all(const ckp_fiber_t *f)
{
    const json_t *const  given = double_given(f);

    return given != NULL ? json_object_get(given, "overrides")
                         : double_config(f)->overrides;
}


bool
ckp_double_mocks(const ckp_fiber_t *f)
{
    const json_t *const  given = double_given(f);

    return given != NULL ? ckp_json_bool(given, "mock", false)
                         : double_config(f)->mock;
}


bool
ckp_double_rejects(const ckp_fiber_t *f)
{
    const json_t *const  given = double_given(f);

    return given != NULL ? ckp_json_bool(given, "reject", false)
                         : double_config(f)->dry_reject;
}


json_t *
ckp_double_pass(ckp_fiber_t *f)
{
    const char *const  base = ckp_json_str(double_given(f), "base");

    return json_pack("{s:O*, s:b, s:b, s:o}", "overrides", double_all(f),
                     "mock", ckp_double_mocks(f), "reject",
                     ckp_double_rejects(f), "base",
                     json_sprintf("%s%s/sub/", base == NULL ? "" : base,
                                  ckp_fiber_node_path(f)));
}


/* By a path of this run, or by what it is in the run around. */

static const json_t *
double_by_path(const ckp_fiber_t *f, const json_t *all, const char *path)
{
    const char *const    base = ckp_json_str(double_given(f), "base");
    const json_t        *found = json_object_get(all, path);
    json_t              *whole;

    if (found != NULL || base == NULL) {
        return found;
    }

    whole = json_sprintf("%s%s", base, path);
    found = json_object_get(all, json_string_value(whole));
    json_decref(whole);

    return found;
}


/* The longest key goes before: a path, a step of a node, a step. */

static const json_t *
double_find(ckp_fiber_t *f)
{
    const json_t *const      all = double_all(f);
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const json_t            *found;
    json_t                  *both;

    if (all == NULL) {
        return NULL;
    }

    found = double_by_path(f, all, ckp_fiber_path(f));

    if (found == NULL) {
        both = json_sprintf("%s.%s", ckp_fiber_node(f)->id, step->id);
        found = json_object_get(all, json_string_value(both));
        json_decref(both);
    }

    return found != NULL ? found : json_object_get(all, step->id);
}


const json_t *
ckp_double_node(ckp_fiber_t *f)
{
    const json_t *const  all = double_all(f);
    const json_t        *found;

    if (all == NULL) {
        return NULL;
    }

    found = double_by_path(f, all, ckp_fiber_node_path(f));

    return found != NULL ? found
                         : json_object_get(all, ckp_fiber_node(f)->id);
}


/* One of a __sequence__ by attempt; the last one repeats. */

static const json_t *
double_pick(const ckp_fiber_t *f, const json_t *value)
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
double_raise(ckp_fiber_t *f, const json_t *error)
{
    const char *const  type = ckp_json_str(error, "type");
    const char *const  message = json_is_string(error)
                                 ? json_string_value(error)
                                 : ckp_json_str(error, "message");
    json_t *const      own = json_is_object(error) ? ckp_json_copy(error)
                                                   : json_object();

    (void) json_object_set_new(own, "type", json_string(type == NULL
                               ? "AgentActionError" : type));
    (void) json_object_set_new(own, "message", json_string(message == NULL
                               ? "an error of the test data" : message));

    return ckp_fiber_raise_json(f, own);
}


/* What stands for the attempt at last: an error, or a result. */

static ckp_code_t
double_end(ckp_fiber_t *f, const json_t *value)
{
    const json_t *const  error = json_object_get(value, "__error__");

    if (error != NULL) {
        return double_raise(f, error);
    }

    return ckp_step_done(f, value == NULL ? json_null()
                                          : ckp_json_copy(value), false);
}


static ckp_code_t
double_override(ckp_fiber_t *f, const json_t *value)
{
    const json_t *const  picked = double_pick(f, value);
    int64_t              wait = ckp_json_int(picked, "__delay_ms__", -1);
    ckp_code_t           rc;

    rc = ckp_fiber_emit(f, "step_test_override_applied",
             json_pack("{s:s, s:O}", "step_id", ckp_fiber_step(f)->id,
                       "override", picked));

    if (rc != CKP_OK || wait < 0) {
        return rc != CKP_OK ? rc : double_end(f, picked);
    }

    value = double_pick(f, json_object_get(picked, "value"));

    if (wait == 0 || strcmp(ckp_fiber_mode(f), "dry_run") == 0) {
        return double_end(f, value);
    }

    if (wait > CKP_WAIT_MS_MAX) {
        wait = CKP_WAIT_MS_MAX;
    }

    rc = ckp_fiber_put(f, "step", "res", value == NULL ? json_null()
                                         : ckp_json_copy(value));

    return rc == CKP_OK ? ckp_step_pause(f, "double", wait) : rc;
}


ckp_code_t
ckp_double_rested(ckp_fiber_t *f)
{
    json_t *const     value = json_incref(ckp_fiber_get(f, "step", "res"));
    const ckp_code_t  rc = double_end(f, value);

    json_decref(value);

    return rc == CKP_E_INVALID ? ckp_attempt_failed(f, false) : rc;
}


/* --- dry runs and mocks -------------------------------------------------------- */

/* Whether the work is with others, by whomever it would be done. */

static bool
double_is_external(const ckp_step_t *step)
{
    const ckp_hosted_t *const  own = step->op == NULL ? NULL
                                     : ckp_op_hosted(step->op);

    return step->bind == CKP_BIND_EXTERNAL || step->op == NULL
           || (own != NULL && own->target != NULL
               && strcmp(own->target, "http") == 0);
}


static const char *
double_binding(const ckp_step_t *step)
{
    if (step->bind == CKP_BIND_INTERNAL) {
        return "internal";
    }

    return step->executor == CKP_BY_MCP ? "mcp_tool" : "agent_http";
}


static ckp_code_t
double_answer(ckp_fiber_t *f, bool dry)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const char *const        binding = double_binding(step);
    json_t *const            result = json_pack("{s:b, s:s, s:s}",
                                 dry ? "dry_run" : "mocked", 1,
                                 dry ? "skipped_action" : "action",
                                 step->action, "binding", binding);
    const ckp_code_t         rc = ckp_fiber_emit(f,
        dry ? "dry_run_step_skipped" : "step_mock_applied",
        json_pack("{s:s, s:s, s:s?}", "action", step->action, "binding",
                  binding, "ref", step->agent));

    if (rc != CKP_OK) {
        json_decref(result);
        return rc;
    }

    return ckp_step_done(f, result, false);
}


ckp_code_t
ckp_double_step(ckp_fiber_t *f, bool *doubled)
{
    const json_t *const  value = double_find(f);
    const bool           external = double_is_external(ckp_fiber_step(f));
    const bool           dry = strcmp(ckp_fiber_mode(f), "dry_run") == 0;

    *doubled = true;

    if (value != NULL) {
        return double_override(f, value);
    }

    if (external && (dry || ckp_double_mocks(f))) {
        return double_answer(f, dry);
    }

    *doubled = false;

    return CKP_OK;
}


/* --- what comes of stand-ins ---------------------------------------------------- */

bool
ckp_double_stands(const ckp_fiber_t *f)
{
    return strcmp(ckp_fiber_mode(f), "dry_run") == 0 || ckp_double_mocks(f);
}


/* Whether a stand-in is the value, or in it. */

static bool
double_is_in(const json_t *v, unsigned depth)
{
    const char    *name;
    const json_t  *one;
    size_t         i;

    if (ckp_json_bool(v, "dry_run", false)
        || ckp_json_bool(v, "mocked", false))
    {
        return true;
    }

    if (depth == 0) {
        return false;
    }

    json_object_foreach((json_t *) v, name, one) {
        if (double_is_in(one, depth - 1)) {
            return true;
        }
    }

    json_array_foreach((json_t *) v, i, one) {
        if (double_is_in(one, depth - 1)) {
            return true;
        }
    }

    return false;
}


/* What data may be the reason for: spec/ckp.md 15.2. */

static bool
double_is_of_data(const json_t *error)
{
    static const char *const  types[] = {
        "TemplateError", "ExpressionError", "TransformError", "ParseError",
        "TypeMismatch", "SchemaViolation", "UnsupportedFormat"
    };
    const char *const         type = ckp_json_str(error, "type");

    for (size_t i = 0; type != NULL && i < sizeof(types) / sizeof(*types);
         i++)
    {
        if (strcmp(types[i], type) == 0) {
            return true;
        }
    }

    return false;
}


/* [] of what gives rows. */

static json_t *
double_nothing(const ckp_fiber_t *f)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);

    return step != NULL && step->action != NULL
           && (strcmp(step->action, "parse_csv") == 0
               || strcmp(step->action, "parse_excel_data") == 0)
               ? json_array() : json_null();
}


ckp_code_t
ckp_double_excuse(ckp_fiber_t *f, const json_t *given, json_t **result)
{
    const json_t *const  error = ckp_fiber_raised(f);
    json_t              *vars;
    json_t              *text;
    bool                 fed;
    ckp_code_t           rc;

    if (!ckp_double_stands(f) || !double_is_of_data(error)) {
        return CKP_E_INVALID;
    }

    vars = ckp_fiber_vars(f);
    fed = double_is_in(given, CKP_JSON_DEPTH_MAX) || double_is_in(vars, 2);
    json_decref(vars);

    if (!fed) {
        return CKP_E_INVALID;
    }

    text = json_sprintf("nothing comes of an answer that was not asked for: "
                        "%.400s", ckp_json_str(error, "message"));
    rc = ckp_fiber_emit(f, "log", json_pack("{s:s, s:o}", "level", "WARNING",
                                            "message", text));
    json_decref(ckp_fiber_error_take(f));
    *result = rc == CKP_OK ? double_nothing(f) : NULL;

    return rc;
}
