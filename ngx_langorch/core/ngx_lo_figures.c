/*
 * Figures in the shared zone: finding a series, making one.  Readers and those
 * who count take no lock: what is published is complete and stays.
 */

#include "core/ngx_lo_core_int.h"


static ngx_lo_series_t *ngx_lo_series_find(const ngx_lo_family_t *family,
    const char *labels, size_t len, uint32_t hash);
static ngx_lo_series_t *ngx_lo_series_make(ngx_lo_family_t *family,
    const char *labels, size_t len, uint32_t hash);
static void ngx_lo_series_publish(ngx_lo_series_t *s);
static ngx_int_t ngx_lo_series_spare(ngx_lo_family_t *family,
    const char *labels, size_t len);
static ngx_lo_series_t *ngx_lo_series_other(ngx_lo_family_t *family,
    const char *labels, size_t len);
static ngx_lo_family_t *ngx_lo_family_find(const char *name, uint32_t hash);
static ngx_lo_family_t *ngx_lo_family_make(const char *name,
    ckp_metric_kind_t kind, uint32_t hash);
static ngx_uint_t ngx_lo_family_collides(const char *name,
    ckp_metric_kind_t kind);
static uint32_t ngx_lo_lines_of(ckp_metric_kind_t kind,
    const double *bounds);


ngx_lo_figures_t *
ngx_lo_figures(void)
{
    ngx_lo_zone_t  *zone;

    zone = ngx_lo_zone();

    return (zone == NULL) ? NULL : &zone->figures;
}


/* No worker is there yet.  A family with labels has room for `__other__`. */

void
ngx_lo_figures_init(ngx_lo_figures_t *figures)
{
    ngx_uint_t        i;
    ngx_lo_family_t  *family;

    for (i = 0; i < NGX_LO_M_N; i++) {
        family = &figures->core[i];

        family->kind = ngx_lo_metrics[i].kind;
        family->lines = ngx_lo_lines_of(ngx_lo_metrics[i].kind,
                                        ngx_lo_metrics[i].bounds);
        family->reserved = 1;
        figures->lines[0] += family->lines;
    }
}


static uint32_t
ngx_lo_lines_of(ckp_metric_kind_t kind, const double *bounds)
{
    uint32_t  n;

    if (kind != CKP_METRIC_HISTOGRAM) {
        return 1;
    }

    for (n = 0; bounds[n] != 0; n++) { /* count them */ }

    return n + 3;                       /* +Inf, sum, count */
}


const double *
ngx_lo_family_bounds(const ngx_lo_family_t *family)
{
    return family->own ? ngx_lo_own_buckets
                       : ngx_lo_metrics[family - ngx_lo_figures()->core].bounds;
}


/* --- series ------------------------------------------------------------------ */


ngx_lo_series_t *
ngx_lo_series_get(ngx_lo_family_t *family, const char *labels, size_t len)
{
    uint32_t           hash;
    ngx_lo_series_t   *s;
    ngx_lo_figures_t  *figures;

    hash = ngx_murmur_hash2((u_char *) labels, len)
           ^ (uint32_t) ((uintptr_t) family >> 4);

    s = ngx_lo_series_find(family, labels, len, hash);

    if (s != NULL) {
        return s;
    }

    figures = ngx_lo_figures();

    ngx_lo_zone_lock();

    s = ngx_lo_series_find(family, labels, len, hash);

    if (s == NULL
        && figures->lines[family->own] + family->lines <= NGX_LO_LINES_MAX
        && ngx_lo_series_spare(family, labels, len) == NGX_OK)
    {
        s = ngx_lo_series_make(family, labels, len, hash);

        if (s != NULL) {
            ngx_lo_series_publish(s);
            figures->lines[family->own] += family->lines;
        }
    }

    if (s == NULL) {
        s = ngx_lo_series_other(family, labels, len);
    }

    ngx_lo_zone_unlock();

    return s;
}


static ngx_lo_series_t *
ngx_lo_series_find(const ngx_lo_family_t *family, const char *labels,
    size_t len, uint32_t hash)
{
    ngx_lo_series_t  *s;

    s = __atomic_load_n(&ngx_lo_figures()->chains[hash % NGX_LO_CHAINS],
                        __ATOMIC_ACQUIRE);

    while (s != NULL) {

        if (s->hash == hash && s->family == family && s->len == len
            && ngx_memcmp(s->labels, labels, len) == 0)
        {
            return s;
        }

        s = s->chain;
    }

    return NULL;
}


static ngx_lo_series_t *
ngx_lo_series_make(ngx_lo_family_t *family, const char *labels, size_t len,
    uint32_t hash)
{
    void             *p;
    size_t            size;
    ngx_lo_series_t  *s;

    size = sizeof(ngx_lo_series_t) + len;

    if (family->kind == CKP_METRIC_HISTOGRAM) {
        size += sizeof(ngx_lo_histogram_t);
    }

    p = ngx_lo_zone_calloc(size);

    if (p == NULL) {
        return NULL;
    }

    if (family->kind == CKP_METRIC_HISTOGRAM) {
        s = (ngx_lo_series_t *) ((u_char *) p + sizeof(ngx_lo_histogram_t));
        s->histogram = p;

    } else {
        s = p;
    }

    s->family = family;
    s->hash = hash;
    s->len = (uint32_t) len;
    ngx_memcpy(s->labels, labels, len);

    return s;
}


/* From now on it is found, and shown. */

static void
ngx_lo_series_publish(ngx_lo_series_t *s)
{
    ngx_lo_family_t   *family;
    ngx_lo_series_t  **head;

    family = s->family;

    head = &ngx_lo_figures()->chains[s->hash % NGX_LO_CHAINS];
    s->chain = *head;
    __atomic_store_n(head, s, __ATOMIC_RELEASE);

    if (family->last == NULL) {
        __atomic_store_n(&family->first, s, __ATOMIC_RELEASE);

    } else {
        __atomic_store_n(&family->last->next, s, __ATOMIC_RELEASE);
    }

    family->last = s;
}


/* Memory for those that will find none; one without labels is the only one. */

static ngx_int_t
ngx_lo_series_spare(ngx_lo_family_t *family, const char *labels, size_t len)
{
    char    text[NGX_LO_LABELS_SIZE];
    size_t  n;

    if (len == 0 || family->other != NULL || family->spare != NULL) {
        return NGX_OK;
    }

    n = ngx_lo_labels_other(text, labels, len);
    family->spare = ngx_lo_series_make(family, text, n,
                        ngx_murmur_hash2((u_char *) text, n)
                        ^ (uint32_t) ((uintptr_t) family >> 4));

    return (family->spare != NULL) ? NGX_OK : NGX_ERROR;
}


/* There are too many: what all further ones count in. */

static ngx_lo_series_t *
ngx_lo_series_other(ngx_lo_family_t *family, const char *labels, size_t len)
{
    if (family->other == NULL && family->reserved
        && ngx_lo_series_spare(family, labels, len) == NGX_OK
        && family->spare != NULL)
    {
        ngx_lo_series_publish(family->spare);

        family->other = family->spare;
        family->spare = NULL;
    }

    return family->other;
}


const ngx_lo_series_t *
ngx_lo_series_first(const ngx_lo_family_t *family)
{
    return __atomic_load_n(&family->first, __ATOMIC_ACQUIRE);
}


const ngx_lo_series_t *
ngx_lo_series_next(const ngx_lo_series_t *s)
{
    return __atomic_load_n(&s->next, __ATOMIC_ACQUIRE);
}


double
ngx_lo_number(const uint64_t *bits)
{
    double    d;
    uint64_t  n;

    n = __atomic_load_n(bits, __ATOMIC_RELAXED);
    ngx_memcpy(&d, &n, sizeof(d));

    return d;
}


/* --- custom families ----------------------------------------------------------- */


ngx_lo_family_t *
ngx_lo_family_own(const char *name, ckp_metric_kind_t kind)
{
    uint32_t          hash;
    ngx_lo_family_t  *family;

    hash = ngx_murmur_hash2((u_char *) name, ngx_strlen(name));
    family = ngx_lo_family_find(name, hash);

    if (family == NULL) {
        ngx_lo_zone_lock();

        family = ngx_lo_family_find(name, hash);

        if (family == NULL && !ngx_lo_family_collides(name, kind)) {
            family = ngx_lo_family_make(name, kind, hash);
        }

        ngx_lo_zone_unlock();
    }

    return (family != NULL && family->kind == (uint32_t) kind) ? family : NULL;
}


static ngx_lo_family_t *
ngx_lo_family_find(const char *name, uint32_t hash)
{
    ngx_lo_family_t  *family;

    family = __atomic_load_n(&ngx_lo_figures()
                                  ->own_chains[hash % NGX_LO_OWN_CHAINS],
                             __ATOMIC_ACQUIRE);

    while (family != NULL && ngx_strcmp(family->name, name) != 0) {
        family = family->chain;
    }

    return family;
}


static ngx_lo_family_t *
ngx_lo_family_make(const char *name, ckp_metric_kind_t kind, uint32_t hash)
{
    size_t             len;
    uint32_t           lines;
    ngx_lo_family_t   *family;
    ngx_lo_family_t  **head;
    ngx_lo_figures_t  *figures;

    figures = ngx_lo_figures();
    lines = ngx_lo_lines_of(kind, ngx_lo_own_buckets);
    len = ngx_strlen(name);

    /* one for a series of its own, one for all that come too late */

    if (figures->nown == NGX_LO_OWN_MAX
        || figures->lines[1] + 2 * lines > NGX_LO_LINES_MAX)
    {
        return NULL;
    }

    family = ngx_lo_zone_calloc(sizeof(ngx_lo_family_t) + len);

    if (family == NULL) {
        return NULL;
    }

    family->kind = kind;
    family->lines = lines;
    family->own = 1;
    family->reserved = 1;
    ngx_memcpy(family->name, name, len + 1);

    figures->lines[1] += lines;
    figures->nown++;

    head = &figures->own_chains[hash % NGX_LO_OWN_CHAINS];
    family->chain = *head;
    __atomic_store_n(head, family, __ATOMIC_RELEASE);

    if (figures->last == NULL) {
        __atomic_store_n(&figures->first, family, __ATOMIC_RELEASE);

    } else {
        __atomic_store_n(&figures->last->next, family, __ATOMIC_RELEASE);
    }

    figures->last = family;

    return family;
}


/* Whether the lines of two families could be taken for each other's. */

static ngx_uint_t
ngx_lo_family_mixes(const char *histogram, const char *name)
{
    size_t  len;

    len = ngx_strlen(histogram);

    return ngx_strncmp(histogram, name, len) == 0
           && (ngx_strcmp(name + len, "_bucket") == 0
               || ngx_strcmp(name + len, "_sum") == 0
               || ngx_strcmp(name + len, "_count") == 0);
}


static ngx_uint_t
ngx_lo_family_collides(const char *name, ckp_metric_kind_t kind)
{
    const ngx_lo_family_t  *f;

    for (f = ngx_lo_family_first(); f != NULL; f = ngx_lo_family_next(f)) {

        if ((kind == CKP_METRIC_HISTOGRAM
             && ngx_lo_family_mixes(name, f->name))
            || (f->kind == CKP_METRIC_HISTOGRAM
                && ngx_lo_family_mixes(f->name, name)))
        {
            return 1;
        }
    }

    return 0;
}


const ngx_lo_family_t *
ngx_lo_family_first(void)
{
    ngx_lo_figures_t  *figures;

    figures = ngx_lo_figures();

    return (figures == NULL) ? NULL
           : __atomic_load_n(&figures->first, __ATOMIC_ACQUIRE);
}


const ngx_lo_family_t *
ngx_lo_family_next(const ngx_lo_family_t *family)
{
    return __atomic_load_n(&family->next, __ATOMIC_ACQUIRE);
}
