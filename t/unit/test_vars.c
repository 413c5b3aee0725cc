/* Inputs become variables, or sentences (spec/ckp.md 3, spec/api.md 4.1). */

#include "drive.h"

#define NOW  1771320600125          /* 2026-02-17T09:30:00.125Z */


/* Gives `inputs` to a procedure with that schema; wants these variables, or
 * these errors when `fits` is false. */
static void
gives(const char *schema, const char *more, const char *inputs, bool fits,
    const char *want)
{
    char        text[2000];
    t_doc_t     t;
    json_t     *in = t_doc_json(inputs);
    json_t     *expected = t_doc_json(want);
    json_t     *vars;
    json_t     *errors;
    json_t     *meta = t_doc_json("{'triggered_by':'ana','run_id':'r1'}");
    ckp_err_t   err = CKP_ERR_INIT;
    ckp_code_t  rc;
    char       *got;

    snprintf(text, sizeof(text), T_GRAPH("end", T_END,
             ",'variables_schema':%s%s"), schema, more);
    t_compiles(&t, text);
    rc = ckp_program_inputs(t.prog, in, meta, NOW, &vars, &errors, &err);
    assert_int_equal(rc, fits ? CKP_OK : CKP_E_INVALID);
    got = ckp_json_text(fits ? vars : errors);

    if (!json_equal(fits ? vars : errors, expected)) {
        fail_msg("%s with %s gives %s", schema, inputs, got);
    }

    ckp_free(got);
    json_decref(vars);
    json_decref(errors);
    json_decref(in);
    json_decref(meta);
    json_decref(expected);
    t_doc_free(&t);
}


static void
fits(const char *schema, const char *inputs, const char *want)
{
    gives(schema, "", inputs, true, want);
}


static void
fails(const char *schema, const char *inputs, const char *sentence)
{
    char  want[500];

    snprintf(want, sizeof(want), "{'x':'%s'}", sentence);
    gives(schema, "", inputs, false, want);
}


static void
both_spellings_of_a_schema_are_read(void **state)
{
    fits("{'x':{'type':'number','required':true}}", "{'x':1}", "{'x':1}");
    fits("{'x':5,'y':'z','w':[1]}", "{}", "{'x':5,'y':'z','w':[1]}");
    fits("{'required':{'x':{}},'optional':{'y':{}}}", "{'x':1}",
         "{'x':1,'y':null}");
    fits("{'required':{'type':'string'}}", "{}", "{'required':null}");
    fits("[]", "{'a':1}", "{'a':1}");
    fails("{'required':{'x':{}}}", "{}", "This field is required");
    fits("{'required':{'x':{'required':false}}}", "{}", "{'x':null}");
}


static void
missing_is_absent_null_or_blank(void **state)
{
    const char *const  required = "{'required':{'x':{'type':'string'}}}";

    fails(required, "{}", "This field is required");
    fails(required, "{'x':null}", "This field is required");
    fails(required, "{'x':' \\t'}", "This field is required");
    fits("{'required':{'x':{'type':'number','default':'7'}}}", "{'x':''}",
         "{'x':'7'}");
    fits("{'x':{'default':null}}", "{}", "{'x':null}");
    fits("{'x':{'default':'{{today}} {{triggered_by}} {{run_id}}'}}", "{}",
         "{'x':'2026-02-17 ana r1'}");
    fits("{'x':{'default':{'a':['{{timestamp}}']}}}", "{}",
         "{'x':{'a':[1771320600125]}}");
}


static void
values_are_converted_to_their_type_and_no_farther(void **state)
{
    fits("{'x':{'type':'number'}}", "{'x':' 1.5 '}", "{'x':1.5}");
    fits("{'x':{'type':'number'}}", "{'x':2}", "{'x':2}");
    fails("{'x':{'type':'number'}}", "{'x':'1x'}", "Must be a number");
    fails("{'x':{'type':'number'}}", "{'x':true}", "Must be a number");
    fits("{'x':{'type':'integer'}}", "{'x':'12'}", "{'x':12}");
    fails("{'x':{'type':'integer'}}", "{'x':1.5}", "Must be an integer");
    fails("{'x':{'type':'string'}}", "{'x':5}", "Must be a string");
    fits("{'x':{'type':'string','coerce':true}}", "{'x':5}", "{'x':'5'}");
    fits("{'x':{'type':'string','coerce':true}}", "{'x':true}",
         "{'x':'true'}");
    fails("{'x':{'type':'string','coerce':true}}", "{'x':[]}",
          "Must be a string");
    fails("{'x':{'type':'boolean'}}", "{'x':'true'}",
          "Must be a boolean (true/false)");
    fits("{'x':{'type':'boolean','coerce':true}}", "{'x':'TRUE'}",
         "{'x':true}");
    fails("{'x':{'type':'array'}}", "{'x':{}}", "Must be a valid array");
    fails("{'x':{'type':'object'}}", "{'x':[]}", "Must be a valid object");
    fits("{'x':{'type':'array','coerce':true}}", "{'x':'[1]'}", "{'x':[1]}");
    fails("{'x':{'type':'array','coerce':true}}", "{'x':'{}'}",
          "Must be a valid array");
    fails("{'x':{'type':'array','coerce':true}}", "{'x':'[1'}",
          "Must be a valid array");
    fits("{'x':{'type':'any'}}", "{'x':[1]}", "{'x':[1]}");
}


static void
rules_are_asked_in_their_order(void **state)
{
    fails("{'x':{'enum':['a',1]}}", "{'x':'b'}", "Must be one of: a, 1");
    fits("{'x':{'enum':['a',1]}}", "{'x':'1'}", "{'x':'1'}");
    fails("{'x':{'type':'string','validation':{'regex':'[a-z]+','min':9}}}",
          "{'x':'ab1'}", "Does not match required pattern: [a-z]+");
    fails("{'x':{'type':'string','validation':{'regex':'[a-z]+'}}}",
          "{'x':'ab\\n'}", "Does not match required pattern: [a-z]+");
    fails("{'x':{'type':'string','validation':{'min':3}}}",
          "{'x':'\u00e9\u00e9'}",
          "Must be at least 3 characters");
    fits("{'x':{'type':'string','validation':{'max':2}}}",
         "{'x':'\u00e9\u00e9'}",
         "{'x':'\u00e9\u00e9'}");
    fails("{'x':{'type':'string','validation':{'max':2}}}", "{'x':'abc'}",
          "Must be at most 2 characters");
    fails("{'x':{'type':'number','validation':{'min':1}}}", "{'x':0.5}",
          "Must be at least 1");
    fails("{'x':{'type':'number','validation':{'max':1.5}}}", "{'x':'2'}",
          "Must be at most 1.5");
    fails("{'x':{'type':'array','validation':{'min':1}}}", "{'x':[]}",
          "Must be at least 1 items");
    fails("{'x':{'validation':{'format':'email'}}}", "{'x':'me'}",
          "Must be a valid email");
    fits("{'x':{'validation':{'format':'email'}}}", "{'x':'me@x.org'}",
         "{'x':'me@x.org'}");
}


static void
bounds_and_types_have_edges(void **state)
{
    fits("{'x':{'type':'number','validation':{'min':1,'max':2}}}", "{'x':1}",
         "{'x':1}");
    fits("{'x':{'type':'number','validation':{'min':1,'max':2}}}",
         "{'x':'2.0'}", "{'x':2.0}");
    fits("{'x':{'type':'array','validation':{'min':1,'max':2}}}",
         "{'x':[1,2]}", "{'x':[1,2]}");
    fails("{'x':{'type':'array','validation':{'max':2}}}", "{'x':[1,2,3]}",
          "Must be at most 2 items");
    fits("{'x':{'type':'integer'}}", "{'x':-3.0}", "{'x':-3.0}");
    fits("{'x':{'type':'integer'}}", "{'x':9223372036854775807}",
         "{'x':9223372036854775807}");
    fails("{'x':{'type':'integer'}}", "{'x':1e300}", "Must be an integer");
    fails("{'x':{'type':'number'}}", "{'x':'0x10'}", "Must be a number");
    fails("{'x':{'type':'number'}}", "{'x':'1e999'}", "Must be a number");
    fails("{'x':{'type':'password'}}", "{'x':5}", "Must be a string");
    fails("{'x':{'type':'boolean','coerce':true}}", "{'x':'yes'}",
          "Must be a boolean (true/false)");
    fails("{'x':{'type':'boolean','coerce':true}}", "{'x':1}",
          "Must be a boolean (true/false)");
    fits("{'x':{'type':'object','coerce':true}}", "{'x':'{}'}", "{'x':{}}");
    fails("{'x':{'validation':{'allowed_values':[]}}}", "{'x':1}",
          "Must be one of: ");
    fits("{'x':{'validation':{'regex':'a','format':'date'}}}", "{'x':7}",
         "{'x':7}");
}


/* A default is what its author wrote, whatever the rules say of others. */
static void
defaults_stand_as_they_are(void **state)
{
    fits("{'required':{'x':{'type':'integer','default':'many','validation':"
         "{'regex':'z','allowed_values':[1]}}}}", "{}", "{'x':'many'}");
    fits("{'x':{'type':'number','default':[' 1 ']}}", "{'x':null}",
         "{'x':[' 1 ']}");
    fits("{'x':'\\\\{{today}}'}", "{}", "{'x':'{{today}}'}");
}


static void
a_schema_is_a_rule_too(void **state)
{
    t_doc_t     t;
    json_t     *in = t_doc_json("{'x':{'a':'no'}}");
    json_t     *vars;
    json_t     *errors;
    ckp_err_t   err = CKP_ERR_INIT;

    t_compiles(&t, T_GRAPH("end", T_END, ",'variables_schema':{'x':{"
               "'validation':{'schema':{'properties':{'a':{'type':'number'}}"
               "}}}}"));
    assert_int_equal(ckp_program_inputs(t.prog, in, NULL, NOW, &vars, &errors,
                                        &err), CKP_E_INVALID);
    assert_ptr_equal(strstr(ckp_json_str(errors, "x"),
                            "Does not match the schema: "),
                     ckp_json_str(errors, "x"));
    json_decref(errors);
    json_decref(in);
    t_doc_free(&t);
}


static void
undeclared_inputs_are_kept_unless_strict(void **state)
{
    const char *const  strict = ",'global_config':{'strict_inputs':true}";

    gives("{}", "", "{'a':1,'__approval_decisions':{}}", true, "{'a':1}");
    gives("{}", strict, "{'a':1}", false, "{'a':'Unknown variable'}");
    gives("{}", "", "{'secrets':1,'__x':2}", false,
          "{'secrets':'Reserved name','__x':'Reserved name'}");
    gives("{}", "", "{'a':'***REDACTED***'}", false,
          "{'a':'Must not be the redaction placeholder'}");
}


static void
one_sentence_for_each_variable_that_is_wrong(void **state)
{
    gives("{'required':{'a':{'type':'number'},'b':{}},'optional':{'c':{'type':"
          "'boolean'}}}", "", "{'a':'x','c':1}", false,
          "{'a':'Must be a number','b':'This field is required','c':"
          "'Must be a boolean (true/false)'}");
}


static void
a_wrong_schema_is_told(void **state)
{
    t_wants("CKP221", "/variables_schema/x/validation/regex",
            "{'variables_schema':{'x':{'validation':{'regex':'('}}}}");
    t_wants("CKP405", "/variables_schema/x/validation/format",
            "{'variables_schema':{'x':{'validation':{'format':'phone'}}}}");
    t_wants("CKP302", "/variables_schema/x/type",
            "{'variables_schema':{'x':{'type':'text'}}}");
    t_wants("CKP413", "/variables_schema/secrets",
            "{'variables_schema':{'secrets':{}}}");
    t_wants("CKP413", "/variables_schema/__x",
            "{'variables_schema':{'__x':{}}}");
    t_wants("CKP210", "/variables_schema/x/default",
            "{'variables_schema':{'y':{},'x':{'default':'{{y}}'}}}");
    t_wants("CKP210", "/variables_schema/x",
            "{'variables_schema':{'y':{},'x':'{{y}}'}}");
    t_wants("CKP226", NULL,
            "{'variables_schema':{'x':{'validation':{'schema':{'frob':1}}}}}");
    t_wants("CKP015", "/variables_schema/required/x",
            "{'variables_schema':{'required':{'x':5}}}");
    t_wants("CKP090", "/variables_schema/x/typ",
            "{'variables_schema':{'x':{'typ':'string'}}}");
}


/* --- when the run begins ---------------------------------------------------------- */


/* Born with variables of any kind, as a restored state may have them. */
static void
t_born_with(t_run_t *t, const char *text, const char *vars)
{
    memset(t, 0, sizeof(*t));
    t->now = NOW;
    t_doc(&t->d, text);
    assert_non_null(t->d.prog);
    t->run = ckp_run_new(t->d.prog, "run");
    t_feed(t, CKP_IN_START, CKP_OUTCOME_OK, "",
           json_pack("{s:{}, s:{}, s:o}", "meta", "inputs", "vars",
                     t_doc_json(vars)));
    assert_int_equal(t->rc, CKP_OK);
    t_feed(t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t->rc, CKP_OK);
}


#define BORN                                                                  \
    T_GRAPH("end", T_END, ",'variables_schema':{'required':{'a':{'type':"     \
            "'number'},'b':{}},'optional':{'c':{'type':'number','default':"   \
            "'many'},'d':{'default':'{{today}}','validation':{'min':99}}}}")


static void
a_run_begins_with_variables_that_fit(void **state)
{
    t_run_t  t;

    t_born_with(&t, BORN, "{'a':1,'b':'x','c':'many','d':'2026-02-17'}");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    t_born_with(&t, BORN, "{'a':'one','c':7}");
    assert_string_equal(t.story, "execution_started error run_failed");
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "SchemaViolation");
    assert_string_equal(json_string_value(json_array_get(json_object_get(
                            t_event(&t, "error")->payload, "missing_vars"),
                            0)), "b");
    assert_string_equal(ckp_json_str(json_object_get(
                            t_event(&t, "error")->payload, "errors"), "a"),
                        "Must be a number");
    t_run_over(&t);

    /* of what is right nothing is told */

    t_born_with(&t, BORN, "{'a':'one','b':1,'c':'many','d':''}");
    assert_string_equal(t_status(&t), "failed");
    assert_null(json_object_get(t_event(&t, "error")->payload,
                                "missing_vars"));
    t_run_over(&t);
}


/* --- masking ------------------------------------------------------------------- */


static void
masks(const ckp_program_t *prog, const char *value, const char *want)
{
    json_t *const  v = t_doc_json(value);
    json_t *const  expected = t_doc_json(want);
    json_t *const  got = ckp_program_redact(prog, v);
    char *const    text = ckp_json_text(got);

    if (!json_equal(got, expected)) {
        fail_msg("%s becomes %s", value, text);
    }

    ckp_free(text);
    json_decref(v);
    json_decref(expected);
    json_decref(got);
}


static void
credentials_are_masked_by_name(void **state)
{
    masks(NULL, "{'password':'x','API-Key':1,'a':[{'my_token':{}}],'auth':true,"
          "'auth_header':'y','author':'z','Client-Secret':[],'n':null,"
          "'token':null,'oauth':1,'authToken':2,'authHeader':3}",
          "{'password':'***REDACTED***','API-Key':'***REDACTED***','a':[{"
          "'my_token':'***REDACTED***'}],'auth':'***REDACTED***',"
          "'auth_header':'***REDACTED***','author':'z','Client-Secret':"
          "'***REDACTED***','n':null,'token':null,'oauth':1,'authToken':"
          "'***REDACTED***','authHeader':'***REDACTED***'}");
    masks(NULL, "{'prompt_tokens':5,'max_tokens':'5','token_count':1}",
          "{'prompt_tokens':5,'max_tokens':'***REDACTED***','token_count':1}");
    masks(NULL, "['a',5,null]", "['a',5,null]");
}


static void
what_the_procedure_names_is_masked(void **state)
{
    t_doc_t  t;

    t_compiles(&t, T_GRAPH("end", T_END, ",'variables_schema':{'pin':{'type':"
               "'password'},'iq':{'sensitive':true},'plain':{'validation':{"
               "'sensitive':true}}},'global_config':{'audit_config':{"
               "'redacted_fields':['IBAN','^card.no','x_tokens']}}"));
    masks(t.prog, "{'pin':1,'iq':{'a':1},'plain':'p','my_iban_x':'y','cardno':"
          "1,'card-no':2,'xcard_no':3,'x_tokens':4,'z':{'pin':5}}",
          "{'pin':'***REDACTED***','iq':'***REDACTED***','plain':"
          "'***REDACTED***','my_iban_x':'***REDACTED***','cardno':1,"
          "'card-no':'***REDACTED***','xcard_no':3,'x_tokens':4,'z':{'pin':"
          "'***REDACTED***'}}");
    t_doc_free(&t);
}


static void
what_is_too_deep_is_cut(void **state)
{
    masks(NULL, "{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':1}}}}}"
          "}}}}}}",
          "{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':"
          "'***TRUNCATED***'}}}}}}}}}}}");
}


static void
what_needs_no_mask_is_not_copied(void **state)
{
    json_t *const  v = t_doc_json("{'a':{'b':[1,2]},'c':'d'}");
    json_t *const  got = ckp_program_redact(NULL, v);

    assert_ptr_equal(v, got);
    json_decref(got);
    json_decref(v);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(both_spellings_of_a_schema_are_read),
        cmocka_unit_test(missing_is_absent_null_or_blank),
        cmocka_unit_test(values_are_converted_to_their_type_and_no_farther),
        cmocka_unit_test(rules_are_asked_in_their_order),
        cmocka_unit_test(bounds_and_types_have_edges),
        cmocka_unit_test(defaults_stand_as_they_are),
        cmocka_unit_test(a_schema_is_a_rule_too),
        cmocka_unit_test(undeclared_inputs_are_kept_unless_strict),
        cmocka_unit_test(one_sentence_for_each_variable_that_is_wrong),
        cmocka_unit_test(a_wrong_schema_is_told),
        cmocka_unit_test(a_run_begins_with_variables_that_fit),
        cmocka_unit_test(credentials_are_masked_by_name),
        cmocka_unit_test(what_the_procedure_names_is_masked),
        cmocka_unit_test(what_is_too_deep_is_cut),
        cmocka_unit_test(what_needs_no_mask_is_not_copied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
