/*
 * A child procedure: what its document says and where it stands.
 *
 * n.sub {ph, ref, hash, cl, err}
 *   ph  "find"   the host is asked which document it is
 *       "in"     it runs, in a frame of its own
 *       "run"    it runs, in a run of its own: n.child_run {id, hash}
 *       "pause"  it failed and begins again
 *       "gone"   it was given up
 *   cl  of a frame: {node?, own?, wall?, held?} in ms: when the node's
 *       timeout_ms, the child's own timeout_ms and its deadline_ms are over;
 *       held: since when all of it waits for others, and the first two stand
 *       still
 */

#ifndef CKP_SUBFLOW_INT_H
#define CKP_SUBFLOW_INT_H

#include "node/frame.h"

typedef enum {
    CKP_SUB_FAIL,
    CKP_SUB_CONTINUE,
    CKP_SUB_RETRY
} ckp_sub_failure_t;

typedef enum {
    CKP_SUB_PIN_START,          /* once a run */
    CKP_SUB_PIN_IMPORT,         /* when the document was imported */
    CKP_SUB_FLOATING            /* whenever it is executed */
} ckp_sub_pin_t;

typedef struct {
    const char      *to;
    const char      *name;              /* plain text as written, or NULL */
    ckp_template_t  *value;
} ckp_sub_map_t;

struct ckp_subflow_s {
    const char         *procedure_id;
    const char         *version;        /* as written; "latest" */
    ckp_sub_pin_t       pin;
    ckp_sub_map_t      *in;
    size_t              nin;
    ckp_sub_map_t      *out;
    size_t              nout;
    bool                maps_out;       /* output_mapping is there */
    ckp_sub_failure_t   failure;
    ckp_retry_t         retry;
    bool                inherit;
    bool                apart;          /* isolation: child_run */
    bool                awaited;        /* wait; always without `apart` */
};

/* --- subflow_parse.c ------------------------------------------------------- */

/* The document's part; for ops->parse. */
ckp_code_t ckp_subflow_parse(ckp_parse_t *ps, const json_t *doc,
    ckp_node_t *node);

/* --- subflow_map.c --------------------------------------------------------- */

/* The child's inputs, made and checked: *in what was mapped, *vars what became
 * of it, both new objects, also after an error NULL or new.  meta as for
 * ckp_program_inputs.  CKP_E_INVALID: raised (ContractViolation ...). */
ckp_code_t ckp_subflow_inputs(ckp_fiber_t *f, const ckp_program_t *prog,
    const json_t *meta, json_t **in, json_t **vars);

/* What a child that went well gives to the node around it. */
ckp_code_t ckp_subflow_outputs(ckp_fiber_t *f, const ckp_program_t *prog,
    const json_t *vars, const json_t *outputs);

/* --- subflow.c ------------------------------------------------------------- */

bool ckp_subflow_is(const ckp_fiber_t *f, const char *ph);

/* It failed: again, or what on_failure says.  error is borrowed. */
ckp_code_t ckp_subflow_failed(ckp_fiber_t *f, const ckp_program_t *prog,
    const json_t *error);

/* --- subflow_run.c: in a run of its own ------------------------------------ */

ckp_code_t ckp_subflow_bear(ckp_fiber_t *f, const char *hash);
ckp_code_t ckp_subflow_told(ckp_fiber_t *f, const json_t *data);
ckp_code_t ckp_subflow_recall(ckp_fiber_t *f);

/* --- subflow_time.c: how long a frame may take ------------------------------- */

/* n.sub.cl is made new, and the fiber sleeps by it. */
ckp_code_t ckp_subflow_clock(ckp_fiber_t *f, const ckp_program_t *prog);
ckp_code_t ckp_subflow_moves(ckp_fiber_t *f, bool moves);

/* The alarm rang. */
ckp_code_t ckp_subflow_late(ckp_fiber_t *f);

#endif
