/*
 * What an evaluation sees: names, time, randomness, a budget, and somewhere to
 * report to.  Shared by paths, templates and expressions.
 * Source: spec/ckp.md 6.5, 7.7.
 */

#ifndef CKP_EVAL_H
#define CKP_EVAL_H

#include <stdbool.h>
#include <stdint.h>
#include "value/json.h"

#include "base/clock.h"
#include "base/err.h"

#define CKP_EVAL_STEPS_MAX    100000
#define CKP_EVAL_RESULT_MAX   (512 * 1024)

typedef struct ckp_scope_s  ckp_scope_t;

/*
 * One layer of names, innermost first.  `get` lends nothing: it returns a NEW
 * reference, or NULL when the name is unbound in this layer (then `outer` is
 * asked).  A value of JSON null is bound.
 */
struct ckp_scope_s {
    json_t            *(*get)(const ckp_scope_t *scope, const char *name);
    void               *data;
    const json_t       *object;     /* used by ckp_scope_object_get */
    const ckp_scope_t  *outer;      /* NULL: the outermost */
};

/* A `get` over the members of scope->object. */
json_t *ckp_scope_object_get(const ckp_scope_t *scope, const char *name);

/* Looks through all layers.  New reference or NULL (unbound). */
json_t *ckp_scope_find(const ckp_scope_t *scope, const char *name);

typedef enum {
    CKP_MISSING_EMPTY,      /* null, or empty text */
    CKP_MISSING_KEEP,       /* the placeholder's own source */
    CKP_MISSING_ERROR       /* TemplateError */
} ckp_missing_t;

typedef enum {
    CKP_WARN_EXPRESSION,    /* expression_warning {expression, message} */
    CKP_WARN_COMPARISON,    /* the same, at DEBUG only */
    CKP_WARN_TEMPLATE       /* template_missing {path}, at DEBUG only */
} ckp_warn_t;

typedef void (*ckp_warn_pt)(void *data, ckp_warn_t kind, const char *source,
    const char *message);

/* What {{secrets.name}} or {{secrets.name.field}} (NULL: none) is: new
 * reference, or NULL: masked. */
typedef json_t *(*ckp_secret_pt)(void *data, const char *name,
    const char *field);

typedef struct {
    const ckp_scope_t  *scope;
    int64_t             now_ms;
    ckp_rand_t         *rand;       /* uuid(); NULL: a fixed one is used */
    ckp_missing_t       missing;
    uint32_t            budget;     /* evaluation steps left */
    bool                strict;     /* raise instead of "comparison is false" */
    ckp_warn_pt         warn;       /* NULL: nobody listens */
    void               *warn_data;
    ckp_secret_pt       secret;     /* NULL: secrets are masked */
    void               *secret_data;
    ckp_zone_pt         zone;       /* NULL: only offsets and UTC are known */
    void               *zone_data;
    const char         *fault;      /* out: the type of error by which a
                                       template failed; NULL: TemplateError */
} ckp_eval_t;

#endif
