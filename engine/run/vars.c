/*
 * Variables of a run: assignment by dotted name within the limits.
 * Source: spec/ckp.md 8.6.
 */

#include "run/run_int.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "lang/path.h"
#include "model/limits.h"


/* --- where they are ----------------------------------------------------- */

/* The frame around that keeps what is written in it; NULL: the run itself. */

static const char *
vars_holder(const ckp_fiber_t *f)
{
    const char    *id = f->id;
    const json_t  *own = ckp_run_get(f->run, "fibers", id);

    while (own != NULL && json_object_get(own, "vars") == NULL) {
        id = ckp_json_str(own, "up");
        own = id == NULL ? NULL : ckp_run_get(f->run, "fibers", id);
    }

    return own == NULL ? NULL : id;
}


static json_t *
vars_held(const ckp_run_t *run, const char *holder)
{
    const char *const  path[] = { "fibers", holder, "vars", NULL };

    return holder == NULL ? ckp_run_get(run, "vars", NULL)
                          : ckp_state_get(&run->state, path);
}


/* A frame and those around it, until one that hides the rest. */

typedef struct {
    const ckp_fiber_t  *f;
    const json_t       *own;        /* the next frame; NULL: the run is next */
    bool                snap;       /* its snapshot is next */
    bool                over;
} vars_walk_t;


static void
vars_walk(vars_walk_t *w, const ckp_fiber_t *f)
{
    *w = (vars_walk_t) { .f = f,
                         .own = ckp_run_get(f->run, "fibers", f->id) };
}


/* The next object of variables, innermost first; NULL: no more. */

static json_t *
vars_next(vars_walk_t *w)
{
    while (!w->over) {
        const json_t *const  own = w->own;
        const char *const    up = ckp_json_str(own, "up");
        const bool           snap = w->snap;
        json_t              *v;

        if (own == NULL) {
            w->over = true;
            return ckp_run_get(w->f->run, "vars", NULL);
        }

        v = json_object_get(own, snap ? "snap" : "vars");
        w->snap = !snap && json_object_get(own, "snap") != NULL;

        if (snap || (json_object_get(own, "prog") != NULL && !w->snap)) {
            w->over = true;

        } else if (!w->snap) {
            w->own = up == NULL ? NULL : ckp_run_get(w->f->run, "fibers", up);
        }

        if (v != NULL) {
            return v;
        }
    }

    return NULL;
}


json_t *
ckp_fiber_var_top(const ckp_fiber_t *f, const char *name)
{
    vars_walk_t  w;
    json_t      *vars;

    vars_walk(&w, f);

    while ((vars = vars_next(&w)) != NULL) {
        json_t *const  v = json_object_get(vars, name);

        if (v != NULL) {
            return v;
        }
    }

    return NULL;
}


json_t *
ckp_fiber_vars(const ckp_fiber_t *f)
{
    json_t *const  all = json_object();
    vars_walk_t    w;
    json_t        *vars;

    vars_walk(&w, f);

    while (all != NULL && (vars = vars_next(&w)) != NULL) {
        (void) json_object_update_missing(all, vars);
    }

    return all;
}


json_t *
ckp_fiber_var_get(const ckp_fiber_t *f, const char *name)
{
    json_t *const  whole = ckp_fiber_var_top(f, name);
    const char    *p = strchr(name, '.');
    char           first[256];
    json_t        *at;

    if (whole != NULL || p == NULL || (size_t) (p - name) >= sizeof(first)) {
        return whole;
    }

    memcpy(first, name, (size_t) (p - name));
    first[p - name] = '\0';
    at = ckp_fiber_var_top(f, first);

    while (at != NULL) {
        const char *const  from = p + 1;

        p = strchr(from, '.');

        if (p == NULL) {
            return json_object_get(at, from);
        }

        at = json_object_getn(at, from, (size_t) (p - from));
    }

    return NULL;
}


/* --- assigning ---------------------------------------------------------- */

/* The value of the first name of a dotted one after the assignment. */

static ckp_code_t
vars_nested(ckp_fiber_t *f, const char *name, const char *own, json_t *value,
    json_t **out)
{
    json_t *const  old = ckp_fiber_var_top(f, own);
    json_t *const  holder = json_object();
    ckp_err_t      err = CKP_ERR_INIT;
    ckp_code_t     rc;

    if (json_is_object(old)) {
        (void) json_object_set_new(holder, own, ckp_json_copy(old));
    }

    rc = ckp_path_assign(holder, name, value, &err);

    if (rc == CKP_OK) {
        *out = json_incref(json_object_get(holder, own));

        if (*out == NULL) {
            rc = CKP_E_NOMEM;
        }

    } else if (rc != CKP_E_NOMEM) {
        rc = ckp_fiber_raise(f, "TypeMismatch", "%s", err.msg);
    }

    json_decref(holder);

    return rc;
}


/* Bytes of what the holder keeps; counted once, then carried on. */

static size_t
vars_size(ckp_run_t *run, const char *holder)
{
    const char *const  id = holder == NULL ? "" : holder;

    if (!run->seeded || strcmp(run->vars_of, id) != 0) {
        run->vars_bytes = ckp_json_size(vars_held(run, holder),
                                        2 * CKP_VARS_MAX);
        (void) snprintf(run->vars_of, sizeof(run->vars_of), "%s", id);
        run->seeded = true;
    }

    return run->vars_bytes;
}


/* value is stolen. */

static ckp_code_t
vars_put(ckp_fiber_t *f, const char *name, json_t *value)
{
    ckp_run_t *const     run = f->run;
    const char *const    holder = vars_holder(f);
    const json_t *const  old = json_object_get(vars_held(run, holder), name);
    const size_t         total = vars_size(run, holder);
    const size_t         bytes = ckp_json_size(value, 2 * CKP_VALUE_MAX);
    const size_t         before = old == NULL ? 0
                                  : ckp_json_size(old, 2 * CKP_VARS_MAX);
    const char *const    path[] = { "fibers", holder, "vars", name, NULL };

    if (bytes > CKP_VALUE_MAX
        || total - (before < total ? before : total) + bytes > CKP_VARS_MAX)
    {
        json_decref(value);
        return ckp_fiber_raise(f, "VariablesTooLarge", "variable \"%.60s\" of "
                               "%zu bytes is too much", name, bytes);
    }

    run->vars_bytes = total - (before < total ? before : total) + bytes;

    return holder == NULL ? ckp_run_put(run, "vars", name, value)
                          : ckp_state_put(&run->state, path, value);
}


ckp_code_t
ckp_fiber_var_set(ckp_fiber_t *f, const char *name, json_t *value)
{
    const size_t  first = strcspn(name, ".[");
    char          own[256];
    json_t       *whole = NULL;
    ckp_code_t    rc;

    if (value == NULL) {
        return CKP_E_NOMEM;
    }

    if (name[first] == '\0') {
        rc = vars_put(f, name, value);
        return rc == CKP_OK ? ckp_replay_note(f, "vars", name) : rc;
    }

    if (first == 0 || first >= sizeof(own)) {
        json_decref(value);
        return ckp_fiber_raise(f, "TypeMismatch", "\"%.60s\" names no variable",
                               name);
    }

    memcpy(own, name, first);
    own[first] = '\0';

    rc = vars_nested(f, name, own, value, &whole);

    if (rc == CKP_OK) {
        rc = vars_put(f, own, whole);
    }

    /* an element of a list means the list */

    return rc == CKP_OK ? ckp_replay_note(f, "vars", strchr(name, '[') == NULL
                                                     ? name : own)
                        : rc;
}


/* --- last results, local names ------------------------------------------ */

ckp_code_t
ckp_fiber_last_put(ckp_fiber_t *f, const char *name, json_t *value)
{
    const char *const  holder = vars_holder(f);
    const char *const  path[] = { "fibers", holder, "last_of", name, NULL };
    const ckp_code_t   rc = holder == NULL
                            ? ckp_run_put(f->run, "last_of", name, value)
                            : ckp_state_put(&f->run->state, path, value);

    return rc == CKP_OK ? ckp_replay_note(f, "last", name) : rc;
}


json_t *
ckp_fiber_last_get(const ckp_fiber_t *f, const char *name)
{
    const json_t  *own = ckp_run_get(f->run, "fibers", f->id);

    while (own != NULL) {
        const char *const  up = ckp_json_str(own, "up");
        json_t *const      v = json_object_get(json_object_get(own, "last_of"),
                                               name);

        if (v != NULL || json_object_get(own, "prog") != NULL) {
            return v;
        }

        own = up == NULL ? NULL : ckp_run_get(f->run, "fibers", up);
    }

    return ckp_run_get(f->run, "last_of", name);
}
