/*
 * Placeholders, as templates and expressions share them.
 */

#ifndef CKP_TEMPLATE_INT_H
#define CKP_TEMPLATE_INT_H

#include "lang/path_int.h"
#include "lang/template.h"

/* Expressions hold texts that hold placeholders that hold expressions ... */
#define CKP_LEVEL_MAX  4

/* {{ path | default }} */
typedef struct {
    const ckp_path_t  *path;
    const char        *source;      /* with its braces */
    json_t            *value;       /* the default with its type, or NULL */
    json_t            *text;        /* the default as text; both owned by the
                                       one who parsed */
} ckp_hole_t;

/*
 * `text` begins behind "{{"; *used counts up to the end of "}}".
 * CKP_E_INVALID: no well-formed placeholder.
 */
ckp_code_t ckp_hole_parse(ckp_arena_t *arena, const char *text, size_t len,
    size_t *used, ckp_hole_t *hole);
void ckp_hole_clear(ckp_hole_t *hole);

/* *out: new reference, or NULL when it is missing and has no default. */
ckp_code_t ckp_hole_value(const ckp_hole_t *hole, ckp_eval_t *ev,
    json_t **out, ckp_err_t *err);

void ckp_hole_refs(const ckp_hole_t *hole, ckp_ref_pt visit, void *data,
    bool in_expr);

/* As ckp_template_text and ckp_template_refs, within an expression. */
ckp_template_t *ckp_template_text_at(const char *text, unsigned level,
    ckp_err_t *err);
void ckp_template_refs_in(const ckp_template_t *t, ckp_ref_pt visit,
    void *data, bool in_expr);

/* Takes steps off the budget. */
ckp_code_t ckp_eval_step(ckp_eval_t *ev, uint32_t steps, ckp_err_t *err);

#endif
