/*
 * Whether bytes are UTF-8, and a text of it an id, told without memory.
 */

#ifndef CKP_UTF8_H
#define CKP_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* As RFC 3629 has it: shortest forms, no surrogates, up to U+10FFFF. */
bool ckp_utf8_holds(const char *s, size_t len);

/* Whether a text can be an id: 1 to `most` characters, none of them a control
 * character (api.md 1.3).  `s` is UTF-8. */
bool ckp_utf8_names(const char *s, size_t most);

#endif
