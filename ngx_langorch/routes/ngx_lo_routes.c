/*
 * THE table: every route, its least role, its two functions.
 */

#include "routes/ngx_lo_routes.h"

#define R  NGX_LO_READ
#define W  NGX_LO_WRITE
#define B  NGX_LO_BODY
#define D  (NGX_LO_BODY|NGX_LO_DOCUMENT)

#define GO(name)    ngx_lo_##name##_prepare, ngx_lo_##name##_render
#define SAY(name)   NULL, ngx_lo_##name##_render

#define L  NGX_LO_FAMILY_L


const ngx_lo_route_t  ngx_lo_routes[] = {

    { L, NGX_HTTP_GET, "/health",
      NGX_LO_PUBLIC, 0, SAY(health_live) },
    { L, NGX_HTTP_GET, "/health/live",
      NGX_LO_PUBLIC, 0, SAY(health_live) },
    { L, NGX_HTTP_GET, "/health/ready",
      NGX_LO_PUBLIC, 0, SAY(health_ready) },
    { L, NGX_HTTP_GET, "/metrics",
      NGX_LO_PUBLIC, 0, GO(health_metrics) },
    { L, NGX_HTTP_GET, "/runs/metrics/summary",
      NGX_LO_VIEWER, R, GO(health_summary) },

    { L, NGX_HTTP_POST, "/procedures/compile",
      NGX_LO_VIEWER, D, SAY(compile_any) },
    { L, NGX_HTTP_POST, "/procedures/{procedure_id}/{version}/compile",
      NGX_LO_VIEWER, R|D, GO(compile_stored) },
    { L, NGX_HTTP_GET, "/procedures/{procedure_id}/{version}/graph",
      NGX_LO_VIEWER, R, GO(compile_graph) },
    { L, NGX_HTTP_GET, "/procedures/{procedure_id}/{version}/explain",
      NGX_LO_VIEWER, R, GO(explain) },
    { L, NGX_HTTP_POST, "/procedures/{procedure_id}/{version}/explain",
      NGX_LO_VIEWER, R|D, GO(explain) },
    { L, NGX_HTTP_GET, "/procedures/{procedure_id}/diff",
      NGX_LO_VIEWER, R, GO(diff) },

    { L, NGX_HTTP_POST, "/procedures",
      NGX_LO_OPERATOR, R|D, GO(procedures_import) },
    { L, NGX_HTTP_GET, "/procedures",
      NGX_LO_VIEWER, R, GO(procedures_list) },
    { L, NGX_HTTP_GET, "/procedures/{procedure_id}",
      NGX_LO_VIEWER, R, GO(procedures_newest) },
    { L, NGX_HTTP_GET, "/procedures/{procedure_id}/versions",
      NGX_LO_VIEWER, R, GO(procedures_versions) },
    { L, NGX_HTTP_GET, "/procedures/{procedure_id}/{version}",
      NGX_LO_VIEWER, R, GO(procedures_get) },
    { L, NGX_HTTP_PUT, "/procedures/{procedure_id}/{version}",
      NGX_LO_OPERATOR, R|D, GO(procedures_put) },
    { L, NGX_HTTP_DELETE, "/procedures/{procedure_id}/{version}",
      NGX_LO_OPERATOR, R, GO(procedures_delete) },
    { L, NGX_HTTP_PATCH, "/procedures/{procedure_id}/{version}/status",
      NGX_LO_OPERATOR, R|B, GO(procedures_status) },

    { L, NGX_HTTP_POST, "/runs",
      NGX_LO_OPERATOR, R|B, GO(runs_create) },
    { L, NGX_HTTP_GET, "/runs",
      NGX_LO_VIEWER, R, GO(runs_list) },
    { L, NGX_HTTP_GET, "/runs/{run_id}",
      NGX_LO_VIEWER, R, GO(runs_get) },
    { L, NGX_HTTP_DELETE, "/runs/{run_id}",
      NGX_LO_OPERATOR, R, GO(runs_delete) },
    { L, NGX_HTTP_POST, "/runs/{run_id}/cancel",
      NGX_LO_OPERATOR, W|B, GO(runs_cancel) },
    { L, NGX_HTTP_POST, "/runs/{run_id}/retry",
      NGX_LO_OPERATOR, R|B, GO(runs_retry) },
    { L, NGX_HTTP_POST, "/runs/{run_id}/pause",
      NGX_LO_OPERATOR, W|B, GO(runs_pause) },
    { L, NGX_HTTP_POST, "/runs/{run_id}/resume",
      NGX_LO_OPERATOR, W|B, GO(runs_resume) },
    { L, NGX_HTTP_POST, "/runs/{run_id}/callback",
      NGX_LO_PUBLIC, R|B, GO(callback) },
    { L, NGX_HTTP_GET, "/runs/{run_id}/diagnostics",
      NGX_LO_VIEWER, R, GO(runs_diagnostics) },
    { L, NGX_HTTP_GET, "/runs/{run_id}/checkpoints",
      NGX_LO_VIEWER, R, GO(runs_checkpoints) },
    { L, NGX_HTTP_GET, "/runs/{run_id}/checkpoints/{checkpoint_id}",
      NGX_LO_VIEWER, R, GO(runs_checkpoint) },
    { L, NGX_HTTP_GET, "/runs/{run_id}/events",
      NGX_LO_VIEWER, R, GO(events_list) },
    { L, NGX_HTTP_GET, "/runs/{run_id}/stream",
      NGX_LO_VIEWER, R, GO(events_stream) },

    { L, NGX_HTTP_GET, "/approvals",
      NGX_LO_VIEWER, R, GO(approvals_list) },
    { L, NGX_HTTP_GET, "/approvals/{approval_id}",
      NGX_LO_VIEWER, R, GO(approvals_get) },
    { L, NGX_HTTP_POST, "/approvals/{approval_id}/decision",
      NGX_LO_APPROVER, R|B, GO(approvals_decide) },

    { L, NGX_HTTP_GET, "/agents",
      NGX_LO_VIEWER, R, GO(agents_list) },
    { L, NGX_HTTP_POST, "/agents",
      NGX_LO_OPERATOR, R|B, GO(agents_create) },
    { L, NGX_HTTP_GET, "/agents/pools",
      NGX_LO_VIEWER, R, GO(agents_pools) },
    { L, NGX_HTTP_POST, "/agents/heartbeat",
      NGX_LO_OPERATOR, W|B, GO(agents_heartbeat) },
    { L, NGX_HTTP_GET, "/agents/probe-capabilities",
      NGX_LO_OPERATOR, 0, SAY(agents_probe) },
    { L, NGX_HTTP_GET, "/agents/bootstrap/{channel}",
      NGX_LO_VIEWER, 0, SAY(agents_bootstrap) },
    { L, NGX_HTTP_GET, "/agents/{agent_id}",
      NGX_LO_VIEWER, R, GO(agents_get) },
    { L, NGX_HTTP_PUT, "/agents/{agent_id}",
      NGX_LO_OPERATOR, R|B, GO(agents_put) },
    { L, NGX_HTTP_DELETE, "/agents/{agent_id}",
      NGX_LO_OPERATOR, R, GO(agents_delete) },
    { L, NGX_HTTP_POST, "/agents/{agent_id}/sync-capabilities",
      NGX_LO_OPERATOR, R, GO(agents_sync) },
    { L, NGX_HTTP_POST, "/agents/{agent_id}/health-check",
      NGX_LO_OPERATOR, R, GO(agents_check) },
    { L, NGX_HTTP_POST, "/agents/{agent_id}/circuit",
      NGX_LO_OPERATOR, W|B, GO(agents_circuit) },

    { L, NGX_HTTP_GET, "/mcp/servers",
      NGX_LO_VIEWER, R, GO(servers_list) },
    { L, NGX_HTTP_POST, "/mcp/servers",
      NGX_LO_OPERATOR, W|B, GO(servers_create) },
    { L, NGX_HTTP_GET, "/mcp/servers/{server_id}",
      NGX_LO_VIEWER, R, GO(servers_get) },
    { L, NGX_HTTP_PUT, "/mcp/servers/{server_id}",
      NGX_LO_OPERATOR, W|B, GO(servers_put) },
    { L, NGX_HTTP_DELETE, "/mcp/servers/{server_id}",
      NGX_LO_OPERATOR, W, GO(servers_delete) },
    { L, NGX_HTTP_GET, "/mcp/tools",
      NGX_LO_VIEWER, R, GO(tools_list) },
    { L, NGX_HTTP_POST, "/mcp/tools/{server_id}/{name}/call",
      NGX_LO_OPERATOR, R|B, GO(tools_call) },

    { L, NGX_HTTP_GET, "/actions",
      NGX_LO_VIEWER, R, GO(actions_list) },

    { L, NGX_HTTP_GET, "/leases",
      NGX_LO_VIEWER, R, GO(leases_list) },
    { L, NGX_HTTP_DELETE, "/leases/{lease_id}",
      NGX_LO_OPERATOR, R, GO(leases_release) },

    { L, NGX_HTTP_GET, "/audit",
      NGX_LO_VIEWER, R, GO(audit_list) },

    { 0, 0, NULL, NGX_LO_NOBODY, 0, NULL, NULL }
};
