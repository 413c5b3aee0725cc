/*
 * The wire of models: how each provider is asked, and what its replies mean,
 * whole or streamed (spec/ckp.md 23.1, 23.3; spec/api.md 13).
 *
 * Inside, a question is a body of chat completions and an answer is `data` as
 * below, whoever is asked; a provider (llm_<name>.c) is the way there and back.
 */

#ifndef CKP_WIRE_LLM_H
#define CKP_WIRE_LLM_H

#include <stdbool.h>
#include <stddef.h>
#include "value/json.h"

#include "base/mem.h"
#include "base/outcome.h"

/* What a profile says of where it is asked.  A provider that is NULL, or no
 * word of ours, is asked in the way of chat completions. */

typedef struct {
    const char  *provider;      /* openai_compatible, openai, anthropic,
                                   azure_openai, ollama */
    const char  *base;          /* http or https, any number of "/" at its
                                   end */
    const char  *model;         /* azure_openai: the deployment; NULL: none */
    const char  *api_version;   /* azure_openai; NULL: a stable one */
} ckp_llm_where_t;

/* Appends the address of a question. */
void ckp_llm_url(const ckp_llm_where_t *where, ckp_buf_t *url);

/*
 * Makes {name: value} the lines of a head for the provider.  keyed: its
 * Authorization is "Bearer " and the key, which goes where the provider looks
 * for it.  0; -1: no memory.
 */
int ckp_llm_head(const char *provider, json_t *headers, bool keyed);

/* The text of the body for a question of chat completions; ckp_free() it; NULL:
 * no memory. */
char *ckp_llm_body(const char *provider, const json_t *request);

/*
 * A complete HTTP reply -> data of CKP_IN_REPLY, a new object; NULL: no memory.
 *
 *   OK       2xx with an answer: {text, tool_calls?, finish_reason, model?,
 *            usage: {prompt_tokens, cached_tokens? (of the prompt),
 *            completion_tokens, total_tokens}}
 *   FAILED   a 4xx, or a 2xx without an answer: {type: LLMCallError, message,
 *            http_status?, code?, retryable?}
 *   UNKNOWN  a 5xx, or a stream that broke off
 *
 * The body is one JSON object, a stream of `data:` lines of such, or of ollama
 * a line for each.
 */
json_t *ckp_llm_reply(const char *provider, int http_status, const char *body,
    size_t len, ckp_outcome_t *outcome);

/*
 * A reply that comes in pieces, while it comes: what it says so far.  What it
 * is worth is judged by ckp_llm_reply, of all of it.
 */
typedef struct ckp_llm_live_s  ckp_llm_live_t;

ckp_llm_live_t *ckp_llm_live_new(const char *provider); /* NULL: no memory */
void ckp_llm_live_free(ckp_llm_live_t *live);           /* NULL is fine */

/* The bytes that came next, cut anywhere. */
void ckp_llm_live_feed(ckp_llm_live_t *live, const char *bytes, size_t len);

/* All of the text that is known, lent until the next piece. */
const char *ckp_llm_live_text(const ckp_llm_live_t *live, size_t *len);

/* No complete reply: {type, message, reason: "network"}.  `why` is the word of
 * the carrier: "timeout" is a TimeoutError. */
json_t *ckp_llm_unreached(const char *why);

/* Nobody was asked: too many failures lately; reason "circuit_open". */
json_t *ckp_llm_shut(void);

#endif
