/*
 * The table of event types; see event.h.  Sorted by type, for the search.
 */

#include "model/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "model/limits.h"

/* Members any event may have: spec/ckp.md 32, the text above the table. */
#define EVENT_COMMON  " path error_type _trace_id _span_id truncated "

/* A member longer than this is what gets cut first. */
#define EVENT_MEMBER_MAX  4096
#define EVENT_ESCAPE_LEN  6         /* of one byte: \u001f */
#define EVENT_NEAR        8         /* levels that are looked at in no time */

static const ckp_event_type_t  event_types[] = {
    { "agent_affinity_changed",
      " channel from to ", true },
    { "approval_decision_received",
      " approval_id decision decided_by comment node_name ", false },
    { "approval_escalated",
      " approval_id from_level to_level contact ", false },
    { "approval_expired",
      " approval_id timeout_action ", true },
    { "approval_reminder",
      " approval_id count ", true },
    { "approval_requested",
      " approval_id node_name prompt decision_type approval_level "
      "expires_at ", false },
    { "approval_voided",
      " approval_id reason ", false },
    { "approval_vote_received",
      " approval_id decision decided_by comment node_name ", false },
    { "artifact_created",
      " artifact_id kind uri name mime_type size_bytes ", false },
    { "attachment_skipped",
      " source reason ", false },
    { "branch_canceled",
      " branch_id reason ", true },
    { "branch_completed",
      " branch_id delta_keys duration_ms ", true },
    { "branch_failed",
      " branch_id error ", false },
    { "branch_retry",
      " branch_id attempt delay_ms ", false },
    { "branch_started",
      " branch_id ", true },
    { "budget_exceeded",
      " message spent_usd max_cost_usd ", false },
    { "checkpoint_saved",
      " checkpoint_id node_id reason name ", true },
    { "cleanup_action_failed",
      " action error ", false },
    { "compensation_completed",
      " succeeded failed ", true },
    { "compensation_started",
      " count reason ", true },
    { "compensation_step_completed",
      " owner_path action error ", false },
    { "compensation_step_failed",
      " owner_path action error ", false },
    { "compensation_step_started",
      " owner_path action error ", false },
    { "dag_completed",
      " completed failed skipped total_cost_usd ", true },
    { "dag_started",
      " tasks levels ", true },
    { "dry_run_step_skipped",
      " action binding ref ", false },
    { "error",
      " message type missing_vars errors ", false },
    { "error_escalated",
      " contact error ", false },
    { "error_routed",
      " from to error ", false },
    { "execution_resumed",
      " entry_node_id resume_reason checkpoint_id interrupted ", true },
    { "execution_started",
      " entry_node_id resume_reason ", true },
    { "expression_warning",
      " expression message where ", false },
    { "final_audit_log",
      "*", false },
    { "guardrail_exceeded",
      " limit value ", false },
    { "idempotency_mismatch",
      " key source_run_id ", false },
    { "lease_force_released",
      " lease_id resource_key actor ", false },
    { "level_completed",
      " level completed failed ", true },
    { "level_started",
      " level tasks total_levels ", true },
    { "llm_call_completed",
      " model_used primary_model fallback_attempt finish_reason "
      "latency_ms prompt_ref prompt_tokens cached_tokens "
      "completion_tokens total_tokens cost_usd ", true },
    { "llm_call_failed",
      " model error ", false },
    { "llm_call_started",
      " model profile attempt prompt_ref ", true },
    { "llm_fallback",
      " from to reason ", false },
    { "llm_repair",
      " attempt errors ", false },
    { "llm_retry",
      " attempt max_retries delay_ms error ", false },
    { "llm_usage",
      " model profile prompt_tokens cached_tokens completion_tokens "
      "total_tokens latency_ms cost_usd ", true },
    { "log",
      " level message data ", false },
    { "logic_evaluated",
      " matched_rule next_node ", true },
    { "loop_completed",
      " iterations failed truncated ", true },
    { "loop_iteration",
      " iteration total item ", false },
    { "loop_iteration_failed",
      " iteration item error ", false },
    { "node_canceled",
      " node_name reason ", true },
    { "node_completed",
      " node_name next_node duration_ms retry_count cached "
      "tasks_completed tasks_failed tasks_skipped cost_usd ", true },
    { "node_error",
      " node_name error handled_by ", false },
    { "node_paused",
      " node_name reason ", true },
    { "node_skipped",
      " node_name reason ", true },
    { "node_started",
      " node_name node_type ", true },
    { "node_timeout",
      " timeout_ms policy ", true },
    { "notification",
      " channel recipients subject message ", false },
    { "on_failure_invoked",
      " node_id error ", false },
    { "orchestration_decision",
      " branch reasoning ", false },
    { "orchestration_fallback",
      " chosen reason ", false },
    { "output_mapping_failed",
      " variable mapping message ", false },
    { "parallel_completed",
      " winner completed failed canceled ", true },
    { "parallel_started",
      " branches wait_strategy ", true },
    { "pii_redacted",
      " stage counts ", false },
    { "plan_approved",
      " approval_id ", true },
    { "plan_proposed",
      " plan ", false },
    { "plan_rejected",
      " approval_id ", true },
    { "planner_completed",
      " iterations tool_calls elapsed_ms cost_usd ", true },
    { "planner_iteration",
      " iteration tool_calls ", true },
    { "planner_started",
      " goal tools limits ", false },
    { "pool_saturated",
      " agent_id channel resource_key pool_id ", true },
    { "rate_limited",
      " limit waited_ms ", true },
    { "recovery_step_failed",
      " step_id error ", false },
    { "run_cancel_requested",
      " actor reason ", false },
    { "run_canceled",
      " reason actor ", false },
    { "run_completed",
      " outputs mode message recovered_via ", false },
    { "run_created",
      " procedure_id procedure_version trigger_type triggered_by "
      "trigger_id actor parent_run_id retry_of_run_id ", false },
    { "run_failed",
      " error reason node_id on_failure_error ", false },
    { "run_paused",
      " actor reason ", false },
    { "run_retry_requested",
      " thread_id actor ", true },
    { "run_timeout",
      " timeout_ms kind ", true },
    { "screenshot_requested",
      " reason error ", false },
    { "secret_accessed",
      " name purpose path ", false },
    { "secrets_cache_invalidated",
      " message ", false },
    { "sla_breached",
      " max_duration_ms limit_ms elapsed_ms actual_duration_ms "
      "on_breach escalation_handler ", true },
    { "sla_resolved",
      " actual_duration_ms ", true },
    { "step_completed",
      " action output_variable cached source_run_id agent_id "
      "duration_ms retry_count params result ", false },
    { "step_dispatched",
      " action executor agent_id agent_url attempt ", true },
    { "step_error_notification",
      "*", false },
    { "step_failed",
      " action error error_type attempts ", false },
    { "step_mock_applied",
      " action binding ref ", false },
    { "step_retry",
      " attempt max_retries delay_ms error ", false },
    { "step_skipped",
      " reason ", true },
    { "step_started",
      " action key ", false },
    { "step_test_override_applied",
      " step_id override ", false },
    { "step_timeout",
      " timeout_ms action binding policy ", true },
    { "subflow_completed",
      " procedure_id version ", true },
    { "subflow_failed",
      " procedure_id version on_failure error ", false },
    { "subflow_retry",
      " procedure_id version attempt delay_ms error ", false },
    { "subflow_started",
      " procedure_id version requested_version child_run_id ", true },
    { "task_canceled",
      " task_id ", true },
    { "task_completed",
      " task_id output duration_ms attempts cost_usd ", false },
    { "task_failed",
      " task_id error attempts ", false },
    { "task_fallback",
      " task_id fallback_task ", true },
    { "task_retry",
      " task_id attempt max_attempts delay_ms error ", false },
    { "task_skipped",
      " task_id reason ", false },
    { "task_started",
      " task_id level inputs ", false },
    { "task_waiting",
      " task_id reason ", false },
    { "template_missing",
      " path where ", false },
    { "tool_call_completed",
      " tool call_id duration_ms result ", false },
    { "tool_call_denied",
      " tool reason ", false },
    { "tool_call_failed",
      " tool call_id error ", false },
    { "tool_call_started",
      " tool args call_id ", false },
    { "validation_failed",
      " validation_id check message on_failure ", false },
    { "verification_failed",
      " check_id condition message on_fail dry_run ", false },
    { "verification_passed",
      " checks ", false },
    { "workflow_callback_received",
      " status output error ", false },
    { "workflow_delegated",
      " action agent_url callback_url resume_node_id "
      "resume_step_id dispatch_mode workflow_context ", false },
    { "workflow_output_ready",
      " output output_vars ", false },
    { "workflow_progress",
      " progress message ", false },
};


static int
event_compare(const void *key, const void *item)
{
    const ckp_event_type_t *const  row = item;

    return strcmp(key, row->type);
}


const ckp_event_type_t *
ckp_event_type(const char *type)
{
    return bsearch(type, event_types,
                   sizeof(event_types) / sizeof(event_types[0]),
                   sizeof(event_types[0]), event_compare);
}


const char *
ckp_event_name(size_t i)
{
    return i < sizeof(event_types) / sizeof(event_types[0])
               ? event_types[i].type : NULL;
}


/* Is the word in a list of the form " a b c "? */

static bool
event_names(const char *list, const char *word)
{
    const size_t  len = strlen(word);

    for (const char *p = strstr(list, word); p != NULL;
         p = strstr(p + 1, word))
    {
        if (p != list && p[-1] == ' ' && p[len] == ' ') {
            return true;
        }
    }

    return false;
}


bool
ckp_event_fits(const ckp_event_type_t *type, const json_t *payload)
{
    const char  *name;
    json_t      *value;

    if (type->members[0] == '*') {
        return true;
    }

    json_object_foreach((json_t *) payload, name, value) {
        if (!event_names(type->members, name)
            && !event_names(EVENT_COMMON, name))
        {
            return false;
        }
    }

    return true;
}


json_t *
ckp_text_cut(const char *text, size_t max)
{
    size_t  bytes = 0;

    for (size_t n = 0; text[bytes] != '\0' && n < max; n++) {
        bytes++;

        while (((unsigned char) text[bytes] & 0xc0) == 0x80) {
            bytes++;
        }
    }

    return json_stringn(text, bytes);
}


/* What stands for a member that is too large. */

static json_t *
event_cut_member(const json_t *value)
{
    if (json_is_string(value)) {
        return ckp_text_cut(json_string_value(value), EVENT_MEMBER_MAX / 4);
    }

    return json_string("***TRUNCATED***");
}


/* No text of it is longer; more than `max`: it was not looked at to its end.
 * Nearly every payload is far from its limit, and this tells so at once. */

static size_t
event_most(const json_t *v, size_t max, unsigned depth)
{
    const json_t  *item;
    size_t         i;
    size_t         n = 2;

    if (json_is_string(v)) {
        return n + EVENT_ESCAPE_LEN * json_string_length(v);
    }

    if (!json_is_object(v) && !json_is_array(v)) {
        return CKP_REAL_LEN;
    }

    if (depth == EVENT_NEAR) {
        return max + 1;
    }

    for (uint32_t at = json_object_walk(v, 0); at != 0;
         at = json_object_walk(v, at))
    {
        const json_member_t *const  m = json_object_member(v, at);

        n += 4 + EVENT_ESCAPE_LEN * m->len;
        n += n > max ? 0 : event_most(m->value, max - n, depth + 1);
    }

    json_array_foreach(v, i, item) {
        n += n > max ? 0 : 1 + event_most(item, max - n, depth + 1);
    }

    return n;
}


json_t *
ckp_event_cut(json_t *payload)
{
    if (payload == NULL
        || event_most(payload, CKP_PAYLOAD_MAX, 0) <= CKP_PAYLOAD_MAX
        || ckp_json_size(payload, CKP_PAYLOAD_MAX + 1) <= CKP_PAYLOAD_MAX)
    {
        return payload;
    }

    json_t *const  cut = json_object();
    const char    *name;
    json_t        *value;

    json_object_foreach(payload, name, value) {
        const bool  large = ckp_json_size(value, EVENT_MEMBER_MAX + 1)
                            > EVENT_MEMBER_MAX;

        json_t *const  kept = large ? event_cut_member(value)
                                    : json_incref(value);

        if (json_object_set_new(cut, name, kept) != 0) {
            json_decref(cut);
            json_decref(payload);
            return NULL;
        }
    }

    json_decref(payload);

    if (json_object_set_new(cut, "truncated", json_true()) != 0) {
        json_decref(cut);
        return NULL;
    }

    return cut;
}
