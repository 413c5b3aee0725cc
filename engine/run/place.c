/*
 * Where a fiber stands: the program of the procedure that it runs, and its node
 * (spec/ckp.md 8.1).
 */

#include "run/run_int.h"

#include <stdio.h>

#include "base/json.h"


/* Program and node of a fiber; frames of a task or tool have a body that their
 * node knows.  As deep as frames are nested. */

static const ckp_node_t *
place_undo_body(const ckp_run_t *run, const json_t *own)
{
    char                       name[24];
    const ckp_compensation_t  *undo;

    (void) snprintf(name, sizeof(name), "%lld",
                    (long long) ckp_json_int(own, "owner", 0));
    undo = ckp_undo_of(run, ckp_run_get(run, "undos", name));

    return undo == NULL ? NULL : undo->body;
}


void
ckp_fiber_where(ckp_run_t *run, const json_t *own,
    const ckp_program_t **prog, const ckp_node_t **node)
{
    const char *const  up = ckp_json_str(own, "up");
    const char *const  id = ckp_json_str(json_object_get(own, "n"), "id");
    const char *const  kind = ckp_json_str(own, "kind");
    const ckp_node_t  *above = NULL;

    *prog = run->prog;
    *node = NULL;

    if (up != NULL) {
        const char *const  sub = ckp_json_str(own, "prog");

        ckp_fiber_where(run, ckp_run_get(run, "fibers", up), prog, &above);

        if (sub != NULL) {
            const ckp_program_t *const  around = *prog;

            *prog = ckp_run_linked(run, sub);

            if (*prog != NULL && around != NULL
                && json_object_get(own, "inh") != NULL)
            {
                *prog = ckp_run_heir(run, *prog, around);
            }
        }
    }

    if (*prog == NULL || id == NULL) {
        return;
    }

    if (kind != NULL && kind[0] == 't') {
        *node = above == NULL || above->ops->inner == NULL ? NULL
                : above->ops->inner(above, ckp_json_str(own, "key"));
        return;
    }

    if (kind != NULL && kind[0] == 'u') {
        *node = place_undo_body(run, own);
        return;
    }

    *node = ckp_program_node(*prog, id);
}
