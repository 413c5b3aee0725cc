/*
 * Collecting a turn: its events, writes and effects, and what it changed.
 *
 * The whole change hangs on the turn's last event, so a reader of the journal
 * is either before the turn or after it.
 */

#include "run/run_int.h"

#include <string.h>

#include "base/json.h"
#include "model/event.h"
#include "model/limits.h"
#include "model/write.h"

/* How many events of a run are kept free for its end. */
#define TURN_EVENTS_SPARE  200

/* So many states are put together at most by who asks for the last of them. */
#define TURN_POINTS_MAX  64


static const ckp_mark_t  turn_empty;


static void *
turn_push(ckp_list_t *list, size_t item)
{
    if (list->n == list->size) {
        const size_t  size = list->size == 0 ? 16 : list->size * 2;
        void *const   items = ckp_alloc(size * item);

        if (items == NULL) {
            return NULL;
        }

        if (list->n > 0) {
            memcpy(items, list->items, list->n * item);
        }

        ckp_free(list->items);
        list->items = items;
        list->size = size;
    }

    return (char *) list->items + item * list->n++;
}


/* What came after `to` goes. */

static void
turn_cut(ckp_run_t *run, const ckp_mark_t *to)
{
    ckp_event_t *const   events = run->events.items;
    ckp_write_t *const   writes = run->writes.items;
    ckp_effect_t *const  effects = run->effects.items;
    ckp_metric_t *const  metrics = run->metrics.items;

    for (size_t i = to->events; i < run->events.n; i++) {
        json_decref(events[i].payload);
    }

    for (size_t i = to->writes; i < run->writes.n; i++) {
        json_decref(writes[i].row);
    }

    for (size_t i = to->effects; i < run->effects.n; i++) {
        json_decref(effects[i].body);
    }

    for (size_t i = to->metrics; i < run->metrics.n; i++) {
        json_decref(metrics[i].labels);
    }

    run->events.n = to->events;
    run->writes.n = to->writes;
    run->effects.n = to->effects;
    run->metrics.n = to->metrics;
}


static void
turn_new(ckp_run_t *run)
{
    turn_cut(run, &turn_empty);
    ckp_arena_reset(run->arena);
    ckp_state_begin(&run->state);
    run->points = 0;
}


void
ckp_run_open(ckp_run_t *run)
{
    turn_new(run);
    run->open = true;
}


void
ckp_turn_begin(ckp_run_t *run, const ckp_input_t *in)
{
    static const uint8_t  none[CKP_SEED_LEN];

    if (!run->open) {
        turn_new(run);
    }

    run->mark = (ckp_mark_t) {
        .events = run->events.n, .writes = run->writes.n,
        .effects = run->effects.n, .metrics = run->metrics.n,
        .changes = ckp_state_mark(&run->state),
        .points = run->points, .point = run->point, .seq = run->seq
    };

    run->in = in;
    run->now = in->now_ms;
    run->work = 0;
    run->ended = false;
    run->crowded = false;
    json_object_clear(run->over);
    ckp_rand_init(&run->rand, in->seed == NULL ? none : in->seed);
}


/*
 * A checkpoint of the turn's last event stands for the whole turn: who loads it
 * applies the events after it, and this turn's change is on none of them.  The
 * final one has no other state than this: what the turn tells of after it is in
 * it, too, and comes to the same when it is applied again.
 */

static ckp_code_t
turn_last_states(ckp_run_t *run)
{
    ckp_write_t *const  writes = run->writes.items;

    for (size_t i = 0; i < run->writes.n; i++) {
        json_t *const  row = writes[i].row;
        const int64_t  seq = ckp_json_int(row, "seq", 0);

        if (strcmp(writes[i].table, "checkpoint") != 0
            || (seq != (int64_t) run->seq
                && !json_is_null(json_object_get(row, "state"))))
        {
            continue;
        }

        (void) json_object_del(row, "part");

        if (json_object_set_new(row, "state",
                                ckp_run_save_text(run, (uint32_t) seq)) != 0)
        {
            return CKP_E_NOMEM;
        }
    }

    ckp_buf_free(&run->saved);

    return CKP_OK;
}


static ckp_code_t
turn_close(ckp_run_t *run, ckp_turn_t *turn)
{
    ckp_event_t *const  events = run->events.items;
    const char         *delta;

    if (turn_last_states(run) != CKP_OK
        || ckp_state_end(&run->state, &delta) != CKP_OK)
    {
        return CKP_E_NOMEM;
    }

    turn->events = events;
    turn->nevents = run->events.n;
    turn->writes = run->writes.items;
    turn->nwrites = run->writes.n;
    turn->metrics = run->metrics.items;
    turn->nmetrics = run->metrics.n;

    if (delta == NULL) {
        return CKP_OK;
    }

    if (run->events.n == 0) {
        turn->checkpoint = 1;

    } else {
        events[run->events.n - 1].delta = delta;
    }

    return CKP_OK;
}


ckp_code_t
ckp_turn_end(ckp_run_t *run, ckp_turn_t *turn)
{
    const ckp_effect_t *const  effects = run->effects.items;

    *turn = (ckp_turn_t) { .nevents = 0 };

    if (run->effects.n > run->mark.effects) {
        turn->effects = effects + run->mark.effects;
        turn->neffects = run->effects.n - run->mark.effects;
    }

    return run->open ? CKP_OK : turn_close(run, turn);
}


ckp_code_t
ckp_run_close(ckp_run_t *run, ckp_turn_t *turn)
{
    const unsigned long  refusals = ckp_memory_refusals();

    *turn = (ckp_turn_t) { .nevents = 0 };
    run->open = false;

    return turn_close(run, turn) != CKP_OK
           || ckp_memory_refusals() != refusals ? CKP_E_NOMEM : CKP_OK;
}


void
ckp_turn_undo(ckp_run_t *run)
{
    ckp_state_undo(&run->state, run->mark.changes);

    if (run->open && run->mark.changes == 0) {
        ckp_state_begin(&run->state);
    }

    ckp_roster_touch(&run->roster, NULL);
    turn_cut(run, &run->mark);
    run->points = run->mark.points;
    run->point = run->mark.point;
    run->seq = run->mark.seq;
    run->seeded = false;        /* the variables are counted again */
}


void
ckp_turn_free(ckp_run_t *run)
{
    turn_cut(run, &turn_empty);
    ckp_free(run->events.items);
    ckp_free(run->writes.items);
    ckp_free(run->effects.items);
    ckp_free(run->metrics.items);
}


/* payload.path when the path says more than node and step. */

static ckp_code_t
turn_payload_path(json_t *payload, const ckp_place_t *at)
{
    const size_t  n = at->node_id == NULL ? 0 : strlen(at->node_id);
    const char   *rest;

    if (at->path == NULL || *at->path == '\0'
        || json_object_get(payload, "path") != NULL)
    {
        return CKP_OK;
    }

    if (n > 0 && strncmp(at->path, at->node_id, n) == 0) {
        rest = at->path + n;

        if (*rest == '\0' || (*rest == '/' && at->step_id != NULL
                              && strcmp(rest + 1, at->step_id) == 0))
        {
            return CKP_OK;
        }
    }

    return json_object_set_new(payload, "path", json_string(at->path)) == 0
           ? CKP_OK : CKP_E_NOMEM;
}


/* A copy that says where it is in the trace; payload is stolen. */

static json_t *
turn_traced(const ckp_run_t *run, const ckp_place_t *at, json_t *payload)
{
    json_t *const  own = payload == NULL ? NULL : json_copy(payload);
    ckp_trace_t    t;

    json_decref(payload);
    ckp_run_trace(run, at, &t);

    if (own == NULL
        || json_object_set_new(own, "_trace_id", json_string(t.trace)) != 0
        || json_object_set_new(own, "_span_id", json_string(t.span)) != 0)
    {
        json_decref(own);
        return NULL;
    }

    return own;
}


ckp_code_t
ckp_run_emit(ckp_run_t *run, const ckp_place_t *at, json_t *payload)
{
    const ckp_event_type_t *const  type = ckp_event_type(at->type);
    const char *const              path = at->path == NULL ? "" : at->path;
    json_t                        *shown;

    if (payload == NULL || turn_payload_path(payload, at) != CKP_OK) {
        json_decref(payload);
        return CKP_E_NOMEM;
    }

    if (type == NULL || (CKP_CHECKED && !ckp_event_fits(type, payload))) {
        json_decref(payload);
        return CKP_E_BUG;
    }

    shown = type->plain ? json_incref(payload)
                        : ckp_program_redact(run->prog, payload);
    shown = ckp_event_cut(shown);
    json_decref(payload);

    if (run->in != NULL && run->in->traced) {
        shown = turn_traced(run, at, shown);
    }

    ckp_event_t *const  ev = shown == NULL ? NULL
                             : turn_push(&run->events, sizeof(ckp_event_t));

    if (ev == NULL) {
        json_decref(shown);
        return CKP_E_NOMEM;
    }

    *ev = (ckp_event_t) {
        .seq = ++run->seq, .at_ms = run->now, .type = type->type,
        .path = path, .node_id = at->node_id, .step_id = at->step_id,
        .attempt = at->attempt, .payload = shown
    };

    if (run->seq > CKP_EVENTS_MAX - TURN_EVENTS_SPARE) {
        run->crowded = true;
    }

    return CKP_OK;
}


ckp_code_t
ckp_run_write(ckp_run_t *run, const char *table, const char *path,
    json_t *row)
{
    const char *const  kind = ckp_write_kind(table);

    if (row == NULL) {
        return CKP_E_NOMEM;
    }

    if (kind == NULL || (CKP_CHECKED && !ckp_write_fits(kind, row))) {
        json_decref(row);
        return CKP_E_BUG;
    }

    ckp_write_t *const  w = turn_push(&run->writes, sizeof(ckp_write_t));

    if (w == NULL) {
        json_decref(row);
        return CKP_E_NOMEM;
    }

    *w = (ckp_write_t) { .table = kind, .path = path, .row = row };

    return CKP_OK;
}


/* What is given up by the input that asks for it is not asked for at all. */

static bool
turn_takes_back(ckp_run_t *run, const ckp_effect_t *fx)
{
    ckp_effect_t *const  all = run->effects.items;
    size_t               i;

    for (i = run->mark.effects; i < run->effects.n; i++) {
        if ((all[i].kind == CKP_FX_CALL || all[i].kind == CKP_FX_ADMIT)
            && strcmp(all[i].ref, fx->ref) == 0)
        {
            break;
        }
    }

    if (fx->kind != CKP_FX_ABORT || i == run->effects.n) {
        return false;
    }

    json_decref(all[i].body);
    run->effects.n--;
    memmove(&all[i], &all[i + 1], (run->effects.n - i) * sizeof(all[0]));

    return true;
}


ckp_code_t
ckp_run_effect(ckp_run_t *run, const ckp_effect_t *fx)
{
    if (fx->body != NULL && turn_takes_back(run, fx)) {
        json_decref(fx->body);
        return CKP_OK;
    }

    char *const  ref = ckp_arena_strdup(run->arena, fx->ref);
    char *const  key = ckp_arena_strdup(run->arena, fx->key);

    ckp_effect_t *const  e = ref == NULL || key == NULL || fx->body == NULL
                             ? NULL
                             : turn_push(&run->effects, sizeof(ckp_effect_t));

    if (e == NULL) {
        json_decref(fx->body);
        return CKP_E_NOMEM;
    }

    *e = *fx;
    e->ref = ref;
    e->key = key;

    return CKP_OK;
}


ckp_code_t
ckp_run_metric(ckp_run_t *run, const ckp_metric_t *m)
{
    char *const          name = ckp_arena_strdup(run->arena, m->name);
    const bool           whole = name != NULL
                                 && (m->own || m->labels != NULL);
    ckp_metric_t *const  own = whole ? turn_push(&run->metrics,
                                                 sizeof(ckp_metric_t)) : NULL;

    if (own == NULL) {
        json_decref(m->labels);
        return CKP_E_NOMEM;
    }

    *own = *m;
    own->name = name;

    return CKP_OK;
}


/*
 * A turn's first checkpoint has the state whole, those after it what changed
 * since the one before: a run that goes through many nodes without a rest would
 * write all of its state for each.  Which checkpoint it is and of which event
 * stands in its row.  Who loads the run takes the newest whole one; who asks
 * for another puts it together (ckp_state_whole).
 *
 * NULL: no memory.
 */

static json_t *
turn_state(ckp_run_t *run, const char *reason, const char *id, bool *part)
{
    json_t  *state = NULL;

    *part = run->points > 0 && run->points < TURN_POINTS_MAX
            && strcmp(reason, "final") != 0;

    if (*part) {
        state = ckp_run_save_since(run, run->point);
    }

    if (ckp_run_put(run, "cp", NULL, json_string(id)) != CKP_OK) {
        json_decref(state);
        return NULL;
    }

    if (strcmp(reason, "final") == 0) {
        run->points = 0;
        return json_null();                     /* turn_last_states */
    }

    if (!*part) {
        state = ckp_run_save_text(run, run->seq);
    }

    /* what is put into an object from here on stands in the log, too */

    run->point = ckp_state_mark(&run->state);
    run->points = *part ? run->points + 1 : 1;

    return state;
}


ckp_code_t
ckp_run_checkpoint(ckp_run_t *run, const char *reason, const ckp_place_t *at,
    const char *name, char *id)
{
    const char *const  parent = ckp_run_get_str(run, "cp", NULL);
    const bool         told = strcmp(reason, "start") != 0
                              && strcmp(reason, "node") != 0
                              && strcmp(reason, "final") != 0;
    char               own[CKP_UUID_LEN + 1];
    bool               part;
    ckp_code_t         rc;

    /* where a run stops it is asked for, whatever the strategy is */

    if (run->prog->config.save == CKP_SAVE_DISABLED
        && (strcmp(reason, "approval") == 0
            || strcmp(reason, "callback") == 0))
    {
        return CKP_OK;
    }

    ckp_uuid7(&run->rand, run->now, own);

    if (id != NULL) {
        memcpy(id, own, sizeof(own));
    }

    if (told) {
        ckp_place_t  place = *at;

        place.type = "checkpoint_saved";
        rc = ckp_run_emit(run, &place, json_pack("{s:s, s:s?, s:s, s:s*}",
                 "checkpoint_id", own, "node_id", at->node_id, "reason",
                 reason, "name", name));

        if (rc != CKP_OK) {
            return rc;
        }
    }

    json_t *const  row = json_pack("{s:s, s:s?, s:I, s:s?, s:s, s:s, s:s?}",
                             "checkpoint_id", own, "parent_id", parent,
                             "seq", (json_int_t) run->seq,
                             "node_id", at->node_id,
                             "path", at->path == NULL ? "" : at->path,
                             "reason", reason, "name", name);

    json_t *const  state = turn_state(run, reason, own, &part);

    if (json_object_set_new(row, "state", state) != 0
        || (part && json_object_set_new(row, "part", json_true()) != 0))
    {
        json_decref(row);
        return CKP_E_NOMEM;
    }

    return ckp_run_write(run, "checkpoint", at->path == NULL ? "" : at->path,
                         row);
}
