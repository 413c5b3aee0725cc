/*
 * The variables of a prompt template: rendered over the run's, then judged as
 * inputs are.  Source: spec/ckp.md 23.4, 3.4.
 */

#include "llm/llm.h"

#include "base/json.h"


static ckp_code_t
prompt_wrong(ckp_fiber_t *f, const json_t *errors)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    const char             *name = "";
    const char             *why = "";
    const char             *key;
    json_t                 *value;

    /* the first tells; all of them are in the details */

    json_object_foreach((json_t *) errors, key, value) {
        name = key;
        why = json_is_string(value) ? json_string_value(value) : "";
        break;
    }

    return ckp_fiber_raise_json(f, json_pack("{s:s, s:o, s:{s:O}}", "type",
               "PromptTemplateError", "message",
               json_sprintf("prompt '%s': variable '%s': %s", llm->prompt_ref,
                            name, why),
               "details", "errors", errors));
}


ckp_code_t
ckp_llm_prompt_vars(ckp_fiber_t *f, json_t **vars)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    ckp_program_t           own = *ckp_fiber_program(f);
    json_t                 *given = NULL;
    json_t                 *errors = NULL;
    ckp_err_t               err = CKP_ERR_INIT;
    ckp_code_t              rc;

    if (llm->prompt_ref == NULL) {
        return CKP_OK;
    }

    if (llm->asset == NULL) {
        return ckp_fiber_raise(f, "PromptTemplateError",
                               "there is no prompt '%s'", llm->prompt_ref);
    }

    if (llm->prompt_vars == NULL) {
        return CKP_OK;
    }

    rc = ckp_fiber_render(f, llm->prompt_vars, &given);

    if (rc != CKP_OK) {
        return rc;
    }

    own.vars = (ckp_var_t *) llm->asset_vars;
    own.nvars = llm->nasset_vars;
    own.config.strict_inputs = false;
    rc = ckp_program_inputs(&own, given, NULL, ckp_fiber_now(f), vars,
                            &errors, &err);

    if (rc == CKP_E_INVALID) {
        rc = prompt_wrong(f, errors);
    }

    json_decref(errors);
    json_decref(given);

    return rc;
}
