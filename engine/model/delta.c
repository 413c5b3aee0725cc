/*
 * Folding the operations of a turn; see delta.h.  Few operations are found by
 * looking at all of them; when there are many, by their paths.
 */

#include "model/delta.h"

#include <stdio.h>
#include <string.h>

#define DELTA_SCAN_MAX  48      /* operations that are looked through */
#define DELTA_KEY_MAX   4096    /* bytes of a path */


typedef enum {
    DELTA_APART,
    DELTA_SAME,
    DELTA_ABOVE,                /* the first is above the second */
    DELTA_BELOW
} delta_relation_t;

static delta_relation_t
delta_relate(const json_t *a, const char *const *b, size_t nb)
{
    const size_t  na = json_array_size(a);
    const size_t  n = na < nb ? na : nb;

    for (size_t i = 0; i < n; i++) {
        if (strcmp(json_string_value(json_array_get(a, i)), b[i]) != 0) {
            return DELTA_APART;
        }
    }

    if (na == nb) {
        return DELTA_SAME;
    }

    return na < nb ? DELTA_ABOVE : DELTA_BELOW;
}


static bool
delta_puts(const json_t *op)
{
    return json_array_size(op) == 2;
}


static json_t *
delta_path(const char *const *names, size_t n)
{
    json_t *const  path = json_array();

    for (size_t i = 0; i < n; i++) {
        if (json_array_append_new(path, json_string(names[i])) != 0) {
            json_decref(path);
            return NULL;
        }
    }

    return path;
}


static ckp_code_t
delta_append(ckp_state_t *s, const char *const *names, size_t n,
    json_t *value)
{
    json_t *const  op = json_array();

    if (op == NULL || json_array_append_new(op, delta_path(names, n)) != 0
        || (value != NULL && json_array_append(op, value) != 0)
        || json_array_append(s->delta, op) != 0)
    {
        json_decref(op);
        return CKP_E_NOMEM;
    }

    json_decref(op);

    return CKP_OK;
}


/* A put of the same path becomes this one. */
static ckp_code_t
delta_replace(json_t *op, json_t *value)
{
    const int  rc = value != NULL ? json_array_set(op, 1, value)
                                  : json_array_remove(op, 1);

    return rc == 0 ? CKP_OK : CKP_E_NOMEM;
}


/* --- a few ------------------------------------------------------------------- */


static ckp_code_t
delta_scan(ckp_state_t *s, const char *const *names, size_t n, json_t *value)
{
    for (size_t i = json_array_size(s->delta); i-- > 0; ) {
        json_t *const           op = json_array_get(s->delta, i);
        const delta_relation_t  rel = delta_relate(json_array_get(op, 0),
                                                   names, n);

        if (rel == DELTA_APART) {
            continue;
        }

        if (rel == DELTA_ABOVE && delta_puts(op)
            && json_is_object(json_array_get(op, 1)))
        {
            return CKP_OK;
        }

        if (rel == DELTA_SAME && delta_puts(op)) {
            return delta_replace(op, value);
        }

        if (rel == DELTA_BELOW) {
            (void) json_array_remove(s->delta, i);  /* overruled */
            continue;
        }

        break;
    }

    return delta_append(s, names, n, value);
}


/* --- many ---------------------------------------------------------------------- */


/* The first `n` names, told apart whatever is in them. */
static bool
delta_key(const char *const *names, size_t n, char key[DELTA_KEY_MAX])
{
    size_t  at = 0;

    for (size_t i = 0; i < n; i++) {
        const size_t  len = strlen(names[i]);

        if (at + len + 24 > DELTA_KEY_MAX) {
            return false;
        }

        at += (size_t) snprintf(key + at, 24, "%zu:", len);
        memcpy(key + at, names[i], len);
        at += len;
    }

    key[at] = '\0';

    return true;
}


/* The names of an operation that is in the delta. */
static size_t
delta_names(const json_t *op, const char *names[CKP_STATE_DEPTH_MAX])
{
    const json_t *const  path = json_array_get(op, 0);
    const size_t         n = json_array_size(path);

    for (size_t i = 0; i < n; i++) {
        names[i] = json_string_value(json_array_get(path, i));
    }

    return n;
}


/* Where operation `at` is, and what it lies under. */
static bool
delta_index(ckp_state_t *s, const char *const *names, size_t n, size_t at)
{
    char  key[DELTA_KEY_MAX];

    if (!delta_key(names, n, key)
        || json_object_set_new(s->ops, key, json_integer((json_int_t) at))
           != 0)
    {
        return false;
    }

    for (size_t k = 1; k < n; k++) {
        if (!delta_key(names, k, key)
            || json_object_set_new(s->above, key, json_true()) != 0)
        {
            return false;
        }
    }

    return true;
}


static ckp_code_t
delta_build(ckp_state_t *s)
{
    s->ops = json_object();
    s->above = json_object();

    if (s->ops == NULL || s->above == NULL) {
        return CKP_E_NOMEM;
    }

    for (size_t i = 0; i < json_array_size(s->delta); i++) {
        const char    *names[CKP_STATE_DEPTH_MAX];
        const size_t   n = delta_names(json_array_get(s->delta, i), names);

        if (!delta_index(s, names, n, i)) {
            return CKP_E_NOMEM;
        }
    }

    return CKP_OK;
}


/* Operations below the path are overruled. */
static ckp_code_t
delta_clear(ckp_state_t *s, const char *const *names, size_t n)
{
    char  key[DELTA_KEY_MAX];

    for (size_t i = 0; i < json_array_size(s->delta); i++) {
        json_t *const        op = json_array_get(s->delta, i);
        const json_t *const  path = json_array_get(op, 0);
        const char          *own[CKP_STATE_DEPTH_MAX];

        if (path == NULL || delta_relate(path, names, n) != DELTA_BELOW) {
            continue;
        }

        if (delta_key(own, delta_names(op, own), key)) {
            (void) json_object_del(s->ops, key);
        }

        if (json_array_set_new(s->delta, i, json_null()) != 0) {
            return CKP_E_NOMEM;
        }

        s->holes = true;
    }

    return CKP_OK;
}


static json_t *
delta_find(const ckp_state_t *s, const char *key)
{
    const json_t *const  at = json_object_get(s->ops, key);

    return at == NULL ? NULL
           : json_array_get(s->delta, (size_t) json_integer_value(at));
}


/* Whether the nearest operation above puts an object, which has it already. */
static bool
delta_is_seen(const ckp_state_t *s, const char *const *names, size_t n)
{
    char  key[DELTA_KEY_MAX];

    for (size_t k = n; k-- > 1; ) {
        const json_t *const  op = delta_key(names, k, key) ? delta_find(s, key)
                                                           : NULL;

        if (op != NULL) {
            return delta_puts(op) && json_is_object(json_array_get(op, 1));
        }
    }

    return false;
}


static ckp_code_t
delta_find_and_fold(ckp_state_t *s, const char *const *names, size_t n,
    json_t *value)
{
    char         key[DELTA_KEY_MAX];
    json_t      *op;
    ckp_code_t   rc = CKP_OK;

    if (!delta_key(names, n, key)) {
        return CKP_E_BUG;
    }

    if (json_object_get(s->above, key) != NULL) {
        rc = delta_clear(s, names, n);
        (void) json_object_del(s->above, key);
    }

    op = delta_find(s, key);

    if (rc != CKP_OK || (op != NULL && delta_puts(op))) {
        return rc != CKP_OK ? rc : delta_replace(op, value);
    }

    if (op == NULL && delta_is_seen(s, names, n)) {
        return CKP_OK;
    }

    rc = delta_append(s, names, n, value);

    return rc == CKP_OK
           && !delta_index(s, names, n, json_array_size(s->delta) - 1)
           ? CKP_E_NOMEM : rc;
}


/* --- from outside ----------------------------------------------------------------- */


static bool
delta_is_long(const char *const *names, size_t n)
{
    size_t  len = 0;

    for (size_t i = 0; i < n; i++) {
        len += strlen(names[i]) + 24;
    }

    return len > DELTA_KEY_MAX;
}


ckp_code_t
ckp_delta_record(ckp_state_t *s, const char *const *names, size_t n,
    json_t *value)
{
    ckp_code_t  rc;

    /* a path that is no key: nobody looks for operations by keys any more */

    if (!s->scans && delta_is_long(names, n)) {
        s->scans = true;
        ckp_delta_close(s);
    }

    if (!s->scans && s->ops == NULL
        && json_array_size(s->delta) >= DELTA_SCAN_MAX)
    {
        rc = delta_build(s);

        if (rc != CKP_OK) {
            return rc;
        }
    }

    return s->ops == NULL ? delta_scan(s, names, n, value)
                          : delta_find_and_fold(s, names, n, value);
}


void
ckp_delta_close(ckp_state_t *s)
{
    size_t  kept = 0;

    ckp_delta_forget(s);

    for (size_t i = 0; s->holes && i < json_array_size(s->delta); i++) {
        json_t *const  op = json_array_get(s->delta, i);

        if (!json_is_null(op)) {
            (void) json_array_set(s->delta, kept++, op);
        }
    }

    while (s->holes && json_array_size(s->delta) > kept) {
        (void) json_array_remove(s->delta, json_array_size(s->delta) - 1);
    }

    s->holes = false;
}


void
ckp_delta_forget(ckp_state_t *s)
{
    json_decref(s->ops);
    json_decref(s->above);
    s->ops = NULL;
    s->above = NULL;
}
