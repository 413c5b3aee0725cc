/* The collection actions are the transformations of their names (13.4). */

#include "drive.h"

#define OPS(ops, more)                                                        \
    "{'procedure_id':'p','version':'1','variables_schema':{'rows':"           \
    "{'type':'array','default':[{'id':1,'v':4},{'id':2,'v':9}]},"             \
    "'n':{'type':'number','default':5},'word':{'type':'string',"              \
    "'default':'1 + 1'}},'workflow_graph':{'start_node':'p','nodes':{"        \
    "'p':{'type':'processing','next_node':'end','operations':[" ops "]"       \
    more "}," T_END "}}}"

#define AT  "/workflow_graph/nodes/p/operations/0"


static void
t_op(const char *op, const char *want)
{
    char     text[4096];
    t_run_t  t;

    snprintf(text, sizeof(text), OPS("{%s,'output_variable':'r'}", ""), op);
    t_run(&t, text);

    if (strcmp(t_var(&t, "r"), want) != 0) {
        fail_msg("%s gives %s, not %s (%s)", op, t_var(&t, "r"), want,
                 t.story);
    }

    t_run_over(&t);
}


static void
test_each_action_is_a_transformation(void **ctx)
{
    t_op("'action':'filter','source':'rows','condition':'v > n'",
         "[{\"id\":2,\"v\":9}]");
    t_op("'action':'filter','source':'rows','expression':'v > n'",
         "[{\"id\":2,\"v\":9}]");
    t_op("'action':'map','source':'rows','expression':'v'", "[4,9]");
    t_op("'action':'map','source':'rows','field':'v'", "[4,9]");
    t_op("'action':'map','source':'rows','fields':{'k':'id + n'}",
         "[{\"k\":6},{\"k\":7}]");
    t_op("'action':'map','source':'rows','template':'{{id}} - {{n}}'",
         "[\"1 - 5\",\"2 - 5\"]");
    t_op("'action':'reduce','source':'rows','expression':'acc + v',"
         "'initial':'{{n}}'", "18");
    t_op("'action':'aggregate','source':'rows','function':'sum',"
         "'field':'v'", "13");
    t_op("'action':'aggregate','source':'rows','op':'count'", "2");
    t_op("'action':'aggregate','source':'rows','expression':'max(v) as m'",
         "{\"m\":9}");
    t_op("'action':'join','source':'rows','with':[{'id':2,'w':1}],'on':'id'",
         "[{\"id\":2,\"v\":9,\"w\":1}]");
    t_op("'action':'join','source':'rows','field':'id','separator':'-'",
         "\"1-2\"");
    t_op("'action':'pivot','source':'rows','columns':'id','values':'v'",
         "[{\"1\":4,\"2\":9}]");
    t_op("'action':'sort','source':'rows','key':'v','descending':true",
         "[{\"id\":2,\"v\":9},{\"id\":1,\"v\":4}]");
    t_op("'action':'deduplicate','source':[1,1,2]", "[1,2]");
    t_op("'action':'unique','source':[1,1,2]", "[1,2]");
    t_op("'action':'flatten','source':[[1],[2]]", "[1,2]");
    t_op("'action':'group_by','source':'rows','key':'id'",
         "{\"1\":[{\"id\":1,\"v\":4}],\"2\":[{\"id\":2,\"v\":9}]}");
    t_op("'action':'transform','source':'rows',"
         "'expression':'len(value) + n'", "7");
    t_op("'action':'transform','source':'n','template':'n is {{value}}'",
         "\"n is 5\"");
}


static void
test_sources_are_values_or_names(void **ctx)
{
    t_op("'action':'map','source_variable':'rows','field':'v'", "[4,9]");
    t_op("'action':'map','input':'{{rows}}','field':'v'", "[4,9]");
    t_op("'action':'map','source':'nobody'", "[\"nobody\"]");
    t_op("'action':'map','source':'{{word}}'", "[\"1 + 1\"]");
    t_op("'action':'map'", "[]");
}


/* What a template gave is data, even when it is the name of a variable. */
static void
test_data_names_no_variable(void **ctx)
{
    t_run_t  t;

    t_run(&t, OPS("{'action':'set_variable','variable':'x','value':'rows'},"
                  "{'action':'map','source':'{{x}}','output':'r'}", ""));
    assert_string_equal(t_var(&t, "r"), "[\"rows\"]");
    t_run_over(&t);
}


static void
test_placeholders_in_expressions_are_operands(void **ctx)
{
    t_op("'action':'filter','source':[4,6],'condition':'item > {{n}}'",
         "[6]");
    t_op("'action':'map','source':[1],'expression':'{{word}} == 2'",
         "[false]");
    t_op("'action':'map','source':'rows','expression':'{{v}} * 2'",
         "[8,18]");
    t_op("'action':'calculate','expression':'{{word}} == 2'", "false");
    t_op("'action':'calculate','expression':'{{n}} * 2'", "10");
    t_op("'action':'calculate','expression':'{{n}}'", "5");
    t_op("'action':'calculate','expression':"
         "'\\\"{{n}}!\\\"'", "\"5!\"");
    t_op("'action':'validate','condition':'{{n}} > 4',"
         "'on_invalid':'return'", "{\"valid\":true,\"errors\":[]}");
}


static void
test_results_may_be_named_among_the_parameters(void **ctx)
{
    t_run_t  t;

    t_run(&t, OPS("{'action':'map','source':'rows','field':'v',"
                  "'output':'a'},{'action':'map','params':{'source':'rows',"
                  "'expression':'id','output_variable':'b'}},"
                  "{'action':'log','message':'{{a}} {{b}}'}", ""));
    assert_string_equal(t_var(&t, "a"), "[4,9]");
    assert_string_equal(t_var(&t, "b"), "[1,2]");
    t_silent(&t.d, "CKP412");
    t_silent(&t.d, "CKP210");
    t_run_over(&t);

    t_run(&t, T_GRAPH("s", "'s':{'type':'sequence','next_node':'end',"
                      "'steps':[{'action':'flatten','source':[[1]],"
                      "'output':'c'}]}," T_END, ""));
    assert_string_equal(t_var(&t, "c"), "[1]");
    t_run_over(&t);
}


static void
test_condition_is_that_of_the_operation_elsewhere(void **ctx)
{
    t_op("'action':'map','source':[1],'condition':'n > 9'", "");
    t_op("'action':'map','source':[1],'condition':'n > 4'", "[1]");
}


static void
test_an_action_that_fails_raises(void **ctx)
{
    t_run_t  t;

    t_run(&t, OPS("{'action':'map','source':[1,0],'expression':"
                  "'1 / item'}", ""));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "TransformError");
    t_run_over(&t);

    t_run(&t, OPS("{'action':'join','source':[1],'with':'{{word}}',"
                  "'on':'id'}", ""));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "TransformError");
    t_run_over(&t);
}


static void
test_what_is_wrong_is_said_where_it_stands(void **ctx)
{
    t_wants("CKP220", AT "/condition",
            OPS("{'action':'filter','condition':'v >'}", ""));
    t_wants("CKP220", AT "/params/expression",
            OPS("{'action':'map','params':{'expression':'v +'}}", ""));
    t_wants("CKP220", AT "/fields/a",
            OPS("{'action':'map','fields':{'a':'v +'}}", ""));
    t_wants("CKP224", AT "/function",
            OPS("{'action':'aggregate','function':'total'}", ""));
    t_wants("CKP224", AT "/expression",
            OPS("{'action':'aggregate','expression':'total(v)'}", ""));
    t_wants("CKP414", AT,
            OPS("{'action':'join','with':'rows'}", ""));
    t_wants("CKP414", AT,
            OPS("{'action':'pivot','columns':'id'}", ""));
    t_wants("CKP405", AT "/keep",
            OPS("{'action':'unique','keep':'all'}", ""));
    t_wants("CKP412", AT "/keeps",
            OPS("{'action':'unique','keeps':'all'}", ""));
    t_wants("CKP220", AT "/expression",
            OPS("{'action':'calculate','expression':'1 +'}", ""));
    t_wants("CKP220", AT "/params/condition",
            OPS("{'action':'validate','params':{'condition':'1 +'}}", ""));
}


/* An agent that has an action of the same name gets rendered parameters. */
static void
test_an_agent_gets_what_the_placeholders_stand_for(void **ctx)
{
    t_run_t         t;
    const json_t   *body = NULL;

    t_run(&t, T_GRAPH("s", "'s':{'type':'sequence','agent':'W','next_node':"
                      "'end','steps':[{'action':'filter','condition':'1',"
                      "'params':{'expression':'v > {{run_id}}'}}]}," T_END,
                      ""));
    t_admit(&t);

    for (size_t i = 0; i < t.turn.neffects; i++) {
        if (t.turn.effects[i].kind == CKP_FX_CALL) {
            body = json_object_get(json_object_get(t.turn.effects[i].body,
                                                   "request"), "params");
        }
    }

    assert_non_null(body);
    assert_string_equal(ckp_json_str(body, "expression"), "v > run");
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_each_action_is_a_transformation),
        cmocka_unit_test(test_sources_are_values_or_names),
        cmocka_unit_test(test_data_names_no_variable),
        cmocka_unit_test(test_placeholders_in_expressions_are_operands),
        cmocka_unit_test(test_results_may_be_named_among_the_parameters),
        cmocka_unit_test(test_condition_is_that_of_the_operation_elsewhere),
        cmocka_unit_test(test_an_action_that_fails_raises),
        cmocka_unit_test(test_what_is_wrong_is_said_where_it_stands),
        cmocka_unit_test(test_an_agent_gets_what_the_placeholders_stand_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
