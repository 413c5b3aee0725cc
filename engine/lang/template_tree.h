/*
 * The compiled form of a template: a tree of values, their strings in pieces.
 *   template_cut     one string -> pieces
 *   template         a value -> tree, its end, its references
 *   template_render  tree and scope -> value
 */

#ifndef CKP_TEMPLATE_TREE_H
#define CKP_TEMPLATE_TREE_H

#include "lang/template_int.h"

typedef struct ckp_tnode_s  ckp_tnode_t;
typedef struct ckp_piece_s  ckp_piece_t;
typedef struct ckp_note_s   ckp_note_t;

typedef enum {
    CKP_TPL_CONST,              /* no placeholder in it */
    CKP_TPL_HOLE,               /* exactly one placeholder: keeps its type */
    CKP_TPL_TEXT,               /* text with placeholders */
    CKP_TPL_ARRAY,
    CKP_TPL_OBJECT
} ckp_tpl_kind_t;

/* Literal text, a placeholder, or an expression. */
struct ckp_piece_s {
    const char   *text;         /* NULL: one of the others */
    size_t        len;
    ckp_hole_t    hole;
    ckp_expr_t   *expr;
    ckp_piece_t  *next;
    ckp_piece_t  *next_owned;
};

struct ckp_tnode_s {
    ckp_tpl_kind_t   kind;
    json_t          *value;     /* CKP_TPL_CONST: owned */
    ckp_piece_t     *pieces;
    const char      *key;       /* within an object */
    ckp_tnode_t     *kids;
    ckp_tnode_t     *next;
    ckp_tnode_t     *next_owned;
};

/* Something to tell at compile time that does not show in the tree. */
struct ckp_note_s {
    ckp_ref_t    kind;
    const char  *name;
    ckp_note_t  *next;
};

struct ckp_template_s {
    ckp_arena_t  *arena;
    json_t       *source;
    ckp_tnode_t  *root;
    ckp_tnode_t  *owned_nodes;
    ckp_piece_t  *owned_pieces;
    ckp_note_t   *notes;
    size_t        holes;
    unsigned      level;
};

/* The string `value` becomes the node. */
ckp_code_t ckp_tpl_cut(ckp_template_t *t, ckp_tnode_t *node,
    const json_t *value, ckp_err_t *err);

#endif
