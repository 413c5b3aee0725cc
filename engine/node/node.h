/*
 * Node types.  One node type = one file in node/ = one of these tables; the
 * engine finds it through node/types.c.
 */

#ifndef CKP_NODE_H
#define CKP_NODE_H

#include "base/err.h"
#include "ckp.h"
#include "model/program.h"

typedef struct ckp_parse_s  ckp_parse_t;    /* compile/parse.h */
typedef struct ckp_fiber_s  ckp_fiber_t;    /* run/fiber.c */
typedef struct ckp_child_s  ckp_child_t;    /* node/frame.h */

/*
 * parse   document object -> node->u; diagnostics go to the cursor.  Only
 *         CKP_E_NOMEM is an error: a wrong document is a diagnostic.
 * enter   the fiber has come to the node: does what it can without waiting.
 * wake    an input for this fiber: reply, admitted, tick, decision ...
 *
 * Of types that call others by themselves, not by steps; NULL elsewhere:
 * busy    a call of the node is out: after a crash RECOVER is for it.
 * abandon its calls are given up.
 * resumes when the run is tried again, the node goes on where it stood (wake,
 *         with RESUME); else it begins anew, as another visit.
 * awaits  it waits for what its frame of that key tells, so that the frame goes
 *         on, too; where `resumes` is, this is as well.
 *
 * Of types that nest (node/frame.h), NULL elsewhere:
 * child   one of the frames that it forked has ended.
 * inner   the node that a frame's body is, when it is none of the graph.
 * names   local names of the node's frames that are made when they are asked
 *         for: new reference, or NULL.  f is the node's own fiber, key the
 *         frame's (NULL: asked for the node itself).
 * heard   the body of a task told something: its type and (lent) payload.
 * moves   of a child procedure in a frame of it: whether anything in there
 *         moves, or all waits for others; asked at the end of each turn.
 */
struct ckp_node_ops_s {
    const char   *type;                                      /* "logic" */
    ckp_code_t  (*parse)(ckp_parse_t *ps, const json_t *doc, ckp_node_t *node);
    ckp_code_t  (*enter)(ckp_fiber_t *f);
    ckp_code_t  (*wake)(ckp_fiber_t *f, const ckp_input_t *in);
    bool        (*busy)(const ckp_fiber_t *f);
    ckp_code_t  (*abandon)(ckp_fiber_t *f);
    bool        (*resumes)(const ckp_fiber_t *f);
    bool        (*awaits)(const ckp_fiber_t *f, const char *key);
    ckp_code_t  (*child)(ckp_fiber_t *f, const ckp_child_t *child);
    const ckp_node_t *(*inner)(const ckp_node_t *node, const char *key);
    json_t     *(*names)(ckp_fiber_t *f, const char *key, const char *name);
    ckp_code_t  (*heard)(ckp_fiber_t *f, const char *key, const char *type,
                         const json_t *payload);
    ckp_code_t  (*moves)(ckp_fiber_t *f, bool moves);
};

extern const ckp_node_ops_t *const  ckp_node_types[];    /* ends with NULL */

const ckp_node_ops_t *ckp_node_type(const char *type);   /* canonical name */

#endif
