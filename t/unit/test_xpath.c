/* XPath finds what spec/ckp.md 9.1 says, in XML and in HTML. */

#include "lang.h"

#include <stdlib.h>

#include "data/xpath.h"
#include "fuzz.h"

#define BOOKS                                                                 \
    "<shop at='here'><book id='1' lang='en'><title>One</title>"               \
    "<price cur='EUR'> 5 </price></book><book id='2'><title>Two</title>"      \
    "<price cur='USD'>7</price><tag>a</tag><tag>b</tag></book>"               \
    "<box><book id='3' lang='english'><title>Th<b>re</b>e</title></book>"     \
    "</box></shop>"

#define PAGE                                                                  \
    "<!DOCTYPE html><html><head><title>T &amp; U</title><meta charset=utf8>"  \
    "</head><body><ul class=\"list main\"><li class=item>One<li class='item " \
    "hot'>Two <b>2</b></ul><p>Par<br>two<img src=a.png></body></html>"


/* `want` NULL: nothing is there. */

static void
t_path(const char *path, const char *text, const char *want)
{
    ckp_err_t           err = CKP_ERR_INIT;
    ckp_xpath_t *const  p = ckp_xpath_parse(path, &err);
    json_t             *found = NULL;

    if (p == NULL) {
        fail_msg("%s: %s", path, err.msg);
        return;
    }

    if (ckp_xpath_text(p, text, strlen(text), &found, &err) != CKP_OK) {
        fail_msg("%s: %s", path, err.msg);
    }

    if (want == NULL) {
        if (found != NULL) {
            fail_msg("%s: found something", path);
        }

    } else if (found == NULL) {
        fail_msg("%s: found nothing", path);

    } else {
        t_is(found, want, path);
    }

    json_decref(found);
    ckp_xpath_free(p);
}


static void
t_wrong(const char *path, const char *sentence)
{
    ckp_err_t           err = CKP_ERR_INIT;
    ckp_xpath_t *const  p = ckp_xpath_parse(path, &err);

    if (p != NULL) {
        fail_msg("%s: is taken", path);
    }

    assert_int_equal(err.code, CKP_E_INVALID);

    if (strstr(err.msg, sentence) == NULL) {
        fail_msg("%s: %s", path, err.msg);
    }
}


static void
one_hit_is_a_text_and_several_are_an_array(void **state)
{
    t_path("/shop/book/title", BOOKS, "[\"One\",\"Two\"]");
    t_path("//title", BOOKS, "[\"One\",\"Two\",\"Three\"]");
    t_path("/shop/box/book/title", BOOKS, "\"Three\"");
    t_path("/shop/nope", BOOKS, NULL);
    t_path("/book", BOOKS, NULL);
    t_path("shop/book/title", BOOKS, "[\"One\",\"Two\"]");
    t_path("/shop//title", BOOKS, "[\"One\",\"Two\",\"Three\"]");
    t_path("/*/*/title", BOOKS, "[\"One\",\"Two\"]");
    t_path("//book//b", BOOKS, "\"re\"");
    t_path(".//b", BOOKS, "\"re\"");
    t_path("/shop/./book/tag", BOOKS, "[\"a\",\"b\"]");
}


static void
hits_come_once_and_in_the_order_of_the_document(void **state)
{
    const char *const  text = "<a><a><x><b>1</b></x><b>2</b></a><b>3</b></a>";

    t_path("//a//b", text, "[\"1\",\"2\",\"3\"]");
    t_path("//b", text, "[\"1\",\"2\",\"3\"]");
    t_path("//a/b", text, "[\"2\",\"3\"]");
}


static void
attributes_and_texts_are_hits(void **state)
{
    t_path("/shop/@at", BOOKS, "\"here\"");
    t_path("//book/@id", BOOKS, "[\"1\",\"2\",\"3\"]");
    t_path("//@cur", BOOKS, "[\"EUR\",\"USD\"]");
    t_path("//book[1]/@*", BOOKS, "[\"1\",\"en\",\"3\",\"english\"]");
    t_path("/shop/book[1]/price/text()", BOOKS, "\"5\"");
    t_path("/shop/book[1]/price", BOOKS, "\"5\"");
    t_path("/shop/box/book/title/text()", BOOKS, "[\"Th\",\"e\"]");
    t_path("//text()", "<a> <b>x</b> </a>", "\"x\"");
    t_path("/shop/@no", BOOKS, NULL);
    t_path("/a", "<a/>", "\"\"");
}


static void
places_are_counted_for_each_parent(void **state)
{
    t_path("/shop/book[2]/title", BOOKS, "\"Two\"");
    t_path("/shop/book[last()]/title", BOOKS, "\"Two\"");
    t_path("/shop/book[3]", BOOKS, NULL);
    t_path("//book[1]/title", BOOKS, "[\"One\",\"Three\"]");
    t_path("//book[1]/title[1]/text()[2]", BOOKS, "\"e\"");
    t_path("//tag[last()]", BOOKS, "\"b\"");
    t_path("/shop/book[@id='2'][1]/@id", BOOKS, "\"2\"");
    t_path("/shop/book[1][@id='2']", BOOKS, NULL);
}


static void
tests_keep_what_they_hold_for(void **state)
{
    t_path("//book[@id='2']/title", BOOKS, "\"Two\"");
    t_path("//book[ @id = \"2\" ]/title", BOOKS, "\"Two\"");
    t_path("//book[@lang]/@id", BOOKS, "[\"1\",\"3\"]");
    t_path("//book[@id!='2']/@id", BOOKS, "[\"1\",\"3\"]");
    t_path("//book[@lang!='en']/@id", BOOKS, "\"3\"");
    t_path("//book[title='One']/@id", BOOKS, "\"1\"");
    t_path("//book[price='5']/@id", BOOKS, "\"1\"");
    t_path("//book[tag='b']/@id", BOOKS, "\"2\"");
    t_path("//book[price]/@id", BOOKS, "[\"1\",\"2\"]");
    t_path("//book[contains(@lang,'eng')]/@id", BOOKS, "\"3\"");
    t_path("//book[contains( title , 'T')]/@id", BOOKS, "[\"2\",\"3\"]");
    t_path("//book[starts-with(@lang,'en')]/@id", BOOKS, "[\"1\",\"3\"]");
    t_path("//title[.='Three']", BOOKS, "\"Three\"");
    t_path("//title[text()='Th']", BOOKS, "\"Three\"");
    t_path("//*[@cur='USD']", BOOKS, "\"7\"");
    t_path("//@cur[.='USD']", BOOKS, "\"USD\"");
    t_path("//@cur[@x]", BOOKS, NULL);
    t_path("//book[*='One']/@id", BOOKS, "\"1\"");
}


static void
pages_are_searched_as_they_are(void **state)
{
    t_path("//title", PAGE, "\"T & U\"");
    t_path("//ul/li", PAGE, "[\"One\",\"Two 2\"]");
    t_path("//li[contains(@class,'hot')]/b", PAGE, "\"2\"");
    t_path("//img/@src", PAGE, "\"a.png\"");
    t_path("/html/body/p", PAGE, "\"Partwo\"");
    t_path("//li[last()]/text()", PAGE, "\"Two\"");
    t_path("//p", "text <p>in</p> text", "\"in\"");
    t_path("//text()", "no markup at all", NULL);
    t_path("//p", "", NULL);
}


static void
what_is_no_path_is_told_with_its_column(void **state)
{
    t_wrong("", "column 1");
    t_wrong("/", "column 2");
    t_wrong("//", "column 3");
    t_wrong("/a/", "column 4");
    t_wrong("/a//", "name is missing");
    t_wrong("/a[", "name is missing");
    t_wrong("/a[]", "name is missing");
    t_wrong("/a[1", "\"]\" is missing");
    t_wrong("/a[0]", "from 1");
    t_wrong("/a[99999999999]", "too large");
    t_wrong("/a[@b=c]", "quoted text");
    t_wrong("/a[@b='c]", "quoted text");
    t_wrong("/a[contains(@b)]", "\",\" is missing");
    t_wrong("/a[contains(@b,'c']", "\")\" is missing");
    t_wrong("/a/@b/c", "nothing");
    t_wrong("/a/text()/b", "nothing");
    t_wrong("/a/..", "does not belong");
    t_wrong("/a|/b", "does not belong");
    t_wrong("/a b", "does not belong");
    t_wrong("count(//a)", "does not belong");
    t_wrong("/@", "name is missing");
    t_wrong("/a/following::b", "an axis at column 13");
}


static void
repeated(char *out, const char *head, const char *piece, size_t n)
{
    strcpy(out, head);

    while (n-- > 0) {
        strcat(out, piece);
    }
}


static void
paths_have_limits(void **state)
{
    char  text[4096];

    repeated(text, "", "/a", CKP_XPATH_STEPS_MAX);
    t_path(text, BOOKS, NULL);
    repeated(text, "", "/a", CKP_XPATH_STEPS_MAX + 1);
    t_wrong(text, "too many steps");
    repeated(text, "/a", "[1]", CKP_XPATH_TESTS_MAX);
    t_path(text, "<a>x</a>", "\"x\"");
    repeated(text, "/a", "[1]", CKP_XPATH_TESTS_MAX + 1);
    t_wrong(text, "too many tests");
    repeated(text, "/", "a", CKP_XPATH_TEXT_MAX - 1);
    t_path(text, BOOKS, NULL);
    repeated(text, "/", "a", CKP_XPATH_TEXT_MAX);
    t_wrong(text, "too long");
}


static void
t_limited(const char *path, const char *text)
{
    ckp_err_t           err = CKP_ERR_INIT;
    ckp_xpath_t *const  p = ckp_xpath_parse(path, &err);
    json_t             *found = NULL;

    assert_non_null(p);
    assert_int_equal(ckp_xpath_text(p, text, strlen(text), &found, &err),
                     CKP_E_LIMIT);
    assert_null(found);
    assert_true(err.msg[0] != '\0');
    ckp_xpath_free(p);
}


static void
searches_that_explode_are_stopped(void **state)
{
    char *const  text = calloc(1, 1100 * 1024);
    char        *p = text;

    for (int i = 0; i < 100; i++) {
        p = stpcpy(p, "<a>");
    }

    for (int i = 0; i < 20000; i++) {
        p = stpcpy(p, "<b>x</b>");
    }

    for (int i = 0; i < 100; i++) {
        p = stpcpy(p, "</a>");
    }

    t_limited("//*//*//*//b", text);
    t_limited("//a[contains(.,'y')]", text);

    memset(text, 0, 1100 * 1024);
    p = stpcpy(text, "<a><b>");
    memset(p, 'x', 300 * 1024);
    strcat(p, "</b></a>");
    t_limited("//*", text);
    free(text);
}


static void
any_path_is_read_or_refused(void **state)
{
    static const char *const  words[] = {
        "/", "//", "*", "@", "a", "book", "title", "[", "]", "1", "last()",
        "'One'", "\"", "'", "=", "!=", "contains(", "starts-with(", ",", ")",
        "text()", ".", " ", "id", NULL
    };
    t_fuzz_t                  z = { 17 };
    int                       taken = 0;

    for (int i = 0; i < 30000; i++) {
        char          text[40];
        ckp_err_t     err = CKP_ERR_INIT;
        ckp_xpath_t  *p;
        json_t       *found = NULL;

        (void) t_fuzz_text(&z, words, text, sizeof(text));
        p = ckp_xpath_parse(text, &err);

        if (p == NULL) {
            assert_true(err.msg[0] != '\0');
            continue;
        }

        if (taken++ < 2000) {
            (void) ckp_xpath_text(p, BOOKS, strlen(BOOKS), &found, &err);
            json_decref(found);
        }

        ckp_xpath_free(p);
    }

    assert_true(taken > 100);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(one_hit_is_a_text_and_several_are_an_array),
        cmocka_unit_test(hits_come_once_and_in_the_order_of_the_document),
        cmocka_unit_test(attributes_and_texts_are_hits),
        cmocka_unit_test(places_are_counted_for_each_parent),
        cmocka_unit_test(tests_keep_what_they_hold_for),
        cmocka_unit_test(pages_are_searched_as_they_are),
        cmocka_unit_test(what_is_no_path_is_told_with_its_column),
        cmocka_unit_test(paths_have_limits),
        cmocka_unit_test(searches_that_explode_are_stopped),
        cmocka_unit_test(any_path_is_read_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
