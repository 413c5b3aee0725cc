/* Nodes of type transform: spec/ckp.md 10.9, as documents and as runs. */

#include "drive.h"

#define ROWS                                                                  \
    "[{'id':1,'city':'Rom','v':10},{'id':2,'city':'Oslo','v':5},"             \
    "{'id':3,'city':'Rom','v':1}]"

/* A run over `rows` whose node `t` has these transformations. */
#define NODE(list, more)                                                      \
    "{'procedure_id':'p','version':'1','variables_schema':{'rows':"           \
    "{'type':'array','default':" ROWS "},'limit':{'type':'number',"           \
    "'default':4},'names':{'type':'array','default':[{'city':'Rom',"          \
    "'land':'it'}]},'word':{'type':'string','default':'1 + 1'}},"             \
    "'workflow_graph':{'start_node':'t','nodes':{"                            \
    "'t':{'type':'transform','transformations':[" list "]" more               \
    ",'next_node':'end'}," T_END "}}}"

#define AT  "/workflow_graph/nodes/t/transformations/0"


/* The value that one transformation gives `r`. */
static void
t_gives(const char *transformation, const char *want)
{
    char     text[8192];
    t_run_t  t;

    snprintf(text, sizeof(text), NODE("{%s,'output_variable':'r'}", ""),
             transformation);
    t_run(&t, text);

    if (strcmp(t_var(&t, "r"), want) != 0) {
        fail_msg("%s gives %s, not %s (%s)", transformation, t_var(&t, "r"),
                 want, t.story);
    }

    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);
}


static void
t_says_of(const char *transformation, const char *id, const char *path)
{
    char     text[8192];
    t_doc_t  d;

    snprintf(text, sizeof(text), NODE("{%s}", ""), transformation);
    t_doc(&d, text);
    t_says(&d, id, path);
    t_doc_free(&d);
}


static void
t_silent_of(const char *transformation, const char *id)
{
    char     text[8192];
    t_doc_t  d;

    snprintf(text, sizeof(text), NODE("{%s}", ""), transformation);
    t_compiles(&d, text);
    t_silent(&d, id);
    t_doc_free(&d);
}


/* --- running ---------------------------------------------------------------------- */


static void
test_a_transformation_writes_its_variable(void **ctx)
{
    t_run_t  t;

    t_run(&t, NODE("{'type':'filter','source_variable':'rows',"
                   "'expression':'v > limit','output_variable':'r'}", ""));
    assert_string_equal(t.story, "execution_started node_started "
                        "node_completed node_started node_completed "
                        "run_completed");
    assert_string_equal(t_var(&t, "r"),
                        "[{\"id\":1,\"city\":\"Rom\",\"v\":10},"
                        "{\"id\":2,\"city\":\"Oslo\",\"v\":5}]");
    t_run_over(&t);
}


static void
test_each_sees_what_those_before_it_made(void **ctx)
{
    t_run_t  t;

    t_run(&t, NODE("{'type':'filter','source_variable':'rows',"
                   "'expression':'v > 1','output_variable':'big'},"
                   "{'type':'aggregate','source_variable':'big',"
                   "'expression':'count, sum(v)','output_variable':'sum'},"
                   "{'type':'expression','source_variable':'sum.sum_v',"
                   "'expression':'value / sum.count',"
                   "'output_variable':'stats.mean'}", ""));
    assert_string_equal(t_var(&t, "sum"), "{\"count\":2,\"sum_v\":15}");
    assert_string_equal(t_var(&t, "stats"), "{\"mean\":7.5}");
    t_run_over(&t);
}


static void
test_sources_are_names_paths_or_templates(void **ctx)
{
    t_gives("'type':'map','source_variable':'rows','expression':'id'",
            "[1,2,3]");
    t_gives("'type':'map','source':'rows','expression':'id'", "[1,2,3]");
    t_gives("'type':'map','input':'rows','expression':'id'", "[1,2,3]");
    t_gives("'type':'map','source_variable':'rows[0]','expression':'item'",
            "[1,\"Rom\",10]");
    t_gives("'type':'map','source_variable':'{{rows}}','expression':'id'",
            "[1,2,3]");
    t_gives("'type':'map','source_variable':'{{= [limit, 7] }}',"
            "'expression':'item'", "[4,7]");
    t_gives("'type':'map','source_variable':'a-{{limit}}',"
            "'expression':'item'", "[\"a-4\"]");
    t_gives("'type':'map','source_variable':[1,'{{limit}}'],"
            "'expression':'item'", "[1,4]");
    t_gives("'type':'map','source_variable':'nobody','expression':'item'",
            "[]");
    t_gives("'type':'map','source_variable':'rows.length',"
            "'expression':'item'", "[3]");
    t_gives("'type':'map','source_variable':'no-body','expression':'item'",
            "[]");
    t_gives("'type':'expression','expression':'value is null'", "true");
}


static void
test_every_type_runs(void **ctx)
{
    t_gives("'type':'where','source':'rows','expression':"
            "'city == \\\"Oslo\\\"'",
            "[{\"id\":2,\"city\":\"Oslo\",\"v\":5}]");
    t_gives("'type':'reduce','source':'rows','expression':'acc + v',"
            "'params':{'initial':100}", "116");
    t_gives("'type':'reduce','source':'rows','expression':'acc + v',"
            "'params':{'initial':'{{limit}}'}", "20");
    t_gives("'type':'aggregate','source':'rows',"
            "'params':{'op':'max','field':'v'}", "10");
    t_gives("'type':'join','source':'rows','params':{'with':'names',"
            "'on':'city'}",
            "[{\"id\":1,\"city\":\"Rom\",\"v\":10,\"land\":\"it\"},"
            "{\"id\":3,\"city\":\"Rom\",\"v\":1,\"land\":\"it\"}]");
    t_gives("'type':'join','source':'rows','params':{'with':'{{names}}',"
            "'on':'city','how':'left','prefix':'n_'}",
            "[{\"id\":1,\"city\":\"Rom\",\"v\":10,\"n_land\":\"it\"},"
            "{\"id\":2,\"city\":\"Oslo\",\"v\":5},"
            "{\"id\":3,\"city\":\"Rom\",\"v\":1,\"n_land\":\"it\"}]");
    t_gives("'type':'join','source':'rows','expression':'id',"
            "'params':{'separator':'{{limit}}'}", "\"14243\"");
    t_gives("'type':'pivot','source':'rows','params':{'columns':'city',"
            "'values':'v','fn':'sum'}", "[{\"Rom\":11,\"Oslo\":5}]");
    t_gives("'type':'sort','source':'rows','expression':'v'",
            "[{\"id\":3,\"city\":\"Rom\",\"v\":1},"
            "{\"id\":2,\"city\":\"Oslo\",\"v\":5},"
            "{\"id\":1,\"city\":\"Rom\",\"v\":10}]");
    t_gives("'type':'unique','source':'rows','expression':'city',"
            "'params':{'keep':'last'}",
            "[{\"id\":2,\"city\":\"Oslo\",\"v\":5},"
            "{\"id\":3,\"city\":\"Rom\",\"v\":1}]");
    t_gives("'type':'flatten','source':[[1],[2,[3]]]", "[1,2,[3]]");
    t_gives("'type':'group_by','source':[1,2,3],'expression':'item % 2'",
            "{\"1\":[1,3],\"0\":[2]}");
    t_gives("'type':'expression','source':'rows',"
            "'expression':'len(rows) * limit'", "12");
    t_gives("'type':'jinja_template','source':'limit',"
            "'expression':'{{value}} of {{rows.length}}'", "\"4 of 3\"");
    t_gives("'type':'json_path','source':'rows','expression':'$[*].id'",
            "[1,2,3]");
    t_gives("'type':'parse','source':'[1, {{limit}}]'", "[1,4]");
}


static void
test_placeholders_in_expressions_are_operands(void **ctx)
{
    t_gives("'type':'map','source':[1],'expression':'{{word}} == 2'",
            "[false]");
    t_gives("'type':'filter','source':[2,9],'expression':'{{limit}} < item'",
            "[9]");
    t_gives("'type':'map','source':'rows',"
            "'expression':'{{id}}/{{city}}/{{limit}}'",
            "[\"1/Rom/4\",\"2/Oslo/4\",\"3/Rom/4\"]");
}


static void
test_a_failing_transformation_raises(void **ctx)
{
    t_run_t  t;

    t_run(&t, NODE("{'type':'map','source':[1,0],'expression':'1 / item',"
                   "'output_variable':'r'}", ""));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "TransformError");
    assert_non_null(strstr(t_said(&t, "node_error", "error"),
                           "transformation 1 (map): element 1: "));
    assert_string_equal(t_var(&t, "r"), "");
    t_run_over(&t);
}


static void
test_on_error_gives_null_or_leaves_the_variable(void **ctx)
{
    t_run_t  t;

    t_run(&t, NODE("{'type':'expression','expression':'7',"
                   "'output_variable':'a'},"
                   "{'type':'expression','expression':'7',"
                   "'output_variable':'b'},"
                   "{'type':'expression','expression':'1 / 0',"
                   "'output_variable':'a','on_error':'null'},"
                   "{'type':'expression','expression':'1 / 0',"
                   "'output_variable':'b','on_error':'skip'},"
                   "{'type':'expression','expression':'8',"
                   "'output_variable':'c'}", ""));
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "a"), "null");
    assert_string_equal(t_var(&t, "b"), "7");
    assert_string_equal(t_var(&t, "c"), "8");
    t_run_over(&t);
}


static void
test_handlers_and_on_error_of_the_node_see_the_error(void **ctx)
{
    t_run_t  t;

    t_run(&t, NODE("{'type':'expression','expression':'1 / 0',"
                   "'output_variable':'a'}",
                   ",'on_error':{'TransformError':'end'}"));
    assert_string_equal(t_status(&t), "completed");
    assert_non_null(t_event(&t, "node_error"));
    t_run_over(&t);
}


static void
test_the_last_result_is_that_of_the_node(void **ctx)
{
    t_run_t  t;

    t_run(&t, NODE("{'type':'expression','expression':'1',"
                   "'output_variable':'a'},"
                   "{'type':'expression','expression':'[5, 6]',"
                   "'output_variable':'b'}",
                   ",'outputs':{'first':'$[0]'}"));
    assert_string_equal(t_var(&t, "first"), "5");
    t_run_over(&t);

    /* one that was skipped has none */

    t_run(&t, NODE("{'type':'expression','expression':'[1]',"
                   "'output_variable':'a'},"
                   "{'type':'expression','expression':'1 / 0',"
                   "'output_variable':'b','on_error':'skip'}",
                   ",'outputs':{'first':'$[0]'}"));
    assert_string_equal(t_var(&t, "first"), "1");
    t_run_over(&t);
}


static void
test_inputs_of_the_node_are_seen(void **ctx)
{
    t_run_t  t;

    t_run(&t, NODE("{'type':'map','source':'mine','expression':'item + more',"
                   "'output_variable':'r'}",
                   ",'inputs':{'mine':[1,2],'more':'{{limit}}'}"));
    assert_string_equal(t_var(&t, "r"), "[5,6]");
    t_run_over(&t);
}


static void
test_a_dry_run_transforms(void **ctx)
{
    t_run_t  t;

    t_run(&t, "{'procedure_id':'p','version':'1','global_config':"
          "{'execution_mode':'dry_run'},'workflow_graph':{'start_node':'t',"
          "'nodes':{'t':{'type':'transform','transformations':[{'type':"
          "'map','source':[1],'expression':'item + 1','output_variable':"
          "'r'}],'next_node':'end'}," T_END "}}}");
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "r"), "[2]");
    t_run_over(&t);
}


/* Some 200 kB: two fit into a variable, four into the run's. */
#define BIG  "'type':'expression','expression':'join(range(0, 38000))'"

static void
test_a_variable_beyond_its_size_is_refused(void **ctx)
{
    t_run_t  t;

    t_run(&t, NODE("{" BIG ",'output_variable':'a'},"
                   "{" BIG ",'output_variable':'b'},"
                   "{'type':'expression','expression':'[a, b, a]',"
                   "'output_variable':'c','on_error':'null'},"
                   "{'type':'expression','expression':'[a, b]',"
                   "'output_variable':'d','on_error':'null'},"
                   "{" BIG ",'output_variable':'e','on_error':'skip'}", ""));
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "VariablesTooLarge");
    assert_string_equal(t_var(&t, "c"), "null");
    assert_true(t_var(&t, "d")[0] == '[');
    assert_string_equal(t_var(&t, "e"), "");
    t_run_over(&t);
}


/* Long work is interrupted between two transformations, and goes on. */
static void
test_others_have_their_turn_in_between(void **ctx)
{
    static const char  one[] =
        "{'type':'reduce','source':'{{= range(0, 20000) }}',"
        "'expression':'acc + item','output_variable':'%s'}%s";
    char               list[2048] = "";
    char               text[8192];
    t_run_t            t;

    for (int i = 0; i < 8; i++) {
        char  name[16];

        snprintf(name, sizeof(name), "r%d", i);
        snprintf(list + strlen(list), sizeof(list) - strlen(list), one, name,
                 i < 7 ? "," : "");
    }

    snprintf(text, sizeof(text),
             "{'procedure_id':'p','version':'1','workflow_graph':"
             "{'start_node':'t','nodes':{'t':{'type':'transform',"
             "'transformations':[%s],'outputs':{'all':'$'},'next_node':'end'},"
             T_END "}}}", list);
    t_run(&t, text);
    assert_string_equal(t_status(&t), "completed");
    assert_string_equal(t_var(&t, "r0"), "199990000");
    assert_string_equal(t_var(&t, "r7"), "199990000");
    assert_string_equal(t_var(&t, "all"), "199990000");
    t_run_over(&t);
}


static void
test_the_same_run_gives_the_same_bytes(void **ctx)
{
    char     first[4096];
    t_run_t  t;

    for (int i = 0; i < 2; i++) {
        t_run(&t, NODE("{'type':'group_by','source':'rows',"
                       "'expression':'city','output_variable':'r'}", ""));

        if (i == 0) {
            snprintf(first, sizeof(first), "%s", t_var(&t, "r"));
        }

        assert_string_equal(t_var(&t, "r"), first);
        t_run_over(&t);
    }
}


/* --- compiling ---------------------------------------------------------------------- */


static void
test_what_is_missing_is_said(void **ctx)
{
    t_says_of("'type':'filter','expression':'1'", "CKP401", AT);
    t_says_of("'output_variable':'r'", "CKP401", AT);
    t_says_of("'type':'pivot','output_variable':'r','params':{'index':'a'}",
              "CKP401", AT "/params");
    t_says_of("'type':'pivot','output_variable':'r'", "CKP401", AT);
    t_says_of("'type':'join','output_variable':'r','params':{'with':'rows'}",
              "CKP401", AT "/params");
    t_wants("CKP111", "/workflow_graph/nodes/t/transformations",
            NODE("", ""));
    t_wants("CKP111", "/workflow_graph/nodes/t",
            T_GRAPH("t", "'t':{'type':'transform','next_node':'end'}," T_END,
                    ""));
    t_wants("CKP015", "/workflow_graph/nodes/t/transformations",
            T_GRAPH("t", "'t':{'type':'transform','transformations':7,"
                    "'next_node':'end'}," T_END, ""));
    t_wants("CKP015", AT, NODE("7", ""));
}


static void
test_what_is_wrong_is_said_where_it_stands(void **ctx)
{
    t_says_of("'type':'explode','output_variable':'r'", "CKP402", AT "/type");
    t_says_of("'type':'filter','output_variable':'r','expression':'v >'",
              "CKP220", AT "/expression");
    t_says_of("'type':'map','output_variable':'r','params':{'fields':"
              "{'a/b':'v +'}}", "CKP220", AT "/params/fields/a~1b");
    t_says_of("'type':'sort','output_variable':'r','params':{'keys':"
              "['v',{'key':'v +'}]}", "CKP220", AT "/params/keys/1/key");
    t_says_of("'type':'aggregate','output_variable':'r','expression':"
              "'total(v)'", "CKP224", AT "/expression");
    t_says_of("'type':'json_path','output_variable':'r','expression':'$.['",
              "CKP229", AT "/expression");
    t_says_of("'type':'filter','output_variable':'r','expression':'f(v)'",
              "CKP224", AT "/expression");
    t_says_of("'type':'filter','output_variable':'r','expression':'v = 1'",
              "CKP222", AT "/expression");
    t_says_of("'type':'filter','output_variable':'r','expression':"
              ""
              "'v matches \\\"(\\\"'", "CKP221", AT "/expression");
    t_says_of("'type':'map','output_variable':'secrets.x'", "CKP413",
              AT "/output_variable");
    t_says_of("'type':'map','output_variable':'r','on_error':'retry'",
              "CKP405", AT "/on_error");
    t_says_of("'type':'sort','output_variable':'r','params':{'nulls':'no'}",
              "CKP405", AT "/params/nulls");
    t_says_of("'type':'sort','output_variable':'r','params':{'nul':'no'}",
              "CKP090", AT "/params/nul");
    t_says_of("'type':'sort','output_variable':'r','nulls':'first'",
              "CKP090", AT "/nulls");
    t_says_of("'type':'sort','output_variable':'r','params':7",
              "CKP015", AT "/params");
    t_says_of("'type':'template','output_variable':'r','expression':"
              "'{{unknown}}'", "CKP210", AT "/expression");
    t_says_of("'type':'map','output_variable':'r','source':'{{unknown}}'",
              "CKP210", AT "/source");
    t_says_of("'type':'reduce','output_variable':'r','params':{'initial':"
              "'{{unknown}}'}", "CKP210", AT "/params/initial");
}


static void
test_aliases_are_told(void **ctx)
{
    t_says_of("'type':'unique','output_variable':'r'", "CKP091", AT "/type");
    t_says_of("'type':'where','output_variable':'r'", "CKP091", AT "/type");
    t_says_of("'type':'jinja_template','output_variable':'r'", "CKP091",
              AT "/type");
    t_says_of("'type':'map','source':'rows','output_variable':'r'", "CKP091",
              AT "/source");
    t_says_of("'type':'map','output':'r'", "CKP091", AT "/output");
    t_says_of("'type':'map','output':'r','output_variable':'q'", "CKP093",
              AT "/output");
    t_silent_of("'type':'map','source_variable':'rows',"
                "'output_variable':'r'", "CKP091");
}


static void
test_members_of_elements_are_no_unknown_names(void **ctx)
{
    t_silent_of("'type':'filter','source_variable':'rows',"
                "'output_variable':'r','expression':"
                "'status == \\\"x\\\"'",
                "CKP223");
    t_silent_of("'type':'map','source_variable':'rows',"
                "'output_variable':'r','expression':'{{price}} EUR'",
                "CKP210");
    t_silent_of("'type':'expression','source_variable':'rows',"
                "'output_variable':'r','expression':'value == 3'", "CKP223");
    t_says_of("'type':'expression','source_variable':'rows',"
              "'output_variable':'r','expression':'mode == 3'", "CKP223",
              AT "/expression");
}


static void
test_what_it_writes_is_known_elsewhere(void **ctx)
{
    t_doc_t  d;

    t_compiles(&d, T_GRAPH("t", "'t':{'type':'transform','transformations':"
               "[{'type':'map','source_variable':[1],'output':'r'}],"
               "'next_node':'e'},'e':{'type':'terminate','outputs':"
               "{'x':'{{r}}'}}", ""));
    t_silent(&d, "CKP210");
    t_silent(&d, "CKP110");
    t_doc_free(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_transformation_writes_its_variable),
        cmocka_unit_test(test_each_sees_what_those_before_it_made),
        cmocka_unit_test(test_sources_are_names_paths_or_templates),
        cmocka_unit_test(test_every_type_runs),
        cmocka_unit_test(test_placeholders_in_expressions_are_operands),
        cmocka_unit_test(test_a_failing_transformation_raises),
        cmocka_unit_test(test_on_error_gives_null_or_leaves_the_variable),
        cmocka_unit_test(test_handlers_and_on_error_of_the_node_see_the_error),
        cmocka_unit_test(test_the_last_result_is_that_of_the_node),
        cmocka_unit_test(test_inputs_of_the_node_are_seen),
        cmocka_unit_test(test_a_dry_run_transforms),
        cmocka_unit_test(test_a_variable_beyond_its_size_is_refused),
        cmocka_unit_test(test_others_have_their_turn_in_between),
        cmocka_unit_test(test_the_same_run_gives_the_same_bytes),
        cmocka_unit_test(test_what_is_missing_is_said),
        cmocka_unit_test(test_what_is_wrong_is_said_where_it_stands),
        cmocka_unit_test(test_aliases_are_told),
        cmocka_unit_test(test_members_of_elements_are_no_unknown_names),
        cmocka_unit_test(test_what_it_writes_is_known_elsewhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
