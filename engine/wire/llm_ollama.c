/*
 * Ollama's own chat: parameters are options, pictures are bytes beside the
 * text, calls of tools have no ids and real arguments, and a stream is a line
 * of JSON for each piece.
 */

#include "wire/llm_int.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"


static void
ollama_path(const ckp_llm_where_t *where, ckp_buf_t *url)
{
    ckp_buf_puts(url, ckp_llm_ends_with(where->base, "/api") ? "/chat"
                                                             : "/api/chat");
}


/* --- there --------------------------------------------------------------- */

/* The name of the tool that was called under an id, the last before `end`. */

static json_t *
ollama_tool_name(const json_t *messages, size_t end, const char *id)
{
    while (id != NULL && end-- > 0) {
        const json_t *const  calls = json_object_get(json_array_get(messages,
                                                         end), "tool_calls");
        const json_t        *call;
        size_t               i;

        json_array_foreach(calls, i, call) {
            const char *const  own = ckp_json_str(call, "id");
            char               made[32];

            /* what had no id is known by its place */

            (void) snprintf(made, sizeof(made), "call_%zu", i);

            if (strcmp(own != NULL && *own != '\0' ? own : made, id) == 0) {
                return json_object_get(json_object_get(call, "function"),
                                       "name");
            }
        }
    }

    return NULL;
}


static json_t *
ollama_calls(const json_t *calls)
{
    json_t        *list;
    const json_t  *call;
    size_t         i;

    if (json_array_size(calls) == 0) {
        return NULL;
    }

    list = json_array();

    json_array_foreach(calls, i, call) {
        const json_t *const  made = json_object_get(call, "function");

        (void) json_array_append_new(list, json_pack("{s:{s:O?, s:o}}",
            "function", "name", json_object_get(made, "name"), "arguments",
            ckp_llm_args(json_object_get(made, "arguments"))));
    }

    return list;
}


/* Bytes of pictures; an address is nothing that it would fetch. */

static json_t *
ollama_images(const json_t *content)
{
    json_t        *list = NULL;
    const json_t  *part;
    size_t         i;

    json_array_foreach(content, i, part) {
        const char *const  url = ckp_json_str(json_object_get(part,
                                                  "image_url"), "url");
        char               type[64];
        const char *const  data = url == NULL ? NULL
                                  : ckp_llm_data_uri(url, type);

        if (data != NULL) {
            list = list == NULL ? json_array() : list;
            (void) json_array_append_new(list, json_string(data));
        }
    }

    return list;
}


static json_t *
ollama_message(const json_t *messages, size_t at)
{
    const json_t *const  message = json_array_get(messages, at);
    const json_t *const  content = json_object_get(message, "content");
    ckp_buf_t            text;
    json_t              *own;

    ckp_buf_init(&text, CKP_LLM_BODY_MAX);
    ckp_llm_put_content(&text, content);

    own = json_pack("{s:O?, s:s, s:o*, s:o*, s:O*}",
              "role", json_object_get(message, "role"),
              "content", ckp_buf_str(&text),
              "images", ollama_images(content),
              "tool_calls", ollama_calls(json_object_get(message,
                                                         "tool_calls")),
              "tool_name", ollama_tool_name(messages, at,
                               ckp_json_str(message, "tool_call_id")));
    ckp_buf_free(&text);

    return own;
}


static json_t *
ollama_options(const json_t *rq)
{
    static const char *const  names[][2] = {
        { "temperature", "temperature" }, { "top_p", "top_p" },
        { "seed", "seed" }, { "max_tokens", "num_predict" }
    };
    json_t *const             options = json_object();
    json_t *const             stop = json_object_get(rq, "stop");

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        json_t *const  v = json_object_get(rq, names[i][0]);

        if (v != NULL) {
            (void) json_object_set(options, names[i][1], v);
        }
    }

    if (stop != NULL) {
        (void) json_object_set_new(options, "stop",
                                   json_is_array(stop) ? json_incref(stop)
                                   : json_pack("[O]", stop));
    }

    return options;
}


static json_t *
ollama_request(const json_t *rq)
{
    const json_t *const  messages = json_object_get(rq, "messages");
    json_t *const        own = json_array();

    for (size_t i = 0; i < json_array_size(messages); i++) {
        (void) json_array_append_new(own, ollama_message(messages, i));
    }

    return json_pack("{s:O*, s:o, s:b, s:s*, s:O*, s:o}",
               "model", json_object_get(rq, "model"),
               "messages", own,
               "stream", json_is_true(json_object_get(rq, "stream")),
               "format", json_object_get(rq, "response_format") != NULL
                         ? "json" : NULL,
               "tools", json_object_get(rq, "tools"),
               "options", ollama_options(rq));
}


/* --- back ---------------------------------------------------------------- */

/* Each comes whole. */

static void
ollama_call(ckp_llm_said_t *s, const json_t *given)
{
    const json_t *const  made = json_object_get(given, "function");
    const size_t         n = json_array_size(s->calls);
    json_t *const        call = ckp_llm_said_call(s, (int64_t) n);
    const json_t *const  input = json_object_get(made, "arguments");
    char                 id[32];
    char                *args;

    if (call == NULL) {
        return;
    }

    (void) snprintf(id, sizeof(id), "call_%zu", n);
    ckp_llm_said_name(call, id, ckp_json_str(made, "name"));

    if (json_is_object(input)) {
        args = ckp_json_text(input);
        ckp_llm_said_args(call, args);
        ckp_free(args);
    }
}


static void
ollama_piece(ckp_llm_said_t *s, const json_t *piece)
{
    const json_t *const  message = json_object_get(piece, "message");
    json_t *const        model = json_object_get(piece, "model");
    json_t *const        end = json_object_get(piece, "done_reason");
    const json_t        *call;
    size_t               i;

    s->any = s->any || json_is_object(message);
    ckp_llm_put_content(&s->text, json_object_get(message, "content"));

    json_array_foreach(json_object_get(message, "tool_calls"), i, call) {
        ollama_call(s, call);
    }

    if (json_is_string(model)) {
        json_decref(s->model);
        s->model = json_incref(model);
    }

    if (!json_is_true(json_object_get(piece, "done"))) {
        return;
    }

    s->ended = true;
    s->prompt = ckp_json_int(piece, "prompt_eval_count", 0);
    s->completion = ckp_json_int(piece, "eval_count", 0);
    json_decref(s->finish);
    s->finish = json_array_size(s->calls) > 0 ? json_string("tool_calls")
                                              : json_incref(end);
}


const ckp_provider_t  ckp_provider_ollama = {
    .names = " ollama ",
    .missing = "the answer has no message",
    .ends = true,
    .path = ollama_path,
    .request = ollama_request,
    .piece = ollama_piece
};
