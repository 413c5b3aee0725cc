/*
 * The language told to people and to editors: what each member is, where the
 * compiler only has its name.  A test holds the names against the compiler's
 * own lists (ckp_fields_of), so that neither has one that the other lacks.
 *
 * The words of a type:
 *   text   a string              template  a string with {{placeholders}}
 *   expr   an expression         node      the id of a node, or @end ...
 *   variable  a variable's name  ms        milliseconds
 *   bool int num any object list           as they say; list: of anything
 *   texts  a text or a list of texts
 *   a|b    one of these          a|b|*     these, or another text
 *   @step  an object of that table         [@step] a list of them
 *   {@variable}  an object of them, by name
 */

#ifndef CKP_WORDS_H
#define CKP_WORDS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char  *object;        /* a node type, "node" (all), "step" ... */
    const char  *name;
    const char  *type;
    const char  *otherwise;     /* its default as JSON; NULL: none */
    const char  *help;
} ckp_word_row_t;

/* Those that must be there: " a b ", by object; NULL: none. */
const char *ckp_words_required(const char *object);

/* The rows of all objects, those of one behind each other; each ends with a row
 * without object. */
extern const ckp_word_row_t  ckp_words_nodes[];
extern const ckp_word_row_t  ckp_words_parts[];

/* A node type for people; ends with a row without type. */
typedef struct {
    const char  *type;
    const char  *title;
    const char  *category;      /* "flow", "work", "data", "people", "ai" */
    const char  *transitions;   /* members that lead on: " next_node " */
    const char  *help;
} ckp_word_type_t;

extern const ckp_word_type_t  ckp_words_types[];

#endif
