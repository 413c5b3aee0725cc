/*
 * Prompts that a site stores: each is looked at as a procedure that asks it and
 * nothing else, so that its templates, variables and schema are those of any
 * other.  Source: spec/ckp.md 23.4.
 */

#include <string.h>

#include "llm/llm.h"
#include "study/study_int.h"

typedef struct {
    const ckp_program_t  *prog;
    const json_t         *given;        /* NULL: nothing */
    json_t               *seen;         /* names that its templates read */
    json_t               *missing;
    int                   bad;
} prompt_t;


json_t *
ckp_prompt_document(const json_t *prompt)
{
    json_t *const  vars = json_object_get(prompt, "variables");
    json_t *const  node = json_pack("{s:s, s:O*, s:O*, s:O*}",
                              "type", "llm_action",
                              "prompt", json_object_get(prompt, "template"),
                              "system_prompt", json_object_get(prompt,
                                                               "system"),
                              "output_schema", json_object_get(prompt,
                                                         "output_schema"));

    /* its names may be the run's own, which come from elsewhere (6.5): with a
     * dispatch mode one that is not declared is no error */

    return json_pack("{s:s, s:s, s:{s:s}, s:O*, s:{s:s, s:{s:o}}}",
                     "procedure_id", "prompt", "version", "1",
                     "global_config", "workflow_dispatch_mode", "sync",
                     "variables_schema", json_is_object(vars) ? vars : NULL,
                     "workflow_graph", "start_node", "prompt",
                     "nodes", "prompt", node);
}


/* --- shown -------------------------------------------------------------------- */

static bool
prompt_declares(const prompt_t *p, const char *name)
{
    for (size_t i = 0; i < p->prog->nvars; i++) {
        if (strcmp(p->prog->vars[i].name, name) == 0) {
            return true;
        }
    }

    return false;
}


static void
prompt_misses(prompt_t *p, const char *name)
{
    const json_t  *one;
    size_t         i;

    json_array_foreach(p->missing, i, one) {
        if (strcmp(json_string_value(one), name) == 0) {
            return;
        }
    }

    p->bad |= json_array_append_new(p->missing, json_string(name));
}


static void
prompt_ref(void *data, ckp_ref_t kind, const char *name, const char *second,
    bool in_expr)
{
    prompt_t *const  p = data;
    char             first[256];
    size_t           n;

    (void) in_expr;

    name = ckp_ref_variable(kind, name, second);

    if (name == NULL) {
        return;
    }

    n = strcspn(name, ".[");

    if (n >= sizeof(first)) {
        return;
    }

    memcpy(first, name, n);
    first[n] = '\0';
    p->bad |= json_object_set_new(p->seen, first, json_true());

    if (kind != CKP_REF_DEFAULTED && !prompt_declares(p, first)
        && json_object_get(p->given, first) == NULL)
    {
        prompt_misses(p, first);
    }
}


/* What is needed and not there is told, and no error. */

static ckp_var_t *
prompt_vars(prompt_t *p)
{
    const size_t      n = p->prog->nvars;
    ckp_var_t *const  vars = ckp_alloc((n + 1) * sizeof(ckp_var_t));

    for (size_t i = 0; vars != NULL && i < n; i++) {
        vars[i] = p->prog->vars[i];

        if (vars[i].required && vars[i].fallback == NULL
            && json_object_get(p->given, vars[i].name) == NULL)
        {
            vars[i].required = false;
            prompt_misses(p, vars[i].name);
        }
    }

    return vars;
}


static json_t *
prompt_unused(prompt_t *p)
{
    json_t *const  list = json_array();
    const char    *name;
    const json_t  *value;

    json_object_foreach((json_t *) p->given, name, value) {
        if (json_object_get(p->seen, name) == NULL) {
            p->bad |= json_array_append_new(list, json_string(name));
        }
    }

    return list;
}


static ckp_code_t
prompt_text(const prompt_t *p, const ckp_template_t *t, const json_t *vars,
    json_t **out, ckp_err_t *err)
{
    const ckp_scope_t  scope = { .get = ckp_scope_object_get, .object = vars };
    ckp_eval_t         ev = { .scope = &scope,
                              .budget = CKP_EVAL_STEPS_MAX,
                              .zone = p->prog->zone,
                              .zone_data = p->prog->zone_data };
    ckp_buf_t          b;
    ckp_code_t         rc;

    if (t == NULL) {
        *out = json_null();
        return CKP_OK;
    }

    ckp_buf_init(&b, CKP_TEMPLATE_OUT_MAX);
    rc = ckp_template_render_text(t, &ev, &b, err);

    if (rc == CKP_OK) {
        *out = json_string(ckp_buf_str(&b));
        rc = *out == NULL ? CKP_E_NOMEM : CKP_OK;
    }

    ckp_buf_free(&b);

    return rc == CKP_E_LIMIT ? CKP_E_INVALID : rc;
}


static ckp_code_t
prompt_put(prompt_t *p, const ckp_llm_t *llm, const json_t *vars,
    json_t **shown, ckp_err_t *err)
{
    json_t      *text = NULL;
    json_t      *system = NULL;
    ckp_code_t   rc = prompt_text(p, llm->prompt, vars, &text, err);

    rc = rc == CKP_OK ? prompt_text(p, llm->system, vars, &system, err) : rc;

    if (rc != CKP_OK) {
        json_decref(text);
        json_decref(system);
        return rc;
    }

    *shown = json_pack("{s:o, s:o, s:O, s:o}", "prompt", text, "system",
                       system, "missing", p->missing, "unused",
                       prompt_unused(p));

    return *shown == NULL || p->bad != 0 ? CKP_E_NOMEM : CKP_OK;
}


ckp_code_t
ckp_prompt_show(const ckp_program_t *prog, const json_t *variables,
    int64_t now_ms, json_t **shown, json_t **errors, ckp_err_t *err)
{
    const ckp_llm_t *const  llm = prog->nodes[0].u.llm;
    prompt_t                p = { .prog = prog, .given = variables,
                                  .seen = json_object(),
                                  .missing = json_array() };
    ckp_program_t           own = *prog;
    json_t                 *vars = NULL;
    ckp_code_t              rc = CKP_E_NOMEM;

    *shown = NULL;
    *errors = NULL;
    own.vars = prompt_vars(&p);
    own.config.strict_inputs = false;

    if (llm->prompt != NULL) {
        ckp_template_refs(llm->prompt, prompt_ref, &p);
    }

    if (llm->system != NULL) {
        ckp_template_refs(llm->system, prompt_ref, &p);
    }

    if (own.vars != NULL) {
        rc = ckp_program_inputs(&own, variables, NULL, now_ms, &vars, errors,
                                err);
    }

    if (rc == CKP_OK) {
        rc = prompt_put(&p, llm, vars, shown, err);
    }

    if (rc != CKP_OK) {
        json_decref(*shown);
        *shown = NULL;
    }

    ckp_free(own.vars);
    json_decref(vars);
    json_decref(p.seen);
    json_decref(p.missing);

    return rc;
}
