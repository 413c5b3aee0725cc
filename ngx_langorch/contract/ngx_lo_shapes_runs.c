/*
 * Shapes: runs, what they make, and what they ask people.
 */

#include "contract/ngx_lo_shapes_int.h"


const ngx_lo_shape_t  ngx_lo_shapes_runs[] = {

    /* --- runs ------------------------------------------------------------ */

    { "Run", "A run of a version",
      "run_id procedure_id procedure_version thread_id status:" RUN_STATES
      " input_vars:obj? output_vars:obj? total_prompt_tokens:int?"
      " total_completion_tokens:int? estimated_cost_usd:num?"
      " started_at:time? ended_at:time? duration_seconds:num?"
      " last_node_id:? last_step_id:? error_message:? parent_run_id:?"
      " trigger_type:manual|scheduled|webhook|event|file_watch?"
      " triggered_by:? project_id:? case_id:? created_at:time"
      " updated_at:time execution_mode:" MODES
      " cancellation_requested:bool retry_of_run_id:? attempt:int"
      " created_by:? workflow_name:?",
      NGX_LO_GIVEN },
    { "RunCreate", "What to run, and with what",
      "procedure_id! procedure_version:? version:? channel:" CHANNELS "?"
      " input_vars:obj? project_id:? case_id:? execution_mode:" ASKED "?"
      " retry_of_run_id:?",
      NGX_LO_TAKEN },
    { "RunDeleted", "A run that was removed",
      "deleted:bool run_id",
      NGX_LO_GIVEN },
    { "RunBulk", "Which runs, and why",
      "run_ids:[]! reason:?",
      NGX_LO_TAKEN },
    { "RunBulkDone", "What became of each",
      "requested:int succeeded:[] failed:[RunBulkFailed]",
      NGX_LO_GIVEN },
    { "RunBulkFailed", "A run that was left as it is",
      "run_id status:int detail",
      NGX_LO_GIVEN },
    { "RunCleanPreview", "What a clean-up would remove",
      "count:int oldest:time? newest:time? by_status:{int} sample:[]"
      " before:time status:?",
      NGX_LO_GIVEN },
    { "RunCleaned", "What a clean-up removed, or would",
      "deleted_count:int before:time status:? dry_run:bool~",
      NGX_LO_GIVEN },
    { "RunQueue", "Runs by state, and those that are next",
      "depth_by_status:{int} total_pending:int total_running:int"
      " total_done:int total_failed:int next_jobs:[RunQueued]",
      NGX_LO_GIVEN },
    { "RunQueued", "A run that is to be picked up",
      "job_id run_id status priority:int attempts:int max_attempts:int"
      " available_at:time locked_by:?",
      NGX_LO_GIVEN },
    { "Reason", "Why, for those who read it later",
      "reason:?",
      NGX_LO_TAKEN },
    { "RunRetry", "Nothing: the same run goes on; inputs: a new run",
      "input_vars:obj? new_run:bool? from_checkpoint_id:?",
      NGX_LO_TAKEN },
    { "RunResume", "Nothing: a held run goes on; else where from",
      "checkpoint_id:? from_node:? input_vars:obj?",
      NGX_LO_TAKEN },
    { "RunReplay", "Where the other run begins, and what is changed",
      "checkpoint_id:? from_node:? input_vars:obj? execution_mode:" ASKED "?",
      NGX_LO_TAKEN },
    { "CallbackReport", "How a workflow that an agent was given is doing",
      "status:success|completed|succeeded|failure|failed|error|progress?"
      " output:obj? output_vars:obj? node_id:? step_id:? error:any message:?"
      " progress:any cost_usd:num? usage:obj?",
      NGX_LO_TAKEN },
    { "CallbackAnswer", "What became of the report",
      "resumed:bool status run_id message~",
      NGX_LO_GIVEN },
    { "RunEvent", "An entry of the timeline",
      "event_id:int seq:int run_id created_at:time event_type node_id:?"
      " step_id:? attempt:int? payload:obj?",
      NGX_LO_GIVEN },
    { "Checkpoint", "A saved state of a run",
      "checkpoint_id thread_id parent_checkpoint_id:? step:int writes:any"
      " created_at:time node_id:? path:? name:? reason",
      NGX_LO_GIVEN },
    { "CheckpointState", "Variables and place of a run at a checkpoint",
      "checkpoint_id thread_id channel_values:obj metadata:obj"
      " pending_writes:[any] versions_seen:obj",
      NGX_LO_GIVEN },
    { "RunDiagnostics", "What a run waits for, its retries, its failure",
      "run_id thread_id status last_node_id:? last_step_id:?"
      " has_retry_event:bool idempotency_entries:[JournalEntry]"
      " active_leases:[RunLease] total_events:int error_events:int"
      " retries:[Retry] failure:Failure? checkpoints:int"
      " pending_approvals:[] waiting_for:? waiting_since:time? llm:LlmUse"
      " agents:[AgentUse]",
      NGX_LO_GIVEN },
    { "JournalEntry", "A step and its recorded result",
      "node_id:? step_id:? idempotency_key:? status has_cached_result:bool"
      " updated_at:time decision:executed|reused|skipped",
      NGX_LO_GIVEN },
    { "RunLease", "A slot that the run has",
      "lease_id resource_key node_id:? step_id:? acquired_at:time"
      " expires_at:time released_at:time? is_active:bool",
      NGX_LO_GIVEN },
    { "Retry", "A step that was tried again",
      "node_id:? step_id:? attempt:int~ delay_ms:int~ error~ at:time",
      NGX_LO_GIVEN },
    { "Failure", "Why a run failed",
      "class node_id:? step_id:? message retryable:bool",
      NGX_LO_GIVEN },
    { "LlmUse", "What a run asked of models",
      "calls:int prompt_tokens:int completion_tokens:int cost_usd:num"
      " exchanges:[LlmExchange]",
      NGX_LO_GIVEN },
    { "LlmExchange", "What a model was told and said, masked",
      "node_id path at:time messages:any text:?",
      NGX_LO_GIVEN },
    { "AgentUse", "What a run asked of an agent",
      "agent_id calls:int errors:int avg_ms:num?",
      NGX_LO_GIVEN },

    /* --- artifacts ------------------------------------------------------- */

    { "Artifact", "What a run made or was sent: a file, or an address",
      "artifact_id run_id node_id:? step_id:? kind uri name:? mime_type:?"
      " size_bytes:int? created_at:time sha256:?",
      NGX_LO_GIVEN },
    { "ArtifactStats", "How much the folder of artifacts has",
      "total_folders:int total_bytes:int artifacts_dir partial:bool~",
      NGX_LO_GIVEN },
    { "ArtifactCleanup", "What was removed from it",
      "deleted_runs:[] freed_bytes:int skipped:int more:bool~",
      NGX_LO_GIVEN },

    /* --- approvals ------------------------------------------------------- */

    { "Approval", "A question to people, and its answer",
      "approval_id run_id node_id:? prompt:? decision_type options:[any]?"
      " context_data:obj? status decided_by:? decision_payload:obj? comment:?"
      " created_at:time decided_at:time? expires_at:time? run_status:?"
      " run_kind:procedure|workflow node_name:? procedure_id:?"
      " approval_level:? escalation_contact:? can_decide:bool path:?"
      " input_schema:obj? required_approvals:int? escalation_count:int?"
      " approvers:[]? forbid_self_approval:bool votes:[Vote] shown_hash",
      NGX_LO_GIVEN },
    { "ApprovalCreate", "A question about a run",
      "run_id! prompt! node_id:?=adhoc"
      " decision_type:approve_reject|select_option|pick_one|provide_input"
      "|acknowledge? options:[]? context_data:obj? timeout_ms:1000-?"
      " approval_level:?",
      NGX_LO_TAKEN },
    { "Vote", "An answer of one of those who were asked",
      "decided_by decision comment:? decided_at:time on_behalf_of~"
      " deputy_of~ shown_hash~",
      NGX_LO_GIVEN },
    { "Decision", "An answer: in one of the first four",
      "status:? decision:? resolved_decision:? option:? decided_by:?"
      " comment:? payload:obj? input:obj? shown_hash:?",
      NGX_LO_TAKEN },
    { "LinkCreate", "For whom, and for how long",
      "identity:? role:approver|operator|manager|admin? groups:[]?"
      " expires_in_seconds:60-2678400?=86400 send:bool?=false",
      NGX_LO_TAKEN },
    { "Link", "A link by which one answers once; its address is nowhere else",
      "link_id url:? sent:bool identity role expires_at:time shown_hash",
      NGX_LO_GIVEN },
    { "DeputyCreate", "Who answers for the caller, and until when",
      "deputy! until! from:? identity:? reason:?",
      NGX_LO_TAKEN },
    { "Deputy", "Who answers for whom",
      "deputy_id identity deputy from:time until:time reason:? created_by"
      " created_at:time",
      NGX_LO_GIVEN }
};

const ngx_uint_t  ngx_lo_shapes_runs_n =
    sizeof(ngx_lo_shapes_runs) / sizeof(ngx_lo_shape_t);
