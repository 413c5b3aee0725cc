/* Two documents side by side (spec/api.md 3.13). */

#include "doc.h"

#define DOC(nodes, more)                                                      \
    "{'procedure_id':'p','version':'1','workflow_graph':{'start_node':'a',"   \
    "'nodes':{" nodes "}}" more "}"

#define A  "'a':{'type':'sequence','next_node':'end','steps':["               \
           "{'action':'log','message':'m'}]}"
#define E  "'end':{'type':'terminate'}"


static json_t *
t_diff(const char *from, const char *to, bool lines)
{
    json_t *const  a = t_doc_json(from);
    json_t *const  b = t_doc_json(to);
    json_t *const  diff = ckp_document_diff(a, b, lines);

    assert_non_null(diff);
    json_decref(a);
    json_decref(b);

    return diff;
}


static const char *
t_text(const json_t *v)
{
    static char   texts[4][8192];
    static int    n;
    char *const   s = ckp_json_text(v);
    char *const   out = texts[n++ % 4];

    snprintf(out, sizeof(texts[0]), "%s", s == NULL ? "(none)" : s);
    ckp_free(s);

    return out;
}


/* What the two values differ in, as text; compared with `wanted`. */
static void
t_changes(const char *from, const char *to, const char *wanted)
{
    json_t *const  diff = t_diff(from, to, false);
    json_t *const  list = t_doc_json(wanted);

    if (!json_equal(json_object_get(diff, "changes"), list)) {
        fail_msg("%s is not %s", t_text(json_object_get(diff, "changes")),
                 wanted);
    }

    assert_int_equal(json_is_true(json_object_get(diff, "identical")),
                     json_array_size(list) == 0);
    json_decref(list);
    json_decref(diff);
}


static const char *
t_summary(const json_t *diff, const char *member)
{
    return t_text(json_object_get(json_object_get(diff, "summary"), member));
}


static void
test_the_same_document_is_identical_in_any_order(void **ctx)
{
    t_changes("{'a':1,'b':[1,2]}", "{'b':[1,2],'a':1.0}", "[]");
}


static void
test_members_are_added_removed_and_replaced(void **ctx)
{
    t_changes("{'a':1,'b':{'c':1},'d':null}", "{'a':2,'b':{'e/f':1},'d':null}",
              "[{'op':'replace','path':'/a','from':1,'to':2},"
              "{'op':'remove','path':'/b/c','from':1,'to':null},"
              "{'op':'add','path':'/b/e~1f','from':null,'to':1}]");
    t_changes("{'a':{}}", "{'a':[]}",
              "[{'op':'replace','path':'/a','from':{},'to':[]}]");
}


static void
test_what_was_put_into_a_list_is_one_change(void **ctx)
{
    t_changes("{'a':[1,2,3]}", "{'a':[1,9,2,3]}",
              "[{'op':'add','path':'/a/1','from':null,'to':9}]");
    t_changes("{'a':[1,2,3]}", "{'a':[1,3]}",
              "[{'op':'remove','path':'/a/1','from':2,'to':null}]");
    t_changes("{'a':[1,2,3]}", "{'a':[1,9,3]}",
              "[{'op':'replace','path':'/a/1','from':2,'to':9}]");
}


static void
test_the_last_ones_are_removed_first(void **ctx)
{
    t_changes("{'a':[1,2,3,4]}", "{'a':[9]}",
              "[{'op':'replace','path':'/a/0','from':1,'to':9},"
              "{'op':'remove','path':'/a/3','from':4,'to':null},"
              "{'op':'remove','path':'/a/2','from':3,'to':null},"
              "{'op':'remove','path':'/a/1','from':2,'to':null}]");
}


static void
test_nodes_variables_and_settings_are_summed_up(void **ctx)
{
    json_t *const  diff = t_diff(
        DOC(A "," E ",'old':{'type':'terminate'}",
            ",'global_config':{'max_retries':1,'timeout_ms':5},"
            "'variables_schema':{'required':{'v':{'type':'string'},'w':{"
            "'type':'string'}}}"),
        DOC("'a':{'type':'sequence','next_node':'end','steps':[]}," E
            ",'new':{'type':'terminate'}",
            ",'global_config':{'max_retries':2,'timeout_ms':5,"
            "'strict_inputs':true},'variables_schema':{'required':{'w':{"
            "'type':'string'}},'optional':{'v':{'type':'string'},'u':{}}}"),
        false);

    assert_string_equal(t_summary(diff, "nodes_added"), "[\"new\"]");
    assert_string_equal(t_summary(diff, "nodes_removed"), "[\"old\"]");
    assert_string_equal(t_summary(diff, "nodes_changed"), "[\"a\"]");
    assert_string_equal(t_summary(diff, "variables_changed"),
                        "[\"v\",\"u\"]");
    assert_string_equal(t_summary(diff, "config_changed"),
                        "[\"max_retries\",\"strict_inputs\"]");
    assert_null(json_object_get(diff, "lines"));
    json_decref(diff);
}


static void
test_a_flat_list_of_nodes_is_told_by_their_ids(void **ctx)
{
    json_t *const  diff = t_diff(
        "{'procedure_id':'p','version':'1','start_node':'a','nodes':[{'id':"
        "'a','type':'terminate'}]}",
        "{'procedure_id':'p','version':'2','start_node':'a','nodes':[{'id':"
        "'b','type':'terminate'},{'id':'a','type':'terminate'}]}", false);

    assert_string_equal(t_summary(diff, "nodes_added"), "[\"b\"]");
    assert_string_equal(t_summary(diff, "nodes_changed"), "[]");
    json_decref(diff);
}


static void
test_what_is_no_procedure_is_compared_all_the_same(void **ctx)
{
    t_changes("{}", "{'nodes':7}",
              "[{'op':'add','path':'/nodes','from':null,'to':7}]");
    t_changes("[]", "{}", "[{'op':'replace','path':'','from':[],'to':{}}]");
}


/* --- lines ---------------------------------------------------------------------- */

/* " line", "+line", "-line", each on its own. */
static const char *
t_lines(const json_t *diff)
{
    static char    text[65536];
    const json_t  *line;
    size_t         i;

    text[0] = '\0';

    json_array_foreach(json_object_get(diff, "lines"), i, line) {
        const char *const  kind = ckp_json_str(line, "kind");

        strcat(text, strcmp(kind, "same") == 0 ? " "
                     : strcmp(kind, "add") == 0 ? "+" : "-");
        strcat(text, ckp_json_str(line, "text"));
        strcat(text, "\n");
    }

    return text;
}


static void
test_lines_are_sorted_and_indented_by_two(void **ctx)
{
    json_t *const  diff = t_diff("{'b':[1,{}],'a':'x'}",
                                 "{'b':[1,{},0.1],'a':'y'}", true);
    const json_t  *lines = json_object_get(diff, "lines");

    assert_string_equal(t_lines(diff),
                        " {\n"
                        "-  \"a\": \"x\",\n"
                        "+  \"a\": \"y\",\n"
                        "   \"b\": [\n"
                        "     1,\n"
                        "-    {}\n"
                        "+    {},\n"
                        "+    0.1\n"
                        "   ]\n"
                        " }\n");
    assert_string_equal(t_text(json_array_get(lines, 0)),
        "{\"kind\":\"same\",\"a\":1,\"b\":1,\"text\":\"{\"}");
    assert_string_equal(t_text(json_array_get(lines, 1)),
        "{\"kind\":\"del\",\"a\":2,\"b\":null,\"text\":\"  \\\"a\\\": "
        "\\\"x\\\",\"}");
    assert_string_equal(t_text(json_array_get(lines, 2)),
        "{\"kind\":\"add\",\"a\":null,\"b\":2,\"text\":\"  \\\"a\\\": "
        "\\\"y\\\",\"}");
    json_decref(diff);
}


static void
test_the_shortest_way_is_told(void **ctx)
{
    json_t *const  diff = t_diff("{'x':[1,2,3,4,5,6]}",
                                 "{'x':[0,1,3,4,9,5,6]}", true);

    assert_string_equal(t_lines(diff),
                        " {\n   \"x\": [\n+    0,\n     1,\n-    2,\n     3,\n"
                        "     4,\n+    9,\n     5,\n     6\n   ]\n }\n");
    json_decref(diff);
}


static void
test_identical_documents_have_only_same_lines(void **ctx)
{
    json_t *const  diff = t_diff("{'x':1}", "{'x':1}", true);

    assert_string_equal(t_lines(diff), " {\n   \"x\": 1\n }\n");
    json_decref(diff);
}


/* An array of numbers, each times `step`. */
static json_t *
t_numbers(size_t n, int step)
{
    json_t *const  list = json_array();

    for (size_t i = 0; i < n; i++) {
        json_array_append_new(list, json_integer((json_int_t) i * step));
    }

    return list;
}


static void
test_documents_that_share_little_are_told_as_a_whole(void **ctx)
{
    json_t *const  a = t_numbers(5000, 2);
    json_t *const  b = t_numbers(5000, 3);
    json_t *const  diff = ckp_document_diff(a, b, true);
    const json_t  *line;
    size_t         counts[3] = { 0, 0, 0 };
    size_t         i;

    json_array_foreach(json_object_get(diff, "lines"), i, line) {
        const char  kind = ckp_json_str(line, "kind")[0];

        counts[kind == 's' ? 0 : kind == 'a' ? 1 : 2]++;
    }

    assert_int_equal(counts[0] + counts[1], 5002);
    assert_int_equal(counts[0] + counts[2], 5002);
    json_decref(diff);
    json_decref(a);
    json_decref(b);
}


static void
test_too_many_lines_are_not_shown(void **ctx)
{
    json_t *const  a = t_numbers(24998, 1);
    json_t *const  b = t_numbers(24999, 1);
    json_t        *diff = ckp_document_diff(a, a, true);

    assert_int_equal(json_array_size(json_object_get(diff, "lines")), 25000);
    json_decref(diff);

    diff = ckp_document_diff(a, b, true);
    assert_true(json_is_null(json_object_get(diff, "lines")));
    assert_int_equal(json_array_size(json_object_get(diff, "changes")), 1);
    json_decref(diff);
    json_decref(a);
    json_decref(b);
}


/* A few edits anywhere give both documents back. */
static void
test_every_line_of_both_is_there_once_and_in_order(void **ctx)
{
    unsigned  seed = 7;

    for (int round = 0; round < 200; round++) {
        json_t *const  a = json_array();
        json_t *const  b = json_array();
        json_t        *diff;
        const json_t  *line;
        size_t         x = 0;
        size_t         y = 0;
        size_t         i;

        for (size_t k = 0; k < 2 * 12; k++) {
            seed = seed * 1103515245u + 12345u;
            json_array_append_new(k % 2 == 0 ? a : b,
                                  json_integer((seed >> 16) % 4));
        }

        diff = ckp_document_diff(a, b, true);

        json_array_foreach(json_object_get(diff, "lines"), i, line) {
            const char *const  kind = ckp_json_str(line, "kind");

            x += strcmp(kind, "add") != 0;
            y += strcmp(kind, "del") != 0;

            if (strcmp(kind, "add") != 0) {
                assert_int_equal(ckp_json_int(line, "a", 0), x);
            }

            if (strcmp(kind, "del") != 0) {
                assert_int_equal(ckp_json_int(line, "b", 0), y);
            }
        }

        assert_int_equal(x, 14);
        assert_int_equal(y, 14);
        json_decref(diff);
        json_decref(a);
        json_decref(b);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_the_same_document_is_identical_in_any_order),
        cmocka_unit_test(test_members_are_added_removed_and_replaced),
        cmocka_unit_test(test_what_was_put_into_a_list_is_one_change),
        cmocka_unit_test(test_the_last_ones_are_removed_first),
        cmocka_unit_test(test_nodes_variables_and_settings_are_summed_up),
        cmocka_unit_test(test_a_flat_list_of_nodes_is_told_by_their_ids),
        cmocka_unit_test(test_what_is_no_procedure_is_compared_all_the_same),
        cmocka_unit_test(test_lines_are_sorted_and_indented_by_two),
        cmocka_unit_test(test_the_shortest_way_is_told),
        cmocka_unit_test(test_identical_documents_have_only_same_lines),
        cmocka_unit_test(test_documents_that_share_little_are_told_as_a_whole),
        cmocka_unit_test(test_too_many_lines_are_not_shown),
        cmocka_unit_test(test_every_line_of_both_is_there_once_and_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
