/*
 * Which projects somebody is limited to, as others say it: a claim of a token,
 * a text with commas.  A set is a JSON list of ids, each once; NULL stands for
 * the whole site, and the empty list for none of them.  The order is that in
 * which they were said.
 */

#ifndef CKP_WIRE_PROJECTS_H
#define CKP_WIRE_PROJECTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "value/json.h"

#define CKP_PROJECTS_MAX    64          /* of one set */
#define CKP_PROJECT_ID_MAX  64          /* bytes of an id */
#define CKP_PROJECTS_ALL    "*"         /* where it is said: the whole site */

/*
 * The set that a claim says: a list of texts, or a text with commas or spaces
 * between ids; "*" in it is the whole site.  Nothing (NULL, null) is no
 * project: who is limited by what others say, and of whom they say nothing,
 * sees nothing.
 *
 * CKP_OK: *set is new, or NULL: the whole site.  CKP_E_INVALID: it is neither,
 * or too long: more than CKP_PROJECTS_MAX, or an id that is none.
 * CKP_E_NOMEM.
 */
ckp_code_t ckp_projects_claim(const json_t *v, json_t **set);

/* The same of such a text alone. */
ckp_code_t ckp_projects_text(const char *text, size_t len, json_t **set);

/* Has it the project?  An id of NULL is in the whole site only. */
bool ckp_projects_has(const json_t *set, const char *id);

/* What both have.  CKP_OK or CKP_E_NOMEM; *both as above. */
ckp_code_t ckp_projects_meet(const json_t *a, const json_t *b, json_t **both);

/* 1: all of `inner` is in `outer`. */
bool ckp_projects_within(const json_t *inner, const json_t *outer);

#endif
