/*
 * The tree of a run's state and its two operations; see state.h.
 */

#include "model/state.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "model/delta.h"

#define STATE_DELTA_KEPT  4096


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

    rc = ckp_delta_of(s, &s->delta);

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


/* What was there before: undone in reverse order, each finds the same object
 * around it. */

static ckp_code_t
state_note(ckp_state_t *s, const char *const *names, size_t n, json_t *old,
    bool put)
{
    size_t         lens[CKP_STATE_DEPTH_MAX];
    size_t         len = 0;
    ckp_change_t  *c;
    char          *to;

    for (size_t i = 0; i < n; i++) {
        lens[i] = strlen(names[i]) + 1;
        len += lens[i];
    }

    if (!state_room(s, len)) {
        return CKP_E_NOMEM;
    }

    c = &s->log[s->nlog++];
    *c = (ckp_change_t) { .path = s->paths_len, .len = len, .put = put,
                          .old = json_incref(old) };
    to = s->paths + s->paths_len;
    s->paths_len += len;

    for (size_t i = 0; i < n; i++) {
        memcpy(to, names[i], lens[i]);
        to += lens[i];
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


/* The object that holds the path's last name; NULL: there is none.  *noted:
 * what happens there is for the log. */

static json_t *
state_parent(ckp_state_t *s, const char *const *names, size_t n, bool make,
    bool *noted)
{
    json_t  *at = s->root;

    *noted = s->turn;

    for (size_t i = 0; i + 1 < n; i++) {
        json_t  *next = json_object_get(at, names[i]);

        if (!json_is_object(next)) {
            if (!make
                || (*noted
                    && state_note(s, names, i + 1, next, true) != CKP_OK))
            {
                return NULL;
            }

            next = json_object();

            if (json_object_set_new(at, names[i], next) != 0) {
                return NULL;
            }

            s->shape++;
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
    s->metas++;

    if (mark == 0) {
        state_forget(s);
    }
}


static bool
state_is_watched(const ckp_state_t *s, const char *const *names)
{
    return s->changed != NULL && strcmp(names[0], s->watched) == 0;
}


/* One operation on the tree; value (borrowed) NULL: a deletion. */

static ckp_code_t
state_change(ckp_state_t *s, const char *const *names, size_t n,
    json_t *value)
{
    /* what was put and deleted in one turn made the objects on its way */

    const bool         make = value != NULL || !s->turn;
    const bool         watched = state_is_watched(s, names);
    const char *const  name = names[n - 1];
    bool               noted;
    json_t *const      at = state_parent(s, names, n, make, &noted);

    if (strcmp(names[0], "meta") == 0) {
        s->metas++;
    }

    if (watched) {
        s->changed(s->data, n > 1 ? names[1] : NULL);
    }

    if (at == NULL) {
        return value == NULL ? CKP_OK : CKP_E_NOMEM;
    }

    json_t *const  old = json_object_get(at, name);

    if (value == NULL && old == NULL) {
        return CKP_OK;
    }

    if (noted) {
        if (state_note(s, names, n, old, value != NULL) != CKP_OK) {
            return CKP_E_NOMEM;
        }

        state_freshen(s, value);
    }

    if (watched && n <= 3 && (json_is_object(old) || json_is_object(value))) {
        s->shape++;
    }

    if (value == NULL) {
        (void) json_object_del(at, name);
        return CKP_OK;
    }

    return json_object_set(at, name, value) == 0 ? CKP_OK : CKP_E_NOMEM;
}


/* 0: none, or more than there can be. */

static size_t
state_count(const char *const *names)
{
    size_t  n = 0;

    while (names[n] != NULL) {
        n++;
    }

    return n <= CKP_STATE_DEPTH_MAX ? n : 0;
}


ckp_code_t
ckp_state_put(ckp_state_t *s, const char *const *names, json_t *value)
{
    const size_t  n = state_count(names);
    ckp_code_t    rc = n == 0 ? CKP_E_BUG : CKP_E_NOMEM;

    if (n > 0 && value != NULL) {
        rc = state_change(s, names, n, value);
    }

    json_decref(value);

    return rc;
}


ckp_code_t
ckp_state_del(ckp_state_t *s, const char *const *names)
{
    const size_t  n = state_count(names);

    if (ckp_state_get(s, names) == NULL) {
        return CKP_OK;
    }

    return n == 0 ? CKP_E_BUG : state_change(s, names, n, NULL);
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


/*
 * The names of an operation, [path] or [path, value]; 0: it is none.  They live
 * with it.
 */

static size_t
state_read_op(const json_t *op, const char *names[CKP_STATE_DEPTH_MAX])
{
    const json_t *const  path = json_array_get(op, 0);
    const size_t         n = json_array_size(path);

    if (json_array_size(op) > 2 || n > CKP_STATE_DEPTH_MAX) {
        return 0;
    }

    for (size_t i = 0; i < n; i++) {
        names[i] = json_string_value(json_array_get(path, i));

        if (names[i] == NULL) {
            return 0;
        }
    }

    return n;
}


ckp_code_t
ckp_state_apply(ckp_state_t *s, const json_t *delta, ckp_err_t *err)
{
    for (size_t i = 0; i < json_array_size(delta); i++) {
        json_t *const  op = json_array_get(delta, i);
        const char    *names[CKP_STATE_DEPTH_MAX];
        const size_t   n = state_read_op(op, names);

        if (n == 0) {
            return ckp_fail(err, CKP_E_INVALID, "", "operation %zu of a delta "
                            "is malformed", i);
        }

        /* the tree writes into what it holds: the event keeps its own */

        json_t *const  value = ckp_json_copy(json_array_get(op, 1));

        if (json_array_size(op) == 2 && value == NULL) {
            return ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        }

        const ckp_code_t  rc = state_change(s, names, n, value);

        json_decref(value);

        if (rc != CKP_OK) {
            return ckp_fail(err, rc, "", "no memory");
        }
    }

    return CKP_OK;
}
