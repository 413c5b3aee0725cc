/* Events: which of them a trigger wants, and how they are pushed
 * (spec/ckp.md 5.4; CloudEvents 1.0). */

#include "doc.h"

#include "trigger/event.h"
#include "trigger/filter.h"


static json_t *
t_json(const char *text)
{
    char           copy[1024];
    ckp_err_t      e = CKP_ERR_INIT;
    json_t        *v;

    snprintf(copy, sizeof(copy), "%s", text);

    for (char *p = copy; *p != '\0'; p++) {
        *p = *p == '\'' ? '"' : *p;
    }

    v = ckp_json_parse(copy, strlen(copy), &e);

    if (v == NULL) {
        fail_msg("%s: %s", copy, e.msg);
    }

    return v;
}


static void
t_fits(const char *settings, const char *event, bool want)
{
    json_t *const  s = t_json(settings);
    json_t *const  e = t_json(event);

    if (ckp_trigger_wants(s, e, 0) != want) {
        fail_msg("%s and %s: not %s", settings, event, want ? "wanted"
                                                            : "unwanted");
    }

    json_decref(s);
    json_decref(e);
}


static void
test_filters_hold_on_the_payload(void **ctx)
{
    static const struct {
        const char  *filter;
        bool         holds;
    } cases[] = {
        { "{}", true },
        { "{'state':'paid'}", true }, { "{'state':'open'}", false },
        { "{'order.total':30}", true }, { "{'order.total':'30'}", true },
        { "{'order.total':31}", false }, { "{'nothing':1}", false },
        { "{'state_contains':'ai'}", true },
        { "{'tags_contains':'b'}", true }, { "{'tags_contains':'c'}", false },
        { "{'state_starts_with':'pa'}", true },
        { "{'state_starts_with':'ai'}", false },
        { "{'state_ends_with':'id'}", true },
        { "{'order.total_gt':29.5}", true }, { "{'order.total_gt':30}", false },
        { "{'order.total_gte':30}", true }, { "{'order.total_lt':30}", false },
        { "{'order.total_lt':31}", true }, { "{'order.total_lte':30}", true },
        { "{'state_gt':5}", false }, { "{'order_gt':5}", false },
        { "{'state_ne':'open'}", true }, { "{'state_ne':'paid'}", false },
        { "{'nothing_ne':1}", true },
        { "{'state_in':['open','paid']}", true },
        { "{'state_in':['open']}", false }, { "{'state_in':'paid'}", false },
        { "{'state_exists':true}", true }, { "{'nothing_exists':true}", false },
        { "{'nothing_exists':false}", true }, { "{'none_exists':true}", false },
        { "{'state_matches':'^p.*d$'}", true },
        { "{'state_matches':'^a'}", false }, { "{'state_matches':'('}", false },
        { "{'size_gt':7}", true }, { "{'size_gt':8}", false },
        { "{'state':'paid','order.total_gt':100}", false },
        { "{'tags[1]':'b'}", true },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char  settings[256];

        snprintf(settings, sizeof(settings), "{'event_filter':%s}",
                 cases[i].filter);
        t_fits(settings, "{'payload':{'state':'paid','none':null,"
               "'order':{'total':30},'tags':['a','b'],'size_gt':7}}",
               cases[i].holds);
    }
}


static void
test_a_type_must_be_one_of_the_list(void **ctx)
{
    t_fits("{'event_type':['a','b']}", "{'type':'b','payload':{}}", true);
    t_fits("{'event_type':['a','b']}", "{'type':'c','payload':{}}", false);
    t_fits("{'event_type':['a']}", "{'payload':{}}", false);
    t_fits("{}", "{'payload':5}", true);
    t_fits("{'event_filter':{'a':1}}", "{'payload':5}", false);
}


static void
test_a_condition_sees_payload_and_attributes(void **ctx)
{
    t_fits("{'condition':'trigger.payload.n > 3 and trigger.attributes.a == 1'"
           "}", "{'payload':{'n':4},'attributes':{'a':1}}", true);
    t_fits("{'condition':'trigger.payload.n > 3'}", "{'payload':{'n':3}}",
           false);
    t_fits("{'condition':'trigger.payload.n >'}", "{'payload':{'n':4}}",
           false);
    t_fits("{'condition':'trigger.payload.nothing > 3'}", "{'payload':{}}",
           false);
}


static void
t_read(const char *heads, const char *body, const char *want)
{
    json_t *const  h = t_json(heads);
    json_t *const  b = t_json(body);
    char *const    text = ckp_json_text(b);
    const char    *why = NULL;
    json_t *const  got = ckp_event_read(h, text, strlen(text), &why);

    if (want[0] == '{') {
        json_t *const  w = t_json(want);

        if (got == NULL || !json_equal(got, w)) {
            fail_msg("%s with %s is %s", text, heads, got == NULL ? why
                     : ckp_json_text(got));
        }

        json_decref(w);

    } else {
        assert_null(got);
        assert_non_null(why);
        assert_non_null(strstr(why, want));
    }

    json_decref(got);
    json_decref(h);
    json_decref(b);
    free(text);
}


#define CE  "'specversion':'1.0','id':'7','source':'/shop','type':'paid'"

static void
test_cloud_events_are_read_structured_and_binary(void **ctx)
{
    static const char  structured[] =
        "{'content-type':'application/cloudevents+json; charset=utf-8'}";
    static const char  binary[] =
        "{'content-type':'application/json','ce-specversion':'1.0',"
        "'ce-id':'7','ce-source':'/shop','ce-type':'paid','ce-own':'x',"
        "'host':'h'}";

    t_read(structured, "{" CE ",'own':'x','data':{'n':1}}",
           "{'type':'paid','message_id':'/shop#7','payload':{'n':1},"
           "'attributes':{" CE ",'own':'x'}}");
    t_read(structured, "{" CE "}",
           "{'type':'paid','message_id':'/shop#7','payload':null,"
           "'attributes':{" CE "}}");
    t_read(structured, "{" CE ",'data_base64':'aGk='}",
           "{'type':'paid','message_id':'/shop#7','payload':'hi',"
           "'attributes':{" CE "}}");
    t_read(binary, "{'n':1}",
           "{'type':'paid','message_id':'/shop#7','payload':{'n':1},"
           "'attributes':{" CE ",'own':'x','datacontenttype':"
           "'application/json'}}");
    t_read(structured, "{'id':'7','source':'/shop','type':'paid'}", "1.0");
    t_read(structured, "{'specversion':'0.3','id':'7','source':'/','type':'x'"
           "}", "1.0");
    t_read(structured, "{'specversion':'1.0','source':'/','type':'x'}", "id");
    t_read(structured, "{'specversion':'1.0','id':'','source':'/','type':'x'}",
           "id");
    t_read(structured, "[]", "object");
    t_read("{'content-type':'application/cloudevents-batch+json'}", "[]",
           "batches");
    t_read("{'ce-specversion':'1.0'}", "{}", "id, source");
}


static void
test_an_envelope_has_a_payload(void **ctx)
{
    t_read("{}", "{'type':'a','message_id':'m','payload':[1],"
           "'attributes':{'k':1}}",
           "{'type':'a','message_id':'m','payload':[1],'attributes':{'k':1}}");
    t_read("{}", "{'payload':null}", "{'payload':null,'attributes':{}}");
    t_read("{}", "{'type':'a'}", "payload");
    t_read("{}", "5", "payload");
    t_read("{}", "{'payload':1,'attributes':[]}", "attributes");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_filters_hold_on_the_payload),
        cmocka_unit_test(test_a_type_must_be_one_of_the_list),
        cmocka_unit_test(test_a_condition_sees_payload_and_attributes),
        cmocka_unit_test(test_cloud_events_are_read_structured_and_binary),
        cmocka_unit_test(test_an_envelope_has_a_payload),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
