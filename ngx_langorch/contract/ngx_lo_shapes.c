/*
 * The shapes of the API: every object that a request or an answer has, in the
 * words of ngx_lo_told.h.  A test holds real answers against them, and a route
 * that reads a member which its shape has not makes an alert.
 *
 * tidy: a table with a row a shape.
 */

#include "api/ngx_lo_told.h"

#define NGX_LO_GIVEN  0         /* the server answers it */
#define NGX_LO_TAKEN  1         /* a client sends it */

#define STATUSES  "draft|active|approved|inactive|deprecated|archived"
#define CHANNELS  "dev|qa|prod"
#define KINDS     "internal|agent_http|mcp_tool|llm|human|subflow|unbound"
#define RUN_STATES                                                            \
    "created|running|waiting_approval|paused|completed|failed|canceled"
#define PROVIDERS                                                             \
    "openai_compatible|openai|anthropic|azure_openai|azure|ollama"
#define ROLES     "viewer|approver|operator|manager|admin"
#define HINTS     "db|env|vault|aws|azure"
#define MODES     "production|dry_run|validation_only"
#define ASKED     "production|normal|dry_run|validation_only"


const ngx_lo_shape_t  ngx_lo_shapes[] = {

    { "Problem", "What went wrong (RFC 9457)",
      "type title status:int code detail:any instance request_id errors:any~"
      " existing_run_id~ required_level:?~ approval:Approval~",
      NGX_LO_GIVEN },

    /* --- health ---------------------------------------------------------- */

    { "Health", "The process is alive",
      "status version contract node_id time:time",
      NGX_LO_GIVEN },
    { "Readiness", "What a load balancer should know",
      "status:ready|unready checks:{}",
      NGX_LO_GIVEN },
    { "MetricsSummary", "Counters since the start, by name and labels",
      "counters:{num} gauges:{num} histograms:{Histogram}",
      NGX_LO_GIVEN },
    { "Histogram", "A distribution in figures",
      "count:num sum:num min:num max:num avg:num p95:num",
      NGX_LO_GIVEN },

    /* --- discovery ------------------------------------------------------- */

    { "NodeType", "A kind of node, for those who build procedures",
      "type title color category description transitions:[]"
      " fields:[NodeField]",
      NGX_LO_GIVEN },
    { "NodeField",
      "A member of a node; `common` ones are the same in all types",
      "name type required:bool default:any enum:[]? help common:bool",
      NGX_LO_GIVEN },
    { "Config", "How the site is configured",
      "host port:int debug:bool cors_origins:[] db_dialect db_host:?"
      " db_port:int? db_name db_pool_size:int db_max_overflow:int"
      " auth_enabled:bool auth_token_expire_minutes:int worker_embedded:bool"
      " worker_concurrency:int worker_poll_interval:num"
      " worker_max_attempts:int worker_retry_delay_seconds:int"
      " worker_lock_duration_seconds:num llm_base_url:?"
      " llm_timeout_seconds:num llm_key_set:bool llm_default_model:?"
      " llm_gateway_headers:? llm_model_cost_json:? apigee_enabled:bool"
      " apigee_token_url:? apigee_certs_path:? apigee_consumer_key:?"
      " apigee_client_secret:? apigee_use_case_id:? apigee_client_id:?"
      " sso_enabled:bool checkpoint_retention_days:int"
      " artifact_retention_days:int run_retention_days:int"
      " lease_ttl_seconds:num metrics_push_url:?"
      " metrics_push_interval_seconds:num metrics_push_job"
      " alert_webhook_url:? rate_limit_max_concurrent:int"
      " secrets_rotation_check:bool sources:obj mutable:[] limits:obj",
      NGX_LO_GIVEN },
    { "ConfigChange", "Settings that change; null: as before",
      "checkpoint_retention_days:int? artifact_retention_days:int?"
      " run_retention_days:int? worker_concurrency:int?"
      " rate_limit_max_concurrent:int? llm_base_url:? llm_default_model:?"
      " alert_webhook_url:?",
      NGX_LO_TAKEN },
    { "Worker", "A worker process that drives runs",
      "worker_id status:online|offline is_leader:bool last_heartbeat_at:time"
      " node_id pid:int runs_active:int",
      NGX_LO_GIVEN },

    /* --- procedures ------------------------------------------------------ */

    { "Procedure", "A version of a procedure",
      "id:int procedure_id version name status effective_date:? description:?"
      " release_channel:" CHANNELS "? promoted_from_version:?"
      " promoted_at:time? promoted_by:? project_id:? created_at:time"
      " updated_at:time created_by:? content_hash valid:bool? tags:[]",
      NGX_LO_GIVEN },
    { "ProcedureStored", "A version, and what the compiler says of it",
      "+Procedure diagnostics:[Diagnostic]",
      NGX_LO_GIVEN },
    { "ProcedureDetail", "A version with its document",
      "+Procedure ckp_json:obj builder_draft:obj?"
      " builder_draft_updated_at:time? provenance:obj?"
      " retrieval_metadata:obj? trigger:obj? subflow_pins:obj?",
      NGX_LO_GIVEN },
    { "ProcedureDeleted", "A version that was removed",
      "deleted:bool procedure_id version",
      NGX_LO_GIVEN },
    { "ProcedureImport", "A document to be stored",
      "ckp_json:obj! project_id:?",
      NGX_LO_TAKEN },
    { "ProcedureReplace", "Another document for the same version",
      "ckp_json:obj!",
      NGX_LO_TAKEN },
    { "StatusChange", "The status that a version gets",
      "status:" STATUSES "!",
      NGX_LO_TAKEN },

    { "Draft", "What of a version is being edited",
      "procedure_id version draft:obj? updated_at:time?",
      NGX_LO_GIVEN },
    { "DraftSave", "The builder's own, kept as it is",
      "draft:obj!",
      NGX_LO_TAKEN },
    { "Promotion", "Where a version is to be active",
      "target_channel:" CHANNELS "! reason:?",
      NGX_LO_TAKEN },
    { "Promoted", "The version that is active now",
      "promoted:Procedure previous_channel_version:?",
      NGX_LO_GIVEN },
    { "Rollback", "Which version is to be active again; none: the one before",
      "target_channel:" CHANNELS "! rollback_to_version:? reason:?",
      NGX_LO_TAKEN },
    { "RolledBack", "The version that is active again",
      "restored:Procedure replaced_version",
      NGX_LO_GIVEN },
    { "Deployment", "A version that became the active one of a channel",
      "deployment_id action:promote|rollback target_channel:" CHANNELS
      " deployed_version replaced_version:? deployed_by deployed_at:time"
      " reason:? status:active|replaced|rolled_back",
      NGX_LO_GIVEN },

    /* --- compile, explain, draw, diff ------------------------------------ */

    { "CompileRequest", "A document to be looked at",
      "ckp_json:obj! input_vars:obj? check_environment:bool?",
      NGX_LO_TAKEN },
    { "CompileStored", "Another document than the stored one, if any",
      "ckp_json:obj? input_vars:obj? check_environment:bool?",
      NGX_LO_TAKEN },
    { "CompileResult", "What the compiler found",
      "valid:bool errors:[Diagnostic] warnings:[Diagnostic] procedure_id:?"
      " version:? start_node:? node_count:int step_count:int"
      " bindings:[Binding]",
      NGX_LO_GIVEN },
    { "Diagnostic", "A finding of the compiler",
      "id code severity:error|warning|info message path node_id:? step_id:?"
      " field:? hint:?",
      NGX_LO_GIVEN },
    { "Binding", "Who does a step",
      "node_id step_id:? action kind:" KINDS,
      NGX_LO_GIVEN },
    { "Graph", "A procedure to be drawn",
      "nodes:[GraphNode] edges:[GraphEdge]",
      NGX_LO_GIVEN },
    { "GraphNode", "A node with its place",
      "id type position:{num} data:obj",
      NGX_LO_GIVEN },
    { "GraphEdge", "A way from a node to another",
      "id source target label animated:bool",
      NGX_LO_GIVEN },
    { "ExplainRequest", "Inputs to be followed, or another document",
      "ckp_json:obj? input_vars:obj?",
      NGX_LO_TAKEN },
    { "Explanation", "What a procedure would do",
      "procedure_id version nodes:[ExplainedNode] edges:[ExplainedEdge]"
      " variables:ExplainedVariables route_trace:[RouteStop]"
      " external_calls:[ExternalCall] policy_summary:PolicySummary"
      " side_effect_risks:[SideEffectRisk] simulated_route:[]?"
      " simulated_unknowns:[]? diagnostics:[Diagnostic]",
      NGX_LO_GIVEN },
    { "ExplainedNode", "A node as it will run",
      "id type agent:? description:? is_checkpoint:bool sla:obj?"
      " timeout_ms:int? has_side_effects:bool steps:[ExplainedStep]"
      " error_handlers:[ExplainedHandler]",
      NGX_LO_GIVEN },
    { "ExplainedStep", "A step as it will run",
      "step_id action timeout_ms:int? retry_on_failure:bool"
      " output_variable:? binding_kind:" KINDS,
      NGX_LO_GIVEN },
    { "ExplainedHandler", "What happens on an error",
      "error_type action max_retries:int? delay_ms:int? fallback_node:?",
      NGX_LO_GIVEN },
    { "ExplainedEdge", "A way, and when it is taken",
      "from to condition:?",
      NGX_LO_GIVEN },
    { "ExplainedVariables", "Where variables come from and go to",
      "schema:obj required:[] produced:[] consumed:[] missing_inputs:[]"
      " provided:[] dependencies:{VariableUse}",
      NGX_LO_GIVEN },
    { "VariableUse", "Who makes and who reads a variable",
      "producers:[] consumers:[]",
      NGX_LO_GIVEN },
    { "RouteStop", "A node that can be reached",
      "node_id type next_nodes:[] is_terminal:bool",
      NGX_LO_GIVEN },
    { "ExternalCall", "A call that leaves the server",
      "node_id step_id:? action binding_kind binding_ref:? agent_hint:?"
      " timeout_ms:int?",
      NGX_LO_GIVEN },
    { "PolicySummary", "The policies of the procedure",
      "execution_mode timeout_ms:int? retry:obj rate_limiting:obj"
      " checkpoint_strategy:? retention_days:int?",
      NGX_LO_GIVEN },
    { "SideEffectRisk", "What a step may do to the world",
      "node_id step_id:? risk:none|read|write|irreversible|unknown",
      NGX_LO_GIVEN },
    { "Diff", "What is different between two versions",
      "procedure_id from to identical:bool summary:DiffSummary"
      " changes:[DiffChange] lines:[DiffLine]~",
      NGX_LO_GIVEN },
    { "DiffSummary", "The difference in names",
      "nodes_added:[] nodes_removed:[] nodes_changed:[] variables_changed:[]"
      " config_changed:[]",
      NGX_LO_GIVEN },
    { "DiffChange", "One change, by JSON pointer",
      "op:add|remove|replace path from:any~ to:any~",
      NGX_LO_GIVEN },
    { "DiffLine", "A line of both documents, or of one",
      "kind:same|add|del a:int? b:int? text",
      NGX_LO_GIVEN },

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
      "calls:int prompt_tokens:int completion_tokens:int cost_usd:num",
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
      " approvers:[]? forbid_self_approval:bool votes:[Vote]",
      NGX_LO_GIVEN },
    { "ApprovalCreate", "A question about a run",
      "run_id! prompt! node_id:?=adhoc"
      " decision_type:approve_reject|select_option|pick_one|provide_input"
      "|acknowledge? options:[]? context_data:obj? timeout_ms:1000-?"
      " approval_level:?",
      NGX_LO_TAKEN },
    { "Vote", "An answer of one of those who were asked",
      "decided_by decision comment:? decided_at:time on_behalf_of~",
      NGX_LO_GIVEN },
    { "Decision", "An answer: in one of the first four",
      "status:? decision:? resolved_decision:? option:? decided_by:?"
      " comment:? payload:obj? input:obj?",
      NGX_LO_TAKEN },

    /* --- agents ---------------------------------------------------------- */

    { "Agent", "Somebody who does steps",
      "agent_id name channel base_url status:online|offline|busy"
      " concurrency_limit:int resource_key pool_id:?"
      " capabilities:[Capability] consecutive_failures:int"
      " circuit_open_at:time? last_heartbeat_at:time? updated_at:time"
      " circuit_state:closed|open|half_open active_leases:int"
      " cpu_percent:num? memory_percent:num? last_error:?",
      NGX_LO_GIVEN },
    { "Capability", "What an agent can do",
      "name type:tool|workflow description:? estimated_duration_s:num?"
      " is_batch:bool",
      NGX_LO_GIVEN },
    { "AgentCreate", "An agent to be registered",
      "name! channel! base_url! agent_id:? status:online|offline|busy?"
      " concurrency_limit:1-1000? resource_key:? capabilities:[any]?"
      " pool_id:?",
      NGX_LO_TAKEN },
    { "AgentChange", "What is to be different; the rest stays",
      "name:? channel:? base_url:? agent_id:? status:online|offline|busy?"
      " concurrency_limit:1-1000? resource_key:? capabilities:[any]?"
      " pool_id:?",
      NGX_LO_TAKEN },
    { "AgentPool", "The capacity of agents that share work",
      "pool_id:? channel agent_count:int status_breakdown:{int}"
      " concurrency_limit_total:int active_leases:int available_capacity:int"
      " circuit_open_count:int",
      NGX_LO_GIVEN },
    { "AgentDefaults", "Defaults for a new agent",
      "channel default_pool recommended_concurrency:int",
      NGX_LO_GIVEN },
    { "Heartbeat", "An agent's own word on how it is",
      "agent_id! status:online|offline|busy? cpu_percent:num?"
      " memory_percent:num?",
      NGX_LO_TAKEN },
    { "HeartbeatAnswer", "It was heard",
      "status agent_id",
      NGX_LO_GIVEN },
    { "HealthCheck", "How an agent was found",
      "agent_id reachable:bool status latency_ms:num? error:?"
      " checked_at:time",
      NGX_LO_GIVEN },
    { "CircuitChange", "What to do with the circuit",
      "action:open|close!",
      NGX_LO_TAKEN },
    { "ActionCatalogue", "Names of actions by channel",
      "generic:[] desktop:[] web:[] email:[] api:[] database:[] file:[]",
      NGX_LO_GIVEN },

    /* --- tool servers ---------------------------------------------------- */

    { "ToolServer", "A server of tools (MCP)",
      "server_id name base_url protocol:rest|streamable-http secret_name:?"
      " enabled:bool"
      " status:online|offline|unknown tool_count:int last_error:?"
      " updated_at:time",
      NGX_LO_GIVEN },
    { "ToolServerCreate", "A tool server to be registered",
      "name! base_url! protocol:rest|streamable-http? secret_name:?"
      " enabled:bool?",
      NGX_LO_TAKEN },
    { "ToolServerChange", "What is to be different; the rest stays",
      "name:? base_url:? protocol:rest|streamable-http? secret_name:?"
      " enabled:bool?",
      NGX_LO_TAKEN },
    { "ToolList", "The tools of all servers, and who did not answer",
      "tools:[Tool] errors:[ToolServerError] fetched_at:time",
      NGX_LO_GIVEN },
    { "Tool", "A tool of a server",
      "server_id server name description:? input_schema:obj? allowed:bool",
      NGX_LO_GIVEN },
    { "ToolServerError", "A server that did not answer",
      "server_id error",
      NGX_LO_GIVEN },
    { "ToolCall", "What a tool is to be tried with",
      "arguments:obj?",
      NGX_LO_TAKEN },
    { "ToolAnswer", "What the tool gave",
      "result:any is_error:bool latency_ms:num",
      NGX_LO_GIVEN },

    /* --- leases, audit --------------------------------------------------- */

    { "Lease", "A slot that a step holds",
      "lease_id resource_key run_id node_id:? step_id:? acquired_at:time"
      " expires_at:time released_at:time? is_active:bool",
      NGX_LO_GIVEN },
    { "AuditPage", "Changes, newest first",
      "events:[AuditEvent] limit:int offset:int next_cursor:? total:int~",
      NGX_LO_GIVEN },
    { "AuditEvent", "Who changed what",
      "event_id:int ts:time category action actor description:?"
      " resource_type:? resource_id:? meta:obj? source_ip:? auth_method:?"
      " request_id:? procedure_id:? storage_location:?",
      NGX_LO_GIVEN },

    /* --- secrets ---------------------------------------------------------- */

    { "Secret", "What is told of a secret; its value never is",
      "secret_id name description:? provider_hint:" HINTS " tags:[]"
      " created_by:? created_at:time updated_at:time version:int"
      " last_used_at:time? used_by:[]",
      NGX_LO_GIVEN },
    { "SecretCreate", "A secret to be kept",
      "name! value:? description:? provider_hint:" HINTS "? tags:[]?",
      NGX_LO_TAKEN },
    { "SecretChange", "What becomes different",
      "value:? description:? provider_hint:" HINTS "? tags:[]?",
      NGX_LO_TAKEN },
    { "SecretProvider", "Where values can come from",
      "provider configured:bool healthy:bool? error:?",
      NGX_LO_GIVEN },

    /* --- models ----------------------------------------------------------- */

    { "LlmProfile", "How a model is asked",
      "name description:? provider:" PROVIDERS " base_url:?"
      " api_version:? model"
      " secret_name:? task_classes:[] temperature:num? top_p:num?"
      " max_tokens:int? stop:any timeout_ms:int max_retries:int?"
      " fallbacks:[] extra_headers:obj? cost_per_1k:obj? json_schema:obj?"
      " budget_usd_per_run:num? max_cost_usd_per_call:num? min_quality:num?"
      " enabled:bool is_default:bool circuit_state:closed|open|half_open"
      " created_at:time updated_at:time",
      NGX_LO_GIVEN },
    { "LlmProfileChange", "What becomes different; null takes it away",
      "description:? provider:" PROVIDERS "? base_url:?"
      " api_version:? model:?"
      " secret_name:? task_classes:[]? temperature:num? top_p:num?"
      " max_tokens:int? stop:any timeout_ms:int? max_retries:int?"
      " fallbacks:[]? extra_headers:obj? cost_per_1k:obj? json_schema:obj?"
      " budget_usd_per_run:num? max_cost_usd_per_call:num? min_quality:num?"
      " enabled:bool? is_default:bool?",
      NGX_LO_TAKEN },
    { "LlmProfileCreate", "A profile to be made; it needs a model",
      "+LlmProfileChange name!",
      NGX_LO_TAKEN },
    { "LlmBudget", "What models may cost",
      "name scope:site|project|procedure|profile|run|call target:?"
      " period:day|month|total limit_usd:num warn_at:num"
      " on_limit:stop|approve stop_usd:num? description:? enabled:bool"
      " use:[LlmBudgetUse] created_at:time updated_at:time",
      NGX_LO_GIVEN },
    { "LlmBudgetUse", "What is used of it in this period",
      "subject:? spent_usd:num reserved_usd:num",
      NGX_LO_GIVEN },
    { "LlmBudgetPut", "What models may cost; all of it",
      "scope:site|project|procedure|profile|run|call! target:?"
      " period:day|month|total? limit_usd:num! warn_at:num?"
      " on_limit:stop|approve? stop_usd:num? description:? enabled:bool?",
      NGX_LO_TAKEN },
    { "AlertTested", "What came of a test alert",
      "ok:bool status:int? error:?",
      NGX_LO_GIVEN },
    { "LlmProfileTest", "Nothing",
      "",
      NGX_LO_TAKEN },
    { "LlmProfileTested", "What came of a short question",
      "ok:bool model:? response:? latency_ms:num? error:?",
      NGX_LO_GIVEN },
    { "LlmUsage", "What runs asked of models",
      "from:time to:time rows:[LlmUsageRow]",
      NGX_LO_GIVEN },
    { "LlmUsageRow", "Calls that have something in common",
      "key calls:int errors:int prompt_tokens:int completion_tokens:int"
      " cost_usd:num avg_latency_ms:num p95_latency_ms:num",
      NGX_LO_GIVEN },

    /* --- prompts ---------------------------------------------------------- */

    { "PromptSummary", "A prompt in a list",
      "name latest_version:int active_version:int? description:? tags:[]"
      " updated_at:time",
      NGX_LO_GIVEN },
    { "Prompt", "A version of a prompt",
      "name version:int template system:? variables:obj output_schema:obj?"
      " model:? profile:? description:? tags:[] created_by:?"
      " created_at:time active:bool",
      NGX_LO_GIVEN },
    { "PromptVersionSummary", "A version of a prompt in a list",
      "name version:int description:? tags:[] model:? profile:? created_by:?"
      " created_at:time active:bool",
      NGX_LO_GIVEN },
    { "PromptVersion", "What a version is; it never changes",
      "template! system:? variables:obj? output_schema:obj? model:? profile:?"
      " description:? tags:[]?",
      NGX_LO_TAKEN },
    { "PromptCreate", "A prompt to be stored",
      "+PromptVersion name!",
      NGX_LO_TAKEN },
    { "PromptChoice", "The version that the name means from now on",
      "version:int!",
      NGX_LO_TAKEN },
    { "PromptVariables", "What is put into a prompt",
      "variables:obj? version:int?",
      NGX_LO_TAKEN },
    { "PromptText", "A prompt with its variables put in",
      "prompt system:? missing:[] unused:[]",
      NGX_LO_GIVEN },

    /* --- triggers --------------------------------------------------------- */

    { "Trigger", "What begins runs of a version by itself",
      "id:int procedure_id version"
      " trigger_type:scheduled|webhook|event|file_watch schedule:?"
      " webhook_secret:? event_source:? dedupe_window_seconds:int"
      " max_concurrent_runs:int? enabled:bool created_at:time"
      " updated_at:time timezone allowed_sources:[]? input_mapping:obj?"
      " next_fire_at:time? last_fired_at:time? last_run_id:?",
      NGX_LO_GIVEN },
    { "TriggerPut", "A trigger to be registered; what it does not say, the"
      " document's trigger of that type does",
      "trigger_type:scheduled|webhook|event|file_watch! schedule:?"
      " timezone:? webhook_secret:? event_source:? dedupe_window_seconds:0-?"
      " max_concurrent_runs:1-? enabled:bool? allowed_sources:[]?"
      " input_mapping:obj?",
      NGX_LO_TAKEN },
    { "TriggerFire", "What the run is given",
      "input_vars:obj?",
      NGX_LO_TAKEN },
    { "TriggerFired", "The run that was started",
      "run_id procedure_id procedure_version"
      " trigger_type:scheduled|webhook|event|file_watch|manual"
      " triggered_by:~ status",
      NGX_LO_GIVEN },
    { "TriggerFiring", "What became of one firing",
      "id:int ts:time trigger_type source:? outcome run_id:? payload_hash:?"
      " detail:? due_at:time? lag_ms:int?",
      NGX_LO_GIVEN },
    { "EventTold", "How many triggers want the event",
      "delivered_to:int",
      NGX_LO_GIVEN },
    { "TriggerSkipped", "A document whose trigger was not registered",
      "procedure_id version reason",
      NGX_LO_GIVEN },
    { "TriggerSync", "Triggers of documents that are registered",
      "synced:int skipped:[TriggerSkipped]",
      NGX_LO_GIVEN },
    { "TriggerPreview", "A schedule to be looked at",
      "schedule! timezone:? count:1-50? from:time?",
      NGX_LO_TAKEN },
    { "TriggerTimes", "When a schedule fires",
      "schedule timezone next:[time] description",
      NGX_LO_GIVEN },

    /* --- what a site keeps for its procedures ----------------------------- */

    { "Project", "Procedures and runs that belong together",
      "project_id name description:? created_at:time",
      NGX_LO_GIVEN },
    { "ProjectCreate", "A project to be made",
      "name! description:?",
      NGX_LO_TAKEN },
    { "ProjectChange", "What becomes different",
      "name description:?",
      NGX_LO_TAKEN },
    { "ProjectCost", "What the runs of a project used",
      "project_id period_days:int run_count:int total_prompt_tokens:int"
      " total_completion_tokens:int estimated_cost_usd:num",
      NGX_LO_GIVEN },

    /* --- workflows of steps, orders --------------------------------------- */

    { "FlowCreate", "A workflow: its steps, and what each needs",
      "name! steps:[FlowStep]! max_parallel:1-2000=1",
      NGX_LO_TAKEN },
    { "FlowStep", "A step; it begins when those it depends on are done",
      "id! type! config:FlowConfig! depends_on:[]",
      NGX_LO_TAKEN },
    { "FlowConfig", "What a step does; more members go along",
      "action! duration_seconds:num fail_probability:num max_retries:int",
      NGX_LO_TAKEN },
    { "FlowSummary", "A workflow in a list",
      "id name created_at:time",
      NGX_LO_GIVEN },
    { "Flow", "A workflow; its definition has the defaults filled in",
      "+FlowSummary definition:obj",
      NGX_LO_GIVEN },
    { "FlowStart", "The order that the run is for",
      "order_id:?",
      NGX_LO_TAKEN },
    { "FlowRunSummary", "A run of a workflow, in a list",
      "id workflow_id workflow_name order_id:?"
      " status:pending|running|completed|failed started_at:time?"
      " completed_at:time?",
      NGX_LO_GIVEN },
    { "FlowRun", "A run of a workflow",
      "+FlowRunSummary steps:[FlowStepState]",
      NGX_LO_GIVEN },
    { "FlowStepState", "A step of a run, in the order of the steps",
      "id step_id step_index:int status:pending|running|completed|failed"
      " retry_count:int max_retries:int started_at:time? completed_at:time?"
      " error_message:?",
      NGX_LO_GIVEN },
    { "OrderCreate", "An order to be made",
      "amount:num!",
      NGX_LO_TAKEN },
    { "Order", "What the steps of workflows move",
      "id status:pending|validated|charged|shipped amount:num created_at:time"
      " updated_at:time",
      NGX_LO_GIVEN },

    /* --- agent workflows ------------------------------------------------ */

    { "NetHead", "How a graph runs, and whose it is",
      "description:? timeout_seconds:1-? max_retries:0-20=3"
      " on_error:fail|continue|rollback=fail"
      " scheduling:dataflow|levels=dataflow tags:[] is_public:bool"
      " is_template:bool is_active:bool metadata:obj organization_id:?",
      NGX_LO_TAKEN },
    { "NetCreate", "A graph: nodes, and edges between them",
      "+NetHead name! nodes:[NetNodeIn]! edges:[NetEdgeIn]",
      NGX_LO_TAKEN },
    { "NetChange", "What becomes different; the rest stays",
      "+NetHead name nodes:[NetNodeIn] edges:[NetEdgeIn]",
      NGX_LO_TAKEN },
    { "NetNodeIn", "A node; what `node_type` asks for must be there",
      "node_id! name:? node_type! agent_id:? action:? inputs:obj outputs:any"
      " config:obj position:obj? retry_count:0-20? retry_delay_seconds:num=5"
      " timeout_seconds:num? fallback_node_id:?",
      NGX_LO_TAKEN },
    { "NetEdgeIn", "An edge; with a condition it is taken when that holds",
      "from_node_id! to_node_id! condition:any label:? is_default:bool",
      NGX_LO_TAKEN },
    { "NetSummary", "A graph in a list",
      "id name description:? owner_id organization_id:? version:int"
      " is_template:bool is_public:bool is_active:bool timeout_seconds:int?"
      " max_retries:int on_error:fail|continue|rollback"
      " scheduling:dataflow|levels tags:[] metadata:obj created_at:time"
      " updated_at:time? node_count:int edge_count:int",
      NGX_LO_GIVEN },
    { "Net", "A graph with its nodes and edges",
      "+NetSummary nodes:[NetNode] edges:[NetEdge]"
      " permission:view|run|edit|delete|owner execution_levels:[any]",
      NGX_LO_GIVEN },
    { "NetNode", "A node, with its defaults",
      "id workflow_id node_id name node_type agent_id:? action:? inputs:obj"
      " outputs:any config:obj position:obj? retry_count:int"
      " retry_delay_seconds:num timeout_seconds:num? fallback_node_id:?",
      NGX_LO_GIVEN },
    { "NetEdge", "An edge, with its defaults",
      "id workflow_id from_node_id to_node_id condition:any label:?"
      " is_default:bool",
      NGX_LO_GIVEN },
    { "NetCheck", "What is wrong with a graph, or in which order it runs",
      "valid:bool errors:[] execution_order:[] execution_levels:[any]",
      NGX_LO_GIVEN },
    { "NetVersion", "A version of a graph",
      "version:int created_at:time created_by:? node_count:int"
      " edge_count:int",
      NGX_LO_GIVEN },
    { "NetStart", "What its nodes read as `$input`",
      "inputs:obj?",
      NGX_LO_TAKEN },
    { "NetRun", "A run of a graph; some members have two names",
      "id run_id workflow_id workflow_version:int"
      " status:pending|running|paused|completed|failed|cancelled"
      " triggered_by:? started_at:time? completed_at:time? error:?"
      " error_message:? inputs:obj input_data:obj outputs:any"
      " output_data:any context:obj total_cost:num nodes_completed:int"
      " nodes_total:int created_at:time updated_at:time?",
      NGX_LO_GIVEN },
    { "NetRunDetail", "A run with its nodes",
      "+NetRun nodes:[NetNodeRun] execution_levels:[any]",
      NGX_LO_GIVEN },
    { "NetNodeRun", "A node of a run, as its last attempt left it",
      "id workflow_run_id node_id"
      " status:pending|running|completed|failed|skipped|cancelled"
      " attempt_number:int retry_count:int started_at:time?"
      " completed_at:time? duration_ms:int? inputs:obj? input_data:obj?"
      " outputs:any output_data:any error:? error_message:?"
      " agent_response:any cost:num",
      NGX_LO_GIVEN },
    { "NetEvent", "What happened in a run",
      "type workflow_run_id data:obj timestamp:time seq:int",
      NGX_LO_GIVEN },
    { "NetGrantCreate", "Who may do what; a user, or a group of them",
      "user_id:? organization_id:? permission:view|run|edit|delete!"
      " expires_at:time?",
      NGX_LO_TAKEN },
    { "NetGrant", "Who may do what",
      "id user_id:? organization_id:? permission:view|run|edit|delete"
      " granted_by granted_at:time expires_at:time?",
      NGX_LO_GIVEN },
    { "NetTemplateHead", "What people are told of a pattern",
      "description:? category:? icon:? example_input:any example_output:any"
      " required_capabilities:[] estimated_cost:num?"
      " estimated_duration_seconds:num? is_official:bool",
      NGX_LO_TAKEN },
    { "NetTemplateCreate", "A pattern: a graph whose texts have {{variables}}",
      "+NetTemplateHead name! template_data:obj!",
      NGX_LO_TAKEN },
    { "NetTemplate", "A pattern in a list",
      "id name description:? category:? icon:? example_input:any"
      " example_output:any required_capabilities:[] estimated_cost:num?"
      " estimated_duration_seconds:num? usage_count:int rating:num?"
      " is_official:bool created_by:? created_at:time",
      NGX_LO_GIVEN },
    { "NetTemplateFull", "A pattern",
      "+NetTemplate template_data:obj",
      NGX_LO_GIVEN },
    { "NetInstantiate", "How the new graph is called, and its variables",
      "name:? variables:obj?",
      NGX_LO_TAKEN },

    /* --- identity -------------------------------------------------------- */

    { "Me", "Who the caller is",
      "identity roles:[" ROLES "] user_id:? email:? full_name:? role:" ROLES
      " auth_method mode:off|optional|on separation:bool",
      NGX_LO_GIVEN },
    { "Login", "Who begins a session",
      "username! password!",
      NGX_LO_TAKEN },
    { "Session", "A session that began; the cookie has the same token",
      "access_token token_type expires_in:int identity roles:[" ROLES "]",
      NGX_LO_GIVEN },
    { "SignOn", "Whether somebody else asks who it is",
      "sso_enabled:bool",
      NGX_LO_GIVEN },
    { "User", "Somebody who has a password here, or came by single sign-on",
      "user_id username email:? full_name:? role:" ROLES " is_active:bool"
      " sso_provider:? created_at:time updated_at:time",
      NGX_LO_GIVEN },
    { "UserCreate", "A new user",
      "username! email! password! full_name:? role:" ROLES "?=viewer",
      NGX_LO_TAKEN },
    { "UserChange", "What is to be different",
      "email:? password:? full_name:? role:" ROLES "? is_active:bool?",
      NGX_LO_TAKEN },
    { "TokenCreate", "A token, at most with the role that its maker has",
      "name! role:" ROLES "? expires_in_days:1-365?=90 identity:?",
      NGX_LO_TAKEN },
    { "TokenSeen", "What can be seen of a token",
      "token_id name prefix role:" ROLES " identity created_at:time"
      " expires_at:time",
      NGX_LO_GIVEN },
    { "TokenMade", "A token, and its text",
      "+TokenSeen token",
      NGX_LO_GIVEN },
    { "Token", "A token, without its text",
      "+TokenSeen last_used_at:time?",
      NGX_LO_GIVEN },

    { NULL, NULL, NULL, 0 }
};
