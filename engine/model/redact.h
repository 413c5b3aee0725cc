/*
 * What a reader of a run may not see.  Source: spec/api.md 1.15.
 */

#ifndef CKP_REDACT_H
#define CKP_REDACT_H

#include <stdbool.h>
#include "value/json.h"

#include "model/program.h"

#define CKP_REDACTED        "***REDACTED***"
#define CKP_TRUNCATED       "***TRUNCATED***"
#define CKP_REDACT_DEPTH    10

/* Whether a member of that name is masked whatever the procedure says (a). */
bool ckp_key_is_secret(const char *key);

/* As the face shows it (ckp.h): (a) without a program, (b) and (c) with one.
 * New reference, the value itself where nothing is masked; NULL: no memory. */
json_t *ckp_program_redact(const ckp_program_t *prog, const json_t *value);

#endif
