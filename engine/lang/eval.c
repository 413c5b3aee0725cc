/*
 * Layers of names.
 */

#include "lang/eval.h"


json_t *
ckp_scope_object_get(const ckp_scope_t *scope, const char *name)
{
    return json_incref(json_object_get(scope->object, name));
}


json_t *
ckp_scope_find(const ckp_scope_t *scope, const char *name)
{
    for ( /* void */ ; scope != NULL; scope = scope->outer) {
        json_t *const  v = scope->get(scope, name);

        if (v != NULL) {
            return v;
        }
    }

    return NULL;
}
