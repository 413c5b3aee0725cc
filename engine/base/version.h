/*
 * Versions of procedures and prompts, and ranges of them: semver where they are
 * of that shape.  Source: spec/ckp.md 10.10; semver.org 2.0.0, points 10
 * and 11.
 */

#ifndef CKP_VERSION_H
#define CKP_VERSION_H

#include <stdbool.h>

/* -1, 0, 1; "1.2" is "1.2.0"; a pre-release comes before its release; texts of
 * another shape come before all, in the order of their bytes. */
int ckp_version_order(const char *a, const char *b);

/* "^1.2" "~1.2.0" ">=1 <2" "1.x" "*": false for a plain version. */
bool ckp_version_is_range(const char *text);

/* Whether the version lies in the range (all parts of it), or is that version.
 * A pre-release fits only a range that names one. */
bool ckp_version_fits(const char *range, const char *version);

/* What a reference to a version is. */
typedef enum {
    CKP_VERSION_WRONG,          /* none of these */
    CKP_VERSION_EXACT,
    CKP_VERSION_RANGE,
    CKP_VERSION_CHANNEL,        /* "@dev", "@qa", "@prod" */
    CKP_VERSION_LATEST          /* "latest" */
} ckp_version_kind_t;

ckp_version_kind_t ckp_version_kind(const char *text);

#endif
