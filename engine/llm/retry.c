/*
 * A call that failed: the next model of the chain, the whole chain once more,
 * or the end of the node.  Source: spec/ckp.md 16, 23.3.
 */

#include "llm/llm.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "node/step.h"


/* --- fallback ---------------------------------------------------------- */

/* The word of 23.2 for what went wrong; NULL: it ends the chain. */

static const char *
retry_reason(const json_t *error, const json_t *data)
{
    const char *const  type = ckp_json_str(error, "type");
    const char *const  told = ckp_json_str(data, "reason");
    const int64_t      status = ckp_json_int(error, "http_status", 0);

    if (told != NULL && strcmp(told, "circuit_open") == 0) {
        return "circuit_open";
    }

    if (status == 429) {
        return "429";
    }

    if (status == 503) {
        return "503";
    }

    if (type != NULL && strcmp(type, "TimeoutError") == 0) {
        return "timeout";
    }

    return told != NULL && strcmp(told, "network") == 0 ? "network" : NULL;
}


static bool
retry_falls_back(ckp_fiber_t *f, const char *reason)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    const json_t *const     config = ckp_fiber_program(f)->config.llm;
    const json_t           *rules = llm->fallback;
    const json_t           *on;
    const json_t           *word;
    size_t                  i;

    if (rules == NULL) {
        rules = json_object_get(config, "fallback");
    }

    if (!ckp_json_bool(rules, "enabled", true)) {
        return false;
    }

    on = json_object_get(rules, "on");

    if (!json_is_array(on)) {
        return true;
    }

    json_array_foreach(on, i, word) {
        char  number[24];

        (void) snprintf(number, sizeof(number), "%lld",
                        (long long) json_integer_value(word));

        if (strcmp(json_is_string(word) ? json_string_value(word) : number,
                   reason) == 0)
        {
            return true;
        }
    }

    return false;
}


/* *next: the chain goes on. */

static ckp_code_t
retry_next(ckp_fiber_t *f, const json_t *error, const json_t *data, bool *next)
{
    const char *const    reason = retry_reason(error, data);
    const json_t *const  chain = ckp_fiber_get(f, "chain", NULL);
    const int64_t        i = ckp_llm_int(f, "i");
    const int64_t        alt = ckp_llm_int(f, "alt");
    const json_t        *from;
    const json_t        *to;
    int64_t              at = i + 1;
    ckp_code_t           rc;

    *next = false;

    if (reason == NULL || !retry_falls_back(f, reason)) {
        return CKP_OK;
    }

    /* the others of a routing list stand in for a closed door only */

    if (at < alt && strcmp(reason, "circuit_open") != 0) {
        at = alt;
    }

    from = json_array_get(chain, (size_t) i);

    /* one of that list may stand in for the chosen one, too */

    if (at >= alt && i > 0
        && json_equal(json_array_get(chain, (size_t) at), from))
    {
        at++;
    }

    to = json_array_get(chain, (size_t) at);

    if (to == NULL) {
        return CKP_OK;
    }

    *next = true;
    rc = ckp_fiber_emit(f, "llm_fallback", json_pack("{s:s, s:s, s:s}",
                        "from", ckp_json_str(from, "m"),
                        "to", ckp_json_str(to, "m"), "reason", reason));

    return rc == CKP_OK ? ckp_llm_put_int(f, "i", at) : rc;
}


/* --- once more --------------------------------------------------------- */

static ckp_retry_t
retry_policy(ckp_fiber_t *f)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    const json_t *const     chain = ckp_fiber_get(f, "chain", NULL);
    const char *const       name = ckp_json_str(json_array_get(chain, 0),
                                                "p");
    const json_t *const     profile = ckp_llm_profile_of(f, name);
    const int64_t           own = ckp_json_int(profile, "max_retries", -1);
    ckp_retry_t             policy = llm->retry;

    if (!llm->retry_own && own >= 0) {
        policy.max_attempts = own > 1000 ? 1001 : (uint32_t) own + 1;
    }

    return policy;
}


/* The wait before the next round; -1: there is none. */

static int64_t
retry_wait(ckp_fiber_t *f, const ckp_retry_t *policy, const json_t *error,
    int64_t after)
{
    const int64_t  n = ckp_llm_int(f, "try");
    const int64_t  spent = ckp_fiber_now(f) - ckp_llm_int(f, "t0");
    int64_t        ms;

    if (ckp_error_is_engine(error) || n >= (int64_t) policy->max_attempts
        || !ckp_error_retryable(error, policy))
    {
        return -1;
    }

    ms = ckp_backoff_jitter_ms(policy, (uint32_t) n,
                               (uint32_t) ckp_llm_int(f, "prev"),
                               ckp_fiber_run_id(f), ckp_fiber_node_path(f));

    if (policy->respect_retry_after && after > ms) {
        ms = after;
    }

    return policy->max_elapsed_ms != 0 && spent + ms > policy->max_elapsed_ms
           ? -1 : ms;
}


static ckp_code_t
retry_round(ckp_fiber_t *f, const ckp_retry_t *policy, int64_t ms,
    const json_t *error)
{
    const int64_t  n = ckp_llm_int(f, "try") + 1;
    const bool     dry = strcmp(ckp_fiber_mode(f), "dry_run") == 0;
    const int64_t  until = ckp_fiber_now(f) + ms;
    ckp_code_t     rc;

    rc = ckp_fiber_emit(f, "llm_retry",
             json_pack("{s:I, s:I, s:I, s:o, s:s?}", "attempt",
                       (json_int_t) n, "max_retries",
                       (json_int_t) policy->max_attempts - 1,
                       "delay_ms", (json_int_t) ms,
                       "error", ckp_error_text(error),
                       "error_type", ckp_json_str(error, "type")));

    if (rc == CKP_OK) {
        rc = ckp_fiber_retried(f);
    }

    /* a double counts its rounds as it is asked */

    if (rc == CKP_OK && ckp_llm_int(f, "calls") > 0) {
        rc = ckp_llm_put_int(f, "try", n);
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_put_int(f, "i", 0);
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_put_int(f, "prev", ms);
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_put_int(f, "until", until);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "llm", "ph", json_string("retry"));
    }

    if (rc != CKP_OK) {
        return rc;
    }

    return ms == 0 || dry ? ckp_fiber_again(f) : ckp_fiber_sleep(f, until);
}


/* --- the end ----------------------------------------------------------- */

static bool
retry_is(const json_t *error, const char *type)
{
    const char *const  own = ckp_json_str(error, "type");

    return own != NULL && strcmp(own, type) == 0;
}


/* error is stolen. */

static ckp_code_t
retry_give_up(ckp_fiber_t *f, json_t *error)
{
    ckp_code_t  rc = ckp_fiber_put(f, "llm", "ph", json_string("failed"));

    if (rc == CKP_OK) {
        rc = ckp_llm_cache_gone(f);
    }

    if (rc == CKP_OK && ckp_llm_int(f, "calls") > 0) {
        rc = ckp_llm_record(f, "failed", NULL);
    }

    if (rc != CKP_OK) {
        json_decref(error);
        return rc;
    }

    /* a budget is no accident that somebody could handle: 23.7 */

    return retry_is(error, "BudgetExceeded") ? ckp_fiber_fail_run(f, error)
                                             : ckp_node_failed(f, error);
}


ckp_code_t
ckp_llm_over(ckp_fiber_t *f)
{
    json_t *const  error = ckp_fiber_error_take(f);

    return error == NULL ? CKP_E_NOMEM : retry_give_up(f, error);
}


/* --- a call that failed ------------------------------------------------ */

/* What was raised already, or else what the reply says. */

static json_t *
retry_error(ckp_fiber_t *f, const json_t *data)
{
    const char *const  type = ckp_json_str(data, "type");

    if (ckp_fiber_raised(f) == NULL) {
        (void) ckp_fiber_raise_json(f, type != NULL ? ckp_json_copy(data)
                   : json_pack("{s:s, s:s}", "type", "LLMCallError",
                               "message", "the model gave no answer"));
    }

    return ckp_fiber_error_take(f);
}


static ckp_code_t
retry_told(ckp_fiber_t *f, const json_t *error, bool ambiguous)
{
    ckp_code_t  rc = CKP_OK;

    if (ckp_llm_int(f, "calls") > 0) {
        rc = ckp_fiber_emit(f, "llm_call_failed",
                 json_pack("{s:s, s:o, s:s?}",
                           "model", ckp_json_str(ckp_llm_entry(f), "m"),
                           "error", ckp_error_text(error),
                           "error_type", ckp_json_str(error, "type")));
        rc = rc == CKP_OK ? ckp_llm_count(f, "failed") : rc;
    }

    return rc == CKP_OK ? ckp_fiber_put(f, "llm", "amb",
                                        json_boolean(ambiguous))
                        : rc;
}


ckp_code_t
ckp_llm_failed(ckp_fiber_t *f, const json_t *data, bool ambiguous)
{
    const int64_t      after = ckp_json_int(data, "retry_after_ms", 0);
    const ckp_retry_t  policy = retry_policy(f);
    json_t *const      error = retry_error(f, data);
    bool               next = false;
    int64_t            ms;
    ckp_code_t         rc = error == NULL ? CKP_E_NOMEM
                            : retry_told(f, error, ambiguous);

    if (rc == CKP_OK) {
        rc = ckp_llm_settle(f, 0);
    }

    if (rc == CKP_OK) {
        rc = retry_next(f, error, data, &next);
    }

    if (rc == CKP_OK && next) {
        json_decref(error);
        return ckp_llm_go_on(f);
    }

    if (rc != CKP_OK) {
        json_decref(error);
        return rc;
    }

    ms = retry_wait(f, &policy, error, after);

    if (ms < 0) {
        rc = ckp_fiber_put(f, "llm", "fc", json_true());

        if (rc != CKP_OK) {
            json_decref(error);
            return rc;
        }

        return retry_give_up(f, error);
    }

    rc = retry_round(f, &policy, ms, error);
    json_decref(error);

    return rc;
}
