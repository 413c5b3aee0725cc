/*
 * The wire of agents: what their replies mean (spec/ckp.md 14.2, api.md 19).
 */

#ifndef CKP_WIRE_AGENT_H
#define CKP_WIRE_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include "value/json.h"

#include "base/outcome.h"

/*
 * A complete HTTP reply -> data of CKP_IN_REPLY, a new object; NULL: no memory.
 *
 *   OK       2xx {"status": "success"}: {result, artifacts?, cost?, usage?}
 *   FAILED   a well-formed error of any HTTP status, or a 4xx of any shape:
 *            {type: AgentActionError, message, http_status?, ...}
 *   UNKNOWN  anything else: another shape (AgentProtocolError), or a 5xx that
 *            may be a proxy's, after the agent did its work
 *
 * `strict` = false: a 2xx object without status is its own result.
 */
json_t *ckp_agent_reply(int http_status, const char *body, size_t len,
    bool strict, ckp_outcome_t *outcome);

/*
 * The same for a POST that any 2xx accepts: {accepted: true}.
 * Source: spec/ckp.md 14.3.
 */
json_t *ckp_agent_accepted(int http_status, const char *body, size_t len,
    ckp_outcome_t *outcome);

/*
 * No complete reply: data of an UNKNOWN outcome {type, message}.  `why` is the
 * carrier's word: "timeout" is a TimeoutError, "too large" and other replies
 * that are none are AgentProtocolError; a reply that was cut is a read that
 * failed, and AgentUnavailable like all else.
 */
json_t *ckp_agent_unreached(const char *why);

#endif
