/*
 * The wait before a retry: a pure function of the policy and the number; jitter
 * by run, path and number, so that a replay waits the same time.
 * Source: spec/ckp.md 16.2.
 */

#include "node/fiber.h"

#include <stdio.h>
#include <string.h>


static double
backoff_fibonacci(uint32_t base, uint32_t n, double cap)
{
    double  a = base;
    double  b = base;

    for (uint32_t i = 2; i < n && b < cap; i++) {
        const double  next = a + b;

        a = b;
        b = next;
    }

    return b;
}


uint32_t
ckp_backoff_ms(const ckp_retry_t *policy, uint32_t n)
{
    const double  cap = policy->max_delay_ms;
    double        wait = policy->base_ms;

    switch (policy->strategy) {

    case CKP_BACKOFF_FIXED:
        break;

    case CKP_BACKOFF_LINEAR:
        wait *= n;
        break;

    case CKP_BACKOFF_EXPONENTIAL:

        /* up to the cap only: factor^1024 is no longer a number */

        for (uint32_t i = 1; i < n && wait < cap && wait > 0; i++) {
            wait *= policy->multiplier;

            if (policy->multiplier <= 1.0) {
                break;
            }
        }

        break;

    case CKP_BACKOFF_FIBONACCI:
        wait = backoff_fibonacci(policy->base_ms, n, cap);
        break;

    case CKP_BACKOFF_NONE:
        wait = 0;
        break;
    }

    return (uint32_t) (wait < cap ? wait : cap);
}


static double
backoff_random(const char *run_id, const char *path, uint32_t n)
{
    uint8_t     seed[CKP_SEED_LEN];
    char        number[16];
    ckp_buf_t   b;
    ckp_rand_t  r;

    (void) snprintf(number, sizeof(number), "\n%u", n);

    ckp_buf_init(&b, 64 * 1024);
    ckp_buf_puts(&b, run_id);
    ckp_buf_puts(&b, "\n");
    ckp_buf_puts(&b, path);
    ckp_buf_puts(&b, number);
    ckp_sha256(ckp_buf_str(&b), b.len, seed);
    ckp_buf_free(&b);

    ckp_rand_init(&r, seed);

    return ckp_rand_unit(&r);
}


uint32_t
ckp_backoff_jitter_ms(const ckp_retry_t *policy, uint32_t n, uint32_t prev_ms,
    const char *run_id, const char *path)
{
    const double  d = ckp_backoff_ms(policy, n);
    const double  base = policy->base_ms;
    const double  cap = policy->max_delay_ms;
    double        high;
    double        wait = d;

    if (policy->jitter == CKP_JITTER_NONE) {
        return (uint32_t) d;
    }

    const double  u = backoff_random(run_id, path, n);

    switch (policy->jitter) {

    case CKP_JITTER_NONE:
        break;

    case CKP_JITTER_EQUAL:
        wait = d / 2 + u * d / 2;
        break;

    case CKP_JITTER_FULL:
        wait = u * d;
        break;

    case CKP_JITTER_DECORRELATED:
        high = 3.0 * (prev_ms == 0 ? base : (double) prev_ms);
        wait = high > base ? base + u * (high - base) : base;
        break;
    }

    return (uint32_t) (wait < cap ? wait : cap);
}
