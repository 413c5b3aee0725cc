/*
 * Shapes: what runs work with, what starts them, who asks.
 */

#include "contract/ngx_lo_shapes_int.h"


const ngx_lo_shape_t  ngx_lo_shapes_site[] = {

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
    { "AgentTrial", "What an agent is to be tried with",
      "action! params:obj? timeout_ms:100-50000?",
      NGX_LO_TAKEN },
    { "AgentTrialAnswer", "How the call of an agent ended",
      "outcome:success|error|unknown http_status:int? result:any error:obj?"
      " latency_ms:int idempotency_key",
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
      " request_id:? procedure_id:? storage_location:? prev:? hash:?"
      " gone_from:int? gone_prev:?",
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

    { "AgentCredential", "The value of a secret, for a grant",
      "secret_name value",
      NGX_LO_GIVEN },

    /* --- models ----------------------------------------------------------- */

    { "LlmProfile", "How a model is asked",
      "name description:? provider:" PROVIDERS " base_url:?"
      " api_version:? model"
      " secret_name:? task_classes:[] temperature:num? top_p:num?"
      " max_tokens:int? stop:any timeout_ms:int max_retries:int?"
      " fallbacks:[] extra_headers:obj? cost_per_1k:obj? json_schema:obj?"
      " budget_usd_per_run:num? max_cost_usd_per_call:num? min_quality:num?"
      " stream:bool? enabled:bool is_default:bool circuit_state:closed|open|half_open"
      " created_at:time updated_at:time",
      NGX_LO_GIVEN },
    { "LlmProfileChange", "What becomes different; null takes it away",
      "description:? provider:" PROVIDERS "? base_url:?"
      " api_version:? model:?"
      " secret_name:? task_classes:[]? temperature:num? top_p:num?"
      " max_tokens:int? stop:any timeout_ms:int? max_retries:int?"
      " fallbacks:[]? extra_headers:obj? cost_per_1k:obj? json_schema:obj?"
      " budget_usd_per_run:num? max_cost_usd_per_call:num? min_quality:num?"
      " stream:bool? enabled:bool? is_default:bool?",
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
    { "LlmCost", "US dollars for 1,000 tokens of a model",
      "model prompt:num completion:num cached:num? quality:int?"
      " source:default|site",
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
      " created_at:time active:bool labels:[]",
      NGX_LO_GIVEN },
    { "PromptLabel", "A word that means a version of a prompt",
      "label version:int updated_by:? updated_at:time",
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
    { "Backfill", "Slots of a schedule that are fired on purpose",
      "backfill_id procedure_id version"
      " status:running|paused|completed|canceled reason:? schedule timezone"
      " from:time to:time max_parallel:int total:int fired:int skipped:int"
      " active:int next_slot:time? created_by:? created_at:time"
      " updated_at:time ended_at:time?",
      NGX_LO_GIVEN },
    { "BackfillCreate", "Between which times, both included, and how many runs"
      " at once",
      "from:time! to:time? max_parallel:1-100?",
      NGX_LO_TAKEN },
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

    /* --- identity -------------------------------------------------------- */

    { "Me", "Who the caller is",
      "identity roles:[" ROLES "] user_id:? email:? full_name:? role:" ROLES
      " auth_method mode:off|optional|on separation:bool projects:[]?",
      NGX_LO_GIVEN },
    { "Login", "Who begins a session",
      "username! password!",
      NGX_LO_TAKEN },
    { "PasswordChange", "The password that one has, and the new one",
      "current_password! password!",
      NGX_LO_TAKEN },
    { "Session", "A session that began; the cookie has the same token",
      "access_token token_type expires_in:int identity roles:[" ROLES "]",
      NGX_LO_GIVEN },
    { "SignOn", "Whether somebody else asks who it is",
      "sso_enabled:bool",
      NGX_LO_GIVEN },
    { "User", "Somebody who has a password here, or came by single sign-on",
      "user_id username email:? full_name:? role:" ROLES " is_active:bool"
      " sso_provider:? projects:[]? created_at:time updated_at:time",
      NGX_LO_GIVEN },
    { "UserCreate", "A new user",
      "username! email! password! full_name:? role:" ROLES "?=viewer"
      " projects:[]?",
      NGX_LO_TAKEN },
    { "UserChange", "What is to be different",
      "email:? password:? full_name:? role:" ROLES "? is_active:bool?"
      " projects:[]?",
      NGX_LO_TAKEN },
    { "TokenCreate", "A token, at most with the role that its maker has",
      "name! role:" ROLES "? expires_in_days:1-365?=90 identity:?"
      " projects:[]?",
      NGX_LO_TAKEN },
    { "TokenSeen", "What can be seen of a token",
      "token_id name prefix role:" ROLES " identity projects:[]?"
      " created_at:time expires_at:time",
      NGX_LO_GIVEN },
    { "TokenMade", "A token, and its text",
      "+TokenSeen token",
      NGX_LO_GIVEN },
    { "Token", "A token, without its text",
      "+TokenSeen last_used_at:time?",
      NGX_LO_GIVEN }
};

const ngx_uint_t  ngx_lo_shapes_site_n =
    sizeof(ngx_lo_shapes_site) / sizeof(ngx_lo_shape_t);
