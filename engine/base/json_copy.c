/*
 * Copies of JSON values.  That of jansson keeps a table of what is on its way,
 * for values that contain themselves, and copies texts and numbers; ours are
 * trees, and those are never changed.
 */

#include "base/json.h"


static json_t *json_copy_value(const json_t *v, size_t depth);


static json_t *
json_copy_object(json_t *v, size_t depth)
{
    json_t *const  copy = json_object();

    for (void *at = json_object_iter(v); at != NULL;
         at = json_object_iter_next(v, at))
    {
        json_t *const  member = json_copy_value(json_object_iter_value(at),
                                                depth + 1);

        if (json_object_setn_new_nocheck(copy, json_object_iter_key(at),
                                         json_object_iter_key_len(at), member)
            != 0)
        {
            json_decref(copy);
            return NULL;
        }
    }

    return copy;
}


static json_t *
json_copy_array(const json_t *v, size_t depth)
{
    json_t *const  copy = json_array();

    for (size_t i = 0; i < json_array_size(v); i++) {
        if (json_array_append_new(copy, json_copy_value(json_array_get(v, i),
                                                        depth + 1))
            != 0)
        {
            json_decref(copy);
            return NULL;
        }
    }

    return copy;
}


static json_t *
json_copy_value(const json_t *v, size_t depth)
{
    if (v == NULL || depth > CKP_JSON_DEPTH_HARD) {
        return NULL;
    }

    return json_is_object(v) ? json_copy_object((json_t *) v, depth)
           : json_is_array(v) ? json_copy_array(v, depth)
           : json_incref((json_t *) v);
}


json_t *
ckp_json_copy(const json_t *v)
{
    return json_copy_value(v, 0);
}
