/*
 * A parallel node: what its document says and where it stands.
 *
 * n.par {next: the first not started, live, done, failed, canceled, won}
 * n.at {id: ms}      branches that wait to be tried again; n.tries {id: n}
 * n.set {id: delta}  what branches wrote; n.errs {id: error}
 */

#ifndef CKP_PARALLEL_INT_H
#define CKP_PARALLEL_INT_H

#include "node/frame.h"

typedef enum {
    CKP_WAIT_ALL,
    CKP_WAIT_ANY,
    CKP_WAIT_FIRST,
    CKP_WAIT_NONE
} ckp_wait_t;

typedef enum {
    CKP_BRANCH_CONTINUE,
    CKP_BRANCH_STOP,
    CKP_BRANCH_RETRY
} ckp_branch_failure_t;

typedef struct {
    const char        *id;
    const ckp_node_t  *start;           /* NULL: it ends as it begins */
    ckp_expr_t        *condition;       /* NULL: always */
} ckp_branch_t;

struct ckp_parallel_s {
    ckp_branch_t          *branches;
    size_t                 nbranches;
    ckp_wait_t             wait;
    ckp_branch_failure_t   failure;
    ckp_retry_t            retry;
    int64_t                side;        /* how many at once */
    bool                   apart;       /* merge: namespaced */
};

/* The document's part; for ops->parse. */
ckp_code_t ckp_parallel_parse(ckp_parse_t *ps, const json_t *doc,
    ckp_node_t *node);

/* "all" ... as events have it. */
const char *ckp_parallel_word(ckp_wait_t wait);

#endif
