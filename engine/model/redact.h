/*
 * What a reader of a run may not see.  Source: spec/api.md 1.15.
 */

#ifndef CKP_REDACT_H
#define CKP_REDACT_H

#include <stdbool.h>
#include <jansson.h>

#define CKP_REDACTED        "***REDACTED***"
#define CKP_TRUNCATED       "***TRUNCATED***"
#define CKP_REDACT_DEPTH    10

/* Whether a member of that name is masked whatever the procedure says (a). */
bool ckp_key_is_secret(const char *key);

#endif
