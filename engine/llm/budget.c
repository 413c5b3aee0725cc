/*
 * What calls under way may cost.  In the run: the sum of what its fibers ask
 * for at the same moment, which budgets of a document count with what is
 * booked.  Budgets of the site: what a call may cost at most is reserved by the
 * host before it goes, with the right to call, and settled in the turn that
 * knows what became of it.  A person may allow more than a budget has.
 * Source: spec/ckp.md 23.7, 26.3; spec/api.md 13.
 */

#include "llm/llm.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "lang/value.h"
#include "model/limits.h"
#include "node/frame.h"

#define BUDGET_MOST  1e9        /* US dollars of one call */


/* Whole billionths of a US dollar: sums of them are exact. */

static json_int_t
budget_nusd(double usd)
{
    return usd > 0 ? (json_int_t) ceil((usd < BUDGET_MOST ? usd : BUDGET_MOST)
                                       * 1e9 - 1e-3)
                   : 0;
}


/* --- in the run ---------------------------------------------------------- */

double
ckp_llm_held(const ckp_fiber_t *f, const char *profile)
{
    const json_t *const  usd = profile == NULL
        ? ckp_fiber_run_get(f, "llm_held", NULL)
        : ckp_fiber_run_get(f, "llm_held_of", profile);

    return json_is_number(usd) ? json_number_value(usd) : 0;
}


static ckp_code_t
budget_add(ckp_fiber_t *f, const char *profile, double usd)
{
    double      sum = ckp_num_settle(ckp_llm_held(f, NULL) + usd);
    ckp_code_t  rc = ckp_fiber_run_put(f, "llm_held", NULL,
                                       json_real(sum > 0 ? sum : 0));

    if (rc == CKP_OK && profile != NULL) {
        sum = ckp_num_settle(ckp_llm_held(f, profile) + usd);
        rc = ckp_fiber_run_put(f, "llm_held_of", profile,
                               json_real(sum > 0 ? sum : 0));
    }

    return rc;
}


/* Nothing is held where nothing limits it. */

ckp_code_t
ckp_llm_hold(ckp_fiber_t *f)
{
    const json_t *const  entry = ckp_llm_entry(f);
    const char *const    name = ckp_json_str(entry, "p");
    const double         most = ckp_json_num(ckp_llm_profile_of(f, name),
                                             "budget_usd_per_run", 0);
    bool                 known;
    const double         usd = ckp_llm_estimate(f, entry, &known);
    ckp_code_t           rc;

    if (!known || usd <= 0
        || (most <= 0 && ckp_fiber_program(f)->config.max_cost_usd <= 0))
    {
        return CKP_OK;
    }

    rc = ckp_fiber_put(f, "hold", NULL, json_pack("{s:f, s:s*}", "usd", usd,
                                                  "p", name));

    return rc == CKP_OK ? budget_add(f, name, usd) : rc;
}


static ckp_code_t
budget_release(ckp_fiber_t *f)
{
    json_t *const  hold = json_incref(ckp_fiber_get(f, "hold", NULL));
    ckp_code_t     rc;

    if (hold == NULL) {
        return CKP_OK;
    }

    rc = budget_add(f, ckp_json_str(hold, "p"),
                    -ckp_json_num(hold, "usd", 0));
    json_decref(hold);

    return rc == CKP_OK ? ckp_fiber_del(f, "hold", NULL) : rc;
}


/* --- of the site --------------------------------------------------------- */

bool
ckp_llm_budgeted(const ckp_fiber_t *f)
{
    return ckp_json_bool(ckp_fiber_site(f), "budgets", false);
}


json_t *
ckp_llm_budget_wish(ckp_fiber_t *f)
{
    const json_t *const  entry = ckp_llm_entry(f);
    bool                 known;
    const double         usd = ckp_llm_estimate(f, entry, &known);

    return json_pack("{s:I, s:s, s:s*, s:b}",
                     "nusd", known ? budget_nusd(usd) : 0,
                     "model", ckp_json_str(entry, "m"),
                     "profile", ckp_json_str(entry, "p"),
                     "over", json_is_true(ckp_fiber_get(f, "llm", "over")));
}


ckp_code_t
ckp_llm_settle(ckp_fiber_t *f, double usd)
{
    char        key[CKP_KEY_MAX + 1];
    ckp_code_t  rc = budget_release(f);

    if (rc != CKP_OK || !json_is_true(ckp_fiber_get(f, "llm", "bud"))) {
        return rc;
    }

    rc = ckp_fiber_put(f, "llm", "bud", json_false());

    return rc == CKP_OK
           ? ckp_fiber_write(f, "budget",
                 json_pack("{s:s, s:I}", "key", ckp_llm_key(f, key), "nusd",
                           budget_nusd(usd)))
           : rc;
}


/* --- what the host says ------------------------------------------------ */

static ckp_code_t
budget_exceeded(ckp_fiber_t *f, const json_t *budget, const char *why)
{
    const char *const  name = ckp_json_str(budget, "budget");
    json_t *const      spent = json_object_get(budget, "spent_usd");
    json_t *const      most = json_object_get(budget, "limit_usd");
    ckp_code_t         rc;

    rc = ckp_fiber_emit(f, "budget_exceeded",
             json_pack("{s:o, s:O?, s:O?}",
                       "message", json_sprintf("the budget '%.200s' is "
                                               "exceeded%s", name == NULL ? ""
                                               : name, why),
                       "spent_usd", spent, "max_cost_usd", most));

    if (rc != CKP_OK) {
        return rc;
    }

    (void) ckp_fiber_raise_json(f, json_pack("{s:s, s:o, s:{s:s?, s:O?, s:O?}"
               ", s:b}", "type", "BudgetExceeded", "message",
               json_sprintf("the budget '%.200s' is exceeded%s",
                            name == NULL ? "" : name, why),
               "details", "budget", name, "spent_usd", spent,
               "max_cost_usd", most, "retryable", 0));

    return CKP_OK;
}


/* A person is asked: the answer comes as the end of a frame. */

static ckp_code_t
budget_ask(ckp_fiber_t *f, const json_t *budget)
{
    const int64_t     n = ckp_llm_int(f, "asks") + 1;
    const ckp_fork_t  how = {
        .kind = CKP_FRAME_TOOL, .key = "budget", .round = (uint32_t) n,
        .start = ckp_fiber_node(f)->u.llm->more,
        .local = json_pack("{s:O}", "args", budget)
    };
    ckp_code_t        rc = how.local == NULL ? CKP_E_NOMEM
                           : ckp_llm_put_int(f, "asks", n);

    if (rc == CKP_OK) {             /* others of the run need not wait for it */
        rc = budget_release(f);
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "llm", "ph", json_string("budget"));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "llm", "bud", json_incref((json_t *) budget));
    }

    if (rc == CKP_OK) {
        rc = ckp_llm_put_int(f, "since", ckp_fiber_now(f));
    }

    if (rc != CKP_OK) {
        json_decref(how.local);
        return rc;
    }

    rc = ckp_fiber_fork(f, &how);

    return rc == CKP_OK ? ckp_fiber_sleep(f, CKP_NO_TIME) : rc;
}


/* A budget is close to its end: no event of its own, spec/ckp.md 32. */

static ckp_code_t
budget_warn(ckp_fiber_t *f, const json_t *budget)
{
    const char *const  name = ckp_json_str(budget, "budget");

    return ckp_fiber_emit(f, "log",
               json_pack("{s:s, s:o, s:{s:s?, s:O?, s:O?}}",
                         "level", "WARNING", "message",
                         json_sprintf("the budget '%.200s' is close to its end",
                                      name == NULL ? "" : name),
                         "data", "budget", name,
                         "spent_usd", json_object_get(budget, "spent_usd"),
                         "max_cost_usd", json_object_get(budget,
                                                         "limit_usd")));
}


ckp_code_t
ckp_llm_budget_heard(ckp_fiber_t *f, const json_t *said, bool *stands)
{
    const json_t *const  against = json_object_get(said, "against");
    const json_t        *one;
    size_t               i;
    ckp_code_t           rc = CKP_OK;

    *stands = true;

    json_array_foreach(json_object_get(said, "warnings"), i, one) {
        if (rc == CKP_OK) {
            rc = budget_warn(f, one);
        }
    }

    if (rc != CKP_OK || against == NULL) {
        return rc;
    }

    *stands = false;

    if (ckp_json_bool(against, "ask", false)
        && ckp_fiber_node(f)->u.llm->more != NULL)
    {
        return budget_ask(f, against);
    }

    rc = ckp_fiber_put(f, "llm", "bud", json_false());      /* none is held */

    if (rc == CKP_OK) {
        rc = budget_exceeded(f, against, "");
    }

    return rc == CKP_OK ? CKP_E_INVALID : rc;
}


/* --- what the person says ---------------------------------------------- */

ckp_code_t
ckp_llm_budget_decided(ckp_fiber_t *f, bool yes)
{
    const int64_t  waited = ckp_fiber_now(f) - ckp_llm_int(f, "since");
    json_t        *budget = json_incref(ckp_fiber_get(f, "llm", "bud"));
    ckp_code_t     rc = ckp_fiber_put(f, "llm", "bud", json_false());

    /* a planner's time does not run while somebody makes up his mind */

    if (rc == CKP_OK && ckp_fiber_get(f, "pl", "t0") != NULL) {
        rc = ckp_fiber_put(f, "pl", "t0",
                 json_integer((json_int_t) (ckp_fiber_get_int(f, "pl", "t0")
                                            + waited)));
    }

    if (rc == CKP_OK && yes) {
        rc = ckp_fiber_put(f, "llm", "over", json_true());
        rc = rc == CKP_OK ? ckp_llm_admit(f) : rc;

    } else if (rc == CKP_OK) {
        rc = budget_exceeded(f, budget, ", and nobody allowed more");
        rc = rc == CKP_OK ? ckp_llm_over(f) : rc;
    }

    json_decref(budget);

    return rc;
}
