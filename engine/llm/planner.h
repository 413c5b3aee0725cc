/*
 * The planner of an llm_action: a model that calls tools until it knows.
 * Source: spec/ckp.md 24.1.
 *
 * The life of a plan.
 *   begin     planner_started; the goal is told           ckp_planner_begin
 *   iterate   within its limits the model is asked        planner_iterate
 *   answered  calls of tools, a plan, or the last answer  ckp_planner_answered
 *   tools     each a frame: <node>/tool[k.name]           ckp_tools_go
 *   report    what they gave becomes messages             ckp_planner_report
 *   ended     outputs as of any other llm_action          ckp_llm_final
 *
 * State: n.pl {ph, it, k, t0, text, cut, pid}; ph is "plan" "loop" "run" (of a
 * plan) or "final".  n.plq {"0": call ...}: calls of this iteration, {tool,
 * args, id, s, k, t0, res}; s: "new" "ask" "run" "done".  n.plc {tool: calls}.
 */

#ifndef CKP_PLANNER_H
#define CKP_PLANNER_H

#include "llm/llm.h"

#define CKP_TOOLS_MAX        64
#define CKP_TOOL_CALLS_MAX   128        /* in one answer of a model */
#define CKP_TOOL_RESULT_MAX  (16 * 1024)

typedef struct {
    const char        *name;
    const char        *description;     /* NULL: none */
    const json_t      *parameters;      /* a schema; NULL: any object */
    const ckp_node_t  *body;            /* NULL: wrong, as was told */
    const ckp_node_t  *ask;             /* approval: human; NULL: none */
    bool               writes;          /* side_effects: write */
    uint32_t           max_calls;       /* 0: no bound of its own */
} ckp_tool_t;

struct ckp_planner_s {
    ckp_template_t    *goal;            /* NULL: the prompt alone */
    bool               plan_first;
    bool               json;            /* protocol */
    ckp_tool_t        *tools;
    size_t             ntools;
    uint32_t           iterations;      /* max_iterations ... */
    uint32_t           calls;
    uint32_t           parallel;
    int64_t            elapsed_ms;
    double             cost;            /* 0: no bound */
    const ckp_node_t  *approval;        /* plan_approval: human; NULL: none */
    bool               partial;         /* on_limit: return_partial */
    bool               strict;          /* on_tool_error: fail */
    bool               harmless;        /* forbid_side_effects */
    ckp_expr_t        *stop;            /* NULL: none */
};

/* --- planner.c --------------------------------------------------------- */

ckp_code_t ckp_planner_begin(ckp_fiber_t *f);

/* An answer of the model: meta as for ckp_llm_take, with `text`. */
ckp_code_t ckp_planner_answered(ckp_fiber_t *f, const json_t *meta);

/* Time, or (NULL) going on. */
ckp_code_t ckp_planner_wake(ckp_fiber_t *f, const ckp_input_t *in);

/* The model is told what is wrong with what it said last, and asked again. */
ckp_code_t ckp_planner_again(ckp_fiber_t *f, const char *wrong);

/* All calls of this iteration are done. */
ckp_code_t ckp_planner_report(ckp_fiber_t *f);

/* A limit was met: GuardrailExceeded, or what there is. */
ckp_code_t ckp_planner_limit(ckp_fiber_t *f, const char *limit, double value);

/* Whether its time is over, before another call is made. */
bool ckp_planner_is_late(const ckp_fiber_t *f);

/* `planner` in templates of its node. */
json_t *ckp_planner_names(ckp_fiber_t *f, const char *key, const char *name);

/* --- plan.c: plan_first ------------------------------------------------ */

/* The answer is a plan: told, approved, gone through. */
ckp_code_t ckp_plan_proposed(ckp_fiber_t *f, const json_t *plan);

/* The decision about it. */
ckp_code_t ckp_plan_decided(ckp_fiber_t *f, const json_t *record);

/* The next step of it; *none: all are done, or one failed. */
ckp_code_t ckp_plan_next(ckp_fiber_t *f, bool *none);

/* --- tools.c: one call ------------------------------------------------- */

const ckp_tool_t *ckp_tool_find(const ckp_planner_t *planner,
    const char *name);

/* One more call of this iteration, judged; args and id are borrowed. */
ckp_code_t ckp_tool_want(ckp_fiber_t *f, const char *name, const json_t *args,
    const char *id);

/* Begins what may begin; the fiber rests, or reports when all is done. */
ckp_code_t ckp_tools_go(ckp_fiber_t *f);

/* The call `i` of this iteration; lent, NULL: none. */
json_t *ckp_tool_call(const ckp_fiber_t *f, size_t i);
size_t ckp_tool_calls(const ckp_fiber_t *f);

/* Frames of tools: for the node's table. */
ckp_code_t ckp_llm_child(ckp_fiber_t *f, const ckp_child_t *child);
bool ckp_planner_awaits(const ckp_fiber_t *f, const char *key);
const ckp_node_t *ckp_llm_inner(const ckp_node_t *node, const char *key);

/* --- protocol.c: how tools are told and called ------------------------- */

/* Its tools and protocol in the body of a call. */
ckp_code_t ckp_planner_dress(ckp_fiber_t *f, json_t *body);

/* What the system's message says about it. */
void ckp_planner_instruct(const ckp_planner_t *planner, ckp_buf_t *b);

/* Whether its model answers with JSON instead of native tool calls. */
bool ckp_planner_is_json(const ckp_planner_t *planner);

/*
 * Reads an answer.  CKP_OK and *final (new text): the last one; *plan (new
 * array): a plan; neither: calls were noted by ckp_tool_want, or the model is
 * told what is wrong (*wrong, static).
 */
typedef struct {
    json_t      *final;
    json_t      *plan;
    const char  *wrong;
} ckp_said_t;

ckp_code_t ckp_planner_read(ckp_fiber_t *f, const json_t *meta,
    ckp_said_t *said);

/* What the call `i` gave as a message. */
ckp_code_t ckp_planner_told(ckp_fiber_t *f, size_t i);

#endif
