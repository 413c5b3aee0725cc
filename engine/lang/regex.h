/*
 * Regular expressions under limits: PCRE2 with UTF, no \C, no callouts, match
 * and heap limits.  Reaching a limit means "does not match".
 * Source: design/reliability.md 4 and 6.
 */

#ifndef CKP_REGEX_H
#define CKP_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define CKP_REGEX_PATTERN_MAX  1024
#define CKP_REGEX_SUBJECT_MAX  (64 * 1024)
#define CKP_REGEX_GROUPS_MAX   32

typedef struct ckp_regex_s  ckp_regex_t;

/* `whole`: anchored at both ends, a trailing newline does not match.
 * `flags`: letters of "imsx" or NULL. */
ckp_regex_t *ckp_regex_new(const char *pattern, bool whole, const char *flags,
    ckp_err_t *err);
void ckp_regex_free(ckp_regex_t *re);

typedef struct {
    size_t  start;              /* bytes; start == SIZE_MAX: group unset */
    size_t  end;
} ckp_span_t;

/* The name of the i-th group that has one, in the order of their numbers, and
 * its number; NULL: there are no more. */
const char *ckp_regex_name(const ckp_regex_t *re, size_t i, size_t *group);

/* How many spans were filled (group 0 first); 0: no match. */
size_t ckp_regex_match(const ckp_regex_t *re, const char *subject, size_t len,
    size_t from, ckp_span_t *spans, size_t nspans);

/* The same; *limited: it does not match only because a limit was reached. */
size_t ckp_regex_try(const ckp_regex_t *re, const char *subject, size_t len,
    size_t from, ckp_span_t *spans, size_t nspans, bool *limited);

/*
 * The same for the whole match, without a look at the subject's UTF-8, which
 * takes longer than the match where there are many: for a subject that is known
 * to be UTF-8, from the beginning of a character.
 */
size_t ckp_regex_again(const ckp_regex_t *re, const char *subject, size_t len,
    size_t from, ckp_span_t *span, bool *limited);

#endif
