/*
 * Costs and tokens of answers, summed.
 */

#include "step/usage.h"

#include "base/json.h"

#define USAGE_TOKENS_MAX  1000000000000LL
#define USAGE_COST_MAX    1e12


static int64_t
usage_tokens(const json_t *usage, const char *name, const char *other)
{
    int64_t  n = ckp_json_int(usage, name, -1);

    if (n < 0) {
        n = ckp_json_int(usage, other, 0);
    }

    return n < 0 || n > USAGE_TOKENS_MAX ? 0 : n;
}


static ckp_code_t
usage_count(ckp_fiber_t *f, const char *name, int64_t n)
{
    const json_t *const  old = ckp_fiber_run_get(f, "counts", name);
    const int64_t        sum = n + (int64_t) json_integer_value(old);

    return n == 0 ? CKP_OK
           : ckp_fiber_run_put(f, "counts", name,
                 json_integer(sum > USAGE_TOKENS_MAX ? USAGE_TOKENS_MAX
                                                     : sum));
}


ckp_code_t
ckp_usage_add(ckp_fiber_t *f, const json_t *answer)
{
    const json_t *const  usage = json_object_get(answer, "usage");
    const json_t *const  old = ckp_fiber_run_get(f, "counts", "cost");
    double               cost = ckp_json_num(answer, "cost_usd", -1.0);
    ckp_code_t           rc;

    if (cost < 0.0) {
        cost = ckp_json_num(answer, "cost", 0.0);
    }

    rc = usage_count(f, "pt", usage_tokens(usage, "prompt_tokens",
                                           "input_tokens"));

    if (rc == CKP_OK) {
        rc = usage_count(f, "ct", usage_tokens(usage, "completion_tokens",
                                               "output_tokens"));
    }

    if (rc != CKP_OK || !(cost > 0.0) || cost > USAGE_COST_MAX) {
        return rc;
    }

    rc = ckp_fiber_run_put(f, "counts", "cost",
                           json_real(json_number_value(old) + cost));

    return rc == CKP_OK ? ckp_fiber_spent(f, cost) : rc;
}
