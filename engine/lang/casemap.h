/*
 * Simple case mapping of Unicode, one character to one.
 */

#ifndef CKP_CASEMAP_H
#define CKP_CASEMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

/* Appends UTF-8 text in the other case. */
void ckp_case_put(ckp_buf_t *b, const char *s, size_t len, bool upper);

#endif
