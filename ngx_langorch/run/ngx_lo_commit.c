/*
 * A turn becomes statements of one job: its events, the rows it changes, and
 * last the run's own row, guarded by the epoch and the cancel flag.
 */

#include "run/ngx_lo_run_int.h"
#include "store/ngx_lo_sql_control.h"
#include "store/ngx_lo_sql_trigger.h"


/* Who got which secret is for the audit, too (spec/ckp.md 28.3). */

static ngx_int_t
ngx_lo_commit_access(ngx_lo_run_t *run, ngx_lo_job_t *job,
    const ckp_event_t *ev)
{
    json_t     *meta;
    ngx_int_t   rc;

    meta = json_pack("{s:s, s:s?, s:s?, s:O?}", "run_id", run->run_id,
                     "procedure_id", ckp_program_id(run->prog), "path",
                     ev->path, "purpose", json_object_get(ev->payload,
                                                          "purpose"));
    if (meta == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_lo_job_add(job, &ngx_lo_sql_audit_add, ev->at_ms, "secret_mgmt",
                        "access", "run", "Secret used by a run", "secret",
                        ckp_json_str(ev->payload, "name"), meta, NULL, NULL,
                        NULL, run->run_id, NULL, NULL);
    json_decref(meta);

    return rc;
}


static ngx_int_t
ngx_lo_commit_event(ngx_lo_run_t *run, ngx_lo_job_t *job,
    const ckp_event_t *ev)
{
    if (ngx_lo_count_event(run, ev) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_strcmp(ev->type, "secret_accessed") == 0
        && ckp_program_audited(run->prog)
        && ngx_lo_commit_access(run, job, ev) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add_row(job, &ngx_lo_sql_turn_event, run->id,
                              (int64_t) ev->seq, ev->at_ms, ev->type,
                              ev->path, ev->node_id, ev->step_id,
                              ev->attempt ? (int64_t) ev->attempt
                                          : NGX_LO_NULL,
                              ev->payload, ev->delta);
}


static int64_t
ngx_lo_commit_int(const json_t *row, const char *name)
{
    const json_t  *v;

    v = json_object_get(row, name);

    return json_is_integer(v) ? (int64_t) json_integer_value(v) : NGX_LO_NULL;
}


static ngx_int_t
ngx_lo_commit_journal(ngx_lo_run_t *run, ngx_lo_job_t *job,
    const ckp_write_t *w, int64_t now)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_turn_journal, run->id,
                          ckp_json_str(w->row, "path"),
                          ckp_json_str(w->row, "node_id"),
                          ckp_json_str(w->row, "step_id"),
                          ckp_json_str(w->row, "key"),
                          ckp_json_str(w->row, "status"),
                          ckp_json_int(w->row, "attempts", 1),
                          json_object_get(w->row, "result"), now);
}


static ngx_int_t
ngx_lo_commit_lease(ngx_lo_run_t *run, ngx_lo_job_t *job,
    const ckp_write_t *w, int64_t now)
{
    char  id[37];

    ngx_lo_lease_id(id, run->id);

    if (run->leases == 0) {
        run->leases = ngx_lo_job_len(job) + 1;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_turn_lease, (const char *) id,
                          ckp_json_str(w->row, "resource_key"),
                          ckp_json_str(w->row, "agent_id"), run->id,
                          ckp_json_str(w->row, "path"),
                          ckp_json_str(w->row, "node_id"),
                          ckp_json_str(w->row, "step_id"), now,
                          now + ckp_json_int(w->row, "ttl_ms", 300000),
                          ckp_json_int(w->row, "limit", 1), (int64_t) 0);
}


static ngx_int_t
ngx_lo_commit_approval(ngx_lo_run_t *run, ngx_lo_job_t *job,
    const ckp_write_t *w, int64_t now)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_turn_approval,
                          ckp_json_str(w->row, "approval_id"), run->id,
                          ckp_json_str(w->row, "node_id"),
                          ckp_json_str(w->row, "node_name"),
                          ckp_json_str(w->row, "path"),
                          ckp_json_str(w->row, "prompt"),
                          ckp_json_str(w->row, "decision_type"),
                          json_object_get(w->row, "options"),
                          json_object_get(w->row, "context_data"),
                          ckp_json_str(w->row, "approval_level"), now,
                          ngx_lo_commit_int(w->row, "expires_at"),
                          json_object_get(w->row, "input_schema"),
                          ckp_json_int(w->row, "required_approvals", 1),
                          ckp_json_str(w->row, "escalation_contact"),
                          json_object_get(w->row, "approvers"),
                          (int64_t) ckp_json_bool(w->row,
                                                  "forbid_self_approval",
                                                  false),
                          json_object_get(w->row, "mapped"));
}


static ngx_int_t
ngx_lo_commit_approval_end(ngx_lo_job_t *job, const ckp_write_t *w,
    int64_t now)
{
    const char  *status;

    status = ckp_json_str(w->row, "status");

    /* escalated in place: still pending, with a new level and expiry */

    if (status != NULL && ngx_strcmp(status, "pending") == 0) {
        return ngx_lo_job_add(job, &ngx_lo_sql_turn_approval_extend,
                              ckp_json_str(w->row, "approval_id"),
                              ckp_json_str(w->row, "approval_level"),
                              ngx_lo_commit_int(w->row, "expires_at"),
                              ckp_json_int(w->row, "escalation_count", 0));
    }

    /* one that was decided meanwhile stays so, and the run ends all the same */

    if (status != NULL && ngx_strcmp(status, "cancelled") == 0) {
        return ngx_lo_job_add(job, &ngx_lo_sql_turn_approval_void,
                              ckp_json_str(w->row, "approval_id"), now);
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_turn_approval_end,
                          ckp_json_str(w->row, "approval_id"), status,
                          ckp_json_str(w->row, "decided_by"), now);
}


/* A question, or what became of one; told to those who follow them. */

/* Triggers may listen to what became true of the run. */

static ngx_int_t
ngx_lo_commit_hear(ngx_lo_run_t *run, ngx_lo_job_t *job, const char *what,
    const char *approval)
{
    run->heard = ngx_lo_job_len(job) + 1;

    return ngx_lo_job_add(job, &ngx_lo_sql_trigger_hear, run->id, what,
                          approval, ngx_lo_now_ms());
}


static ngx_int_t
ngx_lo_commit_asked(ngx_lo_run_t *run, ngx_lo_job_t *job,
    const ckp_write_t *w, int64_t now)
{
    ngx_int_t    rc;
    ngx_uint_t   i;
    const char  *id;

    id = ckp_json_str(w->row, "approval_id");

    if (ngx_strcmp(w->table, "approval") == 0) {
        rc = ngx_lo_commit_approval(run, job, w, now);

        if (rc == NGX_OK) {
            rc = ngx_lo_commit_hear(run, job, "approval.requested", id);
        }

    } else {
        rc = ngx_lo_commit_approval_end(job, w, now);
    }

    for (i = 0; rc == NGX_OK && i < NGX_LO_SQL_CHANGE_N; i++) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_approval_change[i], id);
    }

    return rc;
}


static ngx_int_t
ngx_lo_commit_checkpoint(ngx_lo_run_t *run, ngx_lo_job_t *job,
    const ckp_write_t *w, int64_t now)
{
    return ngx_lo_job_add_row(job, &ngx_lo_sql_turn_point, run->id,
                              ckp_json_str(w->row, "checkpoint_id"),
                              ckp_json_str(w->row, "parent_id"),
                              ckp_json_int(w->row, "seq", 0),
                              ckp_json_str(w->row, "node_id"),
                              ckp_json_str(w->row, "path"),
                              ckp_json_str(w->row, "reason"),
                              ckp_json_str(w->row, "name"),
                              ckp_json_str(w->row, "state"), now,
                              ckp_json_bool(w->row, "part", false)
                              ? (int64_t) 1 : NGX_LO_NULL);
}


/* The state changed without an event: only a saved state can tell. */

static ngx_int_t
ngx_lo_commit_state(ngx_lo_run_t *run, ngx_lo_job_t *job, int64_t now)
{
    json_t         *state;
    ngx_int_t       rc;
    ckp_summary_t   sum;

    state = ckp_run_save(run->ckp);

    if (state == NULL) {
        return NGX_ERROR;
    }

    ckp_run_summary(run->ckp, &sum);

    rc = ngx_lo_job_add(job, &ngx_lo_sql_turn_state, run->id,
                        (int64_t) sum.seq, state, now);
    json_decref(state);

    return rc;
}


/* A step that is delegated again makes its older tokens void. */

static ngx_int_t
ngx_lo_commit_delegation(ngx_lo_run_t *run, ngx_lo_job_t *job,
    const ckp_write_t *w, int64_t now)
{
    const char  *ref, *path;

    ref = ckp_json_str(w->row, "ref");
    path = ckp_json_str(w->row, "path");

    if (ngx_lo_job_add(job, &ngx_lo_sql_turn_delegation, run->id, ref, path,
                       ckp_json_str(w->row, "node_id"),
                       ckp_json_str(w->row, "step_id"),
                       json_object_get(w->row, "tokens"), now)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_turn_delegation_old, run->id, ref,
                          path);
}


/* Which statement it is: the host is told its path if it misses. */

static ngx_int_t
ngx_lo_commit_order(ngx_lo_run_t *run, ngx_lo_job_t *job,
    const ckp_write_t *w, int64_t now)
{
    if (run->guards == NULL) {
        run->guards = json_array();
    }

    if (json_array_append_new(run->guards,
                              json_pack("[I, s]",
                                        (json_int_t) ngx_lo_job_len(job),
                                        ckp_json_str(w->row, "path")))
        != 0)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_turn_order,
                          ckp_json_str(w->row, "order_id"),
                          ckp_json_str(w->row, "from"),
                          ckp_json_str(w->row, "to"), now);
}


/* op: set, append or delete */

static ngx_int_t
ngx_lo_commit_memory(ngx_lo_job_t *job, const ckp_write_t *w, int64_t now)
{
    int64_t        most, until;
    const char    *op, *project, *procedure, *key;
    const json_t  *value;

    op = ckp_json_str(w->row, "op");
    project = ckp_json_str(w->row, "project");
    procedure = ckp_json_str(w->row, "procedure");
    key = ckp_json_str(w->row, "key");
    value = json_object_get(w->row, "value");
    most = ngx_lo_commit_int(w->row, "max_items");
    until = ngx_lo_commit_int(w->row, "expires_at");

    if (ngx_lo_job_add(job, &ngx_lo_sql_memory_age, now) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_strcmp(op, "append") == 0) {
        (void) ngx_lo_job_add(job, &ngx_lo_sql_memory_append, project,
                              procedure, key, value, most, now);

        if (most != NGX_LO_NULL) {
            (void) ngx_lo_job_add(job, &ngx_lo_sql_memory_trim, project,
                                  procedure, key, most);
        }

        return ngx_lo_job_add(job, &ngx_lo_sql_memory_renew, project,
                              procedure, key, until);
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_memory_clear, project, procedure, key)
        != NGX_OK || ngx_strcmp(op, "set") != 0)
    {
        return NGX_OK;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_memory_set, project, procedure,
                          key, value, until, now);
}


/* What is known under a key beyond this run; results that are too old go. */

static ngx_int_t
ngx_lo_commit_once(ngx_lo_run_t *run, ngx_lo_job_t *job,
    const ckp_write_t *w, int64_t now)
{
    const char  *scope, *key, *path, *status;

    scope = ckp_json_str(w->row, "scope");
    key = ckp_json_str(w->row, "key");
    path = ckp_json_str(w->row, "path");
    status = ckp_json_str(w->row, "status");

    if (ngx_strcmp(status, "gone") == 0) {
        return ngx_lo_job_add(job, &ngx_lo_sql_turn_once_gone, scope, key,
                              run->id, path);
    }

    if (ngx_lo_job_add(job, &ngx_lo_sql_turn_once, scope, key, run->id, path,
                       status, json_object_get(w->row, "result"), now,
                       ngx_strncmp(scope, "run:", 4) == 0 ? NGX_LO_NULL
                       : now + ckp_json_int(w->row, "ttl_s", 0) * 1000,
                       ckp_json_str(w->row, "hash"))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_turn_once_old, now);
}


static ngx_int_t
ngx_lo_commit_unlease(ngx_lo_run_t *run, ngx_lo_job_t *job,
    const ckp_write_t *w)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_turn_lease_release,
                          ckp_json_str(w->row, "resource_key"), run->id,
                          ckp_json_str(w->row, "path"));
}


static ngx_int_t
ngx_lo_commit_write(ngx_lo_run_t *run, ngx_lo_job_t *job,
    const ckp_write_t *w, int64_t now)
{
    if (ngx_strcmp(w->table, "journal") == 0) {
        return ngx_lo_commit_journal(run, job, w, now);
    }

    if (ngx_strcmp(w->table, "lease") == 0) {
        return ngx_lo_commit_lease(run, job, w, now);
    }

    if (ngx_strcmp(w->table, "lease_release") == 0) {
        return ngx_lo_commit_unlease(run, job, w);
    }

    if (ngx_strncmp(w->table, "approval", 8) == 0) {
        return ngx_lo_commit_asked(run, job, w, now);
    }

    if (ngx_strcmp(w->table, "checkpoint") == 0) {
        return ngx_lo_commit_checkpoint(run, job, w, now);
    }

    if (ngx_strcmp(w->table, "once") == 0) {
        return ngx_lo_commit_once(run, job, w, now);
    }

    if (ngx_strcmp(w->table, "delegation") == 0) {
        return ngx_lo_commit_delegation(run, job, w, now);
    }

    if (ngx_strcmp(w->table, "delegation_end") == 0) {
        return ngx_lo_job_add(job, &ngx_lo_sql_turn_delegation_end, run->id,
                              ckp_json_str(w->row, "ref"),
                              ckp_json_str(w->row, "status"));
    }

    if (ngx_strcmp(w->table, "memory") == 0) {
        return ngx_lo_commit_memory(job, w, now);
    }

    if (ngx_strcmp(w->table, "budget") == 0) {
        return ngx_lo_budget_settle(job, w->row);
    }

    if (ngx_strcmp(w->table, "order") == 0) {
        return ngx_lo_commit_order(run, job, w, now);
    }

    if (ngx_strcmp(w->table, "artifact") == 0) {
        return ngx_lo_job_add(job, &ngx_lo_sql_turn_artifact,
                              ckp_json_str(w->row, "artifact_id"), run->id,
                              ckp_json_str(w->row, "node_id"),
                              ckp_json_str(w->row, "step_id"),
                              ckp_json_str(w->row, "kind"),
                              ckp_json_str(w->row, "uri"),
                              ckp_json_str(w->row, "name"),
                              ckp_json_str(w->row, "mime_type"),
                              ngx_lo_commit_int(w->row, "size_bytes"), now);
    }

    if (ngx_strncmp(w->table, "child", 5) == 0
        || ngx_strcmp(w->table, "parent") == 0)
    {
        return ngx_lo_commit_kin(run, job, w, now);
    }

    ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                  "run %s: a write of unknown kind \"%s\"",
                  run->run_id, w->table);

    return NGX_ERROR;
}


ngx_int_t
ngx_lo_commit_turn(ngx_lo_run_t *run, ngx_lo_job_t *job,
    const ckp_turn_t *turn, int64_t now_ms)
{
    size_t  i;

    (void) ngx_lo_job_seal(job, ckp_run_is_sensitive(run->ckp));

    for (i = 0; i < turn->nevents; i++) {
        if (ngx_lo_commit_event(run, job, &turn->events[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    for (i = 0; i < turn->nwrites; i++) {
        if (ngx_lo_commit_write(run, job, &turn->writes[i], now_ms)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    for (i = 0; i < turn->nmetrics; i++) {
        if (ngx_lo_count_metric(run, &turn->metrics[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (turn->checkpoint) {
        return ngx_lo_commit_state(run, job, now_ms);
    }

    return NGX_OK;
}


/* How long its procedure wants it kept, when it is over. */

static ngx_int_t
ngx_lo_commit_days(ngx_lo_run_t *run, ngx_lo_job_t *job)
{
    int64_t  runs, checkpoints;

    ckp_program_days(run->prog, &runs, &checkpoints);

    if (runs < 0 && checkpoints < 0) {
        return NGX_OK;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_keep_days, run->id,
                          runs < 0 ? NGX_LO_NULL : runs,
                          checkpoints < 0 ? NGX_LO_NULL : checkpoints);
}


/* Questions about the run are void, and who waits for its place has it. */

static ngx_int_t
ngx_lo_commit_final(ngx_lo_run_t *run, ngx_lo_job_t *job, const char *status,
    int64_t now_ms)
{
    u_char      what[32];
    ngx_int_t   rc;
    ngx_uint_t  i;

    *ngx_snprintf(what, sizeof(what) - 1, "run.%s", status) = '\0';

    rc = NGX_OK;

    for (i = 0; rc == NGX_OK && i < NGX_LO_SQL_CHANGE_N; i++) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_turn_approvals_void[i], run->id,
                            now_ms);
    }

    if (rc == NGX_OK && run->bare) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_turn_leases_gone, run->id);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_commit_days(run, job);
    }

    if (rc == NGX_OK) {
        rc = ngx_lo_commit_hear(run, job, (const char *) what, NULL);
    }

    if (rc == NGX_OK && run->place[0] != '\0') {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_gate_next,
                            (const char *) run->place);
    }

    return rc;
}


/*
 * The run's row.  Given back: owner NULL, and due at once when an inbox row
 * came meanwhile or effects were left to the next owner.
 */

ngx_int_t
ngx_lo_commit_row(ngx_lo_run_t *run, ngx_lo_job_t *job, ngx_uint_t release,
    int64_t now_ms)
{
    int64_t               wake;
    unsigned              running;
    ngx_uint_t            counted;
    ckp_summary_t         sum;
    const ngx_lo_stmt_t  *stmt;

    ckp_run_summary(run->ckp, &sum);

    wake = run->wake_at_ms ? run->wake_at_ms : NGX_LO_NULL;

    if (run->final) {
        wake = NGX_LO_NULL;

    } else if (!ngx_queue_empty(&run->effects)) {
        wake = 0;
    }

    running = (ngx_strcmp(sum.status, "running") == 0);

    if (release) {
        stmt = &ngx_lo_sql_turn_release;

    } else if (running && run->running) {
        stmt = &ngx_lo_sql_turn_running;

    } else {
        stmt = &ngx_lo_sql_turn_keep;
    }

    /* a commit that fails ends the run here, so nobody reads this too early */

    run->running = running;

    (void) ngx_lo_job_seal(job, ckp_run_is_sensitive(run->ckp));

    counted = (sum.prompt_tokens != 0 || sum.completion_tokens != 0);

    if (ngx_lo_job_add(job, stmt, run->id, run->epoch, run->cancel,
                       sum.status, (int64_t) sum.seq,
                       sum.outputs,
                       sum.started_at_ms ? sum.started_at_ms : NGX_LO_NULL,
                       sum.ended_at_ms ? sum.ended_at_ms : NGX_LO_NULL,
                       sum.last_node_id, sum.last_step_id,
                       sum.error_message, sum.error,
                       sum.active_ms, (int64_t) sum.attempt,
                       sum.waiting_for, wake, now_ms,
                       counted ? sum.prompt_tokens : NGX_LO_NULL,
                       counted ? sum.completion_tokens : NGX_LO_NULL,
                       sum.cost_usd, json_true())
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (run->shut) {
        run->shut = 0;

        if (ngx_lo_job_add(job, &ngx_lo_sql_claim_opened, run->id) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return run->final ? ngx_lo_commit_final(run, job, sum.status, now_ms)
                      : NGX_OK;
}
