/*
 * Figures in the shared zone: families, and a series for each set of labels.
 *
 * The life of a series.
 *   named     its labels are a text: a="x",b="y"         ngx_lo_labels_*
 *   found     by hash, without a lock                    ngx_lo_series_get
 *   made      under the lock; nothing is ever taken away
 *   folded    there are too many: `__other__` of the family counts
 *
 * A line of text is what is counted against the bounds, so that a histogram
 * costs as many as it shows.  All pointers are into the zone, which every
 * worker of a master has at the same place.
 */

#ifndef NGX_LO_FIGURES_H
#define NGX_LO_FIGURES_H

#include "core/ngx_lo_core.h"

#define NGX_LO_CHAINS       4096        /* of series */
#define NGX_LO_OWN_CHAINS   256         /* of custom families */
#define NGX_LO_OWN_MAX      1000        /* custom families */
#define NGX_LO_LINES_MAX    10000       /* of core families; of custom ones */
#define NGX_LO_BUCKETS_MAX  16          /* the last one is +Inf */

typedef struct ngx_lo_series_s  ngx_lo_series_t;
typedef struct ngx_lo_family_s  ngx_lo_family_t;

/* Numbers are doubles, kept by their bits so that they change at once. */
typedef struct {
    uint64_t          buckets[NGX_LO_BUCKETS_MAX];
    uint64_t          sum;
    uint64_t          min;              /* of values so far; see `any` */
    uint64_t          max;
    uint32_t          any;
} ngx_lo_histogram_t;

struct ngx_lo_series_s {
    ngx_lo_series_t     *next;          /* of its family, oldest first */
    ngx_lo_series_t     *chain;         /* of its hash */
    ngx_lo_family_t     *family;
    ngx_lo_histogram_t  *histogram;     /* NULL: a number */
    uint64_t             value;
    uint32_t             hash;
    uint32_t             len;
    char                 labels[1];     /* ends with NUL */
};

struct ngx_lo_family_s {
    ngx_lo_family_t     *next;          /* custom ones, oldest first */
    ngx_lo_family_t     *chain;
    ngx_lo_series_t     *first;
    ngx_lo_series_t     *last;
    ngx_lo_series_t     *other;         /* NULL: not needed yet */
    ngx_lo_series_t     *spare;         /* what becomes that one: its memory is
                                           there before that of any other */
    uint32_t             kind;          /* ckp_metric_kind_t */
    uint32_t             lines;         /* of one series */
    uint32_t             own;           /* custom */
    uint32_t             reserved;      /* there is room for `other` */
    char                 name[1];       /* of custom ones, without prefix */
};

typedef struct {
    ngx_lo_series_t     *chains[NGX_LO_CHAINS];
    ngx_lo_family_t      core[NGX_LO_M_N];
    ngx_lo_family_t     *own_chains[NGX_LO_OWN_CHAINS];
    ngx_lo_family_t     *first;
    ngx_lo_family_t     *last;
    uint64_t             nown;
    uint64_t             lines[2];      /* used or reserved; by `own` */
} ngx_lo_figures_t;

/* What is known of a core family. */
typedef struct {
    const char         *name;           /* without "langorch_" */
    const char         *help;
    ckp_metric_kind_t   kind;
    const char         *labels[4];      /* ends with NULL */
    const double       *bounds;         /* rising, 0 ends; at most 15 */
    const char         *always;         /* values " a b " of its only label
                                           that are shown from the start */
} ngx_lo_metric_info_t;

extern const ngx_lo_metric_info_t  ngx_lo_metrics[NGX_LO_M_N];

/* Bounds of custom histograms. */
extern const double  ngx_lo_own_buckets[];

/* A gauge that ends with its worker, summed over those that live. */
int64_t ngx_lo_metric_gauge(ngx_lo_metric_t m);

/* NULL: no zone in this configuration. */
ngx_lo_figures_t *ngx_lo_figures(void);
void ngx_lo_figures_init(ngx_lo_figures_t *figures);

/* The custom family of that name (without prefix); a new one where there is
 * room for it.  NULL: none, or it is of another kind. */
ngx_lo_family_t *ngx_lo_family_own(const char *name, ckp_metric_kind_t kind);

/* The series of the labels; a new one, or `__other__`.  NULL: no room. */
ngx_lo_series_t *ngx_lo_series_get(ngx_lo_family_t *family,
    const char *labels, size_t len);

/* The bounds of the family's histograms. */
const double *ngx_lo_family_bounds(const ngx_lo_family_t *family);

/* For readers: what there is by now, oldest first; NULL: no more. */
const ngx_lo_series_t *ngx_lo_series_first(const ngx_lo_family_t *family);
const ngx_lo_series_t *ngx_lo_series_next(const ngx_lo_series_t *s);
const ngx_lo_family_t *ngx_lo_family_first(void);
const ngx_lo_family_t *ngx_lo_family_next(const ngx_lo_family_t *family);

/* Bits as the number that they are. */
double ngx_lo_number(const uint64_t *bits);

#endif
