/*
 * Child runs of the simulated run, as its store knows them: born and recalled
 * in its turns, over when their time has come, and then told of in its inbox.
 * What they do inside is theirs.
 */

#include "world.h"

#include <string.h>


static json_t *
kid_find(const sim_t *w, const char *id)
{
    return json_object_get(w->store.kids, id);
}


static json_t *
kid_ends(sim_t *w, const char *id)
{
    return sim_chance(&w->rand, 70)
        ? json_pack("{s:s, s:{s:s}, s:{s:s}}", "status", "completed",
                    "outputs", "kid", id, "vars", "kid", id)
        : json_pack("{s:s, s:{s:s, s:s}}", "status", "failed", "error",
                    "type", "ProcedureFailure", "message", "no");
}


static void
kid_born(sim_t *w, const json_t *row)
{
    const char *const    id = ckp_json_str(row, "run_id");
    const json_t *const  first = json_array_get(json_object_get(row,
                                                         "events"), 0);
    const char *const    type = ckp_json_str(first, "type");

    if (kid_find(w, id) != NULL) {
        sim_broken(w, "child run %s is born twice", id);
        return;
    }

    if (type == NULL || strcmp(type, "run_created") != 0) {
        sim_broken(w, "child run %s is born without an event", id);
    }

    json_object_set_new(w->store.kids, id, json_pack("{s:I, s:o}", "at",
        (json_int_t) (w->now_ms + (int64_t) (sim_rand(&w->rand) % 400)),
        "data", kid_ends(w, id)));
}


/* One that is over stays as it is; any other ends soon, and tells of it. */

static void
kid_recalled(sim_t *w, const json_t *row)
{
    const char *const  id = ckp_json_str(row, "run_id");
    json_t *const      kid = kid_find(w, id);

    if (kid == NULL) {
        sim_broken(w, "child run %s is recalled but was never born", id);
        return;
    }

    json_object_set_new(kid, "recalled", json_true());

    if (!ckp_json_bool(kid, "over", false)) {
        json_object_set_new(kid, "at", json_integer(w->now_ms + 1));
        json_object_set_new(kid, "data", json_pack("{s:s, s:{s:s, s:s}}",
            "status", "canceled", "error", "type", "RunCanceled", "message",
            "recalled"));
    }
}


void
sim_kid_write(sim_t *w, const ckp_write_t *write)
{
    if (strcmp(write->table, "child") == 0) {
        kid_born(w, write->row);

    } else {
        kid_recalled(w, write->row);
    }
}


/* Whether somebody waits for it: the event tells that the node does not go on.
 */

static bool
kid_is_awaited(const sim_t *w, const char *id)
{
    for (size_t i = w->store.nevents; i-- > 0; ) {
        const json_t *const  e = w->store.events[i];
        const json_t *const  next = i + 1 == w->store.nevents ? NULL
                                    : w->store.events[i + 1];
        const char *const    own = ckp_json_str(json_object_get(e, "payload"),
                                                "child_run_id");

        if (own != NULL && strcmp(own, id) == 0) {
            return next != NULL && strcmp(ckp_json_str(next, "type"),
                                          "node_paused") == 0;
        }
    }

    return false;
}


int64_t
sim_next_kid(const sim_t *w)
{
    int64_t      at = INT64_MAX;
    const char  *id;
    json_t      *kid;

    json_object_foreach(w->store.kids, id, kid) {
        const int64_t  ms = ckp_json_int(kid, "at", 0);

        if (!ckp_json_bool(kid, "over", false) && ms < at) {
            at = ms;
        }
    }

    return at;
}


void
sim_kids(sim_t *w)
{
    const char  *id;
    json_t      *kid;

    json_object_foreach(w->store.kids, id, kid) {
        if (ckp_json_bool(kid, "over", false)
            || ckp_json_int(kid, "at", 0) > w->now_ms)
        {
            continue;
        }

        json_object_set_new(kid, "over", json_true());

        if (!w->store.final && kid_is_awaited(w, id)) {
            sim_input(w, CKP_IN_CHILD, CKP_OUTCOME_OK, id,
                      json_incref(json_object_get(kid, "data")));
        }
    }
}


/* G11 of child runs: none goes on for a run that is over. */

void
sim_check_kids(sim_t *w)
{
    const char  *id;
    json_t      *kid;

    json_object_foreach(w->store.kids, id, kid) {
        if (!ckp_json_bool(kid, "over", false)
            && !ckp_json_bool(kid, "recalled", false)
            && kid_is_awaited(w, id))
        {
            sim_broken(w, "child run %s goes on after the end", id);
        }
    }
}
