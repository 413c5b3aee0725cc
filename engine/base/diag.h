/*
 * Diagnostics of a document: all that is wrong with it, not only the first.
 * Source: spec/ckp.md 33, spec/api.md 3.9.
 */

#ifndef CKP_DIAG_H
#define CKP_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include "value/json.h"

#define CKP_DIAGS_MAX  500

typedef struct ckp_diags_s  ckp_diags_t;

/* Optional members of one diagnostic; all borrowed, NULL = absent. */
typedef struct {
    const char  *node_id;
    const char  *step_id;
    const char  *field;
    const char  *hint;
    bool         soft;          /* here an error of the catalogue only warns */
    bool         hard;          /* here a warning of it is an error */
} ckp_diag_more_t;

/* NULL: no memory.  Ended by ckp_diags_free. */
ckp_diags_t *ckp_diags_new(void);
void ckp_diags_free(ckp_diags_t *diags);

/* What follows is said in another thread: memory that is refused there counts
 * from here on. */
void ckp_diags_moved(ckp_diags_t *diags);

/*
 * Adds one.  `number` is that of the catalogue (130 = CKP130), which gives
 * severity; `code` names the case and may be NULL for ids with one code.
 * `path` is a JSON pointer into the author's document.  Beyond CKP_DIAGS_MAX
 * one CKP099 is added and the rest is dropped.
 */
void ckp_diag(ckp_diags_t *diags, int number, const char *code,
    const char *path, const ckp_diag_more_t *more, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

/* Forms B and C: the numbers given become warnings from now on. */
void ckp_diags_soften(ckp_diags_t *diags, int number);

/* Form E: that warning is an error from now on.  100 <= number < 900. */
void ckp_diags_aggravate(ckp_diags_t *diags, int number);

/* compile.strict: warnings of classes 1xx-8xx become errors from now on. */
void ckp_diags_harden(ckp_diags_t *diags);

size_t ckp_diags_errors(const ckp_diags_t *diags);   /* how many are errors */
size_t ckp_diags_count(const ckp_diags_t *diags);

/*
 * New array of diagnostics in the wire shape of api.md 3.9, sorted by path,
 * then number.  `what`: 'e' errors only, 'w' warnings and infos, 'a' all.
 */
json_t *ckp_diags_json(const ckp_diags_t *diags, char what);

/* Known id, code and severity by number; false: not in the catalogue. */
bool ckp_diag_known(int number, const char **code, const char **severity);

/* The i-th row of the catalogue, several codes of one number apart; false:
 * there are no more. */
bool ckp_diag_row(size_t i, int *number, const char **code);

#endif
