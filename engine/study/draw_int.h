/*
 * Between the files that draw: draw.c, draw_dag.c.
 */

#ifndef CKP_DRAW_INT_H
#define CKP_DRAW_INT_H

#include "compile/parse_int.h"

#define CKP_DRAW_ACROSS  260
#define CKP_DRAW_DOWN    140

/* What is drawn so far. */
typedef struct {
    ckp_parse_t  *ps;
    json_t       *nodes;
    json_t       *edges;
    size_t        nedges;       /* for their ids */
    size_t        below;        /* the next free row */
} ckp_drawing_t;

const char *ckp_draw_color(const char *type);

/* description, name, or the id as a title. */
const char *ckp_draw_label(ckp_parse_t *ps, const json_t *node, const char *id);

/* Steps or operations that a node lists. */
json_int_t ckp_draw_steps(const json_t *node);

/* source, target and label (stolen) as an edge; 0, or -1: no memory. */
int ckp_draw_edge(ckp_drawing_t *d, const char *source, const char *target,
    json_t *label);

/*
 * The tasks of a dag as nodes `<dag>.<task>`, below all others, with edges
 * between them; `data` of the dag's own node gets {order, levels}.  0, or -1:
 * no memory.
 */
int ckp_draw_dag(ckp_drawing_t *d, const ckp_entry_t *entry, json_t *data);

#endif
