/* What stored procedures are found by (spec/ckp.md 30). */

#include "doc.h"


static json_t *
t_terms(const char *text)
{
    json_t *const  doc = t_doc_json(text);
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  head = ckp_document_head(doc, &err);
    json_t        *terms;

    assert_non_null(head);
    terms = ckp_document_terms(head);
    assert_non_null(terms);

    json_decref(head);
    json_decref(doc);

    return terms;
}


#define GRAPH  "'workflow_graph':{'start_node':'e','nodes':{'e':{'type':"     \
               "'terminate'}}}"


static void
test_texts_are_in_lower_case_a_line_each(void **state)
{
    json_t *const  terms = t_terms("{'procedure_id':'Pay-Out','version':'1',"
        "'name':'\\u00c9tape','description':'Sends MONEY','tags':['Bank'],"
        "'retrieval_metadata':{'domain':'FIN','keywords':['Sal_ary','%']},"
        GRAPH "}");

    assert_string_equal(ckp_json_str(terms, "search"),
                        "\npay-out\n\xc3\xa9tape\nsends money\nbank\nfin\n"
                        "sal_ary\n%\n");
    assert_string_equal(ckp_json_str(terms, "metadata"),
                        "{\"domain\":\"fin\",\"keywords\":[\"sal_ary\","
                        "\"%\"]}");
    json_decref(terms);
}


static void
test_words_are_those_of_tags_intents_and_keywords(void **state)
{
    json_t *const  terms = t_terms("{'procedure_id':'p','version':'1',"
        "'tags':['A b'],'retrieval_metadata':{'tags':['c'],"
        "'intents':['pay_out salary'],'keywords':'Bonus',"
        "'negative_intents':['refund','close Account',7]}," GRAPH "}");
    json_t *const  want = t_doc_json("[['t',0,'A b'],['t',0,'c'],"
        "['w',1,'pay'],['w',1,'out'],['w',1,'salary'],['w',1,'bonus'],"
        "['-',1,'refund'],['-',2,'close'],['-',2,'account']]");

    assert_true(json_equal(json_object_get(terms, "words"), want));
    json_decref(want);
    json_decref(terms);
}


static void
test_without_metadata_there_is_none(void **state)
{
    json_t *const  terms = t_terms("{'procedure_id':'p','version':'1'," GRAPH
                                   "}");

    assert_true(json_is_null(json_object_get(terms, "metadata")));
    assert_int_equal(json_array_size(json_object_get(terms, "words")), 0);
    json_decref(terms);
}


static void
test_a_query_is_cut_into_words(void **state)
{
    char  *words;
    char   text[1000];

    words = ckp_text_words("  Pay out, the \xc3\x89tape!");
    assert_string_equal(words, ",pay,out,the,\xc3\xa9tape,");
    ckp_free(words);

    words = ckp_text_words("%_,'\"");
    assert_string_equal(words, ",");
    ckp_free(words);

    /* the 65th word is none, and a word ends after 64 bytes */

    memset(text, 'a', sizeof(text));
    for (size_t i = 1; i < 999; i += 2) {
        text[i] = ' ';
    }
    text[999] = '\0';

    words = ckp_text_words(text);
    assert_int_equal(strlen(words), 1 + 2 * 64);
    ckp_free(words);

    memset(text, 'b', 100);
    text[63] = '\xc3';
    text[64] = '\xa9';
    text[100] = '\0';
    words = ckp_text_words(text);
    assert_int_equal(strlen(words), 2 + 63);
    ckp_free(words);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_texts_are_in_lower_case_a_line_each),
        cmocka_unit_test(test_words_are_those_of_tags_intents_and_keywords),
        cmocka_unit_test(test_without_metadata_there_is_none),
        cmocka_unit_test(test_a_query_is_cut_into_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
