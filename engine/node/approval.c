/*
 * human_approval: the run asks a person and waits (spec/ckp.md 22).
 */

#include <string.h>

#include "node/ask.h"
#include "node/body.h"
#include "node/node.h"
#include "node/parse.h"
#include "node/types.h"

#define APPROVAL_OPTIONS_MAX    256
#define APPROVAL_APPROVERS_MAX  256
#define APPROVAL_NAME_MAX       255
#define APPROVAL_REQUIRED_MAX   100


static void
approval_option(ckp_parse_t *ps, const ckp_at_t *at, ckp_approval_t *ask)
{
    ckp_option_t *const  option = &ask->option[ask->noptions];

    if (json_is_string(at->value)) {
        option->value = json_string_value(at->value);

    } else if (json_is_object(at->value)) {
        option->value = ckp_parse_str(ps, at, "value");

        if (option->value == NULL) {
            option->value = ckp_parse_str(ps, at, "label");
        }

        option->next = ckp_parse_target(ps, at, "next_node");
        ckp_parse_known(ps, at, " value label next_node description ", NULL);
    }

    if (option->value == NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 15,
                                         .field = "options" },
                      "an option is a string, or an object with 'value'");
        return;
    }

    ask->noptions++;
}


static void
approval_options(ckp_parse_t *ps, const ckp_at_t *at, ckp_approval_t *ask)
{
    ckp_at_t  list;
    ckp_at_t  option;
    size_t    n;

    if (!ckp_parse_array(ps, at, "options", &list)) {
        return;
    }

    n = json_array_size(list.value);

    if (n > APPROVAL_OPTIONS_MAX) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &list, .number = 6,
                                         .field = "options" },
                      "%zu options, at most %d", n, APPROVAL_OPTIONS_MAX);
        return;
    }

    ask->options = ckp_parse_template(ps, at, "options", CKP_SECRET_WRONG);
    ask->option = ckp_parse_alloc(ps, n * sizeof(ckp_option_t));

    for (size_t i = 0; ask->option != NULL && i < n; i++) {
        ckp_parse_element(&list, i, &option);
        approval_option(ps, &option, ask);
    }
}


/* An option's own next_node comes before its route. */
static void
approval_routes(ckp_parse_t *ps, const ckp_at_t *at, ckp_approval_t *ask)
{
    ckp_at_t       routes;
    const char    *value;
    const json_t  *target;

    if (!ckp_parse_object(ps, at, "option_routes", &routes)) {
        return;
    }

    json_object_foreach((json_t *) routes.value, value, target) {
        const ckp_target_t  to = ckp_parse_target(ps, &routes, value);
        bool                found = false;

        for (size_t i = 0; i < ask->noptions; i++) {
            if (strcmp(ask->option[i].value, value) == 0) {
                found = true;

                if (ask->option[i].next.kind == CKP_TO_NOTHING) {
                    ask->option[i].next = to;
                }
            }
        }

        if (!found) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &routes, .number = 442,
                                             .field = "option_routes" },
                          "'%.120s' is not one of the options", value);
        }
    }
}


static void
approval_type(ckp_parse_t *ps, const ckp_at_t *at, ckp_approval_t *ask)
{
    static const ckp_word_t  words[] = {
        { "approve_reject", CKP_ASK_APPROVE_REJECT },
        { "select_option", CKP_ASK_SELECT_OPTION },
        { "pick_one", CKP_ASK_SELECT_OPTION },
        { "provide_input", CKP_ASK_PROVIDE_INPUT },
        { "acknowledge", CKP_ASK_ACKNOWLEDGE },
        { NULL, 0 }
    };
    static const char *const  shown[] = { "approve_reject", "select_option",
                                          "provide_input", "acknowledge" };
    const char *const         given = json_string_value(
                                  json_object_get(at->value, "decision_type"));
    const ckp_ask_t           otherwise = (given != NULL && ask->noptions > 0)
                                          ? CKP_ASK_SELECT_OPTION
                                          : CKP_ASK_APPROVE_REJECT;

    ask->ask = (ckp_ask_t) ckp_parse_word(ps, at, "decision_type", words,
                                          (int) otherwise, 442);
    ask->decision_type = shown[ask->ask];

    if (ask->ask == CKP_ASK_SELECT_OPTION && ask->noptions == 0) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 441,
                                         .field = "options" },
                      "there is nothing to select: no options");
    }
}


static void
approval_level(ckp_parse_t *ps, const ckp_at_t *at, ckp_approval_t *ask)
{
    static const char *const  known[] = { "standard", "approver", "operator",
                                          "manager", "admin", "executive" };
    const char *const         level = ckp_parse_str(ps, at, "approval_level");

    ask->level = (level == NULL || level[0] == '\0') ? "standard" : level;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i], ask->level) == 0) {
            return;
        }
    }

    ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 442,
                                     .field = "approval_level" },
                  "level '%.60s' is none of the usual ones; 'approver' is "
                  "enough unless the server maps it", ask->level);
}


/* timeout_minutes and timeout_seconds count in their own unit. */
static void
approval_times(ckp_parse_t *ps, const ckp_at_t *at, ckp_approval_t *ask)
{
    static const ckp_word_t  words[] = {
        { "auto_approve", CKP_EXPIRE_APPROVE },
        { "approve", CKP_EXPIRE_APPROVE },
        { "auto_reject", CKP_EXPIRE_REJECT },
        { "reject", CKP_EXPIRE_REJECT },
        { "escalate", CKP_EXPIRE_ESCALATE },
        { "fail", CKP_EXPIRE_FAIL },
        { NULL, 0 }
    };

    ask->timeout_ms = ckp_parse_ms(ps, at, "timeout_ms", 0, 314);

    if (json_object_get(at->value, "timeout_ms") == NULL) {
        if (json_object_get(at->value, "timeout_minutes") != NULL) {
            ask->timeout_ms *= 60000;

        } else if (json_object_get(at->value, "timeout_seconds") != NULL) {
            ask->timeout_ms *= 1000;
        }
    }

    ask->expire = (ckp_expire_t) ckp_parse_word(ps, at, "timeout_action",
                                                words, CKP_EXPIRE_NONE, 302);
    ask->reminder_ms = ckp_parse_ms(ps, at, "reminder_ms", 0, 314);
}


static void
approval_escalation(ckp_parse_t *ps, const ckp_at_t *at, ckp_approval_t *ask)
{
    static const ckp_word_t  modes[] = { { "in_place", 0 }, { "route", 1 },
                                         { NULL, 0 } };
    ckp_at_t                 out;
    int64_t                  n;

    ask->escalation_contact = ckp_parse_template(ps, at, "escalation_contact",
                                                 CKP_SECRET_WARNS);
    ask->max_escalations = 1;

    if (!ckp_parse_object(ps, at, "escalation", &out)) {
        return;
    }

    ask->escalate_route = ckp_parse_word(ps, &out, "mode", modes, 0, 302) == 1;
    ask->escalation_ms = ckp_parse_ms(ps, &out, "timeout_ms", 0, 314);
    ask->escalation_level = ckp_parse_str(ps, &out, "level");
    n = ckp_parse_int(ps, &out, "max_escalations", 0, 1, 302);
    ask->max_escalations = (n > 1000) ? 1000 : (uint32_t) n;

    if (ask->escalation_contact == NULL) {
        ask->escalation_contact = ckp_parse_template(ps, &out, "contact",
                                                     CKP_SECRET_WARNS);
    }

    ckp_parse_known(ps, &out,
                    " mode timeout_ms level contact max_escalations ", NULL);
}


/* Names of people, roles and groups. */
static void
approval_approvers(ckp_parse_t *ps, const ckp_at_t *at, ckp_approval_t *ask)
{
    ckp_at_t  list;
    ckp_at_t  one;

    if (!ckp_parse_array(ps, at, "approvers", &list)) {
        return;
    }

    if (json_array_size(list.value) > APPROVAL_APPROVERS_MAX) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &list, .number = 6,
                                         .field = "approvers" },
                      "%zu approvers, at most %d", json_array_size(list.value),
                      APPROVAL_APPROVERS_MAX);
        return;
    }

    for (size_t i = 0; i < json_array_size(list.value); i++) {
        const size_t  len = json_string_length(json_array_get(list.value, i));

        if (len == 0 || len > APPROVAL_NAME_MAX) {
            ckp_parse_element(&list, i, &one);
            ckp_parse_say(ps, &(ckp_say_t) { .at = &one, .number = 15,
                                             .field = "approvers" },
                          "an approver is the name of somebody, of a role or "
                          "of a group, of 1 to %d bytes", APPROVAL_NAME_MAX);
            return;
        }
    }

    /* nobody at all would be a question without an answer */

    if (json_array_size(list.value) > 0) {
        ask->approvers = (json_t *) list.value;
    }
}


static void
approval_who(ckp_parse_t *ps, const ckp_at_t *at, ckp_approval_t *ask)
{
    ckp_at_t  out;
    int64_t   n;

    approval_level(ps, at, ask);
    approval_approvers(ps, at, ask);

    n = ckp_parse_int(ps, at, "required_approvals", 1, 1, 302);

    if (n > APPROVAL_REQUIRED_MAX) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 302,
                                         .field = "required_approvals" },
                      "%lld approvals are too many, at most %d",
                      (long long) n, APPROVAL_REQUIRED_MAX);
        n = APPROVAL_REQUIRED_MAX;
    }

    ask->required = (uint32_t) n;
    ask->forbid_self = ckp_parse_bool(ps, at, "forbid_self_approval", false);

    if (ckp_parse_object(ps, at, "input_schema", &out)) {
        ask->input_schema = (json_t *) out.value;
    }
}


static void
approval_targets(ckp_parse_t *ps, const ckp_at_t *at, ckp_approval_t *ask)
{
    ask->on_approve = ckp_parse_target(ps, at, "on_approve");
    ask->on_reject = ckp_parse_target(ps, at, "on_reject");
    ask->on_timeout = ckp_parse_target(ps, at, "on_timeout");
    approval_routes(ps, at, ask);

    if (ckp_parse_is_body(ps)) {
        return;                 /* nothing follows it: failing is its way */
    }

    if ((ask->ask == CKP_ASK_APPROVE_REJECT
         && ask->on_reject.kind == CKP_TO_NOTHING)
        || (ask->timeout_ms > 0 && ask->expire == CKP_EXPIRE_NONE
            && ask->on_timeout.kind == CKP_TO_NOTHING))
    {
        const bool  reject = ask->ask == CKP_ASK_APPROVE_REJECT
                             && ask->on_reject.kind == CKP_TO_NOTHING;

        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 443,
                              .field = reject ? "on_reject" : "on_timeout" },
                      reject ? "a rejection leads nowhere: the run fails then"
                             : "nothing says what happens when the time is up");
    }
}


static ckp_code_t
approval_parse(ckp_parse_t *ps, const json_t *doc, ckp_node_t *node)
{
    const ckp_at_t *const  at = ckp_parse_here(ps);
    ckp_approval_t        *ask;

    (void) doc;

    ask = ckp_parse_alloc(ps, sizeof(ckp_approval_t));
    node->u.approval = ask;

    if (ask == NULL) {
        return CKP_E_NOMEM;
    }

    ask->prompt = ckp_parse_template(ps, at, "prompt", CKP_SECRET_WRONG);

    if (ask->prompt == NULL) {
        ask->prompt = ckp_parse_made(ps, at,
                                     json_string("Approval required"),
                                     CKP_SECRET_WRONG);
    }

    ask->context_data = ckp_parse_template(ps, at, "context_data",
                                           CKP_SECRET_WARNS);
    approval_options(ps, at, ask);
    approval_type(ps, at, ask);
    approval_times(ps, at, ask);
    approval_escalation(ps, at, ask);
    approval_who(ps, at, ask);
    approval_targets(ps, at, ask);
    ask->output_variable = ckp_parse_variable(ps, at, "output_variable");

    return ckp_parse_end(ps);
}


const ckp_node_ops_t  ckp_node_approval = {
    .type = "human_approval",
    .parse = approval_parse,
    .enter = ckp_ask_enter,
    .wake = ckp_ask_wake,
};
