/*
 * Dotted paths into values: a.b[0]["x y"].rows.sum(v).
 * Source: spec/ckp.md 6.1, 6.3.
 */

#ifndef CKP_PATH_H
#define CKP_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "lang/eval.h"

typedef struct ckp_path_s  ckp_path_t;

/*
 * Parses a path that begins at text; stops at the first character that cannot
 * go on and gives the bytes taken in *used.  NULL: err says why.
 */
ckp_path_t *ckp_path_parse(const char *text, size_t len, size_t *used,
    ckp_err_t *err);
void ckp_path_free(ckp_path_t *path);

const char *ckp_path_first(const ckp_path_t *path);     /* its first name */
size_t ckp_path_depth(const ckp_path_t *path);          /* its segments */

/* Second segment's name when it is a plain member ("x" of secrets.x), or
 * NULL. */
const char *ckp_path_second(const ckp_path_t *path);

/*
 * Resolves from the scope.  New reference, or NULL when the path is missing
 * (6.4: first name unbound, or null met before its end, or no such member).
 * A path that ends at null gives JSON null.  Below `secrets`, when no scope
 * binds it, is the text CKP_REDACTED.
 */
#define CKP_REDACTED  "***REDACTED***"

json_t *ckp_path_resolve(const ckp_path_t *path, const ckp_eval_t *ev);

/* The same below a value, for dotted member paths of functions and mappings. */
json_t *ckp_path_below(const ckp_path_t *path, const json_t *value);

/*
 * Assigns `value` (stolen) at a dotted name in `object`, making objects on the
 * way.  `object` must be the caller's own; what lies below it is copied where
 * others share it.  CKP_E_INVALID: the way leads through a value that is no
 * object.  Source: spec/ckp.md 8.6.
 */
ckp_code_t ckp_path_assign(json_t *object, const char *name, json_t *value,
    ckp_err_t *err);

#endif
