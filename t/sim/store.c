/*
 * The simulated store: one transaction holds all of a turn, or nothing.
 */

#include "world.h"
#include "point.h"

#include <stdlib.h>
#include <string.h>


static json_t *
store_event(const ckp_event_t *ev)
{
    return json_pack("{s:I, s:s, s:s, s:s?, s:s?, s:I, s:o, s:s?}",
               "seq", (json_int_t) ev->seq, "type", ev->type, "path", ev->path,
               "node_id", ev->node_id, "step_id", ev->step_id,
               "attempt", (json_int_t) ev->attempt,
               "payload", json_deep_copy(ev->payload),
               "delta", ev->delta);
}


/* Slots of one agent, those of others included; `leases` as they are by now. */

static bool
store_has_slot(const sim_t *w, const json_t *leases, const json_t *row)
{
    const char *const  path = ckp_json_str(row, "path");

    /* a recovered run enters its own lease again */

    return json_object_get(leases, path) != NULL
           || w->strangers + json_object_size(leases)
              < (size_t) ckp_json_int(row, "limit", 1);
}


/* Decided meanwhile: what ends it otherwise comes too late. */

static bool
store_is_late(const sim_t *w, const json_t *row)
{
    const char *const  id = ckp_json_str(row, "approval_id");
    const char *const  status = ckp_json_str(json_object_get(
                                    w->store.approvals, id), "status");

    return status != NULL && strcmp(status, "pending") != 0
           && strcmp(ckp_json_str(row, "status"), "cancelled") != 0;
}


/* The first write of the turn that its row refuses; NULL: none. */

static const json_t *
store_refused(const sim_t *w, const ckp_turn_t *turn)
{
    json_t *const  leases = json_copy(w->store.leases);
    const json_t  *refused = NULL;

    for (size_t i = 0; refused == NULL && i < turn->nwrites; i++) {
        const ckp_write_t *const  write = &turn->writes[i];
        const char *const         path = ckp_json_str(write->row, "path");

        if (strcmp(write->table, "lease_release") == 0) {
            (void) json_object_del(leases, path);

        } else if (strcmp(write->table, "approval_end") == 0) {
            refused = store_is_late(w, write->row) ? write->row : NULL;

        } else if (strcmp(write->table, "lease") == 0) {
            refused = store_has_slot(w, leases, write->row) ? NULL
                                                            : write->row;
            (void) json_object_set(leases, path, write->row);
        }
    }

    json_decref(leases);

    return refused;
}


static void
store_approval_end(sim_t *w, const json_t *row)
{
    const char *const  id = ckp_json_str(row, "approval_id");
    json_t *const      a = json_object_get(w->store.approvals, id);
    const char *const  status = ckp_json_str(a, "status");

    if (a == NULL) {
        sim_broken(w, "approval %s is ended but was never asked", id);
        return;
    }

    if (status == NULL || strcmp(status, "pending") == 0) {
        json_object_set(a, "status", json_object_get(row, "status"));
    }
}


/* What it became, of whom has the right to it; or nobody has. */

static void
store_once(sim_t *w, json_t *row)
{
    json_t *const        name = json_sprintf("%s %s",
                                    ckp_json_str(row, "scope"),
                                    ckp_json_str(row, "key"));
    const char *const    key = json_string_value(name);
    const json_t *const  old = json_object_get(w->store.once, key);
    const char *const    status = ckp_json_str(row, "status");
    const bool           gone = strcmp(status, "gone") == 0;

    if (old != NULL && strcmp(ckp_json_str(old, "path"),
                              ckp_json_str(row, "path")) != 0)
    {
        json_decref(name);
        return;
    }

    if (!gone) {
        json_object_set(w->store.once, key, row);

    } else if (old != NULL
               && strcmp(ckp_json_str(old, "status"), "started") == 0)
    {
        json_object_del(w->store.once, key);
    }

    json_decref(name);
}


/* What became of a step, and by which key. */

static void
store_told(sim_store_t *s, const ckp_event_t *ev)
{
    const char *const  status = strncmp(ev->type, "step_", 5) == 0
                                ? ev->type + 5 : "";

    if (strcmp(status, "started") == 0) {
        json_object_set_new(s->journal, ev->path, json_pack("{s:s, s:O}",
            "status", status, "key", json_object_get(ev->payload, "key")));

    } else if (strcmp(status, "completed") == 0
               || strcmp(status, "failed") == 0)
    {
        json_t *const  row = json_object_get(s->journal, ev->path);

        (void) json_object_set_new(row, "status", json_string(status));
    }

    if (strcmp(status, "completed") == 0) {
        json_object_set_new(s->did, ev->path,
                            json_integer((json_int_t) ev->seq));
    }
}


/* What a turn tells of its change by its last event makes each state from the
 * midst of it the one at its end: who loads the run takes any of them. */

static void
store_leads_on(sim_t *w, const json_t *whole, const char *delta)
{
    json_t *const    now = ckp_run_save(w->run);
    json_t *const    ops = delta == NULL ? json_array()
                                         : ckp_json_read(delta, strlen(delta),
                                                         NULL);
    json_t *const    chain = json_array();
    json_t          *after;

    json_array_append(chain, (json_t *) whole);
    json_array_append_new(chain, ops);
    after = ckp_state_whole(chain, NULL);
    (void) json_object_del(now, "seq");
    (void) json_object_del(after, "seq");

    if (after == NULL || !json_equal(after, now)) {
        sim_broken(w, "a checkpoint of a turn does not lead to its end");
    }

    json_decref(chain);
    json_decref(after);
    json_decref(now);
}


static void
store_point(sim_t *w, json_t *row, const char *delta)
{
    sim_store_t *const  s = &w->store;
    ckp_err_t           err = CKP_ERR_INIT;
    json_t *const       whole = t_point_whole(s->point, row, &err);

    if (whole == NULL) {
        sim_broken(w, "the state of a checkpoint: %s", err.msg);
        return;
    }

    store_leads_on(w, whole, delta);
    json_object_set(row, "state", whole);
    sim_point(w, row);
    json_decref(s->point);
    s->point = whole;

    if (!ckp_json_bool(row, "part", false)) {
        json_decref(s->state);
        s->state = json_incref(whole);
    }
}


static void
store_write(sim_t *w, const ckp_write_t *write, const char *delta)
{
    json_t *const  row = json_deep_copy(write->row);
    sim_store_t   *s = &w->store;

    if (strcmp(write->table, "lease") == 0) {
        json_object_set(s->leases, ckp_json_str(row, "path"), row);

    } else if (strcmp(write->table, "lease_release") == 0) {
        json_object_del(s->leases, ckp_json_str(row, "path"));

    } else if (strcmp(write->table, "approval") == 0) {
        json_object_set_new(row, "status", json_string("pending"));
        json_object_set(s->approvals, ckp_json_str(row, "approval_id"), row);

    } else if (strcmp(write->table, "approval_end") == 0) {
        store_approval_end(w, row);

    } else if (strcmp(write->table, "once") == 0) {
        store_once(w, row);

    } else if (strcmp(write->table, "checkpoint") == 0) {
        store_point(w, row, delta);

    } else if (strncmp(write->table, "child", 5) == 0) {
        sim_kid_write(w, write);
    }

    json_decref(row);
}


/* What was not begun yet is given up without a word to anybody. */

static bool
store_taken_back(sim_t *w, const ckp_effect_t *fx)
{
    for (size_t i = 0; i < json_array_size(w->effects); i++) {
        json_t *const      e = json_array_get(w->effects, i);
        const int64_t      kind = ckp_json_int(e, "kind", 0);

        if (fx->kind == CKP_FX_ABORT
            && (kind == CKP_FX_CALL || kind == CKP_FX_ADMIT)
            && strcmp(ckp_json_str(e, "ref"), fx->ref) == 0)
        {
            json_array_remove(w->effects, i);
            return true;
        }
    }

    return false;
}


void
sim_keep_effects(sim_t *w, const ckp_turn_t *turn)
{
    for (size_t i = 0; i < turn->neffects; i++) {
        const ckp_effect_t *const  fx = &turn->effects[i];

        if (store_taken_back(w, fx)) {
            continue;
        }

        json_array_append_new(w->effects, json_pack("{s:i, s:s, s:s, s:s, "
            "s:O, s:I}", "kind", (int) fx->kind, "target", fx->target,
            "ref", fx->ref, "key", fx->key, "body", fx->body,
            "timeout_ms", (json_int_t) fx->timeout_ms));
    }
}


sim_commit_t
sim_commit(sim_t *w, const ckp_turn_t *turn, char *at)
{
    sim_store_t *const   s = &w->store;
    const json_t *const  refused = store_refused(w, turn);

    if (refused != NULL) {
        const char *const  path = ckp_json_str(refused, "path");

        (void) snprintf(at, 256, "%s", path == NULL ? "" : path);
        return SIM_REFUSED;
    }

    if (sim_fault(w, SIM_COMMIT_FAILS)) {
        return SIM_LOST;
    }

    for (size_t i = 0; i < turn->nevents; i++) {
        sim_check_event(w, &turn->events[i]);

        if (s->nevents == SIM_EVENTS_MAX) {
            sim_broken(w, "more than %d events", SIM_EVENTS_MAX);
            return SIM_LOST;
        }

        s->events[s->nevents++] = store_event(&turn->events[i]);
        store_told(s, &turn->events[i]);
    }

    for (size_t i = 0; i < turn->nwrites; i++) {
        store_write(w, &turn->writes[i], turn->nevents == 0
                    ? NULL : turn->events[turn->nevents - 1].delta);
    }

    if (turn->checkpoint) {
        json_decref(s->state);
        s->state = ckp_run_save(w->run);
    }

    s->wake_at_ms = turn->wake_at_ms;
    s->final = turn->final;

    if (sim_fault(w, SIM_COMMIT_UNKNOWN)) {
        return SIM_LOST;
    }

    sim_keep_effects(w, turn);

    return SIM_COMMITTED;
}


/* As a text, the way a store keeps it. */

static json_t *
store_read(const json_t *v)
{
    char *const    text = ckp_json_text(v);
    json_t *const  read = ckp_json_parse(text, strlen(text), NULL);

    free(text);

    return read;
}


ckp_run_t *
sim_load(sim_t *w)
{
    sim_store_t *const  s = &w->store;
    json_t *const       state = s->state == NULL ? NULL : store_read(s->state);
    ckp_err_t           err = CKP_ERR_INIT;
    ckp_run_t *const    run = ckp_run_load(w->prog, w->id, state, &err);
    const int64_t       from = ckp_json_int(state, "seq", 0);

    json_decref(state);

    if (run == NULL) {
        sim_broken(w, "the run does not load: %s", err.msg);
        return NULL;
    }

    if (w->kid != NULL) {
        (void) ckp_run_link(run, "kid", w->kid);
    }

    for (size_t i = (size_t) from; i < s->nevents; i++) {
        const char *const  delta = ckp_json_str(s->events[i], "delta");
        json_t *const      read = delta == NULL ? NULL
                                  : ckp_json_read(delta, strlen(delta), &err);

        if (ckp_run_apply(run, (uint32_t) (i + 1), read, &err) != CKP_OK) {
            sim_broken(w, "event %zu does not apply: %s", i + 1, err.msg);
        }

        json_decref(read);
    }

    return run;
}


void
sim_store_free(sim_store_t *s)
{
    for (size_t i = 0; i < s->nevents; i++) {
        json_decref(s->events[i]);
    }

    json_decref(s->state);
    json_decref(s->point);
    json_decref(s->points);
    json_decref(s->journal);
    json_decref(s->did);
    json_decref(s->leases);
    json_decref(s->once);
    json_decref(s->approvals);
    json_decref(s->kids);
    *s = (sim_store_t) { .nevents = 0 };
}
