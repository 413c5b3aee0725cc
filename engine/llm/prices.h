/*
 * What models cost, and how good they are, by their names: what is known
 * everywhere, and what a site says of its own.
 * Source: spec/ckp.md 23.7.
 */

#ifndef CKP_LLM_PRICES_H
#define CKP_LLM_PRICES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "value/json.h"

/* US dollars for 1,000 tokens. */
typedef struct {
    double  prompt;
    double  completion;
    double  cached;                     /* of the prompt, read from a cache */
} ckp_price_t;

/*
 * Looks in tables {model: {prompt, completion, cached?, quality?}}, the first
 * that has the model by its id, then by that without its vendor ("a/b": "b");
 * NULL tables have none; last, in what is known everywhere.  false: nobody
 * says a price.
 */
bool ckp_price(const json_t *const *tables, int n, const char *model,
    ckp_price_t *price);

/* The same of a quality, 0 to 100; -1: nobody says one. */
int64_t ckp_price_quality(const json_t *const *tables, int n,
    const char *model);

/* Reads {prompt, completion, cached?}; false: it says neither of the first
 * two. */
bool ckp_price_read(const json_t *rates, ckp_price_t *price);

/* ckp_prices_known and ckp_prices_check are in ckp.h. */

#endif
