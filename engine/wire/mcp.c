/*
 * Messages to tool servers, and what their answers mean.
 */

#include "wire/mcp.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MCP_TOOLS_MAX  2000


/* --- what we say --------------------------------------------------------------- */

json_t *
ckp_mcp_initialize(void)
{
    return json_pack("{s:s, s:i, s:s, s:{s:s, s:{}, s:{s:s, s:s}}}",
                     "jsonrpc", "2.0", "id", (int) CKP_MCP_INITIALIZE,
                     "method", "initialize", "params",
                     "protocolVersion", CKP_MCP_VERSION, "capabilities",
                     "clientInfo", "name", "langorch", "version", "1");
}


json_t *
ckp_mcp_initialized(void)
{
    return json_pack("{s:s, s:s}", "jsonrpc", "2.0", "method",
                     "notifications/initialized");
}


json_t *
ckp_mcp_list(const char *cursor)
{
    return json_pack("{s:s, s:i, s:s, s:{s:s*}}", "jsonrpc", "2.0",
                     "id", (int) CKP_MCP_LIST, "method", "tools/list",
                     "params", "cursor", cursor);
}


json_t *
ckp_mcp_call(const char *tool, json_t *arguments)
{
    json_t *const  given = json_is_object(arguments) ? json_incref(arguments)
                                                     : json_object();

    return json_pack("{s:s, s:i, s:s, s:{s:s, s:o}}", "jsonrpc", "2.0",
                     "id", (int) CKP_MCP_CALL, "method", "tools/call",
                     "params", "name", tool, "arguments", given);
}


/* --- finding the response -------------------------------------------------------- */

/* The message itself, or one of several: new reference. */

static json_t *
mcp_pick(const json_t *message, ckp_mcp_id_t id)
{
    const json_t  *one;
    size_t         i;

    if (json_is_object(message)) {
        one = json_object_get(message, "id");

        return json_is_integer(one) && json_integer_value(one) == (int) id
               && (json_object_get(message, "result") != NULL
                   || json_object_get(message, "error") != NULL)
               ? json_incref((json_t *) message) : NULL;
    }

    json_array_foreach(message, i, one) {
        if (json_is_object(one)) {
            json_t *const  found = mcp_pick(one, id);

            if (found != NULL) {
                return found;
            }
        }
    }

    return NULL;
}


static json_t *
mcp_parse(const char *text, size_t len, ckp_mcp_id_t id)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  message = ckp_json_parse(text, len, &err);
    json_t *const  found = mcp_pick(message, id);

    json_decref(message);

    return found;
}


/* One line of an event stream; data is gathered until the event ends. */

static json_t *
mcp_line(ckp_buf_t *data, const char *line, size_t n, ckp_mcp_id_t id)
{
    json_t  *found = NULL;

    if (n == 0) {
        if (data->len > 0 && data->failed == CKP_OK) {
            found = mcp_parse(ckp_buf_str(data), data->len, id);
        }

        data->len = 0;

        return found;
    }

    if (n < 5 || strncmp(line, "data:", 5) != 0) {
        return NULL;
    }

    line += 5;
    n -= 5;

    if (n > 0 && line[0] == ' ') {
        line++;
        n--;
    }

    if (data->len > 0) {
        ckp_buf_put(data, "\n", 1);
    }

    ckp_buf_put(data, line, n);

    return NULL;
}


static json_t *
mcp_stream(const char *body, size_t len, ckp_mcp_id_t id)
{
    ckp_buf_t  data;
    json_t    *found = NULL;
    size_t     from = 0;

    ckp_buf_init(&data, len + 1);

    for (size_t i = 0; i < len && found == NULL; i++) {
        if (body[i] != '\n' && body[i] != '\r') {
            continue;
        }

        found = mcp_line(&data, body + from, i - from, id);

        if (body[i] == '\r' && i + 1 < len && body[i + 1] == '\n') {
            i++;
        }

        from = i + 1;
    }

    /* the last event may end with the stream */

    if (found == NULL && from < len) {
        found = mcp_line(&data, body + from, len - from, id);
    }

    if (found == NULL) {
        found = mcp_line(&data, "", 0, id);
    }

    ckp_buf_free(&data);

    return found;
}


json_t *
ckp_mcp_response(const char *content_type, const char *body, size_t len,
    ckp_mcp_id_t id)
{
    static const char  stream[] = "text/event-stream";

    if (content_type != NULL
        && strncasecmp(content_type, stream, sizeof(stream) - 1) == 0)
    {
        return mcp_stream(body, len, id);
    }

    return mcp_parse(body, len, id);
}


/* --- what it means ------------------------------------------------------------------ */

static json_t *
mcp_error(const char *message)
{
    return json_pack("{s:s, s:s}", "type", "MCPToolError", "message",
                     message == NULL || *message == '\0'
                     ? "the tool gave no reason" : message);
}


/* The text blocks, a line each; NULL: there is none. */

static char *
mcp_text(const json_t *content, size_t *blocks, size_t *texts)
{
    ckp_buf_t      b;
    const json_t  *block;
    size_t         i;

    ckp_buf_init(&b, CKP_JSON_STRING_MAX);
    *blocks = json_array_size(content);
    *texts = 0;

    json_array_foreach(content, i, block) {
        const char *const  text = ckp_json_str(block, "text");

        if (text != NULL) {
            if ((*texts)++ > 0) {
                ckp_buf_puts(&b, "\n");
            }

            ckp_buf_puts(&b, text);
        }
    }

    return b.data;
}


static json_t *
mcp_content(const json_t *result)
{
    json_t *const  structured = json_object_get(result, "structuredContent");
    json_t *const  content = json_object_get(result, "content");
    size_t         blocks;
    size_t         texts;
    ckp_err_t      err = CKP_ERR_INIT;
    json_t        *value;

    if (structured != NULL && !json_is_null(structured)) {
        return json_incref(structured);
    }

    if (content == NULL) {
        return json_object();
    }

    char *const  text = mcp_text(content, &blocks, &texts);

    if (blocks != 1 || texts != 1) {
        ckp_free(text);
        return json_incref(content);
    }

    value = text == NULL ? NULL : ckp_json_parse(text, strlen(text), &err);

    if (value == NULL) {
        value = json_string(text == NULL ? "" : text);
    }

    ckp_free(text);

    return value;
}


static json_t *
mcp_result(const json_t *response, ckp_outcome_t *outcome)
{
    const json_t *const  error = json_object_get(response, "error");
    const json_t *const  result = json_object_get(response, "result");
    size_t               blocks;
    size_t               texts;
    json_t              *data;
    char                *text;

    *outcome = CKP_OUTCOME_FAILED;

    if (json_is_object(error)) {
        json_t *const  code = json_object_get(error, "code");

        data = mcp_error(ckp_json_str(error, "message"));

        if (code != NULL) {
            (void) json_object_set(data, "code", code);
        }

        return data;
    }

    if (!json_is_object(result)) {
        *outcome = CKP_OUTCOME_UNKNOWN;
        return mcp_error("the tool server gave no response");
    }

    if (ckp_json_bool(result, "isError", false)) {
        text = mcp_text(json_object_get(result, "content"), &blocks, &texts);
        data = mcp_error(text);
        ckp_free(text);

        return data;
    }

    *outcome = CKP_OUTCOME_OK;

    return json_pack("{s:o}", "result", mcp_content(result));
}


json_t *
ckp_mcp_result(const json_t *response, ckp_outcome_t *outcome)
{
    const unsigned long  refusals = ckp_memory_refusals();

    return ckp_json_whole(mcp_result(response, outcome),
                          refusals);
}


json_t *
ckp_mcp_refused(int http_status, ckp_outcome_t *outcome)
{
    char     text[32];
    json_t  *data;

    (void) snprintf(text, sizeof(text), "HTTP %d", http_status);

    *outcome = http_status >= 400 && http_status <= 499 ? CKP_OUTCOME_FAILED
                                                        : CKP_OUTCOME_UNKNOWN;
    data = mcp_error(text);
    (void) json_object_set_new(data, "http_status",
                               json_integer(http_status));

    return data;
}


/* What a tool says that failed: a text, {message}, or anything else. */

static json_t *
mcp_rest_error(const json_t *reply, const json_t *result)
{
    const json_t *const  said[] = { json_object_get(reply, "error"), result };

    for (size_t i = 0; i < 2; i++) {
        const char *const  text = json_is_string(said[i])
                                  ? json_string_value(said[i])
                                  : ckp_json_str(said[i], "message");

        if (text != NULL) {
            return mcp_error(text);
        }
    }

    return mcp_error(NULL);
}


static json_t *
mcp_rest(int http_status, const char *body, size_t len,
    ckp_outcome_t *outcome)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t        *reply;
    json_t        *result;
    json_t        *data;

    if (http_status < 200 || http_status > 299) {
        return ckp_mcp_refused(http_status, outcome);
    }

    reply = len == 0 ? NULL : ckp_json_parse(body, len, &err);
    result = json_object_get(reply, "result");

    if (ckp_json_bool(reply, "isError", false)) {
        *outcome = CKP_OUTCOME_FAILED;
        data = mcp_rest_error(reply, result);

    } else if (result != NULL) {
        *outcome = CKP_OUTCOME_OK;
        data = json_pack("{s:O}", "result", result);

    } else {
        *outcome = CKP_OUTCOME_UNKNOWN;
        data = mcp_error("Invalid tool server response");
    }

    json_decref(reply);

    return data;
}


json_t *
ckp_mcp_rest(int http_status, const char *body, size_t len,
    ckp_outcome_t *outcome)
{
    const unsigned long  refusals = ckp_memory_refusals();

    return ckp_json_whole(mcp_rest(http_status, body, len, outcome),
                          refusals);
}


json_t *
ckp_mcp_unreached(const char *why)
{
    if (why != NULL && strcmp(why, "timeout") == 0) {
        return json_pack("{s:s, s:s}", "type", "TimeoutError", "message",
                         "the tool server did not answer in time");
    }

    return mcp_error(why == NULL ? "no answer" : why);
}


json_t *
ckp_mcp_tools(const json_t *value)
{
    const json_t *const  list = json_object_get(value, "tools");
    json_t *const        out = json_is_array(list) ? json_array() : NULL;
    json_t              *tool;
    size_t               i;

    json_array_foreach(list, i, tool) {
        const char *const  name = json_is_string(tool)
                                  ? json_string_value(tool)
                                  : ckp_json_str(tool, "name");
        json_t            *schema = json_object_get(tool, "inputSchema");

        if (name == NULL || *name == '\0' || i >= MCP_TOOLS_MAX) {
            continue;
        }

        if (schema == NULL) {
            schema = json_object_get(tool, "input_schema");
        }

        if (json_array_append_new(out, json_pack("{s:s, s:s*, s:O*}",
                "name", name, "description",
                ckp_json_str(tool, "description"), "input_schema",
                schema)) != 0)
        {
            json_decref(out);
            return NULL;
        }
    }

    return out;
}
