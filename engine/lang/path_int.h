/*
 * Paths for the files of this room: their segments, made piece by piece.
 *   path          text -> segments
 *   path_resolve  segments and a value -> what lies there
 *   path_assign   a dotted name and an object -> the object changed
 */

#ifndef CKP_PATH_INT_H
#define CKP_PATH_INT_H

#include "base/mem.h"
#include "lang/aggregate.h"
#include "lang/path.h"

typedef enum {
    CKP_SEG_NAME,           /* a.b, also a.0 */
    CKP_SEG_INDEX,          /* [0] */
    CKP_SEG_KEY,            /* ["x y"] */
    CKP_SEG_AGGREGATE       /* sum(f) */
} ckp_seg_kind_t;

typedef struct ckp_seg_s  ckp_seg_t;

struct ckp_seg_s {
    ckp_seg_kind_t     kind;
    ckp_agg_t          agg;
    bool               numeric;     /* the name is an index too */
    int64_t            index;
    const char        *name;
    const ckp_path_t  *field;       /* of the aggregate, or NULL */
    ckp_seg_t         *next;
};

struct ckp_path_s {
    ckp_arena_t  *arena;
    bool          owner;            /* the arena ends with the path */
    size_t        depth;
    ckp_seg_t    *first;
    ckp_seg_t    *last;
};

/* All in the arena; NULL: no memory. */
ckp_path_t *ckp_path_begin(ckp_arena_t *arena, const char *name, size_t len);
bool ckp_path_add_name(ckp_path_t *path, const char *name, size_t len);
bool ckp_path_add_index(ckp_path_t *path, int64_t index);

/* A quoted index: never a pseudo-member, never an element. */
bool ckp_path_add_key(ckp_path_t *path, const char *name, size_t len);

/* As ckp_path_parse, in an arena that outlives the path. */
ckp_path_t *ckp_path_parse_in(ckp_arena_t *arena, const char *text, size_t len,
    size_t *used, ckp_err_t *err);

/* As ckp_path_resolve, and elements that aggregates look at cost steps: out of
 * them the path is missing and ev->budget is 0. */
json_t *ckp_path_resolve_counted(const ckp_path_t *path, ckp_eval_t *ev);

/* One step into a value: member, element or pseudo-member.  New reference or
 * NULL (missing). */
json_t *ckp_value_member(const json_t *value, const char *name);
json_t *ckp_value_element(const json_t *array, int64_t index);

#endif
