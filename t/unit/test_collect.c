/* Transformations give what spec/ckp.md 10.9 says. */

#include "lang.h"

#include "data/collect.h"

#define ROWS                                                                  \
    "[{\"id\":1,\"city\":\"Rom\",\"v\":10,\"tags\":[\"a\",\"b\"]},"           \
    "{\"id\":2,\"city\":\"Oslo\",\"v\":5,\"tags\":[]},"                       \
    "{\"id\":3,\"city\":\"Rom\",\"v\":null,\"tags\":[\"a\"]},"                \
    "{\"id\":4,\"v\":2.5}]"

/* Variables that elements do not have, or have under the same name. */
#define VARS                                                                  \
    "{\"limit\":5,\"city\":\"Bern\",\"who\":{\"name\":\"Ana\"},"              \
    "\"towns\":[{\"name\":\"Rom\",\"land\":\"it\"},"                          \
    "{\"name\":\"Oslo\",\"land\":\"no\"},{\"name\":\"Bern\",\"land\":\"ch\"}]}"

typedef struct {
    char  text[2048];           /* of what was said: "220 expression ..." */
} t_said_t;


static json_t *
t_quoted(const char *text)
{
    char *const    copy = strdup(text);
    json_t        *v;

    for (char *p = copy; *p != '\0'; p++) {
        *p = *p == '\'' ? '"' : *p == '"' ? '\'' : *p;
    }

    v = t_json(copy);
    free(copy);

    return v;
}


static void
t_hear(void *data, const ckp_collect_say_t *say)
{
    t_said_t *const  said = data;
    const size_t     len = strlen(said->text);

    snprintf(said->text + len, sizeof(said->text) - len, "%d %s%s|",
             say->number, say->param == NULL ? "-" : say->param, say->below);
}


/* expression "" or params "" are none.  The result as JSON text, or "!CODE". */
static char *
t_make(const char *type, const char *source, const char *expression,
    const char *params, ckp_err_t *err)
{
    ckp_collect_want_t  want = { .kind = CKP_COLLECT_FILTER };
    t_lang_t            l;
    json_t *const       from = *source == '\0' ? NULL : t_json(source);
    json_t *const       text = *expression == '\0' ? NULL
                               : json_string(expression);
    json_t *const       more = *params == '\0' ? NULL : t_quoted(params);
    ckp_collect_t      *t;
    json_t             *out = NULL;
    ckp_code_t          rc;
    char               *made;

    assert_true(ckp_collect_find(type, &want.kind));
    want.expression = text;
    want.params = more;
    *err = (ckp_err_t) CKP_ERR_INIT;
    t = ckp_collect_new(&want, NULL, NULL, err);

    if (t == NULL) {
        fail_msg("%s %s: %s", type, expression, err->msg);
    }

    t_lang_init(&l, VARS);

    const ckp_collect_in_t  in = { .ev = &l.ev, .source = from,
                                   .name = "rows", .params = more };

    rc = ckp_collect_run(t, &in, &out, NULL, err);
    made = rc == CKP_OK ? ckp_json_text(out) : NULL;

    if (rc != CKP_OK) {
        assert_null(out);
        made = ckp_alloc(16);
        snprintf(made, 16, "!%d", rc);
    }

    json_decref(out);
    ckp_collect_free(t);
    t_lang_free(&l);
    json_decref(from);
    json_decref(text);
    json_decref(more);

    return made;
}


/* `want` has ' for ". */
static void
t_gives(const char *type, const char *source, const char *expression,
    const char *params, const char *want)
{
    ckp_err_t    err;
    char *const  made = t_make(type, source, expression, params, &err);

    for (char *p = made; *p != '\0'; p++) {
        *p = *p == '"' ? '\'' : *p;
    }

    if (strcmp(made, want) != 0) {
        fail_msg("%s '%s' %s\n  gives %s\n    not %s (%s)", type, expression,
                 params, made, want, err.msg);
    }

    ckp_free(made);
}


static void
t_breaks(const char *type, const char *source, const char *expression,
    const char *params, const char *sentence)
{
    ckp_err_t    err;
    char *const  made = t_make(type, source, expression, params, &err);

    if (made[0] != '!' || strstr(err.msg, sentence) == NULL) {
        fail_msg("%s '%s' %s gives %s: %s", type, expression, params, made,
                 err.msg);
    }

    ckp_free(made);
}


/* What is said of it; *good: there is one nevertheless. */
static void
t_wrong(const char *type, const char *expression, const char *params,
    const char *want)
{
    ckp_collect_want_t  w = { .kind = CKP_COLLECT_FILTER };
    json_t *const       text = *expression == '\0' ? NULL
                               : t_quoted(expression);
    json_t *const       more = *params == '\0' ? NULL : t_quoted(params);
    t_said_t            said = { "" };
    ckp_err_t           err = CKP_ERR_INIT;
    ckp_collect_t      *t;

    assert_true(ckp_collect_find(type, &w.kind));
    w.expression = text;
    w.params = more;
    t = ckp_collect_new(&w, t_hear, &said, &err);

    if (strcmp(said.text, want) != 0) {
        fail_msg("%s %s %s: says %s, not %s", type, expression, params,
                 said.text, want);
    }

    assert_true((t == NULL) == (err.code != CKP_OK));
    ckp_collect_free(t);
    json_decref(text);
    json_decref(more);
}


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


/* --- what is wrong ------------------------------------------------------------------------------------ */


static void
test_what_is_wrong_is_said_at_its_place(void **ctx)
{
    t_wrong("filter", "'item >'", "", "220 -|");
    t_wrong("filter", "'item > 1'", "", "");
    t_wrong("filter", "['x']", "", "15 -|");
    t_wrong("reduce", "'acc +'", "", "220 -|");
    t_wrong("map", "", "{'fields':{'a/b':'1 +','c':'1'}}",
            "220 fields/a~1b|");
    t_wrong("map", "", "{'fields':['x']}", "15 fields|");
    t_wrong("aggregate", "'total(v)'", "", "224 -|");
    t_wrong("aggregate", "'sum(v'", "", "220 -|");
    t_wrong("aggregate", "'sum(v) total'", "", "220 -|");
    t_wrong("aggregate", "'sum(v) as'", "", "220 -|");
    t_wrong("aggregate", "'sum(v),'", "", "220 -|");
    t_wrong("aggregate", "'sum(v +)'", "", "220 -|");
    t_wrong("aggregate", "7", "", "15 -|");
    t_wrong("aggregate", "", "{'op':'total'}", "224 op|");
    t_wrong("aggregate", "", "{'group_by':['a',7]}", "15 group_by/1|");
    t_wrong("join", "", "{'with':'x'}", "401 -|");
    t_wrong("join", "", "{'with':'x','on':7}", "15 on|");
    t_wrong("join", "", "{'with':'x','on':{'left':'a'}}", "401 on|");
    t_wrong("join", "", "{'how':'outer'}", "405 how|");
    t_wrong("join", "", "{'how':'{{kind}}'}", "");
    t_wrong("pivot", "", "{'index':'a'}", "401 -|401 -|");
    t_wrong("pivot", "", "{'columns':'a','values':'b','fn':'mean'}",
            "224 fn|");
    t_wrong("sort", "", "{'keys':[{'key':'a'},{'key':'b +'},{}]}",
            "220 keys/1/key|401 keys/2|");
    t_wrong("sort", "", "{'nulls':'middle'}", "405 nulls|");
    t_wrong("deduplicate", "", "{'keep':'all'}", "405 keep|");
    t_wrong("json_path", "'$.['", "", "229 -|");
    t_wrong("json_path", "7", "", "15 -|");
    t_wrong("parse", "", "{'format':'yaml'}", "405 format|");
    t_wrong("template", "'{{= 1 + }}'", "", "220 -|");
}


/* --- limits -------------------------------------------------------------------------------------------- */


/* n times `one`, as an array. */
static char *
t_many(size_t n, const char *one)
{
    char *const   text = malloc(n * (strlen(one) + 1) + 3);
    char         *p = text;

    *p++ = '[';

    for (size_t i = 0; i < n; i++) {
        p += sprintf(p, "%s%s", i == 0 ? "" : ",", one);
    }

    strcpy(p, "]");

    return text;
}


static void
test_a_result_has_a_largest_size(void **ctx)
{
    char  *one = malloc(1100);
    char  *text;

    memset(one, 'x', 1050);
    one[0] = '"';
    one[1023] = '"';
    one[1024] = '\0';
    text = t_many(511, one);                /* 1025 bytes each */

    ckp_err_t    err;
    char *const  fits = t_make("map", text, "item", "", &err);

    assert_true(fits[0] == '[');
    ckp_free(fits);
    free(text);
    text = t_many(512, one);
    t_breaks("map", text, "item", "", "more than 524288 bytes");
    t_breaks("filter", text, "always", "", "more than 524288 bytes");
    t_breaks("sort", text, "", "", "more than 524288 bytes");
    t_breaks("join", text, "", "{'separator':' and '}",
             "more than 524288 bytes");
    t_breaks("expression", text, "value", "", "more than 524288 bytes");
    free(text);
    free(one);
}


static void
test_a_transformation_has_a_largest_number_of_steps(void **ctx)
{
    char  *text = t_many(100000, "1");

    /* three steps each: a sum, two operands */

    t_breaks("filter", text, "item + item + item + item + item + item + item"
             " + item + item + item > 100", "", "more than 1000000 steps");
    t_gives("aggregate", text, "sum", "", "100000");
    free(text);
    text = t_many(5000, "1");
    t_breaks("join", text, "", "{'with':[],'on':'k'}", "no object");
    free(text);
    text = t_many(2000, "{\"k\":1}");

    json_t *const  with = t_json(text);
    char *const    params = malloc(strlen(text) + 40);

    sprintf(params, "{\"with\":%s,\"on\":\"k\"}", text);

    for (char *p = params; *p != '\0'; p++) {
        *p = *p == '"' ? '\'' : *p;
    }

    /* four million rows are not made */

    t_breaks("join", text, "", params, "more than");
    json_decref(with);
    free(params);
    free(text);
}


static void
test_names_from_data_have_a_largest_size(void **ctx)
{
    char  source[1300];
    char  key[1200];

    memset(key, 'k', sizeof(key));
    key[1024] = '\0';
    snprintf(source, sizeof(source), "[{\"k\":\"%s\",\"v\":1}]", key);

    ckp_err_t    err;
    char *const  fits = t_make("group_by", source, "k", "", &err);

    assert_true(fits[0] == '{');
    ckp_free(fits);

    key[1024] = 'k';
    key[1025] = '\0';
    snprintf(source, sizeof(source), "[{\"k\":\"%s\",\"v\":1}]", key);
    t_breaks("group_by", source, "k", "", "1025 bytes");
    t_breaks("pivot", source, "", "{'columns':'k','values':'v'}",
             "1024 bytes");
}


static void
test_warnings_are_passed_on_a_few_times_only(void **ctx)
{
    char *const               text = t_many(1000, "\"a\"");
    json_t *const             source = t_json(text);
    json_t *const             when = json_string("item * 2 > 1");
    const ckp_collect_want_t  want = { .kind = CKP_COLLECT_FILTER,
                                       .expression = when };
    ckp_err_t                 err = CKP_ERR_INIT;
    ckp_collect_t *const      t = ckp_collect_new(&want, NULL, NULL, &err);
    t_lang_t                  l;
    json_t                   *out = NULL;
    uint32_t                  steps = 0;

    t_lang_init(&l, VARS);

    const ckp_collect_in_t  in = { .ev = &l.ev, .source = source };

    assert_int_equal(ckp_collect_run(t, &in, &out, &steps, &err), CKP_OK);
    assert_int_equal(json_array_size(out), 0);
    assert_int_equal(l.warnings, CKP_COLLECT_WARNINGS_MAX);
    assert_true(steps >= 1000);
    assert_int_equal(l.ev.budget, CKP_EVAL_STEPS_MAX);

    json_decref(out);
    l.ev.strict = true;
    assert_int_equal(ckp_collect_run(t, &in, &out, &steps, &err),
                     CKP_E_INVALID);
    assert_null(out);
    ckp_collect_free(t);
    t_lang_free(&l);
    json_decref(when);
    json_decref(source);
    free(text);
}


/* What runs in the scope of an element is told apart for the compiler. */
static void
t_part(void *data, const ckp_collect_part_t *part)
{
    t_said_t *const  said = data;
    const size_t     len = strlen(said->text);

    snprintf(said->text + len, sizeof(said->text) - len, "%s%s%s%s|",
             part->param == NULL ? "-" : part->param, part->below,
             part->expr != NULL ? " expr" : " text",
             part->element ? " element" : "");
}


static void
test_parts_are_shown(void **ctx)
{
    json_t *const             params = t_quoted("{'fields':{'a':'x + 1',"
                                                "'b':'{{y}} z','c':3}}");
    const ckp_collect_want_t  want = { .kind = CKP_COLLECT_MAP,
                                       .params = params };
    ckp_err_t                 err = CKP_ERR_INIT;
    ckp_collect_t *const      t = ckp_collect_new(&want, NULL, NULL, &err);
    t_said_t                  said = { "" };

    ckp_collect_parts(t, t_part, &said);
    assert_string_equal(said.text, "fields/b text element|"
                        "fields/a expr element|");
    ckp_collect_free(t);
    json_decref(params);
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
        cmocka_unit_test(test_what_is_wrong_is_said_at_its_place),
        cmocka_unit_test(test_a_result_has_a_largest_size),
        cmocka_unit_test(test_a_transformation_has_a_largest_number_of_steps),
        cmocka_unit_test(test_names_from_data_have_a_largest_size),
        cmocka_unit_test(test_warnings_are_passed_on_a_few_times_only),
        cmocka_unit_test(test_parts_are_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
