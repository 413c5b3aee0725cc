/*
 * When a task may run, and in which order: the pure part of dag (spec/ckp.md
 * 11.3).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dag/plan.h"

typedef struct {
    size_t            *order;
    size_t            *level;
    size_t             done;
    ckp_dag_links_t    forth;
    ckp_dag_links_t    back;
} t_plan_t;


static ckp_dag_links_t
links(size_t n, const ckp_dag_pair_t *pairs, size_t npairs, bool back)
{
    ckp_dag_links_t  l = { calloc(n + 1, sizeof(size_t)),
                           calloc(npairs + 1, sizeof(size_t)),
                           calloc(npairs + 1, sizeof(size_t)) };

    ckp_dag_link(n, pairs, npairs, back, &l);

    return l;
}


static t_plan_t
plan(size_t n, const ckp_dag_pair_t *pairs, size_t npairs)
{
    t_plan_t    p = { .order = calloc(n, sizeof(size_t)),
                      .level = calloc(n, sizeof(size_t)) };
    ckp_code_t  rc;

    p.forth = links(n, pairs, npairs, false);
    p.back = links(n, pairs, npairs, true);
    p.done = ckp_dag_sort(n, &p.forth, p.order, p.level, &rc);
    assert_int_equal(rc, CKP_OK);

    return p;
}


static void
links_over(ckp_dag_links_t *l)
{
    free(l->first);
    free(l->to);
    free(l->edge);
}


static void
plan_over(t_plan_t *p)
{
    links_over(&p->forth);
    links_over(&p->back);
    free(p->order);
    free(p->level);
}


/* --- worth and rules -------------------------------------------------------- */


static void
what_a_dependency_is_worth(void **state)
{
    static const struct {
        ckp_dag_on_t     on;
        ckp_dag_end_t    end;
        bool             holds;
        ckp_dag_worth_t  worth;
    } rows[] = {
        { CKP_DAG_ON_SUCCESS, CKP_DAG_COMPLETED, true, CKP_DAG_SATISFIED },
        { CKP_DAG_ON_SUCCESS, CKP_DAG_COMPLETED, false, CKP_DAG_VOID },
        { CKP_DAG_ON_SUCCESS, CKP_DAG_FAILED, true, CKP_DAG_BROKEN },
        { CKP_DAG_ON_SUCCESS, CKP_DAG_SKIPPED, true, CKP_DAG_VOID },
        { CKP_DAG_ON_SUCCESS, CKP_DAG_CANCELED, true, CKP_DAG_VOID },
        { CKP_DAG_ON_FAILURE, CKP_DAG_COMPLETED, true, CKP_DAG_VOID },
        { CKP_DAG_ON_FAILURE, CKP_DAG_FAILED, true, CKP_DAG_SATISFIED },
        { CKP_DAG_ON_FAILURE, CKP_DAG_FAILED, false, CKP_DAG_VOID },
        { CKP_DAG_ON_FAILURE, CKP_DAG_SKIPPED, true, CKP_DAG_VOID },
        { CKP_DAG_ON_SETTLED, CKP_DAG_COMPLETED, true, CKP_DAG_SATISFIED },
        { CKP_DAG_ON_SETTLED, CKP_DAG_FAILED, true, CKP_DAG_SATISFIED },
        { CKP_DAG_ON_SETTLED, CKP_DAG_SKIPPED, true, CKP_DAG_SATISFIED },
        { CKP_DAG_ON_SETTLED, CKP_DAG_SKIPPED, false, CKP_DAG_VOID },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(ckp_dag_worth(rows[i].on, rows[i].end,
                                       rows[i].holds), rows[i].worth);
    }
}


/* Of each rule: {n, satisfied, broken, voided} and what follows. */
static void
trigger_rules_are_those_of_the_table(void **state)
{
    static const struct {
        ckp_dag_rule_t     rule;
        ckp_dag_deps_t     deps;
        ckp_dag_verdict_t  verdict;
    } rows[] = {
        { CKP_DAG_ALL_SUCCESS, { 0, 0, 0, 0 }, CKP_DAG_RUN },
        { CKP_DAG_ALL_SUCCESS, { 2, 1, 0, 0 }, CKP_DAG_WAIT },
        { CKP_DAG_ALL_SUCCESS, { 2, 1, 0, 1 }, CKP_DAG_RUN },
        { CKP_DAG_ALL_SUCCESS, { 2, 0, 0, 2 }, CKP_DAG_SKIP_UNMET },
        { CKP_DAG_ALL_SUCCESS, { 2, 1, 1, 0 }, CKP_DAG_SKIP_BROKEN },
        { CKP_DAG_ALL_SUCCESS, { 2, 0, 1, 0 }, CKP_DAG_WAIT },
        { CKP_DAG_ALL_DONE, { 0, 0, 0, 0 }, CKP_DAG_RUN },
        { CKP_DAG_ALL_DONE, { 2, 0, 1, 1 }, CKP_DAG_RUN },
        { CKP_DAG_ALL_DONE, { 2, 0, 0, 2 }, CKP_DAG_SKIP_UNMET },
        { CKP_DAG_ALWAYS, { 2, 0, 0, 2 }, CKP_DAG_RUN },
        { CKP_DAG_ALWAYS, { 2, 1, 0, 0 }, CKP_DAG_WAIT },
        { CKP_DAG_NONE_FAILED, { 2, 0, 0, 2 }, CKP_DAG_RUN },
        { CKP_DAG_NONE_FAILED, { 2, 1, 1, 0 }, CKP_DAG_SKIP_BROKEN },
        { CKP_DAG_ONE_SUCCESS, { 3, 1, 0, 0 }, CKP_DAG_RUN },
        { CKP_DAG_ONE_SUCCESS, { 3, 0, 2, 0 }, CKP_DAG_WAIT },
        { CKP_DAG_ONE_SUCCESS, { 2, 0, 1, 1 }, CKP_DAG_SKIP_BROKEN },
        { CKP_DAG_ONE_SUCCESS, { 2, 0, 0, 2 }, CKP_DAG_SKIP_UNMET },
        { CKP_DAG_ONE_SUCCESS, { 0, 0, 0, 0 }, CKP_DAG_SKIP_UNMET },
        { CKP_DAG_ONE_FAILED, { 3, 0, 1, 0 }, CKP_DAG_RUN },
        { CKP_DAG_ONE_FAILED, { 2, 1, 0, 1 }, CKP_DAG_SKIP_UNMET },
        { CKP_DAG_ALL_FAILED, { 2, 0, 2, 0 }, CKP_DAG_RUN },
        { CKP_DAG_ALL_FAILED, { 2, 1, 1, 0 }, CKP_DAG_SKIP_UNMET },
        { CKP_DAG_ALL_FAILED, { 2, 0, 1, 0 }, CKP_DAG_WAIT },
        { CKP_DAG_ALL_FAILED, { 0, 0, 0, 0 }, CKP_DAG_SKIP_UNMET },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (ckp_dag_judge(rows[i].rule, &rows[i].deps) != rows[i].verdict) {
            fail_msg("row %zu: %d", i, (int) ckp_dag_judge(rows[i].rule,
                                                           &rows[i].deps));
        }
    }
}


/* --- order --------------------------------------------------------------------- */


static void
the_order_is_stable_and_levels_are_longest_ways(void **state)
{
    /* 3 -> 1, 3 -> 0, 0 -> 2, 1 -> 2, 3 -> 2; 4 alone */

    static const ckp_dag_pair_t  pairs[] = { { 3, 1 }, { 3, 0 }, { 0, 2 },
                                             { 1, 2 }, { 3, 2 } };
    static const size_t          order[] = { 3, 4, 0, 1, 2 };
    static const size_t          level[] = { 1, 1, 2, 0, 0 };
    t_plan_t                     p = plan(5, pairs, 5);

    assert_int_equal(p.done, 5);
    assert_memory_equal(p.order, order, sizeof(order));
    assert_memory_equal(p.level, level, sizeof(level));

    /* in the order they were given, with where they came from */

    assert_int_equal(p.forth.first[3], 2);
    assert_int_equal(p.forth.first[4], 5);
    assert_int_equal(p.forth.to[2], 1);
    assert_int_equal(p.forth.to[3], 0);
    assert_int_equal(p.forth.to[4], 2);
    assert_int_equal(p.forth.edge[4], 4);
    plan_over(&p);
}


static void
a_cycle_is_found_from_its_first_member(void **state)
{
    static const ckp_dag_pair_t  pairs[] = { { 0, 1 }, { 4, 2 }, { 2, 3 },
                                             { 3, 4 }, { 4, 5 } };
    t_plan_t                     p = plan(6, pairs, 5);
    size_t                       way[6];

    assert_int_equal(p.done, 2);
    assert_int_equal(p.level[5], SIZE_MAX);
    assert_int_equal(ckp_dag_cycle(6, &p.back, p.level, way), 3);
    assert_int_equal(way[0], 2);
    assert_int_equal(way[1], 3);
    assert_int_equal(way[2], 4);
    plan_over(&p);
}


static void
a_task_may_wait_for_itself_or_all_for_all(void **state)
{
    static const ckp_dag_pair_t  self[] = { { 0, 0 } };
    static const ckp_dag_pair_t  ring[] = { { 0, 1 }, { 1, 2 }, { 2, 0 } };
    size_t                       way[3];
    t_plan_t                     p = plan(1, self, 1);

    assert_int_equal(p.done, 0);
    assert_int_equal(ckp_dag_cycle(1, &p.back, p.level, way), 1);
    plan_over(&p);

    p = plan(3, ring, 3);
    assert_int_equal(ckp_dag_cycle(3, &p.back, p.level, way), 3);
    assert_int_equal(way[0], 0);
    assert_int_equal(way[1], 1);
    plan_over(&p);
}


static void
ancestors_are_all_that_lead_there(void **state)
{
    static const ckp_dag_pair_t  pairs[] = { { 0, 1 }, { 1, 2 }, { 3, 2 },
                                             { 2, 4 } };
    t_plan_t                     p = plan(5, pairs, 4);
    bool                         seen[5];
    size_t                       stack[5];

    ckp_dag_ancestors(5, &p.back, 2, seen, stack);
    assert_true(seen[0] && seen[1] && seen[3]);
    assert_false(seen[2] || seen[4]);
    plan_over(&p);
}


static void
nothing_to_order_is_ordered(void **state)
{
    t_plan_t  p = plan(3, NULL, 0);

    assert_int_equal(p.done, 3);
    assert_int_equal(p.order[2], 2);
    assert_int_equal(p.level[2], 0);
    plan_over(&p);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_a_dependency_is_worth),
        cmocka_unit_test(trigger_rules_are_those_of_the_table),
        cmocka_unit_test(the_order_is_stable_and_levels_are_longest_ways),
        cmocka_unit_test(a_cycle_is_found_from_its_first_member),
        cmocka_unit_test(a_task_may_wait_for_itself_or_all_for_all),
        cmocka_unit_test(ancestors_are_all_that_lead_there),
        cmocka_unit_test(nothing_to_order_is_ordered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
