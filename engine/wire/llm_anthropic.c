/*
 * Anthropic Messages: the system's text is a member of its own, contents are
 * blocks, results of tools are said by the user, and an answer has to be
 * bounded.
 */

#include "wire/llm_int.h"

#include <string.h>

#include "base/json.h"

#define ANTHROPIC_TOKENS  4096      /* max_tokens when nobody says another */


static void
anthropic_path(const ckp_llm_where_t *where, ckp_buf_t *url)
{
    ckp_buf_puts(url, ckp_llm_has_path(where->base) ? "/messages"
                                                    : "/v1/messages");
}


/* --- there --------------------------------------------------------------- */

static void
anthropic_add_text(json_t *blocks, const char *text)
{
    if (text != NULL && *text != '\0') {        /* it takes no empty ones */
        (void) json_array_append_new(blocks, json_pack("{s:s, s:s}", "type",
                                                       "text", "text", text));
    }
}


static void
anthropic_add_image(json_t *blocks, const char *url)
{
    char               type[64];
    const char *const  data = ckp_llm_data_uri(url, type);

    (void) json_array_append_new(blocks, data != NULL
        ? json_pack("{s:s, s:{s:s, s:s, s:s}}", "type", "image", "source",
                    "type", "base64", "media_type", type, "data", data)
        : json_pack("{s:s, s:{s:s, s:s}}", "type", "image", "source", "type",
                    "url", "url", url));
}


static void
anthropic_add_content(json_t *blocks, const json_t *content)
{
    const json_t  *part;
    size_t         i;

    anthropic_add_text(blocks, json_string_value(content));

    json_array_foreach(content, i, part) {
        const char *const  url = ckp_json_str(json_object_get(part,
                                                  "image_url"), "url");

        anthropic_add_text(blocks, ckp_json_str(part, "text"));

        if (url != NULL) {
            anthropic_add_image(blocks, url);
        }
    }
}


static void
anthropic_add_calls(json_t *blocks, const json_t *calls)
{
    const json_t  *call;
    size_t         i;

    json_array_foreach(calls, i, call) {
        const json_t *const  made = json_object_get(call, "function");

        (void) json_array_append_new(blocks,
            json_pack("{s:s, s:O?, s:O?, s:o}", "type", "tool_use", "id",
                      json_object_get(call, "id"), "name",
                      json_object_get(made, "name"), "input",
                      ckp_llm_args(json_object_get(made, "arguments"))));
    }
}


/* Blocks of a message, at the end of those of the one before it when the same
 * side goes on: results of tools that were called together stand together. */

static void
anthropic_message(json_t *messages, const json_t *message)
{
    const char          *role = ckp_json_str(message, "role");
    const bool           tool = role != NULL && strcmp(role, "tool") == 0;
    const json_t *const  last = json_array_get(messages,
                                               json_array_size(messages) - 1);
    const char *const    before = ckp_json_str(last, "role");
    json_t              *blocks;

    role = role != NULL && strcmp(role, "assistant") == 0 ? role : "user";

    if (before == NULL && *role == 'a') {       /* the user has to begin */
        (void) json_array_append_new(messages, json_pack("{s:s, s:[{s:s, s:s}]"
            "}", "role", "user", "content", "type", "text", "text",
            "(what was before is left out)"));
    }

    if (before == NULL || strcmp(before, role) != 0) {
        (void) json_array_append_new(messages, json_pack("{s:s, s:[]}", "role",
                                                         role, "content"));
    }

    blocks = json_object_get(json_array_get(messages,
                                            json_array_size(messages) - 1),
                             "content");

    if (tool) {
        (void) json_array_append_new(blocks, json_pack("{s:s, s:O?, s:O?}",
            "type", "tool_result", "tool_use_id",
            json_object_get(message, "tool_call_id"), "content",
            json_object_get(message, "content")));
        return;
    }

    anthropic_add_content(blocks, json_object_get(message, "content"));
    anthropic_add_calls(blocks, json_object_get(message, "tool_calls"));
}


/* Nobody may say nothing. */

static void
anthropic_speak(json_t *messages)
{
    const json_t  *message;
    size_t         i;

    json_array_foreach(messages, i, message) {
        json_t *const  blocks = json_object_get(message, "content");

        if (json_array_size(blocks) == 0) {
            anthropic_add_text(blocks, "(nothing)");
        }
    }
}


static void
anthropic_messages(json_t *body, const json_t *rq)
{
    json_t *const   messages = json_array();
    const json_t   *message;
    ckp_buf_t       system;
    size_t          i;

    ckp_buf_init(&system, CKP_LLM_BODY_MAX);

    json_array_foreach(json_object_get(rq, "messages"), i, message) {
        const char *const  role = ckp_json_str(message, "role");

        if (role == NULL || strcmp(role, "system") != 0) {
            anthropic_message(messages, message);
            continue;
        }

        ckp_buf_puts(&system, system.len > 0 ? "\n\n" : "");
        ckp_llm_put_content(&system, json_object_get(message, "content"));
    }

    /* it has no switch for JSON */

    if (json_object_get(rq, "response_format") != NULL) {
        ckp_buf_puts(&system, system.len > 0 ? "\n\n" : "");
        ckp_buf_puts(&system, "Answer with one JSON value and nothing else.");
    }

    if (system.len > 0) {
        (void) json_object_set_new(body, "system",
                                   json_string(ckp_buf_str(&system)));
    }

    anthropic_speak(messages);
    (void) json_object_set_new(body, "messages", messages);
    ckp_buf_free(&system);
}


static void
anthropic_tools(json_t *body, const json_t *rq)
{
    json_t        *list;
    const json_t  *tool;
    size_t         i;

    if (json_object_get(rq, "tools") == NULL) {
        return;
    }

    list = json_array();

    json_array_foreach(json_object_get(rq, "tools"), i, tool) {
        const json_t *const  made = json_object_get(tool, "function");

        (void) json_array_append_new(list, json_pack("{s:O?, s:O*, s:O?}",
            "name", json_object_get(made, "name"), "description",
            json_object_get(made, "description"), "input_schema",
            json_object_get(made, "parameters")));
    }

    (void) json_object_set_new(body, "tools", list);
    (void) json_object_set_new(body, "tool_choice",
                               json_pack("{s:s}", "type", "auto"));
}


/* There is no seed, its temperature ends at 1, and of temperature and top_p it
 * takes one: top_p, which nobody sends without having said it. */

static void
anthropic_params(json_t *body, const json_t *rq)
{
    const int64_t        most = ckp_json_int(rq, "max_tokens",
                                             ANTHROPIC_TOKENS);
    json_t *const        top = json_object_get(rq, "top_p");
    json_t *const        stop = json_object_get(rq, "stop");
    json_t *const        warm = json_object_get(rq, "temperature");

    (void) json_object_set_new(body, "max_tokens",
                               json_integer((json_int_t) most));

    if (top != NULL) {
        (void) json_object_set(body, "top_p", top);

    } else if (warm != NULL) {
        (void) json_object_set_new(body, "temperature",
                                   json_number_value(warm) > 1
                                   ? json_integer(1) : json_incref(warm));
    }

    if (stop != NULL) {
        (void) json_object_set_new(body, "stop_sequences",
                                   json_is_array(stop) ? json_incref(stop)
                                   : json_pack("[O]", stop));
    }
}


static json_t *
anthropic_request(const json_t *rq)
{
    json_t *const  body = json_object();
    json_t *const  model = json_object_get(rq, "model");

    if (model != NULL) {
        (void) json_object_set(body, "model", model);
    }

    anthropic_params(body, rq);
    anthropic_messages(body, rq);
    anthropic_tools(body, rq);

    if (json_is_true(json_object_get(rq, "stream"))) {
        (void) json_object_set_new(body, "stream", json_true());
    }

    return body;
}


/* --- back ---------------------------------------------------------------- */

/* The word of chat completions for why it ended. */

static json_t *
anthropic_finish(const char *reason)
{
    static const char *const  words[][2] = {
        { "end_turn", "stop" }, { "stop_sequence", "stop" },
        { "max_tokens", "length" }, { "tool_use", "tool_calls" },
        { "refusal", "content_filter" }
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i][0], reason) == 0) {
            return json_string(words[i][1]);
        }
    }

    return json_string(reason);
}


static void
anthropic_usage(ckp_llm_said_t *s, const json_t *usage)
{
    const int64_t  in = ckp_json_int(usage, "input_tokens", -1);

    /* what was read from a cache of theirs, or written to it, was sent, too */

    if (in >= 0) {
        s->cached = ckp_json_int(usage, "cache_read_input_tokens", 0);
        s->prompt = in + s->cached
                    + ckp_json_int(usage, "cache_creation_input_tokens", 0);
    }

    s->completion = ckp_json_int(usage, "output_tokens", s->completion);
}


/* The head of a block of a stream, or a whole one. */

static void
anthropic_block(ckp_llm_said_t *s, const json_t *block, bool whole)
{
    const char *const    type = ckp_json_str(block, "type");
    const char *const    text = ckp_json_str(block, "text");
    const json_t *const  input = json_object_get(block, "input");
    json_t              *call;
    char                *args;

    if (type == NULL || strcmp(type, "tool_use") != 0) {
        ckp_buf_puts(&s->text, text == NULL ? "" : text);
        return;
    }

    call = ckp_llm_said_call(s, (int64_t) json_array_size(s->calls));

    if (call == NULL) {
        return;
    }

    ckp_llm_said_name(call, ckp_json_str(block, "id"),
                      ckp_json_str(block, "name"));

    if (whole && json_is_object(input)) {
        args = ckp_json_text(input);
        ckp_llm_said_args(call, args);
        ckp_free(args);
    }
}


/* A block is begun when all before it have ended: what comes is the last
 * one's. */

static void
anthropic_delta(ckp_llm_said_t *s, const json_t *delta)
{
    const char *const  text = ckp_json_str(delta, "text");
    const char *const  args = ckp_json_str(delta, "partial_json");
    json_t *const      call = json_array_get(s->calls,
                                             json_array_size(s->calls) - 1);

    ckp_buf_puts(&s->text, text == NULL ? "" : text);

    if (args != NULL && call != NULL) {
        ckp_llm_said_args(call, args);
    }
}


/* A message: all of it, or the head of a stream. */

static void
anthropic_whole(ckp_llm_said_t *s, const json_t *message)
{
    json_t *const        model = json_object_get(message, "model");
    const char *const    end = ckp_json_str(message, "stop_reason");
    const json_t        *block;
    size_t               i;

    s->any = s->any || json_is_array(json_object_get(message, "content"));
    anthropic_usage(s, json_object_get(message, "usage"));

    if (json_is_string(model)) {
        json_decref(s->model);
        s->model = json_incref(model);
    }

    json_array_foreach(json_object_get(message, "content"), i, block) {
        anthropic_block(s, block, true);
    }

    if (end != NULL) {
        json_decref(s->finish);
        s->finish = anthropic_finish(end);
    }
}


static void
anthropic_piece(ckp_llm_said_t *s, const json_t *piece)
{
    const char *const    type = ckp_json_str(piece, "type");
    const json_t *const  delta = json_object_get(piece, "delta");
    const char          *end;

    if (type == NULL) {
        return;
    }

    if (strcmp(type, "message") == 0) {
        anthropic_whole(s, piece);
        s->ended = true;

    } else if (strcmp(type, "message_start") == 0) {
        anthropic_whole(s, json_object_get(piece, "message"));

    } else if (strcmp(type, "content_block_start") == 0) {
        anthropic_block(s, json_object_get(piece, "content_block"), false);

    } else if (strcmp(type, "content_block_delta") == 0) {
        anthropic_delta(s, delta);

    } else if (strcmp(type, "message_delta") == 0) {
        end = ckp_json_str(delta, "stop_reason");
        anthropic_usage(s, json_object_get(piece, "usage"));

        if (end != NULL) {
            json_decref(s->finish);
            s->finish = anthropic_finish(end);
        }

    } else if (strcmp(type, "message_stop") == 0) {
        s->ended = true;
    }
}


static const char *const  anthropic_lines[] = {
    "anthropic-version", "2023-06-01", NULL
};


const ckp_provider_t  ckp_provider_anthropic = {
    .names = " anthropic ",
    .key = "x-api-key",
    .lines = anthropic_lines,
    .missing = "the answer has no content",
    .ends = true,
    .path = anthropic_path,
    .request = anthropic_request,
    .piece = anthropic_piece
};
