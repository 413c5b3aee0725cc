/*
 * How long a node around frames may take: its deadline stands still while all
 * that is inside waits for people, reports and child runs (spec/ckp.md 17.1).
 *
 * n.dl: when its time is over; n.dleft: what was left of it when it began to
 * stand still, instead.
 */

#include "run/run_int.h"

#include "base/json.h"
#include "node/frame.h"


/* When its fiber wakes for another reason than the agreement of 18. */

static int64_t
patience_wake(const ckp_fiber_t *f)
{
    const json_t *const  rest = ckp_fiber_own_get(f, "rest");
    const json_t *const  wake = rest != NULL ? rest
                                : ckp_fiber_own_get(f, "wake");
    const int64_t        at = json_integer_value(wake);

    return wake == NULL || at < 0 ? CKP_NO_TIME : at;
}


static ckp_code_t
patience_hold(ckp_fiber_t *f, int64_t dl)
{
    ckp_code_t  rc = ckp_fiber_put(f, "dleft", NULL,
                                   json_integer(dl - f->run->now));

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "dl", NULL);
    }

    return rc == CKP_OK ? ckp_fiber_sleep(f, CKP_NO_TIME) : rc;
}


static ckp_code_t
patience_go_on(ckp_fiber_t *f, int64_t left)
{
    const int64_t  at = patience_wake(f);
    ckp_code_t     rc = ckp_fiber_put(f, "dl", NULL,
                                      json_integer(f->run->now + left));

    if (rc == CKP_OK) {
        rc = ckp_fiber_del(f, "dleft", NULL);
    }

    return rc == CKP_OK && ckp_fiber_own_get(f, "wake") != NULL
           ? ckp_fiber_sleep(f, at) : rc;
}


ckp_code_t
ckp_patience_moves(ckp_fiber_t *f, bool moves)
{
    const int64_t  dl = ckp_fiber_get_int(f, "dl", NULL);

    if (moves && ckp_fiber_get(f, "dleft", NULL) != NULL) {
        return patience_go_on(f, ckp_fiber_get_int(f, "dleft", NULL));
    }

    /* who has something else to wake for is not only waiting */

    if (!moves && dl != 0 && patience_wake(f) == dl) {
        return patience_hold(f, dl);
    }

    return CKP_OK;
}
