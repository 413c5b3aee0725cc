/*
 * The state of a run: one JSON tree of objects, changed by two operations only,
 * `put` a value at a path, `del` a path.  What a turn changes is collected as
 * its delta, an array of [path, value] and [path]; applying the delta to the
 * state before gives the state after.  Source: design/style.md 7.
 *
 * Objects that were put are owned by the tree: later operations change them, so
 * a value from elsewhere must be a copy where it may be written below.
 */

#ifndef CKP_STATE_H
#define CKP_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "value/json.h"

#include "base/err.h"
#include "base/mem.h"

#define CKP_STATE_DEPTH_MAX  8
#define CKP_STATE_FRESH      4

/*
 * The first names of paths that many operations have in common, for who knows
 * where they lead: at[i] is the object behind i + 1 of them.
 */

#define CKP_WAY_MAX    3
#define CKP_WAY_BYTES  48

typedef struct {
    size_t       n;
    json_t      *at[CKP_WAY_MAX];
    const char  *names[CKP_WAY_MAX];
    size_t       len[CKP_WAY_MAX];      /* of `bytes`, so far */
    uint64_t     hash[CKP_WAY_MAX];     /* ckp_path_hash, so far */
    char         bytes[CKP_WAY_BYTES];  /* the names, each with its NUL */
} ckp_way_t;

/* One operation of a turn, in the order in which they came. */
typedef struct {
    size_t    path;             /* where its names stand in `paths` */
    size_t    len;              /* their bytes, each with its NUL */
    size_t    last;             /* of these, before the last name */
    uint64_t  hash;             /* ckp_path_hash over all of them */
    json_t   *at;               /* the object; good while no operation is on an
                                   object around it */
    json_t   *old;              /* what was there; NULL: nothing */
    bool      put;              /* else a deletion */
} ckp_change_t;

#define CKP_PATH_HASH  0x9e3779b97f4a7c15u

/* Of a path and one name more, `head` as by json_head. */

static inline uint64_t
ckp_path_hash(uint64_t h, const char *name, size_t len, uint64_t head)
{
    h = (h ^ head ^ len) * 0xd6e8feb86659fd93u;

    for (size_t i = 8; i < len; i += 8) {
        h ^= h >> 32;
        h = (h ^ json_head(name + i, len - i)) * 0xd6e8feb86659fd93u;
    }

    return h ^ h >> 32;
}

typedef struct {
    json_t        *root;
    bool           turn;        /* a turn has begun and not ended */

    /* Objects that were put since the last mark, the newest CKP_STATE_FRESH of
     * them.  What changes below one needs no entry in the log: undone it goes
     * with the object, and the delta has all of the object. */

    const json_t  *fresh[CKP_STATE_FRESH];
    size_t         nfresh;      /* ever */
    ckp_change_t  *log;         /* of the turn */
    size_t         nlog;
    size_t         log_room;
    char          *paths;
    size_t         paths_len;
    size_t         paths_room;
    ckp_buf_t      delta;       /* of the last turn that held */

    /* Who wants to know what changes under one member of the root, `watched`:
     * which of its members (NULL: any).  NULL: nobody does. */

    const char  *watched;
    void       (*changed)(void *data, const char *name);
    void        *data;

    /* Counts when one of its members, or an object in one of them, may have
     * come, gone or been replaced: for who remembers where.  Never 0. */

    uint64_t     shape;
} ckp_state_t;

/* root is stolen; NULL: an empty object is made.  CKP_E_NOMEM or CKP_OK. */
ckp_code_t ckp_state_init(ckp_state_t *s, json_t *root);
void ckp_state_free(ckp_state_t *s);

/* A turn begins: nothing has changed, nothing is to be undone. */
void ckp_state_begin(ckp_state_t *s);

/* What ckp_state_undo goes back to: as it is now. */
size_t ckp_state_mark(ckp_state_t *s);

/* It holds: its delta as a JSON text, lent until the next turn ends, NULL when
 * nothing was changed.  CKP_E_NOMEM: it goes on, and can be undone. */
ckp_code_t ckp_state_end(ckp_state_t *s, const char **delta);

/* It does not: everything is as it was at ckp_state_begin (`mark` is 0), or at
 * the last ckp_state_mark, which gave `mark`: then the turn goes on. */
void ckp_state_undo(ckp_state_t *s, size_t mark);

/* `path` ends with NULL, after at most CKP_STATE_DEPTH_MAX names.  Objects on
 * the way are made.  `value` is stolen. */
ckp_code_t ckp_state_put(ckp_state_t *s, const char *const *path,
    json_t *value);
ckp_code_t ckp_state_del(ckp_state_t *s, const char *const *path);

/* A name more, which lives as long; false: it is too long for a way. */
bool ckp_way_on(ckp_way_t *way, const char *name);

/* As above, of a path that begins with the first `depth` names of the way;
 * `path` has the others.  Of a deletion in a turn only. */
ckp_code_t ckp_state_put_on(ckp_state_t *s, const ckp_way_t *way,
    size_t depth, const char *const *path, json_t *value);
ckp_code_t ckp_state_del_on(ckp_state_t *s, const ckp_way_t *way,
    size_t depth, const char *const *path);

/* Lends the value or NULL. */
json_t *ckp_state_get(const ckp_state_t *s, const char *const *path);

/* A delta of another time, checked: CKP_E_INVALID when it is none. */
ckp_code_t ckp_state_apply(ckp_state_t *s, const json_t *delta,
    ckp_err_t *err);

#endif
