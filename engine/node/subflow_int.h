/*
 * A child procedure: what its document says and where it stands.
 *
 * n.sub {ph, ref, until, hash, version, delay}
 *   ph  "find"   the host is asked which document it is
 *       "in"     it runs, in a frame of its own
 *       "pause"  it failed and begins again at `until`
 */

#ifndef CKP_SUBFLOW_INT_H
#define CKP_SUBFLOW_INT_H

#include "node/frame.h"

typedef enum {
    CKP_SUB_FAIL,
    CKP_SUB_CONTINUE,
    CKP_SUB_RETRY
} ckp_sub_failure_t;

typedef struct {
    const char      *to;
    const char      *name;              /* plain text as written, or NULL */
    ckp_template_t  *value;
} ckp_sub_map_t;

struct ckp_subflow_s {
    const char         *procedure_id;
    const char         *version;        /* as written; "latest" */
    bool                floating;
    ckp_sub_map_t      *in;
    size_t              nin;
    ckp_sub_map_t      *out;
    size_t              nout;
    bool                maps_out;       /* output_mapping is there */
    ckp_sub_failure_t   failure;
    ckp_retry_t         retry;
    bool                inherit;
};

/* The document's part; for ops->parse. */
ckp_code_t ckp_subflow_parse(ckp_parse_t *ps, const json_t *doc,
    ckp_node_t *node);

/* The child's inputs, made and checked: *vars becomes a new object.
 * CKP_E_INVALID: raised (ContractViolation ...). */
ckp_code_t ckp_subflow_inputs(ckp_fiber_t *f, const ckp_program_t *prog,
    json_t **vars);

/* What a child that went well gives to the node around it. */
ckp_code_t ckp_subflow_outputs(ckp_fiber_t *f, const ckp_program_t *prog,
    const json_t *vars, const json_t *outputs);

#endif
