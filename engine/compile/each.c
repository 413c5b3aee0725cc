/*
 * Every step of a program, in the order of the document: of nodes, of their
 * handlers, of ends.
 */

#include <string.h>

#include "compile/parse_int.h"
#include "dag/dag.h"
#include "node/node.h"

typedef struct {
    ckp_each_step_pt   visit;
    void              *data;
    const ckp_node_t  *node;
} each_t;


static void each_handlers(const each_t *e, const ckp_handler_t *list,
    size_t n);


/* Steps of handlers have no handlers of their own: that is as deep as it
 * gets. */
static void
each_list(const each_t *e, const ckp_step_t *steps, size_t n)
{
    for (size_t i = 0; steps != NULL && i < n; i++) {
        e->visit(e->data, e->node, &steps[i]);
        each_handlers(e, steps[i].handlers, steps[i].nhandlers);
    }
}


static void
each_handlers(const each_t *e, const ckp_handler_t *list, size_t n)
{
    for (size_t i = 0; list != NULL && i < n; i++) {
        each_list(e, list[i].recovery, list[i].nrecovery);
    }
}


/* Bodies of tasks: none of them is a dag. */
static void
each_task(const ckp_dag_t *dag, ckp_each_step_pt visit, void *data)
{
    for (size_t i = 0; dag != NULL && i < dag->ntasks; i++) {
        if (dag->tasks[i].body != NULL
            && strcmp(dag->tasks[i].body->ops->type, "dag") != 0)
        {
            ckp_each_step(dag->tasks[i].body, visit, data);
        }
    }
}


void
ckp_each_step(const ckp_node_t *node, ckp_each_step_pt visit, void *data)
{
    const each_t       e = { visit, data, node };
    const char *const  type = node->ops == NULL ? "" : node->ops->type;

    if (node->u.sequence != NULL && (strcmp(type, "sequence") == 0
                                     || strcmp(type, "processing") == 0))
    {
        each_list(&e, node->u.sequence->steps, node->u.sequence->nsteps);

    } else if (node->u.terminate != NULL && strcmp(type, "terminate") == 0) {
        each_list(&e, node->u.terminate->cleanup, node->u.terminate->ncleanup);
        each_list(&e, node->u.terminate->error_actions,
                  node->u.terminate->nerror_actions);
    }

    if (strcmp(type, "dag") == 0) {
        each_task(node->u.dag, visit, data);
    }

    each_handlers(&e, node->handlers, node->nhandlers);
}
