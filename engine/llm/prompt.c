/*
 * Prompts by name: those of the document, and those that the site stores, which
 * are asked for when everything else is there and used in the same turn.
 *
 * A stored prompt comes as a program of its own whose one node is the question
 * (study/prompt.c makes the document), linked by the hash of its document:
 * its templates, its variables and its schema are those of any procedure.  What
 * is needed of it afterwards stands in n.asset {ref, hash, profile, model,
 * output_schema}.  Source: spec/ckp.md 23.4, 3.4.
 */

#include "llm/llm.h"

#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "node/frame.h"


/* --- what is known of it ------------------------------------------------ */

bool
ckp_llm_stored(const ckp_llm_t *llm)
{
    return llm->prompt_ref != NULL && llm->asset == NULL;
}


const json_t *
ckp_llm_asset(const ckp_fiber_t *f)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;

    return llm->asset != NULL ? llm->asset : ckp_fiber_get(f, "asset", NULL);
}


const char *
ckp_llm_ref(const ckp_fiber_t *f)
{
    const char *const  used = ckp_fiber_get_str(f, "asset", "ref");

    return used != NULL ? used : ckp_fiber_node(f)->u.llm->prompt_ref;
}


const json_t *
ckp_llm_schema(const ckp_fiber_t *f)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    const json_t *const     asset = ckp_fiber_get(f, "asset", "output_schema");

    return llm->schema != NULL ? llm->schema
           : asset != NULL ? asset
           : json_object_get(ckp_llm_profile_of(f, ckp_fiber_get_str(f, "pf",
                             NULL)), "json_schema");
}


/* The program of the stored one; NULL: it is not linked. */

static const ckp_program_t *
prompt_program(const ckp_fiber_t *f)
{
    const char *const           hash = ckp_fiber_get_str(f, "asset", "hash");
    const ckp_program_t *const  prog = hash == NULL ? NULL
                                       : ckp_fiber_linked(f, hash);

    return prog != NULL && prog->nnodes > 0 ? prog : NULL;
}


ckp_template_t *
ckp_llm_template(const ckp_fiber_t *f, bool system)
{
    const ckp_llm_t            *llm = ckp_fiber_node(f)->u.llm;
    const ckp_program_t *const  prog = prompt_program(f);

    if (!ckp_llm_stored(llm)) {
        return system ? llm->asset_system : llm->asset_prompt;
    }

    if (prog == NULL) {
        return NULL;
    }

    llm = prog->nodes[0].u.llm;

    return system ? llm->system : llm->prompt;
}


/* --- asking --------------------------------------------------------------- */

ckp_code_t
ckp_llm_prompt_ask(ckp_fiber_t *f, bool again)
{
    const char *const  wanted = ckp_fiber_node(f)->u.llm->prompt_ref;
    const size_t       n = strcspn(wanted, "@");
    const char        *ref = again ? ckp_fiber_get_str(f, "llm", "ref")
                                   : ckp_fiber_ref(f);
    char               key[CKP_KEY_MAX + 1];
    ckp_code_t         rc = ref == NULL ? CKP_E_NOMEM : CKP_OK;

    if (rc == CKP_OK && !again) {
        rc = ckp_fiber_put(f, "llm", "ref", json_string(ref));
        rc = rc == CKP_OK ? ckp_fiber_put(f, "llm", "ph", json_string("ask"))
                          : rc;
    }

    if (rc != CKP_OK) {
        return rc;
    }

    const ckp_effect_t  fx = {
        .kind = CKP_FX_CALL, .target = "host", .ref = ref,
        .key = ckp_llm_key(f, key), .timeout_ms = CKP_INTERNAL_MS,
        .body = json_pack("{s:s, s:s%, s:s}", "op", "prompt", "name", wanted,
                          n, "version", wanted[n] == '@' ? wanted + n + 1
                                                         : "")
    };

    rc = ckp_fiber_effect(f, &fx);

    return rc == CKP_OK ? ckp_fiber_sleep(f, CKP_NO_TIME) : rc;
}


ckp_code_t
ckp_llm_prompt_got(ckp_fiber_t *f, const ckp_input_t *in, bool *again)
{
    const char *const  hash = ckp_json_str(in->data, "hash");

    *again = false;

    if (in->outcome != CKP_OUTCOME_OK || hash == NULL) {
        return ckp_fiber_raise_json(f, ckp_json_str(in->data, "type") != NULL
                   ? ckp_json_copy(in->data)
                   : json_pack("{s:s, s:s}", "type", "PromptTemplateError",
                               "message", "the prompt cannot be read"));
    }

    /* the answer was kept over a reload, what it links was not */

    *again = ckp_fiber_linked(f, hash) == NULL;

    if (*again) {
        return ckp_llm_prompt_ask(f, true);
    }

    return ckp_fiber_put(f, "asset", NULL,
               json_pack("{s:o, s:s, s:O*, s:O*, s:o*}",
                   "ref", json_sprintf("%s@%lld", ckp_json_str(in->data,
                                                               "name"),
                                       (long long) ckp_json_int(in->data,
                                                                "version",
                                                                0)),
                   "hash", hash,
                   "profile", json_object_get(in->data, "profile"),
                   "model", json_object_get(in->data, "model"),
                   "output_schema", ckp_json_copy(
                       json_object_get(in->data, "output_schema"))));
}


/* --- its variables ---------------------------------------------------------- */

static ckp_code_t
prompt_wrong(ckp_fiber_t *f, const json_t *errors)
{
    const char  *name = "";
    const char  *why = "";
    const char  *key;
    json_t      *value;

    /* the first tells; all of them are in the details */

    json_object_foreach((json_t *) errors, key, value) {
        name = key;
        why = json_is_string(value) ? json_string_value(value) : "";
        break;
    }

    return ckp_fiber_raise_json(f, json_pack("{s:s, s:o, s:{s:O}}", "type",
               "PromptTemplateError", "message",
               json_sprintf("prompt '%s': variable '%s': %s", ckp_llm_ref(f),
                            name, why),
               "details", "errors", errors));
}


ckp_code_t
ckp_llm_prompt_vars(ckp_fiber_t *f, json_t **vars)
{
    const ckp_llm_t *const      llm = ckp_fiber_node(f)->u.llm;
    const ckp_program_t *const  stored = prompt_program(f);
    ckp_program_t               own = *ckp_fiber_program(f);
    json_t                     *given = NULL;
    json_t                     *errors = NULL;
    ckp_err_t                   err = CKP_ERR_INIT;
    ckp_code_t                  rc;

    if (llm->prompt_ref == NULL) {
        return CKP_OK;
    }

    if (ckp_llm_stored(llm) && stored == NULL) {
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

    own.vars = stored != NULL ? stored->vars : (ckp_var_t *) llm->asset_vars;
    own.nvars = stored != NULL ? stored->nvars : llm->nasset_vars;
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
