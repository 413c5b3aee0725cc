/*
 * The tables, step by step (ngx_lo_migrate.c).
 *
 * Steps are only ever added, and each adds: a file that a newer version wrote
 * within the same major number still serves this one.  Times are milliseconds
 * since 1970 UTC; JSON is text, and its columns must have TEXT affinity, or a
 * value like `1.0` would come back as another.
 */

#include "store/ngx_lo_store_int.h"


static const char  ngx_lo_schema_1[] =
    "CREATE TABLE documents ("
    " hash TEXT PRIMARY KEY, body TEXT NOT NULL);"

    "CREATE TABLE procedures ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, procedure_id TEXT NOT NULL,"
    " version TEXT NOT NULL, name TEXT, status TEXT, effective_date TEXT,"
    " description TEXT, release_channel TEXT, promoted_from_version TEXT,"
    " promoted_at INTEGER, promoted_by TEXT, project_id TEXT,"
    " content_hash TEXT, valid INTEGER, tags TEXT, provenance TEXT,"
    " retrieval_metadata TEXT, trigger TEXT, diagnostics TEXT,"
    " created_at INTEGER, updated_at INTEGER, created_by TEXT,"
    " execution_mode TEXT, UNIQUE (procedure_id, version));"

    "CREATE TABLE runs ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL UNIQUE,"
    " procedure_id TEXT, procedure_version TEXT, doc_hash TEXT, status TEXT,"
    " input_vars TEXT, input_raw TEXT, output_vars TEXT, started_at INTEGER,"
    " ended_at INTEGER, last_node_id TEXT, last_step_id TEXT,"
    " error_message TEXT, error TEXT, parent_run_id TEXT, trigger_type TEXT,"
    " triggered_by TEXT, project_id TEXT, case_id TEXT, created_at INTEGER,"
    " updated_at INTEGER, execution_mode TEXT,"
    " cancellation_requested INTEGER NOT NULL DEFAULT 0,"
    " retry_of_run_id TEXT, attempt INTEGER, created_by TEXT,"
    " active_ms INTEGER, waiting_for TEXT, total_prompt_tokens INTEGER,"
    " total_completion_tokens INTEGER, estimated_cost_usd REAL,"
    " priority INTEGER NOT NULL DEFAULT 0, seq INTEGER NOT NULL DEFAULT 0,"
    " epoch INTEGER NOT NULL DEFAULT 0, owner TEXT, claim TEXT,"
    " wake_at INTEGER, crashes INTEGER NOT NULL DEFAULT 0,"
    " crashed INTEGER NOT NULL DEFAULT 0);"

    "CREATE INDEX runs_due ON runs (wake_at)"
    " WHERE owner IS NULL AND wake_at IS NOT NULL;"
    "CREATE INDEX runs_owner ON runs (owner) WHERE owner IS NOT NULL;"
    "CREATE INDEX runs_created ON runs (created_at, id);"
    "CREATE INDEX runs_procedure ON runs (procedure_id, created_at, id);"
    "CREATE INDEX runs_status ON runs (status, created_at, id);"

    "CREATE TABLE events ("
    " event_id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL,"
    " seq INTEGER NOT NULL, created_at INTEGER, type TEXT, path TEXT,"
    " node_id TEXT, step_id TEXT, attempt INTEGER, payload TEXT, delta TEXT);"
    "CREATE UNIQUE INDEX events_run ON events (run, seq);"

    "CREATE TABLE journal ("
    " run INTEGER NOT NULL, path TEXT NOT NULL, node_id TEXT, step_id TEXT,"
    " key TEXT, status TEXT, attempts INTEGER, result TEXT,"
    " updated_at INTEGER, PRIMARY KEY (run, path)) WITHOUT ROWID;"

    "CREATE TABLE checkpoints ("
    " run INTEGER NOT NULL, checkpoint_id TEXT NOT NULL UNIQUE,"
    " parent_id TEXT, seq INTEGER, node_id TEXT, path TEXT, reason TEXT,"
    " name TEXT, state TEXT, created_at INTEGER);"
    "CREATE INDEX checkpoints_run ON checkpoints (run, seq);"

    "CREATE TABLE states ("
    " run INTEGER PRIMARY KEY, seq INTEGER, state TEXT, updated_at INTEGER);"

    "CREATE TABLE artifacts ("
    " artifact_id TEXT PRIMARY KEY, run INTEGER, node_id TEXT, step_id TEXT,"
    " kind TEXT, uri TEXT, name TEXT, mime_type TEXT, size_bytes INTEGER,"
    " created_at INTEGER);"
    "CREATE INDEX artifacts_run ON artifacts (run, created_at);"

    "CREATE TABLE inbox ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, kind TEXT,"
    " ref TEXT, data TEXT, created_at INTEGER);"
    "CREATE INDEX inbox_run ON inbox (run, id);"

    "CREATE TABLE approvals ("
    " approval_id TEXT PRIMARY KEY, run INTEGER NOT NULL, node_id TEXT,"
    " node_name TEXT, path TEXT, prompt TEXT, decision_type TEXT,"
    " options TEXT, context_data TEXT, approval_level TEXT, status TEXT,"
    " decided_by TEXT, decision_payload TEXT, comment TEXT,"
    " created_at INTEGER, decided_at INTEGER, expires_at INTEGER,"
    " input_schema TEXT, required_approvals INTEGER,"
    " escalation_count INTEGER, escalation_contact TEXT);"
    "CREATE INDEX approvals_status ON approvals (status, created_at);"
    "CREATE INDEX approvals_run ON approvals (run);"

    "CREATE TABLE leases ("
    " lease_id TEXT PRIMARY KEY, resource_key TEXT, agent_id TEXT,"
    " run INTEGER, path TEXT, node_id TEXT, step_id TEXT,"
    " acquired_at INTEGER, expires_at INTEGER, released_at INTEGER);"
    "CREATE INDEX leases_held ON leases (resource_key)"
    " WHERE released_at IS NULL;"
    "CREATE INDEX leases_run ON leases (run);"

    "CREATE TABLE agents ("
    " agent_id TEXT PRIMARY KEY, name TEXT, channel TEXT, base_url TEXT,"
    " status TEXT, concurrency_limit INTEGER, resource_key TEXT,"
    " pool_id TEXT, capabilities TEXT, consecutive_failures INTEGER,"
    " circuit_open_at INTEGER, last_heartbeat_at INTEGER,"
    " updated_at INTEGER, last_error TEXT, cpu_percent REAL,"
    " memory_percent REAL, pool_counter INTEGER);"

    "CREATE TABLE audit ("
    " event_id INTEGER PRIMARY KEY AUTOINCREMENT, ts INTEGER, category TEXT,"
    " action TEXT, actor TEXT, description TEXT, resource_type TEXT,"
    " resource_id TEXT, meta TEXT, source_ip TEXT, auth_method TEXT,"
    " request_id TEXT);"

    "CREATE TABLE idempotency ("
    " scope TEXT NOT NULL, key TEXT NOT NULL, body_hash TEXT, status INTEGER,"
    " response TEXT, location TEXT, created_at INTEGER,"
    " PRIMARY KEY (scope, key));"
    "CREATE INDEX idempotency_age ON idempotency (created_at);"

    "CREATE TABLE workers ("
    " owner TEXT PRIMARY KEY, lease_until INTEGER, boot_id TEXT)"
    " WITHOUT ROWID;"

    "CREATE TABLE duties ("
    " name TEXT PRIMARY KEY, owner TEXT, until INTEGER) WITHOUT ROWID;";


/* Work with others: delegations, results by key, tool servers. */

static const char  ngx_lo_schema_external[] =
    "CREATE TABLE delegations ("
    " run INTEGER NOT NULL, ref TEXT NOT NULL, path TEXT, node_id TEXT,"
    " step_id TEXT, tokens TEXT, status TEXT, created_at INTEGER,"
    " PRIMARY KEY (run, ref)) WITHOUT ROWID;"

    "CREATE TABLE results ("
    " scope TEXT NOT NULL, key TEXT NOT NULL, run INTEGER NOT NULL,"
    " path TEXT, status TEXT, hash TEXT, result TEXT, updated_at INTEGER,"
    " expires_at INTEGER, PRIMARY KEY (scope, key)) WITHOUT ROWID;"
    "CREATE INDEX results_age ON results (expires_at)"
    " WHERE expires_at IS NOT NULL;"
    "CREATE INDEX results_run ON results (run);"

    "CREATE TABLE mcp_servers ("
    " server_id TEXT PRIMARY KEY, name TEXT, base_url TEXT, protocol TEXT,"
    " secret_name TEXT, enabled INTEGER, status TEXT, tools TEXT,"
    " tools_at INTEGER, consecutive_failures INTEGER NOT NULL DEFAULT 0,"
    " circuit_open_at INTEGER, last_error TEXT, created_at INTEGER,"
    " updated_at INTEGER);";


/* What procedures keep beyond a run: orders, and memory, entry by entry, so
 * that an append needs no reading. */

static const char  ngx_lo_schema_kept[] =
    "CREATE TABLE orders ("
    " order_id TEXT PRIMARY KEY, status TEXT NOT NULL, amount REAL,"
    " created_at INTEGER, updated_at INTEGER) WITHOUT ROWID;"

    "CREATE TABLE memory ("
    " project TEXT NOT NULL, procedure TEXT NOT NULL, key TEXT NOT NULL,"
    " n INTEGER NOT NULL, value TEXT, most INTEGER, expires_at INTEGER,"
    " updated_at INTEGER, PRIMARY KEY (project, procedure, key, n))"
    " WITHOUT ROWID;"
    "CREATE INDEX memory_age ON memory (expires_at)"
    " WHERE expires_at IS NOT NULL;";


/*
 * Each step of a run takes a lease and gives one back: what these ask is
 * answered from the index alone (SQLite looks at the row for a column that only
 * the index's condition names), and by one row.  And a claim finds its runs
 * without a look at all those that the worker has.
 */

static const char  ngx_lo_schema_hot[] =
    "DROP INDEX leases_held;"
    "CREATE INDEX leases_held ON leases (resource_key, released_at, expires_at)"
    " WHERE released_at IS NULL;"
    "DROP INDEX leases_run;"
    "CREATE INDEX leases_run ON leases (run, path);"
    "DROP INDEX runs_owner;"
    "CREATE INDEX runs_owner ON runs (owner, claim) WHERE owner IS NOT NULL;";


/* What a site keeps for its procedures.  `rev` grows with each change. */

static const char  ngx_lo_schema_assets[] =
    "CREATE TABLE projects ("
    " project_id TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT,"
    " created_at INTEGER, updated_at INTEGER, rev INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE INDEX projects_name ON projects (name, project_id);"
    "CREATE INDEX runs_project ON runs (project_id, created_at)"
    " WHERE project_id IS NOT NULL;";


/* Keys of runs that bound each other, and of starts that repeat each other. */

static const char  ngx_lo_schema_gate[] =
    "ALTER TABLE runs ADD COLUMN place_key TEXT;"
    "ALTER TABLE runs ADD COLUMN place_max INTEGER;"
    "ALTER TABLE runs ADD COLUMN queued INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE runs ADD COLUMN dedupe_key TEXT;"
    "CREATE INDEX runs_place ON runs (place_key, queued)"
    " WHERE place_key IS NOT NULL"
    " AND status NOT IN ('completed', 'failed', 'canceled');"
    "CREATE INDEX runs_dedupe ON runs (dedupe_key, created_at)"
    " WHERE dedupe_key IS NOT NULL;";


/* What procedures are found by, what of them is being edited, and which version
 * went where. */

static const char  ngx_lo_schema_releases[] =
    "ALTER TABLE procedures ADD COLUMN search_text TEXT;"
    "ALTER TABLE procedures ADD COLUMN metadata_text TEXT;"
    "CREATE INDEX procedures_created ON procedures (created_at, id);"

    "CREATE TABLE procedure_words ("
    " procedure INTEGER NOT NULL, kind TEXT NOT NULL,"
    " phrase INTEGER NOT NULL, word TEXT NOT NULL);"
    "CREATE INDEX procedure_words_of ON procedure_words (procedure, kind);"

    "CREATE TABLE drafts ("
    " procedure INTEGER PRIMARY KEY, body TEXT, tag TEXT NOT NULL,"
    " updated_at INTEGER);"

    "CREATE TABLE deployments ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, deployment_id TEXT NOT NULL,"
    " procedure_id TEXT NOT NULL, action TEXT, target_channel TEXT,"
    " deployed_version TEXT, replaced_version TEXT, deployed_by TEXT,"
    " deployed_at INTEGER, reason TEXT, status TEXT);"
    "CREATE INDEX deployments_of ON deployments (procedure_id, id);"
    "CREATE INDEX procedures_active ON procedures"
    " (procedure_id, release_channel) WHERE status = 'active';";


/* Workflows: their definitions as they were sent, and which runs are theirs
 * (`family` d; NULL: of a procedure). */

static const char  ngx_lo_schema_flows[] =
    "CREATE TABLE flows ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, flow_id TEXT NOT NULL UNIQUE,"
    " name TEXT, definition TEXT, steps TEXT, doc_hash TEXT,"
    " created_at INTEGER, created_by TEXT);"
    "ALTER TABLE runs ADD COLUMN family TEXT;"
    "ALTER TABLE runs ADD COLUMN order_id TEXT;"
    "CREATE INDEX runs_family ON runs (family, created_at, id)"
    " WHERE family IS NOT NULL;"
    "CREATE INDEX runs_order ON runs (order_id) WHERE order_id IS NOT NULL;";


/*
 * Who may answer a question, and who did.  The votes of an approval are kept
 * twice: as rows, because nobody votes twice and they are counted, and in the
 * approval as JSON objects with commas between, because they are shown with it.
 * `mapped` are options that lead somewhere; `aside`: nobody waits for it.
 */

static const char  ngx_lo_schema_votes[] =
    "ALTER TABLE approvals ADD COLUMN approvers TEXT;"
    "ALTER TABLE approvals ADD COLUMN forbid_self INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE approvals ADD COLUMN mapped TEXT;"
    "ALTER TABLE approvals ADD COLUMN votes TEXT;"
    "ALTER TABLE approvals ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE votes ("
    " approval_id TEXT NOT NULL, who TEXT NOT NULL, run INTEGER NOT NULL,"
    " decision TEXT, PRIMARY KEY (approval_id, who)) WITHOUT ROWID;"
    "CREATE INDEX votes_run ON votes (run);";


/* Procedures that call others: what a child run told the run around it, and
 * which versions an import chose. */

static const char  ngx_lo_schema_children[] =
    "ALTER TABLE runs ADD COLUMN told TEXT;"
    "CREATE INDEX runs_parent ON runs (parent_run_id, created_at, id)"
    " WHERE parent_run_id IS NOT NULL;"
    "ALTER TABLE documents ADD COLUMN pins TEXT;";


/* Bytes of artifacts: what they hash to, and found by their address. */

static const char  ngx_lo_schema_artifacts[] =
    "ALTER TABLE artifacts ADD COLUMN sha256 TEXT;"
    "CREATE INDEX artifacts_uri ON artifacts (run, uri);";


/* Agent workflows; their runs have the family w. */

static const char  ngx_lo_schema_graphs[] =
    "CREATE TABLE graphs ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, graph_id TEXT NOT NULL UNIQUE,"
    " name TEXT, description TEXT, owner_id TEXT, organization_id TEXT,"
    " version INTEGER, is_template INTEGER, is_public INTEGER,"
    " is_active INTEGER, timeout_seconds INTEGER, max_retries INTEGER,"
    " on_error TEXT, scheduling TEXT, tags TEXT, metadata TEXT,"
    " created_at INTEGER, updated_at INTEGER, rev INTEGER NOT NULL,"
    " deleted INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE graph_versions ("
    " graph_id TEXT NOT NULL, version INTEGER NOT NULL, nodes TEXT,"
    " edges TEXT, levels TEXT, doc_hash TEXT, node_count INTEGER,"
    " edge_count INTEGER, created_at INTEGER, created_by TEXT,"
    " PRIMARY KEY (graph_id, version)) WITHOUT ROWID;"
    "CREATE TABLE graph_grants ("
    " grant_id TEXT PRIMARY KEY, graph_id TEXT NOT NULL, user_id TEXT,"
    " organization_id TEXT, permission TEXT, granted_by TEXT,"
    " granted_at INTEGER, expires_at INTEGER) WITHOUT ROWID;"
    "CREATE INDEX graph_grants_of ON graph_grants (graph_id, user_id);"
    "CREATE TABLE graph_templates ("
    " template_id TEXT PRIMARY KEY, name TEXT, description TEXT,"
    " category TEXT, icon TEXT, example_input TEXT, example_output TEXT,"
    " required_capabilities TEXT, estimated_cost REAL,"
    " estimated_duration_seconds REAL, usage_count INTEGER NOT NULL DEFAULT 0,"
    " rating REAL, is_official INTEGER, created_by TEXT, created_at INTEGER,"
    " template_data TEXT) WITHOUT ROWID;";


/* `sealed` is never a value: that is opened with a key from outside. */

static const char  ngx_lo_schema_secrets[] =
    "CREATE TABLE secrets ("
    " name TEXT PRIMARY KEY, secret_id TEXT NOT NULL, description TEXT,"
    " provider_hint TEXT NOT NULL, tags TEXT, sealed TEXT, key_id TEXT,"
    " created_by TEXT, created_at INTEGER, updated_at INTEGER,"
    " last_used_at INTEGER, version INTEGER NOT NULL, rev INTEGER NOT NULL)"
    " WITHOUT ROWID;"

    "CREATE TABLE secret_uses ("
    " name TEXT NOT NULL, procedure_id TEXT NOT NULL, last_used_at INTEGER,"
    " PRIMARY KEY (name, procedure_id)) WITHOUT ROWID;";


/*
 * What became of questions, one row a change, for those who follow them.
 * `change` is the newest of an approval: who begins to follow gets that one of
 * those that are pending.
 */

static const char  ngx_lo_schema_changes[] =
    "CREATE TABLE approval_changes ("
    " seq INTEGER PRIMARY KEY AUTOINCREMENT, approval_id TEXT NOT NULL,"
    " run INTEGER NOT NULL, status TEXT, decided_by TEXT, decided_at INTEGER,"
    " expires_at INTEGER, approval_level TEXT);"
    "CREATE INDEX approval_changes_of ON approval_changes (approval_id, seq);"
    "CREATE INDEX approval_changes_run ON approval_changes (run);"
    "ALTER TABLE approvals ADD COLUMN change INTEGER;"
    "CREATE INDEX approvals_pending ON approvals (change)"
    " WHERE status = 'pending';"
    "INSERT INTO approval_changes (approval_id, run, status, expires_at,"
    " approval_level) SELECT approval_id, run, status, expires_at,"
    " approval_level FROM approvals WHERE status = 'pending';"
    "UPDATE approvals SET change = (SELECT max(c.seq) FROM approval_changes c"
    " WHERE c.approval_id = approvals.approval_id) WHERE status = 'pending';";


/*
 * Ageing: how long a run and its checkpoints are kept (NULL: as the site says),
 * runs whose rows are still going; and lists of runs by what they are looked
 * for.
 */

static const char  ngx_lo_schema_control[] =
    "CREATE TABLE graves ("
    " run INTEGER PRIMARY KEY, run_id TEXT NOT NULL, fresh INTEGER NOT NULL,"
    " files INTEGER NOT NULL DEFAULT 1);"
    "CREATE INDEX graves_fresh ON graves (fresh) WHERE fresh = 1;"

    "ALTER TABLE runs ADD COLUMN keep_days INTEGER;"
    "ALTER TABLE runs ADD COLUMN save_days INTEGER;"
    "ALTER TABLE runs ADD COLUMN saved_gone INTEGER;"
    "CREATE INDEX runs_old ON runs (ended_at)"
    " WHERE ended_at IS NOT NULL AND keep_days IS NULL;"
    "CREATE INDEX runs_own ON runs (ended_at + keep_days * 86400000)"
    " WHERE keep_days > 0 AND ended_at IS NOT NULL;"
    "CREATE INDEX runs_saved ON runs (ended_at)"
    " WHERE ended_at IS NOT NULL AND saved_gone IS NULL"
    " AND save_days IS NULL;"
    "CREATE INDEX runs_saved_own ON runs (ended_at + save_days * 86400000)"
    " WHERE save_days > 0 AND ended_at IS NOT NULL AND saved_gone IS NULL;"

    "CREATE INDEX runs_case ON runs (case_id, created_at)"
    " WHERE case_id IS NOT NULL;"
    "CREATE INDEX runs_trigger ON runs (trigger_type, created_at);"

    "CREATE INDEX audit_ts ON audit (ts);"
    "CREATE INDEX audit_resource ON audit (resource_id)"
    " WHERE resource_id IS NOT NULL;"
    "CREATE INDEX approvals_created ON approvals (created_at);";


/* active_version NULL: the newest is. */

static const char  ngx_lo_schema_prompts[] =
    "CREATE TABLE prompts ("
    " name TEXT PRIMARY KEY, latest_version INTEGER NOT NULL,"
    " active_version INTEGER, description TEXT, tags TEXT,"
    " created_at INTEGER, updated_at INTEGER, rev INTEGER NOT NULL)"
    " WITHOUT ROWID;"

    "CREATE TABLE prompt_versions ("
    " name TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL,"
    " created_by TEXT, created_at INTEGER, PRIMARY KEY (name, version));";


static const char  ngx_lo_schema_models[] =
    "CREATE TABLE llm_profiles ("
    " name TEXT PRIMARY KEY, body TEXT NOT NULL, created_at INTEGER,"
    " updated_at INTEGER, rev INTEGER NOT NULL) WITHOUT ROWID;"

    "CREATE INDEX events_llm ON events (created_at)"
    " WHERE type IN ('llm_usage', 'llm_call_failed');";


/* How long the audit keeps what is told of a procedure, and under which label:
 * what its document says, and each entry had when it was written. */

static const char  ngx_lo_schema_audit[] =
    "ALTER TABLE documents ADD COLUMN audit_days INTEGER;"
    "ALTER TABLE documents ADD COLUMN audit_storage TEXT;"
    "UPDATE documents SET audit_days ="
    " json_extract(body, '$.global_config.audit_config.retention_days')"
    " WHERE json_type(body, '$.global_config.audit_config.retention_days')"
    " = 'integer';"
    "UPDATE documents SET audit_storage = substr("
    "json_extract(body, '$.global_config.audit_config.storage_location'),"
    " 1, 64)"
    " WHERE json_type(body, '$.global_config.audit_config.storage_location')"
    " = 'text';"

    "ALTER TABLE audit ADD COLUMN procedure_id TEXT;"
    "ALTER TABLE audit ADD COLUMN keep_days INTEGER;"
    "ALTER TABLE audit ADD COLUMN storage_location TEXT;"
    "DROP INDEX audit_ts;"
    "CREATE INDEX audit_age ON audit (keep_days, ts);"
    "CREATE INDEX audit_procedure ON audit (procedure_id)"
    " WHERE procedure_id IS NOT NULL;";


/* `source` is what events are found by; the history's due_at is a slot, of
 * which there is one row whatever became of it. */

static const char  ngx_lo_schema_triggers[] =
    "CREATE TABLE triggers ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, procedure_id TEXT NOT NULL,"
    " version TEXT NOT NULL, type TEXT NOT NULL, enabled INTEGER NOT NULL,"
    " settings TEXT NOT NULL, origin TEXT NOT NULL, self TEXT, source TEXT,"
    " next_fire_at INTEGER, last_fired_at INTEGER, last_run_id TEXT,"
    " created_at INTEGER, updated_at INTEGER, rev INTEGER NOT NULL,"
    " UNIQUE (procedure_id, version));"
    "CREATE INDEX triggers_due ON triggers (next_fire_at)"
    " WHERE enabled = 1 AND next_fire_at IS NOT NULL;"
    "CREATE INDEX triggers_source ON triggers (type, source)"
    " WHERE enabled = 1;"

    "CREATE TABLE trigger_history ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, procedure_id TEXT NOT NULL,"
    " version TEXT NOT NULL, ts INTEGER, trigger_type TEXT, source TEXT,"
    " outcome TEXT, run_id TEXT, payload_hash TEXT, detail TEXT,"
    " due_at INTEGER, lag_ms INTEGER);"
    "CREATE INDEX trigger_history_of"
    " ON trigger_history (procedure_id, version, id);"
    "CREATE UNIQUE INDEX trigger_slots"
    " ON trigger_history (procedure_id, version, due_at)"
    " WHERE due_at IS NOT NULL;"

    "CREATE TABLE trigger_seen ("
    " procedure_id TEXT NOT NULL, identity TEXT NOT NULL, run_id TEXT,"
    " expires_at INTEGER, PRIMARY KEY (procedure_id, identity))"
    " WITHOUT ROWID;"
    "CREATE INDEX trigger_seen_age ON trigger_seen (expires_at);"

    "CREATE INDEX runs_alive ON runs (procedure_id, procedure_version)"
    " WHERE status NOT IN ('completed', 'failed', 'canceled');";


/* seals: see NGX_LO_WORD.  shut: how often in a row it could not be loaded. */

static const char  ngx_lo_schema_seals[] =
    "ALTER TABLE runs ADD COLUMN seals TEXT;"
    "ALTER TABLE runs ADD COLUMN shut INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX runs_shut ON runs (id) WHERE shut > 0;";


/* Nobody's words: of passwords and tokens there are hashes only. */

static const char  ngx_lo_schema_identity[] =
    "CREATE TABLE users ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, user_id TEXT NOT NULL UNIQUE,"
    " username TEXT NOT NULL UNIQUE, email TEXT, full_name TEXT,"
    " role TEXT NOT NULL, is_active INTEGER NOT NULL, sso_provider TEXT,"
    " password TEXT, created_at INTEGER, updated_at INTEGER,"
    " rev INTEGER NOT NULL);"
    "CREATE UNIQUE INDEX users_email ON users (lower(email))"
    " WHERE email IS NOT NULL;"

    "CREATE TABLE api_tokens ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, token_id TEXT NOT NULL UNIQUE,"
    " hash TEXT NOT NULL UNIQUE, name TEXT, prefix TEXT, role TEXT NOT NULL,"
    " identity TEXT NOT NULL, created_by TEXT, created_at INTEGER,"
    " expires_at INTEGER NOT NULL, last_used_at INTEGER);"
    "CREATE INDEX api_tokens_of ON api_tokens (identity, expires_at);"

    "CREATE TABLE sessions_ended ("
    " jti TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX sessions_ended_age ON sessions_ended (expires_at);";


/* due_at NULL: delivered; kept so that what is told again is known. */

static const char  ngx_lo_schema_queue[] =
    "CREATE TABLE trigger_queue ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL,"
    " trigger INTEGER NOT NULL, type TEXT, message_id TEXT, payload TEXT,"
    " attributes TEXT, created_at INTEGER, due_at INTEGER,"
    " UNIQUE (key, trigger));"
    "CREATE INDEX trigger_queue_due ON trigger_queue (due_at)"
    " WHERE due_at IS NOT NULL;"
    "CREATE INDEX trigger_queue_old ON trigger_queue (created_at)"
    " WHERE due_at IS NULL;";


/* pending: what is told of it when it has been so for long enough. */

static const char  ngx_lo_schema_watched[] =
    "CREATE TABLE trigger_files ("
    " trigger INTEGER NOT NULL, path TEXT NOT NULL, mtime INTEGER,"
    " size INTEGER, since INTEGER, pending TEXT,"
    " PRIMARY KEY (trigger, path)) WITHOUT ROWID;";


/*
 * What models may cost, in billionths of a US dollar.  llm_spent: what was
 * booked and what is reserved, by the subject of the budget and its period;
 * llm_held: what of it is reserved, by the key of the call.
 */

static const char  ngx_lo_schema_budgets[] =
    "CREATE TABLE llm_budgets ("
    " name TEXT PRIMARY KEY, scope TEXT NOT NULL, target TEXT,"
    " period TEXT NOT NULL, limit_n INTEGER NOT NULL, stop_n INTEGER,"
    " warn REAL NOT NULL, ask INTEGER NOT NULL, enabled INTEGER NOT NULL,"
    " description TEXT, created_at INTEGER, updated_at INTEGER)"
    " WITHOUT ROWID;"

    "CREATE TABLE llm_spent ("
    " budget TEXT NOT NULL, subject TEXT NOT NULL, period TEXT NOT NULL,"
    " nusd INTEGER NOT NULL, until INTEGER,"
    " PRIMARY KEY (budget, subject, period)) WITHOUT ROWID;"
    "CREATE INDEX llm_spent_age ON llm_spent (until)"
    " WHERE until IS NOT NULL;"

    "CREATE TABLE llm_held ("
    " key TEXT NOT NULL, budget TEXT NOT NULL, subject TEXT NOT NULL,"
    " period TEXT NOT NULL, nusd INTEGER NOT NULL, at INTEGER NOT NULL,"
    " fresh INTEGER NOT NULL, PRIMARY KEY (key, budget)) WITHOUT ROWID;"
    "CREATE INDEX llm_held_age ON llm_held (at);";


static const char  ngx_lo_schema_settings[] =
    "CREATE TABLE settings ("
    " key TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at INTEGER,"
    " updated_by TEXT) WITHOUT ROWID;";


/*
 * The audit trail is a chain (ngx_lo_chain.c): `prev` is the hash of the entry
 * before.  One that goes because of its age leaves its place in the chain to
 * the next that stays: from which entry on there was something, and what that
 * stood behind.  Whoever else deletes one leaves a hole.
 */

static const char  ngx_lo_schema_chain[] =
    "ALTER TABLE audit ADD COLUMN prev TEXT;"
    "ALTER TABLE audit ADD COLUMN hash TEXT;"
    "ALTER TABLE audit ADD COLUMN gone_from INTEGER;"
    "ALTER TABLE audit ADD COLUMN gone_prev TEXT;"
    "CREATE TRIGGER audit_gone AFTER DELETE ON audit"
    " WHEN OLD.hash IS NOT NULL"
    " AND EXISTS (SELECT 1 FROM meta WHERE key = 'audit_ageing')"
    " BEGIN"
    " UPDATE audit SET gone_from = coalesce(OLD.gone_from, OLD.event_id),"
    " gone_prev = coalesce(OLD.gone_prev, OLD.prev)"
    " WHERE event_id = (SELECT min(event_id) FROM audit"
    " WHERE event_id > OLD.event_id);"
    " END;";


/* How a question can be answered without a login, and by whom for others. */

static const char  ngx_lo_schema_links[] =
    "CREATE TABLE approval_links ("
    " link_id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE,"
    " approval_id TEXT NOT NULL, identity TEXT NOT NULL, role TEXT NOT NULL,"
    " groups TEXT, shown_hash TEXT NOT NULL, created_by TEXT,"
    " created_at INTEGER, expires_at INTEGER NOT NULL, used_at INTEGER)"
    " WITHOUT ROWID;"
    "CREATE INDEX approval_links_of ON approval_links (approval_id);"
    "CREATE INDEX approval_links_age ON approval_links (expires_at);"

    "CREATE TABLE deputies ("
    " deputy_id TEXT PRIMARY KEY, who TEXT NOT NULL, deputy TEXT NOT NULL,"
    " groups TEXT, from_at INTEGER NOT NULL, until INTEGER NOT NULL,"
    " reason TEXT, created_by TEXT, created_at INTEGER) WITHOUT ROWID;"
    "CREATE INDEX deputies_of ON deputies (deputy, until);"
    "CREATE INDEX deputies_who ON deputies (who, until);"
    "CREATE INDEX deputies_age ON deputies (until);";


/* A password that changed ends what began before (in seconds, as tokens). */

static const char  ngx_lo_schema_sessions[] =
    "ALTER TABLE users ADD COLUMN sessions_from INTEGER";


/*
 * What is held, and nothing else: the table stays as small as the number of
 * calls under way.  A lease's id names its run (ngx_lo_lease_id), so that needs
 * no index.  `released_at` is for older versions, which leave rows there.
 */

static const char  ngx_lo_schema_slots[] =
    "ALTER TABLE leases RENAME TO leases_before;"
    "DROP INDEX leases_held;"
    "DROP INDEX leases_run;"
    "CREATE TABLE leases ("
    " run INTEGER NOT NULL, path TEXT NOT NULL, lease_id TEXT NOT NULL,"
    " resource_key TEXT, agent_id TEXT, node_id TEXT, step_id TEXT,"
    " acquired_at INTEGER, expires_at INTEGER, released_at INTEGER,"
    " PRIMARY KEY (run, path)) WITHOUT ROWID;"
    "INSERT OR REPLACE INTO leases SELECT run, path, lease_id, resource_key,"
    " agent_id, node_id, step_id, acquired_at, expires_at, released_at"
    " FROM leases_before WHERE released_at IS NULL"
    " AND run IS NOT NULL AND path IS NOT NULL;"
    "DROP TABLE leases_before;"
    "CREATE INDEX leases_held ON leases (resource_key, expires_at)"
    " WHERE released_at IS NULL;";


/* settings: the trigger's, as they were when it was made. */

static const char  ngx_lo_schema_backfills[] =
    "CREATE TABLE backfills ("
    " id INTEGER PRIMARY KEY, backfill_id TEXT NOT NULL UNIQUE,"
    " procedure_id TEXT NOT NULL, version TEXT NOT NULL, trigger INTEGER,"
    " self TEXT, settings TEXT NOT NULL, status TEXT NOT NULL, reason TEXT,"
    " from_at INTEGER, to_at INTEGER, next_at INTEGER, due_at INTEGER,"
    " max_parallel INTEGER, total INTEGER,"
    " fired INTEGER NOT NULL DEFAULT 0, skipped INTEGER NOT NULL DEFAULT 0,"
    " created_by TEXT, created_at INTEGER, updated_at INTEGER,"
    " ended_at INTEGER);"
    "CREATE INDEX backfills_of ON backfills (procedure_id, version, id);"
    "CREATE INDEX backfills_due ON backfills (due_at)"
    " WHERE status = 'running';";


/* The conditions of these without IN: each write of a run looks at them. */

static const char  ngx_lo_schema_alive[] =
    "DROP INDEX runs_place;"
    "CREATE INDEX runs_place ON runs (place_key, queued)"
    " WHERE place_key IS NOT NULL AND status <> 'completed'"
    " AND status <> 'failed' AND status <> 'canceled';"
    "DROP INDEX runs_alive;"
    "CREATE INDEX runs_alive ON runs (procedure_id, procedure_version)"
    " WHERE status <> 'completed' AND status <> 'failed'"
    " AND status <> 'canceled';";


static const char  ngx_lo_schema_labels[] =
    "CREATE TABLE prompt_labels ("
    " name TEXT NOT NULL, label TEXT NOT NULL, version INTEGER NOT NULL,"
    " updated_by TEXT, updated_at INTEGER, PRIMARY KEY (name, label))"
    " WITHOUT ROWID;";


/* JSON lists; NULL: the whole site. */

static const char  ngx_lo_schema_scopes[] =
    "ALTER TABLE users ADD COLUMN projects TEXT;"
    "ALTER TABLE api_tokens ADD COLUMN projects TEXT;";


/*
 * Numbers that grow with what workers keep copies of, in the transaction of the
 * change: another NGINX of the same store has a zone of its own and hears of it
 * by these.  When a secret was used is no change.
 */

#define NGX_LO_SCHEMA_NUMBER(table, how, when, kept)                          \
    "CREATE TRIGGER " table "_" how " AFTER " when " ON " table " BEGIN"      \
    " UPDATE numbers SET n = n + 1 WHERE kept = '" kept "'; END;"

static const char  ngx_lo_schema_numbers[] =
    "CREATE TABLE numbers (kept TEXT PRIMARY KEY, n INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "INSERT INTO numbers (kept, n) VALUES ('secrets', 0), ('models', 0);"
    NGX_LO_SCHEMA_NUMBER("secrets", "new", "INSERT", "secrets")
    NGX_LO_SCHEMA_NUMBER("secrets", "set", "UPDATE OF sealed, provider_hint",
                         "secrets")
    NGX_LO_SCHEMA_NUMBER("secrets", "gone", "DELETE", "secrets")
    NGX_LO_SCHEMA_NUMBER("llm_profiles", "new", "INSERT", "models")
    NGX_LO_SCHEMA_NUMBER("llm_profiles", "set", "UPDATE", "models")
    NGX_LO_SCHEMA_NUMBER("llm_profiles", "gone", "DELETE", "models")
    NGX_LO_SCHEMA_NUMBER("llm_budgets", "new", "INSERT", "models")
    NGX_LO_SCHEMA_NUMBER("llm_budgets", "gone", "DELETE", "models");


/* Leases lie by what is held, in one tree: each step takes one and gives it
 * back, and those of a run are asked for seldom. */

static const char  ngx_lo_schema_held[] =
    "ALTER TABLE leases RENAME TO leases_before;"
    "DROP INDEX leases_held;"
    "CREATE TABLE leases ("
    " resource_key TEXT NOT NULL, run INTEGER NOT NULL, path TEXT NOT NULL,"
    " lease_id TEXT NOT NULL, agent_id TEXT, node_id TEXT, step_id TEXT,"
    " acquired_at INTEGER, expires_at INTEGER, released_at INTEGER,"
    " PRIMARY KEY (resource_key, run, path)) WITHOUT ROWID;"
    "INSERT OR REPLACE INTO leases SELECT coalesce(resource_key, agent_id),"
    " run, path, lease_id, agent_id, node_id, step_id, acquired_at,"
    " expires_at, released_at"
    " FROM leases_before WHERE released_at IS NULL"
    " AND coalesce(resource_key, agent_id) IS NOT NULL;"
    "DROP TABLE leases_before;";


/* A checkpoint is asked for by its run, so its id needs no tree of its own:
 * each node of a run writes one. */

static const char  ngx_lo_schema_points[] =
    "ALTER TABLE checkpoints RENAME TO checkpoints_before;"
    "DROP INDEX checkpoints_run;"
    "CREATE TABLE checkpoints ("
    " run INTEGER NOT NULL, checkpoint_id TEXT NOT NULL,"
    " parent_id TEXT, seq INTEGER, node_id TEXT, path TEXT, reason TEXT,"
    " name TEXT, state TEXT, created_at INTEGER);"
    "INSERT INTO checkpoints SELECT run, checkpoint_id, parent_id, seq,"
    " node_id, path, reason, name, state, created_at"
    " FROM checkpoints_before ORDER BY run, seq;"
    "CREATE INDEX checkpoints_run ON checkpoints (run, seq);"
    "DROP TABLE checkpoints_before;";


/* part = 1: the state is what changed since the row before. */

static const char  ngx_lo_schema_parts[] =
    "ALTER TABLE checkpoints ADD COLUMN part INTEGER;";


const char *const  ngx_lo_schema_steps[] = {
    ngx_lo_schema_1,
    ngx_lo_schema_external,
    ngx_lo_schema_kept,
    ngx_lo_schema_hot,
    ngx_lo_schema_assets,
    ngx_lo_schema_gate,
    ngx_lo_schema_releases,
    ngx_lo_schema_flows,
    ngx_lo_schema_votes,
    ngx_lo_schema_children,
    ngx_lo_schema_artifacts,
    ngx_lo_schema_graphs,
    ngx_lo_schema_secrets,
    ngx_lo_schema_changes,
    ngx_lo_schema_control,
    ngx_lo_schema_prompts,
    ngx_lo_schema_models,
    ngx_lo_schema_audit,
    ngx_lo_schema_triggers,
    ngx_lo_schema_seals,
    ngx_lo_schema_identity,
    ngx_lo_schema_queue,
    ngx_lo_schema_watched,
    ngx_lo_schema_budgets,
    ngx_lo_schema_settings,
    ngx_lo_schema_chain,
    ngx_lo_schema_links,
    ngx_lo_schema_sessions,
    ngx_lo_schema_slots,
    ngx_lo_schema_backfills,
    ngx_lo_schema_alive,
    ngx_lo_schema_labels,
    ngx_lo_schema_scopes,
    ngx_lo_schema_numbers,
    ngx_lo_schema_held,
    ngx_lo_schema_points,
    ngx_lo_schema_parts
};

const ngx_uint_t  ngx_lo_schema_nsteps = sizeof(ngx_lo_schema_steps)
                                         / sizeof(char *);
