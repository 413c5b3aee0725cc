/*
 * subflow: what goes in and what comes out, and the contracts about both
 * (spec/ckp.md 10.10).
 */

#include <string.h>

#include "base/json.h"
#include "lang/path.h"
#include "lang/schema.h"
#include "node/subflow_int.h"


/* --- contracts ------------------------------------------------------------- */

static ckp_code_t
subflow_contract(ckp_fiber_t *f, const ckp_program_t *prog, const char *side,
    const json_t *value)
{
    const json_t *const  schema = json_object_get(json_object_get(prog->doc,
                                                  "contract"), side);
    json_t              *errors = NULL;
    ckp_err_t            err = CKP_ERR_INIT;
    ckp_code_t           rc;

    if (!json_is_object(schema)) {
        return CKP_OK;
    }

    rc = ckp_schema_check(schema, value, &errors, &err);

    if (rc == CKP_E_INVALID) {
        rc = ckp_fiber_raise(f, "ContractViolation", "contract.%s: %s", side,
                             err.msg);

    } else if (rc == CKP_OK && json_array_size(errors) > 0) {
        rc = ckp_fiber_raise_json(f, json_pack("{s:s, s:o, s:{s:O}}",
                 "type", "ContractViolation", "message",
                 json_sprintf("contract.%s of '%s' does not hold", side,
                              prog->procedure_id),
                 "details", "errors", errors));
    }

    json_decref(errors);

    return rc;
}


/* --- in ------------------------------------------------------------------------ */

static ckp_code_t
subflow_value(ckp_fiber_t *f, const ckp_sub_map_t *map, json_t **value)
{
    json_t *const  named = map->name == NULL ? NULL
                           : ckp_fiber_var_get(f, map->name);

    if (named != NULL) {
        *value = json_incref(named);
        return CKP_OK;
    }

    return ckp_fiber_render(f, map->value, value);
}


static ckp_code_t
subflow_refused(ckp_fiber_t *f, const ckp_program_t *prog, json_t *errors)
{
    const char  *first = "";
    const char  *name;
    json_t      *text;

    json_object_foreach(errors, name, text) {
        first = json_string_value(text);
        break;
    }

    return ckp_fiber_raise_json(f, json_pack("{s:s, s:o, s:{s:O?}}",
               "type", "ContractViolation", "message",
               json_sprintf("'%s' refuses its inputs: %s", prog->procedure_id,
                            first == NULL ? "" : first),
               "details", "errors", errors));
}


ckp_code_t
ckp_subflow_inputs(ckp_fiber_t *f, const ckp_program_t *prog,
    const json_t *meta, json_t **mapped, json_t **vars)
{
    const ckp_subflow_t *const  sub = ckp_fiber_node(f)->u.subflow;
    json_t *const               in = sub->inherit ? ckp_fiber_vars(f)
                                                  : json_object();
    json_t                     *errors = NULL;
    ckp_err_t                   err = CKP_ERR_INIT;
    ckp_code_t                  rc = in == NULL ? CKP_E_NOMEM : CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < sub->nin; i++) {
        json_t  *value = NULL;

        rc = subflow_value(f, &sub->in[i], &value);

        if (rc == CKP_OK
            && json_object_set_new(in, sub->in[i].to, value) != 0)
        {
            rc = CKP_E_NOMEM;
        }
    }

    if (rc == CKP_OK) {
        rc = subflow_contract(f, prog, "inputs", in);
    }

    if (rc == CKP_OK) {
        rc = ckp_program_inputs(prog, in, meta, ckp_fiber_now(f), vars,
                                &errors, &err);

        if (rc == CKP_E_INVALID) {
            rc = subflow_refused(f, prog, errors);
        }
    }

    json_decref(errors);
    *mapped = in;

    return rc;
}


/* --- out ---------------------------------------------------------------------- */

/* A name or path of the child's, its outputs first; NULL: nothing there. */

static json_t *
subflow_named(const char *name, const json_t *vars, const json_t *outputs)
{
    const json_t *const  places[] = { outputs, vars };
    ckp_err_t            err = CKP_ERR_INIT;
    size_t               used = 0;
    ckp_path_t *const    path = ckp_path_parse(name, strlen(name), &used,
                                               &err);
    json_t              *found = NULL;

    for (size_t i = 0; path != NULL && name[used] == '\0' && found == NULL
                       && i < 2; i++)
    {
        if (json_is_object(places[i])) {
            found = ckp_path_below(path, places[i]);
        }
    }

    ckp_path_free(path);

    return found;
}


/* The child's final scope, and nothing of the parent's. */

static ckp_code_t
subflow_rendered(ckp_fiber_t *f, const ckp_template_t *t, const json_t *vars,
    const json_t *outputs, json_t **value)
{
    const ckp_scope_t  inner = { .get = ckp_scope_object_get,
                                 .object = (json_t *) vars };
    const ckp_scope_t  scope = { .get = ckp_scope_object_get,
                                 .object = (json_t *) outputs,
                                 .outer = &inner };
    ckp_eval_t         ev;
    ckp_err_t          err = CKP_ERR_INIT;
    ckp_code_t         rc;

    ckp_fiber_eval(f, &ev);
    ev.scope = outputs == NULL ? &inner : &scope;
    rc = ckp_template_render(t, &ev, value, &err);

    return ckp_fiber_rendered(f, rc, &ev, "output_mapping: ", &err);
}


static ckp_code_t
subflow_mapped(ckp_fiber_t *f, const json_t *vars, const json_t *outputs)
{
    const ckp_subflow_t *const  sub = ckp_fiber_node(f)->u.subflow;
    ckp_code_t                  rc = CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < sub->nout; i++) {
        const ckp_sub_map_t *const  map = &sub->out[i];
        json_t                     *value = NULL;

        if (map->name != NULL) {
            value = subflow_named(map->name, vars, outputs);
            value = value == NULL ? json_null() : value;

        } else {
            rc = subflow_rendered(f, map->value, vars, outputs, &value);
        }

        if (rc == CKP_OK) {
            rc = ckp_fiber_var_set(f, map->to, value);
        }
    }

    return rc;
}


/* Of a child without declared outputs: all its variables but those of ours. */

static json_t *
subflow_all(const json_t *vars)
{
    json_t *const  all = json_object();
    const char    *name;
    json_t        *value;

    json_object_foreach((json_t *) vars, name, value) {
        if (strncmp(name, "__", 2) != 0) {
            (void) json_object_set(all, name, value);
        }
    }

    return all;
}


ckp_code_t
ckp_subflow_outputs(ckp_fiber_t *f, const ckp_program_t *prog,
    const json_t *vars, const json_t *outputs)
{
    const ckp_subflow_t *const  sub = ckp_fiber_node(f)->u.subflow;
    json_t *const               all = outputs != NULL
        ? json_incref((json_t *) outputs) : subflow_all(vars);
    ckp_code_t                  rc = all == NULL ? CKP_E_NOMEM
        : subflow_contract(f, prog, "outputs", all);

    if (rc == CKP_OK && sub->maps_out) {
        rc = subflow_mapped(f, vars, all);

    } else if (rc == CKP_OK) {
        rc = ckp_fiber_last_put(f, "subflow_output", json_incref(all));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "subflow_completed", json_pack("{s:s, s:s}",
                 "procedure_id", prog->procedure_id, "version",
                 prog->version));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_done(f, (ckp_target_t) { CKP_TO_NOTHING, NULL }, all);
    }

    json_decref(all);

    return rc;
}
