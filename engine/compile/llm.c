/*
 * What a document says about models as a whole: global_config.llm, limits of
 * cost and quality, pii, memory, guardrails, prompts and tools.
 * Source: spec/ckp.md 23.2, 23.4, 23.6, 24.
 */

#include <string.h>

#include "compile/parse_int.h"
#include "lang/template.h"
#include "llm/read.h"

#define LLM_PROFILES_MAX  200

static const char  llm_profile_known[] =
    " name description provider base_url secret_name model task_classes"
    " temperature max_tokens top_p stop timeout_ms max_retries extra_headers"
    " fallbacks cost_per_1k max_cost_usd_per_call budget_usd_per_run"
    " min_quality json_schema api_version stream enabled is_default ";


/* --- for the parsers of nodes -------------------------------------------- */

ckp_target_t
ckp_parse_target_id(ckp_parse_t *ps, const ckp_at_t *at, const char *id)
{
    return ckp_target_at(ps, at, id);
}


bool
ckp_parse_bind(ckp_parse_t *ps, const char *name, bool known)
{
    const bool  before = json_object_get(ps->names, name) != NULL;

    if (known && !before) {
        ps->nomem |= json_object_set_new(ps->names, name, json_false()) != 0;

    } else if (!known && before) {
        (void) json_object_del(ps->names, name);
    }

    return before;
}


const ckp_at_t *
ckp_parse_root(const ckp_parse_t *ps)
{
    return &ps->out.root;
}


const ckp_program_t *
ckp_parse_program(const ckp_parse_t *ps)
{
    return ps->prog;
}


ckp_template_t *
ckp_parse_prompt(ckp_parse_t *ps, const ckp_at_t *at, const char *key)
{
    ckp_at_t         out;
    ckp_err_t        err = CKP_ERR_INIT;
    ckp_template_t  *t;

    if (!ckp_parse_find(ps, at, key, &out)) {
        return NULL;
    }

    t = json_is_string(out.value) ? ckp_template_new(out.value, &err) : NULL;

    if (t == NULL) {
        ps->nomem = ps->nomem || err.code == CKP_E_NOMEM;
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .field = key,
                          .number = json_is_string(out.value) ? 211 : 15 },
                      json_is_string(out.value) ? "%s"
                      : "'%s' must be a string",
                      json_is_string(out.value) ? err.msg : key);
        return NULL;
    }

    if (ckp_program_own_template(ps->prog, t) == NULL) {
        ps->nomem = true;
        return NULL;
    }

    return t;
}


/* --- profiles ------------------------------------------------------------ */

static void
llm_names(ckp_parse_t *ps, const ckp_at_t *at, const char *key)
{
    ckp_at_t  out;

    if (!ckp_parse_array(ps, at, key, &out)) {
        return;
    }

    for (size_t i = 0; i < json_array_size(out.value); i++) {
        if (!json_is_string(json_array_get(out.value, i))) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 15,
                                             .field = key },
                          "'%s' holds names", key);
            return;
        }
    }
}


static void
llm_headers(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const char  alphabet[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    ckp_at_t           out;
    const char        *name;
    const json_t      *value;

    if (!ckp_parse_object(ps, at, "extra_headers", &out)) {
        return;
    }

    json_object_foreach((json_t *) out.value, name, value) {
        const char *const  text = json_string_value(value);

        if (*name == '\0' || name[strspn(name, alphabet)] != '\0'
            || text == NULL || strpbrk(text, "\r\n") != NULL)
        {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 15,
                                             .field = "extra_headers" },
                          "'%.80s' is no line of a head", name);
        }
    }
}


static void
llm_profile(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const ckp_word_t  providers[] = {
        { "openai_compatible", 0 }, { "openai", 0 }, { "anthropic", 0 },
        { "azure_openai", 0 }, { "azure", 0 }, { "ollama", 0 }, { NULL, 0 }
    };
    const char              *url;
    ckp_at_t                 out;

    if (!json_is_object(at->value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 15 },
                      "profile '%.80s' must be an object", at->key);
        return;
    }

    (void) ckp_parse_word(ps, at, "provider", providers, 0, 302);
    (void) ckp_parse_str(ps, at, "api_version");
    (void) ckp_parse_bool(ps, at, "stream", false);
    url = ckp_parse_str(ps, at, "base_url");

    if (url != NULL && strncmp(url, "http://", 7) != 0
        && strncmp(url, "https://", 8) != 0)
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 302,
                                         .field = "base_url" },
                      "'base_url' must begin with http:// or https://");
    }

    (void) ckp_parse_str(ps, at, "secret_name");
    (void) ckp_parse_str(ps, at, "model");
    (void) ckp_llm_read_params(ps, at);
    (void) ckp_parse_ms(ps, at, "timeout_ms", 0, 314);
    (void) ckp_parse_int(ps, at, "max_retries", 0, 0, 310);
    (void) ckp_llm_read_number(ps, at, "max_cost_usd_per_call", 0, 1e300, 0);
    (void) ckp_llm_read_number(ps, at, "budget_usd_per_run", 0, 1e300, 0);
    (void) ckp_llm_read_number(ps, at, "min_quality", 0, 100, 0);
    (void) ckp_parse_schema(ps, at, "json_schema");
    llm_names(ps, at, "task_classes");
    llm_names(ps, at, "fallbacks");
    llm_headers(ps, at);

    if (ckp_parse_object(ps, at, "cost_per_1k", &out)) {
        (void) ckp_llm_read_number(ps, &out, "prompt", 0, 1e300, 0);
        (void) ckp_llm_read_number(ps, &out, "completion", 0, 1e300, 0);
        (void) ckp_llm_read_number(ps, &out, "cached", 0, 1e300, 0);
    }

    ckp_parse_known(ps, at, llm_profile_known, NULL);
}


static void
llm_profiles(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_at_t       list;
    const char    *name;
    const json_t  *value;

    if (!ckp_parse_object(ps, at, "profiles", &list)) {
        return;
    }

    if (json_object_size(list.value) > LLM_PROFILES_MAX) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &list, .number = 6 },
                      "%zu profiles, at most %d", json_object_size(list.value),
                      LLM_PROFILES_MAX);
        return;
    }

    json_object_foreach((json_t *) list.value, name, value) {
        const ckp_at_t  one = { .up = &list, .key = name, .value = value };

        if (!ckp_is_note(name)) {
            llm_profile(ps, &one);
        }
    }
}


static void
llm_wants_profile(ckp_parse_t *ps, const ckp_at_t *at, const char *name)
{
    if (ckp_llm_profile(ps->prog, name) == NULL) {
        ckp_parse_needs(ps, &(ckp_say_t) { .at = at, .number = 802,
                                           .field = at->key }, name);
    }
}


static void
llm_routing(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_at_t       out;
    const char    *name;
    const json_t  *value;

    if (!ckp_parse_object(ps, at, "routing", &out)) {
        return;
    }

    json_object_foreach((json_t *) out.value, name, value) {
        const ckp_at_t  to = { .up = &out, .key = name, .value = value };

        if (json_is_string(value)) {
            llm_wants_profile(ps, &to, json_string_value(value));

        } else if (json_is_array(value)) {
            for (size_t i = 0; i < json_array_size(value); i++) {
                ckp_at_t  one;

                ckp_parse_element(&to, i, &one);
                llm_wants_profile(ps, &one, json_is_string(one.value)
                                  ? json_string_value(one.value) : "?");
            }

        } else {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &to, .number = 15 },
                          "a route leads to a profile or a list of them");
        }
    }
}


static void
llm_costs(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_at_t       out;
    const char    *name;
    const json_t  *value;

    if (!ckp_parse_object(ps, at, "model_costs", &out)) {
        return;
    }

    json_object_foreach((json_t *) out.value, name, value) {
        const ckp_at_t  one = { .up = &out, .key = name, .value = value };

        if (!json_is_object(value)) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &one, .number = 15 },
                          "the cost of a model is an object");
            continue;
        }

        (void) ckp_llm_read_number(ps, &one, "prompt", 0, 1e300, 0);
        (void) ckp_llm_read_number(ps, &one, "completion", 0, 1e300, 0);
        (void) ckp_llm_read_number(ps, &one, "cached", 0, 1e300, 0);
        (void) ckp_llm_read_number(ps, &one, "quality", 0, 100, 0);
    }
}


static void
llm_block(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_at_t  out;
    ckp_at_t  name;

    if (!ckp_parse_object(ps, at, "llm", &out)) {
        return;
    }

    ps->prog->config.llm = out.value;
    llm_profiles(ps, &out);
    llm_routing(ps, &out);
    llm_costs(ps, &out);

    if (ckp_parse_str(ps, &out, "default_profile") != NULL
        && ckp_parse_find(ps, &out, "default_profile", &name))
    {
        llm_wants_profile(ps, &name, json_string_value(name.value));
    }

    if (ckp_parse_object(ps, &out, "fallback", &name)) {
        ckp_llm_read_fallback(ps, &name);
    }

    ckp_parse_known(ps, &out, " default_profile profiles routing fallback"
                    " model_costs ", NULL);
}


/* --- all of it ----------------------------------------------------------- */

static void
llm_guardrails(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_at_t  out;

    if (!ckp_parse_object(ps, at, "guardrails", &out)) {
        return;
    }

    ps->prog->config.guardrails = out.value;
    llm_names(ps, &out, "tool_allowlist");
    (void) ckp_parse_int(ps, &out, "max_tool_calls", 1, 1, 806);
    (void) ckp_parse_int(ps, &out, "max_iterations", 1, 1, 806);
    (void) ckp_parse_ms(ps, &out, "max_elapsed_ms", 0, 806);
    (void) ckp_llm_read_number(ps, &out, "max_cost_usd", 0, 1e300, 0);
    (void) ckp_parse_bool(ps, &out, "forbid_side_effects", false);
    ckp_parse_known(ps, &out, " tool_allowlist max_tool_calls max_iterations"
                    " max_elapsed_ms max_cost_usd forbid_side_effects ",
                    NULL);
}


void
ckp_config_llm(ckp_parse_t *ps, const ckp_at_t *at)
{
    ckp_config_t *const  config = &ps->prog->config;
    ckp_at_t             out;

    config->max_cost_usd = ckp_llm_read_number(ps, at, "max_cost_usd", 0,
                                               1e300, 0);
    config->max_call_usd = ckp_llm_read_number(ps, at,
                               "max_cost_per_llm_call_usd", 0, 1e300, 0);
    config->min_llm_quality = (int64_t) ckp_llm_read_number(ps, at,
                                  "min_llm_quality", 0, 100, 0);
    llm_block(ps, at);
    llm_guardrails(ps, at);
    config->pii = ckp_llm_read_pii(ps, at, NULL);

    if (ckp_parse_object(ps, at, "memory", &out)) {
        ckp_memory_t *const  memory = ckp_parse_alloc(ps,
                                          sizeof(ckp_memory_t));

        if (memory != NULL) {
            ckp_llm_read_memory(ps, at, memory);
            config->memory = memory;
            config->memory_scope = ckp_json_str(out.value, "scope");
        }
    }
}


/* Each on its own is read where a node refers to it; here its shape counts. */

void
ckp_root_prompts(ckp_parse_t *ps)
{
    static const char  known[] =
        " template system variables output_schema model profile description"
        " version tags name ";
    ckp_at_t           out;
    const char        *name;
    const json_t      *value;

    if (!ckp_parse_object(ps, &ps->out.root, "prompt_templates", &out)) {
        return;
    }

    json_object_foreach((json_t *) out.value, name, value) {
        const ckp_at_t  one = { .up = &out, .key = name, .value = value };

        if (ckp_is_note(name)) {
            continue;
        }

        if (!json_is_object(value)) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &one, .number = 15 },
                          "prompt '%.80s' must be an object", name);
            continue;
        }

        if (ckp_parse_str(ps, &one, "template") == NULL) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &one, .number = 18,
                                             .field = "template" },
                          "a prompt without 'template'");
        }

        ckp_parse_known(ps, &one, known, NULL);
    }
}
