/*
 * One table for each node type; engine/node/<type>.c has it.
 */

#ifndef CKP_TYPES_H
#define CKP_TYPES_H

#include "node/node.h"

extern const ckp_node_ops_t  ckp_node_sequence;
extern const ckp_node_ops_t  ckp_node_logic;
extern const ckp_node_ops_t  ckp_node_processing;
extern const ckp_node_ops_t  ckp_node_approval;
extern const ckp_node_ops_t  ckp_node_terminate;
extern const ckp_node_ops_t  ckp_node_dag;              /* dag/read.c */
extern const ckp_node_ops_t  ckp_node_loop;
extern const ckp_node_ops_t  ckp_node_parallel;
extern const ckp_node_ops_t  ckp_node_subflow;
extern const ckp_node_ops_t  ckp_node_verification;
extern const ckp_node_ops_t  ckp_node_transform;
extern const ckp_node_ops_t  ckp_node_llm;

#endif
