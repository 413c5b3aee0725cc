/*
 * The life of an expression.
 *   parse    text -> tree, all in one arena              expr_parse,
 *                                                        expr_relation,
 *                                                        expr_literal,
 *                                                        expr_atom
 *   refs     what the tree speaks of                     expr
 *   eval     tree and scope -> value                     expr_eval, expr_arith
 *   compare  one comparison; errors stop here in a test  expr_compare
 *   call     a function of the table                     func, func_*
 *
 * The tree is never deeper than CKP_EXPR_DEPTH_MAX, so that all of these may
 * recurse over it; chains of one kind of operator are one node.
 */

#ifndef CKP_EXPR_INT_H
#define CKP_EXPR_INT_H

#include "base/mem.h"
#include "lang/expr.h"
#include "lang/regex.h"
#include "lang/template_int.h"

typedef struct ckp_x_s     ckp_x_t;
typedef struct ckp_func_s  ckp_func_t;

typedef enum {
    CKP_X_CONST,
    CKP_X_PATH,
    CKP_X_HOLE,             /* {{path | default}} */
    CKP_X_TEXT,             /* '...{{path}}...' */
    CKP_X_LIST,
    CKP_X_OBJECT,           /* kids are values, names their keys */
    CKP_X_NOT,
    CKP_X_AND,
    CKP_X_OR,
    CKP_X_MINUS,
    CKP_X_PLUS,
    CKP_X_ARITH,            /* kid op kid op kid ... */
    CKP_X_POWER,
    CKP_X_COMPARE,          /* kid op kid op kid: their conjunction */
    CKP_X_IS_NULL,
    CKP_X_IS_EMPTY,
    CKP_X_IF,               /* condition, then, else */
    CKP_X_CALL,
    CKP_X_MEMBER,           /* kid.name */
    CKP_X_INDEX             /* kid[kid] */
} ckp_x_kind_t;

typedef enum {
    CKP_OP_ADD,
    CKP_OP_SUB,
    CKP_OP_MUL,
    CKP_OP_DIV,
    CKP_OP_FLOORDIV,
    CKP_OP_MOD,
    CKP_OP_EQ,
    CKP_OP_SAME,
    CKP_OP_LT,
    CKP_OP_LE,
    CKP_OP_GT,
    CKP_OP_GE,
    CKP_OP_CONTAINS,
    CKP_OP_IN,
    CKP_OP_STARTS,
    CKP_OP_ENDS,
    CKP_OP_MATCHES
} ckp_op_t;

#define CKP_OP_NOT  0x80    /* with a comparison: its opposite */

struct ckp_x_s {
    ckp_x_kind_t       kind;
    bool               bare;        /* unbound, it is its own spelling */
    bool               negate;      /* of IS_NULL, IS_EMPTY */
    bool               assign;      /* "=" stood in the comparison */
    bool               bad_regex;   /* CONST pattern that does not compile */
    bool               bad_call;    /* unknown function or argument count */
    unsigned           height;
    size_t             n;
    size_t             size;        /* room in kids, ops and names */
    ckp_x_t          **kids;
    uint8_t           *ops;         /* ops[i] stands before kids[i + 1] */
    const char       **names;
    const char        *name;
    json_t            *value;       /* owned */
    const ckp_path_t  *path;
    ckp_hole_t        *hole;        /* its defaults are owned */
    ckp_template_t    *text;        /* owned */
    ckp_regex_t       *regex;       /* owned: a CONST used as a pattern */
    const ckp_func_t  *func;
    ckp_x_t           *next_owned;
};

struct ckp_expr_s {
    ckp_arena_t  *arena;
    const char   *source;
    ckp_x_t      *root;
    ckp_x_t      *owned;            /* nodes that hold something to release */
    int           verdict;          /* 1 "always", -1 "never", 0 neither */
};

typedef struct {
    ckp_expr_t   *expr;
    ckp_arena_t  *arena;
    const char   *start;
    const char   *p;
    const char   *end;
    unsigned      depth;
    unsigned      ops;
    unsigned      level;
    ckp_err_t    *err;
} ckp_xp_t;

typedef struct {
    ckp_eval_t        *ev;
    const ckp_expr_t  *expr;
    ckp_err_t         *err;
    bool               lenient;     /* errors end at the comparison */
} ckp_xc_t;

struct ckp_func_s {
    const char   *name;
    uint8_t       min;
    uint8_t       max;              /* 255: any number */
    bool          lazy;             /* evaluates its arguments itself */
    bool          field;            /* the second of two is a field */
    uint8_t       pattern;          /* 1 + which argument is a pattern */
    ckp_code_t  (*call)(ckp_xc_t *c, const ckp_x_t *x, json_t **args,
                        json_t **out);
};

/* As ckp_expr_parse_embedded, within texts within expressions. */
ckp_expr_t *ckp_expr_parse_level(const char *text, size_t len, size_t *used,
    unsigned level, ckp_err_t *err);

/* expr_parse.c: NULL means that p->err is set */
ckp_x_t *ckp_xp_expression(ckp_xp_t *p);
ckp_x_t *ckp_xp_fail(ckp_xp_t *p, const char *what);
ckp_x_t *ckp_xp_nomem(ckp_xp_t *p);
ckp_x_t *ckp_xp_node(ckp_xp_t *p, ckp_x_kind_t kind);
bool ckp_xp_add(ckp_xp_t *p, ckp_x_t *x, ckp_x_t *kid, unsigned op,
    const char *name);
void ckp_xp_own(ckp_xp_t *p, ckp_x_t *x);
void ckp_xp_space(ckp_xp_t *p);
bool ckp_xp_take(ckp_xp_t *p, const char *symbol);
bool ckp_xp_word(ckp_xp_t *p, const char *word);
bool ckp_xp_enter(ckp_xp_t *p);
bool ckp_xp_count(ckp_xp_t *p);
ckp_x_t *ckp_xp_wrap(ckp_xp_t *p, ckp_x_kind_t kind, bool negate,
    ckp_x_t *kid);
ckp_x_t *ckp_xp_sum(ckp_xp_t *p);

/* expr_relation.c */
ckp_x_t *ckp_xp_comparison(ckp_xp_t *p);
bool ckp_xp_pattern(ckp_xp_t *p, ckp_x_t *x);

/* expr_literal.c: the cursor stands at the first character; `value` is stolen,
 * NULL is no memory */
ckp_x_t *ckp_xp_const(ckp_xp_t *p, json_t *value);
ckp_x_t *ckp_xp_number(ckp_xp_t *p);
ckp_x_t *ckp_xp_string(ckp_xp_t *p);
bool ckp_xp_quoted(ckp_xp_t *p, ckp_buf_t *b);

/* expr_atom.c: primaries and what follows them */
ckp_x_t *ckp_xp_postfix(ckp_xp_t *p);

/* expr_eval.c: on CKP_OK *out is a new reference, else NULL */
ckp_code_t ckp_x_eval(ckp_xc_t *c, const ckp_x_t *x, json_t **out);
ckp_code_t ckp_x_fail(ckp_xc_t *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
ckp_code_t ckp_x_nomem(ckp_xc_t *c);
ckp_code_t ckp_x_give(ckp_xc_t *c, json_t *made, json_t **out);
ckp_code_t ckp_x_text(ckp_xc_t *c, ckp_buf_t *b, json_t **out);

/* Takes a step for each CKP_STEP_BYTES of what is gone through. */
#define CKP_STEP_BYTES  64
ckp_code_t ckp_x_charge(ckp_xc_t *c, size_t bytes);
ckp_code_t ckp_x_charge_value(ckp_xc_t *c, const json_t *v);

/* expr_arith.c */
ckp_code_t ckp_x_arith(ckp_xc_t *c, const ckp_x_t *x, json_t **out);
ckp_code_t ckp_x_power(ckp_xc_t *c, const ckp_x_t *x, json_t **out);
ckp_code_t ckp_x_sign(ckp_xc_t *c, const ckp_x_t *x, json_t **out);

/* A number that is no longer exact, settled (ckp_num_settle); not finite is an
 * error. */
ckp_code_t ckp_x_real(ckp_xc_t *c, double d, json_t **out);

/* expr_compare.c */
ckp_code_t ckp_x_compare(ckp_xc_t *c, const ckp_x_t *x, bool *holds);
ckp_code_t ckp_x_matches(ckp_xc_t *c, const json_t *subject,
    const ckp_x_t *pattern, const json_t *value, ckp_span_t *spans,
    size_t nspans, size_t *found);

/* starts_with, ends_with on the text of both; null is neither. */
bool ckp_value_edge(ckp_op_t op, const json_t *a, const json_t *b);

/* func.c */
const ckp_func_t *ckp_func_find(const char *name, size_t len);
ckp_code_t ckp_x_call(ckp_xc_t *c, const ckp_x_t *x, json_t **out);

#endif
