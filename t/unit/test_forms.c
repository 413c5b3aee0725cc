/* Forms B and C mean the same as form A; heads of all forms (1.2-1.4, 2). */

#include "doc.h"

#define LOG  "'steps':[{'action':'log','message':'x'}]"


static const ckp_node_t *
node(const t_doc_t *t, const char *id)
{
    const ckp_node_t *const  found = ckp_program_node(t->prog, id);

    assert_non_null(found);

    return found;
}


static void
goes(ckp_target_t to, const char *id)
{
    assert_int_equal(to.kind, CKP_TO_NODE);
    assert_string_equal(to.node->id, id);
}


static json_t *
head(const char *text)
{
    json_t *const  doc = t_doc_json(text);
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  h = ckp_document_head(doc, &err);

    json_decref(doc);

    return h;
}


static void
form_b_has_its_own_names(void **state)
{
    t_doc_t  t;

    t_compiles(&t, "{'procedure_id':'p','procedure_version':'2',"
               "'start_node_id':'a','nodes':[{'node_id':'a','node_type':'step',"
               "'steps':[{'executor_id':'fetch','parameters':{'u':1}},{"
               "'action':'x','parameters':{'q':2}}],'transitions':[{"
               "'condition':'always','target_node_id':'b'}]},{'node_id':'b',"
               "'type':'logic','rules':[{'condition_expr':'run_id == 1',"
               "'target_node_id':'end'}],'default_next_node_id':'end'},{"
               "'node_id':'end','node_type':'end','terminal_status':"
               "'failed'}]}");
    assert_int_equal(t.prog->form, 'B');
    assert_string_equal(t.prog->version, "2");
    goes(node(&t, "a")->next, "b");
    assert_string_equal(node(&t, "a")->u.sequence->steps[0].action, "fetch");
    assert_int_equal(json_object_size(ckp_template_source(
        node(&t, "a")->u.sequence->steps[0].params)), 1);
    assert_non_null(json_object_get(ckp_template_source(
        node(&t, "a")->u.sequence->steps[0].params), "u"));
    assert_non_null(json_object_get(ckp_template_source(
        node(&t, "a")->u.sequence->steps[1].params), "parameters"));
    goes(node(&t, "b")->u.logic->otherwise, "end");
    assert_int_equal(node(&t, "end")->u.terminate->status, CKP_END_FAILED);
    assert_string_equal(node(&t, "a")->pointer, "/nodes/0");
    t_says(&t, "CKP140", "/nodes/0/steps/0");       /* a warning here */
    t_doc_free(&t);
}


static void
transitions_of_a_plain_node_become_a_logic_node(void **state)
{
    t_doc_t            t;
    const ckp_node_t  *route;
    json_t            *o;

    t_compiles(&t, "{'procedure_id':'p','version':'2','start_node_id':'a',"
               "'nodes':[{'node_id':'a'," LOG ",'transitions':[{'condition':"
               "'run_id == 1','target_node_id':'b'},{'target_node_id':'end'}]"
               "},{'node_id':'b'," LOG ",'next_node_id':'end'},{'node_id':'end'"
               ",'type':'terminate'}]}");
    goes(node(&t, "a")->next, "a__route");
    route = node(&t, "a__route");
    assert_int_equal(route->u.logic->nrules, 1);
    goes(route->u.logic->rules[0].next, "b");
    goes(route->u.logic->otherwise, "end");

    o = ckp_compiler_outline(t.c);
    assert_int_equal(ckp_json_int(o, "node_count", 0), 3);
    json_decref(o);
    t_doc_free(&t);

    t_wants("CKP220", "/nodes/0/transitions/0/condition",
            "{'procedure_id':'p','version':'2','start_node_id':'a','nodes':[{"
            "'node_id':'a'," LOG ",'transitions':[{'condition':'1 +',"
            "'target_node_id':'end'}]},{'node_id':'end','type':'terminate'}]}");
}


static void
form_c_goes_on_with_the_next_element(void **state)
{
    t_doc_t  t;

    t_compiles(&t, "{'id':'p','version':3,'nodes':[{'id':'a','type':"
               "'sequence','steps':[{'action':'ticket.fetch'}]},{'id':'r',"
               "'type':'logic','branches':[{'condition':'{{ticket}} == 1',"
               "'next':'b'},{'condition':'true','next':'c'}]},{'id':'b','type'"
               ":'sequence'," LOG "},{'id':'c','type':'sequence'," LOG "},{"
               "'id':'end','type':'terminate'}]}");
    assert_int_equal(t.prog->form, 'C');
    assert_string_equal(t.prog->version, "3");
    assert_string_equal(t.prog->start->id, "a");
    goes(node(&t, "a")->next, "r");
    goes(node(&t, "r")->u.logic->otherwise, "c");
    assert_int_equal(node(&t, "r")->u.logic->nrules, 1);
    assert_int_equal(node(&t, "b")->next.kind, CKP_TO_NOTHING);
    goes(node(&t, "c")->next, "end");
    assert_true(node(&t, "a")->u.sequence->steps[0].auto_output);
    t_silent(&t, "CKP210");
    t_doc_free(&t);
}


static void
flat_forms_warn_where_the_canonical_one_refuses(void **state)
{
    t_doc_t  t;

    t_compiles(&t, "{'id':'p','version':'1','nodes':[{'id':'a','type':"
               "'sequence','steps':[{'action':'x','p':'{{who}}'}],'next':'end'"
               "},{'id':'lost','type':'sequence'," LOG ",'next':'end'},{'id':"
               "'end','type':'terminate'}]}");
    t_says(&t, "CKP120", "/nodes/1");
    t_says(&t, "CKP140", "/nodes/0/steps/0");
    t_says(&t, "CKP210", "/nodes/0/steps/0/p");
    t_doc_free(&t);
}


static void
a_repeated_node_is_told(void **state)
{
    t_wants("CKP102", "/nodes/1",
            "{'id':'p','version':'1','nodes':[{'id':'a','type':'terminate'},{"
            "'id':'a','type':'terminate'}]}");
    t_wants("CKP018", "/nodes/1",
            "{'id':'p','version':'1','nodes':[{'id':'a','type':'terminate'},{"
            "'type':'terminate'}]}");
    t_wants("CKP015", "/nodes/1",
            "{'id':'p','version':'1','nodes':[{'id':'a','type':'terminate'},"
            "7]}");
    t_wants("CKP017", "/nodes/0",
            "{'id':'p','version':'1','nodes':[{'id':'@a','type':"
            "'terminate'}]}");
}


static void
forms_d_and_e_are_recognised(void **state)
{
    json_t  *h;

    h = head("{'name':' Flaky Order! ','steps':[]}");
    assert_string_equal(ckp_json_str(h, "procedure_id"), "flaky-order");
    assert_string_equal(ckp_json_str(h, "version"), "1");
    assert_string_equal(ckp_json_str(h, "form"), "D");
    assert_string_equal(ckp_json_str(h, "status"), "active");
    json_decref(h);

    h = head("{'id':'e','version':4,'nodes':[],'edges':[]}");
    assert_string_equal(ckp_json_str(h, "procedure_id"), "e");
    assert_string_equal(ckp_json_str(h, "version"), "4");
    assert_string_equal(ckp_json_str(h, "form"), "E");
    json_decref(h);
}


static void
a_head_has_every_member(void **state)
{
    json_t  *h = head("{'procedure_id':'p','version':'1','workflow_graph':{}}");

    assert_int_equal(json_object_size(h), 13);
    assert_string_equal(ckp_json_str(h, "name"), "p");
    assert_string_equal(ckp_json_str(h, "status"), "draft");
    assert_string_equal(ckp_json_str(h, "release_channel"), "dev");
    assert_true(json_is_null(json_object_get(h, "trigger")));
    assert_true(json_is_null(json_object_get(h, "effective_date")));
    assert_string_equal(ckp_json_str(h, "form"), "A");
    json_decref(h);

    h = head("{'procedure_id':'p','version':'1','workflow_graph':{},'name':'N',"
             "'status':'active','effective_date':'2026-02-30','tags':['a','b'],"
             "'retrieval_metadata':{'tags':['b','c',7]},'release':{'channel':"
             "'prod'},'trigger':{'type':'manual'},'project_id':'x'}");
    assert_int_equal(json_array_size(json_object_get(h, "tags")), 3);
    assert_string_equal(ckp_json_str(h, "release_channel"), "prod");
    assert_true(json_is_null(json_object_get(h, "effective_date")));
    assert_true(json_is_object(json_object_get(h, "trigger")));
    json_decref(h);
}


static void
without_id_or_version_there_is_no_head(void **state)
{
    assert_null(head("{'version':'1'}"));
    assert_null(head("{'procedure_id':'p'}"));
    assert_null(head("{'procedure_id':7,'version':'1'}"));
    assert_null(head("{'procedure_id':'','version':'1'}"));
    assert_null(head("[]"));
    assert_null(head("null"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(form_b_has_its_own_names),
        cmocka_unit_test(transitions_of_a_plain_node_become_a_logic_node),
        cmocka_unit_test(form_c_goes_on_with_the_next_element),
        cmocka_unit_test(flat_forms_warn_where_the_canonical_one_refuses),
        cmocka_unit_test(a_repeated_node_is_told),
        cmocka_unit_test(forms_d_and_e_are_recognised),
        cmocka_unit_test(a_head_has_every_member),
        cmocka_unit_test(without_id_or_version_there_is_no_head),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
