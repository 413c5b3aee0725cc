/*
 * Replies of chat completions become outcomes.
 */

#include "wire/llm.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define LLM_TEXT_MAX     (4 * 1024 * 1024)
#define LLM_CALLS_MAX    128
#define LLM_MESSAGE_MAX  400


static json_t *
llm_error(const char *message)
{
    return json_pack("{s:s, s:s}", "type", "LLMCallError", "message",
                     message);
}


/* --- what is in a reply -------------------------------------------------- */

/* A content is a text, nothing, or parts of which some are texts. */

static json_t *
llm_text(const json_t *content)
{
    const json_t  *part;
    size_t         i;
    ckp_buf_t      b;
    json_t        *text;

    if (json_is_string(content)) {
        return json_incref((json_t *) content);
    }

    ckp_buf_init(&b, LLM_TEXT_MAX);

    json_array_foreach(content, i, part) {
        const char *const  s = ckp_json_str(part, "text");

        ckp_buf_puts(&b, s == NULL ? "" : s);
    }

    text = b.failed == CKP_OK ? json_string(ckp_buf_str(&b)) : NULL;
    ckp_buf_free(&b);

    return text;
}


static json_t *
llm_usage(const json_t *usage)
{
    const int64_t  prompt = ckp_json_int(usage, "prompt_tokens", 0);
    const int64_t  completion = ckp_json_int(usage, "completion_tokens", 0);

    return json_pack("{s:I, s:I, s:I}", "prompt_tokens", (json_int_t) prompt,
                     "completion_tokens", (json_int_t) completion,
                     "total_tokens",
                     (json_int_t) ckp_json_int(usage, "total_tokens",
                                               prompt + completion));
}


static json_t *
llm_answer(const json_t *reply)
{
    const json_t *const  choice = json_array_get(json_object_get(reply,
                                                     "choices"), 0);
    const json_t *const  message = json_object_get(choice, "message");
    json_t *const        calls = json_object_get(message, "tool_calls");

    return json_pack("{s:o, s:O*, s:O?, s:O*, s:o}",
               "text", llm_text(json_object_get(message, "content")),
               "tool_calls", json_array_size(calls) > 0 ? calls : NULL,
               "finish_reason", json_object_get(choice, "finish_reason"),
               "model", json_is_string(json_object_get(reply, "model"))
                        ? json_object_get(reply, "model") : NULL,
               "usage", llm_usage(json_object_get(reply, "usage")));
}


/* --- streams ------------------------------------------------------------- */

typedef struct {
    ckp_buf_t   text;
    json_t     *calls;          /* of tools, by their index */
    json_t     *reply;          /* the last whole members */
    bool        any;            /* some choice was there */
} llm_stream_t;


/* Pieces of one call: its name comes whole, its arguments in parts. */

static void
llm_stream_call(llm_stream_t *s, const json_t *piece)
{
    const int64_t        at = ckp_json_int(piece, "index",
                                           (int64_t) json_array_size(s->calls));
    const json_t *const  made = json_object_get(piece, "function");
    const char *const    more = ckp_json_str(made, "arguments");
    const char *const    name = ckp_json_str(made, "name");
    json_t              *own;
    json_t              *function;

    if (at < 0 || at >= LLM_CALLS_MAX) {
        return;
    }

    while ((int64_t) json_array_size(s->calls) <= at) {
        if (json_array_append_new(s->calls, json_pack("{s:s, s:s, s:{s:s, "
                "s:s}}", "id", "", "type", "function", "function", "name", "",
                "arguments", "")) != 0)
        {
            return;
        }
    }

    own = json_array_get(s->calls, (size_t) at);
    function = json_object_get(own, "function");

    if (ckp_json_str(piece, "id") != NULL) {
        (void) json_object_set(own, "id", json_object_get(piece, "id"));
    }

    if (name != NULL && *name != '\0') {
        (void) json_object_set_new(function, "name", json_string(name));
    }

    if (more != NULL && *more != '\0') {
        (void) json_object_set_new(function, "arguments",
                   json_sprintf("%s%s", ckp_json_str(function, "arguments"),
                                more));
    }
}


static void
llm_stream_piece(llm_stream_t *s, const json_t *piece)
{
    static const char *const  whole[] = { "model", "usage" };
    const json_t *const       choice = json_array_get(json_object_get(piece,
                                                          "choices"), 0);
    const json_t *const       delta = json_object_get(choice, "delta");
    const json_t *const       end = json_object_get(choice, "finish_reason");
    const char *const         text = ckp_json_str(delta, "content");
    const json_t             *call;
    size_t                    i;

    s->any = s->any || choice != NULL;
    ckp_buf_puts(&s->text, text == NULL ? "" : text);

    json_array_foreach(json_object_get(delta, "tool_calls"), i, call) {
        llm_stream_call(s, call);
    }

    for (i = 0; i < 2; i++) {
        json_t *const  v = json_object_get(piece, whole[i]);

        if (v != NULL && !json_is_null(v)) {
            (void) json_object_set(s->reply, whole[i], v);
        }
    }

    if (json_is_string(end)) {
        (void) json_object_set(s->reply, "finish_reason", (json_t *) end);
    }
}


static void
llm_stream_line(llm_stream_t *s, const char *line, size_t len)
{
    ckp_err_t  err = CKP_ERR_INIT;
    json_t    *piece;

    if (len < 5 || memcmp(line, "data:", 5) != 0) {
        return;
    }

    line += 5;
    len -= 5;

    while (len > 0 && (*line == ' ' || line[len - 1] == '\r')) {
        line += *line == ' ';
        len--;
    }

    if (len == 0 || *line != '{') {
        return;
    }

    piece = ckp_json_parse(line, len, &err);
    llm_stream_piece(s, piece);
    json_decref(piece);
}


/* NULL: no memory, or no choice in any of it. */

static json_t *
llm_stream(const char *body, size_t len)
{
    llm_stream_t  s = { .calls = json_array(), .reply = json_object() };
    json_t       *data = NULL;

    ckp_buf_init(&s.text, LLM_TEXT_MAX);

    while (len > 0) {
        const char *const  end = memchr(body, '\n', len);
        const size_t       n = end == NULL ? len : (size_t) (end - body);

        llm_stream_line(&s, body, n);
        body += n + (end != NULL);
        len -= n + (end != NULL);
    }

    if (s.any && s.text.failed == CKP_OK) {
        data = json_pack("{s:s, s:O*, s:O?, s:O*, s:o}",
                   "text", ckp_buf_str(&s.text),
                   "tool_calls", json_array_size(s.calls) > 0 ? s.calls : NULL,
                   "finish_reason", json_object_get(s.reply, "finish_reason"),
                   "model", json_object_get(s.reply, "model"),
                   "usage", llm_usage(json_object_get(s.reply, "usage")));
    }

    ckp_buf_free(&s.text);
    json_decref(s.calls);
    json_decref(s.reply);

    return data;
}


/* --- failures ------------------------------------------------------------ */

static json_t *
llm_refusal(const json_t *reply, int http_status)
{
    const json_t *const  error = json_object_get(reply, "error");
    const char          *text = json_string_value(error);
    char                 message[LLM_MESSAGE_MAX + 1];
    json_t              *code;
    json_t              *data;

    if (text == NULL) {
        text = ckp_json_str(error, "message");
    }

    (void) snprintf(message, sizeof(message), "HTTP %d%s%.300s", http_status,
                    text == NULL ? "" : ": ", text == NULL ? "" : text);

    data = llm_error(message);

    if (data == NULL) {         /* cut in the middle of a character */
        (void) snprintf(message, sizeof(message), "HTTP %d", http_status);
        data = llm_error(message);
    }

    code = json_object_get(error, "code");

    if (json_is_string(code)) {
        (void) json_object_set(data, "code", code);
    }

    (void) json_object_set_new(data, "http_status", json_integer(http_status));

    return data;
}


static json_t *
llm_reply(int http_status, const char *body, size_t len,
    ckp_outcome_t *outcome)
{
    const bool  ok = http_status >= 200 && http_status <= 299;
    const bool  streamed = len > 5 && (memcmp(body, "data:", 5) == 0
                                       || memcmp(body, "event:", 6) == 0
                                       || body[0] == ':');
    ckp_err_t   err = CKP_ERR_INIT;
    json_t     *reply;
    json_t     *data;

    if (ok && streamed) {
        data = llm_stream(body, len);
        *outcome = data != NULL ? CKP_OUTCOME_OK : CKP_OUTCOME_FAILED;

        return data != NULL ? data
                            : llm_error("the answer has no choices");
    }

    reply = len > 0 ? ckp_json_parse(body, len, &err) : NULL;

    if (ok && json_array_size(json_object_get(reply, "choices")) > 0) {
        *outcome = CKP_OUTCOME_OK;
        data = llm_answer(reply);

    } else if (ok) {
        *outcome = CKP_OUTCOME_FAILED;
        data = llm_error("the answer has no choices");

    } else {
        *outcome = http_status >= 500 ? CKP_OUTCOME_UNKNOWN
                                      : CKP_OUTCOME_FAILED;
        data = llm_refusal(reply, http_status);
    }

    json_decref(reply);

    return data;
}


json_t *
ckp_llm_reply(int http_status, const char *body, size_t len,
    ckp_outcome_t *outcome)
{
    const unsigned long  refusals = ckp_memory_refusals();

    return ckp_json_whole(llm_reply(http_status, body, len, outcome),
                          refusals);
}


json_t *
ckp_llm_unreached(const char *why)
{
    json_t  *data;

    if (why == NULL) {
        why = "no answer";
    }

    if (strcmp(why, "timeout") == 0) {
        return json_pack("{s:s, s:s}", "type", "TimeoutError", "message",
                         "the model did not answer in time");
    }

    data = llm_error(why);
    (void) json_object_set_new(data, "reason", json_string("network"));

    return data;
}


json_t *
ckp_llm_shut(void)
{
    return json_pack("{s:s, s:s, s:s}", "type", "LLMCallError", "message",
                     "the model's circuit is open", "reason", "circuit_open");
}
