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
#include <jansson.h>

#include "base/err.h"

#define CKP_STATE_DEPTH_MAX  8

#define CKP_UNDO_NAME  40       /* bytes of a name that need no memory */

typedef struct {
    json_t  *at;                /* the object that was changed */
    json_t  *old;               /* NULL: nothing was there */
    char    *name;              /* the member; NULL: `near` */
    char     near[CKP_UNDO_NAME];
} ckp_undo_t;

typedef struct {
    json_t      *root;
    json_t      *delta;         /* of the turn; NULL: outside a turn */
    ckp_undo_t  *undo;
    size_t       nundo;
    size_t       size;
    bool         holes;         /* some of the delta is null */
    bool         scans;         /* no operation is looked for by its path */
    json_t      *ops;           /* path -> place in the delta; NULL: few */
    json_t      *above;         /* paths that operations lie under */


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

/* A turn begins: the delta is empty, nothing to undo. */
ckp_code_t ckp_state_begin(ckp_state_t *s);

/* It holds: the delta as a new reference, NULL when nothing was changed. */
json_t *ckp_state_end(ckp_state_t *s);

/* It does not: everything is as it was at ckp_state_begin. */
void ckp_state_undo(ckp_state_t *s);

/* `path` ends with NULL, after at most CKP_STATE_DEPTH_MAX names.  Objects on
 * the way are made.  `value` is stolen. */
ckp_code_t ckp_state_put(ckp_state_t *s, const char *const *path,
    json_t *value);
ckp_code_t ckp_state_del(ckp_state_t *s, const char *const *path);

/* Lends the value or NULL. */
json_t *ckp_state_get(const ckp_state_t *s, const char *const *path);

/* A delta of another time, checked: CKP_E_INVALID when it is none. */
ckp_code_t ckp_state_apply(ckp_state_t *s, const json_t *delta,
    ckp_err_t *err);

#endif
