/*
 * The planner of an llm_action: a model that calls tools until it knows.
 * Source: spec/ckp.md 24.1.
 *
 * The life of a plan.
 *   begin     planner_started; the goal is asked            ckp_planner_begin
 *   answered  calls of tools, or the last answer            ckp_planner_answered
 *   tools     each a frame of its own: <node>/tool[k]       ckp_llm_child
 *   report    results become messages, the model is asked   (a new iteration)
 *   ended     outputs as of any other llm_action            ckp_llm_take
 */

#ifndef CKP_PLANNER_H
#define CKP_PLANNER_H

#include "llm/llm.h"

ckp_code_t ckp_planner_begin(ckp_fiber_t *f);

/* An answer of the model: meta as for ckp_llm_take, with `text`. */
ckp_code_t ckp_planner_answered(ckp_fiber_t *f, const json_t *meta);

/* Decisions, time, or (NULL) going on. */
ckp_code_t ckp_planner_wake(ckp_fiber_t *f, const ckp_input_t *in);

/* Frames of tools: for the node's table. */
ckp_code_t ckp_llm_child(ckp_fiber_t *f, const ckp_child_t *child);
const ckp_node_t *ckp_llm_inner(const ckp_node_t *node, const char *key);

/* Its tools and protocol in the body of a call. */
ckp_code_t ckp_planner_dress(ckp_fiber_t *f, json_t *body);

/* What the system's message says about it. */
void ckp_planner_instruct(const ckp_planner_t *planner, ckp_buf_t *b);

/* Whether its model answers with JSON instead of native tool calls. */
bool ckp_planner_is_json(const ckp_planner_t *planner);

#endif
