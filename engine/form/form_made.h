/*
 * What forms D and E share: the document of form A that is made of them.
 */

#ifndef CKP_FORM_MADE_H
#define CKP_FORM_MADE_H

#include "compile/parse_int.h"

/*
 * A document is under way.  Values that are made get the place of what they
 * were made of when it is told; the first failure of memory stays in ps.
 */
typedef struct {
    ckp_parse_t  *ps;
    ckp_at_t      root;         /* the author's document */
    json_t       *doc;          /* the one that is made; owned */
    json_t       *dag;          /* its node `main`; lent */
    json_t       *tasks;        /* of it; lent */
} ckp_made_t;

/* The author's members but those in " a b ", and an empty graph.  false: no
 * memory. */
bool ckp_made_begin(ckp_made_t *m, ckp_parse_t *ps, const char *but);

/* It takes the place of out.root; `end` (stolen) is the node behind `main`. */
void ckp_made_finish(ckp_made_t *m, json_t *end);

/* object[key] = value (stolen); told at `at` unless that is NULL. */
void ckp_made_set(ckp_made_t *m, json_t *object, const char *key,
    json_t *value, const ckp_at_t *at);

/* The same with a value of the author's, lent, which keeps its own place. */
void ckp_made_copy(ckp_made_t *m, json_t *object, const char *key,
    const ckp_at_t *at);

/* A new task behind the others, told at `at`; lent, or NULL. */
json_t *ckp_made_task(ckp_made_t *m, const ckp_at_t *at);

/* Seconds become milliseconds, a whole number of them where it is one; NULL: no
 * memory. */
json_t *ckp_made_ms(double seconds);

#endif
