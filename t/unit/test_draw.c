/* A document is drawn, also one that does not compile (spec/api.md 3.5). */

#include "doc.h"


static json_t *
draw(const char *text)
{
    json_t *const  doc = t_doc_json(text);
    json_t *const  graph = ckp_document_graph(doc);

    json_decref(doc);
    assert_non_null(graph);

    return graph;
}


/* "a > b label" for each edge. */
static void
edges_are(const json_t *graph, const char *want)
{
    ckp_buf_t      b;
    const json_t  *e;
    size_t         i;

    ckp_buf_init(&b, 10000);

    json_array_foreach(json_object_get(graph, "edges"), i, e) {
        char  id[32];

        ckp_buf_printf(&b, "%s%s>%s %s%s", i == 0 ? "" : "; ",
                       ckp_json_str(e, "source"), ckp_json_str(e, "target"),
                       ckp_json_str(e, "label"),
                       ckp_json_bool(e, "animated", false) ? "~" : "");
        snprintf(id, sizeof(id), "e%zu", i + 1);
        assert_string_equal(ckp_json_str(e, "id"), id);
    }

    assert_string_equal(ckp_buf_str(&b), want);
    ckp_buf_free(&b);
}


static const json_t *
drawn(const json_t *graph, const char *id)
{
    const json_t  *n;
    size_t         i;

    json_array_foreach(json_object_get(graph, "nodes"), i, n) {
        if (strcmp(ckp_json_str(n, "id"), id) == 0) {
            return n;
        }
    }

    fail_msg("%s is not drawn", id);

    return NULL;
}


static void
order_is(const json_t *graph, const char *want)
{
    ckp_buf_t      b;
    const json_t  *n;
    size_t         i;

    ckp_buf_init(&b, 10000);

    json_array_foreach(json_object_get(graph, "nodes"), i, n) {
        ckp_buf_printf(&b, "%s%s", i == 0 ? "" : " ", ckp_json_str(n, "id"));
    }

    assert_string_equal(ckp_buf_str(&b), want);
    ckp_buf_free(&b);
}


static void
nodes_come_breadth_first_and_the_unreached_last(void **state)
{
    json_t *const  g = draw(
        T_GRAPH("read", "'lost':{'type':'dance'},'read':{'steps':[{},{}],"
                "'next_node':'route'},'route':{'type':'logic','rules':[{"
                "'condition':'{{one.n}} > 5','next_node':'ask'}],"
                "'default_next_node':'end'},'ask':{'type':'approval',"
                "'on_approved':'end','on_rejected':'nowhere'}," T_END, ""));
    const json_t  *data = json_object_get(drawn(g, "read"), "data");

    order_is(g, "read route ask end lost");
    edges_are(g, "read>route ; route>ask {{one.n}} > 5~; route>end default~; "
              "ask>end approve~");
    assert_true(ckp_json_bool(data, "isStart", false));
    assert_false(ckp_json_bool(data, "isEnd", true));
    assert_int_equal(ckp_json_int(data, "stepCount", 0), 2);
    assert_string_equal(ckp_json_str(data, "color"), "#3B82F6");
    assert_string_equal(ckp_json_str(drawn(g, "ask"), "type"),
                        "human_approval");
    assert_string_equal(ckp_json_str(json_object_get(drawn(g, "lost"), "data"),
                                     "color"), "#9CA3AF");
    assert_true(ckp_json_bool(json_object_get(drawn(g, "end"), "data"),
                              "isEnd", false));
    json_decref(g);
}


static void
bodies_and_branches_are_drawn(void **state)
{
    json_t *const  g = draw(
        T_GRAPH("each", "'each':{'type':'loop','loop_body':'fan','next_node':"
                "'end'},'fan':{'type':'parallel','branches':[{'branch_id':'l',"
                "'start_node':'x'},{'entry_node':'x'},'x']},'x':{'type':"
                "'verification','checks':[{'on_fail':'goto: end'}]},'end':{"
                "'type':'terminate'}", ""));

    edges_are(g, "each>fan loop body~; each>end ; fan>x branch:l~; "
              "fan>x branch:branch_2~; fan>x branch:x~; x>end fail~");
    json_decref(g);
}


static void
labels_are_words_for_people(void **state)
{
    json_t *const  g = draw(
        T_GRAPH("check_the_vendor", "'check_the_vendor':{'next_node':'b'},'b':"
                "{'name':'Bee','next_node':'c'},'c':{'name':'x','description':"
                "'Sea'}", ""));
    json_t        *long_one;

    assert_string_equal(ckp_json_str(json_object_get(drawn(g,
                        "check_the_vendor"), "data"), "label"),
                        "Check The Vendor");
    assert_string_equal(ckp_json_str(json_object_get(drawn(g, "b"), "data"),
                                     "label"), "Bee");
    assert_string_equal(ckp_json_str(json_object_get(drawn(g, "c"), "data"),
                                     "label"), "Sea");
    json_decref(g);

    long_one = draw(T_GRAPH("a", "'a':{'type':'logic','rules':[{'condition':"
                            "'0123456789 0123456789 0123456789 0123456\u00e9 9'"
                            ",'next_node':'end'}]}," T_END, ""));
    edges_are(long_one, "a>end 0123456789 0123456789 0123456789 0123456~");
    json_decref(long_one);
}


static void
flat_forms_are_drawn_as_written(void **state)
{
    json_t *const  g = draw("{'id':'p','version':1,'nodes':[{'id':'a','type':"
                            "'task'},{'id':'b','type':'end'}]}");

    edges_are(g, "a>b ");
    json_decref(g);
}


static void
positions_are_all_different(void **state)
{
    json_t *const  nodes = json_object();
    json_t        *doc;
    json_t        *g;
    json_t        *seen = json_object();
    const json_t  *n;
    size_t         i;

    for (int k = 0; k < 300; k++) {
        char  id[32];
        char  next[32];

        snprintf(id, sizeof(id), "n%d", k);
        snprintf(next, sizeof(next), "n%d", (k * 7 + 1) % 300);
        json_object_set_new(nodes, id, json_pack("{s:s}", "next_node", next));
    }

    doc = json_pack("{s:{s:s,s:o}}", "workflow_graph", "start_node", "n0",
                    "nodes", nodes);
    g = ckp_document_graph(doc);

    json_array_foreach(json_object_get(g, "nodes"), i, n) {
        char *const  at = ckp_json_text(json_object_get(n, "position"));

        json_object_set_new(seen, at, json_true());
        ckp_free(at);
    }

    assert_int_equal(json_object_size(seen), 300);
    json_decref(seen);
    json_decref(g);
    json_decref(doc);
}


static void
what_is_no_procedure_is_an_empty_picture(void **state)
{
    const char *const  texts[] = { "{}", "[]", "7", "{'nodes':5}",
                                   "{'workflow_graph':{'nodes':[]}}" };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        json_t *const  g = draw(texts[i]);

        assert_int_equal(json_array_size(json_object_get(g, "nodes")), 0);
        json_decref(g);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(nodes_come_breadth_first_and_the_unreached_last),
        cmocka_unit_test(bodies_and_branches_are_drawn),
        cmocka_unit_test(labels_are_words_for_people),
        cmocka_unit_test(flat_forms_are_drawn_as_written),
        cmocka_unit_test(positions_are_all_different),
        cmocka_unit_test(what_is_no_procedure_is_an_empty_picture),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
