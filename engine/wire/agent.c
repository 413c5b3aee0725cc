/*
 * Replies of agents become outcomes.
 */

#include "wire/agent.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define AGENT_TYPE_MAX  100


static json_t *
agent_error(const char *type, const char *message)
{
    return json_pack("{s:s, s:s}", "type", type, "message", message);
}


/* "Name: message": the name, when it looks like one, is the agent's type. */

static void
agent_name(json_t *data, const char *text)
{
    const char *const  colon = strchr(text, ':');
    const size_t       n = colon ? (size_t) (colon - text) : 0;

    if (n == 0 || n > AGENT_TYPE_MAX || colon[1] != ' ') {
        return;
    }

    for (size_t i = 0; i < n; i++) {
        const char  c = text[i];

        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'
              || c == '.' || (i > 0 && c >= '0' && c <= '9')))
        {
            return;
        }
    }

    json_object_set_new(data, "agent_error_type", json_stringn(text, n));
}


static void
agent_copy(json_t *data, const char *to, const json_t *from, const char *name)
{
    json_t *const  v = json_object_get(from, name);

    if (v != NULL && !json_is_null(v)) {
        json_object_set(data, to, v);
    }
}


/* The members of a well-formed error, wherever the agent put them. */

static json_t *
agent_failure(const json_t *reply, int http_status)
{
    const json_t *const  error = json_object_get(reply, "error");
    const char          *text = json_string_value(error);

    if (text == NULL) {
        text = ckp_json_str(error, "message");
    }

    json_t *const  data = agent_error("AgentActionError",
                                      text ? text : "the agent gave no reason");

    if (data == NULL) {
        return NULL;
    }

    if (json_is_string(error)) {
        agent_name(data, text);
    }

    agent_copy(data, "agent_error_type", error, "type");
    agent_copy(data, "code", error, "code");
    agent_copy(data, "retryable", error, "retryable");
    agent_copy(data, "details", error, "details");
    agent_copy(data, "agent_error_type", reply, "error_type");
    agent_copy(data, "code", reply, "error_code");
    agent_copy(data, "retryable", reply, "retryable");
    agent_copy(data, "http_status", reply, "http_status");
    agent_copy(data, "cost", reply, "cost_usd");
    agent_copy(data, "cost", reply, "cost");
    agent_copy(data, "usage", reply, "usage");

    if (http_status < 200 || http_status > 299) {
        json_object_set_new(data, "http_status", json_integer(http_status));
    }

    return data;
}


static json_t *
agent_success(const json_t *reply, json_t *result)
{
    json_t *const  data = json_object();

    if (data == NULL) {
        return NULL;
    }

    if (result == NULL || json_is_null(result)) {
        json_object_set_new(data, "result", json_object());

    } else {
        json_object_set(data, "result", result);
    }

    agent_copy(data, "artifacts", reply, "artifacts");
    agent_copy(data, "usage", reply, "usage");
    agent_copy(data, "cost", reply, "cost_usd");
    agent_copy(data, "cost", reply, "cost");

    return data;
}


/* A 2xx whose body is a JSON object, or NULL for any other body. */

static json_t *
agent_accept(json_t *reply, bool strict, ckp_outcome_t *outcome)
{
    const char *const  status = ckp_json_str(reply, "status");

    if (status != NULL && strcmp(status, "success") == 0) {
        *outcome = CKP_OUTCOME_OK;
        return agent_success(reply, json_object_get(reply, "result"));
    }

    if (status != NULL && strcmp(status, "error") == 0) {
        *outcome = CKP_OUTCOME_FAILED;
        return agent_failure(reply, 200);
    }

    if (!strict && json_is_object(reply)
        && json_object_get(reply, "status") == NULL)
    {
        json_t *const  result = json_object_get(reply, "result");

        *outcome = CKP_OUTCOME_OK;
        return agent_success(reply, result ? result : reply);
    }

    *outcome = CKP_OUTCOME_UNKNOWN;

    if (status != NULL && strcmp(status, "accepted") == 0) {
        return agent_error("AgentProtocolError",
                           "the agent accepted a call that is answered at once");
    }

    return agent_error("AgentProtocolError", "Invalid agent response schema");
}


json_t *
ckp_agent_reply(int http_status, const char *body, size_t len, bool strict,
    ckp_outcome_t *outcome)
{
    const unsigned long  refusals = ckp_memory_refusals();
    ckp_err_t            err = CKP_ERR_INIT;
    json_t              *reply = len ? ckp_json_parse(body, len, &err) : NULL;
    json_t              *data;

    if (http_status >= 200 && http_status <= 299) {
        data = agent_accept(reply, strict, outcome);

    } else {
        const char *const  status = ckp_json_str(reply, "status");
        const bool         formed = status != NULL
                                    && strcmp(status, "error") == 0;
        char               text[32];

        (void) snprintf(text, sizeof(text), "HTTP %d", http_status);

        *outcome = formed || (http_status >= 400 && http_status <= 499)
                   ? CKP_OUTCOME_FAILED : CKP_OUTCOME_UNKNOWN;

        data = formed ? agent_failure(reply, http_status)
                      : agent_error("AgentActionError", text);

        if (data != NULL && !formed) {
            json_object_set_new(data, "http_status",
                                json_integer(http_status));
        }
    }

    json_decref(reply);

    return ckp_json_whole(data, refusals);
}


json_t *
ckp_agent_accepted(int http_status, const char *body, size_t len,
    ckp_outcome_t *outcome)
{
    if (http_status < 200 || http_status > 299) {
        return ckp_agent_reply(http_status, body, len, true, outcome);
    }

    *outcome = CKP_OUTCOME_OK;

    return json_pack("{s:b}", "accepted", 1);
}


json_t *
ckp_agent_unreached(const char *why)
{
    static const char *const  broken[] = {
        "too large", "malformed", "coding", "protocol"
    };

    if (why == NULL) {
        why = "no answer";
    }

    if (strcmp(why, "timeout") == 0) {
        return agent_error("TimeoutError", "the agent did not answer in time");
    }

    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        if (strstr(why, broken[i]) != NULL) {
            return agent_error("AgentProtocolError", why);
        }
    }

    return agent_error("AgentUnavailable", why);
}
