/*
 * Memory may run out anywhere while tasks are compiled or run: the caller is
 * told so, and nothing is left behind (LINK_dag_nomem in t/Makefile).
 */

#include "dag.h"

#include <stdlib.h>

#include "starve.h"


/* Compiles with memory for `n` allocations; whether that was enough. */
static bool
compile_short(json_t *doc, long n)
{
    const long       before = alive;
    ckp_diags_t     *diags = ckp_diags_new();
    ckp_compiler_t  *c = ckp_compiler_new(diags);
    ckp_program_t   *prog;
    ckp_code_t       rc;

    refused = 0;
    good = n;
    rc = ckp_compiler_add(c, doc);
    prog = ckp_compiler_finish(c);
    good = -1;

    if (refused == 0) {
        assert_int_equal(rc, CKP_OK);
        assert_non_null(prog);

    } else if (rc != CKP_OK) {
        assert_int_equal(rc, CKP_E_NOMEM);
        assert_null(prog);
    }

    ckp_program_unref(prog);
    ckp_compiler_free(c);
    ckp_diags_free(diags);
    assert_int_equal(alive, before);

    return refused == 0;
}


static void
compiles_or_says_so(const char *text)
{
    json_t *const  doc = t_doc_json(text);
    long           n = 0;

    while (!compile_short(doc, n)) {
        n += n < 400 ? 1 : 7;
    }

    assert_true(n > 50);
    json_decref(doc);
}


/* Its first turn, with memory for `n` allocations. */
static bool
run_short(const t_doc_t *d, long n)
{
    const long         before = alive;
    t_run_t            t;
    ckp_err_t          err = CKP_ERR_INIT;
    const ckp_input_t  in = { .kind = CKP_IN_RECOVER, .ref = "",
                              .now_ms = 1700000000000, .seed = t.seed };

    memset(&t, 0, sizeof(t));
    t.now = in.now_ms;
    t.d = *d;
    t.run = ckp_run_new(d->prog, "run");
    t_inputs(&t, json_object());

    refused = 0;
    good = n;
    t.rc = ckp_run_feed(t.run, &in, &t.turn, &err);
    good = -1;

    if (t.rc != CKP_OK && t.rc != CKP_E_NOMEM) {
        fail_msg("after %ld allocations: %d %s", n, t.rc, err.msg);
    }

    if (refused == 0) {
        assert_int_equal(t.rc, CKP_OK);
    }

    ckp_run_free(t.run);
    assert_int_equal(alive, before);

    return refused == 0;
}


static void
runs_or_says_so(const char *text)
{
    t_doc_t  d;
    long     n = 0;

    t_doc(&d, text);
    assert_non_null(d.prog);

    while (!run_short(&d, n)) {
        n += n < 200 ? 1 : 23;
    }

    assert_true(n > 200);
    t_doc_free(&d);
}


#define RICH                                                                  \
    T_DAG(T_SET("a", ",'inputs':{'x':'{{run_id}}'},'outputs':{'o':"           \
                "'{{result}}'}") ","                                          \
          T_FAIL("b", ",'on_error':'continue','fallback_task':'z'") ","       \
          T_VALUE("z", "1 / 0", "") ","                                       \
          T_VALUE("c", "tasks.a.output", ",'depends_on':[{'task':'a',"        \
                  "'condition':'output == \\'a\\''},{'task':'b','on':"        \
                  "'settled'}],'output_variable':'c'") ","                    \
          T_VALUE("d", "context.c", ",'depends_on':['c'],'condition':"        \
                  "'false'") ","                                              \
          "{'task_id':'e','depends_on':['c'],'approval':{'prompt':'Ok?'}},"   \
          T_CALL("f", ",'depends_on':['c'],'retry':{'max_attempts':2}"),      \
          ",'scheduling':'levels','output_variable':'r'")

#define STEPS                                                                 \
    "{'name':'n','steps':[{'id':'a','config':{'action':'x','more':1,"         \
    "'max_retries':1}},{'id':'b','config':{'action':'x','duration_seconds'"   \
    ":0},'depends_on':['a']}]}"

#define GRAPH                                                                 \
    "{'name':'n','tags':'[1]','timeout_seconds':5,'nodes':[{'id':'a','type':" \
    "'condition','inputs':{'x':['$input.k','$$','{{']},'config':{"            \
    "'condition_expression':'true'}},{'id':'b','type':'human_gate','inputs':" \
    "'{\\'v\\': \\'$a.input\\'}'},{'id':'c','type':'tool_call','action':"     \
    "'noop','fallback_node_id':'d'},{'id':'d','type':'join'}],'edges':[{"     \
    "'from':'a','to':'b','condition':{'field':'x','operator':'gt','value':"   \
    "[1,{'y':2}]}},{'from':'a','to':'c','is_default':true}]}"


static void
tasks_compile_or_it_is_told(void **state)
{
    compiles_or_says_so(RICH);
    compiles_or_says_so(STEPS);
    compiles_or_says_so(GRAPH);
}


static void
tasks_run_or_nothing_happens(void **state)
{
    runs_or_says_so(RICH);
    runs_or_says_so(GRAPH);
}


/* A document is drawn, or it is not. */
static void
tasks_are_drawn_or_not(void **state)
{
    json_t *const  doc = t_doc_json(RICH);

    for (long n = 0; ; n++) {
        const long  before = alive;
        json_t     *graph;

        refused = 0;
        good = n;
        graph = ckp_document_graph(doc);
        good = -1;
        json_decref(graph);
        assert_int_equal(alive, before);

        if (refused == 0) {
            break;
        }
    }

    json_decref(doc);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(tasks_compile_or_it_is_told),
        cmocka_unit_test(tasks_run_or_nothing_happens),
        cmocka_unit_test(tasks_are_drawn_or_not),
    };


    return cmocka_run_group_tests(tests, NULL, NULL);
}
