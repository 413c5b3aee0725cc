/*
 * What a client sends becomes a run's variables, or sentences about what is
 * wrong with it (spec/ckp.md 3.4, spec/api.md 4.1).
 */

#include <string.h>

#include "compile/parse_int.h"
#include "lang/eval.h"
#include "lang/regex.h"
#include "lang/schema.h"
#include "lang/value.h"
#include "model/redact.h"

#define INPUTS_SENTENCE_MAX  2000

typedef struct {
    const ckp_program_t  *prog;
    const json_t         *meta;
    int64_t               now_ms;
    json_t               *vars;
    json_t               *errors;
    json_t               *declared;     /* names of the schema, as a set */
    json_t               *builtins;     /* NULL until a default needs them */
    bool                  nomem;
} inputs_t;


/* --- saying what is wrong ---------------------------------------------------- */


static void
inputs_wrong(inputs_t *in, const char *name, json_t *sentence)
{
    if (json_object_set_new(in->errors, name, sentence) != 0) {
        in->nomem = true;
    }
}


static void
inputs_say(inputs_t *in, const char *name, const char *sentence)
{
    inputs_wrong(in, name, json_string(sentence));
}


/* "Must be at least 3 characters" */
static void
inputs_bound(inputs_t *in, const char *name, const char *what,
    const json_t *bound, const char *unit)
{
    ckp_buf_t  b;

    ckp_buf_init(&b, INPUTS_SENTENCE_MAX);
    ckp_buf_printf(&b, "Must be at %s ", what);
    ckp_value_text(&b, bound);
    ckp_buf_puts(&b, unit);
    inputs_say(in, name, ckp_buf_str(&b));
    ckp_buf_free(&b);
}


/* --- missing ------------------------------------------------------------------- */


/* The names of 6.5 that are known before there is a run. */
static json_t *
inputs_builtins(const inputs_t *in)
{
    json_t *const  all = json_object();
    char           now[CKP_TIME_LEN + 1];

    ckp_time_text(in->now_ms, now);
    json_object_update_missing(all, (json_t *) in->meta);
    json_object_set_new(all, "procedure_id",
                        json_string(in->prog->procedure_id));
    json_object_set_new(all, "procedure_version",
                        json_string(in->prog->version));
    json_object_set_new(all, "now", json_string(now));
    json_object_set_new(all, "today", json_stringn(now, 10));
    json_object_set_new(all, "timestamp", json_integer(in->now_ms));

    return all;
}


static void
inputs_default(inputs_t *in, const ckp_var_t *var)
{
    ckp_scope_t  scope = { .get = ckp_scope_object_get };
    ckp_eval_t   ev = { .scope = &scope, .now_ms = in->now_ms,
                        .zone = in->prog->zone,
                        .zone_data = in->prog->zone_data,
                        .missing = in->prog->config.missing,
                        .budget = CKP_EVAL_STEPS_MAX,
                        .strict = in->prog->config.strict };
    ckp_err_t    err = CKP_ERR_INIT;
    json_t      *value = NULL;
    ckp_code_t   rc;

    /* most defaults name nothing */

    if (!ckp_template_is_constant(var->fallback) && in->builtins == NULL) {
        in->builtins = inputs_builtins(in);
    }

    scope.object = in->builtins;
    rc = ckp_template_render(var->fallback, &ev, &value, &err);

    if (rc == CKP_E_NOMEM) {
        in->nomem = true;
        return;
    }

    if (rc != CKP_OK) {
        inputs_wrong(in, var->name,
                     json_sprintf("Its default cannot be made: %s", err.msg));
        return;
    }

    if (json_object_set_new(in->vars, var->name, value) != 0) {
        in->nomem = true;
    }
}


/* --- rules ------------------------------------------------------------------------- */


static bool
inputs_same(const json_t *a, const json_t *b)
{
    ckp_buf_t  ta;
    ckp_buf_t  tb;
    bool       same;

    if (ckp_json_equal(a, b)) {
        return true;
    }

    ckp_buf_init(&ta, CKP_EVAL_RESULT_MAX);
    ckp_buf_init(&tb, CKP_EVAL_RESULT_MAX);
    ckp_value_text(&ta, a);
    ckp_value_text(&tb, b);
    same = ta.failed == CKP_OK && tb.failed == CKP_OK
           && strcmp(ckp_buf_str(&ta), ckp_buf_str(&tb)) == 0;
    ckp_buf_free(&ta);
    ckp_buf_free(&tb);

    return same;
}


static bool
inputs_allowed(inputs_t *in, const ckp_var_t *var, const json_t *value)
{
    const json_t  *one;
    ckp_buf_t      b;
    size_t         i;

    json_array_foreach(var->allowed, i, one) {
        if (inputs_same(one, value)) {
            return true;
        }
    }

    ckp_buf_init(&b, INPUTS_SENTENCE_MAX);
    ckp_buf_puts(&b, "Must be one of: ");

    json_array_foreach(var->allowed, i, one) {
        ckp_buf_puts(&b, i == 0 ? "" : ", ");
        ckp_value_text(&b, one);
    }

    inputs_say(in, var->name, ckp_buf_str(&b));
    ckp_buf_free(&b);

    return false;
}


static bool
inputs_pattern(inputs_t *in, const ckp_var_t *var, const json_t *value)
{
    ckp_span_t  span;

    if (ckp_regex_match(var->regex, json_string_value(value),
                        json_string_length(value), 0, &span, 1) > 0)
    {
        return true;
    }

    inputs_wrong(in, var->name,
                 json_sprintf("Does not match required pattern: %s",
                              var->pattern));

    return false;
}


/* The number itself, or how long the value is: new reference, or NULL when
 * nothing is to be measured. */
static json_t *
inputs_measure(const json_t *value, const char **unit)
{
    *unit = "";

    if (json_is_number(value)) {
        return json_incref((json_t *) value);
    }

    if (json_is_string(value)) {
        *unit = " characters";
        return json_integer((json_int_t) ckp_text_length(
                                json_string_value(value),
                                json_string_length(value)));
    }

    if (json_is_array(value)) {
        *unit = " items";
        return json_integer((json_int_t) json_array_size(value));
    }

    return NULL;
}


static bool
inputs_range(inputs_t *in, const ckp_var_t *var, const json_t *value)
{
    const char    *unit;
    json_t *const  size = inputs_measure(value, &unit);
    int            order;
    bool           holds = true;

    if (size == NULL) {
        return true;
    }

    if (var->min != NULL && ckp_value_order(size, var->min, &order)
        && order < 0)
    {
        inputs_bound(in, var->name, "least", var->min, unit);
        holds = false;

    } else if (var->max != NULL && ckp_value_order(size, var->max, &order)
               && order > 0)
    {
        inputs_bound(in, var->name, "most", var->max, unit);
        holds = false;
    }

    json_decref(size);

    return holds;
}


static bool
inputs_schema(inputs_t *in, const ckp_var_t *var, const json_t *value)
{
    json_t      *errors = NULL;
    ckp_err_t    err = CKP_ERR_INIT;
    ckp_code_t   rc = ckp_schema_check(var->schema, value, &errors, &err);
    const char  *message = err.msg;
    bool         holds = rc == CKP_OK && json_array_size(errors) == 0;

    if (rc == CKP_E_NOMEM) {
        in->nomem = true;

    } else if (!holds) {
        if (json_array_size(errors) > 0) {
            message = ckp_json_str(json_array_get(errors, 0), "message");
        }

        inputs_wrong(in, var->name,
                     json_sprintf("Does not match the schema: %s",
                                  message == NULL ? "" : message));
    }

    json_decref(errors);

    return holds;
}


/* The first rule that fails is the variable's error. */
static bool
inputs_rules(inputs_t *in, const ckp_var_t *var, const json_t *value)
{
    const char *const  text = json_string_value(value);

    if (var->allowed != NULL && !inputs_allowed(in, var, value)) {
        return false;
    }

    if (var->regex != NULL && text != NULL
        && !inputs_pattern(in, var, value))
    {
        return false;
    }

    if (!inputs_range(in, var, value)) {
        return false;
    }

    if (var->format != NULL && text != NULL
        && !ckp_format_holds(var->format, text))
    {
        inputs_wrong(in, var->name, json_sprintf("Must be a valid %s",
                                                 var->format));
        return false;
    }

    return var->schema == NULL || inputs_schema(in, var, value);
}


/* --- all variables ---------------------------------------------------------------------- */


static void
inputs_variable(inputs_t *in, const ckp_var_t *var, const json_t *value)
{
    const char *const  text = json_string_value(value);
    const char        *sentence = "";
    json_t            *typed;

    if (ckp_value_is_missing(value)) {
        if (var->fallback != NULL) {
            inputs_default(in, var);

        } else if (var->required) {
            inputs_say(in, var->name, "This field is required");

        } else if (json_object_set_new(in->vars, var->name, json_null())
                   != 0)
        {
            in->nomem = true;
        }

        return;
    }

    if (text != NULL && strcmp(text, CKP_REDACTED) == 0) {
        inputs_say(in, var->name, "Must not be the redaction placeholder");
        return;
    }

    typed = ckp_var_coerce(var, value, &sentence);

    if (typed == NULL) {
        inputs_say(in, var->name, sentence);

    } else if (inputs_rules(in, var, typed)
               && json_object_set(in->vars, var->name, typed) != 0)
    {
        in->nomem = true;
    }

    json_decref(typed);
}


static void
inputs_other(inputs_t *in, const char *name, const json_t *value)
{
    const char *const  text = json_string_value(value);

    if (strcmp(name, "__approval_decisions") == 0) {
        return;             /* decisions have a way of their own */
    }

    if (strcmp(name, "secrets") == 0 || strncmp(name, "__", 2) == 0) {
        inputs_say(in, name, "Reserved name");

    } else if (in->prog->config.strict_inputs) {
        inputs_say(in, name, "Unknown variable");

    } else if (text != NULL && strcmp(text, CKP_REDACTED) == 0) {
        inputs_say(in, name, "Must not be the redaction placeholder");

    } else if (json_object_set(in->vars, name, (json_t *) value) != 0) {
        in->nomem = true;
    }
}


ckp_code_t
ckp_program_inputs(const ckp_program_t *prog, const json_t *inputs,
    const json_t *meta, int64_t now_ms, json_t **vars, json_t **errors,
    ckp_err_t *err)
{
    const unsigned long  refusals = ckp_memory_refusals();
    inputs_t             in = { .prog = prog, .meta = meta,
                                .now_ms = now_ms };
    const char          *name;
    const json_t        *value;

    *vars = NULL;
    *errors = NULL;
    in.vars = json_object();
    in.errors = json_object();
    in.declared = json_object();

    for (size_t i = 0; i < prog->nvars; i++) {
        if (json_object_set_new(in.declared, prog->vars[i].name, json_true())
            != 0)
        {
            in.nomem = true;
        }

        inputs_variable(&in, &prog->vars[i],
                        json_object_get(inputs, prog->vars[i].name));
    }

    json_object_foreach((json_t *) inputs, name, value) {
        if (json_object_get(in.declared, name) == NULL) {
            inputs_other(&in, name, value);
        }
    }

    json_decref(in.builtins);
    json_decref(in.declared);

    if (in.nomem || ckp_memory_refusals() != refusals) {
        json_decref(in.vars);
        json_decref(in.errors);

        return ckp_fail(err, CKP_E_NOMEM, "", "no memory");
    }

    if (json_object_size(in.errors) > 0) {
        json_decref(in.vars);
        *errors = in.errors;

        return ckp_fail(err, CKP_E_INVALID, "", "the inputs do not fit");
    }

    json_decref(in.errors);
    *vars = in.vars;

    return CKP_OK;
}


/* A default is checked by nobody, also when it is looked at again; of one that
 * is a template nobody knows what it gave. */
static bool
inputs_is_default(const ckp_var_t *var, const json_t *value)
{
    ckp_scope_t  scope = { .get = ckp_scope_object_get };
    ckp_eval_t   ev = { .scope = &scope, .budget = CKP_EVAL_STEPS_MAX };
    ckp_err_t    err = CKP_ERR_INIT;
    json_t      *given = NULL;
    bool         same;

    if (var->fallback == NULL) {
        return false;
    }

    if (!ckp_template_is_constant(var->fallback)) {
        return true;
    }

    (void) ckp_template_render(var->fallback, &ev, &given, &err);
    same = ckp_json_equal(given, value);
    json_decref(given);

    return same;
}


static void
inputs_again(inputs_t *in, const ckp_var_t *var, const json_t *value,
    json_t *missing)
{
    const char  *sentence = "";
    json_t      *typed;

    if (inputs_is_default(var, value)) {
        return;
    }

    if (ckp_value_is_missing(value)) {
        if (var->required
            && json_array_append_new(missing, json_string(var->name)) != 0)
        {
            in->nomem = true;
        }

        return;
    }

    typed = ckp_var_coerce(var, value, &sentence);

    if (typed == NULL) {
        inputs_say(in, var->name, sentence);

    } else {
        (void) inputs_rules(in, var, typed);
    }

    json_decref(typed);
}


ckp_code_t
ckp_program_recheck(const ckp_program_t *prog, const json_t *vars,
    json_t **missing, json_t **errors)
{
    const unsigned long  refusals = ckp_memory_refusals();
    inputs_t             in = { .prog = prog };

    *missing = json_array();
    in.errors = json_object();
    *errors = in.errors;

    for (size_t i = 0; !in.nomem && i < prog->nvars; i++) {
        inputs_again(&in, &prog->vars[i],
                     json_object_get(vars, prog->vars[i].name), *missing);
    }

    in.nomem |= ckp_memory_refusals() != refusals;

    if (!in.nomem
        && json_array_size(*missing) + json_object_size(*errors) > 0)
    {
        return CKP_E_INVALID;
    }

    json_decref(*missing);
    json_decref(*errors);
    *missing = NULL;
    *errors = NULL;

    return in.nomem ? CKP_E_NOMEM : CKP_OK;
}


/* --- a saved state --------------------------------------------------------------- */


static const ckp_var_t *
inputs_declared(const ckp_program_t *prog, const char *name)
{
    for (size_t i = 0; i < prog->nvars; i++) {
        if (strcmp(prog->vars[i].name, name) == 0) {
            return &prog->vars[i];
        }
    }

    return NULL;
}


/* One that is not declared may change whatever the procedure is strict about,
 * when the state has it. */
static void
inputs_changed(inputs_t *in, const char *name, const json_t *value,
    const json_t *had)
{
    const ckp_var_t *const  var = inputs_declared(in->prog, name);
    const char *const       text = json_string_value(value);

    if (text != NULL && strcmp(text, CKP_REDACTED) == 0 && had != NULL) {
        return;
    }

    if (var != NULL) {
        inputs_variable(in, var, value);

    } else if (had == NULL || strncmp(name, "__", 2) == 0) {
        inputs_other(in, name, value);

    } else if (json_object_set(in->vars, name, (json_t *) value) != 0) {
        in->nomem = true;
    }
}


ckp_code_t
ckp_program_change(const ckp_program_t *prog, const json_t *given,
    const json_t *vars, json_t **out, json_t **errors, ckp_err_t *err)
{
    inputs_t     in = { .prog = prog };
    const char  *name;
    json_t      *value;

    *out = NULL;
    *errors = NULL;
    in.vars = json_object();
    in.errors = json_object();

    json_object_foreach((json_t *) given, name, value) {
        inputs_changed(&in, name, value, json_object_get(vars, name));
    }

    json_decref(in.builtins);

    if (in.nomem || in.vars == NULL || in.errors == NULL) {
        json_decref(in.vars);
        json_decref(in.errors);

        return ckp_fail(err, CKP_E_NOMEM, "", "no memory");
    }

    if (json_object_size(in.errors) > 0) {
        json_decref(in.vars);
        *errors = in.errors;

        return ckp_fail(err, CKP_E_INVALID, "", "the values do not fit");
    }

    json_decref(in.errors);
    *out = in.vars;

    return CKP_OK;
}
