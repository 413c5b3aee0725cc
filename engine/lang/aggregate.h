/*
 * Aggregates over arrays: what paths, functions and transformations share.
 * Source: spec/ckp.md 6.3.
 */

#ifndef CKP_AGGREGATE_H
#define CKP_AGGREGATE_H

#include "value/json.h"

#include "lang/path.h"

/* In the order of their names in the table of path.c. */
typedef enum {
    CKP_AGG_NONE,
    CKP_AGG_SUM,
    CKP_AGG_AVG,
    CKP_AGG_MIN,
    CKP_AGG_MAX,
    CKP_AGG_COUNT,
    CKP_AGG_FIRST,
    CKP_AGG_LAST,
    CKP_AGG_JOIN,
    CKP_AGG_PLUCK
} ckp_agg_t;

/*
 * The aggregate of an array over `field` of its elements (NULL: themselves).
 * A null counts as an empty array.  New reference; NULL: no array, or no
 * memory.
 */
json_t *ckp_aggregate(ckp_agg_t agg, const json_t *array,
    const ckp_path_t *field);

#endif
