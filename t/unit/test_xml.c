/* XML and HTML become trees and JSON, their dangers stay out (13.3). */

#include "lang.h"

#include <stdlib.h>

#include "data/xml.h"
#include "fuzz.h"


static void
t_object(const char *text, const char *want)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  v = ckp_xml_object(text, strlen(text), &err);

    if (v == NULL) {
        fail_msg("%s: %s", text, err.msg);
    }

    t_is(v, want, text);
    json_decref(v);
}


static void
t_html(const char *text, const char *want)
{
    ckp_err_t         err = CKP_ERR_INIT;
    ckp_xml_t *const  doc = ckp_html_parse(text, strlen(text), &err);
    json_t           *v = NULL;

    if (doc == NULL) {
        fail_msg("%s: %s", text, err.msg);
    }

    assert_int_equal(ckp_xml_json(doc, &v, &err), CKP_OK);
    t_is(v, want, text);
    json_decref(v);
    ckp_xml_free(doc);
}


static void
t_refused(const char *text, ckp_code_t code, const char *sentence)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  v = ckp_xml_object(text, strlen(text), &err);

    if (v != NULL) {
        fail_msg("%.200s: is taken", text);
    }

    assert_int_equal(err.code, code);

    if (strstr(err.msg, sentence) == NULL) {
        fail_msg("%.200s: %s", text, err.msg);
    }
}


static void
elements_become_members(void **state)
{
    t_object("<a>x</a>", "{\"a\":\"x\"}");
    t_object("<a/>", "{\"a\":null}");
    t_object("<a> \n </a>", "{\"a\":null}");
    t_object("<a>\n x y \n</a>", "{\"a\":\"x y\"}");
    t_object("<a><b>1</b><c>2</c></a>",
             "{\"a\":{\"b\":\"1\",\"c\":\"2\"}}");
    t_object("<a i='1' j=\"2\"/>", "{\"a\":{\"@i\":\"1\",\"@j\":\"2\"}}");
    t_object("<a i='1'>x</a>", "{\"a\":{\"@i\":\"1\",\"#text\":\"x\"}}");
    t_object("<a>x<b>y</b>z</a>",
             "{\"a\":{\"b\":\"y\",\"#text\":\"xz\"}}");
    t_object("<n:a xmlns:n='u'><n:b/></n:a>",
             "{\"n:a\":{\"@xmlns:n\":\"u\",\"n:b\":null}}");
}


static void
repeated_children_become_arrays(void **state)
{
    t_object("<a><b>1</b><c/><b>2</b></a>",
             "{\"a\":{\"b\":[\"1\",\"2\"],\"c\":null}}");
    t_object("<a><b/><b><c/><c/></b><b i='1'/></a>",
             "{\"a\":{\"b\":[null,{\"c\":[null,null]},{\"@i\":\"1\"}]}}");
}


static void
texts_lose_their_entities_and_comments(void **state)
{
    t_object("<?xml version='1.0' encoding='ISO-8859-1'?>"
             "<a>&lt;&amp;&gt;&#228;&#x20ac;<!-- no --><![CDATA[<x>]]></a>",
             "{\"a\":\"<&>\xc3\xa4\xe2\x82\xac<x>\"}");
    t_object("<a i='&quot;&apos;'/>", "{\"a\":{\"@i\":\"\\\"'\"}}");
}


static void
what_is_not_well_formed_is_told_with_its_place(void **state)
{
    t_refused("", CKP_E_INVALID, "line 1");
    t_refused("x", CKP_E_INVALID, "line 1");
    t_refused("<a>\n<b></a>", CKP_E_INVALID, "line 2");
    t_refused("<a/><b/>", CKP_E_INVALID, "column");
    t_refused("<a i=1/>", CKP_E_INVALID, "column");
    t_refused("<a i='1' i='2'/>", CKP_E_INVALID, "duplicate");
    t_refused("<a>&nbsp;</a>", CKP_E_INVALID, "entity");
    t_refused("<a>\xff</a>", CKP_E_INVALID, "");
}


static void
document_types_are_never_looked_at(void **state)
{
    t_refused("<!DOCTYPE a><a/>", CKP_E_INVALID, "document type");
    t_refused("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", CKP_E_INVALID,
              "document type");
    t_refused("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
              "<a>&x;</a>", CKP_E_INVALID, "document type");
    t_refused("<!DOCTYPE a [<!ENTITY x 'xxxxxxxx'><!ENTITY y '&x;&x;&x;'>"
              "<!ENTITY z '&y;&y;&y;'>]><a>&z;</a>", CKP_E_INVALID,
              "document type");
}


/* `n` times head, then n times tail; ends with free(). */

static char *
nested(const char *head, const char *tail, size_t n)
{
    char *const  text = calloc(1, n * (strlen(head) + strlen(tail)) + 1);
    char        *p = text;

    for (size_t i = 0; i < 2 * n; i++) {
        const char *const  s = i < n ? head : tail;

        memcpy(p, s, strlen(s));
        p += strlen(s);
    }

    return text;
}


static void
depth_is_bounded(void **state)
{
    char       *text = nested("<a>", "</a>", 64);
    ckp_err_t   err = CKP_ERR_INIT;
    ckp_xml_t  *doc;
    json_t     *v = ckp_xml_object(text, strlen(text), &err);

    if (v == NULL) {
        fail_msg("%s", err.msg);
    }

    json_decref(v);
    free(text);

    text = nested("<a>", "</a>", 66);
    t_refused(text, CKP_E_LIMIT, "levels");
    free(text);

    text = nested("<a>", "</a>", CKP_XML_DEPTH_MAX);
    doc = ckp_xml_parse(text, strlen(text), &err);
    assert_non_null(doc);
    ckp_xml_free(doc);
    free(text);

    text = nested("<a>", "</a>", CKP_XML_DEPTH_MAX + 1);
    t_refused(text, CKP_E_LIMIT, "deep");
    assert_null(ckp_html_parse(text, strlen(text), &err));
    assert_int_equal(err.code, CKP_E_LIMIT);
    free(text);
}


static void
nodes_and_bytes_are_bounded(void **state)
{
    char *const  many = nested("<a/>", "", CKP_XML_NODES_MAX);
    char *const  text = malloc(strlen(many) + 8);
    char *const  wide = calloc(1, 600 * 1024);

    sprintf(text, "<r>%s</r>", many);
    t_refused(text, CKP_E_LIMIT, "more than");
    free(text);
    free(many);

    strcpy(wide, "<r>");
    memset(wide + 3, 'x', 530 * 1024);
    strcat(wide, "</r>");
    t_refused(wide, CKP_E_LIMIT, "bytes");
    free(wide);
}


static void
html_needs_no_end_tags(void **state)
{
    t_html("<!DOCTYPE html><P Class=x>a<br>b<p>c",
           "{\"p\":[{\"@class\":\"x\",\"br\":null,\"#text\":\"ab\"},\"c\"]}");
    t_html("<ul><li>1<li>2<ul><li>3</ul><li>4</ul>",
           "{\"ul\":{\"li\":[\"1\",{\"ul\":{\"li\":\"3\"},\"#text\":\"2\"},"
           "\"4\"]}}");
    t_html("<table><tr><td>1<td>2<tr><td>3</table>",
           "{\"table\":{\"tr\":[{\"td\":[\"1\",\"2\"]},{\"td\":\"3\"}]}}");
    t_html("<select><option>1<option selected>2</select>",
           "{\"select\":{\"option\":[\"1\",{\"@selected\":\"\","
           "\"#text\":\"2\"}]}}");
    t_html("<div><p>a<div>b</div></div>",
           "{\"div\":{\"p\":\"a\",\"div\":\"b\"}}");
}


/* Found by fuzzing: a name that ends before its length does. */

static void
an_entity_with_a_nul_in_it_is_no_entity(void **state)
{
    static const char  text[] = "<p>&amp\0x;&gt;</p>";
    ckp_err_t          err = CKP_ERR_INIT;
    ckp_xml_t *const   doc = ckp_html_parse(text, sizeof(text) - 1, &err);

    assert_non_null(doc);
    ckp_xml_free(doc);
}


static void
html_is_forgiven_its_faults(void **state)
{
    t_html("a < b & c &copy; &nope; &#65;&#x42;&#xd800;",
           "\"a < b & c \xc2\xa9 &nope; AB\xef\xbf\xbd\"");
    t_html("</b><b>x</i></b>", "{\"b\":\"x\"}");
    t_html("<a href=/x?a=1&b=2 href=y>z</a>",
           "{\"a\":{\"@href\":\"/x?a=1&b=2\",\"#text\":\"z\"}}");
    t_html("<a t='&quot;1 > 0'/>", "{\"a\":{\"@t\":\"\\\"1 > 0\"}}");
    t_html("<script>if (a < b) { x('</b>') }</script>",
           "{\"script\":\"if (a < b) { x('</b>') }\"}");
    t_html("<title>a &amp; <b></title>", "{\"title\":\"a & <b>\"}");
    t_html("<!-- <a> --><b", "{\"b\":null}");
    t_html("<a b='", "{\"a\":{\"@b\":\"\"}}");
    t_html("", "null");
    t_html("<", "\"<\"");
}


static void
any_text_is_read_or_refused(void **state)
{
    static const char *const  words[] = {
        "<", ">", "</", "/>", "<a", "<a>", "</a>", "<b>", "<br>", "<td>",
        "<tr>", "<p>", "<li>", "<script>", "</script>", " ", "=", "'", "\"",
        "x", "&", "&amp;", "&#", ";", "<!--", "-->", "<!", "<?", "<![CDATA[",
        "]]>", "<!DOCTYPE", "[", "\xc3\xa4", NULL
    };
    t_fuzz_t                  z = { 3 };

    for (int i = 0; i < 20000; i++) {
        char          text[120];
        ckp_err_t     err = CKP_ERR_INIT;
        const size_t  len = t_fuzz_text(&z, words, text, sizeof(text));
        char *const   exact = malloc(len == 0 ? 1 : len);
        json_t       *v = NULL;

        /* of exactly its size, so that a look beyond is seen */

        memcpy(exact, text, len);

        ckp_xml_t *const  doc = ckp_html_parse(exact, len, &err);

        if (doc != NULL) {
            assert_int_equal(ckp_xml_json(doc, &v, &err), CKP_OK);
            json_decref(v);
        }

        err = (ckp_err_t) CKP_ERR_INIT;
        v = ckp_xml_object(exact, len, &err);
        assert_true(v != NULL || err.msg[0] != '\0');
        json_decref(v);
        ckp_xml_free(doc);
        free(exact);
    }
}


static void
long_texts_of_faults_take_no_time(void **state)
{
    static const char *const  pieces[] = {
        "<", "<a", "</", "<!--", "<a b='", "&", "&#", "<script>", "</script",
        "<td><p>", "<a b=", "<a b c d "
    };

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        char *const       text = nested(pieces[i], "", 300000
                                                       / strlen(pieces[i]));
        ckp_err_t         err = CKP_ERR_INIT;
        ckp_xml_t *const  doc = ckp_html_parse(text, strlen(text), &err);

        assert_true(doc != NULL || err.code == CKP_E_LIMIT);
        ckp_xml_free(doc);
        free(text);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(elements_become_members),
        cmocka_unit_test(repeated_children_become_arrays),
        cmocka_unit_test(texts_lose_their_entities_and_comments),
        cmocka_unit_test(what_is_not_well_formed_is_told_with_its_place),
        cmocka_unit_test(document_types_are_never_looked_at),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(nodes_and_bytes_are_bounded),
        cmocka_unit_test(html_needs_no_end_tags),
        cmocka_unit_test(an_entity_with_a_nul_in_it_is_no_entity),
        cmocka_unit_test(html_is_forgiven_its_faults),
        cmocka_unit_test(any_text_is_read_or_refused),
        cmocka_unit_test(long_texts_of_faults_take_no_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
