/*
 * Assigning at a dotted name.  First the whole way is looked at, so that what
 * fails changes nothing.
 */

#include <stdint.h>
#include <string.h>

#include "lang/path.h"
#include "lang/value.h"

#define ASSIGN_KEY_MAX  255


/* The part of a dotted name at its beginning; false: empty or too long. */
static bool
assign_key(const char *name, char key[ASSIGN_KEY_MAX + 1], size_t *len)
{
    *len = strcspn(name, ".");

    if (*len == 0 || *len > ASSIGN_KEY_MAX) {
        return false;
    }

    memcpy(key, name, *len);
    key[*len] = '\0';

    return true;
}


static ckp_code_t
assign_check(const json_t *object, const char *name, ckp_err_t *err)
{
    char         key[ASSIGN_KEY_MAX + 1];
    const char  *rest = name;
    size_t       len;

    for ( ;; ) {
        if (!assign_key(rest, key, &len)) {
            return ckp_fail(err, CKP_E_INVALID, "",
                            "\"%s\" is no name of a variable", name);
        }

        if (rest[len] == '\0') {
            return CKP_OK;
        }

        object = json_object_get(object, key);

        if (object != NULL && !json_is_null(object)
            && !json_is_object(object))
        {
            return ckp_fail(err, CKP_E_INVALID, "",
                            "\"%.*s\" is no object but %s",
                            (int) (rest + len - name), name,
                            ckp_value_type(object));
        }

        rest += len + 1;
    }
}


/* A member that is the caller's own: what others share is copied first. */
static json_t *
assign_own(json_t *object, const char *key)
{
    json_t  *v = json_object_get(object, key);

    if (v == NULL || json_is_null(v)) {
        v = json_object();
        return json_object_set_new(object, key, v) == 0 ? v : NULL;
    }

    if (v->refs > 1) {
        v = json_copy(v);
        return json_object_set_new(object, key, v) == 0 ? v : NULL;
    }

    return v;
}


ckp_code_t
ckp_path_assign(json_t *object, const char *name, json_t *value,
    ckp_err_t *err)
{
    char               key[ASSIGN_KEY_MAX + 1];
    const char        *rest = name;
    size_t             len;
    const ckp_code_t   rc = assign_check(object, name, err);

    if (rc != CKP_OK) {
        json_decref(value);
        return rc;
    }

    while (object != NULL && assign_key(rest, key, &len)
           && rest[len] != '\0')
    {
        object = assign_own(object, key);
        rest += len + 1;
    }

    if (object == NULL) {
        json_decref(value);
        return ckp_fail(err, CKP_E_NOMEM, "", "no memory");
    }

    return json_object_set_new(object, key, value) == 0
           ? CKP_OK : ckp_fail(err, CKP_E_NOMEM, "", "no memory");
}
