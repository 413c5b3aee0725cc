/*
 * The fibers of a run as who drives them sees them: what was kept from turn to
 * turn is what the state says, and of many fibers few are looked at.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define T_HOST_WANTS  4096

#include "host.h"
#include "procs.h"
#include "run/run_int.h"

#define INPUTS_MAX  300


/* The row of a fiber there, as a text; "" when it is gone. */
static void
t_row_text(const ckp_roster_t *r, int64_t id, char out[200])
{
    char              name[24];
    const ckp_row_t  *row;

    snprintf(name, sizeof(name), "%lld", (long long) id);
    row = ckp_roster_row(r, name);
    out[0] = '\0';

    if (row != NULL) {
        snprintf(out, 200, "up %lld wake %lld under %zu held %zu live %zu "
                 "wait %d beside %d over %d parked %d busy %d",
                 (long long) row->up, (long long) row->wake, row->under,
                 row->held, row->live, row->wait, row->beside, row->over,
                 row->parked, row->busy);
    }
}


/* What is kept is what would be made anew. */
static void
t_holds(ckp_run_t *run, const char *story)
{
    ckp_run_t     other = *run;
    ckp_roster_t *const  a = &run->roster;
    ckp_roster_t *const  b = &other.roster;

    assert_int_equal(ckp_roster_look(run), CKP_OK);
    other.roster = (ckp_roster_t) { .n = 0 };
    assert_int_equal(ckp_roster_look(&other), CKP_OK);

    assert_int_equal(a->n - a->gone, b->n - b->gone);
    assert_true(ckp_roster_first(a) == ckp_roster_first(b));
    assert_int_equal(a->moves, b->moves);
    assert_int_equal(a->busy, b->busy);
    assert_memory_equal(a->waits, b->waits, sizeof(a->waits));

    for (size_t i = 0; i < a->n; i++) {
        char  kept[200];
        char  made[200];

        t_row_text(a, a->rows[i].id, kept);
        t_row_text(b, a->rows[i].id, made);

        if (strcmp(kept, made) != 0) {
            fail_msg("%s: fiber %lld: \"%s\", not \"%s\"", story,
                     (long long) a->rows[i].id, kept, made);
        }
    }

    ckp_roster_free(b);
}


static void
what_is_kept_is_what_the_state_says(void **state)
{
    for (size_t i = 0; i < T_PROCS; i++) {
        t_host_t     h;
        ckp_input_t  in;

        t_host_open(&h, t_procs[i].text, t_kid);

        for (int n = 0; n < INPUTS_MAX && t_host_next(&h, &in); n++) {
            ckp_turn_t  turn;
            ckp_err_t   err = CKP_ERR_INIT;

            if (ckp_run_feed(h.run, &in, &turn, &err) == CKP_OK) {
                t_host_took(&h, &turn);
            } else {
                h.wake = 0;
            }

            t_holds(h.run, t_procs[i].name);
        }

        assert_true(h.final);
        t_host_over(&h);
    }
}


/* --- many ----------------------------------------------------------------------- */

static char *
t_wide(int n)
{
    char *const  text = malloc((size_t) n * 120 + 1000);
    char        *p = text;

    p += sprintf(p, "{'procedure_id':'w','version':'1','workflow_graph':{"
                 "'start_node':'d','nodes':{'d':{'type':'dag','next_node':"
                 "'end','tasks':[{'task_id':'a','noop':true},");

    for (int i = 0; i < n; i++) {
        p += sprintf(p, "{'task_id':'t%d','depends_on':['a'],'step':{'agent':"
                     "'W','action':'work'}},", i);
    }

    p += sprintf(p, "{'task_id':'z','noop':true,'depends_on':[");

    for (int i = 0; i < n; i++) {
        p += sprintf(p, "%s't%d'", i == 0 ? "" : ",", i);
    }

    sprintf(p, "]}]},'end':{'type':'terminate'}}}}");

    return text;
}


/* How often fibers were read in the run of a diamond. */
static uint64_t
t_reads(int n)
{
    char *const  text = t_wide(n);
    t_host_t     h;
    ckp_input_t  in;
    uint64_t     reads;

    t_host_open(&h, text, NULL);

    while (t_host_next(&h, &in)) {
        ckp_turn_t     turn;
        ckp_err_t      err = CKP_ERR_INIT;
        ckp_summary_t  sum;

        assert_int_equal(ckp_run_feed(h.run, &in, &turn, &err), CKP_OK);
        t_host_took(&h, &turn);
        ckp_run_summary(h.run, &sum);
    }

    assert_true(h.final);
    reads = h.run->roster.reads;
    t_host_over(&h);
    free(text);

    return reads;
}


static void
a_task_costs_the_same_among_many(void **state)
{
    const uint64_t  few = t_reads(100);
    const uint64_t  many = t_reads(1998);

    /* each is read when it is born, admitted, called, answered and gone */

    assert_true(few <= 12 * 100 + 50);
    assert_true(many <= 12 * 1998 + 50);
}


/* --- the tree -------------------------------------------------------------------- */

static void
t_state_wake(ckp_run_t *run, int64_t id, json_t *wake)
{
    char               name[24];
    const char *const  path[] = { "fibers", name, NULL };

    snprintf(name, sizeof(name), "%lld", (long long) id);
    assert_int_equal(ckp_state_put(&run->state, path, json_pack(
                     "{s:{}, s:o*}", "n", "wake", wake)), CKP_OK);
}


static void
who_is_due_is_found_by_age(void **state)
{
    t_host_t      h;
    ckp_roster_t  *r;
    int64_t        wakes[300];
    uint64_t       z = 7;

    t_host_open(&h, t_procs[0].text, NULL);
    r = &h.run->roster;

    for (int n = 1; n < 300; n++) {
        z = z * 6364136223846793005u + 1442695040888963407u;
        wakes[n] = (int64_t) (z >> 33) % 50 - 2;    /* -2: ready, -1: never */
        t_state_wake(h.run, n, wakes[n] == -2 ? NULL : json_integer(wakes[n]));
        assert_int_equal(ckp_roster_look(h.run), CKP_OK);

        for (int64_t until = -1; until < 50; until += 7) {
            size_t  at = 0;

            for (int i = 1; i <= n; i++) {
                if (wakes[i] == -2 || (wakes[i] >= 0 && wakes[i] <= until)) {
                    at = ckp_roster_due(r, at, until);
                    assert_true(at < r->n);
                    assert_int_equal(r->rows[at].id, i);
                    at++;
                }
            }

            assert_int_equal(ckp_roster_due(r, at, until), r->n);
        }
    }

    t_host_over(&h);
}


static void
who_is_gone_is_forgotten(void **state)
{
    t_host_t  h;

    t_host_open(&h, t_procs[0].text, NULL);

    for (int n = 1; n <= 1000; n++) {
        char               name[24];
        const char *const  path[] = { "fibers", name, NULL };

        t_state_wake(h.run, n, NULL);
        assert_int_equal(ckp_roster_look(h.run), CKP_OK);

        if (n % 10 != 0) {
            snprintf(name, sizeof(name), "%d", n);
            assert_int_equal(ckp_state_del(&h.run->state, path), CKP_OK);
            assert_int_equal(ckp_roster_look(h.run), CKP_OK);
        }
    }

    assert_int_equal(h.run->roster.n - h.run->roster.gone, 100);
    assert_true(h.run->roster.n <= 300);
    t_holds(h.run, "many that are gone");
    t_host_over(&h);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_is_kept_is_what_the_state_says),
        cmocka_unit_test(a_task_costs_the_same_among_many),
        cmocka_unit_test(who_is_due_is_found_by_age),
        cmocka_unit_test(who_is_gone_is_forgotten),
    };

    json_object_seed(1);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
