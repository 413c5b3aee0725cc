/*
 * Chat completions: the form of all questions inside, so next to nothing is
 * changed on the way out.
 */

#include "wire/llm_int.h"
#include "base/json.h"


static void
openai_path(const ckp_llm_where_t *where, ckp_buf_t *url)
{
    (void) where;
    ckp_buf_puts(url, "/chat/completions");
}


/* What a stream took is told to those who ask for it, in a piece of its own. */

json_t *
ckp_llm_openai_request(const json_t *rq)
{
    json_t  *body;

    if (!json_is_true(json_object_get(rq, "stream"))) {
        return json_incref((json_t *) rq);
    }

    body = json_copy((json_t *) rq);
    (void) json_object_set_new(body, "stream_options",
                               json_pack("{s:b}", "include_usage", 1));

    return body;
}


/* Pieces of one call: its name comes whole, its arguments in parts. */

static void
openai_call(ckp_llm_said_t *s, const json_t *piece, size_t otherwise)
{
    const json_t *const  made = json_object_get(piece, "function");
    json_t *const        call = ckp_llm_said_call(s,
                                    ckp_json_int(piece, "index",
                                                 (int64_t) otherwise));

    if (call != NULL) {
        ckp_llm_said_name(call, ckp_json_str(piece, "id"),
                          ckp_json_str(made, "name"));
        ckp_llm_said_args(call, ckp_json_str(made, "arguments"));
    }
}


static void
openai_usage(ckp_llm_said_t *s, const json_t *usage)
{
    if (json_is_object(usage)) {
        s->prompt = ckp_json_int(usage, "prompt_tokens", 0);
        s->cached = ckp_json_int(json_object_get(usage,
                                                 "prompt_tokens_details"),
                                 "cached_tokens", 0);
        s->completion = ckp_json_int(usage, "completion_tokens", 0);
        s->total = ckp_json_int(usage, "total_tokens", 0);
    }
}


/* The calls of a whole answer are kept as they are: what is in them goes back
 * to the model with the history. */

static void
openai_whole(ckp_llm_said_t *s, const json_t *message)
{
    json_t *const  calls = json_object_get(message, "tool_calls");

    ckp_llm_put_content(&s->text, json_object_get(message, "content"));

    if (json_array_size(calls) > 0) {
        json_decref(s->calls);
        s->calls = json_incref(calls);
    }
}


static void
openai_delta(ckp_llm_said_t *s, const json_t *delta)
{
    const json_t  *call;
    size_t         i;

    ckp_llm_put_content(&s->text, json_object_get(delta, "content"));

    json_array_foreach(json_object_get(delta, "tool_calls"), i, call) {
        openai_call(s, call, json_array_size(s->calls));
    }
}


void
ckp_llm_openai_piece(ckp_llm_said_t *s, const json_t *piece)
{
    const json_t *const  choice = json_array_get(json_object_get(piece,
                                                     "choices"), 0);
    const json_t *const  delta = json_object_get(choice, "delta");
    json_t *const        model = json_object_get(piece, "model");
    json_t *const        end = json_object_get(choice, "finish_reason");

    s->any = s->any || choice != NULL;

    if (delta != NULL) {
        openai_delta(s, delta);

    } else if (choice != NULL) {
        openai_whole(s, json_object_get(choice, "message"));
    }

    if (json_is_string(model)) {
        json_decref(s->model);
        s->model = json_incref(model);
    }

    if (end != NULL && !json_is_null(end)) {
        json_decref(s->finish);
        s->finish = json_incref(end);
    }

    openai_usage(s, json_object_get(piece, "usage"));
}


const ckp_provider_t  ckp_provider_openai = {
    .names = " openai_compatible openai ",
    .missing = "the answer has no choices",
    .path = openai_path,
    .request = ckp_llm_openai_request,
    .piece = ckp_llm_openai_piece
};
