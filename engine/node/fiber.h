/*
 * The verbs: all that an executor can do.  Each adds to the turn and does
 * nothing else; the state behind them is written by run/ alone.  Bodies are in
 * run/ (fiber.c, vars.c, route.c, scope.c).
 *
 * The life of a fiber in a node.
 *   enter   the node was chosen; node_started is written    ops->enter
 *   rest    it waits for an answer, a person or a time      ckp_fiber_sleep ...
 *   wake    an input for it came                            ops->wake
 *   done    node_completed; the successor is entered        ckp_fiber_done
 *   failed  handlers, on_error, the frame above             ckp_fiber_fail
 */

#ifndef CKP_FIBER_H
#define CKP_FIBER_H

#include "node/node.h"
#include "node/op.h"

/* --- where it is ---------------------------------------------------------- */

const ckp_program_t *ckp_fiber_program(const ckp_fiber_t *f);

/* The run's own procedure: its execution mode and test doubles hold in child
 * procedures, too (10.10). */
const ckp_program_t *ckp_fiber_run_program(const ckp_fiber_t *f);
const ckp_node_t *ckp_fiber_node(const ckp_fiber_t *f);
const ckp_step_t *ckp_fiber_step(const ckp_fiber_t *f);     /* NULL: none */
void ckp_fiber_at_step(ckp_fiber_t *f, const ckp_step_t *step);
const char *ckp_fiber_run_id(const ckp_fiber_t *f);

/* What keys of the run begin with: its id, and how often it was set back to an
 * earlier state, for then its steps are to run again (run/restore.c). */
const char *ckp_fiber_key_run(const ckp_fiber_t *f);
int64_t ckp_fiber_now(const ckp_fiber_t *f);

/* How long a call of an agent may take when its step does not say. */
int64_t ckp_fiber_agent_ms(const ckp_fiber_t *f);

/* How long it may wait for a slot of its agent. */
int64_t ckp_fiber_slot_ms(const ckp_fiber_t *f);
ckp_rand_t *ckp_fiber_rand(ckp_fiber_t *f);
bool ckp_fiber_is_top(const ckp_fiber_t *f);

/* "production", "dry_run" ...: the run's own, else the procedure's. */
const char *ckp_fiber_mode(const ckp_fiber_t *f);

/* The path of the node, or of the step when there is one; lent for the turn. */
const char *ckp_fiber_path(ckp_fiber_t *f);
const char *ckp_fiber_node_path(ckp_fiber_t *f);

/* A text that lives as long as the turn; NULL: no memory.  join: with `c`
 * between the two. */
const char *ckp_fiber_join(ckp_fiber_t *f, const char *head, char c,
    const char *tail);
const char *ckp_fiber_printf(ckp_fiber_t *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* First visit, outside loops, branches, dags and subflows. */
bool ckp_fiber_is_plain(ckp_fiber_t *f);

/* --- evaluating ------------------------------------------------------------ */

/* Names of spec/ckp.md 6.5.  Lent; valid until the fiber's next verb. */
const ckp_scope_t *ckp_fiber_scope(ckp_fiber_t *f);
void ckp_fiber_eval(ckp_fiber_t *f, ckp_eval_t *ev);

/*
 * Renders / tests in the fiber's scope.  CKP_E_INVALID: the error
 * (TemplateError, ExpressionError) was recorded as by ckp_fiber_raise.
 */
ckp_code_t ckp_fiber_render(ckp_fiber_t *f, const ckp_template_t *t,
    json_t **out);

/* What rendering by `ev` came to: `rc`, with its error recorded (behind `what`)
 * when it failed. */
ckp_code_t ckp_fiber_rendered(ckp_fiber_t *f, ckp_code_t rc,
    const ckp_eval_t *ev, const char *what, const ckp_err_t *err);

ckp_code_t ckp_fiber_test(ckp_fiber_t *f, const ckp_expr_t *expr, bool *holds);

/* --- secrets (28.2, 28.3; run/secret.c) --------------------------------------- */

/* As ckp_fiber_render, and {{secrets.x}} gives a handle: a text that may leave
 * in an effect only. */
ckp_code_t ckp_fiber_render_secret(ckp_fiber_t *f, const ckp_template_t *t,
    json_t **out);

/* The parameters of a step: with handles where they leave. */
ckp_code_t ckp_fiber_render_params(ckp_fiber_t *f, const ckp_step_t *step,
    json_t **out);

/* What ckp_run_site was given; NULL: nothing. */
const json_t *ckp_fiber_site(const ckp_fiber_t *f);

/* A handle; field NULL: the whole secret.  NULL: that is no name. */
json_t *ckp_fiber_secret(ckp_fiber_t *f, const char *name, const char *field);

/*
 * What the host has to put into an effect whose body has `value` in it: new
 * object {handle: {name, key, field?, required, prefix?}}; NULL: nothing.  It
 * belongs into the body as `secrets`.
 */
ckp_code_t ckp_fiber_secrets(ckp_fiber_t *f, const json_t *value,
    json_t **out);

/* secret_accessed for each of them. */
ckp_code_t ckp_fiber_secrets_told(ckp_fiber_t *f, const json_t *secrets,
    const char *purpose);

/* --- private state: an object in the run's state ---------------------------- */

/* fiber[a][b], or fiber[a] when b is NULL.  Values are stolen / lent. */
ckp_code_t ckp_fiber_put(ckp_fiber_t *f, const char *a, const char *b,
    json_t *value);
ckp_code_t ckp_fiber_put_in(ckp_fiber_t *f, const char *a, const char *b,
    const char *c, json_t *value);                          /* fiber[a][b][c] */
ckp_code_t ckp_fiber_del(ckp_fiber_t *f, const char *a, const char *b);

/* Lends the object itself; NULL: there is none. */
const json_t *ckp_fiber_own(const ckp_fiber_t *f);

/* Inline, because names are mostly constants and are made ready then. */

static inline json_t *
ckp_fiber_get(const ckp_fiber_t *f, const char *a, const char *b)
{
    json_t *const  v = json_object_get(ckp_fiber_own(f), a);

    return b == NULL ? v : json_object_get(v, b);
}

static inline int64_t
ckp_fiber_get_int(const ckp_fiber_t *f, const char *a, const char *b)
{
    return json_integer_value(ckp_fiber_get(f, a, b));
}

static inline const char *
ckp_fiber_get_str(const ckp_fiber_t *f, const char *a, const char *b)
{
    return json_string_value(ckp_fiber_get(f, a, b));
}

/* state[a][b] of the run: counters, keyed results, approvals, affinity. */
ckp_code_t ckp_fiber_run_put(ckp_fiber_t *f, const char *a, const char *b,
    json_t *value);
json_t *ckp_fiber_run_get(const ckp_fiber_t *f, const char *a, const char *b);
ckp_code_t ckp_fiber_count(ckp_fiber_t *f, const char *counter);

/* --- variables -------------------------------------------------------------- */

/*
 * Assigns by dotted name (8.6).  `value` is stolen.  CKP_E_INVALID: recorded as
 * by ckp_fiber_raise (VariablesTooLarge, TypeMismatch).
 */
ckp_code_t ckp_fiber_var_set(ckp_fiber_t *f, const char *name, json_t *value);
json_t *ckp_fiber_var_get(const ckp_fiber_t *f, const char *name);  /* lent */

/*
 * Assigns the mappings of 9.1 against `result` (NULL: null): all of them, or
 * none on an error.  CKP_E_INVALID: recorded as by ckp_fiber_raise.
 */
ckp_code_t ckp_fiber_map(ckp_fiber_t *f, const ckp_mapping_t *maps, size_t n,
    const json_t *result);

/* The same of what an LLM said; `meta` has usage, model_used, tool_calls.
 * NULL: no LLM, the words are members of the result. */
ckp_code_t ckp_fiber_map_meta(ckp_fiber_t *f, const ckp_mapping_t *maps,
    size_t n, const json_t *result, const json_t *meta);

/* The same without assigning: *out is a new object {variable: value}. */
ckp_code_t ckp_fiber_map_values(ckp_fiber_t *f, const ckp_mapping_t *maps,
    size_t n, const json_t *result, const json_t *meta, json_t **out);

/* --- telling and asking ------------------------------------------------------ */

/* payload is stolen; NULL: an empty one could not be made. */
ckp_code_t ckp_fiber_emit(ckp_fiber_t *f, const char *type, json_t *payload);
ckp_code_t ckp_fiber_write(ckp_fiber_t *f, const char *table, json_t *row);

/* US dollars that its work has cost: told to the nodes whose tasks it works for
 * (ops->heard, type "cost", payload {cost_usd}).  The run's sum is kept by who
 * calls this. */
ckp_code_t ckp_fiber_spent(ckp_fiber_t *f, double usd);

/* Something is counted once the turn is committed; m->labels is stolen. */
ckp_code_t ckp_fiber_metric(ckp_fiber_t *f, const ckp_metric_t *m);

/* The node is complete: what it measures of its own (19.1), seeing `result`
 * (borrowed, NULL: null). */
ckp_code_t ckp_fiber_measured(ckp_fiber_t *f, const json_t *result);

/* Something of it is tried again: counted for the run and for the node. */
ckp_code_t ckp_fiber_retried(ckp_fiber_t *f);

/* The run goes on after a rest: execution_resumed, status running. */
ckp_code_t ckp_fiber_resumed(ckp_fiber_t *f, const char *reason);

/* A fresh name for an effect, kept by the caller in its state. */
const char *ckp_fiber_ref(ckp_fiber_t *f);

/* `body` is stolen; ref and key are copied. */
ckp_code_t ckp_fiber_effect(ckp_fiber_t *f, const ckp_effect_t *fx);

/*
 * Saves the state as it will be at this point.  `reason` as in 21; name NULL:
 * none.  id (37 bytes, may be NULL) receives the checkpoint's id.
 */
ckp_code_t ckp_fiber_checkpoint(ckp_fiber_t *f, const char *reason,
    const char *name, char *id);

/* --- waiting ------------------------------------------------------------------ */

/* The fiber is woken with CKP_IN_TICK at that time, unless it moves before. */
ckp_code_t ckp_fiber_sleep(ckp_fiber_t *f, int64_t until_ms);

/* It waits for somebody: INT64_MAX stands for no time at all. */
#define CKP_NO_TIME  INT64_MAX

/* Whether it was told to sleep since this was asked last. */
bool ckp_fiber_slept(ckp_fiber_t *f);

/* Go on in ops->wake with input NULL, as soon as the turn allows. */
ckp_code_t ckp_fiber_again(ckp_fiber_t *f);

/* --- failing -------------------------------------------------------------- */

/* {{error}}; NULL: none.  error is stolen. */
ckp_code_t ckp_fiber_bind_error(ckp_fiber_t *f, json_t *error);
json_t *ckp_fiber_bound_error(const ckp_fiber_t *f);        /* lent */

/* Records an error of 15.2; returns CKP_E_INVALID (or CKP_E_NOMEM). */
ckp_code_t ckp_fiber_raise(ckp_fiber_t *f, const char *type, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/* The same from an object {type, message, ...}: stolen. */
ckp_code_t ckp_fiber_raise_json(ckp_fiber_t *f, json_t *error);

/* Lends the recorded error; NULL: there is none. */
const json_t *ckp_fiber_raised(const ckp_fiber_t *f);

/* Takes the recorded error, completed with its place; new reference. */
json_t *ckp_fiber_error_take(ckp_fiber_t *f);

/*
 * The node fails: its handlers, its on_error, the frame above.  Returns what an
 * executor returns (CKP_OK unless memory ran out).
 */
ckp_code_t ckp_fiber_fail(ckp_fiber_t *f, const char *type, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/* The same with the error at hand (stolen), past the handlers. */
ckp_code_t ckp_fiber_fail_json(ckp_fiber_t *f, json_t *error);

/* The same past on_error and the frames above, too: only the procedure's
 * on_failure is left (`fail_workflow`, 15.6).  A child procedure fails
 * alone. */
ckp_code_t ckp_fiber_fail_run(ckp_fiber_t *f, json_t *error);

/* --- undoing ------------------------------------------------------------------- */

/* It is done and could be undone (25): remembered with its result (borrowed)
 * and the variables of now.  undo NULL: nothing to remember. */
ckp_code_t ckp_fiber_undoable(ckp_fiber_t *f, const ckp_compensation_t *undo,
    const json_t *result);

/* What was done inside the node is undone, then the node fails with the error
 * (stolen): reason "handler", past its handlers; "rollback". */
ckp_code_t ckp_fiber_undo(ckp_fiber_t *f, const char *reason, json_t *error);

/* --- moving ------------------------------------------------------------------- */

/*
 * The node is complete: outputs, node_completed, checkpoint, then `to`
 * (CKP_TO_NOTHING: the node's own next_node).  result is borrowed, NULL: null.
 */
ckp_code_t ckp_fiber_done(ckp_fiber_t *f, ckp_target_t to,
    const json_t *result);

/* What it is done by only stands for its work: its key (20.4) gets none. */
ckp_code_t ckp_fiber_keyless(ckp_fiber_t *f);

/* What people decided in the procedure that the fiber is in, by node (6.5):
 * lent, NULL: nothing.  put: at the fiber's node; stolen. */
json_t *ckp_fiber_approvals(const ckp_fiber_t *f);
ckp_code_t ckp_fiber_approval_put(ckp_fiber_t *f, json_t *record);

/* The same as by on_error: who was to be told of a timeout (17.3). */
ckp_code_t ckp_fiber_escalate(ckp_fiber_t *f, ckp_target_t to,
    const json_t *error);

/* The node ends in error, but somebody knows what to do: error bound, go there.
 * `by` says who (node_error.handled_by).  error is borrowed. */
ckp_code_t ckp_fiber_divert(ckp_fiber_t *f, ckp_target_t to, const char *by,
    const json_t *error);

/* A new visit of the same node, from its beginning. */
ckp_code_t ckp_fiber_restart(ckp_fiber_t *f, const char *by,
    const json_t *error);

/* The whole run ends here.  outputs and message are stolen; NULL: none. */
ckp_code_t ckp_fiber_finish(ckp_fiber_t *f, ckp_end_t end, json_t *outputs,
    json_t *message);

/* --- pure helpers --------------------------------------------------------------- */

/* "a" is one of the names by 15.3's comparison (or by code); lists with |. */
bool ckp_error_named(const json_t *error, const char *name);
bool ckp_error_retryable(const json_t *error, const ckp_retry_t *policy);

/* The error (stolen) with the members of `more` over those of its details: new
 * object, NULL: no memory. */
json_t *ckp_error_detailed(json_t *error, const json_t *more);

/* Errors of the engine itself, which no handler catches (15.2, last row). */
bool ckp_error_is_engine(const json_t *error);

/* The wait before retry n (16.2), jitter included; prev_ms: the one before. */
uint32_t ckp_backoff_ms(const ckp_retry_t *policy, uint32_t n);
uint32_t ckp_backoff_jitter_ms(const ckp_retry_t *policy, uint32_t n,
    uint32_t prev_ms, const char *run_id, const char *path);

#endif
