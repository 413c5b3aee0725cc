/*
 * The wire of tool servers (MCP), in both forms: plain REST, and JSON-RPC over
 * streamable HTTP.  Source: spec/ckp.md 14.2, api.md 8.
 */

#ifndef CKP_WIRE_MCP_H
#define CKP_WIRE_MCP_H

#include <stddef.h>
#include "value/json.h"

#include "base/outcome.h"

#define CKP_MCP_VERSION  "2025-06-18"   /* of the protocol that we speak */
#define CKP_MCP_ACCEPT   "application/json, text/event-stream"

/* A request's id, and so its response's: one request a POST. */
typedef enum {
    CKP_MCP_INITIALIZE = 1,
    CKP_MCP_LIST,
    CKP_MCP_CALL
} ckp_mcp_id_t;

/* Messages of a client: new objects, NULL: no memory.  cursor NULL: the first
 * page; arguments (borrowed) NULL: none. */
json_t *ckp_mcp_initialize(void);
json_t *ckp_mcp_initialized(void);
json_t *ckp_mcp_list(const char *cursor);
json_t *ckp_mcp_call(const char *tool, json_t *arguments);

/*
 * The response to the request `id` in a body of that content type: one message,
 * an array of some, or an event stream.  New reference; NULL: it is not there.
 */
json_t *ckp_mcp_response(const char *content_type, const char *body,
    size_t len, ckp_mcp_id_t id);

/*
 * Of a response to CKP_MCP_CALL: data of CKP_IN_REPLY, new.  OK {result}: the
 * structured content, else a single text (parsed when it is JSON), else the
 * blocks; FAILED {type: MCPToolError, message, code?}.  response NULL: UNKNOWN.
 */
json_t *ckp_mcp_result(const json_t *response, ckp_outcome_t *outcome);

/* Of a complete answer to POST /tools/{name}: as above. */
json_t *ckp_mcp_rest(int http_status, const char *body, size_t len,
    ckp_outcome_t *outcome);

/* An answer that is no response at all: MCPToolError of that status; a 4xx is
 * FAILED, all else UNKNOWN. */
json_t *ckp_mcp_refused(int http_status, ckp_outcome_t *outcome);

/* No complete answer: as of an agent (wire/agent.h), as MCPToolError. */
json_t *ckp_mcp_unreached(const char *why);

/*
 * The tools in {tools: [...]}, of a response's result or of GET /tools: new
 * array of {name, description?, input_schema?}; those without a name are left
 * out.  NULL: there is no list, or no memory.
 */
json_t *ckp_mcp_tools(const json_t *value);

#endif
