/*
 * A handler that has the whole node made again, after a while; and the way back
 * to a handler at work, whatever the type of its node.
 * Source: spec/ckp.md 15.3, 15.4.
 *
 * n.h.until: when the node is to be made again.
 */

#include "node/step.h"

#include <string.h>

#include "base/json.h"
#include "node/frame.h"


static bool
again_recovers(const ckp_fiber_t *f)
{
    const char *const  list = ckp_fiber_get_str(f, "list", NULL);

    return list != NULL && strcmp(list, "rec") == 0;
}


bool
ckp_handler_works(const ckp_fiber_t *f)
{
    return ckp_fiber_get(f, "h", "until") != NULL || again_recovers(f);
}


/* error is borrowed. */

static ckp_code_t
again_restart(ckp_fiber_t *f, const json_t *error)
{
    const ckp_code_t  rc = ckp_handler_close(f, true);

    return rc == CKP_OK ? ckp_fiber_restart(f, "retry", error) : rc;
}


ckp_code_t
ckp_handler_again(ckp_fiber_t *f, int64_t ms, const json_t *error)
{
    const int64_t  until = ckp_fiber_now(f) + ms;
    ckp_code_t     rc;

    if (ms <= 0 || strcmp(ckp_fiber_mode(f), "dry_run") == 0) {
        return again_restart(f, error);
    }

    /* what else was in it does not go on meanwhile */

    rc = ckp_fiber_reap_all(f, "canceled");

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "h", "until", json_integer(until));
    }

    return rc == CKP_OK ? ckp_fiber_sleep(f, until) : rc;
}


static ckp_code_t
again_wait(ckp_fiber_t *f, const ckp_input_t *in)
{
    const int64_t  until = ckp_fiber_get_int(f, "h", "until");
    json_t        *error;
    ckp_code_t     rc;

    if (until > ckp_fiber_now(f)
        && (in == NULL || in->kind != CKP_IN_RESUME))
    {
        return in == NULL || in->kind == CKP_IN_RECOVER
                   || in->kind == CKP_IN_TICK
               ? ckp_fiber_sleep(f, until) : CKP_E_STATE;
    }

    error = json_incref(ckp_fiber_get(f, "h", "err"));
    rc = error == NULL ? CKP_E_BUG : again_restart(f, error);
    json_decref(error);

    return rc;
}


/* A node that is not made of steps begins anew, as without a handler. */

static ckp_code_t
again_resume(ckp_fiber_t *f, const ckp_input_t *in)
{
    ckp_code_t  rc = ckp_fiber_del(f, "list", NULL);

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "h", NULL);
    }

    return rc == CKP_OK && ckp_fiber_node(f)->ops->wake != NULL
           ? ckp_fiber_node(f)->ops->wake(f, in) : rc;
}


ckp_code_t
ckp_handler_wake(ckp_fiber_t *f, const ckp_input_t *in)
{
    const bool  of_steps = ckp_fiber_node(f)->ops->wake == ckp_steps_wake;

    if (in != NULL && in->kind == CKP_IN_RESUME && !of_steps) {
        return again_resume(f, in);
    }

    if (ckp_fiber_get(f, "h", "until") != NULL) {
        return again_wait(f, in);
    }

    return in == NULL ? ckp_steps_run(f) : ckp_steps_wake(f, in);
}
