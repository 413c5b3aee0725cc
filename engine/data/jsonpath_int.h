/*
 * JSONPath for the files of this room: what a path is made of.
 *   jsonpath         text -> segments
 *   jsonpath_filter  [?(...)] -> tests
 *   jsonpath_find    segments and a value -> hits
 */

#ifndef CKP_JSONPATH_INT_H
#define CKP_JSONPATH_INT_H

#include <stdint.h>

#include "base/mem.h"
#include "data/jsonpath.h"

typedef struct ckp_jp_seg_s   ckp_jp_seg_t;
typedef struct ckp_jp_test_s  ckp_jp_test_t;

typedef enum {
    CKP_JP_NAME,
    CKP_JP_INDEX,
    CKP_JP_ALL,
    CKP_JP_FILTER
} ckp_jp_kind_t;

struct ckp_jp_seg_s {
    ckp_jp_kind_t         kind;
    bool                  deep;         /* after "..": at any depth */
    const char           *name;
    int64_t               index;
    const ckp_jp_test_t  *filter;
    ckp_jp_seg_t         *next;
};

typedef enum {
    CKP_JP_OR,                  /* a, b */
    CKP_JP_AND,
    CKP_JP_NOT,                 /* a */
    CKP_JP_THERE,               /* left */
    CKP_JP_EQ,                  /* left, right, as the rest */
    CKP_JP_NE,
    CKP_JP_LT,
    CKP_JP_LE,
    CKP_JP_GT,
    CKP_JP_GE
} ckp_jp_op_t;

typedef struct {
    const json_t        *literal;       /* NULL: a path */
    bool                 root;          /* from $, not from @ */
    const ckp_jp_seg_t  *path;          /* definite; NULL: $ or @ itself */
} ckp_jp_operand_t;

struct ckp_jp_test_s {
    ckp_jp_op_t           op;
    const ckp_jp_test_t  *a;
    const ckp_jp_test_t  *b;
    ckp_jp_operand_t      left;
    ckp_jp_operand_t      right;
};

struct ckp_jsonpath_s {
    ckp_arena_t         *arena;
    json_t              *literals;      /* what the tests lend */
    const ckp_jp_seg_t  *first;         /* NULL: $ alone */
    bool                 definite;
};

/* Reading a path: the first error wins and stays inside. */
typedef struct {
    ckp_jsonpath_t  *path;
    const char      *text;
    const char      *p;
    ckp_err_t       *err;
    bool             failed;
    bool             definite;
    size_t           nsegs;
    size_t           ntests;
    unsigned         depth;             /* of parentheses and "!" */
} ckp_jp_t;

/* Records what is wrong at the cursor. */
void ckp_jp_wrong(ckp_jp_t *jp, const char *what);
void *ckp_jp_alloc(ckp_jp_t *jp, size_t size);      /* NULL: failed */
void ckp_jp_space(ckp_jp_t *jp);
bool ckp_jp_take(ckp_jp_t *jp, char c);

/* 'a' or "a" with JSON's escapes; in the arena.  NULL: failed. */
const char *ckp_jp_quoted(ckp_jp_t *jp);

/* The segments from the cursor on, as far as they go. */
const ckp_jp_seg_t *ckp_jp_segs(ckp_jp_t *jp);

/* What stands behind "[?", up to the "]". */
const ckp_jp_test_t *ckp_jp_filter(ckp_jp_t *jp);

#endif
