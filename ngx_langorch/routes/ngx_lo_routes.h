/*
 * The functions of the route table, by resource: prepare and render of each
 * (api/ngx_lo_route.h has their contract, spec/api.md what they answer).
 */

#ifndef NGX_LO_ROUTES_H
#define NGX_LO_ROUTES_H

#include "api/ngx_lo_api.h"

#define NGX_LO_ROUTE(name)                                                    \
    ngx_int_t ngx_lo_##name##_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job);  \
    ngx_int_t ngx_lo_##name##_render(ngx_lo_api_t *api, ngx_lo_job_t *job)

/* ngx_lo_health.c */
NGX_LO_ROUTE(health_live);
NGX_LO_ROUTE(health_ready);
NGX_LO_ROUTE(health_metrics);
NGX_LO_ROUTE(health_summary);

/* ngx_lo_compile.c */
NGX_LO_ROUTE(compile_any);
NGX_LO_ROUTE(compile_stored);
NGX_LO_ROUTE(compile_graph);

/* ngx_lo_procedures.c, ngx_lo_procedure_put.c */
NGX_LO_ROUTE(procedures_list);
NGX_LO_ROUTE(procedures_versions);
NGX_LO_ROUTE(procedures_newest);
NGX_LO_ROUTE(procedures_get);
NGX_LO_ROUTE(procedures_import);
NGX_LO_ROUTE(procedures_put);
NGX_LO_ROUTE(procedures_delete);
NGX_LO_ROUTE(procedures_status);

/* ngx_lo_runs.c, ngx_lo_run_control.c, ngx_lo_run_new.c, ngx_lo_diagnostics.c */
NGX_LO_ROUTE(runs_create);
NGX_LO_ROUTE(runs_list);
NGX_LO_ROUTE(runs_get);
NGX_LO_ROUTE(runs_cancel);
NGX_LO_ROUTE(runs_retry);
NGX_LO_ROUTE(runs_delete);
NGX_LO_ROUTE(runs_diagnostics);
NGX_LO_ROUTE(runs_checkpoints);
NGX_LO_ROUTE(runs_checkpoint);

/* ngx_lo_events.c */
NGX_LO_ROUTE(events_list);
NGX_LO_ROUTE(events_stream);

/* ngx_lo_approvals.c */
NGX_LO_ROUTE(approvals_list);
NGX_LO_ROUTE(approvals_get);
NGX_LO_ROUTE(approvals_decide);

/* ngx_lo_agents.c, ngx_lo_agent_ask.c */
NGX_LO_ROUTE(agents_list);
NGX_LO_ROUTE(agents_get);
NGX_LO_ROUTE(agents_create);
NGX_LO_ROUTE(agents_put);
NGX_LO_ROUTE(agents_delete);
NGX_LO_ROUTE(agents_heartbeat);
NGX_LO_ROUTE(agents_circuit);
NGX_LO_ROUTE(agents_pools);
NGX_LO_ROUTE(agents_bootstrap);
NGX_LO_ROUTE(agents_probe);
NGX_LO_ROUTE(agents_sync);
NGX_LO_ROUTE(agents_check);

/* ngx_lo_actions.c */
NGX_LO_ROUTE(actions_list);

/* ngx_lo_leases.c */
NGX_LO_ROUTE(leases_list);
NGX_LO_ROUTE(leases_release);

/* ngx_lo_audit.c */
NGX_LO_ROUTE(audit_list);

#endif
