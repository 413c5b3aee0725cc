/*
 * Frames: a fiber for each iteration, branch, task and child procedure; where
 * it ends, and what its node is told.  Source: spec/ckp.md 8.1, 8.2, 8.3.
 */

#include "run/run_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "model/limits.h"


/* --- which there are ---------------------------------------------------- */

/* By age: the order in which fibers move is part of what a run does. */

const char **
ckp_run_fiber_ids(ckp_run_t *run, size_t *n)
{
    const ckp_roster_t *const  r = &run->roster;
    const char               **ids;

    *n = 0;

    if (ckp_roster_look(run) != CKP_OK) {
        return NULL;
    }

    ids = ckp_arena_alloc(run->arena, (r->n + 1) * sizeof(char *));

    for (size_t i = 0; ids != NULL && i < r->n; i++) {
        if (r->rows[i].gone) {
            continue;
        }

        ids[*n] = ckp_arena_int(run->arena, r->rows[i].id);

        if (ids[*n] == NULL) {
            return NULL;
        }

        ++*n;
    }

    return ids;
}


/* Those right under a fiber, by age; *n = 0 and not NULL: there are none. */

static const char **
frame_under(ckp_run_t *run, const char *id, size_t *n)
{
    static const char         *none[1];
    const ckp_roster_t *const  r = &run->roster;
    const ckp_row_t           *up;
    const char               **ids;
    int64_t                    key;

    *n = 0;

    if (ckp_roster_look(run) != CKP_OK) {
        return NULL;
    }

    up = ckp_roster_row(r, id);

    if (up == NULL || up->under == 0) {
        return none;
    }

    key = up->id;
    ids = ckp_arena_alloc(run->arena, up->under * sizeof(char *));

    for (size_t i = ckp_roster_under(r, key, 0);
         ids != NULL && i < r->n && *n < up->under;
         i = ckp_roster_under(r, key, i + 1))
    {
        ids[*n] = ckp_arena_int(run->arena, r->rows[i].id);

        if (ids[*n] == NULL) {
            return NULL;
        }

        ++*n;
    }

    return ids;
}


static bool
frame_is_under(const ckp_run_t *run, const char *id, const char *up)
{
    const json_t *const  own = ckp_run_get(run, "fibers", id);
    const char *const    above = ckp_json_str(own, "up");

    return above != NULL && strcmp(above, up) == 0;
}


/* --- in memory: which fibers said already how their node ended ---------- */

void
ckp_run_over(ckp_run_t *run, const char *id, bool over)
{
    if (over) {
        (void) json_object_set_new(run->over, id, json_true());

    } else {
        (void) json_object_del(run->over, id);
    }
}


bool
ckp_run_is_over(const ckp_run_t *run, const char *id)
{
    return json_object_get(run->over, id) != NULL;
}


/* --- giving up ---------------------------------------------------------- */

/* A branch that is given up, and nobody has told it: by its node's path. */

static ckp_code_t
frame_tell(ckp_run_t *run, const char *id)
{
    const json_t *const  own = ckp_run_get(run, "fibers", id);
    const char *const    kind = ckp_json_str(own, "kind");
    const char *const    base = ckp_json_str(own, "base");
    const char *const    up = ckp_json_str(own, "up");
    const char          *node = ckp_json_str(own, "det");
    ckp_place_t          at = { .type = "branch_canceled" };
    char                *path;

    if (kind == NULL || strcmp(kind, "branch") != 0 || base == NULL
        || up == NULL || json_object_get(own, "over") != NULL
        || json_object_get(own, "told") != NULL || ckp_run_is_over(run, id))
    {
        return CKP_OK;
    }

    if (node == NULL) {
        node = ckp_json_str(json_object_get(ckp_run_get(run, "fibers", up),
                                            "n"), "id");
    }

    path = ckp_arena_strndup(run->arena, base, strlen(base) - strlen(
                             strrchr(base, '/') == NULL ? ""
                             : strrchr(base, '/')));
    at.path = path;
    at.node_id = node == NULL ? NULL : ckp_arena_strdup(run->arena, node);

    return path == NULL ? CKP_E_NOMEM
           : ckp_run_emit(run, &at, json_pack("{s:s, s:s}", "branch_id",
                          ckp_json_str(own, "key"), "reason", "canceled"));
}


ckp_code_t
ckp_fiber_frame_told(ckp_fiber_t *f, const char *key)
{
    size_t             n;
    const char **const ids = frame_under(f->run, f->id, &n);

    for (size_t i = 0; ids != NULL && i < n; i++) {
        const char *const    path[] = { "fibers", ids[i], "told", NULL };
        const json_t *const  own = ckp_run_get(f->run, "fibers", ids[i]);

        if (strcmp(ckp_json_str(own, "key"), key) == 0) {
            return ckp_state_put(&f->run->state, path, json_true());
        }
    }

    return ids == NULL ? CKP_E_NOMEM : CKP_OK;
}


/* What it has in flight, and what runs inside it; then the fiber itself. */

static ckp_code_t
frame_drop(ckp_run_t *run, const char *id, const char *reason)
{
    const char *const  path[] = { "fibers", id, NULL };
    size_t             n;
    const char **const ids = frame_under(run, id, &n);
    ckp_code_t         rc = ids == NULL ? CKP_E_NOMEM : frame_tell(run, id);
    ckp_fiber_t        f;

    while (rc == CKP_OK && n-- > 0) {
        if (frame_is_under(run, ids[n], id)) {
            rc = frame_drop(run, ids[n], reason);
        }
    }

    if (rc != CKP_OK || ckp_run_get(run, "fibers", id) == NULL) {
        return rc;
    }

    ckp_fiber_open(&f, run, id);
    rc = f.node == NULL ? CKP_OK
         : ckp_fiber_abandon(&f, ckp_run_is_over(run, id) ? NULL : reason);
    ckp_fiber_close(&f);

    return rc == CKP_OK ? ckp_state_del(&run->state, path) : rc;
}


/* All but the run's own fiber go; that one is told to give up as well. */

ckp_code_t
ckp_run_abandon_all(ckp_run_t *run, const char *reason)
{
    size_t             n;
    const char **const ids = ckp_run_fiber_ids(run, &n);
    ckp_code_t         rc = ids == NULL ? CKP_E_NOMEM : CKP_OK;
    ckp_fiber_t        f;

    while (rc == CKP_OK && n-- > 0) {
        if (ckp_run_get(run, "fibers", ids[n]) == NULL) {
            continue;
        }

        if (strcmp(ids[n], "1") != 0) {
            rc = frame_drop(run, ids[n], reason == NULL ? "canceled"
                                                        : reason);
            continue;
        }

        ckp_fiber_open(&f, run, ids[n]);
        rc = f.node == NULL ? CKP_OK
             : ckp_fiber_abandon(&f, ckp_run_is_over(run, ids[n]) ? NULL
                                                                  : reason);
        ckp_fiber_close(&f);
        ckp_run_over(run, ids[n], true);
    }

    return rc;
}


ckp_code_t
ckp_fiber_reap(ckp_fiber_t *f, const char *key, const char *reason)
{
    size_t             n;
    const char **const ids = frame_under(f->run, f->id, &n);

    if (ids == NULL) {
        return CKP_E_NOMEM;
    }

    for (size_t i = 0; i < n; i++) {
        const json_t *const  own = ckp_run_get(f->run, "fibers", ids[i]);
        const char *const    name = ckp_json_str(own, "key");

        if (name != NULL && strcmp(name, key) == 0) {
            return frame_drop(f->run, ids[i], reason);
        }
    }

    return CKP_OK;
}


static ckp_code_t
frame_reap(ckp_fiber_t *f, const char *reason, bool detached)
{
    size_t             n;
    const char **const ids = frame_under(f->run, f->id, &n);
    ckp_code_t         rc = ids == NULL ? CKP_E_NOMEM : CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < n; i++) {
        const json_t *const  own = ckp_run_get(f->run, "fibers", ids[i]);

        if (frame_is_under(f->run, ids[i], f->id)
            && (detached || json_object_get(own, "det") == NULL))
        {
            rc = frame_drop(f->run, ids[i], reason);
        }
    }

    return rc;
}


ckp_code_t
ckp_fiber_reap_all(ckp_fiber_t *f, const char *reason)
{
    return frame_reap(f, reason, false);
}


/* --- asking ------------------------------------------------------------- */

size_t
ckp_fiber_frames(const ckp_fiber_t *f)
{
    const ckp_row_t  *row;

    if (ckp_roster_look(f->run) != CKP_OK) {
        return 0;
    }

    row = ckp_roster_row(&f->run->roster, f->id);

    return row == NULL ? 0 : row->live;
}


bool
ckp_fiber_has_frame(const ckp_fiber_t *f, const char *key)
{
    size_t             n;
    const char **const ids = frame_under(f->run, f->id, &n);

    for (size_t i = 0; ids != NULL && i < n; i++) {
        const json_t *const  own = ckp_run_get(f->run, "fibers", ids[i]);
        const char *const    name = ckp_json_str(own, "key");

        if (name != NULL && strcmp(name, key) == 0
            && json_object_get(own, "over") == NULL)
        {
            return true;
        }
    }

    return false;
}


/* --- forking ------------------------------------------------------------ */

static const char *const  frame_kinds[] = {
    [CKP_FRAME_LOOP] = "loop", [CKP_FRAME_BRANCH] = "branch",
    [CKP_FRAME_TASK] = "task", [CKP_FRAME_TOOL] = "tool",
    [CKP_FRAME_SUB] = "sub"
};


/* The path of the frame; its nodes come behind it. */

static json_t *
frame_base(ckp_fiber_t *f, const ckp_fork_t *how)
{
    const char *const  node = ckp_fiber_node_path(f);
    const char        *key = how->key;

    if (how->round > 1) {
        key = ckp_arena_printf(f->run->arena, "%s#%u", key, how->round);
    }

    if (key == NULL) {
        return NULL;
    }

    switch (how->kind) {
    case CKP_FRAME_LOOP:
        return json_sprintf("%s[%s]", node, key);
    case CKP_FRAME_BRANCH:
        return json_sprintf("%s/b:%s", node, key);
    case CKP_FRAME_TASK:
        return json_sprintf("%s/t:%s", node, key);
    case CKP_FRAME_TOOL:
        return json_sprintf("%s/tool[%s]", node, key);
    case CKP_FRAME_SUB:
        break;
    }

    return json_sprintf("%s/sub", node);
}


/* What belongs to some kinds only. */

static ckp_code_t
frame_special(ckp_fiber_t *f, const ckp_fork_t *how, json_t *own)
{
    int  bad = 0;

    if (how->apart && how->vars == NULL) {
        bad |= json_object_set_new(own, "vars", json_object());
    }

    if (how->frozen) {
        bad |= json_object_set_new(own, "snap", ckp_fiber_vars(f));
    }

    if (how->detached) {
        bad |= json_object_set_new(own, "det", json_string(f->node->id));
        bad |= json_object_set_new(own, "at",
                                   json_string(ckp_fiber_node_path(f)));
    }

    if (how->round > 1) {
        bad |= json_object_set_new(own, "round",
                                   json_integer((json_int_t) how->round));
    }

    if (how->kind == CKP_FRAME_SUB) {
        bad |= json_object_set_new(own, "prog", json_string(how->prog));
    }

    if (how->inherits) {
        bad |= json_object_set_new(own, "inh", json_true());
    }

    return bad == 0 ? CKP_OK : CKP_E_NOMEM;
}


/* own is stolen. */

static ckp_code_t
frame_born(ckp_fiber_t *f, json_t *own)
{
    const int64_t      n = 1 + (ckp_run_get(f->run, "nf", NULL) == NULL ? 1
                                : ckp_run_get_int(f->run, "nf", NULL));
    const char *const  id = ckp_arena_int(f->run->arena, n);
    const char *const  path[] = { "fibers", id, NULL };

    if (id == NULL || ckp_run_put(f->run, "nf", NULL, json_integer(n))
                      != CKP_OK)
    {
        json_decref(own);
        return CKP_E_NOMEM;
    }

    return ckp_state_put(&f->run->state, path, own);
}


/* Whether there is room for another frame of that kind inside the others. */

static ckp_code_t
frame_fits(ckp_fiber_t *f, ckp_frame_t kind, int64_t depth)
{
    const json_t  *own = ckp_run_get(f->run, "fibers", f->id);
    int            branches = kind == CKP_FRAME_BRANCH;

    if (depth > CKP_FRAMES_MAX) {
        return ckp_fiber_raise(f, "LimitExceeded", "frames are nested deeper "
                               "than %d", CKP_FRAMES_MAX);
    }

    while (branches > 0 && own != NULL) {
        const char *const  up = ckp_json_str(own, "up");
        const char *const  name = ckp_json_str(own, "kind");

        branches += name != NULL && strcmp(name, "branch") == 0;
        own = up == NULL ? NULL : ckp_run_get(f->run, "fibers", up);
    }

    return branches <= CKP_PARALLELS_MAX ? CKP_OK
           : ckp_fiber_raise(f, "LimitExceeded", "parallel nodes are nested "
                             "deeper than %d", CKP_PARALLELS_MAX);
}


ckp_code_t
ckp_fiber_fork(ckp_fiber_t *f, const ckp_fork_t *how)
{
    const int64_t     depth = 1 + json_integer_value(ckp_fiber_own_get(f,
                                                                       "d"));
    const ckp_code_t  rc = frame_fits(f, how->kind, depth);
    json_t           *own;

    if (rc != CKP_OK) {
        json_decref(how->vars);
        json_decref(how->input);
        json_decref(how->local);
        return rc;
    }

    own = json_pack("{s:{s:s}, s:s, s:s, s:s, s:o, s:I, s:I, s:{}, s:i, s:o*, "
                    "s:o*, s:o*}",
                    "n", "id", how->start->id, "up", f->id,
                    "kind", frame_kinds[how->kind], "key", how->key,
                    "base", frame_base(f, how), "d", (json_int_t) depth,
                    "t0", (json_int_t) f->run->now, "vis", "hops", 0,
                    "vars", how->vars, "input", how->input,
                    "loc", how->local);

    if (own == NULL || frame_special(f, how, own) != CKP_OK) {
        json_decref(own);
        return CKP_E_NOMEM;
    }

    return frame_born(f, own);
}


/* --- ending ------------------------------------------------------------- */

/* What it wrote that is other than what is outside now. */

static json_t *
frame_delta(const ckp_fiber_t *f, const ckp_fiber_t *up)
{
    json_t *const  own = ckp_fiber_own_get(f, "vars");
    json_t *const  delta = json_object();
    const char    *name;
    json_t        *value;

    if (ckp_fiber_own_get(f, "prog") != NULL) {
        json_decref(delta);
        return json_incref(own);
    }

    json_object_foreach(own, name, value) {
        const json_t *const  old = ckp_fiber_var_top(up, name);

        if (old == NULL || !ckp_json_equal(old, value)) {
            (void) json_object_set(delta, name, value);
        }
    }

    return delta;
}


static const ckp_node_t *
frame_owner(const ckp_fiber_t *f, const ckp_fiber_t *up)
{
    const char *const  det = json_string_value(ckp_fiber_own_get(f, "det"));

    return det == NULL ? up->node : ckp_program_node(up->prog, det);
}


/* Frames that run beside outlive the one that began them. */

static ckp_code_t
frame_hand_over(ckp_fiber_t *f, const char *above)
{
    size_t             n;
    const char **const ids = frame_under(f->run, f->id, &n);
    ckp_code_t         rc = ids == NULL ? CKP_E_NOMEM : CKP_OK;

    if (ckp_fiber_own_get(f, "prog") != NULL) {
        return rc;              /* a child procedure ends with all of it */
    }

    for (size_t i = 0; rc == CKP_OK && i < n; i++) {
        const char *const    path[] = { "fibers", ids[i], "up", NULL };
        const json_t *const  own = ckp_run_get(f->run, "fibers", ids[i]);

        if (json_object_get(own, "det") != NULL) {
            rc = ckp_state_put(&f->run->state, path, json_string(above));
        }
    }

    return rc;
}


/* A compensation has ended: no node hears of it. */

static ckp_code_t
frame_undone(ckp_fiber_t *f, const ckp_child_t *child)
{
    ckp_run_t *const  run = f->run;
    const int64_t     n = json_integer_value(ckp_fiber_own_get(f, "owner"));
    json_t *const     error = child->how == CKP_CHILD_FAILED
                              ? ckp_json_copy(child->error) : NULL;
    ckp_code_t        rc = frame_drop(run, f->id, "canceled");

    if (rc == CKP_OK) {
        rc = ckp_undo_ended(run, n, error);
    }

    json_decref(error);

    return rc;
}


/* The node above hears of it; then the frame is gone. */

ckp_code_t
ckp_frame_end(ckp_fiber_t *f, ckp_child_t *child)
{
    ckp_run_t *const   run = f->run;
    const char *const  up = json_string_value(ckp_fiber_own_get(f, "up"));
    char *const        key = ckp_arena_strdup(run->arena,
                        json_string_value(ckp_fiber_own_get(f, "key")));
    char *const        above = ckp_arena_strdup(run->arena, up);
    const ckp_node_t  *owner;
    json_t            *delta;
    ckp_fiber_t        p;
    ckp_code_t         rc;

    f->ready = CKP_FIBER_REST;
    ckp_run_over(run, f->id, true);

    if (key == NULL || above == NULL
        || ckp_fiber_own_put(f, "over", json_true()) != CKP_OK)
    {
        return CKP_E_NOMEM;
    }

    if (ckp_fiber_own_get(f, "owner") != NULL) {
        return frame_undone(f, child);
    }

    ckp_fiber_open(&p, run, above);
    owner = frame_owner(f, &p);
    delta = frame_delta(f, &p);

    child->key = key;
    child->vars = delta;
    child->t0 = json_integer_value(ckp_fiber_own_get(f, "t0"));
    child->round = ckp_fiber_own_get(f, "round") == NULL ? 1
        : (uint32_t) json_integer_value(ckp_fiber_own_get(f, "round"));
    child->detached = ckp_fiber_own_get(f, "det") != NULL;

    /* what is told of a detached frame is told of the node that began it */

    p.node = owner != NULL ? owner : p.node;

    if (ckp_fiber_own_get(f, "at") != NULL) {
        p.at = ckp_arena_printf(run->arena, "%s", json_string_value(
                                    ckp_fiber_own_get(f, "at")));
    }

    rc = owner == NULL || owner->ops->child == NULL ? CKP_E_BUG
         : ckp_fiber_settle(&p, owner->ops->child(&p, child));

    ckp_fiber_close(&p);
    json_decref(delta);

    if (rc == CKP_OK && !run->ended) {
        rc = frame_hand_over(f, above);
    }

    if (rc == CKP_OK && !run->ended) {
        rc = frame_drop(run, f->id, "canceled");
    }

    return rc == CKP_OK && !run->ended ? ckp_run_settled(run) : rc;
}


ckp_code_t
ckp_frame_fail_run(ckp_fiber_t *f, const json_t *error)
{
    return ckp_run_failed(f->run, f, error);
}


/* --- where a path leads ------------------------------------------------- */

/* Whether the frame ends before that node: 10.3, 10.4. */

bool
ckp_frame_stops(const ckp_fiber_t *f, const ckp_node_t *to)
{
    const char *const  kind = json_string_value(ckp_fiber_own_get(f, "kind"));
    const bool         loop = kind != NULL && strcmp(kind, "loop") == 0;
    const ckp_node_t  *owner;
    ckp_fiber_t        p;

    if (kind == NULL || (!loop && strcmp(kind, "branch") != 0)) {
        return false;
    }

    ckp_fiber_open(&p, f->run,
                   json_string_value(ckp_fiber_own_get(f, "up")));
    owner = frame_owner(f, &p);
    ckp_fiber_close(&p);

    if (owner == NULL) {
        return false;
    }

    return (loop && to == owner)
           || (owner->next.kind == CKP_TO_NODE && owner->next.node == to);
}


ckp_code_t
ckp_fiber_leave(ckp_fiber_t *f, ckp_to_t how, const json_t *result)
{
    const char *const  kind = json_string_value(ckp_fiber_own_get(f, "kind"));

    if (kind == NULL) {
        return ckp_fiber_finish(f, CKP_END_COMPLETED, NULL, NULL);
    }

    ckp_child_t  child = {
        .how = how == CKP_TO_BREAK && strcmp(kind, "loop") == 0
               ? CKP_CHILD_BREAK : CKP_CHILD_DONE,
        .result = result
    };

    return ckp_frame_end(f, &child);
}


/* The nearest child procedure that the fiber runs in; NULL: none. */

const char *
ckp_frame_sub(const ckp_fiber_t *f)
{
    const char    *id = f->id;
    const json_t  *own = ckp_run_get(f->run, "fibers", id);

    while (own != NULL && (json_object_get(own, "prog") == NULL
                           || json_object_get(own, "owner") != NULL))
    {
        id = ckp_json_str(own, "up");
        own = id == NULL ? NULL : ckp_run_get(f->run, "fibers", id);
    }

    return own == NULL ? NULL : id;
}


/* All of a child procedure ends, and nothing else: by a terminate inside it, or
 * by an error that no frame of it may catch. */

ckp_code_t
ckp_frame_terminate(ckp_fiber_t *f, const char *sub, ckp_child_t *child)
{
    ckp_run_t *const   run = f->run;
    char *const        id = ckp_arena_strdup(run->arena, sub);
    ckp_fiber_t        s;
    ckp_code_t         rc;

    if (id == NULL) {
        return CKP_E_NOMEM;
    }

    f->ready = CKP_FIBER_REST;
    ckp_run_over(run, f->id, true);

    /* its on_failure did not help: the error that it was for stands */

    if (child->error == NULL && child->end != CKP_END_COMPLETED) {
        child->error = json_object_get(ckp_run_get(run, "fibers", id), "onf");
    }

    child->how = child->error == NULL ? CKP_CHILD_TERMINATED
                                      : CKP_CHILD_FAILED;

    if (strcmp(f->id, id) == 0) {
        return ckp_frame_end(f, child);
    }

    ckp_fiber_open(&s, run, id);
    rc = frame_reap(&s, "canceled", true);
    ckp_run_over(run, id, true);

    if (rc == CKP_OK) {
        rc = ckp_frame_end(&s, child);
    }

    ckp_fiber_close(&s);

    return rc;
}


bool
ckp_run_has_detached(const ckp_run_t *run)
{
    json_t *const  fibers = ckp_run_get(run, "fibers", NULL);
    const char    *id;
    json_t        *own;

    json_object_foreach(fibers, id, own) {
        if (json_object_get(own, "det") != NULL) {
            return true;
        }
    }

    return false;
}
