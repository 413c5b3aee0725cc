/*
 * The functions of the route table, by resource: prepare and render of each
 * (api/ngx_lo_route.h has their contract, spec/api.md what they answer).
 */

#ifndef NGX_LO_ROUTES_H
#define NGX_LO_ROUTES_H

#include "api/ngx_lo_api.h"

/* The type of both. */
typedef ngx_int_t ngx_lo_stage_t(ngx_lo_api_t *api, ngx_lo_job_t *job);

/* ngx_lo_health.c */
ngx_lo_stage_t  ngx_lo_health_live_render;
ngx_lo_stage_t  ngx_lo_health_ready_render;
ngx_lo_stage_t  ngx_lo_health_metrics_prepare;
ngx_lo_stage_t  ngx_lo_health_metrics_render;
ngx_lo_stage_t  ngx_lo_health_summary_prepare;
ngx_lo_stage_t  ngx_lo_health_summary_render;

/* contract/ngx_lo_openapi.c */
ngx_lo_stage_t  ngx_lo_openapi_render;

/* contract/ngx_lo_discovery.c */
ngx_lo_stage_t  ngx_lo_types_render;
ngx_lo_stage_t  ngx_lo_schema_render;
ngx_lo_stage_t  ngx_lo_cases_render;
ngx_lo_stage_t  ngx_lo_orchestrators_prepare;
ngx_lo_stage_t  ngx_lo_orchestrators_render;

/* proc/ngx_lo_compile.c */
ngx_lo_stage_t  ngx_lo_compile_any_render;
ngx_lo_stage_t  ngx_lo_compile_stored_prepare;
ngx_lo_stage_t  ngx_lo_compile_stored_render;
ngx_lo_stage_t  ngx_lo_compile_graph_prepare;
ngx_lo_stage_t  ngx_lo_compile_graph_render;

/* proc/ngx_lo_draft.c, ngx_lo_promote.c, ngx_lo_rollback.c,
 * ngx_lo_channels.c */
ngx_lo_stage_t  ngx_lo_draft_get_prepare;
ngx_lo_stage_t  ngx_lo_draft_get_render;
ngx_lo_stage_t  ngx_lo_draft_put_prepare;
ngx_lo_stage_t  ngx_lo_draft_put_render;
ngx_lo_stage_t  ngx_lo_draft_delete_prepare;
ngx_lo_stage_t  ngx_lo_draft_delete_render;
ngx_lo_stage_t  ngx_lo_promote_prepare;
ngx_lo_stage_t  ngx_lo_promote_render;
ngx_lo_stage_t  ngx_lo_rollback_prepare;
ngx_lo_stage_t  ngx_lo_rollback_render;
ngx_lo_stage_t  ngx_lo_deployments_prepare;
ngx_lo_stage_t  ngx_lo_deployments_render;

/* proc/ngx_lo_explain.c, proc/ngx_lo_diff.c */
ngx_lo_stage_t  ngx_lo_explain_prepare;
ngx_lo_stage_t  ngx_lo_explain_render;
ngx_lo_stage_t  ngx_lo_diff_prepare;
ngx_lo_stage_t  ngx_lo_diff_render;

/* proc/ngx_lo_procedure_list.c, proc/ngx_lo_procedures.c,
 * proc/ngx_lo_procedure_put.c */
ngx_lo_stage_t  ngx_lo_procedures_list_prepare;
ngx_lo_stage_t  ngx_lo_procedures_list_render;
ngx_lo_stage_t  ngx_lo_procedures_versions_prepare;
ngx_lo_stage_t  ngx_lo_procedures_versions_render;
ngx_lo_stage_t  ngx_lo_procedures_newest_prepare;
ngx_lo_stage_t  ngx_lo_procedures_newest_render;
ngx_lo_stage_t  ngx_lo_procedures_get_prepare;
ngx_lo_stage_t  ngx_lo_procedures_get_render;
ngx_lo_stage_t  ngx_lo_procedures_import_prepare;
ngx_lo_stage_t  ngx_lo_procedures_import_render;
ngx_lo_stage_t  ngx_lo_procedures_put_prepare;
ngx_lo_stage_t  ngx_lo_procedures_put_render;
ngx_lo_stage_t  ngx_lo_procedures_delete_prepare;
ngx_lo_stage_t  ngx_lo_procedures_delete_render;
ngx_lo_stage_t  ngx_lo_procedures_status_prepare;
ngx_lo_stage_t  ngx_lo_procedures_status_render;

/* graph/ngx_lo_graphs.c, graph/ngx_lo_graph_put.c, graph/ngx_lo_graph_runs.c */
ngx_lo_stage_t  ngx_lo_graphs_create_prepare;
ngx_lo_stage_t  ngx_lo_graphs_create_render;
ngx_lo_stage_t  ngx_lo_graphs_validate_render;
ngx_lo_stage_t  ngx_lo_graphs_list_prepare;
ngx_lo_stage_t  ngx_lo_graphs_list_render;
ngx_lo_stage_t  ngx_lo_graphs_get_prepare;
ngx_lo_stage_t  ngx_lo_graphs_get_render;
ngx_lo_stage_t  ngx_lo_graphs_put_prepare;
ngx_lo_stage_t  ngx_lo_graphs_put_render;
ngx_lo_stage_t  ngx_lo_graphs_delete_prepare;
ngx_lo_stage_t  ngx_lo_graphs_delete_render;
ngx_lo_stage_t  ngx_lo_graphs_versions_prepare;
ngx_lo_stage_t  ngx_lo_graphs_versions_render;
ngx_lo_stage_t  ngx_lo_graphs_run_prepare;
ngx_lo_stage_t  ngx_lo_graphs_run_render;
ngx_lo_stage_t  ngx_lo_graphs_runs_prepare;
ngx_lo_stage_t  ngx_lo_graphs_runs_render;
ngx_lo_stage_t  ngx_lo_graph_run_get_prepare;
ngx_lo_stage_t  ngx_lo_graph_run_get_render;
ngx_lo_stage_t  ngx_lo_graph_run_nodes_render;
ngx_lo_stage_t  ngx_lo_graph_run_cancel_prepare;
ngx_lo_stage_t  ngx_lo_graph_run_cancel_render;
ngx_lo_stage_t  ngx_lo_graph_run_events_prepare;
ngx_lo_stage_t  ngx_lo_graph_run_events_render;

/* graph/ngx_lo_graph_stream.c */
ngx_lo_stage_t  ngx_lo_graph_run_stream_prepare;
ngx_lo_stage_t  ngx_lo_graph_run_stream_render;
ngx_lo_stage_t  ngx_lo_graph_run_ws_prepare;
ngx_lo_stage_t  ngx_lo_graph_run_ws_render;

/* graph/ngx_lo_graph_grants.c */
ngx_lo_stage_t  ngx_lo_graph_grants_prepare;
ngx_lo_stage_t  ngx_lo_graph_grants_render;
ngx_lo_stage_t  ngx_lo_graph_grant_prepare;
ngx_lo_stage_t  ngx_lo_graph_grant_render;
ngx_lo_stage_t  ngx_lo_graph_grant_end_prepare;
ngx_lo_stage_t  ngx_lo_graph_grant_end_render;

/* graph/ngx_lo_graph_templates.c */
ngx_lo_stage_t  ngx_lo_graph_templates_prepare;
ngx_lo_stage_t  ngx_lo_graph_templates_render;
ngx_lo_stage_t  ngx_lo_graph_template_prepare;
ngx_lo_stage_t  ngx_lo_graph_template_render;
ngx_lo_stage_t  ngx_lo_graph_template_add_prepare;
ngx_lo_stage_t  ngx_lo_graph_template_add_render;
ngx_lo_stage_t  ngx_lo_graph_instantiate_prepare;
ngx_lo_stage_t  ngx_lo_graph_instantiate_render;

/* flow/ngx_lo_flows.c, flow/ngx_lo_orders.c */
ngx_lo_stage_t  ngx_lo_flows_create_prepare;
ngx_lo_stage_t  ngx_lo_flows_create_render;
ngx_lo_stage_t  ngx_lo_flows_list_prepare;
ngx_lo_stage_t  ngx_lo_flows_list_render;
ngx_lo_stage_t  ngx_lo_flows_get_prepare;
ngx_lo_stage_t  ngx_lo_flows_get_render;
ngx_lo_stage_t  ngx_lo_flows_run_prepare;
ngx_lo_stage_t  ngx_lo_flows_run_render;
ngx_lo_stage_t  ngx_lo_flows_runs_prepare;
ngx_lo_stage_t  ngx_lo_flows_runs_render;
ngx_lo_stage_t  ngx_lo_flows_run_get_prepare;
ngx_lo_stage_t  ngx_lo_flows_run_get_render;
ngx_lo_stage_t  ngx_lo_orders_create_prepare;
ngx_lo_stage_t  ngx_lo_orders_create_render;
ngx_lo_stage_t  ngx_lo_orders_get_prepare;
ngx_lo_stage_t  ngx_lo_orders_get_render;

/* ngx_lo_run_new.c, ngx_lo_runs.c, ngx_lo_diagnostics.c; control/ */
ngx_lo_stage_t  ngx_lo_runs_create_prepare;
ngx_lo_stage_t  ngx_lo_runs_create_render;
ngx_lo_stage_t  ngx_lo_runs_list_prepare;
ngx_lo_stage_t  ngx_lo_runs_list_render;
ngx_lo_stage_t  ngx_lo_runs_get_prepare;
ngx_lo_stage_t  ngx_lo_runs_get_render;
ngx_lo_stage_t  ngx_lo_runs_cancel_prepare;
ngx_lo_stage_t  ngx_lo_runs_cancel_render;
ngx_lo_stage_t  ngx_lo_runs_retry_prepare;
ngx_lo_stage_t  ngx_lo_runs_retry_render;
ngx_lo_stage_t  ngx_lo_runs_pause_prepare;
ngx_lo_stage_t  ngx_lo_runs_pause_render;
ngx_lo_stage_t  ngx_lo_runs_resume_prepare;
ngx_lo_stage_t  ngx_lo_runs_resume_render;
ngx_lo_stage_t  ngx_lo_runs_replay_prepare;
ngx_lo_stage_t  ngx_lo_runs_replay_render;
ngx_lo_stage_t  ngx_lo_runs_bulk_cancel_prepare;
ngx_lo_stage_t  ngx_lo_runs_bulk_cancel_render;
ngx_lo_stage_t  ngx_lo_runs_bulk_delete_prepare;
ngx_lo_stage_t  ngx_lo_runs_bulk_delete_render;
ngx_lo_stage_t  ngx_lo_runs_clean_preview_prepare;
ngx_lo_stage_t  ngx_lo_runs_clean_preview_render;
ngx_lo_stage_t  ngx_lo_runs_clean_prepare;
ngx_lo_stage_t  ngx_lo_runs_clean_render;
ngx_lo_stage_t  ngx_lo_runs_queue_prepare;
ngx_lo_stage_t  ngx_lo_runs_queue_render;
ngx_lo_stage_t  ngx_lo_runs_delete_prepare;
ngx_lo_stage_t  ngx_lo_runs_delete_render;
ngx_lo_stage_t  ngx_lo_runs_diagnostics_prepare;
ngx_lo_stage_t  ngx_lo_runs_diagnostics_render;
ngx_lo_stage_t  ngx_lo_runs_checkpoints_prepare;
ngx_lo_stage_t  ngx_lo_runs_checkpoints_render;
ngx_lo_stage_t  ngx_lo_runs_checkpoint_prepare;
ngx_lo_stage_t  ngx_lo_runs_checkpoint_render;

/* ngx_lo_callback.c */
ngx_lo_stage_t  ngx_lo_callback_prepare;
ngx_lo_stage_t  ngx_lo_callback_render;

/* ngx_lo_events.c */
ngx_lo_stage_t  ngx_lo_events_list_prepare;
ngx_lo_stage_t  ngx_lo_events_list_render;
ngx_lo_stage_t  ngx_lo_events_stream_prepare;
ngx_lo_stage_t  ngx_lo_events_stream_render;

/* artifact/ */
ngx_lo_stage_t  ngx_lo_artifacts_list_prepare;
ngx_lo_stage_t  ngx_lo_artifacts_list_render;
ngx_lo_stage_t  ngx_lo_artifacts_get_prepare;
ngx_lo_stage_t  ngx_lo_artifacts_get_render;
ngx_lo_stage_t  ngx_lo_artifacts_delete_prepare;
ngx_lo_stage_t  ngx_lo_artifacts_delete_render;
ngx_lo_stage_t  ngx_lo_artifacts_bytes_prepare;
ngx_lo_stage_t  ngx_lo_artifacts_bytes_render;
ngx_lo_stage_t  ngx_lo_artifacts_content_prepare;
ngx_lo_stage_t  ngx_lo_artifacts_content_render;
ngx_lo_stage_t  ngx_lo_artifacts_put_prepare;
ngx_lo_stage_t  ngx_lo_artifacts_put_render;
ngx_lo_stage_t  ngx_lo_artifacts_stats_render;
ngx_lo_stage_t  ngx_lo_artifacts_cleanup_render;

/* approval/ */
ngx_lo_stage_t  ngx_lo_approvals_list_prepare;
ngx_lo_stage_t  ngx_lo_approvals_list_render;
ngx_lo_stage_t  ngx_lo_approvals_get_prepare;
ngx_lo_stage_t  ngx_lo_approvals_get_render;
ngx_lo_stage_t  ngx_lo_approvals_create_prepare;
ngx_lo_stage_t  ngx_lo_approvals_create_render;
ngx_lo_stage_t  ngx_lo_approvals_stream_prepare;
ngx_lo_stage_t  ngx_lo_approvals_stream_render;
ngx_lo_stage_t  ngx_lo_approvals_decide_prepare;
ngx_lo_stage_t  ngx_lo_approvals_decide_render;
ngx_lo_stage_t  ngx_lo_deputies_list_prepare;
ngx_lo_stage_t  ngx_lo_deputies_list_render;
ngx_lo_stage_t  ngx_lo_deputies_create_prepare;
ngx_lo_stage_t  ngx_lo_deputies_create_render;
ngx_lo_stage_t  ngx_lo_deputies_delete_prepare;
ngx_lo_stage_t  ngx_lo_deputies_delete_render;
ngx_lo_stage_t  ngx_lo_links_create_prepare;
ngx_lo_stage_t  ngx_lo_links_create_render;
ngx_lo_stage_t  ngx_lo_links_delete_prepare;
ngx_lo_stage_t  ngx_lo_links_delete_render;
ngx_lo_stage_t  ngx_lo_link_page_prepare;
ngx_lo_stage_t  ngx_lo_link_answer_prepare;
ngx_lo_stage_t  ngx_lo_link_answer_render;

/* ngx_lo_agents.c, ngx_lo_agent_pool.c, ngx_lo_agent_ask.c */
ngx_lo_stage_t  ngx_lo_agents_list_prepare;
ngx_lo_stage_t  ngx_lo_agents_list_render;
ngx_lo_stage_t  ngx_lo_agents_get_prepare;
ngx_lo_stage_t  ngx_lo_agents_get_render;
ngx_lo_stage_t  ngx_lo_agents_create_prepare;
ngx_lo_stage_t  ngx_lo_agents_create_render;
ngx_lo_stage_t  ngx_lo_agents_put_prepare;
ngx_lo_stage_t  ngx_lo_agents_put_render;
ngx_lo_stage_t  ngx_lo_agents_delete_prepare;
ngx_lo_stage_t  ngx_lo_agents_delete_render;
ngx_lo_stage_t  ngx_lo_agents_heartbeat_prepare;
ngx_lo_stage_t  ngx_lo_agents_heartbeat_render;
ngx_lo_stage_t  ngx_lo_agents_circuit_prepare;
ngx_lo_stage_t  ngx_lo_agents_circuit_render;
ngx_lo_stage_t  ngx_lo_agents_pools_prepare;
ngx_lo_stage_t  ngx_lo_agents_pools_render;
ngx_lo_stage_t  ngx_lo_agents_bootstrap_render;
ngx_lo_stage_t  ngx_lo_agents_probe_render;
ngx_lo_stage_t  ngx_lo_agents_sync_prepare;
ngx_lo_stage_t  ngx_lo_agents_sync_render;
ngx_lo_stage_t  ngx_lo_agents_check_prepare;
ngx_lo_stage_t  ngx_lo_agents_check_render;
ngx_lo_stage_t  ngx_lo_agents_try_prepare;
ngx_lo_stage_t  ngx_lo_agents_try_render;

/* ngx_lo_servers.c, ngx_lo_tools.c */
ngx_lo_stage_t  ngx_lo_servers_list_prepare;
ngx_lo_stage_t  ngx_lo_servers_list_render;
ngx_lo_stage_t  ngx_lo_servers_get_prepare;
ngx_lo_stage_t  ngx_lo_servers_get_render;
ngx_lo_stage_t  ngx_lo_servers_create_prepare;
ngx_lo_stage_t  ngx_lo_servers_create_render;
ngx_lo_stage_t  ngx_lo_servers_put_prepare;
ngx_lo_stage_t  ngx_lo_servers_put_render;
ngx_lo_stage_t  ngx_lo_servers_delete_prepare;
ngx_lo_stage_t  ngx_lo_servers_delete_render;
ngx_lo_stage_t  ngx_lo_tools_list_prepare;
ngx_lo_stage_t  ngx_lo_tools_list_render;
ngx_lo_stage_t  ngx_lo_tools_call_prepare;
ngx_lo_stage_t  ngx_lo_tools_call_render;

/* ngx_lo_actions.c */
ngx_lo_stage_t  ngx_lo_actions_list_prepare;
ngx_lo_stage_t  ngx_lo_actions_list_render;

/* ngx_lo_leases.c */
ngx_lo_stage_t  ngx_lo_leases_list_prepare;
ngx_lo_stage_t  ngx_lo_leases_list_render;
ngx_lo_stage_t  ngx_lo_leases_release_prepare;
ngx_lo_stage_t  ngx_lo_leases_release_render;

/* ngx_lo_audit.c */
ngx_lo_stage_t  ngx_lo_audit_list_prepare;
ngx_lo_stage_t  ngx_lo_audit_list_render;
ngx_lo_stage_t  ngx_lo_audit_export_prepare;
ngx_lo_stage_t  ngx_lo_audit_export_render;

#endif
