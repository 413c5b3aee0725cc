/*
 * What an answer gives: a valid value or a repair, the checks, the variables,
 * the way on.  Source: spec/ckp.md 9.1, 23.1, 23.5, 23.9.
 */

#include "llm/llm.h"

#include <string.h>

#include "base/json.h"
#include "data/fence.h"
#include "lang/schema.h"
#include "llm/planner.h"
#include "node/frame.h"
#include "op/op_int.h"

#define ANSWER_ERRORS_MAX  20           /* violations that a model is told */
#define ANSWER_TEXT_MAX    (64 * 1024)


/* The text read as JSON, a fence around it taken off; NULL: it is none. */

static json_t *
answer_json(const char *text)
{
    size_t             len = strlen(text);
    const char *const  start = ckp_unfence(text, &len);
    ckp_err_t          err = CKP_ERR_INIT;

    return ckp_json_parse(start, len, &err);
}


/* --- schema and repair ------------------------------------------------- */

/* What is wrong with it; an empty array: nothing. */

static json_t *
answer_errors(const json_t *schema, const char *text)
{
    json_t *const  value = answer_json(text);
    json_t        *errors = NULL;
    ckp_err_t      err = CKP_ERR_INIT;

    if (value == NULL) {
        return json_pack("[{s:s, s:s}]", "path", "", "message",
                         "the answer is not one JSON value");
    }

    if (ckp_schema_check(schema, value, &errors, &err) != CKP_OK) {
        json_decref(errors);
        errors = json_pack("[{s:s, s:s}]", "path", "", "message", err.msg);
    }

    json_decref(value);

    while (json_array_size(errors) > ANSWER_ERRORS_MAX) {
        (void) json_array_remove(errors, json_array_size(errors) - 1);
    }

    return errors;
}


static json_t *
answer_complaint(const json_t *errors)
{
    const json_t  *error;
    size_t         i;
    ckp_buf_t      b;
    json_t        *text;

    ckp_buf_init(&b, ANSWER_TEXT_MAX);
    ckp_buf_puts(&b, "That answer does not fit the schema:\n");

    json_array_foreach(errors, i, error) {
        const char *const  path = ckp_json_str(error, "path");
        const char *const  message = ckp_json_str(error, "message");

        ckp_buf_printf(&b, "- %s: %s\n", path == NULL || *path == '\0'
                       ? "the whole" : path, message == NULL ? "" : message);
    }

    ckp_buf_puts(&b, "Answer again, with one corrected JSON value and nothing "
                 "else.");
    text = b.failed == CKP_E_NOMEM ? NULL : json_string(ckp_buf_str(&b));
    ckp_buf_free(&b);

    return text;
}


static ckp_code_t
answer_repair(ckp_fiber_t *f, const char *text, json_t *errors)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    const int64_t           n = ckp_llm_int(f, "rep") + 1;
    json_t                 *sent = NULL;
    ckp_code_t              rc;

    rc = ckp_fiber_emit(f, "llm_repair", json_pack("{s:I, s:O}", "attempt",
                        (json_int_t) n, "errors", errors));

    if (rc == CKP_OK) {
        rc = ckp_llm_put_int(f, "rep", n);
    }

    /* what stood for somebody's data is back in it */

    if (rc == CKP_OK) {
        rc = ckp_pii_out(f, text, &sent);
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_say(f, json_pack("{s:s, s:o}", "role", "assistant",
                                      "content", sent));
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_say(f, json_pack("{s:s, s:o}", "role", "user", "content",
                                      answer_complaint(errors)));
    }

    if (rc == CKP_OK && n == 1) {
        rc = ckp_llm_choose_one(f, llm->repair_model);
    }

    return rc == CKP_OK ? ckp_llm_ask(f) : rc;
}


/* No valid answer within the bound. */

static ckp_code_t
answer_exhausted(ckp_fiber_t *f, const json_t *errors, const json_t *meta)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    char                   *text;
    ckp_code_t              rc;

    if (llm->repair_default == NULL) {
        return ckp_fiber_raise_json(f,
                   json_pack("{s:s, s:s, s:{s:O}}", "type",
                             "LlmOutputInvalid", "message",
                             "the answer does not fit its schema", "details",
                             "errors", errors));
    }

    text = ckp_json_text(llm->repair_default);
    rc = text == NULL ? CKP_E_NOMEM : ckp_llm_unkept(f);
    rc = rc == CKP_OK ? ckp_llm_take(f, text, meta, false) : rc;
    ckp_free(text);

    return rc;
}


ckp_code_t
ckp_llm_final(ckp_fiber_t *f, const char *text, const json_t *meta)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    const json_t *const     schema = ckp_llm_schema(f);
    json_t                 *errors;
    ckp_code_t              rc;

    if (schema == NULL) {
        return ckp_llm_take(f, text, meta, false);
    }

    errors = answer_errors(schema, text);

    if (errors == NULL) {
        return CKP_E_NOMEM;
    }

    if (json_array_size(errors) == 0) {
        rc = ckp_llm_take(f, text, meta, false);

    } else if (ckp_llm_int(f, "rep") < (int64_t) llm->repairs) {
        rc = answer_repair(f, text, errors);

    } else {
        rc = answer_exhausted(f, errors, meta);
    }

    json_decref(errors);

    return rc;
}


/* It is not all that there was to say: whoever asks again may be told more. */

static bool
answer_is_cut(const json_t *data)
{
    const char *const  end = ckp_json_str(data, "finish_reason");

    return end != NULL && (strcmp(end, "length") == 0
                           || strcmp(end, "content_filter") == 0);
}


ckp_code_t
ckp_llm_answered(ckp_fiber_t *f, const json_t *data)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    const char             *told = ckp_json_str(data, "text");
    json_t                 *text = NULL;
    json_t                 *meta;
    ckp_code_t              rc = ckp_fiber_put(f, "llm", "ph",
                                               json_string("read"));

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "llm", "amb", json_false());
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_book(f, data);
    }

    if (rc == CKP_OK && answer_is_cut(data)) {
        rc = ckp_llm_unkept(f);
    }

    if (rc == CKP_OK) {
        rc = ckp_pii_back(f, told == NULL ? "" : told, &text);
    }

    if (rc != CKP_OK) {
        return rc;
    }

    meta = json_pack("{s:O, s:O*, s:O*, s:O*}", "text", text, "usage",
                     json_object_get(data, "usage"), "model_used",
                     json_object_get(data, "model"), "tool_calls",
                     json_object_get(data, "tool_calls"));

    if (meta == NULL) {
        rc = CKP_E_NOMEM;

    } else if (llm->planner != NULL) {
        rc = ckp_planner_answered(f, meta);

    } else {
        rc = ckp_llm_final(f, json_string_value(text), meta);
    }

    json_decref(meta);
    json_decref(text);

    return rc;
}


/* --- checks (23.1, policy_checks) -------------------------------------- */

static ckp_code_t
answer_check(ckp_fiber_t *f, const ckp_check_t *check, const json_t *seen,
    bool *holds)
{
    const ckp_scope_t  own = { .get = ckp_scope_object_get, .object = seen,
                               .outer = ckp_fiber_scope(f) };
    ckp_eval_t         ev;
    ckp_err_t          err = CKP_ERR_INIT;
    ckp_code_t         rc;

    ckp_fiber_eval(f, &ev);
    ev.scope = &own;
    rc = ckp_expr_test(check->condition, &ev, holds, &err);

    return rc == CKP_E_INVALID || rc == CKP_E_LIMIT
           ? ckp_fiber_raise(f, "ExpressionError", "%s", err.msg) : rc;
}


static json_t *
answer_check_error(const ckp_check_t *check, const json_t *message)
{
    const char *const  text = json_string_value(message);

    return json_pack("{s:s, s:o, s:{s:s, s:s}}", "type", "LlmPolicyViolation",
                     "message", text != NULL && *text != '\0'
                     ? json_string(text)
                     : json_sprintf("policy check '%s' does not hold",
                                    check->id),
                     "details", "check_id", check->id, "condition",
                     check->text);
}


/* *over: the node is done with. */

static ckp_code_t
answer_check_failed(ckp_fiber_t *f, const ckp_check_t *check, bool *over)
{
    json_t      *value = NULL;
    json_t      *message = NULL;
    json_t      *error;
    ckp_code_t   rc = CKP_OK;

    if (check->message != NULL) {
        rc = ckp_fiber_render(f, check->message, &value);
        message = rc == CKP_OK ? ckp_op_text(value) : NULL;
        json_decref(value);
    }

    if (rc != CKP_OK) {
        return rc;
    }

    error = answer_check_error(check, message);
    json_decref(message);

    if (check->kind == CKP_POLICY_RAISE || error == NULL) {
        return ckp_fiber_raise_json(f, error);
    }

    if (check->kind == CKP_POLICY_WARN) {
        rc = ckp_fiber_emit(f, "log", json_pack("{s:s, s:O}", "level",
                            "WARNING", "message",
                            json_object_get(error, "message")));
        json_decref(error);

        return rc;
    }

    *over = true;
    (void) ckp_fiber_raise_json(f, error);
    error = ckp_fiber_error_take(f);
    rc = error == NULL ? CKP_E_NOMEM : ckp_llm_record(f, "failed", NULL);

    if (rc == CKP_OK) {
        rc = ckp_fiber_divert(f, check->to, "policy_checks", error);
    }

    json_decref(error);

    return rc;
}


/* What the conditions see: the text, its JSON, and what it would assign. */

static ckp_code_t
answer_seen(ckp_fiber_t *f, const char *text, const json_t *meta,
    json_t **seen)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    json_t *const           value = json_string(text);
    json_t                 *json = answer_json(text);
    ckp_code_t              rc = value == NULL ? CKP_E_NOMEM
        : ckp_fiber_map_values(f, llm->outputs, llm->noutputs, value, meta,
                               seen);

    if (rc == CKP_OK
        && (json_object_set(*seen, "json", json == NULL ? json_null() : json)
            != 0
            || json_object_set(*seen, "response", value) != 0))
    {
        rc = CKP_E_NOMEM;
    }

    json_decref(json);
    json_decref(value);

    return rc;
}


static ckp_code_t
answer_checks(ckp_fiber_t *f, const char *text, const json_t *meta, bool *over)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    json_t                 *seen = NULL;
    ckp_code_t              rc = llm->nchecks == 0 ? CKP_OK
                                 : answer_seen(f, text, meta, &seen);

    for (size_t i = 0; rc == CKP_OK && !*over && i < llm->nchecks; i++) {
        bool  holds = false;

        rc = answer_check(f, &llm->checks[i], seen, &holds);

        if (rc == CKP_OK && !holds) {
            rc = answer_check_failed(f, &llm->checks[i], over);
        }
    }

    json_decref(seen);

    return rc;
}


/* --- outputs ----------------------------------------------------------- */

static ckp_code_t
answer_assign(ckp_fiber_t *f, const char *text, const json_t *meta)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    json_t *const           value = json_string(text);
    ckp_code_t              rc;

    if (value == NULL) {
        return CKP_E_NOMEM;
    }

    if (llm->noutputs == 0) {
        return ckp_fiber_last_put(f, "llm_output", value);
    }

    rc = ckp_fiber_map_meta(f, llm->outputs, llm->noutputs, value, meta);
    json_decref(value);

    return rc;
}


/* --- the way on -------------------------------------------------------- */

static const ckp_choice_t *
answer_choice(const ckp_llm_t *llm, const char *id)
{
    for (size_t i = 0; id != NULL && i < llm->nbranches; i++) {
        if (strcmp(llm->branches[i].id, id) == 0) {
            return &llm->branches[i];
        }
    }

    return NULL;
}


static const char *
answer_target(const ckp_target_t *to)
{
    return to->kind == CKP_TO_NODE ? to->node->id
           : to->kind == CKP_TO_END ? "@end"
           : to->kind == CKP_TO_BREAK ? "@break" : "@continue";
}


static ckp_code_t
answer_route(ckp_fiber_t *f, const char *text, bool dry, ckp_target_t *to)
{
    const ckp_llm_t *const     llm = ckp_fiber_node(f)->u.llm;
    json_t *const              value = answer_json(text);
    const char *const          wanted = ckp_json_str(value, "_next_node");
    const char *const          why = ckp_json_str(value, "reasoning");
    const ckp_choice_t *const  choice = answer_choice(llm, wanted);
    ckp_code_t                 rc = CKP_OK;

    *to = choice != NULL ? choice->to
          : llm->otherwise.kind != CKP_TO_NOTHING ? llm->otherwise
          : llm->branches[0].to;

    if (choice == NULL && !dry) {
        rc = ckp_fiber_emit(f, "orchestration_fallback",
                 json_pack("{s:s, s:s}", "chosen", answer_target(to),
                           "reason", value == NULL
                           ? "the answer is no JSON" : wanted == NULL
                           ? "the answer names no branch"
                           : "the answer names no branch of this node"));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "orchestration_decision",
                 json_pack("{s:s, s:s*}", "branch", answer_target(to),
                           "reasoning", choice == NULL ? NULL : why));
    }

    json_decref(value);

    return rc;
}


/* --- all of it --------------------------------------------------------- */

static ckp_code_t
answer_done(ckp_fiber_t *f, const char *text, ckp_target_t to)
{
    const bool     all = ckp_fiber_program(f)->config.detailed;
    json_t *const  value = json_string(text);
    ckp_code_t     rc = value == NULL ? CKP_E_NOMEM : CKP_OK;

    if (rc == CKP_OK && ckp_llm_int(f, "calls") > 0) {
        json_t *const  said = all ? json_pack("{s:o, s:O}", "messages",
                                                ckp_llm_said(f), "text",
                                                value) : NULL;
        json_t *const  shown = said == NULL ? NULL
                               : ckp_program_redact(ckp_fiber_program(f),
                                                    said);

        rc = ckp_llm_record(f, "completed", shown);
        json_decref(said);
        json_decref(shown);
    }

    if (rc == CKP_OK) {
        rc = ckp_attach_drop(f);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_done(f, to, value);
    }

    json_decref(value);

    return rc;
}


ckp_code_t
ckp_llm_take(ckp_fiber_t *f, const char *text, const json_t *meta, bool dry)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    ckp_target_t            to = { .kind = CKP_TO_NOTHING };
    bool                    over = false;
    ckp_code_t              rc = dry ? CKP_OK
                                 : answer_checks(f, text, meta, &over);

    if (rc != CKP_OK || over) {
        return rc;
    }

    rc = answer_assign(f, text, meta);

    if (rc == CKP_OK && !dry) {
        rc = ckp_llm_keep(f, text, meta);
    }

    if (rc == CKP_OK && !dry) {
        rc = ckp_llm_remember(f, text);
    }

    if (rc == CKP_OK && llm->orchestrates) {
        rc = answer_route(f, text, dry, &to);
    }

    return rc == CKP_OK ? answer_done(f, text, to) : rc;
}
