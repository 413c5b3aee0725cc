/*
 * Whether all that the language can say is said in some case.
 */

#include "golden.h"

#include <stdio.h>
#include <string.h>

#include "ckp.h"
#include "model/event.h"

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


void
golden_complete(golden_t *g)
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
}
