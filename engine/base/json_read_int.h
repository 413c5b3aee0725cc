/*
 * What the reader of JSON and its part for strings share.
 */

#ifndef CKP_BASE_JSON_READ_INT_H
#define CKP_BASE_JSON_READ_INT_H

#include <stdbool.h>

#include "base/json_read.h"

#define CKP_READ_END  "unexpected end of the text"

typedef struct {
    const char  *p;
    const char  *end;
    const char  *why;           /* what is wrong; NULL: nothing, or no memory */
    const char  *at;            /* where */
    size_t       depth;         /* objects and arrays around `p` */
} ckp_read_t;

/* Between the quotes. */
typedef struct {
    const char  *p;
    size_t       len;
    char        *made;          /* without its escapes; NULL: it has none */
} ckp_read_text_t;

/* What is wrong, and where; the end of the text is what is wrong with all that
 * it cuts off.  false. */
bool ckp_read_wrong(ckp_read_t *r, const char *at, const char *why);

/* Takes a string whose first quote was taken.  t->made is to be freed, also
 * when it is none. */
bool ckp_read_text(ckp_read_t *r, ckp_read_text_t *t);

#endif
