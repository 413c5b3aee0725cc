/* Transformations give what spec/ckp.md 10.9 says. */

#include "collect.h"


/* --- the sources ------------------------------------------------------------------ */


static void
test_sources_that_are_no_arrays_become_some(void **ctx)
{
    t_gives("map", "null", "item", "", "[]");
    t_gives("map", "", "item", "", "[]");
    t_gives("map", "{\"a\":1,\"b\":2}", "item", "", "[1,2]");
    t_gives("map", "7", "item", "", "[7]");
    t_gives("map", "\"x\"", "item", "", "['x']");
    t_gives("map", "false", "item", "", "[false]");
    t_gives("aggregate", "null", "count", "", "0");
    t_gives("aggregate", "{\"a\":1,\"b\":2}", "sum", "", "3");
}


static void
test_types_are_found_by_their_aliases(void **ctx)
{
    ckp_collect_kind_t  kind;

    t_gives("where", "[1,2,3]", "item > 1", "", "[2,3]");
    t_gives("select", "[1,2,3]", "item > 1", "", "[2,3]");
    t_gives("unique", "[1,1]", "", "", "[1]");
    t_gives("jinja_template", "3", "n={{value}}", "", "'n=3'");
    assert_false(ckp_collect_find("explode", &kind));
    assert_false(ckp_collect_find("", &kind));
}


/* --- filter and names ---------------------------------------------------------------- */


static void
test_filter_keeps_what_the_condition_holds_for(void **ctx)
{
    t_gives("filter", "[1,6,9]", "item > limit", "", "[6,9]");
    t_gives("filter", "[{\"s\":\"new\"},{\"s\":\"old\"}]", "s == 'new'", "",
            "[{'s':'new'}]");
    t_gives("filter", "[{\"s\":\"new\"},{\"s\":\"old\"}]", "s == new", "",
            "[{'s':'new'}]");
    t_gives("filter", "[{\"v\":1},{\"v\":7}]", "{{v}} > {{limit}}", "",
            "[{'v':7}]");
    t_gives("filter", "[1,2]", "always", "", "[1,2]");
    t_gives("filter", "[1,2]", "never", "", "[]");
    t_gives("filter", "[0,1,\"\",\"x\",null]", "", "", "[1,'x']");
}


static void
test_members_come_before_item_and_the_scope(void **ctx)
{
    /* `city` is a variable, too; `item` a member of the first one only */

    t_gives("filter", ROWS, "city == 'Bern'", "",
            "[{'id':4,'v':2.5}]");
    t_gives("filter", "[{\"item\":1},{\"x\":1}]", "item == 1", "",
            "[{'item':1}]");
    t_gives("filter", "[{\"item\":1},{\"x\":1}]", "item.x == 1", "",
            "[{'x':1}]");
}


static void
test_an_error_in_a_condition_is_false_there(void **ctx)
{
    t_gives("filter", "[1,\"a\",3]", "item * 2 > 1", "", "[1,3]");
}


/* --- map -------------------------------------------------------------------------------- */


static void
test_map_takes_members_paths_and_expressions(void **ctx)
{
    t_gives("map", ROWS, "id", "", "[1,2,3,4]");
    t_gives("map", ROWS, "item.id", "", "[1,2,3,4]");
    t_gives("map", ROWS, "tags.length", "", "[2,0,1,null]");
    t_gives("map", "[{\"a\":{\"b\":[5]}}]", "a.b[0]", "", "[5]");
    t_gives("map", "[2,3]", "item * 2 + limit", "", "[9,11]");
    t_gives("map", "[2,3]", "who.name", "", "['Ana','Ana']");
    t_gives("map", "[1,2]", "", "", "[1,2]");
    t_gives("map", "[1]", "true", "", "[true]");
}


static void
test_a_missing_member_is_null_whatever_the_scope(void **ctx)
{
    t_gives("map", ROWS, "city", "", "['Rom','Oslo','Rom',null]");
    t_gives("map", ROWS, "city", "{'drop_null':true}",
            "['Rom','Oslo','Rom']");
    t_gives("map", ROWS, "v", "{'drop_null':false}", "[10,5,null,2.5]");
}


static void
test_map_takes_templates(void **ctx)
{
    t_gives("map", "[{\"a\":1,\"b\":\"x\"}]", "{{a}} for {{b}}", "",
            "['1 for x']");
    t_gives("map", "[{\"a\":1}]", "{{a}}", "", "[1]");
    t_gives("map", "[{\"a\":[1]}]", "{{item.a}}", "", "[[1]]");
    t_gives("map", "[{\"y\":2026,\"m\":11}]", "{{y}}-{{m}}", "",
            "['2026-11']");
    t_gives("map", "[{\"a\":8,\"b\":3}]", "{{a}} - {{b}}", "", "[5]");
    t_gives("map", "[{\"a\":8}]", "{{a}} * 2", "", "[16]");
}


static void
test_data_is_never_spliced_into_an_expression(void **ctx)
{
    t_gives("map", "[{\"a\":\"1 + 1\"}]", "{{a}} == '1 + 1'", "", "[true]");
    t_gives("filter", "[{\"a\":\"x' or 'y\"}]", "{{a}} == 'x'", "", "[]");
}


static void
test_fields_make_an_object_of_each_element(void **ctx)
{
    t_gives("map", ROWS, "", "{'fields':{'n':'id','twice':'v * 2',"
            "'label':'{{city}}!','one':1,'who':'who.name','none':null}}",
            "!-2");                 /* null * 2 of the third */
    t_gives("map", "[{\"id\":1,\"v\":4,\"city\":\"Rom\"}]", "",
            "{'fields':{'n':'id','twice':'v * 2','label':'{{city}}!',"
            "'one':1,'who':'who.name','none':null,'list':['{{id}}']}}",
            "[{'n':1,'twice':8,'label':'Rom!','one':1,'who':'Ana',"
            "'none':null,'list':[1]}]");
}


static void
test_an_error_in_a_value_tells_the_element(void **ctx)
{
    t_breaks("map", "[1,\"a\"]", "item * 2", "", "element 1: ");
    t_breaks("map", "[1,0]", "4 / item", "", "element 1: ");
    t_breaks("sort", "[1,0]", "4 / item", "", "element 1: ");
}


/* --- reduce -------------------------------------------------------------------------------- */


static void
test_reduce_folds_from_the_first_or_the_initial_value(void **ctx)
{
    t_gives("reduce", "[1,2,3]", "acc + item", "", "6");
    t_gives("reduce", "[1,2,3]", "acc + item", "{'initial':10}", "16");
    t_gives("reduce", "[1,2,3]", "acc + item", "{'initial':null}", "6");
    t_gives("reduce", "[]", "acc + item", "", "null");
    t_gives("reduce", "[]", "acc + item", "{'initial':7}", "7");
    t_gives("reduce", "[5]", "acc + item", "", "5");
    t_gives("reduce", "[5,5,5]", "acc + index", "{'initial':0}", "3");
    t_gives("reduce", "[5,5,5]", "acc + index", "", "8");
    t_gives("reduce", ROWS, "acc + id", "{'initial':0}", "10");
    t_gives("reduce", "[1,2]", "", "", "2");
}


/* --- aggregate -------------------------------------------------------------------------------- */


static void
test_one_function_gives_a_scalar(void **ctx)
{
    t_gives("aggregate", ROWS, "count", "", "4");
    t_gives("aggregate", ROWS, "count()", "", "4");
    t_gives("aggregate", ROWS, "count(*)", "", "4");
    t_gives("aggregate", ROWS, "count(city)", "", "3");
    t_gives("aggregate", ROWS, "sum(v)", "", "17.5");
    t_gives("aggregate", ROWS, "avg(id)", "", "2.5");
    t_gives("aggregate", ROWS, "min(v)", "", "2.5");
    t_gives("aggregate", ROWS, "max(v)", "", "10");
    t_gives("aggregate", ROWS, "first(id)", "", "1");
    t_gives("aggregate", ROWS, "last(id)", "", "4");
    t_gives("aggregate", ROWS, "list(city)", "",
            "['Rom','Oslo','Rom',null]");
    t_gives("aggregate", ROWS, "unique(city)", "", "['Rom','Oslo',null]");
    t_gives("aggregate", "[3,1,\"x\"]", "sum", "", "4");
    t_gives("aggregate", "[1,2]", "sum(item * 10)", "", "30");
    t_gives("aggregate", "[\"2\",3]", "sum", "", "5");
}


static void
test_an_empty_array_has_sum_and_count_only(void **ctx)
{
    t_gives("aggregate", "[]",
            "sum(v), count, avg(v), min(v), max(v), first, last, list, unique",
            "", "{'sum_v':0,'count':0,'avg_v':null,'min_v':null,"
            "'max_v':null,'first':null,'last':null,'list':[],'unique':[]}");
}


static void
test_a_list_of_functions_gives_an_object(void **ctx)
{
    t_gives("aggregate", ROWS, "count, sum(v), avg(v) as mean", "",
            "{'count':4,'sum_v':17.5,'mean':5.833333333333333}");
    t_gives("aggregate", ROWS, "sum(v) as total", "", "{'total':17.5}");
    t_gives("aggregate", "[{\"a\":{\"b\":2},\"n\":3}]",
            "sum(a.b), max( a.b * n ) , count(')')", "",
            "{'sum_a_b':2,'max_a_b_n':6,'count':1}");
}


static void
test_functions_may_be_parameters(void **ctx)
{
    t_gives("aggregate", ROWS, "", "{'op':'sum','field':'v'}", "17.5");
    t_gives("aggregate", ROWS, "", "{'function':'max','field':'v'}", "10");
    t_gives("aggregate", ROWS, "sum", "{'field':'v'}", "17.5");
    t_gives("aggregate", ROWS, "", "", "4");
}


static void
test_groups_carry_their_members(void **ctx)
{
    t_gives("aggregate", ROWS, "count, sum(v)", "{'group_by':'city'}",
            "[{'city':'Rom','count':2,'sum_v':10},"
            "{'city':'Oslo','count':1,'sum_v':5},"
            "{'city':null,'count':1,'sum_v':2.5}]");
    t_gives("aggregate", "[{\"a\":1,\"b\":1},{\"a\":1.0,\"b\":1},"
            "{\"a\":1,\"b\":2}]", "count", "{'group_by':['a','b']}",
            "[{'a':1,'b':1,'count':2},{'a':1,'b':2,'count':1}]");
    t_gives("aggregate", ROWS, "sum(v)", "{'group_by':'city'}",
            "[{'city':'Rom','sum_v':10},{'city':'Oslo','sum_v':5},"
            "{'city':null,'sum_v':2.5}]");
    t_gives("aggregate", "[]", "count", "{'group_by':'city'}", "[]");
}


/* --- join ---------------------------------------------------------------------------------------- */

#define PEOPLE                                                                \
    "[{\"n\":\"Ana\",\"city\":\"Rom\"},{\"n\":\"Bo\",\"city\":\"Riga\"},"     \
    "{\"n\":\"Cy\",\"city\":null},{\"n\":\"Di\",\"city\":\"Rom\"}]"


static void
test_texts_are_joined_without_another_array(void **ctx)
{
    t_gives("join", "[1,\"a\",null,true]", "", "", "'1,a,,true'");
    t_gives("join", ROWS, "city", "{'separator':' - '}",
            "'Rom - Oslo - Rom - '");
    t_gives("join", "[]", "", "", "''");
    t_gives("join", "[\"a\",\"b\"]", "", "{'separator':''}", "'ab'");
}


static void
test_arrays_are_joined_by_equal_keys(void **ctx)
{
    t_gives("join", PEOPLE, "",
            "{'with':'towns','on':{'left':'city','right':'name'}}",
            "[{'n':'Ana','city':'Rom','name':'Rom','land':'it'},"
            "{'n':'Di','city':'Rom','name':'Rom','land':'it'}]");
    t_gives("join", PEOPLE, "", "{'with':'towns','how':'left','prefix':'t_',"
            "'on':{'left':'city','right':'name'}}",
            "[{'n':'Ana','city':'Rom','t_name':'Rom','t_land':'it'},"
            "{'n':'Bo','city':'Riga'},{'n':'Cy','city':null},"
            "{'n':'Di','city':'Rom','t_name':'Rom','t_land':'it'}]");
    t_gives("join", "[{\"k\":1,\"a\":1},{\"k\":2,\"a\":2}]", "",
            "{'with':[{'k':2,'b':3},{'k':2.0,'b':4},{'k':9,'b':5}],"
            "'on':'k','how':'right'}",
            "[{'k':2,'a':2,'b':3},{'k':2,'a':2,'b':4},{'k':9,'b':5}]");
    t_gives("join", "[{\"k\":1,\"a\":1}]", "",
            "{'with':[{'k':9,'a':5}],'on':'k','how':'full','prefix':'r_'}",
            "[{'k':1,'a':1},{'k':9,'r_a':5}]");
    t_gives("join", "[{\"k\":null}]", "", "{'with':[{'k':null}],'on':'k'}",
            "[]");
    t_gives("join", "[{\"k\":1}]", "", "{'with':'nobody','on':'k'}", "[]");
}


static void
test_only_objects_are_merged(void **ctx)
{
    t_breaks("join", "[1]", "", "{'with':[{'k':1}],'on':'k'}",
             "element 0: no object, on the left side");
    t_breaks("join", "[{\"k\":1}]", "", "{'with':[{'k':1},2],'on':'k'}",
             "element 1: no object, on the right side");
    t_breaks("join", "[{\"k\":1}]", "", "{'with':'no name','on':'k'}",
             "names no variable");
}


/* --- pivot ----------------------------------------------------------------------------------------- */

#define SALES                                                                 \
    "[{\"m\":\"jan\",\"p\":\"tea\",\"n\":1},"                                 \
    "{\"m\":\"jan\",\"p\":\"rum\",\"n\":2},"                                  \
    "{\"m\":\"feb\",\"p\":\"tea\",\"n\":3},"                                  \
    "{\"m\":\"jan\",\"p\":\"tea\",\"n\":4}]"


static void
test_pivot_turns_values_into_columns(void **ctx)
{
    t_gives("pivot", SALES, "",
            "{'index':'m','columns':'p','values':'n'}",
            "[{'m':'jan','tea':1,'rum':2},{'m':'feb','tea':3,'rum':null}]");
    t_gives("pivot", SALES, "",
            "{'index':'m','columns':'p','values':'n','fn':'sum','fill':0}",
            "[{'m':'jan','tea':5,'rum':2},{'m':'feb','tea':3,'rum':0}]");
    t_gives("pivot", SALES, "",
            "{'columns':'p','values':'n','fn':'list'}",
            "[{'tea':[1,3,4],'rum':[2]}]");
    t_gives("pivot", SALES, "",
            "{'index':['m','p'],'columns':'n','values':'n','fn':'count',"
            "'fill':'-'}",
            "[{'m':'jan','p':'tea','1':1,'2':'-','3':'-','4':1},"
            "{'m':'jan','p':'rum','1':'-','2':1,'3':'-','4':'-'},"
            "{'m':'feb','p':'tea','1':'-','2':'-','3':1,'4':'-'}]");
    t_gives("pivot", "[]", "", "{'columns':'p','values':'n'}", "[]");
    t_gives("pivot", "[{\"i\":1,\"c\":\"i\",\"v\":9}]", "",
            "{'index':'i','columns':'c','values':'v'}", "[{'i':1}]");
}


/* --- sort ------------------------------------------------------------------------------------------ */


static void
test_sort_has_an_order_for_all_types(void **ctx)
{
    t_gives("sort", "[null,\"b\",true,10,\"a\",9,{\"x\":1},1.5,[2],false]",
            "", "", "[1.5,9,10,'a','b',[2],false,true,{'x':1},null]");
    t_gives("sort", "[null,\"b\",10,\"a\",9]", "", "{'descending':true}",
            "['b','a',10,9,null]");
    t_gives("sort", "[2,null,1]", "", "{'nulls':'first'}", "[null,1,2]");
    t_gives("sort", "[2,null,1]", "",
            "{'nulls':'first','descending':true}", "[null,2,1]");
    t_gives("sort", "[9007199254740993,9007199254740992.0]", "", "",
            "[9007199254740992.0,9007199254740993]");
    t_gives("sort", "[]", "", "", "[]");
}


static void
test_sort_is_stable_and_has_several_keys(void **ctx)
{
    const char *const  rows = "[{\"a\":2,\"b\":1},{\"a\":1,\"b\":1},"
                              "{\"a\":2,\"b\":0},{\"a\":1,\"b\":2},{\"b\":9}]";

    t_gives("map", "[1]", "item", "", "[1]");
    t_gives("sort", rows, "a", "",
            "[{'a':1,'b':1},{'a':1,'b':2},{'a':2,'b':1},{'a':2,'b':0},"
            "{'b':9}]");
    t_gives("sort", rows, "", "{'key':'a','descending':true}",
            "[{'a':2,'b':1},{'a':2,'b':0},{'a':1,'b':1},{'a':1,'b':2},"
            "{'b':9}]");
    t_gives("sort", rows, "", "{'keys':[{'key':'a'},{'key':'b',"
            "'descending':true}]}",
            "[{'a':1,'b':2},{'a':1,'b':1},{'a':2,'b':1},{'a':2,'b':0},"
            "{'b':9}]");
    t_gives("sort", rows, "", "{'keys':['a','b']}",
            "[{'a':1,'b':1},{'a':1,'b':2},{'a':2,'b':0},{'a':2,'b':1},"
            "{'b':9}]");
    t_gives("sort", "[3,-5,2]", "abs(item)", "", "[2,3,-5]");
}


/* --- deduplicate, flatten, group_by ------------------------------------------------------------------ */


static void
test_equal_elements_stay_once(void **ctx)
{
    t_gives("deduplicate", "[1,1.0,\"1\",{\"a\":1,\"b\":2},{\"b\":2,"
            "\"a\":1.0},null,null]", "", "",
            "[1,'1',{'a':1,'b':2},null]");
    t_gives("deduplicate", ROWS, "city", "",
            "[{'id':1,'city':'Rom','v':10,'tags':['a','b']},"
            "{'id':2,'city':'Oslo','v':5,'tags':[]},{'id':4,'v':2.5}]");
    t_gives("deduplicate", "[{\"k\":1,\"n\":1},{\"k\":2,\"n\":2},"
            "{\"k\":1,\"n\":3}]", "k", "{'keep':'last'}",
            "[{'k':2,'n':2},{'k':1,'n':3}]");
    t_gives("deduplicate", "[1,-1,2]", "abs(item)", "", "[1,2]");
}


static void
test_nested_arrays_are_flattened(void **ctx)
{
    t_gives("flatten", "[[1,[2]],3,[]]", "", "", "[1,[2],3]");
    t_gives("flatten", "[[1,[2,[3]]]]", "", "{'depth':2}", "[1,2,[3]]");
    t_gives("flatten", "[[1,[2,[3]]]]", "", "{'depth':0}", "[[1,[2,[3]]]]");
    t_gives("flatten", "[[[[1]]]]", "", "{'depth':99}", "[1]");
    t_gives("flatten", ROWS, "tags", "", "['a','b','a']");
    t_gives("flatten", "[{\"a\":{\"b\":[1]}},{\"a\":null},{\"a\":{\"b\":2}}]",
            "a.b", "", "[1,2]");
    t_gives("flatten", "[null,[null]]", "", "", "[null,null]");
}


static void
test_groups_are_named_by_the_text_of_their_key(void **ctx)
{
    t_gives("group_by", "[{\"k\":1,\"n\":1},{\"k\":\"1\",\"n\":2},{\"n\":3}]",
            "k", "", "{'1':[{'k':1,'n':1},{'k':'1','n':2}],'':[{'n':3}]}");
    t_gives("group_by", "[1,2,3,4]", "item % 2", "",
            "{'1':[1,3],'0':[2,4]}");
    t_gives("group_by", "[]", "k", "", "{}");
}


/* --- values -------------------------------------------------------------------------------------------- */


static void
test_values_are_computed_from_the_source(void **ctx)
{
    t_gives("expression", "[1,2,3]", "sum(value) + limit", "", "11");
    t_gives("expression", "[1,2,3]", "len(rows)", "", "3");
    t_gives("expression", "", "value is null", "", "true");
    t_gives("expression", "5", "", "", "5");
    t_gives("template", "5", "{{value}}/{{limit}} {% if %}", "",
            "'5/5 {% if %}'");
    t_gives("template", "5", "{{value}}", "", "'5'");
    t_gives("template", "[1]", "", "", "'[1]'");
    t_breaks("expression", "5", "value / 0", "", "");
}


static void
test_paths_lead_into_the_source(void **ctx)
{
    t_gives("json_path", "{\"a\":{\"b\":[1,2]}}", "$.a.b[0]", "", "1");
    t_gives("json_path", "{\"a\":{\"b\":[1,2]}}", "$.a.b[*]", "", "[1,2]");
    t_gives("json_path", "{\"a\":{\"b\":[1,2]}}", "$.c", "", "null");
    t_gives("json_path", "\"{\\\"a\\\":3}\"", "$.a", "", "3");
    t_gives("json_path", "[7]", "", "", "[7]");
    t_breaks("json_path", "\"no json\"", "$.a", "", "no JSON");
}


static void
test_texts_are_parsed(void **ctx)
{
    t_gives("parse", "\"{\\\"a\\\":[1]}\"", "", "", "{'a':[1]}");
    t_gives("parse", "\"```json\\n[1]\\n```\"", "", "{'format':'json'}",
            "[1]");
    t_gives("parse", "{\"a\":1}", "", "", "{'a':1}");
    t_gives("parse", "\"a,b\\n1,x\\n\"", "", "{'format':'csv'}",
            "[{'a':'1','b':'x'}]");
    t_gives("parse", "\"1;x\\n\"", "",
            "{'format':'csv','header':false,'delimiter':';',"
            "'infer_types':true}", "[[1,'x']]");
    t_gives("parse", "\"<a><b>1</b></a>\"", "", "{'format':'xml'}",
            "{'a':{'b':'1'}}");
    t_breaks("parse", "\"{\"", "", "", "no JSON");
    t_breaks("parse", "\"<a>\"", "", "{'format':'xml'}", "no XML");
    t_breaks("parse", "\"a\\n\\\"x\"", "", "{'format':'csv'}", "no CSV");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_sources_that_are_no_arrays_become_some),
        cmocka_unit_test(test_types_are_found_by_their_aliases),
        cmocka_unit_test(test_filter_keeps_what_the_condition_holds_for),
        cmocka_unit_test(test_members_come_before_item_and_the_scope),
        cmocka_unit_test(test_an_error_in_a_condition_is_false_there),
        cmocka_unit_test(test_map_takes_members_paths_and_expressions),
        cmocka_unit_test(test_a_missing_member_is_null_whatever_the_scope),
        cmocka_unit_test(test_map_takes_templates),
        cmocka_unit_test(test_data_is_never_spliced_into_an_expression),
        cmocka_unit_test(test_fields_make_an_object_of_each_element),
        cmocka_unit_test(test_an_error_in_a_value_tells_the_element),
        cmocka_unit_test(test_reduce_folds_from_the_first_or_the_initial_value),
        cmocka_unit_test(test_one_function_gives_a_scalar),
        cmocka_unit_test(test_an_empty_array_has_sum_and_count_only),
        cmocka_unit_test(test_a_list_of_functions_gives_an_object),
        cmocka_unit_test(test_functions_may_be_parameters),
        cmocka_unit_test(test_groups_carry_their_members),
        cmocka_unit_test(test_texts_are_joined_without_another_array),
        cmocka_unit_test(test_arrays_are_joined_by_equal_keys),
        cmocka_unit_test(test_only_objects_are_merged),
        cmocka_unit_test(test_pivot_turns_values_into_columns),
        cmocka_unit_test(test_sort_has_an_order_for_all_types),
        cmocka_unit_test(test_sort_is_stable_and_has_several_keys),
        cmocka_unit_test(test_equal_elements_stay_once),
        cmocka_unit_test(test_nested_arrays_are_flattened),
        cmocka_unit_test(test_groups_are_named_by_the_text_of_their_key),
        cmocka_unit_test(test_values_are_computed_from_the_source),
        cmocka_unit_test(test_paths_lead_into_the_source),
        cmocka_unit_test(test_texts_are_parsed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
