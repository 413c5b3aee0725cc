/*
 * Between the files that tell the language as data: describe.c, schema_ckp.c.
 */

#ifndef CKP_DESCRIBE_INT_H
#define CKP_DESCRIBE_INT_H

#include "compile/parse_int.h"
#include "study/words.h"

/* Each row of the object; ends with false when the visit says so. */
typedef bool (*ckp_describe_pt)(const ckp_word_row_t *row, void *data);
bool ckp_describe_each(const char *object, ckp_describe_pt visit, void *data);

/* Whether the member has to be there. */
bool ckp_describe_required(const char *object, const char *name);

/* A default as its row has it: JSON; texts have nothing escaped.  They are not
 * parsed, for the parser may lose characters where memory runs out.  New; NULL:
 * no memory. */
json_t *ckp_describe_default(const char *text);

/* ["a", "b"] of "a|b|*".  NULL: no memory. */
json_t *ckp_describe_words(const char *type);

#endif
