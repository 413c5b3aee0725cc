/*
 * The CKP engine.  Documents in, programs out; inputs in, turns out.
 *
 * It reads no clock, opens nothing, starts no thread, keeps no global state,
 * and never waits.  One caller at a time touches a run; programs are immutable
 * and shared (within one thread).
 */

#ifndef CKP_H
#define CKP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/artifact.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/diag.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/mem.h"
#include "base/metric.h"
#include "base/outcome.h"
#include "base/sha.h"
#include "base/trace.h"
#include "base/version.h"

typedef struct ckp_compiler_s  ckp_compiler_t;
typedef struct ckp_program_s   ckp_program_t;
typedef struct ckp_run_s       ckp_run_t;

/* --- documents become a program ---------------------------------------- */

ckp_compiler_t *ckp_compiler_new(ckp_diags_t *diags);

/* What follows is done in another thread than what was.  Who moves it asks
 * first whether memory was refused there (base/mem.h): then it is worth
 * nothing.  What it was given before finish is read meanwhile, and changed by
 * no one. */
void ckp_compiler_moved(ckp_compiler_t *c);

/* Before add: which time zones there are.  Without it any name is one. */
void ckp_compiler_zones(ckp_compiler_t *c, ckp_zone_pt zone, void *data);
ckp_code_t ckp_compiler_add(ckp_compiler_t *c, const json_t *doc);
ckp_program_t *ckp_compiler_finish(ckp_compiler_t *c);    /* NULL: see diags */

/*
 * Other procedures that the document calls, and those that these call: between
 * add and finish, one after the other.  Who answers none is told nothing about
 * them; else finish says what is wrong now (CKP703 to CKP706).
 *
 * want   the next one, lent until the next call of found; NULL: that is all (or
 *        no memory, which finish tells).
 * found  which stored version it is.  The program is referenced.
 */
typedef struct {
    const char  *procedure;
    const char  *version;       /* exact, "latest", a range, "@channel" */
} ckp_want_t;

typedef struct {
    bool            known;      /* the procedure has versions */
    bool            refuses;    /* this one refuses runs: status or date */
    bool            broken;     /* its own diagnostics have errors */
    const char     *version;    /* NULL: none fits */
    const char     *hash;       /* of its document */
    ckp_program_t  *prog;       /* NULL: there is none */
} ckp_found_t;

const ckp_want_t *ckp_compiler_want(ckp_compiler_t *c);
void ckp_compiler_found(ckp_compiler_t *c, const ckp_found_t *found);

/* What was found for nodes of version_policy pin_on_import: new object
 * {"procedure_id@version": {version, hash}}, JSON null without such nodes;
 * NULL: no memory. */
json_t *ckp_compiler_pins(const ckp_compiler_t *c);

/* What is there now.  A part that is NULL is not looked at. */
typedef struct {
    const json_t  *agents;      /* [{agent_id, name, channel, status,
                                   capabilities}] */
    const json_t  *profiles;    /* {name: anything} */
    const json_t  *prompts;     /* {name: [version, a text]} */
    bool         (*secret)(void *data, const char *prefix, const char *key);
    void          *data;
} ckp_environment_t;

/* What a document needs and nobody offers (CKP142, CKP325, CKP802, CKP804);
 * between add and finish, when asked for. */
void ckp_compiler_environment(ckp_compiler_t *c, const ckp_environment_t *env);

/* What the compile endpoint tells of a document, valid or not: new object
 * {procedure_id, version, start_node, node_count, step_count, bindings}.
 * After finish.  Source: spec/api.md 3.9. */
json_t *ckp_compiler_outline(const ckp_compiler_t *c);
void ckp_compiler_free(ckp_compiler_t *c);

/* Where its runs find time zones by name (base/clock.h); `data` and what it
 * lends live as long as the program. */
void ckp_program_zones(ckp_program_t *prog, ckp_zone_pt zone, void *data);

/* The folder of the site's artifacts as agents name it (base/artifact.h); lent
 * as long as the program. */
void ckp_program_artifacts(ckp_program_t *prog, const char *root);

/* What the program is called; lent. */
const char *ckp_program_id(const ckp_program_t *prog);
const char *ckp_program_version(const ckp_program_t *prog);

/* Whether what its runs do is for the audit, too (spec/ckp.md 29.1). */
bool ckp_program_audited(const ckp_program_t *prog);

/* How many days the audit keeps what is told of it (0: for ever, -1: it does
 * not say), and the label that is kept with that; lent, NULL: none. */
void ckp_program_audit(const ckp_program_t *prog, int64_t *days,
    const char **storage);

ckp_program_t *ckp_program_ref(ckp_program_t *prog);
void ckp_program_unref(ckp_program_t *prog);

/*
 * The head of a document in any form, for storing it: new object {procedure_id,
 * version, name, status, effective_date, description, release_channel,
 * project_id, tags, provenance, retrieval_metadata, trigger, form: "A".."E"}
 * with null for what is absent; derived ids and defaults filled in
 * (spec/ckp.md 1.3, 1.4, 2).  NULL: not an object, or no recognisable id or
 * version (err).
 */
json_t *ckp_document_head(const json_t *doc, ckp_err_t *err);

/*
 * What a document of that head is found by: new object {search: its id, name,
 * description, tags and metadata in lower case, a line each; metadata: the
 * metadata's JSON text in lower case, or null; words: [[kind, phrase, word]]},
 * where kind is "t" a tag as it stands, "w" a word of its intents and keywords,
 * "-" one of its negative intents, each of which is a phrase.  NULL: no memory.
 * Source: spec/ckp.md 30.
 */
json_t *ckp_document_terms(const json_t *head);

/* The text in lower case (Unicode), and its words so as ",pay,out,", at most 64
 * of them.  ckp_free; NULL: no memory. */
char *ckp_text_fold(const char *s);
char *ckp_text_words(const char *s);

/*
 * The language as data (spec/api.md 2): its node types with their fields, for
 * builders, and a JSON Schema 2020-12 of documents, for editors.  New values;
 * NULL: no memory.
 */
json_t *ckp_language_types(void);
json_t *ckp_language_schema(void);

/*
 * A stored prompt {template, system?, variables?, output_schema? ...} as a
 * document whose one node asks it: its compilation judges the prompt, its
 * program is what CKP_FX_CALL "prompt" links.  New object; NULL: no memory.
 *
 * shown: the same with `variables` put in, new object {prompt, system, missing,
 * unused}.  CKP_E_INVALID: *errors = new object {variable: sentence}, or NULL
 * and err says why.  Source: spec/ckp.md 23.4, spec/api.md 13.
 */
json_t *ckp_prompt_document(const json_t *prompt);
ckp_code_t ckp_prompt_show(const ckp_program_t *prog, const json_t *variables,
    int64_t now_ms, json_t **shown, json_t **errors, ckp_err_t *err);

/* Whether values of its variables are to be sealed where they are stored, and
 * so those of the procedures that the run has linked (spec/ckp.md 21.1). */
bool ckp_program_is_sensitive(const ckp_program_t *prog);
bool ckp_run_is_sensitive(const ckp_run_t *run);

/* The graph of api.md 3.5 {nodes, edges}; works on documents that do not
 * compile.  New object; NULL: no memory. */
json_t *ckp_document_graph(const json_t *doc);

/*
 * What the program would do (api.md 3.10, all but `diagnostics`): new object;
 * NULL: no memory.  inputs NULL: none were given, and nothing is simulated.
 */
json_t *ckp_program_explain(const ckp_program_t *prog, const json_t *inputs,
    int64_t now_ms);

/*
 * What is different between two documents (api.md 3.13): new object {identical,
 * summary, changes}; with `lines` also `lines`.  NULL: no memory.
 */
json_t *ckp_document_diff(const json_t *from, const json_t *to, bool lines);

/*
 * Run inputs by spec/ckp.md 3.4.  CKP_OK: *vars = new object, the run's
 * variables.  CKP_E_INVALID: *errors = new object {variable: sentence} in the
 * words of api.md 4.1.  `meta` as in CKP_IN_START, for template defaults.
 */
ckp_code_t ckp_program_inputs(const ckp_program_t *prog, const json_t *inputs,
    const json_t *meta, int64_t now_ms, json_t **vars, json_t **errors,
    ckp_err_t *err);

/*
 * The same of variables that a run begins with (3.4: a restored state may be of
 * any kind).  CKP_E_INVALID: *missing = new array of names, *errors = new
 * object {variable: sentence}; either may be empty.
 */
ckp_code_t ckp_program_recheck(const ckp_program_t *prog, const json_t *vars,
    json_t **missing, json_t **errors);

/*
 * What stands between a start and its run (spec/ckp.md 26.1, 26.2): new object
 *   place   {key, max, on_limit: queue | reject | skip | cancel_oldest}, when
 *           at most `max` runs of that key may be active
 *   dedupe  {key, window_ms, on_duplicate: return_existing | reject, statuses:
 *           ",created,failed," or null: any}, when it repeats a run of that key
 * Keys are 64 hexadecimal digits.  `start` is the data of CKP_IN_START.
 *
 * CKP_E_INVALID: a key cannot be made of these inputs; err says why.
 */
ckp_code_t ckp_program_gate(const ckp_program_t *prog, const json_t *start,
    int64_t now_ms, json_t **gate, ckp_err_t *err);

/*
 * Other values for variables that a saved state has in `vars`; the placeholder
 * of masked values leaves one as it is.  CKP_OK: *out = new object of what
 * changes.  CKP_E_INVALID: *errors as above.
 */
ckp_code_t ckp_program_change(const ckp_program_t *prog, const json_t *given,
    const json_t *vars, json_t **out, json_t **errors, ckp_err_t *err);

/*
 * Whether a run can go on from a saved state, at `node` or (NULL) where it
 * stood.  CKP_OK: *entry is the node that comes next, lent by the state or
 * `node`.  CKP_E_INVALID: there is no such node; CKP_E_STATE: not from there;
 * err (may be NULL) says why.  Source: spec/ckp.md 21.
 */
ckp_code_t ckp_program_from(const ckp_program_t *prog, const json_t *state,
    const char *node, const char **entry, ckp_err_t *err);

/* How many days its runs are kept when they are over, and their checkpoints; 0:
 * for ever, -1: as long as the site keeps them.  Source: spec/ckp.md 4. */
void ckp_program_days(const ckp_program_t *prog, int64_t *runs,
    int64_t *checkpoints);

/* Masks what a reader of the run may not see (api.md 1.15 a-c).  New value. */
json_t *ckp_program_redact(const ckp_program_t *prog, const json_t *value);

/* --- an input becomes a turn -------------------------------------------- */

/* A run that took its worker down so often is a CrashLoop, unless the input
 * says how often. */
#define CKP_CRASHES_MAX  3

typedef enum {
    CKP_IN_START,       /* the run is born: data {meta: {procedure_version,
                           trigger_type, triggered_by, actor, project_id,
                           case_id, execution_mode, retry_of_run_id,
                           traceparent: of who asked for it ...},
                           inputs: what the client sent, vars: what
                           ckp_program_inputs made of it; or, in place of the
                           two, from: a saved state, as in RESUME; kin: of a
                           child run (run/child.c)}.  Gives run_created (seq 1)
                           and nothing else; the run is `created` */
    CKP_IN_RECOVER,     /* the run was loaded: begin it, or repeat what was in
                           flight; data {crash: bool, crashes: int,
                           crashes_max: int, damaged: bool, alive: {ref:
                           true} of calls that are still under way} */
    CKP_IN_TICK,        /* turn.wake_at_ms has come */
    CKP_IN_ADMITTED,    /* ref: the attempt; data: see CKP_FX_ADMIT */
    CKP_IN_REPLY,       /* ref: the call; outcome; data: reply or error */
    CKP_IN_DECISION,    /* ref: the approval; data: {decision: approved |
                           rejected | <option>, decided_by, comment, payload,
                           decided_at} */
    CKP_IN_CALLBACK,    /* ref: the delegation; data: the report {status:
                           success | failure | progress, output, error,
                           progress, message, cost_usd, usage} */
    CKP_IN_CHILD,       /* ref: id of a child run; data: what the write `parent`
                           of its last turn says */
    CKP_IN_REFUSED,     /* ref: path of a write that found its row changed;
                           data {order: true}: an order's, fed before RECOVER */
    CKP_IN_NOTE,        /* ref: event type; data: what others did to the run:
                           {node_id, step_id, payload, asked?: {id, exp (ms; 0:
                           never)}: a question was asked beside the run, over?:
                           the id of one that was answered} */
    CKP_IN_PAUSE,       /* data: by; holds at the next step boundary */
    CKP_IN_RESUME,      /* data: {actor, kind, vars?: what ckp_program_change
                           made}.  "retry": of what failed; "operator": of
                           what was held; "callback": of what waits for a
                           workflow; "checkpoint": set back to {checkpoint_id,
                           state, node?: there instead of where it stood} */
    CKP_IN_CANCEL       /* data: {reason, actor} */
} ckp_input_kind_t;

typedef struct {
    ckp_input_kind_t  kind;
    ckp_outcome_t     outcome;      /* CKP_IN_REPLY only */
    int64_t           now_ms;       /* host's clock; never less than before */
    const uint8_t    *seed;         /* 32 random bytes: ids, uuid(), nonces */
    const char       *ref;          /* "" when the kind has none */
    const json_t     *data;         /* borrowed for the call; NULL: none */
    bool              traced;       /* payloads tell _trace_id, _span_id */
    uint32_t          agent_ms;     /* a call of an agent whose step does not
                                       say; 0: as the language has it */
    uint32_t          slot_ms;      /* the same of the wait for a slot */
} ckp_input_t;

/* What became true: the timeline, and the way back to the state. */
typedef struct {
    uint32_t      seq;              /* 1, 2, 3 ... in the run, no gaps */
    int64_t       at_ms;
    const char   *type;             /* "step_completed": model/event.c */
    const char   *path;             /* "each[3]/charge"; "" = the run itself */
    const char   *node_id;          /* NULL: none */
    const char   *step_id;          /* NULL: none */
    uint32_t      attempt;          /* 0: none */
    json_t       *payload;          /* public: redacted and cut */
    const char   *delta;            /* private: the change of state, a JSON
                                       text; NULL: none */
} ckp_event_t;

/*
 * A row changed in the same transaction.  Kinds (model/write.c):
 *   journal        {path, node_id, step_id, key, status, attempts, result?}:
 *                   of a node that asks a model.  Of a step its events tell
 *                   as much (step_started has the key)
 *   lease          {path, node_id, step_id, agent_id, resource_key, limit,
 *                   ttl_ms}                    guarded: a free slot
 *   lease_release  {path}
 *   approval       {approval_id, path, node_id, node_name, prompt,
 *                   decision_type, options, context_data, approval_level,
 *                   expires_at (ms or null), input_schema, required_approvals,
 *                   escalation_contact, approvers?, forbid_self_approval,
 *                   mapped?: options that lead somewhere}
 *   approval_end   {approval_id, status, ...}   guarded: it is pending, unless
 *                   `status` is cancelled: then voided, if pending
 *   checkpoint     {checkpoint_id, parent_id, seq, node_id, path, reason, name,
 *                   state: a text that is JSON, for ckp_run_load}
 *   delegation     {ref, path, node_id, step_id, tokens: [hash]}: the hashes
 *                   in place of those it had; older ones of the path are void
 *   delegation_end {ref, status: "void"}, if it is open
 *   once           {path, scope, key, status: completed | failed | gone, ttl_s,
 *                   hash?, result?}: of whom ADMIT gave the right to make it
 *   order          {order_id, from, to, path}   guarded: it is there, `from`
 *                   and of an amount
 *   memory         {op: set | append | delete, project, procedure, key, value,
 *                   expires_at?, max_items?}
 *   artifact       {artifact_id, node_id, step_id, kind, uri, name, mime_type,
 *                   size_bytes}
 *   child          {run_id, procedure_id, version, hash, meta, shown, raw?,
 *                   place? (as by ckp_program_gate), events: [{seq, at, type,
 *                   path, payload, delta}]}: a child run is born.  Without a
 *                   free place it is canceled, when told to reject or skip.
 *                   One of that id that is there is left as it is; when it is
 *                   over, this run is told what it told before
 *   child_cancel   {run_id, reason, actor}, if it is not over
 *   parent         {run_id, data}: this child run is over; the run run_id is
 *                   fed CKP_IN_CHILD, if it is there and not over
 */
typedef struct {
    const char   *table;
    const char   *path;
    json_t       *row;
} ckp_write_t;

/*
 * CKP_FX_ADMIT {channel (or null), action, path, node_id, step_id, affinity
 * (agent_id or null), native, saturated, executor?: agent | mcp, internal?:
 * only the idempotency counts, rate?: {key, per_minute, wait_ms}, outside?:
 * what is native asks others, too, max_concurrent?: calls of this run,
 * idempotency?: {scope, key, ttl_s, on_in_progress, cache_failures, hash,
 * wait_ms}, budget?: {nusd: billionths of a US dollar at most, model, profile?,
 * over: a person allowed more}}: may this attempt go, and to whom?  -> ADMITTED
 * with one of
 *   agent      {agent_id, name, base_url, channel, resource_key, pool_id,
 *              concurrency_limit, kind: agent_http | mcp_tool, protocol (of a
 *              tool server), workflow (the action is a workflow of its own),
 *              screenshot (the agent's action for one)}
 *   native     true: no agent, the engine's own implementation
 *   wait_ms    and saturated {agent_id, channel, resource_key, pool_id}
 *   result     or failure, known under the key; source_run_id, hash
 *   error      {type, message}
 * and, when it waited for it, rate: {limit, waited_ms}; for budgets, budget:
 * {warnings?: [{budget, spent_usd, limit_usd}], against?: {the same, ask: a
 * person may allow it}: nothing is reserved}.  The write "budget" {key, nusd}
 * settles what was reserved under the key.
 *
 * CKP_FX_CALL target "agent" (or "mcp", of kind mcp_tool) {agent: as admitted,
 * request: {action, params, run_id, node_id, step_id, attempt, path,
 * timeout_ms}, accept (any 2xx will do: a workflow is delegated)} -> REPLY;
 * data as made by wire/agent.h: OK {result, artifacts?, cost?, usage?}; FAILED
 * and UNKNOWN {type, message, code?, http_status?, agent_error_type?,
 * retryable?, retry_after_ms?}.
 *
 * Target "llm": {profile: {name?, base_url?, provider?, api_version?, site?: it
 * is the site's and has lines of its own for the head}, headers, request: the
 * body of chat completions, whoever is asked (ckp_llm_body makes it theirs;
 * without `model`: the site's), node_id, path, attached? (the
 * request has parts {type: "attachment", ...} whose bytes the host puts in:
 * ckp_attachment_fill), mask?} -> data as made by wire/llm.h: OK {text,
 * tool_calls?, finish_reason, model?, usage}; FAILED and UNKNOWN {type,
 * message, http_status?, reason?: circuit_open | network, retryable?,
 * retry_after_ms?}.
 *
 * Target "http": {url, method, headers, query?, body?, form?, auth?, parse?,
 * follow_redirects, verify_tls, max_bytes, allow?} -> OK {status, headers,
 * body, duration_ms, url, retry_after_ms?}; with `attachment` {kind, mask?} OK
 * {status, attachment: a look at the body, which the host keeps at `at`}.
 * Target "host": {op, ...} as the action of that name asks (op/op_*.c) -> OK
 * {result}, or what its `after` reads; op "attachment" {path, kind, max_bytes,
 * mask?} -> OK: a look at that artifact, with `at`; op "sheet": what
 * ckp_sheet_answer makes of it.
 *
 * Target "host", op "prompt": {name, version: "" the active one, else the
 * newest | "3" | a range}: its program is linked (ckp_run_link) -> OK {name,
 * version: int, hash, profile?, model?, output_schema?}.
 *
 * Target "notify": {route: {agent, actions} or {webhook: true, url?, allow?},
 * notice: {channel, recipients, subject, message, data?}, node_id, step_id,
 * path} -> OK {delivered, via}, always.
 *
 * `secrets` in the body of a CALL: {handle: {name, key, field?, required,
 * prefix?, provider?, version?, ttl_seconds?, settings?, delivery?: "grant"}}:
 * texts in it that the host replaces by a secret's value, or by a grant for it
 * (28.3); settings is secrets_config.
 *
 * CKP_FX_ABORT ref of the call, {late}: its time is over without an answer;
 * else nobody wants the answer any more.
 *
 * CKP_FX_NOTIFY {event, ...}: alert webhook; target "agent" {agent, cancel:
 * {run_id, node_id, step_id, callback_ref}}: it is told once, whatever becomes
 * of the run; target "files" {drop: [at]}: what was kept is not needed now.
 */
typedef enum {
    CKP_FX_ADMIT,
    CKP_FX_CALL,
    CKP_FX_ABORT,
    CKP_FX_NOTIFY
} ckp_effect_kind_t;

/* What the host does once events and writes are committed. */
typedef struct {
    ckp_effect_kind_t  kind;
    const char        *target;      /* "agent", "llm", "mcp", "http", "host" */
    const char        *ref;         /* names it in ADMITTED and REPLY */
    const char        *key;         /* idempotency key sent with it */
    const char        *trace;       /* of calls: their `traceparent` */
    json_t            *body;        /* secrets as handles, never as values */
    uint32_t           timeout_ms;  /* > 0 for calls */
} ckp_effect_t;

typedef struct {
    const ckp_event_t   *events;    /* commit these ... */
    const ckp_write_t   *writes;    /* ... and these together, or nothing; */
    const ckp_effect_t  *effects;   /* only then perform these */
    const ckp_metric_t  *metrics;   /* and count these */
    size_t               nevents;
    size_t               nwrites;
    size_t               neffects;
    size_t               nmetrics;
    int64_t              wake_at_ms;    /* the alarm; 0: none; now: more */
    unsigned             checkpoint:1;  /* save the state with this commit:
                                           it changed without an event */
    unsigned             final:1;       /* the run is over */
    unsigned             idle:1;        /* nothing in flight: only a person, a
                                           message or the alarm moves it on */
} ckp_turn_t;

/* The columns of the run's row, lent until the next call on the run. */
typedef struct {
    const char    *status;          /* "running" ... */
    const char    *last_node_id;    /* NULL: none yet */
    const char    *last_step_id;
    const char    *error_message;   /* cut at 2000 characters; NULL: none */
    const json_t  *error;           /* the error object, or NULL */
    const json_t  *outputs;         /* redacted; NULL: none */
    int64_t        started_at_ms;   /* 0: not yet */
    int64_t        ended_at_ms;
    int64_t        active_ms;
    int64_t        prompt_tokens;   /* of agents, workflows and models */
    int64_t        completion_tokens;
    double         cost_usd;
    uint32_t       attempt;
    uint32_t       seq;             /* of the last event */
    const char    *waiting_for;     /* api.md 4.10; NULL: nothing */
} ckp_summary_t;

ckp_run_t *ckp_run_new(ckp_program_t *prog, const char *run_id);
ckp_run_t *ckp_run_load(ckp_program_t *prog, const char *run_id,
    const json_t *checkpoint, ckp_err_t *err);

/* An event that followed: its number and the value of its delta, NULL: none. */
ckp_code_t ckp_run_apply(ckp_run_t *run, uint32_t seq, const json_t *delta,
    ckp_err_t *err);

/*
 * A run of which nothing is known but the number of its last event: its state
 * cannot be read, or takes down whoever does.  Fed RECOVER, of a crash that was
 * one too many or of damage, it fails; nothing else fits.  parent: the run that
 * may wait for it; NULL: none.  NULL: no memory.
 */
ckp_run_t *ckp_run_bare(ckp_program_t *prog, const char *run_id, uint32_t seq,
    int64_t started_ms, const char *parent);

/*
 * Moves the run on by one input.
 *
 * CKP_OK       *turn is valid until the next call on this run; the state is
 *              already the one after turn->events (apply has seen each).
 * CKP_E_STATE  late reply, second decision, needless tick: nothing changed.
 * other        the run must be dropped and loaded again; *turn is empty.
 *
 * Source: spec/ckp.md 8 (execution), design/reliability.md G1-G3.
 */
ckp_code_t ckp_run_feed(ckp_run_t *run, const ckp_input_t *in, ckp_turn_t *turn,
    ckp_err_t *err);

/*
 * Several inputs, one turn: what is fed between these two is committed together
 * or not at all.  A turn of ckp_run_feed has its effects, its alarm and its
 * marks alone then; events, writes, metrics and `checkpoint` come with close.
 * An input that does not fit (CKP_E_STATE) changes nothing, the others stay.
 *
 * close: CKP_OK, or CKP_E_NOMEM: the run must be dropped and loaded again.
 */
void ckp_run_open(ckp_run_t *run);
ckp_code_t ckp_run_close(ckp_run_t *run, ckp_turn_t *turn);

/*
 * Child procedures (spec/ckp.md 10.10).  A fiber that is in one needs its
 * program: the host links it, by the hash of its document, before it feeds the
 * reply that names the hash, and after a load as long as something is wanted.
 *
 * link: the program is referenced.  CKP_OK or CKP_E_NOMEM.
 * want: hash of the next one that is missing, lent; NULL: none.
 */
ckp_code_t ckp_run_link(ckp_run_t *run, const char *hash,
    ckp_program_t *prog);
const char *ckp_run_want(const ckp_run_t *run);

/* The same of a saved state that the run is to be set back to. */
const char *ckp_run_want_of(const ckp_run_t *run, const json_t *state);

/*
 * What the site has for the run, from the next input on: {profiles: {name:
 * profile of api.md 13, without headers}, default_profile?, model?,
 * timeout_ms?, costs?: a table of prices, rotation?: what others keep of
 * secrets is asked for by each run, budgets?: there are some, and calls of
 * models need the right to go}; kept by reference, NULL: nothing.  What a
 * question uses of it stands in the state.  Source: spec/ckp.md 23.2.
 */
void ckp_run_site(ckp_run_t *run, const json_t *site);

void ckp_run_summary(const ckp_run_t *run, ckp_summary_t *out);
json_t *ckp_run_save(const ckp_run_t *run);     /* new reference */
void ckp_run_free(ckp_run_t *run);

/* --- for threads of the host: these touch nothing but their arguments ---- */

/*
 * The state that a checkpoint's row and those before it come to: [state, what
 * changed, ...], from the newest row without `part` on, and behind them what a
 * row with `part` has beside its state: [[["cp"], checkpoint_id], [["seq"],
 * seq]].  New reference; a state alone is itself.  NULL: CKP_E_INVALID when it
 * is none of these, or CKP_E_NOMEM.
 */
json_t *ckp_state_whole(const json_t *chain, ckp_err_t *err);

/*
 * A look at an attachment (spec/ckp.md 23.8): new object {kind: image | text,
 * type, bytes, sha256, tokens?, counts?} or {why}; want {kind: image | text |
 * any, mask?}; type is what its sender says it is, or NULL.  NULL: no memory.
 */
json_t *ckp_attachment_look(const json_t *want, const char *type,
    const char *data, size_t len);

typedef struct {
    /* *bytes is ckp_alloc()ed, NULL is returned; else why not (static) */
    const char  *(*read)(void *data, const char *at, char **bytes,
                         size_t *len);
    void          *data;
} ckp_attachments_t;

/*
 * Puts the bytes of attachments into a request, which is changed in place and
 * nobody else's.  CKP_E_INVALID: one is not there any more, or is another.
 */
ckp_code_t ckp_attachment_fill(json_t *request, const json_t *mask,
    const ckp_attachments_t *from, ckp_err_t *err);

/*
 * Rows of the spreadsheets that op "sheet" names, by a function that reads an
 * artifact by its path: new object, data of CKP_IN_REPLY.  NULL: no memory.
 */
json_t *ckp_sheet_answer(const json_t *body, const ckp_attachments_t *from,
    ckp_outcome_t *outcome);

/* --- what models cost (spec/ckp.md 23.7) --------------------------------- */

#define CKP_PRICES_MAX  1000            /* models of a table */

/* What is known everywhere, a table {model: {prompt, completion, cached?,
 * quality?}} of US dollars for 1,000 tokens: new; NULL: no memory. */
json_t *ckp_prices_known(void);

/*
 * What somebody means to be such a table: at most CKP_PRICES_MAX models of
 * names of 1 to 256 bytes, prices from 0, qualities from 0 to 100 and no other
 * members.  err.at: where it is wrong.
 */
ckp_code_t ckp_prices_check(const json_t *table, ckp_err_t *err);

#endif
