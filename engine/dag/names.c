/*
 * dag: `tasks` and `context`, what is evaluated with them, and the node's
 * result (spec/ckp.md 11.4).
 */

#include <string.h>

#include "base/clock.h"
#include "dag/dag.h"


/* --- tasks ------------------------------------------------------------------------- */


static json_t *
names_time(const json_t *ms)
{
    char  iso[CKP_TIME_LEN + 1];

    if (!json_is_integer(ms)) {
        return json_null();
    }

    ckp_time_text(json_integer_value(ms), iso);

    return json_string(iso);
}


/* {status, output, error, attempts, started_at, completed_at, duration_ms,
 * cost_usd}: null until it is settled. */
static json_t *
names_task(const ckp_fiber_t *f, size_t task)
{
    static const char    ends[] = " completed failed skipped canceled ";
    const char *const    status = json_string_value(ckp_dag_get(f, task, "s"));
    const char *const    found = status == NULL ? NULL : strstr(ends, status);
    const json_t *const  t0 = ckp_dag_get(f, task, "t0");
    const json_t *const  t1 = ckp_dag_get(f, task, "t1");
    const json_t *const  cost = ckp_dag_get(f, task, "c");

    if (found == NULL) {
        return json_pack("{s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n}", "status",
                         "output", "error", "attempts", "started_at",
                         "completed_at", "duration_ms", "cost_usd");
    }

    return json_pack("{s:s, s:O?, s:O?, s:I, s:o, s:o, s:o, s:f}",
                     "status", status,
                     "output", ckp_dag_get(f, task, "out"),
                     "error", ckp_dag_get(f, task, "err"),
                     "attempts", (json_int_t) json_integer_value(
                                                  ckp_dag_get(f, task, "a")),
                     "started_at", names_time(t0),
                     "completed_at", names_time(t1),
                     "duration_ms", json_is_integer(t0) && json_is_integer(t1)
                         ? json_integer(json_integer_value(t1)
                                        - json_integer_value(t0))
                         : json_null(),
                     "cost_usd", json_number_value(cost));
}


/* Those that the task names; all of them for the node itself (NONE). */
static json_t *
names_tasks(const ckp_fiber_t *f, size_t of)
{
    const ckp_dag_t *const       dag = ckp_fiber_node(f)->u.dag;
    const ckp_dag_task_t *const  task = of == CKP_DAG_NONE ? NULL
                                                           : &dag->tasks[of];
    const bool                   all = task == NULL || task->all_refs;
    const size_t                 n = all ? dag->ntasks : task->nrefs;
    json_t *const                tasks = json_object();

    for (size_t i = 0; i < n; i++) {
        const size_t  to = all ? i : task->refs[i];

        if (json_object_set_new(tasks, dag->tasks[to].id, names_task(f, to))
            != 0)
        {
            json_decref(tasks);
            return NULL;
        }
    }

    return tasks;
}


/* --- context ------------------------------------------------------------------------ */


/* The run's variables; behind them its inputs, then outputs of tasks. */
static json_t *
names_context(ckp_fiber_t *f)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    json_t *const           context = ckp_fiber_vars(f);
    json_t *const           input = ckp_scope_find(ckp_fiber_scope(f),
                                                   "input");
    const char             *name;
    json_t                 *value;
    int                     bad = context == NULL;

    json_object_foreach(input, name, value) {
        if (json_object_get(context, name) == NULL) {
            bad |= json_object_set(context, name, value);
        }
    }

    for (size_t i = 0; i < dag->ntasks; i++) {
        value = ckp_dag_get(f, i, "out");

        if (value != NULL && json_object_get(context, dag->tasks[i].id) == NULL)
        {
            bad |= json_object_set(context, dag->tasks[i].id, value);
        }
    }

    if (input != NULL) {
        bad |= json_object_set(context, "input", input);
    }

    json_decref(input);

    if (bad) {
        json_decref(context);
        return NULL;
    }

    return context;
}


static json_t *
names_of(ckp_fiber_t *f, size_t task, const char *name)
{
    if (strcmp(name, "tasks") == 0) {
        return names_tasks(f, task);
    }

    return strcmp(name, "context") == 0 ? names_context(f) : NULL;
}


json_t *
ckp_dag_names(ckp_fiber_t *f, const char *key, const char *name)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    bool                    spare = false;
    size_t                  task = CKP_DAG_NONE;

    if (strcmp(name, "tasks") != 0 && strcmp(name, "context") != 0) {
        return NULL;
    }

    if (key != NULL) {
        task = ckp_dag_find(dag, key, &spare);

        if (task != CKP_DAG_NONE && spare) {
            task = dag->tasks[task].fallback;
        }
    }

    return names_of(f, task, name);
}


/* --- evaluating ----------------------------------------------------------------------- */

typedef struct {
    ckp_fiber_t   *f;
    size_t         task;
    ckp_scope_t    layers[2];
    ckp_eval_t     ev;
} names_eval_t;


static json_t *
names_get(const ckp_scope_t *scope, const char *name)
{
    const names_eval_t *const  e = scope->data;

    return names_of(e->f, e->task, name);
}


/* In front: the object's members; then `tasks` as the task sees them. */
static void
names_eval(names_eval_t *e, ckp_fiber_t *f, size_t task, const json_t *object)
{
    e->f = f;
    e->task = task;
    ckp_fiber_eval(f, &e->ev);
    e->layers[1] = (ckp_scope_t) { .get = names_get, .data = e,
                                   .outer = e->ev.scope };
    e->layers[0] = (ckp_scope_t) { .get = ckp_scope_object_get,
                                   .object = object,
                                   .outer = &e->layers[1] };
    e->ev.scope = object == NULL ? &e->layers[1] : &e->layers[0];
}


ckp_code_t
ckp_dag_render(ckp_fiber_t *f, size_t task, const ckp_template_t *t,
    const json_t *object, json_t **out)
{
    names_eval_t      e;
    ckp_err_t         err = CKP_ERR_INIT;

    names_eval(&e, f, task, object);

    const ckp_code_t  rc = ckp_template_render(t, &e.ev, out, &err);

    return ckp_fiber_rendered(f, rc, &e.ev, "", &err);
}


ckp_code_t
ckp_dag_test(ckp_fiber_t *f, size_t task, const ckp_expr_t *expr,
    const json_t *object, bool *holds)
{
    names_eval_t      e;
    ckp_err_t         err = CKP_ERR_INIT;

    names_eval(&e, f, task, object);

    const ckp_code_t  rc = ckp_expr_test(expr, &e.ev, holds, &err);

    return rc == CKP_E_INVALID || rc == CKP_E_LIMIT
           ? ckp_fiber_raise(f, "ExpressionError", "%s", err.msg) : rc;
}


/* --- the result ------------------------------------------------------------------------- */


static bool
names_is_sink(const ckp_dag_t *dag, size_t i)
{
    for (size_t k = dag->forth.first[i]; k < dag->forth.first[i + 1]; k++) {
        if (!dag->edges[dag->forth.edge[k]].stands_in) {
            return false;
        }
    }

    return !dag->tasks[i].is_fallback;
}


static json_t *
names_out(const ckp_fiber_t *f, size_t task)
{
    json_t *const  out = ckp_dag_get(f, task, "out");

    return out == NULL ? json_null() : json_incref(out);
}


json_t *
ckp_dag_result(ckp_fiber_t *f)
{
    const ckp_dag_t *const  dag = ckp_fiber_node(f)->u.dag;
    json_t                 *all = json_object();
    size_t                  n = 0;
    size_t                  last = 0;

    for (size_t i = 0; i < dag->ntasks; i++) {
        if (dag->all_outputs || names_is_sink(dag, i)) {
            n++;
            last = i;

            if (json_object_set_new(all, dag->tasks[i].id, names_out(f, i))
                != 0)
            {
                json_decref(all);
                return NULL;
            }
        }
    }

    if (n == 1 && !dag->all_outputs) {
        json_decref(all);
        all = names_out(f, last);
    }

    return dag->wraps && !json_is_object(all) ? json_pack("{s:o}", "result",
                                                          all)
                                              : all;
}
