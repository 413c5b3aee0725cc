/*
 * What agents, models, tool servers and the host answer.
 */

#include "play_int.h"

#include <stdlib.h>
#include <string.h>

#include "wire/agent.h"
#include "wire/llm.h"
#include "wire/mcp.h"


static bool
answer_is(const char *a, const char *b)
{
    return a != NULL && strcmp(a, b) == 0;
}


/* What the script calls it. */

static const char *
answer_name(const ckp_effect_t *fx)
{
    const json_t *const  rq = json_object_get(fx->body, "request");
    const char *const    op = ckp_json_str(fx->body, "op");

    if (answer_is(fx->target, "llm")) {
        return "llm";
    }

    if (answer_is(fx->target, "http")) {
        return "http_request";
    }

    if (answer_is(fx->target, "notify")) {
        return "notify";
    }

    return op != NULL ? op : ckp_json_str(rq == NULL ? fx->body : rq,
                                          "action");
}


static const char *
answer_path(const ckp_effect_t *fx)
{
    const char *const  path = ckp_json_str(json_object_get(fx->body,
                                           "request"), "path");

    return path != NULL ? path : ckp_json_str(fx->body, "path");
}


/* --- shapes ------------------------------------------------------------------- */

static json_t *
answer_of_model(const json_t *said)
{
    char *const    text = said == NULL || json_is_string(said)
                          ? NULL : ckp_json_text(said);
    json_t *const  out = json_pack("{s:s, s:s, s:s, s:{s:i, s:i, s:i}}",
                             "text", text != NULL ? text
                             : said == NULL ? "It is done."
                             : json_string_value(said), "finish_reason",
                             "stop", "model", "scripted", "usage",
                             "prompt_tokens", 10, "completion_tokens", 5,
                             "total_tokens", 15);

    ckp_free(text);

    return out;
}


/* A result in the shape of its target; NULL: the usual one. */

static json_t *
answer_shape(const char *target, const json_t *said)
{
    json_t *const  value = said == NULL ? NULL : json_deep_copy(said);
    json_t        *out;

    if (answer_is(target, "llm")) {
        json_decref(value);
        return answer_of_model(said);
    }

    if (answer_is(target, "http")) {
        return json_pack("{s:i, s:{}, s:o, s:i, s:s}", "status", 200,
                         "headers", "body", value == NULL
                         ? json_pack("{s:b}", "ok", 1) : value,
                         "duration_ms", 1, "url", "http://example.com/");
    }

    if (answer_is(target, "notify")) {
        out = json_pack("{s:b, s:s}", "delivered", 1, "via", "agent");
        json_object_update(out, value);
        json_decref(value);

        return out;
    }

    if (value == NULL) {
        return answer_is(target, "host")
                   ? json_pack("{s:n}", "result")
                   : json_pack("{s:{s:b}}", "result", "ok", 1);
    }

    return json_pack("{s:o}", "result", value);
}


/* A complete reply of HTTP, read as the module reads it. */

static json_t *
answer_http(const char *target, const json_t *said, ckp_outcome_t *outcome)
{
    const int            status = (int) ckp_json_int(said, "status", 200);
    const json_t *const  body = json_object_get(said, "body");
    char *const          text = json_is_string(body)
                                ? strdup(json_string_value(body))
                                : ckp_json_text(body);
    const size_t         len = strlen(text);
    const bool           strict = ckp_json_bool(said, "strict", true);
    json_t              *data;

    if (answer_is(target, "llm")) {
        data = ckp_llm_reply(ckp_json_str(said, "provider"), status, text, len,
                             outcome);

    } else if (answer_is(target, "mcp")) {
        data = ckp_mcp_rest(status, text, len, outcome);

    } else if (ckp_json_bool(said, "accept", false)) {
        data = ckp_agent_accepted(status, text, len, outcome);

    } else {
        data = ckp_agent_reply(status, text, len, strict, outcome);
    }

    free(text);

    return data;
}


static void
answer_say(play_t *p, const ckp_effect_t *fx, const json_t *said)
{
    const int64_t        wait = ckp_json_int(said, "__after_ms__", -1);
    const json_t *const  late = wait < 0 ? said
                                : json_object_get(said, "value");
    const json_t *const  error = json_object_get(late, "__error__");
    const json_t *const  http = json_object_get(late, "__http__");
    const json_t *const  raw = json_object_get(late, "__raw__");
    ckp_outcome_t        outcome = CKP_OUTCOME_OK;
    json_t              *data;

    if (json_is_true(json_object_get(late, "__never__"))) {
        return;
    }

    if (error != NULL) {
        outcome = ckp_json_bool(late, "__unknown__", false)
                      ? CKP_OUTCOME_UNKNOWN : CKP_OUTCOME_FAILED;
        data = json_deep_copy(error);

    } else if (http != NULL) {
        data = answer_http(fx->target, http, &outcome);

    } else if (raw != NULL) {
        data = json_deep_copy(raw);

    } else {
        data = answer_shape(fx->target, late);
    }

    play_later(p, CKP_IN_REPLY, fx->ref, wait < 0 ? 0 : wait, data)
        ->outcome = outcome;
}


/* --- calls -------------------------------------------------------------------- */

/* It takes the work, and tells of it by and by. */

static void
answer_delegate(play_t *p, const ckp_effect_t *fx, const json_t *reports)
{
    const json_t  *report;
    size_t         i;
    int64_t        at = 0;

    play_later(p, CKP_IN_REPLY, fx->ref, 0, json_pack("{s:b}", "accepted", 1));

    json_array_foreach((json_t *) reports, i, report) {
        at += ckp_json_int(report, "__after_ms__", 0);
        play_later(p, CKP_IN_CALLBACK, p->delegation, at,
                   json_deep_copy(report))->durable = true;
    }
}


static void
answer_call(play_t *p, const ckp_effect_t *fx)
{
    const char *const    name = answer_name(fx);
    const char *const    path = answer_path(fx);
    const json_t *const  rq = json_object_get(fx->body, "request");
    const json_t        *said;
    const json_t        *reports;
    json_t              *call = json_deep_copy(answer_is(fx->target, "agent")
                                               || answer_is(fx->target, "mcp")
                                               ? rq : fx->body);

    json_object_set_new(call, "_action", json_string(name));
    json_object_set_new(call, "_target", json_string(fx->target));
    json_object_set_new(call, "_at", json_integer(p->now_ms - PLAY_NOW));
    json_object_set_new(call, "timeout_ms", json_integer(fx->timeout_ms));

    if (fx->key != NULL && json_object_get(call, "key") == NULL) {
        json_object_set_new(call, "key", json_string(fx->key));
    }

    json_array_append_new(p->calls, call);
    json_object_set_new(p->refs, fx->ref, json_string(path == NULL ? name
                                                                   : path));

    if (answer_is(name, "procedure")) {
        const char *const  id = ckp_json_str(fx->body, "procedure_id");

        if (json_object_get(p->c->kids, id) != NULL) {
            play_later(p, CKP_IN_REPLY, fx->ref, 0, json_pack("{s:s, s:s}",
                       "hash", id, "version", ckp_json_str(json_object_get(
                       p->c->kids, id), "version")));
            return;
        }
    }

    said = play_turn_of(p, "answers", path, name);
    reports = json_object_get(said, "__reports__");

    if (reports != NULL) {
        answer_delegate(p, fx, reports);
    } else {
        answer_say(p, fx, said);
    }
}


static void
answer_admit(play_t *p, const ckp_effect_t *fx)
{
    const char *const    action = ckp_json_str(fx->body, "action");
    const char *const    path = ckp_json_str(fx->body, "path");
    const char *const    channel = ckp_json_str(fx->body, "channel");
    const bool           own = ckp_json_bool(fx->body, "native", false)
                               || ckp_json_bool(fx->body, "internal", false);
    const json_t *const  said = play_turn_of(p, "admits", path, action);
    const json_t        *answer = json_object_get(
                                  json_object_get(p->script, "answers"),
                                  path);

    json_array_append_new(p->asks, json_pack("[s?, O]", action, fx->body));

    if (said != NULL) {
        const int64_t        wait = ckp_json_int(said, "__after_ms__", 0);
        const json_t *const  late = json_object_get(said, "value");

        if (!json_is_true(json_object_get(said, "__never__"))) {
            play_later(p, CKP_IN_ADMITTED, fx->ref, wait,
                       json_deep_copy(late == NULL ? said : late));
        }

        return;
    }

    if (own && channel == NULL) {
        play_later(p, CKP_IN_ADMITTED, fx->ref, 0,
                   json_pack("{s:b}", "native", 1));
        return;
    }

    if (answer == NULL && action != NULL) {
        answer = json_object_get(json_object_get(p->script, "answers"),
                                 action);
    }

    play_later(p, CKP_IN_ADMITTED, fx->ref, 0,
        json_pack("{s:{s:s, s:s, s:s, s:s*, s:s, s:i, s:b, s:s*}}", "agent",
                  "agent_id", "scripted", "name", "scripted", "base_url",
                  "http://127.0.0.1:1", "channel", channel, "resource_key",
                  "scripted", "concurrency_limit", 9, "workflow",
                  json_object_get(answer, "__reports__") != NULL,
                  "screenshot", ckp_json_str(p->script, "screenshot")));
}


/* Nobody hears of that call any more. */

static void
answer_abort(play_t *p, const ckp_effect_t *fx)
{
    json_array_append_new(p->aborts,
                          json_incref(json_object_get(p->refs, fx->ref)));

    for (size_t i = p->nins; i-- > 0; ) {
        if (p->ins[i].kind == CKP_IN_REPLY
            && strcmp(p->ins[i].ref, fx->ref) == 0)
        {
            json_decref(p->ins[i].data);
            memmove(&p->ins[i], &p->ins[i + 1],
                    (--p->nins - i) * sizeof(p->ins[0]));
        }
    }
}


void
play_effect(play_t *p, const ckp_effect_t *fx)
{
    json_t  *body;

    switch (fx->kind) {

    case CKP_FX_ADMIT:
        answer_admit(p, fx);
        return;

    case CKP_FX_CALL:
        answer_call(p, fx);
        return;

    case CKP_FX_ABORT:
        answer_abort(p, fx);
        return;

    case CKP_FX_NOTIFY:
        body = json_deep_copy(fx->body);

        if (fx->target != NULL) {
            json_object_set_new(body, "_target", json_string(fx->target));
        }

        json_array_append_new(p->notices, body);
        return;
    }
}
