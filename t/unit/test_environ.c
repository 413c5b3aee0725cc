/* Documents against what is online now (spec/ckp.md 14.1, 28.1, 33). */

#include "doc.h"

#define AGENTS                                                                \
    "[{'agent_id':'w1','name':'Wally','channel':'WEB','status':'online',"     \
    "'capabilities':[{'name':'navigate','type':'tool'},'click']},"            \
    "{'agent_id':'w2','name':'Wanda','channel':'web','status':'offline',"     \
    "'capabilities':['type_text']},"                                          \
    "{'agent_id':'all','name':'Any','channel':'desk','status':'online',"      \
    "'capabilities':['*']}]"

#define STEP(agent, action)                                                   \
    T_GRAPH("a", "'a':{'type':'sequence','next_node':'end'," agent            \
            "'steps':[{'step_id':'s','action':'" action "'}]}," T_END, "")

#define STEP0  "/workflow_graph/nodes/a/steps/0"


static bool
t_secret(void *data, const char *prefix, const char *key)
{
    (void) data;

    return strcmp(key, "there") == 0
           && (prefix == NULL || strcmp(prefix, "P_") == 0);
}


static void
t_with(t_doc_t *t, const char *text, bool agents, bool secrets)
{
    json_t *const            list = t_doc_json(AGENTS);
    const ckp_environment_t  env = { .agents = agents ? list : NULL,
                                     .secret = secrets ? t_secret : NULL };

    t->doc = t_doc_json(text);
    t->diags = ckp_diags_new();
    t->c = ckp_compiler_new(t->diags);
    assert_int_equal(ckp_compiler_add(t->c, t->doc), CKP_OK);
    ckp_compiler_environment(t->c, &env);
    t->prog = ckp_compiler_finish(t->c);
    t->list = ckp_diags_json(t->diags, 'a');
    json_decref(list);
}


/* The code of CKP142 at the step; "" when there is none. */
static const char *
t_missing(const char *text)
{
    static char    code[64];
    t_doc_t        t;
    const json_t  *d;

    t_with(&t, text, true, false);
    d = t_doc_find(&t, "CKP142", STEP0);
    snprintf(code, sizeof(code), "%s", d == NULL ? ""
                                                 : ckp_json_str(d, "code"));

    if (d != NULL) {
        assert_string_equal(ckp_json_str(d, "severity"), "info");
        assert_string_equal(ckp_json_str(d, "step_id"), "s");
    }

    t_doc_free(&t);

    return code;
}


static void
test_an_action_that_an_online_agent_offers_is_silent(void **ctx)
{
    assert_string_equal(t_missing(STEP("'agent':'web',", "navigate")), "");
    assert_string_equal(t_missing(STEP("'agent':'WEB',", "click")), "");
    assert_string_equal(t_missing(STEP("'agent':'w1',", "click")), "");
    assert_string_equal(t_missing(STEP("'agent':'Wally',", "click")), "");
    assert_string_equal(t_missing(STEP("'agent':'desk',", "anything")), "");
}


static void
test_an_agent_that_is_not_online_is_told(void **ctx)
{
    assert_string_equal(t_missing(STEP("'agent':'mail',", "send")),
                        "agent_not_registered");
    assert_string_equal(t_missing(STEP("'agent':'w2',", "type_text")),
                        "agent_not_registered");
}


static void
test_an_action_that_nobody_offers_is_told(void **ctx)
{
    assert_string_equal(t_missing(STEP("'agent':'web',", "type_text")),
                        "action_not_offered");
}


static void
test_without_an_agent_the_action_must_be_named(void **ctx)
{
    assert_string_equal(t_missing(STEP("'agent':'MasterAgent',", "click")),
                        "");
    assert_string_equal(t_missing(STEP("'agent':'MasterAgent',", "fly")),
                        "action_not_offered");
}


static void
test_what_the_engine_does_needs_nobody(void **ctx)
{
    assert_string_equal(t_missing(STEP("'agent':'mail',", "log")), "");
}


static void
test_steps_of_handlers_and_ends_are_looked_at(void **ctx)
{
    t_doc_t  t;

    t_with(&t, T_GRAPH("a",
        "'a':{'type':'sequence','agent':'web','next_node':'end','steps':[{"
        "'action':'click'}],'error_handlers':[{'action':'ignore',"
        "'recovery_steps':[{'action':'fly'}]}]},'end':{'type':'terminate',"
        "'agent':'mail','cleanup_actions':[{'action':'send'}]}", ""), true,
        false);
    t_says(&t, "CKP142", "/workflow_graph/nodes/a/error_handlers/0/"
           "recovery_steps/0");
    t_says(&t, "CKP142", "/workflow_graph/nodes/end/cleanup_actions/0");
    t_doc_free(&t);
}


static void
test_a_listed_secret_without_a_value_is_told(void **ctx)
{
    const char *const  text = T_GRAPH("end", T_END,
        ",'global_config':{'secrets_config':{'provider':'env',"
        "'secret_references':{'a':'there','b':{'key':'not'},'c/d':'gone',"
        "'there':{'required':false}}}}");
    const char *const  at = "/global_config/secrets_config/secret_references";
    char               path[200];
    t_doc_t            t;

    t_with(&t, text, false, true);
    snprintf(path, sizeof(path), "%s/b", at);
    t_says(&t, "CKP325", path);
    snprintf(path, sizeof(path), "%s/c~1d", at);
    t_says(&t, "CKP325", path);
    snprintf(path, sizeof(path), "%s/a", at);
    assert_null(t_doc_find(&t, "CKP325", path));
    snprintf(path, sizeof(path), "%s/there", at);
    assert_null(t_doc_find(&t, "CKP325", path));
    assert_non_null(t.prog);
    t_doc_free(&t);

    t_with(&t, text, true, false);
    t_silent(&t, "CKP325");
    t_doc_free(&t);
}


static void
test_the_prefix_of_the_procedure_is_asked_with(void **ctx)
{
    t_doc_t  t;

    t_with(&t, T_GRAPH("end", T_END,
        ",'global_config':{'secrets_config':{'prefix':'Q_',"
        "'secret_references':{'there':'there'}}}"), false, true);
    t_says(&t, "CKP325", NULL);
    t_doc_free(&t);
}


static void
test_a_document_that_does_not_compile_is_looked_at_as_well(void **ctx)
{
    t_doc_t  t;

    t_with(&t, STEP("'condition':'1 >','agent':'mail',", "send"), true, true);
    t_says(&t, "CKP220", NULL);
    t_says(&t, "CKP142", STEP0);
    t_doc_free(&t);

    t_with(&t, "{}", true, true);
    t_doc_free(&t);

    t_with(&t, "[]", true, true);
    t_doc_free(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_an_action_that_an_online_agent_offers_is_silent),
        cmocka_unit_test(test_an_agent_that_is_not_online_is_told),
        cmocka_unit_test(test_an_action_that_nobody_offers_is_told),
        cmocka_unit_test(test_without_an_agent_the_action_must_be_named),
        cmocka_unit_test(test_what_the_engine_does_needs_nobody),
        cmocka_unit_test(test_steps_of_handlers_and_ends_are_looked_at),
        cmocka_unit_test(test_a_listed_secret_without_a_value_is_told),
        cmocka_unit_test(test_the_prefix_of_the_procedure_is_asked_with),
        cmocka_unit_test(
            test_a_document_that_does_not_compile_is_looked_at_as_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
