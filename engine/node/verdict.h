/*
 * What verifications and validations share: the value that is looked at, what
 * a schema says of it, the sentence for people.
 * Source: spec/ckp.md 10.6, 15.7.
 */

#ifndef CKP_VERDICT_H
#define CKP_VERDICT_H

#include "node/fiber.h"

/* In one node, or before one step. */
#define CKP_CHECKS_MAX  256

/*
 * The value of a `source`: new reference.  A text without placeholder that
 * names a variable is that variable.  CKP_E_INVALID: raised.
 */
ckp_code_t ckp_verdict_source(ckp_fiber_t *f, const ckp_template_t *t,
    json_t **out);

/* *why: new string, the first thing that is wrong; NULL: the value fits. */
ckp_code_t ckp_verdict_schema(ckp_fiber_t *f, const json_t *schema,
    const json_t *value, json_t **why);

/*
 * New string: the text of the template; without one, or when it is empty, that
 * "<what> 'id' failed", and why (may be NULL).
 */
ckp_code_t ckp_verdict_message(ckp_fiber_t *f, const ckp_template_t *t,
    const char *what, const char *id, const json_t *why, json_t **text);

/* New error object of that type; message is borrowed, details are stolen. */
json_t *ckp_verdict_error(ckp_fiber_t *f, const char *type,
    const json_t *message, json_t *details);

/* The run is a dry run: what fails is recorded and nothing else. */
bool ckp_verdict_is_dry(const ckp_fiber_t *f);

#endif
