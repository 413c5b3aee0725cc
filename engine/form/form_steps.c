/*
 * Form D: a list of steps with depends_on becomes one dag node (spec/ckp.md
 * 11.6).
 */

#include <math.h>
#include <string.h>

#include "form/form_made.h"

#define STEPS_RETRIES_MAX  1000000

/* What of `config` has a meaning of its own. */
static const char  steps_config[] =
    " action duration_seconds fail_probability max_retries ";


static void
steps_wrong(ckp_parse_t *ps, const ckp_at_t *at, int number,
    const char *what)
{
    ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = number,
                                     .field = at->key },
                  "'%s' must be %s", at->key, what);
}


/* A number within bounds, or what stands for none. */
static double
steps_number(ckp_parse_t *ps, const ckp_at_t *config, const char *key,
    double max, double otherwise)
{
    ckp_at_t  at;
    double    value;

    if (!ckp_parse_find(ps, config, key, &at)) {
        return otherwise;
    }

    if (!json_is_number(at.value)) {
        steps_wrong(ps, &at, 15, "a number");
        return otherwise;
    }

    value = json_number_value(at.value);

    if (value < 0 || value > max) {
        steps_wrong(ps, &at, 512, max == 1 ? "a number between 0 and 1"
                                           : "a number, 0 or more");
        return otherwise;
    }

    return value;
}


static json_int_t
steps_retries(ckp_parse_t *ps, const ckp_at_t *config)
{
    ckp_at_t  at;
    double    value;

    if (!ckp_parse_find(ps, config, "max_retries", &at)) {
        return 0;
    }

    if (!json_is_number(at.value)) {
        steps_wrong(ps, &at, 15, "an integer");
        return 0;
    }

    value = json_number_value(at.value);

    if (value < 0 || value != floor(value) || value > STEPS_RETRIES_MAX) {
        steps_wrong(ps, &at, 512, "an integer, 0 or more");
        return 0;
    }

    return (json_int_t) value;
}


/* --- one step ------------------------------------------------------------------- */


static void
steps_params(ckp_made_t *m, json_t *params, const ckp_at_t *config)
{
    ckp_parse_t *const  ps = m->ps;
    const double        seconds = steps_number(ps, config, "duration_seconds",
                                               1e12, 1.0);
    const double        fails = steps_number(ps, config, "fail_probability",
                                             1, 0);
    json_t *const       more = json_object();
    const char         *key;
    const json_t       *value;
    ckp_at_t            action;

    if (ckp_parse_find(ps, config, "action", &action)) {
        ckp_made_copy(m, params, "business_action", &action);
    }

    ckp_made_set(m, params, "duration_ms", ckp_made_ms(seconds), NULL);
    ckp_made_set(m, params, "fail_probability", json_real(fails), NULL);
    ckp_made_set(m, params, "order_id", json_string("{{order_id}}"), config);

    json_object_foreach((json_t *) config->value, key, value) {
        if (!ckp_word_in(steps_config, key) && !ckp_is_note(key)
            && json_object_set(more, key, (json_t *) value) != 0)
        {
            ps->nomem = true;
        }
    }

    if (json_object_size(more) > 0) {
        ckp_made_set(m, params, "config", more, config);

    } else {
        json_decref(more);
    }
}


static void
steps_action(ckp_parse_t *ps, const ckp_at_t *config, const ckp_at_t *step)
{
    ckp_at_t  at;

    if (config->value == NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = step, .number = 511,
                                         .field = "config" },
                      "a step without 'config'");

    } else if (!ckp_parse_find(ps, config, "action", &at)
               || !json_is_string(at.value)
               || json_string_length(at.value) == 0)
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = config, .number = 511,
                                         .field = "action" },
                      "a step without an action");
    }
}


static void
steps_body(ckp_made_t *m, json_t *task, const ckp_at_t *at)
{
    ckp_parse_t *const  ps = m->ps;
    json_t *const       step = json_pack("{s:s, s:{}}", "action",
                                         "simulate_task", "params");
    json_t *const       params = json_object_get(step, "params");
    ckp_at_t            config;
    json_int_t          retries;

    if (!ckp_parse_object(ps, at, "config", &config)) {
        if (config.value != NULL && !json_is_null(config.value)) {
            ckp_made_set(m, task, "step", step, at);
            return;
        }

        config.value = NULL;
    }

    ckp_parse_stands(ps, params, &config);
    steps_action(ps, &config, at);
    steps_params(m, params, &config);
    ckp_made_set(m, task, "step", step, &config);
    retries = steps_retries(ps, &config);

    if (retries > 0) {
        ckp_made_set(m, task, "retry", json_pack("{s:I, s:s, s:i}",
                     "max_attempts", retries + 1, "strategy", "fixed",
                     "base_delay_ms", 0), &config);
    }
}


static void
steps_step(ckp_made_t *m, const ckp_at_t *at)
{
    static const char *const  kept[] = { "depends_on", "name", "description",
                                         "metadata" };
    ckp_parse_t *const        ps = m->ps;
    json_t                   *task;
    ckp_at_t                  out;

    if (!json_is_object(at->value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 15,
                                         .field = "steps" },
                      "a step must be an object");
        return;
    }

    task = ckp_made_task(m, at);

    if (ckp_parse_find(ps, at, "id", &out)) {
        ckp_made_copy(m, task, "task_id", &out);
    }

    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (ckp_parse_find(ps, at, kept[i], &out)) {
            ckp_made_copy(m, task, kept[i], &out);
        }
    }

    (void) ckp_parse_str(ps, at, "type");

    if (json_is_string(json_object_get(at->value, "type"))
        && json_object_get(task, "metadata") == NULL)
    {
        ckp_made_set(m, task, "metadata", json_pack("{s:O}", "type",
                     json_object_get(at->value, "type")), NULL);
    }

    steps_body(m, task, at);
    ckp_parse_known(ps, at, " id type config depends_on ",
                    " name description metadata ");
}


/* --- the document ------------------------------------------------------------------ */


/* `order_id` is an input of every such procedure. */
static void
steps_schema(ckp_made_t *m)
{
    static const char *const  halves[] = { "required", "optional" };
    json_t                   *schema = json_object_get(m->doc,
                                                       "variables_schema");
    bool                      nested = false;
    bool                      known = false;

    if (!json_is_object(schema)) {
        ckp_made_set(m, m->doc, "variables_schema", json_pack("{s:{s:{s:s}}}",
                     "optional", "order_id", "type", "string"), NULL);
        return;
    }

    for (size_t i = 0; i < 2; i++) {
        const json_t *const  half = json_object_get(schema, halves[i]);

        nested = nested || json_is_object(half);
        known = known || json_object_get(half, "order_id") != NULL;
    }

    if (known || nested || json_object_get(schema, "order_id") != NULL) {
        return;
    }

    schema = json_copy(schema);
    ckp_made_set(m, schema, "order_id", json_pack("{s:s}", "type", "string"),
                 NULL);
    ckp_made_set(m, m->doc, "variables_schema", schema, NULL);
}


static void
steps_name(ckp_parse_t *ps)
{
    const char *const  name = ckp_parse_str(ps, &ps->out.root, "name");
    const json_t      *value = json_object_get(ps->out.root.value, "name");

    if (name != NULL ? name[0] == '\0' : value == NULL || json_is_null(value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &ps->out.root, .number = 18,
                                         .field = "name" },
                      "the document has no name");
    }
}


static void
steps_list(ckp_made_t *m)
{
    ckp_at_t  list;
    ckp_at_t  at;

    if (!ckp_parse_array(m->ps, &m->root, "steps", &list)) {
        return;
    }

    ckp_parse_stands(m->ps, m->tasks, &list);

    for (size_t i = 0; i < json_array_size(list.value) && !m->ps->nomem; i++) {
        ckp_parse_element(&list, i, &at);
        steps_step(m, &at);
    }
}


void
ckp_form_steps(ckp_parse_t *ps)
{
    ckp_made_t  m;
    ckp_at_t    at;

    steps_name(ps);

    if (!ckp_made_begin(&m, ps, " steps max_parallel ")) {
        return;
    }

    steps_schema(&m);
    steps_list(&m);

    if (ckp_parse_find(ps, &m.root, "max_parallel", &at)) {
        ckp_made_copy(&m, m.dag, "max_parallel", &at);

    } else {
        ckp_made_set(&m, m.dag, "max_parallel", json_integer(1), NULL);
    }

    ckp_made_set(&m, m.dag, "on_error", json_string("fail"), NULL);
    ckp_made_set(&m, m.dag, "output_variable", json_string("tasks"), NULL);
    ckp_made_set(&m, m.dag, "$all", json_true(), NULL);
    ckp_made_finish(&m, json_pack("{s:s, s:{s:s}}", "type", "terminate",
                                  "outputs", "tasks", "{{tasks}}"));
    ckp_form_ckp(ps);
}
