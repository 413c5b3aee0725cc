/* Internal actions give what spec/ckp.md 13 says. */

#include "drive.h"

#include "node/op.h"

#define OPS(ops)                                                              \
    T_GRAPH("p", "'p':{'type':'processing','next_node':'end','operations':["  \
            ops "]}," T_END, "")


/* The result of one operation as JSON text. */

static void
t_op(const char *op, const char *want)
{
    char     text[4096];
    t_run_t  t;

    snprintf(text, sizeof(text), OPS("{%s,'output_variable':'r'}"), op);
    t_run(&t, text);

    if (strcmp(t_var(&t, "r"), want) != 0) {
        fail_msg("%s gives %s, not %s (%s)", op, t_var(&t, "r"), want,
                 t.story);
    }

    t_run_over(&t);
}


static void
t_op_fails(const char *op, const char *type)
{
    char     text[4096];
    t_run_t  t;

    snprintf(text, sizeof(text), OPS("{%s}"), op);
    t_run(&t, text);
    assert_string_equal(t_said(&t, "run_failed", "error_type"), type);
    t_run_over(&t);
}


static void
test_values_are_made_and_converted(void **ctx)
{
    t_op("'action':'calculate','expression':'2 + 3 * 4'", "14");
    t_op("'action':'calculate','expression':'10 / 3','precision':2", "3.33");
    t_op("'action':'calculate','expression':'7.5','precision':0", "8");
    t_op("'action':'calculate','expression':'a + 1','variables':{'a':4}",
         "5");
    t_op("'action':'convert_type','value':'42','target_type':'integer'",
         "42");
    t_op("'action':'convert_type','value':'yes','target_type':'boolean'",
         "true");
    t_op("'action':'convert_type','value':7,'target_type':'string'",
         "\"7\"");
    t_op("'action':'convert_type','value':7,'target_type':'array'", "[7]");
    t_op("'action':'convert_type','value':'2026-02-17T09:30:00Z',"
         "'target_type':'date'", "\"2026-02-17\"");
    t_op("'action':'convert_type','value':'x','target_type':'number',"
         "'on_error':'null'", "");
    t_op("'action':'hash','value':'abc'",
         "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
         "\"");
    t_op("'action':'convert_type','value':'17.02.2026 9:05','target_type':"
         "'datetime','format':'%d.%m.%Y %H:%M'",
         "\"2026-02-17T09:05:00.000Z\"");
    t_op("'action':'convert_type','value':'Feb 3, 26','target_type':'date',"
         "'format':'%b %d, %y'", "\"2026-02-03\"");
    t_op("'action':'convert_type','value':'12:30 AM +0200','target_type':"
         "'datetime','format':'%I:%M %p %z'",
         "\"1969-12-31T22:30:00.000Z\"");
    t_op_fails("'action':'convert_type','value':'30.02.2026','target_type':"
               "'date','format':'%d.%m.%Y'", "TypeMismatch");
    t_op_fails("'action':'convert_type','value':'17.02.2026x','target_type':"
               "'date','format':'%d.%m.%Y'", "TypeMismatch");
    t_op_fails("'action':'calculate','expression':'1 / 0'",
               "ExpressionError");
    t_op_fails("'action':'convert_type','value':'x','target_type':'number'",
               "TypeMismatch");
}


static void
test_objects_hash_by_their_canonical_text(void **ctx)
{
    t_run_t  t;

    t_run(&t, OPS("{'action':'hash','value':{'a':1,'b':[2]},"
                  "'output_variable':'x'},{'action':'hash','value':"
                  "{'b':[2],'a':1},'output_variable':'y'}"));
    assert_int_equal(strlen(t_var(&t, "x")), 66);

    char *const  x = strdup(t_var(&t, "x"));

    assert_string_equal(x, t_var(&t, "y"));
    free(x);
    t_run_over(&t);
}


static void
test_text_is_made_and_searched(void **ctx)
{
    t_op("'action':'format_string','template':'a {x} {y} {z}','values':"
         "{'x':1,'y':'two'}", "\"a 1 two {z}\"");
    t_op("'action':'format_data','value':[{'a':1,'b':'x,y'}],'format':'csv'",
         "\"a,b\\r\\n1,\\\"x,y\\\"\\r\\n\"");
    t_op("'action':'format_data','value':{'a':[1]}", "\"{\\\"a\\\":[1]}\"");
    t_op("'action':'extract_regex','source':'id=42;','pattern':'id=([0-9]+)'",
         "\"42\"");
    t_op("'action':'extract_regex','source':'a1 b2','pattern':'[0-9]',"
         "'all':true", "[\"1\",\"2\"]");
    t_op("'action':'extract_regex','source':'xyz','pattern':'q*',"
         "'all':true", "[\"\",\"\",\"\",\"\"]");
    t_op("'action':'extract_regex','source':'b=2 a=1','pattern':"
         "'(?<key>[a-z])=(?<value>[0-9])'",
         "{\"key\":\"b\",\"value\":\"2\"}");
    t_op("'action':'extract_regex','source':'b=2 a=1','all':true,'pattern':"
         "'(?<z>[a-z])=(?<a>[0-9])?'", "[{\"z\":\"b\",\"a\":\"2\"},"
         "{\"z\":\"a\",\"a\":\"1\"}]");
    t_op("'action':'extract_regex','source':'b=2','group':'a','pattern':"
         "'(?<z>[a-z])=(?<a>[0-9])'", "\"2\"");
    t_op("'action':'extract_regex','source':'b=2','group':0,'pattern':"
         "'(?<z>[a-z])=(?<a>[0-9])'", "\"b=2\"");
    t_op_fails("'action':'extract_regex','source':'b','group':'q','pattern':"
               "'(?<z>[a-z])'", "ExpressionError");
    t_op("'action':'format_data','format':'xml','value':{'order':{'@id':7,"
         "'line':['a','b<'],'#text':'t'}}", "\"<order id=\\\"7\\\"><line>a"
         "</line><line>b&lt;</line>t</order>\"");
    t_op("'action':'format_data','format':'xml','value':[1,{'x y':null}]",
         "\"<root><item>1</item><item><x_y></x_y></item></root>\"");
}


static void
test_texts_are_parsed(void **ctx)
{
    t_op("'action':'parse_json','source':'{\\\"a\\\":[1,2]}','path':'a.1'",
         "2");
    t_op("'action':'parse_json','source':'```json\\n[1]\\n```'", "[1]");
    t_op("'action':'parse_json','source':'{','on_invalid':'keep'", "\"{\"");
    t_op("'action':'parse_csv','source':'a,b\\n1,\\\"x\\\"\\\"y\\\"\\n'",
         "[{\"a\":\"1\",\"b\":\"x\\\"y\"}]");
    t_op("'action':'parse_csv','source':'1;2\\n\\n3;true','header':false,"
         "'delimiter':';','infer_types':true", "[[1,2],[3,true]]");
    t_op_fails("'action':'parse_json','source':'{'", "ParseError");
}


static void
test_variables_are_set_and_arrays_grow(void **ctx)
{
    t_run_t  t;

    t_run(&t, OPS("{'action':'set_variable','variable':'o.deep.x',"
                  "'value':1},{'action':'set_variable','variables':"
                  "{'a':2,'b':null}},"
                  "{'action':'append_to_array','array':'l','value':1},"
                  "{'action':'append_to_array','array':'l','value':1,"
                  "'unique':true},{'action':'append_to_array','array':'l',"
                  "'value':2},{'action':'append_to_array','array':'l',"
                  "'value':3,'max_items':2}"));
    assert_string_equal(t_var(&t, "o"), "{\"deep\":{\"x\":1}}");
    assert_string_equal(t_var(&t, "a"), "2");
    assert_string_equal(t_var(&t, "b"), "null");
    assert_string_equal(t_var(&t, "l"), "[2,3]");
    t_run_over(&t);

    t_op_fails("'action':'append_to_array','array':'input','value':1},"
               "{'action':'set_variable','variable':'s','value':'x'},"
               "{'action':'append_to_array','array':'s','value':1",
               "TypeMismatch");
}


static void
test_a_source_that_names_a_variable_is_that_variable(void **ctx)
{
    t_run_t  t;

    t_run(&t, OPS("{'action':'set_variable','variable':'v','value':[1]},"
                  "{'action':'format_data','source':'v',"
                  "'output_variable':'r'},"
                  "{'action':'format_data','source':'{{v}}',"
                  "'output_variable':'q'},"
                  "{'action':'format_data','source':'w',"
                  "'output_variable':'p'}"));
    assert_string_equal(t_var(&t, "r"), "\"[1]\"");
    assert_string_equal(t_var(&t, "q"), "\"[1]\"");
    assert_string_equal(t_var(&t, "p"), "\"\\\"w\\\"\"");
    t_run_over(&t);
}


static void
test_ids_and_times_come_from_the_input(void **ctx)
{
    t_run_t  t;
    char    *ids[2];

    for (int i = 0; i < 2; i++) {
        t_run(&t, OPS("{'action':'generate_id','output_variable':'u'},"
                      "{'action':'generate_id','kind':'short','length':12,"
                      "'prefix':'x-','output_variable':'s'},"
                      "{'action':'get_timestamp','format':'unix',"
                      "'output_variable':'t'},"
                      "{'action':'get_timestamp','output_variable':'i'}"));
        ids[i] = strdup(t_var(&t, "u"));
        assert_int_equal(strlen(t_var(&t, "s")), 16);
        assert_string_equal(t_var(&t, "t"), "1700000000");
        assert_string_equal(t_var(&t, "i"), "\"2023-11-14T22:13:20.000Z\"");
        t_run_over(&t);
    }

    assert_string_equal(ids[0], ids[1]);    /* same inputs, same bytes */
    free(ids[0]);
    free(ids[1]);
}


static void
test_checks_fail_or_tell(void **ctx)
{
    t_op("'action':'validate_schema','value':{'n':1},'schema':{'type':"
         "'object','required':['n']}", "{\"valid\":true,\"errors\":[]}");
    t_op_fails("'action':'validate_schema','value':{},'schema':{'type':"
               "'object','required':['n']}", "SchemaViolation");
    t_op("'action':'validate','condition':'1 > 2','on_invalid':'return'",
         "{\"valid\":false,\"errors\":[{\"path\":\"\",\"message\":"
         "\"the condition does not hold\"}]}");
}


static void
test_a_secret_is_a_name_and_never_a_value(void **ctx)
{
    t_run_t  t;

    t_run(&t, OPS("{'action':'retrieve_secret','name':'pin',"
                  "'output_variable':'r'}"));
    assert_ptr_equal(strstr(t_var(&t, "r"), "$secret{pin:"),
                     t_var(&t, "r") + 1);
    t_run_over(&t);
}


static void
test_fail_raises_what_it_was_told(void **ctx)
{
    t_op_fails("'action':'fail','message':'no','error_type':'Odd'", "Odd");
    t_op_fails("'action':'fail'", "ProcedureFailure");
}


static void
test_a_checkpoint_by_name_is_saved_and_told(void **ctx)
{
    t_run_t        t;
    const json_t  *row = NULL;
    size_t         at = 0;

    t_run(&t, OPS("{'action':'set_checkpoint','name':'here'}"));
    assert_string_equal(t_said(&t, "checkpoint_saved", "name"), "here");
    assert_string_equal(t_said(&t, "checkpoint_saved", "reason"), "manual");

    for (size_t i = 0; i < t.turn.nwrites; i++) {
        const json_t *const  r = t.turn.writes[i].row;

        if (ckp_json_str(r, "name") != NULL) {
            row = r;
            at = i;
        }
    }

    assert_string_equal(ckp_json_str(row, "reason"), "manual");

    json_t *const  state = t_point(&t, at);

    assert_int_equal(ckp_json_int(state, "seq", 0),
                     ckp_json_int(row, "seq", -1));
    json_decref(state);
    t_run_over(&t);
}


static void
test_a_quiet_log_is_not_kept(void **ctx)
{
    t_run_t  t;

    t_run(&t, T_GRAPH("p", "'p':{'type':'processing','next_node':'end',"
                      "'operations':[{'action':'log','message':'x'},"
                      "{'action':'log','message':'y','level':'error'}]},"
                      T_END, ",'global_config':{'logging_level':'ERROR'}"));
    assert_string_equal(t_said(&t, "log", "message"), "y");
    t_run_over(&t);
}


static void
test_every_action_says_what_it_takes(void **ctx)
{
    static const char *const  names[] = {
        "log", "wait", "set_variable", "append_to_array", "noop", "fail",
        "set_checkpoint", "emit_event", "generate_id", "get_timestamp",
        "retrieve_secret", "calculate", "format_string", "format_data",
        "convert_type", "extract_regex", "hash", "validate_schema",
        "validate", "parse_json", "parse_csv", "notify",
        "send_notification", "screenshot"
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const ckp_op_t *const  op = ckp_op_find(names[i]);

        assert_non_null(op);
        assert_non_null(op->run);
        assert_int_equal(op->params[0], ' ');
    }

    assert_null(ckp_op_find("navigate"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_values_are_made_and_converted),
        cmocka_unit_test(test_objects_hash_by_their_canonical_text),
        cmocka_unit_test(test_text_is_made_and_searched),
        cmocka_unit_test(test_texts_are_parsed),
        cmocka_unit_test(test_variables_are_set_and_arrays_grow),
        cmocka_unit_test(test_a_source_that_names_a_variable_is_that_variable),
        cmocka_unit_test(test_ids_and_times_come_from_the_input),
        cmocka_unit_test(test_checks_fail_or_tell),
        cmocka_unit_test(test_a_secret_is_a_name_and_never_a_value),
        cmocka_unit_test(test_fail_raises_what_it_was_told),
        cmocka_unit_test(test_a_checkpoint_by_name_is_saved_and_told),
        cmocka_unit_test(test_a_quiet_log_is_not_kept),
        cmocka_unit_test(test_every_action_says_what_it_takes)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
