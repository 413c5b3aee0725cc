/*
 * The settings that one procedure takes over from another; see heir.h.
 */

#include "model/heir.h"

#include <string.h>

#include "base/json.h"

static const char *const  heir_missing[] = { "empty", "keep", "error", NULL };

static const char *const  heir_levels[] = { "DEBUG", "INFO", "WARNING",
                                            "ERROR", NULL };


static const char *
heir_word(const char *const *words, size_t n)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (i == n) {
            return words[i];
        }
    }

    return NULL;
}


/* The number of the word; `otherwise`: it is none of them. */

static size_t
heir_number(const char *const *words, const char *word, size_t otherwise)
{
    for (size_t i = 0; word != NULL && words[i] != NULL; i++) {
        if (strcmp(words[i], word) == 0) {
            return i;
        }
    }

    return otherwise;
}


/* --- what is passed on --------------------------------------------------- */

/* References with the settings that tell where they lead. */

static json_t *
heir_secrets(const ckp_program_t *prog)
{
    json_t *const  all = json_object();
    json_t *const  config = json_copy((json_t *) prog->config.secrets);
    const char    *name;
    json_t        *ref;
    int            bad = all == NULL;

    (void) json_object_update(all, json_object_get(prog->legacy, "secrets"));
    (void) json_object_del(config, "secret_references");

    json_object_foreach(json_object_get(prog->config.secrets,
                                        "secret_references"), name, ref)
    {
        bad |= json_object_set_new(all, name, json_pack("{s:O, s:O}", "ref",
                                   ref, "config", config));
    }

    json_decref(config);

    if (bad != 0) {
        json_decref(all);
        return NULL;
    }

    return all;
}


json_t *
ckp_program_legacy(const ckp_program_t *prog)
{
    const ckp_config_t *const  own = &prog->config;
    const char                *scope = own->memory_scope;

    if (scope == NULL) {
        scope = ckp_json_str(prog->legacy, "memory");
    }

    return json_pack("{s:s, s:s, s:s*, s:O*, s:o}",
               "missing_variables",
               heir_word(heir_missing, (size_t) own->missing),
               "logging_level",
               heir_word(heir_levels, (size_t) own->log_level),
               "memory", scope, "llm", own->llm,
               "secrets", heir_secrets(prog));
}


/* --- who takes it over --------------------------------------------------- */

/* The child's own members, then those of the legacy; profiles by name. */

static json_t *
heir_llm(const json_t *own, const json_t *given)
{
    json_t *const  made = own == NULL ? json_object()
                                      : json_copy((json_t *) own);
    json_t *const  old = json_object_get(made, "profiles");
    json_t *const  profiles = json_is_object(old) ? json_copy(old)
                                                  : json_object();
    int            bad = made == NULL || profiles == NULL;

    bad |= json_object_update_missing(made, (json_t *) given);

    if (json_is_object(json_object_get(given, "profiles"))) {
        bad |= json_object_update_missing(profiles,
                                    json_object_get(given, "profiles"));
    }

    bad |= json_object_set(made, "profiles", profiles);
    json_decref(profiles);

    if (bad != 0) {
        json_decref(made);
        return NULL;
    }

    return made;
}


static bool
heir_settle(ckp_program_t *p, const json_t *legacy)
{
    ckp_config_t *const  config = &p->config;
    const json_t *const  llm = json_object_get(legacy, "llm");

    p->legacy = ckp_program_own_json(p, ckp_json_copy(legacy));

    if (!config->says_missing) {
        config->missing = (ckp_missing_t) heir_number(heir_missing,
                              ckp_json_str(legacy, "missing_variables"),
                              (size_t) config->missing);
    }

    if (!config->says_level) {
        config->log_level = (int) heir_number(heir_levels,
                                ckp_json_str(legacy, "logging_level"),
                                (size_t) config->log_level);
    }

    if (json_is_object(llm)) {
        config->llm = ckp_program_own_json(p, heir_llm(config->llm, llm));
    }

    return p->legacy != NULL && (llm == NULL || config->llm != NULL);
}


static void
heir_drop(void *what)
{
    ckp_program_unref(what);
}


ckp_program_t *
ckp_program_heir(ckp_program_t *prog, const json_t *legacy)
{
    ckp_program_t *const  p = ckp_program_new();
    ckp_program_t         made = *prog;

    if (p == NULL) {
        return NULL;
    }

    made.refs = p->refs;
    made.arena = p->arena;
    made.owned = NULL;
    made.doc = json_incref(prog->doc);
    made.ids = json_incref(prog->ids);
    made.names = json_incref(prog->names);
    *p = made;

    if (ckp_program_own(p, ckp_program_ref(prog), heir_drop) == NULL
        || !heir_settle(p, legacy))
    {
        ckp_program_unref(p);
        return NULL;
    }

    return p;
}
