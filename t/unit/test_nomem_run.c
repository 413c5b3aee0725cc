/*
 * Memory may run out anywhere in the life of a procedure: while it is compiled,
 * saved and loaded, and in each of its turns.  Whatever allocation fails, the
 * answer is CKP_E_NOMEM, nothing is left, and what was saved before goes on to
 * the same end.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "host.h"
#include "procs.h"
#include "starve.h"

#define INPUTS_MAX   300
#define FAULTS_TOLD  20

static const char  *what;       /* is at work, for messages */
static long         step;       /* from one allocation that fails to the next */
static unsigned     faults;


/* Says the first of them; all are counted. */
static void __attribute__((format(printf, 1, 2)))
t_fault(const char *fmt, ...)
{
    va_list  args;

    if (++faults > FAULTS_TOLD) {
        return;
    }

    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputs("\n", stderr);
}


/* --- what a turn says ----------------------------------------------------------- */

static void
t_told_value(ckp_buf_t *b, const json_t *v)
{
    if (v != NULL) {
        ckp_json_put(b, v);
    }

    ckp_buf_puts(b, "\n");
}


static void
t_told(ckp_buf_t *b, const ckp_run_t *run, const ckp_turn_t *turn)
{
    json_t *const  state = ckp_run_save(run);

    for (size_t i = 0; i < turn->nevents; i++) {
        ckp_buf_printf(b, "%u %s %s ", turn->events[i].seq,
                       turn->events[i].type, turn->events[i].path);
        t_told_value(b, turn->events[i].payload);
        ckp_buf_printf(b, "%s ", turn->events[i].delta == NULL ? "-"
                                 : turn->events[i].delta);
    }

    for (size_t i = 0; i < turn->nwrites; i++) {
        ckp_buf_printf(b, "%s ", turn->writes[i].table);
        t_told_value(b, turn->writes[i].row);
    }

    for (size_t i = 0; i < turn->neffects; i++) {
        ckp_buf_printf(b, "%d %s ", (int) turn->effects[i].kind,
                       turn->effects[i].ref);
        t_told_value(b, turn->effects[i].body);
    }

    ckp_buf_printf(b, "%lld %d ", (long long) turn->wake_at_ms, turn->final);
    t_told_value(b, state);
    json_decref(state);
}


/* The first line in which two differ. */
static void
t_same(const char *got, const char *want, long n, const char *story)
{
    if (strcmp(got, want) == 0) {
        return;
    }

    while (*got == *want) {
        got++;
        want++;
    }

    t_fault("%s: allocation %ld of %s fails, and silently it is\n%.300s\n"
             "not\n%.300s", what, n, story, got, want);
}


/* --- turns ------------------------------------------------------------------------ */

static ckp_run_t *
t_loaded(const t_host_t *h, const json_t *saved)
{
    ckp_err_t         err = CKP_ERR_INIT;
    ckp_run_t *const  run = ckp_run_load(h->prog, "run", saved, &err);

    assert_non_null(run);

    if (h->kid != NULL) {
        assert_int_equal(ckp_run_link(run, "kid", h->kid), CKP_OK);
    }

    return run;
}


/* One turn from what was saved while allocation n fails; true: it did. */
static bool
t_starved(const t_host_t *h, const json_t *saved, const ckp_input_t *in,
    long n, const char *want)
{
    const long        before = alive;
    ckp_run_t *const  run = t_loaded(h, saved);
    ckp_err_t         err = CKP_ERR_INIT;
    ckp_turn_t        turn;
    ckp_code_t        rc;
    ckp_buf_t         b;
    char              story[40];

    snprintf(story, sizeof(story), "input %d (%s)", (int) in->kind, in->ref);
    refused = 0;
    good = n;
    rc = ckp_run_feed(run, in, &turn, &err);
    good = -1;

    if (rc == CKP_OK) {
        ckp_buf_init(&b, 4 * 1024 * 1024);
        t_told(&b, run, &turn);
        t_same(ckp_buf_str(&b), want, n, story);
        ckp_buf_free(&b);

    } else if (rc != CKP_OK
               && (rc != CKP_E_NOMEM || refused == 0 || turn.nevents != 0
                   || turn.neffects != 0 || turn.nwrites != 0))
    {
        t_fault("%s: allocation %ld of %s fails: code %d, %s", what, n, story,
                 rc, err.msg);
    }

    ckp_run_free(run);

    if (alive != before) {
        t_fault("%s: allocation %ld of %s fails: %ld are left", what, n,
                 story, alive - before);
    }

    return refused > 0;
}


/* A turn from what was saved, first well, then with each allocation failing;
 * what was saved after it comes into *saved. */
static void
t_turn(t_host_t *h, const ckp_input_t *in, json_t **saved)
{
    ckp_err_t   err = CKP_ERR_INIT;
    ckp_turn_t  turn;
    ckp_buf_t   b;
    ckp_code_t  rc;
    json_t     *after;

    ckp_run_free(h->run);
    h->run = t_loaded(h, *saved);
    rc = ckp_run_feed(h->run, in, &turn, &err);

    if (rc != CKP_OK) {
        assert_int_equal(rc, CKP_E_STATE);
        h->wake = 0;
        return;
    }

    ckp_buf_init(&b, 4 * 1024 * 1024);
    t_told(&b, h->run, &turn);
    after = ckp_run_save(h->run);

    for (long n = 0; t_starved(h, *saved, in, n, ckp_buf_str(&b)); n += step) {
        continue;
    }

    t_host_took(h, &turn);
    json_decref(*saved);
    *saved = after;
    ckp_buf_free(&b);
}


static void
t_run_starved(const t_proc_t *p, bool single)
{
    const long    before = alive;
    t_host_t      h;
    ckp_input_t   in;
    json_t       *saved;
    unsigned      n = 0;

    what = p->name;
    once = single;
    t_host_open(&h, p->text, t_kid);
    saved = ckp_run_save(h.run);

    while (n < INPUTS_MAX && t_host_next(&h, &in)) {
        t_turn(&h, &in, &saved);
        n++;
    }

    if (!h.final || n < 2) {
        t_fault("%s: it does not end, after %u inputs", what, n);
    }

    json_decref(saved);
    t_host_over(&h);

    if (alive != before) {
        t_fault("%s: %ld are left in the end", what, alive - before);
    }
}


static void
each_turn_survives_an_allocation_that_fails(void **state)
{
    faults = 0;

    for (size_t i = 0; i < T_PROCS; i++) {
        t_run_starved(&t_procs[i], true);
    }

    assert_int_equal(faults, 0);
}


static void
each_turn_survives_the_end_of_memory(void **state)
{
    faults = 0;

    for (size_t i = 0; i < T_PROCS; i++) {
        t_run_starved(&t_procs[i], false);
    }

    assert_int_equal(faults, 0);
}


/* --- compiling ---------------------------------------------------------------------- */

static void
t_compile_starved(const t_proc_t *p, bool single)
{
    json_t *const  doc = t_host_json(p->text);
    const long     before = alive;
    long           n = 0;

    once = single;

    do {
        ckp_program_t  *prog;

        refused = 0;
        good = n;
        prog = t_host_compile(doc, NULL);
        good = -1;

        if (prog == NULL && refused == 0) {
            t_fault("%s: it does not compile", p->name);
        }

        ckp_program_unref(prog);

        if (alive != before) {
            t_fault("%s: allocation %ld fails: %ld are left", p->name, n,
                     alive - before);
        }

        n += step;

    } while (refused > 0);

    json_decref(doc);
}


static void
compiling_survives_an_allocation_that_fails(void **state)
{
    faults = 0;

    for (size_t i = 0; i < T_PROCS; i++) {
        t_compile_starved(&t_procs[i], true);
        t_compile_starved(&t_procs[i], false);
    }

    assert_int_equal(faults, 0);
}


/* --- what is stored ------------------------------------------------------------------- */

#define CALLER                                                                \
    T_PROC("a", "'a':{'type':'subflow','procedure_id':'kid','version':'^1',"  \
           "'version_policy':'pin_on_import','input_mapping':{'b':1},"        \
           "'output_mapping':{'got':'sum'},'next_node':'b'},"                 \
           "'b':{'type':'subflow','procedure_id':'gone','version':'1',"       \
           "'next_node':'end'}", "")


/* Compiles with a look at what is called: the kid is there, nobody else.  All
 * that is said, and the versions that were chosen; NULL: no program. */
static json_t *
t_looked(const json_t *doc, ckp_program_t *kid)
{
    ckp_diags_t *const     diags = ckp_diags_new();
    ckp_compiler_t *const  c = diags == NULL ? NULL : ckp_compiler_new(diags);
    ckp_program_t         *prog = NULL;
    const ckp_want_t      *want;
    json_t                *all = NULL;

    if (c != NULL && ckp_compiler_add(c, doc) == CKP_OK) {
        while ((want = ckp_compiler_want(c)) != NULL) {
            const bool         is_kid = strcmp(want->procedure, "kid") == 0;
            const ckp_found_t  found = {
                .known = is_kid, .version = is_kid ? "1" : NULL,
                .hash = is_kid ? "h" : NULL, .prog = is_kid ? kid : NULL
            };

            ckp_compiler_found(c, &found);
        }

        prog = ckp_compiler_finish(c);
    }

    if (prog != NULL) {
        json_t *const  pins = ckp_compiler_pins(c);

        good = -1;
        all = json_pack("{s:o, s:o?}", "list", ckp_diags_json(diags, 'a'),
                        "pins", pins);
    }

    ckp_program_unref(prog);
    ckp_compiler_free(c);

    if (diags != NULL) {
        ckp_diags_free(diags);
    }

    return all;
}


static void
a_look_at_what_is_called_survives_it_too(void **state)
{
    json_t *const         text = t_host_json(t_kid);
    ckp_program_t *const  kid = t_host_compile(text, NULL);
    json_t *const         doc = t_host_json(CALLER);
    json_t *const         want = t_looked(doc, kid);
    const long            before = alive;

    assert_int_equal(json_array_size(json_object_get(want, "list")), 3);
    assert_int_equal(json_object_size(json_object_get(want, "pins")), 1);

    for (int i = 0; i < 2; i++) {
        long  n = 0;

        once = i == 0;

        do {
            json_t  *got;

            refused = 0;
            good = n;
            got = t_looked(doc, kid);
            good = -1;

            /* no pins: there was no memory for them */

            if (got != NULL && json_object_get(got, "pins") != NULL
                && !json_equal(got, want))
            {
                fail_msg("allocation %ld fails, and silently it is %s", n,
                         ckp_json_text(got));
            }

            assert_true(got != NULL || refused > 0);
            json_decref(got);
            assert_int_equal(alive, before);
            n += step;

        } while (refused > 0);
    }

    json_decref(want);
    json_decref(doc);
    json_decref(text);
    ckp_program_unref(kid);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(each_turn_survives_an_allocation_that_fails),
        cmocka_unit_test(each_turn_survives_the_end_of_memory),
        cmocka_unit_test(compiling_survives_an_allocation_that_fails),
        cmocka_unit_test(a_look_at_what_is_called_survives_it_too),
    };
    const char *const        under = getenv("LD_PRELOAD");

    /* valgrind is slow: there a sample has to do */

    step = under != NULL && strstr(under, "vgpreload") != NULL ? 97 : 1;
    json_object_seed(1);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
