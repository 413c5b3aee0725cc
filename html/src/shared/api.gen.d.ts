import type { Json, JsonObject } from './types';

export interface paths {
    "/api/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the process alive; never asks the store */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the process alive; never asks the store */
        get: operations["get_health_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** May a load balancer send requests */
        get: operations["get_health_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Prometheus text, the sum of all workers */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/metrics/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same figures as JSON */
        get: operations["get_runs_metrics_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This interface as an OpenAPI 3.1 document */
        get: operations["get_openapijson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/schema/ckp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** JSON Schema of procedures, for editors */
        get: operations["get_schema_ckp"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/node-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Node types and their fields, for builders */
        get: operations["get_node_types"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the site is configured, and who says so */
        get: operations["get_config"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change settings of the site while it runs */
        patch: operations["patch_config"];
        trace?: never;
    };
    "/api/config/test-llm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask the site's model a short question */
        post: operations["post_config_test_llm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/config/test-alert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send an alert to the site's webhook */
        post: operations["post_config_test_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orchestrators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The worker processes that drive runs */
        get: operations["get_orchestrators"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/cases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** None: cases are kept elsewhere */
        get: operations["get_cases"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/cases/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** None: cases are kept elsewhere */
        get: operations["get_cases_queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/procedures/compile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Every diagnostic of a document; nothing is stored */
        post: operations["post_procedures_compile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/procedures/{procedure_id}/{version}/compile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Every diagnostic of the stored document, or of another */
        post: operations["post_procedures_procedure_id_version_compile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/procedures/{procedure_id}/{version}/graph": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Nodes with places, and edges, to draw */
        get: operations["get_procedures_procedure_id_version_graph"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/procedures/{procedure_id}/{version}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What it would do; nothing is run */
        get: operations["get_procedures_procedure_id_version_explain"];
        put?: never;
        /** What it would do with these inputs; nothing is run */
        post: operations["post_procedures_procedure_id_version_explain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/procedures/{procedure_id}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Two versions side by side */
        get: operations["get_procedures_procedure_id_diff"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/procedures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Procedures, newest version first */
        get: operations["get_procedures"];
        put?: never;
        /** Import a document */
        post: operations["post_procedures"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/procedures/{procedure_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest version, or the active one of a channel */
        get: operations["get_procedures_procedure_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/procedures/{procedure_id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All versions, newest first */
        get: operations["get_procedures_procedure_id_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/procedures/{procedure_id}/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A version with its document; `latest` is one */
        get: operations["get_procedures_procedure_id_version"];
        /** Replace the document; runs keep the one they began with */
        put: operations["put_procedures_procedure_id_version"];
        post?: never;
        /** Remove a version; 409 while runs need it, unless forced */
        delete: operations["delete_procedures_procedure_id_version"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/procedures/{procedure_id}/{version}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Give a version another status */
        patch: operations["patch_procedures_procedure_id_version_status"];
        trace?: never;
    };
    "/api/procedures/{procedure_id}/{version}/builder-draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What of a version is being edited */
        get: operations["get_procedures_procedure_id_version_builder_draft"];
        /** Keep what is being edited; runs never see it */
        put: operations["put_procedures_procedure_id_version_builder_draft"];
        post?: never;
        /** Forget what was being edited */
        delete: operations["delete_procedures_procedure_id_version_builder_draft"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/procedures/{procedure_id}/{version}/promote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a version the active one of a channel */
        post: operations["post_procedures_procedure_id_version_promote"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/procedures/{procedure_id}/{version}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make an earlier version the active one again */
        post: operations["post_procedures_procedure_id_version_rollback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/procedures/{procedure_id}/deployments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What went where, newest first */
        get: operations["get_procedures_procedure_id_deployments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Runs, newest first */
        get: operations["get_runs"];
        put?: never;
        /** Start a run */
        post: operations["post_runs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many there are in each state, and which are next */
        get: operations["get_runs_queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/bulk/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel many runs, each by itself */
        post: operations["post_runs_bulk_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/bulk/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Remove many runs, each by itself */
        post: operations["post_runs_bulk_delete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/cleanup/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a clean-up would remove */
        get: operations["get_runs_cleanup_preview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/cleanup/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove runs that are over and older than that */
        delete: operations["delete_runs_cleanup_history"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A run */
        get: operations["get_runs_run_id"];
        put?: never;
        post?: never;
        /** Remove a run; an active one is cancelled first */
        delete: operations["delete_runs_run_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a run; no step starts after the answer */
        post: operations["post_runs_run_id_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on where it failed; with inputs a new run */
        post: operations["post_runs_run_id_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hold a run at its next step */
        post: operations["post_runs_run_id_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a held run go on, or set one back to a saved state */
        post: operations["post_runs_run_id_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Another run that begins with a saved state of this one */
        post: operations["post_runs_run_id_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An agent reports on the workflow it was given */
        post: operations["post_runs_run_id_callback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/diagnostics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a run waits for, its retries, its failure */
        get: operations["get_runs_run_id_diagnostics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/checkpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Saved states, newest first */
        get: operations["get_runs_run_id_checkpoints"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/checkpoints/{checkpoint_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Variables and place at that point */
        get: operations["get_runs_run_id_checkpoints_checkpoint_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The timeline */
        get: operations["get_runs_run_id_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The timeline as it grows */
        get: operations["get_runs_run_id_stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the run made and was sent, oldest first */
        get: operations["get_runs_run_id_artifacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/artifacts/{artifact_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them */
        get: operations["get_runs_run_id_artifacts_artifact_id"];
        put?: never;
        post?: never;
        /** Removes it, and its bytes */
        delete: operations["delete_runs_run_id_artifacts_artifact_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runs/{run_id}/artifacts/{artifact_id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its bytes, or where they are */
        get: operations["get_runs_run_id_artifacts_artifact_id_content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/artifacts/{run_id}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The bytes by name; Range is honoured */
        get: operations["get_artifacts_run_id_name"];
        /** A file for the run; the same name again replaces it */
        put: operations["put_artifacts_run_id_name"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/artifacts-admin/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How much the folder has */
        get: operations["get_artifacts_admin_stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/artifacts-admin/cleanup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Removes the artifacts of runs that are over for long */
        post: operations["post_artifacts_admin_cleanup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Questions to people, newest first */
        get: operations["get_approvals"];
        put?: never;
        /** Ask about a run, which does not wait for the answer */
        post: operations["post_approvals"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Questions as they come, and what becomes of them */
        get: operations["get_approvals_stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{approval_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A question */
        get: operations["get_approvals_approval_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{approval_id}/decision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decide; the first decision counts */
        post: operations["post_approvals_approval_id_decision"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{approval_id}/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a link by which one answers once, without a login */
        post: operations["post_approvals_approval_id_links"];
        /** End one's own links; an administrator, all of them */
        delete: operations["delete_approvals_approval_id_links"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{approval_id}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The page behind a link, which is its credential */
        get: operations["get_approvals_approval_id_answer"];
        put?: never;
        /** What the form of that page sends */
        post: operations["post_approvals_approval_id_answer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/deputies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's deputies and whose deputy one is; those of all */
        get: operations["get_approvals_deputies"];
        put?: never;
        /** Name a deputy for a time */
        post: operations["post_approvals_deputies"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/deputies/{deputy_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** A deputy is none any more */
        delete: operations["delete_approvals_deputies_deputy_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Agents by name */
        get: operations["get_agents"];
        put?: never;
        /** Register an agent */
        post: operations["post_agents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/pools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Capacity by pool and channel */
        get: operations["get_agents_pools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An agent says that it is there */
        post: operations["post_agents_heartbeat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/probe-capabilities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ask an address what it can do */
        get: operations["get_agents_probe_capabilities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/bootstrap/{channel}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Defaults for a new agent */
        get: operations["get_agents_bootstrap_channel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{agent_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An agent */
        get: operations["get_agents_agent_id"];
        /** Change an agent */
        put: operations["put_agents_agent_id"];
        post?: never;
        /** Remove an agent; calls under way finish */
        delete: operations["delete_agents_agent_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{agent_id}/sync-capabilities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask the agent again what it can do */
        post: operations["post_agents_agent_id_sync_capabilities"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{agent_id}/health-check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask the agent now how it is */
        post: operations["post_agents_agent_id_health_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{agent_id}/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Call the agent once, outside of any run */
        post: operations["post_agents_agent_id_try"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents/{agent_id}/circuit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Open or close its circuit */
        post: operations["post_agents_agent_id_circuit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/mcp/servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tool servers */
        get: operations["get_mcp_servers"];
        put?: never;
        /** Register a tool server */
        post: operations["post_mcp_servers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/mcp/servers/{server_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A tool server */
        get: operations["get_mcp_servers_server_id"];
        /** Change a tool server */
        put: operations["put_mcp_servers_server_id"];
        post?: never;
        /** Remove a tool server */
        delete: operations["delete_mcp_servers_server_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/mcp/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tools of all enabled servers */
        get: operations["get_mcp_tools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/mcp/tools/{server_id}/{name}/call": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a tool */
        post: operations["post_mcp_tools_server_id_name_call"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Usual actions by channel */
        get: operations["get_actions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/leases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Slots that are held */
        get: operations["get_leases"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/leases/{lease_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a slot away */
        delete: operations["delete_leases_lease_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Projects by name */
        get: operations["get_projects"];
        put?: never;
        /** Make a project */
        post: operations["post_projects"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A project */
        get: operations["get_projects_project_id"];
        /** Change a project */
        put: operations["put_projects_project_id"];
        post?: never;
        /** Remove a project; its procedures and runs stay */
        delete: operations["delete_projects_project_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{project_id}/cost-summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What its runs used in the last days */
        get: operations["get_projects_project_id_cost_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is told of secrets, by name */
        get: operations["get_secrets"];
        put?: never;
        /** Keep a secret */
        post: operations["post_secrets"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/secrets/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where values can come from */
        get: operations["get_secrets_providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/secrets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is told of a secret; never its value */
        get: operations["get_secrets_name"];
        /** Give a secret another value or description */
        put: operations["put_secrets_name"];
        post?: never;
        /** Forget a secret */
        delete: operations["delete_secrets_name"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agent-credentials/{secret_name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An agent exchanges a grant for the value of a secret */
        get: operations["get_agent_credentials_secret_name"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/llm/profiles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How models are asked, by name */
        get: operations["get_llm_profiles"];
        put?: never;
        /** Make a profile */
        post: operations["post_llm_profiles"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/llm/profiles/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a model is asked */
        get: operations["get_llm_profiles_name"];
        /** Change a profile; what is asked afterwards is asked so */
        put: operations["put_llm_profiles_name"];
        post?: never;
        /** Remove a profile that no other falls back to */
        delete: operations["delete_llm_profiles_name"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/llm/profiles/{name}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask it a short question now */
        post: operations["post_llm_profiles_name_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/llm/budgets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What models may cost, by name, and what is used of it now */
        get: operations["get_llm_budgets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/llm/budgets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set a budget: new, or instead of the one of that name */
        put: operations["put_llm_budgets_name"];
        post?: never;
        /** Remove a budget, and what it counted */
        delete: operations["delete_llm_budgets_name"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/llm/costs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What models cost, by their names */
        get: operations["get_llm_costs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/llm/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What runs asked of models, and what it cost */
        get: operations["get_llm_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/prompts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Prompts that procedures may name, by name */
        get: operations["get_prompts"];
        put?: never;
        /** Store a prompt: its version 1 */
        post: operations["post_prompts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/prompts/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A version of a prompt; the one in use unless told */
        get: operations["get_prompts_name"];
        /** Give a prompt a new version */
        put: operations["put_prompts_name"];
        post?: never;
        /** Remove a prompt that no procedure refers to */
        delete: operations["delete_prompts_name"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/prompts/{name}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Versions of a prompt, newest first */
        get: operations["get_prompts_name_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/prompts/{name}/labels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Labels of a prompt, by name */
        get: operations["get_prompts_name_labels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/prompts/{name}/labels/{label}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Move a label to a version of a prompt */
        put: operations["put_prompts_name_labels_label"];
        post?: never;
        /** Remove a label that no procedure refers to */
        delete: operations["delete_prompts_name_labels_label"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/prompts/{name}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Choose the version that its name means */
        post: operations["post_prompts_name_activate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/prompts/{name}/render": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a prompt says with these variables; nobody is asked */
        post: operations["post_prompts_name_render"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/triggers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What begins runs by itself, by procedure */
        get: operations["get_triggers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/triggers/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Register the triggers that documents have */
        post: operations["post_triggers_sync"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/triggers/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** When a schedule fires next */
        post: operations["post_triggers_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/triggers/webhook/{procedure_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start a run by a post; its signature is its credential */
        post: operations["post_triggers_webhook_procedure_id"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tell triggers of an event: an envelope, or a CloudEvent */
        post: operations["post_events"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/triggers/{procedure_id}/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The trigger of a version, or null */
        get: operations["get_triggers_procedure_id_version"];
        put?: never;
        /** Register the trigger of a version, or replace it */
        post: operations["post_triggers_procedure_id_version"];
        /** Switch the trigger off; with purge, remove it */
        delete: operations["delete_triggers_procedure_id_version"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/triggers/{procedure_id}/{version}/fire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start a run now, as the trigger would */
        post: operations["post_triggers_procedure_id_version_fire"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/triggers/{procedure_id}/{version}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What became of its firings, newest first */
        get: operations["get_triggers_procedure_id_version_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/triggers/{procedure_id}/{version}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** When the trigger's schedule fires next */
        get: operations["get_triggers_procedure_id_version_preview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/triggers/{procedure_id}/{version}/backfills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its backfills, newest first */
        get: operations["get_triggers_procedure_id_version_backfills"];
        put?: never;
        /** Fire the slots of its schedule between two times */
        post: operations["post_triggers_procedure_id_version_backfills"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/triggers/{procedure_id}/{version}/backfills/{backfill_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a backfill is */
        get: operations["get_triggers_procedure_id_version_backfills_backfill_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/triggers/{procedure_id}/{version}/backfills/{backfill_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Fire no further slot for now */
        post: operations["post_triggers_procedure_id_version_backfills_backfill_id_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/triggers/{procedure_id}/{version}/backfills/{backfill_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go on with the next slot */
        post: operations["post_triggers_procedure_id_version_backfills_backfill_id_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/triggers/{procedure_id}/{version}/backfills/{backfill_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Fire none any more; runs that began go on */
        post: operations["post_triggers_procedure_id_version_backfills_backfill_id_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who changed what, newest first */
        get: operations["get_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All of it as lines of JSON, oldest first */
        get: operations["get_audit_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin a session with name and password */
        post: operations["post_auth_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change one's own password; other sessions end */
        put: operations["put_auth_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the session that the request has */
        post: operations["post_auth_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sso/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is there single sign-on */
        get: operations["get_auth_sso_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sso/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where it begins */
        get: operations["get_auth_sso_login"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sso/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where it ends: whom NGINX or the provider knows gets a session */
        get: operations["get_auth_sso_callback"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who the caller is */
        get: operations["get_auth_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own tokens; an administrator sees all */
        get: operations["get_auth_tokens"];
        put?: never;
        /** A token for oneself; it is shown this once */
        post: operations["post_auth_tokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/tokens/{token_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a token, at once */
        delete: operations["delete_auth_tokens_token_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Users who have a password here */
        get: operations["get_users"];
        put?: never;
        /** Make a user */
        post: operations["post_users"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A user; for managers, and for himself */
        get: operations["get_users_user_id"];
        /** Change a user, also for the sessions that he has */
        put: operations["put_users_user_id"];
        post?: never;
        /** Remove a user with his sessions and tokens */
        delete: operations["delete_users_user_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Workflows, newest first */
        get: operations["d_get_workflows"];
        put?: never;
        /** Make a workflow of steps */
        post: operations["d_post_workflows"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflows/{workflow_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A workflow with its steps */
        get: operations["d_get_workflows_workflow_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflows/{workflow_id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run it, for an order or without one */
        post: operations["d_post_workflows_workflow_id_runs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Runs of workflows, newest first */
        get: operations["d_get_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A run with its steps */
        get: operations["d_get_runs_run_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make an order */
        post: operations["d_post_orders"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/orders/{order_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An order */
        get: operations["d_get_orders_order_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Own, public and shared ones, newest first */
        get: operations["w_get_workflows"];
        put?: never;
        /** Make a graph of nodes and edges */
        post: operations["w_post_workflows"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Whether it could run, and in which order */
        post: operations["w_post_workflows_validate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A graph, of its newest version or another */
        get: operations["w_get_workflows_workflow_id"];
        /** Change it; a new version when it runs differently */
        put: operations["w_put_workflows_workflow_id"];
        post?: never;
        /** Remove it; its runs stay */
        delete: operations["w_delete_workflows_workflow_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All its versions, newest first */
        get: operations["w_get_workflows_workflow_id_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run it */
        post: operations["w_post_workflows_workflow_id_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its runs, newest first */
        get: operations["w_get_workflows_workflow_id_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflow_runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A run with its nodes */
        get: operations["w_get_workflow_runs_run_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same */
        get: operations["w_get_workflows_runs_run_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/runs/{run_id}/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its nodes alone */
        get: operations["w_get_workflows_runs_run_id_nodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflow_runs/{run_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop it */
        post: operations["w_post_workflow_runs_run_id_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/runs/{run_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same */
        post: operations["w_post_workflows_runs_run_id_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflow_runs/{run_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened in it, in order */
        get: operations["w_get_workflow_runs_run_id_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflow_runs/{run_id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as server-sent events, from the beginning or after a number */
        get: operations["w_get_workflow_runs_run_id_stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ws/workflow_runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same over a WebSocket */
        get: operations["w_get_ws_workflow_runs_run_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** With whom it is shared; for its owner */
        get: operations["w_get_workflows_workflow_id_permissions"];
        put?: never;
        /** Share it with a user, or with a group of them */
        post: operations["w_post_workflows_workflow_id_permissions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/permissions/{permission_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Share it no longer */
        delete: operations["w_delete_workflows_workflow_id_permissions_permission_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflow_templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Patterns that graphs are made of */
        get: operations["w_get_workflow_templates"];
        put?: never;
        /** Keep a pattern */
        post: operations["w_post_workflow_templates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflow_templates/{template_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A pattern */
        get: operations["w_get_workflow_templates_template_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflow_templates/{template_id}/instantiate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a graph of it */
        post: operations["w_post_workflow_templates_template_id_instantiate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = JsonObject;
export interface components {
    schemas: {
        /** @description What went wrong (RFC 9457) */
        Problem: {
            type: string;
            title: string;
            status: number;
            code: string;
            detail: Json;
            instance: string;
            request_id: string;
            errors?: Json;
            existing_run_id?: string;
            required_level?: string | null;
            approval?: components["schemas"]["Approval"];
        };
        /** @description The process is alive */
        Health: {
            status: string;
            version: string;
            contract: string;
            node_id: string;
            /** Format: date-time */
            time: string;
        };
        /** @description What a load balancer should know */
        Readiness: {
            /** @enum {string} */
            status: "ready" | "unready";
            checks: {
                [key: string]: string;
            };
        };
        /** @description Counters since the start, by name and labels */
        MetricsSummary: {
            counters: {
                [key: string]: number;
            };
            gauges: {
                [key: string]: number;
            };
            histograms: {
                [key: string]: components["schemas"]["Histogram"];
            };
        };
        /** @description A distribution in figures */
        Histogram: {
            count: number;
            sum: number;
            min: number;
            max: number;
            avg: number;
            p95: number;
        };
        /** @description A kind of node, for those who build procedures */
        NodeType: {
            type: string;
            title: string;
            color: string;
            category: string;
            description: string;
            transitions: string[];
            fields: components["schemas"]["NodeField"][];
        };
        /** @description A member of a node; `common` ones are the same in all types */
        NodeField: {
            name: string;
            type: string;
            required: boolean;
            default: Json;
            enum: string[] | null;
            help: string;
            common: boolean;
        };
        /** @description How the site is configured */
        Config: {
            host: string;
            port: number;
            debug: boolean;
            cors_origins: string[];
            db_dialect: string;
            db_host: string | null;
            db_port: number | null;
            db_name: string;
            db_pool_size: number;
            db_max_overflow: number;
            auth_enabled: boolean;
            auth_token_expire_minutes: number;
            worker_embedded: boolean;
            worker_concurrency: number;
            worker_poll_interval: number;
            worker_max_attempts: number;
            worker_retry_delay_seconds: number;
            worker_lock_duration_seconds: number;
            llm_base_url: string | null;
            llm_timeout_seconds: number;
            llm_key_set: boolean;
            llm_default_model: string | null;
            llm_gateway_headers: string | null;
            llm_model_cost_json: string | null;
            apigee_enabled: boolean;
            apigee_token_url: string | null;
            apigee_certs_path: string | null;
            apigee_consumer_key: string | null;
            apigee_client_secret: string | null;
            apigee_use_case_id: string | null;
            apigee_client_id: string | null;
            sso_enabled: boolean;
            checkpoint_retention_days: number;
            artifact_retention_days: number;
            run_retention_days: number;
            lease_ttl_seconds: number;
            metrics_push_url: string | null;
            metrics_push_interval_seconds: number;
            metrics_push_job: string;
            alert_webhook_url: string | null;
            rate_limit_max_concurrent: number;
            secrets_rotation_check: boolean;
            sources: JsonObject;
            mutable: string[];
            limits: JsonObject;
        };
        /** @description Settings that change; null: as before */
        ConfigChange: {
            checkpoint_retention_days?: number | null;
            artifact_retention_days?: number | null;
            run_retention_days?: number | null;
            worker_concurrency?: number | null;
            rate_limit_max_concurrent?: number | null;
            llm_base_url?: string | null;
            llm_default_model?: string | null;
            alert_webhook_url?: string | null;
            llm_timeout_seconds?: number | null;
            llm_model_cost_json?: Json;
            auth_token_expire_minutes?: number | null;
            secrets_rotation_check?: boolean | null;
            lease_ttl_seconds?: number | null;
            worker_max_attempts?: number | null;
            worker_retry_delay_seconds?: number | null;
            llm_api_key?: string | null;
            metrics_push_url?: string | null;
            metrics_push_interval_seconds?: number | null;
            metrics_push_job?: string | null;
        };
        /** @description A worker process that drives runs */
        Worker: {
            worker_id: string;
            /** @enum {string} */
            status: "online" | "offline";
            is_leader: boolean;
            /** Format: date-time */
            last_heartbeat_at: string;
            node_id: string;
            pid: number;
            runs_active: number;
        };
        /** @description A version of a procedure */
        Procedure: {
            id: number;
            procedure_id: string;
            version: string;
            name: string;
            status: string;
            effective_date: string | null;
            description: string | null;
            /** @enum {string|null} */
            release_channel: "dev" | "qa" | "prod" | null;
            promoted_from_version: string | null;
            /** Format: date-time */
            promoted_at: string | null;
            promoted_by: string | null;
            project_id: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            created_by: string | null;
            content_hash: string;
            valid: boolean | null;
            tags: string[];
        };
        /** @description A version, and what the compiler says of it */
        ProcedureStored: {
            diagnostics: components["schemas"]["Diagnostic"][];
        } & components["schemas"]["Procedure"];
        /** @description A version with its document */
        ProcedureDetail: {
            ckp_json: JsonObject;
            builder_draft: JsonObject | null;
            /** Format: date-time */
            builder_draft_updated_at: string | null;
            provenance: JsonObject | null;
            retrieval_metadata: JsonObject | null;
            trigger: JsonObject | null;
            subflow_pins: JsonObject | null;
        } & components["schemas"]["Procedure"];
        /** @description A version that was removed */
        ProcedureDeleted: {
            deleted: boolean;
            procedure_id: string;
            version: string;
        };
        /** @description A document to be stored */
        ProcedureImport: {
            ckp_json: JsonObject;
            project_id?: string | null;
        };
        /** @description Another document for the same version */
        ProcedureReplace: {
            ckp_json: JsonObject;
        };
        /** @description The status that a version gets */
        StatusChange: {
            /** @enum {string} */
            status: "draft" | "active" | "approved" | "inactive" | "deprecated" | "archived";
        };
        /** @description What of a version is being edited */
        Draft: {
            procedure_id: string;
            version: string;
            draft: JsonObject | null;
            /** Format: date-time */
            updated_at: string | null;
        };
        /** @description The builder's own, kept as it is */
        DraftSave: {
            draft: JsonObject;
        };
        /** @description Where a version is to be active */
        Promotion: {
            /** @enum {string} */
            target_channel: "dev" | "qa" | "prod";
            reason?: string | null;
        };
        /** @description The version that is active now */
        Promoted: {
            promoted: components["schemas"]["Procedure"];
            previous_channel_version: string | null;
        };
        /** @description Which version is to be active again; none: the one before */
        Rollback: {
            /** @enum {string} */
            target_channel: "dev" | "qa" | "prod";
            rollback_to_version?: string | null;
            reason?: string | null;
        };
        /** @description The version that is active again */
        RolledBack: {
            restored: components["schemas"]["Procedure"];
            replaced_version: string;
        };
        /** @description A version that became the active one of a channel */
        Deployment: {
            deployment_id: string;
            /** @enum {string} */
            action: "promote" | "rollback";
            /** @enum {string} */
            target_channel: "dev" | "qa" | "prod";
            deployed_version: string;
            replaced_version: string | null;
            deployed_by: string;
            /** Format: date-time */
            deployed_at: string;
            reason: string | null;
            /** @enum {string} */
            status: "active" | "replaced" | "rolled_back";
        };
        /** @description A document to be looked at */
        CompileRequest: {
            ckp_json: JsonObject;
            input_vars?: JsonObject | null;
            check_environment?: boolean | null;
        };
        /** @description Another document than the stored one, if any */
        CompileStored: {
            ckp_json?: JsonObject | null;
            input_vars?: JsonObject | null;
            check_environment?: boolean | null;
        };
        /** @description What the compiler found */
        CompileResult: {
            valid: boolean;
            errors: components["schemas"]["Diagnostic"][];
            warnings: components["schemas"]["Diagnostic"][];
            procedure_id: string | null;
            version: string | null;
            start_node: string | null;
            node_count: number;
            step_count: number;
            bindings: components["schemas"]["Binding"][];
        };
        /** @description A finding of the compiler */
        Diagnostic: {
            id: string;
            code: string;
            /** @enum {string} */
            severity: "error" | "warning" | "info";
            message: string;
            path: string;
            node_id: string | null;
            step_id: string | null;
            field: string | null;
            hint: string | null;
        };
        /** @description Who does a step */
        Binding: {
            node_id: string;
            step_id: string | null;
            action: string;
            /** @enum {string} */
            kind: "internal" | "agent_http" | "mcp_tool" | "llm" | "human" | "subflow" | "unbound";
        };
        /** @description A procedure to be drawn */
        Graph: {
            nodes: components["schemas"]["GraphNode"][];
            edges: components["schemas"]["GraphEdge"][];
        };
        /** @description A node with its place */
        GraphNode: {
            id: string;
            type: string;
            position: {
                [key: string]: number;
            };
            data: JsonObject;
        };
        /** @description A way from a node to another */
        GraphEdge: {
            id: string;
            source: string;
            target: string;
            label: string;
            animated: boolean;
        };
        /** @description Inputs to be followed, or another document */
        ExplainRequest: {
            ckp_json?: JsonObject | null;
            input_vars?: JsonObject | null;
        };
        /** @description What a procedure would do */
        Explanation: {
            procedure_id: string;
            version: string;
            nodes: components["schemas"]["ExplainedNode"][];
            edges: components["schemas"]["ExplainedEdge"][];
            variables: components["schemas"]["ExplainedVariables"];
            route_trace: components["schemas"]["RouteStop"][];
            external_calls: components["schemas"]["ExternalCall"][];
            policy_summary: components["schemas"]["PolicySummary"];
            side_effect_risks: components["schemas"]["SideEffectRisk"][];
            simulated_route: string[] | null;
            simulated_unknowns: string[] | null;
            diagnostics: components["schemas"]["Diagnostic"][];
        };
        /** @description A node as it will run */
        ExplainedNode: {
            id: string;
            type: string;
            agent: string | null;
            description: string | null;
            is_checkpoint: boolean;
            sla: JsonObject | null;
            timeout_ms: number | null;
            has_side_effects: boolean;
            steps: components["schemas"]["ExplainedStep"][];
            error_handlers: components["schemas"]["ExplainedHandler"][];
        };
        /** @description A step as it will run */
        ExplainedStep: {
            step_id: string;
            action: string;
            timeout_ms: number | null;
            retry_on_failure: boolean;
            output_variable: string | null;
            /** @enum {string} */
            binding_kind: "internal" | "agent_http" | "mcp_tool" | "llm" | "human" | "subflow" | "unbound";
        };
        /** @description What happens on an error */
        ExplainedHandler: {
            error_type: string;
            action: string;
            max_retries: number | null;
            delay_ms: number | null;
            fallback_node: string | null;
        };
        /** @description A way, and when it is taken */
        ExplainedEdge: {
            from: string;
            to: string;
            condition: string | null;
        };
        /** @description Where variables come from and go to */
        ExplainedVariables: {
            schema: JsonObject;
            required: string[];
            produced: string[];
            consumed: string[];
            missing_inputs: string[];
            provided: string[];
            dependencies: {
                [key: string]: components["schemas"]["VariableUse"];
            };
        };
        /** @description Who makes and who reads a variable */
        VariableUse: {
            producers: string[];
            consumers: string[];
        };
        /** @description A node that can be reached */
        RouteStop: {
            node_id: string;
            type: string;
            next_nodes: string[];
            is_terminal: boolean;
        };
        /** @description A call that leaves the server */
        ExternalCall: {
            node_id: string;
            step_id: string | null;
            action: string;
            binding_kind: string;
            binding_ref: string | null;
            agent_hint: string | null;
            timeout_ms: number | null;
        };
        /** @description The policies of the procedure */
        PolicySummary: {
            execution_mode: string;
            timeout_ms: number | null;
            retry: JsonObject;
            rate_limiting: JsonObject;
            checkpoint_strategy: string | null;
            retention_days: number | null;
        };
        /** @description What a step may do to the world */
        SideEffectRisk: {
            node_id: string;
            step_id: string | null;
            /** @enum {string} */
            risk: "none" | "read" | "write" | "irreversible" | "unknown";
        };
        /** @description What is different between two versions */
        Diff: {
            procedure_id: string;
            from: string;
            to: string;
            identical: boolean;
            summary: components["schemas"]["DiffSummary"];
            changes: components["schemas"]["DiffChange"][];
            lines?: components["schemas"]["DiffLine"][];
        };
        /** @description The difference in names */
        DiffSummary: {
            nodes_added: string[];
            nodes_removed: string[];
            nodes_changed: string[];
            variables_changed: string[];
            config_changed: string[];
        };
        /** @description One change, by JSON pointer */
        DiffChange: {
            /** @enum {string} */
            op: "add" | "remove" | "replace";
            path: string;
            from?: Json;
            to?: Json;
        };
        /** @description A line of both documents, or of one */
        DiffLine: {
            /** @enum {string} */
            kind: "same" | "add" | "del";
            a: number | null;
            b: number | null;
            text: string;
        };
        /** @description A run of a version */
        Run: {
            run_id: string;
            procedure_id: string;
            procedure_version: string;
            thread_id: string;
            /** @enum {string} */
            status: "created" | "running" | "waiting_approval" | "paused" | "completed" | "failed" | "canceled";
            input_vars: JsonObject | null;
            output_vars: JsonObject | null;
            total_prompt_tokens: number | null;
            total_completion_tokens: number | null;
            estimated_cost_usd: number | null;
            /** Format: date-time */
            started_at: string | null;
            /** Format: date-time */
            ended_at: string | null;
            duration_seconds: number | null;
            last_node_id: string | null;
            last_step_id: string | null;
            error_message: string | null;
            parent_run_id: string | null;
            /** @enum {string|null} */
            trigger_type: "manual" | "scheduled" | "webhook" | "event" | "file_watch" | null;
            triggered_by: string | null;
            project_id: string | null;
            case_id: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** @enum {string} */
            execution_mode: "production" | "dry_run" | "validation_only";
            cancellation_requested: boolean;
            retry_of_run_id: string | null;
            attempt: number;
            created_by: string | null;
            workflow_name: string | null;
        };
        /** @description What to run, and with what */
        RunCreate: {
            procedure_id: string;
            procedure_version?: string | null;
            version?: string | null;
            /** @enum {string|null} */
            channel?: "dev" | "qa" | "prod" | null;
            input_vars?: JsonObject | null;
            project_id?: string | null;
            case_id?: string | null;
            /** @enum {string|null} */
            execution_mode?: "production" | "normal" | "dry_run" | "validation_only" | null;
            retry_of_run_id?: string | null;
        };
        /** @description A run that was removed */
        RunDeleted: {
            deleted: boolean;
            run_id: string;
        };
        /** @description Which runs, and why */
        RunBulk: {
            run_ids: string[];
            reason?: string | null;
        };
        /** @description What became of each */
        RunBulkDone: {
            requested: number;
            succeeded: string[];
            failed: components["schemas"]["RunBulkFailed"][];
        };
        /** @description A run that was left as it is */
        RunBulkFailed: {
            run_id: string;
            status: number;
            detail: string;
        };
        /** @description What a clean-up would remove */
        RunCleanPreview: {
            count: number;
            /** Format: date-time */
            oldest: string | null;
            /** Format: date-time */
            newest: string | null;
            by_status: {
                [key: string]: number;
            };
            sample: string[];
            /** Format: date-time */
            before: string;
            status: string | null;
        };
        /** @description What a clean-up removed, or would */
        RunCleaned: {
            deleted_count: number;
            /** Format: date-time */
            before: string;
            status: string | null;
            dry_run?: boolean;
        };
        /** @description Runs by state, and those that are next */
        RunQueue: {
            depth_by_status: {
                [key: string]: number;
            };
            total_pending: number;
            total_running: number;
            total_done: number;
            total_failed: number;
            next_jobs: components["schemas"]["RunQueued"][];
        };
        /** @description A run that is to be picked up */
        RunQueued: {
            job_id: string;
            run_id: string;
            status: string;
            priority: number;
            attempts: number;
            max_attempts: number;
            /** Format: date-time */
            available_at: string;
            locked_by: string | null;
        };
        /** @description Why, for those who read it later */
        Reason: {
            reason?: string | null;
        };
        /** @description Nothing: the same run goes on; inputs: a new run */
        RunRetry: {
            input_vars?: JsonObject | null;
            new_run?: boolean | null;
            from_checkpoint_id?: string | null;
        };
        /** @description Nothing: a held run goes on; else where from */
        RunResume: {
            checkpoint_id?: string | null;
            from_node?: string | null;
            input_vars?: JsonObject | null;
        };
        /** @description Where the other run begins, and what is changed */
        RunReplay: {
            checkpoint_id?: string | null;
            from_node?: string | null;
            input_vars?: JsonObject | null;
            /** @enum {string|null} */
            execution_mode?: "production" | "normal" | "dry_run" | "validation_only" | null;
        };
        /** @description How a workflow that an agent was given is doing */
        CallbackReport: {
            /** @enum {string|null} */
            status?: "success" | "completed" | "succeeded" | "failure" | "failed" | "error" | "progress" | null;
            output?: JsonObject | null;
            output_vars?: JsonObject | null;
            node_id?: string | null;
            step_id?: string | null;
            error?: Json;
            message?: string | null;
            progress?: Json;
            cost_usd?: number | null;
            usage?: JsonObject | null;
        };
        /** @description What became of the report */
        CallbackAnswer: {
            resumed: boolean;
            status: string;
            run_id: string;
            message?: string;
        };
        /** @description An entry of the timeline */
        RunEvent: {
            event_id: number;
            seq: number;
            run_id: string;
            /** Format: date-time */
            created_at: string;
            event_type: string;
            node_id: string | null;
            step_id: string | null;
            attempt: number | null;
            payload: JsonObject | null;
        };
        /** @description A saved state of a run */
        Checkpoint: {
            checkpoint_id: string;
            thread_id: string;
            parent_checkpoint_id: string | null;
            step: number;
            writes: Json;
            /** Format: date-time */
            created_at: string;
            node_id: string | null;
            path: string | null;
            name: string | null;
            reason: string;
        };
        /** @description Variables and place of a run at a checkpoint */
        CheckpointState: {
            checkpoint_id: string;
            thread_id: string;
            channel_values: JsonObject;
            metadata: JsonObject;
            pending_writes: Json[];
            versions_seen: JsonObject;
        };
        /** @description What a run waits for, its retries, its failure */
        RunDiagnostics: {
            run_id: string;
            thread_id: string;
            status: string;
            last_node_id: string | null;
            last_step_id: string | null;
            has_retry_event: boolean;
            idempotency_entries: components["schemas"]["JournalEntry"][];
            active_leases: components["schemas"]["RunLease"][];
            total_events: number;
            error_events: number;
            retries: components["schemas"]["Retry"][];
            failure: components["schemas"]["Failure"] | null;
            checkpoints: number;
            pending_approvals: string[];
            waiting_for: string | null;
            /** Format: date-time */
            waiting_since: string | null;
            llm: components["schemas"]["LlmUse"];
            agents: components["schemas"]["AgentUse"][];
        };
        /** @description A step and its recorded result */
        JournalEntry: {
            node_id: string | null;
            step_id: string | null;
            idempotency_key: string | null;
            status: string;
            has_cached_result: boolean;
            /** Format: date-time */
            updated_at: string;
            /** @enum {string} */
            decision: "executed" | "reused" | "skipped";
        };
        /** @description A slot that the run has */
        RunLease: {
            lease_id: string;
            resource_key: string;
            node_id: string | null;
            step_id: string | null;
            /** Format: date-time */
            acquired_at: string;
            /** Format: date-time */
            expires_at: string;
            /** Format: date-time */
            released_at: string | null;
            is_active: boolean;
        };
        /** @description A step that was tried again */
        Retry: {
            node_id: string | null;
            step_id: string | null;
            attempt?: number;
            delay_ms?: number;
            error?: string;
            /** Format: date-time */
            at: string;
        };
        /** @description Why a run failed */
        Failure: {
            class: string;
            node_id: string | null;
            step_id: string | null;
            message: string;
            retryable: boolean;
        };
        /** @description What a run asked of models */
        LlmUse: {
            calls: number;
            prompt_tokens: number;
            completion_tokens: number;
            cost_usd: number;
            exchanges: components["schemas"]["LlmExchange"][];
        };
        /** @description What a model was told and said, masked */
        LlmExchange: {
            node_id: string;
            path: string;
            /** Format: date-time */
            at: string;
            messages: Json;
            text: string | null;
        };
        /** @description What a run asked of an agent */
        AgentUse: {
            agent_id: string;
            calls: number;
            errors: number;
            avg_ms: number | null;
        };
        /** @description What a run made or was sent: a file, or an address */
        Artifact: {
            artifact_id: string;
            run_id: string;
            node_id: string | null;
            step_id: string | null;
            kind: string;
            uri: string;
            name: string | null;
            mime_type: string | null;
            size_bytes: number | null;
            /** Format: date-time */
            created_at: string;
            sha256: string | null;
        };
        /** @description How much the folder of artifacts has */
        ArtifactStats: {
            total_folders: number;
            total_bytes: number;
            artifacts_dir: string;
            partial?: boolean;
        };
        /** @description What was removed from it */
        ArtifactCleanup: {
            deleted_runs: string[];
            freed_bytes: number;
            skipped: number;
            more?: boolean;
        };
        /** @description A question to people, and its answer */
        Approval: {
            approval_id: string;
            run_id: string;
            node_id: string | null;
            prompt: string | null;
            decision_type: string;
            options: Json[] | null;
            context_data: JsonObject | null;
            status: string;
            decided_by: string | null;
            decision_payload: JsonObject | null;
            comment: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            decided_at: string | null;
            /** Format: date-time */
            expires_at: string | null;
            run_status: string | null;
            /** @enum {string} */
            run_kind: "procedure" | "workflow";
            node_name: string | null;
            procedure_id: string | null;
            approval_level: string | null;
            escalation_contact: string | null;
            can_decide: boolean;
            path: string | null;
            input_schema: JsonObject | null;
            required_approvals: number | null;
            escalation_count: number | null;
            approvers: string[] | null;
            forbid_self_approval: boolean;
            votes: components["schemas"]["Vote"][];
            shown_hash: string;
        };
        /** @description A question about a run */
        ApprovalCreate: {
            run_id: string;
            prompt: string;
            node_id?: string | null;
            /** @enum {string|null} */
            decision_type?: "approve_reject" | "select_option" | "pick_one" | "provide_input" | "acknowledge" | null;
            options?: string[] | null;
            context_data?: JsonObject | null;
            timeout_ms?: number | null;
            approval_level?: string | null;
        };
        /** @description An answer of one of those who were asked */
        Vote: {
            decided_by: string;
            decision: string;
            comment: string | null;
            /** Format: date-time */
            decided_at: string;
            on_behalf_of?: string;
            deputy_of?: string;
            shown_hash?: string;
        };
        /** @description An answer: in one of the first four */
        Decision: {
            status?: string | null;
            decision?: string | null;
            resolved_decision?: string | null;
            option?: string | null;
            decided_by?: string | null;
            comment?: string | null;
            payload?: JsonObject | null;
            input?: JsonObject | null;
            shown_hash?: string | null;
        };
        /** @description For whom, and for how long */
        LinkCreate: {
            identity?: string | null;
            /** @enum {string|null} */
            role?: "approver" | "operator" | "manager" | "admin" | null;
            groups?: string[] | null;
            expires_in_seconds?: number | null;
            send?: boolean | null;
        };
        /** @description A link by which one answers once; its address is nowhere else */
        Link: {
            link_id: string;
            url: string | null;
            sent: boolean;
            identity: string;
            role: string;
            /** Format: date-time */
            expires_at: string;
            shown_hash: string;
        };
        /** @description Who answers for the caller, and until when */
        DeputyCreate: {
            deputy: string;
            until: string;
            from?: string | null;
            identity?: string | null;
            reason?: string | null;
        };
        /** @description Who answers for whom */
        Deputy: {
            deputy_id: string;
            identity: string;
            deputy: string;
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            until: string;
            reason: string | null;
            created_by: string;
            /** Format: date-time */
            created_at: string;
        };
        /** @description Somebody who does steps */
        Agent: {
            agent_id: string;
            name: string;
            channel: string;
            base_url: string;
            /** @enum {string} */
            status: "online" | "offline" | "busy";
            concurrency_limit: number;
            resource_key: string;
            pool_id: string | null;
            capabilities: components["schemas"]["Capability"][];
            consecutive_failures: number;
            /** Format: date-time */
            circuit_open_at: string | null;
            /** Format: date-time */
            last_heartbeat_at: string | null;
            /** Format: date-time */
            updated_at: string;
            /** @enum {string} */
            circuit_state: "closed" | "open" | "half_open";
            active_leases: number;
            cpu_percent: number | null;
            memory_percent: number | null;
            last_error: string | null;
        };
        /** @description What an agent can do */
        Capability: {
            name: string;
            /** @enum {string} */
            type: "tool" | "workflow";
            description: string | null;
            estimated_duration_s: number | null;
            is_batch: boolean;
        };
        /** @description An agent to be registered */
        AgentCreate: {
            name: string;
            channel: string;
            base_url: string;
            agent_id?: string | null;
            /** @enum {string|null} */
            status?: "online" | "offline" | "busy" | null;
            concurrency_limit?: number | null;
            resource_key?: string | null;
            capabilities?: Json[] | null;
            pool_id?: string | null;
        };
        /** @description What is to be different; the rest stays */
        AgentChange: {
            name?: string | null;
            channel?: string | null;
            base_url?: string | null;
            agent_id?: string | null;
            /** @enum {string|null} */
            status?: "online" | "offline" | "busy" | null;
            concurrency_limit?: number | null;
            resource_key?: string | null;
            capabilities?: Json[] | null;
            pool_id?: string | null;
        };
        /** @description The capacity of agents that share work */
        AgentPool: {
            pool_id: string | null;
            channel: string;
            agent_count: number;
            status_breakdown: {
                [key: string]: number;
            };
            concurrency_limit_total: number;
            active_leases: number;
            available_capacity: number;
            circuit_open_count: number;
        };
        /** @description Defaults for a new agent */
        AgentDefaults: {
            channel: string;
            default_pool: string;
            recommended_concurrency: number;
        };
        /** @description An agent's own word on how it is */
        Heartbeat: {
            agent_id: string;
            /** @enum {string|null} */
            status?: "online" | "offline" | "busy" | null;
            cpu_percent?: number | null;
            memory_percent?: number | null;
        };
        /** @description It was heard */
        HeartbeatAnswer: {
            status: string;
            agent_id: string;
        };
        /** @description How an agent was found */
        HealthCheck: {
            agent_id: string;
            reachable: boolean;
            status: string;
            latency_ms: number | null;
            error: string | null;
            /** Format: date-time */
            checked_at: string;
        };
        /** @description What an agent is to be tried with */
        AgentTrial: {
            action: string;
            params?: JsonObject | null;
            timeout_ms?: number | null;
        };
        /** @description How the call of an agent ended */
        AgentTrialAnswer: {
            /** @enum {string} */
            outcome: "success" | "error" | "unknown";
            http_status: number | null;
            result: Json;
            error: JsonObject | null;
            latency_ms: number;
            idempotency_key: string;
        };
        /** @description What to do with the circuit */
        CircuitChange: {
            /** @enum {string} */
            action: "open" | "close";
        };
        /** @description Names of actions by channel */
        ActionCatalogue: {
            generic: string[];
            desktop: string[];
            web: string[];
            email: string[];
            api: string[];
            database: string[];
            file: string[];
        };
        /** @description A server of tools (MCP) */
        ToolServer: {
            server_id: string;
            name: string;
            base_url: string;
            /** @enum {string} */
            protocol: "rest" | "streamable-http";
            secret_name: string | null;
            enabled: boolean;
            /** @enum {string} */
            status: "online" | "offline" | "unknown";
            tool_count: number;
            last_error: string | null;
            /** Format: date-time */
            updated_at: string;
        };
        /** @description A tool server to be registered */
        ToolServerCreate: {
            name: string;
            base_url: string;
            /** @enum {string|null} */
            protocol?: "rest" | "streamable-http" | null;
            secret_name?: string | null;
            enabled?: boolean | null;
        };
        /** @description What is to be different; the rest stays */
        ToolServerChange: {
            name?: string | null;
            base_url?: string | null;
            /** @enum {string|null} */
            protocol?: "rest" | "streamable-http" | null;
            secret_name?: string | null;
            enabled?: boolean | null;
        };
        /** @description The tools of all servers, and who did not answer */
        ToolList: {
            tools: components["schemas"]["Tool"][];
            errors: components["schemas"]["ToolServerError"][];
            /** Format: date-time */
            fetched_at: string;
        };
        /** @description A tool of a server */
        Tool: {
            server_id: string;
            server: string;
            name: string;
            description: string | null;
            input_schema: JsonObject | null;
            allowed: boolean;
        };
        /** @description A server that did not answer */
        ToolServerError: {
            server_id: string;
            error: string;
        };
        /** @description What a tool is to be tried with */
        ToolCall: {
            arguments?: JsonObject | null;
        };
        /** @description What the tool gave */
        ToolAnswer: {
            result: Json;
            is_error: boolean;
            latency_ms: number;
        };
        /** @description A slot that a step holds */
        Lease: {
            lease_id: string;
            resource_key: string;
            run_id: string;
            node_id: string | null;
            step_id: string | null;
            /** Format: date-time */
            acquired_at: string;
            /** Format: date-time */
            expires_at: string;
            /** Format: date-time */
            released_at: string | null;
            is_active: boolean;
        };
        /** @description Changes, newest first */
        AuditPage: {
            events: components["schemas"]["AuditEvent"][];
            limit: number;
            offset: number;
            next_cursor: string | null;
            total?: number;
        };
        /** @description Who changed what */
        AuditEvent: {
            event_id: number;
            /** Format: date-time */
            ts: string;
            category: string;
            action: string;
            actor: string;
            description: string | null;
            resource_type: string | null;
            resource_id: string | null;
            meta: JsonObject | null;
            source_ip: string | null;
            auth_method: string | null;
            request_id: string | null;
            procedure_id: string | null;
            storage_location: string | null;
            prev: string | null;
            hash: string | null;
            gone_from: number | null;
            gone_prev: string | null;
        };
        /** @description What is told of a secret; its value never is */
        Secret: {
            secret_id: string;
            name: string;
            description: string | null;
            /** @enum {string} */
            provider_hint: "db" | "env" | "vault" | "aws" | "azure";
            tags: string[];
            created_by: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            version: number;
            /** Format: date-time */
            last_used_at: string | null;
            used_by: string[];
        };
        /** @description A secret to be kept */
        SecretCreate: {
            name: string;
            value?: string | null;
            description?: string | null;
            /** @enum {string|null} */
            provider_hint?: "db" | "env" | "vault" | "aws" | "azure" | null;
            tags?: string[] | null;
        };
        /** @description What becomes different */
        SecretChange: {
            value?: string | null;
            description?: string | null;
            /** @enum {string|null} */
            provider_hint?: "db" | "env" | "vault" | "aws" | "azure" | null;
            tags?: string[] | null;
        };
        /** @description Where values can come from */
        SecretProvider: {
            provider: string;
            configured: boolean;
            healthy: boolean | null;
            error: string | null;
        };
        /** @description The value of a secret, for a grant */
        AgentCredential: {
            secret_name: string;
            value: string;
        };
        /** @description How a model is asked */
        LlmProfile: {
            name: string;
            description: string | null;
            /** @enum {string} */
            provider: "openai_compatible" | "openai" | "anthropic" | "azure_openai" | "azure" | "ollama";
            base_url: string | null;
            api_version: string | null;
            model: string;
            secret_name: string | null;
            task_classes: string[];
            temperature: number | null;
            top_p: number | null;
            max_tokens: number | null;
            stop: Json;
            timeout_ms: number;
            max_retries: number | null;
            fallbacks: string[];
            extra_headers: JsonObject | null;
            cost_per_1k: JsonObject | null;
            json_schema: JsonObject | null;
            budget_usd_per_run: number | null;
            max_cost_usd_per_call: number | null;
            min_quality: number | null;
            stream: boolean | null;
            enabled: boolean;
            is_default: boolean;
            /** @enum {string} */
            circuit_state: "closed" | "open" | "half_open";
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        /** @description What becomes different; null takes it away */
        LlmProfileChange: {
            description?: string | null;
            /** @enum {string|null} */
            provider?: "openai_compatible" | "openai" | "anthropic" | "azure_openai" | "azure" | "ollama" | null;
            base_url?: string | null;
            api_version?: string | null;
            model?: string | null;
            secret_name?: string | null;
            task_classes?: string[] | null;
            temperature?: number | null;
            top_p?: number | null;
            max_tokens?: number | null;
            stop?: Json;
            timeout_ms?: number | null;
            max_retries?: number | null;
            fallbacks?: string[] | null;
            extra_headers?: JsonObject | null;
            cost_per_1k?: JsonObject | null;
            json_schema?: JsonObject | null;
            budget_usd_per_run?: number | null;
            max_cost_usd_per_call?: number | null;
            min_quality?: number | null;
            stream?: boolean | null;
            enabled?: boolean | null;
            is_default?: boolean | null;
        };
        /** @description A profile to be made; it needs a model */
        LlmProfileCreate: {
            name: string;
        } & components["schemas"]["LlmProfileChange"];
        /** @description What models may cost */
        LlmBudget: {
            name: string;
            /** @enum {string} */
            scope: "site" | "project" | "procedure" | "profile" | "run" | "call";
            target: string | null;
            /** @enum {string} */
            period: "day" | "month" | "total";
            limit_usd: number;
            warn_at: number;
            /** @enum {string} */
            on_limit: "stop" | "approve";
            stop_usd: number | null;
            description: string | null;
            enabled: boolean;
            use: components["schemas"]["LlmBudgetUse"][];
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        /** @description What is used of it in this period */
        LlmBudgetUse: {
            subject: string | null;
            spent_usd: number;
            reserved_usd: number;
        };
        /** @description What models may cost; all of it */
        LlmBudgetPut: {
            /** @enum {string} */
            scope: "site" | "project" | "procedure" | "profile" | "run" | "call";
            target?: string | null;
            /** @enum {string|null} */
            period?: "day" | "month" | "total" | null;
            limit_usd: number;
            warn_at?: number | null;
            /** @enum {string|null} */
            on_limit?: "stop" | "approve" | null;
            stop_usd?: number | null;
            description?: string | null;
            enabled?: boolean | null;
        };
        /** @description What came of a test alert */
        AlertTested: {
            ok: boolean;
            status: number | null;
            error: string | null;
        };
        /** @description Nothing */
        LlmProfileTest: JsonObject;
        /** @description What came of a short question */
        LlmProfileTested: {
            ok: boolean;
            model: string | null;
            response: string | null;
            latency_ms: number | null;
            error: string | null;
        };
        /** @description US dollars for 1,000 tokens of a model */
        LlmCost: {
            model: string;
            prompt: number;
            completion: number;
            cached: number | null;
            quality: number | null;
            /** @enum {string} */
            source: "default" | "site";
        };
        /** @description What runs asked of models */
        LlmUsage: {
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
            rows: components["schemas"]["LlmUsageRow"][];
        };
        /** @description Calls that have something in common */
        LlmUsageRow: {
            key: string;
            calls: number;
            errors: number;
            prompt_tokens: number;
            completion_tokens: number;
            cost_usd: number;
            avg_latency_ms: number;
            p95_latency_ms: number;
        };
        /** @description A prompt in a list */
        PromptSummary: {
            name: string;
            latest_version: number;
            active_version: number | null;
            description: string | null;
            tags: string[];
            /** Format: date-time */
            updated_at: string;
        };
        /** @description A version of a prompt */
        Prompt: {
            name: string;
            version: number;
            template: string;
            system: string | null;
            variables: JsonObject;
            output_schema: JsonObject | null;
            model: string | null;
            profile: string | null;
            description: string | null;
            tags: string[];
            created_by: string | null;
            /** Format: date-time */
            created_at: string;
            active: boolean;
        };
        /** @description A version of a prompt in a list */
        PromptVersionSummary: {
            name: string;
            version: number;
            description: string | null;
            tags: string[];
            model: string | null;
            profile: string | null;
            created_by: string | null;
            /** Format: date-time */
            created_at: string;
            active: boolean;
            labels: string[];
        };
        /** @description A word that means a version of a prompt */
        PromptLabel: {
            label: string;
            version: number;
            updated_by: string | null;
            /** Format: date-time */
            updated_at: string;
        };
        /** @description What a version is; it never changes */
        PromptVersion: {
            template: string;
            system?: string | null;
            variables?: JsonObject | null;
            output_schema?: JsonObject | null;
            model?: string | null;
            profile?: string | null;
            description?: string | null;
            tags?: string[] | null;
        };
        /** @description A prompt to be stored */
        PromptCreate: {
            name: string;
        } & components["schemas"]["PromptVersion"];
        /** @description The version that the name means from now on */
        PromptChoice: {
            version: number;
        };
        /** @description What is put into a prompt */
        PromptVariables: {
            variables?: JsonObject | null;
            version?: number | null;
        };
        /** @description A prompt with its variables put in */
        PromptText: {
            prompt: string;
            system: string | null;
            missing: string[];
            unused: string[];
        };
        /** @description What begins runs of a version by itself */
        Trigger: {
            id: number;
            procedure_id: string;
            version: string;
            /** @enum {string} */
            trigger_type: "scheduled" | "webhook" | "event" | "file_watch";
            schedule: string | null;
            webhook_secret: string | null;
            event_source: string | null;
            dedupe_window_seconds: number;
            max_concurrent_runs: number | null;
            enabled: boolean;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            timezone: string;
            allowed_sources: string[] | null;
            input_mapping: JsonObject | null;
            /** Format: date-time */
            next_fire_at: string | null;
            /** Format: date-time */
            last_fired_at: string | null;
            last_run_id: string | null;
        };
        /** @description A trigger to be registered; what it does not say, the document's trigger of that type does */
        TriggerPut: {
            /** @enum {string} */
            trigger_type: "scheduled" | "webhook" | "event" | "file_watch";
            schedule?: string | null;
            timezone?: string | null;
            webhook_secret?: string | null;
            event_source?: string | null;
            dedupe_window_seconds?: number | null;
            max_concurrent_runs?: number | null;
            enabled?: boolean | null;
            allowed_sources?: string[] | null;
            input_mapping?: JsonObject | null;
        };
        /** @description What the run is given */
        TriggerFire: {
            input_vars?: JsonObject | null;
        };
        /** @description The run that was started */
        TriggerFired: {
            run_id: string;
            procedure_id: string;
            procedure_version: string;
            /** @enum {string} */
            trigger_type: "scheduled" | "webhook" | "event" | "file_watch" | "manual";
            triggered_by?: string;
            status: string;
        };
        /** @description What became of one firing */
        TriggerFiring: {
            id: number;
            /** Format: date-time */
            ts: string;
            trigger_type: string;
            source: string | null;
            outcome: string;
            run_id: string | null;
            payload_hash: string | null;
            detail: string | null;
            /** Format: date-time */
            due_at: string | null;
            lag_ms: number | null;
        };
        /** @description Slots of a schedule that are fired on purpose */
        Backfill: {
            backfill_id: string;
            procedure_id: string;
            version: string;
            /** @enum {string} */
            status: "running" | "paused" | "completed" | "canceled";
            reason: string | null;
            schedule: string;
            timezone: string;
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
            max_parallel: number;
            total: number;
            fired: number;
            skipped: number;
            active: number;
            /** Format: date-time */
            next_slot: string | null;
            created_by: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** Format: date-time */
            ended_at: string | null;
        };
        /** @description Between which times, both included, and how many runs at once */
        BackfillCreate: {
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to?: string | null;
            max_parallel?: number | null;
        };
        /** @description How many triggers want the event */
        EventTold: {
            delivered_to: number;
        };
        /** @description A document whose trigger was not registered */
        TriggerSkipped: {
            procedure_id: string;
            version: string;
            reason: string;
        };
        /** @description Triggers of documents that are registered */
        TriggerSync: {
            synced: number;
            skipped: components["schemas"]["TriggerSkipped"][];
        };
        /** @description A schedule to be looked at */
        TriggerPreview: {
            schedule: string;
            timezone?: string | null;
            count?: number | null;
            /** Format: date-time */
            from?: string | null;
        };
        /** @description When a schedule fires */
        TriggerTimes: {
            schedule: string;
            timezone: string;
            next: string[];
            description: string;
        };
        /** @description Procedures and runs that belong together */
        Project: {
            project_id: string;
            name: string;
            description: string | null;
            /** Format: date-time */
            created_at: string;
        };
        /** @description A project to be made */
        ProjectCreate: {
            name: string;
            description?: string | null;
        };
        /** @description What becomes different */
        ProjectChange: {
            name?: string;
            description?: string | null;
        };
        /** @description What the runs of a project used */
        ProjectCost: {
            project_id: string;
            period_days: number;
            run_count: number;
            total_prompt_tokens: number;
            total_completion_tokens: number;
            estimated_cost_usd: number;
        };
        /** @description Who the caller is */
        Me: {
            identity: string;
            roles: ("viewer" | "approver" | "operator" | "manager" | "admin")[];
            user_id: string | null;
            email: string | null;
            full_name: string | null;
            /** @enum {string} */
            role: "viewer" | "approver" | "operator" | "manager" | "admin";
            auth_method: string;
            /** @enum {string} */
            mode: "off" | "optional" | "on";
            separation: boolean;
            projects: string[] | null;
        };
        /** @description Who begins a session */
        Login: {
            username: string;
            password: string;
        };
        /** @description The password that one has, and the new one */
        PasswordChange: {
            current_password: string;
            password: string;
        };
        /** @description A session that began; the cookie has the same token */
        Session: {
            access_token: string;
            token_type: string;
            expires_in: number;
            identity: string;
            roles: ("viewer" | "approver" | "operator" | "manager" | "admin")[];
        };
        /** @description Whether somebody else asks who it is */
        SignOn: {
            sso_enabled: boolean;
        };
        /** @description Somebody who has a password here, or came by single sign-on */
        User: {
            user_id: string;
            username: string;
            email: string | null;
            full_name: string | null;
            /** @enum {string} */
            role: "viewer" | "approver" | "operator" | "manager" | "admin";
            is_active: boolean;
            sso_provider: string | null;
            projects: string[] | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        /** @description A new user */
        UserCreate: {
            username: string;
            email: string;
            password: string;
            full_name?: string | null;
            /** @enum {string|null} */
            role?: "viewer" | "approver" | "operator" | "manager" | "admin" | null;
            projects?: string[] | null;
        };
        /** @description What is to be different */
        UserChange: {
            email?: string | null;
            password?: string | null;
            full_name?: string | null;
            /** @enum {string|null} */
            role?: "viewer" | "approver" | "operator" | "manager" | "admin" | null;
            is_active?: boolean | null;
            projects?: string[] | null;
        };
        /** @description A token, at most with the role that its maker has */
        TokenCreate: {
            name: string;
            /** @enum {string|null} */
            role?: "viewer" | "approver" | "operator" | "manager" | "admin" | null;
            expires_in_days?: number | null;
            identity?: string | null;
            projects?: string[] | null;
        };
        /** @description What can be seen of a token */
        TokenSeen: {
            token_id: string;
            name: string;
            prefix: string;
            /** @enum {string} */
            role: "viewer" | "approver" | "operator" | "manager" | "admin";
            identity: string;
            projects: string[] | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
        };
        /** @description A token, and its text */
        TokenMade: {
            token: string;
        } & components["schemas"]["TokenSeen"];
        /** @description A token, without its text */
        Token: {
            /** Format: date-time */
            last_used_at: string | null;
        } & components["schemas"]["TokenSeen"];
        /** @description A workflow: its steps, and what each needs */
        FlowCreate: {
            name: string;
            steps: components["schemas"]["FlowStep"][];
            max_parallel?: number;
        };
        /** @description A step; it begins when those it depends on are done */
        FlowStep: {
            id: string;
            type: string;
            config: components["schemas"]["FlowConfig"];
            depends_on?: string[];
        };
        /** @description What a step does; more members go along */
        FlowConfig: {
            action: string;
            duration_seconds?: number;
            fail_probability?: number;
            max_retries?: number;
        };
        /** @description A workflow in a list */
        FlowSummary: {
            id: string;
            name: string;
            /** Format: date-time */
            created_at: string;
        };
        /** @description A workflow; its definition has the defaults filled in */
        Flow: {
            definition: JsonObject;
        } & components["schemas"]["FlowSummary"];
        /** @description The order that the run is for */
        FlowStart: {
            order_id?: string | null;
        };
        /** @description A run of a workflow, in a list */
        FlowRunSummary: {
            id: string;
            workflow_id: string;
            workflow_name: string;
            order_id: string | null;
            /** @enum {string} */
            status: "pending" | "running" | "completed" | "failed";
            /** Format: date-time */
            started_at: string | null;
            /** Format: date-time */
            completed_at: string | null;
        };
        /** @description A run of a workflow */
        FlowRun: {
            steps: components["schemas"]["FlowStepState"][];
        } & components["schemas"]["FlowRunSummary"];
        /** @description A step of a run, in the order of the steps */
        FlowStepState: {
            id: string;
            step_id: string;
            step_index: number;
            /** @enum {string} */
            status: "pending" | "running" | "completed" | "failed";
            retry_count: number;
            max_retries: number;
            /** Format: date-time */
            started_at: string | null;
            /** Format: date-time */
            completed_at: string | null;
            error_message: string | null;
        };
        /** @description An order to be made */
        OrderCreate: {
            amount: number;
        };
        /** @description What the steps of workflows move */
        Order: {
            id: string;
            /** @enum {string} */
            status: "pending" | "validated" | "charged" | "shipped";
            amount: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        /** @description How a graph runs, and whose it is */
        NetHead: {
            description?: string | null;
            timeout_seconds?: number | null;
            max_retries?: number;
            /** @enum {string} */
            on_error?: "fail" | "continue" | "rollback";
            /** @enum {string} */
            scheduling?: "dataflow" | "levels";
            tags?: string[];
            is_public?: boolean;
            is_template?: boolean;
            is_active?: boolean;
            metadata?: JsonObject;
            organization_id?: string | null;
        };
        /** @description A graph: nodes, and edges between them */
        NetCreate: {
            name: string;
            nodes: components["schemas"]["NetNodeIn"][];
            edges?: components["schemas"]["NetEdgeIn"][];
        } & components["schemas"]["NetHead"];
        /** @description What becomes different; the rest stays */
        NetChange: {
            name?: string;
            nodes?: components["schemas"]["NetNodeIn"][];
            edges?: components["schemas"]["NetEdgeIn"][];
        } & components["schemas"]["NetHead"];
        /** @description A node; what `node_type` asks for must be there */
        NetNodeIn: {
            node_id: string;
            name?: string | null;
            node_type: string;
            agent_id?: string | null;
            action?: string | null;
            inputs?: JsonObject;
            outputs?: Json;
            config?: JsonObject;
            position?: JsonObject | null;
            retry_count?: number | null;
            retry_delay_seconds?: number;
            timeout_seconds?: number | null;
            fallback_node_id?: string | null;
        };
        /** @description An edge; with a condition it is taken when that holds */
        NetEdgeIn: {
            from_node_id: string;
            to_node_id: string;
            condition?: Json;
            label?: string | null;
            is_default?: boolean;
        };
        /** @description A graph in a list */
        NetSummary: {
            id: string;
            name: string;
            description: string | null;
            owner_id: string;
            organization_id: string | null;
            version: number;
            is_template: boolean;
            is_public: boolean;
            is_active: boolean;
            timeout_seconds: number | null;
            max_retries: number;
            /** @enum {string} */
            on_error: "fail" | "continue" | "rollback";
            /** @enum {string} */
            scheduling: "dataflow" | "levels";
            tags: string[];
            metadata: JsonObject;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string | null;
            node_count: number;
            edge_count: number;
        };
        /** @description A graph with its nodes and edges */
        Net: {
            nodes: components["schemas"]["NetNode"][];
            edges: components["schemas"]["NetEdge"][];
            /** @enum {string} */
            permission: "view" | "run" | "edit" | "delete" | "owner";
            execution_levels: Json[];
        } & components["schemas"]["NetSummary"];
        /** @description A node, with its defaults */
        NetNode: {
            id: string;
            workflow_id: string;
            node_id: string;
            name: string;
            node_type: string;
            agent_id: string | null;
            action: string | null;
            inputs: JsonObject;
            outputs: Json;
            config: JsonObject;
            position: JsonObject | null;
            retry_count: number;
            retry_delay_seconds: number;
            timeout_seconds: number | null;
            fallback_node_id: string | null;
        };
        /** @description An edge, with its defaults */
        NetEdge: {
            id: string;
            workflow_id: string;
            from_node_id: string;
            to_node_id: string;
            condition: Json;
            label: string | null;
            is_default: boolean;
        };
        /** @description What is wrong with a graph, or in which order it runs */
        NetCheck: {
            valid: boolean;
            errors: string[];
            execution_order: string[];
            execution_levels: Json[];
        };
        /** @description A version of a graph */
        NetVersion: {
            version: number;
            /** Format: date-time */
            created_at: string;
            created_by: string | null;
            node_count: number;
            edge_count: number;
        };
        /** @description What its nodes read as `$input` */
        NetStart: {
            inputs?: JsonObject | null;
        };
        /** @description A run of a graph; some members have two names */
        NetRun: {
            id: string;
            run_id: string;
            workflow_id: string;
            workflow_version: number;
            /** @enum {string} */
            status: "pending" | "running" | "paused" | "completed" | "failed" | "cancelled";
            triggered_by: string | null;
            /** Format: date-time */
            started_at: string | null;
            /** Format: date-time */
            completed_at: string | null;
            error: string | null;
            error_message: string | null;
            inputs: JsonObject;
            input_data: JsonObject;
            outputs: Json;
            output_data: Json;
            context: JsonObject;
            total_cost: number;
            nodes_completed: number;
            nodes_total: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string | null;
        };
        /** @description A run with its nodes */
        NetRunDetail: {
            nodes: components["schemas"]["NetNodeRun"][];
            execution_levels: Json[];
        } & components["schemas"]["NetRun"];
        /** @description A node of a run, as its last attempt left it */
        NetNodeRun: {
            id: string;
            workflow_run_id: string;
            node_id: string;
            /** @enum {string} */
            status: "pending" | "running" | "completed" | "failed" | "skipped" | "cancelled";
            attempt_number: number;
            retry_count: number;
            /** Format: date-time */
            started_at: string | null;
            /** Format: date-time */
            completed_at: string | null;
            duration_ms: number | null;
            inputs: JsonObject | null;
            input_data: JsonObject | null;
            outputs: Json;
            output_data: Json;
            error: string | null;
            error_message: string | null;
            agent_response: Json;
            cost: number;
        };
        /** @description What happened in a run */
        NetEvent: {
            type: string;
            workflow_run_id: string;
            data: JsonObject;
            /** Format: date-time */
            timestamp: string;
            seq: number;
        };
        /** @description Who may do what; a user, or a group of them */
        NetGrantCreate: {
            user_id?: string | null;
            organization_id?: string | null;
            /** @enum {string} */
            permission: "view" | "run" | "edit" | "delete";
            /** Format: date-time */
            expires_at?: string | null;
        };
        /** @description Who may do what */
        NetGrant: {
            id: string;
            user_id: string | null;
            organization_id: string | null;
            /** @enum {string} */
            permission: "view" | "run" | "edit" | "delete";
            granted_by: string;
            /** Format: date-time */
            granted_at: string;
            /** Format: date-time */
            expires_at: string | null;
        };
        /** @description What people are told of a pattern */
        NetTemplateHead: {
            description?: string | null;
            category?: string | null;
            icon?: string | null;
            example_input?: Json;
            example_output?: Json;
            required_capabilities?: string[];
            estimated_cost?: number | null;
            estimated_duration_seconds?: number | null;
            is_official?: boolean;
        };
        /** @description A pattern: a graph whose texts have {{variables}} */
        NetTemplateCreate: {
            name: string;
            template_data: JsonObject;
        } & components["schemas"]["NetTemplateHead"];
        /** @description A pattern in a list */
        NetTemplate: {
            id: string;
            name: string;
            description: string | null;
            category: string | null;
            icon: string | null;
            example_input: Json;
            example_output: Json;
            required_capabilities: string[];
            estimated_cost: number | null;
            estimated_duration_seconds: number | null;
            usage_count: number;
            rating: number | null;
            is_official: boolean;
            created_by: string | null;
            /** Format: date-time */
            created_at: string;
        };
        /** @description A pattern */
        NetTemplateFull: {
            template_data: JsonObject;
        } & components["schemas"]["NetTemplate"];
        /** @description How the new graph is called, and its variables */
        NetInstantiate: {
            name?: string | null;
            variables?: JsonObject | null;
        };
    };
    responses: {
        /** @description What went wrong */
        Problem: {
            headers: {
                [name: string]: Json;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = JsonObject;
export interface operations {
    get_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Health */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_health_live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Health */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_health_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Readiness */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description Readiness */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description text/plain */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_runs_metrics_summary: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description MetricsSummary */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricsSummary"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_openapijson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description obj */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": JsonObject;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_schema_ckp: {
        parameters: {
            query?: never;
            header?: {
                /** @description A tag that is still true: 304 */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description application/schema+json */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/schema+json": string;
                };
            };
            /** @description It has not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    get_node_types: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [NodeType] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeType"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_config: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Config */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Config"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    patch_config: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ConfigChange"];
            };
        };
        responses: {
            /** @description Config */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Config"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_config_test_llm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LlmProfileTest"];
            };
        };
        responses: {
            /** @description LlmProfileTested */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LlmProfileTested"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_config_test_alert: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LlmProfileTest"];
            };
        };
        responses: {
            /** @description AlertTested */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertTested"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_orchestrators: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Worker] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Worker"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_cases: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [any] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Json[];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_cases_queue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [any] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Json[];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_procedures_compile: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CompileRequest"];
            };
        };
        responses: {
            /** @description CompileResult */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompileResult"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_procedures_procedure_id_version_compile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CompileStored"];
            };
        };
        responses: {
            /** @description CompileResult */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompileResult"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_procedures_procedure_id_version_graph: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Graph */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Graph"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_procedures_procedure_id_version_explain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Explanation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_procedures_procedure_id_version_explain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ExplainRequest"];
            };
        };
        responses: {
            /** @description Explanation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_procedures_procedure_id_diff: {
        parameters: {
            query: {
                from: string;
                to: string;
                format?: "json" | "lines";
            };
            header?: never;
            path: {
                procedure_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Diff */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Diff"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_procedures: {
        parameters: {
            query?: {
                project_id?: string;
                /** @description In this status; several with commas where a list is taken */
                status?: string;
                tags?: string;
                /** @description Has this text, in upper or lower case */
                search?: string;
                metadata_search?: string;
                intent?: string;
                channel?: "dev" | "qa" | "prod";
                latest_only?: boolean;
                /** @description How many of them, at most */
                limit?: number;
                /** @description How many of them to leave out first */
                offset?: number;
                /** @description Where the last page ended: its X-Next-Cursor */
                cursor?: string;
                /** @description By the time of creation */
                order?: "asc" | "desc";
                /** @description Count all of them: X-Total-Count */
                total?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Procedure] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Procedure"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_procedures: {
        parameters: {
            query?: {
                validate?: "lenient" | "strict";
                on_conflict?: "error" | "replace";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ProcedureImport"];
            };
        };
        responses: {
            /** @description ProcedureStored */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProcedureStored"];
                };
            };
            /** @description ProcedureStored */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProcedureStored"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_procedures_procedure_id: {
        parameters: {
            query?: {
                channel?: "dev" | "qa" | "prod";
            };
            header?: {
                /** @description A tag that is still true: 304 */
                "If-None-Match"?: string;
            };
            path: {
                procedure_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description ProcedureDetail */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProcedureDetail"];
                };
            };
            /** @description It has not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    get_procedures_procedure_id_versions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                procedure_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Procedure] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Procedure"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_procedures_procedure_id_version: {
        parameters: {
            query?: never;
            header?: {
                /** @description A tag that is still true: 304 */
                "If-None-Match"?: string;
            };
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description ProcedureDetail */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProcedureDetail"];
                };
            };
            /** @description It has not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    put_procedures_procedure_id_version: {
        parameters: {
            query?: {
                validate?: "lenient" | "strict";
            };
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ProcedureReplace"];
            };
        };
        responses: {
            /** @description ProcedureStored */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProcedureStored"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_procedures_procedure_id_version: {
        parameters: {
            query?: {
                force?: boolean;
            };
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description ProcedureDeleted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProcedureDeleted"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    patch_procedures_procedure_id_version_status: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["StatusChange"];
            };
        };
        responses: {
            /** @description ProcedureStored */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProcedureStored"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_procedures_procedure_id_version_builder_draft: {
        parameters: {
            query?: never;
            header?: {
                /** @description A tag that is still true: 304 */
                "If-None-Match"?: string;
            };
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Draft */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Draft"];
                };
            };
            /** @description It has not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    put_procedures_procedure_id_version_builder_draft: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DraftSave"];
            };
        };
        responses: {
            /** @description Draft */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Draft"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_procedures_procedure_id_version_builder_draft: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    post_procedures_procedure_id_version_promote: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Promotion"];
            };
        };
        responses: {
            /** @description Promoted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Promoted"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_procedures_procedure_id_version_rollback: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Rollback"];
            };
        };
        responses: {
            /** @description RolledBack */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RolledBack"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_procedures_procedure_id_deployments: {
        parameters: {
            query?: {
                /** @description How many of them, at most */
                limit?: number;
                /** @description How many of them to leave out first */
                offset?: number;
            };
            header?: never;
            path: {
                procedure_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Deployment] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_runs: {
        parameters: {
            query?: {
                procedure_id?: string;
                procedure_version?: string;
                project_id?: string;
                case_id?: string;
                /** @description In this status; several with commas where a list is taken */
                status?: string;
                trigger_type?: "manual" | "scheduled" | "webhook" | "event" | "file_watch";
                parent_run_id?: string;
                /** @description Created not before this time */
                created_from?: string;
                /** @description Created not after this time */
                created_to?: string;
                q?: string;
                /** @description How many of them, at most */
                limit?: number;
                /** @description How many of them to leave out first */
                offset?: number;
                /** @description Where the last page ended: its X-Next-Cursor */
                cursor?: string;
                /** @description By the time of creation */
                order?: "asc" | "desc";
                /** @description Count all of them: X-Total-Count */
                total?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Run] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_runs: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body: the first answer again, no second effect */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RunCreate"];
            };
        };
        responses: {
            /** @description Run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description Run */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_runs_queue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description RunQueue */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunQueue"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_runs_bulk_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RunBulk"];
            };
        };
        responses: {
            /** @description RunBulkDone */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunBulkDone"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_runs_bulk_delete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RunBulk"];
            };
        };
        responses: {
            /** @description RunBulkDone */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunBulkDone"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_runs_cleanup_preview: {
        parameters: {
            query: {
                before: string;
                /** @description In this status; several with commas where a list is taken */
                status?: "completed" | "succeeded" | "failed" | "canceled" | "cancelled";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description RunCleanPreview */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunCleanPreview"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_runs_cleanup_history: {
        parameters: {
            query: {
                before: string;
                /** @description In this status; several with commas where a list is taken */
                status?: "completed" | "succeeded" | "failed" | "canceled" | "cancelled";
                dry_run?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description RunCleaned */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunCleaned"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_runs_run_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_runs_run_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description RunDeleted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunDeleted"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_runs_run_id_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description Run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_runs_run_id_retry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RunRetry"];
            };
        };
        responses: {
            /** @description Run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description Run */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_runs_run_id_pause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description Run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_runs_run_id_resume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RunResume"];
            };
        };
        responses: {
            /** @description Run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_runs_run_id_replay: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body: the first answer again, no second effect */
                "Idempotency-Key"?: string;
            };
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RunReplay"];
            };
        };
        responses: {
            /** @description Run */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_runs_run_id_callback: {
        parameters: {
            query?: {
                token?: string;
            };
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CallbackReport"];
            };
        };
        responses: {
            /** @description CallbackAnswer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallbackAnswer"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_runs_run_id_diagnostics: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description RunDiagnostics */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunDiagnostics"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_runs_run_id_checkpoints: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Checkpoint] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkpoint"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_runs_run_id_checkpoints_checkpoint_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
                checkpoint_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description CheckpointState */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckpointState"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_runs_run_id_events: {
        parameters: {
            query?: {
                /** @description After the event of this event_id */
                after_id?: number;
                /** @description How many of them, at most */
                limit?: number;
                types?: string;
                node_id?: string;
            };
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [RunEvent] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunEvent"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_runs_run_id_stream: {
        parameters: {
            query?: {
                follow?: boolean;
                /** @description As the header Last-Event-ID */
                last_event_id?: number;
                /** @description After the event of this event_id */
                after_id?: number;
                access_token?: string;
            };
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description text/event-stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    get_runs_run_id_artifacts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Artifact] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Artifact"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_runs_run_id_artifacts_artifact_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
                artifact_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Artifact */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Artifact"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_runs_run_id_artifacts_artifact_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
                artifact_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    get_runs_run_id_artifacts_artifact_id_content: {
        parameters: {
            query?: {
                download?: boolean;
                preview?: number;
                access_token?: string;
            };
            header?: {
                /** @description A tag that is still true: 304 */
                "If-None-Match"?: string;
            };
            path: {
                run_id: string;
                artifact_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description *\/* */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description *\/* */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description It is done */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It has not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    get_artifacts_run_id_name: {
        parameters: {
            query?: {
                download?: boolean;
                preview?: number;
                access_token?: string;
            };
            header?: {
                /** @description A tag that is still true: 304 */
                "If-None-Match"?: string;
            };
            path: {
                run_id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description *\/* */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description *\/* */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description It has not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    put_artifacts_run_id_name: {
        parameters: {
            query?: {
                token?: string;
            };
            header?: {
                /** @description What it is; without it a file */
                "X-Artifact-Kind"?: string;
                /** @description The node it is of */
                "X-Node-ID"?: string;
                /** @description The step it is of */
                "X-Step-ID"?: string;
            };
            path: {
                run_id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "*/*": Json;
            };
        };
        responses: {
            /** @description Artifact */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Artifact"];
                };
            };
            /** @description Artifact */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Artifact"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_artifacts_admin_stats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description ArtifactStats */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactStats"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_artifacts_admin_cleanup: {
        parameters: {
            query?: {
                before?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description ArtifactCleanup */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactCleanup"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_approvals: {
        parameters: {
            query?: {
                /** @description In this status; several with commas where a list is taken */
                status?: string;
                run_id?: string;
                procedure_id?: string;
                /** @description How many of them, at most */
                limit?: number;
                /** @description How many of them to leave out first */
                offset?: number;
                /** @description Where the last page ended: its X-Next-Cursor */
                cursor?: string;
                /** @description By the time of creation */
                order?: "asc" | "desc";
                /** @description Count all of them: X-Total-Count */
                total?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Approval] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_approvals: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ApprovalCreate"];
            };
        };
        responses: {
            /** @description Approval */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_approvals_stream: {
        parameters: {
            query?: {
                follow?: boolean;
                /** @description As the header Last-Event-ID */
                last_event_id?: number;
                /** @description After the event of this event_id */
                after_id?: number;
                access_token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description text/event-stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_approvals_approval_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Approval */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_approvals_approval_id_decision: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Decision"];
            };
        };
        responses: {
            /** @description Approval */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_approvals_approval_id_links: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LinkCreate"];
            };
        };
        responses: {
            /** @description Link */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Link"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_approvals_approval_id_links: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    get_approvals_approval_id_answer: {
        parameters: {
            query: {
                token: string;
            };
            header?: never;
            path: {
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description text/html */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_approvals_approval_id_answer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description text/html */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_approvals_deputies: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Deputy] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deputy"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_approvals_deputies: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DeputyCreate"];
            };
        };
        responses: {
            /** @description Deputy */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deputy"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_approvals_deputies_deputy_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                deputy_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    get_agents: {
        parameters: {
            query?: {
                channel?: string;
                /** @description In this status; several with commas where a list is taken */
                status?: "online" | "offline" | "busy";
                pool_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Agent] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_agents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AgentCreate"];
            };
        };
        responses: {
            /** @description Agent */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_agents_pools: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [AgentPool] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentPool"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_agents_heartbeat: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Heartbeat"];
            };
        };
        responses: {
            /** @description HeartbeatAnswer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeartbeatAnswer"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_agents_probe_capabilities: {
        parameters: {
            query: {
                base_url: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Capability] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Capability"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_agents_bootstrap_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description AgentDefaults */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentDefaults"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_agents_agent_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description A tag that is still true: 304 */
                "If-None-Match"?: string;
            };
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Agent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            /** @description It has not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    put_agents_agent_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AgentChange"];
            };
        };
        responses: {
            /** @description Agent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_agents_agent_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    post_agents_agent_id_sync_capabilities: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Agent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_agents_agent_id_health_check: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description HealthCheck */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthCheck"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_agents_agent_id_try: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AgentTrial"];
            };
        };
        responses: {
            /** @description AgentTrialAnswer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentTrialAnswer"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_agents_agent_id_circuit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CircuitChange"];
            };
        };
        responses: {
            /** @description Agent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_mcp_servers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [ToolServer] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolServer"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_mcp_servers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ToolServerCreate"];
            };
        };
        responses: {
            /** @description ToolServer */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolServer"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_mcp_servers_server_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                server_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description ToolServer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolServer"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    put_mcp_servers_server_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                server_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ToolServerChange"];
            };
        };
        responses: {
            /** @description ToolServer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolServer"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_mcp_servers_server_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                server_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    get_mcp_tools: {
        parameters: {
            query?: {
                server_id?: string;
                /** @description Has this text, in upper or lower case */
                search?: string;
                refresh?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description ToolList */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolList"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_mcp_tools_server_id_name_call: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                server_id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ToolCall"];
            };
        };
        responses: {
            /** @description ToolAnswer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ToolAnswer"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_actions: {
        parameters: {
            query?: {
                live?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description ActionCatalogue */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActionCatalogue"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_leases: {
        parameters: {
            query?: {
                resource_key?: string;
                run_id?: string;
                stale?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Lease] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lease"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_leases_lease_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                lease_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    get_projects: {
        parameters: {
            query?: {
                /** @description How many of them, at most */
                limit?: number;
                /** @description How many of them to leave out first */
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Project] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_projects: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ProjectCreate"];
            };
        };
        responses: {
            /** @description Project */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_projects_project_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description A tag that is still true: 304 */
                "If-None-Match"?: string;
            };
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Project */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description It has not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    put_projects_project_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ProjectChange"];
            };
        };
        responses: {
            /** @description Project */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_projects_project_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    get_projects_project_id_cost_summary: {
        parameters: {
            query?: {
                period_days?: number;
            };
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description ProjectCost */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectCost"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_secrets: {
        parameters: {
            query?: {
                /** @description How many of them, at most */
                limit?: number;
                /** @description How many of them to leave out first */
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Secret] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_secrets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SecretCreate"];
            };
        };
        responses: {
            /** @description Secret */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_secrets_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [SecretProvider] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretProvider"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_secrets_name: {
        parameters: {
            query?: never;
            header?: {
                /** @description A tag that is still true: 304 */
                "If-None-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            /** @description It has not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    put_secrets_name: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SecretChange"];
            };
        };
        responses: {
            /** @description Secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Secret"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_secrets_name: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    get_agent_credentials_secret_name: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                secret_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description AgentCredential */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCredential"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_llm_profiles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [LlmProfile] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LlmProfile"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_llm_profiles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LlmProfileCreate"];
            };
        };
        responses: {
            /** @description LlmProfile */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LlmProfile"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_llm_profiles_name: {
        parameters: {
            query?: never;
            header?: {
                /** @description A tag that is still true: 304 */
                "If-None-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description LlmProfile */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LlmProfile"];
                };
            };
            /** @description It has not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    put_llm_profiles_name: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LlmProfileChange"];
            };
        };
        responses: {
            /** @description LlmProfile */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LlmProfile"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_llm_profiles_name: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    post_llm_profiles_name_test: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LlmProfileTest"];
            };
        };
        responses: {
            /** @description LlmProfileTested */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LlmProfileTested"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_llm_budgets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [LlmBudget] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LlmBudget"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    put_llm_budgets_name: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["LlmBudgetPut"];
            };
        };
        responses: {
            /** @description LlmBudget */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LlmBudget"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_llm_budgets_name: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    get_llm_costs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [LlmCost] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LlmCost"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_llm_usage: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
                group_by?: "model" | "profile" | "procedure" | "project" | "day";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description LlmUsage */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LlmUsage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_prompts: {
        parameters: {
            query?: {
                /** @description Has this text, in upper or lower case */
                search?: string;
                tag?: string;
                /** @description How many of them, at most */
                limit?: number;
                /** @description How many of them to leave out first */
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [PromptSummary] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromptSummary"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_prompts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PromptCreate"];
            };
        };
        responses: {
            /** @description Prompt */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Prompt"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_prompts_name: {
        parameters: {
            query?: {
                version?: number;
            };
            header?: {
                /** @description A tag that is still true: 304 */
                "If-None-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prompt */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Prompt"];
                };
            };
            /** @description It has not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    put_prompts_name: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PromptVersion"];
            };
        };
        responses: {
            /** @description Prompt */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Prompt"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_prompts_name: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    get_prompts_name_versions: {
        parameters: {
            query?: {
                /** @description How many of them, at most */
                limit?: number;
                /** @description How many of them to leave out first */
                offset?: number;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [PromptVersionSummary] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromptVersionSummary"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_prompts_name_labels: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [PromptLabel] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromptLabel"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    put_prompts_name_labels_label: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                name: string;
                label: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PromptChoice"];
            };
        };
        responses: {
            /** @description PromptLabel */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromptLabel"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_prompts_name_labels_label: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                name: string;
                label: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    post_prompts_name_activate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PromptChoice"];
            };
        };
        responses: {
            /** @description Prompt */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Prompt"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_prompts_name_render: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PromptVariables"];
            };
        };
        responses: {
            /** @description PromptText */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromptText"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_triggers: {
        parameters: {
            query?: {
                trigger_type?: "scheduled" | "webhook" | "event" | "file_watch";
                enabled?: boolean;
                procedure_id?: string;
                /** @description How many of them, at most */
                limit?: number;
                /** @description How many of them to leave out first */
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Trigger] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trigger"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_triggers_sync: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description TriggerSync */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TriggerSync"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_triggers_preview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TriggerPreview"];
            };
        };
        responses: {
            /** @description TriggerTimes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TriggerTimes"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_triggers_webhook_procedure_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                procedure_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description TriggerFired */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TriggerFired"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_events: {
        parameters: {
            query?: {
                source?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description EventTold */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventTold"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_triggers_procedure_id_version: {
        parameters: {
            query?: never;
            header?: {
                /** @description A tag that is still true: 304 */
                "If-None-Match"?: string;
            };
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Trigger? */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trigger"] | null;
                };
            };
            /** @description It has not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    post_triggers_procedure_id_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TriggerPut"];
            };
        };
        responses: {
            /** @description Trigger */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trigger"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_triggers_procedure_id_version: {
        parameters: {
            query?: {
                purge?: boolean;
            };
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    post_triggers_procedure_id_version_fire: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body: the first answer again, no second effect */
                "Idempotency-Key"?: string;
            };
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TriggerFire"];
            };
        };
        responses: {
            /** @description TriggerFired */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TriggerFired"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_triggers_procedure_id_version_history: {
        parameters: {
            query?: {
                outcome?: "fired" | "deduped" | "bad_signature" | "source_not_allowed" | "rate_limited" | "concurrency_limited" | "not_runnable" | "invalid_inputs" | "disabled" | "error";
                /** @description How many of them, at most */
                limit?: number;
                /** @description How many of them to leave out first */
                offset?: number;
                /** @description Where the last page ended: its X-Next-Cursor */
                cursor?: string;
                /** @description By the time of creation */
                order?: "asc" | "desc";
                /** @description Count all of them: X-Total-Count */
                total?: boolean;
            };
            header?: never;
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [TriggerFiring] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TriggerFiring"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_triggers_procedure_id_version_preview: {
        parameters: {
            query?: {
                count?: number;
            };
            header?: never;
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description TriggerTimes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TriggerTimes"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_triggers_procedure_id_version_backfills: {
        parameters: {
            query?: {
                /** @description How many of them, at most */
                limit?: number;
            };
            header?: never;
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Backfill] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backfill"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_triggers_procedure_id_version_backfills: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                procedure_id: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["BackfillCreate"];
            };
        };
        responses: {
            /** @description Backfill */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backfill"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_triggers_procedure_id_version_backfills_backfill_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                procedure_id: string;
                version: string;
                backfill_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Backfill */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backfill"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_triggers_procedure_id_version_backfills_backfill_id_pause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                procedure_id: string;
                version: string;
                backfill_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Backfill */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backfill"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_triggers_procedure_id_version_backfills_backfill_id_resume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                procedure_id: string;
                version: string;
                backfill_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Backfill */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backfill"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_triggers_procedure_id_version_backfills_backfill_id_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                procedure_id: string;
                version: string;
                backfill_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Backfill */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backfill"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_audit: {
        parameters: {
            query?: {
                category?: string;
                actor?: string;
                action?: string;
                resource_type?: string;
                resource_id?: string;
                procedure_id?: string;
                /** @description Has this text, in upper or lower case */
                search?: string;
                /** @description Not before this time */
                since?: string;
                /** @description Not after this time */
                until?: string;
                /** @description How many of them, at most */
                limit?: number;
                /** @description How many of them to leave out first */
                offset?: number;
                /** @description Where the last page ended: its X-Next-Cursor */
                cursor?: string;
                /** @description By the time of creation */
                order?: "asc" | "desc";
                /** @description Count all of them: X-Total-Count */
                total?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description AuditPage */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_audit_export: {
        parameters: {
            query?: {
                format?: "ndjson";
                category?: string;
                actor?: string;
                action?: string;
                resource_type?: string;
                resource_id?: string;
                procedure_id?: string;
                /** @description Has this text, in upper or lower case */
                search?: string;
                /** @description Not before this time */
                since?: string;
                /** @description Not after this time */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description application/x-ndjson */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_auth_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            /** @description Session */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    put_auth_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Session */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_auth_logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    get_auth_sso_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description SignOn */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignOn"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_auth_sso_login: {
        parameters: {
            query?: {
                from?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description application/problem+json */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_auth_sso_callback: {
        parameters: {
            query?: {
                code?: string;
                state?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description application/problem+json */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_auth_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Me */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_auth_tokens: {
        parameters: {
            query?: {
                /** @description How many of them, at most */
                limit?: number;
                /** @description How many of them to leave out first */
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [Token] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_auth_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TokenCreate"];
            };
        };
        responses: {
            /** @description TokenMade */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenMade"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_auth_tokens_token_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    get_users: {
        parameters: {
            query?: {
                /** @description How many of them, at most */
                limit?: number;
                /** @description How many of them to leave out first */
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [User] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    post_users: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UserCreate"];
            };
        };
        responses: {
            /** @description User */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    get_users_user_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description A tag that is still true: 304 */
                "If-None-Match"?: string;
            };
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description User */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description It has not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    put_users_user_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            /** @description User */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    delete_users_user_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    d_get_workflows: {
        parameters: {
            query?: {
                /** @description How many of them, at most */
                limit?: number;
                /** @description How many of them to leave out first */
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [FlowSummary] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowSummary"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    d_post_workflows: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["FlowCreate"];
            };
        };
        responses: {
            /** @description Flow */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Flow"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    d_get_workflows_workflow_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Flow */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Flow"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    d_post_workflows_workflow_id_runs: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body: the first answer again, no second effect */
                "Idempotency-Key"?: string;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["FlowStart"];
            };
        };
        responses: {
            /** @description FlowRun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowRun"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    d_get_runs: {
        parameters: {
            query?: {
                /** @description In this status; several with commas where a list is taken */
                status?: "pending" | "running" | "completed" | "failed";
                order_id?: string;
                /** @description How many of them, at most */
                limit?: number;
                /** @description How many of them to leave out first */
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [FlowRunSummary] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowRunSummary"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    d_get_runs_run_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description FlowRun */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlowRun"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    d_post_orders: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body: the first answer again, no second effect */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["OrderCreate"];
            };
        };
        responses: {
            /** @description Order */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    d_get_orders_order_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                order_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Order */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_get_workflows: {
        parameters: {
            query?: {
                skip?: number;
                /** @description How many of them, at most */
                limit?: number;
                is_public?: boolean;
                tags?: string;
                /** @description Has this text, in upper or lower case */
                search?: string;
                owner_id?: string;
                is_template?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [NetSummary] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetSummary"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_post_workflows: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NetCreate"];
            };
        };
        responses: {
            /** @description Net */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Net"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_post_workflows_validate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NetCreate"];
            };
        };
        responses: {
            /** @description NetCheck */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetCheck"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_get_workflows_workflow_id: {
        parameters: {
            query?: {
                version?: number;
            };
            header?: {
                /** @description A tag that is still true: 304 */
                "If-None-Match"?: string;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Net */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Net"];
                };
            };
            /** @description It has not changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    w_put_workflows_workflow_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NetChange"];
            };
        };
        responses: {
            /** @description Net */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Net"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_delete_workflows_workflow_id: {
        parameters: {
            query?: {
                force?: boolean;
            };
            header?: {
                /** @description The tag that was read; another one by now: 412 */
                "If-Match"?: string;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    w_get_workflows_workflow_id_versions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [NetVersion] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetVersion"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_post_workflows_workflow_id_run: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key and body: the first answer again, no second effect */
                "Idempotency-Key"?: string;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NetStart"];
            };
        };
        responses: {
            /** @description NetRun */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetRun"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_get_workflows_workflow_id_runs: {
        parameters: {
            query?: {
                /** @description In this status; several with commas where a list is taken */
                status?: "pending" | "running" | "paused" | "completed" | "failed" | "cancelled";
                skip?: number;
                /** @description How many of them, at most */
                limit?: number;
            };
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [NetRun] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetRun"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_get_workflow_runs_run_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description NetRunDetail */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetRunDetail"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_get_workflows_runs_run_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description NetRunDetail */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetRunDetail"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_get_workflows_runs_run_id_nodes: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [NetNodeRun] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetNodeRun"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_post_workflow_runs_run_id_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description NetRun */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetRun"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_post_workflows_runs_run_id_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description NetRun */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetRun"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_get_workflow_runs_run_id_events: {
        parameters: {
            query?: {
                after_seq?: number;
                /** @description How many of them, at most */
                limit?: number;
            };
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [NetEvent] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetEvent"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_get_workflow_runs_run_id_stream: {
        parameters: {
            query?: {
                after_seq?: number;
                /** @description As the header Last-Event-ID */
                last_event_id?: number;
                /** @description After the event of this event_id */
                after_id?: number;
                follow?: boolean;
                access_token?: string;
            };
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description text/event-stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    w_get_ws_workflow_runs_run_id: {
        parameters: {
            query?: {
                after_seq?: number;
                /** @description As the header Last-Event-ID */
                last_event_id?: number;
                /** @description After the event of this event_id */
                after_id?: number;
                follow?: boolean;
                access_token?: string;
                token?: string;
            };
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    w_get_workflows_workflow_id_permissions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [NetGrant] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetGrant"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_post_workflows_workflow_id_permissions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NetGrantCreate"];
            };
        };
        responses: {
            /** @description NetGrant */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetGrant"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_delete_workflows_workflow_id_permissions_permission_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: string;
                permission_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    w_get_workflow_templates: {
        parameters: {
            query?: {
                category?: string;
                is_official?: boolean;
                skip?: number;
                /** @description How many of them, at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description [NetTemplate] */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetTemplate"][];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_post_workflow_templates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NetTemplateCreate"];
            };
        };
        responses: {
            /** @description NetTemplateFull */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetTemplateFull"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_get_workflow_templates_template_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                template_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description NetTemplateFull */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetTemplateFull"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    w_post_workflow_templates_template_id_instantiate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                template_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["NetInstantiate"];
            };
        };
        responses: {
            /** @description Net */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Net"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
}
