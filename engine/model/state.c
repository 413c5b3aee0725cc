/*
 * The tree of a run's state and its two operations; see state.h.
 */

#include "model/state.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "model/delta.h"


ckp_code_t
ckp_state_init(ckp_state_t *s, json_t *root)
{
    *s = (ckp_state_t) { .root = root != NULL ? root : json_object(),
                         .shape = 1 };

    return s->root == NULL ? CKP_E_NOMEM : CKP_OK;
}


static void
state_forget(ckp_state_t *s)
{
    for (size_t i = 0; i < s->nundo; i++) {
        json_decref(s->undo[i].at);
        json_decref(s->undo[i].old);
        ckp_free(s->undo[i].name);
    }

    s->nundo = 0;
    s->scans = false;
    s->holes = false;
    ckp_delta_forget(s);
}


void
ckp_state_free(ckp_state_t *s)
{
    state_forget(s);
    ckp_free(s->undo);
    json_decref(s->delta);
    json_decref(s->root);

    *s = (ckp_state_t) { .root = NULL };
}


ckp_code_t
ckp_state_begin(ckp_state_t *s)
{
    state_forget(s);
    json_decref(s->delta);

    s->delta = json_array();

    return s->delta == NULL ? CKP_E_NOMEM : CKP_OK;
}


json_t *
ckp_state_end(ckp_state_t *s)
{
    json_t  *delta;

    ckp_delta_close(s);
    state_forget(s);

    delta = s->delta;
    s->delta = NULL;

    if (json_array_size(delta) == 0) {
        json_decref(delta);
        delta = NULL;
    }

    return delta;
}


/* Room for one more. */

static ckp_undo_t *
state_undo_room(ckp_state_t *s)
{
    const size_t  size = s->size == 0 ? 32 : s->size * 2;
    ckp_undo_t   *undo;

    if (s->nundo < s->size) {
        return &s->undo[s->nundo];
    }

    undo = ckp_alloc(size * sizeof(ckp_undo_t));

    if (undo == NULL) {
        return NULL;
    }

    if (s->nundo > 0) {
        memcpy(undo, s->undo, s->nundo * sizeof(ckp_undo_t));
    }

    ckp_free(s->undo);
    s->undo = undo;
    s->size = size;

    return &s->undo[s->nundo];
}


/* What the member was before the turn changes it: undone in reverse order, it
 * finds the same object in its place. */

static ckp_code_t
state_note(ckp_state_t *s, json_t *at, const char *name, json_t *old)
{
    const size_t       len = strlen(name) + 1;
    ckp_undo_t *const  u = state_undo_room(s);

    if (u == NULL) {
        return CKP_E_NOMEM;
    }

    u->name = NULL;

    if (len > sizeof(u->near)) {
        u->name = ckp_alloc(len);

        if (u->name == NULL) {
            return CKP_E_NOMEM;
        }
    }

    memcpy(u->name == NULL ? u->near : u->name, name, len);
    u->at = json_incref(at);
    u->old = json_incref(old);
    s->nundo++;

    return CKP_OK;
}


/* The object that holds the path's last name; NULL: there is none. */

static json_t *
state_parent(ckp_state_t *s, const char *const *names, size_t n, bool make)
{
    json_t  *at = s->root;

    for (size_t i = 0; i + 1 < n; i++) {
        json_t  *next = json_object_get(at, names[i]);

        if (!json_is_object(next)) {
            if (!make
                || (s->delta != NULL
                    && state_note(s, at, names[i], next) != CKP_OK))
            {
                return NULL;
            }

            next = json_object();

            if (json_object_set_new(at, names[i], next) != 0) {
                return NULL;
            }

            s->shape++;
        }

        at = next;
    }

    return at;
}


void
ckp_state_undo(ckp_state_t *s)
{
    while (s->nundo > 0) {
        ckp_undo_t *const  u = &s->undo[--s->nundo];
        const char *const  name = u->name == NULL ? u->near : u->name;

        if (u->old == NULL) {
            (void) json_object_del(u->at, name);

        } else {
            (void) json_object_set_new(u->at, name, u->old);
        }

        json_decref(u->at);
        ckp_free(u->name);
    }

    json_decref(s->delta);
    s->delta = NULL;
    s->shape++;
    state_forget(s);
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

    const bool         make = value != NULL || s->delta == NULL;
    const bool         watched = state_is_watched(s, names);
    const char *const  name = names[n - 1];
    json_t *const      at = state_parent(s, names, n, make);

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

    if (s->delta != NULL) {
        if (state_note(s, at, name, old) != CKP_OK
            || ckp_delta_record(s, names, n, value) != CKP_OK)
        {
            return CKP_E_NOMEM;
        }
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
