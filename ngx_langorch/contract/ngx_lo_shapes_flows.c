/*
 * Shapes: the other two families: steps and orders, agent workflows.
 */

#include "contract/ngx_lo_shapes_int.h"


const ngx_lo_shape_t  ngx_lo_shapes_flows[] = {

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
      NGX_LO_TAKEN }
};

const ngx_uint_t  ngx_lo_shapes_flows_n =
    sizeof(ngx_lo_shapes_flows) / sizeof(ngx_lo_shape_t);
