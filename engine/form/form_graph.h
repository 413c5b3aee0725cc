/*
 * Form E under way: what the whole of it and each of its nodes know.
 */

#ifndef CKP_FORM_GRAPH_H
#define CKP_FORM_GRAPH_H

#include "form/form_made.h"

typedef struct {
    ckp_made_t     m;
    json_t        *ids;         /* node id -> its type; owned */
    json_t        *touched;     /* ids that edges or fallbacks name; owned */
    size_t         nedges;
    json_int_t     retries;     /* of the document */
    bool           rolls_back;
} ckp_graph_t;

/* Spellings of a member, of which the first that is there counts. */
extern const char *const  ckp_graph_id[];
extern const char *const  ckp_graph_type[];

/* --- of the document (form_graph.c) ---------------------------------------- */

/* As ckp_parse_find, under any of the spellings; the text of it, lent. */
bool ckp_graph_find(ckp_graph_t *g, const ckp_at_t *at,
    const char *const *keys, ckp_at_t *out);
const char *ckp_graph_text(ckp_graph_t *g, const ckp_at_t *at,
    const char *const *keys);

/* A member in seconds as milliseconds, new; NULL: there is none, or it is told
 * to be none. */
json_t *ckp_graph_ms(ckp_graph_t *g, const ckp_at_t *at, const char *key);

/* --- of a node (form_graph_node.c) ----------------------------------------- */

/* Makes a task of it; all ids are known. */
void ckp_graph_node(ckp_graph_t *g, const ckp_at_t *node);

#endif
