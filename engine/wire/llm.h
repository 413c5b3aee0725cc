/*
 * The wire of models: what replies of chat completions mean, whole or streamed
 * (spec/ckp.md 23.1, 23.3).
 */

#ifndef CKP_WIRE_LLM_H
#define CKP_WIRE_LLM_H

#include <stddef.h>
#include <jansson.h>

#include "base/outcome.h"

/*
 * A complete HTTP reply -> data of CKP_IN_REPLY, a new object; NULL: no memory.
 *
 *   OK       2xx with choices: {text, tool_calls?, finish_reason, model?,
 *            usage: {prompt_tokens, completion_tokens, total_tokens}}
 *   FAILED   a 4xx, or a 2xx without choices: {type: LLMCallError, message,
 *            http_status?, code?, retryable?}
 *   UNKNOWN  a 5xx
 *
 * The body is one JSON object, or a stream of `data:` lines of such.
 */
json_t *ckp_llm_reply(int http_status, const char *body, size_t len,
    ckp_outcome_t *outcome);

/* No complete reply: {type, message, reason: "network"}.  `why` is the word of
 * the carrier: "timeout" is a TimeoutError. */
json_t *ckp_llm_unreached(const char *why);

/* Nobody was asked: too many failures lately; reason "circuit_open". */
json_t *ckp_llm_shut(void);

#endif
