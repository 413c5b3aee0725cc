/* Watched files: which names a pattern has, and what became of them between two
 * looks (spec/ckp.md 5.5). */

#include "doc.h"

#include "trigger/glob.h"
#include "trigger/watch.h"


static void
test_a_pattern_has_the_names_it_means(void **ctx)
{
    static const struct {
        const char  *pattern;
        const char  *path;
        bool         fits;
    } cases[] = {
        { "a.csv", "a.csv", true }, { "a.csv", "b.csv", false },
        { "*.csv", "a.csv", true }, { "*.csv", "a.csv.part", false },
        { "*", "a", true }, { "*", "a/b", false }, { "*", ".a", false },
        { ".*", ".a", true }, { "*.csv", "d/a.csv", false },
        { "a?c", "abc", true }, { "a?c", "ac", false }, { "?", "/", false },
        { "[ab].x", "b.x", true }, { "[ab].x", "c.x", false },
        { "[a-c]1", "b1", true }, { "[!a-c]1", "b1", false },
        { "[!a-c]1", "d1", true }, { "[]]x", "]x", true },
        { "[ab", "[ab", true }, { "[ab", "a", false },
        { "d/*.csv", "d/a.csv", true }, { "d/*.csv", "d/e/a.csv", false },
        { "**/*.csv", "a.csv", true }, { "**/*.csv", "d/a.csv", true },
        { "**/*.csv", "d/e/a.csv", true }, { "**/*.csv", "d/a.txt", false },
        { "d/**", "d/e/f", true }, { "d/**", "e/f", false },
        { "**/x/*.c", "a/x/b/x/y.c", true }, { "**/x/*.c", "a/x/y/z.c", false },
        { "**/x.c", "ax.c", false }, { "**/x.c", "a/x.c", true },
        { "**", "a/.b/c", false }, { "a*b*c", "aXbYc", true },
        { "a*b*c", "aXbY", false }, { "*a*a*a*b", "aaaaaaaaaaaaaaaaaaaa",
          false }, { "", "", true }, { "", "a", false }, { "a", "", false },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (ckp_glob_fits(cases[i].pattern, cases[i].path) != cases[i].fits) {
            fail_msg("%s and %s", cases[i].pattern, cases[i].path);
        }
    }

    assert_int_equal(ckp_glob_root("/in/*.csv"), 4);
    assert_int_equal(ckp_glob_root("/in/a?/b/c"), 4);
    assert_int_equal(ckp_glob_root("/in/a.csv"), 9);
    assert_int_equal(ckp_glob_root("*.csv"), 0);
}


/* `known` and `seen` as JSON with ' for "; what is told, as compact JSON. */

static void
t_compare(const char *settings, const char *known, const char *seen,
    const char *want)
{
    json_t *const  s = t_doc_json(settings);
    json_t *const  k = t_doc_json(known);
    json_t *const  n = t_doc_json(seen);
    json_t *const  got = ckp_watch_compare(s, k, n, 60000);
    char *const    text = ckp_json_text(got);
    char           clean[1024];
    size_t         len = 0;

    for (const char *p = text; *p != '\0' && len < sizeof(clean) - 1; p++) {
        clean[len++] = *p == '"' ? '\'' : *p;
    }

    clean[len] = '\0';
    assert_string_equal(clean, want);

    ckp_free(text);
    json_decref(got);
    json_decref(s);
    json_decref(k);
    json_decref(n);
}


#define ALL     "{'event_types':['created','modified','deleted']}"
#define STABLE  "{'event_types':['created','modified'],'stable_seconds':10}"
#define NOTHING "{'events':[],'rows':[],'gone':[]}"

static void
test_a_change_is_told_once(void **ctx)
{
    t_compare(ALL, "[]", "[{'path':'a','mtime':1,'size':2}]",
              "{'events':[{'path':'a','event':'created','mtime':1,'size':2,"
              "'since':60000}],"
              "'rows':[{'path':'a','mtime':1,'size':2,'since':60000}],"
              "'gone':[]}");
    t_compare(ALL, "[{'path':'a','mtime':1,'size':2,'since':0}]",
              "[{'path':'a','mtime':1,'size':2}]", NOTHING);
    t_compare(ALL, "[{'path':'a','mtime':1,'size':2,'since':0}]",
              "[{'path':'a','mtime':1,'size':3}]",
              "{'events':[{'path':'a','event':'modified','mtime':1,'size':3,"
              "'since':60000}],"
              "'rows':[{'path':'a','mtime':1,'size':3,'since':60000}],"
              "'gone':[]}");
    t_compare(ALL, "[{'path':'a','mtime':1,'size':2,'since':0}]", "[]",
              "{'events':[{'path':'a','event':'deleted','mtime':1,'size':2,"
              "'since':0}],"
              "'rows':[],'gone':['a']}");
}


static void
test_what_is_not_asked_for_is_known_but_not_told(void **ctx)
{
    t_compare("{'event_types':['modified']}", "[]",
              "[{'path':'a','mtime':1,'size':2}]",
              "{'events':[],'rows':[{'path':'a','mtime':1,'size':2,"
              "'since':60000}],'gone':[]}");
    t_compare("{'event_types':['created']}",
              "[{'path':'a','mtime':1,'size':2,'since':0}]", "[]",
              "{'events':[],'rows':[],'gone':['a']}");
}


static void
test_a_file_that_still_grows_waits(void **ctx)
{
    t_compare(STABLE, "[]", "[{'path':'a','mtime':1,'size':2}]",
              "{'events':[],'rows':[{'path':'a','mtime':1,'size':2,"
              "'since':60000,'pending':'created'}],'gone':[]}");
    t_compare(STABLE, "[{'path':'a','mtime':1,'size':2,'since':55000,"
              "'pending':'created'}]", "[{'path':'a','mtime':1,'size':2}]",
              NOTHING);
    t_compare(STABLE, "[{'path':'a','mtime':1,'size':2,'since':50000,"
              "'pending':'created'}]", "[{'path':'a','mtime':1,'size':2}]",
              "{'events':[{'path':'a','event':'created','mtime':1,'size':2,"
              "'since':50000}],"
              "'rows':[{'path':'a','mtime':1,'size':2,'since':50000}],"
              "'gone':[]}");
    t_compare(STABLE, "[{'path':'a','mtime':1,'size':2,'since':50000,"
              "'pending':'created'}]", "[{'path':'a','mtime':1,'size':9}]",
              "{'events':[],'rows':[{'path':'a','mtime':1,'size':9,"
              "'since':60000,'pending':'created'}],'gone':[]}");
    t_compare("{'event_types':['created','deleted'],'stable_seconds':10}",
              "[{'path':'a','mtime':1,'size':2,'since':50000,"
              "'pending':'created'}]", "[]",
              "{'events':[],'rows':[],'gone':['a']}");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_pattern_has_the_names_it_means),
        cmocka_unit_test(test_a_change_is_told_once),
        cmocka_unit_test(test_what_is_not_asked_for_is_known_but_not_told),
        cmocka_unit_test(test_a_file_that_still_grows_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
