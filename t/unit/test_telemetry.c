/* What nodes measure, and where they stand in a trace. */

#include <math.h>

#include "llm.h"
#include "base/trace.h"

#define SEQ(telemetry)                                                        \
    T_GRAPH("a", "'a':{'type':'sequence','agent':'W','next_node':'end',"      \
        "'telemetry':{" telemetry "},'retry_policy':{'max_attempts':3,"       \
        "'base_delay_ms':10},'steps':[{'step_id':'s','action':'work',"        \
        "'retry_on_failure':true,'output_variable':'r'}]}," T_END,            \
        ",'variables_schema':{'n':{'type':'integer','default':4},'key':"      \
        "{'type':'string','default':'hidden','sensitive':true},'id':"         \
        "{'type':'string','default':'0AF7651916CD43DD8448EB211C80319C'},"     \
        "'ids':{'type':'array','default':[1,2]}}")

#define WORDS(telemetry)                                                      \
    T_GRAPH("a", "'a':{'type':'processing','next_node':'end','telemetry':{"   \
        telemetry "},'operations':[{'action':'set_variable','variable':'m',"  \
        "'value':'{{n}}'}]}," T_END, ",'variables_schema':{'n':{'type':"      \
        "'integer','default':4},'s':{'type':'string','default':'x'}}")


static const ckp_metric_t *
t_metric(const t_run_t *t, const char *name)
{
    for (size_t i = 0; i < t->turn.nmetrics; i++) {
        if (strcmp(t->turn.metrics[i].name, name) == 0) {
            return &t->turn.metrics[i];
        }
    }

    return NULL;
}


static double
t_value(const t_run_t *t, const char *name)
{
    const ckp_metric_t *const  m = t_metric(t, name);

    return m == NULL ? NAN : m->value;
}


static const char *
t_label(const t_run_t *t, const char *name, const char *label)
{
    const ckp_metric_t *const  m = t_metric(t, name);
    const char *const          s = ckp_json_str(m == NULL ? NULL : m->labels,
                                                label);

    return s == NULL ? "" : s;
}


static const char *
t_trace(const t_run_t *t, ckp_effect_kind_t kind)
{
    for (size_t i = 0; i < t->turn.neffects; i++) {
        if (t->turn.effects[i].kind == kind) {
            return t->turn.effects[i].trace;
        }
    }

    return NULL;
}


/* --- fields ---------------------------------------------------------------- */

static void
test_durations_and_retries_are_told_when_wanted(void **ctx)
{
    static const struct {
        const char  *text;
        bool         duration;
        bool         retries;
    } cases[] = {
        { SEQ(""), false, false },
        { SEQ("'track_duration':true"), true, false },
        { SEQ("'track_retries':true"), false, true }
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        t_run_t        t;
        const json_t  *step;
        const json_t  *node;

        t_run(&t, cases[i].text);
        t_admit(&t);
        t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
        t_tick(&t);
        t_admit(&t);
        t.now += 70;
        t_ok(&t, json_integer(1));
        step = t_event(&t, "step_completed")->payload;
        node = t_event(&t, "node_completed")->payload;
        assert_int_equal(ckp_json_int(step, "duration_ms", -1),
                         cases[i].duration ? 80 : -1);
        assert_int_equal(ckp_json_int(step, "retry_count", -1),
                         cases[i].retries ? 1 : -1);
        assert_int_equal(ckp_json_int(node, "duration_ms", -1), 80);
        assert_int_equal(ckp_json_int(node, "retry_count", -1),
                         cases[i].retries ? 1 : -1);
        t_run_over(&t);
    }
}


static void
test_no_retries_are_not_told(void **ctx)
{
    t_run_t  t;

    t_run(&t, SEQ("'track_retries':true"));
    t_admit(&t);
    t_ok(&t, json_integer(1));
    assert_null(json_object_get(t_event(&t, "step_completed")->payload,
                                "retry_count"));
    assert_null(json_object_get(t_event(&t, "node_completed")->payload,
                                "retry_count"));
    t_run_over(&t);
}


static void
test_a_procedure_may_switch_it_off(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("a", "'a':{'type':'processing','next_node':'end',"
          "'telemetry':{'track_duration':true,'custom_metrics':['x'],"
          "'trace_id':'0af7651916cd43dd8448eb211c80319c'},'operations':[{"
          "'action':'log','message':'x'}]}," T_END, ",'global_config':"
          "{'telemetry_enabled':false}"));
    assert_null(json_object_get(t_event(&t, "step_completed")->payload,
                                "duration_ms"));
    assert_int_equal(t.turn.nmetrics, 0);
    t_run_over(&t);
}


/* --- metrics --------------------------------------------------------------- */

static void
test_metrics_may_be_written_in_many_ways(void **ctx)
{
    static const struct {
        const char         *text;
        const char         *name;
        ckp_metric_kind_t   kind;
        double              value;
    } cases[] = {
        { WORDS("'custom_metrics':['b','orders']"), "orders",
          CKP_METRIC_COUNTER, 1 },
        { WORDS("'custom_metrics':'orders'"), "orders", CKP_METRIC_COUNTER, 1 },
        { WORDS("'custom_metrics':[{'name':'size','value':2.5,'type':"
                "'gauge'}]"), "size", CKP_METRIC_GAUGE, 2.5 },
        { WORDS("'custom_metrics':{'name':'size','value':'{{n}}','type':"
                "'histogram'}"), "size", CKP_METRIC_HISTOGRAM, 4 },
        { WORDS("'custom_metrics':{'metric_type':'orders'}"), "orders",
          CKP_METRIC_COUNTER, 1 },
        { WORDS("'custom_metrics':{'a':null,'orders':'{{n}}0'}"), "orders",
          CKP_METRIC_COUNTER, 40 },
        { WORDS("'custom_metrics':{'a':7,'orders':true}"), "a",
          CKP_METRIC_COUNTER, 7 },
        { WORDS("'custom_metrics':{'size':{'type':'gauge','value':-3}}"),
          "size", CKP_METRIC_GAUGE, -3 }
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        t_run_t  t;

        t_run(&t, cases[i].text);
        assert_non_null(t_metric(&t, cases[i].name));
        assert_true(t_metric(&t, cases[i].name)->own);
        assert_int_equal(t_metric(&t, cases[i].name)->kind, cases[i].kind);
        assert_true(t_value(&t, cases[i].name) == cases[i].value);
        t_run_over(&t);
    }
}


static void
test_values_and_labels_see_variables_and_the_result(void **ctx)
{
    t_run_t  t;

    t_run(&t, SEQ("'custom_metrics':[{'name':'got','value':'{{result.x}}',"
                  "'labels':{'kind':'{{r.kind}}','n':'{{n}}','list':"
                  "'{{ids}}','none':null,'api_key':'abcdef'}},{'name':'big',"
                  "'when':'result.x > 100'},{'name':'small','when':"
                  "'result.x < 100'}]"));
    assert_int_equal(t.turn.nmetrics, 0);
    t_admit(&t);
    t_ok(&t, json_pack("{s:i, s:s}", "x", 12, "kind", "book"));
    assert_true(t_value(&t, "got") == 12);
    assert_string_equal(t_label(&t, "got", "kind"), "book");
    assert_string_equal(t_label(&t, "got", "n"), "4");
    assert_string_equal(t_label(&t, "got", "list"), "[1,2]");
    assert_string_equal(t_label(&t, "got", "none"), "");
    assert_string_equal(t_label(&t, "got", "api_key"), "***REDACTED***");
    assert_null(t_metric(&t, "big"));
    assert_true(t_value(&t, "small") == 1);
    t_run_over(&t);
}


static void
test_what_cannot_be_measured_is_told_and_left_out(void **ctx)
{
    static const struct {
        const char  *text;
        const char  *where;
    } cases[] = {
        { WORDS("'custom_metrics':[{'name':'a','value':'{{s}}'}]"),
          "telemetry.custom_metrics[0].value" },
        { WORDS("'custom_metrics':['b',{'name':'a','value':-1}]"),
          "telemetry.custom_metrics[1].value" },
        { WORDS("'custom_metrics':[{'name':'a','when':'s < 3 and s - 1 > "
                "2'}]"), NULL }
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        t_run_t  t;

        t_run(&t, cases[i].text);
        assert_null(t_metric(&t, "a"));
        assert_non_null(strstr(t.story, "run_completed"));

        if (cases[i].where != NULL) {
            assert_string_equal(t_said(&t, "expression_warning", "where"),
                                cases[i].where);
            assert_string_equal(t_said(&t, "expression_warning",
                                       "expression"), "a");
        }

        t_run_over(&t);
    }
}


static void
test_only_a_node_that_completes_counts(void **ctx)
{
    t_run_t  t;

    t_run(&t, SEQ("'custom_metrics':['x']"));
    t_admit(&t);
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_FAILED, t.ref,
           json_pack("{s:s, s:s, s:b}", "type", "AgentActionError", "message",
                     "no", "retryable", 0));
    assert_non_null(strstr(t.story, "run_failed"));
    assert_null(t_metric(&t, "x"));
    t_run_over(&t);

    /* and once, whoever did it */

    t_run(&t, T_GRAPH("a", "'a':{'type':'processing','next_node':'b',"
          "'idempotency_key':'k-{{run_id}}','telemetry':{'custom_metrics':"
          "['x']},'operations':[{'action':'log','message':'x'}]},'b':{'type':"
          "'processing','next_node':'end','idempotency_key':'k-{{run_id}}',"
          "'telemetry':{'custom_metrics':['y']},'operations':[{'action':"
          "'log','message':'x'}]},'end':{'type':'terminate','telemetry':"
          "{'custom_metrics':['z']}}", ""));
    assert_int_equal(t.turn.nmetrics, 2);
    assert_true(t_value(&t, "x") == 1);
    assert_true(t_value(&t, "z") == 1);
    t_run_over(&t);
}


static void
test_a_task_of_a_dag_measures_too(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("d", "'d':{'type':'dag','next_node':'end','tasks':[{"
          "'task_id':'t','expression':'n + 1','telemetry':{'custom_metrics':"
          "[{'name':'x','value':'{{result}}','type':'gauge'}]}}]}," T_END,
          ",'variables_schema':{'n':{'type':'integer','default':4}}"));
    assert_true(t_value(&t, "x") == 5);
    t_run_over(&t);
}


static void
test_wrong_metrics_are_told(void **ctx)
{
    static const char  at[] = "/workflow_graph/nodes/a/telemetry/";
    char               path[128];

    snprintf(path, sizeof(path), "%scustom_metrics/0/type", at);
    t_wants("CKP302", path, WORDS("'custom_metrics':[{'name':'a','type':"
                                  "'sum'}]"));
    snprintf(path, sizeof(path), "%scustom_metrics/0/value", at);
    t_wants("CKP015", path, WORDS("'custom_metrics':[{'name':'a','value':"
                                  "[1]}]"));
    t_wants("CKP015", path, WORDS("'custom_metrics':[{'name':'a','value':"
                                  "'much'}]"));
    snprintf(path, sizeof(path), "%scustom_metrics/0", at);
    t_wants("CKP018", path, WORDS("'custom_metrics':[{'value':1}]"));
    t_wants("CKP017", path, WORDS("'custom_metrics':['']"));
    snprintf(path, sizeof(path), "%scustom_metrics/0/labels", at);
    t_wants("CKP015", path, WORDS("'custom_metrics':[{'name':'a','labels':"
                                  "['x']}]"));
    snprintf(path, sizeof(path), "%scustom_metrics/0/lables", at);
    t_wants("CKP090", path, WORDS("'custom_metrics':[{'name':'a','lables':"
                                  "{}}]"));
    snprintf(path, sizeof(path), "%scustom_metrics/0/when", at);
    t_wants("CKP220", path, WORDS("'custom_metrics':[{'name':'a','when':"
                                  "'n >'}]"));
}


/* --- the engine's own ------------------------------------------------------ */

static const char  ask[] = T_GRAPH("a", "'a':{'type':'human_approval',"
    "'prompt':'?','timeout_ms':5000,'timeout_action':'approve',"
    "'on_approve':'end','on_reject':'end'}," T_END, "");


static void
test_the_wait_for_a_person_is_counted(void **ctx)
{
    static const char *const  given[] = { "approved", "rejected", "timeout",
                                          "cancelled" };

    for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
        t_run_t  t;
        char     id[64];

        t_run(&t, ask);
        snprintf(id, sizeof(id), "%s", t_said(&t, "approval_requested",
                                              "approval_id"));
        t.now += 2500;

        if (i < 2) {
            t_feed(&t, CKP_IN_DECISION, CKP_OUTCOME_OK, id,
                   json_pack("{s:s, s:s}", "decision", given[i], "decided_by",
                             "ann"));
        } else if (i == 2) {
            t_tick(&t);
        } else {
            t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "", json_object());
        }

        assert_int_equal(t.turn.nmetrics, 1);
        assert_true(t_value(&t, "approval_wait_seconds")
                    == (i == 2 ? 5.0 : 2.5));
        assert_string_equal(t_label(&t, "approval_wait_seconds", "outcome"),
                            given[i]);
        assert_false(t_metric(&t, "approval_wait_seconds")->own);
        t_run_over(&t);
    }
}


static void
test_a_question_beside_the_run_is_timed_too(void **ctx)
{
    static const struct {
        const char  *said;              /* NULL: nobody answers */
        const char  *outcome;
    } rows[] = { { "approved", "approved" }, { "rejected", "rejected" },
                 { NULL, "timeout" } };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        t_run_t  t;

        t_run(&t, ask);
        t_feed(&t, CKP_IN_NOTE, CKP_OUTCOME_OK, "approval_requested",
               json_pack("{s:{s:s, s:I}}", "asked", "id", "side", "exp",
                         (json_int_t) t.now + 4000));
        t.now += 2500;

        if (rows[i].said == NULL) {
            t_tick(&t);

        } else {
            t_feed(&t, CKP_IN_NOTE, CKP_OUTCOME_OK,
                   "approval_decision_received", json_pack("{s:s, s:{s:s}}",
                   "over", "side", "payload", "decision", rows[i].said));
        }

        assert_true(t_value(&t, "approval_wait_seconds")
                    == (rows[i].said == NULL ? 4 : 2.5));
        assert_string_equal(t_label(&t, "approval_wait_seconds", "outcome"),
                            rows[i].outcome);
        t_run_over(&t);
    }
}


static void
test_calls_of_a_model_are_counted(void **ctx)
{
    t_run_t  t;

    t_run(&t, ASK("'model':'gpt-4','retry':{'max_attempts':2,'base_delay_ms':"
                  "0},"));
    t_refuse(&t, 500);
    assert_string_equal(t_label(&t, "llm_requests_total", "outcome"),
                        "failed");
    assert_int_equal(t.turn.nmetrics, 1);
    t.now += 250;
    t_answer(&t, "fine");
    assert_string_equal(t_label(&t, "llm_requests_total", "outcome"), "ok");
    assert_string_equal(t_label(&t, "llm_requests_total", "model"), "gpt-4");
    assert_string_equal(t_label(&t, "llm_requests_total", "profile"), "");
    assert_true(t_value(&t, "llm_latency_seconds") == 0.25);
    assert_true(t_value(&t, "llm_tokens_total") == 10);
    assert_string_equal(t_label(&t, "llm_tokens_total", "kind"), "prompt");
    assert_true(t_value(&t, "llm_cost_usd_total") == 0.0015);
    assert_int_equal(t.turn.nmetrics, 5);
    t_run_over(&t);
}


/* --- traces ---------------------------------------------------------------- */

static void
test_traceparents_are_read_strictly(void **ctx)
{
    static const struct {
        const char  *text;
        bool         holds;
    } cases[] = {
        { "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true },
        { "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-00", true },
        { "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", true },
        { "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x", false },
        { "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", false },
        { "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false },
        { "00-00000000000000000000000000000000-b7ad6b7169203331-01", false },
        { "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false },
        { "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0", false },
        { "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01", false },
        { "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false },
        { "", false }, { NULL, false }
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ckp_trace_t  t;

        assert_int_equal(ckp_trace_read(cases[i].text, &t), cases[i].holds);

        if (cases[i].holds) {
            assert_string_equal(t.trace, "0af7651916cd43dd8448eb211c80319c");
            assert_string_equal(t.span, "b7ad6b7169203331");
        }
    }
}


static void
test_ids_are_made_of_what_they_stand_for(void **ctx)
{
    char  trace[CKP_TRACE_LEN + 1];
    char  again[CKP_TRACE_LEN + 1];
    char  one[CKP_SPAN_LEN + 1];
    char  two[CKP_SPAN_LEN + 1];

    ckp_trace_make("run", trace);
    ckp_trace_make("run", again);
    assert_string_equal(trace, again);
    ckp_trace_make("other", again);
    assert_string_not_equal(trace, again);
    assert_true(ckp_trace_id_read(trace, CKP_TRACE_LEN, again));

    ckp_trace_make_span("run", "a/s", 1, one);
    ckp_trace_make_span("run", "a/s", 2, two);
    assert_string_not_equal(one, two);
    ckp_trace_make_span("run", "a/s", 1, two);
    assert_string_equal(one, two);
    ckp_trace_make_span("run", "a/s1", 0, two);
    assert_string_not_equal(one, two);
}


static void
test_calls_tell_where_they_stand(void **ctx)
{
    t_run_t  t;
    char     trace[CKP_TRACE_LEN + 1];
    char     span[CKP_SPAN_LEN + 1];
    char     want[CKP_PARENT_LEN + 1];

    t_run(&t, SEQ(""));
    assert_null(t_trace(&t, CKP_FX_ADMIT));
    t_admit(&t);
    ckp_trace_make("run", trace);
    ckp_trace_make_span("run", "a/s", 1, span);
    snprintf(want, sizeof(want), "00-%s-%s-01", trace, span);
    assert_string_equal(t_trace(&t, CKP_FX_CALL), want);

    /* another attempt is another span of the same trace */

    t_failed(&t, CKP_OUTCOME_FAILED, "AgentActionError", "no");
    t_tick(&t);
    t_admit(&t);
    ckp_trace_make_span("run", "a/s", 2, span);
    snprintf(want, sizeof(want), "00-%s-%s-01", trace, span);
    assert_string_equal(t_trace(&t, CKP_FX_CALL), want);
    t_run_over(&t);

    t_run(&t, ASK("'model':'m',"));
    ckp_trace_make_span("run", "a", 0, span);
    snprintf(want, sizeof(want), "00-%s-%s-01", trace, span);
    assert_string_equal(t_trace(&t, CKP_FX_CALL), want);
    t_run_over(&t);
}


/* Events of the next inputs tell their ids. */
static void
t_traced(t_run_t *t, ckp_input_kind_t kind, json_t *data)
{
    const ckp_input_t  in = { .kind = kind, .now_ms = t->now, .seed = t->seed,
                              .ref = t->ref, .data = data, .traced = true };

    t->rc = ckp_run_feed(t->run, &in, &t->turn, &t->err);
    json_decref(data);
    t_story(t);
    assert_int_equal(t->rc, CKP_OK);
}


static void
t_begin_traced(t_run_t *t, const char *text, const char *parent)
{
    memset(t, 0, sizeof(*t));
    t->now = 1700000000000;
    t_doc(&t->d, text);
    assert_non_null(t->d.prog);
    t->run = ckp_run_new(t->d.prog, "run");
    t_traced(t, CKP_IN_START, json_pack("{s:{s:s*}, s:{}, s:{s:i, s:s}}",
             "meta", "traceparent", parent, "inputs", "vars", "n", 4, "id",
             "0AF7651916CD43DD8448EB211C80319C"));
}


static void
test_events_tell_where_they_stand_when_asked(void **ctx)
{
    static const char  parent[] =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    t_run_t  t;
    char     span[CKP_SPAN_LEN + 1];

    t_begin_traced(&t, SEQ(""), parent);
    ckp_trace_make_span("run", "", 0, span);
    assert_string_equal(t_said(&t, "run_created", "_trace_id"),
                        "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_string_equal(t_said(&t, "run_created", "_span_id"), span);

    t_traced(&t, CKP_IN_RECOVER, NULL);

    for (size_t i = 0; i < t.turn.nevents; i++) {
        assert_string_equal(ckp_json_str(t.turn.events[i].payload,
                                         "_trace_id"),
                            "4bf92f3577b34da6a3ce929d0e0e4736");
        ckp_trace_make_span("run", t.turn.events[i].path,
                            t.turn.events[i].attempt, span);
        assert_string_equal(ckp_json_str(t.turn.events[i].payload,
                                         "_span_id"), span);
    }

    /* flags go on as they came; untraced turns say nothing */

    t_admit(&t);
    assert_null(json_object_get(t_event(&t, "step_dispatched")->payload,
                                "_trace_id"));
    assert_string_equal(t_trace(&t, CKP_FX_CALL) + 52, "-00");
    t_run_over(&t);

    /* a parent that is none is not taken */

    t_begin_traced(&t, SEQ(""), "00-xyz");
    assert_int_equal(strlen(t_said(&t, "run_created", "_trace_id")), 32);
    t_run_over(&t);
}


static void
test_a_node_may_say_its_own_ids(void **ctx)
{
    t_run_t  t;
    char     trace[CKP_TRACE_LEN + 1];
    char     span[CKP_SPAN_LEN + 1];

    t_begin_traced(&t, SEQ("'trace_id':'{{id}}','span_id':"
                           "'00f067aa0ba902b7'"), NULL);
    t_traced(&t, CKP_IN_RECOVER, NULL);
    assert_string_equal(t_said(&t, "node_started", "_trace_id"),
                        "0af7651916cd43dd8448eb211c80319c");
    assert_string_equal(t_said(&t, "step_started", "_span_id"),
                        "00f067aa0ba902b7");
    t_admit(&t);
    assert_string_equal(t_trace(&t, CKP_FX_CALL), "00-0af7651916cd43dd8448"
                        "eb211c80319c-00f067aa0ba902b7-01");
    t_run_over(&t);

    /* what is none is told, and one is made */

    t_begin_traced(&t, SEQ("'trace_id':'{{id}}x','span_id':'{{n}}'"), NULL);
    t_traced(&t, CKP_IN_RECOVER, NULL);
    assert_string_equal(t_said(&t, "expression_warning", "where"),
                        "telemetry.trace_id");
    ckp_trace_make("run", trace);
    ckp_trace_make_span("run", "a", 0, span);
    assert_string_equal(t_said(&t, "node_started", "_trace_id"), trace);
    assert_string_equal(t_said(&t, "node_started", "_span_id"), span);
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_durations_and_retries_are_told_when_wanted),
        cmocka_unit_test(test_no_retries_are_not_told),
        cmocka_unit_test(test_a_procedure_may_switch_it_off),
        cmocka_unit_test(test_metrics_may_be_written_in_many_ways),
        cmocka_unit_test(test_values_and_labels_see_variables_and_the_result),
        cmocka_unit_test(test_what_cannot_be_measured_is_told_and_left_out),
        cmocka_unit_test(test_only_a_node_that_completes_counts),
        cmocka_unit_test(test_a_task_of_a_dag_measures_too),
        cmocka_unit_test(test_wrong_metrics_are_told),
        cmocka_unit_test(test_the_wait_for_a_person_is_counted),
        cmocka_unit_test(test_a_question_beside_the_run_is_timed_too),
        cmocka_unit_test(test_calls_of_a_model_are_counted),
        cmocka_unit_test(test_traceparents_are_read_strictly),
        cmocka_unit_test(test_ids_are_made_of_what_they_stand_for),
        cmocka_unit_test(test_calls_tell_where_they_stand),
        cmocka_unit_test(test_events_tell_where_they_stand_when_asked),
        cmocka_unit_test(test_a_node_may_say_its_own_ids)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
