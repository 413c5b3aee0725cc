/*
 * Tests: what the compiler says of procedures that a document calls, when the
 * host tells it which these are now (spec/ckp.md 10.10, CKP703 to CKP709).
 */

#define _GNU_SOURCE             /* asprintf */

#include "doc.h"

/* A child that is stored. */
typedef struct {
    const char  *id;
    const char  *version;       /* as it is asked for */
    const char  *text;          /* NULL: none of that version */
    bool         refuses;
    bool         broken;
} t_kid_t;

#define NONE  { .id = NULL }

/* Its id, version and text, and whatever else is said of it. */
#define STORED(i, v, ...)  { .id = i, .version = v, .text = __VA_ARGS__ }

/* One that calls nobody. */
#define ENDS(id, version)                                                     \
    KID_1(id, version, "", "'k':{'type':'terminate'}", "")

#define IN_NODE  "/workflow_graph/nodes/call"

/* A document p that calls; `more` goes into the node. */
#define CALLS(more)                                                           \
    T_GRAPH("call", "'call':{'type':'subflow','next_node':'end'," more "},"   \
            T_END, ",'variables_schema':{'v':{'type':'any','default':7}}")

#define KID_1(id, version, vars, nodes, more)                                 \
    "{'procedure_id':'" id "','version':'" version "','variables_schema':{"   \
    vars "},'workflow_graph':{'start_node':'k','nodes':{" nodes "}}" more "}"

#define KID(vars, more)                                                       \
    KID_1("kid", "1.0", vars, "'k':{'type':'terminate','outputs':{'sum':1}}", \
          more)

/* A child that calls another. */
#define LINK(id, to)                                                          \
    KID_1(id, "1", "", "'k':{'type':'subflow','procedure_id':'" to            \
          "','version':'1'}", "")

#define TO_KID  "'procedure_id':'kid','version':'1.0'"


static ckp_program_t *
t_kid_program(const char *text)
{
    json_t *const          doc = t_doc_json(text);
    ckp_diags_t *const     diags = ckp_diags_new();
    ckp_compiler_t *const  c = ckp_compiler_new(diags);
    ckp_program_t         *prog;

    (void) ckp_compiler_add(c, doc);
    prog = ckp_compiler_finish(c);
    ckp_compiler_free(c);
    ckp_diags_free(diags);
    json_decref(doc);

    return prog;
}


static void
t_kid_found(ckp_compiler_t *c, const t_kid_t *kids, const ckp_want_t *want)
{
    ckp_found_t  found = { .known = false };

    for (; kids->id != NULL; kids++) {
        if (strcmp(kids->id, want->procedure) != 0) {
            continue;
        }

        found.known = true;

        if (kids->text == NULL || strcmp(kids->version, want->version) != 0) {
            continue;
        }

        found.refuses = kids->refuses;
        found.broken = kids->broken;
        found.version = "1.0.0";
        found.hash = kids->id;
        found.prog = t_kid_program(kids->text);
    }

    ckp_compiler_found(c, &found);
    ckp_program_unref(found.prog);
}


/* Compiles it with what is stored; how many procedures were asked for. */

static size_t
t_refer(t_doc_t *t, const char *text, const t_kid_t *kids)
{
    const ckp_want_t  *want;
    size_t             asked = 0;

    t->doc = t_doc_json(text);
    t->diags = ckp_diags_new();
    t->c = ckp_compiler_new(t->diags);
    assert_int_equal(ckp_compiler_add(t->c, t->doc), CKP_OK);

    while ((want = ckp_compiler_want(t->c)) != NULL) {
        assert_true(++asked <= 100);
        t_kid_found(t->c, kids, want);
    }

    t->prog = ckp_compiler_finish(t->c);
    t->list = ckp_diags_json(t->diags, 'a');

    return asked;
}


/* A document that calls `kid`, which is stored like that: one diagnostic. */

static void
t_told(const char *id, const char *path, const char *node, const char *kid)
{
    const t_kid_t  kids[] = { STORED("kid", "1.0", kid), NONE };
    t_doc_t        t;

    t_refer(&t, node, kids);
    t_says(&t, id, path);
    assert_int_equal(json_array_size(t.list), 1);
    t_doc_free(&t);
}


static void
t_fits(const char *node, const char *kid)
{
    const t_kid_t  kids[] = { STORED("kid", "1.0", kid), NONE };
    t_doc_t        t;

    t_refer(&t, node, kids);

    if (json_array_size(t.list) != 0) {
        t_doc_dump(&t);
        fail_msg("something is wrong with %s", node);
    }

    assert_non_null(t.prog);
    t_doc_free(&t);
}


static const char *
t_message(const t_doc_t *t, const char *id)
{
    return ckp_json_str(t_doc_find(t, id, NULL), "message");
}


/* --- what is asked ------------------------------------------------------------ */

static void
what_is_called_is_asked_for_once(void **state)
{
    const t_kid_t  kids[] = {
        STORED("kid", "1", LINK("kid", "below")),
        STORED("below", "1", ENDS("below", "1")), NONE
    };
    t_doc_t        t;

    /* twice the same, another version of it, and what it calls itself */

    assert_int_equal(t_refer(&t,
        T_GRAPH("a", "'a':{'type':'subflow','procedure_id':'kid','version':"
                "'1','next_node':'b'},'b':{'type':'subflow','subflow_id':"
                "'kid','version':'1','next_node':'c'},'c':{'type':'subflow',"
                "'procedure_id':'kid','next_node':'end'}," T_END, ""), kids),
        3);
    t_silent(&t, "CKP703");
    t_says(&t, "CKP704", "/workflow_graph/nodes/c/procedure_id");
    t_doc_free(&t);
}


static void
who_is_not_told_says_nothing(void **state)
{
    t_doc_t  t;

    t_doc(&t, CALLS(TO_KID));
    assert_non_null(t.prog);
    assert_int_equal(json_array_size(t.list), 0);
    t_doc_free(&t);
}


static void
every_place_of_a_call_counts(void **state)
{
    static const char *const  docs[] = {
        /* form B, form C */
        "{'procedure_id':'p','version':'1','nodes':[{'node_id':'call',"
        "'node_type':'subflow','procedure_id':'kid','version':'1'}]}",
        "{'id':'p','version':'1','nodes':[{'id':'call','type':'subflow',"
        "'procedure_id':'kid','version':'1'}]}",
        /* a task of a dag, a node in a loop */
        T_GRAPH("d", "'d':{'type':'dag','tasks':[{'task_id':'t','subflow':"
                "{'procedure_id':'kid','version':'1'}}],'next_node':'end'},"
                T_END, ""),
        T_GRAPH("l", "'l':{'type':'loop','iterator':'{{[1]}}','body_node':"
                "'call','next_node':'end'},'call':{'type':'subflow',"
                "'procedure_id':'kid','version':'1'}," T_END, ""),
        /* a tool of a planner */
        T_GRAPH("l", "'l':{'type':'llm_action','prompt':'p','model':'m',"
                "'planner':{'tools':[{'name':'t','subflow':'kid'},{'name':"
                "'u','subflow':{'procedure_id':'kid','version':'1'}}]},"
                "'next_node':'end'}," T_END, ""),
        NULL
    };
    static const char *const  paths[] = {
        "/nodes/0/procedure_id",
        "/nodes/0/procedure_id",
        "/workflow_graph/nodes/d/tasks/0/subflow/procedure_id",
        IN_NODE "/procedure_id",
        "/workflow_graph/nodes/l/planner/tools/1/subflow/procedure_id"
    };
    const t_kid_t             none[] = { NONE };

    for (size_t i = 0; docs[i] != NULL; i++) {
        t_doc_t  t;

        t_refer(&t, docs[i], none);
        t_says(&t, "CKP704", paths[i]);

        if (strstr(paths[i], "/tools/") != NULL) {
            t_says(&t, "CKP704",
                   "/workflow_graph/nodes/l/planner/tools/0/subflow");
        }

        t_doc_free(&t);
    }
}


/* --- CKP703 ------------------------------------------------------------------- */

static void
a_way_back_is_an_error_and_listed(void **state)
{
    const t_kid_t  kids[] = {
        STORED("kid", "1.0", KID_1("kid", "1.0", "", "'k':{'type':'subflow',"
                              "'procedure_id':'below','version':'^2'}", "")),
        STORED("below", "^2", LINK("below", "p")), NONE
    };
    t_doc_t        t;

    t_refer(&t, CALLS(TO_KID), kids);
    t_says(&t, "CKP703", IN_NODE "/procedure_id");
    assert_string_equal(t_message(&t, "CKP703"), "procedures call each other"
                        " in a circle: p -> kid -> below -> p");
    assert_null(t.prog);
    t_doc_free(&t);
}


static void
a_circle_below_is_one_too(void **state)
{
    const t_kid_t  kids[] = {
        STORED("kid", "1.0", LINK("kid", "one")),
        STORED("one", "1", LINK("one", "two")),
        STORED("two", "1", LINK("two", "one")), NONE
    };
    t_doc_t        t;

    t_refer(&t, CALLS(TO_KID), kids);
    t_says(&t, "CKP703", IN_NODE "/procedure_id");
    assert_string_equal(t_message(&t, "CKP703"), "procedures call each other"
                        " in a circle: p -> kid -> one -> two -> one");
    t_doc_free(&t);
}


/* A procedure may not be on the stack twice, in whatever version. */

static void
another_version_closes_the_circle(void **state)
{
    const t_kid_t  kids[] = {
        STORED("kid", "1.0", LINK("kid", "one")),
        STORED("one", "1", KID_1("one", "1", "", "'k':{'type':'subflow',"
                            "'procedure_id':'kid','version':'0.9'}", "")),
        STORED("kid", "0.9", ENDS("kid", "0.9")), NONE
    };
    t_doc_t        t;

    t_refer(&t, CALLS(TO_KID), kids);
    assert_string_equal(t_message(&t, "CKP703"), "procedures call each other"
                        " in a circle: p -> kid -> one -> kid");
    t_doc_free(&t);
}


static void
two_ways_to_one_procedure_are_no_circle(void **state)
{
    const t_kid_t  kids[] = {
        STORED("kid", "1.0", LINK("kid", "one")),
        STORED("other", "1", LINK("other", "one")),
        STORED("one", "1", ENDS("one", "1")),
        NONE
    };
    t_doc_t        t;

    t_refer(&t, T_GRAPH("a", "'a':{'type':'subflow'," TO_KID ",'next_node':"
                        "'b'},'b':{'type':'subflow','procedure_id':'other',"
                        "'version':'1','next_node':'end'}," T_END, ""), kids);
    assert_int_equal(json_array_size(t.list), 0);
    t_doc_free(&t);
}


/* However many there are, 64 are looked at, and 8 below each other. */

static void
the_look_has_an_end(void **state)
{
    const t_kid_t  none = NONE;
    t_kid_t   deep[13] = { NONE };
    char     *texts[12];
    char      ids[12][16];
    t_doc_t   t;
    char     *nodes = calloc(1, 64 * 1024);
    char     *doc;

    for (int i = 0; i < 12; i++) {
        assert_true(asprintf(&texts[i], LINK("d%d", "d%d"), i, i + 1) > 0);
        snprintf(ids[i], sizeof(ids[i]), "d%d", i);
        deep[i] = (t_kid_t) { .id = ids[i], .version = "1",
                              .text = texts[i] };
    }

    assert_int_equal(t_refer(&t, CALLS("'procedure_id':'d0','version':'1'"),
                             deep), 8);
    assert_int_equal(json_array_size(t.list), 0);
    t_doc_free(&t);

    for (int i = 0; i < 70; i++) {
        sprintf(nodes + strlen(nodes), "'n%d':{'type':'subflow',"
                "'procedure_id':'w%d','version':'1','next_node':'n%d'},", i, i,
                i + 1);
    }

    assert_true(asprintf(&doc, "{'procedure_id':'p','version':'1',"
                "'workflow_graph':{'start_node':'n0','nodes':{%s'n70':{'type':"
                "'terminate'}}}}", nodes) > 0);
    assert_int_equal(t_refer(&t, doc, &none), 64);
    assert_int_equal(json_array_size(t.list), 64);
    t_doc_free(&t);

    for (int i = 0; i < 12; i++) {
        free(texts[i]);
    }

    free(nodes);
    free(doc);
}


/* --- CKP704 ------------------------------------------------------------------- */

static void
what_is_not_there_now_is_a_warning(void **state)
{
    const struct {
        t_kid_t      kid;
        const char  *says;
    } rows[] = {
        { STORED("other", "1", NULL), "there is no procedure 'kid' now" },
        { STORED("kid", "1", NULL), "'kid' has no version '1.0' now" },
        { STORED("kid", "1.0", KID("", ""), .refuses = true),
          "version 1.0.0 of 'kid' refuses runs now" },
        { STORED("kid", "1.0", KID("", ""), .broken = true),
          "version 1.0.0 of 'kid' does not compile" },
        { STORED("kid", "1.0", "{'procedure_id':'kid','version':'1.0'}"),
          "version 1.0.0 of 'kid' does not compile" }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const t_kid_t  kids[] = { rows[i].kid, NONE };
        t_doc_t        t;

        t_refer(&t, CALLS(TO_KID), kids);
        assert_int_equal(json_array_size(t.list), 1);
        assert_string_equal(t_message(&t, "CKP704"), rows[i].says);
        assert_non_null(t.prog);
        t_doc_free(&t);
    }
}


static void
it_is_an_error_where_warnings_are(void **state)
{
    const t_kid_t  none[] = { NONE };
    t_doc_t        t;

    t_refer(&t, T_GRAPH("call", "'call':{'type':'subflow'," TO_KID
                        ",'next_node':'end'}," T_END,
                        ",'global_config':{'compile':{'strict':true}}"), none);
    assert_string_equal(ckp_json_str(t_doc_find(&t, "CKP704", NULL),
                                     "severity"), "error");
    assert_null(t.prog);
    t_doc_free(&t);
}


/* --- CKP705 ------------------------------------------------------------------- */

static void
a_required_input_is_mapped_or_has_a_default(void **state)
{
    const char *const  needs = KID("'a':{'type':'number','required':true},"
                                   "'b':{'type':'number','required':true,"
                                   "'default':1},'c':{}", "");

    t_told("CKP705", IN_NODE, CALLS(TO_KID), needs);
    t_told("CKP705", IN_NODE "/input_mapping",
           CALLS(TO_KID ",'input_mapping':{'c':'v'}"), needs);
    t_fits(CALLS(TO_KID ",'input_mapping':{'a':'v'}"), needs);
}


static void
a_required_input_may_be_inherited(void **state)
{
    t_fits(CALLS(TO_KID ",'inherit_context':true"),
           KID("'v':{'type':'number','required':true}", ""));
    t_told("CKP705", IN_NODE, CALLS(TO_KID ",'inherit_context':true"),
           KID("'w':{'type':'number','required':true}", ""));
}


/* A contract is about what is given: a default of the child comes later. */

static void
a_contract_may_require_more(void **state)
{
    const char *const  needs = KID("'a':{'default':1}",
                                   ",'contract':{'inputs':{'type':'object',"
                                   "'required':['a']}}");

    t_told("CKP705", IN_NODE, CALLS(TO_KID), needs);
    t_fits(CALLS(TO_KID ",'input_mapping':{'a':3}"), needs);

    /* once, though both say so */

    t_told("CKP705", IN_NODE, CALLS(TO_KID),
           KID("'a':{'required':true}",
               ",'contract':{'inputs':{'required':['a']}}"));
}


static void
an_input_that_is_not_mapped_is_an_error(void **state)
{
    const t_kid_t  kids[] = {
        STORED("kid", "1.0", KID("'a':{'required':true}", "")), NONE
    };
    t_doc_t        t;

    t_refer(&t, CALLS(TO_KID), kids);
    assert_null(t.prog);
    assert_string_equal(t_message(&t, "CKP705"),
                        "'kid' needs 'a', which is not mapped");
    t_doc_free(&t);
}


/* --- CKP706 ------------------------------------------------------------------- */

static void
a_name_that_the_child_does_not_know_is_told(void **state)
{
    t_told("CKP706", IN_NODE "/input_mapping/x~1y",
           CALLS(TO_KID ",'input_mapping':{'x/y':1,'_note':'none'}"),
           KID("", ""));
    t_told("CKP706", IN_NODE "/output_mapping/got",
           CALLS(TO_KID ",'output_mapping':{'got':'amount.net'}"),
           KID("", ""));
}


static void
what_a_child_has_in_any_way_is_known(void **state)
{
    /* declared, written, a way into it, a template, bound by the engine */

    t_fits(CALLS(TO_KID ",'input_mapping':{'a':1},'output_mapping':{'v':'a',"
                 "'w':'sum','x':'a.b[0]','y':'{{nobody}}','z':'error'}"),
           KID("'a':{}", ""));

    /* in a contract */

    t_fits(CALLS(TO_KID ",'input_mapping':{'i':1},'output_mapping':{'v':'o'}"),
           KID("", ",'contract':{'inputs':{'properties':{'i':{}}},'outputs':{"
               "'properties':{'o':{}}}}"));

    /* inherited */

    t_fits(CALLS(TO_KID ",'inherit_context':true,'output_mapping':{'w':'v'}"),
           KID("", ""));
}


/* --- CKP707, CKP709: without the store ------------------------------------------ */

static void
a_version_that_moves_is_told(void **state)
{
    static const char *const  moves[] = { "latest", "", "^1.2", "~1.2.0",
                                          ">=1 <2", "1.x", "@prod", NULL };

    for (size_t i = 0; moves[i] != NULL; i++) {
        char    *text;
        t_doc_t  t;

        assert_true(asprintf(&text, CALLS("'procedure_id':'kid','version':"
                                          "'%s'"), moves[i]) > 0);
        t_doc(&t, text);
        t_says(&t, "CKP707", NULL);
        assert_non_null(t.prog);
        t_doc_free(&t);
        free(text);
    }

    t_wants("CKP707", IN_NODE, CALLS("'procedure_id':'kid'"));
    t_fits(CALLS("'procedure_id':'kid','version':'1.0'"), KID("", ""));
}


static void
an_import_pins(void **state)
{
    t_doc_t  t;

    t_compiles(&t, CALLS("'procedure_id':'kid','version':'^1',"
                         "'version_policy':'pin_on_import'"));
    t_silent(&t, "CKP707");
    t_doc_free(&t);
}


static void
a_version_must_be_pinned_when_the_policy_says_so(void **state)
{
    t_doc_t  t;

    t_doc(&t, T_GRAPH("call", "'call':{'type':'subflow','procedure_id':'kid',"
                      "'next_node':'end'}," T_END, ",'global_config':"
                      "{'subflow_policy':{'require_pinned':true}}"));
    t_says(&t, "CKP707", IN_NODE);
    assert_string_equal(ckp_json_str(t_doc_find(&t, "CKP707", NULL),
                                     "severity"), "error");
    assert_null(t.prog);
    t_doc_free(&t);
}


static void
what_is_no_version_is_an_error(void **state)
{
    static const char *const  wrong[] = { "@test", "^", "^1.2.3.4.x", ">>1",
                                          "1.0 or 2", "=>1", NULL };

    for (size_t i = 0; wrong[i] != NULL; i++) {
        char  *text;

        assert_true(asprintf(&text, CALLS("'procedure_id':'kid','version':"
                                          "'%s'"), wrong[i]) > 0);
        t_wants("CKP709", IN_NODE "/version", text);
        free(text);
    }
}


static void
a_contract_has_to_be_a_schema(void **state)
{
    t_wants("CKP709", "/contract/inputs/type",
            T_GRAPH("end", T_END, ",'contract':{'inputs':{'type':'text'}}"));
    t_wants("CKP709", "/contract/outputs/properties/a/$ref",
            T_GRAPH("end", T_END, ",'contract':{'outputs':{'properties':{'a':"
                    "{'$ref':'https://example.com/a.json'}}}}"));
    t_wants("CKP226", "/contract/inputs/colour",
            T_GRAPH("end", T_END, ",'contract':{'inputs':{'colour':1}}"));
}


/* --- pins -------------------------------------------------------------------- */

static void
pins_are_what_was_found_for_an_import(void **state)
{
    const t_kid_t  kids[] = { STORED("kid", "^1", KID("", "")), NONE };
    t_doc_t        t;
    json_t        *pins;
    json_t        *want;

    t_refer(&t, T_GRAPH("a", "'a':{'type':'subflow','procedure_id':'kid',"
                        "'version':'^1','version_policy':'pin_on_import',"
                        "'next_node':'b'},'b':{'type':'subflow','procedure_id':"
                        "'gone','version':'1','version_policy':"
                        "'pin_on_import','next_node':'c'},'c':{'type':"
                        "'subflow'," TO_KID ",'next_node':'end'}," T_END, ""),
            kids);
    pins = ckp_compiler_pins(t.c);
    want = t_doc_json("{'kid@^1':{'version':'1.0.0','hash':'kid'}}");
    assert_true(json_equal(pins, want));
    json_decref(pins);
    json_decref(want);
    t_doc_free(&t);

    t_refer(&t, CALLS(TO_KID), kids);
    pins = ckp_compiler_pins(t.c);
    assert_true(json_is_null(pins));
    json_decref(pins);
    t_doc_free(&t);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_is_called_is_asked_for_once),
        cmocka_unit_test(who_is_not_told_says_nothing),
        cmocka_unit_test(every_place_of_a_call_counts),
        cmocka_unit_test(a_way_back_is_an_error_and_listed),
        cmocka_unit_test(a_circle_below_is_one_too),
        cmocka_unit_test(another_version_closes_the_circle),
        cmocka_unit_test(two_ways_to_one_procedure_are_no_circle),
        cmocka_unit_test(the_look_has_an_end),
        cmocka_unit_test(what_is_not_there_now_is_a_warning),
        cmocka_unit_test(it_is_an_error_where_warnings_are),
        cmocka_unit_test(a_required_input_is_mapped_or_has_a_default),
        cmocka_unit_test(a_required_input_may_be_inherited),
        cmocka_unit_test(a_contract_may_require_more),
        cmocka_unit_test(an_input_that_is_not_mapped_is_an_error),
        cmocka_unit_test(a_name_that_the_child_does_not_know_is_told),
        cmocka_unit_test(what_a_child_has_in_any_way_is_known),
        cmocka_unit_test(a_version_that_moves_is_told),
        cmocka_unit_test(an_import_pins),
        cmocka_unit_test(a_version_must_be_pinned_when_the_policy_says_so),
        cmocka_unit_test(what_is_no_version_is_an_error),
        cmocka_unit_test(a_contract_has_to_be_a_schema),
        cmocka_unit_test(pins_are_what_was_found_for_an_import),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
