/*
 * A run goes on from a saved state: the same run, set back to it, or another
 * one that is born with it.  Source: spec/ckp.md 21; api.md 4.5 to 4.7.
 *
 * Paths come again as they were; what begins their keys tells the two apart
 * (state.gen), or steps that are to run again would be answered by agents that
 * remember.  What a run was born with waits in state.from {checkpoint_id,
 * fibers, sound} until the run begins.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "node/step.h"


/* Of the run itself, wherever it stands: a state that is older than the run
 * does not take them back. */

static const char *const  restore_own[] = {
    "attempt", "started_at", "meta", "counts", "fx", "saved", "restores",
    "undos", "nundo", "gen", "late", "kin", NULL
};

/* Of a moment that is over. */

static const char *const  restore_over[] = {
    "seq", "status", "ended_at", "base_at", "active", "error", "outputs",
    "pause", "refused", "given", "stop", NULL
};


/* --- may it? ----------------------------------------------------------------- */

/* Where it stood; of a run that had completed: nowhere. */

static const json_t *
restore_stood(const json_t *state)
{
    const char *const  status = ckp_json_str(state, "status");
    const bool         failed = json_object_get(state, "ended_at") != NULL
                                && (status == NULL
                                    || strcmp(status, "completed") != 0);

    return json_object_get(state, failed ? "resume" : "fibers");
}


ckp_code_t
ckp_program_from(const ckp_program_t *prog, const json_t *state,
    const char *node, const char **entry, ckp_err_t *err)
{
    const json_t *const  stood = restore_stood(state);

    *entry = node;

    if (ckp_json_int(state, "v", 0) != CKP_STATE_VERSION) {
        return ckp_fail(err, CKP_E_STATE, "", "the state is of another "
                        "version");
    }

    if (node != NULL) {
        return ckp_program_node(prog, node) != NULL ? CKP_OK
               : ckp_fail(err, CKP_E_INVALID, "", "there is no node \"%.80s\"",
                          node);
    }

    if (json_object_get(state, "ended_at") == NULL
        && json_object_get(state, "undo") != NULL)
    {
        return ckp_fail(err, CKP_E_STATE, "", "the run was undoing what it had "
                        "done");
    }

    *entry = ckp_json_str(json_object_get(json_object_get(stood, "1"), "n"),
                          "id");

    return *entry != NULL ? CKP_OK
           : ckp_fail(err, CKP_E_STATE, "", "nothing follows it");
}


/* --- the new state -------------------------------------------------------------- */

/* At one node of the graph, and nowhere else. */

static json_t *
restore_at_node(const json_t *state, const char *node)
{
    json_t *const  vis = json_object_get(json_object_get(restore_stood(state),
                                                         "1"), "vis");

    return json_pack("{s:{s:{s:s}, s:o, s:i}}", "1", "n", "id", node, "vis",
                     vis == NULL ? json_object() : ckp_json_copy(vis),
                     "hops", 0);
}


/*
 * The fibers it goes on with: new object.  sound: they stood there, and had not
 * failed.
 */

static json_t *
restore_fibers(const json_t *state, const char *node, bool *sound)
{
    *sound = json_object_get(state, "ended_at") == NULL;

    if (node != NULL) {
        return restore_at_node(state, node);
    }

    return *sound ? ckp_json_copy(restore_stood(state))
                  : ckp_resume_stood(restore_stood(state));
}


/* What handled a failure, or waited for the rest, when that is over. */

static void
restore_settle(json_t *root, const char *node, bool sound)
{
    static const char *const  after[] = { "onf", "resume", "undo", NULL };
    const bool  parked = node == NULL
                         && ckp_resume_is_parked(restore_stood(root));

    if (!parked) {
        (void) json_object_del(root, "fin");
    }

    for (size_t i = 0; (!sound || node != NULL) && after[i] != NULL; i++) {
        (void) json_object_del(root, after[i]);
    }
}


static void
restore_drop(json_t *root, const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        (void) json_object_del(root, names[i]);
    }
}


/* Variables get other values, and so do the inputs of these names. */

static int
restore_change(json_t *root, const json_t *vars)
{
    static const char *const  places[] = { "vars", "input" };
    const char               *name;
    json_t                   *value;
    int                       bad = 0;

    for (size_t i = 0; i < 2; i++) {
        json_t *const  all = json_object_get(root, places[i]);

        json_object_foreach((json_t *) vars, name, value) {
            bad |= json_object_set_new(all, name, ckp_json_copy(value));
        }
    }

    return bad;
}


/* New object: the saved state without what is of its run or its moment, and the
 * fibers apart; NULL: no memory. */

static json_t *
restore_root(const json_t *data, json_t **fibers, bool *sound)
{
    const json_t *const  state = json_object_get(data, "state");
    const char *const    node = ckp_json_str(data, "node");
    json_t *const        root = ckp_json_copy(state);

    *fibers = restore_fibers(state, node, sound);

    if (root == NULL || *fibers == NULL
        || restore_change(root, json_object_get(data, "vars")) != 0
        || json_object_set_new(root, "agents", json_object()) != 0)
    {
        json_decref(root);
        json_decref(*fibers);
        *fibers = NULL;
        return NULL;
    }

    restore_settle(root, node, *sound);
    restore_drop(root, restore_own);
    restore_drop(root, restore_over);
    (void) json_object_del(root, "fibers");

    return root;
}


ckp_code_t
ckp_restore_vars(ckp_run_t *run, const json_t *vars)
{
    static const char *const  places[] = { "vars", "input" };
    const char               *name;
    json_t                   *value;
    ckp_code_t                rc = CKP_OK;

    for (size_t i = 0; i < 2; i++) {
        json_object_foreach((json_t *) vars, name, value) {
            if (rc == CKP_OK) {
                rc = ckp_run_put(run, places[i], name, ckp_json_copy(value));
            }
        }
    }

    run->seeded = false;

    return rc;
}


/* --- another run ----------------------------------------------------------------- */

/* What a child run took over stays, and nobody waits for this one. */

static ckp_code_t
restore_kin(ckp_run_t *run, const json_t *state)
{
    const json_t *const  own = json_object_get(state, "kin");
    json_t *const        kin = json_copy((json_t *) own);

    if (own == NULL) {
        return CKP_OK;
    }

    /* a copy that there was no memory for is none */

    if (json_object_size(kin) != json_object_size(own)) {
        json_decref(kin);
        return CKP_E_NOMEM;
    }

    (void) json_object_del(kin, "parent");

    return ckp_run_put(run, "kin", NULL, kin);
}


ckp_code_t
ckp_restore_born(ckp_run_t *run, const json_t *data)
{
    bool         sound;
    json_t      *fibers;
    json_t      *root = restore_root(data, &fibers, &sound);
    const char  *name;
    json_t      *value;
    ckp_code_t   rc = root == NULL ? CKP_E_NOMEM : CKP_OK;

    json_object_foreach(root, name, value) {
        if (rc == CKP_OK) {
            rc = ckp_run_put(run, name, NULL, json_incref(value));
        }
    }

    json_decref(root);

    rc = rc == CKP_OK ? restore_kin(run, json_object_get(data, "state")) : rc;

    if (rc != CKP_OK) {
        json_decref(fibers);
        return rc;
    }

    return ckp_run_put(run, "from", NULL, json_pack("{s:O?, s:o, s:b}",
               "checkpoint_id", json_object_get(data, "checkpoint_id"),
               "fibers", fibers, "sound", (int) sound));
}


static ckp_code_t
restore_told(ckp_run_t *run, const json_t *id)
{
    const ckp_place_t    at = { .type = "execution_resumed" };
    const json_t *const  top = ckp_run_get(run, "fibers", "1");

    return ckp_run_emit(run, &at, json_pack("{s:O?, s:s, s:O*}",
               "entry_node_id", json_object_get(json_object_get(top, "n"),
                                                "id"),
               "resume_reason", "checkpoint_resume", "checkpoint_id", id));
}


ckp_code_t
ckp_restore_begin(ckp_run_t *run)
{
    json_t *const  from = ckp_run_get(run, "from", NULL);
    json_t *const  id = json_incref(json_object_get(from, "checkpoint_id"));
    const bool     sound = ckp_json_bool(from, "sound", true);
    ckp_code_t     rc;

    rc = ckp_run_put(run, "fibers", NULL,
             ckp_json_copy(json_object_get(from, "fibers")));

    if (rc == CKP_OK) {
        rc = ckp_run_del(run, "from", NULL);
    }

    if (rc == CKP_OK) {
        rc = restore_told(run, id);
    }

    json_decref(id);

    return rc == CKP_OK ? ckp_resume_reset(run, sound) : rc;
}


/* --- the same run ---------------------------------------------------------------- */

/* What of the present state is kept; numbers that name things go on. */

static int
restore_keep(ckp_run_t *run, const json_t *state, json_t *root)
{
    const int64_t  gen = ckp_run_get_int(run, "gen", NULL);
    const bool     back = ckp_json_int(state, "seq", 0) < (int64_t) run->seq;
    const int64_t  nf = ckp_run_get_int(run, "nf", NULL);
    json_t *const  secret = ckp_run_get(run, "secret_seed", NULL);
    int            bad = 0;

    for (size_t i = 0; restore_own[i] != NULL; i++) {
        json_t *const  v = ckp_run_get(run, restore_own[i], NULL);

        if (v != NULL) {
            bad |= json_object_set_new(root, restore_own[i],
                                       ckp_json_copy(v));
        }
    }

    if (secret != NULL) {
        bad |= json_object_set(root, "secret_seed", secret);
    }

    if (nf > ckp_json_int(root, "nf", 0)) {
        bad |= json_object_set_new(root, "nf", json_integer(nf));
    }

    if (back) {
        bad |= json_object_set_new(root, "gen", json_integer(gen + 1));
    }

    return bad;
}


/* The state becomes that one. */

static ckp_code_t
restore_replace(ckp_run_t *run, const json_t *root)
{
    json_t *const  old = json_copy(run->state.root);
    const char    *name;
    json_t        *value;
    ckp_code_t     rc;

    rc = json_object_size(old) != json_object_size(run->state.root)
         ? CKP_E_NOMEM : CKP_OK;

    json_object_foreach(old, name, value) {
        if (rc == CKP_OK && json_object_get(root, name) == NULL) {
            rc = ckp_run_del(run, name, NULL);
        }
    }

    json_object_foreach((json_t *) root, name, value) {
        const json_t *const  was = json_object_get(old, name);

        if (rc == CKP_OK && (was == NULL || !json_equal(was, value))) {
            rc = ckp_run_put(run, name, NULL, json_incref(value));
        }
    }

    json_decref(old);
    run->seeded = false;

    return rc;
}


static ckp_code_t
restore_set_back(ckp_run_t *run, const ckp_input_t *in)
{
    const json_t *const  state = json_object_get(in->data, "state");
    const bool           again = ckp_run_is_final(run);
    json_t              *fibers;
    bool                 sound;
    json_t *const        root = restore_root(in->data, &fibers, &sound);
    ckp_code_t           rc;

    if (root == NULL) {
        return CKP_E_NOMEM;
    }

    rc = json_object_set_new(root, "fibers", fibers) != 0
         || restore_keep(run, state, root) != 0
         ? CKP_E_NOMEM : CKP_OK;

    if (rc == CKP_OK && !again) {
        rc = ckp_run_abandon_all(run, "resumed");
    }

    if (rc == CKP_OK && again) {
        rc = json_object_set_new(root, "attempt",
                 json_integer(1 + ckp_json_int(root, "attempt", 0))) == 0
             ? CKP_OK : CKP_E_NOMEM;
    }

    if (rc == CKP_OK) {
        rc = restore_replace(run, root);
    }

    json_decref(root);

    if (rc == CKP_OK) {
        rc = ckp_resume_clock(run);
    }

    if (rc == CKP_OK) {
        rc = restore_told(run, json_object_get(in->data, "checkpoint_id"));
    }

    return rc == CKP_OK ? ckp_resume_reset(run, sound) : rc;
}


/* Where it goes on from, as changed: what stood before is no state of what
 * comes after. */

static ckp_code_t
restore_saved(ckp_run_t *run)
{
    const json_t *const  top = ckp_run_get(run, "fibers", "1");
    const char *const    id = ckp_json_str(json_object_get(top, "n"), "id");
    const ckp_place_t    at = {
        .node_id = id == NULL ? NULL : ckp_arena_strdup(run->arena, id)
    };

    return run->prog->config.save == CKP_SAVE_DISABLED ? CKP_OK
           : ckp_run_checkpoint(run, "start", &at, NULL, NULL);
}


ckp_code_t
ckp_restore(ckp_run_t *run, const ckp_input_t *in)
{
    const char *const  status = ckp_run_get_str(run, "status", NULL);
    const char        *entry;
    ckp_err_t          err = CKP_ERR_INIT;
    ckp_code_t         rc;

    if (status == NULL || (strcmp(status, "failed") != 0
                           && strcmp(status, "paused") != 0)
        || ckp_program_from(run->prog, json_object_get(in->data, "state"),
                            ckp_json_str(in->data, "node"), &entry, &err)
           != CKP_OK)
    {
        return CKP_E_STATE;
    }

    rc = restore_set_back(run, in);

    if (rc == CKP_OK) {
        rc = ckp_run_check(run);
    }

    if (rc != CKP_OK || run->ended) {
        return rc;
    }

    rc = restore_saved(run);

    return rc == CKP_OK ? ckp_resume_fibers(run, in) : rc;
}


/* --- keys ------------------------------------------------------------------------ */

const char *
ckp_fiber_key_run(const ckp_fiber_t *f)
{
    const int64_t  gen = ckp_run_get_int(f->run, "gen", NULL);
    const char    *text = f->run->id;

    if (gen > 0) {
        text = ckp_arena_printf(f->run->arena, "%s@%lld", f->run->id,
                                (long long) gen);
    }

    return text == NULL ? f->run->id : text;
}


/* --- states of checkpoints -------------------------------------------------------- */

json_t *
ckp_state_whole(const json_t *chain, ckp_err_t *err)
{
    const json_t *const  first = json_is_array(chain)
                                 ? json_array_get(chain, 0) : chain;
    json_t *const        root = json_is_object(first) ? ckp_json_copy(first)
                                                      : NULL;
    json_t              *whole = NULL;
    ckp_state_t          s;
    ckp_code_t           rc = CKP_OK;

    if (root == NULL) {
        (void) (json_is_object(first)
                ? ckp_fail(err, CKP_E_NOMEM, "", "no memory")
                : ckp_fail(err, CKP_E_INVALID, "", "no state"));
        return NULL;
    }

    (void) ckp_state_init(&s, root);

    for (size_t i = 1; i < json_array_size(chain) && rc == CKP_OK; i++) {
        rc = ckp_state_apply(&s, json_array_get(chain, i), err);
    }

    if (rc == CKP_OK) {
        whole = json_incref(s.root);
    }

    ckp_state_free(&s);

    return whole;
}
