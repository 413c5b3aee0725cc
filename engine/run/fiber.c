/*
 * The verbs of a fiber: where it is, its private state, telling, waiting; and
 * the driver that moves it until it rests.
 */

#include "run/run_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "node/step.h"


void
ckp_fiber_open(ckp_fiber_t *f, ckp_run_t *run, const char *id)
{
    ckp_fiber_open_own(f, run, id, json_object_get(ckp_run_get(run, "fibers",
                                                               NULL), id));
}


void
ckp_fiber_open_own(ckp_fiber_t *f, ckp_run_t *run, const char *id,
    json_t *own)
{
    *f = (ckp_fiber_t) { .run = run, .id = id, .own = own,
                         .n = json_object_get(own, "n"),
                         .shape = run->state.shape };

    ckp_fiber_where(run, own, &f->prog, &f->node);

    if (json_object_get(own, "wake") == NULL) {
        f->ready = ckp_fiber_get(f, "visit", NULL) == NULL ? CKP_FIBER_ENTER
                                                           : CKP_FIBER_AGAIN;
    }
}


void
ckp_fiber_close(ckp_fiber_t *f)
{
    json_decref(f->error);
    f->error = NULL;
}


/* --- where it is ---------------------------------------------------------- */

const ckp_program_t *
ckp_fiber_program(const ckp_fiber_t *f)
{
    return f->prog;
}


const ckp_program_t *
ckp_fiber_run_program(const ckp_fiber_t *f)
{
    return f->run->prog;
}


const ckp_node_t *
ckp_fiber_node(const ckp_fiber_t *f)
{
    return f->node;
}


const ckp_step_t *
ckp_fiber_step(const ckp_fiber_t *f)
{
    return f->step;
}


void
ckp_fiber_at_step(ckp_fiber_t *f, const ckp_step_t *step)
{
    f->step = step;
}


const char *
ckp_fiber_run_id(const ckp_fiber_t *f)
{
    return f->run->id;
}


int64_t
ckp_fiber_now(const ckp_fiber_t *f)
{
    return f->run->now;
}


int64_t
ckp_fiber_agent_ms(const ckp_fiber_t *f)
{
    const ckp_input_t *const  in = f->run->in;

    return in == NULL || in->agent_ms == 0 ? CKP_AGENT_MS : in->agent_ms;
}


int64_t
ckp_fiber_slot_ms(const ckp_fiber_t *f)
{
    const ckp_input_t *const  in = f->run->in;

    return in == NULL || in->slot_ms == 0 ? CKP_LEASE_WAIT_MS : in->slot_ms;
}


ckp_rand_t *
ckp_fiber_rand(ckp_fiber_t *f)
{
    return &f->run->rand;
}


bool
ckp_fiber_is_top(const ckp_fiber_t *f)
{
    return ckp_fiber_own_get(f, "up") == NULL;
}


const char *
ckp_fiber_mode(const ckp_fiber_t *f)
{
    const char *const  own = ckp_run_get_str(f->run, "meta",
                                             "execution_mode");

    if (own != NULL && *own != '\0') {
        return own;
    }

    return f->run->prog->config.execution_mode == NULL
           ? "production" : f->run->prog->config.execution_mode;
}


const char *
ckp_fiber_node_path(ckp_fiber_t *f)
{
    const int64_t      visit = ckp_fiber_get_int(f, "visit", NULL);
    const char *const  kind = json_string_value(ckp_fiber_own_get(f, "kind"));
    const char *const  base = json_string_value(ckp_fiber_own_get(f, "base"));
    const char *const  id = f->node == NULL ? "" : f->node->id;
    ckp_arena_t *const  arena = f->run->arena;
    const char        *path = id;

    if (f->at != NULL) {
        return f->at;
    }

    if (base != NULL) {

        /* the body of a task or tool is what its frame is */

        path = kind != NULL && (kind[0] == 't' || kind[0] == 'u')
               ? ckp_arena_strdup(arena, base)
               : ckp_arena_join(arena, base, '/', id);
    }

    if (path != NULL && visit > 1) {
        path = ckp_arena_printf(arena, "%s#%lld", path, (long long) visit);
    }

    return path == NULL ? id : path;
}


static const char *
fiber_make_path(ckp_fiber_t *f)
{
    const char *const  node = ckp_fiber_node_path(f);
    const int64_t      again = ckp_fiber_get_int(f, "h", "round");
    const char        *path;

    if (f->step == NULL) {
        return node;
    }

    /* recovery steps may run several times in one visit */

    if (again > 1 && ckp_fiber_get_str(f, "list", NULL) != NULL) {
        path = ckp_arena_printf(f->run->arena, "%s/%s#%lld", node, f->step->id,
                                (long long) again);

    } else {
        path = ckp_arena_join(f->run->arena, node, '/', f->step->id);
    }

    return path == NULL ? node : path;
}


/* Asked for again and again while a step is told, written and called. */

const char *
ckp_fiber_path(ckp_fiber_t *f)
{
    const ckp_run_t *const  run = f->run;

    if (f->path.text != NULL && f->path.shape == run->state.shape
        && f->path.places == run->places && f->path.node == f->node
        && f->path.step == f->step && f->path.at == f->at)
    {
        return f->path.text;
    }

    f->path.shape = run->state.shape;
    f->path.places = run->places;
    f->path.node = f->node;
    f->path.step = f->step;
    f->path.at = f->at;
    f->path.text = fiber_make_path(f);

    return f->path.text;
}


const char *
ckp_fiber_printf(ckp_fiber_t *f, const char *fmt, ...)
{
    char         text[1024];
    va_list      args;

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    return ckp_arena_strdup(f->run->arena, text);
}


const char *
ckp_fiber_join(ckp_fiber_t *f, const char *head, char c, const char *tail)
{
    return ckp_arena_join(f->run->arena, head, c, tail);
}


bool
ckp_fiber_is_plain(ckp_fiber_t *f)
{
    return ckp_fiber_is_top(f) && ckp_fiber_get_int(f, "visit", NULL) <= 1
           && ckp_fiber_get_int(f, "h", "round") <= 1;
}


/* --- private state ------------------------------------------------------ */

/* Its object in the state, and the node's in there; remembered. */

static void
fiber_find(const ckp_fiber_t *f)
{
    const ckp_state_t *const  s = &f->run->state;
    ckp_fiber_t *const        known = (ckp_fiber_t *) f;

    if (f->shape != s->shape) {
        known->own = json_object_get(json_object_get(s->root, "fibers"),
                                     f->id);
        known->n = json_object_get(f->own, "n");
        known->shape = s->shape;
    }
}


static json_t *
fiber_own(const ckp_fiber_t *f)
{
    fiber_find(f);

    return f->own;
}


#define FIBER_NAMES  3          /* fibers, its id, n */

/* How many of the first names of a path, of `depth` that the fiber knows, are
 * on its way now. */

static size_t
fiber_way(ckp_fiber_t *f, size_t depth)
{
    fiber_find(f);

    if (!json_is_object(f->own) || !json_is_object(f->n)) {
        return 0;
    }

    if (f->way.n == 0
        && (!ckp_way_on(&f->way, "fibers") || !ckp_way_on(&f->way, f->id)
            || !ckp_way_on(&f->way, "n")))
    {
        f->way.n = 0;
        return 0;
    }

    /* nobody puts all of the fibers: at[0] is not asked for */

    f->way.at[1] = f->own;
    f->way.at[2] = f->n;

    return depth;
}


static ckp_code_t
fiber_put(ckp_fiber_t *f, size_t depth, const char *const *path,
    json_t *value)
{
    const size_t  known = fiber_way(f, depth);

    return ckp_state_put_on(&f->run->state, &f->way, known, path + known,
                            value);
}


static ckp_code_t
fiber_del(ckp_fiber_t *f, size_t depth, const char *const *path)
{
    const size_t  known = fiber_way(f, depth);

    return ckp_state_del_on(&f->run->state, &f->way, known, path + known);
}


/* What paths are made of is changed by these only, or with objects. */

static void
fiber_moves(ckp_fiber_t *f, const char *a)
{
    if ((a[0] == 'v' && strcmp(a, "visit") == 0)
        || (a[0] == 'h' && a[1] == '\0')
        || (a[0] == 'l' && strcmp(a, "list") == 0))
    {
        f->run->places++;
    }
}


json_t *
ckp_fiber_own_get(const ckp_fiber_t *f, const char *a)
{
    return json_object_get(fiber_own(f), a);
}


ckp_code_t
ckp_fiber_own_put(ckp_fiber_t *f, const char *a, json_t *value)
{
    const char *const  path[] = { "fibers", f->id, a, NULL };
    json_t *const      old = ckp_fiber_own_get(f, a);

    if (json_is_integer(old) && json_equal(old, value)) {
        json_decref(value);
        return CKP_OK;
    }

    return fiber_put(f, FIBER_NAMES - 1, path, value);
}


ckp_code_t
ckp_fiber_own_del(ckp_fiber_t *f, const char *a)
{
    const char *const  path[] = { "fibers", f->id, a, NULL };

    return fiber_del(f, FIBER_NAMES - 1, path);
}


ckp_code_t
ckp_fiber_put(ckp_fiber_t *f, const char *a, const char *b, json_t *value)
{
    const char *const  path[] = { "fibers", f->id, "n", a, b, NULL };

    fiber_moves(f, a);

    return fiber_put(f, FIBER_NAMES, path, value);
}


ckp_code_t
ckp_fiber_put_in(ckp_fiber_t *f, const char *a, const char *b, const char *c,
    json_t *value)
{
    const char *const  path[] = { "fibers", f->id, "n", a, b, c, NULL };

    fiber_moves(f, a);

    return fiber_put(f, FIBER_NAMES, path, value);
}


ckp_code_t
ckp_fiber_del(ckp_fiber_t *f, const char *a, const char *b)
{
    const char *const  path[] = { "fibers", f->id, "n", a, b, NULL };

    fiber_moves(f, a);

    return fiber_del(f, FIBER_NAMES, path);
}


const json_t *
ckp_fiber_own(const ckp_fiber_t *f)
{
    fiber_find(f);

    return f->n;
}


ckp_code_t
ckp_fiber_run_put(ckp_fiber_t *f, const char *a, const char *b,
    json_t *value)
{
    return ckp_run_put(f->run, a, b, value);
}


json_t *
ckp_fiber_run_get(const ckp_fiber_t *f, const char *a, const char *b)
{
    return ckp_run_get(f->run, a, b);
}


ckp_code_t
ckp_fiber_count(ckp_fiber_t *f, const char *counter)
{
    return ckp_run_put(f->run, "counts", counter,
                       json_integer(1 + ckp_run_get_int(f->run, "counts",
                                                        counter)));
}


/* --- telling and asking ------------------------------------------------- */

static ckp_place_t
fiber_place(ckp_fiber_t *f, const char *type)
{
    return (ckp_place_t) {
        .type = type, .path = ckp_fiber_path(f),
        .node_id = f->node == NULL ? NULL : f->node->id,
        .step_id = f->step == NULL ? NULL : f->step->id,
        .attempt = f->step == NULL ? 0
                   : (uint32_t) ckp_fiber_get_int(f, "step", "try"),
        .trace = ckp_fiber_get_str(f, "tr", "t"),
        .span = ckp_fiber_get_str(f, "tr", "s")
    };
}


/* The node whose task the frame `own` is hears of it. */

static ckp_code_t
fiber_heard(ckp_fiber_t *f, const json_t *own, const char *type,
    const json_t *payload)
{
    ckp_fiber_t  p;
    ckp_code_t   rc = CKP_OK;

    ckp_fiber_open(&p, f->run, ckp_json_str(own, "up"));

    if (p.node != NULL && p.node->ops->heard != NULL) {
        rc = p.node->ops->heard(&p, ckp_json_str(own, "key"), type, payload);
    }

    ckp_fiber_close(&p);

    return rc;
}


static bool
fiber_is_task(const json_t *own)
{
    const char *const  kind = ckp_json_str(own, "kind");

    return kind != NULL && strcmp(kind, "task") == 0;
}


ckp_code_t
ckp_fiber_spent(ckp_fiber_t *f, double usd)
{
    json_t *const  payload = json_pack("{s:f}", "cost_usd", usd);
    const json_t  *own = fiber_own(f);
    ckp_code_t     rc = payload == NULL ? CKP_E_NOMEM : CKP_OK;

    while (rc == CKP_OK && own != NULL) {
        const char *const  up = ckp_json_str(own, "up");

        if (fiber_is_task(own)) {
            rc = fiber_heard(f, own, "cost", payload);
        }

        own = up == NULL ? NULL : ckp_run_get(f->run, "fibers", up);
    }

    json_decref(payload);

    return rc;
}


ckp_code_t
ckp_fiber_emit(ckp_fiber_t *f, const char *type, json_t *payload)
{
    const ckp_place_t  place = fiber_place(f, type);
    json_t *const      told = fiber_is_task(fiber_own(f))
                              ? json_incref(payload) : NULL;
    ckp_code_t         rc;

    rc = ckp_run_emit(f->run, &place, payload);

    if (rc == CKP_OK && told != NULL) {
        rc = fiber_heard(f, fiber_own(f), type, told);
    }

    json_decref(told);

    return rc;
}


ckp_code_t
ckp_fiber_write(ckp_fiber_t *f, const char *table, json_t *row)
{
    return ckp_run_write(f->run, table, ckp_fiber_path(f), row);
}


ckp_code_t
ckp_fiber_resumed(ckp_fiber_t *f, const char *reason)
{
    const ckp_place_t  at = { .type = "execution_resumed" };
    const ckp_code_t   rc = ckp_run_status(f->run, "running");

    if (rc != CKP_OK) {
        return rc;
    }

    return ckp_run_emit(f->run, &at, json_pack("{s:s, s:s}",
                        "entry_node_id", f->node->id, "resume_reason",
                        reason));
}


const char *
ckp_fiber_ref(ckp_fiber_t *f)
{
    const int64_t  n = 1 + ckp_run_get_int(f->run, "fx", NULL);
    char           text[CKP_INT_LEN];

    if (ckp_run_put(f->run, "fx", NULL, json_integer(n)) != CKP_OK) {
        return NULL;
    }

    (void) ckp_int_text(n, text);

    return ckp_arena_join(f->run->arena, f->id, ':', text);
}


const char *
ckp_fiber_parent(ckp_fiber_t *f)
{
    const ckp_place_t  place = fiber_place(f, NULL);
    ckp_trace_t        t;
    char               text[CKP_PARENT_LEN + 1];

    ckp_run_trace(f->run, &place, &t);
    ckp_trace_text(&t, text);

    return ckp_arena_strdup(f->run->arena, text);
}


ckp_code_t
ckp_fiber_effect(ckp_fiber_t *f, const ckp_effect_t *fx)
{
    ckp_effect_t  own = *fx;

    if (fx->kind == CKP_FX_CALL) {
        own.trace = ckp_fiber_parent(f);
    }

    return ckp_run_effect(f->run, &own);
}


ckp_code_t
ckp_fiber_checkpoint(ckp_fiber_t *f, const char *reason, const char *name,
    char *id)
{
    const ckp_place_t  place = fiber_place(f, NULL);

    return f->prog->config.save == CKP_SAVE_DISABLED
           && strcmp(reason, "manual") != 0 ? CKP_OK
           : ckp_run_checkpoint(f->run, reason, &place, name, id);
}


bool
ckp_fiber_in_flight(const ckp_fiber_t *f)
{
    return ckp_steps_in_flight(f) || ckp_replay_waits(f)
           || (f->node != NULL && f->node->ops->busy != NULL
               && f->node->ops->busy(f));
}


/* --- waiting and failing ------------------------------------------------ */

ckp_code_t
ckp_fiber_sleep(ckp_fiber_t *f, int64_t until_ms)
{
    const int64_t  dl = ckp_fiber_get_int(f, "dl", NULL);   /* the node's */

    if (dl != 0 && dl < until_ms) {
        until_ms = dl;
    }

    until_ms = ckp_sla_sleep(f, until_ms);

    f->ready = CKP_FIBER_REST;
    f->slept = true;

    return ckp_fiber_own_put(f, "wake",
                             json_integer(until_ms == CKP_NO_TIME ? -1
                                          : until_ms));
}


bool
ckp_fiber_slept(ckp_fiber_t *f)
{
    const bool  slept = f->slept;

    f->slept = false;

    return slept;
}


ckp_code_t
ckp_fiber_bind_error(ckp_fiber_t *f, json_t *error)
{
    return error == NULL ? ckp_fiber_own_del(f, "err")
                         : ckp_fiber_own_put(f, "err", error);
}


json_t *
ckp_fiber_bound_error(const ckp_fiber_t *f)
{
    return ckp_fiber_own_get(f, "err");
}


ckp_code_t
ckp_fiber_again(ckp_fiber_t *f)
{
    f->ready = CKP_FIBER_AGAIN;

    return ckp_fiber_own_del(f, "wake");
}


/* --- the driver --------------------------------------------------------- */

ckp_code_t
ckp_fiber_settle(ckp_fiber_t *f, ckp_code_t rc)
{
    if (rc != CKP_E_INVALID && rc != CKP_E_LIMIT) {
        return rc;
    }

    json_t *const  error = ckp_fiber_error_take(f);

    if (error == NULL) {
        return CKP_E_NOMEM;
    }

    /* what a handler itself raises is the node's end */

    if (f->handling) {
        return ckp_fiber_fail_json(f, error);
    }

    f->handling = true;

    return ckp_fiber_settle(f, ckp_node_failed(f, error));
}


/* A limit of the whole run was met: no frame is asked. */

static ckp_code_t
fiber_crowded(ckp_fiber_t *f)
{
    json_t *const     error = ckp_error_new("LimitExceeded",
                                            "too many events");
    const ckp_code_t  rc = error == NULL ? CKP_E_NOMEM
                           : ckp_run_failed(f->run, f, error);

    json_decref(error);

    return rc;
}


static ckp_code_t
fiber_go_on(ckp_fiber_t *f)
{
    const ckp_node_ops_t *const  ops = f->node->ops;

    if (ckp_handler_works(f)) {
        return ckp_handler_wake(f, NULL);
    }

    return ckp_replay_goes(f) ? ops->enter(f)
           : ops->wake == NULL ? CKP_E_BUG : ops->wake(f, NULL);
}


ckp_code_t
ckp_fiber_drive(ckp_fiber_t *f)
{
    ckp_run_t *const  run = f->run;
    ckp_code_t        rc = CKP_OK;

    while (rc == CKP_OK && f->ready != CKP_FIBER_REST && !run->ended) {
        if (run->crowded) {
            return fiber_crowded(f);
        }

        if (++run->work > CKP_TURN_WORK_MAX) {
            return ckp_fiber_own_del(f, "wake");
        }

        if (f->ready == CKP_FIBER_ENTER) {
            rc = ckp_fiber_settle(f, ckp_fiber_enter(f));
            continue;
        }

        f->ready = CKP_FIBER_REST;
        rc = ckp_fiber_settle(f, fiber_go_on(f));
    }

    return rc;
}


ckp_code_t
ckp_fiber_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    const int64_t  dl = ckp_fiber_get_int(f, "dl", NULL);
    const bool     asks = ckp_replay_waits(f);
    const bool     works = ckp_handler_works(f);

    if (f->node == NULL
        || (f->node->ops->wake == NULL && !asks && !works))
    {
        return CKP_E_STATE;
    }

    if (in->kind == CKP_IN_TICK && dl != 0 && dl <= f->run->now) {
        return ckp_fiber_settle(f, ckp_fiber_node_timeout(f));
    }

    if (in->kind == CKP_IN_TICK) {
        bool              over;
        const ckp_code_t  rc = ckp_sla_tick(f, &over);

        if (rc != CKP_OK || over) {
            return ckp_fiber_settle(f, rc);
        }
    }

    return ckp_fiber_settle(f, works ? ckp_handler_wake(f, in)
                               : asks ? ckp_replay_wake(f, in)
                                      : f->node->ops->wake(f, in));
}
