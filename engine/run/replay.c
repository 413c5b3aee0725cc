/*
 * Nodes with a key: what is known under it is not done again.  What the node
 * changed and where it led is applied in its place.  Source: spec/ckp.md 20.4.
 *
 * The state is n.once {key, hash, claim, asked, ph, ref, vars {name: true},
 * last {name: true}}; ph is "ask" while others are asked, "go" once it may
 * begin.  A record is {vars {name: value}, last {name: value}, approval?,
 * result?, to, id?}; `to` says where it led: "next" (its own successor), "end"
 * (of the frame), "continue", "break", "node" (of that id).
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "node/step.h"
#include "node/terminate.h"
#include "step/keyed.h"


static bool
replay_is(const ckp_fiber_t *f, const char *ph)
{
    const char *const  own = ckp_fiber_get_str(f, "once", "ph");

    return own != NULL && strcmp(own, ph) == 0;
}


static bool
replay_of(const ckp_fiber_t *f, const char *type)
{
    return strcmp(f->node->ops->type, type) == 0;
}


/* false: the node has no key. */

static bool
replay_keyed(const ckp_fiber_t *f, ckp_keyed_t *k)
{
    const ckp_node_t *const  node = f->node;
    const int64_t            ms = node == NULL ? 0
                                  : node->timeout_ms != 0 ? node->timeout_ms
                                  : node->timeout.node_ms;

    if (node == NULL || ckp_fiber_get_str(f, "once", "key") == NULL) {
        return false;
    }

    *k = (ckp_keyed_t) {
        .f = (ckp_fiber_t *) f, .at = "once", .kind = "/node",
        .path = ckp_fiber_node_path((ckp_fiber_t *) f),
        .policy = &node->once, .results = "nodes", .failures = "nodef",
        .hashes = "nodeh", .wait_ms = ms != 0 ? ms : CKP_AGENT_MS
    };

    return true;
}


/* What a rehearsal gives is nothing for others, nor theirs for it. */

static bool
replay_is_rehearsal(const ckp_fiber_t *f)
{
    return strcmp(ckp_fiber_mode(f), "dry_run") == 0
           || f->run->prog->config.mock;
}


/* --- applying --------------------------------------------------------------- */

/* A node that another version has not is its own successor's turn. */

static ckp_target_t
replay_target(const ckp_fiber_t *f, const json_t *record)
{
    const char *const    to = ckp_json_str(record, "to");
    const char *const    id = ckp_json_str(record, "id");
    const ckp_node_t    *node;

    if (to != NULL && strcmp(to, "end") == 0) {
        return (ckp_target_t) { .kind = CKP_TO_END };
    }

    if (to != NULL && strcmp(to, "continue") == 0) {
        return (ckp_target_t) { .kind = CKP_TO_CONTINUE };
    }

    if (to != NULL && strcmp(to, "break") == 0) {
        return (ckp_target_t) { .kind = CKP_TO_BREAK };
    }

    node = id == NULL ? NULL : ckp_program_node(f->prog, id);

    return node == NULL ? f->node->next
           : (ckp_target_t) { .kind = CKP_TO_NODE, .node = node };
}


static ckp_code_t
replay_values(ckp_fiber_t *f, const json_t *record)
{
    json_t *const  approval = json_object_get(record, "approval");
    const char    *name;
    json_t        *value;
    ckp_code_t     rc = CKP_OK;

    json_object_foreach(json_object_get(record, "vars"), name, value) {
        if (rc == CKP_OK) {
            rc = ckp_fiber_var_set(f, name, json_incref(value));
        }
    }

    json_object_foreach(json_object_get(record, "last"), name, value) {
        if (rc == CKP_OK) {
            rc = ckp_fiber_last_put(f, name, json_incref(value));
        }
    }

    return rc == CKP_OK && approval != NULL
           ? ckp_fiber_approval_put(f, json_incref(approval)) : rc;
}


static ckp_code_t
replay_apply(ckp_fiber_t *f, json_t *lent)
{
    json_t *const  record = json_incref(lent);
    ckp_code_t     rc = ckp_fiber_del(f, "once", NULL);

    if (rc == CKP_OK) {
        rc = replay_values(f, record);
    }

    if (rc == CKP_OK && replay_of(f, "terminate")) {
        rc = ckp_terminate_known(f);

    } else if (rc == CKP_OK) {
        rc = ckp_fiber_known(f, replay_target(f, record),
                             json_object_get(record, "result"));
    }

    json_decref(record);

    return rc;
}


/* hash and source: of another run; NULL: this one's. */

static ckp_code_t
replay_known(const ckp_keyed_t *k, json_t *record, const json_t *failure,
    const json_t *data)
{
    const ckp_code_t  rc = ckp_keyed_compare(k, json_object_get(data, "hash"),
                               json_object_get(data, "source_run_id"));

    return rc != CKP_OK ? rc
           : record != NULL ? replay_apply(k->f, record)
           : ckp_fiber_raise_json(k->f, ckp_keyed_error(failure));
}


/* --- asking ----------------------------------------------------------------- */

static ckp_code_t
replay_ask(const ckp_keyed_t *k)
{
    ckp_fiber_t *const  f = k->f;
    const char *const   node = f->node->id;
    const ckp_effect_t  fx = {
        .kind = CKP_FX_ADMIT, .target = "agent",
        .ref = ckp_fiber_get_str(f, "once", "ref"),
        .key = ckp_keyed_key(k),
        .body = json_pack("{s:n, s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:o}",
                          "channel", "action", f->node->ops->type,
                          "path", k->path, "node_id", node,
                          "step_id", node, "native", 1, "internal", 1,
                          "saturated", 0, "idempotency", ckp_keyed_ask(k))
    };
    const ckp_code_t    rc = ckp_fiber_effect(f, &fx);

    return rc == CKP_OK ? ckp_fiber_sleep(f, CKP_NO_TIME) : rc;
}


static ckp_code_t
replay_first(const ckp_keyed_t *k)
{
    const char *const  ref = ckp_fiber_ref(k->f);
    ckp_code_t         rc = ref == NULL ? CKP_E_NOMEM
                            : ckp_fiber_put(k->f, "once", "ref",
                                            json_string(ref));

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(k->f, "once", "ph", json_string("ask"));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(k->f, "once", "asked", json_true());
    }

    return rc == CKP_OK ? replay_ask(k) : rc;
}


ckp_code_t
ckp_replay_begin(ckp_fiber_t *f, bool *held)
{
    ckp_keyed_t  k;
    json_t      *key;
    json_t      *record;
    json_t      *failure;
    ckp_code_t   rc = ckp_key_render(f, f->node->idempotency_key, &key);

    *held = false;

    if (rc != CKP_OK || key == NULL) {
        return rc;
    }

    rc = ckp_fiber_put(f, "once", NULL, json_pack("{s:o}", "key", key));

    if (rc != CKP_OK || !replay_keyed(f, &k)) {
        return CKP_E_NOMEM;
    }

    rc = ckp_keyed_hash(&k, ckp_fiber_get(f, "in", NULL));
    record = ckp_keyed_known(&k, &failure);

    if (rc == CKP_OK && (record != NULL || failure != NULL)) {
        *held = true;
        rc = replay_known(&k, record, failure, NULL);

    } else if (rc == CKP_OK && ckp_keyed_asks(&k) && !replay_is_rehearsal(f)) {
        *held = true;
        rc = replay_first(&k);
    }

    return rc;
}


static ckp_code_t
replay_admitted(const ckp_keyed_t *k, const json_t *data)
{
    ckp_fiber_t *const   f = k->f;
    json_t *const        record = json_object_get(data, "result");
    const json_t *const  failure = json_object_get(data, "failure");
    const json_t *const  error = json_object_get(data, "error");
    ckp_code_t           rc = ckp_fiber_del(f, "once", "ph");

    if (rc == CKP_OK && (record != NULL || failure != NULL)) {
        rc = ckp_fiber_del(f, "once", "claim");

        return rc == CKP_OK ? replay_known(k, record, failure, data) : rc;
    }

    if (rc == CKP_OK && error != NULL) {
        return ckp_fiber_raise_json(f, ckp_json_copy(error));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "once", "ph", json_string("go"));
    }

    return rc == CKP_OK ? ckp_fiber_again(f) : rc;
}


bool
ckp_replay_waits(const ckp_fiber_t *f)
{
    ckp_keyed_t  k;

    return replay_keyed(f, &k) && replay_is(f, "ask");
}


ckp_code_t
ckp_replay_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    const char *const  ref = ckp_fiber_get_str(f, "once", "ref");
    ckp_keyed_t        k;

    if (!replay_keyed(f, &k) || ref == NULL) {
        return CKP_E_STATE;
    }

    if (in->kind == CKP_IN_ADMITTED) {
        return in->ref != NULL && strcmp(ref, in->ref) == 0
               ? replay_admitted(&k, in->data) : CKP_E_STATE;
    }

    if (in->kind == CKP_IN_RECOVER) {
        return ckp_json_bool(json_object_get(in->data, "alive"), ref, false)
               ? CKP_OK : replay_ask(&k);
    }

    return in->kind == CKP_IN_TICK ? ckp_fiber_sleep(f, CKP_NO_TIME)
                                   : CKP_E_STATE;
}


bool
ckp_replay_goes(ckp_fiber_t *f)
{
    return replay_is(f, "go") && ckp_fiber_del(f, "once", "ph") == CKP_OK;
}


/* --- recording --------------------------------------------------------------- */

ckp_code_t
ckp_replay_note(ckp_fiber_t *f, const char *what, const char *name)
{
    const char  *id = f->id;
    ckp_code_t   rc = CKP_OK;

    while (rc == CKP_OK && id != NULL) {
        const json_t *const  own = ckp_run_get(f->run, "fibers", id);
        const json_t *const  once = json_object_get(json_object_get(own, "n"),
                                                    "once");
        const char *const    path[] = { "fibers", id, "n", "once", what, name,
                                        NULL };

        if (once != NULL
            && json_object_get(json_object_get(once, what), name) == NULL)
        {
            rc = ckp_state_put(&f->run->state, path, json_true());
        }

        /* what is kept in a frame, or runs beside, is not the node's above */

        id = json_object_get(own, "vars") != NULL
             || json_object_get(own, "det") != NULL ? NULL
             : ckp_json_str(own, "up");
    }

    return rc;
}


static json_t *
replay_noted(ckp_fiber_t *f, const char *what)
{
    const bool     vars = strcmp(what, "vars") == 0;
    json_t *const  all = json_object();
    const char    *name;
    json_t        *noted;

    json_object_foreach(ckp_fiber_get(f, "once", what), name, noted) {
        json_t *const  v = vars ? ckp_fiber_var_get(f, name)
                                : ckp_fiber_last_get(f, name);

        if (v != NULL && json_object_set(all, name, v) != 0) {
            json_decref(all);
            return NULL;
        }
    }

    return all;
}


static const char *
replay_word(const ckp_fiber_t *f, ckp_target_t to)
{
    const ckp_target_t  next = f->node->next;

    if (to.kind == next.kind && to.node == next.node) {
        return "next";
    }

    switch (to.kind) {
    case CKP_TO_NODE:
        return "node";
    case CKP_TO_CONTINUE:
        return "continue";
    case CKP_TO_BREAK:
        return "break";
    case CKP_TO_NOTHING:
    case CKP_TO_END:
        break;
    }

    return "end";
}


ckp_code_t
ckp_replay_done(ckp_fiber_t *f, ckp_target_t to, const json_t *result)
{
    const char *const  word = f->node == NULL ? "" : replay_word(f, to);
    ckp_keyed_t        k;
    json_t            *record;
    ckp_code_t         rc = CKP_OK;

    if (!replay_keyed(f, &k)) {
        return CKP_OK;
    }

    record = json_pack("{s:o, s:o, s:O*, s:O*, s:s, s:s*}",
                 "vars", replay_noted(f, "vars"),
                 "last", replay_noted(f, "last"),
                 "approval", replay_of(f, "human_approval")
                 ? json_object_get(ckp_fiber_approvals(f), f->node->id)
                 : NULL,
                 "result", result, "to", word,
                 "id", strcmp(word, "node") == 0 ? to.node->id : NULL);

    /* given up in between, when the run failed and was tried again */

    if (ckp_fiber_get(f, "once", "asked") != NULL) {
        rc = ckp_keyed_claim(&k);
    }

    if (rc == CKP_OK) {
        rc = record == NULL ? CKP_E_NOMEM : ckp_keyed_done(&k, record);
    }

    json_decref(record);

    return rc;
}


ckp_code_t
ckp_replay_failed(ckp_fiber_t *f, const json_t *error)
{
    ckp_keyed_t  k;

    if (!replay_keyed(f, &k)) {
        return CKP_OK;
    }

    return ckp_error_is_engine(error) ? ckp_keyed_gone(&k)
           : ckp_keyed_failed(&k, (json_t *) error);
}


/* --- giving up ---------------------------------------------------------------- */

ckp_code_t
ckp_replay_gone(ckp_fiber_t *f)
{
    ckp_keyed_t  k;

    return replay_keyed(f, &k) ? ckp_keyed_gone(&k) : CKP_OK;
}


ckp_code_t
ckp_replay_forget(ckp_fiber_t *f)
{
    const ckp_code_t  rc = ckp_replay_gone(f);

    return rc == CKP_OK && ckp_fiber_get(f, "once", NULL) != NULL
           ? ckp_fiber_del(f, "once", NULL) : rc;
}


ckp_code_t
ckp_replay_abandon(ckp_fiber_t *f)
{
    const ckp_effect_t  fx = {
        .kind = CKP_FX_ABORT, .target = "agent", .key = "",
        .ref = ckp_fiber_get_str(f, "once", "ref")
    };
    ckp_effect_t        own = fx;
    ckp_code_t          rc = CKP_OK;

    if (ckp_replay_waits(f) && fx.ref != NULL) {
        own.body = json_object();
        rc = ckp_fiber_effect(f, &own);

        if (rc == CKP_OK) {
            rc = ckp_fiber_put(f, "once", "ph", json_string("gone"));
        }
    }

    return rc == CKP_OK ? ckp_replay_gone(f) : rc;
}
