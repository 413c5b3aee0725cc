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
    *s = (ckp_state_t) { .root = root != NULL ? root : json_object() };

    return s->root == NULL ? CKP_E_NOMEM : CKP_OK;
}


static void
state_forget(ckp_state_t *s)
{
    for (size_t i = 0; i < s->nundo; i++) {
        json_decref(s->undo[i].path);
        json_decref(s->undo[i].old);
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


static ckp_code_t state_note(ckp_state_t *s, json_t *path, json_t *old);


/* What is made at the i-th name of a path is undone with the turn. */

static ckp_code_t
state_note_way(ckp_state_t *s, const json_t *path, size_t i, json_t *old)
{
    json_t *const  way = json_array();
    ckp_code_t     rc = way == NULL ? CKP_E_NOMEM : CKP_OK;

    for (size_t k = 0; rc == CKP_OK && k <= i; k++) {
        if (json_array_append(way, json_array_get(path, k)) != 0) {
            rc = CKP_E_NOMEM;
        }
    }

    if (rc == CKP_OK) {
        rc = state_note(s, way, old);
    }

    json_decref(way);

    return rc;
}


/* The object that holds the path's last name; NULL: there is none. */

static json_t *
state_parent(ckp_state_t *s, const json_t *path, bool make, bool note)
{
    json_t  *at = s->root;

    for (size_t i = 0; i + 1 < json_array_size(path); i++) {
        const char *const  name = json_string_value(json_array_get(path, i));
        json_t            *next = json_object_get(at, name);

        if (!json_is_object(next)) {
            if (!make
                || (note && state_note_way(s, path, i, next) != CKP_OK))
            {
                return NULL;
            }

            next = json_object();

            if (json_object_set_new(at, name, next) != 0) {
                return NULL;
            }
        }

        at = next;
    }

    return at;
}


static const char *
state_last(const json_t *path)
{
    return json_string_value(json_array_get(path, json_array_size(path) - 1));
}


void
ckp_state_undo(ckp_state_t *s)
{
    while (s->nundo > 0) {
        ckp_undo_t *const  u = &s->undo[--s->nundo];
        json_t *const      at = state_parent(s, u->path, true, false);

        if (u->old == NULL) {
            (void) json_object_del(at, state_last(u->path));

        } else {
            (void) json_object_set_new(at, state_last(u->path), u->old);
        }

        json_decref(u->path);
    }

    json_decref(s->delta);
    s->delta = NULL;
    state_forget(s);
}


static ckp_code_t
state_note(ckp_state_t *s, json_t *path, json_t *old)
{
    if (s->nundo == s->size) {
        const size_t       size = s->size == 0 ? 32 : s->size * 2;
        ckp_undo_t *const  undo = ckp_alloc(size * sizeof(ckp_undo_t));

        if (undo == NULL) {
            return CKP_E_NOMEM;
        }

        if (s->nundo > 0) {
            memcpy(undo, s->undo, s->nundo * sizeof(ckp_undo_t));
        }

        ckp_free(s->undo);
        s->undo = undo;
        s->size = size;
    }

    s->undo[s->nundo++] = (ckp_undo_t) { json_incref(path), json_incref(old) };

    return CKP_OK;
}


static void
state_tell(ckp_state_t *s, const json_t *path)
{
    const char *const  name = json_string_value(json_array_get(path, 0));

    if (s->changed != NULL && name != NULL && strcmp(name, s->watched) == 0) {
        s->changed(s->data, json_string_value(json_array_get(path, 1)));
    }
}


/* One operation on the tree; value (borrowed) NULL: a deletion. */

static ckp_code_t
state_change(ckp_state_t *s, json_t *path, json_t *value)
{
    /* what was put and deleted in one turn made the objects on its way */

    const bool     make = value != NULL || s->delta == NULL;
    json_t *const  at = state_parent(s, path, make, s->delta != NULL);

    state_tell(s, path);

    if (at == NULL) {
        return value == NULL ? CKP_OK : CKP_E_NOMEM;
    }

    const char *const  name = state_last(path);
    json_t *const      old = json_object_get(at, name);

    if (value == NULL && old == NULL) {
        return CKP_OK;
    }

    if (s->delta != NULL) {
        if (state_note(s, path, old) != CKP_OK
            || ckp_delta_record(s, path, value) != CKP_OK)
        {
            return CKP_E_NOMEM;
        }
    }

    if (value == NULL) {
        (void) json_object_del(at, name);
        return CKP_OK;
    }

    return json_object_set(at, name, value) == 0 ? CKP_OK : CKP_E_NOMEM;
}


static json_t *
state_path(const char *const *names)
{
    json_t *const  path = json_array();

    for (size_t i = 0; names[i] != NULL; i++) {
        if (json_array_append_new(path, json_string(names[i])) != 0) {
            json_decref(path);
            return NULL;
        }
    }

    return path;
}


ckp_code_t
ckp_state_put(ckp_state_t *s, const char *const *names, json_t *value)
{
    json_t *const  path = state_path(names);
    ckp_code_t     rc = CKP_E_NOMEM;

    if (path != NULL && value != NULL) {
        rc = state_change(s, path, value);
    }

    json_decref(path);
    json_decref(value);

    return rc;
}


ckp_code_t
ckp_state_del(ckp_state_t *s, const char *const *names)
{
    if (ckp_state_get(s, names) == NULL) {
        return CKP_OK;
    }

    json_t *const     path = state_path(names);
    const ckp_code_t  rc = path == NULL ? CKP_E_NOMEM
                                        : state_change(s, path, NULL);

    json_decref(path);

    return rc;
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


/* [path] or [path, value], path being 1 to CKP_STATE_DEPTH_MAX names. */

static bool
state_is_op(const json_t *op)
{
    const json_t *const  path = json_array_get(op, 0);
    const size_t         n = json_array_size(path);

    if (json_array_size(op) < 1 || json_array_size(op) > 2 || n == 0
        || n > CKP_STATE_DEPTH_MAX)
    {
        return false;
    }

    for (size_t i = 0; i < n; i++) {
        if (!json_is_string(json_array_get(path, i))) {
            return false;
        }
    }

    return true;
}


ckp_code_t
ckp_state_apply(ckp_state_t *s, const json_t *delta, ckp_err_t *err)
{
    for (size_t i = 0; i < json_array_size(delta); i++) {
        json_t *const  op = json_array_get(delta, i);

        if (!state_is_op(op)) {
            return ckp_fail(err, CKP_E_INVALID, "", "operation %zu of a delta "
                            "is malformed", i);
        }

        /* the tree writes into what it holds: the event keeps its own */

        json_t *const  value = json_deep_copy(json_array_get(op, 1));

        if (json_array_size(op) == 2 && value == NULL) {
            return ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        }

        const ckp_code_t  rc = state_change(s, json_array_get(op, 0), value);

        json_decref(value);

        if (rc != CKP_OK) {
            return ckp_fail(err, rc, "", "no memory");
        }
    }

    return CKP_OK;
}
