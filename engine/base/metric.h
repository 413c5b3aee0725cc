/*
 * A measurement: what the host adds to its figures once a turn is committed.
 * Source: spec/ckp.md 19, spec/api.md 2.
 */

#ifndef CKP_METRIC_H
#define CKP_METRIC_H

#include <stdbool.h>
#include "value/json.h"

typedef enum {
    CKP_METRIC_COUNTER,
    CKP_METRIC_GAUGE,
    CKP_METRIC_HISTOGRAM
} ckp_metric_kind_t;

typedef struct {
    const char         *name;       /* as the author wrote it; not `own`: a
                                       family of api.md 2, without prefix */
    ckp_metric_kind_t   kind;
    bool                own;        /* a node's custom metric */
    double              value;      /* finite; of a counter: not negative */
    json_t             *labels;     /* {name: text}; NULL: none */
} ckp_metric_t;

#endif
