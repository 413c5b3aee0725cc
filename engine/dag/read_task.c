/*
 * dag: the members of one task (spec/ckp.md 11.2).
 */

#include <string.h>

#include "dag/dag.h"

const char  ckp_known_task[] =
    " task_id name description depends_on condition trigger_rule inputs"
    " output_variable outputs retry timeout_ms on_error fallback_task"
    " error_handlers compensate idempotency_key idempotency_policy sla"
    " telemetry is_checkpoint"
    " metadata position tags step steps llm approval subflow expression noop ";


/* --- who is referred to ------------------------------------------------------------ */


static void
task_refers(ckp_dag_read_t *r, size_t to)
{
    ckp_dag_task_t *const  task = &r->dag->tasks[r->task];
    size_t                *refs;

    for (size_t i = 0; i < task->nrefs; i++) {
        if (task->refs[i] == to) {
            return;
        }
    }

    /* room doubles at 4, 8, 16 ... */

    if (task->nrefs == 0
        || (task->nrefs >= 4 && (task->nrefs & (task->nrefs - 1)) == 0))
    {
        refs = ckp_parse_alloc(r->ps, (task->nrefs < 4 ? 4 : 2 * task->nrefs)
                                      * sizeof(size_t));

        if (refs == NULL) {
            return;
        }

        if (task->nrefs > 0) {
            memcpy(refs, task->refs, task->nrefs * sizeof(size_t));
        }

        task->refs = refs;
    }

    task->refs[task->nrefs++] = to;
}


/* A fallback comes after those that it stands in for. */
static bool
task_is_before(ckp_dag_read_t *r, size_t of, size_t task)
{
    const ckp_dag_t *const  dag = r->dag;

    if (ckp_dag_is_upstream(r, of, task)) {
        return true;
    }

    if (!dag->tasks[of].is_fallback) {
        return false;
    }

    for (size_t i = 0; i < dag->ntasks; i++) {
        if (dag->tasks[i].fallback == of
            && (i == task || ckp_dag_is_upstream(r, i, task)))
        {
            return true;
        }
    }

    return false;
}


int
ckp_dag_read_judge(void *data, const char *id)
{
    ckp_dag_read_t *const  r = data;
    const size_t           to = ckp_dag_read_find(r, id);

    if (id == NULL) {
        if (r->task != CKP_DAG_NONE) {
            r->dag->tasks[r->task].all_refs = true;
        }

        return 0;
    }

    if (to == CKP_DAG_NONE) {
        return 504;
    }

    if (r->task == CKP_DAG_NONE) {
        return 0;
    }

    task_refers(r, to);

    return r->judged || ckp_parse_end(r->ps) != CKP_OK
           || task_is_before(r, r->task, to) ? 0 : 505;
}


/* --- the members -------------------------------------------------------------------- */


static void
task_rule(ckp_dag_read_t *r, ckp_dag_task_t *task, const ckp_at_t *at)
{
    static const ckp_word_t  words[] = {
        { "all_success", CKP_DAG_ALL_SUCCESS },
        { "all_done", CKP_DAG_ALL_DONE },
        { "always", CKP_DAG_ALWAYS },
        { "none_failed", CKP_DAG_NONE_FAILED },
        { "one_success", CKP_DAG_ONE_SUCCESS },
        { "one_failed", CKP_DAG_ONE_FAILED },
        { "all_failed", CKP_DAG_ALL_FAILED },
        { NULL, 0 }
    };

    task->rule = (ckp_dag_rule_t) ckp_parse_word(r->ps, at, "trigger_rule",
                                      words, CKP_DAG_ALL_SUCCESS, 302);
}


static void
task_retry(ckp_dag_read_t *r, ckp_dag_task_t *task, const ckp_at_t *at)
{
    task->retry = r->retry;
    task->restarts = ckp_parse_retry(r->ps, at, "retry", &task->retry)
                     || r->retries;
}


static void
task_shape(ckp_dag_read_t *r, ckp_dag_task_t *task, const ckp_at_t *at)
{
    json_t *const  shape = json_object_get(at->value, "$shape");

    if (ckp_parse_form(r->ps) != 'E') {
        return;
    }

    task->as_input = json_object_get(at->value, "$input") != NULL;

    if (shape != NULL) {
        task->shape = ckp_parse_made(r->ps, at, json_incref(shape),
                                     CKP_WITH_RESULT);
    }
}


static void
task_inputs(ckp_dag_read_t *r, size_t i, const ckp_at_t *at)
{
    ckp_dag_task_t *const  task = &r->dag->tasks[i];
    ckp_at_t               out;

    if (!ckp_parse_object(r->ps, at, "inputs", &out)) {
        return;
    }

    task->inputs = ckp_parse_template(r->ps, at, "inputs", CKP_SECRET_WARNS);
    task->keeps_inputs = task->shape != NULL;

    for (size_t k = r->dag->forth.first[i]; k < r->dag->forth.first[i + 1];
         k++)
    {
        const size_t  edge = r->dag->forth.edge[k];

        if (r->dag->edges[edge].condition != NULL) {
            task->keeps_inputs = true;
        }
    }
}


void
ckp_dag_read_task(ckp_dag_read_t *r, size_t i)
{
    ckp_dag_task_t *const  task = &r->dag->tasks[i];
    const ckp_at_t *const  at = &r->places[i];

    task_rule(r, task, at);
    task->condition = ckp_parse_expr(r->ps, at, "condition");
    task_shape(r, task, at);
    task_inputs(r, i, at);
    task->output_variable = ckp_parse_variable(r->ps, at, "output_variable");
    ckp_parse_mappings(r->ps, at, "outputs", &task->outputs,
                       &task->noutputs);
    task_retry(r, task, at);
    task->on_error = (ckp_dag_on_error_t)
                     ckp_dag_read_on_error(r, at, (int) r->dag->on_error);

    /* form E: the parameters of a call are the inputs, which were judged */

    r->judged = ckp_parse_form(r->ps) == 'E';
    ckp_dag_read_body(r, i);
    r->judged = false;
    ckp_parse_known(r->ps, at, ckp_known_task, NULL);
}
