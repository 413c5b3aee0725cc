/*
 * What the engine costs without any I/O: compiling documents, a template, a
 * condition, a step of a run, the bytes of its delta, many tasks at once.
 *
 *   engine [DOCUMENT...]
 *
 * Each figure is the best of some rounds: what else runs here only adds.
 */

#include <time.h>

#define T_HOST_WANTS  4096

#include "file.h"
#include "host.h"

#include "lang/expr.h"
#include "lang/template.h"

#define ROUNDS  7
#define TIMES   2000
#define NODES   1999     /* and the last one */
#define STEPS   50

typedef struct {
    json_t          *doc;
    ckp_template_t  *template;
    ckp_expr_t      *expr;
    ckp_eval_t       ev;
} bench_t;


static double
now_us(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (double) ts.tv_sec * 1e6 + (double) ts.tv_nsec / 1e3;
}


static void
bench_fail(const char *why)
{
    fprintf(stderr, "engine: this must not fail: %s\n", why);
    exit(1);
}


/* The best of the rounds, in microseconds for one time. */
static double
best_us(void (*work)(bench_t *b), bench_t *b, int times)
{
    double  best = 1e12;

    for (int round = 0; round < ROUNDS; round++) {
        const double  from = now_us();

        for (int i = 0; i < times; i++) {
            work(b);
        }

        const double  each = (now_us() - from) / times;

        best = each < best ? each : best;
    }

    return best;
}


static void
work_compile(bench_t *b)
{
    ckp_program_unref(t_host_compile(b->doc, NULL));
}


static void
work_template(bench_t *b)
{
    json_t     *out = NULL;
    ckp_err_t   err = CKP_ERR_INIT;

    b->ev.budget = CKP_EVAL_STEPS_MAX;

    if (ckp_template_render(b->template, &b->ev, &out, &err) != CKP_OK) {
        bench_fail(err.msg);
    }

    json_decref(out);
}


static void
work_condition(bench_t *b)
{
    bool       holds = false;
    ckp_err_t  err = CKP_ERR_INIT;

    b->ev.budget = CKP_EVAL_STEPS_MAX;

    if (ckp_expr_test(b->expr, &b->ev, &holds, &err) != CKP_OK || !holds) {
        bench_fail(err.msg);
    }
}


/* --- documents -------------------------------------------------------------- */

static void
bench_document(const char *name, json_t *doc)
{
    bench_t               b = { .doc = doc };
    json_t               *list = NULL;
    ckp_program_t *const  prog = t_host_compile(doc, &list);

    if (prog == NULL) {
        char *const  text = ckp_json_text(json_array_get(list, 0));

        puts(text);
        ckp_free(text);
    }

    json_decref(list);
    printf("compile   %8.3f ms   %s%s\n", best_us(work_compile, &b, 5) / 1e3,
           name, prog == NULL ? " (does not run)" : "");
    ckp_program_unref(prog);
}


static void
bench_file(const char *path)
{
    const char *const  base = strrchr(path, '/');
    json_t *const      doc = t_file(path);

    if (doc == NULL) {
        printf("no document: %s\n", path);
        return;
    }

    bench_document(base == NULL ? path : base + 1, doc);
    json_decref(doc);
}


static json_t *
bench_large(int n)
{
    json_t *const  nodes = json_object();

    for (int i = 0; i < n; i++) {
        char  id[32];
        char  next[32];

        snprintf(id, sizeof(id), "n%d", i);
        snprintf(next, sizeof(next), i + 1 < n ? "n%d" : "end", i + 1);
        json_object_set_new(nodes, id, json_pack(
            "{s:s, s:s, s:s, s:[{s:s, s:s, s:{s:s}, s:s}]}",
            "type", "sequence", "agent", "W", "next_node", next, "steps",
            "step_id", "s", "action", "work", "params", "p", "{{n}} of {{n}}",
            "condition", "n > 1"));
    }

    json_object_set_new(nodes, "end", json_pack("{s:s}", "type", "terminate"));

    return json_pack("{s:s, s:s, s:{s:{s:s, s:i}}, s:{s:s, s:o}}",
                     "procedure_id", "large", "version", "1",
                     "variables_schema", "n", "type", "number", "default", 2,
                     "workflow_graph", "start_node", "n0", "nodes", nodes);
}


/* --- a run ------------------------------------------------------------------ */

/* Microseconds for one step; *bytes: of delta for one step. */
static double
bench_run(t_host_t *h, size_t *bytes)
{
    ckp_input_t  in;
    double       spent = 0;

    *bytes = 0;

    while (t_host_next(h, &in)) {
        ckp_turn_t    turn;
        ckp_err_t     err = CKP_ERR_INIT;
        const double  from = now_us();

        if (ckp_run_feed(h->run, &in, &turn, &err) != CKP_OK) {
            break;
        }

        spent += now_us() - from;

        for (size_t i = 0; i < turn.nevents; i++) {
            if (turn.events[i].delta != NULL) {
                *bytes += strlen(turn.events[i].delta);
            }
        }

        t_host_took(h, &turn);
    }

    if (!h->final) {
        bench_fail("the run does not end");
    }

    *bytes /= STEPS;

    return spent / STEPS;
}


static void
bench_steps(void)
{
    json_t *const  doc = bench_large(STEPS);
    char *const    text = ckp_json_text(doc);
    double         best = 1e12;
    size_t         bytes = 0;

    for (int round = 0; round < ROUNDS; round++) {
        t_host_t  h;

        t_host_open(&h, text, NULL);

        const double  each = bench_run(&h, &bytes);

        best = each < best ? each : best;
        t_host_over(&h);
    }

    printf("step      %8.3f us   admitted, called, answered; %zu bytes of "
           "delta\n", best, bytes);
    ckp_free(text);
    json_decref(doc);
}


/* --- a diamond -------------------------------------------------------------- */

/* One task, `wide` ones behind it, one behind all of these. */
static json_t *
bench_diamond(int wide, bool outside)
{
    json_t *const  tasks = json_array();
    json_t *const  ends = json_array();

    json_array_append_new(tasks, json_pack("{s:s, s:b}", "task_id", "first",
                                           "noop", 1));

    for (int i = 0; i < wide; i++) {
        json_t *const  task = json_pack("{s:o, s:[s]}", "task_id",
                                  json_sprintf("t%d", i), "depends_on",
                                  "first");

        json_object_set_new(task, outside ? "step" : "expression", outside
                            ? json_pack("{s:s, s:s}", "agent", "W", "action",
                                        "work") : json_string("1 + 1"));
        json_array_append_new(tasks, task);
        json_array_append_new(ends, json_sprintf("t%d", i));
    }

    json_array_append_new(tasks, json_pack("{s:s, s:b, s:o}", "task_id",
                                           "last", "noop", 1, "depends_on",
                                           ends));

    return json_pack("{s:s, s:s, s:{s:s, s:{s:{s:s, s:s, s:o}, s:{s:s, "
                     "s:{}}}}}", "procedure_id", "wide", "version", "1",
                     "workflow_graph", "start_node", "d", "nodes",
                     "d", "type", "dag", "next_node", "end", "tasks", tasks,
                     "end", "type", "terminate", "outputs");
}


static void
bench_wide(int wide, bool outside)
{
    json_t *const  doc = bench_diamond(wide, outside);
    char *const    text = ckp_json_text(doc);
    double         best = 1e12;
    size_t         bytes = 0;

    for (int round = 0; round < ROUNDS / 2; round++) {
        t_host_t  h;

        t_host_open(&h, text, NULL);

        const double  all = bench_run(&h, &bytes) * STEPS;

        best = all < best ? all : best;
        t_host_over(&h);
    }

    printf("diamond   %8.3f ms   %d tasks at once, %s\n", best / 1e3, wide,
           outside ? "of an agent" : "inside");
    ckp_free(text);
    json_decref(doc);
}


/* --- texts ------------------------------------------------------------------ */

static void
bench_texts(void)
{
    static const char  template[] = "Order {{o.id}} of {{o.who.name | nobody}}:"
                                    " {{rows[0].v}} pieces";
    static const char  condition[] = "o.total > 100 and o.who.name == 'Ana' "
                                     "or rows.length >= 2";
    json_t *const      vars = t_host_json("{'o':{'id':7,'total':99,'who':"
                              "{'name':'Ana'}},'rows':[{'v':1},{'v':2}]}");
    const ckp_scope_t  scope = { .get = ckp_scope_object_get, .object = vars };
    ckp_err_t          err = CKP_ERR_INIT;
    bench_t            b = { .ev = { .scope = &scope, .now_ms = T_HOST_NOW } };

    b.template = ckp_template_text(template, &err);
    b.expr = ckp_expr_parse(condition, strlen(condition), &err);
    printf("template  %8.3f us   three placeholders\n",
           best_us(work_template, &b, TIMES));
    printf("condition %8.3f us   three comparisons\n",
           best_us(work_condition, &b, TIMES));
    ckp_template_free(b.template);
    ckp_expr_free(b.expr);
    json_decref(vars);
}


int
main(int argc, char **argv)
{
    json_t *const  large = bench_large(NODES);

    for (int i = 1; i < argc; i++) {
        bench_file(argv[i]);
    }

    bench_document("2,000 nodes", large);
    json_decref(large);
    bench_texts();
    bench_steps();
    bench_wide(499, false);
    bench_wide(1998, false);
    bench_wide(499, true);
    bench_wide(1998, true);

    return 0;
}
