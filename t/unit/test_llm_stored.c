/* Prompts and profiles that a site has (spec/ckp.md 23.2, 23.4). */

#include "llm.h"

#define STORED(node)  DOC("'prompt_ref':'sort@^1'," node, "")


/* What the site stores, linked and told as the host does. */

static void
t_prompt(t_run_t *t, const char *text, const char *more)
{
    ckp_program_t *const  prog = t_prompt_program(text);

    assert_int_equal(ckp_run_link(t->run, "h1", prog), CKP_OK);
    ckp_program_unref(prog);
    t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_OK, t->ref, t_doc_json(more));
}


static const json_t *
t_asked_host(const t_run_t *t)
{
    assert_int_equal(t->turn.neffects, 1);
    assert_string_equal(t->turn.effects[0].target, "host");

    return t->turn.effects[0].body;
}


static void
test_a_stored_prompt_is_asked_for_and_used(void **ctx)
{
    t_run_t  t;

    t_run(&t, STORED("'prompt_vars':{'text':'it is {{x}}'},"));
    assert_string_equal(ckp_json_str(t_asked_host(&t), "op"), "prompt");
    assert_string_equal(ckp_json_str(t_asked_host(&t), "name"), "sort");
    assert_string_equal(ckp_json_str(t_asked_host(&t), "version"), "^1");

    t_prompt(&t, "{'template':'Sort: {{text}}','system':'You sort.',"
             "'variables':{'text':{'type':'string','required':true}}}",
             "{'name':'sort','version':4,'hash':'h1'}");
    assert_string_equal(t_message(&t, 0, "content"), "You sort.");
    assert_string_equal(t_message(&t, 1, "content"), "Sort: it is it");
    assert_string_equal(t_said(&t, "llm_call_started", "prompt_ref"),
                        "sort@4");
    t_answer(&t, "done");
    assert_string_equal(t_said(&t, "llm_call_completed", "prompt_ref"),
                        "sort@4");
    t_run_over(&t);
}


static void
test_without_variables_of_its_own_it_sees_the_runs(void **ctx)
{
    t_run_t  t;

    t_run(&t, STORED(""));
    t_prompt(&t, "{'template':'Sort {{x}}'}",
             "{'name':'sort','version':1,'hash':'h1'}");
    assert_string_equal(t_message(&t, 0, "content"), "Sort it");
    t_run_over(&t);
}


static void
test_its_variables_its_schema_and_its_model_hold(void **ctx)
{
    t_run_t  t;

    t_run(&t, STORED("'prompt_vars':{'n':'many'},"));
    t_prompt(&t, "{'template':'{{n}}','variables':{'n':{'type':'number'}}}",
             "{'name':'sort','version':1,'hash':'h1'}");
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "PromptTemplateError");
    t_run_over(&t);

    t_run(&t, STORED(""));
    t_prompt(&t, "{'template':'n?'}",
             "{'name':'sort','version':1,'hash':'h1','model':'own-1',"
             "'output_schema':{'type':'object','required':['n']}}");
    assert_string_equal(ckp_json_str(t_request(&t), "model"), "own-1");
    assert_non_null(json_object_get(t_request(&t), "response_format"));
    t_answer(&t, "{}");
    assert_non_null(t_event(&t, "llm_repair"));
    t_answer(&t, "{\"n\": 1}");
    assert_non_null(t_event(&t, "run_completed"));
    t_run_over(&t);
}


/* So do those of one that stands in the document, unless the node says. */

static void
test_a_prompt_of_the_document_brings_its_model_and_profile(void **ctx)
{
    static const struct {
        const char  *node;
        const char  *asset;
        const char  *model;
    } rows[] = {
        { "", "'model':'own-1'", "own-1" },
        { "", "'profile':'far'", "f1" },
        { "'model':'node-1',", "'model':'own-1'", "node-1" },
        { "'profile':'far',", "'model':'own-1'", "f1" }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char     text[2048];
        t_run_t  t;

        snprintf(text, sizeof(text), DOC("'prompt_ref':'p',%s",
                 ",'prompt_templates':{'p':{'template':'?',%s}},"
                 "'global_config':{'llm':{'profiles':{'far':{'base_url':"
                 "'http://f','model':'f1'}}}}"), rows[i].node, rows[i].asset);
        t_run(&t, text);
        assert_string_equal(ckp_json_str(t_request(&t), "model"),
                            rows[i].model);
        t_run_over(&t);
    }
}


static void
test_one_that_is_not_there_fails_the_node(void **ctx)
{
    t_run_t  t;

    t_run(&t, STORED(""));
    t_failed(&t, CKP_OUTCOME_FAILED, "PromptTemplateError",
             "prompt 'sort@^1': there is no such prompt or version");
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "PromptTemplateError");
    t_run_over(&t);
}


/* What was used is what was used, whatever the site has now. */

static void
test_a_crash_asks_again_before_and_never_after(void **ctx)
{
    t_run_t      t;
    ckp_run_t   *again;
    json_t      *saved;

    t_run(&t, STORED(""));
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:b, s:i}", "crash", 1, "crashes", 1));
    assert_string_equal(ckp_json_str(t_asked_host(&t), "op"), "prompt");

    /* an answer of before it, without the program that it links */

    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
           t_doc_json("{'name':'sort','version':1,'hash':'h0'}"));
    assert_string_equal(ckp_json_str(t_asked_host(&t), "op"), "prompt");

    t_prompt(&t, "{'template':'Sort {{x}}'}",
             "{'name':'sort','version':1,'hash':'h1'}");
    saved = ckp_run_save(t.run);
    again = ckp_run_load(t.d.prog, "run", saved, &t.err);
    json_decref(saved);
    ckp_run_free(t.run);
    t.run = again;
    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
           json_pack("{s:b, s:i}", "crash", 1, "crashes", 1));
    assert_string_equal(t_message(&t, 0, "content"), "Sort it");
    t_answer(&t, "done");
    assert_string_equal(t_said(&t, "llm_call_completed", "prompt_ref"),
                        "sort@1");
    t_run_over(&t);
}


/* --- shown ------------------------------------------------------------------ */

static void
test_a_prompt_is_shown_with_what_it_misses(void **ctx)
{
    json_t *const         prompt = t_doc_json("{'template':'{{a}} {{b}} "
                              "{{c|none}} {{d}}','system':'{{e}}','variables':"
                              "{'a':{'type':'number'},'b':{'type':'string',"
                              "'required':true},'d':{'type':'string',"
                              "'default':'dd'}}}");
    json_t *const         doc = ckp_prompt_document(prompt);
    json_t *const         vars = t_doc_json("{'a':3,'z':1}");
    json_t *const         wrong = t_doc_json("{'a':'three'}");
    ckp_diags_t *const    diags = ckp_diags_new();
    ckp_compiler_t *const c = ckp_compiler_new(diags);
    ckp_program_t        *prog;
    json_t               *shown;
    json_t               *errors;
    char                 *text;
    ckp_err_t             err = CKP_ERR_INIT;

    assert_int_equal(ckp_compiler_add(c, doc), CKP_OK);
    prog = ckp_compiler_finish(c);
    assert_int_equal(ckp_prompt_show(prog, vars, 1, &shown, &errors, &err),
                     CKP_OK);
    text = ckp_json_text(shown);
    assert_string_equal(text, "{\"prompt\":\"3  none dd\",\"system\":\"\","
                        "\"missing\":[\"b\",\"e\"],\"unused\":[\"z\"]}");
    ckp_free(text);
    json_decref(shown);

    assert_int_equal(ckp_prompt_show(prog, wrong, 1, &shown, &errors, &err),
                     CKP_E_INVALID);
    assert_null(shown);
    assert_non_null(json_object_get(errors, "a"));
    json_decref(errors);

    ckp_program_unref(prog);
    ckp_compiler_free(c);
    ckp_diags_free(diags);
    json_decref(wrong);
    json_decref(vars);
    json_decref(doc);
    json_decref(prompt);
}


/* --- profiles of the site --------------------------------------------------- */

#define SITE                                                                  \
    "{'model':'site-model','default_profile':'usual','profiles':{"            \
    "'usual':{'model':'u1','temperature':0.1},"                               \
    "'far':{'base_url':'http://far/v1','model':'f1','secret_name':'key',"     \
    "'task_classes':['plan'],'fallbacks':['usual'],'max_retries':0}}}"


static void
t_at_site(t_run_t *t, const char *text, const char *site)
{
    json_t *const  v = t_doc_json(site);

    memset(t, 0, sizeof(*t));
    t->now = 1700000000000;
    t_doc(&t->d, text);
    assert_non_null(t->d.prog);
    t->run = ckp_run_new(t->d.prog, "run");
    ckp_run_site(t->run, v);
    json_decref(v);
    t_inputs(t, json_object());
    t_feed(t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t->rc, CKP_OK);
}


static void
test_profiles_of_the_site_stand_behind_those_of_the_document(void **ctx)
{
    static const struct {
        const char  *node;
        const char  *config;
        const char  *model;
        const char  *base;
    } rows[] = {
        { "", "", "u1", NULL },
        { "'profile':'far',", "", "f1", "http://far/v1" },
        { "'model':'far',", "", "f1", "http://far/v1" },
        { "'task_class':'plan',", "", "f1", "http://far/v1" },
        { "'agent':'far',", "", "f1", "http://far/v1" },
        { "'model':'own',", "", "own", NULL },
        { "", CONFIG("'llm':{'default_profile':'far'}"), "f1",
          "http://far/v1" },
        { "'profile':'far',", CONFIG("'llm':{'profiles':{'far':"
          "{'model':'mine'}}}"), "mine", "http://far/v1" },
        { "'task_class':'plan',", CONFIG("'llm':{'profiles':{'own':{'model':"
          "'o1','task_classes':['plan']}}}"), "o1", NULL },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char           text[2048];
        const char    *base;
        t_run_t        t;

        snprintf(text, sizeof(text), DOC("'prompt':'x',%s", "%s"),
                 rows[i].node, rows[i].config);
        t_at_site(&t, text, SITE);
        assert_string_equal(ckp_json_str(t_request(&t), "model"),
                            rows[i].model);
        base = ckp_json_str(json_object_get(t_effect(&t), "profile"),
                            "base_url");
        assert_string_equal(base == NULL ? "" : base,
                            rows[i].base == NULL ? "" : rows[i].base);
        t_run_over(&t);
    }
}


/* The site's key goes to the site's address only. */

static void
test_a_document_that_gives_another_address_gets_no_key(void **ctx)
{
    t_run_t  t;

    t_at_site(&t, DOC("'prompt':'x','profile':'far',", ""), SITE);
    assert_non_null(json_object_get(t_effect(&t), "secrets"));
    assert_true(ckp_json_bool(json_object_get(t_effect(&t), "profile"),
                              "site", false));
    t_run_over(&t);

    t_at_site(&t, DOC("'prompt':'x','profile':'far',", CONFIG("'llm':"
              "{'profiles':{'far':{'base_url':'http://evil/v1'}}}")), SITE);
    assert_null(json_object_get(t_effect(&t), "secrets"));
    assert_null(json_object_get(json_object_get(t_effect(&t), "profile"),
                                "site"));
    t_run_over(&t);
}


/* What a question chose stays until it is over. */

static void
test_a_question_keeps_the_profile_that_it_chose(void **ctx)
{
    t_run_t        t;
    json_t *const  none = json_object();

    t_at_site(&t, DOC("'prompt':'x','profile':'far',", ""), SITE);
    ckp_run_site(t.run, none);
    json_decref(none);
    t_refuse(&t, 429);
    assert_string_equal(t_said(&t, "llm_fallback", "to"), "u1");
    assert_true(ckp_json_num(t_request(&t), "temperature", 0) == 0.1);
    t_run_over(&t);
}


static void
test_without_a_profile_the_sites_model_is_told(void **ctx)
{
    t_run_t  t;

    t_at_site(&t, ASK(""), "{'model':'site-model','profiles':{}}");
    assert_string_equal(t_said(&t, "llm_call_started", "model"),
                        "site-model");
    t_run_over(&t);
}


/* --- the environment -------------------------------------------------------- */

static void
test_what_the_site_lacks_is_told_when_asked(void **ctx)
{
    static const struct {
        const char  *text;
        const char  *id;
    } rows[] = {
        { ASK("'profile':'there',"), NULL },
        { ASK("'profile':'no',"), "CKP802" },
        { DOC("'prompt':'x',", CONFIG("'llm':{'default_profile':'no'}")),
          "CKP802" },
        { DOC("'prompt_ref':'p',", ""), NULL },
        { DOC("'prompt_ref':'p@2',", ""), NULL },
        { DOC("'prompt_ref':'p@^1',", ""), NULL },
        { DOC("'prompt_ref':'p@3',", ""), "CKP804" },
        { DOC("'prompt_ref':'q',", ""), "CKP804" },
    };
    json_t *const            profiles = t_doc_json("{'there':{}}");
    json_t *const            prompts = t_doc_json("{'p':['1','2']}");
    const ckp_environment_t  env = { .profiles = profiles,
                                     .prompts = prompts };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        t_doc_t  t;

        t.doc = t_doc_json(rows[i].text);
        t.diags = ckp_diags_new();
        t.c = ckp_compiler_new(t.diags);
        assert_int_equal(ckp_compiler_add(t.c, t.doc), CKP_OK);
        t.list = ckp_diags_json(t.diags, 'a');
        t_silent(&t, "CKP802");
        t_silent(&t, "CKP804");
        json_decref(t.list);

        ckp_compiler_environment(t.c, &env);
        t.prog = ckp_compiler_finish(t.c);
        assert_non_null(t.prog);
        t.list = ckp_diags_json(t.diags, 'a');

        if (rows[i].id != NULL) {
            t_says(&t, rows[i].id, NULL);

        } else {
            t_silent(&t, "CKP802");
            t_silent(&t, "CKP804");
        }

        t_doc_free(&t);
    }

    json_decref(profiles);
    json_decref(prompts);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_stored_prompt_is_asked_for_and_used),
        cmocka_unit_test(test_without_variables_of_its_own_it_sees_the_runs),
        cmocka_unit_test(test_its_variables_its_schema_and_its_model_hold),
        cmocka_unit_test(
            test_a_prompt_of_the_document_brings_its_model_and_profile),
        cmocka_unit_test(test_one_that_is_not_there_fails_the_node),
        cmocka_unit_test(test_a_crash_asks_again_before_and_never_after),
        cmocka_unit_test(test_a_prompt_is_shown_with_what_it_misses),
        cmocka_unit_test(
            test_profiles_of_the_site_stand_behind_those_of_the_document),
        cmocka_unit_test(
            test_a_document_that_gives_another_address_gets_no_key),
        cmocka_unit_test(test_a_question_keeps_the_profile_that_it_chose),
        cmocka_unit_test(test_without_a_profile_the_sites_model_is_told),
        cmocka_unit_test(test_what_the_site_lacks_is_told_when_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
