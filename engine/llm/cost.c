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


/* US dollars for 1,000 tokens, and how good a model is (0 to 100). */

static const struct {
    const char  *model;
    double       prompt;
    double       completion;
    int          quality;
} cost_known[] = {
    { "gpt-4-turbo",        0.01,    0.03,    95 },
    { "gpt-4o",             0.0025,  0.01,    94 },
    { "gpt-4o-mini",        0.00015, 0.0006,  82 },
    { "gpt-4",              0.03,    0.06,    93 },
    { "gpt-3.5-turbo-16k",  0.003,   0.004,   75 },
    { "gpt-3.5-turbo",      0.0005,  0.0015,  74 },
    { "claude-3-opus",      0.015,   0.075,   95 },
    { "claude-3-sonnet",    0.003,   0.015,   88 },
    { "claude-3-haiku",     0.00025, 0.00125, 78 },
    { "mistral-large",      0.004,   0.012,   85 },
    { "mistral-medium",     0.0027,  0.0081,  80 },
    { "mistral-small",      0.001,   0.003,   72 }
};

#define COST_KNOWN  (sizeof(cost_known) / sizeof(cost_known[0]))


/* --- what is known of a model ------------------------------------------ */

static const char *
cost_bare(const char *model)
{
    const char *const  slash = strrchr(model, '/');

    return slash == NULL ? model : slash + 1;
}


static size_t
cost_row(const char *model)
{
    for (size_t i = 0; i < COST_KNOWN; i++) {
        if (strcmp(cost_known[i].model, model) == 0) {
            return i;
        }
    }

    return COST_KNOWN;
}


/* model_costs of the procedure: the exact id, then without its vendor. */

static const json_t *
cost_own(const ckp_program_t *prog, const char *model)
{
    const json_t *const  all = json_object_get(prog->config.llm,
                                               "model_costs");
    const json_t *const  one = json_object_get(all, model);

    return one != NULL ? one : json_object_get(all, cost_bare(model));
}


bool
ckp_llm_quality(const ckp_program_t *prog, const char *model,
    int64_t *quality)
{
    const size_t  row = cost_row(cost_bare(model));

    *quality = ckp_json_int(cost_own(prog, model), "quality", -1);

    if (*quality < 0 && row < COST_KNOWN) {
        *quality = cost_known[row].quality;
    }

    return *quality >= 0;
}


bool
ckp_llm_rates(const ckp_fiber_t *f, const json_t *entry, double *prompt,
    double *completion)
{
    const ckp_program_t *const  prog = ckp_fiber_program(f);
    const char *const    model = ckp_json_str(entry, "m");
    const json_t *const  profile = ckp_llm_profile_of(f,
                                       ckp_json_str(entry, "p"));
    const char *const    of = ckp_json_str(profile, "model");
    const json_t        *rates = NULL;
    size_t               row;

    if (of != NULL && strcmp(of, model) == 0) {
        rates = json_object_get(profile, "cost_per_1k");
    }

    if (rates == NULL) {
        rates = cost_own(prog, model);
    }

    if (json_is_object(rates)
        && (json_object_get(rates, "prompt") != NULL
            || json_object_get(rates, "completion") != NULL))
    {
        *prompt = ckp_json_num(rates, "prompt", 0);
        *completion = ckp_json_num(rates, "completion", 0);

        return true;
    }

    row = cost_row(model);
    row = row < COST_KNOWN ? row : cost_row(cost_bare(model));

    if (row == COST_KNOWN) {
        return false;
    }

    *prompt = cost_known[row].prompt;
    *completion = cost_known[row].completion;

    return true;
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
    double                  prompt = 0;
    double                  completion = 0;
    int64_t                 most = ckp_json_int(profile, "max_tokens",
                                                COST_COMPLETION);

    most = ckp_json_int(llm->params, "max_tokens", most);

    json_array_foreach(said, i, message) {
        chars += cost_chars(json_object_get(message, "content"));
    }

    json_decref(said);
    *known = ckp_llm_rates(f, entry, &prompt, &completion);

    return ((double) ((chars + COST_CHARS - 1) / COST_CHARS) * prompt
            + (double) most * completion) / 1000;
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


static ckp_code_t
cost_told(ckp_fiber_t *f, const json_t *entry, const json_t *data,
    const cost_use_t *use)
{
    const json_t *const  chain = ckp_fiber_get(f, "chain", NULL);
    const char          *used = ckp_json_str(data, "model");
    ckp_code_t           rc;

    used = used != NULL ? used : ckp_json_str(entry, "m");

    rc = ckp_fiber_emit(f, "llm_call_completed",
             json_pack("{s:s, s:s, s:I, s:O?, s:I, s:s*, s:I, s:I, s:I, s:o*}",
                 "model_used", used,
                 "primary_model", ckp_json_str(json_array_get(chain, 0), "m"),
                 "fallback_attempt", (json_int_t) ckp_llm_int(f, "i"),
                 "finish_reason", json_object_get(data, "finish_reason"),
                 "latency_ms", (json_int_t) use->ms,
                 "prompt_ref", ckp_llm_ref(f),
                 "prompt_tokens", (json_int_t) use->prompt,
                 "completion_tokens", (json_int_t) use->completion,
                 "total_tokens", (json_int_t) use->total,
                 "cost_usd", use->priced ? json_real(use->usd) : NULL));

    if (rc != CKP_OK) {
        return rc;
    }

    return ckp_fiber_emit(f, "llm_usage",
               json_pack("{s:s, s:s*, s:I, s:I, s:I, s:I, s:o*}",
                   "model", used, "profile", ckp_json_str(entry, "p"),
                   "prompt_tokens", (json_int_t) use->prompt,
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
    double               prompt = 0;
    double               completion = 0;
    cost_use_t           use = {
        .prompt = cost_tokens(usage, "prompt_tokens"),
        .completion = cost_tokens(usage, "completion_tokens"),
        .total = cost_tokens(usage, "total_tokens"),
        .ms = ckp_fiber_now(f) - ckp_llm_int(f, "ts")
    };
    ckp_code_t           rc;

    if (use.total == 0) {
        use.total = use.prompt + use.completion;
    }

    use.priced = ckp_llm_rates(f, entry, &prompt, &completion);
    use.usd = ckp_num_settle(((double) use.prompt * prompt
                              + (double) use.completion * completion) / 1000);

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
