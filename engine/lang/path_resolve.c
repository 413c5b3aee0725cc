/*
 * Names and dotted paths: what lies at them.
 */

#include <stdint.h>
#include <string.h>

#include "lang/path_int.h"
#include "lang/value.h"


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


/* length, len, count of whatever has a size. */
static json_t *
value_pseudo(const json_t *v, const char *name)
{
    if (strcmp(name, "length") != 0 && strcmp(name, "len") != 0
        && strcmp(name, "count") != 0)
    {
        return NULL;
    }

    if (json_is_array(v)) {
        return json_integer((json_int_t) json_array_size(v));
    }

    if (json_is_object(v)) {
        return json_integer((json_int_t) json_object_size(v));
    }

    if (json_is_string(v)) {
        return json_integer((json_int_t)
                            ckp_text_length(json_string_value(v),
                                            json_string_length(v)));
    }

    return NULL;
}


json_t *
ckp_value_member(const json_t *value, const char *name)
{
    json_t *const  member = json_object_get(value, name);

    return (member != NULL) ? json_incref(member) : value_pseudo(value, name);
}


json_t *
ckp_value_element(const json_t *array, int64_t index)
{
    const int64_t  n = (int64_t) json_array_size(array);

    if (index < 0) {
        index += n;
    }

    return (index < 0 || index >= n)
           ? NULL : json_incref(json_array_get(array, (size_t) index));
}


/* Takes a step for each element; `budget` may be NULL. */
static bool
seg_charge(const json_t *v, uint32_t *budget)
{
    const size_t  n = json_array_size(v);

    if (budget == NULL) {
        return true;
    }

    if (n > *budget) {
        *budget = 0;
        return false;
    }

    *budget -= (uint32_t) n;

    return true;
}


static json_t *
seg_resolve(const ckp_seg_t *seg, const json_t *v, uint32_t *budget)
{
    switch (seg->kind) {

    case CKP_SEG_NAME:
    case CKP_SEG_INDEX:
        if (seg->numeric && json_is_array(v)) {
            return ckp_value_element(v, seg->index);
        }

        return ckp_value_member(v, seg->name);

    case CKP_SEG_KEY:
        return json_incref(json_object_get(v, seg->name));

    case CKP_SEG_AGGREGATE:
        return seg_charge(v, budget)
               ? ckp_aggregate(seg->agg, v, seg->field) : NULL;
    }

    return NULL;
}


/* Goes on from `v` (stolen) through the segments from `seg` on. */
static json_t *
path_walk(const ckp_seg_t *seg, json_t *v, uint32_t *budget)
{
    for ( /* void */ ; seg != NULL && v != NULL; seg = seg->next) {
        json_t *const  next = json_is_null(v)
                              ? NULL : seg_resolve(seg, v, budget);

        json_decref(v);
        v = next;
    }

    return v;
}


/* secrets.name and secrets.name.field: what stands for the value. */
static json_t *
path_secret(const ckp_path_t *path, const ckp_eval_t *ev)
{
    const char *const       name = ckp_path_second(path);
    const ckp_seg_t *const  below = path->first->next->next;
    json_t                 *v = NULL;

    if (ev->secret != NULL && name != NULL
        && (below == NULL
            || (below->next == NULL && (below->kind == CKP_SEG_NAME
                                        || below->kind == CKP_SEG_KEY))))
    {
        v = ev->secret(ev->secret_data, name,
                       below == NULL ? NULL : below->name);
    }

    return v != NULL ? v : json_string(CKP_REDACTED);
}


static json_t *
path_resolve(const ckp_path_t *path, const ckp_eval_t *ev, uint32_t *budget)
{
    json_t *const  v = ckp_scope_find(ev->scope, path->first->name);

    if (v == NULL && path->first->next != NULL
        && strcmp(path->first->name, "secrets") == 0)
    {
        return path_secret(path, ev);
    }

    return path_walk(path->first->next, v, budget);
}


json_t *
ckp_path_resolve(const ckp_path_t *path, const ckp_eval_t *ev)
{
    return path_resolve(path, ev, NULL);
}


json_t *
ckp_path_resolve_counted(const ckp_path_t *path, ckp_eval_t *ev)
{
    return path_resolve(path, ev, &ev->budget);
}


json_t *
ckp_path_below(const ckp_path_t *path, const json_t *value)
{
    return json_is_null(value)
           ? NULL : path_walk(path->first, json_incref((json_t *) value), NULL);
}
