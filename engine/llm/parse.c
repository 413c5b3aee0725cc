/*
 * llm_action: a question to a model (spec/ckp.md 23.1).
 */

#include <string.h>

#include "llm/planner.h"
#include "llm/read.h"
#include "node/types.h"

#define PARSE_MESSAGES_MAX  100


/* --- numbers ----------------------------------------------------------- */

static void
parse_range(ckp_parse_t *ps, const ckp_at_t *at, double least, double most)
{
    ckp_parse_say(ps, &(ckp_say_t) { .at = at, .field = at->key,
                      .number = json_is_number(at->value) ? 806 : 15 },
                  most < 1e300 ? "'%s' must be a number from %g to %g"
                               : "'%s' must be a number from %g on", at->key,
                  least, most);
}


double
ckp_llm_read_number(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    double least, double most, double otherwise)
{
    ckp_at_t  out;
    double    d;

    if (!ckp_parse_find(ps, at, key, &out)) {
        return otherwise;
    }

    d = json_number_value(out.value);

    if (!json_is_number(out.value) || d < least || d > most) {
        parse_range(ps, &out, least, most);
        return otherwise;
    }

    return d;
}


static void
parse_param(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    double least, double most, bool whole, json_t *params)
{
    ckp_at_t      out;
    const double  d = ckp_llm_read_number(ps, at, key, least, most, -1e9);

    if (d <= -1e9 || !ckp_parse_find(ps, at, key, &out)) {
        return;
    }

    if (whole && !json_is_integer(out.value)) {
        parse_range(ps, &out, least, most);
        return;
    }

    (void) json_object_set(params, key, (json_t *) out.value);
}


/* A text or a few of them. */

static void
parse_stop(ckp_parse_t *ps, const ckp_at_t *at, json_t *params)
{
    ckp_at_t  out;
    bool      fits;

    if (!ckp_parse_find(ps, at, "stop", &out)) {
        return;
    }

    fits = json_is_string(out.value) || json_is_array(out.value);

    for (size_t i = 0; fits && i < json_array_size(out.value); i++) {
        fits = json_is_string(json_array_get(out.value, i));
    }

    if (!fits) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 15,
                                         .field = "stop" },
                      "'stop' must be a text or a list of texts");
        return;
    }

    (void) json_object_set(params, "stop", (json_t *) out.value);
}


const json_t *
ckp_llm_read_params(ckp_parse_t *ps, const ckp_at_t *at)
{
    json_t *const  params = json_object();

    if (params == NULL) {
        return ckp_parse_keep(ps, NULL);
    }

    parse_param(ps, at, "temperature", 0, 2, false, params);
    parse_param(ps, at, "max_tokens", 1, 10000000, true, params);
    parse_param(ps, at, "top_p", 0, 1, false, params);
    parse_param(ps, at, "seed", -1e9 + 1, 1e15, true, params);
    parse_stop(ps, at, params);

    return ckp_parse_keep(ps, params);
}


/* --- what is asked ----------------------------------------------------- */

static void
parse_message(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const ckp_word_t  roles[] = {
        { "user", 0 }, { "system", 1 }, { "assistant", 2 }, { NULL, 0 }
    };

    if (!json_is_object(at->value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 15,
                                         .field = "messages" },
                      "a message is an object of role and content");
        return;
    }

    if (ckp_parse_str(ps, at, "role") == NULL
        || json_object_get(at->value, "content") == NULL)
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 18,
                          .field = json_object_get(at->value, "role") == NULL
                                   ? "role" : "content" },
                      "a message needs 'role' and 'content'");
    }

    (void) ckp_parse_word(ps, at, "role", roles, 0, 302);
    ckp_parse_known(ps, at, " role content ", NULL);
}


static void
parse_messages(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    ckp_at_t  list;
    ckp_at_t  one;
    size_t    n;

    if (!ckp_parse_array(ps, at, "messages", &list)) {
        return;
    }

    n = json_array_size(list.value);

    if (n > PARSE_MESSAGES_MAX) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &list, .number = 6,
                                         .field = "messages" },
                      "%zu messages, at most %d", n, PARSE_MESSAGES_MAX);
        return;
    }

    for (size_t i = 0; i < n; i++) {
        ckp_parse_element(&list, i, &one);
        parse_message(ps, &one);
    }

    llm->messages = ckp_parse_template(ps, at, "messages", CKP_SECRET_WRONG);
}


/* "name", "name@3", "name@^1": only the name tells which of the document's own
 * it is, for those have one version. */

static const json_t *
parse_asset(ckp_parse_t *ps, const char *ref, ckp_at_t *all, ckp_at_t *out)
{
    const size_t   n = strcspn(ref, "@");
    const char    *name;
    const json_t  *value;

    if (!ckp_parse_object(ps, ckp_parse_root(ps), "prompt_templates", all)) {
        return NULL;
    }

    json_object_foreach((json_t *) all->value, name, value) {
        if (strlen(name) == n && memcmp(name, ref, n) == 0
            && json_is_object(value))
        {
            *out = (ckp_at_t) { .up = all, .key = name, .value = value };
            return value;
        }
    }

    return NULL;
}


static void
parse_asset_vars(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    const json_t *const  given = json_object_get(at->value, "prompt_vars");

    for (size_t i = 0; i < llm->nasset_vars; i++) {
        const ckp_var_t *const  var = &llm->asset_vars[i];

        if (var->required && var->fallback == NULL && given != NULL
            && json_object_get(given, var->name) == NULL)
        {
            ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 805,
                                             .field = "prompt_vars" },
                          "prompt '%.80s' needs the variable '%.80s'",
                          llm->prompt_ref, var->name);
        }
    }
}


static void
parse_ref(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    ckp_at_t   all;
    ckp_at_t   asset;
    ckp_at_t   vars;
    ckp_var_t *list = NULL;

    llm->prompt_ref = ckp_parse_str(ps, at, "prompt_ref");

    if (ckp_parse_object(ps, at, "prompt_vars", &vars)) {
        llm->prompt_vars = ckp_parse_template(ps, at, "prompt_vars",
                                              CKP_SECRET_WRONG);
    }

    if (llm->prompt_ref == NULL) {
        return;
    }

    llm->asset = parse_asset(ps, llm->prompt_ref, &all, &asset);

    if (llm->asset == NULL) {
        ckp_parse_needs(ps, &(ckp_say_t) { .at = at, .number = 804,
                                           .field = "prompt_ref" },
                        llm->prompt_ref);
        return;
    }

    if (llm->prompt_vars != NULL) {
        llm->asset_prompt = ckp_parse_prompt(ps, &asset, "template");
        llm->asset_system = ckp_parse_prompt(ps, &asset, "system");

    } else {
        llm->asset_prompt = ckp_parse_template(ps, &asset, "template",
                                               CKP_SECRET_WRONG);
        llm->asset_system = ckp_parse_template(ps, &asset, "system",
                                               CKP_SECRET_WRONG);
    }

    ckp_parse_vars(ps, &asset, "variables", &list, &llm->nasset_vars);
    llm->asset_vars = list;
    parse_asset_vars(ps, at, llm);
}


static void
parse_prompt(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    llm->prompt = ckp_parse_template(ps, at, "prompt", CKP_SECRET_WRONG);
    llm->system = ckp_parse_template(ps, at, "system_prompt",
                                     CKP_SECRET_WRONG);
    parse_messages(ps, at, llm);
    parse_ref(ps, at, llm);

    if (json_object_get(at->value, "prompt") == NULL
        && llm->prompt_ref == NULL
        && json_array_size(json_object_get(at->value, "messages")) == 0
        && json_object_get(json_object_get(at->value, "planner"), "goal")
           == NULL)
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 801,
                                         .field = "prompt" },
                      "nothing is asked: no prompt, prompt_ref or messages");
    }
}


/* --- who is asked ------------------------------------------------------ */

static const char *
parse_text(ckp_parse_t *ps, const ckp_at_t *at, const char *key)
{
    const char *const  text = ckp_parse_str(ps, at, key);

    return text == NULL || *text == '\0' ? NULL : text;
}


static bool
parse_knows_class(const json_t *config, const char *task_class)
{
    const char    *name;
    const json_t  *profile;
    const json_t  *word;
    size_t         i;

    if (json_object_get(json_object_get(config, "routing"), task_class)
        != NULL)
    {
        return true;
    }

    json_object_foreach(json_object_get(config, "profiles"), name, profile) {
        json_array_foreach(json_object_get(profile, "task_classes"), i, word) {
            if (json_is_string(word)
                && strcmp(json_string_value(word), task_class) == 0)
            {
                return true;
            }
        }
    }

    return false;
}


static void
parse_who(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    const ckp_program_t *const  prog = ckp_parse_program(ps);

    llm->model = parse_text(ps, at, "model");
    llm->profile = parse_text(ps, at, "profile");
    llm->task_class = parse_text(ps, at, "task_class");

    if (llm->profile != NULL && ckp_llm_profile(prog, llm->profile) == NULL) {
        ckp_parse_needs(ps, &(ckp_say_t) { .at = at, .number = 802,
                                           .field = "profile" },
                        llm->profile);
    }

    if (llm->task_class != NULL
        && !parse_knows_class(prog->config.llm, llm->task_class))
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 803,
                                         .field = "task_class" },
                      "task class '%.120s' leads to no profile",
                      llm->task_class);
    }
}


/* fallback_models, or `fallback` as a list; `fallback` as an object: when. */

static void
parse_fallback(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    ckp_at_t  out;

    if (ckp_parse_array(ps, at, "fallback_models", &out)) {
        llm->fallbacks = out.value;
    }

    if (!ckp_parse_find(ps, at, "fallback", &out)) {
        return;
    }

    if (json_is_array(out.value)) {
        llm->fallbacks = llm->fallbacks != NULL ? llm->fallbacks : out.value;

    } else if (json_is_object(out.value)) {
        llm->fallback = out.value;
        ckp_llm_read_fallback(ps, &out);

    } else if (json_is_boolean(out.value)) {
        llm->fallback = ckp_parse_keep(ps, json_pack("{s:b}", "enabled",
                                           json_is_true(out.value)));

    } else {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 15,
                                         .field = "fallback" },
                      "'fallback' is a list of models, or an object");
    }
}


static bool
parse_counts(const json_t *policy)
{
    return json_object_get(policy, "max_attempts") != NULL
           || json_object_get(policy, "max_retries") != NULL
           || json_object_get(policy, "maxAttempts") != NULL;
}


static void
parse_retry(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    ckp_parse_inherited(ps, &llm->retry);
    (void) ckp_parse_retry(ps, at, "retry", &llm->retry);
    llm->retry_own = parse_counts(json_object_get(at->value, "retry"))
                     || parse_counts(json_object_get(at->value,
                                                     "retry_policy"));
}


/* --- all of it --------------------------------------------------------- */

static void
parse_cache(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    static const ckp_word_t  scopes[] = {
        { "run", CKP_ONCE_RUN }, { "procedure", CKP_ONCE_PROCEDURE },
        { "project", CKP_ONCE_PROJECT }, { "global", CKP_ONCE_GLOBAL },
        { NULL, 0 }
    };
    ckp_at_t                 out;

    if (!ckp_parse_object(ps, at, "cache", &out)) {
        return;
    }

    llm->cache_s = ckp_parse_int(ps, &out, "ttl_seconds", 1, 86400, 302);
    ckp_parse_known(ps, &out, " ttl_seconds scope ", NULL);

    llm->cache = (ckp_once_t) {
        .scope = (ckp_once_scope_t) ckp_parse_word(ps, &out, "scope", scopes,
                                                   CKP_ONCE_RUN, 302),
        .busy = CKP_BUSY_WAIT, .ttl_s = llm->cache_s
    };
}


static void
parse_rest(ckp_parse_t *ps, const ckp_at_t *at, ckp_llm_t *llm)
{
    const ckp_program_t *const  prog = ckp_parse_program(ps);

    llm->params = ckp_llm_read_params(ps, at);
    llm->json_mode = ckp_parse_bool(ps, at, "json_mode", false);
    (void) ckp_parse_bool(ps, at, "stream", false);
    llm->stream = json_object_get(at->value, "stream");
    llm->timeout_ms = ckp_parse_ms32(ps, at, "llm_timeout_ms", 0, 314);
    llm->max_cost = ckp_llm_read_number(ps, at, "max_cost_usd", 0, 1e300, 0);
    llm->schema = ckp_parse_schema(ps, at, "output_schema");

    if (llm->schema == NULL && llm->asset != NULL) {
        const ckp_at_t  asset = { .up = ckp_parse_root(ps),
                                  .key = "prompt_templates",
                                  .value = llm->asset };

        llm->schema = ckp_parse_schema(ps, &asset, "output_schema");
    }

    ckp_llm_read_repair(ps, at, llm);
    ckp_llm_read_attachments(ps, at, llm);
    ckp_llm_read_checks(ps, at, llm);
    ckp_llm_read_branches(ps, at, llm);
    parse_cache(ps, at, llm);
    ckp_llm_read_memory(ps, at, &llm->memory);
    llm->pii = ckp_llm_read_pii(ps, at, prog->config.pii);
    ckp_parse_mappings(ps, at, "outputs", &llm->outputs, &llm->noutputs);
}


static ckp_code_t
llm_parse(ckp_parse_t *ps, const json_t *doc, ckp_node_t *node)
{
    const ckp_at_t *const  at = ckp_parse_here(ps);
    ckp_llm_t *const       llm = ckp_parse_alloc(ps, sizeof(ckp_llm_t));
    bool                   bound;

    (void) doc;

    node->u.llm = llm;

    if (llm == NULL) {
        return CKP_E_NOMEM;
    }

    if (ckp_parse_program(ps)->config.memory != NULL) {
        llm->memory = *ckp_parse_program(ps)->config.memory;
    }

    parse_who(ps, at, llm);
    parse_fallback(ps, at, llm);
    parse_prompt(ps, at, llm);
    parse_retry(ps, at, llm);
    ckp_llm_read_planner(ps, at, llm);
    ckp_llm_read_more(ps, at, llm);
    bound = llm->planner == NULL || ckp_parse_bind(ps, "planner", true);
    parse_rest(ps, at, llm);

    if (!bound) {
        (void) ckp_parse_bind(ps, "planner", false);
    }

    return ckp_parse_end(ps);
}


const ckp_node_ops_t  ckp_node_llm = {
    .type = "llm_action",
    .parse = llm_parse,
    .enter = ckp_llm_enter,
    .wake = ckp_llm_wake,
    .busy = ckp_llm_in_flight,
    .abandon = ckp_llm_abandon,
    .resumes = ckp_llm_resumes,
    .awaits = ckp_llm_awaits,
    .child = ckp_llm_child,
    .inner = ckp_llm_inner,
    .names = ckp_planner_names,
};
