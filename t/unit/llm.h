/*
 * What tests of llm_action share: a document with one question, what was sent,
 * and answers to it.
 */

#ifndef T_LLM_H
#define T_LLM_H

#include "drive.h"

#define ASK(more)  DOC("'prompt':'how is {{x}}?'," more, "")
#define DOC(node, root)                                                       \
    T_GRAPH("a", "'a':{'type':'llm_action','next_node':'end'," node           \
            "'description':'Ask'}," T_END,                                    \
            ",'variables_schema':{'x':{'type':'string','default':'it'},"      \
            "'t':{'type':'string','default':''}}" root)
#define CONFIG(text)  ",'global_config':{" text "}"


static inline const json_t *
t_effect(const t_run_t *t)
{
    for (size_t i = 0; i < t->turn.neffects; i++) {
        if (t->turn.effects[i].kind == CKP_FX_CALL) {
            assert_string_equal(t->turn.effects[i].target, "llm");
            return t->turn.effects[i].body;
        }
    }

    fail_msg("nothing is called after: %s", t->story);

    return NULL;
}


/* NULL: the turn has none. */
static inline const json_t *
t_effect_of(const t_run_t *t, ckp_effect_kind_t kind)
{
    for (size_t i = 0; i < t->turn.neffects; i++) {
        if (t->turn.effects[i].kind == kind) {
            return t->turn.effects[i].body;
        }
    }

    return NULL;
}


static inline void
t_is(const json_t *v, const char *text)
{
    json_t *const  want = t_doc_json(text);

    if (v == NULL || !ckp_json_equal(v, want)) {
        char *const  s = v == NULL ? NULL : ckp_json_text(v);

        fail_msg("%s is not %s", s == NULL ? "nothing" : s, text);
    }

    json_decref(want);
}


static inline const json_t *
t_request(const t_run_t *t)
{
    return json_object_get(t_effect(t), "request");
}


static inline const char *
t_message(const t_run_t *t, size_t i, const char *member)
{
    const json_t *const  all = json_object_get(t_request(t), "messages");
    const char *const    s = ckp_json_str(json_array_get(all, i), member);

    return s == NULL ? "" : s;
}


static inline void
t_answer(t_run_t *t, const char *text)
{
    t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_OK, t->ref,
           json_pack("{s:s, s:s, s:s, s:{s:i, s:i, s:i}}", "text", text,
                     "finish_reason", "stop", "model", "gpt-4-0613", "usage",
                     "prompt_tokens", 10, "completion_tokens", 20,
                     "total_tokens", 30));
}


static inline void
t_refuse(t_run_t *t, int status)
{
    t_feed(t, CKP_IN_REPLY, status >= 500 ? CKP_OUTCOME_UNKNOWN
                                          : CKP_OUTCOME_FAILED, t->ref,
           json_pack("{s:s, s:s, s:i}", "type", "LLMCallError", "message",
                     "HTTP", "http_status", status));
}


static inline json_t *
t_state(const t_run_t *t, const char *name)
{
    json_t *const  state = ckp_run_save(t->run);
    json_t *const  v = json_incref(json_object_get(state, name));

    json_decref(state);

    return v;
}


/* The program of a prompt, as the host makes it. */

static inline ckp_program_t *
t_prompt_program(const char *text)
{
    json_t *const          prompt = t_doc_json(text);
    json_t *const          doc = ckp_prompt_document(prompt);
    ckp_diags_t *const     diags = ckp_diags_new();
    ckp_compiler_t *const  c = ckp_compiler_new(diags);
    ckp_program_t         *prog;

    assert_int_equal(ckp_compiler_add(c, doc), CKP_OK);
    prog = ckp_compiler_finish(c);
    assert_non_null(prog);
    ckp_compiler_free(c);
    ckp_diags_free(diags);
    json_decref(doc);
    json_decref(prompt);

    return prog;
}

#endif
