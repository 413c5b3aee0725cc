/*
 * What is sent to a model: its messages, made once, and the body of a call.
 * Source: spec/ckp.md 23.1, 23.4, 23.5, 23.9.
 */

#include "llm/llm.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "llm/planner.h"
#include "op/op_int.h"

#define REQUEST_SYSTEM_MAX  (512 * 1024)
#define REQUEST_WARM        0.7     /* temperature when nobody says another */


bool
ckp_llm_wants_json(const ckp_fiber_t *f)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;

    return llm->json_mode || ckp_llm_schema(f) != NULL || llm->orchestrates
           || (llm->planner != NULL && ckp_planner_is_json(llm->planner));
}


bool
ckp_llm_streams(const ckp_fiber_t *f, const json_t *profile)
{
    const json_t  *said = ckp_fiber_node(f)->u.llm->stream;

    return json_is_true(said != NULL ? said
                                     : json_object_get(profile, "stream"));
}


bool
ckp_llm_shows(const ckp_fiber_t *f, const json_t *profile)
{
    const ckp_pii_t *const  pii = ckp_fiber_node(f)->u.llm->pii;

    return ckp_llm_streams(f, profile) && !ckp_llm_wants_json(f)
           && (pii == NULL || pii->post == CKP_PII_OFF);
}


/* --- messages ---------------------------------------------------------- */

ckp_code_t
ckp_llm_say(ckp_fiber_t *f, json_t *message)
{
    const size_t  n = json_object_size(ckp_fiber_get(f, "msgs", NULL));
    const size_t  more = ckp_json_size(message, CKP_LLM_SAID_MAX + 1);
    const size_t  bytes = more + (size_t) ckp_llm_int(f, "bytes");
    char          at[24];
    ckp_code_t    rc;

    if (message == NULL) {
        return CKP_E_NOMEM;
    }

    if (n >= CKP_LLM_MESSAGES_MAX || bytes > CKP_LLM_SAID_MAX) {
        json_decref(message);
        return ckp_fiber_raise_json(f, json_pack("{s:s, s:s, s:b}", "type",
                   "LLMCallError", "message", "the conversation is too long",
                   "retryable", 0));
    }

    (void) snprintf(at, sizeof(at), "%zu", n);
    rc = ckp_fiber_put(f, "msgs", at, message);

    return rc == CKP_OK ? ckp_llm_put_int(f, "bytes", (int64_t) bytes) : rc;
}


json_t *
ckp_llm_said(const ckp_fiber_t *f)
{
    const json_t *const  all = ckp_fiber_get(f, "msgs", NULL);
    const size_t         n = json_object_size(all);
    json_t *const        list = json_array();

    for (size_t i = 0; i < n; i++) {
        char  at[24];

        (void) snprintf(at, sizeof(at), "%zu", i);

        if (json_array_append(list, json_object_get(all, at)) != 0) {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}


/* A template to a text that may leave; *out is a new string. */

static ckp_code_t
request_text(ckp_fiber_t *f, const ckp_template_t *t, json_t **out)
{
    json_t      *value = NULL;
    json_t      *text;
    ckp_code_t   rc = ckp_fiber_render(f, t, &value);

    if (rc != CKP_OK) {
        return rc;
    }

    text = ckp_op_text(value);
    json_decref(value);

    if (text == NULL) {
        return CKP_E_NOMEM;
    }

    rc = ckp_pii_out(f, json_string_value(text), out);
    json_decref(text);

    return rc;
}


/* The same in the scope of a prompt template: its variables and nothing else,
 * when it is given some. */

static ckp_code_t
request_asset(ckp_fiber_t *f, const ckp_template_t *t, const json_t *vars,
    json_t **out)
{
    const ckp_scope_t  own = { .get = ckp_scope_object_get, .object = vars };
    ckp_eval_t         ev;
    ckp_err_t          err = CKP_ERR_INIT;
    ckp_buf_t          b;
    ckp_code_t         rc;

    if (vars == NULL) {
        return request_text(f, t, out);
    }

    ckp_fiber_eval(f, &ev);
    ev.scope = &own;
    ckp_buf_init(&b, CKP_TEMPLATE_OUT_MAX);
    rc = ckp_template_render_text(t, &ev, &b, &err);

    if (rc == CKP_E_INVALID || rc == CKP_E_LIMIT) {
        rc = ckp_fiber_raise(f, "PromptTemplateError", "%s", err.msg);

    } else if (rc == CKP_OK) {
        rc = ckp_pii_out(f, ckp_buf_str(&b), out);
    }

    ckp_buf_free(&b);

    return rc;
}


/* --- the system's message ---------------------------------------------- */

static void
request_gap(ckp_buf_t *b)
{
    if (b->len > 0) {
        ckp_buf_puts(b, "\n\n");
    }
}


static void
request_schema(ckp_buf_t *b, const json_t *schema, bool last)
{
    request_gap(b);
    ckp_buf_puts(b, last ? "The final answer fits this JSON Schema:\n"
                         : "Answer with one JSON value that fits this JSON "
                           "Schema, and with nothing else:\n");
    ckp_json_put(b, schema);
}


static void
request_branches(ckp_buf_t *b, const ckp_llm_t *llm)
{
    request_gap(b);
    ckp_buf_puts(b, "Answer with a JSON object. Its member \"_next_node\" "
                 "names what is to happen next; it must be exactly one of:");

    for (size_t i = 0; i < llm->nbranches; i++) {
        ckp_buf_printf(b, "%s \"%s\"", i == 0 ? "" : ",",
                       llm->branches[i].id);
    }

    ckp_buf_puts(b, ".");
}


static ckp_code_t
request_system(ckp_fiber_t *f, const json_t *vars)
{
    const ckp_llm_t *const       llm = ckp_fiber_node(f)->u.llm;
    const ckp_template_t *const  t = llm->system != NULL ? llm->system
                                     : ckp_llm_template(f, true);
    const json_t *const          schema = ckp_llm_schema(f);
    json_t                      *text = NULL;
    ckp_buf_t                    b;
    ckp_code_t                   rc = CKP_OK;

    if (t != NULL) {
        rc = request_asset(f, t, llm->system != NULL ? NULL : vars, &text);
    }

    if (rc != CKP_OK) {
        return rc;
    }

    ckp_buf_init(&b, REQUEST_SYSTEM_MAX);

    if (text != NULL) {
        ckp_buf_puts(&b, json_string_value(text));
    }

    json_decref(text);

    if (llm->planner != NULL) {
        ckp_planner_instruct(llm->planner, &b);
    }

    if (schema != NULL) {
        request_schema(&b, schema, llm->planner != NULL);
    }

    if (llm->orchestrates) {
        request_branches(&b, llm);
    }

    if (b.failed == CKP_E_LIMIT) {
        rc = ckp_fiber_raise(f, "TemplateError", "the system message is "
                             "longer than %d bytes", REQUEST_SYSTEM_MAX);

    } else if (b.failed != CKP_OK) {
        rc = CKP_E_NOMEM;

    } else if (b.len > 0) {
        rc = ckp_llm_say(f, json_pack("{s:s, s:s}", "role", "system",
                                      "content", ckp_buf_str(&b)));
    }

    ckp_buf_free(&b);

    return rc;
}


/* --- the others -------------------------------------------------------- */

/* Roles of the document are constants; contents are rendered. */

static ckp_code_t
request_listed(ckp_fiber_t *f)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    json_t                 *list = NULL;
    const json_t           *one;
    size_t                  i;
    ckp_code_t              rc;

    if (llm->messages == NULL) {
        return CKP_OK;
    }

    rc = ckp_fiber_render(f, llm->messages, &list);

    json_array_foreach(list, i, one) {
        json_t *const  text = ckp_op_text(json_object_get(one, "content"));
        json_t        *out = NULL;

        if (rc == CKP_OK) {
            rc = text == NULL ? CKP_E_NOMEM
                 : ckp_pii_out(f, json_string_value(text), &out);
        }

        if (rc == CKP_OK) {
            rc = ckp_llm_say(f, json_pack("{s:O, s:o}", "role",
                                          json_object_get(one, "role"),
                                          "content", out));
        }

        json_decref(text);
    }

    json_decref(list);

    return rc;
}


/* The last message of the user, with its attachments. */

static ckp_code_t
request_prompt(ckp_fiber_t *f, const json_t *vars)
{
    const ckp_llm_t *const       llm = ckp_fiber_node(f)->u.llm;
    const ckp_template_t *const  t = llm->prompt != NULL ? llm->prompt
                                     : ckp_llm_template(f, false);
    json_t                      *text = NULL;
    json_t                      *parts;
    ckp_code_t                   rc = CKP_OK;

    if (t != NULL) {
        rc = request_asset(f, t, llm->prompt != NULL ? NULL : vars, &text);
    }

    if (rc != CKP_OK || (text == NULL && llm->nattach == 0)) {
        json_decref(text);
        return rc;
    }

    if (llm->nattach == 0) {
        return ckp_llm_say(f, json_pack("{s:s, s:o}", "role", "user",
                                        "content", text));
    }

    parts = json_array();

    if (text != NULL) {
        (void) json_array_append_new(parts, json_pack("{s:s, s:o}", "type",
                                                      "text", "text", text));
    }

    rc = parts == NULL ? CKP_E_NOMEM : ckp_llm_attach(f, parts);

    if (rc != CKP_OK) {
        json_decref(parts);
        return rc;
    }

    return ckp_llm_say(f, json_pack("{s:s, s:o}", "role", "user", "content",
                                    parts));
}


ckp_code_t
ckp_llm_messages(ckp_fiber_t *f)
{
    json_t      *vars = NULL;
    ckp_code_t   rc = ckp_fiber_put(f, "msgs", NULL, json_object());

    if (rc == CKP_OK) {
        rc = ckp_llm_prompt_vars(f, &vars);
    }

    if (rc == CKP_OK) {
        rc = request_system(f, vars);
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_recall(f);
    }

    if (rc == CKP_OK) {
        rc = request_listed(f);
    }

    if (rc == CKP_OK) {
        rc = request_prompt(f, vars);
    }

    if (rc == CKP_OK) {
        rc = ckp_pii_told(f, "pre");
    }

    json_decref(vars);

    return rc;
}


/* --- the body ---------------------------------------------------------- */

json_t *
ckp_llm_request(ckp_fiber_t *f, const json_t *entry)
{
    static const char *const  names[] = {
        "temperature", "max_tokens", "top_p", "stop", "seed"
    };
    const ckp_llm_t *const    llm = ckp_fiber_node(f)->u.llm;
    const json_t *const       profile = ckp_llm_profile_of(f,
                                            ckp_json_str(entry, "p"));
    const char *const         model = ckp_json_str(entry, "m");
    json_t *const             body = json_object();

    if (*model != '\0') {
        (void) json_object_set_new(body, "model", json_string(model));
    }

    (void) json_object_set_new(body, "messages", ckp_llm_said(f));

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        json_t  *v = json_object_get(llm->params, names[i]);

        if (v == NULL) {
            v = json_object_get(profile, names[i]);
        }

        if (v != NULL && !json_is_null(v)) {
            (void) json_object_set(body, names[i], v);
        }
    }

    if (json_object_get(body, "temperature") == NULL) {
        (void) json_object_set_new(body, "temperature",
                                   json_real(REQUEST_WARM));
    }

    if (ckp_llm_streams(f, profile)) {
        (void) json_object_set_new(body, "stream", json_true());
    }

    if (ckp_llm_wants_json(f)) {
        (void) json_object_set_new(body, "response_format",
                                   json_pack("{s:s}", "type", "json_object"));
    }

    if (llm->planner != NULL && ckp_planner_dress(f, body) != CKP_OK) {
        json_decref(body);
        return NULL;
    }

    if (json_object_get(body, "messages") == NULL) {
        json_decref(body);
        return NULL;
    }

    return body;
}
