/*
 * A loop: what its document says and where it stands.
 *
 * n.loop {i: started, total: -1 unknown, live, failed, cut, stop}
 * n.items            what it goes over; absent: while and until alone
 * n.got {i: value}   collected, by iteration
 * n.set {i: delta}   what iterations that run side by side wrote
 */

#ifndef CKP_LOOP_INT_H
#define CKP_LOOP_INT_H

#include "node/frame.h"

struct ckp_loop_s {
    ckp_template_t  *iterator;          /* NULL: none */
    const char      *variable;
    const char      *index;             /* NULL: none */
    const ckp_node_t *body;
    const char      *collect;           /* NULL: none */
    ckp_expr_t      *expression;        /* what is collected; NULL: variable */
    bool             failures;          /* failed ones are collected, too */
    int64_t          max;               /* 0: none */
    bool             goes_on;           /* continue_on_error */
    ckp_expr_t      *before;            /* while */
    ckp_expr_t      *after;             /* until */
    int64_t          side;              /* how many run side by side */
};

/* The document's part; for ops->parse. */
ckp_code_t ckp_loop_parse(ckp_parse_t *ps, const json_t *doc,
    ckp_node_t *node);

/* Collects of an iteration that went well, or its error. */
ckp_code_t ckp_loop_collect(ckp_fiber_t *f, const ckp_child_t *child,
    int64_t i, const json_t *item);

/* All that was collected, in order: new array. */
json_t *ckp_loop_collected(const ckp_fiber_t *f);

/* "item" of events: its text, at most 256 characters. */
json_t *ckp_loop_text(const json_t *item);

#endif
