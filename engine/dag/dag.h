/*
 * dag: tasks by data flow (spec/ckp.md 11).  What a document says of one, and
 * the parts of the executor.
 *
 * The life of a task.
 *   pending    its dependencies are not settled yet          flow.c
 *   ready      its rule and its condition hold: in line      flow.c
 *   running    its body runs in a frame of its own           task.c
 *   resting    its retry waits for its time                  task.c
 *   settled    completed, failed, skipped, canceled          flow.c
 *
 * The state of the node (ckp_fiber_get):
 *   t     {task: record}      records as record.c has them
 *   w     {task: [satisfied, broken, voided]}
 *   q     {"n": task}, qh, qt the line of ready tasks: head and tail
 *   l     {"level": [settled, completed, failed]}
 *   u     {task: ms}          when a resting task is started again
 *   live  tasks running or resting
 *   sum   [completed, failed, skipped]
 *   stop  {task, err}         no task starts any more; the node will fail
 */

#ifndef CKP_DAG_H
#define CKP_DAG_H

#include "model/program.h"
#include "dag/plan.h"
#include "node/body.h"
#include "node/fiber.h"
#include "node/frame.h"
#include "node/parse.h"

/* The members of a task, " a b c ": read_task.c. */
extern const char  ckp_known_task[];

#define CKP_DAG_TASKS_MAX    2000
#define CKP_DAG_EDGES_MAX    10000
#define CKP_DAG_TASK_ID_MAX  128
#define CKP_DAG_NONE         SIZE_MAX

typedef enum {
    CKP_DAG_BODY_STEPS,         /* step, steps: a sequence */
    CKP_DAG_BODY_LLM,
    CKP_DAG_BODY_APPROVAL,
    CKP_DAG_BODY_SUBFLOW,
    CKP_DAG_BODY_VALUE          /* expression, noop */
} ckp_dag_body_t;

typedef enum {
    CKP_DAG_FAIL,
    CKP_DAG_CONTINUE,
    CKP_DAG_ROLLBACK
} ckp_dag_on_error_t;

typedef struct {
    size_t         from;
    size_t         to;
    ckp_dag_on_t   on;
    ckp_expr_t    *condition;           /* NULL: none */
    bool           is_default;
    bool           stands_in;           /* `to` is the fallback of `from`, and
                                           is over with it */
} ckp_dag_edge_t;

typedef struct {
    const char         *id;
    const char         *spare_key;      /* the frame in which its fallback
                                           runs for it; its own is `id` */
    ckp_dag_body_t      kind;
    ckp_node_t         *body;
    ckp_expr_t         *condition;      /* NULL: none */
    ckp_dag_rule_t      rule;
    ckp_template_t     *inputs;         /* NULL: none */
    bool                keeps_inputs;   /* they are wanted after it, too */
    bool                as_input;       /* form E: they hide `input`, too */
    const char         *output_variable;    /* NULL: none */
    ckp_mapping_t      *outputs;
    size_t              noutputs;
    ckp_template_t     *shape;          /* form E: of its output; NULL */
    bool                restarts;       /* tried again by the dag */
    ckp_retry_t         retry;
    ckp_dag_on_error_t  on_error;
    size_t              fallback;       /* CKP_DAG_NONE: none */
    bool                is_fallback;    /* of some task */
    bool                spare;          /* and of no use otherwise */
    size_t              ndeps;
    size_t              level;
    size_t             *refs;           /* tasks that its body names */
    size_t              nrefs;
    bool                all_refs;       /* it may name any */
} ckp_dag_task_t;

struct ckp_dag_s {
    ckp_dag_task_t      *tasks;         /* in the order of the document */
    size_t               ntasks;
    ckp_dag_edge_t      *edges;
    size_t               nedges;
    ckp_dag_links_t      forth;
    ckp_dag_links_t      back;
    size_t              *order;         /* stable topological */
    size_t              *by_level;      /* tasks, level by level */
    size_t              *level_first;   /* nlevels + 1 places in by_level */
    size_t               nlevels;
    const json_t        *keys;          /* key of a frame -> task, or
                                           ntasks + task of a spare_key */
    size_t               max_parallel;  /* 0: no bound */
    bool                 by_levels;
    ckp_dag_on_error_t   on_error;
    bool                 cancels;       /* cancel_running_on_fail */
    const char          *output_variable;   /* NULL */
    bool                 all_outputs;   /* form D: of every task */
    bool                 wraps;         /* form E: {"result": ...} */
};

/* --- parsing: read.c, edges.c, read_task.c, body.c, check.c --------------------- */

/* What the files that read a dag share. */
typedef struct {
    ckp_parse_t       *ps;
    ckp_dag_t         *dag;
    json_t            *ids;             /* task id -> position; owned */
    ckp_at_t           at;              /* the node */
    ckp_at_t           tasks;           /* where its tasks are */
    ckp_at_t          *places;          /* of each task */
    ckp_dag_pair_t    *pairs;           /* of all edges */
    size_t             edges_size;
    ckp_retry_t        retry;           /* of the node, for tasks */
    bool               retries;         /* the node has a policy of its own */
    size_t             task;            /* the one being read; or NONE */
    bool               judged;          /* what it refers to was judged */
    bool              *upstream;        /* of `upstream_of` */
    size_t             upstream_of;
    size_t             searched;        /* edges, to fill it */
    size_t            *scratch;         /* ntasks places */
    bool               nomem;
    bool               full;            /* too many edges: told */
} ckp_dag_read_t;

/* Tasks, their fallbacks, their dependencies, their order. */
void ckp_dag_read_tasks(ckp_dag_read_t *r);
void ckp_dag_read_edges(ckp_dag_read_t *r);
void ckp_dag_read_order(ckp_dag_read_t *r);
int ckp_dag_read_on_error(ckp_dag_read_t *r, const ckp_at_t *at,
    int otherwise);

/* The members of task `i`, and its body. */
void ckp_dag_read_task(ckp_dag_read_t *r, size_t i);
void ckp_dag_read_body(ckp_dag_read_t *r, size_t i);

/* As ckp_judge_pt: 0, 504 or 505 for a task that is referred to. */
int ckp_dag_read_judge(void *data, const char *task);
bool ckp_dag_is_upstream(ckp_dag_read_t *r, size_t of, size_t task);

/* Position by id; CKP_DAG_NONE: no such task. */
size_t ckp_dag_read_find(const ckp_dag_read_t *r, const char *id);

/* What can be said once all is read. */
void ckp_dag_check(ckp_dag_read_t *r);

/* --- running --------------------------------------------------------------------- */

extern const ckp_node_ops_t  ckp_node_value;    /* expression, noop: value.c */

/* What a body of that kind is. */
struct ckp_value_s {
    ckp_expr_t  *expr;                  /* NULL: noop */
};

/* Position of a task by the key of a frame; CKP_DAG_NONE.  spare: its fallback
 * runs there for it. */
size_t ckp_dag_find(const ckp_dag_t *dag, const char *key, bool *spare);

/* run.c: the node's inputs, its end. */
ckp_code_t ckp_dag_enter(ckp_fiber_t *f);
ckp_code_t ckp_dag_wake(ckp_fiber_t *f, const ckp_input_t *in);

/* Starts what is in line, ends the node when nothing is left, or rests. */
ckp_code_t ckp_dag_go_on(ckp_fiber_t *f);

/* flow.c: what is settled moves on what waits for it. */
ckp_code_t ckp_dag_open(ckp_fiber_t *f);
ckp_code_t ckp_dag_settle(ckp_fiber_t *f, size_t task, ckp_dag_end_t end);
ckp_code_t ckp_dag_reopen(ckp_fiber_t *f);      /* after a retry of the run */
ckp_code_t ckp_dag_level_open(ckp_fiber_t *f, size_t level);
size_t ckp_dag_settled(const ckp_fiber_t *f);

/* task.c: one task's body, from its start to its end. */
ckp_code_t ckp_dag_start(ckp_fiber_t *f, size_t task);
ckp_code_t ckp_dag_child(ckp_fiber_t *f, const ckp_child_t *child);
ckp_code_t ckp_dag_stand_in(ckp_fiber_t *f, size_t task);
ckp_code_t ckp_dag_tick(ckp_fiber_t *f);
ckp_code_t ckp_dag_heard(ckp_fiber_t *f, const char *key, const char *type,
    const json_t *payload);

/* failure.c: tried again, stood in for, given up.  error is lent. */
ckp_code_t ckp_dag_failed(ckp_fiber_t *f, size_t task, bool spare,
    const json_t *error);

/*
 * record.c: what is known of a task.
 *   s    "ready", "running", "waiting"; how it was settled
 *   a    attempts         r   frames begun, for the path of the next
 *   t0   ms               t1  ms
 *   out  its output       err its error
 *   in   its inputs, when they are wanted later
 *   fb   its fallback runs, or ran, for it
 *   c    USD                rf  frames of its fallback
 *   ran  how it ended when it ran as a fallback alone
 *   prev ms, the wait before the last attempt
 */
ckp_code_t ckp_dag_put(ckp_fiber_t *f, size_t task, const char *member,
    json_t *value);                                     /* stolen */
json_t *ckp_dag_get(const ckp_fiber_t *f, size_t task,
    const char *member);                                /* lent; NULL */
bool ckp_dag_is(const ckp_fiber_t *f, size_t task, const char *status);

/* Counters of the node: n[a], n[a][b]. */
ckp_code_t ckp_dag_count(ckp_fiber_t *f, const char *a, const char *b,
    int64_t by);

/* names.c: `tasks` and `context`, and what is evaluated with them. */
json_t *ckp_dag_names(ckp_fiber_t *f, const char *key, const char *name);
json_t *ckp_dag_result(ckp_fiber_t *f);                 /* new */

/* What a task's own condition, inputs and shape see: `tasks` and `context`,
 * and in front of them the members of `object` (NULL: none).  task NONE: an
 * edge's condition. */
ckp_code_t ckp_dag_render(ckp_fiber_t *f, size_t task, const ckp_template_t *t,
    const json_t *object, json_t **out);
ckp_code_t ckp_dag_test(ckp_fiber_t *f, size_t task, const ckp_expr_t *expr,
    const json_t *object, bool *holds);

#endif
