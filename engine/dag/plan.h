/*
 * When a task of a dag may run: pure functions of what came before it.
 * Source: spec/ckp.md 11.3.
 */

#ifndef CKP_DAG_PLAN_H
#define CKP_DAG_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* What of its source a dependency waits for. */
typedef enum {
    CKP_DAG_ON_SUCCESS,
    CKP_DAG_ON_FAILURE,
    CKP_DAG_ON_SETTLED
} ckp_dag_on_t;

typedef enum {
    CKP_DAG_ALL_SUCCESS,
    CKP_DAG_ALL_DONE,
    CKP_DAG_ALWAYS,
    CKP_DAG_NONE_FAILED,
    CKP_DAG_ONE_SUCCESS,
    CKP_DAG_ONE_FAILED,
    CKP_DAG_ALL_FAILED
} ckp_dag_rule_t;

/* How a task was settled. */
typedef enum {
    CKP_DAG_COMPLETED,
    CKP_DAG_FAILED,
    CKP_DAG_SKIPPED,
    CKP_DAG_CANCELED
} ckp_dag_end_t;

/* What a dependency is worth once its source is settled. */
typedef enum {
    CKP_DAG_SATISFIED,
    CKP_DAG_BROKEN,             /* "failed" */
    CKP_DAG_VOID
} ckp_dag_worth_t;

/* How many dependencies of a task are worth what, so far. */
typedef struct {
    size_t  n;                  /* all of them */
    size_t  satisfied;
    size_t  broken;
    size_t  voided;
} ckp_dag_deps_t;

typedef enum {
    CKP_DAG_WAIT,
    CKP_DAG_RUN,
    CKP_DAG_SKIP_UNMET,         /* no_satisfied_dependency */
    CKP_DAG_SKIP_BROKEN         /* upstream_failed */
} ckp_dag_verdict_t;

/* `holds`: its condition is true, or it has none. */
ckp_dag_worth_t ckp_dag_worth(ckp_dag_on_t on, ckp_dag_end_t end, bool holds);

ckp_dag_verdict_t ckp_dag_judge(ckp_dag_rule_t rule,
    const ckp_dag_deps_t *deps);

/* The dependencies of one source or target after another: those of task i are
 * to[first[i]] .. to[first[i + 1] - 1], in the order they were given. */
typedef struct {
    size_t  *first;             /* n + 1 */
    size_t  *to;
    size_t  *edge;              /* its position in the list it came from */
} ckp_dag_links_t;

typedef struct {
    size_t  from;
    size_t  to;
} ckp_dag_pair_t;

/* `links` has room for n + 1 firsts and `npairs` of the others.  back: by
 * target instead of by source. */
void ckp_dag_link(size_t n, const ckp_dag_pair_t *pairs, size_t npairs,
    bool back, ckp_dag_links_t *links);

/*
 * The stable topological order: of the tasks whose dependencies are all listed,
 * the one that became so first, ties by position.  level: the length of the
 * longest way from a task without dependencies.  Both have room for n.
 *
 * Returns how many could be ordered; fewer than n: there is a cycle, and the
 * others have level SIZE_MAX.  CKP_E_NOMEM cannot be told apart from success
 * by it, so `rc` tells.
 */
size_t ckp_dag_sort(size_t n, const ckp_dag_links_t *forth, size_t *order,
    size_t *level, ckp_code_t *rc);

/* Marks all that lead to `task` in seen[0..n), itself excluded.  `stack` has
 * room for n. */
void ckp_dag_ancestors(size_t n, const ckp_dag_links_t *back, size_t task,
    bool *seen, size_t *stack);

/* A cycle among the tasks whose level is SIZE_MAX: its members in order, from
 * the one that comes first in the list, in way[0..n).  Returns how many. */
size_t ckp_dag_cycle(size_t n, const ckp_dag_links_t *back,
    const size_t *level, size_t *way);

#endif
