/*
 * Tokens and money: rates, estimates, what was used, budgets.
 * Source: spec/ckp.md 23.3, 23.7.
 */

#include "llm/llm.h"

#include <string.h>

#include "base/json.h"
#include "lang/value.h"
#include "step/usage.h"

#define COST_COMPLETION  1000   /* tokens of an answer without max_tokens */
#define COST_CHARS       4      /* characters of a token */


/* --- what is known of a model ------------------------------------------ */

/* Those of the procedure count before those of the site. */

static void
cost_tables(const ckp_fiber_t *f, const json_t *tables[2])
{
    tables[0] = json_object_get(ckp_fiber_program(f)->config.llm,
                                "model_costs");
    tables[1] = json_object_get(ckp_fiber_site(f), "costs");
}


bool
ckp_llm_quality(const ckp_fiber_t *f, const char *model, int64_t *quality)
{
    const json_t  *tables[2];

    cost_tables(f, tables);
    *quality = ckp_price_quality(tables, 2, model);

    return *quality >= 0;
}


bool
ckp_llm_rates(const ckp_fiber_t *f, const json_t *entry, ckp_price_t *price)
{
    const char *const    model = ckp_json_str(entry, "m");
    const json_t *const  profile = ckp_llm_profile_of(f,
                                       ckp_json_str(entry, "p"));
    const char *const    of = ckp_json_str(profile, "model");
    const json_t        *tables[2];

    if (of != NULL && strcmp(of, model) == 0
        && ckp_price_read(json_object_get(profile, "cost_per_1k"), price))
    {
        return true;
    }

    cost_tables(f, tables);

    return ckp_price(tables, 2, model, price);
}


/* --- before a call ----------------------------------------------------- */

static size_t
cost_chars(const json_t *content)
{
    const json_t  *part;
    size_t         i;
    size_t         n = 0;

    if (json_is_string(content)) {
        return ckp_text_length(json_string_value(content),
                               json_string_length(content));
    }

    json_array_foreach(content, i, part) {
        const json_t *const  text = json_object_get(part, "text");
        const char *const    kind = ckp_json_str(part, "kind");

        /* of what the host puts there: characters are bytes, near enough */

        if (kind != NULL && strcmp(kind, "text") == 0) {
            n += (size_t) ckp_json_int(part, "bytes", 0);
        }

        n += ckp_text_length(json_is_string(text) ? json_string_value(text)
                                                  : "",
                             json_string_length(text));
    }

    return n;
}


double
ckp_llm_estimate(ckp_fiber_t *f, const json_t *entry, bool *known)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    const json_t *const     profile = ckp_llm_profile_of(f,
                                          ckp_json_str(entry, "p"));
    json_t *const           said = ckp_llm_said(f);
    const json_t           *message;
    size_t                  i;
    size_t                  chars = 0;
    ckp_price_t             price = { 0 };
    int64_t                 most = ckp_json_int(profile, "max_tokens",
                                                COST_COMPLETION);

    most = ckp_json_int(llm->params, "max_tokens", most);

    json_array_foreach(said, i, message) {
        chars += cost_chars(json_object_get(message, "content"));
    }

    json_decref(said);
    *known = ckp_llm_rates(f, entry, &price);

    return ((double) ((chars + COST_CHARS - 1) / COST_CHARS) * price.prompt
            + (double) most * price.completion) / 1000;
}


/* --- budgets ----------------------------------------------------------- */

static double
cost_number(const json_t *v)
{
    return json_is_number(v) ? json_number_value(v) : 0;
}


static ckp_code_t
cost_exceeded(ckp_fiber_t *f, const char *whose, double spent, double most)
{
    const ckp_code_t  rc = ckp_fiber_emit(f, "budget_exceeded",
        json_pack("{s:o, s:f, s:f}", "message",
                  json_sprintf("the budget of the %s is exceeded", whose),
                  "spent_usd", ckp_num_settle(spent), "max_cost_usd", most));

    return rc != CKP_OK ? rc
           : ckp_fiber_raise_json(f, json_pack("{s:s, s:o, s:{s:f, s:f}}",
                 "type", "BudgetExceeded", "message",
                 json_sprintf("the budget of the %s is exceeded", whose),
                 "details", "spent_usd", ckp_num_settle(spent),
                 "max_cost_usd", most));
}


/* What a further `more` would make of each budget. */

static ckp_code_t
cost_check(ckp_fiber_t *f, const json_t *entry, double more)
{
    const ckp_program_t *const  prog = ckp_fiber_program(f);
    const char *const           name = ckp_json_str(entry, "p");
    const json_t *const         profile = ckp_llm_profile_of(f, name);
    const double                run = cost_number(ckp_fiber_run_get(f,
                                          "counts", "cost"));
    const double                node = cost_number(ckp_fiber_get(f, "llm",
                                                                 "spent"));
    const double                own = name == NULL ? 0
                                      : cost_number(ckp_fiber_run_get(f,
                                            "llm_spent", name));
    const double                most = ckp_json_num(profile,
                                           "budget_usd_per_run", 0);
    const ckp_llm_t *const      llm = ckp_fiber_node(f)->u.llm;

    if (prog->config.max_cost_usd > 0
        && run + more > prog->config.max_cost_usd)
    {
        return cost_exceeded(f, "run", run, prog->config.max_cost_usd);
    }

    if (llm->max_cost > 0 && node + more > llm->max_cost) {
        return cost_exceeded(f, "node", node, llm->max_cost);
    }

    if (most > 0 && own + more > most) {
        return cost_exceeded(f, "profile", own, most);
    }

    return CKP_OK;
}


/* Whether it fits beside what calls under way may come to. */

static bool
cost_fits(ckp_fiber_t *f, const json_t *entry, double more)
{
    const char *const    name = ckp_json_str(entry, "p");
    const json_t *const  profile = ckp_llm_profile_of(f, name);
    const double         all = ckp_fiber_program(f)->config.max_cost_usd;
    const double         most = ckp_json_num(profile, "budget_usd_per_run",
                                             0);
    const double         run = cost_number(ckp_fiber_run_get(f, "counts",
                                                             "cost"));
    const double         own = name == NULL ? 0
                               : cost_number(ckp_fiber_run_get(f, "llm_spent",
                                                               name));
    const double         held = ckp_llm_held(f, NULL);
    const double         here = ckp_llm_held(f, name);

    return !(all > 0 && held > 0 && run + held + more > all)
           && !(most > 0 && here > 0 && own + here + more > most);
}


ckp_code_t
ckp_llm_affords(ckp_fiber_t *f, const json_t *entry, bool *waits)
{
    const double  run = cost_number(ckp_fiber_run_get(f, "counts", "cost"));
    bool          known;
    const double  more = ckp_llm_estimate(f, entry, &known);
    ckp_code_t    rc = CKP_OK;

    *waits = false;

    /* the first call may always be made: only what follows is foreseen */

    if (known && run > 0) {
        rc = cost_check(f, entry, more);
    }

    *waits = known && rc == CKP_OK && !cost_fits(f, entry, more);

    return rc;
}


/* --- after a call ------------------------------------------------------ */

typedef struct {
    int64_t  prompt;
    int64_t  cached;            /* of the prompt */
    int64_t  completion;
    int64_t  total;
    int64_t  ms;
    double   usd;
    bool     priced;
} cost_use_t;


static ckp_code_t
cost_totals(ckp_fiber_t *f, const json_t *entry, const cost_use_t *use)
{
    const char *const  name = ckp_json_str(entry, "p");
    const double       node = cost_number(ckp_fiber_get(f, "llm", "spent"));
    json_t *const      sum = json_pack("{s:f, s:{s:I, s:I}}", "cost_usd",
                                 use->usd, "usage", "prompt_tokens",
                                 (json_int_t) use->prompt,
                                 "completion_tokens",
                                 (json_int_t) use->completion);
    ckp_code_t         rc = sum == NULL ? CKP_E_NOMEM : ckp_usage_add(f, sum);

    json_decref(sum);

    if (rc != CKP_OK || !use->priced) {
        return rc;
    }

    rc = ckp_fiber_put(f, "llm", "spent",
                       json_real(ckp_num_settle(node + use->usd)));

    if (rc == CKP_OK && name != NULL) {
        const double  own = cost_number(ckp_fiber_run_get(f, "llm_spent",
                                                          name));

        rc = ckp_fiber_run_put(f, "llm_spent", name,
                               json_real(ckp_num_settle(own + use->usd)));
    }

    return rc;
}


/* New; NULL: there is nothing to tell. */

static json_t *
cost_cached(const cost_use_t *use)
{
    return use->cached > 0 ? json_integer((json_int_t) use->cached) : NULL;
}


static ckp_code_t
cost_told(ckp_fiber_t *f, const json_t *entry, const json_t *data,
    const cost_use_t *use)
{
    const json_t *const  chain = ckp_fiber_get(f, "chain", NULL);
    const char          *used = ckp_json_str(data, "model");
    ckp_code_t           rc;

    used = used != NULL ? used : ckp_json_str(entry, "m");

    rc = ckp_fiber_emit(f, "llm_call_completed",
             json_pack("{s:s, s:s, s:I, s:O?, s:I, s:s*, s:I, s:o*, s:I, s:I,"
                 " s:o*}",
                 "model_used", used,
                 "primary_model", ckp_json_str(json_array_get(chain, 0), "m"),
                 "fallback_attempt", (json_int_t) ckp_llm_int(f, "i"),
                 "finish_reason", json_object_get(data, "finish_reason"),
                 "latency_ms", (json_int_t) use->ms,
                 "prompt_ref", ckp_llm_ref(f),
                 "prompt_tokens", (json_int_t) use->prompt,
                 "cached_tokens", cost_cached(use),
                 "completion_tokens", (json_int_t) use->completion,
                 "total_tokens", (json_int_t) use->total,
                 "cost_usd", use->priced ? json_real(use->usd) : NULL));

    if (rc != CKP_OK) {
        return rc;
    }

    return ckp_fiber_emit(f, "llm_usage",
               json_pack("{s:s, s:s*, s:I, s:o*, s:I, s:I, s:I, s:o*}",
                   "model", used, "profile", ckp_json_str(entry, "p"),
                   "prompt_tokens", (json_int_t) use->prompt,
                   "cached_tokens", cost_cached(use),
                   "completion_tokens", (json_int_t) use->completion,
                   "total_tokens", (json_int_t) use->total,
                   "latency_ms", (json_int_t) use->ms,
                   "cost_usd", use->priced ? json_real(use->usd) : NULL));
}


/* Of the site's figures; the value of a counter or histogram. */

static ckp_code_t
cost_count(ckp_fiber_t *f, const char *name, double value, json_t *labels)
{
    const bool  time = strcmp(name, "llm_latency_seconds") == 0;

    return ckp_fiber_metric(f, &(ckp_metric_t) {
               .name = name, .value = value, .labels = labels,
               .kind = time ? CKP_METRIC_HISTOGRAM : CKP_METRIC_COUNTER });
}


/* model and profile, and one more; new object. */

static json_t *
cost_labels(const json_t *entry, const char *used, const char *more,
    const char *value)
{
    const char *const  model = ckp_json_str(entry, "m");
    const char *const  profile = ckp_json_str(entry, "p");
    json_t *const      all = json_pack("{s:s, s:s}", "model",
                                 model != NULL ? model
                                 : used != NULL ? used : "",
                                 "profile", profile != NULL ? profile : "");

    if (more != NULL) {
        (void) json_object_set_new(all, more, json_string(value));
    }

    return all;
}


ckp_code_t
ckp_llm_count(ckp_fiber_t *f, const char *outcome)
{
    return cost_count(f, "llm_requests_total", 1,
                      cost_labels(ckp_llm_entry(f), NULL, "outcome", outcome));
}


static ckp_code_t
cost_counted(ckp_fiber_t *f, const json_t *entry, const char *used,
    const cost_use_t *use)
{
    ckp_code_t  rc = cost_count(f, "llm_requests_total", 1,
                         cost_labels(entry, used, "outcome", "ok"));

    if (rc == CKP_OK) {
        rc = cost_count(f, "llm_latency_seconds", (double) use->ms / 1000,
                        cost_labels(entry, used, NULL, NULL));
    }

    if (rc == CKP_OK) {
        rc = cost_count(f, "llm_tokens_total", (double) use->prompt,
                        cost_labels(entry, used, "kind", "prompt"));
    }

    if (rc == CKP_OK) {
        rc = cost_count(f, "llm_tokens_total", (double) use->completion,
                        cost_labels(entry, used, "kind", "completion"));
    }

    return rc == CKP_OK && use->priced
           ? cost_count(f, "llm_cost_usd_total", use->usd,
                        cost_labels(entry, used, NULL, NULL))
           : rc;
}


/* A count of tokens is what the provider says, within reason. */

static int64_t
cost_tokens(const json_t *usage, const char *name)
{
    const int64_t  n = ckp_json_int(usage, name, 0);

    return n < 0 ? 0 : n > 1000000000 ? 1000000000 : n;
}


ckp_code_t
ckp_llm_book(ckp_fiber_t *f, const json_t *data)
{
    const json_t *const  entry = ckp_llm_entry(f);
    const json_t *const  usage = json_object_get(data, "usage");
    ckp_price_t          price = { 0 };
    cost_use_t           use = {
        .prompt = cost_tokens(usage, "prompt_tokens"),
        .cached = cost_tokens(usage, "cached_tokens"),
        .completion = cost_tokens(usage, "completion_tokens"),
        .total = cost_tokens(usage, "total_tokens"),
        .ms = ckp_fiber_now(f) - ckp_llm_int(f, "ts")
    };
    ckp_code_t           rc;

    if (use.total == 0) {
        use.total = use.prompt + use.completion;
    }

    if (use.cached > use.prompt) {
        use.cached = use.prompt;
    }

    use.priced = ckp_llm_rates(f, entry, &price);
    use.usd = ckp_num_settle(((double) (use.prompt - use.cached) * price.prompt
                              + (double) use.cached * price.cached
                              + (double) use.completion * price.completion)
                             / 1000);

    rc = ckp_llm_settle(f, use.priced ? use.usd : 0);

    if (rc == CKP_OK) {
        rc = cost_told(f, entry, data, &use);
    }

    if (rc == CKP_OK) {
        rc = cost_counted(f, entry, ckp_json_str(data, "model"), &use);
    }

    if (rc == CKP_OK) {
        rc = cost_totals(f, entry, &use);
    }

    return rc == CKP_OK ? cost_check(f, entry, 0) : rc;
}
