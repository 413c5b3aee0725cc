/* The graph as a whole, bodies in it, what can never be (spec/ckp.md 33). */

#include "doc.h"

#define LOG  "{'action':'log','message':'x'}"
#define SEQ(next, steps)                                                      \
    "{'type':'sequence','steps':[" steps "],'next_node':'" next "'}"
#define LOOP(body, next)                                                      \
    "{'type':'loop','iterator':'{{rows}}','iterator_variable':'row',"         \
    "'body_node':'" body "','next_node':'" next "'}"
#define ROWS  ",'variables_schema':{'rows':{'type':'array','default':[]}}"
#define NODE(id)  "/workflow_graph/nodes/" id


static void
t_quiet(const char *id, const char *text)
{
    t_doc_t  t;

    t_compiles(&t, text);
    t_silent(&t, id);
    t_doc_free(&t);
}


/* --- ends ---------------------------------------------------------------------- */

static void
test_a_verification_without_a_way_on_is_a_dead_end(void **ctx)
{
    t_wants("CKP121", NODE("a"),
            T_GRAPH("a", "'a':{'type':'verification','checks':[{'condition':"
                    "'1'}]}", ""));
    t_quiet("CKP121",
            T_GRAPH("a", "'a':{'type':'verification','on_pass':'end',"
                    "'checks':[{'condition':'1'}]}," T_END, ""));
}


static void
test_a_body_may_just_end(void **ctx)
{
    t_quiet("CKP121", T_GRAPH("a", "'a':" LOOP("b", "end") ",'b':{'steps':["
                              LOG "]}," T_END, ROWS));
    t_wants("CKP121", NODE("a"),
            T_GRAPH("a", "'a':{'type':'loop','iterator':'{{rows}}',"
                    "'body_node':'b'},'b':{'steps':[" LOG "]}", ROWS));
}


static void
test_a_check_that_fails_is_a_way_out_of_a_cycle(void **ctx)
{
    t_quiet("CKP122",
            T_GRAPH("a", "'a':{'type':'verification','next_node':'b','checks':"
                    "[{'condition':'1'}]},'b':" SEQ("a", LOG), ""));
    t_wants("CKP122", NODE("a"),
            T_GRAPH("a", "'a':{'type':'verification','next_node':'b','checks':"
                    "[{'condition':'1','on_fail':'warn'}]},'b':"
                    SEQ("a", LOG), ""));
    t_quiet("CKP122",
            T_GRAPH("a", "'a':{'type':'verification','next_node':'b','checks':"
                    "[{'condition':'1','on_fail':'goto:end'}]},'b':"
                    SEQ("a", LOG) "," T_END, ""));
}


static void
test_a_cycle_around_a_loop_has_no_way_out_by_its_body(void **ctx)
{
    t_wants("CKP122", NULL,
            T_GRAPH("a", "'a':" LOOP("b", "c") ",'b':{'steps':[" LOG "]},'c':"
                    SEQ("a", LOG), ROWS));
}


static void
test_a_body_that_goes_in_circles_is_told(void **ctx)
{
    t_wants("CKP122", NULL,
            T_GRAPH("a", "'a':" LOOP("b", "end") ",'b':" SEQ("c", LOG)
                    ",'c':" SEQ("b", LOG) "," T_END, ROWS));
    t_quiet("CKP122",
            T_GRAPH("a", "'a':" LOOP("b", "end") ",'b':" SEQ("c", LOG)
                    ",'c':" SEQ("a", LOG) "," T_END, ROWS));
}


/* --- bodies ---------------------------------------------------------------------- */

static void
test_a_body_that_runs_on_into_the_frame_around_it_is_told(void **ctx)
{
    const json_t  *d;
    t_doc_t        t;

    t_doc(&t, T_GRAPH("a", "'a':" LOOP("b", "c") ",'b':" SEQ("d", LOG)
                      ",'c':" SEQ("d", LOG) ",'d':" SEQ("end", LOG) ","
                      T_END, ROWS));
    d = t_doc_find(&t, "CKP123", NODE("d"));
    assert_non_null(d);
    assert_string_equal(ckp_json_str(d, "severity"), "warning");
    assert_string_equal(ckp_json_str(d, "node_id"), "d");
    t_doc_free(&t);
}


static void
test_a_body_that_ends_at_its_loop_or_what_follows_it_is_fine(void **ctx)
{
    t_quiet("CKP123", T_GRAPH("a", "'a':" LOOP("b", "c") ",'b':"
                              SEQ("a", LOG) ",'c':" SEQ("end", LOG) ","
                              T_END, ROWS));
    t_quiet("CKP123", T_GRAPH("a", "'a':" LOOP("b", "c") ",'b':"
                              SEQ("c", LOG) ",'c':" SEQ("end", LOG) ","
                              T_END, ROWS));
}


static void
test_an_inner_body_may_not_run_on_into_the_outer_one(void **ctx)
{
    t_wants("CKP123", NODE("d"),
            T_GRAPH("o", "'o':" LOOP("a", "end") ",'a':" LOOP("b", "c")
                    ",'b':" SEQ("d", LOG) ",'c':" SEQ("d", LOG)
                    ",'d':{'steps':[" LOG "]}," T_END, ROWS));
    t_quiet("CKP123",
            T_GRAPH("o", "'o':" LOOP("a", "end") ",'a':" LOOP("b", "c")
                    ",'b':{'steps':[" LOG "]},'c':" SEQ("d", LOG)
                    ",'d':{'steps':[" LOG "]}," T_END, ROWS));
}


#define KEY(key)                                                              \
    T_GRAPH("a", "'a':" LOOP("b", "end") ",'b':{'agent':'w','steps':["        \
            "{'step_id':'f','action':'work','output_variable':'got'},"        \
            "{'step_id':'s','action':'do','idempotency_key':'" key "'}]},"    \
            T_END, ",'variables_schema':{'rows':{'type':'array','default':["  \
            "]},'day':{'type':'string','default':'d'}}")

static void
test_a_key_in_a_body_must_speak_of_the_item(void **ctx)
{
    const json_t  *d;
    t_doc_t        t;

    t_doc(&t, KEY("{{day}}-{{run_id}}"));
    d = t_doc_find(&t, "CKP434", NODE("b") "/steps/1/idempotency_key");
    assert_non_null(d);
    assert_string_equal(ckp_json_str(d, "step_id"), "s");
    assert_string_equal(ckp_json_str(d, "node_id"), "b");
    t_doc_free(&t);

    t_quiet("CKP434", KEY("{{row.id}}"));
    t_quiet("CKP434", KEY("{{day}}-{{loop_index}}"));
    t_quiet("CKP434", KEY("{{got.id}}"));
    t_wants("CKP434", NODE("b") "/steps/1/idempotency_key", KEY("fixed"));
}


static void
test_outside_a_body_a_key_may_be_the_same_for_all(void **ctx)
{
    t_quiet("CKP434",
            T_GRAPH("a", "'a':{'agent':'w','next_node':'end','steps':[{"
                    "'step_id':'s','action':'do','idempotency_key':"
                    "'{{run_id}}'}]}," T_END, ""));
}


static void
test_many_bodies_are_looked_into_quickly(void **ctx)
{
    const size_t  n = 900;
    char *const   text = malloc(400 * n + 4096);
    char         *p = text;
    t_doc_t       t;

    p += sprintf(p, "{'procedure_id':'p','version':'1','variables_schema':"
                 "{'rows':{'type':'array','default':[]}},'workflow_graph':{"
                 "'start_node':'l0','nodes':{");

    for (size_t i = 0; i < n; i++) {
        p += sprintf(p, "'l%zu':{'type':'loop','iterator':'{{rows}}',"
                     "'body_node':'b%zu','next_node':'%s%zu'},'b%zu':{"
                     "'steps':[" LOG "],'next_node':'b%zu'},", i, i,
                     i + 1 == n ? "b" : "l", i + 1 == n ? n : i + 1, i, i + 1);
    }

    sprintf(p, "'b%zu':{'type':'terminate'}}}}", n);
    t_doc(&t, text);
    t_doc_free(&t);
    free(text);
}


/* --- never ------------------------------------------------------------------------- */

#define WHEN(condition)                                                       \
    T_GRAPH("a", "'a':{'type':'logic','rules':[{'condition':'" condition      \
            "','next_node':'end'}],'default_next_node':'end'}," T_END,        \
            ",'variables_schema':{'n':{'type':'number','default':1}}")

#define RULE  NODE("a") "/rules/0/condition"

static void
test_a_comparison_that_is_never_true_is_told(void **ctx)
{
    t_wants("CKP228", RULE, WHEN("1 == 2"));
    t_wants("CKP228", RULE, WHEN("n > 1 and 2 + 2 == 5"));
    t_wants("CKP228", RULE, WHEN("\\'a\\' contains \\'b\\'"));
    t_wants("CKP228", RULE, WHEN("n > null"));
    t_wants("CKP228", RULE, WHEN("[1] <= n"));
    t_wants("CKP228", RULE, WHEN("n < true"));
    t_wants("CKP228", RULE, WHEN("0 < n < null"));
    t_wants("CKP228", RULE, WHEN("4 not in [4]"));
}


static void
test_comparisons_that_may_be_true_are_not_told(void **ctx)
{
    t_quiet("CKP228", WHEN("1 == 1"));
    t_quiet("CKP228", WHEN("n == null"));
    t_quiet("CKP228", WHEN("n != null"));
    t_quiet("CKP228", WHEN("n > 5"));
    t_quiet("CKP228", WHEN("n == [1]"));
    t_quiet("CKP228", WHEN("0 < n <= 5"));
    t_quiet("CKP228", WHEN("false"));
    t_quiet("CKP228", WHEN("never"));
    t_quiet("CKP228", WHEN("n in [1, 2]"));
    t_quiet("CKP228", WHEN("now() > n"));
}


/* --- telemetry ---------------------------------------------------------------------- */

#define TELEMETRY(members)                                                    \
    T_GRAPH("a", "'a':{'type':'sequence','steps':[" LOG "],'next_node':"      \
            "'end','telemetry':{" members "}}," T_END, "")

static void
test_trace_ids_are_hex_of_their_length(void **ctx)
{
    t_quiet("CKP433", TELEMETRY("'trace_id':'0af7651916cd43dd8448eb211c80319c'"
                                ",'span_id':'b7ad6b7169203331'"));
    t_quiet("CKP433", TELEMETRY("'trace_id':'{{run_id}}'"));
    t_wants("CKP433", NODE("a") "/telemetry/trace_id",
            TELEMETRY("'trace_id':'0af7651916cd43dd8448eb211c80319'"));
    t_wants("CKP433", NODE("a") "/telemetry/trace_id",
            TELEMETRY("'trace_id':'00000000000000000000000000000000'"));
    t_wants("CKP433", NODE("a") "/telemetry/span_id",
            TELEMETRY("'span_id':'b7ad6b716920333g'"));
    t_wants("CKP015", NODE("a") "/telemetry/custom_metrics",
            TELEMETRY("'custom_metrics':1"));
    t_wants("CKP090", NODE("a") "/telemetry/track_durations",
            TELEMETRY("'track_durations':true"));
}


/* --- others ------------------------------------------------------------------------- */

static void
test_two_names_of_a_flat_loop_are_told_apart(void **ctx)
{
    t_wants("CKP094", "/nodes/0/iterator_variable",
            "{'procedure_id':'p','version':'1','start_node':'a','nodes':[{"
            "'id':'a','type':'loop','iterator_variable':'rows',"
            "'iterator_var':'row','body_node':'b','next_node':'end'},{'id':"
            "'b','type':'sequence','steps':[" LOG "]},{'id':'end','type':"
            "'terminate'}]" ROWS "}");
}


static void
test_a_time_zone_is_made_of_letters_and_slashes(void **ctx)
{
    t_wants("CKP605", "/trigger/timezone",
            T_GRAPH("end", T_END, ",'trigger':{'type':'scheduled','schedule':"
                    "'0 9 * * *','timezone':'Rome, Italy'}"));
    t_quiet("CKP605",
            T_GRAPH("end", T_END, ",'trigger':{'type':'scheduled','schedule':"
                    "'0 9 * * *','timezone':'Europe/Rome'}"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_verification_without_a_way_on_is_a_dead_end),
        cmocka_unit_test(test_a_body_may_just_end),
        cmocka_unit_test(test_a_check_that_fails_is_a_way_out_of_a_cycle),
        cmocka_unit_test(test_a_cycle_around_a_loop_has_no_way_out_by_its_body),
        cmocka_unit_test(test_a_body_that_goes_in_circles_is_told),
        cmocka_unit_test(
            test_a_body_that_runs_on_into_the_frame_around_it_is_told),
        cmocka_unit_test(
            test_a_body_that_ends_at_its_loop_or_what_follows_it_is_fine),
        cmocka_unit_test(test_an_inner_body_may_not_run_on_into_the_outer_one),
        cmocka_unit_test(test_a_key_in_a_body_must_speak_of_the_item),
        cmocka_unit_test(test_outside_a_body_a_key_may_be_the_same_for_all),
        cmocka_unit_test(test_many_bodies_are_looked_into_quickly),
        cmocka_unit_test(test_a_comparison_that_is_never_true_is_told),
        cmocka_unit_test(test_comparisons_that_may_be_true_are_not_told),
        cmocka_unit_test(test_trace_ids_are_hex_of_their_length),
        cmocka_unit_test(test_two_names_of_a_flat_loop_are_told_apart),
        cmocka_unit_test(test_a_time_zone_is_made_of_letters_and_slashes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
