/*
 * Questions to models on the wire: which provider, what its replies become.
 */

#include "wire/llm_int.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define LLM_MESSAGE_MAX  400


static const ckp_provider_t *const  llm_providers[] = {
    &ckp_provider_openai, &ckp_provider_azure, &ckp_provider_anthropic,
    &ckp_provider_ollama
};


const ckp_provider_t *
ckp_llm_provider(const char *name)
{
    char  word[32];

    if (name == NULL) {
        return &ckp_provider_openai;
    }

    (void) snprintf(word, sizeof(word), " %s ", name);

    for (size_t i = 0; i < sizeof(llm_providers) / sizeof(llm_providers[0]);
         i++)
    {
        if (strstr(llm_providers[i]->names, word) != NULL) {
            return llm_providers[i];
        }
    }

    return &ckp_provider_openai;
}


/* --- there --------------------------------------------------------------- */

void
ckp_llm_url(const ckp_llm_where_t *where, ckp_buf_t *url)
{
    size_t  len = strlen(where->base);

    while (len > 0 && where->base[len - 1] == '/') {
        len--;
    }

    ckp_buf_put(url, where->base, len);
    ckp_llm_provider(where->provider)->path(where, url);
}


/* Names of a head are equal whatever their case is. */

static json_t *
llm_line(const json_t *headers, const char *name)
{
    const char  *own;
    json_t      *value;

    json_object_foreach((json_t *) headers, own, value) {
        size_t  i = 0;

        while (own[i] != '\0' && (own[i] | 0x20) == (name[i] | 0x20)) {
            i++;
        }

        if (own[i] == '\0' && name[i] == '\0') {
            return value;
        }
    }

    return NULL;
}


int
ckp_llm_head(const char *provider, json_t *headers, bool keyed)
{
    const ckp_provider_t *const  p = ckp_llm_provider(provider);
    const char *const            auth = ckp_json_str(headers, "Authorization");
    int                          bad = 0;

    if (keyed && p->key != NULL && auth != NULL
        && strncmp(auth, "Bearer ", 7) == 0)
    {
        bad |= json_object_set_new(headers, p->key, json_string(auth + 7));
        bad |= json_object_del(headers, "Authorization");
    }

    for (size_t i = 0; p->lines != NULL && p->lines[i] != NULL; i += 2) {
        if (llm_line(headers, p->lines[i]) == NULL) {
            bad |= json_object_set_new(headers, p->lines[i],
                                       json_string(p->lines[i + 1]));
        }
    }

    return bad == 0 ? 0 : -1;
}


char *
ckp_llm_body(const char *provider, const json_t *request)
{
    const ckp_provider_t *const  p = ckp_llm_provider(provider);
    const unsigned long          refusals = ckp_memory_refusals();
    json_t                      *own;
    char                        *text;

    if (p->request == NULL) {
        return ckp_json_text(request);
    }

    own = ckp_json_whole(p->request(request), refusals);
    text = own == NULL ? NULL : ckp_json_text(own);
    json_decref(own);

    return text;
}


/* --- back: data ---------------------------------------------------------- */

static json_t *
llm_error(const char *message)
{
    return json_pack("{s:s, s:s}", "type", "LLMCallError", "message",
                     message);
}


static json_t *
llm_data(const ckp_llm_said_t *s)
{
    if (s->text.failed != CKP_OK) {
        return NULL;
    }

    return json_pack("{s:s, s:O*, s:O?, s:O*, s:{s:I, s:o*, s:I, s:I}}",
               "text", ckp_buf_str(&s->text),
               "tool_calls", json_array_size(s->calls) > 0 ? s->calls : NULL,
               "finish_reason", s->finish, "model", s->model, "usage",
               "prompt_tokens", (json_int_t) s->prompt, "cached_tokens",
               s->cached > 0 ? json_integer((json_int_t) s->cached) : NULL,
               "completion_tokens", (json_int_t) s->completion,
               "total_tokens", (json_int_t) (s->total > 0 ? s->total
                                             : s->prompt + s->completion));
}


/* How well known it is to be over for a while: what they call overloaded is
 * what others call unavailable, which sends a question elsewhere. */

static int
llm_status(int http_status, const char *kind)
{
    if (http_status == 529
        || (kind != NULL && strcmp(kind, "overloaded_error") == 0))
    {
        return 503;
    }

    return http_status != 0 ? http_status
           : kind != NULL && strcmp(kind, "rate_limit_error") == 0 ? 429 : 500;
}


/* error: a text, or {message, code?, type?}.  http_status 0: it came in an
 * answer that had begun. */

static json_t *
llm_refusal(const json_t *error, int http_status)
{
    const char *const  kind = ckp_json_str(error, "type");
    const int          status = llm_status(http_status, kind);
    const char        *text = json_string_value(error);
    char               message[LLM_MESSAGE_MAX + 1];
    char               head[32];
    json_t            *code = json_object_get(error, "code");
    json_t            *data;

    if (text == NULL) {
        text = ckp_json_str(error, "message");
    }

    (void) snprintf(head, sizeof(head), http_status == 0
                    ? "the answer is an error" : "HTTP %d", http_status);
    (void) snprintf(message, sizeof(message), "%s%s%.300s", head,
                    text == NULL ? "" : ": ", text == NULL ? "" : text);

    data = llm_error(message);

    if (data == NULL) {         /* cut in the middle of a character */
        data = llm_error(head);
    }

    code = json_is_string(code) ? code : json_object_get(error, "type");

    if (json_is_string(code)) {
        (void) json_object_set(data, "code", code);
    }

    (void) json_object_set_new(data, "http_status", json_integer(status));

    return data;
}


/* --- back: one piece or many --------------------------------------------- */

static void
llm_piece(const ckp_provider_t *p, ckp_llm_said_t *s, const json_t *piece)
{
    json_t *const  error = json_object_get(piece, "error");

    if (error != NULL && !json_is_null(error)) {
        json_decref(s->error);
        s->error = json_incref(error);
        return;
    }

    p->piece(s, piece);
}


void
ckp_llm_line(const ckp_provider_t *p, ckp_llm_said_t *s, const char *line,
    size_t len)
{
    ckp_err_t  err = CKP_ERR_INIT;
    json_t    *piece;

    if (len >= 5 && memcmp(line, "data:", 5) == 0) {
        line += 5;
        len -= 5;
    }

    while (len > 0 && (*line == ' ' || line[len - 1] == '\r')) {
        line += *line == ' ';
        len--;
    }

    if (len == 0 || *line != '{') {
        return;
    }

    piece = ckp_json_parse(line, len, &err);
    llm_piece(p, s, piece);
    json_decref(piece);
}


static void
llm_lines(const ckp_provider_t *p, ckp_llm_said_t *s, const char *body,
    size_t len)
{
    while (len > 0) {
        const char *const  end = memchr(body, '\n', len);
        const size_t       n = end == NULL ? len : (size_t) (end - body);

        ckp_llm_line(p, s, body, n);
        body += n + (end != NULL);
        len -= n + (end != NULL);
    }
}


static bool
llm_is_stream(const char *body, size_t len)
{
    return len > 5 && (memcmp(body, "data:", 5) == 0
                       || memcmp(body, "event:", 6) == 0 || body[0] == ':');
}


/* What was said under a 2xx. */

static json_t *
llm_answer(const ckp_provider_t *p, ckp_llm_said_t *s, ckp_outcome_t *outcome)
{
    *outcome = CKP_OUTCOME_FAILED;

    if (s->error != NULL) {
        *outcome = CKP_OUTCOME_UNKNOWN;
        return llm_refusal(s->error, 0);
    }

    if (!s->any) {
        return llm_error(p->missing);
    }

    if (p->ends && !s->ended) {
        *outcome = CKP_OUTCOME_UNKNOWN;
        return ckp_llm_unreached("the answer broke off");
    }

    if (s->text.failed == CKP_E_LIMIT) {
        return llm_error("the answer is too long");
    }

    *outcome = CKP_OUTCOME_OK;

    return llm_data(s);
}


static json_t *
llm_reply(const ckp_provider_t *p, int http_status, const char *body,
    size_t len, ckp_outcome_t *outcome)
{
    const bool      ok = http_status >= 200 && http_status <= 299;
    const bool      stream = ok && llm_is_stream(body, len);
    ckp_err_t       err = CKP_ERR_INIT;
    ckp_llm_said_t  s = { .calls = json_array() };
    json_t         *reply;
    json_t         *data;

    ckp_buf_init(&s.text, CKP_LLM_TEXT_MAX);
    reply = len > 0 && !stream ? ckp_json_parse(body, len, &err) : NULL;

    if (!ok) {
        *outcome = http_status >= 500 ? CKP_OUTCOME_UNKNOWN
                                      : CKP_OUTCOME_FAILED;
        data = llm_refusal(json_object_get(reply, "error"), http_status);

    } else {
        if (reply != NULL) {
            llm_piece(p, &s, reply);

        } else {
            llm_lines(p, &s, body, len);
        }

        data = llm_answer(p, &s, outcome);
    }

    json_decref(reply);
    ckp_llm_said_end(&s);

    return data;
}


json_t *
ckp_llm_reply(const char *provider, int http_status, const char *body,
    size_t len, ckp_outcome_t *outcome)
{
    const unsigned long  refusals = ckp_memory_refusals();

    return ckp_json_whole(llm_reply(ckp_llm_provider(provider), http_status,
                                    body, len, outcome), refusals);
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
