/*
 * What must hold at every moment: design/reliability.md G1 to G5, G8, G11.
 */

#include "world.h"

#include <string.h>


static bool
check_is_final(const char *type)
{
    return strcmp(type, "run_completed") == 0
           || strcmp(type, "run_failed") == 0
           || strcmp(type, "run_canceled") == 0;
}


/* G8: dense, and nothing after the end but another beginning. */

void
sim_check_event(sim_t *w, const ckp_event_t *ev)
{
    const sim_store_t *const  s = &w->store;
    const json_t *const       last = s->nevents == 0 ? NULL
                                     : s->events[s->nevents - 1];
    const char *const         before = ckp_json_str(last, "type");

    if (ev->seq != s->nevents + 1) {
        sim_broken(w, "event %u follows %zu", ev->seq, s->nevents);
    }

    if (before != NULL && check_is_final(before)
        && strcmp(ev->type, "run_retry_requested") != 0
        && strcmp(ev->type, "execution_resumed") != 0)
    {
        sim_broken(w, "%s after %s", ev->type, before);
    }

    /* G5: one decision for each question */

    if (strcmp(ev->type, "approval_decision_received") == 0) {
        const char *const  id = ckp_json_str(ev->payload, "approval_id");

        for (size_t i = 0; i < s->nevents; i++) {
            const json_t *const  e = s->events[i];

            if (strcmp(ckp_json_str(e, "type"), ev->type) == 0
                && strcmp(ckp_json_str(json_object_get(e, "payload"),
                                       "approval_id"), id) == 0)
            {
                sim_broken(w, "approval %s is decided twice", id);
            }
        }
    }

    /* the key moves on after a recorded reply only */

    if (strcmp(ev->type, "step_retry") == 0
        || strcmp(ev->type, "step_failed") == 0)
    {
        json_t *const  known = json_object_get(w->keys, ev->path);

        if (known != NULL) {
            json_object_set_new(known, "retried", json_true());
        }
    }
}


/* The state that is live is the one that the store gives back. */

void
sim_check_state(sim_t *w)
{
    ckp_run_t *const  loaded = sim_load(w);
    json_t           *a;
    json_t           *b;
    char             *ta;
    char             *tb;

    if (loaded == NULL) {
        return;
    }

    a = ckp_run_save(w->run);
    b = ckp_run_save(loaded);
    ta = ckp_json_canonical(a);
    tb = ckp_json_canonical(b);

    if (strcmp(ta, tb) != 0) {
        size_t  i = 0;

        while (ta[i] == tb[i]) {
            i++;
        }

        sim_broken(w, "live and loaded differ after event %zu: %.60s | %.60s",
                   w->store.nevents, ta + (i < 20 ? 0 : i - 20),
                   tb + (i < 20 ? 0 : i - 20));
    }

    ckp_free(ta);
    ckp_free(tb);
    json_decref(a);
    json_decref(b);
    ckp_run_free(loaded);
}


/* Was this attempt's dispatch committed before the call?  G3. */

static bool
check_is_dispatched(const sim_t *w, const char *path, int64_t attempt)
{
    for (size_t i = w->store.nevents; i-- > 0; ) {
        const json_t *const  e = w->store.events[i];

        if (strcmp(ckp_json_str(e, "type"), "step_dispatched") == 0
            && strcmp(ckp_json_str(e, "path"), path) == 0)
        {
            return ckp_json_int(e, "attempt", 0) == attempt;
        }
    }

    return false;
}


void
sim_check_call(sim_t *w, const json_t *fx)
{
    const json_t *const  rq = json_object_get(json_object_get(fx, "body"),
                                              "request");
    const char *const    path = ckp_json_str(rq, "path");
    const char *const    key = ckp_json_str(fx, "key");
    const json_t *const  row = json_object_get(w->store.journal, path);
    const char *const    status = ckp_json_str(row, "status");
    json_t *const        known = json_object_get(w->keys, path);
    const json_t *const  work = json_object_get(w->agent, key);
    const bool           failed = ckp_json_int(work, "outcome", 0)
                                  == CKP_OUTCOME_FAILED;

    if (w->store.final) {
        sim_broken(w, "%s is called after the end", path);
    }

    if (json_object_get(w->done, path) != NULL) {
        sim_broken(w, "%s is called again from a point behind it", path);
    }

    if (status == NULL || strcmp(status, "started") != 0) {
        sim_broken(w, "%s is called, its journal says %s", path,
                   status == NULL ? "nothing" : status);
    }

    if (status != NULL && strcmp(ckp_json_str(row, "key"), key) != 0) {
        sim_broken(w, "%s is called with key %s, recorded is %s", path, key,
                   ckp_json_str(row, "key"));
    }

    if (!check_is_dispatched(w, path, ckp_json_int(rq, "attempt", 0))) {
        sim_broken(w, "%s is called before its dispatch is committed", path);
    }

    if (json_object_get(w->store.leases, path) == NULL) {
        sim_broken(w, "%s is called without a slot", path);
    }

    if (known != NULL && strcmp(ckp_json_str(known, "key"), key) != 0
        && (!ckp_json_bool(known, "failed", false)
            || !ckp_json_bool(known, "retried", false)))
    {
        sim_broken(w, "%s got key %s after %s without a recorded failure",
                   path, key, ckp_json_str(known, "key"));
    }

    json_object_set_new(w->keys, path, json_pack("{s:s, s:b}", "key", key,
                                                 "failed", failed));
}


/* In how many scopes a key was asked for: who asks in another one does not wait
 * for who is at it in this one. */

static int64_t
check_scopes(sim_t *w, const char *key)
{
    const size_t  len = strlen(key);
    const char   *name;
    json_t       *row;
    int64_t       n = 0;

    json_object_foreach(w->store.once, name, row) {
        const size_t  all = strlen(name);

        n += all > len && name[all - len - 1] == ' '
             && strcmp(name + all - len, key) == 0;
    }

    return n;
}


/* How many steps may call a key once: a failure is no result that others of the
 * same key share.  They may have another key by now. */

static int64_t
check_users(sim_t *w, const char *key, const json_t *work)
{
    const size_t   n = json_object_size(json_object_get(work, "users"));
    const int64_t  scopes = check_scopes(w, key);

    return n > 0 && ckp_json_int(work, "outcome", 0) == CKP_OUTCOME_FAILED
           ? (int64_t) n : scopes > 1 ? scopes : 1;
}


void
sim_check_end(sim_t *w)
{
    const char  *key;
    json_t      *work;
    const char  *id;
    json_t      *approval;

    if (!w->store.final) {
        sim_broken(w, "the run does not end");
        return;
    }

    if (json_object_size(w->store.leases) != 0) {
        sim_broken(w, "a slot is held after the end");
    }

    json_object_foreach(w->store.approvals, id, approval) {
        if (strcmp(ckp_json_str(approval, "status"), "pending") == 0) {
            sim_broken(w, "approval %s is pending after the end", id);
        }
    }

    /* a call more for each time nobody could know: also of a call that was cut
     * short by the end of a run that was tried again; and whoever calls it does
     * so once more behind each point that was gone back to */

    json_object_foreach(w->agent, key, work) {
        const int64_t  calls = ckp_json_int(work, "calls", 0);
        const int64_t  again = w->faults[SIM_SET_BACK]
                               + w->faults[SIM_RETRIED];

        if (calls > check_users(w, key, work) * (1 + again)
                    + (int64_t) (w->deaths + w->unknowns))
        {
            sim_broken(w, "key %s was called %lld times", key,
                       (long long) calls);
        }
    }
}


uint64_t
sim_trace(const sim_t *w)
{
    uint64_t  hash = 0;

    for (size_t i = 0; i < w->store.nevents; i++) {
        char *const  text = ckp_json_canonical(w->store.events[i]);
        uint8_t      sum[CKP_SHA256_LEN];

        ckp_sha256(text, strlen(text), sum);
        ckp_free(text);

        for (int b = 0; b < 8; b++) {
            hash = hash * 1099511628211u + sum[b];
        }
    }

    return hash;
}
