/*
 * variables_schema: what a run is given (spec/ckp.md 3.1-3.3).
 */

#include <string.h>

#include "compile/parse_int.h"
#include "lang/regex.h"
#include "lang/schema.h"
#include "llm/read.h"

static const ckp_word_t  vars_types[] = {
    { "any", CKP_TYPE_ANY },
    { "string", CKP_TYPE_STRING },
    { "password", CKP_TYPE_PASSWORD },
    { "number", CKP_TYPE_NUMBER },
    { "integer", CKP_TYPE_INTEGER },
    { "boolean", CKP_TYPE_BOOLEAN },
    { "array", CKP_TYPE_ARRAY },
    { "object", CKP_TYPE_OBJECT },
    { NULL, 0 }
};

const char  ckp_known_variable[] =
    " type required default description title origin validation sensitive"
    " coerce enum examples label placeholder ";

const char  ckp_known_validation[] =
    " regex min max allowed_values sensitive format schema message ";


static ckp_type_t
vars_type_of(const json_t *value)
{
    switch (json_typeof(value)) {

    case JSON_OBJECT:
        return CKP_TYPE_OBJECT;

    case JSON_ARRAY:
        return CKP_TYPE_ARRAY;

    case JSON_STRING:
        return CKP_TYPE_STRING;

    case JSON_INTEGER:
    case JSON_REAL:
        return CKP_TYPE_NUMBER;

    case JSON_TRUE:
    case JSON_FALSE:
        return CKP_TYPE_BOOLEAN;

    case JSON_NULL:
        return CKP_TYPE_ANY;
    }

    return CKP_TYPE_ANY;
}


/* A rule that silently did not hold would let bad input in: an error. */
static void
vars_regex(ckp_parse_t *ps, const ckp_at_t *at, ckp_var_t *var)
{
    const char *const  pattern = ckp_parse_str(ps, at, "regex");
    ckp_err_t          err = CKP_ERR_INIT;
    ckp_at_t           out;

    if (pattern == NULL) {
        return;
    }

    var->pattern = pattern;
    var->regex = ckp_regex_new(pattern, true, NULL, &err);

    if (var->regex == NULL) {
        (void) ckp_parse_find(ps, at, "regex", &out);
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 221,
                                         .field = "regex" }, "%s", err.msg);

    } else if (ckp_program_own_regex(ps->prog, var->regex) == NULL) {
        ps->nomem = true;
    }
}


static json_t *
vars_bound(ckp_parse_t *ps, const ckp_at_t *at, const char *key)
{
    ckp_at_t  out;

    if (!ckp_parse_find(ps, at, key, &out)) {
        return NULL;
    }

    if (!json_is_number(out.value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 15,
                                         .field = key },
                      "'%s' must be a number", key);
        return NULL;
    }

    return (json_t *) out.value;
}


static void
vars_allowed(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_var_t *var)
{
    ckp_at_t  out;

    if (ckp_parse_array(ps, at, key, &out)) {
        var->allowed = (json_t *) out.value;
    }
}


/* A format that nobody knows is no rule: better to say so. */
static void
vars_format(ckp_parse_t *ps, const ckp_at_t *at, ckp_var_t *var)
{
    ckp_at_t  out;

    var->format = ckp_parse_str(ps, at, "format");

    if (var->format != NULL && !ckp_format_known(var->format)) {
        (void) ckp_parse_find(ps, at, "format", &out);
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 405,
                                         .field = "format" },
                      "'%.60s' is no format: any text holds", var->format);
    }
}


static void
vars_validation(ckp_parse_t *ps, const ckp_at_t *at, ckp_var_t *var)
{
    ckp_at_t  out;
    ckp_at_t  schema;

    if (!ckp_parse_object(ps, at, "validation", &out)) {
        return;
    }

    vars_regex(ps, &out, var);
    vars_allowed(ps, &out, "allowed_values", var);
    var->min = vars_bound(ps, &out, "min");
    var->max = vars_bound(ps, &out, "max");
    var->sensitive = ckp_parse_bool(ps, &out, "sensitive", var->sensitive)
                     || var->sensitive;
    vars_format(ps, &out, var);

    if (ckp_parse_object(ps, &out, "schema", &schema)
        && ckp_schema_at(ps, &schema))
    {
        var->schema = (json_t *) schema.value;
    }

    ckp_parse_known(ps, &out, ckp_known_validation, NULL);
}


/* A template default sees what the engine binds, and no other variable. */
static void
vars_default(ckp_parse_t *ps, const ckp_at_t *at, ckp_var_t *var)
{
    json_t *const  names = ps->names;

    if (at->value == NULL) {
        return;
    }

    ps->names = json_object();

    if (ps->names == NULL) {
        ps->nomem = true;

    } else {
        var->fallback = ckp_template_at(ps, at, at->value, CKP_SECRET_WARNS);
        json_decref(ps->names);
    }

    ps->names = names;
}


static void
vars_entry(ckp_parse_t *ps, const ckp_at_t *at, ckp_var_t *var)
{
    static const ckp_word_t  origins[] = {
        { "user_lazy", 0 }, { "user_strict", 0 }, { "system_captured", 0 },
        { NULL, 0 }
    };
    const ckp_at_t           value = { .up = at, .key = "default",
                                       .value = json_object_get(at->value,
                                                                "default") };

    var->type = (ckp_type_t) ckp_parse_word(ps, at, "type", vars_types,
                                            CKP_TYPE_ANY, 302);
    var->required = ckp_parse_bool(ps, at, "required", var->required);
    var->sensitive = ckp_parse_bool(ps, at, "sensitive", false)
                     || var->type == CKP_TYPE_PASSWORD;
    var->coerce = ckp_parse_bool(ps, at, "coerce", false);
    (void) ckp_parse_word(ps, at, "origin", origins, 0, 302);
    vars_allowed(ps, at, "enum", var);
    vars_validation(ps, at, var);
    vars_default(ps, &value, var);
    ckp_parse_known(ps, at, ckp_known_variable, NULL);
}


static void
vars_add(ckp_parse_t *ps, const ckp_at_t *at, bool required, bool flat)
{
    ckp_var_t *const  var = &ps->prog->vars[ps->prog->nvars];
    const char *const name = at->key;

    if (name[0] == '\0' || ckp_name_is_reserved(name)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 413 },
                      "'%.120s' is a reserved name", name);
        return;
    }

    for (size_t i = 0; i < ps->prog->nvars; i++) {
        if (strcmp(ps->prog->vars[i].name, name) == 0) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 102,
                                             .code = "duplicate_id" },
                          "variable '%.120s' is both required and optional",
                          name);
            return;
        }
    }

    memset(var, 0, sizeof(ckp_var_t));
    var->name = name;
    var->required = required;

    if (json_is_object(at->value)) {
        vars_entry(ps, at, var);

    } else if (flat) {
        var->type = vars_type_of(at->value);
        vars_default(ps, at, var);

    } else {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 15 },
                      "variable '%.120s' must be an object", name);
        return;
    }

    ps->prog->nvars++;
}


static void
vars_list(ckp_parse_t *ps, const ckp_at_t *at, bool required, bool flat)
{
    const char    *name;
    const json_t  *value;

    json_object_foreach((json_t *) at->value, name, value) {
        const ckp_at_t  out = { .up = at, .key = name, .value = value };

        if (!ckp_is_note(name) || ckp_name_is_reserved(name)) {
            vars_add(ps, &out, required, flat);
        }
    }
}


/* `required` or `optional` as an object that is no variable itself. */
static bool
vars_is_half(const json_t *schema, const char *key)
{
    const json_t *const  half = json_object_get(schema, key);

    return json_is_object(half)
           && !json_is_string(json_object_get(half, "type"));
}


static void
vars_half(ckp_parse_t *ps, const ckp_at_t *at, const char *key)
{
    ckp_at_t  out;

    if (ckp_parse_object(ps, at, key, &out)) {
        vars_list(ps, &out, strcmp(key, "required") == 0, false);
    }
}


static void
vars_read(ckp_parse_t *ps, const ckp_at_t *up, const char *key)
{
    const json_t *const  schema = json_object_get(up->value, key);
    const ckp_at_t       at = { .up = up, .key = key, .value = schema };
    const bool           nested = vars_is_half(schema, "required")
                                  || vars_is_half(schema, "optional");
    size_t               n = json_object_size(schema);

    if (!json_is_object(schema)) {
        return;
    }

    if (nested) {
        n = json_object_size(json_object_get(schema, "required"))
            + json_object_size(json_object_get(schema, "optional"));
    }

    if (n > CKP_NODES_MAX) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 6 },
                      "%zu variables, at most %d", n, CKP_NODES_MAX);
        return;
    }

    ps->prog->vars = ckp_parse_alloc(ps, n * sizeof(ckp_var_t));

    if (ps->prog->vars == NULL) {
        return;
    }

    if (nested) {
        vars_half(ps, &at, "required");
        vars_half(ps, &at, "optional");
        ckp_parse_known(ps, &at, " required optional ", NULL);

    } else {
        vars_list(ps, &at, false, true);
    }
}


void
ckp_vars_read(ckp_parse_t *ps)
{
    vars_read(ps, &ps->out.root, "variables_schema");
}


/* The list of the program is the one that is written: it is lent for that. */
void
ckp_parse_vars(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_var_t **list, size_t *n)
{
    ckp_program_t *const  prog = ps->prog;
    ckp_var_t *const      own = prog->vars;
    const size_t          nown = prog->nvars;

    prog->vars = NULL;
    prog->nvars = 0;
    vars_read(ps, at, key);
    *list = prog->vars;
    *n = prog->nvars;
    prog->vars = own;
    prog->nvars = nown;
}
