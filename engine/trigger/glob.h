/*
 * Patterns of paths: `*` any characters of a name, `?` one, `[a-z]`, `[!a]` one
 * of some, `**` any folders.  Source: spec/ckp.md 5.5.
 */

#ifndef CKP_TRIGGER_GLOB_H
#define CKP_TRIGGER_GLOB_H

#include <stdbool.h>
#include <stddef.h>

#define CKP_GLOB_MAX  1024              /* bytes of a pattern */

/* A name that begins with a dot is matched by a dot alone. */
bool ckp_glob_fits(const char *pattern, const char *path);

/* How much of a path stands before its first segment with a pattern in it; all
 * of it when there is none. */
size_t ckp_glob_root(const char *path);

#endif
