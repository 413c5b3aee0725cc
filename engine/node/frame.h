/*
 * Frames: what a node that nests asks for, and what it is told.  Bodies in
 * run/frame.c.  Source: spec/ckp.md 8.1, 8.2, 8.3.
 *
 * One frame is one fiber.  The node forks one for each iteration, branch, task
 * or child procedure and rests (ckp_fiber_sleep); the new fibers run beside it.
 * When one has ended, ops->child of the node is called in the node's own fiber;
 * there it forks the next, goes on resting, is done or fails.  A node that is
 * left (done, failed, diverted, timed out) has its frames reaped.
 *
 * A failing frame that makes its node fail: call ckp_fiber_fail first, change
 * nothing before it, for a retry of the run goes on from the state as it is
 * then.
 */

#ifndef CKP_FRAME_H
#define CKP_FRAME_H

#include "node/fiber.h"

/*
 * kind      path of what runs inside             @break, stops
 * LOOP      <node>[key]/<node in it>             break; at the loop, its next
 * BRANCH    <node>/b:key/<node in it>            at the parallel node's next
 * TASK      <node>/t:key  (the body itself)      after the body
 * TOOL      <node>/tool[key]  (the body itself)  after the body
 * SUB       <node>/sub/<node in it>              ends with terminate
 */
typedef enum {
    CKP_FRAME_LOOP,
    CKP_FRAME_BRANCH,
    CKP_FRAME_TASK,
    CKP_FRAME_TOOL,
    CKP_FRAME_SUB
} ckp_frame_t;

typedef struct {
    ckp_frame_t        kind;
    const char        *key;     /* names it among the node's frames; no ':' */
    uint32_t           round;   /* > 1: "#round" behind the key in the path */
    const ckp_node_t  *start;   /* first node, or the body (ops->inner finds
                                   it again by key) */
    bool               apart;   /* what it writes stays in it (child->vars) */
    bool               frozen;  /* and it sees the variables as they are now */
    bool               detached;    /* not reaped when its node is left: told to
                                       ops->child even then, by node id */
    json_t            *vars;    /* SUB: all its variables; stolen; else NULL */
    json_t            *input;   /* SUB: its `input`; stolen */
    bool               inherits;    /* SUB: settings of the procedure around */
    json_t            *local;   /* names before variables; stolen; NULL */
    const char        *prog;    /* SUB: hash of its document, linked by the
                                   host (ckp_run_link) */
} ckp_fork_t;

/* The child procedure of that hash; NULL: the host has not linked it. */
const ckp_program_t *ckp_fiber_linked(const ckp_fiber_t *f, const char *hash);

/* Hash of the document that the fiber is in; NULL: it is the run's own. */
const char *ckp_fiber_hash(const ckp_fiber_t *f);

/* Whether a procedure of that id runs around the fiber, or is the run's, in
 * this run or in those that it is a child of; *depth: procedures around it. */
bool ckp_fiber_is_inside(const ckp_fiber_t *f, const char *procedure_id,
    unsigned *depth);

/* All that is stolen is gone after an error, too.  CKP_E_INVALID: too deep,
 * raised (LimitExceeded).  The new fiber runs once this one rests. */
ckp_code_t ckp_fiber_fork(ckp_fiber_t *f, const ckp_fork_t *how);

typedef enum {
    CKP_CHILD_DONE,             /* its end was reached */
    CKP_CHILD_BREAK,            /* @break */
    CKP_CHILD_FAILED,
    CKP_CHILD_TERMINATED        /* SUB: terminate; `end` tells how */
} ckp_child_end_t;

/* All lent for the call. */
struct ckp_child_s {
    const char       *key;
    ckp_child_end_t   how;
    ckp_end_t         end;
    const json_t     *result;   /* of its last node; NULL: none */
    const json_t     *error;    /* FAILED */
    const json_t     *vars;     /* apart: what it wrote that is other than
                                   outside now; SUB: all its variables */
    const json_t     *outputs;  /* TERMINATED: declared; NULL: none declared */
    const char       *message;  /* TERMINATED: NULL: none */
    int64_t           t0;       /* when it was forked */
    uint32_t          round;    /* as forked; 1: the first */
    bool              detached; /* the node itself was left long ago */
};

/* --- child runs (10.10; run/child.c) ---------------------------------------- */

typedef struct {
    const char     *hash;       /* of its document, linked */
    const char     *id;         /* by ckp_fiber_child_id */
    const json_t   *meta;       /* by ckp_fiber_child_meta */
    const json_t   *inputs;     /* as they were mapped */
    const json_t   *vars;       /* what ckp_program_inputs made of them */
    int64_t         budget_ms;  /* of active time; 0: none but its own */
    bool            awaited;    /* its end is told to this run, with ... */
    bool            maps;       /* ... its variables, whatever it declares */
    bool            inherits;
} ckp_bear_t;

/* The id of the child run of this visit of the node: the same one whenever the
 * visit is made.  id has 37 bytes. */
void ckp_fiber_child_id(ckp_fiber_t *f, char *id);

/* What it is born with of its name and of this run's: new object. */
json_t *ckp_fiber_child_meta(ckp_fiber_t *f, const ckp_program_t *prog,
    const char *id);

/* The child run is born in this turn; all is borrowed.  CKP_E_INVALID: too many
 * were, raised (LimitExceeded). */
ckp_code_t ckp_fiber_bear(ckp_fiber_t *f, const ckp_bear_t *how);

/* It is canceled, if it is not over. */
ckp_code_t ckp_fiber_recall(ckp_fiber_t *f, const char *id,
    const char *reason);

/* --- what runs ------------------------------------------------------------- */

/* Frames of this node that still run, or whether one of that key does. */
size_t ckp_fiber_frames(const ckp_fiber_t *f);
bool ckp_fiber_has_frame(const ckp_fiber_t *f, const char *key);

/* The node itself has told that this branch is cancelled; of others it is told
 * when they are given up. */
ckp_code_t ckp_fiber_frame_told(ckp_fiber_t *f, const char *key);

/* Its calls are aborted, its questions voided; ops->child is not called.
 * reason: of node_canceled inside.  Unknown keys are passed over. */
ckp_code_t ckp_fiber_reap(ckp_fiber_t *f, const char *key, const char *reason);
ckp_code_t ckp_fiber_reap_all(ckp_fiber_t *f, const char *reason);

/* What its frame of that key does is given up, and the frame fails as if it had
 * raised the error (borrowed) itself: a child procedure's on_failure is
 * asked. */
ckp_code_t ckp_frame_fail(ckp_fiber_t *f, const char *key,
    const json_t *error);

/* No handler and no frame is asked: the run fails (15.6), by an error of a
 * detached frame.  error is borrowed. */
ckp_code_t ckp_frame_fail_run(ckp_fiber_t *f, const json_t *error);

/* Names of 6.5 that stand for the last result of something: loop_results,
 * parallel_results, llm_output, subflow_output.  value is stolen. */
ckp_code_t ckp_fiber_last_put(ckp_fiber_t *f, const char *name, json_t *value);
json_t *ckp_fiber_last_get(const ckp_fiber_t *f, const char *name); /* lent */

/* The variables as the fiber sees them: new object. */
json_t *ckp_fiber_vars(const ckp_fiber_t *f);

#endif
