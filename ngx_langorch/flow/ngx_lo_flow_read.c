/*
 * The body of POST /workflows: its shape, step by step, and its defaults.
 */

#include "api/ngx_lo_input.h"
#include "flow/ngx_lo_flow_int.h"

#include <math.h>


static void ngx_lo_flow_step(ngx_lo_flow_read_t *fr, size_t i);
static void ngx_lo_flow_config(ngx_lo_flow_read_t *fr, size_t i,
    json_t *config);
static void ngx_lo_flow_number(ngx_lo_flow_read_t *fr, size_t i,
    json_t *config, const ngx_lo_flow_number_t *rule);
static void ngx_lo_flow_needs(ngx_lo_flow_read_t *fr, size_t i);
static const json_t *ngx_lo_flow_text(ngx_lo_flow_read_t *fr,
    const json_t *in, json_t *loc, ngx_uint_t required);
static void ngx_lo_flow_set(ngx_lo_flow_read_t *fr, json_t *in,
    const char *name, json_t *v);


static const ngx_lo_flow_number_t  ngx_lo_flow_numbers[] = {
    { "duration_seconds", 1e12, 0, 1.0 },
    { "fail_probability", 1, 0, 0.0 },
    { "max_retries", 1000000, 1, 0 }
};


ngx_int_t
ngx_lo_flow_shape(ngx_lo_api_t *api, ngx_lo_flow_read_t *fr)
{
    size_t         i, n;
    const json_t  *steps;

    steps = ngx_lo_input_array(api, "steps", NGX_LO_REQUIRED);
    n = json_array_size(steps);

    if (steps != NULL && n == 0) {
        ngx_lo_input_wrong(api, "body", "steps", "too_short",
                           "Must have at least 1 step");
    }

    fr->definition = ngx_lo_api_keep(api, json_deep_copy(api->body));
    fr->ids = ngx_lo_api_keep(api, json_object());
    fr->api = api;

    if (fr->definition == NULL || fr->ids == NULL) {
        return NGX_ERROR;
    }

    fr->steps = json_object_get(fr->definition, "steps");

    for (i = 0; i < n && !fr->failed; i++) {
        ngx_lo_flow_step(fr, i);
    }

    for (i = 0; i < n && !fr->failed; i++) {
        ngx_lo_flow_needs(fr, i);
    }

    return fr->failed ? NGX_ERROR : NGX_OK;
}


static void
ngx_lo_flow_step(ngx_lo_flow_read_t *fr, size_t i)
{
    json_t        *step, *config;
    const char    *s;
    const json_t  *id;

    step = json_array_get(fr->steps, i);

    if (!json_is_object(step)) {
        ngx_lo_input_wrong_at(fr->api, json_pack("[s, s, i]", "body", "steps",
                                                 (int) i),
                              "object_type", "Must be an object");
        return;
    }

    id = ngx_lo_flow_text(fr, step, json_pack("[s, s, i, s]", "body", "steps",
                                              (int) i, "id"), 1);
    (void) ngx_lo_flow_text(fr, step, json_pack("[s, s, i, s]", "body",
                                                "steps", (int) i, "type"), 1);

    if (id != NULL) {
        s = json_string_value(id);

        if (json_object_get(fr->ids, s) != NULL) {
            ngx_lo_flow_say(fr, json_pack("[s, s, i, s]", "body", "steps",
                                          (int) i, "id"),
                            json_sprintf("Duplicate step id: '%s'", s));
        }

        ngx_lo_flow_set(fr, fr->ids, s, json_true());
    }

    config = json_object_get(step, "config");

    if (!json_is_object(config)) {
        ngx_lo_input_wrong_at(fr->api, json_pack("[s, s, i, s]", "body",
                                                 "steps", (int) i, "config"),
                              (config == NULL) ? "missing" : "object_type",
                              (config == NULL) ? "This field is required"
                                               : "Must be an object");
        return;
    }

    ngx_lo_flow_config(fr, i, config);
}


static void
ngx_lo_flow_config(ngx_lo_flow_read_t *fr, size_t i, json_t *config)
{
    size_t  k;

    (void) ngx_lo_flow_text(fr, config,
                            json_pack("[s, s, i, s, s]", "body", "steps",
                                      (int) i, "config", "action"), 1);

    for (k = 0; k < 3; k++) {
        ngx_lo_flow_number(fr, i, config, &ngx_lo_flow_numbers[k]);
    }
}


static void
ngx_lo_flow_number(ngx_lo_flow_read_t *fr, size_t i, json_t *config,
    const ngx_lo_flow_number_t *rule)
{
    double         v;
    const char    *wrong;
    const json_t  *given;

    given = json_object_get(config, rule->name);

    if (given == NULL) {
        ngx_lo_flow_set(fr, config, rule->name,
                        rule->whole ? json_integer((json_int_t) rule->otherwise)
                                    : json_real(rule->otherwise));
        return;
    }

    v = json_number_value(given);
    wrong = NULL;

    if (!json_is_number(given)) {
        wrong = rule->whole ? "Must be an integer" : "Must be a number";

    } else if (rule->whole && v != floor(v)) {
        wrong = "Must be an integer";

    } else if (v < 0) {
        wrong = "Must be at least 0";

    } else if (v > rule->max) {
        wrong = (rule->max == 1) ? "Must be at most 1" : "Is too large";
    }

    if (wrong != NULL) {
        ngx_lo_input_wrong_at(fr->api, json_pack("[s, s, i, s, s]", "body",
                                                 "steps", (int) i, "config",
                                                 rule->name),
                              "value_error", wrong);
    }
}


/* After all ids are known: a step may need a later one. */

static void
ngx_lo_flow_needs(ngx_lo_flow_read_t *fr, size_t i)
{
    size_t         k;
    json_t        *step, *needs, *loc;
    const char    *id;
    const json_t  *v;

    step = json_array_get(fr->steps, i);
    needs = json_object_get(step, "depends_on");
    id = ckp_json_str(step, "id");

    if (!json_is_object(step)) {
        return;
    }

    if (needs == NULL) {
        ngx_lo_flow_set(fr, step, "depends_on", json_array());
        return;
    }

    if (!json_is_array(needs)) {
        ngx_lo_input_wrong_at(fr->api, json_pack("[s, s, i, s]", "body",
                                                 "steps", (int) i,
                                                 "depends_on"),
                              "list_type", "Must be a list of step ids");
        return;
    }

    json_array_foreach(needs, k, v) {

        loc = json_pack("[s, s, i, s, i]", "body", "steps", (int) i,
                        "depends_on", (int) k);

        if (!json_is_string(v)) {
            ngx_lo_input_wrong_at(fr->api, loc, "string_type",
                                  "Must be a string");

        } else if (json_object_get(fr->ids, json_string_value(v)) == NULL) {
            ngx_lo_flow_say(fr, loc,
                            json_sprintf("Step '%s' depends on '%s' which is"
                                         " not defined in this workflow",
                                         (id != NULL) ? id : "",
                                         json_string_value(v)));
        } else {
            json_decref(loc);
        }
    }
}


/* The string at the last part of `loc`, which is stolen. */

static const json_t *
ngx_lo_flow_text(ngx_lo_flow_read_t *fr, const json_t *in, json_t *loc,
    ngx_uint_t required)
{
    const json_t  *v;

    v = json_object_get(in, json_string_value(
                                json_array_get(loc,
                                               json_array_size(loc) - 1)));

    if (v == NULL || (json_is_string(v) && json_string_length(v) == 0)) {

        if (required) {
            ngx_lo_input_wrong_at(fr->api, loc, "missing",
                                  "This field is required");
            return NULL;
        }

    } else if (!json_is_string(v)) {
        ngx_lo_input_wrong_at(fr->api, loc, "string_type",
                              "Must be a string");
        return NULL;
    }

    json_decref(loc);

    return v;
}


/* Both are stolen. */

void
ngx_lo_flow_say(ngx_lo_flow_read_t *fr, json_t *loc, json_t *msg)
{
    if (msg == NULL) {
        fr->failed = 1;
    }

    ngx_lo_input_wrong_at(fr->api, loc, "value_error",
                          (msg != NULL) ? json_string_value(msg) : "");
    json_decref(msg);
}


static void
ngx_lo_flow_set(ngx_lo_flow_read_t *fr, json_t *in, const char *name,
    json_t *v)
{
    if (json_object_set_new(in, name, v) != 0) {
        fr->failed = 1;
    }
}
