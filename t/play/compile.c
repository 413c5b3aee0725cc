/*
 * Documents become programs, in a world of one zone and of procedures, agents
 * and secrets that the script names.
 */

#include "play_int.h"

#include <string.h>


/* One zone there is, besides UTC: an hour east, and two in summer. */

#define PLAY_ZEROS  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define PLAY_TZIF   "TZif2" PLAY_ZEROS "\0\0\0\0\0\0\0\0\0\0\0\0" \
                    "\0\0\0\0\0\0\0\1\0\0\0\4" "\0\0\16\20\0\0" "CET\0"

const char *
play_zone(void *data, const char *name, size_t *len)
{
    static const char  east[] = PLAY_TZIF PLAY_TZIF
                                "\nCET-1CEST,M3.5.0,M10.5.0/3\n";

    if (strcmp(name, "Europe/Rome") != 0) {
        return NULL;
    }

    *len = sizeof(east) - 1;

    return east;
}


/* The host finds those that are given, and no others. */

static void
play_refer(ckp_compiler_t *c, const json_t *kids)
{
    const ckp_want_t  *want;

    while ((want = ckp_compiler_want(c)) != NULL) {
        const json_t *const  kid = json_object_get(kids, want->procedure);
        ckp_found_t          found = { .known = kid != NULL };

        if (kid != NULL
            && (ckp_version_fits(want->version, ckp_json_str(kid, "version"))
                || strcmp(want->version, "latest") == 0))
        {
            found.version = ckp_json_str(kid, "version");
            found.hash = want->procedure;
            found.prog = play_compile(kid, NULL, NULL);
        }

        ckp_compiler_found(c, &found);
        ckp_program_unref(found.prog);
    }
}


/* Whether it is among the `secrets` of an environment. */

static bool
play_secret(void *data, const char *prefix, const char *key)
{
    const json_t  *one;
    size_t         i;

    (void) prefix;

    json_array_foreach(json_object_get(data, "secrets"), i, one) {
        if (strcmp(json_string_value(one), key) == 0) {
            return true;
        }
    }

    return false;
}


static void
play_environment(ckp_compiler_t *c, const json_t *there)
{
    const ckp_environment_t  env = {
        .agents = json_object_get(there, "agents"),
        .profiles = json_object_get(there, "profiles"),
        .prompts = json_object_get(there, "prompts"),
        .secret = json_object_get(there, "secrets") == NULL ? NULL
                                                            : play_secret,
        .data = (void *) there
    };

    ckp_compiler_environment(c, &env);
}


ckp_program_t *
play_compile(const json_t *doc, const json_t *kids, json_t **list)
{
    return play_compile_in(doc, kids, NULL, list);
}


ckp_program_t *
play_compile_in(const json_t *doc, const json_t *kids, const json_t *there,
    json_t **list)
{
    ckp_diags_t *const     diags = ckp_diags_new();
    ckp_compiler_t *const  c = ckp_compiler_new(diags);
    ckp_program_t         *prog;

    ckp_compiler_zones(c, play_zone, NULL);
    (void) ckp_compiler_add(c, doc);

    if (kids != NULL) {
        play_refer(c, kids);
    }

    if (there != NULL) {
        play_environment(c, there);
    }

    prog = ckp_compiler_finish(c);

    if (prog != NULL) {
        ckp_program_zones(prog, play_zone, NULL);
    }

    if (list != NULL) {
        *list = ckp_diags_json(diags, 'a');
    }

    ckp_compiler_free(c);
    ckp_diags_free(diags);

    return prog;
}
