/*
 * Shapes: errors, what a site tells of itself, procedures.
 */

#include "contract/ngx_lo_shapes_int.h"


const ngx_lo_shape_t  ngx_lo_shapes_procedures[] = {

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
      " auth_enabled:bool auth_token_expire_minutes:num worker_embedded:bool"
      " worker_concurrency:int worker_poll_interval:num"
      " worker_max_attempts:int worker_retry_delay_seconds:num"
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
      " alert_webhook_url:? llm_timeout_seconds:num?"
      " llm_model_cost_json:any auth_token_expire_minutes:num?"
      " secrets_rotation_check:bool? lease_ttl_seconds:num?"
      " worker_max_attempts:int? worker_retry_delay_seconds:num?"
      " llm_api_key:? metrics_push_url:? metrics_push_interval_seconds:num?"
      " metrics_push_job:?",
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
      NGX_LO_GIVEN }
};

const ngx_uint_t  ngx_lo_shapes_procedures_n =
    sizeof(ngx_lo_shapes_procedures) / sizeof(ngx_lo_shape_t);
