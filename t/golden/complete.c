/*
 * Whether all that the language can say is said in some case.
 */

#include "golden.h"

#include <stdio.h>
#include <string.h>

#include "ckp.h"
#include "model/event.h"

#define COMPLETE_SECTIONS  36

/* What no case can show, and why. */
static const char *const  complete_not[] = {

    /* a text that is no JSON is refused before there is a document */

    "CKP001 malformed_json", "CKP003 duplicate_member",
    NULL
};


static bool
complete_excused(const char *name)
{
    for (size_t i = 0; complete_not[i] != NULL; i++) {
        if (strcmp(complete_not[i], name) == 0) {
            return true;
        }
    }

    return false;
}


static void
complete_look(golden_t *g, const json_t *shown, const char *name)
{
    const bool  is_shown = json_object_get(shown, name) != NULL;

    if (is_shown == complete_excused(name)) {
        printf("golden: %s: %s\n", name, is_shown
               ? "is excused, and shown" : "is shown by no case");
        g->failed++;
    }
}


/* --- sections ----------------------------------------------------------------- */

/* Whether a script has an end that is none of success. */

static bool
complete_is_bad_run(const json_t *script)
{
    const char *const  ends = ckp_json_str(script, "ends");

    return json_object_get(script, "refused") != NULL
           || (ends != NULL && strcmp(ends, "completed") != 0);
}


static bool
complete_is_wrong(const json_t *file)
{
    const json_t *const  tables = json_object_get(file, "tables");
    const json_t        *one;
    size_t               i;
    bool                 bad = complete_is_bad_run(json_object_get(file,
                                                                   "run"));

    json_array_foreach(json_object_get(file, "runs"), i, one) {
        bad = bad || complete_is_bad_run(one);
    }

    json_array_foreach(json_object_get(file, "diagnostics"), i, one) {
        const char *const  severity = json_string_value(json_array_get(one,
                                                                       2));

        bad = bad || (severity != NULL && strcmp(severity, "info") != 0);
    }

    return bad || json_object_get(file, "refuses") != NULL
           || json_object_get(tables, "errors") != NULL
           || json_object_get(tables, "failures") != NULL;
}


void
golden_kind(golden_t *g, const char *path, const json_t *file)
{
    const char *const  folder = strstr(path, "golden/");
    char               name[3] = "";
    json_t            *shown;

    if (folder == NULL) {
        return;
    }

    (void) snprintf(name, sizeof(name), "%.2s", folder + strlen("golden/"));
    shown = json_object_get(g->sections, name);

    if (shown == NULL) {
        shown = json_object();
        json_object_set_new(g->sections, name, shown);
    }

    json_object_set_new(shown, complete_is_wrong(file) ? "wrong" : "fine",
                        json_true());
}


static void
complete_sections(golden_t *g)
{
    static const char *const  kinds[] = { "fine", "wrong" };

    for (unsigned i = 1; i <= COMPLETE_SECTIONS; i++) {
        char  name[12];

        (void) snprintf(name, sizeof(name), "%02u", i);

        for (size_t k = 0; k < 2; k++) {
            if (json_object_get(json_object_get(g->sections, name), kinds[k])
                == NULL)
            {
                printf("golden: section %u has no case of what is %s\n", i,
                       kinds[k]);
                g->failed++;
            }
        }
    }
}


/* --- limits ------------------------------------------------------------------- */

void
golden_limits(golden_t *g, const char *path, const json_t *file)
{
    static const char *const  sides[] = { "at", "beyond" };
    const char               *name;
    json_t                   *side;

    json_object_foreach(json_object_get(file, "limits"), name, side) {
        const char *const  word = json_string_value(side);
        json_t            *shown = json_object_get(g->limits, name);
        bool               known = false;

        if (shown == NULL) {
            shown = json_object();
            json_object_set_new(g->limits, name, shown);
        }

        for (size_t i = 0; word != NULL && i < 2; i++) {
            if (strcmp(word, "both") == 0 || strcmp(word, sides[i]) == 0) {
                json_object_set_new(shown, sides[i], json_true());
                known = true;
            }
        }

        if (!known) {
            printf("%s: the limit \"%s\" has no such side\n", path, name);
            g->failed++;
        }
    }
}


static void
complete_limits(golden_t *g, const json_t *list)
{
    const char  *name;
    json_t      *value;

    json_object_foreach((json_t *) list, name, value) {
        const json_t *const  shown = json_object_get(g->limits, name);

        if (json_object_size(shown) < 2) {
            printf("golden: no case shows %s the limit \"%s\"\n",
                   json_object_get(shown, "at") == NULL ? "within" : "beyond",
                   name);
            g->failed++;
        }
    }

    json_object_foreach(g->limits, name, value) {
        if (json_object_get(list, name) == NULL) {
            printf("golden: complete.json has no limit \"%s\"\n", name);
            g->failed++;
        }
    }
}


/* Limits that only the host sees: {name: [tests of the API that have both
 * sides]}. */

static void
complete_host(golden_t *g, const json_t *list)
{
    const char    *name;
    json_t        *tests;
    const json_t  *test;
    size_t         i;

    json_object_foreach((json_t *) list, name, tests) {
        json_array_foreach(tests, i, test) {
            char   path[200];
            FILE  *f;

            (void) snprintf(path, sizeof(path), "t/api/%s",
                            json_string_value(test));
            f = fopen(path, "r");

            if (f == NULL) {
                printf("golden: the limit \"%s\": no %s\n", name, path);
                g->failed++;

            } else {
                fclose(f);
            }
        }
    }
}


/* --- all ---------------------------------------------------------------------- */

static void
complete_words(golden_t *g, const json_t *lists)
{
    const char    *member;
    json_t        *list;
    const json_t  *word;
    size_t         i;

    json_object_foreach((json_t *) lists, member, list) {
        json_array_foreach(list, i, word) {
            char  key[160];

            (void) snprintf(key, sizeof(key), "%s %s", member,
                            json_string_value(word));
            complete_look(g, g->events, key);
        }
    }
}


void
golden_complete(golden_t *g, const json_t *list)
{
    const char  *name;
    int          number;

    for (size_t i = 0; ckp_diag_row(i, &number, &name); i++) {
        char  key[80];

        (void) snprintf(key, sizeof(key), "CKP%03d %s", number, name);
        complete_look(g, g->diagnostics, key);
    }

    for (size_t i = 0; (name = ckp_event_name(i)) != NULL; i++) {
        complete_look(g, g->events, name);
    }

    complete_sections(g);
    complete_limits(g, json_object_get(list, "limits"));
    complete_host(g, json_object_get(list, "host"));
    complete_words(g, json_object_get(list, "words"));
}
