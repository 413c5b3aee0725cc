/*
 * What is told of a procedure without running it; shared by the files of this
 * room.
 *
 * The life of an explanation.
 *   look      the document's outline, beside its program   explain.c
 *   edges     where each node leads, and why                edges.c
 *   trace     breadth first over what is reached            edges.c
 *   names     who writes and who reads each variable        names.c
 *   risk      what its steps may do to the world            risk.c
 *   walk      a dry run of it, when inputs are given        walk.c
 */

#ifndef CKP_STUDY_INT_H
#define CKP_STUDY_INT_H

#include "ckp.h"
#include "compile/parse_int.h"

#define CKP_STUDY_END  SIZE_MAX         /* `to`: "__end__" */
#define CKP_STUDY_RUN  SIZE_MAX         /* `from`: "__run__", wherever it is */

typedef struct {
    size_t       from;
    size_t       to;
    const char  *condition;             /* NULL: none */
} ckp_study_edge_t;

typedef struct {
    const ckp_program_t  *prog;
    ckp_parse_t           ps;           /* a look at the same document */
    ckp_study_edge_t     *edges;        /* by `from`, in the order told */
    size_t                nedges;
    size_t                size;
    size_t                from;         /* the node that is looked at */
    bool                  nomem;
} ckp_study_t;

/* The value, or NULL once memory ran out for a part of it. */
static inline json_t *
ckp_study_whole(json_t *v, int bad)
{
    if (bad != 0) {
        json_decref(v);
        return NULL;
    }

    return v;
}


/* --- edges.c ------------------------------------------------------------------- */

void ckp_study_edges(ckp_study_t *s);
json_t *ckp_study_edges_json(const ckp_study_t *s);
json_t *ckp_study_trace(const ckp_study_t *s);

/* --- names.c ------------------------------------------------------------------- */

/*
 * {schema, required, produced, consumed, missing_inputs, provided,
 * dependencies} of api.md 3.10.  inputs NULL: none are given.
 */
json_t *ckp_study_variables(ckp_study_t *s, const json_t *inputs);

/* --- risk.c -------------------------------------------------------------------- */

/* "internal", "agent_http" ...: who runs it, as far as is known now. */
const char *ckp_study_binding(const ckp_step_t *step);

/* "none", "read", "write", "irreversible", "unknown". */
const char *ckp_study_risk(const ckp_each_t *at);

/* The same of a node without steps; NULL: it does nothing. */
const char *ckp_study_node_risk(const ckp_node_t *node);

json_t *ckp_study_calls(const ckp_study_t *s);
json_t *ckp_study_risks(const ckp_study_t *s);

/* --- walk.c -------------------------------------------------------------------- */

/*
 * A dry run with these inputs.  *route: ids of the nodes it enters, in order;
 * *unknowns: paths of the points where it depends on what is not known now.
 * Both are new.  CKP_E_NOMEM: neither.
 */
ckp_code_t ckp_study_walk(ckp_study_t *s, const json_t *inputs,
    int64_t now_ms, json_t **route, json_t **unknowns);

#endif
