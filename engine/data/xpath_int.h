/*
 * XPath for the files of this room: what a path is made of.
 *   xpath         text -> steps
 *   xpath_find    steps and a tree -> hits
 */

#ifndef CKP_XPATH_INT_H
#define CKP_XPATH_INT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "data/xpath.h"

typedef struct ckp_xp_test_s  ckp_xp_test_t;
typedef struct ckp_xp_step_s  ckp_xp_step_t;

/* What a step, or a side of a test, is about. */
typedef enum {
    CKP_XP_CHILD,               /* name, or any when NULL */
    CKP_XP_ATTR,
    CKP_XP_TEXT,                /* text() */
    CKP_XP_SELF                 /* . */
} ckp_xp_what_t;

typedef enum {
    CKP_XP_NTH,                 /* [n], from 1 */
    CKP_XP_LAST,
    CKP_XP_THERE,               /* [@a] */
    CKP_XP_EQ,
    CKP_XP_NE,
    CKP_XP_CONTAINS,
    CKP_XP_STARTS
} ckp_xp_op_t;

struct ckp_xp_test_s {
    ckp_xp_op_t           op;
    int64_t               n;        /* CKP_XP_NTH */
    ckp_xp_what_t         what;
    const char           *name;     /* NULL: any */
    const char           *value;
    size_t                len;
    const ckp_xp_test_t  *next;
};

struct ckp_xp_step_s {
    bool                  deep;     /* after "//" */
    ckp_xp_what_t         what;
    const char           *name;     /* NULL: any */
    const ckp_xp_test_t  *tests;
    const ckp_xp_step_t  *next;
};

struct ckp_xpath_s {
    ckp_arena_t          *arena;
    const ckp_xp_step_t  *first;
};

#endif
