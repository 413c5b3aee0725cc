/*
 * Folding the operations of a turn; see delta.h.  Operations of one path are
 * found by its bytes, and so are those of paths that it lies under.
 */

#include "model/delta.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"

#define DELTA_NEAR  64          /* operations that need no memory */
#define DELTA_NONE  UINT32_MAX

/* What is known of an operation's path stands with the first one of it. */
typedef struct {
    uint32_t  first;
    uint32_t  last_del;         /* DELTA_NONE: never deleted */
    bool      told_put;
    bool      told_del;
} delta_row_t;

typedef struct {
    const ckp_state_t   *s;
    const ckp_change_t  *log;   /* the first of the operations */
    size_t               n;
    delta_row_t         *rows;
    uint32_t            *slots; /* by hash: operation + 1 */
    size_t               mask;
    uint64_t             bits;  /* delta_bit of each path */
    delta_row_t          near_rows[DELTA_NEAR];
    uint32_t             near_slots[2 * DELTA_NEAR];
} delta_t;


static inline uint64_t
delta_bit(uint64_t hash)
{
    return (uint64_t) 1 << (hash >> 58);
}


/* The first operation of a path; DELTA_NONE: there is none, and *slot is where
 * it belongs. */

static uint32_t
delta_find(const delta_t *d, const char *path, size_t len, uint64_t hash,
    size_t *slot)
{
    size_t  i = (size_t) hash;

    for ( /* void */ ; d->slots[i & d->mask] != 0; i++) {
        const uint32_t             at = d->slots[i & d->mask] - 1;
        const ckp_change_t *const  c = &d->log[at];

        if (c->hash == hash && c->len == len
            && memcmp(d->s->paths + c->path, path, len) == 0)
        {
            return at;
        }
    }

    *slot = i & d->mask;

    return DELTA_NONE;
}


static bool
delta_room(delta_t *d)
{
    const size_t  n = d->n;
    size_t        room = 2 * DELTA_NEAR;

    while (room < 2 * n) {
        room *= 2;
    }

    d->mask = room - 1;

    if (n <= DELTA_NEAR) {
        d->rows = d->near_rows;
        d->slots = d->near_slots;
        memset(d->slots, 0, sizeof(d->near_slots));
        return true;
    }

    d->rows = ckp_alloc(n * sizeof(*d->rows));
    d->slots = ckp_calloc(room * sizeof(*d->slots));

    return d->rows != NULL && d->slots != NULL;
}


static void
delta_free(delta_t *d)
{
    if (d->rows != d->near_rows) {
        ckp_free(d->rows);
        ckp_free(d->slots);
    }
}


static void
delta_index(delta_t *d)
{
    for (uint32_t i = 0; i < d->n; i++) {
        const ckp_change_t *const  c = &d->log[i];
        size_t                     slot;
        uint32_t                   first = delta_find(d, d->s->paths + c->path,
                                                      c->len, c->hash, &slot);

        if (first == DELTA_NONE) {
            first = i;
            d->slots[slot] = i + 1;
            d->bits |= delta_bit(c->hash);
        }

        d->rows[i] = (delta_row_t) { .first = first, .last_del = DELTA_NONE };

        if (!c->put) {
            d->rows[first].last_del = i;
        }
    }
}


/* Another operation was on an object around it, which has it. */

static bool
delta_is_seen(const delta_t *d, const ckp_change_t *c)
{
    const char *const  path = d->s->paths + c->path;
    uint64_t           hash = CKP_PATH_HASH;
    size_t             slot;

    for (size_t len = 0; len < c->last; /* void */) {
        const char *const  name = path + len;
        const size_t       n = strlen(name);

        hash = ckp_path_hash(hash, name, n, json_head(name, n));
        len += n + 1;

        if ((d->bits & delta_bit(hash)) != 0
            && delta_find(d, path, len, hash, &slot) != DELTA_NONE)
        {
            return true;
        }
    }

    return false;
}


/* Whether operation `i` is told: the first put that no deletion undoes, and the
 * first deletion, also of what the turn itself put: a checkpoint from the midst
 * of the turn may have it. */

static bool
delta_tells(delta_t *d, uint32_t i)
{
    const ckp_change_t *const  c = &d->log[i];
    delta_row_t *const         row = &d->rows[d->rows[i].first];
    bool *const                told = c->put ? &row->told_put
                                             : &row->told_del;

    if (*told
        || (c->put && row->last_del != DELTA_NONE && i < row->last_del)
        || delta_is_seen(d, c))
    {
        return false;
    }

    *told = true;

    return true;
}


/* [path, value] as it is now, or [path]. */

static void
delta_op(const delta_t *d, const ckp_change_t *c, ckp_buf_t *b)
{
    const char *const  path = d->s->paths + c->path;

    ckp_buf_put(b, b->len == 0 ? "[[" : ",[", 2);
    ckp_json_put_names(b, path, c->len);

    if (c->put) {
        ckp_buf_put(b, ",", 1);
        ckp_json_put(b, json_object_getn(c->at, path + c->last,
                                         c->len - c->last - 1));
    }

    ckp_buf_put(b, "]", 1);
}


ckp_code_t
ckp_delta_of(const ckp_state_t *s, size_t from, ckp_buf_t *b)
{
    delta_t     d;
    ckp_code_t  rc = CKP_OK;

    b->len = 0;

    if (s->nlog <= from) {
        return CKP_OK;
    }

    d.s = s;
    d.log = s->log + from;
    d.n = s->nlog - from;
    d.bits = 0;
    d.rows = NULL;
    d.slots = NULL;

    if (d.n >= DELTA_NONE || !delta_room(&d)) {
        rc = CKP_E_NOMEM;

    } else {
        delta_index(&d);

        for (uint32_t i = 0; i < d.n; i++) {
            if (delta_tells(&d, i)) {
                delta_op(&d, &d.log[i], b);
            }
        }

        if (b->len > 0) {
            ckp_buf_put(b, "]", 1);
        }

        rc = (ckp_code_t) b->failed;
    }

    delta_free(&d);

    return rc;
}
