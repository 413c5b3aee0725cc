/*
 * Every limit of a run that is not one of a text: what a run may take of time,
 * steps, events and memory.  Source: design/reliability.md 4, spec/ckp.md 17.1
 * and 35.
 */

#ifndef CKP_LIMITS_H
#define CKP_LIMITS_H

#define CKP_VARS_MAX           (1024 * 1024)    /* bytes of all variables */
#define CKP_VALUE_MAX          (512 * 1024)     /* bytes of one of them */
#define CKP_PAYLOAD_MAX        (64 * 1024)    /* bytes of an event's payload */
#define CKP_EVENTS_MAX         50000            /* events of a run */
#define CKP_RUN_STEPS_MAX      100000           /* attempts of a run */
#define CKP_ERROR_TEXT_MAX     500              /* characters in a payload */
#define CKP_ERROR_MESSAGE_MAX  2000    /* characters in the run's row */
#define CKP_KEY_MAX            255    /* bytes of an idempotency key */

/* One turn does no more internal work than this; then it asks to go on. */
#define CKP_TURN_WORK_MAX      500

#define CKP_LOOP_MAX           10000            /* iterations of a loop */
#define CKP_SUBFLOWS_MAX       8     /* child procedures inside others */
#define CKP_SUBFLOW_FIND_MS    30000
#define CKP_RUN_MS             (24LL * 3600 * 1000)    /* of running */
#define CKP_CHILD_RUNS_MAX     10000    /* child runs that one run makes */
#define CKP_SAVED_MAX          (4 * 1024 * 1024)    /* bytes of checkpoints of
                                                   nodes inside frames */
#define CKP_FRAMES_MAX         32    /* frames inside frames */
#define CKP_PARALLELS_MAX      8     /* branches inside branches */

#define CKP_AGENT_MS           120000           /* one call of an agent */
#define CKP_CALL_MS_MAX        3600000          /* no call waits longer */
#define CKP_INTERNAL_MS        60000
#define CKP_HTTP_MS            30000            /* http_request */
#define CKP_WAIT_MS_MAX        (30LL * 24 * 3600 * 1000)
#define CKP_LEASE_TTL_MS       300000
#define CKP_LEASE_WAIT_MS      5000             /* then ResourceBusy */
#define CKP_SLOT_AGAIN_MS      100              /* a slot was lost: ask again */
#define CKP_DELEGATE_MS        10000    /* one POST that delegates */
#define CKP_CALLBACK_MS        3600000
#define CKP_CALLBACK_MS_MAX    2147483647
#define CKP_RATE_WAIT_MS       5000
#define CKP_ONCE_TTL_S         86400    /* a result of another run */
#define CKP_MCP_MS             30000            /* one call of a tool */
#define CKP_SHOT_MS            10000            /* a screenshot on failure */
#define CKP_FAILURE_MS         60000    /* of on_failure after a timeout */

#endif
