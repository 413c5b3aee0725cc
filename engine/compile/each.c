/*
 * Every step of a node, in the order of the document: its own, of its handlers,
 * of an end, of its tasks, of its tools.
 */

#include <string.h>

#include "compile/parse_int.h"
#include "dag/dag.h"
#include "llm/planner.h"
#include "node/node.h"

typedef struct {
    ckp_each_step_pt   visit;
    void              *data;
    ckp_each_t         at;
} each_t;


static void each_handlers(each_t *e, const ckp_handler_t *list, size_t n);


/* Steps of handlers have no handlers of their own: that is as deep as it
 * gets. */
static void
each_list(each_t *e, const ckp_step_t *steps, size_t n)
{
    for (size_t i = 0; steps != NULL && i < n; i++) {
        e->at.step = &steps[i];
        e->visit(e->data, &e->at);
        each_handlers(e, steps[i].handlers, steps[i].nhandlers);
    }
}


static void
each_handlers(each_t *e, const ckp_handler_t *list, size_t n)
{
    for (size_t i = 0; list != NULL && i < n; i++) {
        each_list(e, list[i].recovery, list[i].nrecovery);
    }
}


static bool
each_is(const ckp_node_t *node, const char *type)
{
    return node->ops != NULL && strcmp(node->ops->type, type) == 0;
}


/* Of a node of the graph, or of what stands in its place in a task or tool. */
static void
each_node(each_t *e, const ckp_node_t *node)
{
    if (node->u.sequence != NULL && (each_is(node, "sequence")
                                     || each_is(node, "processing")))
    {
        each_list(e, node->u.sequence->steps, node->u.sequence->nsteps);

    } else if (node->u.terminate != NULL && each_is(node, "terminate")) {
        each_list(e, node->u.terminate->cleanup, node->u.terminate->ncleanup);
        each_list(e, node->u.terminate->error_actions,
                  node->u.terminate->nerror_actions);
    }

    each_handlers(e, node->handlers, node->nhandlers);
}


static void
each_tasks(each_t *e, const ckp_dag_t *dag)
{
    for (size_t i = 0; dag != NULL && i < dag->ntasks; i++) {
        if (dag->tasks[i].body != NULL) {
            e->at.task = dag->tasks[i].id;
            each_node(e, dag->tasks[i].body);
        }
    }

    e->at.task = NULL;
}


static void
each_tools(each_t *e, const ckp_planner_t *planner)
{
    for (size_t i = 0; planner != NULL && i < planner->ntools; i++) {
        if (planner->tools[i].body != NULL) {
            e->at.tool = planner->tools[i].name;
            e->at.writes = planner->tools[i].writes;
            each_node(e, planner->tools[i].body);
        }
    }

    e->at.tool = NULL;
}


void
ckp_each_step(const ckp_node_t *node, ckp_each_step_pt visit, void *data)
{
    each_t  e = { .visit = visit, .data = data, .at = { .node = node } };

    each_node(&e, node);

    if (each_is(node, "dag")) {
        each_tasks(&e, node->u.dag);

    } else if (each_is(node, "llm_action") && node->u.llm != NULL) {
        each_tools(&e, node->u.llm->planner);
    }
}
