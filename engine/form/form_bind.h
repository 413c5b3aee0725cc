/*
 * Texts of form E that mean something of ours: bindings in `inputs`, edges'
 * conditions, JSON inside of texts (spec/ckp.md 11.7).
 */

#ifndef CKP_FORM_BIND_H
#define CKP_FORM_BIND_H

#include "form/form_made.h"

/*
 * The value at `at`, or what its text holds when that is JSON, which is wrong
 * when it begins as an object or array and is none (CKP513).  *at is changed
 * to it; false: absent, null or wrong.
 */
bool ckp_bind_embedded(ckp_made_t *m, ckp_at_t *at);

/* `ids`: the ids of the document's nodes, as members.  New value, a template:
 * bindings as placeholders, all other text as it is. */
json_t *ckp_bind_value(ckp_made_t *m, const ckp_at_t *at, const json_t *ids);

/* An edge's condition as an expression: new text, NULL when there is none or
 * it was told.  from_condition: it leaves a `condition` node; label: of the
 * edge, or NULL. */
json_t *ckp_bind_condition(ckp_made_t *m, const ckp_at_t *edge,
    bool from_condition);

#endif
