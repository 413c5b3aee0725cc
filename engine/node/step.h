/*
 * Steps in order, for every node type that has some: the machine of one step
 * (step.c, step_key.c, attempt.c, step_end.c) and what follows its failure
 * (retry.c, handler.c).
 *
 * The life of a step.
 *   begin    its condition, its parameters, a pause          step_begin
 *   attempt  recorded, admitted, called                      attempt_start
 *   rest     "admit" "busy" "call" "retry" "op" "pre" "after"; of a
 *            delegation (delegate.h) also "again" "cb"
 *   done     output, step_completed                          ckp_step_done
 *   failed   tried again, or handlers, or the node fails     ckp_step_failed
 *
 * Its state is n.step {ph, try, k, key, own, params, t0, ts, until, ref, agent,
 * busy, res, prev, amb, cb, dele, claim, hash}; n.at is its place in the list
 * n.list (absent: the node's own; "clean", "error": of a terminate; "rec": of a
 * handler; "val": of a validation that asks, validate.h).
 * n.h is a handler at work {lvl, i, err, prev, at, was, round, step}, n.hc and
 * n.rn count its retries in this visit of the step and of the node.
 */

#ifndef CKP_STEP_H
#define CKP_STEP_H

#include "node/fiber.h"

/* From n.at on; for enter and wake with input NULL. */
ckp_code_t ckp_steps_run(ckp_fiber_t *f);

/* For wake: replies, ticks, recovery. */
ckp_code_t ckp_steps_wake(ckp_fiber_t *f, const ckp_input_t *in);

/* The call in flight, if there is one, is given up; its slot is freed. */
ckp_code_t ckp_steps_abandon(ckp_fiber_t *f);

/* true: something of it is with others (admission or call). */
bool ckp_steps_in_flight(const ckp_fiber_t *f);

/* That, or it waits for a slot: what a turn that was refused began is not in
 * the state. */
bool ckp_steps_want(const ckp_fiber_t *f);

/* It waits for a slot until then, which is longer than anybody does. */
bool ckp_steps_stranded(const ckp_fiber_t *f, int64_t wake_at_ms);

/* --- between the files of the machine ----------------------------------------- */

/* The list that n.at counts in, and its step; NULL: past its end. */
const ckp_step_t *ckp_steps_list(const ckp_fiber_t *f, size_t *n);
const ckp_step_t *ckp_step_at(const ckp_fiber_t *f);

/* The step at a place of a list; NULL: there is none. */
const ckp_step_t *ckp_step_under(const ckp_fiber_t *f, const char *list,
    int64_t at);

/* The key of its present attempt, "#k" included; "" before there is one.
 * `out` has CKP_KEY_MAX + 1 bytes and is returned. */
const char *ckp_step_key(const ckp_fiber_t *f, char *out);

/* The key that the author's text gives, as a head may carry it: new string;
 * NULL: none, or an empty one.  CKP_E_INVALID: raised. */
ckp_code_t ckp_key_render(ckp_fiber_t *f, const ckp_template_t *t,
    json_t **key);

/* Makes n.step.key; rendered from the step's own text: also n.step.own. */
ckp_code_t ckp_step_make_key(ckp_fiber_t *f);

/* The step is done by a result known already; both are borrowed.  source: the
 * id of another run that had it, NULL: this one. */
ckp_code_t ckp_step_cached(ckp_fiber_t *f, const json_t *known,
    const json_t *source);

/* What a mapping of the node may want once its steps are over; borrowed. */
ckp_code_t ckp_step_keep(ckp_fiber_t *f, json_t *result);

/* What was raised before the first attempt fails the step: rc is what the verb
 * returned. */
ckp_code_t ckp_step_refused(ckp_fiber_t *f, ckp_code_t rc);

ckp_code_t ckp_attempt_start(ckp_fiber_t *f);
ckp_code_t ckp_attempt_wake(ckp_fiber_t *f, const ckp_input_t *in);

/* result is stolen.  fail_open: the policy's default stands for a result. */
ckp_code_t ckp_step_done(ckp_fiber_t *f, json_t *result, bool fail_open);

/* The recorded error ended an attempt; ambiguous: it may have worked. */
ckp_code_t ckp_attempt_failed(ckp_fiber_t *f, bool ambiguous);

/* No attempt is left.  error is stolen. */
ckp_code_t ckp_step_failed(ckp_fiber_t *f, json_t *error);

/* It is passed over; reason as in step_skipped. */
ckp_code_t ckp_step_skip(ckp_fiber_t *f, const char *reason);

/* The same, told and pictured already: who handles it. */
ckp_code_t ckp_step_failed_on(ckp_fiber_t *f, json_t *error);

/* It is done: the pause behind it, then the next. */
ckp_code_t ckp_step_after(ckp_fiber_t *f);

/* The next one of the list. */
ckp_code_t ckp_step_next(ckp_fiber_t *f);

/* Waits for `ms`, then `ph` goes on. */
ckp_code_t ckp_step_pause(ckp_fiber_t *f, const char *ph, int64_t ms);

/* Another attempt after `ms`. */
ckp_code_t ckp_step_again(ckp_fiber_t *f, uint32_t max_retries, int64_t ms,
    const json_t *error);

/* The first handler that matches acts; without one the node fails.  error is
 * stolen. */
ckp_code_t ckp_node_failed(ckp_fiber_t *f, json_t *error);

/* What the handler at work does with the error (stolen) once all is told. */
ckp_code_t ckp_handler_act(ckp_fiber_t *f, json_t *error);

/* Its recovery steps are over: the action.  ok: no required one failed */
ckp_code_t ckp_handler_resume(ckp_fiber_t *f, bool ok);

/* The list, place and step that recovery steps took the place of. */
ckp_code_t ckp_handler_back(ckp_fiber_t *f);

/* The handler is over: what it held is dropped; `handled`: the error is bound
 * no more. */
ckp_code_t ckp_handler_close(ckp_fiber_t *f, bool handled);

/* The node is made again after a while; error is borrowed. */
ckp_code_t ckp_handler_again(ckp_fiber_t *f, int64_t ms, const json_t *error);

/* Whether a handler has the fiber: its recovery steps, or its wait. */
bool ckp_handler_works(const ckp_fiber_t *f);

/* In place of the node's own wake, while it has; in NULL: it goes on. */
ckp_code_t ckp_handler_wake(ckp_fiber_t *f, const ckp_input_t *in);

/* The handler at work, from n.h; NULL: none. */
const ckp_handler_t *ckp_handler_current(const ckp_fiber_t *f);

/* The step that a handler is about, from n.h; NULL: the node as a whole. */
const ckp_step_t *ckp_handler_step(const ckp_fiber_t *f);

/* New string of at most 500 characters: error.message as payloads have it. */
json_t *ckp_error_text(const json_t *error);

#endif
