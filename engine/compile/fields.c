/*
 * Which fields a node of each type has: what is none of them is told, as
 * unknown or as another type's.
 */

#include <string.h>

#include "compile/parse_int.h"
#include "dag/dag.h"

static const char  fields_common[] =
    " type agent name description next_node condition inputs outputs"
    " is_checkpoint timeout_ms timeout_policy retry_policy error_handlers"
    " on_error compensate skip_when sla telemetry idempotency_key idempotency_policy"
    " workflow_dispatch_mode metadata position tags ";

static const struct {
    const char  *type;
    const char  *fields;
} fields_of[] = {
    { "sequence", " steps validations " },
    { "logic", " rules default_next_node on_true on_false on_no_match " },
    { "loop",
      " iterator iterator_variable iterator_var index_variable body_node"
      " collect_variable collect_expression collect_failures max_iterations"
      " continue_on_error while until concurrency " },
    { "parallel",
      " branches wait_strategy branch_failure branch_retry max_concurrency"
      " merge " },
    { "processing", " operations action params output_variable " },
    { "verification", " checks rules on_pass on_fail on_failure " },
    { "llm_action",
      " prompt system_prompt messages prompt_ref prompt_vars model profile"
      " task_class temperature max_tokens top_p stop seed json_mode"
      " output_schema repair attachments retry fallback_models fallback"
      " policy_checks pii memory orchestration_mode branches default_branch"
      " planner cache llm_timeout_ms max_cost_usd stream " },
    { "human_approval",
      " prompt decision_type options input_schema context_data"
      " approval_level approvers required_approvals forbid_self_approval"
      " timeout_action escalation_contact escalation on_approve on_reject"
      " on_timeout option_routes output_variable reminder_ms " },
    { "transform", " transformations " },
    { "subflow",
      " procedure_id subflow_id version version_policy input_mapping"
      " output_mapping on_failure inherit_context isolation wait " },
    { "terminate",
      " status cleanup_actions error_actions final_audit_log message"
      " compensate " },
    { "dag",
      " tasks edges max_parallel scheduling cancel_running_on_fail"
      " max_retries output_variable " },
};

#define FIELDS_TYPES  (sizeof(fields_of) / sizeof(fields_of[0]))


const char *
ckp_fields_of(const char *object)
{
    static const struct {
        const char  *object;
        const char  *fields;
    } others[] = {
        { "node", fields_common },
        { "document", ckp_known_document },
        { "config", ckp_known_config },
        { "variable", ckp_known_variable },
        { "validation", ckp_known_validation },
        { "step", ckp_known_step },
        { "handler", ckp_known_handler },
        { "retry", ckp_known_retry },
        { "task", ckp_known_task },
    };

    for (size_t i = 0; i < FIELDS_TYPES; i++) {
        if (strcmp(fields_of[i].type, object) == 0) {
            return fields_of[i].fields;
        }
    }

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (strcmp(others[i].object, object) == 0) {
            return others[i].fields;
        }
    }

    return NULL;
}


static const char *
fields_owner(const char *field)
{
    for (size_t i = 0; i < FIELDS_TYPES; i++) {
        if (ckp_word_in(fields_of[i].fields, field)) {
            return fields_of[i].type;
        }
    }

    return NULL;
}


static void
fields_say(ckp_parse_t *ps, const ckp_entry_t *entry, const char *key,
    const json_t *value, const char *mine)
{
    const ckp_at_t     at = { .up = &entry->at, .key = key, .value = value };
    const char *const  owner = fields_owner(key);
    ckp_near_t         near;

    if (owner != NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 92,
                                         .field = key },
                      "'%s' is a field of %s, not of %s", key, owner,
                      entry->type);
        return;
    }

    ckp_near_init(ps, &near, key);
    ckp_near_list(&near, mine);
    ckp_near_list(&near, fields_common);
    ckp_parse_say(ps, &(ckp_say_t) { .at = &at, .number = 90, .field = key,
                                     .hint = ckp_near_hint(ps, &near) },
                  "'%.120s' is not a known field here", key);
}


void
ckp_fields_check(ckp_parse_t *ps, const ckp_entry_t *entry)
{
    const char    *mine = NULL;
    const char    *key;
    const json_t  *value;

    for (size_t i = 0; entry->type != NULL && i < FIELDS_TYPES; i++) {
        if (strcmp(fields_of[i].type, entry->type) == 0) {
            mine = fields_of[i].fields;
        }
    }

    if (mine == NULL || entry->owner != SIZE_MAX) {
        return;
    }

    json_object_foreach((json_t *) entry->at.value, key, value) {
        const bool  flat = ps->out.form != 'A'
                           && ckp_word_in(" id node_id node_type transitions ",
                                          key);

        if (ckp_parse_is_full(ps)) {
            return;
        }

        if (!ckp_is_note(key) && !flat && !ckp_word_in(fields_common, key)
            && !ckp_word_in(mine, key) && !ckp_alias_is(entry->at.as, key))
        {
            fields_say(ps, entry, key, value, mine);
        }
    }
}
