/*
 * Transformations for the files of this room.
 *   collect            the table of types; new, run, free
 *   collect_part       expressions, templates and paths of a transformation
 *   collect_run        their values, under limits
 *   collect_each       filter, map, reduce, flatten, group_by
 *   collect_key        one text for equal values; deduplicate
 *   collect_sort       sort
 *   collect_aggregate  the list "fn(field) as name"; aggregate
 *   collect_join       join
 *   collect_pivot      pivot
 *   collect_value      expression, template, json_path, parse
 */

#ifndef CKP_COLLECT_INT_H
#define CKP_COLLECT_INT_H

#include "base/json.h"
#include "base/mem.h"
#include "data/collect.h"
#include "data/jsonpath.h"
#include "lang/path.h"

#define CKP_COLLECT_COLS_MAX  64        /* fields, keys, functions */

typedef struct ckp_cpart_s  ckp_cpart_t;

/* A text of the transformation; exactly one of the last four is set. */
struct ckp_cpart_s {
    const char      *param;             /* NULL: the expression */
    const char      *below;
    const char      *source;            /* NULL: written as no text */
    ckp_path_t      *path;              /* of the element alone */
    ckp_expr_t      *expr;
    ckp_template_t  *text;
    const json_t    *value;             /* as it stands */
    ckp_cpart_t     *next;
};

/* How a text is understood. */
typedef enum {
    CKP_CPART_EXPR,
    CKP_CPART_KEY,              /* a path of the element, else an expression */
    CKP_CPART_MAP,              /* a name of the element, a template, else an
                                   expression */
    CKP_CPART_TEXT              /* a template */
} ckp_cpart_how_t;

/* The functions of `aggregate`, in the order of their names. */
typedef enum {
    CKP_CFN_COUNT,
    CKP_CFN_SUM,
    CKP_CFN_AVG,
    CKP_CFN_MIN,
    CKP_CFN_MAX,
    CKP_CFN_FIRST,
    CKP_CFN_LAST,
    CKP_CFN_LIST,
    CKP_CFN_UNIQUE,
    CKP_CFN_NONE                /* no such function */
} ckp_cfn_t;

/* A field of map, a key of sort, a function of aggregate, a group. */
typedef struct {
    const char         *name;           /* in the result */
    const ckp_cpart_t  *part;           /* NULL: the element itself */
    ckp_cfn_t           fn;
    bool                descending;
    bool                directed;       /* it says so itself */
} ckp_ccol_t;

struct ckp_collect_s {
    ckp_arena_t         *arena;
    ckp_collect_kind_t   kind;
    ckp_cpart_t         *parts;         /* all of them */
    const ckp_cpart_t   *main;          /* NULL: none */
    const ckp_cpart_t   *other;         /* join: the right side's key;
                                           pivot: the values */
    ckp_ccol_t          *cols;
    size_t               ncols;
    ckp_ccol_t          *groups;
    size_t               ngroups;
    ckp_cfn_t            fn;            /* of pivot */
    bool                 scalar;        /* aggregate: one value, no object */
    ckp_jsonpath_t      *path;          /* of json_path; NULL: the root */
};

/* While one is compiled: what is wrong stays inside. */
typedef struct {
    ckp_collect_t             *t;
    const ckp_collect_want_t  *want;
    ckp_collect_say_pt         visit;
    void                      *data;
    ckp_err_t                 *err;
    bool                       failed;
} ckp_cc_t;

/* A name of 7.2 while an element is looked at. */
typedef struct {
    ckp_scope_t    scope;
    const json_t  *item;                /* NULL: none */
    const json_t  *acc;                 /* NULL: not within reduce */
    size_t         index;
} ckp_cscope_t;

/* While one runs. */
typedef struct {
    const ckp_collect_t     *t;
    const ckp_collect_in_t  *in;
    ckp_eval_t               ev;
    ckp_cscope_t             names;
    uint32_t                 left;      /* steps */
    size_t                   bytes;     /* of the result so far */
    size_t                   warnings;
    size_t                   at;        /* element; SIZE_MAX: none */
    ckp_err_t               *err;
} ckp_cr_t;

typedef void (*ckp_cc_pt)(ckp_cc_t *c);

/* `list`: the source as an array (or, of operations on values, as it is).
 * CKP_OK: *out is a new reference. */
typedef ckp_code_t (*ckp_cr_pt)(ckp_cr_t *r, const json_t *list,
    json_t **out);

/* --- compiling: collect_part.c ------------------------------------------------ */

void ckp_cc_nomem(ckp_cc_t *c);

/* number 405 is a warning, all others end the compiling in an error. */
void ckp_cc_say(ckp_cc_t *c, int number, const char *param, const char *below,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

void *ckp_cc_alloc(ckp_cc_t *c, size_t size);       /* NULL: failed */

/* The member of params, or NULL when it is absent or null. */
const json_t *ckp_cc_param(const ckp_cc_t *c, const char *name);

/* Says that a member of params is none of the words (" a b "). */
void ckp_cc_word(ckp_cc_t *c, const char *param, const char *words);

/* NULL: empty, or wrong (said). */
const ckp_cpart_t *ckp_cc_part(ckp_cc_t *c, ckp_cpart_how_t how,
    const char *param, const char *below, const json_t *value);

/* The same of the bytes of a text. */
const ckp_cpart_t *ckp_cc_piece(ckp_cc_t *c, ckp_cpart_how_t how,
    const char *param, const char *text, size_t len);

/* The expression; without one the first of the params (ends with NULL). */
const ckp_cpart_t *ckp_cc_main(ckp_cc_t *c, ckp_cpart_how_t how,
    const char *const *params);

/* A name or a list of names becomes t->groups. */
void ckp_cc_groups(ckp_cc_t *c, const char *param);

/* Room for `n` columns; false: too many (said) or no memory. */
bool ckp_cc_columns(ckp_cc_t *c, size_t n, const char *param,
    ckp_ccol_t **cols);

/* "a.b" as a member name: "a_b"; in the arena. */
const char *ckp_cc_name(ckp_cc_t *c, const char *before, const char *text);

/* --- running: collect_run.c ------------------------------------------------------- */

ckp_code_t ckp_cr_charge(ckp_cr_t *r, size_t steps);
ckp_code_t ckp_cr_nomem(ckp_cr_t *r);
ckp_code_t ckp_cr_fail(ckp_cr_t *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* *out: new reference, or NULL where a path of the element is missing. */
ckp_code_t ckp_cr_value(ckp_cr_t *r, const ckp_cpart_t *part,
    const json_t *item, json_t **out);

/* The same, null where it is missing. */
ckp_code_t ckp_cr_field(ckp_cr_t *r, const ckp_cpart_t *part,
    const json_t *item, json_t **out);

ckp_code_t ckp_cr_test(ckp_cr_t *r, const ckp_cpart_t *part,
    const json_t *item, bool *holds);

/* The value (stolen, NULL: no memory) comes into the result, which is counted
 * in bytes. */
ckp_code_t ckp_cr_append(ckp_cr_t *r, json_t *list, json_t *value);
ckp_code_t ckp_cr_set(ckp_cr_t *r, json_t *object, const char *name,
    json_t *value);

/* CKP_OK: `made` is *out; else it is ended. */
ckp_code_t ckp_cr_end(ckp_code_t rc, json_t *made, json_t **out);

/* A null, an object, a scalar as an array: new reference or NULL. */
json_t *ckp_collect_list(const json_t *source);

/* A parameter as a flag: anything that counts as true. */
bool ckp_cr_flag(const ckp_cr_t *r, const char *name);
const char *ckp_cr_text(const ckp_cr_t *r, const char *name,
    const char *otherwise);

/* --- keys: collect_key.c ------------------------------------------------------------- */

/* The same text for equal values, another for others; NULL counts as null. */
void ckp_collect_key(ckp_buf_t *b, const json_t *v);

/*
 * Positions by key.  *found: whether the key is there already; then *at is its
 * position, else *at (the one to remember) is remembered.
 */
ckp_code_t ckp_cr_find(ckp_cr_t *r, json_t *index, const ckp_buf_t *key,
    size_t *at, bool *found);

/* The elements that are unlike those before (or, `last`, behind) them, by the
 * values at the same places of `keys`. */
ckp_code_t ckp_cr_distinct(ckp_cr_t *r, const json_t *list,
    const json_t *keys, bool last, json_t **out);

/* The values of the part for all elements, null where there is none. */
ckp_code_t ckp_cr_values(ckp_cr_t *r, const ckp_cpart_t *part,
    const json_t *list, json_t **out);

/* Elements in groups of equal values of t->groups, by first appearance: new
 * array of groups. */
enum {
    CKP_GROUP_VALUES,               /* array, as t->groups has them */
    CKP_GROUP_ITEMS
};

ckp_code_t ckp_cr_group(ckp_cr_t *r, const json_t *list, json_t **out);

/* --- functions: collect_aggregate.c ------------------------------------------------- */

ckp_cfn_t ckp_cfn_find(const char *name, size_t len);

/* The function named by a member of params; `otherwise` when there is none. */
ckp_cfn_t ckp_cc_fn(ckp_cc_t *c, const char *param, ckp_cfn_t otherwise);

/* The function over the part's values of the elements. */
ckp_code_t ckp_cr_apply(ckp_cr_t *r, ckp_cfn_t fn, const ckp_cpart_t *part,
    const json_t *list, json_t **out);

/* --- the types ------------------------------------------------------------------------- */

void ckp_cc_filter(ckp_cc_t *c);
void ckp_cc_map(ckp_cc_t *c);
void ckp_cc_reduce(ckp_cc_t *c);
void ckp_cc_aggregate(ckp_cc_t *c);
void ckp_cc_join(ckp_cc_t *c);
void ckp_cc_pivot(ckp_cc_t *c);
void ckp_cc_sort(ckp_cc_t *c);
void ckp_cc_deduplicate(ckp_cc_t *c);
void ckp_cc_flatten(ckp_cc_t *c);
void ckp_cc_group_by(ckp_cc_t *c);
void ckp_cc_expression(ckp_cc_t *c);
void ckp_cc_template(ckp_cc_t *c);
void ckp_cc_json_path(ckp_cc_t *c);
void ckp_cc_parse(ckp_cc_t *c);

ckp_code_t ckp_cr_filter(ckp_cr_t *r, const json_t *list, json_t **out);
ckp_code_t ckp_cr_map(ckp_cr_t *r, const json_t *list, json_t **out);
ckp_code_t ckp_cr_reduce(ckp_cr_t *r, const json_t *list, json_t **out);
ckp_code_t ckp_cr_aggregate(ckp_cr_t *r, const json_t *list, json_t **out);
ckp_code_t ckp_cr_join(ckp_cr_t *r, const json_t *list, json_t **out);
ckp_code_t ckp_cr_pivot(ckp_cr_t *r, const json_t *list, json_t **out);
ckp_code_t ckp_cr_sort(ckp_cr_t *r, const json_t *list, json_t **out);
ckp_code_t ckp_cr_deduplicate(ckp_cr_t *r, const json_t *list, json_t **out);
ckp_code_t ckp_cr_flatten(ckp_cr_t *r, const json_t *list, json_t **out);
ckp_code_t ckp_cr_group_by(ckp_cr_t *r, const json_t *list, json_t **out);
ckp_code_t ckp_cr_expression(ckp_cr_t *r, const json_t *v, json_t **out);
ckp_code_t ckp_cr_template(ckp_cr_t *r, const json_t *v, json_t **out);
ckp_code_t ckp_cr_json_path(ckp_cr_t *r, const json_t *v, json_t **out);
ckp_code_t ckp_cr_parse(ckp_cr_t *r, const json_t *v, json_t **out);

#endif
