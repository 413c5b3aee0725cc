/*
 * Base64 (RFC 4648), both alphabets.
 */

#ifndef CKP_BASE64_H
#define CKP_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

/* Appends the text; url: the alphabet with - and _, without padding. */
void ckp_base64_put(ckp_buf_t *b, const uint8_t *data, size_t len, bool url);

/*
 * Either alphabet, padding may be missing, white space is passed over.  out has
 * room for 3 * len / 4 + 3 bytes; *n: how many there are.  false: other
 * characters, or a rest that is no byte.
 */
bool ckp_base64_read(const char *text, size_t len, uint8_t *out, size_t *n);

#endif
