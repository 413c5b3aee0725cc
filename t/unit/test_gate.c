/* What a start has to pass: spec/ckp.md 26.1, 26.2. */

#include "drive.h"

#define DOC(id, version, config)                                              \
    "{'procedure_id':'" id "','version':'" version "','variables_schema':{"   \
    "'who':{'type':'string'},'n':{'type':'number','default':1},"              \
    "'at':{'type':'string','default':'{{now}}'}},"                            \
    "'global_config':{" config "},'workflow_graph':{'start_node':'end',"      \
    "'nodes':{" T_END "}}}"

#define NOW  1700000000000


/* The gate of a start with these inputs; new. */
static json_t *
gate_at(const char *text, const char *inputs, int64_t now)
{
    t_doc_t     t;
    json_t     *sent = t_doc_json(inputs);
    json_t     *vars = NULL;
    json_t     *errors = NULL;
    json_t     *gate = NULL;
    json_t     *start;
    ckp_err_t   err = CKP_ERR_INIT;

    t_compiles(&t, text);
    assert_int_equal(ckp_program_inputs(t.prog, sent, NULL, now, &vars,
                                        &errors, &err), CKP_OK);
    start = json_pack("{s:{s:s}, s:o, s:o}", "meta", "project_id", "red",
                      "inputs", sent, "vars", vars);
    assert_int_equal(ckp_program_gate(t.prog, start, now, &gate, &err),
                     CKP_OK);
    json_decref(start);
    t_doc_free(&t);

    return gate;
}


/* The key of a start; text the caller frees. */
static char *
key_at(const char *what, const char *text, const char *inputs, int64_t now)
{
    json_t *const      gate = gate_at(text, inputs, now);
    const char *const  key = ckp_json_str(json_object_get(gate, what), "key");
    char *const        own = strdup(key == NULL ? "" : key);

    json_decref(gate);

    return own;
}


static bool
same_key(const char *what, const char *text, const char *a, const char *b)
{
    char *const  one = key_at(what, text, a, NOW);
    char *const  two = key_at(what, text, b, NOW + 1000);
    const bool   same = strcmp(one, two) == 0;

    assert_int_equal(strlen(one), 64);
    free(one);
    free(two);

    return same;
}


static void
test_without_a_limit_nothing_stands_in_the_way(void **ctx)
{
    json_t *const  gate = gate_at(DOC("p", "1", ""), "{}", NOW);

    assert_int_equal(json_object_size(gate), 0);
    json_decref(gate);
}


static void
test_a_limit_says_how_many_and_what_then(void **ctx)
{
    static const char *const  words[] = { "queue", "reject", "skip",
                                          "cancel_oldest" };

    for (size_t i = 0; i < 4; i++) {
        char     text[512];
        json_t  *gate;
        json_t  *place;

        snprintf(text, sizeof(text), DOC("p", "1", "'concurrency':{"
                 "'max_concurrent_runs':3,'on_limit':'%s'}"), words[i]);
        gate = gate_at(text, "{}", NOW);
        place = json_object_get(gate, "place");
        assert_int_equal(ckp_json_int(place, "max", 0), 3);
        assert_string_equal(ckp_json_str(place, "on_limit"), words[i]);
        assert_null(json_object_get(gate, "dedupe"));
        json_decref(gate);
    }
}


static void
test_a_key_parts_the_runs(void **ctx)
{
    static const char *const  all = DOC("p", "1", "'concurrency':{"
        "'max_concurrent_runs':1}");
    static const char *const  each = DOC("p", "1", "'concurrency':{"
        "'max_concurrent_runs':1,'key':'{{project_id}}/{{who}}/{{input.n}}'}");

    assert_true(same_key("place", all, "{'who':'a'}", "{'who':'b'}"));
    assert_true(same_key("place", each, "{'who':'a'}", "{'who':'a','n':1}"));
    assert_false(same_key("place", each, "{'who':'a'}", "{'who':'b'}"));
    assert_false(same_key("place", each, "{'who':'a'}", "{'who':'a','n':2}"));
}


static void
test_versions_share_the_places_unless_they_do_not(void **ctx)
{
    static const struct {
        const char  *scope;
        bool         shared;
    } rows[] = { { "procedure", true }, { "version", false } };

    for (size_t i = 0; i < 2; i++) {
        char   one[512];
        char   two[512];
        char  *a;
        char  *b;

        snprintf(one, sizeof(one), DOC("p", "1", "'concurrency':{"
                 "'max_concurrent_runs':1,'scope':'%s'}"), rows[i].scope);
        snprintf(two, sizeof(two), DOC("p", "2", "'concurrency':{"
                 "'max_concurrent_runs':1,'scope':'%s'}"), rows[i].scope);
        a = key_at("place", one, "{}", NOW);
        b = key_at("place", two, "{}", NOW);
        assert_int_equal(strcmp(a, b) == 0, rows[i].shared);
        free(a);
        free(b);
    }
}


static void
test_equal_inputs_are_a_duplicate_whatever_the_defaults_say(void **ctx)
{
    static const char *const  doc = DOC("p", "1", "'dedupe':{"
        "'window_seconds':60}");

    assert_true(same_key("dedupe", doc, "{'who':'a','n':5}",
                         "{'n':'5','who':'a','at':null}"));
    assert_false(same_key("dedupe", doc, "{'who':'a'}", "{'who':'b'}"));
    assert_false(same_key("dedupe", doc, "{}", "{'n':1}"));
}


static void
test_a_duplicate_is_known_by_its_key(void **ctx)
{
    static const char *const  doc = DOC("p", "1", "'dedupe':{"
        "'window_seconds':60,'key':'{{who}}','on_duplicate':'reject',"
        "'statuses':['queued','running','succeeded']}");
    json_t        *gate;
    const json_t  *dedupe;

    assert_true(same_key("dedupe", doc, "{'who':'a','n':1}",
                         "{'who':'a','n':2}"));
    assert_false(same_key("dedupe", doc, "{'who':'a'}", "{'who':'b'}"));

    gate = gate_at(doc, "{'who':'a'}", NOW);
    dedupe = json_object_get(gate, "dedupe");
    assert_int_equal(ckp_json_int(dedupe, "window_ms", 0), 60000);
    assert_string_equal(ckp_json_str(dedupe, "on_duplicate"), "reject");
    assert_string_equal(ckp_json_str(dedupe, "statuses"),
                        ",created,running,completed,");
    json_decref(gate);

    /* a key of nothing says nothing */

    gate = gate_at(doc, "{}", NOW);
    assert_null(json_object_get(gate, "dedupe"));
    json_decref(gate);
}


static void
test_limits_that_are_none_are_told(void **ctx)
{
    static const struct {
        const char  *id;
        const char  *path;
        const char  *config;
    } rows[] = {
        { "CKP312", "/global_config/concurrency/max_concurrent_runs",
          "'concurrency':{'max_concurrent_runs':0}" },
        { "CKP312", "/global_config/concurrency", "'concurrency':{}" },
        { "CKP302", "/global_config/concurrency/on_limit",
          "'concurrency':{'max_concurrent_runs':1,'on_limit':'wait'}" },
        { "CKP302", "/global_config/concurrency/scope",
          "'concurrency':{'max_concurrent_runs':1,'scope':'all'}" },
        { "CKP090", "/global_config/concurrency/most",
          "'concurrency':{'max_concurrent_runs':1,'most':1}" },
        { "CKP210", "/global_config/concurrency/key",
          "'concurrency':{'max_concurrent_runs':1,'key':'{{nobody}}'}" },
        { "CKP312", "/global_config/dedupe/window_seconds",
          "'dedupe':{'window_seconds':-1}" },
        { "CKP312", "/global_config/dedupe", "'dedupe':{}" },
        { "CKP302", "/global_config/dedupe/on_duplicate",
          "'dedupe':{'window_seconds':1,'on_duplicate':'skip'}" },
        { "CKP302", "/global_config/dedupe/statuses/1",
          "'dedupe':{'window_seconds':1,'statuses':['failed','lost']}" }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char  text[512];

        snprintf(text, sizeof(text), DOC("p", "1", "%s"), rows[i].config);
        t_wants(rows[i].id, rows[i].path, text);
    }
}


static void
test_a_run_that_never_began_leaves_nothing_but_events(void **ctx)
{
    t_run_t  t;

    memset(&t, 0, sizeof(t));
    t.now = NOW;
    t_doc(&t.d, DOC("p", "1", ""));
    t.run = ckp_run_new(t.d.prog, "run");
    t_inputs(&t, json_object());
    t_feed(&t, CKP_IN_CANCEL, CKP_OUTCOME_OK, "",
           json_pack("{s:s, s:s}", "reason", "concurrency", "actor",
                     "system"));
    assert_string_equal(t.story, "run_cancel_requested run_canceled");
    assert_string_equal(t_said(&t, "run_canceled", "reason"), "concurrency");
    assert_int_equal(t.turn.nwrites, 0);
    assert_true(t.turn.final);
    t_run_over(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_without_a_limit_nothing_stands_in_the_way),
        cmocka_unit_test(test_a_limit_says_how_many_and_what_then),
        cmocka_unit_test(test_a_key_parts_the_runs),
        cmocka_unit_test(test_versions_share_the_places_unless_they_do_not),
        cmocka_unit_test(
            test_equal_inputs_are_a_duplicate_whatever_the_defaults_say),
        cmocka_unit_test(test_a_duplicate_is_known_by_its_key),
        cmocka_unit_test(test_limits_that_are_none_are_told),
        cmocka_unit_test(
            test_a_run_that_never_began_leaves_nothing_but_events)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
