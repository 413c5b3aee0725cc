/* A procedure explained without running it (spec/ckp.md 34, api.md 3.10). */

#include "doc.h"

#define LOG  "{'action':'log','message':'x'}"

/* Most of what there is to tell. */
static const char  whole[] =
    "{'procedure_id':'p','version':'2','variables_schema':{'required':{'who':"
    "{'type':'string','description':'d'},'day':{'type':'string','default':"
    "'{{today}}'}},'optional':{'rows':{'type':'array','default':[1,2]}}},"
    "'global_config':{'max_retries':2,'timeout_ms':9000,'on_failure':'tell',"
    "'checkpoint_strategy':'selective','retention_days':7,'rate_limiting':{"
    "'max_requests_per_minute':5}},"
    "'workflow_graph':{'start_node':'fetch','nodes':{"
    "'fetch':{'type':'sequence','agent':'web','next_node':'route',"
    "'is_checkpoint':true,'timeout_ms':500,'sla':{'max_duration_ms':5,"
    "'on_breach':'escalate','escalation_handler':'tell'},'description':'get',"
    "'steps':[{'step_id':'open','action':'navigate','url':'/{{who}}',"
    "'timeout_ms':100},{'step_id':'pay','action':'submit_form','condition':"
    "'who','output_variable':'got','retry_on_failure':true},{'step_id':'set',"
    "'action':'set_variable','variable':'n','value':'{{got.n}}'}],"
    "'error_handlers':[{'error_type':'A|B','action':'retry','max_retries':3,"
    "'delay_ms':7,'fallback_node':'end'}],'on_error':{'TimeoutError':"
    "'each'}},"
    "'route':{'type':'logic','rules':[{'condition':'n > 5 and {{vars.who}} =="
    " \\'ann\\'','next_node':'each'}],'default_next_node':'ask'},"
    "'each':{'type':'loop','iterator':'rows','iterator_variable':'row',"
    "'body_node':'body','next_node':'end'},"
    "'body':{'steps':[{'action':'log','message':'{{row}} {{loop_index}}'}]},"
    "'ask':{'type':'human_approval','prompt':'{{day}}','on_approve':'end',"
    "'on_reject':'each','timeout_ms':60,'timeout_action':'reject'},"
    "'tell':{'type':'sequence','next_node':'end','steps':[{'action':'notify',"
    "'channel':'x','message':'{{error.message}}','recipients':['r']}]},"
    "'end':{'type':'terminate','outputs':{'o':'{{got}}'}}}}}";


static json_t *
t_explain(t_doc_t *t, const char *text, const char *inputs)
{
    json_t *const  given = inputs == NULL ? NULL : t_doc_json(inputs);
    json_t        *told;

    t_compiles(t, text);
    told = ckp_program_explain(t->prog, given, 1700000000000);
    assert_non_null(told);
    json_decref(given);

    return told;
}


/* The element of a list whose member is that text. */
static const json_t *
t_in(const json_t *list, const char *member, const char *text)
{
    const json_t  *one;
    size_t         i;

    json_array_foreach(list, i, one) {
        const char *const  own = ckp_json_str(one, member);

        if (own != NULL && strcmp(own, text) == 0) {
            return one;
        }
    }

    fail_msg("nothing with %s %s", member, text);

    return NULL;
}


/* A value as compact text. */
static const char *
t_text(const json_t *v)
{
    static char   texts[4][8192];
    static int    n;
    char *const   s = ckp_json_text(v);
    char *const   out = texts[n++ % 4];

    snprintf(out, sizeof(texts[0]), "%s", s == NULL ? "(none)" : s);
    ckp_free(s);

    return out;
}


/* "a>b:condition" for each edge. */
static bool
t_edge(const json_t *told, const char *wanted)
{
    const json_t  *e;
    size_t         i;
    char           text[512];

    json_array_foreach(json_object_get(told, "edges"), i, e) {
        const char *const  condition = ckp_json_str(e, "condition");

        snprintf(text, sizeof(text), "%s>%s:%s", ckp_json_str(e, "from"),
                 ckp_json_str(e, "to"), condition == NULL ? "-" : condition);

        if (strcmp(text, wanted) == 0) {
            return true;
        }
    }

    return false;
}


static void
test_nodes_are_told_with_their_steps_and_handlers(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, whole, NULL);
    const json_t  *nodes = json_object_get(told, "nodes");
    const json_t  *fetch = t_in(nodes, "id", "fetch");

    assert_int_equal(json_array_size(nodes), 7);
    assert_string_equal(ckp_json_str(fetch, "type"), "sequence");
    assert_string_equal(ckp_json_str(fetch, "agent"), "web");
    assert_string_equal(ckp_json_str(fetch, "description"), "get");
    assert_true(ckp_json_bool(fetch, "is_checkpoint", false));
    assert_int_equal(ckp_json_int(fetch, "timeout_ms", 0), 500);
    assert_true(ckp_json_bool(fetch, "has_side_effects", false));
    assert_int_equal(ckp_json_int(json_object_get(fetch, "sla"),
                                  "max_duration_ms", 0), 5);
    assert_string_equal(t_text(json_array_get(json_object_get(fetch, "steps"),
                                              1)),
        "{\"step_id\":\"pay\",\"action\":\"submit_form\",\"timeout_ms\":null,"
        "\"retry_on_failure\":true,\"output_variable\":\"got\","
        "\"binding_kind\":\"agent_http\"}");
    assert_string_equal(t_text(json_object_get(fetch, "error_handlers")),
        "[{\"error_type\":\"A|B\",\"action\":\"retry\",\"max_retries\":3,"
        "\"delay_ms\":7,\"fallback_node\":\"end\"}]");
    assert_false(ckp_json_bool(t_in(nodes, "id", "body"), "has_side_effects",
                               true));
    assert_int_equal(ckp_json_int(t_in(nodes, "id", "ask"), "timeout_ms", 0),
                     60);
    json_decref(told);
    t_doc_free(&t);
}


static void
test_every_way_out_is_an_edge_with_its_reason(void **ctx)
{
    static const char *const  edges[] = {
        "fetch>route:-", "fetch>each:error:TimeoutError", "fetch>end:error:A",
        "fetch>tell:sla", "route>each:n > 5 and {{vars.who}} == \"ann\"",
        "route>ask:default", "each>body:loop_body", "each>end:loop_exit",
        "body>__end__:-", "ask>end:approved", "ask>each:rejected",
        "end>__end__:-", "__run__>tell:on_failure"
    };
    t_doc_t                   t;
    json_t *const             told = t_explain(&t, whole, NULL);

    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        if (!t_edge(told, edges[i])) {
            fail_msg("no %s in %s", edges[i],
                     t_text(json_object_get(told, "edges")));
        }
    }

    json_decref(told);
    t_doc_free(&t);
}


static void
test_branches_and_what_joins_them_are_edges(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, T_GRAPH("a",
        "'a':{'type':'parallel','branches':[{'branch_id':'l','start_node':"
        "'b'},{'branch_id':'r','start_node':'c'}],'next_node':'end'},'b':{"
        "'steps':[" LOG "]},'c':{'steps':[" LOG "]}," T_END, ""), NULL);

    assert_true(t_edge(told, "a>b:branch:l"));
    assert_true(t_edge(told, "a>c:branch:r"));
    assert_true(t_edge(told, "a>end:parallel_join"));
    assert_true(t_edge(told, "b>__end__:-"));
    json_decref(told);
    t_doc_free(&t);
}


static void
test_tasks_of_a_dag_are_told(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, T_GRAPH("a",
        "'a':{'type':'dag','next_node':'end','tasks':[{'id':'x','step':{"
        "'action':'send_email','agent':'email'}},{'id':'y','depends_on':['x'],"
        "'step':" LOG "}]}," T_END, ""), NULL);

    assert_true(t_edge(told, "a.x>a.y:task:x"));
    assert_int_equal(json_array_size(json_object_get(
                         t_in(json_object_get(told, "nodes"), "id", "a"),
                         "steps")), 2);
    assert_string_equal(ckp_json_str(t_in(json_object_get(told,
                            "external_calls"), "node_id", "a.x"), "action"),
                        "send_email");
    assert_string_equal(ckp_json_str(t_in(json_object_get(told,
                            "side_effect_risks"), "node_id", "a.x"), "risk"),
                        "irreversible");
    json_decref(told);
    t_doc_free(&t);
}


static void
test_what_a_task_made_up_is_a_doubt_after_its_dag(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, T_GRAPH("a",
        "'a':{'type':'dag','next_node':'b','tasks':[{'id':'x','step':{"
        "'action':'fetch','agent':'web'},'output_variable':'v'}]},'b':{"
        "'type':'logic','rules':[{'condition':'v == 1','next_node':'end'}],"
        "'default_next_node':'end'}," T_END, ""), "{}");

    assert_string_equal(t_text(json_object_get(told, "simulated_route")),
                        "[\"a\",\"b\",\"end\"]");
    assert_string_equal(t_text(json_object_get(told, "simulated_unknowns")),
                        "[\"b\"]");
    json_decref(told);
    t_doc_free(&t);
}


static void
test_tools_of_a_planner_are_told_with_what_they_say_of_themselves(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, T_GRAPH("l",
        "'l':{'type':'llm_action','prompt':'hi','next_node':'end','planner':{"
        "'goal':'g','tools':['look','wipe','peek']}}," T_END,
        ",'tools':{'look':{'action':'read_file','agent':'file'},'wipe':{"
        "'action':'scrub','agent':'file','side_effects':'write'},'peek':{"
        "'action':'glance','agent':'file'}}"), NULL);
    const json_t  *risks = json_object_get(told, "side_effect_risks");

    assert_string_equal(ckp_json_str(t_in(risks, "step_id", "look"), "risk"),
                        "read");
    assert_string_equal(ckp_json_str(t_in(risks, "step_id", "wipe"), "risk"),
                        "write");
    assert_string_equal(ckp_json_str(t_in(risks, "step_id", "peek"), "risk"),
                        "read");
    assert_string_equal(ckp_json_str(t_in(json_object_get(told,
                            "external_calls"), "step_id", "wipe"), "node_id"),
                        "l");
    assert_true(ckp_json_bool(t_in(json_object_get(told, "nodes"), "id", "l"),
                              "has_side_effects", false));
    json_decref(told);
    t_doc_free(&t);
}


static void
test_the_trace_is_breadth_first(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, whole, NULL);
    const json_t  *trace = json_object_get(told, "route_trace");

    assert_int_equal(json_array_size(trace), 7);
    assert_string_equal(t_text(json_array_get(trace, 0)),
        "{\"node_id\":\"fetch\",\"type\":\"sequence\",\"next_nodes\":["
        "\"route\",\"each\",\"end\",\"tell\"],\"is_terminal\":false}");
    assert_string_equal(ckp_json_str(json_array_get(trace, 1), "node_id"),
                        "route");
    assert_true(ckp_json_bool(t_in(trace, "node_id", "end"), "is_terminal",
                              false));
    assert_true(ckp_json_bool(t_in(trace, "node_id", "body"), "is_terminal",
                              false));
    json_decref(told);
    t_doc_free(&t);
}


static void
test_variables_are_told_by_who_writes_and_reads_them(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, whole, "{'who':'ann','more':1}");
    const json_t  *v = json_object_get(told, "variables");
    const json_t  *d = json_object_get(v, "dependencies");

    assert_string_equal(t_text(json_object_get(v, "required")),
                        "[\"who\",\"day\"]");
    assert_string_equal(t_text(json_object_get(v, "missing_inputs")), "[]");
    assert_string_equal(t_text(json_object_get(v, "provided")),
                        "[\"who\",\"more\"]");
    assert_string_equal(t_text(json_object_get(v, "produced")),
                        "[\"got\",\"n\",\"row\",\"o\"]");
    assert_string_equal(t_text(json_object_get(d, "got")),
        "{\"producers\":[\"fetch/pay\"],\"consumers\":[\"fetch/set\","
        "\"end\"]}");
    assert_string_equal(t_text(json_object_get(d, "n")),
        "{\"producers\":[\"fetch/set\"],\"consumers\":[\"route\"]}");
    assert_string_equal(t_text(json_object_get(d, "who")),
        "{\"producers\":[],\"consumers\":[\"fetch/open\",\"fetch/pay\","
        "\"route\"]}");
    assert_string_equal(t_text(json_object_get(d, "rows")),
        "{\"producers\":[],\"consumers\":[\"each\"]}");
    assert_string_equal(t_text(json_object_get(d, "row")),
        "{\"producers\":[\"each\"],\"consumers\":[\"body/step_1\"]}");
    assert_null(json_object_get(d, "loop_index"));
    assert_string_equal(t_text(json_object_get(json_object_get(v, "schema"),
                                               "who")),
        "{\"type\":\"string\",\"description\":\"d\",\"required\":true}");
    json_decref(told);
    t_doc_free(&t);
}


static void
test_a_required_variable_without_default_is_missing(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, whole, "{}");

    assert_string_equal(t_text(json_object_get(json_object_get(told,
                                   "variables"), "missing_inputs")),
                        "[\"who\"]");

    /* such a run is refused: it goes nowhere */

    assert_string_equal(t_text(json_object_get(told, "simulated_route")),
                        "[]");
    json_decref(told);
    t_doc_free(&t);
}


static void
test_what_goes_out_is_told_with_its_risk(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, whole, NULL);
    const json_t  *calls = json_object_get(told, "external_calls");
    const json_t  *risks = json_object_get(told, "side_effect_risks");

    assert_string_equal(t_text(json_array_get(calls, 0)),
        "{\"node_id\":\"fetch\",\"step_id\":\"open\",\"action\":\"navigate\","
        "\"binding_kind\":\"agent_http\",\"binding_ref\":null,\"agent_hint\":"
        "\"web\",\"timeout_ms\":100}");
    assert_string_equal(ckp_json_str(t_in(risks, "step_id", "open"), "risk"),
                        "read");
    assert_string_equal(ckp_json_str(t_in(risks, "step_id", "pay"), "risk"),
                        "irreversible");
    assert_string_equal(ckp_json_str(t_in(risks, "step_id", "set"), "risk"),
                        "none");
    json_decref(told);
    t_doc_free(&t);
}


static void
test_an_action_without_agent_is_unbound_and_of_unknown_risk(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, "{'procedure_id':'p','version':'1',"
        "'nodes':[{'id':'a','type':'sequence','steps':[{'step_id':'s',"
        "'action':'fly'}],'next_node':'e'},{'id':'e','type':'terminate'}],"
        "'start_node':'a'}", NULL);

    assert_string_equal(ckp_json_str(t_in(json_object_get(told,
                            "external_calls"), "step_id", "s"),
                            "binding_kind"), "unbound");
    assert_string_equal(ckp_json_str(t_in(json_object_get(told,
                            "side_effect_risks"), "step_id", "s"), "risk"),
                        "unknown");
    json_decref(told);
    t_doc_free(&t);
}


static void
test_policies_are_summed_up(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, whole, NULL);
    const json_t  *p = json_object_get(told, "policy_summary");

    assert_string_equal(ckp_json_str(p, "execution_mode"), "production");
    assert_int_equal(ckp_json_int(p, "timeout_ms", 0), 9000);
    assert_int_equal(ckp_json_int(json_object_get(p, "retry"), "max_attempts",
                                  0), 3);
    assert_string_equal(ckp_json_str(p, "checkpoint_strategy"), "selective");
    assert_int_equal(ckp_json_int(p, "retention_days", 0), 7);
    assert_int_equal(ckp_json_int(json_object_get(p, "rate_limiting"),
                                  "max_requests_per_minute", 0), 5);
    json_decref(told);
    t_doc_free(&t);
}


static void
test_without_inputs_nothing_is_simulated(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, whole, NULL);

    assert_true(json_is_null(json_object_get(told, "simulated_route")));
    assert_true(json_is_null(json_object_get(told, "simulated_unknowns")));
    json_decref(told);
    t_doc_free(&t);
}


static void
test_with_inputs_the_way_is_walked_and_its_doubts_are_told(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, whole, "{'who':'ann'}");

    assert_string_equal(t_text(json_object_get(told, "simulated_route")),
                        "[\"fetch\",\"route\",\"ask\",\"end\"]");

    /* `n` came from what the form answered; a person decides */

    assert_string_equal(t_text(json_object_get(told, "simulated_unknowns")),
                        "[\"route\",\"ask\"]");
    json_decref(told);
    t_doc_free(&t);
}


static void
test_a_way_that_hangs_on_inputs_alone_is_sure(void **ctx)
{
    const char *const  text = T_GRAPH("r",
        "'r':{'type':'logic','rules':[{'condition':'n > 5','next_node':'a'}],"
        "'default_next_node':'end'},'a':{'type':'loop','iterator':'{{= range("
        "n) }}','body_node':'b','next_node':'end'},'b':{'steps':[" LOG "]},"
        T_END, ",'variables_schema':{'n':{'type':'number','default':1}}");
    t_doc_t            t;
    json_t            *told = t_explain(&t, text, "{'n':7}");

    assert_string_equal(t_text(json_object_get(told, "simulated_route")),
        "[\"r\",\"a\",\"b\",\"b\",\"b\",\"b\",\"b\",\"b\",\"b\",\"end\"]");
    assert_string_equal(t_text(json_object_get(told, "simulated_unknowns")),
                        "[]");
    json_decref(told);
    t_doc_free(&t);

    told = t_explain(&t, text, "{}");
    assert_string_equal(t_text(json_object_get(told, "simulated_route")),
                        "[\"r\",\"end\"]");
    json_decref(told);
    t_doc_free(&t);
}


static void
test_a_walk_without_end_is_cut_short(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, T_GRAPH("a",
        "'a':{'type':'logic','rules':[{'condition':'attempt > 99','next_node':"
        "'end'}],'default_next_node':'b'},'b':{'type':'sequence','steps':["
        LOG "],'next_node':'a'}," T_END, ",'global_config':{"
        "'max_node_visits':1000000}"), "{}");
    const size_t   n = json_array_size(json_object_get(told,
                                                       "simulated_route"));

    assert_in_range(n, 100, 2000);
    json_decref(told);
    t_doc_free(&t);
}


static void
test_what_fails_by_an_unknown_value_is_a_doubt(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, T_GRAPH("a",
        "'a':{'type':'sequence','agent':'web','next_node':'b','steps':[{"
        "'action':'read_file','output_variable':'f'}]},'b':{'type':"
        "'processing','next_node':'c','operations':[{'action':'parse_json',"
        "'source':'{{f}} x','output_variable':'v'}]},'c':{'type':"
        "'processing','next_node':'end','operations':[{'action':'fail',"
        "'condition':'f != 1','message':'no'}]}," T_END, ""), "{}");

    /* a stand-in that cannot be parsed is no failure; what fails by it is */

    assert_string_equal(t_text(json_object_get(told, "simulated_route")),
                        "[\"a\",\"b\",\"c\"]");
    assert_string_equal(t_text(json_object_get(told, "simulated_unknowns")),
                        "[\"c/op_1\"]");
    json_decref(told);
    t_doc_free(&t);
}


static void
test_our_own_requests_go_out_and_are_not_sent(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, T_GRAPH("a",
        "'a':{'type':'sequence','next_node':'b','steps':[{'step_id':'s',"
        "'action':'http_request','agent':'MasterAgent','url':'http://x/',"
        "'output_variable':'r'},{'step_id':'w','action':'http_request',"
        "'agent':'MasterAgent','method':'DELETE','url':'http://x/'}]},'b':{"
        "'type':'logic','rules':[{'condition':'r.status == 200','next_node':"
        "'end'}],'default_next_node':'end'}," T_END, ""), "{}");
    const json_t  *risks = json_object_get(told, "side_effect_risks");

    assert_string_equal(ckp_json_str(t_in(json_object_get(told,
                            "external_calls"), "step_id", "s"),
                            "binding_kind"), "internal");
    assert_string_equal(ckp_json_str(t_in(risks, "step_id", "s"), "risk"),
                        "read");
    assert_string_equal(ckp_json_str(t_in(risks, "step_id", "w"), "risk"),
                        "write");
    assert_string_equal(t_text(json_object_get(told, "simulated_route")),
                        "[\"a\",\"b\",\"end\"]");
    assert_string_equal(t_text(json_object_get(told, "simulated_unknowns")),
                        "[\"b\"]");
    json_decref(told);
    t_doc_free(&t);
}


static void
test_a_walk_ends_where_it_must_ask(void **ctx)
{
    t_doc_t        t;
    json_t *const  told = t_explain(&t, T_GRAPH("a",
        "'a':{'type':'subflow','procedure_id':'other','version':'1',"
        "'next_node':'end'}," T_END, ""), "{}");

    assert_string_equal(t_text(json_object_get(told, "simulated_route")),
                        "[\"a\"]");
    assert_string_equal(t_text(json_object_get(told, "simulated_unknowns")),
                        "[\"a\"]");
    assert_string_equal(ckp_json_str(t_in(json_object_get(told,
                            "external_calls"), "node_id", "a"),
                            "binding_ref"), "other");
    json_decref(told);
    t_doc_free(&t);
}


static void
test_explaining_twice_gives_the_same_bytes(void **ctx)
{
    t_doc_t        t;
    json_t *const  one = t_explain(&t, whole, "{'who':'bob'}");
    json_t *const  given = t_doc_json("{'who':'bob'}");
    json_t *const  two = ckp_program_explain(t.prog, given, 1700000000000);
    char *const    a = ckp_json_text(one);
    char *const    b = ckp_json_text(two);

    assert_string_equal(a, b);
    ckp_free(a);
    ckp_free(b);
    json_decref(one);
    json_decref(two);
    json_decref(given);
    t_doc_free(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_nodes_are_told_with_their_steps_and_handlers),
        cmocka_unit_test(test_every_way_out_is_an_edge_with_its_reason),
        cmocka_unit_test(test_branches_and_what_joins_them_are_edges),
        cmocka_unit_test(test_tasks_of_a_dag_are_told),
        cmocka_unit_test(test_what_a_task_made_up_is_a_doubt_after_its_dag),
        cmocka_unit_test(
            test_tools_of_a_planner_are_told_with_what_they_say_of_themselves),
        cmocka_unit_test(test_the_trace_is_breadth_first),
        cmocka_unit_test(test_variables_are_told_by_who_writes_and_reads_them),
        cmocka_unit_test(test_a_required_variable_without_default_is_missing),
        cmocka_unit_test(test_what_goes_out_is_told_with_its_risk),
        cmocka_unit_test(
            test_an_action_without_agent_is_unbound_and_of_unknown_risk),
        cmocka_unit_test(test_policies_are_summed_up),
        cmocka_unit_test(test_without_inputs_nothing_is_simulated),
        cmocka_unit_test(
            test_with_inputs_the_way_is_walked_and_its_doubts_are_told),
        cmocka_unit_test(test_a_way_that_hangs_on_inputs_alone_is_sure),
        cmocka_unit_test(test_a_walk_without_end_is_cut_short),
        cmocka_unit_test(test_what_fails_by_an_unknown_value_is_a_doubt),
        cmocka_unit_test(test_our_own_requests_go_out_and_are_not_sent),
        cmocka_unit_test(test_a_walk_ends_where_it_must_ask),
        cmocka_unit_test(test_explaining_twice_gives_the_same_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
