/*
 * What a run remembers of its talks with models, by key: state.llm_memory.
 * Source: spec/ckp.md 24.2.
 */

#include "llm/llm.h"

#include <string.h>

#include "base/json.h"
#include "lang/value.h"

#define MEMORY_CHARS  4         /* characters of a token */
#define MEMORY_MAX    (256 * 1024)


static bool
memory_is(const ckp_llm_t *llm, bool way)
{
    return llm->memory.key != NULL && way
           && llm->memory.scope != CKP_MEMORY_NONE;
}


ckp_code_t
ckp_llm_recall(ckp_fiber_t *f)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    const json_t           *all;
    const json_t           *one;
    size_t                  i;
    ckp_code_t              rc = CKP_OK;

    if (!memory_is(llm, llm->memory.read)) {
        return CKP_OK;
    }

    all = ckp_fiber_run_get(f, "llm_memory", llm->memory.key);

    json_array_foreach(all, i, one) {
        if (rc == CKP_OK && ckp_json_str(one, "role") != NULL) {
            rc = ckp_llm_say(f, json_deep_copy(one));
        }
    }

    return rc;
}


static size_t
memory_tokens(const json_t *all)
{
    const json_t  *one;
    size_t         i;
    size_t         n = 0;

    json_array_foreach(all, i, one) {
        const json_t *const  text = json_object_get(one, "content");

        if (json_is_string(text)) {
            n += ckp_text_length(json_string_value(text),
                                 json_string_length(text));
        }
    }

    return (n + MEMORY_CHARS - 1) / MEMORY_CHARS;
}


/* The oldest go first, an exchange at a time. */

static void
memory_bound(const ckp_memory_t *memory, json_t *all)
{
    while (json_array_size(all) > 2
           && (json_array_size(all) > memory->messages
               || (memory->tokens > 0 && memory_tokens(all) > memory->tokens)
               || ckp_json_size(all, MEMORY_MAX + 1) > MEMORY_MAX))
    {
        (void) json_array_remove(all, 0);

        if (strcmp(ckp_json_str(json_array_get(all, 0), "role"), "user") != 0)
        {
            (void) json_array_remove(all, 0);
        }
    }
}


/* The last thing that the user said, as it was sent: masked, without images. */

static json_t *
memory_asked(ckp_fiber_t *f)
{
    json_t *const  said = ckp_llm_said(f);
    const json_t  *one;
    const json_t  *content;
    size_t         i;
    json_t        *last = NULL;

    json_array_foreach(said, i, one) {
        const char *const  role = ckp_json_str(one, "role");

        if (role == NULL || strcmp(role, "user") != 0) {
            continue;
        }

        content = json_object_get(one, "content");

        if (json_is_array(content)) {
            content = json_object_get(json_array_get(content, 0), "text");
        }

        if (json_is_string(content)) {
            json_decref(last);
            last = json_incref((json_t *) content);
        }
    }

    json_decref(said);

    return last;
}


ckp_code_t
ckp_llm_remember(ckp_fiber_t *f, const char *answer)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    json_t                 *all;
    json_t                 *asked;
    json_t                 *text = NULL;
    ckp_code_t              rc;

    if (!memory_is(llm, llm->memory.write)) {
        return CKP_OK;
    }

    /* tokens that stand for somebody's data are never resolved in here */

    rc = ckp_pii_out(f, answer, &text);
    asked = rc == CKP_OK ? memory_asked(f) : NULL;

    if (rc != CKP_OK) {
        return rc;
    }

    all = json_deep_copy(ckp_fiber_run_get(f, "llm_memory", llm->memory.key));

    if (!json_is_array(all)) {
        json_decref(all);
        all = json_array();
    }

    if (asked != NULL) {
        (void) json_array_append_new(all, json_pack("{s:s, s:o}", "role",
                                         "user", "content", asked));
    }

    (void) json_array_append_new(all, json_pack("{s:s, s:o}", "role",
                                     "assistant", "content", text));
    memory_bound(&llm->memory, all);

    return ckp_fiber_run_put(f, "llm_memory", llm->memory.key, all);
}
