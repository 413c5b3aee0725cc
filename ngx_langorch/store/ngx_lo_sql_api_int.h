/*
 * Column lists that several files of statements share.
 */

#ifndef NGX_LO_SQL_API_INT_H
#define NGX_LO_SQL_API_INT_H

/* A Run of spec/api.md 4; what runs of an agent workflow have in the place of a
 * procedure is an id, and says nothing. */

#define NGX_LO_RUN_COLUMNS                                                    \
    "run_id, procedure_id, procedure_version, run_id AS thread_id, status,"   \
    " input_vars AS \"input_vars:j\", output_vars AS \"output_vars:j\","      \
    " total_prompt_tokens, total_completion_tokens, estimated_cost_usd,"      \
    " started_at AS \"started_at:t\", ended_at AS \"ended_at:t\","            \
    " (ended_at - started_at) / 1000.0 AS duration_seconds,"                  \
    " last_node_id, last_step_id, error_message, parent_run_id,"              \
    " trigger_type, triggered_by, project_id, case_id,"                       \
    " created_at AS \"created_at:t\", updated_at AS \"updated_at:t\","        \
    " execution_mode,"                                                        \
    " cancellation_requested AS \"cancellation_requested:b\","                \
    " retry_of_run_id, attempt, created_by,"                                  \
    " CASE WHEN family = 'w' THEN (SELECT g.name FROM graphs g"               \
    " WHERE g.graph_id = runs.procedure_id) END AS workflow_name"

#endif
