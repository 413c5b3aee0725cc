/*
 * Transformations: filter, map, reduce, aggregate ... over arrays, and values
 * computed from values.  Compiled once, run over JSON; `transform` nodes and
 * the collection actions share them.  Source: spec/ckp.md 10.9, 13.4, 7.2.
 *
 * The life of a transformation.
 *   find    its type is looked up                  ckp_collect_find
 *   new     its texts become expressions           ckp_collect_new
 *   parts   the compiler judges what they name     ckp_collect_parts
 *   run     a source becomes a result              ckp_collect_run
 */

#ifndef CKP_COLLECT_H
#define CKP_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "value/json.h"

#include "base/err.h"
#include "lang/eval.h"
#include "lang/expr.h"
#include "lang/template.h"

/* Evaluation steps of one transformation; a single evaluation within it has
 * CKP_EVAL_STEPS_MAX.  Its result has CKP_EVAL_RESULT_MAX bytes. */
#define CKP_COLLECT_STEPS_MAX     1000000

/* Warnings of expressions that one transformation passes on. */
#define CKP_COLLECT_WARNINGS_MAX  20

typedef struct ckp_collect_s  ckp_collect_t;

typedef enum {
    CKP_COLLECT_FILTER,
    CKP_COLLECT_MAP,
    CKP_COLLECT_REDUCE,
    CKP_COLLECT_AGGREGATE,
    CKP_COLLECT_JOIN,
    CKP_COLLECT_PIVOT,
    CKP_COLLECT_SORT,
    CKP_COLLECT_DEDUPLICATE,
    CKP_COLLECT_FLATTEN,
    CKP_COLLECT_GROUP_BY,
    CKP_COLLECT_EXPRESSION,
    CKP_COLLECT_TEMPLATE,
    CKP_COLLECT_JSON_PATH,
    CKP_COLLECT_PARSE
} ckp_collect_kind_t;

/* false: no such type.  `type` may be an alias ("where", "unique"). */
bool ckp_collect_find(const char *type, ckp_collect_kind_t *kind);

const char *ckp_collect_name(ckp_collect_kind_t kind);          /* "filter" */

/* " a b c ": the members of `params` that it knows. */
const char *ckp_collect_params(ckp_collect_kind_t kind);

/* --- compiling -------------------------------------------------------------- */

/* What is asked for; texts are lent as long as the transformation lives. */
typedef struct {
    ckp_collect_kind_t   kind;
    const json_t        *expression;    /* NULL: none */
    const json_t        *params;        /* as written; NULL: none */
    bool                 template;      /* `expression` is a template */
} ckp_collect_want_t;

/*
 * What the parameters of a collection action ask for; `kind` is that of the
 * action, `expression` where the transformation is "transform".  *member: the
 * parameter that is the expression.
 */
ckp_collect_want_t ckp_collect_of_action(ckp_collect_kind_t kind,
    const json_t *params, const char **member);

/* Whether a parameter is a text of the language: compiled, never rendered. */
bool ckp_collect_is_text(const char *param);

/*
 * Something is wrong: `number` of the catalogue; `param` is the member of
 * params (NULL: the expression), `below` a pointer into it, or "".  Strings
 * live during the visit only.
 */
typedef struct {
    int          number;
    const char  *param;
    const char  *below;
    const char  *message;
} ckp_collect_say_t;

typedef void (*ckp_collect_say_pt)(void *data, const ckp_collect_say_t *say);

/*
 * Everything wrong is said (`visit` NULL: to nobody); the first error is in
 * `err`, too.  NULL: CKP_E_INVALID or CKP_E_NOMEM.
 */
ckp_collect_t *ckp_collect_new(const ckp_collect_want_t *want,
    ckp_collect_say_pt visit, void *data, ckp_err_t *err);
void ckp_collect_free(ckp_collect_t *t);

/* One expression or template of it; the other is NULL. */
typedef struct {
    const char            *param;       /* NULL: the expression */
    const char            *below;
    const ckp_expr_t      *expr;
    const ckp_template_t  *text;
    bool                   element;     /* sees the members of an element */
} ckp_collect_part_t;

typedef void (*ckp_collect_part_pt)(void *data,
    const ckp_collect_part_t *part);

void ckp_collect_parts(const ckp_collect_t *t, ckp_collect_part_pt visit,
    void *data);

/* --- running ------------------------------------------------------------------ */

typedef struct {
    const ckp_eval_t  *ev;          /* names, time; its budget is not used */
    const json_t      *source;      /* NULL counts as null */
    const char        *name;        /* `expression` sees it under this one,
                                       too; NULL: it has none */
    const json_t      *params;      /* rendered; NULL: none */
} ckp_collect_in_t;

/*
 * New reference in *out.  Of the source of an array operation null is an empty
 * array, an object its values, any other value an array of it.  *steps (may be
 * NULL) is what it cost.
 * CKP_E_INVALID: the sentence tells the element; CKP_E_LIMIT: too many steps or
 * bytes.  Either is a TransformError.
 */
ckp_code_t ckp_collect_run(const ckp_collect_t *t, const ckp_collect_in_t *in,
    json_t **out, uint32_t *steps, ckp_err_t *err);

#endif
