/*
 * The tree of a run's state and its two operations; see state.h.
 */

#include "model/state.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "model/delta.h"

#define STATE_DELTA_KEPT  4096

/* A name of a path, measured once. */
typedef struct {
    const char  *text;
    size_t       len;
    uint64_t     head;
} state_name_t;

/* A path: names of a way that is known, and those behind them. */
typedef struct {
    const ckp_way_t  *way;
    size_t            depth;            /* of the way's names; 0: way is NULL */
    size_t            n;                /* behind them */
    state_name_t      names[CKP_STATE_DEPTH_MAX];
} state_path_t;


static inline void
state_name(const char *text, state_name_t *name)
{
    name->text = text;
    name->len = strlen(text);
    name->head = json_head(text, name->len);
}


ckp_code_t
ckp_state_init(ckp_state_t *s, json_t *root)
{
    *s = (ckp_state_t) { .root = root != NULL ? root : json_object(),
                         .shape = 1 };
    ckp_buf_init(&s->delta, SIZE_MAX / 4);

    return s->root == NULL ? CKP_E_NOMEM : CKP_OK;
}


static void
state_forget(ckp_state_t *s)
{
    for (size_t i = 0; i < s->nlog; i++) {
        json_decref(s->log[i].old);
    }

    s->nlog = 0;
    s->paths_len = 0;
    s->turn = false;
    s->nfresh = 0;
}


void
ckp_state_free(ckp_state_t *s)
{
    state_forget(s);
    ckp_free(s->log);
    ckp_free(s->paths);
    ckp_buf_free(&s->delta);
    json_decref(s->root);

    *s = (ckp_state_t) { .root = NULL };
}


void
ckp_state_begin(ckp_state_t *s)
{
    state_forget(s);
    s->turn = true;
}


size_t
ckp_state_mark(ckp_state_t *s)
{
    s->nfresh = 0;

    return s->nlog;
}


ckp_code_t
ckp_state_end(ckp_state_t *s, const char **delta)
{
    ckp_code_t  rc;

    /* one that was long is not kept */

    if (s->delta.size > STATE_DELTA_KEPT || s->delta.failed != CKP_OK) {
        ckp_buf_free(&s->delta);
    }

    rc = ckp_delta_of(s, 0, &s->delta);

    if (rc == CKP_OK) {
        state_forget(s);
        *delta = s->delta.len == 0 ? NULL : ckp_buf_str(&s->delta);
    }

    return rc;
}


/* A larger block with what is in the one before; NULL: no memory. */

static void *
state_grow(void *p, size_t used, size_t size)
{
    void *const  block = ckp_alloc(size);

    if (block != NULL) {
        if (used > 0) {
            memcpy(block, p, used);
        }

        ckp_free(p);
    }

    return block;
}


static bool
state_room(ckp_state_t *s, size_t len)
{
    void  *block;

    if (s->nlog == s->log_room) {
        const size_t  room = s->log_room == 0 ? 32 : s->log_room * 2;

        block = state_grow(s->log, s->nlog * sizeof(ckp_change_t),
                           room * sizeof(ckp_change_t));

        if (block == NULL) {
            return false;
        }

        s->log = block;
        s->log_room = room;
    }

    if (s->paths_len + len > s->paths_room) {
        const size_t  room = 2 * s->paths_room + len + 512;

        block = state_grow(s->paths, s->paths_len, room);

        if (block == NULL) {
            return false;
        }

        s->paths = block;
        s->paths_room = room;
    }

    return true;
}


/* What the first `n` names lead to was `old`, whose reference the log has from
 * now on (not when it fails): undone in reverse order, each operation finds the
 * same object around it. */

static ckp_code_t
state_note(ckp_state_t *s, const state_path_t *p, size_t n, json_t *at,
    json_t *old, bool put)
{
    const size_t               head = p->depth == 0
                                      ? 0 : p->way->len[p->depth - 1];
    uint64_t                   hash = p->depth == 0
                                      ? CKP_PATH_HASH
                                      : p->way->hash[p->depth - 1];
    const state_name_t *const  last = &p->names[n - 1];
    size_t                     len = head;
    ckp_change_t              *c;
    char                      *to;

    for (const state_name_t *name = p->names; name <= last; name++) {
        len += name->len + 1;
        hash = ckp_path_hash(hash, name->text, name->len, name->head);
    }

    if (!state_room(s, len)) {
        return CKP_E_NOMEM;
    }

    c = &s->log[s->nlog++];
    *c = (ckp_change_t) { .path = s->paths_len, .len = len,
                          .last = len - last->len - 1, .hash = hash, .at = at,
                          .old = old, .put = put };
    to = s->paths + s->paths_len;
    s->paths_len += len;

    if (head > 0) {
        memcpy(to, p->way->bytes, head);
        to += head;
    }

    for (const state_name_t *name = p->names; name <= last; name++) {
        memcpy(to, name->text, name->len + 1);
        to += name->len + 1;
    }

    return CKP_OK;
}


static bool
state_is_fresh(const ckp_state_t *s, const json_t *v)
{
    const size_t  n = s->nfresh < CKP_STATE_FRESH ? s->nfresh
                                                  : CKP_STATE_FRESH;

    for (size_t i = 0; i < n; i++) {
        if (s->fresh[i] == v) {
            return true;
        }
    }

    return false;
}


/* What was there is kept by the log until the turn is over, so no other object
 * takes the place of this one in memory. */

static void
state_freshen(ckp_state_t *s, const json_t *v)
{
    if (s->turn && json_is_object(v)) {
        s->fresh[s->nfresh++ % CKP_STATE_FRESH] = v;
    }
}


static json_t **
state_place(const json_t *o, const state_name_t *name)
{
    return json_object_where(o, name->text, name->len, name->head);
}


/* An object where the first `n` names lead to none.  NULL: no memory. */

static json_t *
state_make(ckp_state_t *s, const state_path_t *p, size_t n, json_t *at,
    bool noted)
{
    const state_name_t *const  name = &p->names[n - 1];
    json_t **const             place = state_place(at, name);
    json_t *const              old = place == NULL ? NULL : *place;
    json_t                    *made;

    if (noted) {
        if (state_note(s, p, n, at, old, true) != CKP_OK) {
            return NULL;
        }

        json_incref(old);
    }

    made = json_object();

    if (json_object_setn_new(at, name->text, name->len, made) != 0) {
        return NULL;
    }

    s->shape++;

    return made;
}


/* The object that holds the path's last name; NULL: there is none.  *noted:
 * what happens there is for the log. */

static json_t *
state_parent(ckp_state_t *s, const state_path_t *p, bool make, bool *noted)
{
    json_t  *at = p->depth == 0 ? s->root : p->way->at[p->depth - 1];

    *noted = s->turn;

    for (size_t i = 0; i < p->depth && s->nfresh > 0; i++) {
        *noted = *noted && !state_is_fresh(s, p->way->at[i]);
    }

    for (size_t i = 0; i + 1 < p->n; i++) {
        json_t **const  place = state_place(at, &p->names[i]);
        json_t         *next = place == NULL ? NULL : *place;

        if (!json_is_object(next)) {
            next = make ? state_make(s, p, i + 1, at, *noted) : NULL;

            if (next == NULL) {
                return NULL;
            }
        }

        *noted = *noted && !state_is_fresh(s, next);
        at = next;
    }

    return at;
}


static void
state_undo_one(ckp_state_t *s, const ckp_change_t *c)
{
    const char  *name = s->paths + c->path;
    size_t       left = c->len - strlen(name) - 1;
    json_t      *at = s->root;

    while (left > 0) {
        at = json_object_get(at, name);
        name += strlen(name) + 1;
        left -= strlen(name) + 1;
    }

    if (c->old == NULL) {
        (void) json_object_del(at, name);

    } else {
        (void) json_object_set(at, name, c->old);
    }
}


void
ckp_state_undo(ckp_state_t *s, size_t mark)
{
    while (s->nlog > mark) {
        const ckp_change_t *const  c = &s->log[s->nlog - 1];

        state_undo_one(s, c);
        json_decref(c->old);
        s->paths_len = c->path;
        s->nlog--;
    }

    s->nfresh = 0;
    s->shape++;

    if (mark == 0) {
        state_forget(s);
    }
}


/* Who wants to know is told, and who remembers sees that he has to look. */

static bool
state_tell(ckp_state_t *s, const state_path_t *p)
{
    const char *const  first = p->depth > 0 ? p->way->names[0]
                                            : p->names[0].text;
    const char        *second = NULL;

    if (s->changed == NULL
        || (first != s->watched && strcmp(first, s->watched) != 0))
    {
        return false;
    }

    if (p->depth > 1) {
        second = p->way->names[1];

    } else if (p->depth + p->n > 1) {
        second = p->names[1 - p->depth].text;
    }

    s->changed(s->data, second);

    return true;
}


/* Puts the value (stolen), or without one deletes the member. */

static ckp_code_t
state_set(json_t *at, const state_name_t *name, json_t **place, json_t *value,
    bool noted)
{
    json_t  *old;

    if (value == NULL) {
        if (noted) {
            json_incref(*place);
        }

        (void) json_object_drop(at, name->text, name->len);
        return CKP_OK;
    }

    if (place == NULL) {
        return json_object_add_new(at, name->text, name->len, value) == 0
               ? CKP_OK : CKP_E_NOMEM;
    }

    old = *place;
    *place = value;

    if (!noted) {
        json_decref(old);
    }

    return CKP_OK;
}


/* One operation on the tree; value (stolen) NULL: a deletion. */

static ckp_code_t
state_change(ckp_state_t *s, const state_path_t *p, json_t *value)
{
    /* what was put and deleted in one turn made the objects on its way */

    const bool      make = value != NULL || !s->turn;
    const uint64_t  shape = s->shape;
    bool            noted;
    json_t *const   at = state_parent(s, p, make, &noted);
    json_t **const  place = state_place(at, &p->names[p->n - 1]);
    json_t *const   old = place == NULL ? NULL : *place;

    if (value == NULL && old == NULL && s->shape == shape) {
        return CKP_OK;
    }

    const bool  watched = state_tell(s, p);

    if (at == NULL || (value == NULL && old == NULL)) {
        json_decref(value);
        return at == NULL ? CKP_E_NOMEM : CKP_OK;
    }

    if (noted) {
        if (state_note(s, p, p->n, at, old, value != NULL) != CKP_OK) {
            json_decref(value);
            return CKP_E_NOMEM;
        }

        state_freshen(s, value);
    }

    if (watched && p->depth + p->n <= 3
        && (json_is_object(old) || json_is_object(value)))
    {
        s->shape++;
    }

    return state_set(at, &p->names[p->n - 1], place, value, noted);
}


/* False: no names, or more than there can be. */

static bool
state_path(const char *const *names, state_path_t *p)
{
    size_t  n = 0;

    for (; names[n] != NULL; n++) {
        if (p->depth + n == CKP_STATE_DEPTH_MAX) {
            return false;
        }

        state_name(names[n], &p->names[n]);
    }

    p->n = n;

    return n > 0;
}


bool
ckp_way_on(ckp_way_t *way, const char *name)
{
    const size_t  i = way->n;
    const size_t  before = i == 0 ? 0 : way->len[i - 1];
    const size_t  len = strlen(name);

    if (i == CKP_WAY_MAX || before + len >= CKP_WAY_BYTES) {
        return false;
    }

    memcpy(way->bytes + before, name, len + 1);
    way->names[i] = name;
    way->len[i] = before + len + 1;
    way->hash[i] = ckp_path_hash(i == 0 ? CKP_PATH_HASH : way->hash[i - 1],
                                 name, len, json_head(name, len));
    way->n++;

    return true;
}


ckp_code_t
ckp_state_put_on(ckp_state_t *s, const ckp_way_t *way, size_t depth,
    const char *const *path, json_t *value)
{
    state_path_t  p;
    bool          known;

    p.way = way;
    p.depth = depth;
    known = state_path(path, &p);

    if (!known || value == NULL) {
        json_decref(value);
        return known ? CKP_E_NOMEM : CKP_E_BUG;
    }

    return state_change(s, &p, value);
}


ckp_code_t
ckp_state_put(ckp_state_t *s, const char *const *path, json_t *value)
{
    return ckp_state_put_on(s, NULL, 0, path, value);
}


ckp_code_t
ckp_state_del_on(ckp_state_t *s, const ckp_way_t *way, size_t depth,
    const char *const *path)
{
    state_path_t  p;

    p.way = way;
    p.depth = depth;

    return state_path(path, &p) ? state_change(s, &p, NULL) : CKP_E_BUG;
}


ckp_code_t
ckp_state_del(ckp_state_t *s, const char *const *path)
{
    if (!s->turn && ckp_state_get(s, path) == NULL) {
        return CKP_OK;
    }

    return ckp_state_del_on(s, NULL, 0, path);
}


json_t *
ckp_state_get(const ckp_state_t *s, const char *const *names)
{
    json_t  *at = s->root;

    for (size_t i = 0; names[i] != NULL && at != NULL; i++) {
        at = json_object_get(at, names[i]);
    }

    return at;
}


/* An operation, [path] or [path, value]; false: it is none.  The names live
 * with it. */

static bool
state_read_op(const json_t *op, state_path_t *p)
{
    const json_t *const  path = json_array_get(op, 0);
    const size_t         n = json_array_size(path);

    if (json_array_size(op) > 2 || n > CKP_STATE_DEPTH_MAX) {
        return false;
    }

    p->way = NULL;
    p->depth = 0;
    p->n = n;

    for (size_t i = 0; i < n; i++) {
        const char *const  text = json_string_value(json_array_get(path, i));

        if (text == NULL) {
            return false;
        }

        state_name(text, &p->names[i]);
    }

    return n > 0;
}


ckp_code_t
ckp_state_apply(ckp_state_t *s, const json_t *delta, ckp_err_t *err)
{
    for (size_t i = 0; i < json_array_size(delta); i++) {
        json_t *const  op = json_array_get(delta, i);
        state_path_t   p;

        if (!state_read_op(op, &p)) {
            return ckp_fail(err, CKP_E_INVALID, "", "operation %zu of a delta "
                            "is malformed", i);
        }

        /* the tree writes into what it holds: the event keeps its own */

        json_t *const  value = ckp_json_copy(json_array_get(op, 1));

        if (json_array_size(op) == 2 && value == NULL) {
            return ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        }

        const ckp_code_t  rc = state_change(s, &p, value);

        if (rc != CKP_OK) {
            return ckp_fail(err, rc, "", "no memory");
        }
    }

    return CKP_OK;
}
