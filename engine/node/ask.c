/*
 * Asking a person, and going on with what was decided.
 *
 * n.ask is the pending question: {id, exp, lvl, esc, rem, rc}.
 * Source: spec/ckp.md 22.2, 22.3.
 */

#include "node/ask.h"

#include <string.h>

#include "base/json.h"
#include "step/double.h"
#include "node/step.h"
#include "op/op_int.h"


/* --- the question ---------------------------------------------------------- */

static ckp_code_t
ask_render(ckp_fiber_t *f, const ckp_template_t *t, json_t **out)
{
    *out = NULL;

    return t == NULL ? CKP_OK : ckp_fiber_render(f, t, out);
}


static json_t *
ask_text(ckp_fiber_t *f, const ckp_template_t *t, const char *otherwise,
    ckp_code_t *rc)
{
    ckp_eval_t  ev;
    ckp_err_t   err = CKP_ERR_INIT;
    ckp_buf_t   b;
    json_t     *text = NULL;

    if (t == NULL) {
        return otherwise == NULL ? json_null() : json_string(otherwise);
    }

    ckp_fiber_eval(f, &ev);
    ckp_buf_init(&b, CKP_TEMPLATE_OUT_MAX);
    *rc = ckp_template_render_text(t, &ev, &b, &err);

    if (*rc == CKP_OK) {
        text = json_stringn(ckp_buf_str(&b), b.len);

    } else {
        *rc = ckp_fiber_rendered(f, *rc, &ev, "", &err);
    }

    ckp_buf_free(&b);

    return text;
}


/* The value of a rendered option, as it is chosen by: new text. */

static json_t *
ask_chosen_by(const json_t *option)
{
    const json_t *const  value = !json_is_object(option) ? option
                                 : json_object_get(option, "value") != NULL
                                 ? json_object_get(option, "value")
                                 : json_object_get(option, "label");

    return value == NULL ? json_string("") : ckp_op_text(value);
}


/* n.ask.vals, when templates made others of them: the values of the options in
 * their order; NULL: they are as they were written. */

static json_t *
ask_values(const ckp_approval_t *ask, const json_t *options)
{
    json_t *const  list = json_array();
    bool           other = false;

    for (size_t i = 0; i < ask->noptions; i++) {
        json_t *const  text = ask_chosen_by(json_array_get(options, i));

        other = other || text == NULL
                || strcmp(json_string_value(text), ask->option[i].value) != 0;
        (void) json_array_append_new(list, text);
    }

    if (!other) {
        json_decref(list);
        return NULL;
    }

    return list;
}


static const char *
ask_value(const ckp_approval_t *ask, const json_t *values, size_t i)
{
    const char *const  text = json_string_value(json_array_get(values, i));

    return text != NULL ? text : ask->option[i].value;
}


/* Options that lead somewhere: of those a choice is no rejection. */

static json_t *
ask_mapped(const ckp_approval_t *ask, const json_t *options)
{
    json_t *const  values = ask_values(ask, options);
    json_t        *list = NULL;

    for (size_t i = 0; i < ask->noptions; i++) {
        if (ask->option[i].next.kind != CKP_TO_NOTHING) {
            list = list == NULL ? json_array() : list;
            (void) json_array_append_new(list, json_string(
                                         ask_value(ask, values, i)));
        }
    }

    json_decref(values);

    return list;
}


static ckp_code_t
ask_row(ckp_fiber_t *f, const char *id, int64_t expires, json_t **row)
{
    const ckp_node_t *const      node = ckp_fiber_node(f);
    const ckp_approval_t *const  ask = node->u.approval;
    json_t                      *options = NULL;
    json_t                      *context = NULL;
    json_t                      *shown;
    json_t                      *prompt;
    json_t                      *contact;
    json_t                      *mapped;
    ckp_code_t                   rc;

    rc = ask_render(f, ask->options, &options);

    if (rc == CKP_OK) {
        rc = ask_render(f, ask->context_data, &context);
    }

    prompt = rc == CKP_OK ? ask_text(f, ask->prompt, "Approval required", &rc)
                          : NULL;
    contact = rc == CKP_OK ? ask_text(f, ask->escalation_contact, NULL, &rc)
                           : NULL;

    mapped = ask_mapped(ask, options);
    shown = context == NULL ? NULL
            : ckp_program_redact(ckp_fiber_program(f), context);

    *row = json_pack("{s:s, s:s, s:s, s:s, s:o*, s:s, s:o*, s:o*, s:s, s:o,"
                     " s:O*, s:I, s:o*, s:O*, s:b, s:o*}",
                     "approval_id", id, "path", ckp_fiber_path(f),
                     "node_id", node->id, "node_name", node->name,
                     "prompt", prompt,
                     "decision_type", ask->decision_type,
                     "options", options, "context_data", shown,
                     "approval_level", ask->level,
                     "expires_at", expires == 0 ? json_null()
                                   : json_integer(expires),
                     "input_schema", ask->input_schema,
                     "required_approvals", (json_int_t) ask->required,
                     "escalation_contact", contact,
                     "approvers", ask->approvers,
                     "forbid_self_approval", ask->forbid_self,
                     "mapped", mapped);
    json_decref(context);

    return rc == CKP_OK && *row == NULL ? CKP_E_NOMEM : rc;
}


static ckp_code_t
ask_tell(ckp_fiber_t *f, const json_t *row, int64_t expires)
{
    char        iso[CKP_TIME_LEN + 1] = "";
    ckp_code_t  rc;

    if (expires != 0) {
        ckp_time_text(expires, iso);
    }

    rc = ckp_fiber_emit(f, "approval_requested",
             json_pack("{s:O, s:O, s:O, s:O, s:O, s:s?}",
                 "approval_id", json_object_get(row, "approval_id"),
                 "node_name", json_object_get(row, "node_name"),
                 "prompt", json_object_get(row, "prompt"),
                 "decision_type", json_object_get(row, "decision_type"),
                 "approval_level", json_object_get(row, "approval_level"),
                 "expires_at", expires == 0 ? NULL : iso));

    if (rc == CKP_OK) {
        rc = ckp_fiber_emit(f, "node_paused", json_pack("{s:s, s:s}",
                            "node_name", ckp_fiber_node(f)->name,
                            "reason", "awaiting_approval"));
    }

    return rc;
}


static ckp_code_t
ask_request(ckp_fiber_t *f)
{
    const ckp_approval_t *const  ask = ckp_fiber_node(f)->u.approval;
    const int64_t                now = ckp_fiber_now(f);
    const int64_t                expires = ask->timeout_ms == 0 ? 0
                                           : now + ask->timeout_ms;
    char                         id[CKP_UUID_LEN + 1];
    json_t                      *row = NULL;
    ckp_code_t                   rc;

    ckp_uuid7(ckp_fiber_rand(f), now, id);
    rc = ask_row(f, id, expires, &row);

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "ask", NULL,
                 json_pack("{s:s, s:I, s:I, s:s, s:i, s:I, s:i, s:o*}",
                     "id", id,
                     "at", (json_int_t) now,
                     "exp", (json_int_t) expires, "lvl", ask->level,
                     "esc", 0, "rem", (json_int_t) (ask->reminder_ms == 0 ? 0
                                                    : now + ask->reminder_ms),
                     "rc", 0, "vals", ask_values(ask,
                                     json_object_get(row, "options"))));
    }

    if (rc == CKP_OK) {
        rc = ask_tell(f, row, expires);
    }

    if (rc != CKP_OK) {
        json_decref(row);
        return rc;
    }

    rc = ckp_fiber_write(f, "approval", row);

    if (rc == CKP_OK) {
        rc = ckp_ask_wait(f);
    }

    return rc == CKP_OK ? ckp_fiber_checkpoint(f, "approval", NULL, NULL) : rc;
}


ckp_code_t
ckp_ask_enter(ckp_fiber_t *f)
{
    const json_t *const  known = ckp_double_node(f);
    const bool           reject = ckp_double_rejects(f);
    json_t              *made;
    ckp_code_t           rc;

    ckp_fiber_at_step(f, NULL);

    if (known == NULL && strcmp(ckp_fiber_mode(f), "dry_run") != 0) {
        return ask_request(f);
    }

    made = json_is_object(known) ? ckp_json_copy(known)
           : json_pack("{s:s, s:s}", "decision",
                       json_is_string(known) ? json_string_value(known)
                       : reject ? "rejected" : "approved",
                       "decided_by", known == NULL ? "system:dry_run"
                                                   : "system:test");

    rc = made == NULL ? CKP_E_NOMEM : ckp_ask_decide(f, made, false);
    json_decref(made);

    return rc;
}


/* --- the decision ------------------------------------------------------------ */

typedef enum {
    ASK_APPROVED,
    ASK_REJECTED,
    ASK_OPTION
} ask_result_t;


static bool
ask_is_word(const char *text, const char *word)
{
    size_t  i;

    for (i = 0; text[i] != '\0' && word[i] != '\0'; i++) {
        const char  c = text[i];

        if ((c >= 'A' && c <= 'Z' ? (char) (c + 32) : c) != word[i]) {
            return false;
        }
    }

    return text[i] == word[i];
}


static const ckp_option_t *
ask_option(const ckp_approval_t *ask, const json_t *values, const char *text)
{
    for (size_t i = 0; i < ask->noptions; i++) {
        if (strcmp(ask_value(ask, values, i), text) == 0) {
            return &ask->option[i];
        }
    }

    return NULL;
}


/* An option text that is not mapped is a rejection, never an approval. */

static ask_result_t
ask_read(const ckp_approval_t *ask, const json_t *values, const char *text,
    const ckp_option_t **option)
{
    static const char *const  words[] = {
        "approved", "approve", "yes", "submitted", "acknowledged",
        "acknowledge"
    };

    *option = ask_option(ask, values, text);

    if (*option != NULL && (*option)->next.kind != CKP_TO_NOTHING) {
        return ASK_OPTION;
    }

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (ask_is_word(text, words[i])) {
            return ASK_APPROVED;
        }
    }

    if (ask->ask == CKP_ASK_SELECT_OPTION && *option != NULL) {
        return ASK_OPTION;
    }

    return ASK_REJECTED;
}


/* {decision, option, input, comment, decided_by, decided_at, escalated} */

static json_t *
ask_record(ckp_fiber_t *f, const json_t *data, ask_result_t result,
    const ckp_option_t *option)
{
    json_t *const  at = json_object_get(data, "decided_at");
    const char    *word = result == ASK_REJECTED ? "rejected" : "approved";
    char           iso[CKP_TIME_LEN + 1];

    ckp_time_text(json_is_integer(at) ? json_integer_value(at)
                                      : ckp_fiber_now(f), iso);

    if (option != NULL && result == ASK_OPTION) {
        word = ckp_json_str(data, "decision");
    }

    return json_pack("{s:s, s:s?, s:O?, s:O?, s:O?, s:s, s:b}",
               "decision", word,
               "option", option == NULL ? NULL
                         : ckp_json_str(data, "decision"),
               "input", json_object_get(data, "payload"),
               "comment", json_object_get(data, "comment"),
               "decided_by", json_object_get(data, "decided_by"),
               "decided_at", json_is_string(at) ? json_string_value(at) : iso,
               "escalated", ckp_fiber_get_int(f, "ask", "esc") > 0);
}


/* Nobody answered, and that counts as a no. */

static bool
ask_is_late(const json_t *record)
{
    const char *const  by = ckp_json_str(record, "decided_by");

    return by != NULL && strcmp(by, CKP_ASK_TIMEOUT) == 0;
}


/* Members of a submitted object that its schema names become variables. */

static ckp_code_t
ask_merge(ckp_fiber_t *f, const json_t *input)
{
    const ckp_approval_t *const  ask = ckp_fiber_node(f)->u.approval;
    const json_t                *names = json_object_get(ask->input_schema,
                                                         "properties");
    const char                  *name;
    json_t                      *rule;
    ckp_code_t                   rc = CKP_OK;

    if (ask->ask != CKP_ASK_PROVIDE_INPUT || !json_is_object(input)) {
        return CKP_OK;
    }

    names = json_is_object(names) ? names : ask->input_schema;

    json_object_foreach((json_t *) names, name, rule) {
        json_t *const  v = json_object_get(input, name);

        if (v != NULL && rc == CKP_OK && strncmp(name, "__", 2) != 0
            && strcmp(name, "secrets") != 0)
        {
            rc = ckp_fiber_var_set(f, name, ckp_json_copy(v));
        }
    }

    return rc;
}


static ckp_code_t
ask_route(ckp_fiber_t *f, ask_result_t result, const ckp_option_t *option,
    const json_t *record)
{
    const ckp_approval_t *const  ask = ckp_fiber_node(f)->u.approval;
    ckp_target_t                 to = ask->on_approve;

    if (result == ASK_REJECTED && ask_is_late(record)
        && ask->on_timeout.kind != CKP_TO_NOTHING)
    {
        to = ask->on_timeout;

    } else if (result == ASK_REJECTED) {
        if (ask->on_reject.kind == CKP_TO_NOTHING) {
            return ckp_fiber_fail(f, "ApprovalRejected",
                                  "the approval was rejected");
        }

        to = ask->on_reject;

    } else if (option != NULL && option->next.kind != CKP_TO_NOTHING) {
        to = option->next;
    }

    return ckp_fiber_done(f, to, record);
}


static ckp_code_t
ask_told(ckp_fiber_t *f, const json_t *record, const char *id, bool resumed)
{
    const ckp_node_t *const  node = ckp_fiber_node(f);
    ckp_code_t               rc;

    rc = ckp_fiber_emit(f, "approval_decision_received",
             json_pack("{s:s?, s:O, s:O?, s:O?, s:s}", "approval_id", id,
                 "decision", json_object_get(record, "decision"),
                 "decided_by", json_object_get(record, "decided_by"),
                 "comment", json_object_get(record, "comment"),
                 "node_name", node->name));

    /* for the node around it, which is told that it is over (24.1) */

    if (rc == CKP_OK && id != NULL) {
        rc = ckp_fiber_run_put(f, "asked", NULL, json_string(id));
    }

    if (rc == CKP_OK && resumed) {
        rc = ckp_fiber_resumed(f, "approval_resume");
    }

    return rc;
}


ckp_code_t
ckp_ask_waited(ckp_fiber_t *f, const char *outcome)
{
    const int64_t       at = ckp_fiber_get_int(f, "ask", "at");
    const ckp_metric_t  m = {
        .name = "approval_wait_seconds", .kind = CKP_METRIC_HISTOGRAM,
        .value = (double) (ckp_fiber_now(f) - at) / 1000,
        .labels = at == 0 ? NULL : json_pack("{s:s}", "outcome", outcome)
    };

    return at == 0 ? CKP_OK : ckp_fiber_metric(f, &m);
}


ckp_code_t
ckp_ask_decide(ckp_fiber_t *f, const json_t *data, bool resumed)
{
    const ckp_node_t *const      node = ckp_fiber_node(f);
    const ckp_approval_t *const  ask = node->u.approval;
    const char *const            given = ckp_json_str(data, "decision");
    const char *const            id = ckp_fiber_get_str(f, "ask", "id");
    const ckp_option_t          *option = NULL;
    const ask_result_t           result = ask_read(ask,
                                              ckp_fiber_get(f, "ask", "vals"),
                                              given == NULL ? "" : given,
                                              &option);
    json_t *const                record = ask_record(f, data, result, option);
    ckp_code_t                   rc = record == NULL ? CKP_E_NOMEM
                                      : ask_told(f, record, id, resumed);

    if (rc == CKP_OK) {
        rc = ckp_ask_waited(f, !resumed ? "timeout" : result == ASK_REJECTED
                                        ? "rejected" : "approved");
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_approval_put(f, json_incref(record));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "ask", NULL);
    }

    if (rc == CKP_OK && ask->output_variable != NULL) {
        rc = ckp_fiber_var_set(f, ask->output_variable, json_incref(record));
    }

    if (rc == CKP_OK) {
        rc = ask_merge(f, json_object_get(data, "payload"));
    }

    if (rc == CKP_OK) {
        rc = ask_route(f, result, option, record);
    }

    json_decref(record);

    return rc;
}


ckp_code_t
ckp_ask_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    const char *const  id = ckp_fiber_get_str(f, "ask", "id");

    ckp_fiber_at_step(f, NULL);

    if (in == NULL) {
        return ckp_ask_enter(f);
    }

    if (in->kind == CKP_IN_RECOVER) {
        return CKP_OK;
    }

    if (id == NULL) {
        return CKP_E_STATE;
    }

    if (in->kind == CKP_IN_DECISION) {
        return in->ref != NULL && strcmp(in->ref, id) == 0
               ? ckp_ask_decide(f, in->data, true) : CKP_E_STATE;
    }

    return in->kind == CKP_IN_TICK ? ckp_ask_expired(f) : CKP_E_STATE;
}
