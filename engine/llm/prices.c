/*
 * Tables of what models cost.
 */

#include "llm/llm.h"

#include <string.h>

#include "base/json.h"

#define PRICES_NAME  256                /* bytes */


/* US dollars for 1,000 tokens; cached < 0: as the prompt; quality < 0: nobody
 * says.  Prices of services change: a site says its own. */

static const struct {
    const char  *model;
    double       prompt;
    double       completion;
    double       cached;
    int          quality;
} prices_known[] = {
    { "gpt-5",              0.00125, 0.01,    0.000125, -1 },
    { "gpt-5-mini",         0.00025, 0.002,   0.000025, -1 },
    { "gpt-4.1",            0.002,   0.008,   0.0005,   -1 },
    { "gpt-4.1-mini",       0.0004,  0.0016,  0.0001,   -1 },
    { "gpt-4-turbo",        0.01,    0.03,    -1,       95 },
    { "gpt-4o",             0.0025,  0.01,    0.00125,  94 },
    { "gpt-4o-mini",        0.00015, 0.0006,  0.000075, 82 },
    { "gpt-4",              0.03,    0.06,    -1,       93 },
    { "gpt-3.5-turbo-16k",  0.003,   0.004,   -1,       75 },
    { "gpt-3.5-turbo",      0.0005,  0.0015,  -1,       74 },
    { "claude-3-opus",      0.015,   0.075,   0.0015,   95 },
    { "claude-3-sonnet",    0.003,   0.015,   0.0003,   88 },
    { "claude-3-haiku",     0.00025, 0.00125, 0.00003,  78 },
    { "mistral-large",      0.004,   0.012,   -1,       85 },
    { "mistral-medium",     0.0027,  0.0081,  -1,       80 },
    { "mistral-small",      0.001,   0.003,   -1,       72 }
};

#define PRICES_KNOWN  (sizeof(prices_known) / sizeof(prices_known[0]))


static const char *
prices_bare(const char *model)
{
    const char *const  slash = strrchr(model, '/');

    return slash == NULL ? model : slash + 1;
}


static size_t
prices_row(const char *model)
{
    for (size_t i = 0; i < PRICES_KNOWN; i++) {
        if (strcmp(prices_known[i].model, model) == 0) {
            return i;
        }
    }

    return PRICES_KNOWN;
}


static size_t
prices_find(const char *model)
{
    const size_t  row = prices_row(model);

    return row < PRICES_KNOWN ? row : prices_row(prices_bare(model));
}


static const json_t *
prices_of(const json_t *table, const char *model)
{
    const json_t *const  one = json_object_get(table, model);

    return one != NULL ? one : json_object_get(table, prices_bare(model));
}


bool
ckp_price_read(const json_t *rates, ckp_price_t *price)
{
    if (!json_is_object(rates)
        || (json_object_get(rates, "prompt") == NULL
            && json_object_get(rates, "completion") == NULL))
    {
        return false;
    }

    price->prompt = ckp_json_num(rates, "prompt", 0);
    price->completion = ckp_json_num(rates, "completion", 0);
    price->cached = ckp_json_num(rates, "cached", price->prompt);

    return true;
}


bool
ckp_price(const json_t *const *tables, int n, const char *model,
    ckp_price_t *price)
{
    size_t  row;

    for (int i = 0; i < n; i++) {
        if (ckp_price_read(prices_of(tables[i], model), price)) {
            return true;
        }
    }

    row = prices_find(model);

    if (row == PRICES_KNOWN) {
        return false;
    }

    price->prompt = prices_known[row].prompt;
    price->completion = prices_known[row].completion;
    price->cached = prices_known[row].cached < 0 ? price->prompt
                                                 : prices_known[row].cached;

    return true;
}


int64_t
ckp_price_quality(const json_t *const *tables, int n, const char *model)
{
    size_t  row;

    for (int i = 0; i < n; i++) {
        const int64_t  own = ckp_json_int(prices_of(tables[i], model),
                                          "quality", -1);

        if (own >= 0) {
            return own;
        }
    }

    row = prices_row(prices_bare(model));

    return row < PRICES_KNOWN ? prices_known[row].quality : -1;
}


json_t *
ckp_prices_known(void)
{
    json_t *const  all = json_object();

    for (size_t i = 0; i < PRICES_KNOWN; i++) {
        json_t *const  one = json_pack("{s:f, s:f}", "prompt",
                                       prices_known[i].prompt, "completion",
                                       prices_known[i].completion);
        bool           bad = one == NULL;

        if (prices_known[i].cached >= 0) {
            bad |= json_object_set_new(one, "cached",
                                 json_real(prices_known[i].cached)) != 0;
        }

        if (prices_known[i].quality >= 0) {
            bad |= json_object_set_new(one, "quality",
                                 json_integer(prices_known[i].quality)) != 0;
        }

        bad |= json_object_set_new(all, prices_known[i].model, one) != 0;

        if (bad) {
            json_decref(all);
            return NULL;
        }
    }

    return all;
}


/* --- what somebody says -------------------------------------------------- */

static ckp_code_t
prices_wrong(ckp_err_t *err, const char *model, const char *member,
    const char *why)
{
    ckp_buf_t   at;
    ckp_code_t  rc;

    ckp_buf_init(&at, sizeof(err->at));
    ckp_pointer_push(&at, model);

    if (member != NULL) {
        ckp_pointer_push(&at, member);
    }

    rc = ckp_fail(err, CKP_E_INVALID, ckp_buf_str(&at), "%s", why);
    ckp_buf_free(&at);

    return rc;
}


static ckp_code_t
prices_member(const char *model, const char *name, const json_t *v,
    ckp_err_t *err)
{
    if (strcmp(name, "quality") == 0) {
        return json_is_integer(v) && json_integer_value(v) >= 0
               && json_integer_value(v) <= 100 ? CKP_OK
               : prices_wrong(err, model, name, "is no number from 0 to 100");
    }

    if (strcmp(name, "prompt") != 0 && strcmp(name, "completion") != 0
        && strcmp(name, "cached") != 0)
    {
        return prices_wrong(err, model, name, "is nothing that a model has");
    }

    return json_is_number(v) && json_number_value(v) >= 0
           && json_number_value(v) <= 1e6 ? CKP_OK
           : prices_wrong(err, model, name,
                          "is no price from 0 to a million");
}


static ckp_code_t
prices_model(const char *model, const json_t *one, ckp_err_t *err)
{
    ckp_price_t    price;
    const char    *name;
    json_t        *v;
    ckp_code_t     rc = CKP_OK;

    if (*model == '\0' || strlen(model) > PRICES_NAME) {
        return prices_wrong(err, model, NULL,
                            "is no name of 1 to 256 bytes");
    }

    json_object_foreach((json_t *) one, name, v) {
        if (rc == CKP_OK) {
            rc = prices_member(model, name, v, err);
        }
    }

    if (rc == CKP_OK && !ckp_price_read(one, &price)) {
        rc = prices_wrong(err, model, NULL, "needs prompt or completion");
    }

    return rc;
}


ckp_code_t
ckp_prices_check(const json_t *table, ckp_err_t *err)
{
    const char    *model;
    json_t        *one;
    ckp_code_t     rc = CKP_OK;

    if (!json_is_object(table)) {
        return ckp_fail(err, CKP_E_INVALID, "", "is no object of models");
    }

    if (json_object_size(table) > CKP_PRICES_MAX) {
        return ckp_fail(err, CKP_E_LIMIT, "", "has more than %d models",
                        CKP_PRICES_MAX);
    }

    json_object_foreach((json_t *) table, model, one) {
        if (rc == CKP_OK) {
            rc = prices_model(model, one, err);
        }
    }

    return rc;
}
