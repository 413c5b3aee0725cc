/*
 * Compensation: what was done is undone, the last first, each at most once;
 * then the run, or the node, ends as it would have (spec/ckp.md 25).
 *
 * undos {n: {path, node, part, step, prog, vars, result, params, gone}}
 * undo {todo: [n], n, good, bad, until, reason, then, fiber}: at work.  then:
 *   {how: "failed", error, second, reason} {how: "canceled", payload} {how:
 *   "ended", end, outputs, message} {how: "node", error}
 */

#include "run/run_int.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "node/step.h"


/* --- what can be undone ------------------------------------------------- */

/* Of which node or step it is, so that a later process finds it. */

static json_t *
undo_owner(ckp_fiber_t *f, const json_t *result)
{
    const char *const  kind = json_string_value(ckp_fiber_own_get(f, "kind"));
    const bool         task = kind != NULL && kind[0] == 't';
    const char *const  sub = ckp_frame_sub(f);
    const char        *node = f->node->id;
    json_t            *owner;
    ckp_fiber_t        p;

    if (task) {
        ckp_fiber_open(&p, f->run,
                       json_string_value(ckp_fiber_own_get(f, "up")));
        node = p.node->id;
        ckp_fiber_close(&p);
    }

    owner = json_pack("{s:s, s:s, s:O*, s:s*, s:O*, s:o, s:O?, s:O*}",
                      "path", ckp_fiber_path(f), "node", node, "part",
                      task ? ckp_fiber_own_get(f, "key") : NULL, "step",
                      f->step == NULL ? NULL : f->step->id, "prog",
                      sub == NULL ? NULL
                      : json_object_get(ckp_run_get(f->run, "fibers", sub),
                                        "prog"),
                      "vars", ckp_fiber_vars(f), "result", result, "params",
                      f->step == NULL ? NULL
                                      : ckp_fiber_get(f, "step", "params"));

    return owner;
}


ckp_code_t
ckp_fiber_undoable(ckp_fiber_t *f, const ckp_compensation_t *undo,
    const json_t *result)
{
    const int64_t      n = 1 + ckp_run_get_int(f->run, "nundo", NULL);
    const char *const  name = ckp_arena_int(f->run->arena, n);
    ckp_code_t         rc;

    if (undo == NULL || ckp_run_get(f->run, "undo", NULL) != NULL) {
        return CKP_OK;
    }

    rc = name == NULL ? CKP_E_NOMEM
         : ckp_run_put(f->run, "nundo", NULL, json_integer(n));

    return rc == CKP_OK ? ckp_run_put(f->run, "undos", name,
                                      undo_owner(f, result))
                        : rc;
}


static const ckp_step_t *
undo_step(const ckp_node_t *node, const char *id)
{
    const ckp_sequence_t *const  list = node->u.sequence;

    for (size_t i = 0; list != NULL && i < list->nsteps; i++) {
        if (strcmp(list->steps[i].id, id) == 0) {
            return &list->steps[i];
        }
    }

    return NULL;
}


const ckp_compensation_t *
ckp_undo_of(const ckp_run_t *run, const json_t *owner)
{
    const char *const           hash = ckp_json_str(owner, "prog");
    const char *const           part = ckp_json_str(owner, "part");
    const char *const           step = ckp_json_str(owner, "step");
    const ckp_program_t *const  prog = hash == NULL ? run->prog
                                       : ckp_run_linked(run, hash);
    const ckp_node_t           *node;
    const ckp_step_t           *s;

    node = prog == NULL ? NULL
           : ckp_program_node(prog, ckp_json_str(owner, "node"));

    if (node != NULL && part != NULL) {
        node = node->ops->inner == NULL ? NULL : node->ops->inner(node, part);
    }

    if (node == NULL || step == NULL) {
        return node == NULL ? NULL : node->undo;
    }

    s = undo_step(node, step);

    return s == NULL ? NULL : s->undo;
}


/* --- one after the other ------------------------------------------------ */

static ckp_code_t
undo_tell(ckp_run_t *run, const char *type, const json_t *owner,
    const json_t *error)
{
    const ckp_place_t        at = { .type = type, .node_id =
                                    ckp_json_str(owner, "node") };
    const ckp_compensation_t *const  undo = ckp_undo_of(run, owner);

    return ckp_run_emit(run, &at, json_pack("{s:O, s:s?, s:o*, s:s*}",
               "owner_path", json_object_get(owner, "path"), "action",
               undo == NULL ? NULL : undo->body->u.sequence->steps[0].action,
               "error", error == NULL ? NULL : ckp_error_text(error),
               "error_type", ckp_json_str(error, "type")));
}


static json_t *
undo_owner_at(const ckp_run_t *run, int64_t n)
{
    char  name[24];

    (void) snprintf(name, sizeof(name), "%lld", (long long) n);

    return ckp_run_get(run, "undos", name);
}


static ckp_code_t
undo_gone(ckp_run_t *run, int64_t n)
{
    const char *const  name = ckp_arena_int(run->arena, n);
    const char *const  path[] = { "undos", name, "gone", NULL };

    return name == NULL ? CKP_E_NOMEM
                        : ckp_state_put(&run->state, path, json_true());
}


/* The path of its steps.  What a run did before it was set back, and did again,
 * is undone as often: each under keys of its own. */

static json_t *
undo_base(const ckp_run_t *run, const json_t *owner, int64_t n)
{
    const char *const  path = ckp_json_str(owner, "path");
    int64_t            times = 1;

    for (int64_t i = 1; ckp_run_get(run, "gen", NULL) != NULL && i < n; i++) {
        const char *const  other = ckp_json_str(undo_owner_at(run, i), "path");

        times += other != NULL && strcmp(other, path) == 0;
    }

    return times == 1 ? json_sprintf("%s/undo", path)
           : json_sprintf("%s/undo#%lld", path, (long long) times);
}


/* Its steps begin, in a frame of their own under `up`. */

static ckp_code_t
undo_fork(ckp_run_t *run, const char *up, const json_t *owner, int64_t n)
{
    const ckp_compensation_t *const  undo = ckp_undo_of(run, owner);
    json_t *const            prog = json_object_get(owner, "prog");
    json_t *const            vars = json_object_get(owner, "vars");
    json_t *const            own = json_pack("{s:{s:s}, s:s, s:s, s:o, s:o, "
        "s:i, s:I, s:{}, s:i, s:{s:{s:O?, s:O?, s:O?}}, s:I, s:O*, s:O*}",
        "n", "id", undo->body->id, "up", up, "kind", "undo",
        "key", json_sprintf("undo-%lld", (long long) n), "base",
        undo_base(run, owner, n), "d", 1, "t0",
        (json_int_t) run->now, "vis", "hops", 0, "loc", "original", "vars",
        vars, "result", json_object_get(owner, "result"), "params",
        json_object_get(owner, "params"), "owner", (json_int_t) n, "prog",
        prog, "vars", prog == NULL ? NULL : vars);
    const int64_t            id = 1 + (ckp_run_get(run, "nf", NULL) == NULL ? 1
                                  : ckp_run_get_int(run, "nf", NULL));
    const char *const        name = ckp_arena_int(run->arena, id);
    const char *const        path[] = { "fibers", name, NULL };

    if (own == NULL || name == NULL
        || ckp_run_put(run, "nf", NULL, json_integer(id)) != CKP_OK)
    {
        json_decref(own);
        return CKP_E_NOMEM;
    }

    return ckp_state_put(&run->state, path, own);
}


/* skip_when, with the variables as they are and as they were. */

static ckp_code_t
undo_is_skipped(ckp_run_t *run, const char *up, const json_t *owner,
    bool *skip)
{
    const ckp_compensation_t *const  undo = ckp_undo_of(run, owner);
    json_t                  *names;
    ckp_scope_t              scope;
    ckp_eval_t               ev;
    ckp_err_t                err = CKP_ERR_INIT;
    ckp_fiber_t              f;
    ckp_code_t               rc = CKP_OK;

    *skip = undo == NULL || ckp_json_bool(owner, "gone", false);

    if (*skip || undo->skip_when == NULL) {
        return CKP_OK;
    }

    names = json_pack("{s:{s:O?, s:O?}}", "original", "vars",
                      json_object_get(owner, "vars"), "result",
                      json_object_get(owner, "result"));
    ckp_fiber_open(&f, run, up);
    ckp_fiber_eval(&f, &ev);
    scope = (ckp_scope_t) { .get = ckp_scope_object_get, .object = names,
                            .outer = ev.scope };
    ev.scope = &scope;

    rc = names == NULL ? CKP_E_NOMEM
         : ckp_expr_test(undo->skip_when, &ev, skip, &err);
    ckp_fiber_close(&f);
    json_decref(names);

    return rc == CKP_E_INVALID || rc == CKP_E_LIMIT ? CKP_OK : rc;
}


static ckp_code_t
undo_over(ckp_run_t *run)
{
    const ckp_place_t  at = { .type = "compensation_completed" };
    json_t *const      undo = json_incref(ckp_run_get(run, "undo", NULL));
    const char *const  up = ckp_json_str(undo, "fiber");
    ckp_code_t         rc;

    rc = ckp_run_emit(run, &at, json_pack("{s:I, s:I}", "succeeded",
             (json_int_t) ckp_json_int(undo, "good", 0), "failed",
             (json_int_t) ckp_json_int(undo, "bad", 0)));

    if (rc == CKP_OK) {
        rc = ckp_run_del(run, "undo", NULL);
    }

    if (rc == CKP_OK) {
        rc = ckp_run_undone(run, up, json_object_get(undo, "then"));
    }

    json_decref(undo);

    return rc;
}


static ckp_code_t
undo_next(ckp_run_t *run)
{
    for (;;) {
        json_t *const      todo = ckp_run_get(run, "undo", "todo");
        const char *const  up = ckp_run_get_str(run, "undo", "fiber");
        const size_t       at = (size_t) ckp_run_get_int(run, "undo", "at");
        const int64_t      n = json_integer_value(json_array_get(todo, at));
        const json_t      *owner;
        bool               skip;
        ckp_code_t         rc;

        if (at >= json_array_size(todo)) {
            return undo_over(run);
        }

        rc = ckp_run_put(run, "undo", "at",
                         json_integer((json_int_t) at + 1));
        owner = undo_owner_at(run, n);

        if (rc == CKP_OK) {
            rc = undo_is_skipped(run, up, owner, &skip);
        }

        if (rc == CKP_OK && skip) {
            continue;
        }

        if (rc == CKP_OK) {
            rc = undo_gone(run, n);
        }

        if (rc == CKP_OK) {
            rc = undo_tell(run, "compensation_step_started", owner, NULL);
        }

        return rc == CKP_OK ? undo_fork(run, up, owner, n) : rc;
    }
}


ckp_code_t
ckp_undo_ended(ckp_run_t *run, int64_t n, const json_t *error)
{
    const char *const  counter = error == NULL ? "good" : "bad";
    const json_t      *owner = undo_owner_at(run, n);
    ckp_code_t         rc;

    rc = undo_tell(run, error == NULL ? "compensation_step_completed"
                                      : "compensation_step_failed",
                   owner, error);

    if (rc == CKP_OK) {
        rc = ckp_run_put(run, "undo", counter,
                         json_integer(1 + ckp_run_get_int(run, "undo",
                                                          counter)));
    }

    if (rc != CKP_OK) {
        return rc;
    }

    return error != NULL && run->prog->config.undo_stops ? undo_over(run)
                                                         : undo_next(run);
}


/* --- the beginning ------------------------------------------------------ */

/* Whose path lies below `under`; NULL: all.  The last that was done first. */

static json_t *
undo_list(const ckp_run_t *run, const char *under)
{
    const int64_t  n = ckp_run_get_int(run, "nundo", NULL);
    const size_t   len = under == NULL ? 0 : strlen(under);
    json_t *const  todo = json_array();

    for (int64_t i = n; i > 0; i--) {
        const json_t *const  owner = undo_owner_at(run, i);
        const char *const    path = ckp_json_str(owner, "path");

        if (owner == NULL || ckp_json_bool(owner, "gone", false)
            || (len > 0 && (strncmp(path, under, len) != 0
                            || (path[len] != '\0' && path[len] != '/'
                                && path[len] != '['))))
        {
            continue;
        }

        (void) json_array_append_new(todo, json_integer(i));
    }

    return todo;
}


ckp_code_t
ckp_undo_begin(ckp_run_t *run, const char *up, const char *under,
    const char *reason, json_t *then, bool *begun)
{
    const ckp_place_t  at = { .type = "compensation_started" };
    json_t *const      todo = undo_list(run, under);
    const size_t       n = json_array_size(todo);
    ckp_code_t         rc;

    *begun = n > 0 && ckp_run_get(run, "undo", NULL) == NULL;

    if (!*begun || then == NULL) {
        json_decref(todo);
        json_decref(then);
        return then == NULL ? CKP_E_NOMEM : CKP_OK;
    }

    rc = ckp_run_put(run, "undo", NULL, json_pack("{s:o, s:i, s:i, s:i, s:I, "
             "s:s, s:o}", "todo", todo, "at", 0, "good", 0, "bad", 0, "until",
             (json_int_t) (run->now + run->prog->config.undo_ms), "fiber",
             up, "then", then));

    if (rc == CKP_OK) {
        rc = ckp_run_emit(run, &at, json_pack("{s:I, s:s}", "count",
                          (json_int_t) n, "reason", reason));
    }

    return rc == CKP_OK ? undo_next(run) : rc;
}


/* --- time --------------------------------------------------------------- */

int64_t
ckp_undo_at(const ckp_run_t *run)
{
    const int64_t  at = ckp_run_get_int(run, "undo", "until");

    return at == 0 ? INT64_MAX : at;
}


ckp_code_t
ckp_undo_tick(ckp_run_t *run)
{
    const char *const  up = ckp_run_get_str(run, "undo", "fiber");
    ckp_fiber_t        f;
    ckp_code_t         rc;

    ckp_fiber_open(&f, run, up);
    rc = ckp_fiber_reap_all(&f, "timeout");
    ckp_fiber_close(&f);

    return rc == CKP_OK ? undo_over(run) : rc;
}


/* A handler or a rollback: what was done inside the node, then it fails. */

ckp_code_t
ckp_fiber_undo(ckp_fiber_t *f, const char *reason, json_t *error)
{
    const bool  handled = strcmp(reason, "handler") == 0;
    bool        begun = false;
    ckp_code_t  rc = ckp_fiber_reap_all(f, "canceled");

    if (rc == CKP_OK) {
        rc = ckp_undo_begin(f->run, f->id, ckp_fiber_node_path(f), reason,
                            json_pack("{s:s, s:O, s:b}", "how", "node",
                                      "error", error, "handled", handled),
                            &begun);
    }

    if (rc == CKP_OK && !begun) {
        return handled ? ckp_fiber_fail_json(f, error)
                       : ckp_node_failed(f, error);
    }

    json_decref(error);

    return rc == CKP_OK ? ckp_fiber_sleep(f, CKP_NO_TIME) : rc;
}
