/*
 * Parameters of internal actions that are texts of the language.  They come to
 * the action as they were written: placeholders in an expression are operands
 * and never text of it.  Source: spec/ckp.md 7, 13.
 */

#ifndef CKP_OP_KEEP_H
#define CKP_OP_KEEP_H

#include "data/collect.h"
#include "node/op.h"

/* Whether `param` is such a text.  `op` may be NULL. */
bool ckp_op_keeps(const ckp_op_t *op, const char *param);

/* Whether the action is a transformation of 10.9, and which. */
bool ckp_op_collects(const ckp_op_t *op, ckp_collect_kind_t *kind);

/* A copy of the parameters whose kept texts render to themselves; NULL: no
 * memory. */
json_t *ckp_op_escaped(const ckp_op_t *op, const json_t *params);

#endif
