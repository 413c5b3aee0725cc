/*
 * What a run or a project remembers of talks with models, by key; the same
 * memory as that of the memory_* actions (state.memory, op/op_memory.c).
 * Source: spec/ckp.md 24.2.
 */

#include "llm/llm.h"

#include <string.h>

#include "base/json.h"
#include "lang/value.h"
#include "model/limits.h"
#include "op/op_int.h"

#define MEMORY_CHARS  4         /* characters of a token */
#define MEMORY_MAX    (256 * 1024)
#define DAY_S         86400


/* Whose it is: as the document says, else as the procedure around says (10.10,
 * inherit_context). */

static ckp_memory_scope_t
memory_scope(const ckp_fiber_t *f)
{
    const ckp_memory_t *const  memory = &ckp_fiber_node(f)->u.llm->memory;
    const char *const          word = ckp_json_str(
                                   ckp_fiber_program(f)->legacy, "memory");

    if (memory->scoped || word == NULL) {
        return memory->scope;
    }

    return strcmp(word, "project") == 0 ? CKP_MEMORY_PROJECT
           : strcmp(word, "none") == 0 ? CKP_MEMORY_NONE : CKP_MEMORY_RUN;
}


static bool
memory_is(const ckp_fiber_t *f, bool way)
{
    return ckp_fiber_node(f)->u.llm->memory.key != NULL && way
           && memory_scope(f) != CKP_MEMORY_NONE;
}


/* As the actions have them; value is borrowed, NULL: none. */

static json_t *
memory_params(const ckp_fiber_t *f, json_t *value)
{
    const ckp_memory_t *const  memory = &ckp_fiber_node(f)->u.llm->memory;

    return json_pack("{s:s, s:s, s:I, s:I, s:O*}", "key", memory->key,
                     "scope", memory_scope(f) == CKP_MEMORY_PROJECT
                              ? "project" : "run",
                     "max_items", (json_int_t) memory->messages,
                     "ttl_seconds", (json_int_t) memory->days * DAY_S,
                     "value", value);
}


/* --- reading ----------------------------------------------------------- */

bool
ckp_llm_fetches(const ckp_fiber_t *f)
{
    return memory_is(f, ckp_fiber_node(f)->u.llm->memory.read)
           && memory_scope(f) == CKP_MEMORY_PROJECT;
}


ckp_code_t
ckp_llm_fetch(ckp_fiber_t *f, bool again)
{
    json_t *const  params = memory_params(f, NULL);
    const char    *ref = again ? ckp_fiber_get_str(f, "llm", "ref")
                               : ckp_fiber_ref(f);
    char           key[CKP_KEY_MAX + 1];
    json_t        *body = NULL;
    ckp_code_t     rc = params == NULL || ref == NULL ? CKP_E_NOMEM
                        : ckp_op_memory_ask(f, params, again, &body);

    json_decref(params);

    if (rc == CKP_OK && !again) {
        rc = ckp_fiber_put(f, "llm", "ref", json_string(ref));
        rc = rc == CKP_OK ? ckp_fiber_put(f, "llm", "ph",
                                          json_string("mem")) : rc;
    }

    if (rc != CKP_OK) {
        json_decref(body);
        return rc;
    }

    const ckp_effect_t  fx = {
        .kind = CKP_FX_CALL, .target = "host", .ref = ref,
        .key = ckp_llm_key(f, key), .body = body,
        .timeout_ms = CKP_INTERNAL_MS
    };

    rc = ckp_fiber_effect(f, &fx);

    return rc == CKP_OK ? ckp_fiber_sleep(f, CKP_NO_TIME) : rc;
}


ckp_code_t
ckp_llm_fetched(ckp_fiber_t *f, const json_t *data)
{
    json_t *const     params = memory_params(f, NULL);
    json_t           *result = NULL;
    const ckp_code_t  rc = params == NULL ? CKP_E_NOMEM
                           : ckp_op_memory_got(f, params, data, &result);

    json_decref(result);
    json_decref(params);

    return rc;
}


/* Messages alone: what memory_set left may be anything. */

static json_t *
memory_kept(const ckp_fiber_t *f, const char *key)
{
    const json_t *const  until = ckp_fiber_run_get(f, "memory_until", key);
    const json_t        *one;
    size_t               i;
    json_t *const        list = json_array();

    if (json_integer_value(until) != 0
        && json_integer_value(until) <= ckp_fiber_now(f))
    {
        return list;
    }

    json_array_foreach(ckp_fiber_run_get(f, "memory", key), i, one) {
        if (ckp_json_str(one, "role") != NULL
            && json_object_get(one, "content") != NULL)
        {
            (void) json_array_append_new(list, ckp_json_copy(one));
        }
    }

    return list;
}


ckp_code_t
ckp_llm_recall(ckp_fiber_t *f)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    json_t                 *all;
    json_t                 *one;
    size_t                  i;
    ckp_code_t              rc = CKP_OK;

    if (!memory_is(f, llm->memory.read)) {
        return CKP_OK;
    }

    all = memory_kept(f, llm->memory.key);

    json_array_foreach(all, i, one) {
        const json_t *const  text = json_object_get(one, "content");
        json_t              *sent = NULL;

        /* another question wrote it, which may have masked less */

        if (rc == CKP_OK && json_is_string(text)) {
            rc = ckp_pii_recalled(f, json_string_value(text), &sent);
        }

        if (rc == CKP_OK && sent != NULL
            && json_object_set_new(one, "content", sent) != 0)
        {
            rc = CKP_E_NOMEM;
        }

        if (rc == CKP_OK) {
            rc = ckp_llm_say(f, json_incref(one));
        }
    }

    json_decref(all);

    return rc;
}


/* --- writing ----------------------------------------------------------- */

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


/* One more item of a project's memory; message is borrowed. */

static ckp_code_t
memory_append(ckp_fiber_t *f, json_t *message)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    json_t *const           params = memory_params(f, message);
    json_t *const           data = json_pack("{s:o}", "result",
                                       memory_kept(f, llm->memory.key));
    json_t                 *result = NULL;
    const ckp_code_t        rc = params == NULL || data == NULL ? CKP_E_NOMEM
                                 : ckp_op_memory_appended(f, params, data,
                                                          &result);

    json_decref(result);
    json_decref(data);
    json_decref(params);

    return rc;
}


/* asked and said are borrowed messages. */

static ckp_code_t
memory_write(ckp_fiber_t *f, json_t *asked, json_t *said)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    json_t                 *all;
    ckp_code_t              rc = CKP_OK;

    if (memory_scope(f) == CKP_MEMORY_PROJECT) {
        rc = asked == NULL ? CKP_OK : memory_append(f, asked);

        return rc == CKP_OK ? memory_append(f, said) : rc;
    }

    all = memory_kept(f, llm->memory.key);

    if (asked != NULL) {
        (void) json_array_append(all, asked);
    }

    (void) json_array_append(all, said);
    memory_bound(&llm->memory, all);

    return ckp_fiber_run_put(f, "memory", llm->memory.key, all);
}


ckp_code_t
ckp_llm_remember(ckp_fiber_t *f, const char *answer)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    json_t                 *asked;
    json_t                 *said;
    json_t                 *text = NULL;
    ckp_code_t              rc;

    if (!memory_is(f, llm->memory.write)) {
        return CKP_OK;
    }

    /* what stands for somebody's data is never resolved in here */

    rc = ckp_pii_out(f, answer, &text);

    if (rc != CKP_OK) {
        return rc;
    }

    asked = memory_asked(f);

    if (asked != NULL) {
        asked = json_pack("{s:s, s:o}", "role", "user", "content", asked);
    }

    said = json_pack("{s:s, s:o}", "role", "assistant", "content", text);
    rc = said == NULL ? CKP_E_NOMEM : memory_write(f, asked, said);
    json_decref(asked);
    json_decref(said);

    return rc;
}
