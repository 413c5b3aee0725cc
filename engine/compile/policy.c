/*
 * Retry and time-out policies: what is given overlays what is inherited, member
 * by member (spec/ckp.md 16.1, 17.3).
 */

#include <stdio.h>
#include <string.h>

#include "compile/parse_int.h"

#define POLICY_RETRIES_MAX  1000000

const char  ckp_known_retry[] =
    " max_attempts max_retries strategy base_delay_ms multiplier max_delay_ms"
    " jitter max_elapsed_ms non_retryable_errors retryable_errors"
    " respect_retry_after apply_to ";

static const ckp_word_t  policy_strategies[] = {
    { "exponential_backoff", CKP_BACKOFF_EXPONENTIAL },
    { "fixed", CKP_BACKOFF_FIXED },
    { "linear", CKP_BACKOFF_LINEAR },
    { "exponential", CKP_BACKOFF_EXPONENTIAL },
    { "fibonacci", CKP_BACKOFF_FIBONACCI },
    { "none", CKP_BACKOFF_NONE },
    { NULL, 0 }
};


void
ckp_retry_default(ckp_retry_t *retry)
{
    memset(retry, 0, sizeof(ckp_retry_t));
    retry->max_attempts = 4;
    retry->strategy = CKP_BACKOFF_EXPONENTIAL;
    retry->base_ms = 1000;
    retry->multiplier = 2.0;
    retry->max_delay_ms = 300000;
    retry->jitter = CKP_JITTER_NONE;
    retry->respect_retry_after = true;
}


/* --- retry --------------------------------------------------------------------- */


static uint32_t
policy_count(int64_t n)
{
    return (n > POLICY_RETRIES_MAX) ? POLICY_RETRIES_MAX : (uint32_t) n;
}


static void
policy_attempts(ckp_parse_t *ps, const ckp_at_t *at, ckp_retry_t *retry)
{
    const int64_t  retries = ckp_parse_int(ps, at, "max_retries", 0, -1, 310);
    const int64_t  attempts = ckp_parse_int(ps, at, "max_attempts", 1, -1,
                                            310);

    if (attempts > 0 && retries >= 0) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = at, .number = 311,
                                         .field = "max_retries" },
                      "both max_attempts and max_retries are given; "
                      "max_attempts counts");
    }

    if (attempts > 0) {
        retry->max_attempts = policy_count(attempts);

    } else if (retries >= 0) {
        retry->max_attempts = policy_count(retries) + 1;
    }
}


static void
policy_multiplier(ckp_parse_t *ps, const ckp_at_t *at, ckp_retry_t *retry)
{
    ckp_at_t  out;

    if (!ckp_parse_find(ps, at, "multiplier", &out)) {
        return;
    }

    if (!json_is_number(out.value)) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 15,
                                         .field = out.key },
                      "'%s' must be a number", out.key);

    } else if (json_number_value(out.value) < 1.0) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 310,
                                         .field = out.key },
                      "'%s' must be at least 1", out.key);

    } else {
        retry->multiplier = json_number_value(out.value);
    }
}


static void
policy_jitter(ckp_parse_t *ps, const ckp_at_t *at, ckp_retry_t *retry)
{
    static const ckp_word_t  words[] = {
        { "equal", CKP_JITTER_EQUAL },
        { "full", CKP_JITTER_FULL },
        { "decorrelated", CKP_JITTER_DECORRELATED },
        { NULL, 0 }
    };
    ckp_at_t                 out;

    if (!ckp_parse_find(ps, at, "jitter", &out)) {
        return;
    }

    if (json_is_boolean(out.value)) {
        retry->jitter = json_is_true(out.value) ? CKP_JITTER_EQUAL
                                                : CKP_JITTER_NONE;
        return;
    }

    retry->jitter = (ckp_jitter_t) ckp_parse_word(ps, at, "jitter", words,
                                                  (int) retry->jitter, 310);
}


/* Names, or codes as text. */
static void
policy_errors(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    const char ***list, size_t *n)
{
    ckp_at_t       out;
    ckp_at_t       item;
    size_t         size;
    const char   **names;

    if (!ckp_parse_array(ps, at, key, &out)) {
        return;
    }

    size = json_array_size(out.value);
    names = ckp_parse_alloc(ps, size * sizeof(char *));

    if (names == NULL) {
        return;
    }

    *n = 0;

    for (size_t i = 0; i < size; i++) {
        ckp_parse_element(&out, i, &item);

        if (json_is_string(item.value)) {
            names[(*n)++] = json_string_value(item.value);

        } else if (json_is_integer(item.value)) {
            names[*n] = ckp_arena_printf(ps->arena, "%lld",
                               (long long) json_integer_value(item.value));
            ps->nomem = ps->nomem || names[*n] == NULL;
            *n += (names[*n] != NULL);

        } else {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &item, .number = 310,
                                             .field = key },
                          "'%s' holds error types and codes", key);
        }
    }

    *list = names;
}


static void
policy_strategy(ckp_parse_t *ps, const ckp_at_t *at, ckp_retry_t *retry)
{
    ckp_at_t  out;

    if (!ckp_parse_find(ps, at, "strategy", &out)) {
        return;
    }

    /* {type, base_ms, factor, cap_ms} is a policy inside the policy */

    if (json_is_object(out.value)) {
        out.as = CKP_AS_RETRY;
        retry->strategy = (ckp_backoff_kind_t) ckp_parse_word(ps, &out, "type",
                              policy_strategies, (int) retry->strategy, 310);
        retry->base_ms = ckp_parse_ms32(ps, &out, "base_delay_ms",
                                        retry->base_ms, 310);
        retry->max_delay_ms = ckp_parse_ms32(ps, &out, "max_delay_ms",
                                             retry->max_delay_ms, 310);
        policy_multiplier(ps, &out, retry);
        return;
    }

    retry->strategy = (ckp_backoff_kind_t) ckp_parse_word(ps, at, "strategy",
                          policy_strategies, (int) retry->strategy, 310);
}


void
ckp_retry_overlay(ckp_parse_t *ps, const ckp_at_t *at, ckp_retry_t *retry,
    bool global)
{
    ckp_at_t  policy = *at;

    policy.as = CKP_AS_RETRY;
    policy_attempts(ps, &policy, retry);
    policy_strategy(ps, &policy, retry);
    retry->base_ms = ckp_parse_ms32(ps, &policy, "base_delay_ms",
                                    retry->base_ms, 310);
    retry->max_delay_ms = ckp_parse_ms32(ps, &policy, "max_delay_ms",
                                         retry->max_delay_ms, 310);
    policy_multiplier(ps, &policy, retry);
    policy_jitter(ps, &policy, retry);
    retry->max_elapsed_ms = ckp_parse_ms(ps, &policy, "max_elapsed_ms",
                                         retry->max_elapsed_ms, 310);
    retry->respect_retry_after = ckp_parse_bool(ps, &policy,
                                                "respect_retry_after",
                                                retry->respect_retry_after);
    policy_errors(ps, &policy, "retryable_errors", &retry->retryable,
                  &retry->nretryable);
    policy_errors(ps, &policy, "non_retryable_errors", &retry->non_retryable,
                  &retry->nnon_retryable);

    if (!global && json_object_get(policy.value, "apply_to") != NULL) {
        ckp_parse_say(ps, &(ckp_say_t) { .at = &policy, .number = 92,
                                         .field = "apply_to" },
                      "'apply_to' counts in global_config alone");
    }

    ckp_parse_known(ps, &policy, ckp_known_retry, NULL);
}


bool
ckp_retry_member(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_retry_t *retry)
{
    ckp_at_t  out;

    if (!ckp_parse_object(ps, at, key, &out)) {
        return false;
    }

    ckp_retry_overlay(ps, &out, retry, false);

    return true;
}


void
ckp_parse_inherited(const ckp_parse_t *ps, ckp_retry_t *retry)
{
    *retry = ps->policy.retry;
}


bool
ckp_parse_retry(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    ckp_retry_t *retry)
{
    return ckp_retry_member(ps, at, key, retry);
}


/* --- time-outs -------------------------------------------------------------------- */


static uint32_t
policy_budget(ckp_parse_t *ps, const ckp_at_t *at, const char *key,
    uint32_t otherwise)
{
    const int64_t  ms = ckp_parse_ms(ps, at, key, otherwise, 314);

    return (ms > UINT32_MAX) ? UINT32_MAX : (uint32_t) ms;
}


void
ckp_timeout_member(ckp_parse_t *ps, const ckp_at_t *at, ckp_timeout_t *timeout)
{
    static const ckp_word_t  modes[] = {
        { "fail_closed", 0 },
        { "fail_open", 1 },
        { NULL, 0 }
    };
    ckp_at_t                 out;
    ckp_at_t                 value;
    ckp_target_t             to;

    if (!ckp_parse_object(ps, at, "timeout_policy", &out)) {
        return;
    }

    timeout->step_ms = policy_budget(ps, &out, "step_ms", timeout->step_ms);
    timeout->node_ms = policy_budget(ps, &out, "node_ms", timeout->node_ms);
    timeout->fail_open = ckp_parse_word(ps, &out, "mode", modes,
                                        timeout->fail_open, 314) == 1;

    if (ckp_parse_find(ps, &out, "default_output", &value)) {
        timeout->default_output = (json_t *) value.value;
    }

    to = ckp_parse_target(ps, &out, "escalate_to");

    if (to.kind != CKP_TO_NOTHING) {
        timeout->escalate_to = to;
    }

    ckp_parse_known(ps, &out,
                    " step_ms node_ms mode default_output escalate_to ", NULL);
}
