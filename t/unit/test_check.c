/* What is wrong with a document is told, at its place (spec/ckp.md 33). */

#include "doc.h"

#define LOG  "{'action':'log','message':'x'}"
#define SEQ(next, steps)                                                      \
    "{'type':'sequence','steps':[" steps "],'next_node':'" next "'}"
#define ONE(node)  T_GRAPH("a", "'a':" node "," T_END, "")
#define STEP(step)  ONE(SEQ("end", step))
#define NODE  "/workflow_graph/nodes/a"
#define STEP0  NODE "/steps/0"


static void
an_unknown_target_is_told_with_the_closest_name(void **state)
{
    t_doc_t        t;
    const json_t  *d;

    t_doc(&t, T_GRAPH("load", "'load':" SEQ("chek", LOG) ",'check':"
                      SEQ("end", LOG) "," T_END, ""));
    d = t_doc_find(&t, "CKP130", "/workflow_graph/nodes/load/next_node");
    assert_non_null(d);
    assert_string_equal(ckp_json_str(d, "message"),
                        "next_node 'chek' is not a node");
    assert_string_equal(ckp_json_str(d, "hint"), "did you mean 'check'?");
    assert_string_equal(ckp_json_str(d, "node_id"), "load");
    assert_string_equal(ckp_json_str(d, "field"), "next_node");
    assert_null(t.prog);
    t_doc_free(&t);
}


static void
all_that_is_wrong_is_told_at_once(void **state)
{
    t_doc_t  t;

    t_doc(&t, "{'procedure_id':'a b','workflow_graph':{'start_node':'work',"
          "'nodes':{'work':{'type':'sequence','next_node':'nowhere','agent':"
          "'x','steps':[{'step_id':'s','action':'do'},{'step_id':'s',"
          "'action':'do'}]},'what':{'type':'dance'},'route':{'type':'logic',"
          "'rules':[{'condition':'{{x}} ==','next_node':'end'}]},'end':"
          "{'type':'terminate','status':'maybe'}}}}");
    t_says(&t, "CKP011", "");
    t_says(&t, "CKP017", "/procedure_id");
    t_says(&t, "CKP102", "/workflow_graph/nodes/work/steps/1/step_id");
    t_says(&t, "CKP110", "/workflow_graph/nodes/what/type");
    t_says(&t, "CKP120", "/workflow_graph/nodes/route");
    t_says(&t, "CKP130", "/workflow_graph/nodes/work/next_node");
    t_says(&t, "CKP220", "/workflow_graph/nodes/route/rules/0/condition");
    t_says(&t, "CKP403", "/workflow_graph/nodes/end/status");
    t_doc_free(&t);
}


static void
the_root_must_be_a_procedure(void **state)
{
    t_wants("CKP002", "", "[]");
    t_wants("CKP004", "", "{}");
    t_wants("CKP010", "", "{}");
    t_wants("CKP012", NULL, "{'workflow_graph':{}}");
    t_wants("CKP012", NULL, "{'workflow_graph':{'nodes':{}}}");
    t_wants("CKP015", "/workflow_graph/nodes",
            "{'workflow_graph':{'nodes':[]}}");
    t_wants("CKP005", "/ckp_version", "{'ckp_version':'2.0'}");
    t_wants("CKP013", "/status", "{'status':'actve'}");
    t_wants("CKP014", "/effective_date", "{'effective_date':'soon'}");
    t_wants("CKP016", "/provenance/sources", "{'provenance':{'sources':1}}");
    t_wants("CKP090", "/globl_config", "{'globl_config':{}}");
    t_wants("CKP015", "/procedure_id", "{'procedure_id':7}");
    t_wants("CKP017", "/version", "{'procedure_id':'p','version':'a b'}");
}


static void
the_start_must_be_a_node(void **state)
{
    t_doc_t  t;

    t_doc(&t, T_GRAPH("ende", T_END, ""));
    t_says(&t, "CKP101", "/workflow_graph/start_node");
    assert_string_equal(ckp_json_str(t_doc_find(&t, "CKP101", NULL), "code"),
                        "unknown_start_node");
    t_silent(&t, "CKP120");
    t_doc_free(&t);

    t_wants("CKP101", "/workflow_graph",
            "{'workflow_graph':{'nodes':{" T_END "}}}");
}


static void
names_that_start_with_an_underscore_are_notes(void **state)
{
    t_doc_t  t;

    t_compiles(&t, "{'procedure_id':'p','version':'1','_why':1,'$schema':2,"
               "'workflow_graph':{'start_node':'end','_x':1,'nodes':{'_c':'n',"
               "'end':{'type':'terminate','_y':3}}}}");
    assert_int_equal(json_array_size(t.list), 0);
    t_doc_free(&t);
}


static void
the_graph_is_judged_as_a_whole(void **state)
{
    t_doc_t  t;

    t_wants("CKP120", "/workflow_graph/nodes/lost",
            T_GRAPH("a", "'a':" SEQ("end", LOG) ",'lost':" SEQ("end", LOG) ","
                    T_END, ""));
    t_wants("CKP121", NODE, T_GRAPH("a", "'a':{'steps':[" LOG "]}", ""));
    t_wants("CKP122", NODE, T_GRAPH("a", "'a':" SEQ("b", LOG) ",'b':"
                                    SEQ("a", LOG), ""));

    /* a node that only on_failure, a handler or on_error reaches is reached */

    t_compiles(&t, T_GRAPH("a", "'a':{'type':'sequence','steps':[" LOG "],"
               "'on_error':{'*':'c','TimeoutError':'d'},'error_handlers':["
               "{'action':'goto','fallback_node':'b'}],'next_node':'end'},"
               "'b':" SEQ("end", LOG) ",'c':" SEQ("end", LOG) ",'d':"
               SEQ("end", LOG) ",'f':" SEQ("end", LOG) "," T_END,
               ",'global_config':{'on_failure':'f'}"));
    assert_int_equal(t.prog->nodes[0].non_error, 2);
    assert_string_equal(t.prog->nodes[0].on_error[1].type, "*");
    t_doc_free(&t);
}


static void
a_cycle_with_a_way_out_is_fine(void **state)
{
    t_doc_t  t;

    t_compiles(&t, T_GRAPH("a", "'a':" SEQ("b", LOG) ",'b':{'type':'logic',"
               "'rules':[{'condition':'attempt > 3','next_node':'end'}],"
               "'default_next_node':'a'}," T_END, ""));
    t_silent(&t, "CKP122");
    t_doc_free(&t);
}


static void
a_way_into_a_cycle_is_not_the_cycle(void **state)
{
    t_doc_t  t;

    t_doc(&t, T_GRAPH("a", "'a':" SEQ("b", LOG) ",'b':{'type':'logic','rules':"
          "[{'condition':'attempt > 3','next_node':'c'}],'default_next_node':"
          "'a'},'c':" SEQ("c", LOG), ""));
    t_says(&t, "CKP122", "/workflow_graph/nodes/c");
    assert_int_equal(json_array_size(t.list), 1);
    t_doc_free(&t);
}


static void
a_text_that_is_cut_ends_with_a_character(void **state)
{
    char     id[200];
    char     text[1000];
    t_doc_t  t;

    for (int shift = 0; shift < 2; shift++) {
        memset(id, 'x', sizeof(id));

        for (int i = shift; i < 180; i += 2) {
            memcpy(&id[i], "\u00e9", 2);
        }

        id[180 + shift] = '\0';
        snprintf(text, sizeof(text), "{'procedure_id':'%s','version':'1'}", id);
        t_doc(&t, text);
        assert_non_null(t.list);
        t_says(&t, "CKP017", "/procedure_id");
        t_doc_free(&t);
    }
}


static void
routing_is_checked(void **state)
{
    t_wants("CKP132", NODE, ONE("{'type':'logic','rules':[{'condition':'1 == "
                                "2','next_node':'end'}]}"));
    t_wants("CKP131", NODE "/next_node",
            ONE("{'type':'logic','rules':[{'condition':'1 == 2','next_node':"
                "'end'}],'default_next_node':'end','next_node':'end'}"));
    t_wants("CKP018", NODE "/rules/0",
            ONE("{'type':'logic','rules':[{'next_node':'end'}]}"));
    t_wants("CKP018", NODE "/rules/0",
            ONE("{'type':'logic','rules':[{'condition':'1'}]}"));
    t_wants("CKP111", NODE "/rules",
            ONE("{'type':'logic','rules':[],'next_node':'end'}"));
    t_wants("CKP133", NODE "/next_node", ONE(SEQ("@break", LOG)));
    t_wants("CKP212", NODE "/next_node", ONE(SEQ("{{x}}", LOG)));
    t_wants("CKP303", "/global_config/on_failure",
            "{'global_config':{'on_failure':'x'}}");
}


static void
an_action_without_an_agent_is_an_error(void **state)
{
    t_doc_t  t;

    t_wants("CKP140", STEP0, STEP("{'action':'refund'}"));
    t_wants("CKP411", STEP0, STEP("{'step_id':'x'}"));
    t_wants("CKP141", STEP0 "/action",
            STEP("{'action':'send_email','agent':'WEB'}"));

    /* but not of what is best effort */

    t_compiles(&t, T_GRAPH("end", "'end':{'type':'terminate',"
               "'cleanup_actions':[{'action':'close'}]}", ""));
    t_silent(&t, "CKP140");
    t_doc_free(&t);
}


static void
parameters_of_the_engines_own_actions_are_checked(void **state)
{
    t_doc_t  t;

    t_wants("CKP412", STEP0 "/mesage",
            STEP("{'action':'log','message':'x','mesage':'y'}"));
    t_wants("CKP414", STEP0, STEP("{'action':'set_variable','value':1}"));
    t_wants("CKP413", STEP0 "/variable",
            STEP("{'action':'set_variable','variable':'secrets','value':1}"));
    t_wants("CKP413", STEP0 "/output_variable",
            STEP("{'action':'noop','output_variable':'__x'}"));
    t_wants("CKP324", STEP0 "/params/password",
            STEP("{'action':'login','agent':'WEB','params':{'password':"
                 "'hunter2'}}"));

    t_doc(&t, STEP("{'action':'log','message':'x','mesage':'y'}"));
    assert_string_equal(ckp_json_str(t_doc_find(&t, "CKP412", NULL), "hint"),
                        "did you mean 'message'?");
    t_doc_free(&t);
}


static void
undeclared_variables_are_told_where_they_stand(void **state)
{
    t_doc_t  t;

    t_doc(&t, STEP("{'action':'x','agent':'A','params':{'to':['{{ana.x}}',"
                   "'{{bob | 1}}']},'body':{'deep':'-{{carl}}-'}}"));
    t_says(&t, "CKP210", STEP0 "/params/to/0");
    t_says(&t, "CKP210", STEP0 "/body/deep");
    assert_int_equal(json_array_size(t.list), 2);
    assert_null(t.prog);
    t_doc_free(&t);

    /* what anything in the document writes is known everywhere */

    t_compiles(&t, T_GRAPH("a", "'a':{'agent':'A','steps':[{'action':'x','p':"
               "'{{v1}} {{v2}} {{v3}} {{v4}} {{v5}} {{v6}} {{v7}} {{run_id}}"
               "'},{'action':'set_variable','variable':'v2.x','value':1},"
               "{'action':'append_to_array','params':{'array':'v3','value':1}}"
               ",{'action':'y','output_variable':'v4','outputs':{'v5':'text'}}"
               "],'inputs':{'v6':1},'next_node':'end'},'end':{'type':"
               "'terminate','outputs':{'v7':1}}",
               ",'variables_schema':{'v1':{'type':'string'}}"));
    t_doc_free(&t);

    /* a webhook may bring what nobody declared */

    t_compiles(&t, T_GRAPH("a", "'a':" SEQ("end", "{'action':'log','message':"
               "'{{who}}'}") "," T_END, ",'trigger':{'type':'webhook',"
               "'webhook_secret':'s'}"));
    t_says(&t, "CKP210", STEP0 "/message");
    t_doc_free(&t);
}


static void
expressions_and_templates_are_checked(void **state)
{
    const char *const  rule =
        ONE("{'type':'logic','rules':[{'condition':\"%s\",'next_node':'end'}],"
            "'default_next_node':'end'}");
    const char *const  at = NODE "/rules/0/condition";
    static const struct {
        const char  *id;
        const char  *text;
    } cases[] = {
        { "CKP220", "1 +" }, { "CKP222", "attempt = 1" },
        { "CKP223", "run_id == premium" }, { "CKP224", "frob(1) == 1" },
        { "CKP221", "run_id matches '('" }, { "CKP323", "secrets.x == 1" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char     text[1000];
        t_doc_t  t;

        snprintf(text, sizeof(text), rule, cases[i].text);

        /* the single quotes of the expression must survive */

        if (strchr(cases[i].text, '\'') != NULL) {
            char *const  p = strstr(text, "'('");

            p[0] = '`';
            p[2] = '`';
        }

        t_doc_take(&t, ({
            json_t  *doc = t_doc_json(text);
            json_t  *where = ckp_pointer_get(doc, NODE "/rules/0");
            char    *c = strdup(ckp_json_str(where, "condition"));

            for (char *p = c; *p != '\0'; p++) {
                *p = (*p == '`') ? '\'' : *p;
            }

            json_object_set_new(where, "condition", json_string(c));
            free(c);
            doc;
        }));
        t_says(&t, cases[i].id, at);
        t_doc_free(&t);
    }

    t_wants("CKP211", STEP0 "/message",
            STEP("{'action':'log','message':'a {{ b'}"));
    t_wants("CKP213", STEP0 "/message",
            STEP("{'action':'log','message':'a ${b}'}"));
    t_wants("CKP323", NODE "/prompt",
            ONE("{'type':'human_approval','prompt':'{{secrets.x}}',"
                "'on_approve':'end','on_reject':'end'}"));
}


static void
a_secret_is_an_error_in_a_prompt_and_a_warning_elsewhere(void **state)
{
    t_doc_t  t;

    t_doc(&t, ONE("{'type':'human_approval','prompt':'{{secrets.x}}',"
                  "'on_approve':'end','on_reject':'end'}"));
    assert_null(t.prog);
    t_doc_free(&t);

    t_compiles(&t, STEP("{'action':'log','message':'{{secrets.x}}'}"));
    t_says(&t, "CKP323", STEP0 "/message");
    t_says(&t, "CKP322", STEP0 "/message");
    t_doc_free(&t);

    t_compiles(&t, T_GRAPH("a", "'a':" SEQ("end", "{'action':'x','agent':'A',"
               "'key':'{{secrets.s}}'}") "," T_END, ",'global_config':"
               "{'secrets_config':{'secret_references':{'s':'k'}}}"));
    assert_int_equal(json_array_size(t.list), 0);
    t_doc_free(&t);
}


static void
policies_are_checked(void **state)
{
    t_wants("CKP310", "/global_config/max_retries",
            "{'global_config':{'max_retries':-1}}");
    t_wants("CKP310", "/global_config/retry_policy/strategy",
            "{'global_config':{'retry_policy':{'strategy':'hope'}}}");
    t_wants("CKP310", "/global_config/retry_policy/multiplier",
            "{'global_config':{'retry_policy':{'multiplier':0.5}}}");
    t_wants("CKP311", "/global_config/retry_policy/max_retries",
            "{'global_config':{'retry_policy':{'max_attempts':2,'max_retries':"
            "2}}}");
    t_wants("CKP302", "/global_config/checkpoint_strategy",
            "{'global_config':{'checkpoint_strategy':'often'}}");
    t_wants("CKP301", "/global_config/workflow_dispatch_mode",
            "{'global_config':{'workflow_dispatch_mode':'x'}}");
    t_wants("CKP312", "/global_config/rate_limiting/max_requests_per_minute",
            "{'global_config':{'rate_limiting':{'max_requests_per_minute':0}}}");
    t_wants("CKP314", "/global_config/timeout_policy/mode",
            "{'global_config':{'timeout_policy':{'mode':'x'}}}");
    t_wants("CKP321", "/global_config/secrets_config/provider",
            "{'global_config':{'secrets_config':{'provider':'x'}}}");
    t_wants("CKP331", "/global_config/audit_config/redacted_fields/0",
            "{'global_config':{'audit_config':{'redacted_fields':['(']}}}");
    t_wants("CKP095", "/global_config/timeout_ms",
            "{'global_config':{'timeout_ms':'1000'}}");
    t_wants("CKP096", "/global_config/checkpoint_storage",
            "{'global_config':{'checkpoint_storage':'cloud'}}");
    t_wants("CKP313", STEP0 "/timeout_ms",
            T_GRAPH("a", "'a':" SEQ("end", "{'action':'x','agent':'A',"
                    "'timeout_ms':2000}") "," T_END,
                    ",'global_config':{'timeout_ms':1000}"));
    t_wants("CKP434", STEP0 "/idempotency_key",
            STEP("{'action':'x','agent':'A','idempotency_key':'same'}"));
}


static void
handlers_are_checked(void **state)
{
    const char *const  at = NODE "/error_handlers/";
    char               path[100];

    (void) at;
    snprintf(path, sizeof(path), "%s0/action", at);
    t_wants("CKP421", path, ONE("{'steps':[" LOG "],'error_handlers':["
                                "{'action':'pray'}],'next_node':'end'}"));
    snprintf(path, sizeof(path), "%s0", at);
    t_wants("CKP422", path, ONE("{'steps':[" LOG "],'error_handlers':["
                                "{'action':'goto'}],'next_node':'end'}"));
    snprintf(path, sizeof(path), "%s1", at);
    t_wants("CKP423", path,
            ONE("{'steps':[" LOG "],'error_handlers':[{'error_type':'A|*',"
                "'action':'ignore'},{'error_type':'B','action':'fail'}],"
                "'next_node':'end'}"));
}


static void
approvals_are_checked(void **state)
{
    t_wants("CKP441", NODE, ONE("{'type':'human_approval','decision_type':"
                                "'select_option','on_approve':'end'}"));
    t_wants("CKP442", NODE "/approval_level",
            ONE("{'type':'human_approval','approval_level':'boss',"
                "'on_approve':'end','on_reject':'end'}"));
    t_wants("CKP443", NODE, ONE("{'type':'human_approval','on_approve':"
                                "'end'}"));
    t_wants("CKP443", NODE,
            ONE("{'type':'human_approval','on_approve':'end','on_reject':"
                "'end','timeout_ms':5}"));
}


static void
triggers_are_checked(void **state)
{
    t_wants("CKP601", "/trigger/type", "{'trigger':{'type':'moon'}}");
    t_wants("CKP602", "/trigger", "{'trigger':{'type':'scheduled'}}");
    t_wants("CKP606", "/trigger", "{'trigger':{'type':'webhook'}}");
    t_wants("CKP607", "/trigger/webhook_config/authentication/type",
            "{'trigger':{'type':'webhook','webhook_config':{'authentication':"
            "{'type':'none'}}}}");
    t_wants("CKP608", "/trigger", "{'trigger':{'type':'event'}}");
    t_wants("CKP609", "/trigger/event_source",
            "{'trigger':{'type':'event','event_source':'sqs://q'}}");
    t_wants("CKP610", "/trigger", "{'trigger':{'type':'file_watch'}}");
    t_wants("CKP611", "/trigger/max_concurrent_runs",
            "{'trigger':{'max_concurrent_runs':0}}");
    t_wants("CKP612", "/trigger",
            "{'trigger':{'type':'scheduled','schedule':'@daily'},"
            "'variables_schema':{'required':{'x':{}}}}");
    t_wants("CKP097", "/trigger/webhook_config",
            "{'trigger':{'type':'manual','webhook_config':{}}}");
}


static void
schedules_are_checked(void **state)
{
    static const char *const  good[] = {
        "0 9 * * 1-5", "*/15 8-18 * * *", "0 0 1,15 * FRI", "5/20 * * * *",
        "0 9 * JAN-MAR mon-fri", "0 0 * * FRI-MON", "@hourly", "0 0 29 2 *",
        "0 0 30 2 1", NULL
    };
    static const char *const  bad[] = {
        "0 9 * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
        "* * * * 8", "0 9 * * * *", "5-1 * * * *", "*/0 * * * *", "L * * * *",
        "@often", "", "0 9 ? * 1", "1- * * * *", ", * * * *", NULL
    };
    char                      text[200];
    t_doc_t                   t;

    for (size_t i = 0; good[i] != NULL; i++) {
        snprintf(text, sizeof(text), "{'trigger':{'type':'scheduled',"
                 "'schedule':'%s'}}", good[i]);
        t_doc(&t, text);
        t_silent(&t, "CKP603");
        t_silent(&t, "CKP604");
        t_doc_free(&t);
    }

    for (size_t i = 0; bad[i] != NULL; i++) {
        snprintf(text, sizeof(text), "{'trigger':{'type':'scheduled',"
                 "'schedule':'%s'}}", bad[i]);
        t_wants(bad[i][0] == '\0' ? "CKP602" : "CKP603", NULL, text);
    }

    t_wants("CKP604", "/trigger/schedule",
            "{'trigger':{'type':'scheduled','schedule':'0 0 30 2 *'}}");
}


static void
strict_makes_errors_of_warnings(void **state)
{
    t_doc_t  t;

    t_doc(&t, T_GRAPH("a", "'a':{'steps':[" LOG "]}",
                      ",'global_config':{'compile':{'strict':true}}"));
    t_says(&t, "CKP121", NODE);
    assert_null(t.prog);
    t_doc_free(&t);
}


static void
limits_hold_on_both_sides(void **state)
{
    for (int n = 2000; n <= 2001; n++) {
        json_t *const  nodes = json_object();
        char           id[20];
        char           next[20];
        t_doc_t        t;

        for (int i = 1; i < n; i++) {
            snprintf(id, sizeof(id), "n%d", i);
            snprintf(next, sizeof(next), "n%d", i + 1);
            json_object_set_new(nodes, id,
                json_pack("{s:s,s:[{s:s}],s:s}", "type", "sequence", "steps",
                          "action", "noop", "next_node", next));
        }

        snprintf(id, sizeof(id), "n%d", n);
        json_object_set_new(nodes, id, json_pack("{s:s}", "type",
                                                 "terminate"));
        t_doc_take(&t, json_pack("{s:s,s:s,s:{s:s,s:o}}", "procedure_id", "p",
                                 "version", "1", "workflow_graph",
                                 "start_node", "n1", "nodes", nodes));

        if (n == 2000) {
            assert_non_null(t.prog);

        } else {
            t_says(&t, "CKP006", "/workflow_graph/nodes");
        }

        t_doc_free(&t);
    }

    for (int n = 500; n <= 501; n++) {
        json_t *const  doc = t_doc_json(STEP(""));
        json_t *const  steps = ckp_pointer_get(doc, NODE "/steps");
        t_doc_t        t;

        for (int i = 0; i < n; i++) {
            json_array_append_new(steps, json_pack("{s:s}", "action", "noop"));
        }

        t_doc_take(&t, doc);
        assert_int_equal(t_doc_find(&t, "CKP006", NODE "/steps") != NULL,
                         n == 501);
        t_doc_free(&t);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(an_unknown_target_is_told_with_the_closest_name),
        cmocka_unit_test(all_that_is_wrong_is_told_at_once),
        cmocka_unit_test(the_root_must_be_a_procedure),
        cmocka_unit_test(the_start_must_be_a_node),
        cmocka_unit_test(names_that_start_with_an_underscore_are_notes),
        cmocka_unit_test(the_graph_is_judged_as_a_whole),
        cmocka_unit_test(a_cycle_with_a_way_out_is_fine),
        cmocka_unit_test(a_way_into_a_cycle_is_not_the_cycle),
        cmocka_unit_test(a_text_that_is_cut_ends_with_a_character),
        cmocka_unit_test(routing_is_checked),
        cmocka_unit_test(an_action_without_an_agent_is_an_error),
        cmocka_unit_test(parameters_of_the_engines_own_actions_are_checked),
        cmocka_unit_test(undeclared_variables_are_told_where_they_stand),
        cmocka_unit_test(expressions_and_templates_are_checked),
        cmocka_unit_test(
            a_secret_is_an_error_in_a_prompt_and_a_warning_elsewhere),
        cmocka_unit_test(policies_are_checked),
        cmocka_unit_test(handlers_are_checked),
        cmocka_unit_test(approvals_are_checked),
        cmocka_unit_test(triggers_are_checked),
        cmocka_unit_test(schedules_are_checked),
        cmocka_unit_test(strict_makes_errors_of_warnings),
        cmocka_unit_test(limits_hold_on_both_sides),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
