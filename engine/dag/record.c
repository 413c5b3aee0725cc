/*
 * dag: what is known of each task while the node is at work.
 */

#include <string.h>

#include "dag/dag.h"


ckp_code_t
ckp_dag_put(ckp_fiber_t *f, size_t task, const char *member, json_t *value)
{
    const char *const  id = ckp_fiber_node(f)->u.dag->tasks[task].id;

    return ckp_fiber_put_in(f, "t", id, member, value);
}


json_t *
ckp_dag_get(const ckp_fiber_t *f, size_t task, const char *member)
{
    const char *const  id = ckp_fiber_node(f)->u.dag->tasks[task].id;

    return json_object_get(ckp_fiber_get(f, "t", id), member);
}


bool
ckp_dag_is(const ckp_fiber_t *f, size_t task, const char *status)
{
    const char *const  own = json_string_value(ckp_dag_get(f, task, "s"));

    return own != NULL && strcmp(own, status) == 0;
}


ckp_code_t
ckp_dag_count(ckp_fiber_t *f, const char *a, const char *b, int64_t by)
{
    return ckp_fiber_put(f, a, b, json_integer(by + ckp_fiber_get_int(f, a,
                                                                      b)));
}


size_t
ckp_dag_find(const ckp_dag_t *dag, const char *key, bool *spare)
{
    const json_t *const  at = json_object_get(dag->keys, key);
    const size_t         i = (size_t) json_integer_value(at);

    *spare = at != NULL && i >= dag->ntasks;

    return at == NULL ? CKP_DAG_NONE : *spare ? i - dag->ntasks : i;
}


/* Tasks that were settled, one way or another. */
size_t
ckp_dag_settled(const ckp_fiber_t *f)
{
    static const char *const  ends[] = { "completed", "failed", "skipped",
                                         "canceled" };
    int64_t                   n = 0;

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        n += ckp_fiber_get_int(f, "sum", ends[i]);
    }

    return (size_t) n;
}
