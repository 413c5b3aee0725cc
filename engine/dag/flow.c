/*
 * dag: data flow.  A task that is settled moves on what waits for it: the worth
 * of its dependencies is counted at their targets, and a target whose rule is
 * decided gets in line or is skipped, which settles it in turn.
 * Source: spec/ckp.md 11.3.
 */

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "dag/dag.h"

/* Tasks that were settled and have not moved on what waits for them yet: each
 * is in the list once.  In memory only, for as long as one input is at work. */
typedef struct {
    ckp_fiber_t      *f;
    const ckp_dag_t  *dag;
    size_t           *list;
    size_t            head;
    size_t            tail;
    bool              again;        /* replayed: nobody is told */
} flow_t;

static const char *const  flow_words[] = {
    [CKP_DAG_COMPLETED] = "completed", [CKP_DAG_FAILED] = "failed",
    [CKP_DAG_SKIPPED] = "skipped", [CKP_DAG_CANCELED] = "canceled"
};


/* --- levels ----------------------------------------------------------------------- */


static size_t
flow_level_size(const ckp_dag_t *dag, size_t level)
{
    return dag->level_first[level + 1] - dag->level_first[level];
}


static int64_t
flow_level_get(const ckp_fiber_t *f, size_t level, size_t i)
{
    char  key[24];

    (void) snprintf(key, sizeof(key), "%zu", level);

    return json_integer_value(json_array_get(ckp_fiber_get(f, "l", key), i));
}


static ckp_code_t
flow_level_put(ckp_fiber_t *f, size_t level, int64_t settled,
    int64_t completed, int64_t failed)
{
    char  key[24];

    (void) snprintf(key, sizeof(key), "%zu", level);

    return ckp_fiber_put(f, "l", key, json_pack("[I, I, I]",
                         (json_int_t) settled, (json_int_t) completed,
                         (json_int_t) failed));
}


ckp_code_t
ckp_dag_level_open(ckp_fiber_t *f, size_t level)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    char                    key[24];
    json_t                 *ids;
    ckp_code_t              rc;

    (void) snprintf(key, sizeof(key), "%zu", level);

    if (ckp_fiber_get(f, "l", key) != NULL) {
        return CKP_OK;
    }

    rc = flow_level_put(f, level, 0, 0, 0);
    ids = rc == CKP_OK ? json_array() : NULL;

    for (size_t i = dag->level_first[level];
         ids != NULL && i < dag->level_first[level + 1]; i++)
    {
        (void) json_array_append_new(ids,
                   json_string(dag->tasks[dag->by_level[i]].id));
    }

    return rc != CKP_OK ? rc
           : ckp_fiber_emit(f, "level_started", json_pack("{s:I, s:o, s:I}",
                 "level", (json_int_t) level, "tasks", ids, "total_levels",
                 (json_int_t) dag->nlevels));
}


static ckp_code_t
flow_level_settle(const flow_t *w, size_t task, ckp_dag_end_t end)
{
    const size_t   level = w->dag->tasks[task].level;
    const int64_t  settled = flow_level_get(w->f, level, 0) + 1;
    const int64_t  completed = flow_level_get(w->f, level, 1)
                               + (end == CKP_DAG_COMPLETED);
    const int64_t  failed = flow_level_get(w->f, level, 2)
                            + (end == CKP_DAG_FAILED);
    ckp_code_t     rc = flow_level_put(w->f, level, settled, completed,
                                       failed);

    if (rc != CKP_OK || w->again
        || (size_t) settled < flow_level_size(w->dag, level))
    {
        return rc;
    }

    return ckp_fiber_emit(w->f, "level_completed", json_pack("{s:I, s:I, s:I}",
               "level", (json_int_t) level, "completed",
               (json_int_t) completed, "failed", (json_int_t) failed));
}


static bool
flow_level_is_settled(const flow_t *w, size_t level)
{
    return (size_t) flow_level_get(w->f, level, 0)
           >= flow_level_size(w->dag, level);
}


/* --- one task --------------------------------------------------------------------- */


static ckp_code_t
flow_settle(flow_t *w, size_t task, ckp_dag_end_t end)
{
    const int64_t  now = ckp_fiber_now(w->f);
    ckp_code_t     rc = CKP_OK;

    if (!w->again) {
        rc = ckp_dag_level_open(w->f, w->dag->tasks[task].level);

        if (rc == CKP_OK) {
            rc = ckp_dag_put(w->f, task, "s", json_string(flow_words[end]));
        }

        if (rc == CKP_OK) {
            rc = ckp_dag_put(w->f, task, "t1", json_integer(now));
        }
    }

    if (rc == CKP_OK) {
        rc = ckp_dag_count(w->f, "sum", flow_words[end], 1);
    }

    if (rc == CKP_OK) {
        rc = flow_level_settle(w, task, end);
    }

    w->list[w->tail++] = task;

    return rc;
}


static ckp_code_t
flow_skip(flow_t *w, size_t task, const char *reason)
{
    ckp_code_t  rc = ckp_dag_level_open(w->f, w->dag->tasks[task].level);

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(w->f, "task_skipped", json_pack("{s:s, s:s}",
                 "task_id", w->dag->tasks[task].id, "reason", reason));
    }

    return rc == CKP_OK ? flow_settle(w, task, CKP_DAG_SKIPPED) : rc;
}


/* In line: ready tasks start in the order in which they became so. */
static ckp_code_t
flow_line_up(flow_t *w, size_t task)
{
    const int64_t  tail = ckp_fiber_get_int(w->f, "qt", NULL);
    char           key[24];
    ckp_code_t     rc;

    (void) snprintf(key, sizeof(key), "%lld", (long long) tail);
    rc = ckp_dag_put(w->f, task, "s", json_string("ready"));

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(w->f, "q", key, json_integer((json_int_t) task));
    }

    return rc == CKP_OK ? ckp_dag_count(w->f, "qt", NULL, 1) : rc;
}


/* Its rule holds; its own condition is asked now. */
static ckp_code_t
flow_ready(flow_t *w, size_t task)
{
    const ckp_dag_task_t *const  t = &w->dag->tasks[task];
    bool                         holds = true;
    json_t                      *error;
    ckp_code_t                   rc = CKP_OK;

    if (t->condition != NULL) {
        rc = ckp_dag_test(w->f, task, t->condition, NULL, &holds);
    }

    if (rc == CKP_E_INVALID) {
        error = ckp_fiber_error_take(w->f);
        rc = error == NULL ? CKP_E_NOMEM
             : ckp_dag_put(w->f, task, "err", error);
        holds = true;           /* it fails when its turn comes */
    }

    if (rc != CKP_OK) {
        return rc;
    }

    return holds ? flow_line_up(w, task) : flow_skip(w, task, "condition");
}


/* A fallback that nobody waits for on its own is over with those it stands in
 * for, used or not. */
static ckp_code_t
flow_spare(flow_t *w, size_t task, const ckp_dag_deps_t *deps)
{
    const char *const  ran = json_string_value(ckp_dag_get(w->f, task, "ran"));

    if (deps->voided < deps->n) {
        return CKP_OK;
    }

    if (ran == NULL) {
        return flow_skip(w, task, "fallback_not_needed");
    }

    return flow_settle(w, task, strcmp(ran, "completed") == 0
                                ? CKP_DAG_COMPLETED : CKP_DAG_FAILED);
}


static void
flow_deps(const flow_t *w, size_t task, ckp_dag_deps_t *deps)
{
    const ckp_dag_task_t *const  t = &w->dag->tasks[task];
    const json_t *const          have = ckp_fiber_get(w->f, "w", t->id);

    deps->n = t->ndeps;
    deps->satisfied = (size_t) json_integer_value(json_array_get(have, 0));
    deps->broken = (size_t) json_integer_value(json_array_get(have, 1));
    deps->voided = (size_t) json_integer_value(json_array_get(have, 2));
}


static ckp_code_t
flow_consider(flow_t *w, size_t task)
{
    const ckp_dag_task_t *const  t = &w->dag->tasks[task];
    ckp_dag_deps_t               deps;

    if (ckp_dag_get(w->f, task, "s") != NULL
        || ckp_fiber_get(w->f, "stop", NULL) != NULL
        || (w->dag->by_levels && t->level > 0
            && !flow_level_is_settled(w, t->level - 1)))
    {
        return CKP_OK;
    }

    flow_deps(w, task, &deps);

    if (t->spare) {
        return flow_spare(w, task, &deps);
    }

    switch (ckp_dag_judge(t->rule, &deps)) {

    case CKP_DAG_WAIT:
        return CKP_OK;

    case CKP_DAG_RUN:
        return flow_ready(w, task);

    case CKP_DAG_SKIP_UNMET:
        return flow_skip(w, task, "no_satisfied_dependency");

    case CKP_DAG_SKIP_BROKEN:
        return flow_skip(w, task, "upstream_failed");
    }

    return CKP_E_BUG;
}


/* --- its dependencies -------------------------------------------------------------- */


/* What an edge's condition sees: the members of the source's output, the whole
 * of it, the source's inputs. */
static json_t *
flow_edge_names(const flow_t *w, size_t from)
{
    json_t *const  out = ckp_dag_get(w->f, from, "out");
    json_t *const  in = ckp_dag_get(w->f, from, "in");
    json_t *const  names = json_is_object(out) ? json_copy(out)
                                               : json_object();
    static const char *const  whole[] = { "output", "result" };
    int            bad = names == NULL;

    for (size_t i = 0; i < 2; i++) {
        if (json_object_get(names, whole[i]) == NULL) {
            bad |= json_object_set_new(names, whole[i], out == NULL
                                       ? json_null() : json_incref(out));
        }
    }

    if (json_object_get(names, "inputs") == NULL) {
        bad |= json_object_set_new(names, "inputs", in == NULL
                                   ? json_object() : json_incref(in));
    }

    if (bad) {
        json_decref(names);
        return NULL;
    }

    return names;
}


/* Errors of a condition count as false: nobody could handle them. */
static ckp_code_t
flow_edge_test(const flow_t *w, const ckp_dag_edge_t *edge,
    const json_t *names, bool *holds)
{
    ckp_code_t  rc = ckp_dag_test(w->f, CKP_DAG_NONE, edge->condition, names,
                                  holds);

    if (rc == CKP_E_INVALID) {
        json_decref(ckp_fiber_error_take(w->f));
        *holds = false;
        rc = CKP_OK;
    }

    return rc;
}


static ckp_code_t
flow_count(const flow_t *w, size_t task, ckp_dag_worth_t worth)
{
    ckp_dag_deps_t  deps;

    flow_deps(w, task, &deps);
    deps.satisfied += worth == CKP_DAG_SATISFIED;
    deps.broken += worth == CKP_DAG_BROKEN;
    deps.voided += worth == CKP_DAG_VOID;

    return ckp_fiber_put(w->f, "w", w->dag->tasks[task].id,
               json_pack("[I, I, I]", (json_int_t) deps.satisfied,
                         (json_int_t) deps.broken, (json_int_t) deps.voided));
}


static ckp_dag_end_t
flow_end_of(const flow_t *w, size_t task)
{
    for (size_t i = 0; i < sizeof(flow_words) / sizeof(flow_words[0]); i++) {
        if (ckp_dag_is(w->f, task, flow_words[i])) {
            return (ckp_dag_end_t) i;
        }
    }

    return CKP_DAG_CANCELED;
}


/* Conditional edges first: default ones are for when none of them holds. */
static ckp_code_t
flow_edges(const flow_t *w, size_t task, const json_t *names)
{
    const ckp_dag_links_t *const  forth = &w->dag->forth;
    const ckp_dag_end_t           end = flow_end_of(w, task);
    bool                          taken = false;
    ckp_code_t                    rc = CKP_OK;

    for (int round = 0; round < 2; round++) {
        for (size_t k = forth->first[task];
             rc == CKP_OK && k < forth->first[task + 1]; k++)
        {
            const ckp_dag_edge_t *const  e = &w->dag->edges[forth->edge[k]];
            ckp_dag_worth_t              worth = CKP_DAG_VOID;
            bool                         holds = !e->is_default || !taken;

            if ((int) e->is_default != round) {
                continue;
            }

            if (e->condition != NULL && !e->is_default
                && ckp_dag_worth(e->on, end, true) == CKP_DAG_SATISFIED)
            {
                rc = flow_edge_test(w, e, names, &holds);
                taken = taken || holds;
            }

            if (rc == CKP_OK && !e->stands_in) {
                worth = ckp_dag_worth(e->on, end, holds);
            }

            rc = rc == CKP_OK ? flow_count(w, e->to, worth) : rc;
        }
    }

    return rc;
}


static ckp_code_t
flow_spread(flow_t *w, size_t task)
{
    const ckp_dag_links_t *const  forth = &w->dag->forth;
    const size_t                  level = w->dag->tasks[task].level;
    json_t *const                 names = flow_edge_names(w, task);
    ckp_code_t                    rc = names == NULL ? CKP_E_NOMEM
                                       : flow_edges(w, task, names);

    json_decref(names);

    if (w->again) {
        return rc;
    }

    for (size_t k = forth->first[task];
         rc == CKP_OK && k < forth->first[task + 1]; k++)
    {
        rc = flow_consider(w, forth->to[k]);
    }

    if (rc != CKP_OK || !w->dag->by_levels || level + 1 >= w->dag->nlevels
        || !flow_level_is_settled(w, level))
    {
        return rc;
    }

    for (size_t i = w->dag->level_first[level + 1];
         rc == CKP_OK && i < w->dag->level_first[level + 2]; i++)
    {
        rc = flow_consider(w, w->dag->by_level[i]);
    }

    return rc;
}


/* --- from outside -------------------------------------------------------------------- */


static bool
flow_begin(flow_t *w, ckp_fiber_t *f)
{
    *w = (flow_t) { .f = f, .dag = ckp_fiber_node(f)->u.dag };
    w->list = ckp_alloc(w->dag->ntasks * sizeof(size_t));

    return w->list != NULL;
}


static ckp_code_t
flow_finish(flow_t *w, ckp_code_t rc)
{
    while (rc == CKP_OK && w->head < w->tail) {
        rc = flow_spread(w, w->list[w->head++]);
    }

    ckp_free(w->list);

    return rc;
}


ckp_code_t
ckp_dag_settle(ckp_fiber_t *f, size_t task, ckp_dag_end_t end)
{
    flow_t  w;

    return flow_begin(&w, f) ? flow_finish(&w, flow_settle(&w, task, end))
                             : CKP_E_NOMEM;
}


static ckp_code_t
flow_all(flow_t *w)
{
    ckp_code_t  rc = CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < w->dag->ntasks; i++) {
        rc = flow_consider(w, i);
    }

    return rc;
}


ckp_code_t
ckp_dag_open(ckp_fiber_t *f)
{
    flow_t  w;

    return flow_begin(&w, f) ? flow_finish(&w, flow_all(&w)) : CKP_E_NOMEM;
}


/* --- once more ------------------------------------------------------------------------- */


/* Of what is not completed only the number of its frames is kept, so that no
 * path comes twice; what still runs goes on. */
static ckp_code_t
flow_forget(flow_t *w, size_t task)
{
    const ckp_dag_task_t *const  t = &w->dag->tasks[task];
    const bool                   own = ckp_fiber_has_frame(w->f, t->id);
    const bool                   spare = t->spare_key != NULL
                                         && ckp_fiber_has_frame(w->f,
                                                                t->spare_key);
    json_t *const                old = ckp_fiber_get(w->f, "t", t->id);
    json_t                      *record;

    if (old == NULL) {
        return CKP_OK;
    }

    if (ckp_dag_is(w->f, task, "completed")) {

        /* the run ended in the midst of its end: there is nothing left to do */

        return own ? ckp_fiber_reap(w->f, t->id, NULL)
               : spare ? ckp_fiber_reap(w->f, t->spare_key, NULL) : CKP_OK;
    }

    record = json_pack("{s:O*}", "r", json_object_get(old, "r"));

    if (own || spare) {
        json_decref(record);
        record = json_pack("{s:s, s:O*, s:O*, s:O*, s:O*, s:O*}", "s",
                           "running", "r", json_object_get(old, "r"), "a",
                           json_object_get(old, "a"), "t0",
                           json_object_get(old, "t0"), "in",
                           json_object_get(old, "in"), "fb",
                           spare ? json_object_get(old, "fb") : NULL);
    }

    if (ckp_fiber_put(w->f, "t", t->id, record) != CKP_OK) {
        return CKP_E_NOMEM;
    }

    return own || spare ? ckp_dag_count(w->f, "live", NULL, 1) : CKP_OK;
}


static ckp_code_t
flow_replay(flow_t *w)
{
    ckp_code_t  rc = CKP_OK;

    w->again = true;

    for (size_t i = 0; rc == CKP_OK && i < w->dag->ntasks; i++) {
        const size_t  task = w->dag->order[i];

        if (ckp_dag_is(w->f, task, "completed")) {
            rc = flow_settle(w, task, CKP_DAG_COMPLETED);
        }
    }

    while (rc == CKP_OK && w->head < w->tail) {
        rc = flow_spread(w, w->list[w->head++]);
    }

    w->again = false;
    w->head = 0;
    w->tail = 0;

    return rc;
}


ckp_code_t
ckp_dag_reopen(ckp_fiber_t *f)
{
    static const char *const  counted[] = {
        "w", "q", "qh", "qt", "l", "u", "live", "sum", "stop", NULL
    };
    flow_t                    w;
    ckp_code_t                rc = CKP_OK;

    if (!flow_begin(&w, f)) {
        return CKP_E_NOMEM;
    }

    for (size_t i = 0; rc == CKP_OK && counted[i] != NULL; i++) {
        rc = ckp_fiber_del(f, counted[i], NULL);
    }

    for (size_t i = 0; rc == CKP_OK && i < w.dag->ntasks; i++) {
        rc = flow_forget(&w, i);
    }

    if (rc == CKP_OK) {
        rc = flow_replay(&w);
    }

    return flow_finish(&w, rc == CKP_OK ? flow_all(&w) : rc);
}
