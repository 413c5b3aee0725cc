/*
 * Memory may run out anywhere in a turn of an llm_action: the turn says so or
 * holds, and nothing is left behind (LINK_llm_nomem in t/Makefile).
 */

#include "llm.h"

#include <stdlib.h>

#include "starve.h"


/* A fresh run of a program that is there already, before its first turn. */
static void
t_born(t_run_t *t, const t_doc_t *d)
{
    memset(t, 0, sizeof(*t));
    t->now = 1700000000000;
    t->d = *d;
    t->run = ckp_run_new(d->prog, "run");
    t_inputs(t, json_object());
}


/* The turn by `in`, with memory for `n` allocations. */
static void
t_short(t_run_t *t, const ckp_input_t *in, long n)
{
    ckp_err_t  err = CKP_ERR_INIT;

    refused = 0;
    good = n;
    t->rc = ckp_run_feed(t->run, in, &t->turn, &err);
    good = -1;

    if (t->rc != CKP_OK && t->rc != CKP_E_NOMEM) {
        fail_msg("after %ld allocations: %d %s", n, t->rc, err.msg);
    }
}


/* Each allocation of the first turn, or of the one that takes `answers`' last,
 * is the last that succeeds. */
static void
t_starve(const char *text, json_t *const *answers)
{
    t_doc_t  d;
    long     n = 0;

    t_doc(&d, text);
    assert_non_null(d.prog);

    for ( ;; n += n < 300 ? 1 : 5) {
        const long    before = alive;
        ckp_input_t   in = { .kind = CKP_IN_RECOVER, .ref = "" };
        t_run_t       t;
        size_t        i = 0;

        t_born(&t, &d);
        in.now_ms = t.now;
        in.seed = t.seed;

        for ( ; answers[i] != NULL; i++) {
            t_feed(&t, in.kind, CKP_OUTCOME_OK, t.ref,
                   json_incref((json_t *) in.data));
            assert_int_equal(t.rc, CKP_OK);
            in.kind = CKP_IN_REPLY;
            in.ref = t.ref;
            in.data = answers[i];
        }

        t_short(&t, &in, n);
        ckp_run_free(t.run);
        assert_int_equal(alive, before);

        if (refused == 0) {
            break;
        }
    }

    assert_true(n > 50);
    t_doc_free(&d);
}


static json_t *
t_text(const char *text)
{
    return json_pack("{s:s, s:{s:i, s:i}, s:s}", "text", text, "usage",
                     "prompt_tokens", 1, "completion_tokens", 1, "model",
                     "m-1");
}


#define RICH                                                                  \
    DOC("'prompt':'write to a@b.io','system_prompt':'be {{x}}','model':"      \
        "'gpt-4','memory':{},'cache':{'ttl_seconds':9},'pii':{'pre':"         \
        "'tokenize','post':'mask'},'attachments':[{'type':'text','source':"   \
        "'c@d.io'},{'type':'url','source':'u'}],'output_schema':{'type':"     \
        "'object','required':['n']},'outputs':{'n':'json:n','all':'text'},"   \
        "'policy_checks':[{'condition':'json.n > 5','on_fail':'warn'}],",     \
        CONFIG("'audit_config':{'audit_level':'detailed'}"))


static void
test_a_question_is_sent_or_nothing_happens(void **ctx)
{
    json_t *const  none[] = { NULL };

    t_starve(RICH, none);
}


static void
test_an_answer_is_taken_or_nothing_happens(void **ctx)
{
    json_t *const  fits[] = { t_text("{\"n\": 4}"), NULL };
    json_t *const  not[] = { t_text("four, e@f.io"), NULL };

    t_starve(RICH, fits);
    t_starve(RICH, not);
    json_decref(fits[0]);
    json_decref(not[0]);
}


#define PLANNER(more)                                                         \
    DOC("'prompt':'x','planner':{'goal':'g','tools':[{'name':'t','action':"   \
        "'noop','parameters':{'type':'object'}},{'name':'p','action':'far',"  \
        "'agent':'W','approval':'human'}],'max_parallel_tools':2" more "},",  \
        "")


static void
test_tools_are_called_or_nothing_happens(void **ctx)
{
    json_t *const  calls[] = {
        json_pack("{s:s, s:[{s:s, s:{s:s, s:s}}, {s:s, s:{s:s, s:s}}, "
                  "{s:s, s:{s:s, s:s}}]}", "text", "", "tool_calls",
                  "id", "1", "function", "name", "t", "arguments", "{}",
                  "id", "2", "function", "name", "p", "arguments", "{}",
                  "id", "3", "function", "name", "q", "arguments", "[]"),
        NULL
    };
    json_t *const  plan[] = {
        t_text("{\"plan\":[{\"tool\":\"t\",\"args\":{\"a\":1}},{\"tool\":"
               "\"t\",\"args\":{\"a\":\"{{steps[0]}}\"}}]}"), NULL
    };
    json_t *const  json[] = {
        t_text("{\"calls\":[{\"tool\":\"t\",\"args\":{}}]}"),
        t_text("{\"final\":{\"a\":1}}"), NULL
    };

    t_starve(PLANNER(""), calls);
    t_starve(PLANNER(",'mode':'plan_first'"), plan);
    t_starve(PLANNER(",'protocol':'json'"), json);
    json_decref(calls[0]);
    json_decref(plan[0]);
    json_decref(json[0]);
    json_decref(json[1]);
}


/* A prompt and a profile of the site: each allocation of the turn that takes
 * the prompt is the last that succeeds. */

static void
test_what_the_site_has_is_used_or_nothing_happens(void **ctx)
{
    json_t *const      site = t_doc_json("{'model':'m','profiles':{'far':"
                           "{'model':'f','base_url':'http://f','fallbacks':"
                           "['near']},'near':{'model':'n'}}}");
    json_t *const      reply = t_doc_json("{'name':'p','version':3,'hash':"
                           "'h1','profile':'far','output_schema':{}}");
    const ckp_input_t  in = { .kind = CKP_IN_REPLY, .ref = "",
                              .now_ms = 1700000000000, .data = reply };
    ckp_program_t     *prog = t_prompt_program("{'template':'to {{a}}',"
                           "'system':'s','variables':{'a':{'type':'string',"
                           "'required':true}}}");
    t_doc_t            d;

    t_doc(&d, DOC("'prompt_ref':'p','prompt_vars':{'a':'{{x}}'},",
                  CONFIG("'llm':{'profiles':{'far':{'model':'own'}}}")));
    assert_non_null(d.prog);
    refused = 1;

    for (long n = 0; refused > 0; n++) {
        const long   before = alive;
        ckp_input_t  own = in;
        t_run_t      t;

        t_born(&t, &d);
        ckp_run_site(t.run, site);
        t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
        assert_int_equal(ckp_run_link(t.run, "h1", prog), CKP_OK);
        own.ref = t.ref;
        own.seed = t.seed;
        t_short(&t, &own, n);
        ckp_run_free(t.run);
        assert_int_equal(alive, before);
        assert_in_range(n, 0, 5000);
    }

    t_doc_free(&d);
    ckp_program_unref(prog);
    json_decref(reply);
    json_decref(site);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_question_is_sent_or_nothing_happens),
        cmocka_unit_test(test_an_answer_is_taken_or_nothing_happens),
        cmocka_unit_test(test_tools_are_called_or_nothing_happens),
        cmocka_unit_test(test_what_the_site_has_is_used_or_nothing_happens)
    };

    /* values are made by a library that is not linked with us */


    return cmocka_run_group_tests(tests, NULL, NULL);
}
