/*
 * What a run did and what it waits for, in one answer (spec/api.md 4.10).
 */

#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_routes.h"
#include "routes/ngx_lo_runs.h"
#include "store/ngx_lo_sql_api.h"


static json_t *ngx_lo_diag_retries(const json_t *rows);
static json_t *ngx_lo_diag_pending(const json_t *rows);
static json_t *ngx_lo_diag_words(const json_t *rows);
static json_t *ngx_lo_diag_failure(const json_t *row);
static const char *ngx_lo_diag_class(const json_t *error, ngx_uint_t depth);
static const char *ngx_lo_diag_class_of(const char *type);


ngx_int_t
ngx_lo_runs_diagnostics_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_uint_t   i;
    const char  *run;

    static const ngx_lo_stmt_t *const  stmts[] = {
        &ngx_lo_sql_api_diag_counts,
        &ngx_lo_sql_api_diag_journal,
        &ngx_lo_sql_api_diag_retries,
        &ngx_lo_sql_api_diag_approvals,
        &ngx_lo_sql_api_diag_calls,
        &ngx_lo_sql_api_diag_error,
        &ngx_lo_sql_api_diag_words
    };

    run = ngx_lo_api_seg(api, "run_id");

    for (i = 0; i < sizeof(stmts) / sizeof(stmts[0]); i++) {
        if (ngx_lo_job_add(job, stmts[i], run) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_run_leases, run, api->now_ms);
}


ngx_int_t
ngx_lo_runs_diagnostics_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t        *v, *waiting, *since;
    ngx_int_t      rc;
    const json_t  *row;

    rc = ngx_lo_run_found(api, job);
    if (rc != NGX_OK) {
        return rc;
    }

    row = ngx_lo_job_row(job, 0);
    waiting = json_object_get(row, "waiting_for");
    since = json_is_string(waiting) ? json_object_get(row, "updated_at")
                                    : json_null();

    v = json_pack("{s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:o,"
                  " s:o, s:O, s:o, s:O, s:O, s:{s:O, s:O, s:O, s:O, s:o},"
                  " s:O}",
                  "run_id", json_object_get(row, "run_id"),
                  "thread_id", json_object_get(row, "run_id"),
                  "status", json_object_get(row, "status"),
                  "last_node_id", json_object_get(row, "last_node_id"),
                  "last_step_id", json_object_get(row, "last_step_id"),
                  "has_retry_event", json_object_get(row, "has_retry_event"),
                  "idempotency_entries", ngx_lo_job_rows(job, 1),
                  "active_leases", ngx_lo_job_rows(job, 7),
                  "total_events", json_object_get(row, "total_events"),
                  "error_events", json_object_get(row, "error_events"),
                  "retries", ngx_lo_diag_retries(ngx_lo_job_rows(job, 2)),
                  "failure", ngx_lo_diag_failure(ngx_lo_job_row(job, 5)),
                  "checkpoints", json_object_get(row, "checkpoints"),
                  "pending_approvals",
                  ngx_lo_diag_pending(ngx_lo_job_rows(job, 3)),
                  "waiting_for", waiting, "waiting_since", since,
                  "llm", "calls", json_object_get(row, "llm_calls"),
                  "prompt_tokens", json_object_get(row, "prompt_tokens"),
                  "completion_tokens",
                  json_object_get(row, "completion_tokens"),
                  "cost_usd", json_object_get(row, "cost_usd"),
                  "exchanges", ngx_lo_diag_words(ngx_lo_job_rows(job, 6)),
                  "agents", ngx_lo_job_rows(job, 4));

    return ngx_lo_api_json(api, NGX_HTTP_OK, v);
}


static json_t *
ngx_lo_diag_retries(const json_t *rows)
{
    size_t         i;
    json_t        *list, *row;
    const json_t  *payload;

    list = json_array();

    json_array_foreach(rows, i, row) {
        payload = json_object_get(row, "payload");

        (void) json_array_append_new(list,
            json_pack("{s:O, s:O, s:O*, s:O*, s:O*, s:O}",
                      "node_id", json_object_get(row, "node_id"),
                      "step_id", json_object_get(row, "step_id"),
                      "attempt", json_object_get(payload, "attempt"),
                      "delay_ms", json_object_get(payload, "delay_ms"),
                      "error", json_object_get(payload, "error"),
                      "at", json_object_get(row, "at")));
    }

    return list;
}


static json_t *
ngx_lo_diag_pending(const json_t *rows)
{
    size_t   i;
    json_t  *list, *row;

    list = json_array();

    json_array_foreach(rows, i, row) {
        (void) json_array_append(list, json_object_get(row, "approval_id"));
    }

    return list;
}


/* Lines that have no messages are of steps that have the name of their node. */

static json_t *
ngx_lo_diag_words(const json_t *rows)
{
    size_t         i;
    json_t        *list, *row;
    const json_t  *said;

    list = json_array();

    json_array_foreach(rows, i, row) {
        said = json_object_get(row, "result");

        if (!json_is_array(json_object_get(said, "messages"))) {
            continue;
        }

        (void) json_array_append_new(list,
            json_pack("{s:O, s:O, s:O, s:O, s:O*}",
                      "node_id", json_object_get(row, "node_id"),
                      "path", json_object_get(row, "path"),
                      "at", json_object_get(row, "at"),
                      "messages", json_object_get(said, "messages"),
                      "text", json_object_get(said, "text")));
    }

    return list;
}


static json_t *
ngx_lo_diag_failure(const json_t *row)
{
    const char    *status, *message, *node, *step;
    const json_t  *error;

    status = ckp_json_str(row, "status");
    message = ckp_json_str(row, "error_message");
    error = json_object_get(row, "error");

    if (status == NULL
        || (strcmp(status, "failed") != 0 && strcmp(status, "canceled") != 0))
    {
        return json_null();
    }

    node = ckp_json_str(error, "node_id");
    step = ckp_json_str(error, "step_id");

    return json_pack("{s:s, s:s?, s:s?, s:s, s:b}",
                     "class", (*status == 'c') ? "cancelled"
                                               : ngx_lo_diag_class(error, 0),
                     "node_id", node ? node : ckp_json_str(row,
                                                           "last_node_id"),
                     "step_id", step ? step : ckp_json_str(row,
                                                           "last_step_id"),
                     "message", message ? message : "",
                     "retryable",
                     (int) ckp_json_bool(error, "retryable", true));
}


static const char *
ngx_lo_diag_class(const json_t *error, ngx_uint_t depth)
{
    const char    *type;
    const json_t  *cause;

    cause = json_object_get(error, "cause");

    if (json_is_object(cause) && depth < 8) {
        return ngx_lo_diag_class(cause, depth + 1);
    }

    type = ckp_json_str(error, "type");

    return (type != NULL) ? ngx_lo_diag_class_of(type) : "internal";
}


/* A name, or with "*" the beginning of one; the first that fits.
 * Source: spec/api.md 4.10. */

static const char *
ngx_lo_diag_class_of(const char *type)
{
    size_t      len;
    ngx_uint_t  i;

    static const struct {
        const char  *type;
        const char  *name;
    } classes[] = {
        { "TimeoutError", "timeout" },
        { "RunTimeout", "timeout" },
        { "Agent*", "agent_error" },
        { "MCPToolError", "agent_error" },
        { "WorkflowDispatchError", "agent_error" },
        { "HttpError", "agent_error" },
        { "ResourceBusy", "agent_error" },
        { "RateLimitExceeded", "agent_error" },
        { "NoExecutorError", "no_executor" },
        { "LLMCallError", "llm_error" },
        { "Llm*", "llm_error" },
        { "PromptTemplateError", "llm_error" },
        { "BudgetExceeded", "budget" },
        { "GuardrailExceeded", "budget" },
        { "LimitExceeded", "budget" },
        { "VariablesTooLarge", "budget" },
        { "MaxVisitsExceeded", "budget" },
        { "ProcedureFailure", "procedure" },
        { "ApprovalRejected", "procedure" },
        { "LogicNoMatch", "procedure" },
        { "OrderActionError", "procedure" },
        { "TaskExecutionError", "procedure" },
        { "ApprovalTimeout", "approval_timeout" },
        { "CallbackTimeout", "callback_timeout" },
        { "SlaBreached", "sla" },
        { "RunCanceled", "cancelled" },
        { "Secret*", "validation" },
        { "DecryptError", "validation" },
        { "TemplateError", "validation" },
        { "ExpressionError", "validation" },
        { "TransformError", "validation" },
        { "ParseError", "validation" },
        { "TypeMismatch", "validation" },
        { "SchemaViolation", "validation" },
        { "UnsupportedFormat", "validation" },
        { "LoopIteratorError", "validation" },
        { "ValidationFailed", "validation" },
        { "VerificationFailed", "validation" },
        { "ContractViolation", "validation" }
    };

    for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        len = strlen(classes[i].type);

        if (classes[i].type[len - 1] == '*'
            ? strncmp(classes[i].type, type, len - 1) == 0
            : strcmp(classes[i].type, type) == 0)
        {
            return classes[i].name;
        }
    }

    return "internal";
}
