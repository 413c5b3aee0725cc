/*
 * Trigger rules, order, levels and ways of a graph of tasks.
 */

#include "dag/plan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"


/* --- rules ------------------------------------------------------------------- */


ckp_dag_worth_t
ckp_dag_worth(ckp_dag_on_t on, ckp_dag_end_t end, bool holds)
{
    const bool  fits = on == CKP_DAG_ON_SETTLED
                       || (on == CKP_DAG_ON_SUCCESS && end == CKP_DAG_COMPLETED)
                       || (on == CKP_DAG_ON_FAILURE && end == CKP_DAG_FAILED);

    if (fits) {
        return holds ? CKP_DAG_SATISFIED : CKP_DAG_VOID;
    }

    return on == CKP_DAG_ON_SUCCESS && end == CKP_DAG_FAILED ? CKP_DAG_BROKEN
                                                             : CKP_DAG_VOID;
}


/* Two rules do not wait for the others once they hold. */
static bool
plan_holds_early(ckp_dag_rule_t rule, const ckp_dag_deps_t *deps)
{
    return (rule == CKP_DAG_ONE_SUCCESS && deps->satisfied > 0)
           || (rule == CKP_DAG_ONE_FAILED && deps->broken > 0);
}


static bool
plan_holds(ckp_dag_rule_t rule, const ckp_dag_deps_t *deps)
{
    switch (rule) {

    case CKP_DAG_ALL_SUCCESS:
        return deps->broken == 0 && (deps->n == 0 || deps->satisfied > 0);

    case CKP_DAG_ALL_DONE:
        return deps->n == 0 || deps->satisfied + deps->broken > 0;

    case CKP_DAG_ALWAYS:
        return true;

    case CKP_DAG_NONE_FAILED:
        return deps->broken == 0;

    case CKP_DAG_ONE_SUCCESS:
        return deps->satisfied > 0;

    case CKP_DAG_ONE_FAILED:
        return deps->broken > 0;

    case CKP_DAG_ALL_FAILED:
        return deps->n > 0 && deps->broken == deps->n;
    }

    return false;
}


ckp_dag_verdict_t
ckp_dag_judge(ckp_dag_rule_t rule, const ckp_dag_deps_t *deps)
{
    const size_t  settled = deps->satisfied + deps->broken + deps->voided;

    if (plan_holds_early(rule, deps)) {
        return CKP_DAG_RUN;
    }

    if (settled < deps->n) {
        return CKP_DAG_WAIT;
    }

    if (plan_holds(rule, deps)) {
        return CKP_DAG_RUN;
    }

    return deps->broken > 0 && rule != CKP_DAG_ALL_FAILED
           ? CKP_DAG_SKIP_BROKEN : CKP_DAG_SKIP_UNMET;
}


/* --- order ---------------------------------------------------------------------- */


void
ckp_dag_link(size_t n, const ckp_dag_pair_t *pairs, size_t npairs, bool back,
    ckp_dag_links_t *links)
{
    memset(links->first, 0, (n + 1) * sizeof(size_t));

    for (size_t i = 0; i < npairs; i++) {
        links->first[(back ? pairs[i].to : pairs[i].from) + 1]++;
    }

    for (size_t i = 0; i < n; i++) {
        links->first[i + 1] += links->first[i];
    }

    /* each place is filled from its end, and the ends become the firsts */

    for (size_t i = npairs; i > 0; i--) {
        const ckp_dag_pair_t *const  p = &pairs[i - 1];
        const size_t                 at = --links->first[(back ? p->to
                                                          : p->from) + 1];

        links->to[at] = back ? p->from : p->to;
        links->edge[at] = i - 1;
    }

    for (size_t i = 0; i < n; i++) {
        links->first[i] = links->first[i + 1];
    }

    links->first[n] = npairs;
}


static int
plan_compare(const void *a, const void *b)
{
    const size_t  x = *(const size_t *) a;
    const size_t  y = *(const size_t *) b;

    return x < y ? -1 : x > y;
}


/* Those that became ready by the same task stand in the order of the list. */
static void
plan_settle_ties(size_t *list, size_t n)
{
    bool  sorted = true;

    for (size_t i = 1; i < n; i++) {
        sorted = sorted && list[i - 1] <= list[i];
    }

    if (!sorted) {
        qsort(list, n, sizeof(size_t), plan_compare);
    }
}


size_t
ckp_dag_sort(size_t n, const ckp_dag_links_t *forth, size_t *order,
    size_t *level, ckp_code_t *rc)
{
    size_t *const  open = ckp_calloc((n + 1) * sizeof(size_t));
    size_t         listed = 0;

    *rc = open == NULL ? CKP_E_NOMEM : CKP_OK;

    if (open == NULL) {
        return 0;
    }

    for (size_t i = 0; i < forth->first[n]; i++) {
        open[forth->to[i]]++;
    }

    for (size_t i = 0; i < n; i++) {
        level[i] = open[i] == 0 ? 0 : SIZE_MAX;

        if (open[i] == 0) {
            order[listed++] = i;
        }
    }

    for (size_t at = 0; at < listed; at++) {
        const size_t  task = order[at];
        const size_t  before = listed;

        for (size_t i = forth->first[task]; i < forth->first[task + 1]; i++) {
            const size_t  to = forth->to[i];

            if (--open[to] == 0) {
                order[listed++] = to;
            }
        }

        plan_settle_ties(order + before, listed - before);
    }

    for (size_t at = 0; at < listed; at++) {
        const size_t  task = order[at];

        for (size_t i = forth->first[task]; i < forth->first[task + 1]; i++) {
            const size_t  to = forth->to[i];

            if (open[to] == 0
                && (level[to] == SIZE_MAX || level[to] < level[task] + 1))
            {
                level[to] = level[task] + 1;
            }
        }
    }

    ckp_free(open);

    return listed;
}


/* --- ways --------------------------------------------------------------------------- */


void
ckp_dag_ancestors(size_t n, const ckp_dag_links_t *back, size_t task,
    bool *seen, size_t *stack)
{
    size_t  depth = 0;

    memset(seen, 0, n * sizeof(bool));
    stack[depth++] = task;

    while (depth > 0) {
        const size_t  at = stack[--depth];

        for (size_t i = back->first[at]; i < back->first[at + 1]; i++) {
            if (!seen[back->to[i]]) {
                seen[back->to[i]] = true;
                stack[depth++] = back->to[i];
            }
        }
    }
}


/*
 * Each task that could not be ordered waits for one that could not, either:
 * going back from one to the next must come to a task twice.
 */
size_t
ckp_dag_cycle(size_t n, const ckp_dag_links_t *back, const size_t *level,
    size_t *way)
{
    size_t  at = 0;
    size_t  len = 0;

    while (at < n && level[at] != SIZE_MAX) {
        at++;
    }

    while (at < n) {
        size_t  next = n;

        for (size_t i = 0; i < len; i++) {
            if (way[i] == at) {
                memmove(way, way + i, (len - i) * sizeof(size_t));
                len -= i;
                goto found;
            }
        }

        way[len++] = at;

        for (size_t i = back->first[at];
             i < back->first[at + 1] && next == n; i++)
        {
            next = level[back->to[i]] == SIZE_MAX ? back->to[i] : n;
        }

        at = next;
    }

found:

    /* it was walked against the arrows, and may begin anywhere */

    for (size_t i = 0; i < len / 2; i++) {
        const size_t  held = way[i];

        way[i] = way[len - 1 - i];
        way[len - 1 - i] = held;
    }

    at = 0;

    for (size_t i = 1; i < len; i++) {
        at = way[i] < way[at] ? i : at;
    }

    for ( ; at > 0; at--) {
        const size_t  held = way[0];

        memmove(way, way + 1, (len - 1) * sizeof(size_t));
        way[len - 1] = held;
    }

    return len;
}
