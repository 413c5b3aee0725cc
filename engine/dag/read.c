/*
 * dag: its own members and the list of its tasks (spec/ckp.md 11.1, 11.2).
 */

#include <string.h>

#include "dag/dag.h"
#include "base/utf8.h"
#include "node/types.h"


/* --- the list -------------------------------------------------------------------- */


static const char *
read_id(ckp_dag_read_t *r, ckp_at_t *at, const char *key)
{
    const char  *id = key;

    if (!json_is_object(at->value)) {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = at, .number = 15 },
                      "a task must be an object");
        return NULL;
    }

    if (id == NULL) {
        id = ckp_parse_str(r->ps, at, "task_id");
    }

    if (id == NULL || id[0] == '\0') {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = at, .field = "task_id",
                                            .number = id == NULL ? 18 : 17 },
                      "a task without an id");
        return NULL;
    }

    if (!ckp_utf8_names(id, CKP_DAG_TASK_ID_MAX)) {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = at, .number = 17,
                                            .field = "task_id" },
                      "'%.80s' cannot be a task id: 1 to %d characters, no "
                      "control characters", id, CKP_DAG_TASK_ID_MAX);
        return NULL;
    }

    return id;
}


static void
read_add(ckp_dag_read_t *r, const ckp_at_t *place, const char *key)
{
    ckp_dag_t *const       dag = r->dag;
    ckp_dag_task_t *const  task = &dag->tasks[dag->ntasks];
    ckp_at_t               at = *place;
    const char            *id;

    at.as = CKP_AS_TASK;
    id = read_id(r, &at, key);

    if (id == NULL) {
        return;
    }

    if (json_object_get(r->ids, id) != NULL) {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = &at, .number = 102,
                                            .code = "duplicate_id",
                                            .field = "task_id" },
                      "there is a task '%.120s' already", id);
        return;
    }

    if (json_object_set_new(r->ids, id,
                            json_integer((json_int_t) dag->ntasks)) != 0)
    {
        r->nomem = true;
        return;
    }

    task->id = id;
    task->fallback = CKP_DAG_NONE;
    r->places[dag->ntasks++] = at;
}


static void
read_each(ckp_dag_read_t *r)
{
    const char    *key;
    const json_t  *value;
    size_t         i;

    if (json_is_array(r->tasks.value)) {
        json_array_foreach(r->tasks.value, i, value) {
            ckp_at_t  at;

            ckp_parse_element(&r->tasks, i, &at);
            read_add(r, &at, NULL);
        }

        return;
    }

    json_object_foreach((json_t *) r->tasks.value, key, value) {
        const ckp_at_t  at = { .up = &r->tasks, .key = key, .value = value };

        if (key[0] != '_' && key[0] != '$') {
            read_add(r, &at, key);
        }
    }
}


void
ckp_dag_read_tasks(ckp_dag_read_t *r)
{
    ckp_parse_t *const  ps = r->ps;
    const bool          found = ckp_parse_find(ps, &r->at, "tasks", &r->tasks);
    size_t              n = json_is_array(r->tasks.value)
                            ? json_array_size(r->tasks.value)
                            : json_object_size(r->tasks.value);

    if (found && !json_is_array(r->tasks.value)
        && !json_is_object(r->tasks.value))
    {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &r->tasks, .number = 15,
                                         .field = "tasks" },
                      "'tasks' must be an array or an object");
        return;
    }

    if (n == 0) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = found ? &r->tasks : &r->at,
                                         .number = 501, .field = "tasks" },
                      "there are no tasks");
        return;
    }

    if (n > CKP_DAG_TASKS_MAX) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &r->tasks, .number = 6,
                                         .field = "tasks" },
                      "%zu tasks, at most %d", n, CKP_DAG_TASKS_MAX);
        return;
    }

    r->dag->tasks = ckp_parse_alloc(ps, n * sizeof(ckp_dag_task_t));
    r->places = ckp_parse_alloc(ps, n * sizeof(ckp_at_t));

    if (r->dag->tasks != NULL && r->places != NULL) {
        read_each(r);
    }
}


/* --- the node -------------------------------------------------------------------- */


int
ckp_dag_read_on_error(ckp_dag_read_t *r, const ckp_at_t *at, int otherwise)
{
    static const ckp_word_t  words[] = {
        { "fail", CKP_DAG_FAIL }, { "continue", CKP_DAG_CONTINUE },
        { "rollback", CKP_DAG_ROLLBACK }, { NULL, 0 }
    };

    return ckp_parse_word(r->ps, at, "on_error", words, otherwise, 302);
}


static void
read_members(ckp_dag_read_t *r, const json_t *doc)
{
    static const ckp_word_t  ways[] = {
        { "dataflow", 0 }, { "levels", 1 }, { NULL, 0 }
    };
    ckp_parse_t *const       ps = r->ps;
    ckp_dag_t *const         dag = r->dag;
    const char               form = ckp_parse_form(ps);
    const bool               made = form == 'D' || form == 'E';
    int64_t                  n;

    n = ckp_parse_int(ps, &r->at, "max_parallel", 1, 0, 312);
    dag->max_parallel = n > CKP_DAG_TASKS_MAX ? 0 : (size_t) n;
    dag->by_levels = ckp_parse_word(ps, &r->at, "scheduling", ways, 0, 302)
                     == 1;
    dag->on_error = (ckp_dag_on_error_t)
                    ckp_dag_read_on_error(r, &r->at, CKP_DAG_FAIL);
    dag->cancels = ckp_parse_bool(ps, &r->at, "cancel_running_on_fail", false);
    dag->output_variable = ckp_parse_variable(ps, &r->at, "output_variable");
    dag->all_outputs = made && json_object_get(doc, "$all") != NULL;
    dag->wraps = made && json_object_get(doc, "$wrap") != NULL;

    ckp_parse_inherited(ps, &r->retry);     /* its own policy included */
    r->retries = json_is_object(json_object_get(doc, "retry_policy"));
    n = ckp_parse_int(ps, &r->at, "max_retries", 0, -1, 310);

    if (n >= 0) {
        r->retry.max_attempts = n >= 1000000 ? 1000001 : (uint32_t) n + 1;
        r->retries = true;
    }
}


/* Frames by their keys: a task's is its id, and the one in which its fallback
 * runs for it is named after both. */
static void
read_keys(ckp_dag_read_t *r)
{
    ckp_dag_t *const  dag = r->dag;
    json_t *const     keys = json_copy(r->ids);
    int               bad = keys == NULL;

    for (size_t i = 0; !bad && i < dag->ntasks; i++) {
        ckp_dag_task_t *const  task = &dag->tasks[i];
        json_t                *key;

        if (task->fallback == CKP_DAG_NONE) {
            continue;
        }

        key = json_sprintf("%s~%s", dag->tasks[task->fallback].id, task->id);

        while (key != NULL
               && json_object_get(keys, json_string_value(key)) != NULL)
        {
            json_t *const  longer = json_sprintf("%s~",
                                                 json_string_value(key));

            json_decref(key);
            key = longer;
        }

        bad |= json_object_set_new(keys, json_string_value(key),
                                   json_integer((json_int_t) (dag->ntasks
                                                              + i)));
        task->spare_key = json_string_value(ckp_parse_keep(r->ps, key));
    }

    if (bad) {
        json_decref(keys);
        r->nomem = true;
        return;
    }

    dag->keys = ckp_parse_keep(r->ps, keys);
}


/* What `tasks` in the node's own outputs refers to. */
static void
read_own_ref(void *data, ckp_ref_t kind, const char *name, const char *second,
    bool in_expr)
{
    ckp_dag_read_t *const  r = data;

    (void) kind;
    (void) in_expr;

    if (name != NULL && second != NULL && strcmp(name, "tasks") == 0
        && ckp_dag_read_judge(r, second) != 0)
    {
        ckp_parse_say(r->ps, &(ckp_say_t) { .at = &r->at, .number = 504,
                                            .field = "outputs" },
                      "there is no task '%.120s'", second);
    }
}


static void
read_own_outputs(ckp_dag_read_t *r, const ckp_node_t *node)
{
    for (size_t i = 0; i < node->noutputs; i++) {
        if (node->outputs[i].value != NULL) {
            ckp_template_refs(node->outputs[i].value, read_own_ref, r);
        }
    }
}


static void
read_all(ckp_dag_read_t *r, const ckp_node_t *node)
{
    ckp_dag_read_tasks(r);

    if (r->dag->ntasks == 0) {
        return;
    }

    r->task = CKP_DAG_NONE;
    ckp_parse_judge(r->ps, ckp_dag_read_judge, r);
    ckp_dag_read_edges(r);
    ckp_dag_read_order(r);
    read_keys(r);

    for (size_t i = 0; i < r->dag->ntasks && ckp_parse_end(r->ps) == CKP_OK;
         i++)
    {
        r->task = i;
        ckp_dag_read_task(r, i);
    }

    r->task = CKP_DAG_NONE;
    ckp_parse_judge(r->ps, NULL, NULL);
    read_own_outputs(r, node);

    if (ckp_parse_end(r->ps) == CKP_OK) {
        ckp_dag_check(r);
    }
}


static ckp_code_t
read_parse(ckp_parse_t *ps, const json_t *doc, ckp_node_t *node)
{
    ckp_dag_read_t  r = { .ps = ps, .at = *ckp_parse_here(ps),
                          .task = CKP_DAG_NONE,
                          .upstream_of = CKP_DAG_NONE };

    r.dag = ckp_parse_alloc(ps, sizeof(ckp_dag_t));
    node->u.dag = r.dag;
    r.ids = json_object();

    if (r.dag == NULL || r.ids == NULL) {
        json_decref(r.ids);
        return CKP_E_NOMEM;
    }

    read_members(&r, doc);
    read_all(&r, node);
    json_decref(r.ids);

    return r.nomem ? CKP_E_NOMEM : ckp_parse_end(ps);
}


/* The node that the body of a frame is. */
static const ckp_node_t *
read_inner(const ckp_node_t *node, const char *key)
{
    const ckp_dag_t *const  dag = node->u.dag;
    bool                    spare;
    size_t                  task = ckp_dag_find(dag, key, &spare);

    if (task == CKP_DAG_NONE) {
        return NULL;
    }

    return dag->tasks[spare ? dag->tasks[task].fallback : task].body;
}


const ckp_node_ops_t  ckp_node_dag = {
    .type = "dag",
    .parse = read_parse,
    .enter = ckp_dag_enter,
    .wake = ckp_dag_wake,
    .child = ckp_dag_child,
    .inner = read_inner,
    .names = ckp_dag_names,
    .heard = ckp_dag_heard,
};
