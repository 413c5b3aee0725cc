/*
 * A failed attempt: tried again by the step's own policy, or given to those who
 * handle errors.  Source: spec/ckp.md 15.4, 16.
 */

#include "node/step.h"

#include <string.h>

#include "base/json.h"
#include "step/attempt.h"


ckp_code_t
ckp_step_again(ckp_fiber_t *f, uint32_t max_retries, int64_t ms,
    const json_t *error)
{
    const int64_t      n = ckp_fiber_get_int(f, "step", "try");
    const int64_t      k = ckp_fiber_get_int(f, "step", "k");
    const bool         ambiguous = json_is_true(ckp_fiber_get(f, "step",
                                                              "amb"));
    const bool         dry = strcmp(ckp_fiber_mode(f), "dry_run") == 0;
    ckp_code_t         rc;

    rc = ckp_fiber_emit(f, "step_retry",
             json_pack("{s:I, s:I, s:I, s:o, s:s?}",
                 "attempt", (json_int_t) (n + 1),
                 "max_retries", (json_int_t) max_retries,
                 "delay_ms", (json_int_t) ms,
                 "error", ckp_error_text(error),
                 "error_type", ckp_json_str(error, "type")));

    if (rc == CKP_OK) {
        rc = ckp_fiber_retried(f);
    }

    /* a reply was committed, so the next call is another one */

    if (rc == CKP_OK && !ambiguous) {
        rc = ckp_fiber_put(f, "step", "k", json_integer(k + 1));
    }

    if (rc == CKP_OK && (ms == 0 || dry)) {
        rc = ckp_fiber_put(f, "step", "ph", json_string("retry"));
        return rc == CKP_OK ? ckp_fiber_again(f) : rc;
    }

    return rc == CKP_OK ? ckp_step_pause(f, "retry", ms) : rc;
}


/* The wait before the next attempt; -1: there is none. */

static int64_t
retry_wait(ckp_fiber_t *f, const json_t *error)
{
    const ckp_step_t *const   step = ckp_fiber_step(f);
    const ckp_retry_t *const  policy = &step->retry;
    const int64_t             n = ckp_fiber_get_int(f, "step", "try");
    const int64_t             spent = ckp_fiber_now(f)
                                      - ckp_fiber_get_int(f, "step", "t0");
    const int64_t             after = ckp_json_int(error, "retry_after_ms", 0);
    int64_t                   ms;

    if (!step->retries || n >= (int64_t) policy->max_attempts
        || !ckp_error_retryable(error, policy))
    {
        return -1;
    }

    ms = ckp_backoff_jitter_ms(policy, (uint32_t) n,
             (uint32_t) ckp_fiber_get_int(f, "step", "prev"),
             ckp_fiber_run_id(f), ckp_fiber_path(f));

    if (policy->respect_retry_after && after > ms) {
        ms = after;
    }

    if (policy->max_elapsed_ms != 0 && spent + ms > policy->max_elapsed_ms) {
        return -1;
    }

    return ms;
}


static bool
retry_is_first(const char *ph)
{
    return ph != NULL && strcmp(ph, "call") == 0;
}


ckp_code_t
ckp_attempt_failed(ckp_fiber_t *f, bool ambiguous)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const json_t *const      raised = ckp_fiber_raised(f);
    const int64_t            after = ckp_json_int(raised, "retry_after_ms", 0);
    json_t *const            error = ckp_fiber_error_take(f);
    const char *const        ph = ckp_fiber_get_str(f, "step", "ph");
    int64_t                  ms = -1;
    ckp_code_t               rc = error == NULL ? CKP_E_NOMEM : CKP_OK;

    if (rc == CKP_OK && retry_is_first(ph)) {
        rc = ckp_attempt_unlease(f);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "step", "amb", json_boolean(ambiguous));
    }

    if (rc != CKP_OK) {
        json_decref(error);
        return rc;
    }

    if (!ckp_error_is_engine(error)) {
        if (after > 0) {
            (void) json_object_set_new(error, "retry_after_ms",
                                       json_integer(after));
        }

        ms = retry_wait(f, error);
        (void) json_object_del(error, "retry_after_ms");
    }

    if (ms < 0) {
        return ckp_step_failed(f, error);
    }

    rc = ckp_fiber_put(f, "step", "prev", json_integer(ms));

    if (rc == CKP_OK) {
        rc = ckp_step_again(f, step->retry.max_attempts - 1, ms, error);
    }

    json_decref(error);

    return rc;
}
