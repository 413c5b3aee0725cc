/*
 * Going back: a run that failed goes on from an earlier checkpoint, or another
 * run is born with one (spec/ckp.md 21).  Whatever was done before the point is
 * not done again, and what is done again has keys of its own.
 */

#include "world.h"

#include <string.h>

#define BACK_POINTS_MAX  24


void
sim_point(sim_t *w, const json_t *row)
{
    const int64_t  seq = ckp_json_int(row, "seq", 0);
    json_t *const  all = w->store.points;
    json_t *const  own = json_copy((json_t *) row);
    json_t *const  done = json_object();
    const char    *path;
    json_t        *by;

    json_object_foreach(w->store.did, path, by) {
        if (json_integer_value(by) <= seq) {
            json_object_set(done, path, by);
        }
    }

    json_object_set_new(own, "done", done);

    if (json_array_size(all) == BACK_POINTS_MAX) {
        (void) json_array_remove(all, sim_rand(&w->rand) % BACK_POINTS_MAX);
    }

    json_array_append_new(all, own);
}


/* One of those that something follows; new reference, NULL: none.  What was
 * done before it is not done again from now on. */

static json_t *
back_pick(sim_t *w)
{
    const json_t *const  all = w->store.points;

    for (int n = 0; n < 4 && json_array_size(all) > 0; n++) {
        json_t *const  row = json_array_get(all, sim_rand(&w->rand)
                                                 % json_array_size(all));
        const char    *entry;

        if (ckp_program_from(w->prog, json_object_get(row, "state"), NULL,
                             &entry, NULL) == CKP_OK)
        {
            json_decref(w->done);
            w->done = json_incref(json_object_get(row, "done"));
            json_object_clear(w->keys);

            return json_incref(row);
        }
    }

    return NULL;
}


bool
sim_back(sim_t *w)
{
    json_t *const  row = back_pick(w);

    if (row == NULL) {
        return false;
    }

    w->faults[SIM_SET_BACK]++;
    json_decref(w->store.did);
    w->store.did = json_copy(w->done);
    sim_input(w, CKP_IN_RESUME, CKP_OUTCOME_OK, "",
              json_pack("{s:s, s:s, s:O, s:O}", "kind", "checkpoint", "actor",
                        "ana", "checkpoint_id",
                        json_object_get(row, "checkpoint_id"), "state",
                        json_object_get(row, "state")));
    json_decref(row);

    return true;
}


/* What another run did, before the first event of this one. */

static json_t *
back_born_with(const json_t *done)
{
    json_t *const  did = json_object();
    const char    *path;
    json_t        *by;

    json_object_foreach(done, path, by) {
        json_object_set_new(did, path, json_integer(0));
    }

    return did;
}


bool
sim_fork(sim_t *w)
{
    json_t *const  row = w->forks == 0 ? NULL : back_pick(w);

    if (row == NULL || w->broken[0] != '\0') {
        json_decref(row);
        return false;
    }

    w->forks--;
    w->faults[SIM_BORN]++;
    sim_forget(w);
    sim_store_free(&w->store);
    w->store = (sim_store_t) {
        .points = json_array(), .journal = json_object(),
        .leases = json_object(), .approvals = json_object(),
        .kids = json_object(), .once = json_object(),
        .did = back_born_with(w->done)
    };

    json_object_clear(w->agent);
    ckp_run_free(w->run);
    w->id = "fork";
    w->run = ckp_run_new(w->prog, w->id);

    if (w->kid != NULL) {
        (void) ckp_run_link(w->run, "kid", w->kid);
    }

    sim_input(w, CKP_IN_START, CKP_OUTCOME_OK, "",
              json_pack("{s:{s:s}, s:{s:O, s:O}}", "meta", "trigger_type",
                        "manual", "from", "checkpoint_id",
                        json_object_get(row, "checkpoint_id"), "state",
                        json_object_get(row, "state")));
    w->inputs[0].durable = true;
    json_decref(row);

    return true;
}
