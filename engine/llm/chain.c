/*
 * Which model answers: the profile that a node means, and those that stand in
 * for it.  Source: spec/ckp.md 23.2, 23.3.
 */

#include "llm/llm.h"

#include <string.h>

#include "base/json.h"


const json_t *
ckp_llm_profile(const ckp_program_t *prog, const char *name)
{
    const json_t *const  all = json_object_get(prog->config.llm, "profiles");
    const json_t *const  one = name == NULL ? NULL
                               : json_object_get(all, name);

    return json_is_object(one) ? one : NULL;
}


const json_t *
ckp_llm_profile_of(const ckp_fiber_t *f, const char *name)
{
    const json_t *const  one = name == NULL ? NULL
                               : ckp_fiber_get(f, "profs", name);

    return one != NULL ? one : ckp_llm_profile(ckp_fiber_program(f), name);
}


const json_t *
ckp_llm_entry(const ckp_fiber_t *f)
{
    return json_array_get(ckp_fiber_get(f, "chain", NULL),
                          (size_t) ckp_llm_int(f, "i"));
}


/* --- what the site has -------------------------------------------------- */

static const json_t *
chain_site(const ckp_fiber_t *f, const char *name)
{
    const json_t *const  all = json_object_get(ckp_fiber_site(f), "profiles");
    const json_t *const  one = name == NULL ? NULL
                               : json_object_get(all, name);

    return json_is_object(one) ? one : NULL;
}


static bool
chain_knows(const ckp_fiber_t *f, const char *name)
{
    return ckp_llm_profile(ckp_fiber_program(f), name) != NULL
           || chain_site(f, name) != NULL;
}


/*
 * The site's profile is kept with the question as it is now, under what the
 * document says of it.  Who gives it another address gets none of what proves
 * who the site is.
 */

static ckp_code_t
chain_learn(ckp_fiber_t *f, const char *name)
{
    const json_t *const  site = chain_site(f, name);
    const json_t *const  own = ckp_llm_profile(ckp_fiber_program(f), name);
    json_t              *whole;
    int                  bad = 0;

    if (site == NULL || ckp_fiber_get(f, "profs", name) != NULL) {
        return CKP_OK;
    }

    whole = ckp_json_copy(site);

    if (json_object_get(own, "base_url") == NULL) {
        bad |= json_object_set_new(whole, "site", json_true());

    } else {
        (void) json_object_del(whole, "base_url");
        (void) json_object_del(whole, "secret_name");
    }

    if (own != NULL) {
        bad |= json_object_update(whole, (json_t *) own);
    }

    if (whole == NULL || bad != 0) {
        json_decref(whole);
        return CKP_E_NOMEM;
    }

    return ckp_fiber_put(f, "profs", name, whole);
}


/* --- which profile ----------------------------------------------------- */

/* What the node says, or the prompt when the node leaves all of it open. */

static const char *
chain_said(const ckp_fiber_t *f, const char *own, const char *member)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    const bool              open = llm->profile == NULL && llm->model == NULL
                                   && llm->task_class == NULL;

    return own != NULL || !open ? own : ckp_json_str(ckp_llm_asset(f), member);
}


static bool
chain_has_class(const json_t *profile, const char *task_class)
{
    const json_t  *word;
    size_t         i;

    json_array_foreach(json_object_get(profile, "task_classes"), i, word) {
        if (json_is_string(word)
            && strcmp(json_string_value(word), task_class) == 0)
        {
            return true;
        }
    }

    return false;
}


/* The first profile that says it is for that class: of the document, then of
 * the site. */

static const char *
chain_for_class(const ckp_fiber_t *f, const char *task_class)
{
    const json_t *const  own = json_object_get(
                             ckp_fiber_program(f)->config.llm, "profiles");
    const char          *name;
    const json_t        *profile;

    json_object_foreach((json_t *) own, name, profile) {
        if (chain_has_class(json_object_get(profile, "task_classes") != NULL
                            ? profile : chain_site(f, name), task_class))
        {
            return name;
        }
    }

    json_object_foreach(json_object_get(ckp_fiber_site(f), "profiles"), name,
                        profile)
    {
        if (json_object_get(own, name) == NULL
            && chain_has_class(profile, task_class))
        {
            return name;
        }
    }

    return NULL;
}


/* routing[task_class], else the first profile that says it is for it. */

static const json_t *
chain_route(const ckp_fiber_t *f, const char *task_class, const char **only)
{
    const json_t *const  llm = ckp_fiber_program(f)->config.llm;
    const json_t        *to;

    *only = NULL;

    if (task_class == NULL) {
        return NULL;
    }

    to = json_object_get(json_object_get(llm, "routing"), task_class);

    if (json_is_string(to)) {
        *only = json_string_value(to);
        return NULL;
    }

    if (json_array_size(to) > 0) {
        return to;
    }

    *only = chain_for_class(f, task_class);

    return NULL;
}


/* The names in their order: the first is the chosen one.  *list: a routing list
 * whose others stand behind it. */

static const char *
chain_chosen(const ckp_fiber_t *f, const json_t **list)
{
    const ckp_node_t *const  node = ckp_fiber_node(f);
    const ckp_llm_t *const   llm = node->u.llm;
    const char *const        profile = chain_said(f, llm->profile, "profile");
    const char *const        model = chain_said(f, llm->model, "model");
    const char              *only;

    *list = NULL;

    if (chain_knows(f, profile)) {
        return profile;
    }

    if (chain_knows(f, model)) {
        return model;
    }

    *list = chain_route(f, llm->task_class, &only);

    if (only != NULL) {
        return only;
    }

    if (*list != NULL) {
        return json_string_value(json_array_get(*list, 0));
    }

    if (chain_knows(f, node->agent)) {
        return node->agent;
    }

    only = ckp_json_str(ckp_fiber_program(f)->config.llm, "default_profile");

    return chain_knows(f, only) ? only
           : ckp_json_str(ckp_fiber_site(f), "default_profile");
}


/* --- the chain --------------------------------------------------------- */

/* Chains that a server has for well-known models. */

static const char *const  chain_known[][4] = {
    { "gpt-4-turbo", "gpt-4", "gpt-3.5-turbo", NULL },
    { "gpt-4", "gpt-3.5-turbo-16k", "gpt-3.5-turbo", NULL },
    { "claude-3-opus", "claude-3-sonnet", "claude-3-haiku", NULL },
    { "mistral-large", "mistral-medium", "mistral-small", NULL }
};


/* `since`: what stands between it and the first is no part of the round. */

static ckp_code_t
chain_add(json_t *chain, size_t since, const char *model, const char *profile)
{
    const json_t  *old;
    size_t         i;

    /* a model that failed is not asked again in the same round */

    json_array_foreach(chain, i, old) {
        const char *const  p = ckp_json_str(old, "p");

        if (i > 0 && i < since) {
            continue;
        }

        if (strcmp(ckp_json_str(old, "m"), model) == 0
            && (p == NULL) == (profile == NULL)
            && (p == NULL || strcmp(p, profile) == 0))
        {
            return CKP_OK;
        }
    }

    if (json_array_size(chain) >= CKP_LLM_MODELS_MAX) {
        return CKP_OK;
    }

    return json_array_append_new(chain, json_pack("{s:s, s:s*}", "m", model,
                                                  "p", profile)) == 0
           ? CKP_OK : CKP_E_NOMEM;
}


/* The model of a profile; the site's, where nobody names one. */

static const char *
chain_own(const ckp_fiber_t *f, const json_t *profile)
{
    const char  *model = ckp_json_str(profile, "model");

    model = model != NULL ? model : ckp_json_str(ckp_fiber_site(f), "model");

    return model == NULL ? "" : model;
}


/* A name that is a profile, or a bare model that `base` serves. */

static ckp_code_t
chain_add_name(ckp_fiber_t *f, json_t *chain, size_t since, const char *name,
    const char *base)
{
    const ckp_code_t  rc = chain_learn(f, name);

    if (rc != CKP_OK || !chain_knows(f, name)) {
        return rc == CKP_OK ? chain_add(chain, since, name, base) : rc;
    }

    return chain_add(chain, since,
                     chain_own(f, ckp_llm_profile_of(f, name)), name);
}


static ckp_code_t
chain_fallbacks(ckp_fiber_t *f, json_t *chain, size_t since,
    const json_t *names, const char *base)
{
    const json_t  *name;
    size_t         i;
    ckp_code_t     rc = CKP_OK;

    json_array_foreach(names, i, name) {
        if (rc == CKP_OK && json_is_string(name)) {
            rc = chain_add_name(f, chain, since, json_string_value(name),
                                base);
        }
    }

    return rc;
}


static ckp_code_t
chain_built_in(json_t *chain, size_t since, const char *model,
    const char *base)
{
    ckp_code_t  rc = CKP_OK;

    for (size_t i = 0; i < sizeof(chain_known) / sizeof(chain_known[0]); i++) {
        if (strcmp(chain_known[i][0], model) != 0) {
            continue;
        }

        for (size_t k = 1; rc == CKP_OK && chain_known[i][k] != NULL; k++) {
            rc = chain_add(chain, since, chain_known[i][k], base);
        }
    }

    return rc;
}


/* The chosen profile's model, unless a bare one is asked for. */

static const char *
chain_model(const ckp_fiber_t *f, const json_t *profile)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    const char *const       model = chain_said(f, llm->model, "model");

    return model != NULL && !chain_knows(f, model) ? model
                                                   : chain_own(f, profile);
}


static ckp_code_t
chain_put(ckp_fiber_t *f, json_t *chain, size_t alt)
{
    const ckp_code_t  rc = ckp_fiber_put(f, "chain", NULL, chain);

    return rc == CKP_OK ? ckp_llm_put_int(f, "alt", (int64_t) alt) : rc;
}


ckp_code_t
ckp_llm_choose(ckp_fiber_t *f)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    const json_t           *list;
    const char             *name = chain_chosen(f, &list);
    const json_t           *profile = NULL;
    json_t *const           chain = json_array();
    size_t                  alt;
    ckp_code_t              rc = chain == NULL ? CKP_E_NOMEM
                                 : ckp_fiber_del(f, "profs", NULL);

    if (rc == CKP_OK) {
        rc = chain_learn(f, name);
    }

    if (rc == CKP_OK) {
        profile = ckp_llm_profile_of(f, name);
        name = profile == NULL ? NULL : name;
        rc = chain_add(chain, 0, chain_model(f, profile), name);
    }

    /* whose schema the answer has to fit, whoever gives it */

    if (rc == CKP_OK && json_object_get(profile, "json_schema") != NULL) {
        rc = ckp_fiber_put(f, "pf", NULL, json_string(name));
    }

    if (rc == CKP_OK && list != NULL) {
        rc = chain_fallbacks(f, chain, 0, list, name);
    }

    alt = json_array_size(chain);

    if (rc == CKP_OK && llm->fallbacks != NULL) {
        rc = chain_fallbacks(f, chain, alt, llm->fallbacks, name);

    } else if (rc == CKP_OK && json_object_get(profile, "fallbacks") != NULL) {
        rc = chain_fallbacks(f, chain, alt,
                             json_object_get(profile, "fallbacks"), name);

    } else if (rc == CKP_OK) {
        rc = chain_built_in(chain, alt, chain_model(f, profile), name);
    }

    if (rc != CKP_OK) {
        json_decref(chain);
        return rc;
    }

    return chain_put(f, chain, alt);
}


ckp_code_t
ckp_llm_choose_one(ckp_fiber_t *f, const char *name)
{
    const char *const  base = ckp_json_str(json_array_get(
                                  ckp_fiber_get(f, "chain", NULL), 0), "p");
    json_t            *chain;
    ckp_code_t         rc;

    if (name == NULL) {
        return CKP_OK;
    }

    chain = json_array();
    rc = chain == NULL ? CKP_E_NOMEM : chain_add_name(f, chain, 0, name, base);

    if (rc != CKP_OK) {
        json_decref(chain);
        return rc;
    }

    return chain_put(f, chain, 1);
}


/* --- is it good and cheap enough --------------------------------------- */

/* The word for what is against the entry; NULL: nothing. */

static const char *
chain_against(ckp_fiber_t *f, const json_t *entry)
{
    const ckp_program_t *const  prog = ckp_fiber_program(f);
    const json_t *const         profile = ckp_llm_profile_of(f,
                                              ckp_json_str(entry, "p"));
    const double                own = ckp_json_num(profile,
                                          "max_cost_usd_per_call", 0);
    int64_t                     least = ckp_json_int(profile, "min_quality",
                                                     0);
    double                      most = prog->config.max_call_usd;
    int64_t                     quality;
    double                      cost;
    bool                        known;

    if (prog->config.min_llm_quality > least) {
        least = prog->config.min_llm_quality;
    }

    if (own > 0 && (most <= 0 || own < most)) {
        most = own;
    }

    if (least > 0
        && ckp_llm_quality(f, ckp_json_str(entry, "m"), &quality)
        && quality < least)
    {
        return "quality";
    }

    cost = most > 0 ? ckp_llm_estimate(f, entry, &known) : 0;

    return most > 0 && known && cost > most ? "cost" : NULL;
}


ckp_code_t
ckp_llm_usable(ckp_fiber_t *f, bool *none)
{
    const json_t *const  chain = ckp_fiber_get(f, "chain", NULL);
    const int64_t        from = ckp_llm_int(f, "i");
    int64_t              i = from;
    ckp_code_t           rc = CKP_OK;

    *none = false;

    for ( ;; i++) {
        const json_t *const  entry = json_array_get(chain, (size_t) i);
        const json_t *const  next = json_array_get(chain, (size_t) i + 1);
        const char *const    why = entry == NULL ? NULL
                                   : chain_against(f, entry);

        if (entry == NULL) {
            *none = true;
            return rc;
        }

        if (why == NULL) {
            break;
        }

        if (next != NULL) {
            rc = ckp_fiber_emit(f, "llm_fallback",
                     json_pack("{s:s, s:s, s:s}", "from",
                               ckp_json_str(entry, "m"), "to",
                               ckp_json_str(next, "m"), "reason", why));
        }

        if (rc != CKP_OK) {
            return rc;
        }
    }

    return i == from ? CKP_OK : ckp_llm_put_int(f, "i", i);
}
