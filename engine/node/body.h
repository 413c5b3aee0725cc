/*
 * What a node type may ask for whose document holds nodes that are none of the
 * graph: bodies of tasks and tools.  Provided by compile/, as parse.h.
 */

#ifndef CKP_BODY_H
#define CKP_BODY_H

#include "node/parse.h"

typedef struct {
    const char            *id;          /* of the task or tool */
    const char            *name;        /* its label; NULL: the id */
    const ckp_node_ops_t  *ops;
    ckp_at_t               at;          /* its value: the node's object */
    ckp_as_t               as;
    const char            *type;        /* as fields know it; NULL: unasked */
    const ckp_retry_t     *retry;       /* inherited; NULL: the node's own */
    bool                   retries;     /* its steps try again by it */
    uint32_t               step_ms;     /* time-out of its steps; 0: as is */
} ckp_body_t;

/* Parses it as the node that it is; NULL: no memory. */
ckp_node_t *ckp_parse_body(ckp_parse_t *ps, const ckp_body_t *body);

/* Whether the node that is parsed is such a body: nothing follows it. */
bool ckp_parse_is_body(const ckp_parse_t *ps);

/* Complaints about `value`, which was made, are told at `at`.  `value` lives
 * as long as the program. */
void ckp_parse_stands(ckp_parse_t *ps, const json_t *value,
    const ckp_at_t *at);

/* What steps of the node inherit that is parsed. */
void ckp_parse_inherited(const ckp_parse_t *ps, ckp_retry_t *retry);

/* The policy `key` of the object at `at`, over what *retry has.  false: there
 * is none. */
bool ckp_parse_retry(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_retry_t *retry);

/* As ckp_parse_expr, with flags as for templates. */
ckp_expr_t *ckp_parse_expr_as(ckp_parse_t *ps, const ckp_at_t *at,
    const char *key, unsigned flags);

/*
 * From now on `judge` is asked about each task that a template or expression
 * refers to; NULL ends it.  task NULL: which one is known at run time alone.
 * Returns 0, or the number of the complaint.
 */
typedef int (*ckp_judge_pt)(void *data, const char *task);

void ckp_parse_judge(ckp_parse_t *ps, ckp_judge_pt judge, void *data);

/* 'A' ... 'E': the form of the author's document. */
char ckp_parse_form(const ckp_parse_t *ps);

#endif
