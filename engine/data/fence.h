/*
 * Texts as models write them: Markdown around what was asked for.
 * Source: spec/ckp.md 9.1, 13.3.
 */

#ifndef CKP_FENCE_H
#define CKP_FENCE_H

#include <stddef.h>

/* The text without white space and a code fence around it: where it begins;
 * *len becomes its length. */
const char *ckp_unfence(const char *text, size_t *len);

#endif
