/* Memory may run out while the language is told, or the words of a procedure:
 * all of it is there then, or nothing, and nothing leaks. */

#include "doc.h"
#include "starve.h"

typedef json_t *(*make_pt)(void);

static json_t  *head;


static json_t *
make_terms(void)
{
    return ckp_document_terms(head);
}


static json_t *
make_words(void)
{
    char *const    words = ckp_text_words("Pay the \xc3\x89tape");
    json_t *const  v = words == NULL ? NULL : json_string(words);

    ckp_free(words);

    return v;
}


/* Each of the first `most` allocations fails, alone or with all after it. */
static void
t_starve(make_pt make, long step)
{
    json_t *const  whole = make();
    bool           came = false;

    assert_non_null(whole);

    for (long n = 0; !came; n += step) {
        for (int kind = 0; kind < 2; kind++) {
            const long  before = alive;
            json_t     *v;

            refused = 0;
            once = kind == 1;
            good = n;
            v = make();
            good = -1;

            if (refused == 0) {
                came = true;
            }

            if (v != NULL && !json_equal(v, whole)) {
                fail_msg("half of it without allocation %ld", n);
            }

            assert_true(v == NULL || refused == 0 || once);
            json_decref(v);
            assert_int_equal(alive, before);
        }
    }

    json_decref(whole);
}


static void
test_the_schema_is_whole_or_none(void **state)
{
    t_starve(ckp_language_schema, 7);
}


static void
test_node_types_are_whole_or_none(void **state)
{
    t_starve(ckp_language_types, 7);
}


static void
test_the_words_of_a_procedure_are_whole_or_none(void **state)
{
    json_t *const  doc = t_doc_json("{'procedure_id':'p','version':'1',"
        "'tags':['a','b'],'retrieval_metadata':{'intents':['pay out','x'],"
        "'keywords':'Bonus','negative_intents':['no']},'workflow_graph':"
        "{'start_node':'e','nodes':{'e':{'type':'terminate'}}}}");
    ckp_err_t      err = CKP_ERR_INIT;

    head = ckp_document_head(doc, &err);
    assert_non_null(head);
    t_starve(make_terms, 1);
    t_starve(make_words, 1);
    json_decref(head);
    json_decref(doc);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_the_schema_is_whole_or_none),
        cmocka_unit_test(test_node_types_are_whole_or_none),
        cmocka_unit_test(test_the_words_of_a_procedure_are_whole_or_none),
    };


    return cmocka_run_group_tests(tests, NULL, NULL);
}
