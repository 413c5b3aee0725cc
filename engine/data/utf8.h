/*
 * Whether bytes are UTF-8, told without memory.
 */

#ifndef CKP_UTF8_H
#define CKP_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* As RFC 3629 has it: shortest forms, no surrogates, up to U+10FFFF. */
bool ckp_utf8_holds(const char *s, size_t len);

#endif
