/*
 * What is told of documents, runs and replies is whole or not there at all,
 * whichever single allocation fails: to jansson, an optional member that is
 * missing and one that there was no memory for are the same.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "host.h"
#include "procs.h"
#include "starve.h"

#include "wire/agent.h"
#include "wire/llm.h"
#include "wire/mcp.h"

typedef struct {
    json_t         *doc;
    json_t         *other;
    ckp_program_t  *prog;
    ckp_run_t      *run;
    json_t         *saved;
    const char     *text;
} t_whole_t;

typedef json_t *(*t_whole_pt)(const t_whole_t *w);


static json_t *
t_compiled(const t_whole_t *w)
{
    ckp_diags_t *const     diags = ckp_diags_new();
    ckp_compiler_t *const  c = diags == NULL ? NULL : ckp_compiler_new(diags);
    ckp_program_t         *prog;
    json_t                *out = NULL;

    if (c != NULL) {
        (void) ckp_compiler_add(c, w->doc);
        prog = ckp_compiler_finish(c);

        json_t *const  outline = ckp_compiler_outline(c);
        json_t *const  list = ckp_diags_json(diags, 'a');

        /* a program is there, or it is said what is wrong */

        if (outline != NULL && list != NULL) {
            assert_true((prog != NULL) == (ckp_diags_errors(diags) == 0));
            out = json_pack("{s:O, s:O, s:b}", "outline", outline, "list",
                            list, "runs", prog != NULL);
        }

        json_decref(outline);
        json_decref(list);
        ckp_program_unref(prog);
    }

    ckp_compiler_free(c);
    ckp_diags_free(diags);

    return out;
}


static json_t *
t_head(const t_whole_t *w)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  head = ckp_document_head(w->doc, &err);

    assert_true(head != NULL || err.code == CKP_E_NOMEM);

    return head;
}


static json_t *
t_graph(const t_whole_t *w)
{
    return ckp_document_graph(w->doc);
}


static json_t *
t_diff(const t_whole_t *w)
{
    return ckp_document_diff(w->doc, w->other, true);
}


static json_t *
t_explained(const t_whole_t *w)
{
    return ckp_program_explain(w->prog, NULL, T_HOST_NOW);
}


static json_t *
t_redacted(const t_whole_t *w)
{
    return ckp_program_redact(w->prog, w->doc);
}


static json_t *
t_inputs_of(const t_whole_t *w)
{
    json_t     *vars;
    json_t     *errors;
    ckp_err_t   err = CKP_ERR_INIT;

    if (ckp_program_inputs(w->prog, NULL, NULL, T_HOST_NOW, &vars, &errors,
                           &err) != CKP_OK)
    {
        assert_int_equal(err.code, CKP_E_NOMEM);
        assert_null(errors);
    }

    return vars;
}


static json_t *
t_saved(const t_whole_t *w)
{
    return ckp_run_save(w->run);
}


static json_t *
t_loaded(const t_whole_t *w)
{
    ckp_err_t         err = CKP_ERR_INIT;
    ckp_run_t *const  run = ckp_run_load(w->prog, "run", w->saved, &err);
    long              left = good;
    json_t           *out;

    if (run == NULL) {
        assert_int_equal(err.code, CKP_E_NOMEM);
        return NULL;
    }

    good = -1;
    out = ckp_run_save(run);
    good = left;
    ckp_run_free(run);

    return out;
}


static json_t *
t_reply(const t_whole_t *w)
{
    static const char  text[] = "{\"status\":\"error\",\"error\":\"Card: no\","
                                "\"retryable\":false,\"code\":7}";
    ckp_outcome_t      outcome;

    return ckp_agent_reply(500, text, strlen(text), true, &outcome);
}


static json_t *
t_answer(const t_whole_t *w)
{
    static const char  text[] = "{\"choices\":[{\"message\":{\"content\":\"a\","
                                "\"tool_calls\":[{\"id\":\"c\",\"function\":"
                                "{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
                                "\"finish_reason\":\"stop\"}],\"model\":\"m\","
                                "\"usage\":{\"prompt_tokens\":3}}";
    ckp_outcome_t      outcome;

    return ckp_llm_reply(NULL, 200, text, strlen(text), &outcome);
}


/* The same by way of others, and what they are asked. */

static json_t *
t_message(const t_whole_t *w)
{
    static const char  text[] = "{\"type\":\"message\",\"model\":\"m\","
                                "\"content\":[{\"type\":\"text\",\"text\":"
                                "\"a\"},{\"type\":\"tool_use\",\"id\":\"t\","
                                "\"name\":\"f\",\"input\":{\"n\":1}}],"
                                "\"stop_reason\":\"tool_use\",\"usage\":{"
                                "\"input_tokens\":3,\"output_tokens\":4}}";
    ckp_outcome_t      outcome;

    return ckp_llm_reply("anthropic", 200, text, strlen(text), &outcome);
}


static json_t *
t_lines(const t_whole_t *w)
{
    static const char  text[] = "{\"message\":{\"content\":\"a\"}}\n"
                                "{\"message\":{\"content\":\"b\","
                                "\"tool_calls\":[{\"function\":{\"name\":"
                                "\"f\",\"arguments\":{\"n\":1}}}]},"
                                "\"done\":true,\"eval_count\":4}\n";
    ckp_outcome_t      outcome;

    return ckp_llm_reply("ollama", 200, text, strlen(text), &outcome);
}


/* A body is a text: told as one. */

static json_t *
t_question(const char *provider)
{
    static const char  text[] =
        "{\"model\":\"m\",\"stop\":\"Z\",\"temperature\":0.5,\"messages\":["
        "{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\","
        "\"content\":[{\"type\":\"text\",\"text\":\"u\"},{\"type\":"
        "\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,QQ==\"}"
        "}]},{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{"
        "\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":"
        "\"{\\\"n\\\":1}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"c\","
        "\"content\":\"r\"}],\"tools\":[{\"function\":{\"name\":\"f\","
        "\"parameters\":{}}}],\"response_format\":{}}";
    ckp_err_t          err = CKP_ERR_INIT;
    json_t *const      rq = ckp_json_parse(text, sizeof(text) - 1, &err);
    char *const        body = rq == NULL ? NULL : ckp_llm_body(provider, rq);
    json_t *const      told = body == NULL ? NULL : json_string(body);

    json_decref(rq);
    ckp_free(body);

    return told;
}


static json_t *
t_to_anthropic(const t_whole_t *w)
{
    return t_question("anthropic");
}


static json_t *
t_to_ollama(const t_whole_t *w)
{
    return t_question("ollama");
}


static json_t *
t_tool(const t_whole_t *w)
{
    static const char  text[] = "{\"isError\":true,\"result\":{\"message\":"
                                "\"no\",\"code\":4}}";
    ckp_outcome_t      outcome;

    return ckp_mcp_rest(200, text, strlen(text), &outcome);
}


static void
t_try(t_whole_pt tell, const t_whole_t *w)
{
    json_t *const  want = tell(w);

    assert_non_null(want);
    once = true;

    for (long n = 0; ; n++) {
        const long  before = alive;
        json_t     *got;

        refused = 0;
        good = n;
        got = tell(w);
        good = -1;

        if (got != NULL && !json_equal(got, want)) {
            fail_msg("allocation %ld fails: %s", n,
                     ckp_json_text(got));
        }

        json_decref(got);
        assert_int_equal(alive, before);

        if (refused == 0) {
            break;
        }
    }

    json_decref(want);
}


static void
t_each(t_whole_pt tell)
{
    for (size_t i = 0; i < T_PROCS; i++) {
        t_whole_t  w = { .doc = t_host_json(t_procs[i].text) };
        t_host_t   h;

        t_host_open(&h, t_procs[i].text, NULL);
        w.other = json_deep_copy(w.doc);
        json_object_set_new(w.other, "description", json_string("other"));
        w.prog = h.prog;
        w.run = h.run;
        w.saved = ckp_run_save(h.run);
        t_try(tell, &w);
        json_decref(w.saved);
        json_decref(w.other);
        json_decref(w.doc);
        t_host_over(&h);
    }
}


#define T_WHOLE(name, tell)                                                   \
    static void                                                               \
    name(void **state)                                                        \
    {                                                                         \
        t_each(tell);                                                         \
    }

#define T_SAID(name, tell)                                                    \
    static void                                                               \
    name(void **state)                                                        \
    {                                                                         \
        t_try(tell, NULL);                                                    \
    }

T_WHOLE(diagnostics_and_outline_are_whole, t_compiled)
T_WHOLE(the_head_of_a_document_is_whole, t_head)
T_WHOLE(a_graph_is_whole, t_graph)
T_WHOLE(a_difference_is_whole, t_diff)
T_WHOLE(an_explanation_is_whole, t_explained)
T_WHOLE(what_is_masked_is_whole, t_redacted)
T_WHOLE(inputs_are_whole, t_inputs_of)
T_WHOLE(a_saved_run_is_whole, t_saved)
T_WHOLE(a_loaded_run_is_whole, t_loaded)
T_SAID(an_agents_reply_is_whole, t_reply)
T_SAID(a_models_answer_is_whole, t_answer)
T_SAID(a_message_of_anthropic_is_whole, t_message)
T_SAID(lines_of_ollama_are_whole, t_lines)
T_SAID(a_question_to_anthropic_is_whole, t_to_anthropic)
T_SAID(a_question_to_ollama_is_whole, t_to_ollama)
T_SAID(a_tools_answer_is_whole, t_tool)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(diagnostics_and_outline_are_whole),
        cmocka_unit_test(the_head_of_a_document_is_whole),
        cmocka_unit_test(a_graph_is_whole),
        cmocka_unit_test(a_difference_is_whole),
        cmocka_unit_test(an_explanation_is_whole),
        cmocka_unit_test(what_is_masked_is_whole),
        cmocka_unit_test(inputs_are_whole),
        cmocka_unit_test(a_saved_run_is_whole),
        cmocka_unit_test(a_loaded_run_is_whole),
        cmocka_unit_test(an_agents_reply_is_whole),
        cmocka_unit_test(a_models_answer_is_whole),
        cmocka_unit_test(a_message_of_anthropic_is_whole),
        cmocka_unit_test(lines_of_ollama_are_whole),
        cmocka_unit_test(a_question_to_anthropic_is_whole),
        cmocka_unit_test(a_question_to_ollama_is_whole),
        cmocka_unit_test(a_tools_answer_is_whole),
    };

    json_object_seed(1);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
