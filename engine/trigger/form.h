/*
 * Bodies of posts that are forms (application/x-www-form-urlencoded).
 */

#ifndef CKP_TRIGGER_FORM_H
#define CKP_TRIGGER_FORM_H

#include <stddef.h>
#include "value/json.h"

#define CKP_FORM_FIELDS_MAX  1000

/* New object, the last of a name counts; what is no UTF-8 is left out.  NULL:
 * no memory, or too many fields. */
json_t *ckp_form_read(const char *text, size_t len);

#endif
