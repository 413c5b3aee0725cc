/*
 * JSON texts that are well, read without jansson's reader.
 */

#ifndef CKP_BASE_JSON_READ_H
#define CKP_BASE_JSON_READ_H

#include <stddef.h>
#include <jansson.h>

/*
 * The value of a text (RFC 8259; no name twice, no U+0000), new.  Nesting is
 * the caller's to bound.
 *
 * NULL: something is wrong with it, or no memory (base/mem.h); also a number of
 * more than 100 characters, which jansson may read.
 */
json_t *ckp_json_read(const char *text, size_t len);

#endif
