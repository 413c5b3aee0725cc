/*
 * How a call ended: what may be concluded from it.
 * Source: design/reliability.md 1 (definitive, ambiguous).
 */

#ifndef CKP_OUTCOME_H
#define CKP_OUTCOME_H

typedef enum {
    CKP_OUTCOME_OK,         /* complete, well-formed success */
    CKP_OUTCOME_FAILED,     /* complete, well-formed error: definitive */
    CKP_OUTCOME_UNKNOWN     /* timeout, reset, crash: ambiguous */
} ckp_outcome_t;

#endif
