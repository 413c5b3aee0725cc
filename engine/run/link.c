/*
 * What a run needs of the site: the programs that its fibers are in, and the
 * profiles of models.  Child procedures: what fails
 * inside one is handled there before the node that called it hears of it.
 * Source: spec/ckp.md 10.10, 15.6.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "model/event.h"
#include "model/heir.h"

/* A procedure as it is inside another one that it inherits from. */
typedef struct {
    const ckp_program_t  *prog;
    const ckp_program_t  *around;
    ckp_program_t        *heir;
} link_heir_t;


/* --- the programs ------------------------------------------------------- */

const ckp_program_t *
ckp_run_linked(const ckp_run_t *run, const char *hash)
{
    const json_t *const    place = json_object_get(run->links, hash);
    ckp_program_t *const  *list = run->linked.items;

    return place == NULL ? NULL : list[json_integer_value(place)];
}


const ckp_program_t *
ckp_fiber_linked(const ckp_fiber_t *f, const char *hash)
{
    return ckp_run_linked(f->run, hash);
}


static void
link_drop(ckp_list_t *programs)
{
    ckp_program_t *const  *list = programs->items;

    for (size_t i = 0; i < programs->n; i++) {
        ckp_program_unref(list[i]);
    }

    ckp_free(programs->items);
}


void
ckp_run_unlink(ckp_run_t *run)
{
    link_heir_t *const  heirs = run->heirs.items;

    for (size_t i = 0; i < run->heirs.n; i++) {
        ckp_program_unref(heirs[i].heir);
    }

    ckp_free(run->heirs.items);
    link_drop(&run->linked);
    json_decref(run->links);
}


/* --- what they inherit --------------------------------------------------- */

static link_heir_t *
link_heir_room(ckp_run_t *run)
{
    const size_t  n = run->heirs.n;
    link_heir_t  *list = ckp_alloc((n + 1) * sizeof(link_heir_t));

    if (list == NULL) {
        return NULL;
    }

    if (n > 0) {
        memcpy(list, run->heirs.items, n * sizeof(link_heir_t));
    }

    ckp_free(run->heirs.items);
    run->heirs = (ckp_list_t) { .items = list, .n = n + 1, .size = n + 1 };

    return &list[n];
}


const ckp_program_t *
ckp_run_heir(ckp_run_t *run, const ckp_program_t *prog,
    const ckp_program_t *around)
{
    const link_heir_t *const  list = run->heirs.items;
    json_t                   *legacy;
    ckp_program_t            *heir;
    link_heir_t              *room;

    for (size_t i = 0; i < run->heirs.n; i++) {
        if (list[i].prog == prog && list[i].around == around) {
            return list[i].heir;
        }
    }

    legacy = ckp_program_legacy(around);
    heir = legacy == NULL ? NULL
           : ckp_program_heir((ckp_program_t *) prog, legacy);
    room = heir == NULL ? NULL : link_heir_room(run);
    json_decref(legacy);

    if (room == NULL) {
        ckp_program_unref(heir);
        return prog;            /* it was refused: the turn does not hold */
    }

    *room = (link_heir_t) { .prog = prog, .around = around, .heir = heir };

    return heir;
}


/* A child run has taken over what it says in its state. */

ckp_code_t
ckp_run_inherit(ckp_run_t *run)
{
    const json_t *const  legacy = ckp_run_get(run, "kin", "legacy");
    ckp_program_t       *heir;

    if (!json_is_object(legacy) || run->prog->legacy != NULL) {
        return CKP_OK;
    }

    heir = ckp_program_heir(run->prog, legacy);

    if (heir == NULL) {
        return CKP_E_NOMEM;
    }

    ckp_program_unref(run->prog);
    run->prog = heir;

    return CKP_OK;
}


ckp_code_t
ckp_run_link(ckp_run_t *run, const char *hash, ckp_program_t *prog)
{
    const size_t     n = run->linked.n;
    ckp_program_t  **list;

    if (ckp_run_linked(run, hash) != NULL) {
        return CKP_OK;
    }

    if (run->links == NULL) {
        run->links = json_object();
    }

    list = ckp_alloc((n + 1) * sizeof(ckp_program_t *));

    if (list == NULL
        || json_object_set_new(run->links, hash,
                               json_integer((json_int_t) n)) != 0)
    {
        ckp_free(list);
        return CKP_E_NOMEM;
    }

    if (n > 0) {
        memcpy(list, run->linked.items, n * sizeof(ckp_program_t *));
    }

    list[n] = ckp_program_ref(prog);
    ckp_free(run->linked.items);
    ckp_roster_touch(&run->roster, NULL);   /* it was read without nodes */
    run->linked = (ckp_list_t) { .items = list, .n = n + 1, .size = n + 1 };

    return CKP_OK;
}


void
ckp_run_site(ckp_run_t *run, const json_t *site)
{
    json_t *const  own = json_incref((json_t *) site);

    json_decref(run->site);
    run->site = own;
}


const json_t *
ckp_fiber_site(const ckp_fiber_t *f)
{
    return f->run->site;
}


static bool
link_misses(const ckp_run_t *run, const char *hash)
{
    return hash != NULL && ckp_run_linked(run, hash) == NULL;
}


/* The first hash in objects {id: fiber} that is not linked: of the procedure
 * that it is in, of the run that it waits for. */

static const char *
link_missing(const ckp_run_t *run, const json_t *all)
{
    const char  *id;
    json_t      *own;

    json_object_foreach((json_t *) all, id, own) {
        const char *const  hash = ckp_json_str(own, "prog");
        const char *const  kid = ckp_json_str(json_object_get(
                                     json_object_get(own, "n"),
                                     "child_run"), "hash");

        if (link_misses(run, hash) && !ckp_json_bool(own, "gone", false)) {
            return hash;
        }

        if (link_misses(run, kid)) {
            return kid;
        }
    }

    return NULL;
}


/* Fibers, those that a run that ended would go on with, those that it was born
 * with; and what would be undone. */

const char *
ckp_run_want_of(const ckp_run_t *run, const json_t *state)
{
    static const char *const  places[] = { "fibers", "resume", "undos" };
    const char               *hash = NULL;

    for (size_t i = 0; hash == NULL && i < 3; i++) {
        hash = link_missing(run, json_object_get(state, places[i]));
    }

    return hash != NULL ? hash
           : link_missing(run, json_object_get(json_object_get(state, "from"),
                                               "fibers"));
}


const char *
ckp_run_want(const ckp_run_t *run)
{
    return ckp_run_want_of(run, run->state.root);
}


const char *
ckp_fiber_hash(const ckp_fiber_t *f)
{
    const char *const  sub = ckp_frame_sub(f);

    return sub == NULL ? NULL : ckp_json_str(ckp_run_get(f->run, "fibers",
                                                         sub), "prog");
}


bool
ckp_fiber_is_inside(const ckp_fiber_t *f, const char *procedure_id,
    unsigned *depth)
{
    const json_t  *own = ckp_run_get(f->run, "fibers", f->id);
    const json_t  *around = ckp_run_get(f->run, "kin", "stack");
    const json_t  *id;
    size_t         i;
    bool           inside;

    *depth = (unsigned) json_array_size(around);
    inside = strcmp(f->run->prog->procedure_id, procedure_id) == 0;

    json_array_foreach(around, i, id) {
        inside |= json_is_string(id)
                  && strcmp(json_string_value(id), procedure_id) == 0;
    }

    while (own != NULL) {
        const char *const           hash = ckp_json_str(own, "prog");
        const char *const           up = ckp_json_str(own, "up");
        const ckp_program_t *const  prog = hash == NULL ? NULL
                                           : ckp_run_linked(f->run, hash);

        *depth += hash != NULL;
        inside |= prog != NULL
                  && strcmp(prog->procedure_id, procedure_id) == 0;
        own = up == NULL ? NULL : ckp_run_get(f->run, "fibers", up);
    }

    return inside;
}


/* --- what people decided ------------------------------------------------ */

/* Those of a child are its own, and go with it: two procedures may have nodes
 * of the same name. */

json_t *
ckp_fiber_approvals(const ckp_fiber_t *f)
{
    const char *const  sub = ckp_frame_sub(f);

    return sub == NULL ? ckp_run_get(f->run, "approval", NULL)
           : json_object_get(ckp_run_get(f->run, "fibers", sub), "appr");
}


ckp_code_t
ckp_fiber_approval_put(ckp_fiber_t *f, json_t *record)
{
    const char *const  sub = ckp_frame_sub(f);
    const char *const  path[] = { "fibers", sub, "appr", NULL };
    json_t            *all;

    if (sub == NULL) {
        return ckp_run_put(f->run, "approval", f->node->id, record);
    }

    all = json_copy(ckp_fiber_approvals(f));
    all = all == NULL ? json_object() : all;

    if (json_object_set_new(all, f->node->id, record) != 0) {
        json_decref(all);
        return CKP_E_NOMEM;
    }

    return ckp_state_put(&f->run->state, path, all);
}


/* --- failing inside one ------------------------------------------------- */

/* The child's own on_failure, once. */

static ckp_code_t
sub_on_failure(ckp_fiber_t *f, const json_t *error)
{
    const ckp_node_t *const  node = f->prog->config.on_failure.node;
    const char *const        text = ckp_json_str(error, "message");
    const char *const        hops[] = { "fibers", f->id, "hops", NULL };
    ckp_code_t               rc = ckp_fiber_reap_all(f, "canceled");

    if (rc == CKP_OK) {
        rc = ckp_fiber_own_put(f, "onf", ckp_json_copy(error));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "on_failure_invoked", json_pack("{s:s, s:o, "
                 "s:s?}", "node_id", node->id, "error",
                 ckp_text_cut(text == NULL ? "" : text, 500), "error_type",
                 ckp_json_str(error, "type")));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_own_put(f, "err", ckp_json_copy(error));
    }

    if (rc == CKP_OK) {
        rc = ckp_state_put(&f->run->state, hops, json_integer(0));
    }

    return rc == CKP_OK ? ckp_fiber_go(f, node, NULL) : rc;
}


ckp_code_t
ckp_frame_failed(ckp_fiber_t *f, const json_t *error)
{
    const bool     sub = ckp_fiber_own_get(f, "prog") != NULL;
    json_t *const  first = json_incref(ckp_fiber_own_get(f, "onf"));
    ckp_child_t    child = { .how = CKP_CHILD_FAILED,
                             .error = first != NULL ? first : error };
    ckp_code_t     rc;

    if (sub && first == NULL
        && f->prog->config.on_failure.kind == CKP_TO_NODE)
    {
        return sub_on_failure(f, error);
    }

    rc = ckp_frame_end(f, &child);
    json_decref(first);

    return rc;
}


ckp_code_t
ckp_sub_failed(ckp_fiber_t *f, const json_t *error)
{
    const char *const  sub = ckp_frame_sub(f);
    char *const        id = sub == NULL ? NULL
                            : ckp_arena_strdup(f->run->arena, sub);
    ckp_fiber_t        s;
    ckp_code_t         rc;

    if (id == NULL) {
        return CKP_E_NOMEM;
    }

    if (strcmp(id, f->id) == 0) {
        return ckp_frame_failed(f, error);
    }

    f->ready = CKP_FIBER_REST;
    ckp_run_over(f->run, f->id, true);
    ckp_fiber_open(&s, f->run, id);
    ckp_run_over(f->run, id, true);
    rc = ckp_frame_failed(&s, error);
    ckp_fiber_close(&s);

    return rc;
}


ckp_code_t
ckp_frame_fail(ckp_fiber_t *f, const char *key, const json_t *error)
{
    size_t             n;
    const char **const ids = ckp_run_fiber_ids(f->run, &n);
    ckp_fiber_t        s;
    ckp_code_t         rc;

    for (size_t i = 0; ids != NULL && i < n; i++) {
        const json_t *const  own = ckp_run_get(f->run, "fibers", ids[i]);
        const char *const    up = ckp_json_str(own, "up");
        const char *const    name = ckp_json_str(own, "key");

        if (up == NULL || strcmp(up, f->id) != 0 || name == NULL
            || strcmp(name, key) != 0)
        {
            continue;
        }

        ckp_fiber_open(&s, f->run, ids[i]);
        rc = s.node == NULL ? CKP_E_BUG : ckp_fiber_abandon(&s, "timeout");
        rc = rc == CKP_OK ? ckp_fiber_reap_all(&s, "timeout") : rc;
        s.ready = CKP_FIBER_REST;
        ckp_run_over(f->run, ids[i], true);
        rc = rc == CKP_OK ? ckp_frame_failed(&s, error) : rc;
        ckp_fiber_close(&s);

        return rc;
    }

    return ids == NULL ? CKP_E_NOMEM : CKP_E_BUG;
}


bool
ckp_run_is_sensitive(const ckp_run_t *run)
{
    ckp_program_t *const  *list = run->linked.items;

    for (size_t i = 0; i < run->linked.n; i++) {
        if (ckp_program_is_sensitive(list[i])) {
            return true;
        }
    }

    return ckp_program_is_sensitive(run->prog);
}
