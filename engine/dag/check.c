/*
 * dag: what is wrong with the tasks together (spec/ckp.md 33: CKP506, CKP507).
 */

#include <stdlib.h>
#include <string.h>

#include "dag/dag.h"

#define CHECK_WRITES_MAX  64    /* names of one task */


/* --- tasks that never run -------------------------------------------------------- */


/* 7.1: a whole condition of one of these words is false. */
static bool
check_is_never(const ckp_expr_t *expr)
{
    static const char *const  words[] = { "false", "no", "0", "never" };
    const char               *text = expr == NULL ? ""
                                                  : ckp_expr_source(expr);

    text += strspn(text, " \t\n");

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const size_t  len = strlen(words[i]);

        if (strncmp(text, words[i], len) == 0
            && text[len + strspn(text + len, " \t\n")] == '\0')
        {
            return true;
        }
    }

    return false;
}


/* How many dependencies of the task may ever be satisfied, or fail. */
static void
check_hopes(const ckp_dag_t *dag, size_t task, size_t *satisfied,
    size_t *broken)
{
    *satisfied = 0;
    *broken = 0;

    for (size_t k = dag->back.first[task]; k < dag->back.first[task + 1]; k++) {
        const ckp_dag_edge_t *const  edge = &dag->edges[dag->back.edge[k]];

        *satisfied += !check_is_never(edge->condition);
        *broken += edge->on == CKP_DAG_ON_SUCCESS;
    }
}


static const char *
check_why_never(const ckp_dag_t *dag, size_t i)
{
    const ckp_dag_task_t *const  task = &dag->tasks[i];
    size_t                       satisfied;
    size_t                       broken;

    if (check_is_never(task->condition)) {
        return "its condition is never true";
    }

    if (task->spare) {
        return NULL;
    }

    check_hopes(dag, i, &satisfied, &broken);

    switch (task->rule) {

    case CKP_DAG_ALL_SUCCESS:
        return task->ndeps > 0 && satisfied == 0
               ? "no dependency of it can be satisfied" : NULL;

    case CKP_DAG_ALL_DONE:
        return task->ndeps > 0 && satisfied + broken == 0
               ? "no dependency of it can be satisfied" : NULL;

    case CKP_DAG_ONE_SUCCESS:
        return satisfied == 0 ? "no dependency of it can be satisfied" : NULL;

    case CKP_DAG_ONE_FAILED:
        return broken == 0 ? "no dependency of it can fail" : NULL;

    case CKP_DAG_ALL_FAILED:
        return task->ndeps == 0 || broken < task->ndeps
               ? "not all dependencies of it can fail" : NULL;

    case CKP_DAG_ALWAYS:
    case CKP_DAG_NONE_FAILED:
        break;
    }

    return NULL;
}


static void
check_never(ckp_dag_read_t *r)
{
    for (size_t i = 0; i < r->dag->ntasks; i++) {
        const char *const  why = check_why_never(r->dag, i);

        if (why != NULL) {
            ckp_parse_say(r->ps, &(ckp_say_t) { .at = &r->places[i],
                                                .number = 507 },
                          "task '%.120s' never runs: %s", r->dag->tasks[i].id,
                          why);
        }
    }
}


/* --- two writers of one variable --------------------------------------------------- */

typedef struct {
    const char  *name;
    size_t       task;
    size_t       rank;          /* its place in the order */
} check_write_t;

typedef struct {
    check_write_t  *list;
    size_t          n;
    size_t          size;
} check_writes_t;


static void
check_write(ckp_dag_read_t *r, check_writes_t *w, size_t task, size_t rank,
    const char *name)
{
    const size_t    size = w->size == 0 ? 64 : 2 * w->size;
    check_write_t  *list;

    if (name == NULL || name[0] == '\0') {
        return;
    }

    if (w->n == w->size) {
        list = ckp_parse_alloc(r->ps, size * sizeof(check_write_t));

        if (list == NULL) {
            return;
        }

        if (w->n > 0) {
            memcpy(list, w->list, w->n * sizeof(check_write_t));
        }

        w->list = list;
        w->size = size;
    }

    w->list[w->n++] = (check_write_t) { name, task, rank };
}


/* What the object names as written: a task, its body, a step. */
static void
check_writes_of(ckp_dag_read_t *r, check_writes_t *w, size_t task, size_t rank,
    const json_t *object)
{
    const char    *name;
    const json_t  *value;
    size_t         left = CHECK_WRITES_MAX;

    check_write(r, w, task, rank, ckp_json_str(object, "output_variable"));

    json_object_foreach(json_object_get(object, "outputs"), name, value) {
        if (left-- == 0) {
            return;
        }

        check_write(r, w, task, rank, name);
    }
}


static void
check_gather(ckp_dag_read_t *r, check_writes_t *w)
{
    static const char *const  bodies[] = { "step", "llm", "approval",
                                           "subflow" };

    for (size_t rank = 0; rank < r->dag->ntasks; rank++) {
        const size_t         task = r->dag->order[rank];
        const json_t *const  doc = r->places[task].value;
        const json_t        *step;
        size_t               i;

        check_writes_of(r, w, task, rank, doc);

        for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
            check_writes_of(r, w, task, rank, json_object_get(doc, bodies[i]));
        }

        json_array_foreach(json_object_get(doc, "steps"), i, step) {
            check_writes_of(r, w, task, rank, step);
        }
    }
}


static int
check_compare(const void *a, const void *b)
{
    const check_write_t *const  x = a;
    const check_write_t *const  y = b;
    const int                   order = strcmp(x->name, y->name);

    return order != 0 ? order : x->rank < y->rank ? -1 : x->rank > y->rank;
}


/* In the order of the tasks each writer must come after the one before it;
 * then all of them come one after the other. */
static void
check_conflicts(ckp_dag_read_t *r)
{
    check_writes_t  w = { .n = 0 };

    check_gather(r, &w);

    if (ckp_parse_end(r->ps) != CKP_OK || w.n == 0) {
        return;
    }

    qsort(w.list, w.n, sizeof(check_write_t), check_compare);

    for (size_t i = 1; i < w.n; i++) {
        const check_write_t *const  one = &w.list[i - 1];
        const check_write_t *const  two = &w.list[i];

        if (one->task == two->task || strcmp(one->name, two->name) != 0
            || ckp_dag_is_upstream(r, two->task, one->task))
        {
            continue;
        }

        ckp_parse_say(r->ps, &(ckp_say_t) { .at = &r->places[two->task],
                                            .number = 506 },
                      "'%.100s' is written by '%.100s', too, which may run at "
                      "the same time", two->name,
                      r->dag->tasks[one->task].id);
    }
}


void
ckp_dag_check(ckp_dag_read_t *r)
{
    check_never(r);

    if (r->dag->nlevels > 0) {
        check_conflicts(r);
    }
}
